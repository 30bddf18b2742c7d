"""A gluon DataLoader for Module (MXNet: mxnet.contrib.io)."""
from __future__ import annotations

from .. import ndarray as nd
from ..absent import missing as _missing
from ..io import DataDesc, DataIter

__all__ = ["DataLoaderIter"]


class DataLoaderIter(DataIter):
    """The batches (data, label) of a gluon.data.DataLoader as DataBatches, in one dtype.

    data_name, label_name: the variables that they fill.  dtype: such as "float32".
    A short last batch is filled with its own examples again, and says so in `pad`; MXNet shows what its memory held.
    """

    def __init__(self, loader, data_name="data", label_name="softmax_label", dtype="float32"):
        self._loader = loader
        data, label = next(iter(loader))
        super().__init__(data.shape[0])
        self.dtype = dtype
        self.provide_data = [DataDesc(data_name, data.shape, dtype)]
        self.provide_label = [DataDesc(label_name, label.shape, dtype)]
        self.reset()

    def reset(self):
        self._iter, self._batch = iter(self._loader), None

    def iter_next(self):
        self._batch = next(self._iter, None)
        return self._batch is not None

    def getdata(self):
        return [self._filled(self._batch[0])]

    def getlabel(self):
        return [self._filled(self._batch[1])]

    def _filled(self, array):
        array = array.as_nd_ndarray().astype(self.dtype)
        return nd.take(array, nd.arange(self.batch_size), axis=0, mode="wrap") if self.getpad() else array

    def getpad(self):
        return self.batch_size - self._batch[0].shape[0]


__getattr__ = _missing("mx.contrib.io", __name__, __all__)
