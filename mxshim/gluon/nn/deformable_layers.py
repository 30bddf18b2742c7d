"""Convolutions that learn where to read (MXNet: mxnet.gluon.nn.conv_layers, mxnet.gluon.contrib.cnn)."""
from __future__ import annotations

from .. import functions as f
from ..block import HybridBlock
from .activations import Activation
from .spatial import layout_in, sizes


class DeformableConvolution(HybridBlock):
    """A convolution whose kernel reads beside its places, by offsets that another convolution computes (Dai et al., 2017).

    Args:
        channels, kernel_size, strides, padding, dilation, groups, use_bias, in_channels, activation: as in nn.Conv2D.
        num_deformable_group: groups of channels with offsets of their own.
        offset_weight_initializer, offset_bias_initializer, offset_use_bias: of the convolution of offsets; zeros read in place.
        layout: "NCHW".  op_name, adj: MXNet's, without effect.
    Inputs: (N, C, H, W).  Outputs: (N, channels, H', W'), as nn.Conv2D's.
    Parameters: offset_weight, offset_bias, deformable_conv_weight, deformable_conv_bias.
    """

    n, _maps = 2, 2

    def __init__(self, channels, kernel_size=(1, 1), strides=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1,
                 num_deformable_group=1, layout="NCHW", use_bias=True, in_channels=0, activation=None, weight_initializer=None,
                 bias_initializer="zeros", offset_weight_initializer="zeros", offset_bias_initializer="zeros",
                 offset_use_bias=True, op_name=None, adj=None, prefix=None, params=None):
        super().__init__(prefix=prefix, params=params)
        layout_in(self, layout, ("NCHW",))
        kernel = sizes(self, "kernel_size", kernel_size)
        shared = {"kernel": kernel, "stride": sizes(self, "strides", strides), "dilate": sizes(self, "dilation", dilation),
                  "pad": sizes(self, "padding", padding), "num_group": groups, "layout": layout}
        self._groups, self._each = groups, num_deformable_group * kernel[0] * kernel[1]
        offsets = self._maps * self._each
        self._offset_kwargs = {**shared, "num_filter": offsets, "no_bias": not offset_use_bias}
        self._kwargs = {**shared, "num_filter": channels, "no_bias": not use_bias, "num_deformable_group": num_deformable_group}

        def parameter(name, filters, init, bias):
            shape = (filters,) if bias else (filters, in_channels // groups, *kernel)
            return self.params.get(name, shape=shape, init=init, allow_deferred_init=True)

        made = {
            "offset_weight": (offsets, offset_weight_initializer, False),
            "offset_bias": (offsets, offset_bias_initializer, True) if offset_use_bias else None,
            "deformable_conv_weight": (channels, weight_initializer, False),
            "deformable_conv_bias": (channels, bias_initializer, True) if use_bias else None,
        }
        with self.name_scope():
            for name in self._order(list(made)):
                setattr(self, name, parameter(name, *made[name]) if made[name] is not None else None)
            self.act = Activation(activation, prefix=activation + "_") if activation else None

    @staticmethod
    def _order(names):
        return names

    def _alias(self):
        return "deformable_conv"

    def infer_shape(self, x, *args):
        for p in (self.offset_weight, self.deformable_conv_weight):
            p.shape = (p.shape[0], x.shape[1] // self._groups, *p.shape[2:])

    def hybrid_forward(self, F, x, offset_weight, deformable_conv_weight, offset_bias=None, deformable_conv_bias=None):
        offsets = f.convolution(x, offset_weight, offset_bias, **self._offset_kwargs)
        y = self._read(x, offsets, deformable_conv_weight, deformable_conv_bias)
        return y if self.act is None else self.act(y)

    def _read(self, x, offsets, weight, bias):
        return f.deformable_convolution(x, offsets, weight, bias, **self._kwargs)

    def __repr__(self):
        k, shape = self._kwargs, self.deformable_conv_weight.shape
        text = f"{shape[1] or None} -> {shape[0]}, kernel_size={k['kernel']}, stride={k['stride']}"
        for name, key, usual in (("padding", "pad", (0, 0)), ("dilation", "dilate", (1, 1)), ("groups", "num_group", 1)):
            text += f", {name}={k[key]}" if k[key] != usual else ""
        text += ", bias=False" if self.deformable_conv_bias is None else ""
        return f"{type(self).__name__}({text}{f', {self.act}' if self.act is not None else ''})"


class ModulatedDeformableConvolution(DeformableConvolution):
    """A deformable convolution that also weights what it reads, by twice the sigmoid of computed numbers (Zhu et al., 2019).

    Arguments, inputs, outputs and parameters: as in DeformableConvolution.
    """

    _maps = 3

    @staticmethod
    def _order(names):
        return names[2:] + names[:2]

    def _alias(self):
        return "modulated_deformable_conv"

    def _read(self, x, offsets, weight, bias):
        places, mask = offsets[:, :2 * self._each], offsets[:, 2 * self._each:]
        return f.modulated_deformable_convolution(x, places, f.sigmoid(mask) * 2, weight, bias, **self._kwargs)

    def __repr__(self):
        return HybridBlock.__repr__(self)
