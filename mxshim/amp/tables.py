"""MXNet's lists of operators, by the 16-bit dtype, and the rule that they make."""
from __future__ import annotations

from . import lists
from .casts import Casts, dtype_of, known


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


def rule_of(target_dtype, low, conditional, high) -> Casts:
    """The rule that MXNet's lists make, with those that the user gives in their place."""
    target = dtype_of(target_dtype)
    low = list_lp16_ops(target) if low is None else known(low)
    high = list_fp32_ops(target) + list_loss_output_functions(target) if high is None else known(high)
    conditional = list_conditional_fp32_ops(target) if conditional is None else conditional
    known([name for name, _, _ in conditional])
    return Casts(target, low, high, list_widest_type_cast(target), conditional)


__all__ = ["list_conditional_fp32_ops", "list_fp32_ops", "list_loss_output_functions", "list_lp16_fp32_ops", "list_lp16_ops",
           "list_lp16_use_fp32_params", "list_widest_type_cast", "rule_of"]
