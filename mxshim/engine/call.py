"""The one door: every call of an operator goes through here.

It sorts the arguments, looks the result's shape up, appends one instruction to the open trace and returns pending arrays.
What is wrong with a call `faults` says.
"""
from __future__ import annotations

import ast
import dataclasses
import functools
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as onp

from ..base import ArgumentTypeError, MXNetError, as_dtype
from ..device import Device, current_device
from ..device import named as named_device
from .cell import Handle, Value, aval_of, keep, value_with
from .emit import Form, emit1, emit2, emit_form, emit_spec, form_of, look_up
from .faults import describe, under_name
from .op import NAMES, SWITCHES, Check, Op
from .spec import NUM, Arr, Lit, Spec, arr, lit
from .trace import state, threads, user_line

# (object, class, operator, parameter) -> array: set by the array layer, which knows how to convert
adopt: Callable = None  # type: ignore[assignment]
# Classes whose objects are no arrays to the engine, and what a call with one among its arguments gives:
# (operator, class, arguments, keyword arguments, public name) -> result. Set by the symbols.
symbol_classes: set[type] = set()
symbolic: Callable = None  # type: ignore[assignment]
# Classes of arrays that some operators have functions of their own for, and these, which take a call as it is. Set by the sparse arrays.
special_classes: set[type] = set()
special: dict[Op, Callable] = {}


_NUMBERS = (int, float, bool)


_TEXTS = {"True": True, "true": True, "False": False, "false": False, "inf": math.inf, "-inf": -math.inf}


@functools.lru_cache(4096)
def from_text(text: str):
    """What MXNet 1 reads from a text, in which form all its parameters arrive: "(2, 2)", "0.5", "None"; else the text itself."""
    try:
        found = _TEXTS[text] if text in _TEXTS else ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
    return found if found is None or isinstance(found, int | float | tuple | list) else text


class _Arguments:
    """Sorts one call's arguments into pattern, handles and numbers."""

    __slots__ = ("cls", "handles", "numbers", "op")

    def __init__(self, op, cls):
        self.op, self.cls, self.handles, self.numbers = op, cls, [], []

    def array(self, h):
        self.handles.append(h)
        return arr(len(self.handles) - 1)

    def number(self, v):
        if type(v) is bool:
            kind = "b"
        elif type(v) is int:
            kind = "i"
            if not -(1 << 63) <= v < 1 << 63:
                if v >= 1 << 64:
                    raise OverflowError(f"{self.op.name}: the number {v} does not fit 64 bits")
                v, kind = float(v), "f"
        else:
            kind = "f"
        self.numbers.append(v)
        return NUM[kind]

    def sort(self, name, v):
        t = type(v)
        if isinstance(v, Handle):
            return self.array(v)
        if v is None or t is str:
            if t is str and self.cls._dialect == "nd" and name != "dtype":
                read = from_text(v)
                if read is not v:
                    return self.sort(name, read)
                if v[:1] in ("(", "["):
                    raise MXNetError(f"{self.op.name}: `{name}` must be a tuple of numbers, such as '(2, 2)', got {v!r}")
            if t is str and name in self.op.arrays:
                return self.array(adopt(v, self.cls, self.op, name))
            if name != "dtype":
                return v
            if v is None and self.cls._dialect == "nd" and not self.op.name.startswith("mx."):
                v = "float64"  # what NumPy takes None for, and with it MXNet 1's operators
            return v if v is None else as_dtype(v)
        if name == "dtype":
            return as_dtype(v)
        if isinstance(v, onp.generic):
            v = v.item()
            t = type(v)
        if t in _NUMBERS:
            if name in self.op.scalars:
                return self.number(v)
            if name in self.op.arrays:
                return self.array(adopt(v, self.cls, self.op, name))
            return v if t is int else lit(v)
        if t is tuple or t is list:
            if any(isinstance(e, Handle) for e in v):
                return tuple([self.sort(name, e) if isinstance(e, Handle) else self.array(adopt(e, self.cls, self.op, name)) for e in v])
            if name in self.op.arrays or name in self.op.scalars:
                return self.array(adopt(v, self.cls, self.op, name))
            return tuple([self.sort("", e) for e in v])
        if isinstance(v, onp.ndarray) or hasattr(v, "__array__") and not isinstance(v, type):
            if name in self.op.arrays or name in self.op.scalars or name == "*":
                return self.array(adopt(v, self.cls, self.op, name))
            return self.sort(name, onp.asarray(v).tolist())
        if name in self.op.arrays:
            return self.array(adopt(v, self.cls, self.op, name))
        if t is slice or t is range:
            return tuple(v) if t is range else ("slice", v.start, v.stop, v.step)
        try:
            hash(v)
        except TypeError:
            raise ArgumentTypeError(f"{self.op.name}: argument {name!r} cannot be a {t.__name__}") from None
        return v


_ND_NUMBERS: dict[str, Callable] = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv,
    "true_divide": operator.truediv, "modulo": operator.mod, "power": operator.pow, "maximum": max, "minimum": min,
    **{name: lambda a, b, f=f: int(f(a, b)) for name, f in {
        "equal": operator.eq, "not_equal": operator.ne, "greater": operator.gt, "greater_equal": operator.ge,
        "lesser": operator.lt, "lesser_equal": operator.le}.items()}}


# NumPy's functions that are no ufuncs and whose answers for numbers MXNet gives as they are.
_OF_NUMBERS = ("around", "clip", "isneginf", "isposinf", "round", "round_")
_NOW = {"round_": "round", "fix": "trunc"}  # NumPy's names for what it has renamed


def _on_numbers(op: Op, cls, args, kwargs):
    """What a function of arrays gives for plain numbers alone: np's is NumPy's scalar, nd's a Python number; None: no such function."""
    short = _name_in(op, cls).rsplit(".", 1)[1]
    if cls._dialect == "nd":
        compare = _ND_NUMBERS.get(short)
        return compare(*args) if compare is not None and len(args) == 2 and not kwargs else None
    plain: Any = getattr(onp, _NOW.get(short, short), None)
    if isinstance(plain, onp.ufunc):
        return plain(*args) if plain.nin == len(args) and not kwargs else None
    answers = short in _OF_NUMBERS and (short != "clip" or len(args) + len(kwargs) == 3) and kwargs.keys() <= set(op.params)
    return plain(*args, **kwargs) if answers else None


_QUICK: dict[tuple, Form | None] = {}
_STATIC = {type(None), int, str, type, Device}
_KINDS = {float: NUM["f"], int: NUM["i"], bool: NUM["b"]}
_NOT_PLAIN = object()


def _plain_key(a):
    """What tells a static argument from others as part of a key; `_NOT_PLAIN` if that is no plain data."""
    kind = type(a)
    if kind in _STATIC:
        return a
    if kind is bool or kind is float and a == a:
        return lit(a)  # as keys True, 1 and 1.0 would be the same
    if kind is tuple or kind is list:
        found = tuple([n if type(n) is int else _plain_key(n) for n in a])
        return _NOT_PLAIN if any(n is _NOT_PLAIN for n in found) else found
    return a if isinstance(a, onp.dtype) else _NOT_PLAIN


def _key(op: Op, cls, args, kwargs):
    """(what tells calls of one form apart, arrays, numbers, the names of those of them that were given by name), else None.

    For calls whose arguments are arrays of one class, lists of them, numbers and plain data.
    """
    key, arrays, numbers, named = [op, cls], [], [], []
    if op.train:
        key.append(threads.now.training)
    if op.switched:
        thread = threads.now
        key += thread.np_shape, thread.np_dtype
    params, scalars = op.params, op.scalars
    count = len(params)
    i = 0
    for a in args:
        kind = type(a)
        if kind is cls:
            arrays.append(a)
            key.append(Handle)
        elif kind in _KINDS and scalars and i < count and params[i] in scalars:
            if kind is int and not -(1 << 63) <= a < 1 << 63:
                return None
            numbers.append(a)
            key.append(_KINDS[kind])
        elif kind in _STATIC:
            key.append(a)
        elif (kind is list or kind is tuple) and a and type(a[0]) is cls:
            for e in a:
                if type(e) is not cls:
                    return None
            arrays += a
            key.append((Handle, len(a)))
        else:
            found = _plain_key(a)
            if found is _NOT_PLAIN:
                return None
            key.append(found)
        i += 1
    if kwargs:
        key.append(...)  # so that f(x, "axis", 0) is not taken for f(x, axis=0)
        for name, a in kwargs.items():
            if name == "out" or name == "name" and cls._dialect == "nd":
                continue
            kind = type(a)
            key.append(name)
            if kind is cls:
                arrays.append(a)
                named.append(name)
                key.append(Handle)
            elif kind in _KINDS and name in scalars:
                if kind is int and not -(1 << 63) <= a < 1 << 63:
                    return None
                numbers.append(a)
                named.append(name)
                key.append(_KINDS[kind])
            elif kind in _STATIC:
                key.append(a)
            else:
                found = _plain_key(a)
                if found is _NOT_PLAIN:
                    return None
                key.append(found)
    return tuple(key), arrays, numbers, named


def _in_order(op: Op, named) -> bool:
    """Whether parameters given by name were given in the operator's order."""
    at = [op.params.index(name) for name in named if name in op.params]
    return len(at) == len(named) and at == sorted(at)


def call(op: Op, cls, args: tuple, kwargs: dict, name: str | None = None):
    """Call an operator as a user does; returns an array of `cls`, a list of them, or what `out=` named."""
    try:
        if args and type(args[0]) is cls and len(kwargs) < 2:  # the commonest calls by far: f(x), f(x, y), f(x, axis=0)
            if len(args) == 1:
                if kwargs:
                    (by_name, a), = kwargs.items()
                    form = _QUICK.get((op, cls, Handle, ..., by_name, a)) if type(a) in _STATIC and by_name != "out" else None
                else:
                    form = _QUICK.get((op, cls, Handle))
                found = None if form is None or not op.simple else emit1(form, args[0], (), cls)
            elif len(args) == 2 and not kwargs and type(args[1]) is cls:
                form = _QUICK.get((op, cls, Handle, Handle))
                found = None if form is None or not op.simple else emit2(form, args[0], args[1], (), cls)
            else:
                found = None
            if found is not None:
                return found
        return _call(op, cls, args, kwargs, name)
    except Exception as error:
        renamed = under_name(error, op.name, name or _name_in(op, cls))
        if renamed is error:
            raise
        raise renamed from error.__cause__


def _name_in(op: Op, cls) -> str:
    """The operator's first name in the caller's dialect."""
    dialects = ("nd.",) if cls._dialect == "nd" else ("np.", "npx.")
    return next((n for n in op.names if n.startswith(dialects)), op.name)


def with_one_of(classes: set[type], args, kwargs) -> bool:
    """Whether an object of these classes is among the arguments, or among a list of them."""
    return any(type(a) in classes or type(a) in (list, tuple) and any(type(e) in classes for e in a)
               for values in (args, kwargs.values()) for a in values)


def _call(op: Op, cls, args: tuple | list, kwargs: dict, called=None):
    quick = _key(op, cls, args, kwargs)
    if quick is not None:
        key, arrays, numbers, by_name = quick
        form = _QUICK.get(key)
        if form is not None:
            if not kwargs:
                return _by_form(form, arrays, tuple(numbers), cls, None)
            result = _by_form(form, arrays, tuple(numbers), cls, kwargs.get("ctx") or kwargs.get("device"))
            out = kwargs.get("out")
            return result if out is None else write_out(op, out, result)
    elif with_one_of(symbol_classes, args, kwargs):
        return symbolic(op, cls, args, kwargs, called or _name_in(op, cls))
    elif op in special and with_one_of(special_classes, args, kwargs):
        return special[op](*args, **kwargs)
    if args and type(args[0]) in _NUMBERS and all(type(a) in _NUMBERS for a in (*args, *kwargs.values())):
        plain = _on_numbers(op, cls, args, kwargs)
        if plain is not None:
            return plain
    out = ctx = None
    if kwargs:
        out = kwargs.pop("out", None)
        if "ctx" in kwargs or "device" in kwargs:
            ctx = kwargs.pop("ctx", None) or kwargs.pop("device", None)
            kwargs.pop("device", None)
            if type(ctx) is str and cls._dialect == "nd":
                ctx = named_device(ctx)  # "cpu(0)", as all parameters of MXNet 1 may be texts
            if ctx is not None and not isinstance(ctx, Device):
                raise ArgumentTypeError(f"{op.name}: the device must be one such as mx.cpu(), got {ctx!r}")
        if cls._dialect == "nd":
            kwargs.pop("name", None)
    sort = _Arguments(op, cls)
    pattern: list = []
    params = op.params
    if op.variadic:
        if len(args) == 1 and isinstance(args[0], list | tuple):
            args = args[0]
        pattern.append(tuple([sort.sort("*", a) if isinstance(a, Handle) else sort.array(adopt(a, cls, op, "*")) for a in args]))
        positional: tuple | list = ()
    else:
        positional = args
        if len(args) > len(params):
            raise TypeError(f"{op.name} takes at most {len(params)} arguments ({', '.join(params)}), got {len(args)}")
    taken = len(positional)
    defaults = op.defaults
    for i, name in enumerate(params):
        if i < taken:
            v = positional[i]
            if kwargs and name in kwargs:
                raise TypeError(f"{op.name} got two values for argument {name!r}")
        elif kwargs and name in kwargs:
            v = kwargs.pop(name)
        elif name in SWITCHES:
            v = True if name == "np_shape" and cls._dialect == "np" else getattr(state, name)
        elif name in defaults:
            v = defaults[name]
            if v is None or type(v) is str or type(v) is int:
                pattern.append(v)
                continue
            pattern.append(lit(v) if type(v) in (float, bool) else v)
            continue
        else:
            raise cls._missing_argument(f"{op.name} needs argument {name!r}: its arguments are ({', '.join(params)})")
        pattern.append(sort.sort(name, v))
    if kwargs and not (cls._dialect == "nd" and _ignores(op, called or "")):
        cls._unknown_argument(op, kwargs)
    form = form_of(op, tuple(pattern), op.train and threads.now.training)
    result = _by_form(form, sort.handles, tuple(sort.numbers), cls, ctx)
    if quick is not None and not kwargs and numbers == sort.numbers and _in_order(op, by_name):
        if [*map(id, arrays)] == [*map(id, sort.handles)]:
            keep(_QUICK, 20_000, key, form)
    return result if out is None else write_out(op, out, result)


def _by_form(form: Form, arrays, numbers: tuple, cls, ctx):
    """Call an operator whose arguments are sorted; ctx: where the result of a call without arrays is made, None: where that is usual."""
    op = form.op
    n = len(arrays)
    if op.simple:
        found = emit1(form, arrays[0], numbers, cls) if n == 1 else emit2(form, arrays[0], arrays[1], numbers, cls) if n == 2 else None
        if found is not None:
            return found
    if n == 0:
        ctx = ctx or current_device()
        ctx.jax  # noqa: B018  # raises where there is no such device
    values, node = emit_form(form, arrays, numbers, ctx)
    if op.check is not None:
        watch(op, form.pattern, arrays, numbers)
    if op.updates:
        _updates(form, arrays, numbers, values, node)
    return cls(values[0], node) if len(values) == 1 else _several(form, cls, values, node)


def _ignores(op: Op, called: str) -> bool:
    """Whether a call ignores names it does not know: MXNet's operators do that have no parameters (nd.add and its kin are functions)."""
    params = [p for p in op.params if p not in SWITCHES]
    return op.arrays - op.scalars == set(params) or params == ["lhs", "rhs"] and called.startswith("nd.broadcast_")


def _several(form: Form, cls, values, node):
    """The results of a call that has more than one output, as the caller sees them."""
    shown = form.op.visible
    if callable(shown):
        if form.shown is None:
            form.shown = shown(pattern_dict(form.op, form.pattern))
        shown = form.shown
    if shown == 1:
        return cls(values[0], node)
    results = [cls(v, node, k) for k, v in enumerate(values[:shown])]
    return results if form.op.result is list else form.op.result(results)


_CHECKS: dict[Op, Op] = {}


def watch(op: Op, pattern, handles, numbers, what: str | None = None):
    """Have the values of a call looked at when they are there; what is wrong with them is raised at the thread's next read.

    what: says what is wrong; by default the call and the check's own text. The user's line is added.
    """
    check: Check = op.check  # type: ignore[assignment]  # the caller looked
    if not check.applies(pattern_dict(op, pattern)):
        return
    record = _CHECKS.get(op)
    if record is None:
        record = _CHECKS[op] = dataclasses.replace(op, fn=check.bad, names=(f"bounds of {op.name}",), grad=False, check=None, updates=())
    values = [h._value_now() for h in handles]
    outs, _ = emit_spec(look_up(record, pattern, values), values, numbers, None)
    text = what or f"{describe(op, pattern, tuple([v.aval for v in values]))}: {check.text}"
    file, line = user_line(2)
    state.checks.append((outs[0], check.error, f"{text} (called in {file}, line {line})"))


def pattern_dict(op: Op, pattern) -> dict:
    """The static arguments of a call by name."""
    return {n: p.value if isinstance(p, Lit) else p for n, p in zip(op.params, pattern, strict=False)}


class Update:
    """An output that backward writes into an input's memory (running statistics).

    read: the input's value at the call; if the memory has moved on since, the output is computed again from what it holds.
    """

    __slots__ = ("inputs", "numbers", "output", "parameter", "read", "spec", "target", "value")

    def __init__(self, target, value, parameter, output, spec, inputs, numbers):
        self.target, self.value, self.parameter, self.output = target, value, parameter, output
        self.spec, self.inputs, self.numbers, self.read = spec, inputs, numbers, inputs[parameter]

    def write(self):
        now = self.target._value_now()
        if now is not self.read:
            values = list(self.inputs)
            values[self.parameter] = now
            self.target._put(emit_spec(self.spec, values, self.numbers, None)[0][self.output])
        else:
            self.target._put(self.value)


def _updates(form: Form, handles, numbers, values, node):
    """Outputs that belong into inputs: written at once ("forward"), or when backward reaches the node."""
    if form.updates is None:
        named: dict[str, Any] = dict(zip(form.op.params, form.pattern, strict=False))
        form.updates = [(named[parameter].index, k, when) for parameter, k, when, *flag in form.op.updates
                        if type(named.get(parameter)) is Arr and (not flag or getattr(named[flag[0]], "value", named[flag[0]]))]
    due = [u for u in form.updates if node is not None or u[2] == "forward"]
    if not due:
        return
    waiting = []
    inputs = [h._value_now() for h in handles]
    for i, k, when in due:
        if when == "forward":
            handles[i]._put(values[k])
        else:
            if state.capture is not None:
                state.capture.updates.append((handles[i], values[k], inputs[i]))
            code = node.code
            spec = code if type(code) is Spec else code.spec
            waiting.append(Update(handles[i], values[k], i, k, spec, inputs, numbers))
    if waiting:
        node.updates = waiting


def write_out(op: Op, out, result):
    """Give results to the arrays named by `out=`."""
    if isinstance(result, list | tuple):
        outs = out if isinstance(out, list | tuple) else [out]
        if len(outs) != len(result):
            raise MXNetError(f"{op.name}: out= names {len(outs)} arrays, the call has {len(result)} results")
        for o, r in zip(outs, result, strict=True):
            write_out(op, o, r)
        return out
    if isinstance(out, list | tuple) and len(out) == 1:
        out = out[0]
    if not isinstance(out, Handle):
        raise ArgumentTypeError(f"{op.name}: out= must be an array, got {type(out).__name__}")
    out._take(result, op)
    return out


def zeros_value(aval, ctx) -> Value:
    """A pending value of zeros."""
    spec = look_up(NAMES["mx.zeros"], (aval.shape, aval.dtype), ())
    return emit_spec(spec, [], (), None, ctx)[0][0]


def value_of(array, ctx) -> Value:
    """A value that owns a NumPy or JAX array."""
    ctx.jax  # noqa: B018  # raises where there is no such device
    return value_with(aval_of(array.shape, onp.dtype(array.dtype)), ctx, array)
