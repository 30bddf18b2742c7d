"""Elementwise operators of np, npx and nd: values, dtypes, gradients at ties and kinks. Expected results are MXNet's, measured:
np from 2.0.0b1, nd from 1.9.1."""
from __future__ import annotations

import math

import numpy as onp
import pytest

from mxshim import MXNetError, autograd, gluon, nd, np, npx

pytestmark = pytest.mark.filterwarnings("ignore:.*different programs were compiled")  # that is what tables do

NAN, INF = float("nan"), float("inf")
X = onp.array([-2.5, -0.5, 0., 0.5, 1.5], "float32")
UNIT = onp.array([-0.9, -0.3, 0.2, 0.8], "float32")
ABOVE = onp.array([0.3, 1., 2.5, 7.], "float32")
NUMPY = {
    "exp": X, "expm1": X, "log": ABOVE, "log2": ABOVE, "log10": ABOVE, "log1p": ABOVE, "sqrt": ABOVE, "cbrt": ABOVE,
    "square": X, "reciprocal": ABOVE, "sin": X, "cos": X, "tan": UNIT, "arcsin": UNIT, "arccos": UNIT, "arctan": X,
    "sinh": X, "cosh": X, "tanh": X, "arcsinh": X, "arccosh": ABOVE + 1, "arctanh": UNIT, "degrees": X, "radians": X,
    "abs": X, "sign": X, "floor": X, "ceil": X, "trunc": X, "fix": X, "negative": X,
}


def grad(f, *values, dtype="float32", F=nd):
    x = F.array(values, dtype=dtype)
    x.attach_grad()
    with autograd.record():
        y = f(x)
    y.backward()
    return x.grad.asnumpy().tolist()


def same(got, want, rtol=2e-6):
    onp.testing.assert_allclose(got.asnumpy() if hasattr(got, "asnumpy") else got, want, rtol=rtol, atol=1e-6)


# Functions of one operand.

@pytest.mark.parametrize("name", NUMPY)
def test_as_numpy(name):
    x = NUMPY[name]
    want = getattr(onp, "trunc" if name == "fix" else name)(x)
    results = [getattr(np, name)(np.array(x)), getattr(nd, name)(nd.array(x))]
    if hasattr(nd.NDArray, name):
        results.append(getattr(nd.array(x), name)())
    for got in results:
        assert onp.dtype(got.dtype) == "float32"
        same(got, want)


@pytest.mark.parametrize("call, want", [
    ("nd.round(x)", [-3, -1, 0, 1, 2]), ("nd.rint(x)", [-3, -1, 0, 0, 1]), ("np.rint(x)", [-3, -1, 0, 0, 1]),
    ("np.round(x)", [-2, 0, 0, 0, 2]), ("np.around(x)", [-2, 0, 0, 0, 2]), ("nd.relu(x)", [0, 0, 0, 0.5, 1.5]),
    ("npx.sigmoid(x)", [0.07585818, 0.37754068, 0.5, 0.62245935, 0.81757444]), ("nd.hard_sigmoid(x)", [0, 0.4, 0.5, 0.6, 0.8]),
    ("nd.softsign(x)", [-2.5 / 3.5, -1 / 3, 0, 1 / 3, 0.6]), ("npx.erf(x)", [-0.999593, -0.5204999, 0, 0.5204999, 0.9661052]),
    ("nd.rsqrt(x + 4)", 1 / onp.sqrt(X + 4)), ("nd.rcbrt(x + 4)", 1 / onp.cbrt(X + 4)),
    ("nd.erfinv(nd.array([0.5, 1]))", [0.47693628, INF]),
    ("npx.gamma(np.array([4., -0.5, 40.]))", [6, -3.5449078, INF]),
    ("npx.gammaln(np.array([4., 40.]))", [1.7917595, 106.63176]),
    ("npx.digamma(np.array([0.5, 5.]))", [-1.9635100, 1.5061177]),
    ("nd.smooth_l1(x, scalar=2.)", [2.375, 0.375, 0, 0.375, 1.375]),
    ("nd.clip(x, -1, 1)", [-1, -0.5, 0, 0.5, 1]), ("np.clip(x, 1, -1)", [1, -1, -1, -1, -1]),
    ("np.clip(x, None, 0)", [-2.5, -0.5, 0, 0, 0]),
    ("np.array(X).clip(min=0)", [0, 0, 0, 0.5, 1.5]), ("np.array(X).round(1)", X),
    ("np.round(np.array([1.25, 125]), -1)", [0, 120]),
    ("nd.contrib.quadratic(x, a=1., b=2., c=3.)", X * X + 2 * X + 3), ("np.i0(np.array([0., 1.]))", [1, 1.26606588]),
    ("nd.contrib.div_sqrt_dim(nd.ones((2, 4)))", onp.full((2, 4), 0.5)), ("npx.round_ste(x)", [-3, -1, 0, 1, 2]),
    ("nd.contrib.sign_ste(x)", [-1, -1, 0, 1, 1]), ("nd.add_n(x, x, x)", 3 * X), ("np.heaviside(x, 0.25)", [0, 0, 0.25, 1, 1]),
])
def test_values(call, want):
    x = np.array(X) if call.startswith("np") else nd.array(X)
    same(eval(call, {**globals(), "x": x}), want)


@pytest.mark.parametrize("dtype, wide", [("bool", "float16"), ("int8", "float16"), ("uint8", "float16"), ("int32", "float32"),
                                         ("int64", "float32"), ("float16", "float16"), ("float64", "float64")])
def test_np_answers_floats(dtype, wide):
    assert np.sqrt(np.ones((2,), dtype=dtype)).dtype == wide


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int32", "int64", "float16", "float64", "bfloat16"])
def test_dtype_is_kept(dtype):
    x = nd.ones((2,)).astype(dtype)
    for fn in (nd.exp, nd.sqrt, nd.abs, nd.relu, nd.sigmoid, nd.floor, nd.logical_not, nd.gamma, nd.smooth_l1,
               nd.contrib.isnan):
        assert onp.dtype(fn(x).dtype).name == dtype, fn.__name__
    for fn in (np.abs, np.sign, np.square, np.reciprocal, np.floor, npx.relu, npx.sigmoid, npx.erf):
        assert fn(x.as_np_ndarray()).dtype.name == dtype, fn.__name__


def test_integers_are_cut_off():
    i = nd.array([0, 1, 2, 30], dtype="int32")
    assert nd.exp(i).asnumpy().tolist() == [1, 2, 7, -2**31]
    assert nd.log(i).asnumpy().tolist() == [-2**31, 0, 0, 3]
    assert np.reciprocal(np.array([2, 0, 1], dtype="int32")).asnumpy().tolist() == [0, -2**31, 1]
    assert (-nd.array([1, 2], dtype="uint8")).asnumpy().tolist() == [255, 254]


def test_tests():
    v = np.array([0.5, NAN, INF, -INF])
    assert np.isnan(v).asnumpy().tolist() == [False, True, False, False] and np.isnan(v).dtype == bool
    assert np.isinf(v).asnumpy().tolist() == [False, False, True, True]
    assert np.isposinf(v).asnumpy().tolist() == [False, False, True, False]
    assert np.isfinite(np.array([1, 2], dtype="int32")).asnumpy().all()
    assert nd.contrib.isnan(nd.array([1., NAN])).asnumpy().tolist() == [0., 1.]
    assert np.signbit(np.array([-0., 1., -2.])).asnumpy().tolist() == [True, False, True]
    assert (~np.array([1, 2], dtype="int32")).asnumpy().tolist() == [-2, -3]
    assert (~(v > 0)).asnumpy().tolist() == [False, True, False, True]
    assert np.nan_to_num(v).asnumpy().tolist() == [0.5, 0, float(onp.finfo("float32").max), float(onp.finfo("float32").min)]
    assert np.nan_to_num(v, nan=5, posinf=7).asnumpy().tolist()[:3] == [0.5, 5, 7]


def test_several_results():
    fraction, whole = np.modf(np.array([1.5, -2.25]))
    same(fraction, [0.5, -0.25]), same(whole, [1, -2])
    m, e = np.frexp(np.array([1.5, -8., 0.]))
    same(m, [0.75, -0.5, 0]), same(e, [1, 4, 0])
    q, r = np.divmod(np.array([5., -5.]), 3)
    same(q, [1, -2]), same(r, [2, 1])


# Two operands: dtypes.

ORDER = ("bool", "uint8", "int8", "int32", "int64", "float16", "float32", "float64")
PROMOTED = """b u8 i8 i32 i64 f16 f32 f64
u8 u8 i16 i32 i64 f16 f32 f64
i8 i16 i8 i32 i64 f16 f32 f64
i32 i32 i32 i32 i64 f16 f32 f64
i64 i64 i64 i64 i64 f16 f32 f64
f16 f16 f16 f16 f16 f16 f32 f64
f32 f32 f32 f32 f32 f32 f32 f64
f64 f64 f64 f64 f64 f64 f64 f64"""
SHORT = {"b": "bool", "u8": "uint8", "i8": "int8", "i16": "int16", "i32": "int32", "i64": "int64", "f16": "float16",
         "f32": "float32", "f64": "float64"}


def test_np_promotes():
    arrays = [np.ones((2,), dtype=d) for d in ORDER]
    for a, line in zip(arrays, PROMOTED.splitlines()):
        for b, want in zip(arrays, line.split()):
            for fn in (np.add, np.multiply, np.power, np.floor_divide):
                assert fn(a, b).dtype == SHORT[want], (fn.__name__, a.dtype, b.dtype)
            both_ints = "f" not in want
            assert np.true_divide(a, b).dtype == ("float32" if both_ints else SHORT[want])
            assert (a == b).dtype == bool


@pytest.mark.parametrize("dtype, flag, whole, fraction", [
    ("bool", "int64", "int64", "float64"), ("uint8", "uint8", "uint8", "float64"), ("int32", "int32", "int32", "float64"),
    ("int64", "int64", "int64", "float64"), ("float16", "float16", "float16", "float16"), ("float32",) * 4])
def test_np_numbers(dtype, flag, whole, fraction):
    x = np.ones((2,), dtype=dtype)
    for number, want in ((True, flag), (2, whole), (1.5, fraction), (onp.float64(1.5), fraction)):
        for result in (x + number, number * x, np.maximum(x, number), np.arctan2(number, x), np.mod(x, number)):
            assert result.dtype == want
        assert (x / number).dtype == (dtype if dtype.startswith("f") else "float32")


def test_np_refusals():
    i, f, b = np.array([1, 2], dtype="int32"), np.array([1., 2.]), np.array([1, 0], dtype=bool)
    for fn in (np.maximum, np.minimum, np.fmax, np.fmod, np.hypot, np.copysign):
        with pytest.raises(MXNetError, match="must have one dtype, got int32 and float32"):
            fn(i, f)
    for call in (lambda: b - b, lambda: b % b, lambda: np.maximum(b, b), lambda: -b, lambda: np.clip(b, 0, 1)):
        with pytest.raises(MXNetError, match="does not support boolean arrays"):
            call()
    for call in (lambda: f & f, lambda: i | f, lambda: ~f, lambda: np.gcd(f, f), lambda: f << 1):
        with pytest.raises(MXNetError, match="integer"):
            call()
    with pytest.raises(MXNetError, match="floating point"):
        np.arctan2(i, i)
    for wrong in (None, "a"):
        with pytest.raises(MXNetError):
            f + wrong
    with pytest.raises(ValueError, match="a_min or a_max"):
        np.clip(f, None, None)


def test_nd_wants_one_dtype():
    i, f, d = (nd.array([1, 2], dtype=t) for t in ("int32", "float32", "float64"))
    for call in (lambda: i + f, lambda: f * d, lambda: f == d, lambda: nd.broadcast_add(i, f), lambda: nd.maximum(i, f),
                 lambda: nd.elemwise_add(i, f), lambda: nd.logical_and(i, f), lambda: nd.add_n(i, f),
                 lambda: nd.where(f, i, f)):
        with pytest.raises(MXNetError, match="dtype"):
            call()
    with pytest.raises(MXNetError, match=r"must have one shape, got \(2, 3\) and \(3,\): use nd.broadcast_add"):
        nd.elemwise_add(nd.ones((2, 3)), nd.ones((3,)))
    with pytest.raises(TypeError):
        f + None


@pytest.mark.parametrize("call, want", [
    ("i + 1.5", [2, 3, -6]), ("i - 2.7", [-1, 0, -9]), ("2.7 - i", [1, 0, 9]), ("i * -2.7", [-2, -4, 14]),
    ("i / 2", [0, 1, -3]),
    ("i ** 0.5", [1, 1, 1]), ("i ** 2.7", [1, 4, 49]), ("2.7 ** i", [2, 4, 0]), ("i ** -1", [1, 0, 0]),
    ("i % -3", [-2, -1, -1]),
    ("7 / i", [7, 3, -1]), ("7 % i", [0, 1, 0]), ("i == 1.5", [1, 0, 0]), ("1.5 < i", [0, 1, 0]),
    ("nd.maximum(1.5, i)", [1, 2, 1]),
    ("nd.logical_xor(2, i)", [0, 0, 0]), ("nd.broadcast_hypot(i, i)", [1, 2, 9]), ("i / 0", [-2**31] * 3),
    ("i % 0", [0, 0, 0])])
def test_nd_casts_numbers(call, want):
    result = eval(call, {"nd": nd, "i": nd.array([1, 2, -7], dtype="int32")})
    assert result.asnumpy().tolist() == want and onp.dtype(result.dtype) == "int32"


@pytest.mark.parametrize("call, want", [
    ("u + 300", [45, 46, 38]), ("u - 256", [1, 2, 250]), ("300 // u", [44, 22, 0]), ("u ** 2", [1, 4, 36]),
    ("i // 0", [-2**31] * 3),
    ("i % 0", [0, 0, 0]), ("i // 2", [0, 1, -4]), ("i % 3", [1, 2, 2]), ("i ** 3", [1, 8, -343]), ("i ** -1", [1, 0, 0]),
    ("np.array([0, 2, -1], dtype='int32') ** -1", [-2**31, 0, -1]), ("i << 1", [2, 4, -14]), ("i >> 40", [0, 0, -1]),
    ("1 << np.array([1, 2, 33], dtype='int32')", [2, 4, 0]), ("i & 1.5", [1, 0, 1]), ("b & 2", [True, False, True]),
    ("b ^ b", [False] * 3),
    ("b ** b", [True] * 3), ("i > 1.5", [False, True, False]), ("np.gcd(i, 6)", [1, 2, 1]), ("np.lcm(i, i)", [1, 2, 7]),
    ("np.array([2**53 + 1], dtype='int64') == float(2**53)", [True]),
    ("np.array([16777217], dtype='int32') == np.array([16777216.])", [False]),
    ("np.array([0.1, 2.]) == 0.1", [True, False]), ("np.floor_divide(np.array([5., -5., 0.]), 0)", [INF, -INF, NAN]),
    ("np.mod(np.array([5., -5., 5.]), np.array([3., 3., 0.]))", [2, 1, 0]),
    ("np.fmod(np.array([5., -5., 5.]), np.array([3., 3., 0.]))", [2, -2, 0]),
    ("np.copysign(i, -2)", [-1, -2, -7]), ("np.ldexp(np.array([1.5, 2.]), 3)", [12, 16]),
    ("np.ldexp(np.array([1.5, 2.]), np.array([1, 2], dtype='int32'))", [3, 8]),
    ("np.hypot(2, np.array([3e38]))", [3e38]),
    ("np.logaddexp(np.array([INF, 1.]), np.array([INF, 2.]))", [INF, 2.3132617]), ("np.arctan2(i, 2)", [0, 0, -1]),
    ("np.maximum(np.array([1, NAN, 3]), np.array([NAN, 2, 3]))", [NAN, NAN, 3]),
    ("np.fmax(np.array([1, NAN, 3]), np.array([NAN, 2, 3]))", [1, 2, 3]),
    ("np.isclose(np.array([1., NAN, INF]), np.array([1 + 1e-7, NAN, INF]))", [True, False, True]),
    ("np.isclose(np.array([NAN]), np.array([NAN]), equal_nan=True)", [True]),
    ("np.logical_and(i, np.array([0., 0.5, NAN]))", [False, True, True]),
    ("np.float_power(i, 2)", [1, 4, 49])])
def test_np_pairs(call, want):
    names = {"i": np.array([1, 2, -7], dtype="int32"), "u": np.array([1, 2, 250], dtype="uint8"),
             "b": np.array([1, 0, 1], dtype=bool)}
    same(eval(call, {"np": np, "INF": INF, "NAN": NAN, **names}), want)


# Casts, where.

def test_casts_as_c():
    x = nd.array([300., -1, 1e10, NAN, INF, -129.5])
    assert nd.cast(x, dtype="uint8").asnumpy().tolist() == [44, 255, 0, 0, 0, 127]
    assert nd.cast(x, dtype="int8").asnumpy().tolist() == [44, -1, 0, 0, 0, 127]
    assert nd.Cast(x, dtype="int32").asnumpy().tolist() == [300, -1, -2**31, -2**31, -2**31, -129]
    assert npx.cast(np.array([NAN, 0, 0.5]), "bool").asnumpy().tolist() == [True, False, True]
    assert onp.dtype(nd.amp_cast(nd.array([1], dtype="int32"), dtype="float16").dtype) == "int32"
    assert [onp.dtype(y.dtype).name for y in nd.amp_multicast(x, x.astype("float16"), num_outputs=2)] == ["float32"] * 2


def test_where():
    f, i, c = np.array([1., 2., 3.]), np.array([1, 2, 3], dtype="int32"), np.array([1, 0, 1], dtype=bool)
    same(np.where(c, f, -f), [1, -2, 3])
    assert np.where(c, 1.5, i).asnumpy().tolist() == [1, 2, 1] and np.where(c, 1.5, i).dtype == "int32"
    assert np.where(c, 1, 2.5).dtype == "float32"
    same(np.where(f - 2, f, np.array([[0.], [9.]])), [[1, 0, 3], [1, 9, 3]])
    with pytest.raises(MXNetError, match="must have one dtype"):
        np.where(c, f, i)
    with pytest.raises(ValueError, match="both x and y"):
        np.where(c, f)
    same(nd.where(nd.array([1, 0]), nd.ones((2, 2)), nd.zeros((2, 2))), [[1, 1], [0, 0]])
    with pytest.raises(MXNetError, match="one entry per row"):
        nd.where(nd.array([1, 0, 1]), nd.ones((2, 2)), nd.zeros((2, 2)))


# Gradients at ties, kinks and poles.

@pytest.mark.parametrize("f, at, want", [
    ("F.abs(x)", (-2, 0, 3), [-1, 0, 1]), ("R.relu(x)", (-2, 0, 3), [0, 0, 1]), ("F.sign(x)", (-2, 0), [0, 0]),
    ("F.sqrt(x)", (0, 4), [INF, 0.25]), ("F.cbrt(x)", (0, 8), [INF, 1 / 12]), ("F.log(x)", (0, 2, -1), [INF, 0.5, -1]),
    ("F.reciprocal(x)", (0, 2), [-INF, -0.25]), ("F.maximum(x, 2)", (1, 2, 3), [0, 1, 1]),
    ("F.minimum(2, x)", (1, 2, 3), [1, 1, 0]),
    ("F.maximum(x, x * 1)", (1, 2), [1, 1]), ("F.clip(x, 1, 3)", (0, 1, 2, 3, 4), [0, 1, 1, 1, 0]),
    ("F.round(x)", (0.4, 1.6), [0, 0]),
    ("x % 2", (1, 2, 3.5), [1, 1, 1]), ("5 % x", (2, 3), [-2, -1]), ("x ** 0", (0, 2), [NAN, 0]), ("x ** 2", (0, 2), [0, 4]),
    ("x ** 0.5", (0, 4), [INF, 0.25]), ("x ** -1", (0, 4), [-INF, -0.0625]), ("x ** 3", (0, -2), [0, 12]),
    ("x ** 1", (0, -2), [1, 1]),
    ("x ** 1.5", (0, -2, 4), [0, NAN, 3]), ("F.power(x, x)", (0, 2, -1), [NAN, 6.772589, NAN]), ("0 ** x", (0, 2), [-INF, NAN]),
    ("2 ** x", (0, -2), [0.6931472, 0.1732868]), ("x > 1", (0, 2), [0, 0]), ("x * (x > 1)", (0, 2), [0, 1]),
    ("R.smooth_l1(x)", (-2, -0.5, 0, 1), [-1, -0.5, 0, 1]), ("F.arccos(x)", (-1, 0, 1), [-INF, -1, -INF]),
    ("F.arctanh(x)", (-1, 0, 1), [INF, 1, INF]), ("R.gamma(x)", (1, 2), [-0.5772157, 0.4227843]),
    ("R.stop_gradient(x) * x", (1, 2), [1, 2]),
    ("F.where(x > 0, F.sqrt(x), x)", (-1, 4), [NAN, 0.25]), ("R.cast(x, 'int32') * 3", (1.5, 2), [3, 3])])
@pytest.mark.parametrize("F, R", [(nd, nd), (np, npx)], ids=["nd", "np"])
def test_gradient_at(f, at, want, F, R):
    same(grad(lambda x: eval(f, {"F": F, "R": R, "x": x}), *at, F=F), want)


@pytest.mark.parametrize("f, at, want", [
    (lambda x: np.fmax(x, np.array([2., 2.])), (1, 2), [0, 1]), (lambda x: np.hypot(x, np.array([4., 0.])), (3, 0), [0.6, NAN]),
    (lambda x: np.arctan2(x, np.array([1., 0.])), (1, 0), [0.5, NAN]), (lambda x: np.copysign(x, np.array([1., -1.])),
    (3, 3), [1, -1]),
    (lambda x: np.logaddexp(x, x * 2), (1, 2), [1.731059, 1.880797]), (lambda x: np.ldexp(3, x), (3,), [16.635532]),
    (lambda x: np.nan_to_num(x), (3, NAN, INF), [1, 0, 0]), (lambda x: x // 2, (5,), [0])])
def test_gradient_np(f, at, want):
    same(grad(f, *at, F=np), want)


@pytest.mark.parametrize("f, at, want", [
    (lambda x: nd.make_loss(x) * 5, (1, 2), [1, 1]), (lambda x: nd.MakeLoss(x, grad_scale=3.) * 5, (1, 2), [3, 3]),
    (lambda x: nd.MakeLoss(x.reshape((2, 2)), grad_scale=3., normalization="batch"), (1, 2, 3, 4), [1.5] * 4),
    (lambda x: nd.MakeLoss(x, grad_scale=3., normalization="valid"), (1, 2, -3, 4), [1] * 4),
    (lambda x: nd.hard_sigmoid(x), (-3, -2.5, 0, 2.5, 3), [0, 0, 0.2, 0, 0]), (lambda x: nd.softsign(x),
    (-1, 0, 1), [0.25, 1, 0.25]),
    (lambda x: nd.contrib.gradientmultiplier(x, scalar=7.), (3,), [7]), (lambda x: nd.contrib.quadratic(x, a=1., b=2., c=3.),
    (3, 4), [8, 10]),
    (lambda x: nd.contrib.round_ste(x) * x, (1.4, 2), [2.4, 4]), (lambda x: nd.contrib.sign_ste(x), (-0.4, 1.6), [1, 1]),
    (lambda x: nd.rsqrt(x), (0, 4), [-INF, -0.0625]), (lambda x: nd.BlockGrad(x), (1,), [0])])
def test_gradient_nd(f, at, want):
    same(grad(f, *at), want)


def test_two_leaves_tie():
    a, b = np.array([1., 2., 3.]), np.array([2., 2., 2.])
    a.attach_grad(), b.attach_grad()
    with autograd.record():
        y = np.maximum(a, b)
    y.backward()
    same(a.grad, [0, 1, 1]), same(b.grad, [1, 0, 0])


def derivatives(f, at, order):
    """f', f'', ... at a point, each by autograd.grad of the one before."""
    x = np.array([at], dtype="float64")
    x.attach_grad()
    with autograd.record():
        y, found = f(x), []
        for _ in range(order):
            y = autograd.grad(y, [x], create_graph=True, retain_graph=True)[0]
            found.append(y)
    return [float(v.asnumpy()[0]) for v in found]


@pytest.mark.parametrize("f, at, want", [
    (lambda x: x ** 3, 0., [0, 0, 6, 0]), (lambda x: x ** 3, 2., [12, 12, 6, 0]), (lambda x: x ** 2, 0., [0, 2, 0]),
    (lambda x: np.abs(x), 0., [0, 0]), (lambda x: np.maximum(x * x, x), 2., [4, 2, 0]), (lambda x: np.exp(x), 0., [1, 1, 1]),
    (lambda x: npx.gamma(x), 2., [0.42278434, 0.82368066]), (lambda x: npx.erf(x), 0.5, [0.87878258, -0.87878258]),
    (lambda x: np.arcsinh(x), 0.5, [0.89442719, -0.35777088]), (lambda x: npx.sigmoid(x), 0., [0.25, 0, -0.125]),
    (lambda x: np.hypot(x, 4.), 3., [0.6, 0.128]), (lambda x: np.clip(x * x, 0, 1), 0.5, [1, 2]),
    (lambda x: 2. ** x, 1., [2 * math.log(2), 2 * math.log(2) ** 2])])
def test_higher_orders(f, at, want):
    onp.testing.assert_allclose(derivatives(f, at, len(want)), want, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("f", [np.floor, np.rint, np.sign, np.zeros_like, lambda x: (x > 1).astype("float32")])
def test_one_may_go_backward_from_a_gradient_that_is_zero_everywhere(f):
    x = np.array([0.3, -1.6])
    x.attach_grad()
    with autograd.record():
        first, = autograd.grad(f(x), [x], create_graph=True, retain_graph=True)
        y = first * x + first
    y.backward()
    same(first, [0, 0]), same(x.grad, [0, 0])


def test_integers_with_gradients():
    i, f = np.array([2, 3], dtype="int32"), np.array([1., 2.])
    f.attach_grad()
    with autograd.record():
        y = i * f
    y.backward()
    same(f.grad, [2, 3])


# Names.

def test_every_name_reaches_the_same():
    from mxshim.engine.op import NAMES, where
    pairs = [("np.abs", "np.fabs"), ("np.arccos", "np.acos"), ("np.power", "np.pow"), ("np.mod", "np.remainder"),
    ("np.power", "np.ndarray.__pow__"),
             ("nd.add", "nd.broadcast_plus"), ("nd.broadcast_minus", "nd.NDArray.__sub__"),
             ("nd.stop_gradient", "npx.stop_gradient"),
             ("nd.exp", "nd.NDArray.exp"), ("np.round", "np.ndarray.round"), ("npx.add_n", "nd.ElementWiseSum")]
    for a, b in pairs:
        assert NAMES[a] is NAMES[b], (a, b)
    for absent in ("np.ndarray.exp", "np.ndarray.abs", "nd.NDArray.__and__", "nd.NDArray.__floordiv__"):
        assert absent not in NAMES
    assert where("np.sin") != where("np.cos") and where("np.sin").startswith("ops/elementwise.py:")


def gradient(f, values, dtype, F):
    x = F.array(values, dtype=dtype)
    x.attach_grad()
    with autograd.record():
        y = f(x)
    y.backward()
    assert onp.dtype(x.grad.dtype) == dtype
    return x.grad.asnumpy().tolist()


@pytest.mark.parametrize("f, dtype, expected", [
    (lambda x: x ** 2.5, "int32", [2, 4, 6, -6]), (lambda x: x ** 0.5, "int32", [0, 0, 0, 0]), (lambda x: 2.5 ** x, "int64", [1, 2, 5, 0]),
    (lambda x: nd.maximum(x, 2.5), "int32", [0, 1, 1, 0]), (lambda x: nd.smooth_l1(x, scalar=0.5), "int32", [0, 0, 0, 0]),
    (lambda x: x * -2.5, "int8", [-2, -2, -2, -2]), (lambda x: nd.power(x, 3.0), "int8", [3, 12, 27, 27])])
def test_numbers_beside_integers_are_cut_off_in_gradients_too(f, dtype, expected):
    assert gradient(f, [1, 2, 3, -3], dtype, nd) == expected
    block = gluon.nn.HybridLambda(lambda F, x: f(x))
    block.hybridize()
    assert [gradient(block, [1, 2, 3, -3], dtype, nd) for _ in range(3)] == [expected] * 3


@pytest.mark.parametrize("F", [np, nd])
def test_gradients_of_narrow_integers_wrap_around(F):
    for f, expected in ((lambda x: -1 * x, [255] * 3), (lambda x: 2 - x, [255] * 3), (lambda x: x ** 3, [3, 147, 192]),
                        (lambda x: F.maximum(x, -1), [0, 0, 0])):  # -1 is 255
        assert gradient(f, [1, 7, 200], "uint8", F) == expected


@pytest.mark.parametrize("F", [np, nd])
def test_remainders_of_integers_have_no_gradient(F):
    for f in (lambda x: x % 3, lambda x: 7 % x, lambda x: x % x[::-1]):
        assert gradient(f, [1, 2, 3, -3], "int32", F) == [0, 0, 0, 0]
    assert gradient(lambda x: x % 2.5, [1, 2], "float32", F) == [1, 1]


def test_named_arguments_of_functions_of_numbers():
    """For a number alone, np's functions answer as NumPy does, however their other arguments are given."""
    for found, want in (np.around(3.14159, decimals=2), 3.14), (np.clip(3, a_min=0, a_max=2), 2), (np.round(1e3, decimals=-2), 1000.0):
        assert isinstance(found, onp.generic) and found == want


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64"])
def test_integers_are_rounded_to_tens(dtype):
    assert np.around(np.array([4, 16, 25, 35], dtype=dtype), -1).tolist() == [0, 20, 20, 40]
