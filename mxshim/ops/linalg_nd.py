"""nd.linalg: BLAS and LAPACK calls on matrices in the last two axes (MXNet: la_op.cc).

Triangular arguments are read from one triangle only. Every operator has two names: nd.linalg.gemm, nd.linalg_gemm.
"""
from __future__ import annotations

import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..base import MXNetError
from ..engine.op import op
from . import factors
from .axes import agreed, axis_in, number
from .diagonals import diagonal_of, on_diagonal
from .linalg import inv, matrices

_S = onp.array([[4., 2., 0.5], [2., 3., 1.], [0.5, 1., 2.]], "float32")
_G = onp.array([[2., -1.2, 0.5], [0.3, 1.5, 1.], [-0.4, 0.2, 1.2]], "float32")
_WIDE = onp.array([[1., 3., 0.5], [2., -1., 1.]], "float32")


def linalg_op(name, *calls, **facts):
    """Declare nd.linalg.NAME and nd.linalg_NAME."""
    return op(f"nd.linalg.{name}", f"nd.linalg_{name}", samples={"args": list(calls)}, **facts)


def _turned(x, wanted):
    return jnp.swapaxes(x, -1, -2) if wanted else x


def _product(A, B, transpose_a, transpose_b, alpha, axis):
    A, B = agreed(A, B)
    if A.ndim != B.ndim or A.ndim < 2:
        raise MXNetError(f"both operands must have the same number of axes, at least 2; got shapes {A.shape} and {B.shape}")
    rows = axis_in(axis, A.ndim)
    A, B = (_turned(jnp.moveaxis(matrices(x), rows, -2), t) for x, t in ((A, transpose_a), (B, transpose_b)))
    if A.shape[:-2] != B.shape[:-2] or A.shape[-1] != B.shape[-2]:
        raise MXNetError(f"matrices of shapes {A.shape[-2:]} and {B.shape[-2:]} in stacks {A.shape[:-2]} and {B.shape[:-2]} "
                         "(after transposing) do not multiply")
    n = A.ndim
    batch = tuple(range(n - 2))
    return number(alpha, A.dtype) * lax.dot_general(A, B, (((n - 1,), (n - 2,)), (batch, batch))), rows


@linalg_op("gemm2", ((_WIDE, _S), {}), ((_WIDE, _WIDE), {"transpose_b": True, "alpha": 2.}), scalars=("alpha",))
def gemm2(A, B, transpose_a=False, transpose_b=False, alpha=1.0, axis=-2):
    """alpha * op(A) op(B); op transposes if asked. `axis` is the one of the matrices' rows; columns are always last."""
    out, rows = _product(A, B, transpose_a, transpose_b, alpha, axis)
    return jnp.moveaxis(out, -2, rows)


@linalg_op("gemm", ((_WIDE, _WIDE, _S[:2, :2]), {"transpose_b": True, "beta": 3.}), scalars=("alpha", "beta"))
def gemm(A, B, C, transpose_a=False, transpose_b=False, alpha=1.0, beta=1.0, axis=-2):
    """alpha * op(A) op(B) + beta * C; see gemm2."""
    out, rows = _product(A, B, transpose_a, transpose_b, alpha, axis)
    out = jnp.moveaxis(out, -2, rows)
    if C.shape != out.shape:
        raise MXNetError(f"`C` must have the shape of the product, {out.shape}, got {C.shape}")
    return out + number(beta, out.dtype) * C


@linalg_op("syrk", ((_WIDE,), {}), ((_WIDE,), {"transpose": True, "alpha": 2.}), scalars=("alpha",))
def syrk(A, transpose=False, alpha=1.0):
    """alpha * A A^T, or alpha * A^T A with `transpose`."""
    A = matrices(A)
    At = jnp.swapaxes(A, -1, -2)
    return number(alpha, A.dtype) * (At @ A if transpose else A @ At)


def _triangle(A, lower):
    A = matrices(A, True, "`A`")
    return jnp.tril(A) if lower else jnp.triu(A)


def _fit(A, B, rightside):
    if A.ndim != B.ndim or A.shape[:-2] != B.shape[:-2] or B.shape[-1 if rightside else -2] != A.shape[-1]:
        raise MXNetError(f"`B` of shape {B.shape} cannot stand {'left' if rightside else 'right'} of `A` of shape {A.shape}")


@linalg_op("trmm", ((_S, _G), {}), ((_S, _G), {"rightside": True, "transpose": True, "alpha": 2., "lower": False}),
           scalars=("alpha",))
def trmm(A, B, transpose=False, rightside=False, lower=True, alpha=1.0):
    """alpha * op(A) B, or alpha * B op(A) with `rightside`; A is triangular."""
    T = _turned(_triangle(A, lower), transpose)
    _fit(T, B, rightside)
    return number(alpha, T.dtype) * (B @ T if rightside else T @ B)


@linalg_op("trsm", ((_S, _G), {}), ((_S, _G), {"rightside": True, "transpose": True, "alpha": 2., "lower": False}),
           scalars=("alpha",))
def trsm(A, B, transpose=False, rightside=False, lower=True, alpha=1.0):
    """X with op(A) X = alpha * B, or X op(A) = alpha * B with `rightside`; A is triangular."""
    T = matrices(A, True, "`A`")
    _fit(T, B, rightside)
    return lax.linalg.triangular_solve(T, number(alpha, T.dtype) * B, left_side=not rightside, lower=bool(lower),
                                       transpose_a=bool(transpose))


@linalg_op("potrf", ((_S,), {}))
def potrf(A, lower=True):
    """The Cholesky factor L with A = L L^T, or with lower=False its transpose."""
    return factors.cholesky_factor(matrices(A, True), upper=not lower)


@linalg_op("potri", ((_S,), {}))
def potri(A, lower=True):
    """The inverse of L L^T, given the triangular L = A."""
    L = _triangle(A, lower)
    eye = jnp.broadcast_to(jnp.eye(A.shape[-1], dtype=L.dtype), L.shape)
    inverse = lax.linalg.triangular_solve(L, eye, left_side=True, lower=bool(lower))
    turned = jnp.swapaxes(inverse, -1, -2)
    return turned @ inverse if lower else inverse @ turned


@linalg_op("gelqf", ((_WIDE,), {}))
def gelqf(A):
    """Q with orthonormal rows and lower triangular L with A = L Q: shapes (..., m, n), m <= n, and (..., m, m)."""
    A = matrices(A)
    if A.shape[-2] > A.shape[-1]:
        raise MXNetError(f"the matrices may not have more rows than columns, got shape {A.shape}")
    q, r = jnp.linalg.qr(jnp.swapaxes(A, -1, -2))
    return jnp.swapaxes(q, -1, -2), jnp.swapaxes(r, -1, -2)


@linalg_op("syevd", ((_S,), {}))
def syevd(A):
    """U, whose rows are eigenvectors, and the eigenvalues L in ascending order, of symmetric A = U^T diag(L) U."""
    w, v = factors.eigen(matrices(A, True), upper=False)
    return jnp.swapaxes(v, -1, -2), w


@linalg_op("inverse", ((_G,), {}))
def inverse(A):
    """The inverse of each matrix; see np.linalg.inv."""
    return inv(A)


@linalg_op("sumlogdiag", ((_S,), {}))
def sumlogdiag(A):
    """The sum of the logarithms of the diagonal of each matrix."""
    A = matrices(A, True)
    out = jnp.sum(jnp.log(diagonal_of(A)), -1)
    return out.reshape(1) if out.ndim == 0 else out


@linalg_op("det", ((_G,), {}))
def det_nd(A, *, np_shape=False):
    """The determinant of each matrix: shape (..., n, n) gives (...)."""
    out = factors.determinant(matrices(A, True))
    return out if np_shape or out.ndim else out.reshape(1)


@linalg_op("slogdet", ((_G,), {}))
def slogdet_nd(A, *, np_shape=False):
    """Sign and logarithm of the absolute determinant of each matrix."""
    return tuple(x if np_shape or x.ndim else x.reshape(1) for x in factors.log_determinant(matrices(A, True)))


@linalg_op("extractdiag", ((_G,), {}), ((_G,), {"offset": 1}))
def extractdiag(A, offset=0):
    """A diagonal of each matrix."""
    return diagonal_of(matrices(A, True), offset)


@linalg_op("makediag", ((_WIDE,), {}), ((_WIDE,), {"offset": -1}))
def makediag(A, offset=0):
    """Matrices with the rows of A on a diagonal: shape (..., n) gives (..., n + |offset|, n + |offset|)."""
    if A.ndim < 1:
        raise MXNetError("a 0-d array has no rows")
    return on_diagonal(A, offset)


def _triangle_places(n, offset, lower):
    """Rows and columns of a triangle: a lower one row by row, an upper one column by column. A nonzero offset says which."""
    first, second = onp.tril_indices(n, -abs(offset))
    return (first, second) if (lower if offset == 0 else offset < 0) else (second, first)


@linalg_op("extracttrian", ((_G,), {}), ((_G,), {"offset": 1}), ((_G,), {"lower": False}))
def extracttrian(A, offset=0, lower=True):
    """The elements of a triangle of each matrix as a vector.

    offset: where it starts; a negative one means the lower triangle, a positive one the upper, 0 leaves it to `lower`.
    Lower triangles are read row by row, upper ones column by column.
    """
    A = matrices(A, True)
    rows, columns = _triangle_places(A.shape[-1], offset, lower)
    if len(rows) == 0:
        raise MXNetError(f"matrices of size {A.shape[-1]} have no diagonal {offset}")
    n = A.shape[-1]
    return jnp.take(A.reshape(*A.shape[:-2], n * n), rows * n + columns, -1, mode="clip")


@linalg_op("maketrian", ((_G,), {}), ((_G,), {"offset": 1}), ((_G,), {"lower": False}))
def maketrian(A, offset=0, lower=True):
    """Matrices with a triangle filled from the rows of A, zeros elsewhere: the inverse of extracttrian."""
    count = A.shape[-1]
    n = int(((8 * count + 1) ** 0.5 - 1) / 2)
    if n * (n + 1) // 2 != count:
        raise MXNetError(f"{count} elements do not fill a triangle; 1, 3, 6, 10, ... do")
    n += abs(offset)
    rows, columns = _triangle_places(n, offset, lower)
    at, inside = onp.zeros((n, n), "int32"), onp.zeros((n, n), bool)
    at[rows, columns], inside[rows, columns] = onp.arange(count), True
    return jnp.where(inside, jnp.take(A, at, -1, mode="clip"), 0)
