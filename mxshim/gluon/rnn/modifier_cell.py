"""Cells that change what another one does: dropout, zoneout, shortcuts (MXNet: mxnet.gluon.rnn.rnn_cell)."""
from __future__ import annotations

import numbers

from .. import functions as f
from ..dialect import ARRAYS
from .basic_cell import HybridRecurrentCell, RecurrentCell
from .composed_cell import BidirectionalCell
from .sequences import arranged, begin_states, checked, masked, merged


class DropoutCell(HybridRecurrentCell):
    """Dropout of the inputs; it has no states. rate: the share that is dropped.  axes: those along which fate is shared.

    Inputs: any shape, [].  Outputs: the same shape, [].
    """

    def __init__(self, rate, axes=(), prefix=None, params=None):
        super().__init__(prefix, params)
        if not isinstance(rate, numbers.Number):
            raise AssertionError(f"DropoutCell: rate must be a number, got {type(rate).__name__}")
        self._rate, self._axes = rate, axes

    def _alias(self):
        return "dropout"

    _operators = ("fwd",)

    def state_info(self, batch_size=0):
        return []

    def hybrid_forward(self, F, inputs, states):
        return f.dropout(inputs, p=self._rate, axes=self._axes) if self._rate > 0 else inputs, states

    def unroll(self, length, inputs, begin_state=None, layout="NTC", merge_outputs=None, valid_length=None):
        """Dropout of all steps at once where they are one array; see RecurrentCell.unroll."""
        self.reset()
        inputs, axis, _ = checked(self, length, inputs, layout)
        inputs = arranged(inputs, axis, merge_outputs)
        if isinstance(inputs, ARRAYS):
            return self(inputs, begin_state or [])
        return super().unroll(length, inputs, begin_state, layout, merge_outputs)

    def __repr__(self):
        return f"{type(self).__name__}(rate={self._rate}, axes={self._axes})"


class ModifierCell(HybridRecurrentCell):
    """Base of cells that take another cell over, `base_cell`: its parameters and states are theirs.

    Raises: AssertionError if another modifier cell has taken it over already.
    """

    def __init__(self, base_cell):
        if not isinstance(base_cell, RecurrentCell):
            raise TypeError(f"{type(self).__name__}: base_cell must be a recurrent cell, got {type(base_cell).__name__}")
        if base_cell._modified:
            raise AssertionError(f"{type(self).__name__}: {base_cell.name} is part of another modifier cell already")
        base_cell._modified = True
        super().__init__(prefix=base_cell.prefix + self._alias())
        self.base_cell = base_cell

    @property
    def params(self):
        """The base cell's own parameters."""
        return self.base_cell.params

    def state_info(self, batch_size=0):
        return self.base_cell.state_info(batch_size)

    def begin_state(self, batch_size=0, func=None, **kwargs):
        """The base cell's states to start with; see RecurrentCell.begin_state."""
        self._free()
        self.base_cell._modified = False
        try:
            return self.base_cell.begin_state(batch_size=batch_size, func=func, **kwargs)
        finally:
            self.base_cell._modified = True

    def __repr__(self):
        return f"{type(self).__name__}({self.base_cell})"


def _no_steps(cell, base_cell):
    if isinstance(base_cell, BidirectionalCell):
        raise AssertionError(f"{cell}: a BidirectionalCell cannot run step by step; modify the cells inside it instead")


class ZoneoutCell(ModifierCell):
    """Training keeps elements of the last step with a probability: zoneout_outputs, zoneout_states (Krueger et al., 2017).

    Differs: zoneout of both is drawn as in MXNet, by dropout of ones.
    """

    def __init__(self, base_cell, zoneout_outputs=0.0, zoneout_states=0.0):
        _no_steps("ZoneoutCell", base_cell)
        super().__init__(base_cell)
        self.zoneout_outputs, self.zoneout_states, self._prev_output = zoneout_outputs, zoneout_states, None

    def _alias(self):
        return "zoneout"

    def reset(self):
        super().reset()
        self._prev_output = None

    def hybrid_forward(self, F, inputs, states):
        output, new = self.base_cell(inputs, states)
        if self.zoneout_outputs:
            before = f.zeros_like(output) if self._prev_output is None else self._prev_output
            output = _kept(self.zoneout_outputs, output, before)
        if self.zoneout_states:
            new = [_kept(self.zoneout_states, now, old) for now, old in zip(new, states, strict=True)]
        self._prev_output = output
        return output, new

    def __repr__(self):
        return f"{type(self).__name__}(p_out={self.zoneout_outputs}, p_state={self.zoneout_states}, {self.base_cell})"


def _kept(p, new, old):
    return f.where(f.dropout(f.ones_like(new), p=p), new, old)


class ResidualCell(ModifierCell):
    """Adds the inputs to the base cell's outputs, which must be as wide (He et al., 2016)."""

    _operators = ("fwd",)

    def hybrid_forward(self, F, inputs, states):
        output, states = self.base_cell(inputs, states)
        return output + inputs, states

    def unroll(self, length, inputs, begin_state=None, layout="NTC", merge_outputs=None, valid_length=None):
        """Run the base cell and add the inputs; see RecurrentCell.unroll."""
        self.reset()
        self.base_cell._modified = False
        try:
            outputs, states = self.base_cell.unroll(length, inputs, begin_state, layout, merge_outputs, valid_length)
        finally:
            self.base_cell._modified = True
        merge_outputs = isinstance(outputs, ARRAYS) if merge_outputs is None else merge_outputs
        inputs, axis, _ = checked(self, length, inputs, layout)
        if valid_length is not None:
            inputs = masked(inputs, valid_length, axis)
        inputs = arranged(inputs, axis, merge_outputs)
        if merge_outputs:
            return outputs + inputs, states
        return [y + x for y, x in zip(outputs, inputs, strict=True)], states


class VariationalDropoutCell(ModifierCell):
    """Dropout with one mask for all steps of a sequence (Gal and Ghahramani, 2016); `reset` draws new ones.

    drop_inputs, drop_states (the first state only), drop_outputs: the shares that are dropped.
    """

    def __init__(self, base_cell, drop_inputs=0.0, drop_states=0.0, drop_outputs=0.0):
        if drop_states:
            _no_steps("VariationalDropoutCell", base_cell)
        super().__init__(base_cell)
        self.drop_inputs, self.drop_states, self.drop_outputs = drop_inputs, drop_states, drop_outputs
        self.reset()

    def _alias(self):
        return "vardrop"

    def reset(self):
        super().reset()
        self.drop_inputs_mask = self.drop_states_mask = self.drop_outputs_mask = None

    def _masked(self, which, x):
        """x times its mask, which is drawn at the first step."""
        rate, name = getattr(self, "drop_" + which), f"drop_{which}_mask"
        if not rate:
            return x
        if getattr(self, name) is None:
            setattr(self, name, f.dropout(f.ones_like(x), p=rate))
        return x * getattr(self, name)

    def hybrid_forward(self, F, inputs, states):
        states = [self._masked("states", states[0]), *states[1:]]
        output, states = self.base_cell(self._masked("inputs", inputs), states)
        return self._masked("outputs", output), states

    def unroll(self, length, inputs, begin_state=None, layout="NTC", merge_outputs=None, valid_length=None):
        """Run the base cell between dropouts that are equal along time; see RecurrentCell.unroll."""
        if self.drop_states:
            return super().unroll(length, inputs, begin_state, layout, merge_outputs, valid_length)
        self.reset()
        inputs, axis, batch = checked(self, length, inputs, layout)
        inputs = merged(inputs, axis)
        states = begin_states(self, begin_state, inputs, batch)
        if self.drop_inputs:
            inputs = f.dropout(inputs, p=self.drop_inputs, axes=(axis,))
        outputs, states = self.base_cell.unroll(length, inputs, states, layout, True, valid_length)
        if self.drop_outputs:
            outputs = f.dropout(outputs, p=self.drop_outputs, axes=(axis,))
        if valid_length is not None:
            outputs = masked(outputs, valid_length, axis)
        return arranged(outputs, axis, merge_outputs), states

    def __repr__(self):
        return f"{type(self).__name__}(p_out = {self.drop_outputs}, p_state = {self.drop_states})"
