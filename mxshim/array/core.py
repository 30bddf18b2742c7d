"""The core of both array classes: memory, conversion, copies, devices and a place in the autograd graph."""
from __future__ import annotations

import weakref
from typing import Any

import numpy as onp

from ..base import MXNetError, as_dtype
from ..device import Device
from ..engine import grad as engine_grad
from ..engine.cell import Handle, Value, View, cell_of, keep, put, shared, value_with
from ..engine.emit import emit, emit1, emit2, emit_spec, form_of, inplace, look_up, make_node, place
from ..engine.op import NAMES, Op
from ..engine.spec import NUM, Spec, arr, tracing
from ..engine.trace import read, state, threads, trace_on, wait_all
from .one_element import convertible

INPLACE = ("Inplace operations (+=, -=, x[:]=, out=, etc) are not supported when recording with autograd: the array is part of the "
           "graph. Write outside of autograd.record(), make a new array (x = x + ...), or let mxshim differentiate through writes "
           "with mxshim.autograd.set_inplace_policy('allow').")
_X = arr(0)
_Y = arr(1)


class Array(Handle):
    """What np.ndarray and nd.NDArray share. Elements live in a cell that other arrays may share; reading flushes the trace."""

    __slots__ = ()
    __array_priority__ = 1000.0
    _dialect = ""

    # -- values ----------------------------------------------------------------------------------------------------

    def _value_now(self) -> Value:
        return self._cell.value if self._view is None else self._read()

    def _read(self) -> Value:
        """A view's value. After a write to its memory it is read again: in the graph if the write was recorded, else where it is."""
        source = self._cell.value
        known = self._memo_of
        if known is not source:
            base, view = self._based_on()
            if base is not None and not (type(known) is weakref.ref and known() is source) and _recorded(base):
                thread = threads.now
                recording, thread.recording = thread.recording, True  # when somebody reads must not decide what is in the graph
                try:
                    values, self._node = emit(view.read.op, view.read.pattern, [base], view.scalars)
                finally:
                    thread.recording = recording
                self._memo, self._index = values[0], 0
            else:
                self._memo = _through(self._view, source)
            self._memo_of = source
        return self._memo

    def _based_on(self) -> tuple[Any, Any]:
        """(the array that a view was taken from, how it lies in it); of all of the memory if nobody holds that array any more, or None."""
        base: Any = self._base
        view: Any = self._view
        if type(base) is weakref.ref:
            base = base()
        if base is None and view.root is not None:
            return view.root(), view.cell
        return base, view

    def _put(self, value: Value):
        """Overwrite the memory; marks and the place in the graph stay. `value` has this array's shape and dtype."""
        if self._view is None:
            self._cell.value = value
        else:
            self._cell.value = _back(self._view, self._cell.value, value)
            self._memo, self._memo_of = value, self._cell.value

    def _store(self, new: Array):
        """Overwrite with another array's elements, of the same shape and dtype, in the graph if recording."""
        if new._cell.value.ctx is not self._cell.value.ctx and new.ctx != self.ctx:
            new = new._moved(self.ctx)
        if threads.now.recording:
            here, there = place(self), place(new)
            if inplace.policy == "error":
                self._refuse(here)
            if here is not None or there is not None:
                return self._store_recorded(new, there)
        self._put(new._value_now())
        return None

    def _refuse(self, here):
        leaf = self._leaf
        reader = inplace.readers.get(self._cell)
        if here is not None or (leaf is not None and not leaf.dead) or (reader is not None and reader() is not None
                                                                       and not reader().freed):
            raise MXNetError(INPLACE)

    def _store_recorded(self, new: Array, there):
        base: Any
        view: Any
        base, view = self._based_on() if self._view is not None else (None, None)
        if base is None:
            self._put(new._value_now())
        else:
            written = emit2(view.write, base, new, view.scalars, type(self))
            base._store_recorded(written, place(written))
            self._memo, self._memo_of = new._value_now(), self._cell.value
        if there is None:  # overwritten with a constant: a marked array is marked still
            there = (self._leaf if self._leaf is not None and not self._leaf.inside else None), 0
        self._node, self._index = there

    def _take(self, result: Any, op: Op):
        """Become what `out=` asked for: same shape, cast where MXNet casts."""
        mine, got = self._value_now().aval, result._value_now().aval
        if mine is not got:
            result = self._accept(result, op, mine, got)
        self._store(result)

    def _accept(self, result, op, mine, got):
        raise MXNetError(f"{op.name}: out= is {mine}, the result is {got}; they must be equal")

    def _alias(self) -> Array:
        """Another handle on the same memory, outside the graph."""
        other = object.__new__(type(self))
        view = self._view
        if view is not None and view.root is not None:
            view = View(view.read, view.write, view.scalars, view.cell)
        other._cell, other._view, other._memo, other._memo_of = self._cell, view, None, None
        other._leaf = other._node = other._base = None  # without base and root, reading a view again never enters the base's graph
        other._index = 0
        return other

    def _window(self, forms, scalars) -> Array:
        """A view: reads through one form, writes back through another (see `window_forms`)."""
        read, write = forms
        source = self._cell.value if self._view is None else None
        other = emit1(read, self, scalars, type(self))
        other._memo, other._memo_of = other._cell.value, self._cell.value if source is None else source
        other._cell = self._cell
        other._view = View(read, write, scalars) if self._view is None else self._within(read, write, scalars, other._memo.aval)
        if other._node is not None:
            other._base = self
        else:
            other._base = weakref.ref(self)
            trace = other._memo.trace
            if trace is not None:
                trace.windows.append((other._memo.slot, weakref.ref(other)))
        return other

    def _within(self, read, write, scalars, aval) -> View:
        """How a view of this view lies in it; aval: its own. They lie together in memory."""
        view: Any = self._view
        whole, base = self._cell.value.aval, self._base
        start: tuple[int, ...] = ()
        if aval.size == whole.size:
            forms = window_forms("mx.reshape", "mx.reshape_back", (aval.shape,))
        else:
            outer = view.cell or view
            start = (_first(outer.read, outer.scalars, whole.shape) + _first(read, scalars, self.shape),)
            forms = window_forms("mx.block", "mx.block_back", (NUM["i"], aval.shape))
        root = view.root if view.cell is not None else base if base is None or type(base) is weakref.ref else weakref.ref(base)
        return View(read, write, scalars, View(forms[0], forms[1], start), root)

    def _fitted(self, aval):
        """These elements broadcast and cast to another shape and dtype, in the graph."""
        if self._value_now().aval is aval:
            return self
        return emit1(form_of(NAMES["mx.fit"], (_X, aval.shape, aval.dtype)), self, (), type(self))

    # -- facts -----------------------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        return self._value_now().aval.shape

    @property
    def dtype(self) -> Any:
        """The elements' type, as each class shows it."""
        raise NotImplementedError

    @property
    def size(self) -> int:
        return self._value_now().aval.size

    @property
    def ndim(self) -> int:
        return self._value_now().aval.ndim

    @property
    def ctx(self) -> Device:
        """The device the elements are on; also `context` and `device`."""
        return self._cell.value.ctx

    context = device = ctx
    stype = "default"
    writable = True

    @property
    def handle(self) -> int:
        """A number for this array. Differs: MXNet's is the address of a C++ object."""
        return id(self._cell)

    # -- reading ---------------------------------------------------------------------------------------------------

    def asnumpy(self) -> onp.ndarray:
        """The elements as a NumPy array of their own: waits for them; writing into it changes nothing here."""
        return convertible(onp.array(read(self._value_now())))

    def _host(self) -> onp.ndarray:
        """As asnumpy, but maybe shared memory: for reading only."""
        return onp.asarray(read(self._value_now()))

    def _jax(self):
        value = self._value_now()
        data = read(value)
        if isinstance(data, onp.ndarray):
            data = value.data = put(data, value.ctx.jax)
        shared.add(value)  # somebody outside holds the buffer from now on
        return data

    def wait_to_read(self):
        """Wait until the elements are there. Raises: MXNetError if computing them failed."""
        data = read(self._cell.value if self._view is None else self._read())
        if type(data) is not onp.ndarray:
            data.block_until_ready()

    wait_to_write = wait_to_read

    def __bool__(self):
        size = self.size
        if size == 0:
            return False
        if size == 1:
            return bool(self._host().reshape(-1)[0])
        use = ("x.all(), x.any()" if self._dialect == "np" else "x.min().asscalar() (are all true?), x.max().asscalar() (is any?)")
        raise ValueError(f"The truth value of an array with {size} elements is ambiguous: make one of them with {use} or x.sum()")

    def __len__(self):
        shape = self.shape
        if not shape:
            raise TypeError("len() of a 0-d array: it has no dimensions")
        return shape[0]

    def __iter__(self):
        for i in range(self.shape[0] if self.shape else 0):
            yield self[i]

    # -- copies and devices ----------------------------------------------------------------------------------------

    def copy(self):
        """A copy with memory of its own, in the graph if recording."""
        return emit1(form_of(NAMES["mx.copy"], (_X,)), self, (), type(self))

    def __copy__(self):
        return self.copy()

    def __deepcopy__(self, memo):
        return type(self)(self._value_now())

    def copyto(self, other):
        """Copy into another array (cast to its dtype) or onto a device; returns the target.

        Raises: MXNetError if the shapes differ, TypeError if `other` is neither an array nor a device.
        """
        if isinstance(other, Device):
            if other.jax is self.ctx.jax and other == self.ctx:
                return self.copy()
            return self._moved(other)
        if not isinstance(other, Array):
            raise TypeError(f"copyto: the target must be an array or a device, got {type(other).__name__}")
        if other is self or (other._cell is self._cell and other._view is self._view):
            import warnings
            warnings.warn("copyto: source and target are the same array", RuntimeWarning, stacklevel=2)
            return False
        if other.shape != self.shape:
            raise MXNetError(f"copyto: this array has shape {self.shape}, the target {other.shape}; they must be equal")
        new = self if self.ctx.jax is other.ctx.jax else self._moved(other.ctx)
        other._store(new._fitted(other._value_now().aval))
        return other

    def _moved(self, device: Device):
        """This array on another device, in the graph if recording."""
        value = self._value_now()
        target = device.jax
        if target is value.ctx.jax:
            spec = look_up(NAMES["mx.copy"], (_X,), [value])
            p = place(self) if state.recording else None
            outs, node = emit_spec(spec, [value], (), (p,) if p else None)
            outs[0].ctx = device  # another name of the same device
            return type(self)(outs[0], node)
        moved = value_with(value.aval, device, put(value.get(), target))
        result = type(self)(moved)
        if state.recording:
            p = place(self)
            if p is not None:
                spec = look_up(NAMES["mx.copy"], (_X,), [value])
                with tracing():
                    code = spec.record((True,))
                assert not isinstance(code, Spec), "a copy of a float or an integer has a gradient"
                result._node = make_node(code, (p,), [value] * len(code.sources), [value], [code, (), weakref.ref(moved), (), None])
                result._node.moved = value.ctx, device
        return result

    def as_in_context(self, context):
        """This array if it is on that device already, else a copy there."""
        if not isinstance(context, Device):
            raise TypeError(f"as_in_context: wanted a device such as mx.cpu(), got {context!r}")
        return self if context == self.ctx else self._moved(context)

    as_in_ctx = to_device = as_in_context

    def drop_grad(self):
        """Remove the mark and the gradient buffer; graphs recorded from the mark lose it too."""
        if self._leaf is not None:
            self._leaf.req, self._leaf.dead = "null", True
        if self._node is self._leaf:
            self._node = None
        self._leaf = None

    def detach(self):
        """The same memory outside the graph: a write to one is seen through the other."""
        return self._alias()

    def astype(self, dtype, copy=True):
        """A copy cast to `dtype` (None: float32); with copy=False this array itself where nothing changes."""
        dtype = as_dtype("float32" if dtype is None else dtype)
        if not copy and dtype == self._value_now().aval.dtype:
            return self
        return emit1(form_of(NAMES["mx.cast"], (_X, dtype)), self, (), type(self))

    # -- autograd --------------------------------------------------------------------------------------------------

    @property
    def grad(self):
        """The gradient buffer of a marked array, else None. Every access is a new handle on the same memory."""
        leaf = self._mark()
        if leaf is None:
            return None
        if leaf.stype is not None and leaf.stype != "default":
            return self._sparse_grad(leaf)
        other = object.__new__(type(self))
        other._cell, other._view, other._leaf, other._node, other._index = leaf.cell, None, None, None, 0
        return other

    def _mark(self):
        leaf = self._leaf
        return None if leaf is None or leaf.dead else leaf

    @property
    def _fresh_grad(self) -> int:
        """1 from a backward until somebody sets it to 0 (Trainer does), as in MXNet."""
        leaf = self._mark()
        return int(leaf is not None and leaf.fresh)

    @_fresh_grad.setter
    def _fresh_grad(self, on):
        leaf = self._mark()
        if leaf is not None:
            leaf.fresh = bool(on)

    def _attach(self, grad_req, stype=None):
        if grad_req not in ("write", "add", "null"):
            raise KeyError(f"grad_req must be 'write', 'add' or 'null', got {grad_req!r}")
        thread = threads.now
        if thread.capture is not None and not thread.apart:  # a mark inside a block is no part of an operator
            thread.capture.move()
        value = self._value_now()
        zeros = value_with(value.aval, value.ctx, onp.zeros(value.aval.shape, value.aval.dtype))
        trace = trace_on(value.ctx.jax)
        trace.mark_step()  # setting up parameters is no part of the step that follows
        self._mark_with(engine_grad.Leaf(value.aval, value.ctx, cell_of(zeros), grad_req, stype))

    def _mark_with(self, leaf):
        """Make this array a fresh leaf: what was recorded before stays with the old mark."""
        self._leaf = self._node = leaf
        self._index = 0

    def backward(self, out_grad=None, retain_graph=False, train_mode=True):
        """Gradients of this array into the buffers of the marked arrays it was computed from.

        out_grad: the gradient that arrives here, of this shape and dtype; None stands for ones.
        retain_graph: keep the graph for another backward.  train_mode: the training flag for Functions on the way.
        Raises: MXNetError if this array is in no graph, or nothing marked leads here.
        """
        engine_grad.backward([self], None if out_grad is None else [out_grad], retain_graph, train_mode)

    # -- where the classes differ ------------------------------------------------------------------------------------

    def _scalar_shape(self) -> tuple[int, ...]:
        """The shape of one element picked by integers."""
        raise NotImplementedError

    def _kind_name(self) -> str:
        """What messages call the class."""
        raise NotImplementedError

    def _bad_index(self, key) -> Exception:
        """The error for a key that is no index."""
        raise NotImplementedError

    def _bad_value(self, text: str) -> Exception:
        """The error for a value that cannot be assigned."""
        raise NotImplementedError

    # -- interop ---------------------------------------------------------------------------------------------------

    def __reduce__(self):
        from .convert import rebuild
        return rebuild, (self._dialect, self.asnumpy(), self.ctx)

    def __setstate__(self, state) -> None:
        """Take the elements that MXNet pickled: a record as in its files. What is pickled here is made by a function instead."""
        from .sparse import from_record
        made = from_record(bytes(state["handle"]), "a pickled array")
        self._cell = made._cell
        if made.stype != "default":  # the class was called with None, which makes a dense array
            self.__class__ = type(made)

    @classmethod
    def _missing_argument(cls, text):
        return TypeError(text)

    @classmethod
    def _unknown_argument(cls, op, kwargs):
        raise TypeError(f"{op.name} has no argument {next(iter(kwargs))!r}: its arguments are ({', '.join(op.params)})")


Array.__name__ = Array.__qualname__ = "NDArrayBase"  # what MXNet calls the base of both classes


_WINDOWS: dict[tuple, tuple] = {}


def window_forms(read: str, write: str, static: tuple) -> tuple:
    """The forms by which a view reads and writes: two operators with the same static arguments."""
    found = _WINDOWS.get((read, write, static))
    if found is None:
        forms = form_of(NAMES[read], (_X, *static)), form_of(NAMES[write], (_X, _Y, *static))
        found = keep(_WINDOWS, 10_000, (read, write, static), forms)
    return found


def is_plain(x: Array) -> bool:
    """Whether NumPy may answer what is asked of x's elements: on a CPU, outside graphs and captured blocks."""
    return (not state.recording or place(x) is None) and x.ctx.jax.platform == "cpu" and state.capture is None


def _recorded(base) -> bool:
    """Whether what an array holds was put there by a recorded call, whose graph is still there."""
    above = base
    while above._node is None:  # without a place all the way up there is none, however many views that are
        above = None if above._view is None else above._based_on()[0]
        if above is None:
            return False
    value = base._value_now()  # a view finds its own place by that
    at = place(base)
    return at is not None and not at[0].is_leaf and at[0].out(at[1]) is value


def _through(view: Any, source: Value) -> Value:
    """A view's elements, read from its cell's value."""
    view = view.cell or view
    spec = look_up(view.read.op, view.read.pattern, [source])
    return emit_spec(spec, [source], view.scalars, None)[0][0]


def _back(view: View, source: Value, new: Value) -> Value:
    """The cell's value after `new` was written through a view."""
    view = view.cell or view
    spec = look_up(view.write.op, view.write.pattern, [source, new])
    return emit_spec(spec, [source, new], view.scalars, None)[0][0]


def _first(read, scalars, shape) -> int:
    """Where in an array of a shape, counted row by row, the elements begin that a view's form reads."""
    if read.op is NAMES["mx.block"]:
        return scalars[0]
    found, stride, starts = 0, 1, list(scalars)
    if starts:
        for n, axis in zip(reversed(shape), reversed(read.pattern[2])):
            if axis is not None:
                found += starts.pop() * stride
            stride *= n
    return found


def waitall():
    """Wait until everything that was called has run, on all devices. Raises: MXNetError if something failed."""
    wait_all()


__all__ = ["INPLACE", "Array", "inplace", "waitall"]
