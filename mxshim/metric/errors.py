"""How far predictions are from labels (MXNet: mxnet.metric, mxnet.gluon.metric)."""
from __future__ import annotations

import math

from .base import Counted, count, register

__all__ = ["MAE", "MSE", "RMSE"]


class _Error(Counted):
    """The mean over the batches of their error; arrays of one dimension count as columns."""

    _kind = ""

    def __init__(self, name=None, output_names=None, label_names=None):
        super().__init__(self._kind if name is None else name, output_names, label_names)

    def _batch(self, label, pred):
        return count("error", label, pred, kind=self._kind)


@register
class MAE(_Error):
    """The mean over the batches of the mean absolute error."""

    _kind = "mae"


@register
class MSE(_Error):
    """The mean over the batches of the mean squared error."""

    _kind = "mse"


@register
class RMSE(_Error):
    """The mean over the batches of the root of the mean squared error."""

    _kind = "rmse"


class InstanceMAE(_Error):
    """The mean over the instances of their mean absolute error."""

    _kind = "mae"

    def _batch(self, label, pred):
        return count("error_2", label, pred, kind=self._kind)


class InstanceMSE(InstanceMAE):
    """The mean over the instances of their mean squared error."""

    _kind = "mse"


class InstanceRMSE(InstanceMSE):
    """The root of the mean over the instances of their mean squared error."""

    def __init__(self, name="rmse", output_names=None, label_names=None):
        super().__init__(name, output_names, label_names)

    def _value(self, total, number):
        return math.sqrt(total / number)


class MeanPairwiseDistance(Counted):
    """The mean over the instances of the p-norm of label - pred."""

    def __init__(self, name="mpd", output_names=None, label_names=None, p=2):
        super().__init__(name, output_names, label_names)
        self.p = p

    def _batch(self, label, pred):
        return count("distance", label, pred, p=self.p)


class MeanCosineSimilarity(Counted):
    """The mean over the instances of the cosine between label and pred, along the last axis; eps: the least product of norms."""

    def __init__(self, name="cos_sim", output_names=None, label_names=None, eps=1e-8):
        super().__init__(name, output_names, label_names)
        self.eps = eps

    def _batch(self, label, pred):
        return count("cosine", label, pred, eps=self.eps)
