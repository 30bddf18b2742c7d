"""mx.amp: automatic mixed precision, 16-bit products and 32-bit sums (MXNet: mxnet.amp, in 1.9 mxnet.contrib.amp).

    amp.init()                                   # before the first step
    amp.init_trainer(trainer)                    # for float16; bfloat16 needs no scaling
    with autograd.record():
        loss = loss_fn(net(x), y)
        with amp.scale_loss(loss, trainer) as scaled:
            autograd.backward(scaled)
    trainer.step(batch_size)                     # skipped if a gradient is inf or nan

Weights and gradients stay float32. Operators cast their inputs as MXNet's `lists` say, on all devices: MXNet leaves float16 on CPUs as
it is. nd.SoftmaxOutput and its kin, whose gradient ignores the loss, are not scaled: use gluon.loss.
"""
from __future__ import annotations

import contextlib
import logging

from .. import autograd
from ..absent import missing as _missing
from ..absent import parts as _parts
from ..array.core import Array
from ..engine import spec as _spec
from ..gluon.trainer import Trainer
from ..optimizer import Optimizer
from . import lists as lists
from . import loss_scaler as loss_scaler
from .converting import convert_bucketing_module as convert_bucketing_module
from .converting import convert_hybrid_block as convert_hybrid_block
from .converting import convert_model as convert_model
from .converting import convert_symbol as convert_symbol
from .loss_scaler import LossScaler as _LossScaler
from .tables import list_conditional_fp32_ops as list_conditional_fp32_ops
from .tables import list_fp32_ops as list_fp32_ops
from .tables import list_loss_output_functions as list_loss_output_functions
from .tables import list_lp16_fp32_ops as list_lp16_fp32_ops
from .tables import list_lp16_ops as list_lp16_ops
from .tables import list_lp16_use_fp32_params as list_lp16_use_fp32_params
from .tables import list_widest_type_cast as list_widest_type_cast
from .tables import rule_of as _rule_of

__all__ = ["convert_bucketing_module", "convert_hybrid_block", "convert_model", "convert_symbol", "init", "init_trainer",
           "list_conditional_fp32_ops", "list_fp32_ops", "list_loss_output_functions", "list_lp16_fp32_ops", "list_lp16_ops",
           "list_lp16_use_fp32_params", "list_widest_type_cast", "lists", "loss_scaler", "scale_loss", "unscale"]


def init(target_dtype="float16", target_precision_ops=None, conditional_fp32_ops=None, fp32_ops=None, layout_optimization=False):
    """Switch mixed precision on, for the whole process and for good; a second call does nothing.

    Args:
        target_dtype: "float16" or "bfloat16".
        target_precision_ops, fp32_ops, conditional_fp32_ops: instead of MXNet's lists, see list_lp16_ops and its kin.
        layout_optimization: accepted.
    Raises: AssertionError for another dtype; MXNetError for a name that is no operator.
    """
    if _spec.casts is None:
        rule = _rule_of(target_dtype, target_precision_ops, conditional_fp32_ops, fp32_ops)
        logging.info("Using AMP")
        _spec.set_casts(rule)


def init_trainer(optimizer_or_trainer):
    """Give a Trainer a LossScaler of its own; its steps skip updates whose gradients are inf or nan.

    Raises: AssertionError before init(); TypeError for anything but a gluon.Trainer.
    """
    if _spec.casts is None:
        raise AssertionError("amp.init_trainer: call amp.init() first")
    trainer = optimizer_or_trainer
    if not isinstance(trainer, Trainer):
        what = "an optimizer: make a Trainer with it" if isinstance(trainer, Optimizer) else f"a {type(trainer).__name__}"
        raise TypeError(f"amp.init_trainer needs a gluon.Trainer, got {what}")
    trainer._amp_loss_scaler, trainer._amp_original_scale = _LossScaler(), trainer._scale


def _scaler(trainer, what):
    found = getattr(trainer, "_amp_loss_scaler", None)
    if found is None:
        raise AttributeError(f"amp.{what}: this {type(trainer).__name__} has no loss scaler; call amp.init_trainer(trainer) first")
    return found


@contextlib.contextmanager
def scale_loss(loss, optimizer_or_trainer):
    """`with amp.scale_loss(loss, trainer) as scaled:` gives the loss, or the list of losses, times the trainer's loss scale.

    The trainer's next step divides the gradients by it. Raises: AttributeError without init_trainer.
    """
    trainer = optimizer_or_trainer
    scale = _scaler(trainer, "scale_loss").loss_scale
    trainer._scale = trainer._amp_original_scale / scale
    yield loss * scale if isinstance(loss, Array) else type(loss)(one * scale for one in loss)


def unscale(optimizer_or_trainer):
    """Divide the gradients by the loss scale now, to clip them before trainer.step(). Raises: AttributeError without init_trainer."""
    trainer = optimizer_or_trainer
    _scaler(trainer, "unscale")
    with autograd.pause():
        for p in trainer._params:
            if p.grad_req != "null":
                for g in p.list_grad():
                    g *= trainer._scale
    trainer._scale = trainer._amp_original_scale


_parts(__name__, "amp")
_absent = _missing("mx.amp", __name__, __all__)


def __getattr__(name):
    return _spec.casts is not None if name == "_amp_initialized" else _absent(name)  # GluonNLP asks
