"""The public fronts of recurrent networks, which draw the noise of dropout."""
from __future__ import annotations

import math

from ..base import FLOAT32, MXNetError
from ..engine import call as door
from ..engine import rng
from ..engine.op import NAMES, api
from .convert import CLASSES
from .core import Array
from .draws import drawn, key_noise, on_host, parsed


def _noise(data, layers, width, p, cls):
    """Uniform numbers for the outputs of all layers but the last, None if nothing is dropped."""
    if p == 0 or layers < 2 or not door.state.training:
        return None
    shape = (layers - 1, *data.shape[:2], width)
    if on_host(data.ctx):
        return drawn(lambda: rng.streams().parallel.uniform(math.prod(shape)).reshape(shape), cls, data.ctx)
    return key_noise("uniform", shape, FLOAT32, cls, data.ctx)


def _rnn(what, dialect, arrays, p, mode, state_size, num_layers, bidirectional, projection_size, out, options):
    cls, data = CLASSES[dialect], arrays[0]
    p = float(p)
    if not 0 <= p <= 1:
        raise MXNetError(f"{what}: p must lie in [0, 1], got {p}")
    noise = None
    if p and isinstance(data, Array) and data.ndim == 3 and num_layers and state_size:
        noise = _noise(data, num_layers, (projection_size or state_size) * (2 if bidirectional else 1), p, cls)
    options.update(noise=noise, mode=mode, state_size=state_size, num_layers=num_layers, bidirectional=bool(bidirectional), p=p,
                   projection_size=projection_size)
    if out is not None:
        options["out"] = out
    try:
        return door.call(NAMES["mx.rnn"], cls, arrays, options)
    except (MXNetError, TypeError) as error:
        raise type(error)(str(error).replace("mx.rnn", what, 1)) from None


@api("npx.rnn")
def rnn(data=None, parameters=None, state=None, state_cell=None, sequence_length=None, mode=None, state_size=None,
        num_layers=None, bidirectional=False, state_outputs=False, p=0.0, use_sequence_length=False, projection_size=None,
        lstm_state_clip_min=None, lstm_state_clip_max=None, lstm_state_clip_nan=None):
    """A recurrent network over sequences: `num_layers` layers of RNN, LSTM (Hochreiter and Schmidhuber, 1997) or GRU cells (Cho
    et al., 2014), in one direction or in both.

        rnn_relu, rnn_tanh   h' = f(W x + b + R h + d)
        lstm                 i, f, o = sigmoid(...), g = tanh(...);  c' = f c + i g;  h' = o tanh(c')
        gru                  r, z = sigmoid(...), n = tanh(W x + b + r (R h + d));  h' = (1 - z) n + z h

    Args:
        data: (T, N, C), a floating dtype, which all arrays share.
        parameters: one vector: for each layer, and in it each direction, W (gates * state_size, inputs) and R (gates * state_size,
            state_size), then likewise b and d. Gates are in the order i, f, g, o and r, z, n.
        state: (num_layers * directions, N, state_size), h before the first step.  state_cell: the same for c, lstm only.
        sequence_length: (N,), with use_sequence_length=True: outputs beyond it are 0, and the state stays that of the last step.
        mode: "rnn_relu", "rnn_tanh", "lstm" or "gru".
        bidirectional: a second set of weights runs from the end; the outputs are joined.
        p: of the outputs of each layer but the last, this share is set to 0 while training; the others are scaled by 1 / (1 - p).
        projection_size: lstm only, h' is multiplied by a matrix (projection_size, state_size), which follows R (Sak et al., 2014).
        lstm_state_clip_min, _max: bounds of c'.  lstm_state_clip_nan: nan becomes the lower bound.
    Returns: (T, N, directions * state_size); with state_outputs a list of that, the last h and, for lstm, the last c.
    Raises: MXNetError if shapes or dtypes do not fit; AssertionError if a required argument is missing.
    MXNet: npx.rnn, nd.RNN. Differs: sequence lengths and clipping work on CPUs too, where MXNet refuses or ignores them.
    """
    for name, value in {"mode": mode, "state_size": state_size, "num_layers": num_layers, "data": data, "parameters": parameters,
                        "state": state, **({"state_cell": state_cell} if mode == "lstm" else {})}.items():
        if value is None:
            raise AssertionError(f"npx.rnn: argument `{name}` is missing")
    return _rnn("npx.rnn", "np", (data, parameters, state), p, mode, state_size, num_layers, bidirectional, projection_size, None, {
        "state_cell": state_cell, "sequence_length": sequence_length if use_sequence_length else None,
        "state_outputs": bool(state_outputs), "use_sequence_length": bool(use_sequence_length),
        "lstm_state_clip_min": lstm_state_clip_min, "lstm_state_clip_max": lstm_state_clip_max,
        "lstm_state_clip_nan": bool(lstm_state_clip_nan)})


@api("nd.RNN")
def rnn_nd(data=None, parameters=None, state=None, state_cell=None, sequence_length=None, state_size=None, num_layers=None,
           bidirectional=False, mode=None, p=0.0, state_outputs=False, projection_size=None, lstm_state_clip_min=None,
           lstm_state_clip_max=None, lstm_state_clip_nan=False, use_sequence_length=False, out=None, name=None,
           **kwargs):
    """A recurrent network over sequences; see npx.rnn."""
    if kwargs:
        raise MXNetError(f"nd.RNN has no argument {next(iter(kwargs))!r}")
    bidirectional, state_outputs, use_sequence_length, lstm_state_clip_nan = map(
        parsed, (bidirectional, state_outputs, use_sequence_length, lstm_state_clip_nan))
    return _rnn("nd.RNN", "nd", (data, parameters, state), p, mode, state_size, num_layers, bidirectional, projection_size, out, {
        "state_cell": state_cell, "sequence_length": sequence_length, "state_outputs": bool(state_outputs),
        "use_sequence_length": bool(use_sequence_length), "lstm_state_clip_min": lstm_state_clip_min,
        "lstm_state_clip_max": lstm_state_clip_max, "lstm_state_clip_nan": bool(lstm_state_clip_nan)})


