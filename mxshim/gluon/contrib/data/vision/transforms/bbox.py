"""Transforms of an image (H, W, C) together with its boxes (n, 4 or more): left, top, right, bottom in pixels, and what else there is.

Draws come from Python's `random`; which of the cuts that serve is taken comes from NumPy's global generator, as in MXNet 2.0.0b1.
"""
from __future__ import annotations

import math
import numbers
import random

import numpy as onp

from ......array.image import run
from ......image.functions import image_like, pixels_of
from .....block import Block

__all__ = ["ImageBboxCrop", "ImageBboxRandomCropWithConstraints", "ImageBboxRandomExpand", "ImageBboxRandomFlipLeftRight",
           "ImageBboxResize"]


def _boxes(bbox):
    """A copy of the boxes on the host. Raises: AssertionError for another shape."""
    if len(bbox.shape) != 2 or bbox.shape[1] < 4:
        raise AssertionError(f"bbox requires shape of (N, 4+), given: {bbox.shape}")
    return onp.array(pixels_of(bbox))


def cut_boxes(boxes, rectangle, outside):
    """The boxes within a rectangle (x, y, width, height), counted from its corner; without those whose centre is outside, unless
    `outside`, and without those of which nothing is left."""
    corner = onp.array(rectangle[:2])
    end = corner + rectangle[2:]
    centres = (boxes[:, :2] + boxes[:, 2:4]) / 2
    kept = onp.ones(len(boxes), bool) if outside else ((corner <= centres) & (centres < end)).all(1)
    found = boxes.copy()
    found[:, :2] = onp.maximum(boxes[:, :2], corner) - corner
    found[:, 2:4] = onp.minimum(boxes[:, 2:4], end) - corner
    return found[kept & (found[:, :2] < found[:, 2:4]).all(1)]


def _overlap(boxes, rectangle):
    """Intersection over union of each box with a rectangle (left, top, right, bottom)."""
    low, high = onp.maximum(boxes[:, :2], rectangle[:2]), onp.minimum(boxes[:, 2:4], rectangle[2:])
    common = (high - low).clip(0).prod(1)
    areas = (boxes[:, 2:4] - boxes[:, :2]).prod(1)
    return common / (areas + onp.prod(rectangle[2:] - rectangle[:2]) - common)


class ImageBboxRandomFlipLeftRight(Block):
    """Image and boxes mirrored left to right with probability p."""

    def __init__(self, p=0.5):
        super().__init__()
        self.p = p

    def forward(self, img, bbox):
        boxes = _boxes(bbox)
        if self.p <= 0 or (self.p < 1 and self.p < random.random()):
            return img, bbox
        boxes[:, [0, 2]] = img.shape[-2] - boxes[:, [2, 0]]
        return run("nd.image.flip_left_right", img), image_like(boxes, bbox)


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
        return run("nd.image.crop", img, x, y, w, h), image_like(cut_boxes(_boxes(bbox), self._crop, self._outside), bbox)


class ImageBboxRandomCropWithConstraints(Block):
    """With probability p one of several random rectangles, of which each meets the overlap that a constraint asks for (Liu et al., 2016).

    min_scale, max_scale, max_aspect_ratio: of the rectangles.  constraints: (least, most) overlaps with the boxes, None for any.
    max_trial: draws for each constraint.
    """

    def __init__(self, p=0.5, min_scale=0.3, max_scale=1, max_aspect_ratio=2, constraints=None, max_trial=50):
        super().__init__()
        self.p, self._scale, self._ratio, self._trials = p, (min_scale, max_scale), max_aspect_ratio, max_trial
        self._constraints = constraints or ((0.1, None), (0.3, None), (0.5, None), (0.7, None), (0.9, None), (None, 1))

    def forward(self, img, bbox):
        if random.random() > self.p:
            return img, bbox
        size = img.shape[-2], img.shape[-3]
        boxes, rectangle = self._chosen(_boxes(bbox), *size)
        if rectangle == (0, 0, *size):
            return img, bbox
        return run("nd.image.crop", img, *rectangle), image_like(boxes, bbox)

    def _chosen(self, boxes, w, h):
        found = [(0, 0, w, h)]
        for least, most in self._constraints:
            for _ in range(self._trials):
                rectangle = self._drawn(w, h)
                x, y, width, height = rectangle
                if not len(boxes):
                    return boxes, rectangle
                overlap = _overlap(boxes, onp.array([x, y, x + width, y + height]))
                if (least is None or least <= overlap.min()) and (most is None or overlap.max() <= most):
                    found.append(rectangle)
                    break
        while found:
            rectangle = found.pop(onp.random.randint(0, len(found)))
            kept = cut_boxes(boxes, rectangle, False)
            if kept.size:
                return kept, rectangle
        return boxes, (0, 0, w, h)

    def _drawn(self, w, h):
        scale = random.uniform(*self._scale)
        ratio = random.uniform(max(1 / self._ratio, scale * scale), min(self._ratio, 1 / (scale * scale)))
        height, width = int(h * scale / math.sqrt(ratio)), int(w * scale * math.sqrt(ratio))
        top, left = random.randrange(max(1, h - height)), random.randrange(max(1, w - width))
        return left, top, width, height


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
        boxes = _boxes(bbox)
        boxes[:, :4] += onp.array([left, top, left, top], boxes.dtype)
        return image_like(found, img), image_like(boxes, bbox)


class ImageBboxResize(Block):
    """Image and boxes in another size. interp: 0 nearest, 1 linear, 2 cubic, 3 area, 4 Lanczos, -1 any of them."""

    def __init__(self, width, height, interp=1):
        super().__init__()
        self._size, self._interp = (width, height), interp

    def forward(self, img, bbox):
        if len(img.shape) != 3:
            raise NotImplementedError(f"ImageBboxResize: an image is (height, width, channels), got {img.shape}")
        interp = random.randint(0, 4) if self._interp == -1 else self._interp
        boxes = _boxes(bbox).astype("float32")
        boxes[:, [0, 2]] *= self._size[0] / img.shape[-2]
        boxes[:, [1, 3]] *= self._size[1] / img.shape[-3]
        return run("nd.image.resize", img, self._size, False, interp), image_like(boxes, bbox)
