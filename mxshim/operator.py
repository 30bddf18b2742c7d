"""Operators written in Python, the older way (MXNet: mxnet.operator); `autograd.Function` is the newer one.

    class Square(mx.operator.CustomOp):
        def forward(self, is_train, req, in_data, out_data, aux):
            self.assign(out_data[0], req[0], in_data[0] * in_data[0])
        def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
            self.assign(in_grad[0], req[0], 2 * in_data[0] * out_grad[0])

    @mx.operator.register("square_it")
    class SquareProp(mx.operator.CustomOpProp):
        def create_operator(self, ctx, in_shapes, in_dtypes):
            return Square()

    y = nd.Custom(x, op_type="square_it")
"""
from __future__ import annotations

from typing import NamedTuple

import numpy as onp

from .absent import missing as _missing
from .array.convert import CLASSES as _CLASSES
from .array.core import Array as _Array
from .base import MXNetError
from .base import as_dtype as _as_dtype
from .device import current_device as _current_device
from .engine import call as _door
from .engine.call import zeros_value as _zeros_value
from .engine.cell import aval_of as _aval_of
from .engine.emit import place as _place
from .engine.function import Function as _Function
from .engine.op import api as _api
from .engine.trace import state as _state

__all__ = ["CustomOp", "CustomOpProp", "NDArrayOp", "NumpyOp", "OperatorArguments", "PythonOp",  # noqa: F822  # __getattr__
           "get_all_registered_operators", "get_all_registered_operators_grouped", "get_operator_arguments", "register"]
_registered: dict[str, type] = {}


def get_all_registered_operators():
    """The names of MXNet's operators in graphs, a list."""
    from .symbol.operators import table
    return sorted(table())


def get_all_registered_operators_grouped():
    """The names of every operator of graphs, by its first one: a dict of lists."""
    from .symbol.operators import table
    return {record.name: list(record.names) for record in table().values()}


class OperatorArguments(NamedTuple):
    """What `get_operator_arguments` tells: how many there are, their names, and what each may be."""

    narg: int
    names: list[str]
    types: list[str]


def get_operator_arguments(op_name):
    """The inputs and attributes of one of MXNet's operators in graphs. Raises: MXNetError if there is no such operator."""
    from .symbol.operators import described, find
    record = find(op_name)
    if record is None:
        raise MXNetError(f"mx.operator.get_operator_arguments: there is no operator {op_name!r}")
    names, types = described(record)
    return OperatorArguments(len(names), names, types)


class CustomOp:
    """What a call computes; one instance per call. Subclasses write forward and backward."""

    def forward(self, is_train, req, in_data, out_data, aux):
        """Compute the outputs and `assign` them to out_data.

        is_train: 1 in training mode, else 0.  req: "write" for each output.  in_data, out_data, aux: lists of arrays.
        """

    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        """Compute the gradients of the inputs and `assign` them to in_grad, which holds zeros.

        req: for each input "write", or "null" where nobody needs the gradient.  out_grad: the outputs' gradients.
        Differs: MXNet passes "add" for grad_req="add"; here what is assigned is added later.
        """

    def assign(self, dst, req, src):
        """dst[:] = src for req "write" and "inplace", dst[:] += src for "add", nothing for any other.

        Raises: ValueError if src has another shape and cannot be broadcast.
        """
        if req in ("write", "inplace", "add") and isinstance(src, _Array) and src.size > 1 and src.shape != dst.shape:
            try:
                fits = onp.broadcast_shapes(src.shape, dst.shape) == dst.shape
            except ValueError:
                fits = False
            if not fits:
                raise ValueError(f"{type(self).__name__}.assign: src has shape {src.shape}, dst {dst.shape}; they must be equal")
        if req in ("write", "inplace"):
            dst[:] = src
        elif req == "add":
            dst[:] += src


class CustomOpProp:
    """What an operator is like: names, shapes and dtypes. The keyword arguments of nd.Custom arrive in __init__ as strings.

    need_top_grad: whether backward looks at out_grad; False for losses.
    """

    def __init__(self, need_top_grad=True):
        self.need_top_grad_ = need_top_grad

    def list_arguments(self):
        """The names of the inputs."""
        return ["data"]

    def list_outputs(self):
        """The names of the outputs."""
        return ["output"]

    def list_auxiliary_states(self):
        """The names of the arrays that follow the inputs in a call, may be written, and have no gradient."""
        return []

    def infer_shape(self, in_shape):
        """(shapes of the inputs, of the outputs, of the auxiliary states) from those of the inputs, as lists of lists.

        Default: all outputs have the shape of the first input.
        """
        return in_shape, (in_shape[0],) * len(self.list_outputs()), ()

    def infer_type(self, in_type):
        """(dtypes of the inputs, of the outputs, of the auxiliary states) from those of the inputs, NumPy types.

        Default: all are the first input's.
        """
        first = in_type[0]
        return [first] * len(self.list_arguments()), [first] * len(self.list_outputs()), [first] * len(self.list_auxiliary_states())

    def infer_storage_type(self, in_stype):
        """As infer_type, for storage types. Only "default" is offered."""
        return in_stype, ["default"] * len(self.list_outputs()), ["default"] * len(self.list_auxiliary_states())

    def infer_storage_type_backward(self, ograd_stype, in_stype, out_stype, igrad_stype, aux_stype):
        """As infer_storage_type, of backward: of the outputs' gradients, inputs, outputs, inputs' gradients and auxiliary states.

        Raises: AssertionError for another than "default".
        """
        given = ograd_stype, in_stype, out_stype, igrad_stype, aux_stype
        for name, kinds in zip(("ograd_stype", "in_stype", "out_stype", "igrad_stype", "aux_stype"), given, strict=True):
            if any(kind != "default" for kind in kinds):
                raise AssertionError(f"{type(self).__name__}.infer_storage_type_backward: every storage type must be 'default', got "
                                     f"{name}={list(kinds)}; define the method where others are wanted")
        return tuple([list(kinds) for kinds in given])

    def declare_backward_dependency(self, out_grad, in_data, out_data):
        """Which of the numbered arrays backward looks at; default: all, without out_grad unless need_top_grad."""
        return [*(out_grad if self.need_top_grad_ else ()), *in_data, *out_data]

    def create_operator(self, ctx, in_shapes, in_dtypes):
        """The CustomOp of one call.

        in_shapes: of the inputs and auxiliary states.  in_dtypes: theirs, NumPy types. Differs: MXNet passes its dtype codes.
        """
        return CustomOp()


def register(reg_name):
    """A decorator that makes a CustomOpProp known as nd.Custom(..., op_type=reg_name); a later one replaces it."""

    def declare(prop_cls):
        if not isinstance(prop_cls, type) or not hasattr(prop_cls, "create_operator"):
            raise TypeError(f"mx.operator.register({reg_name!r}): wanted a subclass of mx.operator.CustomOpProp, got {prop_cls!r}")
        _registered[reg_name] = prop_cls
        return prop_cls

    return declare


class _NotDeclared(list):
    """Stands for out_grad where the operator said that it does not need it: MXNet has no such arrays then."""

    def __init__(self, count, name):
        super().__init__([None] * count)
        self.name = name

    def __getitem__(self, index):
        raise MXNetError(f"{self.name}.backward uses out_grad, but its CustomOpProp says that it does not: pass need_top_grad=True to "
                         "CustomOpProp.__init__, or name it in declare_backward_dependency")

    def __iter__(self):
        return self[0]


class _Call(_Function):
    """One call of a CustomOp as a Function: its forward and backward get arrays to fill.

    outs: avals of the outputs.  aux: the auxiliary arrays.  wants_out_grad: whether backward looks at out_grad.
    """

    history_name = "Custom"

    def __init__(self, op, ctx, outs, aux, wants_out_grad):
        super().__init__()
        self.op, self.ctx, self.outs, self.aux, self.wants_out_grad = op, ctx, outs, aux, wants_out_grad
        self.cls = _CLASSES["np" if _state.np_array else "nd"]  # np arrays under npx.set_np(), as in MXNet

    def forward(self, *inputs):
        self.inputs = [(x._value_now(), _place(x)) for x in inputs]
        self.req = ["null" if p is None or (p[0].is_leaf and p[0].req == "null") else "write" for _, p in self.inputs]
        # What the operator keeps of these for backward has its place in the graph, for second derivatives (see also Pair.pull).
        self.results = [self.cls(_zeros_value(aval, self.ctx)) for aval in self.outs]
        _run(self.op, "forward", is_train=int(_state.training), req=["write"] * len(self.outs), in_data=[self.handle(x) for x in inputs],
             out_data=list(self.results), aux=[self.handle(a) for a in self.aux])
        for o in self.results:
            if any(o._value_now() is v for v, _ in self.inputs):  # backward's out_data is this array, so no copy of it is made later
                o[:] = o.copy()
        self.values = [o._value_now() for o in self.results]
        return list(self.results)

    def backward(self, *out_grad):
        in_grad = [self.cls(_zeros_value(v.aval, v.ctx)) for v, _ in self.inputs]
        _run(self.op, "backward", req=list(self.req),
             out_grad=list(out_grad) if self.wants_out_grad else _NotDeclared(len(out_grad), type(self.op).__name__),
             in_data=[self.cls(v, *(p or ())) for v, p in self.inputs],
             out_data=[self.cls(v, r._node, r._index) for v, r in zip(self.values, self.results, strict=True)], in_grad=in_grad,
             aux=[self.handle(a) for a in self.aux])
        return in_grad

    def handle(self, x):
        """Another handle on x's memory, of the class that the operator sees: marking it does not mark x."""
        other = (x.as_np_ndarray() if self.cls._dialect == "np" else x.as_nd_ndarray())._alias()
        other._node, other._index = _place(x) or (None, 0)
        return other


def _run(owner, method, *args, **kwargs):
    """Call user code; what it raises becomes an MXNetError that says where it came from."""
    try:
        return getattr(owner, method)(*args, **kwargs)
    except MXNetError:
        raise
    except Exception as error:
        raise MXNetError(f"{type(owner).__name__}.{method} raised {type(error).__name__}: {error}") from error


def _three(prop, method, given, counts):
    """What infer_shape and infer_type return, checked: lists for inputs, outputs and auxiliary states."""
    found = _run(prop, method, given)
    name = f"{type(prop).__name__}.{method}"
    if not isinstance(found, list | tuple) or len(found) not in (2, 3):
        raise MXNetError(f"{name} must return two or three lists (inputs, outputs, auxiliary states), got {found!r}")
    found = [*found, []][:3]
    for what, entries, count in zip(("inputs", "outputs", "auxiliary states"), found, counts, strict=True):
        if len(entries) != count:
            raise MXNetError(f"{name} must return one entry for each of the {count} {what}, got {entries!r}")
    return found


def is_registered(op_type) -> bool:
    """Whether there is an operator of that name."""
    return op_type in _registered


def prop_of(given, what):
    """The CustomOpProp that a call with these keyword arguments, op_type among them, speaks of. Raises: MXNetError."""
    kwargs = dict(given)
    op_type = kwargs.pop("op_type", None)
    if not op_type:
        raise MXNetError(f"{what} needs op_type=, the name that the operator was registered under")
    if op_type not in _registered:
        raise MXNetError(f"{what}: there is no operator {op_type!r}; registered are {', '.join(sorted(_registered)) or 'none'}. "
                         "Register its CustomOpProp with @mx.operator.register(...).")
    for key, value in kwargs.items():
        if isinstance(value, _Array):
            raise MXNetError(f"{what}: the array {key!r} must be given by position; keyword arguments reach the CustomOpProp as text")
    try:
        return _registered[op_type](**{k: str(v) for k, v in kwargs.items()})
    except TypeError as error:
        raise MXNetError(f"{what}(op_type={op_type!r}): {error}") from error


@_api("nd.Custom")
def Custom(*data, op_type=None, out=None, name=None, **kwargs):
    """Call an operator registered with mx.operator.register.

    Args:
        data: the inputs, then the auxiliary states, arrays by position.
        op_type: the name it was registered under.  kwargs: go to its CustomOpProp, as strings.
    Returns: an NDArray, or a list of them if there are several outputs.
    Raises: MXNetError for an unknown op_type, a wrong number of arrays, and for anything the operator's code raises.
    MXNet: nd.Custom. Differs: forward has run when the call returns, so its errors come here and not at the first read.
    """
    if any(type(x) in _door.symbol_classes for x in (*data, *kwargs.values())):
        return _door.symbolic(None, _CLASSES["nd"], data, {**kwargs, "op_type": op_type, "name": name}, "nd.Custom")
    for x in data:
        if not isinstance(x, _Array):
            raise AssertionError(f"nd.Custom: positional arguments must be NDArrays, got {type(x).__name__}")
    prop = prop_of({**kwargs, "op_type": op_type}, "nd.Custom")
    arguments, outputs, states = (list(_run(prop, f"list_{w}")) for w in ("arguments", "outputs", "auxiliary_states"))
    n = len(arguments)
    if len(data) != n + len(states):
        raise MXNetError(f"nd.Custom(op_type={op_type!r}) takes {n + len(states)} arrays ({', '.join(arguments + states)}), "
                         f"got {len(data)}")
    _check_storage(prop, data, op_type)
    counts = (n, len(outputs), len(states))
    shapes = _three(prop, "infer_shape", [list(x.shape) for x in data[:n]], counts)
    for names, arrays, wanted in ((arguments, data[:n], shapes[0]), (states, data[n:], shapes[2])):
        for label, x, shape in zip(names, arrays, wanted, strict=True):
            if tuple(shape) != x.shape:
                raise MXNetError(f"nd.Custom(op_type={op_type!r}): {type(prop).__name__}.infer_shape wants shape {tuple(shape)} for "
                                 f"{label!r}, got {x.shape}")
    dtypes = _three(prop, "infer_type", [onp.dtype(x.dtype).type for x in data[:n]], counts)[1]
    ctx = data[0].ctx if data else _current_device()
    op = _run(prop, "create_operator", ctx, [list(x.shape) for x in data], [onp.dtype(x.dtype).type for x in data])
    if not hasattr(op, "forward") or not hasattr(op, "backward"):
        raise MXNetError(f"{type(prop).__name__}.create_operator must return a CustomOp, got {type(op).__name__}")
    outs = [_aval_of(tuple(int(k) for k in shape), _as_dtype(dtype)) for shape, dtype in zip(shapes[1], dtypes, strict=True)]
    m = len(outs)
    needed = _run(prop, "declare_backward_dependency", list(range(m)), list(range(m, m + n)), list(range(m + n, m + n + m)))
    call = _Call(op, ctx, outs, data[n:], any(i < m for i in needed))
    recording = _state.recording
    try:
        results = call(*data[:n])
    finally:
        _state.recording = recording
    if out is not None:
        targets = out if isinstance(out, list | tuple) else [out]
        if len(targets) != m:
            raise MXNetError(f"nd.Custom(op_type={op_type!r}): out= names {len(targets)} arrays, there are {m} outputs")
        for target, result in zip(targets, results, strict=True):
            target[:] = result
        return out
    results = [r.as_nd_ndarray() for r in results]
    return results[0] if m == 1 else results


def _defines(prop, method) -> bool:
    return getattr(type(prop), method, None) not in (None, getattr(CustomOpProp, method))


def _check_storage(prop, data, op_type):
    """Raise if the operator would be given, or asks for, arrays that are not dense."""
    kinds = [x.stype for x in data]
    inputs, outputs, states = (["default"] * len(_run(prop, f"list_{w}")) for w in ("arguments", "outputs", "auxiliary_states"))
    if _defines(prop, "infer_storage_type"):
        kinds += [k for part in _run(prop, "infer_storage_type", kinds[:len(inputs)]) for k in part]
    if _state.recording and _defines(prop, "infer_storage_type_backward"):
        kinds += [k for part in _run(prop, "infer_storage_type_backward", outputs, inputs, outputs, inputs, states) for k in part]
    if any(k != "default" for k in kinds):
        raise MXNetError(f"nd.Custom(op_type={op_type!r}): operators in Python work on dense arrays only; convert with "
                         "x.tostype('default')")


_absent = _missing("mx.operator", __name__, __all__)


def __getattr__(name):
    if name not in ("NDArrayOp", "NumpyOp", "PythonOp"):
        return _absent(name)
    from . import python_operator
    return getattr(python_operator, name)
