"""Convolutions and their transposes (MXNet: mxnet.gluon.nn.conv_layers).

Shared arguments: `channels`, the number of filters; `kernel_size`, `strides`, `padding`, `dilation` (and `output_padding` of
transposes), one number or one for each axis of space; `groups`, how many parts the channels fall into; `layout`, where the axes
of the data lie; `in_channels`, 0 takes it from the first batch.
"""
from __future__ import annotations

from ...util import is_np_array
from .. import functions as f
from ..block import HybridBlock
from .activations import after
from .spatial import layout_in, sizes

_AXES = {1: "W", 2: "HW", 3: "DHW"}


class _Conv(HybridBlock):
    """What all convolutions share; `n` is the number of axes of space, `layouts` what their layout may be."""

    n: int
    layouts: tuple[str, ...]
    transposed = False

    def __init__(self, channels, kernel_size, strides, padding, dilation, groups, layout, activation, use_bias, weight_initializer,
                 bias_initializer, in_channels, output_padding=None, **kwargs):
        super().__init__(**kwargs)
        layout_in(self, layout, self.layouts)
        kernel = sizes(self, "kernel_size", kernel_size)
        self._channels, self._in_channels, self._layout, self._groups = channels, in_channels, layout, groups
        self._kwargs = {"kernel": kernel, "stride": sizes(self, "strides", strides), "dilate": sizes(self, "dilation", dilation),
                        "pad": sizes(self, "padding", padding), "num_filter": channels, "num_group": groups,
                        "no_bias": not use_bias, "layout": layout}
        if output_padding is not None:
            self._kwargs["adj"] = self.outpad = sizes(self, "output_padding", output_padding)
        with self.name_scope():
            self.weight = self.params.get("weight", shape=self._weight_shape(in_channels), init=weight_initializer,
                                          allow_deferred_init=True)
            self.bias = self.params.get("bias", shape=(channels,), init=bias_initializer,
                                        allow_deferred_init=True) if use_bias else None
            self.act = after(activation)

    def _alias(self):
        return "conv"

    def _weight_shape(self, inputs):
        """As the layout says, with the filters in place of the examples; in a transpose the filters take the channels' place."""
        outer, inner = (inputs, self._channels // self._groups) if self.transposed else (self._channels, inputs // self._groups)
        found = dict(zip(_AXES[self.n], self._kwargs["kernel"], strict=True)) | {"N": outer, "C": inner}
        return tuple([found[axis] for axis in self._layout])

    def infer_shape(self, x, *args):
        self.weight.shape = self._weight_shape(x.shape[self._layout.index("C")])

    def hybrid_forward(self, F, x, weight, bias=None):
        y = (f.deconvolution if self.transposed else f.convolution)(x, weight, bias, **self._kwargs)
        return y if self.act is None else self.act(y)

    def __repr__(self):
        k, shape = self._kwargs, self.weight.shape
        ends = [shape[1] or None, shape[0]]
        if self.transposed and is_np_array():
            ends.reverse()
        text = f"{ends[0]} -> {ends[1]}, kernel_size={k['kernel']}, stride={k['stride']}"
        for name, key, usual in (("padding", "pad", 0), ("dilation", "dilate", 1)):
            if k[key] != (usual,) * self.n:
                text += f", {name}={k[key]}"
        text += f", groups={self._groups}" if self._groups != 1 else ""
        text += ", bias=False" if self.bias is None else ""
        return f"{type(self).__name__}({text}{f', {self.act}' if self.act is not None else ''})"


class Conv1D(_Conv):
    """Convolution over one axis, plus a bias and an activation; see the module.

    Inputs: (N, C, W).  Outputs: (N, channels, W'), W' = floor((W + 2 padding - dilation (kernel_size - 1) - 1) / strides) + 1.
    Parameters: weight (channels, C / groups, kernel), bias (channels,).
    """

    n, layouts = 1, ("NCW",)

    def __init__(self, channels, kernel_size, strides=1, padding=0, dilation=1, groups=1, layout="NCW", activation=None,
                 use_bias=True, weight_initializer=None, bias_initializer="zeros", in_channels=0, **kwargs):
        super().__init__(channels, kernel_size, strides, padding, dilation, groups, layout, activation, use_bias,
                         weight_initializer, bias_initializer, in_channels, **kwargs)


class Conv2D(_Conv):
    """Convolution over images, plus a bias and an activation; see the module.

    Inputs: (N, C, H, W), or (N, H, W, C) with layout "NHWC".  Outputs: the same with `channels` and sizes as in Conv1D.
    Parameters: weight (channels, C / groups, *kernel), channels last with "NHWC"; bias (channels,).
    """

    n, layouts = 2, ("NCHW", "NHWC")

    def __init__(self, channels, kernel_size, strides=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1, layout="NCHW",
                 activation=None, use_bias=True, weight_initializer=None, bias_initializer="zeros", in_channels=0, **kwargs):
        super().__init__(channels, kernel_size, strides, padding, dilation, groups, layout, activation, use_bias,
                         weight_initializer, bias_initializer, in_channels, **kwargs)


class Conv3D(_Conv):
    """Convolution over volumes, plus a bias and an activation; see the module.

    Inputs: (N, C, D, H, W), or (N, D, H, W, C) with layout "NDHWC".  Outputs and parameters: as in Conv2D.
    """

    n, layouts = 3, ("NCDHW", "NDHWC")

    def __init__(self, channels, kernel_size, strides=(1, 1, 1), padding=(0, 0, 0), dilation=(1, 1, 1), groups=1,
                 layout="NCDHW", activation=None, use_bias=True, weight_initializer=None, bias_initializer="zeros",
                 in_channels=0, **kwargs):
        super().__init__(channels, kernel_size, strides, padding, dilation, groups, layout, activation, use_bias,
                         weight_initializer, bias_initializer, in_channels, **kwargs)


class Conv1DTranspose(_Conv):
    """Transposed convolution over one axis, plus a bias and an activation; see the module.

    Inputs: (N, C, W).
    Outputs: (N, channels, W'), W' = strides (W - 1) + dilation (kernel_size - 1) + 1 - 2 padding + output_padding.
    Parameters: weight (C, channels / groups, kernel), bias (channels,).
    """

    n, layouts, transposed = 1, ("NCW",), True

    def __init__(self, channels, kernel_size, strides=1, padding=0, output_padding=0, dilation=1, groups=1, layout="NCW",
                 activation=None, use_bias=True, weight_initializer=None, bias_initializer="zeros", in_channels=0, **kwargs):
        super().__init__(channels, kernel_size, strides, padding, dilation, groups, layout, activation, use_bias,
                         weight_initializer, bias_initializer, in_channels, output_padding, **kwargs)


class Conv2DTranspose(_Conv):
    """Transposed convolution over images, plus a bias and an activation; see the module.

    Inputs: (N, C, H, W), or (N, H, W, C) with layout "NHWC".  Outputs: with `channels` and sizes as in Conv1DTranspose.
    Parameters: weight (C, channels / groups, *kernel), bias (channels,).
    """

    n, layouts, transposed = 2, ("NCHW", "NHWC"), True

    def __init__(self, channels, kernel_size, strides=(1, 1), padding=(0, 0), output_padding=(0, 0), dilation=(1, 1), groups=1,
                 layout="NCHW", activation=None, use_bias=True, weight_initializer=None, bias_initializer="zeros",
                 in_channels=0, **kwargs):
        super().__init__(channels, kernel_size, strides, padding, dilation, groups, layout, activation, use_bias,
                         weight_initializer, bias_initializer, in_channels, output_padding, **kwargs)


class Conv3DTranspose(_Conv):
    """Transposed convolution over volumes, plus a bias and an activation; see the module.

    Inputs: (N, C, D, H, W), or (N, D, H, W, C) with layout "NDHWC".  Outputs and parameters: as in Conv2DTranspose.
    """

    n, layouts, transposed = 3, ("NCDHW", "NDHWC"), True

    def __init__(self, channels, kernel_size, strides=(1, 1, 1), padding=(0, 0, 0), output_padding=(0, 0, 0),
                 dilation=(1, 1, 1), groups=1, layout="NCDHW", activation=None, use_bias=True, weight_initializer=None,
                 bias_initializer="zeros", in_channels=0, **kwargs):
        super().__init__(channels, kernel_size, strides, padding, dilation, groups, layout, activation, use_bias,
                         weight_initializer, bias_initializer, in_channels, output_padding, **kwargs)
