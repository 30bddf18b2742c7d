"""Methods of the arrays that share memory or take arguments in NumPy's or MXNet's odd ways."""
from __future__ import annotations

from ..engine.call import call
from ..engine.op import NAMES, api
from ..ops.shape import _fill_unknown
from .convert import CLASSES
from .core import window_forms


def _seen_as(x, shape):
    """x's memory in another shape."""
    return x._window(window_forms("mx.reshape", "mx.reshape_back", (tuple(shape),)), ())


def _shaped(x, result, inplace):
    return _seen_as(x, result.shape) if inplace else result


@api("nd.NDArray.expand_dims")
def expand_dims(self, axis, inplace=False):
    """nd.expand_dims; with `inplace` the result shares this array's memory."""
    return _shaped(self, call(NAMES["nd.expand_dims"], CLASSES["nd"], (self, axis), {}), inplace)


@api("nd.NDArray.flatten")
def flatten_nd(self, inplace=False):
    """nd.flatten: shape (n, everything else); with `inplace` the result shares this array's memory."""
    return _shaped(self, call(NAMES["nd.flatten"], CLASSES["nd"], (self,), {}), inplace)


@api("nd.NDArray.squeeze")
def squeeze(self, axis=None, inplace=False):
    """nd.squeeze; with `inplace` the result shares this array's memory."""
    return _shaped(self, call(NAMES["nd.squeeze"], CLASSES["nd"], (self, axis), {}), inplace)


@api("np.ndarray.flatten")
def flatten(self, order="C"):
    """The elements as a vector, in order "C" or "F"; a copy."""
    return call(NAMES["np.ravel"], CLASSES["np"], (self, order), {})


@api("np.ndarray.reshape_view")
def reshape_view(self, *sizes, shape=None, reverse=False):
    """This array's memory in another shape: writing to one is seen through the other. One size may be -1; without effect: reverse."""
    shape = shape if shape is not None else sizes[0] if len(sizes) == 1 and isinstance(sizes[0], tuple | list) else sizes
    return _seen_as(self, _fill_unknown(tuple(shape), self.size, self.shape))


for _cls, _methods in (("NDArray", (expand_dims, flatten_nd, squeeze)), ("ndarray", (flatten, reshape_view))):
    for _f in _methods:
        _f.__name__ = _f.__name__.removesuffix("_nd")
        _f.__qualname__ = f"{_cls}.{_f.__name__}"
