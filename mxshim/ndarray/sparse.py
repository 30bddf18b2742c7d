"""mx.nd.sparse."""
from ..absent import missing as _missing
from ..array.fill import fill as _fill
from ..array.sparse import BaseSparseNDArray as BaseSparseNDArray
from ..array.sparse import CSRNDArray as CSRNDArray
from ..array.sparse import RowSparseNDArray as RowSparseNDArray
from ..base import NotSupportedForSparseNDArray as NotSupportedForSparseNDArray

__all__ = ["BaseSparseNDArray", "CSRNDArray", "NotSupportedForSparseNDArray", "RowSparseNDArray"]
_fill(globals(), "nd.sparse", __name__)
__getattr__ = _missing("nd.sparse", __name__, __all__)
