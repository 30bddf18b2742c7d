"""Executor: a graph bound to arrays (MXNet: mxnet.executor). Its operators become one instruction, as those of a hybridized block."""
from __future__ import annotations

import math

from . import autograd
from . import ndarray as nd
from .array.core import Array
from .base import MXNetError, as_dtype, is_float
from .device import current_device
from .engine.trace import constants_apart
from .gluon.hybrid import Hybrid
from .symbol.infer import Inference, shape_in
from .symbol.running import Program, names_of_inputs
from .symbol.shape_rules import known
from .symbol.storage import sparse_gradients

__all__ = ["Executor"]


class _Graph:
    """A program as `Hybrid` wants it: a block without parameters, called with all arrays."""

    def __init__(self, program):
        self.program = program
        self._reg_params, self._params, self._children, self._forward_hooks, self._forward_pre_hooks = {}, {}, {}, {}, {}

    def forward(self, *arrays):
        return self.program(arrays)

    def __repr__(self):
        return "Executor("


class Executor:
    """Runs a graph on arrays: forward computes `outputs`, backward fills the gradients. Symbol.bind and simple_bind make one.

    arg_arrays, grad_arrays, aux_arrays: the arrays, in the order of list_arguments() and list_auxiliary_states(); None where there is
    no gradient.  arg_dict, grad_dict, aux_dict, output_dict: the same by name.
    """

    def __init__(self, symbol, ctx, args, grads, reqs, states):
        self._symbol, self._ctx, self._reqs = symbol, ctx, reqs
        self.arg_arrays, self.grad_arrays, self.aux_arrays = args, grads, states
        self.arg_dict = dict(zip(symbol.list_arguments(), args, strict=True))
        self.grad_dict = dict(zip(symbol.list_arguments(), grads, strict=True))
        self.aux_dict = dict(zip(symbol.list_auxiliary_states(), states, strict=True))
        self._outputs = self._runner = self._monitor = self._heads = None
        self._trained, self._monitor_all = True, False
        self._taps: list = []
        self._shapes: tuple | None = None
        # Handles of our own on the same memory: marking them leaves the caller's arrays as they are.
        self._inputs = [a._alias() for a in (*args, *states)]
        marked = [(a, g, r) for a, g, r in zip(self._inputs, grads, reqs, strict=False) if g is not None and r != "null"]
        if marked:
            autograd.mark_variables(*map(list, zip(*marked, strict=True)))

    @property
    def outputs(self) -> list:
        """The arrays that the last forward computed. Before the first, those of a prediction on what the arrays hold."""
        if self._outputs is None:
            self.forward()
        return self._outputs

    @property
    def output_dict(self) -> dict:
        """The outputs by name."""
        return dict(zip(self._symbol.list_outputs(), self.outputs, strict=True))

    def forward(self, is_train=False, **kwargs):
        """Compute the outputs, as a list. kwargs: arrays by name, copied into the arguments first.

        is_train: also prepare a backward, and let BatchNorm and Dropout train.
        Raises: TypeError, ValueError for a kwarg that is no argument or does not fit.
        """
        for name, value in kwargs.items():
            self._set(name, value)
        self._trained = is_train
        self._outputs = self._run(autograd.record() if is_train else autograd.pause(train_mode=False), self._monitor)
        self._heads = self._outputs if is_train else None
        return self._outputs

    def _run(self, scope, monitor=None) -> list:
        program = self._program()
        ordered = self._ordered()
        with scope:
            if monitor is None:
                return list(self._runner.run(self._block, tuple(ordered)))
            self._taps = []
            return program(ordered, self._told, self._tapped if autograd.is_recording() else None)

    def _set(self, name, value):
        if name not in self.arg_dict:
            raise TypeError(f"Unknown argument {name}: the arguments are {', '.join(self.arg_dict)}")
        target = self.arg_dict[name]
        shape = getattr(value, "shape", None)
        if shape != target.shape:
            raise ValueError(f"Shape not match! Argument {name}, need: {target.shape}, received: {shape}")
        target[:] = value

    def _program(self) -> Program:
        shapes = tuple(a.shape for a in self._inputs)
        if self._runner is None or self._shapes != shapes:
            names = [*self._symbol.list_arguments(), *self._symbol.list_auxiliary_states()]
            found = Inference(self._symbol, dict(zip(names, shapes, strict=True)), {
                n: a.dtype for n, a in zip(names, self._inputs, strict=True)})
            self._block = _Graph(Program(self._symbol, found.open_shapes()))
            self._runner, self._shapes = Hybrid(), shapes
            self._runner.told = True  # a graph that must be run piece by piece is no fault of the program's
            hidden = self._symbol._aux()
            count = len(self.arg_arrays)
            arguments, states = iter(range(count)), iter(range(count, count + len(self.aux_arrays)))
            self._order = [next(states) if id(v) in hidden else next(arguments) for v in self._block.program.inputs]
        return self._block.program

    def _ordered(self):
        return [self._inputs[i] for i in self._order]

    def backward(self, out_grads=None, is_train=True):
        """Fill the gradients, as grad_req says.

        out_grads: the gradients that arrive at the outputs, an array, a list, or a dict by the outputs' names; ones by default,
            and outputs of losses ignore them.
        Without a forward with is_train before, and for a second backward, the graph is computed once more on what the arrays hold now.
        """
        if all(r == "null" for r in self._reqs):
            return
        outputs = self._heads if self._heads is not None else self._run(autograd.record(train_mode=self._trained))
        self._heads = None
        if not any(o._node is not None for o in outputs):
            raise MXNetError("Executor.backward: a gradient must be wanted of an argument, and the outputs must depend on it")
        if isinstance(out_grads, dict):
            out_grads = [out_grads[name] for name in self._symbol.list_outputs()]
        if out_grads is not None:
            out_grads = list(out_grads) if isinstance(out_grads, list | tuple) else [out_grads]
            for g in out_grads:
                if not isinstance(g, nd.NDArray):
                    raise TypeError(f"Executor.backward: out_grads must be an NDArray, or a list or dict of them, got {g!r}")
            if len(out_grads) != len(outputs):
                raise MXNetError(f"Executor.backward: {len(out_grads)} out_grads are given, there are {len(outputs)} outputs")
            out_grads = [g.astype(o.dtype, copy=False) for g, o in zip(out_grads, outputs, strict=True)]
        heads = [(o, None if out_grads is None else out_grads[k]) for k, o in enumerate(outputs) if o._node is not None]
        autograd.backward([o for o, _ in heads], None if out_grads is None else [g for _, g in heads], train_mode=is_train)
        self._tell_gradients()

    def get_optimized_symbol(self):
        """The graph that runs: this one, which XLA optimizes when it compiles it."""
        return self._symbol

    def set_monitor_callback(self, callback, monitor_all=False):
        """Have forward call callback(name of an output, array) for everything that is computed; with monitor_all also for inputs.

        backward calls it with the gradients that operators give their inputs, name_backward_output0 and so on.
        """
        self._monitor = callback
        self._monitor_all = monitor_all

    def _told(self, vertex, k, array):
        if k < 0:
            if self._monitor_all:
                source, _ = vertex.inputs[~k]
                if source.op is None:
                    self._monitor(source.name, array)
                self._monitor(f"{vertex.name}_{names_of_inputs(vertex)[~k]}", array)
            return
        names = vertex.output_names()
        if k < len(names):
            self._monitor(names[k], array)

    def _tapped(self, vertex, n, array):
        """The n-th input of an operator plus zeros, whose gradient is the one that the operator gives to this input."""
        if n in vertex.aux or array.stype != "default" or not is_float(as_dtype(array.dtype)):
            return array
        with autograd.pause():
            zeros = nd.full(array.shape, 0, ctx=array.ctx, dtype=array.dtype)
            zeros = zeros.as_np_ndarray() if array._dialect == "np" else zeros
            zeros.attach_grad()
        self._taps.append((vertex, n, zeros))
        return array + zeros

    def _tell_gradients(self):
        """Call the monitor with what a backward has left in the taps, the last operator first."""
        taps, self._taps = self._taps, []
        found: dict = {}
        for vertex, n, zeros in taps:
            found.setdefault(id(vertex), (vertex, []))[1].append((n, zeros.grad))
        for vertex, grads in reversed(found.values()):
            several = len(vertex.inputs) - len(vertex.aux) > 1
            for n, g in grads:
                self._monitor(f"{vertex.name}_backward_output{n if several else ''}", g)

    def copy_params_from(self, arg_params, aux_params=None, allow_extra_params=False):
        """Copy arrays by name into the arguments, and into the auxiliary states.

        Raises: ValueError for a name that the graph lacks, unless allow_extra_params.
        """
        for what, given, mine in (("arguments", arg_params, self.arg_dict), ("auxiliary states", aux_params or {}, self.aux_dict)):
            for name, value in given.items():
                if name in mine:
                    if value.shape != mine[name].shape:
                        raise MXNetError(f"copy_params_from: {name!r} has shape {mine[name].shape} here, {value.shape} among the {what} "
                                         "given")
                    same = not isinstance(value, Array) or value.dtype == mine[name].dtype
                    mine[name][:] = value if same else value.astype(mine[name].dtype)
                elif not allow_extra_params:
                    raise ValueError(f"copy_params_from: the graph has no {name!r} among its {what}; allow_extra_params=True skips it")

    def reshape(self, partial_shaping=False, allow_up_sizing=False, **kwargs) -> Executor:
        """An Executor of the same graph for other shapes of some arguments. Arrays whose shape stays are shared; smaller arguments and
        states are the first elements of the larger ones, smaller gradients new arrays.

        partial_shaping: also arguments that are not named may change.  allow_up_sizing: arrays may become larger.
        Raises: AssertionError, ValueError for a change that is not allowed; MXNetError if shapes do not fit.
        """
        found = Inference(self._symbol, {k: shape_in(v) for k, v in kwargs.items()}, {})
        variables = {v.name: found.shapes.get((id(v), 0)) for v in found.order if v.op is None}

        def fitting(name, a, named, like, share=True):
            shape = variables[name]
            if not known(shape):
                raise ValueError(f"Executor.reshape: the shape of {name!r} does not follow from {kwargs}")
            if a is None or a.shape == shape:
                return a
            if not named and not partial_shaping:
                raise AssertionError(f"reshape: {like} {name} is {a.shape} and would become {shape}, although no shape was given for it: "
                                     "it could not be shared. Pass partial_shaping=True if that is meant")
            if a.size < math.prod(shape) and not allow_up_sizing:
                raise MXNetError(f"reshape: {like} {name} would grow from {a.shape} to {shape}: bind the larger one first, or pass "
                                     "allow_up_sizing=True")
            if share and a.size >= math.prod(shape) and a.stype == "default":
                with autograd.pause():
                    return a.reshape((-1,))[:math.prod(shape)].reshape(shape)
            with constants_apart():
                return nd.full(shape, 0, ctx=a.ctx, dtype=a.dtype)

        args = [fitting(n, a, n in kwargs, "arg") for n, a in self.arg_dict.items()]
        grads = [None if g is None else fitting(n, g, n in kwargs, "grad", False) for n, g in self.grad_dict.items()]
        states = [fitting(n, a, False, "aux") for n, a in self.aux_dict.items()]
        return Executor(self._symbol, self._ctx, args, grads, self._reqs, states)

    def debug_str(self) -> str:
        """The graph as text, and how much memory its arrays take."""
        held = [a for a in (*self.arg_arrays, *self.grad_arrays, *self.aux_arrays) if a is not None]
        total = sum(a.size * as_dtype(a.dtype).itemsize for a in held)
        return f"{self._symbol.debug_str()}Total {total >> 20} MB allocated\n"


def _listed(given, names, what, missing) -> list:
    """Arrays in the order of names, from a list or a dict. missing: None where one may lack, else an error is raised."""
    if isinstance(given, dict):
        found = []
        for n in names:
            if n not in given and missing is None:
                raise ValueError(f"key `{n}` is missing in `{what}`; it needs {', '.join(names)}")
            found.append(given.get(n))
    elif isinstance(given, list | tuple):
        if len(given) != len(names):
            raise ValueError(f"{what}: {len(given)} arrays were given for {len(names)} arguments, {', '.join(names)}")
        found = list(given)
    else:
        raise TypeError(f"{what} must be a list of arrays, or a dict of arrays by name, got {type(given).__name__}")
    for n, a in zip(names, found, strict=True):
        if not (isinstance(a, Array) or a is None and missing is not None):
            raise TypeError(f"{what}: {n!r} must be an NDArray, got {type(a).__name__}")
    return found


def _requests(grad_req, names) -> list[str]:
    if isinstance(grad_req, str):
        reqs = [grad_req] * len(names)
    elif isinstance(grad_req, list | tuple):
        reqs = list(grad_req)
    elif isinstance(grad_req, dict):
        reqs = [grad_req.get(n, "null") for n in names]
    else:
        raise TypeError(f"grad_req must be a string, a list or a dict, got {type(grad_req).__name__}")
    for r in reqs:
        if r not in ("write", "add", "null"):
            raise KeyError(f"grad_req must be 'write', 'add' or 'null', got {r!r}")
    if len(reqs) != len(names):
        raise ValueError(f"grad_req has {len(reqs)} entries, there are {len(names)} arguments")
    return reqs


def bound(symbol, ctx, args, args_grad, grad_req, aux_states) -> Executor:
    """What Symbol.bind gives."""
    names, states = symbol.list_arguments(), symbol.list_auxiliary_states()
    arguments = _listed({} if args is None and not names else args, names, "args", None)
    grads = [None] * len(names) if args_grad is None else _listed(args_grad, names, "args_grad", "none")
    reqs = [r if g is not None else "null" for r, g in zip(_requests(grad_req, names), grads, strict=True)]
    aux = _listed(aux_states or {}, states, "aux_states", None) if states else []
    return Executor(symbol, ctx or current_device(), arguments, grads, reqs, aux)


def allocated(symbol, ctx, grad_req, type_dict, shapes, shared_exec=None, shared_arg_names=None, shared_buffer=None) -> Executor:
    """What Symbol.simple_bind gives."""
    ctx = ctx or current_device()
    names, states = symbol.list_arguments(), symbol.list_auxiliary_states()
    try:
        found = Inference(symbol, {k: shape_in(v) for k, v in shapes.items()}, dict(type_dict or {}))
    except MXNetError as error:
        raise RuntimeError("simple_bind error. Arguments:\n" + "\n".join(f"{k}: {v}" for k, v in shapes.items()) + f"\n{error}") from None
    variables: dict = {}
    for v in found.order:
        if v.op is None:
            variables.setdefault(v.name, v)
    open_ = [n for n in (*names, *states) if not known(found.shapes.get((id(variables[n]), 0)))]
    if open_:
        given = ", ".join(f"{k} {v}" for k, v in shapes.items())
        raise RuntimeError(f"simple_bind: the shapes of {', '.join(open_)} do not follow from {given or 'nothing'}; give them, too")

    def made(name, source=None, stype="default"):
        v = variables[name]
        shape, dtype = found.shapes[id(v), 0], as_dtype(found.types.get((id(v), 0)) or "float32")
        if source is not None:
            old = source.get(name)
            if old is not None and old.shape == shape and old.dtype == dtype:
                return old
        with constants_apart():
            return nd.sparse.zeros(stype, shape, ctx=ctx, dtype=dtype)

    reqs = _requests(grad_req, names)
    shared = set(shared_arg_names if shared_arg_names is not None else (shared_exec.arg_dict if shared_exec else ()))

    def of(attribute, name):
        if shared_exec is not None and name in shared:
            return getattr(shared_exec, attribute)
        return shared_buffer if attribute == "arg_dict" and shared_buffer else None

    args = [made(n, of("arg_dict", n)) for n in names]
    sparse = sparse_gradients(symbol)
    grads = [None if r == "null" else made(n, of("grad_dict", n), "row_sparse" if n in sparse else "default")
             for n, r in zip(names, reqs, strict=True)]
    aux = [made(n, shared_exec.aux_dict if shared_exec else None) for n in states]
    if shared_buffer is not None:
        for n, a in zip(names, args, strict=True):
            shared_buffer.setdefault(n, a)
    return Executor(symbol, ctx, args, grads, reqs, aux)
