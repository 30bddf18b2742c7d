"""What is wrong with the arguments of constructors, said where they are given instead of where they are used."""
from __future__ import annotations

import inspect
import reprlib
from typing import Any, ClassVar

from .base import ArgumentTypeError

_PACKAGE = __name__.partition(".")[0] + "."


def _number(value) -> bool:
    if hasattr(value, "shape"):  # an array is taken as it is: nothing is read here
        return True
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


KINDS = {
    "a number": _number,
    "a whole number": lambda value: hasattr(type(value), "__index__"),
    "a function": callable,
    "a dict": lambda value: hasattr(value, "get"),
    "a list": lambda value: hasattr(type(value), "__iter__") or hasattr(type(value), "__getitem__"),
}


def check(owner: str, name: str, value, kind: str):
    """Raises: ArgumentTypeError unless the value is of a kind; it names the function or class, the parameter and the value."""
    if not KINDS[kind](value):
        raise ArgumentTypeError(f"{owner}: `{name}` must be {kind}, got {reprlib.repr(value)}")


class Checked:
    """Base of classes whose constructors raise ArgumentTypeError for arguments that are not of the kind they want.

    A number is wanted where the default is one. `_wants` says of other parameters of what kind they must be; of None, that they may be
    anything. None is taken where it is the default, and for the parameters in `_or_none`. Constructors of somebody else's subclasses are
    not looked at: those may mean anything by the same names.
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
        for base in cls.__mro__[:-1]:  # keywords may be for the base's constructor
            init: Any = base.__dict__.get("__init__")
            for name, p in inspect.signature(init).parameters.items() if init is not None else ():
                number = "a number" if isinstance(p.default, int | float) and not isinstance(p.default, bool) else None
                kinds.setdefault(name, (cls._wants.get(name, number), p.default is None or name in cls._or_none))
    cls._kinds_of_arguments = names, kinds
    return names, kinds
