"""Functions of boxes in NumPy arrays (n, 4 or more): left, top, right, bottom, and what else there is, which stays.

MXNet: mxnet.gluon.contrib.data.vision.transforms.bbox.utils of 2.0.0b1. The boxes that are given stay as they are.
"""
from __future__ import annotations

import math
import random

import numpy as onp

__all__ = ["bbox_clip_xyxy", "bbox_crop", "bbox_flip", "bbox_iou", "bbox_random_crop_with_constraints", "bbox_resize", "bbox_translate",
           "bbox_xywh_to_xyxy", "bbox_xyxy_to_xywh"]
CONSTRAINTS = (0.1, None), (0.3, None), (0.5, None), (0.7, None), (0.9, None), (None, 1)


def _check_bbox_shape(bbox):
    """Raises: AssertionError unless it is of shape (n, 4 or more)."""
    if len(bbox.shape) != 2 or bbox.shape[1] < 4:
        raise AssertionError(f"bbox requires shape of (N, 4+), given: {bbox.shape}")


def _needs(what, name, value, length):
    if len(value) != length:
        raise ValueError(f"{what}: `{name}` must have {length} numbers, got {value}")


def bbox_crop(bbox, crop_box=None, allow_outside_center=True):
    """The boxes within crop_box = (x, y, width, height), counted from its corner, without those of which nothing is left.

    crop_box: None leaves all as they are; a None among the numbers is 0, or no end.  allow_outside_center: False also drops the boxes
    whose centre is outside.  Raises: ValueError for another number of numbers.
    """
    found = bbox.copy()
    if crop_box is None:
        return found
    _needs("bbox_crop", "crop_box", crop_box, 4)
    if all(n is None for n in crop_box):
        return found
    corner = onp.array([n or 0 for n in crop_box[:2]])
    end = corner + [n or onp.inf for n in crop_box[2:]]
    centres = (bbox[:, :2] + bbox[:, 2:4]) / 2
    kept = onp.ones(len(bbox), bool) if allow_outside_center else ((corner <= centres) & (centres < end)).all(1)
    found[:, :2] = onp.maximum(bbox[:, :2], corner) - corner
    found[:, 2:4] = onp.minimum(bbox[:, 2:4], end) - corner
    return found[kept & (found[:, :2] < found[:, 2:4]).all(1)]


def bbox_flip(bbox, size, flip_x=False, flip_y=False):
    """The boxes of an image of `size` (width, height) that is mirrored left to right (flip_x) or top to bottom (flip_y).

    Raises: ValueError for another size."""
    _needs("bbox_flip", "size", size, 2)
    found = bbox.copy()
    for axis, flip in enumerate((flip_x, flip_y)):
        if flip:
            found[:, [axis, axis + 2]] = size[axis] - found[:, [axis + 2, axis]]
    return found


def bbox_resize(bbox, in_size, out_size):
    """The boxes, float64, of an image whose size goes from in_size to out_size, (width, height). Raises: ValueError for other sizes."""
    _needs("bbox_resize", "in_size", in_size, 2)
    _needs("bbox_resize", "out_size", out_size, 2)
    found = bbox.astype("float64")
    for axis in (0, 1):
        found[:, axis:4:2] *= out_size[axis] / in_size[axis]
    return found


def bbox_translate(bbox, x_offset=0, y_offset=0):
    """The boxes moved by (x_offset, y_offset)."""
    found = bbox.copy()
    found[:, :2] += (x_offset, y_offset)
    found[:, 2:4] += (x_offset, y_offset)
    return found


def bbox_iou(bbox_a, bbox_b, offset=0):
    """Intersection over union of each of n boxes with each of m, (n, m). offset: added to right - left for a width.

    Raises: IndexError for boxes of fewer than four numbers."""
    if bbox_a.shape[1] < 4 or bbox_b.shape[1] < 4:
        raise IndexError(f"bbox_iou: boxes must have at least four numbers, got shapes {bbox_a.shape} and {bbox_b.shape}")
    low, high = onp.maximum(bbox_a[:, None, :2], bbox_b[:, :2]), onp.minimum(bbox_a[:, None, 2:4], bbox_b[:, 2:4])
    common = (high - low + offset).prod(2) * (low < high).all(2)  # (n, m)
    a, b = ((boxes[:, 2:4] - boxes[:, :2] + offset).prod(1) for boxes in (bbox_a, bbox_b))
    return common / (a[:, None] + b - common)


def _columns(what, boxes):
    """The four numbers of one box, a tuple or a list, or those of many, columns of an array. Raises: TypeError, IndexError for others."""
    if not isinstance(boxes, tuple | list | onp.ndarray):
        raise TypeError(f"{what}: a tuple, a list or a numpy.ndarray is needed, got {type(boxes).__name__}")
    if boxes.size % 4 if isinstance(boxes, onp.ndarray) else len(boxes) != 4:
        raise IndexError(f"{what}: boxes must have four numbers, got {boxes}")
    return [boxes[:, k] for k in range(4)] if isinstance(boxes, onp.ndarray) else boxes


def _alike(boxes, columns):
    return onp.stack(columns, 1) if isinstance(boxes, onp.ndarray) else tuple(columns)


def bbox_xywh_to_xyxy(xywh):
    """Left, top, width, height in whole pixels to left, top, right, bottom: right is left + width - 1.

    xywh: one box, a tuple or a list, which gives a tuple; or an array (n, 4).  Raises: TypeError, IndexError for others."""
    x, y, w, h = _columns("bbox_xywh_to_xyxy", xywh)
    return _alike(xywh, (x, y, x + onp.maximum(w - 1, 0), y + onp.maximum(h - 1, 0)))


def bbox_xyxy_to_xywh(xyxy):
    """The other way round of bbox_xywh_to_xyxy."""
    x, y, right, bottom = _columns("bbox_xyxy_to_xywh", xyxy)
    return _alike(xyxy, (x, y, right - x + 1, bottom - y + 1))


def bbox_clip_xyxy(xyxy, width, height):
    """Left, top, right, bottom held to the pixels of an image: 0 to width - 1 and 0 to height - 1.

    xyxy: as for bbox_xywh_to_xyxy. As in MXNet, an array gives one of 4 n numbers, all that are left first, then top, right, bottom."""
    columns = _columns("bbox_clip_xyxy", xyxy)
    held = [onp.minimum(n - 1, onp.maximum(0, c)) for c, n in zip(columns, (width, height) * 2)]
    return onp.hstack(held) if isinstance(xyxy, onp.ndarray) else tuple(held)


def bbox_random_crop_with_constraints(bbox, size, min_scale=0.3, max_scale=1, max_aspect_ratio=2, constraints=None, max_trial=50):
    """(boxes, rectangle): one of several random rectangles (x, y, width, height), and the boxes whose centres are in it (Liu et al., 2016).

    size: (width, height) of the image.  min_scale, max_scale, max_aspect_ratio: of rectangles.  constraints: (least, most) overlaps with
    the boxes, None for any; each gives a rectangle to choose from if one of max_trial draws meets it.
    Draws come from Python's `random`, the choice from NumPy's global generator. Where no box is left, all of the image.
    """
    w, h = size
    found = [(0, 0, w, h)]
    for least, most in CONSTRAINTS if constraints is None else constraints:
        for _ in range(max_trial):
            x, y, width, height = rectangle = _drawn(w, h, min_scale, max_scale, max_aspect_ratio)
            if not len(bbox):
                return bbox, rectangle
            overlap = bbox_iou(bbox, onp.array([[x, y, x + width, y + height]]))
            if (least is None or least <= overlap.min()) and (most is None or overlap.max() <= most):
                found.append(rectangle)
                break
    while found:
        rectangle = found.pop(onp.random.randint(0, len(found)))
        kept = bbox_crop(bbox, rectangle, allow_outside_center=False)
        if kept.size:
            return kept, rectangle
    return bbox, (0, 0, w, h)


def _drawn(w, h, min_scale, max_scale, max_aspect_ratio):
    scale = random.uniform(min_scale, max_scale)
    ratio = random.uniform(max(1 / max_aspect_ratio, scale * scale), min(max_aspect_ratio, 1 / (scale * scale)))
    height, width = int(h * scale / math.sqrt(ratio)), int(w * scale * math.sqrt(ratio))
    top, left = random.randrange(max(1, h - height)), random.randrange(max(1, w - width))
    return left, top, width, height
