"""mx.dlpack: makers of the functions by which array classes exchange memory (MXNet: mxnet.dlpack, 2.0)."""
from __future__ import annotations

from enum import IntEnum

import numpy as _onp

from .array import interop as _interop
from .array.core import Array as _Array
from .array.numpy_array import ndarray as _np_array

__all__ = ["DLDeviceType", "ndarray_from_dlpack", "ndarray_from_numpy", "ndarray_to_dlpack_for_read", "ndarray_to_dlpack_for_write"]


class DLDeviceType(IntEnum):
    """DLPack's numbers for kinds of devices."""

    DLCPU = 1
    DLGPU = 2
    DLCPUPINNED = 3
    DLOPENCL = 4
    DLVULKAN = 7
    DLMETAL = 8
    DLVPI = 9
    DLROCM = 10
    DLEXTDEV = 12


def ndarray_from_dlpack(array_cls):
    """A function from_dlpack(dlpack) that makes arrays of `array_cls`, nd.NDArray or np.ndarray; see nd.from_dlpack."""
    dialect = "np" if issubclass(array_cls, _np_array) else "nd"

    def from_dlpack(dlpack):
        return _interop.from_dlpack(dlpack, dialect)

    return from_dlpack


def ndarray_to_dlpack_for_read():
    """A function that exports an array for reading; see nd.to_dlpack_for_read."""
    def to_dlpack_for_read(data):
        return _exported(data, "to_dlpack_for_read")

    return to_dlpack_for_read


def ndarray_to_dlpack_for_write():
    """A function that exports an array for writing; see nd.to_dlpack_for_write."""
    def to_dlpack_for_write(data):
        return _exported(data, "to_dlpack_for_write")

    return to_dlpack_for_write


def _exported(data, what):
    if not isinstance(data, _Array):
        raise TypeError(f"{what}: an array is needed, got {type(data).__name__}")
    return _interop.to_dlpack(data)


def ndarray_from_numpy(array_cls, array_create_fn):
    """A function from_numpy(ndarray, zero_copy=True) that makes arrays of `array_cls` by array_create_fn(ndarray, dtype=...).

    Differs: the memory is always copied, since JAX's arrays never change; so zero_copy has no effect.
    """
    def from_numpy(ndarray, zero_copy=True):
        if not isinstance(ndarray, _onp.ndarray):
            raise TypeError(f"from_numpy: a numpy.ndarray is needed, got {type(ndarray).__name__}")
        return array_create_fn(ndarray, dtype=ndarray.dtype)

    return from_numpy
