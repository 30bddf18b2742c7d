"""Estimator: fit and evaluate a network with handlers of events."""
from __future__ import annotations

import copy
import logging
import sys
import warnings

from ....base import MXNetError
from ....device import Device, cpu, gpu, num_gpus
from ....metric import Accuracy
from ....metric import Loss as LossMetric
from ....util import is_np_array
from ...data import DataLoader
from ...loss import Loss, SoftmaxCrossEntropyLoss
from ...trainer import Trainer
from .batch_processor import BatchProcessor
from .event_handler import (
    BatchBegin,
    BatchEnd,
    EpochBegin,
    EpochEnd,
    GradientUpdateHandler,
    LoggingHandler,
    MetricHandler,
    StoppingHandler,
    TrainBegin,
    TrainEnd,
    ValidationHandler,
    _check_metrics,
    check_event_handlers,
)


class Estimator:
    """Trains and evaluates a network: the loop, the metrics, the log.

    net, loss: the Block and the gluon.loss.Loss.  val_net, val_loss: others for evaluation.
    train_metrics, val_metrics: a metric or a list; by default the loss, and Accuracy for SoftmaxCrossEntropyLoss. Their names get
        "training " and "validation " in front.
    initializer: for a net that is not initialized.  trainer: a Trainer; by default SGD with learning rate 0.001.
    context, device: a Device or a list of them; each batch is split over them.
    batch_processor: a BatchProcessor of one's own.
    `logger` writes to stdout from INFO on.  Raises: ValueError for arguments of other kinds.
    MXNet: mxnet.gluon.contrib.estimator.Estimator.
    """

    logger = None

    def __init__(self, net, loss, train_metrics=None, val_metrics=None, initializer=None, trainer=None, context=None, val_net=None,
                 val_loss=None, batch_processor=None, device=None):
        self.net, self.val_net = net, net if val_net is None else val_net
        self.loss = _loss(loss)
        self.val_loss = self.loss if val_loss is None else _loss(val_loss)
        self._train_metrics, self._val_metrics = _check_metrics(train_metrics), _check_metrics(val_metrics)
        self._name_metrics()
        self.logger = logging.Logger(name="Estimator", level=logging.INFO)
        self.logger.addHandler(logging.StreamHandler(sys.stdout))
        self.context = self.device = _devices(context if device is None else device)
        self._initialize(initializer)
        self.trainer = self._checked_trainer(trainer)
        self.batch_processor = BatchProcessor() if batch_processor is None else batch_processor
        for method in ("fit_batch", "evaluate_batch"):
            if not callable(getattr(self.batch_processor, method, None)):
                raise ValueError(f"Estimator: batch_processor must have the methods fit_batch and evaluate_batch; {method} is missing")
        self.max_epoch = self.max_batch = None
        self.batch_axis = 0

    @property
    def train_metrics(self):
        """The metrics that `fit` updates."""
        return self._train_metrics

    @property
    def val_metrics(self):
        """The metrics that `evaluate` updates."""
        return self._val_metrics

    def _name_metrics(self):
        if not self._train_metrics:
            suggested = _suggest_metric_for_loss(self.loss)
            self._train_metrics = [] if suggested is None else [suggested]
            # MXNet 2 calls it after the class, MXNet 1 after the block's own name.
            name = type(self.loss).__name__ if is_np_array() else self.loss.name.rstrip("1234567890")
            self._train_metrics.append(LossMetric(name))
        for metric in self._train_metrics:
            metric.name = "training " + metric.name
        if not self._val_metrics:
            self._val_metrics = [copy.deepcopy(metric) for metric in self._train_metrics]
        for metric in self._val_metrics:
            metric.name = metric.name.replace("training", "validation") if "training" in metric.name else "validation " + metric.name

    def _initialize(self, initializer):
        ready = all(p._data is not None or p._deferred_init for p in self.net.collect_params().values())
        if not ready:
            self.net.initialize(*([] if initializer is None else [initializer]), ctx=self.context)
        elif initializer is not None:
            warnings.warn("Estimator: the network is initialized already, so initializer= is not used; "
                          "net.initialize(init, force_reinit=True) replaces its values", stacklevel=3)

    def _checked_trainer(self, trainer):
        if trainer is None:
            warnings.warn("Estimator: no trainer was given; taking SGD with learning rate 0.001", stacklevel=3)
            return Trainer(self.net.collect_params(), "sgd", {"learning_rate": 0.001})
        if not isinstance(trainer, Trainer):
            raise ValueError(f"Estimator: trainer must be a gluon.Trainer, got {trainer!r}")
        return trainer

    # Evaluating and training.

    def evaluate(self, val_data, batch_axis=0, event_handlers=None):
        """Go through `val_data`, a DataLoader, once, updating val_metrics.

        event_handlers: beside them a MetricHandler and a LoggingHandler are called, if there are none among them.
        """
        _loader(val_data, "evaluate")
        for metric in self.val_metrics:
            metric.reset()
        handlers = self._with_defaults(event_handlers, [MetricHandler(self.val_metrics), LoggingHandler(metrics=self.val_metrics)],
                                       self.val_metrics)
        self._call(handlers, EpochBegin, "epoch_begin")
        for batch in val_data:
            self._call(handlers, BatchBegin, "batch_begin", batch=batch)
            _, label, pred, loss = self.batch_processor.evaluate_batch(self, batch, batch_axis)
            self._call(handlers, BatchEnd, "batch_end", batch=batch, pred=pred, label=label, loss=loss)
        self._call(handlers, EpochEnd, "epoch_end")

    def fit(self, train_data, val_data=None, epochs=None, event_handlers=None, batches=None, batch_axis=0):
        """Train on `train_data`, a DataLoader, for so many epochs or so many batches, until a handler says stop.

        event_handlers: beside them a StoppingHandler is called, and, if there are none of their kind among them, a
            GradientUpdateHandler, a MetricHandler, a LoggingHandler, and with val_data a ValidationHandler.
        Raises: ValueError unless exactly one of epochs and batches is given, or if a handler has metrics that are not the estimator's.
        """
        _loader(train_data, "fit")
        if bool(epochs) == bool(batches):
            raise ValueError(f"Estimator.fit: give either epochs or batches, not both or none; got epochs={epochs}, batches={batches}")
        self.max_epoch, self.max_batch, self.batch_axis = epochs, batches, batch_axis
        handlers = self._prepare_default_handlers(val_data, event_handlers)
        self._call(handlers, TrainBegin, "train_begin")
        stop = False
        while not stop:
            self._call(handlers, EpochBegin, "epoch_begin")
            for batch in train_data:
                self._call(handlers, BatchBegin, "batch_begin", batch=batch)
                _, label, pred, loss = self.batch_processor.fit_batch(self, batch, batch_axis)
                if any(self._call(handlers, BatchEnd, "batch_end", batch=batch, pred=pred, label=label, loss=loss)):
                    break
            stop = any(self._call(handlers, EpochEnd, "epoch_end"))
        self._call(handlers, TrainEnd, "train_end")

    def _prepare_default_handlers(self, val_data, event_handlers):
        """What `fit` calls, in its order: the handlers that are given, and those that it adds."""
        defaults = [GradientUpdateHandler(), MetricHandler(self.train_metrics)]
        if val_data:
            defaults.append(ValidationHandler(val_data, self.evaluate))
        defaults += [StoppingHandler(self.max_epoch, self.max_batch), LoggingHandler(metrics=self.train_metrics)]
        return self._with_defaults(event_handlers, defaults, self.train_metrics + self.val_metrics)

    def _categorize_handlers(self, event_handlers):
        """The handlers of each event, in the order in which a training meets them, the ends from the inside out."""
        kinds = TrainBegin, EpochBegin, BatchBegin, BatchEnd, EpochEnd, TrainEnd
        return tuple([handler for handler in event_handlers if isinstance(handler, kind)] for kind in kinds)

    def _with_defaults(self, given, defaults, known):
        """The handlers in the order in which they are called."""
        handlers = check_event_handlers(given)
        extra = [d for d in defaults if isinstance(d, StoppingHandler) or not any(isinstance(h, type(d)) for h in handlers)]
        if handlers and extra:
            for handler in handlers:
                _check_handler_metric_ref(handler, known)
        return sorted(handlers + extra, key=lambda handler: getattr(handler, "priority", 0))

    def _call(self, handlers, kind, event, **facts):
        return [getattr(handler, event)(self, **facts) for handler in handlers if isinstance(handler, kind)]


def _loss(loss):
    if not isinstance(loss, Loss):
        raise ValueError(f"Estimator: loss must be a gluon.loss.Loss, got {loss!r}")
    return loss


def _loader(data, method):
    if not isinstance(data, DataLoader):
        raise ValueError(f"Estimator.{method}: the data must come from a gluon.data.DataLoader, got {type(data).__name__}; "
                         "gluon.data.ArrayDataset makes arrays into a data set")


def _devices(given):
    if not given:
        count = num_gpus()
        if count > 1:
            warnings.warn(f"Estimator: there are {count} GPUs, gpu(0) is used; give context=[mx.gpu(0), mx.gpu(1), ...] for more",
                          stacklevel=3)
        return [gpu(0)] if count else [cpu()]
    found = [given] if isinstance(given, Device) else list(given)
    for device in found:
        if not isinstance(device, Device):
            raise ValueError(f"Estimator: context must be a Device such as mx.cpu() or a list of them, got {device!r}")
        try:
            device.jax  # noqa: B018  # raises where there is no such device
        except MXNetError as e:
            raise AssertionError(f"Estimator: {e}") from None  # MXNet's class here
    return found


def _suggest_metric_for_loss(loss):
    """A metric that goes with a loss, or None."""
    return Accuracy() if isinstance(loss, SoftmaxCrossEntropyLoss) else None


def _check_handler_metric_ref(handler, known_metrics):
    """That a handler has no metrics but these. Raises: ValueError."""
    for attribute in dir(handler):
        if "metric" in attribute:
            value = getattr(handler, attribute)
            for metric in value if isinstance(value, list) else [value] if value else []:
                if metric not in known_metrics:
                    raise ValueError(f"Estimator: {type(handler).__name__}.{attribute} has {metric}, which is none of "
                                     "estimator.train_metrics and estimator.val_metrics; take it from there")
