"""Reading, cutting, resizing and turning images (H, W, C): mx.image's functions (MXNet: mxnet.image.image).

Images are changed on the host, with OpenCV's numbers, so images of many sizes compile nothing. What is random comes from Python's
`random`, angles from NumPy's global generator, in MXNet's order: the same seeds give the same crops.
"""
from __future__ import annotations

import math
import numbers
import os
import random
import warnings

import numpy as onp

from .. import ndarray as nd
from .. import numpy as np
from ..arguments import check, checked
from ..array.codec import decode_image
from ..array.convert import adopt_numpy
from ..array.image import host_array, host_pixels
from ..base import ArgumentValueError, MXNetError
from ..device import current_device
from ..engine.call import value_of
from ..ops.image import resized
from ..util import is_np_array

__all__ = ["center_crop", "color_normalize", "copyMakeBorder", "fixed_crop", "imdecode", "imread", "imresize", "imrotate", "random_crop",
           "random_rotate", "random_size_crop", "resize_short", "scale_down"]
_COLOURS, _ANY_COLOURS, _AS_STORED = 1, 4, 128  # OpenCV's flags for reading; those for smaller images change nothing in MXNet
_JFIF = b"\xff\xe0JFIF\0"  # how files begin from which MXNet reads the size first, and then does not turn the image
_BORDERS = {0: "constant", 1: "edge", 2: "symmetric", 3: "wrap", 4: "reflect", 16: "constant"}  # OpenCV's numbers -> NumPy's names


def new_array(pixels):
    """Pixels that nobody else holds, as an array: np.ndarray in np mode, else nd.NDArray."""
    return adopt_numpy(pixels, np.ndarray if is_np_array() else nd.NDArray, current_device())


def pixels_of(src):
    """The elements of an image, for reading only; of NumPy arrays too."""
    return src._host() if isinstance(src, nd.NDArray) else onp.asarray(src)


def image_like(pixels, src):
    """Pixels as an image of the class and on the device of another one."""
    if not isinstance(src, nd.NDArray):
        return new_array(onp.array(pixels))
    return host_array(pixels, src, src._host())


def overwrite(src, pixels):
    """Write elements into an image and return it."""
    if host_pixels(src) is None:
        src[:] = new_array(onp.asarray(pixels, src.dtype))
    else:
        src._put(value_of(onp.ascontiguousarray(pixels, src.dtype), src.ctx))
    return src


def _result(pixels, out):
    """A new array, or what was asked for with `out=`."""
    if out is None:
        return pixels if isinstance(pixels, nd.NDArray) else new_array(pixels)
    out[:] = pixels if isinstance(pixels, nd.NDArray) else new_array(pixels)
    return out


def imdecode(buf, flag=1, to_rgb=True, out=None):
    """The image in bytes, a bytearray, or a uint8 array of ours or of NumPy: uint8 (H, W, 3), or (H, W, 1) for gray.

    flag: 1 for colours, 0 for gray; OpenCV's other flags for colours, too.  to_rgb: False for the order blue, green, red.
    out: an array that receives it.
    Photos of cameras are turned upright, as their EXIF data say; JPEG files that begin as JFIF has it are not, as in MXNet.
    Needs Pillow: pip install "mxshim[image]".
    Raises: MXNetError if it is no image, is cut off, or holds more than about 180 million pixels; ValueError for text.
    Differs: images that are cut off are refused; OpenCV fills the rest of a JPEG with gray.
    """
    if isinstance(buf, nd.NDArray):
        if buf.dtype != onp.uint8:
            raise MXNetError(f"imdecode: the bytes of a file are needed, uint8, got {onp.dtype(buf.dtype).name} {buf.shape}")
        buf = buf.asnumpy()
    if not isinstance(buf, bytes | bytearray | memoryview | onp.ndarray):
        raise ValueError(f"imdecode: buf must be bytes, a bytearray or an array of them, got {type(buf).__name__}; read files with 'rb'")
    if flag < 0 or flag and not flag & (_COLOURS | _ANY_COLOURS):
        raise MXNetError(f"imdecode: `flag` must be 1 for colours or 0 for gray, got {flag}")
    content = buf.tobytes() if isinstance(buf, onp.ndarray) else bytes(buf)
    found = decode_image(content, int(flag > 0), to_rgb, not flag & _AS_STORED and content[2:4] + content[6:11] != _JFIF)
    return _result(found.reshape(*found.shape[:2], -1), out)


@checked(filename="a file's name")
def imread(filename, flag=1, to_rgb=True, out=None):
    """The image in a file. Arguments, result and errors: see imdecode; MXNetError too if the file cannot be read.

    >>> mx.image.imread("cat.jpg").shape                                                                         # doctest: +SKIP
    (400, 500, 3)
    """
    try:
        with open(os.path.expanduser(filename), "rb") as f:
            content = f.read()
    except OSError as error:
        raise MXNetError(f"imread: '{filename}' cannot be read: {error.strerror}") from error
    try:
        return imdecode(content, flag, to_rgb, out)
    except MXNetError as error:
        raise MXNetError(f"imread('{filename}'): {error}") from None


@checked(w="a number", h="a number")
def imresize(src, w, h, interp=1, out=None):
    """An image (H, W, C) w wide and h high; uint8 or floating.

    interp: 0 nearest, 1 linear, 2 cubic, 3 area, 4 Lanczos.
    Raises: MXNetError for other shapes, sizes, dtypes and methods.
    """
    pixels = pixels_of(src)
    if pixels.ndim != 3 or not pixels.size or pixels.dtype.name not in ("uint8", "float32", "float64", "uint16", "int16"):
        raise MXNetError(f"imresize: an image (height, width, channels) of uint8 or float32 is needed, got {pixels.dtype.name} "
                         f"{pixels.shape}")
    if w < 1 or h < 1:
        raise MXNetError(f"imresize: width and height must be positive, got {w} and {h}")
    return _result(image_like(resized(pixels, int(w), int(h), interp), src), out)


@checked(**dict.fromkeys(("top", "bot", "left", "right"), "a whole number"))
def copyMakeBorder(src, top, bot, left, right, type=0, value=0.0, values=(), out=None):
    """An image (H, W, C) with a border of `top`, `bot`, `left` and `right` pixels.

    type: 0 `values`, one for each channel, or `value` for all; 1 the outermost pixels; 2 mirrored, 4 without the outermost ones; 3 the
    other side of the image.
    """
    pixels = pixels_of(src)
    if min(top, bot, left, right) < 0 or type not in _BORDERS or pixels.ndim != 3:
        raise MXNetError("copyMakeBorder: an image (H, W, C), borders of 0 or more pixels and a type 0 to 4 are needed, got "
                         f"{pixels.shape}, {(top, bot, left, right)} and type {type}")
    around = (top, bot), (left, right), (0, 0)
    if _BORDERS[type] != "constant":
        return _result(image_like(onp.pad(pixels, around, _BORDERS[type]), src), out)
    h, w, channels = pixels.shape
    fill = [*values, *[0] * channels][:channels] if len(values) else value
    found = onp.empty((top + h + bot, left + w + right, channels), pixels.dtype)
    found[:] = onp.asarray(fill).astype(pixels.dtype)
    found[top:top + h, left:left + w] = pixels
    return _result(image_like(found, src), out)


def _get_interp_method(interp, sizes=()):
    """The interpolation that 9 (cubic to enlarge, area to shrink, else linear) and 10 (any) stand for.

    sizes: old height and width, new height and width."""
    if interp == 9:
        if not sizes:
            return 2
        old, new = sizes[:2], sizes[2:]
        return 2 if new[0] > old[0] and new[1] > old[1] else 3 if new[0] < old[0] and new[1] < old[1] else 1
    if interp == 10:
        return random.randint(0, 4)
    if interp not in (0, 1, 2, 3, 4):
        raise ValueError(f"Unknown interp method {interp}: 0 nearest, 1 linear, 2 cubic, 3 area, 4 Lanczos, 9 by size, 10 any")
    return interp


@checked(src_size="a pair of numbers", size="a pair of numbers")
def scale_down(src_size, size):
    """A size (width, height) with the same ratio that fits into src_size.

    >>> scale_down((640, 480), (720, 120))
    (640, 106)
    """
    w, h = size
    across, down = src_size
    if down < h:
        w, h = w * down / h, down
    if across < w:
        w, h = across, h * across / w
    return int(w), int(h)


@checked(src="an image", size="a number that is positive")
def resize_short(src, size, interp=2):
    """The image with its shorter side `size` long. interp: as imresize, or 9 by size, or 10 any."""
    h, w = src.shape[:2]
    new_h, new_w = (size * h // w, size) if h > w else (size, size * w // h)
    return imresize(src, new_w, new_h, interp=_get_interp_method(interp, (h, w, new_h, new_w)))


@checked(src="an image", x0="a whole number", y0="a whole number", w="a whole number", h="a whole number", size="a pair of numbers")
def fixed_crop(src, x0, y0, w, h, size=None, interp=2):
    """The rectangle w by h at (x0, y0), resized to `size` (width, height) if one is given."""
    if isinstance(src, nd.NDArray) and host_pixels(src) is None:
        found = src[y0:y0 + h, x0:x0 + w]
    else:
        found = image_like(pixels_of(src)[y0:y0 + h, x0:x0 + w], src)
    if 0 in found.shape:
        raise MXNetError(f"fixed_crop: the rectangle {w} by {h} at ({x0}, {y0}) does not touch an image of shape {src.shape}")
    if size is not None and (w, h) != tuple(size):
        found = imresize(found, *size, interp=_get_interp_method(interp, (h, w, size[1], size[0])))
    return found


def _at(src, x0, y0, w, h, size, interp):
    return fixed_crop(src, x0, y0, w, h, size, interp), (x0, y0, w, h)


@checked(src="an image", size="a pair of numbers")
def random_crop(src, size, interp=2):
    """A rectangle of `size` (width, height) at a random place, and that place (x, y, width, height).

    From a smaller image as much as fits is taken, and resized."""
    h, w = src.shape[:2]
    new_w, new_h = scale_down((w, h), size)
    x0, y0 = random.randint(0, w - new_w), random.randint(0, h - new_h)
    return _at(src, x0, y0, new_w, new_h, size, interp)


@checked(src="an image", size="a pair of numbers")
def center_crop(src, size, interp=2):
    """The middle of the image, `size` (width, height) or as much as fits, resized; and the place (x, y, width, height)."""
    h, w = src.shape[:2]
    new_w, new_h = scale_down((w, h), size)
    return _at(src, (w - new_w) // 2, (h - new_h) // 2, new_w, new_h, size, interp)


@checked(src="an image", ratio="a pair of numbers")
def random_size_crop(src, size, area, ratio, interp=2, **kwargs):
    """A rectangle of random area and ratio, resized to `size` (width, height), and its place; the middle if ten do not fit.

    area: range of its share of the image's area, or its lower end.  ratio: range of width / height, drawn evenly in its logarithm.
    """
    area = old_area(area, kwargs, "random_size_crop")
    h, w = src.shape[:2]
    if not isinstance(area, numbers.Number):
        check("random_size_crop", "area", area, "a pair of numbers")
    low, high = (area, 1.0) if isinstance(area, numbers.Number) else area
    if low < 0:
        raise ArgumentValueError(f"random_size_crop: `area` must not be negative, got {area!r}")
    for _ in range(10):
        pixels = random.uniform(low, high) * h * w
        wider = math.exp(random.uniform(math.log(ratio[0]), math.log(ratio[1])))
        new_w, new_h = round(math.sqrt(pixels * wider)), round(math.sqrt(pixels / wider))
        if new_w <= w and new_h <= h:
            x0, y0 = random.randint(0, w - new_w), random.randint(0, h - new_h)
            return _at(src, x0, y0, new_w, new_h, size, interp)
    return center_crop(src, size, interp)


def old_area(area, kwargs, what):
    """`area`, which used to be called min_area."""
    if "min_area" in kwargs:
        warnings.warn("`min_area` is deprecated. Please use `area` instead.", DeprecationWarning, stacklevel=3)
        area = kwargs.pop("min_area")
    if kwargs:
        raise AssertionError(f"unexpected keyword arguments for `{what}`: {', '.join(kwargs)}")
    return area


def color_normalize(src, mean, std=None):
    """(src - mean) / std, written into src, which is returned.

    src: floating, (H, W, C).  mean, std: arrays or numbers; None leaves out the step.
    Raises: MXNetError for whole numbers: cast the image first.
    """
    if mean is std is None:
        return src
    if isinstance(src, nd.NDArray):
        if onp.dtype(src.dtype).kind in "iub":
            raise MXNetError(f"color_normalize: a floating image is needed, got {onp.dtype(src.dtype).name}; cast it with "
                             "src.astype('float32')")
        pixels = pixels_of(src)
        if mean is not None:
            pixels = pixels - _colours("mean", mean, pixels)
        if std is not None:
            pixels = pixels / _colours("std", std, pixels)
        return overwrite(src, pixels)
    if mean is not None:
        src -= mean
    if std is not None:
        src /= std
    return src


def _colours(name, given, pixels):
    """Numbers that broadcast with an image."""
    try:
        found = onp.asarray(pixels_of(given), pixels.dtype)
        onp.broadcast_to(found, pixels.shape)
    except (TypeError, ValueError):
        raise ArgumentValueError(f"color_normalize: `{name}` must be a number, or one for each channel of an image of shape "
                                 f"{pixels.shape}, got {getattr(given, 'shape', given)!r}") from None
    return found


def imrotate(src, rotation_degrees, zoom_in=False, zoom_out=False):
    """float32 images (C, H, W) or (N, C, H, W) turned by an angle in degrees, or one for each image; what comes from outside is 0.

    zoom_in: enlarged until nothing from outside is seen.  zoom_out: made smaller until all of the image is seen.
    Raises: TypeError for another dtype or several angles for one image, ValueError for another rank, number of angles, or both zooms.
    """
    if zoom_in and zoom_out:
        raise ValueError("imrotate: zoom_in and zoom_out exclude each other")
    if src.dtype != onp.float32:
        raise TypeError(f"imrotate: float32 is needed, got {onp.dtype(src.dtype).name}: use astype('float32')")
    if src.ndim not in (3, 4):
        raise ValueError(f"imrotate: an image (C, H, W) or a batch of them is needed, got shape {src.shape}")
    one = isinstance(rotation_degrees, numbers.Number)
    if src.ndim == 3:
        if not one:
            raise TypeError(f"imrotate: one image takes one angle, a number, got {type(rotation_degrees).__name__}")
        return image_like(_turned(pixels_of(src), rotation_degrees, zoom_in, zoom_out), src)
    angles = [float(rotation_degrees)] * len(src) if one else [float(a) for a in pixels_of(rotation_degrees)]
    if len(angles) != len(src):
        raise ValueError(f"imrotate: {len(angles)} angles for {len(src)} images; give one, or one for each")
    return image_like(onp.stack([_turned(x, a, zoom_in, zoom_out) for x, a in zip(pixels_of(src), angles, strict=True)]), src)


def _turned(pixels, angle, zoom_in, zoom_out):
    """An image (C, H, W), read at the places that a turn and a zoom about its middle lead to, linearly between pixels."""
    h, w = pixels.shape[-2:]
    turn, zoom = math.radians(angle), 1.0
    if zoom_in or zoom_out:  # the bounding box of the turned image
        cos, sin = abs(math.cos(turn)), abs(math.sin(turn))
        wide, high = w * cos + h * sin, w * sin + h * cos
        zoom = max(wide / w, high / h) if zoom_out else min(w / wide, h / high)
    down, across = (onp.arange(n, dtype="float32") - (n - 1) / 2 for n in (h, w))
    from_x = (across * math.cos(turn) - down[:, None] * math.sin(turn)) * zoom + (w - 1) / 2
    from_y = (across * math.sin(turn) + down[:, None] * math.cos(turn)) * zoom + (h - 1) / 2
    left, top = onp.floor(from_x).astype(int), onp.floor(from_y).astype(int)
    found = onp.zeros_like(pixels)
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 1)):
        i, j = top + row, left + column
        weight = (1 - abs(from_y - i)) * (1 - abs(from_x - j)) * ((0 <= i) & (i < h) & (0 <= j) & (j < w))
        found += pixels[..., i.clip(0, h - 1), j.clip(0, w - 1)] * weight.astype("float32")
    return found


@checked(src="an image", angle_limits="a pair of numbers")
def random_rotate(src, angle_limits, zoom_in=False, zoom_out=False):
    """imrotate by an angle from angle_limits, which comes from NumPy's global generator; one for each image of a batch."""
    angles = onp.random.uniform(*angle_limits) if src.ndim == 3 else onp.random.uniform(*angle_limits, size=src.shape[0])
    return imrotate(src, angles, zoom_in, zoom_out)
