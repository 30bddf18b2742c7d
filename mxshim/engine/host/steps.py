"""A small program as a list of NumPy's functions: on CPUs, for what takes less time there than XLA's call alone."""
from __future__ import annotations

import contextvars
import math
import operator
import threading
from collections.abc import Callable, Iterable
from typing import Any

import numpy as onp

from .elementwise import EXACT, ROUNDED, SMALL
from .picking import takes
from .rules import CALLS, DTYPES, PREPARED, RULES

LIMIT = 1.6e-5  # seconds that a program for NumPy may take, about: what calling XLA costs, the caches that it empties included
_MOST = 200  # steps to look at, those that nobody needs included
# By primitive, seconds of a call, and by how many seconds for every element NumPy is slower than XLA, as measured. What is not here is
# for XLA.
_COSTS: dict[str, tuple[float, float]] = {
    **dict.fromkeys(EXACT, (1.2e-6, 2e-10)), **dict.fromkeys(ROUNDED, (2.4e-6, 1.2e-8)), "pow": (3e-6, 1.2e-8),
    **dict.fromkeys(("reduce_and", "reduce_max", "reduce_min", "reduce_or", "reduce_prod", "reduce_sum"), (2e-6, 8e-10)),
    **dict.fromkeys(("broadcast_in_dim", "concatenate", "convert_element_type", "dynamic_update_slice"), (1.2e-6, 5e-10)),
    **dict.fromkeys(("reshape", "slice", "squeeze", "transpose", "copy", "stop_gradient", "reduce_precision", "dynamic_slice"), (8e-7, 0)),
    **dict.fromkeys(("bitcast_convert_type", "optimization_barrier", "platform_index"), (2e-6, 0)),
    **dict.fromkeys(("argmax", "argmin", "clamp", "integer_pow", "iota", "pad", "rev", "round", "shift_right_logical", "sign", "split",
                     "stack", "unstack"), (4e-6, 1e-9)),
    "select_n": (1.5e-6, 1.5e-9), "div": (1.2e-6, 4e-10), "rem": (2e-6, 1e-8), "gather": (6e-6, 0), "sort": (5e-6, 0),
    "cumsum": (6e-6, 2e-9), "cumprod": (6e-6, 2e-9), "tile": (8e-6, 1e-9), "dot_general": (2.4e-6, 2e-10)}
_IN_WHOLE_NUMBERS = {"div": 1e-5, "rem": 1e-5}
_DIRECT = EXACT | ROUNDED
# What shares its memory with nothing, besides these.
_OWN = {"broadcast_in_dim", "concatenate", "convert_element_type", "div", "dot_general", "reduce_and", "reduce_max", "reduce_min",
        "reduce_or", "reduce_prod", "reduce_sum", "select_n"}


class TooMuch(Exception):
    """NumPy would take longer than XLA, or cannot compute this."""


class Steps:
    """NumPy's functions one after the other, for inputs of fixed shapes and dtypes.

    Values are numbered: the inputs, the run-time numbers, then constants and results of steps as they come.
    kinds: NumPy's types of the numbers.  values: the constants, None for the others.
    steps: (function, numbers of its operands, number of its result or a tuple of them).  seconds: what they take, about.
    outs: per result its number and whether it needs memory of its own.
    """

    def __init__(self, inputs: int, kinds: list):
        self.kinds, self._given = kinds, inputs + len(kinds)
        self.values: list = [None] * self._given
        self.steps: list[tuple[Callable, list[int], Any]] = []
        self.seconds: list[float] = []
        self.outs: list[tuple[int, bool]] = []
        self._narrow: dict[int, int] = {}  # what was broadcast -> what it was broadcast from
        self._own: set[int] = set()

    def evaluate(self, closed, args) -> list[int]:
        """Take a closed jaxpr up; args: numbers of values, or arrays. Returns the numbers of its results. Raises: TooMuch."""
        return self._take(closed.jaxpr, closed.consts, [a if type(a) is int else self._value(a) for a in args])

    def finish(self, live: Iterable[int]) -> Steps:
        """The same, to give these results, without what they do not need. Raises: TooMuch."""
        needed: set[int] = set()
        for k in live:
            self.outs.append((k, k not in self._own or k in needed))
            needed.add(k)
        kept, seconds = [], 0.0
        for step, each in zip(reversed(self.steps), reversed(self.seconds), strict=True):
            if not needed.isdisjoint(step[2] if type(step[2]) is tuple else (step[2],)):
                kept.append(step)
                needed.update(step[1])
                seconds += each
        if seconds > LIMIT:
            raise TooMuch
        self.steps, self._constants = kept[::-1], self.values[self._given:]
        return self

    def __call__(self, data, numbers) -> list | None:
        """The results, arrays of their own; None if NumPy turns out to be unable to compute them."""
        values = [d if type(d) is onp.ndarray else onp.asarray(d) for d in data]
        if numbers:
            values += [kind(n) for kind, n in zip(self.kinds, numbers)]
        values += self._constants
        try:
            context = _quiet.context
        except AttributeError:
            context = _quiet.context = contextvars.copy_context()
            context.run(onp.seterr, all="ignore")
        try:
            context.run(self._run, values)
        except Exception:  # what is wrong with a call was found when it was recorded: this is for XLA to compute
            return None
        return [onp.array(values[k], order="C") if copied else onp.asarray(values[k], order="C") for k, copied in self.outs]

    def _run(self, values):
        for fn, inputs, out in self.steps:
            if type(out) is int:
                values[out] = fn(*[values[i] for i in inputs])
            else:
                for i, v in zip(out, fn(*[values[i] for i in inputs]), strict=True):
                    values[i] = v

    def _value(self, array=None) -> int:
        self.values.append(array)
        return len(self.values) - 1

    def _take(self, jaxpr, consts, args) -> list[int]:
        env: dict = dict(zip(jaxpr.invars, args, strict=True))
        env.update((v, self._value(onp.asarray(c))) for v, c in zip(jaxpr.constvars, consts, strict=True))

        def number(v):
            return env[v] if not hasattr(v, "val") else self._value(onp.asarray(v.val, v.aval.dtype))

        for eqn in jaxpr.eqns:
            name, params, inputs = eqn.primitive.name, eqn.params, [number(v) for v in eqn.invars]
            if name in CALLS or name == "cond":
                inner = params[CALLS[name]] if name in CALLS else self._branch(params["branches"], inputs.pop(0))
                outs = self._take(getattr(inner, "jaxpr", inner), getattr(inner, "consts", ()), inputs)
            else:
                outs = self._step(eqn, name, params, inputs)
            env.update(zip(eqn.outvars, outs, strict=True))
        return [number(v) for v in jaxpr.outvars]

    def _branch(self, branches, which):
        if self.values[which] is None:
            raise TooMuch
        return branches[min(max(int(self.values[which]), 0), len(branches) - 1)]

    def _step(self, eqn, name, params, inputs) -> list[int]:
        shapes, avals = [v.aval.shape for v in eqn.invars], [v.aval for v in eqn.outvars]
        if name not in _COSTS or not all(getattr(v.aval, "dtype", None) in DTYPES for v in (*eqn.invars, *eqn.outvars)) or (
                name == "gather" and not takes(shapes[0], params)):
            raise TooMuch
        if name == "broadcast_in_dim" and eqn.invars[0].aval.size == avals[0].size:
            name = "reshape"
        fn = _DIRECT[name] if name in _DIRECT else PREPARED[name](params, avals) if name in PREPARED else _ruled(name, params, avals)
        if name in _DIRECT or name in ("div", "select_n"):
            inputs = self._narrowed(inputs, shapes, avals[0].shape)
        if all(self.values[i] is not None for i in inputs) and max([a.size for a in avals]) <= SMALL:
            with onp.errstate(all="ignore"):
                found = fn(*[self.values[i] for i in inputs])
            return [self._value(onp.asarray(v)) for v in (found if len(avals) > 1 else [found])]
        outs = [self._value() for _ in avals]
        if name in _DIRECT or name in _OWN:
            self._own.update(outs)
        if name == "broadcast_in_dim":
            self._narrow[outs[0]] = self._reshaped(inputs[0], shapes[0], params)
        self._add(fn, inputs, outs[0] if len(outs) == 1 else tuple(outs), _seconds(eqn, name, params))
        return outs

    def _add(self, fn, inputs, out, seconds):
        self.steps.append((fn, inputs, out))
        self.seconds.append(seconds)
        if len(self.steps) > _MOST:
            raise TooMuch

    def _reshaped(self, k, shape, params) -> int:
        """A value to be broadcast, with axes of size 1 in place of the new ones."""
        narrow = [1] * len(params["shape"])
        for d, n in zip(params["broadcast_dimensions"], shape, strict=True):
            narrow[d] = n
        while len(narrow) > len(shape) and narrow[0] == 1:
            del narrow[0]
        if tuple(narrow) == shape:
            return k
        found = self._value()
        self._add(operator.methodcaller("reshape", tuple(narrow)), [k], found, _COSTS["reshape"][0])
        return found

    def _narrowed(self, inputs, shapes, shape) -> list[int]:
        """The operands of a function that broadcasts: those from before they were broadcast, if one has the result's shape."""
        if any(s == shape and i not in self._narrow for i, s in zip(inputs, shapes, strict=True)):
            return [self._narrow.get(i, i) for i in inputs]
        return inputs


def _ruled(name, params, avals) -> Callable:
    rule, alone = RULES[name], len(avals) == 1

    def fn(*operands):
        found = rule(operands, params, avals)
        return found[0] if alone and type(found) is list else found

    return fn


def _seconds(eqn, name, params) -> float:
    call, each = _COSTS[name]
    out = eqn.outvars[0].aval
    if name in _IN_WHOLE_NUMBERS and out.dtype.kind != "f":
        call = _IN_WHOLE_NUMBERS[name]
    if name == "sort" and len(eqn.outvars) > 1:
        call *= 3
    size = max([v.aval.size for v in (*eqn.invars, *eqn.outvars)])
    if name == "dot_general":
        (axes, _), _ = params["dimension_numbers"]
        size = out.size * math.prod([eqn.invars[0].aval.shape[i] for i in axes])
    return call + each * size


_quiet = threading.local()  # .context: one in which NumPy says nothing of overflows and divisions by zero
