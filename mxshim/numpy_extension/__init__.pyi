# Written by `python -m mxshim.stubs`.
"""mx.npx: operators beyond NumPy, and the switches of np semantics (MXNet: mxnet.numpy_extension, following 2.0)."""
from typing import Any
from mxshim.numpy import ndarray

from ..device import Device as Device
from ..device import cpu as cpu
from ..device import cpu_pinned as cpu_pinned
from ..device import current_context as current_context
from ..device import current_device as current_device
from ..device import gpu as gpu
from ..device import gpu_memory_info as gpu_memory_info
from . import image as image
from ..util import is_np_array as is_np_array
from ..util import is_np_default_dtype as is_np_default_dtype
from ..util import is_np_shape as is_np_shape
from ..device import num_gpus as num_gpus
from ..device import num_tpus as num_tpus
from . import random as random
from ..util import reset_np as reset_np
from ..util import set_np as set_np
from ..util import set_np_default_dtype as set_np_default_dtype
from ..device import tpu as tpu
from ..util import use_np as use_np

def activation(data, act_type='relu', out=None) -> ndarray:
    """relu, sigmoid, softrelu log(1 + exp(x)), softsign x / (1 + |x|), tanh, log_sigmoid, or mish x tanh(softrelu(x))."""
def add_n(*args, num_args=None, out=None) -> ndarray:
    """The sum of one or more arrays of one shape and dtype."""
def arange_like(data, start=0.0, step=1.0, repeat=1, axis=None, out=None) -> ndarray:
    """start, start + step, ... in the shape of `data`, or along one of its axes; its dtype."""
def batch_dot(a, b, transpose_a=False, transpose_b=False, forward_stype='default', out=None) -> ndarray:
    """Matrix products of a batch: (..., m, k) and (..., k, n) give (..., m, n); each operand may be transposed first."""
def batch_flatten(data, out=None) -> ndarray:
    """Keeps the first axis and merges the others: shape (n, everything else)."""
def batch_norm(x, gamma, beta, running_mean, running_var, eps=0.001, momentum=0.9, fix_gamma=True, use_global_stats=False, output_mean_var=False, axis=1, cudnn_off=False, min_calib_range=None, max_calib_range=None, out=None) -> Any:
    """gamma (x - mean) / sqrt(var + eps) + beta, for each channel (Ioffe and Szegedy, 2015)."""
def batch_norm_with_relu(data, gamma, beta, moving_mean, moving_var, eps=0.001, momentum=0.9, fix_gamma=True, use_global_stats=False, output_mean_var=False, axis=1, cudnn_off=False, min_calib_range=None, max_calib_range=None, out=None) -> Any:
    """Batch normalization followed by relu; see npx.batch_norm."""
def bipartite_matching(data, is_ascend=False, threshold=None, topk=-1, out=None) -> list[ndarray]:
    """Greedy matching by scores: the best pair of a free row and a free column, until none is better than threshold."""
def box_decode(data, anchors, std0=1.0, std1=1.0, std2=1.0, std3=1.0, clip=-1.0, format='center', out=None) -> ndarray:
    """The boxes that a network predicted at anchors, see box_encode, as corners."""
def box_encode(samples, matches, anchors, refs, means, stds, out=None) -> list[ndarray]:
    """What a network has to predict at each anchor so that box_decode gives the matched box: the offset of the middle in sizes of the anchor, and the logarithm of the ratio of sizes, less `means`, divided by `stds`."""
def box_iou(lhs, rhs, format='corner', out=None) -> ndarray:
    """Intersection over union of every box of lhs with every box of rhs; 0 where they do not meet."""
def box_nms(data, overlap_thresh=0.5, valid_thresh=0.0, topk=-1, coord_start=2, score_index=1, id_index=-1, background_id=-1, force_suppress=False, in_format='corner', out_format='corner', out=None) -> ndarray:
    """Non-maximum suppression: the boxes by falling scores, without those that a better one overlaps; then rows of -1."""
def broadcast_greater(lhs, rhs, out=None) -> ndarray:
    """x1 > x2: 1 or 0 of the operands' dtype."""
def broadcast_like(lhs, rhs, lhs_axes=None, rhs_axes=None, out=None) -> Any:
    """lhs broadcast to the shape of rhs, or, if both are given, only its axes `lhs_axes` to the sizes of axes `rhs_axes` of rhs."""
def cast(data, dtype, out=None) -> ndarray:
    """data in another dtype: fractions are cut off, integers wrap around, nan becomes the lowest integer."""
def cond(pred, then_func, else_func, inputs, name='cond') -> ndarray:
    """`then_func(*inputs)` if `pred(*inputs)`, an array of one element or a bool, is not zero, else `else_func(*inputs)`."""
def constraint_check(x, msg='Constraint violated.') -> Any:
    """A bool array of True if all elements of x are nonzero."""
def contrib_quantize(data, min_range, max_range, out_type='uint8', out=None) -> list[ndarray]:
    """Floats as integers of a given range."""
def contrib_quantize_v2(data, out_type='int8', min_calib_range=None, max_calib_range=None, out=None) -> list[ndarray]:
    """Floats as integers of the range that calibration found, or of their own."""
def convolution(data, weight, bias=None, kernel=None, stride=None, dilate=None, pad=None, num_filter=1, num_group=1, workspace=1024, no_bias=False, cudnn_tune=None, cudnn_off=False, layout=None, out=None) -> ndarray:
    """Convolution (no flipping) over 1, 2 or 3 axes of space, plus a bias."""
def ctc_loss(data, label, data_lengths=None, label_lengths=None, use_data_lengths=False, use_label_lengths=False, blank_label='first', out=None) -> ndarray:
    """The CTC loss of each sequence: minus the logarithm of the probability of its labels, over all alignments."""
def deconvolution(data, weight, bias=None, kernel=None, stride=None, dilate=None, pad=None, adj=None, target_shape=None, num_filter=1, num_group=1, workspace=1024, no_bias=False, cudnn_tune=None, cudnn_off=False, layout=None, out=None) -> ndarray:
    """Transposed convolution: the gradient of a convolution with the same parameters, plus a bias."""
def deformable_convolution(data, offset, weight, bias=None, kernel=None, stride=None, dilate=None, pad=None, num_filter=None, num_group=1, num_deformable_group=1, workspace=1024, no_bias=False, layout=None, out=None) -> ndarray:
    """A convolution whose kernel reads beside its places by learned offsets, by bilinear interpolation (Dai et al., 2017)."""
def digamma(data, out=None) -> ndarray:
    """The derivative of gammaln; inf at its poles."""
def dropout(data, p=0.5, mode='training', axes=None, cudnn_off=False, out=None) -> Any:
    """Set elements to zero with probability p and scale the others by 1 / (1 - p), while training or with mode="always"."""
def embedding(data, weight, input_dim=None, output_dim=None, dtype='float32', sparse_grad=False, out=None) -> ndarray:
    """The rows of `weight` that `data` names."""
def erf(data, out=None) -> ndarray:
    """The error function of x."""
def erfinv(data, out=None) -> ndarray:
    """The inverse of erf; infinite at -1 and 1."""
def foreach(body, data, init_states) -> ndarray:
    """Call `body(element, states) -> (output, new states)` for each element along axis 0 of data, in turn."""
def from_dlpack(dlpack) -> ndarray:
    """An np.ndarray from anything that speaks DLPack."""
def from_numpy(ndarray, zero_copy=True) -> ndarray:
    """An np.ndarray over a NumPy array."""
def fully_connected(x, weight, bias=None, num_hidden=None, no_bias=True, flatten=True, out=None) -> ndarray:
    """x @ weight.T + bias."""
def gamma(data, out=None) -> ndarray:
    """The gamma function of x."""
def gammaln(data, out=None) -> ndarray:
    """The logarithm of |gamma(x)|."""
def gather_nd(data, indices, out=None) -> ndarray:
    """data[indices[0], indices[1], ...]: element (or slice) k is at the coordinates in column k."""
def group_norm(data, gamma, beta, num_groups=1, eps=0.001, output_mean_var=False, out=None) -> Any:
    """gamma (data - mean) / sqrt(var + eps) + beta over groups of channels of each example (Wu and He, 2018)."""
def index_add(a, ind, val, out=None) -> ndarray:
    """A copy of `a` with `val` added at the places whose coordinates are the columns of `ind`, shape (m, k)."""
def index_update(a, ind, val, out=None) -> ndarray:
    """A copy of `a` with `val` at the places whose coordinates are the columns of `ind`, shape (m, k)."""
def instance_norm(data, gamma, beta, eps=0.001, out=None) -> ndarray:
    """gamma (data - mean) / sqrt(var + eps) + beta over the space of each channel of each example (Ulyanov et al., 2016)."""
def interleaved_matmul_encdec_qk(queries, keys_values, heads=None, out=None) -> ndarray:
    """Scores of attention to another sequence: of every head, queries times keys, divided by the square root of the head's size."""
def interleaved_matmul_encdec_valatt(keys_values, attention, heads=None, out=None) -> ndarray:
    """Values of another sequence weighted by attention (N * heads, Tq, Tk): (Tq, N, heads * D); see interleaved_matmul_encdec_qk."""
def interleaved_matmul_selfatt_qk(queries_keys_values, heads=None, out=None) -> ndarray:
    """Scores of self-attention: of every head, queries times keys, divided by the square root of the head's size."""
def interleaved_matmul_selfatt_valatt(queries_keys_values, attention, heads=None, out=None) -> ndarray:
    """Values of self-attention weighted by attention (N * heads, T, T): (T, N, heads * D); see interleaved_matmul_selfatt_qk."""
def intgemm_fully_connected(data, weight, scaling=None, bias=None, num_hidden=None, no_bias=False, flatten=True, out_type='float32', out=None) -> ndarray:
    """data @ weight.T in integers, times scaling, plus bias."""
def intgemm_maxabsolute(data, out=None) -> ndarray:
    """The largest magnitude in data, float32, as (1,)."""
def intgemm_prepare_data(data, maxabs, out=None) -> ndarray:
    """data as int8: maxabs becomes 127, and what is beyond is held to it."""
def intgemm_prepare_weight(weight, maxabs=None, already_quantized=False, out=None) -> ndarray:
    """A weight (outputs, inputs) as intgemm_fully_connected takes it: float32 becomes int8 as in intgemm_prepare_data."""
def intgemm_take_weight(weight, indices, out=None) -> ndarray:
    """The outputs of a prepared weight that indices (n,), int32, count; numbers beyond are held to its ends."""
def layer_norm(data, gamma, beta, axis=None, eps=None, output_mean_var=None, out=None) -> Any:
    """gamma (data - mean) / sqrt(var + eps) + beta with mean and variance along one axis (Ba et al., 2016)."""
def leaky_relu(data, gamma=None, act_type='leaky', slope=0.25, lower_bound=0.125, upper_bound=0.334, uniforms=None, out=None) -> Any:
    """x where x > 0, else what `act_type` says."""
def load(file) -> Any:
    """Read a file of npx.save, npx.savez or nd.save: a dict if the arrays have names, else a list."""
def log_softmax(data, axis=-1, length=None, temperature=None, use_length=False, dtype=None, out=None) -> ndarray:
    """The logarithm of the softmax, see npx.softmax; -inf at positions from `length` on."""
def masked_log_softmax(data, mask, axis=-1, temperature=1.0, normalize=True, out=None) -> ndarray:
    """The logarithm of npx.masked_softmax: -inf where mask is False."""
def masked_softmax(data, mask, axis=-1, temperature=1.0, normalize=True, out=None) -> ndarray:
    """The softmax of the positions where mask is True; 0 elsewhere, and everywhere if a row has none."""
def modulated_deformable_convolution(data, offset, mask, weight, bias=None, kernel=None, stride=None, dilate=None, pad=None, num_filter=None, num_group=1, num_deformable_group=1, workspace=1024, no_bias=False, im2col_step=64, layout=None, out=None) -> ndarray:
    """A deformable convolution that also weights what it reads (Zhu et al., 2019); see npx.deformable_convolution."""
def multibox_detection(cls_prob, loc_pred, anchor, clip=True, threshold=0.01, background_id=0, nms_threshold=0.5, force_suppress=False, variances=(0.1, 0.1, 0.2, 0.2), nms_topk=-1, out=None) -> ndarray:
    """The boxes that a single-shot detector predicts, after non-maximum suppression."""
def multibox_prior(data, sizes=(1.0,), ratios=(1.0,), clip=False, steps=(-1.0, -1.0), offsets=(0.5, 0.5), out=None) -> ndarray:
    """Anchor boxes around every place of a feature map, in units of the image: those of all sizes with the first ratio, then those of the first size with the other ratios."""
def multibox_target(anchor, label, cls_pred, overlap_threshold=0.5, ignore_label=-1.0, negative_mining_ratio=-1.0, negative_mining_thresh=0.5, minimum_negative_samples=0, variances=(0.1, 0.1, 0.2, 0.2), out=None) -> list[ndarray]:
    """What a single-shot detector is trained to predict at each anchor."""
def nonzero(a) -> Any:
    """The coordinates of the elements that are not 0 as rows: int64, shape (number of them, number of axes)."""
def norm(data, ord=2, axis=None, out_dtype=None, keepdims=False, out=None) -> ndarray:
    """The 1- or 2-norm of the elements along `axis` (None: all); the dtype stays unless `out_dtype` is given."""
def one_hot(data, depth, on_value=1.0, off_value=0.0, dtype='float32', out=None) -> ndarray:
    """A new last axis of size `depth`: `on_value` where its index is the element of `data`, else `off_value`."""
def pad(data, mode='constant', pad_width=(), constant_value=0.0, out=None) -> ndarray:
    """The array with more elements around it; `pad_width` is flat: before and after of axis 0, of axis 1, ..."""
def pick(data, index, axis=-1, mode='clip', keepdims=False, out=None) -> ndarray:
    """One element of `data` along `axis` for every position of `index`."""
def pooling(data, kernel=None, stride=None, pad=None, pool_type='max', pooling_convention='valid', global_pool=False, cudnn_off=False, p_value=None, count_include_pad=None, layout=None, out=None) -> ndarray:
    """The maximum ("max"), mean ("avg"), sum ("sum") or p-norm ("lp") of windows over the axes of space."""
def quantized_act(data, min_data, max_data, act_type=None, out=None) -> list[ndarray]:
    """relu of integers; their range stays."""
def quantized_conv(data, weight, bias=None, min_data=None, max_data=None, min_weight=None, max_weight=None, min_bias=None, max_bias=None, kernel=None, stride=None, dilate=None, pad=None, num_filter=None, num_group=1, workspace=1024, no_bias=False, cudnn_tune=None, cudnn_off=False, layout=None, out=None) -> list[ndarray]:
    """A convolution of integers (N, C, H, W), as int32 and the two ends of its range; see quantized_fully_connected."""
def quantized_elemwise_mul(lhs, rhs, lhs_min, lhs_max, rhs_min, rhs_max, min_calib_range=None, max_calib_range=None, enable_float_output=False, out=None) -> list[ndarray]:
    """The product of int8 arrays: as int32 and the two ends of its range, as int8 of a calibrated range, or as floats."""
def quantized_embedding(data, weight, min_weight, max_weight, input_dim=None, output_dim=None, dtype=None, sparse_grad=False, out=None) -> list[ndarray]:
    """The rows of an int8 weight (input_dim, output_dim) that data counts; the range stays."""
def quantized_flatten(data, min_data, max_data, out=None) -> list[ndarray]:
    """All dimensions but the first as one; the range stays."""
def quantized_fully_connected(data, weight, bias=None, min_data=None, max_data=None, min_weight=None, max_weight=None, min_bias=None, max_bias=None, num_hidden=None, no_bias=False, flatten=True, out=None) -> list[ndarray]:
    """data @ weight.T + bias of integers, as int32 and the two ends of its range."""
def quantized_reshape(data, min_data, max_data, newshape, reverse=False, order='C', out=None) -> list[ndarray]:
    """npx.reshape of integers; the range stays."""
def quantized_transpose(data, min_data, max_data, axes=(), out=None) -> list[ndarray]:
    """The axes in another order, by default reversed; the range stays."""
def relu(data, out=None) -> ndarray:
    """max(x, 0)."""
def requantize(data, min_range, max_range, out_type='int8', min_calib_range=None, max_calib_range=None, out=None) -> list[ndarray]:
    """int32 as int8 of the range that calibration found, or of their own."""
def reshape(a, newshape, reverse=False, order='C', out=None) -> ndarray:
    """np.reshape with codes: -1 what is left, -2 copy, -3 skip a 1, -4 copy the rest, -5 merge two, -6 split in two."""
def reshape_like(lhs, rhs, lhs_begin=None, lhs_end=None, rhs_begin=None, rhs_end=None, out=None) -> Any:
    """lhs with the shape of rhs, or with its axes lhs_begin:lhs_end replaced by axes rhs_begin:rhs_end of rhs."""
def rnn(data=None, parameters=None, state=None, state_cell=None, sequence_length=None, mode=None, state_size=None, num_layers=None, bidirectional=False, state_outputs=False, p=0.0, use_sequence_length=False, projection_size=None, lstm_state_clip_min=None, lstm_state_clip_max=None, lstm_state_clip_nan=None) -> ndarray:
    """A recurrent network over sequences: `num_layers` layers of RNN, LSTM (Hochreiter and Schmidhuber, 1997) or GRU cells (Cho et al., 2014), in one direction or in both."""
def roi_pooling(data, rois, pooled_size=None, spatial_scale=None, out=None) -> ndarray:
    """The largest element of each bin of each rectangle (Girshick, 2015)."""
def round_ste(data, out=None) -> ndarray:
    """The nearest integer, halves away from zero; the gradient passes as if nothing had been rounded."""
def save(file, arr) -> None:
    """Write an array, a list of arrays or a dict of them to a file in MXNet's .params format, atomically."""
def savez(file, *args, **kwds) -> None:
    """Write arrays to an uncompressed .npz file: positional ones as arr_0, arr_1, ..., the others by name."""
def scalar_poisson(lam=1.0, shape=(1,), ctx=None, dtype=None, out=None) -> ndarray:
    """Poisson numbers of mean lam, as floats, from the parallel stream; see nd.random.poisson."""
def sequence_last(data, sequence_length=None, use_sequence_length=False, axis=0, out=None) -> ndarray:
    """The last step of each sequence: data without `axis` (0 or 1)."""
def sequence_mask(data, sequence_length=None, use_sequence_length=False, value=0.0, axis=0, out=None) -> ndarray:
    """data with `value` in the steps from each sequence's length on."""
def sequence_reverse(data, sequence_length=None, use_sequence_length=False, axis=0, out=None) -> ndarray:
    """Each sequence with its steps (axis 0) in reverse; those from its length on stay where they are."""
def shape_array(data, out=None) -> ndarray:
    """The sizes of the axes as an int64 vector."""
def sigmoid(data, out=None) -> ndarray:
    """1 / (1 + e ** -x)."""
def sign_ste(data, out=None) -> ndarray:
    """The sign of data; the gradient passes as if it were data itself."""
def sldwin_atten_context(score, value, dilation, w=None, symmetric=None, out=None) -> ndarray:
    """The values in the window around every place, weighted by score: (N, T, heads, D); see sldwin_atten_score."""
def sldwin_atten_mask_like(score, dilation, valid_length, w=None, symmetric=None, out=None) -> ndarray:
    """1 where a score of sldwin_atten_score is of a query and a key before valid_length (N,), else 0; score's shape, float32."""
def sldwin_atten_score(query, key, dilation, w=None, symmetric=None, out=None) -> ndarray:
    """Products of every query with the keys in a window around it (Beltagy et al., 2020)."""
def slice(data, begin, end, step=(), out=None) -> ndarray:
    """data[begin[0]:end[0]:step[0], ...]; None leaves an end open; axes that are not named stay whole."""
def slice_channel(data, num_outputs, axis=1, squeeze_axis=False, out=None) -> list[ndarray]:
    """`num_outputs` equal parts along `axis`, without that axis if `squeeze_axis` and their size is 1."""
def slice_like(data, shape_like, axes=(), out=None) -> ndarray:
    """The first elements of `data` along each axis, as many as `shape_like` has; along `axes` only, if given."""
def smooth_l1(data, scalar=1.0, out=None) -> ndarray:
    """(s x)^2 / 2 where |x| < 1 / s^2, else |x| - 1 / (2 s^2), with s = `scalar`."""
def softmax(data, length=None, axis=-1, temperature=None, use_length=False, dtype=None, out=None) -> ndarray:
    """exp(data / temperature), divided by its sum along `axis`."""
def softsign(data, out=None) -> ndarray:
    """x / (1 + |x|)."""
def stop_gradient(data, out=None) -> ndarray:
    """data itself, through which no gradient flows."""
def sync_batch_norm(data, gamma, beta, moving_mean, moving_var, eps=0.001, momentum=0.9, fix_gamma=True, use_global_stats=False, output_mean_var=False, ndev=1, key=None, out=None) -> ndarray:
    """Batch normalization, see npx.batch_norm; `key` names the layer."""
def tensor_poisson(lam, shape=(), dtype=None, out=None) -> ndarray:
    """Poisson numbers of the means in the array lam, shape lam.shape + shape, as floats; see nd.sample_poisson."""
def to_dlpack_for_read(data) -> Any:
    """A DLPack export of an array."""
def to_dlpack_for_write(data) -> Any:
    """A DLPack export of an array."""
def topk(data, axis=-1, k=1, ret_typ='indices', is_ascend=False, dtype='float32', out=None) -> Any:
    """The k largest (smallest with `is_ascend`) elements along `axis`, in order; k < 1 means all, axis None flattens."""
def waitall() -> None:
    """Wait until everything that was called has run, on all devices."""
def while_loop(cond, func, loop_vars, max_iterations=None) -> ndarray:
    """While `cond(*loop_vars)` holds: output, loop_vars = `func(*loop_vars)`; at most max_iterations times."""
