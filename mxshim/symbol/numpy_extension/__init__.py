"""mx.sym.npx: the functions of mx.npx on Symbols."""
from ...absent import missing as _missing
from ..fill import fill as _fill
from ..np_symbol import _Symbol as _Symbol

__all__: list[str] = []
_fill(globals(), "npx", __name__, _Symbol)
from . import image as image  # noqa: E402
from . import random as random  # noqa: E402

__getattr__ = _missing("mx.sym.npx", __name__, __all__)
