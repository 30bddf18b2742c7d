"""Loops of a program are rolled up: the values stay, what is compiled shrinks, and what follows no rule is left alone."""
import random

import jax
import jax.numpy as jnp
import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, np, npx
from mxshim.engine import roll

pytestmark = pytest.mark.filterwarnings("ignore::mxshim.engine.RecompilationWarning")


@pytest.fixture(autouse=True)
def np_semantics():
    npx.waitall()
    with mx.np_shape(True):
        yield


def checked(fn, *args, rolls=True):
    """Roll `fn` up and compare its values with those of `fn`; gives the number of equations that are left outside loops."""
    with jax.enable_x64(True):
        args = [jnp.asarray(a) for a in args]
        closed = jax.make_jaxpr(fn)(*args)
        rolled = roll.rolled(closed)
        assert (rolled is not None) == rolls
        if rolled is None:
            return len(closed.jaxpr.eqns)
        for want, got in zip(jax.tree.leaves(fn(*args)), jax.jit(rolled)(*args), strict=True):
            assert (want.shape, want.dtype) == (got.shape, got.dtype)
            onp.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)
        return len(jax.make_jaxpr(rolled)(*args).jaxpr.eqns)


X = onp.linspace(0.1, 1.0, 12).reshape(3, 4)


def test_a_carried_value():
    def fn(x):
        for _ in range(90):
            x = jnp.sin(x) + 0.5 * x
        return x

    assert checked(fn, X) < 20


def test_rows_that_are_results_come_as_stacks():
    def fn(x):
        outs = []
        for _ in range(90):
            x = jnp.sin(x) + 0.5 * x
            outs.append(x)
        return [outs[-1], *outs[::-1], jnp.max(x), outs[3]]

    with jax.enable_x64(True):
        closed = jax.make_jaxpr(fn)(X)
        rows: list = []
        results, wanted = jax.jit(roll.rolled(closed, rows))(X), fn(jnp.asarray(X))
    assert len(results) < 10 and len(rows) == 93
    stacks = [k for k, index in rows if index is not None]
    assert len(stacks) > 80 and len(set(stacks)) == 1
    for want, (k, index) in zip(wanted, rows, strict=True):
        onp.testing.assert_allclose(results[k] if index is None else results[k][index], want, rtol=1e-12)


def test_large_rows_are_results_of_their_own(monkeypatch):
    monkeypatch.setattr(roll, "SMALL", X.nbytes)

    def fn(x):
        outs = []
        for _ in range(90):
            x = jnp.sin(x) + 0.5 * x
            outs.append(x)
        return outs

    with jax.enable_x64(True):
        rows: list = []
        results = jax.jit(roll.rolled(jax.make_jaxpr(fn)(X), rows))(X)
        assert [index for _, index in rows] == [None] * 90
        for want, (k, _) in zip(fn(jnp.asarray(X)), rows, strict=True):
            onp.testing.assert_allclose(results[k], want, rtol=1e-12)


def test_states_that_are_read_before_backward():
    """What a loop leaves behind are arrays of their own: written, read and differentiated like any other."""
    w = np.array(onp.linspace(-0.5, 0.5, 16, dtype="float32").reshape(4, 4))
    w.attach_grad()
    losses, gradients = [], []
    for cut in (False, True):
        with autograd.record():
            h, states = np.ones((3, 4)), []
            for _ in range(60):
                h = np.tanh(np.dot(h, w) + 0.1)
                states.append(h)
            loss = (np.concatenate(states) ** 2).sum()
        if cut:
            losses.append(loss.item())
            kept = states[7].asnumpy()
            states[8][:] = 0.0
            onp.testing.assert_array_equal(states[7].asnumpy(), kept)
            assert states[8].sum() == 0 and states[9].sum() != 0
        loss.backward()
        losses.append(loss.item())
        gradients.append(w.grad.asnumpy())
    assert len(set(losses)) == 1
    onp.testing.assert_allclose(gradients[1], gradients[0], rtol=1e-5)


def test_several_turns_back():
    def fn(x):
        a, b, c = x, 2 * x, 3 * x
        for _ in range(60):
            a, b, c = b, c, jnp.sin(a) - jnp.cos(b) + 0.5 * c
        return a, b, c

    assert checked(fn, X) < 40


def test_all_turns_are_read_afterwards():
    def fn(x):
        seen = []
        for _ in range(110):
            x = jnp.tanh(x * 1.1 + 0.1)
            seen.append(x)
        return jnp.concatenate(seen), jnp.concatenate(seen[::-1], 1), seen[7], sum(seen)

    assert checked(fn, X) < 400


def test_outside_values():
    """The same at every turn, one per turn, rows of an array forwards, backwards, and by steps of two."""
    rows = onp.linspace(0, 1, 60 * 12).reshape(60, 3, 4)

    def fn(x, rows, *each):
        up = [r[0] for r in jnp.split(rows, 60)]
        y = x
        for t in range(60):
            y = jnp.sin(y + x) * up[t] - up[59 - t] + each[t % 7]
        for t in range(29):
            y = jnp.sin(y + x) * up[2 * t]
        return y

    checked(fn, X, rows, *[X + k for k in range(7)])


def test_a_loop_that_goes_back_through_another():
    def loss(w, x):
        total = 0.0
        for _ in range(100):
            x = jnp.tanh(x @ w)
            total = total + (x * x).sum()
        return total

    fn = jax.value_and_grad(loss, (0, 1))
    assert checked(fn, onp.eye(4) * 0.9, X) < 60


def test_what_follows_no_rule_stays():
    """Every turn reads the turn half as far, so no two turns reach back equally."""
    def fn(x):
        seen = [x]
        for t in range(80):
            seen.append(jnp.sin(seen[t // 2]) + 0.5 * seen[t])
        return seen[-1]

    checked(fn, X, rolls=False)


def test_shapes_that_change_and_short_programs_stay():
    def fn(x):
        for _ in range(80):
            x = jnp.concatenate([x, jnp.sin(x[:1])])
        return x.sum()

    checked(fn, X, rolls=False)
    checked(lambda x: jnp.sin(jnp.sin(jnp.sin(x))), X, rolls=False)


def test_integers_and_booleans_are_carried():
    def fn(x, n):
        go = n > 0
        for _ in range(50):
            n = n * 3 % 7
            go = go ^ (n > 3)
            x = jnp.where(go, x * 1.01, x - n)
        return x, n, go

    assert checked(fn, X, onp.int32(5)) < 60


def test_nested_loops():
    def fn(x):
        for _ in range(30):
            for _ in range(5):
                x = jnp.sin(x) + x
            x = jnp.cos(x) * 2 - jnp.exp(-x * x)
        return x

    assert checked(fn, X) < 60


@pytest.mark.parametrize("seed", range(30))
def test_random_loops(seed, monkeypatch):
    """Bodies drawn at random over values that are carried, from outside, or from earlier turns; after the loop, some are read."""
    if seed % 2:  # short loops are rolled up, too
        monkeypatch.setattr(roll, "WORTH", 10)
        monkeypatch.setattr(roll, "BODY", 12)
    rng = random.Random(seed)
    count, turns = rng.randint(1, 3), rng.randint(12, 45)
    steps = [(rng.choice(["sin", "add", "mul", "max", "sub", "dot"]), rng.random(), rng.random()) for _ in range(rng.randint(4, 9))]
    update = [rng.random() for _ in range(count)]
    reads = [(rng.randrange(turns), rng.random()) for _ in range(rng.randint(0, 4))] if rng.random() < 0.5 else []
    keep_all = rng.random() < 0.5

    def fn(w, rows, *state):
        state, seen = list(state), []
        for t in range(turns):
            pool = [*state, w, rows[t]] if rng_rows else [*state, w]
            for name, a, b in steps:
                p, q = pool[int(a * len(pool))], pool[int(b * len(pool))]
                pool.append({"sin": lambda p, q: jnp.sin(p), "add": lambda p, q: p + q, "mul": lambda p, q: 0.3 * p * q,
                             "max": jnp.maximum, "sub": lambda p, q: p - 0.5 * q, "dot": lambda p, q: 0.1 * jnp.dot(p, q)}[name](p, q))
            state = [jnp.tanh(pool[int(u * len(pool))]) for u in update]
            seen.append(pool)
        extra = [seen[t][int(a * len(seen[t]))] for t, a in reads]
        return state, extra, jnp.stack([pool[-1] for pool in seen]) if keep_all else ()

    rng_rows = rng.random() < 0.6
    data = onp.random.RandomState(seed)
    args = data.uniform(-1, 1, (4, 4)), data.uniform(-1, 1, (turns, 4, 4)), *data.uniform(-1, 1, (count, 4, 4))
    with jax.enable_x64(True):
        args = [jnp.asarray(a) for a in args]
        closed = jax.make_jaxpr(fn)(*args)
        rolled = roll.rolled(closed)
        if rolled is not None:
            for want, got in zip(jax.tree.leaves(jax.jit(fn)(*args)), jax.jit(rolled)(*args), strict=True):
                onp.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-12)
        if turns * len(steps) > 2 * roll.WORTH and not rng_rows and not reads and not keep_all:
            assert rolled is not None and len(jax.make_jaxpr(rolled)(*args).jaxpr.eqns) < len(closed.jaxpr.eqns) / 2


def test_training_through_a_long_loop_by_hand():
    """A hundred and twenty turns of a recurrent cell: equal to the same trained turn by turn in float64, in two programs."""
    rng = onp.random.RandomState(0)
    wx, wh, xs = rng.normal(0, 0.4, (3, 5)), rng.normal(0, 0.4, (5, 5)), rng.normal(0, 1, (120, 2, 3))

    def loss_of(np, wx, wh, xs, h):
        total = 0
        for t in range(120):
            h = np.tanh(np.dot(xs[t], wx) + np.dot(h, wh))
            total = total + (h * h).mean()
        return total

    params = [np.array(wx, dtype="float64"), np.array(wh, dtype="float64")]
    data, start = np.array(xs, dtype="float64"), np.zeros((2, 5), dtype="float64")
    for p in params:
        p.attach_grad()
    npx.waitall()
    before = mx.engine.stats().programs
    with autograd.record():
        loss = loss_of(np, *params, data, start)
    loss.backward()
    got = [loss.item(), *[p.grad.asnumpy() for p in params]]
    assert mx.engine.stats().programs - before <= 2
    with jax.enable_x64(True):
        want = jax.value_and_grad(lambda wx, wh: loss_of(jnp, wx, wh, jnp.asarray(xs), jnp.zeros((2, 5))), (0, 1))(wx, wh)
    for a, b in zip(got, [want[0], *want[1]], strict=True):
        onp.testing.assert_allclose(a, b, rtol=1e-10)


def test_random_draws_in_a_loop_are_the_same_rolled_or_not(monkeypatch):
    def draws():
        mx.random.seed(3)
        x = np.ones((4, 4))
        with autograd.record():
            for _ in range(60):
                x = npx.dropout(np.tanh(x) * 1.2, p=0.5) + 0.1 * np.random.uniform(size=(4, 4))
        return x.asnumpy()

    rolled = draws()
    monkeypatch.setattr(roll, "WORTH", 1 << 30)
    mx.engine.clear()
    onp.testing.assert_allclose(draws(), rolled, rtol=1e-6)
