"""What is done to images before a network sees them (MXNet: mxnet.gluon.data.vision.transforms).

Images are arrays (height, width, channels); sizes are numbers, or (width, height). Every transform gives arguments after the first
back as they are. Images whose bytes are on the host, as those of data sets, are changed there: no program is compiled for them.
"""
from __future__ import annotations

import math
import random
from collections.abc import Iterable
from itertools import groupby

import numpy as onp

from .... import ndarray as nd
from .... import numpy as np
from .... import numpy_extension as npx
from ....absent import parts as _parts
from ....arguments import KINDS, Checked, check, checked
from ....array.image import alphas, host_array, jitters, run, streams, uniform
from ....base import ArgumentTypeError, ArgumentValueError, MXNetError
from ....engine.op import NAMES
from ....image.functions import imrotate, scale_down
from ...block import Block, HybridBlock
from ...dialect import ARRAYS, Symbol
from ...nn import HybridSequential, Lambda, Sequential
from ..plans import cut

__all__ = ["Cast", "CenterCrop", "Compose", "CropResize", "HybridCompose", "HybridRandomApply", "Normalize", "RandomApply",
           "RandomBrightness", "RandomColorJitter", "RandomContrast", "RandomCrop", "RandomFlipLeftRight", "RandomFlipTopBottom",
           "RandomGray", "RandomHue", "RandomLighting", "RandomResizedCrop", "RandomRotation", "RandomSaturation", "Resize", "Rotate",
           "ToTensor"]


class _Transform(Checked, HybridBlock):
    """A block whose `apply_to(x)` makes the result."""

    _wants = dict.fromkeys(("brightness", "contrast", "saturation", "hue", "alpha"), "a number")
    joins = False  # whether a batch of images gives the batch of what each gives

    def forward(self, x, *args):
        if not isinstance(x, ARRAYS | Symbol):
            raise ValueError(f"{type(self).__name__}: an array of mx.nd or mx.np is needed, got {type(x).__name__}; mx.nd.array makes one")
        x = self.apply_to(x)
        return (x, *args) if args else x

    def hybridize(self, active=True, **kwargs):
        """Nothing for what is random: what is drawn decides what is done, which no one program can do."""
        if type(self).joins:
            super().hybridize(active, **kwargs)


class _Drawing(_Transform):
    """A transform that draws first and then changes one image, or many at once; see data/plans.py.

    plan(shape, cls): what it draws for an image (H, W, C) of a class.  still(shape): a plan without a draw.
    """

    def apply_to(self, x):
        if x.ndim not in (3, 4):
            raise MXNetError(f"{type(self).__name__}: an image (height, width, channels) or a batch of them is needed, got shape {x.shape}")
        images = x._host().reshape(-1, *x.shape[-3:])
        found = self.carry_out(images, [self.plan(x.shape[-3:], type(x))] * len(images))  # one draw for all of a batch, as in MXNet
        return host_array(found.reshape(*x.shape[:-3], *found.shape[1:]), x, x._host())


def _images(x):
    return npx.image if type(x) is np.ndarray else nd.image


def _pair(owner, size):
    """(width, height) of one whole number or two. Raises: ArgumentTypeError for anything else, MXNetError unless they are positive."""
    pair = (size, size) if isinstance(size, int | onp.integer) else size
    if not isinstance(pair, list | tuple) or len(pair) != 2 or not all(isinstance(n, int | onp.integer) for n in pair):
        raise ArgumentTypeError(f"{type(owner).__name__}: `size` must be a whole number or (width, height), got {size!r}")
    if min(pair) <= 0:
        raise MXNetError(f"{type(owner).__name__}: `size` must be positive, got {size!r}")
    return tuple(pair)


def _range(owner, name, given):
    """Two numbers. Raises: ArgumentTypeError for anything else."""
    if not isinstance(given, list | tuple) or len(given) != 2 or not all(isinstance(n, int | float | onp.number) for n in given):
        raise ArgumentTypeError(f"{type(owner).__name__}: `{name}` must be a pair of numbers, got {given!r}")
    return tuple(given)


class Compose(Sequential):
    """Transforms, Blocks or functions, one after the other. HybridBlocks among them that follow each other are children of one
    HybridSequential."""

    def __init__(self, transforms):
        super().__init__()
        if not isinstance(transforms, Iterable):
            raise TypeError(f"Compose: a list of transforms is needed, got {transforms!r}")
        blocks = [Lambda(t) if callable(t) and not isinstance(t, Block | type) else t for t in transforms]
        for hybrid, row in groupby(blocks, lambda t: isinstance(t, HybridBlock)):
            row = list(row)
            if hybrid and len(row) > 1:
                together = HybridSequential()
                together.add(*row)
                row = [together]
            self.add(*row)


class HybridCompose(HybridSequential):
    """Transforms one after the other, all of them HybridBlocks."""

    def __init__(self, transforms):
        super().__init__()
        if not isinstance(transforms, Iterable):
            raise TypeError(f"HybridCompose: a list of transforms is needed, got {transforms!r}")
        self.add(*transforms)


class RandomApply(Checked, Sequential):
    """`transforms`, one or a list of them, with probability p, which comes from Python's random."""

    def __init__(self, transforms, p=0.5):
        super().__init__()
        if not isinstance(transforms, list | tuple):
            check(type(self).__name__, "transforms", transforms, "a function")
        self.transforms = Compose(transforms) if isinstance(transforms, list | tuple) else transforms
        self.p = p

    def forward(self, x, *args):
        if self.p < random.random():
            return (x, *args) if args else x
        return self.transforms(x, *args)


class HybridRandomApply(RandomApply):
    """As RandomApply."""


class Cast(_Transform):
    """Elements as another dtype."""

    joins = True

    def __init__(self, dtype="float32"):
        super().__init__()
        self._dtype = dtype

    def apply_to(self, x):
        return x.astype(self._dtype)


class ToTensor(_Transform):
    """(H, W, C) or (N, H, W, C) in 0..255 as float32 (C, H, W) or (N, C, H, W) in 0..1."""

    joins = True

    def apply_to(self, x):
        return run("nd.image.to_tensor", x)


class Normalize(_Transform):
    """(x - mean) / std of floating images (C, H, W) or (N, C, H, W); mean and std: a number, or one for each channel."""

    _wants = {"mean": None, "std": None}
    joins = True

    def __init__(self, mean=0.0, std=1.0):
        super().__init__()
        self._mean, self._std = (self._numbers_of(name, v) for name, v in (("mean", mean), ("std", std)))

    @staticmethod
    def _numbers_of(name, given):
        try:
            return tuple(float(v) for v in (given if isinstance(given, list | tuple) else (given,)))
        except (TypeError, ValueError):
            raise ArgumentTypeError(f"Normalize: `{name}` must be a number, or one for each channel, got {given!r}") from None

    def apply_to(self, x):
        return run("nd.image.normalize", x, self._mean, self._std)


class Resize(_Transform):
    """Images of another size; with keep_ratio a number is the size of the shorter side. interpolation: 0 nearest, 1 linear, 2 cubic,
    3 area."""

    joins = True

    def __init__(self, size, keep_ratio=False, interpolation=1):
        super().__init__()
        width, height = _pair(self, tuple(size) * 2 if isinstance(size, list | tuple) and len(size) == 1 else size)
        self._size = width if isinstance(size, int | onp.integer) else (width, height)  # a number may be that of the shorter side alone
        self._keep, self._interpolation = keep_ratio, interpolation

    def apply_to(self, x):
        return run("nd.image.resize", x, self._size, self._keep, self._interpolation)


def _rectangle(shape, size, across, down):
    """(left, top, width, height) of the rectangle with the ratio of `size` that fits into an image of `shape`, at most as large;
    across, down: its place, 0..1."""
    height, width = shape[:2]
    w, h = scale_down((width, height), size)
    return int((width - w) * across), int((height - h) * down), w, h


class CenterCrop(_Transform):
    """The middle of images, resized where they are too small."""

    joins = True

    def __init__(self, size, interpolation=1):
        super().__init__()
        self._size, self._interpolation = _pair(self, size), interpolation

    def apply_to(self, x):
        if x.ndim not in (3, 4):
            raise MXNetError(f"CenterCrop: an image (height, width, channels) or a batch of them is needed, got shape {x.shape}")
        left, top, w, h = _rectangle(x.shape[-3:-1], self._size, 0.5, 0.5)
        x = run("nd.image.crop", x, left, top, w, h)
        return x if (w, h) == self._size else run("nd.image.resize", x, self._size, False, self._interpolation)


class CropResize(_Transform):
    """The rectangle width by height at (x, y), resized to `size` if one is given."""

    _wants = dict.fromkeys(("x", "y", "width", "height"), "a whole number")
    joins = True

    def __init__(self, x, y, width, height, size=None, interpolation=None):
        super().__init__()
        self._rectangle, self._size = (x, y, width, height), _pair(self, size) if size else None
        self._interpolation = 1 if interpolation is None else interpolation

    def apply_to(self, x):
        x = run("nd.image.crop", x, *self._rectangle)
        return run("nd.image.resize", x, self._size, False, self._interpolation) if self._size else x


class RandomCrop(_Drawing):
    """A rectangle of `size` at a random place, resized where the image is too small.

    pad: pixels of pad_value that are put around the image before, a number or (top, bottom, left, right)."""

    def __init__(self, size, pad=None, pad_value=0, interpolation=1):
        super().__init__()
        self._size, self._value, self._interpolation = _pair(self, size), pad_value, interpolation
        self._pad = (pad,) * 4 if isinstance(pad, int | onp.integer) else pad
        if pad is not None and not (KINDS["whole numbers"](self._pad) and len(self._pad) == 4):
            raise AssertionError(f"RandomCrop: `pad` must be a whole number or (top, bottom, left, right), got {pad!r}")
        if pad is not None and min(self._pad) < 0:
            raise ArgumentValueError(f"RandomCrop: `pad` must not be negative, got {pad!r}")

    def _padded(self, shape):
        top, bottom, left, right = self._pad or (0,) * 4
        return shape[0] + top + bottom, shape[1] + left + right

    def plan(self, shape, cls):
        across, down = streams().serial.uniform(1)[0], streams().serial.uniform(1)[0]
        return _rectangle(self._padded(shape), self._size, float(across), float(down))

    def still(self, shape):
        return _rectangle(self._padded(shape), self._size, 0, 0)

    def carry_out(self, images, plans):
        if self._pad:
            top, bottom, left, right = self._pad
            images = onp.pad(images, ((0, 0), (top, bottom), (left, right), (0, 0)), constant_values=self._value)
        return cut(images, plans, self._size, self._interpolation)


class RandomResizedCrop(_Drawing):
    """A random rectangle, resized to `size` (Szegedy et al., 2015).

    scale: range of its share of the image's area.  ratio: range of width / height, drawn evenly in its logarithm.
    After ten rectangles that do not fit, the middle of the image. Differs: draws from Python's random as MXNet 1.9.1, in np programs too.
    """

    def __init__(self, size, scale=(0.08, 1.0), ratio=(3 / 4, 4 / 3), interpolation=1):
        super().__init__()
        self._size, self._interpolation = _pair(self, size), interpolation
        self._scale = (scale, 1.0) if isinstance(scale, int | float) else _range(self, "scale", scale)
        if min(_range(self, "ratio", ratio)) <= 0:
            raise MXNetError(f"RandomResizedCrop: `ratio` must be positive, got {ratio}")
        self._ratio = [math.log(r) for r in ratio]

    def plan(self, shape, cls):
        streams()  # ends the capture of a hybridized block
        height, width = shape[:2]
        for _ in range(10):
            area = random.uniform(*self._scale) * height * width
            ratio = math.exp(random.uniform(*self._ratio))
            w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
            if w <= width and h <= height:
                return random.randint(0, width - w), random.randint(0, height - h), w, h
        return self.still(shape)

    def still(self, shape):
        return _rectangle(shape, self._size, 0.5, 0.5)

    def carry_out(self, images, plans):
        return cut(images, plans, self._size, self._interpolation)


class RandomFlipLeftRight(_Drawing):
    """The image mirrored left to right with probability p. Differs: the draws are those of MXNet 1.9.1 in np programs too."""

    axis = 2

    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise MXNetError(f"{type(self).__name__}: `p` must lie in [0, 1], got {p}")
        self._p = p

    def plan(self, shape, cls):
        return streams().serial.uniform64(1)[0] >= 1 - self._p

    def still(self, shape):
        return False

    def carry_out(self, images, plans):
        turned = onp.flatnonzero(plans)
        if len(turned):
            images = images.copy()
            images[turned] = onp.flip(images[turned], self.axis)
        return images


class RandomFlipTopBottom(RandomFlipLeftRight):
    """The image mirrored top to bottom with probability p."""

    axis = 1


class _Colouring(_Transform):
    """A transform of colours. Of one image it calls a function of nd.image; for many it draws first: a plan is a list of
    (name of an operator, its number or numbers), one after the other."""

    def still(self, shape):
        return []

    def carry_out(self, images, plans):
        for k in range(max(map(len, plans))):
            names = onp.array([plan[k][0] if k < len(plan) else "" for plan in plans])
            for name in {*names} - {""}:
                chosen = onp.flatnonzero(names == name)
                numbers = onp.array([plans[i][k][1] for i in chosen])
                found = NAMES[f"mx.image_{name}"].fn(images if len(chosen) == len(images) else images[chosen], numbers)
                if len(chosen) == len(images):
                    images = found
                else:
                    images = images.copy()
                    images[chosen] = found
        return images


class _RandomColour(_Colouring):
    """A number from max(0, 1 - strength) to 1 + strength for a function of nd.image."""

    function = ""

    def __init__(self, strength):
        super().__init__()
        self._range = max(0, 1 - strength), 1 + strength

    def apply_to(self, x):
        return getattr(_images(x), self.function)(x, *self._range)

    def plan(self, shape, cls):
        return [(self.function.removeprefix("random_"), uniform(*self._range))]


class RandomBrightness(_RandomColour):
    """Colours times a number from max(0, 1 - brightness) to 1 + brightness."""

    function = "random_brightness"

    def __init__(self, brightness):
        super().__init__(brightness)


class RandomContrast(_RandomColour):
    """Colours away from the mean gray by a factor from max(0, 1 - contrast) to 1 + contrast."""

    function = "random_contrast"

    def __init__(self, contrast):
        super().__init__(contrast)


class RandomSaturation(_RandomColour):
    """Colours away from gray by a factor from max(0, 1 - saturation) to 1 + saturation."""

    function = "random_saturation"

    def __init__(self, saturation):
        super().__init__(saturation)


class RandomHue(_RandomColour):
    """Colours turned by max(0, 1 - hue) to 1 + hue of the colour circle."""

    function = "random_hue"

    def __init__(self, hue):
        super().__init__(hue)


class RandomColorJitter(_Colouring):
    """Brightness, contrast, saturation and hue at random, in a random order; see nd.image.random_color_jitter."""

    def __init__(self, brightness=0, contrast=0, saturation=0, hue=0):
        super().__init__()
        self._strengths = brightness, contrast, saturation, hue

    def apply_to(self, x):
        return _images(x).random_color_jitter(x, *self._strengths)

    def plan(self, shape, cls):
        return list(jitters(dict(zip(("brightness", "contrast", "saturation", "hue"), self._strengths, strict=True)), cls))


class RandomLighting(_Colouring):
    """Noise along the principal components of natural images, of standard deviation alpha (Krizhevsky et al., 2012)."""

    def __init__(self, alpha):
        super().__init__()
        self._alpha = alpha

    def apply_to(self, x):
        return _images(x).random_lighting(x, self._alpha)

    def plan(self, shape, cls):
        return [("lighting", alphas(self._alpha))]


class RandomGray(_Transform):
    """With probability p the sum of the colours times 0.2989, 0.587 and 0.114 in the first, second and third channel, as MXNet
    2.0.0b1 has it, which is not the same gray in each; float32."""

    def __init__(self, p=0.5):
        super().__init__()
        self._p = p

    def apply_to(self, x):
        keep = self._p < streams().parallel.uniform(1)[0]
        pixels = x._host().astype("float32")
        return host_array(pixels if keep else pixels @ onp.full((3, 1), 1, "float32") * onp.array([0.2989, 0.587, 0.114], "float32"), x,
                          x._host())


class Rotate(Checked, Block):
    """float32 images (C, H, W) or (N, C, H, W) turned clockwise by an angle in degrees; what comes from outside is 0.

    zoom_in: enlarged until nothing from outside is seen.  zoom_out: made smaller until all of the image is seen.
    Raises: TypeError for another dtype, ValueError for another rank or for both zooms.
    """

    _wants = {"rotation_degrees": "a number"}

    def __init__(self, rotation_degrees, zoom_in=False, zoom_out=False):
        super().__init__()
        self._angle, self._zooms = rotation_degrees, (zoom_in, zoom_out)

    def forward(self, x, *args):
        x = _rotated(x, self._angle, *self._zooms)
        return (x, *args) if args else x


class RandomRotation(Checked, Block):
    """Rotate by an angle from angle_limits, with probability rotate_with_proba; both come from NumPy's global generator."""

    def __init__(self, angle_limits, zoom_in=False, zoom_out=False, rotate_with_proba=1.0):
        super().__init__()
        low, high = _range(self, "angle_limits", angle_limits)
        if low >= high:
            raise ValueError(f"RandomRotation: angle_limits must be an ordered pair, got {angle_limits}")
        if not 0 <= rotate_with_proba <= 1:
            raise ValueError(f"RandomRotation: rotate_with_proba must lie in [0, 1], got {rotate_with_proba}")
        self._limits, self._p, self._zooms = (low, high), rotate_with_proba, (zoom_in, zoom_out)

    def forward(self, x, *args):
        if onp.random.random() <= self._p:
            x = _rotated(x, onp.random.uniform(*self._limits), *self._zooms)
        return (x, *args) if args else x


@checked("Rotate", x="an array")
def _rotated(x, angle, zoom_in, zoom_out):
    if onp.dtype(x.dtype) != "float32":
        raise TypeError(f"Rotate: float32 is needed, got {onp.dtype(x.dtype).name}; put ToTensor before it")
    return imrotate(x, angle, zoom_in, zoom_out)


_parts(__name__, "image")
