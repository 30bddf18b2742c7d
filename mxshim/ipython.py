"""The notebook extension: `%load_ext mxshim` makes `import mxnet` find mxshim, `%unload_ext mxshim` ends that."""
from __future__ import annotations

import os
import warnings
from types import TracebackType

from mxshim import alias

_PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep


def load_ipython_extension(ipython) -> None:
    """Called by `%load_ext mxshim`. Raises: ImportError if the real MXNet is already imported.

    Tracebacks of cells end at the call of mxshim that raised; `%xmode Verbose` shows the frames inside it too.
    """
    alias.install()
    warnings.filterwarnings("ignore", r"os\.fork\(\) was called", RuntimeWarning, "pty")  # `!command` forks only to exec
    ipython.set_custom_exc((Exception,), _show)


def unload_ipython_extension(ipython) -> None:
    """Called by `%unload_ext mxshim`."""
    ipython.set_custom_exc((), None)
    alias.uninstall()


def _show(ipython, kind, error, traceback, tb_offset=None):
    """Show an exception that a cell raised without the frames inside mxshim."""
    if ipython.InteractiveTB.mode != "Verbose":
        traceback = _outside(traceback)
    ipython.showtraceback((kind, error, traceback), tb_offset=tb_offset)


def _outside(traceback: TracebackType | None) -> TracebackType | None:
    """The same traceback up to the last frame that is not inside mxshim, without those between that are."""
    if traceback is None:
        return None
    rest = _outside(traceback.tb_next)
    if traceback.tb_frame.f_code.co_filename.startswith(_PACKAGE):
        return rest
    return TracebackType(rest, traceback.tb_frame, traceback.tb_lasti, traceback.tb_lineno)
