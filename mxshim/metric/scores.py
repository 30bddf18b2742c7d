"""Scores of classification from true and false positives and negatives (MXNet: mxnet.metric, mxnet.gluon.metric)."""
from __future__ import annotations

import math

import numpy as onp

from .. import ndarray as nd
from .accuracy import checked_threshold
from .base import Counted, Tally, check_label_shapes, count, plain, register

__all__ = ["F1", "MCC"]


class _Scored(Counted):
    """A metric whose value is a function of all counts, not a mean over batches."""

    def _settle(self, which):
        """[value * number of instances, that number], from all that was counted."""
        tally = self.__dict__.get(which)
        counts = None if tally is None else tally.read()
        if counts is None:
            return [0.0, 0]
        self._check(counts)
        number = int(round(float(counts[:4].reshape(4, -1)[:, 0].sum())))
        return [self._score(counts) * number, number]

    def _set(self, which, k, value):
        setattr(self, which, Tally())

    def _score(self, counts):
        raise NotImplementedError


class _Binary(_Scored):
    """average: "macro" takes the mean over the batches' scores; anything else the score of all that was counted."""

    def __init__(self, name, output_names, label_names, average):
        self.average = average
        super().__init__(name, output_names, label_names)

    def update(self, labels, preds):
        labels, preds = check_label_shapes(labels, preds, True)
        total = Tally()
        for label, pred in zip(labels, preds):
            pred = plain(pred)
            total.add(count("binary", plain(label, pred.ctx), pred))
        if total.total is not None:
            self._count(count(self._operator, total.total) if self.average == "macro" else total.total)

    def _settle(self, which):
        return Counted._settle(self, which) if self.average == "macro" else super()._settle(which)

    def _set(self, which, k, value):
        if self.average == "macro":
            Counted._set(self, which, k, value)
        else:
            super()._set(which, k, value)

    def _check(self, counts):
        if counts[-1]:
            raise ValueError(f"{type(self).__name__} currently only supports binary classification: there were labels of more than two "
                             "kinds")


@register
class F1(_Binary):
    """The F1 score of two classes: 2 * precision * recall / (precision + recall); preds are scores of shape (instances, 2).

    average: "macro" takes the mean over the batches' scores, "micro" the score over all instances.
    Raises: ValueError at get() if there were more than two kinds of labels.
    """

    _operator = "f1"

    def __init__(self, name="f1", output_names=None, label_names=None, average="macro"):
        super().__init__(name, output_names, label_names, average)

    def _score(self, counts):
        tp, fp, fn = counts[:3]
        precision, recall = (tp / s if s else 0.0 for s in (tp + fp, tp + fn))
        return float(2 * precision * recall / (precision + recall)) if precision + recall else 0.0


@register
class MCC(_Binary):
    """Matthews's correlation coefficient of two classes; arguments as F1's."""

    _operator = "mcc"

    def __init__(self, name="mcc", output_names=None, label_names=None, average="macro"):
        super().__init__(name, output_names, label_names, average)

    def _score(self, counts):
        return matthews(*counts[:4])


def matthews(tp, fp, fn, tn) -> float:
    """(tp * tn - fp * fn) / sqrt of the product of the four sums, in which sums of 0 are left out."""
    below = math.prod(float(s) for s in (tp + fp, tp + fn, tn + fp, tn + fn) if s)
    return float(tp * tn - fp * fn) / math.sqrt(below)


class Fbeta(_Scored):
    """The F-beta score: (1 + beta**2) * precision * recall / (beta**2 * precision + recall).

    Args:
        class_type: "binary" (scores of one class or two), "multiclass" (the largest score counts) or "multilabel" (every score
            for itself).
        threshold: above which a score is a yes, a float or an array with one for each class.
        average: "micro" scores all classes together, "macro" takes the mean over the classes, None gives an np array with one for each.
    """

    def __init__(self, name="fbeta", output_names=None, label_names=None, class_type="binary", beta=1, threshold=0.5, average="micro"):
        if class_type not in ("binary", "multiclass", "multilabel"):
            raise ValueError(f"Wrong class_type {class_type}! Only supports ['binary', 'multiclass', 'multilabel']")
        self.class_type, self.beta, self.average = class_type, beta, average
        self.threshold = threshold if class_type == "multiclass" else checked_threshold(threshold)  # there it does not matter
        super().__init__(name, output_names, label_names)

    def _batch(self, label, pred):
        threshold = 0.5 if self.class_type == "multiclass" else self.threshold
        found = count("classes", label, pred, threshold=threshold, kind=self.class_type)
        held = self._local.total
        if held is not None and held.shape != found.shape:
            raise AssertionError(f"Input number of classes has changed from {held.shape[1]} to {found.shape[1]}")
        return found

    def _check(self, counts):
        if not counts[4, 0]:
            return
        if self.class_type == "binary":
            raise ValueError("Wrong label for binary classification: labels must be 0 or 1")
        raise AssertionError("pred contains fewer classes than label!")

    def _score(self, counts):
        tp, fp, fn = counts[:3] if self.average != "micro" else counts[:3].sum(axis=1, keepdims=True)
        precision, recall = tp / onp.maximum(tp + fp, 1e-12), tp / onp.maximum(tp + fn, 1e-12)
        square = self.beta ** 2
        score = (1 + square) * precision * recall / onp.maximum(square * precision + recall, 1e-12)
        return score if self.average not in ("micro", "macro") else float(score.mean())

    def _result(self, total, number):
        name, value = super()._result(total, number)
        return name, nd.array(value, dtype="float64").as_np_ndarray() if isinstance(value, onp.ndarray) else value


class ClassF1(Fbeta):
    """Fbeta with beta = 1."""

    def __init__(self, name="f1", output_names=None, label_names=None, class_type="binary", threshold=0.5, average="micro"):
        super().__init__(name, output_names, label_names, class_type, 1, threshold, average)


class ClassMCC(_Scored):
    """Matthews's correlation coefficient of two classes, over all instances; a score above 0.5 is a yes."""

    def __init__(self, name="mcc", output_names=None, label_names=None):
        super().__init__(name, output_names, label_names)

    def _batch(self, label, pred):
        return count("classes", label, pred)

    def _check(self, counts):
        if counts[4, 0]:
            raise ValueError("Wrong label for binary classification: labels must be 0 or 1")

    def _score(self, counts):
        return matthews(*counts[:4, 0])
