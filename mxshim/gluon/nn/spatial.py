"""Arguments of layers over space, checked: sizes for each axis, layouts."""
from __future__ import annotations

import numbers
from collections.abc import Sequence


def sizes(layer, name, value):
    """`value` as one number for each of the layer's `n` axes of space. Raises: AssertionError if it has another length."""
    if isinstance(value, numbers.Number):
        return (value,) * layer.n
    if not isinstance(value, Sequence) or len(value) != layer.n:
        raise AssertionError(f"{type(layer).__name__}: {name} must be a number or {layer.n} numbers, got {value}")
    return tuple(value)


def layout_in(layer, layout, known):
    """Raises: AssertionError unless the layout is known."""
    if layout not in known:
        raise AssertionError(f"{type(layer).__name__}: layout must be {' or '.join(map(repr, known))}, got {layout!r}")
