"""Elementwise chains and matrix products, forward only, each with a read of a sum."""
from __future__ import annotations

from functools import partial

import numpy as onp

from ..rows import Row


def arrays(*shapes):
    rng = onp.random.default_rng(0)
    return [rng.normal(size=s).astype("float32") for s in shapes], []


def chain(np, params):
    x, = params
    for _ in range(3):
        x = np.exp(-x * x) * 0.5 + np.tanh(x)
    return x.sum()


def product(np, params):
    return np.dot(*params).sum()


ROWS = [Row(f"chain of 15 elementwise: {n}", chain, partial(arrays, (n,)), mode="value") for n in (100, 1_000_000)]
ROWS += [Row(f"matmul: {n} x {n}", product, partial(arrays, (n, n), (n, n)), mode="value") for n in (16, 1024)]
