"""The calls of npx and of nd's counterparts that measure_extension.py records, by family and dialect, one expression a line."""

SETUP = """
import numpy as onp

def some(*shape, step=7, dtype="float32"):
    n = 1
    for k in shape:
        n *= k
    return F.array(((onp.arange(n) * step + 3) % 23 - 11).reshape(shape) / 16, dtype=dtype)

def both(fn, *xs):
    "The results, then the gradients of the arguments, the results weighted with fixed numbers."
    for x in xs:
        x.attach_grad()
    with autograd.record():
        ys = fn(*xs)
        ys = list(ys) if isinstance(ys, (list, tuple)) or type(ys).__name__ == "ADT" else [ys]
        heads = [some(*y.shape, step=5, dtype=y.dtype) for y in ys]
    autograd.backward(ys, heads)
    return [y for y in ys] + [x.grad for x in xs]
"""

EXPRESSIONS = {
    ("rnn", "nd"): """
both(lambda *a: nd.RNN(*a, mode="rnn_relu", state_size=3, num_layers=2, state_outputs=True), some(4, 2, 3), some(48), some(2, 2, 3))
both(lambda *a: nd.RNN(*a, mode="rnn_tanh", state_size=3, num_layers=2, bidirectional=True, state_outputs=True), some(4, 2, 3), some(114), some(4, 2, 3))
both(lambda *a: nd.RNN(*a, mode="lstm", state_size=3, num_layers=2, bidirectional=True, state_outputs=True), some(4, 2, 3), some(456), some(4, 2, 3), some(4, 2, 3, step=3))
both(lambda *a: nd.RNN(*a, mode="lstm", state_size=3, num_layers=1), some(4, 2, 5), some(120), some(1, 2, 3), some(1, 2, 3, step=3))
both(lambda *a: nd.RNN(*a, mode="gru", state_size=3, num_layers=2, bidirectional=True, state_outputs=True), some(4, 2, 3), some(342), some(4, 2, 3))
both(lambda *a: nd.RNN(*a, mode="gru", state_size=3, num_layers=1, state_outputs=True), some(4, 2, 2), some(63), some(1, 2, 3))
nd.RNN(some(4, 2, 3), some(168), some(2, 2, 2), some(2, 2, 3), mode="lstm", state_size=3, num_layers=2, projection_size=2, state_outputs=True)
nd.RNN(some(4, 2, 3), some(384), some(4, 2, 2), some(4, 2, 3), mode="lstm", state_size=3, num_layers=2, projection_size=2, state_outputs=True, bidirectional=True)
nd.RNN(some(4, 2, 3, dtype="float64"), some(24, dtype="float64"), some(1, 2, 3, dtype="float64"), mode="rnn_tanh", state_size=3, num_layers=1, p=0.5)
nd.RNN(some(4, 2, 3), some(24), some(1, 2, 3), mode="rnn_tanh", state_size=3, num_layers=1, p=1.5)
nd.RNN(some(4, 2, 3), some(96), some(1, 2, 3), mode="lstm", state_size=3, num_layers=1)
nd.RNN(some(4, 2, 3), some(24), some(1, 2, 3), some(1, 2, 3), mode="rnn_tanh", state_size=3, num_layers=1)
nd.RNN(some(4, 2, 3), some(25), some(1, 2, 3), mode="rnn_tanh", state_size=3, num_layers=1)
nd.RNN(some(4, 2, 3), some(24), some(1, 1, 3), mode="rnn_tanh", state_size=3, num_layers=1)
nd.RNN(some(2, 3), some(24), some(1, 2, 3), mode="rnn_tanh", state_size=3, num_layers=1)
nd.RNN(some(4, 2, 3), some(24), some(1, 2, 3), mode="tanh", state_size=3, num_layers=1)
nd.RNN(some(4, 2, 3), some(24), some(1, 2, 3), state_size=3, num_layers=1)
nd.RNN(some(4, 2, 3), some(24), some(1, 2, 3), mode="rnn_tanh", num_layers=1)
nd.RNN(some(4, 2, 3), some(24), some(1, 2, 3), mode="rnn_tanh", state_size=3)
nd.RNN(some(4, 2, 3), some(24), some(1, 2, 3), mode="rnn_tanh", state_size=3, num_layers=1, use_sequence_length=True)
nd.RNN(some(4, 2, 3), some(24), some(1, 2, 3), mode="rnn_tanh", state_size=3, num_layers=1, foo=1)
nd.RNN(some(4, 2, 3, dtype="float64"), some(24), some(1, 2, 3), mode="rnn_tanh", state_size=3, num_layers=1)
""",
    ("rnn", "np"): """
both(lambda *a: npx.rnn(*a, mode="rnn_relu", state_size=3, num_layers=1), some(4, 2, 3), some(24), some(1, 2, 3))
npx.rnn(some(4, 2, 3), some(84), some(2, 2, 3), mode="rnn_tanh", state_size=3, num_layers=1)
both(lambda *a: npx.rnn(*a, mode="lstm", state_size=3, num_layers=2), some(4, 2, 3), some(192), some(2, 2, 3), some(2, 2, 3, step=3))
both(lambda *a: npx.rnn(*a, mode="gru", state_size=3, num_layers=1, bidirectional=True), some(4, 2, 2), some(126), some(2, 2, 3))
list(npx.rnn(some(4, 2, 3), some(96), some(1, 2, 3), some(1, 2, 3), mode="lstm", state_size=3, num_layers=1, state_outputs=True))
npx.rnn(some(4, 2, 3), some(96), some(1, 2, 3), mode="lstm", state_size=3, num_layers=1)
npx.rnn(some(4, 2, 3), some(24), some(1, 2, 3), state_size=3, num_layers=1)
npx.rnn(some(4, 2, 3), some(24), some(1, 2, 3), mode="rnn_tanh", num_layers=1)
npx.rnn(some(4, 2, 3), some(25), some(1, 2, 3), mode="rnn_tanh", state_size=3, num_layers=1)
npx.rnn(some(4, 2, 3), some(24), some(2, 2, 3), mode="rnn_tanh", state_size=3, num_layers=1)
""",
}
