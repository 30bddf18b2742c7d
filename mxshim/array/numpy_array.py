"""np.ndarray: what differs from nd.NDArray. It follows MXNet 2.0."""
from __future__ import annotations

import numpy as onp

from ..absent import method_hint
from ..base import ArgumentTypeError, ArgumentValueError, MXNetError
from ..engine import call as door
from ..engine.emit import place
from ..engine.op import NAMES, Op
from . import interop, operators, printing
from .convert import CLASSES, adopt_numpy
from .core import Array
from .fill import fill_methods, public_function
from .indexing import getitem, setitem


class _IsArray(type):
    """isinstance(x, nd.NDArray) is True for np arrays too, as in MXNet, where one class inherits from the other."""

    def __instancecheck__(cls, instance):
        return type.__instancecheck__(cls, instance) or (cls.__dict__.get("_every_array", False) and isinstance(instance, Array))

    def __subclasscheck__(cls, subclass):
        return type.__subclasscheck__(cls, subclass) or (cls.__dict__.get("_every_array", False) and issubclass(subclass, Array))


_UFUNC = {"where": True, "casting": "same_kind", "order": "K", "dtype": None, "subok": True}  # NumPy's defaults


def leave_ufunc_options(name, options):
    """Take NumPy's options of ufuncs out of a dict. Raises: NotImplementedError if one asks for something else than its default."""
    for key in [k for k in options if k in _UFUNC]:
        given = options.pop(key)
        if given is not _UFUNC[key] and not (isinstance(given, str) and given == _UFUNC[key]):
            raise NotImplementedError(f"{name}: {key}={given!r} is not offered, only {key}={_UFUNC[key]!r}")


class ndarray(Array):
    """A multi-dimensional array with NumPy's interface (MXNet: mxnet.numpy.ndarray).

    Zero-size and 0-d arrays are allowed; comparisons give bool; mixed dtypes promote by MXNet's table; the default dtype is
    float32. Make one with np.array, np.zeros, ...
    """

    __slots__ = ("__dict__",)  # users may hang things on them, as on MXNet's
    _dialect = "np"
    __module__ = "mxshim.numpy"

    # -- facts and scalars -----------------------------------------------------------------------------------------

    @property
    def dtype(self) -> onp.dtype:
        return self._value_now().aval.dtype

    @property
    def T(self):
        """All axes in reverse order; a copy."""
        return self.transpose()

    @property
    def mT(self):
        """The last two axes exchanged; a copy."""
        return self.swapaxes(-1, -2)

    @property
    def itemsize(self) -> int:
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        return self._value_now().aval.nbytes

    def item(self, *args):
        """One element as a Python number; without arguments the array must have just one.

        Raises: ValueError if it has more, IndexError for positions outside.
        """
        host = self._host()
        if not args and host.size != 1:
            raise ValueError(f"can only convert an array of size 1 to a Python scalar, this one has {host.size} elements")
        return host.item(*args)

    def tolist(self):
        """The elements as nested lists of Python numbers."""
        return self._host().tolist()

    def _one(self, what):
        host = self._host()
        if host.size != 1:
            raise TypeError(f"{what}: only size-1 arrays can be converted to Python scalars, this one has shape {host.shape}")
        return host.item()

    def __float__(self):
        return float(self._one("float"))

    def __int__(self):
        return int(self._one("int"))

    def __complex__(self):
        return complex(self._one("complex"))

    def __index__(self):
        value = self._one("index")
        if self.dtype.kind not in "iu" or self.ndim:
            raise TypeError(f"only integer scalar arrays can be converted to a scalar index, this one is {self.dtype.name}{self.shape}")
        return int(value)

    def __round__(self, digits=None):
        return door.call(NAMES["np.around"], ndarray, (self, digits or 0), {}) if "np.around" in NAMES else self.round(digits or 0)

    def __floor__(self):
        return door.call(NAMES["np.floor"], ndarray, (self,), {})

    def __ceil__(self):
        return door.call(NAMES["np.ceil"], ndarray, (self,), {})

    def __trunc__(self):
        return door.call(NAMES["np.trunc"], ndarray, (self,), {})

    def __hash__(self):
        raise NotImplementedError("np.ndarray cannot be hashed, because its elements may change; use id(x) as a key")

    def __contains__(self, value):
        return bool((self == value).any())

    def __repr__(self):
        return printing.np_repr(self.asnumpy(), self.ctx)

    def __str__(self):
        return printing.np_str(self.asnumpy(), self.ctx)

    def __format__(self, spec):
        if self.ndim == 0:  # as Python's number, like NumPy: f"{x}" shows 0.10000000149011612 where str(x) is 0.1
            return format(self.item(), spec)
        return format(self.asnumpy(), spec) if spec else str(self)

    def __pos__(self):
        return self.copy()

    # -- indexing --------------------------------------------------------------------------------------------------

    def __getitem__(self, key):
        return getitem(self, key)

    def __setitem__(self, key, value):
        setitem(self, key, value)

    def _scalar_shape(self):
        return () if door.state.np_shape else (1,)

    def _kind_name(self):
        return "np.ndarray"

    def _bad_index(self, key):
        if isinstance(key, float | onp.floating):
            return ValueError(f"np.ndarray does not support indexing with {key!r} of type {type(key).__name__}; use integers")
        return ValueError(f"np.ndarray does not support indexing with {key!r} of type {type(key).__name__}")

    def _bad_value(self, text):
        return ArgumentValueError(text)

    def fill(self, value):
        """Set every element."""
        self[()] = value

    # -- operators' odd operands -----------------------------------------------------------------------------------

    def _from_operand(self, other: onp.ndarray):
        return adopt_numpy(onp.array(other), ndarray, self.ctx)

    def _bad_operand(self, other, name):
        raise MXNetError(f"np.ndarray.{name}: the other operand must be an array or a number, got {type(other).__name__} {other!r}; "
                         "make an array with np.array(...)")

    # -- calls ----------------------------------------------------------------------------------------------------

    @classmethod
    def _unknown_argument(cls, op, kwargs):
        """Arguments that no operator has. What is a ufunc in NumPy takes ufuncs' keywords, if they say what is done anyway."""
        if isinstance(getattr(onp, op.name.rpartition(".")[2], None), onp.ufunc):
            leave_ufunc_options(op.name, kwargs)
        if kwargs:
            super()._unknown_argument(op, kwargs)

    # -- autograd --------------------------------------------------------------------------------------------------

    def attach_grad(self, grad_req="write", *, stype=None):
        """Mark this array: backward will fill `x.grad`, a buffer of its shape and dtype, zeros at first.

        grad_req: "write" overwrites, "add" adds up, "null" never writes.
        On an array inside a graph the mark is set in place: x.grad is filled and the gradient flows on (MXNet 2.0).
        """
        if stype is not None and stype != "default":
            raise TypeError(f"np.ndarray.attach_grad: np arrays have dense gradients only, got stype={stype!r}")
        self._attach(grad_req)

    def _mark_with(self, leaf):
        here = place(self)
        if here is None or here[0].is_leaf:
            super()._mark_with(leaf)
            return
        node, index = here
        if node.marks and index in node.marks:
            raise MXNetError("this array of the graph has been marked already: attach_grad() works once on a recorded array")
        leaf.inside = True
        node.marks = {**(node.marks or {}), index: leaf}
        self._leaf = leaf

    # -- the other dialect -----------------------------------------------------------------------------------------

    def as_nd_ndarray(self):
        """The same memory, mark and place in the graph as an nd.NDArray."""
        return _as(self, CLASSES["nd"])

    def as_np_ndarray(self):
        return self

    def as_in_context(self, context):
        """This array on a device; where it is there already, another handle on the same memory and mark."""
        moved = super().as_in_context(context)
        return _as(self, ndarray) if moved is self else moved

    def reshape(self, *shape, **kwargs):
        """np.reshape with the new shape as one tuple or as several numbers."""
        shape = kwargs.pop("newshape", kwargs.pop("shape", shape[0] if len(shape) == 1 else shape))
        return door.call(NAMES["np.reshape"], ndarray, (self, shape), kwargs)

    def transpose(self, *axes):
        """np.transpose with the axes as one tuple or as several numbers; none reverses them."""
        axes = axes[0] if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], tuple | list)) else axes or None
        return door.call(NAMES["np.transpose"], ndarray, (self, axes), {})

    def astype(self, dtype, order="K", casting="unsafe", subok=True, copy=True):
        """A copy cast to `dtype`; with copy=False this array itself where nothing changes."""
        if order not in (None, "K", "A", "C") or casting != "unsafe" or not subok:
            raise ValueError(f"np.ndarray.astype: order={order!r}, casting={casting!r}, subok={subok!r} are not offered; "
                             "use order='K', casting='unsafe', subok=True")
        return super().astype(dtype, copy)

    def copy(self, order="C"):
        """A copy with memory of its own, in the graph if recording."""
        if order not in ("C", "K", "A"):
            raise NotImplementedError(f"np.ndarray.copy: order={order!r} is not offered, elements are stored row by row (order='C')")
        return super().copy()

    def _accept(self, result, op: Op, mine, got):
        if mine.shape != got.shape:
            raise ArgumentValueError(f"{op.name}: out= has shape {mine.shape}, the result {got.shape}; they must be equal")
        raise ArgumentTypeError(f"{op.name}: out= is {mine.dtype.name}, the result {got.dtype.name}; they must be equal")

    def __array__(self, dtype=None, copy=None):
        host = self.asnumpy()
        return host if dtype is None else host.astype(dtype, copy=False)

    __array_function__ = interop.array_function
    __array_ufunc__ = interop.array_ufunc
    __dlpack__ = interop.dlpack
    __dlpack_device__ = interop.dlpack_device
    to_numpy = Array.asnumpy  # matplotlib's fast path
    to_dlpack_for_read = to_dlpack_for_write = interop.to_dlpack

    def __jax_array__(self):
        return self._jax()

    def __getattr__(self, name):
        raise AttributeError(f"mxshim.numpy.ndarray object has no attribute {name!r}{method_hint(ndarray, name)}")


def _as(x: Array, cls):
    other = object.__new__(cls)
    for slot in ("_cell", "_view", "_leaf", "_node", "_index"):
        setattr(other, slot, getattr(x, slot))
    if x._view is not None:
        other._base, other._memo, other._memo_of = x._base, x._memo, x._memo_of
    return other


CLASSES["np"] = ndarray


def finish():
    """Give the class what the registry declares; called once all operators are."""
    fill_methods(ndarray, "np.ndarray")
    operators.install(ndarray, "np.ndarray")
    ndarray.__hash__ = ndarray.__dict__["__hash__"]


__all__ = ["finish", "ndarray", "public_function"]
