"""MXNet's exception classes (mxnet.error)."""
from .base import InternalError as InternalError
from .base import MXNetError as MXNetError
