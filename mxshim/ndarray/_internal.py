"""mx.nd._internal: MXNet's raw operators, _plus_scalar and the like. mxshim.symbol, which knows them from graphs, puts them here."""
from ..absent import missing as _missing

__all__: list[str] = []
__getattr__ = _missing("nd._internal", __name__, __all__)
