"""The open trace of a thread: what was called and has not run yet; and the flush that runs it.

An instruction is committed by one `list.append`, so an exception or Ctrl-C at any moment leaves a whole trace behind.
Slots name values inside a trace: `i << SHIFT | k` is output k of instruction i, `-1 - j` is the j-th input from outside,
and `FLOAT`, `INT` and `BOOL` stand for the next run-time number of that kind.
"""
from __future__ import annotations

import itertools
import os
import sys
import threading
import weakref
from collections import deque
from types import FrameType

import jax
import numpy as onp

from ..base import MXNetError
from ..device import current_device
from . import program
from .cell import Failed, Value, aval_of, shared
from .spec import SHIFT

LONG, LONGEST = 256, 1024  # instructions in a trace before it is cut where it repeats: XLA's time grows faster than a trace.
# The larger number holds while recording, because a backward usually follows and is best compiled with what it goes back through.
DONATE = 1 << 16  # bytes from which an input that nobody holds any more is overwritten in place
QUEUED = 32  # programs that may wait for the device
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


class State(threading.local):
    """Everything that belongs to one thread: flags, dialect switches, the open traces by device."""

    def __init__(self):
        self.recording = self.training = False
        self.np_shape = self.np_array = self.np_dtype = False
        self.traces: dict = {}
        self.trace = None
        self.capture = None  # the open `Capture`, if a block is being captured
        self.checks: list = []  # (value, error class, text): a fault is raised at this thread's next read


state = State()
_segments = itertools.count()
naive = os.environ.get("MXNET_ENGINE_TYPE", "") == "NaiveEngine"
_running: deque = deque()


def user_line(depth: int = 1) -> tuple[str, int]:
    """(file, line) of the innermost frame outside this package."""
    frame: FrameType | None = sys._getframe(depth)
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return (frame.f_code.co_filename, frame.f_lineno) if frame is not None else ("?", 0)


def put(data, device):
    """A NumPy or JAX array on a JAX device, its 64-bit types kept."""
    with jax.enable_x64(True):
        return jax.device_put(data, device)


def trace_on(device) -> Trace:
    """The calling thread's open trace for a JAX device."""
    found = state.traces.get(device)
    if found is None:
        found = state.traces[device] = Trace(device)
    state.trace = found
    return found


class Trace:
    """Instructions ((code, slots), outputs by weak reference, numbers, user line) over inputs from outside."""

    __slots__ = ("__weakref__", "cut_before_record", "device", "external", "inputs", "instructions", "lock", "next_check", "segment")
    outer = None  # of a capture: the trace that it stands in for, whose pending values it may use

    def __init__(self, device):
        self.device, self.lock = device, threading.RLock()
        self.clear()

    def clear(self):
        self.segment = next(_segments)  # tells what was recorded before a flush from what was recorded after it
        self.instructions: list[tuple] = []
        self.inputs: list[Value] = []
        self.external: dict[int, int] = {}
        self.cut_before_record = False
        self.next_check = (LONG - 1) << SHIFT  # the slot of the instruction after which `cut` looks

    def slot(self, value: Value) -> int:
        """The slot of a value as an input here; a value pending elsewhere must have been flushed before."""
        if value.trace is self:
            return value.slot
        found = self.external.get(id(value))
        if found is None:
            data = value.data
            if data is None:
                value.get()
            elif type(data) is onp.ndarray and data.nbytes >= DONATE:  # a parameter's first use is no other program than its second
                value.data = put(data, self.device)
            found = ~len(self.inputs)
            self.inputs.append(value)  # kept alive here, so its id stays its own
            self.external[id(value)] = found
        return found

    def append(self, code, slots: tuple, numbers: tuple, ctx) -> list[Value]:
        """Commit an instruction; returns its pending outputs. The caller holds the lock."""
        base = len(self.instructions) << SHIFT
        outs = [Value(aval, ctx, self, base + k, None) for k, aval in enumerate(code.out)]
        line = user_line(3) if program.remember_lines else None
        self.instructions.append(((code, slots), tuple([weakref.ref(v) for v in outs]), numbers, line))
        return outs

    def cut(self):
        """After an append: keep the trace bounded, and run at once in NaiveEngine mode."""
        if naive:
            self.flush("NaiveEngine")
            return
        n = len(self.instructions)
        if (n - 1) << SHIFT >= self.next_check:
            if state.recording and n < LONGEST:
                self.next_check = (n + LONG - 1) << SHIFT
                return
            period = _period([i[0][0] for i in self.instructions])
            if period and n % period:
                self.next_check = (n + period - n % period - 1) << SHIFT
            else:
                self.flush("long trace")

    def take_inputs(self) -> tuple[list, list, tuple]:
        """(the inputs' data, weak references to the large ones, the indices of those nobody else holds: to be donated)."""
        data = [v.data for v in self.inputs]
        large = [(j, weakref.ref(v)) for j, v in enumerate(self.inputs)
                 if v.aval.nbytes >= DONATE and not isinstance(v.data, onp.ndarray)]
        if not large:
            return data, large, ()
        foreign = {j for j, ref in large if ref() in shared}
        self.inputs.clear()
        return data, large, tuple([j for j, ref in large if ref() is None and j not in foreign])

    def restore_inputs(self, data):
        """Put the inputs back after a flush that did not happen (Ctrl-C while compiling)."""
        if not self.inputs and data:
            ctx = current_device()
            self.inputs = [Value(aval_of(d.shape, onp.dtype(d.dtype)), ctx, None, None, d) for d in data]
            self.external = {id(v): ~j for j, v in enumerate(self.inputs)}

    def flush(self, why: str):
        """Run what is open here. Raises: MXNetError if the device fails; what was asked for then stays failed."""
        with self.lock:
            if not self.instructions:
                return
            instructions = self.instructions
            live, slots = [], []
            base = 0
            for instruction in instructions:
                refs = instruction[1]
                value = refs[0]()
                if value is not None:
                    live.append(value)
                    slots.append(base)
                for k in range(1, len(refs)):
                    value = refs[k]()
                    if value is not None:
                        live.append(value)
                        slots.append(base + k)
                base += 1 << SHIFT
            if not live:
                self.clear()
                return
            value = refs = None
            program.stats.flushes[why] = program.stats.flushes.get(why, 0) + 1
            data, large, donated = self.take_inputs()
            compiled = program.stats.programs
            try:
                results, (shared_inputs, shared_results) = program.run(self.device, instructions, data, donated, slots)
            except MXNetError as error:
                for v in live:
                    v.trace = Failed(error)
                self.clear()
                raise
            except BaseException:
                self.restore_inputs(data)
                raise
            compiled = program.stats.programs > compiled
            # From here on nothing can fail: the values get their data, then the trace starts anew.
            for v, result in zip(live, results, strict=True):
                v.data, v.trace = result, None
            for k in shared_results:
                shared.add(live[k])
            for j, ref in large if shared_inputs else ():
                v = ref()
                if v is not None and j in shared_inputs:
                    shared.add(v)
            self.clear()
        if compiled and not naive:
            program.warn_of_storms(instructions)
        if not isinstance(results[0], onp.ndarray):
            _running.append(results[0])
        if len(_running) > QUEUED:
            _wait_for(_running.popleft())


def _period(codes: list) -> int:
    """The shortest block that the second half of a list of codes is a repetition of; 0 if there is none."""
    n = len(codes)
    tail, last = codes[n // 2:], codes[-1]
    m = len(tail)
    for p in range(1, m // 2 + 1):
        if tail[m - 1 - p] is last and tail[p:] == tail[:m - p]:
            return p
    return 0


def read(value: Value):
    """A value's data for a reader outside the engine: faults that checks have found are raised now."""
    if state.capture is not None:  # what the code does next may depend on what it reads
        state.capture.move()
    data = value.get()
    if state.checks:
        verify()
    return data


def verify():
    """Raise what the checks of this thread have found so far."""
    checks, state.checks = state.checks, []
    for i, (value, error, text) in enumerate(checks):
        if value.data is None:
            state.checks.append(checks[i])
        elif bool(value.data):
            state.checks.extend(c for c in checks[i + 1:] if c[0].data is None)
            raise error(text)


def _wait_for(array):
    if not array.is_deleted():  # donated to a later program, which then has to wait itself
        array.block_until_ready()


def settle(value: Value):
    """Make a value that another trace owes concrete, so that this thread and device may use it."""
    if value.data is None and value.trace is not None:
        value.trace.flush("another thread or device reads")


def flush_all(why: str):
    """Run every open trace of this thread."""
    for trace in list(state.traces.values()):
        trace.flush(why)


def wait_all():
    """Flush this thread's traces and wait until the devices are idle (MXNet: waitall)."""
    flush_all("waitall")
    if state.checks:
        verify()
    while _running:
        _wait_for(_running.popleft())
