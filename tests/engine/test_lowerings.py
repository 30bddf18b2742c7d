"""Primitives that CPUs do in another way than XLA: the same results, and only where that pays."""
import jax
import jax.numpy as jnp
import numpy as onp
import pytest

from mxshim import autograd, nd, np, npx
from mxshim.engine import lowerings
from mxshim.ops import primitives

CPU = jax.devices("cpu")[0]


def text(fn, *arrays):
    """What XLA is given for a function."""
    return lowerings.lower(jax.jit(fn).trace(*arrays), CPU).as_text()


def values(fn, *arrays):
    return onp.asarray(lowerings.lower(jax.jit(fn).trace(*arrays), CPU).compile()(*arrays))


@pytest.mark.parametrize("name", ["sin", "cos"])
@pytest.mark.parametrize("scale", [1, 1e3, 1e8])
def test_waves_are_right_to_half_a_unit_in_the_last_place(name, scale):
    x = (onp.random.default_rng(1).normal(size=(80, 100)) * scale).astype("float32")
    right = getattr(onp, name)(x.astype("float64"))
    got = getattr(np, name)(np.array(x)).asnumpy()
    assert (abs(got - right) <= 0.501 * onp.spacing(abs(right).astype("float32"))).all()


@pytest.mark.parametrize("name", ["sin", "cos"])
def test_waves_of_what_is_far_away_or_no_number(name):
    x = onp.array([1e9, 3e38, -2.5e10, 0.0, -0.0, 1e-37, onp.inf, -onp.inf, onp.nan] * 1000, "float32")
    with onp.errstate(invalid="ignore"):
        right = getattr(onp, name)(x.astype("float64")).astype("float32")
    onp.testing.assert_allclose(getattr(np, name)(np.array(x)).asnumpy(), right, rtol=2e-7)


def test_waves_have_derivatives_of_any_order():
    x = np.array(onp.random.default_rng(1).normal(size=5000))
    x.attach_grad()
    with autograd.record():
        first = autograd.grad(np.sin(x), x, create_graph=True)[0]
        second = autograd.grad(first, x, create_graph=True)[0]
    second.backward()
    onp.testing.assert_allclose(first.asnumpy(), onp.cos(x.asnumpy()), atol=1e-6)
    onp.testing.assert_allclose(second.asnumpy(), -onp.sin(x.asnumpy()), atol=1e-6)
    onp.testing.assert_allclose(x.grad.asnumpy(), -onp.cos(x.asnumpy()), atol=1e-6)


@pytest.mark.parametrize("shape, axes, other", [
    ((64, 5000), (0,), True), ((4, 10, 4096), (0, 1), True), ((8, 2, 50, 50), (0,), True),
    ((2, 20000), (0,), True), ((64, 4000), (0,), False), ((7, 5000), (0,), False), ((5000, 5000), (0,), False),
    ((64, 5000), (1,), False), ((4, 10, 5000), (1,), False), ((64, 5000), (0, 1), False)])
def test_columns_of_wide_matrices_are_summed_by_a_product(shape, axes, other):
    x = jax.ShapeDtypeStruct(shape, "float32")
    assert ("dot_general" in text(lambda x: x.sum(axes), x)) == other
    assert "dot_general" not in text(lambda x: x.sum(axes), jax.ShapeDtypeStruct(shape, "int32"))


@pytest.mark.parametrize("shape, axes", [((64, 17000), (0,)), ((3, 11, 17000), (0, 1)), ((2, 20000), (0,)), ((257, 16385), (0,))])
@pytest.mark.parametrize("name", ["max", "min"])
def test_columns_of_very_wide_matrices_are_compared_row_by_row(shape, axes, name):
    x = onp.random.default_rng(1).normal(size=shape).astype("float32")
    x[..., 3], x[0, ..., 4], x[-1, ..., 5] = -onp.inf, onp.nan, onp.inf

    def fn(x):
        return getattr(x, name)(axes)

    assert "reduce" not in text(fn, jnp.asarray(x)) and "reduce" in text(fn, jnp.asarray(x[..., :16000]))
    onp.testing.assert_array_equal(getattr(np.array(x), name)(axis=axes).asnumpy(), getattr(x, name)(axes))


@pytest.mark.parametrize("dtype", ["float32", "float16", "int8", "uint32", "bool"])
@pytest.mark.parametrize("name", ["max", "min"])
def test_what_is_compared_beside_wide_columns(dtype, name):
    wide, x = jnp.zeros((2, 20000), "float32"), jnp.asarray([[3, 0], [1, 2]], dtype)

    def fn(wide, x):
        return getattr(wide, name)(0).sum() + getattr(x, name)(0).astype("float32")

    onp.testing.assert_array_equal(values(fn, wide, x), fn(wide, x))


def test_sums_of_wide_columns():
    x = onp.random.default_rng(1).normal(size=(4, 10, 4096)).astype("float32")
    onp.testing.assert_allclose(np.array(x).sum(axis=(0, 1)).asnumpy(), x.sum((0, 1), dtype="float64"), rtol=1e-5, atol=1e-5)
    b = np.zeros(4096)
    b.attach_grad()
    with autograd.record():
        y = (np.array(x) + b) * np.array(x)
    y.backward()
    onp.testing.assert_allclose(b.grad.asnumpy(), x.sum((0, 1), dtype="float64"), rtol=1e-5, atol=1e-5)


def test_others_of_the_same_kind_are_as_they_were():
    """One program with sums and waves of both kinds, in loops and branches, too."""
    wide = jnp.asarray(onp.random.default_rng(1).normal(size=(16, 5000)), "float32")

    def turn(total, row):
        either = jax.lax.cond(total > 0, lambda r: r.reshape(10, -1).sum(0)[0], lambda r: jnp.sin(r)[0], row)
        return total + jnp.cos(row[:10]).sum() + either, row

    def fn(x):
        return jax.lax.scan(turn, jnp.float32(0), x)[0] + x.sum(0)[3] + x.sum(1)[2] + jnp.sin(x).sum() + jnp.sin(x[0, 5])

    assert "dot_general" in text(fn, wide)
    onp.testing.assert_allclose(values(fn, wide), onp.asarray(fn(wide)), rtol=1e-4)


A, B, C = (64, 1024), (2, 64, 16, 32), (3, 40, 1536)


@pytest.mark.parametrize("shape, fn, steps", [
    (A, lambda x: x.T + 1, True), (A, lambda x: jnp.where(x.T > 0, x.T, 2), True), (A, lambda x: jnp.sin(x).T.reshape(-1) * 2, True),
    (A, lambda x: jax.lax.map(jnp.sin, x.T), True), (A, lambda x: (x.T + 1) @ x, True), (A, lambda x: jax.jit(jnp.exp)(x.T), True),
    (B, lambda x: x.transpose(0, 2, 3, 1) + 1, True), (C, lambda x: jnp.swapaxes(x, 1, 2) + 1, True),
    (C, lambda x: x.transpose(2, 0, 1) + 1, True), ((8, 1, 64, 1024, 1), lambda x: x.transpose(4, 3, 0, 1, 2) + 1, True),
    (A, lambda x: x.T, False), (A, lambda x: x.T @ x, False), (A, lambda x: x.T.sum(0), False), (A, lambda x: (x.T * 2).sum(1), False),
    (A, lambda x: (x.T + 1)[3], False), (A, lambda x: (x @ x.T @ x).T + 1, False), (A, lambda x: (x.T + 1).T + x, False),
    (A, lambda x: jax.jit(lambda x: x[2])(x.T), False), (A, lambda x: jnp.zeros_like(x).T + x.T[0, 0], False),
    ((64, 1000), lambda x: x.T + 1, False), ((16, 1024), lambda x: x.T + 1, False),
    ((64, 64, 64), lambda x: x.transpose(1, 0, 2) + 1, False), ((64, 256, 10), lambda x: x.transpose(2, 1, 0) + 1, False)])
def test_what_lies_far_apart_is_turned_over_by_lines(shape, fn, steps):
    x = onp.random.default_rng(1).normal(size=shape).astype("float32")
    assert ("LayoutConstraint" in text(fn, x)) == steps
    onp.testing.assert_allclose(values(fn, x), onp.asarray(fn(jnp.asarray(x))), rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("dtype", ["float16", "float64", "int8", "int32", "bool"])
def test_arrays_of_any_dtype_are_turned_over_by_lines(dtype):
    with jax.enable_x64(True):
        x = (onp.arange(64 * 2048).reshape(64, 2048) * 7 % 11).astype(dtype)

        def fn(x):
            return x.T == x.T

        assert "LayoutConstraint" in text(fn, x) and values(fn, x).all()
        onp.testing.assert_array_equal(values(lambda x: jnp.where(x.T == 0, jnp.asarray(1, dtype), x.T), x), onp.where(x.T == 0, 1, x.T))


def test_gradients_of_what_lies_far_apart():
    x = np.array(onp.random.default_rng(1).normal(size=(64, 1024)))
    x.attach_grad()
    with autograd.record():
        y = np.sin(x.T * 2)
    y.backward(x.T)
    onp.testing.assert_allclose(x.grad.asnumpy(), 2 * onp.cos(2 * x.asnumpy()) * x.asnumpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("name", ["max", "min"])
@pytest.mark.parametrize("shape, axis", [
    ((90_000,), None), ((300, 300), 0), ((300, 300), 1), ((30, 3000), 1), ((2, 40_000), 0), ((9, 100, 100), (1, 2)),
    ((32, 128), 1), ((40, 7, 131), (2, 1)), ((33, 16_384), -1), ((64, 16_385), 1), ((2, 40, 1000), 2), ((70, 200), (0, 1))])
def test_nan_is_the_largest_and_the_smallest(shape, axis, name, dtype):
    x = (onp.arange(onp.prod(shape)).reshape(shape) % 1000).astype(dtype)
    for place in (0, x.size // 3, x.size - 1):
        x.flat[place], x.flat[place - 1] = onp.nan, onp.inf if place else 1
        with jax.enable_x64(True):
            onp.testing.assert_array_equal(values(lambda x: getattr(x, name)(axis), x), getattr(x, name)(axis))


@pytest.mark.parametrize("name, far, near", [("argmax", 99, 100), ("argmin", -99, 100)])
def test_the_first_nan_is_where_the_extreme_is(name, far, near):
    """nd's, as measured; inside of a primitive of ours."""
    x = onp.random.default_rng(0).normal(size=(300, 300)).astype("float32")
    x[5, near], x[5, 200], x[7, near], x[7, 200] = far, onp.nan, onp.nan, far
    assert getattr(nd, name)(nd.array(x), axis=1).asnumpy()[[5, 7]].tolist() == [200, near]


def test_rows_are_compared_side_by_side():
    for shape, beside in ((64, 300), True), ((64, 127), False), ((31, 300), False), ((64, 20_000), False):
        assert ("slice" in text(lambda x: x.min(1), onp.ones(shape, "float32"))) == beside, shape


def test_only_reals_are_compared_in_another_way():
    assert "reduce_precision" in text(lambda x: x.max(1), onp.ones((100, 100), "float32"))
    assert "reduce_precision" not in text(lambda x: x.max(1), onp.ones((100, 100), "int32"))
    x = np.array(onp.random.default_rng(1).normal(size=(300, 300)))
    for softmax, along in (npx.softmax, primitives.softmax), (npx.log_softmax, primitives.log_softmax):
        # which is nan wherever there is one, whatever is the largest
        assert "reduce_precision" not in text(lambda x, f=along: f(x, 1), x.asnumpy())
        y = x.copy()
        y[7, 3] = onp.nan
        onp.testing.assert_array_equal(onp.isnan(softmax(y).asnumpy()).all(1), onp.arange(300) == 7)


def test_a_jax_that_does_not_offer_it_does_as_xla_does(monkeypatch):
    x = jnp.ones((64, 5000), "float32")
    ours = values(lambda x: x.sum(0), x)
    monkeypatch.setattr(lowerings, "_OFFERED", False)
    assert "dot_general" not in text(lambda x: x.sum(0), x)
    assert values(lambda x: x.sum(0), x).tolist() == ours.tolist()
