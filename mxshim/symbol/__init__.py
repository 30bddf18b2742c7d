"""mx.sym: graphs of operators, the format that MXNet kept models in (mxnet.symbol).

Every function of mx.nd that MXNet's graphs have an operator for is here on Symbols; `name=` names the operator.
"""
from ..absent import missing as _missing
from ..absent import parts as _parts
from .compose import group as Group
from .compose import var as var
from .creation import BatchNorm_v1 as BatchNorm_v1
from .creation import arange as arange
from .creation import concatenate as concatenate
from .creation import eye as eye
from .creation import full as full
from .creation import histogram as histogram
from .creation import hypot as hypot
from .creation import linspace as linspace
from .creation import maximum as maximum
from .creation import minimum as minimum
from .creation import ones as ones
from .creation import pow as pow
from .creation import power as power
from .creation import split_v2 as split_v2
from .creation import zeros as zeros
from .fill import fill as _fill
from .reading import fromjson as fromjson
from .reading import load as load
from .reading import load_json as load_json
from .symbol import Symbol as Symbol

Variable = var
__all__ = ["BatchNorm_v1", "Group", "Symbol", "Variable", "arange", "concatenate", "eye", "fromjson", "full", "histogram", "hypot",
           "linspace", "load", "load_json", "maximum", "minimum", "ones", "pow", "power", "split_v2", "var", "zeros"]
_fill(globals(), "nd", __name__)
from . import arithmetic as _arithmetic  # noqa: E402, F401
from . import binding as _binding  # noqa: E402, F401
from . import contrib as contrib  # noqa: E402
from . import image as image  # noqa: E402
from . import internal as _internal  # noqa: E402, F401
from . import linalg as linalg  # noqa: E402
from . import numpy as numpy  # noqa: E402
from . import numpy_extension as numpy_extension  # noqa: E402
from . import op as op  # noqa: E402
from . import random as random  # noqa: E402
from . import raw as _raw  # noqa: E402, F401
from . import recording as _recording  # noqa: E402, F401
from . import sparse as sparse  # noqa: E402

np, npx = numpy, numpy_extension
_parts(__name__, "symbol")
__getattr__ = _missing("mx.sym", __name__, __all__)
