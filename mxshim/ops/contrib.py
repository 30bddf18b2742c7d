"""Operators of nd.contrib that belong to no family: Fourier transforms, sketches, a point process."""
from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..base import MXNetError
from ..engine.op import op
from .nn.spatial import floats_only, has_shape, required, uniform

_X = (onp.arange(8) * 5 % 7 - 3).astype("float32").reshape(2, 4)


@op("nd.contrib.fft", samples={"args": [((_X,), {})]})
def fft(data, compute_size=128):
    """The discrete Fourier transform of the last axis, real and imaginary parts in turn: (..., d) -> (..., 2 d).

    data: floating, one to four dimensions.  compute_size: a hint without effect.
    """
    floats_only(data)
    found = jnp.fft.fft(data)
    return jnp.stack([found.real, found.imag], -1).reshape(*data.shape[:-1], -1).astype(data.dtype)


@op("nd.contrib.ifft", samples={"args": [((_X,), {})]})
def ifft(data, compute_size=128):
    """The real part of the inverse Fourier transform of the last axis, times its length, as MXNet: (..., 2 d) -> (..., d).

    data: floating, real and imaginary parts in turn.  compute_size: a hint without effect.
    Raises: MXNetError if the last axis is odd.
    """
    floats_only(data)
    if data.ndim == 0 or data.shape[-1] % 2:
        raise MXNetError(f"the last axis must hold real and imaginary parts in turn, got shape {data.shape}")
    pairs = data.reshape(*data.shape[:-1], -1, 2)
    return (jnp.fft.ifft(lax.complex(pairs[..., 0], pairs[..., 1])).real * pairs.shape[-2]).astype(data.dtype)


@op("nd.contrib.count_sketch", samples={"args": [
    ((_X, onp.array([[0, 1, 2, 1]], "float32"), onp.array([[1, -1, 1, 1]], "float32")), {"out_dim": 3})], "constant": (1, 2)})
def count_sketch(data, h, s, out_dim=None, processing_batch_size=32):
    """out[n, h[i]] = sum of s[i] * data[n, i] (Charikar et al., 2002).

    data: (N, d), floating.  h: (1, d), places from 0 to out_dim - 1.  s: (1, d), signs.  processing_batch_size: without effect.
    Returns: (N, out_dim). Raises: MXNetError if out_dim is missing or shapes do not fit.
    """
    required(out_dim=out_dim)
    floats_only(data)
    if data.ndim != 2:
        raise MXNetError(f"data of shape (N, d) is needed, got {data.shape}")
    for name, v in (("h", h), ("s", s)):
        if v.size != data.shape[1]:
            raise MXNetError(f"`{name}` must have one number for each of the {data.shape[1]} columns, got shape {v.shape}")
    place = h.reshape(-1).astype("int32")
    return jnp.zeros((data.shape[0], out_dim), data.dtype).at[:, place].add(data * s.reshape(-1).astype(data.dtype))


@op("nd.contrib.hawkesll", samples={"args": [
    ((onp.array([[.5, .6], [.4, .1]], "float32"), onp.array([.2, .3], "float32"), onp.array([1., 2.], "float32"),
      onp.array([[.1, .2], [.3, .4]], "float32"), onp.array([[.1, .2, .3], [.2, .5, .1]], "float32"),
      onp.array([[0, 1, 0], [1, 1, 0]], "int32"), onp.array([2, 3], "float32"), onp.array([1., 2.], "float32")), {})],
    "constant": (6,)})
def hawkesll(lda, alpha, beta, state, lags, marks, valid_length, max_time):
    """The log likelihood of marked events under a Hawkes process with exponential decay.

    The intensity of mark k is lda[k] + alpha[k] beta[k] sum over its events so far of exp(-beta[k] (time since)).

    Args:
        lda: (N, K), the background.  alpha, beta: (K,), branching ratio and decay.
        state: (N, K), what earlier events still weigh at time 0.
        lags: (N, T), times since the event before.  marks: (N, T), integers from 0 to K - 1.
        valid_length: (N,), how many events count.  max_time: (N,), until when the process was watched.
    Returns: log likelihoods (N,), and the state at max_time (N, K).
    Raises: MXNetError if shapes or dtypes do not fit. Differs: the gradient with respect to state is not zero, but right.
    """
    uniform(lda=lda, alpha=alpha, beta=beta, state=state, lags=lags, valid_length=valid_length, max_time=max_time)
    if lda.ndim != 2 or lags.ndim != 2:
        raise MXNetError(f"lda (N, K) and lags (N, T) are needed, got {lda.shape} and {lags.shape}")
    (n, k), t = lda.shape, lags.shape[1]
    for name, v, shape in (("alpha", alpha, (k,)), ("beta", beta, (k,)), ("state", state, (n, k)), ("lags", lags, (n, t)),
                           ("marks", marks, (n, t)), ("valid_length", valid_length, (n,)), ("max_time", max_time, (n,))):
        has_shape(name, v, shape, "with N, K and T of `lda` and `lags`")

    def example(lda, state, lags, marks, length, end):
        times = jnp.cumsum(lags)

        def event(carry, at):
            total, state, last = carry
            i, mark, time = at
            since = time - last[mark]
            decay = jnp.exp(-beta[mark] * since)
            intensity = lda[mark] + alpha[mark] * beta[mark] * state[mark] * decay
            gain = jnp.log(intensity) - lda[mark] * since - alpha[mark] * state[mark] * (1 - decay)
            new = total + gain, state.at[mark].set(1 + state[mark] * decay), last.at[mark].set(time)
            return tuple(jnp.where(i < length, v, old) for v, old in zip(new, carry, strict=True)), None

        start = jnp.zeros((), lda.dtype), state, jnp.zeros_like(lda)
        (total, state, last), _ = lax.scan(event, start, (jnp.arange(t), marks, times))
        decay = jnp.exp(-beta * (end - last))
        return total - jnp.sum(lda * (end - last) + alpha * state * (1 - decay)), state * decay

    return jax.vmap(example)(lda, state, lags, marks.astype("int32"), valid_length, max_time)


