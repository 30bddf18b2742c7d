"""Structures that never come back run instruction by instruction; those that do are compiled whole."""
import random
from collections import defaultdict
from pathlib import Path

import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, gluon, nd, np, npx
from mxshim.engine import pieces, program
from mxshim.gluon import nn


@pytest.fixture(autouse=True)
def anew(monkeypatch):
    npx.waitall()
    monkeypatch.setattr(pieces, "_lines", {})
    monkeypatch.setattr(program, "remember_lines", True)
    monkeypatch.setattr(program, "_found", 0)
    monkeypatch.setattr(pieces, "_spent", defaultdict(float))


@pytest.fixture
def always(monkeypatch):
    monkeypatch.setattr(pieces, "instead", lambda instructions, structure, live, has: pieces.Pieces(instructions, structure, live))


@pytest.fixture
def whole(monkeypatch):
    """How many traces were compiled whole."""
    found = []
    real = pieces.compiled
    monkeypatch.setattr(pieces, "compiled", lambda instructions, seconds: (found.append(seconds), real(instructions, seconds)))
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
    monkeypatch.setattr(pieces, "FROM", 1 << 30)
    onp.testing.assert_allclose(got, losses(read), rtol=1e-12)


def test_what_comes_back_is_compiled(whole, monkeypatch):
    monkeypatch.setattr(pieces, "_EACH", 0.0)
    x = np.array([1.0, 1.0, 1.0])

    def run(turns):
        y = x
        for _ in range(turns):
            y = y * 1.5 + 1
        return y.sum().item()

    assert [run(n) for n in (3, 5, 7)] == pytest.approx([3 * (1.5 ** n + (1.5 ** n - 1) / 0.5) for n in (3, 5, 7)])
    assert len(whole) == 1  # the first one
    before = mx.engine.stats().programs
    run(7)
    assert len(whole) == 2 and mx.engine.stats().programs == before + 1
    run(7)
    assert mx.engine.stats().programs == before + 1


def test_shapes_that_keep_changing_are_compiled_whole(whole):
    """Pieces of other shapes would be as many programs again."""
    x = np.arange(60)
    for n in range(20, 50, 3):
        y = x[:n] * 2 + 1
        (y * y - y).sum().item()
    assert len(whole) >= 8


def training(dialect, steps=3):
    """A step with most of what traces hold: statistics that backward writes, numbers, added gradients, heads with gradients."""
    mx.random.seed(1)
    net = nn.HybridSequential()
    net.add(nn.Dense(6, activation="relu"), nn.BatchNorm(), nn.Dropout(0.3), nn.Dense(3))
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.1})
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


@pytest.mark.parametrize("dialect", [nd, np], ids=["nd", "np"])
@pytest.mark.parametrize("hybrid", [False, True])
def test_pieces_compute_what_the_whole_does(dialect, hybrid, monkeypatch):
    if hybrid:
        real = nn.HybridSequential.initialize
        monkeypatch.setattr(nn.HybridSequential, "initialize", lambda net: (real(net), net.hybridize()))
    want = training(dialect)
    monkeypatch.setattr(pieces, "instead", lambda instructions, structure, live, has: pieces.Pieces(instructions, structure, live))
    got = training(dialect)
    for a, b in zip(got, want, strict=True):
        onp.testing.assert_allclose(a, b, rtol=2e-5, atol=1e-6)


def test_results_that_share_memory_are_not_overwritten(always):
    x = np.ones((200, 200))
    x.wait_to_read()
    y, z = x.reshape((-1,)), x + 0
    same = x.astype("float32", copy=False)
    (y + 1).wait_to_read()
    x += 1
    x += 1
    assert (x[0, 0].item(), z[0, 0].item(), same is x) == (3, 1, True)
    z.wait_to_read()


def test_ctrl_c_between_pieces_loses_nothing(always, monkeypatch):
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


def test_a_failure_names_the_line_of_its_piece(always, monkeypatch):
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
