"""Stores of values by key that devices, or processes, share (MXNet: mxnet.kvstore.KVStore)."""
from __future__ import annotations

import jax
import numpy as onp

from .. import ndarray as nd
from .. import optimizer as opt
from ..arguments import checked
from ..array.core import Array
from ..base import MXNetError
from ..serialization.writing import atomic_write
from .base import KVStoreBase
from .compression import Compression

__all__ = ["KVStore", "create"]


class KVStore(KVStoreBase):
    """Values by key. push adds the values of all devices up and stores the sum, or gives it to the updater; pull copies the
    stored value to devices.

    Keys are ints or strings, not both in one store; methods take one key or a list, with one value, or a list (one for each
    device), for each. `priority` is accepted everywhere, the order of work is XLA's.
    """

    def __init__(self, kind="local"):
        self._type, self._stored, self._updater = kind, {}, None
        self._compressed = None

    @property
    def type(self) -> str:
        """The name it was created by."""
        return self._type

    rank = 0
    num_workers = 1

    @staticmethod
    def is_capable(capability) -> bool:
        """Whether the store can do something: "optimizer", it can. Raises: MXNetError for another question."""
        if capability.lower() != KVStoreBase.OPTIMIZER:
            raise MXNetError(f"a KVStore knows of the capability 'optimizer', not of {capability!r}")
        return True

    # -- values ----------------------------------------------------------------------------------------------------

    def init(self, key, value):
        """Set keys that are new. Raises: MXNetError for one that is there, or of another type than the first."""
        for k, v in _pairs(key, value):
            if k in self._stored:
                raise MXNetError(f"KVStore.init: key {k!r} is set already; push() changes it")
            if self._stored and type(k) is not type(next(iter(self._stored))):
                raise MXNetError(f"KVStore.init: the keys of one store are all ints or all strings, got {k!r} after "
                                 f"{next(iter(self._stored))!r}")
            self._stored[k] = v[0].as_nd_ndarray().copy()

    def push(self, key, value, priority=0):
        """Add the values of all devices up; the sum replaces the stored value, or goes to the updater with it."""
        pairs = _together(_pairs(key, value))
        self._merge([k for k, _ in pairs], self._sums(pairs))

    def pull(self, key, out=None, priority=0, ignore_sparse=True):
        """Copy stored values into the arrays of `out`, without those that are sparse if ignore_sparse.

        Raises: AssertionError without `out`; MXNetError for an unknown key.
        """
        if out is None:
            raise AssertionError("KVStore.pull: say with out= which arrays get the values")
        for k, outs in _pairs(key, out):
            _spread(self._get(k), [o for o in outs if o.stype == "default"] if ignore_sparse else outs)

    def pushpull(self, key, value, out=None, priority=0):
        """push, then the result into the arrays of `out`, or back into `value`. All keys of a list go together."""
        pairs = _together(_pairs(key, value))
        sums = self._sums(pairs)
        keys = [k for k, _ in pairs]
        self._merge(keys, sums)
        for k, outs in pairs if out is None else _pairs(key, out):
            _spread(self._get(k), outs)

    def broadcast(self, key, value, out, priority=0):
        """init, then pull."""
        self.init(key, value)
        self.pull(key, out)

    def row_sparse_pull(self, key, out=None, priority=0, row_ids=None):
        """Copy the rows `row_ids` of stored values into row_sparse arrays.

        Raises: AssertionError without out= or row_ids=; MXNetError if an array of `out` is dense.
        """
        if out is None or row_ids is None:
            raise AssertionError("KVStore.row_sparse_pull needs out= and row_ids=")
        rows = row_ids if isinstance(row_ids, list | tuple) else [row_ids]
        for k, outs in _pairs(key, out):
            for o, ids in zip(outs, rows * len(outs) if len(rows) == 1 else rows, strict=False):
                if getattr(o, "stype", "default") != "row_sparse":
                    raise MXNetError("KVStore.row_sparse_pull: the arrays of out= must be row_sparse; use pull() for dense ones")
                ids = nd.array(onp.unique(ids.asnumpy()), ctx=ids.ctx)
                nd.sparse.retain(self._get(k).tostype("row_sparse"), ids).copyto(o)

    def _barrier(self):
        """Wait for the other processes: there are none."""

    def _send_command_to_servers(self, head, body):
        """Accepted; no server is there to be told."""

    def _get(self, key):
        found = self._stored.get(key)
        if found is None:
            raise MXNetError(f"KVStore: key {key!r} was never set; call init({key!r}, value) first")
        return found

    def _sums(self, pairs) -> list:
        """The values of every key added up over the devices, where the stored value is. All are moved before any is added: one
        program for each device.
        """
        moved = []
        for k, values in pairs:
            stored = self._get(k)
            for v in values:
                if v.shape != stored.shape:
                    raise MXNetError(f"KVStore.push: the value of key {k!r} has shape {v.shape}, the stored one {stored.shape}")
            moved.append([v.as_nd_ndarray().detach().as_in_context(stored.ctx) for v in values])
        if self._compressed is not None:
            moved = [self._compressed.travelled(k, values) for (k, _), values in zip(pairs, moved, strict=True)]
        return [self._across(values[0] if len(values) == 1 else _sum(values)) for values in moved]

    def _across(self, value):
        """A value added up over the processes."""
        return value

    def _merge(self, keys, sums):
        if self._updater is None:
            for k, value in zip(keys, sums, strict=True):
                self._get(k)[:] = value
        elif isinstance(self._updater, opt.Updater):
            self._updater(keys, sums, [self._get(k) for k in keys])
        else:
            for k, value in zip(keys, sums, strict=True):
                self._updater(k, value, self._get(k))

    # -- updates ---------------------------------------------------------------------------------------------------

    def _set_updater(self, updater):
        """Have push call updater(key, pushed sum, stored value) instead of storing the sum."""
        self._updater = updater

    set_updater = _set_updater

    def set_optimizer(self, optimizer):
        """Have push update the stored values: they are weights, what is pushed are gradients."""
        self._set_updater(opt.get_updater(optimizer))

    def set_gradient_compression(self, compression_params):
        """Have push see gradients as MXNet's compression leaves them: {"type": "2bit", "threshold": 0.5}, or "1bit".

        2bit: what a device pushes, and what earlier pushes left over, becomes threshold, -threshold or 0, and the rest is left over.
        1bit: it becomes 1 above the threshold, else -1. Nothing travels here that would be worth compressing; the numbers are MXNet's.
        Raises: Exception for the kinds of stores that MXNet does not compress for; MXNetError for another type or threshold.
        """
        self._compressed = Compression(compression_params, self._type)

    @checked(fname="a file's name")
    def save_optimizer_states(self, fname, dump_optimizer=False):
        """Write the optimizer's states to a file, whole or not at all. Raises: AssertionError without an optimizer."""
        with atomic_write(fname) as f:
            f.write(self._optimizer_updater("save").get_states(dump_optimizer))

    @checked(fname="a file's name")
    def load_optimizer_states(self, fname):
        """Read the optimizer's states from a file. Raises: AssertionError without an optimizer."""
        updater = self._optimizer_updater("load")
        with open(fname, "rb") as f:
            updater.set_states(f.read())

    def _optimizer_updater(self, what):
        if not isinstance(self._updater, opt.Updater):
            raise AssertionError(f"KVStore: there are no optimizer states to {what}; call set_optimizer first")
        return self._updater


class DistKVStore(KVStore):
    """A store across the processes that jax.distributed connects: what is pushed is added up over all of them.

    Every process must make the same calls in the same order.
    """

    @property
    def rank(self) -> int:
        """The number of this process."""
        return jax.process_index()

    @property
    def num_workers(self) -> int:
        """How many processes there are."""
        return jax.process_count()

    def init(self, key, value):
        """Set keys that are new, to the values of the first process."""
        from jax.experimental import multihost_utils
        super().init(key, value)
        for k, _ in _pairs(key, value):
            self._stored[k][:] = multihost_utils.broadcast_one_to_all(self._stored[k].asnumpy())

    def _across(self, value):
        from jax.experimental import multihost_utils
        total = multihost_utils.process_allgather(value.asnumpy()).sum(axis=0)
        return nd.array(total, ctx=value.ctx, dtype=value.dtype)

    def _barrier(self):
        """Wait until every process is here."""
        from jax.experimental import multihost_utils
        multihost_utils.sync_global_devices("KVStore barrier")


def _pairs(key, value) -> list:
    """[(key, its arrays)] of one key or a list of keys. Raises: AssertionError for values that are no arrays, or too few or many."""
    if isinstance(key, list | tuple):
        if not isinstance(value, list | tuple) or len(value) % max(len(key), 1):
            raise AssertionError(f"KVStore: a list of {len(key)} keys needs a list of as many values, or lists of values")
        each = len(value) // max(len(key), 1)
        if each > 1:
            value = [list(value[i * each:(i + 1) * each]) for i in range(len(key))]
        return [pair for k, v in zip(key, value, strict=True) for pair in _pairs(k, v)]
    if not isinstance(key, int | str):
        raise AssertionError(f"KVStore: a key is an int or a string, got {key!r}")
    values = list(value) if isinstance(value, list | tuple) else [value]
    if not values or not all(isinstance(v, Array) for v in values):
        raise AssertionError(f"KVStore: the value of key {key!r} must be an array, or a list of them, got {value!r}")
    return [(key, values)]


def _together(pairs) -> list:
    """Pairs in which every key comes once, with all of its arrays."""
    found: dict = {}
    for key, values in pairs:
        found.setdefault(key, []).extend(values)
    return list(found.items())


def _sum(values):
    """Values added up; row_sparse if all are."""
    total = nd.add_n(*values)
    return total.tostype("row_sparse") if all(v.stype == "row_sparse" for v in values) else total


def _spread(value, outs):
    for o in outs:
        if o.shape != value.shape:
            raise MXNetError(f"KVStore.pull: the stored value has shape {value.shape}, an array of out= {o.shape}")
        value.copyto(o.as_nd_ndarray())


_LOCAL = ("local", "device", "local_allreduce_cpu", "local_allreduce_device", "local_update_cpu", "nccl")
_DIST = ("dist_sync", "dist_device_sync", "dist_sync_device", "dist", "p3")


def create(name="local"):
    """A store by its name: "local" or "device" (one kind here: devices exchange through XLA), "nccl" likewise, "dist_sync" or
    "dist_device_sync" across processes, or the name of a registered class.

    Raises: TypeError if the name is no string; ValueError for an unknown one; MXNetError for a "dist" store without
    jax.distributed.
    """
    if not isinstance(name, str):
        raise TypeError(f"the name of a KVStore must be a string, got {type(name).__name__}")
    key = name.lower()
    if key in KVStoreBase.kv_registry:
        return KVStoreBase.kv_registry[key]()
    if key in _LOCAL:
        return KVStore(key)
    if key in _DIST:
        if not jax.distributed.is_initialized():
            raise MXNetError(f"kvstore {name!r} needs several processes that know of each other: call jax.distributed.initialize(...) in "
                             "each of them first; MXNet's servers and launcher are not used")
        return DistKVStore(key)
    if key.startswith("dist"):
        raise ValueError(f"kvstore {name!r} is not offered: updates across processes are synchronous; use 'dist_sync'")
    raise ValueError(f"there is no kvstore {name!r}; there are {', '.join((*_LOCAL, *_DIST, *sorted(KVStoreBase.kv_registry)))}")
