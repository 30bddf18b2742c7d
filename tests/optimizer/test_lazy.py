"""Updates by row_sparse gradients, as MXNet 1.9.1 makes them: rows that a gradient does not have stay as they are.

What is compared, and the program that recorded it, is tests/data/measure_lazy.py.
"""
from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, engine, gluon, nd, npx
from mxshim.gluon import nn

DATA = Path(__file__).parent.parent / "data"
_spec = importlib.util.spec_from_file_location("measure_lazy", DATA / "measure_lazy.py")
measure = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(measure)
MEASURED = json.loads((DATA / "lazy_mx1.json").read_text())


@pytest.mark.parametrize("case", MEASURED["steps"])
def test_updater(case):
    onp.testing.assert_allclose(measure.steps(mx, case), MEASURED["steps"][case], rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("case", MEASURED["embedding"])
def test_sparse_embedding(case):
    onp.testing.assert_allclose(measure.embedding(mx, case), MEASURED["embedding"][case], rtol=2e-5, atol=2e-6)


def test_the_gradient_is_row_sparse():
    net = nn.Embedding(6, 2, sparse_grad=True)
    net.initialize()
    with autograd.record():
        loss = net(nd.array([4, 1, 4])).sum()
    loss.backward()
    grad = net.weight.grad()
    assert grad.stype == "row_sparse" and grad.indices.asnumpy().tolist() == [1, 4]
    onp.testing.assert_array_equal(grad.data.asnumpy(), [[1, 1], [2, 2]])
    net.weight.zero_grad()
    assert not net.weight.grad().asnumpy().any()


def test_other_rows_compile_nothing():
    net = nn.Embedding(8, 3, sparse_grad=True)
    net.initialize()
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), "adam")

    def step(words):
        with autograd.record():
            loss = (net(nd.array(words)) ** 2).sum()
        loss.backward()
        trainer.step(1)
        return loss.asscalar()

    for k in range(5):
        step([k, 2, 1])
    before = engine.stats().programs
    for k in range(5):
        step([0, k, 7 - k])
    assert engine.stats().programs == before


@pytest.mark.parametrize("on_store", [True, False])
def test_several_devices(on_store):
    tables = []
    for devices in ([mx.cpu(0)], [mx.cpu(0), mx.cpu(1)]):
        net = nn.Embedding(6, 2, sparse_grad=True)
        net.initialize(mx.init.Constant(0.5), ctx=devices)
        trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1, "wd": 0.1}, update_on_kvstore=on_store)
        parts = gluon.utils.split_and_load(nd.array([1, 1, 4, 0]), devices)
        with autograd.record():
            losses = [(net(part) ** 2).sum() for part in parts]
        autograd.backward(losses)
        trainer.step(1)
        tables.append([net.weight.data(d).asnumpy() for d in devices])
    (alone,), both = tables
    assert (alone != 0.5).all(axis=1).tolist() == [True, True, False, False, True, False]
    for table in both:
        onp.testing.assert_allclose(table, alone, rtol=1e-6)


@pytest.mark.parametrize("name, states, want", [
    ("ftrl", ["row_sparse"] * 2, [[1, 2], [1.3714761, 1.8714761], [5, 6]]),
    ("adagrad", ["row_sparse"], [[1, 2], [2.9771554, 3.9771554], [5, 6]]),
    ("sgd", ["row_sparse"], [[1, 2], [2.9439, 3.9439], [5, 6]])])
def test_sparse_weights(name, states, want):
    """Three steps in 1.9.1: the states lie as the weight does, rows without gradient stay as they are."""
    w = nd.array([[1, 2], [3, 4], [5, 6]]).tostype("row_sparse")
    g = nd.sparse.row_sparse_array(([[1, 1]], [1]), shape=(3, 2))
    o = mx.optimizer.create(name, **({"momentum": 0.9} if name == "sgd" else {}))
    state = o.create_state(0, w)
    for _ in range(3):
        o.update(0, w, g, state)
    assert [s.stype for s in (state if isinstance(state, tuple) else (state,))] == states
    onp.testing.assert_allclose(w.asnumpy(), want, rtol=1e-5)


def test_rows_of_a_parameter():
    p = gluon.Parameter("w", shape=(5, 2), stype="row_sparse")
    p.initialize()
    with pytest.raises(RuntimeError, match="'w' is row_sparse: its rows can be asked for when a Trainer has been made with it"):
        p.row_sparse_data(nd.array([3]))
    trainer = gluon.Trainer([p], "sgd")
    assert p._trainer is trainer
    found = p.row_sparse_data(nd.array([3, 1, 3]))
    assert found.stype == "row_sparse" and found.indices.asnumpy().tolist() == [1, 3]
    onp.testing.assert_array_equal(found.data.asnumpy(), p.row_sparse_data(nd.arange(5)).asnumpy()[[1, 3]])
    assert [r.indices.asnumpy().tolist() for r in p.list_row_sparse_data(nd.array([2]))] == [[2]]
    q = gluon.Parameter("q", shape=(5, 2))
    q.initialize()
    with pytest.raises(RuntimeError, match=r"'q' has stype 'default', which row_sparse_data\(\) is not for; use data\(\)"):
        q.row_sparse_data(nd.array([1]))


def test_np_programs_have_dense_gradients():
    npx.set_np()
    try:
        net = nn.Embedding(6, 2, sparse_grad=True)
        net.initialize()
        with autograd.record():
            loss = net(mx.np.array([4, 1])).sum()
        loss.backward()
        assert type(net.weight.grad()) is mx.np.ndarray and mx.optimizer.Adam().lazy_update is False
    finally:
        npx.reset_np()


@pytest.mark.parametrize("name, states", [("sgd_update", 0), ("sgd_mom_update", 1), ("adam_update", 2), ("ftrl_update", 2)])
def test_plain_names_update_the_rows_too(name, states):
    """With wd, rows that the gradient has not would move if it were taken as a whole; Ftrl's do with whole states, as in MXNet."""
    found = []
    for space in (nd, nd.sparse):
        weight, gradient = nd.ones((4, 2)), nd.sparse.row_sparse_array(([[1., 1.]], [1]), shape=(4, 2))
        held = [nd.ones((4, 2)) * 0.5 for _ in range(states)]
        getattr(space, name)(weight, gradient, *held, lr=0.1, wd=0.1, out=weight)
        found.append([x.asnumpy().tolist() for x in (weight, *held)])
    assert found[0] == found[1]
    assert (found[0][0][0] == [1, 1]) == (name != "ftrl_update") and found[0][0][1] != [1, 1]
