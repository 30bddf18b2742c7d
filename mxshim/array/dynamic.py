"""Functions whose result's shape depends on the elements: nonzero, unique, boolean_mask, insert, delete, bincount, ...

The elements that decide are read on the host; the result is gathered by index, so that gradients flow through the values.
"""
from __future__ import annotations

from collections import namedtuple

import numpy as onp

from ..base import ArgumentTypeError, MXNetError, is_float
from ..engine.call import call
from ..engine.op import NAMES, api
from ..engine.trace import read
from .convert import CLASSES, adopt_numpy, class_of, into
from .core import Array, is_plain
from .draws import parsed


def array_of(x) -> Array:
    """The argument itself, or what a list, number or NumPy array holds."""
    if isinstance(x, Array):
        return x
    try:
        found = onp.array(x)
    except ValueError:  # lists of unequal length
        found = onp.array(None)
    if found.dtype.kind not in "biuf" and found.dtype.name != "bfloat16":
        raise ArgumentTypeError(f"an array of real numbers is needed, got {x!r}")
    if found.dtype == "float64" and not isinstance(x, onp.ndarray):
        found = found.astype("float32")
    return adopt_numpy(found, class_of("np"))


def run(name, *args, **kwargs):
    """Call a registered operator in the class of its first array."""
    cls = next((type(a) for a in args if isinstance(a, Array)), None)
    if cls is None:
        raise ArgumentTypeError(f"an array is needed, got {args[0]!r}")
    record = NAMES[name]
    return call(getattr(record, "op", record), cls, args, kwargs)


def chosen(x: Array, index: onp.ndarray, axis=None) -> Array:
    """x's elements at integer positions along `axis` (None: flattened), in the graph."""
    if x.size == 0 or is_plain(x):  # how many there are changes, and each number would be a program of its own
        return adopt_numpy(onp.take(x._host(), index, axis), type(x), x.ctx)
    places = adopt_numpy(onp.asarray(index, "int64"), type(x), x.ctx)
    return run("nd.take", x, places, axis=axis, mode="clip") if axis is not None else run(
        "nd.take", run("np.ravel", x), places, axis=0, mode="clip")


def _ints(x, like: Array) -> Array:
    return adopt_numpy(onp.ascontiguousarray(x, dtype="int64"), type(like), like.ctx)


# Where something is.

@api("np.nonzero", "np.ndarray.nonzero")
def nonzero(a):
    """The coordinates of the elements that are not 0: a tuple with one int64 vector per axis."""
    a = array_of(a)
    return tuple(_ints(i, a) for i in onp.nonzero(onp.atleast_1d(a.asnumpy())))


@api("npx.nonzero")
def nonzero_npx(a):
    """The coordinates of the elements that are not 0 as rows: int64, shape (number of them, number of axes).

    A number counts as a vector of one element.
    """
    return _ints(onp.argwhere(onp.atleast_1d(a.asnumpy())), a)


@api("np.argwhere")
def argwhere(a):
    """The coordinates of the elements that are not 0 as rows: int64, shape (number of them, number of axes)."""
    a = array_of(a)
    return _ints(onp.argwhere(a.asnumpy()), a)


@api("np.flatnonzero")
def flatnonzero(a):
    """The positions in the flattened array of the elements that are not 0; int64."""
    a = array_of(a)
    return _ints(onp.flatnonzero(a.asnumpy()), a)


@api("np.count_nonzero")
def count_nonzero(a, axis=None, *, keepdims=False):
    """The number of elements that are not 0: a Python int, or an int64 array along `axis`."""
    counts = run("np.sum", array_of(a) != 0, axis=axis, keepdims=keepdims)
    return counts if axis is not None or keepdims else int(counts.item())


# Selections.

@api("np.compress")
def compress(condition, a, axis=None, out=None):
    """The slices of `a` along `axis` (None: flattened) at which `condition` is not 0."""
    a = array_of(a)
    return into(out, chosen(a, onp.flatnonzero(array_of(condition).asnumpy()), axis))


@api("np.extract")
def extract(condition, arr):
    """The elements of `arr` at which `condition`, an array of its size, is not 0."""
    arr = array_of(arr)
    return chosen(arr, onp.flatnonzero(array_of(condition).asnumpy()))


@api("nd.contrib.boolean_mask")
def boolean_mask(data, index, axis=0, out=None):
    """The slices of `data` along axis 0 at which `index` is not 0."""
    if parsed(axis) != 0:
        raise MXNetError(f"nd.contrib.boolean_mask: `axis` must be 0, got {axis}; move it there with swapaxes")
    if index.ndim != 1 or index.shape[0] != data.shape[0]:
        raise MXNetError(f"nd.contrib.boolean_mask: `index` must be a vector of {data.shape[0]} elements, got {index.shape}")
    return into(out, chosen(data, onp.flatnonzero(index.asnumpy()), 0))


@api("np.trim_zeros")
def trim_zeros(filt, trim="fb"):
    """A vector without the zeros at its front ("f" in `trim`) and back ("b")."""
    filt = array_of(filt)
    places = onp.flatnonzero(filt.asnumpy())
    if not len(places):
        return filt[:0]
    start = places[0] if "f" in trim.lower() else 0
    stop = places[-1] + 1 if "b" in trim.lower() else filt.shape[0]
    return chosen(filt, onp.arange(start, stop))


# Without repetition.

def _unique(ar, index, inverse, counts, axis):
    ar = array_of(ar)
    if axis is not None:
        axis = _axis(axis, ar.ndim, "np.unique")
    plain = is_plain(ar)  # else the values are picked, so that gradients go back
    found = onp.unique(ar._host(), index or not plain, inverse, counts, axis=axis)
    values, *more = found if isinstance(found, tuple) else (found,)
    first = adopt_numpy(values, type(ar), ar.ctx) if plain else chosen(ar, more[0], axis)
    return [first, *[_ints(extra.reshape(-1), ar) for extra in (more if plain or index else more[1:])]]


@api("np.unique")
def unique(ar, return_index=False, return_inverse=False, return_counts=False, axis=None):
    """The sorted values that occur, each once (along `axis`: slices), and on request, as int64 vectors in a tuple:

    the index of each one's first occurrence, where each element of `ar` went, how often each occurs.
    The gradient goes to the first occurrence (MXNet: zero).
    """
    found = _unique(ar, return_index, return_inverse, return_counts, axis)
    return tuple(found) if len(found) > 1 else found[0]


UniqueAll = namedtuple("UniqueAll", ["values", "indices", "inverse_indices", "counts"])
UniqueInverse = namedtuple("UniqueInverse", ["values", "inverse_indices"])


@api("np.unique_all")
def unique_all(x):
    """np.unique with everything: values, indices, inverse_indices, counts."""
    return UniqueAll(*_unique(x, True, True, True, None))


@api("np.unique_inverse")
def unique_inverse(x):
    """np.unique with values and inverse_indices."""
    return UniqueInverse(*_unique(x, False, True, False, None))


@api("np.unique_values")
def unique_values(x):
    """np.unique: the values alone."""
    return _unique(x, False, False, False, None)[0]


# Longer and shorter.

def _axis(axis, ndim, name):
    if not -ndim <= axis < ndim:
        raise MXNetError(f"{name}: axis {axis} is out of range for an array with {ndim} dimensions")
    return axis % ndim


def _host_index(obj):
    if isinstance(obj, Array):
        found = obj.asnumpy()
        return found if found.dtype == bool else found.astype("int64")
    return obj


@api("np.delete")
def delete(arr, obj, axis=None):
    """`arr` without the slices that `obj` (an int, a slice, a list or an array) names along `axis`; None flattens it.

    Raises: MXNetError for positions outside.
    """
    if axis is None:
        arr, axis = run("np.ravel", arr), 0
    axis = _axis(axis, arr.ndim, "np.delete")
    try:
        kept = onp.delete(onp.arange(arr.shape[axis]), _host_index(obj))
    except IndexError as error:
        raise MXNetError(f"np.delete: {error}") from None
    return chosen(arr, kept, axis)


def _are_plain(*arrays) -> bool:
    """Whether NumPy may compute with these arrays, and no graph of symbols is made, which has operators."""
    return all(isinstance(x, Array) and is_plain(x) and getattr(x, "_symbol", None) is None for x in arrays)


@api("np.insert")
def insert(arr, obj, values, axis=None):
    """`arr` with `values` put before the positions `obj` (an int, a slice, a list or an array) along `axis`; None flattens it.

    Raises: MXNetError for positions outside, or if `values` does not fit.
    """
    if axis is None:
        arr, axis = run("np.ravel", arr), 0
    axis = _axis(axis, arr.ndim, "np.insert")
    n, where = arr.shape[axis], _host_index(obj)
    values = array_of(values)
    if _are_plain(arr, values):
        try:
            return adopt_numpy(onp.insert(arr._host(), where, values._host(), axis), type(arr), arr.ctx)
        except (IndexError, ValueError) as error:
            raise MXNetError(f"np.insert: {error}") from None
    values = values.astype(arr.dtype)
    values = run("np.reshape", values, newshape=(1,) * (arr.ndim - values.ndim) + values.shape)
    single = isinstance(where, int | onp.integer) or (isinstance(where, onp.ndarray) and where.ndim == 0)
    if single:
        values = run("np.moveaxis", values, source=0, destination=axis)
    try:
        added = values.shape[axis] if single else len(onp.insert(onp.arange(n), where, 0)) - n
        order = onp.insert(onp.arange(n), [int(where)] * added if single else where, n + onp.arange(added))
    except (IndexError, ValueError) as error:
        raise MXNetError(f"np.insert: {error}") from None
    shape = (*arr.shape[:axis], added, *arr.shape[axis + 1:])
    joined = call(NAMES["np.concatenate"], type(arr), ([arr, run("np.broadcast_to", values, shape=shape)],), {"axis": axis})
    return chosen(joined, order, axis)


bincount_op = NAMES["np.bincount"]


def bincount(x, weights=None, minlength=0):
    host = onp.asarray(read(array_of(x)._value_now()))  # no read of the caller's: graphs have this operator
    if is_float(host.dtype):
        raise MXNetError(f"np.bincount: x must hold integers, got {host.dtype.name}: cast with astype('int64')")
    if host.ndim != 1 or (host.size and host.min() < 0):
        raise MXNetError(f"np.bincount: x must be a vector of non-negative integers, got shape {host.shape}"
                         + (f" with {host.min()}" if host.size and host.min() < 0 else ""))
    if weights is not None and weights.shape != x.shape:
        raise MXNetError(f"np.bincount: `weights` must have the shape of x, {x.shape}, got {weights.shape}")
    if _are_plain(x, *[] if weights is None else [weights]):
        counts = onp.bincount(host, None if weights is None else weights._host(), minlength)
        return adopt_numpy(counts.astype(host.dtype if weights is None else weights.dtype), CLASSES["np"], x.ctx)
    return call(bincount_op, CLASSES["np"], (x, weights, minlength), {"length": int(host.max()) + 1 if host.size else 0})


# Coordinates for indexing.

@api("np.ix_")
def ix_(*args):
    """Vectors reshaped so that indexing with all of them selects their cross product; booleans count where they are True."""
    out = []
    for k, x in enumerate(array_of(a) for a in args):
        if x.ndim != 1:
            raise ValueError(f"np.ix_: vectors are needed, argument {k} has shape {x.shape}")
        x = _ints(onp.flatnonzero(x.asnumpy()), x) if x.dtype == bool else x
        out.append(run("np.reshape", x, newshape=(1,) * k + (-1,) + (1,) * (len(args) - k - 1)))
    return tuple(out)
