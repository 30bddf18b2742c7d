"""mx.gluon.contrib.cnn: where MXNet 1 keeps these layers (mxnet.gluon.contrib.cnn)."""
import sys as _sys

from ...absent import missing as _missing
from ..nn import DeformableConvolution as DeformableConvolution
from ..nn import ModulatedDeformableConvolution as ModulatedDeformableConvolution

__all__ = ["DeformableConvolution", "ModulatedDeformableConvolution"]

# MXNet's modules in here; each of them has all the names.
__path__: list[str] = []
conv_layers = _sys.modules[f"{__name__}.conv_layers"] = _sys.modules[__name__]
__getattr__ = _missing("mx.gluon.contrib.cnn", __name__, __all__)
