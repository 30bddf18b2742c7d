"""Loaders of images, and of images with boxes (MXNet: mxnet.gluon.contrib.data.vision of 2.0.0b1)."""
from .....absent import missing as _missing
from . import transforms as transforms
from .dataloader import ImageBboxDataLoader as ImageBboxDataLoader
from .dataloader import ImageDataLoader as ImageDataLoader
from .dataloader import create_bbox_augment as create_bbox_augment
from .dataloader import create_image_augment as create_image_augment
from .transforms import ImageBboxCrop as ImageBboxCrop
from .transforms import ImageBboxRandomCropWithConstraints as ImageBboxRandomCropWithConstraints
from .transforms import ImageBboxRandomFlipLeftRight as ImageBboxRandomFlipLeftRight
from .transforms import ImageBboxResize as ImageBboxResize

__all__ = ["ImageBboxCrop", "ImageBboxDataLoader", "ImageBboxRandomCropWithConstraints", "ImageBboxRandomFlipLeftRight", "ImageBboxResize",
           "ImageDataLoader", "create_bbox_augment", "create_image_augment", "transforms"]
__getattr__ = _missing("mx.gluon.contrib.data.vision", __name__, __all__)
