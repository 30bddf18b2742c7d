"""MXNet's raw operators called on arrays: those of nd._internal and np._internal, and CachedOp, a whole graph."""
from __future__ import annotations

from ..base import ArgumentTypeError, MXNetError
from ..engine.call import write_out
from ..engine.op import NAMES
from ..ndarray import NDArray, _internal
from . import operators
from .functions import function
from .infer import Inference
from .running import Program

_UNDECLARED = ("ctx", "dtype")  # attributes that operators take without saying so


def raw(name, record, cls, called):
    """The operator of a graph as a function of arrays of `cls`, then its attributes; name: its own, called: as errors name it."""

    def call(*args, out=None, name=None, **kwargs):
        arrays, rest = [a for a in args if isinstance(a, cls)], [a for a in args if not isinstance(a, cls)]
        arrays += [kwargs.pop(i) for i in record.inputs[len(arrays):] if isinstance(kwargs.get(i), cls)]
        if record.ignores:
            kwargs = {k: v for k, v in kwargs.items() if k in _UNDECLARED}
        wrong = [k for k in kwargs if k not in record.kinds and k not in _UNDECLARED]
        if wrong or len(rest) > len(record.kinds):
            raise MXNetError(f"{called} takes the arrays {', '.join(record.inputs) or 'none'} and then "
                             f"{', '.join(record.kinds) or 'nothing'}, got {', '.join(wrong) or len(args)}")
        found = function(record.name)(arrays, {**dict(zip(record.kinds, rest, strict=False)), **kwargs})
        return found if out is None else write_out(NAMES["np.copy"], out, found)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"MXNet's operator {record.name} on arrays, then its attributes; out= receives the result."
    return call


class CachedOp:
    """A graph called as a function of arrays, one for each of its inputs in the order of sym.list_inputs() (MXNet: nd.CachedOp).

    flags: pairs of names and values for MXNet's memory planner, without effect.
    """

    def __init__(self, sym, flags=()):
        self._symbol, self._names, self._programs = sym, sym.list_inputs(), {}

    @property
    def is_np_sym(self) -> bool:
        """Whether the graph was made of mx.sym.np's Symbols."""
        return self._symbol._dialect == "np"

    def get_optimized_symbol(self):
        """The graph; XLA changes nothing in it."""
        return self._symbol

    def __call__(self, *args, out=None, default_ctx=None):
        """The graph's output, or a list of several. Raises: MXNetError for a wrong number of arrays or shapes that do not fit."""
        if len(args) == 1 and isinstance(args[0], list | tuple):
            args = tuple(args[0])
        if len(args) != len(self._names):
            raise MXNetError(f"nd.CachedOp takes {len(self._names)} arrays ({', '.join(self._names)}), got {len(args)}")
        for name, a in zip(self._names, args, strict=True):
            if not isinstance(a, NDArray):
                raise ArgumentTypeError(f"nd.CachedOp: {name!r} must be an NDArray, got {type(a).__name__}")
        shapes = tuple([a.shape for a in args])
        if shapes not in self._programs:
            found = Inference(self._symbol, dict(zip(self._names, shapes, strict=True)), {
                n: a.dtype for n, a in zip(self._names, args, strict=True)})
            self._programs[shapes] = Program(self._symbol, found.open_shapes())
        results = self._programs[shapes](args)
        if out is not None:
            for target, result in zip(out if isinstance(out, list | tuple) else [out], results, strict=True):
                target[:] = result
            return out
        return results[0] if len(results) == 1 else results


def fill():
    """Put the raw operators and CachedOp where MXNet has them."""
    for name, record in operators.table().items():
        if name.startswith("_") and not name.startswith(("_backward", "_np", "_sg_", "_CachedOp")):
            setattr(_internal, name, raw(name, record, NDArray, f"nd._internal.{name}"))
            _internal.__all__.append(name)
    _internal.CachedOp = CachedOp


fill()
