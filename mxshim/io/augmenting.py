"""What ImageRecordIter does to an image before it becomes part of a batch; its formulas are those of MXNet's default augmenter."""
from __future__ import annotations

import math
import warnings

import numpy as onp

from ..arguments import check
from ..ops.image import resized
from . import hls

_GRAY = onp.array([0.299, 0.587, 0.114], "float32")
_COMPONENTS = onp.array([[-0.5675, 0.7192, 0.4009], [-0.5808, -0.0045, -0.8140], [-0.5836, -0.6948, 0.4203]]) * [55.46, 4.794, 1.148]
# The arguments and their defaults, by what they are for.
DEFAULTS = {
    # size and place
    "resize": -1, "rand_crop": False, "random_resized_crop": False, "min_random_area": 1.0, "max_random_area": 1.0,
    "min_aspect_ratio": None, "max_aspect_ratio": 0.0, "min_crop_size": -1, "max_crop_size": -1, "pad": 0, "fill_value": 255,
    "inter_method": 1, "mirror": False, "rand_mirror": False,
    # one affine map
    "max_rotate_angle": 0, "rotate": -1, "max_shear_ratio": 0.0, "min_random_scale": 1.0, "max_random_scale": 1.0, "min_img_size": 0.0,
    "max_img_size": 1e10,
    # colours
    "brightness": 0.0, "contrast": 0.0, "saturation": 0.0, "pca_noise": 0.0, "random_h": 0, "random_s": 0, "random_l": 0,
    # numbers
    "mean_r": 0.0, "mean_g": 0.0, "mean_b": 0.0, "std_r": 1.0, "std_g": 1.0, "std_b": 1.0, "scale": 1.0, "max_random_contrast": 0.0,
    "max_random_illumination": 0.0, "mean_img": "",
}


def unknown(what, names):
    """Say of arguments that they are none. MXNet's iterators over files take and ignore whatever they do not know."""
    for name in names:
        warnings.warn(f"{what}: there is no argument {name}=; it is ignored, as in MXNet", stacklevel=4)


class DefaultAugmenter:
    """From pixels uint8 (H, W, C) to (C, height, width).

    In this order: resize makes the shorter side so long; a random affine map turns by max_rotate_angle (or `rotate`) degrees, shears by
    max_shear_ratio, scales by min_random_scale to max_random_scale and stretches by max_aspect_ratio; `pad` pixels of fill_value are put
    around; what is smaller than the batch is enlarged, both sides by one factor; then the middle is cut out, or with rand_crop a
    random place (of a size from min_crop_size to max_crop_size, if given), or with random_resized_crop one of min_random_area to
    max_random_area of the image and of a ratio from min_aspect_ratio to max_aspect_ratio; brightness, contrast and saturation change
    by factors from 1 - x to 1 + x in a random order; pca_noise is added; hue, saturation and lightness change by up to random_h,
    random_s and random_l (of 180, 255 and 255); `mirror` or, half of the time, rand_mirror mirrors; mean_r, mean_g, mean_b are
    subtracted, and what comes is multiplied by `scale` and divided by std_r, std_g, std_b, with max_random_contrast and
    max_random_illumination around that. With mean_img, the array in that file is subtracted.
    raw: images stay bytes, without those last numbers.
    """

    def __init__(self, what, data_shape, raw=False, **arguments):
        unknown(what, [n for n in arguments if n not in DEFAULTS and n not in ("mean_a", "std_a")])
        for name, default in DEFAULTS.items():
            value = arguments.get(name, default)
            if isinstance(default, int | float) and not isinstance(default, bool):
                check(what, name, value, "a whole number" if name in ("resize", "pad", "inter_method") else "a number")
            setattr(self, name, value)
        self.what, self.size, self.raw = what, (data_shape[2], data_shape[1]), raw
        channels = data_shape[0]
        self.mean = onp.array([self.mean_r, self.mean_g, self.mean_b][:channels], "float32")[:, None, None]
        self.std = onp.array([self.std_r, self.std_g, self.std_b][:channels], "float32")[:, None, None]
        self._maps = bool(self.max_rotate_angle or self.rotate > 0 or self.max_shear_ratio or self.min_random_scale != 1
                          or self.max_random_scale != 1 or self.min_img_size or self.max_img_size != 1e10
                          or (self.max_aspect_ratio and not self.random_resized_crop))

    def __call__(self, pixels, draw):
        """draw: the random.Random to draw from."""
        if self.resize > 0:
            h, w = pixels.shape[:2]
            size = (self.resize, self.resize * h // w) if h > w else (self.resize * w // h, self.resize)
            pixels = self._resized(pixels, *size, draw)
        if self._maps:
            pixels = self._mapped(pixels, draw)
        if self.pad > 0:
            pixels = onp.pad(pixels, ((self.pad, self.pad), (self.pad, self.pad), (0, 0)), constant_values=self.fill_value)
        pixels = self._cut(pixels, draw)
        if self.brightness or self.contrast or self.saturation or self.pca_noise:
            pixels = self._coloured(pixels, draw)
        if (self.random_h or self.random_s or self.random_l) and pixels.shape[2] == 3:
            pixels = hls.shifted(pixels, *[int(draw.uniform(-n, n)) for n in (self.random_h, self.random_l, self.random_s)])
        if self.mirror or (self.rand_mirror and draw.random() < 0.5):
            pixels = pixels[:, ::-1]
        planes = pixels.transpose(2, 0, 1)
        return planes if self.raw else self.normalized(planes.astype("float32"), draw)

    def _resized(self, pixels, w, h, draw):
        method = self.inter_method
        if method == 9:
            old = pixels.shape[:2]
            method = 2 if h > old[0] and w > old[1] else 3 if h < old[0] and w < old[1] else 1
        elif method == 10:
            method = draw.randint(0, 4)
        return pixels if (h, w) == pixels.shape[:2] else resized(pixels, w, h, method)

    def _mapped(self, pixels, draw):
        h, w = pixels.shape[:2]
        shear = draw.uniform(-self.max_shear_ratio, self.max_shear_ratio)
        angle = math.radians(self.rotate if self.rotate > 0 else draw.randint(-self.max_rotate_angle, self.max_rotate_angle))
        scale = draw.uniform(self.min_random_scale, self.max_random_scale)
        ratio = 1.0
        if not self.random_resized_crop:
            ratio = 1 + draw.uniform(-self.max_aspect_ratio, self.max_aspect_ratio) if self.min_aspect_ratio is None else draw.uniform(
                self.min_aspect_ratio, self.max_aspect_ratio)
        cos, sin, down = math.cos(angle), math.sin(angle), 2 * scale / (1 + ratio)
        across = ratio * down
        forth = onp.array([[down * cos - shear * sin * across, down * sin + shear * cos * across], [-sin * across, cos * across]])
        size = [max(self.min_img_size, min(self.max_img_size, scale * n)) for n in (w, h)]
        shift = (onp.array(size) - forth @ [w, h]) / 2
        new_w, new_h = map(int, size)
        back = onp.linalg.inv(forth)
        x, y = onp.meshgrid(onp.arange(new_w), onp.arange(new_h))
        from_x, from_y = onp.tensordot(back, onp.stack([x - shift[0], y - shift[1]]), 1)
        left, top = onp.floor(from_x).astype(int), onp.floor(from_y).astype(int)
        found = onp.zeros((new_h, new_w, pixels.shape[2]), "float32")
        for i, j in ((top, left), (top, left + 1), (top + 1, left), (top + 1, left + 1)):
            inside = ((0 <= i) & (i < h) & (0 <= j) & (j < w))[:, :, None]
            part = onp.where(inside, pixels[i.clip(0, h - 1), j.clip(0, w - 1)], self.fill_value)
            found += part * ((1 - abs(from_y - i)) * (1 - abs(from_x - j)))[:, :, None]
        return onp.rint(found).clip(0, 255).astype("uint8")

    def _cut(self, pixels, draw):
        h, w = pixels.shape[:2]
        width, height = self.size
        if self.random_resized_crop:
            found = self._resized_crop(pixels, draw)
            if found is not None:
                return found
        elif self.max_crop_size > 0 or self.min_crop_size > 0:
            side = draw.randint(max(1, self.min_crop_size), max(self.max_crop_size, self.min_crop_size))
            width = height = min(side, h, w)
        if h < height:  # what is too small is enlarged, both sides by the same factor
            w, h = max(1, int(onp.float32(height) / onp.float32(h) * onp.float32(w))), height
        if w < width:
            w, h = width, int(onp.float32(width) / onp.float32(w) * onp.float32(h))
        pixels = self._resized(pixels, w, h, draw)
        top, left = (draw.randint(0, h - height), draw.randint(0, w - width)) if self.rand_crop else ((h - height) // 2, (w - width) // 2)
        return self._resized(pixels[top:top + height, left:left + width], *self.size, draw)

    def _resized_crop(self, pixels, draw):
        """A rectangle of random area and ratio in the size of the batch; None if ten do not fit."""
        h, w = pixels.shape[:2]
        low, high = (1 - self.max_aspect_ratio, 1 + self.max_aspect_ratio) if self.min_aspect_ratio is None else (
            self.min_aspect_ratio, self.max_aspect_ratio)
        for _ in range(10):
            area = draw.uniform(self.min_random_area, self.max_random_area) * h * w
            ratio = draw.uniform(low, high)
            width, height = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
            if 0 < width <= w and 0 < height <= h:
                top, left = draw.randint(0, h - height), draw.randint(0, w - width)
                return self._resized(pixels[top:top + height, left:left + width], *self.size, draw)
        return None

    def _coloured(self, pixels, draw):
        x = pixels.astype("float32")
        kinds = ["brightness", "contrast", "saturation"]
        draw.shuffle(kinds)
        for kind in kinds:
            strength = getattr(self, kind)
            if strength and (kind == "brightness" or x.shape[2] == 3):
                factor = onp.float32(1 + draw.uniform(-strength, strength))
                gray = 0 if kind == "brightness" else (x @ _GRAY)[:, :, None]
                x = x * factor + (1 - factor) * (gray.mean() if kind == "contrast" else gray)
        if self.pca_noise and x.shape[2] == 3:
            x = x + (_COMPONENTS @ [draw.gauss(0, self.pca_noise) for _ in range(3)]).astype("float32")
        return x.clip(0, 255).astype("uint8")

    def without_numbers(self):
        """The same, without means, deviations and scale."""
        return DefaultAugmenter(self.what, (len(self.mean), *self.size[::-1]), raw=True, **{
            n: v for n, v in vars(self).items() if n in DEFAULTS and n != "mean_img"})

    def normalized(self, x, draw):
        """Planes float32 without the mean, and so on."""
        contrast = illumination = 0.0
        if self.max_random_contrast:
            contrast = draw.uniform(-self.max_random_contrast, self.max_random_contrast)
        if self.max_random_illumination:
            illumination = draw.uniform(-self.max_random_illumination, self.max_random_illumination)
        return ((x - self.mean) * onp.float32(1 + contrast) + onp.float32(illumination)) * onp.float32(self.scale) / self.std
