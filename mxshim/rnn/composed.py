"""Cells made of cells (MXNet: mxnet.rnn.rnn_cell)."""
from __future__ import annotations

from .. import symbol
from .cells import BaseRNNCell, normalized


class _OfCells(BaseRNNCell):
    """A cell whose states and weights are those of the cells in it."""

    _cells: list

    @property
    def state_info(self):
        return [info for cell in self._cells for info in cell.state_info]

    def begin_state(self, **kwargs):
        self._refuse_if_inside()
        return [state for cell in self._cells for state in cell.begin_state(**kwargs)]

    def unpack_weights(self, args):
        for cell in self._cells:
            args = cell.unpack_weights(args)
        return args

    def pack_weights(self, args):
        for cell in self._cells:
            args = cell.pack_weights(args)
        return args


class SequentialRNNCell(_OfCells):
    """Cells one above the other; `add` appends one."""

    def __init__(self, params=None):
        super().__init__(prefix="", params=params)
        self._override_cell_params = params is not None
        self._cells: list = []

    def add(self, cell):
        """Append a cell. Raises: AssertionError if both this and the cell were given params."""
        self._cells.append(cell)
        if self._override_cell_params:
            if not cell._own_params:
                raise AssertionError("SequentialRNNCell: params were given to it and to a cell in it; give them to one")
            cell.params._params.update(self.params._params)
        self.params._params.update(cell.params._params)

    def __call__(self, inputs, states):
        self._counter += 1
        following: list = []
        at = 0
        for cell in self._cells:
            if isinstance(cell, BidirectionalCell):
                raise AssertionError("a BidirectionalCell cannot be stepped; unroll the SequentialRNNCell")
            n = len(cell.state_info)
            inputs, state = cell(inputs, states[at:at + n])
            at += n
            following += state
        return inputs, following

    def unroll(self, length, inputs, begin_state=None, layout="NTC", merge_outputs=None):
        self.reset()
        begin_state = self.begin_state() if begin_state is None else begin_state
        following: list = []
        at = 0
        for i, cell in enumerate(self._cells):
            n = len(cell.state_info)
            inputs, state = cell.unroll(length, inputs, begin_state=begin_state[at:at + n], layout=layout,
                                        merge_outputs=None if i < len(self._cells) - 1 else merge_outputs)
            at += n
            following += state
        return inputs, following


class DropoutCell(BaseRNNCell):
    """Dropout of what passes through, as a cell without states."""

    def __init__(self, dropout, prefix="dropout_", params=None):
        super().__init__(prefix, params)
        if not isinstance(dropout, int | float):
            raise AssertionError("dropout probability must be a number")
        self.dropout = dropout

    @property
    def state_info(self):
        return []

    def __call__(self, inputs, states):
        return (symbol.Dropout(data=inputs, p=self.dropout) if self.dropout > 0 else inputs), states

    def unroll(self, length, inputs, begin_state=None, layout="NTC", merge_outputs=None):
        self.reset()
        inputs, _ = normalized(length, inputs, layout, merge_outputs)
        if isinstance(inputs, symbol.Symbol):
            return self(inputs, [])
        return super().unroll(length, inputs, begin_state=begin_state, layout=layout, merge_outputs=merge_outputs)


class ModifierCell(BaseRNNCell):
    """Base of cells that change another one, which is then only used through them."""

    def __init__(self, base_cell):
        super().__init__()
        base_cell._modified = True
        self.base_cell = base_cell

    @property
    def params(self):
        self._own_params = False
        return self.base_cell.params

    @property
    def state_info(self):
        return self.base_cell.state_info

    def begin_state(self, init_sym=symbol.zeros, **kwargs):
        self._refuse_if_inside()
        self.base_cell._modified = False
        try:
            return self.base_cell.begin_state(func=init_sym, **kwargs)
        finally:
            self.base_cell._modified = True

    def unpack_weights(self, args):
        return self.base_cell.unpack_weights(args)

    def pack_weights(self, args):
        return self.base_cell.pack_weights(args)


class ZoneoutCell(ModifierCell):
    """Training keeps elements of outputs and states from the step before with some probability (Krueger et al., 2016)."""

    def __init__(self, base_cell, zoneout_outputs=0., zoneout_states=0.):
        from .fused import FusedRNNCell
        if isinstance(base_cell, FusedRNNCell | BidirectionalCell):
            raise AssertionError(f"{type(base_cell).__name__} doesn't support zoneout: it has no steps. Unfuse it, or put a ZoneoutCell "
                                 "around the cells inside")
        super().__init__(base_cell)
        self.zoneout_outputs, self.zoneout_states = zoneout_outputs, zoneout_states
        self.prev_output = None

    def reset(self):
        super().reset()
        self.prev_output = None

    def __call__(self, inputs, states):
        output, following = self.base_cell(inputs, states)

        def mask(p, like):
            return symbol.Dropout(symbol.ones_like(like), p=p)

        before = self.prev_output if self.prev_output is not None else symbol.zeros((0, 0))
        if self.zoneout_outputs != 0.:
            output = symbol.where(mask(self.zoneout_outputs, output), output, before)
        if self.zoneout_states != 0.:
            following = [symbol.where(mask(self.zoneout_states, new), new, old) for new, old in zip(following, states, strict=True)]
        self.prev_output = output
        return output, following


class ResidualCell(ModifierCell):
    """Adds the inputs to the outputs (He et al., 2015)."""

    def __call__(self, inputs, states):
        output, states = self.base_cell(inputs, states)
        return symbol.elemwise_add(output, inputs, name=f"{output.name}_plus_residual"), states

    def unroll(self, length, inputs, begin_state=None, layout="NTC", merge_outputs=None):
        self.reset()
        self.base_cell._modified = False
        outputs, states = self.base_cell.unroll(length, inputs=inputs, begin_state=begin_state, layout=layout, merge_outputs=merge_outputs)
        self.base_cell._modified = True
        merged = isinstance(outputs, symbol.Symbol) if merge_outputs is None else merge_outputs
        inputs, _ = normalized(length, inputs, layout, merged)
        if merged:
            return symbol.elemwise_add(outputs, inputs, name=f"{outputs.name}_plus_residual"), states
        return [symbol.elemwise_add(o, i, name=f"{o.name}_plus_residual") for o, i in zip(outputs, inputs, strict=True)], states


class BidirectionalCell(_OfCells):
    """One cell forwards, another backwards; outputs are joined. Only unroll works, a step has no way back."""

    def __init__(self, l_cell, r_cell, params=None, output_prefix="bi_"):
        super().__init__("", params=params)
        self._output_prefix, self._override_cell_params = output_prefix, params is not None
        if params is not None:
            if not (l_cell._own_params and r_cell._own_params):
                raise AssertionError("BidirectionalCell: params were given to it and to a cell in it; give them to one")
            l_cell.params._params.update(self.params._params)
            r_cell.params._params.update(self.params._params)
        self.params._params.update(l_cell.params._params)
        self.params._params.update(r_cell.params._params)
        self._cells = [l_cell, r_cell]

    def __call__(self, inputs, states):
        raise NotImplementedError("BidirectionalCell needs the whole sequence: call unroll(length, inputs)")

    def unroll(self, length, inputs, begin_state=None, layout="NTC", merge_outputs=None):
        self.reset()
        inputs, axis = normalized(length, inputs, layout, False)
        begin_state = self.begin_state() if begin_state is None else begin_state
        left, right = self._cells
        n = len(left.state_info)
        l_outputs, l_states = left.unroll(length, inputs=inputs, begin_state=begin_state[:n], layout=layout, merge_outputs=merge_outputs)
        r_outputs, r_states = right.unroll(length, inputs=list(reversed(inputs)), begin_state=begin_state[n:], layout=layout,
                                           merge_outputs=merge_outputs)
        if merge_outputs is None:
            merge_outputs = isinstance(l_outputs, symbol.Symbol) and isinstance(r_outputs, symbol.Symbol)
            l_outputs, _ = normalized(None, l_outputs, layout, merge_outputs)
            r_outputs, _ = normalized(None, r_outputs, layout, merge_outputs)
        if merge_outputs:
            r_outputs = symbol.reverse(r_outputs, axis=axis)
            outputs = symbol.Concat(l_outputs, r_outputs, dim=2, name=f"{self._output_prefix}out")
        else:
            outputs = [symbol.Concat(lo, ro, dim=1, name=f"{self._output_prefix}t{i}") for i, (lo, ro) in enumerate(
                zip(l_outputs, reversed(r_outputs), strict=True))]
        return outputs, [l_states, r_states]
