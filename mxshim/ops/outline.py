"""Computations that JAX is given as one primitive.

Whatever an operator consists of is traced for each new call, again for its gradient, and then again for the block and the program
that it ends up in. A primitive is a single equation in all of these: what it consists of is traced once, when a program that has
it is compiled, and not at all where the program is found on disk.
"""
from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial

import jax
import numpy as onp
from jax.experimental.xla_metadata import set_xla_metadata
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

from ..engine.op import READS


def outlined(name: str, compute: Callable, shape: Callable, reads: Callable = lambda *avals, **params: 0, dtype=None,
             several: bool = False) -> Callable:
    """compute(arrays, *, ...) -> array as a function of the same arguments that is one primitive.

    Keywords are static. shape(*avals, **keywords) is the result's shape, `dtype` its dtype, by default the first array's; reads(the
    same as shape) is the number that engine.op.READS stands for. several: there are several results, in a tuple, and `shape` gives
    theirs. Derivatives are to be set: `own_derivative`, `linear`, `bilinear`, or as JAX has it.
    """
    primitive = Primitive(name)
    primitive.multiple_results = several
    kinds = {p.name: p.kind for p in inspect.signature(compute).parameters.values()}
    keywords = [key for key, kind in kinds.items() if kind is inspect.Parameter.KEYWORD_ONLY]
    run = jax.jit(compute, static_argnames=keywords)

    def computed(*arrays, **params):
        with jax.default_matmul_precision(params["precision"]):
            return run(*arrays, **_given(params))

    def batched(arrays, axes, **params):
        out = jax.vmap(partial(computed, **params), axes)(*arrays)
        return out, (0,) * len(out) if several else 0

    def results(*avals, **params):
        shapes = shape(*avals, **_given(params))
        found = [jax.core.ShapedArray(s, dtype or avals[0].dtype) for s in (shapes if several else [shapes])]
        return found if several else found[0]

    primitive.def_impl(computed)
    primitive.def_abstract_eval(results)
    mlir.register_lowering(primitive, mlir.lower_fun(computed, multiple_results=several))
    batching.primitive_batchers[primitive] = batched

    def function(*arrays, **params):
        ours = {"precision": jax.config.jax_default_matmul_precision, READS: reads(*arrays, **params)}
        return primitive.bind(*arrays, **params, **ours)

    function.primitive, function.arrays, function.compute = primitive, len(kinds) - len(keywords), compute  # type: ignore[attr-defined]
    return function


def _given(params: dict) -> dict:
    return {k: v for k, v in params.items() if k not in ("precision", READS)}


def derivative(function: Callable, *tangents: Callable):
    """Let tangent(t, *arrays), with the same keywords, be the derivative of function(*arrays) in the direction t of each array."""
    def rule(tangent):
        return lambda t, *arrays, **params: tangent(t, *arrays, **_given(params))

    ad.defjvp(function.primitive, *map(rule, tangents))


def own_derivative(function: Callable):
    """Let the derivative of such a function be that of what it computes: where it is taken, the primitive is gone."""
    def rule(arrays, tangents, **params):
        moving = [i for i, t in enumerate(tangents) if type(t) is not ad.Zero]

        def of_moving(*some):
            given = list(arrays)
            for i, v in zip(moving, some, strict=True):
                given[i] = v
            return function.compute(*given, **_given(params))

        return jax.jvp(of_moving, tuple([arrays[i] for i in moving]), tuple([tangents[i] for i in moving]))

    ad.primitive_jvps[function.primitive] = rule


def pointwise(name: str, compute: Callable) -> Callable:
    """compute(arrays, *, ...), element by element after they are broadcast, as one primitive, for which NumPy has a function.

    `name` is to stand in engine/shapeless.py and engine/host/functions.py, too.
    """
    function = outlined(name, compute, lambda *arrays, **params: onp.broadcast_shapes(*[a.shape for a in arrays]))
    own_derivative(function)
    return function


def linear(function: Callable, transpose: Callable):
    """Let function(t, *others) be linear in t and constant in the others, and transpose(ct, aval of t, *others) its transpose."""
    none = [None] * (function.arrays - 1)

    def transposed(ct, t, *others, **params):
        return [transpose(ct, t.aval, *others, **_given(params)), *none]

    ad.deflinear2(function.primitive, transposed)
    ad.defjvp(function.primitive, lambda dt, _, *others, **params: function.primitive.bind(dt, *others, **params), *none)


def bilinear(function, first: Callable, second: Callable):
    """Let first(ct, b) and second(ct, a), with the same keywords, be the transposes of function(a, b) in a and in b."""
    ad.defbilinear(function.primitive, lambda ct, a, b, **params: first(ct, b, **_given(params)),
                   lambda ct, a, b, **params: second(ct, a, **_given(params)))


_marked = outlined("marked", lambda x, *, reads: x, lambda x, reads: x.shape, lambda x, reads: reads)
linear(_marked, lambda ct, _, reads: _marked(ct, reads=reads))


def often_read(x, reads: int):
    """x itself, marked for the program that it gets into: so many of its elements are read, see engine.op.READS."""
    return _marked(x, reads=reads)


@jax.jit
def _same(x):
    return x


def _called(x):
    with set_xla_metadata(inlineable="false"):
        return _same(x)


_held = outlined("held", _called, lambda x: x.shape)
derivative(_held, lambda t, _: t)


def held(x):
    """x itself, which is a result of its own for XLA: what it makes of a sum on CPUs swallows what follows, as large as the operand."""
    return _held(x)
