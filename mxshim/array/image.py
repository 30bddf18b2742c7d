"""Images on the host, and the random functions over images: they draw from the serial stream, in MXNet's order, and call operators
with what came.

Data pipelines take images one by one, of many sizes, cut and turned at random. A program for each of them would be compiled once and
used once, so an image whose bytes are on the host is changed there, by the same functions: with NumPy in place of jax.numpy.
"""
from __future__ import annotations

import inspect
import math

import numpy as onp

from ..base import MXNetError
from ..engine import rng
from ..engine.op import NAMES, api
from ..engine.trace import threads
from .convert import CLASSES, adopt_numpy
from .core import Array
from .draws import adopt, apply, finish, parsed


def host_pixels(data):
    """The elements of an array that lie on the host and outside of graphs, for reading only; None for others."""
    value = data._value_now()
    if type(data) is not CLASSES[data._dialect]:  # it stands for a Symbol
        return None
    if value.data is None or threads.now.capture is not None or data._node is not None or data._leaf is not None:
        return None
    return onp.asarray(value.data) if value.ctx.jax.platform == "cpu" else None


def host_array(found, like, source=None):
    """An array like another one over what a function of the host gave; a copy where it is a part of `source`."""
    if source is not None and onp.may_share_memory(found, source):
        found = onp.array(found)
    return adopt_numpy(onp.ascontiguousarray(found), type(like), like.ctx)


def run(name, data, *args, **kwargs):
    """An operator over an image or a batch of images, on the host if it is there."""
    pixels = host_pixels(data)
    if pixels is None:
        return apply(name, CLASSES[data._dialect], data, *args, **kwargs)
    return host_array(NAMES[name].fn(pixels, *args, **kwargs), data, pixels)


def streams():
    """The random streams of this thread, for a draw that decides what is done: it cannot be part of a captured block."""
    if threads.now.capture is not None:
        threads.now.capture.move()
    return rng.streams()


def _checked(data, what, cls, ranks=(3,), **numbers):
    if not isinstance(data, Array):
        raise (AssertionError if cls._dialect == "nd" else TypeError)(f"{what}: data must be an array, got {type(data).__name__}")
    if data.ndim not in ranks:
        batch = " or a batch of them" if 4 in ranks else ""
        raise MXNetError(f"{what}: an image (height, width, channels){batch} is needed, got shape {data.shape}")
    for name, value in numbers.items():
        if value is None:
            raise MXNetError(f"{what}: parameter `{name}` is required")
        if value < 0:
            raise MXNetError(f"{what}: `{name}` must not be negative, got {value}")


def uniform(low, high):
    """A number from low to high, float32, of the serial stream."""
    u = streams().serial.uniform(1)[0]
    return float(u * onp.float32(onp.float32(high) - onp.float32(low)) + onp.float32(low))


def _random(short):
    """Declare nd.image.<short> and npx.image.<short>; the function also gets `what`, the public name, and the class of its result."""

    def declare(fn):
        shown = [p for p in inspect.signature(fn).parameters.values() if p.name not in ("what", "cls")]
        shown += [inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY, default=None) for n in ("out", "name")]
        for dialect in ("nd", "npx"):
            what = f"{dialect}.image.{short}"

            def function(data, *args, out=None, name=None, what=what, of="nd" if dialect == "nd" else "np", **kwargs):
                if isinstance(data, Array) and type(data) is not CLASSES[of]:
                    data = data.as_nd_ndarray() if of == "nd" else data.as_np_ndarray()
                if of == "nd":
                    args, kwargs = tuple(map(parsed, args)), {k: parsed(v) for k, v in kwargs.items()}
                return finish(fn(data, *args, **kwargs, what=what, cls=CLASSES[of]), out, what)

            function.__name__ = function.__qualname__ = short
            function.__doc__, function.__signature__ = fn.__doc__, inspect.Signature(shown)
            api(what)(function)
        return fn

    return declare


def _flip(data, p, name, what, cls):
    _checked(data, what, cls)
    if not 0 <= p <= 1:
        raise MXNetError(f"{what}: `p` must lie in [0, 1], got {p}")
    keep = streams().serial.uniform64(1)[0] < 1 - p
    if keep:  # values never change, so a second array over this one is a copy
        return cls(data._value_now()) if host_pixels(data) is not None else apply("mx.copy", cls, data)
    return run(name, data)


@_random("random_flip_left_right")
def random_flip_left_right(data, p=0.5, *, what, cls):
    """The image (H, W, C), mirrored left to right with probability p."""
    return _flip(data, p, "nd.image.flip_left_right", what, cls)


@_random("random_flip_top_bottom")
def random_flip_top_bottom(data, p=0.5, *, what, cls):
    """The image (H, W, C), mirrored top to bottom with probability p."""
    return _flip(data, p, "nd.image.flip_top_bottom", what, cls)


@_random("random_brightness")
def random_brightness(data, min_factor=None, max_factor=None, *, what, cls):
    """The colours of an image (H, W, C) times a number from min_factor to max_factor."""
    _checked(data, what, cls, min_factor=min_factor, max_factor=max_factor)
    return run("mx.image_brightness", data, uniform(min_factor, max_factor))


@_random("random_contrast")
def random_contrast(data, min_factor=None, max_factor=None, *, what, cls):
    """The colours of an image (H, W, C) moved away from its mean gray by a factor from min_factor to max_factor."""
    _checked(data, what, cls, min_factor=min_factor, max_factor=max_factor)
    return run("mx.image_contrast", data, uniform(min_factor, max_factor))


@_random("random_saturation")
def random_saturation(data, min_factor=None, max_factor=None, *, what, cls):
    """The colours of an image (H, W, C) moved away from gray by a factor from min_factor to max_factor.

    What counts as gray is MXNet's: 0.114 of the blue."""
    _checked(data, what, cls, min_factor=min_factor, max_factor=max_factor)
    return run("mx.image_saturation", data, uniform(min_factor, max_factor))


@_random("random_hue")
def random_hue(data, min_factor=None, max_factor=None, *, what, cls):
    """The colours of an image (H, W, C) turned by min_factor to max_factor of the colour circle."""
    _checked(data, what, cls, min_factor=min_factor, max_factor=max_factor)
    return run("mx.image_hue", data, uniform(min_factor, max_factor))


def shuffled_order(cls):
    """A random order of four things, as the C++ libraries of MXNet 1.9.1 and of 2.0.0b1 shuffle; the later one swaps in pairs."""
    serial = streams().serial
    if cls._dialect == "nd":
        return serial.order(4, forward=True).tolist()
    order = [0, 1, 2, 3]
    for i, j in zip((1, 2, 3), (serial.below([2])[0], *divmod(serial.below([12])[0], 4)), strict=True):
        order[i], order[j] = order[j], order[i]
    return order


@_random("random_color_jitter")
def random_color_jitter(data, brightness=None, contrast=None, saturation=None, hue=None, *, what, cls):
    """Brightness, contrast and saturation of an image (H, W, C) by factors from 1 - x to 1 + x, and the hue by -x to x of the
    circle, in a random order; what is 0 is left as it is."""
    wanted = {"brightness": brightness, "contrast": contrast, "saturation": saturation, "hue": hue}
    _checked(data, what, cls, **wanted)
    for name, factor in jitters(wanted, cls):
        data = run(f"mx.image_{name}", data, factor)
    return data


def jitters(strengths, cls):
    """What random_color_jitter draws, for strengths by name: (name, factor) in a random order."""
    for k in shuffled_order(cls):
        name = list(strengths)[k]
        strength, middle = strengths[name], 0 if name == "hue" else 1
        if strength > 0:
            yield name, uniform(middle - strength, middle + strength)


@_random("random_lighting")
def random_lighting(data, alpha_std=0.05, *, what, cls):
    """The colours of an image (H, W, C) moved along the principal components of natural images (Krizhevsky et al., 2012) by normal
    numbers of standard deviation alpha_std."""
    _checked(data, what, cls, alpha_std=alpha_std)
    alpha = alphas(alpha_std)
    return run("mx.image_lighting", data, alpha if host_pixels(data) is not None else adopt(alpha, cls, data.ctx))


def alphas(deviation):
    """What random_lighting draws: three normal numbers."""
    return streams().serial.normal(3) * onp.float32(deviation)


def _crop(data, box, size, interp):
    """The rectangle (x, y, width, height), in the wanted size (width, height)."""
    found = run("nd.image.crop", data, *box)
    return found if box[2:] == size else run("nd.image.resize", found, size, False, interp)


def _target(data, width, height, what, cls):
    _checked(data, what, cls, (3, 4), width=width, height=height)
    if min(width, height) < 1 or 0 in data.shape:
        raise MXNetError(f"{what}: width and height must be positive and data not empty, got {width}, {height} and {data.shape}")
    return data.shape[-2], data.shape[-3]


def _two(what, **pairs):
    for name, pair in pairs.items():
        if not isinstance(pair, tuple | list) or len(pair) != 2 or not pair[0] <= pair[1]:
            raise MXNetError(f"{what}: `{name}` must be two numbers, the smaller one first, got {pair}")


@_random("random_crop")
def random_crop(data, xrange=(0.0, 1.0), yrange=(0.0, 1.0), width=None, height=None, interp=1, *, what, cls):
    """A rectangle width by height of images (H, W, C) or (N, H, W, C), at one random place for all; where an image is smaller, all of
    it is taken and made larger.

    xrange, yrange: from where to where, in fractions of the way, the left and the upper edge may lie.
    interp: 0 nearest, 1 linear, 2 cubic, 3 area.
    Raises: MXNetError if width or height are missing, or a range does not lie in [0, 1].
    """
    across, down = _target(data, width, height, what, cls)
    _two(what, xrange=xrange, yrange=yrange)
    if min(*xrange, *yrange) < 0 or max(*xrange, *yrange) > 1:
        raise MXNetError(f"{what}: `xrange` and `yrange` must lie in [0, 1], got {xrange} and {yrange}")
    w, h = min(width, across), min(height, down)
    x, y = int(uniform(*xrange) * (across - w)), int(uniform(*yrange) * (down - h))
    return _crop(data, (x, y, w, h), (width, height), interp)


@_random("random_resized_crop")
def random_resized_crop(data, width=None, height=None, area=(0.08, 1.0), ratio=(0.75, 4 / 3), interp=1, max_trial=10, *, what, cls):
    """A random rectangle of images (H, W, C) or (N, H, W, C), one for all, made width by height.

    area: from what fraction of the image to what.  ratio: of the width to the height, drawn evenly in its logarithm.
    interp: 0 nearest, 1 linear, 2 cubic, 3 area.
    max_trial: draws until a rectangle fits; after them it is the upper left corner, as large as the result where it can be.
    Raises: MXNetError if width or height are missing, or area or ratio are no ranges of positive numbers.
    """
    across, down = _target(data, width, height, what, cls)
    _two(what, area=area, ratio=ratio)
    if area[0] < 0 or ratio[0] <= 0:
        raise MXNetError(f"{what}: `area` and `ratio` must be positive, got {area} and {ratio}")
    box = (0, 0, min(width, across), min(height, down))
    for _ in range(max_trial):
        pixels, wider = uniform(*area) * across * down, math.exp(uniform(math.log(ratio[0]), math.log(ratio[1])))
        w, h = round(math.sqrt(pixels * wider)), round(math.sqrt(pixels / wider))
        if 0 < w <= across and 0 < h <= down:
            box = int(uniform(0, 1) * (across - w)), int(uniform(0, 1) * (down - h)), w, h
            break
    return _crop(data, box, (width, height), interp)
