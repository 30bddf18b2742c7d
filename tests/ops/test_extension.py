"""npx and its counterparts in nd against MXNet's recorded answers, values and gradients; what wrong calls raise."""
from __future__ import annotations

import json
from functools import partial

import jax
import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, nd, np, npx
from mxshim.ops import boxes, roi
from tests.data.extension_expressions import SETUP
from tests.support.families import DATA, check

# Each expression is a program of its own, from one line.
pytestmark = pytest.mark.filterwarnings("ignore:.*different programs were compiled")

# expression -> why the answer is deliberately another
DIFFERENT: dict[str, str] = {
    "both(lambda x, s: list(npx.foreach(lambda d, s: (d * s, d * 2 + s * s), x, s)), some(3, 2), some(2))":
        "the gradient of 2.0.0b1 is wrong where it flows through the states of several turns; 1.9.1's is ours",
    "nd.contrib.MultiBoxTarget(anchors, labels, some(2, 4, 5), overlap_threshold=-1, negative_mining_ratio=3, negative_mining_thresh=.2)":
        "the threshold is a run-time number, and mining without it makes sense",
    "nd.image.normalize(some(3, 2, 2))":
        "MXNet's own defaults, four equal numbers, fit no image it takes; equal numbers are one number for all channels",
}


def measured():
    for dialect in ("nd", "np"):
        for family, code, want in json.loads((DATA / f"extension_{dialect}.json").read_text()):
            if want != {"crashes": True}:
                yield pytest.param(dialect, code, want, id=f"{family}-{dialect}-{code}")


@pytest.mark.parametrize(("dialect", "code", "want"), list(measured()))
def test_measured(dialect, code, want):
    scope = {"nd": nd, "np": np, "npx": npx, "F": np if dialect == "np" else nd, "autograd": autograd, "seed": mx.random.seed}
    if dialect == "np":
        npx.set_np()
    try:
        check(code, want, scope, DIFFERENT, SETUP)
    finally:
        npx.reset_np()


def test_different_answers_are_measured():
    assert not DIFFERENT.keys() - {p.values[1] for p in measured()}


def test_bins_of_roi_pooling():
    """Edges of bins that are whole numbers stay whole: 12 rows in 7 bins of 12 / 7."""
    x = onp.arange(32 * 32, dtype="float32").reshape(1, 1, 32, 32)
    sizes = onp.arange(1, 27)
    rois = onp.array([[0, 0, 0, n - 1, n - 1] for n in sizes], "float32")
    found = npx.roi_pooling(np.array(x), np.array(rois), pooled_size=(7, 7), spatial_scale=1.0).asnumpy()
    ends = -(-onp.arange(1, 8) * sizes[:, None] // 7) - 1  # the last place of every bin
    onp.testing.assert_array_equal(found[:, 0], 32 * ends[:, :, None] + ends[:, None, :])


def pooled_by_hand(x, rois, bins):
    """(values, for each the number of the chosen element of x or -1), pixel by pixel."""
    values, chosen = (onp.full((len(rois), x.shape[1], bins, bins), v) for v in (0.0, -1))
    for r, (example, x1, y1, x2, y2) in enumerate(rois.astype(int)):
        for place in onp.ndindex(x.shape[1], bins, bins) if 0 <= example < len(x) else ():
            channel, *at = place
            spans = [range(max(lo + k * n // bins, 0), min(lo - (-(k + 1) * n // bins), size)) for k, lo, n, size in
                     zip(at, (y1, x1), (y2 - y1 + 1, x2 - x1 + 1), x.shape[2:], strict=True)]
            for y in spans[0]:
                for z in spans[1]:
                    if chosen[r][place] < 0 or x[example, channel, y, z] > values[r][place]:
                        values[r][place] = x[example, channel, y, z]
                        chosen[r][place] = onp.ravel_multi_index((example, channel, y, z), x.shape)
    return values, chosen


def test_roi_pooling_by_hand():
    """Bins of many sizes, equal maxima, empty bins, no such example; and the gradient, which sums where rectangles overlap."""
    rng = onp.random.default_rng(3)
    x = rng.integers(-3, 3, (3, 2, 9, 7)).astype("float32")
    low = rng.integers(-3, 6, (40, 2))
    rois = onp.hstack([rng.integers(-1, 4, (40, 1)), low, low + rng.integers(0, 9, (40, 2))]).astype("float32")
    values, chosen = pooled_by_hand(x, rois, 4)
    head = rng.normal(size=values.shape).astype("float32")
    want = onp.zeros(x.size)
    onp.add.at(want, chosen[chosen >= 0].astype(int), head[chosen >= 0])
    a = np.array(x)
    a.attach_grad()
    with autograd.record():
        y = npx.roi_pooling(a, np.array(rois), pooled_size=(4, 4), spatial_scale=1.0)
    y.backward(np.array(head))
    onp.testing.assert_array_equal(y, values)
    onp.testing.assert_allclose(a.grad, want.reshape(x.shape), rtol=1e-5, atol=1e-5)
    assert npx.roi_pooling(np.zeros((0, 2, 9, 7)), np.array(rois), pooled_size=(4, 4), spatial_scale=1.0).shape == (40, 2, 4, 4)
    with jax.enable_x64(True), pytest.MonkeyPatch.context() as patch:  # all rectangles at once, as elsewhere
        patch.setattr(roi, "on_cpu", lambda ours, native, *arrays: native(*arrays))
        onp.testing.assert_array_equal(jax.jit(lambda x: roi.roi_pooling(x, rois, (4, 4), 1.0))(x), values)


@pytest.mark.parametrize("samples", [2, -1])
def test_roi_align_of_many_sizes(samples):
    """Pixel by pixel, as on CPU, and by products of matrices, as elsewhere; both gradients."""
    rng = onp.random.default_rng(5)
    x = rng.normal(size=(3, 80, 15, 14)).astype("float32")
    low = rng.uniform(-3, 12, (40, 2))
    rois = onp.hstack([rng.integers(-1, 4, (40, 1)), low, low + rng.uniform(-1, 9, (40, 2))]).astype("float32")

    def gradients(x):
        def first(x):
            y, pull = jax.vjp(lambda x: roi.roi_align(x, rois, (3, 4), 1.0, samples), x)
            return y, pull(y ** 2)[0]

        return *first(x), jax.grad(lambda x: (first(x)[1] ** 2).sum())(x)

    with jax.enable_x64(True):
        found = jax.jit(gradients)(x)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(roi, "_averaged", roi._by_matrices)
            want = jax.jit(lambda x: gradients(x))(x)
    for got, w in zip(found, want, strict=True):
        assert abs(w).max() > 0.5
        onp.testing.assert_allclose(got, w, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("classes", [None, 2])
def test_suppression(classes):
    """Box by box, as on CPU, and block by block, as elsewhere, against the definition; some boxes take no part."""
    rng = onp.random.default_rng(4)
    low = rng.uniform(0, 5, (600, 2))
    corner = onp.hstack([low, low + rng.uniform(0.2, 3, (600, 2))]).astype("float32")
    group = None if classes is None else rng.integers(0, classes, 600).astype("float32")
    alive = rng.random(600) < 0.9
    with jax.enable_x64(True):
        found = onp.asarray(boxes.overlaps(corner, corner)) > 0.3
        for way in (boxes._box_by_box, boxes._block_by_block):
            given = (alive, corner) if group is None else (alive, corner, group)
            got = jax.jit(partial(way, jax.numpy.greater))(onp.float32(0.3), *given)
            want = alive.copy()
            for i in range(600):
                same = True if group is None else group == group[i]
                if want[i]:
                    want[i + 1:] &= ~(found[i] & same)[i + 1:]
            assert 10 < want.sum() < 500
            onp.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("states, body, want", [
    (0, lambda s: (s,), ([0, 0, 0], [0])), (0, lambda s: [s], ([0, 0, 0], [0])), ([0], lambda s: s[0], ([[0], [0], [0]], 0)),
    ((0, (0,)), lambda s: s, (3 * [[0, [0]]], [0, [0]])),
], ids=["tuple", "list", "one of a list", "nested"])
def test_foreach_gives_its_body_states_nested_as_the_first(states, body, want):
    def arrays(nesting):
        return type(nesting)(map(arrays, nesting)) if isinstance(nesting, list | tuple) else np.zeros(2)

    def nesting(given):
        return type(given)(map(nesting, given)) if isinstance(given, list | tuple) else 0

    seen = []

    def turn(element, given):
        seen.append(nesting(given))
        return element, body(given)

    _, last = npx.foreach(turn, np.ones((3, 2)), arrays(states))
    assert (seen, nesting(last)) == want
