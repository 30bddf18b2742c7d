"""NumPy's functions that skip nan: np.nansum, np.nanmax, np.nanmedian, ...

MXNet hands these to NumPy; here they are operators with gradients. Integers follow NumPy's dtypes: sums are int64,
variances float64. `initial` is a number to start from, `where` a boolean array that says what to include.
Differs: an array also for axis=None, where MXNet gives a NumPy number.
"""
from __future__ import annotations

import jax.numpy as jnp
import numpy as onp

from ..base import FLOAT64, end, is_float
from ..engine.op import Check, op
from .axes import axis_in, number, reduced, wide
from .dtypes import cast
from .reduce import max_, min_, numpy_sum_dtype, running_sum
from .samples import calls_on
from .statistics import quantile_of

_N = onp.array([[3., onp.nan, 2.], [2.5, 5., 4.]], "float32")

_cases = calls_on(_N)


def _missing(x, where=None):
    """What does not count: nan, and what the boolean array `where` leaves out."""
    missing = jnp.isnan(x) if is_float(x.dtype) else jnp.zeros(x.shape, bool)
    return missing if where is None else missing | ~where.astype(bool)


def _filled(x, value, where=None):
    if where is None and not is_float(x.dtype):
        return x
    return jnp.where(_missing(x, where), jnp.asarray(value, x.dtype), x)


@op("np.nansum", scalars=("initial",), arrays=("where",), samples=_cases({}, {"axis": 0}))
def nansum(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=None):
    """Sum along `axis`, nan counted as 0."""
    dtype = dtype or numpy_sum_dtype(a.dtype)
    found = jnp.sum(_filled(a, 0, where), reduced(axis, a.ndim), dtype, keepdims=bool(keepdims))
    return found if initial is None else found + number(initial, dtype)


@op("np.nanprod", scalars=("initial",), arrays=("where",), samples=_cases({}, {"axis": 0}))
def nanprod(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=None):
    """Product along `axis`, nan counted as 1."""
    dtype = dtype or numpy_sum_dtype(a.dtype)
    found = jnp.prod(_filled(a, 1, where), reduced(axis, a.ndim), dtype, keepdims=bool(keepdims))
    return found if initial is None else found * number(initial, dtype)


@op("np.nancumsum", samples=_cases({}, {"axis": 1}))
def nancumsum(a, axis=None, dtype=None):
    """Running sum along `axis`, nan counted as 0."""
    x, axis = (a.reshape(-1), 0) if axis is None else (a, axis_in(axis, a.ndim))
    return running_sum(_filled(x, 0), axis, dtype or numpy_sum_dtype(a.dtype))


@op("np.nancumprod", samples=_cases({}, {"axis": 1}))
def nancumprod(a, axis=None, dtype=None):
    """Running product along `axis`, nan counted as 1."""
    x, axis = (a.reshape(-1), 0) if axis is None else (a, axis_in(axis, a.ndim))
    return jnp.cumprod(_filled(x, 1), axis, dtype or numpy_sum_dtype(a.dtype))


def _extreme_of(fn, join, x, axis, keepdims, largest, initial, where):
    if where is not None and initial is None:
        raise ValueError("`where` needs an `initial` number, in case it leaves nothing")
    out = fn(_filled(x, end(x.dtype, largest), where), axis, keepdims=keepdims)
    if is_float(x.dtype):
        empty = jnp.all(_missing(x, where), reduced(axis, x.ndim), keepdims=bool(keepdims))
        out = jnp.where(empty, jnp.nan, out).astype(x.dtype)
    return out if initial is None else join(out, number(initial, x.dtype))


@op("np.nanmax", scalars=("initial",), arrays=("where",), samples=_cases({}, {"axis": 0}))
def nanmax(a, axis=None, out=None, keepdims=False, initial=None, where=None):
    """The largest element along `axis` that is no nan; nan where there is none."""
    return _extreme_of(max_, jnp.fmax, a, axis, keepdims, False, initial, where)


@op("np.nanmin", scalars=("initial",), arrays=("where",), samples=_cases({}, {"axis": 0}))
def nanmin(a, axis=None, out=None, keepdims=False, initial=None, where=None):
    """The smallest element along `axis` that is no nan; nan where there is none."""
    return _extreme_of(min_, jnp.fmin, a, axis, keepdims, True, initial, where)


def _place_of(fn, x, axis, keepdims, worst):
    if axis is not None:
        axis_in(axis, x.ndim)
    return fn(_filled(x, worst), axis=axis, keepdims=bool(keepdims)).astype(jnp.int64)


def _all_nan(a, axis=None, out=None, keepdims=False):
    return jnp.any(jnp.all(_missing(a), axis))


_SOME = Check(lambda given: True, _all_nan, ValueError, "a slice of nothing but nan has no such place")


@op("np.nanargmax", grad=False, check=_SOME, samples=_cases({}, {"axis": 1}))
def nanargmax(a, axis=None, out=None, keepdims=False):
    """Index of the largest element along `axis` that is no nan; int64."""
    return _place_of(jnp.argmax, a, axis, keepdims, -jnp.inf)


@op("np.nanargmin", grad=False, check=_SOME, samples=_cases({}, {"axis": 1}))
def nanargmin(a, axis=None, out=None, keepdims=False):
    """Index of the smallest element along `axis` that is no nan; int64."""
    return _place_of(jnp.argmin, a, axis, keepdims, jnp.inf)


def _variance(a, axis, dtype, ddof, keepdims, where):
    dtype = dtype or (a.dtype if is_float(a.dtype) else FLOAT64)
    x, there, axes = cast(a, wide(dtype)), ~_missing(a, where), reduced(axis, a.ndim)
    count = jnp.sum(there, axes, keepdims=True).astype(x.dtype)
    x = jnp.where(there, x, 0)
    away = jnp.where(there, x - jnp.sum(x, axes, keepdims=True) / count, 0)
    left = count - number(ddof, x.dtype)
    out = jnp.sum(away * away, axes, keepdims=True) / jnp.where(left > 0, left, jnp.nan)
    return (out if keepdims else jnp.squeeze(out, axes)), dtype


@op("np.nanmean", samples=_cases({}, {"axis": 0}))
def nanmean(a, axis=None, dtype=None, out=None, keepdims=False):
    """Mean along `axis` of the elements that are no nan; integers give float64."""
    dtype = dtype or (a.dtype if is_float(a.dtype) else FLOAT64)
    axes = reduced(axis, a.ndim)
    total = jnp.sum(cast(_filled(a, 0), wide(dtype)), axes, keepdims=bool(keepdims))
    return cast(total / jnp.sum(~_missing(a), axes, keepdims=bool(keepdims)).astype(total.dtype), dtype)


@op("np.nanvar", scalars=("ddof",), arrays=("where",), samples=_cases({}, {"axis": 1, "ddof": 1}))
def nanvar(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, where=None):
    """Variance along `axis` of the elements that are no nan; integers give float64."""
    out, dtype = _variance(a, axis, dtype, ddof, keepdims, where)
    return cast(out, dtype)


@op("np.nanstd", scalars=("ddof",), arrays=("where",), samples=_cases({}, {"axis": 1, "ddof": 1}))
def nanstd(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, where=None):
    """Standard deviation along `axis` of the elements that are no nan; where it is zero, so is the gradient."""
    out, dtype = _variance(a, axis, dtype, ddof, keepdims, where)
    flat = out == 0
    return cast(jnp.where(flat, 0, jnp.sqrt(jnp.where(flat, 1, out))), dtype)


def _quantile(a, q, axis, interpolation, keepdims):
    if not is_float(a.dtype):
        a = a.astype(jnp.float64)
    return cast(quantile_of(a, q, axis, interpolation, keepdims, jnp.nanquantile), a.dtype)


@op("np.nanmedian", samples=_cases({}, {"axis": 0}))
def nanmedian(a, axis=None, out=None, overwrite_input=False, keepdims=False):
    """The middle element along `axis` of those that are no nan, or the mean of the two."""
    return _quantile(a, jnp.asarray(0.5, jnp.float64), axis, "linear", keepdims)


@op("np.nanquantile", scalars=("q",), samples=_cases({"q": 0.3}, {"q": 0.3, "axis": 0}))
def nanquantile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, interpolation=None):
    """The q-th quantile (q in [0, 1]) along `axis` of the elements that are no nan."""
    return _quantile(a, q, axis, interpolation or method, keepdims)


@op("np.nanpercentile", scalars=("q",), samples=_cases({"q": 30}))
def nanpercentile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, interpolation=None):
    """The q-th percentile (q in [0, 100]) along `axis` of the elements that are no nan."""
    return _quantile(a, q.astype(jnp.float64) / 100, axis, interpolation or method, keepdims)
