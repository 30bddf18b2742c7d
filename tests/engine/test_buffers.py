"""Results in the memory of inputs: paired so that XLA need not copy what is still to be read."""
from __future__ import annotations

import jax
import jax.numpy as jnp
import pytest
from jax import lax

from mxshim import autograd, gluon, init, np, npx
from mxshim.engine import buffers, program

A, V = jax.ShapeDtypeStruct((8, 8), "float32"), jax.ShapeDtypeStruct((8,), "float32")


def sgd(w, x):
    g = x.T @ (x @ w)
    return g, w - g


def deep(w, u, x):
    """u is read by the gradient of w, which u's update does not wait for."""
    g, h = jax.grad(lambda w, u: jnp.sum((x @ w @ u) ** 2), (0, 1))(w, u)
    return g, h, w - g, u - h


@pytest.mark.parametrize("fn, args, given, want", [
    (sgd, (A, A), [0], {0: 1}),
    (sgd, (A, A), [1], {1: 1}),  # read by the gradient alone: either result would do, the update is written last
    (lambda w, m, g: (g * 2, 0.9 * m - g, w + (0.9 * m - g)), (A, A, A), [0, 1], {0: 2, 1: 1}),  # momentum
    (deep, (A, A, A), [0, 1], {0: 2, 1: 3}),
    (lambda x: x @ x, (A,), [0], {0: 0}),
    (lambda x, y: (x + 1, x * y), (A, A), [0], {0: 1}),  # after the last that reads it, or a copy is made
    (lambda x: (x, x.sum(0)), (A,), [0], {}),
    (lambda x, v: x.at[2].set(v), (A, V), [0, 1], {0: 0}),
    (lambda x: lax.scan(lambda c, _: (c * 2, None), x, None, 3)[0], (A,), [0], {0: 0}),
    (lambda x: jax.jit(lambda y: jnp.tanh(y) * 2)(x), (A,), [0], {0: 0})])
def test_places(fn, args, given, want):
    assert buffers.places(jax.make_jaxpr(fn)(*args), given) == want


def test_only_what_is_read_after_it_was_written_is_copied():
    net = gluon.nn.HybridSequential()
    net.add(gluon.nn.Dense(300, activation="relu", in_units=250), gluon.nn.Dense(280, in_units=300))
    net.initialize(init.Xavier())
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), "adam")
    x = np.ones((20, 250))
    for _ in range(3):
        with autograd.record():
            loss = (npx.relu(net(x)) ** 2).mean()
        loss.backward()
        trainer.step(1)
        loss.item()
    if jax.default_backend() != "cpu":
        pytest.skip("another compiler says it with other words")
    text = program._last.call.as_text()
    copied = [line for line in text[text.index("ENTRY"):].splitlines() if " copy(%arg" in line]
    assert len(copied) == 1 and "280,300" in copied[0]  # the second weight, which the gradient of the first layer's output reads
