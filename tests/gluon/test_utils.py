"""gluon.utils, mx.kv, mx.callback, mx.log, mx.registry."""
from __future__ import annotations

import hashlib
import http.server
import io
import logging
import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

import numpy as onp
import pytest

import mxshim as mx
from mxshim import gluon, nd, np, npx
from mxshim.gluon import utils


def test_split_data(F):
    x = F.array(onp.arange(14.).reshape(7, 2))
    assert [s.shape for s in utils.split_data(x[:6], 3)] == [(2, 2)] * 3
    assert [s.shape for s in utils.split_data(x, 3, even_split=False)] == [(3, 2), (2, 2), (2, 2)]
    assert [s.asnumpy().tolist() for s in utils.split_data(x[:2], 2, batch_axis=1)] == [[[0], [2]], [[1], [3]]]
    with pytest.raises(ValueError, match=r"7 rows along axis 0 of \(7, 2\) do not make 3 equal slices"):
        utils.split_data(x, 3)


def test_split_and_load(F):
    x = onp.arange(6.).reshape(3, 2)
    [only] = utils.split_and_load(x, [mx.cpu()])
    assert type(only) is type(F.ones(1)) and only.asnumpy().tolist() == x.tolist()
    assert [len(s) for s in utils.split_and_load(F.array(x), [mx.cpu(0), mx.cpu(0)], even_split=False)] == [2, 1]


def test_clip_global_norm(F):
    def arrays():
        return [F.array([3., 0.]), F.array([[4.]])]

    a = arrays()
    norm = utils.clip_global_norm(a, 1.0)
    assert norm == pytest.approx(5.0) and type(norm) is (float if F is np else onp.float32)
    assert a[0].asnumpy().tolist() == pytest.approx([0.6, 0]) and a[1].asnumpy().ravel().tolist() == pytest.approx([0.8])
    a = arrays()
    assert utils.clip_global_norm(a, 10.0) == pytest.approx(5.0) and a[0].asnumpy().tolist() == [3, 0]
    a = arrays()
    flushes = sum(mx.engine.stats().flushes.values())
    lazy = utils.clip_global_norm(a, 1.0, check_isfinite=False)
    assert sum(mx.engine.stats().flushes.values()) == flushes and float(lazy.asnumpy()[0]) == pytest.approx(5.0)
    with pytest.warns(UserWarning, match="the norm is nan or inf"):
        utils.clip_global_norm([F.array([onp.inf])], 1.0)
    with pytest.raises(AssertionError, match="no arrays"):
        utils.clip_global_norm([], 1.0)


def test_gradients_are_clipped_where_they_are(F):
    net = gluon.nn.Dense(1, in_units=2, use_bias=False)
    net.initialize(mx.init.One())
    with mx.autograd.record():
        loss = net(F.array([[3., 4.]])).sum()
    loss.backward()
    utils.clip_global_norm([p.grad() for p in net.collect_params().values()], 1.0)
    gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 1.0}).step(1)
    assert net.weight.data().asnumpy().tolist() == [pytest.approx([0.4, 0.2])]


def test_shape_is_known():
    assert [utils.shape_is_known(s) for s in (None, (), (2, 0), (2, 3))] == [False, False, False, True]
    with mx.np_shape():
        assert [utils.shape_is_known(s) for s in ((), (2, 0), (2, -1))] == [True, True, False]


class Cut(http.server.BaseHTTPRequestHandler):
    """Serves `content`, but ends the first `cuts` connections after 300 bytes; notes the ranges that were asked for."""

    content, cuts, ranges = bytes(range(250)) * 4, 1, []

    def do_GET(self):
        asked = self.headers.get("Range")
        type(self).ranges.append(asked)
        start = int(asked[len("bytes="):-1]) if asked else 0
        if start >= len(self.content):
            self.send_error(416)
            return
        rest = self.content[start:]
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        if type(self).cuts > 0:
            type(self).cuts -= 1
            rest = rest[:300]
        self.wfile.write(rest)

    def log_message(self, *args):
        """No lines on stderr."""


def test_download_resumes(tmp_path, capsys):
    digest = hashlib.sha1(Cut.content).hexdigest()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Cut) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url, target = f"http://127.0.0.1:{server.server_port}/x.bin", tmp_path / "x.bin"
        assert utils.download(url, str(target)) == str(target) and target.read_bytes() == Cut.content
        assert Cut.ranges == [None, "bytes=300-"] and "after 300 of 1000 bytes" in capsys.readouterr().out
        Cut.cuts = 1
        with pytest.raises(OSError, match="ended after 300 of 1000 bytes"):
            utils.download(url, str(target), overwrite=True, retries=0, sha1_hash=digest)
        assert target.read_bytes() == Cut.content  # as it was
        utils.download(url, str(target), overwrite=True, retries=0, sha1_hash=digest)
        assert Cut.ranges[-1] == "bytes=300-" and target.read_bytes() == Cut.content
        (tmp_path / "x.bin.part").write_bytes(b"?" * 2000)  # of another file
        utils.download(url, str(target), overwrite=True, retries=1, sha1_hash=digest)
        server.shutdown()
    assert target.read_bytes() == Cut.content and os.listdir(tmp_path) == ["x.bin"]


def test_download(tmp_path, monkeypatch, capsys):
    source = tmp_path / "there" / "data.txt"
    source.parent.mkdir()
    source.write_bytes(b"hello")
    digest = hashlib.sha1(b"hello").hexdigest()
    url = source.as_uri()
    target = str(tmp_path / "new" / "mine.txt")
    assert utils.download(url, path=target, sha1_hash=digest) == target and utils.check_sha1(target, digest)
    source.write_bytes(b"changed")
    assert utils.download(url, path=target) == target and Path(target).read_bytes() == b"hello"  # it is there already
    with pytest.raises(UserWarning, match=f"not {digest}; nothing was written"):
        utils.download(url, path=target, overwrite=True, sha1_hash=digest)
    assert Path(target).read_bytes() == b"hello"
    assert utils.download(url, path=target, overwrite=True) == target and Path(target).read_bytes() == b"changed"
    monkeypatch.chdir(tmp_path)
    assert utils.download(url) == "data.txt" and (tmp_path / "data.txt").exists()
    assert "Downloading data.txt from file:" in capsys.readouterr().out

    def refused(*args, **kwargs):
        raise OSError("no network")

    monkeypatch.setattr(socket, "create_connection", refused)
    with pytest.raises(OSError, match=r"could not be fetched .*put the file there yourself: .*x\.zip"):
        utils.download("http://example.invalid/x.zip", retries=0)
    with pytest.raises(AssertionError, match="does not end in a file's name"):
        utils.download("http://example.invalid/")
    assert utils._get_repo_file_url("gluon/dataset/mnist", "t.gz").endswith("/gluon/dataset/mnist/t.gz")
    monkeypatch.setenv("MXNET_GLUON_REPO", "http://mirror")
    assert utils._get_repo_url() == "http://mirror/"


# -- mx.kv -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("kind", ["local", "device"])
def test_kvstore(kind, tmp_path):
    kv = mx.kv.create(kind)
    assert (kv.type, kv.rank, kv.num_workers, kv.is_capable("optimizer")) == (kind, 0, 1, True)
    out = nd.zeros(2)
    kv.init(3, nd.ones(2))
    kv.push(3, nd.ones(2) * 8)
    kv.pull(3, out=out)
    assert out.asnumpy().tolist() == [8, 8]  # the sum replaces what was there
    kv.push(3, [nd.ones(2)] * 4)
    kv.pull(3, out=out)
    assert out.asnumpy().tolist() == [4, 4]
    for call, message in ((lambda: kv.init(3, out), "key 3 is set already"), (lambda: kv.pull(7, out=out), "key 7 was never set"),
                          (lambda: kv.push(3, nd.ones(3)), r"shape \(3,\), the stored one \(2,\)"),
                          (lambda: kv.init("w", out), "all ints or"),
                          (lambda: kv.pull(3, out=nd.ones(5)), r"an array of out= \(5,\)")):
        with pytest.raises(mx.MXNetError, match=message):
            call()
    kv = mx.kv.create(kind)
    kv.init(["a", "b"], [nd.ones(2)] * 2)
    a, b = nd.zeros(2), nd.zeros(2)
    kv.push(["a", "b"], [[nd.ones(2), nd.ones(2)], [nd.ones(2) * 3, nd.ones(2)]])
    kv.pull(["a", "b"], out=[a, b])
    assert (a.asnumpy().tolist(), b.asnumpy().tolist()) == ([2, 2], [4, 4])
    grads = [nd.ones(2) * 2, nd.ones(2) * 5]
    kv.pushpull("a", grads)
    assert [g.asnumpy().tolist() for g in grads] == [[7, 7]] * 2
    kv.broadcast("c", nd.ones(2) * 4, [a, b])
    assert b.asnumpy().tolist() == [4, 4]
    kv._set_updater(lambda key, pushed, stored: stored.__iadd__(pushed * 2))
    kv.pushpull("c", [nd.ones(2)] * 2, out=a)
    assert a.asnumpy().tolist() == [8, 8]
    with pytest.raises(AssertionError, match="call set_optimizer first"):
        kv.save_optimizer_states(str(tmp_path / "x"))


def test_a_key_that_comes_twice_in_a_push():
    kv, out = mx.kv.create(), nd.zeros(2)
    kv.init(["a", "b"], [nd.zeros(2)] * 2)
    kv.push(["a", "b", "a"], [nd.ones(2), nd.ones(2) * 5, nd.ones(2) * 2])
    kv.pull("a", out=out)
    assert out.asnumpy().tolist() == [3, 3]
    kv.pushpull(["a", "a"], [nd.ones(2) * 4, nd.ones(2)], out=[out, out])
    assert out.asnumpy().tolist() == [5, 5]
    assert kv._barrier() is None and kv._send_command_to_servers(0, "") is None  # there are no other processes


@pytest.mark.parametrize("key, value", [("a", onp.zeros(2)), (1.5, nd.zeros(2)), (["a", "b"], [nd.zeros(2)]), (["a"], nd.zeros(2))])
def test_keys_and_values_that_are_none(key, value):
    with pytest.raises(AssertionError, match="KVStore: "):
        mx.kv.create().init(key, value)


def test_kvstore_with_an_optimizer(tmp_path):
    kv, out = mx.kv.create(), nd.zeros(2)
    kv.set_optimizer(mx.optimizer.create("sgd", learning_rate=0.5, momentum=0.9))
    kv.init(0, nd.ones(2))
    kv.push(0, nd.ones(2))
    kv.pull(0, out=out)
    assert out.asnumpy().tolist() == [0.5, 0.5]
    kv.save_optimizer_states(str(tmp_path / "s"), dump_optimizer=True)
    other = mx.kv.create()
    other.set_optimizer(mx.optimizer.create("sgd"))
    other.init(0, out)
    other.load_optimizer_states(str(tmp_path / "s"))
    for store in (kv, other):
        store.pushpull(0, nd.ones(2), out=out)
        assert out.asnumpy().tolist() == pytest.approx([0.5 - 0.5 - 0.45] * 2)


def test_kinds_of_stores():
    with pytest.raises(TypeError, match="must be a string, got int"):
        mx.kv.create(3)
    with pytest.raises(ValueError, match="there is no kvstore 'foo'; there are local, device"):
        mx.kv.create("foo")
    with pytest.raises(mx.MXNetError, match=r"call jax.distributed.initialize\(...\)"):
        mx.kv.create("dist_sync")
    with pytest.raises(ValueError, match="use 'dist_sync'"):
        mx.kv.create("dist_async")


PUSHED = [0.5, 0.49, -0.5, 0.3, -0.3, 2]
ARRIVED = {  # of PUSHED four times, in MXNet 2.0.0b1 (2bit as in 1.9.1); the last with twice PUSHED from a second device
    ("2bit", 0.5, 1): [[0.5, 0, -0.5, 0, 0, 0.5], [0.5, 0.5, -0.5, 0.5, -0.5, 0.5], [0.5, 0.5, -0.5, 0, 0, 0.5],
                       [0.5, 0.5, -0.5, 0.5, -0.5, 0.5]],
    ("1bit", 0.5, 1): [[-1, -1, -1, -1, -1, 1], [1, 1, -1, 1, -1, 1], [1, 1, -1, 1, 1, 1], [1, 1, 1, -1, -1, 1]],
    ("1bit", 0, 1): [[1, 1, -1, 1, -1, 1], [-1, -1, -1, -1, 1, 1], [1, 1, 1, 1, -1, 1], [1, 1, -1, 1, -1, 1]],
    ("2bit", 0.5, 2): [[1, 0.5, -1, 0.5, -0.5, 1], [1, 1, -1, 1, -1, 1], [1, 1, -1, 0.5, -0.5, 1], [1, 1, -1, 1, -1, 1]],
}


@pytest.mark.parametrize("kind, threshold, devices", ARRIVED)
def test_gradient_compression(kind, threshold, devices):
    kv, out = mx.kv.create("device"), nd.zeros(6)
    kv.set_gradient_compression({"type": kind, "threshold": threshold})
    kv.init("a", out)
    for arrived in ARRIVED[kind, threshold, devices]:
        kv.push("a", [nd.array(PUSHED) * (k + 1) for k in range(devices)])
        kv.pull("a", out=out)
        assert out.asnumpy().tolist() == arrived


@pytest.mark.parametrize("store, parameters, error", [
    ("device", {"type": "none"}, mx.MXNetError), ("device", {}, mx.MXNetError), ("device", 3, AssertionError),
    ("device", {"type": "2bit", "threshold": -1}, mx.MXNetError), ("device", {"type": "2bit", "threshold": "x"}, mx.MXNetError),
    ("local", {"type": "2bit"}, Exception)])
def test_compressions_that_are_refused(store, parameters, error):
    with pytest.raises(error):
        mx.kv.create(store).set_gradient_compression(parameters)


def test_sparse_arrays_of_a_store():
    kv, out = mx.kv.create(), nd.zeros((4, 2)).tostype("row_sparse")
    kv.init("a", nd.ones((4, 2)))
    kv.pull("a", out=out)  # as MXNet: left alone
    assert out.asnumpy().sum() == 0
    kv.pull("a", out=out, ignore_sparse=False)
    assert out.asnumpy().sum() == 8
    kv.row_sparse_pull("a", out=out, row_ids=nd.array([[3, 1], [1, 1]]))
    assert out.asnumpy()[:, 0].tolist() == [0, 1, 0, 1]
    with pytest.raises(AttributeError, match="there are no servers"):
        mx.kvstore.KVStoreServer  # noqa: B018

    @mx.kv.KVStoreBase.register
    class Counting(mx.kv.KVStore):
        calls = 0

        def pushpull(self, *args, **kwargs):
            Counting.calls += 1
            super().pushpull(*args, **kwargs)

    net = gluon.nn.Dense(1, in_units=1)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", kvstore="counting", update_on_kvstore=False)
    with mx.autograd.record():
        loss = net(nd.ones((1, 1)))
    loss.backward()
    trainer.step(1)
    assert Counting.calls == 1


# -- callbacks, loggers, registries ------------------------------------------------------------------------------------

def test_callbacks(caplog):
    metric = mx.metric.MAE()
    metric.update([nd.array([1.])], [nd.array([3.])])
    speed, log = mx.callback.Speedometer(10, frequent=2), mx.callback.log_train_metric(2)
    with caplog.at_level(logging.INFO):
        for n in range(1, 5):
            param = mx.callback.BatchEndParam(epoch=0, nbatch=n, eval_metric=metric, locals=None)
            log(param)
            speed(param)
        mx.callback.ProgressBar(8, length=4)(param)
        metric.update([nd.array([1.])], [nd.array([2.])])
        mx.callback.LogValidationMetricsCallback()(param)
    texts = [r.getMessage() for r in caplog.records]
    assert texts[0] == "Iter[0] Batch[2] Train-mae=2.000000"
    assert texts[1].startswith("Epoch[0] Batch [0-2]\tSpeed: ") and texts[1].endswith(" samples/sec\tmae=2.000000")
    assert texts[-2:] == ["[==--] 50%\r", "Epoch[0] Validation-mae=1.000000"]


def test_save_checkpoint_is_a_callbacks_too(tmp_path):
    x = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=1, no_bias=True, name="fc")
    mx.callback.save_checkpoint(str(tmp_path / "net"), 3, x, {"fc_weight": nd.array([[2.]])}, {"m": nd.array([1.])})
    symbol, arguments, states = mx.model.load_checkpoint(str(tmp_path / "net"), 3)
    assert symbol.list_arguments() == ["data", "fc_weight"] and arguments["fc_weight"].asscalar() == 2 and states["m"].asscalar() == 1


def test_log(tmp_path):
    logger = mx.log.get_logger("mxshim.test_log", str(tmp_path / "x.log"), level=mx.log.INFO)
    logger.info("seen")
    logger.debug("not seen")
    assert mx.log.get_logger("mxshim.test_log") is logger
    for handler in logger.handlers:
        handler.close()
    assert (tmp_path / "x.log").read_text() == "seen\n"  # files get bare messages, as from MXNet
    coloured = mx.log.get_logger("mxshim.test_log.colours", level=mx.log.DEBUG).handlers[0]
    coloured.setStream(written := io.StringIO())
    for level in ("debug", "info", "warning", "critical"):
        getattr(mx.log.get_logger("mxshim.test_log.colours"), level)("100%% %s", level)
    lines = [re.fullmatch(r"\x1b\[(\d+)m(.)\d{4} [\d:]{8} \d+ .*test_utils.py:test_log:\d+\]\x1b\[0m 100% (\w+)", line).groups()
             for line in written.getvalue().splitlines()]
    assert lines == [("34", "D", "debug"), ("32", "I", "info"), ("31", "W", "warning"), ("31", "C", "critical")]
    with pytest.warns(DeprecationWarning):
        mx.log.getLogger("mxshim.test_log")


def test_registry():
    class Base:
        def __init__(self, size=1):
            self.size = size

    register, alias = mx.registry.get_register_func(Base, "thing"), mx.registry.get_alias_func(Base, "thing")
    create = mx.registry.get_create_func(Base, "thing")

    @register
    @alias("one", "uno")
    class First(Base):
        pass

    assert set(mx.registry.get_registry(Base)) == {"first", "one", "uno"}
    made = create("Uno", 3)
    assert type(made) is First and made.size == 3 and create(made) is made
    assert create('["first", {"size": 4}]').size == create(thing="one", size=4).size == create({"thing": "one", "size": 4}).size == 4
    with pytest.raises(AssertionError, match="'two' is not registered as a thing; there are first, one, uno"):
        create("two")
    with pytest.raises(AssertionError, match="must be a subclass of Base"):
        register(int)
    with pytest.warns(UserWarning, match="thing 'first' is now"):
        register(type("First", (Base,), {}))
    assert isinstance(np.ones(1), nd.NDArray)


PROCESS = '''
import sys, jax
jax.distributed.initialize(sys.argv[2], num_processes=2, process_id=int(sys.argv[1]))
import mxshim as mx
from mxshim import autograd, gluon, nd
rank = int(sys.argv[1])
kv, out = mx.kv.create("dist_sync"), nd.zeros(2)
assert (kv.rank, kv.num_workers) == (rank, 2)
kv.init("w", nd.ones(2) * (rank + 5))
kv.pull("w", out=out)
assert out.asnumpy().tolist() == [5, 5]  # those of the first process
kv.push("w", nd.ones(2) * (rank + 1))
kv.pull("w", out=out)
assert out.asnumpy().tolist() == [3, 3]
mx.random.seed(rank)
net = gluon.nn.Dense(1, in_units=2)
net.initialize(mx.init.Normal(1))
trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1}, kvstore="dist_sync")
for _ in range(3):
    with autograd.record():
        loss = net(nd.ones((2, 2)) * (rank + 1)).sum()
    loss.backward()
    trainer.step(4)
assert abs(net.bias.data().asscalar() + 3 * 0.1 * 4 / 4) < 1e-6
print("weights", net.weight.data().asnumpy().tobytes().hex())
'''


@pytest.mark.slow
def test_stores_across_processes():
    with socket.socket() as s:
        s.bind(("localhost", 0))
        address = f"localhost:{s.getsockname()[1]}"
    ranks = [subprocess.Popen([sys.executable, "-c", PROCESS, str(rank), address], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True) for rank in (0, 1)]
    done = [rank.communicate(timeout=300) for rank in ranks]
    weights = [[line for line in out.splitlines() if line.startswith("weights")] for out, _ in done]
    assert weights[0] and weights[0] == weights[1], [err[-2000:] for _, err in done]


def test_metrics_of_a_list_are_this_modules():
    found = gluon.metric.create(["acc", "f1"])
    assert type(found) is gluon.metric.CompositeEvalMetric and type(found.get_metric(1)) is gluon.metric.F1
    assert type(mx.metric.create(["acc"])) is mx.metric.CompositeEvalMetric


def test_summary_of_nested_states(capsys):
    layer = gluon.rnn.LSTM(3)
    layer.initialize()
    layer.summary(nd.ones((2, 4, 5)), layer.begin_state(4))
    shown = capsys.readouterr().out
    assert "(2, 4, 5), [(1, 4, 3), (1, 4, 3)]" in shown and "(2, 4, 3), [(1, 4, 3), (1, 4, 3)]" in shown


@pytest.mark.parametrize("layout", ["TNC", "NTC"])
def test_dynamic_unroll(layout):
    from mxshim.gluon.contrib.rnn.rnn_cell import dynamic_unroll
    cell = gluon.rnn.RNNCell(3, input_size=2)
    cell.initialize(mx.init.One())
    x, lengths = nd.random.uniform(shape=(4, 4, 2)), nd.array([2, 4, 1, 3])
    found, states = dynamic_unroll(cell, x, cell.begin_state(4), layout=layout, valid_length=lengths)
    expected, last = cell.unroll(4, x, layout=layout, merge_outputs=True, valid_length=lengths)
    assert found.asnumpy().tolist() == expected.asnumpy().tolist() and states[0].asnumpy().tolist() == last[0].asnumpy().tolist()


def test_nested_arguments_taken_apart_and_put_together():
    """Of mxnet.gluon.block, as GluonTS calls it; the nestings are those of 1.9.1."""
    from mxshim.gluon.block import _flatten, _regroup
    a, b, s = nd.ones(1), nd.ones(2), mx.sym.split(mx.sym.var("x"), num_outputs=3)
    flat, nesting = _flatten([a, [None, (b, a)]], "input")
    assert nesting == [0, [-1, [0, 0]]] and [v is w for v, w in zip(flat, [a, None, b, a], strict=True)] == [True] * 4
    assert _flatten(s, "input")[1] == 3 and _regroup([1, 2, 3], 3) == [1, 2, 3]
    again = _regroup(flat, nesting)
    assert again[0] is a and again[1][0] is None and again[1][1][0] is b
    with pytest.raises(ValueError, match="input must be .*got 'no'"):
        _flatten([a, "no"], "input")
    with pytest.raises(ValueError, match="there was None"):
        _regroup([a], -1)


@pytest.mark.parametrize("layer, mode, options", [(gluon.rnn.LSTM, "lstm", {"bidirectional": True, "projection_size": 1}),
                                                  (gluon.rnn.GRU, "gru", {}), (gluon.rnn.RNN, "rnn_relu", {"bidirectional": True})])
def test_parts_of_a_recurrent_layers_vector(layer, mode, options):
    """MXNet 2's parts: weights, then biases; named and shaped as the parameters that an nd program's layer has."""
    shapes = {name.split("_", 1)[1]: p.shape for name, p in layer(2, 2, input_size=3, **options).collect_params().items()}
    npx.set_np()
    net = layer(2, 2, input_size=3, **options)
    net.initialize()
    vector = net.rnn_param.data()
    parts = gluon.utils.split_rnn_params(vector, mode, 2, 3, 2, **options)
    assert {name: a.shape for name, a in parts.items()} == shapes
    assert [name.endswith("bias") for name in parts] == sorted(name.endswith("bias") for name in parts)
    assert (onp.concatenate([a.asnumpy().ravel() for a in parts.values()]) == vector.asnumpy()).all()


def test_lists_in_messages():
    from mxshim.gluon.utils import _brief_print_list
    assert _brief_print_list([]) == "" and _brief_print_list("ab") == "'a', 'b'"
    assert _brief_print_list(range(9), limit=4) == "'0', '1', ..., '7', '8'"
