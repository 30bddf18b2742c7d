"""Graphs: composition, names, attributes, shapes. The expectations are MXNet 1.9.1's answers."""
from __future__ import annotations

import copy
import json
import pickle

import numpy as onp
import pytest

import mxshim as mx
from mxshim.base import MXNetError, NotImplementedForSymbol

sym = mx.sym


@pytest.fixture(autouse=True)
def _fresh_names():
    with mx.name.NameManager():
        yield


def last(s):
    node = json.loads(s.tojson())["nodes"][-1]
    return s.name, node["op"], node.get("attrs", {})


d, e = sym.Variable("d"), sym.Variable("e")
MADE = {
    "RNN": (lambda: sym.RNN(d, mode="lstm", state_size=3, num_layers=1, state_outputs=True, name="r"), "r", "RNN",
            {"mode": "lstm", "num_layers": "1", "state_outputs": "True", "state_size": "3"}),
    "concat": (lambda: sym.Concat(d, e), "concat0", "Concat", {"num_args": "2"}),
    "named concat": (lambda: sym.concat(d, e, dim=0, name="hey"), "hey", "Concat", {"dim": "0", "num_args": "2"}),
    "add_n": (lambda: sym.add_n(d, e), "add_n0", "add_n", {"num_args": "2"}),
    "split_v2": (lambda: sym.split_v2(d, 3), "_split_v20", "_split_v2",
                 {"axis": "0", "indices": "()", "sections": "3", "squeeze_axis": "False"}),
    "split_v2 of a symbol": (lambda: d.split_v2((1, 3), axis=1), "_split_v20", "_split_v2",
                             {"axis": "1", "indices": "(0, 1, 3)", "squeeze_axis": "False"}),
    "uniform": (lambda: sym.random.uniform(0, 1, shape=(2, 2)), "_random_uniform0", "_random_uniform",
                {"high": "1", "low": "0", "shape": "(2, 2)"}),
    "uniform of symbols": (lambda: sym.random.uniform(d, e, shape=(2, 2)), "_sample_uniform0", "_sample_uniform", {"shape": "(2, 2)"}),
    "plus": (lambda: d + e, "_plus0", "elemwise_add", {}),
    "plus number": (lambda: d + 2, "_plusscalar0", "_plus_scalar", {"scalar": "2"}),
    "number minus": (lambda: 2 - d, "_rminusscalar0", "_rminus_scalar", {"scalar": "2"}),
    "number over": (lambda: 1 / d, "_rdivscalar0", "_rdiv_scalar", {"scalar": "1"}),
    "power": (lambda: d ** e, "_power0", "_power", {}),
    "number to the power": (lambda: 2 ** d, "_rpower_scalar0", "_rpower_scalar", {"scalar": "2"}),
    "power of a number": (lambda: sym.power(2, d), "_rpowerscalar0", "_rpower_scalar", {"scalar": "2"}),
    "maximum": (lambda: sym.maximum(d, 2), "_maximumscalar0", "_maximum_scalar", {"scalar": "2"}),
    "negative": (lambda: -d, "_mulscalar0", "_mul_scalar", {"scalar": "-1.0"}),
    "modulo": (lambda: d % 2, "_modscalar0", "_mod_scalar", {"scalar": "2"}),
    "equal": (lambda: d == e, "_equal0", "_equal", {}),
    "number at most": (lambda: 2 <= d, "_greater_equal_scalar0", "_greater_equal_scalar", {"scalar": "2"}),
    "zeros": (lambda: sym.zeros((2, 3)), "_zeros0", "_zeros", {"dtype": "float32", "shape": "(2, 3)"}),
    "full": (lambda: sym.full((2,), 3.), "_full0", "_full", {"dtype": "float32", "shape": "(2,)", "value": "3.0"}),
    "flip": (lambda: sym.flip(d, axis=1), "flip0", "reverse", {"axis": "1"}),
    "astype": (lambda: d.astype("float16"), "cast0", "Cast", {"dtype": "float16"}),
    "reshape": (lambda: d.reshape((2, 3)), "reshape0", "Reshape", {"shape": "(2, 3)"}),
    "linalg": (lambda: sym.linalg.gemm2(d, e), "gemm20", "_linalg_gemm2", {}),
    "contrib": (lambda: sym.contrib.box_iou(d, e), "box_iou0", "_contrib_box_iou", {}),
    "histogram": (lambda: sym.histogram(d, bins=3, range=(0, 1)), "_histogram0", "_histogram", {"bin_cnt": "3", "range": "(0, 1)"}),
    "slice_axis to the end": (lambda: sym.slice_axis(d, axis=1, begin=-1, end=None), "slice_axis0", "slice_axis",
                              {"axis": "1", "begin": "-1", "end": "None"}),
    "np scalar": (lambda: d.as_np_ndarray() + 1, "_npi_add_scalar0", "_npi_add_scalar", {"is_int": "True", "scalar": "1"}),
    "np swapped comparison": (lambda: sym.np.greater(2.5, d.as_np_ndarray()), "_npi_less_scalar0", "_npi_less_scalar",
                              {"is_int": "False", "scalar": "2.5"}),
}


X = sym.var("x").as_np_ndarray()
SEVERAL = [  # how many Symbols MXNet 2 gives
    (lambda: sym.np.split(X, 2), 2), (lambda: sym.np.split(X, 1), 1), (lambda: sym.np.array_split(X, [1, 2]), 3),
    (lambda: sym.np.vsplit(X, 2), 2), (lambda: sym.np.hsplit(X, 2), 2), (lambda: sym.np.dsplit(X, 2), 2),
    (lambda: sym.np.linalg.svd(X), 3), (lambda: sym.np.unique(X, return_index=True), 2), (lambda: sym.np.atleast_2d(X, X), 2),
    (lambda: sym.npx.topk(X, ret_typ="both"), 2), (lambda: sym.npx.slice_channel(X, num_outputs=3), 3),
    (lambda: sym.np.average(X, returned=True), 2)]


@pytest.mark.parametrize("call, count", SEVERAL)
def test_several_outputs_of_np_are_a_list(call, count):
    found = call()
    assert type(found) is list and [type(s) for s in found] == [type(X)] * count
    assert len({n for s in found for n in s.list_outputs()}) == count and all(len(s) == 1 for s in found)


A = [[1., 0., 3.], [4., 5., 6.]]


@pytest.mark.parametrize("call", [
    lambda np, x: np.split(x, 3, axis=1)[2], lambda np, x: np.vsplit(x, 2)[1], lambda np, x: np.ravel(x), lambda np, x: np.inner(x, x),
    lambda np, x: np.outer(x, x), lambda np, x: np.vdot(x, x), lambda np, x: np.append(x, x), lambda np, x: np.append(x, x, axis=1),
    lambda np, x: np.flipud(x), lambda np, x: np.fliplr(x), lambda np, x: np.flatnonzero(x), lambda np, x: np.median(x, axis=1),
    lambda np, x: np.quantile(x, 0.25), lambda np, x: np.quantile(x, np.full((2,), 0.5), axis=0), lambda np, x: np.atleast_3d(x, x)[1]])
def test_composed_of_operators(call):
    want = call(mx.np, mx.np.array(A))
    with mx.util.np_shape():
        got = call(sym.np, X).eval(x=mx.np.array(A))[0]
    assert got.shape == want.shape and got.dtype == want.dtype and onp.allclose(got.asnumpy(), want.asnumpy())


@pytest.mark.parametrize("case", MADE)
def test_made(case):
    make, *wanted = MADE[case]
    assert last(make()) == tuple(wanted)


INPUTS = {
    "FullyConnected": (lambda: sym.FullyConnected(d, num_hidden=3), ["d", "fullyconnected0_weight", "fullyconnected0_bias"], []),
    "no bias": (lambda: sym.FullyConnected(d, num_hidden=3, no_bias=True, name="fc"), ["d", "fc_weight"], []),
    "by name": (lambda: sym.FullyConnected(data=d, weight=e, num_hidden=3), ["d", "e", "fullyconnected0_bias"], []),
    "nothing given": (lambda: sym.FullyConnected(num_hidden=3, name="q"), ["q_data", "q_weight", "q_bias"], []),
    "BatchNorm": (lambda: sym.BatchNorm(d, name="bn"), ["d", "bn_gamma", "bn_beta"], ["bn_moving_mean", "bn_moving_var"]),
    "Deconvolution": (lambda: sym.Deconvolution(d, kernel=(2, 2), num_filter=3, name="u"), ["d", "u_weight"], []),
    "prelu": (lambda: sym.LeakyReLU(d, act_type="prelu", name="p"), ["d", "p_gamma"], []),
    "relu": (lambda: sym.LeakyReLU(d, name="p"), ["d"], []),
    "bilinear": (lambda: sym.UpSampling(d, scale=2, sample_type="bilinear", num_filter=2, name="u"), ["d", "u_weight"], []),
    "loss": (lambda: sym.SoftmaxOutput(d, name="softmax"), ["d", "softmax_label"], []),
    "gru": (lambda: sym.RNN(d, mode="gru", state_size=3, num_layers=1, name="r"), ["d", "r_parameters", "r_state"], []),
    "same name twice": (lambda: d + sym.var("d"), ["d", "d"], []),
    "one variable twice": (lambda: d + d, ["d"], []),
}


@pytest.mark.parametrize("case", INPUTS)
def test_inputs(case):
    make, arguments, states = INPUTS[case]
    s = make()
    assert (s.list_arguments(), s.list_auxiliary_states()) == (arguments, states)
    assert sorted(s.list_inputs()) == sorted(arguments + states)


def test_outputs_and_indexing():
    s = sym.SliceChannel(d, num_outputs=3, name="s")
    assert s.list_outputs() == ["s_output0", "s_output1", "s_output2"] and len(s) == 3 and s.num_outputs == 3
    assert s[1].list_outputs() == ["s_output1"] and s["s_output2"].list_outputs() == ["s_output2"] and repr(s) == "<Symbol s>"
    assert [p.list_outputs()[0] for p in s] == s.list_outputs()
    g = sym.Group([d + e, s])
    assert repr(g) == "<Symbol group [_plus0, s, s, s]>" and g.name is None and g[1:3].list_outputs() == ["s_output0", "s_output1"]
    assert sym.BatchNorm(d, output_mean_var=True, name="b").list_outputs() == ["b_output", "b_mean", "b_var"]
    r = sym.RNN(d, mode="lstm", state_size=3, num_layers=1, state_outputs=True, name="r")
    assert r.list_outputs() == ["r_output", "r_state_output", "r_statecell_output"]
    inner = sym.FullyConnected(sym.Activation(d, act_type="relu", name="a"), num_hidden=2, name="f").get_internals()
    assert inner.list_outputs() == ["d", "a_output", "f_weight", "f_bias", "f_output"]
    assert inner["a_output"].list_arguments() == ["d"]
    assert repr((d + e).get_children()) == "<Symbol group [d, e]>" and d.get_children() is None


def test_attributes():
    v = sym.Variable("data", shape=(0, 3), lr_mult=2.0, init=mx.init.One(), dtype="float32", __mood__="so")
    assert v.list_attr() == {"__shape__": "(0, 3)", "__lr_mult__": "2.0", "lr_mult": "2.0", "__init__": '["one", {}]', "__dtype__": "0",
                             "__mood__": "so"}
    with mx.AttrScope(ctx_group="dev1", lr_mult="3"):
        f = sym.FullyConnected(v, num_hidden=4, name="fc1", attr={"wd_mult": "2", "__x__": "y"})
        with mx.AttrScope(lr_mult="4"):
            assert sym.Variable("w").attr("lr_mult") == "4"
    assert f.attr("ctx_group") == "dev1" and f.attr("__ctx_group__") == "dev1" and f.attr("num_hidden") == "4" and f.attr("none") is None
    assert f.attr_dict()["fc1_weight"] == f.list_attr()  # variables that are made take over everything
    assert sym.BatchNorm(v, name="bn").attr_dict()["bn_moving_var"]["__init__"] == '["one", {}]'
    with mx.AttrScope(ctx_group="dev2"), mx.name.Prefix("p_") as prefix:
        assert mx.AttrScope.current.get({"x": "y"}) == {"ctx_group": "dev2", "x": "y"} and mx.name.NameManager.current is prefix
    with pytest.raises(ValueError, match="Attributes need to be string"):
        mx.AttrScope(lr_mult=3)
    with pytest.raises(MXNetError, match="no attribute 'mood'"):
        sym.FullyConnected(v, num_hidden=4, attr={"mood": "so"})
    with pytest.raises(DeprecationWarning):
        f.list_attr(recursive=True)


def test_attributes_of_groups():
    split = sym.split(d, num_outputs=2, name="sp")
    assert split.attr("name") == "sp" and split.attr("num_outputs") == "2" and d.attr("name") == "d"  # two outputs of one operator
    group = sym.Group([d + 1, e * d])
    assert group.attr("name") is group.attr("scalar") is None and group.list_attr() == {"scalar": "1"}  # the first one's
    with pytest.raises(MXNetError, match="group of several"):
        group._set_attr(x="y")
    assert group[0:2].list_outputs() == group.list_outputs() and group[1:].list_outputs() == group.list_outputs()[1:]
    for wrong, error in (slice(1, 3), IndexError), (slice(2, None), TypeError):
        with pytest.raises(error):
            group[wrong]


def test_numpy_on_the_left():
    two = onp.float32(2)
    for made, want in ((two - d, (d - 2).__neg__()), (two * d, d * 2), (two ** d, 2 ** d), (two > d, d < 2), (two == d, d == 2)):
        assert made.list_arguments() == ["d"]
        assert made.eval(d=mx.nd.array([3]))[0].asnumpy() == want.eval(d=mx.nd.array([3]))[0].asnumpy()
    for wrong in (lambda: onp.ones(2) * d, lambda: d * onp.ones(2)):
        with pytest.raises(TypeError, match="not supported"):
            wrong()


def test_the_name_of_a_cast():
    assert d.astype("int32", name="t").list_outputs() == ["t_output"]


def test_operators_without_attributes_take_any():
    a = sym.broadcast_mul(d, e, axis=1, name="m")
    assert a.attr_dict() == {"m": {"axis": "1"}} and sym.load_json(a.tojson()).attr_dict() == a.attr_dict()
    x = mx.nd.array([[2.]])
    [y] = sym.linalg.det(sym.exp(a, foo="f") * 0 + a, bar=2).bind(mx.cpu(), {"d": x, "e": x}).forward()
    assert y.asnumpy().tolist() == [4]
    assert mx.nd.broadcast_mul(x, x, axis=1).asnumpy().tolist() == mx.nd._internal._mul(x, x, axis=1).asnumpy().tolist() == [[4]]
    assert mx.nd.linalg.det(x, bar=2).asnumpy().tolist() == [2]
    for wrong in (lambda: mx.nd.multiply(x, x, axis=1), lambda: mx.nd.sum(x, foo=1), lambda: sym.add_n(d, e, foo=1)):
        with pytest.raises(MXNetError, match="no (argument|attribute) '(axis|foo)'"):
            wrong()
    assert sym.add_n(d, e, num_args=2, name="n").attr_dict() == {"n": {"num_args": "2"}}


def test_names():
    assert [sym.Activation(d, act_type="relu").name for _ in range(2)] == ["activation0", "activation1"]
    with mx.name.Prefix("p_"):
        assert sym.FullyConnected(d, num_hidden=2, name="fc").list_arguments() == ["d", "p_fc_weight", "p_fc_bias"]
        assert sym.FullyConnected(d, num_hidden=2).name == "p_fullyconnected0"
    with mx.name.NameManager():
        assert sym.Activation(d, act_type="relu").name == "activation0"
    assert sym.Activation(d, act_type="relu").name == "activation2"


def test_attributes_that_must_be_given():
    for call, text in ((lambda: sym.FullyConnected(d), "FullyConnected needs num_hidden"), (lambda: d.clip(a_min=0), "clip needs a_max"),
                       (lambda: sym.UpSampling(d), "needs scale, sample_type"), (lambda: d.expand_dims(), "needs axis")):
        with pytest.raises(MXNetError, match=text):
            call()


def test_composition():
    f = sym.FullyConnected(sym.var("data"), num_hidden=3, name="net")
    g = f(data=d + e, name="composed")
    assert g.list_arguments() == ["d", "e", "net_weight", "net_bias"] and g.name == "composed"
    assert f.list_arguments() == ["data", "net_weight", "net_bias"] and f.name == "net"
    assert f(d).list_arguments() == ["d", "net_weight", "net_bias"]
    for call, error, text in ((lambda: f(x=d), MXNetError, "argument name x not found"),
                              (lambda: f(d, data=d), TypeError, "all by position or all by name"), (lambda: f(data=3), TypeError, "Symbol"),
                              (lambda: f(d, d, d, d), MXNetError, "there are 3 inputs")):
        with pytest.raises(error, match=text):
            call()


def test_dynamic_shapes():
    x = d.as_np_ndarray()
    assert not (x + 1).has_dynamic_shape_op()
    for s in (sym.np.unique(x), sym.npx.nonzero(x), sym.Group([e, sym.contrib.boolean_mask(d, e)]), sym.contrib.boolean_mask(d, e) + 1):
        assert s.has_dynamic_shape_op()


def test_copies():
    s = sym.Group([sym.FullyConnected(d, num_hidden=3, name="f"), sym.BatchNorm(e, name="b")])
    for other in (copy.copy(s), copy.deepcopy(s), pickle.loads(pickle.dumps(s)), sym.load_json(s.tojson())):
        assert other.tojson() == s.tojson() and other.list_auxiliary_states() == s.list_auxiliary_states()
    n = (d.as_np_ndarray() * 2)
    assert type(pickle.loads(pickle.dumps(n))) is type(n)
    other = copy.copy(s)
    other[0]._set_attr(num_hidden="7")
    assert s[0].attr("num_hidden") == "3"


SHAPES = {
    "convolution": (lambda: sym.Convolution(d, kernel=(3, 3), num_filter=4, num_group=2, name="c"), {"d": (2, 6, 8, 8)},
                    [(2, 6, 8, 8), (4, 3, 3, 3), (4,)], [(2, 4, 6, 6)], []),
    "channels last": (lambda: sym.Convolution(d, kernel=(3, 3), num_filter=4, layout="NHWC", name="c"), {"d": (2, 8, 8, 5)},
                      [(2, 8, 8, 5), (4, 3, 3, 5), (4,)], [(2, 6, 6, 4)], []),
    "deconvolution": (lambda: sym.Deconvolution(d, kernel=(2, 2), stride=(2, 2), num_filter=3, name="c"), {"d": (2, 5, 4, 4)},
                      [(2, 5, 4, 4), (5, 3, 2, 2)], [(2, 3, 8, 8)], []),
    "batch norm": (lambda: sym.BatchNorm(d, axis=-1, name="b"), {"d": (2, 3, 5)}, [(2, 3, 5), (5,), (5,)], [(2, 3, 5)], [(5,), (5,)]),
    "layer norm": (lambda: sym.LayerNorm(d, name="b"), {"d": (2, 3, 5)}, [(2, 3, 5), (5,), (5,)], [(2, 3, 5)], []),
    "embedding": (lambda: sym.Embedding(d, input_dim=9, output_dim=4, name="b"), {"d": (2, 3)}, [(2, 3), (9, 4)], [(2, 3, 4)], []),
    "dense, not flat": (lambda: sym.FullyConnected(d, num_hidden=4, flatten=False, name="b"), {"d": (2, 3, 5)}, [(2, 3, 5), (4, 5), (4,)],
                        [(2, 3, 4)], []),
    "lstm from open states": (lambda: sym.RNN(d, mode="lstm", state_size=3, num_layers=1, state_outputs=True, name="r",
                                              state=sym.zeros((1, 0, 3)),
                                              state_cell=sym.zeros((1, 0, 3))), {"d": (5, 2, 4)}, [(5, 2, 4), (108,)],
                              [(5, 2, 3), (1, 2, 3), (1, 2, 3)], []),
    "backwards through a sum": (lambda: sym.FullyConnected(sym.zeros((0, 5)), num_hidden=8, name="h") + d, {"d": (7, 8)},
                                [(8, 5), (8,), (7, 8)], [(7, 8)], []),
    "labels": (lambda: sym.SoftmaxOutput(sym.FullyConnected(d, num_hidden=3, name="f"), name="s"), {"d": (4, 2)},
               [(4, 2), (3, 2), (3,), (4,)], [(4, 3)], []),
    "labels of places": (lambda: sym.SoftmaxOutput(d, multi_output=True, name="s"), {"d": (4, 3, 2, 6)}, [(4, 3, 2, 6), (4, 12)],
                         [(4, 3, 2, 6)], []),
    "regression": (lambda: sym.LinearRegressionOutput(d, name="s"), {"d": (4, 1)}, [(4, 1), (4,)], [(4, 1)], []),
    "concat": (lambda: sym.Concat(d, e, dim=1), {"d": (2, 3), "e": (2, 4)}, [(2, 3), (2, 4)], [(2, 7)], []),
    "other operators": (lambda: sym.topk(sym.dot(d, e), k=2, ret_typ="both"), {"d": (2, 3), "e": (3, 4)}, [(2, 3), (3, 4)],
                        [(2, 2), (2, 2)], []),
    "backwards through a slice": (lambda: sym.SliceChannel(sym.var("v", shape=(0, 10)), num_outputs=10, axis=1, squeeze_axis=True)[1] + d,
                                  {"d": (5,)}, [(5, 10), (5,)], [(5,)], []),
    "backwards through parts": (lambda: sym.SliceChannel(sym.var("v", shape=(0, 15, 0)), num_outputs=3)[1] + d, {"d": (3, 5, 2)},
                                [(3, 15, 2), (3, 5, 2)], [(3, 5, 2)], []),
    "backwards through a convolution": (
        lambda: sym.Convolution(sym.var("v", shape=(0, 10, 0, 0)), num_filter=2, kernel=(3, 3), pad=(1, 1), name="c") + d,
        {"d": (5, 2, 8, 9)}, [(5, 10, 8, 9), (2, 10, 3, 3), (2,), (5, 2, 8, 9)], [(5, 2, 8, 9)], []),
    "backwards through a transpose": (lambda: sym.transpose(d, axes=(2, 0, 1)) + e, {"e": (4, 2, 3)}, [(2, 3, 4), (4, 2, 3)], [(4, 2, 3)],
                                      []),
    "earlier batch norm": (lambda: sym.BatchNorm_v1(d, name="n"), {"d": (2, 3, 4)}, [(2, 3, 4), (3,), (3,)], [(2, 3, 4)], [(3,), (3,)]),
    "sparse regularization": (lambda: sym.IdentityAttachKLSparseReg(d), {"d": (2, 3)}, [(2, 3)], [(2, 3)], [(3,)]),
    "vector machine": (lambda: sym.SVMOutput(d, name="s"), {"d": (4, 3, 2)}, [(4, 3, 2), (4, 3)], [(4, 3, 2)], []),
    "vector machine of one row": (lambda: sym.SVMOutput(d, name="s"), {"d": (4,)}, [(4,), ()], [(4,)], []),
    "known from the variable": (lambda: sym.var("v", shape=(2, 0)) + d, {"d": (2, 3)}, [(2, 3), (2, 3)], [(2, 3)], []),
}


@pytest.mark.parametrize("case", SHAPES)
def test_shapes(case):
    make, given, *wanted = SHAPES[case]
    assert list(make().infer_shape(**given)) == wanted


def test_shapes_that_do_not_follow():
    s = sym.dot(d, e)
    with pytest.warns(UserWarning, match="these shapes do not follow"):
        assert s.infer_shape(d=(2, 3)) == (None, None, None)
    assert s.infer_shape_partial(d=(2, 3)) == ([(2, 3), ()], [()], [])
    with pytest.raises(MXNetError, match=r"Error in operator _plus0.*expected \(2,\), got \(3,\)"):
        (d + e).infer_shape(d=(2,), e=(3,))
    with pytest.raises(MXNetError, match="x not found; the arguments are d, e"):
        s.infer_shape(x=(2,))
    with pytest.raises(MXNetError, match="Error in operator dot1"):
        sym.dot(d, e).infer_shape(d=(2, 3), e=(2, 3))
    before = mx.nd.random.uniform(shape=(2,)).asnumpy()  # inference draws no numbers
    mx.random.seed(1)
    wanted = mx.nd.random.uniform(shape=(2,)).asnumpy()
    mx.random.seed(1)
    sym.Dropout(sym.random.normal(shape=(3, 4)) + d, p=0.5).infer_shape(d=(3, 4))
    assert (mx.nd.random.uniform(shape=(2,)).asnumpy() == wanted).all() and before.shape == (2,)


# What MXNet says of incomplete shapes; 0 is an unknown size, with np shapes -1 is.
PARTIAL = [(lambda: sym.transpose(d, axes=(0, 2, 1)), {"d": (0, 3, 4)}, (0, 4, 3), (-1, 4, 3)),
           (lambda: sym.pick(d, e, axis=1), {"d": (0, 3, 3), "e": (0, 3)}, (0, 3), (-1, 3)),
           (lambda: sym.dot(d, e), {"d": (0, 3, 4), "e": (4, 5)}, (0, 3, 5), (-1, 3, 5)), (lambda: sym.sin(d), {}, (), None),
           *((make, {"d": (0, 3, 16, 16)}, to, (-1, *to[1:])) for make, to in [
               (lambda: sym.Convolution(d, kernel=(3, 3), num_filter=8, pad=(2, 2), stride=(2, 2)), (0, 8, 9, 9)),
               (lambda: sym.Convolution(sym.Pooling(d, kernel=(2, 2), stride=(2, 2)), kernel=(3, 3), num_filter=8), (0, 8, 6, 6)),
               (lambda: sym.Deconvolution(d, kernel=(3, 3), num_filter=4, stride=(2, 2)), (0, 4, 33, 33)),
               (lambda: sym.slice_axis(d, axis=2, begin=0, end=7), (0, 3, 7, 16)), (lambda: sym.mean(d, axis=1), (0, 16, 16)),
               (lambda: sym.broadcast_add(d, sym.reshape(sym.var("b", shape=(3,)), shape=(1, 3, 1, 1))), (0, 3, 16, 16)),
               (lambda: sym.Pooling(d, kernel=(2, 2), global_pool=True), (0, 3, 1, 1)),
               (lambda: sym.swapaxes(d, dim1=1, dim2=3), (0, 16, 16, 3)),
               (lambda: sym.expand_dims(d, axis=1), (0, 1, 3, 16, 16)), (lambda: sym.repeat(d, repeats=2, axis=2), (0, 3, 32, 16))]),
           (lambda: sym.Convolution(d, kernel=(3, 3), num_filter=8), {"d": (2, 3, 0, 0)}, (2, 8, 0, 0), (2, 8, -1, -1)),
           *((lambda target=target: sym.reshape(d, shape=target), {"d": of}, to, tuple(n or -1 for n in to)) for of, target, to in [
               ((0, 3, 4), (0, -1), (0, 0)), ((0, 3, 4), (-1, 12), (0, 12)), ((0, 3, 4), (-3, 0), (0, 4)), ((0, 3, 4), (0, -3), (0, 12)),
               ((0, 6), (0, -4, 2, -1), (0, 2, 3)), ((0, 6), (-4, 2, -1, 0), (2, 0, 6)), ((2, 0, 4), (-2,), (2, 0, 4)),
               ((0, 6), (3, 4), (3, 4)), ((0, 6), (0, 0, 1), (0, 6, 1))]),
           (lambda: sym.reshape(d, shape=(-2, 1, 30), reverse=True), {"d": (0, 0, 0, 0)}, (0, 0, 1, 30), (-1, -1, 1, 30)),
           (lambda: sym.reshape(d, shape=(16, -1, -4), reverse=True), {"d": (0,)}, (16, 0), (16, -1))]


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("target, to", [((-1, 0, 0), (8, 3, 5)), ((-3, -3), (6, 20)), ((-2,), (2, 3, 5, 4)), ((6, 1, -2), (6, 1, 5, 4))])
def test_one_size_of_what_is_reshaped_follows_from_the_result(target, to, reverse):
    step = -1 if reverse else 1
    target, to, whole = target[::step], to[::step], (2, 3, 5, 4)[::step]
    for k in range(4):
        result = d.reshape(target, reverse=reverse) + sym.ones(shape=to)
        assert result.infer_shape(d=tuple(0 if i == k else n for i, n in enumerate(whole)))[:2] == ([whole], [to])


@pytest.mark.parametrize("make, given, wanted, wanted_np", PARTIAL)
def test_partial_shapes(make, given, wanted, wanted_np):
    assert make().infer_shape_partial(**given)[1] == [wanted]
    with mx.util.np_shape():
        assert make().infer_shape_partial(**{k: tuple(n or -1 for n in s) for k, s in given.items()})[1] == [wanted_np]


def test_graphs_say_which_shapes_they_mean():
    """A graph written with np shapes says so, and an unknown size of one written without is -1 where np shapes are on."""
    f = sym.FullyConnected(d, sym.var("w", shape=(3, 0)), num_hidden=3, name="f")
    text = f.tojson()
    assert "is_np_shape" not in text
    with mx.util.np_shape():
        assert '"is_np_shape": ["int", 1]' in f.tojson() and '"mxnet_version": ["int", 10901]' in f.tojson()
        assert sym.load_json(text).infer_shape(d=(2, 4))[0] == [(2, 4), (3, 4), (3,)]


def test_types():
    f16, f32, f64 = onp.float16, onp.float32, onp.float64
    for s, given, wanted in ((sym.topk(d, ret_typ="both"), {"d": f16}, [f16, f32]), (sym.norm(d, out_dtype="float64"), {"d": f32}, [f64]),
                             (sym.contrib.quantize_v2(d), {"d": f32}, [onp.int8, f32, f32]), (sym.one_hot(d, 3), {"d": onp.int32}, [f32]),
                             (sym.Embedding(d, input_dim=3, output_dim=2, dtype="float16"), {"d": onp.int32}, [f16]),
                             (sym.contrib.dequantize(d, e, e), {"d": onp.int8}, [f32]), (sym.image.to_tensor(d), {"d": onp.uint8}, [f32]),
                             (sym.contrib.index_array(d), {"d": f32}, [onp.int64]),
                             (sym.contrib.quantized_flatten(d, e, e), {"d": onp.int8}, [onp.int8, f32, f32])):
        assert s.infer_type(**given)[1] == wanted
    for s in (d + e, sym.dot(d, e), sym.broadcast_mul(d, e), sym.Concat(d, e)):
        with pytest.raises(MXNetError, match="float16 and float32: its inputs must have one dtype"):
            s.infer_type(d="float16", e="float32")
    f = sym.FullyConnected(d, num_hidden=3, name="f")
    assert f.infer_type(d="float64") == ([onp.float64] * 3, [onp.float64], [])
    assert sym.Embedding(d, input_dim=3, output_dim=2, name="e").infer_type(d="int32", e_weight="float16") == (
        [onp.int32, onp.float16], [onp.float16], [])
    assert sym.Embedding(d, input_dim=3, output_dim=2, name="e").infer_type(d="int32")[0] == [onp.int32, onp.float32]
    assert sym.Cast(d, dtype="int32").infer_type(d="float16")[1] == [onp.int32]
    assert sym.argmax(d, axis=1).infer_type(d="float64")[1] == [onp.float64]
    with pytest.warns(UserWarning, match="these dtypes do not follow"):
        assert (d + e).infer_type() == (None, None, None)


def test_names_of_outputs():
    """Those that MXNet's operators name, and numbers where there are several, those that do not show included."""
    for s, wanted in ((sym.sort(d, name="y"), ["y_output0"]), (sym.topk(d, name="y"), ["y_output"]),
                      (sym.LRN(d, nsize=3, name="y"), ["y_output"]),
                      (sym.topk(d, ret_typ="value", name="y"), ["y_output0"]), (sym.CTCLoss(d, e, name="y"), ["y_output0"]),
                      (sym.make_loss(d, name="y"), ["y_loss"]), (sym.split(d, num_outputs=1, name="y"), ["y_output0"]),
                      (sym.contrib.MultiBoxTarget(d, e, e, name="y"), ["y_loc_target", "y_loc_mask", "y_cls_target"]),
                      (sym.contrib.quantized_flatten(d, e, e, name="y"), ["y_output", "y_min_output", "y_max_output"]),
                      (sym.BatchNorm(d, name="y", output_mean_var=True), ["y_output", "y_mean", "y_var"])):
        assert s.list_outputs() == sym.load_json(s.tojson()).list_outputs() == wanted


def test_operators_of_mxnet_1():
    assert json.loads(sym.cumsum(d, axis=1).tojson())["nodes"][1]["op"] == "_np_cumsum"  # MXNet 2 has another
    assert sym.Convolution_v1(d, kernel=(1, 1), num_filter=2, no_bias=True, name="f").list_arguments() == ["d", "f_weight"]


def test_shapes_do_not_wait_for_dtypes():
    names = ("data", "weight", "min_data", "max_data", "min_weight", "max_weight")
    f = sym.contrib.quantized_fully_connected(**{n: sym.var(n) for n in names}, num_hidden=2, no_bias=True)
    assert f.infer_shape(data=(1, 3), weight=(2, 3), **dict.fromkeys(names[2:], (1,)))[1] == [(1, 2), (1,), (1,)]
    q = sym.contrib.quantize_v2(d)
    assert q.infer_shape(d=(1, 3)) == ([(1, 3)], [(1, 3), (1,), (1,)], [])
    s = sym.contrib.quantized_flatten(d, e, sym.var("f"))
    assert s.infer_shape(d=(1, 3, 1), e=(1,), f=(1,))[1] == [(1, 3), (1,), (1,)]
    with mx.util.np_shape():
        x, y = (sym.var(n).as_np_ndarray() for n in "xy")
        assert sym.np.bitwise_and(x, y).infer_shape(x=(2, 3), y=(3,))[1] == [(2, 3)]
        assert sym.npx.masked_softmax(x, y).infer_shape(x=(2, 3), y=(2, 3))[1] == [(2, 3)]


WRONG = {
    "list operand": (lambda: d + [1], TypeError, "not supported"),
    "unknown attribute": (lambda: sym.FullyConnected(d, foo=3), MXNetError, "no attribute 'foo'"),
    "no symbols": (lambda: sym.Group([]), TypeError, "a list of Symbols is needed"),
    "number as name": (lambda: sym.Variable(3), TypeError, "Expect a string"),
    "number as input": (lambda: sym.FullyConnected(3, num_hidden=2), AssertionError, "must be a Symbol"),
    "unknown output": (lambda: (d + e)["foo"], ValueError, "Cannot find output that matches name \"foo\""),
    "output beyond": (lambda: d[1], IndexError, "index"),
    "several outputs as input": (lambda: sym.dot(sym.split(d, num_outputs=3), e), MXNetError, "one output is wanted"),
    "truth": (lambda: bool(d), NotImplementedForSymbol, "no values"),
    "values": (lambda: d.asnumpy(), NotImplementedForSymbol, "asnumpy: a Symbol holds no numbers"),
    "in place": (lambda: d.__iadd__(1), NotImplementedForSymbol, "__iadd__"),
    "shape": (lambda: d.shape, AttributeError, "shape"),
    "variable's attribute": (lambda: sym.Variable("q", weird=3), ValueError, "unknown argument 'weird'"),
    "number in attr": (lambda: sym.Variable("q", attr={"a": 3}), ValueError, "attr\\['a'\\] must be a text"),
    "bad number": (lambda: sym.FullyConnected(d, num_hidden="many"), MXNetError, "'num_hidden' must be an int, got 'many'"),
    "unknown name": (lambda: sym.nonsense, AttributeError, "nonsense"),
    "np without operator": (lambda: mx.np.cov(d.as_np_ndarray()), MXNetError, "np.cov cannot be called with Symbols"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong(case):
    call, error, text = WRONG[case]
    with pytest.raises(error, match=text):
        call()


def test_functions_of_arrays_take_symbols():
    assert mx.nd.relu(d).list_outputs() == ["relu0_output"] and mx.nd.Dropout(d, p=0.3, name="q").attr("p") == "0.3"
    x = d.as_np_ndarray()
    s = mx.npx.relu(mx.np.concatenate([x, x * 2], axis=1)).reshape(-1, 4)[:, 1:].mean(axis=1)
    got = s.bind(mx.cpu(), {"d": mx.np.array([[1., -2.], [3., -4.]])}).forward()[0]
    assert got.tolist() == pytest.approx([2 / 3, 2.0])


def test_types_of_numbers_of_elements():
    f16, f32, i32 = onp.float16, onp.float32, onp.int32
    for s, given, want in ((sym.argmax(d, axis=1), f16, [f16]), (sym.argmin(d, axis=1), i32, [i32]), (sym.argsort(d), f16, [f32]),
                           (sym.topk(d), i32, [f32]), (sym.topk(d, ret_typ="both", dtype="int32"), f16, [f16, i32]),
                           (sym.topk(d, ret_typ="value"), f16, [f16]), (sym.one_hot(d, depth=2), i32, [f32])):
        assert s.infer_type(d=given) == ([given], want, []), s.name


def test_types_of_custom_operators():
    @mx.operator.register("two_types")
    class TwoTypes(mx.operator.CustomOpProp):
        def list_outputs(self):
            return ["a", "b"]

        def infer_type(self, in_type):
            return in_type, [in_type[0], onp.int32], []

    assert sym.Custom(d, op_type="two_types").infer_type(d="float64")[1] == [onp.float64, onp.int32]


def test_nd_graphs_give_nd_arrays():
    assert type(sym.cumsum(d, axis=1).eval(d=mx.nd.ones((2, 2)))[0]) is mx.nd.NDArray
    assert sym.linspace(0, 1, 3).eval()[0].asnumpy().tolist() == [0, 0.5, 1]
    counts, _ = sym.histogram(d, bins=2, range=(0, 1)).eval(d=mx.nd.array([0.1, 0.2, 0.7]))
    assert counts.asnumpy().tolist() == [2, 1]


@pytest.mark.parametrize(("n", "numbers", "want"), [
    (4, {"start": 0}, [0, 1, 2, 3]), (3, {"start": 2, "step": 3}, [2, 5, 8]),
    (5, {"start": 2, "step": -3, "repeat": 2}, [2, 2, -1, -1, -4])])
def test_a_range_without_an_end_is_as_long_as_what_it_meets(n, numbers, want):
    open_range = mx.sym.arange(**numbers, infer_range=True)
    assert open_range.infer_shape() == (None, None, None)
    both = mx.sym.elemwise_add(mx.sym.load_json(open_range.tojson()), mx.sym.zeros(shape=[n]))
    assert both.bind(mx.cpu(), {}).forward()[0].asnumpy().tolist() == want
    assert mx.sym.arange(3, infer_range=False).eval()[0].asnumpy().tolist() == [0, 1, 2]
    with pytest.raises(mx.MXNetError, match="empty"):
        mx.sym.arange(3, 3).infer_shape()


def test_a_kernel_of_another_dimension():
    with pytest.raises(mx.MXNetError, match="kernel of 1 sizes"):
        mx.sym.Convolution(mx.sym.var("x"), num_filter=4, kernel=(3,)).infer_shape(x=(1, 3, 4, 4))


def test_slopes_of_prelu_start_at_a_quarter():
    starts = '["Constant", {"value": 0.25}]'
    made = mx.sym.LeakyReLU(mx.sym.var("x"), act_type="prelu", name="p")
    given = mx.sym.LeakyReLU(mx.sym.var("x"), mx.sym.var("slope"), act_type="prelu")
    own = mx.sym.LeakyReLU(mx.sym.var("x"), mx.sym.var("slope", init=mx.init.One()), act_type="prelu")
    assert made.attr_dict()["p_gamma"]["__init__"] == given.attr_dict()["slope"]["__init__"] == starts
    assert own.attr_dict()["slope"]["__init__"] != starts
    normed = mx.sym.BatchNorm(mx.sym.var("x"), moving_mean=mx.sym.var("m"), moving_var=mx.sym.var("v", init=mx.init.Zero()))
    assert [normed.attr_dict()[n]["__init__"] for n in "mv"] == ['["zero", {}]', '["zero", {}]']
    module = mx.mod.Module(made, data_names=["x"], label_names=None)
    module.bind(data_shapes=[("x", (1, 3))])
    module.init_params()
    assert module.get_params()[0]["p_gamma"].asnumpy().tolist() == [0.25] * 3


def test_dtypes_that_differ_are_refused_also_if_one_is_float64():
    a, b = mx.sym.Variable("a"), mx.sym.Variable("b")
    for s in (mx.sym.elemwise_add(a, b), mx.sym.dot(a, b), mx.sym.Concat(a, b)):
        for types in (("float32", "float64"), ("float64", "float32"), ("float16", "float32")):
            with pytest.raises(MXNetError, match="one dtype"):
                s.infer_type(*types)
    wide = mx.sym.amp_multicast(a, b, num_outputs=2).infer_type("float16", "float64")
    assert wide == ([onp.float16, onp.float64], [onp.float64] * 2, [])


def test_pick_from_a_vector_gives_one_element():
    a, b = mx.sym.Variable("a"), mx.sym.Variable("b")
    s = mx.sym.pick(a, b, axis=0)
    assert s.infer_shape(a=(3,)) == s.infer_shape(a=(3,), b=(1,)) == ([(3,), (1,)], [(1,)], [])
    run = s.simple_bind(mx.cpu(), a=(3,), b=(1,))
    assert run.forward(a=mx.nd.array([4, 5, 6]), b=mx.nd.array([2]))[0].asnumpy().tolist() == [6]


def test_no_dtype_is_float64():
    a = mx.sym.Variable("a")
    for s in (mx.sym.softmax(a, dtype=None), mx.sym.one_hot(a, depth=2, dtype=None), mx.sym.cumsum(a, dtype=None)):
        assert s.attr("dtype") == "float64" and s.infer_type("float32")[1] == [onp.float64]
    assert mx.sym.softmax(a).infer_type("float32")[1] == [onp.float32]


def test_shapes_of_old_convolutions_follow():
    s = mx.sym.Convolution_v1(mx.sym.Variable("x"), kernel=(3, 2), num_filter=4, name="c")
    assert s.infer_shape(x=(2, 3, 5, 6))[:2] == ([(2, 3, 5, 6), (4, 3, 3, 2), (4,)], [(2, 4, 3, 5)])
