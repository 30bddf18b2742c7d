"""The open trace of a thread: what was called and has not run yet; and the flush that runs it.

An instruction is committed by one `list.append`, so an exception or Ctrl-C at any moment leaves a whole trace behind.
Slots name values inside a trace: `i << SHIFT | k` is output k of instruction i, `-1 - j` is the j-th input from outside,
and `FLOAT`, `INT` and `BOOL` stand for the next run-time number of that kind.
"""
from __future__ import annotations

import os
import sys
import threading
import weakref
from collections import deque
from sys import getrefcount
from types import FrameType
from typing import Any

import numpy as onp

from . import program
from .cell import DONATE, Failed, Value, put, shared
from .spec import FLOAT, SHIFT, Spec

LONG, LONGEST, ROLLED = 256, 1024, 8192  # instructions in a trace before it is cut where it repeats: XLA's time grows faster than it.
# The larger numbers hold while recording, because a backward usually follows and is best compiled with what it goes back through;
# the largest for what repeats itself, which is compiled as a loop (see roll.py).
QUEUED = 32  # programs that may wait for the device
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


class Thread:
    """Everything that belongs to one thread: flags, dialect switches, the open traces by device."""

    __slots__ = ("apart", "before", "capture", "checks", "np_array", "np_dtype", "np_shape", "recording", "trace", "traces", "training")

    np_shape_at_first = False  # see util.set_np_shape

    def __init__(self):
        self.recording = self.training = self.np_array = self.np_dtype = False
        self.np_shape = self.np_shape_at_first
        self.apart = False  # constants are data at once, see `constants_apart`
        self.traces: dict = {}
        self.trace = _NONE  # the one that was appended to last
        self.before = 0  # how many calls the last step had before `record()`
        self.capture: Any = None  # the open `Capture`, if a block is being captured
        self.checks: list = []  # (value, error class, text): a fault is raised at this thread's next read


class _Threads(threading.local):
    """`threads.now` is the calling thread's `Thread`."""

    def __init__(self):
        self.now = Thread()


class _State:
    """The calling thread's `Thread`, for code that is in no hurry."""

    __slots__ = ()

    def __getattr__(self, name):
        return getattr(threads.now, name)

    def __setattr__(self, name, value):
        setattr(threads.now, name, value)


state: Any = _State()


class constants_apart:
    """What is filled with a number in here has its data at once and is no instruction.

    For what a network begins with, so that its first step is the program of all later ones.
    """

    def __enter__(self):
        self._thread = threads.now
        self._before, self._thread.apart = self._thread.apart, True

    def __exit__(self, *exc):
        self._thread.apart = self._before


class by_itself:
    """What is called in here runs when this ends, as programs of its own: it is no part of the trace that is open, nor ends it.

    For what is done once, amid code that comes again: whatever initializers compute, the first step is the program of all later ones.
    """

    def __init__(self, why: str):
        self._why = why

    def __enter__(self):
        self._thread = thread = threads.now
        self._before = thread.traces, thread.trace
        thread.traces, thread.trace = {}, _NONE

    def __exit__(self, *exc):
        try:
            flush_all(self._why)
        finally:
            self._thread.traces, self._thread.trace = self._before


class Segment:
    """What was recorded between two flushes, as a name for it; device: where."""

    __slots__ = ("device",)

    def __init__(self, device):
        self.device = device


naive = os.environ.get("MXNET_ENGINE_TYPE", "") == "NaiveEngine"
_running: deque = deque()
_NO_STEP = 0, 0
_FIRST_CHECK = (LONG - 1) << SHIFT  # the slot of the instruction after which `Trace.cut` looks; in NaiveEngine mode it always does


def user_line(depth: int = 1) -> tuple[str, int]:
    """(file, line) of the innermost frame outside this package."""
    frame: FrameType | None = sys._getframe(depth)
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return (frame.f_code.co_filename, frame.f_lineno) if frame is not None else ("?", 0)


def trace_on(device) -> Trace:
    """The calling thread's open trace for a JAX device."""
    thread = threads.now
    traces = thread.traces
    found = traces.get(device)
    if found is None:
        found = traces[device] = Trace(device)
    elif found.device is None:
        if getrefcount(found) == _IDLE:
            found.open(device)
        else:
            found = traces[device] = Trace(device)
    thread.trace = found
    return found


class Trace:
    """The instructions of a thread from one flush to the next: [code, slots, outputs, numbers, user line].

    One that was flushed is opened again if nobody else has it, or goes on at once.

    outputs: a value, or a tuple of several. They live at least as long as the trace, and their data is computed if somebody else
    has them, too. After the flush, what a node still holds of an instruction has weak references in their place, or None.
    inputs: the values from outside; external: their slots.  device: None once it is flushed; far: whether that is no CPU.
    windows: (slot, weak reference) of the views that were read here, outside graphs.
    segment: tells what was recorded before a flush from what was recorded after it.
    step: (how many instructions, how many inputs) belong to a training step whose end is near, see `end_step`.
    """

    __slots__ = ("__weakref__", "device", "external", "far", "inputs", "instructions", "lock", "next_check", "segment", "step", "windows")

    def __init__(self, device):
        self.lock = threading.RLock()
        self.instructions: list[list] = []
        self.inputs: list[Value] = []
        self.external: dict[Value, int] = {}
        self.windows: list[tuple] = []
        self.far = device is not None and device.platform != "cpu"
        self.open(device)

    def open(self, device):
        """Begin; nothing is in here."""
        self.segment = Segment(device)
        self.step = _NO_STEP
        self.next_check = -1 if naive else _FIRST_CHECK
        self.device = device

    def enter(self, value: Value) -> int:
        """The slot of a value from outside that is no input yet, as the caller knows; what is pending elsewhere is computed first."""
        data = value.data
        if data is None:
            settle(value)
            value.get()
        elif self.far and type(data) is onp.ndarray and data.nbytes >= DONATE:
            value.data = put(data, self.device)
        found = self.external[value] = ~len(self.inputs)
        self.inputs.append(value)
        return found

    def cut(self):
        """After an append: keep the trace bounded, and run at once in NaiveEngine mode."""
        if naive:
            self.flush("NaiveEngine")
            return
        n = len(self.instructions)
        if (n - 1) << SHIFT >= self.next_check:
            if threads.now.recording and n < LONGEST:
                self.next_check = (n + LONG - 1) << SHIFT
                return
            period = _period([i[0] for i in self.instructions])
            if period and threads.now.recording and n < ROLLED:
                self.next_check = (n + n // 2) << SHIFT
            elif period and n % period:
                self.next_check = (n + period - n % period - 1) << SHIFT
            else:
                self.flush("long trace")

    def mark_step(self):
        """Backward or an update has run, or parameters have been set up: a `record()` from here on begins another step."""
        self.step = len(self.instructions), len(self.inputs)

    def end_step(self):
        """Run the step that was marked. The instructions after it, if they need nothing of it, go to the next one.

        They are what is done to the next batch: without that, steps on batches of several shapes would be programs for pairs of shapes.
        """
        with self.lock:
            if self.device is None:
                return
            first = self._last_needed()
            if first < len(self.instructions):
                self._hand_on(first, self._held(first))
        self.flush("record")

    def _last_needed(self) -> int:
        """The number of the first of the instructions at the end that need nothing but each other and inputs."""
        instructions, first = self.instructions, len(self.instructions)
        lowest = first
        for i in range(first - 1, self.step[0] - 1, -1):
            code, slots, *_ = instructions[i]
            for s in slots:
                if 0 <= s >> SHIFT < lowest:
                    lowest = s >> SHIFT
            if lowest < self.step[0] or type(code) is not Spec:
                break
            if lowest >= i:
                first = i
        return first

    def drop_unheld(self):
        """Before a step is recorded: forget the calls whose results nobody has any more, unless there are as many calls as the last time.

        They are what was done once, say to print shapes; the step is to be the same program with and without them.
        """
        thread = threads.now
        if len(self.instructions) == thread.before:
            return
        with self.lock:
            if self.device is not None:
                held = self._held(0)
                thread.before = len(held)
                if len(held) < len(self.instructions):
                    self._hand_on(0, held)

    def _held(self, first: int) -> list[int]:
        """The numbers of the instructions from there on whose results somebody has, or another one of these needs."""
        instructions, found = self.instructions, []
        needed = {first + (slot >> SHIFT) for slot in gather(instructions[first:])[1]}
        for i in range(len(instructions) - 1, first - 1, -1):
            code, slots, *_ = instructions[i]
            if i in needed or type(code) is not Spec:
                found.append(i)
                needed.update([s >> SHIFT for s in slots if s >= 0])
        found.reverse()
        return found

    def _hand_on(self, first: int, held: list[int]):
        """Move those of instructions[first:] that are held, and the inputs that only they have, to the thread's next trace."""
        thread, base, most = threads.now, first << SHIFT, self.step[1]
        for _, slots, *_ in self.instructions[self.step[0]:first]:
            most = max([most, *[-s for s in slots if FLOAT < s < 0]])
        place = {i: (n - i) << SHIFT for n, i in enumerate(held)}
        new = Trace(self.device)

        def moved(slot):
            if slot >= 0:
                return slot + place[slot >> SHIFT]
            if slot <= FLOAT:
                return slot
            value = self.inputs[~slot]
            return new.external.get(value) or new.enter(value)

        tail = [self.instructions[i] for i in held]
        for code, slots, outs, numbers, line in tail:
            new.instructions.append([code, tuple([moved(s) for s in slots]), outs, numbers, line])
        new.windows = [(moved(slot), view) for slot, view in self.windows if slot >= base and slot >> SHIFT in place]
        thread.trace = thread.traces[self.device] = new
        for _, _, outs, *_ in tail:  # an interrupt in here leaves values that both traces compute
            for v in outs if type(outs) is tuple else (outs,):
                v.slot, v.trace = moved(v.slot), new
        del self.instructions[first:]
        self.windows = [(slot, view) for slot, view in self.windows if slot < base]
        for v in self.inputs[most:]:
            del self.external[v]
        del self.inputs[most:]

    def take_inputs(self) -> tuple[list, list, tuple]:
        """(the inputs' data, which inputs are large, the indices of those that nobody else holds: to be donated).

        Those on the host, too, though XLA leaves them as they are: a training step's first program is that of all later ones.
        """
        data, large = [], []
        j = 0
        v: Value | None
        for v in self.inputs:
            data.append(v.data)
            if v.aval.nbytes >= DONATE:
                large.append((j, v))
            j += 1
        v = None
        return data, large, tuple([j for j, v in large if getrefcount(v) == _TAKEN and v not in shared]) if large else ()

    def close(self, device):
        """End what was in here. What nodes hold of the instructions no longer keeps outputs alive.

        Its own thread goes on here if it was at it, as an append sees by the list of instructions; else nothing is appended any more.
        """
        held = False
        for instruction in self.instructions:
            if getrefcount(instruction) > _ALONE:
                held = True
                outs = instruction[2]
                instruction[2] = tuple([_weakly(v) for v in outs]) if type(outs) is tuple else _weakly(outs)
        self.instructions, self.inputs, self.external = [], [], {}
        if self.windows:
            self.windows = []
        if threads.now.trace is self:
            self.step = _NO_STEP
            self.next_check = -1 if naive else _FIRST_CHECK
            if held:
                self.segment = Segment(device)
            self.device = device

    def _run_again(self, instructions, device, why) -> bool:
        """Run what NumPy has run before, if that is what is in here; whether it did."""
        code, slots, outs, numbers, _ = instructions[0]
        found = code.begins
        if found is None or program.remember_lines or program.watched:
            return False
        n = len(instructions)
        found = found.get((slots, n))
        inputs = self.inputs
        if found is None or not found.kept or found.device is not device or found.inputs != len(inputs):
            return False
        if n == 1 and type(outs) is not tuple:
            results = found.steps([v.data for v in inputs], numbers) if getrefcount(outs) > _HELD else None
            if results is None:
                return False
            outs.data, = results
            outs.trace = outs.slot = None
        else:
            live, numbers = [], []
            for instruction, code, slots, held in zip(instructions, found.codes, found.slots, found.held):
                if instruction[0] is not code or instruction[1] != slots:
                    return False
                _, _, outs, given, _ = instruction
                if type(outs) is tuple:
                    k = 0
                    for v in outs:
                        if (getrefcount(v) > _HELD) is not held[k]:
                            return False
                        if held[k]:
                            live.append(v)
                        k += 1
                elif (getrefcount(outs) > _HELD) is not held:
                    return False
                elif held:
                    live.append(outs)
                if given:
                    numbers += given
            instruction = None  # so that `close` sees whether a node has it
            results = found.steps([v.data for v in inputs], numbers)
            if results is None:
                return False
            for v, result in zip(live, results):
                v.data = result
                v.trace = v.slot = None
        self.close(device)
        program.ran_again(found, why)
        return True

    def flush(self, why: str):
        """Run what is open here. Raises: MXNetError if the device fails; what was asked for then stays failed."""
        with self.lock:
            device, instructions = self.device, self.instructions
            if not instructions:
                return
            self.device = None  # the owner, if that is another thread, appends to a new trace from now on
            live: list[Value] = []
            try:
                for slot, ref in self.windows:  # what only a view's memo holds is no result: it is read again should somebody ask
                    view = ref()
                    if view is not None:
                        memo = view._memo
                        if memo is not None and memo.trace is self and memo.slot == slot and getrefcount(memo) == _HELD + 1:
                            view._memo, view._memo_of = None, weakref.ref(view._memo_of)
                view = memo = None
                if self._run_again(instructions, device, why):
                    return
                live, wanted, codes, slots, numbers = gather(instructions)
                if not live:
                    self.close(device)
                    return
                program.stats.flushes[why] = program.stats.flushes.get(why, 0) + 1
                data, large, donated = self.take_inputs()
                results, (shared_inputs, shared_results), compiled = program.run(
                    device, instructions, codes, slots, numbers, data, donated, wanted, self.inputs)
            except BaseException as error:
                if not isinstance(error, Exception) or isinstance(error, MemoryError):  # the next flush may succeed
                    self.device = device
                    raise
                failure = program.refused(instructions, error)
                for v in live or gather(instructions)[0]:
                    v.trace = Failed(failure)
                self.close(device)
                raise failure from error.__cause__
            # From here on nothing can fail: the values get their data, then the trace ends.
            for v, result in zip(live, results):
                v.data = result
                v.trace = v.slot = None
            for k in shared_results:
                shared.add(live[k])
            for j, v in large if shared_inputs else ():
                if j in shared_inputs:
                    shared.add(v)
            self.close(device)
        if compiled and not naive:
            program.warn_of_storms(instructions)
        if why != "read" and not isinstance(results[0], onp.ndarray):  # what is read is waited for anyway
            _running.append(results[0])
            if len(_running) > QUEUED:
                _wait_for(_running.popleft())


def _weakly(value: Value):
    """A weak reference to an output that got its data; None for one that nobody wanted."""
    return weakref.ref(value) if value.data is not None else None


def gather(instructions) -> tuple[list, list, list, list, list]:
    """(the outputs that somebody besides the trace holds, their slots, all codes, all inputs' slots, all numbers)."""
    live, wanted, codes, slots, numbers = [], [], [], [], []
    base = 0
    for instruction in instructions:
        code, inputs, outs, given, _ = instruction
        codes.append(code)
        slots.append(inputs)
        if given:
            numbers += given
        if type(outs) is tuple:
            k = base
            for v in outs:
                if getrefcount(v) > _HELD:
                    live.append(v)
                    wanted.append(k)
                k += 1
        elif getrefcount(outs) > _HELD:
            live.append(outs)
            wanted.append(base)
        base += 1 << SHIFT
    return live, wanted, codes, slots, numbers


def _counts() -> tuple[int, int, int, int]:
    """What `getrefcount` says, in the loops above, of an output and of an input that only the trace holds, and of an instruction that
    no node holds; and in `trace_on` of a trace that only the thread's dictionary holds.

    Measured, because Python's versions count the references of running code differently.
    """
    held = alone = 0
    v = Value()
    instructions = [[None, None, v, None, None]]
    del v
    for instruction in instructions:
        alone = getrefcount(instruction)
        _, _, outs, _, _ = instruction
        if type(outs) is not tuple:
            held = getrefcount(outs)
    inputs = [Value()]
    external = {inputs[0]: -1}
    large = [(0, inputs[0])]
    taken = [getrefcount(v) for j, v in large if external]
    traces = {None: Value()}
    found = traces.get(None)
    idle = getrefcount(found)
    return held, taken[0], alone, idle


_HELD, _TAKEN, _ALONE, _IDLE = _counts()
_NONE = Trace(None)  # closed from the start
threads = _Threads()


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
    thread = threads.now
    if thread.capture is not None:  # what the code does next may depend on what it reads
        thread.capture.move()
    data = value.data
    if data is None:
        data = value.get()
    if thread.checks:
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


def set_naive(on: bool):
    """Whether every call runs at once: from now on, in other threads from their next flush on."""
    global naive
    flush_all("engine type")
    naive = on
    for trace in state.traces.values():
        trace.next_check = -1 if on else _FIRST_CHECK


def wait_all():
    """Flush this thread's traces and wait until the devices are idle (MXNet: waitall)."""
    flush_all("waitall")
    if state.checks:
        verify()
    while _running:
        _wait_for(_running.popleft())
