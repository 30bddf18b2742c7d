"""What this build can do (mxnet.runtime): the features that MXNet was compiled with, answered for what runs here."""
from __future__ import annotations

import collections
import importlib.util
from pathlib import Path

import jax

__all__ = ["Feature", "Features", "feature_list"]

# MXNet's name -> the processor's flag in /proc/cpuinfo
_FLAGS = {"CPU_SSE": "sse", "CPU_SSE2": "sse2", "CPU_SSE3": "pni", "CPU_SSE4_1": "sse4_1", "CPU_SSE4_2": "sse4_2", "CPU_SSE4A": "sse4a",
          "CPU_AVX": "avx", "CPU_AVX2": "avx2", "SSE": "sse", "F16C": "f16c"}
_GPU = ("CUDA", "CUDNN", "NCCL")  # jaxlib brings them with its CUDA plugin
_THERE = ("LAPACK", "PROFILER", "DIST_KVSTORE", "INT64_TENSOR_SIZE")
# CUDA_RTC, TENSORRT, CUTENSOR, TVM_OP, CAFFE: no such back ends. OPENMP, BLAS_*, MKLDNN, ONEDNN, JEMALLOC: XLA has its own threads,
# products and memory. SIGNAL_HANDLER, DEBUG, CXX14: of MXNet's C++ library.
_ABSENT = tuple("CUDA_RTC TENSORRT CUTENSOR OPENMP JEMALLOC BLAS_OPEN BLAS_ATLAS BLAS_MKL BLAS_APPLE MKLDNN ONEDNN CAFFE CXX14 "
                "SIGNAL_HANDLER DEBUG TVM_OP".split())


class Feature:
    """A feature: its `name`, and whether it is `enabled`."""

    def __init__(self, name: str, enabled: bool):
        self.name, self.enabled = name, enabled

    def __repr__(self):
        return ("\N{HEAVY CHECK MARK} " if self.enabled else "\N{HEAVY MULTIPLICATION X} ") + self.name


def _processor() -> frozenset[str]:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:  # not Linux
        return frozenset()
    return frozenset(next((line for line in text.splitlines() if line.startswith("flags")), "").split())


def feature_list() -> list[Feature]:
    """All features of MXNet 1.9.1 and 2.0.0b1."""
    gpu = any(device.platform == "gpu" for device in jax.devices())
    flags = _processor()
    found = dict.fromkeys(_GPU, gpu) | {name: flag in flags for name, flag in _FLAGS.items()}
    found |= dict.fromkeys(_THERE, True) | {"OPENCV": importlib.util.find_spec("cv2") is not None} | dict.fromkeys(_ABSENT, False)
    return [Feature(name, enabled) for name, enabled in found.items()]


class Features(collections.OrderedDict):
    """The features by their names. Every call gives the same object."""

    instance = None

    def __new__(cls):
        if cls.instance is None:
            cls.instance = super().__new__(cls)
            super(Features, cls.instance).__init__((feature.name, feature) for feature in feature_list())
        return cls.instance

    def __init__(self):
        pass

    def __repr__(self):
        return str(list(self.values()))

    def is_enabled(self, feature_name: str) -> bool:
        """Whether a feature is there, in any case of letters. Raises: RuntimeError for a name that is none."""
        name = feature_name.upper()
        if name not in self:
            raise RuntimeError(f"Features.is_enabled: there is no feature {name!r}; there are {', '.join(self)}")
        return self[name].enabled
