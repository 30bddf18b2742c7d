"""Graphs in mixed precision: casts between operators, as lists of their names say (MXNet: amp.convert_symbol, amp.convert_model)."""
from __future__ import annotations

from ..symbol import operators
from ..symbol.symbol import Symbol, Vertex

_HIGH = "float32"


class Converter:
    """Makes the copy of a float32 graph that has the casts.

    target: "float16" or "bfloat16".  low, high, widest: MXNet's names of operators that compute in `target`, in float32, in the widest
    type of their inputs; all others in that of their first input.  conditional: (operator, attribute, values): in float32 where the
    attribute has one of the values.  excluded: names of operators that stay in float32.
    """

    def __init__(self, target, low, high, widest, conditional, excluded):
        self.target, self.low, self.high, self.widest = target, set(low), set(high), set(widest)
        self.conditions = {op: (key, set(values)) for op, key, values in conditional}
        self.excluded = set(excluded)
        self.copies: dict[int, Vertex] = {}
        self.dtypes: dict[int, str | None] = {}  # of what vertices give; None for variables, and where it is one or the other
        self.casts: dict[tuple[int, int, str], tuple[Vertex, int]] = {}

    def __call__(self, symbol: Symbol, params=(), offline=False) -> Symbol:
        """The copy; its outputs are float32.

        params: names of variables that get their dtype as an attribute.  offline: those of them that are only taken in `target` are of it.
        """
        for v in symbol._vertices():
            inputs, self.dtypes[id(v)] = self.choose(v)
            self.copies[id(v)] = Vertex(v.name, v.op, inputs, v.outputs, v.aux, dict(v.attrs), v.record, v.shown, v.subgraphs)
        found = type(symbol)([self.plain(e) if e[0].op is None else self.cast(e, _HIGH) for e in symbol._entries])
        lowered = _unwrapped(found, set(params), self.target) if offline else set()
        for v in found._vertices():
            if v.op is None and v.name in params:
                v.attrs["__dtype__"] = operators.dtype_code(self.target if v.name in lowered else _HIGH)
        return found

    def choose(self, v: Vertex):
        """(the inputs of a vertex's copy, the dtype of its outputs)."""
        if v.op is None:
            return [], None
        if v.name in self.excluded or v.op in self.high:
            return self.original(v), _HIGH
        if v.op in self.low:
            return [self.cast(e, self.target) for e in v.inputs], self.target
        if v.op in self.widest:
            return self.alike(v)
        key, values = self.conditions.get(v.op, ("", ()))
        if v.attrs.get(key) in values:
            return [self.cast(e, _HIGH) for e in v.inputs], _HIGH
        if v.inputs and self.dtypes[id(v.inputs[0][0])] == self.target:
            return [self.plain(e) for e in v.inputs], self.target
        return self.original(v), _HIGH

    def alike(self, v):
        if all(self.dtypes[id(w)] == self.target or (id(w), k, self.target) in self.casts for w, k in v.inputs):
            return [self.cast(e, self.target) for e in v.inputs], self.target
        if all(w.op is not None or (id(w), k, self.target) in self.casts for w, k in v.inputs):
            return [self.cast(e, _HIGH) for e in v.inputs], _HIGH
        count = len(v.inputs)
        wide = Vertex(f"{_label(*v.inputs[0])}_amp_multicast", "amp_multicast", [self.plain(e) for e in v.inputs], count,
                      attrs={"num_outputs": str(count)}, record=operators.find("amp_multicast"))
        return [(wide, k) for k in range(count)], None

    def original(self, v):
        """Inputs in float32, in which variables are."""
        return [self.plain(e) if e[0].op is None else self.cast(e, _HIGH) for e in v.inputs]

    def plain(self, entry):
        v, k = entry
        return self.copies[id(v)], k

    def cast(self, entry, dtype):
        """An entry in a dtype; what several operators take is cast once."""
        v, k = entry
        if self.dtypes[id(v)] == dtype:
            return self.plain(entry)
        key = id(v), k, dtype
        if key not in self.casts:
            self.casts[key] = Vertex(f"{_label(v, k)}_amp_cast_{dtype}", "amp_cast", [self.plain(entry)], attrs={"dtype": dtype},
                                     record=operators.find("amp_cast")), 0
        return self.casts[key]


def _label(v: Vertex, k: int) -> str:
    """What a cast is named after."""
    return v.name if v.op is None else v.output_names()[k]


def _unwrapped(symbol, params, target) -> set[str]:
    """The names of those variables that nothing takes but in `target`; their casts are left out of the graph."""
    takers: dict[str, list[Vertex]] = {}
    order = symbol._vertices()
    for v in order:
        for w, _ in v.inputs:
            if w.op is None:
                takers.setdefault(w.name, []).append(v)
    heads = {v.name for v, _ in symbol._entries}
    lowered = {name for name, found in takers.items() if name in params - heads
               and all(v.op == "amp_cast" and v.attrs["dtype"] == target for v in found)}
    for v in order:
        v.inputs = [w.inputs[0] if w.op == "amp_cast" and w.inputs[0][0].name in lowered else (w, k) for w, k in v.inputs]
    return lowered


__all__ = ["Converter"]
