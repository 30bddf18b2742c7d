"""mx.gluon.model_zoo: networks of the literature, ready to train or with parameters from files (MXNet: mxnet.gluon.model_zoo)."""
from ...absent import missing as _missing
from . import model_store as model_store
from . import vision as vision

__all__ = ["model_store", "vision"]
__getattr__ = _missing("mx.gluon.model_zoo", __name__, __all__)
