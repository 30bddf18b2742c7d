"""mx.nd.op: the operators of mx.nd under their other address."""
from ..absent import missing as _missing
from ..array.fill import fill as _fill

__all__: list[str] = []
_fill(globals(), "nd", __name__)
__getattr__ = _missing("nd", __name__, __all__)
