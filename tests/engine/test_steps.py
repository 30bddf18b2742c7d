"""Programs so small that NumPy runs them: the same results as XLA's, in memory of their own, and nothing is compiled."""
import logging

import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, nd, np, npx
from mxshim.engine import pieces, program
from mxshim.engine.cell import aligned
from mxshim.engine.host import CannotRun, Steps
from mxshim.engine.spec import forget_specs

from .test_host import SAMPLES, steps, traced

pytestmark = pytest.mark.usefixtures("on_cpu")


@pytest.fixture
def nothing_compiles(monkeypatch, all_later):
    def compiled(*args):
        raise AssertionError("XLA was asked for a program")

    npx.waitall()
    program.clear()
    monkeypatch.setattr(program, "_compile", compiled)


def test_most_samples_are_small():
    def is_small(name):
        try:
            return bool(steps(traced(name)[2], pieces.LIMIT).outs)
        except CannotRun:
            return False

    assert sum(map(is_small, SAMPLES)) > 100


def test_nothing_is_compiled_for_small_arrays(nothing_compiles):
    x = np.arange(12.0).reshape(3, 4)
    y = np.array([[2.0, 1, 4, 3], [1, 2, 3, 4], [4, 3, 2, 1]])
    onp.testing.assert_array_equal((x + y).asnumpy(), onp.arange(12.0).reshape(3, 4) + y.asnumpy())
    assert float(x.sum()) == 66 and float(x.mean()) == 5.5 and x.argmax(axis=1).tolist() == [3, 3, 3]
    assert (x == y).sum().item() == 2 and np.dot(x, y.T).shape == (3, 3) and np.concatenate([x, y], axis=1).shape == (3, 8)
    x[1, 2] = 9
    x[0:2] = x[0:2] * 2
    assert x[1].tolist() == [8, 10, 18, 14] and x[-1, -1].item() == 11
    assert str(nd.array([1, 2]) * 2).startswith("\n[2. 4.]")


def test_a_gradient_of_a_small_graph_compiles_nothing(nothing_compiles):
    x = np.arange(4.0)
    x.attach_grad()
    for _ in range(3):
        with autograd.record():
            y = 2 * np.dot(x, x)
        y.backward()
        assert x.grad.tolist() == [0, 4, 8, 12]


def test_every_step_rounds_once(nothing_compiles):
    x = onp.random.default_rng(0).normal(size=100).astype("float32")
    for ours, theirs in ((np.exp, onp.exp), (np.tanh, onp.tanh), (np.log1p, onp.log1p), (np.cbrt, onp.cbrt)):
        onp.testing.assert_array_equal(ours(np.array(abs(x))).asnumpy(), theirs(abs(x).astype("float64")).astype("float32"))
    assert np.array(x).sum().item() == onp.float32(x.astype("float64").sum())


def test_many_elements_and_many_steps_are_compiled(all_later):
    before = program.stats.compile_seconds
    np.exp(np.ones((300, 300))).wait_to_read()
    assert program.stats.compile_seconds > before
    before, x = program.stats.compile_seconds, np.array([1.5, 2])
    for k in range(40):
        x = np.sin(x) * k
    x.wait_to_read()
    assert program.stats.compile_seconds > before


def test_numbers_are_read_at_run_time(nothing_compiles):
    x, programs = np.array([1.0, 2.0]), None
    for k in range(5):
        assert (x * (k + 0.5)).tolist() == [k + 0.5, 2 * k + 1]
        if k == 1:
            programs = program.stats.programs
    assert program.stats.programs == programs
    assert (np.array([1], dtype="int64") + (1 << 60)).item() == (1 << 60) + 1


def test_overflow_and_division_by_zero_are_silent(nothing_compiles):
    x = np.array([3e38, -1.0, 0.0])
    assert (x * 10).tolist()[0] == onp.inf
    assert onp.isnan(np.log(x).asnumpy()[1]) and (1 / x).tolist()[2] == onp.inf


def test_pieces_with_programs_of_their_own(monkeypatch):
    """What runs piece by piece is not looked at again."""
    def apart(line, instructions, structure, live, has, on_cpu):
        return pieces.Pieces(instructions, structure, live)

    monkeypatch.setattr(pieces, "instead", apart)
    x = np.ones((300, 200))
    x.attach_grad()
    with autograd.record():
        y = (np.exp(x * 0.5) * x).sum()
    y.backward()
    onp.testing.assert_allclose(x.grad.asnumpy(), onp.full((300, 200), 1.5 * onp.exp(0.5)), rtol=1e-6)


def test_what_numpy_cannot_do_after_all_is_compiled(monkeypatch):
    program.clear()
    monkeypatch.setattr(Steps, "_one_by_one", lambda self, values: 1 / 0)
    monkeypatch.setattr(logging.getLogger("mxshim.engine.host.steps"), "disabled", True)
    x = np.array([1.0, 2.0, 3.0])
    for _ in range(3):
        assert (x * 2 - 0.5).tolist() == [1.5, 3.5, 5.5]


def test_what_numpy_cannot_be_asked_for_is_compiled(monkeypatch):
    program.clear()

    def no(*args):
        raise ValueError("no such thing")

    monkeypatch.setattr(Steps, "evaluate", no)
    monkeypatch.setattr(logging.getLogger("mxshim.engine.host.steps"), "disabled", True)
    assert (np.array([1.0, 2.0, 3.0]) * 3 - 0.5).tolist() == [2.5, 5.5, 8.5]


def test_ctrl_c_in_a_small_program_loses_nothing(monkeypatch, all_later):
    program.clear()
    x = np.array([1.0, 2.0])
    y = x * 3 + 1

    def interrupted(self, data, numbers):
        raise KeyboardInterrupt

    monkeypatch.setattr(Steps, "_one_by_one", interrupted)
    with pytest.raises(KeyboardInterrupt):
        y.asnumpy()
    monkeypatch.undo()
    assert y.tolist() == [4, 7]


def test_what_ran_before_is_found_by_its_first_instruction(nothing_compiles, monkeypatch):
    x = np.array([1.0, 2.0])
    x.attach_grad()

    def turn(i):
        before = program.stats.programs, program.stats.hits, program.stats.flushes.get("read", 0)
        assert (x * x).tolist() == [1, 4] and (x * (i + 0.5)).tolist() == [i + 0.5, 2 * i + 1] and (2.0 ** x).tolist() == [2, 4]
        assert (x * (i + 1) - i * x).sum().item() == 3 and np.split(x * 2, 2)[1].item() == 4
        with autograd.record():
            y = x * x
        y.backward()
        assert x.grad.tolist() == [2, 4]
        after = program.stats.programs, program.stats.hits, program.stats.flushes["read"]
        return [b - a for a, b in zip(before, after, strict=True)]

    assert turn(0) == [6, 0, 6]
    for i in range(20):
        assert turn(i) == [0, 6, 6]
    with monkeypatch.context() as patch:
        patch.setattr(program, "run", None)  # which looks further
        assert turn(5) == [0, 6, 6]
    program.clear()
    assert turn(6) == [6, 0, 6]


def test_what_ran_before_is_another_program_if_other_results_are_held(nothing_compiles):
    x = np.array([1.0, 2.0])
    held = []
    for i in range(60):
        y = x * 2
        z = y + i
        if i % 3 == 0:
            held.append(y)
        del y
        assert z.tolist() == [2 + i, 4 + i] and all(y.tolist() == [2, 4] for y in held)
        if i % 7 == 0:
            held.clear()
    assert program.stats.flushes["read"] and [y.tolist() for y in held] == [[2, 4]] * len(held)


def test_what_ran_before_and_is_not_wanted_is_not_run(nothing_compiles, monkeypatch):
    x = np.array([1.0, 2.0])
    for _ in range(40):
        assert (x * 3).tolist() == [3, 6]
    monkeypatch.setattr(Steps, "__call__", None)
    x * 3
    npx.waitall()


def test_what_ran_before_may_fail(nothing_compiles, monkeypatch):
    x = np.array([1.0, 2.0])
    for _ in range(40):
        assert (x * 3).tolist() == [3, 6]
    monkeypatch.undo()  # XLA computes it
    monkeypatch.setattr(Steps, "__call__", lambda self, data, numbers: None)
    assert (x * 3).tolist() == [3, 6]


def test_ctrl_c_in_what_ran_before_loses_nothing(nothing_compiles, monkeypatch):
    x = np.array([1.0, 2.0])
    for _ in range(40):
        assert (x * 3).tolist() == [3, 6]

    def interrupted(self, data, numbers):
        raise KeyboardInterrupt

    y = x * 3
    monkeypatch.setattr(Steps, "__call__", interrupted)
    with pytest.raises(KeyboardInterrupt):
        y.tolist()
    monkeypatch.undo()
    assert (y + 1).tolist() == [4, 7]


@pytest.mark.parametrize("call", [
    lambda x, i: np.split(x * i, 2, axis=1), lambda x, i: [x.T, x.reshape(-1), x],
    lambda x, i: [np.zeros(3) + i, x[i:i + 1], (x > i).sum()],
    lambda x, i: [abs(x), x / (i - 3), x.max(axis=0), np.where(x > i, x, -x)]])
def test_a_program_that_is_called_often_gives_the_same_bits_when_written_as_a_function(call, monkeypatch):
    program.clear()
    forget_specs()  # what they compute at once may have been called often by other tests
    written = []
    real = Steps._write
    monkeypatch.setattr(Steps, "_write", lambda self: written.append(self) or real(self))
    x = np.array(onp.random.default_rng(1).normal(size=(4, 6)))
    x.wait_to_read()

    def turn(i):
        results = call(x, i)
        mx.nd.waitall()
        return [r.asnumpy().tobytes() for r in results]

    first = [turn(i % 4) for i in range(20)]
    assert written == []
    assert [turn(i % 4) for i in range(60)] == first * 3
    assert written != []


@pytest.mark.parametrize("shape, axes, there", [((30, 40), None, True), ((200, 300), None, False), ((300, 200, 2), (1, 0, 2), True)])
def test_large_arrays_are_turned_over_by_xla(shape, axes, there, all_later):
    program.clear()
    x = np.array(onp.random.default_rng(1).normal(size=shape))
    y = np.transpose(x, axes)
    onp.testing.assert_array_equal(y.asnumpy(), x.asnumpy().transpose(axes))
    assert (program._last.steps is not None) == there


def test_what_is_read_on_the_host_stays_there_until_compiled_programs_use_it_often():
    x, kept = np.array([1.0, 2.0]), np.array([1.0, 2.0])
    assert x.tolist() == [1, 2] and [(kept + i).tolist() for i in range(3)] == [[1, 2], [2, 3], [3, 4]]
    large = np.ones((300_000, 2))
    for i in range(program._OFTEN):
        assert type(x._cell.value.data) is onp.ndarray, i
        for small in (x, kept):
            assert float(np.tanh(large * small).mean()) == pytest.approx((onp.tanh(1) + onp.tanh(2)) / 2, rel=1e-4)
    assert type(x._cell.value.data) is not onp.ndarray
    assert type(kept._cell.value.data) is onp.ndarray  # what is computed at once with it must not be another program from here on


def test_xla_reads_large_arrays_where_they_are_on_the_host():
    given = onp.arange(40_000, dtype="float32").reshape(200, 200)[:, ::-1]
    made = np.array(given)
    lone = made + 1
    lone.wait_to_read()
    for x in (made, lone):
        data = x._cell.value.data
        assert type(data) is onp.ndarray and aligned(data)
    for _ in range(3):
        assert float(np.tanh(lone).sum()) == pytest.approx(float(onp.tanh(given + 1).sum()), rel=1e-5)
        assert lone._cell.value.data is data  # not put on the device: that would take longer
    crooked = np.array(given)
    memory = onp.empty(160_001, "uint8")[1:].view("float32")[:40_000].reshape(200, 200)
    memory[...] = given
    crooked._cell.value.data = memory
    for _ in range(2):
        assert float(np.tanh(crooked).sum()) == pytest.approx(float(onp.tanh(given).sum()), rel=1e-5)
    assert type(crooked._cell.value.data) is not onp.ndarray  # XLA would copy it at every use


def test_what_is_computed_twice_is_computed_once():
    x = np.array([[1.0, -2.0], [3.0, 4.0]])
    x.attach_grad()
    with autograd.record():
        y = np.where(x > 0, x * x, x)
    y.backward()
    x.grad.wait_to_read()
    made = program._last.steps
    assert x.grad.tolist() == [[2, 1], [6, 8]]
    assert sum(fn is onp.greater for fn, _, _ in made.steps) == 1


def test_large_arrays_of_short_rows_are_for_xla():
    x = np.array(onp.arange(60_000, dtype="float32").reshape(600, 100))
    thin = np.array(onp.arange(60_000, dtype="float32").reshape(30_000, 2))
    for made, quick in ((lambda: np.repeat(x, 3, axis=1), False), (lambda: np.stack([x, x], axis=-1), False),
                        (lambda: np.concatenate([thin, thin], axis=1), False), (lambda: np.tile(x, (1, 3)), True),
                        (lambda: np.concatenate([x, x], axis=1), True)):
        found = made()
        found.wait_to_read()
        assert (type(found._cell.value.data) is onp.ndarray) == quick


def test_what_comes_back_large_is_in_order_and_its_own():
    a, b = (np.array(onp.random.default_rng(k).normal(size=(150, 150)).astype("float32")) for k in (0, 1))
    x, y = a.asnumpy(), b.asnumpy()
    found = [a + b, a / b, a > b, np.concatenate([a, b], axis=1), np.stack([a, b]), np.pad(a, ((1, 1), (1, 1))),
             a.astype("float64"), np.tile(a, (1, 2)), np.broadcast_to(a, (2, 150, 150))]
    want = [x + y, x / y, x > y, onp.concatenate([x, y], 1), onp.stack([x, y]), onp.pad(x, 1), x.astype("float64"),
            onp.tile(x, (1, 2)), onp.broadcast_to(x, (2, 150, 150))]
    for one, other in zip(found, want, strict=True):
        one.wait_to_read()
        onp.testing.assert_array_equal(one.asnumpy(), other)
        data = one._cell.value.data
        assert not isinstance(data, onp.ndarray) or data.flags.c_contiguous and not onp.shares_memory(data, a._cell.value.data)


def test_results_go_on_into_compiled_programs():
    a = np.array([[1.0, 2.0], [3.0, 4.0]])
    b = a + 1
    b.wait_to_read()
    big = np.ones((300, 300))
    for _ in range(3):
        assert float((big * b[0, 1]).sum()) == 270000
        b = b * 1
        b.wait_to_read()
    a[0] = 7
    assert a.tolist() == [[7, 7], [3, 4]] and b.tolist() == [[2, 3], [4, 5]]


def test_a_traces_structure_decides():
    """The same call gives the same bits, whatever ran before."""
    x = np.array(onp.random.default_rng(1).normal(size=(7, 5)))

    def values():
        return npx.log_softmax(x).asnumpy().tobytes(), np.tanh(x).asnumpy().tobytes(), x.sum(axis=0).asnumpy().tobytes()

    first = values()
    program.clear()
    pieces.clear()
    assert values() == first
