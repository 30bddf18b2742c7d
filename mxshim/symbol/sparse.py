"""mx.sym.sparse."""
from ..absent import missing as _missing
from .fill import fill as _fill

__all__: list[str] = []
_fill(globals(), "nd.sparse", __name__)
__getattr__ = _missing("mx.sym.sparse", __name__, __all__)
