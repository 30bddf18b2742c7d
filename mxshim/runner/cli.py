"""The command line: python -m mxshim [options] FILE [args...]"""
from __future__ import annotations

import argparse
import importlib.metadata
import os
import sys
from collections.abc import Callable, Sequence

from mxshim.runner.documents import DocumentError, is_document, read_document

USAGE = 2  # exit status for a command line or a file that makes no sense


def _where(names: Sequence[str]) -> int:
    import mxshim
    from mxshim.engine.op import where
    status = 0
    for name in names:
        try:
            print(os.path.join(os.path.dirname(os.path.abspath(mxshim.__file__)), where(name)))
        except KeyError as e:
            print(e.args[0], file=sys.stderr)
            status = 1
    if not names:
        print("python -m mxshim where: give a public name, for example: where nd.pick", file=sys.stderr)
    return status if names else USAGE


def _coverage(args: Sequence[str]) -> int:
    from mxshim import coverage
    return coverage.main(args)


def _check(args: Sequence[str]) -> int:
    from mxshim.check import report
    return report.main(args)


def _kernel(args: Sequence[str]) -> int:
    from mxshim.runner import kernel
    return kernel.main(args)


def _link(args: Sequence[str]) -> int:
    from mxshim.runner import link
    return link.main(args)


def _unlink(args: Sequence[str]) -> int:
    from mxshim.runner import link
    return link.main(["--remove", *args])


# command -> (its arguments, what it does, the function)
COMMANDS: dict[str, tuple[str, str, Callable[[Sequence[str]], int]]] = {
    "check": ("PATH...", "which names of MXNet programs use, and which of them are not here", _check),
    "coverage": ("[NAMESPACE...]", "which of MXNet's names are here, absent or missing", _coverage),
    "where": ("NAME...", "the file and line behind a public name, for example: where nd.pick", _where),
    "kernel": ("install|remove|status", "a Jupyter kernel in which `import mxnet` is mxshim", _kernel),
    "link": ("[--status]", "make `import mxnet` find mxshim in this environment", _link),
    "unlink": ("", "undo link", _unlink),
}


def _options(**kwargs) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mxshim", allow_abbrev=False, **kwargs)
    parser.add_argument("--order", choices=("document", "count"), default=argparse.SUPPRESS,
                        help="run a document's cells as they stand (default), or by their execution counts")
    parser.add_argument("--quiet", action="store_true", default=argparse.SUPPRESS,
                        help="print what the cells print, without headers and notes")
    parser.add_argument("--keep-going", action="store_true", default=argparse.SUPPRESS,
                        help="run the remaining cells after one has failed")
    parser.add_argument("--traceback", action="store_true", default=argparse.SUPPRESS,
                        help="show the frames inside mxshim and jax as well")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (by default sys.argv's); the exit status."""
    parser = _options(
        description="Run an unmodified MXNet script, notebook or tutorial on JAX: `import mxnet` finds mxshim.",
        epilog="instead of FILE, a command (`python -m mxshim COMMAND --help` says more):\n" + "".join(
            f"  {f'{name} {args}':30}{about}\n" for name, (args, about, _) in COMMANDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", action="store_true", help="print the versions of mxshim, JAX and NumPy, and stop")
    parser.add_argument("file", nargs="?", metavar="FILE", help=".py, .ipynb or .md")
    parser.add_argument("args", nargs=argparse.REMAINDER, help="given to the file as sys.argv[1:]")
    found = parser.parse_args(argv)
    if found.version:
        print(", ".join(f"{name} {_version(name)}" for name in ("mxshim", "jax", "numpy")))
        return 0
    if found.file is None:
        parser.print_help(sys.stderr)
        return USAGE
    try:
        if found.file in COMMANDS:
            return COMMANDS[found.file][2](found.args)
        return _run(parser, found)
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(parser: argparse.ArgumentParser, found: argparse.Namespace) -> int:
    path, args, options = found.file, found.args, vars(found)
    if not os.path.isfile(path):
        parser.error(f"cannot open {path!r}: " + ("it is a folder" if os.path.isdir(path) else "no such file"))
    if not is_document(path):
        if not path.endswith((".py", ".pyw")):
            parser.error(f"{path!r} is neither a script (.py) nor a document (.ipynb, .md)")
        if {"order", "keep_going"} & set(options):
            parser.error(f"{path!r} is a script; --order and --keep-going are for documents")
        from mxshim.runner.running import run_script
        return run_script(path, args, options.get("traceback", False))
    # A document's options may also follow it; a script's own begin there.
    extra, args = _options(add_help=False).parse_known_args(args)
    options |= vars(extra)
    try:
        document = read_document(path)
    except (DocumentError, OSError) as e:
        parser.error(str(e))
    from mxshim.runner.running import Session
    session = Session(document, args, options.get("quiet", False), options.get("traceback", False))
    cells = document.by_count() if options.get("order") == "count" else document.cells
    return session.run(cells, options.get("keep_going", False))


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "(not installed)"
