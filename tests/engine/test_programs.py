"""Random programs of views, writes, operators, records and reads agree with NumPy, and their gradients with differences."""
import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, np
from tests.support import programs

SEEDS = range(40)
pytestmark = pytest.mark.filterwarnings("ignore::mxshim.engine.RecompilationWarning")  # every program here is another one


@pytest.fixture(params=["ThreadedEngine", "NaiveEngine"])
def engine(request):
    previous = mx.engine.set_engine_type(request.param)
    yield request.param
    mx.engine.set_engine_type(previous)


@pytest.fixture(autouse=True)
def np_semantics():
    with mx.np_shape(True):
        yield


@pytest.mark.parametrize("seed", SEEDS)
def test_values_as_numpy(seed, engine):
    program = programs.draw(seed, 25)
    start = programs.leaves(seed)
    want = programs.run(program, programs.NumPy(), [x.copy() for x in start])
    ours = programs.Ours(np)
    got = programs.run(program, ours, [ours.array(x) for x in start])
    assert len(want) == len(got)
    for w, g in zip(want, got, strict=True):
        onp.testing.assert_allclose(g.asnumpy(), w, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_values_while_recording(seed):
    """Recording changes no value: not those of views, and not those behind writes to marked arrays."""
    program = programs.draw(seed, 25)
    start = programs.leaves(seed)
    want = programs.run(program, programs.NumPy(), [x.copy() for x in start])
    ours = programs.Ours(np)
    arrays = [ours.array(x) for x in start]
    for x in arrays:
        x.attach_grad()
    with autograd.record():
        got = programs.run(program, ours, arrays)
    for w, g in zip(want, got, strict=True):
        onp.testing.assert_allclose(g.asnumpy(), w, rtol=1e-12, atol=1e-12)


def total(program, start, record=False):
    """(sum over the pool after a program, the leaves): detached arrays count too, without a gradient."""
    ours = programs.Ours(np)
    arrays = [ours.array(x) for x in start]
    if record:
        for x in arrays:
            x.attach_grad()
    pool = programs.run(program, ours, list(arrays))
    value = pool[0].sum()
    for i, y in enumerate(pool[1:]):
        value = value + (np.sin(y) * (1 + i % 3)).sum()
    return value, arrays


@pytest.mark.parametrize("seed", SEEDS)
def test_gradients_through_views_and_writes(seed):
    program = [s for s in programs.draw(seed, 16) if s[0] != "detach"]
    start = programs.leaves(seed)
    with autograd.record():
        value, arrays = total(program, start, record=True)
    value.backward()
    rng = onp.random.RandomState(seed)
    directions = [rng.uniform(-1, 1, x.shape) for x in start]
    got = sum(float((x.grad.asnumpy() * d).sum()) for x, d in zip(arrays, directions, strict=True))
    step = 1e-6
    up, _ = total(program, [x + step * d for x, d in zip(start, directions, strict=True)])
    down, _ = total(program, [x - step * d for x, d in zip(start, directions, strict=True)])
    want = (float(up) - float(down)) / (2 * step)
    assert got == pytest.approx(want, rel=1e-6, abs=1e-6)


def half_recorded(seed, between):
    """Gradients and values of a program whose views are taken and written outside, inside and within a pause of one record()."""
    steps = programs.draw(seed, 18)
    ours = programs.Ours(np)
    arrays = [ours.array(x) for x in programs.leaves(seed)]
    for x in arrays:
        x.attach_grad()
    pool = list(arrays)

    def run(part):
        for step in part:
            programs.run([step], ours, pool)
            between()

    run(steps[:6])
    with autograd.record():
        run(steps[6:10])
        with autograd.pause():
            run(steps[10:14])
        run(steps[14:])
        value = sum((np.sin(y) * (1 + i % 3)).sum() for i, y in enumerate(pool)) + sum((x * x).sum() for x in arrays)
    value.backward()
    return [x.grad.asnumpy() for x in arrays] + [y.asnumpy() for y in pool]


@pytest.mark.parametrize("seed", range(8))
def test_flushes_change_nothing(seed):
    """Neither values nor what is in the graph."""
    want = half_recorded(seed, lambda: None)
    got = half_recorded(seed, mx.nd.waitall)
    for w, g in zip(want, got, strict=True):
        onp.testing.assert_allclose(g, w, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_second_order_through_views_and_writes(seed):
    program = [s for s in programs.draw(seed, 10) if s[0] != "detach"]
    start = programs.leaves(seed)
    rng = onp.random.RandomState(seed)
    directions = [rng.uniform(-1, 1, x.shape) for x in start]

    def slope(at, record):
        """The derivative along the directions, as a recorded value."""
        ours = programs.Ours(np)
        with autograd.record():
            value, arrays = total(program, at, record=True)
            value = value * value
            gradients = autograd.grad(value, arrays, create_graph=True) if record else autograd.grad(value, arrays)
            along = sum((g * ours.array(d)).sum() for g, d in zip(gradients, directions, strict=True))
        return along, arrays

    along, arrays = slope(start, True)
    along.backward()
    got = sum(float((x.grad.asnumpy() * d).sum()) for x, d in zip(arrays, directions, strict=True))
    step = 1e-5
    up, _ = slope([x + step * d for x, d in zip(start, directions, strict=True)], False)
    down, _ = slope([x - step * d for x, d in zip(start, directions, strict=True)], False)
    assert got == pytest.approx((float(up) - float(down)) / (2 * step), rel=1e-5, abs=1e-5)
