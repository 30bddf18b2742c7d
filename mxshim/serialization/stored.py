"""What a file can hold: dense NumPy arrays, and sparse ones as tuples of them."""
from __future__ import annotations

from typing import NamedTuple

import numpy as onp

from mxshim.base import MXNetError, as_dtype


class RowSparse(NamedTuple):
    """Rows `indices` (int64, shape (k,)) of an array of `shape` are data[0..k-1]; the others are zero."""

    data: onp.ndarray
    indices: onp.ndarray
    shape: tuple[int, ...]


class CSR(NamedTuple):
    """Row i of a matrix of `shape` holds data[indptr[i]:indptr[i+1]] in the columns indices[indptr[i]:indptr[i+1]]."""

    data: onp.ndarray
    indptr: onp.ndarray
    indices: onp.ndarray
    shape: tuple[int, ...]


Saved = onp.ndarray | RowSparse | CSR


def dense(a: onp.ndarray, label: str) -> onp.ndarray:
    """`a` as MXNet stores it: C order, little endian."""
    if isinstance(a, RowSparse | CSR):
        raise MXNetError(f"{label} is sparse; this kind of file holds dense arrays only")
    a = onp.asarray(a)
    try:
        as_dtype(a.dtype.newbyteorder("="))
    except TypeError as e:
        raise MXNetError(f"{label}: {e}") from None
    return onp.asarray(a, dtype=a.dtype.newbyteorder("<"), order="C")


def bytes_of(a: onp.ndarray) -> memoryview:
    # Not memoryview(a): bfloat16 has no buffer format.
    return a.reshape(-1).view(onp.uint8).data


def checked(a, label: str):
    """`a`, after its index arrays were found to point into it; indices that do not would be read by other code unchecked."""
    data, indices, shape = a.data, a.indices, a.shape

    def need(holds, text):
        if not holds:
            raise MXNetError(f"{label}: expected {text}")

    need(all(0 <= n < 1 << 62 for n in shape), f"sizes of 0 or more, found the shape {shape}")
    need(indices.ndim == 1, f"indices of one dimension, found the shape {indices.shape}")
    if isinstance(a, RowSparse):
        need(shape and data.shape == (len(indices), *shape[1:]),
             f"values of shape {(len(indices), *shape[1:])} for {len(indices)} rows of {shape}, found {data.shape}")
        need(not len(indices) or (indices.min() >= 0 and indices.max() < shape[0] and len(onp.unique(indices)) == len(indices)),
             f"row numbers from 0 to {shape[0] - 1}, each once")
        return a
    need(len(shape) == 2 and data.shape == indices.shape,
         f"a matrix with as many column numbers as values, found shape {shape}, {indices.shape} and {data.shape}")
    indptr = a.indptr
    rising = indptr.shape == (shape[0] + 1,) and indptr[0] == 0 and (indptr[1:] >= indptr[:-1]).all()
    need(rising and indptr[-1] == len(indices), f"{shape[0] + 1} row starts rising from 0 to {len(indices)}")
    need(not len(indices) or (indices.min() >= 0 and indices.max() < shape[1]), f"column numbers from 0 to {shape[1] - 1}")
    return a
