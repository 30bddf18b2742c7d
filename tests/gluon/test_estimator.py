"""gluon.contrib.estimator beside both MXNets (data/estimator_mx?.json, by data/measure_estimator.py), files, mistakes."""
from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

import mxshim as mx
from mxshim import gluon, nd
from mxshim.gluon.contrib import estimator as est
from tests.data.measure_estimator import run

pytestmark = pytest.mark.usefixtures("on_cpu")

DATA = Path(__file__).parent.parent / "data"


@pytest.mark.parametrize("dialect, file", [("nd", "estimator_mx1.json"), ("np", "estimator_mx2.json")])
def test_does_as_mxnet(dialect, file):
    wanted = json.loads((DATA / file).read_text())
    with mx.util.np_array(dialect == "np"), mx.util.np_shape(dialect == "np"):
        found = run(mx, dialect)
    assert set(found) == set(wanted)
    for what, lines in wanted.items():
        assert found[what] == lines, what


def dense():
    net = gluon.nn.Dense(2, in_units=2)
    net.initialize(mx.init.Zero())
    return net


def make(net=None, **options):
    options.setdefault("trainer", gluon.Trainer((net := net or dense()).collect_params(), "sgd", {"learning_rate": 0.1}))
    found = est.Estimator(net or dense(), gluon.loss.SoftmaxCrossEntropyLoss(), **options)
    found.logger.handlers = [logging.NullHandler()]
    return found


def loader(n=4, batch_size=2):
    return gluon.data.DataLoader(gluon.data.ArrayDataset(nd.ones((n, 2)), nd.zeros(n)), batch_size=batch_size)


def test_a_step_is_one_program():
    estimator, data = make(), loader(16)
    estimator.fit(data, epochs=1)
    before = mx.engine.stats().programs
    estimator.fit(data, epochs=3)
    assert mx.engine.stats().programs == before


def test_accuracy_is_suggested_for_softmax_only():
    l2 = est.Estimator(dense(), gluon.loss.L2Loss(), trainer=gluon.Trainer({}, "sgd"))
    assert [type(m).__name__ for m in l2.train_metrics] == ["Loss"]
    assert [m.name for m in make(train_metrics=mx.metric.Accuracy(), val_metrics=mx.metric.F1()).val_metrics] == ["validation f1"]


def test_own_batch_processor_and_val_net():
    class Twice(est.BatchProcessor):
        def fit_batch(self, estimator, batch, batch_axis=0):
            seen.append("fit")
            return super().fit_batch(estimator, batch, batch_axis)

    seen = []
    other = dense()
    estimator = make(batch_processor=Twice(), val_net=other, val_loss=gluon.loss.SoftmaxCrossEntropyLoss(sparse_label=True))
    estimator.fit(loader(), loader(), batches=1)
    assert seen == ["fit"] and estimator.val_net is other
    assert estimator.val_metrics[1].get()[1] == pytest.approx(0.6931, abs=1e-4)  # val_net is as it was


def test_validation_by_batches():
    calls = []
    handler = est.ValidationHandler(loader(), lambda **facts: calls.append(facts["batch_axis"]), epoch_period=None, batch_period=3)
    estimator = make()
    estimator.fit(loader(16), epochs=1, event_handlers=handler)
    assert calls == [0, 0]


def test_symbol_and_atomic_pairs(tmp_path):
    net = gluon.nn.HybridSequential()
    net.add(dense())
    net.hybridize()
    handler = est.CheckpointHandler(str(tmp_path), "m", epoch_period=None, batch_period=2)
    make(net).fit(loader(8), batches=4, event_handlers=[handler])
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "m-epoch0batch1.params", "m-epoch0batch1.states", "m-epoch0batch3.params", "m-epoch0batch3.states", "m-symbol.json"]
    assert "FullyConnected" in (tmp_path / "m-symbol.json").read_text()


def test_resume_takes_the_newest(tmp_path):
    folder = str(tmp_path)
    make().fit(loader(2), epochs=11, event_handlers=[est.CheckpointHandler(folder, "m", max_checkpoints=3)])
    names = lambda: sorted(p.name for p in tmp_path.glob("*.params"))
    assert names() == ["m-epoch10batch11.params", "m-epoch8batch9.params", "m-epoch9batch10.params"]
    (tmp_path / "m-epoch100batch1.note").write_text("not a checkpoint")
    estimator = make()
    handler = est.CheckpointHandler(folder, "m", max_checkpoints=2, resume_from_checkpoint=True)
    estimator.fit(loader(2), epochs=12, event_handlers=[handler])
    assert (handler.trained_epoch, estimator.max_epoch) == (10, 1)
    assert names() == ["m-epoch10batch11.params", "m-epoch11batch12.params"]
    whole = make()
    whole.fit(loader(2), epochs=12)
    assert (estimator.net.weight.data() == whole.net.weight.data()).asnumpy().all()
    with pytest.raises(ValueError, match="m-epoch11batch12 has all 12 epochs behind it"):
        make().fit(loader(2), epochs=12, event_handlers=[est.CheckpointHandler(folder, "m", resume_from_checkpoint=True)])
    (tmp_path / "m-epoch11batch12.states").unlink()
    with pytest.raises(FileNotFoundError, match="but not .*m-epoch11batch12.states"):
        make().fit(loader(2), epochs=20, event_handlers=[est.CheckpointHandler(folder, "m", resume_from_checkpoint=True)])


@pytest.mark.parametrize("metric, value, better, worse", [(mx.metric.Accuracy(), 0.5, 0.6, 0.4), (mx.metric.Loss(), 0.5, 0.4, 0.6)])
def test_auto_mode_knows_what_is_better(metric, value, better, worse):
    with pytest.warns(UserWarning, match="counts as better when it is (greater|less)"):
        handler = est.EarlyStoppingHandler(metric, patience=1)
    estimator = make()
    handler.train_begin(estimator)
    values = iter([value, better, worse])
    metric.get = lambda: ("m", next(values))
    assert [handler.epoch_end(estimator) for _ in range(3)] == [False, False, True]


def test_no_trainer_and_no_initializer():
    net = gluon.nn.Dense(2, in_units=2)
    with pytest.warns(UserWarning, match="taking SGD with learning rate 0.001"):
        estimator = est.Estimator(net, gluon.loss.L2Loss(), initializer=mx.init.One())
    assert estimator.trainer.learning_rate == 0.001 and net.weight.data().asnumpy().min() == 1
    with pytest.warns(UserWarning, match="is initialized already"):
        make(net, initializer=mx.init.Zero())
    assert net.weight.data().asnumpy().min() == 1


@pytest.mark.parametrize("call, says", [
    (lambda: est.Estimator(dense(), lambda a, b: a), "loss must be a gluon.loss.Loss"),
    (lambda: make(trainer="sgd"), "trainer must be a gluon.Trainer, got 'sgd'"),
    (lambda: make(context="cpu"), "context must be a Device"),
    (lambda: make(train_metrics=["acc"]), "metrics must be an EvalMetric"),
    (lambda: make(batch_processor=object()), "fit_batch is missing"),
    (lambda: make().fit([1], epochs=1), "Estimator.fit: the data must come from a gluon.data.DataLoader, got list"),
    (lambda: make().evaluate([1]), "Estimator.evaluate: the data"),
    (lambda: make().fit(loader()), "either epochs or batches"),
    (lambda: make().fit(loader(), epochs=1, batches=1), "either epochs or batches"),
    (lambda: make().fit(loader(), epochs=1, event_handlers=[print]), "event_handlers must be"),
    (lambda: make().fit(loader(), epochs=1, event_handlers=[est.LoggingHandler(metrics=[mx.metric.MSE()])]), "LoggingHandler.metrics has"),
    (lambda: est.LoggingHandler(log_interval="batch"), "'epoch' or a number of batches"),
    (lambda: est.EarlyStoppingHandler("loss"), "monitor must be one metric"),
    (lambda: est.CheckpointHandler("unused", save_best=True), "save_best=True needs monitor="),
])
def test_mistakes(call, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=says):
        call()


def test_a_device_that_is_not_there():
    with pytest.raises(AssertionError, match="gpu\\(99\\) is not on this machine"):
        make(context=[mx.cpu(), mx.gpu(99)])


def test_resuming_needs_the_period_of_fit(tmp_path):
    handler = est.CheckpointHandler(str(tmp_path), batch_period=1, resume_from_checkpoint=True)
    with pytest.raises(ValueError, match="set epoch_period and batch_period=None"):
        make().fit(loader(), epochs=2, event_handlers=[handler])


def test_handlers_are_prepared_and_sorted_by_event():
    """MXNet 1.9.1's and 2.0.0b1's order, which their own tests ask for."""
    e = make()
    mine = est.LoggingHandler()
    names = [type(h).__name__ for h in e._prepare_default_handlers(None, [mine])]
    assert names == ["GradientUpdateHandler", "MetricHandler", "StoppingHandler", "LoggingHandler"]
    names = [type(h).__name__ for h in e._prepare_default_handlers(loader(), None)]
    assert names == ["GradientUpdateHandler", "MetricHandler", "ValidationHandler", "StoppingHandler", "LoggingHandler"]

    class Ends(est.TrainBegin, est.BatchEnd, est.TrainEnd):
        pass

    class Starts(est.TrainBegin, est.EpochBegin):
        pass

    a, b = Ends(), Starts()
    assert e._categorize_handlers([a, b]) == ([a, b], [b], [], [a], [], [a])
