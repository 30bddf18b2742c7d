"""How predictions and labels vary together (MXNet: mxnet.metric, mxnet.gluon.metric)."""
from __future__ import annotations

import math

import numpy as onp

from .. import ndarray as nd
from ..base import MXNetError
from .base import Counted, EvalMetric, alias, check_label_shapes, count, plain, register

__all__ = ["PCC", "PearsonCorrelation"]


@register
@alias("pearsonr")
class PearsonCorrelation(Counted):
    """Pearson's correlation coefficient of labels and predictions, arrays of one shape.

    average: "macro" takes the mean over the batches' coefficients, "micro" the coefficient of all elements; reset_local()
    does not make it forget those. Differs: get_global() is then that coefficient, in MXNet 0.
    """

    def __init__(self, name="pearsonr", output_names=None, label_names=None, average="macro"):
        self.average = average
        super().__init__(name, output_names, label_names)

    def reset(self):
        super().reset()
        self._moments = None

    def _batch(self, label, pred):
        return count("pearson", label, pred)

    def update(self, labels, preds):
        if self.average == "macro":
            return super().update(labels, preds)
        labels, preds = check_label_shapes(labels, preds, True)
        for label, pred in zip(labels, preds):
            pred = plain(pred)
            held = nd.zeros(6, ctx=pred.ctx, dtype="float64") if self._moments is None else self._moments.as_in_context(pred.ctx)
            self._moments = count("moments", held, plain(label, pred.ctx), pred)
            self.num_inst += 1
        return None

    def get(self):
        if self.average == "macro":
            return super().get()
        if self._moments is None:
            return self.name, float("nan")
        n, _, sse_l, _, sse_p, products = self._moments.asnumpy().tolist()
        below = math.sqrt(sse_p) * math.sqrt(sse_l)
        return self.name, products / below if below else float("nan")

    def get_global(self):
        return super().get_global() if self.average == "macro" else self.get()


class MicroPearsonCorrelation(PearsonCorrelation):
    """Pearson's correlation coefficient of all labels and predictions, arrays of one shape."""

    def __init__(self, name="pearsonr", output_names=None, label_names=None):
        super().__init__(name, output_names, label_names, "micro")


@register
class PCC(EvalMetric):
    """Pearson's correlation coefficient of classes: Matthews's for more than two (Gorodkin 2004), over all instances.

    preds: classes of the labels' shape, or scores of shape (instances, classes). Reads the values at every update: how many
    classes there are is not known before.
    """

    def __init__(self, name="pcc", output_names=None, label_names=None, has_global_stats=True):
        super().__init__(name, output_names, label_names, has_global_stats=has_global_stats)

    def update(self, labels, preds):
        labels, preds = check_label_shapes(labels, preds, True)
        for label, pred in zip(labels, preds):
            label, pred = plain(label).asnumpy().astype("int32"), plain(pred).asnumpy()
            classes = pred.astype("int32") if pred.shape == label.shape else pred.argmax(axis=1) if pred.ndim > 1 else pred[:0]
            if classes.size != label.size:
                raise MXNetError(f"PCC.update: predictions are classes of the labels' shape {label.shape}, or scores with another axis for "
                                 f"the classes, (instances, classes), got {pred.shape}")
            if not label.size:
                continue
            pred, label = classes.ravel(), label.ravel()
            need = max(int(pred.max()), int(label.max())) + 1
            self.lcm, self.gcm = _grown(self.lcm, need), _grown(self.gcm, need)
            for matrix in (self.lcm, self.gcm):
                onp.add.at(matrix, (pred, label), 1)
        self._batches += 1
        self._all_batches += 1

    def reset(self):
        self.gcm, self._all_batches = onp.zeros((2, 2)), 0
        self.reset_local()

    def reset_local(self):
        self.lcm, self._batches = onp.zeros((2, 2)), 0

    sum_metric = property(lambda self: _coefficient(self.lcm) * self._batches)
    num_inst = property(lambda self: self._batches)
    global_sum_metric = property(lambda self: _coefficient(self.gcm) * self._all_batches)
    global_num_inst = property(lambda self: self._all_batches)


def _grown(matrix, size):
    more = max(0, size - len(matrix))
    return onp.pad(matrix, ((0, more), (0, more))) if more else matrix


def _coefficient(matrix) -> float:
    """The correlation coefficient of a confusion matrix, nan if one side has a single class."""
    n, rows, columns = matrix.sum(), matrix.sum(axis=1), matrix.sum(axis=0)
    xx, yy = (rows * (n - rows)).sum(), (columns * (n - columns)).sum()
    return float((matrix.diagonal() * n - rows * columns).sum() / math.sqrt(xx * yy)) if xx and yy else float("nan")
