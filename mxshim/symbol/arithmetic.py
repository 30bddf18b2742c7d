"""Operators and methods of Symbols: `a + b`, `2 / a`, `a.reshape((2, 3))`."""
from __future__ import annotations

import numbers

from ..base import NotImplementedForSymbol
from ..engine.op import NAMES
from . import operators
from .calls import split_v2
from .compose import create
from .symbol import Symbol

# Python's name: operator on two symbols, with a number, with the number first; and what names are made of.
_TABLE = {
    "add": ("elemwise_add", "_plus", "_plus_scalar", "_PlusScalar", "_plus_scalar", "_PlusScalar"),
    "sub": ("elemwise_sub", "_minus", "_minus_scalar", "_MinusScalar", "_rminus_scalar", "_RMinusScalar"),
    "mul": ("elemwise_mul", "_mul", "_mul_scalar", "_MulScalar", "_mul_scalar", "_MulScalar"),
    "truediv": ("elemwise_div", "_div", "_div_scalar", "_DivScalar", "_rdiv_scalar", "_RDivScalar"),
    "mod": ("_mod", "_Mod", "_mod_scalar", "_ModScalar", "_rmod_scalar", "_RModScalar"),
    "pow": ("_power", "_Power", "_power_scalar", "_PowerScalar", "_rpower_scalar", "_rpower_scalar"),
}
_COMPARISONS = {
    "eq": ("_equal", "_equal_scalar"), "ne": ("_not_equal", "_not_equal_scalar"), "gt": ("_greater", "_greater_scalar"),
    "ge": ("_greater_equal", "_greater_equal_scalar"), "lt": ("_lesser", "_lesser_scalar"), "le": ("_lesser_equal", "_lesser_equal_scalar"),
}
# The same of symbols of np.
NP = {"add": "add", "sub": "subtract", "mul": "multiply", "truediv": "true_divide", "mod": "mod", "pow": "power", "matmul": "matmul",
      "floordiv": "floor_divide", "eq": "equal", "ne": "not_equal", "gt": "greater", "ge": "greater_equal", "lt": "less",
      "le": "less_equal", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor"}


def binary(x, other, both, hint, scalar, hint_scalar, what):
    """An operator on two symbols, or on a symbol and a number. Raises: TypeError for anything else."""
    if isinstance(other, Symbol):
        return create(both, (x, other), hint=hint, cls=type(x))
    if isinstance(other, numbers.Number):
        return create(scalar, (x,), {"scalar": other}, hint_scalar, type(x))
    if hasattr(other, "_symbol_of"):
        return NotImplemented
    raise TypeError(f"type {type(other)} not supported")


def np_binary(x, other, name, swapped=False):
    cls = type(x)
    if isinstance(other, Symbol):
        a, b = (other, x) if swapped else (x, other)
        return create(f"_npi_{name}", (a, b), cls=cls)
    if isinstance(other, numbers.Number):
        turned = f"_npi_r{name}_scalar"
        op = turned if swapped and operators.find(turned) is not None else f"_npi_{name}_scalar"
        return create(op, (x,), {"scalar": other, "is_int": isinstance(other, int | bool)}, cls=cls)
    raise TypeError(f"type {type(other)} not supported")


def _install():
    for short, (both, hint, scalar, hint_scalar, turned, hint_turned) in _TABLE.items():
        def forward(self, other, both=both, hint=hint, scalar=scalar, hint_scalar=hint_scalar, short=short):
            return binary(self, other, both, hint, scalar, hint_scalar, short)

        def backward(self, other, both=both, hint=hint, scalar=turned, hint_scalar=hint_turned, short=short):
            return binary(self, other, both, hint, scalar, hint_scalar, short)

        def inplace(self, other, short=short):
            raise NotImplementedForSymbol(f"__i{short}__: a Symbol has no memory to write to, only arrays have; write x = x + y")

        setattr(Symbol, f"__{short}__", forward)
        setattr(Symbol, f"__r{short}__", backward)
        setattr(Symbol, f"__i{short}__", inplace)
    for short, (both, scalar) in _COMPARISONS.items():
        setattr(Symbol, f"__{short}__", lambda self, other, both=both, scalar=scalar, short=short: binary(
            self, other, both, both, scalar, scalar, short))


_install()
Symbol.__hash__ = None  # type: ignore[assignment]
Symbol.__neg__ = lambda self: self * -1.0  # type: ignore[attr-defined]
Symbol.__abs__ = lambda self: create("abs", (self,), cls=type(self))  # type: ignore[attr-defined]

_ONLY_ARRAYS = ("asnumpy", "asscalar", "wait_to_read", "copy", "as_in_context", "detach", "backward", "attach_grad", "copyto", "gradient")


def _install_methods():
    """Every method of nd.NDArray that is an operator of symbols."""
    for full in NAMES:
        if not full.startswith("nd.NDArray."):
            continue
        short = full.removeprefix("nd.NDArray.")
        if hasattr(Symbol, short) or short.startswith("__") or operators.find(short) is None:
            continue

        def method(self, *args, short=short, **kwargs):
            return create(short, (self, *args), kwargs, short, type(self))

        method.__name__ = method.__qualname__ = short
        method.__doc__ = f"mx.sym.{short} of this Symbol."
        setattr(Symbol, short, method)
    for short in _ONLY_ARRAYS:
        if not hasattr(Symbol, short):
            def refuse(self, *args, short=short, **kwargs):
                raise NotImplementedForSymbol(f"{short}: a Symbol holds no numbers, only arrays do; bind it, or call eval()")
            setattr(Symbol, short, refuse)


_install_methods()


def astype(self, dtype, **kwargs):
    """The elements in another dtype. kwargs: name and attr, as of mx.sym.cast."""
    return create("Cast", (self,), {"dtype": dtype, **kwargs}, "cast", type(self))


def reshape(self, *shape, **kwargs):
    """mx.sym.reshape of this Symbol: the shape as a tuple, or as several numbers."""
    if len(shape) == 1 and isinstance(shape[0], list | tuple):
        shape = tuple(shape[0])
    return create("Reshape", (self,), {"shape": shape or kwargs.pop("shape"), **kwargs}, "reshape", type(self))


def transpose(self, *axes, **kwargs):
    """mx.sym.transpose of this Symbol."""
    if len(axes) == 1 and isinstance(axes[0], list | tuple):
        axes = tuple(axes[0])
    return create("transpose", (self,), {**({"axes": axes} if axes else {}), **kwargs}, "transpose", type(self))


def broadcast_to(self, shape):
    """mx.sym.broadcast_to of this Symbol."""
    return create("broadcast_to", (self,), {"shape": shape}, "broadcast_to", type(self))


def method_split_v2(self, indices_or_sections, axis=0, squeeze_axis=False):
    """mx.sym.split_v2 of this Symbol: a Symbol of the parts."""
    return split_v2(self, indices_or_sections, axis, squeeze_axis)


def _also(short):
    """A method of every operator of one Symbol that nd.NDArray lacks and Symbol has in MXNet."""
    return lambda self, *args, **kwargs: create(short, (self, *args), kwargs, short, type(self))


Symbol.broadcast_to, Symbol.log_sigmoid, Symbol.mish = broadcast_to, _also("log_sigmoid"), _also("mish")  # type: ignore[attr-defined]
Symbol.split_v2 = method_split_v2  # type: ignore[attr-defined]
Symbol.astype, Symbol.reshape, Symbol.transpose = astype, reshape, transpose  # type: ignore[attr-defined]
