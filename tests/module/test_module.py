"""Module and its kin, against what MXNet 1.9.1 recorded (tests/data/measure_models.py), and by what they must do."""
from __future__ import annotations

import json
import logging
import warnings
from pathlib import Path

import numpy as onp
import pytest

import mxshim as mx
from mxshim import engine, nd
from mxshim.base import MXNetError

pytestmark = pytest.mark.usefixtures("on_cpu")

ANSWER = json.loads((Path(__file__).parent.parent / "data" / "models" / "answers_1.json").read_text())["module"]


class Batch:
    def __init__(self, data, label, pad=0, key=None):
        self.data, self.label, self.pad, self.index = data, label, pad, None
        self.bucket_key, self.provide_data, self.provide_label = key, None, None
        if key is not None:
            self.provide_data = [("data", data[0].shape)]
            self.provide_label = [("softmax_label", label[0].shape)]


class Batches:
    """Batches of arrays in order; the last one is filled up from the start."""

    def __init__(self, x, y, size):
        self.x, self.y, self.size = x, y, size
        self.provide_data, self.provide_label = [("data", (size, *x.shape[1:]))], [("softmax_label", (size, *y.shape[1:]))]

    def reset(self):
        self.resets = getattr(self, "resets", 0) + 1

    def __iter__(self):
        for start in range(0, len(self.x), self.size):
            rows = onp.arange(start, start + self.size) % len(self.x)
            yield Batch([nd.array(self.x[rows])], [nd.array(self.y[rows])], max(0, start + self.size - len(self.x)))


@pytest.fixture(autouse=True)
def _fresh_names():
    with mx.name.NameManager():
        yield


def measured():
    data = mx.sym.Variable("data")
    c = mx.sym.Convolution(data, kernel=(3, 3), num_filter=3, name="conv1")
    b = mx.sym.Activation(mx.sym.BatchNorm(c, name="bn1", fix_gamma=False, momentum=0.8), act_type="relu")
    p = mx.sym.Pooling(b, pool_type="max", kernel=(2, 2), stride=(2, 2))
    f = mx.sym.FullyConnected(mx.sym.Flatten(p), num_hidden=6, name="fc1", lr_mult=0.5)
    return mx.sym.SoftmaxOutput(mx.sym.FullyConnected(mx.sym.Activation(f, act_type="tanh"), num_hidden=3, name="fc2"), name="softmax")


def small(classes=3):
    h = mx.sym.Activation(mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=8, name="fc1"), act_type="tanh")
    return mx.sym.SoftmaxOutput(mx.sym.FullyConnected(h, num_hidden=classes, name="fc2"), name="softmax")


STATE = onp.random.RandomState(2)
X = STATE.uniform(size=(50, 4)).astype("float32")
Y = (X.sum(1) * 1.5 - 1.5).clip(0, 2).round().astype("float32")


def test_the_losses_of_mxnet():
    x, y = onp.array(ANSWER["input"], "float32"), onp.array(ANSWER["label"], "float32")
    mx.random.seed(11)
    mod = mx.mod.Module(measured(), context=mx.cpu())
    losses = []
    mod.fit(Batches(x, y, 10), eval_metric="ce", optimizer="sgd", num_epoch=2, initializer=mx.init.Xavier(magnitude=2.24),
            optimizer_params={"learning_rate": 0.2, "momentum": 0.9, "wd": 1e-3},
            batch_end_callback=lambda param: losses.append(param.eval_metric.get()[1]))
    onp.testing.assert_allclose(losses, ANSWER["losses"], rtol=1e-4)
    onp.testing.assert_allclose(mod.predict(Batches(x[:6], y[:6], 6)).asnumpy(), onp.array(ANSWER["output"]), rtol=2e-3, atol=1e-4)


def test_programs():
    """One program for each step, none after the third."""
    mod = mx.mod.Module(small())
    counts = []
    before = engine.stats()
    mod.fit(Batches(X, Y, 10), num_epoch=4, optimizer="adam", batch_end_callback=lambda p: counts.append(engine.stats().programs))
    after = engine.stats()
    assert counts[3] - counts[2] == 0 and counts[-1] - counts[9] == 0  # in the first epoch, and from the second on
    assert after.programs - before.programs <= 7
    assert sum(after.flushes.values()) - sum(before.flushes.values()) <= 4 * 5 + 8


def test_fit_logs_as_mxnet_does(caplog, tmp_path):
    caplog.set_level(logging.INFO)
    mod = mx.mod.Module(small())
    train, val = Batches(X, Y, 10), Batches(X, Y, 20)
    ends = []
    mod.fit(train, val, eval_metric=["acc", "ce"], num_epoch=2,
            batch_end_callback=[mx.callback.Speedometer(10, 2), lambda p: ends.append(p.nbatch)],
            epoch_end_callback=mx.callback.do_checkpoint(str(tmp_path / "ck"), 2),
            eval_end_callback=mx.callback.LogValidationMetricsCallback())
    lines = [r.getMessage().split("=")[0] for r in caplog.records if not r.getMessage().startswith("Epoch[0] Batch")]
    assert lines[:4] == ["Epoch[0] Train-accuracy", "Epoch[0] Train-cross-entropy", "Epoch[0] Time cost", "Epoch[0] Validation-accuracy"]
    assert f'Saved checkpoint to "{tmp_path}/ck-0002.params"' in caplog.text and ends == [*range(5)] * 2 and train.resets == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["ck-0002.params", "ck-symbol.json"]
    assert any("Speed:" in r.getMessage() and "accuracy=" in r.getMessage() for r in caplog.records)


@pytest.mark.parametrize("named", [["a", "b"], ["b", "a"]])
@pytest.mark.parametrize("bound, described, n, taken", [
    ("ab", None, 2, "ab"), ("ba", None, 2, "ba"), ("ba", None, 3, "ba"),
    ("ab", "ba", 2, "ab"), ("ab", "ba", 3, "ba"), ("ba", "ab", 3, "ab")])
def test_the_order_of_a_batch_is_that_of_its_shapes(named, bound, described, n, taken):
    mod = mx.mod.Module(mx.sym.var("a") * 10 + mx.sym.var("b"), named, None)
    mod.bind([(name, (2,)) for name in bound], for_training=False)
    mod.init_params()
    shapes = {"provide_data": [mx.io.DataDesc(name, (n,)) for name in described]} if described else {}
    mod.forward(mx.io.DataBatch([nd.ones((n,)), nd.full((n,), 2)], **shapes))
    assert mod.get_outputs()[0].asnumpy().tolist() == [12 if taken == "ab" else 21] * n
    assert [d.name for d in mod.data_shapes] == list(taken) and mod.data_names == named


def test_batches_that_need_other_parameters_are_refused():
    mod = mx.mod.Module(small())
    mod.bind([("data", (4, 3))], [("softmax_label", (4,))])
    mod.init_params(mx.init.One())
    for n in (4, 2):
        with pytest.raises(mx.MXNetError, match=r"fc1_weight is \(8, 3\), but a batch with .* needs \(8, 5\)"):
            mod.forward(mx.io.DataBatch([nd.ones((n, 5))], [nd.zeros((n,))]))
    assert mod.data_shapes[0].shape == (4, 3)
    mod.forward(mx.io.DataBatch([nd.ones((2, 3))], [nd.zeros((2,))]), is_train=False)
    assert mod.get_outputs()[0].shape == (2, 3) and mod.get_params()[0]["fc1_weight"].asnumpy().tolist() == [[1] * 3] * 8


def test_fit_needs_batches():
    it, mod = mx.io.NDArrayIter(X, Y, 10), mx.mod.Module(small())
    assert len(list(it)) == 5
    with pytest.raises(StopIteration, match="no batch left for epoch 0; call its reset"):
        mod.fit(it, num_epoch=1)
    model = mx.model.FeedForward(small(), num_epoch=1, learning_rate=0.1)
    model.fit(it)  # begins anew
    assert model.arg_params["fc2_bias"].asnumpy().any()


def test_predict_score_and_shapes():
    mod = mx.mod.Module(small())
    mod.bind([("data", (20, 4))], [("softmax_label", (20,))])
    mod.init_params(mx.init.Uniform(0.3))
    whole = mod.predict(X)
    parts = mod.predict(Batches(X, Y, 20))
    assert parts.shape == (50, 3)
    onp.testing.assert_allclose(parts.asnumpy(), whole.asnumpy(), rtol=1e-5)
    assert [(len(o), o[0].shape, i) for o, i, _ in mod.iter_predict(Batches(X, Y, 20))] == [(1, (20, 3), 0), (1, (20, 3), 1),
                                                                                            (1, (10, 3), 2)]
    assert isinstance(mod.predict(Batches(X, Y, 20), always_output_list=True), list)
    assert len(mod.predict(Batches(X, Y, 20), num_batch=2, merge_batches=False)) == 2
    (name, value), = mod.score(Batches(X[:40], Y[:40], 20), "acc")
    assert name == "accuracy" and value == (whole.asnumpy()[:40].argmax(1) == Y[:40]).mean()
    assert mod.output_shapes == [("softmax_output",
                                  (20, 3))] and repr(mod.data_shapes[0]) == "DataDesc[data,(20, 4),<class 'numpy.float32'>,NCHW]"
    assert (mod.data_names, mod.label_names, mod.output_names) == (["data"], ["softmax_label"], ["softmax_output"])


def test_checkpoints_and_optimizer_states(tmp_path):
    prefix = str(tmp_path / "m")
    mod = mx.mod.Module(small())
    how = {"optimizer_params": {"learning_rate": 0.2, "momentum": 0.9}}
    mod.fit(Batches(X, Y, 10), num_epoch=1, **how)
    mod.save_checkpoint(prefix, 1, save_optimizer_states=True)
    other = mx.mod.Module.load(prefix, 1, load_optimizer_states=True)
    for m in (mod, other):
        with pytest.warns(UserWarning, match="parameters are set and stay"):
            m.fit(Batches(X, Y, 10), num_epoch=2, begin_epoch=1, **how)
    for name, a in mod.get_params()[0].items():
        onp.testing.assert_allclose(a.asnumpy(), other.get_params()[0][name].asnumpy(), rtol=1e-5, atol=1e-6)
    s, arguments, states = mx.model.load_checkpoint(prefix, 1)
    assert s.list_arguments() == small().list_arguments() and set(arguments) == {"fc1_weight", "fc1_bias", "fc2_weight",
                                                                                 "fc2_bias"} and not states
    mod.save_checkpoint(prefix, 2.0, save_optimizer_states=True)  # an epoch that was computed
    assert (tmp_path / "m-0002.params").exists() and (tmp_path / "m-0002.states").exists()
    for save in (mod.save_checkpoint, lambda *a: mx.model.save_checkpoint(*a, mod.symbol, {}, {})):
        with pytest.raises(TypeError, match="must be a number, got 'last'"):
            save(prefix, "last")
    mod.save_params(prefix + ".params")
    other.load_params(prefix + ".params")
    (tmp_path / "m-0001.params").write_bytes((tmp_path / "m-0001.params").read_bytes()[:-30])
    with pytest.raises(MXNetError):
        mx.mod.Module.load(prefix, 1)


def test_gradients_of_inputs_and_fixed_parameters():
    mod = mx.mod.Module(small(), fixed_param_names=["fc1_weight"])
    mod.bind([("data", (5, 4))], [("softmax_label", (5,))], inputs_need_grad=True)
    mod.init_params(mx.init.Uniform(0.3))
    mod.init_optimizer(optimizer_params={"learning_rate": 1.0})
    before = {n: a.asnumpy().copy() for n, a in mod.get_params()[0].items()}
    mod.forward_backward(Batch([nd.array(X[:5])], [nd.array(Y[:5])]))
    mod.update()
    after = mod.get_params()[0]
    moved = [n for n in before if (before[n] != after[n].asnumpy()).any()]
    assert sorted(moved) == ["fc1_bias", "fc2_bias", "fc2_weight"]
    assert mod.get_input_grads()[0].shape == (5, 4) and abs(mod.get_input_grads()[0].asnumpy()).sum() > 0


def test_states():
    s = mx.sym.var("data") + mx.sym.var("h")
    mod = mx.mod.Module(s, label_names=None, state_names=["h"])
    mod.bind([("data", (2, 3))], for_training=False)
    mod.init_params()
    mod.set_states(value=2)
    mod.forward(Batch([nd.ones((2, 3))], None))
    mod.set_states(states=mod.get_outputs())
    mod.forward(Batch([nd.ones((2, 3))], None))
    assert mod.get_outputs()[0].asnumpy().tolist() == [[4.] * 3] * 2 and mod.get_states()[0].asnumpy()[0, 0] == 3


def test_a_multiplier_of_a_variable_counts():
    w = mx.sym.var("fc2_weight", lr_mult=0.0)
    s = mx.sym.SoftmaxOutput(mx.sym.FullyConnected(mx.sym.var("data"), weight=w, num_hidden=3, name="fc2"), name="softmax")
    mod = mx.mod.Module(s)
    mod.fit(Batches(X, Y, 10), num_epoch=1, initializer=mx.init.One())
    assert (mod.get_params()[0]["fc2_weight"].asnumpy() == 1).all() and (mod.get_params()[0]["fc2_bias"].asnumpy() != 0).any()


def test_monitor(caplog):
    caplog.set_level(logging.INFO)
    mod = mx.mod.Module(small())
    mod.fit(Batches(X[:20], Y[:20], 10), Batches(X[:5], Y[:5], 5), num_epoch=2, monitor=mx.mon.Monitor(2, pattern="fc1.*"))
    seen = [r.getMessage().split()[:3] for r in caplog.records if r.getMessage().startswith("Batch:")]
    assert seen == [["Batch:", str(k), f"fc1_{name}"] for k in (1, 3) for name in (
        "output", "backward_output0", "backward_output1", "backward_output2", "weight", "bias")]
    assert caplog.records[0].getMessage().startswith("Batch:       1 fc1_output                     ")


def test_parameters_of_more_than_the_graph():
    """Features of a network: a part of its graph, all of its parameters."""
    mod = mx.mod.Module(small())
    mod.bind([("data", (5, 4))], [("softmax_label", (5,))])
    mod.init_params()
    arguments, states = mod.get_params()
    part = mx.mod.Module(small().get_internals()["fc1_output"], label_names=None)
    part.bind([("data", (5, 4))], for_training=False)
    part.set_params({**arguments, "foo": nd.ones((1,))}, states)
    assert sorted(part.get_params()[0]) == ["fc1_bias", "fc1_weight"]
    fresh = mx.mod.Module(small())
    fresh.bind([("data", (5, 4))], [("softmax_label", (5,))])
    fresh.set_params({"fc1_bias": nd.ones((8,)), "foo": nd.ones((1,))}, {}, allow_missing=True, allow_extra=True)
    assert fresh.get_params()[0]["fc1_bias"].asnumpy().tolist() == [1] * 8


def test_several_devices():
    """Two executors on parts of each batch learn what one does."""
    results = []
    for context, kvstore in ((mx.cpu(), "local"), ([mx.cpu(0), mx.cpu(0)], "local"), ([mx.cpu(0), mx.cpu(0)], None)):
        mx.random.seed(5)
        mod = mx.mod.Module(small(), context=context)
        mod.fit(Batches(X, Y, 10), num_epoch=2, kvstore=kvstore, optimizer_params={"learning_rate": 0.5}, initializer=mx.init.Xavier())
        results.append(mod.get_params()[0]["fc1_weight"].asnumpy())
        assert mod.predict(X[:7]).shape == (7, 3)
    onp.testing.assert_allclose(results[1], results[0], rtol=1e-4, atol=1e-5)
    assert results[2].shape == results[0].shape


def test_the_axis_of_the_batch_is_what_the_layout_says():
    s = mx.sym.Activation(mx.sym.var("data"), act_type="relu", __layout__="TNC")
    mod = mx.mod.Module(s, ("data",), None, context=[mx.cpu(0), mx.cpu(0)])
    mod.bind([mx.io.DataDesc("data", (3, 8, 7), layout="TNC")], inputs_need_grad=True)
    mod.init_params()
    mod.forward(Batch([nd.ones((3, 8, 7))], None))
    assert mod.get_outputs()[0].shape == (3, 8, 7) and [x.shape for x in mod.get_outputs(False)[0]] == [(3, 4, 7)] * 2
    mod.backward([nd.ones((3, 8, 7))])
    assert mod.get_input_grads()[0].asnumpy().tolist() == onp.ones((3, 8, 7)).tolist()


def test_states_of_cells():
    cell = mx.rnn.LSTMCell(5, prefix="l_")
    begin = cell.begin_state(func=mx.sym.Variable)
    assert begin[0].attr("__shape__") == "(0, 5)"
    _, states = cell.unroll(3, mx.sym.var("data"), begin_state=begin)
    mod = mx.mod.Module(mx.sym.Group(states), label_names=None, state_names=[s.name for s in begin])
    mod.bind([("data", (2, 3, 4))], for_training=False)
    mod.init_params()
    mod.set_states(value=1)
    mod.forward(Batch([nd.zeros((2, 3, 4))], None))
    mod.set_states(states=mod.get_outputs(False))
    assert mod.get_states()[0].shape == (2, 5)


def test_row_sparse_parameters_stay_so():
    w = mx.sym.var("w", shape=(6, 1), stype="row_sparse", init=mx.init.One())
    mod = mx.mod.Module(mx.sym.LinearRegressionOutput(mx.sym.dot(mx.sym.var("data"), w), mx.sym.var("label")), label_names=["label"])
    mod.bind([("data", (2, 6))], [("label", (2, 1))])
    mod.init_params()
    assert mod.get_params()[0]["w"].stype == "row_sparse" and mod.get_params()[0]["w"].asnumpy().tolist() == [[1.]] * 6


def test_feed_forward_counts_as_MXNet_does(caplog):
    caplog.set_level("INFO")
    net = mx.sym.SoftmaxOutput(mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=2, name="fc"), name="softmax")
    x = onp.arange(15, dtype="float32").reshape(5, 3)
    seen, ends = [], []
    model = mx.model.FeedForward(net, num_epoch=3, epoch_size=2)
    model.fit(mx.io.NDArrayIter(x, onp.zeros(5), 1), eval_data=mx.io.NDArrayIter(x, onp.zeros(5), 1), eval_metric=mx.metric.Accuracy(),
              batch_end_callback=lambda p: seen.append((p.epoch, p.nbatch, int(p.locals["data_batch"].data[0].asnumpy()[0, 0]) // 3)),
              epoch_end_callback=[lambda epoch, symbol, arguments, states: ends.append((epoch, symbol is net, sorted(arguments)))])
    assert seen == [(0, 1, 0), (0, 2, 1), (1, 1, 2), (1, 2, 3), (2, 1, 4), (2, 2, 0)]  # an epoch goes on where the last one ended
    assert ends == [(k, True, ["fc_bias", "fc_weight"]) for k in range(3)]
    lines = [r.getMessage().split("=")[0] for r in caplog.records if r.getMessage().startswith("Epoch[2]")]
    assert lines == ["Epoch[2] Resetting Data Iterator", "Epoch[2] Time cost", "Epoch[2] Validation-accuracy"]
    assert "Start training with [cpu(0)]" in caplog.messages
    features = mx.model.FeedForward(net.get_internals()["fc_output"], arg_params=model.arg_params, numpy_batch_size=2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert features.predict(x).shape == (5, 2)


def test_feed_forward(tmp_path):
    net = mx.sym.SoftmaxOutput(mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=2, name="fc"), name="softmax")
    x = onp.random.RandomState(0).uniform(-1, 1, (40, 3)).astype("float32")
    y = (x.sum(1) > 0).astype("float32")
    model = mx.model.FeedForward(net, num_epoch=8, numpy_batch_size=10, learning_rate=2.0)
    model.fit(x, y, eval_data=(x, y))
    assert model.predict(x[:7]).shape == (7, 2) and (model.predict(x).argmax(1) == y).mean() > 0.9
    outputs, data, labels = model.predict(mx.io.NDArrayIter(x, y, 16), return_data=True)
    assert outputs.shape == (40, 2) and (data == x).all() and (labels == y).all()
    model.save(str(tmp_path / "m"))
    again = mx.model.FeedForward.load(str(tmp_path / "m"), 8, numpy_batch_size=10, num_epoch=9)
    assert again.score(mx.io.NDArrayIter(x, y, 10)) == model.score(mx.io.NDArrayIter(x, y, 10)) > 0.9 and again.begin_epoch == 8
    assert mx.model.FeedForward.create(net, x, y, num_epoch=1, epoch_size=2, numpy_batch_size=10).arg_params["fc_bias"].shape == (2,)
    with pytest.raises(ValueError, match="must be specified"):
        model.fit(x)


def test_buckets():
    def sym_gen(length):
        embed = mx.sym.Embedding(mx.sym.var("data"), input_dim=8, output_dim=4, name="embed")
        outputs, _ = mx.rnn.LSTMCell(6, prefix="lstm_").unroll(length, embed, layout="NTC", merge_outputs=True)
        pred = mx.sym.FullyConnected(mx.sym.Reshape(outputs, shape=(-1, 6)), num_hidden=8, name="pred")
        return mx.sym.SoftmaxOutput(pred, mx.sym.Reshape(mx.sym.var("softmax_label"), shape=(-1,)), name="softmax"), ("data",
                                                                                                                      ), ("softmax_label",)

    class Sentences:
        provide_data, provide_label = [("data", (5, 6))], [("softmax_label", (5, 6))]

        def reset(self):
            pass

        def __iter__(self):
            for k in range(6):
                rows = (onp.arange(6)[None] + onp.arange(5)[:, None]) % 8
                rows = rows[:, :(6, 3)[k % 2]].astype("float32")
                yield Batch([nd.array(rows)], [nd.array((rows + 1) % 8)], key=rows.shape[1])

    mod = mx.mod.BucketingModule(sym_gen, default_bucket_key=6)
    values, counts = [], []
    mod.fit(Sentences(), num_epoch=4, eval_metric=mx.metric.Perplexity(None), optimizer="adam", optimizer_params={"learning_rate": 0.05},
            initializer=mx.init.Xavier(),
            batch_end_callback=lambda p: (values.append(p.eval_metric.get()[1]), counts.append(engine.stats().programs)))
    assert values[-1] < values[0] / 2 and counts[-1] == counts[11]
    assert set(mod._buckets) == {3, 6} and mod._buckets[3]._exec_group.execs[0].arg_dict["pred_weight"] is (
        mod._buckets[6]._exec_group.execs[0].arg_dict["pred_weight"])


def test_buckets_in_a_new_order_need_no_new_program(monkeypatch):
    monkeypatch.setattr(engine.pieces, "MANY", 1 << 30)  # all of them whole

    def sym_gen(length):
        hidden = mx.sym.FullyConnected(mx.sym.mean(mx.sym.var("data"), axis=1), num_hidden=3, name="fc")
        return mx.sym.SoftmaxOutput(hidden, name="softmax"), ("data",), ("softmax_label",)

    mod = mx.mod.BucketingModule(sym_gen, default_bucket_key=6)
    mod.bind([("data", (2, 6, 4))], [("softmax_label", (2,))])
    mod.init_params(mx.init.Xavier())
    mod.init_optimizer()
    store, labels, metric = {n: nd.ones((4, n, 4)) for n in (3, 6)}, nd.array([0, 1, 2, 1]), mx.metric.Accuracy()
    shapes = {n: [("data", (2, n, 4))] for n in store}

    def epoch(*lengths):
        for train in (True, False):
            metric.reset()
            for i, n in enumerate(lengths):
                batch = mx.io.DataBatch([store[n][i % 2:i % 2 + 2]], [labels[i % 2:i % 2 + 2]], 0, bucket_key=n, provide_data=shapes[n],
                                        provide_label=[("softmax_label", (2,))])  # slices, as BucketSentenceIter's
                mod.forward(batch, is_train=train)
                if train:
                    mod.backward()
                    mod.update()
                mod.update_metric(metric, batch.label)
            metric.get()
        return engine.stats().programs

    for _ in range(2):
        known = [epoch(3, 3, 6, 6, 3), epoch(6, 6, 3, 3, 6)][-1]
    assert epoch(3, 6, 3, 3, 6) == epoch(6, 3, 6, 6, 3, 3, 3) == known


def test_a_loaded_bucketing_module_has_its_parameters(tmp_path):
    def sym_gen(length):
        hidden = mx.sym.FullyConnected(mx.sym.mean(mx.sym.var("data"), axis=1), num_hidden=3, name="fc")
        return mx.sym.SoftmaxOutput(hidden, name="softmax"), ("data",), ("softmax_label",)

    shapes = [("data", (2, 6, 4))], [("softmax_label", (2,))]
    mod = mx.mod.BucketingModule(sym_gen, default_bucket_key=6)
    mod.bind(*shapes)
    mod.init_params(mx.init.Xavier())
    mod.save_checkpoint(str(tmp_path / "m"), 1)
    loaded = mx.mod.BucketingModule.load(str(tmp_path / "m"), 1, sym_gen=sym_gen, default_bucket_key=6)
    assert loaded.params_initialized and not loaded.binded
    loaded.bind(*shapes)
    loaded.init_params(mx.init.One())  # has nothing left to do
    assert (loaded.get_params()[0]["fc_weight"].asnumpy() == mod.get_params()[0]["fc_weight"].asnumpy()).all()


def test_layers_without_names_are_shared_between_buckets():
    def sym_gen(length):
        hidden = mx.sym.FullyConnected(mx.sym.mean(mx.sym.var("data"), axis=1) * 2, num_hidden=3)
        return mx.sym.SoftmaxOutput(hidden, name="softmax"), ("data",), ("softmax_label",)

    mx.sym.FullyConnected(mx.sym.var("x"), num_hidden=1)  # other layers of the program count elsewhere
    mod = mx.mod.BucketingModule(sym_gen, default_bucket_key=6)
    mod.bind([("data", (2, 6, 4))], [("softmax_label", (2,))])
    mod.init_params(mx.init.Xavier())
    for length in (4, 6, 5):
        mod.switch_bucket(length, [("data", (2, length, 4))], [("softmax_label", (2,))])
        assert mod.symbol.list_arguments() == ["data", "fullyconnected0_weight", "fullyconnected0_bias", "softmax_label"]
    weights = [m._exec_group.execs[0].arg_dict["fullyconnected0_weight"] for m in mod._buckets.values()]
    assert len(weights) == 3 and all(w is weights[0] for w in weights)


def test_sequential_and_python_modules():
    first = mx.mod.Module(mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=3, name="fc1"), label_names=None)
    loss = mx.mod.PythonLossModule(grad_func=lambda scores, labels: nd.softmax(scores) - nd.one_hot(labels, 3))
    both = mx.mod.SequentialModule().add(first).add(loss, take_labels=True, auto_wiring=True)
    both.fit(Batches(X, Y, 10), num_epoch=12, optimizer_params={"learning_rate": 0.5}, initializer=mx.init.Xavier())
    (_, value), = both.score(Batches(X, Y, 10), "acc")
    assert value >= 0.6
    with pytest.raises(AssertionError, match="a typo"):
        mx.mod.SequentialModule().add(first, take_label=True)


WRONG = {
    "data name": (lambda m: mx.mod.Module(small(), data_names=("x",)), ValueError, "the symbol has no argument 'x'"),
    "fixed name": (lambda m: mx.mod.Module(small(), fixed_param_names=["zz"]), ValueError, "no argument 'zz'"),
    "not bound": (lambda m: mx.mod.Module(small()).forward(None), AssertionError, r"bind\(\) and init_params\(\)"),
    "not bound, parameters": (lambda m: mx.mod.Module(small()).init_params(), AssertionError, "call bind before"),
    "missing parameter": (lambda m: m.init_params(arg_params={}, force_init=True), RuntimeError, "fc1_bias is not presented"),
    "extra parameter": (lambda m: m.set_params({"foo": nd.ones((1,))}, {}, allow_missing=True), ValueError, "no 'foo' among"),
    "batch sizes": (lambda m: m.bind([("data", (5, 4))], [("softmax_label", (4,))], force_rebind=True), AssertionError, "has 5 examples"),
    "names of data": (lambda m: m.bind([("x", (5, 4))], force_rebind=True), ValueError, "don't match names"),
    "no epochs": (lambda m: m.fit(Batches(X, Y, 10)), AssertionError, "number of epochs"),
    "no gradients of inputs": (lambda m: m.get_input_grads(), AssertionError, "inputs_need_grad=True"),
    "no optimizer": (lambda m: m.update(), AssertionError, r"call init_optimizer\(\)"),
    "data of another kind": (lambda m: m.predict(3), ValueError, "an array or a DataIter"),
    "shape of a parameter": (lambda m: m.init_params(arg_params={**m.get_params()[0], "fc1_bias": nd.ones((3,))}, force_init=True),
                             MXNetError,
                             r"'fc1_bias' has shape \(8,\)"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong(case):
    call, error, text = WRONG[case]
    mod = mx.mod.Module(small())
    mod.bind([("data", (5, 4))], [("softmax_label", (5,))])
    mod.init_params()
    with pytest.raises(error, match=text):
        call(mod)


@pytest.mark.parametrize("name", ["data_names", "data_shapes", "label_shapes", "output_names", "output_shapes"])
def test_modules_of_users_define_what_they_have(name):
    with pytest.raises(NotImplementedError, match=f"BaseModule must define {name}"):
        getattr(mx.mod.BaseModule(), name)


def test_feed_forward_shuffles_what_it_is_scored_on():
    """As MXNet does: the same draws of NumPy's generator, so the same next epoch."""
    x, y = onp.arange(12, dtype="float32").reshape(6, 2), onp.array([0, 1, 0, 1, 0, 1], "float32")
    seen = []
    onp.random.seed(0)
    model = mx.model.FeedForward(mx.sym.SoftmaxOutput(mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=2), name="softmax"), num_epoch=2,
                                 numpy_batch_size=6)
    model.fit(x, y, eval_data=(x.tolist(), y.tolist()),
              batch_end_callback=lambda p: seen.append((p.locals["data_batch"].data[0].asnumpy()[:, 0] / 2).tolist()))
    assert seen == [[3, 0, 1, 2, 5, 4], [4, 1, 0, 3, 5, 2]] and onp.random.rand() == 0.7369181771289581


def test_what_batch_callbacks_get():
    assert repr(mx.model.BatchEndParam(1, 2, None, None)) == "BatchEndParams(epoch=1, nbatch=2, eval_metric=None, locals=None)"
