"""Rounds: every contestant of a row takes its turn in every round, so that a busy machine slows all of them alike.

mxshim and the hand-written JAX steps run in this process, other interpreters in a process each that answers turn by turn:
a line of JSON [method, arguments...] on its stdin, a line {"result": ...} or {"error": ...} on its stdout.
"""
from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time

import numpy as onp

from . import calls, steps

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COMPARED = 5  # reads after which all contestants must have the same result
BURST = 100  # calls of the Python side in a row
CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}  # cpu: of all threads, which other programs do not disturb


class Here:
    """A contestant in this process. framework: "mxshim", "mxnet", "torch", or "hand" and its variants; clock: see CLOCKS."""

    def __init__(self, framework: str, clock: str = "wall"):
        self.framework, self.steps, self.clock, self.loader = framework, 0, CLOCKS[clock], None
        if framework == "mxshim":
            import mxshim
            mxshim.install()

    def version(self) -> str:
        return version(self.framework)

    def prepare(self, name: str, every: int = 1):
        """Make the step of a row, read `every` so many steps."""
        from .workloads import find
        row = find(name)
        frameworks = calls.FRAMEWORKS if isinstance(row, calls.Call) else steps.FRAMEWORKS
        self.step, self.read, self.scope = frameworks[self.framework.split()[0]](row, self.framework)
        self.wait = sys.modules["mxnet"].nd.waitall if self.framework in ("mxnet", "mxshim") else lambda: None
        self.burst = row.mode in ("recorded", "plain")
        self.every = BURST if self.burst else every

    def setup(self, name: str, every: int, seconds: float) -> dict:
        """Prepare, warm up, choose how many steps fill a turn; returns a result to compare and mxshim's counters."""
        start = counters(self.framework)
        self.prepare(name, every)
        self.count = self.every
        for i in range(COMPARED):
            if i == 3:
                self.third = counters(self.framework)
                self.steps = 0
            took = self.turn()
        value = float(onp.sum(self.value.asnumpy() if hasattr(self.value, "asnumpy") else onp.asarray(self.value)))
        self.count *= max(1, round(seconds / max(took, 1e-6) / self.count))
        return {"value": value, "programs": self.third["programs"] - start["programs"] if start else None}

    def turn(self) -> float:
        """Seconds per step in one turn, all that was asked for being done: MXNet gives out a loss before its gradients are there."""
        step, read, every, clock = self.step, self.read, self.every, self.clock
        if self.burst:
            total = 0.0
            for _ in range(self.count // BURST):
                start = clock()
                with self.scope():
                    for _ in range(BURST):
                        result = step()
                total += clock() - start
                self.value = read(result)
        else:
            start = clock()
            for i in range(1, self.count + 1):
                result = step()
                if i % every == 0:
                    self.value = read(result)
            self.wait()
            total = clock() - start
        self.steps += self.count
        return total / self.count

    def load(self, name: str) -> dict:
        """An epoch through the DataLoader of a row of workloads/loading.py: its seconds, and a value to compare."""
        from .workloads import find, loading
        if self.loader is None or self.loader[0] != name:
            self.loader = name, loading.loader(find(name))
        took, value = loading.epoch(self.loader[1])
        return {"seconds": took, "value": value}

    def after(self) -> dict:
        """Programs compiled since the third read, and flushes per step."""
        moved = {k: v - self.third[k] for k, v in counters(self.framework).items()}
        return {"after": moved["programs"], "flushes": moved["flushes"] / self.steps}

    def close(self):
        self.step = self.read = self.scope = self.loader = None


class There:
    """A contestant in another interpreter; the same methods."""

    def __init__(self, python: str, framework: str, clock: str = "wall"):
        self.framework = framework
        settings = {"OMP_WAIT_POLICY": "passive"} if clock == "cpu" else {}  # waiting threads must not count
        self.process = subprocess.Popen([python, "-m", "benchmarks.rounds", framework, clock], cwd=ROOT, text=True, bufsize=1,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        env=os.environ | settings)

    def ask(self, *request):
        self.process.stdin.write(json.dumps(request) + "\n")
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.framework} ended with status {self.process.wait()}")
        answer = json.loads(answer)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        time.sleep(0.015)  # threads of PyTorch spin for 10 ms before they let the processors go
        return answer["result"]

    def version(self):
        return self.ask("version")

    def setup(self, name, every, seconds):
        return self.ask("setup", name, every, seconds)

    def turn(self):
        return self.ask("turn")

    def load(self, name):
        return self.ask("load", name)

    def close(self):
        self.ask("close")

    def quit(self):
        self.process.stdin.close()
        self.process.wait(30)


def version(framework: str) -> str:
    if framework == "mxshim":
        import mxshim
        return f"mxshim {mxshim.__version__}"
    import importlib
    module = importlib.import_module("jax" if framework.startswith("hand") else framework)
    return f"{module.__name__} {module.__version__}"


def counters(framework: str) -> dict:
    """mxshim's programs and flushes so far; {} for the others."""
    if framework != "mxshim":
        return {}
    from mxshim import engine
    stats = engine.stats()
    return {"programs": stats.programs, "flushes": sum(stats.flushes.values())}


def interleave(turns: dict, rounds: int) -> tuple[dict[str, list], list[str]]:
    """{contestant: function} -> ({contestant: what it returned in each round}, notes on those that failed and are left out).

    Who begins changes from round to round.
    """
    results: dict[str, list] = {name: [] for name in turns}
    names, notes = list(turns), []
    for r in range(rounds):
        for k in range(len(names)):
            name = names[(r + k) % len(names)]
            if name in results:
                try:
                    results[name].append(turns[name]())
                except Exception as error:  # whatever it is, the others go on
                    del results[name]
                    notes.append(f"{name} failed: {type(error).__name__}: {error}")
    return results, notes


def ratio(ours: list, theirs: list) -> float:
    """The median over the rounds of the ratio within a round."""
    return statistics.median(a / b if b else float("inf") for a, b in zip(ours, theirs, strict=True))


def serve(framework: str, clock: str = "wall"):
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what the framework prints must not come between the answers
    here = Here(framework, clock)
    for line in sys.stdin:
        method, *arguments = json.loads(line)
        try:
            answer = {"result": getattr(here, method)(*arguments)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    serve(*sys.argv[1:])
