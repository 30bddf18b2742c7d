"""DLPack (mxnet.dlpack): functions that make the functions of a dialect, as nd.from_dlpack and nd.to_dlpack_for_read are."""
from __future__ import annotations

import enum

from .array import interop
from .array.creation import nd_from_numpy, npx_from_numpy

__all__ = ["DLDeviceType", "ndarray_from_dlpack", "ndarray_from_numpy", "ndarray_to_dlpack_for_read", "ndarray_to_dlpack_for_write"]


class DLDeviceType(enum.IntEnum):
    """Kinds of devices, by DLPack's numbers."""

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
    """A function that makes an `array_cls`, nd.NDArray or np.ndarray, of anything that offers DLPack."""
    return lambda dlpack: interop.from_dlpack(dlpack, array_cls._dialect)


def ndarray_to_dlpack_for_read():
    """The function that offers an array by DLPack. Arrays here never change in place, so both ways to read them are one."""
    return interop.to_dlpack


ndarray_to_dlpack_for_write = ndarray_to_dlpack_for_read


def ndarray_from_numpy(array_cls, array_create_fn):
    """The function that makes an `array_cls` of a NumPy array: nd.from_numpy or npx.from_numpy; array_create_fn is not needed."""
    return {"nd": nd_from_numpy, "np": npx_from_numpy}[array_cls._dialect]
