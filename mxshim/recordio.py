"""Records in one file, in MXNet's RecordIO format, with or without an index (MXNet: mxnet.recordio).

A record is the number 0xced7230a, a word whose upper 3 bits say which part of a record this is (0 all of it, 1 the first, 2 one in
the middle, 3 the last) and whose other bits how long it is, and the bytes, padded to a multiple of 4; all words little-endian. Where
the number itself occurs in a record, at a multiple of 4, it is left out and the record is cut into parts there, so that a reader can
find the next record from anywhere.
"""
from __future__ import annotations

import collections
import numbers
import os
import stat
import struct
import threading

import numpy as onp

from .arguments import Checked, checked
from .array.codec import decode_image, encode_image
from .array.core import Array
from .base import ArgumentValueError, MXNetError

__all__ = ["IRHeader", "MXIndexedRecordIO", "MXRecordIO", "pack", "pack_img", "unpack", "unpack_img"]
_MAGIC = struct.pack("<I", 0xced7230a)
_LONGEST = (1 << 29) - 1


class MXRecordIO(Checked):
    """A file of records, written or read one after the other.

    uri: the file.  flag: "w" empties it and writes, "r" reads.
    Raises: ValueError for another flag, MXNetError if the file cannot be opened. What was opened in one process must not be used in
        another (RuntimeError); a pickle opens the file again where it is loaded.
    Differs: pickling leaves the file open; a file that is being written cannot be pickled, as it would be emptied where it is loaded.
    >>> record = mx.recordio.MXRecordIO("x.rec", "w")
    >>> record.write(b"bytes")
    >>> record.close()
    """

    _wants = {"uri": "a file's name"}

    def __init__(self, uri, flag):
        self.uri, self.flag, self.pid, self.is_open = os.fspath(uri), flag, None, False
        self._lock = threading.RLock()
        self.open()

    def open(self):
        """Open the file, at its beginning."""
        if self.flag not in ("r", "w"):
            raise ValueError(f"Invalid flag {self.flag}: 'r' reads and 'w' writes a file")
        self.writable = self.flag == "w"
        try:
            self._file = open(self.uri, self.flag + "b")
        except OSError as error:
            raise MXNetError(f'cannot open "{self.uri}": {error.strerror}') from error
        self.pid, self.is_open = os.getpid(), True
        facts = os.fstat(self._file.fileno())
        self._size = facts.st_size if stat.S_ISREG(facts.st_mode) else None

    def close(self):
        """Close the file; nothing if it is closed."""
        if self.is_open:
            self._file.close()
            self.is_open, self.pid = False, None

    def __del__(self):
        if getattr(self, "pid", None) == os.getpid():  # what a fork copied has buffers that are not its own
            self.close()

    def reset(self):
        """Back to the first record; a file that is written is emptied."""
        if self.pid == os.getpid():
            self.close()
        self.open()

    def __getstate__(self):
        if self.is_open and self.writable:
            raise MXNetError(f'"{self.uri}" is being written: close() it before pickling')
        return {k: v for k, v in self.__dict__.items() if k not in ("_file", "_lock")}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._lock = threading.RLock()
        if self.is_open:
            self.is_open = False
            self.open()

    def _check_pid(self, allow_reset=False):
        if self.pid != os.getpid():
            if not self.is_open:
                raise MXNetError(f'"{self.uri}" is closed: call open() or reset()')
            if not allow_reset:
                raise RuntimeError(f'Forbidden operation in multiple processes: "{self.uri}" was opened in another one; call reset()')
            self.reset()

    def _need(self, writable):
        if self.writable is not writable:
            raise AssertionError(f'"{self.uri}" was opened with {self.flag!r}, to {"write" if writable else "read"} it use '
                                 f"{'w' if writable else 'r'!r}")

    def write(self, buf):
        """Append a record, bytes.

        Raises: AssertionError if the file is read, TypeError if `buf` is not bytes, MXNetError for 512 MiB and more."""
        self._need(True)
        self._check_pid()
        if not isinstance(buf, bytes | bytearray | memoryview):
            raise TypeError(f"write: a record is made of bytes, got {type(buf).__name__}")
        self._file.write(_framed(bytes(buf)))

    def read(self):
        """The next record, or None after the last.

        Raises: AssertionError if the file is written, MXNetError if it is damaged."""
        self._need(False)
        self._check_pid()
        with self._lock:
            return self._next()

    def _next(self):
        parts = []
        while True:
            at = self._file.tell() if self._size is not None else None
            head = self._file.read(8)
            if not head and not parts:
                return None
            if len(head) < 8:
                raise MXNetError(f'"{self.uri}" is cut off: the head of a record is missing after byte {at}')
            if head[:4] != _MAGIC:
                raise MXNetError(f'"{self.uri}" holds no record at byte {at}: {head[:4].hex()} is there, and a record begins with '
                                 f"{_MAGIC.hex()}. It is not a RecordIO file, or the index does not belong to it")
            word = struct.unpack("<I", head[4:])[0]
            part, length = word >> 29, word & _LONGEST
            padded = length + -length % 4
            if part > 3 or (part in (0, 1)) is bool(parts):
                raise MXNetError(f'"{self.uri}" is damaged: part {part} of a record at byte {at}, where '
                                 f"{'one in the middle' if parts else 'a first one'} should be")
            content = b"" if self._size is not None and at + 8 + padded > self._size else self._file.read(padded)
            if len(content) < padded:
                raise MXNetError(f'"{self.uri}" is cut off: a record of {length} bytes begins at byte {at}, and not all of it is there')
            parts.append(content[:length])
            if part in (0, 3):
                return parts[0] if len(parts) == 1 else _MAGIC.join(parts)


def _framed(buf: bytes) -> bytes:
    """A record as it stands in a file."""
    if len(buf) > _LONGEST:
        raise MXNetError(f"write: a record may have {_LONGEST} bytes, got {len(buf)}")
    cuts, at = [], buf.find(_MAGIC)
    while at >= 0:
        if at % 4 == 0:
            cuts.append(at)
        at = buf.find(_MAGIC, at + (4 if at % 4 == 0 else 1))
    starts = [0, *(c + 4 for c in cuts)]
    ends = [*cuts, len(buf)]
    out = []
    for k, (start, end) in enumerate(zip(starts, ends, strict=True)):
        part = 0 if not cuts else 1 if k == 0 else 3 if k == len(cuts) else 2
        out += [_MAGIC, struct.pack("<I", part << 29 | end - start), buf[start:end]]
    return b"".join(out) + bytes(-len(buf) % 4)


class MXIndexedRecordIO(MXRecordIO):
    """A file of records with a second file that says where each begins: lines of a key, a tabulator and a byte.

    idx_path: the index.  uri, flag: as MXRecordIO has them.  key_type: makes a key of its text.
    Attributes: keys, in their order; idx, the byte of each.
    Reading by key is safe in several threads.
    """

    _wants = {"idx_path": "a file's name", "key_type": "a function"}

    def __init__(self, idx_path, uri, flag, key_type=int):
        self.idx_path, self.idx, self.keys, self.key_type, self.fidx = os.fspath(idx_path), {}, [], key_type, None
        super().__init__(uri, flag)

    def open(self):
        super().open()
        self.idx, self.keys = {}, []
        try:
            self.fidx = open(self.idx_path, self.flag, encoding="utf-8", errors="replace")
        except OSError as error:
            self.close()
            raise MXNetError(f'cannot open the index "{self.idx_path}": {error.strerror}') from error
        if not self.writable:
            with self.fidx:
                for number, line in enumerate(self.fidx, 1):
                    self._entry(number, line)

    def _entry(self, number, line):
        try:
            name, place = line.strip().split("\t")[:2]
            key, at = self.key_type(name), int(place)
        except ValueError:
            self.close()
            raise MXNetError(f'line {number} of the index "{self.idx_path}" is no key and byte: {line[:80]!r}') from None
        self.idx[key] = at
        self.keys.append(key)

    def close(self):
        super().close()
        if self.fidx is not None:
            self.fidx.close()

    def __getstate__(self):
        return super().__getstate__() | {"fidx": None}

    def seek(self, idx):
        """Go to the record of a key. Raises: KeyError without it; AssertionError if the file is written."""
        self._need(False)
        self._check_pid(allow_reset=True)
        try:
            at = self.idx[idx]
        except (KeyError, TypeError) as error:
            raise type(error)(f'"{self.uri}" has no record of the key {idx!r}') from None
        self._file.seek(at)

    def tell(self):
        """The byte where the next record will begin. Raises: AssertionError if the file is read."""
        self._need(True)
        return self._file.tell()

    def read_idx(self, idx):
        """The record of a key. Raises: as seek and read."""
        with self._lock:
            self.seek(idx)
            return self.read()

    def write_idx(self, idx, buf):
        """Append a record under a key."""
        try:
            key, at = self.key_type(idx), self.tell()
        except (TypeError, ValueError) as error:
            raise type(error)(f"write_idx: `idx` must be a key, which {self.key_type.__name__} can make, got {idx!r}") from None
        self.write(buf)
        self.fidx.write(f"{key}\t{at}\n")
        self.idx[key] = at
        self.keys.append(key)


IRHeader = collections.namedtuple("HEADER", ["flag", "label", "id", "id2"])
IRHeader.__doc__ = """What stands before the image in a record: flag, how many labels follow the header (0: one, in it); label, a number or
several; id and id2, numbers that the user chooses."""
_HEADER = struct.Struct("<IfQQ")


@checked(header="a sequence", s="bytes")
def pack(header, s):
    """A record of an IRHeader (or four values) and bytes.

    >>> mx.recordio.unpack(mx.recordio.pack(mx.recordio.IRHeader(0, 4, 2574, 0), b"bytes"))
    (HEADER(flag=0, label=4.0, id=2574, id2=0), b'bytes')
    """
    if len(header) != len(IRHeader._fields):
        raise ArgumentValueError(f"pack: `header` must be an IRHeader, or its {', '.join(IRHeader._fields)}, got {header!r}")
    header = IRHeader(*header)
    label = header.label
    if isinstance(label, numbers.Number):
        return _HEADER.pack(0, label, header.id, header.id2) + s
    label = onp.asarray(label.asnumpy() if isinstance(label, Array) else label, "<f4")
    return _HEADER.pack(label.size, 0, header.id, header.id2) + label.tobytes() + s


@checked(s="bytes")
def unpack(s):
    """(IRHeader, bytes) of a record. Raises: MXNetError if it is too short for its header and labels."""
    if len(s) < _HEADER.size:
        raise MXNetError(f"unpack: a record begins with {_HEADER.size} bytes of header, this one has {len(s)}")
    header = IRHeader(*_HEADER.unpack_from(s))
    s = s[_HEADER.size:]
    if header.flag:
        if len(s) < 4 * header.flag:
            raise MXNetError(f"unpack: the header announces {header.flag} labels, {len(s)} bytes follow it")
        header = header._replace(label=onp.frombuffer(s, "<f4", header.flag))
        s = s[4 * header.flag:]
    return header, s


@checked(s="bytes", iscolor="a whole number")
def unpack_img(s, iscolor=-1):
    """(IRHeader, image) of a record that pack_img made: a NumPy array (H, W, 3) in the order blue, green, red, or (H, W).

    iscolor: 1 for colours, 0 for gray, -1 for what the file has.  Needs Pillow. Raises: MXNetError if it is no image."""
    header, s = unpack(s)
    return header, decode_image(s, iscolor, to_rgb=False)


@checked(header="a sequence", quality="a whole number", img_fmt="a text")
def pack_img(header, img, quality=95, img_fmt=".jpg"):
    """A record of an IRHeader and an image (H, W, 3), in the order blue, green, red, or (H, W), stored as JPEG or PNG.

    quality: of JPEG 1 to 100, of PNG how hard to compress, 1 to 9.  Needs Pillow."""
    return pack(header, encode_image(img.asnumpy() if isinstance(img, Array) else onp.asarray(img), quality, img_fmt))
