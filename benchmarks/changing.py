"""Measure loops whose turns are never the same beside real MXNet, each in fresh processes: `python -m benchmarks changing`.

    python -m benchmarks changing --mxnet MX1/bin/python --only trees
"""
from __future__ import annotations

import argparse
import sys
from functools import partial

from . import results as report
from .processes import measure
from .results import Result
from .rounds import interleave
from .workloads.changing import LOOPS


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks changing", description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", default=[], metavar="WORD", help="only loops with this word in their name")
    parser.add_argument("--rounds", type=int, default=3, help="how many processes each (default 3)")
    parser.add_argument("--turns", type=int, default=60, help="turns of a loop (default 60)")
    parser.add_argument("--mxnet", action="append", default=[], metavar="PYTHON", help="with real MXNet; repeatable")
    options = parser.parse_args(arguments)
    pythons = {"mxshim": sys.executable, **{f"mxnet {i + 1}" if i else "mxnet": p for i, p in enumerate(options.mxnet)}}
    before, results = report.machine(), []
    for name in (n for n in LOOPS if all(word in n for word in options.only)):
        turns = {c: partial(measure, p, "turns", c.split()[0], name, options.turns, MXSHIM_CACHE_DIR="") for c, p in pythons.items()}
        answers, notes = interleave(turns, options.rounds)
        for title, key in (("all turns", "all"), ("a turn of the second half", "later"), ("programs", "programs")):
            figures = {c: [r[key] for r in rs] for c, rs in answers.items() if key in rs[0]}
            results.append(Result(f"changing: {name}, {title}", figures, unit="programs" if key == "programs" else "s",
                                  notes=notes if key == "all" else []))
    print(f"{before['cpu']}, {before['cores']} cores; load {before['load'][0]:.1f}; {options.rounds} rounds of {options.turns} turns\n")
    print(report.table(results))
