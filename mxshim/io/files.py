"""Batches of examples in files: CSV, LibSVM and MNIST's (MXNet: mxnet.io.CSVIter and the others that its C++ library makes)."""
from __future__ import annotations

import bisect
import gzip
import math
import os
import struct

import numpy as onp

from .. import ndarray as nd
from .. import numpy as np
from ..arguments import check
from ..array.convert import adopt_numpy
from ..base import MXNetError, as_dtype
from ..device import current_device
from ..engine.rng import Serial
from ..util import is_np_array
from .augmenting import unknown
from .base import DataBatch, DataDesc, Moving

__all__ = ["CSVIter", "LibSVMIter", "MNISTIter", "MXDataIter"]


class MXDataIter(Moving):
    """What iterators over files share: `next` and the protocol of iter_next, getdata, getlabel, getpad and getindex.

    Subclasses define `_count`, how many examples there are, and `_make(places)`, the data and the labels of a batch of them.
    round_batch: whether a last batch is filled with the first examples, which the next epoch then leaves out, as MXNet does; if not, it is
    filled with those of the batch before. Such examples are counted by `pad`.
    Attributes: provide_data, provide_label, first_batch.
    """

    _round = True
    _wants = {"batch_size": "a number that is positive"}

    def __init__(self, batch_size, data_name="data", label_name="softmax_label"):
        super().__init__(int(batch_size))
        if not self._count:
            raise MXNetError(f"{type(self).__name__}: there are no examples")
        self._debug_skip_load, self._start, self._at, self._wrapped = False, 0, 0, 0
        self.first_batch = None
        self.first_batch = self.next()
        data, label = self.first_batch.data[0], self.first_batch.label[0]
        self.provide_data = [DataDesc(data_name, data.shape, data.dtype)]
        self.provide_label = [DataDesc(label_name, label.shape, label.dtype)]

    _count = 0

    def _make(self, places):
        raise NotImplementedError

    def debug_skip_load(self):
        """Give the first batch again and again, to time a program without its reading."""
        self._debug_skip_load = True

    def reset(self):
        """Back to the first example, or to the first that the last batch was not filled with."""
        self.first_batch = None
        self._at, self._wrapped = self._wrapped, 0

    def _next_batch(self):
        """The next batch, or None."""
        count, size, at = self._count, self.batch_size, self._at
        if at >= count or self._wrapped:
            return None
        places, missing = numbers_of(at, size, count, self._round)
        if missing and self._round:
            if missing > count:
                raise MXNetError(f"{type(self).__name__}: a batch of {size} cannot be filled from {count} examples; choose a smaller "
                                 "batch_size")
            self._wrapped = missing
        self._at = at + size
        data, label = self._make(places)
        return DataBatch([data], [label], missing, places.astype("uint64"))

    def next(self):
        if self._debug_skip_load and self._current is not None:
            return self._current
        if self.first_batch is not None:
            batch, self.first_batch = self.first_batch, None
            self._current = batch
            return batch
        batch = self._next_batch()
        if batch is None:
            raise StopIteration
        self._current = batch
        return batch

    def getitems(self):
        """Data and labels of this batch, in a tuple."""
        return self.getdata(), self.getlabel()

    def __len__(self):
        return math.ceil(self._count / self.batch_size)


def numbers_of(at, size, count, wraps):
    """(the numbers of the examples in a batch from `at` on, how many at its end only fill it): the first ones, or those of the batch
    before."""
    missing = max(0, at + size - count)
    found = onp.arange(at, at + size)
    if missing and wraps:
        found %= count
    elif missing:
        found[size - missing:] = found[size - missing:] - size if at >= size else count - 1
    return found, missing


def batch_array(elements):
    """A batch over elements that nobody else holds: np.ndarray in np mode, else nd.NDArray."""
    return adopt_numpy(onp.ascontiguousarray(elements), np.ndarray if is_np_array() else nd.NDArray, current_device())


def _files(path, what):
    """The file, or the files of a folder."""
    path = os.path.expanduser(path)
    if os.path.isdir(path):
        return [os.path.join(path, name) for name in sorted(os.listdir(path))]
    if not os.path.isfile(path):
        raise MXNetError(f"{what}: there is no file {path}")
    return [path]


def required(what, **arguments):
    """Raises: MXNetError for an argument that is not given."""
    for name, value in arguments.items():
        if value is None or value == "":
            raise MXNetError(f"{what}: the argument {name}= is required")


def known(what, others, accepted=("prefetch_buffer", "ctx", "preprocess_threads", "verbose", "device_id")):
    """Warn of arguments that nobody knows. Those in `accepted` say how MXNet works and change nothing here."""
    unknown(what, [name for name in others if name not in accepted])


class CSVIter(MXDataIter):
    """Batches of the lines of a CSV file of numbers, or of all files of a folder.

    data_csv, data_shape: the file and the shape of an example, which is a line.  label_csv, label_shape: the same of labels, which are 0
    without a file.  dtype: float32, float64, int32 or int64; default float32.  round_batch: see MXDataIter.
    Raises: MXNetError for missing files and arguments, and for lines that do not fit.
    """

    _wants = {"data_csv": "a file's name", "label_csv": "a file's name", "data_shape": "whole numbers", "label_shape": "whole numbers"}

    def __init__(self, data_csv=None, data_shape=None, label_csv="NULL", label_shape=(1,), batch_size=None, round_batch=True, dtype=None,
                 data_name="data", label_name="softmax_label", **others):
        required("CSVIter", data_csv=data_csv, data_shape=data_shape, batch_size=batch_size)
        known("CSVIter", others)
        dtype = as_dtype(dtype or "float32")
        if dtype.name not in ("float32", "float64", "int32", "int64"):
            raise MXNetError(f"CSVIter: dtype must be float32, float64, int32 or int64, got {dtype.name}")
        self._data = _csv(data_csv, tuple(data_shape), dtype)
        self._labels = (onp.zeros((len(self._data), *label_shape), dtype) if label_csv == "NULL" else
                        _csv(label_csv, tuple(label_shape), dtype))
        if len(self._labels) < len(self._data):
            raise MXNetError(f"CSVIter: there are {len(self._data)} examples, but {len(self._labels)} labels")
        if tuple(label_shape) == (1,):
            self._labels = self._labels[:, 0]
        self._count, self._round = len(self._data), bool(round_batch)
        super().__init__(batch_size, data_name, label_name)

    def _make(self, places):
        return batch_array(self._data[places]), batch_array(self._labels[places])


def _csv(path, shape, dtype):
    """(lines, *shape) of the numbers in a CSV file or folder."""
    width, read, rows = math.prod(shape), float if dtype.kind == "f" else int, []

    def row(line, number, name):
        words = line.split(",")
        if len(words) != width:
            raise MXNetError(f"CSVIter: line {number} of {name} has {len(words)} numbers, shape {shape} needs {width}")
        try:
            return [read(w) for w in words]
        except ValueError as error:
            raise MXNetError(f"CSVIter: line {number} of {name} is not made of numbers: {error}") from None

    for name in _files(path, "CSVIter"):
        with open(name, encoding="utf-8") as f:
            rows += [row(line, number, name) for number, line in enumerate(f, 1) if line.strip()]
    return onp.array(rows, dtype).reshape(-1, *shape)


class LibSVMIter(MXDataIter):
    """Batches of the lines of a LibSVM file, "label column:value ...", columns counted from 0, as csr matrices.

    data_libsvm, data_shape: the file, or a folder of them, and (columns,).  label_libsvm, label_shape: a file with lines of the same kind
    whose columns are the labels, also csr; without it the numbers in front of the lines are.
    num_parts, part_index: only this of so many parts of the file, of equal bytes; a line belongs to the part in which it begins.
    Raises: MXNetError for missing files and arguments, and for lines that do not fit.
    """

    _wants = {"data_libsvm": "a file's name", "label_libsvm": "a file's name"}

    def __init__(self, data_libsvm=None, data_shape=None, label_libsvm="NULL", label_shape=(1,), num_parts=1, part_index=0, batch_size=None,
                 round_batch=True, dtype=None, data_name="data", label_name="softmax_label", **others):
        required("LibSVMIter", data_libsvm=data_libsvm, data_shape=data_shape, batch_size=batch_size)
        known("LibSVMIter", others)
        if not round_batch:
            raise MXNetError("LibSVMIter: round_batch must be True")
        if not 0 <= part_index < num_parts:
            raise MXNetError(f"LibSVMIter: part_index must be from 0 to {num_parts - 1}, as there are {num_parts} parts, got {part_index}")
        self._dtype = as_dtype(dtype or "float32")
        self._width = _one_axis(data_shape, "data_shape")
        self._data, labels, cuts = _libsvm(data_libsvm, self._width, num_parts)
        self._label_width = None if label_libsvm == "NULL" else _one_axis(label_shape, "label_shape")
        self._labels = labels if self._label_width is None else _libsvm(label_libsvm, self._label_width)[0]
        if len(self._labels) < len(self._data):
            raise MXNetError(f"LibSVMIter: there are {len(self._data)} examples, but {len(self._labels)} labels")
        first, last = cuts[part_index:part_index + 2]
        self._data, self._labels = self._data[first:last], self._labels[first:last]
        self._count = len(self._data)
        super().__init__(batch_size, data_name, label_name)

    def _csr(self, rows, places, width):
        chosen = [rows[i] for i in places]
        columns = onp.concatenate([c for c, _ in chosen])
        values = onp.concatenate([v for _, v in chosen]).astype(self._dtype)
        pointers = onp.cumsum([0, *(len(c) for c, _ in chosen)])
        return nd.sparse.csr_matrix((values, columns, pointers), shape=(len(places), width), dtype=self._dtype)

    def _make(self, places):
        data = self._csr(self._data, places, self._width)
        if self._label_width is None:
            return data, nd.array(onp.array([self._labels[i] for i in places]), dtype=self._dtype)
        return data, self._csr(self._labels, places, self._label_width)


def _one_axis(shape, name):
    shape = shape if isinstance(shape, list | tuple) else (shape,)
    check("LibSVMIter", name, shape, "whole numbers")
    if len(shape) != 1:
        raise MXNetError(f"LibSVMIter: {name} must have one number, got {shape}")
    return shape[0]


def _libsvm(path, width, parts=1):
    """([(columns, values)], [label], where the rows of each part begin and the last one ends) of a LibSVM file, or of a folder of them.

    A cut between two parts moves to the line after the one it falls into, the first byte of a line included, unless a file begins there.
    """
    rows, labels, starts, begins, size = [], [], [], {0}, 0
    for name in _files(path, "LibSVMIter"):
        with open(name, "rb") as f:
            for number, content in enumerate(f, 1):
                start, size, line = size, size + len(content), content.decode()
                words = line.partition("#")[0].split()
                if not words:
                    continue
                try:
                    label = float(words[0].split(",")[0].partition(":")[0])  # "label:weight" is a label, too
                    pairs = [word.split(":") for word in words[1:]]
                    columns = onp.array([int(c) for c, _ in pairs], "int64")
                    values = onp.array([float(v) for _, v in pairs])
                except ValueError:
                    raise MXNetError(f"LibSVMIter: line {number} of {name} is not 'label column:value ...': {line[:80]!r}") from None
                if len(columns) and (columns.min() < 0 or columns.max() >= width or (onp.diff(columns) <= 0).any()):
                    raise MXNetError(f"LibSVMIter: line {number} of {name}: columns must ascend from 0 to {width - 1}, got {line[:80]!r}")
                rows.append((columns, values))
                labels.append(label)
                starts.append(start)
        begins.add(size)
    each = -(-size // parts)
    cuts = [min(each * k, size) for k in range(parts + 1)]
    return rows, labels, [bisect.bisect_left(starts, c) if c in begins else bisect.bisect_right(starts, c) for c in cuts]


def read_idx(path, magic):
    """An array of bytes in the IDX format of the MNIST files, maybe compressed. Raises: ValueError if it is something else or cut off."""
    with (gzip.open if str(path).endswith(".gz") else open)(path, "rb") as f:
        content = f.read()
    found = struct.unpack(">I", content[:4])[0] if len(content) >= 4 else None
    if found != magic:
        raise ValueError(f"{path} is not the file its name says: it begins with {content[:4]!r}, an IDX file of "
                         f"{'images' if magic == 2051 else 'labels'} with {struct.pack('>I', magic)!r}")
    rank = magic & 255
    if len(content) < 4 + 4 * rank:
        raise ValueError(f"{path} is cut off within its header")
    shape = struct.unpack(f">{rank}I", content[4:4 + 4 * rank])
    if len(content) != 4 + 4 * rank + int(onp.prod(shape, dtype="float64")):
        raise ValueError(f"{path} is cut off: its header announces {shape}, {len(content)} bytes are there")
    return onp.frombuffer(content, "uint8", offset=4 + 4 * rank).reshape(shape)


class MNISTIter(MXDataIter):
    """Batches of the MNIST files: images float32 (N, 1, 28, 28) in 0..1, in 256ths, and labels float32 (N,). Examples that do not fill a
    batch are left out.

    image, label: the files, maybe compressed (.gz).  shuffle: one order for all epochs, from `seed`, as MXNet's.  flat: images (N, 784).
    num_parts, part_index: only this of so many parts of the examples.
    Raises: MXNetError for missing and damaged files.
    """

    _round = False

    _wants = {"image": "a file's name", "label": "a file's name"}

    def __init__(self, image="./train-images-idx3-ubyte", label="./train-labels-idx1-ubyte", batch_size=128, shuffle=True, flat=False,
                 seed=0, silent=False, num_parts=1, part_index=0, dtype=None, data_name="data", label_name="softmax_label", **others):
        known("MNISTIter", others, ("prefetch_buffer", "ctx", "input_shape", "data_shape"))
        try:
            images, labels = (read_idx(os.path.expanduser(p), magic) for p, magic in ((image, 2051), (label, 2049)))
        except (OSError, ValueError) as error:
            raise MXNetError(f"MNISTIter: {error}") from None
        if len(images) != len(labels):
            raise MXNetError(f"MNISTIter: there are {len(images)} images, but {len(labels)} labels")
        first, last = (len(images) * (part_index + k) // num_parts for k in (0, 1))
        images, labels = images[first:last], labels[first:last]
        if shuffle:
            order = Serial(int(seed)).order(len(images), True)
            images, labels = images[order], labels[order]
        self._images, self._labels, self._flat, self._dtype = images, labels, bool(flat), as_dtype(dtype or "float32")
        self._count = len(images) // int(batch_size) * int(batch_size)
        super().__init__(batch_size, data_name, label_name)

    def _make(self, places):
        pixels = (self._images[places].astype("float32") / 256).astype(self._dtype)
        shape = (len(places), -1) if self._flat else (len(places), 1, *self._images.shape[1:])
        return batch_array(pixels.reshape(shape)), batch_array(self._labels[places].astype(self._dtype))
