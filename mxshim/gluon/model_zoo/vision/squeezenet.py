"""SqueezeNet (Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size", 2016)."""
from __future__ import annotations

from ... import nn
from .parts import Network, fixed, loaded, row, side_by_side

__all__ = ["SqueezeNet", "squeezenet1_0", "squeezenet1_1"]

# Stages between poolings: the squeezed channels of their fire modules; each expands to 4 times as many, twice.
_STAGES = {"1.0": ((96, 7), ([16, 16, 32], [32, 48, 48, 64], [64])), "1.1": ((64, 3), ([16, 16], [32, 32], [48, 48, 64, 64]))}


def _convolved(channels, kernel_size, padding=0):
    return row(nn.Conv2D(channels, kernel_size, padding=padding), nn.Activation("relu"))


def _fire(squeezed):
    """A fire module: 1x1 convolutions to few channels, then 1x1 and 3x3 ones side by side."""
    return row(_convolved(squeezed, 1), side_by_side(_convolved(4 * squeezed, 1), _convolved(4 * squeezed, 3, 1)))


class SqueezeNet(Network):
    """SqueezeNet. version: "1.0", or the cheaper "1.1".  classes: how many outputs.

    Inputs: (N, 3, 224, 224), or as large that 13x13 are left at the end.  Outputs: (N, classes).
    Raises: AssertionError for another version.
    """

    def __init__(self, version, classes=1000, **kwargs):
        super().__init__(**kwargs)
        if version not in _STAGES:
            raise AssertionError(f"SqueezeNet: version must be '1.0' or '1.1', got {version!r}")
        (channels, kernel), stages = _STAGES[version]
        with self.name_scope():
            self.features = row(nn.Conv2D(channels, kernel_size=kernel, strides=2), nn.Activation("relu"))
            for stage in stages:
                self.features.add(nn.MaxPool2D(pool_size=3, strides=2, ceil_mode=True), *map(_fire, stage))
            self.features.add(nn.Dropout(0.5))
            self.output = row(nn.Conv2D(classes, kernel_size=1), nn.Activation("relu"), nn.AvgPool2D(13), nn.Flatten())


def get_squeezenet(version, pretrained=False, ctx=None, root=None, device=None, **kwargs):
    """SqueezeNet "1.0" or "1.1"; other arguments: see alexnet."""
    return loaded(SqueezeNet(version, **kwargs), f"squeezenet{version}", pretrained, ctx, root, device)


squeezenet1_0, squeezenet1_1 = [
    fixed(f"squeezenet{v.replace('.', '_')}", get_squeezenet, v, about=f"SqueezeNet {v}") for v in _STAGES]
