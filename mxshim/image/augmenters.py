"""What is done to one image after the other (MXNet: mxnet.image.image, the classes ...Aug).

Draws come from Python's `random`, those of LightingAug from NumPy's global generator, in MXNet's order.
"""
from __future__ import annotations

import json
import math
import random

import numpy as onp

from .. import ndarray as nd
from ..arguments import Checked, checked
from ..array.image import host_pixels
from ..base import ArgumentValueError
from .functions import (
    _get_interp_method,
    center_crop,
    color_normalize,
    image_like,
    imresize,
    new_array,
    old_area,
    overwrite,
    pixels_of,
    random_crop,
    random_size_crop,
    resize_short,
)

__all__ = ["Augmenter", "BrightnessJitterAug", "CastAug", "CenterCropAug", "ColorJitterAug", "ColorNormalizeAug", "ContrastJitterAug",
           "CreateAugmenter", "ForceResizeAug", "HorizontalFlipAug", "HueJitterAug", "LightingAug", "RandomCropAug", "RandomGrayAug",
           "RandomOrderAug", "RandomSizedCropAug", "ResizeAug", "SaturationJitterAug", "SequentialAug"]
GRAY = onp.array([0.299, 0.587, 0.114], "float32")
MEAN, STD = [123.68, 116.28, 103.53], [58.395, 57.12, 57.375]  # of ImageNet's colours
# The principal components of ImageNet's colours, and their variances (Krizhevsky et al., 2012).
EIGENVALUES = onp.array([55.46, 4.794, 1.148])
EIGENVECTORS = onp.array([[-0.5675, 0.7192, 0.4009], [-0.5808, -0.0045, -0.8140], [-0.5836, -0.6948, 0.4203]])


class Described(Checked):
    """What subclasses give to __init__ are their settings."""

    def __init__(self, **kwargs):
        self._kwargs = plain(kwargs)

    def dumps(self):
        """The class and its settings as JSON."""
        return json.dumps([type(self).__name__.lower(), self._kwargs])


class Augmenter(Described):
    """A function of an image (H, W, C). Subclasses define __call__(src) and give their settings to __init__."""

    _wants = dict.fromkeys(("brightness", "contrast", "saturation", "hue", "p"), "a number") | {"alphastd": "a number that is not negative"}

    def __call__(self, src):
        raise NotImplementedError(f"{type(self).__name__} needs a method __call__(src)")


def plain(settings):
    """Settings as JSON can hold them: arrays as lists."""
    settings = {k: v.asnumpy() if isinstance(v, nd.NDArray) else v for k, v in settings.items()}
    return {k: v.tolist() if isinstance(v, onp.ndarray) else v for k, v in settings.items()}


class SequentialAug(Augmenter):
    """Augmenters `ts` one after the other."""

    _wants = {"ts": "a list of functions"}

    def __init__(self, ts):
        super().__init__()
        self.ts = ts

    def dumps(self):
        return [type(self).__name__.lower(), [t.dumps() for t in self.ts]]

    def __call__(self, src):
        for t in self.ts:
            src = t(src)
        return src


class RandomOrderAug(SequentialAug):
    """Augmenters `ts` in another order each time."""

    def __call__(self, src):
        random.shuffle(self.ts)
        return super().__call__(src)


class _Sized(Augmenter):
    def __init__(self, size, interp=2):
        super().__init__(size=size, interp=interp)
        self.size, self.interp = size, interp


class ResizeAug(_Sized):
    """The shorter side becomes `size` long."""

    _wants = {"size": "a number that is positive"}

    def __call__(self, src):
        return resize_short(src, self.size, self.interp)


class ForceResizeAug(_Sized):
    """The image becomes `size` (width, height), whatever its ratio."""

    _wants = {"size": "a pair of numbers"}

    @checked(src="an image")
    def __call__(self, src):
        w, h = self.size
        return imresize(src, w, h, interp=_get_interp_method(self.interp, (src.shape[0], src.shape[1], h, w)))


class RandomCropAug(_Sized):
    """A rectangle of `size` (width, height) at a random place."""

    _wants = {"size": "a pair of numbers"}

    def __call__(self, src):
        return random_crop(src, self.size, self.interp)[0]


class CenterCropAug(_Sized):
    """The middle, `size` (width, height)."""

    _wants = {"size": "a pair of numbers"}

    def __call__(self, src):
        return center_crop(src, self.size, self.interp)[0]


class RandomSizedCropAug(Augmenter):
    """A rectangle of random area and ratio, resized to `size`; see random_size_crop."""

    _wants = {"ratio": "a pair of numbers"}

    def __init__(self, size, area, ratio, interp=2, **kwargs):
        super().__init__(size=size, area=area, ratio=ratio, interp=interp)
        self.size, self.ratio, self.interp = size, ratio, interp
        self.area = old_area(area, kwargs, "RandomSizedCropAug")

    def __call__(self, src):
        return random_size_crop(src, self.size, self.area, self.ratio, self.interp)[0]


def _between(strength):
    return 1.0 + random.uniform(-strength, strength)


def _mixed(src, alpha, other):
    """src * alpha + other (1 - alpha), written into src, in float32; whole numbers by MXNet's operators, which keep them whole."""
    if src.dtype != onp.float32:
        src *= alpha
        src += new_array(onp.asarray(other * onp.float32(1 - alpha), "float32"))
        return src
    return overwrite(src, pixels_of(src) * onp.float32(alpha) + other * onp.float32(1 - alpha))


class BrightnessJitterAug(Augmenter):
    """The image times a number from 1 - brightness to 1 + brightness; written into it."""

    def __init__(self, brightness):
        super().__init__(brightness=brightness)
        self.brightness = brightness

    @checked(src="an image")
    def __call__(self, src):
        src_alpha = _between(self.brightness)
        if src.dtype != onp.float32:
            src *= src_alpha
            return src
        return overwrite(src, pixels_of(src) * onp.float32(src_alpha))


class ContrastJitterAug(Augmenter):
    """The image moved away from its mean gray by a factor from 1 - contrast to 1 + contrast; written into it."""

    def __init__(self, contrast):
        super().__init__(contrast=contrast)
        self.contrast = contrast

    @checked(src="an image")
    def __call__(self, src):
        alpha = _between(self.contrast)
        gray = (pixels_of(src) * GRAY).mean(dtype="float64")
        return _mixed(src, alpha, onp.float32(3 * gray))


class SaturationJitterAug(Augmenter):
    """Each pixel moved away from its gray by a factor from 1 - saturation to 1 + saturation; written into it."""

    def __init__(self, saturation):
        super().__init__(saturation=saturation)
        self.saturation = saturation

    @checked(src="an image")
    def __call__(self, src):
        alpha = _between(self.saturation)
        return _mixed(src, alpha, (pixels_of(src) * GRAY).sum(2, keepdims=True))


_TO_YIQ = onp.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.321], [0.211, -0.523, 0.311]])
_FROM_YIQ = onp.array([[1.0, 0.956, 0.621], [1.0, -0.272, -0.647], [1.0, -1.107, 1.705]])


class HueJitterAug(Augmenter):
    """The colours turned in the YIQ plane by -hue to hue of half a turn."""

    def __init__(self, hue):
        super().__init__(hue=hue)
        self.hue = hue

    @checked(src="an image")
    def __call__(self, src):
        angle = random.uniform(-self.hue, self.hue) * math.pi
        cos, sin = math.cos(angle), math.sin(angle)
        turn = _FROM_YIQ @ [[1, 0, 0], [0, cos, -sin], [0, sin, cos]] @ _TO_YIQ
        return image_like(pixels_of(src).astype("float32") @ turn.T.astype("float32"), src)


class ColorJitterAug(RandomOrderAug):
    """Brightness, contrast and saturation jittered in a random order; those that are 0 are left out."""

    def __init__(self, brightness, contrast, saturation):
        kinds = (BrightnessJitterAug, brightness), (ContrastJitterAug, contrast), (SaturationJitterAug, saturation)
        super().__init__([kind(strength) for kind, strength in kinds if strength > 0])


class LightingAug(Augmenter):
    """Colours moved along principal components by normal numbers of standard deviation alphastd; written into the image."""

    def __init__(self, alphastd, eigval, eigvec):
        if onp.shape(eigval) != (3,) or onp.shape(eigvec) != (3, 3):
            raise ArgumentValueError("LightingAug: `eigval` must be an array (3,) and `eigvec` one (3, 3), got shapes "
                                     f"{onp.shape(eigval)} and {onp.shape(eigvec)}")
        super().__init__(alphastd=alphastd, eigval=eigval, eigvec=eigvec)
        self.alphastd, self.eigval, self.eigvec = alphastd, eigval, eigvec

    @checked(src="an image")
    def __call__(self, src):
        alpha = onp.random.normal(0, self.alphastd, size=(3,))
        moved = onp.dot(self.eigvec * alpha, self.eigval).astype("float32")
        if src.dtype != onp.float32:
            src += new_array(moved)
            return src
        return overwrite(src, pixels_of(src) + moved)


class ColorNormalizeAug(Augmenter):
    """(image - mean) / std, written into it; either may be None."""

    def __init__(self, mean, std):
        super().__init__(mean=mean, std=std)
        self.mean, self.std = (v if v is None or isinstance(v, nd.NDArray) else nd.array(v) for v in (mean, std))

    def __call__(self, src):
        return color_normalize(src, self.mean, self.std)


class RandomGrayAug(Augmenter):
    """With probability p the gray of each pixel in all three channels, 0.21 red + 0.72 green + 0.07 blue."""

    def __init__(self, p):
        super().__init__(p=p)
        self.p = p

    @checked(src="an image")
    def __call__(self, src):
        if random.random() < self.p:
            weights = onp.repeat(onp.array([[0.21], [0.72], [0.07]], "float32"), 3, 1)
            src = image_like(pixels_of(src).astype("float32") @ weights, src)
        return src


class HorizontalFlipAug(Augmenter):
    """With probability p the image mirrored left to right."""

    def __init__(self, p):
        super().__init__(p=p)
        self.p = p

    @checked(src="an image")
    def __call__(self, src):
        return image_like(pixels_of(src)[:, ::-1], src) if random.random() < self.p else src


class CastAug(Augmenter):
    """Another dtype."""

    def __init__(self, typ="float32"):
        super().__init__(type=typ)
        self.typ = typ

    @checked(src="an image")
    def __call__(self, src):
        return src.astype(self.typ) if host_pixels(src) is None else image_like(pixels_of(src).astype(self.typ), src)


def statistics(mean, std, array=nd.array):
    """The augmenter for means and deviations of colours, in a list; True stands for ImageNet's, as an `array`."""
    found = []
    for name, value, usual in (("mean", mean, MEAN), ("std", std, STD)):
        if value is True:
            value = array(usual)
        elif value is not None and (not isinstance(value, onp.ndarray | nd.NDArray) or value.shape[0] not in (1, 3)):
            raise AssertionError(f"{name} must be True, or an array of 1 or 3 numbers, got {value!r}")
        found.append(value)
    return [] if mean is None and std is None else [ColorNormalizeAug(*found)]


def colours(brightness, contrast, saturation, hue, pca_noise, rand_gray):
    """The augmenters of colours that are asked for, without rand_gray."""
    found: list[Augmenter] = []
    if brightness or contrast or saturation:
        found.append(ColorJitterAug(brightness, contrast, saturation))
    if hue:
        found.append(HueJitterAug(hue))
    if pca_noise > 0:
        found.append(LightingAug(pca_noise, EIGENVALUES, EIGENVECTORS))
    if rand_gray > 0:
        found.append(RandomGrayAug(rand_gray))
    return found


def needs_three(what, data_shape):
    """Raises: ArgumentValueError unless it has three sizes."""
    if len(data_shape) != 3:
        raise ArgumentValueError(f"{what}: `data_shape` must be (channels, height, width), got {data_shape!r}")


@checked(data_shape="whole numbers", resize="a number", pca_noise="a number", rand_gray="a number")
def CreateAugmenter(data_shape, resize=0, rand_crop=False, rand_resize=False, rand_mirror=False, mean=None, std=None, brightness=0,
                    contrast=0, saturation=0, hue=0, pca_noise=0, rand_gray=0, inter_method=2):
    """A list of augmenters that make images of data_shape (channels, height, width).

    Args:
        resize: length of the shorter side before anything is cut; 0 leaves it.
        rand_crop: cut at a random place instead of the middle.  rand_resize: of random area and ratio, too; needs rand_crop.
        rand_mirror: mirror half of the images.  brightness, contrast, saturation, hue: see ColorJitterAug and HueJitterAug.
        pca_noise: see LightingAug.  rand_gray: probability of RandomGrayAug.
        mean, std: arrays of 1 or 3 numbers, or True for ImageNet's.  inter_method: see resize_short.
    """
    needs_three("CreateAugmenter", data_shape)
    size = (data_shape[2], data_shape[1])
    found: list[Augmenter] = [ResizeAug(resize, inter_method)] if resize > 0 else []
    if rand_resize:
        if not rand_crop:
            raise AssertionError("CreateAugmenter: rand_resize=True needs rand_crop=True")
        found.append(RandomSizedCropAug(size, 0.08, (3 / 4, 4 / 3), inter_method))
    else:
        found.append((RandomCropAug if rand_crop else CenterCropAug)(size, inter_method))
    if rand_mirror:
        found.append(HorizontalFlipAug(0.5))
    return [*found, CastAug(), *colours(brightness, contrast, saturation, hue, pca_noise, rand_gray), *statistics(mean, std)]
