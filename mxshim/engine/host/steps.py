"""A program as a list of NumPy's functions."""
from __future__ import annotations

import contextvars
import functools
import logging
import math
import operator
import threading
from collections.abc import Callable, Container, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as onp

from ...base import CORES
from .elementwise import CUMULATIVE, EXACT, ROUNDED, SMALL, UFUNCS
from .extremes import Extremes
from .matrices import MATRICES
from .picking import takes
from .products import WINDOWS
from .rules import CALLS, DTYPES, RULES, CannotRun, copied, scan_counts
from .windows import CONVOLUTIONS, LINES

_OFTEN = 40  # calls of a program after which writing it as a function has paid
_MOST = 200  # steps of a program that has a limit to look at, those that nobody needs included


class _Facts(NamedTuple):
    """What a primitive's steps cost, as measured, and what they do.

    call: seconds of a call.  each: by how many seconds for every element of four bytes NumPy is slower than XLA.
    own: what comes out shares its memory with nothing.
    passes: bytes of operands and results that NumPy passes through as fast as a program of XLA's.  moves: only where rows are long.
    picks: NumPy goes from element to element.
    """

    call: float = 4e-5
    each: float = 0.0
    own: bool = False
    passes: int = 0
    moves: bool = False
    picks: bool = False


# Bytes that take NumPy as long as they take a program of XLA's, whose threads take 50 us to wake.
_PASSING = (9 << 19) * max(CORES, 2) // max(CORES - 1, 1)
_FACTS: dict[str, _Facts] = {name: facts for names, facts in (
    (EXACT, _Facts(1.2e-6, 2e-10, own=True, passes=_PASSING)), (["sqrt"], _Facts(1.2e-6, 2e-10, own=True)),
    (ROUNDED, _Facts(2.4e-6, 1.2e-8, own=True)), (["pow"], _Facts(3e-6, 1.2e-8)),
    (["reduce_and", "reduce_max", "reduce_min", "reduce_or", "reduce_prod", "reduce_sum"], _Facts(2e-6, 8e-10, own=True)),
    (["broadcast_in_dim", "concatenate"], _Facts(1.2e-6, 5e-10, own=True, passes=_PASSING, moves=True)),
    (["convert_element_type"], _Facts(1.2e-6, 5e-10, own=True, passes=_PASSING)),
    (["dynamic_update_slice"], _Facts(1.2e-6, 5e-10, own=True)),
    (["reshape", "slice", "squeeze", "transpose", "copy", "reduce_precision", "dynamic_slice"], _Facts(8e-7)),
    (["bitcast_convert_type", "platform_index"], _Facts(2e-6)),
    (["argmax", "argmin", "integer_pow", "iota", "rev", "round", "shift_right_logical", "sign"], _Facts(4e-6, 1e-9)),
    (["clamp", "first_extreme"], _Facts(4e-6, 1e-9, own=True)),
    (["split", "unstack"], _Facts(2e-6, 1e-9)), (["stack", "tile"], _Facts(2e-6, 1e-9, own=True, passes=_PASSING, moves=True)),
    (["pad"], _Facts(2e-6, 1e-9, own=True, passes=_PASSING * 3 // 8, moves=True)),
    (["select_n"], _Facts(1.5e-6, 3e-9, own=True)), (["div"], _Facts(1.2e-6, 4e-10, own=True, passes=_PASSING * 3 // 8)),
    (["rem"], _Facts(2e-6, 1e-8)), (["gather"], _Facts(6e-6, own=True, picks=True)), (["sort"], _Facts(5e-6, picks=True)),
    (["erf", "erfc", "scatter", "scatter-add", "scatter-max", "scatter-min", "scatter-mul", "top_k"], _Facts(picks=True)),
    (CUMULATIVE, _Facts(6e-6, 2e-9, own=True)), (["dot_general"], _Facts(2.4e-6, 2e-10, own=True)),
    (MATRICES, _Facts(1e-6, own=True)), (["triangular_solve"], _Facts(4.5e-6, 2e-8, own=True)), (["quantile"], _Facts(4e-6)),
    (["common_divisor", "common_multiple"], _Facts(1.2e-6)), (["modulo"], _Facts(1.2e-6, 5e-9)),
    (["hypotenuse"], _Facts(2.4e-6, 5e-9)), (["log_of_sum"], _Facts(2.4e-6, 3e-8)), (["numbers_only"], _Facts(4e-6, 2e-9)),
    (["rounded"], _Facts(5e-6, 4e-9)), (["polynomial_value"], _Facts(1e-6, 3e-10))) for name in names}
_OTHERS = _Facts()
_VECTORS = 2.5e-9  # for every element of those in doubles that NumPy computes several at a time
_DOUBLES = {**UFUNCS, "logistic": onp.exp, "rsqrt": onp.sqrt}
_IN_WHOLE_NUMBERS = {"div": 1e-5, "rem": 3e-6}
_BYTE, _PRODUCT = 1e-9, 2e-10  # seconds of NumPy's for every byte that comes out and for every multiplication of a product
_ONE_THREAD = 1 << 18  # multiplications that NumPy's BLAS does without other threads, in half the time that calling XLA takes
_PICK = 2e-8  # seconds for every element that is picked
_PATCH = 3e-9  # and for every element of patches
_BESIDE_A_NUMBER = 5e-10  # by how many seconds for every element NumPy's maximum and minimum of an array and a number are slower
_TURN = 3e-9  # of an array that is turned over: by how many seconds for every element of four bytes NumPy is slower
_FEW_ROWS = 128  # rows or columns of which XLA has no loop over the places, so that running sums take it twice to ten times as long
_ROW = 64  # elements of a row that is worth a loop
_SAME = {"held", "marked", "optimization_barrier", "stop_gradient"}  # what comes out is what goes in
_DIRECT = EXACT | ROUNDED
# What only changes the shape where as many elements come out as go in.
_RESHAPING = {"broadcast_in_dim", "reduce_max", "reduce_min", "reduce_prod", "reduce_sum"}


def failed():
    """Note that a rule raised an exception: users get what XLA computes instead, and notice nothing."""
    logging.getLogger(__name__).debug("NumPy could not compute a program", exc_info=True)


class Steps:
    """NumPy's functions one after the other, for inputs of fixed shapes and dtypes.

    Values are numbered: the inputs, the run-time numbers, then constants and results of steps as they come.
    kinds: NumPy's types of the numbers.  limit: by how many seconds NumPy may be slower than a program of XLA's that is there.
    values: the constants, None for the others.
    steps: (function, numbers of its operands, number of its result or a tuple of them).
    costs: per step, by how many seconds it is slower than as a part of a program of XLA's, how many it takes, and how many of the first
    it is not slower if it is the only one that large arrays pass through, about.
    outs: per result its number and whether it needs memory of its own.  seconds: that all takes.  calls: how many there were.
    shared: the inputs, and the results, that share their memory: large arrays in another shape.
    """

    __slots__ = ("_constants", "_extremes", "_given", "_how", "_known", "_narrow", "_own", "_reshape_of", "calls", "costs", "kinds",
                 "limit", "outs", "seconds", "shared", "steps", "values")

    def __init__(self, inputs: int, kinds=(), limit: float | None = None):
        self.kinds, self.limit, self._given = kinds, limit, inputs + len(kinds)
        self.values: list = [None] * self._given
        self.steps: list[tuple[Callable, list[int], Any]] = []
        self.costs: list[tuple[float, float, float]] = []
        self.outs: list[tuple[int, bool]] = []
        self.seconds, self.calls = 0.0, 0
        self._how: Callable[[list, Sequence], list] | None = None
        self._known: dict[tuple, list[int]] = {}  # by constant, and by primitive, operands and parameters: what was found before
        self._narrow: dict[int, tuple[int, bool]] = {}  # what was broadcast -> what it was broadcast from, whether that is no number
        self._own: set[int] = set()
        self._extremes = Extremes()
        self._reshape_of: dict[int, int] = {i: i for i in range(inputs)}  # what has the elements of an input in their order -> that input
        self.shared: tuple[list[int], list[int]] = ([], [])

    def evaluate(self, closed, args) -> list[int]:
        """Take a closed jaxpr up; args: numbers of values, or arrays. Returns the numbers of its results. Raises: CannotRun."""
        return self._take(closed.jaxpr, closed.consts, [a if type(a) is int else self._value(a) for a in args])

    def finish(self, live: Iterable[int], large: Container[int] = ()) -> Steps:
        """The same, to give these results, without what they do not need; large: which of them may share an input's memory.

        Raises: CannotRun.
        """
        needed: set[int] = set()
        for i, k in enumerate(live):
            alias = k in self._reshape_of and i in large
            if alias:
                self.shared[0].append(self._reshape_of[k])
                self.shared[1].append(i)
            self.outs.append((k, not alias and (k not in self._own or k in needed)))
            needed.add(k)
        kept, slower, passing = [], 0.0, 0.0
        for step, cost in zip(reversed(self.steps), reversed(self.costs), strict=True):
            if not needed.isdisjoint(step[2] if type(step[2]) is tuple else (step[2],)):
                kept.append(step)
                needed.update(step[1])
                slower += cost[0]
                self.seconds += cost[1]
                passing = max(passing, cost[2])
        if self.limit is not None and slower - passing > self.limit:
            raise CannotRun
        self.steps, self._constants = kept[::-1], self.values[self._given:]
        del self.values, self.costs, self._known, self._narrow, self._own, self._reshape_of, self._extremes  # what only making them needs
        return self

    def __call__(self, data, numbers) -> list | None:
        """The results, arrays of their own; None if NumPy turns out to be unable to compute them."""
        try:
            context = _quiet.context
        except AttributeError:
            context = _quiet.context = contextvars.copy_context()
            context.run(onp.seterr, all="ignore")
        try:
            return context.run(self._how or self._one_by_one, data, numbers)
        except onp.linalg.LinAlgError:  # a matrix that has no factors: XLA makes them of inf or nan
            return None
        except Exception:  # what is wrong with a call was found when it was recorded: this is for XLA to compute
            failed()
            return None

    def run(self, inputs) -> list:
        """The results as they come, maybe windows onto the inputs or each other."""
        values = [*inputs, *self._constants]
        self._through(values)
        return [values[k] for k, _ in self.outs]

    def _one_by_one(self, data, numbers) -> list:
        values = [onp.asarray(d) for d in data]
        values += [kind(n) for kind, n in zip(self.kinds, numbers)]
        values += self._constants
        self._through(values)
        self.calls += 1
        if self.calls == _OFTEN:
            self._how = self._write()
        return [copied(values[k]) if own else onp.asarray(values[k], order="C") for k, own in self.outs]

    def _through(self, values):
        for fn, inputs, out in self.steps:
            if type(out) is int:
                values[out] = fn(*[values[i] for i in inputs])
            else:
                for i, v in zip(out, fn(*[values[i] for i in inputs]), strict=True):
                    values[i] = v

    def _write(self) -> Callable[[list, Sequence], list]:
        """The same as `_one_by_one`, as a function of Python's without a loop: half the time of a short program."""
        known: dict[str, Any] = {"copied": copied, "asarray": onp.asarray, "ndarray": onp.ndarray, "C": "C"}
        known.update((f"v{self._given + i}", c) for i, c in enumerate(self._constants) if c is not None)
        arrays = self._given - len(self.kinds)
        lines = ["def run(data, numbers):"]
        if arrays:
            lines.append(f" {', '.join([f'v{i}' for i in range(arrays)])}, = data")
            lines += [f" if type(v{i}) is not ndarray: v{i} = asarray(v{i})" for i in range(arrays)]
        if self.kinds:
            lines.append(f" {', '.join([f'v{i}' for i in range(arrays, self._given)])}, = numbers")
        for i, kind in enumerate(self.kinds, arrays):
            known[f"kind{i}"] = kind
            lines.append(f" v{i} = kind{i}(v{i})")
        for i, (fn, inputs, out) in enumerate(self.steps):
            known[f"f{i}"] = fn
            outs = f"v{out}" if type(out) is int else ", ".join([f"v{k}" for k in out]) + ","
            lines.append(f" {outs} = f{i}({', '.join([f'v{k}' for k in inputs])})")
        lines.append(f" return [{', '.join([f'copied(v{k})' if own else f'asarray(v{k}, None, C)' for k, own in self.outs])}]")
        exec("\n".join(lines), known)
        return known["run"]

    def _value(self, array=None) -> int:
        self.values.append(array)
        return len(self.values) - 1

    def _take(self, jaxpr, consts, args) -> list[int]:
        env: dict = dict(zip(jaxpr.invars, args, strict=True))
        env.update((v, self._value(onp.asarray(c))) for v, c in zip(jaxpr.constvars, consts, strict=True))

        def number(v):
            if not hasattr(v, "val"):
                return env[v]
            constant = onp.asarray(v.val, v.aval.dtype)
            key = constant.dtype, constant.shape, constant.tobytes()
            if key not in self._known:
                self._known[key] = [self._value(constant)]
            return self._known[key][0]

        for eqn in jaxpr.eqns:
            name, params, inputs = eqn.primitive.name, eqn.params, [number(v) for v in eqn.invars]
            if name in CALLS:
                inner = params[CALLS[name]]
                outs = self._take(getattr(inner, "jaxpr", inner), getattr(inner, "consts", ()), inputs)
            elif name in _SAME:
                outs = inputs
            elif name == "cond" and self.values[inputs[0]] is not None:
                branch = params["branches"][_within(self.values[inputs[0]], len(params["branches"]))]
                outs = self._take(branch.jaxpr, branch.consts, inputs[1:])
            else:
                key = name, tuple(inputs), tuple(sorted(params.items()))
                try:
                    hash(key)
                except TypeError:  # parameters that are no keys
                    outs = self._step(eqn, name, params, inputs)
                else:
                    if key not in self._known:
                        self._known[key] = self._step(eqn, name, params, inputs)
                    outs = self._known[key]
            env.update(zip(eqn.outvars, outs, strict=True))
        return [number(v) for v in jaxpr.outvars]

    def _step(self, eqn, name, params, inputs) -> list[int]:
        shapes, avals = [v.aval.shape for v in eqn.invars], [v.aval for v in eqn.outvars]
        for v in (*eqn.invars, *eqn.outvars):
            if getattr(v.aval, "dtype", None) not in DTYPES:
                raise CannotRun
        given, extreme, size = inputs, None, math.prod(avals[0].shape)  # v.aval.size takes JAX much longer
        if name in _RESHAPING and math.prod(shapes[0]) == size:
            name = "reshape"
        broadcasts = name in _DIRECT or name in ("div", "select_n")
        wide = [v for v, i in zip(eqn.invars, inputs, strict=True) if not (broadcasts and i in self._narrow)] or eqn.invars
        if name in ("cond", "scan"):
            if self.limit is not None:  # they take too long
                raise CannotRun
            fn, cost = (_cond if name == "cond" else _scan)(params, eqn)
        elif name == "select_n" and eqn.invars[0].aval.dtype == bool:
            chosen = self._extremes.choice(inputs[0], self._source(inputs[2]), self._source(inputs[1]))
            if chosen and size <= SMALL:  # of zero it is a choice after all, in which XLA is much faster
                fn, inputs, extreme = chosen
                name, shapes = "max", [shapes[0], *[()] * (len(inputs) - 1)]
            else:
                fn, inputs, shapes = onp.where, [inputs[0], inputs[2], inputs[1]], [shapes[0], shapes[2], shapes[1]]
            cost = _cost(eqn, name, params, size, wide)
        elif name in RULES:
            fn, cost = RULES[name](params, avals, shapes), _cost(eqn, name, params, size, wide)
        else:
            raise CannotRun
        if broadcasts:
            inputs, rows = self._narrowed(inputs, shapes, avals[0].shape)
            cost = (*cost[:2], 0.0 if rows else cost[2])
            if name in ("max", "min") and sum([math.prod(v.aval.shape) == size for v in wide]) < 2 and not rows:
                cost = cost[0] + _BESIDE_A_NUMBER * size, cost[1], 0.0
        if size <= SMALL and all(self.values[i] is not None for i in inputs):
            with onp.errstate(all="ignore"):
                found = fn(*[self.values[i] for i in inputs])
            return [self._value(onp.asarray(v)) for v in (found if len(avals) > 1 else [found])]
        if self.limit is not None and cost[0] - cost[2] > self.limit:  # even if it turned out to be unneeded
            raise CannotRun
        outs = [self._value() for _ in avals]
        if _FACTS.get(name, _OTHERS).own:
            self._own.update(outs)
        if inputs and inputs[0] in self._reshape_of and (name == "squeeze" or name == "reshape" and params.get("dimensions") is None):
            self._reshape_of[outs[0]] = self._reshape_of[inputs[0]]
        if name == "broadcast_in_dim":
            self._narrow[outs[0]] = self._reshaped(inputs[0], shapes[0], params), math.prod(shapes[0]) > 1
        if extreme:
            self._extremes.found[outs[0]] = extreme
        if len(given) == 2:
            sources = [self._source(k) for k in given]
            numbers = [s != k or not v.aval.shape for s, k, v in zip(sources, given, eqn.invars, strict=True)]
            self._extremes.note(name, sources, numbers, outs[0])
        self._add(fn, inputs, outs[0] if len(outs) == 1 else tuple(outs), cost)
        return outs

    def _add(self, fn, inputs, out, cost):
        self.steps.append((fn, inputs, out))
        self.costs.append(cost)
        if self.limit is not None and len(self.steps) > _MOST:
            raise CannotRun

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
        self._add(operator.methodcaller("reshape", tuple(narrow)), [k], found, (_FACTS["reshape"].call, _FACTS["reshape"].call, 0.0))
        return found

    def _source(self, k) -> int:
        """The number that was broadcast, if one was, else the value itself."""
        source, rows = self._narrow.get(k, (k, True))
        return k if rows else source

    def _narrowed(self, inputs, shapes, shape) -> tuple[list[int], bool]:
        """The operands of a function that broadcasts: those from before they were broadcast, if one has the result's shape.

        And whether there are others than numbers among these: NumPy goes through them row by row.
        """
        if any(s == shape and i not in self._narrow for i, s in zip(inputs, shapes, strict=True)):
            found = [self._narrow.get(i, (i, False)) for i in inputs]
            return [i for i, _ in found], any(rows for _, rows in found)
        return inputs, False


def _within(index, n: int) -> int:
    """Which of n branches it is."""
    return min(max(int(index), 0), n - 1)


def _inner(closed) -> Steps:
    """The steps of a jaxpr that a step runs."""
    found = Steps(len(closed.in_avals))
    return found.finish(found.evaluate(closed, range(len(closed.in_avals))))


def _cond(params, eqn):
    """(function, cost) of a condition on a value."""
    branches = [_inner(b) for b in params["branches"]]

    def run(which, *operands):
        outs = branches[_within(which, len(branches))].run(operands)
        return outs if len(outs) > 1 else outs[0]

    seconds = _OTHERS.call + sum([b.seconds for b in branches]) / len(branches)
    return run, (seconds, seconds, 0.0)


def _scan(params, eqn):
    """(function, cost) of a loop."""
    turns, outvars = range(params["length"]), eqn.outvars
    turn = _inner(params["jaxpr"])
    n, k = scan_counts(eqn)

    def run(*inputs):
        consts, carry, xs = inputs[:n], inputs[n:n + k], inputs[n + k:]
        stacks = [onp.empty(v.aval.shape, v.aval.dtype) for v in outvars[k:]]
        for i in reversed(turns) if params["reverse"] else turns:
            outs = turn.run([*consts, *carry, *[x[i] for x in xs]])
            carry = outs[:k]
            for stack, row in zip(stacks, outs[k:], strict=True):
                stack[i] = row
        outs = [*carry, *stacks]
        return outs if len(outs) > 1 else outs[0]

    seconds = _OTHERS.call + len(turns) * turn.seconds
    return run, (seconds, seconds, 0.0)


@functools.cache
def _in_vectors(fn: onp.ufunc) -> bool:
    """Whether NumPy has code for this processor, beyond what is for all, that computes a function of several doubles at once."""
    try:
        from numpy.lib.introspect import opt_func_info
        found = opt_func_info(func_name=f"^{fn.__name__}$", signature="float64")[fn.__name__]
    except (ImportError, KeyError):
        return False
    return fn not in (onp.sin, onp.cos) and not any(how["current"].startswith("baseline") for how in found.values())


def _cost(eqn, name, params, size, wide) -> tuple[float, float, float]:
    """An entry of Steps.costs; size: of the result; wide: the operands without those that are broadcast in passing."""
    facts = _FACTS.get(name, _OTHERS)
    call, each = facts.call, facts.each
    out = eqn.outvars[0].aval
    if name in _DOUBLES and size <= SMALL and _in_vectors(_DOUBLES[name]):
        each = _VECTORS
    if name in _IN_WHOLE_NUMBERS and out.dtype.kind != "f":
        call = _IN_WHOLE_NUMBERS[name]
    if name == "sort":
        if len(eqn.outvars) > 1:
            call *= 3
        elif out.dtype.kind in "biu" or out.dtype.kind == "f" and out.dtype.itemsize >= 4:
            each = (-6e-9 if out.dtype.kind == "f" else -1.5e-9) * math.log2(max(out.shape[params["dimension"]], 1))
    if name in CUMULATIVE and size < _FEW_ROWS * out.shape[params["axis"]]:
        each = 0.0
    if name == "transpose" and params["permutation"][-1] != len(params["permutation"]) - 1:
        each = _TURN
    first = eqn.invars[0].aval.shape if eqn.invars else out.shape
    if name == "gather":
        how = takes(first, params)
        call, each = _OTHERS[:2] if not how else (7e-6, 2e-9) if how == "elements" else (call, each)
    most = size if first == out.shape or name == "gather" else max(math.prod(first), size)
    seconds = call + _BYTE * size * out.dtype.itemsize * len(eqn.outvars)
    if name == "dot_general":
        (axes, _), _ = params["dimension_numbers"]
        most = size * math.prod([first[i] for i in axes])
        seconds += _PRODUCT * most
        if most <= _ONE_THREAD:
            each = 0.0
    elif name == "polynomial_value":
        call, each, most = call + 1e-6 * first[0], each * first[0], size
        seconds = call + 2 * _BYTE * first[0] * size * out.dtype.itemsize
    elif name == "conv_general_dilated":
        kernel = eqn.invars[1].aval
        seconds += 5 * _PRODUCT * size * kernel.size / max(1, kernel.shape[params["dimension_numbers"].rhs_spec[0]])
    elif name in CONVOLUTIONS:
        y, w = ([*eqn.invars[:2], eqn.outvars[0]][i].aval.shape for i in CONVOLUTIONS[name])
        most = math.prod(y) * math.prod(w[1:])
        seconds += _PRODUCT * most + _PATCH * most * params["at"].groups / max(1, w[0])
    elif name in LINES:
        seconds += 4 * _BYTE * max(math.prod(first), size) * params["at"].k
    elif name in MATRICES:
        seconds += 5 * _PRODUCT * most * first[-1]
    elif facts.picks:
        seconds += _PICK * max(eqn.invars[-1].aval.size, size)
    elif name in WINDOWS:
        seconds += 4 * _BYTE * size * math.prod(params["window_dimensions"])
    slower = each * most * out.dtype.itemsize / 4
    touched = sum([math.prod(v.aval.shape) * v.aval.dtype.itemsize for v in (*wide, *eqn.outvars)])
    passed = touched <= facts.passes and (not facts.moves or _moves_rows(eqn, params))
    return call + slower, seconds, slower if passed else 0.0


def _moves_rows(eqn, params) -> bool:
    """Whether what a step moves lies together in rows that are worth a loop."""
    ends = [v.aval.shape[-1] for v in eqn.invars if math.prod(v.aval.shape) > 1]
    last = len(eqn.outvars[0].aval.shape) - 1
    return all(n >= _ROW for n in ends) and params.get("axis") != last and (not ends or last in params.get("broadcast_dimensions", (last,)))


_quiet = threading.local()  # .context: one in which NumPy says nothing of overflows and divisions by zero
