"""Metrics of both generations: the numbers of the real MXNet (tests/data/measure_metrics.py), and that nothing is waited for."""
from __future__ import annotations

import importlib.util
import json
import math
from pathlib import Path

import numpy as onp
import pytest

import mxshim as mx
from mxshim import gluon, nd, np, npx

DATA = Path(__file__).parent / "data"
_spec = importlib.util.spec_from_file_location("measure_metrics", DATA / "measure_metrics.py")
measure = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(measure)
# Names that only the other generation has: they are found here, too.
OTHERS = {1: (), 2: ("nll_loss", "caffe")}
GENERATIONS = {1: (mx.metric, nd.array), 2: (gluon.metric, np.array)}


@pytest.fixture(autouse=True)
def semantics():
    npx.reset_np()
    yield
    npx.reset_np()


def rows():
    for generation in GENERATIONS:
        for name, arguments, kind, answer in json.loads((DATA / f"metrics_mx{generation}.json").read_text()):
            text = ",".join(f"{k}={v}" for k, v in arguments.items())
            yield pytest.param(generation, name, arguments, kind, answer, id=f"mx{generation}-{name}-{text}-{kind}")


def same(got, real):
    if isinstance(real, list):
        return len(got) == len(real) and all(map(same, got, real))
    if isinstance(real, float):
        return math.isnan(got) if math.isnan(real) else math.isclose(got, real, rel_tol=2e-6, abs_tol=2e-7)
    return got == real or (got, real) == ("ArgumentValueError", "MXNetError")  # which is one, and a ValueError, too


@pytest.mark.filterwarnings("ignore:.*different programs were compiled")  # that is what tables do
@pytest.mark.parametrize("generation, name, arguments, kind, answer", list(rows()))
def test_as_mxnet(generation, name, arguments, kind, answer):
    module, array = GENERATIONS[generation]
    if name == "create":
        try:
            got = [module.create(kind, **arguments).get_config()]
        except AssertionError as error:
            got = type(error).__name__
        assert got == answer or kind in OTHERS[generation]
        return
    if generation == 2:
        npx.set_np()
    got = measure.run(module, array, name, arguments, kind)
    if name == "PearsonCorrelation" and "average" in arguments:
        assert answer[4] == ["pearsonr", 0] and got[4] == got[3]  # get_global(): see the docstring
        got[4] = answer[4]
    assert same(got, answer), f"got {got}, MXNet {answer}"


# -- what the tables cannot show -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("module, F", [(mx.metric, nd), (gluon.metric, np)], ids=["mx.metric", "gluon.metric"])
def test_updates_wait_for_nothing_and_compile_once(module, F):
    metric = module.CompositeEvalMetric(["acc", "ce", "loss"])
    metric.add(module.TopKAccuracy(2))
    metric.add(module.F1())
    rng = onp.random.RandomState(0)
    label, pred = F.array(rng.randint(0, 2, 8)), F.array(rng.uniform(0, 1, (8, 2)))
    for _ in range(3):
        metric.update([label], [pred])
        metric.get()
    programs, flushes = mx.engine.stats().programs, sum(mx.engine.stats().flushes.values())
    metric.reset()
    for _ in range(5):
        metric.update([label], [pred])
    assert sum(mx.engine.stats().flushes.values()) == flushes
    names, values = metric.get()
    assert names[:2] == ["accuracy", "cross-entropy"] and all(isinstance(v, float) for v in values)
    right = (pred.asnumpy().argmax(1) == label.asnumpy()).mean()
    assert values[0] == pytest.approx(right)
    metric.update([label], [pred])
    metric.get()
    assert mx.engine.stats().programs <= programs + 1  # five updates at once are one program more


def test_single_arrays_numpy_arrays_and_graphs():
    metric = mx.metric.Accuracy()
    metric.update(nd.array([0, 1]), nd.array([[0.9, 0.1], [0.6, 0.4]]))
    metric.update([onp.array([1])], [onp.array([[0.9, 0.1]])])
    x = nd.array([[0.2, 0.8]])
    x.attach_grad()
    with mx.autograd.record():
        y = x * 2
        metric.update(nd.array([1]), y)
    y.backward()
    assert metric.get() == ("accuracy", 0.5) and x.grad.asnumpy().tolist() == [[2, 2]]
    assert (metric.sum_metric, metric.num_inst, metric.global_num_inst) == (2.0, 4, 4)
    assert str(metric) == "EvalMetric: {'accuracy': 0.5}"
    metric.reset_local()
    assert metric.get_global_name_value() == [("accuracy", 0.5)] and math.isnan(metric.get_name_value()[0][1])


def test_metrics_with_names_of_their_own_tell_them_globally_too():
    class Tasks(mx.metric.EvalMetric):
        def get(self):
            return ("task", (1.0, 2.0))

        def get_name_value(self):
            return [("task0", 1.0), ("task1", 2.0)]

    assert Tasks("tasks").get_global_name_value() == [("task0", 1.0), ("task1", 2.0)]


def test_metrics_of_users():
    @mx.metric.register
    class Sum(mx.metric.EvalMetric):
        def __init__(self, name="sum"):
            super().__init__(name, has_global_stats=True)

        def update(self, labels, preds):
            for pred in preds:
                self.sum_metric += pred.asnumpy().sum()
                self.global_sum_metric += pred.asnumpy().sum()
                self.num_inst += 1
                self.global_num_inst += 1

    metric = mx.metric.create("sum")
    assert isinstance(gluon.metric.create("Sum"), Sum)
    metric.update(None, [nd.array([1, 2])])
    metric.reset_local()
    metric.update(None, [nd.array([5])])
    assert metric.get() == ("sum", 5.0) and metric.get_global() == ("sum", 4.0)
    with pytest.raises(AssertionError, match="'nope' is not registered as a metric"):
        mx.metric.create("nope")
    with pytest.raises(NotImplementedError, match="EvalMetric must define update"):
        mx.metric.EvalMetric("x").update([], [])


def test_functions_as_metrics():
    def half(label, pred):
        assert isinstance(label, onp.ndarray)
        return (label + pred).sum() / 2

    metric = mx.metric.np(half)
    metric.update([nd.array([1.])], [nd.array([3.])])
    assert metric.get() == ("half", 2.0)
    assert [m.np(lambda label, pred: 1.).name for m in (mx.metric, gluon.metric)] == ["custom(<lambda>)"] * 2
    metric = gluon.metric.create(lambda label, pred: (pred.sum() if isinstance(pred, np.ndarray) else None, 2))
    metric.update([np.array([1.])], [np.array([3.])])
    assert metric.get() == ("custom(<lambda>)", 1.5)
    with pytest.raises(ValueError, match="do not match: 2 and 1"):
        metric.update([np.array([1.])] * 2, [np.array([3.])])
    with pytest.raises(NotImplementedError, match="cannot be written down"):
        metric.get_config()


def test_sums_of_numpy_numbers_have_all_digits():
    metric = mx.metric.np(lambda label, pred: pred.sum())
    for _ in range(3):
        metric.update([nd.array([1.])], [nd.array([0.1])])
    value = metric.get()[1]
    assert type(value) is float and value == 3 * float(onp.float32(0.1)) / 3


def test_one_score_for_each_class():
    metric = gluon.metric.F1(class_type="multiclass", average=None, threshold=0)
    metric.update(np.array([0, 1, 1]), np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]]))
    name, value = metric.get()
    assert type(value) is np.ndarray and value.dtype == "float64" and value.tolist() == pytest.approx([2 / 3, 2 / 3])


def test_helpers():
    assert gluon.metric.one_hot(np.array([0, 2, 1]), 3).tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 0]]
    pred = [[0.3, 0.5], [0.5, 0.7]]
    assert gluon.metric.predict_with_threshold(np.array(pred)).tolist() == [[False, False], [False, True]]
    assert gluon.metric.predict_with_threshold(np.array(pred), np.array([0.2, 0.6])).tolist() == [[True, False], [True, True]]
    with pytest.raises(AssertionError, match=r"each of 2 classes is wanted, got \(1,\)"):
        gluon.metric.predict_with_threshold(np.array(pred), np.array([0.2]))
    with pytest.raises(ValueError, match="a float or an array, got int"):
        gluon.metric.predict_with_threshold(np.array(pred), 1)


def test_update_dict_and_configs():
    metric = mx.metric.MSE(output_names=["out"], label_names=["y"])
    metric.update_dict({"y": nd.array([1.]), "z": nd.array([9.])}, {"other": nd.array([7.]), "out": nd.array([3.])})
    assert metric.get() == ("mse", 4.0)
    both = mx.metric.create(["mse", "mae"])
    config = both.get_config()
    assert [m["metric"] for m in config["metrics"]] == ["MSE", "MAE"]
    assert mx.metric.create(json.dumps(["mse", {"name": "m"}])).name == "m"
    assert both.get_metric(1).name == "mae"


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match="do not match: 4 and 3"):
        mx.metric.Accuracy().update([nd.zeros(4)], [nd.zeros((3, 2))])
    with pytest.raises(ValueError, match=r"do not match: \(2,\) and \(3,\)"):
        mx.metric.check_label_shapes(nd.zeros(2), nd.zeros(3), shape=True)
    with pytest.raises(AssertionError, match="no more than 2 dims"):
        mx.metric.TopKAccuracy(2).update([nd.zeros(4)], [nd.zeros((4, 2, 2))])
    with pytest.raises(AssertionError, match="top_k must be at least 2"):
        mx.metric.TopKAccuracy(1)
    metric = mx.metric.CrossEntropy()
    metric.update([nd.array([0, 7])], [nd.ones((2, 2))])
    with pytest.raises(IndexError, match="1 labels are no class"):
        metric.get()


def test_perplexity_of_rows_of_labels():
    """MXNet goes through two arrays row by row, so that each is a sequence; in the end all labels count alike."""
    label, pred = onp.array([[0, 1, 2], [3, 1, 0]], "float32"), onp.arange(1, 25).reshape(2, 3, 4).astype("float32")
    pred /= pred.sum(-1, keepdims=True)
    found, flat = mx.metric.Perplexity(1), mx.metric.Perplexity(1)
    found.update(nd.array(label), nd.array(pred))
    flat.update([nd.array(label.ravel())], [nd.array(pred.reshape(6, 4))])
    assert found.get() == flat.get() and found.num_inst == 4
