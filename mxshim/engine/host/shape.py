"""Where elements lie: shapes, slices, joining."""
from __future__ import annotations

import numpy as onp

from .rules import rule


@rule("broadcast_in_dim")
def _broadcast(inputs, params, avals):
    shape = [1] * len(params["shape"])
    for d, n in zip(params["broadcast_dimensions"], inputs[0].shape, strict=True):
        shape[d] = n
    return onp.broadcast_to(inputs[0].reshape(shape), params["shape"])


@rule("reshape", "squeeze")
def _reshape(inputs, params, avals):
    order = params["dimensions"] if "new_sizes" in params else None
    return (inputs[0] if order is None else inputs[0].transpose(order)).reshape(avals[0].shape)


@rule("transpose")
def _transpose(inputs, params, avals):
    return onp.transpose(inputs[0], params["permutation"])


@rule("rev")
def _rev(inputs, params, avals):
    return onp.flip(inputs[0], params["dimensions"])


@rule("concatenate")
def _concatenate(inputs, params, avals):
    return onp.concatenate(inputs, params["dimension"])


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


@rule("slice")
def _slice(inputs, params, avals):
    strides = params["strides"] or [1] * inputs[0].ndim
    return inputs[0][tuple(map(slice, params["start_indices"], params["limit_indices"], strides))]


def _window(x, starts, sizes):
    """The slices of a window that is moved inside where it hangs out."""
    starts = [min(max(int(s), 0), n - m) for s, n, m in zip(starts, x.shape, sizes, strict=True)]
    return tuple([slice(s, s + m) for s, m in zip(starts, sizes, strict=True)])


@rule("dynamic_slice")
def _dynamic_slice(inputs, params, avals):
    return inputs[0][_window(inputs[0], inputs[1:], params["slice_sizes"])]


@rule("dynamic_update_slice")
def _dynamic_update_slice(inputs, params, avals):
    x, update, *starts = inputs
    x = onp.array(x)
    x[_window(x, starts, update.shape)] = update
    return x


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
