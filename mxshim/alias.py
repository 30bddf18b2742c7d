"""Let `import mxnet` find this package: `install()` and `uninstall()`. Nothing else in mxshim knows of it.

`mxnet` and `mxnet.X` become second names of the very modules `mxshim` and `mxshim.X`, never copies, so that classes and
global state are the same however they were imported.
"""
from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
from types import ModuleType

OURS = "mxshim"
THEIRS = "mxnet"


class _Loader(importlib.abc.Loader):
    """Hands the import system a module that already exists."""

    def __init__(self, module: ModuleType):
        self.module, self.spec = module, module.__spec__

    def create_module(self, spec):
        return self.module

    def exec_module(self, module):
        module.__spec__ = self.spec  # the import system has just replaced it by the alias's


class _Finder(importlib.abc.MetaPathFinder):
    """Finds `mxnet.X` as `mxshim.X`."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname != THEIRS and not fullname.startswith(THEIRS + "."):
            return None
        module = _find(OURS + fullname[len(THEIRS):], fullname)
        return importlib.machinery.ModuleSpec(fullname, _Loader(module), is_package=hasattr(module, "__path__"))


def _find(ours: str, asked: str) -> ModuleType:
    parent, _, name = asked.rpartition(".")
    if parent:  # `mxnet.nd` is the module mxshim.ndarray, and `mxnet.nd.random` is to be looked for there
        ours = f"{sys.modules[parent].__name__}.{name}"
    # `import mxnet.nd` means the module that `mxnet.nd` is, although its own name is mxshim.ndarray.
    known = sys.modules.get(ours) or getattr(sys.modules.get(parent), name, None)
    if isinstance(known, ModuleType):
        return known
    try:
        return importlib.import_module(ours)
    except ModuleNotFoundError as e:
        if e.name != ours:  # something that mxshim.X itself imports
            raise
        raise ModuleNotFoundError(f"No module named {asked!r}: mxshim has no {ours!r}", name=asked) from None


_finder = _Finder()


def install() -> None:
    """Make `import mxnet`, `import mxnet.X` and `from mxnet import X` find mxshim, for the rest of the process.

    Calling it again changes nothing.
    Raises: ImportError if the real MXNet is already imported; its modules are in use and cannot be replaced.
    """
    real = sys.modules.get(THEIRS)
    if real is not None and getattr(real, "__name__", None) != OURS:
        version, place = getattr(real, "__version__", "of unknown version"), getattr(real, "__file__", "unknown place")
        raise ImportError(f"mxshim.install(): the real MXNet {version} is already imported, from {place}. Start a new process "
                          "(in a notebook: restart the kernel) and call install(), or %load_ext mxshim, before the first "
                          "`import mxnet`.", name=THEIRS)
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
    importlib.import_module(THEIRS)
    _rename(THEIRS)
    for name, module in list(sys.modules.items()):  # libraries look there whether MXNet is in use: "mxnet.ndarray" in sys.modules
        if name.startswith(OURS + "."):
            sys.modules.setdefault(THEIRS + name[len(OURS):], module)


def _rename(package: str) -> None:
    """Have the public classes say that they are from `package`: libraries ask type(x).__module__ whether x is MXNet's."""
    import mxshim
    mxshim.nd.NDArray.__module__ = f"{package}.ndarray" + (".ndarray" if package == THEIRS else "")
    mxshim.np.ndarray.__module__ = f"{package}.numpy"
    mxshim.sym.Symbol.__module__ = f"{package}.symbol.symbol"


def uninstall() -> None:
    """Undo `install()`: later imports of `mxnet` look for the real one. What was imported before stays as it is."""
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
        _rename(OURS)
    for name, module in list(sys.modules.items()):
        own = getattr(module, "__name__", "")
        if (name == THEIRS or name.startswith(THEIRS + ".")) and (own == OURS or own.startswith(OURS + ".")):
            del sys.modules[name]
