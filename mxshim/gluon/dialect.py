"""How layers serve both dialects: the class of what they are called with decides, np.ndarray or nd.NDArray."""
from __future__ import annotations

from .. import ndarray as nd
from .. import numpy as np

DENSE = (np.ndarray, nd.NDArray)  # by type, which leaves the sparse classes out
ARRAYS = nd.NDArray  # isinstance(x, nd.NDArray) is True for arrays of both classes


def either(for_np, for_nd):
    """A function that calls `for_np` where its first argument is an np array, or a Symbol of np, else `for_nd`."""

    def function(x, *args, **kwargs):
        return (for_np if type(x) is np.ndarray or is_np(x) else for_nd)(x, *args, **kwargs)

    function.__name__, function.__doc__ = for_nd.__name__, for_nd.__doc__
    return function


def is_np(x) -> bool:
    """Whether x is an array or a Symbol of np."""
    return getattr(x, "_dialect", None) == "np"


def first_array(values):
    """The first array among nested lists, tuples and dicts, None if there is none."""
    for v in values:
        if isinstance(v, ARRAYS):
            return v
        if isinstance(v, list | tuple | dict):
            found = first_array(v.values() if isinstance(v, dict) else v)
            if found is not None:
                return found
    return None


def arrays_in(values) -> list:
    """All arrays among nested lists, tuples and dicts."""
    if isinstance(values, ARRAYS):
        return [values]
    if isinstance(values, dict):
        values = list(values.values())
    return [a for v in values for a in arrays_in(v)] if isinstance(values, list | tuple) else []


def as_class(array, cls):
    """The same memory, mark and place in the graph as an array of `cls`."""
    if type(array) is cls:
        return array
    return array.as_np_ndarray() if cls is np.ndarray else array.as_nd_ndarray()
