"""mxshim: code written for Apache MXNet runs unchanged on JAX.

    import mxshim as mx
    from mxshim import np, npx, nd, autograd
"""
import gc as _gc
import importlib as _importlib
import sys as _sys
from typing import TYPE_CHECKING as _TYPE_CHECKING

_collects = _gc.isenabled()
_gc.disable()  # while JAX and the operators are made, of which nothing is garbage: a tenth of the time
try:
    from . import ops as _ops  # noqa: F401  # first: declares the operators that everything below is filled from
finally:
    if _collects:
        if _gc.get_freeze_count() < 1000:  # by nobody but Python, which freezes a few hundred objects when it starts
            # What has been made is old at once: else it would be gone through once for each generation.
            _gc.freeze()
            _gc.unfreeze()
        _gc.enable()

# isort: split
from . import array as _array  # noqa: E402, F401
from .array import nd_array as _nd_array  # noqa: E402
from .array import numpy_array as _numpy_array  # noqa: E402

_numpy_array.finish()
_nd_array.finish()

from . import operator as operator  # noqa: E402  # declares nd.Custom, before mx.nd is filled

# isort: split
from . import attribute as attribute  # noqa: E402
from . import autograd as autograd  # noqa: E402
from . import base as base  # noqa: E402
from . import context as context  # noqa: E402
from . import device as device  # noqa: E402
from . import dlpack as dlpack  # noqa: E402
from . import engine as engine  # noqa: E402
from . import error as error  # noqa: E402
from . import initializer as initializer  # noqa: E402
from . import libinfo as libinfo  # noqa: E402
from . import log as log  # noqa: E402
from . import lr_scheduler as lr_scheduler  # noqa: E402
from . import name as name  # noqa: E402
from . import ndarray as ndarray  # noqa: E402
from . import numpy as numpy  # noqa: E402
from . import numpy_extension as numpy_extension  # noqa: E402
from . import optimizer as optimizer  # noqa: E402
from . import random as random  # noqa: E402
from . import registry as registry  # noqa: E402
from . import util as util  # noqa: E402
from .absent import missing as _missing  # noqa: E402
from .alias import install as install  # noqa: E402
from .alias import uninstall as uninstall  # noqa: E402
from .attribute import AttrScope as AttrScope  # noqa: E402
from .base import MXNetError as MXNetError  # noqa: E402
from .device import Context as Context  # noqa: E402
from .device import Device as Device  # noqa: E402
from .device import cpu as cpu  # noqa: E402
from .device import cpu_pinned as cpu_pinned  # noqa: E402
from .device import current_context as current_context  # noqa: E402
from .device import current_device as current_device  # noqa: E402
from .device import gpu as gpu  # noqa: E402
from .device import tpu as tpu  # noqa: E402
from .engine import where as where  # noqa: E402
from .engine.program import configure as _configure  # noqa: E402
from .ipython import load_ipython_extension as load_ipython_extension  # noqa: E402
from .ipython import unload_ipython_extension as unload_ipython_extension  # noqa: E402
from .util import is_np_array as is_np_array  # noqa: E402
from .util import is_np_default_dtype as is_np_default_dtype  # noqa: E402
from .util import is_np_shape as is_np_shape  # noqa: E402
from .util import np_array as np_array  # noqa: E402
from .util import np_default_dtype as np_default_dtype  # noqa: E402
from .util import np_shape as np_shape  # noqa: E402
from .util import set_np_shape as set_np_shape  # noqa: E402
from .util import use_np as use_np  # noqa: E402
from .util import use_np_array as use_np_array  # noqa: E402
from .util import use_np_default_dtype as use_np_default_dtype  # noqa: E402
from .util import use_np_shape as use_np_shape  # noqa: E402

nd, np, npx, rnd, init = ndarray, numpy, numpy_extension, random, initializer
ndarray.np, ndarray.npx = numpy, numpy_extension  # F.np and F.npx of hybrid_forward
ndarray.numpy, ndarray.numpy_extension, numpy.multiarray = numpy, numpy_extension, numpy
for _place in ("ndarray.numpy", "ndarray.numpy_extension", "numpy.multiarray"):  # MXNet's addresses within
    _sys.modules[f"{__name__}.{_place}"] = getattr(globals()[_place.split(".")[0]], _place.split(".")[1])
__version__ = libinfo.__version__  # the MXNet release that programs see; importlib.metadata.version("mxshim") is our own

_configure()

if _TYPE_CHECKING:
    from . import amp as amp
    from . import callback as callback
    from . import contrib as contrib
    from . import executor as executor
    from . import executor_manager as executor_manager
    from . import gluon as gluon
    from . import image as image
    from . import io as io
    from . import kvstore as kvstore
    from . import metric as metric
    from . import model as model
    from . import module as module
    from . import monitor as monitor
    from . import ndarray_doc as ndarray_doc
    from . import profiler as profiler
    from . import recordio as recordio
    from . import rnn as rnn
    from . import runtime as runtime
    from . import symbol as symbol
    from . import symbol_doc as symbol_doc
    from . import test_utils as test_utils
    from . import visualization as visualization

_LATER = {_name: _name for _name in (
    "amp", "callback", "contrib", "executor", "executor_manager", "gluon", "image", "io", "kvstore", "metric", "model", "module", "monitor",
    "ndarray_doc", "profiler", "recordio", "rnn", "runtime", "symbol", "symbol_doc", "test_utils",
    "visualization")}  # imported when they are asked for: a short start
_LATER |= {"img": "image", "kv": "kvstore", "mod": "module", "mon": "monitor", "sym": "symbol", "viz": "visualization"}
_absent = _missing("mx", __name__, [*_LATER, *[_n for _n in globals() if not _n.startswith("_")]])


def __getattr__(name):
    if name not in _LATER:
        return _absent(name)
    found = globals()[name] = _importlib.import_module(f".{_LATER[name]}", __name__)
    return found


def __dir__():
    return sorted({*globals(), *_LATER})
