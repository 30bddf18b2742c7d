"""mx.contrib: names of MXNet's contributed modules (MXNet: mxnet.contrib)."""
from ..absent import missing as _missing
from . import amp as amp

__all__ = ["amp"]
__getattr__ = _missing("mx.contrib", __name__, __all__)
