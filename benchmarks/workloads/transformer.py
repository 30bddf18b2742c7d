"""A transformer block in plain array code, forward and backward."""
from __future__ import annotations

import numpy as onp

from ..rows import Goal, Row

B, T, D, HEADS, HIDDEN = 8, 32, 64, 4, 256


def arrays():
    rng = onp.random.default_rng(0)

    def normal(*shape):
        return rng.normal(size=shape, scale=shape[0] ** -0.5).astype("float32")

    params = [normal(D, D) for _ in range(4)] + [normal(D, HIDDEN), onp.zeros(HIDDEN, "float32"), normal(HIDDEN, D)]
    params += [onp.ones(D, "float32"), onp.zeros(D, "float32"), onp.ones(D, "float32"), onp.zeros(D, "float32")]
    return params, [rng.normal(size=(B, T, D)).astype("float32") for _ in range(2)]


def normed(np, x, gain, shift):
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred / np.sqrt((centred ** 2).mean(axis=-1, keepdims=True) + 1e-5) * gain + shift


def loss(np, params, X, Y):
    wq, wk, wv, wo, w1, b1, w2, g1, s1, g2, s2 = params

    def split(a):
        return np.swapaxes(a.reshape(B, T, HEADS, D // HEADS), 1, 2)  # (B, HEADS, T, D / HEADS)

    q, k, v = split(np.dot(X, wq)), split(np.dot(X, wk)), split(np.dot(X, wv))
    scores = np.exp(np.matmul(q, np.swapaxes(k, 2, 3)) / (D // HEADS) ** 0.5)  # (B, HEADS, T, T)
    mixed = np.matmul(scores / scores.sum(axis=-1, keepdims=True), v)
    x = normed(np, X + np.dot(np.swapaxes(mixed, 1, 2).reshape(B, T, D), wo), g1, s1)
    x = normed(np, x + np.dot(np.maximum(np.dot(x, w1) + b1, 0), w2), g2, s2)
    return (x * Y).mean()


ROWS = [Row("transformer block: 8 x 32 x 64", loss, arrays, mode="gradient", goals=(Goal("hand", 1.15),))]
