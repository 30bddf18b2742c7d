"""Normalization: over batches, layers, groups, instances, neighbouring channels."""
from __future__ import annotations

import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from ...base import MXNetError
from ...engine.op import op
from ..axes import axis_in, number, wide
from ..outline import held
from ..platform import on_cpu
from ..primitives import mean as mean_of
from ..primitives import of, to, total, where
from .spatial import floats_only, has_shape, one_of, required, uniform
from .windows import reduce_windows

_MANY, _SHORT = 1 << 16, 512  # elements in all, and of a row: moments of so short rows XLA makes arrays as large as the data

_X = (onp.arange(24) * 7 % 25 - 10).astype("float32").reshape(2, 3, 4) / 4
_G = onp.array([1.5, -0.5, 2.], "float32")
_B = onp.array([0.25, 1., -1.], "float32")
_M = onp.array([0.5, -0.25, 0.], "float32")
_V = onp.array([1.5, 0.75, 2.], "float32")


def _moments(x, axes, apart=False):
    """Mean and (biased) variance along `axes`, which stay with size 1; apart: not as a part of what follows."""
    def found(v):
        moment = mean_of(v, axes, True)
        return on_cpu(held, lambda m: m, moment) if apart else moment

    mean = found(x)
    return mean, found(lax.square(lax.sub(x, mean)))


@partial(jax.custom_vjp, nondiff_argnums=(4,))
def _normalized(x, gamma, beta, eps, axes):
    """(gamma (x - mean) / sqrt(var + eps) + beta, mean, var) in gamma's dtype, with mean and variance along `axes`.

    gamma and beta have x's number of axes and broadcast to it. No gradient flows through mean and var.
    Its gradient is written out: derived from the formula, it would read the data more often and keep x - mean.
    """
    return _normalize(x, gamma, beta, eps, axes, False)[0]


def _normalize(x, gamma, beta, eps, axes, training=True):
    mean, var = _moments(to(x, gamma.dtype), axes, training and axes == (x.ndim - 1,) and x.size >= _MANY and x.shape[-1] <= _SHORT)
    inv_std = lax.rsqrt(lax.add(var, eps))
    y = lax.add(lax.mul(lax.sub(to(x, gamma.dtype), mean), lax.mul(inv_std, gamma)), beta)
    return (y, mean, var), (x, gamma, mean, inv_std)


def _normalized_back(axes, kept, gradients):
    x, gamma, mean, inv_std = kept
    dy, count = gradients[0], math.prod([x.shape[a] for a in axes])
    hat = lax.mul(lax.sub(to(x, gamma.dtype), mean), inv_std)
    once = [a for a, n in enumerate(gamma.shape) if n == 1]
    dgamma, dbeta = total(lax.mul(dy, hat), once, True), total(dy, once, True)
    if gamma.shape == mean.shape:  # then those are the sums that dx needs, too
        along, across = lax.mul(gamma, dgamma), lax.mul(gamma, dbeta)
    else:
        along, across = _weighted(dy, hat, gamma, axes), _weighted(dy, None, gamma, axes)
    away = lax.div(lax.add(across, lax.mul(hat, along)), of(count, hat))
    dx = to(lax.mul(inv_std, lax.sub(lax.mul(dy, gamma), away)), x.dtype)
    deps = total(lax.mul(lax.square(inv_std), along), range(x.ndim))
    return dx, dgamma, dbeta, lax.div(lax.neg(deps), of(2, deps))


def _weighted(dy, hat, gamma, axes):
    """The sums of dy gamma, times hat if it is given, along `axes`, which stay."""
    def native(dy, gamma):
        v = lax.mul(dy, gamma)
        return total(v if hat is None else lax.mul(v, hat), axes, True)

    def product(dy, gamma):  # of a matrix and a vector, without another array as large
        return lax.dot_general(dy if hat is None else lax.mul(dy, hat), lax.reshape(gamma, (gamma.size, 1)),
                               (((dy.ndim - 1,), (0,)), ((), ())), precision=lax.Precision.HIGHEST)

    if axes != (dy.ndim - 1,) or gamma.size != dy.shape[-1]:
        return native(dy, gamma)
    return on_cpu(product, native, dy, gamma)


_normalized.defvjp(_normalize, _normalized_back)


def _along(v, axis, ndim):
    """A vector laid along one axis of `ndim`."""
    shape = [1] * ndim
    shape[axis] = v.size
    return lax.reshape(v, shape)


def _batch_norm(x, gamma, beta, moving_mean, moving_var, eps, momentum, fixed, frozen, axis, training):
    """(y, mean, inverse standard deviation, new moving mean, new moving variance, new gamma); the last three for the engine."""
    floats_only(x)
    axis = axis_in(axis, x.ndim)
    stats = wide(x.dtype)
    for name, v in (("gamma", gamma), ("beta", beta), ("moving_mean", moving_mean), ("moving_var", moving_var)):
        has_shape(name, v, (x.shape[axis],), f"one number for each channel, axis {axis} of the data {x.shape}")
        if v.dtype not in (stats, x.dtype):
            raise MXNetError(f"`{name}` must be {stats.name} for {x.dtype.name} data, got {v.dtype.name}: cast it")
    eps, momentum = number(eps, stats), number(momentum, stats)
    old_mean, old_var = lax.stop_gradient((moving_mean, moving_var))
    if fixed:
        gamma = new_gamma = lax.full_like(gamma, 1)
    else:
        new_gamma = lax.stop_gradient(gamma)
    wide_gamma, wide_beta = (_along(to(v, stats), axis, x.ndim) for v in (gamma, beta))
    wide_mean, wide_var = (to(v, stats) for v in (old_mean, old_var))
    if training and not frozen:
        y, *moments = _normalized(x, wide_gamma, wide_beta, eps, tuple([a for a in range(x.ndim) if a != axis]))
        mean, var = (lax.reshape(lax.stop_gradient(m), (m.size,)) for m in moments)
        rest = lax.sub(of(1, momentum), momentum)
        new_mean, new_var = (to(lax.add(lax.mul(momentum, v), lax.mul(rest, now)), old.dtype)
                             for v, now, old in ((wide_mean, mean, old_mean), (wide_var, var, old_var)))
    else:
        mean, var, new_mean, new_var = wide_mean, wide_var, old_mean, old_var
        scale = lax.mul(_along(lax.rsqrt(lax.add(var, eps)), axis, x.ndim), wide_gamma)
        y = lax.add(lax.mul(lax.sub(to(x, stats), _along(mean, axis, x.ndim)), scale), wide_beta)
    # MXNet lets no gradient through the statistics that it shows: those of the batch have none, the moving ones were stopped above.
    return to(y, x.dtype), mean, lax.rsqrt(lax.add(var, eps)), new_mean, new_var, new_gamma


def _shown(arguments) -> int:
    return 3 if arguments.get("output_mean_var") else 1


def _written(mean, var):
    """What is written where: moving statistics when backward reaches the call, a fixed gamma at once."""
    return (mean, 3, "backward"), (var, 4, "backward"), ("gamma", 5, "forward", "fix_gamma")


_BATCH = {"args": [((_X, _G, _B, _M, _V), {}), ((_X, _G, _B, _M, _V), {"fix_gamma": False, "output_mean_var": True}),
                   ((_X.reshape(4, 2, 3), _G, _B, _M, _V), {"axis": -1, "fix_gamma": False, "use_global_stats": True})],
          "constant": (3, 4)}


@op("npx.batch_norm", scalars=("eps", "momentum"), train=True, updates=_written("running_mean", "running_var"), visible=_shown,
    samples=_BATCH)
def batch_norm(x, gamma, beta, running_mean, running_var, eps=1e-3, momentum=0.9, fix_gamma=True, use_global_stats=False,
               output_mean_var=False, axis=1, cudnn_off=False, min_calib_range=None, max_calib_range=None, *, training=False):
    """gamma (x - mean) / sqrt(var + eps) + beta, for each channel (Ioffe and Szegedy, 2015).

    Training uses the batch's mean and biased variance; backward then moves the running ones: running = momentum running +
    (1 - momentum) batch. Predicting, or with use_global_stats, the running ones are used and stay.

    Args:
        x: any shape, channels along `axis`, a floating dtype.
        gamma, beta, running_mean, running_var: (channels,), float32 for float16 data.
        fix_gamma: gamma counts as 1, is set to 1 and gets gradient 0.
        output_mean_var: also return the mean and 1 / sqrt(var + eps); no gradient flows through them.
        cudnn_off, min_calib_range, max_calib_range: for GPU and quantized code, without effect.
    Raises: MXNetError if shapes or dtypes do not fit.
    Differs: the gradient is of the mode that was recorded, whatever mode backward() names.
    """
    return _batch_norm(x, gamma, beta, running_mean, running_var, eps, momentum, fix_gamma, use_global_stats, axis, training)


@op("nd.BatchNorm", scalars=("eps", "momentum"), train=True, updates=_written("moving_mean", "moving_var"), visible=_shown,
    samples=_BATCH)
def batch_norm_nd(data, gamma, beta, moving_mean, moving_var, eps=1e-3, momentum=0.9, fix_gamma=True, use_global_stats=False,
                  output_mean_var=False, axis=1, cudnn_off=False, min_calib_range=None, max_calib_range=None, *,
                  training=False):
    """gamma (data - mean) / sqrt(var + eps) + beta, for each channel; see npx.batch_norm."""
    return _batch_norm(data, gamma, beta, moving_mean, moving_var, eps, momentum, fix_gamma, use_global_stats, axis, training)


@op("npx.batch_norm_with_relu", "nd.contrib.BatchNormWithReLU", scalars=("eps", "momentum"), train=True,
    updates=_written("moving_mean", "moving_var"), visible=_shown, samples=_BATCH)
def batch_norm_with_relu(data, gamma, beta, moving_mean, moving_var, eps=1e-3, momentum=0.9, fix_gamma=True,
                         use_global_stats=False, output_mean_var=False, axis=1, cudnn_off=False, min_calib_range=None,
                         max_calib_range=None, *, training=False):
    """Batch normalization followed by relu; see npx.batch_norm."""
    y, *rest = _batch_norm(data, gamma, beta, moving_mean, moving_var, eps, momentum, fix_gamma, use_global_stats, axis,
                           training)
    return where(lax.gt(y, of(0, y)), y, 0), *rest


@op("npx.sync_batch_norm", "nd.contrib.SyncBatchNorm", scalars=("eps", "momentum"), train=True,
    updates=_written("moving_mean", "moving_var"), visible=_shown,
    samples={"args": [((_X, _G, _B, _M, _V), {"key": "a"})], "constant": (3, 4)})
def sync_batch_norm(data, gamma, beta, moving_mean, moving_var, eps=1e-3, momentum=0.9, fix_gamma=True, use_global_stats=False,
                    output_mean_var=False, ndev=1, key=None, *, training=False):
    """Batch normalization, see npx.batch_norm; `key` names the layer. With output_mean_var the third result of a batch is its variance.

    Raises: MXNetError for ndev > 1: statistics are those of one device.
    """
    required(key=key)
    if ndev != 1:
        raise MXNetError(f"ndev={ndev}: statistics over several devices are not offered; use ndev=1")
    y, mean, scale, *rest = _batch_norm(data, gamma, beta, moving_mean, moving_var, eps, momentum, fix_gamma, use_global_stats, 1, training)
    return y, mean, 1 / jnp.square(scale) - number(eps, scale.dtype) if training and not use_global_stats else scale, *rest


def _layer_norm(x, gamma, beta, axis, eps, statistics):
    uniform(data=x, gamma=gamma, beta=beta)
    axis = axis_in(axis, x.ndim)
    for name, v in (("gamma", gamma), ("beta", beta)):
        has_shape(name, v, (x.shape[axis],), f"the size of axis {axis} of the data {x.shape}")
    dtype = wide(x.dtype)
    eps = number(eps, dtype)
    gamma, beta = (_along(to(v, dtype), axis, x.ndim) for v in (gamma, beta))
    y, mean, var = _normalized(x, gamma, beta, eps, (axis,))
    return _with_statistics(to(y, x.dtype), mean, var, eps, statistics)


def _with_statistics(y, mean, var, eps, statistics):
    if not statistics:
        return y
    return y, mean.astype(y.dtype), lax.stop_gradient(jnp.sqrt(var + eps)).astype(y.dtype)


_LAYER = {"args": [((_X[..., 0], _G, _B), {}), ((_X, _G, _B), {"axis": 1, "output_mean_var": True})]}


@op("npx.layer_norm", scalars=("eps",), samples=_LAYER)
def layer_norm(data, gamma, beta, axis=None, eps=None, output_mean_var=None):
    """gamma (data - mean) / sqrt(var + eps) + beta with mean and variance along one axis (Ba et al., 2016).

    Args:
        data: any shape, a floating dtype.  gamma, beta: as long as that axis, of data's dtype.
        axis: by default the last.  eps: by default 1e-5.
        output_mean_var: also return the mean and sqrt(var + eps), size 1 along the axis; no gradient flows through them.
    Raises: MXNetError if shapes or dtypes do not fit.
    """
    return _layer_norm(data, gamma, beta, -1 if axis is None else axis, 1e-5 if eps is None else eps, output_mean_var)


@op("nd.LayerNorm", scalars=("eps",), samples=_LAYER)
def layer_norm_nd(data, gamma, beta, axis=-1, eps=1e-5, output_mean_var=False):
    """gamma (data - mean) / sqrt(var + eps) + beta along one axis; see npx.layer_norm."""
    return _layer_norm(data, gamma, beta, axis, eps, output_mean_var)


def _group_norm(x, gamma, beta, groups, eps, statistics):
    uniform(data=x, gamma=gamma, beta=beta)
    if x.ndim < 3:
        raise MXNetError(f"data of shape (N, C, ...) with at least 3 dimensions is needed, got {x.shape}")
    n, c = x.shape[:2]
    if groups < 1 or c % groups:
        raise MXNetError(f"num_groups={groups} does not divide the {c} channels")
    if gamma.shape not in ((groups,), (c,)) or beta.shape != gamma.shape:
        raise MXNetError(f"`gamma` and `beta` must have one number for each of the {c} channels (MXNet 2) or of the {groups} "
                         f"groups (MXNet 1), got shapes {gamma.shape} and {beta.shape}")
    dtype = wide(x.dtype)
    grouped, eps = lax.reshape(x, (n, groups, c // groups, math.prod(x.shape[2:]))), number(eps, dtype)
    gamma, beta = (lax.reshape(to(v, dtype), (1, groups, v.size // groups, 1)) for v in (gamma, beta))
    y, mean, var = _normalized(grouped, gamma, beta, eps, (2, 3))
    mean, var = (lax.squeeze(v, (2, 3)) for v in (mean, var))
    return _with_statistics(to(lax.reshape(y, x.shape), x.dtype), mean, var, eps, statistics)


_GROUP = {"args": [((_X.reshape(1, 6, 4), _G, _B), {"num_groups": 3}), ((_X, _G, _B), {"output_mean_var": True})]}


@op("npx.group_norm", scalars=("eps",), samples=_GROUP)
def group_norm(data, gamma, beta, num_groups=1, eps=1e-3, output_mean_var=False):
    """gamma (data - mean) / sqrt(var + eps) + beta over groups of channels of each example (Wu and He, 2018).

    Args:
        data: (N, C, ...), a floating dtype.  gamma, beta: (C,), or (num_groups,) as in MXNet 1.
        output_mean_var: also return the mean and sqrt(var + eps), (N, num_groups); no gradient flows through them.
    Raises: MXNetError if shapes or dtypes do not fit.
    """
    return _group_norm(data, gamma, beta, num_groups, eps, output_mean_var)


@op("nd.GroupNorm", scalars=("eps",), samples=_GROUP)
def group_norm_nd(data, gamma, beta, num_groups=1, eps=1e-5, output_mean_var=False):
    """Normalization over groups of channels, with another default eps; see npx.group_norm."""
    return _group_norm(data, gamma, beta, num_groups, eps, output_mean_var)


@op("npx.instance_norm", "nd.InstanceNorm", scalars=("eps",), samples={"args": [
    ((_X, _G, _B), {}), ((_X, _G, _B), {"eps": 0.1})]})
def instance_norm(data, gamma, beta, eps=1e-3):
    """gamma (data - mean) / sqrt(var + eps) + beta over the space of each channel of each example (Ulyanov et al., 2016).

    Args: data: (N, C, ...) with at least 3 dimensions, a floating dtype.  gamma, beta: (C,).
    Raises: MXNetError if shapes or dtypes do not fit.
    """
    if data.ndim >= 2:
        for name, v in (("gamma", gamma), ("beta", beta)):
            has_shape(name, v, data.shape[1:2], f"one number for each channel of the data {data.shape}")
    return _group_norm(data, gamma, beta, max(data.shape[1] if data.ndim > 1 else 1, 1), eps, False)


@op("nd.L2Normalization", scalars=("eps",), samples={"args": [
    ((_X,), {"mode": mode}) for mode in ("instance", "channel", "spatial")]})
def l2_normalization(data, eps=1e-10, mode="instance"):
    """data / sqrt(sum of squares + eps).

    mode: what is summed: "instance" each example, "channel" axis 1, "spatial" all axes from 2 on.
    Raises: MXNetError if the data has too few dimensions.
    """
    one_of("mode", mode, ("instance", "channel", "spatial"))
    floats_only(data)
    if data.ndim < (1 if mode == "instance" else 3):
        raise MXNetError(f"mode {mode!r} needs data of at least {1 if mode == 'instance' else 3} dimensions, got {data.shape}")
    axes = {"instance": range(1, data.ndim), "channel": (1,), "spatial": range(2, data.ndim)}[mode]
    x = data.astype(wide(data.dtype))
    square = jnp.sum(x * x, tuple(axes), keepdims=True)
    return (x * lax.rsqrt(square + number(eps, x.dtype))).astype(data.dtype)


@op("nd.LRN", scalars=("alpha", "beta", "knorm"), samples={"args": [
    ((_X,), {"nsize": 3, "alpha": 0.5}), ((_X,), {"nsize": 5})]})
def lrn(data, alpha=1e-4, beta=0.75, knorm=2.0, nsize=None):
    """Local response normalization: data / (knorm + alpha / nsize * sum of squares of nsize neighbouring channels) ** beta.

    data: (N, C, ...), a floating dtype.  nsize: an odd count; an even one reaches as far as the odd one below it.
    Raises: MXNetError if nsize is missing or data has no channels.
    """
    required(nsize=nsize)
    floats_only(data)
    if data.ndim < 2 or nsize < 1:
        raise MXNetError(f"data of shape (N, C, ...) and nsize >= 1 are needed, got {data.shape} and {nsize}")
    x = data.astype(wide(data.dtype))
    half = (nsize - 1) // 2
    near = reduce_windows(x * x, "sum", [1], (2 * half + 1,), (1,), [(half, half)])
    base = number(knorm, x.dtype) + number(alpha, x.dtype) / nsize * near
    return (x * jnp.exp(-number(beta, x.dtype) * jnp.log(base))).astype(data.dtype)
