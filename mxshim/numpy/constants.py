"""Constants and dtypes of mx.np."""
import numpy as _onp

from ..base import BFLOAT16 as bfloat16

__all__ = ["NAN", "NINF", "NZERO", "PINF", "PZERO", "bfloat16", "bool", "bool_", "dtype", "e", "euler_gamma", "finfo", "float16",
           "float32", "float64", "iinfo", "inf", "int16", "int32", "int64", "int8", "integer", "nan", "newaxis", "pi",
           "set_printoptions", "uint16", "uint32", "uint64", "uint8"]

pi, e, euler_gamma = _onp.pi, _onp.e, _onp.euler_gamma
inf = PINF = float("inf")
NINF = -inf
nan = NAN = float("nan")
PZERO, NZERO = 0.0, -0.0
newaxis = None
float16, float32, float64 = _onp.dtype("float16"), _onp.dtype("float32"), _onp.dtype("float64")
int8, int16, int32, int64 = (_onp.dtype(f"int{n}") for n in (8, 16, 32, 64))
uint8, uint16, uint32, uint64 = (_onp.dtype(f"uint{n}") for n in (8, 16, 32, 64))
bool = bool_ = _onp.dtype("bool")
integer = _onp.integer
finfo, iinfo, set_printoptions = _onp.finfo, _onp.iinfo, _onp.set_printoptions


def dtype(obj):
    """The NumPy dtype that `obj` stands for."""
    return _onp.dtype(obj)
