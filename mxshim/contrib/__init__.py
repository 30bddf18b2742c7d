"""mx.contrib: names of MXNet's contributed modules (MXNet: mxnet.contrib)."""
from ..absent import missing as _missing
from . import amp as amp
from . import text as text

__all__ = ["amp", "text"]
__getattr__ = _missing("mx.contrib", __name__, __all__)
