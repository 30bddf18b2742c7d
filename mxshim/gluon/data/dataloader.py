"""Batches of a dataset (MXNet: mxnet.gluon.data.dataloader)."""
from __future__ import annotations

from ...device import cpu_pinned
from ...util import is_np_array
from ..dialect import ARRAYS
from .batchify import Stack, joined
from .dataset import Dataset, SimpleDataset
from .rows import settle
from .sampler import BatchSampler, RandomSampler, SequentialSampler
from .workers import Prefetch

__all__ = ["DataLoader"]


def default_batchify_fn(data):
    """Samples with a new first axis; of tuples, in np mode also of lists, each part by itself, as a list of batches."""
    return joined(data, (tuple, list) if is_np_array() else tuple)


default_mp_batchify_fn = default_batchify_fn  # MXNet's puts batches into memory that processes share; threads share all


def _placed(batch, ctx):
    if isinstance(batch, ARRAYS):
        return batch.as_in_context(ctx)
    return type(batch)(_placed(b, ctx) for b in batch) if isinstance(batch, list | tuple) else batch


class DataLoader:
    """Iterates over a dataset in batches; every iteration starts anew.

    Args:
        dataset: a Dataset, an array, a list, or anything with `len` and `[]`.
        batch_size, shuffle, last_batch: as BatchSampler has them, over a RandomSampler or a SequentialSampler.
        sampler: the order of the samples, instead of shuffle.  batch_sampler: lists of indices, instead of all these.
        batchify_fn: joins a list of samples to a batch, by default one array for each part of a sample, in a list.
        num_workers: how many threads make batches ahead; 0 makes them in the loop. With several threads the numbers that transforms draw
            from mx.random differ from those of one, but are the same at every run.
        prefetch: how many batches are made ahead, default 2 num_workers.  timeout: seconds to wait for a batch of theirs.
        pin_memory, pin_device_id: label the batches' device cpu_pinned(pin_device_id).
        thread_pool, auto_reload, try_nopython: accepted; workers are always threads.
    Raises: ValueError for arguments that exclude each other, AssertionError for a timeout that is not positive; while iterating, what
        the dataset or its transforms raise.
    MXNet: gluon.data.DataLoader. Differs: workers are threads also without thread_pool=True.
    """

    def __init__(self, dataset, batch_size=None, shuffle=False, sampler=None, last_batch=None, batch_sampler=None, batchify_fn=None,
                 num_workers=0, pin_memory=False, pin_device_id=0, prefetch=None, thread_pool=False, timeout=120, auto_reload=False,
                 try_nopython=None):
        if timeout <= 0:
            raise AssertionError(f"DataLoader: timeout must be positive, given {timeout}")
        if batch_sampler is None:
            if batch_size is None:
                raise ValueError("DataLoader: batch_size must be specified unless batch_sampler is specified")
            if sampler is not None and shuffle:
                raise ValueError("DataLoader: shuffle must not be specified if sampler is specified")
            if sampler is None:
                sampler = (RandomSampler if shuffle else SequentialSampler)(len(dataset))
            batch_sampler = BatchSampler(sampler, batch_size, last_batch or "keep")
        elif batch_size is not None or shuffle or sampler is not None or last_batch is not None:
            raise ValueError("DataLoader: batch_size, shuffle, sampler and last_batch must not be specified if batch_sampler is specified.")
        self._dataset = dataset if isinstance(dataset, Dataset) else SimpleDataset(dataset)
        self._batch_sampler, self._timeout = batch_sampler, timeout
        self._batchify_fn = batchify_fn
        self._num_workers = max(0, num_workers)
        self._prefetch = max(0, 2 * self._num_workers if prefetch is None else int(prefetch))
        self._pinned = cpu_pinned(pin_device_id) if pin_memory else None

    def __len__(self):
        return len(self._batch_sampler)

    def __iter__(self):
        if self._batchify_fn in (None, default_batchify_fn) or type(self._batchify_fn) is Stack:
            if self._dataset._joins():  # gathering rows costs less than handing work to threads
                return map(_Maker(self._dataset._batch, self._pinned), self._batch_sampler)
        make = _Maker(_Samples(self._dataset, self._batchify_fn or default_batchify_fn), self._pinned)
        if self._num_workers:
            return Prefetch(self._batch_sampler, make, self._num_workers, self._prefetch, self._timeout, len(self))
        return map(make, self._batch_sampler)


class _Samples:
    """Samples made one by one, then joined. Threads hold it; it holds no loader."""

    def __init__(self, dataset, batchify_fn):
        self._dataset, self._batchify_fn = dataset, batchify_fn

    def __call__(self, indices):
        return self._batchify_fn([settle(self._dataset[i]) for i in indices])


class _Maker:
    """What `make` gives for a list of indices, on the device that was asked for."""

    def __init__(self, make, pinned):
        self._make, self._pinned = make, pinned

    def __call__(self, indices):
        batch = self._make(indices)
        return batch if self._pinned is None else _placed(batch, self._pinned)
