# Written by `python -m mxshim.stubs`.
"""mx.nd.contrib."""
from typing import Any
from mxshim.ndarray import NDArray

def AdaptiveAvgPooling2D(data, output_size=None, out=None, *, name=None) -> NDArray:
    """The means of output_size (h, w) windows that divide images (N, C, H, W) evenly; by default of the whole image."""
def BatchNormWithReLU(data, gamma, beta, moving_mean, moving_var, eps=0.001, momentum=0.9, fix_gamma=True, use_global_stats=False, output_mean_var=False, axis=1, cudnn_off=False, min_calib_range=None, max_calib_range=None, out=None, *, name=None) -> Any:
    """Batch normalization followed by relu; see npx.batch_norm."""
def BilinearResize2D(data, like=None, height=1, width=1, scale_height=None, scale_width=None, mode='size', align_corners=True, out=None, *, name=None) -> NDArray:
    """Images in another size, by bilinear interpolation."""
def CTCLoss(data, label, data_lengths=None, label_lengths=None, use_data_lengths=False, use_label_lengths=False, blank_label='first', out=None, *, name=None) -> NDArray:
    """The CTC loss of each sequence: minus the logarithm of the probability of its labels, over all alignments."""
def DeformableConvolution(data, offset, weight, bias=None, kernel=None, stride=None, dilate=None, pad=None, num_filter=None, num_group=1, num_deformable_group=1, workspace=1024, no_bias=False, layout=None, out=None, *, name=None) -> NDArray:
    """A convolution whose kernel reads beside its places by learned offsets, by bilinear interpolation (Dai et al., 2017)."""
def DeformablePSROIPooling(data, rois, trans=None, spatial_scale=None, output_dim=None, group_size=None, pooled_size=None, part_size=0, sample_per_part=1, trans_std=0.0, no_trans=False, out=None, *, name=None) -> NDArray:
    """The mean of interpolated samples of each bin, the bins moved by learned offsets (Dai et al., 2017)."""
def ModulatedDeformableConvolution(data, offset, mask, weight, bias=None, kernel=None, stride=None, dilate=None, pad=None, num_filter=None, num_group=1, num_deformable_group=1, workspace=1024, no_bias=False, im2col_step=64, layout=None, out=None, *, name=None) -> NDArray:
    """A deformable convolution that also weights what it reads (Zhu et al., 2019); see npx.deformable_convolution."""
def MultiBoxDetection(cls_prob, loc_pred, anchor, clip=True, threshold=0.01, background_id=0, nms_threshold=0.5, force_suppress=False, variances=(0.1, 0.1, 0.2, 0.2), nms_topk=-1, out=None, *, name=None) -> NDArray:
    """The boxes that a single-shot detector predicts, after non-maximum suppression."""
def MultiBoxPrior(data, sizes=(1.0,), ratios=(1.0,), clip=False, steps=(-1.0, -1.0), offsets=(0.5, 0.5), out=None, *, name=None) -> NDArray:
    """Anchor boxes around every place of a feature map, in units of the image: those of all sizes with the first ratio, then those of the first size with the other ratios."""
def MultiBoxTarget(anchor, label, cls_pred, overlap_threshold=0.5, ignore_label=-1.0, negative_mining_ratio=-1.0, negative_mining_thresh=0.5, minimum_negative_samples=0, variances=(0.1, 0.1, 0.2, 0.2), out=None, *, name=None) -> list[NDArray]:
    """What a single-shot detector is trained to predict at each anchor."""
def MultiProposal(cls_prob, bbox_pred, im_info, rpn_pre_nms_top_n=6000, rpn_post_nms_top_n=300, threshold=0.7, rpn_min_size=16, scales=(4.0, 8.0, 16.0, 32.0), ratios=(0.5, 1.0, 2.0), feature_stride=16, output_score=False, iou_loss=False, out=None, *, name=None) -> list[NDArray]:
    """The boxes that a region proposal network finds in each image, best first, after non-maximum suppression."""
def PSROIPooling(data, rois, spatial_scale=None, output_dim=None, pooled_size=None, group_size=0, out=None, *, name=None) -> NDArray:
    """The mean of each bin of each rectangle, every group of bins out of channels of its own (Dai et al., 2016)."""
def Proposal(cls_prob, bbox_pred, im_info, rpn_pre_nms_top_n=6000, rpn_post_nms_top_n=300, threshold=0.7, rpn_min_size=16, scales=(4.0, 8.0, 16.0, 32.0), ratios=(0.5, 1.0, 2.0), feature_stride=16, output_score=False, iou_loss=False, out=None, *, name=None) -> NDArray:
    """The boxes that a region proposal network finds in one image; see nd.contrib.MultiProposal."""
def ROIAlign(data, rois, pooled_size=None, spatial_scale=None, sample_ratio=-1, position_sensitive=False, aligned=False, out=None, *, name=None) -> NDArray:
    """The mean of interpolated samples of each bin of each rectangle (He et al., 2017)."""
def RROIAlign(data, rois, pooled_size=None, spatial_scale=None, sampling_ratio=-1, out=None, *, name=None) -> NDArray:
    """The mean of interpolated samples of each bin of turned rectangles (Ma et al., 2018)."""
def SparseEmbedding(data, weight, input_dim=None, output_dim=None, dtype='float32', sparse_grad=False, out=None, *, name=None) -> NDArray:
    """The rows of `weight` that `data` names; see npx.embedding."""
def SyncBatchNorm(data, gamma, beta, moving_mean, moving_var, eps=0.001, momentum=0.9, fix_gamma=True, use_global_stats=False, output_mean_var=False, ndev=1, key=None, out=None, *, name=None) -> NDArray:
    """Batch normalization, see npx.batch_norm; `key` names the layer."""
def adabelief_update(weight, grad, mean, var, rescale_grad, lr, eta, beta1=0.9, beta2=0.999, epsilon=1e-08, wd=0.0, clip_gradient=-1.0, out=None, *, name=None) -> NDArray:
    """AdaBelief (Zhuang et al. 2020): v averages (g - m)**2 + epsilon; w -= eta * lr * m / (sqrt(v) + epsilon)."""
def adamw_update(weight, grad, mean, var, rescale_grad, lr, eta, beta1=0.9, beta2=0.999, epsilon=1e-08, wd=0.0, clip_gradient=-1.0, out=None, *, name=None) -> NDArray:
    """Adam with decoupled weight decay (Loshchilov and Hutter 2017): w -= eta * (lr * m / (sqrt(v) + epsilon) + wd * w)."""
def allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=True, out=None, *, name=None) -> Any:
    """1 if all |a - b| <= atol + rtol * |b|, else 0; uint8, 0-d. equal_nan: whether nan equals nan."""
def arange_like(data, start=0.0, step=1.0, repeat=1, axis=None, out=None, *, name=None) -> NDArray:
    """start, start + step, ... in the shape of `data`, or along one of its axes; its dtype."""
def bipartite_matching(data, is_ascend=False, threshold=None, topk=-1, out=None, *, name=None) -> list[NDArray]:
    """Greedy matching by scores: the best pair of a free row and a free column, until none is better than threshold."""
def boolean_mask(data, index, axis=0, out=None) -> NDArray:
    """The slices of `data` along axis 0 at which `index` is not 0."""
def box_decode(data, anchors, std0=1.0, std1=1.0, std2=1.0, std3=1.0, clip=-1.0, format='center', out=None, *, name=None) -> NDArray:
    """The boxes that a network predicted at anchors, see box_encode, as corners."""
def box_encode(samples, matches, anchors, refs, means, stds, out=None, *, name=None) -> list[NDArray]:
    """What a network has to predict at each anchor so that box_decode gives the matched box: the offset of the middle in sizes of the anchor, and the logarithm of the ratio of sizes, less `means`, divided by `stds`."""
def box_iou(lhs, rhs, format='corner', out=None, *, name=None) -> NDArray:
    """Intersection over union of every box of lhs with every box of rhs; 0 where they do not meet."""
def box_nms(data, overlap_thresh=0.5, valid_thresh=0.0, topk=-1, coord_start=2, score_index=1, id_index=-1, background_id=-1, force_suppress=False, in_format='corner', out_format='corner', out=None, *, name=None) -> NDArray:
    """Non-maximum suppression: the boxes by falling scores, without those that a better one overlaps; then rows of -1."""
def box_non_maximum_suppression(data, overlap_thresh=0.5, valid_thresh=0.0, topk=-1, coord_start=2, score_index=1, id_index=-1, background_id=-1, force_suppress=False, in_format='corner', out_format='corner', out=None, *, name=None) -> NDArray:
    """Non-maximum suppression: the boxes by falling scores, without those that a better one overlaps; then rows of -1."""
def cond(pred, then_func, else_func, name='cond') -> NDArray:
    """`then_func()` if pred, an array of one element or a bool, is not zero, else `else_func()`. pred is read."""
def count_sketch(data, h, s, out_dim=None, processing_batch_size=32, out=None, *, name=None) -> NDArray:
    """out[n, h[i]] = sum of s[i] * data[n, i] (Charikar et al., 2002)."""
def ctc_loss(data, label, data_lengths=None, label_lengths=None, use_data_lengths=False, use_label_lengths=False, blank_label='first', out=None, *, name=None) -> NDArray:
    """The CTC loss of each sequence: minus the logarithm of the probability of its labels, over all alignments."""
def dequantize(data, min_range, max_range, out_type='float32', out=None, *, name=None) -> NDArray:
    """The floats that int8 or uint8 stand for. min_range, max_range: arrays of one number, the ends of the range."""
def dgl_adjacency(data) -> NDArray:
    """A CSR array with ones, float32, where `data`, a CSR array of edges' numbers, int64, has them."""
def div_sqrt_dim(data, out=None, *, name=None) -> NDArray:
    """data divided by the square root of the length of its last axis."""
def edge_id(data, u, v, out=None) -> NDArray:
    """The elements (u[i], v[i]) of a CSR array, the numbers of a graph's edges; -1 where nothing is stored."""
def fft(data, compute_size=128, out=None, *, name=None) -> NDArray:
    """The discrete Fourier transform of the last axis, real and imaginary parts in turn: (..., d) -> (..., 2 d)."""
def foreach(body, data, init_states, name='foreach') -> NDArray:
    """Call `body(element, states) -> (output, new states)` for each element along axis 0 of data, in turn."""
def getnnz(data, axis=None) -> NDArray:
    """How many elements a CSR array stores, as an int64 array (1,); axis 1: in each row."""
def gradientmultiplier(data, scalar=1.0, is_int=False, out=None, *, name=None) -> NDArray:
    """data itself; its gradient is multiplied by `scalar`."""
def group_adagrad_update(weight, grad, history, lr, rescale_grad=1.0, clip_gradient=-1.0, epsilon=1e-05, out=None, *, name=None) -> NDArray:
    """AdaGrad with one rate for each row: h += mean over the row of g**2; w -= lr * g / (sqrt(h) + epsilon)."""
def hawkesll(lda, alpha, beta, state, lags, marks, valid_length, max_time, out=None, *, name=None) -> list[NDArray]:
    """The log likelihood of marked events under a Hawkes process with exponential decay."""
def ifft(data, compute_size=128, out=None, *, name=None) -> NDArray:
    """The real part of the inverse Fourier transform of the last axis, times its length, as MXNet: (..., 2 d) -> (..., d)."""
def index_array(data, axes=None, out=None, *, name=None) -> NDArray:
    """For each position of `data` its coordinates (those along `axes` only): int64, shape data.shape + (number of axes,)."""
def index_copy(old_tensor, index_vector, new_tensor, out=None, *, name=None) -> NDArray:
    """old_tensor with row index_vector[k] replaced by new_tensor[k]."""
def interleaved_matmul_encdec_qk(queries, keys_values, heads=None, out=None, *, name=None) -> NDArray:
    """Scores of attention to another sequence: of every head, queries times keys, divided by the square root of the head's size."""
def interleaved_matmul_encdec_valatt(keys_values, attention, heads=None, out=None, *, name=None) -> NDArray:
    """Values of another sequence weighted by attention (N * heads, Tq, Tk): (Tq, N, heads * D); see interleaved_matmul_encdec_qk."""
def interleaved_matmul_selfatt_qk(queries_keys_values, heads=None, out=None, *, name=None) -> NDArray:
    """Scores of self-attention: of every head, queries times keys, divided by the square root of the head's size."""
def interleaved_matmul_selfatt_valatt(queries_keys_values, attention, heads=None, out=None, *, name=None) -> NDArray:
    """Values of self-attention weighted by attention (N * heads, T, T): (T, N, heads * D); see interleaved_matmul_selfatt_qk."""
def intgemm_fully_connected(data, weight, scaling=None, bias=None, num_hidden=None, no_bias=False, flatten=True, out_type='float32', out=None, *, name=None) -> NDArray:
    """data @ weight.T in integers, times scaling, plus bias."""
def intgemm_maxabsolute(data, out=None, *, name=None) -> NDArray:
    """The largest magnitude in data, float32, as (1,)."""
def intgemm_prepare_data(data, maxabs, out=None, *, name=None) -> NDArray:
    """data as int8: maxabs becomes 127, and what is beyond is held to it."""
def intgemm_prepare_weight(weight, maxabs=None, already_quantized=False, out=None, *, name=None) -> NDArray:
    """A weight (outputs, inputs) as intgemm_fully_connected takes it: float32 becomes int8 as in intgemm_prepare_data."""
def intgemm_take_weight(weight, indices, out=None, *, name=None) -> NDArray:
    """The outputs of a prepared weight that indices (n,), int32, count; numbers beyond are held to its ends."""
def isfinite(data, out=None, *, name=None) -> NDArray:
    """Whether x is neither infinite nor nan: 1 or 0 of its dtype."""
def isinf(data, out=None, *, name=None) -> NDArray:
    """Whether x is infinite: 1 or 0 of its dtype."""
def isnan(data, out=None, *, name=None) -> NDArray:
    """Whether x is not a number: 1 or 0 of its dtype."""
def mp_adabelief_update(weight, grad, mean, var, weight32, rescale_grad, lr, eta, beta1=0.9, beta2=0.999, epsilon=1e-08, wd=0.0, clip_gradient=-1.0, out=None, *, name=None) -> NDArray:
    """AdaBelief (Zhuang et al. 2020): v averages (g - m)**2 + epsilon; w -= eta * lr * m / (sqrt(v) + epsilon)."""
def mp_adamw_update(weight, grad, mean, var, weight32, rescale_grad, lr, eta, beta1=0.9, beta2=0.999, epsilon=1e-08, wd=0.0, clip_gradient=-1.0, out=None, *, name=None) -> NDArray:
    """Adam with decoupled weight decay (Loshchilov and Hutter 2017): w -= eta * (lr * m / (sqrt(v) + epsilon) + wd * w)."""
def multi_adabelief_update(weights, grads, mean, var, rescale_grad, lrs, wds, etas, out=None, name=None, size=0, **arguments) -> NDArray:
    """nd.contrib.adabelief_update for lists of arrays, with one number of lrs, wds and etas for each weight."""
def multi_adamw_update(weights, grads, mean, var, rescale_grad, lrs, wds, etas, out=None, name=None, size=0, **arguments) -> NDArray:
    """nd.contrib.adamw_update for lists of arrays, with one number of lrs, wds and etas for each weight."""
def multi_lamb_update(weights, grads, mean, var, step_count, lrs, wds, out=None, num_tensors=0, **arguments) -> NDArray:
    """LAMB (You et al. 2019) for lists of arrays; step_count, lrs, wds: one number for each weight."""
def multi_lans_update(weights, grads, mean, var, step_count, lrs, wds, out=None, num_tensors=0, **arguments) -> NDArray:
    """LANS (Zheng et al. 2020) for lists of arrays; step_count, lrs, wds: one number for each weight."""
def multi_mp_adabelief_update(weights, grads, mean, var, weights32, rescale_grad, lrs, wds, etas, out=None, name=None, size=0, **arguments) -> NDArray:
    """nd.contrib.mp_adabelief_update for lists of arrays, with one number of lrs, wds and etas for each weight."""
def multi_mp_adamw_update(weights, grads, mean, var, weights32, rescale_grad, lrs, wds, etas, out=None, name=None, size=0, **arguments) -> NDArray:
    """nd.contrib.mp_adamw_update for lists of arrays, with one number of lrs, wds and etas for each weight."""
def multi_mp_lamb_update(weights, grads, mean, var, weights32, step_count, lrs, wds, out=None, num_tensors=0, **arguments) -> NDArray:
    """LAMB (You et al. 2019) for lists of arrays, 16-bit weights with float32 masters; step_count, lrs, wds: one number for each weight."""
def multi_mp_lans_update(weights, grads, mean, var, weights32, step_count, lrs, wds, out=None, num_tensors=0, **arguments) -> NDArray:
    """LANS (Zheng et al. 2020) for lists of arrays, 16-bit weights with float32 masters; step_count, lrs, wds: one number for each weight."""
def quadratic(data, a=0.0, b=0.0, c=0.0, out=None, *, name=None) -> NDArray:
    """a x^2 + b x + c."""
def quantize(data, min_range, max_range, out_type='uint8', out=None, *, name=None) -> list[NDArray]:
    """Floats as integers of a given range."""
def quantize_v2(data, out_type='int8', min_calib_range=None, max_calib_range=None, out=None, *, name=None) -> list[NDArray]:
    """Floats as integers of the range that calibration found, or of their own."""
def quantized_act(data, min_data, max_data, act_type=None, out=None, *, name=None) -> list[NDArray]:
    """relu of integers; their range stays."""
def quantized_conv(data, weight, bias=None, min_data=None, max_data=None, min_weight=None, max_weight=None, min_bias=None, max_bias=None, kernel=None, stride=None, dilate=None, pad=None, num_filter=None, num_group=1, workspace=1024, no_bias=False, cudnn_tune=None, cudnn_off=False, layout=None, out=None, *, name=None) -> list[NDArray]:
    """A convolution of integers (N, C, H, W), as int32 and the two ends of its range; see quantized_fully_connected."""
def quantized_elemwise_mul(lhs, rhs, lhs_min, lhs_max, rhs_min, rhs_max, min_calib_range=None, max_calib_range=None, enable_float_output=False, out=None, *, name=None) -> list[NDArray]:
    """The product of int8 arrays: as int32 and the two ends of its range, as int8 of a calibrated range, or as floats."""
def quantized_embedding(data, weight, min_weight, max_weight, input_dim=None, output_dim=None, dtype=None, sparse_grad=False, out=None, *, name=None) -> list[NDArray]:
    """The rows of an int8 weight (input_dim, output_dim) that data counts; the range stays."""
def quantized_flatten(data, min_data, max_data, out=None, *, name=None) -> list[NDArray]:
    """All dimensions but the first as one; the range stays."""
def quantized_fully_connected(data, weight, bias=None, min_data=None, max_data=None, min_weight=None, max_weight=None, min_bias=None, max_bias=None, num_hidden=None, no_bias=False, flatten=True, out=None, *, name=None) -> list[NDArray]:
    """data @ weight.T + bias of integers, as int32 and the two ends of its range."""
def quantized_reshape(data, min_data, max_data, shape=None, reverse=False, target_shape=None, keep_highest=False, out=None, *, name=None) -> list[NDArray]:
    """nd.reshape of integers; the range stays."""
def quantized_transpose(data, min_data, max_data, axes=(), out=None, *, name=None) -> list[NDArray]:
    """The axes in another order, by default reversed; the range stays."""
def rand_zipfian(true_classes, num_sampled, range_max, ctx=None) -> NDArray:
    """Classes drawn with probability log((c + 2) / (c + 1)) / log(range_max + 1), for sampled softmax."""
def requantize(data, min_range, max_range, out_type='int8', min_calib_range=None, max_calib_range=None, out=None, *, name=None) -> list[NDArray]:
    """int32 as int8 of the range that calibration found, or of their own."""
def round_ste(data, out=None, *, name=None) -> NDArray:
    """The nearest integer, halves away from zero; the gradient passes as if nothing had been rounded."""
def sign_ste(data, out=None, *, name=None) -> NDArray:
    """The sign of data; the gradient passes as if it were data itself."""
def sldwin_atten_context(score, value, dilation, w=None, symmetric=None, out=None, *, name=None) -> NDArray:
    """The values in the window around every place, weighted by score: (N, T, heads, D); see sldwin_atten_score."""
def sldwin_atten_mask_like(score, dilation, valid_length, w=None, symmetric=None, out=None, *, name=None) -> NDArray:
    """1 where a score of sldwin_atten_score is of a query and a key before valid_length (N,), else 0; score's shape, float32."""
def sldwin_atten_score(query, key, dilation, w=None, symmetric=None, out=None, *, name=None) -> NDArray:
    """Products of every query with the keys in a window around it (Beltagy et al., 2020)."""
def uniform(low=0, high=1, shape=None, dtype=None, ctx=None, out=None, **kwargs) -> NDArray:
    """Uniform numbers from low to high; see nd.random.uniform."""
def while_loop(cond, func, loop_vars, max_iterations=None, name='while_loop') -> NDArray:
    """While `cond(*loop_vars)` holds: output, loop_vars = `func(*loop_vars)`; at most max_iterations times."""
