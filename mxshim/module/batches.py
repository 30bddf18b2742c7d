"""Shapes of batches as modules keep them."""
from __future__ import annotations

from ..io import DataDesc


def described(shapes) -> list[DataDesc]:
    """A list of DataDescs, or of pairs (name, shape), as DataDescs with tuples."""
    found = []
    for s in shapes or ():
        if hasattr(s, "dtype"):
            found.append(DataDesc(s.name, tuple(s.shape), s.dtype, getattr(s, "layout", "NCHW")))
        else:
            name, shape, *more = s
            found.append(DataDesc(name, tuple(shape), *more))
    return found


def batch_axis(desc) -> int:
    """The axis of the examples, -1 if there is none."""
    return DataDesc.get_batch_axis(getattr(desc, "layout", None))
