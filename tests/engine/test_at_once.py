"""Calls that are computed by NumPy at once, because they are small and what they need is there; all others wait for a read."""
import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, gluon, nd, np, npx, profiler
from mxshim.engine import program
from mxshim.engine.cell import Value
from mxshim.engine.trace import threads


def is_there(array) -> bool:
    value: Value = array._cell.value
    return value.data is not None


@pytest.fixture(autouse=True)
def nothing_waits():
    npx.waitall()


CALLS = {
    "a + b": lambda a, b: a + b, "a * 2": lambda a, b: a * 2, "a > 0": lambda a, b: a > 0, "sum": lambda a, b: a.sum(axis=0),
    "dot": lambda a, b: np.dot(a, b), "where": lambda a, b: np.where(a, a, b), "concatenate": lambda a, b: np.concatenate([a, b, a]),
    "split": lambda a, b: np.split(a, 2)[1], "zeros": lambda a, b: np.zeros((2, 3)), "arange": lambda a, b: np.arange(7),
    "clip": lambda a, b: np.clip(a, -1, 1), "reshape": lambda a, b: a.reshape(-1), "astype": lambda a, b: a.astype("int32"),
    "%": lambda a, b: a % 2, "round": lambda a, b: np.round(a / 3, 2), "roll": lambda a, b: np.roll(a, 3, axis=1),
    "median": lambda a, b: np.median(a, axis=1), "percentile": lambda a, b: np.percentile(a, 30), "hypot": lambda a, b: np.hypot(a, b),
    "nan_to_num": lambda a, b: np.nan_to_num(a / b), "trace": lambda a, b: np.trace(a), "diagonal": lambda a, b: np.diagonal(a, 1),
    "gcd": lambda a, b: np.gcd(a.astype("int32"), 6)}


@pytest.mark.parametrize("name", CALLS)
def test_small_calls_are_there_and_are_no_instructions(name):
    a, b = np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([[4.0, 1.0], [0.0, 2.0]])
    before = program.stats.flushes.copy(), program.stats.programs
    found = CALLS[name](a, b)
    assert is_there(found) and not any(trace.instructions for trace in threads.now.traces.values())
    assert (program.stats.flushes, program.stats.programs) == before
    with autograd.record():
        later = CALLS[name](a, b)
    assert not is_there(later)
    onp.testing.assert_array_equal(found.asnumpy(), later.asnumpy())
    assert found.dtype == later.dtype and type(found) is type(later)


def test_what_is_made_at_once_shares_no_memory():
    a = np.array([[1.0, 2.0]])
    flat, same = a.reshape(-1), a.copy()
    a[:] = 7
    flat += 1
    assert a.tolist() == [[7, 7]] and flat.tolist() == [2, 3] and same.tolist() == [[1, 2]]


def test_what_is_pending_large_or_a_slice_waits():
    pending = np.exp(np.ones((300, 300))).sum()
    assert not is_there(pending) and not is_there(pending * 2) and not is_there(np.ones(3) * pending)
    assert not is_there(np.ones((300, 300)) + 1) and not is_there(np.arange(5)[1:3] + 0)
    assert float(pending * 2) == pytest.approx(2 * 90_000 * onp.e, rel=1e-5)


def test_what_takes_numpy_long_waits():
    x = np.array(onp.random.default_rng(0).normal(size=(32, 32)))
    assert not is_there(npx.softmax(x)) and not is_there(npx.layer_norm(x, np.ones(32), np.zeros(32))) and is_there(npx.relu(x))


def test_what_is_on_the_device_waits():
    x = np.array(onp.ones((200, 200), "float32"))
    total = np.tanh(x).sum()
    total.wait_to_read()
    assert type(total._cell.value.data) is not onp.ndarray and not is_there(total + 1)


def test_recorded_calls_wait():
    x = np.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        y = x * x
        constant = np.ones(2) + 1
    assert not is_there(y) and not is_there(constant)
    y.backward()
    assert x.grad.tolist() == [2, 4]


def test_a_block_that_is_captured_has_all_its_calls():
    class Net(gluon.HybridBlock):
        def forward(self, x):
            return x + np.ones(2) * 3

    net = Net()
    net.hybridize()
    for k in range(3):
        assert net(np.array([1.0 * k, 2.0])).tolist() == [4 - 1 + k, 5]
    assert net(np.array([[1.0, 2.0]])).tolist() == [[4, 5]]


def test_a_write_is_seen():
    x = np.zeros(3)
    y = x + 1
    x[1] = 5
    x += y
    assert x.tolist() == [1, 6, 1] and y.tolist() == [1, 1, 1] and is_there(y)


def test_nd_and_numbers_of_every_kind():
    x = nd.array([1, 2])
    assert [(x * n).asnumpy().tolist() for n in (2, 2.5, True)] == [[2, 4], [2.5, 5], [1, 2]] and is_there(x * 2.5)
    assert (np.array([1], dtype="int64") + (1 << 60)).item() == (1 << 60) + 1


def test_ctrl_c_loses_nothing(monkeypatch):
    def interrupted(self, data, numbers):
        raise KeyboardInterrupt

    x = np.array([1.0, 2.0])
    pending = np.ones((300, 300)).sum()
    monkeypatch.setattr("mxshim.engine.host.Steps.__call__", interrupted)
    with pytest.raises(KeyboardInterrupt):
        x * 3
    monkeypatch.undo()
    assert (x * 3).tolist() == [3, 6] and pending.item() == 90_000


def test_what_numpy_cannot_waits(monkeypatch):
    monkeypatch.setattr("mxshim.engine.host.Steps.__call__", lambda self, data, numbers: None)
    y = np.array([1.0, 2.0]) * 3
    monkeypatch.undo()
    assert not is_there(y) and y.tolist() == [3, 6]


def test_the_profiler_sees_them(tmp_path):
    profiler.set_config(profile_all=True, aggregate_stats=True, filename=str(tmp_path / "trace.json"))
    profiler.set_state("run")
    try:
        (np.array([1.0, 2.0]) + 1).wait_to_read()
    finally:
        profiler.set_state("stop")
    assert "add" in profiler.dumps(reset=True)


def test_wrong_calls_fail_at_their_line():
    with pytest.raises(mx.MXNetError, match="shapes"):
        np.ones(3) + np.ones(4)
