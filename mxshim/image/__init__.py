"""mx.image: images from files, what is done to them, and iterators over them (MXNet: mxnet.image)."""
from ..absent import missing as _missing
from ..absent import parts as _parts
from . import detection as det  # noqa: F401  # MXNet has both names
from .augmenters import Augmenter as Augmenter
from .augmenters import BrightnessJitterAug as BrightnessJitterAug
from .augmenters import CastAug as CastAug
from .augmenters import CenterCropAug as CenterCropAug
from .augmenters import ColorJitterAug as ColorJitterAug
from .augmenters import ColorNormalizeAug as ColorNormalizeAug
from .augmenters import ContrastJitterAug as ContrastJitterAug
from .augmenters import CreateAugmenter as CreateAugmenter
from .augmenters import ForceResizeAug as ForceResizeAug
from .augmenters import HorizontalFlipAug as HorizontalFlipAug
from .augmenters import HueJitterAug as HueJitterAug
from .augmenters import LightingAug as LightingAug
from .augmenters import RandomCropAug as RandomCropAug
from .augmenters import RandomGrayAug as RandomGrayAug
from .augmenters import RandomOrderAug as RandomOrderAug
from .augmenters import RandomSizedCropAug as RandomSizedCropAug
from .augmenters import ResizeAug as ResizeAug
from .augmenters import SaturationJitterAug as SaturationJitterAug
from .augmenters import SequentialAug as SequentialAug
from .detection import CreateDetAugmenter as CreateDetAugmenter
from .detection import CreateMultiRandCropAugmenter as CreateMultiRandCropAugmenter
from .detection import DetAugmenter as DetAugmenter
from .detection import DetBorrowAug as DetBorrowAug
from .detection import DetHorizontalFlipAug as DetHorizontalFlipAug
from .detection import DetRandomCropAug as DetRandomCropAug
from .detection import DetRandomPadAug as DetRandomPadAug
from .detection import DetRandomSelectAug as DetRandomSelectAug
from .functions import _get_interp_method as _get_interp_method  # GluonCV calls it
from .functions import center_crop as center_crop
from .functions import color_normalize as color_normalize
from .functions import copyMakeBorder as copyMakeBorder
from .functions import fixed_crop as fixed_crop
from .functions import imdecode as imdecode
from .functions import imread as imread
from .functions import imresize as imresize
from .functions import imrotate as imrotate
from .functions import random_crop as random_crop
from .functions import random_rotate as random_rotate
from .functions import random_size_crop as random_size_crop
from .functions import resize_short as resize_short
from .functions import scale_down as scale_down
from .iterators import ImageDetIter as ImageDetIter
from .iterators import ImageIter as ImageIter

__all__ = ["Augmenter", "BrightnessJitterAug", "CastAug", "CenterCropAug", "ColorJitterAug", "ColorNormalizeAug", "ContrastJitterAug",
           "CreateAugmenter", "CreateDetAugmenter", "CreateMultiRandCropAugmenter", "DetAugmenter", "DetBorrowAug",
           "DetHorizontalFlipAug", "DetRandomCropAug", "DetRandomPadAug", "DetRandomSelectAug", "ForceResizeAug", "HorizontalFlipAug",
           "HueJitterAug", "ImageDetIter", "ImageIter", "LightingAug", "RandomCropAug", "RandomGrayAug", "RandomOrderAug",
           "RandomSizedCropAug", "ResizeAug", "SaturationJitterAug", "SequentialAug", "center_crop", "color_normalize", "copyMakeBorder",
           "fixed_crop", "imdecode", "imread", "imresize", "imrotate", "random_crop", "random_rotate", "random_size_crop", "resize_short",
           "scale_down"]

_parts(__name__, "image detection")
__getattr__ = _missing("mx.image", __name__, __all__)
