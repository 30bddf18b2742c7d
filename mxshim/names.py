"""Writes docs/names.md: every public name of MXNet, and where it is here or why it is not.

    python -m mxshim.names            writes it
    python -m mxshim.names --check    exit status 1 if it is out of date
"""
from __future__ import annotations

import inspect
import sys
from pathlib import Path

from . import coverage
from .engine.op import NAMES, where

FOLDER = Path(__file__).parent
FILE = FOLDER.parent / "docs" / "names.md"
HEAD = """# Names of MXNet, and where they are

Written by `python -m mxshim.names`. Every public name of MXNet 1.9.1 and 2.0.0b1: the file below `mxshim/` that defines it
here, or why it is absent and what to use instead. `mxshim.where("nd.pick")`, or `python -m mxshim where nd.pick`, gives the line
as well. What counts as internal to MXNet is left out; the rules are in `mxshim/coverage.py`, and `python -m mxshim coverage` counts.
Methods stand with their classes' modules.
"""


def place(name: str) -> str:
    """The file that defines a name, below the package."""
    if name in NAMES:
        return where(name).split(":")[0]
    value = coverage.resolve(name)
    owner = name.rpartition(".")[0]
    if isinstance(value, property):
        value = value.fget
    try:
        file = Path(inspect.getsourcefile(inspect.unwrap(value)) or "")
    except TypeError:  # a constant
        file = Path()
    if FOLDER not in file.parents:
        module = coverage.resolve(owner)
        file = Path(inspect.getsourcefile(module) or "")
    return file.relative_to(FOLDER).as_posix()


def text() -> str:
    names = coverage.read()
    found = coverage.sort(names)
    parts = [HEAD]
    for space, row in coverage.table(found, names).items():
        lines = []
        for title, keys, about in (("", row["present"], lambda key: f"`{place(key)}`"),
                                   ("absent: ", row["absent"], lambda key: found[key].about),
                                   ("missing", row["missing"], lambda key: found[key].about and f": {found[key].about}")):
            groups: dict[str, list[str]] = {}
            for key in keys:
                groups.setdefault(about(key), []).append(key.removeprefix(space + "."))
            lines += [f"- {title}{what}: {', '.join(sorted(group))}" for what, group in sorted(groups.items())]
        if lines:
            parts.append("\n".join([f"## {space}\n", *lines]) + "\n")
    return "\n".join(parts)


def main(arguments) -> int:
    new = text()
    if FILE.exists() and FILE.read_text(encoding="utf-8") == new:
        return 0
    if "--check" in arguments:
        print(f"{FILE.relative_to(FOLDER.parent)} is out of date")
        return 1
    FILE.write_text(new, encoding="utf-8")
    print(f"{FILE.relative_to(FOLDER.parent)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
