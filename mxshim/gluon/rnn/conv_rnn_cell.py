"""Cells whose weights are convolutions over 1, 2 or 3 axes of space (Shi et al., 2015; MXNet: mxnet.gluon.rnn.conv_rnn_cell).

Shared arguments: input_shape, the shape of an input without its batch, (C, ...) or as conv_layout says; hidden_channels;
i2h_kernel, i2h_pad, i2h_dilate of the convolution of inputs; h2h_kernel (odd sizes), h2h_dilate of that of states, whose padding
keeps their size. Numbers, or one for each axis of space.
Parameters: i2h_weight (gates hidden_channels, C, *i2h_kernel), h2h_weight (gates hidden_channels, hidden_channels, *h2h_kernel),
i2h_bias and h2h_bias (gates hidden_channels,).
"""
from __future__ import annotations

import numbers

from .. import functions as f
from .basic_cell import HybridRecurrentCell, gated, long_short_term


class _ConvCell(HybridRecurrentCell):
    """What these cells share; `n` is the number of axes of space, the others are as in the cells without convolutions."""

    n: int
    gates, states = 1, 1

    def __init__(self, input_shape, hidden_channels, i2h_kernel, h2h_kernel, i2h_pad=0, i2h_dilate=1, h2h_dilate=1,
                 i2h_weight_initializer=None, h2h_weight_initializer=None, i2h_bias_initializer="zeros",
                 h2h_bias_initializer="zeros", conv_layout=None, activation="tanh", prefix=None, params=None):
        super().__init__(prefix, params)
        self._input_shape, self._hidden_channels, self._activation = input_shape, hidden_channels, activation
        self._conv_layout = layout = conv_layout or {1: "NCW", 2: "NCHW", 3: "NCDHW"}[self.n]
        self._channel_axis = layout.find("C")
        kernel, pad, dilate = self._each("i2h_kernel", i2h_kernel), self._each("i2h_pad", i2h_pad), self._each("i2h_dilate", i2h_dilate)
        back, back_dilate = self._each("h2h_kernel", h2h_kernel), self._each("h2h_dilate", h2h_dilate)
        if any(k % 2 == 0 for k in back):
            raise AssertionError(f"{type(self).__name__}: h2h_kernel must be odd, so that states keep their size; got {h2h_kernel}")
        rows, axis = self.gates * hidden_channels, self._channel_axis - 1
        space = [*input_shape[:axis], *input_shape[axis + 1:]]
        out = [size + 2 * p - d * (k - 1) if size else 0 for size, k, p, d in zip(space, kernel, pad, dilate, strict=True)]

        def with_channels(channels, sizes):
            return (*sizes[:axis], channels, *sizes[axis:])

        self._state_shape = with_channels(hidden_channels, out)
        shared = {"stride": (1,) * self.n, "num_filter": rows, "layout": layout}
        self._i2h = {"kernel": kernel, "pad": pad, "dilate": dilate, **shared}
        self._h2h = {"kernel": back, "pad": tuple([d * (k - 1) // 2 for d, k in zip(back_dilate, back, strict=True)]),
                     "dilate": back_dilate, **shared}
        channels = input_shape[axis]
        for name, shape, init in (
                ("i2h_weight", (rows, *with_channels(channels, kernel)), i2h_weight_initializer),
                ("h2h_weight", (rows, *with_channels(hidden_channels, back)), h2h_weight_initializer),
                ("i2h_bias", (rows,), i2h_bias_initializer), ("h2h_bias", (rows,), h2h_bias_initializer)):
            setattr(self, name, self.params.get(name, shape=shape, init=init, allow_deferred_init=True))

    def _each(self, name, value):
        value = (value,) * self.n if isinstance(value, numbers.Number) else tuple(value)
        if len(value) != self.n:
            raise AssertionError(f"{type(self).__name__}: {name} must be a number or {self.n} numbers, got {value}")
        return value

    def infer_shape(self, inputs, *args):
        shape = list(self.i2h_weight.shape)
        shape[self._channel_axis] = inputs.shape[self._channel_axis]
        self.i2h_weight.shape = shape

    def state_info(self, batch_size=0):
        return [{"shape": (batch_size, *self._state_shape), "__layout__": self._conv_layout} for _ in range(self.states)]

    def _convolved(self, inputs, state, i2h_weight, h2h_weight, i2h_bias, h2h_bias):
        return (f.convolution(inputs, i2h_weight, i2h_bias, **self._i2h), f.convolution(state, h2h_weight, h2h_bias, **self._h2h))

    def __repr__(self):
        shape = self.i2h_weight.shape
        return (f"{type(self).__name__}({shape[self._channel_axis] or None} -> {shape[0]}, {self._activation}, "
                f"{self._conv_layout})")


class _ConvRNNCell(_ConvCell):
    def _alias(self):
        return "conv_rnn"

    _operators = ("i2h", "h2h", None, "out")

    def hybrid_forward(self, F, inputs, states, **parameters):
        i2h, h2h = self._convolved(inputs, states[0], **parameters)
        output = self._get_activation(F, i2h + h2h, self._activation)
        return output, [output]


class _ConvLSTMCell(_ConvCell):
    gates, states = 4, 2

    def _alias(self):
        return "conv_lstm"

    _operators = ("i2h", "h2h", None, "slice", "f", None, "i", "c", None, "state", "o", None, "out")

    def hybrid_forward(self, F, inputs, states, **parameters):
        i2h, h2h = self._convolved(inputs, states[0], **parameters)
        return long_short_term(self, F, i2h + h2h, states[1], self._activation, "sigmoid", self._channel_axis)


class _ConvGRUCell(_ConvCell):
    gates = 3

    def _alias(self):
        return "conv_gru"

    _operators = ("i2h", "h2h", "i2h_slice", "h2h_slice", None, "z_act", None, "r_act", None, None, "h_act", None, None, None, "out")

    def hybrid_forward(self, F, inputs, states, **parameters):
        return gated(self, F, *self._convolved(inputs, states[0], **parameters), states[0], self._activation, self._channel_axis)


def _class(kind, base, n, space):
    doc = (f"{kind}Cell with convolutions over {n} {'axis' if n == 1 else 'axes'}; see the module.\n\n"
           f"Inputs: (N, C, {space}), states (N, hidden_channels, ...).  Outputs: as the states.")
    return type(f"Conv{n}D{kind}Cell", (base,), {"n": n, "__doc__": doc, "__module__": __name__})


Conv1DRNNCell, Conv2DRNNCell, Conv3DRNNCell = (_class("RNN", _ConvRNNCell, n, s) for n, s in ((1, "W"), (2, "H, W"), (3, "D, H, W")))
Conv1DLSTMCell, Conv2DLSTMCell, Conv3DLSTMCell = (_class("LSTM", _ConvLSTMCell, n, s) for n, s in ((1, "W"), (2, "H, W"), (3, "D, H, W")))
Conv1DGRUCell, Conv2DGRUCell, Conv3DGRUCell = (_class("GRU", _ConvGRUCell, n, s) for n, s in ((1, "W"), (2, "H, W"), (3, "D, H, W")))
