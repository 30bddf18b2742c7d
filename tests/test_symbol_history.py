"""autograd.get_symbol. Names and order as MXNet 1.9.1 gives them for the first graph of a process."""
from __future__ import annotations

import json
import time

import pytest

import mxshim as mx
from mxshim import MXNetError, autograd, gluon, nd, np
from mxshim.base import NotImplementedForSymbol
from mxshim.symbol import Symbol


def marked(*shape):
    x = nd.ones(shape)
    x.attach_grad()
    return x


def test_one_chain():
    x = marked(2)
    with autograd.record():
        y = (x * x).sum()
    s = autograd.get_symbol(y)
    assert type(s).__name__ == "Symbol" and type(s).__module__ == "mxshim.symbol.symbol" and isinstance(s, Symbol)
    assert (s.name, s.list_arguments(), s.list_outputs(), s.list_auxiliary_states()) == ("node_1", ["var0"], ["node_1_output"], [])
    assert repr(s) == "<Symbol node_1>" and len(s) == 1
    inner = s.get_internals()
    assert inner.list_outputs() == ["var0", "node_0_output", "node_1_output"] and inner.name is None
    assert repr(inner) == "<Symbol group [var0, node_0, node_1]>"
    assert s.get_children().list_outputs() == ["node_0_output"]
    found = json.loads(s.tojson())
    assert [n["name"] for n in found["nodes"]] == ["var0", "node_0", "node_1"]
    assert [n["inputs"] for n in found["nodes"]] == [[], [[0, 0, 0], [0, 0, 0]], [[1, 0, 0]]]
    assert found["nodes"][0]["op"] == "null" and "sum" in found["nodes"][2]["op"]
    assert found["arg_nodes"] == [0] and found["heads"] == [[2, 0, 0]] and found["node_row_ptr"] == [0, 1, 2, 3]


def test_constants_and_several_outputs():
    x, w, c = marked(2), marked(2), nd.ones((2,))
    with autograd.record():
        a = x * w + c * 2
        u = nd.split(nd.concat(a, a.exp(), dim=0), num_outputs=2, axis=0)
        q = u[0] + u[1] * 3
    s = autograd.get_symbol(q)
    assert s.list_arguments() == s.list_inputs() == ["var0", "var1", "null2"]
    assert s.get_internals().list_outputs() == ["var0", "var1", "node_0_output", "null2", "node_1_output", "node_2_output", "node_3_output",
                                                "node_4_output0", "node_4_output1", "node_5_output", "node_6_output"]
    assert autograd.get_symbol(u[1]).list_outputs() == ["node_4_output1"]
    inner = s.get_internals()
    assert repr(inner[2]) == "<Symbol node_0>" and repr(inner["node_4_output1"]) == "<Symbol node_4>"
    assert [repr(p) for p in s] == ["<Symbol node_6>"]
    with pytest.raises(ValueError, match='matches name "x"; the outputs are node_6_output'):
        s["x"]
    with pytest.raises(IndexError):
        s[5]
    with autograd.record():
        y = x + c + c
    assert autograd.get_symbol(y).list_arguments() == ["var0", "null1"]


def test_auxiliary_states():
    d, w, b, g = nd.ones((2, 3)), marked(4, 3), marked(4), marked(4)
    with autograd.record():
        h = nd.FullyConnected(d, w, b, num_hidden=4)
        y = nd.BatchNorm(h, g, nd.zeros((4,)), nd.zeros((4,)), nd.ones((4,)))[0:1].sum()
    s = autograd.get_symbol(y)
    assert s.list_arguments() == ["null0", "var1", "var2", "var3", "null4"]
    assert s.list_auxiliary_states() == ["null5", "null6"]
    assert "node_1_output" in s.get_internals().list_outputs()


def test_leaf_and_functions():
    x = marked(2)
    assert autograd.get_symbol(x).list_outputs() == ["var0"] and autograd.get_symbol(x).get_children() is None

    class Double(autograd.Function):
        def forward(self, x):
            return x * 2

        def backward(self, dy):
            return dy * 2

    with autograd.record():
        y = Double()(x)
    assert json.loads(autograd.get_symbol(y).tojson())["nodes"][1]["op"] == "_CustomFunction"
    v = np.ones(2)
    v.attach_grad()
    with autograd.record():
        y = v * v
    assert autograd.get_symbol(y).list_arguments() == ["var0"]


def test_refused():
    with pytest.raises(MXNetError, match="not part of a computational graph"):
        autograd.get_symbol(nd.ones((2,)))
    with pytest.raises(AssertionError, match="wanted an array, got int"):
        autograd.get_symbol(3)
    x = marked(2)
    with autograd.record():
        y = x * x
        z = y.sum()
    z.backward()
    with pytest.raises(MXNetError, match="not part of a computational graph"):
        autograd.get_symbol(z)
    with autograd.record():
        y = x * x
        z, u = y.sum(), y.mean()
    z.backward()
    with pytest.raises(MXNetError, match="was freed by an earlier backward"):
        autograd.get_symbol(u)
    with autograd.record():
        y = x * x
    s = autograd.get_symbol(y)
    with pytest.raises(MXNetError, match="needs a library of its own"):
        s.bind(mx.cpu(), {"var0": x}).forward()
    with pytest.raises(NotImplementedForSymbol):
        bool(s)


def test_long_graphs():
    x = marked(2)
    with autograd.record():
        y = x
        for _ in range(3000):
            y = y + x
    start = time.perf_counter()
    s = autograd.get_symbol(y)
    assert s.list_arguments() == ["var0"] and len(s.get_internals()) == 3001
    assert time.perf_counter() - start < 5


def operators(y):
    return [node["op"].split(".")[-1] for node in json.loads(autograd.get_symbol(y).tojson())["nodes"] if node["op"] != "null"]


def test_hybridized_blocks_show_few_operators_one_by_one():
    net = gluon.nn.HybridSequential()
    net.add(*[gluon.nn.Dense(3) for _ in range(3)])
    net.initialize()
    for arguments, wanted in (({"inline_limit": 3}, ["FullyConnected"] * 3), ({"inline_limit": 0}, ["_CachedOp"]), ({}, ["_CachedOp"])):
        net.hybridize(**arguments)
        for _ in range(4):
            with autograd.record():
                y = net(nd.ones((1, 3)))
            assert operators(y) == wanted
            assert len(autograd.get_symbol(y).list_arguments()) == 7
            y.backward()


def test_a_hybridized_layer_and_its_states():
    x = nd.ones((2, 3))
    for layer, wanted, states in ((gluon.nn.Dense(2, activation="relu"), ["FullyConnected", "Activation"], 0),
                                  (gluon.nn.BatchNorm(), ["BatchNorm"], 2), (gluon.nn.Dense(2), ["FullyConnected"], 0)):
        layer.initialize()
        layer.hybridize()
        for _ in range(3):
            with autograd.record():
                y = layer(x)
            assert operators(y) == wanted and len(autograd.get_symbol(y).list_auxiliary_states()) == states
            y.backward()
