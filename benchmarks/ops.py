"""Measure single operators beside real MXNet and PyTorch, interleaved: `python -m benchmarks ops`.

    python -m benchmarks ops --quick --torch TORCH/bin/python
    python -m benchmarks ops --mxnet MX1/bin/python --mxnet MX2/bin/python --torch TORCH/bin/python --json figures.json

A turn calls the operator and waits for its result, again and again: so small sizes show what a call costs, large ones what
computing costs. mxshim computes steps of many calls as one program; this benchmark shows where it gains nothing from that.
"""
from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import sys
import tempfile
import time
from functools import partial

from . import results as report
from .results import Result
from .rounds import Here, There, interleave
from .workloads import CALLS
from .workloads.operators import RANDOM


def measured(call, players, rounds, seconds) -> Result:
    """One row of the table; contestants that fail, or that compute something else, are named in its notes."""
    players = {c: p for c, p in players.items() if call.theirs or not c.startswith("torch")}
    ready, notes = interleave({c: partial(p.setup, call.name, 1, seconds) for c, p in players.items()}, 1)
    values = {c: r[0]["value"] for c, r in ready.items()}
    size = max((abs(v) for v in values.values()), default=0)
    if not any(word in call.name for word in RANDOM):
        for c, v in values.items():
            if abs(v - values.get("mxshim", v)) > 1e-2 * size + 1e-2:
                notes.append(f"{c} computes {v}, mxshim {values['mxshim']}: not the same work")
    figures, more = interleave({c: players[c].turn for c in ready}, rounds)
    for p in players.values():
        p.close()
    return Result(call.name, figures, notes=notes + more)


def means(results) -> str:
    """The geometric mean of the ratios to each contestant: of forward calls, of those with gradients, by size and kind."""
    groups = {"all": lambda name: True, "forward": lambda name: "gradients" not in name, "gradients": lambda name: "gradients" in name,
              "small": lambda name: ", small" in name, "large": lambda name: ", large" in name,
              "convolution": lambda name: "convolution" in name, "pooling": lambda name: "pooling" in name}
    others = list(dict.fromkeys(c for r in results for c in r.figures if c != "mxshim"))
    lines = []
    for group, belongs in groups.items():
        cells = []
        for c in others:
            ratios = [r.ratio(c) for r in results if belongs(r.name) and c in r.figures and "mxshim" in r.figures]
            if ratios:
                mean = math.exp(statistics.fmean(map(math.log, ratios)))
                cells.append(f"/ {c}: {mean:.2f} (worst {max(ratios):.2f}, {sum(q <= 1 for q in ratios)} of {len(ratios)} <= 1)")
        if cells:
            lines.append(f"  {group:12s} {'   '.join(cells)}")
    return "geometric means of the ratios\n" + "\n".join(lines)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks ops", description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", default=[], metavar="WORD", help="only rows with this word in their name")
    parser.add_argument("--skip", action="append", default=[], metavar="WORD", help="no rows with this word in their name")
    parser.add_argument("--quick", action="store_true", help="short turns, few rounds")
    parser.add_argument("--rounds", type=int, help="how many rounds (default 9, quick 3)")
    parser.add_argument("--mxnet", action="append", default=[], metavar="PYTHON", help="with real MXNet; repeatable")
    parser.add_argument("--torch", action="append", default=[], metavar="PYTHON", help="with PyTorch")
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall",
                        help="cpu: the time of all threads together, where other programs keep the machine busy")
    parser.add_argument("--json", metavar="FILE", help="write all figures, versions and the machine")
    parser.add_argument("--list", action="store_true", help="print the names of the rows")
    options = parser.parse_args(arguments)
    calls = [c for c in CALLS if (not options.only or any(w in c.name for w in options.only))
             and not any(w in c.name for w in options.skip)]
    if options.list:
        print("\n".join(c.name for c in calls))
        return
    rounds, seconds = options.rounds or (3 if options.quick else 9), 0.01 if options.quick else 0.03
    start, before, results = time.time(), report.machine(), []
    with tempfile.TemporaryDirectory() as cache:
        os.environ["MXSHIM_CACHE_DIR"] = cache
        players = {"mxshim": Here("mxshim", options.clock)}
        try:
            for framework, interpreters in (("mxnet", options.mxnet), ("torch", options.torch)):
                for python in interpreters:
                    there = There(python, framework, options.clock)
                    players[there.version()] = there
            for call in calls:
                results.append(measured(call, players, rounds, seconds))
                if sys.stderr.isatty():
                    print("\r\033[K" + call.name, end="", file=sys.stderr, flush=True)
        except KeyboardInterrupt:
            print("interrupted: what follows is what was measured before\n")
        finally:
            for p in players.values():
                if isinstance(p, There):
                    p.quit()
    print(f"{before['cpu']}, {before['cores']} cores; Python {before['python']}, jax {before['jax']}, numpy {before['numpy']}; "
          f"load {before['load'][0]:.1f}; {options.clock} time; {rounds} rounds, {time.time() - start:.0f} s\n")
    print(report.table(results) + "\n\n" + means(results))
    if options.json:
        with open(options.json, "w") as f:
            json.dump({"machine": before, "contestants": list(players), "rounds": rounds, "clock": options.clock,
                       "results": [r.as_dict() for r in results]}, f, indent=1)


if __name__ == "__main__":
    main()
