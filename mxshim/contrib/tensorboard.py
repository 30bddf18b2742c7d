"""Metrics for TensorBoard (MXNet: mxnet.contrib.tensorboard)."""
from __future__ import annotations

import importlib

from ..absent import missing as _missing

__all__ = ["LogMetricsCallback"]
_WRITERS = ("mxboard", "tensorboardX", "torch.utils.tensorboard")


def _writer(folder):
    for name in _WRITERS:
        try:
            return importlib.import_module(name).SummaryWriter(folder)
        except ImportError:
            continue
    raise ImportError(f"mx.contrib.tensorboard writes with one of {', '.join(_WRITERS)}, and none is installed: pip install tensorboardX")


class LogMetricsCallback:
    """A callback for the ends of batches or evaluations that writes the metric where TensorBoard shows it, by epoch.

    logging_dir: the folder.  prefix: what the names of the metrics begin with, before a "-".
    Raises: ImportError if none of mxboard, tensorboardX and torch is installed, whose SummaryWriter does the work.
    """

    def __init__(self, logging_dir, prefix=None):
        self.prefix = prefix
        self.summary_writer = _writer(logging_dir)

    def __call__(self, param):
        if param.eval_metric is None:
            return
        for name, value in param.eval_metric.get_name_value():
            self.summary_writer.add_scalar(name if self.prefix is None else f"{self.prefix}-{name}", value, global_step=param.epoch)


__getattr__ = _missing("mx.contrib.tensorboard", __name__, __all__)
