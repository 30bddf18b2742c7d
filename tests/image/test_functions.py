"""mx.image: kinds of files, both dialects, damaged files, wrong calls."""
from __future__ import annotations

import colorsys
import io
import json
import sys
import zlib
from pathlib import Path

import numpy as onp
import pytest
from PIL import Image

import mxshim as mx
from mxshim import image, nd, np
from mxshim.engine.op import NAMES
from mxshim.ops.image import resizing

RECORDS = Path(__file__).parents[1] / "data" / "records"
PHOTO = RECORDS / "photo.jpg"
PIXELS = onp.random.RandomState(0).randint(0, 256, (5, 7, 3)).astype("uint8")


def file_of(picture, form="PNG", **options):
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


GRAY = (PIXELS @ onp.array([9797, 19234, 3737]) >> 15).astype("uint8")  # libpng's
ALPHA = onp.concatenate([PIXELS, PIXELS[:, :, :1]], 2)
DEEP = (PIXELS[:, :, 0].astype("uint16") << 8) + 77
FILES = {
    "RGB": (Image.fromarray(PIXELS), PIXELS, GRAY), "alpha": (Image.fromarray(ALPHA), PIXELS, GRAY),
    "gray": (Image.fromarray(GRAY), onp.repeat(GRAY[:, :, None], 3, 2), GRAY),
    "16 bits": (Image.fromarray(DEEP), onp.repeat(PIXELS[:, :, :1], 3, 2), PIXELS[:, :, 0]),
    "palette": (Image.fromarray(PIXELS).quantize(256), PIXELS, GRAY),
    "black and white": (Image.fromarray(GRAY > 99), onp.repeat((GRAY > 99)[:, :, None] * onp.uint8(255), 3, 2),
                        (GRAY > 99) * onp.uint8(255)),
}


@pytest.mark.parametrize("kind", FILES)
def test_kinds_of_files(kind):
    picture, colours, gray = FILES[kind]
    content = file_of(picture)
    assert image.imdecode(content).asnumpy().tolist() == colours.tolist()
    assert image.imdecode(content, 0).asnumpy().tolist() == gray[:, :, None].tolist()
    assert image.imdecode(content, to_rgb=False).asnumpy().tolist() == colours[:, :, ::-1].tolist()


def test_sources_and_results(tmp_path):
    content = file_of(Image.fromarray(PIXELS))
    bytes_of = onp.frombuffer(content, "uint8")
    for source in (content, bytearray(content), bytes_of, nd.array(bytes_of, dtype="uint8")):
        assert image.imdecode(source).asnumpy().tolist() == PIXELS.tolist()
    out = nd.zeros((5, 7, 3), dtype="uint8")
    assert image.imdecode(content, out=out) is out and out.asnumpy().tolist() == PIXELS.tolist()
    (tmp_path / "x.png").write_bytes(content)
    assert type(image.imread(str(tmp_path / "x.png"))) is nd.NDArray
    with mx.util.np_shape(True), mx.util.np_array(True):
        x = image.imread(tmp_path / "x.png")
        assert type(x) is np.ndarray and x.dtype == onp.uint8
        assert type(image.imresize(x, 3, 3)) is type(image.random_crop(x, (3, 3))[0]) is np.ndarray


@pytest.mark.parametrize("orientation, turned", [
    (1, lambda x: x), (2, lambda x: x[:, ::-1]), (3, lambda x: x[::-1, ::-1]), (4, lambda x: x[::-1]), (5, lambda x: x.swapaxes(0, 1)),
    (6, lambda x: onp.rot90(x, -1)), (7, lambda x: x[::-1, ::-1].swapaxes(0, 1)), (8, lambda x: onp.rot90(x))])
def test_photos_stand_upright(orientation, turned):
    tag = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0" + bytes([orientation]) + bytes(6)
    plain, content = image.imdecode(PHOTO.read_bytes()).asnumpy(), PHOTO.read_bytes()
    content = content[:2] + b"\xff\xe1" + (len(tag) + 2).to_bytes(2, "big") + tag + content[2:]
    assert image.imdecode(content).asnumpy().tolist() == turned(plain).tolist()
    jfif = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0" + content[2:]
    assert image.imdecode(jfif).asnumpy().tolist() == plain.tolist()  # MXNet knows the size of these before
    assert image.imdecode(content, flag=1 | 128).asnumpy().tolist() == plain.tolist()  # OpenCV's flag for it


@pytest.mark.parametrize("content", [PHOTO.read_bytes(), file_of(Image.fromarray(PIXELS))], ids=["JPEG", "PNG"])
def test_files_that_are_cut_off(content):
    for length in range(0, len(content) - 20, 7):
        with pytest.raises(mx.MXNetError, match="decoding failed"):
            image.imdecode(content[:length])


def test_images_too_large_to_be_true():
    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    size = (60_000).to_bytes(4, "big")
    huge = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size + size + b"\x08\x02\0\0\0") + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    with pytest.raises(mx.MXNetError, match="decoding failed"):
        image.imdecode(huge)


def test_without_pillow(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ImportError, match=r'pip install "mxshim\[image\]"'):
        image.imread(str(PHOTO))
    assert image.imresize(nd.array(PIXELS, dtype="uint8"), 3, 4).shape == (4, 3, 3)


X = nd.array(PIXELS, dtype="uint8")


@pytest.mark.parametrize("call, error, text", [
    (lambda: image.imread("none.jpg"), mx.MXNetError, "'none.jpg' cannot be read: No such file"),
    (lambda: image.imread(__file__), mx.MXNetError, "test_functions.py.*no whole image"),
    (lambda: image.imdecode(b""), mx.MXNetError, "there are no bytes"),
    (lambda: image.imdecode("text"), ValueError, "read files with 'rb'"),
    (lambda: image.imdecode(nd.array([1, 2])), mx.MXNetError, "uint8, got float32"),
    (lambda: image.imdecode(PHOTO.read_bytes(), 2), mx.MXNetError, "`flag` must be 1 for colours or 0 for gray, got 2"),
    (lambda: image.imresize(X, 0, 4), mx.MXNetError, "must be positive, got 0 and 4"),
    (lambda: image.imresize(X, 3, 4, 7), mx.MXNetError, "`interp` must be"),
    (lambda: image.imresize(X[:, :, 0], 3, 4), mx.MXNetError, r"got uint8 \(5, 7\)"),
    (lambda: image.imresize(X.astype("int32"), 3, 4), mx.MXNetError, "got int32"),
    (lambda: image.resize_short(X, 3, interp=11), ValueError, "Unknown interp method 11"),
    (lambda: image.fixed_crop(X, 9, 0, 2, 2), mx.MXNetError, "does not touch an image"),
    (lambda: image.copyMakeBorder(X, -1, 0, 0, 0), mx.MXNetError, "borders of 0 or more"),
    (lambda: image.copyMakeBorder(X, 1, 0, 0, 0, type=9), mx.MXNetError, "type 9"),
    (lambda: image.color_normalize(X, nd.array([1, 2, 3])), mx.MXNetError, "cast it with src.astype"),
    (lambda: image.imrotate(X, 10), TypeError, "float32 is needed"),
    (lambda: image.imrotate(X.astype("float32"), 10, True, True), ValueError, "exclude each other"),
    (lambda: image.imrotate(X.astype("float32"), nd.array([1])), TypeError, "one image takes one angle"),
    (lambda: image.imrotate(nd.zeros((2, 3, 4, 4)), nd.array([1])), ValueError, "1 angles for 2 images"),
    (lambda: image.CreateAugmenter((3, 4, 4), rand_resize=True), AssertionError, "needs rand_crop=True"),
    (lambda: image.CreateAugmenter((3, 4, 4), mean=3), AssertionError, "mean must be True, or an array"),
    (lambda: image.DetBorrowAug(3), TypeError, "an mx.image.Augmenter is needed, got int"),
    (lambda: image.DetRandomSelectAug([image.CastAug()]), ValueError, "DetAugmenters are needed, got CastAug"),
    (lambda: image.Augmenter()(X), NotImplementedError, "needs a method __call__"),
    (lambda: image.ImageIter(1, (3, 4, 4)), AssertionError, "give path_imgrec="),
    (lambda: image.ImageIter(1, (1, 4, 4), imglist=[]), ValueError, "must begin with 3"),
    (lambda: image.ImageIter(1, (3, 4, 4), imglist=[], dtype="int8"), AssertionError, "not int8"),
    (lambda: image.ImageIter(1, (3, 4, 4), path_imgrec=str(RECORDS / "images.rec"), shuffle=True), AssertionError, "need the index of"),
    (lambda: image.ImageDetIter(1, (3, 4, 4), path_imgrec=str(RECORDS / "images.rec")), RuntimeError, r"Label shape is invalid: \(1,\)"),
    (lambda: mx.nd.imdecode, AttributeError, "use mx.image.imdecode"),
])
def test_errors(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_augmenters_describe_themselves():
    assert json.loads(image.ResizeAug(5).dumps()) == ["resizeaug", {"size": 5, "interp": 2}]
    assert json.loads(image.ColorNormalizeAug(nd.array([1, 2, 3]), None).dumps()) == ["colornormalizeaug", {"mean": [1, 2, 3], "std": None}]
    assert image.SequentialAug([image.CastAug()]).dumps() == ["sequentialaug", ['["castaug", {"type": "float32"}]']]


def test_means_of_detection_are_written_in_full():
    said = image.CreateDetAugmenter((3, 8, 8), mean=True, std=True)[-1].dumps()[1]
    assert said == '["colornormalizeaug", {"mean": [123.68, 116.28, 103.53], "std": [58.395, 57.12, 57.375]}]'
    assert image.det is image.detection and image.det.ImageDetIter is image.ImageDetIter


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (7, 30), (30, 7), (20, 20), (61, 47)])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_cubic_bytes_are_exact(shape, channels):
    """Weights in 1/2048 for four old pixels a side, and one rounding at the end."""
    pixels = onp.random.RandomState(0).choice([0, 255, 100], (13, 17, channels)).astype("uint8")
    down, across = (resizing(old, new, 2, 2048).astype("int64") for old, new in zip(pixels.shape, shape, strict=False))
    total = onp.einsum("ph,qw,hwc->pqc", down, across, pixels.astype("int64"))
    found = image.imresize(nd.array(pixels, dtype="uint8"), shape[1], shape[0], 2).asnumpy()
    assert found.tolist() == ((total + 2 ** 21) >> 22).clip(0, 255).tolist()


def test_written_into_the_image():
    f = X.astype("float32")
    assert image.color_normalize(X, None) is X  # whole numbers, too
    assert image.color_normalize(f, nd.array([1, 2, 3])) is f and f.asnumpy().tolist() == (PIXELS - onp.array([1., 2, 3])).tolist()
    part = f[1:3]
    image.BrightnessJitterAug(0.5)(part)
    assert f.asnumpy()[1:3].tolist() == part.asnumpy().tolist() != (PIXELS[1:3] - onp.array([1., 2, 3])).tolist()


def test_detection_iterators_agree_on_labels():
    objects = str(RECORDS / "objects.rec")
    one, two = image.ImageDetIter(2, (3, 8, 8), path_imgrec=objects), image.ImageDetIter(2, (3, 8, 8), path_imgrec=objects)
    assert one.label_shape == (3, 5)
    two.reshape(label_shape=(4, 5))
    assert one.sync_label_shape(two) is two and one.label_shape == (4, 5)
    assert one.next().label[0].shape == (2, 4, 5) and two.next().data[0].shape == (2, 3, 8, 8)
    with pytest.raises(ValueError, match="reduce label count from 4 to 3"):
        one.check_label_shape((3, 5))
    assert [x.shape for x in one.draw_next(color=(255, 0, 0), id2labels={0: "cat"})] == [(8, 8, 3)] * 3


def test_subclasses_of_the_user():
    class Mine(image.ImageIter):
        def next_sample(self):
            label, content = super().next_sample()
            return label + 1, content

        def augmentation_transform(self, data):
            return super().augmentation_transform(data) * 0 + 3

    batch = Mine(2, (3, 8, 8), path_imgrec=str(RECORDS / "images.rec")).next()
    assert batch.label[0].asnumpy().tolist() == [1, 11] and (batch.data[0].asnumpy() == 3).all()


@pytest.mark.parametrize("turn", [-1.2, -0.3, 0, 0.2, 0.5, 1.4])
def test_colours_turn_around_the_circle(turn):
    """Bytes on the host as the standard library's conversion of each pixel has them, but for rounding."""
    picture = onp.concatenate([PIXELS, PIXELS // 100 * 100, PIXELS[:, :, :1].repeat(3, 2)])
    expected = []
    for pixel in picture.reshape(-1, 3) / 255.0:
        h, light, s = colorsys.rgb_to_hls(*pixel)
        expected.append(colorsys.hls_to_rgb((h + turn) % 1, light, s))
    found = NAMES["mx.image_hue"].fn(picture, turn)
    assert found.dtype == "uint8" and found.shape == picture.shape
    assert abs(found.reshape(-1, 3) - 255 * onp.array(expected)).max() <= 1 + 1e-3
