"""Appending instructions to the open trace: the path that every call takes, written for speed.

An append takes no lock. The thread that owns a trace is the only one to append to it; another one may flush it at any moment
and closes it first, and what the garbage collector runs may do that in the owner, whose trace is then open for other instructions.
So an append looks, last of all, whether its trace is still open for those that it was appended to, and is done again if not.
"""
from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable
from typing import Any
from weakref import ref

import numpy as onp

from ..base import MXNetError
from . import pieces, program
from . import trace as _trace
from .cell import KEPT, Cell, Handle, Value, keep, put, value_with
from .op import Op
from .spec import _SPECS, NUMBER_SLOT, SHIFT, Recorded, Spec, forms, tracing
from .trace import Segment, trace_on, user_line

# (op, pattern, avals, training) -> Spec, or the error as users see it: set by the door, which words errors
infer: Callable = None  # type: ignore[assignment]
_sequence = itertools.count()
_threads = _trace.threads
_new = object.__new__


class Inplace:
    """What a write to an array of the graph does while recording: "allow" differentiates through it, "error" raises as MXNet.

    readers: under "error", by memory, the node that read it as a constant.
    """

    def __init__(self):
        self.policy, self.readers = "allow", None

    def set(self, policy):
        self.policy = policy
        self.readers = weakref.WeakKeyDictionary() if policy == "error" else None


inplace = Inplace()


def _rare(name):
    def get(node):
        return None if node.rare is None else node.rare.get(name)

    def put(node, value):
        node.rare = {**(node.rare or {}), name: value}

    return property(get, put)


class Node:
    """A recorded instruction: what its gradient needs and where its inputs came from.

    code: `Recorded`, or `Spec` where the gradient is zero (then `zero` is set); None once the graph was freed.
    parents: per input (node or leaf, output index), None for constants.  residuals: per source of `code`.
    inputs: per input its value, None where it is just what the parent put out; what a second derivative starts from.
    instruction: what was appended; it knows the outputs and the numbers.
    segment: in which trace it was recorded; None for Functions and copies between devices.
    rare: None, or a dict of: marks: leaves set on outputs by attach_grad.  function: a user's Function.  updates: what backward writes
    besides gradients.  moved: of a copy between devices, from which one to which.
    """

    __slots__ = ("__weakref__", "code", "inputs", "instruction", "parents", "rare", "residuals", "segment", "seq", "zero")
    code: Any
    parents: tuple
    residuals: Any
    inputs: Any
    instruction: list
    segment: Segment | None
    seq: int
    rare: dict | None
    zero: bool
    is_leaf = False
    marks, function, updates, moved = map(_rare, ("marks", "function", "updates", "moved"))

    @property
    def freed(self) -> bool:
        return self.code is None

    @property
    def numbers(self) -> tuple:
        return self.instruction[3]

    def out(self, k: int) -> Value | None:
        """The k-th output, if somebody still has it."""
        outs = self.instruction[2]
        found = outs[k] if type(outs) is tuple else outs
        return found() if type(found) is ref else found

    def free(self):
        self.code = self.residuals = self.inputs = None
        self.parents = ()
        if self.rare is not None:
            self.updates = self.function = None


def make_node(code, parents, residuals, inputs, instruction, segment=None, zero=False) -> Node:
    node = Node()
    node.code, node.parents, node.residuals, node.inputs = code, parents, residuals, inputs
    node.instruction, node.segment, node.zero, node.seq, node.rare = instruction, segment, zero, next(_sequence), None
    return node


def place(handle: Handle):
    """(node or leaf, index) of an array in the graph, None outside."""
    node = handle._node
    if node is None:
        return None
    if node.code is None:  # its graph was freed: a leaf again, or a constant
        node = handle._leaf
        handle._node = node = None if node is None or node.inside else node
        handle._index = 0
        if node is None:
            return None
    return node, handle._index


class Form:
    """An operator with its static arguments filled in, for inputs of any shapes.

    training: the scope's flag, False for operators that do not look at it.
    specs: by the inputs' avals, a tuple; in `emit1` by the one's, in `emit2` by the first one's, then the second one's, and False there
    if there are several results.
    shown: how many results users see, if the operator asks its arguments; updates: (the number of an array, the result that it becomes,
    when). None until somebody asked.
    """

    __slots__ = ("__weakref__", "op", "pattern", "shown", "specs", "training", "updates")

    def __init__(self, op: Op, pattern: tuple, training: bool = False):
        self.op, self.pattern, self.training = op, pattern, training
        self.specs: dict = {}
        self.shown: int | None = None
        self.updates: list[tuple[int, int, str]] | None = None
        forms.add(self)


_FORMS: dict[tuple, Form] = {}


def form_of(op: Op, pattern: tuple, training: bool = False) -> Form:
    key = op, pattern, training
    found = _FORMS.get(key)
    if found is None:
        found = keep(_FORMS, 20_000, key, Form(op, pattern, training))  # static arguments may change at every call
    return found


def look_up(op: Op, pattern, values) -> Spec:
    """The spec of a call on these values. Raises: the error that the user sees if it is a wrong call."""
    n = len(values)
    avals = (values[0].aval,) if n == 1 else (values[0].aval, values[1].aval) if n == 2 else tuple([v.aval for v in values])
    training = _threads.now.training
    spec = _SPECS.get((op, pattern, avals, training) if op.train else (op, pattern, avals))
    return spec if spec is not None else infer(op, pattern, avals, training)


def emit1(form: Form, x: Handle, numbers: tuple, cls) -> Any:
    """Append a call with one array; returns the result as an array of `cls`, or None, and nothing appended, if there are several."""
    value = x._cell.value if x._view is None else x._read()
    spec = form.specs.get(value.aval)
    if not spec:
        if spec is None:
            spec = infer(form.op, form.pattern, (value.aval,), form.training)
            form.specs[value.aval] = spec if len(spec.out) == 1 else False
        if not form.specs[value.aval]:
            return None
    thread = _threads.now
    ctx = value.ctx
    trace = thread.trace
    if trace.device is not ctx._jax:
        trace = trace_on(ctx._jax or ctx.jax)
    code: Any = spec
    node = None
    if thread.recording:
        if (q := x._node) is not None:
            p = place(x) if q.code is None else (q, x._index)
            if p is not None:
                if inplace.readers is not None:
                    return _generally(form, (x,), numbers, cls)
                node = Node()
                if not p[0].zero and spec.grad:
                    code = spec.record1 or _record(spec, (True,))
    elif spec.now is not False and type(data := value.data) is onp.ndarray and not trace.far:
        results = _at_once(spec, thread, (data,), numbers)
        if results is not None:
            value.slot = KEPT
            return _holding(cls, spec.out[0], ctx, results[0])
    instructions = trace.instructions
    slot = value.slot if value.trace is trace else trace.external.get(value)
    if slot is None:
        slot = trace.enter(value)
    out = Value()
    out.aval, out.ctx, out.trace, out.data = spec.out[0], ctx, trace, None
    slots = (slot, *spec.number_slots) if numbers else (slot,)
    instruction = [code, slots, out, numbers, user_line(2) if program.remember_lines else None]
    if code is not spec and len(code.out) > 1:
        outs = instruction[2] = _outs(code, out, ctx, trace, base := len(instructions) << SHIFT)
    else:
        outs = None
        base = out.slot = len(instructions) << SHIFT
    instructions.append(instruction)
    if trace.device is None or trace.instructions is not instructions:
        return emit1(form, x, numbers, cls)
    if node is not None:
        node.code, node.parents, node.instruction, node.segment, node.rare = code, (p,), instruction, trace.segment, None
        node.seq = next(_sequence)
        q = p[0]
        node.inputs = (value if q.is_leaf or q.instruction[2] is not value and q.out(p[1]) is not value else None,)
        node.zero = zero = code is spec
        node.residuals = () if zero or code.residuals is None else code.residuals((value,), outs or (out,), numbers)
    if base >= trace.next_check:
        trace.cut()
    cell = Cell()
    cell.value = out
    found = _new(cls)
    found._cell, found._view, found._leaf, found._node, found._index = cell, None, None, node, 0
    return found


def emit2(form: Form, x: Handle, y: Handle, numbers: tuple, cls) -> Any:
    """Append a call with two arrays; returns the result as an array of `cls`, or None, and nothing appended, if there are several."""
    a = x._cell.value if x._view is None else x._read()
    b = y._cell.value if y._view is None else y._read()
    by_second = form.specs.get(a.aval)
    spec = None if by_second is None else by_second.get(b.aval)
    if not spec:
        if spec is None:
            spec = infer(form.op, form.pattern, (a.aval, b.aval), form.training)
            form.specs.setdefault(a.aval, {})[b.aval] = spec if len(spec.out) == 1 else False
        if not form.specs[a.aval][b.aval]:
            return None
    thread = _threads.now
    ctx = a.ctx
    device = ctx._jax
    trace = thread.trace
    if trace.device is not device:
        trace = trace_on(ctx._jax or ctx.jax)
    if b.ctx._jax is not device:
        return _generally(form, (x, y), numbers, cls)
    code: Any = spec
    node = p = q = None
    if thread.recording:
        if (m := x._node) is not None:
            p = place(x) if m.code is None else (m, x._index)
        if (n := y._node) is not None:
            q = place(y) if n.code is None else (n, y._index)
        if p is not None or q is not None:
            if inplace.readers is not None:
                return _generally(form, (x, y), numbers, cls)
            node = Node()
            if spec.grad:
                if p is None or p[0].zero:
                    if q is not None and not q[0].zero:
                        code = spec.record01 or _record(spec, (False, True))
                elif q is None or q[0].zero:
                    code = spec.record10 or _record(spec, (True, False))
                else:
                    code = spec.record11 or _record(spec, (True, True))
    elif spec.now is not False and type(data := a.data) is onp.ndarray and type(more := b.data) is onp.ndarray and not trace.far:
        results = _at_once(spec, thread, (data, more), numbers)
        if results is not None:
            a.slot = b.slot = KEPT
            return _holding(cls, spec.out[0], ctx, results[0])
    instructions = trace.instructions
    slot = a.slot if a.trace is trace else trace.external.get(a)
    if slot is None:
        slot = trace.enter(a)
    other = b.slot if b.trace is trace else trace.external.get(b)
    if other is None:
        other = trace.enter(b)
    out = Value()
    out.aval, out.ctx, out.trace, out.data = spec.out[0], ctx, trace, None
    slots = (slot, other, *spec.number_slots) if numbers else (slot, other)
    instruction = [code, slots, out, numbers, user_line(2) if program.remember_lines else None]
    if code is not spec and len(code.out) > 1:
        outs = instruction[2] = _outs(code, out, ctx, trace, base := len(instructions) << SHIFT)
    else:
        outs = None
        base = out.slot = len(instructions) << SHIFT
    instructions.append(instruction)
    if trace.device is None or trace.instructions is not instructions:
        return emit2(form, x, y, numbers, cls)
    if node is not None:
        node.code, node.parents, node.instruction, node.segment, node.rare = code, (p, q), instruction, trace.segment, None
        node.seq = next(_sequence)
        node.inputs = (a if p is None or (m := p[0]).is_leaf or m.instruction[2] is not a and m.out(p[1]) is not a else None,
                       b if q is None or (n := q[0]).is_leaf or n.instruction[2] is not b and n.out(q[1]) is not b else None)
        node.zero = zero = code is spec
        node.residuals = () if zero or code.residuals is None else code.residuals((a, b), outs or (out,), numbers)
    if base >= trace.next_check:
        trace.cut()
    cell = Cell()
    cell.value = out
    found = _new(cls)
    found._cell, found._view, found._leaf, found._node, found._index = cell, None, None, node, 0
    return found


def _at_once(spec, thread, data, numbers) -> list | None:
    """The results of a call by NumPy, if it is one that need not wait; data: what its arrays hold, on the host."""
    steps = spec.now
    if steps is None:
        steps = spec.now = pieces.alone(spec) or False
    if not steps or thread.capture is not None or program.watched:
        return None
    return steps(data, numbers)


def _holding(cls, aval, ctx, data):
    """An array of `cls` with its data."""
    cell = Cell()
    cell.value = value = Value()
    value.aval, value.ctx, value.trace, value.slot, value.data = aval, ctx, None, None, data
    found = _new(cls)
    found._cell, found._view, found._leaf, found._node, found._index = cell, None, None, None, 0
    return found


def _record(spec, mask):
    """The recorded form of a spec; itself where all gradients are zero."""
    with tracing():
        return spec.record(mask)


def _outs(code, first, ctx, trace, base) -> tuple[Value, ...]:
    """The outputs of an instruction that has several, `first` being there already."""
    first.slot = base
    found = [first]
    for k in range(1, len(code.out)):
        v = Value()
        v.aval, v.ctx, v.trace, v.slot, v.data = code.out[k], ctx, trace, base + k, None
        found.append(v)
    return tuple(found)


def _generally(form, handles, numbers, cls):
    values, node = emit_form(form, handles, numbers)
    return cls(values[0], node)


def emit(op: Op, pattern: tuple, handles, numbers: tuple, ctx=None):
    """Look the call up and append it; returns (values, node)."""
    return emit_form(form_of(op, pattern, op.train and _threads.now.training), handles, numbers, ctx)


def emit_form(form: Form, handles, numbers: tuple, ctx=None):
    """Append a call with any number of arrays; returns (values, node)."""
    values = [h._cell.value if h._view is None else h._read() for h in handles]
    avals = tuple([v.aval for v in values])
    spec = form.specs.get(avals)
    if spec is None:
        spec = form.specs[avals] = infer(form.op, form.pattern, avals, form.training)
    if not _threads.now.recording:
        return emit_spec(spec, values, numbers, None, ctx)
    parents = [None if h._node is None else place(h) for h in handles]
    if not any(parents):
        return emit_spec(spec, values, numbers, None, ctx)
    outs, node = emit_spec(spec, values, numbers, tuple(parents), ctx)
    if inplace.readers is not None:
        for h, p in zip(handles, parents):
            if p is None:
                inplace.readers[h._cell] = ref(node)
    return outs, node


def emit_spec(spec: Spec, values, numbers, parents, ctx=None) -> tuple[list[Value], Node | None]:
    """Append one instruction; returns its visible outputs and, if a parent is in a graph, the node.

    values: the array inputs, a list of its own; numbers: the run-time numbers; parents: places in the graph, or None.
    """
    thread = _threads.now
    trace = thread.trace
    if values:
        ctx = values[0].ctx
        for v in values:
            if v.ctx is not ctx and v.ctx._jax is not ctx._jax:
                values = [v if v.ctx._jax is ctx._jax else _transfer(v, ctx) for v in values]
                break
    device = ctx.jax
    if trace.device is not device:
        trace = trace_on(device)
    if parents is None and spec.now is not False and not thread.recording and not trace.far:
        data = [v.data for v in values]
        results = _at_once(spec, thread, data, numbers) if {*map(type, data)} <= _ON_HOST else None
        if results is not None:
            for v in values:
                v.slot = KEPT
            return [value_with(aval, ctx, data) for aval, data in zip(spec.out, results)], None
    code: Spec | Recorded = spec
    kept: list = values
    if parents is not None:
        kept, mask = [], []
        for p, v in zip(parents, values):
            if p is None:
                mask.append(False)
                kept.append(v)
            else:
                q = p[0]
                mask.append(not q.zero)
                kept.append(v if q.is_leaf or q.instruction[2] is not v and q.out(p[1]) is not v else None)
        if spec.grad and True in mask:
            found = spec.recorded.get(tuple(mask))
            code = found if found is not None else _record(spec, tuple(mask))
    instructions, external = trace.instructions, trace.external
    slots = [v.slot if v.trace is trace else external.get(v) or trace.enter(v) for v in values]  # 0 is no slot of an input
    instruction, outs = _append(trace, instructions, code, (*slots, *spec.number_slots) if numbers else tuple(slots), numbers, ctx)
    if trace.device is None or trace.instructions is not instructions:
        return emit_spec(spec, values, numbers, parents, ctx)
    node = None
    if parents is not None:
        zero = code is spec
        residuals = () if zero or code.residuals is None else code.residuals(values, outs, numbers)  # type: ignore[union-attr]
        node = make_node(code, parents, residuals, kept, instruction, trace.segment, zero)
    if outs[0].slot >= trace.next_check:
        trace.cut()
    return (outs if len(outs) == len(spec.out) else outs[:len(spec.out)]), node


def append_mixed(code, arguments, ctx) -> list[Value]:
    """Append an instruction whose arguments are values and run-time numbers in any order."""
    device = ctx.jax
    trace = _threads.now.trace
    if trace.device is not device:
        trace = trace_on(device)
    instructions, numbers, slots = trace.instructions, [], []
    for v in arguments:
        if type(v) is Value:
            slots.append(v.slot if v.trace is trace else trace.external.get(v) or trace.enter(v))
        else:
            slots.append(NUMBER_SLOT[_KIND[type(v)]])
            numbers.append(v)
    _, outs = _append(trace, instructions, code, tuple(slots), tuple(numbers), ctx)
    if trace.device is None or trace.instructions is not instructions:
        return append_mixed(code, arguments, ctx)
    if outs[0].slot >= trace.next_check:
        trace.cut()
    return outs


_ON_HOST = {onp.ndarray}
_KIND = {float: "f", int: "i", bool: "b"}


def _append(trace, instructions, code, slots, numbers, ctx) -> tuple[list, list[Value]]:
    """Commit an instruction to a trace, whose instructions these were; returns it and its pending outputs."""
    slot = len(instructions) << SHIFT
    outs = []
    for aval in code.out:
        v = Value()
        v.aval, v.ctx, v.trace, v.slot, v.data = aval, ctx, trace, slot, None
        outs.append(v)
        slot += 1
    instruction = [code, slots, outs[0] if len(outs) == 1 else tuple(outs), numbers, user_line(3) if program.remember_lines else None]
    instructions.append(instruction)
    return instruction, outs


def _transfer(value: Value, ctx) -> Value:
    """A value on another JAX device. CPU devices are one memory to MXNet; anything else must be asked for."""
    if value.ctx.device_type != ctx.device_type and not (value.ctx.device_type.startswith("cpu") and ctx.device_type.startswith("cpu")):
        raise MXNetError(f"the operands are on different devices, {ctx} and {value.ctx}: copy one with as_in_context({ctx})")
    return moved(value, ctx)


def moved(value: Value, ctx) -> Value:
    """The same value on another device, now."""
    return value_with(value.aval, ctx, put(value.get(), ctx.jax))


__all__ = ["Form", "Inplace", "Node", "append_mixed", "emit", "emit1", "emit2", "emit_form", "emit_spec", "form_of", "inplace", "look_up",
           "make_node", "moved", "place"]
