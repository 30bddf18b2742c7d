"""mx.gluon: importable, so that programs which import it by habit run; what it lacks says so when it is used."""
from ..absent import missing as _missing

__all__: list[str] = []
__getattr__ = _missing("mx.gluon", __name__, __all__)
