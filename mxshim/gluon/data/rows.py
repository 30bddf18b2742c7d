"""Samples on the host: the rows of arrays, batches of them, and values that user code has left pending.

A dataset is read row by row. One device operation for every row would cost more than the training step, so arrays are read to the
host once, rows are gathered there, and a batch is one array over what was gathered: it goes to the device with the program that uses it.
"""
from __future__ import annotations

import numpy as onp

from ... import ndarray as nd
from ... import numpy as np
from ...array.convert import adopt_numpy, taken
from ...device import current_device
from ...engine.cell import empty, shared
from ...util import is_np_array
from ..dialect import ARRAYS, arrays_in


def array_class(like=None):
    """The class of new arrays: np.ndarray in np mode and beside np arrays, else nd.NDArray."""
    return np.ndarray if is_np_array() or like is np.ndarray else nd.NDArray


def on_host(source) -> bool:
    """Whether `source` is an array whose rows can be read on the host."""
    if isinstance(source, ARRAYS):
        return source.stype == "default" and source.ndim > 0
    return isinstance(source, onp.ndarray) and source.ndim > 0 and source.dtype.kind in "biuf"


def settle(sample):
    """Compute what is pending in a sample or a batch.

    Samples are computed one by one: so one small program serves them all, instead of one for each batch of them."""
    for array in arrays_in(sample):
        array._value_now().get()
    return sample


class Rows:
    """The rows of an array, of ours or of NumPy: read to the host once, and again after the array was written.

    like: an array of the class that batches should have, by default the source.
    """

    def __init__(self, source, like=None):
        self.source, self._value, self._elements = source, None, source
        self._like = type(source if like is None else like)

    def host(self) -> onp.ndarray:
        """The elements, for reading only."""
        if isinstance(self.source, onp.ndarray):
            return self.source
        value = self.source._value_now()
        if value is not self._value:
            self._elements = self.source._host()
            shared.add(value)  # what was read may be the device's own memory, which no program may overwrite now
            self._value = value
        return self._elements

    def __getitem__(self, i):
        """Row i, of the source's class; a row of a NumPy array as NumPy gives it."""
        if isinstance(self.source, onp.ndarray) or not isinstance(i, int | onp.integer):
            return self.source[i]
        return adopt_numpy(onp.array(self.host()[i]), type(self.source), self.source.ctx)

    def batch(self, indices):
        """Rows `indices` as one array."""
        ctx = current_device() if isinstance(self.source, onp.ndarray) else self.source.ctx
        return adopt_numpy(taken(self.host(), indices), array_class(self._like), ctx)


def stacked(samples):
    """Arrays of equal shapes as one array with a new first axis, which keeps dtype and device; other data by way of NumPy.

    Raises: KeyError for data that is not numbers and for shapes that differ, as MXNet does."""
    first = samples[0]
    if isinstance(first, ARRAYS):
        if not all(isinstance(s, ARRAYS) and s.shape == first.shape for s in samples):
            shapes = [getattr(s, "shape", type(s).__name__) for s in samples[:8]]
            raise ValueError(f"samples of equal shapes are needed to make a batch, got {shapes}; pad them with batchify.Pad()")
        rows = [s._host() for s in samples]
        out = empty((len(rows), *first.shape), onp.result_type(*{r.dtype for r in rows}))
        return adopt_numpy(onp.stack(rows, out=out), array_class(type(first)), first.ctx)
    try:
        found = onp.asarray(samples)
        kind = found.dtype.kind
    except ValueError:  # ragged
        found, kind = None, "O"
    if kind not in "biuf" and getattr(found, "dtype", None) != "bfloat16":
        kinds = sorted({type(s).__name__ + (str(s.shape) if hasattr(s, "shape") else "") for s in samples})
        raise KeyError(f"a batch is made of numbers or arrays of equal shapes, got {', '.join(kinds[:5])}; give batchify_fn= for other "
                       "data, such as gluon.data.batchify.Pad() or AsList()")
    return adopt_numpy(onp.array(found), array_class(), current_device())
