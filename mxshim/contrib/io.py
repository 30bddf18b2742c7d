"""mx.contrib.io: a gluon DataLoader as an iterator for Module (MXNet: mxnet.contrib.io)."""
from __future__ import annotations

from ..io import DataDesc, DataIter
from ..ndarray import zeros_like

__all__ = ["DataLoaderIter"]


class DataLoaderIter(DataIter):
    """The batches (data, label) of a DataLoader as `DataBatch`es.

    loader: a gluon.data.DataLoader whose first batch tells the shapes.  data_name, label_name: names of the module's inputs.
    dtype: what batches are cast to, both data and labels.
    A short last batch is filled with zeros up to the batch size, and `pad` says how many; MXNet fills with what its memory holds.
    """

    def __init__(self, loader, data_name="data", label_name="softmax_label", dtype="float32"):
        super().__init__()
        self._loader, self._iter, self.dtype = loader, iter(loader), dtype
        data, label = next(self._iter)
        self.batch_size = data.shape[0]
        self.provide_data = [DataDesc(data_name, data.shape, dtype)]
        self.provide_label = [DataDesc(label_name, label.shape, dtype)]
        self._current = None
        self.reset()

    def reset(self):
        """Start over."""
        self._iter = iter(self._loader)

    def iter_next(self) -> bool:
        """Move to the next batch; False after the last."""
        self._current = next(self._iter, None)
        return self._current is not None

    def _filled(self, part, shape):
        array = self._current[part].as_nd_ndarray().astype(self.dtype)
        if not self.getpad():
            return [array]
        whole = zeros_like(array[:1]).broadcast_to(shape)
        whole[:len(array)] = array
        return [whole]

    def getdata(self):
        """[the batch's data]."""
        return self._filled(0, self.provide_data[0].shape)

    def getlabel(self):
        """[the batch's labels]."""
        return self._filled(1, self.provide_label[0].shape)

    def getpad(self) -> int:
        """How many examples were added to fill the batch."""
        return self.batch_size - self._current[0].shape[0]
