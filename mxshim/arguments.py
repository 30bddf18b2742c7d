"""What is wrong with the arguments of functions and constructors, said where they are given instead of where they are used."""
from __future__ import annotations

import functools
import inspect
import math
import os
import reprlib
from typing import Any, ClassVar

from .base import ArgumentTypeError, ArgumentValueError

_PACKAGE = __name__.partition(".")[0] + "."


def _number(value) -> bool:
    if hasattr(value, "shape"):  # an array of one element is taken as it is: nothing is read here
        return math.prod(value.shape) == 1
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _whole(value) -> bool:
    return hasattr(type(value), "__index__")


def _list(value) -> bool:
    return hasattr(type(value), "__iter__") or hasattr(type(value), "__getitem__")


def _row(value, length=None) -> bool:
    return isinstance(value, list | tuple) and length in (None, len(value)) and all(map(_number, value))


KINDS = {
    "a number": _number,
    "a whole number": _whole,
    "a function": callable,
    "a dict of arrays": lambda value: hasattr(value, "values") and hasattr(value, "items"),
    "a dict": lambda value: hasattr(value, "get"),
    "a list": _list,
    "a sequence or a mapping": lambda value: hasattr(type(value), "__getitem__"),
    "a sequence": lambda value: hasattr(type(value), "__len__") and hasattr(type(value), "__getitem__") and not isinstance(value, dict),
    "a list of functions": lambda value: isinstance(value, list | tuple) and all(map(callable, value)),
    "whole numbers": lambda value: _row(value) and all(map(_whole, value)),
    "a pair of numbers": lambda value: _row(value, 2),
    "an array": lambda value: hasattr(value, "shape") and hasattr(value, "dtype"),
    "a list of arrays": lambda value: hasattr(value, "asnumpy") or isinstance(value, list | tuple) and all(
        hasattr(a, "asnumpy") for a in value),
    "an image": lambda value: len(getattr(value, "shape", ())) > 1,
    "a pattern": lambda value: isinstance(value, str) or hasattr(value, "match"),
    "a text": lambda value: isinstance(value, str),
    "a file's name": lambda value: isinstance(value, str | bytes | os.PathLike),
    "bytes": lambda value: isinstance(value, bytes | bytearray | memoryview),
}
# What else must hold of values of the kind before "that".
_MORE = {"is positive": lambda value: not float(value) <= 0, "is not negative": lambda value: not float(value) < 0,
         "is not empty": lambda value: len(value) > 0}


def check(owner: str, name: str, value, kind: str):
    """Raises: unless the value is of a kind ("a whole number"), ArgumentTypeError, unless more holds ("a whole number that is positive"),
    ArgumentValueError; both name the function or class, the parameter and the value."""
    kind, _, more = kind.partition(" that ")
    if not KINDS[kind](value):
        error: type[Exception] = ArgumentTypeError
    elif more and not hasattr(value, "asnumpy") and not _MORE[more](value):
        error = ArgumentValueError
    else:
        return
    raise error(f"{owner}: `{name}` must be {kind}{more and ' that '}{more}, got {reprlib.repr(value)}")


def checked(name: str | None = None, /, **wants: str):
    """A decorator for functions and methods whose arguments must be of these kinds; None will do where it is the default.

    name: what users call it, if that is not its qualified name.
    """

    def decorate(function):
        owner = name or function.__qualname__.removesuffix(".__call__")
        parameters = inspect.signature(function).parameters
        places = [(i, p.name, wants[p.name], p.default is None) for i, p in enumerate(parameters.values()) if p.name in wants]

        @functools.wraps(function)
        def call(*args, **kwargs):
            for i, what, kind, optional in places:
                if i < len(args):
                    value = args[i]
                elif what in kwargs:
                    value = kwargs[what]
                else:
                    continue
                if value is not None or not optional:
                    check(owner, what, value, kind)
            return function(*args, **kwargs)

        return call

    return decorate


class Checked:
    """Base of classes whose constructors raise ArgumentTypeError or ArgumentValueError for arguments that are not of the kind they want.

    A number is wanted where the default is one. `_wants`, of a class and of those it derives from, says of what kind other parameters
    must be; None, that they may be anything. None is taken where it is the default, and for the parameters in `_or_none`. Constructors
    of somebody else's subclasses are not looked at: those may mean anything by the same names.
    """

    _wants: ClassVar[dict[str, str | None]] = {}
    _or_none: tuple[str, ...] = ()
    _called = ""  # the function that makes objects of the class for users

    def __new__(cls, *args, **kwargs):
        if args or kwargs:  # copies come without
            if cls.__init__ is object.__init__:  # as Python says itself where there is no __new__
                raise TypeError(f"{cls.__name__}() takes no arguments")
            names, kinds = cls.__dict__.get("_kinds_of_arguments") or _table(cls)
            for name, value in (*zip(names, args, strict=False), *kwargs.items()):
                kind, optional = kinds.get(name, (None, True))
                if kind is not None and not (optional and value is None):
                    check(cls._called or cls.__name__, name, value, kind)
        return super().__new__(cls)


def _table(cls) -> tuple[list[str], dict[str, tuple[str | None, bool]]]:
    """(names of the positional parameters, {name: (kind, whether None will do)}), which the class then keeps."""
    names: list[str] = []
    kinds: dict[str, tuple[str | None, bool]] = {}
    if getattr(cls.__init__, "__module__", "").startswith(_PACKAGE):  # constructors written in C have none
        names = list(inspect.signature(cls.__init__).parameters)[1:]
        wants = {name: kind for base in reversed(cls.__mro__) for name, kind in base.__dict__.get("_wants", {}).items()}
        for base in cls.__mro__[:-1]:  # keywords may be for the base's constructor
            init: Any = base.__dict__.get("__init__")
            for name, p in inspect.signature(init).parameters.items() if init is not None else ():
                number = "a number" if isinstance(p.default, int | float) and not isinstance(p.default, bool) else None
                kinds.setdefault(name, (wants.get(name, number), p.default is None or name in cls._or_none))
    cls._kinds_of_arguments = names, kinds
    return names, kinds
