"""What runs and how long it takes: mxnet.profiler, on the engine's programs and JAX's profiler.

    mx.profiler.set_config(profile_all=True, aggregate_stats=True, filename="profile.json")
    mx.profiler.set_state("run")
    ...
    mx.profiler.set_state("stop")
    print(mx.profiler.dumps())      # the table
    mx.profiler.dump()              # the file, for chrome://tracing or Perfetto

What runs here is a program: all calls between two reads, compiled together. Each is timed to its end, compiling apart, so that
while profiling nothing runs ahead. An operator inside a program has no time of its own; it is counted. Under
`mx.engine.set_engine_type("NaiveEngine")` every call is a program, and the table has the time of every operator.
With `profile_all=True` JAX's own profiler runs too: what the device did is in the folder beside the file, NAME-jax, for
TensorBoard or Perfetto.
"""
from __future__ import annotations

import contextlib
import json
import os
import threading
import time
import warnings
from typing import Any

import jax

from .arguments import checked
from .base import MXNetError
from .engine import program as _program
from .engine.trace import flush_all as _flush_all
from .serialization.writing import atomic_write as _atomic_write

__all__ = ["Counter", "Domain", "Event", "Frame", "Marker", "Task", "dump", "dump_profile", "dumps", "pause", "profiler_set_config",
           "profiler_set_state", "resume", "scope", "set_config", "set_state"]

_SETTINGS: dict[str, Any] = {
    "filename": "profile.json", "profile_all": False, "profile_symbolic": True, "profile_imperative": True, "profile_memory": True,
    "profile_api": True, "continuous_dump": False, "dump_period": 1.0, "aggregate_stats": False, "profile_process": "worker",
    "gpu_memory_profile_filename_prefix": "gpu_memory_profile"}
_ACCEPTED = frozenset({"contiguous_dump", "kvstore_handle"})  # MXNet's tutorials misspell the first
_MOST = 1_000_000  # events kept for the file


class _Row:
    """Count, sum, least and most of some values."""

    __slots__ = ("count", "least", "most", "total")

    def __init__(self) -> None:
        self.count, self.total, self.least, self.most = 0, 0.0, float("inf"), 0.0

    def add(self, value: float) -> None:
        self.count += 1
        self.total += value
        self.least, self.most = min(self.least, value), max(self.most, value)

    @property
    def average(self) -> float:
        return self.total / self.count if self.count else 0.0


class _Session:
    """All that has been measured, and whether it goes on."""

    def __init__(self) -> None:
        self.settings = dict(_SETTINGS)
        self.lock = threading.RLock()
        self.state, self.paused, self.tracing = "stop", False, False
        self.names: tuple[str, ...] = ()  # the scopes that are open
        self.last_dump = 0.0
        self.clear()

    def clear(self) -> None:
        self.times: dict[str, dict[str, _Row]] = {}  # milliseconds, by category and name
        self.memory: dict[str, _Row] = {}  # kilobytes
        self.values: dict[str, dict[str, _Row]] = {}  # of counters, by domain
        self.counts: dict[str, int] = {}  # operators inside programs
        self.events: list[dict[str, Any]] = []

    @property
    def on(self) -> bool:
        return self.state == "run" and not self.paused

    def add(self, category: str, name: str, start: float, end: float) -> None:
        with self.lock:
            self.times.setdefault(category, {}).setdefault(name, _Row()).add((end - start) * 1e3)
            for mark, at in (("B", start), ("E", end)):
                self.event(name=name, cat=category, ph=mark, ts=at * 1e6)

    def event(self, **facts: Any) -> None:
        if len(self.events) < _MOST:
            self.events.append({**facts, "pid": os.getpid(), "tid": threading.get_ident()})


_session = _Session()
_run = _program.run  # the engine's own


def _timed_run(device, instructions, *rest):
    """The engine's `run`, waited for and written down. Stands in its place while the profiler runs."""
    if not _session.on:
        return _run(device, instructions, *rest)
    compiled = _program.stats.compile_seconds
    start = time.time()
    results = _run(device, instructions, *rest)
    jax.block_until_ready(results[0])
    end = time.time()
    compiled = _program.stats.compile_seconds - compiled
    names = [instruction[0].name for instruction in instructions]
    single = len(names) == 1
    prefix = "".join(f"{name}:" for name in _session.names)
    title = prefix + (names[0] if single else _title(names, instructions))
    with _session.lock:
        if compiled:
            _session.add("compilation", title, start, start + compiled)
        _session.add("operator" if single else "program", title, start + compiled, end)
        if not single:
            for name in names:
                _session.counts[name] = _session.counts.get(name, 0) + 1
        if _session.settings["profile_memory"] or _session.settings["profile_all"]:
            _note_memory(device)
    if _session.settings["continuous_dump"] and end - _session.last_dump >= _session.settings["dump_period"]:
        dump(finished=False)
    return results


def _title(names: list[str], instructions) -> str:
    """A fused program's name: its operators in order, those after the third counted, and the user's first line."""
    shown = list(dict.fromkeys(names))[:3]
    line = next((f" {os.path.basename(i[4][0])}:{i[4][1]}" for i in instructions if i[4] is not None), "")
    return "+".join(shown) + (f"+{len(names) - len(shown)} more" if len(names) > len(shown) else "") + line


def _note_memory(device) -> None:
    used = (device.memory_stats() or {}).get("bytes_in_use")
    if used is not None:  # CPUs do not say
        _session.memory.setdefault(f"Memory: {device.platform}/{device.id}", _Row()).add(used / 1000)


# Control.

def set_config(**kwargs):
    """Set what to measure and where to write it; names that are not given keep their value.

    filename: the file that `dump` writes.  aggregate_stats: keep the table for `dumps`.  profile_all: with it JAX's profiler runs
    too.  profile_memory: note the device's memory after each program, where the device tells.  continuous_dump, dump_period:
    write the file every so many seconds.  profile_symbolic, profile_imperative, profile_api: as in MXNet; programs are all there is.
    Raises: MXNetError for another name, or profile_process="server".
    """
    unknown = sorted(set(kwargs) - set(_SETTINGS) - _ACCEPTED)
    if unknown:
        raise MXNetError(f"profiler.set_config: there is no setting {', '.join(unknown)}; there are {', '.join(_SETTINGS)}")
    _worker(kwargs.get("profile_process", "worker"))
    _session.settings.update((name, value) for name, value in kwargs.items() if name in _SETTINGS)


def _worker(process) -> None:
    if process != "worker":
        raise MXNetError(f"mx.profiler: profile_process must be 'worker', got {process!r}: there are no servers, processes are equals here")


def set_state(state="stop", profile_process="worker"):
    """Start ("run") or end ("stop") measuring. Raises: KeyError for another state."""
    _worker(profile_process)
    if state not in ("run", "stop"):
        raise KeyError(f"profiler.set_state: state must be 'run' or 'stop', got {state!r}")
    if state == _session.state:
        return
    _flush_all("profiler")  # what was called before is not part of it
    _session.state, _session.paused = state, False
    if state == "run":
        _session.last_dump = time.time()
        _program.run, _program.watched = _timed_run, True
        if _session.settings["profile_all"]:
            jax.profiler.start_trace(os.path.splitext(_session.settings["filename"])[0] + "-jax")
            _session.tracing = True
    else:
        _program.run, _program.watched = _run, False
        if _session.tracing:
            _session.tracing = False
            jax.profiler.stop_trace()


def pause(profile_process="worker"):
    """Measure nothing until `resume`."""
    _worker(profile_process)
    _session.paused = True


def resume(profile_process="worker"):
    """Go on after `pause`."""
    _worker(profile_process)
    _session.paused = False


def dump(finished=True, profile_process="worker"):
    """Write what happened to the file, as a trace for chrome://tracing or Perfetto. finished: stop, and forget it afterwards."""
    _worker(profile_process)
    if finished:
        set_state("stop")
    with _session.lock:
        names = [{"ph": "M", "name": "process_name", "pid": os.getpid(), "args": {"name": "mxshim"}}]
        text = json.dumps({"traceEvents": names + _session.events, "displayTimeUnit": "ms"})
        with _atomic_write(_session.settings["filename"]) as file:
            file.write(text.encode())
        _session.last_dump = time.time()
        if finished:
            _session.events = []


def dumps(reset=False, format="table", sort_by="total", ascending=False):
    """What was measured, as text: a table, or JSON.

    reset: forget it afterwards.  sort_by: "total", "avg", "min", "max" or "count".
    Times are milliseconds, memory is kilobytes. Raises: AssertionError for another format or order.
    """
    if format not in ("table", "json"):
        raise AssertionError(f"profiler.dumps: format must be 'table' or 'json', got {format!r}")
    if sort_by not in _ORDERS:
        raise AssertionError(f"profiler.dumps: sort_by must be one of {', '.join(_ORDERS)}, got {sort_by!r}")

    def ordered(rows: dict[str, _Row]) -> dict[str, _Row]:
        return dict(sorted(rows.items(), key=lambda item: _ORDERS[sort_by](item[1]), reverse=not ascending))

    with _session.lock:
        wanted = _session.settings["aggregate_stats"]
        times = {name: ordered(rows) for name, rows in sorted(_session.times.items())} if wanted else {}
        memory = {"Device Storage": ordered(_session.memory)} if wanted and _session.memory else {}
        values = {name: ordered(rows) for name, rows in sorted(_session.values.items())} if wanted else {}
        counts = dict(sorted(_session.counts.items(), key=lambda item: item[1], reverse=not ascending)) if wanted else {}
        text = _json(times, memory, values, counts) if format == "json" else _table(times, memory, values, counts)
        if reset:
            _session.clear()
    return text


_ORDERS = {"total": lambda row: row.total, "avg": lambda row: row.average, "min": lambda row: row.least, "max": lambda row: row.most,
           "count": lambda row: row.count}
_WIDTHS = (30, 11, 16, 16, 16, 16)


def _lines(title: str, heads: list[str], rows: dict[str, list[str]]) -> list[str]:
    widths = [max(_WIDTHS[0], *(len(name) + 2 for name in rows)), *_WIDTHS[1:]]
    line = lambda fields: fields[0].ljust(widths[0]) + " ".join(f.rjust(w) for f, w in zip(fields[1:], widths[1:]))
    return [title, "=================", line(heads), line(["-" * len(h) for h in heads]),
            *(line([name, *row]) for name, row in rows.items()), ""]


def _table(times, memory, values, counts) -> str:
    parts = ["", "Profile Statistics:", "\tNote the difference in units for different entries."]
    four = lambda *numbers: [f"{n:.4f}" for n in numbers]
    for title, rows in memory.items():
        heads = ["Name", "Total Count", *(f"{what} Use  (kB)" for what in ("Min", "Max", "Avg"))]
        parts += _lines(title, heads, {n: [str(r.count), *four(r.least, r.most, r.average)] for n, r in rows.items()})
    heads = ["Name", "Total Count", "Time (ms)", "Min Time (ms)", "Max Time (ms)", "Avg Time (ms)"]
    for title, rows in times.items():
        parts += _lines(title, heads, {n: [str(r.count), *four(r.total, r.least, r.most, r.average)] for n, r in rows.items()})
    for title, rows in values.items():
        heads = ["Name", "Total Count", "Min Value", "Max Value", "Avg Value"]
        parts += _lines(f"{title},counter", heads, {n: [str(r.count), *four(r.least, r.most, r.average)] for n, r in rows.items()})
    if counts:
        parts += _lines("operators inside programs", ["Name", "Total Count"], {n: [str(count)] for n, count in counts.items()})
    return "\n".join(parts) + "\n"


def _json(times, memory, values, counts) -> str:
    def facts(row: _Row, with_total: bool) -> dict[str, float]:
        total = {"Total": row.total} if with_total else {}
        return {"Count": row.count, **total, "Min": row.least, "Max": row.most, "Avg": row.average}

    groups = lambda found, total: {title: {n: facts(r, total) for n, r in rows.items()} for title, rows in found.items()}
    return json.dumps({"Time": groups(times, True), "Memory": groups(memory, False), "Counter": groups(values, False),
                       "Operators inside programs": counts, "Unit": {"Time": "ms", "Memory": "kB"}}, indent=4)


@contextlib.contextmanager
def scope(name="<unk>:", append_mode=True):
    """Programs that run inside carry this name in front of theirs. append_mode: after the names of the scopes around."""
    outer = _session.names
    _session.names = (*(outer if append_mode else ()), name.removesuffix(":"))
    try:
        with jax.profiler.TraceAnnotation(name):
            yield name
    finally:
        _session.names = outer


# What a program measures itself.

class Domain:
    """A group of tasks, frames, counters and markers, with a name."""

    def __init__(self, name):
        self.name = name

    def __str__(self):
        return self.name

    def new_task(self, name):
        """A Task of this domain."""
        return Task(self, name)

    def new_frame(self, name):
        """A Frame of this domain."""
        return Frame(self, name)

    def new_counter(self, name, value=None):
        """A Counter of this domain."""
        return Counter(self, name, value)

    def new_marker(self, name):
        """A Marker of this domain."""
        return Marker(self, name)


class _Span:
    """Something with a beginning and an end; also a `with` block."""

    def __init__(self, domain, name):
        self.name = name
        self._category = str(domain)
        self._start = self._annotation = None

    def start(self):
        """It begins now."""
        self._start = time.time()
        self._annotation = jax.profiler.TraceAnnotation(f"{self._category}:{self.name}")
        self._annotation.__enter__()

    def stop(self):
        """It ends now. What was called meanwhile may not have run yet: read a result, or wait, to measure that too."""
        if self._start is None:
            raise MXNetError(f"profiler: {type(self).__name__} {self.name!r} was stopped without having been started")
        self._annotation.__exit__(None, None, None)
        if _session.on:
            _session.add(self._category, self.name, self._start, time.time())
        self._start = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.stop()

    def __str__(self):
        return self.name


class Task(_Span):
    """A piece of work: start() to stop()."""


class Frame(_Span):
    """One of a series of equal pieces of work, such as the frames of a film."""


class Event(_Span):
    """A piece of work that belongs to no domain."""

    def __init__(self, name):
        super().__init__("event", name)


class Counter:
    """A number that changes with time."""

    def __init__(self, domain, name, value=None):
        self.name = name
        self._domain, self._value = str(domain), 0
        if value is not None:
            self.set_value(value)

    @checked(value="a number")
    def set_value(self, value):
        """The number is now `value`."""
        self._value = value
        if _session.on:
            with _session.lock:
                _session.values.setdefault(self._domain, {}).setdefault(self.name, _Row()).add(value)
                _session.event(name=self.name, cat=self._domain, ph="C", ts=time.time() * 1e6, args={self.name: value})

    @checked(delta="a number")
    def increment(self, delta=1):
        """The number grows by `delta`."""
        self.set_value(self._value + delta)

    @checked(delta="a number")
    def decrement(self, delta=1):
        """The number falls by `delta`."""
        self.set_value(self._value - delta)

    def __iadd__(self, delta):
        self.increment(delta)
        return self

    def __isub__(self, delta):
        self.decrement(delta)
        return self

    def __str__(self):
        return self.name


class Marker:
    """A moment. scope of `mark`: "global", "process", "thread", "task" or "marker"."""

    _SCOPES = {"global": "g", "process": "p", "thread": "t", "task": "t", "marker": "t"}

    def __init__(self, domain, name):
        self.name = name
        self._domain = str(domain)

    def mark(self, scope="process"):
        """It is now."""
        if not isinstance(scope, str) or scope not in self._SCOPES:
            raise ValueError(f"Marker.mark: scope must be one of {', '.join(self._SCOPES)}, got {scope!r}")
        if _session.on:
            with _session.lock:
                _session.event(name=self.name, cat=self._domain, ph="i", ts=time.time() * 1e6, s=self._SCOPES[scope])


# Spellings of MXNet before 1.0.

def _old(name, new):
    warnings.warn(f"mx.profiler.{name} is an old name; use {new}", DeprecationWarning, stacklevel=3)


def profiler_set_config(mode="symbolic", filename="profile.json"):
    """set_config for `mode` "symbolic", "imperative", "api", "memory" or "all", under its old name."""
    _old("profiler_set_config", "set_config")
    set_config(filename=filename, **{f"profile_{mode}": True})


def profiler_set_state(state="stop"):
    """set_state under its old name."""
    _old("profiler_set_state", "set_state")
    set_state(state)


def dump_profile():
    """dump under its old name."""
    _old("dump_profile", "dump")
    dump(True)
