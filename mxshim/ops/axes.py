"""Checks that every family shares: axis numbers, equal dtypes, numbers that may be run-time inputs."""
from __future__ import annotations

from contextvars import ContextVar
from functools import wraps

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..base import FLOAT32, FLOAT64, ArgumentTypeError, ArgumentValueError, AxisError, MXNetError, is_float
from ..engine.op import Scalar, op
from .dtypes import cast
from .platform import on_cpu, only_cpus
from .primitives import level, spread, where


def axis_in(axis, ndim: int, what: str = "axis") -> int:
    """`axis` counted from the front. Raises: ArgumentTypeError unless it is an int, AxisError unless it is in [-ndim, ndim)."""
    if isinstance(axis, bool) or not isinstance(axis, int | onp.integer):
        raise ArgumentTypeError(f"`{what}` must be an int, got {axis!r}")
    if not -ndim <= axis < ndim:
        bounds = f"{what} must be in [{-ndim}, {ndim})" if ndim else "a 0-d array has no axes"
        raise AxisError(f"{what} {axis} is out of range for an array with {ndim} dimensions: {bounds}")
    return axis % ndim


def axes_in(axis, ndim: int, what: str = "axis") -> tuple[int, ...]:
    """The axes that `axis` (None for all, an int or a sequence) names, counted from the front, in the given order."""
    if axis is None:
        return tuple(range(ndim))
    axes = tuple(axis_in(a, ndim, what) for a in (axis if isinstance(axis, tuple | list) else (axis,)))
    if len(set(axes)) != len(axes):
        raise ArgumentValueError(f"{what} {axis} names an axis twice")
    return axes


def reduced(axis, ndim: int) -> tuple[int, ...]:
    """As axes_in, for reductions: along axis 0 a 0-d array has one element, as for NumPy."""
    if ndim == 0 and axis is not None and all(a in (0, -1) for a in (axis if isinstance(axis, tuple | list) else (axis,))):
        return ()
    return axes_in(axis, ndim)


def axes_nd(axis, ndim: int, exclude: bool = False) -> tuple[int, ...]:
    """nd's rule: None and () name all axes; with `exclude` an axis is reduced unless it is named."""
    if axis is None or axis == ():
        return tuple(range(ndim))
    axes = axes_in(axis, ndim)
    return tuple(a for a in range(ndim) if a not in axes) if exclude else axes


def vector(out):
    """nd without np shapes has no 0-d arrays: a full reduction is a vector of one element."""
    return out.reshape(1) if out.ndim == 0 else out


def number(x, dtype):
    """A parameter declared in `scalars=`, whatever it came as (Scalar, array, plain number), as an array of `dtype`."""
    if isinstance(x, Scalar):
        x = x.value
    return cast(x if hasattr(x, "dtype") else jnp.asarray(onp.asarray(x)), dtype)  # a bare number would be weakly typed


_differentiating = ContextVar("_differentiating", default=False)


def differentiating() -> bool:
    """Whether a function declared with `op_of_one_dtype` is being differentiated."""
    return _differentiating.get()


def same_dtype(*arrays):
    """The common dtype of the operands. Raises: MXNetError where they differ."""
    dtypes = {x.dtype: None for x in arrays}
    if len(dtypes) > 1:
        raise MXNetError(f"the operands must have one dtype, got {' and '.join(d.name for d in dtypes)}: cast with astype()")
    return arrays[0].dtype


def agreed(*arrays):
    """The operands, of one dtype. Raises: MXNetError where dtypes differ: MXNet does not promote here."""
    if differentiating():
        dtype = jnp.result_type(*arrays)
        return tuple(x.astype(dtype) for x in arrays)
    same_dtype(*arrays)
    return arrays


def op_of_one_dtype(*names, **facts):
    """`op` for a function that uses `agreed`. In its derivative integers stand as reals, so that dtypes may differ there."""

    def declare(fn):
        @wraps(fn)
        def derivable(*args, **kwargs):
            token = _differentiating.set(True)
            try:
                return fn(*args, **kwargs)
            finally:
                _differentiating.reset(token)

        return op(*names, diff=derivable, **facts)(fn)

    return declare


def wide(dtype):
    """The floating dtype in which statistics of `dtype` are computed: float32 for half floats, float64 for integers."""
    if is_float(dtype):
        return dtype if dtype.itemsize > 2 else FLOAT32
    return FLOAT64


def corrected(q, x, y):
    """x / y in float32, rounded once, from `q` that is a few units off.

    What is left over of x is exact in float64. (The quotient of float64s alone will not do: LLVM knows that it may as well be
    computed in float32, and then takes the GPU's, which is rounded more than once.)
    """
    wide, by = q.astype("float64"), y.astype("float64")
    exact = (wide + (x.astype("float64") - wide * by) / by).astype(FLOAT32)
    return jnp.where(jnp.isfinite(q) & jnp.isfinite(y) & (q != 0), exact, q)


@jax.custom_jvp
def _over(x, y):
    def on_cpus(x, y):
        y = where(lax.eq(x, x), y, jnp.nan)  # no broadcast of y any more, and right for nan
        return lax.div(spread(x, y.shape), y)

    if x.dtype != FLOAT32:
        return on_cpus(x, y)
    return on_cpu(on_cpus, lambda x, y: corrected(x / y, *jnp.broadcast_arrays(x, y)), x, y)


def _over_jvp(primals, tangents):
    (x, y), (dx, dy) = primals, tangents
    out, nothing = _over(x, y), jax.custom_derivatives.SymbolicZero
    if type(dy) is nothing:  # a count, mostly
        return out, lax.div(*level(dx, y))
    away = lax.mul(*level(out, lax.div(*level(dy, y))))
    return out, lax.neg(away) if type(dx) is nothing else lax.sub(*level(lax.div(*level(dx, y)), away))


_over.defjvp(_over_jvp, symbolic_zeros=True)


def over(x, y):
    """x / y of floats, rounded once.

    Where y is broadcast XLA would multiply by 1 / y, and 41 * (1 / 41) is not 1. On GPUs its quotients are never quite right.
    """
    y = y if hasattr(y, "dtype") and y.dtype == x.dtype else jnp.asarray(y, x.dtype)
    if (y.shape == x.shape or y.size == 0 or x.size <= 1) and (x.dtype != FLOAT32 or only_cpus()):
        return lax.div(*level(x, y))
    return _over(x, y)


def magnitude(x):
    """|x| with the derivative 0 at 0, as MXNet has it; JAX's is 1."""
    return x * jnp.sign(x)
