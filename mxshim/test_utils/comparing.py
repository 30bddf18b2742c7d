"""Tolerances, comparisons and their messages. Arguments may be arrays of mxshim, of NumPy, lists and numbers."""
from __future__ import annotations

import numbers

import numpy as onp

from ..device import current_context
from ..device import set_default_device as set_default_device
from ..ndarray import NDArray

_WHOLE = ("bool", "int8", "uint8", "int32", "uint32", "int64", "uint64")


def default_context():
    """The device that tests run on: the current one."""
    return current_context()


default_device = default_context


set_default_context = set_default_device


def default_dtype():
    """float32, what check functions compute with."""
    return onp.float32


def _table(half, single, double):
    return {onp.dtype("float16"): half, onp.dtype("float32"): single, onp.dtype("float64"): double} | {onp.dtype(n): 0 for n in _WHOLE}


def default_rtols() -> dict:
    """dtype -> relative tolerance: 1e-2, 1e-4 and 1e-5 for float16, float32 and float64, 0 for integers."""
    return _table(1e-2, 1e-4, 1e-5)


def default_atols() -> dict:
    """dtype -> absolute tolerance: 1e-1, 1e-3 and 1e-20 for float16, float32 and float64, 0 for integers."""
    return _table(1e-1, 1e-3, 1e-20)


def default_numeric_eps() -> dict:
    """dtype -> step of numeric gradients: 2**-6, 2**-9 and 2**-14 for float16, float32 and float64."""
    return _table(2.0**-6, 2.0**-9, 2.0**-14)


def get_rtol(rtol=None, dtype="float64"):
    """rtol, or the default for a dtype."""
    return default_rtols()[onp.dtype(dtype)] if rtol is None else rtol


def get_atol(atol=None, dtype="float64"):
    """atol, or the default for a dtype."""
    return default_atols()[onp.dtype(dtype)] if atol is None else atol


def get_etol(etol=None):
    """etol, or 0: the share of elements that may differ."""
    return 0 if etol is None else etol


def effective_dtype(dat):
    """The dtype whose tolerance fits an array: its own. Differs: float32 on GPUs is float32 here, where MXNet may compute with TF32."""
    return onp.dtype(dat.dtype)


def _dtype_of(x):
    return effective_dtype(x) if hasattr(x, "dtype") else onp.asarray(x).dtype


def get_tolerance(dat, tol, default_tol):
    """tol, or what a table of defaults has for the dtype of `dat`."""
    return default_tol.get(_dtype_of(dat), default_tol[onp.dtype("float16")]) if tol is None else tol


def get_tols(x, y, rtol, atol):
    """(rtol, atol), each where it is None the larger one of the defaults for the dtypes of x and y."""
    x, y = (onp.float64(v) if isinstance(v, numbers.Number) else v for v in (x, y))
    return (max(get_tolerance(v, rtol, default_rtols()) for v in (x, y)), max(get_tolerance(v, atol, default_atols()) for v in (x, y)))


def _host(x):
    return x.asnumpy() if isinstance(x, NDArray) else x


def same(a, b) -> bool:
    """Whether two arrays have equal shapes and elements; nan is not equal to nan."""
    return onp.array_equal(_host(a), _host(b))


def checkShapes(a, b):
    """Raises: AssertionError unless a and b have the same shape."""
    if onp.shape(_host(a)) != onp.shape(_host(b)):
        raise AssertionError(f"Items are not equal: a.shape = {onp.shape(_host(a))} and b.shape = {onp.shape(_host(b))} are not equal\n"
                             f" ACTUAL: {_host(a)!r}\n DESIRED: {_host(b)!r}")


def almost_equal(a, b, rtol=None, atol=None, equal_nan=False, use_broadcast=True) -> bool:
    """Whether abs(a - b) <= atol + rtol * abs(b) everywhere; tolerances default to those of float64.

    Raises: AssertionError if shapes differ and use_broadcast is False."""
    if not use_broadcast:
        checkShapes(a, b)
    return onp.allclose(_host(a), _host(b), rtol=get_rtol(rtol), atol=get_atol(atol), equal_nan=equal_nan)


def locationError(a, b, index, names, maxError=False) -> str:
    """A line with an index and both values there."""
    one, other = (_host(v) for v in (a, b))
    what = "Location of maximum error" if maxError else "Location of error"
    return f"{what}: {index}, {names[0]}={float(one[index]):.8f}, {names[1]}={float(other[index]):.8f}"


def _message(a, b, bad, rtol, atol, names, shown):
    """How far a and b differ: the worst places first. Errors are in units of the tolerance."""
    a, b = onp.asarray(a), onp.asarray(b)
    text = f"tolerance rtol={rtol:e}, atol={atol:e}"
    with onp.errstate(all="ignore"):
        error = abs(a.astype("float64") - b.astype("float64")) / (atol + rtol * abs(b.astype("float64")) + 1e-20)
    error = onp.where(bad, onp.where(onp.isfinite(error), error, onp.inf), 0)
    if not error.ndim:
        return f"\nError {error:f} exceeds {text}.\n ACTUAL: {a}\n DESIRED: {b}"
    order = onp.argsort(-error.ravel(), kind="stable")
    places = [tuple(map(int, onp.unravel_index(k, error.shape))) for k in order[:max(1, min(shown, int(bad.sum())))]]
    a, b = onp.broadcast_to(a, error.shape), onp.broadcast_to(b, error.shape)
    lines = [f"\nError {error[places[0]]:f} exceeds {text} (mismatch {100 * bad.mean():f}%).",
             locationError(a, b, places[0], names, True)]
    lines += [f"  {error[p]:f} {locationError(a, b, p, names)}" for p in places[1:]]
    return "\n".join([*lines, f" ACTUAL: {a!r}", f" DESIRED: {b!r}"])


def assert_almost_equal(a, b, rtol=None, atol=None, names=("a", "b"), equal_nan=False, use_broadcast=True, mismatches=(10, 10)):
    """Nothing, if abs(a - b) <= atol + rtol * abs(b) everywhere.

    Args:
        rtol, atol: by default what get_tols says for the dtypes of both.  equal_nan: nan equals nan.
        use_broadcast: shapes may differ as far as they broadcast.  mismatches: its first number, how many places to show.
    Raises: AssertionError with the worst places, whose values are called `names`.
    """
    assert_almost_equal_with_err(a, b, rtol, atol, 0, names, equal_nan, mismatches, use_broadcast)


def assert_almost_equal_with_err(a, b, rtol=None, atol=None, etol=None, names=("a", "b"), equal_nan=False, mismatches=(10, 10),
                                 use_broadcast=False):
    """As assert_almost_equal, for equal shapes; the share `etol` of the elements may differ more."""
    if not use_broadcast:
        checkShapes(a, b)
    rtol, atol = get_tols(a, b, rtol, atol)
    a, b = _host(a), _host(b)
    bad = ~onp.isclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan)
    if bad.any() and bad.mean() > get_etol(etol):
        raise AssertionError("\nItems are not equal:" + _message(a, b, bad, rtol, atol, names, mismatches[0]))


def assert_allclose(a, b, rtol=1e-07, atol=0, equal_nan=True):
    """assert_almost_equal with the tolerances of numpy.testing.assert_allclose."""
    assert_almost_equal(a, b, rtol, atol, equal_nan=equal_nan)


def assert_almost_equal_ignore_nan(a, b, rtol=None, atol=None, names=("a", "b")):
    """assert_almost_equal where neither a nor b is nan."""
    a, b = onp.array(_host(a)), onp.array(_host(b))
    either = onp.isnan(a) | onp.isnan(b)
    a[either] = b[either] = 0
    assert_almost_equal(a, b, rtol, atol, names)


def assert_exception(f, exception_type, *args, **kwargs):
    """Nothing, if f(*args, **kwargs) raises an exception_type. Raises: AssertionError if it raises nothing; what else f raises."""
    try:
        f(*args, **kwargs)
    except exception_type:
        return
    raise AssertionError(f"{getattr(f, '__name__', f)} did not raise {exception_type}")


def same_array(array1, array2) -> bool:
    """Whether two arrays share memory, found out by writing into the first; what it held is put back. Shapes must be equal."""
    if array1.shape != array2.shape:
        return False
    before = array1.asnumpy()
    array1[:] = before + 1
    shared = same(array1, array2)
    array1[:] = before
    return bool(shared and same(array1, array2))


def compare_ndarray_tuple(t1, t2, rtol=None, atol=None):
    """assert_almost_equal of arrays in nested tuples; nothing where one is None."""
    if t1 is None or t2 is None:
        return
    if isinstance(t1, tuple):
        for one, other in zip(t1, t2, strict=True):
            compare_ndarray_tuple(one, other, rtol, atol)
    else:
        assert_almost_equal(t1, t2, rtol=rtol, atol=atol)
