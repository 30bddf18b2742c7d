"""Functions for the ends of batches and epochs, which print how training goes (MXNet: mxnet.callback).

Batch callbacks get a `param` with nbatch (batches so far), epoch and eval_metric, an EvalMetric or None.
"""
from __future__ import annotations

import logging
import math
import time
from collections import namedtuple

from .absent import missing as _missing
from .arguments import Checked, checked

__all__ = ["BatchEndParam", "LogValidationMetricsCallback", "ProgressBar", "Speedometer", "do_checkpoint", "log_train_metric",
           "module_checkpoint", "save_checkpoint"]
BatchEndParam = namedtuple("BatchEndParams", ["epoch", "nbatch", "eval_metric", "locals"])


def save_checkpoint(prefix, epoch, symbol, arg_params, aux_params, remove_amp_cast=True):
    """mx.model.save_checkpoint."""
    from .model import save_checkpoint
    save_checkpoint(prefix, epoch, symbol, arg_params, aux_params, remove_amp_cast)


@checked(period="a number")
def do_checkpoint(prefix, period=1):
    """An epoch callback that writes prefix-symbol.json and prefix-0001.params every `period` epochs; for epoch_end_callback of fit."""
    period = int(max(1, period))

    def callback(epoch, symbol, arg_params, aux_params):
        if (epoch + 1) % period == 0:
            save_checkpoint(prefix, epoch + 1, symbol, arg_params, aux_params)

    return callback


@checked(period="a number")
def module_checkpoint(mod, prefix, period=1, save_optimizer_states=False):
    """An epoch callback that calls mod.save_checkpoint every `period` epochs."""
    period = int(max(1, period))

    def callback(epoch, symbol=None, arg_params=None, aux_params=None):
        if (epoch + 1) % period == 0:
            mod.save_checkpoint(prefix, epoch + 1, save_optimizer_states)

    return callback


@checked(period="a number that is positive")
def log_train_metric(period, auto_reset=False):
    """A batch callback that logs the metric every `period` batches; auto_reset: and resets it locally."""

    def callback(param):
        if param.nbatch % period == 0 and param.eval_metric is not None:
            for name, value in param.eval_metric.get_name_value():
                logging.info("Iter[%d] Batch[%d] Train-%s=%f", param.epoch, param.nbatch, name, value)
            if auto_reset:
                param.eval_metric.reset_local()

    return callback


class Speedometer(Checked):
    """A batch callback that logs examples per second, and the metric, every `frequent` batches.

    batch_size: examples in a batch.  auto_reset: also reset the metric locally, so that it is that of the last batches.
    """

    _wants = {"batch_size": "a number", "frequent": "a number that is positive"}

    def __init__(self, batch_size, frequent=50, auto_reset=True):
        self.batch_size, self.frequent, self.auto_reset = batch_size, frequent, auto_reset
        self.init, self.tic, self.last_count = False, 0.0, 0

    def __call__(self, param):
        count = param.nbatch
        if self.last_count > count:
            self.init = False
        self.last_count = count
        if not self.init:
            self.init, self.tic = True, time.time()
        elif count % self.frequent == 0:
            self._log(param, count)
            self.tic = time.time()

    def _log(self, param, count):
        seconds = time.time() - self.tic
        speed = self.frequent * self.batch_size / seconds if seconds else math.inf
        if param.eval_metric is None:
            logging.info("Iter[%d] Batch [%d]\tSpeed: %.2f samples/sec", param.epoch, count, speed)
            return
        values = param.eval_metric.get_name_value()
        first = 0
        if self.auto_reset:
            param.eval_metric.reset_local()
            first = count - self.frequent
        shown = "".join(f"\t{name}={value:f}" for name, value in values)
        logging.info("Epoch[%d] Batch [%d-%d]\tSpeed: %.2f samples/sec%s", param.epoch, first, count, speed, shown)


class ProgressBar(Checked):
    """A batch callback that logs a bar of `length` characters, full after `total` batches."""

    _wants = {"total": "a number that is positive", "length": "a whole number"}

    def __init__(self, total, length=80):
        self.total, self.bar_len = total, length

    def __call__(self, param):
        done = int(round(self.bar_len * param.nbatch / float(self.total)))
        percent = math.ceil(100.0 * param.nbatch / float(self.total))
        logging.info("[%s] %s%s\r", "=" * done + "-" * (self.bar_len - done), percent, "%")


class LogValidationMetricsCallback:
    """A callback for the end of a validation that logs its metric."""

    def __call__(self, param):
        if param.eval_metric:
            for name, value in param.eval_metric.get_name_value():
                logging.info("Epoch[%d] Validation-%s=%f", param.epoch, name, value)


__getattr__ = _missing("mx.callback", __name__, __all__)
