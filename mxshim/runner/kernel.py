"""`python -m mxshim kernel install`: a Jupyter kernel of this interpreter in which `import mxnet` is mxshim from the start."""
from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from mxshim.runner.link import is_installed
from mxshim.serialization.writing import atomic_write

DISPLAY = "MXNet (mxshim)"
MARK = "mxshim"  # in the kernel's metadata: what says that we wrote it


def user_folder() -> Path:
    """Where Jupyter looks for a user's own files, as jupyter_core says, or by its rules."""
    try:
        from jupyter_core.paths import jupyter_data_dir
        return Path(jupyter_data_dir())
    except ImportError:
        pass
    if os.environ.get("JUPYTER_DATA_DIR"):
        return Path(os.environ["JUPYTER_DATA_DIR"])
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Jupyter"
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming") / "jupyter"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "jupyter"


def spec(display: str) -> dict:
    """The kernel: ipykernel of this interpreter, with our notebook extension loaded before the first cell."""
    found: dict = {"argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--ext=mxshim"],
                   "display_name": display, "language": "python", "metadata": {"debugger": True, MARK: True}}
    if not is_installed():
        found["env"] = {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    return found


def is_ours(folder: Path) -> bool:
    try:
        return bool(json.loads((folder / "kernel.json").read_text(encoding="utf-8"))["metadata"][MARK])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m mxshim kernel", description=(__doc__ or "").replace("`", ""))
    parser.add_argument("action", choices=("install", "remove", "status"))
    parser.add_argument("--name", default="mxshim", help="the kernel's folder and name (default: mxshim)")
    parser.add_argument("--display-name", default=DISPLAY, help=f"what Jupyter shows (default: {DISPLAY})")
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--user", action="store_true", help="for this user, in every environment (default)")
    place.add_argument("--sys-prefix", action="store_true", help="in this interpreter's environment")
    place.add_argument("--prefix", metavar="DIR", help="below DIR/share/jupyter")
    chosen = parser.parse_args(arguments)
    if not re.fullmatch(r"[A-Za-z0-9._-]+", chosen.name):
        parser.error(f"--name: expected letters, digits, dots, underscores and dashes; got {chosen.name!r}")
    prefix = chosen.prefix or (sys.prefix if chosen.sys_prefix else None)
    folder = (Path(prefix) / "share" / "jupyter" if prefix else user_folder()) / "kernels" / chosen.name
    exists, ours = folder.exists(), is_ours(folder)
    if chosen.action == "status":
        print(f"{folder}: " + ("mxshim's kernel" if ours else "another kernel" if exists else "no kernel"))
        return 0 if ours else 1
    if exists and not ours:
        print(f"python -m mxshim kernel: {folder} holds another kernel; choose another --name", file=sys.stderr)
        return 1
    try:
        if chosen.action == "remove":
            return _remove(folder, exists)
        folder.mkdir(parents=True, exist_ok=True)
        with atomic_write(folder / "kernel.json") as file:
            file.write(json.dumps(spec(chosen.display_name), indent=1).encode() + b"\n")
    except OSError as error:
        print(f"python -m mxshim kernel: cannot write {folder}: {error}", file=sys.stderr)
        return 1
    print(f"{folder}: {chosen.display_name}, {sys.executable}")
    if importlib.util.find_spec("ipykernel") is None:
        print("note: the kernel needs ipykernel in this interpreter: pip install ipykernel", file=sys.stderr)
    return 0


def _remove(folder: Path, exists: bool) -> int:
    if not exists:
        print(f"python -m mxshim kernel: there is no {folder}", file=sys.stderr)
        return 1
    shutil.rmtree(folder)
    print(f"{folder}: removed")
    return 0
