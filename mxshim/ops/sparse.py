"""What sparse arrays are computed with. Stored elements come padded to a length that many arrays share, and the places of
the padding lie past the end.
"""
from __future__ import annotations

import jax.numpy as jnp

from ..base import FLOAT32, HALVES
from ..engine.op import op


@op("mx.sparse_put", static=("shape",))
def sparse_put(data, places, shape):
    """Zeros of `shape` with data at `places`, one index array per leading axis; what lies past the end is left out."""
    target = jnp.zeros(shape, data.dtype).at[tuple(places)]
    return target.max(data, mode="drop") if data.dtype == bool else target.add(data, mode="drop")


@op("mx.sparse_take")
def sparse_take(dense, places):
    """The elements of `dense` at `places`, axes of one element repeated; anything where the places lie past the end."""
    index = tuple(jnp.zeros_like(p) if n == 1 else p for p, n in zip(places, dense.shape, strict=False))
    return dense.at[index].get(mode="clip")


@op("mx.sparse_set", grad=False)
def sparse_set(target, rows, new):
    """`target` with the rows `new` at the places `rows`; what lies past the end is left out."""
    return target.at[rows].set(new, mode="drop")


@op("mx.csr_dot", static=("size",))
def csr_dot(data, take, put, rhs, size):
    """The product of a csr matrix, or its transpose, with a dense one: row put[i] of the result gets data[i] * rhs[take[i]].

    data, take, put: shape (n,).  rhs: shape (r, k).  size: the number of rows of the result, which has shape (size, k).
    """
    wide = FLOAT32 if data.dtype in HALVES else data.dtype
    products = data.astype(wide)[:, None] * rhs.astype(wide).at[take].get(mode="clip")  # (n, k)
    return jnp.zeros((size, rhs.shape[1]), wide).at[put].add(products, mode="drop").astype(rhs.dtype)
