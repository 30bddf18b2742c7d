"""npx and its counterparts in nd against MXNet's recorded answers, values and gradients; what wrong calls raise."""
from __future__ import annotations

import json

import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, nd, np, npx
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
