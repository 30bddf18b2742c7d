"""Parameters to files and back: `.params` in nd programs, `.npz` in np programs; every kind is read in both."""
from __future__ import annotations

import re

import numpy as onp

from .. import serialization
from ..arguments import check
from ..base import MXNetError
from ..util import is_np_array, is_np_shape


class CannotOpen(MXNetError, ValueError):
    """A file of parameters is not there: an MXNetError in MXNet 1, a ValueError in MXNet 2."""


def write(filename, parameters):
    """Write {name: Parameter} to a file, whole or not at all. Raises: RuntimeError if one is not initialized."""
    check("saving parameters", "filename", filename, "a file's name")
    arrays = [p._reduce().asnumpy() for p in parameters.values()]
    if is_np_array():
        serialization.save_npz(filename, arrays, list(parameters))
    else:
        serialization.save_params(filename, arrays, list(parameters), np_shape=is_np_shape())


def read(filename) -> dict[str, onp.ndarray]:
    """The arrays of a file by name, without the "arg:" and "aux:" of exported models.

    Raises: MXNetError if the file cannot be read, is damaged or has no names; ValueError for sparse arrays.
    """
    check("loading parameters", "filename", filename, "a file's name")
    try:
        arrays, names = serialization.load_params(filename)
    except MXNetError as error:
        if isinstance(error.__cause__, OSError):
            raise CannotOpen(str(error)) from error.__cause__
        raise
    if arrays and not names:
        raise MXNetError(f"{filename!r} holds arrays without names; parameters are found by name")
    for name, a in zip(names, arrays, strict=True):
        if not isinstance(a, onp.ndarray):
            raise ValueError(f"{filename!r}: {name!r} is sparse; parameters are dense")
    return {re.sub("^(arg|aux):", "", name): a for name, a in zip(names, arrays, strict=True)}


def plain(value) -> onp.ndarray:
    """An array of any kind, or a Parameter, as a NumPy array."""
    value = value._reduce() if hasattr(value, "_reduce") else value
    return value.asnumpy() if hasattr(value, "asnumpy") else onp.asarray(value)


def given(param_dict) -> dict[str, onp.ndarray]:
    """The arrays of a dict as NumPy's. Raises: ArgumentTypeError if it is none."""
    check("load_dict", "param_dict", param_dict, "a dict of arrays")
    return {name: plain(value) for name, value in param_dict.items()}


def load_into(parameters, loaded, source, ctx, allow_missing, ignore_extra, cast_dtype, dtype_source):
    """Give {name: Parameter} the arrays of {name: array}; all is checked before anything changes.

    A parameter with several names needs one of them.  ctx: a device or a list, None to leave each where it is.
    Raises: AssertionError for a missing name, another shape or dtype, an unknown dtype_source; ValueError for a name too many.
    """
    from .parameter import devices_of
    if dtype_source not in ("current", "saved"):
        raise AssertionError(f"dtype_source must be 'current' or 'saved', got {dtype_source!r}")
    present = {id(parameters[name]) for name in loaded if name in parameters}
    if not allow_missing:
        for name, p in parameters.items():
            if id(p) not in present:
                raise AssertionError(f"parameter '{name}' is missing in {source}, which has {_list(loaded)}. Pass "
                                     "allow_missing=True to leave it as it is")
    if not ignore_extra:
        for name in loaded:
            if name not in parameters:
                raise ValueError(f"'{name}' in {source} is no parameter of this network, which has {_list(parameters)}. Pass "
                                 "ignore_extra=True to skip it")
    taken = {name: value for name, value in loaded.items() if name in parameters}
    for name, value in taken.items():
        parameters[name]._check_load(value, source, cast_dtype)
    devices = None if ctx is None else devices_of(ctx)
    for name, value in taken.items():
        parameters[name]._load(value, devices, dtype_source)


def _list(names) -> str:
    names = [f"'{n}'" for n in names]
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "") or "none"
