"""The order in which a DataLoader takes samples (MXNet: mxnet.gluon.data.sampler)."""
from __future__ import annotations

import numpy as onp

from ...arguments import Checked

__all__ = ["BatchSampler", "FilterSampler", "IntervalSampler", "RandomSampler", "Sampler", "SequentialSampler"]
LAST = ("keep", "discard", "rollover")


class Sampler(Checked):
    """What all samplers offer: iteration over indices, or over lists of them, and their number."""

    _wants = {"length": "a whole number that is not negative", "start": "a whole number", "interval": "a whole number that is positive",
              "batch_size": None, "fn": "a function", "sampler": "a list", "dataset": "a list"}

    def __len__(self):
        raise NotImplementedError(f"{type(self).__name__} needs a method __len__")

    def __iter__(self):
        raise NotImplementedError(f"{type(self).__name__} needs a method __iter__")


class SequentialSampler(Sampler):
    """start, start + 1, ..., start + length - 1."""

    def __init__(self, length, start=0):
        self._range = range(start, start + length)
        self._length = length

    def __iter__(self):
        return iter(self._range)

    def __len__(self):
        return self._length


class RandomSampler(Sampler):
    """0 to length - 1 in another random order at every iteration; as in MXNet it comes from NumPy's global generator, so
    numpy.random.seed fixes it and mx.random.seed does not."""

    def __init__(self, length):
        self._length = length

    def __iter__(self):
        order = onp.arange(self._length)
        onp.random.shuffle(order)
        return iter(order)

    def __len__(self):
        return self._length


class IntervalSampler(Sampler):
    """0, interval, 2 interval, ... below length; with rollover then 1, 1 + interval, ..., until every index was there.

    Raises: AssertionError if interval is greater than length.
    """

    def __init__(self, length, interval, rollover=True):
        if interval > length:
            raise AssertionError(f"IntervalSampler: interval {interval} is longer than the length, {length}")
        self._length, self._interval, self._rollover = length, interval, rollover

    def __iter__(self):
        for start in range(self._interval if self._rollover else 1):
            yield from range(start, self._length, self._interval)

    def __len__(self):
        return self._length  # as in MXNet, without rollover too


class FilterSampler(Sampler):
    """The indices of the samples for which fn(sample) is true; a sample of several parts comes as one tuple."""

    def __init__(self, fn, dataset):
        self._indices = [i for i in range(len(dataset)) if fn(dataset[i])]

    def __iter__(self):
        return iter(self._indices)

    def __len__(self):
        return len(self._indices)


class BatchSampler(Sampler):
    """Lists of batch_size indices of another sampler.

    last_batch: what becomes of the rest. "keep" gives a shorter list, "discard" drops it, "rollover" starts the next iteration with it.
    Raises: ValueError for another last_batch or a batch_size below 1.
    >>> list(BatchSampler(SequentialSampler(10), 3))
    [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]
    """

    def __init__(self, sampler, batch_size, last_batch="keep"):
        if last_batch not in LAST:
            raise ValueError(f"last_batch is 'keep', 'discard' or 'rollover', got {last_batch!r}")
        if not isinstance(batch_size, int | onp.integer):
            raise TypeError(f"batch_size must be a whole number, got {batch_size!r}")
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, but got {batch_size}")
        self._sampler, self._batch_size, self._last_batch, self._rest = sampler, batch_size, last_batch, []

    def __iter__(self):
        batch, self._rest = self._rest, []
        for i in self._sampler:
            batch.append(i)
            if len(batch) == self._batch_size:
                yield batch
                batch = []
        if batch and self._last_batch == "keep":
            yield batch
        elif self._last_batch == "rollover":
            self._rest = batch

    def __len__(self):
        n = len(self._sampler)
        if self._last_batch == "rollover":
            n += len(self._rest)
        return -(-n // self._batch_size) if self._last_batch == "keep" else n // self._batch_size
