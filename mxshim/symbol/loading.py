"""Graphs from files and texts."""
from __future__ import annotations

import os

from ..base import MXNetError
from .files import _MOST_BYTES, from_json
from .symbol import Symbol


def load_json(json_str) -> Symbol:
    """The Symbol that Symbol.tojson, here or in MXNet 1 or 2, made this text of. Raises: MXNetError if it is no such text."""
    if not isinstance(json_str, str):
        raise TypeError("fname required to be string")
    return from_json(json_str, "the text")


fromjson = load_json


def load(fname) -> Symbol:
    """The Symbol in a file: `x-symbol.json` of MXNet 1 or 2, or of Symbol.save.

    Raises: MXNetError if there is no such file, or if it is damaged or something else.
    """
    if not isinstance(fname, str) and not hasattr(fname, "__fspath__"):
        raise TypeError("fname need to be string")
    try:
        if os.path.getsize(fname) > _MOST_BYTES:
            raise MXNetError(f"{fname!r} cannot be read as a graph of MXNet: it has {os.path.getsize(fname)} bytes, more than a graph can have")
        with open(fname, "rb") as f:
            text = f.read()
    except OSError as error:
        raise MXNetError(f"{fname!r} cannot be opened: {error.strerror}") from None
    return from_json(text, repr(fname))
