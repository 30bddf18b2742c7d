"""ResNet, version 1 (He et al., "Deep residual learning for image recognition", 2015) and 2 ("Identity mappings ...", 2016)."""
from __future__ import annotations

from ... import functions as f
from ... import nn
from ...block import HybridBlock
from .parts import Network, fixed, loaded, row

__all__ = ["BasicBlockV1", "BasicBlockV2", "BottleneckV1", "BottleneckV2", "ResNetV1", "ResNetV2", "get_resnet",
           "resnet18_v1", "resnet18_v2", "resnet34_v1", "resnet34_v2", "resnet50_v1", "resnet50_v2", "resnet101_v1", "resnet101_v2",
           "resnet152_v1", "resnet152_v2"]


def _conv3x3(channels, stride, in_channels):
    return nn.Conv2D(channels, kernel_size=3, strides=stride, padding=1, use_bias=False, in_channels=in_channels)


def _shortcut(channels, stride, in_channels):
    return nn.Conv2D(channels, kernel_size=1, strides=stride, use_bias=False, in_channels=in_channels)


class _BlockV1(HybridBlock):
    """relu(body(x) + x): convolution, BatchNorm, relu in this order. Subclasses list the layers of the body.

    Args:
        channels: of the output.  stride: of the block.  in_channels: of the input; 0 takes them from the first batch.
        downsample: x goes through a 1x1 convolution and BatchNorm, where the shapes differ.
    """

    _shortcut_first = False  # the order of MXNet's graphs

    def __init__(self, channels, stride, downsample=False, in_channels=0, **kwargs):
        super().__init__(**kwargs)
        self.body = row(*self._layers(channels, stride, in_channels))
        self.downsample = row(_shortcut(channels, stride, in_channels), nn.BatchNorm()) if downsample else None

    def _layers(self, channels, stride, in_channels):
        raise NotImplementedError

    def hybrid_forward(self, F, x):
        y = self.body(x)
        shortcut = x if self.downsample is None else self.downsample(x)
        return f.activation(shortcut + y if self._shortcut_first else y + shortcut, act_type="relu")


class BasicBlockV1(_BlockV1):
    __doc__ = "Two 3x3 convolutions, ResNet 18 and 34's. " + (_BlockV1.__doc__ or "")
    _shortcut_first = True

    def _layers(self, channels, stride, in_channels):
        return [_conv3x3(channels, stride, in_channels), nn.BatchNorm(), nn.Activation("relu"),
                _conv3x3(channels, 1, channels), nn.BatchNorm()]


class BottleneckV1(_BlockV1):
    __doc__ = "1x1, 3x3 and 1x1 convolutions, that of ResNets from 50 on. " + (_BlockV1.__doc__ or "")

    def _layers(self, channels, stride, in_channels):
        inner = channels // 4
        return [nn.Conv2D(inner, kernel_size=1, strides=stride), nn.BatchNorm(), nn.Activation("relu"),
                _conv3x3(inner, 1, inner), nn.BatchNorm(), nn.Activation("relu"),
                nn.Conv2D(channels, kernel_size=1, strides=1), nn.BatchNorm()]


class _BlockV2(HybridBlock):
    """body(x) + x: BatchNorm, relu, convolution in this order. Subclasses list the convolutions.

    Args:
        channels: of the output.  stride: of the block.  in_channels: of the input; 0 takes them from the first batch.
        downsample: x, normalized, goes through a 1x1 convolution, where the shapes differ.
    """

    def __init__(self, channels, stride, downsample=False, in_channels=0, **kwargs):
        super().__init__(**kwargs)
        self._convolutions = []
        for k, make in enumerate(self._makers(channels, stride, in_channels), 1):
            setattr(self, f"bn{k}", nn.BatchNorm())
            setattr(self, f"conv{k}", make())
            self._convolutions.append((f"bn{k}", f"conv{k}"))
        self.downsample = _shortcut(channels, stride, in_channels) if downsample else None

    def _makers(self, channels, stride, in_channels):
        raise NotImplementedError

    def hybrid_forward(self, F, x):
        residual, y = x, x
        for k, (norm, conv) in enumerate(self._convolutions):
            y = f.activation(getattr(self, norm)(y), act_type="relu")
            if k == 0 and self.downsample is not None:
                residual = self.downsample(y)
            y = getattr(self, conv)(y)
        return y + residual


class BasicBlockV2(_BlockV2):
    __doc__ = "Two 3x3 convolutions, ResNet 18 and 34's. " + (_BlockV2.__doc__ or "")

    def _makers(self, channels, stride, in_channels):
        return [lambda: _conv3x3(channels, stride, in_channels), lambda: _conv3x3(channels, 1, channels)]


class BottleneckV2(_BlockV2):
    __doc__ = "1x1, 3x3 and 1x1 convolutions, that of ResNets from 50 on. " + (_BlockV2.__doc__ or "")

    def _makers(self, channels, stride, in_channels):
        inner = channels // 4
        return [lambda: nn.Conv2D(inner, kernel_size=1, strides=1, use_bias=False), lambda: _conv3x3(inner, stride, inner),
                lambda: nn.Conv2D(channels, kernel_size=1, strides=1, use_bias=False)]


def _start(channels, thumbnail):
    """The layers before the stages; for images of 32x32 a single convolution."""
    if thumbnail:
        return [_conv3x3(channels, 1, 0)]
    return [nn.Conv2D(channels, 7, 2, 3, use_bias=False), nn.BatchNorm(), nn.Activation("relu"), nn.MaxPool2D(3, 2, 1)]


class _ResNet(Network):
    """Stages of residual blocks.

    Args:
        block: the class of the blocks.  layers: how many each stage has.  channels: those before the stages, then those of each stage.
        classes: how many outputs.  thumbnail: for images of 32x32.
    Inputs: (N, 3, H, W), made for 224.  Outputs: (N, classes).
    Raises: AssertionError if `channels` does not have one number more than `layers`.
    """

    def __init__(self, block, layers, channels, classes=1000, thumbnail=False, **kwargs):
        super().__init__(**kwargs)
        if len(layers) != len(channels) - 1:
            raise AssertionError(f"{type(self).__name__}: channels has one number more than layers, got {channels} and {layers}")
        with self.name_scope():
            self.features = row(*self._before(channels[0], thumbnail))
            for k, count in enumerate(layers):
                self.features.add(self._make_layer(block, count, channels[k + 1], k + 1, 1 if k == 0 else 2, in_channels=channels[k]))
            self.features.add(*self._after())
            self.output = nn.Dense(classes, in_units=channels[-1])

    def _make_layer(self, block, layers, channels, stage_index, stride, in_channels=0):
        """A stage: its first block changes the shape."""
        stage = row(prefix=f"stage{stage_index}_")
        with stage.name_scope():
            stage.add(block(channels, stride, channels != in_channels, in_channels=in_channels, prefix=""))
            for _ in range(layers - 1):
                stage.add(block(channels, 1, False, in_channels=channels, prefix=""))
        return stage


class ResNetV1(_ResNet):
    __doc__ = "ResNet version 1. " + (_ResNet.__doc__ or "")

    def _before(self, channels, thumbnail):
        return _start(channels, thumbnail)

    def _after(self):
        return [nn.GlobalAvgPool2D()]


class ResNetV2(_ResNet):
    __doc__ = "ResNet version 2, which normalizes before the convolutions. " + (_ResNet.__doc__ or "")

    def _before(self, channels, thumbnail):
        return [nn.BatchNorm(scale=False, center=False), *_start(channels, thumbnail)]

    def _after(self):
        return [nn.BatchNorm(), nn.Activation("relu"), nn.GlobalAvgPool2D(), nn.Flatten()]


_BASIC, _BOTTLENECK = [64, 64, 128, 256, 512], [64, 256, 512, 1024, 2048]
resnet_spec = {18: ("basic_block", [2, 2, 2, 2], _BASIC), 34: ("basic_block", [3, 4, 6, 3], _BASIC),
               50: ("bottle_neck", [3, 4, 6, 3], _BOTTLENECK), 101: ("bottle_neck", [3, 4, 23, 3], _BOTTLENECK),
               152: ("bottle_neck", [3, 8, 36, 3], _BOTTLENECK)}
resnet_net_versions = [ResNetV1, ResNetV2]
resnet_block_versions = [{"basic_block": BasicBlockV1, "bottle_neck": BottleneckV1},
                         {"basic_block": BasicBlockV2, "bottle_neck": BottleneckV2}]


def get_resnet(version, num_layers, pretrained=False, ctx=None, root=None, device=None, **kwargs):
    """ResNet version 1 or 2 of 18, 34, 50, 101 or 152 layers; other arguments: see alexnet.

    Raises: AssertionError for another version or number of layers.
    """
    if num_layers not in resnet_spec:
        raise AssertionError(f"get_resnet: there is ResNet with {', '.join(map(str, resnet_spec))} layers, not with {num_layers}")
    if version not in (1, 2):
        raise AssertionError(f"get_resnet: version must be 1 or 2, got {version!r}")
    kind, layers, channels = resnet_spec[num_layers]
    net = resnet_net_versions[version - 1](resnet_block_versions[version - 1][kind], layers, channels, **kwargs)
    return loaded(net, f"resnet{num_layers}_v{version}", pretrained, ctx, root, device)


resnet18_v1, resnet34_v1, resnet50_v1, resnet101_v1, resnet152_v1 = [
    fixed(f"resnet{n}_v1", get_resnet, 1, n, about=f"ResNet of {n} layers, version 1") for n in resnet_spec]
resnet18_v2, resnet34_v2, resnet50_v2, resnet101_v2, resnet152_v2 = [
    fixed(f"resnet{n}_v2", get_resnet, 2, n, about=f"ResNet of {n} layers, version 2") for n in resnet_spec]
