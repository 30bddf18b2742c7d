"""MXNet's array files on plain NumPy arrays: `.params` both ways, and the `.npy` and `.npz` files of MXNet 2.

stored.py says what can be in a file, format.py how `.params` files are laid out; writing.py writes; loading.py
opens a file, reading.py and archives.py read it.

Files may come from strangers: nothing in them is executed, and every size they claim is held against the bytes that
are left before memory is taken for it.
"""
from mxshim.serialization.loading import array_of_record as array_of_record
from mxshim.serialization.loading import is_npy as is_npy
from mxshim.serialization.loading import load_params as load_params
from mxshim.serialization.stored import CSR as CSR
from mxshim.serialization.stored import RowSparse as RowSparse
from mxshim.serialization.stored import Saved as Saved
from mxshim.serialization.writing import atomic_write as atomic_write
from mxshim.serialization.writing import numbered as numbered
from mxshim.serialization.writing import record_of_array as record_of_array
from mxshim.serialization.writing import save_npy as save_npy
from mxshim.serialization.writing import save_npz as save_npz
from mxshim.serialization.writing import save_params as save_params

__all__ = ["CSR", "RowSparse", "Saved", "array_of_record", "atomic_write", "is_npy", "load_params", "numbered", "record_of_array",
           "save_npy", "save_npz", "save_params"]
