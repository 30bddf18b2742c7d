"""What layers and losses compute with: each name is the function of np or that of nd, as the class of the first argument says."""
from __future__ import annotations

from .. import ndarray as nd
from .. import numpy as np
from .. import numpy_extension as npx
from ..symbol.symbol import Symbol
from .dialect import either
from .dialect import is_np as is_np

absolute = either(np.abs, nd.abs)
activation = either(npx.activation, nd.Activation)
batch_norm = either(npx.batch_norm, nd.BatchNorm)
batch_norm_relu = either(npx.batch_norm_with_relu, nd.contrib.BatchNormWithReLU)
clip = either(np.clip, nd.clip)
convolution = either(npx.convolution, nd.Convolution)
ctc_loss = either(npx.ctc_loss, nd.CTCLoss)
deconvolution = either(npx.deconvolution, nd.Deconvolution)
deformable_convolution = either(npx.deformable_convolution, nd.contrib.DeformableConvolution)
dropout = either(npx.dropout, nd.Dropout)
embedding = either(npx.embedding, nd.Embedding)
exp = either(np.exp, nd.exp)
flatten = either(npx.batch_flatten, nd.Flatten)
fully_connected = either(npx.fully_connected, nd.FullyConnected)
group_norm = either(npx.group_norm, nd.GroupNorm)
instance_norm = either(npx.instance_norm, nd.InstanceNorm)
layer_norm = either(npx.layer_norm, nd.LayerNorm)
leaky_relu = either(npx.leaky_relu, nd.LeakyReLU)
log = either(np.log, nd.log)
log_softmax = either(npx.log_softmax, nd.log_softmax)
maximum = either(np.maximum, nd.maximum)
modulated_deformable_convolution = either(npx.modulated_deformable_convolution, nd.contrib.ModulatedDeformableConvolution)
multiply = either(np.multiply, nd.broadcast_mul)
ones_like = either(np.ones_like, nd.ones_like)
pad = either(npx.pad, nd.pad)
pick = either(npx.pick, nd.pick)
pooling = either(npx.pooling, nd.Pooling)
relu = either(npx.relu, nd.relu)
sigmoid = either(npx.sigmoid, nd.sigmoid)
reshape_like = either(npx.reshape_like, nd.reshape_like)
rnn = either(npx.rnn, nd.RNN)
sequence_last = either(npx.sequence_last, nd.SequenceLast)
sequence_mask = either(npx.sequence_mask, nd.SequenceMask)
sequence_reverse = either(npx.sequence_reverse, nd.SequenceReverse)
split = either(npx.slice_channel, nd.split)
sqrt = either(np.sqrt, nd.sqrt)
square = either(np.square, nd.square)
sum_over = either(np.sum, nd.sum)
sync_batch_norm = either(npx.sync_batch_norm, nd.contrib.SyncBatchNorm)
swapaxes = either(np.swapaxes, nd.swapaxes)
transpose = either(np.transpose, nd.transpose)
where = either(np.where, nd.where)
zeros_like = either(np.zeros_like, nd.zeros_like)


def joined(arrays, axis, name=None):
    """Arrays one after the other along an axis; `name` is the result's in a graph of nd."""
    if is_np(arrays[0]):
        return np.concatenate(arrays, axis=axis)
    return nd.concat(*arrays, dim=axis, name=name) if isinstance(arrays[0], Symbol) else nd.concat(*arrays, dim=axis)


def stacked(arrays, axis):
    """Arrays along a new axis."""
    return np.stack(arrays, axis=axis) if is_np(arrays[0]) else nd.stack(*arrays, axis=axis)


def per_example(reduce_np, reduce_nd):
    """A function of (x, batch_axis) that reduces all other axes."""

    def function(x, batch_axis):
        if not is_np(x):
            return reduce_nd(x, axis=batch_axis, exclude=True)
        kept = batch_axis % x.ndim if x.ndim else batch_axis
        return reduce_np(x, axis=tuple([i for i in range(x.ndim) if i != kept]))

    return function


mean_per_example = per_example(np.mean, nd.mean)
sum_per_example = per_example(np.sum, nd.sum)


def zeros_of(x):
    """np.zeros or nd.zeros."""
    return np.zeros if is_np(x) else nd.zeros
