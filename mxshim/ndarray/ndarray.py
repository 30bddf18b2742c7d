"""mxnet.ndarray.ndarray: MXNet's module of NDArray, and its tables of the numbers that stand for dtypes and storages."""
import numpy as _onp

from ..base import BFLOAT16 as _BFLOAT16
from . import NDArray as NDArray
from . import add as add
from . import arange as arange
from . import array as array
from . import concatenate as concatenate
from . import divide as divide
from . import empty as empty
from . import equal as equal
from . import eye as eye
from . import from_dlpack as from_dlpack
from . import from_numpy as from_numpy
from . import full as full
from . import greater as greater
from . import greater_equal as greater_equal
from . import histogram as histogram
from . import lesser as lesser
from . import lesser_equal as lesser_equal
from . import linspace as linspace
from . import logical_and as logical_and
from . import logical_or as logical_or
from . import logical_xor as logical_xor
from . import maximum as maximum
from . import minimum as minimum
from . import modulo as modulo
from . import moveaxis as moveaxis
from . import multiply as multiply
from . import not_equal as not_equal
from . import onehot_encode as onehot_encode
from . import ones as ones
from . import power as power
from . import split_v2 as split_v2
from . import subtract as subtract
from . import to_dlpack_for_read as to_dlpack_for_read
from . import to_dlpack_for_write as to_dlpack_for_write
from . import true_divide as true_divide
from . import waitall as waitall
from . import zeros as zeros

py_slice = slice  # Python's, as nd.slice is an operator
_DTYPE_MX_TO_NP = {-1: None, 0: _onp.float32, 1: _onp.float64, 2: _onp.float16, 3: _onp.uint8, 4: _onp.int32, 5: _onp.int8, 6: _onp.int64,
                   7: _onp.bool_, 12: _BFLOAT16}
_DTYPE_NP_TO_MX = {dtype: number for number, dtype in _DTYPE_MX_TO_NP.items()}
_STORAGE_TYPE_UNDEFINED, _STORAGE_TYPE_DEFAULT, _STORAGE_TYPE_ROW_SPARSE, _STORAGE_TYPE_CSR = -1, 0, 1, 2
_STORAGE_TYPE_STR_TO_ID = {"undefined": -1, "default": 0, "row_sparse": 1, "csr": 2}
_STORAGE_TYPE_ID_TO_STR = {number: name for name, number in _STORAGE_TYPE_STR_TO_ID.items()}
_GRAD_REQ_MAP = {"null": 0, "write": 1, "add": 3}
