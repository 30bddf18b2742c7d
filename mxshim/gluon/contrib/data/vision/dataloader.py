"""DataLoaders over images and their augmentation in one (MXNet: mxnet.gluon.contrib.data.vision.dataloader of 2.0.0b1)."""
from __future__ import annotations

import numpy as onp

from .....image.functions import new_array, pixels_of
from ....block import Block
from ....data.batchify import Group, Pad, Stack
from ....data.dataloader import DataLoader
from ....data.vision import transforms
from ....data.vision.datasets import ImageListDataset, ImageRecordDataset
from ....nn import HybridSequential, Sequential
from .transforms import bbox

__all__ = ["ImageBboxDataLoader", "ImageDataLoader", "create_bbox_augment", "create_image_augment"]
MEAN, STD = [123.68, 116.28, 103.53], [58.395, 57.12, 57.375]  # of ImageNet's colours


def _method(inter_method):
    return onp.random.randint(0, 5) if inter_method == 10 else inter_method


def _finish(augmenter, brightness, contrast, saturation, hue, pca_noise, rand_gray, mean, std, dtype):
    """Add what both kinds of images get: colours, ToTensor, Normalize, Cast."""
    if brightness or contrast or saturation or hue:
        augmenter.add(transforms.RandomColorJitter(brightness, contrast, saturation, hue))
    if pca_noise > 0:
        augmenter.add(transforms.RandomLighting(pca_noise))
    if rand_gray > 0:
        augmenter.add(transforms.RandomGray(rand_gray))
    mean, std = MEAN if mean is True else mean, STD if std is True else std
    for name, value in (("mean", mean), ("std", std)):
        if value is not None and not isinstance(value, tuple | list):
            raise AssertionError(f"{name} must be True, or a tuple or list of numbers, got {value!r}")
    augmenter.add(transforms.ToTensor())
    if mean is not None or std is not None:
        augmenter.add(transforms.Normalize(0 if mean is None else mean, 1 if std is None else std))
    augmenter.add(transforms.Cast(dtype))
    return augmenter


def create_image_augment(data_shape, resize=0, rand_crop=False, rand_resize=False, rand_mirror=False, mean=None, std=None, brightness=0,
                         contrast=0, saturation=0, hue=0, pca_noise=0, rand_gray=0, inter_method=2, dtype="float32"):
    """A HybridSequential of transforms that make images of data_shape (channels, height, width).

    The arguments are those of mx.image.CreateAugmenter; mean and std are for images in 0..1, after ToTensor.
    """
    interp, size = _method(inter_method), (data_shape[2], data_shape[1])
    augmenter = HybridSequential()
    if resize > 0:
        augmenter.add(transforms.Resize(resize, interpolation=interp))
    if rand_resize and not rand_crop:
        raise AssertionError("create_image_augment: rand_resize=True needs rand_crop=True")
    cut = transforms.RandomResizedCrop if rand_resize else transforms.RandomCrop if rand_crop else transforms.CenterCrop
    augmenter.add(cut(size, interpolation=interp))
    if rand_mirror:
        augmenter.add(transforms.RandomFlipLeftRight(0.5))
    augmenter.add(transforms.Cast())
    return _finish(augmenter, brightness, contrast, saturation, hue, pca_noise, rand_gray, mean, std, dtype)


class _Both(Sequential):
    """Transforms of image and boxes one after the other, in nd programs too, where a Sequential takes a pair for one input."""

    def forward(self, img, boxes):
        for transform in self:
            img, boxes = transform(img, boxes)
        return img, boxes


class _First(Block):
    """A transform of the image that leaves its boxes as they are."""

    def __init__(self, transform):
        super().__init__()
        self.transform = transform

    def forward(self, img, boxes):
        return self.transform(img), boxes


def create_bbox_augment(data_shape, rand_crop=0, rand_pad=0, rand_gray=0, rand_mirror=False, mean=None, std=None, brightness=0, contrast=0,
                        saturation=0, pca_noise=0, hue=0, inter_method=2, max_aspect_ratio=2, area_range=(0.3, 3.0), max_attempts=50,
                        pad_val=(127, 127, 127), dtype="float32"):
    """A Block of transforms that make images of data_shape (channels, height, width) with their boxes in pixels.

    rand_crop, rand_pad: probabilities of a cut, which max_aspect_ratio, area_range and max_attempts are for, and of a larger image filled
    with pad_val.  The other arguments: see create_image_augment.
    """
    augmenter = _Both()
    if rand_crop > 0:
        augmenter.add(bbox.ImageBboxRandomCropWithConstraints(p=rand_crop, min_scale=area_range[0], max_scale=1.0,
                                                              max_aspect_ratio=max_aspect_ratio, max_trial=max_attempts))
    if rand_mirror:
        augmenter.add(bbox.ImageBboxRandomFlipLeftRight(0.5))
    if rand_pad > 0:
        augmenter.add(bbox.ImageBboxRandomExpand(p=rand_pad, max_ratio=area_range[1], fill=pad_val))
    augmenter.add(bbox.ImageBboxResize(data_shape[2], data_shape[1], interp=_method(inter_method)))
    colours = _finish(HybridSequential(), brightness, contrast, saturation, hue, pca_noise, rand_gray, mean, std, dtype)
    augmenter.add(_First(colours))
    return augmenter


def _dataset(what, path_imgrec, path_imglist, path_root, imglist, num_parts, part_index):
    if path_imgrec:
        found = ImageRecordDataset(path_imgrec)
    elif path_imglist or isinstance(imglist, list):
        found = ImageListDataset(path_root, path_imglist or imglist)
    else:
        raise AssertionError(f"{what}: give path_imgrec=, path_imglist= or imglist=[...]")
    return found.shard(num_parts, part_index) if num_parts > 1 else found


def _augmenter(aug_list, usual, chain):
    if aug_list is None:
        return usual()
    if isinstance(aug_list, Block):
        return aug_list
    if not isinstance(aug_list, list):
        raise ValueError(f"aug_list must be a Block or a list of them, got {type(aug_list).__name__}")
    found = chain()
    found.add(*aug_list)
    return found


class _Loader:
    """A DataLoader, as `_iter`."""

    _iter: DataLoader

    def __iter__(self):
        return iter(self._iter)

    def __len__(self):
        return len(self._iter)


class ImageDataLoader(_Loader):
    """Batches of images and labels from a RecordIO file with its index, or a list of images.

    Args:
        batch_size, data_shape: how many images, and (channels, height, width).
        path_imgrec, path_imglist, path_root, imglist: the source; see mx.image.ImageIter.  num_parts, part_index: one of so many parts.
        aug_list: a Block or a list of them; default create_image_augment(data_shape, **kwargs).
        shuffle to try_nopython: see DataLoader.
    """

    def __init__(self, batch_size, data_shape, path_imgrec=None, path_imglist=None, path_root=".", part_index=0, num_parts=1, aug_list=None,
                 imglist=None, dtype="float32", shuffle=False, sampler=None, last_batch=None, batch_sampler=None, batchify_fn=None,
                 num_workers=0, pin_memory=False, pin_device_id=0, prefetch=None, thread_pool=False, timeout=120, try_nopython=None,
                 **kwargs):
        dataset = _dataset("ImageDataLoader", path_imgrec, path_imglist, path_root, imglist, num_parts, part_index)
        augmenter = _augmenter(aug_list, lambda: create_image_augment(data_shape, **kwargs), Sequential)
        self._iter = DataLoader(dataset.transform_first(augmenter), batch_size, shuffle, sampler, last_batch, batch_sampler, batchify_fn,
                                num_workers, pin_memory, pin_device_id, prefetch, thread_pool, timeout, try_nopython=try_nopython)


class BboxLabelTransform(Block):
    """Labels as RecordIO files have them, [width of the header, width of an object, ..., objects], as boxes (n, 5 or more): left, top,
    right, bottom, class. coord_normalized: whether they come in fractions of the image; they leave in pixels.

    Raises: ValueError for a label of another form."""

    def __init__(self, coord_normalized=True):
        super().__init__()
        self._normalized = coord_normalized

    def forward(self, img, label):
        numbers = onp.array(pixels_of(label), "float32").ravel()
        head, width = (int(n) for n in numbers[:2]) if numbers.size > 1 else (2, 0)
        if width < 5 or numbers.size < head + 5 or (numbers.size - head) % width:
            raise ValueError(f"a label needs a header of 2 or more numbers and objects of 5 or more, got {numbers.size} numbers, a header "
                             f"of {head} and objects of {width}")
        objects = numbers[head:].reshape(-1, width)
        objects[:, :5] = objects[:, [1, 2, 3, 4, 0]]
        if self._normalized:
            objects[:, [0, 2]] *= img.shape[1]
            objects[:, [1, 3]] *= img.shape[0]
        return img, new_array(objects)


class ImageBboxDataLoader(_Loader):
    """Batches of images and their boxes, float32 (N, most boxes, 5 or more), rows of -1 fill up; sources as ImageDataLoader has them.

    coord_normalized: whether the boxes of the file are in fractions of the image; batches have them in pixels.
    aug_list: Blocks of image and boxes; default create_bbox_augment(data_shape, **kwargs).
    """

    def __init__(self, batch_size, data_shape, path_imgrec=None, path_imglist=None, path_root=".", part_index=0, num_parts=1, aug_list=None,
                 imglist=None, coord_normalized=True, dtype="float32", shuffle=False, sampler=None, last_batch=None, batch_sampler=None,
                 batchify_fn=None, num_workers=0, pin_memory=False, pin_device_id=0, prefetch=None, thread_pool=False, timeout=120,
                 try_nopython=None, **kwargs):
        dataset = _dataset("ImageBboxDataLoader", path_imgrec, path_imglist, path_root, imglist, num_parts, part_index)
        both = _Both()
        both.add(BboxLabelTransform(coord_normalized), _augmenter(aug_list, lambda: create_bbox_augment(data_shape, **kwargs), _Both))
        self._iter = DataLoader(dataset.transform(both), batch_size, shuffle, sampler, last_batch, batch_sampler,
                                batchify_fn or Group(Stack(), Pad(val=-1)), num_workers, pin_memory, pin_device_id, prefetch, thread_pool,
                                timeout, try_nopython=try_nopython)
