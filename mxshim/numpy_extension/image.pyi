# Written by `python -m mxshim.stubs`.
"""mx.npx.image."""
from mxshim.numpy import ndarray

def adjust_lighting(data, alpha=None, out=None) -> ndarray:
    """Colours of an image (H, W, C) moved along the principal components of natural images by alpha, three numbers."""
def crop(data, x=None, y=None, width=None, height=None, out=None) -> ndarray:
    """The rectangle of images (H, W, C) or (N, H, W, C) whose upper left corner is (x, y)."""
def flip_left_right(data, out=None) -> ndarray:
    """The image (H, W, C) mirrored left to right."""
def flip_top_bottom(data, out=None) -> ndarray:
    """The image (H, W, C) mirrored top to bottom."""
def normalize(data, mean=(0.0, 0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0, 1.0), out=None) -> ndarray:
    """(data - mean) / std for each channel."""
def random_brightness(data, min_factor=None, max_factor=None, *, out=None, name=None) -> ndarray:
    """The colours of an image (H, W, C) times a number from min_factor to max_factor."""
def random_color_jitter(data, brightness=None, contrast=None, saturation=None, hue=None, *, out=None, name=None) -> ndarray:
    """Brightness, contrast and saturation of an image (H, W, C) by factors from 1 - x to 1 + x, and the hue by -x to x of the circle, in a random order; what is 0 is left as it is."""
def random_contrast(data, min_factor=None, max_factor=None, *, out=None, name=None) -> ndarray:
    """The colours of an image (H, W, C) moved away from its mean gray by a factor from min_factor to max_factor."""
def random_crop(data, xrange=(0.0, 1.0), yrange=(0.0, 1.0), width=None, height=None, interp=1, *, out=None, name=None) -> ndarray:
    """A rectangle width by height of images (H, W, C) or (N, H, W, C), at one random place for all; where an image is smaller, all of it is taken and made larger."""
def random_flip_left_right(data, p=0.5, *, out=None, name=None) -> ndarray:
    """The image (H, W, C), mirrored left to right with probability p."""
def random_flip_top_bottom(data, p=0.5, *, out=None, name=None) -> ndarray:
    """The image (H, W, C), mirrored top to bottom with probability p."""
def random_hue(data, min_factor=None, max_factor=None, *, out=None, name=None) -> ndarray:
    """The colours of an image (H, W, C) turned by min_factor to max_factor of the colour circle."""
def random_lighting(data, alpha_std=0.05, *, out=None, name=None) -> ndarray:
    """The colours of an image (H, W, C) moved along the principal components of natural images (Krizhevsky et al., 2012) by normal numbers of standard deviation alpha_std."""
def random_resized_crop(data, width=None, height=None, area=(0.08, 1.0), ratio=(0.75, 1.3333333333333333), interp=1, max_trial=10, *, out=None, name=None) -> ndarray:
    """A random rectangle of images (H, W, C) or (N, H, W, C), one for all, made width by height."""
def random_saturation(data, min_factor=None, max_factor=None, *, out=None, name=None) -> ndarray:
    """The colours of an image (H, W, C) moved away from gray by a factor from min_factor to max_factor."""
def resize(data, size=(), keep_ratio=False, interp=1, out=None) -> ndarray:
    """Images (H, W, C) or (N, H, W, C) in another size."""
def to_tensor(data, out=None) -> ndarray:
    """Images (H, W, C) or (N, H, W, C) as float32 (C, H, W) or (N, C, H, W), divided by 255."""
