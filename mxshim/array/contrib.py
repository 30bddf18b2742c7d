"""Functions of nd and nd.contrib, and samplers of npx, that are other functions in a row."""
from __future__ import annotations

import math

import numpy as onp

from ..base import MXNetError
from ..engine.op import NAMES, api
from .convert import CLASSES, into
from .core import Array
from .draws import parsed
from .fill import public_function


def _nd(name):
    """A public function of nd; the module nd itself comes later."""
    return public_function(name, NAMES[name], CLASSES["nd"])


@api("nd.contrib.rand_zipfian")
def rand_zipfian(true_classes, num_sampled, range_max, ctx=None):
    """Classes drawn with probability log((c + 2) / (c + 1)) / log(range_max + 1), for sampled softmax.

    Args: true_classes: an NDArray of classes.  num_sampled: how many to draw.  range_max: classes are below it.
    Returns: the drawn classes, int64 (num_sampled,); how often the true ones, and the drawn ones, are expected among them, float64.
    """
    if not isinstance(true_classes, Array):
        raise AssertionError(f"nd.contrib.rand_zipfian: true_classes must be an NDArray, got {type(true_classes).__name__}")
    reach = math.log(range_max + 1)
    drawn = _nd("nd.random.uniform")(0, reach, shape=(num_sampled,), dtype="float64", ctx=ctx)
    classes = (_nd("nd.exp")(drawn) - 1).astype("int64") % range_max

    def expected(c):
        c = c.astype("float64")
        return _nd("nd.log")((c + 2) / (c + 1)) / reach * num_sampled

    return classes, expected(true_classes), expected(classes)


@api("nd.reset_arrays")
def reset_arrays(*data, num_arrays=None):
    """Write zeros into the arrays. num_arrays, if given, counts them. Returns: []."""
    if not data or parsed(num_arrays) not in (None, len(data)):
        raise MXNetError(f"nd.reset_arrays: num_arrays={num_arrays}, but {len(data)} arrays were given")
    for x in data:
        x[:] = 0
    return []


@api("nd.contrib.getnnz")
def getnnz(data, axis=None):
    """How many elements a CSR array stores, as an int64 array (1,); axis 1: in each row.

    Raises: MXNetError for arrays that are not CSR, and for another axis.
    """
    _csr(data, "nd.contrib.getnnz")
    if axis not in (None, 1):
        raise MXNetError(f"nd.contrib.getnnz: axis must be None or 1, got {axis}")
    starts = data.indptr.asnumpy()
    return _nd("nd.array")(starts[-1:] if axis is None else onp.diff(starts), dtype="int64")


def _csr(data, name):
    if getattr(data, "stype", None) != "csr":
        raise MXNetError(f"{name}: data must be a CSR array, got {type(data).__name__}; x.tostype('csr') makes one")


@api("nd.contrib.edge_id")
def edge_id(data, u, v, out=None):
    """The elements (u[i], v[i]) of a CSR array, the numbers of a graph's edges; -1 where nothing is stored.

    data: a CSR array.  u, v: arrays (n,) of rows and columns; fractions are cut off.  Returns: (n,), dtype of data.
    Raises: MXNetError for arrays that are not CSR, other shapes, and rows that there are not. The result has no gradient.
    """
    _csr(data, "nd.contrib.edge_id")
    for x in (u, v):
        if not isinstance(x, Array):
            raise AssertionError(f"nd.contrib.edge_id: u and v must be NDArrays, got {type(x).__name__}")
    if u.ndim != 1 or u.shape != v.shape:
        raise MXNetError(f"nd.contrib.edge_id: u and v must be of one length, in one dimension, got {u.shape} and {v.shape}")
    pattern, count = data._cell.stored()[1], data.shape[1]
    rows, columns = u.asnumpy().astype("int64"), v.asnumpy().astype("int64")
    if len(rows) and not 0 <= rows.min() <= rows.max() < data.shape[0]:
        raise MXNetError(f"nd.contrib.edge_id: u must be in [0, {data.shape[0]}), got {rows.min()} to {rows.max()}")
    keys, first = onp.unique(pattern.keys(), return_index=True)
    wanted = rows * count + columns
    places = onp.searchsorted(keys, wanted)
    there = (columns >= 0) & (columns < count) & (onp.append(keys, -1)[places] == wanted)
    elements = onp.append(data._cell.host(), onp.asarray(-1).astype(data.dtype))
    found = _nd("nd.array")(elements[onp.where(there, onp.append(first, -1)[places], -1)], dtype=data.dtype, ctx=data.ctx)
    return into(out, found)


@api("nd.contrib.dgl_adjacency")
def dgl_adjacency(data):
    """A CSR array with ones, float32, where `data`, a CSR array of edges' numbers, int64, has them. It has no gradient.

    Raises: MXNetError for arrays that are not CSR or not int64.
    """
    _csr(data, "nd.contrib.dgl_adjacency")
    if data.dtype != onp.int64:
        raise MXNetError(f"nd.contrib.dgl_adjacency: data must be int64, the numbers of edges, got {onp.dtype(data.dtype).name}")
    pattern = data._cell.stored()[1]
    return type(data)._from_host(onp.ones(len(pattern.indices), "float32"), pattern, data.ctx)


@api("nd.contrib.uniform")
def uniform(low=0, high=1, shape=None, dtype=None, ctx=None, out=None, **kwargs):
    """Uniform numbers from low to high; see nd.random.uniform."""
    given = {"shape": shape, "dtype": dtype, "ctx": ctx, "out": out, **kwargs}
    return _nd("nd.random.uniform")(low, high, **{k: v for k, v in given.items() if v is not None})


@api("npx.scalar_poisson")
def scalar_poisson(lam=1.0, shape=(1,), ctx=None, dtype=None, out=None):
    """Poisson numbers of mean lam, as floats, from the parallel stream; see nd.random.poisson."""
    return _poisson("nd.random_poisson", lam, shape, dtype, out, ctx)


@api("npx.tensor_poisson")
def tensor_poisson(lam, shape=(), dtype=None, out=None):
    """Poisson numbers of the means in the array lam, shape lam.shape + shape, as floats; see nd.sample_poisson."""
    return _poisson("nd.sample_poisson", lam, shape, dtype, out)


def _poisson(name, lam, shape, dtype, out, ctx=None):
    given = {"shape": shape, "dtype": dtype, "ctx": ctx}
    lam = lam.as_nd_ndarray() if isinstance(lam, Array) else lam
    found = _nd(name)(lam, **{k: v for k, v in given.items() if v is not None}).as_np_ndarray()
    return into(out, found)
