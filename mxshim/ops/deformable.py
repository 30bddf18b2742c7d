"""Convolution's windows as columns, convolutions whose windows are bent by learned offsets, and the correlation of two images."""
from __future__ import annotations

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..base import MXNetError
from ..engine.op import op
from .nn.spatial import bias_given, floats_only, has_shape, ints, layout_of, one_of, required, uniform
from .outline import often_read
from .samples import some
from .warp import _images, read_between


def _window(kernel, stride, dilate, pad):
    required(kernel=kernel)
    n = len(kernel) if isinstance(kernel, tuple) else 1
    kernel = ints("kernel", kernel, n, 1)
    stride, dilate, pad = ints("stride", stride, n, 1), ints("dilate", dilate, n, 1), ints("pad", pad, n, 0)
    if min(*kernel, *stride, *dilate) < 1 or min(pad) < 0:
        raise MXNetError(f"kernel {kernel}, stride {stride} and dilate {dilate} must be positive, pad {pad} not negative")
    return kernel, stride, dilate, pad


def _places(size, kernel, stride, dilate, pad):
    """How many windows fit along each axis."""
    found = tuple((n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, d, p in zip(size, kernel, stride, dilate, pad, strict=True))
    if min(found) < 1:
        raise MXNetError(f"a kernel {kernel} with dilate {dilate} exceeds the padded input {size}")
    return found


def _columns(data, kernel, stride, dilate, pad):
    places = _places(data.shape[2:], kernel, stride, dilate, pad)
    x = jnp.pad(data, [(0, 0), (0, 0), *((p, p) for p in pad)])
    cells = [x[:, :, *(slice(d * c, d * c + (n - 1) * s + 1, s) for c, d, n, s in zip(cell, dilate, places, stride, strict=True))]
             for cell in itertools.product(*map(range, kernel))]
    return jnp.stack(cells, 2).reshape(data.shape[0], data.shape[1] * len(cells), math.prod(places))


@op("nd.im2col", samples={"args": [((some(1, 2, 3, 4),), {"kernel": (2, 2), "stride": (1, 2), "pad": (0, 1)}),
                                   ((some(1, 2, 4),), {"kernel": (2,), "dilate": (2,)})]})
def im2col(data, kernel=None, stride=None, dilate=None, pad=None):
    """The windows that a convolution multiplies with its kernel, as columns.

    Args: data: (N, C, ...) with 1, 2 or 3 axes of space.  kernel, stride, dilate, pad: as nd.Convolution's.
    Returns: (N, C * elements of the kernel, windows). Raises: MXNetError if shapes do not fit.
    """
    window = _window(kernel, stride, dilate, pad)
    layout_of(None, len(window[0]), data.ndim)
    return _columns(data, *window)


@op("nd.col2im", samples={"args": [((some(1, 8, 6),), {"output_size": (3, 4), "kernel": (2, 2)})]})
def col2im(data, output_size=None, kernel=None, stride=None, dilate=None, pad=None):
    """The transpose of im2col: the columns (N, C * elements of the kernel, windows) added up where their elements came from.

    output_size: the axes of space of the result (N, C, *output_size). Raises: MXNetError if shapes do not fit.
    """
    window = _window(kernel, stride, dilate, pad)
    required(output_size=output_size)
    floats_only(data)
    size = ints("output_size", output_size, len(window[0]), 1)
    cells, count = math.prod(window[0]), math.prod(_places(size, *window))
    if data.ndim != 3 or data.shape[1] % cells or data.shape[2] != count:
        raise MXNetError(f"columns of shape (N, C * {cells}, {count}) are needed, got {data.shape}")
    image = jax.ShapeDtypeStruct((data.shape[0], data.shape[1] // cells, *size), data.dtype)
    return jax.linear_transpose(lambda x: _columns(x, *window), image)(data)[0]


def _bent(data, offset, mask, weight, bias, kernel, stride, dilate, pad, filters, groups, bends, layout):
    """A convolution whose kernel reads beside its places by `offset`, weighted by `mask`."""
    required(num_filter=filters)
    one_of("layout", layout, (None, "NCHW"))
    _images(data)
    window = kernel, stride, dilate, pad = _window(kernel, stride, dilate, pad)
    if len(kernel) != 2:
        raise MXNetError(f"`kernel` must have 2 sizes, got {kernel}")
    uniform(data=data, offset=offset, mask=mask, weight=weight, bias=bias)
    (n, c, h, w), k = data.shape, math.prod(kernel)
    if groups < 1 or c % groups or filters % groups or bends < 1 or c % bends:
        raise MXNetError(f"num_group={groups} and num_deformable_group={bends} must divide the {c} channels, "
                         f"num_group num_filter={filters}")
    out = _places((h, w), *window)
    has_shape("offset", offset, (n, 2 * k * bends, *out), "y and x for each element of the kernel and deformable group")
    has_shape("weight", weight, (filters, c // groups, *kernel), "num_filter, channels per group and kernel")
    if mask is not None:
        has_shape("mask", mask, (n, k * bends, *out), "a factor for each element of the kernel and deformable group")
    if bias is not None:
        has_shape("bias", bias, (filters,), "one number for each filter")
    grids = []
    for axis in (0, 1):  # where each element of the kernel reads: (k, *out)
        start = onp.arange(out[axis]) * stride[axis] - pad[axis]
        element = onp.arange(kernel[axis]) * dilate[axis]
        full = onp.expand_dims(element[:, None] + start, (1, 3) if axis == 0 else (0, 2))
        grids.append(onp.broadcast_to(full, (*kernel, *out)).reshape(k, *out))
    y, x = (jnp.asarray(g, data.dtype) + offset.reshape(n, bends, k, 2, *out)[:, :, :, i] for i, g in enumerate(grids))

    def read(image, y, x):  # (C / bends, H, W), (k, *out) -> (C / bends, k, windows)
        return read_between(image, y.reshape(-1), x.reshape(-1)).reshape(image.shape[0], k, -1)

    if mask is None:  # without a mask, MXNet takes the last row and column as far as the image's end, and nothing before the first
        inside = (y >= 0) & (y < h) & (x >= 0) & (x < w)
        y, x = (jnp.where(inside, jnp.where(at < n - 1, at, n - 1), -2) for at, n in ((y, h), (x, w)))
    data = often_read(data, 4 * n * c * k * math.prod(out))
    columns = jax.vmap(jax.vmap(read))(data.reshape(n, bends, c // bends, h, w), y, x)
    if mask is not None:
        columns = columns * mask.reshape(n, bends, 1, k, -1)
    columns = columns.reshape(n, groups, (c // groups) * k, -1)
    found = jnp.einsum("gfc,ngcl->ngfl", weight.reshape(groups, filters // groups, -1), columns).reshape(n, filters, *out)
    return found if bias is None else found + bias[:, None, None]


_O = some(1, 8, 2, 3) * 0.7 + 0.013  # no place lies on a pixel, where the derivative jumps


@op("npx.deformable_convolution", "nd.contrib.DeformableConvolution", arrays=("bias",), samples={"args": [
    ((some(1, 2, 3, 4), _O, some(2, 2, 2, 2), some(2)), {"kernel": (2, 2), "num_filter": 2}),
    ((some(1, 2, 4, 4), some(1, 16, 2, 2) + 0.013, some(2, 1, 2, 2)), {
        "kernel": (2, 2), "num_filter": 2, "num_group": 2, "num_deformable_group": 2, "stride": (2, 2), "no_bias": True})]})
def deformable_convolution(data, offset, weight, bias=None, kernel=None, stride=None, dilate=None, pad=None, num_filter=None,
                           num_group=1, num_deformable_group=1, workspace=1024, no_bias=False, layout=None):
    """A convolution whose kernel reads beside its places by learned offsets, by bilinear interpolation (Dai et al., 2017).

    Args:
        data: (N, C, H, W), floating.  weight, bias, kernel, stride, dilate, pad, num_filter, num_group, no_bias: as convolution's.
        offset: (N, 2 * num_deformable_group * elements of the kernel, height, width of the result): y and x in pixels.
        num_deformable_group: groups of channels with offsets of their own.
    Raises: MXNetError if shapes or dtypes do not fit, or the bias is missing or forbidden.
    """
    bias_given(bias, no_bias)
    return _bent(data, offset, None, weight, bias, kernel, stride, dilate, pad, num_filter, num_group, num_deformable_group, layout)


@op("npx.modulated_deformable_convolution", "nd.contrib.ModulatedDeformableConvolution", arrays=("bias",), samples={"args": [
    ((some(1, 2, 3, 4), _O, some(1, 4, 2, 3) + 1, some(2, 2, 2, 2), some(2)), {"kernel": (2, 2), "num_filter": 2})]})
def modulated_deformable_convolution(data, offset, mask, weight, bias=None, kernel=None, stride=None, dilate=None, pad=None,
                                     num_filter=None, num_group=1, num_deformable_group=1, workspace=1024, no_bias=False,
                                     im2col_step=64, layout=None):
    """A deformable convolution that also weights what it reads (Zhu et al., 2019); see npx.deformable_convolution.

    mask: (N, num_deformable_group * elements of the kernel, height, width of the result).  im2col_step: without effect.
    """
    bias_given(bias, no_bias)
    return _bent(data, offset, mask, weight, bias, kernel, stride, dilate, pad, num_filter, num_group, num_deformable_group, layout)


@op("nd.Correlation", samples={"args": [
    ((some(1, 2, 4, 5), some(1, 2, 4, 5)[..., ::-1].copy()), {"max_displacement": 1, "pad_size": 1}),
    ((some(1, 2, 5, 5), some(1, 2, 5, 5) + 0.3), {"kernel_size": 3, "max_displacement": 1, "stride1": 2, "pad_size": 1,
                                                       "is_multiply": False})]})
def correlation(data1, data2, kernel_size=1, max_displacement=1, stride1=1, stride2=1, pad_size=0, is_multiply=True):
    """How well patches of one image fit patches of the other near the same place (Fischer et al., 2015).

    Args:
        data1, data2: (N, C, H, W), floating, with pad_size zeros around them.
        kernel_size: of the patches, odd.  stride1: steps between the patches of data1.
        max_displacement, stride2: the patches of data2 lie up to so many pixels away, in steps of stride2.
        is_multiply: the mean of the products; else of the absolute differences.
    Returns: (N, displacements, height, width), displacements row by row.
    Raises: MXNetError if shapes do not fit.
    """
    uniform(data1=data1, data2=data2)
    _images(data1, "data1")
    has_shape("data2", data2, data1.shape, "as `data1`")
    if kernel_size % 2 == 0 or min(stride1, stride2) < 1:
        raise MXNetError(f"kernel_size={kernel_size} must be odd, stride1={stride1} and stride2={stride2} positive")
    n, c, h, w = data1.shape
    border = max_displacement + kernel_size // 2
    out = [math.ceil((size + 2 * pad_size - 2 * border) / stride1) for size in (h, w)]
    if min(out) < 1:
        raise MXNetError(f"displacements of {max_displacement} and kernels of {kernel_size} do not fit images "
                         f"of {(h, w)} padded by {pad_size}")
    edges = ((0, 0), (0, 0), (pad_size, pad_size), (pad_size, pad_size))
    a, b = jnp.pad(data1, edges), jnp.pad(data2, edges)
    span = [(o - 1) * stride1 + kernel_size for o in out]
    a = a[:, :, max_displacement:max_displacement + span[0], max_displacement:max_displacement + span[1]]
    reach = max_displacement // stride2
    steps = onp.arange(-reach, reach + 1) * stride2 + max_displacement
    starts = jnp.asarray(onp.stack(onp.meshgrid(steps, steps, indexing="ij"), -1).reshape(-1, 2), "int32")

    def one(start):
        first = jnp.zeros((), "int32")
        moved = lax.dynamic_slice(b, (first, first, start[0], start[1]), a.shape)
        fit = jnp.sum(a * moved if is_multiply else jnp.abs(a - moved), axis=1)
        zero = onp.zeros((), fit.dtype)
        return lax.reduce_window(fit, zero, lax.add, (1, kernel_size, kernel_size), (1, stride1, stride1), "VALID")

    return jnp.moveaxis(lax.map(one, starts), 0, 1) / (kernel_size ** 2 * c)
