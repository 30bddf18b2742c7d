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
import copy
import logging

from .. import autograd
from ..absent import missing as _missing
from ..absent import parts as _parts
from ..array.core import Array
from ..engine import spec as _spec
from ..gluon.block import HybridBlock
from ..gluon.trainer import Trainer
from ..optimizer import Optimizer
from . import lists as lists
from . import loss_scaler as loss_scaler
from .casts import Casts, dtype_of, known
from .loss_scaler import LossScaler as _LossScaler

__all__ = ["convert_hybrid_block", "init", "init_trainer", "list_conditional_fp32_ops", "list_fp32_ops", "list_loss_output_functions",
           "list_lp16_fp32_ops", "list_lp16_ops", "list_lp16_use_fp32_params", "list_widest_type_cast", "lists", "loss_scaler",
           "scale_loss", "unscale"]


def _lists(target_dtype):
    return lists.symbol_fp16 if dtype_of(target_dtype).name == "float16" else lists.symbol_bf16


def list_lp16_ops(target_dtype="float16") -> list[str]:
    """MXNet's names of the operators that compute in target_dtype."""
    found = _lists(target_dtype)
    return found.FP16_FUNCS if found is lists.symbol_fp16 else found.BF16_FUNCS


def list_fp32_ops(target_dtype="float16") -> list[str]:
    """MXNet's names of the operators that compute in float32."""
    return _lists(target_dtype).FP32_FUNCS


def list_lp16_fp32_ops(target_dtype="float16") -> list[str]:
    """MXNet's names of the operators that take either as it comes."""
    found = _lists(target_dtype)
    return found.FP16_FP32_FUNCS if found is lists.symbol_fp16 else found.BF16_FP32_FUNCS


def list_conditional_fp32_ops(target_dtype="float16") -> list[tuple]:
    """(operator, argument, values) of those that compute in float32 where the argument has one of the values."""
    return _lists(target_dtype).CONDITIONAL_FP32_FUNCS


def list_widest_type_cast(target_dtype="float16") -> list[str]:
    """MXNet's names of the operators that compute in the widest type of their inputs."""
    return _lists(target_dtype).WIDEST_TYPE_CASTS


def list_loss_output_functions(target_dtype="float16") -> list[str]:
    """MXNet's names of the losses whose gradient does not depend on what arrives at them."""
    return _lists(target_dtype).LOSS_OUTPUT_FUNCTIONS


def list_lp16_use_fp32_params(target_dtype="float16"):
    """{operator: its parameters that stay float32}; None for float16."""
    return getattr(_lists(target_dtype), "BF16_USE_FP32_PARAMS", None)


def _casts(target_dtype, low, conditional, high) -> Casts:
    """The rule that MXNet's lists make, with those that the user gives in their place."""
    target = dtype_of(target_dtype)
    low = list_lp16_ops(target) if low is None else known(low)
    high = list_fp32_ops(target) + list_loss_output_functions(target) if high is None else known(high)
    conditional = list_conditional_fp32_ops(target) if conditional is None else conditional
    known([name for name, _, _ in conditional])
    return Casts(target, low, high, list_widest_type_cast(target), conditional)


def init(target_dtype="float16", target_precision_ops=None, conditional_fp32_ops=None, fp32_ops=None, layout_optimization=False):
    """Switch mixed precision on, for the whole process and for good; a second call does nothing.

    Args:
        target_dtype: "float16" or "bfloat16".
        target_precision_ops, fp32_ops, conditional_fp32_ops: instead of MXNet's lists, see list_lp16_ops and its kin.
        layout_optimization: accepted.
    Raises: AssertionError for another dtype; MXNetError for a name that is no operator.
    """
    if _spec.casts is None:
        rule = _casts(target_dtype, target_precision_ops, conditional_fp32_ops, fp32_ops)
        logging.info("mxshim.amp: %s", rule.target.name)
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


def convert_hybrid_block(block, target_dtype="float16", target_dtype_ops=None, fp32_ops=None, conditional_fp32_ops=None,
                         excluded_sym_names=None, ctx=None, cast_optional_params=False, device=None):
    """A copy of a HybridBlock that computes in mixed precision by itself, without amp.init(): to predict.

    Args:
        target_dtype: "float16" or "bfloat16".
        target_dtype_ops, fp32_ops, conditional_fp32_ops: instead of MXNet's lists, see list_lp16_ops and its kin.
        ctx, device: where to put its parameters, by default where they are.
        cast_optional_params: accepted. Differs: parameters stay float32, the program casts them.
    Results that come from 16-bit operators are 16-bit.
    Raises: TypeError for a block that is no HybridBlock; ValueError for excluded_sym_names, as there are no symbols;
        MXNetError at a call, if forward reads values or does something else that one operator cannot stand for.
    """
    if not isinstance(block, HybridBlock):
        raise TypeError(f"amp.convert_hybrid_block needs a HybridBlock, got a {type(block).__name__}")
    if excluded_sym_names:
        raise ValueError("amp.convert_hybrid_block: excluded_sym_names names nodes of symbols, and a HybridBlock has none here; choose "
                         "operators with target_dtype_ops= and fp32_ops=")
    rule = _casts(target_dtype, target_dtype_ops, conditional_fp32_ops, fp32_ops)
    converted = copy.deepcopy(block)
    converted.hybridize(False)
    converted._casts = rule
    converted.hybridize()
    if device or ctx:
        converted.reset_ctx(device or ctx)
    return converted


_parts(__name__, "amp")
_absent = _missing("mx.amp", __name__, __all__)


def __getattr__(name):
    return _spec.casts is not None if name == "_amp_initialized" else _absent(name)  # GluonNLP asks
