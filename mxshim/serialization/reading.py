"""Reads `.params` and `.npy` files, whoever wrote them."""
from __future__ import annotations

import io
import math
import struct
from typing import Any, NoReturn

import numpy as onp

from mxshim.base import BFLOAT16, CODE_DTYPES, MXNetError, as_dtype
from mxshim.serialization.format import CSR_STORAGE, DENSE, MAX_DIMS, ROW_SPARSE, V1, V2, V3
from mxshim.serialization.stored import CSR, RowSparse, Saved, bytes_of, checked


class Reader:
    """Reads one file, or one member of an archive, front to back; knows where it is and how much is left."""

    def __init__(self, file: Any, label: str, size: int):
        self.file, self.label, self.size, self.at = file, label, size, 0

    def fail(self, text: str, at: int | None = None) -> NoReturn:
        raise MXNetError(f"{self.label}, byte {self.at if at is None else at}: {text}")

    def need(self, count: int, what: str) -> None:
        if count > self.size - self.at:
            self.fail(f"expected {count} bytes of {what}, but only {self.size - self.at} are left; "
                      "the file is cut short or damaged")

    def take(self, count: int, what: str) -> bytes:
        self.need(count, what)
        data = self.file.read(count)
        if len(data) != count:
            self.fail(f"expected {count} bytes of {what}, the file gave {len(data)}")
        self.at += count
        return data

    def number(self, form: str, what: str) -> int:
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form), what))[0]

    def finish(self) -> None:
        if self.at != self.size:
            self.fail(f"expected the end of the file, found {self.size - self.at} bytes more")

    def values(self, dtype: onp.dtype, shape: tuple[int, ...], what: str) -> onp.ndarray:
        """The array of `shape` that begins here."""
        count = math.prod(shape)  # Python's integers: no claim overflows
        self.need(count * dtype.itemsize, f"{what}, {dtype.name}{list(shape)}")
        if math.prod(n for n in shape if n) >= 1 << 60:  # a size 0 makes the product 0, yet NumPy counts the others
            self.fail(f"the shape {shape} of {what} is larger than any array")
        a = onp.empty(count, dtype)
        view = bytes_of(a)
        while len(view):  # an archive's member may give less than it was asked for
            got = self.file.readinto(view)
            if not got:
                self.fail(f"{what}: the file ended {len(view)} bytes early")
            self.at += got
            view = view[got:]
        if dtype.kind == "b":  # a C++ bool other than 0 and 1 has no meaning
            a = a.view(onp.uint8) != 0
        return a.reshape(shape)

    # .params

    def params(self) -> tuple[list[Saved], list[str]]:
        self.take(8, "the file's magic number")
        reserved = self.number("Q", "the reserved word")
        if reserved:
            self.fail(f"expected the reserved word 0, found {reserved}", self.at - 8)
        count = self.number("Q", "the number of arrays")
        self.need(count * 4 + 8, f"{count} arrays")  # 4: the shortest array is its magic alone
        arrays = [self.array(f"array {i} of {count}") for i in range(count)]
        named = self.number("Q", "the number of names")
        if named not in (0, count):
            self.fail(f"expected 0 or {count} names, one for each array, found {named}", self.at - 8)
        names = [self.name(i) for i in range(named)]
        self.finish()
        return arrays, names

    def name(self, i: int) -> str:
        text = self.take(self.number("Q", f"the length of name {i}"), f"name {i}")
        try:
            return text.decode()
        except UnicodeDecodeError:
            self.fail(f"expected name {i} in UTF-8, found {text[:40]!r}", self.at - len(text))

    def array(self, what: str) -> Saved:
        start = self.at
        magic = self.number("I", f"the magic number of {what}")
        if magic in (V2, V3):
            storage = self.number("i", f"the storage type of {what}")
            if storage not in (DENSE, ROW_SPARSE, CSR_STORAGE):
                self.fail(f"{what}: expected a storage type 0 (dense), 1 (row_sparse) or 2 (csr), found {storage}", self.at - 4)
            if storage != DENSE:
                return self.sparse(storage, what, start)
            shape = self.shape(what)
        elif magic == V1:
            shape = self.shape(what)
        elif magic <= MAX_DIMS:
            shape = struct.unpack(f"<{magic}I", self.take(4 * magic, f"the shape of {what}"))
        else:
            self.fail(f"{what}: expected the magic number {V1:#x}, {V2:#x} or {V3:#x}, found {magic:#x}", start)
        if not shape and magic != V3:
            self.fail(f"{what} holds no values: it was saved before its shape was known", start)
        self.device(what)
        return self.values(self.dtype(what), shape, what)

    def shape(self, what: str) -> tuple[int, ...]:
        at = self.at
        ndim = self.number("i", f"the number of dimensions of {what}")
        if not 0 <= ndim <= MAX_DIMS:
            self.fail(f"{what}: expected 0 to {MAX_DIMS} dimensions, found {ndim}", at)
        shape = struct.unpack(f"<{ndim}q", self.take(8 * ndim, f"the shape of {what}"))
        if min(shape, default=0) < 0:
            self.fail(f"{what}: expected sizes of 0 or more, found the shape {shape}", at)
        return shape

    def device(self, what: str) -> None:
        at = self.at
        kind, number = struct.unpack("<ii", self.take(8, f"the device of {what}"))
        if not (1 <= kind <= 6 and number >= 0):
            self.fail(f"{what}: expected a device type 1 to 6 and a number, found {kind} and {number}", at)

    def dtype(self, what: str) -> onp.dtype:
        code = self.number("i", f"the dtype of {what}")
        if code not in CODE_DTYPES:
            self.fail(f"{what}: expected a dtype code 0 to {max(CODE_DTYPES)}, found {code}", self.at - 4)
        return CODE_DTYPES[code].newbyteorder("<")

    def sparse(self, storage: int, what: str, start: int) -> RowSparse | CSR:
        stored, shape = self.shape(f"the values of {what}"), self.shape(what)
        self.device(what)
        dtype = self.dtype(what)
        parts = ("indices",) if storage == ROW_SPARSE else ("indptr", "indices")
        claims = [(part, self.dtype(f"{part} of {what}"), self.shape(f"{part} of {what}")) for part in parts]
        for part, kind, _ in claims:
            if kind.kind not in "iu":
                self.fail(f"{what}: expected integers for {part}, found {kind.name}", start)
        data = self.values(dtype, stored, what)
        indices = {part: self.values(kind, size, f"{part} of {what}").astype("int64") for part, kind, size in claims}
        try:
            if storage == ROW_SPARSE:
                return checked(RowSparse(data, indices["indices"], shape), what)
            return checked(CSR(data, indices["indptr"], indices["indices"], shape), what)
        except MXNetError as e:
            self.fail(str(e), start)

    # .npy

    def npy(self) -> onp.ndarray:
        """The `.npy` file that begins here."""
        shape, fortran, dtype = self.npy_header()
        if dtype == onp.dtype("V2"):  # NumPy has no name for bfloat16 and writes it so
            dtype = BFLOAT16
        try:
            as_dtype(dtype.newbyteorder("="))
        except TypeError as e:
            self.fail(str(e))
        a = self.values(dtype, shape[::-1] if fortran else shape, "the array")
        return onp.asarray(a.T if fortran else a, dtype=dtype.newbyteorder("="), order="C")

    def npy_header(self) -> tuple[tuple[int, ...], bool, onp.dtype]:
        lead = self.npy_lead()
        text = lead + self.take(int.from_bytes(lead[8:], "little"), "the .npy header")
        source = io.BytesIO(text)
        try:
            version = onp.lib.format.read_magic(source)
            read = onp.lib.format.read_array_header_1_0 if version == (1, 0) else onp.lib.format.read_array_header_2_0
            shape, fortran, dtype = read(source)
        except Exception as e:  # whatever NumPy makes of hostile text; it evaluates literals only
            self.fail(f"expected a .npy header: {e}", 0)
        if len(shape) > MAX_DIMS or any(n < 0 for n in shape):
            self.fail(f"expected at most {MAX_DIMS} sizes of 0 or more, found the shape {shape}", 0)
        return shape, fortran, dtype

    def npy_lead(self) -> bytes:
        """The magic, the version and the length of the header."""
        lead = self.take(8, "the .npy magic number")
        if lead[:6] != b"\x93NUMPY" or lead[6] not in (1, 2):
            self.fail(f"expected a .npy file of version 1 or 2, found the bytes {lead.hex(' ')}", 0)
        return lead + self.take(2 if lead[6] == 1 else 4, "the length of the .npy header")

    def npy_text(self) -> bytes:
        """The values as bytes, whatever the header says: MXNet 2 writes headers for text that NumPy cannot read."""
        lead = self.npy_lead()
        self.take(int.from_bytes(lead[8:], "little"), "the .npy header")
        return self.take(self.size - self.at, "text")
