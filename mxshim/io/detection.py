"""What ImageDetRecordIter does to an image and its boxes; its formulas are those of MXNet's augmenter for detection."""
from __future__ import annotations

import math

import numpy as onp

from ..base import MXNetError
from ..ops.image import resized
from . import hls

# The arguments and their defaults. Those that end in s have a value for each of num_crop_sampler ways to crop.
DEFAULTS = {
    "resize": -1, "resize_mode": "force", "inter_method": 1, "fill_value": 127, "rand_mirror_prob": 0.0,
    "rand_pad_prob": 0.0, "max_pad_scale": 1.0,
    "rand_crop_prob": 0.0, "num_crop_sampler": 1, "min_crop_scales": (0.0,), "max_crop_scales": (1.0,),
    "min_crop_aspect_ratios": (1.0,), "max_crop_aspect_ratios": (1.0,), "min_crop_overlaps": (0.0,), "max_crop_overlaps": (1.0,),
    "min_crop_sample_coverages": (0.0,), "max_crop_sample_coverages": (1.0,), "min_crop_object_coverages": (0.0,),
    "max_crop_object_coverages": (1.0,), "max_crop_trials": (25,), "crop_emit_mode": "center", "emit_overlap_thresh": 0.3,
    "random_hue_prob": 0.0, "max_random_hue": 0, "random_saturation_prob": 0.0, "max_random_saturation": 0,
    "random_illumination_prob": 0.0, "max_random_illumination": 0, "random_contrast_prob": 0.0, "max_random_contrast": 0.0,
}


class DetectionAugmenter:
    """(pixels uint8 (H, W, C), boxes (n, 5 or more) of class, left, top, right, bottom as fractions) -> both, changed.

    In this order: `resize` makes the shorter side so long; hue, saturation, lightness and contrast change, each with its probability;
    the image is mirrored; it is put at a random place of one up to max_pad_scale times as large, of fill_value; one of the samplers
    cuts a rectangle out; resize_mode "force" makes the size that of the batch, "fit" and "shrink" keep the ratio of the sides, and
    "shrink" never enlarges.
    A sampler draws up to max_crop_trials rectangles: a scale, a ratio of the sides and a place. It takes the first that has a box with an
    overlap (intersection over union), one with a sample coverage (share of the rectangle) and one with an object coverage (share of the
    box) within the bounds, and keeps a box: those whose middle is inside, or with crop_emit_mode="overlap" those of which more than
    emit_overlap_thresh is inside.
    """

    def __init__(self, what, data_shape, arguments):
        """arguments: a dict; those that are known here are taken out of it."""
        for name, default in DEFAULTS.items():
            value = arguments.pop(name, default)
            setattr(self, name, tuple(value) if isinstance(value, list) else value)
        self.size = data_shape[2], data_shape[1]
        if self.resize_mode not in ("force", "fit", "shrink"):
            raise MXNetError(f"{what}: resize_mode must be 'force', 'fit' or 'shrink', got {self.resize_mode!r}")
        if self.crop_emit_mode not in ("center", "overlap"):
            raise MXNetError(f"{what}: crop_emit_mode must be 'center' or 'overlap', got {self.crop_emit_mode!r}")
        for name in [n for n in DEFAULTS if isinstance(DEFAULTS[n], tuple)]:
            values = getattr(self, name)
            values = (values,) if isinstance(values, int | float) else values
            if self.rand_crop_prob and len(values) not in (1, self.num_crop_sampler):
                raise MXNetError(f"{what}: {name} must have a value for each of the {self.num_crop_sampler} samplers, got {values}")
            setattr(self, name, values * self.num_crop_sampler if len(values) == 1 else values)

    def __call__(self, pixels, boxes, draw):
        """draw: the random.Random to draw from."""
        if self.resize > 0:
            h, w = pixels.shape[:2]
            pixels = self._sized(pixels, *((self.resize, self.resize * h // w) if h > w else (self.resize * w // h, self.resize)))
        pixels = self._coloured(pixels, draw)
        if draw.random() < self.rand_mirror_prob:
            pixels, boxes = pixels[:, ::-1], boxes.copy()
            boxes[:, [1, 3]] = 1 - boxes[:, [3, 1]]
        if self.max_pad_scale > 1 and draw.random() < self.rand_pad_prob:
            pixels, boxes = self._padded(pixels, boxes, draw)
        if draw.random() < self.rand_crop_prob:
            pixels, boxes = self._cropped(pixels, boxes, draw)
        h, w = pixels.shape[:2]
        width, height = self.size
        if self.resize_mode == "force":
            return self._sized(pixels, width, height), boxes
        ratio = min(width / w, height / h)
        if self.resize_mode == "shrink" and ratio >= 1:
            return pixels, boxes
        return self._sized(pixels, min(int(w * ratio), width), min(int(h * ratio), height)), boxes

    def _sized(self, pixels, w, h):
        method = self.inter_method if self.inter_method < 5 else 1
        return pixels if pixels.shape[1::-1] == (w, h) else resized(pixels, w, h, method)

    def _coloured(self, pixels, draw):
        def drawn(name, limit):
            return draw.uniform(-limit, limit) if draw.random() < getattr(self, f"random_{name}_prob") else 0

        shifts = [int(drawn(n, getattr(self, f"max_random_{n}"))) for n in ("hue", "illumination", "saturation")]
        if any(shifts) and pixels.shape[2] == 3:
            pixels = hls.shifted(pixels, *shifts)
        contrast = drawn("contrast", self.max_random_contrast)
        return pixels if abs(contrast) <= 1e-3 else onp.rint(pixels.astype("float32") * (1 + contrast)).clip(0, 255).astype("uint8")

    def _padded(self, pixels, boxes, draw):
        h, w = pixels.shape[:2]
        scale = draw.uniform(1, self.max_pad_scale)
        left, top = (draw.uniform(0, scale - 1) for _ in range(2))
        x, y = int(left * w), int(top * h)
        canvas = onp.full((max(int(scale * h), y + h), max(int(scale * w), x + w), pixels.shape[2]), self.fill_value, "uint8")
        canvas[y:y + h, x:x + w] = pixels
        boxes = boxes.copy()
        boxes[:, [1, 3]] = (boxes[:, [1, 3]] + left) / scale
        boxes[:, [2, 4]] = (boxes[:, [2, 4]] + top) / scale
        return canvas, boxes

    def _cropped(self, pixels, boxes, draw):
        """A rectangle of the image with its boxes; all of it if no sampler finds one."""
        h, w = pixels.shape[:2]
        for k in draw.sample(range(self.num_crop_sampler), self.num_crop_sampler):
            for _ in range(self.max_crop_trials[k]):
                scale = draw.uniform(self.min_crop_scales[k], self.max_crop_scales[k]) + 1e-12
                low = max(self.min_crop_aspect_ratios[k] * h / w, scale * scale)
                high = min(self.max_crop_aspect_ratios[k] * h / w, 1 / (scale * scale))
                ratio = math.sqrt(draw.uniform(low, high))
                width, height = min(1.0, scale * ratio), min(1.0, scale / ratio)
                left, top = draw.uniform(0, 1 - width), draw.uniform(0, 1 - height)
                x, y = int(left * w), int(top * h)
                columns, rows = int(width * w), int(height * h)
                kept = self._kept(k, boxes, left, top, width, height) if columns and rows else None
                if kept is not None:
                    return pixels[y:y + rows, x:x + columns], kept
        return pixels, boxes

    def _kept(self, k, boxes, left, top, width, height):
        """The boxes inside a rectangle, in its coordinates; None if the sampler does not want it."""
        if not len(boxes):
            return boxes
        x0, y0, x1, y1 = boxes[:, 1:5].T
        common = (onp.minimum(x1, left + width) - onp.maximum(x0, left)).clip(0) * (
            onp.minimum(y1, top + height) - onp.maximum(y0, top)).clip(0)
        own, area = (x1 - x0) * (y1 - y0), width * height
        share = common / onp.where(own > 0, own, 1)
        for values, kind in ((common / (own + area - common), "overlaps"), (common / area, "sample_coverages"),
                             (share, "object_coverages")):
            low, high = getattr(self, f"min_crop_{kind}")[k], getattr(self, f"max_crop_{kind}")[k]
            if (low > 0 or high < 1) and not ((low <= values) & (values <= high)).any():
                return None
        if self.crop_emit_mode == "center":
            x, y = (x0 + x1) / 2, (y0 + y1) / 2
            inside = (left <= x) & (x < left + width) & (top <= y) & (y < top + height)
        else:
            inside = share > self.emit_overlap_thresh
        if not inside.any():
            return None
        kept = boxes[inside].copy()
        kept[:, [1, 3]] = ((kept[:, [1, 3]] - left) / width).clip(0, 1)
        kept[:, [2, 4]] = ((kept[:, [2, 4]] - top) / height).clip(0, 1)
        return kept
