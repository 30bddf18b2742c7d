"""One call of an operator, as a program sees it: `Spec` (plain), `Recorded` (with what its gradient needs).

A spec is the operator together with all that is static: its arguments' pattern, the inputs' shapes and dtypes. There is one
object per such combination, so a trace's structure is a tuple of identities. Specs are traced by JAX once; programs are put
together from their jaxprs.
"""
from __future__ import annotations

import contextlib
import functools
import itertools
import math
import operator
import os
import warnings
import weakref
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as onp
from jax import tree_util
from jax.api_util import debug_info
from jax.extend.core import ClosedJaxpr
from jax.extend.linear_util import wrap_init
from jax.interpreters import partial_eval

from ..base import MXNetError
from .cell import Aval, aval_of
from .op import Op, Scalar
from .op import cast as as_c_casts
from .shapeless import LINE, NotElementwise, moved, moved_shape

# Slots that stand for the next run-time number of a kind; other slots are numbers of values (see trace.py).
SHIFT = 14
LOW = (1 << SHIFT) - 1
FLOAT, INT, BOOL = -(1 << 60), -(1 << 60) - 1, -(1 << 60) - 2
NUMBER_SLOT = {"f": FLOAT, "i": INT, "b": BOOL}
SCALAR_DTYPES = {"f": onp.dtype("float64"), "i": onp.dtype("int64"), "b": onp.dtype("bool")}


class Arr:
    """In a pattern: the index-th array input stands here."""

    __slots__ = ("index",)

    def __init__(self, index):
        self.index = index


class Num:
    """In a pattern: a run-time number of this kind ("f", "i", "b") stands here."""

    __slots__ = ("kind",)

    def __init__(self, kind):
        self.kind = kind


class Lit:
    """In a pattern: a static bool or float. As keys True, 1 and 1.0 would be the same."""

    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value


ARR = [Arr(i) for i in range(64)]
NUM = {kind: Num(kind) for kind in SCALAR_DTYPES}
_LITS: dict[tuple | str, Lit] = {}


def arr(index: int) -> Arr:
    while index >= len(ARR):
        ARR.append(Arr(len(ARR)))
    return ARR[index]


def lit(value) -> Lit:
    key = (type(value), value) if value else repr(value)  # -0.0 is no 0.0
    found = _LITS.get(key)
    return found if found is not None else _LITS.setdefault(key, Lit(value))


_precision = os.environ.get("MXSHIM_MATMUL_PRECISION") or "float32"


@contextlib.contextmanager
def tracing():
    """How operators are traced: with 64-bit types, and with products as precise as the user wants them."""
    with jax.enable_x64(True), jax.default_matmul_precision(_precision):
        yield


def set_matmul_precision(precision: str) -> str:
    """How precisely accelerators multiply float32 matrices and convolve; returns the previous setting.

    precision: "float32" (the default, as MXNet), "tensorfloat32" or "bfloat16", faster where the hardware has them; any name that
    jax.default_matmul_precision takes. The environment variable MXSHIM_MATMUL_PRECISION sets it at the start. CPUs always
    compute in float32.
    """
    global _precision
    with jax.default_matmul_precision(precision):  # raises for names that JAX does not know
        previous, _precision = _precision, precision
    if previous != precision:
        forget_specs()
    return previous


# (op, pattern, avals) -> per array input the dtype it is cast to, or None; None for a call as it is. Set by mx.amp.
casts: Callable | None = None


def set_casts(rule: Callable | None):
    """Have operators cast their inputs as `rule` says, from now on."""
    global casts
    casts = rule
    forget_specs()


def _struct(aval: Aval):
    return jax.ShapeDtypeStruct(aval.shape, aval.dtype)


def traced(fn: Callable, structs):
    """A function of arrays that returns a list or tuple of them, as a closed jaxpr."""
    global _trace
    if _trace is None:
        _trace = jax.make_jaxpr
        try:
            _quickly(lambda x: [x + 1])(structs[0] if structs else jax.ShapeDtypeStruct((), "float32"))
            _trace = _quickly
        except Exception:  # a JAX whose inside is another
            warnings.warn("this JAX traces functions another way: calls with new shapes take longer", stacklevel=2)
    return _trace(fn)(*structs)


_trace: Callable | None = None


def _quickly(fn: Callable):
    """jax.make_jaxpr without what it does about arguments of any kind, which takes ten times as long as the rest."""

    def make(*structs):
        avals = [jax.core.ShapedArray(s.shape, s.dtype) for s in structs]
        jaxpr, _, consts = partial_eval.trace_to_jaxpr_dynamic(wrap_init(fn, debug_info=_names(len(avals))), avals)
        return ClosedJaxpr(jaxpr, consts)

    return make


@functools.cache
def _names(n: int):
    return debug_info("mxshim", lambda *arrays: arrays, (0,) * n, {})


def eval_jaxpr(closed, args):
    return jax.core.eval_jaxpr(closed.jaxpr, closed.consts, *args)


def equations(jaxpr):
    """Every equation of a jaxpr, those of the jaxprs inside of it included."""
    for eqn, _ in repeated(jaxpr):
        yield eqn


def repeated(jaxpr, times: int = 1):
    """As `equations`, with how often each is computed, as far as that is known."""
    for eqn in jaxpr.eqns:
        yield eqn, times
        inside = times * eqn.params["length"] if eqn.primitive.name == "scan" else times
        for inner in jaxprs_in(eqn):
            yield from repeated(inner, inside)


def jaxprs_in(eqn):
    """The jaxprs among the parameters of an equation."""
    for value in eqn.params.values():
        for inner in value if isinstance(value, list | tuple) else (value,):
            inner = getattr(inner, "jaxpr", inner)
            if hasattr(inner, "eqns"):
                yield inner


def eval_inlined(jaxpr, consts, args) -> list:
    """As jax.core.eval_jaxpr, but what is called by way of jax.jit is computed in place: differentiating the calls takes far longer."""
    env: dict = {**dict(zip(jaxpr.constvars, consts)), **dict(zip(jaxpr.invars, args))}
    for eqn in jaxpr.eqns:
        values = [v.val if hasattr(v, "val") else env[v] for v in eqn.invars]
        if eqn.primitive.name == "jit":
            inner = eqn.params["jaxpr"]
            outs = eval_inlined(inner.jaxpr, inner.consts, values)
        else:
            with eqn.ctx.manager:
                outs = eqn.primitive.bind(*values, **eqn.primitive.get_bind_params(eqn.params))
            if not eqn.primitive.multiple_results:
                outs = [outs]
        env.update(zip(eqn.outvars, outs))
    return [v.val if hasattr(v, "val") else env[v] for v in jaxpr.outvars]


class Spec:
    """`run(arrays and scalars, flat) -> tuple of outputs`, for inputs of fixed shapes and dtypes.

    avals: of the array inputs; kinds: of the run-time numbers that follow them; out: avals of the outputs.
    line: of an elementwise operator's spec, the one it was written down from instead of being traced, see `shapeless`.
    diff: the function that is differentiated; None if that is the jaxpr.
    loss: whether it is, or has in it, an operator whose gradient does not wait for one from above.
    origin: what, with the avals and kinds, it follows from, see `disk.structure`; None if that could not be said.
    now: functions of NumPy's for calls that are computed at once, False if they are not, None as long as nobody has looked.
    begins: programs for NumPy that begin with this, by its slots and how many instructions they have; None if there are none.
    inside: of several calls as one, (specs, masks and slots of the calls, slots of the outputs, whether they show as calls of their own).
    """

    __slots__ = ("avals", "begins", "diff", "grad", "inside", "jaxpr", "kinds", "line", "loss", "name", "now", "number_slots", "op",
                 "origin", "out", "pattern", "pullbacks", "record01", "record1", "record10", "record11", "recorded", "run")

    def __init__(self, name, run, avals, kinds, op=None, diff=None, grad=True, pattern=None, line=None, origin=None):
        self.pattern, self.line, self.origin = pattern, line, origin
        self.begins: dict | None = None
        self.inside: tuple | None = None
        self.now: Callable | bool | None = None
        self.name, self.run, self.avals, self.kinds, self.op, self.grad = name, run, avals, kinds, op, grad
        self.loss = op is not None and op.loss
        self.diff = diff if diff is not None or line is None else run
        self.number_slots = tuple([NUMBER_SLOT[k] for k in kinds])
        self.recorded: dict[tuple, Recorded | Spec] = {}
        self.record1 = self.record01 = self.record10 = self.record11 = None  # the commonest of `recorded`, without a tuple
        self.pullbacks: dict[tuple, Spec] = {}
        self.jaxpr = traced(run, self.structs()) if line is None else moved(line.jaxpr, self.shape, [a.shape for a in avals])
        self.out = tuple(aval_of(a.shape, onp.dtype(a.dtype)) for a in self.jaxpr.out_avals)
        if grad == "floats":
            self.grad = any(a.float for a in self.out)
        if not self.out:  # an instruction without results could never be flushed
            raise MXNetError("give it at least one array")
        for a in self.out:  # XLA ends the process at sizes that overflow
            if 0 not in a.shape and math.prod(a.shape) * a.dtype.itemsize >= 1 << 63:
                raise MXNetError(f"an array of shape {a.shape} is larger than any memory can be")

    @property
    def shape(self) -> tuple:
        """What the inputs of an elementwise operator broadcast to."""
        return onp.broadcast_shapes(*[a.shape for a in self.avals])

    def structs(self):
        return [_struct(a) for a in self.avals] + [jax.ShapeDtypeStruct((), SCALAR_DTYPES[k]) for k in self.kinds]

    def emit(self, args, evaluate=eval_jaxpr):
        return evaluate(self.jaxpr, args)

    def holds_on(self) -> bool:
        """Whether the jaxpr has gradients of its own that hold on to what was traced: only `run` can be differentiated again."""
        return any(eqn.params.get("num_consts") for eqn in equations(self.jaxpr.jaxpr) if eqn.primitive.name.startswith("custom_"))

    def record(self, mask: tuple) -> Recorded | Spec:
        """The same call with residuals for the gradients of the inputs that `mask` selects; itself if all of them are zero."""
        found: Recorded | Spec | None = self.recorded.get(mask)
        if found is None:
            found = None if self.line is None else self._record_from_line(mask)
            self.recorded[mask] = found = found or self._record(mask)
            if len(mask) <= 2:
                setattr(self, "record" + "".join("01"[wanted] for wanted in mask), found)
        return found

    def _record(self, mask) -> Recorded | Spec:
        try:
            return Recorded(self, mask)
        except Exception:
            # Integers are differentiated as reals where that means something; an index or a length has no gradient.
            reals = tuple(wanted and a.float for wanted, a in zip(mask, self.avals))
            if reals == mask:
                raise
            return Recorded(self, reals) if any(reals) else self

    def _record_from_line(self, mask) -> Recorded | Spec | None:
        """`record` without tracing; None if the gradient depends on the shape."""
        there = self.line.record(mask)
        try:
            return self if there is self.line else there.moved(self)
        except NotElementwise:
            return None

    def pullback(self, mask: tuple) -> Spec:
        """The gradient as an operator of its own, of the inputs and the outputs' gradients: itself differentiable."""
        found = self.pullbacks.get(mask)
        if found is None:
            n, m = len(self.avals), len(self.kinds)

            def run(*args):
                inputs, cts, numbers = args[:n], args[n:len(args) - m], args[len(args) - m:]
                primal, shadows = _differentiable(self, mask, (*inputs, *numbers))
                _, pull = jax.vjp(primal, *shadows)
                return _pull(self, mask, pull, cts)

            found = Spec(f"gradient of {self.name}", run, self.avals + self.out, self.kinds, origin=(self, mask))
            self.pullbacks[mask] = found
        return found


def _shadow(dtype):
    """The dtype in which derivatives of `dtype` are computed: floats in their own, integers and booleans in float32."""
    return dtype if jnp.issubdtype(dtype, jnp.floating) else onp.dtype("float32")


def _differentiable(spec: Spec, mask, args):
    """(function of the selected inputs, those inputs): what jax.vjp gets. Integers are differentiated as if they were reals."""
    picked = [i for i, wanted in enumerate(mask) if wanted]
    fn = spec.diff or spec.run
    if spec.diff is None and all(spec.avals[i].float for i in picked) and not spec.holds_on():
        def fn(*args):
            return eval_inlined(spec.jaxpr.jaxpr, spec.jaxpr.consts, args)

    def primal(*shadows):
        full = list(args)
        for i, s in zip(picked, shadows, strict=True):
            full[i] = s
        return tuple(o.astype(_shadow(a.dtype)) for o, a in zip(fn(*full), spec.out, strict=True))

    return primal, [args[i].astype(_shadow(args[i].dtype)) for i in picked]


def _pull(spec: Spec, mask, pull, cts):
    """The gradients of the selected inputs in their own dtypes, given the outputs' gradients in theirs."""
    cts = tuple(c.astype(_shadow(c.dtype)) for c in cts)
    picked = [spec.avals[i] for i, wanted in enumerate(mask) if wanted]
    return tuple(as_c_casts(g, a.dtype) for g, a in zip(pull(cts), picked, strict=True))


def _picker(picks, n_in):
    """A function of (inputs, outputs, numbers) that gives those of them that `picks` numbers, counting through; None if there are none."""
    if not picks:
        return None
    if max(picks) < n_in:
        if len(picks) == 1:
            return lambda inputs, outs, numbers, i=picks[0]: (inputs[i],)
        get = operator.itemgetter(*picks)
        return lambda inputs, outs, numbers: get(inputs)
    if picks == [n_in]:
        return lambda inputs, outs, numbers: (outs[0],)

    def pick(inputs, outs, numbers):
        everything = [*inputs, *outs, *numbers]
        return [everything[i] for i in picks]

    return pick


class Recorded:
    """A spec run forward so that it can be differentiated: its outputs, then the residuals `jax.vjp` keeps.

    sources: where each residual comes from: ("in", i), ("out", i), ("num", i) or ("new", i), an extra output. What is cheap to compute
    from inputs and outputs (a mask, a cast) is computed again by the pullback.
    targets: the selected inputs, in the order of the gradients `pull` returns.
    """

    __slots__ = ("back", "begins", "jaxpr", "keep", "mask", "name", "out", "residuals", "sources", "spec", "targets", "visible")

    def __init__(self, spec: Spec, mask: tuple):
        self.spec, self.name, self.visible, self.begins = spec, spec.name, len(spec.out), None
        self.targets = tuple(i for i, wanted in enumerate(mask) if wanted)
        tree = None

        def forward(*args):
            nonlocal tree
            primal, shadows = _differentiable(spec, mask, args)
            outs, pull = jax.vjp(primal, *shadows)
            if any(not jnp.issubdtype(a.dtype, jnp.floating) for a in spec.out) or any(
                    not spec.avals[i].float for i in self.targets):
                outs = spec.run(*args)
            residuals, tree = tree_util.tree_flatten(pull)
            return [*outs, *residuals]

        closed = traced(forward, spec.structs())
        jaxpr, n = closed.jaxpr, self.visible
        wanted = jaxpr.outvars[n:]
        remade = _Remade(jaxpr, n)
        ins = {v: i for i, v in enumerate(jaxpr.invars)}
        outs: dict = {}
        for i, v in enumerate(jaxpr.outvars[:n]):
            if not hasattr(v, "val"):
                outs.setdefault(v, i)
        consts = set(jaxpr.constvars)
        kept: dict = {}  # the variables that are residuals, each once -> its source
        new: list = []
        for v in remade.needs([v for v in wanted if not hasattr(v, "val") and v not in consts]):
            if v in ins:
                i = ins[v]
                kept[v] = ("in", i) if i < len(spec.avals) else ("num", i - len(spec.avals))
            elif v in outs:
                kept[v] = ("out", outs[v])
            else:
                kept[v] = ("new", len(new))
                new.append(v)
        self.sources, self.mask = tuple(kept.values()), mask
        n_in, n_out = len(spec.avals), n + len(new)
        first = {"in": 0, "out": n_in, "new": n_in + n, "num": n_in + n_out}
        self.residuals = _picker([first[kind] + i for kind, i in self.sources], n_in)
        self.jaxpr = closed
        self.keep = [*range(n), *[n + jaxpr.outvars[n:].index(v) for v in new]]
        self.out = spec.out + tuple(aval_of(v.aval.shape, onp.dtype(v.aval.dtype)) for v in new)

        def backward(*args):
            values = remade.compute({**dict(zip(kept, args)), **dict(zip(jaxpr.constvars, closed.consts))}, wanted)
            return _pull(spec, mask, tree_util.tree_unflatten(tree, values), args[len(kept):])

        self.back = traced(backward, [*[_struct(v.aval) for v in kept], *map(_struct, spec.out)])

    def moved(self, spec: Spec) -> Recorded:
        """The same of another spec of the elementwise operator. Raises: NotElementwise."""
        other = object.__new__(Recorded)
        shape, given = spec.shape, [a.shape for a in spec.avals]
        wanted = [given[i] for i in self.targets]
        if any(s != shape and not spec.avals[i].float for i, s in zip(self.targets, wanted, strict=True)):
            raise NotElementwise  # a sum of whole numbers is not the sum of what they were rounded from
        residuals = [given[i] if kind == "in" else shape for kind, i in self.sources]
        other.jaxpr, other.back = moved(self.jaxpr, shape, given), moved(self.back, shape, residuals, wanted)
        other.out = spec.out + tuple([aval_of(moved_shape(a.shape, shape), a.dtype) for a in self.out[self.visible:]])
        other.spec, other.name, other.visible, other.targets, other.mask = spec, self.name, self.visible, self.targets, self.mask
        other.begins = None
        other.sources, other.residuals, other.keep = self.sources, self.residuals, self.keep
        return other

    def emit(self, args, evaluate=eval_jaxpr):
        outs = evaluate(self.jaxpr, args)
        return [outs[i] for i in self.keep]

    def pull(self, residuals, cts):
        """Gradients of the inputs in `targets`; residuals in the order of `sources`."""
        return eval_jaxpr(self.back, [*residuals, *cts])


# What is cheaper to compute again in the pullback than to keep.
_CHEAP = frozenset("""abs add and broadcast_in_dim clamp convert_element_type copy div eq floor ge gt integer_pow is_finite le lt max min
    mul ne neg not or reshape rsub select_n sign square squeeze stop_gradient sub transpose xor""".split())


class _Remade:
    """The part of a jaxpr that is cheap to compute again: a few elementwise steps from its inputs or its first `n` results."""

    MOST = 8  # steps

    def __init__(self, jaxpr, n):
        self.source, self.made = jaxpr, {}  # variable -> (its equation, all equations and ends behind it)
        self.ends = {*jaxpr.invars, *jaxpr.constvars, *[v for v in jaxpr.outvars[:n] if not hasattr(v, "val")]}
        for eqn in jaxpr.eqns:
            if len(eqn.outvars) == 1 and eqn.outvars[0] not in self.ends and self._is_cheap(eqn):
                steps, ends = [], []
                for v in eqn.invars:
                    if hasattr(v, "val") or v in jaxpr.constvars:
                        continue
                    before = ([], [v]) if v in self.ends else self.made.get(v)
                    if before is None:
                        break
                    steps += [e for e in before[0] if e not in steps]
                    ends += [w for w in before[1] if w not in ends]
                else:
                    mine = _bytes(eqn.outvars[0])
                    if len(steps) < self.MOST and all(_bytes(w) <= 4 * mine for w in ends):
                        self.made[eqn.outvars[0]] = [*steps, eqn], ends

    def _is_cheap(self, eqn):
        inner = eqn.params.get("jaxpr")
        if inner is not None and eqn.primitive.name == "jit":
            return all(self._is_cheap(e) for e in inner.jaxpr.eqns)
        return eqn.primitive.name in _CHEAP

    def needs(self, wanted) -> list:
        """The variables to keep, so that all of `wanted` can be had."""
        found = [w for v in wanted for w in (self.made[v][1] if v in self.made else [v])]
        return list(dict.fromkeys(found))

    def compute(self, known: dict, wanted) -> list:
        """The values of `wanted`; known: those of the variables that were kept, and of the constants."""

        def read(v):
            if not hasattr(v, "val"):
                return known[v]
            return onp.asarray(v.val, v.aval.dtype) if hasattr(v.aval, "dtype") else v.val

        needed = [e for v in wanted if not hasattr(v, "val") and v in self.made for e in self.made[v][0]]
        for eqn in self.source.eqns:
            if any(eqn is e for e in needed):
                values = [read(v) for v in eqn.invars]
                inner = eqn.params.get("jaxpr")
                known[eqn.outvars[0]] = eqn.primitive.bind(*values, **eqn.params) if inner is None else eval_jaxpr(inner, values)[0]
        return [read(v) for v in wanted]


def _bytes(v) -> int:
    return v.aval.size * v.aval.dtype.itemsize


_SPECS: dict[tuple, Spec] = {}
forms: weakref.WeakSet = weakref.WeakSet()  # what else remembers specs: `emit.Form`


def forget_specs():
    _SPECS.clear()
    for form in list(forms):
        form.specs.clear()


def spec_of(op: Op, pattern: tuple, avals: tuple, training: bool = False) -> Spec:
    """The spec of a call; `pattern` has one entry per parameter, with `Arr` and `Num` marks where inputs stand."""
    key = (op, pattern, avals, training) if op.train else (op, pattern, avals)
    found = _SPECS.get(key)
    if found is None:
        if len(_SPECS) > 50_000:
            forget_specs()
        found = _SPECS.setdefault(key, _make(op, pattern, avals, training))
    return found


def _kinds(pattern) -> tuple:
    kinds = []
    for p in pattern:
        if type(p) is Num:
            kinds.append(p.kind)
        elif type(p) is tuple:
            kinds.extend(_kinds(p))
    return tuple(kinds)


def _make(op: Op, pattern, avals, training) -> Spec:
    n = len(avals)
    to = None if casts is None else casts(op, pattern, avals)

    def caller(fn, beside=None):
        def run(*flat):
            numbers = iter(flat[n:])
            if to is not None:
                flat = cast(flat, to)

            def fill(p):
                if type(p) is Arr:
                    return flat[p.index]
                if type(p) is Num:
                    return Scalar(next(numbers) if beside is None else op.numbers(next(numbers), beside), p.kind)
                if type(p) is Lit:
                    return p.value if beside is None or type(p.value) not in _NUMBERS else Scalar(
                        op.numbers(p.value, beside), _NUMBERS[type(p.value)])
                return tuple(fill(q) for q in p) if type(p) is tuple else p

            filled = [fill(p) for p in pattern]
            extra = {"training": training} if op.train else {}
            if op.variadic:
                named = dict(zip(op.params, filled[1:], strict=True))
                out = fn(*filled[0], **named, **extra)
            else:
                out = fn(**dict(zip(op.params, filled, strict=True)), **extra)
            return tuple(out) if isinstance(out, tuple | list) else (out,)
        return run

    whole = next((a.dtype for a in avals if not a.float), None) if op.numbers else None
    diff = caller(op.diff or op.fn, whole) if op.diff or whole is not None else None  # which sees no integers, but their numbers
    parts = op.name, caller(op.fn), avals, _kinds(pattern), op, diff, op.grad, pattern
    origin = op, pattern, training, to, _precision
    shapes = {a.shape for a in avals}
    if op.elementwise and shapes not in _TRACED and not _has_more(op, pattern) and (
            len(shapes) == 1 or op.broadcasts and _broadcast_together(shapes)):
        try:
            return Spec(*parts, line=spec_of(op, pattern, tuple([aval_of((LINE,), a.dtype) for a in avals]), training), origin=origin)
        except NotElementwise:
            pass  # an operator that asks XLA for something else on some device
    return Spec(*parts, origin=origin)


_NUMBERS = {bool: "b", int: "i", float: "f"}
_TRACED: tuple = (set(), {()}, {(LINE,)})


def _has_more(op: Op, pattern) -> bool:
    """Whether arrays are given that need not be: an elementwise operator does something else with them (prelu's slopes)."""
    return not op.variadic and any(type(p) is Arr and name in op.arrays and name in op.defaults
                                   for name, p in zip(op.params, pattern, strict=True))


def _broadcast_together(shapes) -> bool:
    try:
        onp.broadcast_shapes(*shapes)
    except ValueError:
        return False
    return True


def cast(args, to) -> list:
    """Arrays cast to the dtypes `to`, where there is one; what follows them as it is."""
    return [a if d is None else a.astype(d) for a, d in itertools.zip_longest(args, to)]
