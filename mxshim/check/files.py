"""Reads what is to be checked: folders, scripts, notebooks, Markdown."""
from __future__ import annotations

import ast
import os
import tokenize
import warnings
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mxshim.check.follow import Code
from mxshim.check.values import Place
from mxshim.runner.documents import DocumentError, is_document, read_document
from mxshim.runner.magics import plain_python

SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages", "build", "dist"})


class Fault(NamedTuple):
    """What keeps a file, or a part of it, from being checked."""

    place: Place
    line: int
    text: str


def files_in(paths: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """(file, whether it was named itself). Raises: FileNotFoundError, ValueError for a file of another kind."""
    for path in paths:
        if os.path.isdir(path):
            for folder, inside, files in os.walk(path):
                inside[:] = sorted(name for name in inside if name[0] != "." and name not in SKIPPED
                                   and not os.path.exists(os.path.join(folder, name, "pyvenv.cfg")))
                for name in sorted(files):
                    if name[0] != "." and (name.endswith(".py") or is_document(name)):
                        yield os.path.join(folder, name), False
        elif not os.path.exists(path):
            raise FileNotFoundError(f"no such file or folder: {path}")
        elif path.endswith((".py", ".pyw")) or is_document(path):
            yield path, True
        else:
            raise ValueError(f"neither a script (.py), nor a document (.ipynb, .md), nor a folder: {path}")


def read(path: str, wanted: bool = True) -> tuple[Code, list[Fault]]:
    """The cells of a file that parse, and what does not. Raises: OSError, DocumentError."""
    cells, faults = [], []
    for source, place in _sources(path, wanted):
        try:
            with warnings.catch_warnings(action="ignore"):
                cells.append((ast.parse(source, path), place))
        except (SyntaxError, ValueError, RecursionError) as error:
            line = (getattr(error, "lineno", None) or 1) + place.line - 1
            faults.append(Fault(place, line, f"syntax error: {getattr(error, 'msg', error)}"))
    return Code(cells), faults


def _sources(path: str, wanted: bool) -> Iterator[tuple[str, Place]]:
    if not is_document(path):
        try:
            with tokenize.open(path) as file:
                yield file.read(), Place(path, None, 1, wanted)
        except (SyntaxError, UnicodeDecodeError) as error:
            raise DocumentError(f"{path}: {error}") from None
        return
    document = read_document(path)
    for cell in document.cells:
        source, _ = plain_python(cell.source)
        if source is not None:
            yield source, Place(path, None if document.embedded else cell.position, cell.line, wanted)


class Finder:
    """Finds the modules of the program itself: beside the file that imports them, or below the folders that are checked."""

    def __init__(self, roots: Iterable[str]):
        self.roots = [os.path.abspath(root if os.path.isdir(root) else os.path.dirname(root) or ".") for root in roots]
        self.read: dict[str, Code] = {}  # what has been read, by absolute path

    def __call__(self, dotted: str, level: int, importer: str) -> tuple[str, Code] | None:
        folder = os.path.dirname(os.path.abspath(importer))
        if level:
            for _ in range(level - 1):
                folder = os.path.dirname(folder)
            starts = [folder]
        else:
            starts = [folder, *self.roots]
        for start in starts:
            place = os.path.join(start, *filter(None, dotted.split(".")))
            for path in (place + ".py", os.path.join(place, "__init__.py")):
                if path in self.read or os.path.isfile(path):
                    return path, self.code(path)
        return None

    def code(self, path: str) -> Code:
        if path not in self.read:
            try:
                self.read[path] = read(path, wanted=False)[0]
            except (OSError, DocumentError):
                self.read[path] = Code([])
        return self.read[path]
