"""Executors: bind, gradients, reshape, monitors, how many programs there are."""
from __future__ import annotations

import numpy as onp
import pytest

import mxshim as mx
from mxshim import engine, nd, sym
from mxshim.base import MXNetError

pytestmark = pytest.mark.usefixtures("on_cpu")

a, b = mx.sym.var("a"), mx.sym.var("b")


def net():
    c = mx.sym.Convolution(mx.sym.var("data"), kernel=(3, 3), num_filter=2, name="c")
    h = mx.sym.Activation(mx.sym.BatchNorm(c, fix_gamma=False, name="bn"), act_type="tanh")
    return mx.sym.SoftmaxOutput(mx.sym.FullyConnected(mx.sym.flatten(h), num_hidden=3, name="fc"), name="softmax")


def test_forward_and_backward():
    x, y, gx = nd.array([1., 2.]), nd.array([3., 4.]), nd.zeros((2,))
    ex = (a * b + a).bind(mx.cpu(), {"a": x, "b": y}, args_grad={"a": gx})
    assert ex.forward(is_train=True)[0].asnumpy().tolist() == [4., 10.] and list(ex.output_dict) == ex._symbol.list_outputs()
    ex.backward()
    assert gx.asnumpy().tolist() == [4., 5.] and ex.grad_dict["b"] is None and ex.grad_dict["a"] is gx
    ex.forward(is_train=True, a=nd.array([2., 2.]))
    ex.backward(nd.array([1., 10.]))
    assert gx.asnumpy().tolist() == [4., 50.] and x.asnumpy().tolist() == [2., 2.]
    assert x.grad is None  # the caller's arrays stay as they were
    y[:] = 1
    assert ex.forward()[0].asnumpy().tolist() == [4., 4.]
    assert (a + b).eval(a=x, b=y)[0].asnumpy().tolist() == [3., 3.]


@pytest.mark.parametrize("req, wanted", [("write", 4.), ("add", 8.), ({"a": "add"}, 8.), (["add", "null"], 8.)])
def test_requests(req, wanted):
    g = nd.zeros((1,))
    ex = (a * b).bind(mx.cpu(), [nd.ones((1,)), nd.ones((1,)) * 4], [g, nd.zeros((1,))], req)
    for _ in range(2):
        ex.forward(is_train=True)
        ex.backward()
    assert g.asscalar() == wanted


def test_backward_again():
    """A second backward, and one after a forward for a prediction, compute the graph once more."""
    g = nd.zeros((2,))
    ex = (a * b).bind(mx.cpu(), [nd.array([1., 2.]), nd.array([3., 4.])], {"a": g}, "add")
    ex.forward(is_train=True)
    ex.backward()
    ex.backward(nd.array([1., 10.]))
    assert g.asnumpy().tolist() == [6., 44.]
    ex.forward()
    ex.backward([nd.array([1., 1.])])
    assert g.asnumpy().tolist() == [9., 48.]
    drop = mx.sym.Dropout(a, p=0.9).bind(mx.cpu(), [nd.ones((50,))], [nd.zeros((50,))])
    drop.forward()
    drop.backward()  # nothing is dropped in a prediction
    assert drop.grad_dict["a"].asnumpy().tolist() == [1.] * 50


def test_memory_is_told():
    ex = (a * b).simple_bind(mx.cpu(), a=(512, 1024), b=(512, 1024))
    assert "Total 8 MB allocated" in ex.debug_str()
    assert "Total 4 MB allocated" in (a * b).simple_bind(mx.cpu(), grad_req="null", a=(512, 1024), b=(512, 1024)).debug_str()


def test_simple_bind_trains_with_few_programs():
    ex = net().simple_bind(mx.cpu(), data=(4, 1, 6, 6),
                           grad_req={n: "write" for n in net().list_arguments() if n not in ("data", "softmax_label")})
    assert ex.arg_dict["fc_weight"].shape == (3, 32) and ex.grad_dict["data"] is None
    state = onp.random.RandomState(0)
    for name, array in ex.arg_dict.items():
        if name != "softmax_label":
            array[:] = state.uniform(-0.3, 0.3, array.shape)
    losses, counts = [], []
    for turn in range(8):
        data = state.uniform(size=(4, 1, 6, 6)).astype("float32")
        data[:, 0, 0, 0] = [0, 3, 6, 0]
        ex.forward(is_train=True, data=nd.array(data), softmax_label=nd.array([0, 1, 2, 0]))
        ex.backward()
        for name, g in ex.grad_dict.items():
            if g is not None:
                ex.arg_dict[name][:] -= 0.5 * (1 + turn) / 8 * g
        losses.append(float(-onp.log(ex.outputs[0].asnumpy()[[0, 1, 2, 3], [0, 1, 2, 0]]).mean()))
        counts.append(engine.stats().programs)
    assert losses[-1] < losses[0] and counts[-1] == counts[2]  # nothing is compiled after the third step
    assert ex.aux_dict["bn_moving_var"].asnumpy().min() < 0.7  # forward(is_train=True) and backward moved it
    before = ex.aux_dict["bn_moving_mean"].asnumpy()
    ex.forward()
    assert (ex.aux_dict["bn_moving_mean"].asnumpy() == before).all()


def test_backward_without_forward():
    ex = mx.sym.tile(a, reps=(2, 2)).bind(mx.cpu(), [nd.ones((1, 2))], [nd.zeros((1, 2))])
    ex.backward(nd.array([[1., 2., 3., 4.], [5., 6., 7., 8.]]))
    assert ex.grad_arrays[0].asnumpy().tolist() == [[16, 20]]
    ex = mx.sym.BatchNorm(a, name="bn").simple_bind(mx.cpu(), a=(2, 1))
    ex.arg_dict["a"][:] = nd.array([[0.], [2.]])
    ex.backward(nd.array([[1.], [0.]]))
    assert abs(ex.grad_dict["a"].asnumpy()).max() < 1e-2  # by the batch's statistics, as in training


def test_rows_of_dense_arrays_are_retained():
    ex = mx.sym.sparse.retain(a, b).simple_bind(mx.cpu(), grad_req={"a": "write", "b": "null"}, a=(3, 2), b=(2,))
    ex.forward(is_train=True, a=nd.array([[1., 2.], [3., 4.], [5., 6.]]), b=nd.array([2., 0.]))
    ex.backward(nd.ones((3, 2)) * 2)
    assert ex.outputs[0].asnumpy().tolist() == [[1, 2], [0, 0], [5, 6]]
    assert ex.grad_dict["a"].asnumpy().tolist() == [[2, 2], [0, 0], [2, 2]]


def test_reshape_and_parameters():
    ex = net().simple_bind(mx.cpu(), data=(4, 1, 6, 6))
    ex.copy_params_from({"fc_bias": nd.array([1., 2., 3.])}, {"bn_moving_var": nd.ones((2,)) * 2})
    other = ex.reshape(data=(2, 1, 6, 6), partial_shaping=True)
    assert other.arg_dict["fc_bias"] is ex.arg_dict["fc_bias"] and other.arg_dict["data"].shape == (2, 1, 6, 6)
    other.arg_dict["data"][:] = 5
    assert (ex.arg_dict["data"].asnumpy() == onp.array([5, 5, 0, 0]).reshape(4, 1, 1, 1)).all()
    assert other.forward()[0].shape == (2, 3) and other.arg_dict["softmax_label"].shape == (2,)
    with pytest.raises(mx.MXNetError, match="allow_up_sizing"):
        ex.reshape(data=(8, 1, 6, 6), partial_shaping=True)
    assert ex.reshape(data=(8, 1, 6, 6), partial_shaping=True, allow_up_sizing=True).forward()[0].shape == (8, 3)
    with pytest.raises(ValueError, match="no 'nothing' among its arguments"):
        ex.copy_params_from({"nothing": nd.ones((1,))})
    ex.copy_params_from({"nothing": nd.ones((1,))}, allow_extra_params=True)


def test_open_sizes_and_other_shapes():
    h = mx.sym.FullyConnected(mx.sym.zeros((0, 5)), num_hidden=4, name="h") + mx.sym.FullyConnected(a, num_hidden=4, name="i")
    for n in (2, 7):
        ex = h.simple_bind(mx.cpu(), a=(n, 3))
        ex.arg_dict["h_bias"][:] = 1
        assert ex.forward()[0].asnumpy().tolist() == [[1.] * 4] * n


def test_monitor():
    seen = []
    ex = net().simple_bind(mx.cpu(), data=(2, 1, 6, 6))
    ex.set_monitor_callback(lambda name, array: seen.append((name, array.shape)))
    ex.forward(is_train=True)
    assert [n for n, _ in seen] == ["c_output", "bn_output", ex._symbol.get_internals().list_outputs()[9], *[n for n, _ in seen[3:]]]
    assert seen[-1] == ("softmax_output", (2, 3))
    mon = mx.mon.Monitor(1, pattern=".*weight", sort=True)
    ex2 = net().simple_bind(mx.cpu(), data=(2, 1, 6, 6))
    mon.install(ex2)
    mon.tic()
    ex2.forward()
    assert [(step, name) for step, name, _ in mon.toc()] == [(1, "c_weight"), (1, "fc_weight")]


def test_a_monitor_sees_the_gradients_that_operators_give_their_inputs():
    x = mx.sym.var("x")
    y = mx.sym.Activation(mx.sym.FullyConnected(x, num_hidden=2, no_bias=True, name="fc"), act_type="relu", name="act")
    y = mx.sym.elemwise_add(y, mx.sym.broadcast_mul(mx.sym.sum(x, axis=1, keepdims=True), y), name="add")
    y = mx.sym.BatchNorm(y, name="bn", use_global_stats=True, eps=1e-5)
    ex = y.simple_bind(mx.cpu(), x=(2, 3))
    plain = y.simple_bind(mx.cpu(), x=(2, 3))
    for e in (ex, plain):
        e.arg_dict["x"][:] = 1
        e.arg_dict["fc_weight"][:] = 2
        e.aux_dict["bn_moving_var"][:] = 1
    seen = []
    ex.set_monitor_callback(lambda name, array: seen.append((name, array.asnumpy())))
    ex.forward(is_train=True)
    assert not any("backward" in name for name, _ in seen)
    del seen[:]
    ex.backward(nd.ones((2, 2)))
    names = [name for name, _ in seen]
    assert names[:5] == [*[f"bn_backward_output{n}" for n in range(3)], "add_backward_output0", "add_backward_output1"]
    assert names[-3:] == ["act_backward_output", "fc_backward_output0", "fc_backward_output1"]
    found = dict(seen)
    onp.testing.assert_allclose(found["act_backward_output"], 4, rtol=1e-4)  # 1 from the addition, 3 from the product with the sum over x
    plain.forward(is_train=True)
    plain.backward(nd.ones((2, 2)))
    for name, g in plain.grad_dict.items():
        onp.testing.assert_allclose(ex.grad_dict[name].asnumpy(), g.asnumpy(), rtol=1e-5)
    onp.testing.assert_allclose(found["fc_backward_output1"], ex.grad_dict["fc_weight"].asnumpy(), rtol=1e-5)
    ex.forward()  # a prediction
    assert len(seen) < 2 * len(names) and "fc_backward_output0" not in [name for name, _ in seen[len(names):]]


def test_a_monitor_of_everything_sees_what_goes_into_each_operator():
    x = mx.sym.Activation(mx.sym.FullyConnected(mx.sym.var("x"), num_hidden=2, name="fc"), act_type="relu", name="act")
    ex = mx.sym.concat(x, mx.sym.var("y"), name="both").simple_bind(mx.cpu(), x=(2, 3), y=(2, 1))
    seen = []
    ex.set_monitor_callback(lambda name, array: seen.append((name, array.shape)), monitor_all=True)
    ex.forward()
    assert [n for n, _ in seen] == ["x", "fc_data", "fc_weight", "fc_weight", "fc_bias", "fc_bias", "fc_output", "act_input0", "act_output",
                                    "both_arg0", "y", "both_arg1", "both_output"]
    assert dict(seen)["fc_data"] == (2, 3) and dict(seen)["both_arg1"] == (2, 1)


def test_monitor_prints_what_MXNet_prints(caplog):
    ex = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=2, name="fc").simple_bind(mx.cpu(), data=(2, 3))
    for x in ex.arg_arrays:
        x[:] = 0.3
    mon = mx.mon.Monitor(1, stat_func=lambda x: [x.max(), nd.norm(x)], pattern="fc_(out|bias)", sort=True)
    mon.install(ex)
    mon.tic()
    ex.forward()
    with caplog.at_level("INFO"):
        mon.toc_print()
    assert caplog.messages == ["Batch:       1 fc_bias                        0.3\t0.42426407\t",
                               "Batch:       1 fc_output                      0.57000005\t1.1400001\t"]


WRONG = {
    "missing": (lambda: (a + b).bind(mx.cpu(), {"a": nd.ones((2,))}), ValueError, "key `b` is missing in `args`"),
    "too few": (lambda: (a + b).bind(mx.cpu(), [nd.ones((2,))]), ValueError, "1 arrays were given for 2 arguments"),
    "no arrays": (lambda: (a + b).bind(mx.cpu(), {"a": 3, "b": 4}), TypeError, "'a' must be an NDArray"),
    "shapes": (lambda: (a + b).bind(mx.cpu(), {"a": nd.ones((2,)), "b": nd.ones((3,))}).forward(), MXNetError,
               r"Error in operator .*expected \(2,\)"),
    "not enough shapes": (lambda: mx.sym.dot(a, b).simple_bind(mx.cpu(), a=(2, 3)), RuntimeError, "the shapes of b do not follow"),
    "unknown shape": (lambda: (a + b).simple_bind(mx.cpu(), c=(2, 3)), RuntimeError, "shapes of a, b do not follow from c"),
    "request": (lambda: (a + b).simple_bind(mx.cpu(), a=(2,), grad_req="often"), KeyError, "often"),
    "unknown argument": (lambda: (a + b).simple_bind(mx.cpu(), a=(2,)).forward(c=nd.ones((2,))), TypeError, "Unknown argument c"),
    "argument's shape": (lambda: (a + b).simple_bind(mx.cpu(), a=(2,)).forward(a=nd.ones((3,))), ValueError, "Shape not match"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong(case):
    call, error, text = WRONG[case]
    with pytest.raises(error, match=text):
        call()


def test_custom_operators():
    class Twice(mx.operator.CustomOp):
        def forward(self, is_train, req, in_data, out_data, aux):
            self.assign(out_data[0], req[0], in_data[0] * 2)

        def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
            self.assign(in_grad[0], req[0], out_grad[0] * 2)

    @mx.operator.register("twice_of_symbols")
    class TwiceProp(mx.operator.CustomOpProp):
        def create_operator(self, ctx, in_shapes, in_dtypes):
            return Twice()

    s = mx.sym.Custom(a, op_type="twice_of_symbols", name="t") + b
    ex = mx.sym.load_json(s.tojson()).simple_bind(mx.cpu(), a=(2,))
    ex.forward(is_train=True, a=nd.array([1., 2.]))
    ex.backward()
    assert ex.outputs[0].asnumpy().tolist() == [2., 4.] and ex.grad_dict["a"].asnumpy().tolist() == [2., 2.]


def test_head_gradients_of_any_shape_where_none_flows_on():
    grad = mx.nd.ones((2, 3))
    run = mx.sym.shape_array(mx.sym.var("x")).bind(mx.cpu(), {"x": mx.nd.ones((2, 3))}, {"x": grad})
    run.forward(is_train=True)
    run.backward([mx.nd.ones((2, 3))])
    assert run.outputs[0].asnumpy().tolist() == [2, 3] and not grad.asnumpy().any()


def test_graphs_draw_what_arrays_draw():
    for short, args in (("exponential", (4,)), ("gamma", (2, 3)), ("poisson", (2,)), ("normal", (1, 2)), ("uniform", (-1, 1))):
        mx.random.seed(5)
        want = getattr(mx.nd.random, short)(*args, shape=(3,)).asnumpy()
        mx.random.seed(5)
        assert (getattr(mx.sym.random, short)(*args, shape=(3,)).eval()[0].asnumpy() == want).all(), short


def test_operators_that_keep_statistics():
    """The numbers are MXNet 1.9.1's."""
    run = mx.sym.BatchNorm_v1(mx.sym.var("data"), name="n", output_mean_var=True).simple_bind(mx.cpu(), data=(2, 3))
    run.arg_dict["data"][:] = nd.array([[1, 2, 3], [4, 7, 3]])
    run.arg_dict["n_gamma"][:] = 2  # fix_gamma
    y, mean, variance = run.forward(is_train=True)
    run.backward([nd.ones((2, 3)), nd.zeros(3), nd.zeros(3)])
    onp.testing.assert_allclose(y.asnumpy(), [[-0.99977785, -0.99992, 0], [0.99977785, 0.99992, 0]], rtol=1e-6)
    onp.testing.assert_allclose((mean.asnumpy(), variance.asnumpy()), [[2.5, 4.5, 3], [2.25, 6.25, 0]], rtol=1e-6, atol=1e-9)
    found = [run.aux_dict[n].asnumpy() for n in ("n_moving_mean", "n_moving_var")]
    onp.testing.assert_allclose(found, [[0.25, 0.45, 0.3], [0.225, 0.625, 0]], rtol=1e-6, atol=1e-9)
    assert run.grad_dict["n_beta"].asnumpy().tolist() == [2, 2, 2] and not run.grad_dict["n_gamma"].asnumpy().any()

    x = mx.sym.var("data")
    run = mx.sym.IdentityAttachKLSparseReg(mx.sym.sigmoid(x), name="k", penalty=0.1).simple_bind(mx.cpu(), data=(2, 3))
    run.arg_dict["data"][:], run.aux_dict["k_moving_avg"][:] = nd.array([[.1, .5, .9], [-1, 2, .3]]), 0.2
    run.forward(is_train=True)
    run.backward(nd.ones((2, 3)))
    onp.testing.assert_allclose(run.grad_dict["data"].asnumpy(), [[0.26678804, 0.25418967, 0.22156052],
                                                                  [0.21033981, 0.11356542, 0.26356316]], rtol=1e-5)
    onp.testing.assert_allclose(run.aux_dict["k_moving_avg"].asnumpy(), [0.21969603, 0.25516284, 0.24426961], rtol=1e-5)


# The storage of a weight's gradient, as MXNet 1.9.1 chooses it: a graph of d and c (csr), the weight, its shape.
GRADIENTS = {
    "rows looked up": (lambda w: mx.sym.Embedding(D, w, input_dim=5, output_dim=2, sparse_grad=True), (5, 2), "row_sparse"),
    "looked up twice": (lambda w: mx.sym.Embedding(D, w, input_dim=5, output_dim=2, sparse_grad=True)
                        + mx.sym.Embedding(D * 2, w, input_dim=5, output_dim=2, sparse_grad=True), (5, 2), "row_sparse"),
    "looked up without the flag": (lambda w: mx.sym.Embedding(D, w, input_dim=5, output_dim=2), (5, 2), "default"),
    "looked up and summed": (lambda w: mx.sym.sum(mx.sym.Embedding(D, w, input_dim=5, output_dim=2, sparse_grad=True)) + mx.sym.sum(w),
                             (5, 2), "default"),
    "times csr": (lambda w: mx.sym.dot(C, w), (5, 2), "row_sparse"),
    "times csr, and sums of squares": (lambda w: mx.sym.broadcast_add(
        mx.sym.dot(mx.sym.square(C), mx.sym._internal._square_sum(w, axis=1, keepdims=True)), mx.sym.dot(C, w)), (5, 2), "row_sparse"),
    "times dense": (lambda w: mx.sym.dot(mx.sym.expand_dims(D, 0), w), (3, 2), "default"),
    "a layer": (lambda w: mx.sym.FullyConnected(mx.sym.expand_dims(D, 0), w, num_hidden=2, no_bias=True), (2, 3), "default"),
}
D, C = mx.sym.var("d", shape=(3,)), mx.sym.var("c", shape=(4, 5), stype="csr")


@pytest.mark.parametrize("stype", ["default", "row_sparse"])
@pytest.mark.parametrize("case", GRADIENTS)
def test_storage_of_gradients(case, stype):
    graph, shape, storage = GRADIENTS[case]
    s = graph(mx.sym.var("w", shape=shape, stype=stype))
    assert s.simple_bind(mx.cpu()).grad_dict["w"].stype == storage


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_rows_that_a_batch_does_not_have_stay(optimizer):
    """Whoever updates, the module or a store."""
    s = mx.sym.LinearRegressionOutput(mx.sym.dot(mx.sym.var("data", stype="csr"), mx.sym.var("weight", shape=(5, 1), stype="row_sparse")),
                                      mx.sym.var("y"))
    for ctx in (mx.cpu(), [mx.cpu(0), mx.cpu(1)]):
        mod = mx.mod.Module(s, label_names=["y"], context=ctx)
        mod.bind([("data", (2, 5))], [("y", (2, 1))])
        mod.init_params(mx.init.One())
        mod.init_optimizer("local", optimizer, {"learning_rate": 0.1, "wd": 0.1})
        for row in (1, 3):
            x = onp.zeros((2, 5))
            x[:, row] = 1
            mod.forward_backward(mx.io.DataBatch([nd.array(x).tostype("csr")], [nd.zeros((2, 1))]))
            mod.update()
        assert (mod.get_params()[0]["weight"].asnumpy()[:, 0] != 1).tolist() == [False, True, False, True, False]


def test_shapes_are_found_without_drawing():
    x = nd.arange(10)
    ex = mx.sym.random.shuffle(a).bind(mx.cpu(), {"a": x})
    mx.random.seed(1)
    want = nd.random.shuffle(x).asnumpy().tolist()
    mx.random.seed(1)
    assert ex.forward()[0].asnumpy().tolist() == want


def test_gradients_by_the_names_of_outputs_and_the_graph_that_runs():
    net = sym.FullyConnected(sym.var("data"), num_hidden=2, name="fc")
    e = net.simple_bind(mx.cpu(), data=(3, 4), label=(3,))  # names that the graph does not have are ignored
    e.forward(is_train=True)
    e.backward({"fc_output": nd.array([[1, 2], [3, 4], [5, 6]])})
    assert e.grad_dict["fc_bias"].asnumpy().tolist() == [9, 12]
    assert e.get_optimized_symbol().list_arguments() == ["data", "fc_weight", "fc_bias"]
    told = []
    e.set_monitor_callback(lambda name, array: told.append(mx.base.py_str(name)))
    e.forward()
    assert told == ["fc_output"] and mx.base.py_str(b"fc_output") == "fc_output"


def test_gradients_that_arrive_have_the_dtype_of_the_outputs():
    ex = (a * a).simple_bind(mx.cpu(), type_dict={"a": "float64"}, a=(2,))
    ex.forward(is_train=True, a=nd.array([3, 4], dtype="float64"))
    ex.backward(nd.array([1, 2]))
    assert ex.grad_dict["a"].dtype == onp.float64 and ex.grad_dict["a"].asnumpy().tolist() == [6, 16]
    for wrong in "a", onp.ones(2), [None]:
        with pytest.raises(TypeError, match="must be an NDArray"):
            ex.backward(wrong)
