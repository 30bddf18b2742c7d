"""Raw operators by the names they have in graphs (MXNet: mxnet.numpy_op_signature)."""
from __future__ import annotations

import inspect

from . import numpy, numpy_extension


def _get_builtin_op(op_name):
    """The function of a raw operator, such as "_npi_cross" or "_npx_relu", with its `__signature__`; None if there is none."""
    for prefix, module in (("_npi_", numpy._internal), ("_npx_", numpy_extension), ("_np_", numpy)):
        if op_name.startswith(prefix):
            found = getattr(module, op_name.removeprefix(prefix), None)
            if found is not None:
                found.__signature__ = inspect.signature(found)
            return found
    return None
