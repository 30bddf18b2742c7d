"""What happens to one batch; a subclass may do something else with it."""
from __future__ import annotations

from .... import autograd
from ...utils import split_and_load


class BatchProcessor:
    """The forward pass of a batch, and in training the backward pass. Batches are (data, label)."""

    def _get_data_and_label(self, batch, ctx, batch_axis=0):
        """Data and label, each as a list with one part per device."""
        return tuple(split_and_load(part, ctx, batch_axis=batch_axis) for part in batch[:2])

    def evaluate_batch(self, estimator, val_batch, batch_axis=0):
        """(data, label, predictions, losses) of a batch by val_net and val_loss: lists with an entry per device."""
        data, label = self._get_data_and_label(val_batch, estimator.context, batch_axis)
        pred = [estimator.val_net(x) for x in data]
        return data, label, pred, [estimator.val_loss(p, y) for p, y in zip(pred, label)]

    def fit_batch(self, estimator, train_batch, batch_axis=0):
        """(data, label, predictions, losses) of a batch by net and loss, after the gradients have been computed."""
        data, label = self._get_data_and_label(train_batch, estimator.context, batch_axis)
        with autograd.record():
            pred = [estimator.net(x) for x in data]
            loss = [estimator.loss(p, y) for p, y in zip(pred, label)]
        for one in loss:
            one.backward()
        return data, label, pred, loss
