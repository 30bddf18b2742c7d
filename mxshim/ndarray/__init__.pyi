# Written by `python -m mxshim.stubs`.
"""mx.nd: the imperative operators of MXNet 1.x (mxnet.ndarray, following 1.9.1)."""
from collections.abc import Iterator
from typing import Any
import numpy as onp
from mxshim.device import Device
from mxshim.numpy import ndarray

from . import contrib as contrib
from . import image as image
from . import linalg as linalg
from mxshim import numpy as _np
np = _np
from mxshim import numpy_extension as _npx
npx = _npx
from mxshim import numpy as numpy
from mxshim import numpy_extension as numpy_extension
from . import op as op
from . import random as random
from . import sparse as sparse
from . import utils as utils

class NDArray:
    """A multi-dimensional array of MXNet 1.x (mxnet.ndarray.NDArray)."""
    @property
    def T(self) -> NDArray:
        """All axes in reverse order: a copy, but this array itself where it has one axis."""
    def __abs__(self) -> NDArray: ...
    def __add__(self, other) -> NDArray: ...
    __annotations__: dict
    def __array__(self, dtype=None, copy=None) -> onp.ndarray: ...
    def __array_function__(self, func, types, args, kwargs) -> Any:
        """numpy.f(x): ours if we have a function of that name that takes these arguments, else NumPy's on copies, outside graphs only."""
    __array_priority__: float
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs) -> Any:
        """numpy.exp(x), numpy_array + x: ours where we have it."""
    def __bool__(self) -> bool: ...
    def __contains__(self, value) -> bool: ...
    def __copy__(self) -> NDArray: ...
    def __deepcopy__(self, memo) -> NDArray: ...
    def __div__(self, other) -> NDArray: ...
    def __dlpack__(self, **kwargs) -> Any:
        """The DLPack protocol: the elements for another library, without a copy where the device allows."""
    def __dlpack_device__(self) -> Any: ...
    def __eq__(self, other) -> NDArray:  # type: ignore[override]
        ...
    def __ge__(self, other) -> NDArray: ...
    def __getitem__(self, key) -> NDArray: ...
    def __gt__(self, other) -> NDArray: ...
    def __hash__(self) -> int: ...
    def __iadd__(self, other) -> NDArray: ...
    def __idiv__(self, other) -> NDArray: ...
    def __imod__(self, other) -> NDArray: ...
    def __imul__(self, other) -> NDArray: ...
    def __isub__(self, other) -> NDArray: ...
    def __iter__(self) -> Iterator[NDArray]: ...
    def __itruediv__(self, other) -> NDArray: ...
    def __jax_array__(self) -> Any: ...
    def __le__(self, other) -> NDArray: ...
    def __len__(self) -> int: ...
    def __lt__(self, other) -> NDArray: ...
    def __mod__(self, other) -> NDArray: ...
    def __mul__(self, other) -> NDArray: ...
    def __ne__(self, other) -> NDArray:  # type: ignore[override]
        ...
    def __neg__(self) -> NDArray: ...
    def __pow__(self, other) -> NDArray: ...
    def __radd__(self, other) -> NDArray: ...
    def __rdiv__(self, other) -> NDArray: ...
    def __repr__(self) -> str: ...
    def __rmod__(self, other) -> NDArray: ...
    def __rmul__(self, other) -> NDArray: ...
    def __rpow__(self, other) -> NDArray: ...
    def __rsub__(self, other) -> NDArray: ...
    def __rtruediv__(self, other) -> NDArray: ...
    def __setitem__(self, key, value) -> None: ...
    def __setstate__(self, state) -> None:
        """Take the elements that MXNet pickled: a record as in its files."""
    def __str__(self) -> str: ...
    def __sub__(self, other) -> NDArray: ...
    def __truediv__(self, other) -> NDArray: ...
    def abs(self, /, out=None, *, name=None) -> NDArray:
        """The absolute value of x."""
    def arccos(self, /, out=None, *, name=None) -> NDArray:
        """The angle in radians whose cosine is x, from 0 to pi."""
    def arccosh(self, /, out=None, *, name=None) -> NDArray:
        """Inverse hyperbolic cosine of x; nan below 1."""
    def arcsin(self, /, out=None, *, name=None) -> NDArray:
        """The angle in radians whose sine is x, from -pi/2 to pi/2."""
    def arcsinh(self, /, out=None, *, name=None) -> NDArray:
        """Inverse hyperbolic sine of x."""
    def arctan(self, /, out=None, *, name=None) -> NDArray:
        """The angle in radians whose tangent is x, from -pi/2 to pi/2."""
    def arctanh(self, /, out=None, *, name=None) -> NDArray:
        """Inverse hyperbolic tangent of x."""
    def argmax(self, /, axis=None, keepdims=False, out=None, *, name=None) -> NDArray:
        """Index of the first largest element along `axis`, in the dtype of `data`: float32 indices by default. nan is the largest."""
    def argmax_channel(self, /, out=None, *, name=None) -> NDArray:
        """nd.argmax along axis 1: the class of every sample, for data of shape (samples, classes, ...)."""
    def argmin(self, /, axis=None, keepdims=False, out=None, *, name=None) -> NDArray:
        """Index of the first smallest element along `axis`, in the dtype of `data`. nan is the smallest."""
    def argsort(self, /, axis=-1, is_ascend=True, dtype='float32', out=None, *, name=None) -> NDArray:
        """The indices that would sort along `axis`, as `dtype`; None flattens."""
    def as_in_context(self, context) -> NDArray:
        """This array if it is on that device already, else a copy there."""
    def as_in_ctx(self, context) -> NDArray:
        """This array if it is on that device already, else a copy there."""
    def as_nd_ndarray(self) -> NDArray: ...
    def as_np_ndarray(self) -> ndarray:
        """The same memory, mark and place in the graph as an np.ndarray."""
    def asnumpy(self) -> onp.ndarray:
        """The elements as a NumPy array of their own: waits for them; writing into it changes nothing here."""
    def asscalar(self) -> Any:
        """The only element as a NumPy scalar."""
    def astype(self, dtype, copy=True) -> NDArray:
        """A copy cast to `dtype` (None: float32); with copy=False this array itself where nothing changes."""
    def attach_grad(self, grad_req='write', stype=None) -> None:
        """Mark this array: backward will fill `x.grad`, a buffer of its shape and dtype, zeros at first."""
    def backward(self, out_grad=None, retain_graph=False, train_mode=True) -> None:
        """Gradients of this array into the buffers of the marked arrays it was computed from."""
    def broadcast_axes(self, /, axis=(), size=(), out=None, *, name=None) -> NDArray:
        """The array repeated along axes of size 1: `axis` names them, `size` says how often."""
    def broadcast_like(self, /, other, out=None, *, name=None) -> Any:
        """The array broadcast to the shape of `other`."""
    def broadcast_to(self, shape) -> NDArray:
        """This array repeated to a larger shape."""
    def cbrt(self, /, out=None, *, name=None) -> NDArray:
        """The cube root of x."""
    def ceil(self, /, out=None, *, name=None) -> NDArray:
        """The next integer not below x."""
    def clip(self, /, a_min, a_max, out=None, *, name=None) -> NDArray:
        """data held to [a_min, a_max]."""
    @property
    def context(self) -> Device:
        """The device the elements are on; also `context` and `device`."""
    def copy(self) -> NDArray:
        """A copy with memory of its own, in the graph if recording."""
    def copyto(self, other) -> Any:
        """Copy into another array (cast to its dtype) or onto a device; returns the target."""
    def cos(self, /, out=None, *, name=None) -> NDArray:
        """Cosine of x, x in radians."""
    def cosh(self, /, out=None, *, name=None) -> NDArray:
        """Hyperbolic cosine of x."""
    @property
    def ctx(self) -> Device:
        """The device the elements are on; also `context` and `device`."""
    def degrees(self, /, out=None, *, name=None) -> NDArray:
        """Radians in degrees."""
    def depth_to_space(self, /, block_size, out=None, *, name=None) -> NDArray:
        """Channels moved into blocks of pixels: (n, c, h, w) to (n, c/b^2, h*b, w*b)."""
    def detach(self) -> NDArray:
        """The same memory outside the graph: a write to one is seen through the other."""
    @property
    def device(self) -> Device:
        """The device the elements are on; also `context` and `device`."""
    def diag(self, /, k=0, axis1=0, axis2=1, out=None, *, name=None) -> NDArray:
        """A matrix with the vector on its k-th diagonal, or the diagonal of axes axis1 and axis2, as the last axis."""
    def drop_grad(self) -> None:
        """Remove the mark and the gradient buffer; graphs recorded from the mark lose it too."""
    @property
    def dtype(self) -> onp.dtype:
        """The dtype as a NumPy type, numpy.float32."""
    def exp(self, /, out=None, *, name=None) -> NDArray:
        """e ** x."""
    def expand_dims(self, axis, inplace=False) -> NDArray:
        """nd.expand_dims; with `inplace` the result shares this array's memory."""
    def expm1(self, /, out=None, *, name=None) -> NDArray:
        """e ** x - 1, precise near 0."""
    def fix(self, /, out=None, *, name=None) -> NDArray:
        """x without its fraction."""
    def flatten(self, inplace=False) -> NDArray:
        """nd.flatten: shape (n, everything else); with `inplace` the result shares this array's memory."""
    def flip(self, /, axis, out=None, *, name=None) -> NDArray:
        """The order of the elements reversed along `axis`."""
    def floor(self, /, out=None, *, name=None) -> NDArray:
        """The next integer not above x."""
    @property
    def grad(self) -> NDArray | Any:
        """The gradient buffer of a marked array, else None."""
    @property
    def handle(self) -> int:
        """A number for this array."""
    def log(self, /, out=None, *, name=None) -> NDArray:
        """The natural logarithm of x; nan below 0."""
    def log10(self, /, out=None, *, name=None) -> NDArray:
        """The logarithm of x to base 10."""
    def log1p(self, /, out=None, *, name=None) -> NDArray:
        """log(1 + x), precise near 0."""
    def log2(self, /, out=None, *, name=None) -> NDArray:
        """The logarithm of x to base 2."""
    def log_sigmoid(self, /, out=None, *, name=None) -> NDArray:
        """log(1 / (1 + exp(-x)))."""
    def log_softmax(self, /, axis=-1, temperature=None, dtype=None, use_length=False, out=None, *, name=None) -> NDArray:
        """The logarithm of the softmax of data / temperature along `axis`."""
    def max(self, /, axis=None, keepdims=False, exclude=False, out=None, *, name=None) -> NDArray:
        """The largest element along `axis`, or along all but `axis` with `exclude`."""
    def mean(self, /, axis=None, keepdims=False, exclude=False, out=None, *, name=None) -> NDArray:
        """Mean along `axis`, or along all but `axis` with `exclude`; the dtype stays, fractions of integers are cut off."""
    def min(self, /, axis=None, keepdims=False, exclude=False, out=None, *, name=None) -> NDArray:
        """The smallest element along `axis`, or along all but `axis` with `exclude`."""
    def mish(self, /, out=None, *, name=None) -> NDArray:
        """x tanh(log(1 + exp(x))) (Misra, 2019)."""
    def nanprod(self, /, axis=None, keepdims=False, exclude=False, out=None, *, name=None) -> NDArray:
        """Product along `axis` with nan counted as 1."""
    def nansum(self, /, axis=None, keepdims=False, exclude=False, out=None, *, name=None) -> NDArray:
        """Sum along `axis` with nan counted as 0; nan elements get no gradient."""
    @property
    def ndim(self) -> int: ...
    def norm(self, /, ord=2, axis=None, out_dtype=None, keepdims=False, out=None, *, name=None) -> NDArray:
        """The 1- or 2-norm of the elements along `axis` (None: all); the dtype stays unless `out_dtype` is given."""
    def one_hot(self, /, depth, on_value=1.0, off_value=0.0, dtype='float32', out=None, *, name=None) -> NDArray:
        """A new last axis of size `depth`: `on_value` where its index is the element of `indices`, else `off_value`."""
    def ones_like(self, /, out=None, *, name=None) -> NDArray:
        """Ones in the shape and dtype of `data`."""
    def pad(self, /, mode='constant', pad_width=(), constant_value=0.0, out=None, *, name=None) -> NDArray:
        """The array with more elements around it; `pad_width` is flat: before and after of axis 0, of axis 1, ..."""
    def pick(self, /, index, axis=-1, keepdims=False, mode='clip', out=None, *, name=None) -> NDArray:
        """One element of `data` along `axis` for every position of `index`; see npx.pick."""
    def prod(self, /, axis=None, keepdims=False, exclude=False, out=None, *, name=None) -> NDArray:
        """Product along `axis`, or along all but `axis` with `exclude`."""
    def radians(self, /, out=None, *, name=None) -> NDArray:
        """Degrees in radians."""
    def rcbrt(self, /, out=None, *, name=None) -> NDArray:
        """1 / cbrt(x)."""
    def reciprocal(self, /, out=None, *, name=None) -> NDArray:
        """1 / x."""
    def relu(self, /, out=None, *, name=None) -> NDArray:
        """max(x, 0)."""
    def repeat(self, /, repeats, axis=None, out=None, *, name=None) -> NDArray:
        """Each element repeated along `axis` (None: of the flattened array)."""
    def reshape(self, *shape, **kwargs) -> NDArray:
        """This memory in another shape: a view."""
    def reshape_like(self, /, rhs, lhs_begin=None, lhs_end=None, rhs_begin=None, rhs_end=None, out=None, *, name=None) -> Any:
        """lhs with the shape of rhs, or with its axes lhs_begin:lhs_end replaced by axes rhs_begin:rhs_end of rhs."""
    def rint(self, /, out=None, *, name=None) -> NDArray:
        """The nearest integer; halves go down."""
    def round(self, /, out=None, *, name=None) -> NDArray:
        """The nearest integer; halves go away from zero."""
    def rsqrt(self, /, out=None, *, name=None) -> NDArray:
        """1 / sqrt(x)."""
    @property
    def shape(self) -> tuple[int, ...]: ...
    def shape_array(self, /, out=None, *, name=None) -> NDArray:
        """The sizes of the axes as an int64 vector."""
    def sigmoid(self, /, out=None, *, name=None) -> NDArray:
        """1 / (1 + e ** -x)."""
    def sign(self, /, out=None, *, name=None) -> NDArray:
        """-1, 0 or 1, the sign of x; 0 for nan."""
    def sin(self, /, out=None, *, name=None) -> NDArray:
        """Sine of x, x in radians."""
    def sinh(self, /, out=None, *, name=None) -> NDArray:
        """Hyperbolic sine of x."""
    @property
    def size(self) -> int: ...
    def size_array(self, /, out=None, *, name=None) -> NDArray:
        """The number of elements as an int64 vector of one."""
    def slice(self, /, begin, end, step=(), out=None, *, name=None) -> NDArray:
        """data[begin[0]:end[0]:step[0], ...]; None leaves an end open; axes that are not named stay whole."""
    def slice_assign(self, /, rhs, begin, end, step=(), out=None, *, name=None) -> Any:
        """Write `rhs` to data[begin:end:step]; the array itself."""
    def slice_assign_scalar(self, /, value, begin, end, step=(), out=None, *, name=None) -> Any:
        """Write a number to data[begin:end:step]; the array itself."""
    def slice_axis(self, /, axis, begin, end, out=None, *, name=None) -> NDArray:
        """data[..., begin:end, ...] along `axis`; negative numbers count from the end, end=None goes up to it."""
    def slice_like(self, /, shape_like, axes=(), out=None, *, name=None) -> NDArray:
        """The first elements of `data` along each axis, as many as `shape_like` has; along `axes` only, if given."""
    def softmax(self, /, length=None, axis=-1, temperature=None, use_length=False, dtype=None, out=None, *, name=None) -> NDArray:
        """exp(data / temperature), divided by its sum along `axis`."""
    def softmin(self, /, axis=-1, temperature=None, dtype=None, use_length=False, out=None, *, name=None) -> NDArray:
        """The softmax of -data / temperature along `axis`."""
    def sort(self, /, axis=-1, is_ascend=True, out=None, *, name=None) -> NDArray:
        """The elements in order along `axis`; None flattens."""
    def space_to_depth(self, /, block_size, out=None, *, name=None) -> NDArray:
        """Blocks of pixels moved into channels: (n, c, h, w) to (n, c*b^2, h/b, w/b)."""
    def split(self, /, num_outputs, axis=1, squeeze_axis=False, out=None, *, name=None) -> list[NDArray]:
        """`num_outputs` equal parts along `axis`, without that axis if `squeeze_axis` and their size is 1."""
    def split_v2(self, /, indices_or_sections, axis=0, squeeze_axis=False, out=None, *, name=None) -> list[NDArray]:
        """np.split, with `squeeze_axis` as nd.split has it."""
    def sqrt(self, /, out=None, *, name=None) -> NDArray:
        """The square root of x; nan below 0."""
    def square(self, /, out=None, *, name=None) -> NDArray:
        """x * x."""
    def squeeze(self, axis=None, inplace=False) -> NDArray:
        """nd.squeeze; with `inplace` the result shares this array's memory."""
    stype: str
    def sum(self, /, axis=None, keepdims=False, exclude=False, out=None, *, name=None) -> NDArray:
        """Sum along `axis`, or along all but `axis` with `exclude`; the dtype stays."""
    def swapaxes(self, /, dim1=0, dim2=0, out=None, *, name=None) -> NDArray:
        """Two axes exchanged."""
    def take(self, /, indices, axis=0, mode='clip', out=None, *, name=None) -> NDArray:
        """The elements at `indices` along `axis`; invalid indices are clipped to the ends unless `mode` says "wrap"."""
    def tan(self, /, out=None, *, name=None) -> NDArray:
        """Tangent of x, x in radians."""
    def tanh(self, /, out=None, *, name=None) -> NDArray:
        """Hyperbolic tangent of x."""
    def tile(self, /, reps, out=None, *, name=None) -> NDArray:
        """The array repeated `reps` times along each axis."""
    def to_device(self, context) -> NDArray:
        """This array if it is on that device already, else a copy there."""
    def to_dlpack_for_read(self) -> Any:
        """A DLPack export of the array's memory: both for reading and for writing."""
    def to_dlpack_for_write(self) -> Any:
        """A DLPack export of the array's memory: both for reading and for writing."""
    def to_numpy(self) -> onp.ndarray:
        """The elements as a NumPy array of their own: waits for them; writing into it changes nothing here."""
    def topk(self, /, axis=-1, k=1, ret_typ='indices', is_ascend=False, dtype='float32', out=None, *, name=None) -> Any:
        """The k largest (smallest with `is_ascend`) elements along `axis`, in order; k < 1 means all, axis None flattens."""
    def tostype(self, stype) -> Any:
        """A copy in another storage: "default", "row_sparse" or "csr"."""
    def transpose(self, *axes, **kwargs) -> NDArray:
        """nd.transpose with the axes as one tuple; none reverses them."""
    def trunc(self, /, out=None, *, name=None) -> NDArray:
        """x without its fraction."""
    def wait_to_read(self) -> None:
        """Wait until the elements are there."""
    def wait_to_write(self) -> None:
        """Wait until the elements are there."""
    writable: bool
    def zeros_like(self, /, out=None, *, name=None) -> NDArray:
        """Zeros in the shape and dtype of `data`."""

def Activation(data, act_type=None, out=None, *, name=None) -> NDArray:
    """An activation function by name; see npx.activation."""
def BatchNorm(data, gamma, beta, moving_mean, moving_var, eps=0.001, momentum=0.9, fix_gamma=True, use_global_stats=False, output_mean_var=False, axis=1, cudnn_off=False, min_calib_range=None, max_calib_range=None, out=None, *, name=None) -> Any:
    """gamma (data - mean) / sqrt(var + eps) + beta, for each channel; see npx.batch_norm."""
def BilinearSampler(data, grid, cudnn_off=False, out=None, *, name=None) -> NDArray:
    """data read at the places of grid by bilinear interpolation, with zeros around it (Jaderberg et al., 2015)."""
def BlockGrad(data, out=None, *, name=None) -> NDArray:
    """data itself, through which no gradient flows."""
def CTCLoss(data, label, data_lengths=None, label_lengths=None, use_data_lengths=False, use_label_lengths=False, blank_label='first', out=None, *, name=None) -> NDArray:
    """The CTC loss of each sequence: minus the logarithm of the probability of its labels, over all alignments."""
def Cast(data, dtype, out=None, *, name=None) -> NDArray:
    """data in another dtype: fractions are cut off, integers wrap around, nan becomes the lowest integer."""
def Concat(*data, dim=1, num_args=0, out=None, name=None) -> NDArray:
    """The arrays one after the other along axis `dim`."""
def Convolution(data, weight, bias=None, kernel=None, stride=None, dilate=None, pad=None, num_filter=None, num_group=1, workspace=1024, no_bias=False, cudnn_tune=None, cudnn_off=False, layout=None, out=None, *, name=None) -> NDArray:
    """Convolution; see npx.convolution."""
def Convolution_v1(data, weight, bias=None, kernel=None, stride=None, dilate=None, pad=None, num_filter=None, num_group=1, workspace=1024, no_bias=False, cudnn_tune=None, cudnn_off=False, layout=None, out=None, *, name=None) -> NDArray:
    """Convolution; see npx.convolution."""
def Correlation(data1, data2, kernel_size=1, max_displacement=1, stride1=1, stride2=1, pad_size=0, is_multiply=True, out=None, *, name=None) -> NDArray:
    """How well patches of one image fit patches of the other near the same place (Fischer et al., 2015)."""
def Crop(*data, num_args=None, offset=(0, 0), h_w=(0, 0), center_crop=False, out=None, name=None) -> NDArray:
    """A rectangle of images (N, C, H, W): of size h_w, or of a second array's height and width."""
def Custom(*data, op_type=None, out=None, name=None, **kwargs) -> NDArray:
    """Call an operator registered with mx.operator.register."""
def Deconvolution(data, weight, bias=None, kernel=None, stride=None, dilate=None, pad=None, adj=None, target_shape=None, num_filter=None, num_group=1, workspace=512, no_bias=True, cudnn_tune=None, cudnn_off=False, layout=None, out=None, *, name=None) -> NDArray:
    """Transposed convolution; see npx.deconvolution."""
def Dropout(data, p=0.5, mode='training', axes=(), cudnn_off=False, out=None, name=None, **kwargs) -> Any:
    """Set elements to zero with probability p and scale the others by 1 / (1 - p), while training or with mode="always"."""
def ElementWiseSum(*args, num_args=None, out=None, name=None) -> NDArray:
    """The sum of one or more arrays of one shape and dtype."""
def Embedding(data, weight, input_dim=None, output_dim=None, dtype='float32', sparse_grad=False, out=None, *, name=None) -> NDArray:
    """The rows of `weight` that `data` names; see npx.embedding."""
def Flatten(data, out=None, *, name=None) -> NDArray:
    """Keeps the first axis and merges the others: shape (n, everything else)."""
def FullyConnected(data, weight, bias=None, num_hidden=None, no_bias=False, flatten=True, out=None, *, name=None) -> NDArray:
    """data @ weight.T + bias; see npx.fully_connected."""
def GridGenerator(data, transform_type=None, target_shape=(0, 0), out=None, *, name=None) -> NDArray:
    """A grid for BilinearSampler."""
def GroupNorm(data, gamma, beta, num_groups=1, eps=1e-05, output_mean_var=False, out=None, *, name=None) -> Any:
    """Normalization over groups of channels, with another default eps; see npx.group_norm."""
def IdentityAttachKLSparseReg(data, sparseness_target=0.1, penalty=0.001, momentum=0.9, moving_avg=None, out=None, *, name=None) -> NDArray:
    """data itself; to the gradient comes that of a penalty for activations that are more often on than `sparseness_target`."""
def InstanceNorm(data, gamma, beta, eps=0.001, out=None, *, name=None) -> NDArray:
    """gamma (data - mean) / sqrt(var + eps) + beta over the space of each channel of each example (Ulyanov et al., 2016)."""
def L2Normalization(data, eps=1e-10, mode='instance', out=None, *, name=None) -> NDArray:
    """data / sqrt(sum of squares + eps)."""
def LRN(data, alpha=0.0001, beta=0.75, knorm=2.0, nsize=None, out=None, *, name=None) -> NDArray:
    """Local response normalization: data / (knorm + alpha / nsize * sum of squares of nsize neighbouring channels) ** beta."""
def LayerNorm(data, gamma, beta, axis=-1, eps=1e-05, output_mean_var=False, out=None, *, name=None) -> Any:
    """gamma (data - mean) / sqrt(var + eps) + beta along one axis; see npx.layer_norm."""
def LeakyReLU(data, gamma=None, act_type='leaky', slope=0.25, lower_bound=0.125, upper_bound=0.334, uniforms=None, out=None, *, name=None) -> Any:
    """x where x > 0, else what `act_type` says."""
def LinearRegressionOutput(data, label, grad_scale=1.0, out=None, *, name=None) -> NDArray:
    """data itself, with gradient (data - label) times grad_scale / (numbers per example), whatever comes from above."""
def LogisticRegressionOutput(data, label, grad_scale=1.0, out=None, *, name=None) -> NDArray:
    """The sigmoid of data, with gradient (sigmoid(data) - label) times grad_scale / (numbers per example), whatever comes from above."""
def MAERegressionOutput(data, label, grad_scale=1.0, out=None, *, name=None) -> NDArray:
    """data itself, with gradient 1 where data > label, else -1, times grad_scale / (numbers per example), whatever comes from above."""
def MakeLoss(data, grad_scale=1.0, valid_thresh=0.0, normalization='null', out=None, *, name=None) -> NDArray:
    """data itself as a loss: its gradient is `grad_scale` in every element, whatever arrives from above."""
def Pad(data, mode='constant', pad_width=(), constant_value=0.0, out=None, *, name=None) -> NDArray:
    """The array with more elements around it; `pad_width` is flat: before and after of axis 0, of axis 1, ..."""
def Pooling(data, kernel=None, pool_type='max', global_pool=False, cudnn_off=False, pooling_convention='valid', stride=None, pad=None, p_value=None, count_include_pad=None, layout=None, out=None, *, name=None) -> NDArray:
    """The maximum, mean, sum or p-norm of windows; see npx.pooling."""
def Pooling_v1(data, kernel=(), pool_type='max', global_pool=False, pooling_convention='valid', stride=(), pad=(), out=None, *, name=None) -> NDArray:
    """Pooling of images (N, C, H, W) as old models have it: the mean divides by the kernel's size also where it reaches beyond."""
def RNN(data=None, parameters=None, state=None, state_cell=None, sequence_length=None, state_size=None, num_layers=None, bidirectional=False, mode=None, p=0.0, state_outputs=False, projection_size=None, lstm_state_clip_min=None, lstm_state_clip_max=None, lstm_state_clip_nan=False, use_sequence_length=False, out=None, name=None, **kwargs) -> NDArray:
    """A recurrent network over sequences; see npx.rnn."""
def ROIPooling(data, rois, pooled_size=None, spatial_scale=None, out=None, *, name=None) -> NDArray:
    """The largest element of each bin of each rectangle (Girshick, 2015)."""
def Reshape(data, shape=None, reverse=False, target_shape=None, keep_highest=False, out=None, *, name=None) -> NDArray:
    """The elements in the same order with another shape."""
def SVMOutput(data, label, margin=1.0, regularization_coefficient=1.0, use_linear=False, out=None, *, name=None) -> NDArray:
    """data itself; its gradient is that of a support vector machine's loss, whatever comes from above (Tang, 2013)."""
def SequenceLast(data, sequence_length=None, use_sequence_length=False, axis=0, out=None, *, name=None) -> NDArray:
    """The last step of each sequence: data without `axis` (0 or 1)."""
def SequenceMask(data, sequence_length=None, use_sequence_length=False, value=0.0, axis=0, out=None, *, name=None) -> NDArray:
    """data with `value` in the steps from each sequence's length on."""
def SequenceReverse(data, sequence_length=None, use_sequence_length=False, axis=0, out=None, *, name=None) -> NDArray:
    """Each sequence with its steps (axis 0) in reverse; those from its length on stay where they are."""
def SliceChannel(data, num_outputs, axis=1, squeeze_axis=False, out=None, *, name=None) -> list[NDArray]:
    """`num_outputs` equal parts along `axis`, without that axis if `squeeze_axis` and their size is 1."""
def Softmax(data, label, grad_scale=1.0, ignore_label=-1.0, multi_output=False, use_ignore=False, preserve_shape=False, normalization='null', out_grad=False, smooth_alpha=0.0, out=None, *, name=None) -> NDArray:
    """The softmax of data; its gradient is that of the cross entropy with label, (softmax - target) grad_scale."""
def SoftmaxActivation(data, mode='instance', out=None, *, name=None) -> NDArray:
    """The softmax along the last axis (mode "instance") or along axis 1 ("channel")."""
def SoftmaxOutput(data, label, grad_scale=1.0, ignore_label=-1.0, multi_output=False, use_ignore=False, preserve_shape=False, normalization='null', out_grad=False, smooth_alpha=0.0, out=None, *, name=None) -> NDArray:
    """The softmax of data; its gradient is that of the cross entropy with label, (softmax - target) grad_scale."""
def SpatialTransformer(data, loc, target_shape=(0, 0), transform_type=None, sampler_type=None, cudnn_off=False, out=None, *, name=None) -> NDArray:
    """data under the affine maps `loc` (N, 6), by bilinear interpolation (Jaderberg et al., 2015); see GridGenerator."""
def SwapAxis(data, dim1=0, dim2=0, out=None, *, name=None) -> NDArray:
    """Two axes exchanged."""
def UpSampling(*data, scale=None, num_filter=0, sample_type=None, multi_input_mode='concat', num_args=None, workspace=512, out=None, name=None) -> NDArray:
    """Images made `scale` times larger."""
def abs(data, out=None, *, name=None) -> NDArray:
    """The absolute value of x."""
def adam_update(weight, grad, mean, var, lr, beta1=0.9, beta2=0.999, epsilon=1e-08, wd=0.0, rescale_grad=1.0, clip_gradient=-1.0, lazy_update=True, out=None, *, name=None) -> NDArray:
    """Adam (Kingma and Ba 2014), the bias correction already in lr: w -= lr * m / (sqrt(v) + epsilon)."""
def add(lhs, rhs, out=None, *, name=None) -> NDArray:
    """x1 + x2."""
def add_n(*args, num_args=None, out=None, name=None) -> NDArray:
    """The sum of one or more arrays of one shape and dtype."""
def all_finite(data, init_output=True, out=None, *, name=None) -> NDArray:
    """1 if all elements are finite, else 0; float32, shape (1,)."""
def amp_cast(data, dtype, out=None, *, name=None) -> NDArray:
    """Floats in another dtype, in integers rounded, halves to the even one; integers and booleans stay as they are."""
def amp_multicast(*data, num_outputs=None, cast_narrow=False, out=None, name=None) -> list[NDArray]:
    """All arrays in the widest float dtype among them, or with cast_narrow in the narrowest."""
def arange(start, stop=None, step=1.0, repeat=1, infer_range=None, ctx=None, dtype=...) -> NDArray:
    """start, start + step, ... before stop, every number `repeat` times. infer_range has no effect, as in MXNet 1.9."""
def arccos(data, out=None, *, name=None) -> NDArray:
    """The angle in radians whose cosine is x, from 0 to pi."""
def arccosh(data, out=None, *, name=None) -> NDArray:
    """Inverse hyperbolic cosine of x; nan below 1."""
def arcsin(data, out=None, *, name=None) -> NDArray:
    """The angle in radians whose sine is x, from -pi/2 to pi/2."""
def arcsinh(data, out=None, *, name=None) -> NDArray:
    """Inverse hyperbolic sine of x."""
def arctan(data, out=None, *, name=None) -> NDArray:
    """The angle in radians whose tangent is x, from -pi/2 to pi/2."""
def arctanh(data, out=None, *, name=None) -> NDArray:
    """Inverse hyperbolic tangent of x."""
def argmax(data, axis=None, keepdims=False, out=None, *, name=None) -> NDArray:
    """Index of the first largest element along `axis`, in the dtype of `data`: float32 indices by default. nan is the largest."""
def argmax_channel(data, out=None, *, name=None) -> NDArray:
    """nd.argmax along axis 1: the class of every sample, for data of shape (samples, classes, ...)."""
def argmin(data, axis=None, keepdims=False, out=None, *, name=None) -> NDArray:
    """Index of the first smallest element along `axis`, in the dtype of `data`. nan is the smallest."""
def argsort(data, axis=-1, is_ascend=True, dtype='float32', out=None, *, name=None) -> NDArray:
    """The indices that would sort along `axis`, as `dtype`; None flattens."""
def array(source_array, ctx=None, dtype=None) -> NDArray:
    """An NDArray over a copy of data: float32 unless a dtype is given or the source is an NDArray."""
def batch_dot(lhs, rhs, transpose_a=False, transpose_b=False, forward_stype=None, out=None, *, name=None) -> NDArray:
    """Matrix products of a batch: (..., m, k) and (..., k, n) give (..., m, n); each operand may be transposed first."""
def batch_take(a, indices, out=None, *, name=None) -> NDArray:
    """a[i, indices[i]] for every row i; `indices` must be int32."""
def broadcast_add(lhs, rhs, out=None, *, name=None) -> NDArray:
    """x1 + x2."""
def broadcast_axes(data, axis=(), size=(), out=None, *, name=None) -> NDArray:
    """The array repeated along axes of size 1: `axis` names them, `size` says how often."""
def broadcast_axis(data, axis=(), size=(), out=None, *, name=None) -> NDArray:
    """The array repeated along axes of size 1: `axis` names them, `size` says how often."""
def broadcast_div(lhs, rhs, out=None, *, name=None) -> NDArray:
    """x1 / x2; integers are cut off towards zero."""
def broadcast_equal(lhs, rhs, out=None, *, name=None) -> NDArray:
    """x1 == x2: 1 or 0 of the operands' dtype."""
def broadcast_greater(lhs, rhs, out=None, *, name=None) -> NDArray:
    """x1 > x2: 1 or 0 of the operands' dtype."""
def broadcast_greater_equal(lhs, rhs, out=None, *, name=None) -> NDArray:
    """x1 >= x2: 1 or 0 of the operands' dtype."""
def broadcast_hypot(lhs, rhs, out=None, *, name=None) -> NDArray:
    """sqrt(lhs ** 2 + rhs ** 2) without overflow."""
def broadcast_lesser(lhs, rhs, out=None, *, name=None) -> NDArray:
    """x1 < x2: 1 or 0 of the operands' dtype."""
def broadcast_lesser_equal(lhs, rhs, out=None, *, name=None) -> NDArray:
    """x1 <= x2: 1 or 0 of the operands' dtype."""
def broadcast_like(lhs, rhs, lhs_axes=None, rhs_axes=None, out=None, *, name=None) -> Any:
    """lhs broadcast to the shape of rhs, or, if both are given, only its axes `lhs_axes` to the sizes of axes `rhs_axes` of rhs."""
def broadcast_logical_and(lhs, rhs, out=None, *, name=None) -> NDArray:
    """Whether x1 and x2 are both not 0: 1 or 0 of the operands' dtype."""
def broadcast_logical_or(lhs, rhs, out=None, *, name=None) -> NDArray:
    """Whether x1 or x2 is not 0: 1 or 0 of the operands' dtype."""
def broadcast_logical_xor(lhs, rhs, out=None, *, name=None) -> NDArray:
    """Whether one of x1 and x2 is not 0: 1 or 0 of the operands' dtype."""
def broadcast_maximum(lhs, rhs, out=None, *, name=None) -> NDArray:
    """The larger of x1 and x2; nan if one is nan."""
def broadcast_minimum(lhs, rhs, out=None, *, name=None) -> NDArray:
    """The smaller of x1 and x2; nan if one is nan."""
def broadcast_minus(lhs, rhs, out=None, *, name=None) -> NDArray:
    """x1 - x2; not for two boolean arrays."""
def broadcast_mod(lhs, rhs, out=None, *, name=None) -> NDArray:
    """x1 modulo x2, with the sign of x2; 0 where x2 is 0."""
def broadcast_mul(lhs, rhs, out=None, *, name=None) -> NDArray:
    """x1 * x2."""
def broadcast_not_equal(lhs, rhs, out=None, *, name=None) -> NDArray:
    """x1 != x2: 1 or 0 of the operands' dtype."""
def broadcast_plus(lhs, rhs, out=None, *, name=None) -> NDArray:
    """x1 + x2."""
def broadcast_power(lhs, rhs, out=None, *, name=None) -> NDArray:
    """lhs ** rhs."""
def broadcast_sub(lhs, rhs, out=None, *, name=None) -> NDArray:
    """x1 - x2; not for two boolean arrays."""
def broadcast_to(data, shape, out=None, *, name=None) -> NDArray:
    """The array repeated along axes of size 1; a 0 in `shape` keeps that size."""
def cast(data, dtype, out=None, *, name=None) -> NDArray:
    """data in another dtype: fractions are cut off, integers wrap around, nan becomes the lowest integer."""
def cast_storage(data, stype, out=None) -> NDArray:
    """A copy in another storage, as data.tostype(stype)."""
def cbrt(data, out=None, *, name=None) -> NDArray:
    """The cube root of x."""
def ceil(data, out=None, *, name=None) -> NDArray:
    """The next integer not below x."""
def choose_element_0index(data, index, axis=-1, keepdims=False, mode='clip', out=None, *, name=None) -> NDArray:
    """One element of `data` along `axis` for every position of `index`; see npx.pick."""
def clip(data, a_min, a_max, out=None, *, name=None) -> NDArray:
    """data held to [a_min, a_max]."""
def col2im(data, output_size=None, kernel=None, stride=None, dilate=None, pad=None, out=None, *, name=None) -> NDArray:
    """The transpose of im2col: the columns (N, C * elements of the kernel, windows) added up where their elements came from."""
def concat(*data, dim=1, num_args=0, out=None, name=None) -> NDArray:
    """The arrays one after the other along axis `dim`."""
def concatenate(arrays, axis=0, always_copy=True, out=None, *, name=None) -> NDArray:
    """The arrays one after the other along `axis`."""
def cos(data, out=None, *, name=None) -> NDArray:
    """Cosine of x, x in radians."""
def cosh(data, out=None, *, name=None) -> NDArray:
    """Hyperbolic cosine of x."""
def crop(data, begin, end, step=(), out=None, *, name=None) -> NDArray:
    """data[begin[0]:end[0]:step[0], ...]; None leaves an end open; axes that are not named stay whole."""
def ctc_loss(data, label, data_lengths=None, label_lengths=None, use_data_lengths=False, use_label_lengths=False, blank_label='first', out=None, *, name=None) -> NDArray:
    """The CTC loss of each sequence: minus the logarithm of the probability of its labels, over all alignments."""
def cumsum(a, axis=None, dtype=None, out=None, *, name=None) -> NDArray:
    """Running sum along `axis`, of the flattened array by default; the dtype stays, bool gives int64."""
def degrees(data, out=None, *, name=None) -> NDArray:
    """Radians in degrees."""
def depth_to_space(data, block_size, out=None, *, name=None) -> NDArray:
    """Channels moved into blocks of pixels: (n, c, h, w) to (n, c/b^2, h*b, w*b)."""
def diag(data, k=0, axis1=0, axis2=1, out=None, *, name=None) -> NDArray:
    """A matrix with the vector on its k-th diagonal, or the diagonal of axes axis1 and axis2, as the last axis."""
def digamma(data, out=None, *, name=None) -> NDArray:
    """The derivative of gammaln; inf at its poles."""
def divide(lhs, rhs, out=None, *, name=None) -> NDArray:
    """x1 / x2; integers are cut off towards zero."""
def dot(lhs, rhs, transpose_a=False, transpose_b=False, forward_stype=None, out=None, *, name=None) -> NDArray:
    """The sum of products over the last axis of `lhs` and the first of `rhs`; transposed, over its first and its last."""
def elemwise_add(lhs, rhs, out=None, *, name=None) -> NDArray:
    """lhs + rhs for two arrays of one shape."""
def elemwise_div(lhs, rhs, out=None, *, name=None) -> NDArray:
    """lhs / rhs for two arrays of one shape; integers are cut off towards zero."""
def elemwise_mul(lhs, rhs, out=None, *, name=None) -> NDArray:
    """lhs * rhs for two arrays of one shape."""
def elemwise_sub(lhs, rhs, out=None, *, name=None) -> NDArray:
    """lhs - rhs for two arrays of one shape."""
def empty(shape, ctx=None, dtype=None, stype=None, **kwargs) -> NDArray:
    """An NDArray of a shape full of empty, float32 unless `dtype` is given."""
def equal(lhs, rhs, out=None, *, name=None) -> NDArray:
    """x1 == x2: 1 or 0 of the operands' dtype."""
def erf(data, out=None, *, name=None) -> NDArray:
    """The error function of x."""
def erfinv(data, out=None, *, name=None) -> NDArray:
    """The inverse of erf; infinite at -1 and 1."""
def exp(data, out=None, *, name=None) -> NDArray:
    """e ** x."""
def expand_dims(data, axis, out=None, *, name=None) -> NDArray:
    """A new axis of size 1 at place `axis` of the result."""
def expm1(data, out=None, *, name=None) -> NDArray:
    """e ** x - 1, precise near 0."""
def eye(N, M=0, k=0, ctx=None, dtype=None) -> NDArray:
    """An (N, M) matrix with ones on the k-th diagonal; M=0 stands for N."""
def fill_element_0index(lhs, mhs, rhs, out=None, *, name=None) -> NDArray:
    """lhs with lhs[i, rhs[i]] replaced by mhs[i]."""
def fix(data, out=None, *, name=None) -> NDArray:
    """x without its fraction."""
def flatten(data, out=None, *, name=None) -> NDArray:
    """Keeps the first axis and merges the others: shape (n, everything else)."""
def flip(data, axis, out=None, *, name=None) -> NDArray:
    """The order of the elements reversed along `axis`."""
def floor(data, out=None, *, name=None) -> NDArray:
    """The next integer not above x."""
def from_dlpack(dlpack) -> NDArray:
    """An NDArray from anything that speaks DLPack."""
def from_numpy(ndarray, zero_copy=True) -> NDArray:
    """An NDArray over a NumPy array."""
def ftml_update(weight, grad, d, v, z, lr, t, beta1=0.6, beta2=0.999, epsilon=1e-08, wd=0.0, rescale_grad=1.0, clip_grad=-1.0, out=None, *, name=None) -> NDArray:
    """Follow the moving leader (Zheng and Kwok 2017)."""
def ftrl_update(weight, grad, z, n, lr, lamda1=0.01, beta=1.0, wd=0.0, rescale_grad=1.0, clip_gradient=-1.0, out=None, *, name=None) -> NDArray:
    """Follow the regularized leader (McMahan et al. 2013)."""
def full(shape, val, ctx=None, dtype=..., out=None) -> NDArray:
    """A shape full of one number, or of numbers that are broadcast to it; float32 unless `dtype` is given."""
def gamma(data, out=None, *, name=None) -> NDArray:
    """The gamma function of x."""
def gammaln(data, out=None, *, name=None) -> NDArray:
    """The logarithm of |gamma(x)|."""
def gather_nd(data, indices, out=None, *, name=None) -> NDArray:
    """data[indices[0], indices[1], ...]: element (or slice) k is at the coordinates in column k."""
def greater(lhs, rhs, out=None, *, name=None) -> NDArray:
    """x1 > x2: 1 or 0 of the operands' dtype."""
def greater_equal(lhs, rhs, out=None, *, name=None) -> NDArray:
    """x1 >= x2: 1 or 0 of the operands' dtype."""
def hard_sigmoid(data, alpha=0.2, beta=0.5, out=None, *, name=None) -> NDArray:
    """alpha x + beta held to [0, 1]; no gradient passes on the borders."""
def histogram(a, bins=10, range=None, out=None, *, name=None) -> list[NDArray]:
    """How many elements (int64; float32 if the range is the data's own) lie between neighbouring edges, and the edges."""
def identity(data, out=None, *, name=None) -> NDArray:
    """A copy of data."""
def im2col(data, kernel=None, stride=None, dilate=None, pad=None, out=None, *, name=None) -> NDArray:
    """The windows that a convolution multiplies with its kernel, as columns."""
def khatri_rao(*args, out=None, name=None) -> NDArray:
    """Column-wise Kronecker product: (m, k), (n, k), ... give (m*n*..., k) (Kolda and Bader, Tensor Decompositions, 2009)."""
def lamb_update_phase1(weight, grad, mean, var, t, wd, beta1=0.9, beta2=0.999, epsilon=1e-06, bias_correction=True, rescale_grad=1.0, clip_gradient=-1.0, out=None, *, name=None) -> NDArray:
    """First half of LAMB (You et al. 2019): m / (sqrt(v) + epsilon) + wd * w, with bias correction or without; then m and v."""
def lamb_update_phase2(weight, g, r1, r2, lr, lower_bound=-1.0, upper_bound=-1.0, out=None, *, name=None) -> NDArray:
    """The weight moved by lr * r1 / r2 against g, r1 held between the bounds; r1 / r2 counts as 1 where one of them is 0."""
def lesser(lhs, rhs, out=None, *, name=None) -> NDArray:
    """x1 < x2: 1 or 0 of the operands' dtype."""
def lesser_equal(lhs, rhs, out=None, *, name=None) -> NDArray:
    """x1 <= x2: 1 or 0 of the operands' dtype."""
def linalg_det(A, out=None, *, name=None) -> NDArray:
    """The determinant of each matrix: shape (..., n, n) gives (...)."""
def linalg_extractdiag(A, offset=0, out=None, *, name=None) -> NDArray:
    """A diagonal of each matrix."""
def linalg_extracttrian(A, offset=0, lower=True, out=None, *, name=None) -> NDArray:
    """The elements of a triangle of each matrix as a vector."""
def linalg_gelqf(A, out=None, *, name=None) -> list[NDArray]:
    """Q with orthonormal rows and lower triangular L with A = L Q: shapes (..., m, n), m <= n, and (..., m, m)."""
def linalg_gemm(A, B, C, transpose_a=False, transpose_b=False, alpha=1.0, beta=1.0, axis=-2, out=None, *, name=None) -> NDArray:
    """alpha * op(A) op(B) + beta * C; see gemm2."""
def linalg_gemm2(A, B, transpose_a=False, transpose_b=False, alpha=1.0, axis=-2, out=None, *, name=None) -> NDArray:
    """alpha * op(A) op(B); op transposes if asked."""
def linalg_inverse(A, out=None, *, name=None) -> NDArray:
    """The inverse of each matrix; see np.linalg.inv."""
def linalg_makediag(A, offset=0, out=None, *, name=None) -> NDArray:
    """Matrices with the rows of A on a diagonal: shape (..., n) gives (..., n + |offset|, n + |offset|)."""
def linalg_maketrian(A, offset=0, lower=True, out=None, *, name=None) -> NDArray:
    """Matrices with a triangle filled from the rows of A, zeros elsewhere: the inverse of extracttrian."""
def linalg_potrf(A, lower=True, out=None, *, name=None) -> NDArray:
    """The Cholesky factor L with A = L L^T, or with lower=False its transpose."""
def linalg_potri(A, lower=True, out=None, *, name=None) -> NDArray:
    """The inverse of L L^T, given the triangular L = A."""
def linalg_slogdet(A, out=None, *, name=None) -> list[NDArray]:
    """Sign and logarithm of the absolute determinant of each matrix."""
def linalg_sumlogdiag(A, out=None, *, name=None) -> NDArray:
    """The sum of the logarithms of the diagonal of each matrix."""
def linalg_syevd(A, out=None, *, name=None) -> list[NDArray]:
    """U, whose rows are eigenvectors, and the eigenvalues L in ascending order, of symmetric A = U^T diag(L) U."""
def linalg_syrk(A, transpose=False, alpha=1.0, out=None, *, name=None) -> NDArray:
    """alpha * A A^T, or alpha * A^T A with `transpose`."""
def linalg_trmm(A, B, transpose=False, rightside=False, lower=True, alpha=1.0, out=None, *, name=None) -> NDArray:
    """alpha * op(A) B, or alpha * B op(A) with `rightside`; A is triangular."""
def linalg_trsm(A, B, transpose=False, rightside=False, lower=True, alpha=1.0, out=None, *, name=None) -> NDArray:
    """X with op(A) X = alpha * B, or X op(A) = alpha * B with `rightside`; A is triangular."""
def linspace(start, stop, num, endpoint=True, ctx=None, dtype=...) -> NDArray:
    """`num` evenly spaced numbers from start to stop, with it if endpoint."""
def load(fname) -> Any:
    """Read a file written by nd.save, npx.save(z) or gluon: a dict if the arrays have names, else a list."""
def load_frombuffer(buf) -> Any:
    """As nd.load, from bytes."""
def log(data, out=None, *, name=None) -> NDArray:
    """The natural logarithm of x; nan below 0."""
def log10(data, out=None, *, name=None) -> NDArray:
    """The logarithm of x to base 10."""
def log1p(data, out=None, *, name=None) -> NDArray:
    """log(1 + x), precise near 0."""
def log2(data, out=None, *, name=None) -> NDArray:
    """The logarithm of x to base 2."""
def log_sigmoid(data, out=None, *, name=None) -> NDArray:
    """log(1 / (1 + exp(-x)))."""
def log_softmax(data, axis=-1, temperature=None, dtype=None, use_length=False, out=None, *, name=None) -> NDArray:
    """The logarithm of the softmax of data / temperature along `axis`."""
def logical_and(lhs, rhs, out=None, *, name=None) -> NDArray:
    """Whether x1 and x2 are both not 0: 1 or 0 of the operands' dtype."""
def logical_not(data, out=None, *, name=None) -> NDArray:
    """Whether x is 0: 1 or 0 of its dtype."""
def logical_or(lhs, rhs, out=None, *, name=None) -> NDArray:
    """Whether x1 or x2 is not 0: 1 or 0 of the operands' dtype."""
def logical_xor(lhs, rhs, out=None, *, name=None) -> NDArray:
    """Whether one of x1 and x2 is not 0: 1 or 0 of the operands' dtype."""
def make_loss(data, out=None, *, name=None) -> NDArray:
    """data itself as a loss: its gradient is 1 in every element, whatever arrives from above."""
def masked_log_softmax(data, mask, axis=-1, temperature=1.0, normalize=True, out=None, *, name=None) -> NDArray:
    """The logarithm of npx.masked_softmax: -inf where mask is False."""
def masked_softmax(data, mask, axis=-1, temperature=1.0, normalize=True, out=None, *, name=None) -> NDArray:
    """The softmax of the positions where mask is True; 0 elsewhere, and everywhere if a row has none."""
def max(data, axis=None, keepdims=False, exclude=False, out=None, *, name=None) -> NDArray:
    """The largest element along `axis`, or along all but `axis` with `exclude`."""
def max_axis(data, axis=None, keepdims=False, exclude=False, out=None, *, name=None) -> NDArray:
    """The largest element along `axis`, or along all but `axis` with `exclude`."""
def maximum(lhs, rhs, out=None, *, name=None) -> NDArray:
    """The larger of x1 and x2; nan if one is nan."""
def mean(data, axis=None, keepdims=False, exclude=False, out=None, *, name=None) -> NDArray:
    """Mean along `axis`, or along all but `axis` with `exclude`; the dtype stays, fractions of integers are cut off."""
def min(data, axis=None, keepdims=False, exclude=False, out=None, *, name=None) -> NDArray:
    """The smallest element along `axis`, or along all but `axis` with `exclude`."""
def min_axis(data, axis=None, keepdims=False, exclude=False, out=None, *, name=None) -> NDArray:
    """The smallest element along `axis`, or along all but `axis` with `exclude`."""
def minimum(lhs, rhs, out=None, *, name=None) -> NDArray:
    """The smaller of x1 and x2; nan if one is nan."""
def mish(data, out=None, *, name=None) -> NDArray:
    """x tanh(log(1 + exp(x))) (Misra, 2019)."""
def modulo(lhs, rhs, out=None, *, name=None) -> NDArray:
    """x1 modulo x2, with the sign of x2; 0 where x2 is 0."""
def moments(data, axes=None, keepdims=False, out=None, *, name=None) -> list[NDArray]:
    """Mean and variance along `axes`; returns both."""
def moveaxis(tensor, source, destination, out=None, *, name=None) -> NDArray:
    """Axes moved to other places, the rest in their order."""
def mp_lamb_update_phase1(weight, grad, mean, var, weight32, t, wd, beta1=0.9, beta2=0.999, epsilon=1e-06, bias_correction=True, rescale_grad=1.0, clip_gradient=-1.0, out=None, *, name=None) -> NDArray:
    """nd.lamb_update_phase1 of a 16-bit weight with its float32 master, which decides; a float32 direction is returned."""
def mp_lamb_update_phase2(weight, g, r1, r2, weight32, lr, lower_bound=-1.0, upper_bound=-1.0, out=None, *, name=None) -> NDArray:
    """nd.lamb_update_phase2 of a 16-bit weight with its float32 master, which is overwritten."""
def mp_nag_mom_update(weight, grad, mom, weight32, lr, momentum=0.0, wd=0.0, rescale_grad=1.0, clip_gradient=-1.0, out=None, *, name=None) -> NDArray:
    """nag_mom as MXNet 1 does it where the weight is overwritten: it is new already when its decay enters m."""
def mp_sgd_mom_update(weight, grad, mom, weight32, lr, momentum=0.0, wd=0.0, rescale_grad=1.0, clip_gradient=-1.0, lazy_update=True, out=None, *, name=None) -> NDArray:
    """m = momentum * m - lr * (g + wd * w); w += m."""
def mp_sgd_update(weight, grad, weight32, lr, wd=0.0, rescale_grad=1.0, clip_gradient=-1.0, lazy_update=True, out=None, *, name=None) -> NDArray:
    """w -= lr * (g + wd * w)."""
def multi_all_finite(*data, num_arrays=1, init_output=True, out=None, name=None) -> Any:
    """1 if all elements of all arrays are finite, else 0; float32, shape (1,)."""
def multi_lars(lrs, weights_sum_sq, grads_sum_sq, wds, eta, eps, rescale_grad=1.0, out=None, *, name=None) -> NDArray:
    """The rates of layers after LARS: lr * eta * |w| / (|g| + wd * |w| + eps), lr where |w| or |g| is 0."""
def multi_mp_sgd_mom_update(*data, lrs, wds, num_weights=1, out=None, name=None, **arguments) -> NDArray:
    """nd.mp_sgd_mom_update for num_weights weights: their 4 arrays each, one weight after the other."""
def multi_mp_sgd_update(*data, lrs, wds, num_weights=1, out=None, name=None, **arguments) -> NDArray:
    """nd.mp_sgd_update for num_weights weights: their 3 arrays each, one weight after the other."""
def multi_sgd_mom_update(*data, lrs, wds, num_weights=1, out=None, name=None, **arguments) -> NDArray:
    """nd.sgd_mom_update for num_weights weights: their 3 arrays each, one weight after the other."""
def multi_sgd_update(*data, lrs, wds, num_weights=1, out=None, name=None, **arguments) -> NDArray:
    """nd.sgd_update for num_weights weights: their 2 arrays each, one weight after the other."""
def multi_sum_sq(*data, num_arrays=1, out=None, name=None) -> Any:
    """The sum of squares of each array; float32, shape (number of arrays,)."""
def multiply(lhs, rhs, out=None, *, name=None) -> NDArray:
    """x1 * x2."""
def nag_mom_update(weight, grad, mom, lr, momentum=0.0, wd=0.0, rescale_grad=1.0, clip_gradient=-1.0, out=None, *, name=None) -> NDArray:
    """Nesterov's accelerated gradient: m = momentum * m - lr * (g + wd * w); w += momentum * m - lr * (g + wd * w)."""
def nanprod(data, axis=None, keepdims=False, exclude=False, out=None, *, name=None) -> NDArray:
    """Product along `axis` with nan counted as 1."""
def nansum(data, axis=None, keepdims=False, exclude=False, out=None, *, name=None) -> NDArray:
    """Sum along `axis` with nan counted as 0; nan elements get no gradient."""
def negative(data, out=None, *, name=None) -> NDArray:
    """-x."""
def norm(data, ord=2, axis=None, out_dtype=None, keepdims=False, out=None, *, name=None) -> NDArray:
    """The 1- or 2-norm of the elements along `axis` (None: all); the dtype stays unless `out_dtype` is given."""
def normal(loc=0, scale=1, shape=..., ctx=..., dtype=..., out=None) -> NDArray:
    """Normal numbers of mean loc and standard deviation scale."""
def not_equal(lhs, rhs, out=None, *, name=None) -> NDArray:
    """x1 != x2: 1 or 0 of the operands' dtype."""
def one_hot(indices, depth, on_value=1.0, off_value=0.0, dtype='float32', out=None, *, name=None) -> NDArray:
    """A new last axis of size `depth`: `on_value` where its index is the element of `indices`, else `off_value`."""
def onehot_encode(indices, out, *, name=None) -> NDArray:
    """One-hot rows in the shape and dtype of the second array, which the call overwrites with them and returns."""
def ones(shape, ctx=None, dtype=None, stype=None, **kwargs) -> NDArray:
    """An NDArray of a shape full of ones, float32 unless `dtype` is given."""
def ones_like(data, out=None, *, name=None) -> NDArray:
    """Ones in the shape and dtype of `data`."""
def pad(data, mode='constant', pad_width=(), constant_value=0.0, out=None, *, name=None) -> NDArray:
    """The array with more elements around it; `pad_width` is flat: before and after of axis 0, of axis 1, ..."""
def pick(data, index, axis=-1, keepdims=False, mode='clip', out=None, *, name=None) -> NDArray:
    """One element of `data` along `axis` for every position of `index`; see npx.pick."""
def power(base, exp, out=None, *, name=None) -> NDArray:
    """lhs ** rhs."""
def preloaded_multi_mp_sgd_mom_update(*data, num_weights=1, out=None, name=None, **arguments) -> NDArray:
    """nd.mp_sgd_mom_update for num_weights weights: their 4 arrays each, one weight after the other."""
def preloaded_multi_mp_sgd_update(*data, num_weights=1, out=None, name=None, **arguments) -> NDArray:
    """nd.mp_sgd_update for num_weights weights: their 3 arrays each, one weight after the other."""
def preloaded_multi_sgd_mom_update(*data, num_weights=1, out=None, name=None, **arguments) -> NDArray:
    """nd.sgd_mom_update for num_weights weights: their 3 arrays each, one weight after the other."""
def preloaded_multi_sgd_update(*data, num_weights=1, out=None, name=None, **arguments) -> NDArray:
    """nd.sgd_update for num_weights weights: their 2 arrays each, one weight after the other."""
def prod(data, axis=None, keepdims=False, exclude=False, out=None, *, name=None) -> NDArray:
    """Product along `axis`, or along all but `axis` with `exclude`."""
def quantized_reshape(data, min_data, max_data, shape=None, reverse=False, target_shape=None, keep_highest=False, out=None, *, name=None) -> list[NDArray]:
    """nd.reshape of integers; the range stays."""
def quantized_transpose(data, min_data, max_data, axes=(), out=None, *, name=None) -> list[NDArray]:
    """The axes in another order, by default reversed; the range stays."""
def radians(data, out=None, *, name=None) -> NDArray:
    """Degrees in radians."""
def random_binomial(n=1, p=1, shape=..., ctx=..., dtype=..., out=None) -> NDArray:
    """Successes among n trials of probability p, as floats."""
def random_exponential(lam=1, shape=..., ctx=..., dtype=..., out=None) -> NDArray:
    """Exponential numbers of rate lam."""
def random_gamma(alpha=1, beta=1, shape=..., ctx=..., dtype=..., out=None) -> NDArray:
    """Gamma numbers of shape alpha and scale beta."""
def random_generalized_negative_binomial(mu=1, alpha=1, shape=..., ctx=..., dtype=..., out=None) -> NDArray:
    """Negative binomial numbers of mean mu and dispersion alpha, as floats."""
def random_negative_binomial(k=1, p=1, shape=..., ctx=..., dtype=..., out=None) -> NDArray:
    """Failures before k successes of probability p, as floats."""
def random_normal(loc=0, scale=1, shape=..., ctx=..., dtype=..., out=None) -> NDArray:
    """Normal numbers of mean loc and standard deviation scale."""
def random_pdf_dirichlet(sample, alpha, is_log=False, out=None, *, name=None) -> NDArray:
    """The Dirichlet density; alpha: shape s + (k,), sample: shape s + any + (k,), sums along the last axis are 1."""
def random_pdf_exponential(sample, lam, is_log=False, out=None, *, name=None) -> NDArray:
    """lam exp(-lam sample)."""
def random_pdf_gamma(sample, alpha, beta, is_log=False, out=None, *, name=None) -> NDArray:
    """The gamma density with shape alpha and rate beta."""
def random_pdf_generalized_negative_binomial(sample, mu, alpha, is_log=False, out=None, *, name=None) -> NDArray:
    """The negative binomial with mean mu and dispersion alpha: k = 1 / alpha, p = 1 / (mu alpha + 1)."""
def random_pdf_negative_binomial(sample, k, p, is_log=False, out=None, *, name=None) -> NDArray:
    """The probability of `sample` failures before k successes of probability p."""
def random_pdf_normal(sample, mu, sigma, is_log=False, out=None, *, name=None) -> NDArray:
    """The normal density with mean mu and standard deviation sigma."""
def random_pdf_poisson(sample, lam, is_log=False, out=None, *, name=None) -> NDArray:
    """The probability of `sample` events where lam are expected."""
def random_pdf_uniform(sample, low, high, is_log=False, out=None, *, name=None) -> NDArray:
    """1 / (high - low) between low and high."""
def random_poisson(lam=1, shape=..., ctx=..., dtype=..., out=None) -> NDArray:
    """Poisson numbers of mean lam, as floats."""
def random_randint(low, high, shape=..., ctx=..., dtype=..., out=None) -> NDArray:
    """Integers in low..high-1, int32 unless dtype is int64."""
def random_uniform(low=0, high=1, shape=..., ctx=..., dtype=..., out=None) -> NDArray:
    """Uniform numbers from low to high."""
def ravel_multi_index(data, shape=None, out=None, *, name=None) -> NDArray:
    """The numbers in the flattened array of the elements whose coordinates are the columns of `data`; its dtype."""
def rcbrt(data, out=None, *, name=None) -> NDArray:
    """1 / cbrt(x)."""
def reciprocal(data, out=None, *, name=None) -> NDArray:
    """1 / x."""
def relu(data, out=None, *, name=None) -> NDArray:
    """max(x, 0)."""
def repeat(data, repeats, axis=None, out=None, *, name=None) -> NDArray:
    """Each element repeated along `axis` (None: of the flattened array)."""
def reset_arrays(*data, num_arrays=None) -> NDArray:
    """Write zeros into the arrays. num_arrays, if given, counts them."""
def reshape(data, shape=None, reverse=False, target_shape=None, keep_highest=False, out=None, *, name=None) -> NDArray:
    """The elements in the same order with another shape."""
def reshape_like(lhs, rhs, lhs_begin=None, lhs_end=None, rhs_begin=None, rhs_end=None, out=None, *, name=None) -> Any:
    """lhs with the shape of rhs, or with its axes lhs_begin:lhs_end replaced by axes rhs_begin:rhs_end of rhs."""
def reverse(data, axis, out=None, *, name=None) -> NDArray:
    """The order of the elements reversed along `axis`."""
def rint(data, out=None, *, name=None) -> NDArray:
    """The nearest integer; halves go down."""
def rmsprop_update(weight, grad, n, lr, gamma1=0.95, epsilon=1e-08, wd=0.0, rescale_grad=1.0, clip_gradient=-1.0, clip_weights=-1.0, out=None, *, name=None) -> NDArray:
    """RMSProp (Tieleman and Hinton 2012): n averages g**2; w -= lr * g / sqrt(n + epsilon)."""
def rmspropalex_update(weight, grad, n, g, delta, lr, gamma1=0.95, gamma2=0.9, epsilon=1e-08, wd=0.0, rescale_grad=1.0, clip_gradient=-1.0, clip_weights=-1.0, out=None, *, name=None) -> NDArray:
    """Graves's RMSProp (2013): n averages the square, g the gradient; d = gamma2 * d - lr * grad / sqrt(n - g**2 + epsilon); w += d."""
def round(data, out=None, *, name=None) -> NDArray:
    """The nearest integer; halves go away from zero."""
def rsqrt(data, out=None, *, name=None) -> NDArray:
    """1 / sqrt(x)."""
def sample_binomial(n=None, p=None, shape=..., dtype=..., out=None) -> NDArray:
    """Successes among n trials of probability p, as floats."""
def sample_categorical(data, shape=..., get_prob=False, dtype='int32', out=None, name=None) -> NDArray:
    """As nd.random.multinomial."""
def sample_exponential(lam=None, shape=..., dtype=..., out=None) -> NDArray:
    """Exponential numbers of rate lam."""
def sample_gamma(alpha=None, beta=None, shape=..., dtype=..., out=None) -> NDArray:
    """Gamma numbers of shape alpha and scale beta."""
def sample_generalized_negative_binomial(mu=None, alpha=None, shape=..., dtype=..., out=None) -> NDArray:
    """Negative binomial numbers of mean mu and dispersion alpha, as floats."""
def sample_multinomial(data, shape=..., get_prob=False, dtype='int32', out=None, name=None) -> Any:
    """As nd.random.multinomial."""
def sample_negative_binomial(k=None, p=None, shape=..., dtype=..., out=None) -> NDArray:
    """Failures before k successes of probability p, as floats."""
def sample_normal(mu=None, sigma=None, shape=..., dtype=..., out=None) -> NDArray:
    """Normal numbers of mean loc and standard deviation scale."""
def sample_poisson(lam=None, shape=..., dtype=..., out=None) -> NDArray:
    """Poisson numbers of mean lam, as floats."""
def sample_uniform(low=None, high=None, shape=..., dtype=..., out=None) -> NDArray:
    """Uniform numbers from low to high."""
def save(fname, data) -> None:
    """Write an array, a list of arrays or a dict of them to a file in MXNet's .params format, atomically."""
def scatter_nd(data, indices, shape, out=None, *, name=None) -> NDArray:
    """Zeros of `shape` with data[k] at the coordinates in column k of `indices`; where they repeat, the last one stays."""
def sgd_mom_update(weight, grad, mom, lr, momentum=0.0, wd=0.0, rescale_grad=1.0, clip_gradient=-1.0, lazy_update=True, out=None, *, name=None) -> NDArray:
    """m = momentum * m - lr * (g + wd * w); w += m."""
def sgd_update(weight, grad, lr, wd=0.0, rescale_grad=1.0, clip_gradient=-1.0, lazy_update=True, out=None, *, name=None) -> NDArray:
    """w -= lr * (g + wd * w)."""
def shape_array(data, out=None, *, name=None) -> NDArray:
    """The sizes of the axes as an int64 vector."""
def shuffle(data, out=None, name=None) -> NDArray:
    """A copy of data with its rows in random order."""
def sigmoid(data, out=None, *, name=None) -> NDArray:
    """1 / (1 + e ** -x)."""
def sign(data, out=None, *, name=None) -> NDArray:
    """-1, 0 or 1, the sign of x; 0 for nan."""
def signsgd_update(weight, grad, lr, wd=0.0, rescale_grad=1.0, clip_gradient=-1.0, out=None, *, name=None) -> NDArray:
    """w = (1 - lr * wd) * w - lr * sign(g) (Bernstein et al. 2018)."""
def signum_update(weight, grad, mom, lr, momentum=0.0, wd=0.0, rescale_grad=1.0, clip_gradient=-1.0, wd_lh=0.0, out=None, *, name=None) -> NDArray:
    """m = momentum * m - (1 - momentum) * (g + wd * w); w = (1 - lr * wd_lh) * w + lr * sign(m)."""
def sin(data, out=None, *, name=None) -> NDArray:
    """Sine of x, x in radians."""
def sinh(data, out=None, *, name=None) -> NDArray:
    """Hyperbolic sine of x."""
def size_array(data, out=None, *, name=None) -> NDArray:
    """The number of elements as an int64 vector of one."""
def slice(data, begin, end, step=(), out=None, *, name=None) -> NDArray:
    """data[begin[0]:end[0]:step[0], ...]; None leaves an end open; axes that are not named stay whole."""
def slice_axis(data, axis, begin, end, out=None, *, name=None) -> NDArray:
    """data[..., begin:end, ...] along `axis`; negative numbers count from the end, end=None goes up to it."""
def slice_like(data, shape_like, axes=(), out=None, *, name=None) -> NDArray:
    """The first elements of `data` along each axis, as many as `shape_like` has; along `axes` only, if given."""
def smooth_l1(data, scalar=1.0, out=None, *, name=None) -> NDArray:
    """(s x)^2 / 2 where |x| < 1 / s^2, else |x| - 1 / (2 s^2), with s = `scalar`."""
def softmax(data, length=None, axis=-1, temperature=None, use_length=False, dtype=None, out=None, *, name=None) -> NDArray:
    """exp(data / temperature), divided by its sum along `axis`."""
def softmax_cross_entropy(data, label, out=None, *, name=None) -> NDArray:
    """The sum over rows of -log softmax(data)[label], as a vector of one element."""
def softmin(data, axis=-1, temperature=None, dtype=None, use_length=False, out=None, *, name=None) -> NDArray:
    """The softmax of -data / temperature along `axis`."""
def softsign(data, out=None, *, name=None) -> NDArray:
    """x / (1 + |x|)."""
def sort(data, axis=-1, is_ascend=True, out=None, *, name=None) -> NDArray:
    """The elements in order along `axis`; None flattens."""
def space_to_depth(data, block_size, out=None, *, name=None) -> NDArray:
    """Blocks of pixels moved into channels: (n, c, h, w) to (n, c*b^2, h/b, w/b)."""
def split(data, num_outputs, axis=1, squeeze_axis=False, out=None, *, name=None) -> list[NDArray]:
    """`num_outputs` equal parts along `axis`, without that axis if `squeeze_axis` and their size is 1."""
def split_v2(ary, indices_or_sections, axis=0, squeeze_axis=False, out=None, *, name=None) -> list[NDArray]:
    """np.split, with `squeeze_axis` as nd.split has it."""
def sqrt(data, out=None, *, name=None) -> NDArray:
    """The square root of x; nan below 0."""
def square(data, out=None, *, name=None) -> NDArray:
    """x * x."""
def squeeze(data, axis=None, out=None, *, name=None) -> NDArray:
    """np.squeeze; where nothing is left the result has shape (1,)."""
def stack(*data, axis=0, num_args=0, out=None, name=None) -> NDArray:
    """The arrays side by side along a new `axis`."""
def stop_gradient(data, out=None, *, name=None) -> NDArray:
    """data itself, through which no gradient flows."""
def subtract(lhs, rhs, out=None, *, name=None) -> NDArray:
    """x1 - x2; not for two boolean arrays."""
def sum(data, axis=None, keepdims=False, exclude=False, out=None, *, name=None) -> NDArray:
    """Sum along `axis`, or along all but `axis` with `exclude`; the dtype stays."""
def sum_axis(data, axis=None, keepdims=False, exclude=False, out=None, *, name=None) -> NDArray:
    """Sum along `axis`, or along all but `axis` with `exclude`; the dtype stays."""
def swapaxes(data, dim1=0, dim2=0, out=None, *, name=None) -> NDArray:
    """Two axes exchanged."""
def take(a, indices, axis=0, mode='clip', out=None, *, name=None) -> NDArray:
    """The elements at `indices` along `axis`; invalid indices are clipped to the ends unless `mode` says "wrap"."""
def tan(data, out=None, *, name=None) -> NDArray:
    """Tangent of x, x in radians."""
def tanh(data, out=None, *, name=None) -> NDArray:
    """Hyperbolic tangent of x."""
def tile(data, reps, out=None, *, name=None) -> NDArray:
    """The array repeated `reps` times along each axis."""
def to_dlpack_for_read(data) -> Any:
    """A DLPack export of an array."""
def to_dlpack_for_write(data) -> Any:
    """A DLPack export of an array."""
def topk(data, axis=-1, k=1, ret_typ='indices', is_ascend=False, dtype='float32', out=None, *, name=None) -> Any:
    """The k largest (smallest with `is_ascend`) elements along `axis`, in order; k < 1 means all, axis None flattens."""
def transpose(data, axes=None, out=None, *, name=None) -> NDArray:
    """The axes in the order that `axes` gives, reversed by default and for ()."""
def true_divide(lhs, rhs, out=None, *, name=None) -> NDArray:
    """x1 / x2; integers are cut off towards zero."""
def trunc(data, out=None, *, name=None) -> NDArray:
    """x without its fraction."""
def uniform(low=0, high=1, shape=..., ctx=..., dtype=..., out=None) -> NDArray:
    """Uniform numbers from low to high."""
def unravel_index(data, shape=None, out=None, *, name=None) -> NDArray:
    """The coordinates of elements given by their number: shape (number of axes,) + data.shape, dtype of `data`."""
def waitall() -> None:
    """Wait until everything that was called has run, on all devices."""
def where(condition, x, y, out=None, *, name=None) -> NDArray:
    """x where condition is not 0, else y; x and y of one shape and dtype."""
def zeros(shape, ctx=None, dtype=None, stype=None, **kwargs) -> NDArray:
    """An NDArray of a shape full of zeros, float32 unless `dtype` is given."""
def zeros_like(data, out=None, *, name=None) -> NDArray:
    """Zeros in the shape and dtype of `data`."""
