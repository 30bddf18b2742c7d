"""The engine (also MXNet's mxnet.engine): lazy traces, compiled programs, autograd. README.md explains it in a page."""
from __future__ import annotations

from . import trace as _trace
from .op import where as where
from .program import RecompilationWarning as RecompilationWarning
from .program import Stats as Stats
from .program import clear as clear
from .program import explain as explain
from .program import stats as _stats
from .spec import set_matmul_precision as set_matmul_precision

__all__ = ["RecompilationWarning", "Stats", "bulk", "clear", "explain", "set_bulk_size", "set_engine_type",
           "set_matmul_precision", "stats", "where"]
_bulk_size = 0


def stats() -> Stats:
    """Counters since the start: programs compiled, cache hits, compile seconds, bytes held, and why each flush happened."""
    return _stats


def set_engine_type(name: str) -> str:
    """Choose "NaiveEngine" (every call runs at once, for debugging) or "ThreadedEngine" (lazy, the default); returns the previous.

    The environment variable MXNET_ENGINE_TYPE sets it at the start.
    """
    previous = "NaiveEngine" if _trace.naive else "ThreadedEngine"
    if name not in ("NaiveEngine", "ThreadedEngine", "ThreadedEnginePerDevice"):
        raise ValueError(f"set_engine_type: there is no engine {name!r}; use 'NaiveEngine' or 'ThreadedEngine'")
    _trace.set_naive(name == "NaiveEngine")
    return previous


def set_bulk_size(size: int) -> int:
    """Accepted for MXNet code, returns the previous size. Calls are always compiled together, whatever the size."""
    global _bulk_size
    previous, _bulk_size = _bulk_size, int(size)
    return previous


class bulk:
    """A scope with a bulk size; see set_bulk_size."""

    def __init__(self, size):
        self._size = size

    def __enter__(self):
        self._size = set_bulk_size(self._size)

    def __exit__(self, *exc):
        set_bulk_size(self._size)
