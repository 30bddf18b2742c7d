"""Measure mxshim beside hand-written JAX, real MXNet and PyTorch, interleaved, and print the ratios.

    python -m benchmarks --quick
    python -m benchmarks --mxnet MX1/bin/python --mxnet MX2/bin/python --torch TORCH/bin/python --json figures.json
    python -m benchmarks ops ...            single operators instead: see ops.py
    python -m benchmarks changing ...       loops whose turns are never the same: see changing.py

Every contestant takes its turn in every round; a ratio is the median over the rounds of the ratio within a round. Linux.
"""
from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from functools import partial

from . import changing, ops
from . import results as report
from .processes import first_steps, measure
from .results import Result
from .rounds import Here, There, interleave
from .rows import Goal
from .workloads import ROWS, find, loading

MEMORY = "mlp: 8 layers of 256, batch 8192"
EQUAL = "mlp: 20-16-10, batch 32, np"
SHAPES = "linreg: the loss of another number of rows each step"
GLUON = [row.name for row in ROWS if row.name.startswith("gluon: ") and row.name.endswith(", hybridized")]


class Run:
    """The settings of a run and who takes part: pythons[contestant] is its interpreter, here and there the live ones."""

    def __init__(self, options):
        self.options = options
        self.rounds = options.rounds or (5 if options.quick else 15)
        self.seconds = 0.02 if options.quick else 0.05
        self.results: list[Result] = []
        self.pythons = {"mxshim": sys.executable, "hand": sys.executable}
        self.live = {}
        for framework, interpreters in (("mxnet", options.mxnet), ("torch", options.torch)):
            for python in interpreters:
                there = There(python, framework)
                name = there.version()
                self.live[name], self.pythons[name] = there, python

    def wants(self, name: str) -> bool:
        return not self.options.only or any(word.lower() in name.lower() for word in self.options.only)

    def add(self, name: str, figures: dict, goals=(), **more):
        self.results.append(Result(name, figures, tuple(goals), **more))
        if sys.stderr.isatty():
            print("\r\033[K" + name, end="", file=sys.stderr, flush=True)

    def steady(self):
        """Steps that have run before: the rounds proper."""
        for row in ROWS:
            if not row.timed or not self.wants(row.name):
                continue
            for every in row.every[:1] if self.options.quick else row.every:
                hands = [c for c in row.instead if c.startswith("hand ")]
                players = {c: Here(c) for c in ("mxshim", "hand", *hands)} | self.live
                ready, notes = interleave({c: partial(p.setup, row.name, every, self.seconds) for c, p in players.items()}, 1)
                values = {c: r[0]["value"] for c, r in ready.items()}
                for c, v in values.items():
                    if "hand" in values and abs(v - values["hand"]) > 2e-3 * abs(values["hand"]) + 1e-6:
                        notes.append(f"{c} computes {v}, hand {values['hand']}: not the same work")
                figures, more = interleave({c: players[c].turn for c in ready}, self.rounds)
                programs = {}
                if "mxshim" in figures:
                    programs = {"first": ready["mxshim"][0]["programs"], **players["mxshim"].after()}
                name = row.name if every == 1 else f"{row.name}, read every {every}"
                self.add(name, figures, row.goals, notes=notes + more, programs=programs)
                for p in players.values():
                    p.close()

    def first(self):
        """First steps in fresh processes, without and with a disk cache."""
        for row in ROWS:
            if row.cold is None or not self.wants(f"cold start, warm start, {row.name}"):
                continue
            pythons = self.pythons | {c: sys.executable for c in row.instead if c.startswith("hand ")}
            if self.options.quick:
                pythons = {c: p for c, p in pythons.items() if c not in self.live}
            turns = {c: partial(first_steps, p, c if "hand" in c else c.split()[0], row.name) for c, p in pythons.items()}
            rounds, notes = interleave(turns, 1 if self.options.quick else 3)
            for kind, goals in (("cold", row.cold), ("warm", row.warm or ())):
                answers = {c: [r[kind] for r in rs] for c, rs in rounds.items() if kind in rs[0]}
                first = {c: [r["first"] for r in rs] for c, rs in answers.items()}
                whole = {c: [r["whole"] for r in rs] for c, rs in answers.items()}
                programs = {c: [r["programs"] for r in rs] for c, rs in answers.items() if c == "mxshim" or "hand" in c}
                self.add(f"{kind} start, {row.name}: first step", first, goals, notes=notes if kind == "cold" else [])
                self.add(f"{kind} start, {row.name}: process start to loss", whole)
                if kind == "cold":
                    self.add(f"cold start, {row.name}: compiled", programs, unit="programs")

    def loading(self):
        """Epochs through a DataLoader, of mxshim and MXNet; --quick takes a part of the images."""
        for row in loading.PART if self.options.quick else loading.ROWS:
            if not self.wants(row.name):
                continue
            players = {"mxshim": Here("mxshim")} | {c: p for c, p in self.live.items() if c.startswith("mxnet")}
            turns = {c: partial(p.load, row.name) for c, p in players.items()}
            rounds, notes = interleave(turns, 1 + min(self.rounds, 2 if self.options.quick else 3))  # the first one warms up
            values = {c: rs[0]["value"] for c, rs in rounds.items()}
            if len(set(values.values())) > 1:
                notes.append(f"the last labels add up to {values}: not the same work")
            self.add(row.name, {c: [r["seconds"] for r in rs[1:]] for c, rs in rounds.items()}, row.goals, notes=notes)
            for p in players.values():
                p.close()

    def imports(self):
        if not self.wants("import"):
            return
        modules = {"mxshim": "mxshim", "hand": "jax"} | {c: c.split()[0] for c in self.live}
        turns = {c: partial(measure, self.pythons[c], "import", module) for c, module in modules.items()}
        rounds, notes = interleave(turns, 1 + (2 if self.options.quick else 7))  # the first one compiles Python's files
        figures = {c: [r["seconds"] for r in rs[1:]] for c, rs in rounds.items()}
        self.add("import (hand: import jax)", figures, [Goal("hand", 1.3)], notes=notes)

    def memory(self):
        if not self.wants("memory"):
            return
        shapes, rounds = (100, 1) if self.options.quick else (1000, 3)

        def measured(workload, early, steps, *contestants, rounds=rounds):
            turns = {c: partial(measure, sys.executable, "memory", c, workload, early, steps, MXSHIM_CACHE_DIR="")
                     for c in contestants}
            return interleave(turns, rounds)

        def add(name, answers, before, after, goals):
            rounds, notes = answers
            figures = {c: [(r[after] - r.get(before, 0)) / 2 ** 20 for r in rs] for c, rs in rounds.items()}
            self.add(f"memory, {name}", figures, goals, unit="MB", notes=notes)

        answers = measured(MEMORY, 1, 3, "mxshim", "hand")
        add(f"peak of the process, 3 steps of {MEMORY}", answers, None, "peak", [Goal("hand", 1.3)])
        add(f"peak above what was there before, {MEMORY}", answers, "before", "peak", [Goal("hand", 1.3)])
        add(f"growth over 10,000 steps of {EQUAL}", measured(EQUAL, 1000, 11_000, "mxshim", rounds=1), "early", "late",
            [Goal(None, 1.0)])
        for name in GLUON:
            if not self.wants(f"memory, {name}"):
                continue
            answers = measured(name, 3, 8, "mxshim", "hand")
            add(f"peak of the process, {name}", answers, None, "peak", [Goal("hand", 1.3)])
            add(f"peak of steps that have run before, above what was there, {name}", answers, "before", "steady", [Goal("hand", 1.3)])
            if not self.options.quick:
                add(f"growth over 1,000 steps of {name}", measured(name, 200, 1200, "mxshim", rounds=1), "early", "late", [Goal(None, 1.0)])
        add(f"growth over {shapes} steps of {SHAPES}", measured(SHAPES, 1, shapes, "mxshim", rounds=1), "before", "late",
            [] if self.options.quick else [Goal(None, 300.0)])


def profile(name: str):
    """Print where mxshim's Python side of a row spends its time."""
    import cProfile
    import pstats
    here = Here("mxshim")
    here.setup(find(name).name, 1, 0.3)
    profiler = cProfile.Profile()
    profiler.runcall(here.turn)
    print(f"{here.count} steps")
    pstats.Stats(profiler).sort_stats("tottime").print_stats(25)


def place(name: str):
    """Have mxshim and JAX make their arrays on the device of this name, both multiplying matrices in float32."""
    import jax

    import mxshim
    device = mxshim.device.named(name)
    jax.config.update("jax_default_device", device.jax)
    jax.config.update("jax_default_matmul_precision", "float32")
    mxshim.device.set_default_device(device)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", default=[], metavar="WORD",
                        help="only rows with this word in their name; 'loading', 'cold start', 'import' and 'memory' work too")
    parser.add_argument("--quick", action="store_true", help="short turns, few rounds: under two minutes")
    parser.add_argument("--rounds", type=int, help="how many rounds (default 15, quick 5)")
    parser.add_argument("--mxnet", action="append", default=[], metavar="PYTHON", help="with real MXNet; repeatable")
    parser.add_argument("--torch", action="append", default=[], metavar="PYTHON", help="with PyTorch")
    parser.add_argument("--json", metavar="FILE", help="write all figures, versions and the machine")
    parser.add_argument("--profile", metavar="ROW", help="profile mxshim's Python side of one row instead")
    parser.add_argument("--list", action="store_true", help="print the names of the rows")
    parser.add_argument("--device", metavar="NAME", help="where mxshim and JAX compute, such as 'gpu(0)'; only steps that have run before")
    options = parser.parse_args(arguments)
    if options.list:
        print("\n".join(row.name for row in ROWS if row.timed))
        return
    start = time.time()
    with tempfile.TemporaryDirectory() as cache:
        os.environ["MXSHIM_CACHE_DIR"] = cache  # nothing from earlier runs
        if options.profile:
            profile(options.profile)
            return
        if options.device:
            place(options.device)
        run = Run(options)
        before = report.machine()
        try:
            for section in (run.steady,) if options.device else (run.steady, run.loading, run.first, run.imports, run.memory):
                section()
        finally:
            for there in run.live.values():
                there.quit()
    seconds = time.time() - start
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    print(f"{before['cpu']}, {before['cores']} cores; Python {before['python']}, jax {before['jax']}, numpy {before['numpy']}; "
          f"load {before['load'][0]:.1f}; {run.rounds} rounds, {seconds:.0f} s\n")
    if before["load"][0] > 1:
        print("The machine was busy: contestants with several threads are slowed more than others.\n")
    print(report.table(run.results))
    if any(r.programs for r in run.results):
        print("\n" + report.program_table(run.results))
    if options.json:
        with open(options.json, "w") as f:
            json.dump({"machine": before, "contestants": list(run.pythons), "rounds": run.rounds, "seconds": seconds,
                       "results": [r.as_dict() for r in run.results]}, f, indent=1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["ops"]:
        ops.main(sys.argv[2:])
    elif sys.argv[1:2] == ["changing"]:
        changing.main(sys.argv[2:])
    else:
        main()
