"""MXNet's exception classes (mxnet.error)."""
from .base import InternalError as InternalError
from .base import MXNetError as MXNetError
from .base import register_error as register_error

register = register_error
