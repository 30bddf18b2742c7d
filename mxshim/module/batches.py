"""Shapes of batches as modules keep them."""
from __future__ import annotations

import collections

import numpy as onp


class Desc(collections.namedtuple("DataDesc", ["name", "shape"])):
    """Name and shape of an array in a batch; also its dtype and layout, where "N" is the batch."""

    def __new__(cls, name, shape, dtype=onp.float32, layout="NCHW"):
        found = super().__new__(cls, name, tuple(shape))
        found.dtype, found.layout = dtype, layout
        return found

    def __repr__(self):
        return f"DataDesc[{self.name},{self.shape},{self.dtype},{self.layout}]"


def described(shapes) -> list[Desc]:
    """A list of DataDescs, or of pairs (name, shape)."""
    found = []
    for s in shapes or ():
        if hasattr(s, "dtype"):
            found.append(s if isinstance(s, Desc) else Desc(s.name, s.shape, s.dtype, getattr(s, "layout", "NCHW")))
        else:
            found.append(Desc(*s))
    return found


def batch_axis(desc) -> int:
    layout = getattr(desc, "layout", None)
    return 0 if layout is None else layout.find("N")


class Batch:
    """A batch made from arrays alone."""

    def __init__(self, data, label=None):
        self.data, self.label, self.pad, self.index = data, label, 0, None
