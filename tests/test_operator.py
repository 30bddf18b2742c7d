"""mx.operator.CustomOp and nd.Custom, as measured on MXNet 1.9.1."""
from __future__ import annotations

import gc
import json
import weakref

import numpy as onp
import pytest

import mxshim as mx
from mxshim import MXNetError, autograd, gluon, nd, npx

pytestmark = pytest.mark.usefixtures("on_cpu")


def define(name, forward, backward, inputs=("data",), outputs=("output",), aux=(), prop=None, **methods):
    """Register an operator of two functions; gives the list of what its calls were given."""
    seen = []

    class Op(mx.operator.CustomOp):
        def forward(self, is_train, req, in_data, out_data, aux):
            seen.append(("forward", is_train, req, autograd.is_recording(), autograd.is_training()))
            forward(self, is_train, req, in_data, out_data, aux)

        def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
            seen.append(("backward", req, autograd.is_recording(), autograd.is_training()))
            backward(self, req, out_grad, in_data, out_data, in_grad, aux)

    own = {
        "list_arguments": lambda self: list(inputs), "list_outputs": lambda self: list(outputs),
        "list_auxiliary_states": lambda self: list(aux),
        "create_operator": lambda self, ctx, shapes, dtypes: (seen.append(("create", ctx, shapes, dtypes)), Op())[1],
        "infer_shape": lambda self, in_shape: (in_shape, [in_shape[0]] * len(outputs), [in_shape[0]] * len(aux)),
    }
    mx.operator.register(name)(type("Prop", prop or (mx.operator.CustomOpProp,), {**own, **methods}))
    return seen


def square_forward(self, is_train, req, in_data, out_data, aux):
    self.assign(out_data[0], req[0], in_data[0] * in_data[0])


def square_backward(self, req, out_grad, in_data, out_data, in_grad, aux):
    self.assign(in_grad[0], req[0], 2 * in_data[0] * out_grad[0])


@pytest.fixture
def square():
    return define("square", square_forward, square_backward)


def marked(values, req="write"):
    x = nd.array(values)
    x.attach_grad(req)
    return x


def recorded(*xs, **kwargs):
    with autograd.record():
        return nd.Custom(*xs, **kwargs)


def test_value_and_gradient(square):
    x = marked([1., 2.])
    y = recorded(x, op_type="square")
    assert type(y) is nd.NDArray and y.asnumpy().tolist() == [1, 4]
    y.backward(nd.array([1., 10.]))
    assert x.grad.asnumpy().tolist() == [2, 40]
    assert square == [("create", mx.cpu(), [[2]], [onp.float32]), ("forward", 1, ["write"], False, True),
                      ("backward", ["write"], False, True)]
    assert not autograd.is_recording()


def test_not_recording_and_prediction(square):
    x = marked([1., 2.])
    assert nd.Custom(x, op_type="square").asnumpy().tolist() == [1, 4]
    assert square[1] == ("forward", 0, ["write"], False, False)
    with autograd.record(train_mode=False):
        y = nd.Custom(x, op_type="square")
    y.backward()
    assert square[3][1] == 0 and square[4] == ("backward", ["write"], False, True)


def test_arguments_arrive_as_strings():
    given = {}

    def init(self, **kwargs):
        given.update(kwargs)
        mx.operator.CustomOpProp.__init__(self)

    define("strings", square_forward, square_backward, __init__=init)
    nd.Custom(nd.ones((2,)), op_type="strings", p=0.5, q=(1, 2), r=None, s="t", b=True, n=3, ctx=mx.cpu(), name="foo")
    assert given == {"p": "0.5", "q": "(1, 2)", "r": "None", "s": "t", "b": "True", "n": "3", "ctx": "cpu(0)"}


def test_several_inputs_and_outputs():
    def forward(self, is_train, req, in_data, out_data, aux):
        x, y = in_data
        self.assign(out_data[0], req[0], x + y)
        self.assign(out_data[1], req[1], x * y)

    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        x, y = in_data
        self.assign(in_grad[0], req[0], out_grad[0] + out_grad[1] * y)
        self.assign(in_grad[1], req[1], out_grad[0] + out_grad[1] * x)

    seen = define("both", forward, backward, ("x", "y"), ("sum", "product"))
    x, y = marked([1., 2.]), marked([3., 4.])
    results = recorded(x, y, op_type="both")
    assert isinstance(results, list) and [r.asnumpy().tolist() for r in results] == [[4, 6], [3, 8]]
    results[1].backward()  # the other output's gradient is zero
    assert x.grad.asnumpy().tolist() == [3, 4] and y.grad.asnumpy().tolist() == [1, 2]
    constant = nd.array([3., 4.])
    recorded(x, constant, op_type="both")[0].backward()
    assert seen[-1][1] == ["write", "null"]
    y.attach_grad("null")
    recorded(x, y, op_type="both")[0].backward()
    assert seen[-1][1] == ["write", "null"]


def test_grad_req_add(square):
    x = marked([1., 2.], "add")
    for _ in range(2):
        recorded(x, op_type="square").backward()
    assert x.grad.asnumpy().tolist() == [4, 8]


def test_loss_without_head_gradients():
    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        assert len(out_grad) == 1
        self.assign(in_grad[0], req[0], out_data[0] - 1)

    def init(self):
        mx.operator.CustomOpProp.__init__(self, need_top_grad=False)

    define("loss", square_forward, backward, __init__=init)
    x = marked([1., 2.])
    recorded(x, op_type="loss").backward(nd.array([5., 6.]))
    assert x.grad.asnumpy().tolist() == [0, 3]
    define("loss", square_forward, square_backward, __init__=init)
    with pytest.raises(MXNetError, match="need_top_grad=True"):
        recorded(x, op_type="loss").backward()


def test_auxiliary_states():
    def forward(self, is_train, req, in_data, out_data, aux):
        aux[0][:] = aux[0] + 1
        self.assign(out_data[0], req[0], in_data[0] + aux[0])

    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        self.assign(in_grad[0], req[0], out_grad[0] * aux[0])

    seen = define("counting", forward, backward, aux=("count",))
    x, count = marked([1., 2.]), nd.zeros((2,))
    y = recorded(x, count, op_type="counting")
    assert y.asnumpy().tolist() == [2, 3] and count.asnumpy().tolist() == [1, 1]
    assert seen[0][2] == [[2], [2]]
    count[:] = 7  # backward gets what they hold then
    y.backward()
    assert x.grad.asnumpy().tolist() == [7, 7]


def test_shapes_and_dtypes():
    def forward(self, is_train, req, in_data, out_data, aux):
        assert out_data[0].shape == (1,) and out_data[0].dtype is onp.float64
        self.assign(out_data[0], req[0], in_data[0].sum().astype("float64"))

    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        self.assign(in_grad[0], req[0], out_grad[0].astype("float32") * nd.ones((2, 3)))

    define("total", forward, backward, infer_shape=lambda self, s: (s, [(1,)], []), infer_type=lambda self, t: (t, ["float64"], []))
    x = marked(onp.ones((2, 3)))
    y = recorded(x, op_type="total")
    assert y.dtype is onp.float64 and y.asnumpy().tolist() == [6]
    y.backward()
    assert x.grad.asnumpy().tolist() == [[1] * 3] * 2
    define("square", square_forward, square_backward)
    assert nd.Custom(nd.array([1, 2], dtype="int32"), op_type="square").dtype is onp.int32


def test_out(square):
    target = nd.zeros((2,))
    assert nd.Custom(nd.array([1., 2.]), op_type="square", out=target) is target
    assert target.asnumpy().tolist() == [1, 4]


def test_np_mode(square):
    kinds = []

    def forward(self, is_train, req, in_data, out_data, aux):
        kinds.append({type(x).__module__ for x in (*in_data, *out_data)})
        square_forward(self, is_train, req, in_data, out_data, aux)

    define("face", forward, square_backward)
    x = marked([1., 2.])
    npx.set_np()
    try:
        y = recorded(x, op_type="face")
        y.backward()
    finally:
        npx.reset_np()
    assert kinds == [{"mxshim.numpy"}] and type(y) is nd.NDArray and x.grad.asnumpy().tolist() == [2, 4]


def test_reads_values_in_both():
    """Code that looks at elements runs once each, with real ones."""
    def forward(self, is_train, req, in_data, out_data, aux):
        self.assign(out_data[0], req[0], nd.array(onp.sort(in_data[0].asnumpy())))

    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        order = onp.argsort(in_data[0].asnumpy())
        g = onp.zeros(3, "float32")
        g[order] = out_grad[0].asnumpy()
        self.assign(in_grad[0], req[0], nd.array(g))

    define("sorting", forward, backward)
    x = marked([3., 1., 2.])
    with autograd.record():
        y = nd.Custom(x * 2, op_type="sorting") * nd.array([1., 10., 100.])
    y.backward()
    assert y.asnumpy().tolist() == [2, 40, 600] and x.grad.asnumpy().tolist() == [200, 2, 20]


def test_autograd_inside_backward():
    """Marking in_data inside an operator does not mark the caller's array."""
    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        x = in_data[0]
        x.attach_grad()
        with autograd.record():
            y = x * x
        y.backward(out_grad[0])
        self.assign(in_grad[0], req[0], x.grad)

    define("nested", square_forward, backward)
    x = marked([1., 2.])
    recorded(x, op_type="nested").backward()
    assert x.grad.asnumpy().tolist() == [2, 4]


def test_no_inputs():
    """As a call and in a graph, where it is the first operator."""
    def infer_shape(self, in_shape):
        return [], [(2, 3)], []

    define("ones", lambda self, is_train, req, in_data, out_data, aux: self.assign(out_data[0], req[0], nd.ones((2, 3))), backward=None,
           inputs=(), infer_shape=infer_shape, infer_type=lambda self, in_type: ([], [onp.float32], []))
    assert nd.Custom(op_type="ones").asnumpy().sum() == 6
    graph = mx.sym.Custom(op_type="ones") + mx.sym.var("x")
    assert graph.infer_shape() == ([(2, 3)], [(2, 3)], [])
    assert graph.simple_bind(mx.cpu(), x=(2, 3)).forward()[0].asnumpy().sum() == 6


def test_arguments_in_graphs():
    """A graph asks with them for names, shapes and how many outputs there are; so does one that was read from a file."""
    def init(self, parts, scale_weight="1"):
        mx.operator.CustomOpProp.__init__(self)
        self.parts, self.scale = int(parts), float(scale_weight)

    def forward(self, is_train, req, in_data, out_data, aux):
        for k, out in enumerate(out_data):
            self.assign(out, req[k], in_data[0] * (k + 1))

    define("parts", forward, backward=None, __init__=init, list_outputs=lambda self: [f"part{k}" for k in range(self.parts)],
           infer_shape=lambda self, shapes: (shapes, shapes * self.parts, []),
           infer_type=lambda self, types: (types, types * self.parts, []))
    made = mx.sym.Custom(mx.sym.var("x"), op_type="parts", parts=3, scale_weight=2, name="p", attr={"ctx_group": "g"})
    for graph in (made, mx.sym.load_json(made.tojson())):
        assert graph.list_outputs() == ["p_part0", "p_part1", "p_part2"] and len(graph) == 3
        assert graph.infer_shape(x=(2,)) == ([(2,)], [(2,)] * 3, [])
        found = mx.sym.Group([graph[2], graph[0]]).bind(mx.cpu(), {"x": nd.array([1., 2.])}).forward()
        assert [y.asnumpy().tolist() for y in found] == [[3, 6], [1, 2]]


def test_shapes_are_inferred_without_running_the_operator():
    seen = define("needs_values", lambda *args: 1 / 0, square_backward, infer_shape=lambda self, s: (s, [(s[0][0], 4)], []))
    graph = mx.sym.FullyConnected(mx.sym.Custom(mx.sym.var("x") * 2, op_type="needs_values"), num_hidden=3, name="fc")
    assert graph.infer_shape(x=(5, 2)) == ([(5, 2), (3, 4), (3,)], [(5, 3)], []) and not seen
    assert graph.infer_type(x="float32")[1] == [onp.float32]


def test_an_output_that_is_the_input_has_the_gradient_of_backward():
    """As in a layer that turns gradients around; also behind other operators, in graphs and in hybridized blocks."""
    def forward(self, is_train, req, in_data, out_data, aux):
        self.assign(out_data[0], req[0], in_data[0])

    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        self.assign(in_grad[0], req[0], -2 * out_grad[0])

    define("around", forward, backward)

    class Around(autograd.Function):
        def forward(self, x):
            return x.detach()

        def backward(self, dy):
            return -2 * dy

    graph = mx.sym.Custom(mx.sym.var("x") * 3, op_type="around").simple_bind(mx.cpu(), x=(2,))
    graph.forward(is_train=True)
    graph.backward(nd.ones((2,)))
    assert graph.grad_dict["x"].asnumpy().tolist() == [-6, -6]
    for call in (lambda x: nd.Custom(x, op_type="around"), lambda x: Around()(x)):
        block = mx.gluon.nn.HybridLambda(lambda F, x, call=call: call(x * 3))
        for hybrid in (False, True):
            block.hybridize(hybrid)
            for _ in range(3):
                x = marked([1., 2.])
                with autograd.record():
                    y = block(x)
                y.backward()
                assert x.grad.asnumpy().tolist() == [-6, -6]


@pytest.mark.parametrize("keep", [False, True])
def test_second_derivative(keep):
    """Also when the operator keeps its arrays itself."""
    def forward(self, is_train, req, in_data, out_data, aux):
        self.assign(out_data[0], req[0], in_data[0] ** 3)
        self.x, self.y = in_data[0], out_data[0]

    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        x, y = (self.x, self.y) if keep else (in_data[0], out_data[0])
        self.assign(in_grad[0], req[0], 3 * out_grad[0] * y / x)

    define("cube", forward, backward)
    x = marked([1., 2.])
    with autograd.record():
        y = nd.Custom(x, op_type="cube")
        g = autograd.grad(y, x, create_graph=True)[0]
    g.backward()
    onp.testing.assert_allclose(g.asnumpy(), [3, 12], rtol=1e-6)
    onp.testing.assert_allclose(x.grad.asnumpy(), [6, 12], rtol=1e-6)


def test_later_writes_do_not_change_gradients(square):
    x = marked([1., 2.])
    y = recorded(x, op_type="square")
    x[:] = 100
    y[:] = 100
    y.backward()
    assert x.grad.asnumpy().tolist() == [2, 4]


def test_graph_is_freed(square):
    x = marked([1., 2.])
    y = recorded(x, op_type="square")
    call = weakref.ref(y._node.code)
    y.backward()
    del y
    gc.collect()
    assert call() is None


def test_assign():
    op = mx.operator.CustomOp()
    for req, want in (("write", [5, 6]), ("inplace", [5, 6]), ("add", [6, 7]), ("null", [1, 1]), ("other", [1, 1])):
        x = nd.ones((2,))
        op.assign(x, req, nd.array([5., 6.]))
        assert x.asnumpy().tolist() == want, req
    op.assign(x, "write", onp.array([1., 2.]))
    op.assign(x, "add", 1)
    assert x.asnumpy().tolist() == [2, 3]
    with pytest.raises(ValueError, match=r"src has shape \(3,\), dst \(2,\)"):
        op.assign(x, "write", nd.ones((3,)))


def test_defaults():
    p = mx.operator.CustomOpProp()
    assert (p.list_arguments(), p.list_outputs(), p.list_auxiliary_states()) == (["data"], ["output"], [])
    assert p.infer_shape([(2, 3)]) == ([(2, 3)], ((2, 3),), ())
    assert p.infer_type([onp.float32]) == ([onp.float32], [onp.float32], [])
    assert p.infer_storage_type(["default"]) == (["default"], ["default"], [])
    kinds = ["default"], ["default", "default"], ["default"], ["default", "default"], []
    assert p.infer_storage_type_backward(*kinds) == kinds
    with pytest.raises(AssertionError, match=r"in_stype=\['csr'\]"):
        p.infer_storage_type_backward(["default"], ["csr"], ["default"], ["default"], [])
    assert p.declare_backward_dependency([1], [2], [3]) == [1, 2, 3]
    assert mx.operator.CustomOpProp(need_top_grad=False).declare_backward_dependency([1], [2], [3]) == [2, 3]
    assert isinstance(p.create_operator(None, None, None), mx.operator.CustomOp)


X = onp.array([1., 2.], "float32")


@pytest.mark.parametrize("methods, text", [
    ({"infer_shape": lambda self, s: [s[0]]}, "must return two or three lists"),
    ({"infer_shape": lambda self, s: (s, [], [])}, "one entry for each of the 1 outputs"),
    ({"infer_shape": lambda self, s: 1 / 0}, "Prop.infer_shape raised ZeroDivisionError"),
    ({"infer_shape": lambda self, s: ([(5,)], [(5,)], [])}, r"wants shape \(5,\) for 'data', got \(2,\)"),
    ({"infer_type": lambda self, t: (t, [], [])}, "one entry for each of the 1 outputs"),
    ({"create_operator": lambda self, *a: None}, "must return a CustomOp, got NoneType"),
    ({"list_arguments": lambda self: ["x", "y"]}, r"takes 2 arrays \(x, y\), got 1"),
    ({"__init__": lambda self, p: None}, "missing 1 required positional argument: 'p'"),
    ({"infer_storage_type": lambda self, s: (s, ["row_sparse"], [])}, "dense arrays only"),
])
def test_wrong_properties(methods, text):
    define("wrong", square_forward, square_backward, **methods)
    with pytest.raises(MXNetError, match=text):
        nd.Custom(nd.array(X), op_type="wrong")


def test_storage_of_gradients():
    asked = []

    def infer(self, *kinds):
        asked.append(kinds)
        return [kinds[0], kinds[1], kinds[2], ["row_sparse"], []]

    define("sparse_gradient", square_forward, square_backward, infer_storage_type_backward=infer)
    nd.Custom(nd.array(X), op_type="sparse_gradient")
    assert not asked  # only a backward has storage of its own
    with mx.autograd.record(), pytest.raises(MXNetError, match="dense arrays only"):
        nd.Custom(nd.array(X), op_type="sparse_gradient")
    assert asked == [(["default"],) * 4 + ([],)]


@pytest.mark.parametrize("call, error, text", [
    (lambda: nd.Custom(nd.array(X), op_type="nope"), MXNetError, "no operator 'nope'; registered are .*square"),
    (lambda: nd.Custom(nd.array(X)), MXNetError, "needs op_type="),
    (lambda: nd.Custom(op_type="square"), MXNetError, r"takes 1 arrays \(data\), got 0"),
    (lambda: nd.Custom(nd.array(X), nd.array(X), op_type="square"), MXNetError, "takes 1 arrays"),
    (lambda: nd.Custom(3.0, op_type="square"), AssertionError, "must be NDArrays, got float"),
    (lambda: nd.Custom(X, op_type="square"), AssertionError, "must be NDArrays, got ndarray"),
    (lambda: nd.Custom(data=nd.array(X), op_type="square"), MXNetError, "'data' must be given by position"),
    (lambda: nd.Custom(nd.array(X), op_type="square", extra=1), MXNetError, "extra"),
    (lambda: nd.Custom(nd.ones((2, 2)).tostype("csr"), op_type="square"), MXNetError, "dense arrays only"),
    (lambda: mx.operator.register("x")(3), TypeError, "wanted a subclass of mx.operator.CustomOpProp, got 3"),
    (lambda: npx.Custom, AttributeError, "Custom"),
])
def test_refused(square, call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_errors_inside(square):
    define("wrong_shape", lambda self, t, req, i, out, aux: self.assign(out[0], req[0], nd.ones((3,))), square_backward)
    define("bad_forward", lambda *a: 1 / 0, square_backward)
    define("bad_backward", square_forward, lambda *a: 1 / 0)
    x = marked(X)
    with autograd.record():
        with pytest.raises(MXNetError, match=r"Op.forward raised ValueError: Op.assign: src has shape \(3,\), dst \(2,\)"):
            nd.Custom(x, op_type="wrong_shape")
        with pytest.raises(MXNetError, match="Op.forward raised ZeroDivisionError: division by zero"):
            nd.Custom(x, op_type="bad_forward")
        assert autograd.is_recording()
        y = nd.Custom(x, op_type="bad_backward")
    with pytest.raises(MXNetError, match="Op.backward raised ZeroDivisionError"):
        y.backward()
    recorded(x, op_type="square").backward()
    assert x.grad.asnumpy().tolist() == [2, 4]


def test_history(square):
    x = marked(X)
    assert '"op": "Custom"' in autograd.get_symbol(recorded(x, op_type="square")).tojson()


def test_a_block_with_an_operator_of_its_own_is_exported(square, tmp_path):
    class Squared(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.dense = gluon.nn.Dense(2, in_units=3)

        def hybrid_forward(self, F, x):
            return F.Custom(self.dense(x), op_type="square", name="s")

    net = Squared()
    net.initialize()
    net.hybridize()
    x = nd.array([[1, 2, 3.]])
    found = net(x)
    files = net.export(str(tmp_path / "net"))
    graph = mx.sym.load(files[0])
    assert [node["op"] for node in json.loads(graph.tojson())["nodes"]] == ["null"] * 3 + ["FullyConnected", "Custom"]
    again = gluon.SymbolBlock.imports(files[0], ["data"], files[1])
    assert again(x).asnumpy().tolist() == found.asnumpy().tolist()
    symbol = nd.Custom(mx.sym.var("x"), op_type="square", name="q")  # as F.Custom of a forward that is given Symbols
    assert symbol.list_outputs() == ["q_output"] and symbol.list_arguments() == ["x"]
