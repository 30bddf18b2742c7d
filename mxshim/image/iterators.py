"""Batches of images from RecordIO files, lists and folders (MXNet: mxnet.image.ImageIter and ImageDetIter)."""
from __future__ import annotations

import logging
import os
import random

import numpy as onp

from .. import recordio
from ..base import ArgumentValueError
from ..io.base import DataBatch, DataIter
from ..io.files import batch_array
from .augmenters import MEAN, STD, CreateAugmenter
from .detection import CreateDetAugmenter
from .functions import imdecode, new_array, pixels_of

__all__ = ["ImageDetIter", "ImageIter"]
_LABELS = ("int32", "float32", "int64", "float64")


def read_list(path, dtype):
    """{number: (labels, file)} of a list of images: lines of a number, one or more labels and a path, with tabulators between."""
    found = {}
    with open(path, encoding="utf-8") as f:
        for line in f:
            words = line.strip().split("\t")
            if len(words) < 2:
                raise ValueError(f"{path}: a line needs a number, labels and a path, with tabulators between, got {line[:80]!r}")
            found[int(words[0])] = new_array(onp.array([float(w) for w in words[1:-1]], dtype)), words[-1]
    return found


def listed(items, dtype):
    """{"1": (labels, file), ...} of a list [[label, ..., file], ...]; a label may be a list itself."""
    found = {}
    for number, item in enumerate(items, 1):
        labels = item[:-1] if len(item) > 2 else onp.atleast_1d(item[0])
        found[str(number)] = new_array(onp.array(labels, dtype)), item[-1]
    return found


class ImageIter(DataIter):
    """Batches of images float32 (N, 3, height, width) and labels float32 (N,), or (N, label_width).

    Args:
        batch_size, data_shape: how many images, and (3, height, width).
        path_imgrec: a RecordIO file; with path_imgidx, its index, in any order.
        path_imglist, path_root: or a list of images and the folder that its paths start in.  imglist: or the list itself,
            [[label, ..., path], ...].
        label_width: labels of an image.  dtype: of the labels in a list.
        shuffle: another order after each reset, from Python's `random`.  num_parts, part_index: only this of so many parts.
        aug_list: what is done to images, a list; default CreateAugmenter(data_shape, **kwargs).
        last_batch_handle: "pad" fills a last batch with the first images, "discard" drops it, "roll_over" begins the next epoch with it.
    Subclasses may replace next_sample, imdecode, read_image, augmentation_transform and postprocess_data.
    Needs Pillow. Raises: AssertionError if there is no source, or an index is needed; ValueError for another data_shape.
    """

    _wants = {"batch_size": "a whole number that is positive", "data_shape": "whole numbers", "label_width": "a whole number",
              **dict.fromkeys(("path_imgrec", "path_imgidx", "path_imglist", "path_root"), "a file's name"),
              "aug_list": "a list of functions"}

    def __init__(self, batch_size, data_shape, label_width=1, path_imgrec=None, path_imglist=None, path_root=None, path_imgidx=None,
                 shuffle=False, part_index=0, num_parts=1, aug_list=None, imglist=None, data_name="data", label_name="softmax_label",
                 dtype="float32", last_batch_handle="pad", **kwargs):
        super().__init__(batch_size)
        if not (path_imgrec or path_imglist or isinstance(imglist, list)):
            raise AssertionError(f"{type(self).__name__}: give path_imgrec=, path_imglist= or imglist=[...]")
        if dtype not in _LABELS:
            raise AssertionError(f"{type(self).__name__}: labels can be {', '.join(_LABELS)}, not {dtype}")
        self.check_data_shape(data_shape)
        self.imgrec = self.imgidx = self.imglist = None
        if path_imgrec and path_imgidx:
            self.imgrec = recordio.MXIndexedRecordIO(path_imgidx, path_imgrec, "r")
            self.imgidx = list(self.imgrec.keys)
        elif path_imgrec:
            self.imgrec = recordio.MXRecordIO(path_imgrec, "r")
        if path_imglist:
            self.imglist = read_list(path_imglist, dtype)
        elif isinstance(imglist, list):
            self.imglist = listed(imglist, dtype)
        self.path_root, self.data_shape, self.label_width = path_root, tuple(data_shape), label_width
        self.provide_data = [(data_name, (batch_size, *data_shape))]
        self.provide_label = [(label_name, (batch_size, label_width) if label_width > 1 else (batch_size,))]
        self.shuffle = shuffle
        if self.imgrec is None:
            self.seq = list(self.imglist)
        else:
            if self.imgidx is None and (shuffle or num_parts > 1):
                raise AssertionError(f"{type(self).__name__}: shuffle and num_parts need the index of {path_imgrec}, path_imgidx=")
            self.seq = self.imgidx
        if num_parts > 1:
            if part_index >= num_parts:
                raise AssertionError(f"{type(self).__name__}: part_index {part_index} is not below num_parts {num_parts}")
            each = len(self.seq) // num_parts
            self.seq = self.seq[part_index * each:(part_index + 1) * each]
        self.auglist = CreateAugmenter(data_shape, **kwargs) if aug_list is None else aug_list
        self.num_image = None if self.seq is None else len(self.seq)
        self.last_batch_handle = last_batch_handle
        self.cur, self._allow_read = 0, True
        self._cache_data = self._cache_label = self._cache_idx = None
        self.reset()

    def reset(self):
        """Back to the first image, or to what the last epoch left with "roll_over"."""
        if self.seq is not None and self.shuffle:
            random.shuffle(self.seq)
        if self.last_batch_handle != "roll_over" or self._cache_data is None:
            self._rewind()

    def _rewind(self):
        if self.imgrec is not None:
            self.imgrec.reset()
        self.cur, self._allow_read = 0, True

    def hard_reset(self):
        """As reset; what should roll over is dropped."""
        if self.seq is not None and self.shuffle:
            random.shuffle(self.seq)
        self._rewind()
        self._cache_data = self._cache_label = self._cache_idx = None

    def next_sample(self):
        """The next image as (labels, bytes of its file). Raises: StopIteration after the last, and begins again unless "discard"."""
        if not self._allow_read:
            raise StopIteration
        if self.seq is None:
            record = self.imgrec.read()
            if record is None:
                if self.last_batch_handle != "discard":
                    self.imgrec.reset()
                raise StopIteration
            header, content = recordio.unpack(record)
            return header.label, content
        if self.cur >= self.num_image:
            if self.last_batch_handle != "discard":
                self.cur = 0
            raise StopIteration
        number = self.seq[self.cur]
        self.cur += 1
        if self.imgrec is None:
            labels, name = self.imglist[number]
            return labels, self.read_image(name)
        header, content = recordio.unpack(self.imgrec.read_idx(number))
        return header.label if self.imglist is None else self.imglist[number][0], content

    def _batchify(self, batch_data, batch_label, start=0):
        """Fill NumPy arrays from row `start` on; returns how many rows are filled. Raises: StopIteration if none is."""
        i = start
        try:
            while i < self.batch_size:
                sample = self._sample()
                if sample is None:
                    continue
                image, label = sample
                self._put(batch_data, i, pixels_of(self.postprocess_data(image)))
                self._put_label(batch_label, i, label)
                i += 1
        except StopIteration:
            if not i:
                raise
        return i

    def _sample(self):
        """The next image with its labels, after all augmenters, or None if something is wrong with it."""
        label, content = self.next_sample()
        image = self.imdecode(content)
        try:
            self.check_valid_image(image)
        except RuntimeError as error:
            logging.debug("Invalid image, skipping: %s", error)
            return None
        return self.augmentation_transform(image), label

    def _put_label(self, batch_label, i, label):
        label = pixels_of(label)
        batch_label[i] = label.reshape(batch_label[i].shape) if label.size == batch_label[i].size else label

    def _put(self, batch_data, i, pixels):
        try:
            batch_data[i] = pixels
        except ValueError:
            raise ArgumentValueError(f"{type(self).__name__}: the augmenters made an image of shape {pixels.shape}, which does not fit "
                                     f"data_shape {self.data_shape}; let aug_list end with one that resizes or cuts") from None

    def _empty(self):
        return (onp.zeros((self.batch_size, *self.data_shape), "float32"), onp.zeros(self.provide_label[0][1], "float32"))

    def next(self):
        if self._cache_data is not None:
            data, label, i = self._cache_data, self._cache_label, self._cache_idx
        else:
            data, label = self._empty()
            i = self._batchify(data, label)
        pad = self.batch_size - i
        if pad:
            if self.last_batch_handle == "discard":
                raise StopIteration
            if self.last_batch_handle == "roll_over" and self._cache_data is None:
                self._cache_data, self._cache_label, self._cache_idx = data, label, i
                raise StopIteration
            self._batchify(data, label, i)
            if self.last_batch_handle == "pad":
                self._allow_read = False
            else:
                self._cache_data = self._cache_label = self._cache_idx = None
        return DataBatch([batch_array(data)], [batch_array(label)], pad=pad)

    def check_data_shape(self, data_shape):
        """Raises: ValueError unless it is (3, height, width)."""
        if len(data_shape) != 3:
            raise ValueError(f"data_shape must be (channels, height, width), got {data_shape}")
        if data_shape[0] != 3:
            raise ValueError(f"data_shape must begin with 3, for red, green and blue, got {data_shape}")

    def check_valid_image(self, data):
        """Raises: RuntimeError for what is no image."""
        if len(data[0].shape) == 0:
            raise RuntimeError(f"Data shape is wrong: {data.shape}")

    def imdecode(self, s):
        """The image in bytes. Raises: RuntimeError that says which image it was."""
        try:
            return imdecode(s)
        except Exception as error:
            where = f"the one before position {self.cur}"
            if self.seq is not None:
                number = self.seq[(self.cur - 1) % self.num_image]
                where = f"filename: {self.imglist[number][1]}" if self.imglist is not None else f"index: {number}"
            raise RuntimeError(f"Broken image {where}: {error}") from error

    def read_image(self, fname):
        """The bytes of an image file in path_root."""
        with open(os.path.join(self.path_root or "", fname), "rb") as f:
            return f.read()

    def augmentation_transform(self, data):
        """The image after all augmenters."""
        for augmenter in self.auglist:
            data = augmenter(data)
        return data

    def postprocess_data(self, datum):
        """The image as it stands in a batch, (channels, height, width)."""
        return new_array(onp.ascontiguousarray(pixels_of(datum).transpose(2, 0, 1)))


class ImageDetIter(ImageIter):
    """Batches of images float32 (N, 3, height, width) with their objects, float32 (N, most objects, 5 or more).

    A row is class, left, top, right, bottom in fractions of the image, and what else there is; rows of -1 fill up. Labels in files are
    [width of the header, width of an object, the rest of the header, objects ...].
    aug_list: default CreateDetAugmenter(data_shape, **kwargs).  The other arguments: see ImageIter.
    Attributes: label_shape, (most objects, width of an object).
    """

    def __init__(self, batch_size, data_shape, path_imgrec=None, path_imglist=None, path_root=None, path_imgidx=None, shuffle=False,
                 part_index=0, num_parts=1, aug_list=None, imglist=None, data_name="data", label_name="label", last_batch_handle="pad",
                 **kwargs):
        super().__init__(batch_size, data_shape, path_imgrec=path_imgrec, path_imglist=path_imglist, path_root=path_root,
                         path_imgidx=path_imgidx, shuffle=shuffle, part_index=part_index, num_parts=num_parts, aug_list=[],
                         imglist=imglist, data_name=data_name, label_name=label_name, last_batch_handle=last_batch_handle)
        self.auglist = CreateDetAugmenter(data_shape, **kwargs) if aug_list is None else aug_list
        self.label_shape = self._estimate_label_shape()
        self.provide_label = [(label_name, (batch_size, *self.label_shape))]

    def _estimate_label_shape(self):
        """(most objects of an image, numbers of an object), after a look at all of them."""
        most, width = 0, 5
        self.reset()
        try:
            while True:
                objects = self._parse_label(self.next_sample()[0])
                most, width = max(most, len(objects)), objects.shape[1]
        except StopIteration:
            pass
        self.reset()
        return most, width

    def _parse_label(self, label):
        """The objects of a label as a file has it, without those of no size. Raises: RuntimeError for a label of another form."""
        numbers = pixels_of(label).ravel()
        if numbers.size < 7:
            raise RuntimeError(f"Label shape is invalid: {numbers.shape}; a header of 2 and an object of 5 numbers are the least")
        head, width = int(numbers[0]), int(numbers[1])
        if width < 5 or head < 2 or (numbers.size - head) % width:
            raise RuntimeError(f"Label shape {numbers.shape} inconsistent with a header of {head} and objects of {width} numbers")
        objects = numbers[head:].reshape(-1, width)
        objects = objects[(objects[:, 3] > objects[:, 1]) & (objects[:, 4] > objects[:, 2])]
        if not len(objects):
            raise RuntimeError("Encounter sample with no valid label: no object has a size")
        return objects

    def _check_valid_label(self, label):
        """Raises: RuntimeError unless one of the objects has a class and a size."""
        if label.ndim != 2 or label.shape[1] < 5:
            raise RuntimeError(f"Label with shape (1+, 5+) required, {label.shape} received.")
        if not ((label[:, 0] >= 0) & (label[:, 3] > label[:, 1]) & (label[:, 4] > label[:, 2])).any():
            raise RuntimeError("Invalid label occurs: no object is left")

    def reshape(self, data_shape=None, label_shape=None):
        """Give batches another data_shape or label_shape, which may have more objects, not fewer."""
        if data_shape is not None:
            self.check_data_shape(data_shape)
            self.provide_data = [(self.provide_data[0][0], (self.batch_size, *data_shape))]
            self.data_shape = tuple(data_shape)
        if label_shape is not None:
            self.check_label_shape(label_shape)
            self.provide_label = [(self.provide_label[0][0], (self.batch_size, *label_shape))]
            self.label_shape = tuple(label_shape)

    def check_label_shape(self, label_shape):
        """Raises: ValueError for a label_shape of fewer objects or another width."""
        if len(label_shape) != 2:
            raise ValueError(f"label_shape should have length 2, got {label_shape}")
        if label_shape[0] < self.label_shape[0]:
            raise ValueError(f"Attempts to reduce label count from {self.label_shape[0]} to {label_shape[0]}, not allowed.")
        if label_shape[1] != self.label_shape[1]:
            raise ValueError(f"label_shape object width inconsistent: {self.label_shape[1]} vs {label_shape[1]}.")

    def _sample(self):
        """The next image with its objects, after all augmenters, or None if something is wrong with it."""
        label, content = self.next_sample()
        image = self.imdecode(content)
        try:
            self.check_valid_image([image])
            image, label = self.augmentation_transform(image, self._parse_label(label))
            self._check_valid_label(label)
        except RuntimeError as error:
            logging.debug("Invalid image, skipping: %s", error)
            return None
        return image, label

    def _put_label(self, batch_label, i, label):
        batch_label[i] = -1
        batch_label[i, :len(label)] = label

    def _empty(self):
        data, label = super()._empty()
        label[:] = -1
        return data, label

    def augmentation_transform(self, data, label):
        """The image and its objects after all augmenters."""
        for augmenter in self.auglist:
            data, label = augmenter(data, label)
        return data, label

    def draw_next(self, color=None, thickness=2, mean=None, std=None, clip=True, waitKey=None, window_name="draw_next", id2labels=None):
        """The images with frames around their objects, one after the other: uint8 (H, W, 3), blue, green, red, as OpenCV shows them.

        color: red, green, blue of the frames, default random ones.  mean, std: what to undo, arrays or True.  id2labels: names of classes.
        waitKey, window_name: milliseconds that OpenCV shows each in a window, which needs the package opencv-python."""
        from PIL import Image, ImageDraw
        std, mean = (onp.array(usual) if value is True else value for value, usual in ((std, STD), (mean, MEAN)))
        while True:
            try:
                sample = self._sample()
            except StopIteration:
                return
            if sample is None:
                continue
            pixels = pixels_of(sample[0]).astype("float32") * (1 if std is None else std) + (0 if mean is None else mean)
            picture = Image.fromarray((pixels.clip(0, 255) if clip else pixels).astype("uint8"))
            draw = ImageDraw.Draw(picture)
            h, w = pixels.shape[:2]
            for row in sample[1]:
                left, top, right, bottom = (int(v * n) for v, n in zip(row[1:5], (w, h, w, h)))
                if left >= 0:
                    colour = tuple(int(c) for c in (color or onp.random.rand(3) * 255))
                    draw.rectangle([left, top, right, bottom], outline=colour, width=thickness)
                    if id2labels and int(row[0]) in id2labels:
                        draw.text((left + 5, top + 5), str(id2labels[int(row[0])]), fill=(255, 255, 255))
            found = onp.asarray(picture)[:, :, ::-1].copy()
            if waitKey is not None:
                import cv2
                cv2.imshow(window_name, found)
                cv2.waitKey(waitKey)
            yield found

    def sync_label_shape(self, it, verbose=False):
        """Give this iterator and another one the label_shape of the larger one; returns the other."""
        if not isinstance(it, ImageDetIter):
            raise AssertionError(f"Synchronize with invalid iterator: an ImageDetIter is needed, got {type(it).__name__}")
        if self.label_shape[1] != it.label_shape[1]:
            raise AssertionError(f"object width mismatch: {self.label_shape[1]} and {it.label_shape[1]}")
        most = max(self.label_shape[0], it.label_shape[0])
        for one in (self, it):
            if one.label_shape[0] < most:
                one.reshape(None, (most, one.label_shape[1]))
        if verbose:
            logging.info("Resized label_shape to (%d, %d).", most, self.label_shape[1])
        return it
