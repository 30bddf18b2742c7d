"""Loops and branches of graphs: operators that hold graphs of their own (MXNet: sym.contrib.foreach, while_loop and cond).

How such an operator's inputs become those of its graphs stands in its attributes; `wiring` reads it.
"""
from __future__ import annotations

import collections
import threading
from typing import Any

from .. import attribute
from .. import name as naming
from ..array import control_flow
from ..attribute import AttrScope
from ..base import MXNetError
from . import operators
from .calls import _RULES
from .compose import create, variable
from .symbol import Symbol, Vertex, _output_name

_used = threading.local()  # numbers of the graphs' names


# -- what the attributes say ------------------------------------------------------------------------------------------

def wiring(v) -> list[list[int]]:
    """For each graph of an operator, and each of that graph's inputs, which input of the operator it is.

    Raises: MXNetError if the attributes are missing, or do not fit the graphs.
    """
    given, count = v.values(), [len(g.list_inputs()) for g in v.subgraphs]
    try:
        if v.op in _FOREACH:
            places = [*given["in_data_locs"], *given["in_state_locs"], *given["remain_locs"]]
            if sorted(places) != list(range(len(v.inputs))):
                raise ValueError
            found = [[places.index(i) for i in range(len(places))]]
        else:
            found = [list(given[key]) for key in _KEYS[v.op]]
        fits = [len(w) for w in found] == count and all(0 <= i < len(v.inputs) for w in found for i in w)
        heads = [len(g._entries) for g in v.subgraphs]
        if v.op in _WHILE:
            fits = fits and all(0 <= i < count[1] for i in given["func_var_locs"]) and heads[0] == 1
        outputs = len(given["in_state_locs"]) if v.op in _FOREACH else len(given["func_var_locs"]) if v.op in _WHILE else 0
        outputs += given["num_out_data"] if v.op not in _COND else given["num_outputs"]
        fits = fits and outputs == given["num_outputs"] and all(n == outputs for n in heads[v.op not in _FOREACH:])
        fits = fits and (v.op not in _WHILE or given["max_iterations"] > 0)
    except (KeyError, ValueError, TypeError, IndexError):
        fits = False
    if not fits:
        raise MXNetError(f"{v.op} {v.name!r}: its attributes do not say how its inputs and graphs belong together. MXNet 2's exports of "
                         "npx.foreach, while_loop and cond leave that out (max_iterations, too), and MXNet does not read them either: keep "
                         "the parameters with save_parameters and run the network's code, or export it with MXNet 1 or mxshim")
    return found


_FOREACH, _WHILE, _COND = ({n, f"_npx{n}"} for n in ("_foreach", "_while_loop", "_cond"))
_KEYS = {**dict.fromkeys(_WHILE, ("cond_input_locs", "func_input_locs")),
         **dict.fromkeys(_COND, ("cond_input_locs", "then_input_locs", "else_input_locs"))}


def sliced(v) -> int:
    """How many of the inputs, the first ones, are given to the graph element by element."""
    return len(v.values()["in_data_locs"]) if v.op in _FOREACH else 0


def stacked(v) -> int:
    """How many of the outputs, the first ones, are rows of all turns."""
    return v.values()["num_out_data"] if v.op not in _COND else 0


def state_inputs(v) -> list[int]:
    """Which inputs the outputs after the stacked ones replace from turn to turn."""
    given = v.values()
    if v.op in _FOREACH:
        return [sliced(v) + k for k in range(len(given["in_state_locs"]))]
    return [given["func_input_locs"][i] for i in given["func_var_locs"]] if v.op in _WHILE else []


# -- running ----------------------------------------------------------------------------------------------------------

def runner(v, program):
    """What computes the operator: (arrays, attributes) -> list of arrays. program: makes a graph something that can be called."""
    wires, programs, given = wiring(v), [program(g) for g in v.subgraphs], v.values()

    def call(n, arrays):
        return programs[n]([arrays[i] for i in wires[n]])

    def with_states(arrays, states):
        found = list(arrays)
        for i, a in zip(state_inputs(v), states, strict=True):
            found[i] = a
        return found

    def foreach(arrays, _):
        n, count = sliced(v), stacked(v)

        def turn(elements, states):
            out = call(0, [*elements, *with_states(arrays, states)[n:]])
            return out[:count], out[count:]

        out, states = control_flow._foreach(turn, list(arrays[:n]), [arrays[i] for i in state_inputs(v)], arrays[0]._dialect,
                                            AssertionError, AssertionError)
        return [*out, *states]

    def while_loop(arrays, _):
        def turn(*states):
            out = call(1, with_states(arrays, states))
            return out[:stacked(v)], out[stacked(v):]

        out, states = control_flow._complete_while(lambda *states: call(0, with_states(arrays, states))[0], turn, [
            arrays[i] for i in state_inputs(v)], given["max_iterations"], arrays[0]._dialect, MXNetError)
        return [*out, *states]

    def cond(arrays, _):
        return call(1 if control_flow._truth(call(0, arrays)[0], v.name, MXNetError) else 2, arrays)

    return foreach if v.op in _FOREACH else while_loop if v.op in _WHILE else cond


# -- making -----------------------------------------------------------------------------------------------------------

class Symbols:
    """How the functions that a user hands in are called: with Symbols."""

    def __init__(self, cls):
        self.cls = cls

    def is_leaf(self, value) -> bool:
        return isinstance(value, Symbol)

    def symbol(self, value) -> Symbol:
        return value

    def input(self, like, symbol, element):
        """What a function gets for an input of its graph. like: the value outside.  element: it is one element of that."""
        return symbol


def _leaves(kind, value, what):
    """(the Symbols of a nested list, a function that puts others in their places)."""
    if kind.is_leaf(value):
        parts = list(value) if isinstance(value, Symbol) else [value]
        return parts, (lambda found: found.popleft()) if len(parts) == 1 else lambda found: [found.popleft() for _ in parts]
    if not isinstance(value, list | tuple):
        raise AssertionError(f"{what} takes Symbols, alone or in lists, and got {type(value).__name__}")
    pairs = [_leaves(kind, e, what) for e in value]
    return [x for leaves, _ in pairs for x in leaves], lambda found: [rebuild(found) for _, rebuild in pairs]


def _unique(name) -> str:
    outer = attribute.current().get(None).get("__subgraph_name__")
    name = f"{outer}${name}" if outer else name
    counts = _used.__dict__.setdefault("counts", collections.Counter())
    counts[name] += 1
    return f"{name}{counts[name] - 1}"


class _Part:
    """A graph in the making: inputs are variables of its own, and what it needs from outside.

    values, arguments: the values outside, and what stands for them inside.
    """

    def __init__(self, kind, name, values, elements=0):
        self.kind, self.name, self.values = kind, _unique(name), values
        self.scope = AttrScope(__subgraph_name__=self.name)
        with self.scope:
            outside = [kind.symbol(x) for x in values]
            self.variables = [variable(kind.cls, "-".join((s._entries[0][0].name, str(s._entries[0][1])))) for s in outside]
        self.arguments = collections.deque(kind.input(x, s, i < elements) for i, (x, s) in enumerate(
            zip(values, self.variables, strict=True)))
        self.outside = {id(s._entries[0][0]): o._entries[0] for s, o in zip(self.variables, outside, strict=True)}

    def close(self, results, states=()):
        """Cut the graph of some results off; self.graph is it, self.inputs says what its inputs are outside."""
        with self.scope:
            heads = [self._own(self.kind.symbol(x)) for x in results]
            shown = {v.name for v, _ in heads}
            heads += [self._own(self.kind.symbol(x), shown) for x in states]
        made: dict[Any, Any] = {}
        sources: dict[int, tuple] = {}

        def entry(v, k):
            if id(v) in made:
                return made[id(v)], k
            if (id(v), k) not in made:  # a variable, or something that was computed outside
                w = made[id(v), k] = Vertex(v.name if v.op is None else _output_name(v, k), attrs=dict(v.attrs) if v.op is None else None)
                sources[id(w)] = self.outside.get(id(v), (v, k))
            return made[id(v), k], 0

        for v in self.kind.cls(heads)._vertices():
            if self._inside(v):
                made[id(v)] = Vertex(v.name, v.op, [entry(*e) for e in v.inputs], v.outputs, v.aux, dict(v.attrs), v.record, v.shown,
                                     v.subgraphs)
        self.graph = self.kind.cls([entry(*e) for e in heads])
        self.inputs = [sources[id(v)] for v in self.graph._vertices() if v.op is None]
        return self

    def _inside(self, v) -> bool:
        return v.op is not None and v.attrs.get("__subgraph_name__") == self.name

    def _own(self, symbol, others=()):
        """The output as one that only this graph has, and none of `others`."""
        v, _ = symbol._single(self.name)
        if self._inside(v) and v.name not in others:
            return symbol._entries[0]
        return create("_copy", (symbol,), hint="identity", cls=self.kind.cls)._entries[0]

    def place(self, n) -> int:
        """Which of the graph's inputs the n-th argument is. Raises: AssertionError if the function did not use it."""
        wanted = self.outside[id(self.variables[n]._entries[0][0])]
        name = self.variables[n].name
        for i, (v, source) in enumerate(zip([v for v in self.graph._vertices() if v.op is None], self.inputs, strict=True)):
            if source == wanted and v.name == name:
                return i
        raise AssertionError(f"{self.name}: the function does not use its argument {n}, {name!r}; graphs need that")


def _joined(kind, op, parts, inputs, attrs, count):
    """The outputs of a new operator, as single Symbols."""
    record = operators.find(op)
    attrs = {k: f"[{', '.join(map(str, a))}]" if isinstance(a, list) else str(a) for k, a in attrs.items()}
    attrs.update(attribute.current().get(None), num_args=str(len(inputs) + len(parts)), num_outputs=str(count))
    # As in MXNet, what operators inside write (BatchNorm's running mean) is among the arguments.
    v = Vertex(naming.current().get(None, op), op, inputs, count, (), attrs, record, count, tuple([p.graph for p in parts]))
    return [kind.cls([(v, k)]) for k in range(count)]


def _gathered(parts):
    """(the inputs that some graphs need together, for each graph where its own are among them)."""
    inputs = list(dict.fromkeys(e for p in parts for e in p.inputs))
    return inputs, [[inputs.index(e) for e in p.inputs] for p in parts]


def foreach(kind, body, data, init_states, name="foreach"):
    data, data_shape = _leaves(kind, data, "foreach: data")
    states, state_shape = _leaves(kind, init_states, "foreach: init_states")
    n, total = len(data), len(data) + len(states)
    part = _Part(kind, name, [*data, *states], n)
    arguments = collections.deque(part.arguments)
    with part.scope:
        out, new = body(data_shape(arguments), state_shape(arguments))
    out, out_shape = _leaves(kind, [] if out is None else out, "foreach: the output of body")
    new, new_shape = _leaves(kind, new, "foreach: the states of body")
    if len(new) != len(states):
        raise AssertionError(f"foreach: body must give as many states as it gets, {len(states)}, got {len(new)}")
    part.close(out, new)
    places = [part.place(i) for i in range(total)]
    rest = [i for i in range(len(part.inputs)) if i not in places]
    inputs = [part.inputs[i] for i in (*places, *rest)]
    found = _joined(kind, "_foreach", [part], inputs, {"in_data_locs": places[:n], "in_state_locs": places[n:], "remain_locs": rest,
                                                       "num_out_data": len(out)}, len(out) + len(new))
    found = collections.deque(found)
    return out_shape(found), new_shape(found)


def while_loop(kind, cond, func, loop_vars, max_iterations=None, name="while_loop"):
    if max_iterations is None:
        raise ValueError("while_loop: max_iterations is needed, the length of the outputs")
    single = kind.is_leaf(loop_vars)
    variables, _ = _leaves(kind, loop_vars, "while_loop: loop_vars")
    if not variables:
        raise ValueError("while_loop: loop_vars must hold at least one Symbol")
    test, turn = _Part(kind, f"{name}_cond", variables), _Part(kind, f"{name}_func", variables)
    with test.scope:
        going = cond(*test.arguments)
    if not kind.is_leaf(going):
        raise ValueError(f"while_loop: cond must give one Symbol, got {type(going).__name__}")
    test.close([going])
    with turn.scope:
        out, new = func(*turn.arguments)
    out, out_shape = _leaves(kind, [] if out is None else out, "while_loop: the output of func")
    new, _ = _leaves(kind, new, "while_loop: the loop variables of func")
    if len(new) != len(variables):
        raise ValueError(f"while_loop: func must give as many new loop variables as it gets, {len(variables)}, got {len(new)}")
    turn.close(out, new)
    inputs, wires = _gathered([test, turn])
    found = _joined(kind, "_while_loop", [test, turn], inputs, {
        "cond_input_locs": wires[0], "func_input_locs": wires[1], "func_var_locs": [turn.place(i) for i in range(len(variables))],
        "max_iterations": int(max_iterations), "num_out_data": len(out)}, len(out) + len(new))
    found = collections.deque(found)
    return out_shape(found), found.popleft() if single else list(found)


def cond(kind, pred, then_func, else_func, inputs=None, name="cond"):
    """inputs: what the three functions get; None where pred is a value, and the functions take nothing."""
    if not kind.is_leaf(pred) and not callable(pred):
        raise AssertionError(f"cond: pred must be a Symbol, got {type(pred).__name__}")
    values = [] if inputs is None else _leaves(kind, inputs, "cond: inputs")[0]
    parts, shape, count = [], None, 0
    for what, func in (("pred", (lambda: pred) if kind.is_leaf(pred) else pred), ("then", then_func), ("else", else_func)):
        part = _Part(kind, f"{name}_{what}", values)
        with part.scope:
            out, shape = _leaves(kind, func(*part.arguments), f"cond: the output of {what}")
        if what == "else" and len(out) != count:
            raise ValueError(f"cond: the branches must give as many outputs, got {count} and {len(out)}")
        count = len(out)
        parts.append(part.close(out))
    sources, wires = _gathered(parts)
    found = _joined(kind, "_cond", parts, sources, dict(zip(("cond_input_locs", "then_input_locs", "else_input_locs"), wires, strict=True)),
                    count)
    assert shape is not None
    return shape(collections.deque(found))


MAKERS = {f"{space}{f.__name__}": f for space in ("nd.contrib.", "npx.") for f in (foreach, while_loop, cond)}


def _rule(make):
    return lambda cls, *args, **kwargs: make(Symbols(cls), *args, **kwargs)


_RULES.update({full: _rule(make) for full, make in MAKERS.items()})
