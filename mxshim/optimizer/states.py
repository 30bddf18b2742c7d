"""States of optimizers as bytes, in the pickles that MXNet writes and reads.

MXNet pickles its own objects: an array is its class and the record that a .params file has for it, an optimizer its class and its
attributes. What is written here has the same names in it, so either library goes on where the other stopped. Files may come from
strangers: reading makes arrays, numbers, containers and optimizers, and calls nothing else that a pickle may name.
"""
from __future__ import annotations

import io
import pickle
import sys

from .. import lr_scheduler
from .. import ndarray as nd
from ..array.core import Array
from ..array.sparse import BaseSparseNDArray, from_record
from ..base import MXNetError
from ..serialization import record_of_array
from .optimizer import Optimizer

_PLAIN = {("mxshim.array.convert", "rebuild"), ("mxshim.device", "Device"), ("collections", "OrderedDict"),
          ("numpy", "dtype"), ("numpy", "ndarray"), ("ml_dtypes", "bfloat16")}
_NUMPY = ("scalar", "_reconstruct", "_frombuffer")
_ARRAYS = {("mxnet.ndarray.ndarray", "NDArray"), ("mxnet.numpy.multiarray", "ndarray"),
           ("mxnet.ndarray.sparse", "RowSparseNDArray"), ("mxnet.ndarray.sparse", "CSRNDArray")}
_SAME = (("float_stable_eps", "epsilon"), ("eps", "epsilon"), ("gamma1", "rho"), ("gamma2", "momentum"))  # names of both generations


class _Record:
    """An array of MXNet while its pickle is read."""

    def __init__(self, handle=None):
        self.bytes = handle

    def __setstate__(self, state):
        self.bytes = state["handle"]

    def array(self):
        return None if self.bytes is None else from_record(bytes(self.bytes), "an array of the states")


def _bytearray(content=b""):
    """bytearray(n) would take n bytes of memory, whatever n is."""
    if not isinstance(content, bytes):
        raise ValueError(f"a bytearray is made of bytes, not of {type(content).__name__}")
    return content


class _Unpickler(pickle.Unpickler):
    """Makes arrays, numbers, containers, and instances of classes that name themselves optimizers or schedulers."""

    theirs = False  # whether arrays lie in it as MXNet writes them

    def find_class(self, module, name):
        if (module, name) in _ARRAYS:
            self.theirs = True
            return _Record
        if (module, name) == ("builtins", "bytearray"):
            return _bytearray
        if (module, name) in _PLAIN or (module.split(".")[0] == "numpy" and name in _NUMPY):
            return super().find_class(module, name)
        if module.startswith("mxnet."):
            found = _ours(module, name)
        else:
            found = getattr(sys.modules.get(module), name, None)  # never imports: who uses a class of his own has it
        if isinstance(found, type) and getattr(found, "_in_states", False):
            return found
        raise MXNetError(f"the states name {module}.{name}, which is no optimizer or scheduler that this program has imported; nothing was "
                         "loaded")


def _ours(module, name):
    """Our class in the place of one of MXNet's."""
    if module == "mxnet.lr_scheduler":
        return getattr(lr_scheduler, name, None)
    found = Optimizer.opt_registry.get(name.lower()) if module.startswith("mxnet.optimizer") else None
    return found if found is not None and found.__module__.startswith("mxshim.") else None


class _Pickler(pickle._Pickler):  # type: ignore[name-defined]  # the one in C looks every class up before it writes its name
    """Gives MXNet's names to our arrays, optimizers and schedulers."""

    def __init__(self, file, np):
        super().__init__(file, 4)
        self.np = np  # whether MXNet 2 is to read it

    def reducer_override(self, value):
        if isinstance(value, Array):
            triple = value._triple() if isinstance(value, BaseSparseNDArray) else value.asnumpy()
            return type(value), (None,), {"handle": bytearray(record_of_array(triple, "an array of the states", self.np))}
        if isinstance(value, Optimizer) and _mxnet_name(type(value), self.np):
            return type(value), (), _mxnet_attributes(value)
        return NotImplemented

    def save_global(self, value, name=None):
        place = _mxnet_name(value, self.np) if isinstance(value, type) else None
        if place is None:
            super().save_global(value, name)
            return
        self.save(place[0])
        self.save(place[1])
        self.write(pickle.STACK_GLOBAL)
        self.memoize(value)


def _mxnet_name(cls, np):
    """(module, name) of a class in MXNet, None for those of users."""
    if issubclass(cls, Array):
        kind = cls.__name__ if issubclass(cls, BaseSparseNDArray) else "NDArray"
        return "mxnet.ndarray.sparse" if issubclass(cls, BaseSparseNDArray) else "mxnet.ndarray.ndarray", kind
    if not cls.__module__.startswith("mxshim."):
        return None
    if issubclass(cls, lr_scheduler.LRScheduler):
        return "mxnet.lr_scheduler", cls.__name__
    if issubclass(cls, Optimizer):
        alone = {"AdamW": "adamW", "GroupAdaGrad": "contrib", "Test": "optimizer"}
        module = alone.get(cls.__name__, cls.__name__.lower()) if np else alone.get(cls.__name__, "optimizer")
        return f"mxnet.optimizer.{module}", cls.__name__
    return None


def _fill_names(fields):
    for pair in _SAME:
        for a, b in (pair, pair[::-1]):
            if a in fields:
                fields.setdefault(b, fields[a])


def _mxnet_attributes(optimizer) -> dict:
    """An optimizer's attributes as MXNet's class wants them."""
    found = optimizer.__getstate__()
    del found["_of_symbol"]
    found["sym_info"] = ()
    _fill_names(found)
    kind = type(optimizer).__name__
    if kind == "LARS":
        found = {"lazy_update": not optimizer.allow_np_array, "skip": 0, **found}
    elif kind == "DCASGD":
        found["weight_previous"] = {}
    return found


# -- the states of one weight, which MXNet keeps in another shape for a few optimizers ---------------------------------

def _ours_of_single(optimizer, state):
    return (state[0], (state[1],)) if isinstance(state, tuple) else (state,)


def _theirs_of_single(optimizer, state):
    return state[0] if len(state) == 1 else (state[0], state[1][0])


def _ours_of_delayed(optimizer, state):
    if isinstance(state[1], tuple):
        return state[0], _ours_of_delayed(optimizer, state[1])
    return (nd.zeros_like(state[1]), state[1]) if state[0] is None else state


def _theirs_of_delayed(optimizer, state):
    if isinstance(state[1], tuple):
        return state[0], _theirs_of_delayed(optimizer, state[1])
    return state if optimizer.momentum else (None, state[1])


def _changes(optimizer) -> tuple:
    """How an optimizer's states become ours, and MXNet's; None where they are the same."""
    kind = type(optimizer).__name__
    if kind == "DCASGD":
        return _ours_of_delayed, _theirs_of_delayed
    if kind == "RMSProp" and optimizer.allow_np_array and not optimizer.centered:
        return _ours_of_single, _theirs_of_single
    return None, None


# -- the door ----------------------------------------------------------------------------------------------------------

def dumps(states: dict, optimizer: Optimizer, with_optimizer: bool) -> bytes:
    """The states by index, and the optimizer too if asked for, as bytes."""
    change = _changes(optimizer)[1]
    content = {i.encode() if isinstance(i, str) else i: change(optimizer, s) if change else s for i, s in states.items()}
    file = io.BytesIO()
    _Pickler(file, optimizer.allow_np_array).dump((content, optimizer) if with_optimizer else content)
    return file.getvalue()


def loads(data: bytes, optimizer: Optimizer) -> tuple[dict, Optimizer]:
    """(states by index, the optimizer in the bytes or else `optimizer`).

    Raises: MXNetError for a pickle that names anything but optimizers; ValueError for other bytes.
    """
    reader = _Unpickler(io.BytesIO(data))
    try:
        found = reader.load()
        states, optimizer = found if isinstance(found, tuple) and len(found) == 2 else (found, optimizer)
        if not isinstance(states, dict) or not isinstance(optimizer, Optimizer):
            raise ValueError(f"they hold no dict of states, but a {type(states).__name__}")
        if "sym_info" in vars(optimizer):
            _complete(optimizer)
        change = _changes(optimizer)[0] if reader.theirs else None
        states = {i.decode() if isinstance(i, bytes) else i: _arrays(s) for i, s in states.items()}
        return {i: change(optimizer, s) if change else s for i, s in states.items()}, optimizer
    except MXNetError:
        raise
    except Exception as error:  # a damaged pickle fails in any way
        raise ValueError(f"these bytes are no states of an optimizer: {error}") from error


def _arrays(state):
    """A state with its arrays made."""
    if isinstance(state, tuple | list):
        return tuple([_arrays(s) for s in state])
    return state.array() if isinstance(state, _Record) else state


def _complete(optimizer):
    """Give an optimizer that has MXNet's attributes those that are ours."""
    fields = vars(optimizer)
    del fields["sym_info"]
    _fill_names(fields)
    for name, value in vars(type(optimizer)()).items():
        fields.setdefault(name, value)
