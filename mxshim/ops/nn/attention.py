"""Attention: products of heads whose projections lie interleaved in one array, and attention within a sliding window."""
from __future__ import annotations

import jax.numpy as jnp
import numpy as onp
from jax import lax

from ...base import FLOAT32, MXNetError
from ...engine.op import op
from ..samples import some
from .spatial import floats_only, has_shape, required, uniform


def _heads(x, name, heads, parts):
    """(T, N, heads * parts * D) as (T, N, heads, parts, D)."""
    required(heads=heads)
    floats_only(x, name)
    if x.ndim != 3 or heads < 1 or x.shape[2] % (heads * parts):
        raise MXNetError(f"`{name}` must have shape (time, batch, a multiple of {parts} * heads={heads}), got {x.shape}")
    return x.reshape(*x.shape[:2], heads, parts, x.shape[2] // (heads * parts))


def _scores(q, k):
    """(Tq, N, heads, D), (Tk, N, heads, D) -> (N * heads, Tq, Tk), divided by sqrt(D)."""
    found = jnp.einsum("qnhd,knhd->nhqk", q * q.dtype.type(q.shape[-1] ** -0.5), k)
    return found.reshape(found.shape[0] * found.shape[1], *found.shape[2:])


def _weighted(v, attention, heads):
    """(Tk, N, heads, D), (N * heads, Tq, Tk) -> (Tq, N, heads * D)."""
    t, n, _, d = v.shape
    if attention.ndim != 3 or attention.shape[::2] != (n * heads, t):
        raise MXNetError(f"`attention` must have shape ({n * heads}, queries, {t}), batch times heads in front, got {attention.shape}")
    found = jnp.einsum("nhqk,knhd->qnhd", attention.reshape(n, heads, attention.shape[1], t), v)
    return found.reshape(found.shape[0], n, heads * d)


@op("npx.interleaved_matmul_selfatt_qk", "nd.contrib.interleaved_matmul_selfatt_qk", samples={"args": [((some(3, 2, 12),), {"heads": 2})]})
def selfatt_qk(queries_keys_values, heads=None):
    """Scores of self-attention: of every head, queries times keys, divided by the square root of the head's size.

    queries_keys_values: (T, N, heads * 3 * D), for each head its query, key and value.
    Returns: (N * heads, T, T). Raises: MXNetError if the shape does not fit.
    """
    x = _heads(queries_keys_values, "queries_keys_values", heads, 3)
    return _scores(x[:, :, :, 0], x[:, :, :, 1])


@op("npx.interleaved_matmul_selfatt_valatt", "nd.contrib.interleaved_matmul_selfatt_valatt", samples={"args": [
    ((some(3, 2, 12), some(4, 3, 3)), {"heads": 2})]})
def selfatt_valatt(queries_keys_values, attention, heads=None):
    """Values of self-attention weighted by attention (N * heads, T, T): (T, N, heads * D); see interleaved_matmul_selfatt_qk."""
    uniform(queries_keys_values=queries_keys_values, attention=attention)
    return _weighted(_heads(queries_keys_values, "queries_keys_values", heads, 3)[:, :, :, 2], attention, heads)


@op("npx.interleaved_matmul_encdec_qk", "nd.contrib.interleaved_matmul_encdec_qk", samples={"args": [
    ((some(3, 2, 4), some(4, 2, 8)), {"heads": 2})]})
def encdec_qk(queries, keys_values, heads=None):
    """Scores of attention to another sequence: of every head, queries times keys, divided by the square root of the head's size.

    queries: (Tq, N, heads * D).  keys_values: (Tk, N, heads * 2 * D), for each head its key and value.
    Returns: (N * heads, Tq, Tk). Raises: MXNetError if the shapes do not fit.
    """
    uniform(queries=queries, keys_values=keys_values)
    q, kv = _heads(queries, "queries", heads, 1), _heads(keys_values, "keys_values", heads, 2)
    if q.shape[1] != kv.shape[1] or q.shape[4] != kv.shape[4]:
        raise MXNetError(f"queries {queries.shape} and keys_values {keys_values.shape} must agree in the batch, and be "
                         "(T, N, C) and (T, N, 2 C)")
    return _scores(q[:, :, :, 0], kv[:, :, :, 0])


@op("npx.interleaved_matmul_encdec_valatt", "nd.contrib.interleaved_matmul_encdec_valatt", samples={"args": [
    ((some(4, 2, 8), some(4, 3, 4)), {"heads": 2})]})
def encdec_valatt(keys_values, attention, heads=None):
    """Values of another sequence weighted by attention (N * heads, Tq, Tk): (Tq, N, heads * D); see interleaved_matmul_encdec_qk."""
    uniform(keys_values=keys_values, attention=attention)
    return _weighted(_heads(keys_values, "keys_values", heads, 2)[:, :, :, 1], attention, heads)


def _steps(w, symmetric):
    required(w=w, symmetric=symmetric)
    return jnp.arange(-w, w + 1 if symmetric else 1, dtype="int32")


def _near(x, step, dilation):
    """x (N, T, heads, ...) at the places t + step * dilation of each head, 0 beyond the ends."""
    t = x.shape[1]
    place = jnp.arange(t, dtype="int32")[:, None] + step * dilation.astype("int32")  # (T, heads)
    found = x[:, jnp.clip(place, 0, t - 1), jnp.arange(x.shape[2])]
    return jnp.where(((place >= 0) & (place < t))[..., None], found, jnp.zeros_like(found))


def _four_axes(x, name, dilation):
    if x.ndim != 4:
        raise MXNetError(f"`{name}` must have shape (batch, time, heads, size), got {x.shape}")
    has_shape("dilation", dilation, (x.shape[2],), "one number for each head")


_DILATION = onp.array([1, 2], "int32")


@op("npx.sldwin_atten_score", "nd.contrib.sldwin_atten_score", samples={"args": [
    ((some(1, 4, 2, 3), some(1, 4, 2, 3) + 0.5, _DILATION), {"w": 1, "symmetric": True}),
    ((some(1, 4, 2, 3), some(1, 4, 2, 3) + 0.5, _DILATION), {"w": 2, "symmetric": False})]})
def sldwin_atten_score(query, key, dilation, w=None, symmetric=None):
    """Products of every query with the keys in a window around it (Beltagy et al., 2020).

    Args:
        query, key: (N, T, heads, D).  dilation: (heads,), integers: steps between the keys of a window.
        w: keys on one side.  symmetric: on both sides; else only before, and the query's own.
    Returns: (N, T, heads, 2 w + 1), or w + 1; 0 where there is no key.
    Raises: MXNetError if a parameter is missing or shapes do not fit.
    """
    steps = _steps(w, symmetric)
    uniform(query=query, key=key)
    floats_only(query, "query")
    _four_axes(query, "query", dilation)
    has_shape("key", key, query.shape, "as `query`")
    return jnp.moveaxis(lax.map(lambda s: jnp.sum(query * _near(key, s, dilation), -1), steps), 0, -1)


@op("npx.sldwin_atten_mask_like", "nd.contrib.sldwin_atten_mask_like", grad=False, samples={"args": [
    ((some(2, 4, 2, 3), _DILATION, onp.array([3, 4], "int32")), {"w": 1, "symmetric": True})], "dtype": "float32"})
def sldwin_atten_mask_like(score, dilation, valid_length, w=None, symmetric=None):
    """1 where a score of sldwin_atten_score is of a query and a key before valid_length (N,), else 0; score's shape, float32."""
    steps = _steps(w, symmetric)
    _four_axes(score, "score", dilation)
    has_shape("score", score, (*score.shape[:3], steps.size), "the last for the window")
    has_shape("valid_length", valid_length, score.shape[:1], "one number for each example")
    t = jnp.arange(score.shape[1], dtype="int32")[:, None, None]
    place = t + steps * dilation.astype("int32")[:, None]
    length = valid_length.astype("int32")[:, None, None, None]
    return ((place >= 0) & (place < length) & (t < length)).astype(FLOAT32)


@op("npx.sldwin_atten_context", "nd.contrib.sldwin_atten_context", samples={"args": [
    ((some(1, 4, 2, 3), some(1, 4, 2, 3) + 0.5, _DILATION), {"w": 1, "symmetric": True})]})
def sldwin_atten_context(score, value, dilation, w=None, symmetric=None):
    """The values in the window around every place, weighted by score: (N, T, heads, D); see sldwin_atten_score.

    score: (N, T, heads, 2 w + 1), or w + 1.  value: (N, T, heads, D).
    """
    steps = _steps(w, symmetric)
    uniform(score=score, value=value)
    floats_only(value, "value")
    _four_axes(value, "value", dilation)
    has_shape("score", score, (*value.shape[:3], steps.size), "batch, time and heads of `value`, the last for the window")

    def add(total, at):
        step, weight = at
        return total + weight[..., None] * _near(value, step, dilation), None

    return lax.scan(add, jnp.zeros_like(value), (steps, jnp.moveaxis(score, -1, 0)))[0]
