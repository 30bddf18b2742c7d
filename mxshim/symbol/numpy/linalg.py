"""mx.sym.np.linalg."""
from ...absent import missing as _missing
from ..fill import fill as _fill
from ..np_symbol import _Symbol

__all__: list[str] = []
_fill(globals(), "np.linalg", __name__, _Symbol)
__getattr__ = _missing("mx.sym.np.linalg", __name__, __all__)
