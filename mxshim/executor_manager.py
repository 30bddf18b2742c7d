"""Batches split between devices, for programs that bring a Module of their own (MXNet: mxnet.executor_manager)."""
from __future__ import annotations

from . import ndarray as nd
from .absent import missing as _missing
from .array.core import Array

__all__: list[str] = []


def _split_input_slice(batch_size, work_load_list) -> list[slice]:
    """Each device's part of a batch, as its work load says.

    Raises: ValueError if a part would be empty, or the work loads are not positive.
    """
    total = sum(work_load_list)
    if total <= 0:
        raise ValueError(f"work loads must be positive, got {list(work_load_list)}")
    bounds = [0]
    for load in work_load_list:
        bounds.append(min(bounds[-1] + round(batch_size * load / total), batch_size))
    bounds[-1] = batch_size
    if any(a >= b for a, b in zip(bounds, bounds[1:], strict=False)):
        raise ValueError(f"Too many slices: a batch of {batch_size} cannot be split between {len(work_load_list)} devices, some would "
                         "have nothing")
    return [slice(a, b) for a, b in zip(bounds, bounds[1:], strict=False)]


def _check_arguments(symbol):
    """That no two variables of a graph have one name. Raises: ValueError."""
    for kind, names in (("argument", symbol.list_arguments()), ("auxiliary param", symbol.list_auxiliary_states())):
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f'Find duplicated {kind} name "{name}": give every variable a name of its own, there are {names}')


def _load_general(data, targets, major_axis=None):
    """Copy arrays into arrays, or into devices' parts: lists of (slice, array), the slices along an axis for each of `data`.

    data: arrays, or for each a list with one for each device.  major_axis: default 0 for all; -1 copies the whole to each device.
    """
    for source, target, axis in zip(data, targets, major_axis or [0] * len(data), strict=False):
        if isinstance(target, Array):
            source.copyto(target)
            continue
        for k, (part, array) in enumerate(target):
            if isinstance(source, list | tuple):
                piece = source[k]
            else:
                piece = nd.slice_axis(source, axis=axis, begin=part.start, end=part.stop) if axis >= 0 else source
            piece.copyto(array)


def _load_data(batch, targets, major_axis=None):
    """Copy a batch's data; see _load_general."""
    _load_general(batch.data, targets, major_axis)


def _load_label(batch, targets, major_axis=None):
    """Copy a batch's labels; see _load_general."""
    _load_general(batch.label, targets, major_axis)


__getattr__ = _missing("mx.executor_manager", __name__, [])
