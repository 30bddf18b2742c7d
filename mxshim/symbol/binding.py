"""Symbol's methods that need arrays: shapes, executors, evaluation."""
from __future__ import annotations

from .infer import infer_shape as _shapes
from .infer import infer_type as _types
from .symbol import Symbol


def infer_shape(self, *args, **kwargs):
    """(shapes of the arguments, of the outputs, of the auxiliary states) from some arguments' shapes, by position or by name.

    All None, with a warning, if they do not say enough. 0 or -1 is an unknown size. Raises: MXNetError if shapes do not fit.
    """
    return _shapes(self, args, kwargs, False)


def infer_shape_partial(self, *args, **kwargs):
    """As infer_shape; what is not known is () or has 0 in its place."""
    return _shapes(self, args, kwargs, True)


def infer_type(self, *args, **kwargs):
    """(dtypes of the arguments, of the outputs, of the auxiliary states) from some arguments' dtypes."""
    return _types(self, args, kwargs)


def infer_type_partial(self, *args, **kwargs):
    """As infer_type; what is not known is None."""
    return _types(self, args, kwargs, True)


def bind(self, ctx=None, args=None, args_grad=None, grad_req="write", aux_states=None, group2ctx=None, shared_exec=None, device=None):
    """An Executor of this graph on arrays.

    Args:
        args: the arguments' arrays, a list in the order of list_arguments(), or a dict.
        args_grad: arrays that receive gradients, a list or a dict; none for those left out.
        grad_req: "write", "add" or "null", for all, as a list, or as a dict by name.
        aux_states: the auxiliary states' arrays, a list or a dict.
        group2ctx, shared_exec: accepted; XLA places the work and shares memory.
    Raises: ValueError if an array is missing; MXNetError at forward if shapes do not fit.
    """
    from ..executor import bound
    return bound(self, ctx or device, args, args_grad, grad_req, aux_states)


def simple_bind(self, ctx=None, grad_req="write", type_dict=None, stype_dict=None, group2ctx=None, shared_arg_names=None, shared_exec=None,
                shared_buffer=None, device=None, **kwargs):
    """An Executor with arrays of its own, zeros, whose shapes follow from those of some arguments: data=(32, 784).

    type_dict: dtypes by name.  stype_dict: accepted; the arrays are dense.  The others: as for bind.
    Raises: RuntimeError if the shapes do not say enough or do not fit.
    """
    from ..executor import allocated
    return allocated(self, ctx or device, grad_req, type_dict, kwargs, shared_exec, shared_arg_names, shared_buffer)


def evaluate(self, ctx=None, device=None, **kwargs):
    """The outputs for arrays by name, as a list: (a + b).eval(a=nd.ones((2,)), b=nd.ones((2,)))."""
    return self.bind(ctx or device, kwargs, grad_req="null").forward()


def optimize_for(self, backend, args=None, aux=None, ctx=None, shape_dict=None, type_dict=None, stype_dict=None, skip_infer=False,
                 **kwargs):
    """This graph. XLA compiles and optimizes all graphs, whatever `backend` says. An unknown name is a warning, once."""
    from ..gluon.backends import check_backend
    check_backend(backend)
    return self


Symbol.infer_shape, Symbol.infer_shape_partial = infer_shape, infer_shape_partial  # type: ignore[attr-defined]
Symbol.infer_type, Symbol.infer_type_partial = infer_type, infer_type_partial  # type: ignore[attr-defined]
Symbol.bind = Symbol._bind = bind  # type: ignore[attr-defined]
Symbol.simple_bind = Symbol._simple_bind = simple_bind  # type: ignore[attr-defined]
Symbol.eval, Symbol.optimize_for, Symbol.get_backend_symbol = evaluate, optimize_for, optimize_for  # type: ignore[attr-defined]
