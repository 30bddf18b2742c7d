"""Writing the state of a training to files now and then, and going on from there."""
from __future__ import annotations

import math
import os
import re
import warnings

from ....base import MXNetError
from ....metric import EvalMetric
from ...exporting import save_graph
from .event_handler import BatchEnd, EpochEnd, TrainBegin, better_by


class CheckpointHandler(TrainBegin, BatchEnd, EpochEnd):
    """Saves parameters and the trainer's states as PREFIX-epochEbatchB.params and .states, and the graph once as PREFIX-symbol.json.

    model_dir: the folder, made if need be.  model_prefix: the files' beginning.
    epoch_period, batch_period: save after so many epochs, or batches; None for never.
    max_checkpoints: older ones are removed; the best is not counted.
    monitor, save_best, mode: with save_best, PREFIX-best.params and .states are those with the monitored metric's best value; mode
        as in EarlyStoppingHandler.
    verbose: 1 logs each saving.
    resume_from_checkpoint: load the newest checkpoint of the folder when training begins, and train what is left of the epochs or
        batches. Only the period that fits `fit` may be set then.
    Files appear whole or not at all. MXNet: mxnet.gluon.contrib.estimator.CheckpointHandler.
    """

    def __init__(self, model_dir, model_prefix="model", monitor=None, verbose=0, save_best=False, mode="auto", epoch_period=1,
                 batch_period=None, max_checkpoints=5, resume_from_checkpoint=False):
        if save_best and not isinstance(monitor, EvalMetric):
            raise ValueError("CheckpointHandler: save_best=True needs monitor=, a metric of estimator.train_metrics or "
                             f"estimator.val_metrics; got {monitor!r}")
        os.makedirs(model_dir, exist_ok=True)
        self.model_dir, self.model_prefix = model_dir, model_prefix
        self.monitor, self.verbose, self.save_best = monitor, verbose, save_best
        self.epoch_period, self.batch_period = epoch_period, batch_period
        self.max_checkpoints, self.resume_from_checkpoint = max_checkpoints, resume_from_checkpoint
        self.current_batch = self.current_epoch = 0
        self.trained_epoch = self.trained_batch = -1
        self.saved_checkpoints: list[str] = []
        if save_best:
            self.monitor_op, self._worst = better_by(monitor, mode, "CheckpointHandler")
            self.best = self._worst

    def train_begin(self, estimator, *args, **kwargs):
        """Count from the start, or from the newest checkpoint."""
        self.current_epoch = self.current_batch = 0
        if self.save_best:
            self.best = self._worst
        if self.resume_from_checkpoint:
            wanted, other = ("batch", "epoch") if estimator.max_batch else ("epoch", "batch")
            if not getattr(self, f"{wanted}_period") or getattr(self, f"{other}_period"):
                raise ValueError(f"CheckpointHandler: to resume a training counted in {wanted}s, set {wanted}_period and "
                                 f"{other}_period=None; got epoch_period={self.epoch_period}, batch_period={self.batch_period}")
            self._resume(estimator)

    def batch_end(self, estimator, *args, **kwargs):
        """Save if it is time; the graph after the first batch."""
        if self.current_batch == 0:
            self._save_symbol(estimator)
        if self.batch_period and (self.current_batch + 1) % self.batch_period == 0:
            self._save(estimator)
        self.current_batch += 1

    def epoch_end(self, estimator, *args, **kwargs):
        """Save if it is time."""
        if self.epoch_period and (self.current_epoch + 1) % self.epoch_period == 0:
            self._save(estimator)
        self.current_epoch += 1

    # Saving.

    def _path(self, name: str) -> str:
        return os.path.join(self.model_dir, name)

    def _save(self, estimator):
        epoch, batch = self.current_epoch, self.current_batch
        if self.resume_from_checkpoint:
            epoch += self.trained_epoch + 1
            batch += self.trained_batch + (0 if estimator.max_epoch else 1)  # at an epoch's end this batch is counted already
        name = f"{self.model_prefix}-epoch{epoch}batch{batch}"
        self._write(estimator, name)
        if name not in self.saved_checkpoints:
            self.saved_checkpoints.append(name)
        while len(self.saved_checkpoints) > self.max_checkpoints:
            self._remove(self.saved_checkpoints.pop(0))
        if self.verbose > 0:
            estimator.logger.info("[Epoch %d] CheckpointHandler: trained total %d batches, saving model at %s with prefix: %s",
                                  self.current_epoch, self.current_batch + 1, self.model_dir, name)
        if self.save_best:
            self._save_if_best(estimator)

    def _save_if_best(self, estimator):
        name, value = self.monitor.get()
        if math.isnan(value):
            warnings.warn(f"CheckpointHandler: {name} has no value, the best is not saved; monitor one of estimator.train_metrics or "
                          "estimator.val_metrics", RuntimeWarning, stacklevel=3)
        elif self.monitor_op(value, self.best):
            prefix = f"{self.model_prefix}-best"
            self._write(estimator, prefix)
            if self.verbose > 0:
                estimator.logger.info("[Epoch %d] CheckpointHandler: %s improved from %0.5f to %0.5f, updating best model at %s "
                                      "with prefix: %s", self.current_epoch, name, self.best, value, self.model_dir, prefix)
            self.best = value
        elif self.verbose > 0:
            estimator.logger.info("[Epoch %d] CheckpointHandler: %s did not improve from %0.5f, skipping updating best model",
                                  self.current_batch, name, self.best)

    def _write(self, estimator, name: str):
        # The parameters come last: where they are, the states are too.
        estimator.trainer.save_states(self._path(f"{name}.states"))
        estimator.net.save_parameters(self._path(f"{name}.params"))

    def _remove(self, name: str):
        for end in (".params", ".states"):
            if os.path.exists(self._path(name + end)):
                os.remove(self._path(name + end))

    def _save_symbol(self, estimator):
        file = self._path(f"{self.model_prefix}-symbol.json")
        try:
            save_graph(estimator.net, file)
        except (AttributeError, RuntimeError, MXNetError):  # no HybridBlock, not hybridized, or nothing a graph can hold
            estimator.logger.info("CheckpointHandler: %s, the graph, was not written: only a HybridBlock has one, and only after "
                                  "net.hybridize(). The parameters are saved.", file)

    # Resuming.

    def _checkpoints(self) -> list[tuple[int, int]]:
        """(epoch, batch) of every checkpoint in the folder, in order."""
        form = re.compile(re.escape(self.model_prefix) + r"-epoch(\d+)batch(\d+)\.params")
        found = (form.fullmatch(name) for name in os.listdir(self.model_dir))
        return sorted((int(match[1]), int(match[2])) for match in found if match)

    def _resume(self, estimator):
        found = self._checkpoints()
        self.saved_checkpoints = [f"{self.model_prefix}-epoch{epoch}batch{batch}" for epoch, batch in found]
        unit = "batch" if estimator.max_batch else "epoch"
        wanted, plural = getattr(estimator, f"max_{unit}"), "batches" if estimator.max_batch else "epochs"
        if not found:
            self.trained_epoch = self.trained_batch = -1
            estimator.logger.info("CheckpointHandler: No checkpoint found, training from scratch for %d %s", wanted, plural)
            return
        self.trained_epoch, self.trained_batch = found[-1]
        done = self.trained_batch if unit == "batch" else self.trained_epoch
        if done >= wanted - 1:
            raise ValueError(f"CheckpointHandler: {self._path(self.saved_checkpoints[-1])} has all {wanted} {plural} behind it; "
                             "ask fit for more, or set resume_from_checkpoint=False to begin anew")
        left = wanted - done - 1
        setattr(estimator, f"max_{unit}", left)
        place = self._path(self.saved_checkpoints[-1])
        if not os.path.exists(f"{place}.states"):
            raise FileNotFoundError(f"CheckpointHandler: there is {place}.params, but not {place}.states with the trainer's states")
        estimator.net.load_parameters(f"{place}.params", ctx=estimator.context)
        estimator.trainer.load_states(f"{place}.states")
        estimator.logger.warning("CheckpointHandler: Checkpoint resumed from epoch %d batch %d, continue to train for %d %s ",
                                 self.trained_epoch, self.trained_batch, left, plural)
