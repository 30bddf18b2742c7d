"""Arrays made from numbers or like another array. Digits are MXNet's, measured on 1.9.1 and 2.0.0b1."""
from __future__ import annotations

import numpy as onp
import pytest

from mxshim import MXNetError, autograd, nd, np, npx, util

pytestmark = pytest.mark.filterwarnings("ignore:.*different programs were compiled")  # that is what tables do


@pytest.mark.parametrize("start, step, num", [(1.1, 0.3, 100), (0, 0.1, 1000), (-5.5, 0.07, 300), (3, -1, 3)])
def test_range_digits(start, step, num):
    """A float32 range is start + i * step with every operation rounded to float32."""
    stop = start + step * (num - 0.5)
    places = onp.arange(num, dtype="float32")
    want = onp.float32(start) + places * onp.float32(step)
    assert (np.arange(start, stop, step).asnumpy() == want).all()
    assert (nd.arange(start, stop, step).asnumpy() == want).all()
    exact = np.arange(start, stop, step, dtype="float64").asnumpy()
    onp.testing.assert_allclose(exact, start + onp.arange(num) * step, rtol=1e-15, atol=1e-15)


@pytest.mark.parametrize("call, want", [
    ("nd.arange(0, 6, 2, repeat=2)", [0, 0, 2, 2, 4, 4]), ("np.arange(3, dtype='int32')", [0, 1, 2]),
    ("np.arange(2.5)", [0, 1, 2]),
    ("np.arange(16777214, 16777219)", [16777214, 16777215, 16777216, 16777216, 16777218]),
    ("np.arange(0, 5, 0.7, dtype='int32')", [0] * 8),
    ("np.linspace(0, 10, 4, dtype='int32')", [0, 3, 6, 10]), ("nd.linspace(0.9, 3.9, 4, dtype='int32')", [0, 1, 2, 3]),
    ("np.linspace(1, 1, 1)", [1]), ("np.linspace(0, 1, 1, endpoint=False)", [0]), ("np.linspace(0, 1, 0)", []),
    ("np.logspace(0, 2, 3)", [1, 10, 100]), ("nd.eye(2, 3, k=1)", [[0, 1, 0], [0, 0, 1]]),
    ("np.eye(3, 2, -1)", [[0, 0], [1, 0], [0, 1]]),
    ("np.indices((2, 2))", [[[0, 0], [1, 1]], [[0, 1], [0, 1]]]), ("np.tri(2)", [[1, 0], [1, 1]]),
    ("npx.arange_like(np.ones((2, 3)))", [[0, 1, 2], [3, 4, 5]]), ("npx.arange_like(np.ones((2, 3)), axis=-1)", [0, 1, 2]),
    ("npx.arange_like(np.ones((2, 3)), start=2, step=0.5, repeat=2)", [[2, 2, 2.5], [2.5, 3, 3]]),
    ("nd.contrib.arange_like(nd.ones((2, 3)), start=2, step=0.5, repeat=2, axis=1)", [2, 2, 2.5]),
    ("npx.arange_like(np.array([1, 2], dtype='int32'), start=2, step=0.5)", [2, 2]),
    ("np.zeros_like(np.ones((2,)), dtype='int32')", [0, 0]), ("np.full_like(np.array([1, 2], dtype='int32'), 1.7)", [1, 1]),
    ("np.full_like(np.array([1, 2], dtype='uint8'), 300)", [44, 44]),
    ("np.full_like(np.ones((2,)), float('inf'))", [float("inf")] * 2),
    ("nd.ones_like(nd.zeros((2,)))", [1, 1]), ("nd.zeros((2,)).ones_like()", [1, 1])])
def test_values(call, want):
    assert eval(call).asnumpy().tolist() == want


def test_spaced_digits():
    """Evenly spaced numbers are computed in float64 and rounded once; the end is exact."""
    for a, b, n in ((-3, 7, 77), (0, 1, 100)):
        want = a + onp.arange(n) * ((b - a) / (n - 1))
        want[-1] = b
        assert (np.linspace(a, b, n).asnumpy() == want.astype("float32")).all()
    want = 0.1 + onp.arange(50) * ((2.7 - 0.1) / 50)
    assert (nd.linspace(0.1, 2.7, 50, endpoint=False).asnumpy() == want.astype("float32")).all()
    numbers, step = np.linspace(0, 1, 5, retstep=True)
    assert step == 0.25 and numbers.dtype == "float32"


def test_dtypes():
    i, b = np.array([1, 2], dtype="int32"), np.array([1, 0], dtype=bool)
    assert np.ones_like(i).dtype == "int32" and np.full_like(i, 2.5, dtype="float64").dtype == "float64"
    assert np.full_like(b, 3).asnumpy().tolist() == [True, True]
    assert np.indices((2,)).dtype == "int64" and np.indices((2,), dtype="float32").dtype == "float32"
    assert np.eye(2, dtype="int32").dtype == "int32" and np.arange(3).dtype == "float32"
    assert onp.dtype(nd.zeros_like(nd.array([1], dtype="float16")).dtype) == "float16"
    assert np.indices(()).shape == (0,) and np.indices((0, 2)).shape == (2, 0, 2)


def test_no_gradient():
    x = np.array([3., 4.])
    x.attach_grad()
    with autograd.record():
        y = np.zeros_like(x) + np.ones_like(x) * x + np.full_like(x, 3.) * x
    y.backward()
    assert x.grad.asnumpy().tolist() == [4., 4.]


def test_shapes_that_are_numpy_arrays():
    assert nd.empty(onp.array([2, 3])).shape == np.ones(onp.array([2, 3])).shape == (2, 3)
    assert nd.empty((0, 2)).shape == (0, 2)  # of unknown rows, as a row_sparse array may have
    with pytest.raises(MXNetError, match="integers"):
        nd.empty(onp.array([2., 3.]))


def test_refusals():
    with pytest.raises(MXNetError, match="repeat must be at least 1"):
        npx.arange_like(np.ones((2,)), repeat=0)
    with pytest.raises(MXNetError, match="axis 2 is out of range"):
        npx.arange_like(np.ones((2,)), axis=2)
    with pytest.raises(NotImplementedError, match="row by row"):
        np.zeros_like(np.ones((2,)), order="F")


@pytest.mark.parametrize("source, dtype", [
    (onp.ones(2), "float64"), (onp.ones(2, "float32"), "float32"), (onp.ones(2, "int8"), "int8"), (onp.ones(2, bool), "bool"),
    ([1, 2], "float64"), ([onp.float32(1)], "float64"), ([True, False], "float64"), (onp.array(["1", "2"]), "float64")])
def test_dtype_of_an_array_with_numpys_defaults(source, dtype):
    """As measured on 2.0.0b1; text is read as everywhere."""
    assert np.array(source).dtype == onp.float32
    with util.np_default_dtype():
        assert np.array(source).dtype == onp.dtype(dtype)


@pytest.mark.parametrize("kind", ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
                                  "bool", "bool_"])
def test_dtypes_of_np_make_arrays_and_scalars(kind):
    wanted = getattr(np, kind)
    assert np.ones(2, dtype=wanted).dtype == wanted == onp.dtype(wanted) == kind.strip("_")
    assert onp.dtype(wanted) in np.numeric_dtypes + np.boolean_dtypes
    assert wanted([0, 1]).tolist() == [0, 1] and type(wanted(1)) is wanted


def test_asarray_with_a_dtype_object():
    """NumPy's dtype float64 is equal to None."""
    x = np.ones(2)
    assert np.asarray(x, dtype=onp.dtype("float64")).dtype == "float64" and np.asarray(x, dtype=onp.dtype("float32")) is x
