"""Losses: blocks of predictions and labels that give one number per example (MXNet: mxnet.gluon.loss).

All take np and nd arrays. `weight` is a number that every loss is multiplied by; `sample_weight`, an array that broadcasts with
the elements' losses, weighs examples (0 leaves them out). `batch_axis` counts the examples, the mean is over all other axes.
Where MXNet's generations differ, np arrays get 2.0's result and nd arrays 1.9.1's.
"""
from __future__ import annotations

import math
import numbers

from .. import ndarray as nd
from .. import numpy as np
from ..arguments import Checked, check
from ..base import MXNetError
from ..symbol.symbol import Symbol
from . import functions as f
from .block import HybridBlock
from .dialect import ARRAYS

__all__ = ["CTCLoss", "CosineEmbeddingLoss", "HingeLoss", "HuberLoss", "KLDivLoss", "L1Loss", "L2Loss", "LogisticLoss", "Loss",
           "PoissonNLLLoss", "SDMLLoss", "SigmoidBCELoss", "SigmoidBinaryCrossEntropyLoss", "SoftmaxCELoss",
           "SoftmaxCrossEntropyLoss", "SquaredHingeLoss", "TripletLoss"]


def _apply_weighting(*args, **kwargs):
    """_weighted for losses of other libraries: (F, loss, ...) as in MXNet 1, or (loss, ...) as in MXNet 2 (mxnet.gluon.loss)."""
    return _weighted(*(args if args and isinstance(args[0], ARRAYS | Symbol) else args[1:]), **kwargs)


def _weighted(loss, weight=None, sample_weight=None):
    """loss times weight, a number, and sample_weight, an array that broadcasts with it; None leaves either out.

    Raises: AssertionError if weight is no number.
    """
    if sample_weight is not None:
        loss = f.multiply(loss, sample_weight) if isinstance(loss, Symbol) else loss * sample_weight
    if weight is None:
        return loss
    if not isinstance(weight, numbers.Number):
        raise AssertionError(f"weight must be a number, got {type(weight).__name__}; arrays are given as sample_weight at the call")
    return loss * weight


def _reshape_like(F, x, y):
    """x in the shape of y, which has as many elements (MXNet: mxnet.gluon.loss._reshape_like)."""
    return f.reshape_like(x, y)


class Loss(Checked, HybridBlock):
    """Base of all losses: define `forward(self, pred, label, ...)` or `hybrid_forward(self, F, pred, label, ...)`.

    weight: a number, None for 1.  batch_axis: the axis of the examples.
    """

    _wants = {"batch_axis": None}

    def __init__(self, weight, batch_axis, **kwargs):
        super().__init__(**kwargs)
        self._weight, self._batch_axis = weight, batch_axis

    def __repr__(self):
        return f"{type(self).__name__}(batch_axis={self._batch_axis}, w={self._weight})"

    def _arrays(self, **given):
        """Raises: ArgumentTypeError for what is neither an array nor a Symbol."""
        for name, value in given.items():
            if not isinstance(value, (ARRAYS, Symbol)):
                check(type(self).__name__, name, value, "an array")

    def _like(self, label, pred, what="label"):
        """The label in the shape of the predictions. Raises: MXNetError if it has another number of elements."""
        if isinstance(label, Symbol):
            return f.reshape_like(label, pred)
        self._arrays(pred=pred, **{what: label})
        if label.shape == pred.shape:
            return label
        if label.size != pred.size:
            raise MXNetError(f"{type(self).__name__}: {what} of shape {label.shape} has not as many elements as the predictions of "
                             f"shape {pred.shape}")
        return label.reshape(pred.shape)

    def _mean(self, loss, sample_weight):
        return f.mean_per_example(_weighted(loss, self._weight, sample_weight), self._batch_axis)


class L2Loss(Loss):
    """weight / 2 (label - pred)^2, the mean for each example.

    Inputs: pred and label with as many elements, sample_weight.  Outputs: (N,).
    """

    def __init__(self, weight=1.0, batch_axis=0, **kwargs):
        super().__init__(weight, batch_axis, **kwargs)

    def hybrid_forward(self, F, pred, label, sample_weight=None):
        loss = f.square(self._like(label, pred) - pred)
        return f.mean_per_example(_weighted(loss, self._weight / 2, sample_weight), self._batch_axis)


class L1Loss(Loss):
    """|label - pred|, the mean for each example. Inputs: pred and label with as many elements, sample_weight.  Outputs: (N,)."""

    def __init__(self, weight=None, batch_axis=0, **kwargs):
        super().__init__(weight, batch_axis, **kwargs)

    def hybrid_forward(self, F, pred, label, sample_weight=None):
        return self._mean(f.absolute(self._like(label, pred) - pred), sample_weight)


def _softplus_of_minus_abs(x):
    """log(1 + exp(-|x|)): the part of log(1 + exp(x)) that cannot overflow."""
    return f.activation(-f.absolute(x), act_type="softrelu")


class SigmoidBinaryCrossEntropyLoss(Loss):
    """-(pos_weight label log p + (1 - label) log(1 - p)) with p = sigmoid(pred), the mean for each example.

    from_sigmoid: pred is p already; logarithms are then of p + 1e-12.
    Inputs: pred and label (0 to 1) with as many elements, sample_weight, pos_weight (broadcasts with pred).  Outputs: (N,).
    """

    def __init__(self, from_sigmoid=False, weight=None, batch_axis=0, **kwargs):
        super().__init__(weight, batch_axis, **kwargs)
        self._from_sigmoid = from_sigmoid

    def hybrid_forward(self, F, pred, label, sample_weight=None, pos_weight=None):
        label = self._like(label, pred)
        if self._from_sigmoid:
            hit = f.log(pred + 1e-12) * label
            loss = -((hit if pos_weight is None else hit * pos_weight) + f.log(1.0 - pred + 1e-12) * (1.0 - label))
        elif pos_weight is None:
            loss = f.relu(pred) - pred * label + _softplus_of_minus_abs(pred)
        else:
            loss = pred - pred * label + (1 + (pos_weight - 1) * label) * (_softplus_of_minus_abs(pred) + f.relu(-pred))
        return self._mean(loss, sample_weight)


class SoftmaxCrossEntropyLoss(Loss):
    """-log softmax(pred)[label], the mean for each example.

    Args:
        axis: that of the classes.  from_logits: pred are logarithms of probabilities already.
        sparse_label: labels are class numbers, of pred's shape without `axis`; else probabilities, of pred's shape.
    Inputs: pred (N, ..., classes), label, sample_weight (broadcasts with pred's shape, size 1 along `axis`).  Outputs: (N,).
    """

    def __init__(self, axis=-1, sparse_label=True, from_logits=False, weight=None, batch_axis=0, **kwargs):
        super().__init__(weight, batch_axis, **kwargs)
        self._axis, self._sparse_label, self._from_logits = axis, sparse_label, from_logits

    def hybrid_forward(self, F, pred, label, sample_weight=None):
        self._arrays(pred=pred, label=label)
        if not self._from_logits:
            pred = f.log_softmax(pred, axis=self._axis)
        if not self._sparse_label:
            loss = -(pred * self._like(label, pred)).sum(axis=self._axis, keepdims=True)
        elif not isinstance(label, Symbol) and label.shape == pred.shape and pred.shape[self._axis] > 1:
            raise MXNetError(f"{type(self).__name__}: label has the shape {label.shape} of the predictions: class numbers of shape "
                             "(N, ...) are wanted; for one-hot labels or probabilities pass sparse_label=False")
        else:
            loss = -f.pick(pred, label, axis=self._axis, keepdims=True)
        return self._mean(loss, sample_weight)


class KLDivLoss(Loss):
    """label (log label - pred), the divergence of predicted from true probabilities (Kullback and Leibler).

    The mean for each example for np arrays, the sum for nd arrays.
    from_logits: pred are logarithms of probabilities; else log_softmax along `axis` is taken of them.
    Inputs: pred and label of one shape, sample_weight.  Outputs: (N,).
    """

    def __init__(self, from_logits=True, axis=-1, weight=None, batch_axis=0, **kwargs):
        super().__init__(weight, batch_axis, **kwargs)
        self._from_logits, self._axis = from_logits, axis

    def hybrid_forward(self, F, pred, label, sample_weight=None):
        self._arrays(**{name: v for name, v in (("pred", pred), ("label", label)) if not isinstance(v, numbers.Number)})
        if not self._from_logits:
            pred = f.log_softmax(pred, axis=self._axis)
        loss = _weighted(label * (f.log(label + 1e-12) - pred), self._weight, sample_weight)
        reduce = f.mean_per_example if f.is_np(pred) else f.sum_per_example
        return reduce(loss, self._batch_axis)


class CTCLoss(Loss):
    """Connectionist temporal classification (Graves et al., 2006); the last class is the blank, -1 pads labels.

    layout: "NTC" or "TNC", of pred.  label_layout: "NT" or "TN".
    Inputs: pred (N, T, classes), label (N, L), pred_lengths (N,), label_lengths (N,), sample_weight (N,).  Outputs: (N,).
    """

    def __init__(self, layout="NTC", label_layout="NT", weight=None, **kwargs):
        if layout not in ("NTC", "TNC") or label_layout not in ("NT", "TN"):
            raise AssertionError(f"CTCLoss: layout must be 'NTC' or 'TNC' and label_layout 'NT' or 'TN', got {layout!r} and "
                                 f"{label_layout!r}")
        self._layout, self._label_layout = layout, label_layout
        super().__init__(weight, label_layout.find("N"), **kwargs)

    def hybrid_forward(self, F, pred, label, pred_lengths=None, label_lengths=None, sample_weight=None):
        if self._layout == "NTC":
            pred = f.swapaxes(pred, 0, 1)
        if self._batch_axis == 1:
            label = f.swapaxes(label, 0, 1)
        loss = f.ctc_loss(pred, label, pred_lengths, label_lengths, use_data_lengths=pred_lengths is not None,
                          use_label_lengths=label_lengths is not None, blank_label="last")
        return _weighted(loss, self._weight, sample_weight)


class HuberLoss(Loss):
    """With d = |label - pred|: d - rho / 2 where d > rho, else d^2 / (2 rho); the mean for each example (Huber, 1964).

    Inputs: pred and label with as many elements, sample_weight.  Outputs: (N,).
    """

    def __init__(self, rho=1, weight=None, batch_axis=0, **kwargs):
        super().__init__(weight, batch_axis, **kwargs)
        self._rho = rho

    def hybrid_forward(self, F, pred, label, sample_weight=None):
        d = f.absolute(self._like(label, pred) - pred)
        return self._mean(f.where(d > self._rho, d - 0.5 * self._rho, 0.5 / self._rho * f.square(d)), sample_weight)


class HingeLoss(Loss):
    """max(0, margin - pred label), the mean for each example; labels are -1 or 1.

    Inputs: pred and label with as many elements, sample_weight.  Outputs: (N,).
    """

    def __init__(self, margin=1, weight=None, batch_axis=0, **kwargs):
        super().__init__(weight, batch_axis, **kwargs)
        self._margin = margin

    def _short(self, pred, label):
        return f.relu(self._margin - pred * self._like(label, pred))

    def hybrid_forward(self, F, pred, label, sample_weight=None):
        return self._mean(self._short(pred, label), sample_weight)


class SquaredHingeLoss(HingeLoss):
    """max(0, margin - pred label)^2, the mean for each example; labels are -1 or 1.

    Inputs: pred and label with as many elements, sample_weight.  Outputs: (N,).
    """

    def hybrid_forward(self, F, pred, label, sample_weight=None):
        return self._mean(f.square(self._short(pred, label)), sample_weight)


class LogisticLoss(Loss):
    """log(1 + exp(-pred label)), the mean for each example; labels are -1 or 1, or with label_format="binary" 0 or 1.

    Inputs: pred and label with as many elements, sample_weight.  Outputs: (N,).
    """

    def __init__(self, weight=None, batch_axis=0, label_format="signed", **kwargs):
        super().__init__(weight, batch_axis, **kwargs)
        if label_format not in ("signed", "binary"):
            raise ValueError(f"LogisticLoss: label_format must be 'signed' or 'binary', got {label_format!r}")
        self._label_format = label_format

    def hybrid_forward(self, F, pred, label, sample_weight=None):
        label = self._like(label, pred)
        if self._label_format == "signed":
            label = (label + 1.0) / 2.0
        return self._mean(f.relu(pred) - pred * label + _softplus_of_minus_abs(pred), sample_weight)


class TripletLoss(Loss):
    """max(0, margin + sum of (positive - pred)^2 - (negative - pred)^2) for each example (Schroff et al., 2015).

    Inputs: pred, positive, negative of one shape, sample_weight (N,).  Outputs: (N,).
    """

    def __init__(self, margin=1, weight=None, batch_axis=0, **kwargs):
        super().__init__(weight, batch_axis, **kwargs)
        self._margin = margin

    def hybrid_forward(self, F, pred, positive, negative, sample_weight=None):
        positive, negative = self._like(positive, pred, "positive"), self._like(negative, pred, "negative")
        apart = f.sum_per_example(f.square(positive - pred) - f.square(negative - pred), self._batch_axis)
        return _weighted(f.relu(apart + self._margin), self._weight, sample_weight)


class PoissonNLLLoss(Loss):
    """exp(pred) - target pred, or with from_logits=False pred - target log(pred + epsilon).

    The mean for each example for np arrays, that of the whole batch for nd arrays.
    compute_full: add Stirling's target log target - target + log(2 pi target) / 2 where target > 1.
    Inputs: pred and target with as many elements, sample_weight, epsilon.  Outputs: (N,), for nd arrays (1,).
    """

    def __init__(self, weight=None, from_logits=True, batch_axis=0, compute_full=False, **kwargs):
        super().__init__(weight, batch_axis, **kwargs)
        self._from_logits, self._compute_full = from_logits, compute_full

    def hybrid_forward(self, F, pred, target, sample_weight=None, epsilon=1e-08):
        target = self._like(target, pred, "target")
        loss = f.exp(pred) - target * pred if self._from_logits else pred - target * f.log(pred + epsilon)
        if self._compute_full:
            stirling = target * f.log(target) - target + 0.5 * f.log(2 * math.pi * target)
            loss = loss + stirling * (target > 1)
        loss = _weighted(loss, self._weight, sample_weight)
        return f.mean_per_example(loss, self._batch_axis) if f.is_np(loss) else loss.mean()


class CosineEmbeddingLoss(Loss):
    """1 - cos(input1, input2) where the label is 1, max(0, cos - margin) where it is -1; along the last axis.

    Inputs: input1, input2 (N, ..., C), label (N,), sample_weight.
    Outputs: (N,), for nd arrays (N, 1); np arrays take every label but 1 for -1, nd arrays give 0 for other labels.
    """

    def __init__(self, weight=None, batch_axis=0, margin=0, **kwargs):
        super().__init__(weight, batch_axis, **kwargs)
        self._margin = margin

    def hybrid_forward(self, F, input1, input2, label, sample_weight=None):
        self._arrays(input2=input2, label=label)
        input1 = self._like(input1, input2, "input1")
        lengths = f.sqrt(f.square(input1).sum(axis=-1)), f.sqrt(f.square(input2).sum(axis=-1))
        cos = ((input1 * input2).sum(axis=-1) / f.maximum(lengths[0] * lengths[1], 1e-12)).reshape((-1, 1))
        label = label.reshape((-1, 1))
        if f.is_np(cos):
            loss = f.where(label == 1, 1 - cos, f.clip(cos - self._margin, 0, 1 - self._margin))
            return self._mean(loss, sample_weight)
        loss = (1 - cos) * (label == 1) + f.maximum((label == -1) * (cos - self._margin), 0)
        return _weighted(loss, self._weight, sample_weight)


class SDMLLoss(Loss):
    """Smoothed deep metric learning (Bonadiman et al., 2019): row i of x1 belongs to row i of x2, all others are negatives.

    The divergence of softmax(-squared distances) from labels that give smoothing_parameter to the negatives together.
    Inputs: x1, x2 (N, C).  Outputs: (N,), for np arrays divided by N.
    """

    _or_none = ("weight",)

    def __init__(self, smoothing_parameter=0.3, weight=1.0, batch_axis=0, **kwargs):
        super().__init__(weight, batch_axis, **kwargs)
        self.kl_loss = KLDivLoss(from_logits=True)
        self.smoothing_parameter = smoothing_parameter

    def hybrid_forward(self, F, x1, x2):
        self._arrays(x1=x1, x2=x2)
        if x1.shape != x2.shape or len(x1.shape) != 2:
            raise AssertionError(f"SDMLLoss: x1 and x2 must be of one shape (N, C), got {x1.shape} and {x2.shape}")
        n, width = x1.shape
        gold = (np if f.is_np(x1) else nd).eye(n, ctx=x1.ctx)
        labels = gold * (1 - self.smoothing_parameter) + (1 - gold) * (self.smoothing_parameter / (n - 1))
        apart = f.square(x1.reshape((n, 1, width)) - x2.reshape((1, n, width))).sum(axis=2)
        return self.kl_loss(f.log_softmax(-apart, axis=1), labels)


SigmoidBCELoss = SigmoidBinaryCrossEntropyLoss
SoftmaxCELoss = SoftmaxCrossEntropyLoss
