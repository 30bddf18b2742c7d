"""Parameters to files and back: `.params` in nd programs, `.npz` in np programs; every kind is read in both."""
from __future__ import annotations

import json
import re
from typing import Any

import numpy as onp

from .. import serialization
from ..arguments import check
from ..base import MXNetError
from ..util import is_np_array, is_np_shape
from .summary import structure


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


class Saved:
    """What blocks do with files."""

    _params: Any
    _collect_params_with_prefix: Any
    collect_params: Any

    def save_parameters(self, filename, deduplicate=False):
        """Write all parameters to a file, by structural names: .params in nd programs, .npz in np programs.

        deduplicate: write shared parameters once, under the last of their names. The file is replaced as a whole or not at all.
        """
        found = self._collect_params_with_prefix()
        if deduplicate:
            last = {id(p): name for name, p in found.items()}
            found = {name: p for name, p in found.items() if last[id(p)] == name}
        write(filename, found)

    def load_parameters(self, filename, ctx=None, allow_missing=False, ignore_extra=False, cast_dtype=False,
                        dtype_source="current", device=None):
        """Read parameters from a file of MXNet 1 or 2 (.params, .npz), by structural names or else by those of 1.x.

        Args:
            ctx, device: where to put them, by default where they are, else the CPU. Need not be initialized before.
            allow_missing: parameters that the file lacks stay.  ignore_extra: what else is in the file is skipped.
            cast_dtype: convert to the dtype of the parameter, or with dtype_source="saved" the parameter to the file's.
        Raises: AssertionError for a missing parameter, another shape or dtype; ValueError for an unknown one; nothing has
            changed then.
        """
        self._load(read(filename), repr(filename), ctx or device, allow_missing, ignore_extra, cast_dtype, dtype_source)

    def load_dict(self, param_dict, ctx=None, allow_missing=False, ignore_extra=False, cast_dtype=False, dtype_source="current",
                  device=None):
        """As load_parameters, from a dict of arrays."""
        loaded = {name.removeprefix("arg:").removeprefix("aux:"): value for name, value in given(param_dict).items()}
        self._load(loaded, "the dict", ctx or device, allow_missing, ignore_extra, cast_dtype, dtype_source)

    def _load(self, loaded, source, ctx, allow_missing, ignore_extra, cast_dtype, dtype_source):
        structural = self._collect_params_with_prefix()
        if loaded and not any(name in structural for name in loaded):
            full = {p._full_name or p._name: p for p in structural.values()}
            for names in (full, {n.removeprefix(self._params.prefix): p for n, p in full.items()}):
                if any(name in names for name in loaded):
                    structural = names
                    break
        load_into(structural, loaded, source, ctx, allow_missing, ignore_extra, cast_dtype, dtype_source)

    def save_params(self, filename):
        """Write all parameters by their names of MXNet 1, without this block's prefix. MXNet 1's way before save_parameters."""
        self.collect_params().save(filename, self._params.prefix)

    load_params = load_parameters

    def save(self, prefix):
        """Write prefix-model.json, the tree of blocks, and prefix-model.params, all parameters; `load` of an equal network reads them.

        Differs: MXNet's files hold the graphs of hybridized blocks as well; here the network's code has that. It writes the
        parameters to MyModel-model.params whatever the prefix.
        """
        self.save_parameters(f"{prefix}-model.params")
        with serialization.atomic_write(f"{prefix}-model.json") as f:
            f.write(json.dumps(structure(self), indent=2).encode())

    def load(self, prefix):
        """Read the parameters that `save` wrote into this network.

        Raises: MXNetError if prefix-model.json cannot be read; AssertionError, ValueError if the parameters do not fit.
        """
        try:
            with open(f"{prefix}-model.json", encoding="utf-8") as f:
                found = json.load(f)
        except OSError as error:
            raise MXNetError(f"{prefix}-model.json cannot be opened: {error.strerror}") from None
        except ValueError as error:
            raise MXNetError(f"{prefix}-model.json is no JSON, or was cut off: {error}") from None
        if not isinstance(found, dict):
            raise MXNetError(f"{prefix}-model.json holds no tree of blocks")
        self.load_parameters(f"{prefix}-model.params")
