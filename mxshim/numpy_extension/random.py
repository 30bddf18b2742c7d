"""mx.npx.random."""
from ..absent import missing as _missing
from ..array.fill import fill as _fill

__all__: list[str] = []
_fill(globals(), "npx.random", __name__)
__getattr__ = _missing("npx.random", __name__, __all__)
