"""The command: python -m mxshim check PATH... [--json]"""
from __future__ import annotations

import argparse
import functools
import json
import os
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

from mxshim.check.expressions import Use
from mxshim.check.files import Fault, Finder, files_in, read
from mxshim.check.follow import Follow
from mxshim.check.known import Known
from mxshim.check.values import Place
from mxshim.runner.documents import DocumentError

USAGE = 2


class Checked(NamedTuple):
    """files: all that were looked at.  uses: every name of MXNet, with its place, in order.  faults: what could not be read."""

    files: list[str]
    uses: list[Use]
    faults: list[Fault]

    @property
    def missing(self) -> list[Use]:
        """The names that will fail: not here, and the program does not provide for that."""
        return [use for use in self.uses if use.answer.status != "here" and not use.guarded]


@functools.cache
def _known() -> Known:
    return Known()


def check(paths: Sequence[str]) -> Checked:
    """Look through files and folders. Raises: FileNotFoundError, ValueError, OSError or DocumentError for a path that makes no sense."""
    finder = Finder(paths)
    follow = Follow(_known(), finder)
    files, faults = [], []
    for path, named in files_in(paths):
        try:
            code, wrong = read(path)
        except (DocumentError, OSError) as error:
            if named:
                raise
            if not str(error).endswith("holds no Python cell; cells begin with a line like ```python"):
                faults.append(Fault(Place(path, None, 1), 1, str(error)))
            continue
        files.append(path)
        faults += wrong
        finder.read[os.path.abspath(path)] = code
    for path in files:
        full = os.path.abspath(path)
        follow.module(full, finder.read[full])
    order = {path: i for i, path in enumerate(files)}
    uses = [use for use in follow.uses.values() if use.place.wanted]
    uses.sort(key=lambda use: (order.get(use.place.file, -1), use.place.cell or 0, use.line, use.column))
    return Checked(files, uses, faults)


def _where(place: Place, line: int) -> str:
    return f"cell {place.cell}, line {line}" if place.cell else f"line {line}"


def _says(use: Use) -> str:
    name, status, reason, near = use.answer
    if status == "unknown":
        hint = reason or (f"did you mean {', '.join(near)}?" if near else "")
        return f"{name}: not a public name of any version of MXNet" + (f"; {hint}" if hint else "")
    return f"{name}: " + (reason or "not here yet")


def _facts(use: Use) -> dict[str, Any]:
    name, status, reason, near = use.answer
    facts: dict[str, Any] = {"name": name, "status": status, "file": use.place.file, "cell": use.place.cell, "line": use.line}
    if status != "here":
        facts |= {"reason": reason, "near": list(near), "guarded": use.guarded}
    return facts


def show(found: Checked) -> None:
    lines: dict[str, list[tuple[int, int, str]]] = {}
    for use in found.missing:
        lines.setdefault(use.place.file, []).append((use.place.cell or 0, use.line, f"{_where(use.place, use.line)}: {_says(use)}"))
    for fault in found.faults:
        place = fault.place
        lines.setdefault(place.file, []).append((place.cell or 0, fault.line, f"{_where(place, fault.line)}: {fault.text}"))
    for file, rows in lines.items():
        print(file)
        for text in dict.fromkeys(text for _, _, text in sorted(rows)):
            print("  " + text)
    names = {use.answer.name for use in found.uses if use.answer.status != "unknown"}
    lost = {use.answer.name for use in found.missing}
    count = len(found.files)
    print(f"{count} file{'s' * (count != 1)}, {len(names)} names of MXNet: " + (f"{len(lost)} not here" if lost else "all are here")
          + (f"; {len(found.faults)} parts could not be read" if found.faults else ""))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m mxshim check", description="Which names of MXNet do programs use, and which of them "
                                     "are not here? Nothing is run. Exit status: 0 if all are here, 1 if not, 2 if a path makes no sense.")
    parser.add_argument("--json", action="store_true", help="everything, as JSON: each use with its place, and what is not here")
    parser.add_argument("path", nargs="+", metavar="PATH", help=".py, .ipynb, .md, or a folder of such files")
    chosen = parser.parse_args(arguments)
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 20000))  # nested expressions in nested calls
    try:
        found = check(chosen.path)
    except (OSError, ValueError, DocumentError) as error:
        parser.error(str(error))
    if chosen.json:
        json.dump({"files": found.files, "uses": [_facts(use) for use in found.uses], "missing": [_facts(use) for use in found.missing],
                   "faults": [{"file": f.place.file, "cell": f.place.cell, "line": f.line, "text": f.text} for f in found.faults]},
                  sys.stdout, indent=1)
        print()
    else:
        show(found)
    return 1 if found.missing or found.faults else 0
