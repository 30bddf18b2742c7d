"""Parameters: the arrays of a network that are trained, saved and initialized (MXNet: mxnet.gluon.parameter)."""
from __future__ import annotations

import contextlib
import functools
import operator
import uuid
import warnings
import weakref
from collections.abc import Iterable

import numpy as onp

from .. import autograd, initializer, symbol
from .. import ndarray as nd
from .. import numpy as np
from ..arguments import checked
from ..array.sparse import RowSparseNDArray
from ..array.sparse_storage import Pattern
from ..base import MXNetError, as_dtype
from ..device import Device, cpu, current_device
from ..engine.capture import outside
from ..engine.rng import not_aside
from ..engine.trace import by_itself, constants_apart
from ..symbol import deferred
from ..symbol.recording import Recording
from ..util import is_np_array, is_np_shape
from .dialect import ARRAYS

__all__ = ["Constant", "DeferredInitializationError", "Parameter", "tensor_types"]

tensor_types = symbol.Symbol, nd.NDArray  # what a block may be called with
_UNKNOWN = (0, -1)  # sizes that wait for the first batch, in nd and np programs


@contextlib.contextmanager
def wait_again_after(error: type[Exception], parameters):
    """Parameters that wait for the first batch go on waiting if such an error comes: a batch that does not fit settles no sizes."""
    before = [(p, p._shape, p._deferred_init) for p in parameters if p._deferred_init is not None]
    try:
        yield
    except error:
        for p, shape, waiting in before:
            p._data, p._shape, p._deferred_init = None, shape, waiting
        raise


class DeferredInitializationError(MXNetError):
    """A parameter was asked for before the first batch told its shape (MXNet: mxnet.gluon.parameter)."""


class Parameter:
    """An array of a block, one copy on each of its devices, with its gradient (MXNet: mxnet.gluon.Parameter).

    Args:
        shape: 0 or -1 stands for a size found by the first batch, if allow_deferred_init.
        grad_req: "write", "add" or "null"; differentiable=False is "null" for good.
        init: an initializer or its name for this parameter alone.
        lr_mult, wd_mult: factors for the optimizer's learning rate and weight decay.
        stype, grad_stype: "default", "row_sparse" or "csr". In nd programs row_sparse gradients are RowSparseNDArrays, whose rows are those
            that are not zero; SGD, Adam and AdaGrad leave the others' weights alone (see lazy_update).
            Differs: elements and gradients lie dense in memory.
    Arrays are np.ndarray where np semantics are on (`npx.set_np()`) when they are initialized, else nd.NDArray.
    """

    def __init__(self, name="weight", grad_req="write", shape=None, dtype=onp.float32, lr_mult=1.0, wd_mult=1.0, init=None,
                 allow_deferred_init=False, differentiable=True, stype="default", grad_stype="default"):
        for what, kind in (("stype", stype), ("grad_stype", grad_stype)):
            if kind not in ("default", "row_sparse", "csr"):
                raise AssertionError(f"Parameter '{name}': {what} must be 'default', 'row_sparse' or 'csr', got {kind!r}")
        self._name, self._full_name = name, None
        self._shape = None if shape is None else _sizes(name, shape)
        if isinstance(init, str | type):  # mistakes that can be seen; what else it is matters once it is used
            initializer.known(init)
        self._dtype, self._differentiable, self._allow_deferred_init = dtype, differentiable, allow_deferred_init
        self.lr_mult, self.wd_mult, self.init = lr_mult, wd_mult, init
        self._stype, self._grad_stype = stype, grad_stype
        self._data = None  # a list of arrays, one for each device
        self._deferred_init = None  # (initializer, devices, default initializer): what waits for the shape
        self._grad_req, self._var, self._trained_by = "null", None, None
        self.grad_req = grad_req

    def __repr__(self):
        name = "" if is_np_array() else f" {self.name}"
        return f"{type(self).__name__}{name} (shape={self.shape}, dtype={self.dtype})"

    def __getstate__(self):
        return {**self.__dict__, "_trained_by": None}

    def __setstate__(self, state):  # of pickle and deepcopy: marks do not travel with arrays
        self.__dict__.update(state)
        if self._data is not None:
            self._mark()

    # -- facts -----------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The short name, as in "weight", in np programs; with prefix, as in "dense0_weight", in nd programs."""
        return self._name if is_np_array() or self._full_name is None else self._full_name

    @name.setter
    def name(self, name):
        if is_np_array():
            raise AttributeError("the name of a Parameter cannot be set in np programs; its place in the network names it")
        self._full_name = name

    @property
    def shape(self):
        """The shape; sizes not known yet are -1 in np programs, 0 in nd programs. None if nothing is known.

        Setting it fills in unknown sizes. Raises: AssertionError if a known one differs.
        """
        if self._shape is None:
            return None
        unknown = -1 if is_np_shape() else 0
        return tuple([unknown if n in _UNKNOWN else n for n in self._shape])

    @shape.setter
    def shape(self, new):
        new = _sizes(self.name, new)
        if self._shape is not None and not _fits(new, self._shape):
            raise AssertionError(f"Parameter '{self.name}' has shape {self.shape}, which {new} does not fit; only unknown "
                                 "sizes can be set")
        if self._shape is not None:
            new = tuple([old if n in _UNKNOWN else n for n, old in zip(new, self._shape, strict=True)])
        self._shape = new

    def _shape_known(self) -> bool:
        return self._shape is not None and not any(n in _UNKNOWN for n in self._shape)

    @property
    def dtype(self):
        """The dtype as it was given. Setting it is `cast`."""
        return self._dtype

    @dtype.setter
    def dtype(self, dtype):
        self.cast(dtype)

    @property
    def grad_req(self) -> str:
        """What backward does with the gradient: "write", "add" or "null". Setting it makes zeros, or drops the gradient."""
        return self._grad_req

    @grad_req.setter
    def grad_req(self, req):
        if req not in ("write", "add", "null"):
            raise AssertionError(f"grad_req of Parameter '{self.name}' must be 'write', 'add' or 'null', got {req!r}")
        req = req if self._differentiable else "null"
        if req != self._grad_req:
            self._grad_req = req
            if self._data is not None:
                self._mark()

    def _mark(self):
        if self._grad_req == "null":
            self._data = [a.detach() for a in self._data]
        for a in self._data:
            if self._grad_req != "null" and self._grad_stype == "row_sparse" and type(a) is nd.NDArray:
                a.attach_grad(self._grad_req, stype="row_sparse")
            elif self._grad_req != "null":
                a.attach_grad(self._grad_req)

    # What MXNet keeps beside the arrays, and follows from them here. Libraries read it, and Parameters of theirs that stand for another
    # one (GluonNLP's WeightDropParameter) set it to what that has; `_data` comes with it, so there is nothing to keep.

    def _settle(self, value):
        pass

    _grad = property(lambda self: None if self._data is None or self._grad_req == "null" else [a.grad for a in self._data], _settle,
                     doc="The gradients, one for each device; None if there are none.")
    _ctx_list = property(lambda self: None if self._data is None else [a.ctx for a in self._data], _settle,
                         doc="The devices; None before the arrays are there.")

    def _places(self):
        if self._data is None:
            return None
        found: list = [[], []]
        for i, ctx in enumerate(self._ctx_list):
            row = found[ctx.device_typeid & 1]
            row += [None] * (ctx.device_id + 1 - len(row))
            row[ctx.device_id] = i
        return found

    _ctx_map = property(_places, _settle, doc="The numbers of the arrays on [other devices, CPUs], each by device_id.")

    def _check_and_get(self, arrays, ctx):
        """Which of `arrays`, one for each device, is on ctx, as `data` chooses; all of them if ctx is `list`. Raises: as data."""
        self._need()
        if ctx is list:
            return arrays
        if ctx is None and len(arrays) == 1:
            return arrays[0]
        mine = self._on(ctx)
        return next(a for a, own in zip(arrays, self._data, strict=True) if own is mine)

    @functools.cached_property
    def _uuid(self) -> str:
        """A name no other parameter has, which copies keep (MXNet 2)."""
        return str(uuid.uuid4())

    @property
    def _trainer(self):
        """The Trainer that updates this parameter."""
        return None if self._trained_by is None else self._trained_by()

    @_trainer.setter
    def _trainer(self, trainer):
        self._trained_by = None if trainer is None else weakref.ref(trainer)

    def _set_trainer(self, trainer):
        """Raises: RuntimeError if another Trainer has this parameter, and its stype is not "default"."""
        if self._stype != "default" and trainer is not None and self._trainer not in (None, trainer):
            raise RuntimeError(f"Parameter '{self.name}' has stype {self._stype!r} and belongs to a Trainer already")
        self._trainer = trainer

    # -- elements and gradients ------------------------------------------------------------------------------------

    def data(self, ctx=None, device=None):
        """The array on a device, by default the only one, or the current device's; the same object each time.

        Raises: RuntimeError if it is not initialized, or not there, or if its stype is not "default": ask for row_sparse_data then;
            DeferredInitializationError before the first batch.
        """
        if self._stype != "default":
            raise self._not_whole("data")
        return self._there(ctx or device)

    def _there(self, wanted=None):
        data = self._data
        if data is not None and len(data) == 1:
            only = data[0]
            if wanted is None or wanted is (own := only.ctx) or wanted == own:
                return only if Recording.current is None else deferred.parameter(self, only)
        return deferred.parameter(self, self._on(wanted))

    @checked(row_id="an array")
    def row_sparse_data(self, row_id):
        """The rows `row_id` of the elements as a RowSparseNDArray, on row_id's device; gradients flow through it.

        Raises: as data; RuntimeError unless stype is "row_sparse" and a Trainer has this parameter.
        """
        if self._stype != "row_sparse":
            raise RuntimeError(f"Parameter '{self.name}' has stype {self._stype!r}, which row_sparse_data() is not for; use data()")
        if self._trainer is None:
            raise RuntimeError(f"Parameter '{self.name}' is row_sparse: its rows can be asked for when a Trainer has been made with it")
        data = self._there(row_id.ctx).as_nd_ndarray()
        rows = onp.unique(row_id.asnumpy()).astype("int64")
        wanted = nd.array(onp.isin(onp.arange(data.shape[0]), rows), ctx=data.ctx)
        with autograd.record(train_mode=autograd.is_training()):  # rows fetched before record() pass gradients on, too
            dense = nd.where(wanted, data, nd.zeros_like(data))
        return RowSparseNDArray._dense_as(dense, Pattern(data.shape, rows))

    @checked(row_id="an array")
    def list_row_sparse_data(self, row_id):
        """row_sparse_data on every device of the parameter."""
        return [self.row_sparse_data(row_id.as_in_context(d)) for d in self.list_ctx()]

    def _on(self, wanted):
        self._need()
        wanted = wanted or current_device()
        for a in self._data:
            if a.ctx == wanted:
                return a
        raise RuntimeError(f"Parameter '{self.name}' is not on {wanted}, only on {self.list_ctx()}; call reset_ctx, or "
                           "initialize with all devices it is needed on")

    def _need(self):
        if self._data is not None:
            return
        if self._deferred_init is not None:
            raise DeferredInitializationError(
                f"Parameter '{self.name}' has not been initialized yet: its shape {self.shape} is completed by the first "
                "batch. Pass one through the network first, or give the layer its input size (in_units, in_channels)")
        raise self._uninitialized()

    def _not_whole(self, what):
        return RuntimeError(f"Parameter '{self.name}' has stype {self._stype!r}, of which {what}() gives no copy, as in MXNet; ask for the "
                            f"rows that are needed, {what.replace('data', 'row_sparse_data')}(row_id)")

    def _uninitialized(self):
        return RuntimeError(f"Parameter '{self.name}' has not been initialized; call initialize() on its block, or on itself. "
                            "Blocks in a plain list or dict are not found by the block that keeps them; register_child() makes them so")

    def grad(self, ctx=None, device=None):
        """The gradient's buffer on a device. Raises: as data; RuntimeError for grad_req "null"."""
        found = self._there(ctx or device)
        self._need_grad()
        return found.grad

    def _need_grad(self):
        if self._grad_req == "null":
            raise RuntimeError(f"Parameter '{self.name}' has no gradient, because its grad_req is 'null'")

    def list_data(self):
        """The arrays, one for each device. Raises: as data."""
        if self._stype != "default":
            raise self._not_whole("list_data")
        self._need()
        return list(self._data)

    def list_grad(self):
        """The gradients, one for each device."""
        self._need()
        self._need_grad()
        return [a.grad for a in self._data]

    def list_ctx(self):
        """The devices the parameter is on, or will be."""
        if self._data is not None:
            return [a.ctx for a in self._data]
        if self._deferred_init is None:
            raise self._uninitialized()
        return list(self._deferred_init[1])

    list_device = list_ctx

    @checked(data="an array")
    def set_data(self, data):
        """Overwrite the elements on all devices; the arrays and their gradients stay the same objects.

        Raises: AssertionError if the shape does not fit, or nothing was initialized.
        """
        self.shape = data.shape
        if self._data is None:
            if self._deferred_init is None:
                raise AssertionError(f"Parameter '{self.name}' has not been initialized; call initialize() before set_data()")
            self._init_impl(_array(data, self._dtype, cpu()), self._deferred_init[1])
            return
        if self._trainer is not None:
            self._trainer._forget_store()
        with autograd.pause():
            for a in self._data:
                a[()] = data if not isinstance(data, ARRAYS) or data.ctx == a.ctx else data.as_in_context(a.ctx)

    def zero_grad(self):
        """Set the gradients to zero; nothing where there are none."""
        if self._data is not None and self._grad_req != "null":
            with autograd.pause():
                for a in self._data:
                    a.grad[()] = 0

    def cast(self, dtype):
        """Convert elements and gradients to another dtype."""
        self._dtype = dtype
        if self._data is not None:
            gradients = [a.grad for a in self._data]
            with autograd.pause():
                self._place([a.detach().astype(dtype) for a in self._data])
                for a, g in zip(self._data, gradients, strict=True):
                    if g is not None and a.grad is not None and g.stype == "default":
                        a.grad[()] = g.astype(dtype)

    def reset_ctx(self, ctx=None, device=None):
        """Move to other devices, one or a list; gradients start from zero.

        Raises: ValueError if the parameter is not initialized.
        """
        devices = devices_of(ctx or device)
        if self._data is not None:
            with autograd.pause():
                source = self._reduce()
                self._place([source.copyto(d) for d in devices])
        elif self._deferred_init is not None:
            init, _, default = self._deferred_init
            self._deferred_init = init, devices, default
        else:
            raise ValueError(f"Parameter '{self.name}' has not been initialized, so it cannot be moved to {devices}; call "
                             "initialize(ctx=...)")

    reset_device = reset_ctx

    def _reduce(self):
        """The elements; their mean over the devices where there are several."""
        self._need()
        first, *others = (a.detach() for a in self._data)
        for a in others:
            first = first + a.as_in_context(first.ctx)
        return first / len(self._data) if others else first

    # -- initialization --------------------------------------------------------------------------------------------

    def initialize(self, init=None, ctx=None, default_init=None, force_reinit=False, device=None):
        """Make the arrays and let an initializer fill them; with sizes unknown, when the first batch comes.

        Args:
            init: by default this parameter's own, else default_init, else Uniform(0.07).
            ctx, device: one device or a list, by default the current one.
            force_reinit: also if there are values already; without it that is a warning.
        Raises: ValueError if sizes are unknown and allow_deferred_init is False.
        """
        if self._data is not None and not force_reinit:
            warnings.warn(f"Parameter '{self.name}' is already initialized; pass force_reinit=True to do it again",
                          stacklevel=2)
            return
        default_init = initializer.Uniform() if default_init is None else default_init
        chosen = init if init is not None else self.init if self.init is not None else default_init
        self._data, self._deferred_init = None, (chosen, devices_of(ctx or device), default_init)
        if self._shape_known():
            try:
                self._finish_deferred_init()
            except BaseException:
                self._deferred_init = None
                raise
        elif not self._allow_deferred_init:
            self._deferred_init = None
            raise ValueError(f"Parameter '{self.name}' cannot be initialized with the unknown sizes of its shape {self.shape}; "
                             "give them all, or allow_deferred_init=True")

    def _finish_deferred_init(self):
        """Fill the arrays of a parameter whose shape is known by now. Drawn on the CPU, so that all devices get the same."""
        if self._deferred_init is None:
            return
        chosen, devices, default = self._deferred_init
        if not self._shape_known():
            self._need()
        with outside(), autograd.pause(), constants_apart(), not_aside():
            data = (np if is_np_array() else nd).zeros(self._shape, dtype=as_dtype(self._dtype), ctx=cpu())
            desc = initializer.InitDesc(self.name, {"__init__": chosen})
            with by_itself("initializer"):
                initializer.create(default)(desc, data)
            self._init_impl(data, devices)

    def _init_impl(self, data, devices):
        """Take an array as the elements on all devices. Horovod wraps it, to broadcast what the first batch lets initialize."""
        self._place([data] if devices == [data.ctx] else [data.copyto(d) for d in devices])

    def _place(self, arrays):
        """Take arrays of one's own as elements."""
        self._data, self._deferred_init = arrays, None
        if self._grad_req != "null":
            self._mark()

    # -- loading ---------------------------------------------------------------------------------------------------

    def _check_load(self, value: onp.ndarray, source, cast_dtype):
        """Raises: AssertionError if `value` from a file cannot be this parameter's elements."""
        if self._shape is not None and not _fits(value.shape, self._shape):
            raise AssertionError(f"Parameter '{self.name}' has shape {self.shape}, but shape {value.shape} in {source}")
        if not cast_dtype and value.dtype != as_dtype(self._dtype):
            mine = as_dtype(self._dtype).name
            raise AssertionError(f"Parameter '{self.name}' is {mine}, but {value.dtype.name} in {source}; pass "
                                 "cast_dtype=True to convert")

    def _load(self, value: onp.ndarray, devices, dtype_source):
        """Take elements from a file, on `devices`, or None for those the parameter is on (else the CPU, as in MXNet)."""
        self.shape = value.shape
        if dtype_source == "saved" and value.dtype != as_dtype(self._dtype):
            self.cast(value.dtype)
        if self._data is not None and devices in (None, self.list_ctx()):
            self.set_data(value)
            return
        if devices is None:
            devices = [cpu()] if self._deferred_init is None else self._deferred_init[1]
        self._init_impl(_array(value, self._dtype, cpu()), devices)

    def _load_init(self, data, ctx, cast_dtype=False, dtype_source="current"):
        """Take the elements of an array, initialized or not, as if from a file; AutoGluon sets parameters by it. Raises: as _check_load."""
        value = data.asnumpy()
        self._check_load(value, "the given array", cast_dtype)
        self._load(value, None if ctx is None else devices_of(ctx), dtype_source)

    # -- graphs ----------------------------------------------------------------------------------------------------

    def var(self):
        """A Symbol that stands for this parameter, of its name, shape, dtype, factors and initializer; the same one each time."""
        if self._var is None:
            self._var = self._var_named(self.name)
        return self._var

    def _var_named(self, name):
        init = self.init if isinstance(self.init, str) else self.init.dumps() if hasattr(self.init, "dumps") else None
        found = symbol.var(name, shape=self.shape, dtype=self.dtype, lr_mult=self.lr_mult, wd_mult=self.wd_mult, init=init,
                           stype=self._stype)
        return found.as_np_ndarray() if is_np_array() else found


class Constant(Parameter):
    """A parameter that is not trained: no gradient, `value` at the start (MXNet: mxnet.gluon.Constant).

    Constant(value) as in MXNet 2, or Constant(name, value) as in MXNet 1.
    """

    def __init__(self, name, value=None):
        if not isinstance(name, str):
            name, value = "const", name
        if not isinstance(value, ARRAYS):
            value = (np if is_np_array() else nd).array(value)
        self.value = value
        init = initializer.Constant(value.asnumpy())
        super().__init__(name, "null", value.shape, value.dtype, init=init, differentiable=False)

    @property
    def grad_req(self) -> str:
        """Always "null"; setting another is a warning."""
        return "null"

    @grad_req.setter
    def grad_req(self, req):
        if req != "null":
            warnings.warn(f"Constant '{self.name}' keeps grad_req 'null'; {req!r} is ignored", stacklevel=2)


def _sizes(name, shape) -> tuple:
    """A shape, as ints. Raises: TypeError for anything else."""
    try:
        return tuple(map(operator.index, shape)) if isinstance(shape, Iterable) else (operator.index(shape),)
    except TypeError:
        raise TypeError(f"Parameter '{name}': the shape must be made of whole numbers, got {shape}") from None


def _fits(new, old) -> bool:
    return len(new) == len(old) and all(n == o or n in _UNKNOWN or o in _UNKNOWN for n, o in zip(new, old, strict=True))


def _array(value, dtype, device):
    """An array of its own, of this thread's dialect."""
    make = np.array if is_np_array() else nd.array
    return make(value, dtype=as_dtype(dtype), ctx=device)


def devices_of(ctx) -> list[Device]:
    """One device or several as a list, None as the current one. Raises: TypeError for anything else."""
    if ctx is None:
        return [current_device()]
    found = list(ctx) if isinstance(ctx, list | tuple) else [ctx]
    if not found or not all(isinstance(d, Device) for d in found):
        raise TypeError(f"ctx (device) must be a device such as mx.cpu(), or a list of them, got {ctx!r}")
    return found


def __getattr__(name):
    if name == "ParameterDict":  # MXNet's place for it; it is made of the classes above
        from .parameter_dict import ParameterDict
        return ParameterDict
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
