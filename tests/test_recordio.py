"""RecordIO files: MXNet 1.9.1's byte for byte, damaged ones, other processes and threads."""
from __future__ import annotations

import multiprocessing
import pickle
import struct
import threading
import tracemalloc
from pathlib import Path

import numpy as onp
import pytest

import mxshim as mx
from mxshim import recordio

RECORDS = Path(__file__).parent / "data" / "records"
MAGIC = struct.pack("<I", 0xced7230a)
PLAIN = [b"", b"a", b"abcd", MAGIC, b"ab" + MAGIC, b"abcd" + MAGIC + b"xyz", MAGIC * 3, b"x" * 100, MAGIC + b"q"]


def written(path, records):
    record = recordio.MXRecordIO(str(path), "w")
    for content in records:
        record.write(content)
    record.close()
    return path.read_bytes()


def read(path):
    record = recordio.MXRecordIO(str(path), "r")
    return list(iter(record.read, None))


def test_files_are_mxnets(tmp_path):
    assert read(RECORDS / "plain.rec") == PLAIN
    assert written(tmp_path / "x.rec", PLAIN) == (RECORDS / "plain.rec").read_bytes()
    indexed = recordio.MXIndexedRecordIO(str(tmp_path / "y.idx"), str(tmp_path / "y.rec"), "w")
    for i, content in enumerate(read(RECORDS / "images.rec")):
        indexed.write_idx(i, content)
    indexed.close()
    for end in ("rec", "idx"):
        assert (tmp_path / f"y.{end}").read_bytes() == (RECORDS / f"images.{end}").read_bytes()


@pytest.mark.parametrize("length", [*range(13), 97])
def test_any_bytes_come_back(length, tmp_path):
    draw = onp.random.RandomState(length)
    records = [b"".join([MAGIC, b"\n", MAGIC[:2], b"12345"][k] for k in draw.randint(0, 4, length)) for _ in range(50)]
    written(tmp_path / "x.rec", records)
    assert read(tmp_path / "x.rec") == records


def test_an_index():
    record = recordio.MXIndexedRecordIO(str(RECORDS / "images.idx"), str(RECORDS / "images.rec"), "r")
    assert record.keys == [0, 1, 2, 3, 4] and record.idx[0] == 0
    assert [recordio.unpack(record.read_idx(i))[0].label for i in (3, 0, 4)] == [30, 0, 40]
    with pytest.raises(KeyError):
        record.read_idx(9)
    record.reset()
    assert recordio.unpack(record.read())[0] == recordio.IRHeader(0, 0.0, 0, 0)


def test_what_is_packed():
    header = recordio.IRHeader(5, 4, 2574, 7)
    assert recordio.pack(header, b"s").hex() == "00000000000080400e0a000000000000070000000000000073"  # MXNet 1.9.1's
    assert recordio.pack((0, [1, 2], 2574, 0), b"s").hex() == "02000000000000000e0a00000000000000000000000000000000803f0000004073"
    assert recordio.unpack(recordio.pack(header, b"s")) == (recordio.IRHeader(0, 4.0, 2574, 7), b"s")
    (flag, label, number, _), content = recordio.unpack(recordio.pack((0, mx.nd.array([1, 2]), 3, 0), b"s"))
    assert (flag, label.tolist(), label.dtype, number, content) == (2, [1, 2], "float32", 3, b"s")


@pytest.mark.parametrize("form, far", [(".png", 0), (".jpg", 8)])
@pytest.mark.parametrize("shape", [(9, 7, 3), (9, 7)])
def test_packed_images(form, far, shape):
    image = onp.add.outer(onp.arange(9) * 9, onp.arange(7) * 5).astype("uint8")
    image = image if len(shape) == 2 else onp.stack([image, image + 20, image + 40], 2)
    header, found = recordio.unpack_img(recordio.pack_img((0, 1, 2, 0), image, 95 if far else 9, form))
    assert header.label == 1 and found.dtype == "uint8" and found.shape == shape and abs(found.astype(int) - image).max() <= far
    assert recordio.unpack_img(recordio.pack_img((0, 1, 2, 0), image, 9, ".png"), 0)[1].shape == shape[:2]
    assert mx.image.imdecode(recordio.unpack(recordio.pack_img((0, 1, 2, 0), image, 9, ".png"))[1]).shape == (9, 7, 3)
    with pytest.raises(mx.MXNetError, match="uint8"):
        recordio.pack_img((0, 1, 2, 0), image.astype("float32"))
    with pytest.raises(mx.MXNetError, match="got '.gif'"):
        recordio.pack_img((0, 1, 2, 0), image, img_fmt=".gif")


def test_files_that_are_cut_off(tmp_path):
    whole = (RECORDS / "plain.rec").read_bytes()
    cut, errors = tmp_path / "x.rec", 0
    for length in range(len(whole)):
        cut.write_bytes(whole[:length])
        record = recordio.MXRecordIO(str(cut), "r")
        found = []
        try:
            found = list(iter(record.read, None))
        except mx.MXNetError as error:
            errors += 1
            assert str(cut) in str(error) and "cut off" in str(error)
        assert found == PLAIN[:len(found)]
    assert errors == len(whole) - len(PLAIN)  # except where a record ends


@pytest.mark.parametrize("content, text", [
    (b"garbage!garbage!", "holds no record at byte 0: 67617262 is there"),
    (MAGIC + struct.pack("<I", 1 << 29 | 4) + b"abcd" + MAGIC + struct.pack("<I", 0), "part 0 of a record at byte 12"),
    (MAGIC + struct.pack("<I", 2 << 29 | 4) + b"abcd", "part 2 of a record at byte 0"),
    (MAGIC + struct.pack("<I", 7 << 29), "part 7 of a record"),
    (MAGIC + struct.pack("<I", (1 << 29) - 1) + b"abcd", "a record of 536870911 bytes"),
])
def test_damaged_files(content, text, tmp_path):
    path = tmp_path / "x.rec"
    path.write_bytes(content)
    record = recordio.MXRecordIO(str(path), "r")
    tracemalloc.start()
    with pytest.raises(mx.MXNetError, match=text):
        record.read()
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


@pytest.mark.parametrize("call, error, text", [
    (lambda p: recordio.MXRecordIO(f"{p}/x", "q"), ValueError, "Invalid flag q"),
    (lambda p: recordio.MXRecordIO(f"{p}/none.rec", "r"), mx.MXNetError, 'cannot open ".*none.rec": No such file'),
    (lambda p: recordio.MXRecordIO(f"{p}/none/x", "w"), mx.MXNetError, "No such file"),
    (lambda p: recordio.MXRecordIO(f"{p}/x", "w").read(), AssertionError, "to read it use 'r'"),
    (lambda p: recordio.MXRecordIO(f"{p}/x", "w").write("text"), TypeError, "made of bytes, got str"),
    (lambda p: recordio.MXRecordIO(RECORDS / "plain.rec", "r").write(b""), AssertionError, "to write it use 'w'"),
    (lambda p: recordio.MXIndexedRecordIO(f"{p}/x", RECORDS / "plain.rec", "r"), mx.MXNetError, "cannot open the index"),
    (lambda p: recordio.MXIndexedRecordIO(RECORDS / "plain.rec", RECORDS / "plain.rec", "r"), mx.MXNetError, "line 1 of the index"),
    (lambda p: recordio.unpack(b"abc"), mx.MXNetError, "24 bytes of header, this one has 3"),
    (lambda p: recordio.unpack(struct.pack("<IfQQ", 1 << 31, 0, 0, 0) + b"abcd"), mx.MXNetError, "announces 2147483648 labels, 4 bytes"),
    (lambda p: recordio.unpack_img(recordio.pack((0, 1, 2, 0), b"no image")), mx.MXNetError, "decoding failed"),
])
def test_errors(call, error, text, tmp_path):
    with pytest.raises(error, match=text):
        call(tmp_path)


def test_a_closed_file_says_so():
    record = recordio.MXRecordIO(RECORDS / "plain.rec", "r")
    record.close()
    record.close()
    with pytest.raises(mx.MXNetError, match="is closed"):
        record.read()
    record.reset()
    assert record.read() == b""


def test_pickles(tmp_path):
    record = recordio.MXIndexedRecordIO(RECORDS / "images.idx", RECORDS / "images.rec", "r")
    record.read_idx(3)
    other = pickle.loads(pickle.dumps(record))
    assert other.read_idx(1) == record.read_idx(1) and other.is_open and record.is_open
    writer = recordio.MXRecordIO(tmp_path / "x.rec", "w")
    writer.write(b"kept")
    with pytest.raises(mx.MXNetError, match="close\\(\\) it before pickling"):
        pickle.dumps(writer)
    writer.close()
    pickle.loads(pickle.dumps(writer))
    assert read(tmp_path / "x.rec") == [b"kept"]


def _in_a_fork(record, connection):
    try:
        record.read()
        connection.send("read")
    except RuntimeError as error:
        connection.send((str(error), record.read_idx(2)))


@pytest.mark.filterwarnings("ignore:.*fork.*")
def test_forks():
    record = recordio.MXIndexedRecordIO(RECORDS / "images.idx", RECORDS / "images.rec", "r")
    first, expected = record.read_idx(0), record.read_idx(2)
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    process = context.Process(target=_in_a_fork, args=(record, there))
    process.start()
    text, found = here.recv()
    process.join(20)
    assert "Forbidden operation in multiple processes" in text and found == expected
    assert record.read_idx(0) == first


def test_threads_read_by_key():
    record = recordio.MXIndexedRecordIO(RECORDS / "images.idx", RECORDS / "images.rec", "r")
    expected, wrong = [record.read_idx(i) for i in range(5)], []

    def work():
        for k in range(300):
            if record.read_idx(k % 5) != expected[k % 5]:
                wrong.append(k)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong
