"""The figures of a run, the table, and what machine they come from."""
from __future__ import annotations

import os
import platform
import statistics
from dataclasses import asdict, dataclass, field
from importlib.metadata import version

from .rounds import ratio
from .rows import Goal

MARKS = {True: "met", False: "MISSED", None: "not measured"}


@dataclass
class Result:
    """A line of the table. figures: per contestant one number per round, in `unit`: "s", "MB" or "programs"."""

    name: str
    figures: dict[str, list]
    goals: tuple[Goal, ...] = ()
    unit: str = "s"
    notes: list[str] = field(default_factory=list)
    programs: dict = field(default_factory=dict)

    def median(self, contestant: str) -> float:
        return statistics.median(self.figures[contestant])

    def ratio(self, contestant: str) -> float:
        return ratio(self.figures["mxshim"], self.figures[contestant])

    def against(self, goal: Goal) -> float | None:
        """The figure that a goal limits; None if it was not measured."""
        if "mxshim" not in self.figures:
            return None
        if goal.against is None:
            return self.median("mxshim")
        them = [c for c in self.figures if c == goal.against or (c.split()[0] == goal.against and goal.against != "hand")]
        if not them:
            return None
        if goal.kind == "more":
            return max(self.median("mxshim") - self.median(c) for c in them)
        return max(self.ratio(c) for c in them)

    def verdicts(self) -> list[tuple[str, str]]:
        found = []
        for goal in self.goals:
            value = self.against(goal)
            limit = f"{goal.limit:.3g}" if goal.kind == "ratio" and goal.against else shown(goal.limit, self.unit)
            what = f"<= {limit}" + (f" {'more than' if goal.kind == 'more' else 'x'} {goal.against}" if goal.against else "")
            if value is not None:
                what += f" ({value:.2f})" if goal.kind == "ratio" and goal.against else f" ({shown(value, self.unit)})"
            found.append((what, MARKS[None if value is None else value <= goal.limit]))
        return found

    def as_dict(self) -> dict:
        medians = {c: self.median(c) for c in self.figures}
        ratios = {c: self.ratio(c) for c in self.figures if c != "mxshim" and "mxshim" in self.figures}
        return {**asdict(self), "medians": medians, "ratios": ratios, "verdicts": self.verdicts()}


def shown(value: float, unit: str) -> str:
    if unit != "s":
        return f"{value:.0f} {unit}" if unit == "programs" else f"{value:.1f} {unit}"
    for size, name in ((1, "s"), (1e-3, "ms")):
        if abs(value) >= size:
            return f"{value / size:.2f} {name}"
    return f"{value / 1e-6:.1f} us"


def table(results: list[Result]) -> str:
    """mxshim's figure, then how many times another's it is: below 1 is better than they are."""
    others = list(dict.fromkeys(c for r in results for c in r.figures if c != "mxshim"))
    lines = [["", "mxshim", *(f"/ {c}" for c in others), "goal"]]
    for r in results:
        ours = "mxshim" in r.figures
        cells = [r.name, shown(r.median("mxshim"), r.unit) if ours else "failed"]
        cells += [f"{r.ratio(c):.2f}" if ours and c in r.figures else "" for c in others]
        lines.append([*cells, "; ".join(f"{what} {mark}" for what, mark in r.verdicts())])
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    text = ["  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:-1], widths[1:-1]), line[-1]]) for line in lines]
    text += [f"  {r.name}: {note}" for r in results for note in r.notes]
    return "\n".join(line.rstrip() for line in text)


def program_table(results: list[Result]) -> str:
    """What mxshim compiled and flushed, per row."""
    rows = [(r.name, r.programs) for r in results if r.programs]
    width = max((len(name) for name, _ in rows), default=0)
    lines = [f"{'':{width}}  programs until the 3rd read   after  flushes/step  goal"]
    for name, p in rows:
        met = MARKS[p["after"] <= 0]
        lines.append(f"{name:{width}}  {p['first']:27d}  {p['after']:6d}  {p['flushes']:12.2f}  after <= 0 {met}")
    return "\n".join(lines)


def machine() -> dict:
    """Where the figures come from."""
    model = platform.processor()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo") as f:
            model = next((line.split(":")[1].strip() for line in f if line.startswith("model name")), model)
    return {"cpu": model, "cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version(),
            "load": os.getloadavg(), **{name: version(name) for name in ("jax", "jaxlib", "numpy")}}
