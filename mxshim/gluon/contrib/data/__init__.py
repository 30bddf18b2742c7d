"""mx.gluon.contrib.data: text as language models read it, images with boxes (MXNet: mxnet.gluon.contrib.data of both versions)."""
from ....absent import missing as _missing
from ....absent import parts as _parts
from ...data.sampler import IntervalSampler as IntervalSampler
from . import text as text
from . import vision as vision

__all__ = ["IntervalSampler", "text", "vision"]

_parts(__name__, "sampler text")
__getattr__ = _missing("mx.gluon.contrib.data", __name__, __all__)
