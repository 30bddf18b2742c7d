"""mx.viz against what MXNet 1.9.1 printed (data/visualization.json, by data/measure_visualization.py)."""
from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import mxshim as mx
from tests.data.measure_visualization import PLOTS, TABLES, make, printed

MEASURED = json.loads((Path(__file__).parent / "data" / "visualization.json").read_text())


@pytest.fixture(autouse=True)
def no_graphviz(monkeypatch):
    monkeypatch.setitem(sys.modules, "graphviz", None)  # so that it cannot be imported


@pytest.mark.parametrize("i", range(len(TABLES)), ids=lambda i: TABLES[i][0])
def test_table(i):
    assert printed(mx, *TABLES[i]) == MEASURED["tables"][i]


@pytest.mark.parametrize("i", range(len(PLOTS)), ids=lambda i: PLOTS[i][0])
def test_plot(i):
    name, options = PLOTS[i]
    assert mx.viz.plot_network(make(mx, name), **options).source == MEASURED["plots"][i]


def test_with_graphviz(monkeypatch):
    class Digraph(mx.visualization.Dot):
        pass

    package = type(sys)("graphviz")
    package.Digraph = Digraph
    monkeypatch.setitem(sys.modules, "graphviz", package)
    dot = mx.visualization.plot_network(make(mx, "groups"), save_format="png")
    assert type(dot) is Digraph and dot.format == "png"


def test_text(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    dot = mx.viz.plot_network(mx.sym.exp(mx.sym.var('a "b"'), name="e"), title="x")
    assert dot.save() == "x.gv" and (tmp_path / "x.gv").read_text() == str(dot) + "\n"
    assert '\te -> "a \\"b\\""' in dot.source
    with pytest.raises(AttributeError, match="pip install graphviz"):
        dot.render()
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        dot.nonsense  # noqa: B018


def test_faults():
    with pytest.raises(TypeError, match="expected a Symbol, got Dense"):
        mx.viz.print_summary(mx.gluon.nn.Dense(2))
    with pytest.raises(Exception, match="x|y"):
        mx.viz.print_summary(mx.sym.var("x") + mx.sym.var("y"), shape={})
    with pytest.warns(RuntimeWarning, match="several nodes are called a"):
        mx.viz.plot_network(mx.sym.var("a") + mx.sym.var("a"))
