"""The interface of stores, and their names (MXNet: mxnet.kvstore.KVStoreBase)."""
from __future__ import annotations

import os

__all__ = ["KVStoreBase"]


def updates_on_store() -> bool:
    """Whether stores update weights where nothing else is said: unless $MXNET_UPDATE_ON_KVSTORE is 0."""
    return os.environ.get("MXNET_UPDATE_ON_KVSTORE", "1") != "0"


class KVStoreBase:
    """What a Trainer needs of a store that shares values between devices or processes; register your own with
    @mx.kv.KVStoreBase.register and name it in lower case: Trainer(..., kvstore="mystore").
    """

    OPTIMIZER = "optimizer"
    kv_registry: dict[str, type] = {}

    @staticmethod
    def register(klass):
        """A class decorator: makes a store known to `mx.kv.create` by its name in lower case."""
        KVStoreBase.kv_registry[klass.__name__.lower()] = klass
        return klass

    def broadcast(self, key, value, out, priority=0):
        """Set a key and copy its value to all arrays of `out`."""
        raise NotImplementedError(f"{type(self).__name__} must define broadcast(self, key, value, out, priority=0)")

    def pushpull(self, key, value, out=None, priority=0):
        """Add values of all devices and processes up, and copy the sum to all arrays of `out`, or back."""
        raise NotImplementedError(f"{type(self).__name__} must define pushpull(self, key, value, out=None, priority=0)")

    def set_optimizer(self, optimizer):
        """Have the store update the values that it keeps."""
        raise NotImplementedError(f"{type(self).__name__} has no optimizer")

    @staticmethod
    def is_capable(capability) -> bool:
        """Whether the store can do something: "optimizer"."""
        raise NotImplementedError("a store must say what it is capable of")

    def save_optimizer_states(self, fname, dump_optimizer=False):
        """Write the optimizer's states to a file."""
        raise NotImplementedError(f"{type(self).__name__} has no optimizer")

    def load_optimizer_states(self, fname):
        """Read the optimizer's states from a file."""
        raise NotImplementedError(f"{type(self).__name__} has no optimizer")

    @property
    def type(self) -> str:
        """The store's name."""
        raise NotImplementedError("a store must have a type")

    @property
    def rank(self) -> int:
        """The number of this process."""
        raise NotImplementedError("a store must have a rank")

    @property
    def num_workers(self) -> int:
        """How many processes there are."""
        raise NotImplementedError("a store must have a number of workers")


@KVStoreBase.register
class TestStore(KVStoreBase):
    """The smallest store, "teststore", as an example and for tests: it keeps nothing and does not update."""

    type, rank, num_workers = "teststore", 0, 1

    def broadcast(self, key, value, out, priority=0):
        """Copy the value to all arrays of `out`."""
        for array in out if isinstance(out, list | tuple) else [out]:
            array[:] = value

    def pushpull(self, key, value, out=None, priority=0):
        """Copy the sum of the values to all arrays of `out`, or back."""
        values = value if isinstance(value, list | tuple) else [value]
        first, *others = values
        self.broadcast(key, sum((v.as_in_context(first.ctx) for v in others), first), values if out is None else out)

    @staticmethod
    def is_capable(capability) -> bool:
        """False: it has no optimizer."""
        return False
