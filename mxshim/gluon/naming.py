"""The names of MXNet 1.x: every block has a prefix such as "net0_dense1_", and its parameters' names begin with it.

Blocks made inside `with block.name_scope():` are counted there, others by the thread's mx.name.NameManager, as symbols are.
In the scope the names of symbols begin with the block's prefix.
"""
from __future__ import annotations

import threading

from .. import name as names
from .parameter_dict import ParameterDict


class _Thread(threading.local):
    def __init__(self):
        self.scopes: list[NameScope] = []


_thread = _Thread()


class NameScope:
    """What `block.name_scope()` gives: inside, the names of new blocks begin with `prefix`.

    params: the block's own, whose prefix and shared parameters its children take over.
    """

    def __init__(self, prefix, params, transparent):
        self.prefix, self.params, self.transparent, self.counts = prefix, params, transparent, {}
        self._symbols = names.Prefix(prefix)

    def __enter__(self):
        if not self.transparent:
            _thread.scopes.append(self)
            self._symbols.__enter__()
        return self

    def __exit__(self, *exc):
        if not self.transparent:
            _thread.scopes.pop()
            self._symbols.__exit__(*exc)


class _BlockScope(NameScope):
    """The scope of a block (MXNet 1: mxnet.gluon.block._BlockScope)."""

    def __init__(self, block):
        super().__init__(block.prefix, ParameterDict(block.prefix), block.prefix == "")


def restart():
    """Count the blocks of this thread from 0 again, as in a fresh process; blocks that exist keep their names."""
    names.current().restart()


def names_for(prefix, params, hint):
    """A new block's (prefix, ParameterDict, NameScope).

    prefix: the one asked for, None to count `hint`.  params: a ParameterDict to share parameters with, or None.
    """
    if prefix is not None and not isinstance(prefix, str):
        raise TypeError(f"{hint}: the prefix of its parameters' names must be a string, got {type(prefix).__name__}; blocks are put into "
                        "another one with net.add(a, b, ...), or as attributes of it")
    if params is not None and not isinstance(params, ParameterDict):
        raise TypeError(f"{hint}: params, those to share, must be another block's params or collect_params(), got {type(params).__name__}")
    outer = _thread.scopes[-1] if _thread.scopes else None
    transparent = prefix == ""  # such a block adds nothing to names, its scope counts on outside
    if prefix is None and outer is None:
        prefix = names.current().get(None, hint) + "_"
    elif prefix is None:
        count = outer.counts.get(hint, 0)
        outer.counts[hint] = count + 1
        prefix = f"{hint}{count}_"
    if params is not None:
        own = ParameterDict(params.prefix, params)
    elif outer is not None:
        own = ParameterDict(outer.params.prefix + prefix, outer.params._shared)
    else:
        own = ParameterDict(prefix)
    prefix = prefix if outer is None else outer.prefix + prefix
    return prefix, own, NameScope(prefix, own, transparent)
