"""mx.contrib.svrg_optimization: a Module whose gradients vary less (MXNet: mxnet.contrib.svrg_optimization)."""
from . import svrg_module as svrg_module
from .svrg_module import SVRGModule as SVRGModule

__all__ = ["SVRGModule", "svrg_module"]
