"""Blocks, parameters, names and the first layers, in both dialects. Texts and numbers are MXNet's: 1.9.1 for nd, 2.0.0b1 for np."""
from __future__ import annotations

import copy
import pickle

import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, gluon, nd, np, npx
from mxshim import initializer as init
from mxshim.gluon import nn

pytestmark = pytest.mark.usefixtures("on_cpu")

DIALECTS = ("nd", "np")


def is_np(F):
    return F is np


def dense_net(*units):
    net = nn.Sequential()
    for n in units:
        net.add(nn.Dense(n, in_units=2))
    return net


# -- parameters --------------------------------------------------------------------------------------------------------
def test_parameter_states(F):
    p = gluon.Parameter("w", shape=(2, 0), allow_deferred_init=True)
    assert p.shape == ((2, -1) if is_np(F) else (2, 0))
    for read in (p.data, p.grad, p.list_ctx, p.list_data, p.list_grad):
        with pytest.raises(RuntimeError, match="'w' has not been initialized"):
            read()
    p.initialize()
    assert p.list_ctx() == [mx.cpu()]
    with pytest.raises(gluon.DeferredInitializationError, match="first batch"):
        p.data()
    p.shape = (2, 3)
    p._finish_deferred_init()
    assert p.data() is p.data() and p.data().shape == (2, 3) and p.grad().asnumpy().tolist() == [[0] * 3] * 2
    with pytest.warns(UserWarning, match="already initialized"):
        p.initialize()
    p.initialize("ones", force_reinit=True)
    assert p.data().asnumpy().sum() == 6


def test_parameter_errors(F):
    with pytest.raises(ValueError, match="unknown sizes"):
        gluon.Parameter("w").initialize()
    with pytest.raises(ValueError, match="unknown sizes"):
        gluon.Parameter("w", shape=(2, 0)).initialize()
    with pytest.raises(AssertionError, match="'write', 'add' or 'null', got 'x'"):
        gluon.Parameter("w", grad_req="x")
    with pytest.raises(TypeError, match="got 3"):
        gluon.Parameter("w", shape=2).initialize(ctx=3)
    p = gluon.Parameter("w", shape=(2,))
    with pytest.raises(AssertionError, match="has not been initialized"):
        p.set_data(F.ones((2,)))
    with pytest.raises(ValueError, match="cannot be moved"):
        p.reset_ctx(mx.cpu(1))
    p.initialize()
    with pytest.raises(AssertionError, match=r"has shape \(2,\), which \(3,\)"):
        p.set_data(F.ones((3,)))
    with pytest.raises(AssertionError, match=r"has shape \(2,\), which \(3,\)"):
        p.shape = (3,)
    with pytest.raises(RuntimeError, match=r"not on cpu\(1\), only on \[cpu\(0\)\]"):
        p.data(mx.cpu(1))


def test_gradients(F):
    p = gluon.Parameter("w", shape=(2,), init="ones")
    p.initialize()
    held, x = p.grad(), F.array([1., 2.])

    def run(times=1):
        for _ in range(times):
            with autograd.record():
                y = (x * p.data()).sum()
            y.backward()

    run(2)
    assert held.asnumpy().tolist() == p.data().grad.asnumpy().tolist() == [1, 2]
    p.zero_grad()
    assert held.asnumpy().tolist() == [0, 0]
    p.set_data(F.array([5., 6.]))
    run()
    assert held.asnumpy().tolist() == [1, 2] and p.data().asnumpy().tolist() == [5, 6]
    p.grad_req = "add"
    run(2)
    assert p.grad().asnumpy().tolist() == [2, 4]
    p.grad_req = "null"
    with pytest.raises(RuntimeError, match="no gradient"):
        p.grad()
    assert p.data().grad is None
    p.grad_req = "write"
    run()
    assert p.grad().asnumpy().tolist() == [1, 2]
    p.cast("float64")
    assert p.data().dtype == p.grad().dtype == onp.float64
    assert p.grad().asnumpy().tolist() == [1, 2]  # as in MXNet: what was added up so far stays
    assert gluon.Parameter("w", shape=(2,), differentiable=False).grad_req == "null"


def test_set_data_while_recording_is_no_part_of_the_graph(F):
    p = gluon.Parameter("w", shape=(1,), init="ones")
    p.initialize()
    with autograd.record():
        p.set_data(F.array([3.]))
        y = p.data() * p.data()
    y.backward()
    assert p.grad().asnumpy().tolist() == [6]


def test_devices(F):
    p = gluon.Parameter("w", shape=(2,))
    p.initialize(ctx=[mx.cpu(0), mx.cpu(1)])
    assert p.list_ctx() == p.list_device() == [mx.cpu(0), mx.cpu(1)]
    a, b = p.list_data()
    assert p.data() is a and p.data(mx.cpu(1)) is b is p.data(device=mx.cpu(1)) and (a.asnumpy() == b.asnumpy()).all()
    assert len(p.list_grad()) == 2
    b[:] = 3 * a.as_in_context(mx.cpu(1))
    expected = 2 * a.asnumpy()
    p.reset_ctx(mx.cpu(1))
    assert p.list_ctx() == [mx.cpu(1)]
    onp.testing.assert_allclose(p.data(mx.cpu(1)).asnumpy(), expected)


def test_constants(F):
    for c in (gluon.Constant("c", [[1, 2]]), gluon.Constant([[1, 2]])):
        c.initialize()
        assert c.data().asnumpy().tolist() == [[1, 2]] and c.grad_req == "null"
        with pytest.warns(UserWarning, match="keeps grad_req"):
            c.grad_req = "write"


def test_parameters_without_axes(tmp_path):
    """MXNet 2 makes them with random numbers only, and cannot load them."""
    npx.set_np()
    constant = gluon.Constant(3.0)
    constant.initialize()
    assert constant.data().shape == () and float(constant.data()) == 3

    class Scale(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.s = gluon.Parameter("s", shape=(), init="ones")

        def forward(self, x):
            return x * self.s.data()

    net, other = Scale(), Scale()
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.5})
    with autograd.record():
        loss = net(np.array([1., 2.])).sum()
    loss.backward()
    trainer.step(1)
    net.save_parameters(str(tmp_path / "net"))
    other.load_parameters(str(tmp_path / "net"))
    net.zero_grad()
    assert float(other.s.data()) == -0.5 and float(net.s.grad()) == 0


def test_copies_of_parameters_keep_their_gradients(F):
    net = nn.Dense(1, in_units=2, weight_initializer="ones")
    net.initialize()
    for twin in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        x = F.array([[1., 2.]])
        with autograd.record():
            y = twin(x)
        y.backward()
        assert twin.weight.grad().asnumpy().tolist() == [[1, 2]] and net.weight.grad().asnumpy().tolist() == [[0, 0]]
        assert list(twin.collect_params()) == list(net.collect_params()) and twin.collect_params()["weight"] is twin.weight


# -- names and collections ---------------------------------------------------------------------------------------------
class Net(nn.Block):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.a = nn.Dense(2, in_units=2)
            self.b = nn.Dense(2, in_units=2, prefix="x_")
            self.c = nn.Sequential()
            with self.c.name_scope():
                self.c.add(nn.Dense(2, in_units=2))
            self.d = nn.Sequential(prefix="")
            with self.d.name_scope():
                self.d.add(nn.Dense(2, in_units=2))

    def forward(self, x):
        return self.d(self.c(self.b(self.a(x))))


def test_names_by_prefix():
    net = Net()
    weights = [n for n in net.collect_params() if n.endswith("weight")]
    assert weights == ["net0_dense0_weight", "net0_x_weight", "net0_sequential0_dense0_weight", "net0_dense1_weight"]
    assert (net.prefix, net.name, net.d.prefix, net.c[0].name) == ("net0_", "net0", "net0_", "net0_sequential0_dense0")
    assert net.a.weight.name == "net0_dense0_weight" and Net().prefix == "net1_"
    assert list(net.collect_params(".*x_|.*dense1_bias")) == ["net0_x_weight", "net0_x_bias", "net0_dense1_bias"]


def test_names_by_structure():
    npx.set_np()
    net = Net()
    assert [n for n in net.collect_params() if n.endswith("weight")] == ["a.weight", "b.weight", "c.0.weight", "d.0.weight"]
    assert net.a.weight.name == "weight" and list(net.collect_params("c|.*bias"))[:3] == ["a.bias", "b.bias", "c.0.weight"]


def test_both_generations_names_find_a_parameter(F):
    net = Net()
    found = net.collect_params()
    assert found["a.weight"] is found["net0_dense0_weight"] is net.a.weight and isinstance(found, dict)
    assert len(net.collect_params(r"c\.0")) == len(net.collect_params("net0_sequential0_dense0")) == 2
    with pytest.raises(KeyError):
        found["nope"]
    assert found.get("nope") is None and found.get("a.weight") is net.a.weight


def test_sharing(F):
    net = Net()
    twin = Net(prefix="m_", params=net.collect_params())
    assert twin.a.weight is net.a.weight and twin.prefix == "m_" and len({*map(id, twin.collect_params().values())}) == 8
    one, two = nn.Dense(2, in_units=2), nn.Dense(2, in_units=2)
    assert two.share_parameters(one.params) is two and two.weight is one.weight
    twin = Net().share_parameters(net.collect_params())
    assert twin.d[0].bias is net.d[0].bias
    with pytest.raises(ValueError, match="got int"):
        one.share_parameters(3)
    with pytest.warns(UserWarning, match="'foo' is no parameter"):
        one.share_parameters({"foo": two.weight})
    with pytest.raises(AssertionError, match=r"shape \(2, 2\), which \(2, 3\)"):
        nn.Dense(2, in_units=3, params=one.params)


def test_two_parameters_of_one_name():
    net = nn.Sequential()
    net.add(nn.Dense(1, prefix="fc_"), nn.Dense(2, prefix="fc_"))
    with pytest.raises(AssertionError, match="two parameters are named 'fc_weight'"):
        net.collect_params()


@pytest.mark.filterwarnings("ignore:Constant")
def test_parameter_dict():
    params = gluon.ParameterDict("net_")
    w = params.get("w", shape=(2, 0))
    assert params.get("w") is params["net_w"] is params.get("w", shape=(2, 3)) is w and w.shape == (2, 3)
    with pytest.raises(AssertionError, match="dtype"):
        params.get("w", dtype="float64")
    c = params.get_constant("c", [1., 2.])
    assert params.get_constant("c") is c and list(params) == ["net_w", "net_c"]
    assert repr(params).startswith("net_ (\n  Parameter net_w (shape=(2, 3), dtype=<class 'numpy.float32'>)\n  Constant net_c")
    params.initialize(init.One())
    assert params.list_ctx() == [mx.cpu()] and w.data().asnumpy().sum() == 6
    params.setattr("grad_req", "add")
    assert (w.grad_req, c.grad_req) == ("add", "null")


def test_collected_parameters_are_no_part_of_the_block(F):
    net = dense_net(2)
    found = net.collect_params()
    found.get("more", shape=(2,))
    assert len(found) == 3 and len(net.collect_params()) == 2 and not net.params


def test_params_get_in_a_block(F):
    class Linear(nn.Block):
        def __init__(self, units, inputs, **kwargs):
            super().__init__(**kwargs)
            self.weight = self.params.get("weight", shape=(inputs, units))
            self.bias = self.params.get("bias", shape=(units,))

        def forward(self, x):
            return F.dot(x, self.weight.data(ctx=x.ctx)) + (self.bias.data() if is_np(F) else self.bias.data().reshape((1, -1)))

    net = Linear(3, 2)
    net.initialize()
    assert net(F.ones((1, 2))).shape == (1, 3)
    assert list(net.params) == (["weight", "bias"] if is_np(F) else ["linear0_weight", "linear0_bias"])
    assert net.bias.data().asnumpy().any()  # without an initializer of its own a bias is drawn, too, as in MXNet


def test_plain_parameters_in_a_block(F):
    class Scale(nn.Block):
        def __init__(self):
            super().__init__()
            self.w = gluon.Parameter("w", shape=(2,), init=init.One())
            self.body = nn.Dense(1, in_units=1)

    net = nn.Sequential()
    net.add(Scale(), Scale())
    assert len(net.collect_params()) == 6 and net[0].w.name == ("w" if is_np(F) else "scale0_w")


def test_setting_attributes():
    net = Net()
    with pytest.raises(TypeError, match="Net.a is a Dense, nothing else can take its place"):
        net.a = 3
    with pytest.raises(TypeError, match="Net.a is a Dense, nothing else can take its place"):
        net.a = nn.Flatten()

    class NoInit(nn.Block):
        def __init__(self):
            self.a = nn.Dense(1)

    with pytest.raises(AttributeError, match=r"must call super\(\)\.__init__\(\)"):
        NoInit()
    net.layers = [nn.Dense(1)]
    with pytest.warns(UserWarning, match="Net.layers holds blocks that are not registered"):
        net.collect_params()


# -- text --------------------------------------------------------------------------------------------------------------
LAYERS = [
    (lambda: nn.Dense(3), "Dense(None -> 3, linear)", "Dense(-1 -> 3, linear)"),
    (lambda: nn.Dense(3, in_units=2, activation="relu"), "Dense(2 -> 3, Activation(relu))", None),
    (lambda: nn.Dropout(0.3, axes=(1,)), "Dropout(p = 0.3, axes=(1,))", None),
    (lambda: nn.BatchNorm(scale=False),
     "BatchNorm(axis=1, eps=1e-05, momentum=0.9, fix_gamma=True, use_global_stats=False, in_channels=None)",
     "BatchNorm(axis=1, eps=1e-05, momentum=0.9, fix_gamma=True, use_global_stats=False, in_channels=-1)"),
    (lambda: nn.LayerNorm(), "LayerNorm(eps=1e-05, axis=-1, center=True, scale=True, in_channels=0)",
     "LayerNorm(eps=1e-05, axis=-1, center=True, scale=True, in_channels=-1)"),
    (lambda: nn.Embedding(3, 4), "Embedding(3 -> 4, float32)", None),
    (lambda: nn.Flatten(), "Flatten", None),
    (lambda: nn.Activation("tanh"), "Activation(tanh)", None),
    (lambda: nn.Lambda("relu"), "Lambda(relu)", None),
    (lambda: nn.HybridLambda(lambda F, x: x), "HybridLambda(<lambda>)", None),
    (lambda: nn.Sequential(), "Sequential(\n\n)", None),
    (lambda: dense_net(1), "Sequential(\n  (0): Dense(2 -> 1, linear)\n)", None),
    (lambda: nn.Dense(3, in_units=2).weight,
     "Parameter dense0_weight (shape=(3, 2), dtype=float32)", "Parameter (shape=(3, 2), dtype=float32)"),
    (lambda: nn.Dense(2, in_units=1).collect_params(),
     "dense0_ (\n  Parameter dense0_weight (shape=(2, 1), dtype=float32)\n  Parameter dense0_bias (shape=(2,), dtype=float32)\n)",
     "{'weight': Parameter (shape=(2, 1), dtype=float32), 'bias': Parameter (shape=(2,), dtype=float32)}"),
]


def test_repr_of_numpy_numbers():
    layer = nn.Conv2D(onp.int64(2), (onp.int64(1), 3), strides=onp.int32(2))
    assert repr(layer) == "Conv2D(None -> 2, kernel_size=(1, 3), stride=(2, 2))"


@pytest.mark.parametrize("make, as_nd, as_np", LAYERS, ids=[row[1].split("(")[0] + str(i) for i, row in enumerate(LAYERS)])
def test_repr(F, make, as_nd, as_np):
    assert repr(make()) == (as_np if is_np(F) and as_np else as_nd)


def test_repr_of_a_tree():
    lines = ["Net(", "  (a): Dense(2 -> 2, linear)", "  (b): Dense(2 -> 2, linear)", "  (c): Sequential(", "    (0): Dense(2 -> 2, linear)",
             "  )", "  (d): Sequential(", "    (0): Dense(2 -> 2, linear)", "  )", ")"]
    assert repr(Net()) == "\n".join(lines)


# -- layers ------------------------------------------------------------------------------------------------------------
def test_dense_and_deferred_shapes(F):
    net = nn.HybridSequential()
    net.add(nn.Dense(4, activation="relu"), nn.Dense(2, flatten=False))
    net.initialize()
    y = net(F.ones((3, 5, 1)))
    assert type(y) is type(F.ones((1,))) and y.shape == (3, 2)
    assert [p.shape for p in net.collect_params().values()] == [(4, 5), (4,), (2, 4), (2,)]
    with pytest.raises(mx.MXNetError, match=r"fully_connected|FullyConnected"):
        net(F.ones((3, 6)))


@pytest.mark.parametrize("params", DIALECTS)
@pytest.mark.parametrize("inputs", DIALECTS)
def test_layers_take_both_classes(params, inputs):
    if params == "np":
        npx.set_np()
    net = nn.HybridSequential()
    net.add(nn.Dense(2, in_units=2, weight_initializer="ones"), nn.BatchNorm(), nn.LayerNorm(), nn.Activation("relu"), nn.Dropout(0.5),
            nn.Flatten())
    net.initialize()
    x = (np if inputs == "np" else nd).array([[1., 2.], [3., 5.]])
    with autograd.record():
        y = net(x)
    y.backward()
    assert type(y) is type(x) and type(net[0].weight.grad()) is (np.ndarray if params == "np" else nd.NDArray)
    assert net[1].running_mean.data().asnumpy().tolist() == pytest.approx([0.55, 0.55])
    ids = (np if inputs == "np" else nd).array([0, 2])
    table = nn.Embedding(3, 4)
    table.initialize()
    assert table(ids).shape == (2, 4) and type(table(ids)) is type(x)


def test_gradient_reaches_parameters_of_the_other_class():
    net = nn.Dense(1, in_units=2, weight_initializer="ones")
    net.initialize()
    with autograd.record():
        y = net(np.array([[1., 2.]]))
    y.backward()
    assert net.weight.grad().asnumpy().tolist() == [[1, 2]]


def test_batch_norm(F):
    net = nn.BatchNorm()
    net.initialize()
    x = F.array([[1., 10.], [3., 30.]])
    onp.testing.assert_allclose(net(x).asnumpy(), [[0.999995, 9.99995], [2.999985, 29.99985]], rtol=1e-6)
    with autograd.record():
        y = net(x)
    assert net.running_mean.data().asnumpy().tolist() == [0, 0]  # backward moves them
    y.backward()
    onp.testing.assert_allclose(net.running_var.data().asnumpy(), [1.0, 10.900001], rtol=1e-6)
    assert [p.grad_req for p in net.collect_params().values()] == ["write", "write", "null", "null"]
    net.cast("float16")
    assert net.gamma.data().dtype == onp.float32 and net(x.astype("float16")).dtype == onp.float16
    frozen = nn.BatchNorm(scale=False, center=False)
    assert {p.grad_req for p in frozen.collect_params().values()} == {"null"}


def test_lambdas(F):
    x = F.array([[1., -2.]])
    for layer in (nn.Lambda("relu"), nn.HybridLambda("relu")):
        assert layer(x).asnumpy().tolist() == [[1, 0]]
    assert nn.Lambda(lambda x: x * 2)(x).asnumpy().tolist() == nn.HybridLambda(lambda F, x: x * 2)(x).asnumpy().tolist() == [[2, -4]]
    assert nn.Lambda("add" if is_np(F) else "broadcast_add")(x, x).asnumpy().tolist() == [[2, -4]]
    if is_np(F):
        assert nn.HybridLambda(lambda x: x * 2)(x).asnumpy().tolist() == [[2, -4]]
    with pytest.raises(AssertionError, match="'nope'"):
        nn.Lambda("nope")
    with pytest.raises(ValueError, match="got 3"):
        nn.Lambda(3)


def test_containers(F):
    net = dense_net(2, 2, 3)
    net.initialize()
    assert len(net) == 3 and net[-1] is list(net)[2] and isinstance(net[1:], nn.Sequential) and net[1:][0] is net[1]
    with pytest.raises(IndexError):
        net[7]
    with pytest.raises(TypeError, match="must be a Block, got int"):
        net.add(3)
    with pytest.raises(ValueError, match="Derive it from HybridBlock"):
        nn.HybridSequential().add(net)
    seen = []
    pair = nn.Sequential()
    pair.add(nn.Lambda(lambda x: [x, x]), nn.Lambda(lambda *a: seen.append(len(a))))
    pair(F.ones((1,)))
    assert seen == [2 if is_np(F) else 1]  # MXNet 2 spreads a list, MXNet 1 passes it on


def test_hooks_and_apply(F):
    net, seen = dense_net(2), []
    net.initialize()
    handle = net.register_forward_hook(lambda b, i, o: seen.append(("after", type(i), o.shape)))
    with net.register_forward_pre_hook(lambda b, i: seen.append(("before", len(i)))):
        net(F.ones((1, 2)))
    handle.detach()
    handle.detach()
    net(F.ones((1, 2)))
    assert seen == [("before", 1), ("after", tuple, (1, 2))]
    hooks, handle = {}, gluon.utils.HookHandle()
    assert handle.attach(hooks, print) is None and list(hooks.values()) == [print]
    with pytest.raises(AssertionError, match="has a hook already"):
        handle.attach({}, print)
    handle.detach()
    assert not hooks
    names = []
    assert net.apply(lambda b: names.append(type(b).__name__)) is net and names == ["Dense", "Sequential"]


def test_hybrid_forward(F):
    class Two(gluon.HybridBlock):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.w = self.params.get("w", shape=(2,), init=init.One())

        def hybrid_forward(self, F, x, w):
            return x * w + x

    net = Two()
    net.initialize()
    net.hybridize(static_alloc=True, static_shape=True)
    assert net(F.array([[1., -2.]])).asnumpy().tolist() == [[2, -4]]
    with pytest.raises(NotImplementedError, match="Two2 must define"):
        type("Two2", (gluon.HybridBlock,), {})()(F.ones((1,)))


@pytest.mark.parametrize("wrong", [3, [1., 2], None])
@pytest.mark.parametrize("hybrid", [False, True])
def test_calls_without_arrays(wrong, hybrid):
    net = nn.Dense(2)
    net.initialize()
    if hybrid:
        net.hybridize()
    with pytest.raises(ValueError, match="one of the inputs must be an NDArray"):
        net(wrong)


def test_first_batch_inside_record(F):
    net = nn.Dense(1, weight_initializer="ones")
    net.initialize()
    with autograd.record():
        y = net(F.array([[1., 2.]]))
    y.backward()
    assert net.weight.grad().asnumpy().tolist() == [[1, 2]] and net.bias.grad().asnumpy().tolist() == [1]


def test_training_compiles_nothing_after_the_third_turn(F):
    net = nn.Sequential()
    net.add(nn.Dense(4, activation="relu"), nn.Dropout(0.2), nn.Dense(1))
    net.initialize(init.Xavier())
    x = F.array(onp.ones((8, 3), "float32"))

    def turn():
        with autograd.record():
            loss = ((net(x) - 1) ** 2).mean()
        loss.backward()
        for p in net.collect_params().values():
            p.data()[:] -= 0.05 * p.grad()
        return float(loss.asnumpy().reshape(-1)[0])

    first = [turn() for _ in range(3)]
    programs = mx.engine.stats().programs
    last = [turn() for _ in range(20)]
    assert mx.engine.stats().programs == programs and last[-1] < first[0]


# -- what MXNet's own tests check beside -------------------------------------------------------------------------------
def test_gradients_come_and_go_with_grad_req(F):
    net = dense_net(3)
    net.initialize()
    p = net[0].weight
    net.setattr("grad_req", "null")
    assert p._grad is None
    net.setattr("grad_req", "add")
    assert len(p._grad) == 1 and p._grad[0].shape == (3, 2)


@pytest.mark.parametrize("layers, warned", [(lambda: [nn.Dense(2)], True), (lambda: {"a": [nn.Dense(2), 3]}, True),
                                            (lambda: {"a": "b", "c": 3}, False)])
def test_blocks_in_containers(layers, warned, recwarn):
    class Net(gluon.Block):
        def __init__(self):
            super().__init__()
            self.layers = layers()

    Net().collect_params()
    assert [("holds blocks that are not registered" in str(w.message)) for w in recwarn] == [True] * warned


def test_a_sequential_of_hybrid_blocks():
    with pytest.warns(UserWarning, match="as a HybridSequential"):
        dense_net(3).hybridize()
    nn.Sequential().hybridize()


def test_a_hybrid_forward_without_arrays():
    class Net(gluon.HybridBlock):
        def hybrid_forward(self, F, a, b):
            return b

    with pytest.raises(ValueError, match="an NDArray or a Symbol.* got NoneType, NoneType"):
        Net()(None, None)


def test_files_of_save_params(tmp_path):
    net = nn.HybridSequential(prefix="")
    with net.name_scope():
        net.add(nn.Dense(3, in_units=2, prefix="fc_"))
    net.initialize()
    net.save_params(str(tmp_path / "a"))
    assert sorted(mx.nd.load(str(tmp_path / "a"))) == ["fc_bias", "fc_weight"]


def test_mxnets_module_of_arrays():
    from mxshim.ndarray import ndarray
    assert ndarray.NDArray is nd.NDArray and ndarray._STORAGE_TYPE_STR_TO_ID["row_sparse"] == 1
    assert ndarray._DTYPE_MX_TO_NP[ndarray._DTYPE_NP_TO_MX[onp.float16]] is onp.float16


def test_what_libraries_know_of_mxnets_parameters():
    """GluonNLP's WeightDropParameter stands for another Parameter, Xfer and MXFusion put other arrays into a block."""
    class Half(gluon.Parameter):
        def __init__(self, p):
            super().__init__(p.name, p.grad_req, p._shape, p.dtype, init=p._differentiable)  # no initializer: not used
            for name in ("_deferred_init", "_var", "_data", "_grad", "_ctx_list", "_ctx_map", "_trainer"):
                setattr(self, name, getattr(p, name))

        def data(self, ctx=None):
            return self._check_and_get(self._data, ctx) / 2

    net = nn.Dense(1, in_units=2, use_bias=False)
    net._reg_params["weight"] = net.params._params[net.weight.name] = half = Half(net.weight)
    assert half._ctx_list is half._ctx_map is None
    half.initialize(mx.init.One())
    assert net(nd.ones((1, 2))).asscalar() == 1 and half._ctx_list == [mx.cpu()] and half._ctx_map == [[], [0]]
    assert half._check_and_get(half._grad, list)[0].shape == half._check_and_get(half._grad, mx.cpu()).shape == (1, 2)
    half._data[half._ctx_map[1][0]] = nd.full((1, 2), 6)
    assert net(nd.ones((1, 2))).asscalar() == 6
