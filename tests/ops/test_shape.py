"""Shapes, layouts, joining and splitting: MXNet's answers, NumPy's values, derivatives of every operator's samples."""
from __future__ import annotations

import numpy as onp
import pytest

from mxshim import MXNetError, autograd, nd, np, npx
from tests.support.families import check_measured, check_sample, measured, np_semantics, records, samples

pytestmark = pytest.mark.filterwarnings("ignore:.*different programs were compiled")
FILES = ("shape", "broadcast", "layout", "joining")

DIFFERENT = {
    "nd.reshape(t, target_shape=(0, 6), keep_highest=True).shape": "half of the elements would be lost: raises",
    "npx.reshape(t, (-6, 1, -1, -1))": "the -1 of a split is known from the size, so another -1 may follow",
    'np.pad(v, ((1, 2),), mode="nonsense")': "ValueError, as for the modes MXNet knows but does not offer",
}


@pytest.mark.parametrize(("dialect", "code", "want"), measured("shape"))
def test_as_mxnet(dialect, code, want):
    check_measured(dialect, code, want, DIFFERENT)


@pytest.mark.parametrize(("record", "k"), samples(*FILES))
def test_sample(record, k):
    check_sample(record, k)


def test_every_operator_has_samples_or_is_tested_here():
    without = {r.name for r in records(*FILES) if not (r.samples or {}).get("args")}
    assert without == {"nd.reshape_like", "np.atleast_1d", "np.atleast_2d", "np.atleast_3d", "nd.broadcast_like",
                       "nd.NDArray.broadcast_like"}
    assert all(r.doc for r in records(*FILES))


def as_numpy(name, *args, **kwargs):
    """np.NAME and NumPy's function of that name, on the same arrays."""
    def taken(a):
        if isinstance(a, list) and isinstance(a[0], onp.ndarray):
            return [np.array(e) for e in a]
        return np.array(a) if isinstance(a, onp.ndarray) else a

    ours, theirs = getattr(np, name)(*map(taken, args), **kwargs), getattr(onp, name)(*args, **kwargs)
    if not isinstance(theirs, list | tuple):
        ours, theirs = [ours], [theirs]
    assert type(ours) is list
    for a, b in zip(ours, theirs, strict=True):
        onp.testing.assert_array_equal(a.asnumpy(), b)


X, Y = onp.arange(24, dtype="float32").reshape(2, 3, 4), onp.arange(6, dtype="float32").reshape(2, 3)


@pytest.mark.parametrize(("name", "args", "kwargs"), [
    ("reshape", (X, (4, -1)), {}), ("reshape", (X, (4, 6)), {"order": "F"}), ("ravel", (X,), {"order": "F"}),
    ("transpose", (X, (1, 0, 2)), {}), ("moveaxis", (X, (0, 2), (2, 0)), {}), ("rollaxis", (X, 2), {}),
    ("swapaxes", (X, 0, -1), {}), ("expand_dims", (X, (0, 2)), {}), ("squeeze", (X[:1],), {}),
    ("broadcast_to", (Y, (4, 2, 3)), {}), ("tile", (Y, (2, 1, 2)), {}), ("repeat", (X, 2), {"axis": 1}),
    ("repeat", (Y, [1, 2]), {"axis": 0}), ("resize", (Y, (4, 4)), {}), ("flip", (X,), {"axis": (0, 2)}), ("fliplr", (X,), {}),
    ("roll", (X, 5), {}), ("roll", (X, -1), {"axis": 2}), ("roll", (X, 2), {"axis": (0, 2)}),
    ("roll", (X, 10 ** 12 + 1), {}), ("roll", (X, -10 ** 12), {"axis": -1}), ("roll", (X[:0], 1), {"axis": 1}),
    ("rot90", (X,), {"k": 3, "axes": (0, 2)}), ("pad", (Y, ((1, 0), (0, 2))), {"mode": "edge"}),
    ("concatenate", ([Y, Y],), {"axis": -1}), ("stack", ([Y, Y],), {"axis": 2}), ("vstack", ([Y[0], Y[1]],), {}),
    ("hstack", ([Y[0], Y[1]],), {}), ("dstack", ([Y, Y],), {}), ("column_stack", ([Y[0], Y[1]],), {}),
    ("append", (Y, Y), {"axis": 1}), ("split", (X, 2, 2), {}), ("split", (X, [1, 3], 2), {}), ("split", (X, [-1], 2), {}),
    ("split", (X, [3, 9], 2), {}), ("array_split", (X, 3, 2), {}), ("hsplit", (X, 3), {}), ("vsplit", (X, 2), {}),
    ("dsplit", (X, [1]), {}), ("meshgrid", (Y[0], Y[1]), {"sparse": True}), ("atleast_3d", (Y,), {}),
    ("broadcast_arrays", (Y, Y[:1]), {}), ("atleast_1d", (onp.float32(3) * onp.ones(()),), {})])
def test_as_numpy(name, args, kwargs):
    as_numpy(name, *args, **kwargs)


@pytest.mark.parametrize("shape", [(0, 3), (), (1,)])
@pytest.mark.usefixtures(np_semantics.__name__)
def test_empty_and_0d_arrays(shape):
    x = np.ones(shape)
    assert np.reshape(x, (-1,) if x.size else (0,)).shape == (x.size,)
    assert np.concatenate([x.reshape(-1), x.reshape(-1)]).shape == (2 * x.size,)
    assert np.stack([x, x]).shape == (2, *shape)
    assert np.transpose(x).shape == shape[::-1]
    assert np.ravel(x).shape == (x.size,)
    assert np.expand_dims(x, 0).shape == (1, *shape)
    assert np.tile(x, 2).size == 2 * x.size


def test_gradients_that_mxnet_loses():
    for fn, want in ((lambda x: np.repeat(x, 3), [3, 3]), (np.atleast_2d, [1, 1])):
        x = np.array([1., 2.])
        x.attach_grad()
        with autograd.record():
            y = fn(x)
        y.backward()
        assert x.grad.asnumpy().tolist() == want


def test_one_part_is_an_array_in_nd_and_a_list_in_np():
    assert nd.split(nd.ones((2, 3)), num_outputs=1, axis=0).shape == (2, 3)
    assert isinstance(np.split(np.ones((2, 3)), 1), list)


def test_out_receives_the_result():
    out = np.zeros((4, 3))
    assert np.concatenate([np.ones((2, 3)), np.zeros((2, 3))], out=out) is out
    assert out.sum().item() == 6


def test_methods():
    x, y = np.array(X), nd.array(X)
    assert x.flatten("F").asnumpy().tolist() == X.flatten("F").tolist()
    view = x.reshape_view(4, 6)
    view[0] = -1
    assert x[0, 0, 0].item() == -1
    assert x.T.shape == x.transpose().shape == (4, 3, 2) and x.tile(2).shape == (2, 3, 8) and x.repeat(2).shape == (48,)
    assert y.expand_dims(1).shape == (2, 1, 3, 4) and y.flatten().shape == (2, 12)
    y.flatten(inplace=True)[0] = 7
    assert y[0].asnumpy().min() == 7
    ones = nd.ones((1, 3, 1))
    assert ones.squeeze().shape == (3,) and ones.squeeze(axis=0, inplace=True).shape == (3, 1)
    assert ones.broadcast_like(nd.ones((2, 3, 2))).shape == ones.broadcast_axes(axis=(0, 2), size=(2, 2)).shape == (2, 3, 2)
    assert y.swapaxes(0, 2).shape == (4, 3, 2) and y.slice_axis(2, 1, 3).shape == (2, 3, 2)
    assert y.split(2, axis=0)[0].shape == (1, 3, 4)


def test_integers_join_in_a_graph():
    x = np.array([[1., 2.]])
    x.attach_grad()
    with autograd.record():
        y = np.concatenate([x.astype("int32"), np.array([[5, 6]], dtype="int32")]) * 2
    y.backward()
    assert x.grad.asnumpy().tolist() == [[2, 2]]


@pytest.mark.parametrize(("call", "text"), [
    (lambda: np.reshape(np.ones((2, 3)), (4, -1)), r"np.reshape\(float32\[2, 3\], newshape=\[4, -1\]\): cannot"),
    (lambda: np.concatenate([np.ones(2), np.ones(2, dtype="float64")]), r"one dtype, got float32 and float64: cast with"),
    (lambda: nd.concat(nd.ones((2, 3)), nd.ones((2, 2)), dim=0), r"shapes \(2, 3\) and \(2, 2\) differ outside axis 0"),
    (lambda: nd.split(nd.ones((2, 3)), num_outputs=2), r"axis 1 of size 3 does not divide into 2 equal parts"),
    (lambda: npx.reshape(np.ones((2, 2)), (-3, -2)), r"code -3 .* skips sizes of 1 only, not 2"),
    (lambda: nd.broadcast_to(nd.ones((2, 3)), (2, 6)), r"\(2, 3\) cannot be broadcast to \(2, 6\): sizes must be equal"),
    (lambda: nd.reshape(nd.ones((2, 3))), r"`shape` is needed")])
def test_errors_say_what_to_do(call, text):
    with pytest.raises(MXNetError, match=text):
        call()


@pytest.mark.parametrize("axes", [((0, 1), (0,)), (5, 0), (0, 5), ((0, 0), (1, 2))])
def test_moveaxis_of_nd_raises_value_errors(axes):
    with pytest.raises(ValueError, match="nd.moveaxis"):
        nd.moveaxis(nd.ones((2, 3, 4)), *axes)


def test_concatenate_may_give_the_array_itself():
    x = nd.ones((2,))
    assert nd.concatenate([x], always_copy=False) is x and nd.concatenate([x]) is not x
    assert nd.concatenate([x, x], always_copy=False).shape == (4,)


@pytest.mark.parametrize(("shape", "codes", "want"), [
    ((8, 3, 2, 4, 8), (-4, -1, 2, -6), (8, 3, 2, 4, 4, 2)), ((3, 8, 5), (-2, 2, -1, -6, -2), (3, 2, 4, 5)),
    ((3, 2, 4, 8, 1, 1), (-4, -1, 2, -6, -5, -3), (3, 2, 2, 2, 8))])
def test_npx_reshape_from_the_right_reads_a_split_behind_its_sizes(shape, codes, want):
    assert npx.reshape(np.ones(shape), codes, reverse=True).shape == want
    with pytest.raises(MXNetError):
        npx.reshape(np.ones((3, 8)), (-4, -6, 2, -1), reverse=True)
    assert nd.reshape(nd.ones((3, 8)), (0, 2, -1, -4), reverse=True).shape == (3, 2, 4)


@pytest.mark.parametrize("call", [
    lambda: np.linspace(0, 1, 2.5), lambda: np.eye(1, 1.0), lambda: np.tri(2.5), lambda: np.arange("a"), lambda: np.arange(None),
    lambda: np.rot90(np.ones((2, 2, 2)), axes=(0, 1, 2)), lambda: np.fill_diagonal(np.ones(3), 1)])
def test_classes_of_errors(call):
    with pytest.raises(MXNetError, match=r"^np\."):
        call()


def test_minus_two_keeps_a_size_in_np():
    a = np.ones((2, 3, 4))
    assert a.reshape(-2, -1).shape == (2, 12) and np.reshape(a, (-2, -2, 2, 2)).shape == (2, 3, 2, 2)
    with pytest.raises(MXNetError, match="finds no size left"):
        a.reshape(2, 3, 4, -2)


def test_a_list_is_one_array_to_atleast_and_no_arrays_give_none():
    assert np.atleast_1d([1, 2]).shape == (2,) and np.atleast_2d([np.ones(2), np.ones(2)]).shape == (2, 2)
    assert [(a.shape, a.dtype) for a in np.atleast_2d((1, 2), 3)] == [((1, 2), "float32"), ((1, 1), "float32")]
    assert np.meshgrid() == np.broadcast_arrays() == []


@pytest.mark.parametrize(("codes", "shape"), [
    ((-4, 1), (2, 3, 4, 1)), ((-5, -2), (6, 4)), ((-6, -1, 1, -4), (2, 1, 3, 4)), ((-1, -2), (8, 3)), ((2, -5), (2, 12))])
def test_np_reshape_knows_npx_codes(codes, shape):
    x = np.arange(24).reshape(2, 3, 4)
    assert np.reshape(x, codes).shape == x.reshape(*codes).shape == npx.reshape(x, codes).shape == shape
    assert x.reshape_view(shape=(6, -1)).shape == (6, 4) and x.reshape_view(-1, reverse=True).shape == (24,)


@pytest.mark.parametrize("shape", [(), (2,), (2, 3)])
def test_gradients_of_single_parts(shape):
    """One array stacked, or split into one part, has a gradient of its own shape, added up, too."""
    for f in (lambda x: np.stack((x,), 0), lambda x: np.stack((x,), -1), lambda x: np.split(np.expand_dims(x, 0), 1)[0]):
        x = np.array(onp.ones(shape))
        x.attach_grad("add")
        for _ in range(2):
            with autograd.record():
                y = f(x)
            y.backward()
        assert x.grad.asnumpy().shape == shape and (x.grad == 2).all()
