"""The namespaces of mx.sym, made from the registry: what nd, np and npx call on arrays, they call on Symbols."""
from __future__ import annotations

from ..engine.op import NAMES
from . import calls, operators
from .compose import create
from .symbol import Symbol

_SKIPPED = ("NDArray", "save", "load", "waitall", "array", "empty", "from_numpy", "from_dlpack", "load_frombuffer")


def fill(namespace: dict, prefix: str, module: str, cls=Symbol):
    """Put a function of Symbols into a module for every name `prefix.x` of the registry that MXNet's graphs have an operator for."""
    exported = namespace.setdefault("__all__", [])
    for full in NAMES:
        space, _, short = full.rpartition(".")
        if space != prefix or short in namespace or short in _SKIPPED:
            continue
        if full not in calls._RULES and calls.operator_of(full) is None:
            continue
        namespace[short] = _function(full, short, module, cls)
        exported.append(short)
    exported.sort()


def _function(full, short, module, cls):
    def function(*args, **kwargs):
        found = calls.symbolic(full, args, kwargs, cls)
        apart = cls is not Symbol and isinstance(found, Symbol) and (len(found) > 1 or full in calls.PARTS)  # as MXNet 2
        return [cls([e]) for e in found._entries] if apart else found

    function.__name__ = function.__qualname__ = short
    function.__module__ = module
    function.__doc__ = f"{full} of Symbols: an operator of a graph. name= names it, attr= gives it further attributes."
    return function


def fill_internal(namespace: dict):
    """MXNet's raw operators, those that begin with an underscore."""
    for name in operators.table():
        if name.startswith("_") and name not in namespace:
            def function(*args, name_of=name, **kwargs):
                return create(name_of, args, kwargs, name_of)

            function.__name__ = function.__qualname__ = name
            function.__doc__ = f"The operator {name} of MXNet's graphs."
            namespace[name] = function
