"""mx.sym: only the graph that `autograd.get_symbol` shows. Symbolic programming is not offered."""
from ..absent import ABSENT as _ABSENT
from .symbol import Symbol as Symbol

__all__ = ["Symbol"]


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}: {_ABSENT['mx.sym']}")
