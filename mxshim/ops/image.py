"""Images: pixels (height, width, channels), from bytes to what networks take, and changes of size and colour."""
from __future__ import annotations

from functools import lru_cache

import jax.numpy as jnp
import numpy as onp

from ..base import FLOAT32, FLOAT64, MXNetError, is_float
from ..engine.op import op
from .axes import number
from .nn.spatial import required

_GRAY = (0.299, 0.587, 0.114)


def _of(data):
    """NumPy for NumPy's arrays, else jax.numpy: data pipelines call these functions on the host as well (array/image.py)."""
    return onp if isinstance(data, onp.ndarray) else jnp


def pixels(data, ranks=(3, 4)):
    """Raises: MXNetError unless data is an image (H, W, C), or a batch of them where `ranks` has 4."""
    if data.ndim not in ranks:
        batch = " or a batch of them" if 4 in ranks else ""
        raise MXNetError(f"an image (height, width, channels){batch} is needed, got shape {data.shape}")


_U = (onp.arange(24) * 37 % 256).astype("uint8").reshape(2, 4, 3)
_F = (onp.arange(24) * 7 % 23).astype("float32").reshape(2, 4, 3) / 23


@op("nd.image.to_tensor", "npx.image.to_tensor", samples={"args": [((_U,), {}), ((_F[None],), {})]})
def to_tensor(data):
    """Images (H, W, C) or (N, H, W, C) as float32 (C, H, W) or (N, C, H, W), divided by 255."""
    pixels(data)
    found = data.astype(FLOAT32) / 255
    if data.dtype == "float16":  # divided in that precision
        found = found.astype("float16").astype(FLOAT32)
    return _of(data).moveaxis(found, -1, -3)


def _per_channel(name, value, channels, dtype):
    value = value if isinstance(value, tuple) else (value,)
    if len(set(value)) == 1:  # the defaults have four
        value = value[:1]
    if len(value) not in (1, channels):
        raise MXNetError(f"`{name}` needs 1 number or {channels}, one for each channel, got {value}")
    return onp.asarray([float(v) for v in value], dtype)[:, None, None]


@op("nd.image.normalize", "npx.image.normalize", samples={"args": [
    ((_F.transpose(2, 0, 1).copy(),), {"mean": (0.1, 0.2, 0.3), "std": (1.0, 2.0, 3.0)}),
    ((_F.transpose(2, 0, 1)[None].copy(),), {"mean": 0.5, "std": 2.0})]})
def normalize(data, mean=(0.0, 0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0, 1.0)):
    """(data - mean) / std for each channel.

    data: (C, H, W) or (N, C, H, W) with 1 or 3 channels, floating.  mean, std: a number, or one for each channel.
    Raises: MXNetError if shapes or dtypes do not fit.
    """
    if data.ndim not in (3, 4) or data.shape[-3] not in (1, 3):
        raise MXNetError(f"data of shape (C, H, W) or (N, C, H, W) with 1 or 3 channels is needed, got {data.shape}")
    if not is_float(data.dtype):
        raise MXNetError(f"`data` must be floating, got {data.dtype.name}: use to_tensor first")
    return (data - _per_channel("mean", mean, data.shape[-3], data.dtype)) / _per_channel("std", std, data.shape[-3], data.dtype)


def _cubic(t):
    """Keys's kernel with a = -0.75, as OpenCV has it."""
    t = abs(t)
    return onp.where(t <= 1, (1.25 * t - 2.25) * t * t + 1, onp.where(t < 2, ((-0.75 * t + 3.75) * t - 6) * t + 3, 0))


# interp -> the first and the last of the old pixels a new one takes, counted from the one before it, and their weights by distance
_KERNELS = {1: (0, 1, lambda t: 1 - abs(t)), 2: (-1, 2, _cubic), 3: (0, 1, lambda t: 1 - abs(t)),
            4: (-3, 4, lambda t: onp.sinc(t) * onp.sinc(t / 4))}


def _between(size, new, interp):
    """(new,): the place of every new pixel among the old ones."""
    k, scale = onp.arange(new), size / new
    if interp == 3:  # OpenCV's linear interpolation between boxes
        start = onp.floor(k * scale)
        return start + onp.clip((k + 1) - (start + 1) / scale, 0, None) % 1
    return (k + 0.5) * scale - 0.5


def resizing(size, new, interp, whole=None):
    """(new, size): what each new pixel takes of every old one. interp: 1 linear, 2 cubic, 3 linear between boxes, 4 Lanczos, "area"
    the mean.  whole: weights as multiples of its inverse, as OpenCV has them for bytes."""
    k, scale = onp.arange(new)[:, None], size / new
    if interp == "area":
        low, high = k * scale, (k + 1) * scale
        return onp.clip(onp.minimum(high, onp.arange(size) + 1) - onp.maximum(low, onp.arange(size)), 0, None) / scale
    first, last, kernel = _KERNELS[interp]
    at = _between(size, new, interp)[:, None]
    near = onp.floor(at) + onp.arange(first, last + 1)
    weights = kernel(at - near)
    weights = weights / weights.sum(1, keepdims=True)
    found = onp.zeros((new, size))
    onp.add.at(found, (k, near.clip(0, size - 1).astype(int)), weights if whole is None else onp.rint(weights * whole))
    return found


def _columns(places, channels):
    """Where the channels of pixels at these places lie in a row (W * C); rows as such are several times as fast to go over."""
    return (places[:, None] * channels + onp.arange(channels)).ravel()


@lru_cache(64)
def _linear_plan(h, w, channels, height, width, interp):
    """What linear interpolation takes, in 1/2048: two columns with their weights, all rows, two places among these with their weights."""
    def weights(x):
        return onp.rint(x * 2048).astype("int32")

    at = _between(w, width, interp)
    left = onp.floor(at).astype(int)
    share = onp.where((left < 0) | (left >= w - 1), 0, at - left)
    columns = [(_columns(k.clip(0, w - 1), channels), weights(much).repeat(channels)) for k, much in ((left, 1 - share), (left + 1, share))]
    at = _between(h, height, interp)
    above = onp.floor(at).astype(int)
    share = (at - above)[:, None]
    rows, place = onp.unique(onp.concatenate([above, above + 1]).clip(0, h - 1), return_inverse=True)
    return columns, rows, [(place[:height], weights(1 - share)), (place[height:], weights(share))]


def _linear_bytes(data, width, height, interp):
    """Bytes by linear interpolation in OpenCV's whole numbers: weights in 1/2048, and each row cut off by itself."""
    h, w, channels = data.shape[-3:]
    columns, rows, places = _linear_plan(h, w, channels, height, width, interp)
    wide = data.reshape(*data.shape[:-2], w * channels)
    wide = (wide if len(rows) == h else wide.take(rows, -2)).astype("int32")
    left, right = (wide.take(at, -1) * much for at, much in columns)
    across = (left + right) >> 4
    upper, lower = ((across.take(at, -2) * much) >> 16 for at, much in places)
    found = _of(data).clip((upper + lower + 2) >> 2, 0, 255).astype("uint8")
    return found.reshape(*data.shape[:-3], height, width, channels)


def _cubic_bytes(data, width, height):
    """Bytes by cubic interpolation in OpenCV's whole numbers: each new pixel is made of four old ones a side."""
    h, w, channels = data.shape[-3:]
    rows, by_row = _taken_of(resizing(h, height, 2, 2048))
    columns, by_column = _taken_of(resizing(w, width, 2, 2048))
    wide = data.reshape(*data.shape[:-2], w * channels).astype("int32")
    down = sum(wide.take(at, -2) * by[:, None] for at, by in zip(rows, by_row, strict=True))
    found = sum(down.take(_columns(at, channels), -1) * by.repeat(channels) for at, by in zip(columns, by_column, strict=True))
    found = ((found + (1 << 21)) >> 22).clip(0, 255)  # below 2 ** 31 all the way
    return found.astype("uint8").reshape(*data.shape[:-3], height, width, channels)


def _taken_of(matrix):
    """Places and weights (4 or fewer, new) of what each row of a matrix (new, old) of cubic weights takes."""
    count = min(4, matrix.shape[1])
    places = onp.minimum((matrix != 0).argmax(1), matrix.shape[1] - count)[:, None] + onp.arange(count)
    return places.T, onp.take_along_axis(matrix, places, 1).astype("int32").T


def resized(data, width, height, interp):
    """Images (..., H, W, C) in another size. Bytes are rounded as OpenCV rounds them."""
    if interp not in (0, 1, 2, 3, 4):
        raise MXNetError(f"`interp` must be 0 nearest, 1 linear, 2 cubic, 3 area or 4 Lanczos, got {interp}")
    h, w = data.shape[-3:-1]
    xp = _of(data)
    if interp == 0:
        rows, columns = (onp.minimum(onp.floor(onp.arange(new) * (size / new)), size - 1).astype(int)
                         for size, new in ((h, height), (w, width)))
        return data.take(rows, -3).take(columns, -2)
    if interp == 3 and h >= height and w >= width:
        interp = "area"
    whole = None
    if data.dtype == "uint8":
        if interp in (1, 3):
            return _linear_bytes(data, width, height, interp)
        if interp == 2 and xp is onp:
            return _cubic_bytes(data, width, height)
        whole = 2048 if interp in (2, 4) else None
    dtype = FLOAT64 if whole else data.dtype if is_float(data.dtype) else FLOAT32
    rows, columns = resizing(h, height, interp, whole).astype(dtype), resizing(w, width, interp, whole).astype(dtype)
    x = xp.einsum("...hwc,qw->...hqc", data.astype(dtype), columns, optimize=True)
    x = xp.einsum("...hqc,ph->...pqc", x, rows, optimize=True)
    if is_float(data.dtype):
        return x
    limits = onp.iinfo(data.dtype)
    x = xp.floor(x / whole ** 2 + 0.5) if whole else xp.rint(x)
    return xp.clip(x, limits.min, limits.max).astype(data.dtype)


@op("nd.image.resize", "npx.image.resize", samples={"args": [
    ((_F,), {"size": (3, 3)}), ((_U,), {"size": 1}), ((_F[None],), {"size": 3, "keep_ratio": True, "interp": 2})]})
def resize(data, size=(), keep_ratio=False, interp=1):
    """Images (H, W, C) or (N, H, W, C) in another size.

    size: (width, height), or one number for both; with keep_ratio, that of the shorter side.
    interp: 0 nearest, 1 linear, 2 cubic, 3 area, 4 Lanczos. Bytes are rounded as OpenCV does; the last three may differ from it by 1.
    Raises: MXNetError if size or interp do not fit.
    """
    pixels(data)
    size = size if isinstance(size, tuple) else (size,)
    if len(size) not in (1, 2) or min(size) < 1:
        raise MXNetError(f"`size` must be one or two positive numbers, got {size}")
    h, w = data.shape[-3:-1]
    if len(size) == 2:
        width, height = size
    elif not keep_ratio:
        width = height = size[0]
    else:
        width, height = (size[0] * w // h, size[0]) if h < w else (size[0], size[0] * h // w)
    return resized(data, width, height, interp)


@op("nd.image.crop", "npx.image.crop", samples={"args": [((_F,), {"x": 1, "y": 0, "width": 2, "height": 2})]})
def crop(data, x=None, y=None, width=None, height=None):
    """The rectangle of images (H, W, C) or (N, H, W, C) whose upper left corner is (x, y).

    Raises: MXNetError if a parameter is missing or the rectangle does not lie in the image.
    """
    required(x=x, y=y, width=width, height=height)
    pixels(data)
    h, w = data.shape[-3:-1]
    if min(width, height) < 1 or min(x, y) < 0 or x + width > w or y + height > h:
        raise MXNetError(f"a rectangle {width} by {height} at ({x}, {y}) does not lie in an image {w} by {h}")
    return data[..., y:y + height, x:x + width, :]


@op("nd.image.flip_left_right", "npx.image.flip_left_right", samples={"args": [((_F,), {})]})
def flip_left_right(data):
    """The image (H, W, C) mirrored left to right."""
    pixels(data, (3,))
    return _of(data).flip(data, 1)


@op("nd.image.flip_top_bottom", "npx.image.flip_top_bottom", samples={"args": [((_F,), {})]})
def flip_top_bottom(data):
    """The image (H, W, C) mirrored top to bottom."""
    pixels(data, (3,))
    return _of(data).flip(data, 0)


def _stored(x, like):
    """Colours as MXNet stores them: bytes are held to 0..255 and cut off."""
    if is_float(like.dtype):
        return x.astype(like.dtype)
    limits = onp.iinfo(like.dtype)
    return _of(x).clip(x, limits.min, limits.max).astype(like.dtype)


def _colours(data, channels=(1, 3)):
    if isinstance(data, onp.ndarray):  # a transform gives it a whole batch, with as many factors
        pixels(data)
    else:
        pixels(data, (3,))
    if data.shape[-1] not in channels:
        raise MXNetError(f"{' or '.join(map(str, channels))} channels are needed, got {data.shape[-1]}")
    return data if is_float(data.dtype) else data.astype(FLOAT32)


def _number(value, x):
    """A factor, or (N, 1, 1, 1) of them for a batch."""
    if not isinstance(x, onp.ndarray):
        return number(value, x.dtype)
    return onp.asarray(value, x.dtype) if x.ndim == 3 else onp.asarray(value, x.dtype).reshape(-1, 1, 1, 1)


@op("mx.image_brightness", scalars=("factor",), samples={"args": [((_F, 1.5), {}), ((_U, 1.5), {})]})
def brightness(data, factor):
    """Colours times factor."""
    x = _colours(data, range(1, 65))
    return _stored(x * _number(factor, x), data)


def _gray(x):
    return x @ onp.asarray(_GRAY, x.dtype)[:, None] if x.shape[-1] == 3 else x


@op("mx.image_contrast", scalars=("factor",), samples={"args": [((_F, 1.5), {}), ((_U[:, :, :1].copy(), 0.5), {})]})
def contrast(data, factor):
    """Colours away from the mean gray of the image, by factor."""
    x = _colours(data)
    factor = _number(factor, x)
    return _stored(x * factor + (1 - factor) * _of(x).mean(_gray(x), (-3, -2, -1), keepdims=True), data)


@op("mx.image_saturation", scalars=("factor",), samples={"args": [((_F, 1.5), {}), ((_U, 0.5), {})]})
def saturation(data, factor):
    """Colours away from each pixel's gray, by factor; as in MXNet, the share of blue in it counts for all of the gray."""
    x = _colours(data)
    if x.shape[-1] == 1:
        return data
    factor = _number(factor, x)
    return _stored(x * factor + (1 - factor) * _GRAY[2] * x[..., 2:], data)


@op("mx.image_hue", scalars=("turn",), samples={"args": [((_F, 0.3), {}), ((_U, -0.2), {})]})
def hue(data, turn):
    """Colours turned around the colour circle; a turn of 1 is the whole circle."""
    x = _colours(data)
    if x.shape[-1] == 1:
        return data
    xp = _of(x)
    r, g, b = (xp.array(x[..., k]) for k in range(3))  # NumPy is faster where the numbers of one colour lie together
    low, high = xp.minimum(xp.minimum(r, g), b), xp.maximum(xp.maximum(r, g), b)
    span = high - low
    red, green = high == r, high == g
    angle = xp.where(red, g - b, xp.where(green, b - r, r - g)) / xp.where(span > 0, span, xp.ones_like(span))
    zero, two, four = (onp.asarray(v, x.dtype) for v in (0, 2, 4))
    turn = 6 * _number(turn, x)
    angle = xp.where(red, zero, xp.where(green, two, four)) + angle + (turn if x.ndim == 3 else turn[..., 0])

    def channel(shift):
        t = angle + shift
        t = t - 6 * xp.floor(t / 6)
        return _stored(low + span * xp.clip(xp.minimum(t, 4 - t), 0, 1), data)

    return xp.stack([channel(2), channel(0), channel(-2)], -1)


# Principal components of the colours of ImageNet, times their deviations (Krizhevsky et al., 2012).
_COMPONENTS = onp.array([[-0.5675, 0.7192, 0.4009], [-0.5808, -0.0045, -0.8140], [-0.5836, -0.6948, 0.4203]]) * [55.46, 4.794, 1.148]


@op("mx.image_lighting", samples={"args": [((_F, onp.array([0.1, 0.2, 0.3], "float32")), {})]})
def lighting(data, alpha):
    """Colours moved along the principal components of natural images by alpha (3,), or (N, 3) for a batch."""
    x = _colours(data)
    moved = (alpha.astype(x.dtype)[..., None, :] * onp.asarray(_COMPONENTS, x.dtype)).sum(-1)
    return data if x.shape[-1] == 1 else _stored(x + (moved if x.ndim == 3 else moved[:, None, None]), data)


@op("nd.image.adjust_lighting", "npx.image.adjust_lighting", samples={"args": [((_F,), {"alpha": (0.1, 0.2, 0.3)})]})
def adjust_lighting(data, alpha=None):
    """Colours of an image (H, W, C) moved along the principal components of natural images by alpha, three numbers.

    Raises: MXNetError if alpha is missing or data is no image of 1 or 3 channels.
    """
    required(alpha=alpha)
    if not isinstance(alpha, tuple) or len(alpha) != 3:
        raise MXNetError(f"`alpha` must be three numbers, got {alpha}")
    return lighting(data, jnp.asarray([float(a) for a in alpha], FLOAT32))


