"""mx.sym._internal: MXNet's raw operators."""
from .fill import fill_internal as _fill

_fill(globals())
