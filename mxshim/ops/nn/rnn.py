"""Recurrent networks over whole sequences: plain, LSTM and GRU cells, several layers, one or both directions.

The parameters come in one vector, in the order of cuDNN's and MXNet's: for each layer and direction the weights of the input
and of the hidden state (and of the projection), then for each layer and direction the two biases. The gates of one matrix lie
in the order input, forget, cell, output (LSTM) and reset, update, new (GRU).
"""
from __future__ import annotations

import functools
from functools import partial

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from ...base import MXNetError
from ...engine.op import op
from ..axes import number
from ..primitives import spread, total
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
    """[(input weight and bias, hidden weight and bias, projection weight or None)] by layer and direction."""
    matrices = [s for shapes in sizes for _ in range(directions) for s in shapes[:3]]
    vectors = [shapes[3] for shapes in sizes for _ in range(2 * directions)]
    parts = iter(lax.split(parameters, [int(onp.prod(s)) for s in (*matrices, *vectors) if s]))
    weights = [next(parts).reshape(s) if s else None for s in matrices]
    biases = list(parts)
    return [(weights[3 * i], biases[2 * i], weights[3 * i + 1], biases[2 * i + 1], weights[3 * i + 2])
            for i in range(len(sizes) * directions)]


def _product(h, weight):
    return lax.dot_general(h, weight, (((1,), (1,)), ((), ())))


def _plain(mode):
    def forward(x, s, h, c, clip):
        v = x + s
        h = jnp.where(v > 0, v, jnp.zeros_like(v)) if mode == "rnn_relu" else jnp.tanh(v)
        return h, None, (h,)

    def backward(dh, dc, kept):
        h, = kept
        d = jnp.where(h > 0, dh, jnp.zeros_like(dh)) if mode == "rnn_relu" else dh * (1 - h * h)
        return d, d, None, None

    return forward, backward


def _lstm_forward(x, s, h, c, clip):
    i, f, g, o = jnp.split(x + s, 4, axis=1)
    i, f, g, o = jax.nn.sigmoid(i), jax.nn.sigmoid(f), jnp.tanh(g), jax.nn.sigmoid(o)
    found = f * c + i * g
    new = found if clip is None else clip(found)
    t = jnp.tanh(new)
    return o * t, new, (i, f, g, o, c, t, None if clip is None else new == found)


def _lstm_backward(dh, dc, kept):
    i, f, g, o, c, t, free = kept
    dc = dc + dh * o * (1 - t * t)
    if free is not None:
        dc = jnp.where(free, dc, jnp.zeros_like(dc))
    d = jnp.concatenate([dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g * g), dh * t * o * (1 - o)], axis=1)
    return d, d, None, dc * f


def _gru_forward(x, s, h, c, clip):
    (r, z, n), (hr, hz, hn) = jnp.split(x, 3, axis=1), jnp.split(s, 3, axis=1)
    r, z = jax.nn.sigmoid(r + hr), jax.nn.sigmoid(z + hz)
    n = jnp.tanh(n + r * hn)
    return n + z * (h - n), None, (r, z, n, h, hn)


def _gru_backward(dh, dc, kept):
    r, z, n, h, hn = kept
    dn = dh * (1 - z) * (1 - n * n)
    dr, dz = dn * hn * r * (1 - r), dh * (h - n) * z * (1 - z)
    return jnp.concatenate([dr, dz, dn], axis=1), jnp.concatenate([dr, dz, dn * r], axis=1), dh * z, None


# mode -> what a cell makes of (x: what the input contributes to the gates, s: what the state does, h, c, a function for c), (h, c, what its
# gradient keeps), and that gradient: of (dh, dc, kept), (dx, ds, dh without what comes by way of s, dc). c is None but for LSTM.
_CELLS = {"lstm": (_lstm_forward, _lstm_backward), "gru": (_gru_forward, _gru_backward), "rnn_relu": _plain("rnn_relu"),
          "rnn_tanh": _plain("rnn_tanh")}


def _chosen(going, some, others):
    """Leaf by leaf, the rows of `some` where `going` says so, else those of `others`."""
    return jax.tree.map(lambda a, b: jnp.where(going[:, None], a, b), some, others)


# What a loop does at each turn is traced, and differentiated, once for all lengths: it is one function for JAX, which is why that
# is given all it needs as what it carries.

@functools.cache
def _turn(mode, nan, keep):
    """One step forward: ((state, what stays the same), (gates, number)) -> the same, output and, if `keep`, what the gradient needs."""
    forward = _CELLS[mode][0]

    def turn(carried, given):
        (h, c), fixed = carried
        weight, bias, projection, bounds, lengths = fixed
        gates, number = given
        u, new_c, kept = forward(gates, _product(h, weight) + bias, h, c, bounds and partial(_clipped, bounds=bounds, nan=nan))
        new_h = y = u if projection is None else _product(u, projection)
        if lengths is not None:
            going = number < lengths
            y = _chosen(going, y, jnp.zeros_like(y))
            new_h, new_c = _chosen(going, (new_h, new_c), (h, c))
        return ((new_h, new_c), fixed), (y, (kept, h, None if projection is None else u) if keep else None)

    return turn


@functools.cache
def _turn_back(mode):
    """One step of the gradient: ((gradient of the state, what stays the same), what there is of the step) -> the same, gradients."""
    backward = _CELLS[mode][1]

    def turn(carried, given):
        (dh, dc), fixed = carried
        weight, projection, lengths = fixed
        dy, kept, number = given
        past = zero = None
        if lengths is not None:
            going, zero = number < lengths, jax.tree.map(jnp.zeros_like, (dh, dc))
            past = _chosen(going, zero, (dh, dc))
            dh, dc = _chosen(going, (dh + dy, dc), zero)
        else:
            dh = dh + dy
        du = dh if projection is None else dh @ projection
        dx, ds, through, before = backward(du, dc, kept)
        back = ds @ weight
        state = back if through is None else back + through, before
        if past is not None:
            state = jax.tree.map(jnp.add, state, past)
        return (state, fixed), (dx, ds, None if projection is None else dh)

    return turn


def _ran(how, keep, x, of_input, bias, weight, bias2, projection, bounds, lengths, h, c):
    mode, nan, reverse = how
    gates = contract(x, of_input, 2, 1)
    gates = lax.add(gates, spread(bias, gates.shape))  # the input's part of all steps at once
    carried = (h, c), (weight, bias2, projection, bounds, lengths)
    (state, _), (y, kept) = lax.scan(_turn(mode, nan, keep), carried, (gates, _numbers(x, lengths)), reverse=reverse)
    return (y, *state), kept


def _numbers(x, lengths):
    return None if lengths is None else lax.iota(lengths.dtype, x.shape[0])


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _recurrence(how, *arrays):
    """One layer in one direction: (T, N, in) -> (T, N, out), last h, last c. Past its length a sequence gives 0 and keeps its state.

    how: (mode, whether nan becomes the lower bound, whether it begins at the end). arrays: x, weight and bias of the input, of the
    state, projection, (lower and upper bound of c), lengths, h, c. The gradients of the weights are products of all steps at once, in
    place of sums that grow with each.
    """
    return _ran(how, False, *arrays)[0]


def _recurrence_forward(how, x, of_input, bias, weight, bias2, projection, bounds, lengths, h, c):
    found, kept = _ran(how, True, x, of_input, bias, weight, bias2, projection, bounds, lengths, h, c)
    return found, (kept, x, of_input, weight, projection, lengths)


def _recurrence_backward(how, residuals, cts):
    mode, _, reverse = how
    (kept, before, u), x, of_input, weight, projection, lengths = residuals
    dy, dh, dc = cts
    carried = (dh, dc), (weight, projection, lengths)
    ((dh, dc), _), (dx, ds, dp) = lax.scan(_turn_back(mode), carried, (dy, kept, _numbers(x, lengths)), reverse=not reverse)
    return (contract(dx, of_input, 2, 0), _of_all(dx, x), total(dx, (0, 1)), _of_all(ds, before), total(ds, (0, 1)),
            None if projection is None else _of_all(dp, u), None, None, dh, dc)


def _of_all(d, x):
    """Of a product with a weight at every step, the gradient of the weight."""
    return contract(lax.collapse(d, 0, 2), lax.collapse(x, 0, 2), 0, 0)


_recurrence.defvjp(_recurrence_forward, _recurrence_backward)


def _clipped(c, bounds, nan):
    low, high = bounds
    clipped = jnp.where(c < low, low, jnp.where(c > high, high, c))
    return jnp.where(jnp.isnan(clipped), low, clipped) if nan else clipped


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
    has_shape("parameters", parameters, (count,), f"all weights and biases in one vector, for data of {data.shape[2]} features")
    has_shape("state", state, (num_layers * directions, batch, out), "layers times directions, batch, size of the output")
    if lstm:
        has_shape("state_cell", state_cell, (num_layers * directions, batch, state_size), "as `state`, with state_size")
    if sequence_length is not None:
        has_shape("sequence_length", sequence_length, (batch,), "a length for each sequence")
    bounds = None
    if lstm and not (lstm_state_clip_min is None and lstm_state_clip_max is None):
        bounds = (number(-onp.inf if lstm_state_clip_min is None else lstm_state_clip_min, data.dtype),
                  number(onp.inf if lstm_state_clip_max is None else lstm_state_clip_max, data.dtype))
    weights, x, ends = _unpacked(parameters, sizes, directions), data, []
    for layer in range(num_layers):
        if layer and noise is not None:
            x = dropout(x, noise[layer - 1], p)
        both = []
        for d in range(directions):
            k = layer * directions + d
            y, h, c = _recurrence((mode, bool(lstm_state_clip_nan), d == 1), x, *weights[k], bounds, sequence_length, state[k],
                                  state_cell[k] if lstm else None)
            both.append(y)
            ends.append((h, c))
        x = both[0] if directions == 1 else jnp.concatenate(both, axis=2)
    if not state_outputs:
        return x
    h, c = zip(*ends, strict=True)
    return (x, jnp.stack(h), jnp.stack(c)) if lstm else (x, jnp.stack(h))
