"""From a trace's structure to a compiled XLA program: cache, disk cache, statistics, explanations, the storm warning."""
from __future__ import annotations

import os
import threading
import time
import warnings
from collections import OrderedDict, deque
from dataclasses import dataclass, field

import jax
import numpy as onp

from ..base import MXNetError

FLOAT, INT, BOOL = -(1 << 60), -(1 << 60) - 1, -(1 << 60) - 2
SHIFT = 14
BUDGET = 256 << 20  # bytes of programs that are kept
_LEAST = 3 << 19  # what a CPU program costs at least, measured: about 1.5 MB
STORM = 24  # programs from one line before the user is told

remember_lines = True  # while programs are being compiled; a steady loop needs no lines


class RecompilationWarning(UserWarning):
    """One line of the user's keeps asking for new programs."""


@dataclass
class Stats:
    """Counters since the start or the last `reset()`; seconds are wall time."""

    programs: int = 0
    hits: int = 0
    compile_seconds: float = 0.0
    evicted: int = 0
    bytes: int = 0
    flushes: dict[str, int] = field(default_factory=dict)


stats = Stats()


class Program:
    """A compiled program.

    results: per live value ("out", k), the k-th thing the program returns, or ("in", j), the j-th input itself.
    shared: the inputs, and the live values, whose buffer several values have from then on.
    """

    __slots__ = ("__weakref__", "bytes", "call", "results", "shared", "text")

    def __init__(self, call, results, size, text):
        self.call, self.results, self.bytes, self.text = call, results, size, text
        many = {r for r in results if r[0] == "in" or results.count(r) > 1} if len(set(results)) < len(results) or any(
            r[0] == "in" for r in results) else set()
        self.shared = ([j for kind, j in many if kind == "in"], [k for k, r in enumerate(results) if r in many])


_cache: OrderedDict[tuple, Program] = OrderedDict()
_lock = threading.Lock()
_lines: dict = {}
_warned: set = set()
recent: deque = deque(maxlen=8)


def run(device, instructions, data, donated, live) -> tuple[list, tuple]:
    """(the live results of a trace, which inputs and results share buffers). Raises: MXNetError if XLA cannot run it."""
    global remember_lines
    floats, ints = [], []
    for instruction in instructions:
        for number in instruction[3]:
            (floats if type(number) is float else ints).append(number)
    key = (device, tuple([(i[0], i[1]) for i in instructions]), tuple(live), donated)
    program = _cache.get(key)
    with jax.enable_x64(True):
        packed = ()
        if floats:
            packed = (onp.array(floats, "float64"),)
        if ints:
            packed += (onp.array(ints, "int64"),)
        if program is None:
            program = _compile(key, device, instructions, data, donated, live, packed)
            remember_lines = True
        else:
            stats.hits += 1
            remember_lines = False
            _cache.move_to_end(key)
        recent.append(program)
        try:
            outs = program.call(*packed, *data)
        except (RuntimeError, ValueError) as error:
            where = _first_line(instructions)
            raise MXNetError(f"the device could not run what was recorded from {where} on: {error}") from error
    return [data[k] if kind == "in" else outs[k] for kind, k in program.results], program.shared


def _first_line(instructions):
    for instruction in instructions:
        if instruction[4] is not None:
            return f"{instruction[4][0]}, line {instruction[4][1]}"
    return "an earlier line"


def _body(instructions, live, n_floats, n_ints, results):
    """The trace as a function of (float64 numbers, int64 numbers, *inputs).

    Results that are inputs, or each other, must not become two owners of one buffer: they are left out, and `results` says
    where each live value is found.
    """

    def body(*args):
        args = list(args)
        floats = args.pop(0) if n_floats else None
        ints = args.pop(0) if n_ints else None
        env, f, n = [], 0, 0
        for code, slots, *_ in instructions:
            values = []
            for s in slots:
                if s >= 0:
                    values.append(env[s >> SHIFT][s & ((1 << SHIFT) - 1)])
                elif s > BOOL + 3:
                    values.append(args[~s])
                elif s == FLOAT:
                    values.append(floats[f])
                    f += 1
                else:
                    values.append(ints[n] if s == INT else ints[n].astype(bool))
                    n += 1
            env.append(code.emit(values))
        known = {id(a): ("in", j) for j, a in enumerate(args)}
        kept = []
        for s in live:
            value = env[s >> SHIFT][s & ((1 << SHIFT) - 1)]
            if id(value) not in known:
                known[id(value)] = ("out", len(kept))
                kept.append(value)
            results.append(known[id(value)])
        return kept

    return body


def _compile(key, device, instructions, data, donated, live, packed):
    start = time.perf_counter()
    lead = len(packed)
    n_floats = int(any(p.dtype.kind == "f" for p in packed))
    results: list[tuple[str, int]] = []
    body = _body(instructions, live, n_floats, lead - n_floats, results)
    structs = [jax.ShapeDtypeStruct(d.shape, d.dtype) for d in (*packed, *data)]
    sharding = jax.sharding.SingleDeviceSharding(device)
    jitted = jax.jit(body, donate_argnums=tuple([lead + j for j in donated]), in_shardings=sharding, out_shardings=sharding)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Some donated buffers were not usable")
        lowered = jitted.lower(*structs)
        passed_on = {j for kind, j in results if kind == "in"}
        if passed_on & set(donated):  # a result that is its input keeps that buffer: it cannot be given away
            results.clear()
            body = _body(instructions, live, n_floats, lead - n_floats, results)
            jitted = jax.jit(body, donate_argnums=tuple([lead + j for j in donated if j not in passed_on]), in_shardings=sharding,
                             out_shardings=sharding)
            lowered = jitted.lower(*structs)
        compiled = lowered.compile()
    try:
        size = max(_LEAST, int(compiled.memory_analysis().generated_code_size_in_bytes))
    except (AttributeError, NotImplementedError, RuntimeError, TypeError):
        size = _LEAST
    program = Program(compiled, results, size, [(i[0].name, i[4]) for i in instructions])
    with _lock:
        _cache[key] = program
        stats.programs += 1
        stats.bytes += size
        stats.compile_seconds += time.perf_counter() - start
        while stats.bytes > BUDGET and len(_cache) > 1:
            _, old = _cache.popitem(last=False)
            stats.bytes -= old.bytes
            stats.evicted += 1
    return program


def warn_of_storms(instructions):
    """Tell the user once when one line keeps asking for new programs; called after those have run."""
    line = next((i[4] for i in instructions if i[4] is not None), None)
    if line is None:
        return
    history = _lines.setdefault(line, deque(maxlen=STORM))
    history.append(tuple((i[0].name, i[0].out) for i in instructions))
    if len(history) < STORM or line in _warned or len(set(history)) < STORM // 2:
        return
    _warned.add(line)
    warnings.warn(f"{line[0]}, line {line[1]}: {STORM} different programs were compiled for what starts here, because "
                  f"{_difference(history[-2], history[-1])}. Compiling takes far longer than running: keep shapes equal from turn "
                  "to turn (pad or drop the ragged ones). mxshim.engine.explain() shows the last programs.", RecompilationWarning, stacklevel=2)


def _difference(a, b) -> str:
    if len(a) != len(b):
        return f"the number of operations keeps changing ({len(a)}, then {len(b)})"
    for (name, x), (other, y) in zip(a, b, strict=True):
        if name != other:
            return f"the operations keep changing ({name}, then {other})"
        if x != y:
            return f"the result of {name} keeps changing ({', '.join(map(str, x))}, then {', '.join(map(str, y))})"
    return "its static arguments keep changing"


def explain(count: int = 1) -> str:
    """The last `count` programs as text: every operation with the user's line."""
    parts = []
    for program in list(recent)[-count:]:
        parts.append(f"program of {len(program.text)} operations, {len(program.results)} results, {program.bytes} bytes")
        for name, line in program.text:
            parts.append(f"    {name:32s} {line[0]}:{line[1]}" if line else f"    {name}")
    return "\n".join(parts) or "nothing has run yet"


def clear():
    """Forget all compiled programs."""
    with _lock:
        _cache.clear()
        recent.clear()
        stats.bytes = 0


def use_disk_cache():
    """Switch JAX's persistent compilation cache on, unless the user has chosen: MXSHIM_CACHE_DIR moves it, empty means none."""
    folder = os.environ.get("MXSHIM_CACHE_DIR")
    if folder == "" or jax.config.jax_compilation_cache_dir:
        return
    if folder is None:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
        folder = os.path.join(base, "mxshim")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        if os.stat(folder).st_uid != os.getuid():  # compiled code from somebody else's folder is not to be run
            return
    except (OSError, AttributeError):
        return
    jax.config.update("jax_compilation_cache_dir", folder)
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)
