"""The registry: one record per operator, one table of public names.

An operator is a pure function on JAX arrays, declared once with all the names under which users find it:

    @op("np.clip", "np.ndarray.clip", scalars=("a_min", "a_max"))
    def clip(a, a_min=None, a_max=None): ...

At a call the door (`call.py`) sorts the arguments by what they are:

- mxshim arrays, and lists or tuples of them, become traced inputs;
- numbers given for a parameter named in `scalars` become run-time inputs: the function receives a `Scalar`, whose value a
  loop may change without a new program;
- everything else is static: it is part of the program's identity and must be hashable (lists arrive as tuples,
  a parameter named `dtype` arrives as a NumPy dtype).

`out=`, `ctx=`, `device=`, `name=` and the class of the result belong to the door, never to an operator.
"""
from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as onp

from ..base import is_float

DIALECTS = ("np", "npx", "nd")
SWITCHES = frozenset({"np_shape", "np_dtype"})  # parameters that the door fills from the thread's switches
# The parameter of a primitive of ours, see ops/outline.py, that tells how many elements its loops on CPUs read in many places: they are
# what XLA's longer way of compiling is for, see program.py.
READS = "mxshim_reads"


def apart(function):
    """`function` of arrays, computed once: XLA does not compute its elements anew in every loop that reads them.

    (It fuses across its own barriers on CPUs. What happens under a condition is a computation of its own, and XLA does not know
    that this one always holds.)
    """
    def run(*args):
        holds = (args[0].reshape(-1)[0].astype("int32") | 1) != 0
        out = jax.eval_shape(function, *args)
        return jax.lax.cond(holds, function, lambda *_: jnp.zeros(out.shape, out.dtype), *args)

    return run


def cast(x, dtype):
    """x in another dtype as C (on x86) casts: fractions are cut off, integers wrap around, floats that fit no integer of the
    machine's width become its smallest. XLA alone would saturate.
    """
    if x.dtype == dtype:
        return x
    if is_float(x.dtype) and dtype.kind in "iu":
        word = onp.dtype("int64" if dtype.itemsize == 8 or dtype.name == "uint32" else "int32")
        low = jnp.iinfo(word).min
        fits = (x >= float(low)) & (x < -float(low))
        return jnp.where(fits, x.astype(word), jnp.asarray(low, word)).astype(dtype)
    return x.astype(dtype)


class Scalar(NamedTuple):
    """A Python or NumPy number as an operator receives it.

    value: a 0-d JAX array, float64 for kind "f", int64 for "i", bool for "b". Cast it: its own dtype means nothing.
    """

    value: Any
    kind: str

    def astype(self, dtype):
        """The number as a 0-d array of `dtype`; a fraction is cut off, as a C cast does."""
        return self.value.astype(dtype)


class Check(NamedTuple):
    """A fault that shows in the values alone; it is raised when a result of the thread is next read, as MXNet does.

    applies: whether these static arguments (by name) need it.  bad: like the operator's function, gives a 0-d bool.
    """

    applies: Callable
    bad: Callable
    error: type
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Op:
    """Everything there is to know of an operator; `fn` is pure, JAX arrays in, one JAX array or a tuple of them out."""

    fn: Callable
    names: tuple[str, ...]  # ("np.exp", "nd.exp", "nd.NDArray.exp"): the public names in full
    at: str  # "ops/elementwise.py:41"
    params: tuple[str, ...]  # names of fn's parameters that a user can give, in order
    defaults: dict[str, Any]
    variadic: bool  # fn takes *args: all positional arguments are arrays
    scalars: frozenset[str]  # parameters whose numbers are run-time inputs
    arrays: frozenset[str]  # parameters that are arrays (all without a default, unless static or scalars)
    either: frozenset[str]  # parameters that are arrays or plain data, whose numbers are static (an amount, or the places themselves)
    # For arrays of one shape, every element of a result comes from theirs alone, whatever that shape, if only those are given that must be.
    elementwise: bool = False
    broadcasts: bool = False  # elementwise, and arrays of several shapes are broadcast first
    grad: bool | str = True  # False: gradients through it are zero (argmax, comparisons, rounding); "floats": to integers
    loss: bool = False  # its gradient is there even where nothing arrives from above: backward asks for it behind an argmax, too
    diff: Callable | None = None  # what is differentiated instead of fn, where JAX sees no gradient (casts to integers)
    numbers: Callable | None = None  # what a number becomes beside an integer array, a function of it and of the array's dtype
    train: bool = False  # fn takes training=, the scope's flag
    waits: bool = False  # never computed at once, however small: it is a part of what follows, as a slice that is a batch
    # (parameter, output, "forward" or "backward"): what is written there, and when; with a fourth, a static parameter, only if that is true
    updates: tuple[tuple, ...] = ()
    visible: Any = None  # how many outputs the caller sees, or a function of the static arguments; the rest serve `updates`
    check: Check | None = None  # what only the values can tell, and what to raise then
    result: type = list  # what holds several results: list or tuple
    samples: Any = None  # facts for the tests: domain, example arguments
    doc: str = field(default="")
    name: str = field(init=False)
    simple: bool = field(init=False)  # a call does nothing but give its result
    switched: bool = field(init=False)  # the door fills parameters from the thread's switches

    def __post_init__(self):
        for name, fact in (("name", self.names[0]), ("simple", not self.updates and self.check is None),
                           ("switched", not SWITCHES.isdisjoint(self.params))):
            object.__setattr__(self, name, fact)


NAMES: dict[str, Any] = {}  # public name -> Op, or a plain function declared with @api


def op(*names: str, scalars=(), arrays=None, static=(), either=(), elementwise=False, broadcasts=False, grad=True, loss=False, diff=None,
       numbers=None, train=False, waits=False, updates=(), visible=None, check=None, result=list, samples=None, doc=None):
    """Declare an operator under its public names; returns the plain function unchanged.

    scalars: parameters whose numbers are run-time inputs.  static: parameters without default that are no arrays.
    arrays: parameters with a default that are arrays when given (bias, mask).  either: that are arrays or static (bins).
    The other facts: see `Op`.
    """

    def declare(fn):
        params, needed, defaults, variadic = _parameters(fn)
        if train:
            params.remove("training")
            defaults.pop("training", None)
        where_fn = inspect.unwrap(fn)
        frame = sys._getframe(1)
        code = getattr(where_fn, "__code__", None) or frame.f_code
        record = Op(fn, names, _place(code.co_filename, code.co_firstlineno), tuple(params), defaults, variadic,
                    frozenset(scalars), frozenset((needed - set(static)) | set(arrays or ())), frozenset(either), elementwise,
                    broadcasts, grad, loss, diff, numbers, train, waits, tuple(updates), visible, check, result, samples,
                    doc or fn.__doc__ or "")
        _enter(names, record, record.at)
        return fn

    return declare


def _parameters(fn):
    """(names in order, those that must be positional arguments, defaults by name, whether there is *args) of a function."""
    code = getattr(fn, "__code__", None)
    if code is None or hasattr(fn, "__wrapped__") or hasattr(fn, "__signature__"):
        params, needed, defaults, variadic = [], set(), {}, False
        for p in inspect.signature(fn).parameters.values():
            if p.kind is p.VAR_POSITIONAL:
                variadic = True
            else:
                params.append(p.name)
                if p.default is not p.empty:
                    defaults[p.name] = p.default
                elif p.kind is not p.KEYWORD_ONLY:
                    needed.add(p.name)
        return params, needed, defaults, variadic
    count = code.co_argcount  # the same read off the code object: a thousand operators are declared at import
    names = list(code.co_varnames[:count + code.co_kwonlyargcount])
    defaults = dict(zip(names[count - len(fn.__defaults__ or ()):count], fn.__defaults__ or (), strict=True))
    needed = set(names[:count]) - defaults.keys()
    return names, needed, {**defaults, **(fn.__kwdefaults__ or {})}, bool(code.co_flags & inspect.CO_VARARGS)


def api(*names: str):
    """Declare a plain Python function over arrays under its public names (creation from data, files, functions of functions)."""

    def declare(fn):
        code = inspect.unwrap(fn).__code__
        _enter(names, fn, _place(code.co_filename, code.co_firstlineno))
        return fn

    return declare


_PLACES: dict[str, str] = {}


def _enter(names, record, at):
    for name in names:
        if name in NAMES:
            raise RuntimeError(f"{name} is declared twice: {_PLACES[name]} and {at}")
        if name.split(".")[0] not in (*DIALECTS, "mx"):
            raise RuntimeError(f"{at}: {name!r} does not start with a dialect (np., npx., nd., mx.)")
        NAMES[name], _PLACES[name] = record, at


_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


def _place(filename: str, line: int) -> str:
    return f"{filename.removeprefix(_ROOT)}:{line}"


def where(name: str) -> str:
    """The file and line, below the package, that declare a public name: `where("nd.pick")`.

    Raises: KeyError with the nearest names if there is none.
    """
    if name not in _PLACES:
        import difflib
        near = difflib.get_close_matches(name, _PLACES, 3)
        raise KeyError(f"no public name {name!r}" + (f"; did you mean {', '.join(near)}?" if near else ""))
    return _PLACES[name]
