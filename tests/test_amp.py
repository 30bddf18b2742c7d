"""mx.amp: casts at MXNet's lists of operators, dynamic loss scaling as MXNet's, converted blocks."""
from __future__ import annotations

import numpy as onp
import pytest

import mxshim as mx
from mxshim import amp, autograd, gluon, nd, np, npx
from mxshim.engine import spec
from mxshim.gluon import nn


@pytest.fixture(autouse=True)
def off():
    npx.reset_np()
    yield
    spec.set_casts(None)
    npx.reset_np()


# call, and the dtype of its result under float16 and under bfloat16
CALLS = [
    (lambda: nd.FullyConnected(nd.ones((2, 3)), nd.ones((4, 3)), nd.ones(4), num_hidden=4), "float16", "bfloat16"),
    (lambda: npx.fully_connected(np.ones((2, 3)), np.ones((4, 3)), None, num_hidden=4, no_bias=True), "float16", "bfloat16"),
    (lambda: nd.Convolution(nd.ones((1, 2, 3, 3)), nd.ones((2, 2, 2, 2)), nd.ones(2), kernel=(2, 2), num_filter=2), "float16", "bfloat16"),
    (lambda: np.matmul(np.ones((2, 3)), np.ones((3, 2))), "float16", "float32"),
    (lambda: nd.softmax(nd.ones((2, 3), dtype="float16")), "float32", "float16"),
    (lambda: nd.exp(nd.ones(3, dtype="bfloat16")), "bfloat16", "float32"),
    (lambda: nd.elemwise_add(nd.ones(3, dtype="float16"), nd.ones(3)), "float32", None),
    (lambda: nd.concat(nd.ones((1, 3)), nd.ones((1, 3), dtype="float16"), dim=0), "float32", None),
    (lambda: nd.relu(nd.ones(3, dtype="float16")), "float16", "float16"),
    (lambda: nd.Activation(nd.ones(3, dtype="float16"), act_type="softrelu"), "float32", "float16"),
    (lambda: nd.Activation(nd.ones(3, dtype="float16"), act_type="relu"), "float16", "float16"),
    (lambda: nd.FullyConnected(nd.ones((2, 3), dtype="float64"), nd.ones((4, 3), dtype="float64"), None, num_hidden=4, no_bias=True),
     "float64", "float64"),
]


@pytest.mark.parametrize("target", ["float16", "bfloat16"])
def test_dtypes(target):
    CALLS[0][0]()  # what was called before is cast from now on, too
    amp.init(target)
    amp.init("float16" if target == "bfloat16" else "bfloat16")  # as in MXNet, the first one counts
    for k, (call, *wanted) in enumerate(CALLS):
        dtype = wanted[target == "bfloat16"]
        if dtype is not None:
            assert onp.dtype(call().dtype).name == dtype, k


def net_of(F):
    net = nn.HybridSequential()
    net.add(nn.Conv2D(4, 3, in_channels=1), nn.BatchNorm(in_channels=4), nn.Activation("relu"), nn.Dense(3, in_units=16))
    net.initialize(mx.init.Xavier())
    return net


@pytest.mark.parametrize("dialect, hybrid", [("nd", False), ("nd", True), ("np", True)])
def test_training(dialect, hybrid):
    """Weights, gradients and statistics stay float32, and what comes out is near the float32 result."""
    if dialect == "np":
        npx.set_np()
    F = np if dialect == "np" else nd
    mx.random.seed(0)
    net, twin = net_of(F), net_of(F)
    for p, q in zip(net.collect_params().values(), twin.collect_params().values(), strict=True):
        q.set_data(p.data())
    values = onp.random.RandomState(0).rand(8, 1, 4, 4)
    x, y = F.array(values, dtype="float32"), F.array(onp.arange(8) % 3, dtype="float32")
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()

    def step(net, scaled):
        trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
        if scaled:
            amp.init_trainer(trainer)
        losses = []
        for _ in range(3):
            with autograd.record():
                out = net(x)
                loss = loss_of(out, y).mean()
                if scaled:
                    with amp.scale_loss(loss, trainer) as big:
                        autograd.backward(big)
            if not scaled:
                loss.backward()
            trainer.step(1)
            losses.append(float(loss.asnumpy()))
        return losses, out

    plain, _ = step(twin, False)
    amp.init()
    if hybrid:
        net.hybridize()
    mixed, out = step(net, True)
    assert onp.dtype(out.dtype) == onp.float16 and onp.dtype(loss_of(out, y).dtype) == onp.float32
    for p in net.collect_params().values():
        assert onp.dtype(p.dtype).name == onp.dtype(p.data().dtype).name == "float32"
        if p.grad_req != "null":
            assert onp.dtype(p.grad().dtype).name == "float32"
    onp.testing.assert_allclose(mixed, plain, rtol=5e-3, atol=5e-3)
    assert not onp.array_equal(mixed, plain)


# What MXNet 1.9.1 and 2.0.0b1 both have after each step, with a period of 3 steps and overflows in steps 4, 5 and 12:
# the factor, the next one, steps without an overflow, the factor that the trainer divided by.
SCALES = [(16, 16, 1, 16), (16, 16, 2, 16), (16, 17, 0, 16), (17, 17, 1, 16), (17, 16, 0, 17), (16, 15, 0, 17), (15, 15, 1, 16),
          (15, 15, 2, 15), (15, 16, 0, 15), (16, 16, 1, 15), (16, 16, 2, 16), (16, 17, 0, 16), (17, 16, 0, 16), (16, 16, 1, 17),
          (16, 16, 2, 16), (16, 17, 0, 16)]


def weight_and_trainer(**more):
    p = gluon.Parameter("w", shape=(2,))
    p.initialize(init="ones")
    return p, gluon.Trainer([p], "sgd", {"learning_rate": 1.0}, **more)


def test_loss_scale_follows_mxnet():
    amp.init("bfloat16")
    p, trainer = weight_and_trainer()
    amp.init_trainer(trainer)
    scaler = trainer._amp_loss_scaler
    scaler._scale_seq_len = 3
    for k, (now, following, unskipped, divided) in enumerate(SCALES):
        bad = k in (4, 5, 12)
        with autograd.record():
            loss = (p.data() * nd.array([1, onp.inf if bad else 2])).sum()
            with amp.scale_loss(loss, trainer) as scaled:
                autograd.backward(scaled)
        before = p.data().asnumpy()
        trainer.step(1)
        assert (scaler._loss_scale, scaler._next_loss_scale, scaler._unskipped) == (2.0 ** now, 2.0 ** following, unskipped), k
        assert trainer._scale == 2.0 ** -divided and trainer.amp_loss_scale == 2.0 ** now
        onp.testing.assert_array_equal(before - p.data().asnumpy(), [0, 0] if bad else [1, 2])


def test_unscale_and_lists_of_losses():
    amp.init()
    p, trainer = weight_and_trainer()
    amp.init_trainer(trainer)
    with autograd.record():
        loss = (p.data() * nd.array([1, 2])).sum()
        with amp.scale_loss([loss, loss * 1], trainer) as scaled:
            assert type(scaled) is list
            autograd.backward(scaled[:1])
    onp.testing.assert_array_equal(p.grad().asnumpy(), [65536, 131072])
    amp.unscale(trainer)
    onp.testing.assert_array_equal(p.grad().asnumpy(), [1, 2])
    trainer.step(1)
    onp.testing.assert_array_equal(p.data().asnumpy(), [0, -1])


@pytest.mark.parametrize("target", ["float16", "bfloat16"])
def test_converted_block(target):
    net = net_of(nd)
    x = nd.array(onp.random.RandomState(1).rand(2, 1, 4, 4))
    plain = net(x)
    converted = amp.convert_hybrid_block(net, target)
    for _ in range(4):
        found = converted(x)
        assert onp.dtype(found.dtype).name == target
        onp.testing.assert_allclose(found.asnumpy().astype("float32"), plain.asnumpy(), rtol=0.02, atol=0.02)
    assert sorted(converted._collect_params_with_prefix()) == sorted(net._collect_params_with_prefix())
    assert onp.dtype(net(x).dtype).name == "float32" and spec.casts is None
    converted.hybridize(False)  # stays what it is
    assert onp.dtype(converted(x).dtype).name == target
    around = nn.HybridSequential()
    around.add(converted, nn.Activation("relu"))
    assert onp.dtype(around(x).dtype).name == target


def dense(x=None, name="fc"):
    return mx.sym.FullyConnected(mx.sym.Variable("data") if x is None else x, num_hidden=2, name=name)


def casts_of(symbol):
    """(operator, name, names of its inputs) of what stands in a graph."""
    return [(v.op, v.name, [w.name for w, _ in v.inputs]) for v in symbol._vertices() if v.op is not None]


def test_converted_symbol():
    x = mx.sym.Variable("data")
    low = [("amp_cast", f"{n}_amp_cast_float16", [n]) for n in ("data", "fc_weight", "fc_bias")]
    fc = "FullyConnected", "fc", [name for _, name, _ in low]
    back = "amp_cast", "fc_output_amp_cast_float32", ["fc"]
    assert casts_of(amp.convert_symbol(mx.sym.softmax(dense(), name="sm"))) == [*low, fc, back, ("softmax", "sm", [back[1]])]
    # What is 16-bit stays so through operators that take either, and comes out in float32.
    found = casts_of(amp.convert_symbol(dense(mx.sym.Activation(dense(), act_type="relu", name="a"), "fc2")))
    assert found[4] == ("Activation", "a", ["fc"]) and found[-1] == ("amp_cast", "fc2_output_amp_cast_float32", ["fc2"])
    assert found[-2] == ("FullyConnected", "fc2", ["a", "fc2_weight_amp_cast_float16", "fc2_bias_amp_cast_float16"])
    # A condition, and a name that is left out.
    found = casts_of(amp.convert_symbol(mx.sym.Activation(dense(), act_type="softrelu", name="a")))
    assert found[4:] == [back, ("Activation", "a", [back[1]])]
    assert casts_of(amp.convert_symbol(dense(), excluded_sym_names=["fc"])) == [("FullyConnected", "fc", ["data", "fc_weight", "fc_bias"])]
    # The widest type: of what is there in 16 bits, of what is not, and of what nothing is known of.
    assert casts_of(amp.convert_symbol(mx.sym.elemwise_add(dense(x), x, name="z")))[4] == ("elemwise_add", "z", ["fc", low[0][1]])
    found = casts_of(amp.convert_symbol(mx.sym.elemwise_add(dense(x), mx.sym.exp(x, name="e"), name="z")))
    assert found[-1] == ("elemwise_add", "z", [back[1], "e"])
    found = casts_of(amp.convert_symbol(mx.sym.elemwise_add(dense(), mx.sym.Variable("q"), name="z")))
    assert found[4] == ("amp_multicast", "fc_output_amp_multicast", ["fc", "q"]) and found[-1][0] == "amp_cast"
    with_lists = amp.convert_symbol(mx.sym.exp(dense(), name="e"), "bfloat16", ["exp"], ["FullyConnected"], [])
    assert [op for op, _, _ in casts_of(with_lists)] == ["FullyConnected", "amp_cast", "exp", "amp_cast"]
    assert with_lists.attr_dict()["fc_output_amp_cast_bfloat16"] == {"dtype": "bfloat16"}


@pytest.mark.parametrize("optional", [False, True])
def test_converted_model(optional):
    y = mx.sym.BatchNorm(mx.sym.Convolution(mx.sym.Variable("data"), kernel=(3, 3), num_filter=2, name="cv"), fix_gamma=False, name="bn")
    y = mx.sym.softmax(dense(y), name="sm")
    shapes = y.infer_shape(data=(2, 1, 5, 5))
    draw = onp.random.RandomState(3)
    args = {n: nd.array(draw.rand(*s)) for n, s in zip(y.list_arguments(), shapes[0], strict=True) if n != "data"}
    states = {n: nd.ones(s) for n, s in zip(y.list_auxiliary_states(), shapes[2], strict=True)}
    x = nd.array(draw.rand(2, 1, 5, 5))
    plain = y.bind(mx.cpu(), {**args, "data": x}, aux_states=states).forward()[0]
    symbol, found, aux = amp.convert_model(y, dict(args), states, cast_optional_params=optional)
    low = "float16" if optional else "float32"
    assert {n: onp.dtype(a.dtype).name for n, a in found.items()} == {
        "cv_weight": low, "cv_bias": low, "bn_gamma": "float32", "bn_beta": "float32", "fc_weight": low, "fc_bias": low}
    assert symbol.attr_dict()["cv_weight"]["__dtype__"] == ("2" if optional else "0") and aux is states
    assert ("cv_weight_amp_cast_float16_output" in symbol.get_internals().list_outputs()) is not optional
    out = symbol.bind(mx.cpu(), {**found, "data": x}, aux_states=states).forward()[0]
    assert out.dtype == onp.float32 and 0 < abs(out - plain).max().asscalar() < 0.01
    assert y.get_internals().list_outputs()[1:3] == ["cv_weight", "cv_bias"]  # the graph that was given is as it was


@pytest.mark.parametrize("dialect", ["nd", "np"])
def test_converted_block_with_a_name_left_out(dialect):
    if dialect == "np":
        npx.set_np()
    net = net_of(nd)
    x = (np if dialect == "np" else nd).array(onp.random.RandomState(1).rand(2, 1, 4, 4))
    net.hybridize()
    plain = net(x)
    names = [v.name for v in net._cached_graph[1]._vertices() if v.op == "FullyConnected"]
    for arguments in ({"excluded_sym_names": names}, {"cast_optional_params": True}):
        converted = amp.convert_hybrid_block(net, **arguments)
        found = converted(x)
        assert found.dtype == onp.float32
        onp.testing.assert_allclose(found.asnumpy(), plain.asnumpy(), rtol=0.02, atol=0.02)
        low = {n for n, p in converted.collect_params().items() if onp.dtype(p.dtype).name == "float16"}
        assert len(low) == (4 if "cast_optional_params" in arguments else 0)
    again = amp.convert_hybrid_block(converted, excluded_sym_names=names)
    assert type(again) is gluon.SymbolBlock and again(x).dtype == onp.float32


def test_converted_bucketing_module():
    def sym_gen(length):
        y = mx.sym.SoftmaxOutput(dense(mx.sym.sum(mx.sym.Variable("data"), axis=1)), name="softmax")
        return y, ("data",), ("softmax_label",)

    module = mx.mod.BucketingModule(sym_gen, 4)
    shapes = [("data", (3, 4, 5))], [("softmax_label", (3,))]
    module.bind(*shapes)
    module.init_params(mx.init.One())
    converted = amp.convert_bucketing_module(module)
    converted.bind(*shapes, for_training=False)
    for length in (4, 2):
        batch = mx.io.DataBatch([nd.ones((3, length, 5))], [nd.zeros(3)], bucket_key=length, provide_data=[("data", (3, length, 5))],
                                provide_label=shapes[1])
        for m in (module, converted):
            m.forward(batch, is_train=False)
        onp.testing.assert_allclose(converted.get_outputs()[0].asnumpy(), module.get_outputs()[0].asnumpy(), rtol=1e-2)
    with pytest.raises(AssertionError, match="initialize the module's parameters first"):
        amp.convert_bucketing_module(mx.mod.BucketingModule(sym_gen, 4))


def test_own_lists():
    converted = amp.convert_hybrid_block(net_of(nd), target_dtype_ops=["Convolution"], fp32_ops=["FullyConnected"])
    assert onp.dtype(converted(nd.ones((2, 1, 4, 4))).dtype).name == "float32"
    amp.init(target_precision_ops=["dot"], fp32_ops=["relu"], conditional_fp32_ops=[("Activation", "act_type", ["tanh"])])
    assert nd.dot(nd.ones((2, 2)), nd.ones((2, 2))).dtype == onp.float16
    assert nd.relu(nd.ones(2, dtype="float16")).dtype == onp.float32
    assert nd.Activation(nd.ones(2, dtype="float16"), act_type="tanh").dtype == onp.float32
    assert CALLS[0][0]().dtype == onp.float32


class Reads(nn.HybridSequential):
    def forward(self, x):
        return x * float(x.sum().asscalar())


@pytest.mark.parametrize("call, error, text", [
    (lambda: amp.init("float32"), AssertionError, "target_dtype must be 'float16' or 'bfloat16', got 'float32'"),
    (lambda: amp.init(fp32_ops=["softmaxx"]), mx.MXNetError, "'softmaxx' is no operator.*Did you mean softmax"),
    (lambda: amp.init_trainer(weight_and_trainer()[1]), AssertionError, r"call amp.init\(\) first"),
    (lambda: amp.scale_loss(nd.ones(1), weight_and_trainer()[1]).__enter__(), AttributeError, r"call amp.init_trainer\(trainer\) first"),
    (lambda: amp.unscale(weight_and_trainer()[1]), AttributeError, r"amp.unscale: .*call amp.init_trainer\(trainer\) first"),
    (lambda: (amp.init(), amp.init_trainer(mx.optimizer.SGD())), TypeError, "needs a gluon.Trainer, got an optimizer: make"),
    (lambda: amp.convert_hybrid_block(nn.Sequential()), TypeError, "needs a HybridBlock, got a Sequential"),
    (lambda: amp.convert_hybrid_block(nn.Dense(2), excluded_sym_names=["a"]), RuntimeError, "call hybridize"),
    (lambda: amp.convert_hybrid_block(Reads())(nd.ones(2)), mx.MXNetError, "cannot be one operator: it reads values"),
    (lambda: amp.convert_symbol(3), AssertionError, "needs a Symbol, got a int"),
    (lambda: amp.convert_symbol(dense(), "int8"), AssertionError, "target_dtype must be 'float16' or 'bfloat16'"),
    (lambda: amp.convert_symbol(dense(), fp32_ops="exp"), AssertionError, "fp32_ops must be a list, got 'exp'"),
    (lambda: amp.convert_symbol(dense(), conditional_fp32_ops=[(1, 2, 3)]), AssertionError, r"holds \(operator, attribute, list of values"),
    (lambda: amp.convert_symbol(dense(), target_dtype_ops=["exp"]), AssertionError, "target_dtype_ops and fp32_ops both have exp"),
    (lambda: amp.convert_symbol(dense(), target_dtype_ops=["expp"]), AssertionError, "only operators of amp's lists .* no expp"),
    (lambda: amp.convert_model(dense(), [], {}), AssertionError, "arg_params must be a dict of arrays by name, got a list"),
    (lambda: amp.convert_bucketing_module(dense()), AssertionError, "needs a BucketingModule, got a Symbol"),
])
def test_errors(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_names():
    assert mx.contrib.amp.init is amp.init
    assert amp.list_lp16_ops("bfloat16") == amp.lists.symbol_bf16.BF16_FUNCS and "RNN" in amp.list_lp16_ops("float16")
    assert "softmax" in amp.list_fp32_ops("float16") and "relu" in amp.list_lp16_fp32_ops("float16")
    assert amp.list_lp16_use_fp32_params("float16") is None and "BatchNorm" in amp.list_lp16_use_fp32_params("bfloat16")


def test_libraries_ask_whether_it_is_on(monkeypatch):
    monkeypatch.setattr(amp._spec, "casts", None)
    assert amp._amp_initialized is False and mx.contrib.amp.amp._amp_initialized is False
    monkeypatch.setattr(amp._spec, "casts", object())
    assert amp._amp_initialized is True and mx.contrib.amp.amp._amp_initialized is True
