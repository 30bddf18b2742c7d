"""How arguments of nd functions may be given, and what is said of those that cannot serve. Measured on MXNet 1.9.1."""
from __future__ import annotations

import numpy as onp
import pytest

import mxshim as mx
from mxshim import MXNetError, autograd, nd, npx

pytestmark = pytest.mark.filterwarnings("ignore:.*different programs were compiled")
IMAGE = nd.array(onp.arange(24).reshape(2, 4, 3))


@pytest.mark.parametrize("text, plain", [
    ("nd.zeros('(2, 3)')", "nd.zeros((2, 3))"), ("nd.ones('2')", "nd.ones(2)"),
    ("nd.arange('1', stop='7', step='2')", "nd.arange(1, 7, 2)"),
    ("nd.linspace('0', '1', '5')", "nd.linspace(0, 1, 5)"), ("nd.eye('3', '2', k=1)", "nd.eye(3, 2, k=1)"),
    ("nd.random.uniform(shape='(2, 2)')", "nd.random.uniform(shape=(2, 2))"),
    ("nd.random_normal(loc='1', shape='3')", "nd.random_normal(1, shape=3)"),
    ("nd.random.normal_like(IMAGE, scale='2')", "nd.random.normal_like(IMAGE, scale=2)"),
    ("nd.sample_poisson(nd.array([1.]), shape='(2,)')", "nd.sample_poisson(nd.array([1.]), shape=2)"),
    ("nd.image.random_contrast(IMAGE, '0.5', max_factor='1.5')", "nd.image.random_contrast(IMAGE, 0.5, 1.5)"),
    ("nd.contrib.arange_like(IMAGE, axis='0', ctx='cpu(0)')", "nd.contrib.arange_like(IMAGE, axis=0)"),
    ("nd.contrib.boolean_mask(IMAGE, nd.array([0, 1]), axis='0')", "nd.contrib.boolean_mask(IMAGE, nd.array([0, 1]))"),
    ("nd.Dropout(IMAGE, p='0.5', mode='always', axes='(0,)')", "nd.Dropout(IMAGE, 0.5, 'always', (0,))")])
def test_texts_stand_for_what_they_say(text, plain):
    found = []
    for code in (text, plain):
        mx.random.seed(3)
        found.append(eval(code).asnumpy())
    onp.testing.assert_array_equal(*found)


def test_a_count_may_be_a_text():
    x = nd.ones(2)
    nd.reset_arrays(x, nd.ones(3), num_arrays="2")
    assert x.asnumpy().tolist() == [0, 0]


def test_full_of_a_row():
    assert nd.full((2, 3), [1, 2, 3]).asnumpy().tolist() == [[1, 2, 3]] * 2
    found = nd.full((2, 2), nd.array([7.9]), dtype="int32")
    assert found.dtype == onp.int32 and found.asnumpy().tolist() == [[7, 7]] * 2
    with pytest.raises(ValueError):
        nd.full((2, 3), [1, 2])


@pytest.mark.parametrize("make", [nd.zeros, nd.ones])
@pytest.mark.parametrize("shape", [(), (0, 2)])
def test_shapes_that_mean_unknown(make, shape):
    with pytest.raises(MXNetError, match="unknown"):
        make(shape=shape)
    with mx.util.np_shape(True):
        assert make(shape=shape).shape == shape


@pytest.mark.parametrize("call, dtype", [
    ("nd.softmax(IMAGE, dtype=None)", "float64"), ("nd.cumsum(IMAGE, dtype=None)", "float64"), ("IMAGE.argsort(dtype=None)", "float64"),
    ("nd.one_hot(nd.array([1]), 2, dtype=None)", "float64"), ("nd.arange(3, dtype=None)", "float64"),
    ("nd.linspace(0, 1, 3, dtype=None)", "float64"), ("nd.zeros(3, dtype=None)", "float32"), ("nd.softmax(IMAGE)", "float32"),
    ("nd.norm(IMAGE, out_dtype=None)", "float32"), ("npx.softmax(IMAGE.as_np_ndarray(), dtype=None)", "float32")])
def test_no_dtype(call, dtype):
    """Operators of MXNet 1 ask NumPy what None is."""
    assert onp.dtype(eval(call).dtype) == dtype and npx


def test_decompositions_take_their_matrix_by_name():
    matrix = nd.array([[4.0, 0.0], [0.0, 9.0]])
    assert nd.linalg.potrf(A=matrix).asnumpy().tolist() == [[2, 0], [0, 3]]
    assert nd.linalg_inverse(A=matrix).asnumpy().tolist() == [[0.25, 0], [0, onp.float32(1 / 9)]]
    with pytest.raises(MXNetError, match="not positive definite"):
        nd.linalg.potrf(A=-matrix).asnumpy()


def test_batch_take_has_the_shape_of_its_indices():
    x = nd.array([[1.0, 2.0], [3.0, 4.0]])
    x.attach_grad()
    with autograd.record():
        y = nd.batch_take(x, nd.array([[1], [0]], dtype="int32"))
    y.backward()
    assert y.asnumpy().tolist() == [[2], [3]] and x.grad.asnumpy().tolist() == [[0, 1], [1, 0]]


def test_slice_like_along_no_axes():
    x, like = nd.ones((3, 3)), nd.ones((2, 2))
    assert nd.slice_like(x, like).shape == nd.slice_like(x, like, axes=()).shape == (2, 2)
    assert nd.slice_like(x, like, axes=None).shape == (3, 3)


@pytest.mark.parametrize("call", [
    "nd.sgd_update(nd.ones(2), nd.ones(2), lr=())", "nd.clip(IMAGE, 'a', 2)", "nd.smooth_l1(IMAGE, scalar=(1, 2))",
    "nd.MakeLoss(IMAGE, grad_scale=[1])", "nd.reshape(IMAGE, shape=(5, -1))", "nd.reshape(IMAGE, shape=())"])
def test_what_cannot_serve_is_an_error_of_mxnets(call):
    with pytest.raises(MXNetError):
        eval(call)


def test_counts_have_no_gradient():
    counts, rate = nd.array([[1.0, 2.0]]), nd.array([3.0])
    for x in (counts, rate):
        x.attach_grad()
    with autograd.record():
        y = nd.random_pdf_poisson(counts, rate, is_log=True)
    y.backward()
    assert counts.grad.asnumpy().tolist() == [[0, 0]]
    onp.testing.assert_allclose(rate.grad.asnumpy(), [1 / 3 + 2 / 3 - 2], rtol=1e-6)
