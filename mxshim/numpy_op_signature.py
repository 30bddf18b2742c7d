"""Raw operators by the names they have in graphs (MXNet: mxnet.numpy_op_signature)."""
from __future__ import annotations

from . import numpy, numpy_extension


def _get_builtin_op(op_name):
    """The function of a raw operator, such as "_npi_cross" or "_npx_relu"; None if there is none."""
    for prefix, module in (("_npi_", numpy._internal), ("_npx_", numpy_extension), ("_np_", numpy)):
        if op_name.startswith(prefix):
            return getattr(module, op_name.removeprefix(prefix), None)
    return None
