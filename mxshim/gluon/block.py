"""Blocks: the parts networks are made of (MXNet: mxnet.gluon.Block, HybridBlock)."""
from __future__ import annotations

import contextlib
import contextvars
import inspect
import warnings
from collections import Counter

import numpy as onp

from .. import name as names
from .. import ndarray, profiler, symbol
from ..absent import block_method_hint
from ..arguments import check
from ..base import MXNetError
from ..engine.trace import threads
from ..initializer import Uniform
from ..symbol.recording import LayerNames
from ..util import is_np_array
from . import naming
from .backends import check_backend
from .dialect import DENSE, arrays_in, as_class, first_array, found_in, listed, symbol_in
from .dialect import _flatten as _flatten
from .dialect import _regroup as _regroup
from .exporting import cached_graph, export
from .hooks import HookHandle, registered
from .hybrid import OWN, Changes, Children, Hybrid, Settings, code_of, copied, outermost
from .naming import _BlockScope as _BlockScope
from .parameter import Parameter, wait_again_after
from .parameter_dict import ParameterDict
from .saving import Saved
from .summary import table, tree
from .watching import Watch

__all__ = ["Block", "HybridBlock"]


_block_scopes: contextvars.ContextVar = contextvars.ContextVar("block scopes", default=None)  # (prefix, Counter of the classes in it)


@contextlib.contextmanager
def _block_scope(block):
    """A scope whose Symbols' names, and rows of the profiler, begin with the block's class (MXNet 2: mxnet.gluon.block._block_scope)."""
    own, outer, inside = type(block).__name__.lower(), "", _block_scopes.get()
    if inside is not None:  # the outermost one has no number
        outer, counts = inside
        counts[own] += 1
        own += str(counts[own] - 1)
    token = _block_scopes.set((f"{outer}{own}_", Counter()))
    try:
        with names.Prefix(f"{outer}{own}_"), profiler.scope(f"{own}:"):
            yield
    finally:
        _block_scopes.reset(token)


_OURS = tuple([__package__ + module for module in (
    ".contrib.cnn", ".contrib.nn", ".loss", ".model_zoo.", ".nn.", ".rnn.basic_cell", ".rnn.conv_rnn_cell", ".rnn.rnn_layer")])

_TAKEN = *DENSE, onp.ndarray  # by forward, which refuses the last
_EVERY = 1 << 30  # operators of layers that nobody hybridized: each shows in a graph


class Block(Saved):
    """Base of all layers and networks: define `forward(self, x, ...)`, and set children and Parameters as attributes.

    prefix: what names of MXNet 1.x begin with, by default the class's name and a number.  params: a ParameterDict of another
    block to share the parameters of the same names with. Both are of MXNet 1.x.
    Parameters are named by structure, "body.0.weight", in np programs (MXNet 2) and in files; by prefix, "net0_dense0_weight",
    in nd programs (MXNet 1).
    """

    _watch = None  # what register_op_hook asked for
    __copy__ = copied

    def __init__(self, prefix=None, params=None):
        fields = self.__dict__
        fields["_children"], fields["_reg_params"] = Children(), {}
        fields["_forward_hooks"], fields["_forward_pre_hooks"] = {}, {}
        fields["_quiet"] = Hybrid(limit=_EVERY, unasked=True) if type(self) in OWN else None
        self._prefix, self._params, self._scope = naming.names_for(prefix, params, self._alias())

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if cls.__module__.startswith(_OURS):
            OWN[cls] = code_of(cls)

    def _runs_users_code(self) -> bool:
        """Whether forward of a class of `OWN` calls what the user gave: functions, blocks that are no children."""
        return False

    def _alias(self):
        return type(self).__name__.lower()

    def __getattr__(self, name):
        if "_children" not in self.__dict__ and name.startswith("_") and not name.endswith("__"):
            self._initialized()
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}{block_method_hint(name)}")

    def __setattr__(self, name, value):
        old = self.__dict__.get(name)
        if old is not None and isinstance(old, Parameter | Block) and not isinstance(value, type(old)):
            raise TypeError(f"{type(self).__name__}.{name} is a {type(old).__name__}, nothing else can take its place: got "
                            f"{type(value).__name__}")
        if isinstance(value, Block):
            self._initialized()
            self.register_child(value, name)
        elif isinstance(value, Parameter):
            self._initialized()
            self._reg_params[name] = value
            if value._full_name is None:
                value._full_name = self._params.prefix + value._name
        elif type(value) is dict and type(self) in OWN:
            value = Settings(value)
        Changes.count += 1
        object.__setattr__(self, name, value)

    def _initialized(self):
        if "_children" not in self.__dict__:
            raise AttributeError(f"{type(self).__name__}.__init__ must call super().__init__() before it sets layers or "
                                 "parameters")

    def __repr__(self):
        return tree(self, ((k, v) for k, v in self.__dict__.items() if isinstance(v, Block)))

    # -- names and parameters --------------------------------------------------------------------------------------

    @property
    def prefix(self) -> str:
        """What the names of this block's parameters begin with in MXNet 1.x."""
        return self._prefix

    @property
    def name(self) -> str:
        """The prefix without its last underscore: a name no other block has."""
        return self._prefix.removesuffix("_")

    def name_scope(self):
        """`with self.name_scope():` the names of blocks made inside begin with this one's prefix."""
        return self._scope

    @property
    def params(self) -> ParameterDict:
        """This block's own parameters, without its children's; params.get(name, shape=...) makes one."""
        return ParameterDict.collected(self._params.prefix, self._own(), home=self._params) if is_np_array() else self._params

    def _own(self) -> dict:
        """Own parameters by attribute; those made by params.get and kept elsewhere by their short name."""
        own = dict(self._reg_params)
        registered = {id(p) for p in own.values()}
        for p in self._params.values():
            if id(p) not in registered:
                own.setdefault(p._name, p)
        return own

    def _collect_params_with_prefix(self, prefix=""):
        prefix = prefix + "." if prefix else ""
        found = {prefix + name: p for name, p in self._own().items()}
        for name, child in self._children.items():
            found.update(child._collect_params_with_prefix(prefix + name))
        return found

    def collect_params(self, select=None) -> ParameterDict:
        """All parameters, also of children, whose name the regular expression `select` matches from its start."""
        self._warn_of_containers()
        return ParameterDict.collected(self._params.prefix, self._collect_params_with_prefix(), select)

    def _warn_of_containers(self):
        children = {id(c) for c in self._children.values()}
        for name, value in self.__dict__.items():
            if isinstance(value, list | tuple | dict) and not name.startswith("_"):
                if any(id(b) not in children for b in found_in(value, Block)):
                    warnings.warn(f"{type(self).__name__}.{name} holds blocks that are not registered, so their parameters "
                                  "are not found; use nn.Sequential, or register_child() for each", stacklevel=3)
        for child in self._children.values():
            child._warn_of_containers()

    def register_child(self, block, name=None):
        """Make a block part of this one; setting it as an attribute does the same. Raises: TypeError if it is no Block."""
        if not isinstance(block, Block):
            raise TypeError(_no_child(self, block))
        Changes.count += 1
        self._children[str(len(self._children)) if name is None else name] = block

    def share_parameters(self, shared):
        """Use the parameters of another block of the same structure, as its collect_params() gave them; returns self.

        Raises: ValueError if `shared` is no dict.
        """
        if shared is None:
            return self
        if not isinstance(shared, dict):
            raise ValueError(f"share_parameters needs what collect_params() gives, a dict, got {type(shared).__name__}")
        names = dict(shared)
        if isinstance(shared, ParameterDict):  # in nd programs its keys have prefixes
            names = {**(shared._others or {p._name: p for p in shared.values()}), **names}
        used = set()
        self._share(names, used, "")
        for name, p in shared.items():
            if id(p) not in used:
                warnings.warn(f"share_parameters: '{name}' is no parameter of this block", stacklevel=2)
        return self

    def _share(self, names, used, prefix):
        for name, p in self._own().items():
            new = names.get(prefix + name)
            if new is not None:
                used.add(id(new))
                Changes.count += 1
                if name in self._reg_params:
                    object.__setattr__(self, name, new)
                    self._reg_params[name] = new
                if p._full_name in self._params:
                    self._params[p._full_name] = new
        for name, child in self._children.items():
            child._share(names, used, f"{prefix}{name}.")

    # -- running ---------------------------------------------------------------------------------------------------

    def __call__(self, *args, **kwargs):
        for hook in tuple(self._forward_pre_hooks.values()) if self._forward_pre_hooks else ():
            hook(self, args)
        try:
            out = self._computed(*args, **kwargs)
        except Exception as error:
            if not getattr(error, "__notes__", None):  # the innermost layer says where it was
                shapes = ", ".join([str(a.shape) for a in arrays_in(args)])
                error.add_note(f"in {repr(self).splitlines()[0].removesuffix('(')}, called with {shapes or 'no arrays'}")
            raise
        for hook in tuple(self._forward_hooks.values()) if self._forward_hooks else ():
            hook(self, args, self._told(args, out))
        return out

    def _told(self, args, out):
        """What forward hooks are told of an output."""
        return out

    def _computed(self, *args, **kwargs):
        quiet = self._quiet if threads.now.recording and not kwargs else None
        return self.forward(*args, **kwargs) if quiet is None else quiet.run(self, args)

    def forward(self, *args):
        """What the block computes; subclasses define it."""
        raise NotImplementedError(f"{type(self).__name__} must define forward(self, x, ...)")

    def register_forward_hook(self, hook) -> HookHandle:
        """Call hook(block, inputs, output) after every forward; inputs is a tuple."""
        return registered(self._forward_hooks, hook)

    def register_forward_pre_hook(self, hook) -> HookHandle:
        """Call hook(block, inputs) before every forward."""
        return registered(self._forward_pre_hooks, hook)

    def register_op_hook(self, callback, monitor_all=False):
        """Have hybridized blocks, this one and those in it, call callback(name, operator, array) for what their operators put out.

        name: such as "dense0_fwd_output"; in nd programs it and the operator's name are bytes, as in MXNet 1.  monitor_all: also for
        what they take, "dense0_fwd_weight". A block that another one calls is part of that one. The block runs operator by operator.
        Raises, when called: what HybridBlock.export does.
        """
        Changes.count += 1
        self.apply(lambda block: block.__dict__.update(_watch=Watch(callback, monitor_all)))

    def summary(self, *inputs):
        """Print every layer with its output shape and number of parameters; `inputs` are run through the block.

        Raises: AssertionError if a block is hybridized.
        """
        from .nn.containers import HybridSequential, Sequential
        print(table(self, inputs, (Sequential, HybridSequential)))

    def hybridize(self, active=True, **kwargs):
        """Hybridize all children that are HybridBlocks; see HybridBlock.hybridize."""
        for child in self._children.values():
            child.hybridize(active, **kwargs)

    def apply(self, fn):
        """Call fn(block) for every child, then for this block; returns self."""
        check("apply", "fn", fn, "a function")
        for child in self._children.values():
            child.apply(fn)
        fn(self)
        return self

    # -- all parameters at once ------------------------------------------------------------------------------------

    def initialize(self, init=None, ctx=None, verbose=False, force_reinit=False, device=None):
        """Fill all parameters: by their own initializer, else by `init`, else by Uniform(0.07); see Parameter.initialize."""
        self.collect_params().initialize(Uniform() if init is None else init, ctx, verbose, force_reinit, device)

    def reset_ctx(self, ctx=None, device=None):
        """Move all parameters to a device, or several."""
        self.collect_params().reset_ctx(ctx, device)

    reset_device = reset_ctx

    def zero_grad(self):
        """Set all gradients to zero."""
        self.collect_params().zero_grad()

    def setattr(self, name, value):
        """Set an attribute of all parameters: net.setattr("grad_req", "null")."""
        self.collect_params().setattr(name, value)

    def cast(self, dtype):
        """Convert all parameters to another dtype."""
        for child in self._children.values():
            child.cast(dtype)
        for p in self._own().values():
            p.cast(dtype)


def _no_child(parent, value) -> str:
    use = "give its blocks one by one, add(*blocks)" if isinstance(value, list | tuple) else "wrap functions in nn.Lambda"
    return f"{type(parent).__name__}: a child must be a Block, got {type(value).__name__}; {use}"


class HybridBlock(Block):
    """A Block whose calls can be one instruction, see `hybridize`; children must be HybridBlocks.

    Define `forward(self, x, ...)` (MXNet 2), or `hybrid_forward(self, F, x, ..., **parameters)` (MXNet 1), where F is mx.nd
    and the parameters come as arrays of x's class.
    Parameters of unknown sizes get them from the graph of hybrid_forward; with forward, from `infer_shape(self, x, ...)`.
    """

    _casts = None  # of a block that amp converted: the rule by which its operators cast

    def __init__(self, prefix=None, params=None):
        super().__init__(prefix, params)
        self._hybrid = None

    @property
    def _in_format(self):
        """How the inputs of the first call since hybridize() were nested, see `dialect._flatten`; GluonTS keeps it beside a file."""
        return self._hybrid and self._hybrid.nesting[0]

    @property
    def _out_format(self):
        """As `_in_format`, of the outputs."""
        return self._hybrid and self._hybrid.nesting[1]

    _cached_graph = property(cached_graph)  # mxboard draws it

    def register_child(self, block, name=None):
        """As Block.register_child. Raises: ValueError if the child is no HybridBlock."""
        if isinstance(block, Block) and not isinstance(block, HybridBlock):
            raise ValueError(f"{type(self).__name__} is a HybridBlock, so its children must be, and {type(block).__name__} is "
                             "not. Derive it from HybridBlock, or this one from Block (nn.Sequential for nn.HybridSequential)")
        if not isinstance(block, Block):
            raise ValueError(_no_child(self, block))
        super().register_child(block, name)
        self._forget()

    def cast(self, dtype):
        """As Block.cast."""
        super().cast(dtype)
        self._forget()

    def _forget(self):
        """Let the next call's inputs be nested as they like."""
        if self._hybrid is not None:
            self._hybrid.called = None

    def hybridize(self, active=True, backend=None, clear=True, partition_if_dynamic=True, static_alloc=False,
                  static_shape=False, inline_limit=2, forward_bulk_size=None, backward_bulk_size=None, backend_opts=None):
        """Make a call of this block one instruction, and its children's: same results, less Python.

        Everything is compiled together whether hybridized or not. Once forward has made the same calls twice for inputs of the
        same shapes, dtypes and flags, it is not run again; attributes set on blocks are noticed. A forward that reads values or
        keeps what it computed runs as before.
        inline_limit: up to so many operators of this block show as such in autograd.get_symbol.
        static_alloc, static_shape, backend, ...: MXNet's hints, without effect.
        """
        strict = is_np_array() or type(self).forward is HybridBlock.forward
        lists = strict or type(self).forward.__module__.startswith(__package__)
        self._hybrid = Hybrid(self._casts, strict, inline_limit, lists=lists) if active or self._casts is not None else None
        super().hybridize(active)

    def _computed(self, *args, **kwargs):
        if symbol_in(args) is not None:
            return self._graphed(*args, **kwargs)
        if self._hybrid is None or kwargs:
            if args and type(args[0]) not in _TAKEN and not kwargs and is_np_array() and first_array(args) is None:
                raise self._without_arrays(args)
            return super()._computed(*args, **kwargs)
        out = self._watch.run(self, args) if self._watch is not None and outermost() else self._hybrid.run(self, args)
        return listed(out) if type(out) not in DENSE and self._hybrid.lists and outermost() else out

    def __call__(self, *args, **kwargs):
        for p in self._reg_params.values():
            if p._data is None and symbol_in(args) is None:
                with wait_again_after(MXNetError, self._own().values()):
                    self._complete(args)
                    return super().__call__(*args, **kwargs)
        return super().__call__(*args, **kwargs)

    def _complete(self, args):
        """Finish the parameters that wait for the first batch."""
        waiting = [p for p in self._own().values() if p._deferred_init is not None]
        if not all(p._shape_known() for p in waiting):
            if first_array(args) is None:
                raise self._without_arrays(args)
            try:
                self.infer_shape(*args)
            except (AttributeError, TypeError, IndexError) as error:
                given = ", ".join(str(a.shape) if hasattr(a, "shape") else type(a).__name__ for a in args)
                raise ValueError(f"{type(self).__name__}: inputs of {given} do not tell the sizes of its parameters: {error}") from error
        for p in waiting:
            p._finish_deferred_init()

    def infer_shape(self, *args):
        """Set the shape of every parameter with unknown sizes, given the inputs of forward.

        By the graph of hybrid_forward; blocks that define forward instead, and have such parameters themselves, define infer_shape.
        Raises: ValueError where the graph cannot be made, or leaves sizes unknown; RuntimeError where there is no hybrid_forward.
        """
        if all(p._shape_known() for p in self.collect_params().values()):
            return
        unknown = [(name, p) for name, p in self._own().items() if not p._shape_known()]
        names = ", ".join(f"{name} {p.shape}" for name, p in unknown)
        if unknown and inspect.unwrap(type(self).hybrid_forward) is HybridBlock.hybrid_forward:
            raise RuntimeError(f"{type(self).__name__} has parameters of unknown shape, {names}: give all sizes, or define "
                               "infer_shape(self, x, ...) to set them from the first batch: self.weight.shape = (10, x.shape[1])")
        try:
            self._infer_by_graph(args)
        except Exception as e:
            raise ValueError(f"{type(self).__name__}: shapes of parameters cannot be inferred from the first batch{': ' * bool(unknown)}"
                             f"{names}: {e}. Give all sizes, or define infer_shape(self, x, ...)") from e
        if not all(p._shape_known() for _, p in unknown):
            raise ValueError(f"{type(self).__name__}: the first batch does not tell the shapes of {names}. Give all sizes, or define "
                             "infer_shape(self, x, ...) to set them: self.weight.shape = (10, x.shape[1])")

    def _infer_by_graph(self, args):
        """infer_shape by the graph of forward of Symbols. Returns: the parameters that are in it, in MXNet's order."""
        found = dict(self.collect_params())
        waiting = {name: p for name, p in found.items() if not p._shape_known()}
        given, nesting = _flatten(args, "input")
        inputs = [None if a is None else symbol.var(f"data{k}") for k, a in enumerate(given)]
        sizes = {f"data{k}": a.shape for k, a in enumerate(given) if a is not None}
        kept = [(p, p._var) for p in found.values()]
        try:
            for name, p in found.items():
                p._var = p._var_named(name)  # in np programs many parameters are called weight
            out = self(*_regroup(inputs, nesting))
        finally:
            for p, before in kept:
                p._var = before
        out = symbol.Group(_flatten(out, "output")[0])
        arguments = out.list_arguments()
        shapes, _, auxiliary = out.infer_shape_partial(**{name: sizes[name] for name in arguments if name in sizes})
        for name, shape in (*zip(arguments, shapes, strict=True),
                            *zip(out.list_auxiliary_states(), auxiliary, strict=True)):
            if name in waiting:
                waiting[name].shape = shape
        return [found[name] for name in out.list_inputs() if name in found]

    def forward(self, x, *args):
        """Calls hybrid_forward with the arrays of the parameters on x's device; for a Symbol with their Symbols, and F = mx.sym."""
        if symbol_in((x, *args)) is not None:
            return self._symbol_of(x, *args)
        like = first_array((x, *args))
        if isinstance(x, onp.ndarray):
            raise ValueError(f"{type(self).__name__} takes arrays of mx, got a numpy.ndarray: make one with np.array(x) or nd.array(x)")
        if like is None:
            raise self._without_arrays((x, *args))
        cls, ctx = type(like), like.ctx
        own = {name: as_class(p.data(ctx), cls) for name, p in self._reg_params.items()}
        try:
            return self.hybrid_forward(ndarray, x, *args, **own)
        except TypeError as error:
            if error.__traceback__.tb_next is not None:
                raise
            takes = [n for n in list(inspect.signature(self.hybrid_forward).parameters)[1:] if n not in own]
            raise TypeError(f"{type(self).__name__} takes {', '.join(takes)}; {1 + len(args)} inputs were given") from None

    def _without_arrays(self, args):
        return ValueError(f"{type(self).__name__}: one of the inputs must be an NDArray or a Symbol, which say where to compute; got "
                          f"{', '.join(type(a).__name__ for a in args)}. Make one with np.array(x) or nd.array(x)")

    def _graph_names(self):
        """What MXNet 1's graphs call the first operators of this block, in the order of their calls."""
        kind = type(self)
        named = kind.__module__.startswith("mxshim.gluon.nn.") and not kind.__module__.endswith("containers")
        return ("fwd",) if named and kind.__name__ not in _UNNAMED else ()

    def _graphed(self, *args, **kwargs):
        """forward of Symbols."""
        with LayerNames(self):
            return self.forward(*args, **kwargs)

    def _symbol_of(self, x, *args):
        kind = type(symbol_in((x, *args)))
        own = {name: kind(p.var()._entries) for name, p in self._reg_params.items()}
        return self.hybrid_forward(symbol, x, *args, **own)

    def export(self, path, epoch=0, remove_amp_cast=True):
        """Write this block as a model of MXNet: the graph to path-symbol.json, the parameters to path-0000.params (the epoch's number).

        SymbolBlock.imports, Module and real MXNet of the same generation read them. The block must have been hybridized and called once:
        forward runs again on inputs of these shapes, predicting, and the operators that it calls are the graph. Inputs are named data, or
        data0, data1, ... Arrays that are no parameters become constants among the parameters.
        Returns: the names of both files; the graph and a dict of the parameters if path is None, and nothing is written.
        Raises: RuntimeError if the block was not hybridized and called; MXNetError if forward calls what MXNet's graphs have no
            operator for, or writes into arrays.
        """
        return export(self, path, epoch, remove_amp_cast)

    def optimize_for(self, x, *args, backend=None, backend_opts=None, clear=True, partition_if_dynamic=True, static_alloc=False,
                     static_shape=False, inline_limit=2, forward_bulk_size=None, backward_bulk_size=None, **kwargs):
        """Hybridize and call once. XLA compiles and optimizes everything, whatever `backend` says.

        An unknown name is a warning, once. Raises: ValueError without the name of a back end in nd programs; MXNet 2 needs none.
        """
        if backend:
            check_backend(backend)
        elif not is_np_array():
            raise ValueError("Must specify \"backend\" to optimize_for")
        self.hybridize(True, static_alloc=static_alloc, static_shape=static_shape)
        self(x, *args)

    def hybrid_forward(self, F, x, *args, **kwargs):
        """What the block computes, as in MXNet 1: F is mx.nd, every parameter comes as a keyword."""
        raise NotImplementedError(f"{type(self).__name__} must define forward(self, x, ...) or hybrid_forward(self, F, x, ...)")


_UNNAMED = ("Flatten", "LayerNorm", "GroupNorm", "ELU", "HybridLambda", "Lambda", "Identity")
