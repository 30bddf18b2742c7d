"""What all modules share: the training loop, prediction, scores (MXNet: mxnet.module.base_module)."""
from __future__ import annotations

import logging
import time
import warnings

import numpy as onp

from .. import metric as metrics
from .. import ndarray as nd
from ..array.core import Array
from ..base import MXNetError
from ..base import _as_list as _as_list  # MXNet's place of it, too
from ..callback import BatchEndParam
from ..initializer import Uniform
from ..io import DataBatch, DataIter
from ..model import _multiple_callbacks
from .batches import described

__all__ = ["BaseModule"]


def _check_input_names(symbol, names, typename, throw):
    """That names are among the graph's arguments. Raises: ValueError, or warns, with the arguments that are no parameters."""
    arguments = symbol.list_arguments()
    for name in names:
        if name not in arguments:
            likely = [a for a in arguments if not a.endswith(("_weight", "_bias", "_gamma", "_beta"))]
            text = (f"Module(..., {typename}_names={list(names)}): the symbol has no argument {name!r}. It has " + ", ".join(likely))
            if throw:
                raise ValueError(text)
            warnings.warn(text, stacklevel=3)


def _check_names_match(data_names, data_shapes, name, throw):
    """That shapes are given for these names and no others. Raises: ValueError, or warns."""
    if sorted(data_names) != sorted(d[0] for d in data_shapes):
        text = (f"Data provided by {name}_shapes don't match names specified by {name}_names ({[d[0] for d in data_shapes]} vs. "
                f"{list(data_names)})")
        if throw:
            raise ValueError(text)
        warnings.warn(text, stacklevel=5)


def _parse_data_desc(data_names, label_names, data_shapes, label_shapes):
    """(data, labels) as lists of DataDescs; labels may be None. Raises: ValueError if the data's names differ; warns of labels'."""
    data, labels = described(data_shapes), None if label_shapes is None else described(label_shapes)
    _check_names_match(data_names, data, "data", True)
    _check_names_match(label_names, labels or [], "label", False)
    return data, labels


class BaseModule:
    """Base of all modules: bind, init_params, init_optimizer, then forward, backward and update for each batch; or just fit.

    Batches have lists of arrays `data` and `label`, and `pad`, how many examples at the end only fill it.
    """

    def __init__(self, logger=logging):
        self.logger = logger
        self.binded = self.for_training = self.inputs_need_grad = False
        self.params_initialized = self.optimizer_initialized = False
        self._symbol = None

    def _need(self, initialized=True, what=""):
        if not self.binded or initialized and not self.params_initialized:
            raise AssertionError(f"{type(self).__name__}{'.' + what if what else ''}: call "
                                 f"bind(){' and init_params()' if initialized else ''} "
                                 "first, or fit()")

    def _stays_set(self, what, force_init) -> bool:
        """Whether the parameters are set and stay so; warns that they do."""
        if force_init or not self.params_initialized:
            return False
        warnings.warn(f"{what}: the parameters are set and stay; pass force_init=True to replace them", stacklevel=3)
        return True

    # -- what a module has, once it is bound ------------------------------------------------------------------------

    @property
    def data_names(self):
        """The names of the data."""
        raise self._undefined("data_names")

    @property
    def output_names(self):
        """The names of the outputs."""
        raise self._undefined("output_names")

    @property
    def data_shapes(self):
        """The name and shape of each of the data: a list of DataDesc."""
        raise self._undefined("data_shapes")

    @property
    def label_shapes(self):
        """The name and shape of each label: a list of DataDesc."""
        raise self._undefined("label_shapes")

    @property
    def output_shapes(self):
        """The name and shape of each output: a list of pairs."""
        raise self._undefined("output_shapes")

    # -- one batch -------------------------------------------------------------------------------------------------

    def forward_backward(self, data_batch):
        """forward(is_train=True), then backward()."""
        self.forward(data_batch, is_train=True)
        self.backward()

    def forward(self, data_batch, is_train=None):
        """Compute the outputs of a batch. is_train: by default as the module was bound."""
        raise self._undefined("forward")

    def backward(self, out_grads=None):
        """Compute the gradients."""
        raise self._undefined("backward")

    def update(self):
        """Let the optimizer change the parameters."""
        raise self._undefined("update")

    def prepare(self, data_batch, sparse_row_id_fn=None):
        """What is to be done before a batch is run; nothing, but in BucketingModule."""

    def bind(self, data_shapes, label_shapes=None, for_training=True, inputs_need_grad=False, force_rebind=False, shared_module=None,
             grad_req="write"):
        """Prepare for batches of these shapes."""
        raise self._undefined("bind")

    def init_params(self, initializer=None, arg_params=None, aux_params=None, allow_missing=False, force_init=False, allow_extra=False):
        """Fill the parameters."""
        raise self._undefined("init_params")

    def init_optimizer(self, kvstore="local", optimizer="sgd", optimizer_params=(("learning_rate", 0.01),), force_init=False):
        """Choose what update() does."""
        raise self._undefined("init_optimizer")

    def get_outputs(self, merge_multi_context=True):
        """The outputs of the last forward."""
        raise self._undefined("get_outputs")

    def get_input_grads(self, merge_multi_context=True):
        """The gradients of the data."""
        raise self._undefined("get_input_grads")

    def update_metric(self, eval_metric, labels, pre_sliced=False):
        """Let a metric see labels and outputs."""
        raise self._undefined("update_metric")

    def install_monitor(self, mon):
        """Have a Monitor watch the executors."""
        raise self._undefined("install_monitor")

    def _undefined(self, name):
        return NotImplementedError(f"{type(self).__name__} must define {name}")

    # -- many batches ----------------------------------------------------------------------------------------------

    def score(self, eval_data, eval_metric, num_batch=None, batch_end_callback=None, score_end_callback=None, reset=True, epoch=0,
              sparse_row_id_fn=None):
        """A metric over the batches of an iterator, predicting: [(name, value)].

        eval_metric: a metric, its name or a list.  num_batch: at most so many batches.  reset: start the iterator anew.
        """
        self._need(what="score")
        if reset:
            eval_data.reset()
        if not isinstance(eval_metric, metrics.EvalMetric):
            eval_metric = metrics.create(eval_metric)
        eval_metric.reset()
        seen = 0
        for nbatch, batch in enumerate(eval_data):
            if num_batch is not None and nbatch == num_batch:
                break
            self.prepare(batch, sparse_row_id_fn)
            self.forward(batch, is_train=False)
            self._see(eval_metric, batch)
            if batch_end_callback is not None:
                _multiple_callbacks(batch_end_callback, BatchEndParam(epoch, nbatch, eval_metric, locals()))
            seen += 1
        if score_end_callback:
            _multiple_callbacks(score_end_callback, BatchEndParam(epoch, seen, eval_metric, locals()))
        return eval_metric.get_name_value()

    def _see(self, metric, batch):
        if isinstance(batch, list):
            self.update_metric(metric, [b.label for b in batch], pre_sliced=True)
        else:
            self.update_metric(metric, batch.label)

    def iter_predict(self, eval_data, num_batch=None, reset=True, sparse_row_id_fn=None):
        """(outputs without padding, number, batch) of each batch of an iterator."""
        self._need(what="iter_predict")
        if reset:
            eval_data.reset()
        for nbatch, batch in enumerate(eval_data):
            if num_batch is not None and nbatch == num_batch:
                break
            self.prepare(batch, sparse_row_id_fn)
            self.forward(batch, is_train=False)
            yield self._unpadded(batch), nbatch, batch

    def _unpadded(self, batch):
        pad = getattr(batch, "pad", 0) or 0
        return [o[0:o.shape[0] - pad] if pad else o for o in self.get_outputs()]

    def predict(self, eval_data, num_batch=None, merge_batches=True, reset=True, always_output_list=False, sparse_row_id_fn=None):
        """The outputs for all examples of an iterator, or for one array.

        merge_batches: of each output one array; without, a list for each batch.  always_output_list: a list even for one output.
        Raises: AssertionError if the batches have different numbers of outputs; ValueError for other data.
        """
        self._need(what="predict")
        if isinstance(eval_data, Array | onp.ndarray):
            self.forward(DataBatch([eval_data if isinstance(eval_data, Array) else nd.array(eval_data)]))
            return self.get_outputs()[0]
        if not isinstance(eval_data, DataIter) and not (hasattr(eval_data, "__iter__") and hasattr(eval_data, "reset")):
            raise ValueError(f"predict: eval_data must be an array or a DataIter, got {type(eval_data).__name__}")
        found = [[o.copy() for o in outputs] for outputs, _, _ in self.iter_predict(eval_data, num_batch, reset, sparse_row_id_fn)]
        if not found or not merge_batches:
            return found
        count = len(found[0])
        if any(len(o) != count for o in found):
            raise AssertionError("predict: batches have different numbers of outputs, as buckets may; pass merge_batches=False")
        merged = [nd.concatenate([o[i] for o in found]) for i in range(count)]
        return merged[0] if count == 1 and not always_output_list else merged

    def fit(self, train_data, eval_data=None, eval_metric="acc", epoch_end_callback=None, batch_end_callback=None, kvstore="local",
            optimizer="sgd", optimizer_params=(("learning_rate", 0.01),), eval_end_callback=None, eval_batch_end_callback=None,
            initializer=None, arg_params=None, aux_params=None, allow_missing=False, force_rebind=False, force_init=False, begin_epoch=0,
            num_epoch=None, validation_metric=None, monitor=None, sparse_row_id_fn=None):
        """Train: bind, initialize, then epochs of forward, backward and update over an iterator; logs the metric of each epoch.

        Args:
            train_data, eval_data: iterators of batches, with provide_data and provide_label; eval_data is scored after each epoch.
            eval_metric, validation_metric: metrics, names or lists; the second is by default the first.
            epoch_end_callback: called with (epoch, symbol, arguments, auxiliary states).  batch_end_callback: with a BatchEndParam.
            optimizer, optimizer_params, kvstore: as for init_optimizer.  initializer, arg_params, aux_params, allow_missing, force_init:
                as for init_params.  force_rebind: as for bind.  monitor: a Monitor.
            begin_epoch, num_epoch: the epochs to make.
        Raises: AssertionError without num_epoch; StopIteration if train_data is at its end, as `score` and `predict` leave it.
        """
        if num_epoch is None:
            raise AssertionError("please specify number of epochs")
        initializer = Uniform(0.01) if initializer is None else initializer
        self.bind(data_shapes=train_data.provide_data, label_shapes=train_data.provide_label, for_training=True, force_rebind=force_rebind)
        if monitor is not None:
            self.install_monitor(monitor)
        self.init_params(initializer=initializer, arg_params=arg_params, aux_params=aux_params, allow_missing=allow_missing,
                         force_init=force_init)
        self.init_optimizer(kvstore=kvstore, optimizer=optimizer, optimizer_params=optimizer_params)
        validation_metric = eval_metric if validation_metric is None else validation_metric
        if not isinstance(eval_metric, metrics.EvalMetric):
            eval_metric = metrics.create(eval_metric)
        for epoch in range(begin_epoch, num_epoch):
            tic = time.time()
            values = self._epoch(epoch, train_data, eval_metric, batch_end_callback, monitor, sparse_row_id_fn)
            for name, value in values:
                self.logger.info("Epoch[%d] Train-%s=%f", epoch, name, value)
            self.logger.info("Epoch[%d] Time cost=%.3f", epoch, time.time() - tic)
            arguments, states = self.get_params()
            self.set_params(arguments, states)
            _multiple_callbacks(epoch_end_callback, epoch, self.symbol, arguments, states)
            if eval_data is not None:
                for name, value in self.score(eval_data, validation_metric, score_end_callback=eval_end_callback,
                                              batch_end_callback=eval_batch_end_callback, epoch=epoch):
                    self.logger.info("Epoch[%d] Validation-%s=%f", epoch, name, value)
            train_data.reset()

    def _epoch(self, epoch, train_data, eval_metric, batch_end_callback, monitor, sparse_row_id_fn):
        """Train on all batches; returns the metric's values."""
        eval_metric.reset()
        values: list = []
        nbatch, batches = 0, iter(train_data)
        data_batch = next(batches, None)
        if data_batch is None:
            raise StopIteration(f"fit: {type(train_data).__name__} has no batch left for epoch {epoch}; call its reset() first")
        while data_batch is not None:
            if monitor is not None:
                monitor.tic()
            self.forward_backward(data_batch)
            self.update()
            self._see(eval_metric, data_batch)
            following = next(batches, None)
            if following is not None:
                self.prepare(following, sparse_row_id_fn)
            if monitor is not None:
                monitor.toc_print()
            if following is None:
                values = eval_metric.get_global_name_value()
            if batch_end_callback is not None:
                _multiple_callbacks(batch_end_callback, BatchEndParam(epoch, nbatch, eval_metric, {**locals(), "train_data": train_data}))
            nbatch += 1
            data_batch = following
        return values

    # -- parameters ------------------------------------------------------------------------------------------------

    @property
    def symbol(self):
        """The graph."""
        return self._symbol

    def get_params(self):
        """(arguments, auxiliary states), dicts of arrays by name."""
        raise self._undefined("get_params")

    def set_params(self, arg_params, aux_params, allow_missing=False, force_init=True, allow_extra=False):
        """Give the parameters values; see init_params."""
        self.init_params(initializer=None, arg_params=arg_params, aux_params=aux_params, allow_missing=allow_missing, force_init=force_init,
                         allow_extra=allow_extra)

    def save_params(self, fname):
        """Write the parameters to a file, whole or not at all."""
        arguments, states = self.get_params()
        found = {f"arg:{k}": v for k, v in arguments.items()}
        found.update({f"aux:{k}": v for k, v in states.items()})
        nd.save(fname, found)

    def load_params(self, fname):
        """Read the parameters from a file. Raises: ValueError if it is not one of parameters; MXNetError if it is damaged."""
        found = nd.load(fname)
        parts: dict[str, dict] = {"arg": {}, "aux": {}}
        for key, value in found.items() if isinstance(found, dict) else [("", None)]:
            kind, _, name = key.partition(":")
            if kind not in parts or not name:
                raise ValueError(f"Invalid param file {fname}: names begin with arg: or aux:, there is {key!r}")
            parts[kind][name] = value
        self.set_params(parts["arg"], parts["aux"])

    def get_states(self, merge_multi_context=True):
        """The states between batches; none by default."""
        self._need(what="get_states")
        return []

    def set_states(self, states=None, value=None):
        """Set the states between batches. Raises: MXNetError where there are none."""
        if states or value:
            raise MXNetError(f"{type(self).__name__} has no states")
