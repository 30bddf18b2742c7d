"""What only a fresh process shows: the first step, import time, memory.

`python -m benchmarks.processes first|import|memory|turns ...` is such a process; it prints one line of JSON.
"""
from __future__ import annotations

import importlib
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time

from .rounds import ROOT, Here

_COMPILED = tempfile.TemporaryDirectory()


def measure(python: str, *arguments, **env) -> dict:
    """Run one of the functions below in a fresh process; "started" is added to its times, which are seconds since then."""
    # As an installed package: Python's compiler is not what is measured, even where it may not write what it compiles.
    settings = {**os.environ, "PYTHONPYCACHEPREFIX": _COMPILED.name, **env}
    settings.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.time()
    done = subprocess.run([python, "-m", "benchmarks.processes", *map(str, arguments)], cwd=ROOT, env=settings,
                          capture_output=True, text=True, timeout=900)
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1])
    answer = json.loads(done.stdout.strip().splitlines()[-1])
    if "at" in answer:
        answer["whole"] = answer.pop("at") - started
    return answer


def first(framework: str, name: str) -> dict:
    """The first step with its read: seconds, wall clock time when done, programs XLA was asked for since the import."""
    compiled: list = []
    here = Here(framework)
    if framework != "torch" and "jax" in sys.modules or framework.startswith("hand"):
        import jax
        jax.monitoring.register_event_duration_secs_listener(
            lambda event, seconds, **_: compiled.append(seconds) if "backend_compile" in event else None)
    here.prepare(name)
    start = time.perf_counter()
    value = here.read(here.step())
    took, at = time.perf_counter() - start, time.time()
    assert value == value
    return {"first": took, "at": at, "programs": len(compiled)}


def turns(framework: str, name: str, count: int) -> dict:
    """Seconds of the turns of a loop of `workloads.changing`, all and one of the second half, and for mxshim its programs."""
    from .workloads.changing import LOOPS
    mx = importlib.import_module(framework)
    loop, at = LOOPS[name](mx), [time.perf_counter()]
    for value in itertools.islice(loop, count):
        assert value == value
        at.append(time.perf_counter())
    half = count // 2
    found = {"all": at[-1] - at[0], "later": (at[-1] - at[half]) / (count - half)}
    return found | ({"programs": mx.engine.stats().programs} if framework == "mxshim" else {})


def import_(module: str) -> dict:
    start = time.perf_counter()
    __import__(module)
    return {"seconds": time.perf_counter() - start}


def memory(framework: str, name: str, early: int, steps: int) -> dict:
    """Bytes of this process: before the first step, after `early` steps, after all; the peak, and that of the later steps."""
    here = Here(framework)
    here.prepare(name)
    found = {"before": _resident("VmRSS")}
    for i in range(1, steps + 1):
        here.read(here.step())
        if i == early:
            found["early"], found["peak"] = _resident("VmRSS"), _resident("VmHWM")
            with open("/proc/self/clear_refs", "w") as f:
                f.write("5")  # the peak counts from here
    steady = _resident("VmHWM")
    return {**found, "late": _resident("VmRSS"), "steady": steady, "peak": max(found["peak"], steady)}


def _resident(line: str) -> int:
    with open("/proc/self/status") as f:  # getrusage would inherit the peak of the process that started this one
        return next(int(words[1]) << 10 for words in map(str.split, f) if words[0] == line + ":")


def first_steps(python: str, framework: str, name: str) -> dict:
    """{"cold": first step, "warm": first step of another process over the disk cache that the cold one left}."""
    with tempfile.TemporaryDirectory() as folder:
        env = {"MXSHIM_CACHE_DIR": folder} if framework == "mxshim" else {
            "JAX_COMPILATION_CACHE_DIR": folder, "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
            "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "0"}
        kinds = ("cold",) if framework in ("mxnet", "torch") else ("cold", "warm")
        return {kind: measure(python, "first", framework, name, **env) for kind in kinds}


if __name__ == "__main__":
    task, *rest = sys.argv[1:]
    arguments = [int(a) if a.isdecimal() else a for a in rest]
    print(json.dumps({"first": first, "import": import_, "memory": memory, "turns": turns}[task](*arguments)))
