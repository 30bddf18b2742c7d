"""Inception v3 (Szegedy et al., "Rethinking the inception architecture for computer vision", 2015)."""
from __future__ import annotations

from ... import nn
from .parts import Network, loaded, row, side_by_side

__all__ = ["Inception3", "inception_v3"]


def _conv(channels, kernel_size=1, strides=1, padding=0):
    """A convolution without bias, BatchNorm, relu."""
    return row(nn.Conv2D(channels, kernel_size, strides, padding, use_bias=False), nn.BatchNorm(epsilon=0.001), nn.Activation("relu"))


def _wide(channels, n=7):
    return _conv(channels, (1, n), padding=(0, n // 2))


def _tall(channels, n=7):
    return _conv(channels, (n, 1), padding=(n // 2, 0))


def _averaged(channels):
    return row(nn.AvgPool2D(pool_size=3, strides=1, padding=1), _conv(channels))


def _halved():
    return row(nn.MaxPool2D(pool_size=3, strides=2))


def _a(pooled):
    return [row(_conv(64)), row(_conv(48), _conv(64, 5, padding=2)),
            row(_conv(64), _conv(96, 3, padding=1), _conv(96, 3, padding=1)), _averaged(pooled)]


def _b():
    return [row(_conv(384, 3, 2)), row(_conv(64), _conv(96, 3, padding=1), _conv(96, 3, 2)), _halved()]


def _c(n):
    return [row(_conv(192)), row(_conv(n), _wide(n), _tall(192)),
            row(_conv(n), _tall(n), _wide(n), _tall(n), _wide(192)), _averaged(192)]


def _d():
    return [row(_conv(192), _conv(320, 3, 2)), row(_conv(192), _wide(192), _tall(192), _conv(192, 3, 2)), _halved()]


def _split(*blocks):
    """Blocks, then 384 channels of wide and 384 of tall convolutions."""
    return row(row(*blocks), side_by_side(row(_wide(384, 3)), row(_tall(384, 3))))


def _e():
    return [row(_conv(320)), _split(_conv(384)), _split(_conv(448), _conv(384, 3, padding=1)), _averaged(192)]


_STAGES = [("A1_", _a, 32), ("A2_", _a, 64), ("A3_", _a, 64), ("B_", _b), ("C1_", _c, 128), ("C2_", _c, 160), ("C3_", _c, 160),
           ("C4_", _c, 192), ("D_", _d), ("E1_", _e), ("E2_", _e)]


class Inception3(Network):
    """Inception v3. classes: how many outputs.

    Inputs: (N, 3, 299, 299), or as large that 8x8 are left at the end.  Outputs: (N, classes).
    """

    def __init__(self, classes=1000, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.features = row(_conv(32, 3, 2), _conv(32, 3), _conv(64, 3, padding=1), nn.MaxPool2D(pool_size=3, strides=2),
                                _conv(80), _conv(192, 3), nn.MaxPool2D(pool_size=3, strides=2))
            for prefix, branches, *arguments in _STAGES:
                stage = side_by_side(prefix=prefix)
                with stage.name_scope():
                    stage.add(*branches(*arguments))
                self.features.add(stage)
            self.features.add(nn.AvgPool2D(pool_size=8), nn.Dropout(0.5))
            self.output = nn.Dense(classes)


def inception_v3(pretrained=False, ctx=None, root=None, device=None, **kwargs):
    """Inception v3; arguments: see alexnet."""
    return loaded(Inception3(**kwargs), "inceptionv3", pretrained, ctx, root, device)
