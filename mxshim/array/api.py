"""Small public functions over arrays that belong to no family: waiting, DLPack, saving and loading."""
from __future__ import annotations

import numpy as onp

from .. import serialization
from ..arguments import checked
from ..base import MXNetError
from ..engine import call as door
from ..engine.op import api
from . import interop
from .convert import CLASSES, adopt_numpy
from .core import Array, waitall

api("nd.waitall", "npx.waitall")(waitall)


@api("nd.from_dlpack")
def nd_from_dlpack(dlpack):
    """An NDArray from anything that speaks DLPack. Our own exports share memory, foreign memory is copied."""
    return interop.from_dlpack(dlpack, "nd")


@api("npx.from_dlpack")
def npx_from_dlpack(dlpack):
    """An np.ndarray from anything that speaks DLPack. Our own exports share memory, foreign memory is copied."""
    return interop.from_dlpack(dlpack, "np")


@api("np.from_dlpack")
def np_from_dlpack(x):
    """An np.ndarray from anything that speaks DLPack. Our own exports share memory, foreign memory is copied."""
    return interop.from_dlpack(x, "np")


@api("nd.to_dlpack_for_read", "nd.to_dlpack_for_write", "npx.to_dlpack_for_read", "npx.to_dlpack_for_write",
     "np.ndarray.to_dlpack_for_read", "np.ndarray.to_dlpack_for_write")
def to_dlpack(data):
    """A DLPack export of an array."""
    return interop.to_dlpack(data)


def _flatten(data, what):
    if isinstance(data, Array) or hasattr(data, "_triple"):
        return [data], []
    if isinstance(data, dict):
        names, arrays = list(data), list(data.values())
        if not all(isinstance(n, str) for n in names):
            raise TypeError(f"{what}: the keys must be strings, got {type(next(n for n in names if not isinstance(n, str))).__name__}")
    elif isinstance(data, list | tuple):
        names, arrays = [], list(data)
    else:
        raise ValueError(f"{what}: data must be an array, a list of arrays, or a dict from names to arrays, got {type(data).__name__}")
    for a in arrays:
        if not isinstance(a, Array) and not hasattr(a, "_triple"):
            raise TypeError(f"{what}: only arrays can be saved, got {type(a).__name__}")
    return arrays, names


@api("nd.save")
@checked("nd.save", fname="a file's name")
def save(fname, data):
    """Write an array, a list of arrays or a dict of them to a file in MXNet's .params format, atomically."""
    arrays, names = _flatten(data, "nd.save")
    serialization.save_params(fname, [a._triple() if hasattr(a, "_triple") else a.asnumpy() for a in arrays], names,
                              np_shape=door.state.np_shape)


def _loaded(source, dialect):
    arrays, names = serialization.load_params(source)
    cls = CLASSES[dialect]
    found = [_array(a, cls) for a in arrays]
    return dict(zip(names, found, strict=True)) if names else found


def _array(a, cls):
    if isinstance(a, onp.ndarray):
        return adopt_numpy(a, cls)
    from .sparse import from_triple
    return from_triple(a)


@api("nd.load")
def load(fname):
    """Read a file written by nd.save, npx.save(z) or gluon: a dict if the arrays have names, else a list.

    Files of MXNet 1.x and 2.x are read, in either dialect. Raises: MXNetError if the file is damaged or of another kind.
    """
    if not isinstance(fname, str) and not hasattr(fname, "__fspath__"):
        raise TypeError(f"nd.load: fname must be a path, got {type(fname).__name__}")
    return _loaded(fname, "np" if door.state.np_array else "nd")


@api("nd.load_frombuffer")
def load_frombuffer(buf):
    """As nd.load, from bytes."""
    if not isinstance(buf, bytes | bytearray | memoryview):
        raise TypeError(f"nd.load_frombuffer: buf must be bytes, got {type(buf).__name__}")
    return _loaded(bytes(buf), "np" if door.state.np_array else "nd")


@api("npx.load")
def npx_load(file):
    """Read a file of npx.save, npx.savez or nd.save: a dict if the arrays have names, else a list.

    A .npy file, as MXNet 2's npx.save and NumPy write them, gives the array itself.
    """
    found = _loaded(file, "np")
    return found[0] if not isinstance(file, bytes) and serialization.is_npy(file) else found


@api("npx.save")
def npx_save(file, arr):
    """Write an array, a list of arrays or a dict of them to a file in MXNet's .params format, atomically."""
    arrays, names = _flatten(arr, "npx.save")
    serialization.save_params(file, [a.asnumpy() for a in arrays], names, np_shape=True)


@api("npx.savez")
def npx_savez(file, *args, **kwds):
    """Write arrays to an uncompressed .npz file: positional ones as arr_0, arr_1, ..., the others by name."""
    found = {f"arr_{i}": a for i, a in enumerate(args)}
    if found.keys() & kwds.keys():
        raise ValueError(f"npx.savez: the name {min(found.keys() & kwds.keys())!r} is taken by a positional array")
    found.update(kwds)
    arrays, names = _flatten(found, "npx.savez")
    serialization.save_npz(file, [a._triple() if hasattr(a, "_triple") else a.asnumpy() for a in arrays], names)


__all__ = ["MXNetError"]
