"""gluon.Trainer: steps of both generations, what compiles, states, several devices, errors."""
from __future__ import annotations

import subprocess
import sys

import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, gluon, nd, np, npx
from mxshim.gluon import nn

OPTIMIZERS = ["sgd", "nag", "adam", "adamw", "adagrad", "rmsprop", "adadelta", "adamax", "nadam", "ftrl", "ftml", "signum", "sgld",
              "dcasgd", "lbsgd", "lamb", "lans", "lars", "adabelief"]


def dense(units=1, inputs=2, **kwargs):
    net = nn.Dense(units, in_units=inputs, weight_initializer="ones")
    net.initialize(**kwargs)
    return net


def backward(net, F, value=1.0, ctx=None):
    with autograd.record():
        loss = net(F.full((2, 2), value, ctx=ctx) if ctx else F.full((2, 2), value)).sum()
    loss.backward()
    return loss


def test_step_as_in_mxnet(F):
    net = dense()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.5})
    assert trainer.learning_rate == 0.5 and isinstance(trainer.optimizer, mx.optimizer.SGD)
    with pytest.raises(UserWarning, match="no backward has reached"):
        trainer.step(1)
    backward(net, F)
    trainer.step(2)
    assert net.weight.data().asnumpy().tolist() == [[0.5, 0.5]] and net.weight.grad().asnumpy().tolist() == [[2, 2]]
    with pytest.raises(UserWarning, match="no backward has reached"):
        trainer.step(2)
    trainer.step(2, ignore_stale_grad=True)
    assert net.weight.data().asnumpy().tolist() == [[0.5, 0.5]]
    trainer.set_learning_rate(0.1)
    backward(net, F)
    trainer.allreduce_grads()
    trainer.update(1)
    assert net.weight.data().asnumpy().tolist() == [[pytest.approx(0.3)] * 2]


def test_factors_decay_and_frozen_parameters(F):
    net = dense()
    net.weight.lr_mult, net.bias.grad_req = 0.5, "null"
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 1.0, "wd": 0.1})
    backward(net, F)
    trainer.step(1)
    assert net.weight.data().asnumpy().tolist() == [[pytest.approx(1 - 0.5 * (2 + 0.1))] * 2] and net.bias.data().asnumpy().tolist() == [0]
    assert list(trainer._updaters[0].states) == [1]  # parameters are numbered in the order of their names
    net.weight.wd_mult = 0.0
    before = net.weight.data().asnumpy()
    backward(net, F)
    trainer.step(1)
    onp.testing.assert_allclose(net.weight.data().asnumpy(), before - 0.5 * 2, rtol=1e-6)


@pytest.mark.filterwarnings("ignore:.*different programs were compiled")  # that is what tables do
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_learns_and_compiles_once(name):
    """A step with a rate that falls, Adam's t, a batch size that changes and a metric: one program, read once."""
    F = np if name in ("adamw", "lans", "adabelief", "nadam", "rmsprop") else nd
    if F is np:
        npx.set_np()
    net = nn.Sequential()
    net.add(nn.Dense(3, activation="tanh", in_units=2), nn.Dense(1, in_units=3))
    net.initialize(mx.init.Xavier())
    rate = {"adadelta": 1.0, "ftrl": 0.5, "lars": 0.3, "nag": 0.005, "lans": 0.05, "lamb": 0.05}.get(name, 0.02)
    schedule = mx.lr_scheduler.FactorScheduler(1, 0.99, base_lr=rate)
    trainer = gluon.Trainer(net.collect_params(), name, {"learning_rate": rate, "lr_scheduler": schedule, "wd": 1e-4})
    metric = mx.metric.Loss()
    x = F.array([[0., 1.], [1., 0.], [1., 1.], [0.5, 0.5]])

    def turn(i):
        with autograd.record():
            loss = ((net(x) - 3) ** 2).mean()
        loss.backward()
        trainer.step(1 + i % 3)
        metric.update(None, [loss])
        return float(loss.asnumpy().reshape(-1)[0])

    first = [turn(i) for i in range(3)]
    stats = mx.engine.stats()
    programs, hits = stats.programs, stats.hits
    last = [turn(i) for i in range(3, 23)]
    assert stats.programs == programs and stats.hits == hits + 20, "one program each turn, all compiled before"
    if name != "sgld":
        assert last[-1] < first[0]
    assert metric.get()[1] == pytest.approx(onp.mean(first + last), rel=1e-5)


def test_a_loop_that_never_reads(F):
    net = dense()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.01})
    for _ in range(4):
        backward(net, F)
        trainer.step(2)
    nd.waitall()
    programs = mx.engine.stats().programs
    for _ in range(50):
        backward(net, F)
        trainer.step(2)
    onp.testing.assert_allclose(net.weight.data().asnumpy(), [[1 - 54 * 0.01] * 2], rtol=1e-5)
    assert mx.engine.stats().programs <= programs + 1


def test_weights_are_overwritten_in_place():
    net = nn.Dense(256, in_units=256)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1, "momentum": 0.9})
    x = nd.ones((2, 256))
    for _ in range(4):
        with autograd.record():
            loss = net(x).sum()
        loss.backward()
        held = net.weight.data()._cell.value
        held.get()
        old = held.data
        del held
        trainer.step(2)
        loss.asnumpy()
        net.weight.data().wait_to_read()
    assert old.is_deleted()


RESUMED = [("sgd", {"momentum": 0.9}), ("adam", {}), ("rmsprop", {"centered": True}), ("nadam", {}),
           ("sgd", {"momentum": 0.9, "multi_precision": True}), ("lamb", {})]


@pytest.mark.parametrize("name, arguments", RESUMED)
def test_training_goes_on_where_it_stopped_bit_for_bit(tmp_path, F, name, arguments):
    resume(tmp_path, name, arguments)


@pytest.mark.filterwarnings("ignore::mxshim.engine.RecompilationWarning")  # every optimizer is a program of its own
@pytest.mark.parametrize("name", sorted({*mx.optimizer.Optimizer.opt_registry} - {n for n, _ in RESUMED} - {"groupadagrad"}))
def test_every_other_optimizer_goes_on_too(tmp_path, name):
    resume(tmp_path, name, {})


def resume(tmp_path, name, arguments):
    def make():
        net = dense(3)
        if arguments.get("multi_precision"):
            net.cast("float16")
        schedule = mx.lr_scheduler.FactorScheduler(2, 0.5, base_lr=0.1)
        return net, gluon.Trainer(net.collect_params(), name, {"lr_scheduler": schedule, "learning_rate": 0.1, **arguments})

    def train(net, trainer, steps):
        for step in steps:
            for p in net.collect_params().values():
                p.grad()[:] = (onp.random.RandomState(step).uniform(-1, 1, p.shape)).astype("float32")
                p.data()._fresh_grad = True
            mx.random.seed(step)  # SGLD draws
            trainer.step(2)

    net, trainer = make()
    train(net, trainer, range(4))
    net.save_parameters(str(tmp_path / "net.params"))
    trainer.save_states(str(tmp_path / "trainer.states"))
    train(net, trainer, range(4, 9))
    again, resumed = make()
    again.load_parameters(str(tmp_path / "net.params"))
    resumed.load_states(str(tmp_path / "trainer.states"))
    assert resumed.learning_rate == 0.05 and resumed.optimizer.num_update == 4
    train(again, resumed, range(4, 9))
    for a, b in zip(net.collect_params().values(), again.collect_params().values()):
        assert a.data().asnumpy().tobytes() == b.data().asnumpy().tobytes()


def test_states_of_strangers(tmp_path):
    import pickle
    trainer = gluon.Trainer(dense().collect_params(), "adam")
    bad = tmp_path / "bad.states"
    for content, error, message in ((b"nothing", ValueError, "no states of an optimizer"), (pickle.dumps([1]), ValueError, "but a list"),
                                    (pickle.dumps(subprocess.run), mx.MXNetError, "subprocess.run, which is no optimizer")):
        bad.write_bytes(content)
        with pytest.raises(error, match=message):
            trainer.load_states(str(bad))
    assert type(trainer.optimizer) is mx.optimizer.Adam


def test_wrong_arguments(F):
    params = dense().collect_params()
    with pytest.raises(ValueError, match="must be a list or dict of Parameters, such as net.collect_params"):
        gluon.Trainer(3, "sgd")
    with pytest.raises(ValueError, match="one of them is 3"):
        gluon.Trainer([3], "sgd")
    with pytest.raises(ValueError, match="Cannot find optimizer foo; there are ada"):
        gluon.Trainer(params, "foo")
    with pytest.raises(AssertionError, match="optimizer_params go with"):
        gluon.Trainer(params, mx.optimizer.SGD(), {"learning_rate": 0.1})
    with pytest.raises(TypeError, match="foo"):
        gluon.Trainer(params, "sgd", {"foo": 1})
    with pytest.raises(RuntimeError, match="has not been initialized"):
        gluon.Trainer(nn.Dense(1, in_units=2).collect_params(), "sgd")
    late = nn.Dense(1)
    late.initialize()
    trainer = gluon.Trainer(late.collect_params(), "sgd")
    with pytest.raises(gluon.DeferredInitializationError, match="completed by the first batch"):
        trainer.step(1)
    trainer = gluon.Trainer(params, "sgd", {"lr_scheduler": mx.lr_scheduler.FactorScheduler(2)})
    with pytest.raises(UserWarning, match="comes from the LRScheduler"):
        trainer.set_learning_rate(1)
    trainer = gluon.Trainer([*params.values(), *params.values()], mx.optimizer.SGD(rescale_grad=0.5))
    assert len(trainer._params) == 2 and trainer._scale == 0.5
    with pytest.raises(ZeroDivisionError):
        trainer.step(0)


def test_parameters_of_users_of_mxnet_1_and_2():
    class Halves(mx.optimizer.Optimizer):  # MXNet 1: one weight at a time, nd arrays
        def create_state(self, index, weight):
            return nd.zeros(weight.shape, weight.context, dtype=weight.dtype)

        def update(self, index, weight, grad, state):
            assert type(weight) is type(grad) is nd.NDArray
            self._update_count(index)
            state[:] = grad
            weight[:] -= self._get_lr(index) * grad * self.rescale_grad / 2

    class Twice(mx.optimizer.Optimizer):  # MXNet 2: lists
        def step(self, indices, weights, grads, states):
            for index, weight, grad in zip(indices, weights, grads):
                self._update_count(index)
                weight[:] = weight - 2 * self._get_lr(index) * grad * self.rescale_grad

    for made, factor in ((Halves, 0.5), (Twice, 2.0)):
        for F in (nd, np):
            with mx.np_array(F is np):
                net = dense()
                trainer = gluon.Trainer(net.collect_params(), made(learning_rate=0.1))
                backward(net, F)
                trainer.step(1)
                assert net.weight.data().asnumpy().tolist() == [[pytest.approx(1 - factor * 0.2)] * 2]


def test_adam_changed_by_a_user_of_mxnet_1():
    """What 1.9.1 gives: the method is called for one weight after the other, and rates by index count."""
    class Changed(mx.optimizer.Adam):
        seen = []

        def update_multi_precision(self, index, weight, grad, state):
            self.seen.append(index)
            super().update_multi_precision(index, weight, grad, state)

        def _get_lr(self, index):
            return 0.1 * (index + 1)

    net = nn.Dense(2, in_units=2, weight_initializer="ones")
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), Changed())
    for turn in range(3):
        with mx.autograd.record():
            loss = (net(nd.ones((2, 2)) * turn) ** 2).sum()
        loss.backward()
        trainer.step(2)
    assert Changed.seen == [0, 1] * 3
    onp.testing.assert_allclose(net.weight.data().asnumpy(), 0.69573003, rtol=1e-5)
    onp.testing.assert_allclose(net.bias.data().asnumpy(), -0.1587904, rtol=1e-5)


@pytest.mark.parametrize("fused, factor", [(True, 2.0), (False, 0.5)])
def test_a_fused_step_of_a_user_of_mxnet_2(fused, factor):
    class Either(mx.optimizer.Optimizer):
        def fused_step(self, indices, weights, grads, states):
            for weight, grad in zip(weights, grads):
                weight[:] -= 2 * self.lr * grad

        def step(self, indices, weights, grads, states):
            for weight, grad in zip(weights, grads):
                weight[:] -= 0.5 * self.lr * grad

    class Only(mx.optimizer.Optimizer):
        fused_step = Either.fused_step

    for made in (Either(learning_rate=0.1, use_fused_step=fused), Only(learning_rate=0.05 * factor)):
        net = dense()
        trainer = gluon.Trainer(net.collect_params(), made)
        backward(net, nd)
        trainer.step(1)
        assert net.weight.data().asnumpy().tolist() == [[pytest.approx(1 - factor * 0.2)] * 2]


def test_16_bit_weights(F):
    net = dense()
    net.cast("float16")
    net.weight.grad()[:], net.bias.grad()[:] = 1e-3, 0
    for mixed in (True, False):
        trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1, "multi_precision": mixed})
        net.weight.set_data(F.ones((1, 2)))
        context = pytest.warns(UserWarning, match="multi_precision=True") if not mixed else mx.autograd.pause()
        with context:
            for _ in range(10):
                net.weight.data()._fresh_grad = net.bias.data()._fresh_grad = True
                trainer.step(1)
        assert net.weight.data().asnumpy().tolist() == [[0.9990234375] * 2] if mixed else [[1.0] * 2]
        assert net.weight.data().dtype == onp.float16


DEVICES = '''
import jax
jax.config.update("jax_num_cpu_devices", 2)
import mxshim as mx
from mxshim import autograd, gluon, nd, np, npx
for F in (nd, np):
    if F is np:
        npx.set_np()
    devices = [mx.cpu(0), mx.cpu(1)]
    for optimizer, rates in (("sgd", -2.0),) if F is nd else (("adam", -6.556510925292969e-06),):
        for on_store, default in ((None, True), (False, False)):
            net = gluon.nn.Dense(1, in_units=2)
            net.initialize(mx.init.One(), ctx=devices)
            trainer = gluon.Trainer(net.collect_params(), optimizer, {"learning_rate": 0.5}, update_on_kvstore=on_store)
            for _ in range(2):
                with autograd.record():
                    losses = [net(F.ones((2, 2), ctx=d) * (k + 1)).sum() for k, d in enumerate(devices)]
                for loss in losses:
                    loss.backward()
                trainer.step(2)
            for w, d in zip(net.weight.list_data(), devices):
                assert w.ctx == d and abs(w.asnumpy() - rates).max() < 1e-5, w
            grads = [g.asnumpy().tolist() for g in net.weight.list_grad()]
            assert grads == ([[[2, 2]], [[4, 4]]] if default else [[[6, 6]], [[6, 6]]]), grads
            assert trainer._update_on_kvstore is default
    parts = gluon.utils.split_and_load(F.array([[1.], [2.], [3.]]), devices, even_split=False)
    assert [p.ctx for p in parts] == devices and [p.asnumpy().tolist() for p in parts] == [[[1], [2]], [[3]]]
    try:
        gluon.Trainer(net.collect_params(), "sgd", update_on_kvstore=True).allreduce_grads()
    except AssertionError as error:
        assert "update_on_kvstore=False" in str(error)
    else:
        raise SystemExit("no error")
    assert abs(gluon.utils.clip_global_norm([p.list_data()[1] for p in net.collect_params().values()], 1.0)) > 0
kv = mx.kv.create("device")
kv.init("w", nd.zeros(2))
kv.push("w", [nd.ones(2, ctx=d) for d in devices])
out = [nd.zeros(2, ctx=d) for d in devices]
kv.pull("w", out=out)
assert [o.asnumpy().tolist() for o in out] == [[2, 2], [2, 2]] and [o.ctx for o in out] == devices
print("all well")
'''


def test_several_devices(tmp_path):
    done = subprocess.run([sys.executable, "-c", DEVICES], capture_output=True, text=True, timeout=300)
    assert done.stdout.strip() == "all well", done.stderr


# -- stores and row_sparse parameters: as MXNet 1.9.1 ------------------------------------------------------------------
TWO = [mx.cpu(0), mx.cpu(1)]


def stepped(p, trainer, at=lambda p: p.list_data()):
    with autograd.record():
        for w in at(p):
            (w * 1).backward()
    trainer.step(1)


def test_setting_parameters_makes_the_store_anew():
    p = gluon.Parameter("x", shape=(3,))
    p.initialize(ctx=TWO, init="zeros")
    trainer = gluon.Trainer([p], "sgd", {"learning_rate": 0.5})
    assert trainer._params_to_init == [p]
    stepped(p, trainer)
    assert trainer._kvstore is not None and trainer._params_to_init == []
    p.set_data(nd.ones(3) * 7)
    assert trainer._kvstore is None
    stepped(p, trainer)
    assert [w.asnumpy().tolist() for w in p.list_data()] == [[6, 6, 6]] * 2


@pytest.mark.parametrize("stype, grad_stype, on_store, expected", [
    ("default", "default", None, True), ("default", "default", False, False), ("default", "row_sparse", None, False),
    ("default", "row_sparse", True, True), ("row_sparse", "row_sparse", None, True)])
def test_where_parameters_are_updated(stype, grad_stype, on_store, expected):
    p = gluon.Parameter("x", shape=(4, 1), stype=stype, grad_stype=grad_stype)
    p.initialize(ctx=TWO, init="zeros")
    trainer = gluon.Trainer([p], "sgd", {"learning_rate": 0.5}, update_on_kvstore=on_store)
    rows = nd.arange(4)
    stepped(p, trainer, (lambda p: p.list_row_sparse_data(rows)) if stype == "row_sparse" else lambda p: p.list_data())
    assert trainer._update_on_kvstore is expected
    assert all((w.asnumpy() == -1).all() for w in (p.list_row_sparse_data(rows) if stype == "row_sparse" else p.list_data()))


def test_rows_fetched_before_record_pass_gradients_on():
    p = gluon.Parameter("x", shape=(4, 1), stype="row_sparse", grad_stype="row_sparse")
    p.initialize(ctx=TWO, init="zeros")
    trainer = gluon.Trainer([p], "sgd", {"learning_rate": 1.0})
    rows = p.list_row_sparse_data(nd.array([1, 3]))
    assert [r.indices.asnumpy().tolist() for r in rows] == [[1, 3]] * 2  # also where their elements are zero
    with autograd.record():
        losses = [r * 2 for r in rows]
    autograd.backward(losses)
    trainer.step(1)
    assert p.row_sparse_data(nd.arange(4)).asnumpy()[:, 0].tolist() == [0, -4, 0, -4]
    assert not onp.signbit(p.row_sparse_data(nd.array([1])).asnumpy()[3, 0])


def test_row_sparse_parameters():
    p = gluon.Parameter("x", shape=(4, 2), stype="row_sparse", grad_stype="row_sparse")
    p.initialize(init="ones")
    with pytest.raises(RuntimeError, match="when a Trainer has been made"):
        p.row_sparse_data(nd.array([1]))
    trainer = gluon.Trainer([p], "sgd", {"learning_rate": 1.0})
    assert p._trainer is trainer and p.var().attr("__storage_type__") == "1"
    with pytest.raises(RuntimeError, match="belongs to a Trainer already"):
        gluon.Trainer([p], "sgd")
    rows = p.row_sparse_data(nd.array([3, 1, 1]))
    assert rows.stype == "row_sparse" and rows.indices.asnumpy().tolist() == [1, 3]
    with autograd.record():
        nd.Embedding(nd.array([1, 3, 1]), p.row_sparse_data(nd.array([1, 3])), input_dim=4, output_dim=2).backward()
    trainer.step(1)
    assert p.row_sparse_data(nd.arange(4)).asnumpy()[:, 0].tolist() == [1, -1, 1, 0] and trainer._kvstore is not None
    for call in (p.data, p.list_data):
        with pytest.raises(RuntimeError, match="row_sparse_data"):
            call()
    for store in (None, 3):
        with pytest.raises(TypeError, match="must be a KVStore or its name"):
            p._set_trainer(None)
            gluon.Trainer([p], "sgd", kvstore=store).step(1)
    with pytest.raises(ValueError, match="update_on_kvstore=False does not go with"):
        p._set_trainer(None)
        gluon.Trainer([p], "sgd", update_on_kvstore=False).step(1)


def test_compressed_steps():
    net = dense(ctx=TWO)
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 1.0}, compression_params={"type": "2bit", "threshold": 0.5})
    for ctx in TWO:
        with autograd.record():
            loss = net(nd.ones((1, 2), ctx=ctx)).sum()
        loss.backward()
    trainer.step(1)
    assert net.weight.data(TWO[1]).asnumpy().tolist() == [[0, 0]]  # two gradients of 1 arrive as 0.5 each


def test_schedulers_log_what_MXNet_s_do(caplog):
    caplog.set_level("INFO")
    factor = mx.lr_scheduler.FactorScheduler(step=3, factor=0.5, stop_factor_lr=0.4)
    several = mx.lr_scheduler.MultiFactorScheduler(step=[2, 5], factor=0.1, base_lr=1.0)
    factor.base_lr = 1.0
    assert [factor(n) for n in (1, 4, 7, 8)] == [1.0, 0.5, 0.4, 0.4] and several(3) == 0.1
    assert caplog.messages == ["Update[4]: Change learning rate to 5.00000e-01",
                               "Update[7]: now learning rate arrived at 4.00000e-01, will not change in the future",
                               "Update[3]: Change learning rate to 1.00000e-01"]


def test_where_weights_are_updated_by_default(monkeypatch):
    monkeypatch.setenv("MXNET_UPDATE_ON_KVSTORE", "0")
    trainer = gluon.Trainer(dense(ctx=TWO).collect_params(), "sgd")
    trainer._init_kvstore()
    assert trainer._kvstore is not None and trainer._update_on_kvstore is False


def test_stores_of_somebodys_own_get_one_key_at_a_time():
    net = dense(ctx=TWO)
    store = mx.kv.create("teststore")
    calls, pushpull = [], store.pushpull
    store.pushpull = lambda key, value, out=None, priority=0: calls.append((key, len(value), out, priority)) or pushpull(key, value, out)
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 1.0}, kvstore=store)
    before = net.bias.data(TWO[0]).asnumpy()
    with autograd.record():
        losses = [net(nd.ones((1, net.weight.shape[1]), ctx=d)).sum() for d in TWO]
    autograd.backward(losses)
    trainer.step(1)
    assert calls == [(0, 2, None, 0), (1, 2, None, -1)]  # as from MXNet, without an `out`: the gradients become their sum
    assert all((b.asnumpy() == before - 2).all() for b in net.bias.list_data())
    out = nd.zeros(2)
    store.broadcast("w", nd.ones(2), out)
    assert out.asnumpy().tolist() == [1, 1] and (store.type, store.rank, store.num_workers) == ("teststore", 0, 1)
    with pytest.raises(NotImplementedError):
        store.set_optimizer(None)


class Elsewhere(gluon.Trainer):
    """As Horovod's and BytePS's: no store, gradients and weights go another way."""

    def _init_params(self):
        for p in self._params_to_init:
            p._data[self._param2idx[p.name]].__imul__(2)
        self._params_to_init = []

    def _allreduce_grads(self):
        for p in self._params:
            nd._internal._mul_scalar(p._grad[0], 10, out=p._grad[0])


@pytest.mark.parametrize("halves", [False, True])
def test_trainers_over_other_transports(halves):
    p = gluon.Parameter("x", shape=(2,))
    p.initialize(init="ones")
    trainer = Elsewhere([p], "sgd", {"learning_rate": 0.125}, kvstore=None)
    for wanted in (0.75, -0.5):
        with autograd.record():
            loss = p.data() * 1
        loss.backward()
        if halves:
            trainer.allreduce_grads()
            trainer.update(1)
        else:
            trainer.step(1)
        assert p.data().asnumpy().tolist() == [wanted] * 2


def test_what_the_first_batch_initializes_can_be_broadcast():
    """horovod.mxnet.broadcast_parameters wraps _init_impl of parameters that have no values yet."""
    net = gluon.nn.Dense(2)
    net.initialize("ones")
    for p in net.collect_params().values():
        def wrapped(*args, _before=p._init_impl, _p=p):
            _before(*args)
            _p.data()[:] += 2
        if p._data is None:
            p._init_impl = wrapped
    assert net(nd.ones((1, 3))).asnumpy().tolist() == [[9, 9]]


@pytest.mark.parametrize("devices, arguments, store, on_store", [
    (1, {}, False, None), (1, {"kvstore": "local"}, False, None), (2, {}, True, True), (2, {"update_on_kvstore": False}, True, False),
    (2, {"kvstore": None}, False, None)])
def test_what_other_code_reads(F, devices, arguments, store, on_store):
    """As measured on both generations, before the first step, after it, and after _reset_kvstore."""
    places = [mx.cpu(i) for i in range(devices)]
    net = nn.Sequential()
    net.add(nn.Dense(2, in_units=2), nn.Dense(2, in_units=2))
    net.initialize(ctx=places)
    trainer = gluon.Trainer(net.collect_params(), "sgd", **arguments)

    def facts():
        return (trainer._distributed, trainer._kv_initialized, trainer._update_on_kvstore, trainer._kvstore is not None,
                len(trainer._params_to_init), trainer._contains_sparse_weight, trainer._contains_sparse_grad)

    before = None, False, None, False, 4, False, False
    assert facts() == before and trainer._check_contexts() == trainer._contexts == places
    for c in places:
        backward(net, F, ctx=c)
    trainer.step(1)
    assert facts() == (False, True, on_store, store, 0, False, False)
    trainer._reset_kvstore()
    assert facts() == before
    assert [trainer._param2idx[p._uuid if F is np else p.name] for p in trainer._params] == [0, 1, 2, 3]


def test_sparse_gradients_show():
    net = nn.Embedding(4, 2, sparse_grad=True)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    assert trainer._contains_sparse_grad and not trainer._contains_sparse_weight


def test_steps_of_somebodys_own_call_the_parts():
    class Mine(gluon.Trainer):
        def step(self, batch_size, ignore_stale_grad=False):
            self._check_and_rescale_grad(self._scale / batch_size)
            if not self._kv_initialized:
                self._init_kvstore()
            if self._params_to_init:
                self._init_params()
            self._allreduce_grads()
            self._update(ignore_stale_grad)

    net = dense()
    backward(net, nd)
    Mine(net.collect_params(), "sgd", {"learning_rate": 0.5}).step(2)
    assert net.weight.data().asnumpy().tolist() == [[0.5, 0.5]]
