"""Convolution, its transpose, and nearest or bilinear upsampling built on it."""
from __future__ import annotations

import jax.numpy as jnp
import numpy as onp
from jax import lax

from ...base import MXNetError
from ...engine.op import op
from ..axes import same_dtype
from .convolve import convolve, input_gradient
from .spatial import AXES, bias_given, has_shape, ints, layout_of, one_of, required, uniform, whole
from .window import Window


def _some(*shape):
    """Numbers without a pattern for the samples."""
    n = onp.prod(shape)
    return (onp.arange(n) * 7 % 11 - 5).astype("float32").reshape(shape) / 4


def _weight_layout(layout):
    """Where a kernel's axes lie: MXNet puts its inputs where the data has its channels, its outputs in front."""
    return layout.replace("N", "O").replace("C", "I")


def _check_bias(bias, filters):
    if bias is not None:
        has_shape("bias", bias, (filters,), "one number for each filter")


def _groups(channels, filters, groups):
    whole(num_filter=filters, num_group=groups)
    if groups < 1 or channels % groups or filters % groups:
        raise MXNetError(f"num_group={groups} must divide the {channels} input channels and num_filter={filters}")


def _convolve(data, weight, bias, kernel, stride, dilate, pad, filters, groups, layout):
    required(kernel=kernel, num_filter=filters)
    kernel = ints("kernel", kernel)
    n = len(kernel)
    layout = layout_of(layout, n, data.ndim)
    stride, dilate, pad = ints("stride", stride, n, 1), ints("dilate", dilate, n, 1), ints("pad", pad, n, 0)
    if min(*kernel, *stride, *dilate) < 1 or min(pad) < 0:
        raise MXNetError(f"kernel {kernel}, stride {stride} and dilate {dilate} must be positive, pad {pad} not negative")
    uniform(data=data, weight=weight, bias=bias)
    channels = data.shape[layout.index("C")]
    _groups(channels, filters, groups)
    sizes = dict(zip(AXES[n], kernel, strict=True)) | {"O": filters, "I": channels // groups}
    has_shape("weight", weight, [sizes[a] for a in _weight_layout(layout)],
              f"num_filter, channels per group and kernel as {_weight_layout(layout)}")
    _check_bias(bias, filters)
    for a, k, d, p in zip(AXES[n], kernel, dilate, pad, strict=True):
        size, reach = data.shape[layout.index(a)] + 2 * p, d * (k - 1) + 1
        if reach > size:
            raise MXNetError(f"a kernel that reaches over {reach} along {a} exceeds the padded input's {size}")
    if layout.startswith("NC"):
        return convolve(data, weight, Window(data.shape[2:], kernel, stride, dilate, tuple([(p, p) for p in pad]), groups), bias)
    y = lax.conv_general_dilated(data, weight, stride, [(p, p) for p in pad], rhs_dilation=dilate,
                                 dimension_numbers=(layout, _weight_layout(layout), layout), feature_group_count=groups)
    return y if bias is None else y + bias


_CONV = {"args": [
    ((_some(2, 4, 5, 5), _some(6, 2, 3, 2), _some(6)),
     {"kernel": (3, 2), "num_filter": 6, "num_group": 2, "stride": (2, 1), "pad": (1, 0), "no_bias": False}),
    ((_some(1, 2, 7), _some(3, 2, 2)), {"kernel": (2,), "num_filter": 3, "dilate": (2,), "no_bias": True}),
    ((_some(1, 4, 4, 3), _some(2, 2, 2, 3)), {"kernel": (2, 2), "num_filter": 2, "no_bias": True, "layout": "NHWC"}),
    ((_some(1, 1, 2, 3, 3), _some(1, 1, 2, 2, 2)), {"kernel": (2, 2, 2), "num_filter": 1, "no_bias": True})]}


@op("npx.convolution", arrays=("bias",), samples=_CONV)
def convolution(data, weight, bias=None, kernel=None, stride=None, dilate=None, pad=None, num_filter=1, num_group=1,
                workspace=1024, no_bias=False, cudnn_tune=None, cudnn_off=False, layout=None):
    """Convolution (no flipping) over 1, 2 or 3 axes of space, plus a bias.

    Args:
        data: (N, C, ...) or as `layout` says: NCW, NCHW, NCDHW or NWC, NHWC, NDHWC; a floating dtype.
        weight: (num_filter, C / num_group, *kernel); channels last with such a layout.  bias: (num_filter,).
        kernel, stride, dilate, pad: one number for each axis of space; by default 1, 1 and 0.
        workspace, cudnn_tune, cudnn_off: hints for MXNet's GPU code, without effect.
    Returns: sizes floor((size + 2 pad - dilate (kernel - 1) - 1) / stride) + 1.
    Raises: MXNetError if shapes or dtypes do not fit, or the bias is missing or forbidden.
    """
    bias_given(bias, no_bias)
    return _convolve(data, weight, bias, kernel, stride, dilate, pad, num_filter, num_group, layout)


@op("nd.Convolution", "nd.Convolution_v1", arrays=("bias",), samples=_CONV)
def convolution_nd(data, weight, bias=None, kernel=None, stride=None, dilate=None, pad=None, num_filter=None, num_group=1,
                   workspace=1024, no_bias=False, cudnn_tune=None, cudnn_off=False, layout=None):
    """Convolution; see npx.convolution. Here num_filter is required."""
    bias_given(bias, no_bias)
    return _convolve(data, weight, bias, kernel, stride, dilate, pad, num_filter, num_group, layout)


def _transposed(data, weight, bias, kernel, stride, dilate, pad, adj, target, filters, groups, layout):
    required(kernel=kernel, num_filter=filters)
    kernel = ints("kernel", kernel)
    n = len(kernel)
    layout = layout_of(layout, n, data.ndim)
    stride, dilate = ints("stride", stride, n, 1), ints("dilate", dilate, n, 1)
    pad, adj = ints("pad", pad, n, 0), ints("adj", adj, n, 0)
    target = ints("target_shape", target, n, 0)
    if min(*kernel, *stride, *dilate) < 1 or min(*pad, *adj, *target) < 0:
        raise MXNetError(f"kernel {kernel}, stride {stride} and dilate {dilate} must be positive; "
                         f"pad {pad}, adj {adj} and target_shape {target} not negative")
    uniform(data=data, weight=weight, bias=bias)
    sizes = [data.shape[layout.index(a)] for a in AXES[n]]
    reach = [d * (k - 1) + 1 for d, k in zip(dilate, kernel, strict=True)]
    if any(target):  # it decides how much to cut off; MXNet then ignores pad and adj
        extra = [s * (x - 1) + r - t for s, x, r, t in zip(stride, sizes, reach, target, strict=True)]
        if min(extra) < 0:
            most = tuple(t + e for t, e in zip(target, extra, strict=True))
            raise MXNetError(f"target_shape {target} is too large: at most {most}")
        pad, adj = [(e + 1) // 2 for e in extra], [e % 2 for e in extra]
    if any(a >= s for a, s in zip(adj, stride, strict=True)):
        raise MXNetError(f"adj {tuple(adj)} must be smaller than stride {stride}")
    channels = data.shape[layout.index("C")]
    _groups(channels, filters, groups)
    # The kernel of the convolution whose gradient this is: its outputs are our inputs.
    wanted = dict(zip(AXES[n], kernel, strict=True)) | {"O": channels, "I": filters // groups}
    spec = _weight_layout(layout)
    has_shape("weight", weight, [wanted[a] for a in spec], f"channels, num_filter per group and kernel as {spec}")
    _check_bias(bias, filters)
    sizes = tuple([s * (n - 1) + r - 2 * p + a for s, n, r, p, a in zip(stride, sizes, reach, pad, adj, strict=True)])
    if min(sizes) < 1:
        raise MXNetError(f"pad {tuple(pad)} leaves nothing of the result: sizes {sizes}")
    first = [layout.index(a) for a in "NC" + AXES[n]]  # the axes in the order of channels-first data
    y = input_gradient(jnp.transpose(data, first), jnp.transpose(weight, [spec.index(a) for a in "OI" + AXES[n]]),
                       Window(sizes, kernel, stride, dilate, tuple([(p, p) for p in pad]), groups), bias)
    return jnp.transpose(y, [first.index(i) for i in range(n + 2)])


_DECONV = {"args": [
    ((_some(2, 4, 3, 3), _some(4, 3, 3, 2), _some(6)),
     {"kernel": (3, 2), "num_filter": 6, "num_group": 2, "stride": (2, 1), "pad": (1, 0), "adj": (1, 0), "no_bias": False}),
    ((_some(1, 2, 4), _some(2, 3, 2)), {"kernel": (2,), "num_filter": 3, "dilate": (2,), "no_bias": True}),
    ((_some(1, 1, 2, 2), _some(1, 1, 3, 3)),
     {"kernel": (3, 3), "num_filter": 1, "stride": (2, 2), "target_shape": (5, 4), "no_bias": True}),
    ((_some(1, 3, 3, 2), _some(2, 2, 2, 1)), {"kernel": (2, 2), "num_filter": 1, "no_bias": True, "layout": "NHWC"})]}


@op("npx.deconvolution", arrays=("bias",), samples=_DECONV)
def deconvolution(data, weight, bias=None, kernel=None, stride=None, dilate=None, pad=None, adj=None, target_shape=None,
                  num_filter=1, num_group=1, workspace=1024, no_bias=False, cudnn_tune=None, cudnn_off=False, layout=None):
    """Transposed convolution: the gradient of a convolution with the same parameters, plus a bias.

    Args:
        data: (N, C, ...) or as `layout` says, a floating dtype.  weight: (C, num_filter / num_group, *kernel).
        kernel, stride, dilate, pad: of that convolution.  adj: what to add to the sizes, below stride.
        target_shape: the sizes wanted instead; pad and adj are then computed.
        workspace, cudnn_tune, cudnn_off: hints for MXNet's GPU code, without effect.
    Returns: sizes stride (size - 1) + dilate (kernel - 1) + 1 - 2 pad + adj.
    Raises: MXNetError if shapes or dtypes do not fit, or the bias is missing or forbidden.
    """
    bias_given(bias, no_bias)
    return _transposed(data, weight, bias, kernel, stride, dilate, pad, adj, target_shape, num_filter, num_group, layout)


@op("nd.Deconvolution", arrays=("bias",), samples=_DECONV)
def deconvolution_nd(data, weight, bias=None, kernel=None, stride=None, dilate=None, pad=None, adj=None, target_shape=None,
                     num_filter=None, num_group=1, workspace=512, no_bias=True, cudnn_tune=None, cudnn_off=False, layout=None):
    """Transposed convolution; see npx.deconvolution. Here num_filter is required and there is no bias by default."""
    bias_given(bias, no_bias)
    return _transposed(data, weight, bias, kernel, stride, dilate, pad, adj, target_shape, num_filter, num_group, layout)


def _enlarged(x, scale):
    """Every pixel of (N, C, H, W) as a square of scale by scale."""
    n, c, h, w = x.shape
    return jnp.broadcast_to(x[:, :, :, None, :, None], (n, c, h, scale, w, scale)).reshape(n, c, h * scale, w * scale)


@op("nd.UpSampling", samples={"args": [
    ((_some(1, 2, 2, 3),), {"scale": 2, "sample_type": "nearest"}),
    ((_some(1, 2, 2, 2), _some(1, 1, 1, 1)), {"scale": 2, "sample_type": "nearest"}),
    ((_some(1, 2, 2, 2), _some(2, 1, 4, 4)), {"scale": 2, "sample_type": "bilinear", "num_filter": 2})]})
def up_sampling(*data, scale=None, num_filter=0, sample_type=None, multi_input_mode="concat", num_args=None, workspace=512):
    """Images made `scale` times larger.

    sample_type "nearest": each of the images (N, C, H, W) is enlarged to `scale` times the first one's size and joined along
    the channels, or added up (multi_input_mode "sum").
    "bilinear": data and weight (num_filter, 1, k, k), k = 2 scale - scale % 2, are given to a transposed convolution with one
    filter per channel; the interpolation is in the weight, see initializer.Bilinear.
    num_args, if given, counts the inputs; workspace is a hint without effect.
    Raises: MXNetError if a required parameter is missing or shapes do not fit.
    """
    required(scale=scale, sample_type=sample_type)
    one_of("sample_type", sample_type, ("nearest", "bilinear"))
    one_of("multi_input_mode", multi_input_mode, ("concat", "sum"))
    if not data or num_args not in (None, len(data)) and (sample_type, num_args) != ("bilinear", 1):  # graphs count the images alone
        raise MXNetError(f"num_args={num_args} but {len(data)} arrays were given")
    if scale < 1:
        raise MXNetError(f"`scale` must be at least 1, got {scale}")
    same_dtype(*data)
    for x in data:
        if x.ndim != 4:
            raise MXNetError(f"images of shape (N, C, H, W) are needed, got {x.shape}")
    if sample_type == "bilinear":
        if len(data) != 2:
            raise MXNetError(f"bilinear upsampling takes data and weight, got {len(data)} arrays")
        x, weight = data
        side = 2 * scale - scale % 2
        has_shape("weight", weight, (num_filter, 1, side, side), "num_filter, 1 and the size of the kernel")
        return _transposed(x, weight, None, (side, side), (scale,) * 2, None, (scale // 2,) * 2, None, None, num_filter,
                           num_filter, None)
    height, width = data[0].shape[2] * scale, data[0].shape[3] * scale
    enlarged = []
    for x in data:
        times = height // x.shape[2]
        if (x.shape[2] * times, x.shape[3] * times) != (height, width):
            raise MXNetError(f"an image of {x.shape[2]} by {x.shape[3]} cannot be enlarged to {height} by {width}")
        enlarged.append(_enlarged(x, times))
    if multi_input_mode == "concat":
        return jnp.concatenate(enlarged, axis=1)
    for x in enlarged[1:]:
        has_shape("data", x, enlarged[0].shape, "as the first image after enlarging, to be added up")
    return sum(enlarged[1:], enlarged[0])
