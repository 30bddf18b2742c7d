"""How often is compiled: nothing after the third turn of a loop of fixed shapes, and loops share programs."""
import gc
import weakref

import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, nd, np, npx
from mxshim.engine import emit, pieces, program, trace


@pytest.fixture(autouse=True)
def np_semantics():
    npx.waitall()
    with mx.np_shape(True):
        yield


def compiled_after_third(turn, turns=12):
    """Programs compiled by turns 4 to `turns`."""
    for i in range(3):
        turn(i)
    npx.waitall()
    before = mx.engine.stats().programs
    for i in range(3, turns):
        turn(i)
    npx.waitall()
    return mx.engine.stats().programs - before


X = onp.arange(120, dtype="float32").reshape(40, 3)


def test_learning_rate():
    w = np.ones((3,))
    assert compiled_after_third(lambda i: w.__isub__(np.ones((3,)) * (0.1 / (i + 1))).asnumpy()) == 0


def test_integer_and_float_numbers():
    x = np.array(X)
    assert compiled_after_third(lambda i: (x * i + 0.5 * i).sum().item()) == 0


def test_index():
    x = np.array(X)
    assert compiled_after_third(lambda i: x[i].asnumpy()) == 0


def test_slice_start():
    x = np.array(X)
    assert compiled_after_third(lambda i: x[i:i + 4].sum().item()) == 0


def test_negative_index_and_step():
    x = np.array(X)
    assert compiled_after_third(lambda i: (x[-1 - i] + x[i:i + 6:2].sum()).asnumpy()) == 0


def test_write_at_index():
    x = np.zeros((40, 3))
    assert compiled_after_third(lambda i: (x.__setitem__(i, i * 1.5), x.asnumpy())) == 0
    assert x[7, 0].item() == 10.5


def test_index_array():
    x = np.array(X)
    assert compiled_after_third(lambda i: x[np.array([i, 2 * i], dtype="int32")].asnumpy()) == 0


def test_mask_write():
    x = np.array(X)

    def turn(i):
        x[x > 3 * i] = i
        x.asnumpy()

    assert compiled_after_third(turn) == 0


def test_clip_bounds_and_exponent():
    x = np.array(X)
    assert compiled_after_third(lambda i: (np.clip(x, i, 2 * i + 1) ** (0.1 * i + 0.05)).sum().item()) == 0


def test_step_count_as_in_adam():
    w, m, v = np.ones((3,)), np.zeros((3,)), np.zeros((3,))
    g = np.array([0.1, 0.2, 0.3])

    def turn(i):
        t = i + 1
        m[:] = 0.9 * m + 0.1 * g
        v[:] = 0.999 * v + 0.001 * np.square(g)
        w[:] -= 0.01 * (m / (1 - 0.9 ** t)) / (np.sqrt(v / (1 - 0.999 ** t)) + 1e-6)
        w.asnumpy()

    assert compiled_after_third(turn) == 0


def test_dropout_draws():
    x = nd.ones((50,))

    def turn(i):
        with autograd.record():
            nd.Dropout(x, p=0.5).asnumpy()

    assert compiled_after_third(turn) == 0


def test_random_draws():
    assert compiled_after_third(lambda i: (np.random.normal(0, 1, (20,)) * 2).asnumpy()) == 0


def linear_regression():
    w, b = np.zeros((3, 1)), np.zeros((1,))
    w.attach_grad()
    b.attach_grad()
    features, labels = np.array(X), np.array(X[:, :1])

    def step(i, read):
        at = (i * 4) % 36
        with autograd.record():
            loss = ((np.dot(features[at:at + 4], w) + b - labels[at:at + 4]) ** 2 / 2).mean()
        loss.backward()
        for p in (w, b):
            p[:] = p - 0.0001 / (1 + i) * p.grad
        if read:
            loss.item()

    return step


@pytest.mark.parametrize("read", [True, False])
def test_training_step_is_one_program(read):
    step = linear_regression()
    assert compiled_after_third(lambda i: step(i, read)) == 0
    before = mx.engine.stats().hits
    for i in range(10):
        step(i, read)
    assert mx.engine.stats().hits - before == 10 - (not read)  # the last of the unread ones waits


def trained(lengths, prepare):
    """(parameter, sum of the losses, number of programs) of a loop that reads nothing; prepare: (turn, length) -> batch."""
    w, total = np.ones((3,)), np.zeros(())
    w.attach_grad()
    npx.waitall()
    before = mx.engine.stats().programs
    for turn, n in enumerate(lengths):
        x = prepare(turn, n)
        with autograd.record():
            loss = ((x * w).sum(axis=1) ** 2).mean()
        loss.backward()
        w[:] = w - 0.01 * w.grad
        total = total + loss
    npx.waitall()
    return w.asnumpy(), total.item(), mx.engine.stats().programs - before


LENGTHS = [5, 8, 11, 5, 11, 11, 8, 8, 5, 8, 11, 5]


def test_batches_of_several_shapes_are_a_program_each():
    """What is done to a batch before record() belongs to its own step: no program is for the shapes of two steps."""
    data = np.array(X)
    w, total, programs = trained(LENGTHS, lambda turn, n: data[:n].astype("float64").astype("float32") * 0.1)
    assert programs <= 3 + 2
    want = onp.ones(3, "float32"), 0.0
    for n in LENGTHS:
        x = X[:n] * onp.float32(0.1)
        y = x @ want[0]
        want = want[0] - onp.float32(0.01) * (2 * y[:, None] * x).mean(0), want[1] + (y ** 2).mean()
    onp.testing.assert_allclose(w, want[0], rtol=1e-4)
    onp.testing.assert_allclose(total, want[1], rtol=1e-4)


def test_a_batch_that_is_written_split_and_counted_on():
    """Views, writes, numbers and several results between the steps, and what needs the last step's results."""
    def looped():
        data, state, seen = np.array(X), np.ones((3,)), []

        def prepare(turn, n):
            nonlocal state
            if turn % 3 == 1:
                state = state * 0.5 + seen[-1].sum()
            x = data[turn:turn + n]
            first, second = np.split(x * (0.1 + 0.01 * turn), [2])
            batch = np.concatenate([second, first]) + (state if turn % 3 == 2 else 0.5)
            data[0] = data[1] + turn
            batch[0] = 0.25 * turn
            seen.append(batch)
            return batch * 0.1

        return [*trained(LENGTHS, prepare)[:2], state.asnumpy(), data.asnumpy(), *[a.asnumpy() for a in seen]]

    found = looped()
    previous = mx.engine.set_engine_type("NaiveEngine")
    try:
        want = looped()
    finally:
        mx.engine.set_engine_type(previous)
    for a, b in zip(found, want, strict=True):
        onp.testing.assert_allclose(a, b, rtol=1e-5)


def test_loops_of_different_lengths_share_programs():
    """A while loop that reads a value at every turn: 8 turns or 11 turns, the same programs."""

    def grow(limit):
        a = np.array([0.3, 0.4])
        a.attach_grad()
        with autograd.record():
            b = a * 2
            while float(np.abs(b).sum()) < limit:
                b = b * 2
        b.backward()
        return a.grad.asnumpy()

    grow(100), grow(1000)
    before = mx.engine.stats().programs
    assert grow(200)[0] == 512
    assert grow(3000)[0] == 8192
    assert mx.engine.stats().programs == before


def test_unread_loop_is_cut_where_it_repeats():
    """A loop that reads nothing is bounded, and all its pieces but the first and last are one program."""
    x = np.array([1.0])
    npx.waitall()
    before = mx.engine.stats().programs
    for _ in range(20_000):
        x = x * 1.0001
        x = x + 0.0
        x = x - 0.0
    assert x.item() == pytest.approx(1.0001 ** 20_000, rel=1e-2)
    assert mx.engine.stats().programs - before <= 4


def rnn(steps, hidden=8):
    w, u = np.ones((4, hidden)) * 0.1, np.ones((hidden, hidden)) * 0.05
    w.attach_grad()
    u.attach_grad()
    inputs = np.ones((steps, 2, 4))

    def turn(i):
        h = np.zeros((2, hidden))
        with autograd.record():
            for x in inputs:
                h = np.tanh(np.dot(x, w) + np.dot(h, u))
            loss = (h ** 2).mean()
        loss.backward()
        for p in (w, u):
            p[:] = p - 0.1 * p.grad
        return loss.item()

    return turn


def test_rnn_by_hand_needs_few_programs():
    """35 steps: one program sets the parameters up, one is the training step."""
    npx.waitall()
    before = mx.engine.stats().programs
    turn = rnn(35)
    losses = [turn(i) for i in range(4)]
    assert losses == sorted(losses, reverse=True)
    assert mx.engine.stats().programs - before <= 3


def test_ten_thousand_equal_steps_hold_nothing():
    step = linear_regression()
    for i in range(20):
        step(i, True)
    gc.collect()
    before, programs = len(gc.get_objects()), mx.engine.stats().programs
    for i in range(10_000):
        step(i, i % 10 == 0)
    npx.waitall()
    gc.collect()
    assert len(gc.get_objects()) - before < 200
    assert mx.engine.stats().programs - programs <= 2


def test_programs_are_evicted_and_freed(monkeypatch, xla_alone):
    program.clear()
    monkeypatch.setattr(program, "BUDGET", 8 << 20)
    monkeypatch.setattr(pieces, "MANY", 1 << 30)  # all of them whole
    evicted = mx.engine.stats().evicted
    first = None
    for n in range(1, 23):
        (np.ones((n,)) * 2 + 1).asnumpy()
        if first is None:
            first = weakref.ref(next(iter(program._cache.values())))
    assert mx.engine.stats().bytes <= 8 << 20
    assert mx.engine.stats().evicted - evicted >= 12
    gc.collect()
    assert first() is None


def test_dropping_the_head_frees_the_graph():
    x = np.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        y = np.exp(x * x)
    node = weakref.ref(y._node)
    parent = weakref.ref(y._node.parents[0][0])
    gc.disable()  # reference counts alone must do it
    try:
        del y
        assert node() is None
        assert parent() is None
    finally:
        gc.enable()


def test_backward_frees_the_graph():
    x = np.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        h = x * x
        y = h * h
    held = [weakref.ref(v) for v in y._node.residuals]
    y.backward()
    del h
    npx.waitall()
    assert all(r() is None or r() is x._cell.value for r in held)


def test_a_function_that_saves_its_output_frees_its_graph():
    class Sigmoid(autograd.Function):
        def forward(self, x):
            y = 1 / (1 + np.exp(-x))
            self.save_for_backward(y)
            return y

        def backward(self, dy):
            y, = self.saved_tensors
            return dy * y * (1 - y)

    x = np.array([0.5])
    x.attach_grad()
    with autograd.record():
        y = Sigmoid()(x)
    node = weakref.ref(y._node)
    gc.disable()
    try:
        del y
        assert node() is None
    finally:
        gc.enable()


def test_a_reference_cycle_frees_its_graph():
    class Holder:
        pass

    x = np.array([1.0])
    x.attach_grad()
    holder = Holder()
    holder.me = holder
    with autograd.record():
        holder.y = x * 2
    node = weakref.ref(holder.y._node)
    del holder
    gc.collect()
    assert node() is None


def test_old_memory_is_given_to_the_new_value():
    """A large array that is overwritten is updated in place: its buffer is donated."""
    x = np.ones((1200, 1200))
    x += 1
    x.wait_to_read()
    old = x._cell.value.data
    x += 1
    x.wait_to_read()
    assert old.is_deleted()
    assert x[0, 0].item() == 3


def test_memory_that_somebody_holds_is_not_given_away():
    x = np.ones((300, 300))
    x.wait_to_read()
    copy, view = x.copy(), x[0:100]
    outside = x.__jax_array__()
    x += 1
    x.wait_to_read()
    assert float(outside.sum()) == 90_000
    assert copy.sum().item() == 90_000
    assert view.sum().item() == 60_000
    x += 1
    y = x.copy()
    x += 1
    assert (x.sum().item(), y.sum().item()) == (360_000, 270_000)


def test_storm_is_announced_once():
    x = np.arange(200)
    with pytest.warns(mx.engine.RecompilationWarning, match="test_counts.py, line .* shapes equal"):
        for n in range(1, 40):
            npx.gammaln(x[:n] + 1).sum().item()  # what NumPy cannot


def test_the_first_step_is_the_program_of_all_later_ones():
    """Weights that begin on the host, and large enough to be overwritten in place, make no program of their own."""
    net = mx.gluon.nn.Dense(300, in_units=200)
    net.initialize()
    trainer = mx.gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    programs = []
    for k in range(3):
        with autograd.record():
            loss = (net(np.full((8, 200), float(k))) ** 2).mean()
        loss.backward()
        trainer.step(1)
        loss.item()
        programs.append(program.stats.programs)
    assert programs == programs[:1] * 3


def test_gradients_that_are_read_before_the_update_make_no_second_program_of_the_step(monkeypatch, xla_alone):
    """As where they are clipped: the update is a program of its own, from the first step on."""
    compiled, real = [], program._compile
    monkeypatch.setattr(program, "_compile", lambda device, instructions, *args: (
        compiled.append([i[0].name for i in instructions]), real(device, instructions, *args))[1])
    net = mx.gluon.nn.Dense(3, in_units=7)
    net.initialize()
    trainer = mx.gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1, "momentum": 0.9})
    for k in range(4):
        with autograd.record():
            loss = (net(np.full((5, 7), float(k))) ** 2).mean()
        loss.backward()
        mx.gluon.utils.clip_global_norm([p.grad() for p in net.collect_params().values()], 1.0)
        trainer.step(1)
        loss.item()
    assert [any(name.startswith("backward") for name in names) for names in compiled] == [True, False]


def test_a_call_with_several_results_is_inferred_once(monkeypatch):
    inferred, real = [], emit.infer
    monkeypatch.setattr(emit, "infer", lambda *call: inferred.append(call[0].name) or real(*call))
    x = np.ones((6, 7))
    for _ in range(4):
        assert [part.shape for part in np.split(x, 3)] == [(2, 7)] * 3
    assert inferred.count("np.split") <= 2  # as a call with one result, and as what it is


def test_a_trace_that_nobody_has_is_opened_again():
    x = np.ones((2, 2))

    def used():
        (x + x).wait_to_read()
        return trace.threads.now.traces[x.ctx.jax]

    first = id(used())
    assert id(used()) == first
    held = used()
    assert used() is held
    held.device = None  # as while another thread runs it
    other = used()
    assert other is not held and used() is other
