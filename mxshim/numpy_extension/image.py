"""mx.npx.image."""
from ..absent import missing as _missing
from ..array.fill import fill as _fill

__all__: list[str] = []
_fill(globals(), "npx.image", __name__)
__getattr__ = _missing("npx.image", __name__, __all__)
