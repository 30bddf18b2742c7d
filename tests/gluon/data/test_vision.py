"""Data sets of images: the original formats, what is said without the files, and what is made up instead."""
from __future__ import annotations

import gzip
import io
import struct
import tarfile

import numpy as onp
import pytest

import mxshim as mx
from mxshim import nd, np
from mxshim.gluon.data import DataLoader, vision

IMAGES = onp.random.RandomState(0).randint(0, 256, (5, 28, 28)).astype("uint8")
LABELS = onp.array([3, 1, 4, 1, 5], "uint8")
PHOTOS = onp.random.RandomState(1).randint(0, 256, (4, 3, 32, 32)).astype("uint8")


def idx(array):
    return struct.pack(f">I{array.ndim}I", 0x800 + array.ndim, *array.shape) + array.tobytes()


FILES = idx(IMAGES), idx(LABELS)


def write_mnist(folder, images=FILES[0], labels=FILES[1], part="train", packed=True):
    for what, content in (("images-idx3", images), ("labels-idx1", labels)):
        name = f"{part}-{what}-ubyte"
        (folder / (name + ".gz" if packed else name)).write_bytes(gzip.compress(content) if packed else content)


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("np_mode", [False, True])
def test_mnist(tmp_path, packed, np_mode):
    write_mnist(tmp_path, packed=packed)
    write_mnist(tmp_path, part="t10k", labels=idx(LABELS[::-1]), packed=packed)
    with mx.util.np_shape(np_mode), mx.util.np_array(np_mode):
        train, test = (vision.FashionMNIST(str(tmp_path), train=t) for t in (True, False))
        x, y = train[2]
        assert type(x) is (np.ndarray if np_mode else nd.NDArray) and x.dtype == onp.uint8 and x.shape == (28, 28, 1)
        assert x.asnumpy()[..., 0].tolist() == IMAGES[2].tolist() and (y, y.dtype) == (4, "int32")
        assert type(y) is (np.ndarray if np_mode else onp.int32) and type(train[0:3][1]) is (np.ndarray if np_mode else onp.ndarray)
        assert len(train) == 5 and test[0][1] == 5 and train[0:3][0].shape == (3, 28, 28, 1) and train._data.shape == (5, 28, 28, 1)
        x, y = next(iter(DataLoader(train, 4)))
        assert x.asnumpy()[..., 0].tolist() == IMAGES[:4].tolist() and y.asnumpy().tolist() == [3, 1, 4, 1]
        assert vision.MNIST(str(tmp_path), transform=lambda x, y: (y, x))[1][0] == 1


@pytest.mark.parametrize("files, text", [
    ({"images": idx(LABELS)}, "is not the file its name says"), ({"images": idx(IMAGES)[:-1]}, "cut off"),
    ({"labels": b""}, "is not the file"), ({"labels": idx(LABELS[:3])}, "5 images, but 3 labels"),
])
def test_damaged_files(tmp_path, files, text):
    write_mnist(tmp_path, **files)
    with pytest.raises(ValueError, match=text):
        vision.MNIST(str(tmp_path))


def records(label_bytes):
    labels = onp.arange(4 * label_bytes, dtype="uint8").reshape(4, label_bytes)
    return onp.concatenate([labels, PHOTOS.reshape(4, -1)], 1).tobytes()


def test_cifar(tmp_path):
    for name in (*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"):
        (tmp_path / name).write_bytes(records(1))
    train, test = vision.CIFAR10(str(tmp_path)), vision.CIFAR10(str(tmp_path), train=False)
    assert len(train) == 20 and len(test) == 4
    x, y = train[5]
    assert x.asnumpy().tolist() == PHOTOS[1].transpose(1, 2, 0).tolist() and y == 1
    with tarfile.open(tmp_path / "cifar-100-binary.tar.gz", "w:gz") as tar:
        for part in ("train", "test"):
            member = tarfile.TarInfo(f"cifar-100-binary/{part}.bin")
            member.size = len(records(2))
            tar.addfile(member, io.BytesIO(records(2)))
    assert [vision.CIFAR100(str(tmp_path), fine_label=fine)[2][1] for fine in (False, True)] == [4, 5]
    (tmp_path / "test_batch.bin").write_bytes(b"123")
    with pytest.raises(ValueError, match="no multiple of the 3073"):
        vision.CIFAR10(str(tmp_path), train=False)


@pytest.mark.parametrize("make, file", [
    (vision.MNIST, "train-images-idx3-ubyte.gz"), (vision.FashionMNIST, "train-images-idx3-ubyte.gz"),
    (vision.CIFAR10, "data_batch_1.bin nor cifar-10-binary.tar.gz"), (vision.CIFAR100, "train.bin nor cifar-100-binary.tar.gz"),
])
def test_missing_files_are_named(tmp_path, monkeypatch, make, file):
    monkeypatch.delenv("MXSHIM_SYNTHETIC_DATA", raising=False)
    with pytest.raises(FileNotFoundError, match=file) as error:
        make(str(tmp_path))
    assert str(tmp_path) in str(error.value) and "http" in str(error.value) and "MXSHIM_SYNTHETIC_DATA=1" in str(error.value)


def test_folder_is_in_mxnet_home(tmp_path, monkeypatch):
    monkeypatch.setenv("MXNET_HOME", str(tmp_path))
    (tmp_path / "datasets" / "fashion-mnist").mkdir(parents=True)
    write_mnist(tmp_path / "datasets" / "fashion-mnist")
    assert len(vision.FashionMNIST()) == 5
    for make, folder in (vision.MNIST, "mnist"), (vision.CIFAR10, "cifar10"), (vision.CIFAR100, "cifar100"):
        with pytest.raises(FileNotFoundError, match=str(tmp_path / "datasets" / folder)):
            make()


def test_made_up_data(tmp_path, monkeypatch):
    monkeypatch.setenv("MXSHIM_SYNTHETIC_DATA", "1")
    monkeypatch.setattr(vision.MNIST, "sizes", (300, 100))
    with pytest.warns(UserWarning, match="MADE UP"):
        train, again, test = vision.MNIST(str(tmp_path)), vision.MNIST(str(tmp_path)), vision.MNIST(str(tmp_path), train=False)
    assert len(train) == 300 and len(test) == 100 and set(train._label) == set(range(10))
    assert train[0][0].shape == (28, 28, 1) and train[0][0].dtype == onp.uint8 and train[0][1].dtype == "int32"
    assert (train._images == again._images).all() and not (train._images[:100] == test._images).all()
    means = onp.stack([train._images[train._label == k].mean(0) for k in range(10)])
    nearest = (((test._images[:, None] - means) ** 2).sum((2, 3, 4))).argmin(1)
    assert (nearest == test._label).mean() > 0.9  # the test data has the classes of the training data


def test_subclasses_bring_their_own_images(tmp_path):
    class Own(vision.FashionMNIST):
        def _get_data(self):
            self._data = nd.array(IMAGES[..., None] if self._train else IMAGES[:2, ..., None], dtype="uint8")
            self._label = LABELS.astype("int32")[:len(self._data)]

    train, test = Own(), Own(train=False)
    assert isinstance(train, mx.gluon.data.dataset._DownloadedDataset)
    assert len(train) == 5 and len(test) == 2 and train[2][0].asnumpy()[..., 0].tolist() == IMAGES[2].tolist() and train[2][1] == 4
    assert train.transform_first(lambda x: x.astype("float32"))[1][0].dtype == onp.float32

    class Ones(vision.MNIST):
        def _get_data(self):
            super()._get_data()
            chosen = self._label == 1
            self._data, self._label = self._data.asnumpy()[chosen], self._label[chosen]

    write_mnist(tmp_path)
    ones = Ones(str(tmp_path))
    assert len(ones) == 2 and ones[1][0].asnumpy()[..., 0].tolist() == IMAGES[3].tolist()
    assert next(iter(DataLoader(ones, 2)))[1].asnumpy().tolist() == [1, 1]
    ones._data, ones._label = ones._data[1:], nd.array([7])
    x, y = next(iter(DataLoader(ones, 2)))
    assert x.shape == (1, 28, 28, 1) and x.asnumpy()[0, ..., 0].tolist() == IMAGES[3].tolist() and y.asnumpy().tolist() == [[7]]


def test_image_folders(tmp_path):
    Image = pytest.importorskip("PIL.Image")
    for k, folder in enumerate(("cat", "dog")):
        (tmp_path / folder).mkdir()
        Image.fromarray(onp.full((2, 3, 3), 10 + k, "uint8")).save(tmp_path / folder / "a.png")
    (tmp_path / "cat" / "b.txt").write_text("")
    (tmp_path / "c.txt").write_text("")
    with pytest.warns(UserWarning, match="Ignoring"):
        ds = vision.ImageFolderDataset(str(tmp_path))
    assert ds.synsets == ["cat", "dog"] and [label for _, label in ds.items] == [0, 1]
    assert ds[1][0].asnumpy().tolist() == onp.full((2, 3, 3), 11).tolist() and ds[1][1] == 1
    with pytest.warns(UserWarning, match="Ignoring"):
        assert vision.ImageFolderDataset(str(tmp_path), flag=0)[0][0].shape == (2, 3, 1)
