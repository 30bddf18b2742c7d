"""How the kernel of a convolution moves over its input."""
from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
from jax import lax


@dataclass(frozen=True)
class Window:
    """How a kernel moves over its input (N, C, *sizes): per axis of space one number, `pad` a pair.

    sizes: of the input.  kernel, stride, dilate, pad: as usual, pad on both sides, maybe negative.  groups: of channels.
    """

    sizes: tuple[int, ...]
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    dilate: tuple[int, ...]
    pad: tuple[tuple[int, int], ...]
    groups: int = 1

    @property
    def reach(self) -> tuple[int, ...]:
        return tuple([d * (k - 1) + 1 for d, k in zip(self.dilate, self.kernel, strict=True)])

    @property
    def out(self) -> tuple[int, ...]:
        return tuple([(n + lo + hi - r) // s + 1 for n, (lo, hi), r, s in
                      zip(self.sizes, self.pad, self.reach, self.stride, strict=True)])


def padded(x, at: Window, first=2):
    """x, whose axes of space begin with `first`, and the padding."""
    pads = [(0, 0, 0)] * x.ndim
    pads[first:first + len(at.pad)] = [(lo, hi, 0) for lo, hi in at.pad]
    return lax.pad(x, jnp.zeros((), x.dtype), pads)
