"""Every operator, declared once: importing this package fills the registry."""
import importlib as _importlib
import pkgutil as _pkgutil

for _module in _pkgutil.walk_packages(__path__, __name__ + "."):
    _importlib.import_module(_module.name)
