"""mx.contrib: names of MXNet's contributed modules (MXNet: mxnet.contrib)."""
import sys as _sys

from .. import amp as amp  # where MXNet 1.9 keeps it
from ..absent import missing as _missing
from ..ndarray import contrib as ndarray
from ..symbol import contrib as symbol
from . import autograd as autograd
from . import io as io
from . import svrg_optimization as svrg_optimization
from . import tensorboard as tensorboard
from . import text as text

__all__ = ["amp", "autograd", "io", "nd", "ndarray", "svrg_optimization", "sym", "symbol",
           "tensorboard", "text"]

nd, sym = ndarray, symbol  # the operators of mx.nd.contrib and mx.sym.contrib
for _name in ("amp", "nd", "ndarray", "sym", "symbol"):
    _sys.modules[f"{__name__}.{_name}"] = globals()[_name]
for _name in [n for n in _sys.modules if n.startswith(amp.__name__ + ".")]:
    _sys.modules[f"{__name__}.amp{_name.removeprefix(amp.__name__)}"] = _sys.modules[_name]
__getattr__ = _missing("mx.contrib", __name__, __all__)
