"""Random transforms of whole batches: what is drawn for every image is drawn first, image by image and transform by transform, as it
would be one by one; then each transform changes all images at once, on the host.

A transform that can do so has `plan(shape, cls)`, which draws for an image (H, W, C) of a class, and `carry_out(images, plans)`, which
changes NumPy images (N, H, W, C). `joins` says of others that a batch of images gives the batch of what each gives.
"""
from __future__ import annotations

import numpy as onp

from ...array.convert import adopt_numpy
from ...ops.image import resized
from ..nn import HybridSequential, Sequential


def chain(fn) -> list | None:
    """The transforms that fn consists of, one after the other, or None if one of them has to see each image by itself."""
    if getattr(type(fn), "forward", None) in (Sequential.forward, HybridSequential.forward):
        parts = [chain(child) for child in fn]
        return None if None in parts else [t for part in parts for t in part]
    return [fn] if getattr(type(fn), "joins", False) or hasattr(fn, "plan") else None


def transformed(transforms, images):
    """A batch of images after all transforms; `images` is an array (N, H, W, C) on the host."""
    plans = iter(_plans(transforms, images) if any(map(draws, transforms)) else ())
    for t in transforms:
        images = carried_out(t, images, next(plans)) if draws(t) else t(images)
    return images


def draws(transform) -> bool:
    """Whether a transform plans."""
    return hasattr(transform, "plan")


def _plans(transforms, images):
    """For each transform that draws, what it drew for each image."""
    sample, drawing = adopt_numpy(images._host()[:1].copy(), type(images), images.ctx), []
    for t in transforms:  # the first image shows what shapes they meet
        if draws(t):
            drawing.append((t, sample.shape[1:]))
            sample = carried_out(t, sample, [t.still(sample.shape[1:])])
        elif any(map(draws, transforms[transforms.index(t):])):
            sample = t(sample)
    return list(zip(*([t.plan(shape, type(images)) for t, shape in drawing] for _ in range(len(images))), strict=True))


def carried_out(transform, images, plans):
    """Images of ours after transform.carry_out."""
    pixels = images._host()
    found = transform.carry_out(pixels, plans)
    if onp.may_share_memory(found, pixels):
        found = onp.array(found)
    return adopt_numpy(onp.ascontiguousarray(found), type(images), images.ctx)


def cut(images, boxes, size, interpolation):
    """From each image (N, H, W, C) a box (left, top, width, height), in one size (width, height); NumPy arrays."""
    boxes = onp.asarray(boxes)
    width, height = boxes[:, 2:].max(0)
    if (boxes[:, 2:] == (width, height)).all():  # a rectangle of one size
        rows, columns = boxes[:, 1:2] + onp.arange(height), boxes[:, :1] + onp.arange(width)
        found = _taken(images, rows, columns)
        return found if (width, height) == tuple(size) else resized(found, *size, interpolation)
    if images.dtype == "uint8" and interpolation == 1:
        return _linear(images, boxes, *size)
    return onp.stack([resized(x[top:top + h, left:left + w], *size, interpolation)
                      for x, (left, top, w, h) in zip(images, boxes, strict=True)])


def _taken(images, rows, columns):
    """images[n, rows[n], columns[n]] for every image: (N, rows, columns, C)."""
    n, h, w, channels = images.shape
    places = ((onp.arange(n)[:, None] * h + rows) * w)[:, :, None] + columns[:, None, :]
    return images.reshape(n * h * w, channels).take(places, 0)


def _linear(images, boxes, width, height):
    """Boxes of several sizes by linear interpolation in OpenCV's whole numbers (ops/image.py), all at once."""

    def places(start, size, new):
        at = (onp.arange(new) + 0.5) * (size / new) - 0.5
        low = onp.floor(at).astype(int)
        return [start + (low + step).clip(0, size - 1) for step in (0, 1)], low, at - low

    def weights(share, axes):
        return onp.rint(share * 2048).astype("int32")[axes]

    left, top, w, h = boxes.T[:, :, None]
    (before, after), low, share = places(left, w, width)
    share = onp.where((low < 0) | (low >= w - 1), 0, share)
    (upper, lower), _, down = places(top, h, height)
    across, along = (slice(None), None, slice(None), None), (slice(None), slice(None), None, None)
    found = 0
    for rows, part in ((upper, 1 - down), (lower, down)):
        row = _taken(images, rows, before) * weights(1 - share, across) + _taken(images, rows, after) * weights(share, across) >> 4
        found = found + (row * weights(part, along) >> 16)
    return ((found + 2) >> 2).clip(0, 255).astype("uint8")
