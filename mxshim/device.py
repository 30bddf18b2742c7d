"""Devices: `cpu(i)`, `gpu(i)`, `tpu(i)` are names for JAX devices, looked up at first use.

MXNet: mxnet.context.Context (1.x), mxnet.device.Device (2.x); one class serves both spellings.
"""
from __future__ import annotations

import ctypes
import functools
import os
import sys
import threading

from .base import DeviceError, MXNetError

started_in: list[int] = []  # the process in which JAX was started, once it was; in forks of that XLA has no threads
_TYPE_IDS = {"cpu": 1, "gpu": 2, "cpu_pinned": 3, "cpu_shared": 5, "tpu": 6}
_CPU_KINDS = ("cpu", "cpu_pinned", "cpu_shared")
_scopes = threading.local()


class _Default(type):
    """What the class itself has."""

    @property
    def default_ctx(cls):
        """The device of this thread where no scope says another; it may be set (MXNet 1.x: mx.Context.default_ctx)."""
        return current_device()

    @default_ctx.setter
    def default_ctx(cls, device):
        _stack()[-1] = device


class Device(metaclass=_Default):
    """A place where arrays live: a type ("cpu", "gpu", "tpu", "cpu_pinned", "cpu_shared") and a number.

    Used as a context manager it is the default for arrays created inside. All cpu(i) are one memory unless JAX was given
    several CPU devices (`jax_num_cpu_devices`); then cpu(i) is the i-th of them.
    """

    __slots__ = ("__weakref__", "_jax", "device_id", "device_type")
    devtype2str = {n: s for s, n in _TYPE_IDS.items()}  # a constant table, MXNet's name
    devstr2type = _TYPE_IDS

    def __init__(self, device_type, device_id: int = 0):
        if isinstance(device_type, Device):
            device_type, device_id = device_type.device_type, device_type.device_id
        if not isinstance(device_type, str) or device_type not in _TYPE_IDS:
            raise DeviceError(f"there is no device type {device_type!r}; use one of {', '.join(_TYPE_IDS)}")
        self.device_type, self.device_id, self._jax = device_type, int(device_id), None

    @property
    def device_typeid(self) -> int:
        return _TYPE_IDS[self.device_type]

    @property
    def jax(self):
        """The JAX device. Raises: MXNetError if this machine has none such."""
        if self._jax is None:
            self._is(_find(self.device_type, self.device_id))
        return self._jax

    def _is(self, device):
        self._jax = device
        if not started_in:
            started_in.append(os.getpid())

    def __eq__(self, other):
        return isinstance(other, Device) and (self.device_type, self.device_id) == (other.device_type, other.device_id)

    def __hash__(self):
        return hash((self.device_type, self.device_id))

    def __repr__(self):
        return f"{self.device_type}({self.device_id})"

    def __enter__(self):
        stack = _stack()
        stack.append(self)
        return self

    def __exit__(self, *exc):
        _stack().pop()

    def __reduce__(self):
        return Device, (self.device_type, self.device_id)

    def empty_cache(self):
        """Give memory that is kept for later arrays back to the system. On accelerators JAX's allocator keeps its own."""
        if self.device_type in _CPU_KINDS:
            give_back()


Context = Device


def named(text: str) -> Device:
    """The device that prints as `text`: "gpu(1)"; "gpu" is gpu(0)."""
    kind, _, number = text.rstrip(")").partition("(")
    return Device(kind, int(number or 0))


def _find(kind: str, number: int):
    import jax
    if kind in _CPU_KINDS:
        _keep_memory()
        found = jax.local_devices(backend="cpu")
        return found[number] if number < len(found) else found[0]
    try:
        found = jax.local_devices(backend=kind)
    except RuntimeError:
        found = []
    if number >= len(found):
        have = f"{len(found)} of that type" if found else "none of that type"
        raise MXNetError(f"{kind}({number}) is not on this machine: JAX sees {have}. "
                         f"Use mx.cpu(), or choose with `mx.{kind}() if mx.context.num_{kind}s() else mx.cpu()`.")
    return found[number]


@functools.cache
def _libc():
    return ctypes.CDLL(None) if sys.platform == "linux" else None


@functools.cache
def _keep_memory():
    """Have the C library keep what large arrays gave back, up to 1 GB at its end, as MXNet's memory pool does.

    Otherwise every large result lies in fresh pages, and their first touch costs more than most operators: measured 22 ms
    against 4 ms to fill 50 MB. MXNET_CPU_MEM_POOL_TYPE=Unpooled, MXNet's switch, leaves the C library as it is.
    """
    mallopt = getattr(_libc(), "mallopt", None)  # glibc's
    if mallopt is not None and os.environ.get("MXNET_CPU_MEM_POOL_TYPE") != "Unpooled":
        mallopt(-4, 0)  # M_MMAP_MAX: nothing has a mapping of its own
        mallopt(-1, 1 << 30)  # M_TRIM_THRESHOLD


def give_back():
    """Give the pages that the C library keeps, and that hold nothing, back to the system."""
    trim = getattr(_libc(), "malloc_trim", None)
    if trim is not None:
        trim(0)


_named: dict = {}


def name_of(device) -> Device:
    """The name of a JAX device of this process."""
    found = _named.get(device)
    if found is None:
        import jax
        kind = device.platform if device.platform in ("cpu", "tpu") else "gpu"
        found = _named[device] = Device(kind, jax.local_devices(backend=device.platform).index(device))
        found._is(device)
    return found


def _stack() -> list:
    try:
        return _scopes.stack
    except AttributeError:
        _scopes.stack = [_CPU0]
        return _scopes.stack


def cpu(device_id: int = 0) -> Device:
    return Device("cpu", device_id)


def cpu_pinned(device_id: int = 0) -> Device:
    return Device("cpu_pinned", device_id)


def gpu(device_id: int = 0) -> Device:
    """The device_id-th GPU; naming it is always fine, using it raises MXNetError where there is none."""
    return Device("gpu", device_id)


def tpu(device_id: int = 0) -> Device:
    """The device_id-th TPU core. Differs: MXNet has no TPUs."""
    return Device("tpu", device_id)


def _count(kind: str) -> int:
    import jax
    try:
        return len(jax.local_devices(backend=kind))
    except RuntimeError:
        return 0


def num_gpus() -> int:
    return _count("gpu")


def num_tpus() -> int:
    return _count("tpu")


def gpu_memory_info(device_id: int = 0) -> tuple[int, int]:
    """(free, total) bytes of a GPU's memory, as far as JAX's allocator may use it."""
    stats = gpu(device_id).jax.memory_stats() or {}
    total = stats.get("bytes_limit", 0)
    return total - stats.get("bytes_in_use", 0), total


def current_device() -> Device:
    """The innermost `with device:` of this thread, cpu(0) outside."""
    return _stack()[-1]


def set_default_device(device: Device):
    """Make `device` the default of this thread outside all scopes."""
    _stack()[0] = device


current_context = current_device
_CPU0 = Device("cpu", 0)
