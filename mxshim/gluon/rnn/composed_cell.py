"""Cells made of cells: one after the other, or one in each direction (MXNet: mxnet.gluon.rnn.rnn_cell)."""
from __future__ import annotations

from .. import functions as f
from ..dialect import ARRAYS
from .basic_cell import HybridRecurrentCell, RecurrentCell
from .sequences import arranged, begin_states, checked, listed, masked, merged, reversed_steps


class _Composed:
    """What cells with several children share: their states are those of the children, one after the other."""

    def state_info(self, batch_size=0):
        return [info for cell in self._children.values() for info in cell.state_info(batch_size)]

    def begin_state(self, batch_size=0, func=None, **kwargs):
        """The children's states to start with, one list; see RecurrentCell.begin_state."""
        self._free()
        return [s for cell in self._children.values() for s in cell.begin_state(batch_size=batch_size, func=func, **kwargs)]

    def _shares(self, states):
        """(child, its part of the states) of each child."""
        start = 0
        for cell in self._children.values():
            count = len(cell.state_info())
            yield cell, states[start:start + count]
            start += count


class _Stack(_Composed):
    """Cells one after the other."""

    def add(self, cell):
        """Append a cell."""
        self.register_child(cell)

    def __call__(self, inputs, states):

        new = []
        for cell, share in self._shares(states):
            if isinstance(cell, BidirectionalCell):
                raise AssertionError(f"{type(self).__name__}: a BidirectionalCell needs whole sequences: call unroll")
            inputs, share = cell(inputs, share)
            new.extend(share)
        return inputs, new

    def unroll(self, length, inputs, begin_state=None, layout="NTC", merge_outputs=None, valid_length=None):
        """Run every cell over the whole sequence, the next one over what the first one puts out; see RecurrentCell.unroll."""
        self.reset()
        inputs, _, batch = checked(self, length, inputs, layout)
        states, new = begin_states(self, begin_state, inputs, batch), []
        last = len(self._children) - 1
        for i, (cell, share) in enumerate(self._shares(states)):
            inputs, share = cell.unroll(length, inputs, share, layout, merge_outputs if i == last else None, valid_length)
            new.extend(share)
        return inputs, new

    def __getitem__(self, i):
        return list(self._children.values())[i]

    def __len__(self):
        return len(self._children)

    def __repr__(self):
        lines = [f"({name}): {repr(cell).replace(chr(10), chr(10) + '  ')}" for name, cell in self._children.items()]
        return f"{type(self).__name__}(\n" + "\n".join(lines) + "\n)"


class SequentialRNNCell(_Stack, RecurrentCell):
    """Cells one after the other: each one's output is the next one's input.

    Inputs: those of the first cell, states of all cells in one list.  Outputs: that of the last, all new states.
    """


class HybridSequentialRNNCell(_Stack, HybridRecurrentCell):
    """SequentialRNNCell of cells that are HybridBlocks."""


class BidirectionalCell(_Composed, HybridRecurrentCell):
    """One cell from the first step to the last, one from the last to the first; their outputs are joined. Only for unroll.

    output_prefix: what the outputs' names begin with in graphs of MXNet 1.x.
    """

    def __init__(self, l_cell, r_cell, output_prefix="bi_"):
        super().__init__(prefix="")
        self.register_child(l_cell, "l_cell")
        self.register_child(r_cell, "r_cell")
        self._output_prefix = output_prefix

    def __call__(self, inputs, states):
        raise NotImplementedError("a BidirectionalCell cannot run step by step; call unroll on the whole sequence")

    def unroll(self, length, inputs, begin_state=None, layout="NTC", merge_outputs=None, valid_length=None):
        """Run both cells over the sequence; see RecurrentCell.unroll. Outputs: 2 C wide."""
        self.reset()
        inputs, axis, batch = checked(self, length, inputs, layout)
        inputs = listed(inputs, axis)
        (left, left_states), (right, right_states) = self._shares(begin_states(self, begin_state, inputs, batch))
        forth, left_states = left.unroll(length, inputs, left_states, layout, merge_outputs, valid_length)
        back, right_states = right.unroll(length, reversed_steps(inputs, valid_length), right_states, layout, False, valid_length)
        back = reversed_steps(back, valid_length)
        if merge_outputs is None:
            merge_outputs = isinstance(forth, ARRAYS)
        if merge_outputs:
            outputs = f.joined([merged(forth, axis), merged(back, axis)], 2, self._output_prefix + "out")
        else:
            outputs = [f.joined([a, b], 1, f"{self._output_prefix}t{t}") for t, (a, b) in enumerate(zip(forth, back, strict=True))]
        if valid_length is not None:
            outputs = arranged(masked(outputs, valid_length, axis), axis, merge_outputs)
        return outputs, [*left_states, *right_states]

    def __repr__(self):
        return f"{type(self).__name__}(forward={self._children['l_cell']}, backward={self._children['r_cell']})"
