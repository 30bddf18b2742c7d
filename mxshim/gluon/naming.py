"""The names of MXNet 1.x: every block has a prefix such as "net0_dense1_", and its parameters' names begin with it.

Blocks made inside `with block.name_scope():` are counted there, others for the whole thread.
"""
from __future__ import annotations

import threading

from .parameter_dict import ParameterDict


class _Thread(threading.local):
    def __init__(self):
        self.scopes: list[NameScope] = []
        self.counts: dict[str, int] = {}


_thread = _Thread()


class NameScope:
    """What `block.name_scope()` gives: inside, the names of new blocks begin with `prefix`.

    params: the block's own, whose prefix and shared parameters its children take over.
    """

    def __init__(self, prefix, params, transparent):
        self.prefix, self.params, self.transparent, self.counts = prefix, params, transparent, {}

    def __enter__(self):
        if not self.transparent:
            _thread.scopes.append(self)
        return self

    def __exit__(self, *exc):
        if not self.transparent:
            _thread.scopes.pop()


def restart():
    """Count the blocks of this thread from 0 again, as in a fresh process; blocks that exist keep their names."""
    _thread.counts.clear()


def names_for(prefix, params, hint):
    """A new block's (prefix, ParameterDict, NameScope).

    prefix: the one asked for, None to count `hint`.  params: a ParameterDict to share parameters with, or None.
    """
    outer = _thread.scopes[-1] if _thread.scopes else None
    counts = _thread.counts if outer is None else outer.counts
    transparent = prefix == ""  # such a block adds nothing to names, its scope counts on outside
    if prefix is None:
        count = counts.get(hint, 0)
        counts[hint] = count + 1
        prefix = f"{hint}{count}_"
    if params is not None:
        own = ParameterDict(params.prefix, params)
    elif outer is not None:
        own = ParameterDict(outer.params.prefix + prefix, outer.params._shared)
    else:
        own = ParameterDict(prefix)
    prefix = prefix if outer is None else outer.prefix + prefix
    return prefix, own, NameScope(prefix, own, transparent)
