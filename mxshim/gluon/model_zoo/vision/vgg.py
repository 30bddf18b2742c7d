"""VGG (Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition", 2014)."""
from __future__ import annotations

from ....initializer import Xavier
from ... import nn
from .parts import Network, fixed, loaded, row

__all__ = ["VGG", "get_vgg", "vgg11", "vgg11_bn", "vgg13", "vgg13_bn", "vgg16", "vgg16_bn", "vgg19", "vgg19_bn"]

_FILTERS = [64, 128, 256, 512, 512]
vgg_spec = {11: ([1, 1, 2, 2, 2], _FILTERS), 13: ([2, 2, 2, 2, 2], _FILTERS), 16: ([2, 2, 3, 3, 3], _FILTERS),
            19: ([2, 2, 4, 4, 4], _FILTERS)}  # convolutions, and their channels, by stage


class VGG(Network):
    """VGG: stages of 3x3 convolutions, each halved by pooling, then three dense layers.

    layers: how many convolutions each stage has.  filters: how many channels.  batch_norm: normalize after every convolution.
    classes: how many outputs.
    Inputs: (N, 3, H, W), made for 224.  Outputs: (N, classes).
    Raises: AssertionError if layers and filters are not as many.
    """

    def __init__(self, layers, filters, classes=1000, batch_norm=False, **kwargs):
        super().__init__(**kwargs)
        if len(layers) != len(filters):
            raise AssertionError(f"VGG: layers and filters have one number for each stage, got {layers} and {filters}")
        with self.name_scope():
            self.features = row()
            for count, channels in zip(layers, filters, strict=True):
                for _ in range(count):
                    self.features.add(nn.Conv2D(
                        channels, kernel_size=3, padding=1, bias_initializer="zeros",
                        weight_initializer=Xavier(rnd_type="gaussian", factor_type="out", magnitude=2)))
                    if batch_norm:
                        self.features.add(nn.BatchNorm())
                    self.features.add(nn.Activation("relu"))
                self.features.add(nn.MaxPool2D(strides=2))
            for _ in range(2):
                self.features.add(nn.Dense(4096, activation="relu", weight_initializer="normal", bias_initializer="zeros"),
                                  nn.Dropout(rate=0.5))
            self.output = nn.Dense(classes, weight_initializer="normal", bias_initializer="zeros")


def get_vgg(num_layers, pretrained=False, ctx=None, root=None, device=None, **kwargs):
    """VGG of 11, 13, 16 or 19 layers; other arguments: see alexnet. Raises: KeyError for another number."""
    if num_layers not in vgg_spec:
        raise KeyError(f"get_vgg: there is VGG with {', '.join(map(str, vgg_spec))} layers, not with {num_layers}")
    net = VGG(*vgg_spec[num_layers], **kwargs)
    return loaded(net, f"vgg{num_layers}{'_bn' if kwargs.get('batch_norm') else ''}", pretrained, ctx, root, device)


def _normalized(num_layers, **kwargs):
    return get_vgg(num_layers, **{**kwargs, "batch_norm": True})


_normalized.__name__ = "get_vgg"
vgg11, vgg13, vgg16, vgg19 = [fixed(f"vgg{n}", get_vgg, n, about=f"VGG of {n} layers") for n in vgg_spec]
vgg11_bn, vgg13_bn, vgg16_bn, vgg19_bn = [
    fixed(f"vgg{n}_bn", _normalized, n, about=f"VGG of {n} layers with batch normalization") for n in vgg_spec]
