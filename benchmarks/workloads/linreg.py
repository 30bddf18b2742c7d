"""Linear regression from scratch on minibatches of 10."""
from __future__ import annotations

import itertools

import numpy as onp

from ..rows import SMALL, Goal, Row


def arrays():
    rng = onp.random.default_rng(0)
    X = rng.normal(size=(1000, 2)).astype("float32")
    y = (X @ [[2.0], [-3.4]] + 4.2).astype("float32")
    return [onp.zeros((2, 1), "float32"), onp.zeros(1, "float32")], [X, y]


def loss(np, params, X, y):
    w, b = params
    return ((np.dot(X, w) + b - y) ** 2 / 2).mean()


def batches():
    return itertools.cycle((i, i + 10) for i in range(0, 1000, 10))


def new_sizes():
    return ((0, n) for n in itertools.count(1))


COLD = (Goal("hand", 1.3),)
ROWS = [
    Row("linreg: batch 10, np", loss, arrays, spans=batches, goals=SMALL, every=(1, 20), cold=COLD, warm=()),
    Row("linreg: batch 10, nd", loss, arrays, spans=batches, goals=SMALL, dialect="nd"),
    Row("linreg: the loss of another number of rows each step", loss, arrays, mode="value", spans=new_sizes, timed=False),
]
