"""Cells and unrolling, where MXNet 1 keeps them (mxnet.gluon.contrib.rnn.rnn_cell)."""
from __future__ import annotations

from ... import functions as f
from ...rnn import LSTMPCell as LSTMPCell
from ...rnn import VariationalDropoutCell as VariationalDropoutCell


def dynamic_unroll(cell, inputs, begin_state, drop_inputs=0, drop_outputs=0, layout="TNC", valid_length=None):
    """Run a cell over all steps of an array of inputs; see RecurrentCell.unroll, which this is with the length found in the inputs.

    drop_inputs, drop_outputs: shares that Dropout removes, the same ones in every step.
    Returns: (outputs, one array of the inputs' layout, states).
    """
    axis = layout.find("T")
    if drop_inputs:
        inputs = f.dropout(inputs, p=drop_inputs, axes=(axis,))
    outputs, states = cell.unroll(None, inputs, begin_state, layout, True, valid_length)
    if drop_outputs:
        outputs = f.dropout(outputs, p=drop_outputs, axes=(axis,))
    return outputs, states
