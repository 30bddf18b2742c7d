"""Loops and branches in graphs: made, run, differentiated, written and read as by MXNet 1.9.1; exported from blocks."""
from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as onp
import pytest

import mxshim as mx
from mxshim import gluon, nd, np, npx
from mxshim.base import MXNetError
from tests.data import measure_loops

pytestmark = pytest.mark.usefixtures("on_cpu")

WANTED = json.loads((Path(measure_loops.__file__).parent / "loops_mx1.json").read_text())


def plain(graph):
    """A graph without the numbers in the names of its inner graphs, which count on over a process."""
    return re.sub(r'(foreach|while_loop_cond|while_loop_func|cond_pred|cond_then|cond_else)\d+', r'\1', json.dumps(graph, sort_keys=True))


def same(found, wanted):
    for key in ("outputs", "grads"):
        for a, b in zip(json.loads(json.dumps(found[key])), wanted[key], strict=True):
            a, b = (found[key][a], wanted[key][b]) if key == "grads" else (a, b)
            assert onp.allclose(a, b, rtol=1e-5), key


@pytest.mark.parametrize("name", WANTED)
def test_as_mxnet(name):
    net, args = measure_loops.graph(mx, name)
    assert plain(json.loads(net.tojson())) == plain(WANTED[name]["graph"])
    assert net.list_outputs() == WANTED[name]["names"]
    read = mx.sym.load_json(json.dumps(WANTED[name]["graph"]))
    same(measure_loops.measured(mx, read, args), WANTED[name])
    shapes = read.infer_shape(**{k: v.shape for k, v in args.items()})
    assert [tuple(s) for s in shapes[1]] == [onp.shape(x) for x in WANTED[name]["outputs"]]


def test_shapes_go_through():
    """The weight inside a loop, and states that are left open, have the shapes that the data say."""
    cell = mx.rnn.LSTMCell(4, prefix="l_")
    out, states = mx.sym.contrib.foreach(lambda x, s: cell(x, s), mx.sym.var("data"), [mx.sym.var("h"), mx.sym.var("c")])
    found = dict(zip(out.list_arguments(), out.infer_shape(data=(3, 2, 5), h=(2, 4))[0], strict=True))
    assert found["l_i2h_weight"] == (16, 5) and found["c"] == (2, 4)
    assert mx.sym.Group([out, *states]).infer_type(data="float64")[1] == [onp.float64] * 3
    zeros, _ = mx.sym.contrib.foreach(lambda x, s: (x + mx.sym.zeros((0, 3)) + s, s), mx.sym.var("data"), mx.sym.var("h"))
    ex = zeros.simple_bind(mx.cpu(), data=(3, 2, 3))
    assert ex.forward()[0].shape == (3, 2, 3)


def test_a_loop_without_a_turn():
    out, last = mx.sym.contrib.while_loop(lambda i: i > 5, lambda i: (i * 2, i + 1), mx.sym.var("i"), max_iterations=3)
    found = mx.sym.Group([out, last]).eval(i=nd.array([1.]))
    assert found[0].asnumpy().tolist() == [[0], [0], [0]] and found[1].asnumpy().tolist() == [1]


def test_names():
    """In MXNet, F is mx.sym in a hybridized block, whose loops take names."""
    class Block(gluon.HybridBlock):
        def hybrid_forward(self, F, x):
            out, last = F.contrib.foreach(lambda e, s: (e, s + e), x, F.zeros((2,)), name="each")
            _, last = F.contrib.while_loop(lambda s: s.sum() < 9, lambda s: (s, s * 2), last, 4, name="loop")
            return F.contrib.cond(last.sum() > 9, lambda: last * 2, lambda: last, name="choice")

    assert Block()(nd.ones((3, 2))).asnumpy().tolist() == [12, 12]
    graph = Block()(mx.sym.var("x")).tojson()
    assert all(f'"{name}' in graph for name in ("each", "loop_cond", "choice_then"))


class Loops(gluon.HybridBlock):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.dense = gluon.nn.Dense(3, in_units=2)

    def hybrid_forward(self, F, x, h):
        def body(e, state):
            y = self.dense(e) + state
            return y, y * 0.5

        out, h = F.contrib.foreach(body, x, h)
        rows, last = F.contrib.while_loop(lambda i, a: i.sum() < 4, lambda i, a: (a * i, [i + 1, a + h]), [F.ones((1, 3)), h],
                                          max_iterations=6)
        return out * 2, rows, last[1], F.contrib.cond(h.sum() < 5, lambda: h * 2, lambda: h + self.dense(x[0]))


@pytest.mark.filterwarnings("ignore:.*is hybridized")  # what reads values runs in pieces
def test_blocks_are_exported(tmp_path):
    net = Loops(prefix="n_")
    net.initialize(mx.init.Constant(.3))
    net.hybridize()
    x, h = nd.arange(16).reshape((4, 2, 2)) / 8, nd.ones((2, 3))
    wanted = net(x, h)
    net.export(str(tmp_path / "n"))
    graph = json.loads((tmp_path / "n-symbol.json").read_text())
    assert [n["op"] for n in graph["nodes"] if n["op"] in ("_foreach", "_while_loop", "_cond")] == ["_foreach", "_while_loop", "_cond"]
    read = gluon.SymbolBlock.imports(str(tmp_path / "n-symbol.json"), ["data0", "data1"], str(tmp_path / "n-0000.params"))
    for a, b in zip(read(x, h), wanted, strict=True):
        assert onp.allclose(a.asnumpy(), b.asnumpy(), rtol=1e-5)
    longer = nd.concat(x, x, dim=0)  # the loop is in the graph, not its turns
    for a, b in zip(read(longer, h * 5), net(longer, h * 5), strict=True):
        assert onp.allclose(a.asnumpy(), b.asnumpy(), rtol=1e-5)


@pytest.mark.filterwarnings("ignore:.*is hybridized")  # what reads values runs in pieces
def test_blocks_of_np_are_exported(tmp_path):
    class Net(gluon.HybridBlock):
        def forward(self, x, h):
            out, h = npx.foreach(lambda e, s: (e * 2 + s, e + s), x, h)
            return npx.cond(lambda a: a.sum() < 20, lambda a: a + 1, lambda a: a * 10, [out]), h

    with mx.util.np_shape(), mx.util.np_array(True):
        net = Net()
        net.initialize()
        net.hybridize()
        x, h = np.ones((3, 2)), np.zeros((2,))
        wanted = net(x, h)
        net.export(str(tmp_path / "n"))
        read = gluon.SymbolBlock.imports(str(tmp_path / "n-symbol.json"), ["data0", "data1"])
        for scale in (1, 3):
            for a, b in zip(read(x * scale, h), net(x * scale, h), strict=True):
                assert type(a) is np.ndarray and onp.allclose(onp.ravel(a.asnumpy()), onp.ravel(b.asnumpy()))
        assert onp.ravel(wanted[1].asnumpy()).tolist() == [3, 3]


def damaged(name, **attrs):
    graph = json.loads(json.dumps(WANTED[name]["graph"]))
    node = next(n for n in graph["nodes"] if "subgraphs" in n)
    for key, value in attrs.items():
        node["attrs"].pop(key)
        if value is not None:
            node["attrs"][key] = value
    return graph, node


def nested(depth):
    graph, node = damaged("foreach")
    for _ in range(depth):
        outer, inner = damaged("foreach")
        inner["subgraphs"] = [graph]
        graph = outer
    return graph


@pytest.mark.parametrize("graph", [
    damaged("foreach", in_data_locs="[7]")[0], damaged("foreach", num_out_data="9")[0], damaged("foreach", remain_locs=None)[0],
    damaged("while_loop", func_var_locs="[0, 9]")[0], damaged("while_loop", max_iterations="-1")[0],
    damaged("cond, then", then_input_locs="[-1]")[0], nested(40)])
def test_files_that_do_not_fit(graph):
    with pytest.raises(MXNetError, match="cannot be read as a graph"):
        mx.sym.load_json(json.dumps(graph))
    graph, node = damaged("foreach")
    del node["subgraphs"]
    with pytest.raises(MXNetError, match='needs a list "subgraphs"'):
        mx.sym.load_json(json.dumps(graph))


@pytest.mark.parametrize("call, error, text", [
    (lambda: mx.sym.contrib.foreach(lambda x, s: (s, s), mx.sym.var("a"), mx.sym.var("s")), AssertionError, "does not use its argument 0"),
    (lambda: mx.sym.contrib.foreach(lambda x, s: (x, []), mx.sym.var("a"), mx.sym.var("s")), AssertionError, "as many states"),
    (lambda: mx.sym.contrib.while_loop(lambda i: i < 3, lambda i: (i, i + 1), mx.sym.var("i")), ValueError, "max_iterations"),
    (lambda: mx.sym.contrib.while_loop(lambda i: i < 3, lambda i: (i, [i, i]), [mx.sym.var("i")], 3), ValueError, "as many new"),
    (lambda: mx.sym.contrib.while_loop(lambda i: [i, i], lambda i: (i, i + 1), mx.sym.var("i"), 3), ValueError, "cond must give one"),
    (lambda: mx.sym.contrib.cond(nd.ones((1,)), lambda: mx.sym.var("a"), lambda: mx.sym.var("a")), AssertionError, "pred must be a Symbol"),
    (lambda: mx.sym.contrib.cond(mx.sym.var("p"), lambda: [mx.sym.var("a")] * 2, lambda: mx.sym.var("a")), ValueError, "as many outputs"),
])
def test_wrong(call, error, text):
    with pytest.raises(error, match=text):
        call()
