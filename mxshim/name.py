"""Names of symbols that were not given one (MXNet: mxnet.name)."""
from __future__ import annotations

import threading

__all__ = ["NameManager", "Prefix"]
_thread = threading.local()  # value: the innermost scope


class _Scopes(type):
    @property
    def current(cls):
        """The innermost one of this thread."""
        return current()


class NameManager(metaclass=_Scopes):
    """Numbers the names of each kind: fullyconnected0, fullyconnected1, ...; `with NameManager():` starts from 0."""

    _current = _thread  # where MXNet 1 has it, and its tests of threads look

    def __init__(self):
        self._counter: dict[str, int] = {}
        self._before: list[NameManager] = []

    def get(self, name, hint):
        """`name` if there is one, else `hint` with the next number."""
        if name:
            return name
        count = self._counter.get(hint, 0)
        self._counter[hint] = count + 1
        return f"{hint}{count}"

    def restart(self):
        """Number from 0 again."""
        self._counter.clear()

    def __enter__(self):
        self._before.append(current())
        _thread.value = self
        return self

    def __exit__(self, *exc):
        _thread.value = self._before.pop()


class Prefix(NameManager):
    """A NameManager that puts `prefix` before all names, given ones too."""

    def __init__(self, prefix):
        super().__init__()
        self._prefix = prefix

    def get(self, name, hint):
        return self._prefix + super().get(name, hint)


class Numbered(NameManager):
    """node_0, node_1, ...: the names of MXNet 2's graphs of blocks."""

    def get(self, name, hint):
        return super().get(None, "node_")


def current() -> NameManager:
    """The innermost NameManager of this thread."""
    found = getattr(_thread, "value", None)
    if found is None:
        found = _thread.value = NameManager()
    return found


current()  # of the thread that imports, as in MXNet
