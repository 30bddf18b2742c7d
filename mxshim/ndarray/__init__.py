"""mx.nd: the imperative operators of MXNet 1.x (mxnet.ndarray, following 1.9.1).

Every operator takes `out=` (the array that receives the result) and `name=` (ignored, as in MXNet).
"""
from ..absent import missing as _missing
from ..array.fill import fill as _fill
from ..array.nd_array import NDArray as NDArray

__all__ = ["NDArray", "contrib", "image", "linalg", "op", "random", "sparse"]
_fill(globals(), "nd", __name__)
from . import _internal as _internal  # noqa: E402
from . import contrib as contrib  # noqa: E402
from . import image as image  # noqa: E402
from . import linalg as linalg  # noqa: E402
from . import ndarray as ndarray  # noqa: E402
from . import op as op  # noqa: E402
from . import random as random  # noqa: E402
from . import sparse as sparse  # noqa: E402
from . import utils as utils  # noqa: E402

_no_name = _missing("nd", __name__, __all__)


def __getattr__(name):
    return _internal.CachedOp if name == "CachedOp" else _no_name(name)  # it needs graphs, which are loaded where they are asked for
