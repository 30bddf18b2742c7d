"""NumPy called on arrays of ours, DLPack, files, and devices that a write must not change."""
import math

import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, nd, np, npx
from mxshim.serialization import save_npy

X = onp.array([[1, 2], [3, 4]], "float32")

OURS = [("mean(x)", 2.5), ("sum(x, axis=0)", [4, 6]), ("linalg.norm(x)", 30 ** 0.5), ("concatenate([x, x])", [[1, 2], [3, 4]] * 2),
        ("exp(x)", onp.exp(X)), ("x + onp.ones((2, 2), 'float32')", X + 1), ("add(x, x)", 2 * X), ("where(x > 2, x, 0)", [[0, 0], [3, 4]]),
        ("median(x)", 2.5), ("unique(x)", [1, 2, 3, 4]), ("multiply.reduce(x)", [3, 8])]


@pytest.mark.parametrize("api", [np, nd], ids=["np", "nd"])
@pytest.mark.parametrize(("code", "want"), OURS, ids=[c for c, _ in OURS])
def test_numpy_functions(code, want, api):
    found = eval(code if code[0] == "x" else f"onp.{code}", {"onp": onp, "x": api.array(X)})
    if api is np or code != "linalg.norm(x)":
        assert type(found) is (np.ndarray if api is np else nd.NDArray)
    onp.testing.assert_allclose(onp.asarray(found).squeeze(), want, rtol=1e-6)


def test_arguments_that_ours_refuses_go_to_numpy():
    a, b, missing = onp.broadcast_arrays(np.arange(3), 2., None)  # as matplotlib's bar() does
    assert a.asnumpy().tolist() == [0, 1, 2]
    assert b.asnumpy().tolist() == [2, 2, 2]
    assert missing.tolist() == [None] * 3
    x = np.arange(3)
    x.attach_grad()
    with autograd.record(), pytest.raises(TypeError, match="must be an array, got None"):
        onp.broadcast_arrays(x * 2, None)


@pytest.mark.parametrize("api", [np, nd], ids=["np", "nd"])
def test_numpy_arrays_stay_numpys_where_they_are_written(api):
    y = mine = onp.ones(2)
    y += api.array([1, 2])
    assert y is mine
    assert type(y) is onp.ndarray
    assert y.tolist() == [2, 3]
    assert onp.add(api.array([1, 2]), 1, out=mine) is mine
    assert mine.tolist() == [2, 3]
    z = api.zeros((2,))
    assert onp.add(api.array([1, 2]), api.array([1, 2]), out=z) is z
    assert z.asnumpy().tolist() == [2, 4]


@pytest.mark.parametrize("api", [np, nd], ids=["np", "nd"])
def test_a_write_keeps_the_device(api):
    there = api.array([1, 2], ctx=mx.cpu(1))
    for write in (lambda y: y.__setitem__(slice(None), there), lambda y: there.copyto(y), lambda y: y.__setitem__(slice(0, 1), there[:1])):
        y = api.zeros((2,), ctx=mx.cpu(0))
        write(y)
        assert y.ctx == mx.cpu(0)
        assert float(y[0].asnumpy()) == 1
    assert (there + 1).ctx == there.ctx == mx.cpu(1)


def test_dlpack_methods():
    for x, back in (np.arange(3), npx.from_dlpack), (nd.arange(3), nd.from_dlpack):
        for capsule in x.to_dlpack_for_read(), x.to_dlpack_for_write():
            y = back(capsule)
            assert type(y) is type(x)
            assert y.asnumpy().tolist() == [0, 1, 2]
        assert onp.from_dlpack(x).tolist() == [0, 1, 2]


def test_npx_load_tells_a_npy_file_from_a_list_of_one(tmp_path):
    save_npy(tmp_path / "two", X)
    assert npx.load(str(tmp_path / "two")).shape == (2, 2)
    npx.save(str(tmp_path / "one"), np.array(X))
    assert [a.shape for a in npx.load(str(tmp_path / "one"))] == [(2, 2)]


def test_numpy_numbers_left_of_an_nd_array_take_its_dtype():
    x = nd.array([1, -2, 3], dtype="int32")
    for found, want in ((onp.float16(0.5) < x, [1, 0, 1]), (onp.int64(2) * x, [2, -4, 6]), (onp.float64(7.0) % x, [0, -1, 1]),
                        (onp.float32(1) - x, [0, 3, -2]), (onp.bool_(True) == x, [1, 0, 0]), (onp.array([1, 1, 1]) + x, [2, -1, 4])):
        assert type(found) is nd.NDArray
        assert found.asnumpy().dtype == "int32"
        assert found.asnumpy().tolist() == want


def test_one_element_converts_and_so_do_sums_of_it():
    """NumPy 2.4 refuses float() of its own arrays of shape (1,); programs add up losses and ask for math.exp of the mean."""
    total = 0.0
    for _ in range(2):
        total += nd.array([1.5]).asnumpy()
    assert math.exp(total / 3) == math.e and int(total) == 3 and total.shape == (1,) and "array([3.], dtype=float32)" == repr(total)
    assert type(total + onp.ones(2)) is onp.ndarray and isinstance(total.sum(), onp.float32) and isinstance(onp.sum(total), onp.float32)
