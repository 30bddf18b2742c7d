"""mx.nd._internal: MXNet's raw operators, _plus_scalar and the like. mxshim.symbol, which knows them from graphs, puts them here."""
from ..absent import missing as _missing

__all__: list[str] = []


def __getattr__(name):
    from .. import symbol as _  # noqa: F401
    if name in globals():
        return globals()[name]
    return _missing("nd._internal", __name__, __all__)(name)
