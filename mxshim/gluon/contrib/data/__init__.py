"""mx.gluon.contrib.data: text as language models read it, images with boxes (MXNet: mxnet.gluon.contrib.data of both versions)."""
import sys as _sys

from ....absent import missing as _missing
from ...data.sampler import IntervalSampler as IntervalSampler
from . import text as text
from . import vision as vision

__all__ = ["IntervalSampler", "text", "vision"]

# MXNet's modules in here; each of them has all the names.
sampler = _sys.modules[f"{__name__}.sampler"] = _sys.modules[__name__]
__getattr__ = _missing("mx.gluon.contrib.data", __name__, __all__)
