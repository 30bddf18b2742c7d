"""Sequences as cells see them: a list with one array for each step, or one array with an axis of time."""
from __future__ import annotations

from ... import ndarray as nd
from ... import symbol as sym
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

    layout: "NTC", "TNC", or whatever names T and N ("NTCHW").
    Raises: AssertionError if the inputs are not `length` steps long, or the layout does not name both.
    """
    axis, batch_axis = layout.find("T"), layout.find("N")
    if axis < 0 or batch_axis < 0:
        raise AssertionError(f"{type(cell).__name__}.unroll: layout must name T and N, as 'NTC' and 'TNC' do, got {layout!r}")
    if isinstance(inputs, Symbol):
        inputs = list(f.split(inputs, num_outputs=length, axis=axis, squeeze_axis=True))
    if isinstance(inputs, list | tuple) and inputs and isinstance(inputs[0], Symbol):
        count, batch = len(inputs), 0  # found when the graph runs
    elif isinstance(inputs, ARRAYS):
        count, batch = inputs.shape[axis], inputs.shape[batch_axis]
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


# What cells of other libraries call, under MXNet's names (mxnet.gluon.rnn.rnn_cell of 1.9.1).

def _format_sequence(length, inputs, layout, merge, in_layout=None):
    """(sequence, axis of time, F, batch size) of what an unroll was given, in `layout`.

    inputs: one array, or a list of one for each step.  merge: True makes an array of it, False a list, None leaves it.
    in_layout: the layout of an array, if it is another one.
    Raises: AssertionError without inputs, for an unknown layout, or if there are not `length` steps.
    """
    if inputs is None:
        raise AssertionError("unroll(inputs=None) is no longer possible: give an array or a list of arrays")
    axis, batch_axis = layout.find("T"), layout.find("N")
    in_axis = axis if in_layout is None else in_layout.find("T")
    if axis < 0 or batch_axis < 0:
        raise AssertionError(f"a layout names T and N, got {layout!r}")
    first = inputs if isinstance(inputs, ARRAYS | Symbol) else inputs[0]
    F = sym if isinstance(first, Symbol) else nd
    batch = 0 if F is sym else first.shape[batch_axis if first is inputs else 0]
    if first is inputs and merge is not False:
        return inputs if axis == in_axis else f.swapaxes(inputs, axis, in_axis), axis, F, batch
    steps = len(inputs) if first is not inputs else length if F is sym else inputs.shape[in_axis]
    if length is not None and steps != length:
        raise AssertionError(f"length is {length}, but the inputs have {steps} steps")
    if first is not inputs:
        return f.stacked(list(inputs), axis) if merge else inputs, axis, F, batch
    return list(f.split(inputs, num_outputs=steps, axis=in_axis, squeeze_axis=True)), axis, F, batch


def _get_begin_state(cell, F, begin_state, inputs, batch_size):
    """The states given, or zeros like the inputs."""
    return begin_states(cell, begin_state, inputs, batch_size)


def _mask_sequence_variable_length(F, data, length, valid_length, time_axis, merge):
    """data, an array or a list of steps, with zeros after each valid length; as an array, or with merge=False as a list."""
    found = masked(data, valid_length, time_axis)
    return found if merge else list(f.split(found, num_outputs=length, axis=time_axis, squeeze_axis=True))


def _reverse_sequences(sequences, unroll_step, valid_length=None):
    """The steps, a list, last first; with valid lengths only the valid part is turned around."""
    return reversed_steps(sequences, valid_length)


def _cells_state_info(cells, batch_size):
    """The shapes of the states of all cells."""
    return [info for c in cells for info in c.state_info(batch_size)]


def _cells_begin_state(cells, **kwargs):
    """The first states of all cells."""
    return [state for c in cells for state in c.begin_state(**kwargs)]
