"""mx.contrib.amp: where MXNet 1.9 keeps mx.amp."""
import sys as _sys

from ...absent import missing as _missing
from ...amp import convert_hybrid_block as convert_hybrid_block
from ...amp import init as init
from ...amp import init_trainer as init_trainer
from ...amp import list_conditional_fp32_ops as list_conditional_fp32_ops
from ...amp import list_fp32_ops as list_fp32_ops
from ...amp import list_loss_output_functions as list_loss_output_functions
from ...amp import list_lp16_fp32_ops as list_lp16_fp32_ops
from ...amp import list_lp16_ops as list_lp16_ops
from ...amp import list_lp16_use_fp32_params as list_lp16_use_fp32_params
from ...amp import list_widest_type_cast as list_widest_type_cast
from ...amp import lists as lists
from ...amp import loss_scaler as loss_scaler
from ...amp import scale_loss as scale_loss
from ...amp import unscale as unscale

__all__ = ["convert_hybrid_block", "init", "init_trainer", "list_conditional_fp32_ops", "list_fp32_ops", "list_loss_output_functions",
           "list_lp16_fp32_ops", "list_lp16_ops", "list_lp16_use_fp32_params", "list_widest_type_cast", "lists", "loss_scaler",
           "scale_loss", "unscale"]
# MXNet's modules in here.
for _place, _module in {"amp": _sys.modules[__name__], "lists": lists, "loss_scaler": loss_scaler}.items():
    globals()[_place] = _sys.modules[f"{__name__}.{_place}"] = _module
__getattr__ = _missing("mx.contrib.amp", __name__, __all__)
