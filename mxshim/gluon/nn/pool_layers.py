"""Pooling over 1, 2 or 3 axes of space, and padding of images (MXNet: mxnet.gluon.nn.conv_layers).

Shared arguments: `pool_size`, `strides` (by default pool_size) and `padding`, one number or one for each axis of space; `layout`,
where the axes of the data lie; `ceil_mode`, whether a last window that is only partly filled counts.
"""
from __future__ import annotations

import numbers

from .. import functions as f
from ..block import HybridBlock
from .spatial import layout_in, sizes

_LAYOUTS = {1: ("NCW", "NWC"), 2: ("NCHW", "NHWC"), 3: ("NCDHW", "NDHWC")}


class _Pooling(HybridBlock):
    """What all pooling layers share; `n` is the number of axes of space, `kind` "max" or "avg"."""

    n: int
    kind: str

    def __init__(self, pool_size, strides, padding, ceil_mode, layout, count_include_pad=None, everything=False, **kwargs):
        super().__init__(**kwargs)
        layout_in(self, layout, _LAYOUTS[self.n])
        pool_size = sizes(self, "pool_size", pool_size)
        self._kwargs = {"kernel": pool_size, "stride": pool_size if strides is None else sizes(self, "strides", strides),
                        "pad": sizes(self, "padding", padding), "global_pool": everything, "pool_type": self.kind, "layout": layout,
                        "pooling_convention": "full" if ceil_mode else "valid"}
        if count_include_pad is not None:
            self._kwargs["count_include_pad"] = count_include_pad

    def _alias(self):
        return "pool"

    def hybrid_forward(self, F, x):
        return f.pooling(x, **self._kwargs)

    def __repr__(self):
        k = self._kwargs
        return (f"{type(self).__name__}(size={k['kernel']}, stride={k['stride']}, padding={k['pad']}, "
                f"ceil_mode={k['pooling_convention'] == 'full'}, global_pool={k['global_pool']}, pool_type={k['pool_type']}, "
                f"layout={k['layout']})")


class MaxPool1D(_Pooling):
    """The maximum of each window. Inputs: (N, C, W).  Outputs: (N, C, W'), W' = floor((W + 2 padding - pool_size) / strides) + 1."""

    n, kind = 1, "max"

    def __init__(self, pool_size=2, strides=None, padding=0, layout="NCW", ceil_mode=False, **kwargs):
        super().__init__(pool_size, strides, padding, ceil_mode, layout, **kwargs)


class MaxPool2D(_Pooling):
    """The maximum of each window. Inputs: (N, C, H, W).  Outputs: the same with sizes as in MaxPool1D."""

    n, kind = 2, "max"

    def __init__(self, pool_size=(2, 2), strides=None, padding=0, layout="NCHW", ceil_mode=False, **kwargs):
        super().__init__(pool_size, strides, padding, ceil_mode, layout, **kwargs)


class MaxPool3D(_Pooling):
    """The maximum of each window. Inputs: (N, C, D, H, W).  Outputs: the same with sizes as in MaxPool1D."""

    n, kind = 3, "max"

    def __init__(self, pool_size=(2, 2, 2), strides=None, padding=0, ceil_mode=False, layout="NCDHW", **kwargs):
        super().__init__(pool_size, strides, padding, ceil_mode, layout, **kwargs)


class AvgPool1D(_Pooling):
    """The mean of each window, zeros of the padding included unless count_include_pad=False.

    Inputs: (N, C, W).  Outputs: (N, C, W'), as in MaxPool1D.
    """

    n, kind = 1, "avg"

    def __init__(self, pool_size=2, strides=None, padding=0, layout="NCW", ceil_mode=False, count_include_pad=True, **kwargs):
        super().__init__(pool_size, strides, padding, ceil_mode, layout, count_include_pad, **kwargs)


class AvgPool2D(_Pooling):
    """The mean of each window; see AvgPool1D. Inputs: (N, C, H, W).  Outputs: the same with sizes as in MaxPool1D."""

    n, kind = 2, "avg"

    def __init__(self, pool_size=(2, 2), strides=None, padding=0, ceil_mode=False, layout="NCHW", count_include_pad=True,
                 **kwargs):
        super().__init__(pool_size, strides, padding, ceil_mode, layout, count_include_pad, **kwargs)


class AvgPool3D(_Pooling):
    """The mean of each window; see AvgPool1D. Inputs: (N, C, D, H, W).  Outputs: the same with sizes as in MaxPool1D."""

    n, kind = 3, "avg"

    def __init__(self, pool_size=(2, 2, 2), strides=None, padding=0, ceil_mode=False, layout="NCDHW", count_include_pad=True,
                 **kwargs):
        super().__init__(pool_size, strides, padding, ceil_mode, layout, count_include_pad, **kwargs)


class _Global(_Pooling):
    def __init__(self, layout, **kwargs):
        super().__init__((1,) * self.n, None, 0, True, layout, everything=True, **kwargs)


class GlobalMaxPool1D(_Global):
    """The maximum of each channel. Inputs: (N, C, W).  Outputs: (N, C, 1)."""

    n, kind = 1, "max"

    def __init__(self, layout="NCW", **kwargs):
        super().__init__(layout, **kwargs)


class GlobalMaxPool2D(_Global):
    """The maximum of each channel. Inputs: (N, C, H, W).  Outputs: (N, C, 1, 1)."""

    n, kind = 2, "max"

    def __init__(self, layout="NCHW", **kwargs):
        super().__init__(layout, **kwargs)


class GlobalMaxPool3D(_Global):
    """The maximum of each channel. Inputs: (N, C, D, H, W).  Outputs: (N, C, 1, 1, 1)."""

    n, kind = 3, "max"

    def __init__(self, layout="NCDHW", **kwargs):
        super().__init__(layout, **kwargs)


class GlobalAvgPool1D(_Global):
    """The mean of each channel. Inputs: (N, C, W).  Outputs: (N, C, 1)."""

    n, kind = 1, "avg"

    def __init__(self, layout="NCW", **kwargs):
        super().__init__(layout, **kwargs)


class GlobalAvgPool2D(_Global):
    """The mean of each channel. Inputs: (N, C, H, W).  Outputs: (N, C, 1, 1)."""

    n, kind = 2, "avg"

    def __init__(self, layout="NCHW", **kwargs):
        super().__init__(layout, **kwargs)


class GlobalAvgPool3D(_Global):
    """The mean of each channel. Inputs: (N, C, D, H, W).  Outputs: (N, C, 1, 1, 1)."""

    n, kind = 3, "avg"

    def __init__(self, layout="NCDHW", **kwargs):
        super().__init__(layout, **kwargs)


class ReflectionPad2D(HybridBlock):
    """Images larger by `padding` pixels on each side, mirrored at the edge pixels.

    padding: a number, or eight as nd.pad takes them, the last four for top, bottom, left and right.
    Inputs: (N, C, H, W).  Outputs: (N, C, H + 2 padding, W + 2 padding).
    """

    def __init__(self, padding=0, **kwargs):
        super().__init__(**kwargs)
        if isinstance(padding, numbers.Number):
            padding = (0,) * 4 + (padding,) * 4
        if len(padding) != 8:
            raise AssertionError(f"ReflectionPad2D: padding must be a number or eight numbers, got {padding}")
        self._padding = padding

    def _graph_names(self):
        return ()

    def hybrid_forward(self, F, x):
        return f.pad(x, mode="reflect", pad_width=self._padding)
