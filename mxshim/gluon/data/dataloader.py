"""Batches of a dataset (MXNet: mxnet.gluon.data.dataloader)."""
from __future__ import annotations

import multiprocessing.pool  # noqa: F401  # as in MXNet, and Sockeye relies on finding it imported
import os
import pickle
import warnings
from multiprocessing.reduction import ForkingPickler as ForkingPickler

import numpy as onp

from ...arguments import Checked
from ...device import cpu_pinned
from ...util import is_np_array
from ..dialect import ARRAYS
from .batchify import Stack, joined
from .dataset import Dataset, SimpleDataset
from .processes import available
from .rows import settle, stacked
from .sampler import BatchSampler, RandomSampler, SequentialSampler
from .workers import Prefetch

__all__ = ["DataLoader"]


def default_batchify_fn(data):
    """Samples with a new first axis; of tuples, in np mode also of lists, each part by itself, as a list of batches.

    Differs: in np mode, too, a list of numbers in a tuple is one row, as in 1.9.1, for which the books' np chapters were written."""
    if not is_np_array():
        return joined(data, tuple)
    if not isinstance(data[0], (tuple, list)):
        return stacked(data)
    rows = isinstance(data[0], tuple)
    return [stacked(part) if rows and _is_row(part[0]) else default_batchify_fn(part) for part in zip(*data)]


def _is_row(part):
    return isinstance(part, list) and all(isinstance(x, int | float | onp.number) for x in part)


default_mp_batchify_fn = default_batchify_fn  # MXNet's puts batches into memory that processes share; threads share all


def _as_in_context(batch, ctx):
    """A batch, or a nested list of them, on a device."""
    if isinstance(batch, ARRAYS):
        return batch.as_in_context(ctx)
    return type(batch)(_as_in_context(b, ctx) for b in batch) if isinstance(batch, list | tuple) else batch


class DataLoader(Checked):
    """Iterates over a dataset in batches; every iteration starts anew.

    Args:
        dataset: a Dataset, an array, a list, or anything with `len` and `[]`.
        batch_size, shuffle, last_batch: as BatchSampler has them, over a RandomSampler or a SequentialSampler.
        sampler: the order of the samples, instead of shuffle.  batch_sampler: lists of indices, instead of all these.
        batchify_fn: joins a list of samples to a batch, by default one array for each part of a sample, in a list.
        num_workers: how many threads make batches ahead; 0 makes them in the loop. With several the numbers that transforms draw
            from mx.random differ from those of none, but are the same at every run. With the environment variable
            MXSHIM_WORKERS=process they are processes (Linux), forks of this one that run Python and NumPy only: transforms that
            compute with JAX are refused there. They pay where much Python runs for each sample. Where rows of arrays become batches by
            themselves, the loop makes them in any case.
        prefetch: how many batches are made ahead, default 2 num_workers.  timeout: seconds to wait for a batch of theirs.
        pin_memory, pin_device_id: label the batches' device cpu_pinned(pin_device_id).
        thread_pool: True for threads in any case.  auto_reload: begin with the first epoch when the loader is made.
        try_nopython: accepted.
    Raises: ValueError for arguments that exclude each other, AssertionError for a timeout that is not positive; while iterating, what
        the dataset or its transforms raise, with their traceback; RuntimeError if a process ended.
    MXNet: gluon.data.DataLoader. Differs: workers are threads unless processes are asked for.
    """

    _wants = {"prefetch": "a number", "batchify_fn": "a function", "sampler": "a list", "batch_sampler": "a list", "pin_device_id": None}

    def __init__(self, dataset, batch_size=None, shuffle=False, sampler=None, last_batch=None, batch_sampler=None, batchify_fn=None,
                 num_workers=0, pin_memory=False, pin_device_id=0, prefetch=None, thread_pool=False, timeout=120, auto_reload=False,
                 try_nopython=None):
        if not hasattr(dataset, "__getitem__") or batch_sampler is None and not hasattr(dataset, "__len__"):
            raise TypeError(f"DataLoader: a dataset, anything with len() and [index], is needed, got {type(dataset).__name__}")
        if timeout <= 0:
            raise AssertionError(f"DataLoader: timeout must be positive, given {timeout}")
        if batch_sampler is None:
            if batch_size is None:
                raise ValueError("DataLoader: give a batch_size, or a batch_sampler")
            if sampler is not None and shuffle:
                raise ValueError("DataLoader: a sampler decides on the order; leave shuffle out")
            if sampler is None:
                sampler = (RandomSampler if shuffle else SequentialSampler)(len(dataset))
            batch_sampler = BatchSampler(sampler, batch_size, last_batch or "keep")
        elif batch_size is not None or shuffle or sampler is not None or last_batch is not None:
            raise ValueError("DataLoader: a batch_sampler decides on batch_size, shuffle, sampler and last_batch; leave those out")
        self._dataset = dataset if isinstance(dataset, Dataset) else SimpleDataset(dataset)
        self._batch_sampler, self._timeout = batch_sampler, timeout
        self._batchify_fn = batchify_fn or default_batchify_fn
        self._num_workers, self._worker_pool = max(0, num_workers), None  # a pool is for subclasses, who know MXNet's attributes
        self._prefetch = max(0, 2 * self._num_workers if prefetch is None else int(prefetch))
        self._pin_memory, self._pin_device_id, self._thread_pool = pin_memory, pin_device_id, thread_pool
        self._ready = None
        if auto_reload:
            self.refresh()

    def refresh(self):
        """Let the workers begin with the next epoch now; what they had made ahead is dropped."""
        self.clean()
        self._ready = self._started()

    def clean(self):
        """Drop what workers have made ahead, and let them end."""
        if isinstance(self._ready, Prefetch):
            self._ready.close()
        self._ready = None

    def __len__(self):
        return len(self._batch_sampler)

    def __iter__(self):
        ready, self._ready = self._ready, None
        return self._started() if ready is None else ready

    def _started(self):
        """An epoch; with workers they begin at once."""
        pinned = cpu_pinned(self._pin_device_id) if self._pin_memory else None

        def place(batch):  # holds no loader
            return batch if pinned is None else _as_in_context(batch, pinned)

        if self._batchify_fn is default_batchify_fn or type(self._batchify_fn) is Stack:
            if self._dataset._joins():  # gathering rows costs less than handing work to threads
                return (place(self._dataset._batch(indices)) for indices in self._batch_sampler)
        make = _Samples(self._dataset, self._batchify_fn)
        if self._num_workers:
            return Prefetch(self._batch_sampler, make, self._num_workers, self._prefetch, self._timeout, len(self), place,
                            self._processes())
        return (place(make(indices)) for indices in self._batch_sampler)

    def _processes(self) -> bool:
        """Whether workers shall be processes."""
        wanted = os.environ.get("MXSHIM_WORKERS", "thread")
        if wanted not in ("thread", "process"):
            raise ValueError(f"MXSHIM_WORKERS must be thread or process, got {wanted!r}")
        if wanted == "process" and not self._thread_pool and not available():
            warnings.warn("DataLoader: this system has no forks, so workers are threads in spite of MXSHIM_WORKERS=process", stacklevel=3)
        return wanted == "process" and not self._thread_pool and available()


class _Samples:
    """Samples made one by one, then joined. Workers hold it; it holds no loader."""

    def __init__(self, dataset, batchify_fn):
        self._dataset, self._batchify_fn = dataset, batchify_fn

    def __call__(self, indices):
        return self._batchify_fn([settle(self._dataset[i]) for i in indices])


def _worker_fn(samples, batchify_fn, dataset=None):
    """A batch of the samples with these indices, pickled, as MXNet's worker processes send it."""
    return pickle.dumps(batchify_fn([dataset[i] for i in samples]), pickle.HIGHEST_PROTOCOL)


class _MultiWorkerIter:
    """An epoch that a pool's workers make ahead, in order. DataLoader has a better one; this is MXNet's, which GluonCV derives from.

    worker_pool: of multiprocessing, or a ThreadPool.  worker_fn: (indices, batchify_fn, dataset) -> a batch, which may be pickled.
    prefetch: how many batches are made ahead.
    """

    def __init__(self, worker_pool, batchify_fn, batch_sampler, pin_memory=False, pin_device_id=0, worker_fn=_worker_fn, prefetch=0,
                 dataset=None, data_loader=None, timeout=120):
        self._worker_pool, self._batchify_fn, self._batch_sampler = worker_pool, batchify_fn, batch_sampler
        self._pin_memory, self._pin_device_id = pin_memory, pin_device_id
        self._worker_fn, self._dataset, self._data_loader, self._timeout = worker_fn, dataset, data_loader, timeout
        self._data_buffer: dict = {}
        self._rcvd_idx = self._sent_idx = 0
        self._iter = iter(batch_sampler)
        for _ in range(prefetch):
            self._push_next()

    def __len__(self):
        return len(self._batch_sampler)

    def _push_next(self):
        """Have the next batch made, if there is one."""
        indices = next(self._iter, None)
        if indices is not None:
            self._data_buffer[self._sent_idx] = self._worker_pool.apply_async(self._worker_fn, (indices, self._batchify_fn, self._dataset))
            self._sent_idx += 1

    def __next__(self):
        self._push_next()
        if self._rcvd_idx == self._sent_idx:
            raise StopIteration
        batch = self._data_buffer.pop(self._rcvd_idx).get(self._timeout)
        self._rcvd_idx += 1
        batch = pickle.loads(batch) if isinstance(batch, bytes) else batch
        return _as_in_context(batch, cpu_pinned(self._pin_device_id)) if self._pin_memory else batch

    next = __next__

    def __iter__(self):
        return self
