"""Computing a jaxpr with NumPy: on CPUs, for what is to run once and would take far longer to compile; `steps`: for small programs.

`cost` says how long it would take, and whether it can be done at all: only with dtypes that NumPy computes in itself, and only
with the primitives listed here. Results agree with XLA's up to rounding.
"""
from __future__ import annotations

import math

import numpy as onp

from . import elementwise, picking, products, shape  # noqa: F401 - they fill the table
from .rules import CALLS, DTYPES, RULES, rule

_STEP, _BYTE, _PRODUCT, _PICK = 4e-6, 1e-9, 2e-10, 2e-8  # seconds: per operation, byte that comes out, multiplication, picked element


def cost(jaxpr) -> float | None:
    """Seconds that `run` would take, roughly; None if it cannot."""
    jaxpr = getattr(jaxpr, "jaxpr", jaxpr)
    total = 0.0
    for eqn in jaxpr.eqns:
        name, params = eqn.primitive.name, eqn.params
        if name not in RULES and name not in CALLS and name not in ("cond", "scan"):
            return None
        if not all(hasattr(v.aval, "dtype") and v.aval.dtype in DTYPES for v in (*eqn.invars, *eqn.outvars)):
            return None
        own = _STEP + _BYTE * sum(v.aval.size * v.aval.dtype.itemsize for v in eqn.outvars)
        for inner, times in _inside(name, params):
            inside = cost(inner)
            if inside is None:
                return None
            own += times * inside
        if name == "dot_general":
            (axes, _), _ = params["dimension_numbers"]
            own += _PRODUCT * eqn.outvars[0].aval.size * math.prod(eqn.invars[0].aval.shape[i] for i in axes)
        elif name == "conv_general_dilated":
            kernel = eqn.invars[1].aval
            own += 5 * _PRODUCT * eqn.outvars[0].aval.size * kernel.size / max(1, kernel.shape[params["dimension_numbers"].rhs_spec[0]])
        elif name in picking.SLOW:
            own += 10 * _STEP + _PICK * max(v.aval.size for v in (*eqn.invars[-1:], *eqn.outvars))
        elif name in products.WINDOWS:
            own += _BYTE * 4 * eqn.outvars[0].aval.size * math.prod(params["window_dimensions"])
        total += own
    return total


def _inside(name, params):
    """(jaxpr, how often it runs) for what a primitive calls."""
    if name in CALLS:
        return [(params[CALLS[name]], 1)]
    if name == "scan":
        return [(params["jaxpr"], params["length"])]
    if name == "cond":
        return [(branch, 1 / len(params["branches"])) for branch in params["branches"]]
    return []


def run(closed, args) -> list:
    """The results of a closed jaxpr for NumPy arrays. They may share memory with the arguments."""
    with onp.errstate(all="ignore"):
        return _run(closed.jaxpr, closed.consts, args)


def _run(jaxpr, consts, args) -> list:
    env: dict = dict(zip(jaxpr.constvars, map(onp.asarray, consts), strict=True))
    env.update(zip(jaxpr.invars, args, strict=True))

    def read(v):
        return env[v] if not hasattr(v, "val") else onp.asarray(v.val, v.aval.dtype)

    for eqn in jaxpr.eqns:
        inputs = [read(v) for v in eqn.invars]
        name, params = eqn.primitive.name, eqn.params
        if name in CALLS:
            inner = params[CALLS[name]]
            outs = _run(getattr(inner, "jaxpr", inner), getattr(inner, "consts", ()), inputs)
        elif name == "cond":
            branch = params["branches"][min(max(int(inputs[0]), 0), len(params["branches"]) - 1)]
            outs = _run(branch.jaxpr, branch.consts, inputs[1:])
        elif name == "scan":
            outs = _scan(params, inputs, eqn.outvars)
        else:
            outs = RULES[name](inputs, params, [v.aval for v in eqn.outvars])
            if type(outs) is not list:
                outs = [outs]
        env.update(zip(eqn.outvars, outs, strict=True))
    return [read(v) for v in jaxpr.outvars]


def _scan(params, inputs, outvars):
    # How many are constants and how many the carry, each JAX says in another way; what is stacked has an axis more outside.
    inner = params["jaxpr"]
    k = sum(v.aval.ndim == a.ndim for v, a in zip(outvars, inner.out_avals, strict=True))
    n = sum(x.ndim == a.ndim for x, a in zip(inputs, inner.in_avals, strict=True)) - k
    consts, carry, xs = inputs[:n], inputs[n:n + k], inputs[n + k:]
    stacks = [onp.empty(v.aval.shape, v.aval.dtype) for v in outvars[k:]]
    turns = range(params["length"])
    for i in reversed(turns) if params["reverse"] else turns:
        outs = _run(inner.jaxpr, inner.consts, [*consts, *carry, *[x[i] for x in xs]])
        carry = outs[:k]
        for stack, row in zip(stacks, outs[k:], strict=True):
            stack[i] = row
    return [*carry, *stacks]


@rule("platform_index")
def _platform_index(inputs, params, avals):
    return onp.asarray(next(i for i, names in enumerate(params["platforms"]) if names is None or "cpu" in names), avals[0].dtype)
