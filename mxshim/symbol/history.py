"""The graph behind a recorded array, as `autograd.get_symbol` gives it."""
from __future__ import annotations

import itertools

from ..base import MXNetError
from ..engine.capture import place_of, steps_of
from ..engine.cell import Handle
from ..engine.emit import place
from ..engine.spec import Spec
from .symbol import Symbol, Vertex


def history(x) -> Symbol:
    """What an array was computed from. Marked arrays are named var0, var1, ..., constants null2, ..., operators node_0, ...

    Raises: MXNetError if the array is in no graph, or a part of its graph was freed; AssertionError if it is no array.
    Differs: MXNet counts on over all graphs of a process.
    """
    if not isinstance(x, Handle):
        raise AssertionError(f"autograd.get_symbol: wanted an array, got {type(x).__name__}")
    x._value_now()
    head = place(x)
    if head is None:
        raise MXNetError("autograd.get_symbol: this array is not part of a computational graph. Compute it inside autograd.record() "
                         "from an array with attach_grad(), and ask before backward() frees the graph.")
    made: dict[int, list] = {}  # by id of node, leaf or constant, which all outlive this call: its outputs as (vertex, number)
    order, stack, arguments = [], [head[0]], itertools.count()
    while stack:  # iterative: chains of a thousand calls are ordinary
        node = stack[-1]
        if id(node) in made:
            stack.pop()
            continue
        if node.is_leaf:
            made[id(node)] = [(Vertex(f"var{next(arguments)}"), 0)]
            continue
        if node.freed:
            raise MXNetError("autograd.get_symbol: part of this array's graph was freed by an earlier backward; pass retain_graph=True "
                             "to that one")
        sources = [value if p is None else p[0] for p, value in zip(node.parents, node.inputs, strict=True)]
        missing = next((i for i, s in enumerate(sources) if id(s) not in made), None)
        if missing is not None:
            if node.parents[missing] is None:
                made[id(sources[missing])] = [(Vertex(f"null{next(arguments)}"), 0)]
            else:
                stack.append(sources[missing])
            continue
        inputs = [_output(made[id(s)], p) for s, p in zip(sources, node.parents, strict=True)]
        vertices, made[id(node)] = _vertices(node, inputs)
        order.append((node.seq, vertices))
    for i, vertex in enumerate([v for _, vertices in sorted(order, key=lambda o: o[0]) for v in vertices]):
        vertex.name = f"node_{i}"
    return Symbol([_output(made[id(head[0])], head)])


def _vertices(node, inputs) -> tuple[list[Vertex], list]:
    """(the operators behind a node, its outputs); those of calls that ran as one are told apart again."""
    written = {u.parameter for u in node.updates or ()}
    spec = node.code if isinstance(node.code, Spec) else getattr(node.code, "spec", None)
    inside = None if spec is None else steps_of(spec)
    if inside is None:
        name, outputs = _kind(node)
        vertex = Vertex("", name, inputs, outputs, tuple(written))
        return [vertex], [(vertex, k) for k in range(max(outputs, _count(node)))]
    vertices: list[Vertex] = []

    def output(slot):
        step, k = place_of(slot)
        return _at(vertices[step], k)

    steps, outs = inside
    for step, slots in steps:
        taken = [s for s in slots if s >= 0 or ~s < len(inputs)]
        aux = tuple([i for i, s in enumerate(taken) if s < 0 and ~s in written])
        vertices.append(Vertex("", step.name, [output(s) if s >= 0 else inputs[~s] for s in taken], _shown(step), aux))
    return vertices, [output(s) for s in outs]


def _output(outputs, entry):
    """(vertex, number of the output) for an entry of the graph, the first output for a constant."""
    return _at(*outputs[0 if entry is None else entry[1]])


def _at(vertex, k):
    """The k-th output of a vertex, which has that many at least."""
    vertex.outputs = max(vertex.outputs, k + 1)
    return vertex, k


def _count(node) -> int:
    outs = node.instruction[2]
    return len(outs) if type(outs) is tuple else 1


def _kind(node) -> tuple[str, int]:
    """The operator's name and the number of its outputs; 1 where that depends on the call, until a later one is met."""
    if node.function is not None:
        return getattr(node.code, "history_name", "_CustomFunction"), len(node.instruction[2])
    spec = node.code if isinstance(node.code, Spec) else node.code.spec
    return spec.name, _shown(spec)


def _shown(spec) -> int:
    shown = spec.op.visible if spec.op is not None else None
    return len(spec.out) if shown is None else shown if isinstance(shown, int) else 1
