"""Images in files (MXNet: mxnet.gluon.data.vision.datasets).

Nothing is fetched: the original files lie in `root`, or an error says which. With the environment variable MXSHIM_SYNTHETIC_DATA=1 a
data set whose files are missing is made up instead, with the same shapes and dtypes and as many samples, so that programs run.
"""
from __future__ import annotations

import os
import tarfile
import warnings

import numpy as onp

from .... import numpy as np
from ....arguments import Checked
from ....array.convert import adopt_numpy
from ....base import data_dir
from ....device import current_device
from ....image.functions import imdecode, imread
from ....image.iterators import listed, read_list
from ....io.files import read_idx
from ....recordio import unpack
from ..dataset import Dataset, RecordFileDataset, _DownloadedDataset
from ..rows import Rows, array_class

__all__ = ["CIFAR10", "CIFAR100", "MNIST", "FashionMNIST", "ImageFolderDataset", "ImageListDataset", "ImageRecordDataset"]


class _ImageSet(_DownloadedDataset):
    """Images uint8 (height, width, channels) as arrays, and labels int32: 0-d arrays in np programs, NumPy's numbers in nd ones.

    Subclasses may define `_get_data`, or write `_data` and `_label`, as in MXNet.
    """

    name = ""  # of the folder in $MXNET_HOME/datasets, else ~/.mxnet/datasets, that root=None stands for
    shape: tuple[int, int, int]
    classes = 10
    sizes = 60000, 10000  # of the training and of the test data
    source = ""  # where the files come from

    def __init__(self, root=None, train=True, transform=None):
        self._root = os.path.expanduser(root or os.path.join(data_dir(), "datasets", self.name))
        self._train, self._transform, self._rows = train, transform, None
        self._get_data()

    def _get_data(self):
        try:
            self._data, self._label = self._read()
        except FileNotFoundError as missing:
            if os.environ.get("MXSHIM_SYNTHETIC_DATA") != "1":
                raise FileNotFoundError(
                    f"{type(self).__name__}: {missing}. Put the original files into {self._root}, or give root=; they come from "
                    f"{self.source}. To run the program without them, on made-up images, set MXSHIM_SYNTHETIC_DATA=1.") from None
            self._data, self._label = self._made_up()

    def _read(self):
        raise NotImplementedError

    def _find(self, *names):
        """The first of these files that is there. Raises: FileNotFoundError."""
        for name in names:
            if os.path.isfile(os.path.join(self._root, name)):
                return os.path.join(self._root, name)
        raise FileNotFoundError(f"there is no file {' or '.join(names)} in {self._root}")

    def _made_up(self):
        """For every class a pattern, plus noise: enough for a network to learn, and nothing to be measured with."""
        warnings.warn(f"{type(self).__name__}: the files are not in {self._root}. MXSHIM_SYNTHETIC_DATA=1 is set, so the images are "
                      "MADE UP: accuracies say nothing about the real data set.", UserWarning, stacklevel=5)
        draw = onp.random.Generator(onp.random.PCG64(self.classes))
        patterns = draw.integers(0, 160, (self.classes, *self.shape), "uint8")
        draw = onp.random.Generator(onp.random.PCG64(1 + self._train))
        n = self.sizes[0 if self._train else 1]
        label = draw.integers(0, self.classes, n, "int32")
        images = patterns[label]
        images += draw.integers(0, 96, images.shape, "uint8")
        return images, label

    @property
    def _data(self):
        """All images as one array."""
        return adopt_numpy(self._images, array_class(), current_device())

    @_data.setter
    def _data(self, images):
        self._images = images if images is None or isinstance(images, onp.ndarray) else images.asnumpy()

    def __getitem__(self, idx):
        image, label = adopt_numpy(onp.array(self._images[idx]), array_class(), current_device()), self._label[idx]
        if array_class() is np.ndarray:
            label = adopt_numpy(onp.array(label), np.ndarray, current_device())
        sample = image, label
        return sample if self._transform is None else self._transform(*sample)

    def _joins(self):
        return self._transform is None and type(self).__getitem__ is _ImageSet.__getitem__ and isinstance(self._label, onp.ndarray)

    def _batch(self, indices):
        if self._rows is None or self._rows[0].source is not self._images or self._rows[1].source is not self._label:
            self._rows = Rows(self._images), Rows(self._label)
        return [rows.batch(indices) for rows in self._rows]


class MNIST(_ImageSet):
    """Handwritten digits, images uint8 (28, 28, 1) and labels int32: 60,000 to train with, 10,000 to test.

    root: the folder with train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, as .gz
    or unpacked.  train: which part.  transform: called with image and label, deprecated.
    Raises: FileNotFoundError without the files, ValueError for damaged ones.
    """

    name = "mnist"
    shape = (28, 28, 1)
    source = "http://yann.lecun.com/exdb/mnist"

    def _read(self):
        part = "train" if self._train else "t10k"
        images, labels = (self._find(f"{part}-{what}-ubyte.gz", f"{part}-{what}-ubyte", f"{part}-{what.replace('-idx', '.idx')}-ubyte")
                          for what in ("images-idx3", "labels-idx1"))
        images, labels = read_idx(images, 2051), read_idx(labels, 2049)
        if len(images) != len(labels):
            raise ValueError(f"{self._root}: there are {len(images)} images, but {len(labels)} labels")
        return images[..., None], labels.astype("int32")


class FashionMNIST(MNIST):
    """Pictures of clothes (Xiao et al., 2017), in the files and with the shapes of MNIST."""

    name = "fashion-mnist"
    source = "https://github.com/zalandoresearch/fashion-mnist"


class CIFAR10(_ImageSet):
    """Small photographs (Krizhevsky, 2009), images uint8 (32, 32, 3) and labels int32: 50,000 to train with, 10,000 to test.

    root: the folder with data_batch_1.bin to data_batch_5.bin and test_batch.bin, or with cifar-10-binary.tar.gz.
    train: which part.  transform: called with image and label, deprecated.
    Raises: FileNotFoundError without the files, ValueError for damaged ones.
    """

    name = "cifar10"
    shape = (32, 32, 3)
    sizes = 50000, 10000
    source = "https://www.cs.toronto.edu/~kriz/cifar.html"
    files = [f"data_batch_{i}.bin" for i in range(1, 6)], ["test_batch.bin"]
    archive, folder, label_bytes, label_at = "cifar-10-binary.tar.gz", "cifar-10-batches-bin", 1, 0

    def _read(self):
        rows = onp.concatenate([self._records(name) for name in self.files[0 if self._train else 1]])
        images = rows[:, self.label_bytes:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        return onp.ascontiguousarray(images), rows[:, self.label_at].astype("int32")

    def _records(self, name):
        try:
            path = self._find(name, os.path.join(self.folder, name), self.archive)
        except FileNotFoundError:
            raise FileNotFoundError(f"there is neither {name} nor {self.archive} in {self._root}") from None
        if path.endswith(".tar.gz"):
            with tarfile.open(path) as tar:
                member = tar.extractfile(f"{self.folder}/{name}")
                content = member.read() if member is not None else b""
        else:
            with open(path, "rb") as f:
                content = f.read()
        size = self.label_bytes + 3072
        if not content or len(content) % size:
            raise ValueError(f"{path}: {name} has {len(content)} bytes, which is no multiple of the {size} of an image with its label")
        return onp.frombuffer(content, "uint8").reshape(-1, size)


class CIFAR100(CIFAR10):
    """Small photographs of 100 classes in 20 groups, in shapes as CIFAR10.

    root: the folder with train.bin and test.bin, or with cifar-100-binary.tar.gz.
    fine_label: True for the 100 classes, False for the 20 groups.
    """

    name = "cifar100"
    files = ["train.bin"], ["test.bin"]
    archive, folder, label_bytes = "cifar-100-binary.tar.gz", "cifar-100-binary", 2

    def __init__(self, root=None, fine_label=False, train=True, transform=None):
        self.label_at, self.classes = (1, 100) if fine_label else (0, 20)
        super().__init__(root, train, transform)


class ImageFolderDataset(Checked, Dataset):
    """Images in folders, one for each class: root/cat/1.jpg, root/dog/2.png. Needs the package Pillow.

    flag: 1 gives three colours, 0 gray with one channel.  transform: called with image and label, deprecated.
    Attributes: synsets, the folders' names in order of the labels; items, the files with their labels.
    Warns: UserWarning for what is neither a folder nor an image (.jpg, .jpeg, .png).
    """

    _wants = {"root": "a file's name", "transform": "a function"}

    def __init__(self, root, flag=1, transform=None):
        self._flag, self._transform = flag, transform
        self.synsets, self.items = [], []
        root = os.path.expanduser(root)
        for folder in sorted(os.listdir(root)):
            path = os.path.join(root, folder)
            if not os.path.isdir(path):
                warnings.warn(f"Ignoring {path}, which is not a directory.", UserWarning, stacklevel=2)
                continue
            for name in sorted(os.listdir(path)):
                if os.path.splitext(name)[1].lower() in (".jpg", ".jpeg", ".png"):
                    self.items.append((os.path.join(path, name), len(self.synsets)))
                else:
                    warnings.warn(f"Ignoring {os.path.join(path, name)}. Only support .jpg, .jpeg, .png", UserWarning, stacklevel=2)
            self.synsets.append(folder)

    def __len__(self):
        return len(self.items)

    def __getitem__(self, idx):
        path, label = self.items[idx]
        image = imread(path, self._flag)
        return (image, label) if self._transform is None else self._transform(image, label)


class ImageListDataset(Checked, Dataset):
    """Images with labels from a list: image uint8 (H, W, channels), labels as an array (n,). Needs Pillow.

    root: the folder that paths start in.  imglist: a list [[label, ..., path], ...], or the name of a file in root with lines of a number,
    labels and a path, with tabulators between.  flag: 1 gives three colours, 0 gray.
    Raises: ValueError for another imglist.
    """

    _wants = {"root": "a file's name"}

    def __init__(self, root=".", imglist=None, flag=1):
        self._root, self._flag = os.path.expanduser(root), flag
        if isinstance(imglist, str):
            found = read_list(os.path.join(self._root, imglist), "float32")
        elif isinstance(imglist, list):
            found = listed(imglist, "float32")
        else:
            raise ValueError(f"imglist must be a file's name, or a list of [label, image], got {type(imglist).__name__}")
        self._items = list(found.values())

    def __len__(self):
        return len(self._items)

    def __getitem__(self, idx):
        label, path = self._items[idx]
        return imread(os.path.join(self._root, path), self._flag), label


class ImageRecordDataset(RecordFileDataset):
    """Images and labels of a RecordIO file with its index, which has the same name and ends in .idx. Needs Pillow.

    flag: 1 gives three colours, 0 gray.  transform: called with image and label, deprecated."""

    def __init__(self, filename, flag=1, transform=None):
        super().__init__(filename)
        self._flag, self._transform = flag, transform

    def __getitem__(self, idx):
        header, content = unpack(super().__getitem__(idx))
        sample = imdecode(content, self._flag), header.label
        return sample if self._transform is None else self._transform(*sample)
