"""One call: what it costs in Python, recorded and not, and with a read."""
from __future__ import annotations

import numpy as onp

from ..rows import Goal, Row


def arrays():
    rng = onp.random.default_rng(0)
    return [rng.normal(size=100).astype("float32") for _ in range(2)], []


CALLS = {
    "x * w": lambda np, p: p[0] * p[1],
    "x * 0.5": lambda np, p: p[0] * 0.5,
    "np.exp(x)": lambda np, p: np.exp(p[0]),
    "x.sum(axis=0)": lambda np, p: p[0].sum(axis=0),
}
DOOR = (Goal(None, 3e-6),)
ROWS = [Row(f"door: {text}, recorded", model, arrays, mode="recorded", goals=DOOR) for text, model in CALLS.items()]
ROWS += [
    Row("door: x * w, plain", CALLS["x * w"], arrays, mode="plain"),
    Row("door: x * w, and a read", CALLS["x * w"], arrays, mode="value", goals=(Goal("hand", 12e-6, "more"),)),
]
