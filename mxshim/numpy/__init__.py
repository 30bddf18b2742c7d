"""mx.np: NumPy's interface with autograd and devices (MXNet: mxnet.numpy, following 2.0).

Every function takes `out=` (an array that receives the result) and, where it creates an array, `ctx=` or `device=`.
"""
from ..absent import missing as _missing
from ..array.fill import fill as _fill
from ..array.numpy_array import ndarray as ndarray
from . import constants as _constants
from .constants import *  # noqa: F403  # the constants and dtypes listed there

__all__ = ["linalg", "ndarray", "random"]
__all__ += _constants.__all__
_fill(globals(), "np", __name__)
from . import _internal as _internal  # noqa: E402
from . import linalg as linalg  # noqa: E402
from . import random as random  # noqa: E402

__getattr__ = _missing("np", __name__, __all__)
