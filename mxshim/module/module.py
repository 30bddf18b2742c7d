"""Module: a graph with parameters, an optimizer and executors (MXNet: mxnet.module.Module)."""
from __future__ import annotations

import logging
import warnings

from .. import ndarray as nd
from .. import optimizer as opt
from ..array.core import Array
from ..base import MXNetError, _as_list
from ..device import cpu
from ..engine.trace import constants_apart
from ..initializer import InitDesc, Uniform
from ..model import _create_kvstore, _initialize_kvstore, load_checkpoint
from ..serialization import atomic_write, numbered
from ..symbol.compose import STORAGE
from .base_module import BaseModule, _check_input_names, _parse_data_desc
from .executor_group import DataParallelExecutorGroup

__all__ = ["Module"]


class Module(BaseModule):
    """A graph to train and run.

    Args:
        data_names, label_names: the variables that batches fill; all others are parameters.
        context: a device, or several, between which batches are split.  fixed_param_names: parameters that are not trained.
        state_names: variables that keep their values from batch to batch, see set_states.
        work_load_list, group2ctxs, compression_params: accepted; batches are split evenly, XLA places the work.
    Raises: ValueError if a name is no variable of the graph; a warning for labels.
    """

    def __init__(self, symbol, data_names=("data",), label_names=("softmax_label",), logger=logging, context=None, work_load_list=None,
                 fixed_param_names=None, state_names=None, group2ctxs=None, compression_params=None):
        super().__init__(logger=logger)
        self._context = _as_list(context if context is not None else cpu())
        self._symbol = symbol
        self._data_names, self._label_names = list(data_names or ()), list(label_names or ())
        self._state_names, self._fixed_param_names = list(state_names or ()), list(fixed_param_names or ())
        _check_input_names(symbol, self._data_names, "data", True)
        _check_input_names(symbol, self._label_names, "label", False)
        _check_input_names(symbol, self._state_names, "state", True)
        _check_input_names(symbol, self._fixed_param_names, "fixed_param", True)
        inputs = {*self._data_names, *self._label_names, *self._state_names}
        self._param_names = [n for n in symbol.list_arguments() if n not in inputs]
        self._aux_names, self._output_names = symbol.list_auxiliary_states(), symbol.list_outputs()
        self._arg_params = self._aux_params = None
        self._params_dirty = False
        self._optimizer = self._kvstore = self._updater = self._preload_opt_states = None
        self._update_on_kvstore = False
        self._exec_group: DataParallelExecutorGroup | None = None
        self._data_shapes = self._label_shapes = None

    # -- files -----------------------------------------------------------------------------------------------------

    @staticmethod
    def load(prefix, epoch, load_optimizer_states=False, **kwargs) -> Module:
        """The Module of prefix-symbol.json and prefix-0001.params; kwargs: Module's arguments. Call bind() next."""
        symbol, arguments, states = load_checkpoint(prefix, epoch)
        found = Module(symbol=symbol, **kwargs)
        found._arg_params, found._aux_params, found.params_initialized = arguments, states, True
        if load_optimizer_states:
            found._preload_opt_states = numbered(prefix, epoch, "states")
        return found

    def save_checkpoint(self, prefix, epoch, save_optimizer_states=False, remove_amp_cast=True):
        """Write prefix-symbol.json, prefix-0001.params and, if wanted, prefix-0001.states."""
        self._symbol.save(f"{prefix}-symbol.json", remove_amp_cast=remove_amp_cast)
        name = numbered(prefix, epoch)
        self.save_params(name)
        self.logger.info('Saved checkpoint to "%s"', name)
        if save_optimizer_states:
            states = numbered(prefix, epoch, "states")
            self.save_optimizer_states(states)
            self.logger.info('Saved optimizer state to "%s"', states)

    # -- facts -----------------------------------------------------------------------------------------------------

    @property
    def data_names(self):
        return self._data_names

    @property
    def label_names(self):
        return self._label_names

    @property
    def output_names(self):
        return self._output_names

    @property
    def data_shapes(self):
        """Names and shapes of the data."""
        self._need(False)
        return self._data_shapes

    @property
    def label_shapes(self):
        """Names and shapes of the labels; None if the module was bound without."""
        self._need(False)
        return self._label_shapes

    @property
    def output_shapes(self):
        """[(name, shape)] of the outputs."""
        self._need(False)
        shapes = {d.name: d.shape for d in [*self._data_shapes, *(self._label_shapes or ())]}
        names = set(self._symbol.list_arguments())
        _, found, _ = self._symbol.infer_shape(**{n: s for n, s in shapes.items() if n in names})
        return list(zip(self._output_names, found, strict=True))

    # -- parameters ------------------------------------------------------------------------------------------------

    def get_params(self):
        """(arguments, auxiliary states), dicts of arrays on the CPU by name."""
        self._need()
        if self._params_dirty:
            self._sync()
        return self._arg_params, self._aux_params

    def _sync(self):
        self._make_params()
        self._exec_group.get_params(self._arg_params, self._aux_params)
        self._params_dirty = False

    def init_params(self, initializer=Uniform(0.01), arg_params=None, aux_params=None, allow_missing=False, force_init=False,  # noqa: B008
                    allow_extra=False):
        """Fill the parameters: from arg_params and aux_params where given, else by the initializer, in the order of their names.

        allow_missing: parameters that the dicts lack are initialized.  What else is in the dicts is skipped, whatever allow_extra says.
        force_init: also if they are initialized.  A variable's own init= comes before `initializer`.
        Raises: AssertionError before bind(); RuntimeError for a missing parameter; MXNetError for another shape.
        """
        if self._stays_set("init_params", force_init):
            return
        if not self.binded:
            raise AssertionError("call bind before initializing the parameters")
        group = self._exec_group
        with constants_apart():
            attributes = self._make_params()
            for mine, given in ((self._arg_params, arg_params), (self._aux_params, aux_params)):
                for name, array in sorted(mine.items()):
                    self._fill(InitDesc(name, attributes.get(name)), array, given, initializer, allow_missing)
        self.params_initialized, self._params_dirty = True, False
        group.set_params(self._arg_params, self._aux_params)

    def _make_params(self) -> dict:
        """The parameters' own arrays, zeros where there are none yet; gives the graph's attributes."""
        group, attributes = self._exec_group, self._symbol.attr_dict()
        if self._arg_params is None:
            self._arg_params = _zeros(group.names, group.param_arrays, attributes)
        if self._aux_params is None:
            self._aux_params = _zeros(self._aux_names, group.aux_arrays, attributes)
        return attributes

    @staticmethod
    def _fill(desc, array, given, initializer, allow_missing):
        if given is not None and desc in given:
            value = given[desc]
            if value is not array:
                if value.shape != array.shape:
                    raise MXNetError(f"init_params: {str(desc)!r} has shape {array.shape}, {value.shape} is given")
                array[:] = value.as_in_context(array.ctx).astype(array.dtype) if isinstance(value, Array) else value
        elif given is not None and not allow_missing:
            raise RuntimeError(f"{desc} is not presented")
        elif initializer is not None:
            initializer(desc, array)

    def set_params(self, arg_params, aux_params, allow_missing=False, force_init=True, allow_extra=False):
        """Give the parameters values from dicts; see init_params.

        Raises: as init_params; ValueError with allow_missing for an array that is no parameter, unless allow_extra.
        """
        if not allow_missing:
            super().set_params(arg_params, aux_params, allow_missing, force_init, allow_extra)
            return
        if self._stays_set("set_params", force_init):
            return
        self._exec_group.set_params(arg_params or {}, aux_params or {}, allow_extra)
        self._params_dirty, self.params_initialized = True, True

    # -- executors -------------------------------------------------------------------------------------------------

    def bind(self, data_shapes, label_shapes=None, for_training=True, inputs_need_grad=False, force_rebind=False, shared_module=None,
             grad_req="write"):
        """Make the executors for batches of these shapes, lists of DataDesc or (name, shape).

        for_training: prepare gradients.  inputs_need_grad: also those of the data, see get_input_grads.
        shared_module: use the parameters of this one.  grad_req: "write", "add" or "null", for all or by name.
        Raises: ValueError if the names are not data_names and label_names; AssertionError if batch sizes differ; RuntimeError if shapes
            do not fit the graph.
        """
        if force_rebind:
            self.binded, self._exec_group = False, None
        if self.binded:
            self.logger.warning("Already bound, ignoring bind()")
            return
        if inputs_need_grad and not for_training:
            raise AssertionError("inputs_need_grad needs for_training=True")
        self.for_training, self.inputs_need_grad, self._grad_req = for_training, inputs_need_grad, grad_req
        self._data_shapes, self._label_shapes = self._checked(data_shapes, label_shapes)
        shared = None
        if shared_module is not None:
            if not isinstance(shared_module, Module) or not shared_module.binded or not shared_module.params_initialized:
                raise AssertionError("shared_module must be a Module that is bound and initialized")
            shared = shared_module._exec_group
        self._exec_group = DataParallelExecutorGroup(self._symbol, self._context, None, self._data_shapes, self._label_shapes,
                                                     self._param_names, for_training, inputs_need_grad, shared, self.logger,
                                                     self._fixed_param_names, grad_req, self._state_names)
        self.binded = True
        if shared_module is not None:
            self.params_initialized = True
            self._arg_params, self._aux_params = shared_module._arg_params, shared_module._aux_params
            if shared_module.optimizer_initialized:
                self.borrow_optimizer(shared_module)
        elif self.params_initialized:
            self._exec_group.set_params(self._arg_params, self._aux_params)

    def _checked(self, data_shapes, label_shapes):
        # Without label shapes MXNet warns, too; but predicting needs none.
        return _parse_data_desc(self._data_names, self._label_names if label_shapes else [], data_shapes, label_shapes or None)

    def reshape(self, data_shapes, label_shapes=None):
        """Bind again for batches of other shapes; parameters stay. Raises: MXNetError if they would need another shape."""
        self._need(False)
        data, labels = self._checked(data_shapes, label_shapes)
        self._exec_group.reshape(data, labels)
        self._data_shapes, self._label_shapes = data, labels

    # -- the optimizer ---------------------------------------------------------------------------------------------

    def init_optimizer(self, kvstore="local", optimizer="sgd", optimizer_params=(("learning_rate", 0.01),), force_init=False):
        """Choose what update() does.

        optimizer: an Optimizer or its name.  optimizer_params: its arguments, a dict or pairs; rescale_grad is by default 1 / batch size.
        kvstore: "local", "device", a "dist_sync" one, a KVStore, or None: how several devices, or processes, exchange gradients.
        """
        self._need()
        if self.optimizer_initialized and not force_init:
            self.logger.warning("optimizer already initialized, ignoring...")
            return
        if self._params_dirty:
            self._sync()
        group = self._exec_group
        store, on_store = _create_kvstore(kvstore, len(self._context), self._arg_params)
        batch_size = group.batch_size * (store.num_workers if store is not None and "dist" in store.type else 1)
        rescale = 1.0 / batch_size
        n = len(self._context)
        names = dict(enumerate(group.names)) if on_store or n == 1 else {i * n + k: name for i, name in enumerate(group.names)
                                                                         for k in range(n)}
        if isinstance(optimizer, str):
            params = dict(optimizer_params)
            params.setdefault("rescale_grad", rescale)
            optimizer = opt.create(optimizer, sym=self._symbol, param_idx2name=names, **params)
        else:
            if not isinstance(optimizer, opt.Optimizer):
                raise TypeError(f"init_optimizer: optimizer must be an Optimizer or its name, got {type(optimizer).__name__}")
            if optimizer.rescale_grad != rescale:
                warnings.warn(f"init_optimizer: this optimizer has rescale_grad={optimizer.rescale_grad}; for means over the batch "
                              f"it would be {rescale}", stacklevel=2)
            if not optimizer.idx2name:
                optimizer.idx2name = names.copy()
        self._optimizer, self._kvstore, self._update_on_kvstore, self._updater = optimizer, store, on_store, None
        if store is not None:
            _initialize_kvstore(store, group.param_arrays, self._arg_params, group.names, on_store)
        if on_store:
            store.set_optimizer(optimizer)
        else:
            self._updater = opt.get_updater(optimizer)
        self.optimizer_initialized = True
        if self._preload_opt_states is not None:
            self.load_optimizer_states(self._preload_opt_states)
            self._preload_opt_states = None

    def borrow_optimizer(self, shared_module):
        """Use the optimizer of another module, with its states."""
        if not shared_module.optimizer_initialized:
            raise AssertionError("borrow_optimizer: the other module has no optimizer yet; call its init_optimizer()")
        self._optimizer, self._kvstore = shared_module._optimizer, shared_module._kvstore
        self._update_on_kvstore, self._updater = shared_module._update_on_kvstore, shared_module._updater
        self.optimizer_initialized = True

    def update(self):
        """Let the optimizer change the parameters, given the gradients of the last backward."""
        self._need()
        if not self.optimizer_initialized:
            raise AssertionError("Module.update: call init_optimizer() first")
        self._params_dirty = True
        group = self._exec_group
        trained = [i for i, g in enumerate(group.grad_arrays) if g[0] is not None]
        keys = [group.names[i] for i in trained]
        grads, weights = [group.grad_arrays[i] for i in trained], [group.param_arrays[i] for i in trained]
        if not keys:
            return
        if self._update_on_kvstore:
            self._kvstore.pushpull(keys, grads, out=weights)
            return
        if self._kvstore is not None:
            self._kvstore.pushpull(keys, grads)
        n = len(self._context)
        for k in range(n):
            self._updater([i * n + k for i in trained], [g[k] for g in grads], [w[k] for w in weights])

    def save_optimizer_states(self, fname):
        """Write the optimizer's states to a file, whole or not at all."""
        if not self.optimizer_initialized:
            raise AssertionError("save_optimizer_states: call init_optimizer() first")
        if self._update_on_kvstore:
            self._kvstore.save_optimizer_states(fname)
            return
        with atomic_write(fname) as f:
            f.write(self._updater.get_states())

    def load_optimizer_states(self, fname):
        """Read the optimizer's states from a file of save_optimizer_states. Raises: ValueError if it is another file."""
        if not self.optimizer_initialized:
            raise AssertionError("load_optimizer_states: call init_optimizer() first")
        if self._update_on_kvstore:
            self._kvstore.load_optimizer_states(fname)
            return
        with open(fname, "rb") as f:
            self._updater.set_states(f.read())

    # -- one batch -------------------------------------------------------------------------------------------------

    def forward(self, data_batch, is_train=None):
        """Compute the outputs of a batch; another batch size binds again, with the same parameters."""
        self._need(what="forward")
        if isinstance(data_batch, list):  # one batch for each device
            raise TypeError("Module.forward takes one batch, which it splits between the devices")
        data = [a if isinstance(a, Array) else nd.array(a) for a in data_batch.data]
        new = tuple([a.shape for a in data])
        if new != tuple([d.shape for d in self._data_shapes]):
            self._rebind(data_batch, new)
        self._exec_group.forward(data_batch, is_train)

    def _rebind(self, batch, new):
        data = getattr(batch, "provide_data", None) or [type(d)(d.name, s, d.dtype, d.layout) for d,
                                                        s in zip(self._data_shapes, new, strict=True)]
        labels = getattr(batch, "provide_label", None)
        given = getattr(batch, "label", None)
        if not labels:
            labels = None
            if self._label_shapes is not None and given:
                labels = [type(d)(d.name, a.shape, d.dtype, d.layout) for d, a in zip(self._label_shapes, given, strict=False)]
            elif self._label_shapes is not None:
                labels = [type(d)(d.name, (new[0][0], *d.shape[1:]), d.dtype, d.layout) for d in self._label_shapes]
        self.reshape(data, labels)

    def backward(self, out_grads=None):
        """Compute the gradients; out_grads: those that arrive at the outputs, for graphs that do not end in losses."""
        self._need(what="backward")
        self._exec_group.backward(out_grads=out_grads)

    def get_outputs(self, merge_multi_context=True):
        """The outputs of the last forward; merged over the devices, or a list for each output."""
        self._need(what="get_outputs")
        return self._exec_group.get_outputs(merge_multi_context)

    def get_input_grads(self, merge_multi_context=True):
        """The gradients of the data, if the module was bound with inputs_need_grad."""
        self._need(what="get_input_grads")
        if not self.inputs_need_grad:
            raise AssertionError("get_input_grads: call bind(..., inputs_need_grad=True)")
        return self._exec_group.get_input_grads(merge_multi_context)

    def get_states(self, merge_multi_context=True):
        """The values of state_names."""
        self._need(what="get_states")
        return self._exec_group.get_states(merge_multi_context)

    def set_states(self, states=None, value=None):
        """Set the values of state_names to arrays, or all to a number."""
        self._need(what="set_states")
        self._exec_group.set_states(states, value)

    def update_metric(self, eval_metric, labels, pre_sliced=False):
        """Let a metric see labels and the outputs of the last forward."""
        self._exec_group.update_metric(eval_metric, labels, pre_sliced)

    def install_monitor(self, mon):
        """Have a Monitor watch the executors."""
        self._need(False, "install_monitor")
        self._exec_group.install_monitor(mon)

    def prepare(self, data_batch, sparse_row_id_fn=None):
        """Accepted; rows are pulled with everything else."""
        self._need(False, "prepare")


def _zeros(names, arrays, attributes) -> dict:
    """Arrays by name like the first of each name's arrays, on the CPU and stored as the variable says."""
    found = {}
    for name, (like, *_) in zip(names, arrays, strict=True):
        kind = STORAGE[int(attributes.get(name, {}).get("__storage_type__", 0))]
        found[name] = nd.sparse.zeros(kind, like.shape, ctx=cpu(), dtype=like.dtype)
    return found
