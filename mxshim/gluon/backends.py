"""Back ends that `optimize_for` names: XLA takes the place of all of them."""
from __future__ import annotations

import warnings

_KNOWN = ("MKLDNN", "MKLDNN_QUANTIZE", "ONEDNN", "ONEDNN_QUANTIZE", "TENSORRT", "CUDNN", "XLA", "STATIC", "DYNAMIC", "STATIC_GPU")
_told: set[str] = set()


def check_backend(backend):
    """Warn once of a back end that MXNet does not know either; as there, the graph runs without it."""
    if backend is None or str(backend).upper() in _KNOWN or backend in _told:
        return
    _told.add(backend)
    warnings.warn(f"optimize_for: the back end {backend!r} cannot be found; XLA compiles and optimizes the graph as any other. Libraries "
                  "of "
                  "back ends cannot be loaded here", stacklevel=4)
