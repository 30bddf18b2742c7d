"""Dropout as a function of the uniform numbers that decide it; who draws them is no concern of operators."""
from __future__ import annotations

import numpy as onp
from jax import lax

from ...base import FLOAT32, MXNetError
from ...engine.op import op
from ..axes import number
from ..primitives import of, to, where
from .spatial import floats_only

_X = onp.array([[1., -2., 0.5], [3., 0.25, -1.]], "float32")
_U = onp.array([[0.1, 0.9, 0.3], [0.7, 0.2, 0.55]], "float32")


@op("mx.dropout", scalars=("p",), elementwise=True, samples={"args": [
    ((_X, _U), {"p": 0.4}), ((_X, _U[:, :1]), {"p": 0.25}), ((_X, _U), {"p": 1.0})]})
def dropout(data, mask_uniform, p=0.5):
    """data / (1 - p) where mask_uniform < 1 - p, else 0 (Srivastava et al., 2014).

    mask_uniform: numbers in [0, 1), data's shape or 1 in places (variational dropout).  p: from 0 to 1; 1 drops everything.
    Raises: MXNetError if data is not floating or the shapes do not fit.
    """
    floats_only(data)
    u = mask_uniform
    if u.ndim != data.ndim or any(m not in (1, n) for m, n in zip(u.shape, data.shape, strict=True)):
        raise MXNetError(f"`mask_uniform` must have data's shape {data.shape}, or 1 in places, got {u.shape}")
    p = number(p, FLOAT32)
    keep = lax.sub(of(1, p), p)  # in float32, as MXNet: it decides which of the drawn numbers count
    some = lax.gt(keep, of(0, p))
    scale = where(some, lax.div(of(1, p), where(some, keep, 1)), 0)
    return where(lax.le(u, to(keep, u.dtype)), lax.mul(data, to(scale, data.dtype)), 0)
