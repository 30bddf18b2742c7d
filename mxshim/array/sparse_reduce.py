"""nd.sparse.sum, mean and norm: of the stored elements; the results are dense."""
from __future__ import annotations

import math

import numpy as onp

from ..base import MXNetError, is_float
from ..engine.call import value_of
from ..engine.op import api
from ..engine.spec import arr
from ..ops.axes import axes_nd
from .core import _X
from .nd_array import NDArray
from .sparse import BaseSparseNDArray, CSRNDArray, recorded
from .sparse_arithmetic import call_nd, dense
from .sparse_functions import _given
from .sparse_storage import pad, run


def _total(x: BaseSparseNDArray, axes, keepdims, each=lambda d: d) -> NDArray:
    """The sum along axes of what `each`, which keeps zeros, makes of the elements; 16-bit floats are added in float32."""
    data, pattern = x._cell.stored()
    elements = each(NDArray(data).astype("float32") if x._cell.aval.dtype.itemsize == 2 else NDArray(data))
    if isinstance(x, CSRNDArray):
        kept = [a for a in (0, 1) if a not in axes]
        shape = tuple(x.shape[a] for a in kept) or (1,)
    else:
        inner = [a for a in axes if a]
        if inner:
            elements = call_nd("sum", elements, axis=inner, keepdims=True)
        kept = [] if 0 in axes else [0]
        shape = (x.shape[0] if kept else 1, *elements.shape[1:])
    if kept:
        places = pattern.places(x.ctx)[kept[0]]
    else:  # all into one place, the padding past the end
        places = value_of(pad(onp.zeros(len(pattern.indices), "int64"), 1), x.ctx)
    summed = NDArray(run("mx.sparse_put", [elements._value_now(), places], (_X, (arr(1),), shape)))
    left = tuple(1 if a in axes else n for a, n in enumerate(x.shape) if keepdims or a not in axes) or (1,)
    return call_nd("reshape", summed, shape=left).astype(x.dtype)


def _works(x) -> bool:
    return isinstance(x, BaseSparseNDArray) and x._cell.data is not None and not recorded(x) and is_float(x._cell.aval.dtype)


@api("nd.sparse.sum")
def sum_(data, axis=None, keepdims=False, exclude=False, out=None, name=None):
    """The sum along axes, as nd.sum; of the stored elements alone."""
    if not _works(data):
        return _given(call_nd("sum", dense(data), axis=axis, keepdims=keepdims, exclude=exclude), out)
    return _given(_total(data, axes_nd(axis, data.ndim, exclude), keepdims), out)


@api("nd.sparse.mean")
def mean(data, axis=None, keepdims=False, exclude=False, out=None, name=None):
    """The mean along axes, as nd.mean: the sum of the stored elements, divided by the number of all."""
    if not _works(data):
        return _given(call_nd("mean", dense(data), axis=axis, keepdims=keepdims, exclude=exclude), out)
    axes = axes_nd(axis, data.ndim, exclude)
    return _given(_total(data, axes, keepdims) / math.prod(data.shape[a] for a in axes), out)


@api("nd.sparse.norm")
def norm(data, ord=2, axis=None, out_dtype=None, keepdims=False, out=None, name=None):
    """The 1- or 2-norm along axes, as nd.norm; of the stored elements alone."""
    if not _works(data) or out_dtype is not None:
        return _given(call_nd("norm", dense(data), ord=ord, axis=axis, out_dtype=out_dtype, keepdims=keepdims), out)
    if ord not in (1, 2):
        raise MXNetError(f"nd.sparse.norm: `ord` must be 1 or 2, got {ord!r}")
    axes = axes_nd(axis, data.ndim)
    if ord == 1:
        return _given(_total(data, axes, keepdims, lambda d: call_nd("abs", d)), out)
    return _given(call_nd("sqrt", _total(data, axes, keepdims, lambda d: call_nd("square", d))), out)


for _method in (sum_, mean, norm):
    setattr(BaseSparseNDArray, _method.__name__.rstrip("_"), _method)
