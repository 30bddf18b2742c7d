"""Hue, lightness and saturation of images of bytes, as OpenCV counts them: hue in 0..180, the others in 0..255."""
from __future__ import annotations

import numpy as onp

_LIMITS = onp.array([180, 255, 255])


def shifted(pixels, hue: int, lightness: int, saturation: int):
    """RGB uint8 (H, W, 3) with numbers added to hue, lightness and saturation, each held within its bounds."""
    found = _hls(pixels) + onp.array([hue, lightness, saturation])
    return _rgb(found.clip(0, _LIMITS))


def _hls(pixels):
    x = pixels.astype("float32") / 255
    high, low = x.max(-1), x.min(-1)
    r, g, b = onp.moveaxis(x, -1, 0)
    spread, light = high - low, (high + low) / 2
    safe = onp.where(spread > 0, spread, 1)
    hue = onp.where(high == r, (g - b) / safe, onp.where(high == g, (b - r) / safe + 2, (r - g) / safe + 4)) * 60
    hue = onp.where(spread > 0, onp.where(hue < 0, hue + 360, hue), 0)
    total = onp.where(light < 0.5, high + low, 2 - high - low)
    saturation = onp.where(spread > 0, spread / onp.where(total > 0, total, 1), 0)
    return onp.rint(onp.stack([hue / 2, light * 255, saturation * 255], -1)).astype(int)


def _rgb(found):
    hue, light, saturation = found[..., 0] / 30.0, found[..., 1] / 255, found[..., 2] / 255  # hue in sixths of the circle
    high = onp.where(light <= 0.5, light * (1 + saturation), light + saturation - light * saturation)
    low = 2 * light - high

    def channel(sixth):
        at = sixth % 6
        up, down = low + (high - low) * at, low + (high - low) * (4 - at)
        return onp.where(at < 1, up, onp.where(at < 3, high, onp.where(at < 4, down, low)))

    rgb = onp.stack([channel(hue + 2), channel(hue), channel(hue - 2)], -1)
    return onp.rint(rgb * 255).clip(0, 255).astype("uint8")
