"""The loops of the autograd tutorials."""
from __future__ import annotations

import numpy as onp

from ..rows import SMALL, Row


def four():
    return [onp.arange(4, dtype="float32").reshape(4, 1)], []


def quadratic(np, params):
    x, = params
    return 2 * np.dot(x.T, x)


def quadratic_hand(np, params):
    return quadratic(np, params)[0, 0]


def one():
    return [onp.array([0.7], dtype="float32")], []


def doubling(np, params):
    b = params[0] * 2
    while np.abs(b).sum() < 1000:
        b = b * 2
    if b.sum() >= 0:
        c = b
    else:
        c = 100 * b
    return c


def doubling_nd(np, params):
    b = params[0] * 2
    while b.norm().asscalar() < 1000:
        b = b * 2
    if b.sum().asscalar() > 0:
        c = b
    else:
        c = 100 * b
    return c


def doubling_hand(np, params):
    """The factor needs no gradient, so an expert searches it in a loop inside the program."""
    from jax import lax
    a, = params
    fixed = lax.stop_gradient(a)
    scale = lax.while_loop(lambda s: np.abs(fixed * s).sum() < 1000, lambda s: s * 2, np.float32(2))
    return (a * np.where(fixed.sum() >= 0, scale, 100 * scale)).sum()


ROWS = [
    Row("seeds: 2 x.x and its gradient, np", quadratic, four, mode="gradient", instead={"hand": quadratic_hand}, goals=SMALL),
    Row("seeds: 2 x.x and its gradient, nd", quadratic, four, mode="gradient", dialect="nd", instead={"hand": quadratic_hand},
        goals=SMALL),
    Row("seeds: while loop, np", doubling, one, mode="gradient", instead={"hand": doubling_hand}, goals=SMALL),
    Row("seeds: while loop, nd", doubling_nd, one, mode="gradient", dialect="nd",
        instead={"hand": doubling_hand, "torch": doubling}, goals=SMALL),
]
