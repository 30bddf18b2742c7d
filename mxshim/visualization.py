"""Tables and pictures of symbols: print_summary, plot_network; also mx.viz. A HybridBlock's symbol is net(mx.sym.var("data"))."""
from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .arguments import checked
from .symbol import Symbol

__all__ = ["plot_network", "print_summary"]

WEIGHTS = ("_weight", "_bias", "_beta", "_gamma", "_moving_var", "_moving_mean", "_running_var", "_running_mean")
COLOURS = {"null": "#8dd3c7", "Convolution": "#fb8072", "FullyConnected": "#fb8072", "BatchNorm": "#bebada", "Activation": "#ffffb3",
           "LeakyReLU": "#ffffb3", "Pooling": "#80b1d3", "Concat": "#fdb462", "Flatten": "#fdb462", "Reshape": "#fdb462",
           "Softmax": "#b3de69"}
OTHERS = "#fccde5"


class Graph:
    """A symbol's nodes as its JSON has them, and what is known of their outputs."""

    def __init__(self, symbol: Symbol):
        if not isinstance(symbol, Symbol):
            raise TypeError(f"expected a Symbol, got {type(symbol).__name__}; a HybridBlock gives one when called with mx.sym.var('data')")
        self.symbol = symbol
        found = json.loads(symbol.tojson())
        self.nodes: list[dict[str, Any]] = found["nodes"]
        self.head: int = found["heads"][0][0]

    def facts(self, infer: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Shapes or dtypes of all outputs by their names: what Symbol.infer_shape or infer_type says of the whole inside."""
        inside = self.symbol.get_internals()
        outputs = getattr(inside, infer)(**given)[1]
        if outputs is None:
            raise ValueError(f"{infer}({', '.join(given)}): too little is given to know the rest; name every input of {self.symbol.name}")
        return dict(zip(inside.list_outputs(), outputs, strict=True))

    def key(self, node: Mapping[str, Any]) -> str:
        """The name of a node's output; of several, the last."""
        if node["op"] == "null":
            return node["name"]
        count = attributes(node).get("num_outputs")
        return f"{node['name']}_output" + (str(int(count) - 1) if count else "")


def attributes(node: Mapping[str, Any]) -> dict[str, str]:
    return node.get("attrs") or node.get("param") or {}


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+", text)


def _product(shape: Sequence[Any]) -> str:
    return "x".join(map(str, shape))


# The table.

@checked(shape="a dict", line_length="a whole number that is positive", positions="a sequence that is not empty")
def print_summary(symbol, shape=None, line_length=120, positions=(.44, .64, .74, 1.)):
    """Print a row for every operator of a symbol: name and kind, shape of its output without the batch, parameters, what it reads.

    shape: {input: shape}; without it the shapes stay empty, and the parameters count what can be known.
    line_length: in characters.  positions: where the four columns end, as parts of line_length or in characters.
    The parameters are counted as MXNet counts them: of convolutions, dense layers, embeddings, and two per channel of BatchNorm.
    Raises: TypeError for anything but a Symbol; ValueError if `shape` is too little.
    """
    graph = Graph(symbol)
    shapes = graph.facts("infer_shape", shape) if shape is not None else None
    ends = [int(line_length * end) for end in positions] if positions[-1] <= 1 else list(positions)

    def row(*fields):
        line = ""
        for text, end in zip(fields, ends, strict=True):
            line = (line + str(text))[:end].ljust(end)
        print(line)

    print("_" * line_length)
    row("Layer (type)", "Output Shape", "Param #", "Previous Layer")
    print("=" * line_length)
    total, shown = 0, (0, graph.head)  # of the inputs, only the first; the others are taken for parameters
    for i, node in enumerate(graph.nodes):
        if node["op"] == "null" and i > 0:
            continue
        before = [graph.nodes[j] for j, *_ in node.get("inputs", ()) if graph.nodes[j]["op"] != "null" or j in shown]
        own = shapes.get(_output(node)) if shapes is not None else None
        count = _parameters(node, before, shapes)
        total += count
        names = [other["name"] for other in before] or [""]
        row(f"{node['name']}({node['op']})", _product(own[1:]) if own else "", count, names[0])
        for name in names[1:]:
            row("", "", "", name)
        print(("=" if i == len(graph.nodes) - 1 else "_") * line_length)
    print(f"Total params: {total}")
    print("_" * line_length)


def _output(node) -> str:
    return node["name"] if node["op"] == "null" else f"{node['name']}_output"


def _parameters(node, before, shapes) -> int:
    facts = attributes(node)
    known = shapes or {}
    channels = sum(int(known[_output(other)][1]) for other in before if len(known.get(_output(other)) or ()) > 1)
    biased = facts.get("no_bias") != "True"
    if node["op"] == "Convolution":
        count = channels * int(facts["num_filter"]) // int(facts.get("num_group", 1))
        for size in _numbers(facts["kernel"]):
            count *= int(size)
        return count + biased * int(facts["num_filter"])
    if node["op"] == "FullyConnected":
        return (channels + biased) * int(facts["num_hidden"])
    if node["op"] == "BatchNorm":
        return 2 * int(known[_output(node)][1]) if known else 0
    if node["op"] == "Embedding":
        return int(facts["input_dim"]) * int(facts["output_dim"])
    return 0


# The picture.

def _label(node) -> str:
    """What stands in a node's box."""
    op, facts = node["op"], attributes(node)
    size = lambda name, other: _product(_numbers(facts[name])) if name in facts else other
    if op == "Convolution":
        return f"Convolution\n{size('kernel', '')}/{size('stride', '1')}, {facts['num_filter']}"
    if op == "FullyConnected":
        return f"FullyConnected\n{facts['num_hidden']}"
    if op == "Activation":
        return f"Activation\n{facts['act_type']}"
    if op == "LeakyReLU":
        return f"LeakyReLU\n{facts.get('act_type', 'Leaky')}"
    if op == "Pooling":
        return f"Pooling\n{facts['pool_type']}, {size('kernel', '[]')}/{size('stride', '1')}"
    return facts["op_type"] if op == "Custom" else node["name"]


def plot_network(symbol, title="plot", save_format="pdf", shape=None, dtype=None, node_attrs=None, hide_weights=True):
    """The graph of a symbol for Graphviz: boxes for operators, ovals for inputs, the shapes and dtypes at the arrows between.

    shape, dtype: {input: shape or dtype}; without them the arrows carry nothing.  node_attrs: Graphviz attributes of all boxes.
    hide_weights: leave out weights, biases and the statistics of normalization.
    Returns: a graphviz.Digraph if that package is installed; else a Dot, whose `source` is the same text.
    Raises: TypeError for anything but a Symbol; ValueError if `shape` or `dtype` is too little.
    """
    graph = Graph(symbol)
    shapes = graph.facts("infer_shape", shape) if shape is not None else None
    dtypes = graph.facts("infer_type", dtype) if dtype is not None else None
    names = [node["name"] for node in graph.nodes]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        warnings.warn(f"plot_network: several nodes are called {', '.join(repeated)}; they are one in the picture, which may be a circle",
                      RuntimeWarning, stacklevel=2)
    try:
        from graphviz import Digraph
    except ImportError:
        Digraph = Dot
    dot = Digraph(name=title, format=save_format)
    look = {"shape": "box", "fixedsize": "true", "width": "1.3", "height": "0.8034", "style": "filled", **(node_attrs or {})}
    hidden = set()
    for node in graph.nodes:
        if node["op"] == "null" and node["name"].endswith(WEIGHTS):
            hidden.update([node["name"]] if hide_weights else [])
            continue  # Graphviz draws what an arrow leads to
        kind = {"shape": "oval"} if node["op"] == "null" else {}
        dot.node(name=node["name"], label=_label(node), **{**look, **kind, "fillcolor": COLOURS.get(node["op"], OTHERS)})
    for node, source in _arrows(graph, hidden):
        label = _product(shapes[graph.key(source)][1:]) if shapes else ""
        if dtypes:
            label += f"({_dtype_name(dtypes[graph.key(source)])})"
        dot.edge(tail_name=node["name"], head_name=source["name"], dir="back", arrowtail="open", label=label)
    return dot


def _arrows(graph: Graph, hidden: set[str]) -> Iterator[tuple[dict, dict]]:
    for node in graph.nodes:
        inputs = node.get("inputs", ())
        if node["op"] == "_contrib_BilinearResize2D":
            inputs = inputs[:1]  # its second input only gives a size
        for j, *_ in inputs:
            if graph.nodes[j]["name"] not in hidden:
                yield node, graph.nodes[j]


def _dtype_name(dtype) -> str:
    return getattr(dtype, "__name__", None) or str(dtype)


class Dot:
    """A directed graph as DOT text, with graphviz.Digraph's `node`, `edge`, `source` and `save`.

    Turning the text into a picture needs Graphviz: `pip install graphviz`, or give the saved file to the program `dot`.
    """

    def __init__(self, name: str, format: str):
        self.name, self.format = name, format
        self.body: list[str] = []

    def node(self, name: str, label: str, **attributes: str) -> None:
        self.body.append(f"\t{_quoted(name)} [{_listed(label, attributes)}]")

    def edge(self, tail_name: str, head_name: str, label: str, **attributes: str) -> None:
        self.body.append(f"\t{_quoted(tail_name)} -> {_quoted(head_name)} [{_listed(label, attributes)}]")

    @property
    def source(self) -> str:
        return "\n".join([f"digraph {_quoted(self.name)} {{", *self.body, "}"])

    def __str__(self) -> str:
        return self.source

    def save(self, filename: str | None = None) -> str:
        """Write the text to a file, NAME.gv by default; the file's name."""
        filename = filename or f"{self.name}.gv"
        with open(filename, "w", encoding="utf-8") as file:
            file.write(self.source + "\n")
        return filename

    def __getattr__(self, name: str):
        if name in ("render", "view", "pipe"):
            raise AttributeError(f"plot_network(...).{name} needs the graphviz package, which is not installed: pip install graphviz, "
                                 "or save() the text and give it to the program dot")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


_BARE = re.compile(r"(?!(node|edge|graph|digraph|subgraph|strict)$)([a-z_]\w*|-?(\.\d+|\d+(\.\d*)?))", re.IGNORECASE | re.ASCII)


def _quoted(text: str) -> str:
    """Text as the DOT language wants it, and graphviz.Digraph writes it: identifiers and numbers stand bare."""
    text = str(text)
    return text if _BARE.fullmatch(text) else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _listed(label: str, attributes: Mapping[str, str]) -> str:
    return " ".join(f"{name}={_quoted(value)}" for name, value in (("label", label), *sorted(attributes.items())))
