"""MXNet's files: what real MXNet wrote is read, what we write is what it writes, and hostile files are refused.

tests/data holds files written by MXNet 1.9.1 and 2.0.0b1; the scripts beside them say how.
"""
from __future__ import annotations

import os
import stat
import struct
import tempfile
import tracemalloc
import zipfile

import ml_dtypes
import numpy as onp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mxshim.base import MXNetError
from mxshim.serialization import CSR, RowSparse, atomic_write, load_params, save_npy, save_npz, save_params

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")
TYPES1 = ("float32", "float64", "float16", "uint8", "int32", "int8", "int64", "bool")
TYPES2 = (*TYPES1, "int16", "uint16", "uint32", "uint64")
VALUES = onp.array([[1, 0, 2], [3, 4, 127]])

ROWS = RowSparse(onp.array([[1, 2], [3, 4]], "float32"), onp.array([1, 3]), (5, 2))
NO_ROWS = RowSparse(onp.zeros((0, 2), "float32"), onp.zeros(0, "int64"), (5, 2))
MATRIX = CSR(onp.array([1.0, 2, 3]), onp.array([0, 2, 2, 3]), onp.array([0, 2, 1]), (3, 4))
NO_MATRIX = CSR(onp.zeros(0, "float32"), onp.zeros(4, "int64"), onp.zeros(0, "int64"), (3, 4))


def data(name):
    with open(os.path.join(DATA, name), "rb") as file:
        return file.read()


def same(a, b):
    if isinstance(b, RowSparse | CSR):
        return type(a) is type(b) and a.shape == b.shape and all(map(same, a[:-1], b[:-1]))
    return a.dtype == b.dtype and a.shape == b.shape and bool((a == b).all())


def check(source, wanted):
    """`source` holds exactly the arrays of `wanted`, a dict or list."""
    arrays, names = load_params(source)
    values = list(wanted.values()) if isinstance(wanted, dict) else wanted
    assert names == (list(wanted) if isinstance(wanted, dict) else [])
    assert len(arrays) == len(values) and all(map(same, arrays, values))


SPARSE = {"rows": ROWS, "no_rows": NO_ROWS, "csr": MATRIX, "no_csr": NO_MATRIX, "dense": onp.array([7.0], "float32")}
NP_SHAPE = {"scalar": onp.array(3, "float32"), "none": onp.ones((0, 3), "float32"), "plain": onp.array([1, 2], "float32")}
PARAMS = {
    "mx1_dtypes.params": ({t: VALUES.astype(t) for t in TYPES1}, False),
    "mx1_list.params": ([onp.array([1.5, 2.5], "float32"), onp.array([[3]], "int32")], False),
    "mx1_empty.params": ([], False),
    "mx1_sparse.params": (SPARSE, False),
    "mx1_np_shape.params": (NP_SHAPE, True),
    "mx2_dtypes.params": ({t: VALUES.astype(t) for t in TYPES2}, True),
}


@pytest.mark.parametrize("name", PARAMS)
def test_params_of_real_mxnet(name, tmp_path):
    wanted, np_shape = PARAMS[name]
    check(data(name), wanted)
    check(os.path.join(DATA, name), wanted)
    path = tmp_path / "again.params"
    named = isinstance(wanted, dict)
    save_params(path, list(wanted.values()) if named else wanted, list(wanted) if named else [], np_shape)
    assert path.read_bytes() == data(name)  # byte for byte what MXNet writes


def test_numpy_files_of_real_mxnet():
    check(data("mx2_save.npy"), [onp.arange(6, dtype="float32").reshape(2, 3)])
    check(data("mx2_dense.npz"), {"weight": onp.ones((2, 3), "float32"), "bias": onp.zeros(2, "float32")})
    check(data("mx2_sparse.npz"), {"rows": ROWS, "csr": MATRIX._replace(data=MATRIX.data.astype("float32")),
                                   "dense": onp.array([7.0], "float32")})
    check(data("mx2_savez.npz"), {"scalar": onp.array(3.0, "float32"), "none": onp.ones((0, 3), "float32"),
                                  **{t: VALUES.astype(t) for t in TYPES1}, "a/b.c": onp.ones((1, 2), "float32"),
                                  "arr_0": onp.array([1, 2], "float32")})


def one_array(record, name=b"w"):
    """A .params file around the bytes of one array."""
    return struct.pack("<QQQ", 0x112, 0, 1) + record + struct.pack("<QQ", 1, len(name)) + name


SIX = onp.arange(6, dtype="float32").reshape(2, 3)
CPU_FLOAT = struct.pack("<iii", 1, 0, 0) + SIX.tobytes()


@pytest.mark.parametrize("record", [
    struct.pack("<Ii2q", 0xF993FAC8, 2, 2, 3) + CPU_FLOAT,  # MXNet 0.11 and 0.12
    struct.pack("<I2I", 2, 2, 3) + CPU_FLOAT,  # before
    struct.pack("<Iii2q", 0xF993FAC9, 0, 2, 2, 3) + struct.pack("<iii", 2, 3, 0) + SIX.tobytes(),  # saved from gpu(3)
], ids=["v1", "v0", "gpu"])
def test_older_files(record):
    check(one_array(record), {"w": SIX})


def test_round_trips(tmp_path):
    bfloat = onp.array([[1.5, -2]], ml_dtypes.bfloat16)
    swapped = SIX.astype(">f4").T
    save_params(tmp_path / "a", [bfloat, swapped], ["a", "größe"], True)
    check(tmp_path / "a", {"a": bfloat, "größe": SIX.T})
    nothing = onp.ones((3, 0, 2), "int32")
    save_params(tmp_path / "n", [nothing], [], False)
    check(tmp_path / "n", [nothing])
    assert (tmp_path / "n").read_bytes()[24:].hex() == (  # those of MXNet 1.9.1
        "c9fa93f90000000003000000030000000000000000000000000000000200000000000000" "010000000000000004000000" "0000000000000000")
    save_npz(tmp_path / "b", [bfloat, ROWS, MATRIX, NO_ROWS, swapped, onp.array(2, "int8")], list("armets"))
    check(tmp_path / "b", {"a": bfloat, "r": ROWS, "m": MATRIX, "e": NO_ROWS, "t": SIX.T, "s": onp.array(2, "int8")})
    save_npy(tmp_path / "c", swapped)
    check(tmp_path / "c", [SIX.T])
    with pytest.raises(MXNetError, match="two arrays would both be saved as 'w/data'"):
        save_npz(tmp_path / "b", [ROWS, SIX], ["w", "w/data"])
    assert same(onp.load(tmp_path / "c"), SIX.T)
    with onp.load(tmp_path / "b") as archive:  # NumPy reads them too
        assert same(archive["t"], SIX.T) and archive["s"] == 2
    onp.savez_compressed(tmp_path / "d.npz", x=SIX, y=onp.asfortranarray(SIX))
    check(tmp_path / "d.npz", {"x": SIX, "y": SIX})


def test_loaded_arrays_are_their_own():
    a = load_params(data("mx1_list.params"))[0][0]
    assert a.flags.writeable and a.flags.c_contiguous and a.flags.aligned


@pytest.mark.parametrize("arrays, names, np_shape, message", [
    ([SIX], ["a", "b"], False, "1 arrays cannot be saved under 2 names"),
    ([onp.array(1.0)], ["w"], False, r"'w' has shape \(\), .* npx\.set_np"),
    ([ROWS], ["w"], True, "'w' is sparse, .* npx.savez"),
    ([onp.array([1j])], ["w"], False, "'w': dtype 'complex128' is not one MXNet arrays can have"),
    ([onp.array(["a"])], [], False, "array 0: dtype"),
    ([ROWS._replace(indices=onp.array([1, 1]))], ["w"], False, r"'w': expected row numbers from 0 to \d+, each once"),
])
def test_what_cannot_be_saved_leaves_the_file_alone(tmp_path, arrays, names, np_shape, message):
    path = tmp_path / "w.params"
    path.write_bytes(b"before")
    with pytest.raises(MXNetError, match=message):
        save_params(path, arrays, names, np_shape)
    assert path.read_bytes() == b"before" and os.listdir(tmp_path) == ["w.params"]


# ---------------------------------------------------------------------------------------------- atomic writes

def test_a_failed_write_leaves_the_file_alone(tmp_path):
    path = tmp_path / "w"
    path.write_bytes(b"before")
    with pytest.raises(KeyboardInterrupt), atomic_write(path) as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert path.read_bytes() == b"before" and os.listdir(tmp_path) == ["w"]


def test_an_empty_file_is_filled_in_place(tmp_path):
    with tempfile.NamedTemporaryFile(dir=tmp_path) as held:
        with pytest.raises(KeyboardInterrupt), atomic_write(held.name) as file:
            file.write(b"half")
            raise KeyboardInterrupt
        assert held.read() == b""
        save_params(held.name, [SIX], ["w"], np_shape=False)
        check(held.name, {"w": SIX})
        assert len(held.read()) == os.path.getsize(held.name) > SIX.nbytes


def test_permissions_and_links(tmp_path):
    path, link = tmp_path / "w", tmp_path / "link"
    mask = os.umask(0o022)
    try:
        save_npy(path, SIX)
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
    finally:
        os.umask(mask)
    path.chmod(0o600)
    link.symlink_to(path)
    save_npy(link, SIX + 1)
    assert link.is_symlink() and stat.S_IMODE(path.stat().st_mode) == 0o600
    check(path, [SIX + 1])
    save_npy(os.devnull, SIX)
    assert not stat.S_ISREG(os.stat(os.devnull).st_mode)


def test_places_that_do_not_exist(tmp_path):
    with pytest.raises(MXNetError, match='cannot write ".*no/w": No such file or directory'):
        save_npy(tmp_path / "no" / "w", SIX)
    with pytest.raises(MXNetError, match='cannot open ".*no_such": No such file or directory'):
        load_params(tmp_path / "no_such")
    with pytest.raises(MXNetError, match="Is a directory"):
        load_params(tmp_path)


# ---------------------------------------------------------------------------------------------- hostile files

def v2(ndim=1, shape=(1,), device=(1, 0), code=0, storage=0, magic=0xF993FAC9, values=b"\0\0\0\0"):
    return struct.pack(f"<Iii{len(shape)}q", magic, storage, ndim, *shape) + struct.pack("<iii", *device, code) + values


@pytest.mark.parametrize("content, message", [
    (b"", r"the given bytes, byte 0: expected an MXNet array file .*, found an empty file"),
    (b"hello, world", "expected an MXNet array file .*, found the bytes 68 65 6c 6c 6f 2c 20 77"),
    (struct.pack("<QQQ", 0x112, 5, 0), "byte 8: expected the reserved word 0, found 5"),
    (struct.pack("<QQQ", 0x112, 0, 1 << 60), "byte 24: expected .* bytes of 1152921504606846976 arrays, but only 0 are left"),
    (one_array(v2(magic=0xDEADBEEF)), "byte 24: array 0 of 1: expected the magic number .*, found 0xdeadbeef"),
    (one_array(v2(storage=7)), "byte 28: array 0 of 1: expected a storage type .*, found 7"),
    (one_array(v2(ndim=-1)), "byte 32: array 0 of 1: expected 0 to 32 dimensions, found -1"),
    (one_array(v2(ndim=1 << 30)), "expected 0 to 32 dimensions"),
    (one_array(v2(shape=(-4,))), r"expected sizes of 0 or more, found the shape \(-4,\)"),
    (one_array(v2(shape=(1 << 40,))), r"expected 4398046511104 bytes of array 0 of 1, float32\[1099511627776\], but only"),
    (one_array(v2(ndim=4, shape=(1 << 62,) * 4)), "but only .* are left"),
    (one_array(v2(ndim=3, shape=(0, 1 << 62, 1 << 62), values=b"")), "is larger than any array"),
    (one_array(v2(ndim=0, shape=(), values=b"")), "holds no values: it was saved before its shape was known"),
    (one_array(v2(device=(9, 0))), "expected a device type 1 to 6 and a number, found 9 and 0"),
    (one_array(v2(code=99)), "expected a dtype code 0 to 12, found 99"),
    (one_array(v2()) + b"xx", "byte 77: expected the end of the file, found 2 bytes more"),
    (struct.pack("<QQQ", 0x112, 0, 1) + v2() + struct.pack("<Q", 2) + bytes(16), "expected 0 or 1 names"),
    (struct.pack("<QQQ", 0x112, 0, 1) + v2() + struct.pack("<QQ", 1, 1 << 62) + b"w", "bytes of name 0, but only 1 are left"),
    (one_array(v2(), b"\xff"), "expected name 0 in UTF-8"),
    (b"\x93NUMPY\x03\x00\x05\x00abcde", "expected a .npy file of version 1 or 2"),
    (b"\x93NUMPY\x01\x00\xff\xffabcde", "expected 65535 bytes of the .npy header, but only 5 are left"),
    (b"\x93NUMPY\x01\x00\x05\x00a(b)c", "expected a .npy header"),
    (b"PK\x03\x04" + bytes(40), "expected a sound .npz archive"),
], ids=lambda value: "" if isinstance(value, bytes) else value)
def test_damaged_files(content, message):
    with pytest.raises(MXNetError, match=message):
        load_params(content)


def npy(header):
    text = header.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


@pytest.mark.parametrize("header, message", [
    ("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", "dtype 'object' is not one MXNet arrays can have"),
    ("{'descr': '<U4', 'fortran_order': False, 'shape': (1,)}", "is not one MXNet arrays can have"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "sizes of 0 or more"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,)}", "but only 8 are left"),
    ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "is not one MXNet arrays can have"),
    ("__import__('os').abort()", "expected a .npy header"),
])
def test_hostile_npy(header, message):
    with pytest.raises(MXNetError, match=message):
        load_params(npy(header) + bytes(8))


def archive(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content in members.items():
            z.writestr(name, content)


INTS = "{{'descr': '<i8', 'fortran_order': False, 'shape': ({},)}}"


def ints(*values):
    return npy(INTS.format(len(values))) + onp.array(values, "<i8").tobytes()


@pytest.mark.parametrize("members, message", [
    ({"w.txt": b"x"}, "member 'w.txt': expected a name ending in .npy"),
    ({"w.npy": ints(1)[:-1]}, r"member 'w.npy', byte \d+: expected 8 bytes"),
    ({"w.npy": ints(1) + b"x"}, "expected the end of the file, found 1 bytes more"),
    ({"w/format.npy": npy("") + b"cow", "w/data.npy": ints(1)}, "'w': expected the members of a row_sparse array"),
    ({"w/format.npy": npy("") + b"row_sparse", "w/data.npy": ints(1), "w/indices.npy": ints(9), "w/shape.npy": ints(4)},
     "expected row numbers from 0 to 3, each once"),
    ({"w/format.npy": npy("") + b"csr", "w/data.npy": ints(1), "w/indices.npy": ints(0), "w/indptr.npy": ints(0, 5),
      "w/shape.npy": ints(1, 1)}, "expected 2 row starts rising from 0 to 1"),
])
def test_hostile_npz(tmp_path, members, message):
    archive(tmp_path / "a.npz", **members)
    with pytest.raises(MXNetError, match=message):
        load_params(tmp_path / "a.npz")


def test_a_damaged_member_is_found_by_its_sum(tmp_path):
    save_npz(tmp_path / "a.npz", [SIX], ["w"])
    content = bytearray((tmp_path / "a.npz").read_bytes())
    content[content.index(SIX.tobytes()) + 5] ^= 1
    with pytest.raises(MXNetError, match="expected a sound .npz archive: Bad CRC-32"):
        load_params(bytes(content))


FUZZED = ["mx1_sparse.params", "mx1_list.params", "mx2_sparse.npz", "mx2_save.npy"]


@pytest.mark.parametrize("name", FUZZED)
def test_every_truncation_is_refused(name):
    whole = data(name)
    for size in range(len(whole)):
        with pytest.raises(MXNetError):
            load_params(whole[:size])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(st.sampled_from(FUZZED), st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), min_size=1, max_size=6))
def test_changed_bytes_give_arrays_or_an_error_and_no_memory(name, changes):
    content = bytearray(data(name))
    for at, byte in changes:
        content[at % len(content)] = byte
    tracemalloc.start()
    try:
        load_params(bytes(content))
    except MXNetError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 8 << 20
