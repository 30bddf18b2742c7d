"""Graphs from JSON: what MXNet 1.x and 2.x write is read, from the first releases on.

Files may come from strangers. Every number in them is held against what is there; nothing is executed.
"""
from __future__ import annotations

import json
import os

from ..base import MXNetError
from ..operator import is_registered
from ..util import is_np_shape
from . import loops, operators
from .functions import function
from .symbol import HIDDEN, Symbol, Vertex

_DEEPEST = 16  # loops in loops
_MOST_BYTES = 256 << 20  # MXNet's largest models are a few MB of JSON


def from_json(text: str | bytes, source="this text"):
    """The Symbol of a graph's text. Raises: MXNetError, with the place, for anything that is no graph."""
    if len(text) > _MOST_BYTES:
        raise _unreadable(source, f"it has {len(text)} bytes, more than a graph can have")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unreadable(source, f"it is no JSON, or was cut off: {error}") from None
    return Symbol(_Reader(found, source).heads())


def _unreadable(source, why):
    return MXNetError(f"{source} cannot be read as a graph of MXNet: {why}")


class _Reader:
    def __init__(self, found, source, depth=0, np=False):
        self.source, self.depth = source, depth
        if not isinstance(found, dict) or not isinstance(found.get("nodes"), list):
            self.fail('it has no list "nodes"')
        if not isinstance(found.get("heads"), list) or not found["heads"]:
            self.fail('it has no list "heads", the outputs')
        self.found = found
        self.np = np or isinstance(found.get("attrs"), dict) and found["attrs"].get("is_np_shape") in (["int", 1], [["int", 1]])

    def fail(self, why):
        raise _unreadable(self.source, why)

    def heads(self):
        self.vertices: list = []
        for i, node in enumerate(self.found["nodes"]):
            self.vertices.append(self.vertex(i, node))
        for v in self.vertices:
            self.complete(v)
        return [self.entry(e, len(self.vertices), f"heads[{k}]") for k, e in enumerate(self.found["heads"])]

    def vertex(self, i, node):
        where = f"nodes[{i}]"
        if not isinstance(node, dict):
            self.fail(f"{where} is no object")
        op, name, inputs = node.get("op"), node.get("name"), node.get("inputs", [])
        if not isinstance(op, str) or not isinstance(name, str) or not isinstance(inputs, list):
            self.fail(f'{where} needs texts "op" and "name" and a list "inputs"')
        where = f"{where}, {op} {name!r}"
        attrs: dict[str, str] = {}
        for key in ("param", "attr", "attrs"):  # "param" and "attr" before MXNet 1.0
            more = node.get(key)
            if more is not None and not (isinstance(more, dict) and all(isinstance(v, str) for v in more.values())):
                self.fail(f'{where}: "{key}" must be an object of texts')
            attrs.update(more or {})
        for key in [k for k in attrs if k in HIDDEN or op == "null" and not k.startswith("__") and k.endswith(HIDDEN)]:
            if key in HIDDEN:
                attrs[f"__{key}__"] = attrs.pop(key)
        if op == "null":
            if inputs:
                self.fail(f"{where}: a variable has no inputs")
            if is_np_shape() and not self.np and "__shape__" in attrs:  # 0 was an unknown size where this was written
                sizes = operators.read("t", attrs["__shape__"], f"{where}: __shape__")
                attrs["__shape__"] = operators.written(tuple([n or -1 for n in sizes]))
            return Vertex(name, attrs=attrs)
        record = operators.find(op)
        graphs: tuple = ()
        if record is not None and record.name in operators.LOOPS:
            graphs = self.graphs(node, where)
        elif node.get("subgraphs"):
            self.fail(f"{where} holds graphs of its own, which mxshim does not read: write the network as a HybridBlock and load its "
                      "parameters")
        else:
            try:
                function(op if record is None else record.name)
            except MXNetError as error:
                self.fail(f"{where}: {error}")
        entries = [self.entry(e, i, where) for e in inputs]
        vertex = Vertex(name, record.name if record else op, entries, attrs=attrs, record=record, subgraphs=graphs)
        if record is not None:
            self.move_input_attributes(vertex)
        return vertex

    def graphs(self, node, where):
        """The graphs of a loop or a branch."""
        if self.depth >= _DEEPEST:
            self.fail(f"{where} lies in {_DEEPEST} others")
        found = node.get("subgraphs")
        if not isinstance(found, list) or not found or not all(isinstance(g, dict) for g in found):
            self.fail(f'{where} needs a list "subgraphs"')
        return tuple([Symbol(_Reader(g, f"{self.source}, {where}", self.depth + 1, self.np).heads()) for g in found])

    def move_input_attributes(self, vertex):
        """Before MXNet 0.9, weight_lr_mult of an operator meant lr_mult of its weight."""
        for key in list(vertex.attrs):
            for end in HIDDEN:
                short = key.removesuffix("_" + end)
                if short != key and short in vertex.record.inputs and vertex.record.inputs.index(short) < len(vertex.inputs):
                    w = vertex.inputs[vertex.record.inputs.index(short)][0]
                    w.attrs[f"__{end}__"] = vertex.attrs.pop(key)
                    break

    def entry(self, e, below, where):
        ok = isinstance(e, list) and 2 <= len(e) <= 3 and all(type(n) is int for n in e)
        if not ok:
            self.fail(f"{where}: an input is [node, output, version], got {str(e)[:60]}")
        if not 0 <= e[0] < below:
            self.fail(f"{where} takes node {e[0]}, but only the {below} nodes before it can be there")
        source = self.vertices[e[0]]
        if source.record is not None or source.op is None:
            limit = source.outputs if source.op is None else self.counts(source)[0]
            if not 0 <= e[1] < limit:
                self.fail(f"{where} takes output {e[1]} of {source.name!r}, which has {limit}")
        return source, e[1]

    def counts(self, vertex):
        if vertex.shown is None:
            if vertex.op == "Custom":
                vertex.outputs = vertex.shown = 1 << 10  # how many is the program's affair, asked when the graph runs
                if not is_registered(vertex.attrs.get("op_type")):
                    return vertex.outputs, vertex.shown
            try:
                vertex.outputs, vertex.shown = operators.outputs_of(vertex.record, vertex.values())
            except (MXNetError, TypeError, KeyError) as error:
                self.fail(error)
        return vertex.outputs, vertex.shown

    def complete(self, v):
        """What a vertex writes, and the inputs that old files leave out."""
        if v.record is None:
            return
        if v.op == "Custom":
            if not is_registered(v.attrs.get("op_type")):
                self.fail(f"{v.name!r} is a Custom operator of type {v.attrs.get('op_type')!r}, which is not registered: import the code "
                          "with its @mx.operator.register before the file is read")
        self.counts(v)
        if v.op in operators.LOOPS:
            try:
                loops.wiring(v)
            except MXNetError as error:
                self.fail(error)
            return
        given = v.values()
        names = operators.inputs_of(v.record, given, len(v.inputs))
        for short in names[len(v.inputs):]:  # auxiliary states, before MXNet 0.9
            if len(v.inputs) < len(names) - len(v.record.aux):
                self.fail(f"{v.op} {v.name!r} needs the inputs {', '.join(names)}, and has {len(v.inputs)}")
            v.inputs.append((Vertex(f"{v.name}_{short}"), 0))
        if len(v.inputs) > len(names):
            self.fail(f"{v.op} {v.name!r} takes {len(names)} inputs ({', '.join(names)}), and has {len(v.inputs)}")
        aux = operators.aux_of(v.record, given)
        v.aux = tuple([i for i, n in enumerate(names) if n in aux])


def load_json(json_str) -> Symbol:
    """The Symbol that Symbol.tojson, here or in MXNet 1 or 2, made this text of. Raises: MXNetError if it is no such text."""
    if not isinstance(json_str, str):
        raise TypeError("fname required to be string")
    return from_json(json_str, "the text")


fromjson = load_json


def load(fname) -> Symbol:
    """The Symbol in a file: `x-symbol.json` of MXNet 1 or 2, or of Symbol.save.

    Raises: MXNetError if there is no such file, or if it is damaged or something else.
    """
    if not isinstance(fname, str) and not hasattr(fname, "__fspath__"):
        raise TypeError("fname need to be string")
    try:
        if os.path.getsize(fname) > _MOST_BYTES:
            raise MXNetError(f"{fname!r} cannot be read as a graph of MXNet: it has {os.path.getsize(fname)} bytes, more than a graph "
                             "can have")
        with open(fname, "rb") as f:
            text = f.read()
    except OSError as error:
        raise MXNetError(f"{fname!r} cannot be opened: {error.strerror}") from None
    return from_json(text, repr(fname))


def _unpickled(text, cls):
    return cls(from_json(text)._entries)


Symbol.__reduce__ = lambda self: (_unpickled, (self.tojson(False), type(self)))  # type: ignore[method-assign, return-value, assignment]
