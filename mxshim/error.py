"""MXNet's exception classes (mxnet.error)."""
from .base import InternalError as InternalError
from .base import MXNetError as MXNetError


def register_error(func_name=None, cls=None):
    """Give `cls` back, or a decorator that does, as MXNet's code that announces classes of errors expects.

    Call it as a decorator, `@register_error`, with a name, `@register_error("name")`, or as a function, `register_error("name", cls)`.
    Everything here is Python, so errors come as they were raised and nothing has to be found by its name.
    """
    if isinstance(func_name, type):
        return func_name
    return cls if cls is not None else lambda registered: registered


register = register_error
