"""mx.sym.image."""
from ..absent import missing as _missing
from .fill import fill as _fill

__all__: list[str] = []
_fill(globals(), "nd.image", __name__)
__getattr__ = _missing("mx.sym.image", __name__, __all__)
