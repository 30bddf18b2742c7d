"""Elements by index, slices, diagonals, and results whose shape depends on the elements."""
from __future__ import annotations

import numpy as onp
import pytest

import mxshim as mx
from mxshim import MXNetError, autograd, nd, np, npx
from tests.support.families import check_measured, check_sample, measured, records, samples

pytestmark = pytest.mark.filterwarnings("ignore:.*different programs were compiled")
FILES = ("gather", "diagonals")

DIFFERENT = {
    "nd.histogram(A([1, 2, 1, 3, 0, 5]), bins=2)": "a list, as with a range",
}


@pytest.mark.parametrize(("dialect", "code", "want"), measured("gather"))
def test_as_mxnet(dialect, code, want):
    check_measured(dialect, code, want, DIFFERENT)


@pytest.mark.parametrize(("record", "k"), samples(*FILES))
def test_sample(record, k):
    check_sample(record, k)


def test_every_operator_has_samples_or_is_tested_here():
    without = {r.name for r in records(*FILES) if not (r.samples or {}).get("args")}
    assert without == {"nd.NDArray.slice_assign", "nd.NDArray.slice_assign_scalar"}
    assert all(r.doc for r in records(*FILES))


def slope(fn, x):
    x.attach_grad()
    with autograd.record():
        y = fn(x)
    y.backward()
    return x.grad.asnumpy().tolist()


def test_gradients():
    assert slope(lambda x: nd.take(x, nd.array([1, 1, 5])), nd.array([3., 4.])) == [0, 3]
    assert slope(lambda x: nd.gather_nd(x, nd.array([[1, 1]])), nd.array([3., 4.])) == [0, 2]
    assert slope(lambda x: nd.scatter_nd(x, nd.array([[1, 1]]), shape=(3,)), nd.array([3., 4.])) == [1, 1]
    assert slope(lambda x: np.delete(x, 1) * np.array([5., 6.]), np.array([1., 2., 3.])) == [5, 0, 6]
    assert slope(lambda x: np.insert(x, 1, x[:1]) * np.array([5., 6., 7.]), np.array([1., 2.])) == [11, 7]
    assert slope(lambda x: nd.contrib.boolean_mask(x, nd.array([0, 1])), nd.array([[1., 2.], [3., 4.]])) == [[0, 0], [1, 1]]
    assert slope(lambda x: np.extract(np.array([1., 0.]), x), np.array([3., 4.])) == [1, 0]


def test_a_moving_slice_is_one_program():
    x, y = nd.arange(40).reshape((4, 10)), np.arange(40).reshape((4, 10))

    def turn(i):
        nd.slice_axis(x, axis=1, begin=i, end=i + 2).asnumpy(), nd.slice(x, begin=(0, i), end=(3, i + 2)).asnumpy()
        npx.slice(y, begin=(None, i), end=(None, i + 4), step=(None, 2)).asnumpy(), np.take(y, i, axis=1).asnumpy()

    for i in range(3):
        turn(i)
    before = mx.engine.stats().programs
    for i in range(3, 6):
        turn(i)
    assert mx.engine.stats().programs == before


@pytest.mark.parametrize("key", [
    (slice(1, 3), slice(None)), (slice(-2, None), slice(None, None, -1)), (slice(3, 1, -1), slice(0, 9, 4)),
    (slice(2, 2), slice(None)), (slice(None), slice(8, 1, -3))])
def test_slice_is_pythons(key):
    host = onp.arange(40, dtype="float32").reshape(4, 10)
    begin, end, step = zip(*((k.start, k.stop, k.step) for k in key))
    got = npx.slice(np.array(host), begin=begin, end=end, step=step).asnumpy()
    assert got.shape == host[key].shape and (got == host[key]).all()


def test_slices_are_copies_and_honour_out():
    x = nd.arange(4)
    part = nd.slice_axis(x, axis=0, begin=1, end=3)
    part[:] = 9
    assert x.asnumpy().tolist() == [0, 1, 2, 3]
    out = nd.zeros((2,))
    assert nd.slice_axis(x, axis=0, begin=1, end=3, out=out) is out and out.asnumpy().tolist() == [1, 2]
    assert slope(lambda x: nd.slice_axis(x, axis=0, begin=1, end=None), nd.array([3., 4.])) == [0, 1]


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "float16", "float32", "float64"])
def test_index_arrays_of_any_dtype(dtype):
    x = nd.array([[1., 2., 3.], [4., 5., 6.]])
    index = nd.array([1, 0], dtype=dtype)
    assert nd.take(x, index).asnumpy().tolist() == [[4, 5, 6], [1, 2, 3]]
    assert nd.pick(x, index).asnumpy().tolist() == [2, 4]
    assert nd.pick(x[0], nd.array([1])).shape == npx.pick(np.array([1.0, 2]), np.array([1])).shape == (1,)
    assert nd.one_hot(index, 2).asnumpy().tolist() == [[0, 1], [1, 0]]


def test_data_dependent_shapes():
    x = np.array([[3., 0.], [1., 3.]])
    for found in (np.nonzero(x), x.nonzero()):
        assert [i.asnumpy().tolist() for i in found] == [[0, 1, 1], [0, 0, 1]]
    assert np.where(x > 0)[0].dtype == "int64"
    assert np.argwhere(x > 9).shape == (0, 2)
    assert np.count_nonzero(x) == 3 and np.count_nonzero(x, axis=0).asnumpy().tolist() == [2, 1]
    assert np.unique(x).asnumpy().tolist() == [0, 1, 3] and np.unique(np.zeros((0,))).shape == (0,)
    assert np.delete(x, [0], axis=1).shape == np.delete(x, slice(0, 1), axis=1).shape == (2, 1)
    assert np.insert(x, [0, 1], 7, axis=0).asnumpy().tolist() == [[7, 7], [3, 0], [7, 7], [1, 3]]
    assert np.bincount(np.zeros((0,), dtype="int32")).shape == (0,)
    assert np.bincount(np.array([1, 1, 3], dtype="int8"), weights=np.array([0.5, 1, 2]), minlength=6).tolist() == [0, 1.5, 0, 2, 0, 0]
    for obj, values in ((1, 5), (-1, [5, 6]), ([2, 0], [5, 6]), (slice(0, 2), 5)):
        found = [np.insert(x, obj, np.array(values), axis=1)]
        x.attach_grad()
        with autograd.record():
            found.append(np.insert(x, obj, np.array(values), axis=1))
        assert found[0].tolist() == found[1].tolist() and found[0].dtype == found[1].dtype
    assert np.trim_zeros(np.zeros(3)).shape == (0,)


def test_in_place_and_equality():
    x = np.zeros((3, 3))
    assert np.fill_diagonal(x, np.array([1., 2., 3.])) is None and x.asnumpy().tolist() == onp.diag([1, 2, 3]).tolist()
    tall, want = np.zeros((5, 2)), onp.zeros((5, 2))
    np.fill_diagonal(tall, 4, wrap=True), onp.fill_diagonal(want, 4, wrap=True)
    assert (tall.asnumpy() == want).all()
    assert np.array_equal(x, x.copy()) is True and np.array_equiv(x, x[None]) is True and np.allclose(x, x + 1e-9) is True
    assert np.may_share_memory(x, x[0]) and not np.shares_memory(x, x.copy())
    assert np.may_share_memory(x[:2], x[1:]) and np.shares_memory(x[1][0:2], x[1, 1:3]) and np.may_share_memory(x, x.reshape((9,))) is False
    assert not np.may_share_memory(x[0], x[1]) and not np.shares_memory(x[1][0:1], x[1, 1:3]) and not np.shares_memory(x, x[3:])
    assert np.shape(x) == (3, 3) and np.ndim(x) == 2 and np.size(x, 0) == 3
    assert np.result_type(x, np.ones(2, dtype="int32")) == "float32" and np.can_cast("int8", "int32")
    a = nd.zeros((3, 2))
    assert a.slice_assign(nd.ones((1, 2)), (1,), (2,), (None,)) is a
    assert a.slice_assign_scalar(5., (0,), (3,), (2,)) is a and a.asnumpy()[:, 0].tolist() == [5, 1, 5]
    assert x.slice_assign_scalar(5., 0, 2) is x and x[:, 0].tolist() == [5, 5, 0]
    with pytest.raises(MXNetError, match="as many entries"):
        a.slice_assign_scalar(5., (0, 0), (1,))


def test_work_by_numpy_refuses_graphs():
    x = np.array([1., 2.])
    assert np.union1d(x, x).asnumpy().tolist() == [1, 2] and np.roots(np.array([1., -1.])).asnumpy().tolist() == [1]
    assert np.apply_along_axis(lambda a: a.sum(), 0, np.ones((2, 3))).asnumpy().tolist() == [2, 2, 2]
    assert np.genfromtxt(["1,2", "3,4"], delimiter=",", dtype="float32").dtype == "float32"
    x.attach_grad()
    with autograd.record(), pytest.raises(MXNetError, match=r"np.union1d runs in NumPy, where autograd cannot follow"):
        np.union1d(x * 2, x)
    with pytest.raises(KeyError, match="complex64"):
        np.roots(np.array([1., 0., 1.]))


@pytest.mark.parametrize(("kind", "call", "text"), [
    (MXNetError, lambda: np.take(np.ones(3), np.array([7])), r"np.take: index 7 is out of bounds: they must be in \[0, 3\)"),
    (IndexError, lambda: nd.gather_nd(nd.ones((2, 3)), nd.array([[0], [5]])), r"nd.gather_nd, axis 1: index 5 is out of"),
    (MXNetError, lambda: nd.pick(nd.ones((2, 3)), nd.ones(3)), r"`index` must have shape \(2,\), that of `data` without"),
    (MXNetError, lambda: nd.slice_axis(nd.ones((2, 3)), axis=1, begin=2, end=9), r"begin=2, end=9 is no slice of axis 1"),
    (MXNetError, lambda: nd.batch_take(nd.ones((2, 3)), nd.ones(2)), r"`indices` must be int32, got float32"),
    (MXNetError, lambda: npx.one_hot(np.ones(2), 1.5), r"`depth` must be a non-negative int, got 1.5")])
def test_errors_say_what_to_do(kind, call, text):
    with pytest.raises(kind, match=text):
        call()


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "float32"])
def test_indices_that_do_not_exist(dtype):
    x = np.arange(300)
    assert np.take(x, np.array([5, 100], dtype=dtype)).tolist() == [5, 100]
    for bad in (-1, -100, 300 if dtype != "int8" else -128):
        with pytest.raises(MXNetError, match=rf"index {bad} is out of bounds: they must be in \[0, 300\)"):
            np.take(x, np.array([0, bad, 5], dtype=dtype))


def test_nothing_taken_from_nothing():
    none, places = np.zeros((0, 3)), np.zeros((0, 2), dtype="int32")
    assert [np.take(none, places, axis=0, mode=m).shape for m in ("raise", "clip", "wrap")] == [(0, 2, 3)] * 3
    with pytest.raises(MXNetError, match="nothing can be taken from axis 0: its size is 0"):
        np.take(none, np.zeros(1, dtype="int32"), axis=0)
    assert np.ones(1).item() == 1  # nothing of the call is left over
    assert npx.gather_nd(np.ones((2, 3)), np.zeros((0, 4), dtype="int32")).shape == (4, 2, 3)
    for f in (npx.masked_softmax, npx.masked_log_softmax):
        assert f(none, np.zeros((0, 3), dtype="bool"), axis=0).shape == (0, 3)


def test_places_along_an_axis_are_checked():
    x = np.arange(6).reshape(2, 3)
    assert np.take_along_axis(x, np.array([[1], [-1]], dtype="int64"), 1).tolist() == [[1], [5]]
    with pytest.raises(IndexError, match=r"np\.take_along_axis: index 3 is out of bounds"):
        np.take_along_axis(x, np.array([[3]], dtype="int64"), 1)
    index = np.array([0, 2], dtype="int64")
    assert np.choose(index, [x[0, :2], x[1, :2]], mode="clip").tolist() == [0, 4]
    with pytest.raises(ValueError, match=r"np\.choose: index 2 is out of bounds"):
        np.choose(index, [x[0, :2], x[1, :2]])


def test_dtypes_of_selections():
    """NumPy's rule, the default's kind included."""
    yes, f4, i4 = np.ones(2) > 0, np.ones(2), np.ones(2, dtype="int32")
    for choices, default, dtype in (([f4, f4], 0, "float32"), ([f4, i4], 0, "float64"), ([yes, yes], 0, "int64"),
                                    ([i4, i4], 7, "int32"), ([i4, i4], 0.5, "float64"), ([yes, yes], False, "bool")):
        found = np.select([yes, ~yes], choices, default)
        assert found.dtype == dtype and found.tolist() == [1, 1]
