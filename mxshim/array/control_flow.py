"""foreach, while_loop and cond: the loops and the branch that MXNet also has for symbolic graphs.

They are Python's own loops over pending arrays. foreach runs what is pending after every few turns, so that a long loop comes down to
one small program; while_loop and cond read their condition, and so do the same.
"""
from __future__ import annotations

from collections.abc import Callable

from ..base import MXNetError
from ..engine.call import call
from ..engine.op import NAMES, api
from ..engine.trace import flush_all
from .convert import CLASSES
from .core import Array

# Set by symbol/recording.py: (function's name, its arguments) -> what a call with Symbols, or in an export, gives; None for other calls.
in_graph: Callable = lambda name, args: None
TOGETHER = 8  # turns of foreach that become one program; shorter loops than two such runs are not cut


def _leaves(value, what, error):
    """The arrays of a nested list, and a function that puts others in their places, tuples as lists."""
    if isinstance(value, Array):
        return [value], lambda arrays: arrays.pop(0)
    if not isinstance(value, list | tuple):
        raise error(f"{what} must be an array or a (nested) list of arrays, got {value!r} of type {type(value).__name__}")
    leaves, rebuilds = [], []
    for v in value:
        more, rebuild = _leaves(v, what, error)
        leaves += more
        rebuilds.append(rebuild)
    return leaves, lambda arrays: [rebuild(arrays) for rebuild in rebuilds]


def _listed(value, what, error):
    leaves, rebuild = _leaves(value, what, error)
    return rebuild(leaves)


def _stacked(rows, dialect, count, turns=None):
    """The rows along a new axis 0, zeros after them to make `count`; of the rows only `turns` count, if given."""
    return call(NAMES["mx.rows"], CLASSES[dialect], tuple(rows), {"turns": len(rows) if turns is None else turns, "count": count})


def _foreach(body, data, states, dialect, data_error, state_error):
    what = "npx.foreach" if dialect == "np" else "nd.contrib.foreach"
    inputs, rebuild = _leaves(data, f"{what}: data", data_error)
    _leaves(states, f"{what}: init_states", state_error)
    if not inputs or inputs[0].ndim == 0 or inputs[0].shape[0] == 0:
        raise IndexError(f"{what}: data must have at least one element along axis 0, got {[x.shape for x in inputs]}")
    rows: list[list] = []
    shape = None
    turns = inputs[0].shape[0]
    for i in range(turns):
        if turns > 2 * TOGETHER and i % TOGETHER == 0:  # equal runs of turns share their programs, forward and backward
            flush_all("foreach")
        out, states = body(rebuild([x[i] for x in inputs]), states)
        row, shape = _leaves(out, f"{what}: the output of body", data_error)
        if rows and len(rows[0]) != len(row):
            raise ValueError(f"{what}: body gave {len(row)} outputs in turn {i} and {len(rows[0])} before")
        rows.append(row)
    return shape([_stacked(column, dialect, len(rows)) for column in zip(*rows, strict=True)]), states


@api("nd.contrib.foreach")
def nd_foreach(body, data, init_states, name="foreach"):
    """Call `body(element, states) -> (output, new states)` for each element along axis 0 of data, in turn.

    Args:
        data: an array, or a (nested) list of arrays as long as the first one, whose elements body gets in the same nesting.
        init_states: an array or a (nested) list of them, what body gets in the first turn.
        name: the operator's in a graph (MXNet: F.contrib.foreach of hybridized blocks).
    Returns: (the outputs stacked along a new axis 0, in the nesting that body gives them; the last states).
    Raises: AssertionError for what is no array, IndexError if there is no element.
    """
    found = in_graph("nd.contrib.foreach", (body, data, init_states, name))
    return _foreach(body, data, init_states, "nd", AssertionError, AssertionError) if found is None else found


@api("npx.foreach")
def foreach(body, data, init_states):
    """Call `body(element, states) -> (output, new states)` for each element along axis 0 of data, in turn.

    Args and returns as nd.contrib.foreach; tuples come back as lists, and body gets states in the nesting of init_states.
    Raises: ValueError or AssertionError for what is no array, IndexError if there is no element.
    """
    found = in_graph("npx.foreach", (body, data, init_states))
    if found is not None:
        return found
    told = "npx.foreach: the states of body"
    first, nested = _leaves(init_states, "npx.foreach: init_states", AssertionError)
    count = len(first)

    def turn(element, states):
        flat, _ = _leaves(states, told, AssertionError)
        return body(element, nested(flat) if len(flat) == count else states)

    out, states = _foreach(turn, data, init_states, "np", ValueError, AssertionError)
    return out, _listed(states, told, AssertionError)


def _truth(value, what, error):
    if isinstance(value, Array):
        if value.size != 1:
            raise error(f"{what}: the condition must have one element, got shape {value.shape}: reduce it, for example with sum()")
        return bool(value.asnumpy().item())
    return bool(value)


def _while(cond, func, loop_vars, max_iterations, dialect, error, one_error):
    what = "npx.while_loop" if dialect == "np" else "nd.contrib.while_loop"
    if max_iterations is None:
        raise ValueError(f"{what}: max_iterations is needed, the length of the outputs")
    try:
        limit = int(max_iterations)
    except (TypeError, ValueError):
        raise ValueError(f"{what}: max_iterations must be an int, got {max_iterations!r}") from None
    if isinstance(loop_vars, list | tuple) and not loop_vars:
        raise ValueError(f"{what}: loop_vars must hold at least one array")
    single = isinstance(loop_vars, Array)
    _leaves(loop_vars, f"{what}: loop_vars", error)
    variables = [loop_vars] if single else loop_vars
    rows: list[list] = []
    shape = None

    def turn(variables):
        out, new = func(*variables)
        row, shape = _leaves([] if out is None else out, f"{what}: the output of func", AssertionError)
        new = [new] if isinstance(new, Array) else new
        if len(new) != len(variables):
            raise ValueError(f"{what}: func must give as many new loop variables as it gets, {len(variables)}, got {len(new)}")
        return row, shape, new

    while len(rows) < limit and _truth(cond(*variables), what, one_error):
        row, shape, variables = turn(variables)
        if rows and len(rows[0]) != len(row):
            raise ValueError(f"{what}: func gave {len(row)} outputs in turn {len(rows)} and {len(rows[0])} before")
        rows.append(row)
    return rows, shape, variables[0] if single else list(variables), turn, limit


def _complete_while(cond, func, loop_vars, max_iterations, dialect, error):
    """(outputs, loop variables); without a turn the outputs are zeros of the shapes that func would give."""
    rows, shape, variables, turn, limit = _while(cond, func, loop_vars, max_iterations, dialect, error, MXNetError)
    if limit < 1:
        raise MXNetError(f"{'npx' if dialect == 'np' else 'nd.contrib'}.while_loop: max_iterations must be positive, got {limit}")
    if rows:
        return shape([_stacked(column, dialect, limit) for column in zip(*rows, strict=True)]), variables
    # What func computes here is never run, it only tells the shapes.
    row, shape, _ = turn([variables] if isinstance(loop_vars, Array) else variables)
    return shape([_stacked([x], dialect, limit, 0) for x in row]), variables


@api("nd.contrib.while_loop")
def nd_while_loop(cond, func, loop_vars, max_iterations=None, name="while_loop"):
    """While `cond(*loop_vars)` holds: output, loop_vars = `func(*loop_vars)`; at most max_iterations times.

    Args:
        cond: gives an array of one element, or a bool; it is read in every turn.
        func: gives (an array, a nested list of arrays or None; as many new variables as there are).
        loop_vars: an array, or a list or tuple of them.  max_iterations: an int, needed.
        name: the operator's in a graph.
    Returns: (the outputs stacked along a new axis 0 of length max_iterations, those of turns that were not made being zeros;
        the last loop_vars as a list, or the array). Without a turn the outputs are [].
    Raises: ValueError if max_iterations is missing, loop_vars is empty or changes its length, or cond gives several elements.
    MXNet: nd.contrib.while_loop. Differs: MXNet leaves the rows of turns that were not made uninitialized.
    """
    found = in_graph("nd.contrib.while_loop", (cond, func, loop_vars, max_iterations, name))
    if found is not None:
        return found
    rows, shape, variables, _, limit = _while(cond, func, loop_vars, max_iterations, "nd", TypeError, ValueError)
    if not rows:
        return [], variables
    return shape([_stacked(column, "nd", limit) for column in zip(*rows, strict=True)]), variables


@api("npx.while_loop")
def while_loop(cond, func, loop_vars, max_iterations=None):
    """While `cond(*loop_vars)` holds: output, loop_vars = `func(*loop_vars)`; at most max_iterations times.

    As nd.contrib.while_loop; without a turn the outputs are zeros of the shapes that func would give.
    """
    found = in_graph("npx.while_loop", (cond, func, loop_vars, max_iterations))
    if found is not None:
        return found
    out, variables = _complete_while(cond, func, loop_vars, max_iterations, "np", ValueError)
    return out, variables if isinstance(variables, Array) else _listed(variables, "npx.while_loop: loop_vars", ValueError)


@api("nd.contrib.cond")
def nd_cond(pred, then_func, else_func, name="cond"):
    """`then_func()` if pred, an array of one element or a bool, is not zero, else `else_func()`. pred is read.

    Args: name: the operator's in a graph.
    Raises: ValueError if pred has several elements.
    """
    found = in_graph("nd.contrib.cond", (pred, then_func, else_func, None, name))
    if found is not None:
        return found
    return then_func() if _truth(pred, "nd.contrib.cond", ValueError) else else_func()


@api("npx.cond")
def cond(pred, then_func, else_func, inputs, name="cond"):
    """`then_func(*inputs)` if `pred(*inputs)`, an array of one element or a bool, is not zero, else `else_func(*inputs)`.

    Args: inputs: an array or a (nested) list of arrays.  name: without effect.
    Returns: what the function gives, tuples as lists. pred is read.
    Raises: ValueError if inputs are no arrays, MXNetError if pred gives several elements.
    """
    found = in_graph("npx.cond", (pred, then_func, else_func, inputs))
    if found is not None:
        return found
    _leaves(inputs, "npx.cond: inputs", ValueError)
    given = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
    chosen = then_func if _truth(pred(*given), "npx.cond", MXNetError) else else_func
    return _listed(chosen(*given), "npx.cond: the output", AttributeError)
