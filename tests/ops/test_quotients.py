"""Quotients are rounded once, as in MXNet and NumPy, also where the divisor is broadcast and XLA would multiply by 1 / y."""
import jax
import jax.numpy as jnp
import numpy as onp
import pytest

from mxshim import autograd, nd, np
from mxshim.ops.axes import corrected, over

rng = onp.random.default_rng(0)
X = rng.uniform(1, 100, (64, 10)).astype("float32")
ROW, COLUMN, TEN = X[0] + 1, X[:, :1] + 1, onp.float32(10)
I = onp.arange(1, 100, dtype="float32") * 41

EXACT = {
    "number": (lambda a, x: x / 10, X / TEN),
    "0-d array": (lambda a, x: x / a.array(10.), X / TEN),
    "row": (lambda a, x: x / a.array(ROW), X / ROW),
    "column": (lambda a, x: x / a.array(COLUMN), X / COLUMN),
    "outer": (lambda a, x: a.array(COLUMN) / a.array(ROW[None]), COLUMN / ROW[None]),
    "number above": (lambda a, x: 10 / x, TEN / X),
    "multiples": (lambda a, x: a.array(I) / 41, I / onp.float32(41)),
    "mean": (lambda a, x: a.array(onp.rint(X)).mean(axis=1), onp.rint(X).sum(1) / TEN),
}


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("api", [np, nd], ids=["np", "nd"])
def test_rounded_once(name, api):
    run, want = EXACT[name]
    onp.testing.assert_array_equal(run(api, api.array(X)).asnumpy(), want)


def test_floors_and_decimals():
    assert (np.array(I) // 41).asnumpy().tolist() == list(range(1, 100))
    ten = onp.float32(10)
    onp.testing.assert_array_equal(np.around(np.array(X), 2).asnumpy(), onp.rint(X * ten * ten) / ten / ten)


@pytest.mark.parametrize("api", [np, nd], ids=["np", "nd"])
def test_gradients_of_both_operands(api):
    x, y = api.array([3., -6., float("inf")]), api.array([2.])
    x.attach_grad()
    y.attach_grad()
    with autograd.record():
        z = x / y
    z.backward(api.array([1., 2., 0.5]))
    assert x.grad.asnumpy().tolist() == [0.5, 1, 0.25]
    assert y.grad.asnumpy().tolist() == [-float("inf")]
    assert onp.isnan((api.array([float("nan"), 1.]) / 0).asnumpy()).tolist() == [True, False]


def test_second_derivative():
    x, y = np.array([3., 5.]), np.array(2.)
    y.attach_grad()
    with autograd.record():
        g, = autograd.grad((x / y).sum(), y, create_graph=True)
    g.backward()
    assert float(y.grad) == 2 * 8 / 8


def test_quotients_a_few_units_off_are_corrected():
    """As GPUs divide."""
    x = onp.concatenate([onp.float32([0, -0., 1, 2e-38, 3e38, onp.inf, onp.nan, 1, 5]), rng.uniform(-9, 9, 9999).astype("float32")])
    y = onp.concatenate([onp.float32([3, 2, onp.inf, 0.5, 1e-3, 2, 1, 0, 3e38]), (10 ** rng.uniform(-9, 9, 9999)).astype("float32")])
    with onp.errstate(all="ignore"):
        want = x / y
    for off in range(-2, 3):
        near = onp.where(onp.isfinite(want) & (want != 0), want + off * onp.spacing(want), want)
        with jax.enable_x64(True):
            onp.testing.assert_array_equal(jax.jit(corrected)(near, x, y), want)


def test_derivatives_where_there_are_other_devices(monkeypatch):
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    for x, y in ((3., 2.), (X[:4, :3], 2.), (X[:4, :3], X[:4, :3] + 1), (X[:4, :1], X[:1, :3])):
        x, y = onp.float32(x), onp.float32(y)
        first = jax.grad(lambda x, y: jnp.sum(over(x, y) ** 2), (0, 1))
        plain = jax.grad(lambda x, y: jnp.sum((x / y) ** 2), (0, 1))
        second = [[jax.grad(lambda x, y, f=f, k=k: jnp.sum(f(x, y)[k]), (0, 1)) for f in (first, plain)] for k in (0, 1)]
        with jax.enable_x64(True):
            for f, g in (first, plain), *second:
                for a, b in zip(jax.jit(f)(x, y), g(x, y), strict=True):
                    onp.testing.assert_allclose(a, b, rtol=1e-5)


@pytest.mark.parametrize("api", [np, nd], ids=["np", "nd"])
def test_no_remainder_is_a_negative_zero(api):
    """Of a negative number by a positive one."""
    x = api.array([-4., 4., -3.])
    for y in (2, api.array([2., 2., 3.])):
        with autograd.record():
            recorded = (x % y).asnumpy()
        for found in ((x % y).asnumpy(), recorded):
            assert (found == [0, 0, 1 if isinstance(y, int) else 0]).all() and not onp.signbit(found).any()
