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

import numpy as onp

from .absent import missing as _missing
from .array.convert import CLASSES as _CLASSES
from .array.core import Array as _Array
from .base import MXNetError
from .base import as_dtype as _as_dtype
from .engine.call import place as _place
from .engine.call import zeros_value as _zeros_value
from .engine.cell import aval_of as _aval_of
from .engine.function import Function as _Function
from .engine.op import api as _api
from .engine.trace import state as _state

__all__ = ["CustomOp", "CustomOpProp", "register"]
_registered: dict[str, type] = {}


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
        """dst[:] = src for req "write" and "inplace", dst[:] += src for "add", nothing for any other."""
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
    """One call of a CustomOp as a Function: forward and backward on arrays that the operator fills."""

    def __init__(self, op, name, outs, aux, wants_out_grad):
        super().__init__()
        self.op, self.name, self.outs, self.aux, self.wants_out_grad = op, name, outs, aux, wants_out_grad

    def forward(self, *inputs):
        cls = _CLASSES["np" if _state.np_array else "nd"]
        self.inputs = [(x._value_now(), _place(x)) for x in inputs]
        self.req = ["null" if p is None or (p[0].is_leaf and p[0].req == "null") else "write" for _, p in self.inputs]
        ctx = inputs[0].ctx
        outs = [cls(_zeros_value(aval, ctx)) for aval in self.outs]
        run = _run(self.op.forward, f"{self.name}.forward")
        run(is_train=int(_state.training), req=["write"] * len(outs), in_data=[_seen(x, cls) for x in inputs], out_data=outs,
            aux=[_seen(a, cls) for a in self.aux])
        self.results = [_CLASSES["nd"](o._value_now()) for o in outs]
        return list(self.results)

    def backward(self, *out_grad):
        cls = _CLASSES["np" if _state.np_array else "nd"]
        in_data = [cls(v, *(p or ())) for v, p in self.inputs]
        out_data = [cls(v, r._node, r._index) for v, r in zip(self.values, self.results, strict=True)]
        in_grad = [cls(_zeros_value(v.aval, v.ctx)) for v, _ in self.inputs]
        out_grad = [_seen(g, cls) for g in out_grad] if self.wants_out_grad else _NotDeclared(len(out_grad), self.name)
        run = _run(self.op.backward, f"{self.name}.backward")
        run(req=list(self.req), out_grad=out_grad, in_data=in_data, out_data=out_data, in_grad=in_grad,
            aux=[_seen(a, cls) for a in self.aux])
        return in_grad
