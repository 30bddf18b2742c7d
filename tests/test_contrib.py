"""mx.contrib: a DataLoader as an iterator, and automatic differentiation as MXNet 0.9 had it, SVRGModule."""
from __future__ import annotations

import sys
import types

import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, gluon, nd
from mxshim.contrib import autograd as older
from mxshim.contrib.io import DataLoaderIter
from mxshim.contrib.svrg_optimization.svrg_module import SVRGModule


@pytest.mark.parametrize("last, pads", [("keep", [0, 0, 2]), ("discard", [0, 0])])
def test_data_loader_iter(last, pads):
    loader = gluon.data.DataLoader(gluon.data.ArrayDataset(nd.arange(30).reshape((10, 3)), nd.arange(10)), batch_size=4, last_batch=last)
    batches = DataLoaderIter(loader, data_name="x", label_name="y", dtype="float64")
    assert [(d.name, d.shape) for d in batches.provide_data + batches.provide_label] == [("x", (4, 3)), ("y", (4,))]
    for _ in range(2):
        batches.reset()
        found = list(batches)
        assert [b.pad for b in found] == pads
        for i, b in enumerate(found):
            assert b.data[0].shape == (4, 3) and b.data[0].dtype == onp.float64
            assert b.label[0].asnumpy().tolist() == [4 * i + k if k < 4 - b.pad else 0 for k in range(4)]


def test_data_loader_iter_feeds_a_module():
    loader = gluon.data.DataLoader(gluon.data.ArrayDataset(nd.ones((6, 2)), nd.array([0, 1] * 3)), batch_size=4)
    module = mx.mod.Module(mx.sym.SoftmaxOutput(mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=2), name="softmax"))
    module.fit(DataLoaderIter(loader), num_epoch=2)
    assert module.predict(DataLoaderIter(loader)).shape == (6, 2)


def test_sections():
    with older.train_section():
        assert autograd.is_training() and autograd.is_recording()
        with older.test_section():
            assert not autograd.is_training() and not autograd.is_recording()
        assert autograd.is_recording()
    assert not autograd.is_recording()
    assert older.set_is_training(True) is False and autograd.is_recording()
    assert older.set_is_training(False) is True and not autograd.is_recording()


def test_grad_and_loss():
    a, b = nd.array([1, 2]), nd.array([3, 5])
    grads, loss = older.grad_and_loss(lambda x, y: x * x * y)(a, b)
    assert [g.asnumpy().tolist() for g in grads] == [[6, 20], [1, 4]] and loss.asnumpy().tolist() == [3, 20]
    for argnum, want in ((0, [[6, 20]]), ([1], [[1, 4]])):
        assert [g.asnumpy().tolist() for g in older.grad(lambda x, y: x * x * y, argnum)(a, b)] == want
    with pytest.raises(TypeError, match="float"):
        older.grad(lambda x: x)(1.0)


def test_backward_takes_lists():
    x, grad = nd.array([2, 3]), nd.zeros((2,))
    older.mark_variables([x], [grad])
    with older.train_section():
        y = x * x
    with pytest.raises(TypeError, match="list"):
        older.backward(y)
    older.compute_gradient([y])
    assert grad.asnumpy().tolist() == [4, 6]


def _line(**kwargs):
    data, label = mx.sym.var("data"), mx.sym.var("lin_reg_label")
    graph = mx.sym.LinearRegressionOutput(mx.sym.FullyConnected(data, num_hidden=1, name="fc"), label)
    return SVRGModule(graph, label_names=["lin_reg_label"], **kwargs)


def _points(batch_size=4):
    x = onp.random.RandomState(0).uniform(size=(10, 2)).astype("float32")
    return x, mx.io.NDArrayIter(x, x @ onp.float32([2, -1]), batch_size, label_name="lin_reg_label")


def test_svrg_step():
    """One step by the formula: weights v, a step of plain descent to w, then g(w) - g(v) + G(v)."""
    x, batches = _points()
    module = _line(update_freq=2)
    module.bind(batches.provide_data, batches.provide_label)
    module.init_params(mx.init.Constant(0.5))
    module.init_optimizer(optimizer="sgd", optimizer_params={"learning_rate": 0.1, "rescale_grad": 1.0})
    module.update_full_grads(batches)
    y = x @ [2, -1]

    def gradient(weight, rows):  # the bias stays in the last place
        ones = onp.c_[x, onp.ones(10)][rows]
        return ones.T @ (ones @ weight - y[rows])

    v = onp.array([0.5, 0.5, 0])
    padded = [*range(10), 0, 1]  # the last batch is filled up from the beginning
    full = gradient(v, padded) / 2.5
    assert mx.test_utils.almost_equal(module._param_dict[0]["fc_weight"].asnumpy(), full[None, :2], rtol=1e-4)
    w = v
    for i, batch in enumerate(batches):
        module.forward_backward(batch)
        module.update()
        rows = padded[4 * i:4 * i + 4]
        w = w - 0.1 * (gradient(w, rows) - gradient(v, rows) + full)
    found = module.get_params()[0]
    assert mx.test_utils.almost_equal(onp.r_[found["fc_weight"].asnumpy()[0], found["fc_bias"].asnumpy()], w, rtol=1e-4)


def test_svrg_fit():
    _, batches = _points()
    module = _line(update_freq=2)
    module.fit(batches, eval_metric="mse", optimizer_params={"learning_rate": 0.5}, num_epoch=40)
    assert module.score(batches, "mse")[0][1] < 1e-3
    module.reshape([("data", (2, 2))], [("lin_reg_label", (2,))])
    module.forward(mx.io.DataBatch([nd.ones((2, 2))], [nd.ones((2,))]), is_train=True)
    assert module.get_outputs()[0].shape == (2, 1)
    for wrong, error in ((0, ValueError), (None, TypeError)):
        with pytest.raises(error, match="update_freq"):
            _line(update_freq=wrong)


def test_addresses():
    from mxshim.contrib.ndarray import MultiBoxPrior
    from mxshim.contrib.symbol import MultiBoxTarget
    assert MultiBoxPrior is nd.contrib.MultiBoxPrior and MultiBoxTarget is mx.sym.contrib.MultiBoxTarget
    assert mx.contrib.nd is mx.contrib.ndarray is nd.contrib and mx.contrib.sym is mx.contrib.symbol is mx.sym.contrib


def test_metrics_for_tensorboard(monkeypatch):
    rows = []

    class Writer:
        def __init__(self, folder):
            self.folder = folder

        def add_scalar(self, name, value, global_step):
            rows.append((self.folder, name, value, global_step))

    monkeypatch.setitem(sys.modules, "mxboard", types.SimpleNamespace(SummaryWriter=Writer))
    metric = mx.metric.MAE()
    metric.update([nd.array([1.])], [nd.array([3.])])
    for metric_, prefix in ((metric, None), (metric, "val"), (None, None)):
        mx.contrib.tensorboard.LogMetricsCallback("logs", prefix)(mx.callback.BatchEndParam(4, 1, metric_, None))
    assert rows == [("logs", "mae", 2.0, 4), ("logs", "val-mae", 2.0, 4)]
    for name in ("mxboard", "tensorboardX", "torch.utils.tensorboard"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match="none is installed"):
        mx.contrib.tensorboard.LogMetricsCallback("logs")
