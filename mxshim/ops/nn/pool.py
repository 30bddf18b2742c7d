"""Pooling: the maximum, mean, sum or p-norm of windows over 1, 2 or 3 axes of space, and means of adaptive windows."""
from __future__ import annotations

from functools import reduce

import jax.numpy as jnp
import numpy as onp

from ...base import MXNetError
from ...engine.op import op
from ..axes import wide
from .spatial import AXES, LAYOUTS, floats_only, ints, layout_of, one_of
from .windows import reduce_windows

_ROOTS = {1: lambda s: s, 2: jnp.sqrt, 3: jnp.cbrt}


def _out_size(size, k, s, p, convention):
    """How many windows there are along an axis, and the padding on both sides that makes room for them."""
    if convention == "same":
        n = -(-size // s)
        p = max((n - 1) * s + k - size, 0)
        return n, p // 2, p - p // 2
    room = size + 2 * p - k
    if room < 0:
        raise MXNetError(f"a kernel of {k} exceeds the input's {size} padded to {size + 2 * p}")
    n = 1 + (room // s if convention == "valid" else -(-room // s))
    return n, p, max((n - 1) * s + k - size - p, 0)


def _counts(size, n, k, s, lo, hi, convention, pads):
    """How many elements each window holds: with `pads` also those of the padding the user asked for."""
    start = onp.arange(n) * s - lo
    end = onp.minimum(start + k, size + (hi if convention == "same" else lo))
    return end - start if pads else onp.minimum(end, size) - onp.maximum(start, 0)


def _root(total, p):
    """The p-th root, with gradient 0 where the sum is 0."""
    if p == 1:
        return total
    flat = total == 0
    return jnp.where(flat, jnp.zeros_like(total), _ROOTS[p](jnp.where(flat, jnp.ones_like(total), total)))


def _windows(data, kernel, stride, pad, convention, everything, layout):
    """(the axes of space, then for each of them kernel, stride and pad, the convention): of one window if `everything` is in it."""
    kernel = ints("kernel", kernel)
    if everything:
        if data.ndim - 2 not in LAYOUTS:
            raise MXNetError(f"data must have 3, 4 or 5 dimensions, got shape {data.shape}")
        layout = layout_of(layout, data.ndim - 2, data.ndim)
        n = len(layout) - 2
        kernel = tuple(data.shape[layout.index(a)] for a in AXES[n])
        stride, pad, convention = (1,) * n, (0,) * n, "valid"
    else:
        if not kernel:
            raise MXNetError("`kernel` is missing: pass it, or global_pool=True")
        n = len(kernel)
        layout = layout_of(layout, n, data.ndim)
        stride, pad = ints("stride", stride, n, 1), ints("pad", pad, n, 0)
    if min(*kernel, *stride) < 1 or min(pad) < 0:
        raise MXNetError(f"kernel {kernel} and stride {stride} must be positive, pad {pad} not negative")
    if convention == "same" and any(pad):
        raise MXNetError(f"pooling_convention='same' computes the padding itself: leave pad={pad} out")
    return [layout.index(a) for a in AXES[n]], kernel, stride, pad, convention


def _pool(data, kernel, stride, pad, pool_type, convention, everything, p_value, count_pads, layout):
    one_of("pool_type", pool_type, ("max", "avg", "sum", "lp"))
    one_of("pooling_convention", convention, ("valid", "full", "same"))
    floats_only(data)
    if pool_type == "lp" and p_value not in _ROOTS:
        raise MXNetError(f"lp pooling needs p_value=1, 2 or 3, got {p_value}")
    spots, kernel, stride, pad, convention = _windows(data, kernel, stride, pad, convention, everything, layout)
    edges, counts = [], []
    for spot, k, s, p in zip(spots, kernel, stride, pad, strict=True):
        size = data.shape[spot]
        many, lo, hi = _out_size(size, k, s, p, convention)
        edges.append((lo, hi))
        counts.append(_counts(size, many, k, s, lo, hi, convention, pool_type == "avg" and (count_pads is None or count_pads)))
    if pool_type == "max":
        found = reduce_windows(data, "max", spots, kernel, stride, edges)
        if all(c.min() > 0 for c in counts):
            return found
        return jnp.maximum(found, jnp.finfo(data.dtype).min)  # of windows that lie in the padding: MXNet's maxima start there
    x = data.astype(wide(data.dtype))
    if pool_type == "lp":
        x = x ** p_value
    total = reduce_windows(x, "sum", spots, kernel, stride, edges)
    if pool_type == "lp":
        total = _root(total, p_value)
    elif pool_type == "avg":
        count = onp.maximum(reduce(onp.multiply.outer, counts), 1)  # a window may lie outside altogether: its mean is 0
        shape = [1] * data.ndim
        for spot, c in zip(spots, counts, strict=True):
            shape[spot] = len(c)
        total = total / count.reshape(shape).astype(x.dtype)
    return total.astype(data.dtype)


_LINE = onp.array([[[1., -2., 3.5, 0.25, 4., -1., 2.]]], "float32")
_IMAGE = (onp.arange(50) * 7 % 53 - 20).astype("float32").reshape(1, 2, 5, 5) / 8
_POOL = {"args": [
    ((_IMAGE,), {"kernel": (3, 3), "stride": (2, 2), "pad": (1, 1)}),
    ((_IMAGE,), {"kernel": (2, 2), "stride": (2, 2), "pooling_convention": "full", "pool_type": "avg"}),
    ((_IMAGE,), {"kernel": (3, 3), "stride": (2, 2), "pad": (1, 1), "pool_type": "avg", "count_include_pad": False}),
    ((_IMAGE,), {"kernel": (2, 2), "pool_type": "lp", "p_value": 2}),
    ((_LINE,), {"kernel": (3,), "stride": (2,), "pool_type": "sum"}),
    ((_LINE,), {"kernel": (3,), "stride": (2,), "pooling_convention": "same"}),
    ((_IMAGE.reshape(1, 5, 5, 2),), {"kernel": (2, 2), "layout": "NHWC"}),
    ((_IMAGE,), {"kernel": (1, 1), "global_pool": True})]}


@op("npx.pooling", samples=_POOL)
def pooling(data, kernel=None, stride=None, pad=None, pool_type="max", pooling_convention="valid", global_pool=False,
            cudnn_off=False, p_value=None, count_include_pad=None, layout=None):
    """The maximum ("max"), mean ("avg"), sum ("sum") or p-norm ("lp") of windows over the axes of space.

    Args:
        data: (N, C, ...) or as `layout` says, 1 to 3 axes of space; a floating dtype.
        kernel, stride, pad: one number for each axis of space; by default stride 1, pad 0.
        pooling_convention: sizes 1 + (size + 2 pad - kernel) / stride, rounded down ("valid") or up ("full");
            "same": size / stride rounded up, with as much padding as that needs, pad must be 0.
        global_pool: one window over everything; kernel, stride and pad do not matter.
        p_value: 1, 2 or 3, for "lp": the root of the sum of powers (not of magnitudes).
        count_include_pad: whether the mean counts the padding, by default yes; never what "full" adds at the end.
        cudnn_off: a hint without effect.
    Gradients: among equal maxima the first gets it; the p-norm's is 0 where the norm is 0.
    Raises: MXNetError if shapes do not fit.
    Differs: "same" works for every pool type and rank; a missing kernel is accepted with global_pool; nan spreads.
    """
    return _pool(data, kernel, stride, pad, pool_type, pooling_convention, global_pool, p_value, count_include_pad, layout)


@op("nd.Pooling", samples=_POOL)
def pooling_nd(data, kernel=None, pool_type="max", global_pool=False, cudnn_off=False, pooling_convention="valid", stride=None,
               pad=None, p_value=None, count_include_pad=None, layout=None):
    """The maximum, mean, sum or p-norm of windows; see npx.pooling."""
    return _pool(data, kernel, stride, pad, pool_type, pooling_convention, global_pool, p_value, count_include_pad, layout)


@op("nd.Pooling_v1", samples={"args": [
    ((_IMAGE,), {"kernel": (3, 3), "stride": (2, 2), "pad": (1, 1)}),
    ((_IMAGE,), {"kernel": (2, 2), "stride": (2, 2), "pooling_convention": "full", "pool_type": "avg"}),
    ((_IMAGE,), {"global_pool": True, "pool_type": "avg"})]})
def pooling_v1(data, kernel=(), pool_type="max", global_pool=False, pooling_convention="valid", stride=(), pad=()):
    """Pooling of images (N, C, H, W) as old models have it: the mean divides by the kernel's size also where it reaches beyond.

    Raises: MXNetError if data has not 4 dimensions, or the rest does not fit; see npx.pooling.
    The padding is zeros, also for a maximum. Differs: of equal maxima the first gets the gradient, in MXNet each.
    """
    if data.ndim != 4:
        raise MXNetError(f"images of shape (N, C, H, W) are needed, got {data.shape}")
    one_of("pool_type", pool_type, ("max", "avg", "sum"))
    one_of("pooling_convention", pooling_convention, ("valid", "full"))
    kind = "max" if pool_type == "max" else "sum"
    if kind == "max" and pad and not global_pool:
        down, right = pad if isinstance(pad, tuple) else (pad, pad)
        data, pad = jnp.pad(data, ((0, 0), (0, 0), (down, down), (right, right))), ()
    found = _pool(data, kernel, stride, pad, kind, pooling_convention, global_pool, None, None, None)
    size = data.shape[2] * data.shape[3] if global_pool else kernel[0] * kernel[1]
    return found / jnp.asarray(size, data.dtype) if pool_type == "avg" else found


def _means(size, n):
    """(n, size): row i takes the mean of the elements floor(i size / n) up to ceil((i + 1) size / n)."""
    i = onp.arange(n)[:, None]
    start, end = i * size // n, -(-(i + 1) * size // n)
    j = onp.arange(size)
    return ((j >= start) & (j < end)) / (end - start)


@op("nd.contrib.AdaptiveAvgPooling2D", samples={"args": [((_IMAGE,), {"output_size": (3, 2)}), ((_IMAGE,), {}),
                                                         ((_IMAGE,), {"output_size": 7})]})
def adaptive_avg_pooling_2d(data, output_size=None):
    """The means of output_size (h, w) windows that divide images (N, C, H, W) evenly; by default of the whole image.

    Raises: MXNetError if data has not 4 dimensions or output_size is no int or pair.
    """
    sizes = (1, 1) if output_size is None or output_size == () else output_size
    sizes = sizes if isinstance(sizes, tuple) else (sizes,)
    if len(sizes) not in (1, 2) or min(sizes) < 1:
        raise MXNetError(f"`output_size` must be an int or a pair of ints from 1 on, got {output_size}")
    if data.ndim != 4:
        raise MXNetError(f"images of shape (N, C, H, W) are needed, got {data.shape}")
    floats_only(data)
    rows = jnp.asarray(_means(data.shape[2], sizes[0]), wide(data.dtype))
    columns = jnp.asarray(_means(data.shape[3], sizes[-1]), wide(data.dtype))
    return jnp.einsum("nchw,ph,qw->ncpq", data.astype(rows.dtype), rows, columns).astype(data.dtype)
