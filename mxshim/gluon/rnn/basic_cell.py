"""Cells: one step of a recurrent network, and unrolling over a sequence (MXNet: mxnet.gluon.rnn.rnn_cell)."""
from __future__ import annotations

from ... import ndarray as nd
from ... import numpy as np
from ...util import is_np_array
from .. import functions as f
from ..block import Block, HybridBlock
from .sequences import arranged, begin_states, checked, listed, masked, merged


class RecurrentCell(Block):
    """Base of all cells: cell(inputs, states) gives (output, next states); define `forward` and `state_info`.

    Inputs: inputs (N, C), states: a list of arrays.  Outputs: (N, C'), and a list of as many arrays.
    """

    def __init__(self, prefix=None, params=None):
        super().__init__(prefix, params)
        self._modified = False  # a modifier cell has taken this one over
        self.reset()

    def reset(self):
        """Forget what the cell remembers between steps (masks, the last output), in children too."""
        for cell in self._children.values():
            cell.reset()

    def state_info(self, batch_size=0):
        """A list of {"shape": ..., "__layout__": ...}, one for each state."""
        raise NotImplementedError(f"{type(self).__name__} must define state_info(self, batch_size)")

    def begin_state(self, batch_size=0, func=None, **kwargs):
        """States to start with: a list of func(shape=..., **kwargs), by default zeros.

        Raises: AssertionError if a modifier cell has taken this one over; call it on that one.
        """
        self._free()
        func = (np.zeros if is_np_array() else nd.zeros) if func is None else func
        return [func(shape=info["shape"], **kwargs) for info in self.state_info(batch_size)]

    def _free(self):
        if self._modified:
            raise AssertionError(f"{type(self).__name__} is part of a modifier cell (ZoneoutCell, ...); call begin_state of that one")

    def unroll(self, length, inputs, begin_state=None, layout="NTC", merge_outputs=None, valid_length=None):
        """Run over `length` steps.

        Args:
            inputs: an array (N, T, C), or (T, N, C) with layout "TNC", or a list of T arrays (N, C).
            begin_state: a list of arrays, by default zeros.
            merge_outputs: True for one array, False for a list, None for what is at hand.
            valid_length: (N,), the length of each sequence: outputs beyond it are 0, states are those at it.
        Returns: (outputs, states).
        Raises: AssertionError if the inputs are not `length` steps long.
        """
        self.reset()
        inputs, axis, batch = checked(self, length, inputs, layout)
        states = begin_states(self, begin_state, inputs, batch)
        outputs, history = [], []
        for x in listed(inputs, axis):
            y, states = self(x, states)
            outputs.append(y)
            history.append(states)
        if valid_length is not None:
            states = [f.sequence_last(merged(steps, 0), valid_length, use_sequence_length=True)
                      for steps in zip(*history, strict=True)]
            outputs = masked(outputs, valid_length, axis)
        return arranged(outputs, axis, merge_outputs), states

    def forward(self, inputs, states):
        """One step."""

        return super().forward(inputs, states)

    def _runs_users_code(self):
        return not all(isinstance(getattr(self, name, ""), str) for name in ("_activation", "_recurrent_activation"))

    def _get_activation(self, F, inputs, activation, **kwargs):
        """The activation of a name such as "tanh", or what a block or function gives."""
        return f.activation(inputs, act_type=activation) if isinstance(activation, str) else activation(inputs)


class HybridRecurrentCell(RecurrentCell, HybridBlock):
    """Base of cells that are HybridBlocks: define `forward` or `hybrid_forward(self, F, inputs, states, **parameters)`."""

    _step = -1  # of a graph that is being made
    _operators: tuple[str | None, ...] = ()  # what MXNet 1's graphs call them, in the order of the calls; None: by their kind

    def reset(self):
        self._step = -1
        super().reset()

    def hybridize(self, active=True, *args, **kwargs):
        """As HybridBlock.hybridize. In np programs the results keep their tuples, as MXNet 2 runs cells step by step nevertheless."""
        super().hybridize(active, *args, **kwargs)
        if self._hybrid is not None and is_np_array():
            self._hybrid.lists = False

    def _graphed(self, *args, **kwargs):
        self._step += 1
        return super()._graphed(*args, **kwargs)

    def _graph_names(self):
        return [name and f"t{max(self._step, 0)}_{name}" for name in self._operators]


class _GatedCell(HybridRecurrentCell):
    """A cell of weights from inputs and states to `gates` times hidden_size numbers; `states` counts its states.

    projection: name, shape and initializer of the weight that projects the output, in a list.
    """

    gates, states = 1, 1

    def __init__(self, hidden_size, i2h_weight_initializer, h2h_weight_initializer, i2h_bias_initializer, h2h_bias_initializer,
                 input_size, prefix, params, projection=()):
        super().__init__(prefix, params)
        self._hidden_size, self._input_size = hidden_size, input_size
        rows, recurrent = self.gates * hidden_size, projection[0][1][0] if projection else hidden_size
        for name, shape, init in (("i2h_weight", (rows, input_size), i2h_weight_initializer),
                                  ("h2h_weight", (rows, recurrent), h2h_weight_initializer), *projection,
                                  ("i2h_bias", (rows,), i2h_bias_initializer), ("h2h_bias", (rows,), h2h_bias_initializer)):
            setattr(self, name, self.params.get(name, shape=shape, init=init, allow_deferred_init=True))

    def state_info(self, batch_size=0):
        return [{"shape": (batch_size, self._hidden_size), "__layout__": "NC"} for _ in range(self.states)]

    def infer_shape(self, inputs, *args):
        self.i2h_weight.shape = self.gates * self._hidden_size, inputs.shape[-1]

    def _projected(self, inputs, state, i2h_weight, h2h_weight, i2h_bias, h2h_bias):
        """What comes from the inputs, what comes from the state."""
        rows = self.gates * self._hidden_size
        return (f.fully_connected(inputs, i2h_weight, i2h_bias, num_hidden=rows, no_bias=False),
                f.fully_connected(state, h2h_weight, h2h_bias, num_hidden=rows, no_bias=False))

    def _sizes(self):
        rows, inputs = self.i2h_weight.shape
        return f"{inputs or None} -> {rows}"

    def __repr__(self):
        return f"{type(self).__name__}({self._sizes()})"


class RNNCell(_GatedCell):
    """h' = activation(W x + b + R h + c) (Elman, 1990).

    Args: hidden_size: the size of h.  input_size: that of x, 0 takes it from the first batch.
    Inputs: x (N, C), [h (N, hidden_size)].  Outputs: h', [h'].
    Parameters: i2h_weight W, h2h_weight R, i2h_bias b, h2h_bias c.
    """

    def __init__(self, hidden_size, activation="tanh", i2h_weight_initializer=None, h2h_weight_initializer=None,
                 i2h_bias_initializer="zeros", h2h_bias_initializer="zeros", input_size=0, prefix=None, params=None):
        super().__init__(hidden_size, i2h_weight_initializer, h2h_weight_initializer, i2h_bias_initializer, h2h_bias_initializer,
                         input_size, prefix, params)
        self._activation = activation

    def _alias(self):
        return "rnn"

    _operators = ("i2h", "h2h", "plus0", "out")

    def hybrid_forward(self, F, inputs, states, **parameters):
        i2h, h2h = self._projected(inputs, states[0], **parameters)
        output = self._get_activation(F, i2h + h2h, self._activation)
        return output, [output]

    def __repr__(self):
        return f"{type(self).__name__}({self._sizes()}, {self._activation})"


class LSTMCell(_GatedCell):
    """Long short-term memory (Hochreiter and Schmidhuber, 1997; Gers et al., 2000).

    With [i, f, g, o] the four parts of W x + b + R h + c: c' = s(f) c + s(i) a(g), h' = s(o) a(c').
    Args: activation: a.  recurrent_activation: s.  hidden_size, input_size: as in RNNCell.
    Inputs: x (N, C), [h, c], both (N, hidden_size).  Outputs: h', [h', c'].
    Parameters: as in RNNCell, with four times the rows.
    """

    gates, states = 4, 2

    def __init__(self, hidden_size, i2h_weight_initializer=None, h2h_weight_initializer=None, i2h_bias_initializer="zeros",
                 h2h_bias_initializer="zeros", input_size=0, prefix=None, params=None, activation="tanh",
                 recurrent_activation="sigmoid"):
        super().__init__(hidden_size, i2h_weight_initializer, h2h_weight_initializer, i2h_bias_initializer, h2h_bias_initializer,
                         input_size, prefix, params)
        self._activation, self._recurrent_activation = activation, recurrent_activation

    def _alias(self):
        return "lstm"

    _operators = ("i2h", "h2h", "plus0", "slice", "f", "mul0", "i", "c", "mul1", "state", "o", "activation0", "out")

    def hybrid_forward(self, F, inputs, states, **parameters):
        i2h, h2h = self._projected(inputs, states[0], **parameters)
        return long_short_term(self, F, i2h + h2h, states[1], self._activation, self._recurrent_activation, -1)


def long_short_term(cell, F, gates, memory, activation, recurrent_activation, axis):
    """(h', [h', c']) of the four gates, which lie along `axis`."""
    i, keep, g, o = f.split(gates, num_outputs=4, axis=axis)
    act = cell._get_activation
    memory = act(F, keep, recurrent_activation) * memory + act(F, i, recurrent_activation) * act(F, g, activation)
    output = act(F, o, recurrent_activation) * act(F, memory, activation)
    return output, [output, memory]


class GRUCell(_GatedCell):
    """Gated recurrent unit (Cho et al., 2014).

    With [r, z, n] the parts of W x + b and [r', z', n'] those of R h + c, r = s(r + r') and z = s(z + z'):
    h' = (1 - z) a(n + r n') + z h.
    Args: activation: a.  recurrent_activation: s.  hidden_size, input_size: as in RNNCell.
    Inputs and outputs: as in RNNCell.  Parameters: as in RNNCell, with three times the rows.
    """

    gates = 3

    def __init__(self, hidden_size, i2h_weight_initializer=None, h2h_weight_initializer=None, i2h_bias_initializer="zeros",
                 h2h_bias_initializer="zeros", input_size=0, prefix=None, params=None, activation="tanh",
                 recurrent_activation="sigmoid"):
        super().__init__(hidden_size, i2h_weight_initializer, h2h_weight_initializer, i2h_bias_initializer, h2h_bias_initializer,
                         input_size, prefix, params)
        self._activation, self._recurrent_activation = activation, recurrent_activation

    def _alias(self):
        return "gru"

    _operators = ("i2h", "h2h", "i2h_slice", "h2h_slice", "plus1", "z_act", "plus0", "r_act", "mul0", "plus2", "h_act", "minus0", "mul1",
                  "mul20", "out")

    def hybrid_forward(self, F, inputs, states, **parameters):
        return gated(self, F, *self._projected(inputs, states[0], **parameters), states[0], self._activation, -1,
                     self._recurrent_activation)


def gated(cell, F, i2h, h2h, state, activation, axis, recurrent_activation="sigmoid"):
    """(h', [h']) of the three parts from the inputs and from the state, which lie along `axis`."""
    (r, z, n), (r_h, z_h, n_h) = (f.split(x, num_outputs=3, axis=axis) for x in (i2h, h2h))
    act = cell._get_activation
    z = act(F, z + z_h, recurrent_activation)
    new = act(F, n + act(F, r + r_h, recurrent_activation) * n_h, activation)
    output = (1.0 - z) * new + z * state
    return output, [output]


class LSTMPCell(_GatedCell):
    """LSTMCell whose output is projected: h' = P (s(o) tanh(c')) (Sak et al., 2014).

    Args: projection_size: the size of h; hidden_size: that of c.  input_size: as in RNNCell.
    Inputs: x (N, C), [h (N, projection_size), c (N, hidden_size)].  Outputs: h', [h', c'].
    Parameters: as in LSTMCell, and h2r_weight P (projection_size, hidden_size).
    """

    gates = 4

    def __init__(self, hidden_size, projection_size, i2h_weight_initializer=None, h2h_weight_initializer=None,
                 h2r_weight_initializer=None, i2h_bias_initializer="zeros", h2h_bias_initializer="zeros", input_size=0,
                 prefix=None, params=None):
        super().__init__(hidden_size, i2h_weight_initializer, h2h_weight_initializer, i2h_bias_initializer, h2h_bias_initializer,
                         input_size, prefix, params, [("h2r_weight", (projection_size, hidden_size), h2r_weight_initializer)])
        self._projection_size = projection_size

    def _alias(self):
        return "lstmp"

    _operators = ("i2h", "h2h", None, "slice", "f", None, "i", "c", None, "state", "o", None, "hidden", "out")

    def state_info(self, batch_size=0):
        return [{"shape": (batch_size, n), "__layout__": "NC"} for n in (self._projection_size, self._hidden_size)]

    def hybrid_forward(self, F, inputs, states, h2r_weight, **parameters):
        i2h, h2h = self._projected(inputs, states[0], **parameters)
        hidden, (_, memory) = long_short_term(self, F, i2h + h2h, states[1], "tanh", "sigmoid", -1)
        output = f.fully_connected(hidden, h2r_weight, None, num_hidden=self._projection_size, no_bias=True)
        return output, [output, memory]

    def __repr__(self):
        return f"{type(self).__name__}({self._sizes()} -> {self._projection_size})"
