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
