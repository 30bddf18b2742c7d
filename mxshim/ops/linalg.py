"""np.linalg: inverses, determinants, decompositions and norms of matrices in the last two axes.

float32 and float64 keep their dtype; half floats are computed in float32, integers in float64.
Symmetric input is read from one triangle, as LAPACK does; its gradient is the symmetric one.
"""
from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as onp

from ..base import ArgumentTypeError, MXNetError, is_float
from ..engine.op import Check, op
from . import factors
from .axes import agreed, axes_in, axis_in, magnitude, number, op_of_one_dtype, wide
from .diagonals import diagonal_of
from .dtypes import cast
from .reduce import max_, min_, root_of_squares

_S = onp.array([[4., 2., 0.5], [2., 3., 1.], [0.5, 1., 2.]], "float32")  # symmetric, positive definite
_G = onp.array([[2., -1.2, 0.5], [0.3, 1.5, 1.], [-0.4, 0.2, 1.2]], "float32")
_TALL = onp.array([[1., 2.], [3., -1.], [0.5, 1.]], "float32")


def _on(*arrays, **kwargs):
    return {"args": [(arrays, kwargs)]}


def matrices(a, square=False, what="the array"):
    """The operand as stacked matrices in a dtype that LAPACK knows. Raises: MXNetError if it is none."""
    if a.ndim < 2:
        raise MXNetError(f"{what} must have at least 2 dimensions, got shape {a.shape}")
    if square and a.shape[-1] != a.shape[-2]:
        raise MXNetError(f"the last two axes of {what} must be equal, got shape {a.shape}")
    return cast(a, wide(a.dtype))


def _back(dtype, *outs):
    """Half floats come back as half floats."""
    outs = tuple(cast(x, dtype) if is_float(dtype) and x.dtype == jnp.float32 else x for x in outs)
    return outs if len(outs) > 1 else outs[0]


# Inverses and determinants.

@op("np.linalg.inv", samples=_on(_G))
def inv(a):
    """The inverse of each matrix, shape (..., n, n). Differs: a singular matrix gives inf or nan where MXNet raises."""
    return _back(a.dtype, factors.inverse(matrices(a, True)))


@op("np.linalg.det", samples=_on(_G))
def det(a):
    """The determinant of each matrix: shape (..., n, n) gives (...)."""
    return _back(a.dtype, factors.determinant(matrices(a, True)))


@op("np.linalg.slogdet", samples=_on(_G))
def slogdet(a):
    """Sign and logarithm of the absolute determinant of each matrix."""
    return _back(a.dtype, *factors.log_determinant(matrices(a, True)))


def _impossible(a, out):
    """Whether a matrix has no factors: what was computed of its numbers are none."""
    return jnp.isfinite(a).all() & ~jnp.isfinite(out).all()


@op("mx.factored", samples={"args": [((_G, _G), {})], "constant": (0,)},
    check=Check(lambda given: True, _impossible, MXNetError, "the matrix is singular"))
def factored(a, out):
    """`out`, which was computed of the matrices `a`."""
    return out


@op_of_one_dtype("np.linalg.solve", samples={"args": [((_G, _TALL), {}), ((_G, _TALL[:, 0]), {})]})
def solve(a, b):
    """x with a x = b, for b of shape (..., n) with one axis less than `a`, or (..., n, k)."""
    a, b = matrices(a, True, "`a`"), cast(b, wide(b.dtype))
    a, b = agreed(a, b)
    column = b.ndim == a.ndim - 1
    if b.ndim < a.ndim - 1 or not b.ndim or b.shape[-1 if column else -2] != a.shape[-1]:
        n = a.shape[-1]
        raise MXNetError(f"`b` must have shape (..., {n}) or (..., {n}, k) for `a` of shape {a.shape}, got {b.shape}")
    x = factors.solution(a, b[..., None] if column else b)
    return x[..., 0] if column else x


@op("np.linalg.pinv", scalars=("rtol", "rcond"), samples=_on(_TALL))
def pinv(a, rtol=None, hermitian=False, rcond=None):
    """The Moore-Penrose inverse; singular values below rtol times the largest count as zero (default 1e-15)."""
    cut = rtol if rtol is not None else rcond
    x = matrices(a)
    cut = jnp.asarray(10 * max(x.shape[-2:]) * jnp.finfo(x.dtype).eps, x.dtype) if cut is None else number(cut, x.dtype)
    return _back(a.dtype, jnp.linalg.pinv(x, rtol=cut, hermitian=bool(hermitian)))


@op("np.linalg.matrix_power", static=("n",), samples=_on(_G, n=3))
def matrix_power(a, n):
    """Each matrix multiplied n times with itself; negative n: its inverse."""
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise MXNetError(f"the last two axes must be equal, got shape {a.shape}")
    if isinstance(n, bool) or not isinstance(n, int):
        raise ArgumentTypeError(f"`n` must be an int, got {n!r}")
    return jnp.linalg.matrix_power(a if n >= 0 else matrices(a), n)


@op_of_one_dtype("np.linalg.multi_dot", samples={"args": [(([_G, _S, _TALL],), {})]})
def multi_dot(arrays):
    """The product of several matrices in the cheapest order; the first and last may be vectors."""
    return jnp.linalg.multi_dot(agreed(*arrays))


@op("np.linalg.tensorinv", samples=_on(_G, ind=1))
def tensorinv(a, ind=2):
    """The inverse for tensordot with the first `ind` axes summed over."""
    return jnp.linalg.tensorinv(cast(a, wide(a.dtype)), ind)


@op("np.linalg.tensorsolve", samples=_on(_G, _TALL[:, 0]))
def tensorsolve(a, b, axes=None):
    """x with tensordot(a, x, x.ndim) = b; `axes` of `a` are moved to the end first."""
    return jnp.linalg.tensorsolve(cast(a, wide(a.dtype)), cast(b, wide(b.dtype)), axes)


@op_of_one_dtype("np.linalg.lstsq", scalars=("rcond",), samples=_on(_TALL, _TALL[:, :1]))
def lstsq(a, b, rcond="warn"):
    """The x with the smallest |a x - b|, with the residuals, the rank of `a` (int64) and its singular values.

    rcond: singular values below rcond times the largest count as zero; "warn" and None mean eps * max(m, n).
    Residuals are empty for m <= n. Differs: for a tall matrix without full rank they are the true ones, not empty.
    """
    a, b = matrices(a, what="`a`"), cast(b, wide(b.dtype))
    a, b = agreed(a, b)
    if a.ndim != 2 or b.ndim not in (1, 2) or a.shape[0] != b.shape[0]:
        raise MXNetError(f"a matrix and a right side with as many rows are needed, got shapes {a.shape} and {b.shape}")
    m, n = a.shape
    cut = jnp.finfo(a.dtype).eps * max(m, n) if rcond in ("warn", None) else number(rcond, a.dtype)
    u, s, vt = jnp.linalg.svd(a, full_matrices=False)
    used = s > cut * s[0]
    inverse = jnp.where(used, 1 / jnp.where(used, s, 1), 0)
    right = b[:, None] if b.ndim == 1 else b
    x = vt.T @ (inverse[:, None] * (u.T @ right))
    residual = jnp.sum((a @ x - right) ** 2, 0) if m > n else jnp.zeros((0,), a.dtype)
    return (x[:, 0] if b.ndim == 1 else x), residual, jnp.sum(used).astype(jnp.int64), s


@op("np.linalg.matrix_rank", scalars=("rtol", "tol"), grad=False, samples=_on(_TALL))
def matrix_rank(M, rtol=None, hermitian=False, tol=None):
    """The number of singular values above rtol times the largest (default eps * max(m, n)) or above `tol`; int64."""
    if M.ndim < 2:
        return jnp.any(M != 0).astype(jnp.int64)
    s = factors.singular_values(matrices(M))
    if tol is not None:
        cut = number(tol, s.dtype)
    else:
        share = jnp.finfo(s.dtype).eps * max(M.shape[-2:]) if rtol is None else number(rtol, s.dtype)
        cut = share * jnp.max(s, -1, keepdims=True)
    return jnp.sum(s > cut, -1).astype(jnp.int64)


# Decompositions.

@op("np.linalg.cholesky", samples={"args": [((_S,), {}), ((_S,), {"upper": True})]})
def cholesky(a, upper=False):
    """The lower triangular L with a = L L^T, or with `upper` its transpose. Only that triangle of `a` is read.

    Differs: a matrix that is not positive definite gives nan where MXNet raises.
    """
    return _back(a.dtype, factors.cholesky_factor(matrices(a, True), upper=bool(upper)))


@op("np.linalg.qr", samples={"args": [((_G,), {}), ((_TALL,), {}), ((_TALL.T.copy(),), {})]})
def qr(a, mode="reduced"):
    """Q with orthonormal columns and upper triangular R, a = Q R. Shapes (..., m, k) and (..., k, n), k = min(m, n)."""
    if mode != "reduced":
        raise MXNetError(f"`mode` must be 'reduced', got {mode!r}")
    return _back(a.dtype, *jnp.linalg.qr(matrices(a)))


@op("np.linalg.svd", samples={"args": [((_G,), {}), ((_TALL.T.copy(),), {})]})
def svd(a):
    """U, the singular values L and V with a = U diag(L) V: shapes (..., m, k), (..., k), (..., k, n), k = min(m, n)."""
    u, s, v = jnp.linalg.svd(matrices(a), full_matrices=False)
    signs = factors.row_signs(v)
    return _back(a.dtype, u * jnp.swapaxes(signs, -1, -2), s, v * signs)


@op("np.linalg.svdvals", samples=_on(_TALL))
def svdvals(a):
    """The singular values of each matrix, the largest first."""
    return _back(a.dtype, factors.singular_values(matrices(a)))


def _is_upper(upper, UPLO) -> bool:
    """Whether the arguments say that the upper triangle holds the matrix."""
    if isinstance(upper, str):
        upper, UPLO = False, upper
    if UPLO not in (None, "L", "U"):
        raise MXNetError(f"`UPLO` must be 'L' or 'U', got {UPLO!r}")
    if not isinstance(upper, bool | int | None):
        raise ArgumentTypeError("`upper` must be True or False")
    return bool(upper) if UPLO is None else UPLO == "U"


@op("np.linalg.eigh", either=("upper",), samples={"args": [((_S,), {}), ((_S,), {"upper": True})]})
def eigh(a, upper=False, UPLO=None):
    """Eigenvalues in ascending order and eigenvectors (columns, the largest element positive) of symmetric matrices.

    Only one triangle is read.
    The gradient is right (MXNet: zero). UPLO: NumPy's spelling, "L" or "U", which may stand in the place of `upper`, too (1.9.1).
    """
    upper = _is_upper(upper, UPLO)
    if a.size == 0:
        return jnp.zeros(matrices(a, True).shape[:-1], a.dtype), a
    return _back(a.dtype, *factors.eigen(matrices(a, True), upper=upper))


@op("np.linalg.eigvalsh", either=("upper",), samples=_on(_S))
def eigvalsh(a, upper=False, UPLO=None):
    """The eigenvalues of symmetric matrices in ascending order; see eigh."""
    if a.size == 0:
        return jnp.zeros(matrices(a, True).shape[:-1], a.dtype)
    return _back(a.dtype, factors.eigenvalues(matrices(a, True), upper=_is_upper(upper, UPLO)))


def _complex(a):
    return jnp.any(jnp.abs(jnp.imag(jnp.linalg.eigvals(matrices(a, True)))) > 1e-15)


_REAL = Check(lambda given: True, _complex, MXNetError, "an eigenvalue is complex, which arrays here cannot hold; use numpy.linalg")


@op("np.linalg.eig", grad=False, check=_REAL)
def eig(a):
    """Eigenvalues and eigenvectors (columns) of matrices whose eigenvalues are real; no gradient. Runs on CPU only.

    Raises: MXNetError when the result is read, if an eigenvalue is complex.
    """
    w, v = jnp.linalg.eig(matrices(a, True))
    return _back(a.dtype, jnp.real(w), jnp.real(v))


@op("np.linalg.eigvals", grad=False, check=_REAL)
def eigvals(a):
    """The eigenvalues of matrices whose eigenvalues are real; see eig."""
    return _back(a.dtype, jnp.real(jnp.linalg.eigvals(matrices(a, True))))


# Norms.

@jax.custom_jvp
def _absolute_power(x, p):
    """|x|**p; its derivative at 0 is 0 for p > 1, as for the norms."""
    return jnp.abs(x) ** p


@_absolute_power.defjvp
def _absolute_power_jvp(primals, tangents):
    (x, p), (t, _) = primals, tangents
    slope = p * jnp.where(x == 0, 0, _absolute_power(jnp.where(x == 0, 1, x), p - 1)) * jnp.sign(x)
    return _absolute_power(x, p), slope * t


def _vector_norm(x, ord, axes, keepdims):
    total = partial(jnp.sum, axis=axes, keepdims=keepdims)
    if ord == onp.inf:
        return max_(magnitude(x), axes, keepdims=keepdims)
    if ord == -onp.inf:
        return min_(magnitude(x), axes, keepdims=keepdims)
    if ord in (None, 2, "fro"):
        return root_of_squares(x, axes, keepdims)
    if ord == 0:
        return total((x != 0).astype(x.dtype))
    if ord == 1:
        return total(magnitude(x))
    if isinstance(ord, str):
        raise ValueError(f"order {ord!r} is one of matrices: pass two axes, got {axes}")
    p = jnp.asarray(ord, x.dtype)
    return total(_absolute_power(x, p)) ** (1 / p)


def _matrix_norm(x, ord, axes, keepdims):
    row, column = axes
    if ord in (None, "fro", "f"):
        return root_of_squares(x, axes, keepdims)
    if ord in (1, -1, onp.inf, -onp.inf):
        first, second = (row, column) if ord in (1, -1) else (column, row)
        sums = jnp.sum(magnitude(x), axis=first, keepdims=True)
        out = (max_ if ord > 0 else min_)(sums, second, keepdims=True)
    elif ord in (2, -2, "nuc"):
        s = factors.singular_values(jnp.moveaxis(x, axes, (-2, -1)))
        out = jnp.sum(s, -1) if ord == "nuc" else s[..., 0] if ord == 2 else s[..., -1]
        out = jnp.expand_dims(out, sorted(axes))
    else:
        raise ValueError(f"Invalid norm order for matrices: {ord!r}; use 'fro', 'nuc', 1, -1, 2, -2, inf or -inf")
    return out if keepdims else jnp.squeeze(out, axes)


def _norm(x, ord, axes, keepdims, matrix):
    work = cast(x, wide(x.dtype))
    out = (_matrix_norm if matrix else _vector_norm)(work, ord, axes, bool(keepdims))
    return cast(out, x.dtype)


@op("np.linalg.norm", samples={"args": [((_G,), {}), ((_G,), {"axis": 1}), ((_G,), {"ord": 3, "axis": 0, "keepdims": True}),
                                        ((_G,), {"ord": 1}), ((_G,), {"ord": "nuc"}), ((_G,), {"ord": 2, "axis": (0, 1)})]})
def norm(x, ord=None, axis=None, keepdims=False):
    """The norm of the whole array, of vectors along one axis, or of matrices along two; the dtype stays.

    ord: None (2-norm, Frobenius for matrices), inf, -inf, 0, 1, 2, any number for vectors; also 'fro' and 'nuc' for matrices.
    'inf' and '-inf' are inf and -inf, but without `axis` take the whole array as a vector. At 0 the 2-norm's gradient is nan, as in MXNet.
    """
    if ord in ("inf", "-inf"):
        ord = float(ord)
        if axis is None:
            return _norm(x, ord, tuple(range(x.ndim)), keepdims, False)
    if axis is None and ord is None:
        return _norm(x, None, tuple(range(x.ndim)), keepdims, False)
    axes = axes_in(axis, x.ndim)
    if len(axes) not in (1, 2):
        raise MXNetError(f"a norm with ord={ord!r} needs one or two axes, got {axes}")
    return _norm(x, ord, axes, keepdims, len(axes) == 2)


@op("np.linalg.vector_norm", samples={"args": [((_G,), {"ord": 3}), ((_G,), {"axis": (0, 1)})]})
def vector_norm(x, ord=None, axis=None, keepdims=False):
    """The norm of the elements along `axis`, an axis or several, all by default."""
    return _norm(x, ord, axes_in(axis, x.ndim), keepdims, False)


@op("np.linalg.matrix_norm", samples=_on(_G))
def matrix_norm(x, ord="fro", axis=(-2, -1), keepdims=False):
    """The norm of the matrices along two axes."""
    axes = axes_in(axis, x.ndim)
    if len(axes) != 2:
        raise MXNetError(f"`axis` must name two axes, got {axis}")
    return _norm(x, ord, axes, keepdims, True)


@op("np.linalg.cond", samples=_on(_S))
def cond(x, p=None):
    """The condition number: the ratio of the largest to the smallest singular value, or norm(x, p) * norm(inv(x), p)."""
    x = matrices(x)
    if p in (None, 2, -2):
        s = factors.singular_values(x)
        return s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    axes = (x.ndim - 2, x.ndim - 1)
    return _matrix_norm(x, p, axes, False) * _matrix_norm(factors.inverse(x), p, axes, False)


# The array API's names for the last two axes.

@op("np.linalg.matrix_transpose", samples=_on(_TALL))
def matrix_transpose(a):
    """The last two axes exchanged."""
    if a.ndim < 2:
        raise ValueError(f"at least 2 dimensions are needed, got shape {a.shape}")
    return jnp.swapaxes(a, -1, -2)


@op("np.linalg.trace", samples=_on(_G))
def trace_linalg(a, offset=0):
    """The sum along a diagonal of the first two axes, as np.trace; the array API, of which the name is, means the last two."""
    if a.ndim < 2:
        raise MXNetError(f"at least 2 dimensions are needed, got shape {a.shape}")
    if not isinstance(offset, int):
        raise MXNetError(f"`offset` must be an int, got {offset!r}")
    return jnp.trace(a, offset, dtype=a.dtype)


@op("np.linalg.diagonal", samples=_on(_G, offset=1))
def diagonal_linalg(a, offset=0):
    """A diagonal of the last two axes."""
    return diagonal_of(a, offset, axis_in(-2, a.ndim), axis_in(-1, a.ndim))
