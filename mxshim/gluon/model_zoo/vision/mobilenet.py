"""MobileNet (Howard et al., 2017) and MobileNetV2 (Sandler et al., 2018)."""
from __future__ import annotations

from ... import functions as f
from ... import nn
from ...block import HybridBlock
from .parts import Network, fixed, loaded, row

__all__ = ["MobileNet", "MobileNetV2", "get_mobilenet", "get_mobilenet_v2", "mobilenet0_5", "mobilenet0_25", "mobilenet0_75",
           "mobilenet1_0", "mobilenet_v2_0_5", "mobilenet_v2_0_25", "mobilenet_v2_0_75", "mobilenet_v2_1_0"]

_MULTIPLIERS = (1.0, 0.75, 0.5, 0.25)
# Channels and stride of the separable convolutions of MobileNet; times, channels, stride, repetitions of the stages of MobileNetV2.
_SEPARABLE = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]
_INVERTED = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 2, 3), (6, 64, 2, 4), (6, 96, 1, 3), (6, 160, 2, 3), (6, 320, 1, 1)]


class RELU6(nn.HybridLambda):
    """The input held to [0, 6]."""

    def __init__(self, **kwargs):
        HybridBlock.__init__(self, **kwargs)

    def hybrid_forward(self, F, x):
        return f.clip(x, 0, 6)

    def _graph_names(self):
        return ["relu6"]

    __repr__ = HybridBlock.__repr__


def _normalized(channels, kernel=1, stride=1, pad=0, groups=1, activation=None):
    """A convolution without bias, BatchNorm, and the activation."""
    layers = [nn.Conv2D(channels, kernel, stride, pad, groups=groups, use_bias=False), nn.BatchNorm(scale=True)]
    return [*layers, activation] if activation is not None else layers


def _relu():
    return nn.Activation("relu")


class LinearBottleneck(HybridBlock):
    """MobileNetV2's block: widened t times, convolved channel by channel, narrowed; the input is added where the shapes are equal.

    in_channels, channels: of the input and the output.
    """

    def __init__(self, in_channels, channels, t, stride, **kwargs):
        super().__init__(**kwargs)
        self.use_shortcut = stride == 1 and in_channels == channels
        with self.name_scope():
            wide = in_channels * t
            self.out = nn.HybridSequential()
            self.out.add(*_normalized(wide, activation=RELU6()), *_normalized(wide, 3, stride, 1, wide, RELU6()), *_normalized(channels))

    def hybrid_forward(self, F, x):
        y = self.out(x)
        return y + x if self.use_shortcut else y


class MobileNet(Network):
    """MobileNet: convolutions channel by channel, each followed by a 1x1 convolution.

    multiplier: of the channels.  classes: how many outputs.  Inputs: (N, 3, H, W), made for 224.  Outputs: (N, classes).
    """

    def __init__(self, multiplier=1.0, classes=1000, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            channels = int(32 * multiplier)
            self.features = row(*_normalized(channels, 3, 2, 1, activation=_relu()))
            for width, stride in _SEPARABLE:
                self.features.add(*_normalized(channels, 3, stride, 1, channels, _relu()))
                channels = int(width * multiplier)
                self.features.add(*_normalized(channels, activation=_relu()))
            self.features.add(nn.GlobalAvgPool2D(), nn.Flatten())
            self.output = nn.Dense(classes)


class MobileNetV2(Network):
    """MobileNetV2: inverted residuals with linear bottlenecks.

    multiplier: of the channels.  classes: how many outputs.  Inputs: (N, 3, H, W), made for 224.  Outputs: (N, classes).
    """

    def __init__(self, multiplier=1.0, classes=1000, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.features = nn.HybridSequential(prefix="features_")
            with self.features.name_scope():
                channels = int(32 * multiplier)
                self.features.add(*_normalized(channels, 3, 2, 1, activation=RELU6()))
                for t, width, stride, count in _INVERTED:
                    for k in range(count):
                        new = int(width * multiplier)
                        self.features.add(LinearBottleneck(channels, new, t, stride if k == 0 else 1))
                        channels = new
                last = int(1280 * multiplier) if multiplier > 1.0 else 1280
                self.features.add(*_normalized(last, activation=RELU6()), nn.GlobalAvgPool2D())
            self.output = nn.HybridSequential(prefix="output_")
            with self.output.name_scope():
                self.output.add(nn.Conv2D(classes, 1, use_bias=False, prefix="pred_"), nn.Flatten())


def _version(multiplier):
    """The multiplier as it stands in file names: 1.0, 0.75, 0.5, 0.25."""
    return f"{multiplier:.2f}".removesuffix("0")


def get_mobilenet(multiplier, pretrained=False, ctx=None, root=None, device=None, **kwargs):
    """MobileNet; other arguments: see alexnet."""
    return loaded(MobileNet(multiplier, **kwargs), f"mobilenet{_version(multiplier)}", pretrained, ctx, root, device)


def get_mobilenet_v2(multiplier, pretrained=False, ctx=None, root=None, device=None, **kwargs):
    """MobileNetV2; other arguments: see alexnet."""
    return loaded(MobileNetV2(multiplier, **kwargs), f"mobilenetv2_{_version(multiplier)}", pretrained, ctx, root, device)


mobilenet1_0, mobilenet0_75, mobilenet0_5, mobilenet0_25 = [
    fixed(f"mobilenet{_version(m).replace('.', '_')}", get_mobilenet, m, about=f"MobileNet with {m} times the channels")
    for m in _MULTIPLIERS]
mobilenet_v2_1_0, mobilenet_v2_0_75, mobilenet_v2_0_5, mobilenet_v2_0_25 = [
    fixed(f"mobilenet_v2_{_version(m).replace('.', '_')}", get_mobilenet_v2, m, about=f"MobileNetV2 with {m} times the channels")
    for m in _MULTIPLIERS]
