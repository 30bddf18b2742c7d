"""Random crops: the places MXNet 2.0.0b1 took with the same seeds; and counts of npx.random.multinomial."""
import numpy as onp
import pytest

import mxshim as mx
from mxshim import nd, np, npx

IMAGE = onp.zeros((80, 100, 3), "float32")
IMAGE[..., 0], IMAGE[..., 1] = onp.arange(100), onp.arange(80)[:, None]

# seed: (x, y) of a crop 20 by 30, and of the next one with ranges
CROPS = {0: ((43, 29), (44, 46)), 1: ((41, 2), (17, 39)), 4: ((26, 20), (51, 25))}
# (seed, options): (x, y, width, height)
RESIZED = [
    (0, {}, (21, 10, 70, 67)),
    (5, {"area": (0.5, 0.9), "ratio": (1, 1)}, (4, 0, 80, 80)),
    (1, {"area": (0.3, 0.9), "ratio": (0.2, 5)}, (7, 24, 59, 44)),  # the second rectangle that was tried
    (1, {"area": (0.3, 0.9), "ratio": (0.2, 5), "max_trial": 1}, (0, 0, 2, 2)),
]


@pytest.mark.parametrize("seed", CROPS)
def test_places_of_crops(seed):
    image = np.array(IMAGE)
    mx.random.seed(seed)
    first = npx.image.random_crop(image, width=20, height=30)
    second = npx.image.random_crop(image, (0.2, 0.7), (0.5, 1), 20, 30)
    for found, (x, y) in zip((first, second), CROPS[seed], strict=True):
        assert (found.asnumpy() == IMAGE[y:y + 30, x:x + 20]).all()


@pytest.mark.parametrize("seed, options, box", RESIZED)
def test_places_of_resized_crops(seed, options, box):
    mx.random.seed(seed)
    found = npx.image.random_resized_crop(np.array(IMAGE), width=2, height=2, **options).asnumpy()
    (left, upper, _), (right, lower, _) = found[0, 0], found[1, 1]
    w, h = 2 * (right - left), 2 * (lower - upper)
    assert (left - w / 4 + 0.5, upper - h / 4 + 0.5, w, h) == pytest.approx(box, abs=1e-4)


def test_what_crops_take():
    batch = nd.array(onp.stack([IMAGE, IMAGE + 1])).astype("uint8")
    mx.random.seed(0)
    found = nd.image.random_crop(batch, width=20, height=30)
    assert found.dtype == onp.uint8 and found.shape == (2, 30, 20, 3) and (found[1] - found[0] == 1).asnumpy().all()
    large = npx.image.random_crop(np.array(IMAGE[:4, :8]), width=10, height=4)
    onp.testing.assert_allclose(large[0, :4, 0].asnumpy(), [0, 0.7, 1.5, 2.3], rtol=1e-6)
    for call, words in [(lambda: npx.image.random_crop(np.array(IMAGE), width=3), "`height` is required"),
                        (lambda: npx.image.random_crop(np.array(IMAGE), (0.8, 0.3), width=3, height=3), "smaller one first"),
                        (lambda: npx.image.random_crop(np.array(IMAGE), (0, 2), width=3, height=3), "must lie in"),
                        (lambda: npx.image.random_resized_crop(np.array(IMAGE), 3, 3, ratio=(0, 1)), "must be positive"),
                        (lambda: npx.image.random_crop(np.ones((3, 3)), width=3, height=3), "batch of them")]:
        with pytest.raises(mx.MXNetError, match=words):
            call()


def test_multinomial():
    n, p = np.array([10.0, 0.0]), np.array([[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]])
    mx.random.seed(3)
    found = npx.random.multinomial(n, p, shape=(400,)).asnumpy()
    assert found.shape == (2, 400, 3) and found.dtype == "float32"
    assert (found[0].sum(-1) == 10).all() and (found[1] == 0).all()
    onp.testing.assert_allclose(found[0].mean(0), [2, 3, 5], atol=0.4)  # five deviations
    mx.random.seed(3)
    assert (npx.random.multinomial(n, p, shape=(400,)).asnumpy() == found).all()
    with pytest.raises(mx.MXNetError, match="one floating dtype"):
        npx.random.multinomial(n[:1], p)
