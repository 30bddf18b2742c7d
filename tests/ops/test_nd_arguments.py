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
    ("nd.take(IMAGE, nd.array([0, 1]), axis='1', mode='raise')", "nd.take(IMAGE, nd.array([0, 1]), axis=1, mode='raise')"),
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
    "nd.MakeLoss(IMAGE, grad_scale=[1])", "nd.topk(IMAGE, k=1.0)", "nd.reshape(IMAGE, shape=(5, -1))", "nd.reshape(IMAGE, shape=())"])
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


def test_a_shape_given_twice_is_the_one_by_position():
    assert IMAGE.reshape((6, 4), shape=(4, 6)).shape == IMAGE.reshape(6, 4, shape=(4, 6)).shape == (6, 4)
    assert IMAGE.reshape(shape=(4, 6)).shape == (4, 6)


def test_rates_of_several_weights():
    def update(lrs, wds, **more):
        weights = [nd.array([1.0, 2.0]), nd.array([3.0])]
        nd.multi_sgd_update(weights[0], nd.ones(2), weights[1], nd.ones(1), lrs=lrs, wds=wds, out=weights, **more)
        return [w.asnumpy().tolist() for w in weights]

    assert update((0.5, 1.0), (0, 0), num_weights=2) == update("(0.5, 1)", "(0, 0)", num_weights="2") == [[0.5, 1.5], [2]]
    with pytest.raises(MXNetError, match="as many lrs and wds"):
        update((0.5,), (0, 0), num_weights=2)


def test_old_pooling_pads_with_zeros():
    x = nd.array(-onp.arange(1.0, 17).reshape(1, 1, 4, 4))
    x.attach_grad()
    with autograd.record():
        y = nd.Pooling_v1(x, kernel=(2, 2), stride=(2, 2), pad=(1, 1), pool_type="max")
    y.backward()
    assert y.asnumpy().tolist() == [[[[0, 0, 0], [0, -6, 0], [0, 0, 0]]]] and x.grad.asnumpy().sum() == x.grad.asnumpy()[0, 0, 1, 1] == 1


def test_axes_of_one_side_alone_say_nothing():
    x, like = nd.ones((2, 1, 1)), nd.ones((2, 3, 4))
    assert nd.broadcast_like(x, like, rhs_axes=-1).shape == nd.broadcast_like(x, like, lhs_axes=(0,)).shape == (2, 3, 4)
    assert nd.broadcast_like(x, like, lhs_axes=-1, rhs_axes=1).shape == (2, 1, 3)


def test_errors_of_values_keep_their_reason():
    with pytest.raises(ValueError, match="cannot reshape 24 elements"):
        nd.reshape(IMAGE, shape=(5, -1))


def test_flags_may_be_texts():
    x, state = nd.ones((2, 1, 3)), nd.zeros((1, 1, 2))
    plain = nd.RNN(x, nd.ones(14), state, state_size=2, num_layers=1, mode="rnn_tanh")
    text = nd.RNN(x, nd.ones(14), state, state_size=2, num_layers=1, mode="rnn_tanh", bidirectional="False", state_outputs="False")
    onp.testing.assert_array_equal(text.asnumpy(), plain.asnumpy())
    assert nd.random.multinomial(nd.array([0.5, 0.5]), get_prob="False").shape == (1,)
    assert nd.linspace(0, 1, 2, endpoint="False").asnumpy().tolist() == [0, 0.5]


def test_histogram_over_the_datas_own_range_is_numpys():
    for x in (onp.array([0, 1, 2, 3]), onp.zeros(3, "int64"), onp.array([0.1, 0.7, 0.2])):
        counts, edges = nd.histogram(nd.array(x, dtype=x.dtype), 4)
        want, places = onp.histogram(x, 4)
        assert counts.dtype == edges.dtype == onp.float32
        onp.testing.assert_array_equal(counts.asnumpy(), want)
        onp.testing.assert_allclose(edges.asnumpy(), places, rtol=1e-6, atol=1e-6)
    with pytest.raises(ValueError):
        nd.histogram(nd.ones(3), bins=0)


def test_synchronized_normalization_shows_the_variance():
    x = onp.random.RandomState(0).normal(size=(2, 3, 4)).astype("float32")
    parameters = [nd.array(v) for v in ([1, 2, 3], [0, 0, 0], [0.1, 0.2, 0.3], [1, 2, 0.5])]
    with autograd.record():
        _, mean, var = nd.contrib.SyncBatchNorm(nd.array(x), *parameters, key="k", output_mean_var=True)
    onp.testing.assert_allclose(mean.asnumpy(), x.mean((0, 2)), rtol=1e-5, atol=1e-6)
    onp.testing.assert_allclose(var.asnumpy(), x.var((0, 2)), rtol=1e-5)


def test_decay_of_a_weight_that_is_overwritten():
    """MXNet 1.9.1's kernel reads the weight, which is new by then, once more for the momentum."""
    weight, momentum, numbers = nd.array([1.5]), nd.array([0.5]), {"lr": 0.1, "momentum": 0.9, "wd": 0.5}
    apart = nd.nag_mom_update(weight, nd.array([0.25]), momentum, **numbers)
    onp.testing.assert_allclose([apart.asscalar(), momentum.asscalar()], [1.715, 0.35], rtol=1e-6)
    for mixed in (False, True):
        weight, master, momentum = nd.array([1.5]), nd.array([1.5]), nd.array([0.5])
        update = nd.mp_nag_mom_update if mixed else nd.nag_mom_update
        found = update(weight, nd.array([0.25]), momentum, *[master] * mixed, out=weight, **numbers)
        assert found is weight
        onp.testing.assert_allclose([weight.asscalar(), momentum.asscalar()], [1.715, 0.33925], rtol=1e-6)


def test_images_resized_to_one_line():
    x = nd.array(onp.arange(20.0).reshape(1, 1, 4, 5))
    assert nd.contrib.BilinearResize2D(x, height=1, width=5, align_corners=False).asnumpy().ravel().tolist() == [0, 1, 2, 3, 4]
    assert nd.contrib.BilinearResize2D(x, height=2, width=1, align_corners=False).asnumpy().ravel().tolist() == [2.5, 12.5]
