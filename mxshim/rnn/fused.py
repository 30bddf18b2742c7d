"""FusedRNNCell: layers of cells as one operator (MXNet: mxnet.rnn.FusedRNNCell)."""
from __future__ import annotations

import math

import numpy as onp

from .. import initializer as init
from .. import ndarray as nd
from .. import symbol
from .cells import BaseRNNCell, GRUCell, LSTMCell, RNNCell, normalized
from .composed import BidirectionalCell, DropoutCell, SequentialRNNCell

_GATES = {"rnn_relu": ("",), "rnn_tanh": ("",), "lstm": ("_i", "_f", "_c", "_o"), "gru": ("_r", "_z", "_o")}


class FusedRNNCell(BaseRNNCell):
    """`num_layers` layers of cells over whole sequences, as the operator RNN; only unroll works. unfuse() gives ordinary cells.

    mode: "rnn_relu", "rnn_tanh", "lstm" or "gru".  bidirectional, dropout: as in mx.sym.RNN.
    get_next_state: whether unroll gives the last states.  forget_bias: what the forget gate's bias starts from.
    """

    def __init__(self, num_hidden, num_layers=1, mode="lstm", bidirectional=False, dropout=0., get_next_state=False, forget_bias=1.0,
                 prefix=None, params=None):
        super().__init__(prefix=f"{mode}_" if prefix is None else prefix, params=params)
        self._num_hidden, self._num_layers, self._mode, self._bidirectional = num_hidden, num_layers, mode, bidirectional
        self._dropout, self._get_next_state = dropout, get_next_state
        self._directions = ["l", "r"] if bidirectional else ["l"]
        self._parameter = self._params.get("parameters", init=init.FusedRNN(None, num_hidden, num_layers, mode, bidirectional, forget_bias))

    @property
    def state_info(self):
        shape = (len(self._directions) * self._num_layers, 0, self._num_hidden)
        return [{"shape": shape, "__layout__": "LNC"} for _ in range(2 if self._mode == "lstm" else 1)]

    @property
    def _gate_names(self):  # type: ignore[override]
        return _GATES[self._mode]

    def _slices(self, count):
        """(name, start, shape) of all weights, then of all biases, in a vector of `count` elements."""
        h, g, n, b = self._num_hidden, len(self._gate_names), self._num_layers, len(self._directions)
        inputs = count // b // h // g - (n - 1) * (h + b * h + 2) - h - 2
        at, found = 0, []
        for (layer, d, name), (_, *columns) in init.fused_parts(g, n, h, b, None, inputs):
            group, what = name.split("_")
            for gate in self._gate_names:
                found.append((f"{self._prefix}{self._directions[d]}{layer}_{group}{gate}_{what}", at, (h, *columns)))
                at += math.prod((h, *columns))
        if at != count:
            raise AssertionError(f"{self._prefix}parameters: a vector of {count} elements is no {self._mode} of {n} layers of size {h}")
        return found

    def unpack_weights(self, args):
        args = dict(args)
        vector = args.pop(f"{self._prefix}parameters")
        flat = vector.asnumpy()
        for name, start, shape in self._slices(vector.size):
            args[name] = nd.array(flat[start:start + math.prod(shape)].reshape(shape), ctx=vector.ctx, dtype=vector.dtype)
        return args

    def pack_weights(self, args):
        args = dict(args)
        first = args[f"{self._prefix}l0_i2h{self._gate_names[0]}_weight"]
        h, g, b = self._num_hidden, len(self._gate_names), len(self._directions)
        count = (first.shape[1] + h + 2) * h * g * b + (self._num_layers - 1) * g * h * (h + b * h + 2) * b
        flat = onp.zeros(count, first.dtype)
        for name, start, shape in self._slices(count):
            flat[start:start + math.prod(shape)] = args.pop(name).asnumpy().ravel()
        args[f"{self._prefix}parameters"] = nd.array(flat, ctx=first.ctx, dtype=first.dtype)
        return args

    def __call__(self, inputs, states):
        raise NotImplementedError("FusedRNNCell computes whole sequences: call unroll(length, inputs)")

    def unroll(self, length, inputs, begin_state=None, layout="NTC", merge_outputs=None):
        self.reset()
        inputs, axis = normalized(length, inputs, layout, True)
        if axis == 1:
            inputs = symbol.swapaxes(inputs, dim1=0, dim2=1)
        states = self.begin_state() if begin_state is None else begin_state
        named = dict(zip(("state", "state_cell"), states, strict=False))
        rnn = symbol.RNN(data=inputs, parameters=self._parameter, state_size=self._num_hidden, num_layers=self._num_layers,
                         bidirectional=self._bidirectional, p=self._dropout, state_outputs=self._get_next_state, mode=self._mode,
                         name=f"{self._prefix}rnn", attr={"__layout__": "LNC"} if self._get_next_state else None, **named)
        if self._get_next_state:
            outputs, states = rnn[0], [rnn[i] for i in range(1, 3 if self._mode == "lstm" else 2)]
        else:
            outputs, states = rnn, []
        if axis == 1:
            outputs = symbol.swapaxes(outputs, dim1=0, dim2=1)
        outputs, _ = normalized(length, outputs, layout, merge_outputs)
        return outputs, states

    def unfuse(self) -> SequentialRNNCell:
        """The same layers as ordinary cells; unpack_weights and pack_weights take weights from one to the other."""
        stack = SequentialRNNCell()
        make = {"rnn_relu": lambda p: RNNCell(self._num_hidden, activation="relu", prefix=p),
                "rnn_tanh": lambda p: RNNCell(self._num_hidden, activation="tanh", prefix=p),
                "lstm": lambda p: LSTMCell(self._num_hidden, prefix=p), "gru": lambda p: GRUCell(self._num_hidden, prefix=p)}[self._mode]
        for i in range(self._num_layers):
            if self._bidirectional:
                stack.add(BidirectionalCell(make(f"{self._prefix}l{i}_"), make(f"{self._prefix}r{i}_"),
                                            output_prefix=f"{self._prefix}bi_l{i}_"))
            else:
                stack.add(make(f"{self._prefix}l{i}_"))
            if self._dropout > 0 and i != self._num_layers - 1:
                stack.add(DropoutCell(self._dropout, prefix=f"{self._prefix}_dropout{i}_"))
        return stack
