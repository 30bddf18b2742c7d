"""Random shapes and arrays, from NumPy's global generator as in MXNet, and arrays of a known pattern."""
from __future__ import annotations

import numpy as onp

from .. import ndarray as nd
from .. import numpy as np


def rand_shape_nd(num_dim, dim=10, allow_zero_size=False):
    """num_dim sizes from 1, or 0 with allow_zero_size, to dim."""
    return tuple(onp.random.randint(0 if allow_zero_size else 1, dim + 1, size=num_dim).tolist())


def _sizes(dims, allow_zero_size):
    return tuple(int(onp.random.randint(0 if allow_zero_size else 1, n + 1)) for n in dims)


def rand_shape_2d(dim0=10, dim1=10, allow_zero_size=False):
    """Two sizes, up to dim0 and dim1."""
    return _sizes((dim0, dim1), allow_zero_size)


def rand_shape_3d(dim0=10, dim1=10, dim2=10, allow_zero_size=False):
    """Three sizes, up to dim0, dim1 and dim2."""
    return _sizes((dim0, dim1, dim2), allow_zero_size)


def rand_coord_2d(x_low, x_high, y_low, y_high):
    """(x, y) with x_low <= x < x_high and y_low <= y < y_high."""
    return int(onp.random.randint(x_low, x_high)), int(onp.random.randint(y_low, y_high))


def random_arrays(*shapes):
    """Standard normal NumPy arrays, float32: a list of them, or for one shape the array."""
    arrays = [onp.array(onp.random.randn(*s), "float32") for s in shapes]
    return arrays[0] if len(arrays) == 1 else arrays


def random_uniform_arrays(*shapes, low=0.0, high=1.0, dtype="float32"):
    """A list of uniform NumPy arrays."""
    return [onp.array(onp.random.uniform(low, high, s), dtype) for s in shapes]


def random_sample(population, k):
    """k different elements of a list, the first after NumPy's global generator has shuffled it. Raises: AssertionError if it has fewer."""
    if not 0 <= k <= len(population):
        raise AssertionError(f"random_sample: {k} of {len(population)} elements cannot be chosen")
    shuffled = list(population)
    onp.random.shuffle(shuffled)
    return shuffled[:k]


def assign_each(the_input, function):
    """function of every element of an array; a copy for None."""
    return onp.array(the_input) if function is None else onp.array(onp.vectorize(function)(the_input))


def assign_each2(input1, input2, function):
    """function of every two elements of arrays of equal shapes; a copy of the first for None."""
    if function is None:
        return onp.array(input1)
    if input1.shape != input2.shape:
        raise AssertionError(f"assign_each2: shapes {input1.shape} and {input2.shape} differ")
    return onp.array(onp.vectorize(function)(input1, input2))


def rand_ndarray(shape, stype="default", density=None, dtype=None, modifier_func=None, shuffle_csr_indices=False, distribution=None,
                 ctx=None):
    """A random NDArray: dense ones are standard normal, sparse ones as rand_sparse_ndarray makes them."""
    if stype == "default":
        return nd.array(random_arrays(shape), dtype=dtype, ctx=ctx)
    return rand_sparse_ndarray(shape, stype, density, dtype=dtype, modifier_func=modifier_func, shuffle_csr_indices=shuffle_csr_indices,
                               distribution=distribution, ctx=ctx)[0]


def rand_sparse_ndarray(shape, stype, density=None, dtype=None, distribution=None, data_init=None, rsp_indices=None, modifier_func=None,
                        shuffle_csr_indices=False, ctx=None):
    """(a sparse array, its parts as NumPy arrays): (values, indices) for "row_sparse", (indptr, indices, values) for "csr".

    Args:
        density: the expected share of rows or elements that are stored, by default random.  rsp_indices: the rows that are stored.
        distribution: "uniform", or for "csr" "powerlaw": row i has twice as many as row i - 1, in its first columns, until they run out.
        data_init: the number that is stored everywhere.  modifier_func: applied to every stored element.
    Raises: ValueError for another stype or distribution.
    """
    density = onp.random.rand() if density is None else density
    dtype = onp.dtype("float32" if dtype is None else dtype)
    if distribution not in (None, "uniform") and (stype, distribution) != ("csr", "powerlaw"):
        raise ValueError(f"rand_sparse_ndarray: distribution must be 'uniform', or 'powerlaw' for csr, got {distribution!r}")

    def values(*sizes):
        found = onp.random.rand(*sizes) if data_init is None else onp.full(sizes, float(data_init))
        return assign_each(found.astype(dtype), modifier_func).astype(dtype) if found.size else found.astype(dtype)

    if stype == "row_sparse":
        rows = onp.flatnonzero(onp.random.rand(shape[0]) < density) if rsp_indices is None else onp.sort(onp.asarray(rsp_indices, "int64"))
        stored = values(len(rows), *shape[1:])
        if not len(rows):
            return nd.sparse.zeros("row_sparse", shape, dtype=dtype, ctx=ctx), (stored, rows)
        return nd.sparse.row_sparse_array((stored, rows), shape=shape, dtype=dtype, ctx=ctx), (stored, rows)
    if stype != "csr":
        raise ValueError(f"rand_sparse_ndarray: stype must be 'row_sparse' or 'csr', got {stype!r}")
    if distribution == "powerlaw":
        left = int(density * shape[0] * shape[1])
        if left < 2 * shape[0]:
            raise ValueError(f"rand_sparse_ndarray: a powerlaw needs twice as many elements as rows, density {density} gives {left}")
        counts = onp.ones(shape[0], int)
        left -= shape[0]
        for i in range(shape[0]):
            n = min(2**min(i + 1, 62) - 1, shape[1] - 1, left)
            counts[i] += n
            left -= n
        if left:
            raise ValueError(f"rand_sparse_ndarray: density {density} is too large for a powerlaw of shape {shape}")
        mask = onp.arange(shape[1]) < counts[:, None]
    else:
        mask = onp.random.rand(*shape) < density
    indices = onp.nonzero(mask)[1]
    indptr = onp.concatenate([[0], onp.cumsum(mask.sum(1))])
    if shuffle_csr_indices:
        _shuffle_rows(indptr, indices)
    stored = values(len(indices))
    return nd.sparse.csr_matrix((stored, indices, indptr), shape=shape, dtype=dtype, ctx=ctx), (indptr, indices, stored)


def shuffle_csr_column_indices(csr):
    """Shuffle, in place, the column indices of each row of a scipy.sparse.csr_matrix; what is stored stays where it is."""
    _shuffle_rows(csr.indptr, csr.indices)


def _shuffle_rows(indptr, indices):
    for a, b in zip(indptr, indptr[1:]):
        onp.random.shuffle(indices[a:b])


def create_sparse_array(shape, stype, data_init=None, rsp_indices=None, dtype=None, modifier_func=None, density=0.5,
                        shuffle_csr_indices=False):
    """A random sparse array, see rand_sparse_ndarray."""
    return rand_sparse_ndarray(shape, stype, density, dtype, None, data_init, rsp_indices, modifier_func, shuffle_csr_indices)[0]


def create_sparse_array_zd(shape, stype, density, data_init=None, rsp_indices=None, dtype=None, modifier_func=None,
                           shuffle_csr_indices=False):
    """As create_sparse_array; of a "row_sparse" array only rsp_indices are stored, nothing without them."""
    return create_sparse_array(shape, stype, data_init, rsp_indices, dtype, modifier_func, 0.0 if stype == "row_sparse" else density,
                               shuffle_csr_indices)


def create_vector(size, dtype=onp.int64):
    """0, 1, ..., size - 1 as an NDArray."""
    return nd.arange(0, size, dtype=dtype)


def create_2d_tensor(rows, columns, dtype=onp.int64):
    """An NDArray (rows, columns) with the row's number everywhere."""
    return nd.array(_row_numbers(rows, columns), dtype=dtype)


def create_2d_np_tensor(rows, columns, dtype=onp.int64):
    """create_2d_tensor as an np array."""
    return np.array(_row_numbers(rows, columns), dtype=dtype)


def _row_numbers(rows, columns):
    return onp.repeat(onp.arange(rows)[:, None], columns, 1)


def get_identity_mat(size):
    """The identity matrix, NDArray."""
    return nd.array(onp.identity(size))


def get_identity_mat_batch(size):
    """Two identity matrices, NDArray (2, size, size)."""
    return nd.array(onp.stack([onp.identity(size)] * 2))


def new_orthonormal_matrix_2d(n):
    """A random orthonormal matrix (n, n)."""
    return onp.linalg.qr(onp.random.randn(n, n))[0]


def new_matrix_with_real_eigvals_2d(n):
    """A random matrix (n, n) with real eigenvalues of both signs, apart from each other."""
    q = onp.random.randn(n, n) + n * onp.identity(n)
    return q @ onp.diag(_eigenvalues(n)) @ onp.linalg.inv(q)


def new_sym_matrix_with_real_eigvals_2d(n):
    """A random symmetric matrix (n, n) with eigenvalues of both signs, apart from each other."""
    q = new_orthonormal_matrix_2d(n)
    return q @ onp.diag(_eigenvalues(n)) @ q.T


def _eigenvalues(n):
    return (onp.arange(n) - (n - 1) / 2) * 2 + onp.random.uniform(-0.5, 0.5, n)


def _many(shape, make):
    if len(shape) < 2 or shape[-1] != shape[-2]:
        raise AssertionError(f"square matrices are needed, got shape {shape}")
    return onp.stack([make(shape[-1]) for _ in range(int(onp.prod(shape[:-2])))]).reshape(shape)


def new_matrix_with_real_eigvals_nd(shape):
    """new_matrix_with_real_eigvals_2d for every matrix of a shape (..., n, n)."""
    return _many(shape, new_matrix_with_real_eigvals_2d)


def new_sym_matrix_with_real_eigvals_nd(shape):
    """new_sym_matrix_with_real_eigvals_2d for every matrix of a shape (..., n, n)."""
    return _many(shape, new_sym_matrix_with_real_eigvals_2d)


def np_reduce(dat, axis, keepdims, numpy_reduce_func):
    """A NumPy reduction over one axis, several, or all for None; keepdims for functions that lack it."""
    axes = range(dat.ndim) if axis is None else [axis] if isinstance(axis, int) else axis
    found = dat
    for k in sorted((k % dat.ndim for k in axes), reverse=True):
        found = numpy_reduce_func(found, axis=k)
        if keepdims:
            found = onp.expand_dims(found, k)
    return found


def collapse_sum_like(a, shape):
    """The sum of `a` over the axes along which `shape` was broadcast to the shape of `a`.

    Raises: AssertionError if it does not broadcast to it."""
    extra = a.ndim - len(shape)
    if extra < 0 or any(n != m and m != 1 for n, m in zip(a.shape[extra:], shape)):
        raise AssertionError(f"collapse_sum_like: shape {tuple(shape)} does not broadcast to {a.shape}")
    return a.sum(axis=(*range(extra), *(extra + k for k, m in enumerate(shape) if a.shape[extra + k] != m))).reshape(shape)
