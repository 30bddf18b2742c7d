"""mx.gluon.metric: how good predictions are, batch by batch, as MXNet 2 defines it (mxnet.gluon.metric).

Differs from mx.metric, MXNet 1's: errors are means over instances, not over batches; F1 and MCC count all instances and know
more than two classes; cross entropy and perplexity take labels to ignore and scores.
"""
from __future__ import annotations

from ..metric import PCC as BasePCC
from ..metric import Accuracy as Accuracy
from ..metric import CompositeEvalMetric as BaseComposite
from ..metric import CustomMetric as BaseCustom
from ..metric import EvalMetric as EvalMetric
from ..metric import Loss as Loss
from ..metric import TopKAccuracy as TopKAccuracy
from ..metric import Torch as Torch
from ..metric import alias as alias
from ..metric import check_label_shapes as check_label_shapes
from ..metric import register as register
from ..metric.accuracy import BinaryAccuracy as BinaryAccuracy
from ..metric.base import creator, plain
from ..metric.correlation import MicroPearsonCorrelation
from ..metric.errors import InstanceMAE, InstanceMSE, InstanceRMSE
from ..metric.errors import MeanCosineSimilarity as MeanCosineSimilarity
from ..metric.errors import MeanPairwiseDistance as MeanPairwiseDistance
from ..metric.likelihood import ClassCrossEntropy, ClassPerplexity
from ..metric.scores import ClassF1, ClassMCC
from ..metric.scores import Fbeta as Fbeta
from ..numpy import arange
from .dialect import ARRAYS

__all__ = ["F1", "MAE", "MCC", "MSE", "PCC", "RMSE", "Accuracy", "BinaryAccuracy", "CompositeEvalMetric", "CrossEntropy", "CustomMetric",
           "EvalMetric", "Fbeta", "Loss", "MeanCosineSimilarity", "MeanPairwiseDistance", "PearsonCorrelation", "Perplexity",
           "TopKAccuracy", "Torch", "alias", "check_label_shapes", "create", "np", "one_hot", "predict_with_threshold", "register"]


class CustomMetric(BaseCustom):
    """A function of a batch as a metric: feval(label, pred) gives a number, or (sum, number of instances), from np arrays.

    allow_extra_outputs: there may be more predictions than labels.
    """

    _convert = staticmethod(lambda array: plain(array).as_np_ndarray())


def np(numpy_feval, name=None, allow_extra_outputs=False):
    """A metric from a function of np arrays: CustomMetric under the function's name."""
    return CustomMetric(numpy_feval, name, allow_extra_outputs)


def one_hot(idx, num):
    """An int32 array (N, num) that has 1 at idx[i] in row i and 0 elsewhere. idx: (N,), classes."""
    return (arange(num).astype(idx.dtype) == idx[:, None]).astype("int32")


def predict_with_threshold(pred, threshold=0.5):
    """Where `pred` is above a threshold, the same for all or one for each place of the last axis.

    threshold: a float, or an array whose last axis is as long as that of pred.
    Raises: ValueError for anything else; AssertionError for another length.
    """
    if isinstance(threshold, ARRAYS):
        if threshold.shape[-1] != pred.shape[-1]:
            raise AssertionError(f"predict_with_threshold: a threshold for each of {pred.shape[-1]} classes is wanted, got "
                                 f"{threshold.shape}")
    elif not isinstance(threshold, float):
        raise ValueError(f"predict_with_threshold: threshold must be a float or an array, got {type(threshold).__name__}")
    return pred > threshold


class PCC(BasePCC):
    """As mx.metric.PCC."""

    def __init__(self, name="pcc", output_names=None, label_names=None):
        super().__init__(name, output_names, label_names)


def _named(klass, name):
    """A metric under the name that users know it by."""
    klass.__name__ = klass.__qualname__ = name
    klass.__module__ = __name__
    return klass


F1, MCC = _named(ClassF1, "F1"), _named(ClassMCC, "MCC")
MAE, MSE, RMSE = _named(InstanceMAE, "MAE"), _named(InstanceMSE, "MSE"), _named(InstanceRMSE, "RMSE")
CrossEntropy, Perplexity = _named(ClassCrossEntropy, "CrossEntropy"), _named(ClassPerplexity, "Perplexity")
PearsonCorrelation = _named(MicroPearsonCorrelation, "PearsonCorrelation")
_OWN = {k.__name__.lower(): k for k in (F1, MCC, MAE, MSE, RMSE, CrossEntropy, Perplexity, PearsonCorrelation, PCC, CustomMetric, Fbeta,
                                        BinaryAccuracy, MeanCosineSimilarity, MeanPairwiseDistance)}
create = creator(_OWN, CustomMetric)
_OWN["ce"], _OWN["pearsonr"] = CrossEntropy, PearsonCorrelation


class CompositeEvalMetric(BaseComposite):
    """Several metrics that count the same batches; get() gives lists of names and values."""

    _create = staticmethod(create)


_OWN["compositeevalmetric"] = _OWN["composite"] = CompositeEvalMetric
