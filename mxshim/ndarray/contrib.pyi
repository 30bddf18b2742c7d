# Written by `python -m mxshim.stubs`.
"""mx.nd.contrib."""
from typing import Any
from mxshim.ndarray import NDArray

def AdaptiveAvgPooling2D(data, output_size=None, *, out=None, name=None) -> NDArray:
    """The means of output_size (h, w) windows that divide images (N, C, H, W) evenly; by default of the whole image."""
def BatchNormWithReLU(data, gamma, beta, moving_mean, moving_var, eps=0.001, momentum=0.9, fix_gamma=True, use_global_stats=False, output_mean_var=False, axis=1, cudnn_off=False, min_calib_range=None, max_calib_range=None, *, out=None, name=None) -> Any:
    """Batch normalization followed by relu; see npx.batch_norm."""
def CTCLoss(data, label, data_lengths=None, label_lengths=None, use_data_lengths=False, use_label_lengths=False, blank_label='first', *, out=None, name=None) -> NDArray:
    """The CTC loss of each sequence: minus the logarithm of the probability of its labels, over all alignments."""
def SyncBatchNorm(data, gamma, beta, moving_mean, moving_var, eps=0.001, momentum=0.9, fix_gamma=True, use_global_stats=False, output_mean_var=False, ndev=1, key=None, *, out=None, name=None) -> NDArray:
    """Batch normalization, see npx.batch_norm; `key` names the layer."""
def adabelief_update(weight, grad, mean, var, rescale_grad, lr, eta, beta1=0.9, beta2=0.999, epsilon=1e-08, wd=0.0, clip_gradient=-1.0, *, out=None, name=None) -> NDArray:
    """AdaBelief (Zhuang et al. 2020): v averages (g - m)**2 + epsilon; w -= eta * lr * m / (sqrt(v) + epsilon)."""
def adamw_update(weight, grad, mean, var, rescale_grad, lr, eta, beta1=0.9, beta2=0.999, epsilon=1e-08, wd=0.0, clip_gradient=-1.0, *, out=None, name=None) -> NDArray:
    """Adam with decoupled weight decay (Loshchilov and Hutter 2017): w -= eta * (lr * m / (sqrt(v) + epsilon) + wd * w)."""
def allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=True, *, out=None, name=None) -> Any:
    """1 if all |a - b| <= atol + rtol * |b|, else 0; uint8, 0-d. equal_nan: whether nan equals nan."""
def arange_like(data, start=0.0, step=1.0, repeat=1, axis=None, *, out=None, name=None) -> NDArray:
    """start, start + step, ... in the shape of `data`, or along one of its axes; its dtype."""
def boolean_mask(data, index, axis=0, out=None) -> NDArray:
    """The slices of `data` along axis 0 at which `index` is not 0."""
def ctc_loss(data, label, data_lengths=None, label_lengths=None, use_data_lengths=False, use_label_lengths=False, blank_label='first', *, out=None, name=None) -> NDArray:
    """The CTC loss of each sequence: minus the logarithm of the probability of its labels, over all alignments."""
def div_sqrt_dim(data, *, out=None, name=None) -> NDArray:
    """data divided by the square root of the length of its last axis."""
def gradientmultiplier(data, scalar=1.0, is_int=False, *, out=None, name=None) -> NDArray:
    """data itself; its gradient is multiplied by `scalar`."""
def group_adagrad_update(weight, grad, history, lr, rescale_grad=1.0, clip_gradient=-1.0, epsilon=1e-05, *, out=None, name=None) -> NDArray:
    """AdaGrad with one rate for each row: h += mean over the row of g**2; w -= lr * g / (sqrt(h) + epsilon)."""
def index_array(data, axes=None, *, out=None, name=None) -> NDArray:
    """For each position of `data` its coordinates (those along `axes` only): int64, shape data.shape + (number of axes,)."""
def index_copy(old_tensor, index_vector, new_tensor, *, out=None, name=None) -> NDArray:
    """old_tensor with row index_vector[k] replaced by new_tensor[k]."""
def isfinite(data, *, out=None, name=None) -> NDArray:
    """Whether x is neither infinite nor nan: 1 or 0 of its dtype."""
def isinf(data, *, out=None, name=None) -> NDArray:
    """Whether x is infinite: 1 or 0 of its dtype."""
def isnan(data, *, out=None, name=None) -> NDArray:
    """Whether x is not a number: 1 or 0 of its dtype."""
def mp_adabelief_update(weight, grad, mean, var, weight32, rescale_grad, lr, eta, beta1=0.9, beta2=0.999, epsilon=1e-08, wd=0.0, clip_gradient=-1.0, *, out=None, name=None) -> NDArray:
    """AdaBelief (Zhuang et al. 2020): v averages (g - m)**2 + epsilon; w -= eta * lr * m / (sqrt(v) + epsilon)."""
def mp_adamw_update(weight, grad, mean, var, weight32, rescale_grad, lr, eta, beta1=0.9, beta2=0.999, epsilon=1e-08, wd=0.0, clip_gradient=-1.0, *, out=None, name=None) -> NDArray:
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
def quadratic(data, a=0.0, b=0.0, c=0.0, *, out=None, name=None) -> NDArray:
    """a x^2 + b x + c."""
def round_ste(data, *, out=None, name=None) -> NDArray:
    """The nearest integer, halves away from zero; the gradient passes as if nothing had been rounded."""
def sign_ste(data, *, out=None, name=None) -> NDArray:
    """The sign of data; the gradient passes as if it were data itself."""
