"""An epoch through a DataLoader: 28 by 28 images of bytes, shuffled, transformed, in batches of 256.

Imported by every interpreter that takes part, real MXNet's too: the standard library and NumPy only.
"""
from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as onp

from ..rows import Goal

BATCH = 256


@dataclass(frozen=True)
class Loading:
    """transforms: an expression in T, gluon.data.vision.transforms, of MXNet 1.9.1.  workers: num_workers.  images: how many."""

    name: str
    transforms: str
    workers: int
    images: int
    goals: tuple[Goal, ...] = (Goal("mxnet", 1.0),)


_KINDS = {"ToTensor": "T.ToTensor()", "ToTensor, Normalize": "T.Compose([T.ToTensor(), T.Normalize(0.13, 0.31)])",
          "RandomFlip, RandomResizedCrop": "T.Compose([T.RandomFlipLeftRight(), T.RandomResizedCrop(28), T.ToTensor(), "
                                          "T.Normalize(0.13, 0.31)])"}
ROWS, PART = ([Loading(f"loading: {kind}, {workers} workers, {images:,} images", code, workers, images)
               for kind, code in _KINDS.items() for workers in (0, 4)] for images in (60_000, 2_560))


def loader(row: Loading):
    import mxnet as mx
    T = mx.gluon.data.vision.transforms
    rng = onp.random.default_rng(0)
    images = mx.nd.array(rng.integers(0, 256, (row.images, 28, 28, 1)), dtype="uint8")
    data = mx.gluon.data.ArrayDataset(images, rng.integers(0, 10, row.images).astype("int32"))
    data = data.transform_first(eval(row.transforms, {"T": T}))  # noqa: S307 - the rows' own text
    return mx.gluon.data.DataLoader(data, BATCH, shuffle=True, num_workers=row.workers)


def epoch(loader) -> tuple[float, float]:
    """Seconds of an epoch, and a sum over its last labels, which everybody must agree on."""
    onp.random.seed(0)
    start = time.perf_counter()
    for images, labels in loader:  # noqa: B007
        pass
    images.wait_to_read()
    took = time.perf_counter() - start
    return took, float(labels.asnumpy().sum())
