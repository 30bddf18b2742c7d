"""mx.image and the image iterators of mx.io: what MXNet 1.9.1 gives for the same images and seeds."""
from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

import mxshim as mx
from mxshim import engine

DATA = Path(__file__).parents[1] / "data"
_spec = importlib.util.spec_from_file_location("make_records", DATA / "make_records.py")
records = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(records)
EXPECTED = json.loads((DATA / "images.json").read_text())
FIRST = mx.recordio.MXRecordIO(str(DATA / "records" / "images.rec"), "r").read()
# How far numbers may be from MXNet's: float32 sums in another order, OpenCV's rounding of cubic and area, its 1/32 of a pixel.
FAR = {"imresize 9 17 2": 1, "imresize 9 17 4": 1, "records scaled": 1, "detiter": 1, "jpeg": 6, "jpeg gray": 4, "jpeg bgr": 6}


@pytest.mark.parametrize("name", records.CASES)
def test_numbers(name):
    found = records.measure(mx, FIRST, records.CASES[name])
    expected = [records.unpacked(*packed) for packed in EXPECTED[name]]
    assert [(a.shape, a.dtype) for a in found] == [(a.shape, a.dtype) for a in expected]
    for ours, theirs in zip(found, expected):
        far = abs(ours.astype("float64") - theirs).max() if ours.size else 0
        assert far <= FAR.get(name, 2e-4 * max(1, abs(theirs).max()) if ours.dtype.kind == "f" else 0), far


def test_every_measurement_is_tested():
    assert set(EXPECTED) == set(records.CASES)


def test_images_of_many_sizes_compile_nothing():
    augmenters = mx.image.CreateAugmenter((3, 8, 8), resize=9, rand_crop=True, rand_mirror=True, brightness=0.1, hue=0.1, mean=True,
                                          std=True)
    image = mx.image.imdecode(mx.recordio.unpack(FIRST)[1])
    before = engine.stats().programs, engine.stats().hits
    for h in range(9, 13):
        records.apply(augmenters, mx.image.fixed_crop(image, 0, 0, 16 - h % 3, h)).asnumpy()
    assert (engine.stats().programs, engine.stats().hits) == before


