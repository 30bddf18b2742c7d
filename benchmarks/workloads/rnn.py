"""A recurrent network by hand, unrolled by a Python loop: 35 steps, batch 32, hidden 256, 28 characters."""
from __future__ import annotations

import numpy as onp

from ..rows import Goal, Row

STEPS, BATCH, HIDDEN, CHARACTERS = 35, 32, 256, 28


def arrays():
    rng = onp.random.default_rng(0)

    def normal(*shape):
        return rng.normal(size=shape, scale=0.01).astype("float32")

    params = [normal(CHARACTERS, HIDDEN), normal(HIDDEN, HIDDEN), onp.zeros(HIDDEN, "float32"), normal(HIDDEN, CHARACTERS),
              onp.zeros(CHARACTERS, "float32")]
    one_hot = onp.eye(CHARACTERS, dtype="float32")[rng.integers(0, CHARACTERS, (STEPS + 1, BATCH))]
    return params, [one_hot[:-1], one_hot[1:].reshape(-1, CHARACTERS), onp.zeros((BATCH, HIDDEN), "float32")]


def cross_entropy(np, o, Y):
    return (np.log(np.exp(o).sum(axis=1)) - (o * Y).sum(axis=1)).mean()


def loss(np, params, X, Y, h):
    wxh, whh, bh, whq, bq = params
    outputs = []
    for t in range(STEPS):
        h = np.tanh(np.dot(X[t], wxh) + np.dot(h, whh) + bh)
        outputs.append(np.dot(h, whq) + bq)
    return cross_entropy(np, np.concatenate(outputs, axis=0), Y)


def loss_scan(np, params, X, Y, h):
    from jax import lax
    wxh, whh, bh, whq, bq = params

    def turn(h, x):
        h = np.tanh(x + np.dot(h, whh) + bh)
        return h, h

    _, hs = lax.scan(turn, h, np.dot(X, wxh))
    return cross_entropy(np, (np.dot(hs, whq) + bq).reshape(-1, CHARACTERS), Y)


ROWS = [Row("rnn: 35 steps, batch 32, hidden 256", loss, arrays, instead={"hand scan": loss_scan}, goals=(Goal("hand", 1.2),),
            cold=(Goal(None, 2.0), Goal("hand", 1.3)), warm=(Goal(None, 0.7),))]
