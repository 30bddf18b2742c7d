"""NumpyOp and NDArrayOp: operators of graphs, before CustomOp."""
from __future__ import annotations

import numpy as onp
import pytest

import mxshim as mx
from mxshim import nd

pytestmark = pytest.mark.usefixtures("on_cpu")


def test_defaults():
    executor = mx.operator.NumpyOp()(mx.sym.var("x"), name="same").bind(
        mx.cpu(), args=[nd.array([10, 20])], args_grad={"x": nd.zeros((2,))})
    executor.forward(is_train=True)
    executor.backward(nd.array([5, 6]))
    assert executor.outputs[0].asnumpy().tolist() == [10, 20] and executor.grad_dict["x"].asnumpy().tolist() == [1, 1]
    with pytest.raises(NotImplementedError, match="NumpyOp"):
        mx.operator.PythonOp()(mx.sym.var("x"))


class Softmax(mx.operator.NumpyOp):
    def __init__(self):
        super().__init__(need_top_grad=False)

    def list_arguments(self):
        return ["data", "label"]

    def infer_shape(self, in_shape):
        return [in_shape[0], (in_shape[0][0],)], [in_shape[0]]

    def forward(self, in_data, out_data):
        out_data[0][:] = onp.exp(in_data[0])
        out_data[0] /= out_data[0].sum(1, keepdims=True)  # in place: the list's array is what counts

    def backward(self, out_grad, in_data, out_data, in_grad):
        in_grad[0][:] = out_data[0] - onp.eye(3)[in_data[1].astype(int)]


class Square(mx.operator.NDArrayOp):
    def forward(self, in_data, out_data):
        out_data[0][:] = in_data[0] * in_data[0]

    def backward(self, out_grad, in_data, out_data, in_grad):
        in_grad[0][:] = 2 * in_data[0] * out_grad[0]


def test_numpy_op_in_a_network():
    graph = Softmax()(data=mx.sym.FullyConnected(mx.sym.var("x"), num_hidden=3, name="fc"), name="softmax")
    assert graph.list_arguments() == ["x", "fc_weight", "fc_bias", "softmax_label"] and graph.list_outputs() == ["softmax_output"]
    assert graph.infer_shape(x=(2, 4))[:2] == ([(2, 4), (3, 4), (3,), (2,)], [(2, 3)])
    executor = graph.simple_bind(mx.cpu(), x=(2, 4))
    executor.arg_dict["fc_bias"][:] = nd.array([1, 2, 3])
    executor.arg_dict["softmax_label"][:] = nd.array([0, 2])
    executor.forward(is_train=True)
    executor.backward()
    p = onp.exp([1, 2, 3]) / onp.exp([1, 2, 3]).sum()
    assert mx.test_utils.almost_equal(executor.outputs[0].asnumpy(), [p, p])
    assert mx.test_utils.almost_equal(executor.grad_dict["fc_bias"].asnumpy(), 2 * p - [1, 0, 1], rtol=1e-4)


def test_ndarray_op():
    executor = Square()(mx.sym.var("x") * 2, name="q").simple_bind(mx.cpu(), x=(2,))
    executor.arg_dict["x"][:] = nd.array([1, 3])
    executor.forward(is_train=True)
    executor.backward([nd.array([1, 10])])
    assert executor.outputs[0].asnumpy().tolist() == [4, 36] and executor.grad_dict["x"].asnumpy().tolist() == [8, 240]
    assert Square().declare_backward_dependency([0], [1], [2]) == [0, 1, 2]
