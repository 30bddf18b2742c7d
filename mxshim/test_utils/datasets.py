"""Data sets as MXNet's examples ask for them. Nothing of MXNet's is fetched: the original files lie in a folder, or an error says which.

With the environment variable MXSHIM_SYNTHETIC_DATA=1 made-up data stand in, with a warning; see gluon.data.vision.
"""
from __future__ import annotations

import bz2
import os
import shutil
import struct
import zipfile

import numpy as onp

from ..gluon.data.vision import CIFAR10, MNIST
from ..io import MNISTIter
from ..recordio import MXIndexedRecordIO, pack_img
from ..serialization.writing import atomic_write
from .surroundings import download

__all__ = ["get_bz2_data", "get_cifar10", "get_mnist", "get_mnist_iterator", "get_mnist_pkl", "get_mnist_ubyte", "get_zip_data"]
_MNIST = [f"{part}-{kind}-ubyte" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")]


def _root(folders, names):
    """The first of the folders that has one of the files; the last one, of which an error will speak, if none has."""
    return next((f for f in folders if any(os.path.isfile(os.path.join(os.path.expanduser(f), n)) for n in names)), folders[-1])


def _mnist(path):
    root = _root((path, ".", os.path.join("~", ".mxnet", "datasets", "mnist")), [_MNIST[0] + ".gz", _MNIST[0]])
    return [MNIST(root, train) for train in (True, False)]


def get_mnist(path="data"):
    """The handwritten digits as NumPy arrays, in a dict: train_data and test_data float32 (N, 1, 28, 28) in 0..1, train_label and
    test_label int8.

    path: the folder with the original files; they may also be in the current folder or in ~/.mxnet/datasets/mnist.
    Raises: FileNotFoundError without the files.
    """
    found = {}
    for part, images in zip(("train", "test"), _mnist(path), strict=True):
        found[f"{part}_data"] = images._images.transpose(0, 3, 1, 2).astype("float32") / 255
        found[f"{part}_label"] = images._label.astype("int8")
    return found


def get_mnist_ubyte(path="data"):
    """See that a folder has the four unpacked files of MNIST: made from compressed ones there, in the current folder or in
    ~/.mxnet/datasets/mnist. Raises: FileNotFoundError without any."""
    if all(os.path.isfile(os.path.join(path, name)) for name in _MNIST):
        return
    os.makedirs(path, exist_ok=True)
    for images, (first, second) in zip(_mnist(path), (_MNIST[:2], _MNIST[2:]), strict=True):
        for name, magic, content in ((first, 2051, images._images[..., 0]), (second, 2049, images._label.astype("uint8"))):
            with atomic_write(os.path.join(path, name)) as f:
                f.write(struct.pack(f">{1 + content.ndim}I", magic, *content.shape) + content.tobytes())


def get_mnist_iterator(batch_size, input_shape, num_parts=1, part_index=0, path="data"):
    """(training, test) MNISTIters over the files of get_mnist_ubyte; images are flat unless input_shape has three numbers."""
    get_mnist_ubyte(path)
    return tuple(MNISTIter(image=os.path.join(path, images), label=os.path.join(path, labels), batch_size=batch_size, shuffle=train,
                           flat=len(input_shape) != 3, num_parts=num_parts, part_index=part_index)
                 for train, images, labels in ((True, *_MNIST[:2]), (False, *_MNIST[2:])))


def get_mnist_pkl(path="data"):
    """See that a folder has mnist.pkl.gz. Raises: FileNotFoundError if not."""
    _there(os.path.join(path, "mnist.pkl.gz"))


def _there(*paths):
    for path in paths:
        if not os.path.isfile(path):
            raise FileNotFoundError(f"there is no file {os.path.abspath(path)}, and nothing is fetched: put it there")


def get_cifar10(path="data"):
    """See that a folder has cifar/train.rec and cifar/test.rec with their indices and lists: made from the original files in it or in
    ~/.mxnet/datasets/cifar10, as PNG, if they are missing. Raises: FileNotFoundError without any."""
    folder = os.path.join(path, "cifar")
    parts = [(train, os.path.join(folder, name)) for train, name in ((True, "train"), (False, "test"))]
    if all(os.path.isfile(f"{p}.{end}") for _, p in parts for end in ("rec", "lst")):
        return
    root = _root((path, folder, os.path.join("~", ".mxnet", "datasets", "cifar10")), [CIFAR10.archive, "data_batch_1.bin"])
    os.makedirs(folder, exist_ok=True)
    for train, name in parts:
        images = CIFAR10(root, train)
        record = MXIndexedRecordIO(f"{name}.idx", f"{name}.rec.part", "w")
        with open(f"{name}.lst", "w", encoding="utf-8") as listing:
            for i, (pixels, label) in enumerate(zip(images._images, images._label)):
                record.write_idx(i, pack_img((0, int(label), i, 0), onp.ascontiguousarray(pixels[:, :, ::-1]), 1, ".png"))
                listing.write(f"{i}\t{label}\t{i}.png\n")
        record.close()
        os.replace(f"{name}.rec.part", f"{name}.rec")


def get_zip_data(data_dir, url, data_origin_name):
    """Fetch an archive into a folder, if it is not there already, and unpack it there."""
    path = os.path.join(data_dir, data_origin_name)
    if not os.path.exists(path):
        download(url, fname=data_origin_name, dirname=data_dir)
        with zipfile.ZipFile(path) as archive:
            archive.extractall(data_dir)


def get_bz2_data(data_dir, data_name, url, data_origin_name):
    """Fetch a file compressed with bzip2 and unpack it as data_name, if that is not there already."""
    path, origin = os.path.join(data_dir, data_name), os.path.join(data_dir, data_origin_name)
    if not os.path.exists(path):
        download(url, fname=data_origin_name, dirname=data_dir)
        with bz2.open(origin) as source, atomic_write(path) as target:
            shutil.copyfileobj(source, target)
        os.remove(origin)
