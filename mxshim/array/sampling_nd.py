"""The public random functions of nd (MXNet 1.x): nd.random.*, nd.random_*, nd.sample_* and *_like.

All but multinomial and shuffle draw from the parallel stream. Parameters are numbers, for samples of a shape, or arrays
of one shape s, for samples of shape s + shape. Their gradient is zero, as in MXNet.
"""
from __future__ import annotations

import inspect
import math
from typing import NamedTuple

import numpy as onp

from ..base import FLOAT16, FLOAT32, FLOAT64, MXNetError, _Null, as_dtype, is_float
from ..device import named
from ..engine import rng
from ..engine.op import api
from ..engine.trace import state
from ..engine.words import F32
from . import candidates, samplers
from .convert import CLASSES
from .core import Array
from .draws import adopt, apply, device_of, finish, key_noise, on_host, parsed, size_of
from .sampling_discrete import draw_integers, shuffled

_NULL = _Null
_WIDE = (FLOAT16, FLOAT64)  # drawn from 64 bits


class Sampler(NamedTuple):
    """A row of the table below.

    parameters: names with defaults.  demands: MXNet's condition on them, and its words.  noise: what `mx.sample_<name>` makes
    the samples from; None: drawn by candidates.SAMPLERS.  arrays: the names that nd.sample_<name> gives its parameters.
    front: other defaults of nd.random.<name>.  like: whether there is nd.random.<name>_like.
    """

    parameters: dict
    demand: object
    words: str
    noise: str | None
    sentence: str
    arrays: tuple = ()
    front: dict = {}  # read only
    like: bool = True


SAMPLERS = {
    "uniform": Sampler({"low": 0, "high": 1}, lambda low, high: low <= high, "low <= high", "uniform",
                       "Uniform numbers from low to high."),
    "normal": Sampler({"loc": 0, "scale": 1}, lambda loc, scale: scale > 0, "scale > 0", "normal",
                      "Normal numbers of mean loc and standard deviation scale.", ("mu", "sigma")),
    "exponential": Sampler({"lam": 1}, lambda lam: lam > 0, "lam > 0", "uniform", "Exponential numbers of rate lam."),
    "gamma": Sampler({"alpha": 1, "beta": 1}, lambda alpha, beta: alpha > 0 and beta > 0, "alpha > 0 and beta > 0", None,
                     "Gamma numbers of shape alpha and scale beta."),
    "poisson": Sampler({"lam": 1}, lambda lam: lam >= 0, "lam >= 0", None, "Poisson numbers of mean lam, as floats."),
    "binomial": Sampler({"n": 1, "p": 1}, lambda n, p: n >= 0 and p >= 0, "n >= 0 and p >= 0", None,
                        "Successes among n trials of probability p, as floats.", front={"p": 0.5}, like=False),
    "negative_binomial": Sampler({"k": 1, "p": 1}, lambda k, p: k >= 0 and p > 0, "k >= 0 and p > 0", None,
                                 "Failures before k successes of probability p, as floats."),
    "generalized_negative_binomial": Sampler({"mu": 1, "alpha": 1}, lambda mu, alpha: mu >= 0 and alpha >= 0,
                                             "mu >= 0 and alpha >= 0", None,
                                             "Negative binomial numbers of mean mu and dispersion alpha, as floats."),
}


# --- drawing ----------------------------------------------------------------------------------------------------------
def _noise(kind, shape, wide, ctx):
    """Noise of the parallel stream as a NumPy array, or from a key as an array of a program."""
    dtype = FLOAT64 if wide else FLOAT32
    if not on_host(ctx):
        return key_noise(kind, shape, dtype, CLASSES["nd"], ctx)
    stream, n = rng.streams().parallel, math.prod(shape)
    return getattr(stream, kind + "64" if wide else kind)(n).reshape(shape)


def _from_numbers(name, parameters, shape, dtype, ctx):
    """Samples for numbers as parameters, rounded step by step as MXNet rounds."""
    row, wide, cls = SAMPLERS[name], dtype in _WIDE, CLASSES["nd"]
    given = [F32(v) for v in parameters]
    if row.noise is None:
        more = {"wide": dtype == FLOAT64} if name == "gamma" else {}
        found = candidates.samples(rng.streams().parallel, name, math.prod(shape), [v.reshape(1) for v in given], dtype, **more)
        return adopt(found.reshape(shape), cls, ctx)
    noise = _noise(row.noise, shape, wide, ctx)
    if isinstance(noise, Array):
        return apply(f"mx.sample_{name}", cls, noise, *[adopt(v, cls, ctx) for v in given], dtype)
    with onp.errstate(all="ignore"):
        if name == "exponential":
            noise = -onp.log(1 - noise.astype(onp.float64, copy=False)) / given[0]
        else:
            noise *= given[1] - given[0] if name == "uniform" else given[1]
            noise += given[0]
        if dtype == onp.float16:
            noise = noise.astype(F32)  # MXNet rounds twice
        return adopt(noise.astype(dtype, copy=False), cls, ctx)


def _from_arrays(name, arrays, shape, dtype, what):
    """Samples of shape s + shape for arrays of shape s."""
    row, cls, first = SAMPLERS[name], CLASSES["nd"], arrays[0]
    for v in arrays[1:]:
        if v.shape != first.shape or v.dtype != first.dtype:
            got = " and ".join(f"{onp.dtype(w.dtype).name}{list(w.shape)}" for w in (first, v))
            raise MXNetError(f"{what}: the parameters must have one shape and dtype, got {got}")
    shape = first.shape + shape
    if row.noise is not None:
        noise = _noise(row.noise, shape, dtype in _WIDE, first.ctx)
        if not isinstance(noise, Array):
            noise = adopt(noise, cls, first.ctx)
        return apply(f"mx.sample_{name}", cls, noise, *arrays, dtype)
    given = [v.asnumpy().astype(F32).reshape(-1) for v in arrays]
    more = {"wide": dtype == FLOAT64} if name == "gamma" else {}
    found = candidates.samples(rng.streams().parallel, name, math.prod(shape), given, dtype, **more)
    return apply("mx.sample", cls, [adopt(found.reshape(shape), cls, first.ctx), *arrays])


def _sample(name, parameters, shape, dtype, ctx, out, what):
    """What all fronts end in."""
    row = SAMPLERS[name]
    if what.startswith(("nd.random_", "nd.sample_")) or what.endswith("_like"):  # the functions of nd.random ask for numbers
        parameters = [*map(parsed, parameters)]
    arrays = [isinstance(v, Array) for v in parameters]
    dtype = _dtype(dtype, out, what)
    if any(arrays):
        if not all(arrays):
            raise AssertionError(f"{what}: Distribution parameters must all have the same type: all arrays, or all numbers")
        shape = () if shape is _NULL or shape is None else size_of(shape, what)
        return finish(_from_arrays(name, parameters, shape, dtype, what), out, what)
    for n, v in zip(row.parameters, parameters, strict=True):
        if not isinstance(v, int | float | onp.integer | onp.floating):
            raise ValueError(f"{what}: {n} must be an NDArray or a number, got {type(v).__name__}")
    first = next(iter(row.parameters))
    if first in ("k", "n") and not float(parameters[0]).is_integer():
        raise MXNetError(f"{what}: {first} must be an integer, got {parameters[0]}")
    if not row.demand(*parameters):
        got = ", ".join(f"{n}={v}" for n, v in zip(row.parameters, parameters, strict=True))
        raise MXNetError(f"{what}: wanted {row.words}, got {got}")
    if shape is _NULL or shape is None:
        shape = (1,) if out is None else out.shape
    ctx = _context(ctx, what, out)
    shape = size_of(shape, what)
    if 0 in shape and not state.np_shape:
        raise MXNetError(f"{what}: a 0 in the shape {shape} means unknown to nd functions; call npx.set_np() for zero-size arrays")
    return finish(_from_numbers(name, parameters, shape, dtype, ctx), out, what)


def _context(ctx, what, out=None):
    if isinstance(ctx, str):  # MXNet takes "cpu(0)" here
        ctx = named(ctx)
    return device_of(None if ctx is _NULL else ctx, None if out is None else out.ctx, what)


def _dtype(dtype, out, what):
    if dtype is _NULL:
        return FLOAT32 if out is None else onp.dtype(out.dtype)
    dtype = FLOAT64 if dtype is None else as_dtype(dtype)  # None means float64, as in MXNet
    if not is_float(dtype):
        raise MXNetError(f"{what}: dtype must be float16, float32, float64 or bfloat16, got {dtype.name}")
    return dtype


# --- the public functions -----------------------------------------------------------------------------------------------
def _front(name, defaults, run, doc, missing=TypeError):
    """Declare a public function: its arguments are the keys of `defaults` in order; `run` gets them as a dict.

    missing: what to raise where an argument without default (inspect.Parameter.empty) is not given.
    """
    signature = inspect.Signature([inspect.Parameter(n, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=d)
                                   for n, d in defaults.items()])

    def function(*args, **kwargs):
        if len(args) > len(defaults):
            raise TypeError(f"{name} takes at most {len(defaults)} arguments ({', '.join(defaults)}), got {len(args)}")
        given = dict(zip(defaults, args))
        kwargs.pop("name", None)
        for n, v in kwargs.items():
            if n in given:
                raise TypeError(f"{name} got two values for argument {n!r}")
            if n not in defaults:
                raise MXNetError(f"{name} has no argument {n!r}: its arguments are ({', '.join(defaults)})")
            given[n] = v
        found = {**defaults, **given}
        for n, v in found.items():
            if v is inspect.Parameter.empty:
                raise missing(f"{name} needs argument {n!r}: its arguments are ({', '.join(defaults)})")
        return run(found)

    function.__name__ = function.__qualname__ = name.rsplit(".", 1)[1]
    function.__doc__, function.__signature__ = doc, signature
    api(name)(function)
    return function


_REST = ("shape", "dtype", "ctx", "out")


def _declare(name, row):
    def values(given, names):
        return [given[n] for n in names]

    def by_shape(what):
        def run(given):
            if what.count(".") == 1 and given["shape"] is _NULL and given["out"] is None:
                raise MXNetError(f"{what} needs a shape: pass shape=(...) or out=")
            return _sample(name, values(given, row.parameters), *values(given, _REST), what)
        return run

    def of_scale(given):  # nd.random.exponential alone takes the mean
        scale = given["scale"]
        if not isinstance(scale, Array) and isinstance(scale, int | float | onp.number) and scale == 0:
            raise ZeroDivisionError("nd.random.exponential: scale must be > 0, got 0")
        lam = 1.0 / scale if isinstance(scale, Array | int | float | onp.number) else scale
        return _sample(name, [lam], *values(given, _REST), "nd.random.exponential")

    def of_arrays(given):
        what, parameters = f"nd.sample_{name}", values(given, row.arrays or row.parameters)
        for n, v in zip(row.arrays or row.parameters, parameters, strict=True):
            if v is None:
                raise MXNetError(f"{what} needs argument {n!r}, an NDArray")
            if not isinstance(v, Array):
                raise AssertionError(f"{what}: {n} must be an NDArray, got {v!r}")
        return _sample(name, parameters, given["shape"], given["dtype"], None, given["out"], what)

    def like(given):
        what, data = f"nd.random.{name}_like", given["data"]
        if not isinstance(data, Array):
            raise AssertionError(f"{what}: data must be an NDArray, got {type(data).__name__}")
        if not is_float(onp.dtype(data.dtype)):
            raise MXNetError(f"{what}: data must hold floats, got {onp.dtype(data.dtype).name}")
        found = _sample(name, values(given, row.parameters), data.shape, data.dtype, data.ctx, None, what)
        return finish(apply("mx.sample", CLASSES["nd"], [found, data]), given["out"], what)

    null = {"shape": _NULL, "dtype": _NULL}
    more = "\n\nParameters: numbers, or arrays of one shape s for samples of shape s + `shape`; float32 by default."
    if name == "exponential":
        _front(f"nd.random.{name}", {"scale": 1, **null, "ctx": None, "out": None}, of_scale,
               "Exponential numbers of mean scale." + more)
    else:
        _front(f"nd.random.{name}", {**row.parameters, **row.front, **null, "ctx": None, "out": None}, by_shape(f"nd.random.{name}"),
               row.sentence + more)
    short = {**row.parameters, "shape": _NULL, "ctx": _NULL, "dtype": _NULL, "out": None}
    for alias in (f"nd.random_{name}", f"nd.{name}")[:2 if name in ("uniform", "normal") else 1]:
        _front(alias, short, by_shape(alias), row.sentence + "\n\nParameters are numbers; float32 by default.")
    _front(f"nd.sample_{name}", {**dict.fromkeys(row.arrays or row.parameters), **null, "out": None}, of_arrays,
           row.sentence + "\n\nParameters are arrays of one shape s, samples have shape s + `shape`.")
    if row.like:
        _front(f"nd.random.{name}_like", {"data": None, **row.parameters, "out": None}, like,
               row.sentence + "\n\nShape, dtype and device are those of `data`.")


for _name, _row in SAMPLERS.items():
    _declare(_name, _row)


@api("nd.random.randn")
def nd_randn(*shape, **kwargs):
    """Normal numbers of the shape given by the arguments; takes loc=, scale=, dtype=, ctx=, out= too."""
    known = {"loc": 0, "scale": 1, "dtype": _NULL, "ctx": None, "out": None}
    kwargs.pop("name", None)
    for n in kwargs:
        if n not in known:
            raise MXNetError(f"nd.random.randn has no argument {n!r}: its arguments are (*shape, {', '.join(known)})")
    given = {**known, **kwargs}
    loc, scale, dtype, ctx, out = (given[n] for n in known)
    return _sample("normal", [loc, scale], shape, dtype, ctx, out, "nd.random.randn")


def _randint(what):
    def run(given):
        low, high, out = given["low"], given["high"], given["out"]
        if isinstance(low, Array) != isinstance(high, Array) or (low is None) != (high is None):
            raise AssertionError(f"{what}: Distribution parameters must all have the same type: low and high must be integers")
        for n, v in (("low", low), ("high", high)):
            if isinstance(v, str | list | tuple) or v is None:
                raise ValueError(f"{what}: {n} must be an integer, got {v!r}")
        dtype = given["dtype"]
        if dtype is _NULL or dtype is None:
            dtype = "int32" if out is None else out.dtype
        shape = given["shape"]
        if shape is _NULL or shape is None:
            shape = (1,) if out is None else out.shape
        ctx = _context(given["ctx"], what, out)
        return finish(draw_integers(low, high, size_of(shape, what), as_dtype(dtype), ctx, CLASSES["nd"], what), out, what)

    return run


_RANGE = {"low": inspect.Parameter.empty, "high": inspect.Parameter.empty}
_INTEGERS = "Integers in low..high-1, int32 unless dtype is int64.\n\nRaises: MXNetError for an empty range and other dtypes."
_front("nd.random.randint", {**_RANGE, "shape": _NULL, "dtype": _NULL, "ctx": None, "out": None},
       _randint("nd.random.randint"), _INTEGERS)
_front("nd.random_randint", {**_RANGE, "shape": _NULL, "ctx": _NULL, "dtype": _NULL, "out": None},
       _randint("nd.random_randint"), _INTEGERS, MXNetError)


# --- categories and orders ------------------------------------------------------------------------------------------------
def _categorical(data, shape, get_prob, dtype, out, what):
    cls = CLASSES["np"] if what.startswith("npx") else CLASSES["nd"]
    if not isinstance(data, Array):
        raise AssertionError(f"{what}: data must be an array of probabilities, got {data!r}")
    if not is_float(onp.dtype(data.dtype)) or not data.ndim or not data.shape[-1]:
        got = f"{onp.dtype(data.dtype).name}{list(data.shape)}"
        raise MXNetError(f"{what}: data must hold floats, of shape (..., k), got {got}")
    if cls is CLASSES["nd"]:
        get_prob, dtype = parsed(get_prob), "float64" if dtype is None else dtype
    dtype = as_dtype("int32" if dtype is _NULL or dtype is None else dtype)
    if shape is _NULL or shape is None or shape == ():
        shape = () if data.ndim > 1 else (1,)
    shape = size_of(shape, what)
    p = data.asnumpy().reshape(-1, data.shape[-1])
    each, serial = math.prod(shape), rng.streams().serial
    found = samplers.categories(serial, p, each).reshape(data.shape[:-1] + shape)
    result = adopt(found.astype(dtype), cls, data.ctx)
    if not get_prob:
        return finish(apply("mx.sample", cls, [result, data]), out, what)
    likelihood = apply("mx.random_log_likelihood", cls, data, adopt(found, cls, data.ctx))
    if out is None:
        return [result, likelihood]
    return [finish(r, o, what) for r, o in zip((result, likelihood), out, strict=True)]


@api("nd.random.multinomial", "nd.random.categorical")
def nd_multinomial(data, shape=_NULL, get_prob=False, out=None, dtype="int32", name=None):
    """Indices drawn with the probabilities data[..., :], each row `shape` times: shape s + shape for data of shape s + (k,).

    get_prob: also give the logarithms of their probabilities, differentiable in data (REINFORCE).
    Without `shape` one index for each row; (1,) for a single row.
    """
    return _categorical(data, shape, get_prob, dtype, out, "nd.random.multinomial")


@api("nd.sample_multinomial")
def nd_sample_multinomial(data, shape=_NULL, get_prob=False, dtype="int32", out=None, name=None):
    """As nd.random.multinomial."""
    return _categorical(data, shape, get_prob, dtype, out, "nd.sample_multinomial")


@api("nd.sample_categorical")
def nd_sample_categorical(data, shape=_NULL, get_prob=False, dtype="int32", out=None, name=None):
    """As nd.random.multinomial."""
    return _categorical(data, shape, get_prob, dtype, out, "nd.sample_categorical")


@api("npx.random.categorical")
def npx_categorical(data, shape=_NULL, get_prob=False, dtype="int32", out=None, name=None):
    """Indices drawn with the probabilities data[..., :]; see nd.random.multinomial."""
    return _categorical(data, shape, get_prob, dtype, out, "npx.random.categorical")


@api("nd.random.shuffle", "nd.shuffle")
def nd_shuffle(data, out=None, name=None):
    """A copy of data with its rows in random order. Differs: differentiable, where MXNet raises."""
    if not isinstance(data, Array):
        raise AssertionError(f"nd.random.shuffle: data must be an NDArray, got {data!r}")
    return finish(shuffled(data, CLASSES["nd"]) if data.ndim else data, out, "nd.random.shuffle")
