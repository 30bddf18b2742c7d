"""Between Python's and NumPy's data and arrays of both classes."""
from __future__ import annotations

from contextlib import nullcontext

import numpy as onp

from ..base import FLOAT32, FLOAT64, ArgumentTypeError, MXNetError
from ..device import Device, current_device
from ..engine import call as door
from ..engine.call import value_of
from ..engine.cell import Handle, empty
from ..engine.trace import threads
from .core import Array

CLASSES: dict[str, type] = {}  # dialect -> class; filled by the two classes


def class_of(dialect: str) -> type:
    return CLASSES["nd" if dialect == "nd" else "np"]


def adopt_numpy(array: onp.ndarray, cls, ctx=None) -> Array:
    """An array over a NumPy array that nobody else will write: it is kept, not copied."""
    return cls(value_of(array, ctx or current_device()))


from_numpy = adopt_numpy


def taken(source: onp.ndarray, order, axis: int = 0) -> onp.ndarray:
    """source.take(order, axis), in memory that XLA reads without a copy. Raises: IndexError."""
    index, n = onp.asarray(order), source.shape[axis]
    if not index.size or index.dtype.kind not in "iu" or not -n <= index.min() <= index.max() < n:
        return source.take(order, axis)
    shape = source.shape[:axis] + index.shape + source.shape[axis + 1:]
    return source.take(index, axis, empty(shape, source.dtype), "wrap")


def rebuild(dialect, array, ctx):
    """What unpickling calls."""
    return adopt_numpy(array, class_of(dialect), ctx)


def _adopt(value, cls, op, name):
    """An argument that should be an array: np takes anything NumPy can read, nd only arrays."""
    if isinstance(value, Handle):
        return value
    if cls._dialect == "nd":
        if name in op.scalars and name not in ("lhs", "rhs"):
            raise ArgumentTypeError(f"{op.name}: {_called(name)} must be a number, got {value!r}")
        raise AssertionError(f"{op.name}: {_called(name)} must be an NDArray, got {type(value).__name__}; make one with nd.array(...)")
    if isinstance(value, str) or value is None:
        raise ArgumentTypeError(f"{op.name}: {_called(name)} must be an array, got {value!r}")
    try:
        found = onp.array(value)
    except ValueError:
        raise ArgumentTypeError(f"{op.name}: {_called(name)} must be an array, or lists of equal length, got {value!r}") from None
    if found.dtype.kind not in "biuf" and found.dtype.name != "bfloat16":
        came = f"{found.dtype.name} elements" if found.ndim or isinstance(value, onp.ndarray) else type(value).__name__
        raise ArgumentTypeError(f"{op.name}: {_called(name)} must be an array of real numbers, got {came}")
    numpys = any(n.startswith("np.") for n in op.names)  # those keep Python's integers, the others take what np.array would make of them
    if not isinstance(value, onp.ndarray) and (found.dtype == "float64" or found.dtype == "int64" and not numpys):
        found = found.astype(default_float())
    return adopt_numpy(found, cls)


def _called(name):
    return "each argument" if name == "*" else f"argument {name!r}"


door.adopt = _adopt


def default_float() -> onp.dtype:
    """float32; float64 under `npx.set_np(dtype=True)`."""
    return FLOAT64 if threads.now.np_dtype else FLOAT32


def read_data(source, dtype, ctx, cls) -> Array:
    """np.array and nd.array: float32 unless a dtype or an array with one is given; the data is always copied."""
    ctx = ctx or (source.ctx if isinstance(source, Array) else current_device())
    if isinstance(source, Array):
        value = source._value_now()
        wanted = value.aval.dtype if dtype is None else dtype
        return adopt_numpy(source.asnumpy().astype(wanted), cls, ctx)
    try:
        found = onp.asarray(_plain(source))
        if dtype is None:
            kept = isinstance(source, onp.generic) or door.state.np_dtype and isinstance(source, onp.ndarray) and found.dtype.kind in "biuf"
            dtype = found.dtype if kept and cls._dialect == "np" else default_float()
        if found.dtype.kind == "c":
            raise TypeError("MXNet arrays cannot be complex; pass x.real or abs(x)")
        if found.dtype.kind in "OSUV":
            found = found.astype("float64")
    except (ValueError, TypeError) as why:
        raise TypeError(f"{cls._dialect}.array cannot read this {type(source).__name__}: {why}") from None
    own = empty(found.shape, onp.dtype(dtype))
    with nullcontext() if found.dtype == own.dtype or found.dtype.kind in "biu" else onp.errstate(all="ignore"):
        onp.copyto(own, found, casting="unsafe")
    return adopt_numpy(own, cls, ctx)


def into(out, result):
    """The result, or `out` with it written into."""
    if out is None:
        return result
    out[:] = result
    return out


_PLAIN = {int, float, bool}


def _plain(source):
    if isinstance(source, list | tuple):
        return source if _PLAIN.issuperset(map(type, source)) else [_plain(e) for e in source]
    return source.asnumpy() if isinstance(source, Array) else source


def _cast(found: onp.ndarray, dtype) -> onp.ndarray:
    if found.dtype.kind in "biu":  # nothing that NumPy could warn of
        return found.astype(dtype)
    with onp.errstate(all="ignore"):
        return found.astype(dtype)


def check_context(ctx, what: str):
    if ctx is not None and not isinstance(ctx, Device):
        raise MXNetError(f"{what}: the device must be one such as mx.cpu(), got {ctx!r}")
    return ctx
