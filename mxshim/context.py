"""MXNet 1.x's name for `mxshim.device`."""
from .device import Context as Context
from .device import Device as Device
from .device import cpu as cpu
from .device import cpu_pinned as cpu_pinned
from .device import current_context as current_context
from .device import current_device as current_device
from .device import gpu as gpu
from .device import gpu_memory_info as gpu_memory_info
from .device import num_gpus as num_gpus
from .device import num_tpus as num_tpus
from .device import tpu as tpu
