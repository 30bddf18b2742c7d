"""All rows, in the order of the table."""
from __future__ import annotations

from ..rows import Row
from . import door, linreg, mlp, pieces, rnn, seeds, transformer

ROWS: list[Row] = [row for module in (door, seeds, linreg, mlp, transformer, rnn, pieces) for row in module.ROWS]


def find(name: str) -> Row:
    return next(row for row in ROWS if row.name == name)
