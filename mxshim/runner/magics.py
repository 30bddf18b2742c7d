"""Takes out of a cell what only IPython understands, so that plain Python can run the rest."""
from __future__ import annotations

import ast
import re
import warnings

LINE = re.compile(r"(?P<indent>\s*)(?P<rest>[%!?].*|[\w., ]+=\s*[%!].*|[\w.]+\?{1,2}\s*)")
TIMED = re.compile(r"%time\s+(?P<code>.+)")
CELL = re.compile(r"%%(?P<name>\w+)(?P<rest>.*)")
PYTHON_CELLS = frozenset({"time", "timeit", "capture", "prun", "python", "python3"})
# The d2l books show one chapter in several frameworks and mark the cells of each.
TAB = re.compile(r"(?:#@|%%)tab\s+(?P<names>.+)")


def plain_python(source: str) -> tuple[str | None, list[tuple[int, str]]]:
    """The cell as plain Python with the same number of lines, and notes (line within the cell from 1, text).

    None instead of the source if the whole cell is skipped: another language, or a book's cell for another framework.
    """
    lines = source.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return source, []
    notes: list[tuple[int, str]] = []
    while first < len(lines):  # cell magics may stand above each other
        line = lines[first].strip()
        tab, magic = TAB.fullmatch(line), CELL.fullmatch(line)
        if tab:
            names = re.split(r"[,\s]+", tab["names"])
            if not {"mxnet", "all"} & set(names):
                return None, [(first + 1, f"skipped a cell for {', '.join(names)}")]
        elif not magic:
            break
        elif magic["name"] in PYTHON_CELLS:
            notes.append((first + 1, f"ran the cell without {line}"))
        else:
            return None, [(first + 1, f"skipped the cell: {line}")]
        lines[first] = ""
        first += 1
    return _without_line_magics(lines, notes), notes


def _without_line_magics(lines: list[str], notes: list[tuple[int, str]]) -> str:
    # Only a line at which Python itself stops is taken for a magic: a `%` may continue an expression, or stand in a string.
    while True:
        source = "\n".join(lines)
        try:
            with warnings.catch_warnings(action="ignore"):  # they come when the cell is compiled to run
                compile(source, "cell", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
            return source
        except (SyntaxError, ValueError) as e:
            number = getattr(e, "lineno", None) or 0
            magic = LINE.fullmatch(lines[number - 1]) if 0 < number <= len(lines) else None
            if not magic:
                return source  # a true mistake, reported when the cell is compiled
        at = number - 1
        timed = TIMED.fullmatch(magic["rest"])
        if timed:
            notes.append((number, "ran without %time"))
            lines[at] = magic["indent"] + timed["code"]
            continue
        notes.append((number, f"skipped {magic['rest'].strip()}"))
        while lines[at].endswith("\\") and at + 1 < len(lines):
            lines[at] = ""
            at += 1
        lines[at] = ""
        lines[number - 1] = magic["indent"] + "pass"  # so that a block of its own still has a body
