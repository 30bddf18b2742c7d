"""Which operators compute with 16 bits, which with 32 (MXNet: mxnet.amp.lists)."""
from . import symbol_bf16 as symbol_bf16
from . import symbol_fp16 as symbol_fp16

__all__ = ["symbol_bf16", "symbol_fp16"]
