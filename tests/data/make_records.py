"""Files that real MXNet wrote, and what it reads from images: `python tests/data/make_records.py`, with MXNet 1.9.1 and the package
opencv-python-headless, which its pack_img needs. Writes tests/data/records/*.rec, *.idx and *.jpg, and tests/data/images.json."""
import base64
import json
import os
import random
import struct
import zlib

import numpy as onp

try:
    import cv2
    import mxnet as mx
    from mxnet import recordio
except ImportError:  # the tests import the cases
    cv2 = mx = recordio = None


HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, "records")
MAGIC = struct.pack("<I", 0xced7230a)
PLAIN = [b"", b"a", b"abcd", MAGIC, b"ab" + MAGIC, b"abcd" + MAGIC + b"xyz", MAGIC * 3, b"x" * 100, MAGIC + b"q"]


def picture(rs, h, w):
    return cv2.GaussianBlur(rs.randint(0, 256, (h, w, 3)).astype("uint8"), (3, 3), 0)


def files():
    plain = recordio.MXRecordIO(os.path.join(FOLDER, "plain.rec"), "w")
    for record in PLAIN:
        plain.write(record)
    plain.close()
    rs = onp.random.RandomState(0)
    images = recordio.MXIndexedRecordIO(*(os.path.join(FOLDER, f"images.{end}") for end in ("idx", "rec")), "w")
    for i in range(5):
        images.write_idx(i, recordio.pack_img((0, i * 10, i, 0), picture(rs, 12 + i, 16), quality=9, img_fmt=".png"))
    images.close()
    objects = recordio.MXIndexedRecordIO(*(os.path.join(FOLDER, f"objects.{end}") for end in ("idx", "rec")), "w")
    for i in range(5):
        label = [2, 5] + sum([[k, 0.1 * k + 0.1, 0.2, 0.5 + 0.1 * k, 0.8] for k in range(i % 3 + 1)], [])
        objects.write_idx(i, recordio.pack_img((0, label, i, 0), picture(rs, 24, 32), quality=9, img_fmt=".png"))
    objects.close()
    cv2.imwrite(os.path.join(FOLDER, "photo.jpg"), cv2.GaussianBlur(picture(rs, 37, 53), (5, 5), 0))


# name -> code; x is the first image of images.rec (12 by 16), f the same in float32, o the label of an image with three objects
CASES = {
    **{f"imresize {w} {h} {i}": f"im.imresize(x, {w}, {h}, interp={i})" for i in range(5) for w, h in ((9, 7), (23, 17), (9, 17))},
    **{f"imresize float {i}": f"im.imresize(f, 9, 7, interp={i})" for i in range(5)},
    **{f"border {t}": f"im.copyMakeBorder(x, 2, 1, 3, 4, type={t}, values=(7, 8, 9))" for t in (0, 1, 2, 3, 4, 16)},
    "border value": "im.copyMakeBorder(x, 1, 0, 0, 0, value=5)",
    "resize_short": "im.resize_short(x, 9)", "resize_short 9": "im.resize_short(x, 20, interp=9)",
    "fixed_crop": "im.fixed_crop(x, 1, 2, 5, 4)", "fixed_crop size": "im.fixed_crop(x, 1, 2, 5, 4, (8, 8))",
    "random_crop": "im.random_crop(x, (5, 6))[0]", "random_crop large": "im.random_crop(x, (20, 20))[0]",
    "random_crop place": "nd.array(im.random_crop(x, (5, 6))[1])", "center_crop": "im.center_crop(x, (5, 6))[0]",
    "random_size_crop": "im.random_size_crop(x, (8, 8), 0.2, (0.7, 1.4))[0]",
    "random_size_crop place": "nd.array(im.random_size_crop(x, (8, 8), (0.2, 0.9), (0.7, 1.4))[1])",
    "color_normalize": "im.color_normalize(f, nd.array([1, 2, 3]), nd.array([4, 5, 6]))",
    "imrotate": "im.imrotate(f.transpose((2, 0, 1)), 30)", "imrotate in": "im.imrotate(f.transpose((2, 0, 1)), 30, zoom_in=True)",
    "imrotate out": "im.imrotate(f.transpose((2, 0, 1)), -50, zoom_out=True)",
    "imrotate batch": "im.imrotate(nd.stack(f, f).transpose((0, 3, 1, 2)), nd.array([10, 20]))",
    "random_rotate": "im.random_rotate(f.transpose((2, 0, 1)), (-30, 30))",
    **{f"augment {k}": f"apply(im.CreateAugmenter((3, 8, 8), {v}), x)" for k, v in {
        "default": "", "resize": "resize=10", "crop": "rand_crop=True", "sized": "rand_crop=True, rand_resize=True",
        "mirror": "rand_mirror=True", "mean": "mean=True, std=True", "colour": "brightness=0.5, contrast=0.5, saturation=0.5",
        "hue": "hue=0.5", "noise": "pca_noise=0.1", "gray": "rand_gray=0.6", "method": "inter_method=10, resize=9",
        "all": "resize=10, rand_crop=True, rand_mirror=True, brightness=0.1, contrast=0.2, saturation=0.3, hue=0.1, pca_noise=0.05, "
               "rand_gray=0.2, mean=True, std=True"}.items()},
    **{f"detect {k}": f"both(im.CreateDetAugmenter((3, 8, 8), {v}), x, o)" for k, v in {
        "default": "", "crop": "rand_crop=1, min_object_covered=0.5", "crops": "rand_crop=0.8, min_object_covered=[0.1, 0.3, 0.9]",
        "pad": "rand_pad=1", "mirror": "rand_mirror=True", "all": "rand_crop=0.7, rand_pad=0.7, rand_mirror=True, brightness=0.1, "
        "mean=True, resize=14", "attempts": "rand_crop=1, min_object_covered=0.95, max_attempts=200"}.items()},
    "iter": "batches(im.ImageIter(2, (3, 8, 8), path_imgrec=IMAGES, path_imgidx=INDEX, shuffle=True, rand_crop=True, rand_mirror=True))",
    "iter roll_over": "batches(im.ImageIter(2, (3, 8, 8), path_imgrec=IMAGES, path_imgidx=INDEX, last_batch_handle='roll_over'))",
    "iter discard": "batches(im.ImageIter(2, (3, 8, 8), path_imgrec=IMAGES, last_batch_handle='discard'))",
    "iter parts": "batches(im.ImageIter(2, (3, 8, 8), path_imgrec=IMAGES, path_imgidx=INDEX, num_parts=2, part_index=1))",
    "detiter": "batches(im.ImageDetIter(2, (3, 8, 8), path_imgrec=OBJECTS, path_imgidx=OBJECTS[:-3] + 'idx', shuffle=True, rand_crop=1, "
               "min_object_covered=0.95, max_attempts=200, rand_mirror=True))",
    **{f"records {k}": f"batches(mx.io.ImageRecordIter(path_imgrec=IMAGES, data_shape=(3, 8, 8), batch_size=2, verbose=False, {v}))"
       for k, v in {"default": "", "mean": "mean_r=10, mean_g=20, mean_b=30, std_r=2, std_g=3, std_b=4, scale=0.5", "resize": "resize=10",
                    "mirror": "mirror=True", "pad": "pad=2, fill_value=7", "bytes": "dtype='uint8'", "method": "inter_method=9, resize=20",
                    "scaled": "max_random_scale=0.8, min_random_scale=0.8"}.items()},
    "records gray": "batches(mx.io.ImageRecordIter(path_imgrec=IMAGES, data_shape=(1, 8, 8), batch_size=2, verbose=False))",
    "records objects": "batches(mx.io.ImageDetRecordIter(path_imgrec=OBJECTS, data_shape=(3, 8, 8), batch_size=2, verbose=False))",
    "jpeg": "im.imread(PHOTO)", "jpeg gray": "im.imread(PHOTO, 0)", "jpeg bgr": "im.imread(PHOTO, to_rgb=False)",
}


def apply(augmenters, image):
    for augmenter in augmenters:
        image = augmenter(image)
    return image


def both(augmenters, image, label):
    found = []
    for _ in range(3):
        x, o = image.copy(), label.copy()
        for augmenter in augmenters:
            x, o = augmenter(x, o)
        found += [x, o]
    return found


def batches(iterator, epochs=2):
    found = []
    for _ in range(epochs):
        for batch in iterator:
            found += [batch.data[0].asnumpy(), batch.label[0].asnumpy(), onp.array([batch.pad])]  # MXNet uses their memory again
        iterator.reset()
    return found


def measure(mx, record, code):
    """The results of a case, as NumPy arrays; `mx` is MXNet or what stands for it, `record` its first image's bytes."""
    x = mx.image.imdecode(mx.recordio.unpack(record)[1])
    names = {"mx": mx, "im": mx.image, "nd": mx.nd, "x": x, "f": x.astype("float32"), "apply": apply, "both": both, "batches": batches,
             "o": onp.array([[0, 0.1, 0.2, 0.5, 0.8], [1, 0.3, 0.1, 0.9, 0.6], [2, 0.55, 0.6, 0.8, 0.95]], "float32"),
             **{k: os.path.join(FOLDER, v) for k, v in {"IMAGES": "images.rec", "INDEX": "images.idx", "OBJECTS": "objects.rec",
                                                        "PHOTO": "photo.jpg"}.items()}}
    random.seed(1)
    onp.random.seed(1)
    found = eval(code, names)
    return [a.asnumpy() if hasattr(a, "asnumpy") else a for a in (found if isinstance(found, list) else [found])]


def packed(array):
    array = onp.ascontiguousarray(array)
    return [list(array.shape), array.dtype.name, base64.b64encode(zlib.compress(array.tobytes(), 9)).decode()]


def unpacked(shape, dtype, data):
    return onp.frombuffer(zlib.decompress(base64.b64decode(data)), dtype).reshape(shape)


if __name__ == "__main__":
    files()
    first = recordio.MXRecordIO(os.path.join(FOLDER, "images.rec"), "r").read()
    found = {name: [packed(a) for a in measure(mx, first, code)] for name, code in CASES.items()}
    with open(os.path.join(HERE, "images.json"), "w") as f:
        json.dump(found, f, indent=0)
        f.write("\n")
