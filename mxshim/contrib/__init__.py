"""mx.contrib: names of MXNet's contributed modules (MXNet: mxnet.contrib)."""
import sys as _sys

from ..absent import missing as _missing
from ..ndarray import contrib as ndarray
from ..symbol import contrib as symbol
from . import amp as amp
from . import autograd as autograd
from . import io as io
from . import svrg_optimization as svrg_optimization
from . import text as text

nd, sym = ndarray, symbol  # mx.nd.contrib and mx.sym.contrib, where programs before MXNet 1.0 look for them
for _place in ("ndarray", "symbol"):
    _sys.modules[f"{__name__}.{_place}"] = globals()[_place]
__all__ = ["amp", "autograd", "io", "nd", "ndarray", "svrg_optimization", "sym", "symbol", "text"]
__getattr__ = _missing("mx.contrib", __name__, __all__)
