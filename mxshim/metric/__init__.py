"""mx.metric: how good predictions are, batch by batch (MXNet 1: mxnet.metric). mx.gluon.metric has MXNet 2's definitions."""
from .. import ndarray as ndarray  # GluonTS finds it here
from ..absent import missing as _missing
from .accuracy import Accuracy as Accuracy
from .accuracy import TopKAccuracy as TopKAccuracy
from .base import Caffe as Caffe
from .base import CompositeEvalMetric as CompositeEvalMetric
from .base import CustomMetric as CustomMetric
from .base import EvalMetric as EvalMetric
from .base import Loss as Loss
from .base import Torch as Torch
from .base import alias as alias
from .base import check_label_shapes as check_label_shapes
from .base import create as create
from .base import from_numpy as np
from .base import register as register
from .correlation import PCC as PCC
from .correlation import PearsonCorrelation as PearsonCorrelation
from .errors import MAE as MAE
from .errors import MSE as MSE
from .errors import RMSE as RMSE
from .likelihood import CrossEntropy as CrossEntropy
from .likelihood import NegativeLogLikelihood as NegativeLogLikelihood
from .likelihood import Perplexity as Perplexity
from .scores import F1 as F1
from .scores import MCC as MCC

__all__ = ["F1", "MAE", "MCC", "MSE", "PCC", "RMSE", "Accuracy", "Caffe", "CompositeEvalMetric", "CrossEntropy", "CustomMetric",
           "EvalMetric", "Loss", "NegativeLogLikelihood", "PearsonCorrelation", "Perplexity", "TopKAccuracy", "Torch", "alias",
           "check_label_shapes", "create", "np", "register"]
__getattr__ = _missing("mx.metric", __name__, __all__)
