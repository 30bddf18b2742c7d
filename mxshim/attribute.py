"""Attributes that all symbols made in a scope get (MXNet: mxnet.attribute)."""
from __future__ import annotations

import threading

__all__ = ["AttrScope"]
_thread = threading.local()  # value: the innermost scope


class _Scopes(type):
    @property
    def current(cls):
        """The innermost one of this thread."""
        return current()


class AttrScope(metaclass=_Scopes):
    """`with AttrScope(ctx_group="dev1", lr_mult="0.1"):` symbols made inside have these attributes; inner scopes win.

    Raises: ValueError for a value that is no string.
    """

    _current = _thread  # where MXNet 1 has it, and its tests of threads look

    def __init__(self, **kwargs):
        for value in kwargs.values():
            if not isinstance(value, str):
                raise ValueError("Attributes need to be string")
        self._attr, self._before = dict(kwargs), []

    def get(self, attr):
        """These attributes, with `attr` over them."""
        return {**self._attr, **(attr or {})} if self._attr else attr or {}

    def __enter__(self):
        before = current()
        self._before.append((before, self._attr))
        self._attr = {**before._attr, **self._attr}
        _thread.value = self
        return self

    def __exit__(self, *exc):
        _thread.value, self._attr = self._before.pop()


def current() -> AttrScope:
    """The innermost AttrScope of this thread."""
    found = getattr(_thread, "value", None)
    if found is None:
        found = _thread.value = AttrScope()
    return found


current()  # of the thread that imports, as in MXNet
