"""Records what gluon.contrib.estimator of real MXNet does: its log, and the order in which handlers are called.

    python measure_estimator.py > estimator_mx1.json       # with MXNet 1.9.1
    python measure_estimator.py > estimator_mx2.json       # with MXNet 2.0.0b1
"""
from __future__ import annotations

import io
import json
import logging
import os
import re
import tempfile
import warnings

import numpy as onp


def parts(mx, dialect):
    """(an Estimator of two classes that begins at zero, a loader to train on, a loader to validate on, its log)."""
    gluon, est = mx.gluon, mx.gluon.contrib.estimator
    make = mx.np.array if dialect == "np" else mx.nd.array
    x = onp.array([[i % 3, i % 5 - 2.0] for i in range(10)], "float32")
    y = (x.sum(1) > 0.5).astype("float32")
    loader = lambda n: gluon.data.DataLoader(gluon.data.ArrayDataset(make(x[:n]), make(y[:n])), batch_size=4)
    net = gluon.nn.HybridSequential()
    net.add(gluon.nn.Dense(2, in_units=2))
    net.initialize(mx.init.Zero())
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.4, "momentum": 0.5})
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    estimator = est.Estimator(net, loss, trainer=trainer, context=mx.cpu()) if dialect == "nd" else est.Estimator(
        net, loss, trainer=trainer, device=mx.cpu())
    log = io.StringIO()
    estimator.logger.handlers = [logging.StreamHandler(log)]
    return estimator, loader(10), loader(6), log


def recorder(mx, calls):
    """A handler class that writes down what it is called with."""
    est = mx.gluon.contrib.estimator

    class Recorder(est.TrainBegin, est.TrainEnd, est.EpochBegin, est.EpochEnd, est.BatchBegin, est.BatchEnd):
        def __init__(self, name, priority=None):
            self.name = name
            if priority is not None:
                self.priority = priority

    for event in ("train_begin", "train_end", "epoch_begin", "epoch_end", "batch_begin", "batch_end"):
        def call(self, estimator, *args, event=event, **kwargs):
            calls.append([self.name, event, sorted(kwargs)])
        setattr(Recorder, event, call)
    return Recorder


def run(mx, dialect):
    """{what: the log's lines without times, calls, files}"""
    est = mx.gluon.contrib.estimator
    found = {}
    without_times = lambda log: re.sub(r"\d+\.\d+s", "TIMEs", re.sub(r"total \d+s", "total TIMEs", log.getvalue())).splitlines()

    estimator, train, val, log = parts(mx, dialect)
    estimator.fit(train, val, epochs=2)
    found["epochs"] = without_times(log)
    found["names"] = [m.name for m in estimator.train_metrics + estimator.val_metrics]

    estimator, train, val, log = parts(mx, dialect)
    estimator.fit(train, val, batches=5, event_handlers=[est.LoggingHandler(log_interval=2, metrics=estimator.train_metrics)])
    found["batches"] = without_times(log)

    calls = []
    Recorder = recorder(mx, calls)
    estimator, train, val, log = parts(mx, dialect)
    estimator.fit(train, val, batches=4, event_handlers=[Recorder("a", 5), Recorder("b", -3000), Recorder("c")])
    estimator.evaluate(val, event_handlers=Recorder("v"))
    found["calls"] = calls

    estimator, train, val, log = parts(mx, dialect)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stop = est.EarlyStoppingHandler(estimator.train_metrics[0], mode="max", patience=2)
    estimator.fit(train, epochs=9, event_handlers=[stop])
    found["early"] = without_times(log)

    with tempfile.TemporaryDirectory() as folder:
        estimator, train, val, log = parts(mx, dialect)
        keep = est.CheckpointHandler(folder, "m", monitor=estimator.train_metrics[1], mode="min", save_best=True, max_checkpoints=2)
        estimator.fit(train, epochs=3, event_handlers=[keep])
        found["files"] = sorted(os.listdir(folder))
        estimator, train, val, log = parts(mx, dialect)
        estimator.fit(train, epochs=5, event_handlers=[est.CheckpointHandler(folder, "m", resume_from_checkpoint=True)])
        found["resumed"] = [line for line in without_times(log) if "Model architecture" not in line and "the graph, was not written" not in line]
        found["resumed files"] = sorted(name for name in os.listdir(folder) if name.endswith(".params"))
    return found


if __name__ == "__main__":
    import mxnet
    generation = "nd" if mxnet.__version__.startswith("1") else "np"
    if generation == "np":
        mxnet.npx.set_np()
    print(json.dumps(run(mxnet, generation), indent=1))
