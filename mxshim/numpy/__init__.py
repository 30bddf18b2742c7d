"""mx.np: NumPy's interface with autograd and devices (MXNet: mxnet.numpy, following 2.0).

Every function takes `out=` (an array that receives the result) and, where it creates an array, `ctx=` or `device=`.
"""
from ..absent import missing as _missing
from ..absent import parts as _parts
from ..array.fill import fill as _fill
from ..array.numpy_array import ndarray as ndarray
from . import constants as _constants
from .constants import *  # noqa: F403  # the constants and dtypes listed there

__all__ = ["linalg", "ndarray", "random"]
__all__ += _constants.__all__
_fill(globals(), "np", __name__)
from . import _internal as _internal  # noqa: E402
from . import fallback as fallback  # noqa: E402
from . import fallback_linalg as fallback_linalg  # noqa: E402
from . import linalg as linalg  # noqa: E402
from . import random as random  # noqa: E402

for _module, _names in ((fallback, globals()), (fallback_linalg, vars(linalg))):
    vars(_module).update({name: _names[name] for name in _module.__all__})

__getattr__ = _missing("np", __name__, __all__)
_parts(__name__, "arrayprint function_base io set_functions stride_tricks type_functions utils")
