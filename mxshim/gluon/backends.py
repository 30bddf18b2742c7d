"""Back ends that `optimize_for` and `hybridize` name: XLA takes the place of all of them."""
from __future__ import annotations

from ..base import MXNetError

_KNOWN = ("MKLDNN", "MKLDNN_QUANTIZE", "ONEDNN", "ONEDNN_QUANTIZE", "TENSORRT", "CUDNN", "XLA", "STATIC", "DYNAMIC", "STATIC_GPU")


def check_backend(backend):
    """Raises: MXNetError for the name of a back end that MXNet does not know either."""
    if backend is None or str(backend).upper() in _KNOWN:
        return
    raise MXNetError(f"optimize_for: there is no back end {backend!r}; here XLA compiles and optimizes every graph, and MXNet's "
                     "names (MKLDNN, ONEDNN, TensorRT) are accepted. Libraries of back ends cannot be loaded: leave the call out")
