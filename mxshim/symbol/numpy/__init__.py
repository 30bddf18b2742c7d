"""mx.sym.np: the functions of mx.np on Symbols."""
from ...absent import missing as _missing
from ..fill import fill as _fill
from ..np_creation import arange as arange
from ..np_creation import full as full
from ..np_creation import ones as ones
from ..np_creation import zeros as zeros
from ..np_symbol import _Symbol as _Symbol

__all__ = ["arange", "full", "ones", "zeros"]
_fill(globals(), "np", __name__, _Symbol)
from . import linalg as linalg  # noqa: E402
from . import random as random  # noqa: E402

__getattr__ = _missing("mx.sym.np", __name__, __all__)
