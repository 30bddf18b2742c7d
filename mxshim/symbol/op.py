"""mx.sym.op: the operators of mx.sym under their other address."""
from ..absent import missing as _missing
from .fill import fill as _fill

__all__: list[str] = []
_fill(globals(), "nd", __name__)
__getattr__ = _missing("mx.sym", __name__, __all__)
