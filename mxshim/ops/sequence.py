"""Batches of sequences of different lengths: masking, taking the last step, reversing."""
from __future__ import annotations

import numpy as onp
from jax import lax

from ..base import MXNetError
from ..engine.op import op
from .axes import number
from .primitives import take_along, to, where

_X = onp.array([[[1., -2.], [3., 0.5]], [[0.25, 4.], [-1., 2.]], [[5., 6.], [-3., 1.5]]], "float32")  # (3 steps, batch 2, 2)
_LENGTHS = onp.array([2.5, 3.5], "float32")
_SEQUENCES = {"args": [((_X, _LENGTHS), {"use_sequence_length": True}), ((_X,), {})]}
_BOTH_AXES = {"args": [*_SEQUENCES["args"], ((_X, onp.array([1, 2, 2], "int32")), {"use_sequence_length": True, "axis": 1})]}


def _lengths(data, lengths, used, axis, axes):
    """The lengths as int32, None where all sequences are full."""
    if data.ndim < 2:
        raise MXNetError(f"data needs an axis of steps and one of the batch, got shape {data.shape}")
    if axis not in axes:
        raise MXNetError(f"`axis` must be {' or '.join(map(str, axes))}, got {axis}")
    if not used:
        if lengths is not None:
            raise MXNetError("`sequence_length` was given without use_sequence_length=True: pass both, or none")
        return None
    batch = data.shape[1 - axis]
    if lengths is None or lengths.shape != (batch,):
        raise MXNetError(f"use_sequence_length=True needs `sequence_length` of shape ({batch},), "
                         f"got {'None' if lengths is None else lengths.shape}")
    return to(lax.stop_gradient(lengths), "int32")


def _batchwise(v, data, axis):
    """A vector over the batch, laid along data's axes."""
    shape = [1] * data.ndim
    shape[1 - axis] = v.size
    return lax.reshape(v, shape)


@op("npx.sequence_mask", "nd.SequenceMask", arrays=("sequence_length",), scalars=("value",), samples=_BOTH_AXES)
def sequence_mask(data, sequence_length=None, use_sequence_length=False, value=0.0, axis=0):
    """data with `value` in the steps from each sequence's length on.

    Args:
        data: steps along `axis` (0 or 1), the batch along the other one, then anything.
        sequence_length: (batch,), integers or floats that are cut off; only with use_sequence_length, else nothing is masked.
    Raises: MXNetError if the lengths are missing, not wanted, or of another shape.
    """
    lengths = _lengths(data, sequence_length, use_sequence_length, axis, (0, 1))
    if lengths is None:
        return data
    steps = lax.broadcasted_iota("int32", data.shape, axis)
    return where(lax.lt(steps, _batchwise(lengths, data, axis)), data, number(value, data.dtype))


@op("npx.sequence_last", "nd.SequenceLast", arrays=("sequence_length",), samples=_BOTH_AXES)
def sequence_last(data, sequence_length=None, use_sequence_length=False, axis=0):
    """The last step of each sequence: data without `axis` (0 or 1). Lengths out of range count as the nearest possible.

    See npx.sequence_mask for the arguments.
    """
    lengths = _lengths(data, sequence_length, use_sequence_length, axis, (0, 1))
    if lengths is None:
        return lax.index_in_dim(data, data.shape[axis] - 1, axis, keepdims=False)
    last = lax.sub(lax.min(lax.max(lengths, onp.int32(1)), onp.int32(data.shape[axis])), onp.int32(1))
    return lax.squeeze(take_along(data, _batchwise(last, data, axis), axis), (axis,))


@op("npx.sequence_reverse", "nd.SequenceReverse", arrays=("sequence_length",), samples=_SEQUENCES)
def sequence_reverse(data, sequence_length=None, use_sequence_length=False, axis=0):
    """Each sequence with its steps (axis 0) in reverse; those from its length on stay where they are.

    See npx.sequence_mask for the arguments.
    """
    lengths = _lengths(data, sequence_length, use_sequence_length, axis, (0,))
    if lengths is None:
        return lax.rev(data, (0,))
    lengths = lax.min(lengths, onp.int32(data.shape[0]))
    steps = lax.broadcasted_iota("int32", data.shape[:2], 0)  # (steps, batch)
    lengths = lax.expand_dims(lengths, (0,))
    source = where(lax.lt(steps, lengths), lax.sub(lax.sub(lengths, onp.int32(1)), steps), steps)
    return take_along(data, lax.reshape(source, (*source.shape, *[1] * (data.ndim - 2))), 0)
