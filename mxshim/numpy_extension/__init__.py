"""mx.npx: operators beyond NumPy, and the switches of np semantics (MXNet: mxnet.numpy_extension, following 2.0)."""
from ..absent import missing as _missing
from ..array.fill import fill as _fill
from ..device import Device as Device
from ..device import cpu as cpu
from ..device import cpu_pinned as cpu_pinned
from ..device import current_context as current_context
from ..device import current_device as current_device
from ..device import gpu as gpu
from ..device import gpu_memory_info as gpu_memory_info
from ..device import num_gpus as num_gpus
from ..device import num_tpus as num_tpus
from ..device import tpu as tpu
from ..util import is_np_array as is_np_array
from ..util import is_np_default_dtype as is_np_default_dtype
from ..util import is_np_shape as is_np_shape
from ..util import reset_np as reset_np
from ..util import set_np as set_np
from ..util import set_np_default_dtype as set_np_default_dtype
from ..util import use_np as use_np

__all__ = ["Device", "cpu", "cpu_pinned", "current_context", "current_device", "gpu", "gpu_memory_info", "image", "is_np_array",
           "is_np_default_dtype", "is_np_shape", "num_gpus", "num_tpus",
           "random", "reset_np", "set_np", "set_np_default_dtype", "tpu", "use_np"]
_fill(globals(), "npx", __name__)
from . import image as image  # noqa: E402
from . import random as random  # noqa: E402

__getattr__ = _missing("npx", __name__, __all__)
