# Written by `python -m mxshim.stubs`.
"""mx.np.linalg."""
from typing import Any
from mxshim.numpy import ndarray

def cholesky(a, upper=False, *, out=None) -> ndarray:
    """The lower triangular L with a = L L^T, or with `upper` its transpose."""
def cond(x, p=None, *, out=None) -> ndarray:
    """The condition number: the ratio of the largest to the smallest singular value, or norm(x, p) * norm(inv(x), p)."""
def cross(a, b, axis=-1, *, out=None) -> ndarray:
    """The cross product of vectors along `axis`."""
def det(a, *, out=None) -> ndarray:
    """The determinant of each matrix: shape (..., n, n) gives (...)."""
def diagonal(a, offset=0, *, out=None) -> ndarray:
    """A diagonal of the last two axes."""
def eig(a, *, out=None) -> Any:
    """Eigenvalues and eigenvectors (columns) of matrices whose eigenvalues are real; no gradient."""
def eigh(a, upper=False, UPLO=None, *, out=None) -> tuple[ndarray, ...]:
    """Eigenvalues in ascending order and eigenvectors (columns, the largest element positive) of symmetric matrices."""
def eigvals(a, *, out=None) -> Any:
    """The eigenvalues of matrices whose eigenvalues are real; see eig."""
def eigvalsh(a, upper=False, UPLO=None, *, out=None) -> ndarray:
    """The eigenvalues of symmetric matrices in ascending order; see eigh."""
def inv(a, *, out=None) -> ndarray:
    """The inverse of each matrix, shape (..., n, n)."""
def lstsq(a, b, rcond='warn', *, out=None) -> tuple[ndarray, ...]:
    """The x with the smallest |a x - b|, with the residuals, the rank of `a` (int64) and its singular values."""
def matrix_norm(x, ord='fro', axis=(-2, -1), keepdims=False, *, out=None) -> ndarray:
    """The norm of the matrices along two axes."""
def matrix_power(a, n, *, out=None) -> ndarray:
    """Each matrix multiplied n times with itself; negative n: its inverse."""
def matrix_rank(M, rtol=None, hermitian=False, tol=None, *, out=None) -> ndarray:
    """The number of singular values above rtol times the largest (default eps * max(m, n)) or above `tol`; int64."""
def matrix_transpose(a, *, out=None) -> ndarray:
    """The last two axes exchanged."""
def multi_dot(arrays, *, out=None) -> ndarray:
    """The product of several matrices in the cheapest order; the first and last may be vectors."""
def norm(x, ord=None, axis=None, keepdims=False, *, out=None) -> ndarray:  # type: ignore[override]
    """The norm of the whole array, of vectors along one axis, or of matrices along two; the dtype stays."""
def outer(a, b, *, out=None) -> ndarray:
    """The products of all pairs of elements: shape (a.size, b.size)."""
def pinv(a, rtol=None, hermitian=False, rcond=None, *, out=None) -> ndarray:
    """The Moore-Penrose inverse; singular values below rtol times the largest count as zero (default 1e-15)."""
def qr(a, mode='reduced', *, out=None) -> tuple[ndarray, ...]:
    """Q with orthonormal columns and upper triangular R, a = Q R."""
def slogdet(a, *, out=None) -> tuple[ndarray, ...]:
    """Sign and logarithm of the absolute determinant of each matrix."""
def solve(a, b, *, out=None) -> ndarray:
    """x with a x = b, for b of shape (..., n) with one axis less than `a`, or (..., n, k)."""
def svd(a, *, out=None) -> tuple[ndarray, ...]:
    """U, the singular values L and V with a = U diag(L) V: shapes (..., m, k), (..., k), (..., k, n), k = min(m, n)."""
def svdvals(a, *, out=None) -> ndarray:
    """The singular values of each matrix, the largest first."""
def tensordot(a, b, axes=2, *, out=None) -> ndarray:
    """The sum of products over pairs of axes: the last `axes` of a with the first of b, or (axes of a, axes of b)."""
def tensorinv(a, ind=2, *, out=None) -> ndarray:
    """The inverse for tensordot with the first `ind` axes summed over."""
def tensorsolve(a, b, axes=None, *, out=None) -> ndarray:
    """x with tensordot(a, x, x.ndim) = b; `axes` of `a` are moved to the end first."""
def trace(a, offset=0, *, out=None) -> ndarray:
    """The sum along a diagonal of the first two axes, as np.trace; the array API, of which the name is, means the last two."""
def vecdot(a, b, axis=None, *, out=None) -> ndarray:
    """The sum of products along `axis` (the last by default) of broadcast arrays."""
def vector_norm(x, ord=None, axis=None, keepdims=False, *, out=None) -> ndarray:
    """The norm of the elements along `axis`, an axis or several, all by default."""
