"""mx.contrib: names of MXNet's contributed modules (MXNet: mxnet.contrib)."""
import sys as _sys

from ..absent import missing as _missing
from ..ndarray import contrib as ndarray
from ..symbol import contrib as symbol
from . import amp as amp
from . import io as io
from . import tensorboard as tensorboard
from . import text as text

nd, sym = ndarray, symbol
for _name, _module in (("ndarray", ndarray), ("nd", nd), ("symbol", symbol), ("sym", sym)):  # so that they can be imported from
    _sys.modules[f"{__name__}.{_name}"] = _module
__all__ = ["amp", "io", "nd", "ndarray", "sym", "symbol", "tensorboard", "text"]
__getattr__ = _missing("mx.contrib", __name__, __all__)
