"""Computations as primitives of JAX: traced when they are compiled, differentiated to any order both ways, mapped."""
from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as onp
import pytest
from jax.test_util import check_grads

from mxshim import autograd, np, npx
from mxshim.ops.nn import convolve, patches, windows
from mxshim.ops.nn.window import Window
from mxshim.ops.outline import outlined
from mxshim.ops.reduce import running_sum

rng = onp.random.default_rng(7)
AT = Window((5, 4), (3, 2), (2, 1), (1, 1), ((1, 1), (0, 1)))
X, W, Y = (jnp.asarray(rng.normal(size=s), "float32") for s in ((2, 3, 5, 4), (4, 3, 3, 2), (2, 4, *AT.out)))
PLACES = {"spots": [2, 3], "kernel": (3, 2), "stride": (2, 1), "edges": [(1, 0), (0, 1)]}
CASES = {
    "convolution": (lambda x, w: convolve.convolve(x, w, AT), (X, W)),
    "convolution and a bias": (lambda x, bias: convolve.convolve(x, W, AT, bias), (X, Y[0, :, 0, 0])),
    "its gradient in the data and a bias": (lambda w, bias: convolve.input_gradient(Y, w, AT, bias), (W, X[0, :, 0, 0])),
    "its gradient in the data": (lambda y, w: convolve.input_gradient(y, w, AT), (Y, W)),
    "its gradient in the weight": (lambda x, y: convolve.weight_gradient(x, y, AT), (X, Y)),
    "sums of windows": (lambda x: windows.reduce_windows(x, "sum", **PLACES), (X,)),
    "maxima of windows": (lambda x: windows.reduce_windows(x, "max", **PLACES), (X,)),
    "running sum": (lambda x: running_sum(x, 1, x.dtype), (X,)),
}


@pytest.mark.parametrize("case", CASES)
def test_derivatives(case):
    f, args = CASES[case]
    check_grads(lambda *args: jnp.sin(f(*args)), args, 2, ["fwd", "rev"], rtol=2e-2, atol=2e-2, eps=1e-2)


@pytest.mark.parametrize("case", CASES)
def test_mapped(case):
    f, args = CASES[case]
    many = [jnp.stack([a, 2 * a + 1, -a]) for a in args]
    for axes in ([0, 0], [0, None])[:len(args)]:
        mapped = jax.vmap(f, axes[:len(args)])(*[m if axis == 0 else m[1] for m, axis in zip(many, axes)])
        for i, got in enumerate(mapped):
            onp.testing.assert_allclose(got, f(*[m[i] if axis == 0 else m[1] for m, axis in zip(many, axes)]), rtol=1e-4, atol=1e-5)


def test_traced_when_compiled_and_once_for_a_shape():
    traced = []

    def compute(x, *, n):
        traced.append(x.shape)
        return x * n

    times = outlined("times", compute, lambda x, n: x.shape)
    jaxpr = jax.make_jaxpr(lambda x: times(times(x, n=2), n=2))(jnp.ones(3))
    assert [str(e.primitive) for e in jaxpr.eqns] == ["times", "times"] and not traced
    assert jax.jit(lambda x: times(times(x, n=2), n=2))(jnp.ones(3)).tolist() == [4, 4, 4]
    assert traced == [(3,)]
    assert times(jnp.ones(3), n=2).tolist() == [2, 2, 2]


def test_the_precision_is_that_of_the_call():
    """However long after it the program is compiled."""
    def text(precision):
        with jax.default_matmul_precision(precision):
            jaxpr = jax.make_jaxpr(lambda x, w: convolve.convolve(x, w, AT))(X, W)
        return jax.jit(lambda x, w: jax.core.eval_jaxpr(jaxpr.jaxpr, jaxpr.consts, x, w)).lower(X, W).as_text()

    assert "HIGHEST" in text("float32") and "HIGHEST" not in text("bfloat16")


def test_a_recorded_network_is_not_traced_to_its_sums(monkeypatch):
    asked = []
    monkeypatch.setattr(patches, "sums", lambda *args: asked.append(args))
    x, w = np.ones((2, 1, 31, 29)), np.ones((3, 1, 3, 3))
    w.attach_grad()
    with autograd.record():
        y = npx.pooling(npx.convolution(x, w, kernel=(3, 3), num_filter=3, no_bias=True), kernel=(2, 2))
    assert y.shape == (2, 3, 28, 26) and not asked
