"""mx.gluon.data.vision: data sets of images and what is done to images (MXNet: mxnet.gluon.data.vision)."""
from ....absent import missing as _missing
from . import transforms as transforms
from .datasets import CIFAR10 as CIFAR10
from .datasets import CIFAR100 as CIFAR100
from .datasets import MNIST as MNIST
from .datasets import FashionMNIST as FashionMNIST
from .datasets import ImageFolderDataset as ImageFolderDataset
from .datasets import ImageListDataset as ImageListDataset
from .datasets import ImageRecordDataset as ImageRecordDataset

__all__ = ["CIFAR10", "CIFAR100", "MNIST", "FashionMNIST", "ImageFolderDataset", "ImageListDataset", "ImageRecordDataset", "transforms"]
__getattr__ = _missing("mx.gluon.data.vision", __name__, __all__)
