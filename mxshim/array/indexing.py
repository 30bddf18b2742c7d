"""Indexing. A basic index whose elements lie together in memory gives a view, any other index a copy (MXNet's rule).

Integers, slices, None and `...` become one static layout plus run-time starts, so a moving window is one program.
"""
from __future__ import annotations

import weakref
from operator import index
from typing import Any

import numpy as onp

from ..base import MXNetError
from ..engine.call import watch
from ..engine.cell import Handle, aval_of, keep, value_with
from ..engine.emit import emit, emit1, emit2, form_of, inplace
from ..engine.op import NAMES
from ..engine.spec import NUM, arr
from ..engine.trace import state, threads
from .convert import adopt_numpy
from .core import _X, _Y, INPLACE, Array, is_plain, window_forms

_INTS = (int, onp.integer)
_I = NUM["i"]
_EXTREMES: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()  # values of index arrays -> their smallest and largest element


_ALL = slice(None)
_PLAIN = {int, type(None)}


def getitem(x: Array, key):
    """x[key]; the one-element result of all-integer keys has shape (1,) where the array class has no 0-d arrays."""
    kind = type(key)
    shape = x.shape
    if kind is int and shape:  # the fast ways of loops over rows and batches
        n = shape[0]
        if not -n <= key < n:
            raise IndexError(f"index {key} is out of bounds for axis 0 with size {n}")
        rest = shape[1:] or x._scalar_shape()
        forms = _ROWS.get((shape, rest))
        if forms is None:
            forms = _ROWS[shape, rest] = _block(((1, 1),) + (None,) * (len(shape) - 1), rest)
        return x._window(forms, (key % n,))
    if kind is slice and shape and key.step is None:
        start, size = _lone(key, shape[0])[:2]
        if size == shape[0]:
            return x if key == _ALL else x._window(window_forms("mx.alias", "mx.alias_back", ()), ())
        forms = _BATCHES.get((shape, size))
        if forms is None:
            forms = _BATCHES[shape, size] = _block(((size, 1),) + (None,) * (len(shape) - 1), (size, *shape[1:]))
        return x._window(forms, (start,))
    if isinstance(key, Array | onp.ndarray) and key.dtype == bool and key.ndim and x._dialect == "np":
        if key.shape == shape[:key.ndim] and is_plain(x):
            return _read_mask(x, key)
    if isinstance(key, Array) and shape and key._value_now().aval.dtype != bool:
        layout = (("at", 0),) + (("all",),) * (len(shape) - 1)
        return emit2(form_of(NAMES["mx.take_at"], (_X, (_Y,), layout)), x, _bounded(key, shape, 0), (), type(x))
    plan = _plan_of(x, key)
    if plan.arrays:
        return _take(x, plan)
    if plan.whole:
        # MXNet's rule: only these are x itself, other whole slices are views, with a place in the graph of their own.
        if key == slice(None, None, 1) if kind is slice else key == () and x._dialect == "np":
            return x
        return x._window(window_forms("mx.alias", "mx.alias_back", ()), ())
    if not shape and 0 in plan.shape:
        vector: Any = x._fitted(aval_of((1,), x._value_now().aval.dtype))
        return vector[0:0].reshape(plan.shape)
    forms = plan.forms
    if forms is None:
        forms = plan.forms = _block(plan.axes, plan.shape)
    strided = kind is slice and _lone(_entry(x, key), shape[0])[2] != 1
    if plan.contiguous and not (strided and x._dialect == "np"):  # MXNet 2: x[::2] is a copy, also where it has one element
        return x._window(forms, plan.starts)
    return emit1(forms[0], x, plan.starts, type(x))


def setitem(x: Array, key, value):
    """x[key] = value: broadcast and cast to the part that key names."""
    if isinstance(value, Array) and type(key) is slice and key == _ALL and value._value_now().aval is x._value_now().aval and x.shape:
        if value.ctx._jax is x.ctx._jax:  # x[:] = y, as every training step from scratch writes it
            return x._store(value)
    plan = _plan_of(x, key)
    copied = type(value) is onp.ndarray
    value = _right_side(x, value)
    if plan.mask is not None:
        return _put_mask(x, plan, value)
    if plan.arrays:
        return _put(x, plan, value)
    if not x.shape and 0 in plan.shape:
        return None
    if plan.whole:
        aval = x._value_now().aval
        if isinstance(value, Array):
            if value._value_now().aval is not aval:
                value = _checked(x, value, lambda fit=value._fitted: fit(aval))
            return x._put(value._value_now()) if copied else x._store(value)  # NumPy's numbers are copied past the graph
        if threads.now.apart:
            return x._store(type(x)(value_with(aval, x.ctx, onp.full(aval.shape, value, aval.dtype))))
        values, _ = emit(NAMES["mx.fill"], (NUM[_kind(value)], aval.shape, aval.dtype), [], (value,), x.ctx)
        return x._store(type(x)(values[0]))
    static = _static(plan.axes, plan.shape)
    if isinstance(value, Array):
        run = lambda: emit(NAMES["mx.setitem"], (_X, _Y, *static), [x, value], plan.starts)
    else:
        run = lambda: emit(NAMES["mx.setitem"], (_X, NUM[_kind(value)], *static), [x], (value, *plan.starts))
    values, node = _checked(x, value, run)
    if node is not None and inplace.policy == "error":
        raise MXNetError(INPLACE)
    return x._store(type(x)(values[0], node))


def _checked(x, value, run):
    try:
        return run()
    except (ValueError, MXNetError) as error:
        shape = tuple(value.shape) if isinstance(value, Array) else ()
        raise x._bad_value(f"{x._kind_name()} of shape {x.shape}: x[key] = value of shape {shape}: "
                           f"{str(error).partition('): ')[2] or error}") from None


def _kind(value) -> str:
    return "b" if type(value) is bool else "i" if type(value) is int else "f"




_ROWS: dict[tuple, tuple] = {}
_BATCHES: dict[tuple, tuple] = {}


def _block(axes, shape) -> tuple:
    """The forms that read and write the block of a basic index."""
    if len(_ROWS) + len(_BATCHES) > 10_000:
        _ROWS.clear()
        _BATCHES.clear()
    return window_forms("mx.getitem", "mx.setitem", _static(axes, shape))


def _static(axes, shape) -> tuple:
    """(pattern of the starts, axes, shape) for mx.getitem and mx.setitem."""
    return (_I,) * sum(a is not None for a in axes), axes, shape


def _slice(key: slice, n: int) -> tuple[int, int, int]:
    """(lowest index, number, step) of a slice of n elements; the lowest also for negative steps."""
    step = 1 if key.step is None else key.step
    if step == 0:
        raise ValueError("slice step cannot be zero")
    start, stop, step = key.indices(n)
    size = len(range(start, stop, step))
    return (start if step > 0 else start + (size - 1) * step, size, step) if size else (0, 0, 1)


def _lone(key: slice, n: int) -> tuple[int, int, int]:
    """As _slice, for a key that is nothing but this slice: MXNet refuses a start behind the end there, and only there."""
    start, size, step = _slice(key, n)
    if key.step in (None, 1) and not size:
        low, high, _ = key.indices(n)
        if low > high:
            raise MXNetError(f"Invalid slicing range [{key.start}, {key.stop}): it starts behind its end in an axis of size {n}")
    return start, size, step


class _Plan:
    """A key taken apart.

    axes, starts, shape: the basic part (see ops/indexing.py); shape is what comes out of it. Beside index arrays an integer is
    one of them (NumPy's rule): its dimension of one element stays in shape.
    whole: everything, in order.  contiguous: a view is possible.
    arrays: index arrays; layout: per dimension of the basic part's result, ("all",), ("at", k) or ("int",).  mask: a lone boolean mask.
    forms: what reads and writes a basic index, once that was asked for.
    """

    __slots__ = ("arrays", "axes", "contiguous", "forms", "layout", "mask", "shape", "starts", "whole")
    arrays: list
    axes: tuple
    contiguous: bool
    forms: tuple | None
    layout: tuple
    mask: Any
    shape: tuple[int, ...]
    starts: tuple[int, ...]
    whole: bool


_PLANS: dict[tuple, _Plan] = {}


def _plan_of(x: Array, key) -> _Plan:
    """The plan of a key, kept where it is nothing but integers, slices of them, `...` and None."""
    parts: list = [x._dialect, x.shape, x._scalar_shape(), type(key) is tuple]
    for k in key if type(key) is tuple else (key,):
        kind = type(k)
        if kind is slice:
            start, stop, step = k.start, k.stop, k.step
            if type(start) not in _PLAIN or type(stop) not in _PLAIN or type(step) not in _PLAIN:
                return _plan(x, key)
            parts.append((start, stop, step))
        elif kind in _PLAIN or k is Ellipsis:
            parts.append(k)
        else:
            return _plan(x, key)
    known = tuple(parts)
    found = _PLANS.get(known)
    if found is None:
        found = keep(_PLANS, 4096, known, _plan(x, key))
    return found


def _spelled_out(x: Array, key) -> list:
    """The entries of an index, with full slices for the axes that it does not name. Raises: IndexError if they are too many."""
    keys = list(key) if type(key) is tuple else [key]
    ndim = x.ndim
    if any(k is True or k is False for k in keys) and x._dialect == "nd":
        keys = [int(k) if isinstance(k, bool) else k for k in keys]
    keys = [_entry(x, k) for k in keys]
    used = sum(k.ndim if isinstance(k, onp.ndarray) and k.dtype == bool else 0 if k is None or k is Ellipsis or k is True or k is False
               else 1 for k in keys)
    if sum(k is Ellipsis for k in keys) > 1:
        raise IndexError("an index can have only one ellipsis (`...`)")
    if used > ndim:
        raise IndexError(f"too many indices ({used}) for array with {ndim} dimensions")
    if not any(k is Ellipsis for k in keys):
        keys.append(Ellipsis)
    at = next(i for i, k in enumerate(keys) if k is Ellipsis)
    if x._dialect == "np" and not ndim and any(isinstance(k, slice) or (k is Ellipsis and key is Ellipsis) for k in keys):
        raise IndexError("too many indices (1) for array with 0 dimensions: read or write all of it with x[()]")
    keys[at:at + 1] = [slice(None)] * (ndim - used)
    return keys


def _plan(x: Array, key) -> _Plan:
    shape, keys = x.shape, _spelled_out(x, key)
    plan = _Plan()
    plan.mask, plan.forms, plan.arrays = None, None, []
    mixed = any(isinstance(k, onp.ndarray | Handle) for k in keys)

    axes: list = []
    layout: list = []
    starts, out, axis = [], [], 0
    masks, given = [], []
    for k in keys:
        if k is None or k is True or k is False:
            out.append(0 if k is False else 1)
            layout.append(("all",))
            continue
        if isinstance(k, onp.ndarray) and k.dtype == bool:
            if k.shape != shape[axis:axis + k.ndim]:
                raise IndexError(f"a boolean mask of shape {k.shape} does not fit the dimensions {shape[axis:axis + k.ndim]} it stands for")
            masks.append((axis, k))
            for part in onp.nonzero(k):
                axes.append(None)
                out.append(shape[axis])
                layout.append(("at", len(plan.arrays)))
                plan.arrays.append(part)
                axis += 1
            continue
        n = shape[axis]
        if isinstance(k, _INTS):
            k = int(k)
            if not -n <= k < n:
                raise IndexError(f"index {k} is out of bounds for axis {axis} with size {n}")
            axes.append((1, 1))
            starts.append(k % n)
            if mixed:
                out.append(1)
                layout.append(("int",))
        elif isinstance(k, slice):
            start, size, step = _slice(k, n)
            if size == n and step == 1:
                axes.append(None)
            else:
                axes.append((size, step))
                starts.append(start)
            out.append(size)
            layout.append(("all",))
        else:
            axes.append(None)
            out.append(n)
            layout.append(("at", len(plan.arrays)))
            given.append((len(plan.arrays), axis))
            plan.arrays.append(k)
        axis += 1
    if len(plan.arrays) > 1:
        _fit_together(plan.arrays)
    for i, axis in given:  # last: a check of elements to come must not outlive a key that is wrong
        plan.arrays[i] = _bounded(plan.arrays[i], shape, axis)
    plan.axes, plan.starts, plan.layout = tuple(axes), tuple(starts), tuple(layout)
    plan.shape = tuple(out) if out or plan.arrays else (x._scalar_shape() if shape else ())
    bools = [k for k in keys if isinstance(k, bool)]
    if False in bools and shape:
        plan.axes, plan.starts = ((0, 1),) + (None,) * (len(shape) - 1), (0,)
    plan.whole = not starts and plan.shape == shape and not plan.arrays
    plan.contiguous = not bools and _contiguous(shape, axes)
    if len(masks) == 1 and masks[0][0] == 0 and len(keys) <= 1 + len(shape) - masks[0][1].ndim and all(
            a is None for a in axes) and len(out) == len(shape):
        plan.mask = masks[0][1]
    return plan


def _fit_together(arrays):
    shapes = [k.shape for k in arrays]
    try:
        onp.broadcast_shapes(*shapes)
    except ValueError:
        raise ValueError(f"the index arrays have shapes {', '.join(map(str, shapes))}: they must broadcast to one shape, because "
                         "together they name the positions of single elements") from None


def _contiguous(shape, axes) -> bool:
    """Whether the touched block lies together in memory: behind the first partial axis of several elements all is taken."""
    loose = False
    for n, a in zip(shape, axes, strict=True):
        size, step = (n, 1) if a is None else a
        if loose and size != n:
            return False
        if size != 1:
            loose = True
            if step != 1:
                return False
    return True


def _entry(x: Array, k):
    """One index: None, Ellipsis, a bool, an int, a slice, an array, or a NumPy mask."""
    if k is None or k is Ellipsis or isinstance(k, bool):
        return k
    if isinstance(k, _INTS):
        return int(k)
    if isinstance(k, slice):
        parts = [p if p is None or type(p) is int else _bound(p) for p in (k.start, k.stop, k.step)]
        return slice(*parts)
    if isinstance(k, Handle):
        dtype = k._value_now().aval.dtype
        if dtype == bool:
            if x._dialect == "nd" and k._dialect == "nd":
                raise ValueError("nd arrays cannot be indexed with boolean ones: take nd.contrib.boolean_mask(x, mask), nd.where, or "
                                 "x.as_np_ndarray()")
            return _mask(k._host())
        return k
    if isinstance(k, range):
        k = list(k)
    if isinstance(k, list | tuple | onp.ndarray):
        found = onp.asarray([e.asnumpy() if isinstance(e, Handle) else e for e in k] if not isinstance(k, onp.ndarray) else k)
        if found.dtype == bool:
            return _mask(found) if x._dialect == "np" else found.astype("int64")
        if found.size == 0 and x._dialect == "nd":
            raise MXNetError("an empty list selects nothing, and nd arrays without np shape semantics cannot be empty")
        if found.dtype.kind not in "iuf":
            raise IndexError(f"index arrays must hold integers or booleans, got {found.dtype.name}")
        return found.astype("int64") if found.ndim else int(found)
    if isinstance(k, onp.bool_):
        return bool(k)
    raise x._bad_index(k)


def _mask(k: onp.ndarray):
    """A mask without dimensions is the bool in it."""
    return k if k.ndim else bool(k)


def _bound(p):
    if isinstance(p, Handle):
        return int(p.asnumpy().reshape(-1)[0])
    try:
        return index(p)
    except TypeError:
        raise TypeError(f"the bounds and the step of a slice must be integers or None, got {p!r}") from None


def _extremes(host):
    """(smallest, largest) of a NumPy array; (0, -1) if it is empty."""
    if host.size and host.dtype.kind not in "iu":
        host = host.astype("int64")
    return (int(host.min()), int(host.max())) if host.size else (0, -1)


def _bounded(k, shape, axis: int):
    """An index array with its bounds checked: at once where its elements are known, else when they are."""
    n = shape[axis]
    if isinstance(k, Handle):
        value = k._value_now()
        captured = state.capture is not None  # it is called with other elements, too
        found = None if captured else _EXTREMES.get(value)
        if found is None:
            if captured or not isinstance(value.data, onp.ndarray):
                watch(NAMES["mx.index"], (_X, n), [k], (), f"x[key] with x of shape {shape}: an index is out of bounds for axis {axis} "
                      f"with size {n}")
                return k
            found = _EXTREMES[value] = _extremes(value.data)
    else:
        found = _extremes(k)
    low, high = found
    if low < -n or high >= n:
        raise IndexError(f"index {low if low < -n else high} is out of bounds for axis {axis} with size {n}")
    return k if isinstance(k, Handle) else k.astype("int64")


def _indices(x: Array, plan):
    return [k if isinstance(k, Handle) else adopt_numpy(k, type(x), x.ctx) for k in plan.arrays]


def _part(x: Array, plan) -> Array:
    """The basic part of a mixed key; integers become dimensions of one element that index arrays of zeros pick."""
    if not plan.starts and plan.shape == x.shape:
        return x
    values, node = emit(NAMES["mx.getitem"], (_X, *_static(plan.axes, plan.shape)), [x], plan.starts)
    return type(x)(values[0], node)


def _read_mask(x: Array, mask):
    """x[mask] for a plain x: how many elements it has changes, and each number would be a program of its own."""
    places = onp.flatnonzero(mask._host() if isinstance(mask, Array) else mask)
    rest = x.shape[mask.ndim:]
    return adopt_numpy(x._host().reshape(mask.size, *rest).take(places, axis=0), type(x), x.ctx)


def _take(x: Array, plan):
    indices = _indices(x, plan)
    part = _part(x, plan)
    pattern = (_X, tuple([arr(i + 1) for i in range(len(indices))]), plan.layout)
    values, node = emit(NAMES["mx.take_at"], pattern, [part, *indices], ())
    return type(x)(values[0], node)


def _put(x: Array, plan, value):
    indices = _indices(x, plan)
    part = _part(x, plan)
    arrays, operand, numbers = ([part, value], _Y, ()) if isinstance(value, Array) else ([part], NUM[_kind(value)], (value,))
    pattern = (_X, operand, tuple([arr(len(arrays) + i) for i in range(len(indices))]), plan.layout)
    values, node = _checked(x, value, lambda: emit(NAMES["mx.put_at"], pattern, [*arrays, *indices], numbers))
    new = type(x)(values[0], node)
    if part is not x:
        values, node = emit(NAMES["mx.setitem"], (_X, _Y, *_static(plan.axes, plan.shape)), [x, new], plan.starts)
        new = type(x)(values[0], node)
    return x._store(new)


def _put_mask(x: Array, plan, value):
    mask = adopt_numpy(onp.array(plan.mask), type(x), x.ctx)  # a copy: the caller may write to his until this is computed
    if isinstance(value, Array):
        count, rest = int(plan.mask.sum()), x.shape[plan.mask.ndim:]
        if value.ndim > len(rest) and value.shape[0] not in (1, count):
            raise x._bad_value(f"could not assign {value.shape[0]} rows to the {count} that the mask selects")
        if value.ndim > len(rest) and value.shape[0] == count:
            return _put(x, plan, value)
        values, node = _checked(x, value, lambda: emit(NAMES["mx.put_mask"], (_X, _Y, arr(2)), [x, mask, value], ()))
    else:
        values, node = emit(NAMES["mx.put_mask"], (_X, _Y, NUM[_kind(value)]), [x, mask], (value,))
    return x._store(type(x)(values[0], node))


def _right_side(x: Array, value):
    """What may stand on the right of x[key] =: an array, a Python number, or something NumPy can read."""
    if isinstance(value, Array):
        return value if value.ctx.jax is x.ctx.jax else value._moved(x.ctx)
    if value is None:
        return float("nan")
    if isinstance(value, onp.generic):
        value = value.item()
    if type(value) in (int, float, bool):
        return value
    if isinstance(value, str | bytes | dict):
        raise TypeError(f"{x._kind_name()} does not support assignment with {value!r} of type {type(value).__name__}")
    try:
        found = onp.asarray([v.asnumpy() for v in value] if isinstance(value, list | tuple) and value and isinstance(value[0], Handle)
                            else value)
    except ValueError as error:
        raise x._bad_value(str(error)) from None
    if found.dtype.kind not in "biuf" and found.dtype.name != "bfloat16":
        raise TypeError(f"{x._kind_name()} does not support assignment with {found.dtype.name} elements")
    return adopt_numpy(found.astype(x._value_now().aval.dtype) if found.dtype.kind != "f" else found.astype(
        x._value_now().aval.dtype if x._value_now().aval.float else "float64"), type(x), x.ctx)


__all__ = ["getitem", "setitem"]
