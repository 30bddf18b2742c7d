"""Cells of graphs: one step of a recurrent network as a Symbol (MXNet: mxnet.rnn.rnn_cell)."""
from __future__ import annotations

from .. import initializer as init
from .. import ndarray as nd
from .. import symbol
from ..symbol.compose import create


class RNNParams:
    """Variables that cells share, by name; get makes those that are not there."""

    def __init__(self, prefix=""):
        self._prefix, self._params = prefix, {}

    def get(self, name, **kwargs):
        """The variable prefix + name, made with mx.sym.Variable's arguments if it does not exist."""
        name = self._prefix + name
        if name not in self._params:
            self._params[name] = symbol.var(name, **kwargs)
        return self._params[name]


class BaseRNNCell:
    """Base of all cells: cell(input, states) gives (output, new states), Symbols; unroll does so for a whole sequence.

    prefix: what names begin with.  params: an RNNParams to share variables with another cell.
    """

    _gate_names: tuple[str, ...] = ("",)

    def __init__(self, prefix="", params=None):
        self._own_params = params is None
        self._prefix = prefix
        self._params = RNNParams(prefix) if params is None else params
        self._modified = False
        self.reset()

    @property
    def _num_gates(self) -> int:
        return len(self._gate_names)

    def reset(self):
        """Number the names of steps and states from 0 again, for another graph."""
        self._init_counter = self._counter = -1
        for cell in getattr(self, "_cells", ()):
            cell.reset()

    def __call__(self, inputs, states):
        """One step: (output, new states) from an input (batch, features) and a list of states."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(self, inputs, states)")

    @property
    def params(self) -> RNNParams:
        """The variables; reading them means that they are shared, so that they belong to no cell alone."""
        self._own_params = False
        return self._params

    @property
    def state_info(self) -> list[dict]:
        """A dict of "shape" (0 for the batch) and "__layout__" for each state."""
        raise NotImplementedError(f"{type(self).__name__} must define state_info")

    @property
    def state_shape(self):
        """The shapes of the states."""
        return [info["shape"] for info in self.state_info]

    def _step(self) -> str:
        self._counter += 1
        return f"{self._prefix}t{self._counter}_"

    def begin_state(self, func=symbol.zeros, **kwargs):
        """States to start with, func(name=..., shape=..., **kwargs) each; the batch's size is found by shape inference."""
        self._refuse_if_inside()
        states = []
        for info in self.state_info:
            self._init_counter += 1
            states.append(func(name=f"{self._prefix}begin_state_{self._init_counter}", **{**kwargs, **info}))
        return states

    def _refuse_if_inside(self):
        if self._modified:
            raise AssertionError(f"{type(self).__name__} is inside another cell (a ZoneoutCell, say): call that one")

    def unpack_weights(self, args):
        """A dict of arrays in which the stacked weights of the gates have become one entry for each gate."""
        args = dict(args)
        if self._gate_names == ("",):
            return args
        h = self._num_hidden
        for group in ("i2h", "h2h"):
            weight, bias = args.pop(f"{self._prefix}{group}_weight"), args.pop(f"{self._prefix}{group}_bias")
            for j, gate in enumerate(self._gate_names):
                args[f"{self._prefix}{group}{gate}_weight"] = weight[j * h:(j + 1) * h].copy()
                args[f"{self._prefix}{group}{gate}_bias"] = bias[j * h:(j + 1) * h].copy()
        return args

    def pack_weights(self, args):
        """The opposite of unpack_weights."""
        args = dict(args)
        if self._gate_names == ("",):
            return args
        for group in ("i2h", "h2h"):
            for what in ("weight", "bias"):
                parts = [args.pop(f"{self._prefix}{group}{gate}_{what}") for gate in self._gate_names]
                args[f"{self._prefix}{group}_{what}"] = nd.concatenate(parts)
        return args

    def unroll(self, length, inputs, begin_state=None, layout="NTC", merge_outputs=None):
        """`length` steps: (outputs, states).

        inputs: one Symbol with time where `layout` has its T, or a list of Symbols (batch, features).
        merge_outputs: True for one Symbol, False for a list, None for whichever comes by itself.
        """
        self.reset()
        inputs, _ = normalized(length, inputs, layout, False)
        states = self.begin_state() if begin_state is None else begin_state
        outputs = []
        for x in inputs:
            output, states = self(x, states)
            outputs.append(output)
        outputs, _ = normalized(length, outputs, layout, merge_outputs)
        return outputs, states

    def _get_activation(self, inputs, activation, **kwargs):
        if isinstance(activation, str):
            return symbol.Activation(inputs, act_type=activation, **kwargs)
        return activation(inputs, **kwargs)

    def _dense(self, x, what, factor, name):
        return symbol.FullyConnected(data=x, weight=self._weights[what + "_weight"], bias=self._weights[what + "_bias"],
                                     num_hidden=self._num_hidden * factor, name=f"{name}{what}")

    def _make_weights(self, **inits):
        self._weights = {n: self._params.get(n, **({"init": inits[n]} if n in inits else {})) for n in (
            "i2h_weight", "i2h_bias", "h2h_weight", "h2h_bias")}


def normalized(length, inputs, layout, merge, in_layout=None):
    """(inputs as one Symbol or as a list, the axis of time). Raises: AssertionError, ValueError if they do not fit."""
    axis = layout.find("T")
    in_axis = in_layout.find("T") if in_layout is not None else axis
    if isinstance(inputs, symbol.Symbol):
        if merge is False:
            if len(inputs.list_outputs()) != 1:
                raise ValueError("unroll: a Symbol of several outputs is no sequence; pass list(inputs), or one of the whole sequence")
            inputs = list(symbol.split(inputs, axis=in_axis, num_outputs=length, squeeze_axis=1))
    else:
        if length is not None and len(inputs) != length:
            raise AssertionError(f"unroll: {len(inputs)} inputs are given for {length} steps")
        if merge is True:
            inputs = [symbol.expand_dims(i, axis=axis) for i in inputs]
            inputs = symbol.Concat(*inputs, dim=axis)
            in_axis = axis
    if isinstance(inputs, symbol.Symbol) and axis != in_axis:
        inputs = symbol.swapaxes(inputs, dim1=axis, dim2=in_axis)
    return inputs, axis


class RNNCell(BaseRNNCell):
    """h' = activation(W x + b + R h + c) (Elman, 1990).

    num_hidden: the size of h.  activation: a name, or a function of a Symbol.
    """

    def __init__(self, num_hidden, activation="tanh", prefix="rnn_", params=None):
        super().__init__(prefix=prefix, params=params)
        self._num_hidden, self._activation = num_hidden, activation
        self._make_weights()

    @property
    def state_info(self):
        return [{"shape": (0, self._num_hidden), "__layout__": "NC"}]

    def __call__(self, inputs, states):
        name = self._step()
        total = self._dense(inputs, "i2h", 1, name) + self._dense(states[0], "h2h", 1, name)
        output = self._get_activation(total, self._activation, name=f"{name}out")
        return output, [output]


class LSTMCell(BaseRNNCell):
    """Long short-term memory (Hochreiter and Schmidhuber, 1997). forget_bias: what the forget gate's bias starts from."""

    _gate_names = ("_i", "_f", "_c", "_o")

    def __init__(self, num_hidden, prefix="lstm_", params=None, forget_bias=1.0):
        super().__init__(prefix=prefix, params=params)
        self._num_hidden = num_hidden
        self._make_weights(i2h_bias=init.LSTMBias(forget_bias=forget_bias))

    @property
    def state_info(self):
        return [{"shape": (0, self._num_hidden), "__layout__": "NC"} for _ in range(2)]

    def __call__(self, inputs, states):
        name = self._step()
        gates = self._dense(inputs, "i2h", 4, name) + self._dense(states[0], "h2h", 4, name)
        parts = symbol.SliceChannel(gates, num_outputs=4, name=f"{name}slice")
        in_gate = symbol.Activation(parts[0], act_type="sigmoid", name=f"{name}i")
        forget_gate = symbol.Activation(parts[1], act_type="sigmoid", name=f"{name}f")
        in_transform = symbol.Activation(parts[2], act_type="tanh", name=f"{name}c")
        out_gate = symbol.Activation(parts[3], act_type="sigmoid", name=f"{name}o")
        next_c = create("elemwise_add", (forget_gate * states[1], in_gate * in_transform), {"name": f"{name}state"})
        next_h = create("elemwise_mul", (out_gate, symbol.Activation(next_c, act_type="tanh")), {"name": f"{name}out"})
        return next_h, [next_h, next_c]


class GRUCell(BaseRNNCell):
    """Gated recurrent unit (Cho et al., 2014), in the form of cuDNN."""

    _gate_names = ("_r", "_z", "_o")

    def __init__(self, num_hidden, prefix="gru_", params=None):
        super().__init__(prefix=prefix, params=params)
        self._num_hidden = num_hidden
        self._make_weights()

    state_info = RNNCell.state_info

    def __call__(self, inputs, states):
        name = self._step()
        before = states[0]
        i2h, h2h = self._dense(inputs, "i2h", 3, name + "_"), self._dense(before, "h2h", 3, name + "_")
        i2h_r, i2h_z, i2h = symbol.SliceChannel(i2h, num_outputs=3, name=f"{name}_i2h_slice")
        h2h_r, h2h_z, h2h = symbol.SliceChannel(h2h, num_outputs=3, name=f"{name}_h2h_slice")
        reset = symbol.Activation(i2h_r + h2h_r, act_type="sigmoid", name=f"{name}_r_act")
        update = symbol.Activation(i2h_z + h2h_z, act_type="sigmoid", name=f"{name}_z_act")
        new = symbol.Activation(i2h + reset * h2h, act_type="tanh", name=f"{name}_h_act")
        output = create("elemwise_add", ((1. - update) * new, update * before), {"name": f"{name}out"})
        return output, [output]
