"""mx.io: MXNet 1.9.1's batches for the same seeds, the protocol, wrong calls, threads."""
from __future__ import annotations

import gc
import importlib.util
import json
import random
import threading
import time
import traceback
from pathlib import Path

import numpy as onp
import pytest

import mxshim as mx
from mxshim import engine, nd, np
from mxshim.io import hls, images
from mxshim.io.detection import DetectionAugmenter

DATA = Path(__file__).parents[1] / "data"
_spec = importlib.util.spec_from_file_location("measure_io", DATA / "measure_io.py")
measured = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(measured)
EXPECTED = json.loads((DATA / "io.json").read_text())
X, Y = measured.X, measured.Y
RECORDS = str(DATA / "records" / "images.rec")


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    measured.files()


@pytest.mark.parametrize("name", measured.CASES)
def test_batches(name, files):
    assert measured.measure(mx, measured.CASES[name]) == EXPECTED[name]


def test_the_protocol():
    it = mx.io.NDArrayIter(X, Y, 3)
    assert (it.num_data, it.num_source, it.cursor, it.data[0][0], type(it.data[0][1])) == (7, 2, -3, "data", nd.NDArray)
    assert str(it.next()) == "DataBatch: data shapes: [(3, 2)] label shapes: [(3,)]"
    assert it.iter_next() and it.getdata()[0].asnumpy()[:, 0].tolist() == [6, 8, 10] and it.getpad() == 0 and it.getindex() is None
    assert it.iter_next() and it.getlabel()[0].asnumpy().tolist() == [6, 0, 1] and it.getpad() == 2
    assert not it.iter_next()
    with pytest.raises(AssertionError, match="DataIter needs reset"):
        it.getdata()
    with pytest.raises(StopIteration):
        it.next()
    assert repr(it.provide_data) == "[DataDesc[data,(3, 2),<class 'numpy.float32'>,NCHW]]"
    assert mx.io.NDArrayIter(X).provide_label == [] and mx.io.NDArrayIter(X, batch_size=3).next().label == []


def test_descriptions():
    assert mx.io.DataDesc("a", (1, 2)) == ("a", (1, 2)) and mx.io.DataDesc.get_batch_axis("TNC") == 1
    assert mx.io.DataDesc.get_list([("a", (1,))], [("a", "int32")])[0].dtype == "int32"
    assert [d.name for d in mx.io.NDArrayIter([X, X], [Y, Y]).provide_data] == ["_0_data", "_1_data"]
    it = mx.io.NDArrayIter(nd.zeros((5, 4, 2)), batch_size=2, layout="TNC")
    assert it.provide_data[0].shape == (5, 2, 2) and [b.data[0].shape for b in it] == [(5, 2, 2)] * 2


def test_rolling_over_and_hard_reset():
    it = mx.io.NDArrayIter(X, Y, 3, last_batch_handle="roll_over")
    list(it)
    it.hard_reset()
    assert it.next().label[0].asnumpy().tolist() == [0, 1, 2]


def test_shuffling_makes_float32():
    sources = onp.arange(4, dtype="float64"), nd.arange(4, dtype="int32")
    for shuffle, dtype in (False, onp.int32), (True, onp.float32):
        it = mx.io.NDArrayIter(*sources, 2, shuffle=shuffle)
        batch = it.next()
        assert batch.data[0].dtype == onp.float32 and batch.label[0].dtype == it.provide_label[0].dtype == dtype
        assert batch.data[0].asnumpy().tolist() == batch.label[0].asnumpy().tolist()


def test_an_iterator_that_defines_nothing_is_empty():
    assert list(mx.io.DataIter(2)) == []


def test_csr_batches():
    it = mx.io.NDArrayIter(nd.sparse.csr_matrix(nd.array(X)), Y, 3, True, last_batch_handle="discard")
    for _ in range(2):
        for batch in it:
            assert batch.data[0].stype == "csr"
            assert batch.data[0].asnumpy()[:, 0].tolist() == (batch.label[0].asnumpy() * 2).tolist()
        it.reset()
    with pytest.raises(NotImplementedError, match="needs last_batch_handle='discard'"):
        mx.io.NDArrayIter(nd.sparse.csr_matrix(nd.array(X)))


def test_classes_and_writes():
    assert type(mx.io.NDArrayIter(np.array(X), np.array(Y), 3).next().data[0]) is np.ndarray
    x = nd.array(X)
    it = mx.io.NDArrayIter(x, batch_size=7)
    before = engine.stats().programs
    batch = it.next().data[0]
    batch[:] = 7
    assert x.asnumpy().tolist() == X.tolist()
    x[0] = 9
    it.reset()
    assert it.next().data[0].asnumpy()[0].tolist() == [9, 9]
    assert engine.stats().programs <= before + 2  # the two writes


@pytest.mark.parametrize("call, error, text", [
    (lambda: mx.io.NDArrayIter(None), AssertionError, "there is no data"),
    (lambda: mx.io.NDArrayIter("x"), TypeError, "data must be an array"),
    (lambda: mx.io.NDArrayIter({"a": "x"}), TypeError, "Invalid type 'str' for a"),
    (lambda: mx.io.NDArrayIter(X, Y[:3]), ValueError, "softmax_label has 3 examples, data 7"),
    (lambda: mx.io.DataBatch(nd.ones(2)), AssertionError, "Data must be list of NDArrays, got NDArray"),
    (lambda: mx.io.CSVIter(data_csv="no.csv", data_shape=(3,), batch_size=2), mx.MXNetError, "there is no file no.csv"),
    (lambda: mx.io.CSVIter(data_csv="d.csv", batch_size=2), mx.MXNetError, "data_shape= is required"),
    (lambda: mx.io.CSVIter(data_csv="d.csv", data_shape=(2,), batch_size=2), mx.MXNetError, "line 1 of d.csv has 3 numbers"),
    (lambda: mx.io.CSVIter(data_csv="d.t", data_shape=(1,), batch_size=2), mx.MXNetError, "line 1 of d.t is not made of numbers"),
    (lambda: mx.io.CSVIter(data_csv="d.csv", data_shape=(3,), batch_size=9), mx.MXNetError, "a batch of 9 cannot be filled from 4"),
    (lambda: mx.io.LibSVMIter(data_libsvm="la", data_shape=(3,), batch_size=2), mx.MXNetError, "line 1 of la is not 'label column:value"),
    (lambda: mx.io.LibSVMIter(data_libsvm="d.t", data_shape=(2,), batch_size=2), mx.MXNetError, "columns must ascend from 0 to 1"),
    (lambda: mx.io.LibSVMIter(data_libsvm="d.t", data_shape=(3,), batch_size=2, num_parts=2, part_index=2), mx.MXNetError,
     "part_index must be from 0 to 1"),
    (lambda: mx.io.MNISTIter(image="la", label="la", batch_size=2), mx.MXNetError, "la is not the file its name says"),
    (lambda: mx.io.MNISTIter(image="no", label="la", batch_size=2), mx.MXNetError, "No such file"),
    (lambda: mx.io.ImageRecordIter(path_imgrec="im", data_shape=(3, 8, 8), batch_size=2), mx.MXNetError, "holds no record at byte 0"),
    (lambda: mx.io.ImageRecordIter(path_imgrec=RECORDS, data_shape=(2, 8, 8), batch_size=2), mx.MXNetError, r"\(1 or 3, height, width\)"),
    (lambda: mx.io.CSVIter(data_csv="d.csv", data_shape=(3,), batch_size=2, dtype="uint8"), mx.MXNetError, "dtype must be .* uint8"),
    (lambda: mx.io.ImageRecordInt8Iter, AttributeError, "dtype='int8'"),
])
def test_errors(call, error, text, files):
    with pytest.raises(error, match=text):
        call()


@pytest.mark.parametrize("call", [
    lambda: mx.io.CSVIter(data_csv="d.csv", data_shape=(3,), batch_size=2, foo=1),
    lambda: mx.io.ImageRecordIter(path_imgrec=RECORDS, data_shape=(3, 8, 8), batch_size=2, foo=1)])
def test_unknown_arguments_are_a_warning(call, files):
    with pytest.warns(UserWarning, match="no argument foo=; it is ignored"):
        assert call().next().data[0].shape[0] == 2


@pytest.mark.parametrize("parts, counts", [(1, [37]), (2, [20, 17]), (3, [15, 11, 11]), (5, [10, 7, 7, 7, 6])])
def test_libsvm_parts_have_equal_bytes(parts, counts, tmp_path):  # the counts are those of MXNet 1.9.1
    path = tmp_path / "lines"
    path.write_text("".join(f"{i} 0:{i}\n" for i in range(37)))
    found = [[int(b.label[0].asscalar()) for b in mx.io.LibSVMIter(data_libsvm=str(path), data_shape=(1,), batch_size=1, num_parts=parts,
                                                                   part_index=k)] for k in range(parts)]
    assert [len(f) for f in found] == counts and sum(found, []) == list(range(37))
    folder = tmp_path / "folder"  # a cut where a file begins does not move
    folder.mkdir()
    for k in (0, 1):
        (folder / str(k)).write_text(f"{k} 0:1\n{k} 0:2\n")
    halves = [mx.io.LibSVMIter(data_libsvm=str(folder), data_shape=(1,), batch_size=2, num_parts=2, part_index=k) for k in (0, 1)]
    assert [[b.label[0].asnumpy().tolist() for b in it] for it in halves] == [[[0, 0]], [[1, 1]]]


def test_mean_image(tmp_path):
    def pixels(**how):
        it = mx.io.ImageRecordIter(path_imgrec=RECORDS, data_shape=(3, 8, 8), batch_size=5, **how)
        return it.next().data[0].asnumpy()

    file = str(tmp_path / "mean.nd")
    plain = pixels()
    assert onp.allclose(pixels(mean_img=file), plain - plain.mean(0), atol=1e-3)
    assert nd.load(file)["mean_img"].shape == (3, 8, 8) and onp.allclose(pixels(mean_img=file, scale=0.5), (plain - plain.mean(0)) / 2,
                                                                         atol=1e-3)


def test_parts_of_a_batch_need_one():
    it = mx.io.ImageRecordIter(path_imgrec=RECORDS, data_shape=(3, 8, 8), batch_size=2)
    for part in (it.getdata, it.getlabel, it.getindex, it.getpad):
        with pytest.raises(mx.MXNetError, match=r"ImageRecordIter: call iter_next\(\) or next\(\) first"):
            part()
    assert it.iter_next() and it.getdata().shape == (2, 3, 8, 8) and it.getlabel().shape == (2,) and it.getpad() == 0


def test_hue_lightness_and_saturation():
    """Numbers that MXNet's ImageRecordIter gave for a pixel with random_h, random_s and random_l."""
    pixel = onp.array([[[243, 177, 216]]], "uint8")
    for shift, wanted in (((-56, 0, 0), [177, 208, 243]), ((0, 0, -48), [235, 185, 215]), ((0, 100, 0), [255] * 3)):
        assert hls.shifted(pixel, *shift).ravel().tolist() == wanted
    every = onp.stack(onp.meshgrid(*[onp.arange(0, 256, 15)] * 3), -1).reshape(1, -1, 3).astype("uint8")
    assert abs(hls.shifted(every, 0, 0, 0).astype(int) - every).max() <= 255 / 60 + 1  # half of a step of two degrees, and roundings


BOXES = onp.array([[1, .1, .2, .5, .6], [2, .3, .3, .9, .9]], "float32")


@pytest.mark.parametrize("arguments", [
    {}, {"rand_mirror_prob": 1}, {"rand_pad_prob": 1, "max_pad_scale": 3}, {"resize_mode": "fit"}, {"resize_mode": "shrink"},
    {"rand_crop_prob": 1, "min_crop_scales": (.4,), "max_crop_scales": (.9,), "min_crop_aspect_ratios": .5, "max_crop_aspect_ratios": 2},
    {"rand_crop_prob": 1, "num_crop_sampler": 2, "min_crop_scales": [.3, .4], "min_crop_overlaps": (0, .3), "crop_emit_mode": "overlap"}],
    ids=str)
def test_boxes_follow_their_pixels(arguments):
    """Every box is painted in a colour of its own; what becomes of the image is painted where the boxes have gone."""
    image = onp.zeros((100, 120, 3), "uint8")
    for cls, x0, y0, x1, y1 in BOXES:
        image[round(y0 * 100):round(y1 * 100), round(x0 * 120):round(x1 * 120), int(cls)] = 200
    augment = DetectionAugmenter("test", (3, 80, 80), {"fill_value": 0, **arguments})
    for seed in range(12):
        found, boxes = augment(image, BOXES.copy(), random.Random(seed))
        h, w = found.shape[:2]
        assert (h, w) == {"fit": (66, 80), "shrink": (66, 80)}.get(arguments.get("resize_mode"), (80, 80))
        assert set(boxes[:, 0]) <= {1, 2} and len(boxes) and (boxes[:, 1:] >= 0).all() and (boxes[:, 1:] <= 1).all()
        for cls, x0, y0, x1, y1 in boxes:
            rows, columns = onp.nonzero(found[:, :, int(cls)] > 100)
            for got, wanted in ((columns.min(), x0 * w), (columns.max() + 1, x1 * w), (rows.min(), y0 * h), (rows.max() + 1, y1 * h)):
                assert abs(got - wanted) <= 3, (seed, boxes)


def test_wrong_samplers():
    for how, text in (({"resize_mode": "big"}, "resize_mode must be"), ({"crop_emit_mode": "x"}, "crop_emit_mode must be"), (
            {"rand_crop_prob": 1, "num_crop_sampler": 3, "min_crop_scales": (.1, .2)}, "a value for each of the 3 samplers")):
        with pytest.raises(mx.MXNetError, match=text):
            DetectionAugmenter("test", (3, 8, 8), how)


def test_a_part_of_an_iterator_over_records():
    def labels(**arguments):
        it = mx.io.ImageRecordIter(path_imgrec=RECORDS, data_shape=(3, 8, 8), batch_size=2, **arguments)
        epochs = []
        for _ in range(2):
            epochs.append([label for b in it for label in b.label[0].asnumpy().tolist()[:2 - b.pad]])
            it.reset()
        return epochs

    def parts(count, **arguments):
        return [labels(num_parts=count, part_index=k, **arguments)[0] for k in range(count)]

    assert parts(2, path_imgidx=RECORDS.replace(".rec", ".idx")) == [[0, 10, 20], [30, 40]]  # as many images
    begins, size = images.offsets(RECORDS), Path(RECORDS).stat().st_size
    half = sum(b < (size + 1) // 2 for b in begins)
    assert parts(2) == [[0, 10, 20, 30, 40][:half], [0, 10, 20, 30, 40][half:]]
    with pytest.raises(mx.MXNetError, match="no images in part 3 of 4"):
        labels(num_parts=4, part_index=3, path_imgidx=RECORDS.replace(".rec", ".idx"))
    one, two = labels(shuffle=True, seed=3, round_batch=False)
    assert sorted(one) == sorted(two) == [0, 10, 20, 30, 40] and one != two
    assert labels(shuffle=True, seed=3, round_batch=False) == [one, two] and labels(shuffle=True, seed=4, round_batch=False) != [one, two]


@pytest.mark.parametrize("size, wide, high", [((20, 20), 24, 20), ((12, 20), 20, 16), ((30, 8), 36, 30)])
def test_images_that_are_too_small_are_enlarged(size, wide, high):
    """To the height that is wanted, then to the width, in proportion."""
    image = mx.gluon.data.vision.ImageRecordDataset(RECORDS)[1][0]  # 16 wide and 13 high
    found = mx.io.ImageRecordIter(path_imgrec=RECORDS, data_shape=(3, *size), batch_size=2).next().data[0][1]
    grown = mx.image.imresize(image, wide, high)
    expected = mx.image.center_crop(grown, size[::-1])[0]
    assert found.asnumpy().transpose(1, 2, 0).tolist() == expected.asnumpy().tolist()


AUGMENTATIONS = [
    {"rand_crop": True, "rand_mirror": True}, {"random_resized_crop": True, "min_random_area": 0.2, "max_aspect_ratio": 0.3},
    {"max_rotate_angle": 30, "max_shear_ratio": 0.1, "max_random_scale": 1.2, "min_random_scale": 0.9, "resize": 14},
    {"brightness": 0.3, "contrast": 0.3, "saturation": 0.3, "pca_noise": 0.1}, {"max_random_contrast": 0.2, "max_random_illumination": 9},
    {"random_h": 30, "random_s": 40, "random_l": 50},
    {"rand_crop": True, "min_crop_size": 5, "max_crop_size": 9, "inter_method": 10}]


@pytest.mark.parametrize("arguments", AUGMENTATIONS, ids=str)
def test_augmentations_do_not_depend_on_threads(arguments):
    def epoch(threads, seed):
        it = mx.io.ImageRecordIter(path_imgrec=RECORDS, data_shape=(3, 8, 8), batch_size=2, preprocess_threads=threads, seed_aug=seed,
                                   **arguments)
        return onp.stack([b.data[0].asnumpy() for b in it])

    one = epoch(1, 5)
    assert (one == epoch(3, 5)).all() and (one != epoch(1, 6)).any() and one.min() >= -20 and one.max() <= 330


def gone(name, seconds=10):
    end = time.monotonic() + seconds
    while any(t.name.startswith(name) for t in threading.enumerate()) and time.monotonic() < end:
        gc.collect()
        time.sleep(0.01)
    return not any(t.name.startswith(name) for t in threading.enumerate())


class Broken(mx.io.DataIter):
    provide_data, provide_label = [mx.io.DataDesc("data", (2, 1))], []

    def next(self):
        raise ZeroDivisionError("of the user")


def test_threads_end_and_exceptions_arrive():
    it = mx.io.ImageRecordIter(path_imgrec=RECORDS, data_shape=(3, 8, 8), batch_size=2)
    it.next()
    del it
    assert gone("ImageRecordIter")
    for _ in range(2):
        it = mx.io.PrefetchingIter(mx.io.NDArrayIter(X, Y, 3))
        it.next()
    del it
    assert gone("PrefetchingIter")
    with pytest.raises(ZeroDivisionError) as caught:
        mx.io.PrefetchingIter(Broken()).next()
    assert "of the user" in "".join(traceback.format_tb(caught.tb))
    with pytest.raises(AssertionError, match="mismatches"):
        list(mx.io.PrefetchingIter([mx.io.NDArrayIter(X, Y, 3), mx.io.NDArrayIter(X[:4], Y[:4], 3)]))


def test_threads_know_the_mode(files):
    with mx.util.np_shape(True), mx.util.np_array(True):
        it = mx.io.ImageRecordIter(path_imgrec=RECORDS, data_shape=(3, 8, 8), batch_size=2)
        assert type(it.next().data[0]) is np.ndarray
        assert type(mx.io.PrefetchingIter(mx.io.CSVIter(data_csv="d.csv", data_shape=(3,), batch_size=2)).next().data[0]) is np.ndarray


def test_libsvm_lines_may_have_weights_and_comments(tmp_path):
    path = tmp_path / "w.t"
    path.write_text("# none of these counts\n3:0.5 0:7 # the label is 3\n4:2\n")
    batch, = mx.io.LibSVMIter(data_libsvm=str(path), data_shape=(2,), batch_size=2)
    assert batch.label[0].asnumpy().tolist() == [3, 4] and batch.data[0].asnumpy().tolist() == [[7, 0], [0, 0]]
