"""How probable the labels were (MXNet: mxnet.metric, mxnet.gluon.metric)."""
from __future__ import annotations

import math

from .base import Counted, alias, count, register

__all__ = ["CrossEntropy", "NegativeLogLikelihood", "Perplexity"]


class _Likelihood(Counted):
    """The mean of -log(p + eps), p being the probability of the label; preds have shape (instances, classes)."""

    def __init__(self, eps, name, output_names, label_names):
        super().__init__(name, output_names, label_names, eps=eps)
        self.eps = eps

    def _batch(self, label, pred):
        return count("likelihood", label, pred, eps=self.eps)

    def _check(self, counts):
        if counts[2]:
            raise IndexError(f"{type(self).__name__}: {int(counts[2])} labels are no class of the predictions")


@register
@alias("ce")
class CrossEntropy(_Likelihood):
    """The mean of -log(p + eps), p being the probability of the label; preds have shape (instances, classes).

    Raises: IndexError at get() if a label was no class.
    """

    def __init__(self, eps=1e-12, name="cross-entropy", output_names=None, label_names=None):
        super().__init__(eps, name, output_names, label_names)


@register
@alias("nll_loss")
class NegativeLogLikelihood(_Likelihood):
    """CrossEntropy under another name."""

    def __init__(self, eps=1e-12, name="nll-loss", output_names=None, label_names=None):
        super().__init__(eps, name, output_names, label_names)


class _Exponential:
    """exp of the mean."""

    def _value(self, total, number):
        return math.exp(total / number)


@register
class Perplexity(_Exponential, Counted):
    """exp of the mean of -log(max(1e-10, p)), p being the probability of the label; labels equal to ignore_label do not count."""

    def __init__(self, ignore_label, axis=-1, name="perplexity", output_names=None, label_names=None):
        super().__init__(name, output_names, label_names, ignore_label=ignore_label)
        self.ignore_label, self.axis = ignore_label, axis

    def _batch(self, label, pred):
        return count("perplexity", label, pred, ignore_label=self.ignore_label, axis=self.axis)


class ClassCrossEntropy(Counted):
    """The mean of -log(max(eps, p)), p being the probability of the label.

    ignore_label: labels that do not count.  axis: of the classes.  from_logits: preds are scores, to be put through a softmax.
    """

    def __init__(self, eps=1e-12, ignore_label=None, axis=-1, from_logits=False, name="cross-entropy", output_names=None,
                 label_names=None):
        super().__init__(name, output_names, label_names)
        self.eps, self.ignore_label, self.axis, self.from_logits = eps, ignore_label, axis, from_logits

    def _batch(self, label, pred):
        return count("perplexity", label, pred, eps=self.eps, ignore_label=self.ignore_label, axis=self.axis, from_logits=self.from_logits)


class ClassPerplexity(_Exponential, ClassCrossEntropy):
    """exp of ClassCrossEntropy."""

    def __init__(self, eps=1e-12, ignore_label=None, axis=-1, from_logits=False, name="perplexity", output_names=None, label_names=None):
        super().__init__(eps, ignore_label, axis, from_logits, name, output_names, label_names)
