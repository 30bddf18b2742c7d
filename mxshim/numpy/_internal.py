"""np._internal: MXNet's raw operators on arrays, by what follows "_npi_" in their names (MXNet: mxnet.ndarray.numpy._internal).

    from mxnet.ndarray.numpy import _internal as _npi
    _npi.boolean_mask_assign_scalar(x, mask, 0.5, start_axis=0, out=x)

Arrays come first, then the attributes, as graphs have them.
"""
from __future__ import annotations

from ..array.core import Array


def __getattr__(name):
    from ..symbol import operators, raw
    record = None if name.startswith("__") else operators.find(f"_npi_{name}")
    if record is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}: MXNet has no operator '_npi_{name}'")
    found = globals()[name] = raw.raw(name, record, Array, f"np._internal.{name}")
    return found


def __dir__():
    from ..symbol import operators
    return sorted(n.removeprefix("_npi_") for n in operators.table() if n.startswith("_npi_"))
