"""Writes `.params`, `.npy` and `.npz` files, each whole or not at all."""
from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
import struct
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import numpy as onp

from mxshim.base import BFLOAT16, DTYPE_CODES, MXNetError
from mxshim.serialization.format import CPU, CSR_STORAGE, DENSE, LIST_MAGIC, ROW_SPARSE, V2, V3
from mxshim.serialization.stored import CSR, RowSparse, Saved, bytes_of, checked, dense


def numbered(prefix, epoch, ending="params") -> str:
    """prefix-0001.params, the name of a checkpoint's file; epoch: a number, whose fraction is cut off. Raises: TypeError for others."""
    try:
        return f"{prefix}-{int(epoch + 0):04d}.{ending}"
    except (TypeError, ValueError):
        raise TypeError(f"the epoch of a checkpoint must be a number, got {epoch!r}") from None


@contextlib.contextmanager
def atomic_write(path: str | os.PathLike) -> Iterator[BinaryIO]:
    """A binary file to write `path` through; `path` is replaced when the block ends well, and untouched when it fails.

    An empty file is filled in place: there is nothing to lose, and who made it (`tempfile.NamedTemporaryFile`) may hold it open to read
    what was saved.
    Raises: MXNetError if the file or its folder cannot be written.
    """
    target = os.path.realpath(path)  # a link stays a link
    try:
        found = os.stat(target) if os.path.exists(target) else None
        if found and not (stat.S_ISREG(found.st_mode) and found.st_size):  # a pipe or /dev/null cannot be replaced
            try:
                with open(target, "wb") as file:
                    yield file
            except BaseException:
                with contextlib.suppress(OSError):
                    os.truncate(target, 0)
                raise
            return
        temporary = f"{target}.{secrets.token_hex(6)}.part"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        try:
            with open(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(descriptor)
            if os.path.exists(target):
                shutil.copymode(target, temporary)
            os.replace(temporary, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError as e:
        raise MXNetError(f'cannot write "{os.fspath(path)}": {e.strerror or e}') from e


def save_params(path: str | os.PathLike, arrays: Sequence[Saved], names: Sequence[str], np_shape: bool) -> None:
    """Write `arrays` to a `.params` file that MXNet 1.x and 2 read.

    Args:
        names: one for every array, or none at all (MXNet then loads a list).
        np_shape: write for NumPy shape semantics. MXNet reads a file only under the semantics it was written with.
    Raises: MXNetError, before anything is written, if an array does not fit the format: a dtype MXNet lacks; without
        `np_shape` a shape () or a size 0; with `np_shape` a sparse array.
    """
    if names and len(names) != len(arrays):
        raise MXNetError(f"{len(arrays)} arrays cannot be saved under {len(names)} names; give one name each, or none")
    labels = [repr(name) for name in names] or [f"array {i}" for i in range(len(arrays))]
    encoded = [_record(a, label, np_shape) for a, label in zip(arrays, labels, strict=True)]
    with atomic_write(path) as file:
        file.write(struct.pack("<QQQ", LIST_MAGIC, 0, len(encoded)))
        for header, parts in encoded:
            file.write(header)
            for part in parts:
                file.write(bytes_of(part))
        file.write(struct.pack("<Q", len(names)))
        for name in names:
            text = name.encode()
            file.write(struct.pack("<Q", len(text)) + text)


def record_of_array(a: Saved, label: str, np_shape: bool) -> bytes:
    """One array as a `.params` file holds it. Raises: as save_params."""
    header, parts = _record(a, label, np_shape)
    return header + b"".join(bytes(bytes_of(part)) for part in parts)


def save_npy(path: str | os.PathLike, array: onp.ndarray) -> None:
    """Write one dense array as NumPy's `.npy`, as MXNet 2 does (npx.save)."""
    a = dense(array, "the array")
    with atomic_write(path) as file:
        _write_npy(file, a)


def save_npz(path: str | os.PathLike, arrays: Sequence[Saved], names: Sequence[str]) -> None:
    """Write arrays, each under its name, as an uncompressed `.npz`, as MXNet 2 does (npx.savez, gluon's save_parameters).

    A sparse array `w` becomes the members w/data, w/indices, w/shape, w/format and, for csr, w/indptr.
    """
    members: dict[str, Any] = {}
    for name, a in zip(names, arrays, strict=True):
        for part, value in _members(a, repr(name)).items():
            member = f"{name}/{part}" if part else name
            if member in members:
                raise MXNetError(f"two arrays would both be saved as {member!r}; rename one")
            members[member] = value
    with atomic_write(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for member, value in members.items():
            # A fixed date, so that equal arrays give equal files; MXNet writes no date either.
            with archive.open(zipfile.ZipInfo(f"{member}.npy"), "w", force_zip64=value.nbytes >= 1 << 31) as out:
                _write_npy(out, value)


def _shape_bytes(shape) -> bytes:
    return struct.pack(f"<i{len(shape)}q", len(shape), *shape)


def _code(a: onp.ndarray) -> int:
    return DTYPE_CODES[a.dtype.name]


def _record(a: Any, label: str, np_shape: bool) -> tuple[bytes, list[onp.ndarray]]:
    """An array's header and the arrays whose bytes follow it."""
    if isinstance(a, RowSparse | CSR):
        if np_shape:
            raise MXNetError(f"{label} is sparse, and MXNet's format holds sparse arrays only without NumPy shape semantics; "
                             "save under npx.reset_np(), or use npx.savez")
        a = checked(a, label)
        data = dense(a.data, label)
        indices = [dense(i, label).astype("<i8") for i in a[1:-1]]
        storage = ROW_SPARSE if isinstance(a, RowSparse) else CSR_STORAGE
        header = struct.pack("<Ii", V2, storage) + _shape_bytes(data.shape) + _shape_bytes(a.shape)
        header += struct.pack("<iii", CPU, 0, _code(data))
        header += b"".join(struct.pack("<i", DTYPE_CODES["int64"]) + _shape_bytes(i.shape) for i in indices)
        return header, [data, *indices]
    a = dense(a, label)
    if not np_shape and not a.ndim:
        raise MXNetError(f"{label} has shape {a.shape}, which a file can hold only under NumPy shape semantics; "
                         "call npx.set_np() before saving")
    header = struct.pack("<Ii", V3 if np_shape else V2, DENSE) + _shape_bytes(a.shape)
    return header + struct.pack("<iii", CPU, 0, _code(a)), [a]


def _members(a: Any, label: str) -> dict[str, onp.ndarray]:
    if isinstance(a, RowSparse | CSR):
        a = checked(a, label)
        kind = b"row_sparse" if isinstance(a, RowSparse) else b"csr"
        parts = {name: onp.asarray(getattr(a, name), "<i8") for name in a._fields[1:]}
        return {"data": dense(a.data, label), **parts, "format": onp.array(kind)}
    return {"": dense(a, label)}


def _write_npy(file: Any, a: onp.ndarray) -> None:
    header = {"descr": "<V2" if a.dtype == BFLOAT16 else a.dtype.str, "fortran_order": False, "shape": a.shape}
    onp.lib.format.write_array_header_1_0(file, header)
    file.write(bytes_of(a))
