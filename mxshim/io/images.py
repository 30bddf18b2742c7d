"""Batches of the images in a RecordIO file, decoded by threads (MXNet: mxnet.io.ImageRecordIter and ImageDetRecordIter)."""
from __future__ import annotations

import bisect
import collections
import math
import os
import random
from concurrent.futures import ThreadPoolExecutor

import numpy as onp

from .. import ndarray as nd
from ..array.codec import decode_image
from ..base import MXNetError, as_dtype
from ..recordio import MXRecordIO, unpack
from .augmenting import DefaultAugmenter
from .base import DataBatch, DataDesc, Moving
from .detection import DetectionAugmenter
from .files import batch_array, numbers_of, required

__all__ = ["ImageDetRecordIter", "ImageRecordIter", "ImageRecordIter_v1", "ImageRecordUInt8Iter", "ImageRecordUInt8Iter_v1"]


def offsets(path):
    """Where the records of a file begin. Raises: MXNetError if it is damaged."""
    record, found = MXRecordIO(path, "r"), []
    while True:
        at = record._file.tell()
        if record.read() is None:
            record.close()
            return found
        found.append(at)


def label_list(path):
    """{number: labels} of an image list: lines of a number, one or more labels and a path, with tabulators between."""
    found = {}
    with open(os.path.expanduser(path), encoding="utf-8") as f:
        for line_number, line in enumerate(f, 1):
            words = line.strip().split("\t")
            try:
                found[int(words[0])] = onp.array([float(w) for w in words[1:-1]], "float32")
            except ValueError:
                raise MXNetError(f"line {line_number} of {path} is not a number, labels and a path: {line[:80]!r}") from None
    return found


class ImageRecordIter(Moving):
    """Batches of images float32 (N, channels, height, width) and labels float32 (N,), or (N, label_width), of a RecordIO file.

    Args:
        path_imgrec, data_shape, batch_size: the file, (channels, height, width), and how many images a batch has.
        path_imglist: labels from an image list instead, by the records' numbers.  path_imgidx: the file's index.
        label_width: labels of an image.  shuffle, seed: another order in every epoch, from the seed.
        num_parts, part_index: only this of so many parts, of equally many images with path_imgidx, of equally many bytes without.
        round_batch: whether a last batch is filled with the first images, which the next epoch then leaves out; if not, it is filled
            with images of the batch before. `pad` counts them.
        preprocess_threads, prefetch_buffer: how many threads decode, and how many batches ahead.
        dtype: of the images.  The other arguments say what is done to images: see io/augmenting.py.
        verbose, device_id, ctx, shuffle_chunk_size, shuffle_chunk_seed, aug_seq: accepted.
    Needs Pillow. Raises: MXNetError for missing and damaged files, and missing arguments. Arguments that do
        not exist are a warning.
    Differs: what is random comes from generators of its own, so other crops are drawn than by MXNet. The same seeds, `seed` for
        the order and `seed_aug` for the rest, give the same batches, whatever the number of threads.
    """

    _pixels: str | None = None
    _wants = {"path_imgrec": "a file's name", "path_imglist": "a file's name", "data_shape": "whole numbers",
              "batch_size": "a number that is positive"}

    def __init__(self, path_imgrec=None, data_shape=None, batch_size=None, path_imglist="", path_imgidx="", label_width=1, shuffle=False,
                 seed=0, seed_aug=None, num_parts=1, part_index=0, round_batch=True, preprocess_threads=4, prefetch_buffer=4, dtype=None,
                 data_name="data", label_name="softmax_label", **augmentation):
        what = type(self).__name__
        required(what, path_imgrec=path_imgrec, data_shape=data_shape, batch_size=batch_size)
        for name in ("verbose", "device_id", "ctx", "shuffle_chunk_size", "shuffle_chunk_seed", "aug_seq"):
            augmentation.pop(name, None)
        super().__init__(int(batch_size))
        self._path, self.data_shape = os.path.expanduser(path_imgrec), tuple(data_shape)
        if len(self.data_shape) != 3 or self.data_shape[0] not in (1, 3):
            raise MXNetError(f"{what}: data_shape must be (1 or 3, height, width), got {data_shape}")
        self._augment = DefaultAugmenter(what, self.data_shape, raw=self._pixels is not None, **augmentation)
        self._mean_file = os.path.expanduser(self._augment.mean_img)
        self._dtype = as_dtype(self._pixels or dtype or "float32")
        self._label_width = label_width
        self._records = self._part(offsets(self._path), num_parts, part_index, bool(path_imgidx))
        if not self._records:
            raise MXNetError(f"{what}: there are no images in part {part_index} of {num_parts} of {path_imgrec}")
        self._labels = label_list(path_imglist) if path_imglist else None
        self._shuffle, self._seed, self._round = bool(shuffle), int(seed), bool(round_batch)
        self._seed_aug = self._seed if seed_aug is None else int(seed_aug)
        self._file = MXRecordIO(self._path, "r")
        self._pool = ThreadPoolExecutor(max(1, int(preprocess_threads)), what)
        self._ahead = max(1, int(prefetch_buffer))
        self._epoch, self._start = 0, 0
        if self._mean_file:
            self._augment.mean = self._mean_image()
        self._begin()
        self.provide_data = [DataDesc(data_name, (self.batch_size, *self.data_shape), self._dtype.type)]
        self.provide_label = [DataDesc(label_name, (self.batch_size, *self._label_shape()), onp.float32)]

    def _part(self, begins, parts, index, by_number):
        """Where the records of a part begin: of parts with equally many records, or, without an index, with equally many bytes."""
        size = len(begins) if by_number else os.path.getsize(self._path)
        each = -(-size // parts)
        cuts = [min(each * (index + k), size) for k in (0, 1)]
        first, last = cuts if by_number else [bisect.bisect_left(begins, cut) for cut in cuts]
        return begins[first:last]

    def _mean_image(self):
        """The array of mean_img; where there is no such file yet, the images' mean is written to it."""
        if not os.path.exists(self._mean_file):
            total = onp.zeros(self.data_shape, "float64")
            plain, self._augment = self._augment, self._augment.without_numbers()
            for k in range(len(self._records)):
                total += self._sample(self._read(k), f"{self._seed_aug} mean {k}")[0]
            self._augment = plain
            nd.save(self._mean_file, {"mean_img": nd.array((total / len(self._records)).astype("float32"))})
        found = nd.load(self._mean_file)
        mean = found.get("mean_img") if isinstance(found, dict) else found[0]
        if mean is None or mean.shape != self.data_shape:
            raise MXNetError(f"{type(self).__name__}: {self._mean_file!r} has no array mean_img of shape {self.data_shape}")
        return mean.asnumpy()

    def _label_shape(self):
        return () if self._label_width == 1 else (self._label_width,)

    def _begin(self):
        count = len(self._records)
        self._order = onp.random.RandomState(self._seed + self._epoch).permutation(count) if self._shuffle else onp.arange(count)
        self._at, self._wrapped, self._current = self._start, 0, None
        self._coming = collections.deque()

    def reset(self):
        """Back to the first image, or to the first that the last batch was not filled with."""
        for _, _, futures in self._coming:
            for future in futures:
                future.cancel()
        self._start, self._epoch = self._wrapped, self._epoch + 1
        self._begin()

    def _ask(self):
        """Let the threads begin with the next batch; False after the last."""
        count, size, at = len(self._records), self.batch_size, self._at
        if at >= count or self._wrapped:
            return False
        places, missing = numbers_of(at, size, count, self._round)
        if self._round:
            self._wrapped = min(missing, count)
        numbers = self._order[places]
        seeds = [f"{self._seed_aug} {self._epoch} {at + k}" for k in range(size)]
        futures = [self._pool.submit(self._sample, self._read(n), seed) for n, seed in zip(numbers, seeds, strict=True)]
        self._coming.append((missing, numbers, futures))
        self._at = at + size
        return True

    def _read(self, number):
        self._file._file.seek(self._records[number])
        return self._file.read()

    def _sample(self, record, seed):
        """(image (C, H, W), labels) of a record; called by threads."""
        header, content = unpack(record)
        labels = onp.atleast_1d(onp.asarray(header.label, "float32"))
        if self._labels is not None:
            if header.id not in self._labels:
                raise MXNetError(f"{type(self).__name__}: the image list has no number {header.id}")
            labels = self._labels[header.id]
        pixels = decode_image(content, int(self.data_shape[0] == 3))
        return self._finished(pixels.reshape(*pixels.shape[:2], -1), labels, random.Random(seed))

    def _finished(self, pixels, labels, draw):
        if len(labels) < self._label_width:
            raise MXNetError(f"{type(self).__name__}: an image has {len(labels)} labels, label_width={self._label_width} needs more")
        return self._augment(pixels, draw).astype(self._dtype, copy=False), labels[:self._label_width]

    def next(self):
        while len(self._coming) < self._ahead and self._ask():
            pass
        if not self._coming:
            raise StopIteration
        missing, numbers, futures = self._coming.popleft()
        samples = [future.result() for future in futures]
        self._ask()
        data = onp.stack([pixels for pixels, _ in samples])
        label = self._batch_labels([labels for _, labels in samples])
        self._current = DataBatch([batch_array(data)], [batch_array(label)], missing, numbers.astype("uint64"))
        return self._current

    def _batch_labels(self, labels):
        return onp.stack(labels).reshape(self.batch_size, *self._label_shape())


    def __len__(self):
        return math.ceil(len(self._records) / self.batch_size)

    def __del__(self):
        if hasattr(self, "_pool"):
            self._pool.shutdown(wait=False, cancel_futures=True)


class ImageRecordUInt8Iter(ImageRecordIter):
    """ImageRecordIter whose images are uint8, without means, deviations and scale."""

    _pixels = "uint8"


class ImageRecordIter_v1(ImageRecordIter):
    """ImageRecordIter, by the name of its first version."""


class ImageRecordUInt8Iter_v1(ImageRecordUInt8Iter):
    """ImageRecordUInt8Iter, by the name of its first version."""


class ImageDetRecordIter(ImageRecordIter):
    """ImageRecordIter for objects: the labels of an image are numbers of any count, float32 (N, 4 + longest).

    A row of labels is channels, height and width of the image, how many numbers follow, those, and label_pad_value.
    label_pad_width: the longest, default what the file has.  The arguments of augmentation are those of io/detection.py, and means,
    deviations and scale. Images that stay smaller than data_shape lie in its upper left corner, with zeros around.
    """

    def __init__(self, path_imgrec=None, data_shape=None, batch_size=None, label_pad_width=0, label_pad_value=-1.0, label_width=-1,
                 **others):
        self._width, self._fill = int(label_pad_width), label_pad_value
        if data_shape is not None:
            self._detection = DetectionAugmenter("ImageDetRecordIter", tuple(data_shape), others)
        for name in ("std_r", "std_g", "std_b"):  # 0 stands for 1
            others[name] = others.get(name) or 1.0
        if path_imgrec is not None:
            self._longest = self._measured(os.path.expanduser(path_imgrec))
            if self._width and self._width < self._longest:
                raise MXNetError(f"ImageDetRecordIter: label_pad_width={self._width}, but an image has {self._longest} numbers")
            self._longest = max(self._width, self._longest)
        super().__init__(path_imgrec, data_shape, batch_size, label_width=label_width, **others)

    @staticmethod
    def _measured(path):
        record, longest = MXRecordIO(path, "r"), 0
        while (content := record.read()) is not None:
            longest = max(longest, unpack(content)[0].flag)
        return longest

    def _label_shape(self):
        return (4 + self._longest,)

    def _finished(self, pixels, labels, draw):
        head, each = int(labels[0]), int(labels[1])
        if len(labels) > 2 and not (2 <= head <= len(labels) and each >= 5 and (len(labels) - head) % each == 0):
            raise MXNetError(f"ImageDetRecordIter: the labels of an image are the length of their head, that of an object (5 or more), the "
                             f"rest of the head, and objects; got {labels[:8]}")
        pixels, boxes = self._detection(pixels, labels[head:].reshape(-1, each), draw)
        labels = onp.concatenate([labels[:head], boxes.ravel()])
        planes = self._augment.normalized(pixels.transpose(2, 0, 1).astype("float32"), draw)
        row = onp.full(4 + self._longest, self._fill, "float32")
        row[:4] = (*planes.shape, len(labels))
        row[4:4 + len(labels)] = labels
        data = onp.zeros(self.data_shape, self._dtype)
        data[:, :planes.shape[1], :planes.shape[2]] = planes
        return data, row

    def _batch_labels(self, labels):
        return onp.stack(labels)
