"""Jaxprs of elementwise operators, moved from the one shape at which they were traced to any other.

Tracing a call takes JAX milliseconds, with its gradient ten. What an operator does element by element is the same for every
shape, so it is traced once, for a line of `LINE` elements, and its equations are written down again with other shapes.
"""
from __future__ import annotations

import jax
from jax.extend.core import ClosedJaxpr, Var

from .host.rules import CALLS
from .op import LOOPS

LINE = 1009  # a prime, so that no other number in an equation is it by chance


class NotElementwise(Exception):
    """Something in a jaxpr depends on the shape."""


# What computes every element by itself.
_ELEMENTWISE = frozenset("""
    abs acos acosh add add_any and asin asinh atan atan2 atanh bessel_i0e bessel_i1e bitcast_convert_type cbrt ceil clamp
    convert_element_type copy cos cosh digamma div eq erf erf_inv erfc exp exp2 expm1 floor ge gt igamma igammac integer_pow is_finite
    le lgamma log log1p log2 logistic lt max min mul ne neg nextafter not one_minus_square or platform_index polygamma polynomial
    population_count pow real reduce_precision rem round rsqrt select_n shift_left shift_right_arithmetic shift_right_logical sign sin
    sinh sqrt square stop_gradient sub tan tanh xor zeta
""".split())


def moved(closed: ClosedJaxpr, shape: tuple) -> ClosedJaxpr:
    """The jaxpr for arrays of `shape` where it has lines. Raises: NotElementwise.

    What it calls is written out, custom derivatives too: it is for running, not for differentiating.
    """
    if any(getattr(c, "shape", ()) for c in closed.consts):
        raise NotElementwise
    jaxpr = closed.jaxpr
    eqns: list = []
    names: dict = {v: _moved_var(v, shape) for v in (*jaxpr.constvars, *jaxpr.invars)}
    outs = _write(jaxpr, names, shape, eqns)
    return closed.replace(jaxpr=jaxpr.replace(constvars=[names[v] for v in jaxpr.constvars], invars=[names[v] for v in jaxpr.invars],
                                              outvars=outs, eqns=eqns))


def moved_shape(old: tuple, shape: tuple) -> tuple:
    """What an array of shape `old` has for a shape."""
    if old == ():
        return ()
    if old != (LINE,):
        raise NotElementwise
    return shape


def _moved_var(v, shape):
    return Var(jax.core.ShapedArray(moved_shape(v.aval.shape, shape), v.aval.dtype, weak_type=v.aval.weak_type))


def _write(jaxpr, names, shape, eqns) -> list:
    """Append the equations of a jaxpr; names: of its inputs. Returns its results."""

    def name(v):
        return v if hasattr(v, "val") else names[v]

    for eqn in jaxpr.eqns:
        primitive, inputs = eqn.primitive.name, [name(v) for v in eqn.invars]
        if primitive in CALLS and eqn.params.get("name") != LOOPS:
            inner = eqn.params[CALLS[primitive]]
            if getattr(inner, "consts", ()):
                raise NotElementwise
            inner = getattr(inner, "jaxpr", inner)
            outs = _write(inner, dict(zip(inner.invars, inputs, strict=True)), shape, eqns)
            names.update(zip(eqn.outvars, outs, strict=True))
            continue
        params = eqn.params
        if primitive == "broadcast_in_dim":
            if eqn.invars[0].aval.shape == ():
                params = {**params, "shape": moved_shape(params["shape"], shape)}
            elif eqn.invars[0].aval.shape != params["shape"]:
                raise NotElementwise
            else:
                params = {**params, "shape": shape, "broadcast_dimensions": tuple(range(len(shape)))}
        elif primitive == "cond":
            params = {**params, "branches": tuple([moved(b, shape) for b in params["branches"]])}
        elif primitive not in _ELEMENTWISE:
            raise NotElementwise
        for v in eqn.outvars:
            names[v] = _moved_var(v, shape)
        eqns.append(eqn.replace(invars=inputs, outvars=[names[v] for v in eqn.outvars], params=params))
    return [name(v) for v in jaxpr.outvars]
