"""MXNet's exception classes (mxnet.error)."""
from .base import InternalError as InternalError
from .base import MXNetError as MXNetError
from .base import NotImplementedForSymbol as NotImplementedForSymbol
from .base import NotSupportedForSparseNDArray as NotSupportedForSparseNDArray
