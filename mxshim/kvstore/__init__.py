"""mx.kvstore, mx.kv: values shared between devices and processes (MXNet: mxnet.kvstore)."""
from ..absent import missing as _missing
from . import base as base
from .base import KVStoreBase as KVStoreBase
from .kvstore import KVStore as KVStore
from .kvstore import create as create

__all__ = ["KVStore", "KVStoreBase", "create"]
vars(base)["create"] = create  # MXNet's place of it
__getattr__ = _missing("mx.kvstore", __name__, __all__)
