"""Wrote the mx1_*.params files beside it, with MXNet 1.9.1: python make_mxnet1.py"""
import os

import mxnet as mx
import numpy as onp

nd, here = mx.nd, os.path.dirname(os.path.abspath(__file__))


def save(name, data):
    nd.save(os.path.join(here, f"mx1_{name}.params"), data)


save("dtypes", {t: nd.array([[1, 0, 2], [3, 4, 127]], dtype=t)
                for t in ("float32", "float64", "float16", "uint8", "int32", "int8", "int64", "bool")})
save("list", [nd.array([1.5, 2.5]), nd.array([[3]], dtype="int32")])
save("empty", [])
save("sparse", {
    "rows": nd.sparse.row_sparse_array((onp.array([[1, 2], [3, 4]], "float32"), [1, 3]), shape=(5, 2)),
    "no_rows": nd.sparse.zeros("row_sparse", (5, 2)),
    "csr": nd.sparse.csr_matrix((onp.array([1, 2, 3], "float64"), [0, 2, 1], [0, 2, 2, 3]), shape=(3, 4), dtype="float64"),
    "no_csr": nd.sparse.zeros("csr", (3, 4)),
    "dense": nd.array([7.0]),
})
with mx.util.np_shape(True):
    save("np_shape", {"scalar": nd.ones(()) * 3, "none": nd.ones((0, 3)), "plain": nd.array([1.0, 2.0])})
