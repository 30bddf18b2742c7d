"""Transforms of images with boxes, and functions of boxes alone in `utils`."""
from . import utils as utils
from .bbox import ImageBboxCrop as ImageBboxCrop
from .bbox import ImageBboxRandomCropWithConstraints as ImageBboxRandomCropWithConstraints
from .bbox import ImageBboxRandomExpand as ImageBboxRandomExpand
from .bbox import ImageBboxRandomFlipLeftRight as ImageBboxRandomFlipLeftRight
from .bbox import ImageBboxResize as ImageBboxResize

__all__ = ["ImageBboxCrop", "ImageBboxRandomCropWithConstraints", "ImageBboxRandomExpand", "ImageBboxRandomFlipLeftRight",
           "ImageBboxResize"]
