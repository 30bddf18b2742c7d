"""NumPy's small functions about arrays, and those MXNet hands to NumPy itself: equality, shapes, dtypes, polynomials, sets."""
from __future__ import annotations

import inspect
import math

import numpy as onp

from ..base import MXNetError, as_dtype
from ..engine import call as door
from ..engine.emit import place
from ..engine.op import api
from ..ops.dtypes import promote
from .convert import CLASSES, adopt_numpy
from .core import Array


def host(x):
    """Arrays, also within lists, tuples and dicts, as NumPy arrays."""
    if isinstance(x, Array):
        return x.asnumpy()
    if isinstance(x, list | tuple):
        return type(x)(host(e) for e in x)
    return {k: host(v) for k, v in x.items()} if isinstance(x, dict) else x


# Equality.

@api("np.array_equal")
def array_equal(a1, a2, equal_nan=False):
    """Whether two arrays have the same shape and elements; a Python bool."""
    return bool(onp.array_equal(*map(host, (a1, a2, equal_nan))))


@api("np.array_equiv")
def array_equiv(a1, a2):
    """Whether two arrays have the same elements after broadcasting; a Python bool."""
    return bool(onp.array_equiv(host(a1), host(a2)))


@api("np.allclose")
def allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Whether all |a - b| <= atol + rtol * |b|; a Python bool."""
    return bool(onp.allclose(*map(host, (a, b, rtol, atol, equal_nan))))


@api("np.may_share_memory")
def may_share_memory(a, b, max_work=None):
    """Whether a write to one array would be seen through the other; without effect: max_work."""
    if not (isinstance(a, Array) and isinstance(b, Array) and a._cell is b._cell):
        return False
    if a._view is None or b._view is None:
        return a.size > 0 and b.size > 0
    shape = a._cell.value.aval.shape
    places = adopt_numpy(onp.arange(math.prod(shape)).reshape(shape), type(a), a._cell.value.ctx)
    shown = []
    for x in (a, b):
        window = x._alias()
        window._cell = places._cell
        shown.append(window.asnumpy())
    return bool(onp.isin(*shown).any())


@api("np.shares_memory")
def shares_memory(a, b, max_work=None):
    """Whether a write to one array would be seen through the other; without effect: max_work."""
    return may_share_memory(a, b)


# Shapes and dtypes.

@api("np.shape")
def shape(a):
    """The sizes of the axes."""
    return a.shape if isinstance(a, Array) else onp.shape(host(a))


@api("np.ndim")
def ndim(a):
    """The number of axes."""
    return len(shape(a))


@api("np.size")
def size(a, axis=None):
    """The number of elements, or of those along `axis`."""
    sizes = shape(a)
    return int(onp.prod(sizes, dtype="int64")) if axis is None else sizes[axis]


def _dtype_of(x) -> onp.dtype:
    return onp.dtype(x.dtype) if isinstance(x, Array) else as_dtype(x)


@api("np.result_type")
def result_type(*arrays_and_dtypes):
    """The dtype that arithmetic with these arrays and dtypes gives, by MXNet's rules: int32 and float16 make float16."""
    if not arrays_and_dtypes:
        raise ValueError("np.result_type: at least one array or dtype is needed")
    found = _dtype_of(arrays_and_dtypes[0])
    for x in arrays_and_dtypes[1:]:
        found = promote(found, _dtype_of(x))
    return onp.dtype(found)


@api("np.can_cast")
def can_cast(from_, to):
    """Whether a cast loses nothing, by NumPy's rules."""
    return bool(onp.can_cast(_dtype_of(from_), as_dtype(to)))


@api("np.promote_types")
def promote_types(type1, type2):
    """The smallest dtype that holds both, by NumPy's rules (arithmetic here follows np.result_type)."""
    return onp.promote_types(type1, type2)


@api("np.min_scalar_type")
def min_scalar_type(a):
    """The smallest dtype that holds a number, by NumPy's rules."""
    return onp.min_scalar_type(host(a))


@api("npx.constraint_check")
def constraint_check(x, msg="Constraint violated."):
    """A bool array of True if all elements of x are nonzero. Raises: ValueError with `msg` if not."""
    if not x.asnumpy().all():
        raise ValueError(msg)
    return adopt_numpy(onp.array(True), type(x), x.ctx)


# In place.

@api("np.fill_diagonal")
def fill_diagonal(a, val, wrap=False):
    """Write `val`, a number or the elements to repeat, onto the main diagonal of `a`.

    wrap: go on with another diagonal where a tall matrix has rows left.
    Raises: MXNetError if `a` has less than two axes, or more than two of different sizes.
    """
    if a.ndim < 2 or (a.ndim > 2 and len(set(a.shape)) != 1):
        raise MXNetError(f"np.fill_diagonal: a matrix, or an array with all axes of one size, is needed; got shape {a.shape}")
    if a.ndim == 2:
        rows, columns = a.shape
        end = None if wrap else columns * min(rows, columns)
        places = onp.unravel_index(onp.arange(rows * columns)[:end:columns + 1], a.shape)
    else:
        places = (onp.arange(a.shape[0]),) * a.ndim
    if isinstance(val, Array) or isinstance(val, list | tuple | onp.ndarray):
        val = onp.resize(host(val), len(places[0]))
    a[places] = val


# Work that NumPy does itself, on copies.

def _back(x, ctx):
    if isinstance(x, onp.ndarray) and x.dtype.kind in "biuf":
        return adopt_numpy(onp.array(x), CLASSES["np"], ctx)
    if isinstance(x, onp.ndarray) and x.dtype.kind == "c":
        raise KeyError(f"the result is {x.dtype.name}, which arrays here cannot hold: call NumPy with x.asnumpy()")
    return type(x)(_back(e, ctx) for e in x) if type(x) in (list, tuple) else x


def by_host(name, function, doc):
    """Declare np.NAME as a function of NumPy arrays, called on copies of ours. It has no gradient and refuses recorded arrays."""

    def run(*args, **kwargs):
        flat = [e for x in (*args, *kwargs.values()) for e in (x if isinstance(x, list | tuple) else (x,))]
        found = [a for a in flat if isinstance(a, Array)]
        if door.state.recording and any(place(a) is not None for a in found):
            raise MXNetError(f"np.{name} runs in NumPy, where autograd cannot follow: call it outside autograd.record(), "
                             "or on x.detach()")
        try:
            return _back(function(*host(args), **host(kwargs)), found[0].ctx if found else None)
        except KeyError as error:
            raise KeyError(f"np.{name}: {error.args[0]}") from None

    run.__name__ = run.__qualname__ = name
    run.__doc__ = doc
    api(f"np.{name}")(run)
    if hasattr(function, "__wrapped__") or inspect.isfunction(function):  # one with a signature, which users should see
        run.__wrapped__ = function


def by_numpy(name, function, sentence):
    by_host(name, function, f"{sentence} NumPy's own function: no gradient.")


by_numpy("apply_along_axis", onp.apply_along_axis, "A function of vectors applied along one axis; it gets NumPy arrays.")
by_numpy("apply_over_axes", onp.apply_over_axes, "A function of (array, axis) applied along several axes in turn.")
by_numpy("genfromtxt", onp.genfromtxt, "An array from a text file or lines; float64 unless `dtype` is given.")
by_numpy("histogram2d", onp.histogram2d, "Counts in the cells of a grid, and the edges.")
by_numpy("histogramdd", onp.histogramdd, "Counts in the cells of a grid of any dimension, and the edges.")
by_numpy("histogram_bin_edges", onp.histogram_bin_edges, "The edges np.histogram would use.")
by_numpy("intersect1d", onp.intersect1d, "The sorted values that both arrays hold.")
by_numpy("packbits", onp.packbits, "Bits packed into uint8.")
by_numpy("piecewise", onp.piecewise, "Functions of NumPy arrays, each where its condition holds.")
by_numpy("poly", onp.poly, "The coefficients of the polynomial with the given roots.")
by_numpy("polydiv", onp.polydiv, "Quotient and remainder of two polynomials.")
by_numpy("polyfit", onp.polyfit, "The coefficients of the polynomial that fits points best.")
by_numpy("polyint", onp.polyint, "The antiderivative of a polynomial.")
by_numpy("roots", onp.roots, "The real roots of a polynomial; KeyError if they are complex.")
by_numpy("setdiff1d", onp.setdiff1d, "The sorted values of the first array that the second lacks.")
by_numpy("setxor1d", onp.setxor1d, "The sorted values that just one of two arrays holds.")
by_numpy("union1d", onp.union1d, "The sorted values that either array holds.")
by_numpy("unpackbits", onp.unpackbits, "The bits of uint8 numbers.")
