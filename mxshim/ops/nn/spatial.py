"""What layers over images share: layouts, kernel-like arguments, checks of dtypes and shapes."""
from __future__ import annotations

from ...base import MXNetError, is_float
from ..shape import sizes

AXES = {1: "W", 2: "HW", 3: "DHW"}
LAYOUTS = {1: ("NCW", "NWC"), 2: ("NCHW", "NHWC"), 3: ("NCDHW", "NDHWC")}


def ints(name: str, value, n: int | None = None, default: int = 1) -> tuple[int, ...]:
    """`value` as n ints (None: as many as it has), `default` where it is None or empty.

    Raises: MXNetError if it has another length, or something else in it; MXNet takes an int for a tuple of one.
    """
    if value is None or value == ():
        return (default,) * (n or 0)
    value = sizes(value, name)
    if n is not None and len(value) != n:
        raise MXNetError(f"`{name}` needs {n} sizes, as many as `kernel`, got {value}: write {name}={value[:1] * n}")
    return value


def whole(**parameters):
    """Raises: MXNetError for the first parameter that is no int."""
    for name, value in parameters.items():
        if not isinstance(value, int):
            raise MXNetError(f"`{name}` must be an int, got {value!r}")


def layout_of(layout: str | None, n: int, ndim: int) -> str:
    """The layout of a batch with n axes of space. Raises: MXNetError if it or the data's rank does not fit n."""
    if n not in LAYOUTS:
        raise MXNetError(f"`kernel` must have 1, 2 or 3 sizes, got {n}")
    layout = layout or LAYOUTS[n][0]
    if layout not in LAYOUTS[n]:
        raise MXNetError(f"layout {layout!r} does not fit a kernel of {n} sizes: use {' or '.join(LAYOUTS[n])}")
    if ndim != n + 2:
        raise MXNetError(f"a kernel of {n} sizes needs data of {n + 2} dimensions, {layout}; `data` has {ndim}")
    return layout


def floats_only(x, name: str = "data"):
    """Raises: MXNetError unless x is of a floating dtype."""
    if not is_float(x.dtype):
        raise MXNetError(f"`{name}` must be of a floating dtype, got {x.dtype.name}: cast it with astype('float32')")


def uniform(**arrays):
    """Raises: MXNetError unless all arrays (None is skipped) have the first one's dtype, a floating one."""
    (first, x), *others = arrays.items()
    floats_only(x, first)
    for name, y in others:
        if y is not None and y.dtype != x.dtype:
            raise MXNetError(f"`{name}` must have `{first}`'s dtype {x.dtype.name}, got {y.dtype.name}: cast one with astype()")


def has_shape(name: str, x, shape, why: str):
    """Raises: MXNetError unless x has this shape."""
    if x.shape != tuple(shape):
        raise MXNetError(f"`{name}` must have shape {tuple(shape)}, {why}; got {x.shape}")


def bias_given(bias, no_bias: bool):
    """Raises: MXNetError if there is a bias although there must be none, or the other way round."""
    if no_bias and bias is not None:
        raise MXNetError("a bias was given with no_bias=True: leave one of them out")
    if not no_bias and bias is None:
        raise MXNetError("`bias` is missing: pass it, or no_bias=True")


def required(**parameters):
    """Raises: MXNetError for the first parameter that is None."""
    for name, value in parameters.items():
        if value is None or value == ():
            raise MXNetError(f"parameter `{name}` is required, got {value!r}")


def one_of(name: str, value, known):
    """Raises: MXNetError unless `value` is one of `known`."""
    if value not in known:
        raise MXNetError(f"`{name}` must be one of {', '.join(sorted(map(repr, known)))}, got {value!r}")
