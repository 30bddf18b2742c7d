"""What metrics count in one batch: vectors of float64, [sum, number of instances] first.

Sums are taken in float64 of elements computed in the arrays' own dtype, as NumPy and MXNet do to within rounding.
"""
from __future__ import annotations

import jax.numpy as jnp
from jax import nn

from ..base import FLOAT64, INT32, INT64, MXNetError
from ..engine.op import op
from .dtypes import cast, value


def _stats(*numbers):
    return jnp.stack([jnp.asarray(n, jnp.float64).reshape(()) for n in numbers])


def _total(x):
    return jnp.sum(x.astype(jnp.float64))


@op("mx.metric_add", grad=False)
def add(total, batch):
    """Two vectors of counts added up."""
    return total + batch


@op("mx.metric_accuracy", grad=False)
def accuracy(label, pred, axis=1):
    """How many predictions are right; scores are turned into classes along `axis` where the shapes differ."""
    if pred.shape != label.shape:
        if not -pred.ndim <= axis < pred.ndim:
            raise MXNetError(f"the predictions {pred.shape} have no axis {axis} of classes")
        pred = jnp.argmax(pred, axis=axis)
    if pred.size != label.size:
        raise ValueError(f"labels and predictions do not match: {label.size} and {pred.size}")
    return _stats(_total(cast(pred, INT32).reshape(-1) == cast(label, INT32).reshape(-1)), label.size)


@op("mx.metric_top_k", grad=False)
def top_k(label, pred, k=2):
    """How many labels are among the k classes with the highest scores."""
    n, classes = pred.shape
    if label.shape[0] != n:
        raise ValueError(f"labels and predictions do not match: {label.shape[0]} and {n}")
    best = jnp.argsort(pred.astype(jnp.float32), axis=1)[:, classes - min(k, classes):]
    return _stats(_total(best == cast(label, INT32).reshape(n, -1)), n)


@op("mx.metric_binary", grad=False)
def binary(label, pred):
    """[true positives, false positives, false negatives, true negatives, whether there are more than two labels]."""
    label = cast(label, INT32)
    if label.shape[0] != pred.shape[0]:
        raise ValueError(f"labels and predictions do not match: {label.shape[0]} and {pred.shape[0]}")
    yes, true = jnp.argmax(pred, axis=1) == 1, label.reshape(-1) == 1
    between = (label > jnp.min(label)) & (label < jnp.max(label))
    return jnp.stack([*_quadrants(yes, true), jnp.any(between).astype(jnp.float64)])


def _quadrants(yes, true):
    return _count(yes & true), _count(yes & ~true), _count(~yes & true), _count(~yes & ~true)


def _count(flags):
    return jnp.sum(flags, axis=0).astype(jnp.float64)


@op("mx.metric_classes", scalars=("threshold",), arrays=(), grad=False)
def classes(label, pred, threshold=0.5, kind="binary"):
    """Rows of [true positives, false positives, false negatives, true negatives], one column per class, and a row with how
    many labels are too large. kind: "binary", "multiclass" or "multilabel".
    """
    label = cast(label, INT32)
    if kind == "binary":
        if pred.shape != label.shape and pred.shape[-1] > 2:
            raise ValueError(f"binary scores want one or two columns of predictions, got {pred.shape}")
        if pred.shape != label.shape and pred.shape[-1] == 2:
            pred = pred.reshape(-1, 2)[:, 1]
        yes, true, bad = (pred > value(threshold, pred.dtype)).reshape(-1, 1), label.reshape(-1, 1) == 1, label > 1
        if yes.shape != true.shape:
            raise ValueError(f"labels and predictions do not match: {true.shape[0]} and {yes.shape[0]}")
    elif kind == "multiclass":
        n = pred.shape[-1]
        yes = nn.one_hot(jnp.argmax(pred, axis=-1).reshape(-1), n, dtype=bool)
        true, bad = nn.one_hot(label.reshape(-1), n, dtype=bool), label >= n
        if len(yes) != len(true):
            raise ValueError(f"labels and predictions do not match: {len(true)} and {len(yes)}")
    else:
        if pred.shape != label.shape:
            raise AssertionError(f"labels {label.shape} and predictions {pred.shape} of multilabel classification must have one shape")
        yes, true = (pred > value(threshold, pred.dtype)).reshape(-1, pred.shape[-1]), label.reshape(-1, pred.shape[-1]) == 1
        bad = jnp.zeros((), bool)
    quadrants = _quadrants(yes, true)
    return jnp.stack([*quadrants, jnp.broadcast_to(jnp.sum(bad).astype(jnp.float64), quadrants[0].shape)])


@op("mx.metric_binary_accuracy", scalars=("threshold",), grad=False)
def binary_accuracy(label, pred, threshold=0.5):
    """How many scores are above the threshold, or not, as the labels say."""
    if label.size != pred.size:
        raise ValueError(f"labels and predictions do not match: {label.size} and {pred.size}")
    yes = (pred > value(threshold, pred.dtype)).astype(INT32).reshape(-1)
    return _stats(_total(yes == cast(label, INT32).reshape(-1)), label.size)


def _column(x):
    return x.reshape(-1, 1) if x.ndim == 1 else x


def _float(x):
    return x if jnp.issubdtype(x.dtype, jnp.floating) else x.astype(jnp.float32)


@op("mx.metric_error", grad=False)
def error(label, pred, kind="mae"):
    """[mean absolute error, mean squared error or its root ("mae", "mse", "rmse") of a batch, 1]."""
    label, pred = _float(_column(label)), _float(_column(pred))
    if any(a != b and 1 not in (a, b) for a, b in zip(label.shape[::-1], pred.shape[::-1])):
        raise ValueError(f"labels {label.shape} and predictions {pred.shape} do not fit each other")
    difference = label - pred
    found = jnp.mean((jnp.abs(difference) if kind == "mae" else difference * difference).astype(jnp.float64))
    return _stats(jnp.sqrt(found) if kind == "rmse" else found, 1)


@op("mx.metric_error_2", grad=False)
def error_2(label, pred, kind="mae"):
    """[the sum over the instances of their mean absolute or squared error, their number]."""
    difference = _float(label) - _float(pred)
    n = label.shape[0]
    per = (jnp.abs(difference) if kind == "mae" else difference * difference).astype(jnp.float64).reshape(n, -1)
    return _stats(jnp.sum(jnp.mean(per, axis=-1)), n)


@op("mx.metric_distance", grad=False)
def distance(label, pred, p=2):
    """[the sum over the instances of the p-norm of label - pred, their number]."""
    n = label.shape[0]
    difference = label.reshape(n, -1).astype(jnp.float64) - pred.reshape(n, -1).astype(jnp.float64)
    return _stats(jnp.sum(jnp.sum(difference ** p, axis=-1) ** (1.0 / p)), n)


@op("mx.metric_cosine", scalars=("eps",), grad=False)
def cosine(label, pred, eps=1e-8):
    """[the sum over the instances of the cosine between label and pred along the last axis, their number]."""
    label = (label[None] if label.ndim == 1 else label).astype(jnp.float64)
    pred = (pred[None] if pred.ndim == 1 else pred).astype(jnp.float64)
    norms = jnp.linalg.norm(pred, axis=-1) * jnp.linalg.norm(label, axis=-1)
    found = jnp.sum(label * pred, axis=-1) / jnp.maximum(norms, value(eps, FLOAT64))
    return _stats(jnp.sum(found), label.size // label.shape[-1])


@op("mx.metric_likelihood", scalars=("eps",), grad=False)
def likelihood(label, pred, eps=1e-12):
    """[the sum over the instances of -log(their label's probability + eps), their number, how many labels are no class]."""
    label, n = label.reshape(-1), pred.shape[0]
    if label.shape[0] != n:
        raise AssertionError(f"{label.shape[0]} labels for {n} predictions")
    label = cast(label, INT64)
    bad = (label < -pred.shape[1]) | (label >= pred.shape[1])
    found = jnp.take_along_axis(pred, jnp.where(bad, 0, label % pred.shape[1])[:, None], axis=1)
    found = _float(found)
    return _stats(_total(-jnp.log(found + value(eps, found.dtype))), n, jnp.sum(bad))


@op("mx.metric_perplexity", scalars=("eps", "ignore_label"), grad=False)
def perplexity(label, pred, eps=1e-10, ignore_label=None, axis=-1, from_logits=False):
    """[the sum of -log(max(eps, probability of the label)) over the labels that are not ignored, their number]."""
    if label.size != pred.size // pred.shape[-1]:
        raise AssertionError(f"shape mismatch: {label.shape} vs. {pred.shape}")
    if pred.ndim > 2 and pred.shape[:-1] == label.shape:  # several rows of instances: MXNet goes through them one by one
        pred = pred.reshape(-1, pred.shape[-1])
    if from_logits:
        pred = nn.softmax(pred, axis=axis)
    label = label.reshape(-1)
    moved = jnp.moveaxis(pred, axis, -1)
    if pred.ndim != 2:
        raise MXNetError(f"the predictions must be (instances, classes), got {pred.shape}: reshape them")
    index = jnp.clip(cast(label, INT32), 0, moved.shape[-1] - 1)
    found = _float(jnp.take_along_axis(moved.reshape(label.size, -1), index[:, None], axis=1)[:, 0])
    count = jnp.float64(found.size)
    if ignore_label is not None:
        ignored = label == value(ignore_label, label.dtype)
        count = count - jnp.sum(ignored)
        found = jnp.where(ignored, 1, found)
    return _stats(_total(-jnp.log(jnp.maximum(value(eps, found.dtype), found))), count)


@op("mx.metric_sum", grad=False)
def sum_of(pred):
    """[the sum of the elements, their number]."""
    return _stats(_total(pred), pred.size)


@op("mx.metric_pearson", grad=False)
def pearson(label, pred):
    """[the correlation coefficient of a batch, 1]."""
    if label.shape != pred.shape:
        raise ValueError(f"labels and predictions do not match: {label.shape} and {pred.shape}")
    x, y = label.reshape(-1).astype(jnp.float64), pred.reshape(-1).astype(jnp.float64)
    x, y = x - jnp.mean(x), y - jnp.mean(y)
    return _stats(jnp.sum(x * y) / jnp.sqrt(jnp.sum(x * x) * jnp.sum(y * y)), 1)


@op("mx.metric_moments", grad=False)
def moments(held, label, pred):
    """The moments in `held`, [n, mean and sum of squared deviations of labels, of predictions, sum of products], with a batch more.

    As MXNet has it, the products are of deviations from the labels' new mean and the predictions' old one.
    """
    if label.shape != pred.shape:
        raise ValueError(f"labels and predictions do not match: {label.shape} and {pred.shape}")
    n, mean_l, sse_l, mean_p, sse_p, products = held
    x, y = label.reshape(-1).astype(jnp.float64), pred.reshape(-1).astype(jnp.float64)
    total = n + x.size
    new_l, new_p = mean_l + jnp.sum((x - mean_l) / total), mean_p + jnp.sum((y - mean_p) / total)
    return jnp.stack([total, new_l, sse_l + jnp.sum((x - mean_l) * (x - new_l)), new_p, sse_p + jnp.sum((y - mean_p) * (y - new_p)),
                      products + jnp.sum((x - new_l) * (y - mean_p))])


def _safe(a, b):
    return jnp.where(b > 0, a / jnp.where(b > 0, b, 1), 0)


@op("mx.metric_f1", grad=False)
def f1(counts):
    """[the F1 score of what `binary` counted, 1, whether there are more than two labels]."""
    tp, fp, fn, _, bad = counts
    precision, recall = _safe(tp, tp + fp), _safe(tp, tp + fn)
    return _stats(_safe(2 * precision * recall, precision + recall), 1, bad)


@op("mx.metric_mcc", grad=False)
def mcc(counts):
    """[Matthews's correlation coefficient of what `binary` counted, 1, whether there are more than two labels].

    Sums of 0 in the denominator count as 1.
    """
    tp, fp, fn, tn, bad = counts
    below = 1.0
    for sum_ in (tp + fp, tp + fn, tn + fp, tn + fn):
        below = below * jnp.where(sum_ == 0, 1, sum_)
    return _stats((tp * tn - fp * fn) / jnp.sqrt(below), 1, bad)
