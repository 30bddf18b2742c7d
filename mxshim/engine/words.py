"""Random words to numbers, rounded as MXNet rounds: uniform numbers, points of the polar method, glibc's logarithm."""
from __future__ import annotations

import numpy as onp

F32 = onp.float32
_LAST = onp.uint32(0xFFFFFF7F)  # words above it would round to 1.0; MXNet gives the float32 below 1 instead

# --- float32 logarithm ------------------------------------------------------------------------------------------------
# MXNet calls the C library's logf.  glibc's (since 2.27) is not correctly rounded: log in float64 differs in 0.7% of the
# cases, NumPy's float32 log in 22%.  So its method is repeated: x = 2**k z, with z near 1 and 1/c from a table of 16,
# log x = k log 2 + log c + log1p(z/c - 1), the last by a polynomial, all in float64.  One row for every (k, 1/16 octave).
_RECIPROCALS = [float.fromhex(h) for h in (
    "0x1.661ec79f8f3bep+0", "0x1.571ed4aaf883dp+0", "0x1.49539f0f010bp+0", "0x1.3c995b0b80385p+0", "0x1.30d190c8864a5p+0",
    "0x1.25e227b0b8eap+0", "0x1.1bb4a4a1a343fp+0", "0x1.12358f08ae5bap+0", "0x1.0953f419900a7p+0", "0x1p+0",
    "0x1.e608cfd9a47acp-1", "0x1.ca4b31f026aap-1", "0x1.b2036576afce6p-1", "0x1.9c2d163a1aa2dp-1", "0x1.886e6037841edp-1",
    "0x1.767dcf5534862p-1")]
_LOGS = [float.fromhex(h) for h in (
    "-0x1.57bf7808caadep-2", "-0x1.2bef0a7c06ddbp-2", "-0x1.01eae7f513a67p-2", "-0x1.b31d8a68224e9p-3",
    "-0x1.6574f0ac07758p-3", "-0x1.1aa2bc79c81p-3", "-0x1.a4e76ce8c0e5ep-4", "-0x1.1973c5a611cccp-4",
    "-0x1.252f438e10c1ep-5", "0x0p+0", "0x1.aa5aa5df25984p-5", "0x1.c5e53aa362eb4p-4", "0x1.526e57720db08p-3",
    "0x1.bc2860d22477p-3", "0x1.1058bc8a07ee1p-2", "0x1.4043057b6ee09p-2")]
_A0, _A1, _A2 = (float.fromhex(h) for h in ("-0x1.00ea348b88334p-2", "0x1.5575b0be00b6ap-2", "-0x1.ffffef20a4123p-2"))
_LOW = -126  # smallest exponent of a normal float32
_START = onp.int32(0x3F330000 + (_LOW << 23))
_EXPONENTS = onp.repeat(onp.arange(_LOW, 129), 16)
_SCALE = onp.ldexp(onp.tile(_RECIPROCALS, 255), -_EXPONENTS)
_BASE = onp.tile(_LOGS, 255) + _EXPONENTS * float.fromhex("0x1.62e42fefa39efp-1")


def logf(x):
    """The natural logarithm of float32 `x`, any shape, with the bits of glibc's logf; x must be normal and positive."""
    row = (x.view(onp.int32) - _START) >> onp.int32(19)
    r = x.astype(onp.float64)
    r *= _SCALE.take(row)
    r -= 1.0
    square = r * r
    y = r * _A1
    y += _A2
    y += _A0 * square
    y *= square
    r += _BASE.take(row)
    y += r
    return y.astype(F32)


# --- words to numbers -------------------------------------------------------------------------------------------------
def canonical32(words):
    """uint32 words, any shape, to float32 in [0, 1)."""
    u = onp.minimum(words, _LAST).astype(F32)
    u *= F32(2.0 ** -32)
    return u


def canonical64(words):
    """uint32 words (2n,), two for a number, the low one first, to float64 (n,) in [0, 1)."""
    u = words[1::2] * 4294967296.0
    u += words[0::2]
    u *= 2.0 ** -64
    return onp.minimum(u, 1.0 - 2.0 ** -53, out=u)


def points(words, wide):
    """Words to random points of the square [-1, 1)**2: the coordinates (2n,), x and y in turn, and the squared radii (n,)."""
    if wide:
        xy = canonical64(words)
        xy *= 2
    else:
        xy = onp.minimum(words, _LAST).astype(F32)
        xy *= F32(2.0 ** -31)
    xy -= 1
    squares = xy * xy
    return xy, squares[0::2] + squares[1::2]


def stretch(radii):
    """sqrt(-2 log(r) / r), rounded in the type of `radii` after every step, as the C++ library does."""
    m = logf(radii) if radii.dtype == F32 else onp.log(radii)
    m *= -2
    m /= radii
    return onp.sqrt(m, out=m)
