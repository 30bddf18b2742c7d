"""nd.sparse.sgd_update and its kin: updates of the rows that a row_sparse gradient has.

Which arrays are updated row by row ("lazily") follows MXNet 1.9.1: those whose gradient is row_sparse, whose states have the
weight's storage, and not with lazy_update=False. Everything else is updated as a whole. States are overwritten, the weight
only if `out=` names it.
"""
from __future__ import annotations

import inspect

import numpy as onp

from ..base import MXNetError
from ..engine.call import call, value_of
from ..engine.cell import Value
from ..engine.op import NAMES, api
from ..engine.spec import arr
from .core import _X
from .nd_array import NDArray
from .sparse import BaseSparseNDArray, RowSparseNDArray
from .sparse_arithmetic import _spread, dense
from .sparse_functions import _given, takes_sparse
from .sparse_storage import Pattern, pad, padded, run


class _Rows:
    """The rows of an array that a gradient has: read once, written once."""

    def __init__(self, array: NDArray, pattern: Pattern):
        self.array, self.pattern = array, pattern
        self.stored = isinstance(array, RowSparseNDArray) and array._cell.data is not None

    def read(self) -> NDArray:
        x, wanted = self.array, self.pattern
        if self.stored:
            data, mine = x._cell.stored()
            return NDArray(_spread(data, mine.indices, wanted.indices, x.ctx))
        return NDArray(run("mx.sparse_take", [dense(x)._value_now(), *wanted.places(x.ctx)], (_X, (arr(1),))))

    def written(self, new: NDArray) -> NDArray:
        """A copy of the array with these rows in it, in the array's storage."""
        x, wanted = self.array, self.pattern
        if not self.stored:
            found = NDArray(_put_rows(dense(x)._value_now(), wanted.places(x.ctx)[0], new._value_now()))
            return type(x)._dense_as(found) if isinstance(x, BaseSparseNDArray) else found
        data, mine = x._cell.stored()
        rows = onp.union1d(mine.indices, wanted.indices)
        if not onp.array_equal(rows, mine.indices):
            data, mine = _spread(data, mine.indices, rows, x.ctx), Pattern(x.shape, rows)
        slots = value_of(pad(onp.searchsorted(rows, wanted.indices), padded(len(rows))), x.ctx)
        return x._stored_as(NDArray(_put_rows(data, slots, new._value_now())), mine)


def _put_rows(target: Value, rows: Value, new: Value) -> Value:
    return run("mx.sparse_set", [target, rows, new], (_X, arr(1), arr(2)))


def _lazily(record, weight, grad, states, numbers):
    """The new weight; the states are overwritten."""
    pattern = grad._cell.stored()[1]
    rows = [_Rows(x, pattern) for x in (weight, *states)]
    old = [r.read() for r in rows]
    new = call(record, NDArray, (old[0], NDArray(grad._cell.stored()[0]), *old[1:]), numbers)
    for state, row, value in zip(states, rows[1:], old[1:], strict=True):
        state[:] = row.written(value)
    return rows[0].written(new)


def _declare(name, record, states, always=(), lazily="any"):
    """nd.sparse.`name`, of an operator that updates whole arrays.

    lazily: "any" storage that weight and states share, or only "row_sparse".  always: what must hold, or MXNet refuses.
    """
    parameters = list(inspect.signature(NAMES[f"nd.{name}"].fn if f"nd.{name}" in NAMES else NAMES[record].fn).parameters.values())
    count = 2 + len(states)
    signature = inspect.Signature([p.replace(kind=p.POSITIONAL_OR_KEYWORD) for p in parameters] + [
        inspect.Parameter(n, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None) for n in ("out", "name")])

    def function(*args, **kwargs):
        try:
            given = signature.bind(*args, **kwargs).arguments
        except TypeError as error:
            raise TypeError(f"nd.sparse.{name}: {error}") from None
        out = given.pop("out", None)
        given.pop("name", None)
        arrays = [given.pop(p.name) for p in parameters[:count]]
        for p, x in zip(parameters, arrays, strict=False):
            if not isinstance(x, NDArray):
                raise TypeError(f"nd.sparse.{name}: {p.name} must be an NDArray, got {type(x).__name__}")
        weight, grad, *held = arrays
        sparse = isinstance(grad, RowSparseNDArray)
        if always and (not sparse or given.get("wd")):
            raise MXNetError(f"nd.sparse.{name}: {always}")
        same = {x.stype for x in (weight, *held)}
        fits = same == {"row_sparse"} or (same == {"default"} and lazily == "any")
        if sparse and fits and given.get("lazy_update", True):
            new = _lazily(NAMES[record], weight, grad, held, given)
        else:
            whole = [dense(x).copy() for x in held]
            new = call(NAMES[record], NDArray, (dense(weight), dense(grad), *whole), given)
            for state, value in zip(held, whole, strict=True):
                state[:] = value
        return _given(new, out)

    function.__name__ = function.__qualname__ = name
    function.__signature__ = signature
    function.__doc__ = (f"nd.{name} of the rows that a row_sparse `grad` has; other rows and their states stay as they are."
                        f"\n\n    {', '.join(states) or 'Nothing'} overwritten; the new weight is returned, or given to `out`.")
    api(f"nd.sparse.{name}")(function)


_declare("sgd_update", "nd.sgd_update", ())
_declare("sgd_mom_update", "nd.sgd_mom_update", ("mom",))
_declare("adam_update", "nd.adam_update", ("mean", "var"))
_declare("ftrl_update", "nd.ftrl_update", ("z", "n"), lazily="row_sparse")
_declare("adagrad_update", "mx.adagrad_update", ("history",), always="a row_sparse gradient is needed, and wd=0")

for _name in ("sgd_update", "sgd_mom_update", "adam_update", "ftrl_update"):
    takes_sparse(_name)
