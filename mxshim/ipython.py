"""The notebook extension: `%load_ext mxshim` makes `import mxnet` find mxshim, `%unload_ext mxshim` ends that."""
from __future__ import annotations

from mxshim import alias


def load_ipython_extension(ipython) -> None:
    """Called by `%load_ext mxshim`. Raises: ImportError if the real MXNet is already imported."""
    alias.install()


def unload_ipython_extension(ipython) -> None:
    """Called by `%unload_ext mxshim`."""
    alias.uninstall()
