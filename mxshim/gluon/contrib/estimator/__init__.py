"""mx.gluon.contrib.estimator: a training loop made of parts (MXNet: mxnet.gluon.contrib.estimator)."""
from ....absent import parts as _parts
from .batch_processor import BatchProcessor as BatchProcessor
from .checkpoint import CheckpointHandler as CheckpointHandler
from .estimator import Estimator as Estimator
from .estimator import _check_handler_metric_ref as _check_handler_metric_ref
from .estimator import _suggest_metric_for_loss as _suggest_metric_for_loss
from .event_handler import BatchBegin as BatchBegin
from .event_handler import BatchEnd as BatchEnd
from .event_handler import EarlyStoppingHandler as EarlyStoppingHandler
from .event_handler import EpochBegin as EpochBegin
from .event_handler import EpochEnd as EpochEnd
from .event_handler import EventHandler as EventHandler
from .event_handler import GradientUpdateHandler as GradientUpdateHandler
from .event_handler import LoggingHandler as LoggingHandler
from .event_handler import MetricHandler as MetricHandler
from .event_handler import StoppingHandler as StoppingHandler
from .event_handler import TrainBegin as TrainBegin
from .event_handler import TrainEnd as TrainEnd
from .event_handler import ValidationHandler as ValidationHandler
from .event_handler import _check_metrics as _check_metrics

__all__ = ["BatchBegin", "BatchEnd", "BatchProcessor", "CheckpointHandler", "EarlyStoppingHandler", "EpochBegin", "EpochEnd", "Estimator",
           "EventHandler", "GradientUpdateHandler", "LoggingHandler", "MetricHandler", "StoppingHandler", "TrainBegin", "TrainEnd",
           "ValidationHandler"]
_parts(__name__, "event_handler utils", event_handler="CheckpointHandler")
