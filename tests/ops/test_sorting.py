"""Order and search: MXNet's answers, NumPy's values, derivatives of every operator's samples."""
from __future__ import annotations

import math
from functools import partial

import jax
import numpy as onp
import pytest

from mxshim import MXNetError, autograd, nd, np, npx
from mxshim.engine.op import NAMES
from mxshim.engine.spec import equations
from mxshim.ops.sorting import _topk
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


@pytest.mark.parametrize("dtype", ["float32", "int64", "uint8", "bool"])
def test_elements_among_few_and_among_many(dtype):
    rng = onp.random.default_rng(0)
    for n in (0, 3, 300):
        x, values = (rng.integers(0, 99, k).astype(dtype) for k in (40, n))
        if dtype == "float32" and n:
            x[:3] = values[:3] = onp.nan, onp.inf, -onp.inf
        for invert in (False, True):
            found = np.isin(np.array(x, dtype=dtype).reshape(8, 5), np.array(values, dtype=dtype), invert=invert)
            assert found.shape == (8, 5) and found.reshape(-1).tolist() == onp.isin(x, values, invert=invert).tolist()
    assert np.in1d(np.array([1., 2.5]), np.arange(100, dtype="int32")).tolist() == [True, False]


def test_many_elements_among_many_are_searched():
    """Not compared, each with each, which 2 GB of truth values would take."""
    with jax.enable_x64(True):
        jaxpr = jax.make_jaxpr(NAMES["np.isin"].fn)(onp.arange(50_000), onp.arange(40_000))
    assert max(math.prod(v.aval.shape) for eqn in equations(jaxpr.jaxpr) for v in eqn.outvars) <= 50_000


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


@pytest.mark.parametrize("shape, k", [((3, 3001), 1), ((3, 3001), 5), ((2, 700), 6), ((20000,), 9), ((2, 2, 1600), 3)])
def test_few_of_many_are_found_by_blocks(shape, k):
    """As lax.top_k finds them, to the bit and the order of ties, of zeros and of nans of either sign."""
    rng = onp.random.default_rng(k)
    x = rng.integers(-3, 4, shape).astype("float32")
    native, found = jax.jit(lambda x: jax.lax.top_k(x, k)), jax.jit(lambda x: _topk(x, k, x.ndim - 1, False))
    assert "reduce_max" in str(jax.make_jaxpr(found)(x))
    special = onp.array([0x7FC00000, 0xFFC00000, 0x7F800000, 0xFF800000, 0x80000000, 0xFFFFFFFF], "uint32").view("float32")
    for share in (0, 0.001, 0.5, 1):
        hit = rng.random(shape) < share
        x[hit] = rng.choice(special, hit.sum())
        (values, places), (right, order) = found(x), native(x)
        onp.testing.assert_array_equal(places, order)
        onp.testing.assert_array_equal(onp.asarray(values).view("uint32"), onp.asarray(right).view("uint32"))
    x = np.array(rng.normal(size=shape))
    x.attach_grad()
    with autograd.record():
        y = npx.topk(x, k=k, ret_typ="value")
    y.backward()
    assert (x.grad.asnumpy() != 0).sum() == y.size and (x.grad.asnumpy() * x.asnumpy()).sum().round(3) == y.asnumpy().sum().round(3)
