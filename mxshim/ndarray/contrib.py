"""mx.nd.contrib."""
from ..absent import missing as _missing
from ..array.fill import fill as _fill

__all__: list[str] = []
_fill(globals(), "nd.contrib", __name__)
__getattr__ = _missing("nd.contrib", __name__, __all__)
