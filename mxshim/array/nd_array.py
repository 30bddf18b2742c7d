"""nd.NDArray: what differs from np.ndarray. It follows MXNet 1.9.1."""
from __future__ import annotations

import functools
import math

import numpy as onp

from ..absent import method_hint
from ..base import MXNetError
from ..engine import call as door
from ..engine.op import NAMES, Op
from ..ops.shape import nd_reshape_shape
from . import interop, operators, printing
from .convert import CLASSES, adopt_numpy
from .core import Array, window_forms
from .fill import fill_methods
from .indexing import getitem, setitem
from .numpy_array import _as, _IsArray, ndarray


@functools.lru_cache(4096)
def _reshaped(shape, codes, reverse) -> tuple[int, ...]:
    """The shape that NDArray.reshape gives an array of `shape`. Raises: MXNetError, ValueError where it cannot."""
    target = nd_reshape_shape(shape, codes, reverse)
    size, wanted = math.prod(shape), math.prod(target)
    if size != wanted:
        raise MXNetError(f"nd.NDArray.reshape: cannot reshape {shape} ({size} elements) into {target} ({wanted} elements)")
    return target


class NDArray(Array, metaclass=_IsArray):
    """A multi-dimensional array of MXNet 1.x (mxnet.ndarray.NDArray).

    Comparisons give 0 and 1 in the operand's dtype, dtypes never mix, reductions to one element have shape (1,), `reshape` is
    a view and knows MXNet's codes. Make one with nd.array, nd.zeros, ...
    """

    __slots__ = ()
    _dialect = "nd"
    __module__ = "mxshim.ndarray"
    _every_array = True

    @property
    def dtype(self):
        """The dtype as a NumPy type, numpy.float32."""
        return self._value_now().aval.dtype.type

    @property
    def T(self):
        """All axes in reverse order: a copy, but this array itself where it has one axis."""
        return self if self.ndim < 2 else self.transpose()

    def asscalar(self):
        """The only element as a NumPy scalar. Raises: ValueError if there are more.

        As in MXNet, a (1, 1) array gives a NumPy array of that shape.
        """
        host = self.asnumpy()
        if host.size != 1:
            raise ValueError(f"The current array is not a scalar: its shape is {host.shape}. asnumpy() gives all elements; sum(), mean() "
                             "or an index make one of them")
        return host[0] if host.ndim == 1 else host[()] if host.ndim == 0 else host

    def __hash__(self):
        return id(self) // 16

    def __contains__(self, value):
        return bool(((self == value).asnumpy() != 0).any())

    def __repr__(self):
        return printing.nd_repr(self.asnumpy(), self.ctx)

    __str__ = __repr__

    def __getitem__(self, key):
        return getitem(self, key)

    def __setitem__(self, key, value):
        setitem(self, key, value)

    def _scalar_shape(self):
        return () if door.state.np_shape else (1,)

    def _kind_name(self):
        return "NDArray"

    def _bad_index(self, key):
        return ValueError(f"NDArray does not support indexing with {key!r} of type {type(key).__name__}; use integers, slices or arrays")

    def _bad_value(self, text):
        return ValueError(text)

    def _from_operand(self, other: onp.ndarray):
        return adopt_numpy(onp.array(other, dtype=self.dtype), NDArray, self.ctx)

    def _bad_operand(self, other, name):
        raise TypeError(f"NDArray.{name}: type {type(other)} is not supported; the other operand must be an NDArray or a number")

    def attach_grad(self, grad_req="write", stype=None):
        """Mark this array: backward will fill `x.grad`, a buffer of its shape and dtype, zeros at first.

        grad_req: "write" overwrites, "add" adds up, "null" never writes.  stype: "default", "row_sparse" or "csr".
        On an array inside a graph this makes a fresh leaf: nothing flows on to what it was computed from (MXNet 1.x).
        """
        if stype not in (None, "default", "row_sparse", "csr"):
            raise ValueError(f"attach_grad: stype must be 'default', 'row_sparse' or 'csr', got {stype!r}")
        self._attach(grad_req, stype)

    def _sparse_grad(self, leaf):
        from .sparse import grad_of
        return grad_of(leaf)

    def tostype(self, stype):
        """A copy in another storage: "default", "row_sparse" or "csr"."""
        if stype == "default":
            return self.copy()
        from .sparse import from_dense
        return from_dense(self, stype)

    def as_np_ndarray(self):
        """The same memory, mark and place in the graph as an np.ndarray."""
        return _as(self, ndarray)

    def as_nd_ndarray(self):
        return self

    def reshape(self, *shape, **kwargs):
        """This memory in another shape: a view. Codes: 0 keep, -1 infer, -2 keep the rest, -3 merge two, -4 split in two.

        reverse=True reads the codes from the right. Raises: MXNetError if the sizes differ.
        """
        named = kwargs.pop("shape", None)
        if len(shape) == 1 and isinstance(shape[0], tuple | list):
            shape = shape[0]
        elif not shape and named is not None:  # given twice, the one by position holds
            shape = named
        reverse = kwargs.pop("reverse", False)
        if kwargs:
            raise TypeError(f"NDArray.reshape has no argument {next(iter(kwargs))!r}: its arguments are (shape, reverse)")
        codes = tuple([int(n) for n in shape]) if isinstance(shape, tuple | list) else (int(shape),)
        return self._window(window_forms("mx.reshape", "mx.reshape_back", (_reshaped(self.shape, codes, bool(reverse)),)), ())

    def transpose(self, *axes, **kwargs):
        """nd.transpose with the axes as one tuple; none reverses them. Raises: TypeError for axes as several numbers."""
        if len(axes) > 1:
            raise TypeError(f"NDArray.transpose takes the axes as one tuple: x.transpose({axes})")
        axes = kwargs.pop("axes", axes[0] if axes else ())
        return door.call(NAMES["nd.transpose"], NDArray, (self, tuple(axes or ())), kwargs)

    def broadcast_to(self, shape):
        """This array repeated to a larger shape. Raises: ValueError if the shapes do not fit."""
        current = (1,) * (len(shape) - self.ndim) + self.shape
        if len(shape) < self.ndim or any(a not in (b, 1) for a, b in zip(current, shape, strict=True)):
            raise ValueError(f"operands could not be broadcast together with remapped shapes [original->remapped]: {self.shape} and "
                             f"requested shape {tuple(shape)}")
        x = self if len(shape) == self.ndim else self.reshape(current)
        return door.call(NAMES["nd.broadcast_to"], NDArray, (x, tuple(shape)), {})

    def _accept(self, result, op: Op, mine, got):
        if mine.shape != got.shape:
            raise MXNetError(f"{op.name}: out= has shape {mine.shape}, the result {got.shape}; they must be equal")
        raise MXNetError(f"{op.name}: out= is {mine.dtype.name}, the result {got.dtype.name}; they must be equal")

    def __array__(self, dtype=None, copy=None):
        host = self.asnumpy()
        return host if dtype is None else host.astype(dtype, copy=False)

    __array_function__ = interop.array_function
    __array_ufunc__ = interop.array_ufunc
    __dlpack__ = interop.dlpack
    __dlpack_device__ = interop.dlpack_device
    to_numpy = Array.asnumpy
    to_dlpack_for_read = to_dlpack_for_write = interop.to_dlpack

    def __jax_array__(self):
        return self._jax()

    @classmethod
    def _missing_argument(cls, text):
        return MXNetError(text)

    @classmethod
    def _unknown_argument(cls, op, kwargs):
        raise MXNetError(f"{op.name} has no argument {next(iter(kwargs))!r}: its arguments are ({', '.join(op.params)})")

    def __getattr__(self, name):
        raise AttributeError(f"'NDArray' object has no attribute {name!r}{method_hint(NDArray, name)}")


CLASSES["nd"] = NDArray


def finish():
    """Give the class what the registry declares; called once all operators are."""
    fill_methods(NDArray, "nd.NDArray")
    operators.install(NDArray, "nd.NDArray")
    NDArray.__hash__ = NDArray.__dict__["__hash__"]
