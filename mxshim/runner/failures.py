"""Words an exception for the person whose file failed: their frames, the exception's text, nothing of our inside."""
from __future__ import annotations

import os
import sys
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = os.path.dirname(HERE)


def _folders(*names: str) -> tuple[str, ...]:
    files = [getattr(sys.modules.get(name), "__file__", None) for name in names]
    return tuple(os.path.dirname(file) + os.sep for file in files if file)


def describe(error: BaseException, everything: bool = False) -> str:
    """The traceback of `error` as text, ending with a newline.

    everything: keep the frames inside mxshim and JAX; the runner's own are never shown.
    """
    inside = (PACKAGE + os.sep, *_folders("jax", "jaxlib"))
    hidden = 0

    def trim(part: traceback.TracebackException) -> bool:
        """Take frames out; whether the exception had frames and none is left."""
        nonlocal hidden
        had = len(part.stack)
        part.stack[:] = [f for f in part.stack if not f.filename.startswith(HERE + os.sep)]
        if not everything:
            kept = [f for f in part.stack if not f.filename.startswith(inside)]
            hidden += len(part.stack) - len(kept)
            part.stack[:] = kept
        for link in ("__cause__", "__context__"):
            chained = getattr(part, link)
            # An exception raised and answered inside mxshim is a detail of the one the user gets.
            if chained is not None and trim(chained):
                setattr(part, link, None)
        for member in getattr(part, "exceptions", None) or ():
            trim(member)
        return bool(had) and not part.stack

    whole = traceback.TracebackException.from_exception(error, compact=True)
    trim(whole)
    text = "".join(whole.format())
    if hidden:
        text += f"({hidden} frame{'s' * (hidden > 1)} inside mxshim and jax not shown; --traceback shows them)\n"
    return text


def line_in(error: BaseException, file: str) -> int | None:
    """The line at which `error` left `file`, or at which `file` does not parse."""
    at = error.__traceback__
    while at:
        if at.tb_frame.f_code.co_filename == file:
            return at.tb_lineno
        at = at.tb_next
    return error.lineno if isinstance(error, SyntaxError) and error.filename == file else None
