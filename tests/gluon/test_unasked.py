"""Layers of this package run as one instruction while recording though nobody hybridized them; users' code runs as ever."""
from __future__ import annotations

import copy
import gc
import json
import pickle
import weakref

import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, gluon, nd, profiler
from mxshim.gluon import loss, nn, rnn
from mxshim.gluon.hybrid import OWN, Settings, code_of

pytestmark = pytest.mark.filterwarnings("ignore::mxshim.engine.RecompilationWarning")


def some(*shape):
    return ((onp.arange(onp.prod(shape)) * 37 % 101 - 50.3) / 40).astype("float32").reshape(shape)


def made(*layers, kind=nn.Sequential):
    net = kind()
    net.add(*layers)
    net.initialize()
    return net


def recorded(net, *args):
    with autograd.record():
        return net(*args)


@pytest.fixture
def runs(monkeypatch):
    """How often the Python of each class of layer ran, by name."""
    counts: dict[str, int] = {}
    for kind in (nn.Dense, nn.BatchNorm, loss.L2Loss, rnn.LSTMCell):
        def counted(self, *args, _plain=kind.hybrid_forward, _name=kind.__name__, **kwargs):
            counts[_name] = counts.get(_name, 0) + 1
            return _plain(self, *args, **kwargs)

        monkeypatch.setattr(kind, "hybrid_forward", counted)
        monkeypatch.setitem(OWN, kind, code_of(kind))  # as if it were made so
    return counts


def test_the_third_call_runs_no_python(F, runs):
    net, l2 = made(nn.Dense(3, activation="relu"), nn.BatchNorm(), nn.Dense(1)), loss.L2Loss()
    x, y = F.array(some(4, 2)), F.array(some(4))
    recorded(net, x)  # the first of the two calls; layers run once more, for the shapes of the parameters
    runs.clear()
    for _ in range(5):
        with autograd.record():
            loss_now = l2(net(x), y)
        loss_now.backward()
    assert runs == {"Dense": 2, "BatchNorm": 1, "L2Loss": 2}
    net(x), net(x)
    assert runs["Dense"] == 6  # outside record() as ever: small calls are computed at once there


def test_users_code_runs_each_time(F):
    ran = []

    class Mine(nn.Dense):
        def hybrid_forward(self, F, x, weight, bias):
            ran.append("subclass")
            return super().hybrid_forward(F, x, weight, bias)

    function = nn.Lambda(lambda x: ran.append("Lambda") or x)
    cell = rnn.RNNCell(2, activation=lambda x: ran.append("activation") or x)
    cell.initialize()
    net, other = made(Mine(2), nn.Dense(2), function), made(nn.Dense(2), nn.Dense(2))
    x = F.array(some(4, 2))
    for _ in range(5):
        recorded(net, x)
        recorded(other, x)
        recorded(cell, x, [F.zeros((4, 2))])
    assert {name: ran.count(name) for name in ran} == {"subclass": 5, "Lambda": 5, "activation": 5}
    plain = other[0].forward
    other[0].forward = lambda x: ran.append("set") or plain(x)
    other[1].register_forward_hook(lambda *_: ran.append("hook"))
    for _ in range(3):
        recorded(other, x)
    assert ran.count("set") == ran.count("hook") == 3


def test_what_is_set_on_layers_counts_at_once(F):
    x, conv = F.array(some(2, 3, 6, 6)), nn.Conv2D(3, 3, padding=1)
    conv.initialize()
    assert [recorded(conv, x).shape for _ in range(3)] == [(2, 3, 6, 6)] * 3
    conv._kwargs["stride"] = (2, 2)
    assert recorded(conv, x).shape == (2, 3, 3, 3)
    conv._kwargs.update(stride=(1, 1), pad=(0, 0))
    assert recorded(conv, x).shape == (2, 3, 4, 4)
    conv._kwargs |= {"pad": (1, 1)}
    assert recorded(conv, x).shape == (2, 3, 6, 6)
    norm = nn.BatchNorm()
    norm.initialize()
    for _ in range(3):
        recorded(norm, x).backward()
    before = norm.running_mean.data().asnumpy()
    norm._kwargs["use_global_stats"] = True
    recorded(norm, x).backward()
    assert (norm.running_mean.data().asnumpy() == before).all() and before.any()
    drop = nn.Dropout(0.5)
    drop.initialize()
    for _ in range(3):
        recorded(drop, x)
    drop._rate = 0.0
    assert (recorded(drop, x).asnumpy() == x.asnumpy()).all()


@pytest.mark.parametrize(("kind", "name"), [(nn.Dense, "hybrid_forward"), (nn.Dense, "__call__"), (nn.Block, "__call__"),
                                            (nn.HybridBlock, "forward")])
def test_functions_that_trace_calls_run_each_time(F, monkeypatch, kind, name):
    """Programs put their own into a class of MXNet's, to print shapes or to count."""
    ran, plain = [], getattr(kind, name)
    before, x = made(nn.Dense(2)), F.array(some(4, 3))
    for _ in range(3):
        recorded(before, x)

    def traced(self, *args, **kwargs):
        if type(self) is nn.Dense:
            ran.append(self)
        return plain(self, *args, **kwargs)

    monkeypatch.setattr(kind, name, traced)
    net = made(nn.Dense(2))  # classes are looked at again when a block was made or changed
    recorded(net, x)  # shapes of parameters are found by another call
    ran.clear()
    for _ in range(4):
        recorded(net, x), recorded(before, x)
    assert ran == [net[0], before[0]] * 4


@pytest.mark.parametrize("hybridized", [False, True])
def test_children_taken_out_and_exchanged_are_noticed(F, hybridized):
    """Programs that fine-tune a network change its _children: pop() the last layer, put another one into its place."""
    net = made(*[nn.Dense(2, use_bias=False, weight_initializer=mx.init.Constant(w)) for w in (1, 2, 3)], kind=nn.HybridSequential)
    if hybridized:
        net.hybridize()
    x, other = F.ones((1, 2)), made(nn.Dense(2, use_bias=False, in_units=2, weight_initializer=mx.init.Constant(5)))
    assert [recorded(net, x).asnumpy().max() for _ in range(4)] == [48] * 4
    key, last = net._children.popitem()
    assert [recorded(net, x).asnumpy().max() for _ in range(4)] == [8] * 4
    net._children[key] = other[0]
    assert [recorded(net, x).asnumpy().max() for _ in range(4)] == [80] * 4
    net._children.move_to_end("0")
    net._children["1"] = last
    assert [recorded(net, x).asnumpy().max() for _ in range(4)] == [120] * 4
    again = pickle.loads(pickle.dumps(net._children))
    assert list(again) == list(net._children) == ["1", "2", "0"] and type(again) is type(net._children)


@pytest.mark.parametrize("hybridized", [False, True])
def test_what_is_set_on_a_copy_is_not_for_the_original(F, hybridized):
    a = made(nn.Dropout(0.5))[0]
    if hybridized:
        a.hybridize()
    x = F.ones((50, 20))
    recorded(a, x)
    b = copy.copy(a)
    b._rate = 0.0
    for _ in range(4):
        assert (recorded(b, x).asnumpy() == 1).all()
    for _ in range(4):
        assert (recorded(a, x).asnumpy() == 0).any()
        assert (recorded(b, x).asnumpy() == 1).all()


def test_settings_are_a_dict():
    s = Settings(a=1, b=2)
    assert s == {"a": 1, "b": 2} and repr(s) == "{'a': 1, 'b': 2}"
    t = pickle.loads(pickle.dumps(s))
    assert type(t) is Settings and t == s
    assert s.pop("a") == 1 and s.setdefault("c", 3) == 3 and s == {"b": 2, "c": 3}
    del s["b"]
    s.clear()
    assert not s and t.popitem() == ("b", 2)


def test_parameters_are_drawn_in_the_order_of_the_calls(F):
    class Branches(gluon.Block):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Dense(3), nn.Dense(3)

        def forward(self, x):
            return self.b(x) + self.a(x)

    def weights(first):
        mx.random.seed(3)
        net = made(Branches(), nn.Dense(2), kind=nn.Sequential)
        first(net)
        return [p.data().asnumpy() for p in net.collect_params().values()]

    x = F.array(some(2, 4))
    for a, b in zip(weights(lambda net: net(x)), weights(lambda net: recorded(net, x)), strict=True):
        assert (a == b).all()
    for training in (False, True):  # masks of dropout come between the parameters
        chain = [weights_of(plain, training, x) for plain in (True, False)]
        assert all((a == b).all() for a, b in zip(*chain, strict=True))


def weights_of(plain, training, x):
    mx.random.seed(4)
    net = made(nn.Dense(3, activation="tanh"), nn.BatchNorm(), nn.Dropout(0.5), nn.Dense(2), kind=nn.HybridSequential)
    if plain:
        net.apply(lambda block: block.__dict__.update(_quiet=None))
    with autograd.record(train_mode=training):
        y = net(x)
    return [y.asnumpy(), *[p.data().asnumpy() for p in net.collect_params().values()]]


def test_ever_new_shapes_are_not_captured(F, runs):
    net = made(nn.Dense(2))
    for n in range(1, 12):
        assert recorded(net, F.array(some(n, 3))).shape == (n, 2)
    assert len(net._quiet.plans) == 4
    again = [recorded(net, F.array(some(2, 3))).asnumpy() for _ in range(4)]
    assert all((a == again[0]).all() for a in again)


def test_each_device_has_its_own(F, runs):
    net = made(nn.Dense(2, in_units=3))
    net.reset_ctx([mx.cpu(0), mx.cpu(1)])
    for _ in range(5):
        for device in (mx.cpu(0), mx.cpu(1)):
            out = recorded(net, F.array(some(4, 3), ctx=device))
            assert out.ctx == device
    assert runs["Dense"] == 4


def test_no_block_waits_for_the_garbage_collector(F):
    net = made(nn.Dense(2, activation="relu"), nn.Dense(1))
    x = F.array(some(4, 3))
    for _ in range(3):
        recorded(net, x).backward()
    hybrid = made(nn.Dense(2), kind=nn.HybridSequential)
    hybrid.hybridize()
    for _ in range(3):
        hybrid(x)
    gc.collect()
    gc.disable()
    try:
        gone = [weakref.ref(net), weakref.ref(net[0]), weakref.ref(net[0].weight), weakref.ref(hybrid)]
        del net, hybrid
        assert [r() for r in gone] == [None] * 4
    finally:
        gc.enable()


def test_the_profiler_shows_the_operators(tmp_path):
    net, x = made(nn.Dense(2, activation="relu"), nn.Dense(1)), nd.array(some(4, 3))
    for _ in range(3):
        recorded(net, x).backward()
    profiler.set_config(filename=str(tmp_path / "p.json"), aggregate_stats=True)
    profiler.set_state("run")
    recorded(net, x).backward()
    net[0].weight.grad().wait_to_read()
    profiler.set_state("stop")
    shown = json.loads(profiler.dumps(reset=True, format="json"))["Operators inside programs"]
    assert shown["nd.FullyConnected"] == 2 and shown["nd.Activation"] == 1


def test_the_graph_shows_the_operators():
    net, x = made(nn.Dense(2, activation="relu"), nn.BatchNorm()), nd.array(some(4, 3))
    for _ in range(3):
        s = autograd.get_symbol(recorded(net, x))
        nodes = [n["op"] for n in json.loads(s.tojson())["nodes"] if n["op"] != "null"]
        assert nodes == ["nd.FullyConnected", "nd.Activation", "nd.BatchNorm"]
        assert len(s.list_arguments()) == 5 and len(s.list_auxiliary_states()) == 2
