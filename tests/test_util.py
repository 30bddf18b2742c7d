"""mxnet.util beyond its switches, and the small names of base."""
import pickle

import numpy as onp
import pytest

import mxshim as mx
from mxshim import np, npx, util


@util.numpy_fallback
def _several(x, parts=(), kind=list):
    return kind([x[:, x[1] > 0], tuple(np.split(parts[0], parts[1])), np.ndim(x), type(x).__name__])


def test_numpy_fallback():
    x = np.array([[1., -1], [2, -2]])
    found = _several(x, parts=[np.arange(4), 2], kind=tuple)
    assert type(found) is tuple and found[0].tolist() == [[1], [2]] and found[2:] == (2, "ndarray")
    assert [type(a) for a in (found[0], *found[1])] == [np.ndarray] * 3
    assert _several.__name__ == "_several" and _several.__wrapped__(x, (np.arange(4), 2))[3] == "ndarray"

    half = util.numpy_fallback(lambda x: np.asarray(x, "float16"))  # np is a global; below a name of the function around
    assert half(x).dtype == onp.float16
    module = np
    assert util.numpy_fallback(lambda: module is onp)()


def test_null():
    null = mx.base._Null
    assert not null and repr(null) == "_Null" and pickle.loads(pickle.dumps(null)) is null
    assert mx.nd.random.uniform(shape=null).shape == (1,)


@pytest.mark.parametrize("wrong, error", [
    (lambda: mx.Context("quantum"), KeyError), (lambda: mx.Context("quantum"), mx.MXNetError),
    (lambda: mx.profiler.set_state("walk"), KeyError),
    (lambda: util.set_np_shape(False), ValueError), (lambda: util.np_shape(False).__enter__(), ValueError)])
def test_classes_of_errors(wrong, error):
    npx.set_np()
    try:
        with pytest.raises(error):
            wrong()
        assert util.is_np_shape()
    finally:
        npx.reset_np()
    assert util.set_np_shape(False) is False
