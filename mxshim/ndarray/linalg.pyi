# Written by `python -m mxshim.stubs`.
"""mx.nd.linalg."""
from mxshim.ndarray import NDArray

def det(A, out=None, *, name=None) -> NDArray:
    """The determinant of each matrix: shape (..., n, n) gives (...)."""
def extractdiag(A, offset=0, out=None, *, name=None) -> NDArray:
    """A diagonal of each matrix."""
def extracttrian(A, offset=0, lower=True, out=None, *, name=None) -> NDArray:
    """The elements of a triangle of each matrix as a vector."""
def gelqf(A, out=None, *, name=None) -> list[NDArray]:
    """Q with orthonormal rows and lower triangular L with A = L Q: shapes (..., m, n), m <= n, and (..., m, m)."""
def gemm(A, B, C, transpose_a=False, transpose_b=False, alpha=1.0, beta=1.0, axis=-2, out=None, *, name=None) -> NDArray:
    """alpha * op(A) op(B) + beta * C; see gemm2."""
def gemm2(A, B, transpose_a=False, transpose_b=False, alpha=1.0, axis=-2, out=None, *, name=None) -> NDArray:
    """alpha * op(A) op(B); op transposes if asked."""
def inverse(A, out=None, *, name=None) -> NDArray:
    """The inverse of each matrix; see np.linalg.inv."""
def makediag(A, offset=0, out=None, *, name=None) -> NDArray:
    """Matrices with the rows of A on a diagonal: shape (..., n) gives (..., n + |offset|, n + |offset|)."""
def maketrian(A, offset=0, lower=True, out=None, *, name=None) -> NDArray:
    """Matrices with a triangle filled from the rows of A, zeros elsewhere: the inverse of extracttrian."""
def potrf(A, lower=True, out=None, *, name=None) -> NDArray:
    """The Cholesky factor L with A = L L^T, or with lower=False its transpose."""
def potri(A, lower=True, out=None, *, name=None) -> NDArray:
    """The inverse of L L^T, given the triangular L = A."""
def slogdet(A, out=None, *, name=None) -> list[NDArray]:
    """Sign and logarithm of the absolute determinant of each matrix."""
def sumlogdiag(A, out=None, *, name=None) -> NDArray:
    """The sum of the logarithms of the diagonal of each matrix."""
def syevd(A, out=None, *, name=None) -> list[NDArray]:
    """U, whose rows are eigenvectors, and the eigenvalues L in ascending order, of symmetric A = U^T diag(L) U."""
def syrk(A, transpose=False, alpha=1.0, out=None, *, name=None) -> NDArray:
    """alpha * A A^T, or alpha * A^T A with `transpose`."""
def trmm(A, B, transpose=False, rightside=False, lower=True, alpha=1.0, out=None, *, name=None) -> NDArray:
    """alpha * op(A) B, or alpha * B op(A) with `rightside`; A is triangular."""
def trsm(A, B, transpose=False, rightside=False, lower=True, alpha=1.0, out=None, *, name=None) -> NDArray:
    """X with op(A) X = alpha * B, or X op(A) = alpha * B with `rightside`; A is triangular."""
