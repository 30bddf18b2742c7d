"""Which transposes CPUs do in two steps, and how: a part of lowerings.py.

XLA reads what it turns over element by element, in the loop that uses it. Where those elements lie so far apart that they share a few
places of the processor's cache, that takes 3 to 6 times as long as to bring whole lines together first (a matrix of 1024 x 1024 floats:
0.45 ms, not 1.8 ms). What is not read element by element XLA turns over better, or not at all: operands of products, of sums, of slices.
"""
from __future__ import annotations

import math
from functools import partial

import jax
from jax import lax
from jax.experimental.layout import Layout, with_layout_constraint
from jax.experimental.xla_metadata import set_xla_metadata
from jax.extend.core import Literal

from .spec import equations, jaxprs_in

_LINE = 64  # bytes of a line of the cache
_FAR = 2048  # bytes: lines that lie a multiple of it apart have one place in the cache, or two
_MANY = 32  # lines that do not find room there
_WHOLE, _FACTOR, _OTHER = range(3)  # how an array is read: all of it, by what computes element by element; by products; otherwise
_PRODUCTS = {"dot_general", "conv_general_dilated"}
_LOOPS = {"scan", "while", "cond"}  # what they are given is computed before
_TURNED_ANYWAY = {"broadcast_in_dim", "dot_general", "iota", "transpose"}  # XLA makes one step of these and the transpose


def _runs(shape, permutation):
    """(shape, permutation) of the same transpose, axes that stay together being one."""
    runs: list[list[int]] = []
    for a in permutation:
        if shape[a] == 1:
            continue
        if runs and math.prod(shape[runs[-1][-1] + 1:a]) == 1 and runs[-1][-1] < a:
            runs[-1].append(a)
        else:
            runs.append([a])
    order = sorted(runs)
    return tuple([math.prod([shape[a] for a in run]) for run in order]), tuple([order.index(run) for run in runs])


def _is_far(x, permutation) -> bool:
    """Whether the elements of a row of the result lie far apart, and whole lines can be moved."""
    shape, order = _runs(x.shape, permutation)
    if len(order) < 2 or order[-1] == len(order) - 1:
        return False
    size = x.dtype.itemsize
    return shape[order[-1]] >= _MANY and shape[-1] * size % _LINE == 0 and math.prod(shape[order[-1] + 1:]) * size % _FAR == 0


def by_lines(x, *, permutation):
    """lax.transpose: whole lines first, so that the elements that are read together lie together."""
    out = [x.shape[a] for a in permutation]
    shape, order = _runs(x.shape, permutation)
    size, last = _LINE // x.dtype.itemsize, len(shape)
    with set_xla_metadata(inlineable="false"):  # XLA would make one step of the two again
        x = _lines(lax.reshape(x, (*shape[:-1], shape[-1] // size, size)), permutation=(*order, last))
    after = order.index(last - 1) + 1
    return lax.reshape(lax.transpose(x, (*range(after), last, *range(after, last))), out)


def in_order(x):
    """x, for XLA an array whose elements lie in the order of its axes: what comes after does not turn it over element by element."""
    return with_layout_constraint(x, Layout(tuple(range(x.ndim))))


@partial(jax.jit, static_argnames="permutation")
def _lines(x, permutation):
    return in_order(lax.transpose(x, permutation))


def far(jaxpr) -> frozenset:
    """The transposes, as (shape, dtype, permutation), that are worth two steps."""
    if not any(eqn.primitive is lax.transpose_p and _is_far(eqn.invars[0].aval, eqn.params["permutation"]) for eqn in equations(jaxpr)):
        return frozenset()
    worth: set = set()
    not_worth: set = set()
    _look(getattr(jaxpr, "jaxpr", jaxpr), None, worth, not_worth)
    return frozenset(worth - not_worth)


def _look(jaxpr, results, worth, not_worth) -> list[int]:
    """How the inputs are read, if the results are read so (None: they leave the program); sorts the transposes on the way."""
    how: dict = {}
    made = {v: eqn.primitive.name for eqn in jaxpr.eqns for v in eqn.outvars}

    def read(vs, ways):
        for v, way in zip(vs, ways, strict=True):
            if not isinstance(v, Literal):
                how[v] = max(how.get(v, _WHOLE), way)

    if results is not None:
        read(jaxpr.outvars, results)
    for eqn in reversed(jaxpr.eqns):
        name, outs = eqn.primitive.name, [how.get(v, _WHOLE) for v in eqn.outvars]
        if name == "jit":
            read(eqn.invars, _look(eqn.params["jaxpr"].jaxpr, outs, worth, not_worth))
            continue
        for inner in jaxprs_in(eqn):
            _look(inner, None, worth, not_worth)
        if name == "transpose":
            (x,), (y,) = eqn.invars, eqn.outvars
            if not (x in jaxpr.invars and y in jaxpr.outvars and results is None):  # nothing but turned over: see _turned in program.py
                good = _is_far(x.aval, eqn.params["permutation"]) and outs == [_WHOLE] and made.get(x) not in _TURNED_ANYWAY
                (worth if good else not_worth).add((x.aval.shape, x.aval.dtype, eqn.params["permutation"]))
        same = name != "transpose" and _OTHER not in outs
        read(eqn.invars, [_FACTOR if name in _PRODUCTS else outs[0] if name == "reshape" else _WHOLE if name in _LOOPS or (
            same and all(v.aval.shape == o.aval.shape for o in eqn.outvars)) else _OTHER for v in eqn.invars])
    return [how.get(v, _WHOLE) for v in jaxpr.invars]
