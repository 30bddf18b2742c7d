"""Sequences as cells see them: a list with one array for each step, or one array with an axis of time."""
from __future__ import annotations

from ...symbol.recording import open_states
from ...symbol.symbol import Symbol
from .. import functions as f
from ..dialect import ARRAYS


def merged(steps, axis):
    """One array, time along `axis`."""
    return steps if isinstance(steps, ARRAYS) else f.stacked(list(steps), axis)


def listed(sequence, axis):
    """A list of one array for each step."""
    if not isinstance(sequence, ARRAYS):
        return list(sequence)
    steps = f.split(sequence, num_outputs=sequence.shape[axis], axis=axis, squeeze_axis=True)
    return list(steps) if isinstance(steps, list | tuple) else [steps]


def arranged(sequence, axis, merge):
    """The sequence as one array, as a list, or with merge=None as it is."""
    return sequence if merge is None else merged(sequence, axis) if merge else listed(sequence, axis)


def checked(cell, length, inputs, layout):
    """(inputs, axis of time, batch size) of an unroll.

    Raises: AssertionError if the inputs are not `length` steps long, or the layout is unknown.
    """
    if layout not in ("NTC", "TNC"):
        raise AssertionError(f"{type(cell).__name__}.unroll: layout must be 'NTC' or 'TNC', got {layout!r}")
    axis = layout.find("T")
    if isinstance(inputs, Symbol):
        inputs = list(f.split(inputs, num_outputs=length, axis=axis, squeeze_axis=True))
    if isinstance(inputs, list | tuple) and inputs and isinstance(inputs[0], Symbol):
        count, batch = len(inputs), 0  # found when the graph runs
    elif isinstance(inputs, ARRAYS):
        count, batch = inputs.shape[axis], inputs.shape[1 - axis]
    elif isinstance(inputs, list | tuple) and inputs:
        count, batch = len(inputs), inputs[0].shape[0]
    else:
        raise AssertionError(f"{type(cell).__name__}.unroll: inputs must be an array of layout {layout} or a list of arrays (N, C), "
                             f"got {type(inputs).__name__}")
    if length is not None and length != count:
        hint = f": in layout {layout} axis {axis} of {inputs.shape} is time" if isinstance(inputs, ARRAYS) else ""
        raise AssertionError(f"{type(cell).__name__}.unroll: length is {length}, but the inputs have {count} steps{hint}")
    return inputs, axis, batch


def _state_names(cell) -> list[str]:
    """What MXNet 1's graphs call the states that a cell, or the cells in it, starts from."""
    if cell._children:
        return [name for c in cell._children.values() for name in _state_names(c)]
    return [f"{cell.prefix}begin_state_{k}" for k in range(len(cell.state_info(0)))]


def begin_states(cell, states, inputs, batch):
    """The states given, or zeros on the inputs' device."""
    if states is not None:
        return states
    first = inputs if isinstance(inputs, ARRAYS) else inputs[0]
    if isinstance(first, Symbol):
        return open_states(first, cell.state_info(0), 0, _state_names(cell))
    return cell.begin_state(batch_size=batch, func=f.zeros_of(first), ctx=first.ctx)


def masked(steps, valid_length, axis):
    """One array in which all after a sequence's valid length is 0."""
    return f.sequence_mask(merged(steps, axis), valid_length, use_sequence_length=True, axis=axis)


def reversed_steps(steps, valid_length):
    """A list of steps, last first; with valid lengths only the valid part is turned around."""
    if valid_length is None:
        return list(reversed(steps))
    return listed(f.sequence_reverse(merged(steps, 0), valid_length, use_sequence_length=True), 0)
