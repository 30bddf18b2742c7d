"""nd._internal. The answers are MXNet 1.9.1's."""
from __future__ import annotations

import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, nd, sym
from mxshim.ndarray import _internal

X = [[1., 2.], [3., 4.]]


@pytest.mark.parametrize("call, want", [
    (lambda x: _internal._plus_scalar(x, scalar=3), [[4, 5], [6, 7]]), (lambda x: _internal._rminus_scalar(x, 3), [[2, 1], [0, -1]]),
    (lambda x: _internal._plus(x, x), [[2, 4], [6, 8]]), (lambda x: _internal._mul(lhs=x, rhs=x), [[1, 4], [9, 16]]),
    (lambda x: _internal._PlusScalar(x, scalar=1), [[2, 3], [4, 5]]), (lambda x: _internal._full(shape=(1, 2), value=3), [[3, 3]]),
    (lambda x: _internal._identity_with_attr_like_rhs(x, x * 2), X), (lambda x: _internal._linspace(start=0, stop=1, num=3), [0, 0.5, 1]),
    (lambda x: _internal._square_sum(x.tostype("row_sparse"), axis=1), [5, 25]),
    (lambda x: _internal._crop_assign_scalar(x, scalar=5, begin=(1, 0), end=(2, 1)), [[1, 2], [5, 4]]),
    (lambda x: _internal._slice_assign(x, x[0:1] * 0, begin=(0, 0), end=(1, 2)), [[0, 0], [3, 4]]),
])
def test_raw_operators(call, want):
    assert call(nd.array(X)).asnumpy().tolist() == want


@pytest.mark.parametrize("call, want", [
    (lambda s, x: _internal._scatter_plus_scalar(s, scalar=2), [[0, 0], [3, 4], [5, 6]]),
    (lambda s, x: _internal._scatter_minus_scalar(s, scalar=1), [[0, 0], [0, 1], [2, 3]]),
    (lambda s, x: _internal._scatter_elemwise_div(s, x), [[0, 0], [0.5, 1], [1.5, 2]]),
    (lambda s, x: _internal._scatter_elemwise_div(s, x.tostype("row_sparse")), [[0, 0], [0.5, 1], [1.5, 2]]),
    (lambda s, x: _internal._scatter_plus_scalar(s.tostype("default").tostype("csr"), scalar=2), [[0, 0], [3, 4], [5, 6]]),
    (lambda s, x: _internal._scatter_elemwise_div(x, x), [[1, 1]] * 3)])
def test_scatter_operators_leave_what_is_not_stored(call, want):
    rows, x = nd.array([[0, 0], *X]).tostype("row_sparse"), nd.full((3, 2), 2)
    assert call(rows, x).asnumpy().tolist() == want
    assert _internal._scatter_plus_scalar(rows, scalar=1).stype == "row_sparse"


def test_raw_operators_write_out_and_have_gradients():
    x = nd.array(X)
    assert _internal._crop_assign(x, nd.zeros((1, 1)), begin=(0, 0), end=(1, 1), out=x) is x and x.asnumpy().tolist() == [[0, 2], [3, 4]]
    x.attach_grad()
    with autograd.record():
        y = _internal._mul_scalar(x, scalar=3)
    y.backward()
    assert x.grad.asnumpy().tolist() == [[3, 3], [3, 3]]
    with pytest.raises(mx.MXNetError, match="_plus_scalar takes the arrays data and then scalar"):
        _internal._plus_scalar(x, foo=1)
    with pytest.raises(AttributeError, match="_nope"):
        _internal._nope  # noqa: B018


def test_cached_op():
    op = nd.CachedOp(sym.FullyConnected(num_hidden=2) + 2)
    assert nd.CachedOp is _internal.CachedOp and not op.is_np_sym and len(op.get_optimized_symbol().list_arguments()) == 3
    data, weight, bias = nd.ones((3, 4)), nd.ones((2, 4)), nd.ones((2,))
    assert op(data, weight, bias).asnumpy().tolist() == [[7, 7]] * 3
    out = nd.zeros((3, 2))
    bias[:] = 2
    assert op(data, weight, bias, out=out) is out and out.asnumpy().tolist() == [[8, 8]] * 3
    weight.attach_grad()
    with autograd.record():
        y = op(data, weight, bias) * 2
    y.backward()
    onp.testing.assert_array_equal(weight.grad.asnumpy(), onp.full((2, 4), 6))
    with pytest.raises(mx.MXNetError, match="takes 3 arrays"):
        op(data, weight)
    with pytest.raises(mx.MXNetError, match="must be an NDArray, got list"):
        op(data, weight, [1, 2])


def test_unique_zipfian():
    """The numbers of MXNet, which take engines of the parallel stream: what is drawn next is MXNet's, too."""
    mx.random.seed(1)
    classes, trials = _internal._sample_unique_zipfian(50, shape=(2, 6))
    assert classes.asnumpy().tolist() == [[0, 9, 14, 47, 3, 5], [32, 27, 3, 7, 21, 9]] and trials.asnumpy().tolist() == [7, 8]
    mx.random.seed(1)
    assert _internal._sample_unique_zipfian(100000, shape=(1, 3))[0].dtype == onp.int64
    assert abs(nd.random.uniform(shape=1).asscalar() - 0.7727907) < 1e-6
    assert sym._internal._sample_unique_zipfian(range_max=5, shape=(2, 3)).infer_type()[1] == [onp.int64, onp.int64]
    for shape in ((1, 11), (3,)):
        with pytest.raises(mx.MXNetError, match="n <= range_max"):
            _internal._sample_unique_zipfian(10, shape=shape)
