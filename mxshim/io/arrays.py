"""Batches of arrays (MXNet: mxnet.io.NDArrayIter)."""
from __future__ import annotations

import numpy as onp

from .. import ndarray as nd
from ..array.convert import adopt_numpy, taken
from ..array.sparse import CSRNDArray
from ..engine.cell import shared
from .base import DataBatch, DataDesc, DataIter

__all__ = ["NDArrayIter"]


def _init_data(data, allow_empty, default_name):
    """[(name, array)] of an array, a list or a dict of them, sorted by name; other libraries' iterators import it.

    Raises: TypeError for what is no array, AssertionError for nothing unless allow_empty.
    """
    if data is None or (isinstance(data, list) and not data):
        if not allow_empty:
            raise AssertionError(f"NDArrayIter: there is no {default_name}")
        return []
    if isinstance(data, onp.ndarray | nd.NDArray):
        data = [data]
    if isinstance(data, list):
        data = {default_name: data[0]} if len(data) == 1 else {f"_{i}_{default_name}": a for i, a in enumerate(data)}
    if not isinstance(data, dict):
        raise TypeError(f"data must be an array of mx or NumPy, a list of arrays, or a dict of them by name, got {type(data).__name__}")
    return sorted((k, _array(k, v)) for k, v in data.items())


def _has_instance(data, dtype) -> bool:
    """Whether one of the arrays of [(name, array)] is of a class."""
    return any(isinstance(array, dtype) for _, array in data)


def _array(name, source):
    if isinstance(source, nd.NDArray):
        return source
    try:
        return nd.array(source)
    except Exception as error:
        raise TypeError(f"Invalid type '{type(source).__name__}' for {name}, should be NDArray or numpy.ndarray") from error


def _shuffled(array):
    """What shuffling makes of an array: one of float32, unless it is sparse."""
    return array if isinstance(array, CSRNDArray) else array.astype("float32", copy=False)


class _Source:
    """An array, read to the host once, of which rows along the batch axis are taken."""

    def __init__(self, array, axis):
        self.array, self.axis, self._value = array, axis, None

    def rows(self, order):
        if isinstance(self.array, CSRNDArray):
            return _csr_rows(self.array, order)
        value = self.array._value_now()
        if value is not self._value:  # the first time, and after somebody wrote to the array
            self._elements, self._value = self.array._host(), value
            shared.add(value)  # what was read may be the device's own memory, which no program may overwrite now
        return adopt_numpy(taken(self._elements, order, self.axis), type(self.array), self.array.ctx)


def _csr_rows(array, order):
    data, indices, indptr = (a.asnumpy() for a in (array.data, array.indices, array.indptr))
    lengths = onp.diff(indptr)[order]
    places = onp.concatenate([onp.arange(indptr[i], indptr[i + 1]) for i in order]) if len(order) else onp.zeros(0, int)
    pointers = onp.concatenate([[0], onp.cumsum(lengths)])
    return nd.sparse.csr_matrix((data[places], indices[places], pointers), shape=(len(order), array.shape[1]), ctx=array.ctx,
                                dtype=array.dtype)


def _joined(first, second, axis):
    """Two lists of arrays, array by array one after the other."""
    return [nd.concat(a, b, dim=axis) for a, b in zip(first, second, strict=True)] if first and second else first or second


class NDArrayIter(DataIter):
    """Batches of arrays that have one example for each index of the batch axis.

    Args:
        data, label: an array of ours or of NumPy (which becomes float32), a list, or a dict of them; csr matrices too.
        shuffle: another order after each reset, from NumPy's global generator. Dense arrays become float32 then.
        last_batch_handle: what becomes of examples that do not fill a batch: "pad" fills it from the beginning, "discard" drops them,
            "roll_over" begins the next epoch with them.
        data_name, label_name: names of single arrays; several in a list are called _0_data, _1_data and so on.
        layout: where the batch axis is, "N".
    Raises: TypeError for what is no array, AssertionError without data, NotImplementedError for csr matrices unless with "discard".
    Differs: batches of csr matrices are csr; 1.9.1 makes them dense.
    >>> for batch in mx.io.NDArrayIter(nd.ones((4, 3)), nd.zeros(4), batch_size=2): print(batch)
    DataBatch: data shapes: [(2, 3)] label shapes: [(2,)]
    DataBatch: data shapes: [(2, 3)] label shapes: [(2,)]
    """

    _wants = {"batch_size": "a whole number that is positive", "data_name": "a text", "label_name": "a text", "layout": "a text"}
    _or_none = ("data_name", "label_name")

    def __init__(self, data, label=None, batch_size=1, shuffle=False, last_batch_handle="pad", data_name="data",
                 label_name="softmax_label", layout="NCHW"):
        super().__init__(batch_size)
        self._axis = layout.find("N")
        if self._axis < 0:
            raise ValueError(f"NDArrayIter: the layout {layout!r} has no batch axis N")
        self._data, self._label = ([(k, _Source(_shuffled(a) if shuffle else a, self._axis)) for k, a in _init_data(source, empty, name)]
                                   for source, empty, name in ((data, False, data_name), (label, True, label_name)))
        sources = [s.array for _, s in self._data + self._label]
        for name, s in self._data + self._label:
            if s.array.ndim <= self._axis:
                raise ValueError(f"NDArrayIter: {name} of shape {s.array.shape} has no axis {self._axis} of examples")
        if last_batch_handle != "discard" and any(isinstance(a, CSRNDArray) for a in sources):
            raise NotImplementedError("NDArrayIter: csr data needs last_batch_handle='discard'")
        self.num_data, self.num_source = sources[0].shape[self._axis], len(sources)
        for (name, source) in self._data + self._label:
            if source.array.shape[self._axis] < self.num_data:
                raise ValueError(f"NDArrayIter: {name} has {source.array.shape[self._axis]} examples, {self._data[0][0]} {self.num_data}")
        self.idx = onp.arange(self.num_data)
        self._order = self.idx.copy()  # MXNet permutes what the last epoch permuted
        self.shuffle, self.last_batch_handle, self.layout = shuffle, last_batch_handle, layout
        self._cache_data = self._cache_label = None
        self.cursor = -batch_size
        self.reset()

    @property
    def data(self):
        """[(name, array)], the arrays in this epoch's order."""
        return [(k, s.rows(self._order) if self.shuffle else s.array) for k, s in self._data]

    @property
    def label(self):
        """[(name, array)], as data."""
        return [(k, s.rows(self._order) if self.shuffle else s.array) for k, s in self._label]

    def _described(self, sources):
        def shape(s):
            return (*s[:self._axis], self.batch_size, *s[self._axis + 1:])
        return [DataDesc(k, shape(s.array.shape), s.array.dtype, self.layout) for k, s in sources]

    @property
    def provide_data(self):
        """Names, shapes and dtypes of a batch's data."""
        return self._described(self._data)

    @property
    def provide_label(self):
        """Names, shapes and dtypes of a batch's labels."""
        return self._described(self._label)

    def hard_reset(self):
        """As reset; what should roll over is dropped."""
        self._shuffle_data()
        self.cursor = -self.batch_size
        self._cache_data = self._cache_label = None

    def reset(self):
        self._shuffle_data()
        rest = self.num_data - self.batch_size < self.cursor < self.num_data
        if self.last_batch_handle == "roll_over" and rest:
            self.cursor -= self.num_data + self.batch_size  # the next batch begins with what is left
        else:
            self.cursor = -self.batch_size

    def _shuffle_data(self):
        if self.shuffle:
            onp.random.shuffle(self.idx)
            self._order = self._order[self.idx]

    def iter_next(self):
        self.cursor += self.batch_size
        return self.cursor < self.num_data

    def next(self):
        if not self.iter_next():
            raise StopIteration
        data, label = self.getdata(), self.getlabel()
        if data[0].shape[self._axis] != self.batch_size:  # for the next epoch
            self._cache_data, self._cache_label = data, label
            raise StopIteration
        return DataBatch(data=data, label=label, pad=self.getpad(), index=None)

    def _batch(self, sources, cached):
        if self.cursor >= self.num_data:
            raise AssertionError("DataIter needs reset.")
        if -self.batch_size < self.cursor < 0:
            if cached is None:
                raise AssertionError("next epoch should have cached data: it rolls over what next() could not fill a batch with")
            return _joined(cached, self._rows(sources, onp.arange(self.cursor + self.batch_size) % self.num_data), self._axis)
        stop = self.cursor + self.batch_size
        places = onp.arange(self.cursor, stop)
        return self._rows(sources, places % self.num_data if self.last_batch_handle == "pad" else places[:self.num_data - self.cursor])

    def _rows(self, sources, places):
        order = self._order[places]
        return [source.rows(order) for _, source in sources]

    def getdata(self):
        found = self._batch(self._data, self._cache_data)
        self._cache_data = None
        return found

    def getlabel(self):
        found = self._batch(self._label, self._cache_label)
        self._cache_label = None
        return found

    def getpad(self):
        if self.last_batch_handle == "pad":
            return max(0, self.cursor + self.batch_size - self.num_data)
        return -self.cursor if self.last_batch_handle == "roll_over" and -self.batch_size < self.cursor < 0 else 0
