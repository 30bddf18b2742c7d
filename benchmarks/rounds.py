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

from .steps import FRAMEWORKS

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COMPARED = 5  # steps after which all contestants must have the same result
BURST = 100  # calls of the Python side in a row


class Here:
    """A contestant in this process. framework: "mxshim", "mxnet", "torch", or "hand" and its variants."""

    def __init__(self, framework: str):
        self.framework = framework
        if framework == "mxshim":
            import mxshim
            mxshim.install()

    def version(self) -> str:
        return version(self.framework)

    def prepare(self, name: str, every: int = 1):
        """Make the step of a row, read `every` so many steps."""
        from .workloads import find
        row = find(name)
        self.step, self.read = FRAMEWORKS[self.framework.split()[0]](row, self.framework)
        self.every, self.burst = every, row.mode in ("recorded", "plain")

    def setup(self, name: str, every: int, seconds: float) -> dict:
        """Prepare, warm up, choose how many steps fill a turn; returns a result to compare and mxshim's counters."""
        self.prepare(name, every)
        self.count = 1
        for turn in range(COMPARED):
            if turn == 3:
                self.before = counters(self.framework)
            result = self.step(1) if self.burst else self.step()
            value = float(onp.sum(self.read(result)))
        self.count = BURST if self.burst else max(every, COMPARED)
        self.turn()
        took = self.turn()
        self.count = max(1, round(seconds / took / self.count)) * self.count
        return {"value": value, "programs": self.before.get("programs")}

    def turn(self) -> float:
        """Seconds per step in one turn."""
        step, read, every, clock = self.step, self.read, self.every, time.perf_counter
        if self.burst:
            total = 0.0
            for _ in range(self.count // BURST):
                start = clock()
                result = step(BURST)
                total += clock() - start
                read(result)
            return total / self.count
        start = clock()
        for i in range(1, self.count + 1):
            result = step()
            if i % every == 0:
                read(result)
        return (clock() - start) / self.count

    def after(self) -> dict:
        """How mxshim's counters moved since the third step."""
        return {k: v - self.before[k] for k, v in counters(self.framework).items()}

    def close(self):
        self.step = self.read = None


class There:
    """A contestant in another interpreter; the same methods."""

    def __init__(self, python: str, framework: str):
        self.framework = framework
        self.process = subprocess.Popen([python, "-m", "benchmarks.rounds", framework], cwd=ROOT, text=True, bufsize=1,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def ask(self, *request):
        self.process.stdin.write(json.dumps(request) + "\n")
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.framework} ended with status {self.process.wait()}")
        answer = json.loads(answer)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        time.sleep(0.005)  # its threads spin for a moment before they let the processors go
        return answer["result"]

    def version(self):
        return self.ask("version")

    def setup(self, name, every, seconds):
        return self.ask("setup", name, every, seconds)

    def turn(self):
        return self.ask("turn")

    def after(self):
        return {}

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
    """mxshim's programs, hits and flushes so far; {} for the others."""
    if framework != "mxshim":
        return {}
    from mxshim import engine
    stats = engine.stats()
    return {"programs": stats.programs, "hits": stats.hits, "flushes": sum(stats.flushes.values())}


def interleave(turns: dict, rounds: int) -> dict[str, list]:
    """{contestant: function} -> {contestant: what it returned in each round}; who begins changes from round to round."""
    results: dict[str, list] = {name: [] for name in turns}
    names = list(turns)
    for r in range(rounds):
        for k in range(len(names)):
            name = names[(r + k) % len(names)]
            results[name].append(turns[name]())
    return results


def ratio(ours: list, theirs: list) -> float:
    """The median over the rounds of the ratio within a round."""
    return statistics.median(a / b if b else float("inf") for a, b in zip(ours, theirs, strict=True))


def serve(framework: str):
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what the framework prints must not come between the answers
    here = Here(framework)
    for line in sys.stdin:
        method, *arguments = json.loads(line)
        try:
            answer = {"result": getattr(here, method)(*arguments)}
        except Exception as error:  # whatever it is, the row is reported as failed and the others go on
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    serve(sys.argv[1])
