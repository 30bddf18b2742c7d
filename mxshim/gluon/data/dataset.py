"""Samples by index, and datasets made from other datasets (MXNet: mxnet.gluon.data.dataset)."""
from __future__ import annotations

import os

import numpy as onp

from ...arguments import Checked, check
from ...recordio import MXIndexedRecordIO
from ..dialect import ARRAYS
from .batchify import joined
from .plans import chain, transformed
from .rows import Rows, on_host, settle
from .sampler import FilterSampler, Sampler, SequentialSampler

__all__ = ["ArrayDataset", "Dataset", "RecordFileDataset", "SimpleDataset"]


class Dataset:
    """Samples 0 to len - 1. Subclasses have `__getitem__(i)` and `__len__()`; arrays and lists can serve as datasets themselves."""

    def __getitem__(self, idx):
        raise NotImplementedError(f"{type(self).__name__} needs a method __getitem__")

    def __len__(self):
        raise NotImplementedError(f"{type(self).__name__} needs a method __len__")

    def _joins(self) -> bool:
        """Whether samples can be had as a batch without making each of them: where no code of the user's has to see them."""
        return False

    def _batch(self, indices):
        """Where `_joins`: samples `indices` as the default batchify would join them."""
        raise NotImplementedError

    def __mx_handle__(self):
        """The dataset itself; in MXNet 2 its twin in the C++ loader."""
        return self

    def filter(self, fn):
        """The samples for which fn(sample) is true; fn is called now, for every sample."""
        return _SampledDataset(self, FilterSampler(fn, self))

    def shard(self, num_shards, index):
        """Part number `index` of num_shards parts that follow each other; the first parts are longer by one if it does not divide evenly.

        Raises: AssertionError if index is not in [0, num_shards)."""
        check("shard", "num_shards", num_shards, "a whole number")
        check("shard", "index", index, "a whole number")
        if num_shards <= 0:
            raise AssertionError(f"Number of shards must be greater than 0, got {num_shards}")
        if not 0 <= index < num_shards:
            raise AssertionError(f"Shard index out of bound: {index} out of {num_shards}")
        each, longer = divmod(len(self), num_shards)
        return _SampledDataset(self, SequentialSampler(each + (index < longer), each * index + min(index, longer)))

    def take(self, count):
        """The first `count` samples; all of them for None or more than there are. Raises: AssertionError for a negative number."""
        if count is not None:
            check("take", "count", count, "a whole number")
        if count is not None and count < 0:
            raise AssertionError(f"take: count must be a positive integer, got {count}")
        return _SampledDataset(self, SequentialSampler(len(self) if count is None else min(count, len(self))))

    def sample(self, sampler):
        """The samples that a Sampler names, in its order, which is fixed now.

        Raises: TypeError if it is not a Sampler."""
        if not isinstance(sampler, Sampler):
            raise TypeError(f"sample: a gluon.data.Sampler is needed, got {type(sampler).__name__}")
        return _SampledDataset(self, sampler)

    def transform(self, fn, lazy=True):
        """fn of every sample; a sample of several parts, a tuple, comes as several arguments.

        lazy: True calls fn whenever a sample is taken, False now and once, which also fixes what is random in it."""
        lazily = _LazyTransformDataset(self, fn)
        return lazily if lazy else SimpleDataset([settle(lazily[i]) for i in range(len(lazily))])

    def transform_first(self, fn, lazy=True):
        """As transform, with fn of the first part of every sample; the other parts stay."""
        return self.transform(_First(fn), lazy)


class SimpleDataset(Checked, Dataset):
    """A list, an array or anything else with `len` and `[]` as a dataset."""

    _wants = {"data": "a sequence or a mapping"}

    def __init__(self, data):
        self._data = data
        self._rows = Rows(data) if on_host(data) else None

    def __len__(self):
        return len(self._data)

    def __getitem__(self, idx):
        return self._data[idx] if self._rows is None else self._rows[idx]

    def _joins(self):
        return self._rows is not None and type(self).__getitem__ is SimpleDataset.__getitem__

    def _batch(self, indices):
        return self._rows.batch(indices)


class ArrayDataset(Dataset):
    """Several arrays, lists or datasets of one length: sample i is (x1[i], x2[i], ...), or x1[i] if there is only one.

    Of arrays with one dimension, such as labels, samples are NumPy numbers, and what is written to them later is not seen.
    Raises: AssertionError without arrays, or if their lengths differ.
    """

    def __init__(self, *args):
        if not args:
            raise AssertionError("ArrayDataset: Needs at least 1 arrays")
        for data in args:
            if not hasattr(data, "__len__"):
                raise TypeError(f"ArrayDataset: arrays, lists or datasets are needed, got {data!r}")
        self._length = len(args[0])
        self._data = []
        for i, data in enumerate(args):
            if len(data) != self._length:
                raise AssertionError(f"All arrays must have the same length; array[0] has length {self._length} "
                                     f"while array[{i}] has {len(data)}.")
            like = data
            if isinstance(data, ARRAYS) and data.ndim == 1:
                data = onp.asarray(data.asnumpy())
            self._data.append(Rows(data, like) if on_host(data) else data)

    def __len__(self):
        return self._length

    def __getitem__(self, idx):
        parts = [data[idx] for data in self._data]
        return parts[0] if len(parts) == 1 else tuple(parts)

    def _joins(self):
        return type(self).__getitem__ is ArrayDataset.__getitem__ and all(type(d) is Rows for d in self._data)

    def _batch(self, indices):
        parts = [rows.batch(indices) for rows in self._data]
        return parts[0] if len(parts) == 1 else parts


class _SampledDataset(Dataset):
    """Some samples of a dataset."""

    def __init__(self, dataset, sampler):
        self._dataset, self._indices = dataset, list(sampler)

    def __len__(self):
        return len(self._indices)

    def __getitem__(self, idx):
        return self._dataset[self._indices[idx]]

    def _joins(self):
        return isinstance(self._dataset, Dataset) and self._dataset._joins()

    def _batch(self, indices):
        return self._dataset._batch([self._indices[i] for i in indices])


class RecordFileDataset(Checked, Dataset):
    """The records of a RecordIO file, bytes, by way of its index: x.rec and x.idx. Threads and processes may share it."""

    _wants = {"filename": "a file's name", "transform": "a function"}

    def __init__(self, filename):
        self.filename, self.idx_file = filename, os.path.splitext(filename)[0] + ".idx"
        self._record = MXIndexedRecordIO(self.idx_file, filename, "r")

    def __len__(self):
        return len(self._record.keys)

    def __getitem__(self, idx):
        return self._record.read_idx(self._record.keys[idx])


class _LazyTransformDataset(Checked, Dataset):
    """fn of every sample."""

    _wants, _called = {"fn": "a function"}, "transform"

    def __init__(self, data, fn):
        self._data, self._fn = data, fn

    def __len__(self):
        return len(self._data)

    def __getitem__(self, idx):
        sample = self._data[idx]
        return self._fn(*sample) if isinstance(sample, tuple) else self._fn(sample)

    def _joins(self):
        fn = self._fn.fn if isinstance(self._fn, _First) else self._fn
        return isinstance(self._data, Dataset) and self._data._joins() and chain(fn) is not None

    def _batch(self, indices):
        batch = self._data._batch(indices)
        first = isinstance(self._fn, _First)
        images = batch[0] if isinstance(batch, list) else batch
        if images.ndim != 4 or (isinstance(batch, list) and not first):
            return joined([settle(self[i]) for i in indices], tuple)
        images = transformed(chain(self._fn.fn if first else self._fn), images)
        return [images, *batch[1:]] if isinstance(batch, list) else images


class _First(Checked):
    """fn of the first argument; the others as they are."""

    _wants, _called = {"fn": "a function"}, "transform_first"

    def __init__(self, fn):
        self.fn = fn

    def __call__(self, x, *others):
        return (self.fn(x), *others) if others else self.fn(x)


class _DownloadedDataset(Checked, Dataset):
    """Base of other people's data sets of files: `_get_data(self)` reads what is in self._root into self._data and self._label.

    root: a folder, made if it is not there.  transform: a function of (data, label) for each sample, or None.
    MXNet: mxnet.gluon.data.dataset._DownloadedDataset.
    """

    _wants = {"root": "a file's name", "transform": "a function"}
    _or_none = ("transform",)

    def __init__(self, root, transform):
        self._root, self._transform = os.path.expanduser(root), transform
        self._data = self._label = None
        os.makedirs(self._root, exist_ok=True)
        self._get_data()

    def __getitem__(self, idx):
        sample = self._data[idx], self._label[idx]
        return sample if self._transform is None else self._transform(*sample)

    def __len__(self):
        return len(self._label)

    def _get_data(self):
        raise NotImplementedError(f"{type(self).__name__} must define _get_data(self)")
