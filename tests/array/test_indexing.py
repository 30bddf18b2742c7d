"""Keys that mix integers, slices, None and index arrays against NumPy; and where MXNet has rules of its own."""
import numpy as onp
import pytest

import mxshim as mx
from mxshim import MXNetError, autograd, nd, np, npx
from mxshim.engine import stats

S = slice(None)
I = [0, 1, 1]
J = onp.array([[0, 1], [1, 0]])
M = onp.array([True, False, True])

MIXED = [(1, S, I), (1, I), (S, I, 1), (I, S, 1), (1, None, I), (None, 1, S, J), (slice(0, 1), S, I), (-1, S, [-1, -2]), (1, M),
         (1, S, [True, False, True, True]), (onp.array(1), S, I), (0, I, None)]


@pytest.mark.parametrize("key", MIXED, ids=str)
def test_an_integer_beside_index_arrays_is_one_of_them(key):
    plain = onp.arange(24, dtype="float32").reshape(2, 3, 4)
    x = np.array(plain)
    onp.testing.assert_array_equal(x[key].asnumpy(), plain[key])
    plain[key] += 100
    x[key] += 100
    onp.testing.assert_array_equal(x.asnumpy(), plain)


def test_a_key_of_integers_and_index_arrays_is_differentiated():
    x = np.arange(24).reshape(2, 3, 4)
    x.attach_grad()
    from mxshim import autograd
    with autograd.record():
        y = (x[1, :, I] * np.array([[1.], [10.], [100.]])).sum()
    y.backward()
    want = onp.zeros((2, 3, 4))
    want[1, :, 0], want[1, :, 1] = 1, 110
    onp.testing.assert_array_equal(x.grad.asnumpy(), want)


@pytest.mark.parametrize("key", [slice(None, 1, 2), slice(0, 3, 3), slice(2, 1, -1)], ids=str)
def test_a_lone_strided_slice_of_one_row_is_a_copy_in_np_and_a_view_in_nd(key):
    for api, written in (np, False), (nd, True):
        x = api.zeros((3, 4))
        y = x[key]
        y[:] = 5
        assert bool(x.asnumpy().sum() == 20) is written


@pytest.mark.parametrize("api", [np, nd], ids=["np", "nd"])
def test_a_start_behind_the_end_is_refused_only_alone(api):
    x = api.arange(6).reshape((2, 3))
    for key in slice(1, 0), slice(-1, -3), slice(-1, -3, 1):
        with pytest.raises(MXNetError, match="Invalid slicing range"):
            x[key]
    assert x[1:0, 1].shape == (0,)
    assert x[1:0, ::2].shape == (0, 2)
    assert x[:, 2:1].shape == (2, 0)
    x[1:0] = 5
    assert x.asnumpy().tolist() == [[0, 1, 2], [3, 4, 5]]


MISTAKES = [
    ("x[[0, 1], [1, 2, 0]]", ValueError, ValueError, r"the index arrays have shapes \(2,\), \(3,\): they must broadcast"),
    ("x.__setitem__(([0, 1], [1, 2, 0]), 1)", ValueError, ValueError, r"the index arrays have shapes \(2,\), \(3,\)"),
    ("x.__setitem__(0, a.ones((2,)))", MXNetError, ValueError,
     r"shape \(2, 3\): x\[key\] = value of shape \(2,\): could not assign an array of shape \(2,\) to a part of shape \(3,\)"),
    ("x.__setitem__(slice(None), a.ones((2,)))", MXNetError, ValueError, r"shape \(2, 3\): x\[key\] = value of shape \(2,\): could not"),
    ("x.__setitem__([0, 1], a.ones((3, 3)))", MXNetError, ValueError, r"shape \(2, 3\): x\[key\] = value of shape \(3, 3\): could not"),
    ("x[5]", IndexError, IndexError, "index 5 is out of bounds for axis 0 with size 2"),
    ("x[[0, 5]]", IndexError, IndexError, "index 5 is out of bounds for axis 0 with size 2"),
    ("x[0, 0, 0]", IndexError, IndexError, r"too many indices \(3\) for array with 2 dimensions"),
    ("x[..., ...]", IndexError, IndexError, "only one ellipsis"),
    ("x[1.0]", ValueError, ValueError, r"does not support indexing with 1.0 of type float"),
]


@pytest.mark.parametrize(("code", "np_error", "nd_error", "text"), MISTAKES, ids=[m[0] for m in MISTAKES])
def test_mistakes_say_what_does_not_fit(code, np_error, nd_error, text):
    for api, error in (np, np_error), (nd, nd_error):
        with pytest.raises(error, match=text) as caught:
            eval(code, {"x": api.arange(6).reshape((2, 3)), "a": api})
        assert "mx." not in str(caught.value)


def test_nd_refuses_boolean_arrays_as_indices():
    x = nd.arange(6).reshape((2, 3))
    for key in nd.array([1, 0]).astype("bool"), (slice(None), nd.array([1, 0, 1]).astype("bool")):
        with pytest.raises(ValueError, match="boolean_mask"):
            x[key]


@pytest.mark.parametrize("array", [2.0, [1.0, 2.0, 3.0], [[1.0, 2.0], [3.0, 4.0]]], ids=["0-d", "1-d", "2-d"])
@pytest.mark.parametrize("kind", [bool, lambda b: np.array(b, dtype="bool"), onp.array], ids=["bool", "np", "numpy"])
@pytest.mark.parametrize("chosen", [True, False])
def test_a_mask_without_dimensions_takes_all_or_nothing_and_copies(array, kind, chosen):
    plain = onp.array(array, dtype="float32")
    with mx.np_shape(True):
        x = np.array(plain)
        y = x[kind(chosen)]
        onp.testing.assert_array_equal(y.asnumpy(), plain[chosen])
        y[...] = 9
        onp.testing.assert_array_equal(x.asnumpy(), plain)
        x[kind(chosen)] += 5
        onp.testing.assert_array_equal(x.asnumpy(), plain + 5 * chosen)


def test_an_nd_array_of_one_axis_is_its_own_transpose():
    x, m = nd.array([1, 2, 3]), nd.array([[1, 2, 3]])
    assert x.T is x
    m.T[:] = 0
    assert m.sum().asscalar() == 6


def test_what_masks_read_needs_no_programs():
    host = onp.random.default_rng(3).normal(size=(4, 5, 3)).astype("float32")
    x = np.array(host)
    x.wait_to_read()
    before = stats().programs
    for limit in (-9, -1, 0, 0.5, 9):
        mask = host[:, :, 0] > limit
        assert (x[host > limit].asnumpy() == host[host > limit]).all()
        assert (x[np.array(mask, dtype=bool)].asnumpy() == host[mask]).all() and x[mask].shape == host[mask].shape
    assert stats().programs == before
    x.attach_grad()
    assert (x[host > 0.25].asnumpy() == host[host > 0.25]).all() and stats().programs == before  # marked, but nothing is recorded
    with autograd.record():
        y = (x[x > 0] * 2).sum() + x[host < 0].sum()
    y.backward()
    assert (x.grad.asnumpy() == onp.where(host > 0, 2, 1)).all()


def test_a_wrong_key_leaves_no_check_of_its_indices_behind():
    x, base = np.arange(6).reshape(2, 3), np.array([0, 9], dtype="int32")
    rows = base + 1  # out of bounds, which is not known yet
    with pytest.raises(ValueError, match="must broadcast"):
        x[rows, np.array([0, 1, 2], dtype="int32")]
    assert (x + 1).sum().item() == 21
    assert rows.tolist() == [1, 10]


def test_a_key_that_was_seen_before_means_what_it_means_here():
    x = np.arange(6).reshape(2, 3)
    for _ in range(2):
        assert x[1, 2].shape == (1,) and x[1].shape == (3,) and x[1, 2].item() == 5
        with mx.util.np_shape(True):
            assert x[1, 2].shape == ()
            assert x[True].shape == (1, 2, 3)
        with pytest.raises(IndexError):
            x[2, 0]
        with pytest.raises(TypeError, match=r"must be integers or None, got 1\.0"):
            x[1.0:2, 0]
        assert x[1:2, 0].tolist() == [3]
    with mx.util.np_shape(True):
        point = np.array(5.0)
        for _ in range(2):
            assert point[()].item() == point[(...,)].item() == 5
            with pytest.raises(IndexError):
                point[...]


def test_index_arrays_are_looked_at_once():
    """Their bounds stay known when programs have had them as an input so often that they lie on the device."""
    x, rows, found = np.ones((6, 3)), np.array([0, 5], dtype="int64"), []
    for _ in range(40):
        npx.softmax(np.dot(np.tile(x[rows], 300), np.ones((900, 900)))).asnumpy()  # too much for NumPy
        found.append(stats().programs)
    assert found[2] == found[-1]
    with pytest.raises(IndexError, match="index 5 is out of bounds for axis 0 with size 4"):
        np.ones((4, 3))[rows]


@pytest.mark.parametrize("recording", [False, True])
def test_a_mask_of_numpys_may_be_used_again_at_once(recording):
    """Loops fill one buffer with each turn's mask; what waits to be computed keeps the mask that it was called with."""
    x, mask, index = np.zeros((4, 2)), onp.zeros(4, bool), onp.zeros(1, "int64")
    whole, rows = onp.zeros((4, 2), bool), onp.ones(2, "float32")
    with autograd.record() if recording else autograd.pause():
        for i in range(4):
            mask[:] = False
            mask[i] = True
            x[mask] = i
            x[mask] += np.ones(2)
            whole[:] = False
            whole[i, 1] = True
            x[whole] = x[whole] * 2
            index[:] = i
            x[index, 0] += 10
            rows[:] = i
            x[mask] = x[mask] + rows
    mask[:] = whole[:] = True
    index[:] = rows[:] = 0
    assert x.tolist() == [[11 + 2 * i, 2 + 3 * i] for i in range(4)]


@pytest.mark.parametrize(("shape", "mask", "value"), [((2,), (True, False), (1, 1, 1)), ((2, 3), (True, False), (1, 1, 3)),
                                                      ((2, 1), (True, False), (1,))])
def test_a_write_through_a_mask_keeps_the_shape(shape, mask, value):
    x, found = np.zeros(shape), onp.zeros(shape)
    x[np.array(mask, dtype=bool)] = np.ones(value)
    found[onp.array(mask)] = 1
    assert x.shape == shape and x.asnumpy().tolist() == found.tolist()


@pytest.mark.parametrize(("shape", "value"), [((2, 1), (3,)), ((2,), (1, 1, 2)), ((2, 3), (1, 1, 2))])
def test_a_value_larger_than_what_a_mask_selects(shape, value):
    x = np.zeros(shape)
    with pytest.raises(ValueError, match="could not assign"):
        x[np.array([True, False], dtype=bool)] = np.ones(value)
    assert x.shape == shape and not x.asnumpy().any()
