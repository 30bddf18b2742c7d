"""Regions of interest: a fixed number of bins out of rectangles of a feature map, by maximum, average or interpolation.

Rectangles are rows (example, x1, y1, x2, y2) in units of the image; spatial_scale makes places of the feature map of them. Their own
gradient is zero. An average over a rectangle's bins is a product with one matrix for the rows and one for the columns.
On CPU a rectangle is looked at by turns, in each one pixel of all bins and channels: 256 rectangles with 7 x 7 bins, 32 x 64 x 32 x 32,
in ms of CPU time of two cores of an EPYC, ROIPooling forward, gradient: 18, 22; by masks of rows and of columns: 114, 560.
"""
from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..base import MXNetError
from ..engine.op import op
from .axes import number
from .nn.spatial import ints, required, uniform
from .outline import often_read
from .platform import on_cpu


def _half_up(x):
    """Rounded, halves away from 0, as C rounds."""
    return jnp.sign(x) * jnp.floor(jnp.abs(x) + 0.5)


def _checked(data, rois, scale, width=5, **others):
    """Raises: MXNetError unless data is (N, C, H, W), rois (R, width), and dtypes agree."""
    uniform(data=data, rois=rois, **others)
    required(spatial_scale=scale)
    if data.ndim != 4 or rois.ndim != 2 or rois.shape[1] != width:
        raise MXNetError(f"data (N, C, H, W) and rois (R, {width}) are needed, got {data.shape} and {rois.shape}")
    if not 0 <= scale <= 1:
        raise MXNetError(f"`spatial_scale` must lie in [0, 1], got {scale}")
    rois = lax.stop_gradient(rois)
    example = rois[:, 0].astype("int32")
    there = (rois[:, 0] > -1) & (rois[:, 0] < data.shape[0])
    return example, rois, jnp.asarray(onp.float32(scale), data.dtype), there


def _pair(name, value):
    required(**{name: value})
    if not isinstance(value, tuple) or len(value) != 2 or min(value) < 1:
        raise MXNetError(f"`{name}` must be two positive sizes (rows, columns), got {value}")
    return ints(name, value, 2, 1)


def _example(data, i):
    """One example of a batch; i beyond it is held at its ends."""
    if not data.shape[0]:
        return jnp.zeros(data.shape[1:], data.dtype)
    return lax.dynamic_index_in_dim(data, i, 0, keepdims=False)


_X = (onp.arange(2 * 4 * 5 * 4) * 37 % 101).astype("float32").reshape(2, 4, 5, 4) / 50
_R = onp.array([[0, 0, 0, 3, 4], [1, 1, 0.5, 3.3, 2.7], [0, 2.6, 1.2, 9, 9], [-1, 0, 0, 2, 2]], "float32")


def _bins(start, size, bins, length):
    """(first place, end) of each bin of ROIPooling along an axis: two (rectangles, bins).

    Each step is rounded to float32, as in MXNet: whole edges must stay whole. XLA would multiply by 1 / bins, and not round between.
    """
    edge = (size.astype("float64")[:, None] / bins).astype("float32").astype("float64")
    edges = (jnp.arange(bins + 1) * edge).astype("float32").astype(size.dtype)
    low = jnp.clip(jnp.floor(edges[:, :-1]) + start[:, None], 0, length)
    high = jnp.clip(jnp.ceil(edges[:, 1:]) + start[:, None], 0, length)
    return low.astype("int32"), high.astype("int32")


def _one_by_one(f, data, rectangles, *more):
    """f(data, rectangle, *more) of every one of arrays of rectangles: in turn on CPU, where each needs turns of its own number."""
    def one(data, a):
        return f(data, *a, *more)

    return on_cpu(lambda data, all_: lax.map(lambda a: one(data, a), all_), jax.vmap(one, (None, 0)), data, rectangles)


def _pixels(data):
    """((N * H * W, C) of (N, C, H, W), the dtype of indices of its elements)."""
    return data.transpose(0, 2, 3, 1).reshape(-1, data.shape[1]), "int32" if data.size < 1 << 31 else "int64"


def _at(pixels, at):
    """pixels[at], all of it inside."""
    return pixels.at[at].get(mode="promise_in_bounds", wrap_negative_indices=False)


def _largest(pixels, first, rows, columns, width):
    """Which pixel is the first of the largest of each bin of one rectangle, in each channel: (p * q, C); -1: there is none. A turn
    looks at one pixel of all bins.

    pixels: (N * H * W, C).  first: the number of the example's first pixel.  rows, columns: its (first place, end) of the bins.
    """
    (y, y_end), (x, x_end) = rows, columns
    wide = jnp.max(x_end - x)
    start = first + y[:, None] * width + x

    def look(k, state):
        best, place = state
        down, across = k // wide, k % wide
        inside = (y + down < y_end)[:, None] & (x + across < x_end)
        here = jnp.where(inside, start + down * width + across, first).reshape(-1)
        found = _at(pixels, here)
        better = inside.reshape(-1, 1) & (found > best)
        return jnp.where(better, found, best), jnp.where(better, here[:, None], place)

    shape = (start.size, pixels.shape[1])
    none = jnp.full(shape, -jnp.inf, pixels.dtype), jnp.full(shape, -1, start.dtype)
    return lax.fori_loop(0, jnp.max(y_end - y) * wide, look, none)[1]


@op("npx.roi_pooling", "nd.ROIPooling", samples={"args": [
    ((_X, _R), {"pooled_size": (2, 2), "spatial_scale": 1.0}), ((_X, _R), {"pooled_size": (3, 2), "spatial_scale": 0.5})],
    "constant": (1,)})
def roi_pooling(data, rois, pooled_size=None, spatial_scale=None):
    """The largest element of each bin of each rectangle (Girshick, 2015).

    Args:
        data: (N, C, H, W), floating.  rois: (R, 5), see above; ends belong to the rectangle. Examples outside the batch give 0.
        pooled_size: (rows, columns) of bins.  spatial_scale: from 0 to 1.
    Returns: (R, C, *pooled_size), 0 for empty bins; nan and -inf do not count. The gradient goes to the first of the largest elements.
    Raises: MXNetError if a parameter is missing or shapes do not fit.
    """
    pooled = _pair("pooled_size", pooled_size)
    example, rois, scale, there = _checked(data, rois, spatial_scale)
    corner = _half_up(rois[:, 1:] * scale)
    size = jnp.maximum(corner[:, 2:] - corner[:, :2] + 1, 1)
    c, h, w = data.shape[1:]
    rows = _bins(corner[:, 1], size[:, 1], pooled[0], jnp.where(there[:, None], h, 0))
    columns = _bins(corner[:, 0], size[:, 0], pooled[1], w)
    if data.size == 0:
        return jnp.zeros((len(rois), c, *pooled), data.dtype)
    pixels, index = _pixels(often_read(data, 16 * len(rois) * c * math.prod(pooled)))
    first = jnp.where(there, example, 0).astype(index) * (h * w)
    place = _one_by_one(_largest, lax.stop_gradient(pixels), (first, rows, columns), w)  # (R, p * q, C)
    found = _at(pixels.reshape(-1), jnp.maximum(place, 0) * c + jnp.arange(c, dtype=index))
    found = jnp.where(place >= 0, found, jnp.zeros_like(found))
    return found.transpose(0, 2, 1).reshape(-1, c, *pooled)


def _hat(at, length):
    """Weights of linear interpolation at places (...): (..., length); 0 beyond 1 outside."""
    inside = (at >= -1) & (at <= length)
    at = jnp.clip(at, 0, length - 1)[..., None]
    return jnp.where(inside[..., None], jnp.maximum(1 - jnp.abs(at - jnp.arange(length, dtype=at.dtype)), 0), jnp.zeros_like(at))


def _sampled(start, size, bins, samples, length):
    """(rectangles, bins, length): the mean of the interpolations at equidistant places of each bin; samples 0: one for each pixel."""
    edge = size / bins
    count = jnp.full_like(size, samples) if samples > 0 else jnp.maximum(jnp.ceil(edge), 1)
    k = jnp.arange(bins, dtype=size.dtype)

    def add(i, total):
        at = start[:, None] + (k + ((i + 0.5) / count)[:, None]) * edge[:, None]
        return total + jnp.where((i < count)[:, None, None], _hat(at, length), 0)

    total = jnp.zeros((*size.shape, bins, length), size.dtype)
    if 0 < samples <= 4:  # a loop of XLA's takes longer than a turn
        for i in range(samples):
            total = add(i, total)
    else:
        total = lax.fori_loop(0, samples if samples > 0 else jnp.max(count, initial=0).astype("int32"), add, total)
    return total / count[:, None, None]


def _span(weights):
    """(first place with a weight (R, bins), places that the longest bin has (R)) of weights (R, bins, length)."""
    there, length = weights != 0, weights.shape[-1]
    first, last = (jnp.argmax(w, -1).astype("int32") for w in (there, there[..., ::-1]))
    return first, jnp.max(jnp.where(there.any(-1), length - last - first, 0), -1)


def _weighted(pixels, first, rows, columns, down, across):
    """rows @ the example @ columns.T of one rectangle, in each channel: (p * q, C). A turn adds one pixel of each bin.

    pixels: (N * H * W, C).  first: the number of the example's first pixel.  rows, columns: (bins, length).  down, across: their _span.
    """
    def at(weights, i):
        """(places, weights there): 0 beyond the end."""
        i, last = i[:, None], weights.shape[1] - 1
        return jnp.minimum(i, last), jnp.where(i <= last, jnp.take_along_axis(weights, jnp.minimum(i, last), 1), 0)

    def add(k, total):
        y, tall = at(rows, down[0] + k // across[1])
        x, wide = at(columns, across[0] + k % across[1])
        return total + _at(pixels, (first + y * columns.shape[1] + x.T).reshape(-1)) * (tall * wide.T).reshape(-1, 1)

    shape = (rows.shape[0] * columns.shape[0], pixels.shape[1])
    return lax.fori_loop(0, down[1] * across[1], add, jnp.zeros(shape, pixels.dtype))


def _by_pixels(data, example, rows, columns):
    n, c, h, w = data.shape
    pixels, index = _pixels(data)
    first = jnp.clip(example, 0, n - 1).astype(index) * (h * w)
    found = lax.map(lambda a: _weighted(pixels, *a), (first, rows, columns, _span(rows), _span(columns)))
    return found.transpose(0, 2, 1).reshape(-1, c, rows.shape[1], columns.shape[1])


_TOGETHER = 1 << 17  # elements of the examples of all rectangles up to which their products are one


def _by_matrices(data, example, rows, columns):
    if 0 < len(example) * math.prod(data.shape[1:]) <= _TOGETHER and data.shape[0]:
        across = jnp.einsum("rchw,rqw->rchq", data[jnp.clip(example, 0, data.shape[0] - 1)], columns)
        return jnp.einsum("rchq,rph->rcpq", across, rows)

    def one(a):
        across = jnp.einsum("chw,qw->chq", _example(data, a[0]), a[2])
        return jnp.einsum("chq,ph->cpq", across, a[1])

    return lax.map(one, (example, rows, columns))


@jax.custom_vjp
def _averaged(data, example, rows, columns):
    """Rectangle by rectangle rows @ data[example] @ columns.T: (N, C, H, W), (R, p, H), (R, q, W) -> (R, C, p, q).

    On CPU only pixels with weights are read where examples are large: 256 rectangles, 64 channels of 32 x 32: 14 ms. Products of
    matrices take 30 ms.
    """
    if data.size < data.shape[0] << 14 or data.size == 0:
        return _by_matrices(data, example, rows, columns)
    return on_cpu(_by_pixels, _by_matrices, data, example, rows, columns)


def _averaged_backward(kept, g):
    data, *rest = kept
    return *jax.linear_transpose(lambda data: _by_matrices(data, *rest), data)(g), None, None, None


_averaged.defvjp(lambda *given: (_averaged(*given), given), _averaged_backward)


def _averaged_by_group(data, example, rows, columns, groups):
    """The same, where a bin reads channels of its own.

    groups: (which of the rows' groups, which of the columns') each bin reads its channels from, for position-sensitive maps.
    """
    n, c, h, w = data.shape
    side = max(groups[0]) + 1
    data = data.reshape(n, c // side ** 2, side, side, h, w)[:, :, groups[0]][:, :, :, groups[1]]

    def one(a):
        across = jnp.einsum("cpqhw,qw->cpqh", _example(data, a[0]), a[2])
        return jnp.einsum("cpqh,ph->cpq", across, a[1])

    return lax.map(one, (example, rows, columns))


def _kept(found, there):
    return jnp.where(there[:, None, None, None], found, jnp.zeros_like(found))


@op("nd.contrib.ROIAlign", samples={"args": [
    ((_X, _R), {"pooled_size": (2, 2), "spatial_scale": 0.8}),
    ((_X, _R[:2]), {"pooled_size": (2, 2), "spatial_scale": 1.0, "aligned": True, "sample_ratio": 2, "position_sensitive": True})],
    "constant": (1,)})
def roi_align(data, rois, pooled_size=None, spatial_scale=None, sample_ratio=-1, position_sensitive=False, aligned=False):
    """The mean of interpolated samples of each bin of each rectangle (He et al., 2017).

    Args:
        data: (N, C, H, W), floating.  rois: (R, 5), see above. Examples outside the batch give 0.
        pooled_size: (rows, columns) of bins.  spatial_scale: from 0 to 1.
        sample_ratio: samples of a bin along each axis; not positive: one for each pixel that a bin is long, rounded up.
        position_sensitive: each bin reads channels of its own: C must be a multiple of the bins.
        aligned: middles of pixels are at halves, and rectangles may be smaller than a pixel.
    Returns: (R, C, *pooled_size), or (R, C / bins, *pooled_size).
    Raises: MXNetError if a parameter is missing or shapes do not fit.
    """
    pooled = _pair("pooled_size", pooled_size)
    example, rois, scale, there = _checked(data, rois, spatial_scale)
    corner = rois[:, 1:] * scale - (0.5 if aligned else 0)
    size = corner[:, 2:] - corner[:, :2]
    size = size if aligned else jnp.maximum(size, 1)
    c, h, w = data.shape[1:]
    data = often_read(data, 16 * len(rois) * c * math.prod(pooled))
    rows = _sampled(corner[:, 1], size[:, 1], pooled[0], sample_ratio, h)
    columns = _sampled(corner[:, 0], size[:, 0], pooled[1], sample_ratio, w)
    if position_sensitive:
        if pooled[0] != pooled[1] or data.shape[1] % pooled[0] ** 2:
            raise MXNetError(f"the {data.shape[1]} channels must be a multiple of the bins {pooled}, as many rows as columns")
        groups = [tuple(range(n)) for n in pooled]
        return _kept(_averaged_by_group(data, example, rows, columns, groups), there)
    return _kept(_averaged(data, example, rows, columns), there)


def _grouped(data, output_dim, group_size, pooled_size):
    """(bins, groups, the group of each bin). Raises: MXNetError if the channels do not fit."""
    required(output_dim=output_dim, pooled_size=pooled_size)
    group = group_size or pooled_size
    if data.ndim == 4 and data.shape[1] != output_dim * group ** 2:
        raise MXNetError(f"data must have output_dim * group_size ** 2 = {output_dim * group ** 2} channels, got {data.shape[1]}")
    return pooled_size, group, tuple(min(k * group // pooled_size, group - 1) for k in range(pooled_size))


@op("nd.contrib.PSROIPooling", samples={"args": [
    ((_X, _R), {"spatial_scale": 1.0, "output_dim": 1, "pooled_size": 2}),
    ((_X, _R), {"spatial_scale": 0.5, "output_dim": 1, "pooled_size": 4, "group_size": 2})], "constant": (1,)})
def psroi_pooling(data, rois, spatial_scale=None, output_dim=None, pooled_size=None, group_size=0):
    """The mean of each bin of each rectangle, every group of bins out of channels of its own (Dai et al., 2016).

    Args:
        data: (N, output_dim * group_size ** 2, H, W), floating.  rois: (R, 5), see above. Examples outside the batch give 0.
        pooled_size: rows, and columns, of bins.  group_size: by default pooled_size.
    Returns: (R, output_dim, pooled_size, pooled_size), 0 for empty bins.
    Raises: MXNetError if a parameter is missing or shapes do not fit.
    """
    bins, _, groups = _grouped(data, output_dim, group_size, pooled_size)
    example, rois, scale, there = _checked(data, rois, spatial_scale)
    start = _half_up(rois[:, 1:3]) * scale
    size = jnp.maximum((_half_up(rois[:, 3:]) + 1) * scale - start, 0.1)

    def weights(axis, length):
        k = jnp.arange(bins, dtype=size.dtype)
        edge = size[:, axis, None] / bins
        low = jnp.clip(jnp.floor(k * edge + start[:, axis, None]), 0, length)
        high = jnp.clip(jnp.ceil((k + 1) * edge + start[:, axis, None]), 0, length)
        at = jnp.arange(length)
        inside = ((at >= low[..., None]) & (at < high[..., None])).astype(size.dtype)
        return inside / jnp.maximum(inside.sum(-1, keepdims=True), 1)

    return _kept(_averaged_by_group(data, example, weights(1, data.shape[2]), weights(0, data.shape[3]), (groups, groups)), there)


def interpolated(image, y, x):
    """Bilinear interpolation at places inside: image (..., H, W) read at y and x (s), differentiable in all: (..., s)."""
    h, w = image.shape[-2:]
    y0, x0 = jnp.clip(jnp.floor(lax.stop_gradient(y)), 0, max(h - 2, 0)), jnp.clip(jnp.floor(lax.stop_gradient(x)), 0, max(w - 2, 0))
    dy, dx = y - y0, x - x0
    y0, x0 = y0.astype("int32"), x0.astype("int32")
    y1, x1 = jnp.minimum(y0 + 1, h - 1), jnp.minimum(x0 + 1, w - 1)
    return (image[..., y0, x0] * (1 - dy) * (1 - dx) + image[..., y0, x1] * (1 - dy) * dx
            + image[..., y1, x0] * dy * (1 - dx) + image[..., y1, x1] * dy * dx)


@op("nd.contrib.DeformablePSROIPooling", arrays=("trans",), scalars=("trans_std",), samples={"args": [
    ((_X, _R[1:3], (onp.arange(16) * 7 % 13 - 6).astype("float32").reshape(2, 2, 2, 2) / 6),
     {"spatial_scale": 0.9, "output_dim": 1, "group_size": 2, "pooled_size": 2, "part_size": 2, "sample_per_part": 2, "trans_std": 0.1}),
    ((_X, _R), {"spatial_scale": 0.5, "output_dim": 4, "group_size": 1, "pooled_size": 2, "no_trans": True})], "constant": (1,)})
def deformable_psroi_pooling(data, rois, trans=None, spatial_scale=None, output_dim=None, group_size=None, pooled_size=None,
                             part_size=0, sample_per_part=1, trans_std=0.0, no_trans=False):
    """The mean of interpolated samples of each bin, the bins moved by learned offsets (Dai et al., 2017).

    Args:
        data: (N, output_dim * group_size ** 2, H, W), floating.  rois: (R, 5), see above.
        trans: (R, 2 * classes, part_size, part_size), offsets (x, y) in sizes of the rectangle, times trans_std; each class moves its
            share of the output's channels. Left out with no_trans=True.
        sample_per_part: samples of a bin along each axis.  part_size: by default pooled_size.
    Returns: (R, output_dim, pooled_size, pooled_size).
    Raises: MXNetError if a parameter is missing or shapes do not fit.
    """
    required(group_size=group_size)
    bins, group, groups = _grouped(data, output_dim, group_size, pooled_size)
    if no_trans != (trans is None):
        raise MXNetError("`trans` is missing: pass it, or no_trans=True" if trans is None else "with no_trans=True leave `trans` out")
    example, rois, scale, there = _checked(data, rois, spatial_scale, trans=trans)
    part = part_size or pooled_size
    count, (n, _, h, w), dtype = rois.shape[0], data.shape, data.dtype
    if trans is None:
        trans = jnp.zeros((count, 2, part, part), dtype)
    if trans.ndim != 4 or trans.shape[0] != count or trans.shape[1] % 2 or trans.shape[2:] != (part, part):
        raise MXNetError(f"`trans` must have shape ({count}, 2 * classes, {part}, {part}), got {trans.shape}")
    classes = trans.shape[1] // 2
    if output_dim % classes:
        raise MXNetError(f"the {classes} classes of `trans` must divide output_dim={output_dim}")
    start = _half_up(rois[:, 1:3]) * scale - 0.5
    size = jnp.maximum((_half_up(rois[:, 3:]) + 1) * scale - 0.5 - start, 0.1)
    place = onp.array([k * part // bins for k in range(bins)])
    moved = trans.reshape(count, classes, 2, part, part)[:, :, :, place][..., place] * number(trans_std, dtype)
    k, s = jnp.arange(bins, dtype=dtype), jnp.arange(sample_per_part, dtype=dtype)
    maps = data.reshape(n, output_dim, group, group, h, w)[:, :, onp.array(groups)][:, :, :, onp.array(groups)]
    maps = maps.reshape(n, classes, output_dim // classes, bins, bins, h, w)

    def one(a):
        i, start, size, moved = a  # moved: (classes, 2, p, q)
        edge = size / bins
        x = (k * edge[0] + start[0])[None, None, :] + moved[:, 0] * size[0]  # (classes, p, q)
        y = (k * edge[1] + start[1])[None, :, None] + moved[:, 1] * size[1]
        x = (x[..., None] + s * edge[0] / sample_per_part)[..., None, :]  # (classes, p, q, 1, s)
        y = (y[..., None] + s * edge[1] / sample_per_part)[..., :, None]
        inside = (x >= -0.5) & (x <= w - 0.5) & (y >= -0.5) & (y <= h - 0.5)
        x, y = jnp.broadcast_arrays(jnp.clip(x, 0, w - 1), jnp.clip(y, 0, h - 1))
        read = jax.vmap(jax.vmap(jax.vmap(interpolated)))  # over classes and both axes of bins
        image = jnp.moveaxis(_example(maps, i), 1, 3)  # (classes, p, q, channels, H, W)
        found = read(image, y.reshape(*y.shape[:3], -1), x.reshape(*x.shape[:3], -1))
        inside = inside.reshape(*inside.shape[:3], 1, -1).astype(dtype)
        mean = jnp.sum(found * inside, -1) / jnp.maximum(inside.sum(-1), 1)
        return jnp.moveaxis(mean, 3, 1).reshape(output_dim, bins, bins)

    return _kept(lax.map(one, (example, start, size, moved)), there)


@op("nd.contrib.RROIAlign", grad=False, samples={"args": [
    ((_X, onp.array([[0, 2, 2, 3, 2, 30], [1, 1, 1, 2, 2, -45]], "float32")), {"pooled_size": (2, 2), "spatial_scale": 1.0})]})
def rroi_align(data, rois, pooled_size=None, spatial_scale=None, sampling_ratio=-1):
    """The mean of interpolated samples of each bin of turned rectangles (Ma et al., 2018). The gradient is zero.

    Args:
        data: (N, C, H, W), floating.  rois: (R, 6): example, middle x, y, width, height, angle in degrees.
        pooled_size: (rows, columns) of bins.  spatial_scale: from 0 to 1.
        sampling_ratio: samples of a bin along each axis; not positive: one for each pixel that a bin is long, rounded up.
    Raises: MXNetError if a parameter is missing or shapes do not fit.
    """
    pooled = _pair("pooled_size", pooled_size)
    example, rois, scale, there = _checked(data, rois, spatial_scale, width=6)
    (h, w), dtype = data.shape[2:], data.dtype
    p, q = (jnp.arange(n, dtype=dtype) for n in pooled)

    def one(a):
        i, roi = a
        image = _example(data, i)
        size = jnp.maximum(roi[3:5] * scale, 1)
        angle = roi[5] * (onp.pi / 180)
        edge = size / jnp.asarray(pooled[::-1], dtype)
        count = jnp.full((2,), sampling_ratio, dtype) if sampling_ratio > 0 else jnp.ceil(edge)

        def add(k, total):
            xs = (q + (k % count[0] + 0.5) / count[0]) * edge[0] - size[0] / 2
            ys = (p + (k // count[0] + 0.5) / count[1]) * edge[1] - size[1] / 2
            x = xs * jnp.cos(angle) + ys[:, None] * jnp.sin(angle) + roi[1] * scale
            y = ys[:, None] * jnp.cos(angle) - xs * jnp.sin(angle) + roi[2] * scale
            inside = (x >= -1) & (x <= w) & (y >= -1) & (y <= h)
            found = interpolated(image, jnp.clip(y, 0, h - 1).reshape(-1), jnp.clip(x, 0, w - 1).reshape(-1))
            return total + jnp.where(inside, found.reshape(-1, *pooled), 0)

        every = count[0] * count[1]
        return lax.fori_loop(0, every.astype("int32"), add, jnp.zeros((image.shape[0], *pooled), dtype)) / every

    return _kept(lax.map(one, (example, rois)), there)
