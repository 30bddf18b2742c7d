"""Where elements lie: shapes, slices, joining."""
from __future__ import annotations

import numpy as onp

from ..cell import empty
from .rules import filling, prepared, rule


@prepared("broadcast_in_dim")
def _broadcast(params, avals, shapes):
    shape, dtype, narrow = avals[0].shape, avals[0].dtype, [1] * len(avals[0].shape)
    for d, n in zip(params["broadcast_dimensions"], shapes[0], strict=True):
        narrow[d] = n

    def broadcast(x):
        out = empty(shape, dtype)
        out[...] = x.reshape(narrow)
        return out

    return broadcast


@prepared("reshape", "squeeze")
def _reshape(params, avals, shapes):
    shape, order = avals[0].shape, params.get("dimensions") if "new_sizes" in params else None
    return (lambda x: x.reshape(shape)) if order is None else lambda x: x.transpose(order).reshape(shape)


@prepared("transpose")
def _transpose(params, avals, shapes):
    axes = params["permutation"]
    return lambda x: x.transpose(axes)


@rule("rev")
def _rev(inputs, params, avals):
    return onp.flip(inputs[0], params["dimensions"])


@prepared("concatenate")
def _concatenate(params, avals, shapes):
    axis = params["dimension"]
    return filling(lambda *parts, out=None: onp.concatenate(parts, axis, out), avals[0])


@prepared("stack")
def _stack(params, avals, shapes):
    shape, dtype, at = avals[0].shape, avals[0].dtype, (slice(None),) * params["axis"]
    places = [(*at, i) for i in range(len(shapes))]

    def stack(*parts):
        out = empty(shape, dtype)
        for place, part in zip(places, parts):
            out[place] = part
        return out

    return stack


def _at(places):
    """The function that gives what lies at these places: a list of arrays, of one place the array itself, as steps have it."""
    return (lambda x: x[places[0]]) if len(places) == 1 else lambda x: [x[place] for place in places]


@prepared("unstack")
def _unstack(params, avals, shapes):
    return _at([(*(slice(None),) * params["axis"], i) for i in range(len(avals))])


@prepared("split")
def _split(params, avals, shapes):
    ends = onp.cumsum(params["sizes"]).tolist()
    return _at([(*(slice(None),) * params["axis"], slice(end - n, end)) for end, n in zip(ends, params["sizes"], strict=True)])


@rule("iota")
def _iota(inputs, params, avals):
    shape, d = params["shape"], params["dimension"]
    line = onp.arange(shape[d], dtype=avals[0].dtype)
    return onp.broadcast_to(line.reshape([-1 if i == d else 1 for i in range(len(shape))]), shape)


@prepared("slice")
def _slice(params, avals, shapes):
    starts, ends = params["start_indices"], params["limit_indices"]
    window = tuple(map(slice, starts, ends, params["strides"] or [1] * len(starts)))
    return lambda x: x[window]


def _window(shape, starts, sizes) -> tuple:
    """The slices of a window that is moved inside where it hangs out."""
    found = []
    for s, n, m in zip(starts, shape, sizes, strict=True):
        s = 0 if m == n else min(max(int(s), 0), n - m)
        found.append(slice(s, s + m))
    return tuple(found)


@prepared("dynamic_slice")
def _dynamic_slice(params, avals, shapes):
    sizes = params["slice_sizes"]
    return lambda x, *starts: x[_window(x.shape, starts, sizes)]


@prepared("dynamic_update_slice")
def _dynamic_update_slice(params, avals, shapes):
    def put(x, update, *starts):
        x = onp.array(x)
        x[_window(x.shape, starts, update.shape)] = update
        return x

    return put


@prepared("pad")
def padded(params, avals, shapes):
    shape, dtype, into, of = avals[0].shape, avals[0].dtype, [], []
    for (low, _, inner), n, m in zip(params["padding_config"], shapes[0], shape, strict=True):
        step = inner + 1
        first = max(0, -(low // step)) if low < 0 else 0
        last = min(n - 1, (m - 1 - low) // step)
        if last < first:
            return lambda x, value: onp.full(shape, value, dtype)
        into.append(slice(low + first * step, low + last * step + 1, step))
        of.append(slice(first, last + 1))
    into, of = tuple(into), tuple(of)

    def pad(x, value):
        out = empty(shape, dtype)
        out.fill(value)
        out[into] = x[of]
        return out

    return pad


@prepared("tile")
def _tile(params, avals, shapes):
    if len(params["reps"]) != len(shapes[0]):
        return lambda x: onp.tile(x, params["reps"])
    shape, dtype, repeated = avals[0].shape, avals[0].dtype, [n for r, m in zip(params["reps"], shapes[0]) for n in (r, m)]
    narrow = [n for m in shapes[0] for n in (1, m)]

    def tile(x):
        out = empty(shape, dtype)
        out.reshape(repeated)[...] = x.reshape(narrow)
        return out

    return tile
