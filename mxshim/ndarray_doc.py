"""Where programs find the base class of texts about nd's operators (MXNet: mxnet.ndarray_doc); ours are docstrings."""

__all__ = ["NDArrayDoc"]


class NDArrayDoc:
    """Base class of more to say about an operator, in the docstring of a class XxxDoc."""
