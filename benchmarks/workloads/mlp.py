"""Multilayer perceptrons from scratch: relu layers, softmax and cross entropy, SGD."""
from __future__ import annotations

from functools import partial

import numpy as onp

from ..rows import SMALL, Goal, Row


def arrays(sizes, batch):
    rng = onp.random.default_rng(0)
    params = []
    for n, m in zip(sizes[:-1], sizes[1:], strict=True):
        params += [rng.normal(size=(n, m), scale=n ** -0.5).astype("float32"), onp.zeros(m, "float32")]
    X = rng.normal(size=(batch, sizes[0])).astype("float32")
    return params, [X, onp.eye(sizes[-1], dtype="float32")[rng.integers(0, sizes[-1], batch)]]


def loss(np, params, X, Y):
    for w, b in zip(params[:-2:2], params[1:-2:2], strict=True):
        X = np.maximum(np.dot(X, w) + b, 0)
    o = np.dot(X, params[-2]) + params[-1]
    return (np.log(np.exp(o).sum(axis=1)) - (o * Y).sum(axis=1)).mean()


SMALLEST = partial(arrays, (20, 16, 10), 32)
ROWS = [
    Row("mlp: 20-16-10, batch 32, np", loss, SMALLEST, goals=SMALL, every=(1, 20), cold=(Goal("hand", 1.3),), warm=()),
    Row("mlp: 20-16-10, batch 32, nd", loss, SMALLEST, goals=SMALL, dialect="nd"),
    Row("mlp: 784-256-10, batch 256", loss, partial(arrays, (784, 256, 10), 256), goals=(Goal("hand", 1.15),), every=(1, 20)),
    Row("mlp: 7 layers of 64, batch 64", loss, partial(arrays, (64,) * 8, 64), every=(1, 20)),
    Row("mlp: 8 layers of 256, batch 8192", loss, partial(arrays, (256,) * 9, 8192), timed=False),
]
