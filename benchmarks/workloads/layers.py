"""Convolutions and poolings with the shapes of well-known networks."""
from __future__ import annotations

from ..calls import Call

_SPACE = {1: "W", 2: "HW", 3: "DHW"}

# name, data, filters, kernel, and what differs from stride 1, pad 0, one group
_CONVOLUTIONS = [
    ("LeNet 1st", "256x1x28x28", 6, (5, 5), {"pad": 2}),
    ("LeNet 2nd", "256x6x14x14", 16, (5, 5), {}),
    ("LeNet 1st, batch 1", "1x1x28x28", 20, (5, 5), {}),
    ("AlexNet 1st", "8x3x224x224", 96, (11, 11), {"stride": 4}),
    ("VGG 1st", "4x3x224x224", 64, (3, 3), {"pad": 1}),
    ("VGG 2nd", "1x64x224x224", 64, (3, 3), {"pad": 1}),
    ("VGG 4 blocks on", "4x512x14x14", 512, (3, 3), {"pad": 1}),
    ("ResNet 1st", "4x3x224x224", 64, (7, 7), {"stride": 2, "pad": 3}),
    ("ResNet 56", "8x64x56x56", 64, (3, 3), {"pad": 1}),
    ("ResNet 28, 64", "32x64x28x28", 64, (3, 3), {"pad": 1}),
    ("ResNet 28", "8x128x28x28", 128, (3, 3), {"pad": 1}),
    ("ResNet 14", "8x256x14x14", 256, (3, 3), {"pad": 1}),
    ("ResNet 7", "8x512x7x7", 512, (3, 3), {"pad": 1}),
    ("ResNet, stride 2", "8x64x56x56", 128, (3, 3), {"stride": 2, "pad": 1}),
    ("ResNet, 1x1", "8x64x56x56", 256, (1, 1), {}),
    ("ResNet, 1x1 back", "8x256x56x56", 64, (1, 1), {}),
    ("ResNet, 1x1 deep", "8x1024x14x14", 256, (1, 1), {}),
    ("ResNet, 1x1 stride 2", "8x256x56x56", 512, (1, 1), {"stride": 2}),
    ("CIFAR 32", "128x16x32x32", 16, (3, 3), {"pad": 1}),
    ("CIFAR 1st", "128x3x32x32", 16, (3, 3), {"pad": 1}),
    ("Fashion-MNIST ResNet", "64x64x24x24", 64, (3, 3), {"pad": 1}),
    ("depthwise", "8x32x112x112", 32, (3, 3), {"pad": 1, "groups": 32}),
    ("depthwise, stride 2", "8x64x112x112", 64, (3, 3), {"stride": 2, "pad": 1, "groups": 64}),
    ("depthwise, deep", "8x512x14x14", 512, (3, 3), {"pad": 1, "groups": 512}),
    ("grouped", "8x128x28x28", 128, (3, 3), {"pad": 1, "groups": 32}),
    ("dilated", "4x64x28x28", 64, (3, 3), {"pad": 2, "dilate": 2}),
    ("full padding", "8x128x14x14", 128, (3, 3), {"pad": 2}),
    ("DCGAN 1st", "16x3x64x64", 64, (4, 4), {"stride": 2, "pad": 1}),
    ("few results", "4x24x8x8", 96, (7, 7), {"stride": 2, "pad": 2}),
    ("sequence", "64x100x200", 100, (3,), {}),
    ("sequence, 5", "32x64x128", 128, (5,), {"pad": 2}),
    ("volume", "2x16x16x32x32", 32, (3, 3, 3), {"pad": 1}),
    ("odd sizes", "5x37x19x23", 41, (3, 5), {"pad": 1}),
    ("small everything", "32x8x8x8", 8, (3, 3), {"pad": 1}),
    ("one example", "1x256x14x14", 256, (3, 3), {"pad": 1}),
]

_TRANSPOSED = [
    ("DCGAN 1st", "64x100x1x1", 512, (4, 4), {}),
    ("DCGAN 8", "32x256x8x8", 128, (4, 4), {"stride": 2, "pad": 1}),
    ("DCGAN 32", "32x64x32x32", 3, (4, 4), {"stride": 2, "pad": 1}),
    ("FCN, 21 classes", "1x21x10x15", 21, (64, 64), {"stride": 32, "pad": 16}),
]

# name, data, kernel, type, and what differs from stride = kernel, pad 0
_POOLINGS = [
    ("LeNet", "256x6x28x28", (2, 2), {}),
    ("VGG", "4x64x224x224", (2, 2), {}),
    ("AlexNet, overlapping", "8x96x54x54", (3, 3), {"stride": 2}),
    ("ResNet 1st", "8x64x112x112", (3, 3), {"stride": 2, "pad": 1}),
    ("Inception, stride 1", "8x192x28x28", (3, 3), {"stride": 1, "pad": 1}),
    ("sequence", "64x100x200", (2,), {}),
    ("volume", "2x16x16x32x32", (2, 2, 2), {}),
    ("global", "8x512x7x7", None, {}),
    ("large window", "8x32x28x28", (7, 7), {}),
]


def _times(value, n):
    return (value,) * n


def _convolution(name, data, filters, kernel, stride=1, pad=0, dilate=1, groups=1, transposed=False):
    n, channels = len(kernel), int(data.split("x")[1])
    front = (channels, filters // groups) if transposed else (filters, channels // groups)
    weight = "x".join(map(str, (*front, *kernel)))
    kind = "deconvolution" if transposed else "convolution"
    ours = (f"npx.{kind}(a, b, c, kernel={kernel}, stride={_times(stride, n)}, pad={_times(pad, n)}, "
            f"dilate={_times(dilate, n)}, num_filter={filters}, num_group={groups}, no_bias=False)")
    theirs = (f"F.conv{'_transpose' if transposed else ''}{n}d(a, b, c, stride={stride}, padding={pad}, dilation={dilate}, "
              f"groups={groups})")
    return name, ours, theirs, (data, weight, str(filters))


def _pooling(name, data, kernel, kind, stride=None, pad=0):
    n = data.count("x") - 1
    if kernel is None:
        sizes = (1,) * n
        ours = f"npx.pooling(a, kernel={sizes}, pool_type='{kind}', global_pool=True)"
        theirs = f"F.adaptive_{kind}_pool{n}d(a, 1)"
    else:
        stride = kernel if stride is None else _times(stride, n)
        ours = f"npx.pooling(a, kernel={kernel}, stride={stride}, pad={_times(pad, n)}, pool_type='{kind}')"
        theirs = f"F.{kind}_pool{n}d(a, {kernel}, {stride}, {pad})"
    return name, ours, theirs, (data,)


def _both(name, ours, theirs, arguments):
    return [Call(name, ours, theirs, arguments), Call(f"{name}, gradients", ours, theirs, arguments, True)]


ROWS = []
for _name, *_rest, _more in _CONVOLUTIONS:
    ROWS += _both(*_convolution(f"convolution {_name}", *_rest, **_more))
for _name, *_rest, _more in _TRANSPOSED:
    ROWS += _both(*_convolution(f"deconvolution {_name}", *_rest, **_more, transposed=True))
for _name, _data, _kernel, _more in _POOLINGS:
    for _kind in ("max", "avg"):
        ROWS += _both(*_pooling(f"{_kind} pooling {_name}", _data, _kernel, _kind, **_more))
