"""Order and search: MXNet's answers, NumPy's values, derivatives of every operator's samples."""
from __future__ import annotations

from functools import partial

import numpy as onp
import pytest

from mxshim import MXNetError, autograd, nd, np, npx
from tests.support.families import check_measured, check_sample, measured, records, samples

pytestmark = pytest.mark.filterwarnings("ignore:.*different programs were compiled")
FILES = ("sorting",)
DIFFERENT: dict[str, str] = {}


@pytest.mark.parametrize(("dialect", "code", "want"), measured("sorting"))
def test_as_mxnet(dialect, code, want):
    check_measured(dialect, code, want, DIFFERENT)


@pytest.mark.parametrize(("record", "k"), samples(*FILES))
def test_sample(record, k):
    check_sample(record, k)


def test_every_operator_has_samples():
    assert all(r.samples["args"] and r.doc for r in records(*FILES))


def slope(fn, x, weights):
    x.attach_grad()
    with autograd.record():
        y = fn(x) * weights
    y.backward()
    return x.grad.asnumpy().tolist()


def test_gradients_go_back_to_where_the_values_were():
    assert slope(np.sort, np.array([3., 1., 2.]), np.array([1., 10., 100.])) == [100, 1, 10]
    assert slope(nd.sort, nd.array([3., 1., 2.]), nd.array([1., 10., 100.])) == [100, 1, 10]
    for lib, topk in ((nd, nd.topk), (np, npx.topk)):
        x, weights = lib.array([3., 1., 2.]), lib.array([1., 10.])
        assert slope(partial(topk, k=2, ret_typ="value"), x, weights) == [1, 0, 10]
        assert slope(lambda x, f=topk: f(x, k=2, ret_typ="both")[0], x, weights) == [1, 0, 10]
        assert slope(partial(topk, k=2), x, weights) == [0, 0, 0]
    assert slope(np.unique, np.array([3., 1., 2., 1.]), np.array([1., 10., 100.])) == [100, 1, 10, 0]


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64", "float16", "float32", "float64", "bfloat16"])
@pytest.mark.parametrize("ascending", [True, False])
def test_topk_of_many_elements_is_sorting(dtype, ascending):
    host = onp.random.RandomState(0).randint(0, 50, (3, 200))
    x = np.array(host).astype(dtype)
    order = onp.argsort(host if ascending else -host, axis=1, kind="stable")
    for k in (3, 100):
        values, indices = npx.topk(x, k=k, ret_typ="both", is_ascend=ascending, dtype="int32")
        assert (indices.asnumpy() == order[:, :k]).all()
        assert (values.asnumpy() == onp.take_along_axis(host, order, 1)[:, :k]).all() and values.dtype == dtype
        mask = npx.topk(x, k=k, ret_typ="mask", is_ascend=ascending)
        assert (mask.asnumpy().sum(1) == k).all() and mask.dtype == dtype


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
@pytest.mark.parametrize("descending", [False, True])
def test_sort_and_argsort(axis, descending):
    host = onp.random.RandomState(1).randint(0, 4, (5, 6)).astype("float32")
    order = onp.argsort(-host if descending else host, axis=axis, kind="stable")
    assert (np.argsort(np.array(host), axis=axis, descending=descending).asnumpy() == order).all()
    want = onp.sort(host, axis=axis)
    want = onp.flip(want, -1 if axis is None else axis) if descending else want
    assert (np.sort(np.array(host), axis=axis, descending=descending).asnumpy() == want).all()
    assert (nd.sort(nd.array(host), axis=axis, is_ascend=not descending).asnumpy() == want).all()


def test_searches_take_numbers():
    a = np.array([1., 2., 3.])
    assert np.searchsorted(a, 2.5).item() == 2 and np.searchsorted(a, 2, side="right").item() == 2
    assert np.searchsorted(np.array([3., 1., 2.]), 2.5, sorter=np.array([1, 2, 0], dtype="int64")).item() == 2


def test_methods_and_empty_arrays():
    x = np.array([2., 1.])
    assert x.sort().asnumpy().tolist() == [1, 2] and x.asnumpy().tolist() == [2, 1] and x.argsort().asnumpy().tolist() == [1, 0]
    assert nd.array([2., 1.]).argsort().asnumpy().tolist() == [1, 0]
    assert np.sort(np.zeros((0, 2))).shape == np.argsort(np.zeros((0, 2))).shape == (0, 2)


def test_errors_say_what_to_do():
    with pytest.raises(MXNetError, match=r"nd.topk\(float32\[3\], k=9\): `k` must be at most 3, the size of axis 0, got 9"):
        nd.topk(nd.arange(3), k=9)
    with pytest.raises(ValueError, match=r"`side` must be 'left' or 'right', got 'middle'"):
        np.searchsorted(np.arange(3), 1., side="middle")


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "uint32", "int64", "float16", "float32", "float64"])
@pytest.mark.parametrize("times", [1, 999])
def test_order_of_the_ends_of_a_dtype(dtype, times):
    info = onp.finfo(dtype) if dtype.startswith("float") else onp.iinfo(dtype)
    host = onp.array([3, info.max, 0, info.min, 1, 3], dtype)
    if dtype.startswith("float"):
        host = onp.concatenate([host, onp.array([-0.0, onp.inf, onp.nan, -onp.inf, -onp.nan, 0.0, info.tiny], dtype)])
    host = onp.tile(host, times)
    x = np.array(host, dtype=dtype)
    assert (np.argsort(x).asnumpy() == onp.argsort(host, kind="stable")).all()
    want = onp.sort(host, kind="stable")  # NumPy's other way gives a wrong order of float16 on some processors
    onp.testing.assert_array_equal(np.sort(x).asnumpy(), want)
    onp.testing.assert_array_equal(np.sort(x, descending=True).asnumpy(), onp.flip(want))
    if dtype.startswith("float"):  # zeros are equal and keep their order
        onp.testing.assert_array_equal(onp.signbit(np.sort(x).asnumpy()[want == 0]), onp.signbit(host[host == 0]))
    assert np.argmax(x).item() == onp.nanargmax(host) and np.argmin(x).item() == onp.nanargmin(host)  # MXNet passes nan over
