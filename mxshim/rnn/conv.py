"""Cells of graphs whose weights are convolutions (Shi et al., 2015; MXNet: mxnet.rnn.rnn_cell's ConvRNNCell and the others)."""
from __future__ import annotations

import functools

from .. import symbol
from ..symbol.compose import create
from .cells import BaseRNNCell

_LEAKY = functools.partial(symbol.LeakyReLU, act_type="leaky", slope=0.2)


class BaseConvRNNCell(BaseRNNCell):
    """What these cells share.

    input_shape: the shape of an input, the batch's size first (any number), as conv_layout says.  num_hidden: channels of a state.
    h2h_kernel (odd sizes), h2h_dilate: of the convolution of states, whose padding keeps their size.
    i2h_kernel, i2h_stride, i2h_pad, i2h_dilate: of that of inputs.  activation: a name, or a function of a Symbol.
    Raises: AssertionError for an even h2h_kernel.
    """

    def __init__(self, input_shape, num_hidden, h2h_kernel, h2h_dilate, i2h_kernel, i2h_stride, i2h_pad, i2h_dilate,
                 i2h_weight_initializer, h2h_weight_initializer, i2h_bias_initializer, h2h_bias_initializer, activation, prefix="",
                 params=None, conv_layout="NCHW"):
        super().__init__(prefix=prefix, params=params)
        if any(k % 2 == 0 for k in h2h_kernel):
            raise AssertionError(f"{type(self).__name__}: h2h_kernel must be odd, so that states keep their size; got {h2h_kernel}")
        self._num_hidden, self._activation, self._conv_layout = num_hidden, activation, conv_layout
        rows = num_hidden * len(self._gate_names)
        shared = {"num_filter": rows, "layout": conv_layout}
        self._i2h = {"kernel": i2h_kernel, "stride": i2h_stride, "pad": i2h_pad, "dilate": i2h_dilate, **shared}
        self._h2h = {"kernel": h2h_kernel, "stride": (1, 1), "dilate": h2h_dilate, **shared,
                     "pad": tuple(d * (k - 1) // 2 for d, k in zip(h2h_dilate, h2h_kernel, strict=True))}
        found = symbol.Convolution(symbol.var("data"), **self._i2h).infer_shape(data=tuple(input_shape))[1][0]
        axis = conv_layout.index("C")
        self._state_shape = (0, *found[1:axis], num_hidden, *found[axis + 1:])
        self._make_weights(i2h_weight=i2h_weight_initializer, h2h_weight=h2h_weight_initializer, i2h_bias=i2h_bias_initializer,
                           h2h_bias=h2h_bias_initializer)

    @property
    def state_info(self):
        return [{"shape": self._state_shape, "__layout__": self._conv_layout}]

    def _convolved(self, inputs, before, name):
        """The convolutions of the input and of the state before."""
        return [symbol.Convolution(data=x, weight=self._weights[f"{what}_weight"], bias=self._weights[f"{what}_bias"],
                                   name=f"{name}{what}", **how)
                for x, what, how in ((inputs, "i2h", self._i2h), (before, "h2h", self._h2h))]

    def __call__(self, inputs, states):
        raise NotImplementedError("BaseConvRNNCell: use ConvRNNCell, ConvLSTMCell or ConvGRUCell")


def _with_defaults(prefix):
    """An __init__ with the defaults that the three cells have."""
    def __init__(self, input_shape, num_hidden, h2h_kernel=(3, 3), h2h_dilate=(1, 1), i2h_kernel=(3, 3), i2h_stride=(1, 1), i2h_pad=(1, 1),
                 i2h_dilate=(1, 1), i2h_weight_initializer=None, h2h_weight_initializer=None, i2h_bias_initializer="zeros",
                 h2h_bias_initializer="zeros", activation=_LEAKY, prefix=prefix, params=None, conv_layout="NCHW"):
        BaseConvRNNCell.__init__(self, input_shape, num_hidden, h2h_kernel, h2h_dilate, i2h_kernel, i2h_stride, i2h_pad, i2h_dilate,
                                 i2h_weight_initializer, h2h_weight_initializer, i2h_bias_initializer, h2h_bias_initializer, activation,
                                 prefix, params, conv_layout)
    return __init__


class ConvRNNCell(BaseConvRNNCell):
    """h' = activation(W * x + b + R * h + c) with convolutions. Arguments: see BaseConvRNNCell."""

    __init__ = _with_defaults("ConvRNN_")

    def __call__(self, inputs, states):
        name = self._step()
        i2h, h2h = self._convolved(inputs, states[0], name)
        output = self._get_activation(i2h + h2h, self._activation, name=f"{name}out")
        return output, [output]


class ConvLSTMCell(BaseConvRNNCell):
    """LSTM with convolutions. Arguments: see BaseConvRNNCell."""

    _gate_names = ("_i", "_f", "_c", "_o")
    __init__ = _with_defaults("ConvLSTM_")

    @property
    def state_info(self):
        return super().state_info * 2

    def __call__(self, inputs, states):
        name = self._step()
        i2h, h2h = self._convolved(inputs, states[0], name)
        parts = symbol.SliceChannel(i2h + h2h, num_outputs=4, axis=self._conv_layout.index("C"), name=f"{name}slice")
        in_gate, forget_gate, out_gate = (symbol.Activation(parts[k], act_type="sigmoid", name=f"{name}{n}") for k, n in (
            (0, "i"), (1, "f"), (3, "o")))
        new = self._get_activation(parts[2], self._activation, name=f"{name}c")
        next_c = create("elemwise_add", (forget_gate * states[1], in_gate * new), {"name": f"{name}state"})
        next_h = create("elemwise_mul", (out_gate, self._get_activation(next_c, self._activation)), {"name": f"{name}out"})
        return next_h, [next_h, next_c]


class ConvGRUCell(BaseConvRNNCell):
    """GRU with convolutions. Arguments: see BaseConvRNNCell."""

    _gate_names = ("_r", "_z", "_o")
    __init__ = _with_defaults("ConvGRU_")

    def __call__(self, inputs, states):
        name = self._step()
        both = self._convolved(inputs, states[0], name)
        (i2h_r, i2h_z, i2h), (h2h_r, h2h_z, h2h) = (symbol.SliceChannel(x, num_outputs=3, axis=self._conv_layout.index("C"), name=n)
                                                    for x, n in zip(both, (f"{name}_i2h_slice", f"{name}_h2h_slice"), strict=True))
        reset = symbol.Activation(i2h_r + h2h_r, act_type="sigmoid", name=f"{name}_r_act")
        update = symbol.Activation(i2h_z + h2h_z, act_type="sigmoid", name=f"{name}_z_act")
        new = self._get_activation(i2h + reset * h2h, self._activation, name=f"{name}_h_act")
        output = create("elemwise_add", ((1. - update) * new, update * states[0]), {"name": f"{name}out"})
        return output, [output]
