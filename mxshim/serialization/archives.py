"""Reads `.npz` archives; MXNet 2 keeps the parts of a sparse array as members of a folder of its name."""
from __future__ import annotations

import struct
import zipfile
import zlib
from typing import Any, BinaryIO

from mxshim.base import MXNetError
from mxshim.serialization.reading import Reader
from mxshim.serialization.stored import CSR, RowSparse, Saved, checked

MAX_DEFLATE = 1032  # no deflate stream grows by more


def load_npz(file: BinaryIO, label: str, size: int) -> tuple[list[Saved], list[str]]:
    groups: dict[str, dict[str, Any]] = {}
    try:
        with zipfile.ZipFile(file) as archive:
            infos = [i for i in archive.infolist() if not i.is_dir()]
            folders = {i.filename[:-len("format.npy")] for i in infos if i.filename.endswith("/format.npy")}
            if sum(i.file_size for i in infos) > size * MAX_DEFLATE:
                raise MXNetError(f"{label}: claims to hold more than {size} bytes can")
            for info in infos:
                where = f"{label}, member {info.filename!r}"
                if not info.filename.endswith(".npy"):
                    raise MXNetError(f"{where}: expected a name ending in .npy")
                if info.file_size > min(info.compress_size, size) * MAX_DEFLATE:
                    raise MXNetError(f"{where}: claims {info.file_size} bytes, more than its {info.compress_size} can hold")
                folder, slash, part = info.filename[:-4].rpartition("/")
                with archive.open(info) as member:
                    reader = Reader(member, where, info.file_size)
                    sparse = folder + slash in folders and slash
                    value = reader.npy_text() if sparse and part == "format" else reader.npy()
                    reader.finish()
                    member.read(1)  # reaching the end makes zipfile check the sum
                key, part = (folder, part) if sparse else (info.filename[:-4], "")
                if part in groups.setdefault(key, {}):
                    raise MXNetError(f"{where}: is there twice")
                groups[key][part] = value
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, struct.error, ValueError) as e:
        if isinstance(e, MXNetError):
            raise
        raise MXNetError(f"{label}: expected a sound .npz archive: {e}") from e
    return [_assemble(parts, f"{label}, {name!r}") for name, parts in groups.items()], list(groups)


def _assemble(parts: dict[str, Any], label: str) -> Saved:
    """The array whose members `parts` are."""
    if "" in parts and len(parts) == 1:
        return parts[""]
    kind = parts.pop("format", None)
    cls: Any = {b"row_sparse": RowSparse, b"csr": CSR}.get(kind)
    if cls is None or set(parts) != set(cls._fields):
        wanted = f"row_sparse array ({', '.join(RowSparse._fields)}) or of a csr array ({', '.join(CSR._fields)})"
        found = f"format {kind!r} with {', '.join(map(repr, parts))}"
        raise MXNetError(f"{label}: expected the members of a {wanted}, found {found}")
    shape = parts.pop("shape")
    if any(a.dtype.kind not in "iu" or a.ndim != 1 for a in (shape, *(parts[f] for f in cls._fields[1:-1]))):
        raise MXNetError(f"{label}: expected vectors of integers for its shape and indices")
    parts = {name: a if name == "data" else a.astype("int64") for name, a in parts.items()}
    return checked(cls(**parts, shape=tuple(map(int, shape))), label)
