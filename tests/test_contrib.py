"""mx.contrib: its other addresses, a DataLoader for Module, metrics for TensorBoard."""
from __future__ import annotations

import sys
import types

import numpy as onp
import pytest

import mxshim as mx
from mxshim import gluon, nd
from mxshim.contrib.io import DataLoaderIter


def test_addresses():
    from mxshim.contrib.ndarray import MultiBoxPrior
    from mxshim.contrib.symbol import MultiBoxTarget
    assert MultiBoxPrior is nd.contrib.MultiBoxPrior and MultiBoxTarget is mx.sym.contrib.MultiBoxTarget
    assert mx.contrib.nd is mx.contrib.ndarray is nd.contrib and mx.contrib.sym is mx.contrib.symbol is mx.sym.contrib


def loader(n=5):
    x = onp.arange(2 * n, dtype="float32").reshape(n, 2)
    return gluon.data.DataLoader(gluon.data.ArrayDataset(x, onp.arange(n)), 2)


def test_a_loader_as_an_iterator():
    batches = DataLoaderIter(loader(), "x", "y")
    assert [(d.name, d.shape) for d in batches.provide_data + batches.provide_label] == [("x", (2, 2)), ("y", (2,))]
    for _ in range(2):
        found = [(b.data[0].asnumpy().tolist(), b.label[0].asnumpy().tolist(), b.pad) for b in batches]
        assert found == [([[0, 1], [2, 3]], [0, 1], 0), ([[4, 5], [6, 7]], [2, 3], 0), ([[8, 9], [8, 9]], [4, 4], 1)]
        batches.reset()
    half = next(DataLoaderIter(loader(), dtype="float16"))
    assert half.data[0].dtype == half.label[0].dtype == onp.float16


def test_module_fits_a_loader():
    out = mx.sym.SoftmaxOutput(mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=5, name="fc"), name="softmax")
    mod, batches = mx.mod.Module(out), DataLoaderIter(loader())
    mod.fit(batches, num_epoch=2, initializer=mx.init.Zero(), optimizer_params={"learning_rate": 0.1})
    assert mod.predict(batches).shape == (5, 5) and mod.get_params()[0]["fc_weight"].asnumpy().any()


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
