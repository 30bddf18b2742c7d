"""Blocks as graphs and back: export, SymbolBlock, blocks called with Symbols."""
from __future__ import annotations

import json
from pathlib import Path

import numpy as onp
import pytest

import mxshim as mx
from mxshim import engine, gluon, nd, np, npx, util
from mxshim.base import MXNetError
from mxshim.gluon import nn

pytestmark = pytest.mark.usefixtures("on_cpu")


@pytest.fixture()
def _np():
    npx.set_np()
    yield
    npx.reset_np()


def nodes(file):
    return [(n["op"], n["name"]) for n in json.loads(Path(file).read_text(encoding="utf-8"))["nodes"] if n["op"] != "null"]


def exported(net, tmp_path, *inputs):
    net.hybridize()
    want = net(*inputs)
    files = net.export(str(tmp_path / "m"))
    names = ["data"] if len(inputs) == 1 else [f"data{k}" for k in range(len(inputs))]
    return want, gluon.SymbolBlock.imports(files[0], names, files[1]), nodes(files[0])


def test_names_are_those_of_mxnet(tmp_path):
    net = nn.HybridSequential(prefix="net_")
    with net.name_scope():
        net.add(nn.Conv2D(4, 3, activation="relu"), nn.BatchNorm(), nn.MaxPool2D(), nn.Flatten(), nn.Dropout(0.5),
                nn.Dense(8, activation="tanh"),
                nn.Dense(3))
    net.initialize()
    want, block, found = exported(net, tmp_path, nd.random.uniform(shape=(2, 1, 8, 8)))
    wanted = [("Convolution", "net_conv0_fwd"), ("Activation", "net_conv0_relu_fwd"), ("BatchNorm", "net_batchnorm0_fwd"),
              ("Pooling", "net_pool0_fwd"), ("Flatten", "net_flatten0_flatten0"), ("Dropout", "net_dropout0_fwd"),
              ("FullyConnected", "net_dense0_fwd"), ("Activation", "net_dense0_tanh_fwd"), ("FullyConnected", "net_dense1_fwd")]
    assert found == [(op, name) for op, name in wanted]
    assert block.collect_params().keys() == net.collect_params().keys()
    s = net(mx.sym.var("data"))
    assert s.list_arguments() == block._symbol.list_arguments() and s.list_outputs() == ["net_dense1_fwd_output"]
    assert s.list_auxiliary_states() == ["net_batchnorm0_running_mean", "net_batchnorm0_running_var"]


class Odd(nn.HybridBlock):
    """What books write in forward: operators, methods, indices, constants, several outputs."""

    def __init__(self):
        super().__init__()
        self.dense, self.scale = nn.Dense(6), gluon.Parameter("scale", shape=(6,), init="ones")
        self.drop = nn.Dropout(0.3)

    def forward(self, x, y):
        h = npx.relu(self.dense(x)) * self.scale.data() + np.arange(6)
        h = self.drop(np.concatenate([h, y.reshape(-1, 6)], axis=0))
        h = (2 - h.T[1:4].transpose() / 3) ** 2 if h.shape[1] == 6 else h
        return np.where(h > 1, h, -h).mean(axis=1), np.maximum(h, 0.5)[:, -1].astype("float32"), h.sum()


def test_plain_forward(tmp_path, _np):
    net = Odd()
    net.initialize()
    want, block, found = exported(net, tmp_path, np.random.uniform(size=(2, 5)), np.random.uniform(size=(1, 12)))
    assert {"FullyConnected", "_npx_relu", "Concat", "Dropout", "_npi_where", "slice"} <= {op for op, _ in found}
    assert [name for _, name in found] == [f"node_{k}" for k in range(len(found))]
    assert set(block.collect_params()) == {"dense.weight", "dense.bias", "scale", "constant0"}
    x, y = np.random.uniform(size=(2, 5)), np.random.uniform(size=(1, 12))
    for got, wanted in zip(block(x, y), net(x, y), strict=True):
        assert type(got) is np.ndarray
        onp.testing.assert_allclose(got.asnumpy(), wanted.asnumpy(), rtol=1e-5)


CALLS = {
    "topk": lambda x: npx.topk(x, k=2, ret_typ="value", axis=None), "inv": lambda x: np.linalg.inv(x),
    "clip": lambda x: x.clip(min=-1, max=0.4) + x.clip(-1), "norms": lambda x: np.linalg.norm(x, 1) + np.linalg.norm(x, "nuc"),
    "norm of a matrix": lambda x: np.linalg.norm(x, 2) + np.linalg.matrix_norm(x, 2), "vectors": lambda x: np.linalg.norm(x, 3, axis=0),
    "vector_norm": lambda x: np.linalg.vector_norm(x, ord=3), "outer": lambda x: np.linalg.outer(x[0], x[1]),
    "matrix_transpose": lambda x: np.linalg.matrix_transpose(x), "positive": lambda x: np.positive(x),
    "clip of integers": lambda x: x.astype("int32").clip(min=1), "unravel_index": lambda x: np.unravel_index(x.astype("int64"), (2, 4))[1],
    "bincount": lambda x: np.bincount(x.astype("int32").reshape(-1), minlength=5), "histogram": lambda x: np.histogram(x, 3, (0, 3))[0],
    "ediff1d": lambda x: np.ediff1d(x, to_begin=x[0], to_end=2.5), "array_split": lambda x: np.array_split(x.reshape(-1), 3)[0],
    "diag_indices_from": lambda x: np.diag_indices_from(x)[1], "average": lambda x: np.average(x, axis=0), "rot90": lambda x: np.rot90(x),
    "flip": lambda x: np.flip(x), "amax": lambda x: np.amax(x, axis=0)}
WRITTEN = {"flip": {"axis": "None"}, "rot90": {"k": "1", "axes": "(0, 1)"},
           "average": {"axis": "0", "returned": "False", "weighted": "False"}}


@pytest.mark.filterwarnings("ignore:Block is hybridized")  # inv and bincount look at values
@pytest.mark.parametrize("call", CALLS)
def test_functions_of_np(tmp_path, _np, call):
    class Block(nn.HybridBlock):
        def forward(self, x):
            return CALLS[call](x)

    want, block, found = exported(Block(), tmp_path, np.array([[2., 1.], [0.5, 3.]]))
    onp.testing.assert_allclose(block(np.array([[2., 1.], [0.5, 3.]])).asnumpy(), want.asnumpy(), rtol=1e-5)
    assert "_np_max" not in dict(found)  # which MXNet 2 does not read
    if call in WRITTEN:  # nor does it without these
        graph = json.loads((tmp_path / "m-symbol.json").read_text(encoding="utf-8"))
        assert graph["nodes"][-1]["attrs"] == WRITTEN[call]


INDICES = [(..., 0), (..., None), (0, ..., slice(1, None)), (None,), (None, ..., 0), (0, None), (slice(None), -1, None),
           (0, None, 1, None, 2, None), (1, None, ..., None, 2), (onp.int64(1), slice(None), onp.int32(-1))]


@pytest.mark.parametrize("dialect", [np, nd])
def test_indices(tmp_path, dialect):
    """`...` anywhere, new axes and NumPy's integers; MXNet 2's hybridized blocks refuse most of these."""
    class Block(nn.HybridBlock):
        def forward(self, x):
            return [x[k] * 2 for k in INDICES]

    with util.np_shape(dialect is np), util.np_array(dialect is np):
        want, block, _ = exported(Block(), tmp_path, dialect.arange(24).reshape((2, 3, 4)))
        for k, a, b in zip(INDICES, block(dialect.arange(24).reshape((2, 3, 4))), want, strict=True):
            assert a.shape == b.shape and (a.asnumpy() == b.asnumpy()).all(), k


def test_index_of_several_arrays(tmp_path, _np):
    """As MXNet 2 writes it: the arrays stacked."""
    class Block(nn.HybridBlock):
        def forward(self, x, i):
            return x[i, i]

    x, i = np.arange(24).reshape(2, 3, 4), np.array([1, 0, 1], dtype="int64")
    want, block, found = exported(Block(), tmp_path, x, i)
    assert [op for op, _ in found] == ["stack", "_npi_advanced_indexing_multiple"]
    assert (block(x, i) == want).all() and want.shape == (3, 4)

    class Mixed(nn.HybridBlock):
        def forward(self, x, i):
            return x[i, :, 1]

    with pytest.raises(MXNetError, match="arrays beside other keys"):
        exported(Mixed(), tmp_path, x, i)


@pytest.mark.filterwarnings("ignore:Block is hybridized")
@pytest.mark.parametrize("read", [lambda x: x if x.sum() > 0 else -x, lambda x: x * x.item(0), lambda x: np.insert(x, 1, 2., axis=1)])
def test_values_that_forward_reads(tmp_path, _np, read):
    class Block(nn.HybridBlock):
        def forward(self, x):
            return read(x)

    with pytest.warns(UserWarning, match="export: forward reads values"):
        exported(Block(), tmp_path, np.ones((2, 2)))


def test_broadcast_to_of_nd(tmp_path):
    class Block(nn.HybridBlock):
        def hybrid_forward(self, F, x):
            return x.broadcast_to((2, 3)) + x.broadcast_to((2, 2, 3)).sum(axis=0)

    want, block, _ = exported(Block(), tmp_path, nd.array([[1, 2, 3]]))
    assert (block(nd.array([[1, 2, 3]])) == want).asnumpy().all() and want[0].asnumpy().tolist() == [3, 6, 9]


def test_constants_that_no_output_needs(tmp_path, _np):
    class Block(nn.HybridBlock):
        def forward(self, x):
            x + np.arange(2)
            return x * np.array([3, 4])

    want, block, _ = exported(Block(), tmp_path, np.ones((2, 2)))
    assert (block(np.ones((2, 2))) == want).all() and list(block.collect_params()) == ["constant1"]


class Hybrid(nn.HybridBlock):
    """A block of MXNet 1, with a parameter of its own and arrays of unequal shapes."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.gain = self.params.get("gain", shape=(1, 4))
            self.body = nn.Dense(4)

    def hybrid_forward(self, F, x, gain):
        h = F.broadcast_mul(self.body(x), gain)
        return F.maximum(h, 0.1) + F.mean(h, axis=1, keepdims=True) if isinstance(h, nd.NDArray) else F.broadcast_add(
            F.maximum(h, 0.1), F.mean(h, axis=1, keepdims=True))


def test_hybrid_forward(tmp_path):
    net = Hybrid(prefix="h_")
    net.initialize()
    x = nd.random.uniform(shape=(3, 5))
    want, block, found = exported(net, tmp_path, x)
    onp.testing.assert_allclose(block(x).asnumpy(), want.asnumpy(), rtol=1e-6)
    assert ("FullyConnected", "h_dense0_fwd") in found and "h_gain" in block.collect_params()
    s = net(mx.sym.var("data"))
    arrays = {p.name: p.data() for p in net.collect_params().values()}
    onp.testing.assert_allclose(s.eval(data=x, **arrays)[0].asnumpy(), want.asnumpy(), rtol=1e-6)


@pytest.mark.parametrize("api", [nd, np], ids=["nd", "np"])
@pytest.mark.parametrize(("make", "shape", "other"), [
    (lambda: nn.PixelShuffle1D(3), (2, 6, 5), (3, 3, 4)), (lambda: nn.PixelShuffle2D((2, 3)), (2, 12, 3, 4), (1, 6, 2, 5)),
    (lambda: nn.PixelShuffle3D((2, 3, 4)), (2, 24, 3, 4, 2), (1, 48, 2, 1, 3))], ids=["1", "2", "3"])
def test_pixel_shuffles_of_any_size(tmp_path, api, make, shape, other):
    def numbers(shape):
        return api.array(onp.arange(onp.prod(shape)).reshape(shape))

    with util.np_array(api is np), util.np_shape(api is np):
        net = make()
        _, block, _ = exported(net, tmp_path, numbers(shape))
        assert (block(numbers(other)).asnumpy() == net(numbers(other)).asnumpy()).all()


def test_names_of_layers_of_several_operators(tmp_path):
    """As MXNet 1.9.1 gives them."""
    for layer, shape, wanted in (
            (nn.Swish(prefix="a_"), (2, 3), ["a__mulscalar0", "a_fwd", "a__mul0"]),
            (nn.InstanceNorm(axis=2, prefix="b_"), (2, 3, 4), ["b_swapaxes0", "b_fwd", "b_swapaxes1"]),
            (nn.ReflectionPad2D(1, prefix="c_"), (1, 2, 3, 3), ["c_pad0"]),
            (nn.PixelShuffle2D(1, prefix="d_"), (1, 2, 3, 3), ["d_reshape0", "d_reshape1", "d_transpose0", "d_reshape2"])):
        layer.initialize()
        _, _, found = exported(layer, tmp_path, nd.ones(shape))
        assert [name for _, name in found] == wanted


def test_recurrent_layers_take_any_batch(tmp_path):
    net = nn.HybridSequential()
    net.add(gluon.rnn.LSTM(4, num_layers=2, layout="NTC", prefix="r_"))
    net.initialize()
    x = nd.random.uniform(shape=(3, 5, 2))
    want, block, _ = exported(net, tmp_path, x)
    onp.testing.assert_allclose(block(x).asnumpy(), want.asnumpy(), rtol=1e-5, atol=1e-6)
    y = nd.random.uniform(shape=(2, 7, 2))
    onp.testing.assert_allclose(block(y).asnumpy(), net(y).asnumpy(), rtol=1e-5, atol=1e-6)
    assert net(mx.sym.var("data")).list_arguments()[0] == "data"


@pytest.mark.parametrize("given", [False, True])
def test_a_recurrent_layer_by_itself(tmp_path, _np, given):
    """Its states are inputs of the graph, but outputs only if they were given."""
    layer = gluon.rnn.LSTM(4, input_size=3)
    layer.initialize()
    layer.hybridize()
    x = np.random.uniform(size=(5, 2, 3))
    begin = layer.begin_state(2)
    want = layer(x, begin) if given else layer(x)
    files = layer.export(str(tmp_path / "lstm"))
    block = gluon.SymbolBlock.imports(files[0], ["data0", "data1", "data2"], files[1])
    found = block(x, *begin)
    assert isinstance(found, np.ndarray) is not given
    onp.testing.assert_allclose((found[0] if given else found).asnumpy(), (want[0] if given else want).asnumpy(), rtol=1e-5, atol=1e-6)
    assert not given or [s.shape for s in found[1:]] == [(1, 2, 4)] * 2


def test_symbol_block():
    data = mx.sym.var("data")
    fc = mx.sym.FullyConnected(data, num_hidden=3, name="fc")
    net = gluon.SymbolBlock(fc, data)
    assert repr(net) == "SymbolBlock(\n<Symbol fc> : 1 -> 1\n)"
    assert repr(gluon.SymbolBlock([fc, fc * 2], [data])).endswith("_mulscalar0]> : 1 -> 2\n)")
    assert list(net.collect_params()) == ["fc_weight", "fc_bias"]
    assert str(net.collect_params()["fc_bias"]) == "Parameter fc_bias (shape=None, dtype=<class 'numpy.float32'>)"
    net.initialize()
    assert net(nd.ones((2, 4))).shape == (2, 3) and net.collect_params()["fc_weight"].shape == (3, 4)
    with pytest.raises(MXNetError, match="FullyConnected"):
        net(nd.ones((2, 5)))
    assert net(mx.sym.var("q")).list_arguments() == ["q", "fc_weight", "fc_bias"]
    with pytest.raises(AssertionError, match="must be variable"):
        gluon.SymbolBlock(fc * 3, [fc])
    with pytest.raises(ValueError, match="takes 1 inputs"):
        net(nd.ones((2, 4)), nd.ones((2, 4)))
    # features of a trained network: its parameters are shared
    both = gluon.SymbolBlock(mx.sym.relu(fc), data, params=net.collect_params())
    assert both.collect_params()["fc_weight"] is net.collect_params()["fc_weight"]


def test_nested_arguments(tmp_path):
    """A block says how its first call was nested; a SymbolBlock keeps to the nesting of its Symbols, or the one that it is given."""

    class Pair(gluon.HybridBlock):
        def hybrid_forward(self, F, x, more, last=None):
            return F.broadcast_add(x, more[0]), [more[1] * 2]

    x, net = nd.array([1., 2.]), Pair()
    net(x, [x, x])
    assert (net._in_format, net._out_format) == (None, None)
    net.hybridize()
    for more in [x * 2, x + 1], [x, x]:  # the second shares an array, and so is no operator
        net(x, more)
        assert (net._in_format, net._out_format) == ([0, [0, 0]], [0, [0]])
        net.hybridize()
    a, b, c = map(mx.sym.var, "abc")
    read = gluon.SymbolBlock([a + b, c * 2], [a, b, c])
    assert (read._in_format, read._out_format) == ([0, 0, 0], [0, 0])
    read._in_format, read._out_format = [0, [0, 0]], [0, [0]]
    with pytest.raises(ValueError, match=r"nested as \[0, \[0, 0\]\]; got \[0, 0, 0\]"):
        read(x, x, x)
    nested = gluon.SymbolBlock([a + b, [c * 2]], [a, [b, c]])
    for block in read, nested:
        block.hybridize()
        for _ in range(3):
            y, [z] = block(x, [x, x], None)
            assert y.asnumpy().tolist() == z.asnumpy().tolist() == [2, 4]
    y, [z] = nested(b, [c, a])
    assert y.list_arguments() == ["b", "c"] and z.list_arguments() == ["a"]
    assert [s.list_arguments() for s in gluon.SymbolBlock(mx.sym.Group([a, b * 2]), [a, b])(b, c)] == [["b"], ["c"]]


def test_fine_tuning_compiles_little(tmp_path):
    net = nn.HybridSequential()
    net.add(nn.Dense(6, activation="relu"), nn.BatchNorm(), nn.Dense(3))
    net.initialize()
    _, block, _ = exported(net, tmp_path, nd.random.uniform(shape=(4, 5)))
    block.hybridize()
    trainer = gluon.Trainer(block.collect_params(), "sgd", {"learning_rate": 0.2})
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    x, y, losses, counts = nd.random.uniform(shape=(4, 5)), nd.array([0, 1, 2, 0]), [], []
    for _ in range(7):
        with mx.autograd.record():
            out = loss(block(x), y)
        out.backward()
        trainer.step(4)
        losses.append(float(out.mean().asscalar()))
        counts.append(engine.stats().programs)
    assert losses[-1] < losses[0] and counts[-1] == counts[2]
    names = block.collect_params()
    assert [n for n in names if names[n].grad_req == "null"] == [n for n in names if "running" in n]


def test_refused(tmp_path, _np):
    net = nn.Dense(3)
    net.initialize()
    with pytest.raises(RuntimeError, match=r"call hybridize\(\)"):
        net.export(str(tmp_path / "m"))

    class Writes(nn.HybridBlock):
        def forward(self, x):
            x[0] = 1
            return x

    class Covariances(nn.HybridBlock):
        def forward(self, x):
            return np.cov(x * 1)

    for kind, text in ((Writes, "writes into an array"), (Covariances, "np.cov cannot be called with Symbols")):
        net = kind()
        net.hybridize()
        net(np.ones((2, 2)))
        with pytest.raises(MXNetError, match=text):
            net.export(str(tmp_path / "m"))
    assert not list(tmp_path.iterdir())


def test_optimize_for_without_a_back_end():
    """In np programs, as MXNet 2."""
    with util.np_shape(), util.np_array():
        net = gluon.nn.Dense(2)
        net.initialize()
        net.optimize_for(np.ones((1, 3)))
        assert net.weight.shape == (2, 3) and net._hybrid is not None


def test_parameters_say_how_they_are_stored():
    assert nn.Dense(1, in_units=1).weight.var().attr("__storage_type__") == "0"


def test_optimize_for_and_var():
    net = nn.Dense(3, in_units=2, prefix="d_")
    net.initialize()
    with pytest.raises(ValueError, match='Must specify "backend"'):
        net.optimize_for(nd.ones((1, 2)))
    net.optimize_for(nd.ones((1, 2)), backend="MKLDNN")
    with pytest.warns(UserWarning, match="'nowhere' cannot be found"):
        net.optimize_for(nd.ones((1, 2)), backend="nowhere")
    v = net.weight.var()
    assert v.name == "d_weight" and v.attr("__shape__") == "(3, 2)" and v.attr("lr_mult") == "1.0" and net.weight.var() is v


def test_save_and_load(tmp_path):
    def make():
        net = nn.HybridSequential()
        net.add(nn.Dense(3, in_units=2), nn.Dense(2, in_units=3))
        return net

    net, other = make(), make()
    net.initialize()
    net.save(str(tmp_path / "net"))
    other.load(str(tmp_path / "net"))
    assert (other(nd.ones((1, 2))).asnumpy() == net(nd.ones((1, 2))).asnumpy()).all()
    (tmp_path / "net-model.json").write_text("{")
    with pytest.raises(MXNetError, match="cut off"):
        other.load(str(tmp_path / "net"))
    with pytest.raises(MXNetError, match="cannot be opened"):
        other.load(str(tmp_path / "none"))


def test_losses_and_cells_of_symbols():
    net = nn.Dense(3, in_units=2, prefix="d_")
    data, label = mx.sym.var("data"), mx.sym.var("label")
    s = gluon.loss.SoftmaxCrossEntropyLoss()(net(data), label)
    assert s.list_arguments() == ["data", "d_weight", "d_bias", "label"] and s.infer_shape(data=(4, 2), label=(4,))[1] == [(4,)]
    assert gluon.loss.L2Loss()(net(data), label).infer_shape(data=(4, 2), label=(4, 3))[1] == [(4,)]
    cell = gluon.rnn.LSTMCell(3, input_size=2, prefix="c_")
    cell.initialize()
    outputs, states = cell.unroll(2, data, layout="NTC", merge_outputs=True)
    x = nd.random.uniform(shape=(5, 2, 2))
    arrays = {p.name: p.data() for p in cell.collect_params().values()}
    want = cell.unroll(2, x, layout="NTC", merge_outputs=True)[0].asnumpy()
    ex = outputs.simple_bind(mx.cpu(), data=x.shape)
    ex.copy_params_from(arrays)
    onp.testing.assert_allclose(ex.forward(data=x)[0].asnumpy(), want, rtol=1e-5)


def test_a_graph_without_files():
    net = nn.HybridSequential()
    net.add(nn.Dense(3, in_units=2), nn.BatchNorm())
    net.initialize()
    net.hybridize()
    net(nd.ones((1, 2)))
    graph, parameters = net.export(None)
    assert isinstance(graph, mx.sym.Symbol) and {k.split(":")[0] for k in parameters} == {"arg", "aux"}
    assert all(type(a) is nd.NDArray for a in parameters.values())


def test_the_graph_that_other_libraries_draw():
    """_cached_graph: (inputs, graph) of a block that was hybridized and called; () before."""
    class Swapped(gluon.HybridBlock):
        def hybrid_forward(self, F, a, b):
            return b[1] * 2, a

    net = Swapped(prefix="s_")
    net(nd.ones(2), [nd.ones(3), nd.ones(2)])
    assert net._cached_graph == ()
    net.hybridize()
    net(nd.ones(2), [nd.ones(3), nd.ones(2)])
    inputs, graph = net._cached_graph
    assert [s.name for s in inputs] == ["data0", "data1", "data2"] and graph.list_outputs() == ["s__mulscalar0_output", "data0"]
    inputs, same = gluon.SymbolBlock(graph, inputs)._cached_graph
    assert same.list_arguments() == graph.list_arguments() and [s.name for s in inputs] == ["data0", "data1", "data2"]
