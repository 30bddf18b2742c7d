"""Wrote the mx2_* files beside it, with MXNet 2.0.0b1: python make_mxnet2.py"""
import os

import mxnet as mx
import numpy as onp
from mxnet import np, npx

nd, here = mx.nd, os.path.dirname(os.path.abspath(__file__))


def path(name):
    return os.path.join(here, "mx2_" + name)


# Sparse arrays first: set_np() below would make MXNet refuse them.
npx.savez(path("sparse.npz"),
          rows=nd.sparse.row_sparse_array((onp.array([[1, 2], [3, 4]], "float32"), [1, 3]), shape=(5, 2)),
          csr=nd.sparse.csr_matrix((onp.array([1, 2, 3], "float32"), [0, 2, 1], [0, 2, 2, 3]), shape=(3, 4)),
          dense=nd.array([7.0]))
npx.set_np()
types = ("float32", "float64", "float16", "uint8", "int32", "int8", "int64", "bool", "int16", "uint16", "uint32", "uint64")
nd.save(path("dtypes.params"), {t: nd.array([[1, 0, 2], [3, 4, 127]], dtype=t) for t in types})
npx.savez(path("savez.npz"), np.array([1.0, 2.0]), scalar=np.array(3.0), none=np.ones((0, 3)),
          **{t: np.array([[1, 0, 2], [3, 4, 127]], dtype=t) for t in types[:8]}, **{"a/b.c": np.ones((1, 2))})
npx.save(path("save.npy"), np.arange(6).reshape(2, 3))
net = mx.gluon.nn.Dense(2, in_units=3)
net.initialize(mx.init.One())
net.save_parameters(path("dense.npz"))
