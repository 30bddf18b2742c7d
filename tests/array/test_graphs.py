"""Graphs as CSR arrays of the numbers of their edges."""
from __future__ import annotations

import numpy as onp
import pytest

from mxshim import nd
from mxshim.base import MXNetError


def test_edges_of_a_graph():
    edges = nd.sparse.csr_matrix((onp.array([0, 2, 3, 4]), onp.array([2, 0, 1, 0]), onp.array([0, 2, 4])), shape=(2, 3), dtype="int64")
    u, v = nd.array([0, 0, 0, 1.9, 1, 1]), nd.array([0, 1, 2, 0, 1, 5])
    for kind in ("float32", "int32", "int64"):
        numbers = nd.contrib.edge_id(edges.astype(kind), u, v)
        assert numbers.dtype == onp.dtype(kind) and numbers.asnumpy().tolist() == [2, -1, 0, 4, 3, -1]
    there = nd.contrib.dgl_adjacency(edges)
    assert (there.stype, there.dtype) == ("csr", onp.float32) and there.asnumpy().tolist() == [[1, 0, 1], [1, 1, 0]]
    assert there.indices.asnumpy().tolist() == [2, 0, 1, 0]
    assert nd.contrib.edge_id(nd.sparse.zeros("csr", (2, 3)), u, v).asnumpy().tolist() == [-1] * 6
    for call, text in ((lambda: nd.contrib.edge_id(edges, nd.array([2]), nd.array([0])), r"\[0, 2\)"),
                       (lambda: nd.contrib.edge_id(edges, u, v[:2]), "one length"),
                       (lambda: nd.contrib.edge_id(nd.ones((2, 2)), u, v), "CSR"),
                       (lambda: nd.contrib.dgl_adjacency(nd.ones((2, 2))), "CSR"),
                       (lambda: nd.contrib.dgl_adjacency(edges.astype("float32")), "int64")):
        with pytest.raises(MXNetError, match=text):
            call()
