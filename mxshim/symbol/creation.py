"""Functions of mx.sym that make Symbols out of nothing: zeros, arange, random numbers."""
from __future__ import annotations

from .calls import split_v2 as split_v2
from .calls import two_operands
from .compose import create
from .symbol import Symbol


def zeros(shape, dtype=None, **kwargs):
    """Zeros. shape: sizes of 0 are found by shape inference."""
    return create("_zeros", (), {"shape": shape, "dtype": dtype or "float32", **kwargs})


def ones(shape, dtype=None, **kwargs):
    """Ones; see zeros."""
    return create("_ones", (), {"shape": shape, "dtype": dtype or "float32", **kwargs})


def full(shape, val, dtype=None, **kwargs):
    """One number everywhere."""
    return create("_full", (), {"shape": shape, "dtype": dtype or "float32", "value": float(val), **kwargs})


def arange(start, stop=None, step=1.0, repeat=1, infer_range=False, name=None, dtype=None):
    """start, start + step, ... up to stop, each `repeat` times; from 0 to `start` if there is no stop.

    infer_range: without a stop, from `start` on, as many numbers as shape inference finds.
    """
    return create("_arange", (), {"start": start, "stop": stop, "step": step, "repeat": repeat, "infer_range": infer_range, "name": name,
                                  "dtype": dtype or "float32"})


def linspace(start, stop, num, endpoint=True, name=None, dtype=None):
    """`num` numbers from start to stop."""
    return create("_linspace", (),
                  {"start": start, "stop": stop, "num": num, "endpoint": endpoint, "name": name, "dtype": dtype or "float32"})


def eye(N, M=0, k=0, dtype=None, **kwargs):
    """Ones on the k-th diagonal of an N x M matrix."""
    return create("_eye", (), {"N": N, "M": M, "k": k, "dtype": dtype or "float32", **kwargs})


def histogram(a, bins=10, range=None, **kwargs):
    """(counts, edges) of `a` in `bins`: a number of equal ones in `range`, or a Symbol of edges."""
    if isinstance(bins, Symbol):
        return create("_histogram", (a, bins), kwargs)
    if range is None:
        raise ValueError("mx.sym.arange: a range needs an end, or infer_range=True")
    return create("_histogram", (a,), {"bin_cnt": bins, "range": range, **kwargs})


def concatenate(arrays, axis=0, name=None):
    """Symbols one after the other along an axis."""
    return create("Concat", tuple(arrays), {"dim": axis, "name": name}, "concat")


def BatchNorm_v1(*args, **kwargs):
    """MXNet 1's earlier batch normalization, along axis 1: see mx.sym.BatchNorm. Models of its time have it."""
    return create("BatchNorm_v1", args, kwargs)


maximum, minimum, hypot, power = (two_operands(n) for n in ("maximum", "minimum", "hypot", "power"))
pow = power


def sampler(short, *names, dtype="None"):
    """mx.sym.random.x: one draw per element for numbers, `shape` draws for each element of Symbols."""

    def function(*args, shape=None, dtype=None, ctx=None, **kwargs):
        given = {**_DEFAULTS[short], **dict(zip(names, args, strict=False)), **{k: v for k, v in kwargs.items() if k in names}}
        more = {k: v for k, v in kwargs.items() if k not in names}
        if len(args) > len(names):
            shape = args[len(names)]
        if len(args) > len(names) + 1:
            dtype = args[len(names) + 1]
        if short == "exponential":
            given = {"lam": 1.0 / given["scale"]}
        if dtype is not None:
            more["dtype"] = dtype
        if any(isinstance(v, Symbol) for v in given.values()):
            if not all(isinstance(v, Symbol) for v in given.values()):
                raise ValueError(f"the parameters of a distribution must be all Symbols or all numbers, got {given}")
            return create(f"_sample_{short}", tuple(given.values()), {**({"shape": shape} if shape else {}), **more})
        return create(f"_random_{short}", (), {**given, **({"shape": shape} if shape is not None else {}), **more})

    function.__name__ = function.__qualname__ = short
    function.__doc__ = f"nd.random.{short} as a Symbol; its parameters ({', '.join(names)}) are all numbers or all Symbols."
    return function


_DEFAULTS = {"uniform": {"low": 0, "high": 1}, "normal": {"loc": 0, "scale": 1}, "gamma": {"alpha": 1, "beta": 1},
             "exponential": {"scale": 1}, "poisson": {"lam": 1}, "negative_binomial": {"k": 1, "p": 1},
             "generalized_negative_binomial": {"mu": 1, "alpha": 1}, "randint": {}}
