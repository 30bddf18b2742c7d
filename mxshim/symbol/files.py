"""Graphs as JSON, written: the model files of MXNet, which 1.x and 2.x read. reading.py reads them."""
from __future__ import annotations

import json
from typing import Any

from ..serialization import atomic_write
from ..util import is_np_shape

_VERSION = {False: 10901, True: 20000}


def to_json(symbol, remove_amp_cast=True) -> str:
    """The text of a graph."""
    found = _graph(symbol, remove_amp_cast)
    later = any(v.op is not None and v.op.startswith(("_np", "npx")) for v in _everything(symbol))
    attrs: dict[str, Any] = {"is_np_shape": ["int", 1]} if later or symbol._dialect == "np" or is_np_shape() else {}
    attrs["mxnet_version"] = ["int", _VERSION[later or symbol._dialect == "np"]]
    return _text({**found, "attrs": attrs})


def _text(value, indent="") -> str:
    """JSON laid out as MXNet's writer does: dicts of one item, and lists of up to 10 that hold no dicts, on one line."""
    if isinstance(value, dict):
        items = [f"{json.dumps(key)}: {_text(v, indent + '  ')}" for key, v in value.items()]
        ends, lines = "{}", len(items) > 1
    elif isinstance(value, list | tuple):
        items = [_text(v, indent + "  ") for v in value]
        ends, lines = "[]", len(items) > 10 or any(isinstance(v, dict) for v in value)
    else:
        return json.dumps(value)
    if not lines:
        return ends[0] + ", ".join(items) + ends[1]
    return f"{ends[0]}\n{indent}  " + f", \n{indent}  ".join(items) + f"\n{indent}{ends[1]}"


def _everything(symbol):
    for v in symbol._vertices():
        yield v
        for graph in v.subgraphs:
            yield from _everything(graph)


def _graph(symbol, remove_amp_cast) -> dict[str, Any]:
    vertices = symbol._vertices()

    def source(v, k):
        while remove_amp_cast and v.op in ("amp_cast", "amp_multicast"):
            v, k = v.inputs[k]
        return v, k

    kept = [v for v in vertices if not (remove_amp_cast and v.op in ("amp_cast", "amp_multicast"))]
    number = {id(v): i for i, v in enumerate(kept)}
    rows = [0]
    nodes = []
    for v in kept:
        rows.append(rows[-1] + v.outputs)
        node: dict[str, Any] = {"op": v.op or "null", "name": v.name}
        if v.attrs:
            node["attrs"] = {k: v.attrs[k] for k in sorted(v.attrs)}
        node["inputs"] = [[number[id(w)], k, 0] for w, k in (source(*e) for e in v.inputs)]
        if v.subgraphs:
            node["subgraphs"] = [_graph(g, remove_amp_cast) for g in v.subgraphs]
        nodes.append(node)
    return {"nodes": nodes, "arg_nodes": [i for i, v in enumerate(kept) if v.op is None], "node_row_ptr": rows,
            "heads": [[number[id(v)], k, 0] for v, k in (source(*e) for e in symbol._entries)]}


def write(fname, text: str):
    with atomic_write(fname) as f:
        f.write(text.encode())
