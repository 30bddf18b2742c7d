"""How samples are joined to a batch (MXNet: mxnet.gluon.data.batchify). Everything is joined on the host.

`use_shared_mem` is accepted and changes nothing: workers are threads, which share all memory.
"""
from __future__ import annotations

import numpy as onp

from ...arguments import Checked, checked
from ...array.convert import adopt_numpy
from ...base import as_dtype
from ...device import current_device
from ..dialect import ARRAYS
from .rows import array_class, stacked

__all__ = ["Append", "AsList", "Group", "Pad", "Stack"]
_SAMPLES = "a sequence that is not empty"


def joined(samples, parts):
    """Samples as one batch; samples of a type in `parts` part by part, as a list."""
    if isinstance(samples[0], parts):
        return [joined(part, parts) for part in zip(*samples)]
    return stacked(samples)


class _Batchify:
    def __mx_handle__(self):
        """The function itself; in MXNet 2 its twin in the C++ loader, which gives float32."""
        return self


class Stack(_Batchify):
    """Samples of equal shapes with a new first axis; of tuples and lists each part by itself, as a list of batches."""

    def __init__(self, use_shared_mem=False):
        pass

    @checked(data=_SAMPLES)
    def __call__(self, data):
        return joined(data, (tuple, list))


class Pad(_Batchify, Checked):
    """Samples of one number of dimensions, each made as long as the longest along every axis, with a new first axis.

    Args:
        val: what is filled in, default 0.  dtype: default that of the first sample.
        round_to: lengths become multiples of it.
    Inputs: arrays or lists of numbers; for samples of several parts use Group(Pad(), ...).
    """

    _wants = {"val": "a number", "round_to": "a whole number that is positive"}

    def __init__(self, val=None, dtype=None, round_to=None, use_shared_mem=False):
        self._value, self._dtype, self._round_to = 0 if val is None else val, dtype, round_to

    @checked(data=_SAMPLES)
    def __call__(self, data):
        first = data[0]
        if not isinstance(first, (ARRAYS, onp.ndarray, list)):
            raise NotImplementedError("Pad pads arrays; for samples of several items use Group(Pad(), Pad(), ...): "
                                      f"a sample is a {type(first).__name__}")
        parts = [x._host() if isinstance(x, ARRAYS) else onp.asarray(x) for x in data]
        dtype = as_dtype(self._dtype) if self._dtype is not None else parts[0].dtype
        sizes = [max(p.shape[axis] for p in parts) for axis in range(parts[0].ndim)]
        if self._round_to is not None:
            sizes = [-(-n // self._round_to) * self._round_to for n in sizes]
        batch = onp.full((len(parts), *sizes), self._value, dtype)
        for k, part in enumerate(parts):
            batch[(k, *map(slice, part.shape))] = part
        return adopt_numpy(batch, array_class(type(first)), current_device())


class Append(Checked):
    """The samples as a list of arrays of any shapes, each with a new axis of size 1 at `batch_axis` if `expand`."""

    _wants = {"batch_axis": "a whole number"}

    def __init__(self, expand=True, batch_axis=0, use_shared_mem=False):
        self._expand, self._axis = expand, batch_axis

    @checked(data=_SAMPLES)
    def __call__(self, data):
        return [self._array(x) for x in data]

    def _array(self, x):
        ours = isinstance(x, ARRAYS)
        elements = onp.array(x._host() if ours else x, None if ours else "float32")
        if self._expand:
            elements = onp.expand_dims(elements, self._axis)
        return adopt_numpy(elements, array_class(type(x)), x.ctx if ours else current_device())


class Group(_Batchify):
    """One batchify function for each part of the samples: Group(Stack(), Pad()) or Group([Stack(), Pad()]).

    Raises: AssertionError if something cannot be called, or if samples have another number of parts.
    """

    def __init__(self, fn, *args):
        if isinstance(fn, list | tuple):
            if args:
                raise AssertionError(f"Group: Input pattern not understood, give Group(A, B) or Group([A, B]); got {fn} and {args}")
            self._fn = list(fn)
        else:
            self._fn = [fn, *args]
        for i, f in enumerate(self._fn):
            if not callable(f):
                raise AssertionError(f"Group: Batchify functions must be callable! type(fn[{i}]) = {type(f).__name__}")

    @checked(data=_SAMPLES)
    def __call__(self, data):
        if len(data[0]) != len(self._fn):
            raise AssertionError(f"Group: there are {len(self._fn)} functions, but a sample has {len(data[0])} parts")
        return tuple(f([sample[i] for sample in data]) for i, f in enumerate(self._fn))


class AsList:
    """The samples as a list: for text and other things that are not numbers."""

    @checked(data="a list")
    def __call__(self, data):
        return list(data)
