"""Pixel shuffles: channels become space (Shi et al., 2016; MXNet: mxnet.gluon.nn.conv_layers)."""
from __future__ import annotations

import math
import numbers

from ...base import MXNetError
from .. import functions as f
from ..block import HybridBlock
from ..dialect import Symbol


class _PixelShuffle(HybridBlock):
    """Along each of the `n` axes of space `factor` channels become neighbours; factor: a number, or one for each axis."""

    n: int

    def __init__(self, factor, prefix=None, params=None):
        super().__init__(prefix=prefix, params=params)
        factors = (factor,) * self.n if isinstance(factor, numbers.Number) else tuple(factor)
        if len(factors) != self.n:
            raise AssertionError(f"{type(self).__name__}: factor must be a number or {self.n} numbers, got {factor}")
        self._factors = tuple([int(n) for n in factors])

    def _graph_names(self):
        return ()

    def hybrid_forward(self, F, x):
        n, factors, times = self.n, self._factors, math.prod(self._factors)
        if not isinstance(x, Symbol) and (x.ndim != n + 2 or x.shape[1] % times):
            raise MXNetError(f"{self}: data of {n + 2} axes whose second one is a multiple of {times} is needed, got shape {x.shape}")
        same, split, join = (-2, -6, -5) if x._dialect == "np" else (0, -4, -3)  # codes of reshape: graphs are for all sizes
        x = x.reshape((same, split, -1, times, *[same] * n))
        for i in range(n - 1):
            x = x.reshape((*[same] * (2 + i), split, factors[i], math.prod(factors[i + 1:]), *[same] * n))
        x = f.transpose(x, (0, 1, *[a for i in range(n) for a in (2 + n + i, 2 + i)]))  # (N, C, W1, f1, W2, f2, ...)
        return x.reshape((same, same, *[join] * n))

    def __repr__(self):
        return f"{type(self).__name__}({self._factors[0] if self.n == 1 else self._factors})"


class PixelShuffle1D(_PixelShuffle):
    """Inputs: (N, C factor, W).  Outputs: (N, C, W factor)."""

    n = 1


class PixelShuffle2D(_PixelShuffle):
    """factor: a number or two. Inputs: (N, C f1 f2, H, W).  Outputs: (N, C, H f1, W f2)."""

    n = 2


class PixelShuffle3D(_PixelShuffle):
    """factor: a number or three. Inputs: (N, C f1 f2 f3, D, H, W).  Outputs: (N, C, D f1, H f2, W f3)."""

    n = 3
