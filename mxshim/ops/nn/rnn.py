"""Recurrent networks over whole sequences: plain, LSTM and GRU cells, several layers, one or both directions.

The parameters come in one vector, in the order of cuDNN's and MXNet's: for each layer and direction the weights of the input
and of the hidden state (and of the projection), then for each layer and direction the two biases. The gates of one matrix lie
in the order input, forget, cell, output (LSTM) and reset, update, new (GRU).
"""
from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from ...base import MXNetError
from ...engine.op import op
from ..axes import number
from ..products import contract
from .dropout import dropout
from .spatial import has_shape, one_of, required, uniform

GATES = {"rnn_relu": 1, "rnn_tanh": 1, "lstm": 4, "gru": 3}


def layer_sizes(mode, inputs, state_size, layers, directions, projection):
    """Per layer the shapes of (input weight, hidden weight, projection weight or None, bias) of one direction."""
    gates, out = GATES[mode] * state_size, projection or state_size
    found = []
    for layer in range(layers):
        width = inputs if layer == 0 else out * directions
        found.append(((gates, width), (gates, out), (projection, state_size) if projection else None, (gates,)))
    return found


def _unpacked(parameters, sizes, directions):
    """[(input weight, hidden weight, projection weight or None, input bias, hidden bias)] by layer and direction."""
    offset = 0

    def take(shape):
        nonlocal offset
        n = int(onp.prod(shape))
        offset += n
        return parameters[offset - n:offset].reshape(shape)

    weights = [[take(s) if s else None for s in shapes[:3]] for shapes in sizes for _ in range(directions)]
    biases = [[take(shapes[3]), take(shapes[3])] for shapes in sizes for _ in range(directions)]
    return [(*w, *b) for w, b in zip(weights, biases, strict=True)]


def _relu(x):
    return jnp.where(x > 0, x, jnp.zeros_like(x))


def _cell(mode, clip):
    """step(what the input contributes to the gates, hidden weight, its bias, projection, (h, c)) -> (h, c); c is None but for LSTM."""

    def product(h, weight):
        return lax.dot_general(h, weight, (((1,), (1,)), ((), ())))

    def plain(gates, weight, bias, projection, h, c):
        return (_relu if mode == "rnn_relu" else jnp.tanh)(gates + product(h, weight) + bias), None

    def lstm(gates, weight, bias, projection, h, c):
        i, f, g, o = jnp.split(gates + product(h, weight) + bias, 4, axis=1)
        c = clip(jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g))
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return h if projection is None else product(h, projection), c

    def gru(gates, weight, bias, projection, h, c):
        (r, z, n), (hr, hz, hn) = jnp.split(gates, 3, axis=1), jnp.split(product(h, weight) + bias, 3, axis=1)
        r, z = jax.nn.sigmoid(r + hr), jax.nn.sigmoid(z + hz)
        n = jnp.tanh(n + r * hn)
        return n + z * (h - n), None

    return {"lstm": lstm, "gru": gru}.get(mode, plain)


def _direction(step, x, weights, h, c, lengths, reverse):
    """One layer in one direction: (T, N, in) -> (T, N, out), last h, last c. Past its length a sequence gives 0 and keeps its state."""
    w, r, projection, b, br = weights
    gates = contract(x, w, 2, 1) + b  # of all steps at once

    def turn(state, given):
        new = step(given[0], r, br, projection, *state)
        if lengths is None:
            return new, new[0]
        going = (given[1] < lengths)[:, None]
        kept = tuple(None if old is None else jnp.where(going, v, old) for v, old in zip(new, state, strict=True))
        return kept, jnp.where(going, new[0], jnp.zeros_like(new[0]))

    steps = None if lengths is None else jnp.arange(x.shape[0], dtype=lengths.dtype)
    (h, c), y = lax.scan(turn, (h, c), (gates, steps), reverse=reverse)
    return y, h, c


def _clipper(low, high, nan, dtype):
    if low is None and high is None:
        return lambda c: c
    low, high = number(-onp.inf if low is None else low, dtype), number(onp.inf if high is None else high, dtype)

    def clip(c):
        clipped = jnp.where(c < low, low, jnp.where(c > high, high, c))
        return jnp.where(jnp.isnan(clipped), low, clipped) if nan else clipped

    return clip


def _some(*shape):
    return (onp.arange(onp.prod(shape)) * 7 % 23 - 11).astype("float32").reshape(shape) / 16


_H = _some(2, 2, 2)
_SAMPLES = [
    ((_some(3, 2, 3), _some(28), _H, None, onp.array([3., 1.], "float32")),
     {"mode": "rnn_tanh", "state_size": 2, "num_layers": 1, "bidirectional": True, "use_sequence_length": True}),
    ((_some(3, 2, 3), _some(50), _H[:1, :, :1], _H[1:]),
     {"mode": "lstm", "state_size": 2, "num_layers": 1, "projection_size": 1, "state_outputs": True,
      "lstm_state_clip_min": -0.25, "lstm_state_clip_max": 0.3}),
    ((_some(3, 2, 3), _some(42), _H[:1]), {"mode": "gru", "state_size": 2, "num_layers": 1, "state_outputs": True})]


@op("mx.rnn", arrays=("state_cell", "sequence_length", "noise"), scalars=("p", "lstm_state_clip_min", "lstm_state_clip_max"),
    samples={"args": _SAMPLES, "constant": (4,)})
def rnn(data, parameters, state, state_cell=None, sequence_length=None, noise=None, mode=None, state_size=None, num_layers=None,
        bidirectional=False, state_outputs=False, p=0.0, use_sequence_length=False, projection_size=None,
        lstm_state_clip_min=None, lstm_state_clip_max=None, lstm_state_clip_nan=False):
    """npx.rnn; `noise` holds for each layer but the last uniform numbers of its output's shape, which decide what dropout keeps."""
    required(mode=mode, state_size=state_size, num_layers=num_layers)
    one_of("mode", mode, GATES)
    lstm, directions = mode == "lstm", 2 if bidirectional else 1
    if (state_cell is None) == lstm:
        raise MXNetError("mode 'lstm' needs `state_cell`" if lstm else f"mode {mode!r} has no `state_cell`: leave it out")
    if (sequence_length is None) == bool(use_sequence_length):
        raise MXNetError("use_sequence_length=True needs `sequence_length`" if use_sequence_length
                         else "`sequence_length` is given: pass use_sequence_length=True")
    if projection_size and not lstm:
        raise MXNetError(f"projection_size is for mode 'lstm', not {mode!r}")
    if data.ndim != 3 or num_layers < 1 or state_size < 1:
        raise MXNetError(f"data of shape (T, N, C), state_size >= 1 and num_layers >= 1 are needed, got data {data.shape}, "
                         f"state_size={state_size}, num_layers={num_layers}")
    uniform(data=data, parameters=parameters, state=state, state_cell=state_cell)
    batch, out = data.shape[1], projection_size or state_size
    sizes = layer_sizes(mode, data.shape[2], state_size, num_layers, directions, projection_size)
    count = directions * sum(int(onp.prod(w) + onp.prod(r) + (onp.prod(q) if q else 0) + 2 * b[0]) for w, r, q, b in sizes)
    has_shape("parameters", parameters, (count,), "all weights and biases in one vector")
    has_shape("state", state, (num_layers * directions, batch, out), "layers times directions, batch, size of the output")
    if lstm:
        has_shape("state_cell", state_cell, (num_layers * directions, batch, state_size), "as `state`, with state_size")
    if sequence_length is not None:
        has_shape("sequence_length", sequence_length, (batch,), "a length for each sequence")
    step = _cell(mode, _clipper(lstm_state_clip_min, lstm_state_clip_max, lstm_state_clip_nan, data.dtype))
    weights, x, ends = _unpacked(parameters, sizes, directions), data, []
    for layer in range(num_layers):
        if layer and noise is not None:
            x = dropout(x, noise[layer - 1], p)
        both = []
        for d in range(directions):
            k = layer * directions + d
            y, h, c = _direction(step, x, weights[k], state[k], state_cell[k] if lstm else None, sequence_length, d == 1)
            both.append(y)
            ends.append((h, c))
        x = both[0] if directions == 1 else jnp.concatenate(both, axis=2)
    if not state_outputs:
        return x
    h, c = zip(*ends, strict=True)
    return (x, jnp.stack(h), jnp.stack(c)) if lstm else (x, jnp.stack(h))
