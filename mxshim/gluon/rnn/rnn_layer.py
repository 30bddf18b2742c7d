"""Recurrent layers over whole sequences, as one operator (MXNet: mxnet.gluon.rnn.rnn_layer).

In nd programs (MXNet 1) every layer and direction has parameters of its own: l0_i2h_weight, l0_h2h_weight, l0_i2h_bias,
l0_h2h_bias, with r0_... for the way back. In np programs (MXNet 2) there is one vector of them all, rnn_param: first the
weights, layer by layer, then the biases.
"""
from __future__ import annotations

import math
import re

from ... import ndarray as nd
from ... import numpy as np
from ...base import MXNetError
from ...initializer import RNNFused, fused_parts
from ...ops.nn.rnn import GATES
from ...symbol.recording import GRAPHED, open_states
from ...symbol.symbol import Symbol
from ...util import is_np_array
from .. import functions as f
from ..block import HybridBlock
from ..dialect import ARRAYS
from .basic_cell import GRUCell, LSTMCell, RNNCell
from .composed_cell import BidirectionalCell, HybridSequentialRNNCell
from .modifier_cell import DropoutCell

_PART = re.compile(r"([lr])(\d+)_([ih]2[hr]_(?:weight|bias))")  # a layer's parameters in MXNet 1: "l0_i2h_weight"


class _Begun(list):
    """States that the caller did not give, and does not get."""


class _RNNLayer(HybridBlock):
    """What the layers share.

    Args:
        hidden_size: the size of the states.  num_layers: how many layers, each reading the one below.
        layout: "TNC" or "NTC", where time, batch and channels lie in inputs and outputs; states are always (layers, N, C).
        dropout: the share of each layer's outputs, but the last's, that training drops.
        bidirectional: a second set of weights runs backwards; outputs are twice as wide.
        input_size: 0 takes it from the first batch.
        use_sequence_length: the layer is called with (inputs, states, sequence_length (N,)).
    Inputs: inputs, and optionally the states: an array or a list.
    Outputs: outputs; with states given also the list of new states.
    Raises: ValueError if a state's shape does not fit.
    """

    def __init__(self, mode, hidden_size, num_layers, layout, dropout, bidirectional, input_size, i2h_weight_initializer,
                 h2h_weight_initializer, i2h_bias_initializer, h2h_bias_initializer, dtype, projection_size=None,
                 h2r_weight_initializer=None, state_clip_min=None, state_clip_max=None, state_clip_nan=False,
                 use_sequence_length=False, **kwargs):
        super().__init__(**kwargs)
        if layout not in ("TNC", "NTC"):
            raise AssertionError(f"{type(self).__name__}: layout must be 'TNC' or 'NTC', got {layout!r}")
        if mode not in GATES:
            raise ValueError(f"{type(self).__name__}: activation must be 'relu' or 'tanh', got {mode.removeprefix('rnn_')!r}")
        self._mode, self._hidden_size, self._num_layers, self._layout = mode, hidden_size, num_layers, layout
        self._dropout, self._dir, self._input_size, self._dtype = dropout, 2 if bidirectional else 1, input_size, dtype
        self._projection_size = projection_size or None
        self._options = {"lstm_state_clip_min": state_clip_min, "lstm_state_clip_max": state_clip_max,
                         "lstm_state_clip_nan": state_clip_nan} if mode == "lstm" else {}
        self._use_sequence_length, self._gates, self._fused = use_sequence_length, GATES[mode], is_np_array()
        inits = {"i2h_weight": i2h_weight_initializer, "h2h_weight": h2h_weight_initializer, "i2h_bias": i2h_bias_initializer,
                 "h2h_bias": h2h_bias_initializer, "h2r_weight": h2r_weight_initializer}
        if self._fused:
            init = RNNFused(mode, num_layers, hidden_size, bidirectional, self._projection_size,
                            **{f"{name}_initializer": init for name, init in inits.items()})
            self.rnn_param = self.params.get("rnn_param", shape=self._vector_shape(input_size), init=init, dtype=dtype,
                                             allow_deferred_init=True)
        else:
            # Stable: weights, then biases of each, then the projection.
            by_layer = sorted(self._parts(input_size), key=lambda part: (*part[0][:2], part[0][2] == "h2r_weight"))
            for (layer, direction, name), shape in by_layer:
                full = f"{'lr'[direction]}{layer}_{name}"
                setattr(self, full, self.params.get(full, shape=shape, init=inits[name], dtype=dtype, allow_deferred_init=True))

    def _parts(self, input_size):
        return fused_parts(self._gates, self._num_layers, self._hidden_size, self._dir, self._projection_size, input_size)

    def _vector_shape(self, input_size):
        return (sum(math.prod(shape) for _, shape in self._parts(input_size)) if input_size else -1,)

    def infer_shape(self, inputs, *args):
        if inputs.ndim != 3:
            raise MXNetError(f"{self}: inputs of 3 axes, {self._layout}, are needed, got shape {inputs.shape}")
        if self._fused:
            self.rnn_param.shape = self._vector_shape(inputs.shape[2])
        else:
            for (layer, direction, name), shape in self._parts(inputs.shape[2]):
                self._reg_params[f"{'lr'[direction]}{layer}_{name}"].shape = shape

    def _collect_params_with_prefix(self, prefix=""):
        """In nd programs parameters have the names of cells in files, as in MXNet 1: _unfused.0.i2h_weight."""
        found = super()._collect_params_with_prefix(prefix)
        return found if self._fused else {self._cell_name(name, prefix): p for name, p in found.items()}

    def _cell_name(self, name, prefix):
        part = _PART.fullmatch(name.removeprefix(prefix and prefix + "."))
        if part is None:  # of a subclass, or its children
            return name
        direction, layer, what = part.groups()
        return f"{prefix and prefix + '.'}_unfused.{layer}.{f'{direction}_cell.' if self._dir == 2 else ''}{what}"

    def _unfuse(self):
        """The layers as cells, which have these parameters (MXNet 1). Raises: AssertionError for projections, and in np programs."""
        if self._fused or self._projection_size:
            raise AssertionError(f"{self}: its parameters are not those of cells")
        stack = HybridSequentialRNNCell(prefix=self.prefix, params=self.params)
        with stack.name_scope():
            for layer in range(self._num_layers):
                cells = [self._cell(f"{direction}{layer}_", layer) for direction in "lr"[:self._dir]]
                stack.add(BidirectionalCell(*cells) if self._dir == 2 else cells[0])
                if self._dropout and layer < self._num_layers - 1:
                    stack.add(DropoutCell(self._dropout))
        return stack

    def _cell(self, prefix, layer):
        """The cell of a layer and direction, made in the name scope of a block that shares the parameters."""
        arguments = {f"{name}_initializer": self._reg_params[prefix + name].init
                     for name in ("i2h_weight", "h2h_weight", "i2h_bias", "h2h_bias")}
        arguments["input_size"] = self._hidden_size * self._dir if layer else self._input_size
        if self._mode in ("lstm", "gru"):
            return (LSTMCell if self._mode == "lstm" else GRUCell)(self._hidden_size, prefix=prefix, **arguments)
        return RNNCell(self._hidden_size, self._mode.removeprefix("rnn_"), prefix=prefix, **arguments)

    def state_info(self, batch_size=0):
        """A list of {"shape": ..., "__layout__": "LNC", "dtype": ...}, one for each state."""
        widths = [self._projection_size or self._hidden_size, self._hidden_size][:2 if self._mode == "lstm" else 1]
        return [{"shape": (self._num_layers * self._dir, batch_size, n), "__layout__": "LNC", "dtype": self._dtype} for n in widths]

    def begin_state(self, batch_size=0, func=None, **kwargs):
        """States to start with: a list of func(shape=..., dtype=..., **kwargs), by default zeros."""
        func = (np.zeros if is_np_array() else nd.zeros) if func is None else func
        return [func(**{"shape": info["shape"], "dtype": info["dtype"], **kwargs}) for info in self.state_info(batch_size)]

    def cast(self, dtype):
        """Convert the parameters; states start in that dtype, too."""
        super().cast(dtype)
        self._dtype = dtype

    def __call__(self, inputs, states=None, sequence_length=None):
        if type(inputs) in GRAPHED:  # states whose batch is found when the graph runs
            given = states is not None
            if not given:
                batch = 0 if isinstance(inputs, Symbol) else inputs.shape[self._layout.find("N")]
                infos = self.state_info()
                states = open_states(inputs, infos, batch, [f"{self.prefix}h0_{k}" for k in range(len(infos))])
            elif not isinstance(states, list | tuple):
                states = [states]
            extra = (sequence_length,) if self._use_sequence_length else ()
            out = super().__call__(inputs, list(states), *extra)
            return out if given else out[0]
        batch = inputs.shape[self._layout.find("N")]
        given = states is not None
        if not given:
            states = _Begun(self.begin_state(batch, f.zeros_of(inputs), ctx=inputs.ctx, dtype=inputs.dtype))
        elif isinstance(states, ARRAYS):
            states = [states]
        wanted = [info["shape"] for info in self.state_info(batch)]
        if [s.shape for s in states] != wanted:
            raise ValueError(f"{self}: states of shapes {wanted} are needed, (layers * directions, batch, size), got "
                             f"{[s.shape for s in states]}")
        extra = (sequence_length,) if self._use_sequence_length else ()
        out = super().__call__(inputs, list(states) if given else states, *extra)
        return out if given else out[0]

    def _told(self, args, out):
        return out[0] if type(args[1]) is _Begun else out

    def hybrid_forward(self, F, inputs, states, sequence_length=None, **parameters):
        if self._layout == "NTC":
            inputs = f.swapaxes(inputs, 0, 1)
        if self._fused:
            vector = parameters["rnn_param"]
        else:
            vector = f.joined([parameters[f"{'lr'[d]}{layer}_{name}"].reshape((-1,))
                               for (layer, d, name), _ in self._parts(1)], 0)
        options = {**self._options, "use_sequence_length": True, "sequence_length": sequence_length} if (
            self._use_sequence_length) else self._options
        found = f.rnn(inputs, vector, *states, state_size=self._hidden_size, num_layers=self._num_layers, mode=self._mode,
                      bidirectional=self._dir == 2, p=self._dropout, projection_size=self._projection_size, state_outputs=True,
                      **options)
        outputs, *states = found
        return f.swapaxes(outputs, 0, 1) if self._layout == "NTC" else outputs, states

    def __repr__(self):
        inputs = self._reg_params["l0_i2h_weight"].shape[1] if not self._fused else self._input_size
        if self._fused and self.rnn_param._shape_known():
            fixed = self._vector_shape(1)[0]
            inputs = 1 + (self.rnn_param.shape[0] - fixed) // (self._gates * self._hidden_size * self._dir)
        text = f"{inputs or None} -> {self._hidden_size}, {self._layout}"
        text += f", num_layers={self._num_layers}" if self._num_layers != 1 else ""
        text += f", dropout={self._dropout}" if self._dropout != 0 else ""
        return f"{type(self).__name__}({text}{', bidirectional' if self._dir == 2 else ''})"


class RNN(_RNNLayer):
    """h' = activation(W x + b + R h + c) over sequences (Elman, 1990); arguments, inputs and outputs: see the base class.

    activation: "relu" or "tanh".
    Inputs: (T, N, C), [h (layers * directions, N, hidden_size)].  Outputs: (T, N, directions * hidden_size), [h].
    """

    def __init__(self, hidden_size, num_layers=1, activation="relu", layout="TNC", dropout=0, bidirectional=False,
                 i2h_weight_initializer=None, h2h_weight_initializer=None, i2h_bias_initializer="zeros",
                 h2h_bias_initializer="zeros", input_size=0, dtype="float32", **kwargs):
        super().__init__("rnn_" + activation, hidden_size, num_layers, layout, dropout, bidirectional, input_size,
                         i2h_weight_initializer, h2h_weight_initializer, i2h_bias_initializer, h2h_bias_initializer, dtype, **kwargs)


class LSTM(_RNNLayer):
    """Long short-term memory over sequences (Hochreiter and Schmidhuber, 1997); see the base class and rnn.LSTMCell.

    projection_size: the size of h if it is projected (Sak et al., 2014).
    state_clip_min, state_clip_max: bounds of c; state_clip_nan: nan becomes the lower bound.
    Inputs: (T, N, C), [h, c].  Outputs: (T, N, directions * hidden_size), [h, c].
    """

    def __init__(self, hidden_size, num_layers=1, layout="TNC", dropout=0, bidirectional=False, input_size=0,
                 i2h_weight_initializer=None, h2h_weight_initializer=None, i2h_bias_initializer="zeros",
                 h2h_bias_initializer="zeros", projection_size=None, h2r_weight_initializer=None, state_clip_min=None,
                 state_clip_max=None, state_clip_nan=False, dtype="float32", **kwargs):
        super().__init__("lstm", hidden_size, num_layers, layout, dropout, bidirectional, input_size, i2h_weight_initializer,
                         h2h_weight_initializer, i2h_bias_initializer, h2h_bias_initializer, dtype, projection_size,
                         h2r_weight_initializer, state_clip_min, state_clip_max, state_clip_nan, **kwargs)


class GRU(_RNNLayer):
    """Gated recurrent units over sequences (Cho et al., 2014); see the base class and rnn.GRUCell.

    Inputs: (T, N, C), [h (layers * directions, N, hidden_size)].  Outputs: (T, N, directions * hidden_size), [h].
    """

    def __init__(self, hidden_size, num_layers=1, layout="TNC", dropout=0, bidirectional=False, input_size=0,
                 i2h_weight_initializer=None, h2h_weight_initializer=None, i2h_bias_initializer="zeros",
                 h2h_bias_initializer="zeros", dtype="float32", **kwargs):
        super().__init__("gru", hidden_size, num_layers, layout, dropout, bidirectional, input_size, i2h_weight_initializer,
                         h2h_weight_initializer, i2h_bias_initializer, h2h_bias_initializer, dtype, **kwargs)
