"""Deferred compute: ordinary calls compute as always, and the arrays they make know the graph they come from (MXNet 2: _deferred_compute).

An array that knows its graph is of a class of its own while the mode is on, as in an export; with the mode off it is an ordinary one.
"""
from __future__ import annotations

import contextlib
import functools
import inspect
import itertools
import weakref

import numpy as onp

from .. import autograd
from .. import ndarray as nd
from .. import numpy as np
from ..base import MXNetError, _as_list
from ..engine import call as door
from ..name import Numbered
from . import creation, np_creation, recording
from . import numpy as sym_np
from . import random as sym_random
from .arithmetic import _COMPARISONS, _TABLE, NP
from .compose import group
from .recording import INPLACE, Recording, _Recorded
from .symbol import Symbol

_graphs: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()  # a value -> the Symbol it stands for
_handles: dict[int, weakref.ref] = {}  # the arrays that stand for a Symbol; WeakSet would compare them
_windows: dict[int, tuple] = {}  # of those that are views: what their memory held, and the Symbol. A run may leave their own value out
_PLAIN = {"np": np.ndarray, "nd": nd.NDArray}


class Deferring(Recording):
    """Recording into the arrays themselves, until the mode is switched off."""

    def __init__(self):
        super().__init__()
        self.names = Numbered()

    def __enter__(self):
        self._before, Recording.current = Recording.current, self
        self.names.__enter__()
        for x in _alive():
            x.__class__ = _CLASSES[x._dialect]
        return self

    def __exit__(self, *exc):
        Recording.current = self._before
        self.names.__exit__()
        for x in _alive():
            x.__class__ = _PLAIN[x._dialect]

    def array(self, x, symbol):
        if autograd.is_recording():
            raise MXNetError("deferred compute: autograd records nothing in this mode; leave the record() scope first")
        _know(x, symbol)
        return x

    def constant(self, x):
        found = _graph_of(x)
        if found is None:
            raise MXNetError(f"deferred compute: an array of shape {x.shape} was neither computed in this mode nor associated with a "
                             "variable: call set_variable(array, mx.sym.var(name)) before")
        return found

    def written(self, x, symbol):
        if _graph_of(x) is None:
            _know(x, symbol)

    def into(self, out, result):
        if out is None:
            return result
        if _graph_of(out) is not None:
            raise MXNetError(_WRITES)
        out[:] = result._plain()
        _know(out, result._symbol)
        return out


_WRITES = ("NotImplementedError: deferred compute records no writes into arrays that are in a graph (x += y, x[:] = y, out=x); compute "
           "a new array")


class _Deferred(_Recorded):
    __slots__ = ()

    @property
    def _symbol(self):
        return Recording.current.constant(self)

    def __setitem__(self, key, value):
        raise MXNetError(_WRITES)

    def copy(self, *args):
        return Recording.current.array(self._plain().copy(), self._symbol)

    def detach(self):
        return self._plain().copy()


class DeferredNp(_Deferred, np.ndarray):
    __slots__ = ()


class DeferredNd(_Deferred, nd.NDArray):
    __slots__ = ()


def _no_write(self, other):
    raise MXNetError(_WRITES)


_CLASSES = {"np": DeferredNp, "nd": DeferredNd}
recording._operators(DeferredNp, NP)
recording._operators(DeferredNd, (*_TABLE, *_COMPARISONS))
recording._broadcasting(DeferredNd)
for _cls in _CLASSES.values():
    for _name in INPLACE:
        setattr(_cls, _name, _no_write)
door.symbol_classes.update(_CLASSES.values())


def _alive():
    return [x for r in list(_handles.values()) if (x := r()) is not None]


def _graph_of(x):
    """The Symbol that x, as it is, stands for; None if it stands for none."""
    found = _graphs.get(x._value_now())
    if found is None and id(x) in _windows:
        source, symbol = _windows[id(x)]
        found = symbol if source is x._cell.value else None
    return found


def _know(x, symbol):
    """From now on x, as it is, stands for a Symbol."""
    symbol = _graphs[x._value_now()] = symbol.as_np_ndarray() if x._dialect == "np" else symbol.as_nd_ndarray()
    key = id(x)
    _handles[key] = weakref.ref(x, lambda _: (_handles.pop(key, None), _windows.pop(key, None)))
    if x._view is not None:
        _windows[key] = x._cell.value, symbol
    if is_deferred_compute():
        x.__class__ = _CLASSES[x._dialect]


_deferring = Deferring()


def is_deferred_compute() -> bool:
    """Whether the mode is on."""
    return Recording.current is _deferring


def set_deferred_compute(state) -> bool:
    """Switch the mode on or off; returns what it was."""
    before = is_deferred_compute()
    if bool(state) != before:
        if state:
            _watch_creation()
            _deferring.__enter__()
        else:
            _deferring.__exit__()
    return before


@contextlib.contextmanager
def context(state=True):
    """A scope in which the mode is on, or off."""
    before = set_deferred_compute(state)
    try:
        yield
    finally:
        set_deferred_compute(before)


def set_variable(arrays, variables):
    """Have arrays stand for variables; one each, or lists.

    Raises: MXNetError if an array already stands for something else, or a Symbol is no variable; IndexError if there are more variables.
    """
    arrays, variables = _as_list(arrays), _as_list(variables)
    for i, v in enumerate(variables):
        if i >= len(arrays):
            raise IndexError(f"set_variable: {len(variables)} variables for {len(arrays)} arrays")
        if len(v._entries) != 1 or v._entries[0][0].op is not None:
            raise MXNetError(f"set_variable: variables are wanted, but number {i} is the result of an operator")
        found = _graph_of(arrays[i])
        if found is not None and found._entries[0][0] is not v._entries[0][0]:
            raise MXNetError(f"set_variable: array {i} already stands for {found.list_outputs()[0]!r}; call clear(array) first")
        _know(arrays[i], v)


def get_symbol(output_arrays, *, sym_cls=Symbol):
    """What arrays were computed from, as a Symbol of class `sym_cls` with their outputs.

    Raises: MXNetError if an array was not computed in this mode.
    """
    found = []
    for i, x in enumerate(_as_list(output_arrays)):
        symbol = _graph_of(x)
        if symbol is None:
            raise MXNetError(f"get_symbol: output {i}, of shape {x.shape}, was not computed in deferred compute mode")
        found.append(symbol)
    symbol = found[0] if len(found) == 1 else group(found)
    return sym_cls(symbol._entries)


def clear(arrays):
    """Forget what arrays stand for."""
    for x in _as_list(arrays):
        _graphs.pop(x._value_now(), None)
        _handles.pop(id(x), None)
        _windows.pop(id(x), None)
        x.__class__ = _PLAIN[x._dialect]


_numbers = itertools.count()
_variables: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


def parameter(p, array):
    """A parameter's array, which stands for a variable of its own where the mode is on."""
    if is_deferred_compute() and _graph_of(array) is None:
        found = _variables.get(p)
        if found is None:
            found = _variables[p] = p._var_named(f"parameter{next(_numbers)}_{p.name}")
        _know(array, found)
    return array


def _watch_creation():
    """From the first use on: what functions make from no array stands for an operator, too, where the mode is on."""
    if _watched:
        return
    for module, symbols in ((np, np_creation), (np, sym_np), (nd, creation), (np.random, sym_np.random), (nd.random, sym_random)):
        for name in _CREATION[module.__name__.rpartition("mxshim.")[2]]:
            made = getattr(symbols, name, None)
            if (module, name) not in _watched and made is not None:
                _watched[module, name] = True
                setattr(module, name, _watching(getattr(module, name), made))


_watched: dict = {}
_CREATION = {
    "numpy": ("zeros", "ones", "full", "arange", "linspace", "logspace", "eye", "identity", "tri", "indices", "hanning", "hamming",
              "blackman"),
    "numpy.random": ("uniform", "normal", "exponential", "gamma", "gumbel", "laplace", "logistic", "pareto", "power", "rayleigh",
                     "weibull"),
    "ndarray": ("zeros", "ones", "full", "arange", "linspace", "eye"),
    "ndarray.random": ("uniform", "normal", "exponential", "gamma", "poisson", "randint", "randn")}


def _watching(function, symbolic):
    takes_dtype = "dtype" in inspect.signature(symbolic).parameters

    @functools.wraps(function)
    def watched(*args, **kwargs):
        x = function(*args, **kwargs)
        if is_deferred_compute() and type(x) in (np.ndarray, nd.NDArray) and not autograd.is_recording():
            given = {k: v for k, v in kwargs.items() if k not in ("ctx", "device", "out", "dtype")}
            if takes_dtype and "dtype" not in inspect.signature(symbolic).bind_partial(*args).arguments:
                given["dtype"] = onp.dtype(x.dtype).name
            _know(x, symbolic(*args, **given))
        return x

    return watched
