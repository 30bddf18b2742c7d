"""Maxima and sums of windows on CPU, and their gradients to second order, against the definition."""
from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as onp
import pytest

from mxshim.ops.nn import windows

rng = onp.random.default_rng(5)
SIDE_BY_SIDE = {"spots": [2, 3], "kernel": (2, 3), "stride": (2, 3), "edges": [(0, 0), (0, 0)]}

# shape of the data, where its windows lie
CASES = {
    "side by side": ((2, 3, 4, 6), SIDE_BY_SIDE),
    "a rest": ((2, 3, 5, 8), SIDE_BY_SIDE),
    "overlapping": ((2, 3, 7, 6), {"spots": [2, 3], "kernel": (3, 3), "stride": (2, 1), "edges": [(1, 1), (0, 1)]}),
    "gaps": ((1, 2, 9, 7), {"spots": [2, 3], "kernel": (2, 1), "stride": (3, 2), "edges": [(0, 0), (1, 0)]}),
    "in the padding": ((1, 1, 5, 5), {"spots": [2, 3], "kernel": (2, 2), "stride": (2, 2), "edges": [(0, 3), (2, 0)]}),
    "channels last": ((2, 5, 6, 3), {"spots": [1, 2], "kernel": (3, 2), "stride": (1, 2), "edges": [(1, 1), (0, 0)]}),
    "one axis": ((2, 3, 7), {"spots": [2], "kernel": (4,), "stride": (2,), "edges": [(1, 2)]}),
    "many places": ((1, 2, 9, 11), {"spots": [2, 3], "kernel": (5, 7), "stride": (1, 1), "edges": [(2, 2), (3, 3)]}),
    "many places, wide strides": ((1, 2, 13, 12), {"spots": [2, 3], "kernel": (6, 5), "stride": (4, 2), "edges": [(0, 1), (2, 0)]}),
    "many places side by side": ((2, 1, 11, 14), {"spots": [2, 3], "kernel": (5, 7), "stride": (5, 7), "edges": [(0, 0), (0, 0)]}),
    "a single window": ((2, 2, 18, 5), {"spots": [2, 3], "kernel": (18, 5), "stride": (1, 1), "edges": [(0, 0), (0, 0)]}),
    "three axes": ((1, 2, 4, 5, 4), {"spots": [2, 3, 4], "kernel": (2, 3, 2), "stride": (2, 2, 1), "edges": [(0, 0), (1, 1), (0, 0)]}),
}


def members(shape, spots, kernel, stride, edges):
    """(shape of the result, for each of its elements the flat indices of its window's elements, in order)."""
    numbers = onp.pad(onp.arange(onp.prod(shape)).reshape(shape), [
        edges[spots.index(a)] if a in spots else (0, 0) for a in range(len(shape))], constant_values=-1)
    width = [kernel[spots.index(a)] if a in spots else 1 for a in range(len(shape))]
    steps = [stride[spots.index(a)] if a in spots else 1 for a in range(len(shape))]
    out = [(n - k) // s + 1 for n, k, s in zip(numbers.shape, width, steps, strict=True)]
    inside = [numbers[tuple(slice(i * s, i * s + k) for i, s, k in zip(place, steps, width, strict=True))].ravel()
              for place in onp.ndindex(*out)]
    return out, [w[w >= 0] for w in inside]


def defined(x, kind, at):
    """y, the gradient of sum(y ** 3 / 3 + y * its number), and the gradient of the sum of that gradient's squares."""
    out, inside = members(x.shape, **at)
    chosen = [w[[x.ravel()[w].argmax()]] if kind == "max" and len(w) else w for w in inside]  # the first of equal maxima
    y = onp.array([x.ravel()[c].sum() for c in chosen])
    first, second = onp.zeros(x.size), onp.zeros(x.size)
    for i, c in enumerate(chosen):
        first[c] += y[i] ** 2 + i
    for i, c in enumerate(chosen):
        second[c] += 2 * y[i] * (2 * first[c]).sum()
    return y.reshape(out), first.reshape(x.shape), second.reshape(x.shape)


@pytest.mark.parametrize("kind", ["max", "sum"])
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("large", [1, 1 << 14])
def test_agrees(case, kind, large, monkeypatch):
    monkeypatch.setattr(windows, "_LARGE", large)  # with loops kept apart, and without
    jax.clear_caches()
    shape, at = CASES[case]
    x = rng.integers(-3, 3, shape).astype("float32")  # many equal maxima

    def first(x):
        y, pull = jax.vjp(lambda x: windows.reduce_windows(x, kind, **at), x)
        y = jnp.where(jnp.isfinite(y), y, 0)  # windows that hold nothing but padding
        return y, pull(y ** 2 + jnp.arange(y.size, dtype="float32").reshape(y.shape))[0]

    got = jax.jit(lambda x: (*first(x), jax.grad(lambda x: jnp.sum(first(x)[1] ** 2))(x)))(x)
    for g, want in zip(got, defined(x, kind, at), strict=True):
        assert g.dtype == "float32"
        onp.testing.assert_allclose(g, want, rtol=1e-5, atol=1e-4)


def test_tiles():
    x = rng.normal(size=(2, 3, 10, 14)).astype("float32")
    for kernel, stride in (((5, 7), (5, 7)), ((10, 14), (1, 1)), ((10, 2), (10, 2))):
        at = {"spots": [2, 3], "kernel": kernel, "stride": stride, "edges": [(0, 0), (0, 0)]}
        got = windows.reduce_windows(jnp.asarray(x), "sum", **at)
        onp.testing.assert_allclose(got, defined(x, "sum", at)[0], rtol=1e-5, atol=1e-5)


def test_nan_spreads_to_its_windows():
    x = onp.zeros((1, 1, 4, 4), "float32")
    x[0, 0, 1, 1] = onp.nan
    at = {"spots": [2, 3], "kernel": (2, 2), "stride": (1, 1), "edges": [(0, 0), (0, 0)]}
    for kind in ("max", "sum"):
        got = windows.reduce_windows(jnp.asarray(x), kind, **at)[0, 0]
        assert onp.isnan(got).tolist() == [[True, True, False], [True, True, False], [False, False, False]]


def test_half_precision_and_nothing():
    x = jnp.asarray(rng.normal(size=(2, 3, 4, 6)), "float16")
    got = windows.reduce_windows(x, "max", **SIDE_BY_SIDE)
    assert got.dtype == "float16"
    onp.testing.assert_array_equal(got, windows._native(x, "max", **SIDE_BY_SIDE))
    assert windows.reduce_windows(x[:0], "max", **SIDE_BY_SIDE).shape == (0, 3, 2, 2)
