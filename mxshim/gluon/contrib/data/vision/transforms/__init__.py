"""Transforms of images with boxes (MXNet: mxnet.gluon.contrib.data.vision.transforms of 2.0.0b1)."""
from . import bbox as bbox
from .bbox import ImageBboxCrop as ImageBboxCrop
from .bbox import ImageBboxRandomCropWithConstraints as ImageBboxRandomCropWithConstraints
from .bbox import ImageBboxRandomExpand as ImageBboxRandomExpand
from .bbox import ImageBboxRandomFlipLeftRight as ImageBboxRandomFlipLeftRight
from .bbox import ImageBboxResize as ImageBboxResize

__all__ = ["ImageBboxCrop", "ImageBboxRandomCropWithConstraints", "ImageBboxRandomExpand", "ImageBboxRandomFlipLeftRight",
           "ImageBboxResize", "bbox"]
