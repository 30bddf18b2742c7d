"""Datasets over RecordIO files and lists, loaders of gluon.contrib.data, the data sets of test_utils."""
from __future__ import annotations

import gzip
import random
import struct
import zipfile
from pathlib import Path

import numpy as onp
import pytest

import mxshim as mx
from mxshim import gluon, nd, np
from mxshim.gluon.contrib import data as C
from mxshim.gluon.contrib.data.vision.transforms import bbox

RECORDS = Path(__file__).parents[2] / "data" / "records"
IMAGES, OBJECTS = str(RECORDS / "images.rec"), str(RECORDS / "objects.rec")


@pytest.mark.parametrize("workers", [0, 3])
def test_records(workers):
    plain = gluon.data.RecordFileDataset(IMAGES)
    assert len(plain) == 5 and mx.recordio.unpack(plain[3])[0].label == 30
    images = gluon.data.vision.ImageRecordDataset(IMAGES)
    assert images[1][0].shape == (13, 16, 3) and images[1][1] == 10
    assert gluon.data.vision.ImageRecordDataset(IMAGES, flag=0)[1][0].shape == (13, 16, 1)
    small = images.transform_first(gluon.data.vision.transforms.Resize(8))
    found = list(gluon.data.DataLoader(small, 2, num_workers=workers))
    assert [x.shape for x, _ in found] == [(2, 8, 8, 3), (2, 8, 8, 3), (1, 8, 8, 3)]
    assert [y.asnumpy().tolist() for _, y in found] == [[0, 10], [20, 30], [40]]


@pytest.fixture
def folder(tmp_path):
    """Pictures, and a list of them."""
    for i in range(3):
        content = mx.recordio.unpack(mx.recordio.pack_img((0, 0, 0, 0), onp.full((9, 8, 3), i, "uint8"), 9, ".png"))[1]
        (tmp_path / f"{i}.png").write_bytes(content)
    (tmp_path / "x.lst").write_text("".join(f"{i}\t{i + 1}\t{i}.png\n" for i in range(3)))
    return str(tmp_path)


def test_lists(folder):
    items = [[float(i + 1), f"{i}.png"] for i in range(3)]
    for source in ("x.lst", items):
        listed = gluon.data.vision.ImageListDataset(folder, source)
        assert len(listed) == 3
        image, label = listed[2]
        assert image.asnumpy().max() == 2 and type(label) is nd.NDArray and label.asnumpy().tolist() == [3]
    assert gluon.data.vision.ImageListDataset(folder, [[1, 2, "0.png"]], flag=0)[0][1].shape == (2,)
    with pytest.raises(ValueError, match="must be a file's name"):
        gluon.data.vision.ImageListDataset(folder, 3)
    batch = mx.image.ImageIter(2, (3, 8, 8), path_imglist=f"{folder}/x.lst", path_root=folder, last_batch_handle="discard").next()
    assert batch.label[0].asnumpy().tolist() == [1, 2] and batch.data[0].asnumpy()[1].max() == 1
    with mx.util.np_shape(True), mx.util.np_array(True):
        assert type(gluon.data.vision.ImageListDataset(folder, items)[0][1]) is np.ndarray
        assert type(mx.image.ImageIter(2, (3, 8, 8), imglist=items, path_root=folder).next().data[0]) is np.ndarray


def test_broken_images_are_named(folder):
    (Path(folder) / "1.png").write_bytes(b"no image")
    with pytest.raises(RuntimeError, match="Broken image filename: 1.png"):
        list(mx.image.ImageIter(1, (3, 8, 8), path_imglist=f"{folder}/x.lst", path_root=folder))
    with pytest.raises(mx.MXNetError, match="1.png.*decoding failed"):
        gluon.data.vision.ImageListDataset(folder, "x.lst")[1]


def test_image_loader():
    loader = C.vision.ImageDataLoader(2, (3, 8, 8), path_imgrec=IMAGES, rand_crop=True, rand_mirror=True, mean=True, std=True, shuffle=True)
    assert len(loader) == 3 and C.vision.ImageBboxCrop is C.vision.transforms.ImageBboxCrop
    assert sorted(v for _, y in loader for v in y.asnumpy().tolist()) == [0, 10, 20, 30, 40]
    x, _ = next(iter(loader))
    assert x.shape == (2, 3, 8, 8) and x.dtype == onp.float32 and (x.asnumpy() < 0).all()  # means of 0..255 from images in 0..1, as MXNet
    assert len(C.vision.ImageDataLoader(2, (3, 8, 8), path_imgrec=IMAGES, num_parts=2, part_index=1)) == 1
    with pytest.raises(AssertionError, match="give path_imgrec="):
        C.vision.ImageDataLoader(2, (3, 8, 8))
    with pytest.raises(ValueError, match="aug_list must be"):
        C.vision.ImageDataLoader(2, (3, 8, 8), path_imgrec=IMAGES, aug_list=3)


def test_box_loader():
    x, y = next(iter(C.vision.ImageBboxDataLoader(3, (3, 16, 16), path_imgrec=OBJECTS)))
    assert x.shape == (3, 3, 16, 16) and y.shape == (3, 3, 5)
    assert onp.allclose(y.asnumpy()[0, 0], [1.6, 3.2, 8, 12.8, 0]) and (y.asnumpy()[0, 1:] == -1).all()
    random.seed(0)
    onp.random.seed(0)
    every = C.vision.ImageBboxDataLoader(5, (3, 16, 16), path_imgrec=OBJECTS, rand_crop=0.5, rand_pad=0.5, rand_mirror=True, brightness=0.1)
    for x, y in every:
        boxes = y.asnumpy()[y.asnumpy()[:, :, 4] >= 0]
        assert x.shape == (5, 3, 16, 16) and (boxes[:, :2] < boxes[:, 2:4]).all() and boxes.min() >= 0 and boxes.max() <= 16.01


def test_box_transforms():
    image, boxes = nd.array(onp.arange(36).reshape(4, 3, 3), dtype="uint8"), nd.array([[0, 0, 2, 2, 7], [1, 1, 3, 4, 8]])
    x, y = bbox.ImageBboxRandomFlipLeftRight(1)(image, boxes)
    assert x.asnumpy().tolist() == image.asnumpy()[:, ::-1].tolist() and y.asnumpy().tolist() == [[1, 0, 3, 2, 7], [0, 1, 2, 4, 8]]
    x, y = bbox.ImageBboxCrop((1, 1, 1, 2))(image, boxes)
    assert x.shape == (2, 1, 3) and y.asnumpy().tolist() == [[0, 0, 1, 1, 7]]
    x, y = bbox.ImageBboxResize(6, 8)(image, boxes)
    assert x.shape == (8, 6, 3) and y.asnumpy().tolist() == [[0, 0, 4, 4, 7], [2, 2, 6, 8, 8]]
    random.seed(1)
    x, y = bbox.ImageBboxRandomExpand(1, 2, fill=(1, 2, 3))(image, boxes)
    shift = (y - boxes).asnumpy()[:, :4]
    assert (shift == shift[0]).all() and (x.asnumpy() == image.asnumpy()[-1, -1]).all(2).sum() == 1
    with pytest.raises(ValueError, match="3 vs 2"):
        bbox.ImageBboxRandomExpand(1, 2, fill=(1, 2))(image, boxes)
    with pytest.raises(AssertionError, match="expect|not negative"):
        bbox.ImageBboxCrop((0, 0, 0, 1))


def test_functions_of_boxes():
    """Numbers of MXNet 2.0.0b1."""
    u = bbox.utils
    boxes = onp.array([[0., 0, 20, 20, 7], [10, 10, 30, 40, 8], [40, 2, 44, 6, 9]])
    before = boxes.copy()
    assert u.bbox_crop(boxes, (5, 5, 20, 20)).tolist() == [[0, 0, 15, 15, 7], [5, 5, 20, 20, 8]]
    assert u.bbox_crop(boxes, (5, 5, 15, 20), False).tolist() == [[0, 0, 15, 15, 7]]
    assert u.bbox_crop(boxes, (None, 10, None, None)).tolist() == [[0, 0, 20, 10, 7], [10, 0, 30, 30, 8]]
    assert u.bbox_crop(boxes).tolist() == u.bbox_crop(boxes, (None,) * 4).tolist() == before.tolist()
    assert u.bbox_flip(boxes, (50, 40), flip_x=True)[0].tolist() == [30, 0, 50, 20, 7]
    assert u.bbox_flip(boxes, (50, 40), flip_y=True)[1].tolist() == [10, 0, 30, 30, 8]
    assert u.bbox_resize(boxes, (50, 40), (25, 80))[1].tolist() == [5, 20, 15, 80, 8]
    assert u.bbox_translate(boxes.astype("int64"), 3, -2)[2].tolist() == [43, 0, 47, 4, 9]
    assert onp.allclose(u.bbox_iou(boxes[:2], boxes), [[1, 100 / 900, 0], [100 / 900, 1, 0]])
    assert onp.allclose(u.bbox_iou(boxes[:1], boxes[1:2], 1), 121 / (441 + 21 * 31 - 121))
    assert u.bbox_xywh_to_xyxy((1, 2, 5, 0)) == (1, 2, 5, 2) and u.bbox_xyxy_to_xywh([1, 2, 5, 2]) == (1, 2, 5, 1)
    four = boxes[:, :4]
    assert u.bbox_xywh_to_xyxy(four)[1].tolist() == [10, 10, 39, 49] and u.bbox_xyxy_to_xywh(four)[1].tolist() == [10, 10, 21, 31]
    assert u.bbox_clip_xyxy((-3, 5, 50, 60), 30, 25) == (0, 5, 29, 24)
    assert u.bbox_clip_xyxy(boxes[:2, :4], 15, 25).tolist() == [0, 10, 0, 10, 14, 14, 20, 24]
    random.seed(1)
    onp.random.seed(1)
    kept, (x, y, w, h) = u.bbox_random_crop_with_constraints(boxes, (50, 45), 0.5, 0.9)
    assert 0 <= x <= x + w <= 50 and 0 <= y <= y + h <= 45 and len(kept) and (kept[:, 2:4] <= (w, h)).all()
    assert u.bbox_random_crop_with_constraints(boxes[:0], (50, 45), max_scale=0.9)[0].shape == (0, 5)
    assert (boxes == before).all()
    for call, error in ((lambda: u.bbox_crop(boxes, (1, 2)), ValueError), (lambda: u.bbox_flip(boxes, (1,)), ValueError), (
            lambda: u.bbox_iou(boxes[:, :3], boxes), IndexError), (lambda: u.bbox_xywh_to_xyxy((1, 2)), IndexError), (
            lambda: u.bbox_clip_xyxy(5, 1, 1), TypeError)):
        with pytest.raises(error, match="bbox_|boxes"):
            call()


def test_text(tmp_path):
    (tmp_path / "wiki.train.tokens").write_text(" = a title = \n\n the cat saw the dog \n", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "wikitext-2-v1.zip", "w") as archive:
        archive.writestr("wikitext-2/wiki.test.tokens", "the bird\nsaw the cat\n")
    train = C.text.WikiText2(str(tmp_path), seq_len=3)
    assert train.vocabulary.idx_to_token == ["<unk>", "<eos>", "=", "the", "a", "cat", "dog", "saw", "title"]
    assert [x.asnumpy().tolist() for x, _ in train] == [[2, 4, 8], [2, 1, 3], [5, 7, 3]] and train.frequencies["the"] == 2
    assert train[0][1].asnumpy().tolist() == [4, 8, 2] and train[0][0].dtype == onp.int32
    test = C.text.WikiText2(str(tmp_path), "test", vocab=train.vocabulary, seq_len=6)
    assert test[0][0].asnumpy().tolist() == [3, 0, 1, 7, 3, 5] and test.vocabulary.to_tokens([3, 5]) == ["the", "cat"]
    with pytest.raises(FileNotFoundError, match="neither wiki.valid.tokens nor wikitext-2-v1.zip"):
        C.text.WikiText2(str(tmp_path), "validation")
    assert list(C.IntervalSampler(5, 2)) == [0, 2, 4, 1, 3]


@pytest.fixture
def mnist(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    images = (onp.arange(6 * 784) % 256).astype("uint8").reshape(6, 28, 28)
    (tmp_path / "data").mkdir()
    for part in ("train", "t10k"):
        for kind, array in (("images-idx3", images), ("labels-idx1", onp.arange(6, dtype="uint8"))):
            head = struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape)
            (tmp_path / "data" / f"{part}-{kind}-ubyte.gz").write_bytes(gzip.compress(head + array.tobytes()))
    return images


def test_mnist_for_tests(mnist):
    found = mx.test_utils.get_mnist()
    assert {k: (v.shape, v.dtype.name) for k, v in found.items()} == {
        "train_data": ((6, 1, 28, 28), "float32"), "train_label": ((6,), "int8"),
        "test_data": ((6, 1, 28, 28), "float32"), "test_label": ((6,), "int8")}
    assert onp.array_equal(found["train_data"][:, 0], mnist.astype("float32") / 255)
    train, test = mx.test_utils.get_mnist_iterator(2, (784,))
    assert test.provide_data[0].shape == (2, 784) and sorted(v for b in train for v in b.label[0].asnumpy()) == list(range(6))
    assert mx.test_utils.get_mnist_iterator(2, (1, 28, 28), 2, 1)[1].next().label[0].asnumpy().tolist() == [3, 4]


def test_missing_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for get in (mx.test_utils.get_mnist, mx.test_utils.get_mnist_ubyte, mx.test_utils.get_cifar10):
        with pytest.raises(FileNotFoundError, match="MXSHIM_SYNTHETIC_DATA=1"):
            get()
    with pytest.raises(FileNotFoundError, match="mnist.pkl.gz"):
        mx.test_utils.get_mnist_pkl()
    monkeypatch.setenv("MXSHIM_SYNTHETIC_DATA", "1")
    with pytest.warns(UserWarning, match="MADE UP"):
        assert mx.test_utils.get_mnist()["test_data"].shape == (10000, 1, 28, 28)


def test_cifar10_records(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = onp.random.RandomState(0).randint(0, 10, (2, 3073)).astype("uint8")
    for name in (*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"):
        (tmp_path / name).write_bytes(rows.tobytes())
    monkeypatch.setattr(gluon.data.vision.datasets.os.path, "expanduser", lambda p: str(tmp_path) if p.startswith("~") else p)
    mx.test_utils.get_cifar10()
    batch = mx.io.ImageRecordIter(path_imgrec="data/cifar/test.rec", data_shape=(3, 32, 32), batch_size=2).next()
    assert batch.data[0].asnumpy().astype("uint8").reshape(2, -1).tolist() == rows[:, 1:].tolist()
    assert batch.label[0].asnumpy().tolist() == rows[:, 0].tolist() and len(Path("data/cifar/train.lst").read_text().splitlines()) == 10
