"""BucketingModule: one module for each length of sequences, all with the same parameters (MXNet: mxnet.module.BucketingModule)."""
from __future__ import annotations

import logging

from ..engine.trace import flush_all
from ..initializer import Uniform
from ..model import load_params
from ..name import NameManager
from ..serialization import numbered
from .base_module import BaseModule, _check_input_names
from .module import Module

__all__ = ["BucketingModule"]


class BucketingModule(BaseModule):
    """Modules by bucket, made when a batch with their `bucket_key` comes.

    sym_gen: a function of a bucket's key that gives (symbol, data_names, label_names).  default_bucket_key: that of the largest bucket,
    whose parameters all use.  The others: see Module.
    """

    def __init__(self, sym_gen, default_bucket_key=None, logger=logging, context=None, work_load_list=None, fixed_param_names=None,
                 state_names=None, group2ctxs=None, compression_params=None):
        super().__init__(logger=logger)
        if default_bucket_key is None:
            raise AssertionError("BucketingModule needs default_bucket_key=, the key of the largest bucket")
        self._sym_gen, self._default_bucket_key = sym_gen, default_bucket_key
        symbol, data_names, label_names = self._call_sym_gen(default_bucket_key)
        for names, kind, throw in ((data_names, "data", True), (label_names, "label", False), (state_names, "state", True),
                                   (fixed_param_names, "fixed_param", True)):
            _check_input_names(symbol, list(names or ()), kind, throw)
        self._options = {"logger": logger, "context": context, "work_load_list": work_load_list, "fixed_param_names": fixed_param_names,
                         "state_names": state_names}
        self._names = list(data_names), symbol.list_outputs()
        self._buckets: dict = {}
        self._curr_module: Module | None = None
        self._curr_bucket_key = self._monitor = self._grad_req = None
        self._params_dirty = False

    @property
    def data_names(self):
        return self._curr_module.data_names if self.binded else self._names[0]

    @property
    def output_names(self):
        return self._curr_module.output_names if self.binded else self._names[1]

    @property
    def data_shapes(self):
        self._need(False)
        return self._curr_module.data_shapes

    @property
    def label_shapes(self):
        self._need(False)
        return self._curr_module.label_shapes

    @property
    def output_shapes(self):
        self._need(False)
        return self._curr_module.output_shapes

    @property
    def symbol(self):
        """The graph of the bucket of the last batch."""
        self._need(False)
        return self._curr_module.symbol

    def _call_sym_gen(self, key):
        """(symbol, data_names, label_names) of a bucket. Names count from 0, so that layers without a name have one set of parameters."""
        with NameManager():
            return self._sym_gen(key)

    def _module(self, key) -> Module:
        symbol, data_names, label_names = self._call_sym_gen(key)
        return Module(symbol, data_names, label_names, **self._options)

    def bind(self, data_shapes, label_shapes=None, for_training=True, inputs_need_grad=False, force_rebind=False, shared_module=None,
             grad_req="write"):
        """Bind the default bucket; others follow as their batches come. See Module.bind."""
        if shared_module is not None:
            raise AssertionError("shared_module for BucketingModule is not supported")
        kept = self.get_params() if self.params_initialized and self._curr_module is not None and self.binded else None
        if force_rebind:
            self._buckets, self._curr_module, self.binded = {}, None, False
        if self.binded:
            self.logger.warning("Already bound, ignoring bind()")
            return
        self.for_training, self.inputs_need_grad, self._grad_req = for_training, inputs_need_grad, grad_req
        module = self._module(self._default_bucket_key)
        module.bind(data_shapes, label_shapes, for_training, inputs_need_grad, grad_req=grad_req)
        self._curr_module, self._curr_bucket_key, self.binded = module, self._default_bucket_key, True
        self._buckets[self._default_bucket_key] = module
        if kept is not None:
            self.set_params(*kept)

    def switch_bucket(self, bucket_key, data_shapes, label_shapes=None):
        """Go on with the module of a bucket, made if there is none yet."""
        self._need(False, "switch_bucket")
        if bucket_key not in self._buckets:
            module = self._module(bucket_key)
            module.bind(data_shapes, label_shapes, self._curr_module.for_training, self._curr_module.inputs_need_grad,
                        shared_module=self._buckets[self._default_bucket_key], grad_req=self._grad_req)
            if self._monitor is not None:
                module.install_monitor(self._monitor)
            self._buckets[bucket_key] = module
        self._curr_module, self._curr_bucket_key = self._buckets[bucket_key], bucket_key

    def get_params(self):
        """(arguments, auxiliary states), dicts of arrays by name."""
        self._need()
        self._curr_module._params_dirty = self._params_dirty
        found = self._curr_module.get_params()
        self._params_dirty = False
        return found

    def set_params(self, arg_params, aux_params, allow_missing=False, force_init=True, allow_extra=False):
        """Give the parameters values; see Module.set_params."""
        if not allow_missing:
            super().set_params(arg_params, aux_params, allow_missing, force_init, allow_extra)
            return
        if self._stays_set("set_params", force_init):
            return
        self._curr_module.set_params(arg_params, aux_params, allow_missing, force_init, allow_extra)
        self._params_dirty, self.params_initialized = True, True

    def init_params(self, initializer=Uniform(0.01), arg_params=None, aux_params=None, allow_missing=False, force_init=False,  # noqa: B008
                    allow_extra=False):
        """Fill the parameters; see Module.init_params."""
        if self.params_initialized and not force_init:
            return
        if not self.binded:
            raise AssertionError("call bind before initializing the parameters")
        self._curr_module.init_params(initializer, arg_params, aux_params, allow_missing, force_init, allow_extra)
        self._params_dirty, self.params_initialized = False, True

    def get_states(self, merge_multi_context=True):
        self._need(what="get_states")
        return self._curr_module.get_states(merge_multi_context)

    def set_states(self, states=None, value=None):
        self._need(what="set_states")
        self._curr_module.set_states(states, value)

    def init_optimizer(self, kvstore="local", optimizer="sgd", optimizer_params=(("learning_rate", 0.01),), force_init=False):
        """Choose what update() does, for all buckets; see Module.init_optimizer."""
        self._need()
        if self.optimizer_initialized and not force_init:
            self.logger.warning("optimizer already initialized, ignoring.")
            return
        self._curr_module.init_optimizer(kvstore, optimizer, optimizer_params, force_init=force_init)
        for module in self._buckets.values():
            if module is not self._curr_module:
                module.borrow_optimizer(self._curr_module)
        self.optimizer_initialized = True

    def prepare(self, data_batch, sparse_row_id_fn=None):
        """Make the module of a batch's bucket, so that the batch can run."""
        self._need(what="prepare")
        now = self._curr_bucket_key
        self.switch_bucket(data_batch.bucket_key, data_batch.provide_data, data_batch.provide_label)
        self._curr_module.prepare(data_batch, sparse_row_id_fn)
        self.switch_bucket(now, None, None)

    def forward(self, data_batch, is_train=None):
        """Compute the outputs of a batch with the module of its bucket_key."""
        self._need(what="forward")
        flush_all("bucket")  # or a program would be that of a sequence of buckets, of which there is no end
        self.switch_bucket(data_batch.bucket_key, data_batch.provide_data, data_batch.provide_label)
        self._curr_module.forward(data_batch, is_train=is_train)

    def backward(self, out_grads=None):
        self._need(what="backward")
        self._curr_module.backward(out_grads=out_grads)

    def update(self):
        self._need(what="update")
        if not self.optimizer_initialized:
            raise AssertionError("BucketingModule.update: call init_optimizer() first")
        self._params_dirty = True
        if not self._curr_module.optimizer_initialized:
            self._curr_module.borrow_optimizer(self._buckets[self._default_bucket_key])
        self._curr_module.update()

    def get_outputs(self, merge_multi_context=True):
        self._need(what="get_outputs")
        return self._curr_module.get_outputs(merge_multi_context)

    def get_input_grads(self, merge_multi_context=True):
        self._need(what="get_input_grads")
        return self._curr_module.get_input_grads(merge_multi_context)

    def update_metric(self, eval_metric, labels, pre_sliced=False):
        self._need(what="update_metric")
        self._curr_module.update_metric(eval_metric, labels, pre_sliced)

    def install_monitor(self, mon):
        """Have a Monitor watch all buckets."""
        self._need(False, "install_monitor")
        self._monitor = mon
        for module in self._buckets.values():
            module.install_monitor(mon)

    def save_checkpoint(self, prefix, epoch, remove_amp_cast=False):
        """Write prefix-key-symbol.json for every bucket, and prefix-0001.params."""
        self._need(what="save_checkpoint")
        for key in self._buckets:
            self._call_sym_gen(key)[0].save(f"{prefix}-{key}-symbol.json", remove_amp_cast=remove_amp_cast)
        name = numbered(prefix, epoch)
        self.save_params(name)
        self.logger.info('Saved checkpoint to "%s"', name)

    @staticmethod
    def load_dict(sym_dict=None, sym_gen=None, default_bucket_key=None, arg_params=None, aux_params=None, **kwargs) -> BucketingModule:
        """A BucketingModule with these parameters. sym_dict: {key: (symbol, data_names, label_names)}, or sym_gen as for the class."""
        if sym_dict is None and sym_gen is None:
            raise AssertionError("load_dict needs sym_dict= or sym_gen=")
        return _with_parameters(sym_gen or sym_dict.__getitem__, default_bucket_key, arg_params, aux_params, kwargs)

    @staticmethod
    def load(prefix, epoch, sym_gen=None, default_bucket_key=None, **kwargs) -> BucketingModule:
        """A BucketingModule with the parameters of prefix-0001.params. Raises: AssertionError without sym_gen."""
        if sym_gen is None:
            raise AssertionError("sym_gen is required for loading BucketingModule")
        return _with_parameters(sym_gen, default_bucket_key, *load_params(prefix, epoch), kwargs)


def _with_parameters(sym_gen, default_bucket_key, arguments, states, options) -> BucketingModule:
    """A BucketingModule that has these parameters; they find their place when it is bound."""
    found = BucketingModule(sym_gen, default_bucket_key, **options)
    usual, found.params_initialized = found.bind, True
    waiting = True

    def bind(*args, **kwargs):
        nonlocal waiting
        usual(*args, **kwargs)
        if waiting:
            waiting = False
            found.init_params(None, arguments, states, force_init=True)

    found.bind = bind  # type: ignore[method-assign]
    return found
