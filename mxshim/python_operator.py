"""Operators in Python before CustomOp: an instance is an operator, and `op(*symbols)` a node of a graph (MXNet: mxnet.operator)."""
from __future__ import annotations

import itertools

from . import ndarray as nd
from . import symbol
from .operator import CustomOp, CustomOpProp, register

__all__ = ["NDArrayOp", "NumpyOp", "PythonOp"]
_numbers = itertools.count()


class PythonOp:
    """What both kinds share; subclasses of NumpyOp or NDArrayOp write forward and backward.

    need_top_grad: whether backward looks at out_grad; False for losses.
    """

    def __init__(self, need_top_grad=True):
        self.need_top_grad_ = need_top_grad

    def __call__(self, *args, **kwargs):
        return self.get_symbol(*args, **kwargs)

    def get_symbol(self, *args, **kwargs):
        """The Symbol of this operator's outputs for Symbols as inputs; name= names it."""
        raise NotImplementedError(f"{type(self).__name__} must derive from mx.operator.NumpyOp or NDArrayOp")

    def forward(self, in_data, out_data):
        """Write the outputs into out_data. Default: the first output is the first input."""
        out_data[0][:] = in_data[0]

    def backward(self, out_grad, in_data, out_data, in_grad):
        """Write the gradients of the inputs into in_grad. Default: ones, for the first."""
        in_grad[0][:] = 1.0

    def infer_shape(self, in_shape):
        """(shapes of the inputs, of the outputs) from those of the inputs. Default: the output has the first input's."""
        return in_shape, [in_shape[0]]

    def list_outputs(self):
        """The names of the outputs."""
        return ["output"]

    def list_arguments(self):
        """The names of the inputs."""
        return ["data"]

    def need_top_grad(self):
        """Whether backward looks at out_grad."""
        return self.need_top_grad_

    def _symbol(self, args, kwargs, forward, backward):
        """The operator as a CustomOp whose arrays `forward` and `backward` are called with."""
        owner = self

        class Operator(CustomOp):
            def forward(self, is_train, req, in_data, out_data, aux):
                forward(in_data, out_data)

            def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
                backward(out_grad if owner.need_top_grad() else [], in_data, out_data, in_grad)

        class Properties(CustomOpProp):
            def __init__(self):
                super().__init__(need_top_grad=owner.need_top_grad())

            def list_arguments(self):
                return owner.list_arguments()

            def list_outputs(self):
                return owner.list_outputs()

            def infer_shape(self, in_shape):
                inputs, outputs = owner.infer_shape(in_shape)
                return inputs, outputs, []

            def create_operator(self, ctx, in_shapes, in_dtypes):
                return Operator()

        op_type = f"{type(self).__name__}_{next(_numbers)}"
        register(op_type)(Properties)
        return symbol.Custom(*args, op_type=op_type, **kwargs)


class NumpyOp(PythonOp):
    """An operator on NumPy arrays: forward(in_data, out_data) and backward(out_grad, in_data, out_data, in_grad) write in place."""

    def get_symbol(self, *args, **kwargs):
        """The Symbol of this operator's outputs for Symbols as inputs; name= names it."""

        def run(call, given, results):
            arrays = [a.asnumpy().copy() for a in results]
            call(*[[a.asnumpy() for a in part] for part in given], arrays)
            for target, a in zip(results, arrays, strict=True):
                target[:] = nd.array(a, dtype=a.dtype)

        return self._symbol(
            args, kwargs, lambda in_data, out_data: run(self.forward, [in_data], out_data),
            lambda out_grad, in_data, out_data, in_grad: run(self.backward, [out_grad, in_data, out_data], in_grad))


class NDArrayOp(PythonOp):
    """An operator on nd arrays: forward(in_data, out_data) and backward(out_grad, in_data, out_data, in_grad) write in place."""

    def get_symbol(self, *args, **kwargs):
        """The Symbol of this operator's outputs for Symbols as inputs; name= names it."""
        return self._symbol(args, kwargs, lambda in_data, out_data: self.forward(in_data=in_data, out_data=out_data),
                            lambda out_grad, in_data, out_data, in_grad: self.backward(
                                out_grad=out_grad, in_data=in_data, out_data=out_data, in_grad=in_grad))

    def declare_backward_dependency(self, out_grad, in_data, out_data):
        """What backward reads, of the numbers of these arrays; accepted, as backward is given all of them. Default: all."""
        return [*(out_grad if self.need_top_grad() else ()), *in_data, *out_data]
