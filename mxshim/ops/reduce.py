"""Reductions and running sums: sum, mean, max, norm, argmax, cumsum, ... of np and nd.

np follows NumPy's shapes; the dtype is the operand's (bool counts as int64). nd has the same functions with `exclude`,
keeps every dtype, bool too, and answers full reductions with a vector of one element.
"""
from __future__ import annotations

import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..base import FLOAT32, FLOAT64, INT64, ArgumentValueError, MXNetError, is_float
from ..engine.op import op
from .axes import axes_in, axes_nd, axis_in, magnitude, number, over, reduced, vector, wide
from .dtypes import cast
from .outline import linear, outlined
from .platform import on_cpu
from .primitives import largest, of, smallest, to, total, where
from .samples import calls_on

_cases = calls_on(onp.array([[3., 1., 2.], [2.5, 5., 4.]], "float32"))
_NP = ({}, {"axis": 0}, {"axis": (0, 1), "keepdims": True}, {"axis": -1})
_ND = ({}, {"axis": 0}, {"axis": (0, 1), "keepdims": True}, {"axis": -1, "exclude": True}, {"axis": ()})


# Maximum and minimum: MXNet sends the whole gradient to every extreme element, JAX divides it among them.

@partial(jax.custom_jvp, nondiff_argnums=(1, 2, 3))
def _extreme(x, fn, axes, keepdims):
    return fn(x, axes, keepdims)


@_extreme.defjvp
def _extreme_jvp(fn, axes, keepdims, primals, tangents):
    (x,), (t,) = primals, tangents
    full = _extreme(x, fn, axes, True)
    hit = total(where(lax.eq(x, full), t, 0), axes, keepdims)
    return (full if keepdims else lax.squeeze(full, axes)), hit


def _pick_extreme(x, fn, axes, keepdims):
    if any(x.shape[a] == 0 for a in axes):
        raise ArgumentValueError(f"an array of shape {x.shape} has no {fn.__name__} element "
                         f"along axes {axes}: one of them is empty")
    return _extreme(x, fn, axes, bool(keepdims)) if is_float(x.dtype) else fn(x, axes, bool(keepdims))


@op("np.max", "np.amax", "np.ndarray.max", samples=_cases(*_NP))
def max_(a, axis=None, out=None, keepdims=False):
    """The largest element along `axis`; any dtype. Ties: each gets the full gradient.

    Raises: MXNetError if a reduced axis is empty or does not exist.
    """
    return _pick_extreme(a, largest, reduced(axis, a.ndim), keepdims)


@op("nd.max", "nd.max_axis", "nd.NDArray.max", samples=_cases(*_ND))
def max_nd(data, axis=None, keepdims=False, exclude=False):
    """The largest element along `axis`, or along all but `axis` with `exclude`."""
    return vector(_pick_extreme(data, largest, axes_nd(axis, data.ndim, exclude), keepdims))


@op("np.min", "np.amin", "np.ndarray.min", samples=_cases(*_NP))
def min_(a, axis=None, out=None, keepdims=False):
    """The smallest element along `axis`; any dtype. Ties: each gets the full gradient."""
    return _pick_extreme(a, smallest, reduced(axis, a.ndim), keepdims)


@op("nd.min", "nd.min_axis", "nd.NDArray.min", samples=_cases(*_ND))
def min_nd(data, axis=None, keepdims=False, exclude=False):
    """The smallest element along `axis`, or along all but `axis` with `exclude`."""
    return vector(_pick_extreme(data, smallest, axes_nd(axis, data.ndim, exclude), keepdims))


@op("np.ptp", samples=_cases({}, {"axis": 0}))
def ptp(a, axis=None, out=None, keepdims=False):
    """Largest minus smallest element along `axis`. Differs: an array also for axis=None, where MXNet gives a NumPy number."""
    if a.dtype == bool:
        raise TypeError("booleans cannot be subtracted: cast with astype('int32')")
    return max_(a, axis, keepdims=keepdims) - min_(a, axis, keepdims=keepdims)


# Sums and products.

def _accumulator(dtype, wanted):
    """np.sum's dtype rule: what was asked for, else the operand's own, int64 for bool."""
    return wanted or (INT64 if dtype == bool else dtype)


def _total(fn, x, dtype, **how):
    """A sum or product in `dtype`. Half floats are accumulated in float32; of floats an integer gets the whole part of the total."""
    work = x.dtype if is_float(x.dtype) and not is_float(dtype) else dtype
    work = wide(work) if is_float(work) else work
    if fn is jnp.sum and how.get("where") is None and work != bool:
        return cast(total(to(x, work), how["axis"], how["keepdims"]), dtype)
    return cast(fn(x, dtype=work, **how), dtype)


@op("np.sum", "np.ndarray.sum", scalars=("initial",), arrays=("where",), samples=_cases(*_NP, {"dtype": "float64"}))
def sum_(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=None):
    """Sum along `axis`; int32 stays int32 (and may overflow), bool gives int64.

    initial: a number to start from.  where: a boolean array, broadcast against `a`, that says what to include.
    """
    dtype = _accumulator(a.dtype, dtype)
    kept = None if where is None or where is True else jnp.asarray(where, bool)
    out = _total(jnp.sum, a, dtype, axis=reduced(axis, a.ndim), keepdims=bool(keepdims), where=kept)
    return out if initial is None else out + number(initial, dtype)


@op("nd.sum", "nd.sum_axis", "nd.NDArray.sum", samples=_cases(*_ND))
def sum_nd(data, axis=None, keepdims=False, exclude=False):
    """Sum along `axis`, or along all but `axis` with `exclude`; the dtype stays."""
    return vector(_total(jnp.sum, data, data.dtype, axis=axes_nd(axis, data.ndim, exclude), keepdims=bool(keepdims)))


@op("np.prod", "np.product", "np.ndarray.prod", samples=_cases(*_NP))
def prod(a, axis=None, dtype=None, out=None, keepdims=False):
    """Product along `axis`; the gradient at a zero is the product of the others (MXNet: nan)."""
    return _total(jnp.prod, a, _accumulator(a.dtype, dtype), axis=reduced(axis, a.ndim), keepdims=bool(keepdims))


@op("nd.prod", "nd.NDArray.prod", samples=_cases(*_ND))
def prod_nd(data, axis=None, keepdims=False, exclude=False):
    """Product along `axis`, or along all but `axis` with `exclude`."""
    return vector(_total(jnp.prod, data, data.dtype, axis=axes_nd(axis, data.ndim, exclude), keepdims=bool(keepdims)))


def _without_nan(x, instead):
    return where(lax.ne(x, x), instead, x) if is_float(x.dtype) else x


@op("nd.nansum", "nd.NDArray.nansum", samples=_cases(*_ND))
def nansum_nd(data, axis=None, keepdims=False, exclude=False):
    """Sum along `axis` with nan counted as 0; nan elements get no gradient."""
    return sum_nd(_without_nan(data, 0), axis, keepdims, exclude)


@op("nd.nanprod", "nd.NDArray.nanprod", samples=_cases(*_ND))
def nanprod_nd(data, axis=None, keepdims=False, exclude=False):
    """Product along `axis` with nan counted as 1."""
    return prod_nd(_without_nan(data, 1), axis, keepdims, exclude)


# Means and variances.

def _mean_dtype(dtype, wanted, np_dtype):
    """np.mean: float32 unless asked otherwise; float64 stays (2.0.0b1 narrows it, against its own documentation)."""
    return wanted or (FLOAT64 if np_dtype or dtype == FLOAT64 else FLOAT32)


def _count(x, axes):
    return math.prod(x.shape[a] for a in axes)


def _mean(x, axes, keepdims, dtype):
    work = dtype if is_float(dtype) and dtype.itemsize > 2 else wide(dtype)
    return cast(over(total(to(x, work), axes, bool(keepdims)), onp.asarray(_count(x, axes), work)), dtype)


@op("np.mean", "np.ndarray.mean", samples=_cases(*_NP))
def mean(a, axis=None, dtype=None, out=None, keepdims=False, np_dtype=False):
    """Mean along `axis`: float32, float64 for float64 and with NumPy's default dtypes, or `dtype`.

    Differs: 2.0.0b1 answers float32 for float64 operands too; here, as documented and in 1.9.1, they stay float64.
    """
    return _mean(a, reduced(axis, a.ndim), keepdims, _mean_dtype(a.dtype, dtype, np_dtype))


@op("nd.mean", "nd.NDArray.mean", samples=_cases(*_ND))
def mean_nd(data, axis=None, keepdims=False, exclude=False):
    """Mean along `axis`, or along all but `axis` with `exclude`; the dtype stays, fractions of integers are cut off."""
    return vector(_mean(data, axes_nd(axis, data.ndim, exclude), keepdims, data.dtype))


def _variance(x, axes, ddof, keepdims, work):
    x = cast(x, work)
    away = lax.sub(x, _mean(x, axes, True, work))
    left = lax.sub(of(_count(x, axes), x), number(ddof, work))
    return over(total(lax.mul(away, away), axes, bool(keepdims)), lax.max(left, of(0, x)))


def _spread(a, axis, dtype, correction, keepdims, ddof):
    dtype = dtype or (FLOAT32 if a.dtype == bool else a.dtype)
    ddof = correction if ddof is None else ddof
    return _variance(a, reduced(axis, a.ndim), ddof, keepdims, wide(dtype)), dtype


@op("np.var", "np.ndarray.var", scalars=("ddof", "correction"), samples=_cases(*_NP, {"ddof": 1}))
def var(a, axis=None, dtype=None, out=None, correction=0, keepdims=False, ddof=None):
    """Variance along `axis`, divided by n - correction (1.x and NumPy call it ddof).

    The dtype is the operand's; fractions of integers are cut off. The gradient is right (MXNet: zero).
    """
    value, dtype = _spread(a, axis, dtype, correction, keepdims, ddof)
    return cast(value, dtype)


@op("np.std", "np.ndarray.std", scalars=("ddof", "correction"), samples=_cases(*_NP, {"ddof": 1}))
def std(a, axis=None, dtype=None, out=None, correction=0, keepdims=False, ddof=None):
    """Standard deviation along `axis`; see var. Where it is zero, so is the gradient."""
    value, dtype = _spread(a, axis, dtype, correction, keepdims, ddof)
    flat = lax.eq(value, of(0, value))  # the root has no derivative there
    return cast(where(flat, 0, lax.sqrt(where(flat, 1, value))), dtype)


@op("nd.moments", samples=_cases({"axes": (0,)}, {"axes": (0, 1), "keepdims": True}))
def moments(data, axes=None, keepdims=False):
    """Mean and variance along `axes`; returns both. Raises: MXNetError if `axes` is missing or empty."""
    if axes is None or axes == ():
        raise MXNetError("`axes` must name at least one axis; for all of them pass axes=tuple(range(x.ndim))")
    axes = axes_in(axes, data.ndim)
    value = _variance(data, axes, 0, keepdims, wide(data.dtype))
    return vector(_mean(data, axes, keepdims, data.dtype)), vector(cast(value, data.dtype))


def root_of_squares(x, axes, keepdims):
    """The 2-norm along `axes`. Squares of float32 are added up in float64: the norms of 1e25 and of 1e-25 are numbers, as in MXNet."""
    x = to(x, FLOAT64)
    return lax.sqrt(total(lax.mul(x, x), axes, keepdims))


@op("nd.norm", "npx.norm", "nd.NDArray.norm", samples=_cases({}, {"ord": 1, "axis": 1}, {"axis": (0, 1), "keepdims": True}))
def norm_nd(data, ord=2, axis=None, out_dtype=None, keepdims=False):
    """The 1- or 2-norm of the elements along `axis` (None: all); the dtype stays unless `out_dtype` is given.

    With two axes this is no matrix norm, just that of all their elements. At 0 the 2-norm's gradient is nan, as in MXNet.
    Raises: MXNetError for another `ord`.
    """
    if ord not in (1, 2):
        raise MXNetError(f"`ord` must be 1 or 2, got {ord!r}; np.linalg.norm has the others")
    axes = axes_nd(axis, data.ndim)
    dtype = data.dtype if out_dtype is None else jnp.dtype(out_dtype)
    x = cast(data, wide(dtype))
    if ord == 1:
        out = total(magnitude(x), axes, bool(keepdims))
    else:
        out = root_of_squares(x, axes, bool(keepdims))
    return vector(cast(out, dtype))


# Truth.

@op("np.all", "np.ndarray.all", grad=False, samples=_cases(*_NP))
def all_(a, axis=None, out=None, keepdims=False):
    """Whether all elements along `axis` are nonzero; bool."""
    return jnp.all(a, axis=reduced(axis, a.ndim), keepdims=bool(keepdims))


@op("np.alltrue", grad=False, samples=_cases({}))
def alltrue(a, axis=None, out=None, keepdims=False):
    """NumPy's old name of all."""
    return all_(a, axis, keepdims=keepdims)


@op("np.any", "np.ndarray.any", grad=False, samples=_cases(*_NP))
def any_(a, axis=None, out=None, keepdims=False):
    """Whether some element along `axis` is nonzero; bool."""
    return jnp.any(a, axis=reduced(axis, a.ndim), keepdims=bool(keepdims))


@op("np.sometrue", grad=False, samples=_cases({}))
def sometrue(a, axis=None, keepdims=False):
    """NumPy's old name of any."""
    return any_(a, axis, keepdims=keepdims)


@op("nd.contrib.allclose", scalars=("rtol", "atol"), grad=False)
def allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=True):
    """1 if all |a - b| <= atol + rtol * |b|, else 0; uint8, 0-d. equal_nan: whether nan equals nan."""
    wide_b = b.astype(jnp.float64)
    near = jnp.abs(a.astype(jnp.float64) - wide_b) <= number(atol, jnp.float64) + number(rtol, jnp.float64) * jnp.abs(wide_b)
    near = near | (a == b)  # infinities
    if equal_nan and is_float(a.dtype):
        near = near | (jnp.isnan(a) & jnp.isnan(b))
    return jnp.all(near).astype(jnp.uint8)


# Positions.

def _position_of_number(extreme, x, axis, keepdims):
    """_position where nan counts as neither."""
    if is_float(x.dtype):
        x = _without_nan(x, -jnp.inf if extreme is largest else jnp.inf)
    return _position(extreme, x, None if x.ndim == 0 and axis in (0, -1) else axis, keepdims)


def _position(extreme, x, axis, keepdims):
    """Where the first largest or smallest element is; nan counts as both. int64.

    Two plain reductions: on CPU 10 times as fast as XLA's reduction over pairs (256 x 1000: 0.25 ms, not 2.4 ms).
    """
    if axis is None:
        out = _position(extreme, x.reshape(-1), 0, False)
        return out.reshape((1,) * x.ndim) if keepdims else out
    axis = axis_in(axis, x.ndim)
    if x.shape[axis] == 0:
        raise MXNetError(f"an array of shape {x.shape} has no extreme element along axis {axis}: it is empty")
    out = _first(lax.stop_gradient(x), axis=axis, least=extreme is smallest)
    return lax.expand_dims(out, (axis,)) if keepdims else out


def _first_extreme(x, *, axis, least):
    size = x.shape[axis]
    hit = lax.eq(x, (smallest if least else largest)(x, (axis,), True))
    if is_float(x.dtype):
        hit = lax.bitwise_or(hit, lax.ne(x, x))
    place = lax.broadcasted_iota(jnp.int32 if size < 1 << 31 else jnp.int64, x.shape, axis)
    return to(smallest(where(hit, place, size - 1), (axis,)), jnp.int64)


_first = outlined("first_extreme", _first_extreme, lambda x, axis, least: x.shape[:axis] + x.shape[axis + 1:], dtype=INT64)


@op("np.argmax", "np.ndarray.argmax", grad=False, samples=_cases({}, {"axis": 1}, {"axis": 0, "keepdims": True}))
def argmax(a, axis=None, out=None, keepdims=False):
    """Index of the first largest element along `axis`, of the flattened array by default; int64. nan does not count."""
    return _position_of_number(largest, a, axis, keepdims)


@op("np.argmin", "np.ndarray.argmin", grad=False, samples=_cases({}, {"axis": 1}, {"axis": 0, "keepdims": True}))
def argmin(a, axis=None, out=None, keepdims=False):
    """Index of the first smallest element along `axis`, of the flattened array by default; int64. nan does not count."""
    return _position_of_number(smallest, a, axis, keepdims)


@op("nd.argmax", "nd.NDArray.argmax", grad=False, samples=_cases({}, {"axis": 1}))
def argmax_nd(data, axis=None, keepdims=False):
    """Index of the first largest element along `axis`, in the dtype of `data`: float32 indices by default. nan is the largest."""
    return vector(_position(largest, data, axis, keepdims).astype(data.dtype))


@op("nd.argmin", "nd.NDArray.argmin", grad=False, samples=_cases({}, {"axis": 1}))
def argmin_nd(data, axis=None, keepdims=False):
    """Index of the first smallest element along `axis`, in the dtype of `data`. nan is the smallest."""
    return vector(_position(smallest, data, axis, keepdims).astype(data.dtype))


@op("nd.argmax_channel", "nd.NDArray.argmax_channel", grad=False, samples=_cases({}))
def argmax_channel(data):
    """nd.argmax along axis 1: the class of every sample, for data of shape (samples, classes, ...)."""
    return argmax_nd(data, 1)


# Running sums and products.

def _row_by_row(x, axis, reverse):
    rows = jnp.moveaxis(x, axis, 0)
    sums = lax.scan(lambda total, row: (total + row,) * 2, jnp.zeros(rows.shape[1:], x.dtype), rows, reverse=reverse)[1]
    return jnp.moveaxis(sums, 0, axis)


def _running_sum(x, *, axis, reverse):
    native = partial(lax.cumsum, axis=axis, reverse=reverse)
    if x.size < 128 * x.shape[axis]:
        return native(x)
    return on_cpu(partial(_row_by_row, axis=axis, reverse=reverse), native, x)


_running = outlined("running_sum", _running_sum, lambda x, axis, reverse: x.shape, lambda x, axis, reverse: 16 * x.size)
linear(_running, lambda ct, _, axis, reverse: _running(ct, axis=axis, reverse=not reverse))


def running_sum(x, axis, dtype):
    """jnp.cumsum, on CPU as a loop along `axis` where the other axes have many elements for each of its steps: 1024 x 1024 along the
    last axis takes 4 ms and not 11, along the first 1 ms and not 15.
    """
    return _running(x.astype(dtype), axis=axis, reverse=False)


@op("np.cumsum", "np.ndarray.cumsum", "nd.cumsum", samples=_cases({}, {"axis": 1}, {"axis": 0, "dtype": "float64"}))
def cumsum(a, axis=None, dtype=None):
    """Running sum along `axis`, of the flattened array by default; the dtype stays, bool gives int64."""
    x, axis = (a.reshape(-1), 0) if axis is None else (a, axis_in(axis, a.ndim))
    dtype = _accumulator(a.dtype, dtype)
    return _total(running_sum, cast(x, dtype), dtype, axis=axis)


def numpy_sum_dtype(dtype):
    """NumPy's accumulator: integers narrower than 64 bits become int64 or uint64."""
    if dtype == bool or dtype.kind == "i":
        return INT64
    return jnp.dtype("uint64") if dtype.kind == "u" else dtype


@op("np.cumprod", samples=_cases({}, {"axis": 1}))
def cumprod(a, axis=None, dtype=None):
    """Running product along `axis`, of the flattened array by default; integers give 64 bits, as NumPy's do."""
    x, axis = (a.reshape(-1), 0) if axis is None else (a, axis_in(axis, a.ndim))
    dtype = dtype or numpy_sum_dtype(a.dtype)
    return _total(jnp.cumprod, cast(x, dtype), dtype, axis=axis)


# Whether numbers are finite, and sums of squares: what mixed precision training and LARS ask of gradients.

@op("nd.all_finite", grad=False, samples=_cases({}))
def all_finite(data, init_output=True):
    """1 if all elements are finite, else 0; float32, shape (1,). `init_output` has no meaning without `out=`."""
    return jnp.all(jnp.isfinite(data)).astype(jnp.float32).reshape(1)


@op("nd.multi_all_finite", grad=False)
def multi_all_finite(*data, num_arrays=1, init_output=True):
    """1 if all elements of all arrays are finite, else 0; float32, shape (1,)."""
    if not data:
        raise MXNetError("give it at least one array")
    fine = jnp.array(True)
    for x in data:
        fine = fine & jnp.all(jnp.isfinite(x))
    return fine.astype(jnp.float32).reshape(1)


@op("nd.multi_sum_sq")
def multi_sum_sq(*data, num_arrays=1):
    """The sum of squares of each array; float32, shape (number of arrays,)."""
    return jnp.stack([jnp.sum(jnp.square(x.astype(jnp.float32))) for x in data])
