# Written by `python -m mxshim.stubs`.
"""mx.np: NumPy's interface with autograd and devices (MXNet: mxnet.numpy, following 2.0)."""
import builtins
from collections.abc import Iterator
from typing import Any
import numpy as onp
from mxshim.device import Device
from mxshim.ndarray import NDArray

from .constants import NAN as NAN
from .constants import NINF as NINF
from .constants import NZERO as NZERO
from .constants import NaN as NaN
from .constants import PINF as PINF
from .constants import PZERO as PZERO
from mxshim import numpy as _arrayprint
arrayprint = _arrayprint
from .constants import bfloat16 as bfloat16
from .constants import bool as bool
from .constants import bool_ as bool_
from .constants import boolean_dtypes as boolean_dtypes
from . import constants as constants
from .constants import dtype as dtype
from .constants import e as e
from .constants import euler_gamma as euler_gamma
from . import fallback as fallback
from . import fallback_linalg as fallback_linalg
from .constants import finfo as finfo
from .constants import float16 as float16
from .constants import float32 as float32
from .constants import float64 as float64
from .constants import floating_dtypes as floating_dtypes
from mxshim import numpy as _function_base
function_base = _function_base
from .constants import iinfo as iinfo
from .constants import inf as inf
from .constants import int16 as int16
from .constants import int32 as int32
from .constants import int64 as int64
from .constants import int8 as int8
from .constants import integer as integer
from .constants import integer_dtypes as integer_dtypes
from mxshim import numpy as _io
io = _io
from . import linalg as linalg
from mxshim import numpy as _multiarray
multiarray = _multiarray
from .constants import nan as nan
from .constants import newaxis as newaxis
from .constants import numeric_dtypes as numeric_dtypes
from .constants import pi as pi
from . import random as random
from mxshim import numpy as _set_functions
set_functions = _set_functions
from .constants import set_printoptions as set_printoptions
from mxshim import numpy as _stride_tricks
stride_tricks = _stride_tricks
from mxshim import numpy as _type_functions
type_functions = _type_functions
from .constants import uint16 as uint16
from .constants import uint32 as uint32
from .constants import uint64 as uint64
from .constants import uint8 as uint8
from mxshim import numpy as _utils
utils = _utils

class ndarray:
    """A multi-dimensional array with NumPy's interface (MXNet: mxnet.numpy.ndarray)."""
    @property
    def T(self) -> ndarray:
        """All axes in reverse order; a copy."""
    def __abs__(self) -> ndarray:  # type: ignore[override]
        ...
    def __add__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __and__(self, other) -> ndarray: ...
    __annotations__: dict
    def __array__(self, dtype=None, copy=None) -> onp.ndarray:  # type: ignore[override]
        ...
    def __array_function__(self, func, types, args, kwargs) -> Any:  # type: ignore[override]
        """numpy.f(x): ours if we have a function of that name that takes these arguments, else NumPy's on copies, outside graphs only."""
    __array_priority__: float
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs) -> Any:  # type: ignore[override]
        """numpy.exp(x), numpy_array + x: ours where we have it."""
    def __bool__(self) -> builtins.bool: ...
    def __ceil__(self) -> ndarray: ...
    def __complex__(self) -> complex: ...
    def __contains__(self, value) -> builtins.bool:  # type: ignore[override]
        ...
    def __copy__(self) -> ndarray: ...
    def __deepcopy__(self, memo) -> ndarray: ...
    def __div__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __dlpack__(self, **kwargs) -> Any:  # type: ignore[override]
        """The DLPack protocol: the elements for another library, without a copy where the device allows."""
    def __dlpack_device__(self) -> Any:  # type: ignore[override]
        ...
    def __eq__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __float__(self) -> float: ...
    def __floor__(self) -> ndarray: ...
    def __floordiv__(self, other) -> ndarray: ...
    def __format__(self, spec) -> str: ...
    def __ge__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __getitem__(self, key) -> ndarray:  # type: ignore[override]
        ...
    def __gt__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __hash__(self) -> int:  # type: ignore[override]
        ...
    def __iadd__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __iand__(self, other) -> ndarray: ...
    def __idiv__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __ifloordiv__(self, other) -> ndarray: ...
    def __ilshift__(self, other) -> ndarray: ...
    def __imatmul__(self, other) -> ndarray: ...
    def __imod__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __imul__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __index__(self) -> int: ...
    def __int__(self) -> int: ...
    def __invert__(self) -> ndarray: ...
    def __ior__(self, other) -> ndarray: ...
    def __ipow__(self, other) -> ndarray: ...
    def __irshift__(self, other) -> ndarray: ...
    def __isub__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __iter__(self) -> Iterator[ndarray]: ...
    def __itruediv__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __ixor__(self, other) -> ndarray: ...
    def __jax_array__(self) -> Any:  # type: ignore[override]
        ...
    def __le__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __len__(self) -> int: ...
    def __lshift__(self, other) -> ndarray: ...
    def __lt__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __matmul__(self, other) -> ndarray: ...
    def __mod__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __mul__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __ne__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __neg__(self) -> ndarray:  # type: ignore[override]
        ...
    def __or__(self, other) -> ndarray: ...
    def __pos__(self) -> ndarray: ...
    def __pow__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __radd__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __rand__(self, other) -> ndarray: ...
    def __rdiv__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __repr__(self) -> str:  # type: ignore[override]
        ...
    def __rfloordiv__(self, other) -> ndarray: ...
    def __rlshift__(self, other) -> ndarray: ...
    def __rmatmul__(self, other) -> ndarray: ...
    def __rmod__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __rmul__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __ror__(self, other) -> ndarray: ...
    def __round__(self, digits=None) -> ndarray: ...
    def __rpow__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __rrshift__(self, other) -> ndarray: ...
    def __rshift__(self, other) -> ndarray: ...
    def __rsub__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __rtruediv__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __rxor__(self, other) -> ndarray: ...
    def __setitem__(self, key, value) -> None:  # type: ignore[override]
        ...
    def __setstate__(self, state) -> None:
        """Take the elements that MXNet pickled: a record as in its files."""
    def __str__(self) -> str:  # type: ignore[override]
        ...
    def __sub__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __truediv__(self, other) -> ndarray:  # type: ignore[override]
        ...
    def __trunc__(self) -> ndarray: ...
    def __xor__(self, other) -> ndarray: ...
    def all(self, /, axis=None, out=None, keepdims=False) -> ndarray:
        """Whether all elements along `axis` are nonzero; bool."""
    def any(self, /, axis=None, out=None, keepdims=False) -> ndarray:
        """Whether some element along `axis` is nonzero; bool."""
    def argmax(self, /, axis=None, out=None, keepdims=False) -> ndarray:  # type: ignore[override]
        """Index of the first largest element along `axis`, of the flattened array by default; int64. nan does not count."""
    def argmin(self, /, axis=None, out=None, keepdims=False) -> ndarray:  # type: ignore[override]
        """Index of the first smallest element along `axis`, of the flattened array by default; int64. nan does not count."""
    def argsort(self, /, axis=-1, descending=False, stable=True, kind=None, order=None, out=None) -> ndarray:  # type: ignore[override]
        """The indices that would sort along `axis`; int64; None flattens."""
    def as_in_context(self, context) -> ndarray:
        """This array on a device; where it is there already, another handle on the same memory and mark."""
    def as_in_ctx(self, context) -> ndarray:
        """This array if it is on that device already, else a copy there."""
    def as_nd_ndarray(self) -> NDArray:  # type: ignore[override]
        """The same memory, mark and place in the graph as an nd.NDArray."""
    def as_np_ndarray(self) -> ndarray:  # type: ignore[override]
        ...
    def asnumpy(self) -> onp.ndarray:
        """The elements as a NumPy array of their own: waits for them; writing into it changes nothing here."""
    def astype(self, dtype, order='K', casting='unsafe', subok=True, copy=True) -> ndarray:
        """A copy cast to `dtype`; with copy=False this array itself where nothing changes."""
    def attach_grad(self, grad_req='write', *, stype=None) -> None:  # type: ignore[override]
        """Mark this array: backward will fill `x.grad`, a buffer of its shape and dtype, zeros at first."""
    def backward(self, out_grad=None, retain_graph=False, train_mode=True) -> None:
        """Gradients of this array into the buffers of the marked arrays it was computed from."""
    def broadcast_to(self, /, shape, out=None) -> ndarray:  # type: ignore[override]
        """The array repeated along new axes and axes of size 1 until it has `shape`."""
    def clip(self, /, min=None, max=None, out=None) -> ndarray:  # type: ignore[override]
        """The array held to [min, max]; one of the bounds may be None."""
    @property
    def context(self) -> Device:
        """The device the elements are on; also `context` and `device`."""
    def copy(self, order='C') -> ndarray:
        """A copy with memory of its own, in the graph if recording."""
    def copyto(self, other) -> Any:
        """Copy into another array (cast to its dtype) or onto a device; returns the target."""
    @property
    def ctx(self) -> Device:
        """The device the elements are on; also `context` and `device`."""
    def cumsum(self, /, axis=None, dtype=None, out=None) -> ndarray:
        """Running sum along `axis`, of the flattened array by default; the dtype stays, bool gives int64."""
    def detach(self) -> ndarray:
        """The same memory outside the graph: a write to one is seen through the other."""
    @property
    def device(self) -> Device:
        """The device the elements are on; also `context` and `device`."""
    def diagonal(self, /, offset=0, axis1=0, axis2=1, out=None) -> ndarray:
        """The diagonal of axes axis1 and axis2, as the last axis."""
    def dot(self, /, b, out=None) -> ndarray:
        """The sum of products over the last axis of `a` and the second to last of `b` (its only one, if a vector)."""
    def drop_grad(self) -> None:
        """Remove the mark and the gradient buffer; graphs recorded from the mark lose it too."""
    @property
    def dtype(self) -> onp.dtype: ...
    def fill(self, value) -> None:
        """Set every element."""
    def flatten(self, order='C') -> ndarray:  # type: ignore[override]
        """The elements as a vector, in order "C" or "F"; a copy."""
    @property
    def grad(self) -> ndarray | Any:
        """The gradient buffer of a marked array, else None."""
    @property
    def handle(self) -> int:
        """A number for this array."""
    def item(self, *args) -> Any:
        """One element as a Python number; without arguments the array must have just one."""
    @property
    def itemsize(self) -> int: ...
    @property
    def mT(self) -> ndarray:
        """The last two axes exchanged; a copy."""
    def max(self, /, axis=None, out=None, keepdims=False) -> ndarray:  # type: ignore[override]
        """The largest element along `axis`; any dtype."""
    def mean(self, /, axis=None, dtype=None, out=None, keepdims=False) -> ndarray:  # type: ignore[override]
        """Mean along `axis`: float32, float64 for float64 and with NumPy's default dtypes, or `dtype`."""
    def min(self, /, axis=None, out=None, keepdims=False) -> ndarray:  # type: ignore[override]
        """The smallest element along `axis`; any dtype."""
    @property
    def nbytes(self) -> int: ...
    @property
    def ndim(self) -> int: ...
    def nonzero(a) -> Any:
        """The coordinates of the elements that are not 0: a tuple with one int64 vector per axis."""
    def prod(self, /, axis=None, dtype=None, out=None, keepdims=False) -> ndarray:  # type: ignore[override]
        """Product along `axis`; the gradient at a zero is the product of the others (MXNet: nan)."""
    def repeat(self, /, repeats, axis=None, out=None) -> ndarray:  # type: ignore[override]
        """Each element repeated along `axis` (None: of the flattened array)."""
    def reshape(self, *shape, **kwargs) -> ndarray:  # type: ignore[override]
        """np.reshape with the new shape as one tuple or as several numbers."""
    def reshape_view(self, *sizes, shape=None, reverse=False) -> ndarray:
        """This array's memory in another shape: writing to one is seen through the other."""
    def round(self, /, decimals=0, out=None) -> ndarray:  # type: ignore[override]
        """x rounded to `decimals` places after the point, before it if negative; halves go to the even digit."""
    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def size(self) -> int: ...
    def slice_assign(self, /, rhs, begin, end, step=(), out=None) -> Any:  # type: ignore[override]
        """Write `rhs` to data[begin:end:step]; the array itself."""
    def slice_assign_scalar(self, /, value, begin, end, step=(), out=None) -> Any:  # type: ignore[override]
        """Write a number to data[begin:end:step]; the array itself."""
    def sort(self, /, axis=-1, descending=False, stable=True, kind=None, order=None, out=None) -> ndarray:  # type: ignore[override]
        """The elements in ascending order along `axis`; None flattens."""
    def squeeze(self, /, axis=None, out=None) -> ndarray:  # type: ignore[override]
        """Without its axes of size 1, or without those named."""
    def std(self, /, axis=None, dtype=None, out=None, correction=0, keepdims=False, ddof=None) -> ndarray:
        """Standard deviation along `axis`; see var."""
    stype: str
    def sum(self, /, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=None) -> ndarray:  # type: ignore[override]
        """Sum along `axis`; int32 stays int32 (and may overflow), bool gives int64."""
    def swapaxes(self, /, axis1, axis2, out=None) -> ndarray:  # type: ignore[override]
        """Two axes exchanged."""
    def take(self, /, indices, axis=None, mode='raise', out=None) -> ndarray:  # type: ignore[override]
        """The elements at `indices` along `axis` (None: of the flattened array), in the shape of `indices`."""
    def tile(self, /, reps, out=None) -> ndarray:  # type: ignore[override]
        """The array repeated `reps` times along each axis; more entries in `reps` than axes add axes in front."""
    def to_device(self, context) -> ndarray:
        """This array if it is on that device already, else a copy there."""
    def to_dlpack_for_read(self) -> Any:  # type: ignore[override]
        """A DLPack export of the array's memory: both for reading and for writing."""
    def to_dlpack_for_write(self) -> Any:  # type: ignore[override]
        """A DLPack export of the array's memory: both for reading and for writing."""
    def to_numpy(self) -> onp.ndarray:  # type: ignore[override]
        """The elements as a NumPy array of their own: waits for them; writing into it changes nothing here."""
    def tolist(self) -> list:
        """The elements as nested lists of Python numbers."""
    def transpose(self, *axes) -> ndarray:  # type: ignore[override]
        """np.transpose with the axes as one tuple or as several numbers; none reverses them."""
    def var(self, /, axis=None, dtype=None, out=None, correction=0, keepdims=False, ddof=None) -> ndarray:
        """Variance along `axis`, divided by n - correction (1.x and NumPy call it ddof)."""
    def wait_to_read(self) -> None:
        """Wait until the elements are there."""
    def wait_to_write(self) -> None:
        """Wait until the elements are there."""
    writable: builtins.bool

def abs(x, out=None) -> ndarray:
    """The absolute value of x."""
def absolute(x, out=None) -> ndarray:
    """The absolute value of x."""
def acos(x, out=None) -> ndarray:
    """The angle in radians whose cosine is x, from 0 to pi."""
def acosh(x, out=None) -> ndarray:
    """Inverse hyperbolic cosine of x; nan below 1."""
def add(x1, x2, out=None) -> ndarray:
    """x1 + x2."""
def all(a, axis=None, out=None, keepdims=False) -> ndarray:
    """Whether all elements along `axis` are nonzero; bool."""
def allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False) -> builtins.bool:
    """Whether all |a - b| <= atol + rtol * |b|; a Python bool."""
def alltrue(a, axis=None, out=None, keepdims=False) -> ndarray:
    """NumPy's old name of all."""
def amax(a, axis=None, out=None, keepdims=False) -> ndarray:
    """The largest element along `axis`; any dtype."""
def amin(a, axis=None, out=None, keepdims=False) -> ndarray:
    """The smallest element along `axis`; any dtype."""
def any(a, axis=None, out=None, keepdims=False) -> ndarray:
    """Whether some element along `axis` is nonzero; bool."""
def append(arr, values, axis=None, out=None) -> ndarray:
    """`values` after `arr` along `axis`; None flattens both first."""
def apply_along_axis(func1d, axis, arr, *args, **kwargs) -> ndarray:
    """A function of vectors applied along one axis; it gets NumPy arrays."""
def apply_over_axes(func, a, axes) -> ndarray:
    """A function of (array, axis) applied along several axes in turn."""
def arange(start, stop=None, step=1, dtype=None, ctx=None, device=None) -> ndarray:
    """start, start + step, ... up to but not including stop; float32 unless `dtype` is given (int64 for np default dtypes)."""
def arccos(x, out=None) -> ndarray:
    """The angle in radians whose cosine is x, from 0 to pi."""
def arccosh(x, out=None) -> ndarray:
    """Inverse hyperbolic cosine of x; nan below 1."""
def arcsin(x, out=None) -> ndarray:
    """The angle in radians whose sine is x, from -pi/2 to pi/2."""
def arcsinh(x, out=None) -> ndarray:
    """Inverse hyperbolic sine of x."""
def arctan(x, out=None) -> ndarray:
    """The angle in radians whose tangent is x, from -pi/2 to pi/2."""
def arctan2(x1, x2, out=None) -> ndarray:
    """The angle of the point (x2, x1) in radians, from -pi to pi."""
def arctanh(x, out=None) -> ndarray:
    """Inverse hyperbolic tangent of x."""
def argmax(a, axis=None, out=None, keepdims=False) -> ndarray:
    """Index of the first largest element along `axis`, of the flattened array by default; int64. nan does not count."""
def argmin(a, axis=None, out=None, keepdims=False) -> ndarray:
    """Index of the first smallest element along `axis`, of the flattened array by default; int64. nan does not count."""
def argpartition(a, kth, axis=-1, kind='introselect', order=None, out=None) -> ndarray:
    """The indices of np.partition; int64."""
def argsort(a, axis=-1, descending=False, stable=True, kind=None, order=None, out=None) -> ndarray:
    """The indices that would sort along `axis`; int64; None flattens."""
def argwhere(a) -> ndarray:
    """The coordinates of the elements that are not 0 as rows: int64, shape (number of them, number of axes)."""
def around(x, decimals=0, out=None) -> ndarray:
    """x rounded to `decimals` places after the point, before it if negative; halves go to the even digit."""
def array(object, dtype=None, ctx=None, device=None) -> ndarray:
    """An array over a copy of data: a number, nested lists, a NumPy array, or another array."""
def array_equal(a1, a2, equal_nan=False) -> builtins.bool:
    """Whether two arrays have the same shape and elements; a Python bool."""
def array_equiv(a1, a2) -> builtins.bool:
    """Whether two arrays have the same elements after broadcasting; a Python bool."""
def array_split(ary, indices_or_sections, axis=0, out=None) -> list[ndarray]:
    """np.split whose parts may differ in size by one, the larger ones first."""
def asarray(obj, dtype=None, ctx=None, copy=None, device=None) -> ndarray:
    """An mxshim array itself where nothing has to change, else as np.array; Python's integers and bools become int64."""
def asin(x, out=None) -> ndarray:
    """The angle in radians whose sine is x, from -pi/2 to pi/2."""
def asinh(x, out=None) -> ndarray:
    """Inverse hyperbolic sine of x."""
def atan(x, out=None) -> ndarray:
    """The angle in radians whose tangent is x, from -pi/2 to pi/2."""
def atan2(x1, x2, out=None) -> ndarray:
    """The angle of the point (x2, x1) in radians, from -pi to pi."""
def atanh(x, out=None) -> ndarray:
    """Inverse hyperbolic tangent of x."""
def atleast_1d(*arys, out=None) -> Any:
    """Each array with at least one axis; one array gives an array, several a list."""
def atleast_2d(*arys, out=None) -> Any:
    """Each array with at least two axes, added in front."""
def atleast_3d(*arys, out=None) -> Any:
    """Each array with at least three axes: (n,) becomes (1, n, 1), (m, n) becomes (m, n, 1)."""
def average(a, axis=None, weights=None, returned=False, out=None) -> Any:
    """The weighted mean along `axis`; with `returned` also the sum of the weights."""
def bincount(x, weights=None, minlength=0, out=None, *, length=None) -> Any:
    """How often each number from 0 on occurs in a vector of non-negative integers, or the sums of its weights."""
def bitwise_and(x1, x2, out=None) -> ndarray:
    """x1 & x2, bit by bit; integers and booleans."""
def bitwise_invert(x, out=None) -> ndarray:
    """~x: every bit of an integer, or a boolean, turned over."""
def bitwise_left_shift(x1, x2, out=None) -> ndarray:
    """x1 with its bits moved x2 places up; integers."""
def bitwise_not(x, out=None) -> ndarray:
    """~x: every bit of an integer, or a boolean, turned over."""
def bitwise_or(x1, x2, out=None) -> ndarray:
    """x1 | x2, bit by bit; integers and booleans."""
def bitwise_right_shift(x1, x2, out=None) -> ndarray:
    """x1 with its bits moved x2 places down, keeping the sign; integers."""
def bitwise_xor(x1, x2, out=None) -> ndarray:
    """x1 ^ x2, bit by bit; integers and booleans."""
def blackman(M, dtype=None, device=None, out=None, *, ctx=None) -> ndarray:
    """The Blackman window of M points: three terms of cosines; float32 unless `dtype` is given."""
def broadcast_arrays(*args, out=None) -> list[ndarray]:
    """The arrays broadcast against each other: a list of arrays of one shape."""
def broadcast_to(array, shape, out=None) -> ndarray:
    """The array repeated along new axes and axes of size 1 until it has `shape`."""
def can_cast(from_, to) -> builtins.bool:
    """Whether a cast loses nothing, by NumPy's rules."""
def cbrt(x, out=None) -> ndarray:
    """The cube root of x."""
def ceil(x, out=None) -> ndarray:
    """The next integer not below x."""
def choose(a, choices, out=None, mode='raise') -> ndarray:
    """choices[a[i]][i] for every position i, all broadcast against each other; mode as in take."""
def clip(a, a_min, a_max, out=None) -> ndarray:
    """a held to [a_min, a_max]; one of the bounds may be None."""
def column_stack(tup, out=None) -> ndarray:
    """Vectors as columns, matrices beside each other."""
def compress(condition, a, axis=None, out=None) -> ndarray:
    """The slices of `a` along `axis` (None: flattened) at which `condition` is not 0."""
def concat(seq, axis=0, out=None) -> ndarray:
    """The arrays one after the other along `axis`; None flattens them first."""
def concatenate(seq, axis=0, out=None) -> ndarray:
    """The arrays one after the other along `axis`; None flattens them first."""
def copy(a, out=None) -> ndarray:
    """A copy of a."""
def copysign(x1, x2, out=None) -> ndarray:
    """|x1| with the sign of x2; 0 and -0 count as positive."""
def corrcoef(x, y=None, rowvar=True, bias=None, ddof=None, dtype=None, out=None) -> ndarray:
    """The correlation coefficients of variables in rows (columns if not rowvar); float64 unless `dtype` says otherwise."""
def correlate(a, v, mode='valid', out=None) -> ndarray:
    """The cross-correlation of two vectors: sums of a[n + k] * v[n] for every shift k."""
def cos(x, out=None) -> ndarray:
    """Cosine of x, x in radians."""
def cosh(x, out=None) -> ndarray:
    """Hyperbolic cosine of x."""
def count_nonzero(a, axis=None, *, keepdims=False) -> Any:
    """The number of elements that are not 0: a Python int, or an int64 array along `axis`."""
def cov(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, dtype=None, out=None) -> ndarray:
    """The covariance matrix of variables in rows (columns if not rowvar); float64 unless `dtype` says otherwise."""
def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None, out=None) -> ndarray:
    """The cross product of vectors with 2 or 3 components, which lie along the given axes (`axis` sets all three)."""
def cumprod(a, axis=None, dtype=None, out=None) -> ndarray:
    """Running product along `axis`, of the flattened array by default; integers give 64 bits, as NumPy's do."""
def cumsum(a, axis=None, dtype=None, out=None) -> ndarray:
    """Running sum along `axis`, of the flattened array by default; the dtype stays, bool gives int64."""
def deg2rad(x, out=None) -> ndarray:
    """Degrees in radians."""
def degrees(x, out=None) -> ndarray:
    """Radians in degrees."""
def delete(arr, obj, axis=None) -> ndarray:
    """`arr` without the slices that `obj` (an int, a slice, a list or an array) names along `axis`; None flattens it."""
def diag(array, k=0, out=None) -> ndarray:
    """The k-th diagonal of a matrix, or a matrix with the vector on its k-th diagonal."""
def diag_indices_from(arr, out=None) -> tuple[ndarray, ...]:
    """The coordinates of the main diagonal of an array whose axes all have one size; one int64 vector per axis."""
def diagflat(array, k=0, out=None) -> ndarray:
    """A matrix with the elements on its k-th diagonal."""
def diagonal(a, offset=0, axis1=0, axis2=1, out=None) -> ndarray:
    """The diagonal of axes axis1 and axis2, as the last axis."""
def diff(a, n=1, axis=-1, prepend=None, append=None, out=None) -> ndarray:
    """Differences of neighbours along `axis`, n times over; the dtype stays."""
def digitize(x, bins, right=False, out=None) -> ndarray:
    """The number of the bin each element falls into; int64."""
def divide(x1, x2, out=None) -> ndarray:
    """x1 / x2; two integers (or an integer array and any number) make float32, float64 with NumPy's default dtypes."""
def divmod(x1, x2, out=None) -> tuple[ndarray, ...]:
    """(x1 // x2, x1 % x2)."""
def dot(a, b, out=None) -> ndarray:
    """The sum of products over the last axis of `a` and the second to last of `b` (its only one, if a vector)."""
def dsplit(ary, indices_or_sections, out=None) -> list[ndarray]:
    """np.split along axis 2."""
def dstack(arrays, out=None) -> ndarray:
    """The arrays behind each other, along axis 2."""
def ediff1d(ary, to_end=None, to_begin=None, out=None) -> ndarray:
    """Differences of neighbours in the flattened array, with `to_begin` before and `to_end` after them."""
def einsum(*operands, subscripts, optimize=False, out=None) -> Any:
    """Sums of products by subscripts: np.einsum("ij,jk->ik", a, b)."""
def empty(shape, dtype=None, order='C', ctx=None, device=None) -> ndarray:
    """An array of a shape full of empty, float32 unless `dtype` is given."""
def empty_like(prototype, dtype=None, device=None, order='C', subok=False, shape=None, out=None) -> ndarray:
    """An array to be overwritten in the shape and dtype of `prototype`, or those given; it holds zeros."""
def equal(x1, x2, out=None) -> ndarray:
    """x1 == x2."""
def exp(x, out=None) -> ndarray:
    """e ** x."""
def expand_dims(a, axis, out=None) -> ndarray:
    """A new axis of size 1 at place `axis` of the result."""
def expm1(x, out=None) -> ndarray:
    """e ** x - 1, precise near 0."""
def extract(condition, arr) -> ndarray:
    """The elements of `arr` at which `condition`, an array of its size, is not 0."""
def eye(N, M=None, k=0, dtype=None, ctx=None, device=None) -> ndarray:
    """An (N, M) matrix with ones on the k-th diagonal; M defaults to N."""
def fabs(x, out=None) -> ndarray:
    """The absolute value of x."""
def fill_diagonal(a, val, wrap=False) -> None:
    """Write `val`, a number or the elements to repeat, onto the main diagonal of `a`."""
def fix(x, out=None) -> ndarray:
    """x without its fraction."""
def flatnonzero(a) -> ndarray:
    """The positions in the flattened array of the elements that are not 0; int64."""
def flip(m, axis=None, out=None) -> ndarray:
    """The order of the elements reversed along `axis`, along all by default."""
def fliplr(m, out=None) -> ndarray:
    """Reversed along axis 1."""
def flipud(m, out=None) -> ndarray:
    """Reversed along axis 0."""
def float_power(x1, x2, out=None) -> ndarray:
    """x1 ** x2 in float64."""
def floor(x, out=None) -> ndarray:
    """The next integer not above x."""
def floor_divide(x1, x2, out=None) -> ndarray:
    """x1 / x2 rounded down."""
def fmax(x1, x2, out=None) -> ndarray:
    """The larger of x1 and x2; the other one if one is nan."""
def fmin(x1, x2, out=None) -> ndarray:
    """The smaller of x1 and x2; the other one if one is nan."""
def fmod(x1, x2, out=None) -> ndarray:
    """The remainder of x1 / x2 with the sign of x1; 0 where x2 is 0."""
def frexp(x, out=None) -> tuple[ndarray, ...]:
    """(m, e) with x = m * 2 ** e, |m| in [0.5, 1), e int32."""
def from_dlpack(x) -> ndarray:
    """An np.ndarray from anything that speaks DLPack."""
def full(shape, fill_value, dtype=None, order='C', ctx=None, out=None, device=None) -> ndarray:
    """A shape full of one number; without `dtype`, bool and int64 for Python's bools and integers, that of NumPy's, else float32."""
def full_like(a, fill_value, dtype=None, order='C', device=None, out=None, *, shape=None) -> ndarray:
    """One number everywhere in the shape and dtype of `a`, or those given; a fraction is cut off in integers."""
def gcd(x1, x2, out=None) -> ndarray:
    """The greatest common divisor of |x1| and |x2|; integers."""
def genfromtxt(fname, dtype=..., comments='#', delimiter=None, skip_header=0, skip_footer=0, converters=None, missing_values=None, filling_values=None, usecols=None, names=None, excludelist=None, deletechars=" !#$%&'()*+,-./:;<=>?@[\\]^{|}~", replace_space='_', autostrip=False, case_sensitive=True, defaultfmt='f%i', unpack=None, usemask=False, loose=True, invalid_raise=True, max_rows=None, encoding=None, *, ndmin=0, like=None) -> Any:
    """An array from a text file or lines; float64 unless `dtype` is given."""
def greater(x1, x2, out=None) -> ndarray:
    """x1 > x2."""
def greater_equal(x1, x2, out=None) -> ndarray:
    """x1 >= x2."""
def hamming(M, dtype=None, device=None, out=None, *, ctx=None) -> ndarray:
    """The Hamming window of M points: a raised cosine; float32 unless `dtype` is given."""
def hanning(M, dtype=None, device=None, out=None, *, ctx=None) -> ndarray:
    """The Hann window of M points: a raised cosine down to zero; float32 unless `dtype` is given."""
def heaviside(x1, x2, out=None) -> ndarray:
    """0 where x1 < 0, 1 where x1 > 0, x2 where x1 is 0."""
def histogram(a, bins=10, range=None, normed=None, weights=None, density=None, out=None) -> tuple[ndarray, ...]:
    """How many elements (int64) lie between neighbouring edges, and the edges, in the dtype of `a`."""
def histogram2d(x, y, bins=10, range=None, density=None, weights=None) -> Any:
    """Counts in the cells of a grid, and the edges."""
def histogram_bin_edges(a, bins=10, range=None, weights=None) -> ndarray:
    """The edges np.histogram would use."""
def histogramdd(sample, bins=10, range=None, density=None, weights=None) -> Any:
    """Counts in the cells of a grid of any dimension, and the edges."""
def hsplit(ary, indices_or_sections, out=None) -> list[ndarray]:
    """np.split along axis 1, of vectors along axis 0."""
def hstack(arrays, out=None) -> ndarray:
    """The arrays beside each other: along axis 1, vectors along axis 0."""
def hypot(x1, x2, out=None) -> ndarray:
    """sqrt(x1 ** 2 + x2 ** 2) without overflow."""
def i0(x, out=None) -> ndarray:
    """The modified Bessel function of order 0; of integers in float64."""
def identity(n, dtype=None, ctx=None, device=None) -> ndarray:
    """An (n, n) matrix with ones on the diagonal."""
def in1d(ar1, ar2, assume_unique=False, invert=False, out=None) -> ndarray:
    """np.isin for the flattened array."""
def indices(dimensions, dtype=None, device=None, out=None, *, ctx=None) -> ndarray:
    """For a shape of n axes the n coordinates of every place: shape (n, *dimensions), int64 unless `dtype` is given."""
def inner(a, b, out=None) -> ndarray:
    """The sum of products over the last axes; 0-d operands multiply."""
def insert(arr, obj, values, axis=None) -> ndarray:
    """`arr` with `values` put before the positions `obj` (an int, a slice, a list or an array) along `axis`; None flattens it."""
def interp(x, xp, fp, left=None, right=None, period=None, out=None) -> ndarray:
    """The piecewise linear function through the points (xp, fp) at x; float64. xp must be increasing."""
def intersect1d(ar1, ar2, assume_unique=False, return_indices=False) -> Any:
    """The sorted values that both arrays hold."""
def invert(x, out=None) -> ndarray:
    """~x: every bit of an integer, or a boolean, turned over."""
def isclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False, out=None) -> ndarray:
    """Whether |a - b| <= atol + rtol |b|, element by element; bool."""
def isfinite(x, out=None) -> ndarray:
    """Whether x is neither infinite nor nan; bool."""
def isin(element, test_elements, assume_unique=False, invert=False, out=None) -> ndarray:
    """Whether each element is among `test_elements`; bool, shape of `element`."""
def isinf(x, out=None) -> ndarray:
    """Whether x is infinite; bool."""
def isnan(x, out=None) -> ndarray:
    """Whether x is not a number; bool."""
def isneginf(x, out=None) -> ndarray:
    """Whether x is infinite and negative; bool."""
def isposinf(x, out=None) -> ndarray:
    """Whether x is infinite and positive; bool."""
def ix_(*args) -> Any:
    """Vectors reshaped so that indexing with all of them selects their cross product; booleans count where they are True."""
def kron(a, b, out=None) -> ndarray:
    """The Kronecker product: every element of `a` times `b`, as blocks."""
def lcm(x1, x2, out=None) -> ndarray:
    """The least common multiple of |x1| and |x2|; integers."""
def ldexp(x1, x2, out=None) -> ndarray:
    """x1 * 2 ** x2."""
def less(x1, x2, out=None) -> ndarray:
    """x1 < x2."""
def less_equal(x1, x2, out=None) -> ndarray:
    """x1 <= x2."""
def lexsort(keys, axis=-1, out=None) -> ndarray:
    """The indices that sort by the last key, then by the one before it, ...; int64."""
def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, ctx=None, device=None) -> ndarray:
    """`num` evenly spaced numbers from start to stop (with it if endpoint); with retstep also their distance."""
def log(x, out=None) -> ndarray:
    """The natural logarithm of x; nan below 0."""
def log10(x, out=None) -> ndarray:
    """The logarithm of x to base 10."""
def log1p(x, out=None) -> ndarray:
    """log(1 + x), precise near 0."""
def log2(x, out=None) -> ndarray:
    """The logarithm of x to base 2."""
def logaddexp(x1, x2, out=None) -> ndarray:
    """log(exp(x1) + exp(x2)) without overflow."""
def logical_and(x1, x2, out=None) -> ndarray:
    """Whether x1 and x2 are both not 0."""
def logical_not(x, out=None) -> ndarray:
    """Whether x is 0; bool."""
def logical_or(x1, x2, out=None) -> ndarray:
    """Whether x1 or x2 is not 0."""
def logical_xor(x1, x2, out=None) -> ndarray:
    """Whether one of x1 and x2 is not 0."""
def logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0, ctx=None, device=None) -> ndarray:
    """base ** np.linspace(start, stop, num)."""
def matmul(a, b, out=None) -> ndarray:
    """Matrix product of the last two axes; leading axes are broadcast."""
def max(a, axis=None, out=None, keepdims=False) -> ndarray:
    """The largest element along `axis`; any dtype."""
def maximum(x1, x2, out=None) -> ndarray:
    """The larger of x1 and x2; nan if one is nan."""
def may_share_memory(a, b, max_work=None) -> builtins.bool:
    """Whether a write to one array would be seen through the other; without effect: max_work."""
def mean(a, axis=None, dtype=None, out=None, keepdims=False) -> ndarray:
    """Mean along `axis`: float32, float64 for float64 and with NumPy's default dtypes, or `dtype`."""
def median(a, axis=None, out=None, overwrite_input=None, keepdims=False) -> ndarray:
    """The middle element along `axis`, or the mean of the two; float32, float64 for float64."""
def meshgrid(*xi, indexing='xy', sparse=False, copy=True, out=None) -> list[ndarray]:
    """Vectors as coordinates of a grid: one array of the grid's shape each."""
def min(a, axis=None, out=None, keepdims=False) -> ndarray:
    """The smallest element along `axis`; any dtype."""
def min_scalar_type(a) -> onp.dtype:
    """The smallest dtype that holds a number, by NumPy's rules."""
def minimum(x1, x2, out=None) -> ndarray:
    """The smaller of x1 and x2; nan if one is nan."""
def mirr(values, finance_rate, reinvest_rate) -> ndarray:
    """The modified internal rate of return of `values`, of which some must be positive and some negative, else nan."""
def mod(x1, x2, out=None) -> ndarray:
    """x1 modulo x2, with the sign of x2; 0 where x2 is 0."""
def modf(x, out=None) -> tuple[ndarray, ...]:
    """(fraction, whole part) of x, both with its sign."""
def moveaxis(a, source, destination, out=None) -> ndarray:
    """Axes moved to other places, the rest in their order."""
def msort(a, out=None) -> ndarray:
    """The elements in ascending order along the first axis."""
def multiply(x1, x2, out=None) -> ndarray:
    """x1 * x2."""
def nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None, out=None) -> ndarray:
    """x with nan, infinity and -infinity replaced; by default by 0 and the largest and lowest number of the dtype."""
def nanargmax(a, axis=None, out=None, keepdims=False) -> ndarray:
    """Index of the largest element along `axis` that is no nan; int64."""
def nanargmin(a, axis=None, out=None, keepdims=False) -> ndarray:
    """Index of the smallest element along `axis` that is no nan; int64."""
def nancumprod(a, axis=None, dtype=None, out=None) -> ndarray:
    """Running product along `axis`, nan counted as 1."""
def nancumsum(a, axis=None, dtype=None, out=None) -> ndarray:
    """Running sum along `axis`, nan counted as 0."""
def nanmax(a, axis=None, out=None, keepdims=False, initial=None, where=None) -> ndarray:
    """The largest element along `axis` that is no nan; nan where there is none."""
def nanmean(a, axis=None, dtype=None, out=None, keepdims=False) -> ndarray:
    """Mean along `axis` of the elements that are no nan; integers give float64."""
def nanmedian(a, axis=None, out=None, overwrite_input=False, keepdims=False) -> ndarray:
    """The middle element along `axis` of those that are no nan, or the mean of the two."""
def nanmin(a, axis=None, out=None, keepdims=False, initial=None, where=None) -> ndarray:
    """The smallest element along `axis` that is no nan; nan where there is none."""
def nanpercentile(a, q, axis=None, out=None, overwrite_input=False, method='linear', keepdims=False, *, interpolation=None) -> ndarray:
    """The q-th percentile (q in [0, 100]) along `axis` of the elements that are no nan."""
def nanprod(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=None) -> ndarray:
    """Product along `axis`, nan counted as 1."""
def nanquantile(a, q, axis=None, out=None, overwrite_input=False, method='linear', keepdims=False, *, interpolation=None) -> ndarray:
    """The q-th quantile (q in [0, 1]) along `axis` of the elements that are no nan."""
def nanstd(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, where=None) -> ndarray:
    """Standard deviation along `axis` of the elements that are no nan; where it is zero, so is the gradient."""
def nansum(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=None) -> ndarray:
    """Sum along `axis`, nan counted as 0."""
def nanvar(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, where=None) -> ndarray:
    """Variance along `axis` of the elements that are no nan; integers give float64."""
def ndim(a) -> int:
    """The number of axes."""
def negative(x, out=None) -> ndarray:
    """-x."""
def nonzero(a) -> Any:
    """The coordinates of the elements that are not 0: a tuple with one int64 vector per axis."""
def not_equal(x1, x2, out=None) -> ndarray:
    """x1 != x2."""
def npv(rate, values) -> ndarray:
    """What `values`, one for each period from now on, are worth now at the interest `rate`."""
def ones(shape, dtype=None, order='C', ctx=None, device=None) -> ndarray:
    """An array of a shape full of ones, float32 unless `dtype` is given."""
def ones_like(a, dtype=None, order='C', device=None, out=None, *, shape=None) -> ndarray:
    """Ones in the shape and dtype of `a`, or those given."""
def outer(a, b, out=None) -> ndarray:
    """The products of all pairs of elements: shape (a.size, b.size)."""
def packbits(a, /, axis=None, bitorder='big') -> ndarray:
    """Bits packed into uint8."""
def pad(x, pad_width=None, mode='constant', constant_values=0, reflect_type='even', out=None) -> ndarray:
    """The array with more elements around it: `pad_width` is ((before, after), ...), one pair for each axis."""
def partition(a, kth, axis=-1, kind='introselect', order=None, out=None) -> ndarray:
    """An order along `axis` in which element `kth` is where sorting would put it."""
def percentile(a, q, axis=None, out=None, overwrite_input=None, interpolation='linear', keepdims=False) -> ndarray:
    """The q-th percentile (q in [0, 100]) along `axis`; see quantile."""
def permute_dims(a, axes=None, out=None) -> ndarray:
    """The axes in the order that `axes` gives, reversed by default."""
def piecewise(x, condlist, funclist, *args, **kw) -> ndarray:
    """Functions of NumPy arrays, each where its condition holds."""
def pmt(rate, nper, pv, fv=0, when='end') -> ndarray:
    """The payment in each of nper periods that makes pv now into fv at the interest `rate`, a fraction for each period."""
def poly(seq_of_zeros) -> ndarray:
    """The coefficients of the polynomial with the given roots."""
def polyadd(a1, a2, out=None) -> ndarray:
    """The sum of two polynomials."""
def polydiv(u, v) -> Any:
    """Quotient and remainder of two polynomials."""
def polyfit(x, y, deg, rcond=None, full=False, w=None, cov=False) -> Any:
    """The coefficients of the polynomial that fits points best."""
def polyint(p, m=1, k=None) -> ndarray:
    """The antiderivative of a polynomial."""
def polymul(a1, a2, out=None) -> ndarray:
    """The product of two polynomials."""
def polysub(a1, a2, out=None) -> ndarray:
    """The difference of two polynomials."""
def polyval(p, x, out=None) -> ndarray:
    """The polynomial with coefficients `p` at x, in the dtype of `p`."""
def positive(x, out=None) -> ndarray:
    """x itself."""
def pow(x1, x2, out=None) -> ndarray:
    """x1 ** x2."""
def power(x1, x2, out=None) -> ndarray:
    """x1 ** x2."""
def ppmt(rate, per, nper, pv, fv=0, when='end') -> ndarray:
    """The part of payment number `per` (from 1) of np.pmt that is no interest."""
def prod(a, axis=None, dtype=None, out=None, keepdims=False) -> ndarray:
    """Product along `axis`; the gradient at a zero is the product of the others (MXNet: nan)."""
def product(a, axis=None, dtype=None, out=None, keepdims=False) -> ndarray:
    """Product along `axis`; the gradient at a zero is the product of the others (MXNet: nan)."""
def promote_types(type1, type2) -> onp.dtype:
    """The smallest dtype that holds both, by NumPy's rules (arithmetic here follows np.result_type)."""
def ptp(a, axis=None, out=None, keepdims=False) -> ndarray:
    """Largest minus smallest element along `axis`."""
def pv(rate, nper, pmt, fv=0, when='end') -> ndarray:
    """What nper payments of pmt, and fv in the end, are worth now at the interest `rate` for each period."""
def quantile(a, q, axis=None, out=None, overwrite_input=None, interpolation='linear', keepdims=False) -> ndarray:
    """The q-th quantile (q in [0, 1], a number or an array) along `axis`; float32, float64 for float64."""
def rad2deg(x, out=None) -> ndarray:
    """Radians in degrees."""
def radians(x, out=None) -> ndarray:
    """Degrees in radians."""
def rate(nper, pmt, pv, fv, when='end', guess=0.1, tol=1e-06, maxiter=100) -> ndarray:
    """The interest for each period at which pv, nper payments of pmt and fv cancel; by Newton's steps from `guess`, until all are below tol, or nan after maxiter."""
def ravel(x, order='C', out=None) -> ndarray:
    """The elements as a vector, in order "C" or "F"."""
def real(val, out=None) -> ndarray:
    """A copy of val; elements are real here."""
def reciprocal(x, out=None) -> ndarray:
    """1 / x."""
def remainder(x1, x2, out=None) -> ndarray:
    """x1 modulo x2, with the sign of x2; 0 where x2 is 0."""
def repeat(a, repeats, axis=None, out=None) -> ndarray:
    """Each element repeated along `axis` (None: of the flattened array)."""
def reshape(a, newshape, order='C', out=None) -> ndarray:
    """The elements in the same order with another shape; one size may be -1, and npx.reshape's codes may be used, too."""
def resize(a, new_shape, out=None) -> ndarray:
    """The elements, over and over, in an array of `new_shape`."""
def result_type(*arrays_and_dtypes) -> onp.dtype:
    """The dtype that arithmetic with these arrays and dtypes gives, by MXNet's rules: int32 and float16 make float16."""
def rint(x, out=None) -> ndarray:
    """The nearest integer; halves go down."""
def roll(a, shift, axis=None, out=None) -> ndarray:
    """The elements moved by `shift` places along `axis` (None: of the flattened array), the last ones back to the front."""
def rollaxis(a, axis, start=0, out=None) -> ndarray:
    """One axis moved before axis `start`."""
def roots(p) -> ndarray:
    """The real roots of a polynomial; KeyError if they are complex."""
def rot90(m, k=1, axes=(0, 1), out=None) -> ndarray:
    """Turned by k times 90 degrees from the first of `axes` towards the second."""
def round(x, decimals=0, out=None) -> ndarray:
    """x rounded to `decimals` places after the point, before it if negative; halves go to the even digit."""
def round_(x, decimals=0, out=None) -> ndarray:
    """x rounded to `decimals` places after the point, before it if negative; halves go to the even digit."""
def row_stack(arrays, out=None) -> ndarray:
    """The arrays below each other; vectors are rows."""
def searchsorted(a, v, side='left', sorter=None, out=None) -> ndarray:
    """Where to insert `v` into the sorted vector `a` to keep it sorted; int64, shape of v."""
def select(condlist, choicelist, default=0, out=None) -> ndarray:
    """For every position the element of the first array in `choicelist` whose condition holds, else `default`."""
def setdiff1d(ar1, ar2, assume_unique=False) -> ndarray:
    """The sorted values of the first array that the second lacks."""
def setxor1d(ar1, ar2, assume_unique=False) -> ndarray:
    """The sorted values that just one of two arrays holds."""
def shape(a) -> tuple[int, ...]:
    """The sizes of the axes."""
def shares_memory(a, b, max_work=None) -> builtins.bool:
    """Whether a write to one array would be seen through the other; without effect: max_work."""
def sign(x, out=None) -> ndarray:
    """-1, 0 or 1, the sign of x; 0 for nan."""
def signbit(x, out=None) -> ndarray:
    """Whether x has a minus sign, -0 too; bool."""
def sin(x, out=None) -> ndarray:
    """Sine of x, x in radians."""
def sinh(x, out=None) -> ndarray:
    """Hyperbolic sine of x."""
def size(a, axis=None) -> int:
    """The number of elements, or of those along `axis`."""
def sometrue(a, axis=None, keepdims=False, out=None) -> ndarray:
    """NumPy's old name of any."""
def sort(a, axis=-1, descending=False, stable=True, kind=None, order=None, out=None) -> ndarray:
    """The elements in ascending order along `axis`; None flattens."""
def spacing(x, out=None) -> ndarray:
    """The distance from x to the next number of its dtype away from zero."""
def split(ary, indices_or_sections, axis=0, out=None) -> list[ndarray]:
    """A list of parts along `axis`: that many equal ones, or cut at the given places."""
def sqrt(x, out=None) -> ndarray:
    """The square root of x; nan below 0."""
def square(x, out=None) -> ndarray:
    """x * x."""
def squeeze(a, axis=None, out=None) -> ndarray:
    """Without its axes of size 1, or without those named."""
def stack(arrays, axis=0, out=None) -> ndarray:
    """The arrays side by side along a new `axis`."""
def std(a, axis=None, dtype=None, out=None, correction=0, keepdims=False, ddof=None) -> ndarray:
    """Standard deviation along `axis`; see var."""
def subtract(x1, x2, out=None) -> ndarray:
    """x1 - x2; not for two boolean arrays."""
def sum(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=None) -> ndarray:
    """Sum along `axis`; int32 stays int32 (and may overflow), bool gives int64."""
def swapaxes(a, axis1, axis2, out=None) -> ndarray:
    """Two axes exchanged."""
def take(a, indices, axis=None, mode='raise', out=None) -> ndarray:
    """The elements at `indices` along `axis` (None: of the flattened array), in the shape of `indices`."""
def take_along_axis(arr, indices, axis, out=None) -> ndarray:
    """Along `axis`, for each position of the other axes, the elements at `indices`; None flattens `arr`."""
def tan(x, out=None) -> ndarray:
    """Tangent of x, x in radians."""
def tanh(x, out=None) -> ndarray:
    """Hyperbolic tangent of x."""
def tensordot(a, b, axes=2, out=None) -> ndarray:
    """The sum of products over pairs of axes: the last `axes` of a with the first of b, or (axes of a, axes of b)."""
def tile(A, reps, out=None) -> ndarray:
    """The array repeated `reps` times along each axis; more entries in `reps` than axes add axes in front."""
def trace(a, offset=0, axis1=0, axis2=1, out=None) -> ndarray:
    """The sum along a diagonal; the dtype stays."""
def transpose(a, axes=None, out=None) -> ndarray:
    """The axes in the order that `axes` gives, reversed by default."""
def trapz(y, x=None, dx=1.0, axis=-1, out=None) -> ndarray:
    """The integral of y along `axis` by the trapezoidal rule, with points `x` or spacing `dx`; integers give float64."""
def tri(N, M=None, k=0, dtype=None, ctx=None, device=None) -> ndarray:
    """An (N, M) matrix with ones on and below the k-th diagonal; float32 unless `dtype` is given."""
def tril(m, k=0, out=None) -> ndarray:
    """Zeros above the k-th diagonal of the last two axes; a vector is repeated as the rows of a square matrix."""
def tril_indices(n, k=0, m=None, out=None, *, ctx=None, device=None) -> tuple[ndarray, ...]:
    """Row and column numbers of the lower triangle of an (n, m) matrix; int64."""
def tril_indices_from(arr, k=0, out=None) -> tuple[ndarray, ...]:
    """np.tril_indices for the shape of a matrix."""
def trim_zeros(filt, trim='fb') -> ndarray:
    """A vector without the zeros at its front ("f" in `trim`) and back ("b")."""
def triu(m, k=0, out=None) -> ndarray:
    """Zeros below the k-th diagonal of the last two axes; a vector is repeated as the rows of a square matrix."""
def triu_indices(n, k=0, m=None, device=None, out=None, *, ctx=None) -> tuple[ndarray, ...]:
    """Row and column numbers of the upper triangle of an (n, m) matrix; int64."""
def triu_indices_from(arr, k=0, out=None) -> tuple[ndarray, ...]:
    """np.triu_indices for the shape of a matrix."""
def true_divide(x1, x2, out=None) -> ndarray:
    """x1 / x2; two integers (or an integer array and any number) make float32, float64 with NumPy's default dtypes."""
def trunc(x, out=None) -> ndarray:
    """x without its fraction."""
def union1d(ar1, ar2) -> Any:
    """The sorted values that either array holds."""
def unique(ar, return_index=False, return_inverse=False, return_counts=False, axis=None) -> Any:
    """The sorted values that occur, each once (along `axis`: slices), and on request, as int64 vectors in a tuple:"""
def unique_all(x) -> Any:
    """np.unique with everything: values, indices, inverse_indices, counts."""
def unique_inverse(x) -> Any:
    """np.unique with values and inverse_indices."""
def unique_values(x) -> ndarray:
    """np.unique: the values alone."""
def unpackbits(a, /, axis=None, count=None, bitorder='big') -> ndarray:
    """The bits of uint8 numbers."""
def unravel_index(indices, shape, order='C', out=None) -> tuple[ndarray, ...]:
    """The coordinates of elements given by their number in the flattened array: one array per axis, dtype of `indices`."""
def unwrap(p, discont=None, axis=-1, period=6.283185307179586, out=None) -> ndarray:
    """Angles without jumps: differences of more than half a period along `axis` are changed by whole periods."""
def vander(x, N=None, increasing=False, out=None) -> ndarray:
    """Powers of the elements as columns, the highest first; float64, int64 for integers."""
def var(a, axis=None, dtype=None, out=None, correction=0, keepdims=False, ddof=None) -> ndarray:
    """Variance along `axis`, divided by n - correction (1.x and NumPy call it ddof)."""
def vdot(a, b, out=None) -> ndarray:
    """The sum of the products of all elements."""
def vsplit(ary, indices_or_sections, out=None) -> list[ndarray]:
    """np.split along axis 0."""
def vstack(arrays, out=None) -> ndarray:
    """The arrays below each other; vectors are rows."""
def where(condition, x=None, y=None, out=None) -> ndarray:
    """x where condition is not 0, else y; all three broadcast."""
def zeros(shape, dtype=None, order='C', ctx=None, device=None) -> ndarray:
    """An array of a shape full of zeros, float32 unless `dtype` is given."""
def zeros_like(a, dtype=None, order='C', device=None, out=None, *, shape=None) -> ndarray:
    """Zeros in the shape and dtype of `a`, or those given."""
