"""Executes scripts as `python FILE` would, and documents cell by cell as a notebook would."""
from __future__ import annotations

import ast
import linecache
import os
import sys
import types
import warnings
from collections.abc import Iterable
from typing import Any

from mxshim import alias
from mxshim.runner.documents import Cell, Document
from mxshim.runner.failures import describe, line_in
from mxshim.runner.magics import plain_python

CHILDREN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "children")
INTERRUPTED = 130  # what a shell reports after Ctrl-C


def prepare(path: str, args: Iterable[str], replace_path: bool) -> types.ModuleType:
    """A new `__main__` for `path`, `sys.argv` and `sys.path` as the file expects them, and `import mxnet` finding us.

    replace_path: the file's folder takes the place of the current one on `sys.path` (a script), or goes before it.
    """
    alias.install()
    main = types.ModuleType("__main__")
    main.__dict__.update(__file__=path, __builtins__=__builtins__)
    main.__spec__ = None
    sys.modules["__main__"] = main
    sys.argv[:] = [path, *args]
    folder = os.path.dirname(os.path.abspath(path))
    if sys.flags.safe_path or not replace_path:
        sys.path.insert(0, folder)
    else:
        sys.path[0] = folder
    sys.path.append(CHILDREN)
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("MPLBACKEND", "Agg")
        warnings.filterwarnings("ignore", message="FigureCanvasAgg is non-interactive")  # plt.show() says so each time
    return main


def report(error: BaseException, everything: bool) -> None:
    sys.stdout.flush()
    if sys.excepthook is not sys.__excepthook__:  # the user's own hook goes first
        sys.excepthook(type(error), error, error.__traceback__)
    else:
        sys.stderr.write(describe(error, everything))
    sys.stderr.flush()


def run_script(path: str, args: Iterable[str] = (), everything: bool = False) -> int:
    """Run a Python file as `__main__`; the exit status.

    everything: show all frames of a traceback.  Raises: OSError if the file cannot be read; SystemExit as the script does.
    """
    with open(path, "rb") as file:
        text = file.read()
    main = prepare(path, args, replace_path=True)
    try:
        exec(compile(text, path, "exec", dont_inherit=True), main.__dict__)
    except SystemExit:
        raise
    except BaseException as e:  # as the interpreter itself does for a script
        report(e, everything)
        return INTERRUPTED if isinstance(e, KeyboardInterrupt) else 1
    return 0


class Session:
    """One run of a document: all cells share a namespace."""

    def __init__(self, document: Document, args: Iterable[str] = (), quiet: bool = False, everything: bool = False):
        self.document, self.quiet, self.everything = document, quiet, everything
        self.namespace = prepare(document.path, args, replace_path=False).__dict__
        self.namespace["display"] = _display
        if not document.embedded:
            for cell in document.cells:  # so that tracebacks and inspect.getsource show the cell's lines
                lines = cell.source.splitlines(keepends=True)
                linecache.cache[cell.file] = (len(cell.source), None, lines, cell.file)

    def run(self, cells: Iterable[Cell], keep_going: bool = False) -> int:
        """Run cells in the given order; the exit status."""
        failed = []
        for cell in cells:
            error = self.run_cell(cell)
            if error is None:
                continue
            if isinstance(error, SystemExit):
                raise error
            self.tell(cell, error)
            if isinstance(error, KeyboardInterrupt):
                return INTERRUPTED
            failed.append(cell)
            if not keep_going:
                break
        if len(failed) > 1:
            labels = ", ".join(self.document.label(cell) + " at " + self.document.place(cell) for cell in failed)
            print(f"{len(failed)} of {len(self.document.cells)} cells failed: {labels}", file=sys.stderr)
        return 1 if failed else 0

    def run_cell(self, cell: Cell) -> BaseException | None:
        """Run one cell and print what it shows; the exception that ended it, if any."""
        if not self.quiet:
            print(f"{self.document.label(cell)} {self.document.place(cell)}", flush=True)
        source, notes = plain_python(cell.source)
        for line, text in notes:
            self.note(cell, line, text)
        if source is None:
            return None
        try:
            body, last = _split("\n" * (cell.line - 1) + source, cell.file)
            exec(body, self.namespace)
            if last is not None:
                _display(eval(last, self.namespace))
        except BaseException as e:  # a cell may raise anything, Ctrl-C included
            return e
        finally:
            sys.stdout.flush()
        return None

    def note(self, cell: Cell, line: int, text: str) -> None:
        if not self.quiet:
            print(f"note: {self.document.place(cell, cell.line + line - 1)}: {text}", file=sys.stderr, flush=True)

    def tell(self, cell: Cell, error: BaseException) -> None:
        """Say which cell failed, where and why."""
        place = self.document.place(cell, line_in(error, cell.file))
        print(f"cell {self.document.label(cell)} failed: {place}", file=sys.stderr)
        report(error, self.everything)


def _split(source: str, file: str) -> tuple[types.CodeType, types.CodeType | None]:
    """The cell's statements, and its last expression if its value is to be shown: not when it ends in a semicolon."""
    tree: Any = compile(source, file, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr) or _ends_in_semicolon(source, last):
        return compile(tree, file, "exec", dont_inherit=True), None
    expression = ast.Expression(tree.body.pop().value)
    return compile(tree, file, "exec", dont_inherit=True), compile(expression, file, "eval", dont_inherit=True)


def _ends_in_semicolon(source: str, last: ast.Expr) -> bool:
    lines = source.split("\n")[(last.end_lineno or 1) - 1:]
    lines[0] = lines[0].encode()[last.end_col_offset:].decode()  # columns are counted in UTF-8 bytes
    # After an expression there is nothing but brackets, semicolons and comments.
    return "".join(line.split("#")[0] for line in lines).rstrip().endswith(";")


def _display(*values) -> None:
    """What a notebook calls `display`: print each value's repr; None shows nothing."""
    for value in values:
        if value is not None:
            print(repr(value))
