"""mx.gluon.contrib: names of MXNet 1's contributed layers and cells (MXNet: mxnet.gluon.contrib)."""
from ...absent import missing as _missing
from . import cnn as cnn
from . import data as data
from . import estimator as estimator
from . import nn as nn
from . import rnn as rnn

__all__ = ["cnn", "data", "estimator", "nn", "rnn"]
__getattr__ = _missing("mx.gluon.contrib", __name__, __all__)
