"""Transforms of an image (H, W, C) together with its boxes (n, 4 or more): left, top, right, bottom in pixels, and what else there is.

Draws come from Python's `random`; which of the cuts that serve is taken comes from NumPy's global generator, as in MXNet 2.0.0b1.
Differs: boxes keep their dtype where MXNet makes them float32 (crops), and what is given is not written to (flips).
"""
from __future__ import annotations

import numbers
import random

import numpy as onp

from .......array.image import run
from .......image.functions import image_like, pixels_of
from ......block import Block
from .utils import _check_bbox_shape, bbox_crop, bbox_flip, bbox_random_crop_with_constraints, bbox_resize, bbox_translate

__all__ = ["ImageBboxCrop", "ImageBboxRandomCropWithConstraints", "ImageBboxRandomExpand", "ImageBboxRandomFlipLeftRight",
           "ImageBboxResize"]


def _boxes(bbox):
    """A copy of the boxes on the host. Raises: AssertionError for another shape."""
    _check_bbox_shape(bbox)
    return onp.array(pixels_of(bbox))


class ImageBboxRandomFlipLeftRight(Block):
    """Image and boxes mirrored left to right with probability p."""

    def __init__(self, p=0.5):
        super().__init__()
        self.p = p

    def forward(self, img, bbox):
        boxes = _boxes(bbox)
        if self.p <= 0 or (self.p < 1 and self.p < random.random()):
            return img, bbox
        return run("nd.image.flip_left_right", img), image_like(bbox_flip(boxes, (img.shape[-2], img.shape[-3]), flip_x=True), bbox)


class ImageBboxCrop(Block):
    """The rectangle crop = (x, y, width, height) of the image; all of the image where it does not fit.

    allow_outside_center: whether boxes stay whose centre is outside."""

    def __init__(self, crop, allow_outside_center=False):
        super().__init__()
        if len(crop) != 4 or min(crop[:2]) < 0 or min(crop[2:]) <= 0:
            raise AssertionError(f"ImageBboxCrop: crop must be (x, y, width, height), not negative and not empty, got {crop}")
        self._crop, self._outside = tuple(crop), allow_outside_center

    def forward(self, img, bbox):
        x, y, w, h = self._crop
        if x + w >= img.shape[-2] or y + h >= img.shape[-3]:
            return img, bbox
        return run("nd.image.crop", img, x, y, w, h), image_like(bbox_crop(_boxes(bbox), self._crop, self._outside), bbox)


class ImageBboxRandomCropWithConstraints(Block):
    """With probability p one of several random rectangles, of which each meets the overlap that a constraint asks for (Liu et al., 2016).

    min_scale, max_scale, max_aspect_ratio: of the rectangles.  constraints: (least, most) overlaps with the boxes, None for any.
    max_trial: draws for each constraint.
    """

    def __init__(self, p=0.5, min_scale=0.3, max_scale=1, max_aspect_ratio=2, constraints=None, max_trial=50):
        super().__init__()
        self.p, self._arguments = p, (min_scale, max_scale, max_aspect_ratio, constraints, max_trial)

    def forward(self, img, bbox):
        if random.random() > self.p:
            return img, bbox
        size = img.shape[-2], img.shape[-3]
        boxes, rectangle = bbox_random_crop_with_constraints(_boxes(bbox), size, *self._arguments)
        if rectangle == (0, 0, *size):
            return img, bbox
        return run("nd.image.crop", img, *rectangle), image_like(boxes, bbox)


class ImageBboxRandomExpand(Block):
    """With probability p the image at a random place of one up to max_ratio times as large, filled with `fill`.

    fill: a number, or one for each channel.  keep_ratio: whether both sides grow by the same factor."""

    def __init__(self, p=0.5, max_ratio=4, fill=0, keep_ratio=True):
        super().__init__()
        self.p, self._max_ratio, self._fill, self._keep_ratio = p, max_ratio, fill, keep_ratio

    def forward(self, img, bbox):
        if self._max_ratio <= 1 or random.random() > self.p:
            return img, bbox
        if len(img.shape) != 3:
            raise NotImplementedError(f"ImageBboxRandomExpand: an image is (height, width, channels), got {img.shape}")
        h, w, channels = img.shape
        across = random.uniform(1, self._max_ratio)
        down = across if self._keep_ratio else random.uniform(1, self._max_ratio)
        height, width = int(h * down), int(w * across)
        top, left = random.randint(0, height - h), random.randint(0, width - w)
        if not isinstance(self._fill, numbers.Number) and len(self._fill) != channels:
            raise ValueError(f"Channel and fill size mismatch, {channels} vs {len(self._fill)}")
        pixels = pixels_of(img)
        found = onp.empty((height, width, channels), pixels.dtype)
        found[:] = onp.asarray(self._fill, pixels.dtype)
        found[top:top + h, left:left + w] = pixels
        return image_like(found, img), image_like(bbox_translate(_boxes(bbox), left, top), bbox)


class ImageBboxResize(Block):
    """Image and boxes in another size. interp: 0 nearest, 1 linear, 2 cubic, 3 area, 4 Lanczos, -1 any of them."""

    def __init__(self, width, height, interp=1):
        super().__init__()
        self._size, self._interp = (width, height), interp

    def forward(self, img, bbox):
        if len(img.shape) != 3:
            raise NotImplementedError(f"ImageBboxResize: an image is (height, width, channels), got {img.shape}")
        interp = random.randint(0, 4) if self._interp == -1 else self._interp
        boxes = bbox_resize(_boxes(bbox), (img.shape[-2], img.shape[-3]), self._size).astype("float32")
        return run("nd.image.resize", img, self._size, False, interp), image_like(boxes, bbox)
