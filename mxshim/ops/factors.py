"""What LAPACK computes of matrices in the last two axes, each as one primitive.

NumPy has a function for each, which takes small matrices less time than XLA is called in; see `engine/host/matrices.py`. Where a
derivative is taken, they are JAX's functions.
"""
from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as onp

from .outline import outlined, own_derivative


def _step(name, compute, shape, several=False):
    function = outlined(name, compute, shape, several=several)
    own_derivative(function)
    return function


def symmetric(a, upper=False):
    """The symmetric matrix of which `a` holds one triangle; the gradient is shared between the two."""
    half = jnp.triu(a) if upper else jnp.tril(a)
    mirrored = half + jnp.swapaxes(jnp.triu(a, 1) if upper else jnp.tril(a, -1), -1, -2)
    even = (a + jnp.swapaxes(a, -1, -2)) / 2
    return even + jax.lax.stop_gradient(mirrored - even)


def row_signs(vectors):
    """For each row 1 or -1, so that its largest element becomes positive: MXNet's choice among eigenvectors."""
    at = jnp.argmax(jnp.abs(vectors), -1, keepdims=True)
    return jax.lax.stop_gradient(jnp.where(jnp.take_along_axis(vectors, at, -1) < 0, -1, 1).astype(vectors.dtype))


def _inverse(a):
    return jnp.linalg.inv(a)


def _solution(a, b):
    return jnp.linalg.solve(a, b)


def _cholesky_factor(a, *, upper):
    lower = jnp.linalg.cholesky(symmetric(a, upper))
    return jnp.swapaxes(lower, -1, -2) if upper else lower


def _determinant(a):
    return jnp.linalg.det(a)


def _log_determinant(a):
    return tuple(jnp.linalg.slogdet(a))


def determinant(a):
    """The determinant of each matrix: of up to 3 rows by its formula."""
    return jnp.linalg.det(a) if a.shape[-1] <= 3 else _determinant_of_factors(a)


def _eigen(a, *, upper):
    w, v = jnp.linalg.eigh(symmetric(a, upper), symmetrize_input=False)
    return w, v * jnp.swapaxes(row_signs(jnp.swapaxes(v, -1, -2)), -1, -2)


def _eigenvalues(a, *, upper):
    return jnp.linalg.eigh(symmetric(a, upper), symmetrize_input=False)[0]


def _singular_values(a):
    return jnp.linalg.svd(a, compute_uv=False)


def _solution_shape(a, b):
    return (*onp.broadcast_shapes(a.shape[:-2], b.shape[:-2]), *b.shape[-2:])


def _least(a):
    return min(a.shape[-2:])


# The inverse of each matrix; x with a x = b, both of at least two axes.
inverse = _step("matrix_inverse", _inverse, lambda a: a.shape)
solution = _step("matrix_solution", _solution, _solution_shape)
# The triangular L with a = L L^T, or its transpose; only that triangle of `a` is read.
cholesky_factor = _step("cholesky_factor", _cholesky_factor, lambda a, upper: a.shape)
# Sign and logarithm of the absolute determinant.
log_determinant = _step("log_determinant", _log_determinant, lambda a: (a.shape[:-2],) * 2, several=True)
_determinant_of_factors = _step("determinant", _determinant, lambda a: a.shape[:-2])
# Eigenvalues in ascending order, and eigenvectors as columns, of symmetric matrices of which one triangle is read.
eigen = _step("symmetric_eigen", _eigen, lambda a, upper: (a.shape[:-1], a.shape), several=True)
eigenvalues = _step("symmetric_eigenvalues", _eigenvalues, lambda a, upper: a.shape[:-1])
singular_values = _step("singular_values", _singular_values, lambda a: (*a.shape[:-2], _least(a)))
