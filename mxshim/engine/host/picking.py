"""Order, and elements picked by index."""
from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as onp
from jax import lax

from .rules import RULES, Table, filling, prepared, rule

_ARGS: Table = {"argmax": onp.argmax, "argmin": onp.argmin}
for _name, _fn in _ARGS.items():
    RULES[_name] = lambda params, avals, shapes, fn=_fn: lambda x: fn(x, axis=params["axes"][0]).astype(avals[0].dtype)


@prepared("first_extreme")
def _first_extreme(params, avals, shapes):
    fn, axis = onp.argmin if params["least"] else onp.argmax, params["axis"]
    return lambda x: fn(x, axis)


@rule("sort")
def _sort(inputs, params, avals):
    d, keys = params["dimension"], inputs[:params["num_keys"]]
    if len(inputs) == 1:
        x = inputs[0]
        # NumPy's other way takes a tenth of the time. For float16 it gives a wrong order on some processors (2.4.6, AVX-512).
        return onp.sort(x, axis=d, kind="stable" if x.dtype == onp.float16 or x.dtype.kind == "f" and _has_both_zeros(x) else None)
    order = onp.argsort(keys[0], axis=d, kind="stable") if len(keys) == 1 else onp.lexsort(keys[::-1], axis=d)
    return [along(x, order, d) for x in inputs]


def _has_both_zeros(x) -> bool:
    """Whether there are zeros of both signs, which are equal and keep their order."""
    signs = onp.signbit(x[x == 0])
    return bool(signs.any() and not signs.all())


@rule("top_k")
def _top_k(inputs, params, avals):
    x, k, d = inputs[0], params["k"], params.get("axis", -1)
    keys = onp.where(onp.isnan(x), -onp.inf, -x) if x.dtype.kind == "f" else onp.invert(x)
    order = onp.take(onp.argsort(keys, axis=d, kind="stable"), range(k), axis=d)
    return [along(x, order, d), order.astype(avals[1].dtype)]


def _places(shape, starts, in_map, batched, taken, sizes, clip):
    """(index arrays into an operand of `shape`, by window: whether it lies inside).

    starts: [..., k] first places of the windows along the axes `in_map`; batched: (operand axis, axis of starts) pairs; taken: the
    operand's axes that windows do not have; sizes: of the windows along every axis.
    """
    lead = starts.shape[:-1]
    windows = [d for d in range(len(shape)) if d not in taken]
    inside = onp.ones(lead, bool)
    places = []
    for d, n in enumerate(shape):
        at = onp.zeros((1,) * len(lead), onp.int64)
        if d in in_map:
            at = starts[..., in_map.index(d)].astype(onp.int64)
            inside = inside & (at >= 0) & (at <= n - sizes[d])
            at = onp.clip(at, 0, max(n - sizes[d], 0))
        for operand_axis, axis in batched:
            if operand_axis == d:
                at = onp.arange(lead[axis]).reshape([-1 if i == axis else 1 for i in range(len(lead))])
        at = at.reshape(at.shape + (1,) * len(windows))
        if d in windows:
            at = at + onp.arange(sizes[d]).reshape([-1 if w == d else 1 for w in windows])
        places.append(at)
    return tuple(places), None if clip else inside


def takes(shape, params) -> str:
    """How NumPy has a gather in one call: "slices" along one axis, or along the first ones; "elements" along an axis; else ""."""
    numbers, sizes = params["dimension_numbers"], params["slice_sizes"]
    axes, batch = numbers.collapsed_slice_dims, numbers.operand_batching_dims
    if axes != numbers.start_index_map or not axes or any(sizes[d] != shape[d] for d in range(len(shape)) if d not in (*axes, *batch)):
        return ""
    if not batch:
        return "slices" if len(axes) == 1 or axes == tuple(range(len(axes))) else ""
    along = len(axes) == 1 and len(batch) == len(shape) - 1 and batch == numbers.start_indices_batching_dims
    return "elements" if along and not numbers.offset_dims else ""


def _taking(params, shape, indices, result) -> Callable | None:
    """Such a gather as a function of (array, indices); None if there is none. What that gives is None if an index is out of bounds.

    shape, indices: the shapes of the array and of the indices; result: the aval of what comes out.
    """
    how, numbers, clip = takes(shape, params), params["dimension_numbers"], params["mode"] != lax.GatherScatterMode.FILL_OR_DROP
    axes = numbers.collapsed_slice_dims
    if not how or not math.prod(shape) or not math.prod(indices) or how == "elements" and len(indices) != len(shape) + 1:
        return None
    first, lead = (axes[0] if len(axes) == 1 else 0), len(indices) - 1  # the axes of the indices: where they are now, their number
    batch = [d for d in range(len(result.shape)) if d not in numbers.offset_dims]
    now = [*range(first, first + lead)]

    def inside(starts):
        return all(0 <= starts[..., k].min() and starts[..., k].max() < shape[d] for k, d in enumerate(axes))

    begin, n, tail = math.prod(shape[:first]), shape[first], math.prod(shape[first + 1:])

    @functools.cache
    def offsets():
        return onp.arange(0, begin * n * tail, n * tail)[:, None, None] + onp.arange(tail)

    def elements(x, starts):
        index = onp.minimum(onp.maximum(starts[..., 0], 0), n - 1).reshape(begin, -1, tail)
        return x.reshape(-1).take((index * tail if tail > 1 else index) + offsets(), mode="clip").reshape(indices[:-1])

    def along(x, starts, out=None):
        return x.take(starts[..., 0], first, out, "clip")

    def together(x, starts):
        return x[tuple([starts[..., k] for k in range(len(axes))])]

    fn = elements if how == "elements" else together if len(axes) > 1 else filling(along, result) if batch == now else along
    if how != "elements" and batch != now:
        return lambda x, starts: onp.moveaxis(fn(x, starts), now, batch) if clip and len(axes) == 1 or inside(starts) else None
    return fn if clip and len(axes) == 1 else lambda x, starts: fn(x, starts) if inside(starts) else None


def along(x, index, d):
    """What numpy.take_along_axis gives, in half the time."""
    lead, n, tail = math.prod(x.shape[:d]), x.shape[d], math.prod(x.shape[d + 1:])
    flat = index.reshape(lead, -1, tail)
    if tail > 1:
        flat = flat * tail + onp.arange(tail)
    if lead > 1:
        flat = flat + onp.arange(0, lead * n * tail, n * tail)[:, None, None]
    return x.reshape(-1).take(flat, mode="clip").reshape(index.shape)


@prepared("gather")
def _gather(params, avals, shapes):
    taking = _taking(params, *shapes, avals[0])

    def gather(x, starts):
        found = None if taking is None else taking(x, starts)
        return onp.array(_any_gather(x, starts, params)) if found is None else found

    return gather


def _any_gather(x, starts, params):
    numbers, sizes, mode = params["dimension_numbers"], params["slice_sizes"], params["mode"]
    taken = (*numbers.collapsed_slice_dims, *numbers.operand_batching_dims)
    batched = list(zip(numbers.operand_batching_dims, numbers.start_indices_batching_dims, strict=True))
    fill = mode == lax.GatherScatterMode.FILL_OR_DROP
    places, inside = _places(x.shape, starts, numbers.start_index_map, batched, taken, sizes, not fill)
    lead = starts.ndim - 1
    if not x.size:
        found = onp.zeros(lead * (1,), x.dtype)
        inside = onp.zeros(starts.shape[:-1], bool)
    else:
        found = x[places]
    shape = starts.shape[:-1] + tuple(sizes[d] for d in range(x.ndim) if d not in taken)
    found = onp.broadcast_to(found, shape)
    if fill and not inside.all():
        value = params["fill_value"]
        if value is None:
            value = onp.nan if x.dtype.kind == "f" else onp.iinfo(x.dtype).min if x.dtype.kind == "i" else (
                True if x.dtype == bool else onp.iinfo(x.dtype).max)
        found = onp.where(inside.reshape(inside.shape + (1,) * (found.ndim - lead)), found, onp.asarray(value, x.dtype))
    return onp.moveaxis(found, range(lead, found.ndim), numbers.offset_dims)


def _scatter(name, combine):
    @rule(name)
    def scatter(inputs, params, avals):
        x, starts, updates = inputs
        numbers, mode = params["dimension_numbers"], params["mode"]
        taken = (*numbers.inserted_window_dims, *numbers.operand_batching_dims)
        batched = list(zip(numbers.operand_batching_dims, numbers.scatter_indices_batching_dims, strict=True))
        window = [updates.shape[d] for d in numbers.update_window_dims]
        rest = iter(window)
        sizes = [1 if d in taken else next(rest) for d in range(x.ndim)]
        places, inside = _places(x.shape, starts, numbers.scatter_dims_to_operand_dims, batched, taken, sizes,
                                 mode == lax.GatherScatterMode.CLIP)
        lead = starts.ndim - 1
        updates = onp.moveaxis(updates, numbers.update_window_dims, range(lead, updates.ndim))
        out = onp.array(x)
        if not updates.size or not x.size:
            return out
        places = [onp.broadcast_to(p, updates.shape) for p in places]
        if inside is not None and not inside.all():
            places, updates = [p[inside] for p in places], updates[inside]
        combine(out, tuple(places), updates)
        return out


def _assign(out, places, updates):
    out[places] = updates


_scatter("scatter", _assign)
_COMBINED: dict[str, Any] = {"scatter-add": onp.add, "scatter-mul": onp.multiply, "scatter-min": onp.minimum, "scatter-max": onp.maximum}
for _name, _fn in _COMBINED.items():
    _scatter(_name, _fn.at)


@rule("platform_index")
def _platform_index(inputs, params, avals):
    return onp.asarray(next(i for i, names in enumerate(params["platforms"]) if names is None or "cpu" in names), avals[0].dtype)
