"""All rows, in the order of the table."""
from __future__ import annotations

from ..calls import Call
from ..rows import Row
from . import door, gluon, layers, linreg, loading, mlp, operators, pieces, rnn, seeds, special, transformer

ROWS: list[Row] = [row for module in (door, seeds, linreg, mlp, transformer, rnn, pieces, gluon) for row in module.ROWS]
CALLS: list[Call] = [call for module in (operators, layers, special) for call in module.ROWS]


def find(name: str) -> Row | Call | loading.Loading:
    return next(row for row in (*ROWS, *CALLS, *loading.ROWS, *loading.PART) if row.name == name)
