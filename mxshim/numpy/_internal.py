"""np._internal: MXNet's raw operators on arrays, by what follows "_npi_" in their names (MXNet: mxnet.ndarray.numpy._internal).

    from mxnet.ndarray.numpy import _internal as _npi
    _npi.boolean_mask_assign_scalar(x, mask, 0.5, start_axis=0, out=x)

Arrays come first, then the attributes, as graphs have them.
"""
from __future__ import annotations

from ..array.core import Array
from ..base import MXNetError
from ..engine.call import write_out
from ..engine.op import NAMES


def __getattr__(name):
    from ..symbol import operators
    record = None if name.startswith("__") else operators.find(f"_npi_{name}")
    if record is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}: MXNet has no operator '_npi_{name}'")
    found = globals()[name] = _raw(name, record)
    return found


def __dir__():
    from ..symbol import operators
    return sorted(n.removeprefix("_npi_") for n in operators.table() if n.startswith("_npi_"))


def _raw(short, record):
    def call(*args, out=None, name=None, **kwargs):
        from ..symbol.functions import function
        count = sum(isinstance(a, Array) for a in args)
        arrays, rest = list(args[:count]), args[count:]
        arrays += [kwargs.pop(i) for i in record.inputs[count:] if isinstance(kwargs.get(i), Array)]
        wrong = [k for k in kwargs if k not in record.kinds and k not in ("ctx", "dtype")]
        if wrong or len(rest) > len(record.kinds) or any(isinstance(a, Array) for a in rest):
            raise MXNetError(f"np._internal.{short} takes the arrays {', '.join(record.inputs) or 'none'} and then "
                             f"{', '.join(record.kinds) or 'nothing'}, got {', '.join(wrong) or len(args)}")
        found = function(f"_npi_{short}")(arrays, {**dict(zip(record.kinds, rest, strict=False)), **kwargs})
        return found if out is None else write_out(NAMES["np.copy"], out, found)

    call.__name__ = call.__qualname__ = short
    call.__doc__ = f"MXNet's operator _npi_{short} on arrays, then its attributes; out= receives the result."
    return call
