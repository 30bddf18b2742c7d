"""Symbol: a recorded graph to look at. It cannot be run or extended (MXNet: mxnet.symbol.symbol.Symbol)."""
from __future__ import annotations

import json

from ..absent import ABSENT
from ..base import NotImplementedForSymbol


class Vertex:
    """An operator, or an argument where op is None, in a graph.

    inputs: (vertex, output) pairs.  outputs: how many there are.  aux: the inputs that the operator writes.
    """

    __slots__ = ("aux", "inputs", "name", "op", "outputs")

    def __init__(self, name, op=None, inputs=(), outputs=1, aux=()):
        self.name, self.op, self.inputs, self.outputs, self.aux = name, op, inputs, outputs, aux


class Symbol:
    """Outputs of a graph; `autograd.get_symbol` makes them. Iterating, x[i] and x["name"] give single outputs."""

    def __init__(self, entries):
        self._entries = entries

    @property
    def name(self) -> str | None:
        """The name of the operator or argument; None for a group of several."""
        return self._entries[0][0].name if len(self._entries) == 1 else None

    def list_arguments(self) -> list[str]:
        """The names of the inputs without auxiliary states, in the order in which they are needed."""
        hidden = set(self.list_auxiliary_states())
        return [n for n in self.list_inputs() if n not in hidden]

    def list_auxiliary_states(self) -> list[str]:
        """The names of the inputs that operators write, such as BatchNorm's running mean."""
        found = {v.inputs[i][0].name: None for v in self._vertices() for i in v.aux if v.inputs[i][0].op is None}
        return [n for n in self.list_inputs() if n in found]

    def list_inputs(self) -> list[str]:
        """The names of all inputs."""
        return [v.name for v in self._vertices() if v.op is None]

    def list_outputs(self) -> list[str]:
        """The names of the outputs: that of the operator and `_output`, with a number if it has several."""
        return [_output_name(*e) for e in self._entries]

    def get_internals(self) -> Symbol:
        """All outputs of all operators, and the inputs, in an order in which they can be computed."""
        return Symbol([(v, k) for v in self._vertices() for k in range(v.outputs)])

    def get_children(self) -> Symbol | None:
        """What the outputs' operators take; None if these are inputs."""
        found = [e for v, _ in self._entries for e in v.inputs]
        return Symbol(found) if found else None

    def tojson(self) -> str:
        """The graph as text, in the layout of MXNet's model files.

        Differs: for reading only. Operators have mxshim's names, and the text does not hold their parameters.
        """
        vertices = self._vertices()
        number = {id(v): i for i, v in enumerate(vertices)}
        rows = [0]
        for v in vertices:
            rows.append(rows[-1] + v.outputs)

        def entry(v, k):
            return [number[id(v)], k, 0]

        nodes = [{"op": v.op or "null", "name": v.name, "inputs": [entry(*e) for e in v.inputs]} for v in vertices]
        return json.dumps({"nodes": nodes, "arg_nodes": [i for i, v in enumerate(vertices) if v.op is None], "node_row_ptr": rows,
                           "heads": [entry(*e) for e in self._entries]}, indent=2)

    def _vertices(self) -> list[Vertex]:
        """Everything the outputs are computed from, inputs before what takes them."""
        seen, order = set(), []
        for head, _ in self._entries:
            stack = [(head, False)]
            while stack:
                v, done = stack.pop()
                if done:
                    order.append(v)
                elif id(v) not in seen:
                    seen.add(id(v))
                    stack.append((v, True))
                    stack.extend((w, False) for w, _ in reversed(v.inputs))
        return order

    def __len__(self):
        return len(self._entries)

    def __iter__(self):
        return (Symbol([e]) for e in self._entries)

    def __getitem__(self, index):
        if isinstance(index, str):
            found = [e for e in self._entries if _output_name(*e) == index]
            if not found:
                raise ValueError(f"there is no output {index!r}; the outputs are {', '.join(self.list_outputs())}")
            return Symbol(found[:1])
        return Symbol([self._entries[index]])

    def __bool__(self):
        raise NotImplementedForSymbol("a Symbol has no values that could be true or false")

    def __repr__(self):
        names = [v.name for v, _ in self._entries]
        return f"<Symbol {names[0]}>" if len(names) == 1 else f"<Symbol group [{', '.join(names)}]>"

    def __getattr__(self, name):
        raise AttributeError(f"'Symbol' object has no attribute {name!r}: {ABSENT['mx.sym']}")


def _output_name(vertex: Vertex, index: int) -> str:
    if vertex.op is None:
        return vertex.name
    return f"{vertex.name}_output{index if vertex.outputs > 1 else ''}"
