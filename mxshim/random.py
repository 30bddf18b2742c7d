"""mx.random: seeding, and the samplers of mx.nd.random (MXNet: mxnet.random)."""
from .array.fill import fill as _fill
from .ndarray.random import *  # noqa: F403  # the samplers listed there

__all__: list[str] = []
_fill(globals(), "mx.random", __name__)
