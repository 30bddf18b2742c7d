"""Modules written in Python (MXNet: mxnet.module.PythonModule, PythonLossModule)."""
from __future__ import annotations

import logging

from .. import ndarray as nd
from ..initializer import Uniform
from .base_module import BaseModule
from .batches import described

__all__ = ["PythonLossModule", "PythonModule"]


class PythonModule(BaseModule):
    """A module without parameters; subclasses define forward, backward and _compute_output_shapes()."""

    def __init__(self, data_names, label_names, output_names, logger=logging):
        super().__init__(logger=logger)
        self._data_names, self._output_names = list(data_names), list(output_names)
        self._label_names = None if label_names is None else list(label_names)
        self._data_shapes = self._label_shapes = self._output_shapes = None

    @property
    def data_names(self):
        return self._data_names

    @property
    def output_names(self):
        return self._output_names

    @property
    def data_shapes(self):
        return self._data_shapes

    @property
    def label_shapes(self):
        return self._label_shapes

    @property
    def output_shapes(self):
        return self._output_shapes

    def get_params(self):
        """Two empty dicts."""
        return {}, {}

    def init_params(self, initializer=Uniform(0.01), arg_params=None, aux_params=None, allow_missing=False, force_init=False,  # noqa: B008
                    allow_extra=False):
        """Nothing to fill."""
        self.params_initialized = True

    def update(self):
        """Nothing to change."""

    def update_metric(self, eval_metric, labels, pre_sliced=False):
        """Let a metric see labels and outputs, if the module takes labels."""
        if self._label_shapes is None:
            return
        if pre_sliced:
            raise RuntimeError("PythonModule does not support presliced labels")
        eval_metric.update(labels, self.get_outputs())

    def bind(self, data_shapes, label_shapes=None, for_training=True, inputs_need_grad=False, force_rebind=False, shared_module=None,
             grad_req="write"):
        """Keep the shapes. Raises: AssertionError for another grad_req than "write"."""
        if self.binded and not force_rebind:
            self.logger.warning("Already bound, ignoring bind()")
            return
        if grad_req != "write":
            raise AssertionError("Python module only supports write gradient")
        self.for_training, self.inputs_need_grad = for_training, inputs_need_grad
        self._data_shapes, self._label_shapes = described(data_shapes), described(label_shapes) or None
        self._output_shapes = self._compute_output_shapes()
        self.binded = True

    def _compute_output_shapes(self):
        raise NotImplementedError(f"{type(self).__name__} must define _compute_output_shapes(self), [(name, shape)] of the outputs")

    def init_optimizer(self, kvstore="local", optimizer="sgd", optimizer_params=(("learning_rate", 0.01),), force_init=False):
        """Nothing to choose."""
        self.optimizer_initialized = True

    def install_monitor(self, mon):
        """Nothing to watch."""


class PythonLossModule(PythonModule):
    """A loss written in Python: passes scores on, and gives grad_func(scores, labels) as their gradient."""

    def __init__(self, name="pyloss", data_names=("data",), label_names=("softmax_label",), logger=logging, grad_func=None):
        super().__init__(data_names, label_names, [name + "_output"], logger=logger)
        if len(self._data_names) != 1 or len(self._label_names) != 1:
            raise AssertionError("PythonLossModule takes one array of scores and one of labels")
        if grad_func is not None and not callable(grad_func):
            raise AssertionError("grad_func must be a function of scores and labels")
        self._name, self._grad_func = name, grad_func
        self._scores = self._labels = self._scores_grad = None

    def _compute_output_shapes(self):
        return [(self._name + "_output", self._data_shapes[0].shape)]

    def forward(self, data_batch, is_train=None):
        """Keep the scores, and in training the labels."""
        self._scores = data_batch.data[0]
        if self.for_training if is_train is None else is_train:
            self._labels = data_batch.label[0]

    def get_outputs(self, merge_multi_context=True):
        """The scores."""
        return [self._scores]

    def backward(self, out_grads=None):
        """Compute the scores' gradient. Raises: AssertionError for out_grads, a loss has none."""
        if out_grads is not None:
            raise AssertionError("backward: a loss is the end of the graph and takes no out_grads")
        if not self.for_training:
            raise AssertionError("backward: bind the module with for_training=True")
        self._backward_impl()

    def _backward_impl(self):
        if self._grad_func is None:
            raise NotImplementedError("PythonLossModule needs grad_func=, or a subclass that defines _backward_impl(self)")
        grad = self._grad_func(self._scores, self._labels)
        self._scores_grad = grad if isinstance(grad, nd.NDArray) else nd.array(grad)

    def get_input_grads(self, merge_multi_context=True):
        """The scores' gradient."""
        return [self._scores_grad]
