"""What is done to an image together with its boxes (MXNet: mxnet.image.detection).

A label is a NumPy array (objects, 5 or more): class, left, top, right, bottom in fractions of the image, and what else there is.
Draws come from Python's `random`, in MXNet's order.
"""
from __future__ import annotations

import math
import numbers
import random
import warnings

import numpy as onp

from ..arguments import check, checked
from .augmenters import Augmenter, CastAug, Described, ForceResizeAug, ResizeAug, colours, needs_three, statistics
from .functions import copyMakeBorder, fixed_crop, image_like, pixels_of

__all__ = ["CreateDetAugmenter", "CreateMultiRandCropAugmenter", "DetAugmenter", "DetBorrowAug", "DetHorizontalFlipAug",
           "DetRandomCropAug", "DetRandomPadAug", "DetRandomSelectAug"]


class DetAugmenter(Described):
    """A function of an image and its label that gives both. Subclasses define __call__(src, label)."""

    def __call__(self, src, label):
        raise NotImplementedError(f"{type(self).__name__} needs a method __call__(src, label)")


class DetBorrowAug(DetAugmenter):
    """An Augmenter that leaves boxes where they are. Raises: TypeError if it is none."""

    def __init__(self, augmenter):
        if not isinstance(augmenter, Augmenter):
            raise TypeError(f"DetBorrowAug: an mx.image.Augmenter is needed, got {type(augmenter).__name__}")
        super().__init__(augmenter=augmenter.dumps())
        self.augmenter = augmenter

    def dumps(self):
        return [type(self).__name__.lower(), self.augmenter.dumps()]

    def __call__(self, src, label):
        return self.augmenter(src), label


class DetRandomSelectAug(DetAugmenter):
    """One of several DetAugmenters; none with probability skip_prob. Raises: ValueError if one of them is something else."""

    def __init__(self, aug_list, skip_prob=0):
        super().__init__(skip_prob=skip_prob)
        self.aug_list = aug_list if isinstance(aug_list, list | tuple) else [aug_list]
        for augmenter in self.aug_list:
            if not isinstance(augmenter, DetAugmenter):
                raise ValueError(f"DetRandomSelectAug: DetAugmenters are needed, got {type(augmenter).__name__}")
        self.skip_prob = skip_prob if self.aug_list else 1

    def dumps(self):
        return [type(self).__name__.lower(), [a.dumps() for a in self.aug_list]]

    def __call__(self, src, label):
        if random.random() < self.skip_prob:
            return src, label
        random.shuffle(self.aug_list)
        return self.aug_list[0](src, label)


class DetHorizontalFlipAug(DetAugmenter):
    """With probability p the image and its boxes mirrored left to right; the label is changed in place."""

    _wants = {"p": "a number"}

    def __init__(self, p):
        super().__init__(p=p)
        self.p = p

    @checked(src="an image", label="an array")
    def __call__(self, src, label):
        if random.random() < self.p:
            src = image_like(pixels_of(src)[:, ::-1], src)
            label[:, [1, 3]] = 1 - label[:, [3, 1]]
        return src, label


def _areas(boxes):
    """Areas of boxes (n, 4); 0 where right is left of left."""
    return (boxes[:, 2] - boxes[:, 0]).clip(0) * (boxes[:, 3] - boxes[:, 1]).clip(0)


class _DetRandom(DetAugmenter):
    """What crops and pads share: ranges of area and ratio."""

    _wants = {"max_attempts": "a whole number"}

    @classmethod
    def _pair(cls, name, value):
        value = (value, value) if isinstance(value, numbers.Number) else value
        check(cls.__name__, name, value, "a pair of numbers")
        return value

    def _ranges(self, area, ratio, wrong):
        """Whether the ranges can be used; a warning if not."""
        self.area_range, self.aspect_ratio_range = area, ratio
        for name, bad, value in (("area_range", wrong, area), ("aspect_ratio_range", ratio[0] <= 0 or ratio[0] > ratio[1], ratio)):
            if bad:
                warnings.warn(f"{type(self).__name__} does nothing: {name} {value} is no valid range", stacklevel=3)
                return False
        return True

    def _attempts(self, height, width):
        """(ratio, least area, most area in pixels) of each attempt at an image of this size; none that cannot be."""
        if not self.enabled or min(height, width) <= 0:
            return
        least, most = (a * height * width for a in self.area_range)
        for _ in range(self.max_attempts):
            ratio = random.uniform(*self.aspect_ratio_range)
            if ratio > 0:
                yield ratio, least, most


class DetRandomCropAug(_DetRandom):
    """A random rectangle that holds enough of the objects; the image as it is if max_attempts draws find none.

    min_object_covered: the share of each object it touches that must be inside.  min_eject_coverage: objects of which less is inside
    are dropped.  aspect_ratio_range: of width / height.  area_range: of its share of the image.
    """

    def __init__(self, min_object_covered=0.1, aspect_ratio_range=(0.75, 1.33), area_range=(0.05, 1.0), min_eject_coverage=0.3,
                 max_attempts=50):
        ratio, area = self._pair("aspect_ratio_range", aspect_ratio_range), self._pair("area_range", area_range)
        super().__init__(min_object_covered=min_object_covered, aspect_ratio_range=ratio, area_range=area,
                         min_eject_coverage=min_eject_coverage, max_attempts=max_attempts)
        self.min_object_covered, self.min_eject_coverage = min_object_covered, min_eject_coverage
        self.max_attempts = max_attempts
        self.enabled = self._ranges(area, ratio, area[1] <= 0 or area[0] > area[1])

    @checked(src="an image", label="an array")
    def __call__(self, src, label):
        found = self._random_crop_proposal(label, src.shape[0], src.shape[1])
        if found:
            x, y, w, h, label = found
            src = fixed_crop(src, x, y, w, h)
        return src, label

    def _random_crop_proposal(self, label, height, width):
        """(x, y, width, height, label) of a rectangle that serves, or ()."""
        for ratio, least, most in self._attempts(height, width):
            size = self._size(ratio, least, most, height, width)
            if size is None:
                continue
            w, h = size
            y, x = random.randint(0, max(0, height - h)), random.randint(0, max(0, width - w))
            if self._covers(label, (x / width, y / height, (x + w) / width, (y + h) / height), w * h, height, width):
                cut = self._cut(label, x / width, y / height, w / width, h / height)
                if len(cut):
                    return x, y, w, h, cut
        return ()

    def _size(self, ratio, least, most, height, width):
        """Width and height of a ratio with an area from least to most, in whole pixels, or None."""
        h, top = round(math.sqrt(least / ratio)), round(math.sqrt(most / ratio))
        if round(top * ratio) > width:
            top = int((width + 0.4999999) / ratio)
        top = min(top, height)
        h = random.randint(h, top) if h < top else top
        w = round(h * ratio)
        if w * h < least:
            h += 1
            w = round(h * ratio)
        if w * h > most:
            h -= 1
            w = round(h * ratio)
        return (w, h) if least <= w * h <= most and 0 <= w <= width and 0 <= h <= height else None

    def _covers(self, label, rectangle, pixels, height, width):
        """Whether the rectangle holds enough of each object that it touches, and touches one."""
        if pixels < 2:
            return False
        boxes = label[:, 1:5]
        areas = _areas(boxes)
        large = areas * width * height > 2
        if not large.any():
            return False
        inside = _areas(onp.concatenate([onp.maximum(boxes[large, :2], rectangle[:2]), onp.minimum(boxes[large, 2:], rectangle[2:])], 1))
        shares = inside / areas[large]
        shares = shares[shares > 0]
        return shares.size > 0 and shares.min() > self.min_object_covered

    def _cut(self, label, left, top, w, h):
        """The label in fractions of the rectangle, without the objects of which too little is left."""
        found = label.copy()
        found[:, (1, 3)] = (found[:, (1, 3)] - left) / w
        found[:, (2, 4)] = (found[:, (2, 4)] - top) / h
        found[:, 1:5] = found[:, 1:5].clip(0, 1)
        with onp.errstate(divide="ignore", invalid="ignore"):
            left_over = _areas(found[:, 1:5]) * w * h / _areas(label[:, 1:5])
        return found[(found[:, 3] > found[:, 1]) & (found[:, 4] > found[:, 2]) & (left_over > self.min_eject_coverage)]


class DetRandomPadAug(_DetRandom):
    """The image at a random place of a larger one filled with pad_val; as it is if max_attempts draws do not enlarge it.

    aspect_ratio_range: of the larger image's width / height.  area_range: of its area, as a multiple of the image's.
    """

    def __init__(self, aspect_ratio_range=(0.75, 1.33), area_range=(1.0, 3.0), max_attempts=50, pad_val=(128, 128, 128)):
        ratio, area = self._pair("aspect_ratio_range", aspect_ratio_range), self._pair("area_range", area_range)
        super().__init__(aspect_ratio_range=ratio, area_range=area, max_attempts=max_attempts, pad_val=pad_val)
        self.pad_val = (pad_val,) * 3 if isinstance(pad_val, numbers.Number) else pad_val
        self.max_attempts = max_attempts
        self.enabled = self._ranges(area, ratio, area[1] <= 1 or area[0] > area[1])

    @checked(src="an image", label="an array")
    def __call__(self, src, label):
        height, width = src.shape[:2]
        found = self._random_pad_proposal(label, height, width)
        if found:
            x, y, w, h, label = found
            src = copyMakeBorder(src, y, h - y - height, x, w - x - width, 16, values=self.pad_val)
        return src, label

    def _random_pad_proposal(self, label, height, width):
        """(x, y, width, height, label) of the image within a larger one, or ()."""
        for ratio, least, most in self._attempts(height, width):
            h, top = round(math.sqrt(least / ratio)), round(math.sqrt(most / ratio))
            if round(h * ratio) < width:
                h = int((width + 0.499999) / ratio)
            h = min(max(h, height), top)
            if h < top:
                h = random.randint(h, top)
            w = round(h * ratio)
            if h - height < 2 or w - width < 2:
                continue
            y, x = random.randint(0, max(0, h - height)), random.randint(0, max(0, w - width))
            moved = label.copy()
            moved[:, (1, 3)] = (moved[:, (1, 3)] * width + x) / w
            moved[:, (2, 4)] = (moved[:, (2, 4)] * height + y) / h
            return x, y, w, h, moved
        return ()


def CreateMultiRandCropAugmenter(min_object_covered=0.1, aspect_ratio_range=(0.75, 1.33), area_range=(0.05, 1.0),
                                 min_eject_coverage=0.3, max_attempts=50, skip_prob=0):
    """One of several DetRandomCropAug at random: for every argument a list of their values, or one value for all of them."""
    settings = [v if isinstance(v, list) else [v] for v in (min_object_covered, aspect_ratio_range, area_range, min_eject_coverage,
                                                            max_attempts)]
    count = max(map(len, settings))
    for values in settings:
        if len(values) not in (1, count):
            raise AssertionError(f"CreateMultiRandCropAugmenter: lists of {count} values or single ones are needed, got {values}")
    settings = [v if len(v) == count else v * count for v in settings]
    return DetRandomSelectAug([DetRandomCropAug(*values) for values in zip(*settings, strict=True)], skip_prob=skip_prob)


@checked(data_shape="whole numbers", area_range="a pair of numbers", **dict.fromkeys(
    ("resize", "rand_crop", "rand_pad", "rand_gray", "pca_noise"), "a number"))
def CreateDetAugmenter(data_shape, resize=0, rand_crop=0, rand_pad=0, rand_gray=0, rand_mirror=False, mean=None, std=None, brightness=0,
                       contrast=0, saturation=0, pca_noise=0, hue=0, inter_method=2, min_object_covered=0.1,
                       aspect_ratio_range=(0.75, 1.33), area_range=(0.05, 3.0), min_eject_coverage=0.3, max_attempts=50,
                       pad_val=(127, 127, 127)):
    """A list of DetAugmenters that make images of data_shape (channels, height, width) with their boxes.

    Args:
        rand_crop, rand_pad: probabilities of DetRandomCropAug and DetRandomPadAug, which the last six arguments are for.
        resize, rand_mirror, rand_gray, brightness, contrast, saturation, hue, pca_noise, mean, std, inter_method: see CreateAugmenter.
    """
    needs_three("CreateDetAugmenter", data_shape)
    found: list[DetAugmenter] = [DetBorrowAug(ResizeAug(resize, inter_method))] if resize > 0 else []
    if rand_crop > 0:
        found.append(CreateMultiRandCropAugmenter(min_object_covered, aspect_ratio_range, area_range, min_eject_coverage, max_attempts,
                                                  skip_prob=1 - rand_crop))
    if rand_mirror:
        found.append(DetHorizontalFlipAug(0.5))
    if rand_pad > 0:
        pad = DetRandomPadAug(aspect_ratio_range, (1.0, area_range[1]), max_attempts, pad_val)
        found.append(DetRandomSelectAug([pad], 1 - rand_pad))
    borrowed = [ForceResizeAug((data_shape[2], data_shape[1]), inter_method), CastAug(),
                *colours(brightness, contrast, saturation, hue, pca_noise, rand_gray), *statistics(mean, std, onp.array)]
    return found + [DetBorrowAug(a) for a in borrowed]
