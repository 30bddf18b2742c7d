"""Several calls as one instruction: what runs while a `Capture` is open can become one operator, `fused`, that is called again
without running its Python code.

A capture takes the place of the open trace. What is appended to it is either made one instruction of that trace at the end, or,
if anything happens that one operator cannot stand for (a value is read, a user's Function runs), moved over instruction by
instruction, as if there had been no capture: the code that is running notices nothing.
"""
from __future__ import annotations

from contextlib import contextmanager

import jax
import jax.numpy as jnp

from . import call, emit
from .cell import Value, keep
from .spec import FLOAT, LOW, SHIFT, Recorded, Spec, cast, eval_jaxpr, tracing
from .trace import Trace, gather, settle, threads, trace_on

_NEVER = 1 << 60


class Unfit(Exception):
    """What was captured cannot be one operator; the text says why."""


class Capture(Trace):
    """The open trace of a thread while a block is captured; `outer` is the one it stands in for.

    updates: (handle, value, what its parameter held) for everything that backward is to write.
    draws: id of a value -> (value, function that draws such an array anew).  moved: everything went to `outer`.
    """

    __slots__ = ("draws", "home", "moved", "outer", "updates")

    def __init__(self, outer: Trace):
        super().__init__(outer.device)
        self.outer, self.home, self.moved = outer, outer.device, False
        self.segment, self.next_check = outer.segment, _NEVER
        self.updates: list = []
        self.draws: dict = {}

    def __enter__(self):
        thread = threads.now
        thread.traces[self.home] = thread.trace = thread.capture = self
        return self

    def __exit__(self, *exc):
        self.end()

    def end(self):
        """Put the trace it stands in for back; nothing is appended here any more."""
        thread = threads.now
        self.device = None
        if thread.capture is self:
            thread.traces[self.home] = thread.trace = self.outer
            thread.capture = None

    def enter(self, value: Value) -> int:
        if value.data is None and value.trace is not self.outer:
            settle(value)
        found = self.external[value] = ~len(self.inputs)
        self.inputs.append(value)
        return found

    def cut(self):
        """A capture is as long as it is."""

    def flush(self, why: str):
        self.move().flush(why)

    def fresh(self, draw, array):
        """Note that an array was drawn by draw() and must be drawn anew at each call."""
        self.draws[id(array._cell.value)] = (array._cell.value, draw)

    def dropped(self) -> bool:
        """Forget what was computed, and the inputs; False, and nothing happens, if somebody still has something of it."""
        if gather(self.instructions)[0]:
            return False
        self.instructions, self.inputs, self.external, self.windows, self.draws = [], [], {}, [], {}
        return True

    def move(self) -> Trace:
        """Append everything to the outer trace, where later calls go, too; returns that."""
        self.end()
        outer = self.outer
        if self.moved:
            return outer
        self.moved = True
        if outer.device is None:  # it was flushed meanwhile
            outer = self.outer = trace_on(self.home)
        base = len(outer.instructions) << SHIFT
        inputs = [v.slot if v.trace is outer else outer.external.get(v) or outer.enter(v) for v in self.inputs]
        for instruction in self.instructions:
            outs = instruction[2]
            for value in outs if type(outs) is tuple else (outs,):
                value.trace, value.slot = outer, value.slot + base
            instruction[1] = tuple([s + base if s >= 0 else s if s <= FLOAT else inputs[~s] for s in instruction[1]])
            outer.instructions.append(instruction)
        outer.windows += [(slot + base, view) for slot, view in self.windows]
        self.instructions = []
        if (len(outer.instructions) - 1) << SHIFT >= outer.next_check:
            outer.cut()
        return outer


@contextmanager
def outside():
    """While a capture is open: what runs in here is no part of it."""
    thread = threads.now
    taken = thread.capture
    if taken is None:
        yield
        return
    thread.capture, thread.traces[taken.home] = None, taken.outer
    trace_on(taken.home)
    try:
        yield
    finally:
        taken.outer = thread.traces[taken.home]
        thread.capture = thread.trace = thread.traces[taken.home] = taken


def _mask(code) -> tuple:
    """Through which of an instruction's inputs gradients flow."""
    return code.mask if type(code) is Recorded else (False,) * len(getattr(code, "avals", ()))


def _steps(capture: Capture, recording: bool) -> tuple:
    """The captured instructions as (spec, which inputs gradients flow through, slots)."""
    steps: list = []
    losses: set = set()  # the instructions behind which a loss's gradient may be asked for, whatever arrives there
    for i, (code, slots, *_) in enumerate(capture.instructions):
        spec = code.spec if type(code) is Recorded else code
        behind = [m for m, s in zip(_mask(code), slots, strict=False) if s >= 0 and s >> SHIFT in losses]
        if recording and not all(behind):
            raise Unfit("a loss that gives a gradient whatever arrives is used where none arrives")
        if behind or type(code) is Recorded and spec.loss:
            losses.add(i)
        if type(code) is Spec:
            mask = (False,) * len(code.avals) if recording else None
            steps.append((code, mask, slots))
            continue
        if type(code) is not Recorded:
            raise Unfit(f"a {type(code).__name__.lower()} pass runs inside")
        if not all(a.float for m, a in zip(code.mask, spec.avals, strict=True) if m) or not all(a.float for a in spec.out):
            raise Unfit(f"gradients go through integers in {spec.name}")
        for m, s in zip(code.mask, slots, strict=False):
            if m and s >= 0 and type(capture.instructions[s >> SHIFT][0]) is not Recorded:
                raise Unfit("a Function with a gradient of its own runs inside")
        steps.append((spec, code.mask, slots))
    return tuple(steps)


def derives(capture: Capture, value: Value) -> bool:
    """Whether the instruction that computes a captured value passes gradients on."""
    return type(capture.instructions[value.slot >> SHIFT][0]) is Recorded


_FUSED: dict[tuple, Spec] = {}


def fused(capture: Capture, outputs: list[Value], name: str, recording: bool, casts=None, limit=0) -> tuple[Spec, tuple]:
    """(the operator that computes `outputs` from the capture's inputs, its run-time numbers).

    limit: of up to so many calls, each shows on its own in a graph.
    casts: a rule as spec.casts, for this one alone; then outputs may be of other dtypes. Raises: Unfit.
    """
    steps = _steps(capture, recording)
    numbers = tuple([n for instruction in capture.instructions for n in instruction[3]])
    avals = tuple([v.aval for v in capture.inputs])
    outs = tuple([v.slot for v in outputs])
    kinds = tuple(["b" if type(n) is bool else "i" if type(n) is int else "f" for n in numbers])
    key = (steps, avals, outs, kinds, casts, len(steps) <= limit)
    found = _FUSED.get(key)
    if found is None:
        with tracing():
            found = Spec(name, _replay(steps, outs, len(avals), casts), avals, kinds, origin=(steps, outs) if casts is None else None)
            found = keep(_FUSED, 2048, key, found)
            found.inside = steps, outs, len(steps) <= limit
            found.loss = any(spec.loss and mask and True in mask for spec, mask, _ in steps)
    return found, numbers


def _replay(steps, outs, n, casts):
    holding = {spec for spec, _, _ in steps if spec.holds_on()}

    def run(*flat):
        numbers, env = iter(flat[n:]), []
        for spec, mask, slots in steps:
            args = [env[s >> SHIFT][s & LOW] if s >= 0 else flat[~s] if s > FLOAT else next(numbers) for s in slots]
            if mask is not None:
                args[:len(mask)] = [a if m or not jnp.issubdtype(a.dtype, jnp.inexact) else jax.lax.stop_gradient(a)
                                    for m, a in zip(mask, args, strict=False)]
            if casts is not None and spec.op is not None:  # its jaxpr is of the dtypes without casts
                env.append(_under(casts, spec, args, mask))
            elif mask is None or True not in mask or spec.diff is None:
                env.append(spec.run(*args) if spec in holding else eval_jaxpr(spec.jaxpr, args))
            else:  # what `Recorded` computes and differentiates
                env.append([o.astype(a.dtype) for o, a in zip(spec.diff(*args), spec.out, strict=True)])
        return tuple([env[s >> SHIFT][s & LOW] for s in outs])

    return run


def _under(casts, spec, args, mask):
    """A step on arguments that may have other dtypes than when it was captured, cast as the rule says."""
    to = casts(spec.op, spec.pattern, args[:len(spec.avals)])
    fn = spec.run if mask is None or spec.diff is None or True not in mask else spec.diff
    outs = fn(*(args if to is None else cast(args, to)))
    # What operators do not know is computed as captured: integers stay integers.
    return [o if a.float else o.astype(a.dtype) for o, a in zip(outs, spec.out, strict=True)]


def drawn(draw, ctx) -> Value:
    """A value that owns what draw() gives."""
    return call.value_of(draw(), ctx)


def emit_fused(spec: Spec, values: list, numbers: tuple, parents, updates, ctx):
    """Append a fused operator; returns (values, node). updates: (handle, parameter, output) of what backward writes."""
    outs, node = emit.emit_spec(spec, list(values), numbers, parents, ctx)
    if node is not None and updates:
        node.updates = [call.Update(handle, outs[k], parameter, k, spec, values, numbers) for handle, parameter, k in updates]
    return outs, node
