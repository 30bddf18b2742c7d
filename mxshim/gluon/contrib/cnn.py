"""mx.gluon.contrib.cnn: where MXNet 1 keeps these layers (mxnet.gluon.contrib.cnn)."""
from ...absent import missing as _missing
from ...absent import parts as _parts
from ..nn import DeformableConvolution as DeformableConvolution
from ..nn import ModulatedDeformableConvolution as ModulatedDeformableConvolution

__all__ = ["DeformableConvolution", "ModulatedDeformableConvolution"]

_parts(__name__, "conv_layers")
__getattr__ = _missing("mx.gluon.contrib.cnn", __name__, __all__)
