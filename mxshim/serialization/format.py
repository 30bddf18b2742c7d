"""The layout of `.params` files, little endian throughout:

    uint64 0x112, uint64 0, uint64 count; `count` arrays; uint64 number of names (0 or count); names

    array   uint32 magic, then by magic
            V2, V3  int32 storage type (0 dense, 1 row_sparse, 2 csr), for sparse ones the shape of the values,
                    shape, device, int32 dtype code, for sparse ones (int32 dtype code, shape) of each index array,
                    the values, the index arrays
            V1      shape, device, int32 dtype code, the values
            older   the magic is the number of dimensions itself, followed by uint32 sizes; then as V1
    shape   int32 number of dimensions, int64 sizes
    device  int32 type, int32 number; where the array was when saved, ignored
    name    uint64 number of bytes, UTF-8

V3 is V2 written under NumPy shape semantics, where () is a shape and a size may be 0.
"""

LIST_MAGIC = 0x112
V1, V2, V3 = 0xF993FAC8, 0xF993FAC9, 0xF993FACA
DENSE, ROW_SPARSE, CSR_STORAGE = 0, 1, 2
CPU = 1  # the device type written; 1 to 6 are read: cpu, gpu, pinned and shared memory
MAX_DIMS = 32  # as in NumPy 1, which MXNet was built for
