"""Switches between MXNet's semantics, per thread (MXNet: mxnet.util)."""
from __future__ import annotations

import functools
import inspect
import os
import types

import numpy as onp

from . import device as _device
from .arguments import check, checked
from .array.numpy_array import leave_ufunc_options
from .engine.trace import Thread, state, threads

__all__ = ["default_array", "get_gpu_count", "get_gpu_memory", "getenv", "is_np_array", "is_np_default_dtype", "is_np_shape",
           "np_array", "np_default_dtype", "np_shape", "numpy_fallback", "reset_np", "set_module", "set_np", "set_np_default_dtype",
           "set_np_shape", "setenv", "use_np", "use_np_array", "use_np_default_dtype", "use_np_shape", "wrap_np_binary_func",
           "wrap_np_unary_func"]


def is_np_shape() -> bool:
    """Whether nd functions of this thread may make 0-d and zero-size arrays."""
    return state.np_shape


def is_np_array() -> bool:
    """Whether Gluon and loading give this thread np arrays."""
    return state.np_array


def is_np_default_dtype() -> bool:
    """Whether the default dtypes of np functions are NumPy's (float64, int64) in this thread."""
    return state.np_dtype


def set_np_shape(active) -> bool:
    """Switch np shape semantics on or off; returns what it was. 2: on, in threads that are yet to start, too, until it is off.

    Raises: ValueError if they are to go while np array semantics are on.
    """
    _check_shape(active)
    previous, state.np_shape = state.np_shape, bool(active)
    if active == 2 or not active:
        Thread.np_shape_at_first = bool(active)
    return previous


def _check_shape(active):
    if not active and state.np_array:
        raise ValueError("np_shape: np arrays need np shapes; npx.reset_np() switches both off")


def set_np_default_dtype(is_np_default_dtype=True) -> bool:
    """Switch NumPy's default dtypes on or off; returns what it was."""
    previous, state.np_dtype = state.np_dtype, bool(is_np_default_dtype)
    return previous


def set_np(shape=True, array=True, dtype=False):
    """Switch np semantics on in this thread: np shapes, np arrays from Gluon, and with dtype=True NumPy's default dtypes.

    Raises: ValueError for array=True without shape=True.
    """
    if not shape and array:
        raise ValueError("set_np: np arrays need np shapes; array=True goes with shape=True only")
    state.np_array = bool(array)
    set_np_shape(bool(shape))
    state.np_dtype = bool(dtype)


def reset_np():
    """Switch all np semantics off in this thread."""
    set_np(shape=False, array=False, dtype=False)


class _Switch:
    """A scope that sets one switch and puts it back."""

    def __init__(self, attribute, active):
        self._attribute, self._active, self._previous = attribute, bool(active), []

    def __enter__(self):
        if self._attribute == "np_shape":
            _check_shape(self._active)
        self._previous.append(getattr(state, self._attribute))
        setattr(state, self._attribute, self._active)

    def __exit__(self, *exc):
        setattr(state, self._attribute, self._previous.pop())


class _Current:
    """The scope of this thread as an object: `value` is one, and may be set."""

    @property
    def value(self):
        return _NumpyArrayScope(state.np_array)

    @value.setter
    def value(self, scope):
        state.np_array = scope._is_np_array


class _NumpyArrayScope(_Switch):
    """np_array as a class, which tests of threads import (MXNet: mxnet.util._NumpyArrayScope)."""

    _current = _Current()

    def __init__(self, is_np_array):
        super().__init__("np_array", is_np_array)

    @property
    def _is_np_array(self) -> bool:
        return self._active


def np_shape(active=True):
    """A scope with np shape semantics on or off."""
    return _Switch("np_shape", active)


def np_array(active=True):
    """A scope with np array semantics on or off."""
    return _Switch("np_array", active)


def np_default_dtype(active=True):
    """A scope with NumPy's default dtypes on or off."""
    return _Switch("np_dtype", active)


def _decorator(*attributes):
    """A decorator that sets switches during every call of a function, or of all methods of a class, inherited ones, too."""

    def wrap(func):
        if inspect.isclass(func):
            for name, member in _members(func):
                if inspect.isfunction(member):
                    setattr(func, name, wrap(member if name in func.__dict__ else _inherited(func, name, member)))
                elif name in func.__dict__:
                    setattr(func, name, property(*[f and wrap(f) for f in (member.fget, member.fset, member.fdel)], member.__doc__))
            return func
        if not callable(func):
            raise TypeError(f"this decorator takes a function or a class, got {type(func).__name__}")

        @functools.wraps(func)
        def inner(*args, **kwargs):
            thread = threads.now
            previous = [getattr(thread, a) for a in attributes]
            if all(previous):  # the methods of a block call each other
                return func(*args, **kwargs)
            for a in attributes:
                setattr(thread, a, True)
            try:
                return func(*args, **kwargs)
            finally:
                for a, value in zip(attributes, previous, strict=True):
                    setattr(thread, a, value)

        return inner

    return wrap


def _members(cls):
    """(name, function or property) of what a class has of its own, and of the public methods that it inherits."""
    for name in dir(cls):
        member = inspect.getattr_static(cls, name)
        if inspect.isfunction(member) or isinstance(member, property):
            if name in cls.__dict__ or not name.startswith("_") or name in ("__call__", "__init__"):
                yield name, member


def _inherited(cls, name, method):
    """A method of `cls` that does what it inherits: in classes with several bases, whatever comes next."""

    @functools.wraps(method)
    def call(self, *args, **kwargs):
        return getattr(super(cls, self), name)(*args, **kwargs)

    return call


use_np_shape = _decorator("np_shape")
use_np_array = _decorator("np_array")
use_np_default_dtype = _decorator("np_dtype")
use_np = _decorator("np_shape", "np_array")


def default_array(source_array, ctx=None, dtype=None, device=None):
    """np.array or nd.array, as np array semantics say."""
    from . import ndarray, numpy
    if state.np_array:
        return numpy.array(source_array, dtype=dtype, ctx=ctx or device)
    return ndarray.array(source_array, ctx=ctx or device, dtype=dtype)


def numpy_fallback(func):
    """Have `func` run with NumPy's functions where it says mx.np, for what np functions cannot do; gradients end there.

    Its arguments come as NumPy arrays, also inside lists and tuples, and the arrays of its result become np arrays again.
    """
    from . import numpy

    def theirs(value):
        return onp if value is numpy else value

    @functools.wraps(func)
    def call(*args, **kwargs):
        closure = func.__closure__ and tuple([types.CellType(theirs(c.cell_contents)) for c in func.__closure__])
        names = {name: theirs(value) for name, value in func.__globals__.items()}
        plain = types.FunctionType(func.__code__, names, func.__name__, func.__defaults__, closure)
        plain.__kwdefaults__ = func.__kwdefaults__
        found = plain(*_each(args, _plain), **{k: _each(v, _plain) for k, v in kwargs.items()})
        return _each(found, lambda a: numpy.array(a, dtype=a.dtype) if isinstance(a, onp.ndarray) else a)

    return call


def _taking_ufunc_options(func, operands):
    @functools.wraps(func)
    def call(*args, out=None, **options):
        if len(args) > operands:
            args, out = args[:operands], args[operands]
        leave_ufunc_options(func.__name__, options)
        if options:
            raise TypeError(f"{next(iter(options))} is an invalid keyword to function '{func.__name__}'")
        return func(*args, out=out)

    return call


def wrap_np_unary_func(func):
    """A decorator for a function `func(x, out=None)`: it also takes the options of NumPy's ufuncs, at their defaults.

    Raises: NotImplementedError where an option asks for something else, TypeError for an argument that no ufunc has.
    """
    return _taking_ufunc_options(func, 1)


def wrap_np_binary_func(func):
    """A decorator for a function `func(x1, x2, out=None)`; see wrap_np_unary_func."""
    return _taking_ufunc_options(func, 2)


def _plain(value):
    return value.asnumpy() if hasattr(value, "asnumpy") else value


def _each(value, change):
    return type(value)([_each(v, change) for v in value]) if type(value) in (list, tuple) else change(value)


@checked(name="a text")
def getenv(name):
    """An environment variable, None if it is not set."""
    return os.environ.get(name)


@checked(name="a text")
def setenv(name, value):
    """Set an environment variable; None removes it."""
    if value is None:
        os.environ.pop(name, None)
    else:
        check("setenv", "value", value, "a text")
        os.environ[name] = value


def get_gpu_count() -> int:
    """How many GPUs JAX sees."""
    return _device.num_gpus()


def get_gpu_memory(gpu_dev_id):
    """(free, total) bytes of a GPU's memory."""
    return _device.gpu_memory_info(gpu_dev_id)


def set_module(module):
    """A decorator that sets what a function says its module is."""

    def wrap(func):
        func.__module__ = module
        return func

    return wrap
