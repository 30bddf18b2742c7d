# Written by `python -m mxshim.stubs`.
"""mx.nd.sparse."""
from typing import Any
import numpy as onp
from mxshim.device import Device
from mxshim.ndarray import NDArray
from mxshim.numpy import ndarray

from ..base import NotSupportedForSparseNDArray as NotSupportedForSparseNDArray

class BaseSparseNDArray(NDArray):
    """What CSRNDArray and RowSparseNDArray share."""
    def __abs__(self) -> Any:  # type: ignore[override]
        ...
    def __add__(self, other) -> Any:  # type: ignore[override]
        ...
    def __bool__(self) -> bool: ...
    def __deepcopy__(self, memo) -> Any: ...
    def __eq__(self, other) -> Any:  # type: ignore[override]
        ...
    def __ge__(self, other) -> Any:  # type: ignore[override]
        ...
    def __gt__(self, other) -> Any:  # type: ignore[override]
        ...
    def __hash__(self) -> int:  # type: ignore[override]
        ...
    def __iadd__(self, other) -> Any:  # type: ignore[override]
        ...
    def __imod__(self, other) -> Any:  # type: ignore[override]
        ...
    def __imul__(self, other) -> Any:  # type: ignore[override]
        ...
    def __isub__(self, other) -> Any:  # type: ignore[override]
        ...
    def __itruediv__(self, other) -> Any:  # type: ignore[override]
        ...
    def __le__(self, other) -> Any:  # type: ignore[override]
        ...
    def __lt__(self, other) -> Any:  # type: ignore[override]
        ...
    def __mod__(self, other) -> Any:  # type: ignore[override]
        ...
    def __mul__(self, other) -> Any:  # type: ignore[override]
        ...
    def __ne__(self, other) -> Any:  # type: ignore[override]
        ...
    def __neg__(self) -> Any:  # type: ignore[override]
        ...
    def __pow__(self, other) -> Any:  # type: ignore[override]
        ...
    def __radd__(self, other) -> Any:  # type: ignore[override]
        ...
    def __repr__(self) -> str:  # type: ignore[override]
        ...
    def __rmod__(self, other) -> Any:  # type: ignore[override]
        ...
    def __rmul__(self, other) -> Any:  # type: ignore[override]
        ...
    def __rpow__(self, other) -> Any:  # type: ignore[override]
        ...
    def __rsub__(self, other) -> Any:  # type: ignore[override]
        ...
    def __rtruediv__(self, other) -> Any:  # type: ignore[override]
        ...
    def __setitem__(self, key, value) -> None:  # type: ignore[override]
        ...
    def __str__(self) -> str:  # type: ignore[override]
        ...
    def __sub__(self, other) -> Any:  # type: ignore[override]
        ...
    def __truediv__(self, other) -> Any:  # type: ignore[override]
        ...
    def abs(self) -> Any:  # type: ignore[override]
        """As NDArray.abs; the result keeps the storage."""
    def arcsin(self) -> Any:  # type: ignore[override]
        """As NDArray.arcsin; the result keeps the storage."""
    def arcsinh(self) -> Any:  # type: ignore[override]
        """As NDArray.arcsinh; the result keeps the storage."""
    def arctan(self) -> Any:  # type: ignore[override]
        """As NDArray.arctan; the result keeps the storage."""
    def arctanh(self) -> Any:  # type: ignore[override]
        """As NDArray.arctanh; the result keeps the storage."""
    def as_np_ndarray(self) -> ndarray:  # type: ignore[override]
        ...
    def asscalar(self) -> Any:  # type: ignore[override]
        ...
    def astype(self, dtype, copy=True) -> Any:
        """A copy cast to `dtype`; with copy=False this array itself where nothing changes."""
    def attach_grad(self, grad_req='write', stype=None) -> None:  # type: ignore[override]
        """As NDArray.attach_grad; the gradient has this array's storage unless `stype` names another."""
    def cbrt(self) -> Any:  # type: ignore[override]
        """As NDArray.cbrt; the result keeps the storage."""
    def ceil(self) -> Any:  # type: ignore[override]
        """As NDArray.ceil; the result keeps the storage."""
    def check_format(self, full_check=True) -> Any:
        """Raises: MXNetError unless the indices fit the shape and ascend, as some of MXNet's operators want them."""
    def clip(data, a_min, a_max, out=None, name=None) -> Any:  # type: ignore[override]
        """nd.clip; the result keeps the storage if the bounds include zero and is dense if not."""
    @property
    def context(self) -> Device: ...
    def copy(self) -> Any:
        """A copy with memory of its own, in the graph if recording."""
    def copyto(self, other) -> Any:
        """Copy into another array of this storage or a dense one (cast to its dtype), or onto a device; returns the target."""
    @property
    def ctx(self) -> Device: ...
    @property
    def data(self) -> Any:
        """A copy of the stored elements (of the stored rows)."""
    def degrees(self) -> Any:  # type: ignore[override]
        """As NDArray.degrees; the result keeps the storage."""
    @property
    def device(self) -> Device: ...
    @property
    def dtype(self) -> onp.dtype: ...
    def expm1(self) -> Any:  # type: ignore[override]
        """As NDArray.expm1; the result keeps the storage."""
    def fix(self) -> Any:  # type: ignore[override]
        """As NDArray.fix; the result keeps the storage."""
    def floor(self) -> Any:  # type: ignore[override]
        """As NDArray.floor; the result keeps the storage."""
    @property
    def grad(self) -> BaseSparseNDArray | Any:
        """The gradient of a marked array, else None."""
    @property
    def indices(self) -> Any:
        """A copy of the stored elements' columns (of the stored rows' numbers), int64."""
    def log1p(self) -> Any:  # type: ignore[override]
        """As NDArray.log1p; the result keeps the storage."""
    def mean(data, axis=None, keepdims=False, exclude=False, out=None, name=None) -> Any:  # type: ignore[override]
        """The mean along axes, as nd.mean: the sum of the stored elements, divided by the number of all."""
    @property
    def ndim(self) -> int: ...
    def negative(self) -> Any:
        """As NDArray.negative; the result keeps the storage."""
    def norm(data, ord=2, axis=None, out_dtype=None, keepdims=False, out=None, name=None) -> Any:  # type: ignore[override]
        """The 1- or 2-norm along axes, as nd.norm; of the stored elements alone."""
    def radians(self) -> Any:  # type: ignore[override]
        """As NDArray.radians; the result keeps the storage."""
    def relu(self) -> Any:  # type: ignore[override]
        """As NDArray.relu; the result keeps the storage."""
    def reshape(self, *shape, **kwargs) -> Any:  # type: ignore[override]
        ...
    def rint(self) -> Any:  # type: ignore[override]
        """As NDArray.rint; the result keeps the storage."""
    def round(self) -> Any:  # type: ignore[override]
        """As NDArray.round; the result keeps the storage."""
    @property
    def shape(self) -> tuple[int, ...]: ...
    def sign(self) -> Any:  # type: ignore[override]
        """As NDArray.sign; the result keeps the storage."""
    def sin(self) -> Any:  # type: ignore[override]
        """As NDArray.sin; the result keeps the storage."""
    def sinh(self) -> Any:  # type: ignore[override]
        """As NDArray.sinh; the result keeps the storage."""
    @property
    def size(self) -> int: ...
    def sqrt(self) -> Any:  # type: ignore[override]
        """As NDArray.sqrt; the result keeps the storage."""
    def square(self) -> Any:  # type: ignore[override]
        """As NDArray.square; the result keeps the storage."""
    def sum(data, axis=None, keepdims=False, exclude=False, out=None, name=None) -> Any:  # type: ignore[override]
        """The sum along axes, as nd.sum; of the stored elements alone."""
    def tan(self) -> Any:  # type: ignore[override]
        """As NDArray.tan; the result keeps the storage."""
    def tanh(self) -> Any:  # type: ignore[override]
        """As NDArray.tanh; the result keeps the storage."""
    def tostype(self, stype) -> Any:  # type: ignore[override]
        """A copy in another storage: "default" or this one."""
    def trunc(self) -> Any:  # type: ignore[override]
        """As NDArray.trunc; the result keeps the storage."""
    def wait_to_read(self) -> None:
        """Wait until the elements are there."""
    def wait_to_write(self) -> None:
        """Wait until the elements are there."""
    def zeros_like(data, out=None, name=None) -> Any:  # type: ignore[override]
        """Zeros of the shape, dtype and storage of data."""

class CSRNDArray(BaseSparseNDArray):
    """A matrix in compressed sparse row format: `data`, `indices` and `indptr` as in SciPy (MXNet: CSRNDArray)."""
    def __getitem__(self, key) -> Any:  # type: ignore[override]
        """x[i] is a matrix of one row, x[i:j] one of several, x[:] the array itself."""
    def asscipy(self) -> Any:
        """A scipy.sparse.csr_matrix copy."""
    @property
    def indptr(self) -> Any:
        """A copy of the rows' starts, int64, shape (rows + 1,)."""
    def slice(data, begin, end, step=None, out=None, name=None) -> Any:  # type: ignore[override]
        """The block data[begin[0]:end[0], begin[1]:end[1]]; of a csr array again a csr array, unless a step is given."""
    stype: str

class RowSparseNDArray(BaseSparseNDArray):
    """An array of which only some rows are kept: row indices[i] is data[i], the others are zero (MXNet: RowSparseNDArray)."""
    def __getitem__(self, key) -> Any:  # type: ignore[override]
        """x[:] is the array itself."""
    def retain(data, indices, out=None) -> Any:
        """The given rows of a row_sparse array, in the order of `indices`; rows that it does not store are zero."""
    stype: str

def ElementWiseSum(*args, out=None, name=None, num_args=None) -> NDArray:
    """The sum of arrays of one shape; of row_sparse arrays again a row_sparse array."""
def Embedding(*args, **kwargs) -> NDArray:
    """nd.Embedding, computed on dense arrays; the result is dense."""
def FullyConnected(*args, **kwargs) -> NDArray:
    """nd.FullyConnected, computed on dense arrays; the result is dense."""
def LinearRegressionOutput(*args, **kwargs) -> NDArray:
    """nd.LinearRegressionOutput, computed on dense arrays; the result is dense."""
def LogisticRegressionOutput(*args, **kwargs) -> NDArray:
    """nd.LogisticRegressionOutput, computed on dense arrays; the result is dense."""
def MAERegressionOutput(*args, **kwargs) -> NDArray:
    """nd.MAERegressionOutput, computed on dense arrays; the result is dense."""
def abs(data, out=None, name=None) -> NDArray:
    """nd.abs of every element; the result keeps the storage of `data`."""
def adagrad_update(weight, grad, history, lr, epsilon=1e-07, wd=0.0, rescale_grad=1.0, clip_gradient=-1.0, out=None, name=None) -> NDArray:
    """nd.adagrad_update of the rows that a row_sparse `grad` has; other rows and their states stay as they are."""
def adam_update(weight, grad, mean, var, lr, beta1=0.9, beta2=0.999, epsilon=1e-08, wd=0.0, rescale_grad=1.0, clip_gradient=-1.0, lazy_update=True, out=None, name=None) -> NDArray:
    """nd.adam_update of the rows that a row_sparse `grad` has; other rows and their states stay as they are."""
def add(lhs, rhs, out=None, name=None) -> NDArray:
    """nd.add; the result is sparse where that of the Python operator's is."""
def add_n(*args, out=None, name=None, num_args=None) -> NDArray:
    """The sum of arrays of one shape; of row_sparse arrays again a row_sparse array."""
def arccos(*args, **kwargs) -> NDArray:
    """nd.arccos, computed on dense arrays; the result is dense."""
def arccosh(*args, **kwargs) -> NDArray:
    """nd.arccosh, computed on dense arrays; the result is dense."""
def arcsin(data, out=None, name=None) -> NDArray:
    """nd.arcsin of every element; the result keeps the storage of `data`."""
def arcsinh(data, out=None, name=None) -> NDArray:
    """nd.arcsinh of every element; the result keeps the storage of `data`."""
def arctan(data, out=None, name=None) -> NDArray:
    """nd.arctan of every element; the result keeps the storage of `data`."""
def arctanh(data, out=None, name=None) -> NDArray:
    """nd.arctanh of every element; the result keeps the storage of `data`."""
def array(source_array, ctx=None, dtype=None) -> NDArray:
    """A copy of a sparse array or of a SciPy sparse matrix, with its storage (csr for SciPy's)."""
def broadcast_add(lhs, rhs, out=None, name=None) -> NDArray:
    """nd.broadcast_add; the result is sparse where MXNet's is."""
def broadcast_div(lhs, rhs, out=None, name=None) -> NDArray:
    """nd.broadcast_div; the result is sparse where MXNet's is."""
def broadcast_minus(lhs, rhs, out=None, name=None) -> NDArray:
    """nd.broadcast_minus; the result is sparse where MXNet's is."""
def broadcast_mul(lhs, rhs, out=None, name=None) -> NDArray:
    """nd.broadcast_mul; the result is sparse where MXNet's is."""
def broadcast_plus(lhs, rhs, out=None, name=None) -> NDArray:
    """nd.broadcast_plus; the result is sparse where MXNet's is."""
def broadcast_sub(lhs, rhs, out=None, name=None) -> NDArray:
    """nd.broadcast_sub; the result is sparse where MXNet's is."""
def cast_storage(data, stype, out=None) -> NDArray:
    """A copy in another storage, as data.tostype(stype)."""
def cbrt(data, out=None, name=None) -> NDArray:
    """nd.cbrt of every element; the result keeps the storage of `data`."""
def ceil(data, out=None, name=None) -> NDArray:
    """nd.ceil of every element; the result keeps the storage of `data`."""
def clip(data, a_min, a_max, out=None, name=None) -> NDArray:
    """nd.clip; the result keeps the storage if the bounds include zero and is dense if not."""
def concat(*data, dim=1, out=None, name=None, num_args=None) -> NDArray:
    """Arrays joined along an axis; csr arrays along axis 0 give a csr array."""
def cos(*args, **kwargs) -> NDArray:
    """nd.cos, computed on dense arrays; the result is dense."""
def cosh(*args, **kwargs) -> NDArray:
    """nd.cosh, computed on dense arrays; the result is dense."""
def csr_matrix(arg1, shape=None, ctx=None, dtype=None) -> NDArray:
    """A CSRNDArray."""
def degrees(data, out=None, name=None) -> NDArray:
    """nd.degrees of every element; the result keeps the storage of `data`."""
def digamma(*args, **kwargs) -> NDArray:
    """nd.digamma, computed on dense arrays; the result is dense."""
def divide(lhs, rhs, out=None, name=None) -> NDArray:
    """nd.divide; the result is sparse where that of the Python operator's is."""
def dot(lhs, rhs, transpose_a=False, transpose_b=False, forward_stype=None, out=None, name=None) -> NDArray:
    """The product of two matrices, of which one may be sparse; a csr matrix times a dense one never becomes dense itself."""
def elemwise_add(lhs, rhs, out=None, name=None) -> NDArray:
    """nd.elemwise_add; the result is sparse where that of the Python operator's is."""
def elemwise_div(*args, **kwargs) -> NDArray:
    """nd.elemwise_div, computed on dense arrays; the result is dense."""
def elemwise_mul(lhs, rhs, out=None, name=None) -> NDArray:
    """nd.elemwise_mul; the result is sparse where that of the Python operator's is."""
def elemwise_sub(lhs, rhs, out=None, name=None) -> NDArray:
    """nd.elemwise_sub; the result is sparse where that of the Python operator's is."""
def empty(stype, shape, ctx=None, dtype=None) -> NDArray:
    """As nd.sparse.zeros, for "row_sparse" and "csr" only."""
def exp(*args, **kwargs) -> NDArray:
    """nd.exp, computed on dense arrays; the result is dense."""
def expm1(data, out=None, name=None) -> NDArray:
    """nd.expm1 of every element; the result keeps the storage of `data`."""
def fix(data, out=None, name=None) -> NDArray:
    """nd.fix of every element; the result keeps the storage of `data`."""
def floor(data, out=None, name=None) -> NDArray:
    """nd.floor of every element; the result keeps the storage of `data`."""
def ftrl_update(weight, grad, z, n, lr, lamda1=0.01, beta=1.0, wd=0.0, rescale_grad=1.0, clip_gradient=-1.0, out=None, name=None) -> NDArray:
    """nd.ftrl_update of the rows that a row_sparse `grad` has; other rows and their states stay as they are."""
def gamma(*args, **kwargs) -> NDArray:
    """nd.gamma, computed on dense arrays; the result is dense."""
def gammaln(*args, **kwargs) -> NDArray:
    """nd.gammaln, computed on dense arrays; the result is dense."""
def gs_retain(data, indices, out=None) -> NDArray:
    """The given rows of a row_sparse array, in the order of `indices`; rows that it does not store are zero."""
def log(*args, **kwargs) -> NDArray:
    """nd.log, computed on dense arrays; the result is dense."""
def log10(*args, **kwargs) -> NDArray:
    """nd.log10, computed on dense arrays; the result is dense."""
def log1p(data, out=None, name=None) -> NDArray:
    """nd.log1p of every element; the result keeps the storage of `data`."""
def log2(*args, **kwargs) -> NDArray:
    """nd.log2, computed on dense arrays; the result is dense."""
def log_sigmoid(*args, **kwargs) -> NDArray:
    """nd.log_sigmoid, computed on dense arrays; the result is dense."""
def make_loss(data, out=None, name=None) -> NDArray:
    """nd.make_loss of every element; the result keeps the storage of `data`."""
def mean(data, axis=None, keepdims=False, exclude=False, out=None, name=None) -> NDArray:
    """The mean along axes, as nd.mean: the sum of the stored elements, divided by the number of all."""
def mish(*args, **kwargs) -> NDArray:
    """nd.mish, computed on dense arrays; the result is dense."""
def multiply(lhs, rhs, out=None, name=None) -> NDArray:
    """nd.multiply; the result is sparse where that of the Python operator's is."""
def negative(data, out=None, name=None) -> NDArray:
    """nd.negative of every element; the result keeps the storage of `data`."""
def norm(data, ord=2, axis=None, out_dtype=None, keepdims=False, out=None, name=None) -> NDArray:
    """The 1- or 2-norm along axes, as nd.norm; of the stored elements alone."""
def radians(data, out=None, name=None) -> NDArray:
    """nd.radians of every element; the result keeps the storage of `data`."""
def relu(data, out=None, name=None) -> NDArray:
    """nd.relu of every element; the result keeps the storage of `data`."""
def retain(data, indices, out=None) -> NDArray:
    """The given rows of a row_sparse array, in the order of `indices`; rows that it does not store are zero."""
def rint(data, out=None, name=None) -> NDArray:
    """nd.rint of every element; the result keeps the storage of `data`."""
def round(data, out=None, name=None) -> NDArray:
    """nd.round of every element; the result keeps the storage of `data`."""
def row_sparse_array(arg1, shape=None, ctx=None, dtype=None) -> NDArray:
    """A RowSparseNDArray."""
def rsqrt(*args, **kwargs) -> NDArray:
    """nd.rsqrt, computed on dense arrays; the result is dense."""
def sgd_mom_update(weight, grad, mom, lr, momentum=0.0, wd=0.0, rescale_grad=1.0, clip_gradient=-1.0, lazy_update=True, out=None, name=None) -> NDArray:
    """nd.sgd_mom_update of the rows that a row_sparse `grad` has; other rows and their states stay as they are."""
def sgd_update(weight, grad, lr, wd=0.0, rescale_grad=1.0, clip_gradient=-1.0, lazy_update=True, out=None, name=None) -> NDArray:
    """nd.sgd_update of the rows that a row_sparse `grad` has; other rows and their states stay as they are."""
def sigmoid(*args, **kwargs) -> NDArray:
    """nd.sigmoid, computed on dense arrays; the result is dense."""
def sign(data, out=None, name=None) -> NDArray:
    """nd.sign of every element; the result keeps the storage of `data`."""
def sin(data, out=None, name=None) -> NDArray:
    """nd.sin of every element; the result keeps the storage of `data`."""
def sinh(data, out=None, name=None) -> NDArray:
    """nd.sinh of every element; the result keeps the storage of `data`."""
def slice(data, begin, end, step=None, out=None, name=None) -> NDArray:
    """The block data[begin[0]:end[0], begin[1]:end[1]]; of a csr array again a csr array, unless a step is given."""
def sqrt(data, out=None, name=None) -> NDArray:
    """nd.sqrt of every element; the result keeps the storage of `data`."""
def square(data, out=None, name=None) -> NDArray:
    """nd.square of every element; the result keeps the storage of `data`."""
def stop_gradient(data, out=None, name=None) -> NDArray:
    """nd.stop_gradient of every element; the result keeps the storage of `data`."""
def subtract(lhs, rhs, out=None, name=None) -> NDArray:
    """nd.subtract; the result is sparse where that of the Python operator's is."""
def sum(data, axis=None, keepdims=False, exclude=False, out=None, name=None) -> NDArray:
    """The sum along axes, as nd.sum; of the stored elements alone."""
def tan(data, out=None, name=None) -> NDArray:
    """nd.tan of every element; the result keeps the storage of `data`."""
def tanh(data, out=None, name=None) -> NDArray:
    """nd.tanh of every element; the result keeps the storage of `data`."""
def trunc(data, out=None, name=None) -> NDArray:
    """nd.trunc of every element; the result keeps the storage of `data`."""
def where(*args, **kwargs) -> NDArray:
    """nd.where, computed on dense arrays; the result is dense."""
def zeros(stype, shape, ctx=None, dtype=None, **kwargs) -> NDArray:
    """An array of zeros in a storage: "default", "row_sparse" or "csr"."""
def zeros_like(data, out=None, name=None) -> NDArray:
    """Zeros of the shape, dtype and storage of data."""
