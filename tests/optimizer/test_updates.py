"""Every optimizer, over 50 steps with every option: the weights that the real MXNet got (tests/data/measure_optimizers.py)."""
from __future__ import annotations

import contextlib
import importlib.util
import io
import json
from pathlib import Path

import numpy as onp
import pytest

import mxshim as mx
from mxshim import npx

DATA = Path(__file__).parent.parent / "data"
_spec = importlib.util.spec_from_file_location("measure_optimizers", DATA / "measure_optimizers.py")
measure = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(measure)

OFTEN = ("sgd", "adam", "adamw", "adagrad", "rmsprop", "nag")  # the others are marked as slow: together they take a minute
# What MXNet cannot do and we can: its answer is an error.
BROKEN = {("dcasgd", 1): "its state's truth value is ambiguous", ("signum", 1): "without momentum it knows no wd_lh"}
# Adam's quotient of tiny averages magnifies rounding where the clipped gradient hovers around its average.
ROUNDING = {"adabelief": 5e-4}


def tables():
    for generation in (1, 2):
        table = {}
        for name, arguments, kept in json.loads((DATA / f"optimizers_mx{generation}.json").read_text()):
            if isinstance(kept, str):
                assert (name, generation) in BROKEN
            else:
                table.setdefault(name, []).append((arguments, kept))
        for name, rows in table.items():
            marks = () if name in OFTEN else pytest.mark.slow
            yield pytest.param(generation, name, rows, id=f"mx{generation}-{name}", marks=marks)


@pytest.fixture(autouse=True)
def semantics():
    npx.reset_np()
    yield
    npx.reset_np()


@pytest.mark.filterwarnings("ignore:.*different programs were compiled", "ignore:16-bit weights")
@pytest.mark.parametrize("generation, name, rows", list(tables()))
def test_weights_of_50_steps(generation, name, rows):
    if generation == 2:
        npx.set_np()
    module = mx.np if generation == 2 else mx.nd
    mx.random.seed(0)
    with contextlib.redirect_stdout(io.StringIO()):  # learning rates of schedulers that are replaced
        found = [measure.run(mx, name, arguments, lambda v, dtype: module.array(v, dtype=dtype)) for arguments, _ in rows]
    for (arguments, kept), got in zip(rows, found, strict=True):
        half = arguments.get("multi_precision")
        rtol = 2e-3 if half else ROUNDING.get(name, 1e-4)
        for step, mine, real in zip(measure.KEPT, got, kept, strict=True):
            for a, b in zip(mine, real, strict=True):
                onp.testing.assert_allclose(a.ravel(), b, rtol, 2e-3 if half else 2e-5, err_msg=f"{arguments}, step {step}")


@pytest.mark.parametrize("keys", [(0, 1), ("a_weight", "a_bias")])
def test_lars_leaves_biases_alone_by_index_and_by_name(keys):
    """A store's updater knows weights by their names."""
    update = mx.optimizer.get_updater(mx.optimizer.LARS(learning_rate=0.1, param_idx2name={0: "a_weight", 1: "a_bias"}))
    weights = [mx.nd.ones(2), mx.nd.ones(2)]
    for key, weight in zip(keys, weights, strict=True):
        update(key, mx.nd.ones(2), weight)
    assert [round(float(w[0].asscalar()), 6) for w in weights] == [0.9999, 0.9]  # MX
