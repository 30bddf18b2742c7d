"""Gradients of views that leave the graph, or come back to it: a table of programs and what real MXNet answers."""
import pytest

import mxshim as mx
from mxshim import autograd, np


class Ten(autograd.Function):
    """A view of its input, with a gradient of its own."""

    def forward(self, x):
        return x[0:1]

    def backward(self, dy):
        return np.concatenate([dy * 10, dy * 0])


# y is computed while recording, from the marked x = [2, 3]
GRADIENTS = {
    "a detached element": (lambda x: x[0] * x[0].detach(), [2, 0]),
    "a detached slice": (lambda x: (x[0:1].detach() * 5 + x[0]).sum(), [1, 0]),
    "an element of a detached array": (lambda x: x.detach()[1] * x[1], [0, 3]),
    "a detached view of a result": (lambda x: (x * 2)[0].detach() * x[0], [4, 0]),
    "a view of a detached view": (lambda x: x[0:2].detach()[1] * x[1], [0, 3]),
    "a Function that returns a view of its input": (lambda x: Ten()(x) * 2, [20, 0]),
    "a view of what a Function returned": (lambda x: Ten()(x)[0] * 2, [20, 0]),
}


@pytest.mark.parametrize("name", GRADIENTS)
@pytest.mark.parametrize("engine", ["ThreadedEngine", "NaiveEngine"])
def test_gradient(name, engine):
    before = mx.engine.set_engine_type(engine)
    try:
        with mx.np_shape(True):
            x = np.array([2.0, 3.0])
            x.attach_grad()
            with autograd.record():
                y = GRADIENTS[name][0](x)
            y.backward()
            assert x.grad.asnumpy().tolist() == GRADIENTS[name][1]
    finally:
        mx.engine.set_engine_type(before)


def test_a_write_through_a_detached_view_reaches_the_memory_but_not_the_graph():
    with mx.np_shape(True):
        x = np.array([2.0, 3.0])
        x.attach_grad()
        with autograd.record():
            y = x * x
            x[0:1].detach()[:] = y[1] * 2
        assert x.asnumpy().tolist() == [18, 3]
        y.backward()
        assert x.grad.asnumpy().tolist() == [4, 6]


# A view that was taken outside the graph stays there, one that was taken inside stays inside; neither a write outside of record()
# nor a flush changes that. {name: (program, the gradient of x = [2, 3])}; `read` waits, or does nothing.

def _outside(x, read):
    v = x[0]
    read()
    with autograd.record():
        return v * x[1]


def _outside_and_written(x, read):
    v = x[0]
    read()
    x[:] = np.array([4.0, 5.0])
    read()
    with autograd.record():
        return v * x[1]


def _paused(x, read):
    with autograd.record():
        z = x * 1
        with autograd.pause():
            v = z[0:1]
        read()
        return v * 3 + z


def _paused_and_written(x, read):
    with autograd.record():
        z = x * 1
        with autograd.pause():
            v = z[0:1]
    read()
    z[:] = 7
    read()
    with autograd.record():
        return v * z


def _other_class(x, read):
    v = x[0]
    read()
    v = v.as_nd_ndarray().as_np_ndarray()
    with autograd.record():
        return v * x[1]


def _marked(x, read):
    v = x[0:1]
    v.attach_grad()
    read()
    x -= 1
    with autograd.record():
        return v * x[1] * v


def _inside_and_written(x, read):
    with autograd.record():
        v = x[0:1]
    read()
    x -= 1
    read()
    with autograd.record():
        return v * x[1]


def _graph_is_gone(x, read):
    with autograd.record():
        v = x[0]
        y = v * x[1]
    y.backward()
    read()
    x -= 1
    with autograd.record():
        return v * x[1]


TAKEN = {
    "outside": (_outside, [0, 2]), "outside, then written": (_outside_and_written, [0, 4]), "paused": (_paused, [1, 1]),
    "paused, then written": (_paused_and_written, [7, 7]), "seen as the other class": (_other_class, [0, 2]),
    "marked": (_marked, [0, 1]), "inside, then written": (_inside_and_written, [2, 1]),
    "inside a graph that is gone": (_graph_is_gone, [0, 1]),
}


@pytest.mark.parametrize("name", TAKEN)
@pytest.mark.parametrize("read", [lambda: None, mx.nd.waitall], ids=["lazily", "flushed"])
def test_views_stay_where_they_were_taken(name, read):
    with mx.np_shape(True):
        x = np.array([2.0, 3.0])
        x.attach_grad()
        TAKEN[name][0](x, read).backward()
        assert x.grad.asnumpy().tolist() == TAKEN[name][1]


@pytest.mark.parametrize("when", ["never", "paused", "recording", "afterwards"])
def test_a_recorded_write_takes_older_views_into_the_graph(when):
    """Whenever somebody reads them in between."""
    with mx.np_shape(True):
        x, w = np.array([2.0, 3.0]), np.array([5.0, 7.0])
        w.attach_grad()
        v = x[0:1]
        inner = v[0]
        with autograd.record():
            x[:] = w * 2
            if when == "recording":
                v.wait_to_read()
            with autograd.pause():
                if when == "paused":
                    inner.wait_to_read()
        if when == "afterwards":
            inner.wait_to_read()
        with autograd.record():
            y = inner * v * 3
        y.backward()
        assert y.item() == 300
        assert w.grad.asnumpy().tolist() == [120, 0]


@pytest.mark.parametrize(("key", "itself"), [(slice(None), True), (slice(None, None, 1), True), ((), True), (slice(0, None), False),
                                             (slice(0, 2), False), (slice(-2, 9), False), (..., False), ((slice(None),), False)])
def test_whole_slices_are_views_of_their_own(key, itself):
    """As in MXNet, where only x[:] is x: a mark on another one is no mark on x, and as heads beside x they count."""
    with mx.np_shape(True):
        x = np.array([2.0, 3.0])
        assert (x[key] is x) is itself
        v = x[key]
        v.attach_grad()
        assert (x.grad is not None) is itself
        v += 1
        assert x.asnumpy().tolist() == [3, 4]
        x.attach_grad()
        with autograd.record():
            y = x * 5
            z = y[key]
        autograd.backward([y, z])
        assert x.grad.asnumpy().tolist() == ([5, 5] if itself else [10, 10])


@pytest.mark.parametrize("engine", ["ThreadedEngine", "NaiveEngine"])
def test_a_chain_of_views_is_as_good_as_one(engine):
    """Of any length: code that takes `rest = rest[1:]` until nothing is left, and writes into it, has as many views as elements."""
    before = mx.engine.set_engine_type(engine)
    try:
        n = 1100 if engine == "ThreadedEngine" else 20
        x = np.zeros((n, 2))
        rest, kept = x, []
        for i in range(n - 1):
            rest = rest[1:]
            kept.append(rest)
            if i % 100 < 2:
                rest[0][1] += i
        x += 1
        inner = rest.as_nd_ndarray().reshape((1, 2))[0:1].reshape((2,))
        inner[1:] = 7
        assert rest.asnumpy().tolist() == [[1, 7]]
        want = [1 + i if i % 100 < 2 else 1 for i in range(n - 2)]
        assert x.asnumpy()[:, 1].tolist() == [1, *want, 7]
        del kept
        x[-1] = 3
        assert inner.asnumpy().tolist() == [3, 3]
    finally:
        mx.engine.set_engine_type(before)


@pytest.mark.parametrize("held", ["all", "the first", "none"])
@pytest.mark.parametrize("read", [lambda: None, mx.nd.waitall], ids=["lazily", "flushed"])
def test_a_recorded_write_reaches_the_graph_of_all_though_the_views_between_are_gone(held, read):
    with mx.np_shape(True):
        x, w = np.zeros((2, 3, 4)), np.array([2.0, 3.0])
        first = x[1]
        second = first[1]
        inner = second[1:3]
        if held != "all":
            del second
        if held == "none":
            del first
        w.attach_grad()
        read()
        with autograd.record():
            inner[:] = w * w
            read()
            y = (x[1] * x[1]).sum()
        y.backward()
        assert x.asnumpy()[1, 1].tolist() == [0, 4, 9, 0]
        assert w.grad.asnumpy().tolist() == [4 * 2 ** 3, 4 * 3 ** 3]


def test_a_detached_view_of_a_view_stays_out_of_the_graph():
    with mx.np_shape(True):
        x, w = np.zeros((2, 3)), np.array([2.0, 3.0])
        w.attach_grad()
        apart = x[1][1:].detach()
        inner = apart[0]
        with autograd.record():
            x[1, 1:] = w * w
            y = (apart * w).sum() + inner * w[1]
        y.backward()
        assert y.item() == 8 + 27 + 12
        assert w.grad.asnumpy().tolist() == [4, 9 + 4]
