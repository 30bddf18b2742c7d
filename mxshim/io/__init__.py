"""mx.io: iterators over batches, for programs of MXNet 1's style (MXNet: mxnet.io). Newer ones use gluon.data."""
from ..absent import missing as _missing
from ..absent import parts as _parts
from .arrays import NDArrayIter as NDArrayIter
from .arrays import _has_instance as _has_instance
from .arrays import _init_data as _init_data
from .base import DataBatch as DataBatch
from .base import DataDesc as DataDesc
from .base import DataIter as DataIter
from .files import CSVIter as CSVIter
from .files import LibSVMIter as LibSVMIter
from .files import MNISTIter as MNISTIter
from .files import MXDataIter as MXDataIter
from .images import ImageDetRecordIter as ImageDetRecordIter
from .images import ImageRecordIter as ImageRecordIter
from .images import ImageRecordIter_v1 as ImageRecordIter_v1
from .images import ImageRecordUInt8Iter as ImageRecordUInt8Iter
from .images import ImageRecordUInt8Iter_v1 as ImageRecordUInt8Iter_v1
from .wrapping import PrefetchingIter as PrefetchingIter
from .wrapping import ResizeIter as ResizeIter

__all__ = ["CSVIter", "DataBatch", "DataDesc", "DataIter", "ImageDetRecordIter", "ImageRecordIter", "ImageRecordIter_v1",
           "ImageRecordUInt8Iter", "ImageRecordUInt8Iter_v1", "LibSVMIter", "MNISTIter", "MXDataIter", "NDArrayIter", "PrefetchingIter",
           "ResizeIter"]

_parts(__name__, "io utils")
__getattr__ = _missing("mx.io", __name__, __all__)
