"""From a trace's structure to a compiled XLA program: cache, disk cache, statistics, explanations, the storm warning."""
from __future__ import annotations

import itertools
import math
import os
import threading
import time
import warnings
from array import array
from collections import Counter, deque
from contextlib import nullcontext
from dataclasses import dataclass, field
from importlib.util import find_spec

import jax
import numpy as onp
from jax import lax
from jax.extend.core import Literal, jaxpr_as_fun

from ..base import MXNetError
from ..device import give_back, started_in
from . import buffers, disk, lowerings, pieces
from .cell import DONATE, KEPT, aligned, put
from .op import READS
from .roll import rolled
from .spec import FLOAT, INT, SHIFT, repeated

BUDGET = 256 << 20  # bytes of programs that are kept
_LEAST = 3 << 19  # what a CPU program costs at least, measured: about 1.5 MB; and ...
_SMALL = 1 << 12  # ... what one for NumPy costs, about
_LARGE = 16 << 20  # bytes that are worth being given back
STORM = 24  # programs from one line before the user is told

remember_lines = True  # while programs are being compiled: instructions of a steady loop need not know their lines
watched = False  # whether every run goes through `run`, as the profiler wants
_STEADY = 32  # programs found compiled, one after the other, that make a loop steady
_found = 0


class RecompilationWarning(UserWarning):
    """One line of the user's keeps asking for new programs."""


@dataclass
class Stats:
    """Counters since the start; seconds are wall time. programs: compiled ones, and small ones that NumPy runs."""

    programs: int = 0
    hits: int = 0
    compile_seconds: float = 0.0
    evicted: int = 0
    bytes: int = 0
    flushes: dict[str, int] = field(default_factory=dict)


stats = Stats()


_NO_NUMBERS: tuple = (None, (), False)


class Program:
    """A compiled program, or a small one for NumPy.

    codes, slots, live, donated, exact, inputs: with the device, what it was compiled for; inputs is their number.
    results: per live value ("out", k), the k-th thing the program returns, or ("in", j), the j-th input itself.
    rows: if it returns some things together, per thing (k, None) or (k, index), a row of the k-th that the program really returns.
    direct: whether the results are just what it returns.
    shared: the inputs, and the live values, whose buffer several values have from then on.
    numbers: of the last run, (the bytes, the arguments they were made to, whether those are on the device).
    wide: whether arguments of it have 64 bits.
    steps: what NumPy does instead of XLA, or None.
    held: if it has steps and all arrays are small, per instruction which outputs are live: a bool, or a tuple of them.
    temporary: bytes that a run needs besides its inputs and results; 0 where it was not compiled here.
    line: what the engine knows of the line where its traces start.
    next: the program that ran after this one the last time.  used: when it ran.  kept: whether it is in the cache.
    """

    __slots__ = ("__weakref__", "bytes", "call", "codes", "device", "direct", "donated", "exact", "held", "inputs", "kept", "line", "live",
                 "next", "numbers", "results", "rows", "shared", "slots", "steps", "temporary", "text", "used", "wide")

    def __init__(self, call, device, results, size, text, rows=(), temporary=0):
        self.call, self.device, self.results, self.bytes, self.text, self.rows = call, device, results, size, text, rows
        self.line, self.temporary = pieces.Line(), temporary
        self.codes = self.slots = self.live = self.donated = self.exact = self.held = self.inputs = self.next = None
        self.kept, self.used, self.wide, self.steps = False, 0, True, None
        self.direct = not rows and results == [("out", k) for k in range(len(results))]
        self.numbers = _NO_NUMBERS
        many = {r for r in results if r[0] == "in" or results.count(r) > 1} if len(set(results)) < len(results) or any(
            r[0] == "in" for r in results) else set()
        self.shared = ([j for kind, j in many if kind == "in"], [k for k, r in enumerate(results) if r in many])


_OFTEN = 16  # uses after which it pays to put a value on the device: until then its slot is their number, negative
_cache: dict[tuple, Program] = {}
_lock = threading.Lock()
_lines: dict = {}
_warned: set = set()
_clock = itertools.count()
_last = Program(None, None, [], 0, [])  # the one that ran last


def run(device, instructions, codes, slots, numbers, data, donated, live, inputs=(), whole=False) -> tuple[list, tuple, bool]:
    """(the live results of a trace, which inputs and results share buffers, whether anything was compiled for it).

    Raises: MXNetError if XLA cannot run it.

    codes, slots, numbers: of the instructions, in order; live: the slots of the results that are wanted; inputs: the values whose
    data that is; whole: not in pieces.
    """
    global remember_lines, _found, _last
    exact = True
    for n in numbers:
        if type(n) is int and not -_EXACT <= n <= _EXACT:
            exact = False
    # Loops repeat themselves: the program that followed the last one the time before is the likeliest by far.
    program, hit = _last.next, True
    if program is None or program.live != live or program.slots != slots or program.codes != codes or program.donated != donated or (
            program.device is not device or program.exact is not exact or program.inputs != len(data) or not program.kept):
        key = (device, tuple(codes), tuple(slots), tuple(live), donated, exact, len(data))
        program = _cache.get(key)
        hit = program is not None
        if not hit and not whole and device.platform == "cpu":
            program = _for_numpy(device, instructions, codes, slots, live, donated, exact, inputs)
        if program is None and not whole:
            found = pieces.instead(pieces.line_of(instructions), instructions, hash(key), live,
                                   lambda piece: _key(device, piece) in _cache, device.platform == "cpu")
            if found is not None:
                before, compiling, start = stats.programs, stats.compile_seconds, time.perf_counter()
                _settle(inputs, data, device)
                outs = found.run(data, lambda piece, arrays: _run_piece(device, piece, arrays))
                pieces.ran(found.structure, time.perf_counter() - start - (stats.compile_seconds - compiling))
                remember_lines, _found = True, 0
                return outs, _shared(data, outs), stats.programs > before
    if hit and not whole:
        stats.hits += 1
        program.line.hits += 1
        if remember_lines:
            _found += 1
            remember_lines = _found < _STEADY
    if program is not None and program.steps is not None:
        outs = program.steps(data, numbers)
        if outs is not None:
            if program.held is not None:
                codes[0].begins[slots[0], len(codes)] = program
            program.used = next(_clock)
            _last.next = program
            _last = program
            return outs, program.steps.shared, False
        program = None
    if onp.ndarray in map(type, data):
        _settle(inputs, data, device)
    with jax.enable_x64(True) if program is None or program.wide else _AS_IT_IS:
        packed = _pack(program, numbers, exact)
        compiled = program is None
        if program is None:
            start = time.perf_counter()
            program = _compile(device, instructions, data, donated, live, packed)
            if not whole:
                program.line = pieces.line_of(instructions)
                pieces.compiled(program.line, instructions, time.perf_counter() - start)
            program.wide = any(onp.dtype(d.dtype).itemsize == 8 for d in (*packed, *data))
            _keep(program, codes, slots, live, donated, exact, len(data))
            remember_lines, _found = True, 0
        program.used = next(_clock)
        _last.next = program
        _last = program
        try:
            outs = program.call(*packed, *data)
        except (RuntimeError, ValueError) as error:
            where = _first_line(instructions)
            raise MXNetError(f"the device could not run what was recorded from {where} on: {error}") from error
    if compiled and program.temporary >= _LARGE and device.platform == "cpu":
        give_back()  # this memory lies among what compiling took: results would be put into it, and the next run's beside it
    if program.direct:
        return outs, program.shared, compiled
    if program.rows:
        stacks = {k: onp.asarray(outs[k]) for k, i in program.rows if i is not None}
        outs = [outs[k] if i is None else onp.array(stacks[k][i]) for k, i in program.rows]
    return [data[k] if kind == "in" else outs[k] for kind, k in program.results], program.shared, compiled


def ran_again(program: Program, why: str):
    """Count a run of a program that was found by the first of its instructions."""
    stats.flushes[why] = stats.flushes.get(why, 0) + 1
    stats.hits += 1
    program.line.hits += 1
    program.used = next(_clock)


def _key(device, piece) -> tuple:
    """Where the program of a piece is found, its integers being exact."""
    return device, (piece.code,), (piece.slots,), tuple(range(len(piece.outs))), (), True, len(piece.arrays)


def _run_piece(device, piece, arrays) -> list:
    instructions = [(piece.code, piece.slots, None, piece.numbers, piece.line)]
    return run(device, instructions, [piece.code], [piece.slots], piece.numbers, arrays, (), list(range(len(piece.outs))), whole=True)[0]


def _settle(inputs, data, device):
    """Put what comes from the host on the device once programs have had it as an input often; what XLA would copy, the second time."""
    for j, v in enumerate(inputs):
        d = data[j]
        if type(d) is not onp.ndarray or v.slot == KEPT:
            continue
        v.slot = (v.slot or 0) - 1
        if v.slot <= -_OFTEN or v.slot < -1 and (device.platform != "cpu" or d.nbytes >= DONATE and not aligned(d)):
            data[j] = v.data = put(d, device)


def _shared(data, outs) -> tuple[list, list]:
    """Which inputs are results, too, and which results are inputs or one another."""
    inputs, count = {id(d) for d in data}, Counter(map(id, outs))
    return ([j for j, d in enumerate(data) if id(d) in count], [k for k, o in enumerate(outs) if id(o) in inputs or count[id(o)] > 1])


_EXACT = 1 << 53  # integers up to here are exact as float64
_AS_IT_IS = nullcontext()


def _pack(program, numbers, exact) -> tuple:
    """A trace's run-time numbers as arguments of its program: one float64 vector, and an int64 one if there are huge integers.

    A program whose numbers are those of last time gets last time's arrays: most loops change few of theirs.
    """
    if not numbers:
        return ()
    floats = array("d", numbers if exact else [0 if type(n) is int else n for n in numbers]).tobytes()
    ints = b"" if exact else array("q", [n if type(n) is int else 0 for n in numbers]).tobytes()
    # Looked at once: other threads run this program, too.
    before, last, on_device = _NO_NUMBERS if program is None else program.numbers
    again = before == (floats, ints)
    if again and on_device:
        return last
    if again:
        packed = tuple([jax.device_put(p, program.device) for p in last])
    else:
        packed = (onp.frombuffer(floats, "float64"),) if exact else (onp.frombuffer(floats, "float64"), onp.frombuffer(ints, "int64"))
    if program is not None:
        program.numbers = (floats, ints), packed, again
    return packed


def _first_line(instructions):
    for instruction in instructions:
        if instruction[4] is not None:
            return f"{instruction[4][0]}, line {instruction[4][1]}"
    return "an earlier line"


def refused(instructions, error) -> MXNetError:
    """What users see of an exception that a run ended with: JAX has others for what it cannot compile."""
    if isinstance(error, MXNetError):
        return error
    return MXNetError(f"what was recorded from {_first_line(instructions)} on cannot be compiled: {type(error).__name__}: {error}")


def _body(instructions, live, lead, results):
    """The trace as a function of (its run-time numbers in `lead` vectors, *inputs).

    Results that are inputs, or each other, must not become two owners of one buffer: they are left out, and `results` says
    where each live value is found.
    """

    def body(*args):
        given = [[lax.squeeze(n, (0,)) for n in lax.split(vector, [1] * vector.shape[0])] for vector in args[:lead]]
        floats, ints = given[0] if lead else (), given[-1] if lead else ()
        args = args[lead:]
        env, n = [], 0
        for code, slots, *_ in instructions:
            values = []
            for s in slots:
                if s >= 0:
                    values.append(env[s >> SHIFT][s & ((1 << SHIFT) - 1)])
                elif s > FLOAT:
                    values.append(args[~s])
                else:
                    values.append(floats[n] if s == FLOAT else ints[n].astype("int64" if s == INT else bool))
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


def _compile(device, instructions, data, donated, live, packed):
    if started_in[0] != os.getpid():  # XLA would wait for threads that are not here
        raise MXNetError(f"what was recorded from {_first_line(instructions)} on needs a new program, which XLA cannot compile in a "
                         "process that was forked after JAX had started. Use NumPy in worker processes, threads instead (num_workers of a "
                         "DataLoader, multiprocessing.pool.ThreadPool), or multiprocessing's method 'spawn'")
    start = time.perf_counter()
    lead = len(packed)
    structs = [jax.ShapeDtypeStruct(d.shape, d.dtype) for d in (*packed, *data)]
    text = [(i[0].name, i[4]) for i in instructions]
    name = disk.structure(device, [i[0] for i in instructions], [i[1] for i in instructions], live, donated,
                          [(s.shape, s.dtype.name) for s in structs])
    found = disk.program(name, device)
    if found is not None:
        stats.programs += 1
        stats.compile_seconds += time.perf_counter() - start
        compiled, (results, size, rows) = found
        return Program(compiled, device, results, size, text, rows)
    results: list[tuple[str, int]] = []
    body = _body(instructions, live, lead, results)
    sharding = jax.sharding.SingleDeviceSharding(device)

    def traced(fn, given=()):
        # Unused inputs stay: what is lowered then says of every input which one it is.
        return jax.jit(fn, donate_argnums=given, keep_unused=True, in_shardings=sharding, out_shardings=sharding).trace(*structs)

    whole = traced(body)
    same = whole.jaxpr
    passed_on = {j for kind, j in results if kind == "in"}  # a result that is its input keeps that buffer: it cannot be given away
    given = buffers.places(same, [lead + j for j in donated if j not in passed_on])
    if given:  # JAX gives the first input to the first result that fits, and so on
        order = [*given.values(), *[k for k in range(len(same.jaxpr.outvars)) if k not in given.values()]]
        same = same.replace(jaxpr=same.jaxpr.replace(outvars=[same.jaxpr.outvars[k] for k in order]))
        results = [(kind, order.index(k) if kind == "out" else k) for kind, k in results]
    rows: list = []
    loops = rolled(same, rows if device.platform == "cpu" else None)
    if loops is not None or given:
        whole = traced(loops or jaxpr_as_fun(same), tuple(given))
    compiled, executable = _compiled(lowerings.lower(whole, device), device, _goes_longer_way(whole.jaxpr))
    size, temporary = _LEAST, 0
    try:
        needed = compiled.memory_analysis()
        size, temporary = max(_LEAST, int(needed.generated_code_size_in_bytes)), int(needed.temp_size_in_bytes)
    except (AttributeError, NotImplementedError, RuntimeError, TypeError):
        pass
    stats.programs += 1
    stats.compile_seconds += time.perf_counter() - start
    if all(i is None for _, i in rows):
        rows = []
    disk.keep(name, executable, (results, size, rows))
    return Program(compiled, device, results, size, text, rows, temporary)


# By platform, what XLA is told. On CPU: what it gives to the library YNNPACK, which is its default without convolutions, for which
# Eigen takes half the time (see ops/nn/convolve.py); and to write loops as LLVM's code at once: by way of MLIR compiling takes twice
# as long, four times for small programs, and what comes out is as fast on average. Not so for what ops give READS: with 30 million of
# them a step is 1 to 4 ms faster; and not for functions that take long: where the results lie in the memory of an operand, LLVM does not
# make vectors of the shorter way's loops, which takes 3 times as long, 1 to 2 ms for a million elements. In small networks that pays
# soon, in large ones, which may take seconds longer, if there is much.
_OPTIONS: dict[str, dict] = {"cpu": {
    "xla_cpu_experimental_ynn_fusion_type": "LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT,LIBRARY_FUSION_TYPE_REDUCE",
    "xla_cpu_use_fusion_emitters": False}}


_DIRECT = "xla_cpu_use_fusion_emitters"
_FEW, _MUCH = 300, 1 << 28  # equations of a small program, and what larger ones have to read at least
_EACH = 500  # elements of functions that take long, for every equation of a small program, from which on the longer way pays
_HEAVY = {"atan2", "cbrt", "cos", "div", "erf", "erfc", "exp", "exp2", "expm1", "log", "log1p", "logistic", "pow", "rsqrt", "sin", "sqrt",
          "tan", "tanh"}
_PUT = 1 << 12  # elements that the shorter way takes 1.5 to 10 times as long to put, or add, to places in another array
_TURNED = 1 << 15  # elements of an array that takes XLA's shorter way 2 to 8 times as long to turn over


def _goes_longer_way(jaxpr) -> bool:
    reads = heavy = count = 0
    for eqn, times in repeated(jaxpr):
        count += 1
        reads += eqn.params.get(READS, 0)
        if eqn.primitive.name.startswith("scatter"):
            put = times * math.prod(eqn.invars[2].aval.shape)
            reads += put if put >= _PUT else 0
        if eqn.primitive.name in _HEAVY and not any(isinstance(v, Literal) for v in eqn.invars):
            heavy += times * math.prod(eqn.outvars[0].aval.shape)
    few = count <= _FEW
    return reads + _turned(jaxpr) > (0 if few else _MUCH) or heavy > count * (_EACH if few else 10 * _EACH)


def _turned(jaxpr) -> int:
    """How many elements of inputs are read, for nothing but results, out of the order in which they lie in memory."""
    turned = [eqn for eqn in jaxpr.eqns
              if eqn.primitive is lax.transpose_p and eqn.params["permutation"][-1] != len(eqn.params["permutation"]) - 1
              and any(eqn.invars[0] is v for v in jaxpr.invars) and any(eqn.outvars[0] is v for v in jaxpr.outvars)]
    return sum([n for n in [math.prod(eqn.outvars[0].aval.shape) for eqn in turned] if n >= _TURNED])


def _compiled(lowered, device, longer) -> tuple:
    """(the executable, its name on disk if a structure may refer to it)."""
    options = _OPTIONS.get(device.platform, {})
    while options:
        try:
            return disk.executable(lowered, device, {**options, _DIRECT: True} if longer and _DIRECT in options else options)
        except RuntimeError as error:
            if "compile option" not in str(error) and "enum value" not in str(error):
                raise
            unknown = [name for name in options if name in str(error)]  # to a later XLA
            for name in unknown or list(options):
                del options[name]
    return disk.executable(lowered, device, {})


def _for_numpy(device, instructions, codes, slots, live, donated, exact, inputs) -> Program | None:
    """A new program for NumPy, if the trace is small enough."""
    global remember_lines, _found
    steps = pieces.small(instructions, live, len(inputs))
    if steps is None:
        return None
    program = Program(None, device, [("out", k) for k in range(len(live))], _SMALL, [(i[0].name, i[4]) for i in instructions])
    program.steps = steps
    _keep(program, codes, slots, live, donated, exact, len(inputs))
    if all(a.nbytes < DONATE for a in [v.aval for v in inputs] + [a for code in codes for a in code.out]):
        wanted = set(live)
        program.held = [tuple([i << SHIFT | k in wanted for k in range(len(c.out))]) if len(c.out) > 1 else i << SHIFT in wanted
                        for i, c in enumerate(codes)]
        codes[0].begins = codes[0].begins or {}
    stats.programs += 1
    remember_lines, _found = True, 0
    return program


def _keep(program, codes, slots, live, donated, exact, inputs):
    """Put a program into the cache; those that have not run for longest leave it."""
    program.codes, program.slots, program.live, program.donated, program.exact = codes, slots, live, donated, exact
    program.inputs, program.used = inputs, next(_clock)
    key = (program.device, tuple(codes), tuple(slots), tuple(live), donated, exact, inputs)
    with _lock:
        old = _cache.pop(key, None)
        if old is not None:
            _let_go(old)
            stats.bytes -= old.bytes
        _cache[key] = program
        program.kept = True
        stats.bytes += program.bytes
        if stats.bytes > BUDGET:
            for key, old in sorted(_cache.items(), key=lambda item: item[1].used):
                if stats.bytes <= BUDGET * 7 // 8 or old is program:
                    break
                del _cache[key]
                _let_go(old)
                stats.bytes -= old.bytes
                stats.evicted += 1
            for other in _cache.values():
                if other.next is not None and not other.next.kept:
                    other.next = None


def _let_go(program):
    """Note that a program leaves the cache."""
    program.kept, program.next = False, None
    if program.held is not None:
        begins, key = program.codes[0].begins, (program.slots[0], len(program.codes))
        if begins.get(key) is program:
            del begins[key]


def warn_of_storms(instructions):
    """Tell the user once when one line keeps asking for new programs; called after those have run."""
    line = next((i[4] for i in instructions if i[4] is not None), None)
    if line is None or line[0] in ("<stdin>", "<string>"):  # where every input is line 1
        return
    history = _lines.setdefault(line, deque(maxlen=STORM))
    history.append(tuple((i[0].name, i[0].out) for i in instructions))
    if len(history) < STORM or line in _warned or len(set(history)) < STORM // 2:
        return
    _warned.add(line)
    warnings.warn(f"{line[0]}, line {line[1]}: {STORM} different programs were compiled for what starts here, because "
                  f"{_difference(history[-2], history[-1])}. Compiling takes far longer than running: keep shapes equal from turn "
                  "to turn (pad or drop the ragged ones). mxshim.engine.explain() shows the last programs.",
                  RecompilationWarning, stacklevel=2)


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
    ran = sorted({_last, *_cache.values()}, key=lambda program: program.used)
    for program in [p for p in ran if p.device is not None][-count:]:
        parts.append(f"program of {len(program.text)} operations, {len(program.results)} results, {program.bytes} bytes")
        for name, line in program.text:
            parts.append(f"    {name:32s} {line[0]}:{line[1]}" if line else f"    {name}")
    return "\n".join(parts) or "nothing has run yet"


def clear():
    """Forget all compiled programs."""
    global _last
    with _lock:
        for program in _cache.values():
            _let_go(program)
        _cache.clear()
        _last = Program(None, None, [], 0, [])
        stats.bytes = 0
        pieces.clear()


def configure():
    """Set what JAX is to do with our programs; whatever the user has set for JAX stays."""
    if "JAX_CPU_ENABLE_ASYNC_DISPATCH" not in os.environ:
        # Another thread per program costs more than it hides: most programs run because somebody waits for their results.
        jax.config.update("jax_cpu_enable_async_dispatch", False)
    _keep_loops()
    disk.use()


def _keep_loops():
    """Tell XLA's compiler for CPUs, LLVM, to leave loops of few turns loops, before it starts.

    It writes such loops out and then finds no vectors in them: `x * y` of (32, 12, 28, 28) takes 2.6 times as long as of as many elements
    in a row, and programs a tenth to a quarter longer to compile. There is no such option for a single program, and the code of other
    devices would change, too; so this is only done where there are none.
    """
    flags = os.environ.get("XLA_FLAGS", "")
    others = jax.config.jax_platforms != "cpu" and any(find_spec(name) for name in ("jax_plugins", "libtpu"))
    if "xla_backend_extra_options" not in flags and not others:
        os.environ["XLA_FLAGS"] = f"{flags} --xla_backend_extra_options=-unroll-full-max-count=0".strip()
