"""Embedding: rows of a table by number."""
from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as onp
from jax.custom_derivatives import SymbolicZero

from ...base import MXNetError, is_float
from ...engine.op import op
from ..primitives import take, to
from .spatial import has_shape, required

_T = onp.array([[1., -2.], [0.5, 3.], [0.25, -1.]], "float32")


@jax.custom_jvp
def _index(rows):
    """rows, refusing to be differentiated: a gradient of zeros would hide that nothing is learned."""
    return rows


@partial(_index.defjvp, symbolic_zeros=True)
def _index_jvp(primals, tangents):
    (rows,), (t,) = primals, tangents
    if not isinstance(t, SymbolicZero):
        raise MXNetError("Embedding has no gradient for its index `data`, but the index depends on an array marked with "
                         "attach_grad(): mark only the weight, or pass data.detach()")
    return rows, jnp.zeros_like(rows)


def _look_up(data, weight, input_dim, output_dim):
    if weight.ndim != 2:
        raise MXNetError(f"`weight` must have shape (input_dim, output_dim), got {weight.shape}")
    has_shape("weight", weight, (weight.shape[0] if input_dim is None else input_dim,
                                 weight.shape[1] if output_dim is None else output_dim), "input_dim by output_dim")
    rows = _index(data)
    if is_float(rows.dtype) or rows.dtype.itemsize < 4:
        rows = to(rows, "int32")
    return take(weight, rows, 0)


_ROWS = {"args": [((onp.array([[0, 2], [2, 1]], "int32"), _T), {"input_dim": 3, "output_dim": 2}),
                  ((onp.array([0.5, 9., -1.], "float32"), _T), {"input_dim": 3, "output_dim": 2})],
         "constant": (0,)}


@op("npx.embedding", samples=_ROWS)
def embedding(data, weight, input_dim=None, output_dim=None, dtype="float32", sparse_grad=False):
    """The rows of `weight` that `data` names.

    Args:
        data: any shape, integers or floats that are cut off; numbers out of range name the nearest row.
        weight: (input_dim, output_dim), any dtype.
        dtype: without effect, as in MXNet: the result has weight's.
        sparse_grad: how MXNet stores the gradient; no effect on its value.
    Returns: data's shape and output_dim.
    Raises: MXNetError if weight has another shape, or a gradient for `data` is asked for.
    """
    return _look_up(data, weight, input_dim, output_dim)


@op("nd.Embedding", "nd.contrib.SparseEmbedding", samples=_ROWS)
def embedding_nd(data, weight, input_dim=None, output_dim=None, dtype="float32", sparse_grad=False):
    """The rows of `weight` that `data` names; see npx.embedding. Here both sizes are required."""
    required(input_dim=input_dim, output_dim=output_dim)
    return _look_up(data, weight, input_dim, output_dim)
