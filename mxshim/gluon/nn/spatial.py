"""Arguments of layers over space, checked: sizes for each axis, layouts."""
from __future__ import annotations

import numbers
from collections.abc import Sequence

import numpy as onp


def sizes(layer, name, value):
    """`value` as one of Python's numbers for each of the layer's `n` axes of space.

    Raises: AssertionError if it has another length.
    """
    values = (value,) * layer.n if isinstance(value, numbers.Number) else value
    if not isinstance(values, Sequence | onp.ndarray) or len(values) != layer.n:
        raise AssertionError(f"{type(layer).__name__}: {name} must be a number or {layer.n} numbers, got {value}")
    return tuple([v.item() if isinstance(v, onp.generic) else v for v in values])


def layout_in(layer, layout, known):
    """Raises: AssertionError unless the layout is known."""
    if layout not in known:
        raise AssertionError(f"{type(layer).__name__}: layout must be {' or '.join(map(repr, known))}, got {layout!r}")
