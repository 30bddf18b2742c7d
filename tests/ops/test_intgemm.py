"""intgemm_*: what MXNet 2.0.0b1 gave for the same integers, and the definition."""
import numpy as onp
import pytest

import mxshim as mx
from mxshim import nd, np, npx

_RANDOM = onp.random.RandomState(0)
A = _RANDOM.randn(4, 64).astype("float32")
W = _RANDOM.randn(16, 64).astype("float32")
B = _RANDOM.randn(16).astype("float32")


def _prepared(x):
    return npx.intgemm_prepare_data(x, npx.intgemm_maxabsolute(x))


def test_levels():
    x = np.array([[0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 200, -200, 127, -128]])
    assert npx.intgemm_prepare_data(x, np.array([127.0])).tolist() == [[0, 2, 2, 0, -2, -2, 127, -127, 127, -127]]
    assert npx.intgemm_maxabsolute(np.array(A)).tolist() == [abs(A).max()]
    assert nd.contrib.intgemm_maxabsolute(nd.array([[1, -3]])).asnumpy().tolist() == [3]


def test_fully_connected():
    a, w, b = np.array(A), np.array(W), np.array(B)
    wide = npx.intgemm_maxabsolute(w)
    weight = npx.intgemm_prepare_weight(w, wide)
    again = npx.intgemm_prepare_weight(npx.intgemm_prepare_data(w, wide), already_quantized=True)
    assert (weight == again).all()
    sums = npx.intgemm_fully_connected(_prepared(a), weight, num_hidden=16, no_bias=True, out_type="int32")
    assert sums.dtype == "int32" and sums[0, :8].tolist() == [-16925, -29025, -4822, -9934, -21980, -31011, -4999, 338]  # MXNet's
    assert (npx.intgemm_fully_connected(a, weight, num_hidden=16, no_bias=True, out_type="int32") == sums).all()
    shifted = npx.intgemm_fully_connected(_prepared(a), weight, np.arange(16, dtype="int32"), num_hidden=16, out_type="int32")
    assert (shifted - sums)[2].tolist() == list(range(16))
    scaled = npx.intgemm_fully_connected(_prepared(a), weight, np.array([0.01]), b, num_hidden=16)
    onp.testing.assert_allclose(scaled[0, :4].asnumpy(), [-169.33511352539062, -290.8143005371094, -47.253231048583984,
                                                          -98.8319320678711], rtol=1e-6)  # MXNet's
    floats = npx.intgemm_fully_connected(a, weight, wide / 127, b, num_hidden=16)
    onp.testing.assert_allclose(floats[0, :4].asnumpy(), [-8.580109596252441, -15.132526397705078, -1.4534897804260254,
                                                          -4.478003978729248], rtol=1e-6)  # MXNet's
    onp.testing.assert_allclose(floats.asnumpy(), A @ W.T + B, atol=0.4)
    rows = npx.intgemm_take_weight(weight, np.array([3, 0, 9], dtype="int32"))
    fewer = npx.intgemm_fully_connected(_prepared(a), rows, num_hidden=3, no_bias=True, out_type="int32")
    assert (fewer.asnumpy() == sums.asnumpy()[:, [3, 0, 9]]).all()
    deep = npx.intgemm_fully_connected(_prepared(a).reshape(2, 2, 64), weight, num_hidden=16, no_bias=True, flatten=False,
                                       out_type="int32")
    assert (deep.reshape(4, 16) == sums).all()


@pytest.mark.parametrize("call, words", [
    (lambda a, w: npx.intgemm_fully_connected(a, w, num_hidden=16, no_bias=True), "`scaling` is missing"),
    (lambda a, w: npx.intgemm_fully_connected(a, w, num_hidden=8, no_bias=True, out_type="int32"), "`weight` must have shape"),
    (lambda a, w: npx.intgemm_fully_connected(a, a, num_hidden=4, no_bias=True, out_type="int32"), "dtype of weight"),
    (lambda a, w: npx.intgemm_prepare_weight(a), "`maxabs` is missing"),
    (lambda a, w: npx.intgemm_prepare_data(a, np.ones(2)), "one number"),
    (lambda a, w: npx.intgemm_take_weight(w, np.array([1.0])), "dtype of indices"),
])
def test_wrong_calls(call, words):
    with pytest.raises(mx.MXNetError, match=words):
        call(np.array(A), np.zeros((16, 64), dtype="int8"))
