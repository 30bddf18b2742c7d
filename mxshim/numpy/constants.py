"""Constants and dtypes of mx.np."""
from collections import namedtuple as _namedtuple

import numpy as _onp

from ..base import BFLOAT16 as bfloat16

__all__ = ["NAN", "NINF", "NZERO", "NaN", "PINF", "PZERO", "bfloat16", "bool", "bool_", "boolean_dtypes", "dtype", "e",
           "euler_gamma", "finfo", "float16", "float32", "float64", "floating_dtypes", "iinfo", "inf", "int16", "int32", "int64",
           "int8", "integer", "integer_dtypes", "nan", "newaxis", "numeric_dtypes", "pi", "set_printoptions", "uint16", "uint32",
           "uint64", "uint8"]

pi, e, euler_gamma = _onp.pi, _onp.e, _onp.euler_gamma
inf = PINF = float("inf")
NINF = -inf
nan = NAN = NaN = float("nan")
PZERO, NZERO = 0.0, -0.0
newaxis = None
# NumPy's classes, as in 1.9.1: books call them, np.float32([0, 1]). 2.0.0b1 has NumPy's dtypes here, which compare equal.
float16, float32, float64 = _onp.float16, _onp.float32, _onp.float64
int8, int16, int32, int64 = _onp.int8, _onp.int16, _onp.int32, _onp.int64
uint8, uint16, uint32, uint64 = _onp.uint8, _onp.uint16, _onp.uint32, _onp.uint64
bool = bool_ = _onp.bool_
integer = _onp.integer
boolean_dtypes = [_onp.dtype(bool)]
integer_dtypes = [_onp.dtype(kind) for kind in (int8, int16, int32, int64, uint8, uint16, uint32, uint64)]
floating_dtypes = [_onp.dtype(kind) for kind in (float16, float32, float64)]
numeric_dtypes = integer_dtypes + floating_dtypes
finfo_obj = _namedtuple("finfo_obj", "bits eps max min smallest_normal")
iinfo_obj = _namedtuple("iinfo_obj", "bits max min")
set_printoptions = _onp.set_printoptions


def finfo(dtype):
    """The limits of a float type as Python numbers: bits, eps, max, min, smallest_normal."""
    found = _onp.finfo(dtype)
    return finfo_obj(int(found.bits), *(float(v) for v in (found.eps, found.max, found.min, found.smallest_normal)))


def iinfo(dtype):
    """The limits of an integer type as Python numbers: bits, max, min."""
    found = _onp.iinfo(dtype)
    return iinfo_obj(int(found.bits), int(found.max), int(found.min))


def dtype(obj):
    """The NumPy dtype that `obj` stands for."""
    return _onp.dtype(obj)
