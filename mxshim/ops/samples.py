"""Arguments for `samples=`, which the tests call operators with."""
from __future__ import annotations

import numpy as onp


def calls_on(*arrays):
    """A function that makes samples of dicts of keyword arguments: a call with `arrays` for each; further facts by name."""
    return lambda *calls, **facts: {"args": [(arrays, dict(c)) for c in calls], **facts}


def some(*shape):
    """Numbers between -1 and 1, most of them different."""
    return (onp.arange(onp.prod(shape)) * 7 % 23 - 11).astype("float32").reshape(shape) / 13
