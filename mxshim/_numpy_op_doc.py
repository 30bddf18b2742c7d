"""Raw operators of np and npx by the names that they have in graphs, for their signatures (MXNet: mxnet._numpy_op_doc)."""
from .numpy_op_signature import _get_builtin_op


def __getattr__(name):
    found = None if name.startswith("__") else _get_builtin_op(name)
    if found is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return found
