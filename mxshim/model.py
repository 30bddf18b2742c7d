"""Models in files: a graph and its parameters (MXNet: mxnet.model)."""
from __future__ import annotations

import logging

from . import ndarray as nd
from . import symbol as sym
from .absent import missing as _missing
from .base import MXNetError
from .callback import BatchEndParam as BatchEndParam
from .optimizer import get_updater as get_updater

__all__ = ["BatchEndParam", "get_updater", "load_checkpoint", "load_params", "save_checkpoint"]


def save_checkpoint(prefix, epoch, symbol, arg_params, aux_params, remove_amp_cast=True):
    """Write prefix-symbol.json, unless symbol is None, and prefix-0001.params (the epoch's number), each whole or not at all.

    arg_params, aux_params: arrays by name.
    """
    if symbol is not None:
        symbol.save(f"{prefix}-symbol.json", remove_amp_cast=remove_amp_cast)
    found = {f"arg:{k}": v.as_in_context(v.ctx) for k, v in arg_params.items()}
    found.update({f"aux:{k}": v for k, v in aux_params.items()})
    name = f"{prefix}-{epoch:04d}.params"
    nd.save(name, found)
    logging.info('Saved checkpoint to "%s"', name)


def load_params(prefix, epoch):
    """(arguments, auxiliary states) of prefix-0001.params, dicts of arrays by name. Raises: MXNetError if the file is damaged."""
    name = f"{prefix}-{epoch:04d}.params"
    found = nd.load(name)
    if not found:
        logging.warning("Params file '%s' is empty", name)
        return {}, {}
    if not isinstance(found, dict):
        raise MXNetError(f"{name!r} holds arrays without names; a model's are named arg:... and aux:...")
    parts: dict[str, dict] = {"arg": {}, "aux": {}}
    for key, value in found.items():
        kind, _, short = key.partition(":")
        if kind in parts and short:
            parts[kind][short] = value
    return parts["arg"], parts["aux"]


def load_checkpoint(prefix, epoch):
    """(Symbol, arguments, auxiliary states) of prefix-symbol.json and prefix-0001.params. Raises: MXNetError if a file is damaged."""
    symbol = sym.load(f"{prefix}-symbol.json")
    return (symbol, *load_params(prefix, epoch))


__getattr__ = _missing("mx.model", __name__, __all__)
