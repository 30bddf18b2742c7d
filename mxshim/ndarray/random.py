"""mx.nd.random."""
from ..absent import missing as _missing
from ..array.fill import fill as _fill

__all__: list[str] = []
_fill(globals(), "nd.random", __name__)
__getattr__ = _missing("nd.random", __name__, __all__)
