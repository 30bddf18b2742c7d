"""Where MXNet's C++ library lies (MXNet: mxnet.libinfo): nowhere, JAX computes."""
from __future__ import annotations

__version__ = "1.9.1"  # the MXNet release that programs see, as mxshim.__version__


def find_lib_path(prefix="libmxnet") -> list[str]:
    """Raises: RuntimeError, as MXNet's where it finds no library."""
    raise RuntimeError(f"there is no {prefix}: mxshim computes with JAX, whose library is that of the package jaxlib")


def find_include_path() -> str:
    """Raises: RuntimeError, as MXNet's where it finds no headers."""
    raise RuntimeError("there are no headers of MXNet: operators in C++ are written for JAX's foreign function interface, see "
                       "jax.ffi.include_dir()")
