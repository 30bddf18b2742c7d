"""What an Estimator calls when training, an epoch or a batch begins or ends.

A handler inherits the events it wants from the mixins TrainBegin ... BatchEnd. Those with a lower `priority` (0 if they have
none) are called first. A true result of batch_end or epoch_end ends the training.
"""
from __future__ import annotations

import math
import time
import warnings

from ....metric import CompositeEvalMetric, EvalMetric
from ....metric import Loss as LossMetric


class EventHandler:
    """Base of all handlers."""


class TrainBegin(EventHandler):
    """Called when `fit` begins."""

    def train_begin(self, estimator, *args, **kwargs):
        """Nothing, until a subclass says otherwise."""


class TrainEnd(EventHandler):
    """Called when `fit` ends."""

    def train_end(self, estimator, *args, **kwargs):
        """Nothing, until a subclass says otherwise."""


class EpochBegin(EventHandler):
    """Called when an epoch begins, or an evaluation."""

    def epoch_begin(self, estimator, *args, **kwargs):
        """Nothing, until a subclass says otherwise."""


class EpochEnd(EventHandler):
    """Called when an epoch ends, or an evaluation."""

    def epoch_end(self, estimator, *args, **kwargs):
        """Whether to stop training."""
        return False


class BatchBegin(EventHandler):
    """Called before a batch, with batch=."""

    def batch_begin(self, estimator, *args, **kwargs):
        """Nothing, until a subclass says otherwise."""


class BatchEnd(EventHandler):
    """Called after a batch, with batch=, pred=, label= and loss=."""

    def batch_end(self, estimator, *args, **kwargs):
        """Whether to stop training."""
        return False


def check_event_handlers(handlers) -> list[EventHandler]:
    """One handler, a list of them or None, as a list of its own. Raises: ValueError."""
    found = [handlers] if isinstance(handlers, EventHandler) else list(handlers or ())
    wrong = [h for h in found if not isinstance(h, EventHandler)]
    if wrong:
        raise ValueError(f"event_handlers must be an EventHandler or a list of EventHandlers, got {wrong[0]!r}")
    return found


def _check_metrics(metrics) -> list[EvalMetric]:
    """One metric, a list of them or None, as a list; a CompositeEvalMetric as its parts. Raises: ValueError."""
    if isinstance(metrics, CompositeEvalMetric):
        metrics = metrics.metrics
    found = [metrics] if isinstance(metrics, EvalMetric) else list(metrics or ())
    wrong = [m for m in found if not isinstance(m, EvalMetric)]
    if wrong:
        raise ValueError(f"metrics must be an EvalMetric or a list of EvalMetrics, got {wrong[0]!r}")
    return found


class StoppingHandler(TrainBegin, BatchEnd, EpochEnd):
    """Ends training after as many epochs or batches as `fit` was asked for."""

    def __init__(self, max_epoch=None, max_batch=None):
        self.max_epoch, self.max_batch = max_epoch, max_batch
        self.current_batch = self.current_epoch = 0
        self.stop_training = False

    def train_begin(self, estimator, *args, **kwargs):
        """Count from the start."""
        self.max_epoch, self.max_batch = estimator.max_epoch, estimator.max_batch
        self.current_batch = self.current_epoch = 0
        self.stop_training = False

    def batch_end(self, estimator, *args, **kwargs):
        """Whether this was the last batch."""
        self.current_batch += 1
        self.stop_training |= self.current_batch == self.max_batch
        return self.stop_training

    def epoch_end(self, estimator, *args, **kwargs):
        """Whether this was the last epoch."""
        self.current_epoch += 1
        self.stop_training |= self.current_epoch == self.max_epoch
        return self.stop_training


class MetricHandler(EpochBegin, BatchEnd):
    """Resets metrics when an epoch begins and updates them after each batch: metric.Loss by the losses, others by the predictions."""

    def __init__(self, metrics, priority=-1000):
        self.metrics = _check_metrics(metrics)
        self.priority = priority  # before the handlers that read them

    def epoch_begin(self, estimator, *args, **kwargs):
        """Reset all."""
        for metric in self.metrics:
            metric.reset()

    def batch_end(self, estimator, *args, **kwargs):
        """Update all."""
        for metric in self.metrics:
            if isinstance(metric, LossMetric):
                metric.update(0, kwargs["loss"])
            else:
                metric.update(kwargs["label"], kwargs["pred"])


class ValidationHandler(TrainBegin, BatchEnd, EpochEnd):
    """Calls `eval_fn(val_data=, batch_axis=, event_handlers=)` after every `epoch_period` epochs and every `batch_period` batches."""

    def __init__(self, val_data, eval_fn, epoch_period=1, batch_period=None, priority=-1000, event_handlers=None):
        self.val_data, self.eval_fn = val_data, eval_fn
        self.epoch_period, self.batch_period = epoch_period, batch_period
        self.current_batch = self.current_epoch = 0
        self.priority = priority  # before the handlers that read the results
        self.event_handlers = event_handlers

    def train_begin(self, estimator, *args, **kwargs):
        """Count from the start."""
        self.current_batch = self.current_epoch = 0

    def _evaluate(self, estimator):
        self.eval_fn(val_data=self.val_data, batch_axis=estimator.batch_axis, event_handlers=self.event_handlers)

    def batch_end(self, estimator, *args, **kwargs):
        """Evaluate if it is time."""
        self.current_batch += 1
        if self.batch_period and self.current_batch % self.batch_period == 0:
            self._evaluate(estimator)

    def epoch_end(self, estimator, *args, **kwargs):
        """Evaluate if it is time."""
        self.current_epoch += 1
        if self.epoch_period and self.current_epoch % self.epoch_period == 0:
            self._evaluate(estimator)


class LoggingHandler(TrainBegin, TrainEnd, EpochBegin, EpochEnd, BatchBegin, BatchEnd):
    """Logs what happens, with the metrics' values, to estimator.logger.

    log_interval: "epoch", or the number of batches after which to log within an epoch as well; each such line waits for the batch.
    """

    def __init__(self, log_interval="epoch", metrics=None, priority=math.inf):
        if not isinstance(log_interval, int) and log_interval != "epoch":
            raise ValueError(f"LoggingHandler: log_interval must be 'epoch' or a number of batches, got {log_interval!r}")
        self.metrics = _check_metrics(metrics)
        self.batch_index = self.current_epoch = self.processed_samples = 0
        self.priority = priority  # after all others
        self.log_interval = log_interval
        self.log_interval_time = 0

    def _values(self) -> str:
        pairs = (pair for metric in self.metrics for pair in metric.get_name_value())
        return "".join(f"{name}: {value:.4f}, " for name, value in pairs)

    def train_begin(self, estimator, *args, **kwargs):
        """Say what is going to be done."""
        self.train_start = time.time()
        estimator.logger.info("Training begin: using optimizer %s with current learning rate %.4f ",
                              type(estimator.trainer.optimizer).__name__, estimator.trainer.learning_rate)
        if estimator.max_epoch:
            estimator.logger.info("Train for %d epochs.", estimator.max_epoch)
        else:
            estimator.logger.info("Train for %d batches.", estimator.max_batch)
        self.current_epoch = self.batch_index = self.processed_samples = self.log_interval_time = 0

    def train_end(self, estimator, *args, **kwargs):
        """Say how long it took, and what came of it."""
        seconds = int(time.time() - self.train_start)
        text = f"Train finished using total {seconds}s with {self.current_epoch} epochs. " + self._values()
        estimator.logger.info(text.rstrip(", "))

    def batch_begin(self, estimator, *args, **kwargs):
        """Note the time."""
        self.batch_start = time.time()

    def batch_end(self, estimator, *args, **kwargs):
        """Log every log_interval batches."""
        if isinstance(self.log_interval, int):
            self.processed_samples += kwargs["batch"][0].shape[0]
            self.log_interval_time += time.time() - self.batch_start
            if self.batch_index % self.log_interval == 0:
                text = f"[Epoch {self.current_epoch}][Batch {self.batch_index}][Samples {self.processed_samples}] "
                text += f"time/interval: {self.log_interval_time:.3f}s " + self._values()
                self.log_interval_time = 0
                estimator.logger.info(text.rstrip(", "))
        self.batch_index += 1

    def epoch_begin(self, estimator, *args, **kwargs):
        """Say so."""
        self.epoch_start = time.time()
        if any("training" in metric.name for metric in self.metrics):  # the Estimator names its metrics so
            estimator.logger.info("[Epoch %d] Begin, current learning rate: %.4f", self.current_epoch, estimator.trainer.learning_rate)
        else:
            estimator.logger.info("Validation Begin")

    def epoch_end(self, estimator, *args, **kwargs):
        """Log how long it took, and the metrics."""
        values = self._values()  # waits for the epoch's work
        text = f"[Epoch {self.current_epoch}] Finished in {time.time() - self.epoch_start:.3f}s, " + values
        estimator.logger.info(text.rstrip(", "))
        self.current_epoch += 1
        self.batch_index = 0


def better_by(monitor: EvalMetric, mode: str, owner: str):
    """(the function that says whether a value is better than another, the worst value there is) for a metric.

    mode: "min", "max", or "auto": "max" for a name with acc or f1 in it, else "min", with a warning that says which.
    """
    if mode not in ("auto", "min", "max"):
        warnings.warn(f"{owner}: there is no mode {mode!r}, only 'auto', 'min' and 'max'; taking 'auto'", RuntimeWarning, stacklevel=3)
        mode = "auto"
    if mode == "auto":
        name = str(monitor.get()[0]).lower()
        mode = "max" if "acc" in name or "f1" in name else "min"
        warnings.warn(f"{owner}: {monitor.get()[0]} counts as better when it is {'greater' if mode == 'max' else 'less'}; say "
                      f"mode={mode!r} or mode={'min' if mode == 'max' else 'max'!r} to choose", stacklevel=3)
    if mode == "max":
        return (lambda value, best: value > best), -math.inf
    return (lambda value, best: value < best), math.inf


class EarlyStoppingHandler(TrainBegin, EpochEnd, TrainEnd):
    """Ends training when a metric has not become better for `patience` epochs.

    monitor: one of the estimator's train_metrics or val_metrics.  min_delta: less of a change is none.  mode: see better_by.
    baseline: the value to be better than at first; by default any is.
    """

    def __init__(self, monitor, min_delta=0, patience=0, mode="auto", baseline=None):
        if not isinstance(monitor, EvalMetric) or isinstance(monitor, CompositeEvalMetric):
            raise ValueError("EarlyStoppingHandler: monitor must be one metric of estimator.train_metrics or estimator.val_metrics, "
                             f"got {monitor!r}")
        self.monitor, self.baseline, self.patience = monitor, baseline, patience
        self.wait = self.stopped_epoch = self.current_epoch = 0
        self.stop_training = False
        self.monitor_op, self._worst = better_by(monitor, mode, "EarlyStoppingHandler")
        self.min_delta = min_delta if self._worst < 0 else -min_delta

    def train_begin(self, estimator, *args, **kwargs):
        """Count from the start."""
        self.wait = self.stopped_epoch = self.current_epoch = 0
        self.stop_training = False
        self.best = self._worst if self.baseline is None else self.baseline

    def epoch_end(self, estimator, *args, **kwargs):
        """Whether it has been too long."""
        name, value = self.monitor.get()
        if math.isnan(value):
            warnings.warn(f"EarlyStoppingHandler: {name} has no value; monitor one of estimator.train_metrics or estimator.val_metrics",
                          RuntimeWarning, stacklevel=2)
        elif self.monitor_op(value - self.min_delta, self.best):
            self.best, self.wait = value, 0
        else:
            self.wait += 1
            if self.wait >= self.patience:
                self.stopped_epoch = self.current_epoch
                self.stop_training = True
        self.current_epoch += 1
        return self.stop_training

    def train_end(self, estimator, *args, **kwargs):
        """Say that it was stopped."""
        if self.stopped_epoch > 0:
            estimator.logger.info("[Epoch %d] EarlyStoppingHanlder: early stopping due to %s not improving",  # spelled as MXNet logs it
                                  self.stopped_epoch, self.monitor.get()[0])


class GradientUpdateHandler(BatchEnd):
    """Updates the parameters after each batch: trainer.step with the number of samples."""

    def __init__(self, priority=-2000):
        self.priority = priority  # before all others

    def batch_end(self, estimator, *args, **kwargs):
        """Update."""
        loss = kwargs["loss"]
        estimator.trainer.step(sum(one.shape[0] for one in (loss if isinstance(loss, list) else [loss])))
