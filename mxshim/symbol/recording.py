"""Recording what ordinary code calls as a graph: arrays that compute as always and know the Symbol they stand for.

`with Recording() as r:` r.array(x, symbol) gives such an array; what public functions compute from it is one, too. Arrays from elsewhere
become variables, kept in r.constants.
"""
from __future__ import annotations

import warnings

from .. import autograd
from .. import name as naming
from .. import ndarray as nd
from .. import numpy as np
from ..array import control_flow
from ..array.core import Array
from ..base import MXNetError
from ..engine import call as door
from ..engine.op import NAMES
from . import calls, loops
from .arithmetic import _COMPARISONS, _TABLE, NP
from .compose import create, var
from .np_symbol import _sliced, _Symbol, spelled_out
from .running import Program
from .symbol import Symbol

INPLACE = ("__iadd__", "__isub__", "__imul__", "__itruediv__", "__imod__", "__ipow__", "__ifloordiv__", "__imatmul__")
READ = "export: forward reads values, which come from inputs of zeros here; the graph does what it does with those"


class Recording:
    """What is recorded between `with`: constants are the arrays that came from outside, by the name of their variable."""

    current: Recording | None = None

    def __init__(self):
        self.constants: dict[str, object] = {}
        self.used: dict[tuple, object] | None = None  # while the graph of a loop is made: the arrays that it takes, by vertex and output
        self._seen: dict[int, tuple] = {}

    def __enter__(self):
        self._before, Recording.current = Recording.current, self
        self._scope = autograd.pause(train_mode=False)
        self._scope.__enter__()
        return self

    def __exit__(self, *exc):
        Recording.current = self._before
        self._scope.__exit__(*exc)

    def array(self, x, symbol):
        """x, which stands for a Symbol from now on."""
        cls = NpRecorded if x._dialect == "np" else NdRecorded
        other = _as(cls, x._alias())
        other._symbol = symbol.as_np_ndarray() if cls is NpRecorded else symbol.as_nd_ndarray()
        return other

    def into(self, out, result):
        """What a call gives that has `out`: an export writes into no array."""
        return result

    def written(self, x, symbol):
        """x, an input of a call that may have written into it, as BatchNorm into gamma. Arrays of an export keep their Symbols."""

    def constant(self, x):
        """The variable of an array that was computed elsewhere."""
        found = self._constant(x)
        if self.used is not None:
            self.used[found._entries[0]] = x
        return found

    def _constant(self, x):
        found = self._seen.get(id(x._value_now()))
        if found is None:
            name = f"constant{len(self.constants)}"
            self.constants[name] = x
            found = self._seen[id(x._value_now())] = (x._value_now(), var(name, shape=x.shape, dtype=x.dtype))
        return found[1]


def _as(cls, x):
    """The array x as one of another class, which holds what x holds."""
    other = object.__new__(cls)
    for slot in ("_cell", "_view", "_memo", "_memo_of", "_leaf", "_node", "_base", "_index"):
        setattr(other, slot, getattr(x, slot, None))
    return other


class _Recorded:
    """What both classes share."""

    __slots__ = ()

    def _plain(self):
        other = _as(np.ndarray if self._dialect == "np" else nd.NDArray, self)
        if Recording.current is not None and Recording.current.used is not None:
            Recording.current.used[self._symbol._entries[0]] = other
        return other

    def __getitem__(self, key):
        r = _recording()
        found = self._plain()[_unwrapped(key)]
        if self._dialect == "np":
            symbol = _sliced(self._symbol, _as_symbols(key, _Symbol), self.ndim)
        else:
            symbol = _nd_sliced(self._symbol, key, self.ndim)
        return r.array(found, symbol)

    def __setitem__(self, key, value):
        raise MXNetError("export: forward writes into an array, which MXNet's graphs cannot do; compute a new one, with np.where or "
                         "concatenate")

    def reshape(self, *shape, **kwargs):
        r = _recording()
        return r.array(self._plain().reshape(*shape, **kwargs), self._symbol.reshape(*shape, **kwargs))

    def transpose(self, *axes, **kwargs):
        r = _recording()
        return r.array(self._plain().transpose(*axes, **kwargs), self._symbol.transpose(*axes, **kwargs))

    @property
    def T(self):
        return self.transpose()

    def astype(self, dtype, *args, **kwargs):
        r = _recording()
        return r.array(self._plain().astype(dtype), self._symbol.astype(dtype))

    def copy(self, *args):
        return self

    def detach(self):
        return self

    def as_in_context(self, *args):
        return self

    as_in_ctx = to_device = as_in_context

    def as_np_ndarray(self):
        return _recording().array(self._plain().as_np_ndarray(), self._symbol)

    def as_nd_ndarray(self):
        return _recording().array(self._plain().as_nd_ndarray(), self._symbol)

    def flatten(self, *args, **kwargs):
        if self._dialect == "np":
            return self.reshape((-1,))
        return nd.flatten(self)

    def squeeze(self, axis=None, **kwargs):
        return (np.squeeze if self._dialect == "np" else nd.squeeze)(self, axis=axis)

    def expand_dims(self, axis, **kwargs):
        return (np if self._dialect == "np" else nd).expand_dims(self, axis=axis)


def _recording() -> Recording:
    if Recording.current is None:
        raise MXNetError("an array of an export was used after it; forward must not keep its arrays")
    return Recording.current


class _Exported(_Recorded):
    __slots__ = ()

    def asnumpy(self):
        return self._told(super().asnumpy())

    def _host(self):
        return self._told(super()._host())

    def _told(self, values):
        if Recording.current is not None:
            warnings.warn(READ, stacklevel=4)
        return values


class NpRecorded(_Exported, np.ndarray):
    __slots__ = ("_symbol",)


class NdRecorded(_Exported, nd.NDArray):
    __slots__ = ("_symbol",)


def _operators(cls, names):
    for short in names:
        for name in (f"__{short}__", f"__r{short}__"):
            if name == f"__r{short}__" and short in _COMPARISONS:
                continue

            def method(self, other, name=name):
                r = _recording()
                plain = getattr(self._plain(), name)(_unwrapped(other))
                if plain is NotImplemented:
                    return plain
                return r.array(plain, getattr(self._symbol, name)(_as_symbols(other, type(self._symbol))))

            setattr(cls, name, method)
    for name in ("__neg__", "__abs__", *(["__invert__"] if names is NP else [])):
        def single(self, name=name):
            return _recording().array(getattr(self._plain(), name)(), getattr(self._symbol, name)())
        setattr(cls, name, single)
    for name in INPLACE:
        setattr(cls, name, lambda self, other, name=name: getattr(self, "__" + name[3:])(other))
    cls.__hash__ = lambda self: id(self) // 16


_operators(NpRecorded, NP)
_operators(NdRecorded, (*_TABLE, *_COMPARISONS))


def _broadcasting(cls):
    """Between nd arrays of unequal shapes, `+` is an elementwise operator in MXNet's graphs, which does not broadcast; this one does."""
    functions = {"add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "mod": "mod", "pow": "power", "eq": "equal",
                 "ne": "not_equal", "gt": "greater", "ge": "greater_equal", "lt": "lesser", "le": "lesser_equal"}
    for short, full in functions.items():
        for name in (f"__{short}__", f"__r{short}__"):
            usual = cls.__dict__.get(name)
            if usual is None:
                continue

            def method(self, other, usual=usual, name=name, full=full):
                if not isinstance(other, nd.NDArray) or other.shape == self.shape:
                    return usual(self, other)
                a, b = (other, self) if name.startswith("__r") else (self, other)
                return getattr(nd, f"broadcast_{full}")(a, b)

            setattr(cls, name, method)


_broadcasting(NdRecorded)


def _unwrapped(value):
    """The same with plain arrays."""
    if isinstance(value, _Recorded):
        return value._plain()
    if type(value) in (list, tuple):
        return type(value)(map(_unwrapped, value))
    return value


def _as_symbols(value, cls):
    """The same with Symbols in place of arrays."""
    if isinstance(value, _Recorded):
        return cls(value._symbol._entries)
    if isinstance(value, nd.NDArray):
        return cls(_recording().constant(value)._entries)
    if type(value) in (list, tuple):
        return type(value)(_as_symbols(v, cls) for v in value)
    return value


def _nd_sliced(x, key, ndim):
    keys = spelled_out(key, ndim)
    if any(isinstance(k, nd.NDArray) for k in keys):
        if len(keys) == 1:
            return calls.symbolic("nd.take", (x, _as_symbols(keys[0], Symbol)), {"axis": 0, "mode": "wrap"})
        raise MXNetError("export: an index of several arrays is not one that MXNet's graphs of nd have; use take, pick or gather_nd")
    for axis, k in reversed(list(enumerate([k for k in keys if k is not None]))):
        if isinstance(k, slice):
            if k == slice(None):
                continue
            if k.step in (None, 1):
                x = calls.symbolic("nd.slice_axis", (x,), {"axis": axis, "begin": k.start or 0, "end": k.stop})
            else:
                x = calls.symbolic("nd.slice", (x,), {"begin": (None,) * axis + (k.start,), "end": (None,) * axis + (k.stop,),
                                                      "step": (None,) * axis + (k.step,)})
        else:
            x = calls.symbolic("nd.slice_axis", (x,), {"axis": axis, "begin": k, "end": k + 1 if k != -1 else None})
    lost = tuple(i for i, k in enumerate([k for k in keys if k is not None]) if isinstance(k, int))
    if len(lost) == ndim:  # nd has no 0-d arrays
        return calls.symbolic("nd.reshape", (x,), {"shape": (1,) * max(1, keys.count(None))})
    if lost:
        x = calls.symbolic("nd.squeeze", (x,), {"axis": lost})
    for i, k in enumerate(keys):
        if k is None:
            x = calls.symbolic("nd.expand_dims", (x,), {"axis": sum(not isinstance(j, int) for j in keys[:i])})
    return x


def public(name: str, dialect: str) -> str:
    """The function that a method or an operator of the engine stands for."""
    if name == "mx.rnn":
        return "nd.RNN" if dialect == "nd" else "npx.rnn"
    for start, spaces in (("np.ndarray.", ("np.", "npx.")), ("nd.NDArray.", ("nd.",))):
        if name.startswith(start) and name not in calls._RULES:
            short = name.removeprefix(start)
            return next((s + short for s in spaces if s + short in NAMES), name)
    return name


_UNEQUAL = ("maximum", "minimum", "power")  # of arrays of equal shapes in graphs


def symbolic(op, cls, args, kwargs, name):
    """What the door gives for a call with Symbols, or with recorded arrays, among its arguments."""
    name = public(name, cls._dialect)
    kwargs = {k: v for k, v in kwargs.items() if not (k == "noise" or k == "sequence_length" and v is None)}
    everything = [*args, *kwargs.values()]
    flat = [e for a in everything for e in (a if type(a) in (list, tuple) else (a,))]
    if not any(isinstance(a, _Recorded) for a in flat):
        return calls.symbolic(name, args, kwargs, type(next(a for a in flat if isinstance(a, Symbol))))
    r = _recording()
    short = name.removeprefix("nd.")
    if short in _UNEQUAL and len({a.shape for a in flat if isinstance(a, nd.NDArray)}) > 1:
        return getattr(nd, f"broadcast_{short}")(*args)
    target = kwargs.pop("out", None)
    plain = dict(kwargs)
    kind = _Symbol if cls._dialect == "np" else Symbol
    known = [(a, a._symbol) for a in flat if isinstance(a, _Recorded)]
    s = calls.symbolic(name, _as_symbols(tuple(args), kind), {k: _as_symbols(v, kind) for k, v in kwargs.items()}, kind)
    if op is None:
        found = NAMES[name](*map(_unwrapped, args), **{k: v for k, v in plain.items() if k != "name"})
    else:
        found = door.call(op, cls, tuple(map(_unwrapped, args)), {k: _unwrapped(v) for k, v in plain.items()}, name)
    for a, symbol in known:
        r.written(a, symbol)
    if isinstance(found, list | tuple):
        parts = [type(s)([e]) for e in s._entries] if len(s._entries) > 1 else [_sliced(s, k) for k in range(len(found))] if len(
            found) > 1 else [s]  # indices of several axes are the rows of one array in graphs
        return type(found)([r.array(a, p) for a, p in zip(found, parts, strict=False)])
    return r.into(target, r.array(found, type(s)(s._entries[:1])))


class _Arrays(loops.Symbols):
    """How functions of a loop are called in an export: with arrays that stand for Symbols."""

    def __init__(self, recording, cls):
        super().__init__(cls)
        self.recording = recording

    def is_leaf(self, value):
        return isinstance(value, Array)

    def symbol(self, value):
        _unwrapped(value)  # so that it is known to be used
        return _as_symbols(value, self.cls)

    def input(self, like, symbol, element):
        plain = _unwrapped(like)
        return self.recording.array(plain[0] if element else plain, symbol)


def in_graph(name, args):
    """A loop or a branch that is called with Symbols, or in an export: its operator. None for any other call."""
    found = next((e for a in args for e in _flat(a) if isinstance(e, Symbol)), None)
    if found is not None:
        return loops.MAKERS[name](loops.Symbols(type(found)), *args)
    r = Recording.current
    if r is None:
        return None
    before, r.used = r.used, {}
    try:
        out = loops.MAKERS[name](_Arrays(r, _Symbol if name.startswith("npx.") else Symbol), *args)
        v = next(_flat(out))._entries[0][0]
        used, r.used = r.used, None
        values = loops.runner(v, Program)([used[e] for e in v.inputs], {})
    finally:
        r.used = before
        if before is not None:
            before.update(used)
    return _with_values(out, values, r)


def _flat(value):
    if isinstance(value, list | tuple):
        for v in value:
            yield from _flat(v)
    else:
        yield value


def _with_values(out, values, r):
    if isinstance(out, list):
        return [_with_values(o, values, r) for o in out]
    if isinstance(out, tuple):
        return tuple([_with_values(o, values, r) for o in out])
    return r.array(values[out._entries[0][1]], out)


GRAPHED = (Symbol, _Symbol, NdRecorded)


def open_states(inputs, infos, batch, names):
    """Zeros for each {"shape": ...} whose size 0, the batch's, shape inference finds; Symbols, or recorded arrays with that size."""
    symbols = [create("_zeros", (), {"shape": info["shape"], "dtype": "float32", "name": name},
                      cls=type(inputs) if isinstance(inputs, Symbol) else Symbol)
               for info, name in zip(infos, names, strict=True)]
    if isinstance(inputs, Symbol):
        return symbols
    return [_recording().array(nd.full(tuple([batch if n == 0 else n for n in info["shape"]]), 0, dtype=info["dtype"]), s)
            for info, s in zip(infos, symbols, strict=True)]


class LayerNames(naming.Prefix):
    """Names inside a block of MXNet 1.x: its prefix, then those its operators are given, in order: `fwd` in a layer of gluon.nn.

    A block whose prefix is "" counts on in the block around it.
    """

    def __init__(self, block):
        super().__init__(block.prefix)
        self._given = list(block._graph_names())[::-1]
        self._outside = block.name_scope().transparent

    def get(self, name, hint):
        if name is None and self._given:
            name = self._given.pop()
        return self._before[-1].get(name, hint) if self._outside else super().get(name, hint)


door.symbolic = symbolic
control_flow.in_graph = in_graph
door.symbol_classes.update((Symbol, _Symbol, NpRecorded, NdRecorded))
