"""`python -m mxshim link`: make `import mxnet` find mxshim in this environment, for every program, until `unlink`.

It writes one package, `mxnet`, whose only file hands the import on to mxshim; a program that imports nothing of MXNet's notices nothing.
"""
from __future__ import annotations

import argparse
import importlib
import importlib.machinery
import os
import site
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from mxshim.serialization.writing import atomic_write

PACKAGE = '''\
"""mxshim under the name mxnet. `python -m mxshim link` wrote this folder; `python -m mxshim unlink` removes it."""
import sys

del sys.modules[__name__]
try:
    import mxshim
except ModuleNotFoundError as error:
    if error.name != "mxshim":
        raise
    raise ModuleNotFoundError("No module named 'mxnet': mxshim, which stood in for it, is no longer installed; remove "
                              + __path__[0], name="mxnet") from None
mxshim.install()
'''


class Refused(Exception):
    """The text says why nothing was done."""


def is_installed() -> bool:
    """Whether this interpreter finds mxshim by itself, not only from the present folder or PYTHONPATH."""
    code = "import importlib.util, sys; sys.exit(importlib.util.find_spec('mxshim') is None)"
    settings = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run([sys.executable, "-c", code], cwd=os.path.dirname(sys.executable), env=settings).returncode == 0


def found_mxnet() -> Path | None:
    """The file that `import mxnet` would read in this environment; None if there is no such package.

    The present folder and PYTHONPATH do not belong to the environment.
    """
    importlib.invalidate_caches()  # the folder may be a moment old
    outside = {os.path.abspath(part) for part in (os.getcwd(), *os.environ.get("PYTHONPATH", "").split(os.pathsep))}
    folders = [part for part in sys.path if part and os.path.abspath(part) not in outside]
    for folder in dict.fromkeys([*folders, *_targets()]):
        spec = importlib.machinery.PathFinder.find_spec("mxnet", [folder])
        if spec is not None:
            return Path(spec.origin or folder)
    return None


def _targets() -> list[str]:
    return [sysconfig.get_path("purelib"), site.getusersitepackages()]


def is_link(file: Path) -> bool:
    try:
        return file.read_text(encoding="utf-8") == PACKAGE
    except (OSError, UnicodeDecodeError):
        return False


def link(user: bool) -> Path:
    """Write the package; the file. Raises: Refused beside another MXNet; OSError if the folder cannot be written."""
    there = found_mxnet()
    if there is not None:
        if is_link(there):
            return there
        raise Refused(f"MXNet is installed here, {there}; use an environment without it, or run files with `python -m mxshim FILE`")
    folder = Path(_targets()[user]) / "mxnet"
    folder.mkdir(parents=True)
    with atomic_write(folder / "__init__.py") as file:
        file.write(PACKAGE.encode())
    return folder / "__init__.py"


def unlink() -> Path:
    """Remove what `link` wrote, and nothing else; the folder. Raises: Refused if there is no link; OSError."""
    file = found_mxnet()
    if file is None or not is_link(file):
        raise Refused("there is no link in this environment" + (f"; {file} is another MXNet" if file else ""))
    file.unlink()
    compiled = file.parent / "__pycache__"
    for left in compiled.glob("__init__.*.pyc"):
        left.unlink()
    for folder in (compiled, file.parent):
        if folder.exists() and not any(folder.iterdir()):
            folder.rmdir()
    return file.parent


def status() -> tuple[str, bool]:
    """What `import mxnet` finds in this environment, and whether that is a link."""
    file = found_mxnet()
    if file is None:
        return "no package mxnet in this environment", False
    if is_link(file):
        return f"import mxnet finds mxshim: {file.parent}", True
    return f"import mxnet finds another MXNet: {file.parent}", False


def main(arguments: Sequence[str] | None = None) -> int:
    removing = "--remove" in (arguments or ())
    parser = argparse.ArgumentParser(prog=f"python -m mxshim {'unlink' if removing else 'link'}",
                                     description="Undo link." if removing else (__doc__ or "").replace("`", ""))
    parser.add_argument("--remove", action="store_true", help=argparse.SUPPRESS)
    if not removing:
        parser.add_argument("--status", action="store_true", help="say what `import mxnet` finds; exit status 1 if it is not mxshim")
        parser.add_argument("--user", action="store_true", help="in the user's own site-packages, instead of the environment's")
    chosen = parser.parse_args(arguments)
    try:
        if removing:
            print(f"removed {unlink()}")
        elif not chosen.status:
            link(chosen.user)
            if not is_installed():
                print("note: this interpreter finds mxshim through PYTHONPATH or the present folder only; install it, or programs that "
                      "run elsewhere find no mxnet", file=sys.stderr)
    except Refused as refused:
        print(f"{parser.prog}: {refused}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 1
    if not removing:
        text, linked = status()
        print(text)
        return 0 if linked else 1
    return 0
