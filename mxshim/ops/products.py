"""Products of arrays: dot, matmul, batch_dot, tensordot, einsum, outer, kron, cross.

Operands have one dtype: MXNet does not promote here. Integers work too (MXNet's CPU builds: floats only).
"""
from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..base import MXNetError
from ..engine.op import Scalar
from .axes import agreed, axes_in, axis_in, op_of_one_dtype, vector

_A = onp.arange(6, dtype="float32").reshape(2, 3) / 4 - 0.5
_B = onp.arange(12, dtype="float32").reshape(3, 4) / 8
_T = onp.arange(24, dtype="float32").reshape(2, 3, 4) / 16


def contract(a, b, at, bt, batch=()):
    """Sum of products over axis `at` of a and `bt` of b: one dot_general; `batch` pairs leading axes of both."""
    if a.shape[at] != b.shape[bt]:
        raise MXNetError(f"shapes {a.shape} and {b.shape} do not fit: axis {at} of the first has size {a.shape[at]}, "
                         f"axis {bt} of the second has {b.shape[bt]}; they are summed over and must be equal")
    if a.dtype == bool:
        return lax.dot_general(a.astype(jnp.int32), b.astype(jnp.int32), (((at,), (bt,)), (batch, batch))) != 0
    if batch:
        return lax.dot_general(a, b, (((at,), (bt,)), (batch, batch)))
    return _summed(a, b, (at,), (bt,))


def _summed(a, b, left, right):
    """Sum of products over axes of a and of b: of matrices, where reshaping makes some.

    For the gradients of others XLA copies an operand to have all but the axes summed over side by side.
    """
    shape = [n for i, n in enumerate(a.shape) if i not in left] + [n for i, n in enumerate(b.shape) if i not in right]
    matrices = _matrix(a, left), _matrix(b, right)
    if matrices[0] is not None and matrices[1] is not None:
        (a, left), (b, right) = matrices
    return lax.dot_general(a, b, ((left, right), ((), ()))).reshape(shape)


def _matrix(x, axes):
    """(x with these axes as one and all others as one, where the former then is); None if that takes more than a reshape.

    Vectors and matrices stay what they are.
    """
    if len(axes) == 1 and x.ndim <= 2:
        return x, axes
    first = axes == tuple(range(len(axes)))
    if not axes or not first and axes != tuple(range(x.ndim - len(axes), x.ndim)):
        return None
    n = math.prod(x.shape[i] for i in axes)
    rest = math.prod(x.shape[i] for i in range(x.ndim) if i not in axes)
    return (x.reshape(n, rest), (0,)) if first else (x.reshape(rest, n), (1,))


@op_of_one_dtype("np.dot", "np.ndarray.dot",
                 samples={"args": [((_A, _B), {}), ((_A[0], _A[1]), {}), ((_T, _T.transpose(0, 2, 1)), {})]})
def dot(a, b):
    """The sum of products over the last axis of `a` and the second to last of `b` (its only one, if a vector).

    0-d operands multiply. Shapes (..., n) and (..., n, m) give (..., ..., m).
    """
    a, b = agreed(a, b)
    if a.ndim == 0 or b.ndim == 0:
        return a * b
    return contract(a, b, a.ndim - 1, max(b.ndim - 2, 0))


@op_of_one_dtype("nd.dot", samples={
    "args": [((_A, _B), {}), ((_A, _A), {"transpose_b": True}), ((_T, _T), {"transpose_a": True})]})
def dot_nd(lhs, rhs, transpose_a=False, transpose_b=False, forward_stype=None):
    """The sum of products over the last axis of `lhs` and the first of `rhs`; transposed, over its first and its last.

    Shapes (..., n) and (n, ...) give (..., ...). `forward_stype` concerns sparse results only.
    """
    lhs, rhs = agreed(lhs, rhs)
    if lhs.ndim == 0 or rhs.ndim == 0:
        raise MXNetError("0-d arrays have no axis to sum over; multiply them")
    if lhs.ndim == rhs.ndim == 1 and (transpose_a or transpose_b):
        raise MXNetError("vectors cannot be transposed: leave transpose_a and transpose_b out")
    return vector(contract(lhs, rhs, 0 if transpose_a else lhs.ndim - 1, rhs.ndim - 1 if transpose_b else 0))


@op_of_one_dtype("np.matmul", "np.ndarray.__matmul__", scalars=("b",), samples={
    "args": [((_A, _B), {}), ((_T, _T.transpose(0, 2, 1)), {}), ((_A[0], _B), {}), ((_T, _T[0].T), {}), ((_A[0], _T), {})]})
def matmul(a, b):
    """Matrix product of the last two axes; leading axes are broadcast. Vectors are rows on the left, columns on the right."""
    if isinstance(b, Scalar) or a.ndim == 0 or b.ndim == 0:
        raise MXNetError("a number has no matrix product: multiply with `*`")
    a, b = agreed(a, b)
    if b.ndim <= 2:
        return contract(a, b, a.ndim - 1, max(b.ndim - 2, 0))
    if a.ndim == 1:
        return contract(b, a, b.ndim - 2, 0)
    if a.shape[-1] != b.shape[-2]:
        contract(a, b, a.ndim - 1, b.ndim - 2)
    if a.shape[:-2] == b.shape[:-2]:
        return contract(a, b, a.ndim - 1, b.ndim - 2, tuple(range(a.ndim - 2)))
    try:
        onp.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    except ValueError:
        raise MXNetError(f"the leading axes of shapes {a.shape} and {b.shape} cannot be broadcast against each other") from None
    return jnp.matmul(a, b) if a.dtype != bool else jnp.matmul(a.astype(jnp.int32), b.astype(jnp.int32)) != 0


def _batch_dot(a, b, transpose_a, transpose_b):
    a, b = agreed(a, b)
    if a.ndim < 3 or a.ndim != b.ndim:
        raise MXNetError(f"both operands must have the same number of axes, at least 3; got shapes {a.shape} and {b.shape}")
    if a.shape[:-2] != b.shape[:-2]:
        raise MXNetError(f"the leading axes must be equal, got shapes {a.shape} and {b.shape}")
    n = a.ndim
    return contract(a, b, n - 2 if transpose_a else n - 1, n - 1 if transpose_b else n - 2, tuple(range(n - 2)))


_BATCHES = {"args": [((_T, _T), {"transpose_b": True}), ((_T, _T), {"transpose_a": True}), ((_T, _T.transpose(0, 2, 1)), {})]}


@op_of_one_dtype("npx.batch_dot", samples=_BATCHES)
def batch_dot(a, b, transpose_a=False, transpose_b=False, forward_stype="default"):
    """Matrix products of a batch: (..., m, k) and (..., k, n) give (..., m, n); each operand may be transposed first."""
    return _batch_dot(a, b, transpose_a, transpose_b)


@op_of_one_dtype("nd.batch_dot", samples=_BATCHES)
def batch_dot_nd(lhs, rhs, transpose_a=False, transpose_b=False, forward_stype=None):
    """Matrix products of a batch: (..., m, k) and (..., k, n) give (..., m, n); each operand may be transposed first."""
    return _batch_dot(lhs, rhs, transpose_a, transpose_b)


@op_of_one_dtype("np.tensordot", "np.linalg.tensordot", samples={"args": [((_A, _B), {"axes": 1}), ((_A, _A), {"axes": 2}),
                                                             ((_A, _B), {"axes": ((1,), (0,))})]})
def tensordot(a, b, axes=2):
    """The sum of products over pairs of axes: the last `axes` of a with the first of b, or (axes of a, axes of b).

    A 0-d array multiplies the other, whatever `axes` says.
    """
    a, b = agreed(a, b)
    if not a.ndim or not b.ndim:
        return jnp.multiply(a, b)
    if isinstance(axes, int):
        if axes < 0 or axes > min(a.ndim, b.ndim):
            raise MXNetError(f"`axes` must be in [0, {min(a.ndim, b.ndim)}] for shapes {a.shape} and {b.shape}, got {axes}")
        left, right = tuple(range(a.ndim - axes, a.ndim)), tuple(range(axes))
    else:
        left, right = axes_in(axes[0], a.ndim, "axes"), axes_in(axes[1], b.ndim, "axes")
    if [a.shape[i] for i in left] != [b.shape[i] for i in right]:
        raise MXNetError(f"axes {left} of shape {a.shape} and axes {right} of shape {b.shape} differ in size")
    return _summed(a, b, left, right)


@op_of_one_dtype("np.einsum")
def einsum(*operands, subscripts, optimize=False):
    """Sums of products by subscripts: np.einsum("ij,jk->ik", a, b).

    Args: the subscripts, then the operands, of one dtype.  optimize: whether to look for a cheaper order of several products.
    """
    if not operands:
        raise MXNetError("give it operands for the subscripts")
    operands = agreed(*operands)
    dtype = operands[0].dtype
    try:
        out = jnp.einsum(subscripts, *(x.astype(jnp.int32) if dtype == bool else x for x in operands),
                         optimize="optimal" if optimize else "auto")
    except (TypeError, ValueError) as error:
        shapes = ", ".join(str(x.shape) for x in operands)
        raise MXNetError(f"subscripts {subscripts!r} do not fit shapes {shapes}: {error}") from None
    return out.astype(dtype)


@op_of_one_dtype("np.inner", samples={"args": [((_A, _A), {}), ((_A[0], _A[1]), {})]})
def inner(a, b):
    """The sum of products over the last axes; 0-d operands multiply."""
    a, b = agreed(a, b)
    return a * b if a.ndim == 0 or b.ndim == 0 else contract(a, b, a.ndim - 1, b.ndim - 1)


@op_of_one_dtype("np.outer", "np.linalg.outer", samples={"args": [((_A[0], _B[0]), {})]})
def outer(a, b):
    """The products of all pairs of elements: shape (a.size, b.size)."""
    a, b = agreed(a, b)
    return a.reshape(-1)[:, None] * b.reshape(-1)


@op_of_one_dtype("np.vdot", samples={"args": [((_A, _A), {})]})
def vdot(a, b):
    """The sum of the products of all elements."""
    a, b = agreed(a, b)
    return contract(a.reshape(-1), b.reshape(-1), 0, 0)


@op_of_one_dtype("np.linalg.vecdot", samples={"args": [((_A, _A), {}), ((_A, _A), {"axis": 0})]})
def vecdot(a, b, axis=None):
    """The sum of products along `axis` (the last by default) of broadcast arrays."""
    a, b = agreed(a, b)
    product = a * b
    return jnp.sum(product, axis_in(-1 if axis is None else axis, product.ndim), dtype=a.dtype)


@op_of_one_dtype("np.kron", samples={"args": [((_A, _B), {}), ((_A[0], _A), {})]})
def kron(a, b):
    """The Kronecker product: every element of `a` times `b`, as blocks."""
    a, b = agreed(a, b)
    return jnp.kron(a, b)


def _cross(a, b, axisa, axisb, axisc):
    a, b = agreed(a, b)
    a, b = jnp.moveaxis(a, axis_in(axisa, a.ndim, "axisa"), -1), jnp.moveaxis(b, axis_in(axisb, b.ndim, "axisb"), -1)
    if a.shape[-1] not in (2, 3) or b.shape[-1] not in (2, 3):
        raise MXNetError(f"the vectors must have 2 or 3 components, got {a.shape[-1]} and {b.shape[-1]}")
    flat = a.shape[-1] == b.shape[-1] == 2
    x0, x1, y0, y1 = a[..., 0], a[..., 1], b[..., 0], b[..., 1]
    last = x0 * y1 - x1 * y0
    if flat:
        return last
    x2 = a[..., 2] if a.shape[-1] == 3 else jnp.zeros_like(x0)
    y2 = b[..., 2] if b.shape[-1] == 3 else jnp.zeros_like(y0)
    out = jnp.stack(jnp.broadcast_arrays(x1 * y2 - x2 * y1, x2 * y0 - x0 * y2, last), -1)
    return jnp.moveaxis(out, -1, axis_in(axisc, out.ndim, "axisc"))


@op_of_one_dtype("np.cross", samples={"args": [((_A, _A[::-1].copy()), {}), ((_A[:, :2], _A[::-1, :2].copy()), {})]})
def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """The cross product of vectors with 2 or 3 components, which lie along the given axes (`axis` sets all three)."""
    if axis is not None:
        axisa = axisb = axisc = axis
    return _cross(a, b, axisa, axisb, axisc)


@op_of_one_dtype("np.linalg.cross", samples={"args": [((_A, _A[::-1].copy()), {})]})
def cross_linalg(a, b, axis=-1):
    """The cross product of vectors along `axis`."""
    return _cross(a, b, axis, axis, axis)
