"""Reductions, running sums and statistics: MXNet's answers, NumPy's values, derivatives of every operator's samples."""
from __future__ import annotations

import numpy as onp
import pytest

from mxshim import MXNetError, autograd, nd, np
from tests.support.families import check_measured, check_sample, measured, records, samples

pytestmark = pytest.mark.filterwarnings("ignore:.*different programs were compiled")
FILES = ("reduce", "statistics", "nanfunctions")

DIFFERENT: dict[str, str] = {}


@pytest.mark.parametrize(("dialect", "code", "want"), measured("reduce"))
def test_as_mxnet(dialect, code, want):
    check_measured(dialect, code, want, DIFFERENT)


@pytest.mark.parametrize(("record", "k"), samples(*FILES))
def test_sample(record, k):
    check_sample(record, k)


def test_every_operator_has_samples_and_a_docstring():
    without = {r.name for r in records(*FILES) if not (r.samples or {}).get("args")}
    assert without == {"nd.multi_all_finite", "nd.multi_sum_sq", "nd.contrib.allclose"}  # tested by name
    assert all(r.doc for r in records(*FILES))


def slope(fn, *values, module=np):
    x = module.array(values)
    x.attach_grad()
    with autograd.record():
        y = fn(x)
    y.backward()
    return x.grad.asnumpy().tolist()


@pytest.mark.parametrize("module", [np, nd], ids=["np", "nd"])
def test_every_extreme_element_gets_the_full_gradient(module):
    assert slope(lambda x: module.max(x), 1., 3., 3., module=module) == [0, 1, 1]
    assert slope(lambda x: x.min(axis=0), 1., 1., 3., module=module) == [1, 1, 0]


def test_product_has_a_gradient_at_zero():
    assert slope(np.prod, 0., 2., 3.) == [6, 0, 0]
    assert slope(np.prod, 0., 0., 3.) == [0, 0, 0]
    assert slope(lambda x: nd.prod(x), 0., 2., 3., module=nd) == [6, 0, 0]


def test_spread_has_a_gradient_and_none_where_it_is_zero():
    onp.testing.assert_allclose(slope(np.var, 1., 2., 4.), [-8 / 9, -2 / 9, 10 / 9], rtol=1e-5)
    onp.testing.assert_allclose(slope(np.std, 1., 2., 4.), [-0.35634832, -0.08908708, 0.4454354], rtol=1e-5)
    assert slope(np.std, 2., 2.) == [0, 0]


def test_norm_at_zero():
    assert onp.isnan(slope(nd.norm, 0., 0., module=nd)).all()
    assert slope(lambda x: nd.norm(x, ord=1), -3., 0., 4., module=nd) == [-1, 0, 1]


@pytest.mark.parametrize("scale", [1e25, 1e-30])
def test_norms_of_numbers_whose_squares_are_none_in_float32(scale):
    x = onp.array([[3, 4], [0, 5]], "float32") * onp.float32(scale)
    for norm in (nd.norm(nd.array(x), axis=1), np.linalg.norm(np.array(x), axis=1)):
        onp.testing.assert_allclose(norm.asnumpy(), [5 * scale, 5 * scale], rtol=1e-6)
    for norm in (nd.norm(nd.array(x)), np.linalg.norm(np.array(x)), np.linalg.norm(np.array(x), "fro", (0, 1))):
        assert norm.dtype == onp.float32 and norm.asnumpy().item() == pytest.approx(50**0.5 * scale, rel=1e-6)
    onp.testing.assert_allclose(slope(np.linalg.norm, *x[0]), [0.6, 0.8], rtol=1e-6)


@pytest.mark.parametrize("call", [lambda x: np.quantile(x, 1.5), lambda x: np.quantile(x, [0.5, -1]), lambda x: np.percentile(x, 100.5),
                                  lambda x: np.percentile(x, 101), lambda x: np.quantile(x, np.array([2.]))])
def test_shares_lie_in_their_range(call):
    with pytest.raises(ValueError, match=r"`q` must lie in \[0, 1"):
        call(np.array([1., 2.]))


def test_median_and_quantiles_have_gradients():
    assert slope(np.median, 1., 2., 4.) == [0, 1, 0]
    assert slope(lambda x: np.percentile(x, 50), 3., 4.) == [0.5, 0.5]
    assert slope(lambda x: np.interp(x, np.array([0., 10.]), np.array([0., 5.])), 3., 4.) == [0.5, 0.5]


@pytest.mark.parametrize(("dtype", "total", "mean"), [
    ("bool", "int64", "float32"), ("int8", "int8", "float32"), ("uint8", "uint8", "float32"), ("int32", "int32", "float32"),
    ("int64", "int64", "float32"), ("float16", "float16", "float32"), ("float32", "float32", "float32"),
    ("float64", "float64", "float64"), ("bfloat16", "bfloat16", "float32")])
def test_np_dtypes(dtype, total, mean):
    x = np.array([[1, 0], [1, 1]]).astype(dtype)
    assert (x.sum().dtype, x.prod().dtype, x.cumsum().dtype) == (total,) * 3
    assert x.mean().dtype == mean
    assert x.max().dtype == x.min(axis=0).dtype == dtype
    assert x.argmax().dtype == "int64" and x.any().dtype == "bool"
    if dtype != "bool":
        assert x.var().dtype == x.std(axis=1).dtype == dtype


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64", "float16", "float32", "float64"])
def test_nd_reductions_keep_the_dtype(dtype):
    x = nd.array([[1, 0], [1, 1]], dtype=dtype)
    for r in (nd.sum(x), nd.mean(x), nd.max(x), nd.prod(x), nd.norm(x), nd.argmax(x, axis=1), nd.nansum(x)):
        assert onp.dtype(r.dtype) == dtype
    assert nd.sum(x).shape == nd.norm(x).shape == nd.argmax(x).shape == (1,)


def test_a_sum_of_booleans_says_whether_there_is_one():
    x = nd.array([[1, 0, 1], [0, 0, 0]], dtype="bool")
    for total in (nd.sum, nd.nansum):
        found = total(x, axis=1)
        assert onp.dtype(found.dtype) == bool and found.asnumpy().tolist() == [True, False]


def test_np_shape_semantics_change_no_reduction():
    import mxshim as mx
    with mx.util.np_shape(True):
        assert nd.ones((2, 3)).sum().shape == nd.argmax(nd.ones((2, 3))).shape == (1,)


def test_numbers_may_change_without_a_new_program():
    import mxshim as mx
    x = np.array([1., 2., 4.])
    for ddof in (0.25, 0.5):
        np.var(x, ddof=ddof).asnumpy(), np.quantile(x, ddof).asnumpy()
    before = mx.engine.stats().programs
    got = np.quantile(x, 0.75).item(), np.var(x, ddof=1.0).item()
    assert mx.engine.stats().programs == before
    onp.testing.assert_allclose(got, (3.0, 7 / 3), rtol=1e-6)


def test_sum_takes_a_start_and_a_choice():
    x = np.array([[1., 2.], [3., 4.]])
    assert np.sum(x, initial=10).item() == 20
    assert np.sum(x, where=x > 1).item() == 9


def test_a_sum_in_integers_is_cut_off_once():
    assert np.array([[1.5, -2, 3], [0.25, 4, -6]]).sum(axis=1, dtype="int32").asnumpy().tolist() == [2, -1]
    assert int(np.sum(np.array([1.7, 1.7]), dtype="int64")) == 3


def test_errors_say_what_to_do():
    with pytest.raises(MXNetError, match=r"np.sum\(float32\[2, 3\], axis=4\): axis 4 is out of range.*must be in \[-2, 2\)"):
        np.sum(np.ones((2, 3)), axis=4)
    with pytest.raises(MXNetError, match=r"`axes` must name at least one axis"):
        nd.moments(nd.ones((2, 3)))
    with pytest.raises(MXNetError, match=r"np.bincount: x must hold integers, got float32"):
        np.bincount(np.array([1., 2.]))


def test_allclose():
    x = nd.array([1., float("nan"), float("inf")])
    assert nd.contrib.allclose(x, x).asscalar() == 1 and nd.contrib.allclose(x, x, equal_nan=False).asscalar() == 0
    assert nd.contrib.allclose(nd.ones(2), nd.ones(2) + 1e-3).asscalar() == 0
    assert nd.contrib.allclose(nd.ones(2), nd.ones(2) + 1e-3, rtol=1e-2).dtype == onp.uint8


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_large_running_sums(axis):
    x = onp.random.default_rng(6).integers(-9, 9, (20, 30, 25)).astype("float32")
    x[3, 4, 5], x[7, 8, 9], x[7, 8, 10] = onp.inf, onp.nan, -onp.inf
    a = np.array(x)
    a.attach_grad()
    with autograd.record():
        y = np.cumsum(a, axis=axis)
    y.backward(np.array(onp.nan_to_num(x, posinf=1, neginf=2)))
    with onp.errstate(invalid="ignore"):
        onp.testing.assert_array_equal(y, onp.cumsum(x, axis))
    head = onp.flip(onp.nan_to_num(x, posinf=1, neginf=2), axis)
    onp.testing.assert_array_equal(a.grad, onp.flip(onp.cumsum(head, axis), axis))


def test_correlations_of_two_dtypes():
    """NumPy's functions promote as NumPy does: float32 and int32 give float64."""
    found = np.correlate(np.array([1., 2, 3]), np.array([1, 2], dtype="int32"))
    assert found.dtype == "float64" and found.tolist() == [5, 8]
    assert np.polymul(np.array([1, 2], dtype="int8"), np.array([1, 3], dtype="int64")).tolist() == [1, 5, 6]
