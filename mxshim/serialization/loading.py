"""Loads a file of any kind: tells them apart by their first bytes."""
from __future__ import annotations

import io
import os
import struct
from typing import BinaryIO

from mxshim.base import MXNetError
from mxshim.serialization.archives import load_npz
from mxshim.serialization.format import LIST_MAGIC
from mxshim.serialization.reading import Reader
from mxshim.serialization.stored import Saved

_NPY = b"\x93NUMPY"


def load_params(source: str | os.PathLike | bytes) -> tuple[list[Saved], list[str]]:
    """The arrays of a `.params`, `.npy` or `.npz` file (told apart by their first bytes), and their names if they have any.

    source: a path, or the content of such a file.
    Raises: MXNetError naming the file, the place in it and what was expected there, for anything but a whole, sound file.
    """
    if isinstance(source, bytes | bytearray | memoryview):
        return _load(io.BytesIO(source), "the given bytes")
    name = os.fspath(source)
    try:
        with open(name, "rb") as file:
            seekable: BinaryIO = file if file.seekable() else io.BytesIO(file.read())
            return _load(seekable, repr(name))
    except OSError as e:
        raise MXNetError(f'cannot open "{name}": {e.strerror or e}') from e


def array_of_record(record: bytes, label: str) -> Saved:
    """One array from the bytes that a `.params` file has for it. Raises: MXNetError, which names `label`, for other bytes."""
    reader = Reader(io.BytesIO(record), label, len(record))
    found = reader.array("the array")
    reader.finish()
    return found


def is_npy(path: str | os.PathLike) -> bool:
    """Whether a path is a file that begins as .npy files do."""
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return file.read(len(_NPY)) == _NPY


def _load(file: BinaryIO, label: str) -> tuple[list[Saved], list[str]]:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    start = file.read(8)
    file.seek(0)
    if start[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return load_npz(file, label, size)
    reader = Reader(file, label, size)
    if start[:6] == _NPY:
        a = reader.npy()
        reader.finish()
        return [a], []
    if start != struct.pack("<Q", LIST_MAGIC):
        reader.fail(f"expected an MXNet array file (it begins with {LIST_MAGIC:#x}), .npy or .npz, "
                    f"found {'the bytes ' + start.hex(' ') if start else 'an empty file'}")
    return reader.params()
