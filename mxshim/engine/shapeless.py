"""Jaxprs of elementwise operators, moved from the one shape at which they were traced to any other.

Tracing a call takes JAX milliseconds, with its gradient ten. What an operator does element by element is the same for every
shape, so it is traced once, for a line of `LINE` elements, and its equations are written down again with other shapes. Inputs of
shapes that broadcast are broadcast first, and their gradients added up last.
"""
from __future__ import annotations

import functools
from collections.abc import Sequence

import jax
import numpy as onp
from jax import lax
from jax.extend.core import ClosedJaxpr, Var

from .host.rules import CALLS

LINE = 1009  # a prime, so that no other number in an equation is it by chance


class NotElementwise(Exception):
    """Something in a jaxpr depends on the shape."""


# What computes every element by itself.
ELEMENTWISE = frozenset("""
    abs acos acosh add add_any and asin asinh atan atan2 atanh bessel_i0e bessel_i1e bitcast_convert_type cbrt ceil clamp
    convert_element_type copy cos cosh digamma div eq erf erf_inv erfc exp exp2 expm1 floor ge gt igamma igammac integer_pow is_finite
    le lgamma log log1p log2 logistic lt max min mul ne neg nextafter not one_minus_square or platform_index polygamma polynomial
    population_count pow real reduce_precision rem round rsqrt select_n shift_left shift_right_arithmetic shift_right_logical sign sin
    sinh sqrt square stop_gradient sub tan tanh xor zeta
    common_divisor common_multiple hypotenuse log_of_sum modulo numbers_only rounded
""".split())


def moved(closed: ClosedJaxpr, shape: tuple, given: Sequence = (), wanted: Sequence = ()) -> ClosedJaxpr:
    """The jaxpr for arrays of `shape` where it has lines. Raises: NotElementwise.

    given: the shapes of the first inputs if they are others, which broadcast to `shape`.  wanted: those of results that are summed to them.
    What it calls is written out, custom derivatives too: it is for running, not for differentiating.
    """
    if any(getattr(c, "shape", ()) for c in closed.consts):
        raise NotElementwise
    jaxpr = closed.jaxpr
    eqns: list = []
    names: dict = {v: _moved_var(v, shape) for v in (*jaxpr.constvars, *jaxpr.invars)}
    inputs = [names[v] for v in jaxpr.invars]
    for i, small in enumerate(given):
        if small != shape:
            inputs[i] = Var(inputs[i].aval.update(shape=small))
            axes = tuple(range(len(shape) - len(small), len(shape)))
            eqns.append(_like(_broadcast, inputs[i], names[jaxpr.invars[i]], shape=shape, broadcast_dimensions=axes))
    outs = _write(jaxpr, names, shape, eqns)
    for i, small in enumerate(wanted):
        if small != shape:
            outs[i] = _summed(outs[i], shape, small, eqns)
    return closed.replace(jaxpr=jaxpr.replace(constvars=[names[v] for v in jaxpr.constvars], invars=inputs, outvars=outs, eqns=eqns))


def _summed(v, shape, small, eqns):
    """A result added up over the axes that were broadcast."""
    if hasattr(v, "val"):
        raise NotElementwise
    lead = len(shape) - len(small)
    axes = (*range(lead), *[lead + i for i, n in enumerate(small) if n == 1 != shape[lead + i]])
    for eqn, params, after in ((_sum, {"axes": axes}, tuple([n for i, n in enumerate(shape) if i not in axes])),
                               (_reshape, {"new_sizes": small}, small)):
        if v.aval.shape != after:
            out = Var(v.aval.update(shape=after))
            eqns.append(_like(eqn, v, out, **params))
            v = out
    return v


def _like(example, v, out, **params):
    """An equation like another one, from one variable to another."""
    eqn = example()
    return eqn.replace(invars=[v], outvars=[out], params={**eqn.params, **params})


def _example(fn):
    """A function that gives the one equation that a function of a matrix is."""
    return functools.cache(lambda: jax.make_jaxpr(fn)(onp.zeros((2, 3), "float32")).jaxpr.eqns[0])


_broadcast = _example(lambda x: lax.broadcast_in_dim(x, (4, 2, 3), (1, 2)))
_sum = _example(lambda x: lax.reduce_sum(x, (0,)))
_reshape = _example(lambda x: lax.reshape(x, (6,)))


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
        if primitive in CALLS:
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
        elif primitive not in ELEMENTWISE:
            raise NotElementwise
        for v in eqn.outvars:
            names[v] = _moved_var(v, shape)
        eqns.append(eqn.replace(invars=inputs, outvars=[names[v] for v in eqn.outvars], params=params))
    return [name(v) for v in jaxpr.outvars]
