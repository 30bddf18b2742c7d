"""Arrays from data and from numbers: array, zeros, ones, full, arange, linspace, eye, ... in both dialects."""
from __future__ import annotations

import math
import operator

import numpy as onp

from ..base import FLOAT32, ArgumentTypeError, MXNetError, as_dtype
from ..device import current_device
from ..engine import call as door
from ..engine.cell import aval_of, value_with
from ..engine.emit import emit
from ..engine.op import NAMES, api
from ..engine.spec import NUM, lit
from ..engine.trace import threads
from .convert import CLASSES, check_context, default_float, read_data
from .core import Array
from .draws import parsed, size_of


def _np_dtype(dtype) -> onp.dtype:
    return default_float() if dtype is None else as_dtype(dtype)


def _narrow(dtype) -> onp.dtype:
    """A dtype for np.array, asarray, empty, eye: as in MXNet 2 Python's float means the default float, float32, to them alone."""
    return default_float() if dtype is float else _np_dtype(dtype)


def _nd_dtype(dtype) -> onp.dtype:
    return FLOAT32 if dtype is None else as_dtype(dtype)


def _shape(shape, what: str) -> tuple[int, ...]:
    """A shape argument: an integer or a sequence of them."""
    if isinstance(shape, Array):
        shape = shape.asnumpy().tolist()
    return size_of(shape, what, "shape")


def _known_shape(shape, what: str) -> tuple[int, ...]:
    """A shape argument of an nd function. Raises: MXNetError where it has a 0, or no axes, without np shapes."""
    sizes = _shape(shape, what)
    if (not sizes or 0 in sizes) and not door.state.np_shape:
        raise MXNetError(f"{what}: a 0 in the shape {shape}, and the shape (), mean unknown to nd functions; for zero-size and 0-d arrays "
                         f"use {what.replace('nd', 'np')}, or call npx.set_np() first")
    return sizes


def _context(ctx, device, what):
    return check_context(ctx if ctx is not None else device, what) or current_device()


def filled(cls, shape, value, dtype, ctx):
    """A shape full of a number that may change from call to call without a new program."""
    kind = "b" if isinstance(value, bool | onp.bool_) else "i" if isinstance(value, int | onp.integer) else "f"
    value = bool(value) if kind == "b" else int(value) if kind == "i" else float(value)
    if threads.now.apart:
        return cls(value_with(aval_of(shape, dtype), _ready(ctx), onp.full(shape, value, dtype)))
    values, _ = emit(NAMES["mx.fill"], (NUM[kind], shape, dtype), [], (value,), _ready(ctx))
    return cls(values[0])


def _ready(ctx):
    ctx.jax  # noqa: B018  # raises where this machine has no such device
    return ctx


def _order(order, what):
    if order != "C":
        raise NotImplementedError(f"{what}: order={order!r} is not offered, elements are stored row by row (order='C')")


@api("np.array")
def np_array(object, dtype=None, ctx=None, device=None):
    """An array over a copy of data: a number, nested lists, a NumPy array, or another array.

    Args:
        dtype: default float32, whatever the input, except that mxshim arrays and NumPy scalars keep theirs; with NumPy's
            default dtypes on float64, and NumPy's arrays keep theirs, too.
        ctx, device: where it lives, default the current device.
    Raises: TypeError for ragged lists and text, KeyError for complex and other dtypes that MXNet does not have.
    MXNet: np.array of 2.0.
    """
    dtype = None if dtype is None else _narrow(dtype)
    return read_data(object, dtype, check_context(ctx or device, "np.array"), CLASSES["np"])


@api("np.asarray")
def np_asarray(obj, dtype=None, ctx=None, copy=None, device=None):
    """An mxshim array itself where nothing has to change, else as np.array; Python's integers and bools become int64."""
    where = check_context(ctx or device, "np.asarray")
    if isinstance(obj, CLASSES["np"]) and not copy and where in (None, obj.ctx) and (dtype is None or as_dtype(dtype) == obj.dtype):
        return obj
    if dtype is None and isinstance(obj, int | float):
        obj, dtype = (obj, "int64") if isinstance(obj, int) else (float(obj), None)  # NumPy's float64 is a float, too
    return np_array(obj, dtype, where)


@api("nd.array")
def nd_array(source_array, ctx=None, dtype=None):
    """An NDArray over a copy of data: float32 unless a dtype is given or the source is an NDArray.

    Raises: TypeError if NumPy cannot read the data.
    """
    dtype = None if dtype is None else _nd_dtype(dtype)
    if getattr(source_array, "stype", "default") != "default" or hasattr(source_array, "tocsr"):
        return NAMES["nd.sparse.array"](source_array, ctx=ctx, dtype=dtype)
    if isinstance(source_array, list | tuple) and any(isinstance(e, Array) for e in source_array):
        raise TypeError("nd.array: source_array must be array like; join arrays with nd.stack or nd.concat")
    if isinstance(source_array, str | dict):
        raise TypeError(f"nd.array: source_array must be array like, got {source_array!r}")
    return read_data(source_array, dtype, check_context(ctx, "nd.array"), CLASSES["nd"])


def _np_filled(name, value, dtype_of=_np_dtype):
    @api(f"np.{name}")
    def create(shape, dtype=None, order="C", ctx=None, device=None):
        _order(order, f"np.{name}")
        shape = _shape(shape, f"np.{name}")
        if not shape and not door.state.np_shape:
            raise MXNetError(f"np.{name}: shape () needs np shape semantics; call npx.set_np() first")
        return filled(CLASSES["np"], shape, value, dtype_of(dtype), _context(ctx, device, f"np.{name}"))

    create.__name__ = create.__qualname__ = name
    create.__doc__ = (f"An array of a shape full of {name}, float32 unless `dtype` is given.\n\n"
                      "Raises: MXNetError for negative sizes and devices this machine does not have.")
    return create


def _nd_filled(name, value):
    @api(f"nd.{name}")
    def create(shape, ctx=None, dtype=None, stype=None, **kwargs):
        if stype not in (None, "default"):
            if value:
                raise MXNetError(f"nd.{name}: arrays of {name} are dense, got stype={stype!r}; use nd.zeros, or tostype({stype!r})")
            from .sparse import zeros as sparse_zeros
            return sparse_zeros(stype, _shape(shape, f"nd.{name}"), ctx, dtype)
        sizes = _shape(shape, f"nd.{name}") if name == "empty" else _known_shape(shape, f"nd.{name}")
        out = kwargs.pop("out", None)
        kwargs.pop("name", None)
        if kwargs:
            raise MXNetError(f"nd.{name} has no argument {next(iter(kwargs))!r}")
        result = filled(CLASSES["nd"], sizes, value, _nd_dtype(dtype), _context(ctx, None, f"nd.{name}"))
        if out is None:
            return result
        out[:] = result
        return out

    create.__name__ = create.__qualname__ = name
    create.__doc__ = f"An NDArray of a shape full of {name}, float32 unless `dtype` is given."
    return create


np_zeros, np_ones, np_empty = _np_filled("zeros", 0), _np_filled("ones", 1), _np_filled("empty", 0, _narrow)
nd_zeros, nd_ones, nd_empty = _nd_filled("zeros", 0), _nd_filled("ones", 1), _nd_filled("empty", 0)


@api("np.full")
def np_full(shape, fill_value, dtype=None, order="C", ctx=None, out=None, device=None):
    """A shape full of one number; without `dtype`, bool and int64 for Python's bools and integers, that of NumPy's, else float32."""
    _order(order, "np.full")
    if isinstance(fill_value, Array) and fill_value.size > 1 or isinstance(fill_value, list | tuple | onp.ndarray):
        result = np_empty(shape, dtype or default_float(), ctx=ctx, device=device)
        result[...] = fill_value
    else:
        if isinstance(fill_value, Array):
            dtype, fill_value = dtype or fill_value.dtype, fill_value.item()
        if dtype is None:
            dtype = (bool if isinstance(fill_value, bool) else "int64" if isinstance(fill_value, int) else
                     fill_value.dtype if isinstance(fill_value, onp.generic) and not isinstance(fill_value, float) else None)
        result = filled(CLASSES["np"], _shape(shape, "np.full"), fill_value, _np_dtype(dtype), _context(ctx, device, "np.full"))
    return result if out is None else door.write_out(NAMES["mx.fill"], out, result)


@api("nd.full")
def nd_full(shape, val, ctx=None, dtype=FLOAT32, out=None):
    """A shape full of one number, or of numbers that are broadcast to it; float32 unless `dtype` is given."""
    if isinstance(val, Array | list | tuple | onp.ndarray):
        out = nd_empty(shape, ctx, dtype) if out is None else out
        out[:] = val
        return out
    result = filled(CLASSES["nd"], _shape(shape, "nd.full"), val, _nd_dtype(dtype), _context(ctx, None, "nd.full"))
    if out is None:
        return result
    out[:] = result
    return out


def _number(x):
    return x.asnumpy().item() if isinstance(x, Array) else x


def _range(what, start, stop, step):
    if what.startswith("nd"):
        start, stop, step = map(parsed, (start, stop, step))
    start, stop, step = _number(start), _number(stop), _number(step)
    if stop is None:
        start, stop = 0, start
    if step is None:
        step = 1
    if start is None or stop is None or any(isinstance(n, str) for n in (start, stop, step)):
        raise ArgumentTypeError(f"{what}: start, stop and step must be numbers")
    if step == 0:
        raise (ZeroDivisionError if what.startswith("np") else MXNetError)(f"{what}: step must not be 0")
    return start, step, max(0, math.ceil((stop - start) / step))


def _arange(cls, start, step, num, repeat, dtype, ctx):
    values, _ = emit(NAMES["mx.arange"], (NUM["f"], NUM["f"], num, repeat, dtype), [], (float(start), float(step)), _ready(ctx))
    return cls(values[0])


@api("np.arange")
def np_arange(start, stop=None, step=1, dtype=None, ctx=None, device=None):
    """start, start + step, ... up to but not including stop; float32 unless `dtype` is given (int64 for np default dtypes)."""
    start, step, num = _range("np.arange", start, stop, step)
    if dtype is None and door.state.np_dtype and all(isinstance(n, int) for n in (start, step)):
        dtype = "int64"
    return _arange(CLASSES["np"], start, step, num, 1, _np_dtype(dtype), _context(ctx, device, "np.arange"))


@api("nd.arange")
def nd_arange(start, stop=None, step=1.0, repeat=1, infer_range=None, ctx=None, dtype=FLOAT32):
    """start, start + step, ... before stop, every number `repeat` times. infer_range has no effect, as in MXNet 1.9.

    dtype: None stands for float64 here, as for NumPy.
    """
    start, step, num = _range("nd.arange", start, stop, step)
    if num <= 0 and not door.state.np_shape:
        raise MXNetError(f"nd.arange: the range from {start} by {step} is empty; start, stop and step must name at least one number")
    return _arange(CLASSES["nd"], start, step, num, int(repeat), as_dtype(dtype or "float64"), _context(ctx, None, "nd.arange"))


def _spaced(start, stop, num, endpoint, what):
    if what.startswith("nd"):
        start, stop, num, endpoint = map(parsed, (start, stop, num, endpoint))
    num = operator.index(num)
    if num < 0:
        raise MXNetError(f"{what}: num must not be negative, got {num}")
    return float(_number(start)), float(_number(stop)), num, num - 1 if endpoint else num


def _linspace(cls, start, stop, num, endpoint, dtype, ctx):
    values, _ = emit(NAMES["mx.linspace"], (NUM["f"], NUM["f"], num, lit(bool(endpoint)), dtype), [], (start, stop), _ready(ctx))
    return cls(values[0])


@api("np.linspace")
def np_linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, ctx=None, device=None):
    """`num` evenly spaced numbers from start to stop (with it if endpoint); with retstep also their distance."""
    if isinstance(start, list | tuple | onp.ndarray) or axis != 0:
        raise NotImplementedError("np.linspace: start and stop must be numbers, axis must be 0")
    start, stop, num, parts = _spaced(start, stop, num, endpoint, "np.linspace")
    result = _linspace(CLASSES["np"], start, stop, num, endpoint, _np_dtype(dtype), _context(ctx, device, "np.linspace"))
    return (result, (stop - start) / parts if parts else math.nan) if retstep else result


@api("nd.linspace")
def nd_linspace(start, stop, num, endpoint=True, ctx=None, dtype=FLOAT32):
    """`num` evenly spaced numbers from start to stop, with it if endpoint."""
    start, stop, num, _ = _spaced(start, stop, num, endpoint, "nd.linspace")
    return _linspace(CLASSES["nd"], start, stop, num, parsed(endpoint), as_dtype(dtype or "float64"), _context(ctx, None, "nd.linspace"))


@api("np.logspace")
def np_logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0, ctx=None, device=None):
    """base ** np.linspace(start, stop, num)."""
    if axis != 0:
        raise NotImplementedError("np.logspace: axis must be 0")
    start, stop, num, _ = _spaced(start, stop, num, endpoint, "np.logspace")
    powers = onp.logspace(start, stop, num, endpoint, base).astype(_np_dtype(dtype))
    return read_data(powers, powers.dtype, _context(ctx, device, "np.logspace"), CLASSES["np"])


def _eye(cls, rows, columns, k, dtype, ctx):
    if min(rows, columns) < 0:
        raise MXNetError(f"{cls._dialect}.eye: the sizes must not be negative, got {rows} and {columns}")
    values, _ = emit(NAMES["mx.eye"], (rows, columns, k, dtype), [], (), _ready(ctx))
    return cls(values[0])


@api("np.eye")
def np_eye(N, M=None, k=0, dtype=None, ctx=None, device=None):
    """An (N, M) matrix with ones on the k-th diagonal; M defaults to N."""
    rows, columns = operator.index(N), operator.index(N if M is None else M)
    return _eye(CLASSES["np"], rows, columns, int(k), _narrow(dtype), _context(ctx, device, "np.eye"))


@api("np.identity")
def np_identity(n, dtype=None, ctx=None, device=None):
    """An (n, n) matrix with ones on the diagonal."""
    if n < 0:
        raise ValueError(f"np.identity: the size must not be negative, got {n}")
    return np_eye(n, None, 0, _np_dtype(dtype), ctx, device)


@api("nd.eye")
def nd_eye(N, M=0, k=0, ctx=None, dtype=None):
    """An (N, M) matrix with ones on the k-th diagonal; M=0 stands for N."""
    rows = operator.index(parsed(N))
    return _eye(CLASSES["nd"], rows, operator.index(parsed(M)) or rows, int(k), _nd_dtype(dtype), _context(ctx, None, "nd.eye"))


@api("np.tri")
def np_tri(N, M=None, k=0, dtype=None, ctx=None, device=None):
    """An (N, M) matrix with ones on and below the k-th diagonal; float32 unless `dtype` is given."""
    found = onp.tri(operator.index(N), None if M is None else operator.index(M), int(k)).astype(_np_dtype(dtype or "float32"))
    return read_data(found, found.dtype, _context(ctx, device, "np.tri"), CLASSES["np"])


@api("nd.from_numpy")
def nd_from_numpy(ndarray, zero_copy=True):
    """An NDArray over a NumPy array. Differs: zero_copy shares nothing, but the NumPy array becomes read-only, as in MXNet."""
    return _from_numpy(ndarray, zero_copy, "nd")


@api("npx.from_numpy")
def npx_from_numpy(ndarray, zero_copy=True):
    """An np.ndarray over a NumPy array. Differs: zero_copy shares nothing, but the NumPy array becomes read-only, as in MXNet."""
    return _from_numpy(ndarray, zero_copy, "np")


def _from_numpy(array, zero_copy, dialect):
    if not isinstance(array, onp.ndarray):
        raise TypeError(f"from_numpy: wanted a numpy.ndarray, got {type(array).__name__}")
    if zero_copy and not array.flags["C_CONTIGUOUS"]:
        raise ValueError("from_numpy: zero_copy=True needs a C-contiguous array; pass zero_copy=False")
    result = read_data(array, as_dtype(array.dtype), None, CLASSES[dialect])
    if zero_copy:
        array.flags.writeable = False
    return result
