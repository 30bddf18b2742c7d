"""Structures that never come back run instruction by instruction; those that do are compiled whole."""
import logging
import random
from pathlib import Path

import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, gluon, nd, np, npx
from mxshim.engine import host, pieces, program
from mxshim.gluon import nn


@pytest.fixture(autouse=True)
def anew(monkeypatch, xla_alone):
    npx.waitall()
    monkeypatch.setattr(pieces, "WAITED", 0.0)
    monkeypatch.setattr(program, "remember_lines", True)
    monkeypatch.setattr(program, "_found", 0)
    with mx.cpu():  # other devices take nothing that NumPy computes
        yield


def everything_apart(line, instructions, structure, live, has, on_cpu):
    found = pieces.Pieces(instructions, structure, live)
    found.plan(has, on_cpu)
    return found


def everything_compiled_apart(line, instructions, structure, live, has, on_cpu):
    return pieces.Pieces(instructions, structure, live)


BOTH = pytest.mark.parametrize("instead", [everything_apart, everything_compiled_apart], ids=["numpy", "compiled"])


@pytest.fixture
def apart(monkeypatch):
    monkeypatch.setattr(pieces, "instead", everything_compiled_apart)


@pytest.fixture
def whole(monkeypatch):
    """How many traces were compiled whole."""
    found = []
    real = pieces.compiled
    monkeypatch.setattr(pieces, "compiled", lambda line, instructions, seconds: (found.append(seconds), real(line, instructions, seconds)))
    return found


def tree(leaves, draw):
    if leaves == 1:
        return draw.randrange(9)
    k = draw.randrange(1, leaves)
    return tree(k, draw), tree(leaves - k, draw)


def folded(node, leaf, join):
    return leaf(node) if isinstance(node, int) else join(folded(node[0], leaf, join), folded(node[1], leaf, join))


def test_trees_compile_few_programs_and_learn_what_a_whole_program_would(whole, monkeypatch):
    monkeypatch.setattr(pieces, "_EACH", 1e-3)  # whatever this machine takes, trees repeat themselves
    draw = random.Random(3)
    trees = [tree(draw.randrange(6, 14), draw) for _ in range(12)]
    rng = onp.random.default_rng(0)
    start = rng.normal(0, 0.5, (4, 4)), rng.normal(0, 0.5, (9, 4))

    def losses(pause=lambda h: h):
        w, e = (np.array(a, dtype="float64") for a in start)
        for p in (w, e):
            p.attach_grad()
        found = []
        for t in trees:
            with autograd.record():
                h = folded(t, lambda i: e[i:i + 1], lambda a, b: pause(np.tanh(np.dot(a + 0.5 * b, w))))
                loss = (h * h).sum()
            loss.backward()
            for p in (w, e):
                p[:] = p - 0.1 * p.grad
            found.append(loss.item())
        return found

    def read(h):
        h.wait_to_read()
        return h

    got = losses()
    assert len(whole) <= 3
    monkeypatch.setattr(pieces, "STREAK", 1 << 30)
    onp.testing.assert_allclose(got, losses(read), rtol=1e-12)


def test_what_comes_back_gives_the_same_bits_and_then_is_compiled(whole, monkeypatch):
    monkeypatch.setattr(pieces, "_EACH", 0.0)
    x = np.array([0.1, 0.2, 0.3])

    def run(turns):
        y = x
        for _ in range(turns):
            y = np.tanh(y * 1.5 + 1)
        return y.asnumpy()

    run(3), run(5)
    assert len(whole) == 2
    first = run(7)
    assert len(whole) == 2
    assert (run(7) == first).all() and len(whole) == 2
    before = mx.engine.stats().programs
    onp.testing.assert_allclose(run(7), first, rtol=1e-6)
    assert len(whole) == 3 and mx.engine.stats().programs == before + 1
    run(7)
    assert mx.engine.stats().programs == before + 1


def repeated(fn, turns):
    y = np.array([0.1, 0.2, 0.3])
    for _ in range(turns):
        y = fn(y * 1.5 + 1)
    return y.asnumpy()


def trained(width, steps):
    """Steps of a training, one after the other."""
    w = np.ones((width,))
    w.attach_grad()
    for _ in range(steps):
        w.wait_to_read()
        with autograd.record():
            loss = np.tanh(w * 0.3).sum()
        loss.backward()
        w[:] = w - w.grad
        loss.wait_to_read()
        yield


def test_rows_that_ended_by_chance_must_be_longer_the_next_time(whole, monkeypatch):
    monkeypatch.setattr(pieces, "_EACH", 0.0)
    monkeypatch.setattr(pieces, "ran", lambda structure, seconds: pieces._spent[structure])  # a busy machine does not decide
    for turns in (3, 5, 7, 7, 7):  # the third 7 is taken for a loop
        repeated(np.expm1, turns)
    assert len(whole) == 3
    for turns, count in ((9, 5), (11, 9)):  # it was none: the next one needs five, and so on
        before = len(whole)
        for k in range(count):
            repeated(np.expm1, turns)
            assert len(whole) == before + (k == count - 1)


def test_rows_too_short_to_pay_must_be_longer_the_next_time(whole, monkeypatch):
    """As where each batch, of a width of its own, is trained on a few times."""
    monkeypatch.setattr(pieces, "_EACH", 0.0)
    monkeypatch.setattr(pieces, "ran", lambda structure, seconds: pieces._spent[structure])  # pieces take no time
    counts = [[len(whole) for _ in trained(width, 5)][-1] for width in range(2, 14)]
    assert counts[-1] == counts[5]


def test_the_same_operators_are_alike_however_often_they_come(whole, monkeypatch):
    monkeypatch.setattr(pieces, "WAITED", 1e6)
    for turns in range(3, 15):
        repeated(np.log1p, turns)
    assert len(whole) == 5


def test_two_kinds_of_operators_in_turn_are_many_of_each(whole, monkeypatch):
    monkeypatch.setattr(pieces, "WAITED", 1e6)
    for turns in range(3, 23):
        repeated(np.log1p if turns % 2 else np.expm1, turns)
    assert len(whole) == 10


def test_backwards_of_any_length_are_alike(whole, monkeypatch):
    monkeypatch.setattr(pieces, "WAITED", 1e6)
    w = np.ones((3,))
    w.attach_grad()
    w.wait_to_read()
    for turns in range(3, 15):
        with autograd.record():
            h = w
            for _ in range(turns):
                h = np.log1p(h * 0.5)
        h.backward()
        w.grad.wait_to_read()
    assert len(whole) == 5


def test_a_line_is_the_same_while_lines_are_not_kept(whole, monkeypatch):
    monkeypatch.setattr(pieces, "WAITED", 1e6)
    x = np.array(onp.arange(60))
    for k, n in enumerate(range(20, 56, 3)):
        monkeypatch.setattr(program, "remember_lines", k % 2 == 0)
        (x[:n] * 2 + 1).sum().item()
    assert len(whole) == 5


def test_new_structures_among_compiled_ones_run_in_pieces_while_they_keep_coming(whole, monkeypatch):
    monkeypatch.setattr(pieces, "_EACH", 0.0)
    for turns in (3, 5, 6, 7):
        repeated(np.arctan, turns)
    assert len(whole) == 2
    for turns in range(8, 16):
        for _ in range(20):
            repeated(np.arctan, 3)
        repeated(np.arctan, turns)
    assert len(whole) == 2


def test_a_line_that_has_not_waited_long_compiles_a_few(whole, monkeypatch):
    monkeypatch.setattr(pieces, "WAITED", 1e6)
    x = np.array(onp.arange(60))
    for n in range(20, 56, 4):
        (x[:n] * 2 + 1).sum().item()
    assert len(whole) == 5


def test_many_structures_in_turn_are_compiled_by_the_third_turn(whole, monkeypatch):
    monkeypatch.setattr(pieces, "WAITED", 1e6)
    programs = []
    for _ in range(6):
        for n in range(20, 60, 4):
            (np.ones((n, 30)) * 2 + 1).sum(axis=1).max().item()
        programs.append(mx.engine.stats().programs)
    assert len(whole) == 10 and programs[2] == programs[-1]


def test_a_training_step_is_compiled_when_it_comes_twice_in_a_row(whole):
    for width in range(2, 7):
        *_, second, third, fourth = [len(whole) for _ in trained(width, 4)]
        assert second == third == fourth


def test_a_line_that_has_one_program_for_long_compiles_the_next(whole):
    x = np.array(onp.ones(40))

    def total(n):
        return (x[:n] * 2).sum().item()

    for k, n in enumerate((40, 39, 38, 37, 36)):
        for _ in range(6):
            assert total(n) == 2 * n
        assert len(whole) == k + 1


@pytest.mark.parametrize("on_cpu", [True, False])
def test_shapes_that_keep_changing(whole, monkeypatch, on_cpu):
    """NumPy computes them; where it may not, pieces of other shapes would be as many programs again."""
    if not on_cpu:
        monkeypatch.setattr(pieces, "_for_host", lambda piece: None)
        monkeypatch.setattr(pieces, "_EACH", 10.0)
    x = np.array(onp.arange(60))
    before = mx.engine.stats().programs
    for n in range(20, 50, 3):
        y = x[:n] * 2 + 1
        assert (y * y - y).sum().item() == sum((2 * k + 1) ** 2 - (2 * k + 1) for k in range(n))
    assert len(whole) == 2 if on_cpu else len(whole) >= 8
    if on_cpu:
        assert mx.engine.stats().programs == before + 2


@pytest.mark.parametrize("hybrid", [False, True])
def test_images_of_any_size_train_without_a_program_each(whole, hybrid):
    net = nn.HybridSequential()
    net.add(nn.Conv2D(4, 3, activation="relu"), nn.MaxPool2D(2), nn.Conv2D(4, 3, strides=2, groups=2), nn.BatchNorm(), nn.AvgPool2D(2),
            nn.Conv2DTranspose(2, 2), nn.GlobalAvgPool2D(), nn.Dense(2))
    net.initialize()
    if hybrid:
        net.hybridize()
    trainer, programs = gluon.Trainer(net.collect_params(), "sgd"), []
    for size in range(20, 40, 2):
        with autograd.record():
            loss = (net(nd.ones((1, 3, size, size + 3))) ** 2).mean()
        loss.backward()
        trainer.step(1)
        loss.asscalar()
        programs.append(mx.engine.stats().programs)
    assert len(whole) <= 3 and programs[-1] == programs[3]


def training(dialect, steps=3):
    """A step with most of what traces hold: statistics that backward writes, numbers, added gradients, heads with gradients."""
    mx.random.seed(1)
    net = nn.HybridSequential()
    net.add(nn.Dense(6, activation="relu"), nn.BatchNorm(), nn.Dropout(0.3), nn.Dense(3))
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.1, "epsilon": 0.1})  # no steps out of what rounding leaves
    x, extra = dialect.array(onp.arange(20).reshape(4, 5) / 10), dialect.ones((3,))
    extra.attach_grad(grad_req="add")
    found = []
    for k in range(steps):
        with autograd.record():
            out = net(x)
            a, b = (out * extra).sum(), (out * out)[1:3] * (k + 0.5)
        autograd.backward([a, b], [None, dialect.ones((2, 3)) * 2])
        trainer.step(4)
        found += [a.asnumpy(), b.asnumpy(), extra.grad.asnumpy()]
    return found + [p.data().asnumpy() for p in net.collect_params().values()]


@BOTH
@pytest.mark.parametrize("dialect", [nd, np], ids=["nd", "np"])
@pytest.mark.parametrize("hybrid", [False, True])
def test_pieces_compute_what_the_whole_does(dialect, hybrid, instead, monkeypatch):
    if hybrid:
        real = nn.HybridSequential.initialize
        monkeypatch.setattr(nn.HybridSequential, "initialize", lambda net: (real(net), net.hybridize()))
    want = training(dialect)
    monkeypatch.setattr(pieces, "instead", instead)
    got = training(dialect)
    for a, b in zip(got, want, strict=True):
        onp.testing.assert_allclose(a, b, rtol=2e-5, atol=1e-6)


def convolutions():
    net = nn.HybridSequential()
    net.add(nn.Conv2D(4, 3, padding=1), nn.BatchNorm(), nn.Activation("relu"), nn.MaxPool2D(3, 2, 1), nn.Conv2D(6, 3, strides=2, groups=2),
            nn.AvgPool2D(2, 1), nn.Conv2DTranspose(3, 4, strides=2, padding=1), nn.GlobalMaxPool2D(), nn.Dense(2))
    return net, (2, 3, 17, 14)


def volumes():
    net = nn.HybridSequential()
    net.add(nn.Conv3D(2, (2, 3, 2), dilation=(1, 2, 1)), nn.MaxPool3D(2), nn.Conv3D(3, 1), nn.Flatten(), nn.Dense(2))
    return net, (2, 2, 5, 9, 6)


def recurrent(kind):
    return kind(4, num_layers=2, bidirectional=kind is gluon.rnn.GRU), (5, 3, 2)


@pytest.mark.parametrize("made", [convolutions, volumes, lambda: recurrent(gluon.rnn.LSTM), lambda: recurrent(gluon.rnn.GRU)],
                         ids=["convolutions", "volumes", "LSTM", "GRU"])
def test_numpy_computes_layers_as_xla_does(made, monkeypatch, caplog):
    def gradients():
        mx.random.seed(3)
        net, shape = made()
        net.initialize(mx.init.Normal(0.5))
        x = nd.random.normal(shape=shape)
        x.attach_grad()
        with autograd.record():
            loss = (net(x) ** 2).sum()
        loss.backward()
        return [loss.asnumpy(), x.grad.asnumpy(), *[p.grad().asnumpy() for p in net.collect_params().values() if p.grad_req != "null"]]

    want = gradients()
    monkeypatch.setattr(pieces, "instead", everything_apart)
    programs = mx.engine.stats().programs
    with caplog.at_level(logging.DEBUG, host.steps.__name__):
        got = gradients()
    assert not caplog.records and mx.engine.stats().programs == programs
    for a, b in zip(got, want, strict=True):
        onp.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5 * abs(b).max())


@BOTH
def test_results_that_share_memory_are_not_overwritten(monkeypatch, instead):
    monkeypatch.setattr(pieces, "instead", instead)
    x = np.ones((200, 200))
    x.wait_to_read()
    y, z = x.reshape((-1,)), x + 0
    same = x.astype("float32", copy=False)
    (y + 1).wait_to_read()
    x += 1
    x += 1
    assert (x[0, 0].item(), z[0, 0].item(), same is x) == (3, 1, True)
    z.wait_to_read()


def test_what_numpy_fails_at_is_compiled(monkeypatch):
    monkeypatch.setitem(host.RULES, "tanh", lambda params, avals: lambda x: 1 // 0)
    monkeypatch.setattr(pieces, "instead", everything_apart)
    monkeypatch.setattr(logging.getLogger("mxshim.engine.host.steps"), "disabled", True)
    x = np.arange(31) / 16
    x.wait_to_read()
    before = mx.engine.stats().programs
    onp.testing.assert_allclose((np.tanh(x * 2) + 1).asnumpy(), onp.tanh(onp.arange(31) / 8) + 1, rtol=1e-6)
    assert mx.engine.stats().programs == before + 1


def test_ctrl_c_between_pieces_loses_nothing(apart, monkeypatch):
    x = np.ones((3,))
    x.attach_grad()
    with autograd.record():
        y = (x * 3 + 1) * x
    y.backward()
    turns = iter([None, None, KeyboardInterrupt])
    real = program._run_piece

    def interrupted(*args):
        error = next(turns, None)
        if error is not None:
            raise error
        return real(*args)

    monkeypatch.setattr(program, "_run_piece", interrupted)
    with pytest.raises(KeyboardInterrupt):
        x.grad.asnumpy()
    assert x.grad.asnumpy().tolist() == [7, 7, 7]
    assert y.asnumpy().tolist() == [4, 4, 4]


def test_a_failure_names_the_line_of_its_piece(apart, monkeypatch):
    x = np.ones((3,)) * 2
    y = np.tanh(x)
    z = y + 1  # here
    real = program._compile

    def failing(device, instructions, *args):
        compiled = real(device, instructions, *args)
        if instructions[0][0].name == "np.add":
            def call(*args):
                raise RuntimeError("RESOURCE_EXHAUSTED: out of memory")
            compiled.call = call
        return compiled

    monkeypatch.setattr(program, "_compile", failing)
    mx.engine.program.clear()
    here = next(n for n, text in enumerate(Path(__file__).read_text().splitlines(), 1) if text.endswith("  # here"))
    with pytest.raises(mx.MXNetError, match=rf"test_pieces.py, line {here} on: RESOURCE_EXHAUSTED"):
        z.asnumpy()
    mx.engine.program.clear()
