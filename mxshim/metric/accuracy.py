"""How many predictions are right (MXNet: mxnet.metric, mxnet.gluon.metric)."""
from __future__ import annotations

import numpy as onp

from .base import Counted, alias, check_label_shapes, count, plain, register

__all__ = ["Accuracy", "BinaryAccuracy", "TopKAccuracy"]


@register
@alias("acc")
class Accuracy(Counted):
    """The share of predictions that equal their label.

    preds: classes, of the labels' shape, or scores with one more axis, `axis`, whose largest counts.
    """

    def __init__(self, axis=1, name="accuracy", output_names=None, label_names=None):
        super().__init__(name, output_names, label_names, axis=axis)
        self.axis = axis

    def _batch(self, label, pred):
        return count("accuracy", label, pred, axis=self.axis)


@register
@alias("top_k_accuracy", "top_k_acc")
class TopKAccuracy(Counted):
    """The share of labels that are among the top_k classes with the highest scores; preds have shape (instances, classes).

    Raises: AssertionError for top_k below 2, or predictions of more than two dimensions.
    """

    def __init__(self, top_k=1, name="top_k_accuracy", output_names=None, label_names=None):
        if top_k < 2:
            raise AssertionError(f"TopKAccuracy: top_k must be at least 2, got {top_k}; use Accuracy for 1")
        super().__init__(f"{name}_{top_k}", output_names, label_names, top_k=top_k)
        self.top_k = top_k

    def _batch(self, label, pred):
        if pred.ndim > 2:
            raise AssertionError(f"TopKAccuracy: predictions should be no more than 2 dims, got {pred.shape}")
        if pred.shape[-1] < self.top_k:
            raise ValueError(f"TopKAccuracy: there are {pred.shape[-1]} scores, fewer than top_k={self.top_k}")
        if pred.ndim == 1:  # MXNet compares the positions of sorted scores with the labels
            order = onp.argpartition(pred.asnumpy().astype("float32"), -self.top_k)
            check_label_shapes(label, order)
            right = (order == label.asnumpy().astype("int32").reshape(-1)).sum()
            return plain(onp.array([right, len(order)], "float64"))
        return count("top_k", label, pred, k=self.top_k)


class BinaryAccuracy(Counted):
    """The share of scores that are above `threshold` (a float, or an array of one for each class) where the label is 1, and
    not where it is 0.
    """

    def __init__(self, name="binary_accuracy", output_names=None, label_names=None, threshold=0.5):
        super().__init__(name, output_names, label_names)
        self.threshold = checked_threshold(threshold)

    def _batch(self, label, pred):
        return count("binary_accuracy", label, pred, threshold=self.threshold)


def checked_threshold(threshold):
    """A float, or an array as nd's. Raises: ValueError for anything else."""
    if isinstance(threshold, float):
        return threshold
    if hasattr(threshold, "shape"):
        return plain(threshold)
    raise ValueError(f"{type(threshold)} is a wrong type for threshold: give a float or an array with one for each class")
