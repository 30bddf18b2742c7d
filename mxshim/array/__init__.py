"""The array classes and all functions over arrays that are no operators: importing this package declares them."""
import importlib as _importlib
import pkgutil as _pkgutil

for _module in _pkgutil.iter_modules(__path__, __name__ + "."):
    _importlib.import_module(_module.name)
