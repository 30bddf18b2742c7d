"""Where elements lie: shapes, slices, joining."""
from __future__ import annotations

import numpy as onp

from .rules import prepared, rule


@prepared("broadcast_in_dim")
def _broadcast(params, avals):
    shape, dtype, axes = avals[0].shape, avals[0].dtype, params["broadcast_dimensions"]

    def broadcast(x):
        narrow = [1] * len(shape)
        for d, n in zip(axes, x.shape, strict=True):
            narrow[d] = n
        out = onp.empty(shape, dtype)
        out[...] = x.reshape(narrow)
        return out

    return broadcast


@prepared("reshape", "squeeze")
def _reshape(params, avals):
    shape, order = avals[0].shape, params.get("dimensions") if "new_sizes" in params else None
    return (lambda x: x.reshape(shape)) if order is None else lambda x: x.transpose(order).reshape(shape)


@prepared("transpose")
def _transpose(params, avals):
    axes = params["permutation"]
    return lambda x: x.transpose(axes)


@rule("rev")
def _rev(inputs, params, avals):
    return onp.flip(inputs[0], params["dimensions"])


@prepared("concatenate")
def _concatenate(params, avals):
    axis = params["dimension"]
    return lambda *parts: onp.concatenate(parts, axis)


@rule("stack")
def _stack(inputs, params, avals):
    return onp.stack(inputs, params["axis"])


@rule("unstack")
def _unstack(inputs, params, avals):
    return list(onp.moveaxis(inputs[0], params["axis"], 0))


@rule("split")
def _split(inputs, params, avals):
    return list(onp.split(inputs[0], onp.cumsum(params["sizes"])[:-1], params["axis"]))


@rule("iota")
def _iota(inputs, params, avals):
    shape, d = params["shape"], params["dimension"]
    line = onp.arange(shape[d], dtype=avals[0].dtype)
    return onp.broadcast_to(line.reshape([-1 if i == d else 1 for i in range(len(shape))]), shape)


@prepared("slice")
def _slice(params, avals):
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
def _dynamic_slice(params, avals):
    sizes = params["slice_sizes"]
    return lambda x, *starts: x[_window(x.shape, starts, sizes)]


@prepared("dynamic_update_slice")
def _dynamic_update_slice(params, avals):
    def put(x, update, *starts):
        x = onp.array(x)
        x[_window(x.shape, starts, update.shape)] = update
        return x

    return put


@rule("pad")
def pad(inputs, params, avals):
    x, value = inputs
    config = params["padding_config"]
    out = onp.full(avals[0].shape, value, x.dtype)
    into, of = [], []
    for (low, _, inner), n, m in zip(config, x.shape, avals[0].shape, strict=True):
        step = inner + 1
        first = max(0, -(low // step)) if low < 0 else 0
        kept = [i for i in (first, n - 1) if 0 <= low + i * step < m]
        last = min(n - 1, (m - 1 - low) // step) if m and n else -1
        if not kept and last < first:
            return out
        into.append(slice(low + first * step, low + last * step + 1, step))
        of.append(slice(first, last + 1))
    out[tuple(into)] = x[tuple(of)]
    return out


@rule("tile")
def _tile(inputs, params, avals):
    return onp.tile(inputs[0], params["reps"])
