"""What LAPACK computes of matrices; see ops/factors.py.

Where NumPy raises, as of singular matrices, XLA computes, which gives inf or nan in their places.
"""
from __future__ import annotations

import math

import numpy as onp

from .picking import along
from .rules import CannotRun, Table, prepared

_LARGEST = 64  # rows or columns up to which NumPy's LAPACK, in one thread, takes no longer than XLA's


def _signed(vectors):
    """Vectors in columns, each turned so that the first of its largest elements is positive."""
    axis = vectors.ndim - 2
    at = onp.abs(vectors).argmax(axis)[..., None, :]
    return onp.where(along(vectors, at, axis) < 0, -vectors, vectors)


def _solution(a, b):
    return onp.linalg.solve(a, b.reshape((1,) * (a.ndim - b.ndim) + b.shape))  # NumPy 1 takes one axis less for vectors


def _eigen(a, upper):
    w, v = onp.linalg.eigh(a, "U" if upper else "L")
    return w, _signed(v)


def _cholesky_factor(a, upper):
    return onp.linalg.cholesky(a.swapaxes(-1, -2)).swapaxes(-1, -2) if upper else onp.linalg.cholesky(a)


MATRICES: Table = {
    "matrix_inverse": onp.linalg.inv, "matrix_solution": _solution, "determinant": onp.linalg.det,
    "log_determinant": onp.linalg.slogdet, "cholesky_factor": _cholesky_factor, "symmetric_eigen": _eigen,
    "symmetric_eigenvalues": lambda a, upper: onp.linalg.eigvalsh(a, "U" if upper else "L"),
    "singular_values": lambda a: onp.linalg.svd(a, compute_uv=False)}
for _name, _fn in MATRICES.items():
    @prepared(_name)
    def _matrices(params, avals, shapes, fn=_fn):
        if max(shapes[0][-2:]) > _LARGEST or math.prod(shapes[0]) == 0:
            raise CannotRun
        given = {k: v for k, v in params.items() if k == "upper"}
        return (lambda *inputs: fn(*inputs, **given)) if given else fn
