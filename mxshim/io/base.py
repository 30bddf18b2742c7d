"""What an iterator gives and how (MXNet: mxnet.io.io)."""
from __future__ import annotations

import collections

import numpy as onp

from ..arguments import Checked, check, checked
from ..base import MXNetError

__all__ = ["DataBatch", "DataDesc", "DataIter"]


class DataDesc(collections.namedtuple("DataDesc", ["name", "shape"])):
    """Name and shape of an array in a batch; also its dtype and layout, a letter for each axis, "N" for the batch."""

    def __new__(cls, name, shape, dtype=onp.float32, layout="NCHW"):
        found = super().__new__(cls, name, shape)
        found.dtype, found.layout = dtype, layout
        return found

    def __repr__(self):
        return f"DataDesc[{self.name},{self.shape},{self.dtype},{self.layout}]"

    def __getnewargs__(self):
        return self.name, self.shape, self.dtype, self.layout

    @staticmethod
    def get_batch_axis(layout):
        """Which axis the batch is along: 0 for None, -1 if the layout has no "N"."""
        if layout is None:
            return 0
        check("DataDesc.get_batch_axis", "layout", layout, "a text")
        return layout.find("N")

    @staticmethod
    @checked(shapes="a list")
    def get_list(shapes, types):
        """DataDescs of pairs (name, shape) and pairs (name, dtype); types may be None."""
        if types is None:
            return [DataDesc(name, shape) for name, shape in shapes]
        dtypes = dict(types)
        for name, _ in shapes:
            if name not in dtypes:
                raise KeyError(f"DataDesc.get_list: `types` says nothing of {name!r}, only of {', '.join(map(repr, dtypes))}")
        return [DataDesc(name, shape, dtypes[name]) for name, shape in shapes]


class DataBatch:
    """A batch: lists of arrays `data` and `label`, and what is known about it.

    pad: how many examples at its end are there only to fill it.  index: the examples' numbers.  bucket_key, provide_data, provide_label:
    what the iterator says of it.
    Raises: AssertionError if data or label are no lists.
    """

    def __init__(self, data, label=None, pad=None, index=None, bucket_key=None, provide_data=None, provide_label=None):
        if data is not None and not isinstance(data, list | tuple):
            raise AssertionError(f"Data must be list of NDArrays, got {type(data).__name__}")
        if label is not None and not isinstance(label, list | tuple):
            raise AssertionError(f"Label must be list of NDArrays, got {type(label).__name__}")
        self.data, self.label, self.pad, self.index = data, label, pad, index
        self.bucket_key, self.provide_data, self.provide_label = bucket_key, provide_data, provide_label

    def __str__(self):
        labels = [a.shape for a in self.label] if self.label else None
        return f"{type(self).__name__}: data shapes: {[a.shape for a in self.data]} label shapes: {labels}"


class DataIter(Checked):
    """An iterator over DataBatches that `reset` starts again.

    Subclasses define `next`, or `iter_next` with getdata, getlabel, getpad and getindex, which speak of the batch it moved to.
    """

    def __init__(self, batch_size=0):
        self.batch_size = batch_size

    def __iter__(self):
        return self

    def reset(self):
        """Back to the first batch."""

    def next(self):
        """The next DataBatch. Raises: StopIteration after the last."""
        if not self.iter_next():
            raise StopIteration
        return DataBatch(data=self.getdata(), label=self.getlabel(), pad=self.getpad(), index=self.getindex())

    def __next__(self):
        return self.next()

    def iter_next(self):
        """Go to the next batch; False after the last."""
        return False

    def getdata(self):
        """The arrays of this batch."""

    def getlabel(self):
        """The labels of this batch."""

    def getindex(self):
        """The numbers of its examples, if they are known."""

    def getpad(self):
        """How many examples at its end only fill it."""


class Moving(DataIter):
    """An iterator with a method `next` that keeps the batch, one array of data and one of labels, as `_current`.

    iter_next goes on to it; getdata, getlabel, getpad and getindex speak of it.
    """

    _current = None

    def iter_next(self):
        try:
            self.next()
        except StopIteration:
            return False
        return True

    def _moved(self):
        if self._current is None:
            raise MXNetError(f"{type(self).__name__}: call iter_next() or next() first")
        return self._current

    def getdata(self):
        return self._moved().data[0]

    def getlabel(self):
        return self._moved().label[0]

    def getindex(self):
        return self._moved().index

    def getpad(self):
        return self._moved().pad
