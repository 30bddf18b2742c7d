"""Image files to pixels and back, with Pillow, which the extra `image` installs. Numbers are OpenCV's, up to the JPEG decoder's."""
from __future__ import annotations

import io
import warnings
from typing import Any

import numpy as onp

from ..base import MXNetError

# Of red, green and blue in the gray of a PNG, in 1/32768, cut off: what OpenCV has libpng do.
_GRAY = onp.array([9797, 19234, 3737], "int64")
_ORIENTATION = 0x0112  # the EXIF tag that says how the camera was held
_UPRIGHT: dict[int, Any] = {
    2: lambda x: x[:, ::-1], 3: lambda x: x[::-1, ::-1], 4: lambda x: x[::-1], 5: lambda x: x.swapaxes(0, 1),
    6: lambda x: x.swapaxes(0, 1)[:, ::-1], 7: lambda x: x.swapaxes(0, 1)[::-1, ::-1], 8: lambda x: x.swapaxes(0, 1)[::-1]}


def pillow():
    """The module PIL.Image. Raises: ImportError that names the extra."""
    try:
        from PIL import Image
    except ImportError:
        raise ImportError('images are read and written with Pillow, which is not installed: pip install "mxshim[image]"') from None
    return Image


def decode_image(content, flag: int = 1, to_rgb: bool = True, turn: bool = True) -> onp.ndarray:
    """The pixels of an image file, bytes: uint8 (H, W, 3), or (H, W) for gray.

    flag: 1 colours, 0 gray, -1 as the file has them, which may also be (H, W, 4).  to_rgb: False for blue, green, red.
    turn: whether a photo is turned upright, as its EXIF data say.
    Raises: MXNetError if it is no whole image.
    """
    Image = pillow()
    if not len(content):
        raise MXNetError("decoding failed: there are no bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content)) as picture:
                found = _pixels(picture, flag)
                held = picture.getexif().get(_ORIENTATION, 1) if turn and flag >= 0 and picture.format == "JPEG" else 1
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise MXNetError(f"decoding failed, the {len(content)} bytes are no whole image that Pillow reads: {error}") from error
    found = _UPRIGHT.get(held, lambda x: x)(found)
    if found.ndim == 3 and not to_rgb:
        found = found[:, :, [2, 1, 0, 3][:found.shape[2]]]
    return onp.ascontiguousarray(found)


def _pixels(picture, flag):
    mode = picture.mode
    if mode.startswith("I"):  # 16 bits of gray, of which OpenCV keeps the upper 8
        gray = onp.asarray(picture)
        gray = gray.astype("uint16") if flag < 0 else (gray >> 8).clip(0, 255).astype("uint8")
        return onp.repeat(gray[:, :, None], 3, 2) if flag == 1 else gray
    if flag == 0:
        if picture.format == "JPEG":
            picture.draft("L", picture.size)  # a JPEG file holds its gray
            return onp.asarray(picture.convert("L"))
        if mode in ("1", "L", "LA"):
            return onp.asarray(picture.convert("L"))
        return (onp.asarray(picture.convert("RGB")) @ _GRAY >> 15).astype("uint8")
    if flag < 0 and mode in ("1", "L"):
        return onp.asarray(picture.convert("L"))
    alpha = flag < 0 and (mode in ("RGBA", "LA") or "transparency" in picture.info)
    return onp.asarray(picture.convert("RGBA" if alpha else "RGB"))


def encode_image(pixels: onp.ndarray, quality: int = 95, form: str = ".jpg") -> bytes:
    """An image file of uint8 pixels (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), colours in the order blue, green, red.

    Raises: MXNetError for other shapes, dtypes and forms.
    """
    Image = pillow()
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if pixels.dtype != "uint8" or pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] not in (3, 4)) or not pixels.size:
        raise MXNetError(f"an image of uint8 (H, W), (H, W, 3) or (H, W, 4) is needed, got {pixels.dtype.name} {pixels.shape}")
    if form.lower() in (".jpg", ".jpeg"):
        options = {"format": "JPEG", "quality": quality, "subsampling": 2}
        pixels = pixels[:, :, :3] if pixels.ndim == 3 else pixels
    elif form.lower() == ".png":
        options = {"format": "PNG", "compress_level": min(quality, 9)}
    else:
        raise MXNetError(f"images are stored as .jpg or .png, got {form!r}")
    if pixels.ndim == 3:
        pixels = pixels[:, :, [2, 1, 0, 3][:pixels.shape[2]]]
    out = io.BytesIO()
    Image.fromarray(onp.ascontiguousarray(pixels)).save(out, **options)
    return out.getvalue()
