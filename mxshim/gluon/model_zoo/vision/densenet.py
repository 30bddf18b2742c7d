"""DenseNet (Huang et al., "Densely connected convolutional networks", 2017)."""
from __future__ import annotations

from ... import nn
from .parts import Network, fixed, loaded, row, side_by_side

__all__ = ["DenseNet", "densenet121", "densenet161", "densenet169", "densenet201"]

densenet_spec = {121: (64, 32, [6, 12, 24, 16]), 161: (96, 48, [6, 12, 36, 24]), 169: (64, 32, [6, 12, 32, 32]),
                 201: (64, 32, [6, 12, 48, 32])}  # first channels, growth, layers of each stage


def _dense_layer(growth_rate, bn_size, dropout):
    """The input and growth_rate new channels."""
    new = row(nn.BatchNorm(), nn.Activation("relu"), nn.Conv2D(bn_size * growth_rate, kernel_size=1, use_bias=False),
              nn.BatchNorm(), nn.Activation("relu"), nn.Conv2D(growth_rate, kernel_size=3, padding=1, use_bias=False))
    if dropout:
        new.add(nn.Dropout(dropout))
    return side_by_side(nn.Identity(), new)


class DenseNet(Network):
    """DenseNet: stages of layers that each get what all the layers before them in the stage put out.

    Args:
        num_init_features: channels of the first convolution.  growth_rate: channels that each layer adds.
        block_config: layers of each stage.  bn_size: times growth_rate, the channels of a layer's 1x1 convolution.
        dropout: after each layer.  classes: how many outputs.
    Inputs: (N, 3, 224, 224), or as large that 7x7 are left at the end.  Outputs: (N, classes).
    """

    def __init__(self, num_init_features, growth_rate, block_config, bn_size=4, dropout=0, classes=1000, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.features = row(nn.Conv2D(num_init_features, kernel_size=7, strides=2, padding=3, use_bias=False), nn.BatchNorm(),
                                nn.Activation("relu"), nn.MaxPool2D(pool_size=3, strides=2, padding=1))
            channels = num_init_features
            for k, count in enumerate(block_config):
                stage = row(prefix=f"stage{k + 1}_")
                with stage.name_scope():
                    stage.add(*[_dense_layer(growth_rate, bn_size, dropout) for _ in range(count)])
                self.features.add(stage)
                channels += count * growth_rate
                if k + 1 < len(block_config):  # between stages, half the channels and half the size
                    channels //= 2
                    self.features.add(row(nn.BatchNorm(), nn.Activation("relu"), nn.Conv2D(channels, kernel_size=1, use_bias=False),
                                          nn.AvgPool2D(pool_size=2, strides=2)))
            self.features.add(nn.BatchNorm(), nn.Activation("relu"), nn.AvgPool2D(pool_size=7), nn.Flatten())
            self.output = nn.Dense(classes)


def get_densenet(num_layers, pretrained=False, ctx=None, root=None, device=None, **kwargs):
    """DenseNet of 121, 161, 169 or 201 layers; other arguments: see alexnet. Raises: KeyError for another number."""
    if num_layers not in densenet_spec:
        raise KeyError(f"get_densenet: there is DenseNet with {', '.join(map(str, densenet_spec))} layers, not with {num_layers}")
    return loaded(DenseNet(*densenet_spec[num_layers], **kwargs), f"densenet{num_layers}", pretrained, ctx, root, device)


densenet121, densenet161, densenet169, densenet201 = [
    fixed(f"densenet{n}", get_densenet, n, about=f"DenseNet of {n} layers") for n in densenet_spec]
