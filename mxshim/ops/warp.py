"""Images read at places between the pixels: sampling grids, spatial transformers, resizing; and cropping."""
from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..base import MXNetError
from ..engine.op import op
from .nn.spatial import floats_only, one_of, required, uniform
from .samples import some


def read_between(image, y, x):
    """Bilinear interpolation at places (s,) of an image (C, H, W) with zeros around it: (C, s)."""
    c, h, w = image.shape
    pixels = jnp.moveaxis(image, 0, 2).reshape(h * w, c)  # a place's channels lie together
    y0, x0 = jnp.floor(lax.stop_gradient(y)), jnp.floor(lax.stop_gradient(x))
    total = jnp.zeros((y.size, c), image.dtype)
    for down in (0, 1):
        for right in (0, 1):
            wy, wx = (y - y0 if down else 1 - (y - y0)), (x - x0 if right else 1 - (x - x0))
            row, column = y0 + down, x0 + right
            outside = (row < 0) | (row >= h) | (column < 0) | (column >= w)  # not where a place is nan: the result is nan, too
            place = jnp.clip(row, 0, h - 1).astype("int32") * w + jnp.clip(column, 0, w - 1).astype("int32")
            total = total + jnp.where(outside, jnp.zeros_like(wy), wy * wx)[:, None] * pixels[place]
    return total.T


def _images(data, name="data"):
    floats_only(data, name)
    if data.ndim != 4:
        raise MXNetError(f"`{name}` must be images (N, C, H, W), got shape {data.shape}")


def _sample(data, grid):
    uniform(data=data, grid=grid)
    _images(data)
    if grid.ndim != 4 or grid.shape[:2] != (data.shape[0], 2):
        raise MXNetError(f"a grid of shape ({data.shape[0]}, 2, height, width) is needed, got {grid.shape}")
    h, w = data.shape[2:]
    x, y = ((grid[:, k] + 1) * (n - 1) / 2 for k, n in ((0, w), (1, h)))
    read = jax.vmap(lambda image, y, x: read_between(image, y.reshape(-1), x.reshape(-1)))
    return read(data, y, x).reshape(*data.shape[:2], *grid.shape[2:])


def _from_minus_one_to_one(n, dtype):
    return jnp.asarray(-1 + onp.arange(n) * (2 / max(n - 1, 1)), dtype)


def _affine(theta, target):
    floats_only(theta)
    if not isinstance(target, tuple) or len(target) != 2 or min(target) < 1:
        raise MXNetError(f"`target_shape` must be the height and width of the result, got {target}")
    if theta.ndim != 2 or theta.shape[1] != 6:
        raise MXNetError(f"affine maps (N, 6) are needed, got shape {theta.shape}")
    h, w = target
    y, x = jnp.meshgrid(_from_minus_one_to_one(h, theta.dtype), _from_minus_one_to_one(w, theta.dtype), indexing="ij")
    return jnp.einsum("nik,khw->nihw", theta.reshape(-1, 2, 3), jnp.stack([x, y, jnp.ones_like(x)]))


_THETA = onp.array([[1.1, .2, .1, -.1, .9, -.2]], "float32")


@op("nd.BilinearSampler", samples={"args": [((some(1, 2, 4, 5), some(1, 2, 2, 3) * 1.4), {})]})
def bilinear_sampler(data, grid, cudnn_off=False):
    """data read at the places of grid by bilinear interpolation, with zeros around it (Jaderberg et al., 2015).

    Args:
        data: (N, C, H, W), floating.
        grid: (N, 2, height, width), x and y from -1 for the first to 1 for the last column and row.
    Returns: (N, C, height, width). Raises: MXNetError if shapes or dtypes do not fit.
    """
    return _sample(data, grid)


@op("nd.GridGenerator", samples={"args": [
    ((_THETA,), {"transform_type": "affine", "target_shape": (2, 3)}), ((some(1, 2, 3, 4),), {"transform_type": "warp"})]})
def grid_generator(data, transform_type=None, target_shape=(0, 0)):
    """A grid for BilinearSampler.

    transform_type "affine": data (N, 6) holds matrices (2, 3), row by row, that map (x, y, 1) of the result of size target_shape to
    x and y of the source, both from -1 to 1. "warp": data (N, 2, H, W) says how many pixels to the right and down to read.
    Raises: MXNetError if a parameter is missing or shapes do not fit.
    """
    required(transform_type=transform_type)
    one_of("transform_type", transform_type, ("affine", "warp"))
    if transform_type == "affine":
        return _affine(data, target_shape)
    _images(data)
    if data.shape[1] != 2:
        raise MXNetError(f"`data` must have 2 channels, x and y, got {data.shape[1]}")
    h, w = data.shape[2:]
    place = jnp.stack(jnp.meshgrid(jnp.arange(w, dtype=data.dtype), jnp.arange(h, dtype=data.dtype)))
    half = jnp.asarray([(w - 1) / 2, (h - 1) / 2], data.dtype)[:, None, None]
    return (data + place) / half - 1


@op("nd.SpatialTransformer", samples={"args": [
    ((some(1, 2, 4, 5), _THETA * 0.9), {"target_shape": (2, 3), "transform_type": "affine", "sampler_type": "bilinear"})]})
def spatial_transformer(data, loc, target_shape=(0, 0), transform_type=None, sampler_type=None, cudnn_off=False):
    """data under the affine maps `loc` (N, 6), by bilinear interpolation (Jaderberg et al., 2015); see GridGenerator.

    Returns: (N, C, *target_shape). Raises: MXNetError if a parameter is missing or shapes do not fit.
    """
    required(transform_type=transform_type, sampler_type=sampler_type)
    one_of("transform_type", transform_type, ("affine",))
    one_of("sampler_type", sampler_type, ("bilinear",))
    return _sample(data, _affine(loc, target_shape))


def _weights(size, new, align, dtype):
    """(new, size): how much of each old place every new one takes."""
    if align:
        at = onp.arange(new, dtype="float64") * ((size - 1) / (new - 1) if new > 1 else 0)
    else:
        at = ((onp.arange(new) + 0.5) * (size / new if new > 1 else 0) - 0.5).clip(0)  # one line is the first, as in MXNet
    return jnp.asarray(onp.maximum(1 - abs(at.clip(0, size - 1)[:, None] - onp.arange(size)), 0), dtype)


def _new_size(size, mode, wanted, scale, like):
    if mode == "like":
        return like
    if mode == "size":
        return int(scale * size) if scale is not None else wanted
    if mode == "odd_scale":
        return int(size * scale) if size % 2 == 0 else int((size - 1) * scale) + 1
    odd = size % 2
    return {"to_even_down": size - odd, "to_even_up": size + odd, "to_odd_down": size - (1 - odd), "to_odd_up": size + (1 - odd)}[mode]


_MODES = ("size", "odd_scale", "like", "to_even_down", "to_even_up", "to_odd_down", "to_odd_up")


@op("nd.contrib.BilinearResize2D", arrays=("like",), samples={"args": [
    ((some(1, 2, 3, 4),), {"height": 5, "width": 3}), ((some(1, 2, 3, 4),), {"height": 2, "width": 6, "align_corners": False})]})
def bilinear_resize(data, like=None, height=1, width=1, scale_height=None, scale_width=None, mode="size", align_corners=True):
    """Images in another size, by bilinear interpolation.

    Args:
        data: (N, C, H, W), floating.  like: an array whose last two dimensions are the new size, for mode "like".
        height, width: the new size.  scale_height, scale_width: or factors, which count instead, rounded down.
        mode: "size"; "odd_scale": (size - 1) * scale + 1 for odd sizes; "like"; "to_even_down", "to_even_up", "to_odd_down",
            "to_odd_up": the nearest even or odd size, not above or not below.
        align_corners: the middles of the corner pixels stay where they are; else the corners of the image.
    Raises: MXNetError if a parameter does not fit.
    """
    _images(data)
    one_of("mode", mode, _MODES)
    if (mode == "like") != (like is not None):
        raise MXNetError("mode 'like' and the array `like` belong together")
    if mode == "odd_scale":
        required(scale_height=scale_height, scale_width=scale_width)
    new = [_new_size(size, mode, wanted, scale, like.shape[k] if like is not None else None) for k, size, wanted, scale in (
        (-2, data.shape[2], height, scale_height), (-1, data.shape[3], width, scale_width))]
    if min(new) < 1:
        raise MXNetError(f"the new size must be positive, got {tuple(new)}")
    rows, columns = (_weights(size, n, align_corners, data.dtype) for size, n in zip(data.shape[2:], new, strict=True))
    return jnp.einsum("pq,ncqw->ncpw", rows, jnp.einsum("nchw,qw->nchq", data, columns))


@op("nd.Crop", samples={"args": [((some(1, 2, 4, 5),), {"h_w": (2, 3), "offset": (1, 1)}),
                                 ((some(1, 2, 4, 5), some(1, 1, 2, 2)), {"center_crop": True})]})
def crop(*data, num_args=None, offset=(0, 0), h_w=(0, 0), center_crop=False):
    """A rectangle of images (N, C, H, W): of size h_w, or of a second array's height and width.

    offset: (y, x) of its first pixel; center_crop: take the middle instead.
    Raises: MXNetError unless 1 or 2 arrays are given and the rectangle lies in the images.
    """
    if not 1 <= len(data) <= 2 or num_args not in (None, len(data)):
        raise MXNetError(f"num_args={num_args}, but {len(data)} arrays were given; 1 or 2 are taken")
    for x in data:
        if x.ndim != 4:
            raise MXNetError(f"images (N, C, H, W) are needed, got shape {x.shape}")
    size = data[1].shape[2:] if len(data) == 2 else h_w
    room = [n - s for n, s in zip(data[0].shape[2:], size, strict=True)]
    y, x = [r // 2 for r in room] if center_crop else offset
    if min(size) < 1 or y < 0 or x < 0 or y > room[0] or x > room[1]:
        raise MXNetError(f"a rectangle of {tuple(size)} at {(y, x)} does not lie in images of {data[0].shape[2:]}")
    return data[0][:, :, y:y + size[0], x:x + size[1]]


