"""The graph behind a recorded array, as `autograd.get_symbol` gives it."""
from __future__ import annotations

import itertools

from ..base import MXNetError
from ..engine.cell import Handle
from ..engine.emit import place
from ..engine.spec import FLOAT, LOW, SHIFT, Spec
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
    made: dict[int, Vertex | list] = {}  # by id of node, leaf or constant; all of them outlive this call; a list has a call's outputs
    order, stack, arguments = [], [head[0]], itertools.count()
    while stack:  # iterative: chains of a thousand calls are ordinary
        node = stack[-1]
        if id(node) in made:
            stack.pop()
            continue
        if node.is_leaf:
            made[id(node)] = Vertex(f"var{next(arguments)}")
            continue
        if node.freed:
            raise MXNetError("autograd.get_symbol: part of this array's graph was freed by an earlier backward; pass retain_graph=True "
                             "to that one")
        sources = [value if p is None else p[0] for p, value in zip(node.parents, node.inputs, strict=True)]
        missing = next((i for i, s in enumerate(sources) if id(s) not in made), None)
        if missing is not None:
            if node.parents[missing] is None:
                made[id(sources[missing])] = Vertex(f"null{next(arguments)}")
            else:
                stack.append(sources[missing])
            continue
        inputs = [_output(made[id(s)], p) for s, p in zip(sources, node.parents, strict=True)]
        spec = None if node.function is not None else _spec(node)
        if spec is not None and spec.inside is not None and spec.inside[2]:
            vertices, made[id(node)] = _opened(spec.inside, inputs, {u.parameter for u in node.updates or ()})
        else:
            op, outputs = _kind(node)
            made[id(node)] = Vertex("", op, inputs, outputs, tuple(u.parameter for u in node.updates or ()))
            vertices = [made[id(node)]]
        order.append((node.seq, vertices))
    order.sort(key=lambda made: made[0])
    for i, vertex in enumerate(v for _, vertices in order for v in vertices):
        vertex.name = f"node_{i}"
    return Symbol([_output(made[id(head[0])], head)])


def _output(vertex, entry):
    """(vertex, number of the output) for an entry of the graph, None for a constant."""
    k = 0 if entry is None else entry[1]
    if isinstance(vertex, list):
        return vertex[k]
    vertex.outputs = max(vertex.outputs, k + 1)
    return vertex, k


def _kind(node) -> tuple[str, int]:
    """The operator's name and the number of its outputs; 1 where that depends on the call, until a later one is met."""
    if node.function is not None:
        return getattr(node.code, "history_name", "_CustomFunction"), len(node.instruction[2])
    spec = _spec(node)
    shown = spec.op.visible if spec.op is not None else None
    return "_CachedOp" if spec.inside is not None else spec.name, len(spec.out) if shown is None else shown if isinstance(shown, int) else 1


def _spec(node) -> Spec:
    return node.code if isinstance(node.code, Spec) else node.code.spec


def _opened(inside, inputs, states) -> tuple[list, list]:
    """(the vertices of the calls that were made one, the outputs), for its inputs; states: the numbers of those that it writes."""
    steps, outs, _ = inside
    vertices: list[Vertex] = []

    def output(slot):
        vertex, k = vertices[slot >> SHIFT], slot & LOW
        vertex.outputs = max(vertex.outputs, k + 1)
        return vertex, k

    for spec, _, slots in steps:
        slots = [s for s in slots if s > FLOAT]
        given = [output(s) if s >= 0 else inputs[~s] for s in slots]
        aux = tuple(i for i, s in enumerate(slots) if s < 0 and ~s in states)
        shown = spec.op.visible if spec.op is not None else None
        vertices.append(Vertex("", spec.name, given, len(spec.out) if shown is None else shown if isinstance(shown, int) else 1, aux))
    return vertices, [output(s) for s in outs]
