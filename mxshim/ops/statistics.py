"""Order statistics, averages, histograms, differences, interpolation, polynomials and window functions."""
from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as onp

from ..base import FLOAT32, FLOAT64, ArgumentValueError, MXNetError, is_float
from ..engine.op import Scalar, op
from .axes import agreed, axis_in, number, op_of_one_dtype, reduced, wide
from .dtypes import cast
from .outline import outlined, own_derivative

_M = onp.array([[3., 1., 2.5], [2., 5., 4.]], "float32")
_V = onp.array([1., 2., 4.], "float32")


def _on_matrix(*calls):
    """Samples: further arguments for a (2, 3) matrix without ties."""
    return {"args": [((_M, *(c.pop("_", ()))), c) for c in map(dict, calls)]}


# Order statistics.

_METHODS = ("linear", "lower", "higher", "midpoint", "nearest")


def quantile_of(a, q, axis, interpolation, keepdims, fn=jnp.quantile):
    """Quantiles as np.quantile gives them: float32, or float64 for float64."""
    if interpolation not in _METHODS:
        raise MXNetError(f"`interpolation` must be one of {', '.join(_METHODS)}, got {interpolation!r}")
    if a.dtype == bool:
        raise MXNetError("booleans have no quantiles: cast with astype('float32')")
    dtype = a.dtype if a.dtype == "float64" else FLOAT32
    axes = reduced(axis, a.ndim)
    if interpolation == "nearest" and fn is jnp.quantile:  # halves go up, as in MXNet; NumPy's go to the even place
        last = max(math.prod(a.shape[k] for k in axes) - 1, 1)
        q = jnp.floor((q.astype(dtype) * jnp.asarray(last, dtype)).astype("float64") + 0.5) / last
    x, q = cast(a, dtype), q.astype(dtype)
    if fn is not jnp.quantile or q.ndim > 1:
        return fn(x, q, axis=axes, method=interpolation, keepdims=bool(keepdims))
    lead = [n for k, n in enumerate(a.shape) if k not in axes]
    rows = jnp.moveaxis(x, axes, range(len(lead), a.ndim)).reshape(*lead, math.prod(a.shape[k] for k in axes))
    out = _quantile(rows, q, method=interpolation)
    return jnp.expand_dims(out, [q.ndim + k for k in axes]) if keepdims else out


def _quantile_of_rows(x, q, *, method):
    return jnp.quantile(x, q, axis=-1, method=method)


_quantile = outlined("quantile", _quantile_of_rows, lambda x, q, method: (*q.shape, *x.shape[:-1]))
own_derivative(_quantile)


@op("np.quantile", scalars=("q",), samples=_on_matrix({"_": (0.3,)}, {"_": (0.3,), "axis": 1, "interpolation": "lower"},
                                                      {"_": ([0.2, 0.5],), "axis": 0, "keepdims": True}))
def quantile(a, q, axis=None, out=None, overwrite_input=None, interpolation="linear", keepdims=False):
    """The q-th quantile (q in [0, 1], a number or an array) along `axis`; float32, float64 for float64.

    interpolation: "linear", "lower", "higher", "midpoint" or "nearest". An array of q adds its axes in front.
    """
    return quantile_of(a, q, axis, interpolation, keepdims)


@op("np.percentile", scalars=("q",), samples=_on_matrix({"_": (30,)}, {"_": (60.,), "axis": 0, "interpolation": "midpoint"}))
def percentile(a, q, axis=None, out=None, overwrite_input=None, interpolation="linear", keepdims=False):
    """The q-th percentile (q in [0, 100]) along `axis`; see quantile. The gradient is right (MXNet: zero)."""
    return quantile_of(a, q.astype(jnp.float64) / 100, axis, interpolation, keepdims)


@op("np.median", samples=_on_matrix({}, {"axis": 1, "keepdims": True}))
def median(a, axis=None, out=None, overwrite_input=None, keepdims=False):
    """The middle element along `axis`, or the mean of the two; float32, float64 for float64.

    The gradient is right (MXNet: zero).
    """
    return quantile_of(a, jnp.asarray(0.5, jnp.float64), axis, "linear", keepdims)


@op("np.average", arrays=("weights",),
    samples=_on_matrix({}, {"axis": 0, "weights": _V[:2]}, {"weights": _M, "returned": True}))
def average(a, axis=None, weights=None, returned=False):
    """The weighted mean along `axis`; with `returned` also the sum of the weights.

    weights: the shape of `a`, or a vector for one axis. The dtype stays; fractions of integers are cut off.
    """
    axes = reduced(axis, a.ndim)
    x = cast(a, wide(a.dtype))
    if weights is None:
        out, total = jnp.mean(x, axes), jnp.asarray(math.prod(a.shape[k] for k in axes), x.dtype)
    elif weights.shape == a.shape:
        w = cast(weights, x.dtype)
        total = jnp.sum(w, axes)
        out = jnp.sum(x * w, axes) / total
    else:
        if len(axes) != 1 or weights.shape != (a.shape[axes[0]],):
            raise MXNetError(f"`weights` must have the shape of `a`, {a.shape}, or a vector along an axis; got {weights.shape}")
        w = cast(weights, x.dtype)
        total = jnp.sum(w)
        out = jnp.moveaxis(x, axes[0], -1) @ w / total
    dtype = a.dtype if a.dtype != bool else FLOAT32
    out = cast(out, dtype)
    return (out, cast(total, dtype)) if returned else out


# Histograms.

def count_between(x, edges, weights=None):
    """How many elements of x (int64), or what weights, lie in [edges[i], edges[i+1]); the last interval is closed."""
    n = edges.shape[0] - 1
    place = jnp.where(x == edges[-1], n - 1, jnp.searchsorted(edges, x, side="right") - 1)
    inside = (x >= edges[0]) & (x <= edges[-1])
    amount = jnp.ones((), jnp.int64) if weights is None else weights
    return jnp.zeros(n, amount.dtype).at[jnp.where(inside, place, n)].add(amount, mode="drop")


def even_edges(bins, low, high, dtype):
    """bins + 1 edges from low to high."""
    step = jnp.arange(bins + 1, dtype=jnp.float64) / bins
    return (low + (high - low) * step).astype(dtype)


def _edges(a, bins, range):
    """The edges of a histogram's intervals: `bins` itself, or that many equal parts of `range` or of the data's own."""
    if not isinstance(bins, int):
        edges = bins if hasattr(bins, "dtype") else jnp.asarray(bins, a.dtype)
        return agreed(a, edges)[1]
    if bins < 1:
        raise MXNetError(f"`bins` must be positive, got {bins}")
    if range is not None:
        low, high = (float(r) for r in range)
    elif a.size:
        low, high = jnp.min(a).astype(jnp.float64), jnp.max(a).astype(jnp.float64)
        low, high = jnp.where(low == high, low - 0.5, low), jnp.where(low == high, high + 0.5, high)
    else:
        low, high = 0.0, 1.0
    return even_edges(bins, low, high, a.dtype)


@op("np.histogram", either=("bins",), arrays=("weights",), grad=False,
    samples=_on_matrix({"bins": 3}, {"bins": onp.array([0., 2., 5.], "float32")},
                       {"bins": 3, "range": (0., 6.), "density": True}))
def histogram(a, bins=10, range=None, normed=None, weights=None, density=None):
    """How many elements (int64) lie between neighbouring edges, and the edges, in the dtype of `a`.

    bins: the edges, or the number of equal parts of `range` (default: from the smallest to the largest element).
    weights: an array to be summed instead of ones.  density: counts divided by their sum and the intervals' widths.
    """
    edges = _edges(a, bins, range)
    counts = count_between(a.reshape(-1), edges, None if weights is None else weights.reshape(-1))
    if density or normed:
        counts = (counts / jnp.sum(counts) / jnp.diff(edges)).astype(FLOAT32 if a.dtype != "float64" else a.dtype)
    return counts, edges


@op("nd.histogram", either=("bins",), grad=False,
    samples=_on_matrix({"bins": 3, "range": (0., 6.)}, {"bins": 2}, {"bins": onp.array([0., 2., 5.], "float32")}))
def histogram_nd(a, bins=10, range=None):
    """How many elements (int64; float32 if the range is the data's own) lie between neighbouring edges, and the edges."""
    found = histogram(a, bins, range)
    return tuple(x.astype(jnp.float32) for x in found) if range is None and isinstance(bins, int) else found


@op("np.bincount", arrays=("weights",), static=("length",), grad=False,
    samples={"args": [((onp.array([0, 1, 1], "int32"),), {"length": 4})]})
def bincount(x, weights=None, minlength=0, *, length=None):
    """How often each number from 0 on occurs in a vector of non-negative integers, or the sums of its weights.

    weights: shape of x.  minlength: the result's least length.  The dtype is that of `weights`, else of x.
    Raises: MXNetError if x holds floats or negative numbers.
    """
    amount = jnp.ones((), x.dtype) if weights is None else weights
    return jnp.zeros(max(length, minlength), amount.dtype).at[x.astype(jnp.int64)].add(amount)


# Differences.

@op("np.diff", arrays=("prepend", "append"), samples=_on_matrix({}, {"n": 2, "axis": 1}, {"axis": 0, "prepend": _M[:1]}))
def diff(a, n=1, axis=-1, prepend=None, append=None):
    """Differences of neighbours along `axis`, n times over; the dtype stays.

    prepend, append: numbers or arrays put before and after `a` along `axis` first.
    """
    axis = axis_in(axis, a.ndim)
    if n < 0:
        raise MXNetError(f"`n` counts how often differences are taken: it must not be negative, got {n}")

    def beside(x):
        x = x.astype(a.dtype)
        return jnp.broadcast_to(x, (*a.shape[:axis], 1, *a.shape[axis + 1:])) if x.ndim == 0 else x

    pieces = [beside(x) for x in (prepend,) if x is not None] + [a] + [beside(x) for x in (append,) if x is not None]
    out = jnp.concatenate(pieces, axis) if len(pieces) > 1 else a
    for _ in range(n):
        out = jnp.diff(out, axis=axis)
    return out


@op("np.ediff1d", arrays=("to_end", "to_begin"), samples=_on_matrix({}, {"to_begin": _V, "to_end": onp.array(9., "float32")}))
def ediff1d(ary, to_end=None, to_begin=None):
    """Differences of neighbours in the flattened array, with `to_begin` before and `to_end` after them."""
    pieces = [jnp.diff(ary.reshape(-1))]
    if to_begin is not None:
        pieces.insert(0, to_begin.astype(ary.dtype).reshape(-1))
    if to_end is not None:
        pieces.append(to_end.astype(ary.dtype).reshape(-1))
    return jnp.concatenate(pieces)


@op("np.trapz", arrays=("x",), scalars=("dx",), samples=_on_matrix({}, {"axis": 0, "dx": 0.5}, {"x": _V}))
def trapz(y, x=None, dx=1.0, axis=-1):
    """The integral of y along `axis` by the trapezoidal rule, with points `x` or spacing `dx`; integers give float64."""
    axis = axis_in(axis, y.ndim)
    y = y if is_float(y.dtype) else y.astype(jnp.float64)
    if x is None:
        step = number(dx, y.dtype)
    else:
        step = jnp.diff(x.astype(y.dtype), axis=0 if x.ndim == 1 else axis)
        if x.ndim == 1:
            step = step.reshape([-1 if k == axis else 1 for k in range(y.ndim)])
    left = [slice(None)] * y.ndim
    right = list(left)
    left[axis], right[axis] = slice(None, -1), slice(1, None)
    return jnp.sum(step * (y[tuple(left)] + y[tuple(right)]) / 2, axis, dtype=y.dtype)


@op("np.interp", scalars=("x", "left", "right", "period"), samples={"args": [
    ((onp.array([0.5, 1.5, 9.]), _V, _V * 2), {}), ((onp.array([0.5, 1.5, 9.]), _V, _V * 2), {"left": -1., "right": 5.}),
    ((onp.array([0.5, 5.5]), _V, _V * 2), {"period": 5.})]})
def interp(x, xp, fp, left=None, right=None, period=None):
    """The piecewise linear function through the points (xp, fp) at x; float64. xp must be increasing.

    left, right: values outside, fp's first and last by default.  period: of x, instead of left and right.
    The gradient is right (MXNet: zero).
    """
    if xp.ndim != 1 or xp.shape != fp.shape or xp.shape[0] == 0:
        raise ValueError(f"`xp` and `fp` must be vectors of the same positive length, got shapes {xp.shape} and {fp.shape}")
    x, xp, fp = (v.astype(jnp.float64) for v in (x, xp, fp))
    left, right, period = (None if v is None else number(v, jnp.float64) for v in (left, right, period))
    return jnp.interp(x, xp, fp, left=left, right=right, period=period)


# Covariance, correlation.

def _observations(m, y, rowvar):
    x = m.astype(jnp.float64)
    if y is not None:
        if rowvar is False and m.ndim == 2:
            x = x.T
        y = (y if rowvar or y.ndim < 2 else y.T).astype(jnp.float64)
        x = jnp.concatenate([jnp.atleast_2d(x), jnp.atleast_2d(y)], 0)
        rowvar = True
    return x, rowvar


@op("np.cov", arrays=("y", "fweights", "aweights"), samples=_on_matrix({}, {"rowvar": False, "bias": True}))
def cov(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, dtype=None):
    """The covariance matrix of variables in rows (columns if not rowvar); float64 unless `dtype` says otherwise."""
    x, rowvar = _observations(m, y, bool(rowvar))
    fweights = None if fweights is None else fweights.astype(jnp.int64)
    out = jnp.cov(x, rowvar=rowvar, bias=bool(bias), ddof=ddof, fweights=fweights, aweights=aweights)
    return out.astype(dtype or jnp.float64)


@op("np.corrcoef", arrays=("y",), samples=_on_matrix({}))
def corrcoef(x, y=None, rowvar=True, bias=None, ddof=None, dtype=None):
    """The correlation coefficients of variables in rows (columns if not rowvar); float64 unless `dtype` says otherwise.

    bias, ddof: without effect, as in NumPy.
    """
    x, rowvar = _observations(x, y, bool(rowvar))
    return jnp.corrcoef(x, rowvar=rowvar).astype(dtype or jnp.float64)


def _summed(fn, a, v, *mode):
    """A function of jnp that computes in floats, for two operands, whose result has the dtype that NumPy promotes theirs to."""
    dtype = onp.promote_types(a.dtype, v.dtype)
    work = dtype if is_float(dtype) else jnp.float64
    found = fn(a.astype(work), v.astype(work), *mode)
    return found if is_float(dtype) else jnp.rint(found).astype(dtype)


@op("np.correlate", samples={"args": [((_V, _V[:2]), {}), ((_V, _V[:2]), {"mode": "full"})]})
def correlate(a, v, mode="valid"):
    """The cross-correlation of two vectors: sums of a[n + k] * v[n] for every shift k."""
    return _summed(jnp.correlate, a, v, mode)


# Polynomials; coefficients from the highest power down.

@op_of_one_dtype("np.polyval", scalars=("x",), samples={"args": [((_V, _M), {})]})
def polyval(p, x):
    """The polynomial with coefficients `p` at x, in the dtype of `p`."""
    if p.ndim != 1:
        raise ArgumentValueError(f"`p` must be a vector of coefficients, got shape {p.shape}")
    x = x.astype(p.dtype) if isinstance(x, Scalar) else x
    p, x = agreed(p, x)
    return _polynomial(p, x)


def _horner(p, x):
    out = jnp.zeros(x.shape, p.dtype)
    for k in range(p.shape[0]):
        out = out * x + p[k]
    return out


_polynomial = outlined("polynomial_value", _horner, lambda p, x: x.shape)
own_derivative(_polynomial)


@op("np.polyadd", samples={"args": [((_V, _V[:2]), {})]})
def polyadd(a1, a2):
    """The sum of two polynomials."""
    return jnp.polyadd(jnp.atleast_1d(a1), jnp.atleast_1d(a2))


@op("np.polysub", samples={"args": [((_V, _V[:2]), {})]})
def polysub(a1, a2):
    """The difference of two polynomials."""
    return jnp.polysub(jnp.atleast_1d(a1), jnp.atleast_1d(a2))


@op("np.polymul", samples={"args": [((_V, _V[:2]), {})]})
def polymul(a1, a2):
    """The product of two polynomials."""
    return _summed(jnp.convolve, jnp.atleast_1d(a1), jnp.atleast_1d(a2))


@op("np.vander", samples={"args": [((_V,), {}), ((_V,), {"N": 2, "increasing": True})]})
def vander(x, N=None, increasing=False):
    """Powers of the elements as columns, the highest first; float64, int64 for integers."""
    if x.ndim != 1:
        raise ValueError(f"a vector is needed, got shape {x.shape}")
    x = x.astype(jnp.float64 if is_float(x.dtype) else jnp.int64)
    return jnp.vander(x, N, bool(increasing))


@op("np.unwrap", scalars=("discont", "period"), samples=_on_matrix({}))
def unwrap(p, discont=None, axis=-1, period=2 * math.pi):
    """Angles without jumps: differences of more than half a period along `axis` are changed by whole periods."""
    x = p if is_float(p.dtype) else p.astype(jnp.float64)
    discont = None if discont is None else number(discont, x.dtype)
    return jnp.unwrap(x, discont, axis_in(axis, p.ndim), number(period, x.dtype)).astype(x.dtype)


# Windows.

def window(name, first, second, third, sentence):
    """Declare np.NAME(M): first - second * cos(2 pi n / (M - 1)) + third * cos(4 pi n / (M - 1)) for n < M."""

    def make(M, dtype=None, device=None, np_dtype=False):
        dtype = dtype or (FLOAT64 if np_dtype else FLOAT32)
        if M < 1:
            return jnp.zeros((0,), dtype)
        if M == 1:
            return jnp.ones((1,), dtype)
        turn = 2 * math.pi * onp.arange(M) / (M - 1)
        return jnp.asarray(first - second * onp.cos(turn) + third * onp.cos(2 * turn), dtype)

    make.__name__ = name
    op(f"np.{name}", static=("M",), grad=False, samples={"args": [((5,), {}), ((1,), {})]}, doc=sentence)(make)


window("hanning", 0.5, 0.5, 0, "The Hann window of M points: a raised cosine down to zero; float32 unless `dtype` is given.")
window("hamming", 0.54, 0.46, 0, "The Hamming window of M points: a raised cosine; float32 unless `dtype` is given.")
window("blackman", 0.42, 0.5, 0.08, "The Blackman window of M points: three terms of cosines; float32 unless `dtype` is given.")
