"""Methods and conversions of both array classes that no operator's table covers."""
import numpy as onp
import pytest

import mxshim as mx
from mxshim import nd, np


@pytest.mark.parametrize("api", [np, nd], ids=["np", "nd"])
def test_astype_none_is_float32(api):
    assert api.array([1.5, 2], dtype="float16").astype(None).asnumpy().dtype == "float32"


def test_format():
    x = np.array(0.1)
    assert (f"{x}", f"{x:.3f}", f"{x!s}") == ("0.10000000149011612", "0.100", "0.1")
    assert f"{np.array([0.1])} {np.array(3, dtype='int32'):03d}" == "[0.1] 003"
    with pytest.raises(TypeError):
        f"{np.array([0.1]):.2f}"


@pytest.mark.parametrize("dialect", ["np", "nd"])
def test_drop_grad_takes_the_mark_away(dialect):
    x = getattr(mx, dialect).array([1., 2.])
    x.attach_grad()
    with mx.autograd.record():
        y = (x * x).sum()
    x.drop_grad()
    assert x.grad is None
    with mx.autograd.record():
        z = (x * 3).sum()
    for head in (y, z):  # neither what was recorded before nor what came after has anything left to receive a gradient
        with pytest.raises(mx.MXNetError, match="computational graph"):
            head.backward()


def test_activations_of_both_generations_are_methods():
    x = mx.nd.array([-1., 0, 2])
    assert x.mish().asnumpy().tolist() == mx.nd.mish(x).asnumpy().tolist()
    assert x.log_sigmoid().asnumpy().tolist() == mx.nd.log_sigmoid(x).asnumpy().tolist()


@pytest.mark.parametrize(("call", "wanted"), [
    (lambda x: nd.sum(x, axis="1", keepdims="True"), [[6], [15]]), (lambda x: nd.sum(x, axis="(0, 1)"), [21]),
    (lambda x: nd.sum(x, axis=1, keepdims="false"), [6, 15]),
    (lambda x: x.sum(axis="0"), [5, 7, 9]),
    (lambda x: nd.sum(x, axis="None"), [21]),
    (lambda x: nd.clip(x, "2", a_max="4.5"), [[2, 2, 3], [4, 4.5, 4.5]]),
    (lambda x: nd.slice(x, begin="(0, 1)", end="(1, None)"), [[2, 3]]),
    (lambda x: nd.LeakyReLU(x - 2, act_type="leaky", slope="0.5"), [[-0.5, 0, 1], [2, 3, 4]]),
    (lambda x: nd.reshape(x, shape="(0, -1)", reverse="0")[:1], [[1, 2, 3]]),
    (lambda x: nd.one_hot(x[0, 1:2], "3"), [[0, 0, 1]]),
    (lambda x: nd.Pooling(x.reshape((1, 1, 2, 3)), kernel="(2, 2)", pool_type="max", global_pool="False")[0, 0], [[5, 6]]),
    (lambda x: nd.FullyConnected(x, nd.ones((1, 3)), num_hidden="1", no_bias="True"), [[6], [15]]),
    (lambda x: nd.sgd_update(x, nd.ones((2, 3)), lr="0.5")[1], [3.5, 4.5, 5.5])])
def test_nd_reads_texts(call, wanted):
    """MXNet 1 hands every parameter on as text."""
    x = nd.array([[1, 2, 3], [4, 5, 6]])
    for _ in range(2):
        assert call(x).asnumpy().tolist() == wanted


def test_keywords_and_axes_of_mxnet():
    x = nd.array([[1, 2, 3]])
    assert nd.expand_dims(data=x, axis=0).shape == np.expand_dims(a=x.as_np_ndarray(), axis=onp.int64(0)).shape == (1, 1, 3)
    assert nd.power(base=x, exp=x).asnumpy().tolist() == nd.power(x, x).asnumpy().tolist() == [[1, 4, 27]]
    rows = nd.zeros((2, 3))
    assert nd.onehot_encode(nd.array([2, 0]), rows) is rows
    assert rows.asnumpy().tolist() == [[0, 0, 1], [1, 0, 0]]
    assert np.take(np.array([[1, 2, 3]]), np.array([2]), axis=onp.int64(1)).tolist() == [[3]]


def test_np_arrays_take_attributes_and_nd_arrays_refuse_them():
    x = np.array([1., 2.])
    x.source = "file"
    x += 1
    assert x.source == "file" and x[:].source == "file" and not hasattr(x.copy(), "source")
    with pytest.raises(AttributeError, match="'NDArray' object has no attribute 'source'"):
        nd.array([1.]).source = "file"
