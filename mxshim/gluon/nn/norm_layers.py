"""Normalization layers (MXNet: mxnet.gluon.nn.basic_layers)."""
from __future__ import annotations

from ...base import MXNetError, as_dtype
from ...device import num_gpus
from ...util import is_np_array
from .. import functions as f
from ..block import HybridBlock


def _size(layer, x, axis) -> int:
    """The size of an axis. Raises: MXNetError if there is none."""
    if not -x.ndim <= axis < x.ndim:
        raise MXNetError(f"{layer}: the input of shape {x.shape} has no axis {axis}")
    return x.shape[axis]


class BatchNorm(HybridBlock):
    """Normalizes each channel over the batch: gamma (x - mean) / sqrt(var + epsilon) + beta (Ioffe and Szegedy, 2015).

    Training uses the batch's statistics, and backward moves the running ones: running = momentum running + (1 - momentum)
    batch. Predicting uses the running ones.

    Args:
        axis: that of the channels.  in_channels: how many; 0 takes them from the first batch.
        center, scale: whether beta and gamma are trained; else they are 0 and 1.
        use_global_stats: use the running statistics in training, too.
    Inputs: any shape.  Outputs: the same shape.
    Parameters: gamma, beta, running_mean, running_var, all (in_channels,), float32 for float16 data.
    """

    def __init__(self, axis=1, momentum=0.9, epsilon=1e-5, center=True, scale=True, use_global_stats=False,
                 beta_initializer="zeros", gamma_initializer="ones", running_mean_initializer="zeros",
                 running_variance_initializer="ones", in_channels=0, **kwargs):
        super().__init__(**kwargs)
        self._axis = axis
        self._kwargs = {"axis": axis, "eps": epsilon, "momentum": momentum, "fix_gamma": not scale,
                        "use_global_stats": use_global_stats}

        def parameter(name, init, trained):
            return self.params.get(name, grad_req="write" if trained else "null", shape=(in_channels,), init=init,
                                   allow_deferred_init=True, differentiable=trained)

        self.gamma = parameter("gamma", gamma_initializer, scale)
        self.beta = parameter("beta", beta_initializer, center)
        self.running_mean = parameter("running_mean", running_mean_initializer, False)
        self.running_var = parameter("running_var", running_variance_initializer, False)

    def infer_shape(self, x, *args):
        for p in self._reg_params.values():
            p.shape = _size(self, x, self._axis),

    def cast(self, dtype):
        """Convert the parameters; those of float16 layers stay float32."""
        super().cast("float32" if as_dtype(dtype).name == "float16" else dtype)

    def hybrid_forward(self, F, x, gamma, beta, running_mean, running_var):
        return f.batch_norm(x, gamma, beta, running_mean, running_var, **self._kwargs)

    def __repr__(self):
        shown = ", ".join(f"{k}={v!r}" for k, v in self._kwargs.items())
        return f"{type(self).__name__}({shown}, in_channels={self.gamma.shape[0] or None})"


class BatchNormReLU(BatchNorm):
    """BatchNorm followed by relu, as one operator; see BatchNorm."""

    def hybrid_forward(self, F, x, gamma, beta, running_mean, running_var):
        return f.batch_norm_relu(x, gamma, beta, running_mean, running_var, **self._kwargs)


class SyncBatchNorm(BatchNorm):
    """BatchNorm with statistics over all devices, for channels along axis 1; see BatchNorm.

    num_devices: by default the number of GPUs, at least 1. Differs: only 1 is offered, more raise at the call.
    """

    def __init__(self, in_channels=0, num_devices=None, momentum=0.9, epsilon=1e-5, center=True, scale=True,
                 use_global_stats=False, beta_initializer="zeros", gamma_initializer="ones", running_mean_initializer="zeros",
                 running_variance_initializer="ones", **kwargs):
        super().__init__(1, momentum, epsilon, center, scale, use_global_stats, beta_initializer, gamma_initializer,
                         running_mean_initializer, running_variance_initializer, in_channels, **kwargs)
        self._kwargs = {"eps": epsilon, "momentum": momentum, "fix_gamma": not scale, "use_global_stats": use_global_stats,
                        "ndev": max(num_gpus(), 1) if num_devices is None else num_devices, "key": self.prefix}

    def hybrid_forward(self, F, x, gamma, beta, running_mean, running_var):
        return f.sync_batch_norm(x, gamma, beta, running_mean, running_var, **self._kwargs)


class _Normalization(HybridBlock):
    """What layers with gamma and beta, but no running statistics, share. shown: their arguments as they print."""

    def __init__(self, shape, center, scale, beta_initializer, gamma_initializer, shown, **kwargs):
        super().__init__(**kwargs)
        self._kwargs, self._center, self._scale = {**shown, "center": center, "scale": scale}, center, scale
        self._epsilon = shown["eps"]
        for name, trained, init in (("gamma", scale, gamma_initializer), ("beta", center, beta_initializer)):
            setattr(self, name, self.params.get(name, grad_req="write" if trained else "null", shape=shape, init=init,
                                                allow_deferred_init=True))

    def infer_shape(self, x, *args):
        self.gamma.shape = self.beta.shape = _size(self, x, self._axis),

    def __repr__(self):
        return f"{type(self).__name__}({self._shown()}, in_channels={self.gamma.shape[0]})"

    def _shown(self):
        return ", ".join(f"{k}={v!r}" for k, v in self._kwargs.items())


class LayerNorm(_Normalization):
    """Normalizes each example along one axis: gamma (x - mean) / sqrt(var + epsilon) + beta (Ba et al., 2016).

    axis: the axis.  in_channels: its size; 0 takes it from the first batch.  center, scale: whether beta and gamma are trained.
    Inputs: any shape.  Outputs: the same shape.  Parameters: gamma, beta (in_channels,).
    """

    def __init__(self, axis=-1, epsilon=1e-5, center=True, scale=True, beta_initializer="zeros", gamma_initializer="ones",
                 in_channels=0, prefix=None, params=None):
        self._axis = axis
        super().__init__((in_channels,), center, scale, beta_initializer, gamma_initializer, {"eps": epsilon, "axis": axis},
                         prefix=prefix, params=params)

    def hybrid_forward(self, F, data, gamma, beta):
        return f.layer_norm(data, gamma, beta, axis=self._axis, eps=self._epsilon)


class GroupNorm(_Normalization):
    """Normalizes groups of channels of each example: gamma (x - mean) / sqrt(var + epsilon) + beta (Wu and He, 2018).

    num_groups: how many groups axis 1 falls into.  center, scale: whether beta and gamma are trained.
    in_channels: the size of axis 1; 0 takes it from the first batch.
    Inputs: (N, C, ...).  Outputs: the same shape.
    Parameters: gamma, beta, (in_channels,) in np programs (MXNet 2), (num_groups,) in nd programs (MXNet 1).
    """

    _axis = 1

    def __init__(self, num_groups=1, epsilon=1e-5, center=True, scale=True, beta_initializer="zeros", gamma_initializer="ones",
                 in_channels=0, prefix=None, params=None):
        self._num_groups, self._by_channel = num_groups, is_np_array()
        super().__init__((in_channels if self._by_channel else num_groups,), center, scale, beta_initializer, gamma_initializer,
                         {"eps": epsilon, "num_groups": num_groups}, prefix=prefix, params=params)

    def hybrid_forward(self, F, data, gamma, beta):
        return f.group_norm(data, gamma, beta, num_groups=self._num_groups, eps=self._epsilon)

    def __repr__(self):
        return super().__repr__() if self._by_channel else f"{type(self).__name__}({self._shown()})"


class InstanceNorm(_Normalization):
    """Normalizes each channel of each example: gamma (x - mean) / sqrt(var + epsilon) + beta (Ulyanov et al., 2016).

    axis: that of the channels.  in_channels: how many; 0 takes them from the first batch.  center, scale: whether beta and
    gamma are trained.
    Inputs: any shape of at least 3 axes.  Outputs: the same shape.  Parameters: gamma, beta (in_channels,).
    """

    def __init__(self, axis=1, epsilon=1e-5, center=True, scale=False, beta_initializer="zeros", gamma_initializer="ones",
                 in_channels=0, **kwargs):
        self._axis = axis
        super().__init__((in_channels,), center, scale, beta_initializer, gamma_initializer, {"eps": epsilon, "axis": axis},
                         **kwargs)

    def _graph_names(self):
        return ("fwd",) if self._axis == 1 else (None, "fwd")

    def hybrid_forward(self, F, x, gamma, beta):
        if self._axis == 1:
            return f.instance_norm(x, gamma, beta, eps=self._epsilon)
        return f.swapaxes(f.instance_norm(f.swapaxes(x, 1, self._axis), gamma, beta, eps=self._epsilon), 1, self._axis)
