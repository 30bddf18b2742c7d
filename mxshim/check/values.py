"""What an expression can be, as far as names of MXNet depend on it. None stands for everything else."""
from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Value: TypeAlias = Any  # one of the classes below, or None


@dataclass(frozen=True)
class Thing:
    """A module, class or function of MXNet, by its path."""

    path: str


@dataclass(frozen=True)
class Object:
    """An object of a class of MXNet.  sure: the program makes it by calling the class, or a function that makes arrays."""

    path: str
    sure: bool = False


@dataclass(frozen=True)
class Method:
    """`owner.short`, to be called."""

    owner: Object
    short: str


@dataclass(frozen=True)
class Many:
    """A list or an iterator of such values."""

    item: Value


@dataclass(frozen=True)
class Row:
    """A tuple."""

    items: tuple[Value, ...]


@dataclass(frozen=True)
class Either:
    """One of several values; None among them means that it may be anything."""

    options: tuple[Value, ...]


class Scope:
    """The variables of a module, class or function."""

    def __init__(self, parent: Scope | None = None, is_class: bool = False):
        self.names: dict[str, Value] = {}
        self.parent, self.is_class = parent, is_class
        self.outside: dict[str, Scope] = {}  # what `global` and `nonlocal` declare

    def get(self, name: str) -> Value:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names and (scope is self or not scope.is_class):
                return scope.names[name]
            scope = scope.parent
        return None

    def set(self, name: str, value: Value) -> None:
        self.outside.get(name, self).names[name] = value

    def top(self) -> Scope:
        return self if self.parent is None else self.parent.top()


@dataclass(eq=False)
class Place:
    """A file, or a cell of one; what the program text there is."""

    file: str
    cell: int | None  # 1, 2, ... in a notebook
    line: int  # of the cell's first line, in a file whose lines are counted through
    wanted: bool = True  # whether to report what is found in it


@dataclass(eq=False)
class Space:
    """A module of the program's own, or of a book's helper package."""

    scope: Scope


@dataclass(eq=False)
class Class:
    """A class of the program's own."""

    name: str
    bases: tuple[Value, ...]
    scope: Scope
    fields: dict[str, Value] = field(default_factory=dict)  # what methods assign to self.X

    def find(self, name: str) -> tuple[Value, Class] | None:
        if name in self.scope.names:
            return self.scope.names[name], self
        return next(filter(None, (base.find(name) for base in self.bases if isinstance(base, Class))), None)

    def field(self, name: str) -> Value:
        found = [self.fields[name]] if name in self.fields else []
        return join([*found, *(base.field(name) for base in self.bases if isinstance(base, Class))]) if found or self.bases else None

    def known(self) -> list[str]:
        """The classes of MXNet that it comes from."""
        own = [base.path for base in self.bases if isinstance(base, Thing)]
        return own + [path for base in self.bases if isinstance(base, Class) for path in base.known()]


@dataclass(frozen=True)
class Instance:
    of: Class


@dataclass(eq=False)
class Function:
    """A function of the program's own.  this: the object that a bound method has, or a class."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    place: Place
    owner: Class | None = None
    kind: str = ""  # staticmethod, classmethod, property

    @property
    def name(self) -> str:
        return getattr(self.node, "name", "<lambda>")


@dataclass(frozen=True)
class Bound:
    function: Function
    this: Value


def options(value: Value) -> tuple[Value, ...]:
    return value.options if isinstance(value, Either) else (value,)


def join(values: Iterable[Value], most: int = 4) -> Value:
    """What may be any of several values; None if nothing is known of any, or too many are possible."""
    found = list(dict.fromkeys(option for value in values for option in options(value)))
    if len(found) == 1:
        return found[0]
    return Either(tuple(found)) if found and len(found) <= most else None


# What calls of MXNet give, where a name follows on it.

ARRAYS = Either((Object("np.ndarray"), Object("nd.NDArray")))
F = Either((Thing("nd"), Thing("mx.sym")))  # hybrid_forward's
SYMBOL = Object("mx.sym.Symbol")
_BLOCK, _PARAMETER, _PARAMETERS = Object("mx.gluon.HybridBlock"), Object("mx.gluon.Parameter"), Object("mx.gluon.ParameterDict")
_CONTEXT = Object("mx.Context")

GIVES: dict[str, Value] = {
    "mx.gluon.Block.collect_params": _PARAMETERS, "mx.gluon.Block.params": _PARAMETERS,
    "mx.gluon.ParameterDict.get": _PARAMETER, "mx.gluon.ParameterDict.values": Many(_PARAMETER),
    "mx.gluon.ParameterDict.items": Many(Row((None, _PARAMETER))),
    "mx.gluon.Parameter.data": ARRAYS, "mx.gluon.Parameter.grad": ARRAYS, "mx.gluon.Parameter.list_data": Many(ARRAYS),
    "mx.gluon.Parameter.list_grad": Many(ARRAYS), "mx.gluon.utils.split_and_load": Many(ARRAYS), "mx.gluon.utils.split_data": Many(ARRAYS),
    "mx.cpu": _CONTEXT, "mx.gpu": _CONTEXT, "npx.cpu": _CONTEXT, "npx.gpu": _CONTEXT, "mx.current_context": _CONTEXT,
    "mx.metric.create": Object("mx.metric.EvalMetric"), "mx.kvstore.create": Object("mx.kvstore.KVStore"),
    "mx.optimizer.create": Object("mx.optimizer.Optimizer"), "mx.autograd.grad": ARRAYS,
    **dict.fromkeys(("nd.split", "np.split", "np.array_split", "nd.SliceChannel", "np.meshgrid", "np.hsplit", "np.vsplit"), Many(ARRAYS)),
    **dict.fromkeys(("np.save", "np.savez", "nd.save", "nd.load", "npx.save", "npx.load", "np.load", "nd.waitall", "npx.waitall",
                     "np.shape", "np.may_share_memory", "np.get_include", "np.dtype", "np.finfo", "np.iinfo"), None),
}
MAKES = frozenset("array zeros ones full arange eye empty linspace zeros_like ones_like full_like identity".split())
PARAMETERS = frozenset("weight bias gamma beta running_mean running_var".split())  # of layers
PLAIN = frozenset("asnumpy asscalar item tolist shape dtype size ndim stype context ctx device handle itemsize".split())  # of arrays
# Names that nothing but MXNet's arrays and blocks has: counted even where the receiver is not known.
DISTINCT = {
    **{name: f"nd.NDArray.{name}" for name in ("asnumpy", "asscalar", "attach_grad", "as_in_context", "as_in_ctx", "wait_to_read",
                                               "copyto", "as_np_ndarray", "as_nd_ndarray")},
    **{name: f"mx.gluon.Block.{name}" for name in ("collect_params", "save_parameters", "load_parameters", "name_scope", "hybridize")},
}
# What the d2l books' package hands on of MXNet, when its source is not beside the program.
BOOK = {"np": "np", "npx": "npx", "nd": "nd", "autograd": "mx.autograd", "gluon": "mx.gluon", "init": "mx.init", "image": "mx.image",
        "context": "mx.context", "nn": "mx.gluon.nn", "rnn": "mx.gluon.rnn", "mx": "mx"}
