"""What a loop need not compute turn by turn is computed for all turns at once: values stay, and the loop keeps only what waits."""
import random

import jax
import jax.numpy as jnp
import numpy as onp
import pytest

from mxshim.engine import roll
from mxshim.engine.host.rules import scan_counts
from mxshim.engine.spec import equations, eval_inlined

TURNS = 30
RNG = onp.random.RandomState(0)
U, W, V, B = RNG.normal(0, 0.3, (5, 8)), RNG.normal(0, 0.3, (8, 8)), RNG.normal(0, 0.3, (8, 6)), RNG.normal(0, 0.3, 8)
ROWS, H = RNG.normal(0, 1, (TURNS, 3, 5)), RNG.normal(0, 1, (3, 8))


@pytest.fixture(autouse=True)
def short_loops(monkeypatch):
    monkeypatch.setattr(roll, "WORTH", 20)


def traced(fn, args):
    """A function's jaxpr without calls in it, as the engine's programs are."""
    inner = jax.make_jaxpr(fn)(*args)
    return jax.make_jaxpr(lambda *args: eval_inlined(inner.jaxpr, inner.consts, args))(*args)


def products(fn, *args):
    """For a function that is rolled up, with its values compared: the number of products in every loop, and outside of loops."""
    with jax.enable_x64(True):
        args = [jnp.asarray(a) for a in args]
        rolled = roll.rolled(traced(fn, args))
        for want, got in zip(jax.tree.leaves(fn(*args)), jax.jit(rolled)(*args), strict=True):
            assert (want.shape, want.dtype) == (got.shape, got.dtype)
            onp.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-11)
        jaxpr = jax.make_jaxpr(rolled)(*args).jaxpr

    def count(found):
        return sum(eqn.primitive.name == "dot_general" for eqn in found)

    return [count(equations(eqn.params["jaxpr"].jaxpr)) for eqn in jaxpr.eqns if eqn.primitive.name == "scan"], count(jaxpr.eqns)


def states(rows, h, u, w, b):
    for row in jnp.split(rows, TURNS):
        h = jnp.tanh(jnp.dot(row[0], u) + jnp.dot(h, w) + b)
        yield h


def test_products_of_inputs_and_of_outputs_leave_the_loop():
    def fn(rows, h, u, w, b, v):
        return [jnp.dot(h, v) + 1.0 for h in states(rows, h, u, w, b)]

    assert products(fn, ROWS, H, U, W, B, V) == ([1], 2)


def test_sums_of_products_leave_the_loop_backwards():
    def fn(rows, h, u, w, b, v):
        return sum([jnp.sin(jnp.dot(h, v)).sum() for h in states(rows, h, u, w, b)])

    def gradients(*args):
        return jax.grad(fn, (2, 3, 4, 5))(*args)

    loops, outside = products(gradients, ROWS, H, U, W, B, V)
    assert loops == [1, 1]  # from a state to the next one, and back
    assert outside < 16  # for all turns at once, and for the turns at both ends


def test_a_matrix_that_is_used_twice_in_a_turn():
    def fn(h, w, b):
        for _ in range(TURNS):
            h = jnp.tanh(jnp.dot(jnp.tanh(jnp.dot(h, w) + b), w))
        return h.sum()

    assert products(jax.grad(fn, (1, 2)), H, W, B)[0] == [2, 2]


def test_a_product_of_an_input_that_is_carried_as_it_is():
    def fn(rows, h, u):
        rest = h
        for row in jnp.split(rows, TURNS):
            h, rest = jnp.dot(row[0], u), jnp.sin(h) * jnp.cos(rest) + h
        return h, rest

    assert products(fn, ROWS, H, U)[0] == [0]


def test_sums_that_are_read_every_turn_stay():
    def fn(h, w, x):
        total, seen = jnp.zeros((8, 8)), []
        for _ in range(TURNS):
            h = jnp.tanh(jnp.dot(h, w))
            total = total + jnp.dot(h.T, h)
            seen.append(total)
            x = jnp.sin(x) + x
        return jnp.stack(seen), x

    assert products(fn, H, W, B)[0] == [2]


def test_a_sum_of_rows_goes_with_the_products_of_the_same_rows():
    def fn(h, w):
        rows, total = jnp.zeros(8), jnp.zeros((8, 8))
        for _ in range(TURNS):
            h = jnp.tanh(jnp.dot(h, w) * 1.5 + 0.1)
            total, rows = total + jnp.dot(h.T, h), rows + h.sum(0)
        return rows, total, h

    with jax.enable_x64(True):
        rolled = roll.rolled(traced(fn, (H, W)))
        scan, = [eqn for eqn in jax.make_jaxpr(rolled)(H, W).jaxpr.eqns if eqn.primitive.name == "scan"]
    assert scan_counts(scan)[1] == 1
    assert products(fn, H, W)[0] == [1]


@pytest.mark.parametrize("reverse", [False, True])
def test_loops_that_are_loops_already(reverse):
    """What `lax.scan` and its gradient do at every turn: recurrent layers, `foreach`."""
    def fn(rows, h, u, w, b):
        def turn(h, row):
            h = jnp.tanh(jnp.dot(row, u) + jnp.dot(h, w) + b)
            return h, h

        h, seen = jax.lax.scan(turn, h, rows, reverse=reverse)
        return jnp.sin(seen).sum() + h.sum()

    loops, outside = products(jax.grad(fn, (1, 2, 3, 4)), ROWS, H, U, W, B)
    assert (loops, outside) == ([1, 1], 3)


def test_nothing_to_add_up():
    def fn(rows, h, w):
        return jax.lax.scan(lambda h, row: (jnp.tanh(row + jnp.dot(h, w)), None), h, rows)[0].sum()

    assert products(jax.grad(fn, 2), onp.zeros((4, 0, 8)), onp.zeros((0, 8)), W)[0] == [1, 1]
    with jax.enable_x64(True):
        assert roll.rolled(traced(jax.grad(fn, 2), (onp.zeros((0, 3, 8)), H, W))) is None  # no turn at all


def test_many_rows_are_not_kept_for_a_small_matrix():
    """Rows of 200 examples would take far more memory than the gradient of 8 x 8, and their product is fast as it is."""
    def fn(h, w, v):
        for _ in range(TURNS):
            h = jnp.tanh(jnp.dot(h, w) + jnp.sin(h) * 0.1)
        return (h * v).sum()

    h = RNG.normal(0, 1, (200, 8))
    assert products(jax.grad(fn, 1), h, W, h)[0] == [1, 2]


def test_a_matrix_that_changes_stays_inside():
    def fn(h, w):
        for _ in range(TURNS):
            h, w = jnp.tanh(jnp.dot(h, w)), w * 0.99 + 0.01
        return h, w

    assert products(fn, H, W) == ([1], 0)


@pytest.mark.parametrize("seed", range(12))
def test_random_loops_with_their_gradients(seed):
    """Bodies drawn at random: products of carried values, rows, and matrices that are the same at every turn or not; and back."""
    rng = random.Random(seed)
    turns, count = rng.randint(8, 14), rng.randint(1, 2)
    steps = [(rng.choice(["dot", "dot", "dot of the transposed", "add", "sin", "sum", "scale"]), rng.random(), rng.random())
             for _ in range(rng.randint(3, 8))]
    update, backwards = [rng.random() for _ in range(count)], rng.random() < 0.5
    shared, sums = rng.random() < 0.5, rng.random() < 0.5

    def fn(w, v, rows, *state):
        state, seen, total = list(state), [], jnp.zeros((4, 4))
        for row in jnp.split(rows, turns)[::-1 if backwards else 1]:
            pool = [*state, row[0], w, v]
            for name, a, b in steps:
                p, q = pool[int(a * len(pool))], pool[int(b * len(pool))]
                pool.append({"dot": lambda p, q: 0.2 * jnp.dot(p, q), "dot of the transposed": lambda p, q: 0.2 * jnp.dot(p.T, q),
                             "add": lambda p, q: p + q, "sin": lambda p, q: jnp.sin(p), "scale": lambda p, q: -0.5 * p,
                             "sum": lambda p, q: p + q.sum(0)}[name](p, q))
            state = [jnp.tanh(pool[int(u * len(pool))]) for u in update]
            if sums:
                total = total + (jnp.dot(pool[-1].T, state[0]) if shared else jnp.dot(state[0], pool[-1]) + pool[-2])
            seen.append(jnp.dot(pool[-1], w) + v[0])
        return state, jnp.stack(seen), total

    def value(*args):
        return sum([jnp.sin(a).sum() for a in jax.tree.leaves(fn(*args))])

    data = onp.random.RandomState(seed)
    with jax.enable_x64(True):
        args = [jnp.asarray(data.uniform(-1, 1, shape)) for shape in ((4, 4), (4, 4), (turns, 4, 4), *[(4, 4)] * count)]
        for function in (fn, jax.grad(value, tuple(range(len(args))))):
            rolled = roll.rolled(traced(function, args))
            if rolled is not None:
                for want, got in zip(jax.tree.leaves(jax.jit(function)(*args)), jax.jit(rolled)(*args), strict=True):
                    onp.testing.assert_allclose(got, want, rtol=1e-8, atol=1e-11)
