"""What the random functions share: their arguments, their noise, and how results become arrays."""
from __future__ import annotations

import operator

import numpy as onp

from ..base import MXNetError, as_dtype, is_float
from ..device import current_device
from ..engine import call as door
from ..engine import rng
from ..engine.op import NAMES
from ..engine.words import F32
from .convert import CLASSES, adopt_numpy, check_context, default_float
from .core import Array


def parsed(value):
    """An argument of an nd function, which may be a text as in MXNet 1: "2" stands for 2, "(2, 3)" for (2, 3)."""
    return door.from_text(value) if type(value) is str else value


def size_of(size, what: str, word: str = "size") -> tuple[int, ...]:
    """A size or shape as a tuple, from an integer or a sequence. Raises: MXNetError for anything but non-negative integers."""
    if what.startswith("nd"):
        size = parsed(size)
    many = isinstance(size, tuple | list) or isinstance(size, onp.ndarray) and size.ndim == 1
    try:
        found = tuple(map(operator.index, size)) if many else (operator.index(size),)
    except TypeError:
        raise MXNetError(f"{what}: the {word} must be an integer or a tuple of integers, got {size!r}") from None
    if found and min(found) < 0:
        raise MXNetError(f"{what}: the {word} {found} has a negative dimension")
    return found


def float_dtype(dtype, what):
    if dtype is None:
        return default_float()
    try:
        found = as_dtype(dtype)
    except TypeError as error:
        raise MXNetError(f"{what}: {error}") from None
    if not is_float(found):
        raise MXNetError(f"{what}: dtype must be float16, float32, float64 or bfloat16, got {found.name}")
    return found


def device_of(ctx, device, what, arrays=()):
    given = check_context(ctx if ctx is not None else device, what)
    return given or (arrays[0].ctx if arrays else current_device())


def finish(result, out, what):
    """The result, or `out` after it received the result."""
    if out is None:
        return result
    if isinstance(out, list | tuple) and len(out) == 1:
        out = out[0]
    if not isinstance(out, Array):
        raise TypeError(f"{what}: out= must be an array, got {type(out).__name__}")
    if out.shape != result.shape or out.dtype != result.dtype:
        raise MXNetError(f"{what}: out= is {onp.dtype(out.dtype).name}{list(out.shape)}, "
                         f"the result is {onp.dtype(result.dtype).name}{list(result.shape)}; they must be equal")
    return door.write_out(NAMES["mx.copy"], out, result)


def apply(name, cls, *args, **kwargs):
    """Call an internal operator."""
    return door.call(NAMES[name], cls, args, kwargs)


def adopt(array, cls, ctx):
    """An array over fresh NumPy data, or over a NumPy scalar."""
    return adopt_numpy(onp.asarray(array), cls, ctx)


def drawn(draw, cls, ctx):
    """An array over the NumPy numbers that draw() gives; where a block is captured, each of its calls draws anew."""
    found = adopt(draw(), cls, ctx)
    if door.state.capture is not None:
        door.state.capture.fresh(draw, found)
    return found


def on_host(ctx) -> bool:
    return rng.on_host(ctx.device_type.startswith("cpu"))


def key_noise(kind, shape, dtype, cls, ctx):
    """Noise that a program makes from a fresh key."""
    return apply("mx.noise", cls, drawn(rng.next_key, cls, ctx), kind, shape, dtype)


def is_number(v):
    return isinstance(v, int | float | onp.integer | onp.floating | onp.bool_)


def parameter_of(v, name, what):
    """A parameter of np's samplers: a number, or an np.ndarray."""
    if is_number(v) or isinstance(v, Array):
        return v
    if isinstance(v, list | tuple | onp.ndarray):
        try:
            return adopt(onp.asarray(v, F32), CLASSES["np"], None)
        except (TypeError, ValueError):
            pass
    raise MXNetError(f"{what}: {name} must be a number or an array, got {v!r}")


def demand(v, name, wanted, what):
    """MXNet's checks of values. Arrays that are pending or far away are not looked at: that would make the program wait."""
    if wanted is None:
        return
    if isinstance(v, Array):
        data = v._value_now().data
        if data is None or v.size == 0 or not v.ctx.device_type.startswith("cpu"):
            return
        v = onp.asarray(data).min()
    if not (v >= 0 if wanted == ">= 0" else v > 0):
        raise ValueError(f"{what}: {name} must be {wanted}, got {v}")


def broadcast(what, arrays, size=None) -> tuple[int, ...]:
    """The shape of a draw: `size`, to which the array parameters must broadcast, or what they broadcast to; so it is with size ()."""
    if not arrays:
        return () if size is None else size_of(size, what)
    shapes = [v.shape for v in arrays]
    try:
        common = onp.broadcast_shapes(*shapes)
        if size is None:
            return common
        size = size_of(size, what)
        if size == ():
            return common
        if onp.broadcast_shapes(size, common) == size:
            return size
    except ValueError:
        pass
    raise MXNetError(f"{what}: parameters of shape {' and '.join(map(str, shapes))} do not broadcast "
                     + ("together" if size is None else f"to the size {size}"))
