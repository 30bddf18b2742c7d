"""SequentialModule: modules one after the other (MXNet: mxnet.module.SequentialModule)."""
from __future__ import annotations

import logging

from ..initializer import Uniform
from ..io import DataBatch, DataDesc
from .base_module import BaseModule

__all__ = ["SequentialModule"]


class SequentialModule(BaseModule):
    """Modules, each of which gets the outputs of the one before as data.

    add(module, take_labels=True): the module also gets the labels.  auto_wiring=True: outputs take the names of the next data.
    """

    META_TAKE_LABELS = "take_labels"
    META_AUTO_WIRING = "auto_wiring"

    def __init__(self, logger=logging):
        super().__init__(logger=logger)
        self._modules: list = []
        self._metas: list[dict] = []
        self._label_shapes = None

    def add(self, module, **kwargs):
        """Append a module; returns self. Raises: AssertionError for an unknown keyword."""
        for key in kwargs:
            if key not in (self.META_TAKE_LABELS, self.META_AUTO_WIRING):
                raise AssertionError(f'Unknown meta "{key}", a typo?')
        self._modules.append(module)
        self._metas.append(kwargs)
        self.binded = self.params_initialized = self.optimizer_initialized = False
        return self

    @property
    def data_names(self):
        return self._modules[0].data_names if self._modules else []

    @property
    def output_names(self):
        return self._modules[-1].output_names if self._modules else []

    @property
    def data_shapes(self):
        self._need(False)
        return self._modules[0].data_shapes

    @property
    def label_shapes(self):
        self._need(False)
        return self._label_shapes

    @property
    def output_shapes(self):
        self._need(False)
        return self._modules[-1].output_shapes

    def get_params(self):
        """(arguments, auxiliary states) of all modules."""
        self._need()
        arguments: dict = {}
        states: dict = {}
        for module in self._modules:
            a, s = module.get_params()
            arguments.update(a)
            states.update(s)
        return arguments, states

    def init_params(self, initializer=Uniform(0.01), arg_params=None, aux_params=None, allow_missing=False, force_init=False,  # noqa: B008
                    allow_extra=False):
        """Fill the parameters of all modules; see Module.init_params. Raises: AssertionError if two modules share a name."""
        if self.params_initialized and not force_init:
            return
        if not self.binded:
            raise AssertionError("call bind before initializing the parameters")
        for module in self._modules:
            module.init_params(initializer, arg_params, aux_params, allow_missing, force_init, allow_extra=True)
        seen: dict[str, int] = {}
        for i, module in enumerate(self._modules):
            for name in (n for part in module.get_params() for n in part):
                if name in seen:
                    raise AssertionError(f"Duplicated parameter names: name {name!r} in layer {i} ({type(module).__name__}) is already "
                                         "used in "
                                         f"layer {seen[name]}")
                seen[name] = i
        self.params_initialized = True

    def bind(self, data_shapes, label_shapes=None, for_training=True, inputs_need_grad=False, force_rebind=False, shared_module=None,
             grad_req="write"):
        """Bind all modules, each to the outputs of the one before. Raises: AssertionError without modules."""
        if self.binded and not force_rebind:
            self.logger.warning("Already bound, ignoring bind()")
            return
        if shared_module is not None:
            raise AssertionError("Shared module is not supported")
        if not self._modules:
            raise AssertionError("Attempting to bind an empty SequentialModule")
        self._label_shapes = None
        shapes = data_shapes
        for i, (module, meta) in enumerate(zip(self._modules, self._metas, strict=True)):
            labels = label_shapes if meta.get(self.META_TAKE_LABELS) else None
            if labels is not None:
                self._label_shapes = label_shapes
            if meta.get(self.META_AUTO_WIRING):
                names = module.data_names
                if len(names) != len(shapes):
                    raise AssertionError(f"auto_wiring: module {i} takes {len(names)} arrays, the one before gives {len(shapes)}")
                shapes = [(n, s.shape if hasattr(s, "shape") else s[1]) for n, s in zip(names, shapes, strict=True)]
            module.bind(shapes, labels, for_training, inputs_need_grad or (for_training and i > 0), force_rebind, grad_req=grad_req)
            shapes = [DataDesc(n, s) for n, s in module.output_shapes]
        self.binded, self.for_training, self.inputs_need_grad = True, for_training, inputs_need_grad

    def init_optimizer(self, kvstore="local", optimizer="sgd", optimizer_params=(("learning_rate", 0.01),), force_init=False):
        """Choose what update() does, for all modules; see Module.init_optimizer."""
        self._need()
        if self.optimizer_initialized and not force_init:
            self.logger.warning("optimizer already initialized, ignoring.")
            return
        for module in self._modules:
            module.init_optimizer(kvstore, optimizer, optimizer_params, force_init)
        self.optimizer_initialized = True

    def forward(self, data_batch, is_train=None):
        """Run all modules."""
        self._need(what="forward")
        batch = data_batch
        for i, module in enumerate(self._modules):
            module.forward(batch, is_train=is_train)
            if i + 1 < len(self._modules):
                batch = DataBatch(module.get_outputs(), data_batch.label, pad=getattr(data_batch, "pad", 0))

    def backward(self, out_grads=None):
        """Run all modules backwards."""
        self._need(what="backward")
        for i, module in reversed(list(enumerate(self._modules))):
            module.backward(out_grads=out_grads)
            if i:
                out_grads = module.get_input_grads()

    def update(self):
        """Let the optimizers change the parameters."""
        self._need(what="update")
        for module in self._modules:
            module.update()

    def get_outputs(self, merge_multi_context=True):
        self._need(what="get_outputs")
        return self._modules[-1].get_outputs(merge_multi_context)

    def get_input_grads(self, merge_multi_context=True):
        self._need(what="get_input_grads")
        return self._modules[0].get_input_grads(merge_multi_context)

    def update_metric(self, eval_metric, labels, pre_sliced=False):
        """Let a metric see the outputs of the modules that take labels."""
        self._need(what="update_metric")
        for module, meta in zip(self._modules, self._metas, strict=True):
            if meta.get(self.META_TAKE_LABELS):
                module.update_metric(eval_metric, labels, pre_sliced)

    def install_monitor(self, mon):
        self._need(False, "install_monitor")
        for module in self._modules:
            module.install_monitor(mon)
