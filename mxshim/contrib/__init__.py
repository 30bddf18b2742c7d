"""mx.contrib: names of MXNet's contributed modules (MXNet: mxnet.contrib)."""
import sys as _sys

from ..absent import missing as _missing
from ..ndarray import contrib as ndarray
from ..symbol import contrib as symbol
from . import amp as amp
from . import text as text

__all__ = ["amp", "nd", "ndarray", "sym", "symbol", "text"]

nd, sym = ndarray, symbol  # the operators of mx.nd.contrib and mx.sym.contrib
for _name in ("nd", "ndarray", "sym", "symbol"):
    _sys.modules[f"{__name__}.{_name}"] = globals()[_name]
__getattr__ = _missing("mx.contrib", __name__, __all__)
