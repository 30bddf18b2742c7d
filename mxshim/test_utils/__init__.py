"""What test suites import: comparisons with tolerances, random arrays, checks of gradients (MXNet: mxnet.test_utils)."""
# Test suites say `from mxnet.test_utils import *` and go on with np, mx, os and the others that MXNet's module imports.
import bz2
import errno
import gzip
import json
import logging
import numbers
import os
import platform
import struct
import sys
import time
import traceback
import zipfile
from collections import OrderedDict
from contextlib import contextmanager

import numpy as np
import numpy.random as rnd
import numpy.testing as npt

from ..absent import missing as _missing
from ..device import Context as Context
from ..device import current_context as current_context
from ..device import current_device as current_device
from ..ndarray import array as array
from ..runtime import Features as Features
from ..symbol.np_symbol import _Symbol as np_symbol  # the class of mx.sym.np's symbols, under MXNet's name
from ..symbol.symbol import Symbol as Symbol
from ..util import getenv as getenv
from ..util import setenv as setenv
from ..util import use_np as use_np
from ..util import use_np_default_dtype as use_np_default_dtype
from .checking import check_gluon_hybridize_consistency as check_gluon_hybridize_consistency
from .checking import check_numeric_gradient as check_numeric_gradient
from .checking import compare_optimizer as compare_optimizer
from .checking import compare_optimizer_noise_seeded as compare_optimizer_noise_seeded
from .checking import numeric_grad as numeric_grad
from .comparing import almost_equal as almost_equal
from .comparing import assert_allclose as assert_allclose
from .comparing import assert_almost_equal as assert_almost_equal
from .comparing import assert_almost_equal_ignore_nan as assert_almost_equal_ignore_nan
from .comparing import assert_almost_equal_with_err as assert_almost_equal_with_err
from .comparing import assert_exception as assert_exception
from .comparing import checkShapes as checkShapes
from .comparing import compare_ndarray_tuple as compare_ndarray_tuple
from .comparing import default_atols as default_atols
from .comparing import default_context as default_context
from .comparing import default_device as default_device
from .comparing import default_dtype as default_dtype
from .comparing import default_numeric_eps as default_numeric_eps
from .comparing import default_rtols as default_rtols
from .comparing import effective_dtype as effective_dtype
from .comparing import get_atol as get_atol
from .comparing import get_etol as get_etol
from .comparing import get_rtol as get_rtol
from .comparing import get_tolerance as get_tolerance
from .comparing import get_tols as get_tols
from .comparing import locationError as locationError
from .comparing import same as same
from .comparing import same_array as same_array
from .comparing import set_default_context as set_default_context
from .comparing import set_default_device as set_default_device
from .datasets import get_bz2_data as get_bz2_data
from .datasets import get_cifar10 as get_cifar10
from .datasets import get_mnist as get_mnist
from .datasets import get_mnist_iterator as get_mnist_iterator
from .datasets import get_mnist_pkl as get_mnist_pkl
from .datasets import get_mnist_ubyte as get_mnist_ubyte
from .datasets import get_zip_data as get_zip_data
from .drawing import assign_each as assign_each
from .drawing import assign_each2 as assign_each2
from .drawing import collapse_sum_like as collapse_sum_like
from .drawing import create_2d_np_tensor as create_2d_np_tensor
from .drawing import create_2d_tensor as create_2d_tensor
from .drawing import create_sparse_array as create_sparse_array
from .drawing import create_sparse_array_zd as create_sparse_array_zd
from .drawing import create_vector as create_vector
from .drawing import get_identity_mat as get_identity_mat
from .drawing import get_identity_mat_batch as get_identity_mat_batch
from .drawing import new_matrix_with_real_eigvals_2d as new_matrix_with_real_eigvals_2d
from .drawing import new_matrix_with_real_eigvals_nd as new_matrix_with_real_eigvals_nd
from .drawing import new_orthonormal_matrix_2d as new_orthonormal_matrix_2d
from .drawing import new_sym_matrix_with_real_eigvals_2d as new_sym_matrix_with_real_eigvals_2d
from .drawing import new_sym_matrix_with_real_eigvals_nd as new_sym_matrix_with_real_eigvals_nd
from .drawing import np_reduce as np_reduce
from .drawing import rand_coord_2d as rand_coord_2d
from .drawing import rand_ndarray as rand_ndarray
from .drawing import rand_shape_2d as rand_shape_2d
from .drawing import rand_shape_3d as rand_shape_3d
from .drawing import rand_shape_nd as rand_shape_nd
from .drawing import rand_sparse_ndarray as rand_sparse_ndarray
from .drawing import random_arrays as random_arrays
from .drawing import random_sample as random_sample
from .drawing import random_uniform_arrays as random_uniform_arrays
from .drawing import shuffle_csr_column_indices as shuffle_csr_column_indices
from .statistics import chi_square_check as chi_square_check
from .statistics import gen_buckets_probs_with_ppf as gen_buckets_probs_with_ppf
from .statistics import mean_check as mean_check
from .statistics import var_check as var_check
from .statistics import verify_generator as verify_generator
from .surroundings import DummyIter as DummyIter
from .surroundings import EnvManager as EnvManager
from .surroundings import discard_stderr as discard_stderr
from .surroundings import download as download
from .surroundings import environment as environment
from .surroundings import has_tvm_ops as has_tvm_ops
from .surroundings import is_aarch64_run as is_aarch64_run
from .surroundings import is_cd_run as is_cd_run
from .surroundings import is_op_runnable as is_op_runnable
from .surroundings import list_gpus as list_gpus
from .surroundings import retry as retry
from .symbolic import check_consistency as check_consistency
from .symbolic import check_speed as check_speed
from .symbolic import check_symbolic_backward as check_symbolic_backward
from .symbolic import check_symbolic_forward as check_symbolic_forward
from .symbolic import same_symbol_structure as same_symbol_structure
from .symbolic import simple_forward as simple_forward

mx = sys.modules[__package__.partition(".")[0]]

__all__ = ["Context", "DummyIter", "Features", "OrderedDict", "Symbol", "almost_equal", "array", "assert_allclose", "assert_almost_equal",
           "assert_almost_equal_ignore_nan", "assert_almost_equal_with_err", "assert_exception", "assign_each", "assign_each2", "bz2",
           "checkShapes", "check_consistency", "check_gluon_hybridize_consistency", "check_numeric_gradient", "check_speed",
           "check_symbolic_backward", "check_symbolic_forward", "chi_square_check", "collapse_sum_like", "compare_ndarray_tuple",
           "compare_optimizer", "compare_optimizer_noise_seeded", "contextmanager", "create_2d_np_tensor", "create_2d_tensor",
           "create_sparse_array", "create_sparse_array_zd", "create_vector", "current_context", "current_device", "default_atols",
           "default_context", "default_device", "default_dtype", "default_numeric_eps", "default_rtols", "discard_stderr", "download",
           "effective_dtype", "environment", "errno", "gen_buckets_probs_with_ppf", "get_atol", "get_bz2_data", "get_cifar10", "get_etol",
           "get_identity_mat", "get_identity_mat_batch", "get_mnist", "get_mnist_iterator", "get_mnist_pkl", "get_mnist_ubyte", "get_rtol",
           "get_tolerance", "get_tols", "get_zip_data", "getenv", "gzip", "has_tvm_ops", "is_aarch64_run", "is_cd_run", "is_op_runnable",
           "json", "list_gpus", "locationError", "logging", "mean_check", "mx", "new_matrix_with_real_eigvals_2d",
           "new_matrix_with_real_eigvals_nd", "new_orthonormal_matrix_2d", "new_sym_matrix_with_real_eigvals_2d",
           "new_sym_matrix_with_real_eigvals_nd", "np", "np_reduce", "np_symbol", "npt", "numbers", "numeric_grad", "os", "platform",
           "rand_coord_2d", "rand_ndarray", "rand_shape_2d", "rand_shape_3d", "rand_shape_nd", "rand_sparse_ndarray", "random_arrays",
           "random_sample", "random_uniform_arrays", "retry", "rnd", "same", "same_array", "same_symbol_structure", "set_default_context",
           "set_default_device", "setenv", "shuffle_csr_column_indices", "simple_forward", "struct", "sys", "time", "traceback", "use_np",
           "use_np_default_dtype", "var_check", "verify_generator", "zipfile"]
__getattr__ = _missing("mx.test_utils", __name__, __all__)
