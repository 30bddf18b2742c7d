"""How layers serve both dialects: the class of what they are called with decides, np.ndarray or nd.NDArray."""
from __future__ import annotations

from .. import ndarray as nd
from .. import numpy as np
from ..symbol.symbol import Symbol
from ..util import is_np_array

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


def symbol_in(args):
    """The first argument that is a Symbol, or begins with one in nested lists; None if there is none.

    Raises: ValueError if there are arrays as well; TypeError in np programs, as MXNet 2.
    """
    for x in args:
        if type(x) in DENSE:
            continue
        while isinstance(x, list | tuple) and x:
            x = x[0]
        if isinstance(x, Symbol):
            if first_array(args) is not None:
                raise (TypeError if is_np_array() else ValueError)("a block takes arrays or Symbols, not some of both")
            return x
    return None


def listed(value):
    """Nested lists and tuples as nested lists."""
    return [listed(v) for v in value] if isinstance(value, list | tuple) else value


def found_in(value, kind):
    """All objects of a class among nested lists, tuples and dicts."""
    if isinstance(value, kind):
        yield value
    elif isinstance(value, list | tuple | dict):
        for v in value.values() if isinstance(value, dict) else value:
            yield from found_in(v, kind)


def as_class(array, cls):
    """The same memory, mark and place in the graph as an array of `cls`."""
    if type(array) is cls:
        return array
    return array.as_np_ndarray() if cls is np.ndarray else array.as_nd_ndarray()


# How MXNet's HybridBlock takes nested arguments apart; GluonTS and others call these two, of mxnet.gluon.block.

def _flatten(args, inout_str):
    """(the arrays or Symbols of nested lists, with None where None stands, in a list; how they were nested).

    The nesting has 0 for an array, -1 for None, the number of its outputs for a Symbol that has several, and a list for a list.
    Raises: ValueError for anything else; inout_str says whose arguments they are.
    """
    if args is None:
        return [None], -1
    if isinstance(args, ARRAYS):
        return [args], 0
    if isinstance(args, Symbol):
        outputs = len(args.list_outputs())
        return [args], outputs if outputs > 1 else 0
    if not isinstance(args, list | tuple):
        raise ValueError(f"{inout_str} must be (nested) lists of arrays or Symbols, got {args!r} of type {type(args).__name__}")
    parts = [_flatten(a, inout_str) for a in args]
    return [v for flat, _ in parts for v in flat], [nesting for _, nesting in parts]


def trimmed(nesting):
    """A nesting without the -1 at its end, which say None."""
    end = len(nesting)
    while end and nesting[end - 1] == -1:
        end -= 1
    return nesting[:end]


def _regroup(args, fmt):
    """What `_flatten` took apart, put together again. Raises: ValueError for what `_flatten` cannot have given."""
    if not isinstance(args, list | tuple):
        raise ValueError(f"the values must be a list of arrays or Symbols, got {args!r} of type {type(args).__name__}")
    left = list(args)

    def group(nesting):
        if not isinstance(nesting, int):
            return [group(n) for n in nesting]
        if nesting < -1:
            raise ValueError(f"a nesting has 0, -1, numbers of outputs and lists of these, got {nesting}")
        if nesting > 0:
            taken = left[:nesting]
            del left[:nesting]
            return taken
        value = left.pop(0)
        if nesting == -1 and value is not None:
            raise ValueError(f"there was None where now is {value!r}: a hybridized block keeps what its first call left out")
        return value

    return group(fmt)
