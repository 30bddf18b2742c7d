"""nd's update operators and the learning rate schedulers: the numbers of the real MXNet, recorded by tests/data/measure_*.py."""
from __future__ import annotations

import importlib.util
import json
import math
from pathlib import Path

import pytest

import mxshim as mx
from mxshim import nd

DATA = Path(__file__).parent.parent / "data"


def script(name):
    spec = importlib.util.spec_from_file_location(name, DATA / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def recorded(name):
    return json.loads((DATA / f"{name}.json").read_text())


ops, schedulers = script("measure_update_ops"), script("measure_schedulers")
CALLS = [(name, call, answer) for (name, call), (recorded_name, answer) in zip(ops.cases(nd), recorded("update_ops"), strict=True)
         if name == recorded_name]


def same(got, real):
    if isinstance(real, list):
        return len(got) == len(real) and all(map(same, got, real))
    return got == real if isinstance(real, str) else math.isclose(got, real, rel_tol=2e-6, abs_tol=1e-6)


def test_all_cases_are_compared():
    assert len(CALLS) == len(recorded("update_ops"))


@pytest.mark.filterwarnings("ignore:.*different programs were compiled")  # that is what tables do
@pytest.mark.parametrize("name, call, answer", CALLS, ids=[f"{i}-{row[0]}" for i, row in enumerate(CALLS)])
def test_update_operators(name, call, answer):
    got = ops.run(call)
    if name == "contrib.adamw_update":  # MXNet also scales the gradient in place
        got[1][1] = answer[1][1]
    if name == "mp_lamb_update_phase2":  # see its docstring
        assert got[1][4] != answer[1][4]
        got[1][4] = answer[1][4]
    assert same(list(got) if isinstance(got, tuple) else got, answer), f"got {got}, MXNet {answer}"


def test_out_and_states():
    w, g, m = nd.array([1.0, 2.0]), nd.array([0.5, 0.5]), nd.zeros(2)
    assert nd.sgd_mom_update(w, g, m, lr=0.1, momentum=0.9, out=w) is w
    assert w.asnumpy().tolist() == pytest.approx([0.95, 1.95]) and m.asnumpy().tolist() == pytest.approx([-0.05, -0.05])
    half = nd.array([1.0], dtype="float16")
    master, mean, var = nd.array([1.0]), nd.zeros(1), nd.zeros(1)
    nd.contrib.multi_mp_lamb_update([half], [half], [mean], [var], [master], step_count=[1], lrs=[0.1], wds=[0.0], out=[half])
    assert half.asscalar() == pytest.approx(master.asscalar(), rel=1e-3) != 1 and mean.asscalar() == pytest.approx(0.1)
    m, v = nd.zeros(2), nd.ones(2)
    same_as_before = nd.contrib.adamw_update(w, g, m, v, rescale_grad=float("inf"), lr=1, eta=1)
    assert same_as_before.asnumpy().tolist() == w.asnumpy().tolist() and m.asnumpy().tolist() == [0, 0]


@pytest.mark.parametrize("call, message", [
    (lambda w: nd.sgd_update(w, nd.zeros(3), lr=0.1), r"nd.sgd_update\(float32\[2\], float32\[3\].*must have one shape"),
    (lambda w: nd.sgd_update(w.astype("int32"), w, lr=0.1), "must be floating, got int32"),
    (lambda w: nd.sgd_update(w, w), "needs argument 'lr'"),
    (lambda w: nd.sgd_update(w, w, lr=0.1, foo=1), "no argument 'foo'"),
    (lambda w: nd.multi_sgd_update(w, w, w, lrs=[1], wds=[1], num_weights=1), "need 2 arrays each, 2 in all, got 3"),
    (lambda w: nd.multi_sgd_update(w, w, lrs=[1], wds=[1], num_weights=1, out=[w, w]), "names 2 arrays for 1 weights"),
])
def test_wrong_calls(call, message):
    with pytest.raises(mx.MXNetError, match=message):
        call(nd.ones(2))


def test_rates_are_run_time_numbers():
    w, g = nd.ones(2), nd.ones(2)
    for lr in (0.1, 0.2):
        nd.sgd_update(w, g, lr=lr, wd=lr, out=w).wait_to_read()
    programs = mx.engine.stats().programs
    for lr in (0.3, 0.4):
        nd.sgd_update(w, g, lr=lr, wd=lr, out=w).wait_to_read()
    assert mx.engine.stats().programs == programs


@pytest.mark.parametrize("name, arguments, answer", recorded("schedulers"), ids=str)
def test_schedulers(name, arguments, answer):
    if arguments.get("step") == [3, 5]:
        arguments = dict(arguments, step=(3, 5))  # a tuple is refused; JSON has none
    got = schedulers.run(mx.lr_scheduler, name, arguments)
    assert got == answer
