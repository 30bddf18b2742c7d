"""Reads notebooks (.ipynb) and Markdown tutorials (.md) into cells."""
from __future__ import annotations

import json
import os
import re
import textwrap
from dataclasses import dataclass, replace

PYTHON = frozenset({"python", "python3", "py", "ipython", "ipython3"})


class DocumentError(Exception):
    """The file is not a document that can be run; the text says why."""


@dataclass(frozen=True)
class Cell:
    source: str
    position: int  # 1, 2, ... in the document
    line: int  # where the source begins: in a .md file's lines, always 1 in a notebook
    count: int | None  # the execution count it is marked with
    file: str  # the file name tracebacks show; a notebook's cells are files of their own


@dataclass(frozen=True)
class Document:
    path: str
    cells: tuple[Cell, ...]
    embedded: bool  # cells are lines of the file itself, so its line numbers are theirs

    @property
    def counted(self) -> bool:
        """Whether any cell carries an execution count."""
        return any(cell.count is not None for cell in self.cells)

    def label(self, cell: Cell) -> str:
        """The number a reader knows the cell by: its execution count, else its position if no cell has a count."""
        number = cell.count if self.counted else cell.position
        return f"[{' ' if number is None else number}]"

    def place(self, cell: Cell, line: int | None = None) -> str:
        """Where a line of the cell (its first, by default) is, for people."""
        name = os.path.basename(self.path)
        line = cell.line if line is None else line
        return f"{name}:{line}" if self.embedded else f"{name}, code cell {cell.position}, line {line}"

    def by_count(self) -> tuple[Cell, ...]:
        """The cells in the order of their execution counts; one without a count stays right after the cell before it."""
        keys, last = [], 0
        for cell in self.cells:
            last = last if cell.count is None else cell.count
            keys.append((last, cell.position))
        return tuple(cell for _, cell in sorted(zip(keys, self.cells, strict=True), key=lambda pair: pair[0]))


def is_document(path: str) -> bool:
    return os.path.splitext(path)[1].lower() in (".md", ".markdown", ".ipynb")


def read_document(path: str) -> Document:
    """Read a .md, .markdown or .ipynb file.

    Raises: DocumentError if it is damaged or holds no Python cell; OSError if it cannot be read.
    """
    with open(path, "rb") as file:
        try:
            text = file.read().decode("utf-8-sig")
        except UnicodeDecodeError as e:
            raise DocumentError(f"{path}: expected UTF-8 text: {e}") from None
    notebook = path.lower().endswith(".ipynb")
    cells = _notebook_cells(text, path) if notebook else _markdown_cells(text, path)
    if not cells:
        raise DocumentError(f"{path}: holds no Python cell" + ("" if notebook else "; cells begin with a line like ```python"))
    return Document(path, tuple(replace(cell, position=i) for i, cell in enumerate(cells, 1)), not notebook)


# ---------------------------------------------------------------------------------------------- Markdown

FENCE = re.compile(r"(?P<indent>[ \t]*(?:>[ \t]?)*)(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)")
COUNT = re.compile(r"\bn=(\d+)")


def _markdown_cells(text: str, path: str) -> list[Cell]:
    cells, lines, i = [], text.replace("\r\n", "\n").split("\n"), 0
    while i < len(lines):
        opening = FENCE.fullmatch(lines[i])
        if not opening:
            i = _after_comment(lines, i)
            continue
        fence, info = opening["fence"], opening["info"].strip()
        start = i = i + 1
        closing = re.compile(rf"[ \t>]*{re.escape(fence[0])}{{{len(fence)},}}[ \t]*")
        while i < len(lines) and not closing.fullmatch(lines[i]):
            i += 1
        if _is_python(info):
            body = _dedent(lines[start:i], opening["indent"])
            count = COUNT.search(info)
            cells.append(Cell(_without_prompts(body), 0, start + 1, int(count[1]) if count else None, path))
        i += 1
    return cells


def _after_comment(lines: list[str], i: int) -> int:
    """The line to go on with: the next, or the one after the HTML comment that begins on this one."""
    if lines[i].lstrip().startswith("<!--"):
        while "-->" not in lines[i] and i + 1 < len(lines):
            i += 1
    return i + 1


def _is_python(info: str) -> bool:
    """Whether a fence's info string marks a cell: ```python, ```{.python .input n=3}; not ```{.json .output n=3}."""
    braced = re.match(r"\{(.*?)\}?$", info)
    if not braced:
        return info.split(" ", 1)[0].split("{", 1)[0].lower() in PYTHON
    words = braced[1].lower().split()
    return ".output" not in words and any(word.lstrip(".") in PYTHON for word in words)


def _dedent(body: list[str], indent: str) -> str:
    """The cell's text without what the fence itself was indented by, in a list or a quotation."""
    if ">" in indent:
        body = [re.sub(r"^[ \t]*(>[ \t]?)+", "", line) for line in body]
    elif indent:
        body = textwrap.dedent("\n".join(body)).split("\n")
    return "\n".join(body)


def _without_prompts(source: str) -> str:
    """Code pasted with `>>> ` prompts: the code alone, every line where it was; the printed lines become empty."""
    if not source.lstrip().startswith(">>> "):
        return source
    lines = [line.strip() for line in source.split("\n")]
    return "\n".join(line[4:] if line.startswith((">>> ", "... ")) else "" for line in lines)


# ---------------------------------------------------------------------------------------------- notebooks

def _notebook_cells(text: str, path: str) -> list[Cell]:
    try:
        notebook = json.loads(text)
        raw = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]  # format 3 had worksheets
        metadata = notebook.get("metadata", {})
        language = metadata.get("kernelspec", {}).get("language") or metadata.get("language_info", {}).get("name") or "python"
        if language.lower() not in PYTHON:
            raise DocumentError(f"{path}: expected a Python notebook, found one in {language}")
        cells: list[Cell] = []
        for cell in raw:
            if cell["cell_type"] == "code":
                source = cell["source"] if "source" in cell else cell["input"]
                count = cell.get("execution_count", cell.get("prompt_number"))
                file = f"{path}[{len(cells) + 1}]"
                cells.append(Cell(source if isinstance(source, str) else "".join(source), 0, 1, count, file))
        return cells
    except json.JSONDecodeError as e:
        raise DocumentError(f"{path}, line {e.lineno}: expected a notebook, which is JSON: {e.msg}") from None
    except (KeyError, IndexError, TypeError, AttributeError, RecursionError) as e:
        raise DocumentError(f"{path}: expected a notebook with a list of cells ({type(e).__name__}: {e})") from None
