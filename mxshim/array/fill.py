"""Public functions and methods made from the registry: `fill(namespace, "np")` is all a dialect module has to say.

`out`, `ctx` and `device` belong to the door. Where an operator's function has a parameter of such a name, it only says at which
position users may give it; without one, `out` comes last.
"""
from __future__ import annotations

import functools
import inspect
import os
import re
import reprlib
import sys
from typing import Any

import numpy as onp

from ..base import ArgumentTypeError, MXNetError
from ..engine.call import call
from ..engine.cell import Handle
from ..engine.faults import PYTHONS
from ..engine.op import NAMES, Op
from .convert import class_of


def public_function(name: str, record, cls, method: bool = False):
    """The callable a user sees for a registered name."""
    short = name.rsplit(".", 1)[1]
    if not isinstance(record, Op):
        return naming_errors(name, record) if inspect.isfunction(record) else record
    own = own_positions(record)
    function: Any
    if method:
        def function(self, *args, **kwargs):
            args = (self, *args)
            if len(args) > own:
                args, kwargs = named(record, args, kwargs, name)
            return call(record, cls, args, kwargs, name)
    else:
        def function(*args, **kwargs):
            if len(args) > own:
                args, kwargs = named(record, args, kwargs, name)
            return call(record, cls, args, kwargs, name)
    function.__name__ = function.__qualname__ = short
    function.__doc__ = record.doc
    function.__wrapped__ = record.fn
    if method or record.train or "np_shape" in record.params or "np_dtype" in record.params:
        function.__signature__ = signature_of(record, method)  # elsewhere that of __wrapped__ is what users should see
    return function


_CAUGHT = (MXNetError, TypeError, ValueError, IndexError, KeyError, AttributeError, BufferError, AssertionError)
_OURS = tuple(os.path.dirname(os.path.dirname(os.path.abspath(f))) + os.sep for f in (__file__, onp.lib.__file__))


def naming_errors(name: str, fn):
    """A plain function under its public name: errors of wrong calls begin with the name. What users' own code raises stays as it is."""
    @functools.wraps(fn)
    def function(*args, **kwargs):
        try:
            return fn(*args, **kwargs)
        except _CAUGHT as error:
            better = _named_error(name, fn, error, args, kwargs)
            if better is None:
                raise
            raise better from None

    return function


def _shown(value) -> str:
    return repr(value._value_now().aval) if isinstance(value, Handle) else reprlib.repr(value)


def _named_error(name: str, fn, error, args, kwargs):
    text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    if re.match(rf"{re.escape(name)}(?!\w)", text):
        return None
    frame = error.__traceback__.tb_next
    while frame is not None:
        file = frame.tb_frame.f_code.co_filename
        if not file.startswith((*_OURS, "<")):
            return None
        frame = frame.tb_next
    for start in (f"{fn.__name__}()", f"{name.rsplit('.', 1)[1]}:"):
        if text.startswith(start):
            text = text[len(start):].lstrip()
    if type(error) is TypeError and PYTHONS.search(text):  # Python's words, which name no argument
        name += f"({', '.join([*map(_shown, args), *[f'{k}={_shown(v)}' for k, v in kwargs.items()]])})"
    kind = ArgumentTypeError if type(error) is TypeError or isinstance(error, AttributeError | BufferError) else type(error)
    if isinstance(error, AttributeError):  # of an argument that is no array
        text = re.sub(r"^'(?:\w+\.)*(\w+)' object has no attribute", r"a \1 does not fit here, it has no", text)
    try:
        return kind(f"{name}: {text}")
    except TypeError:  # an exception that is made from something else than a text
        return TypeError(f"{name}: {text}") if isinstance(error, TypeError) else ValueError(f"{name}: {text}")


DOOR = ("out", "ctx", "device")


@functools.cache
def own_positions(record: Op) -> int:
    """How many positional arguments a call may have before one of the door's."""
    if record.variadic:
        return sys.maxsize
    return next((i for i, p in enumerate(record.params) if p in DOOR), len(record.params))


def named(record: Op, args: tuple, kwargs: dict, called: str | None = None):
    """A call's arguments, the positional ones from the door's first on by name."""
    own = own_positions(record)
    params = record.params if "out" in record.params else (*record.params, "out")
    if own >= len(args) or len(args) > len(params):
        return args, kwargs
    given = dict(zip(params[own:], args[own:], strict=False))
    for name in given.keys() & kwargs.keys():
        raise TypeError(f"{called or record.name} got two values for argument {name!r}")
    return args[:own], {**kwargs, **given}


def signature_of(record: Op, method: bool = False) -> inspect.Signature:
    """The signature users see: without the flags that the engine passes."""
    kinds = inspect.signature(record.fn).parameters
    shown = [p for p in kinds.values() if p.kind is p.VAR_POSITIONAL or (
        p.name in record.params and p.name not in ("np_shape", "np_dtype"))]
    if method and shown:
        shown[0] = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    return inspect.Signature(shown)


def fill(namespace: dict, prefix: str, module: str):
    """Put every name `prefix.x` of the registry into a module's namespace, unless the module defines it itself."""
    cls = class_of(prefix.split(".")[0])
    start, dotted = len(prefix) + 1, prefix + "."
    exported = namespace.setdefault("__all__", [])
    for name, record in NAMES.items():
        if name.startswith(dotted):
            short = name[start:]
            if "." in short or short in namespace:
                continue
            function = public_function(name, record, cls)
            if isinstance(record, Op):
                function.__module__ = module
            namespace[short] = function
            exported.append(short)
    exported.sort()


def fill_methods(cls, class_name: str):
    """Put every name `class_name.x` of the registry onto an array class, unless the class defines it itself."""
    for name, record in NAMES.items():
        if name.startswith(class_name + ".") and not name.endswith("__"):
            short = name[len(class_name) + 1:]
            if short not in cls.__dict__ and "." not in short:
                setattr(cls, short, public_function(name, record, cls, method=True))
