"""mx.kvstore, mx.kv: values shared between devices and processes (MXNet: mxnet.kvstore)."""
from ..absent import missing as _missing
from ..absent import parts as _parts
from .base import KVStoreBase as KVStoreBase
from .base import updates_on_store as updates_on_store
from .kvstore import KVStore as KVStore
from .kvstore import create as create

__all__ = ["KVStore", "KVStoreBase", "create"]
_parts(__name__, "base kvstore")
__getattr__ = _missing("mx.kvstore", __name__, __all__)
