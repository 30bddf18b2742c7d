"""mx.sym.contrib."""
from ..absent import missing as _missing
from .fill import fill as _fill

__all__: list[str] = []
_fill(globals(), "nd.contrib", __name__)
__getattr__ = _missing("mx.sym.contrib", __name__, __all__)
