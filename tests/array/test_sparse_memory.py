"""What sparse arrays cost: memory in proportion to the stored elements, never to the shape."""
from __future__ import annotations

import tracemalloc

import jax
import numpy as onp

from mxshim import autograd, nd

ROWS, COLUMNS, COUNT, WIDTH = 10 ** 6, 10 ** 5, 10 ** 6, 4


def test_memory_of_a_large_matrix():
    """Creation, arithmetic, sums, dot, its gradient and a lazy Adam step; dense, the matrix has 400 GB."""
    random = onp.random.RandomState(0)
    places = onp.unique(random.randint(0, ROWS * COLUMNS, COUNT))
    values = random.rand(len(places)).astype("float32")
    before = sum(x.nbytes for x in jax.live_arrays())
    tracemalloc.start()
    x = nd.sparse.csr_matrix((values, (places // COLUMNS, places % COLUMNS)), shape=(ROWS, COLUMNS))
    w = nd.array(random.rand(COLUMNS, WIDTH))
    w.attach_grad(stype="row_sparse")
    with autograd.record():
        y = nd.sparse.dot(x, w)
        loss = y.sum()
    loss.backward()
    touched = onp.unique(places % COLUMNS)
    assert w.grad.stype == "row_sparse" and w.grad.indices.asnumpy().tolist() == touched.tolist()
    columns = onp.bincount(places % COLUMNS, values, COLUMNS)
    onp.testing.assert_allclose(w.grad.data.asnumpy()[:, 0], columns[touched], rtol=1e-4)
    onp.testing.assert_allclose(loss.asscalar(), (columns @ w.asnumpy().astype("float64")).sum(), rtol=1e-4)
    few = w.grad.retain(nd.array(touched[:100], dtype="int64"))
    mean, var = (nd.sparse.zeros("row_sparse", w.shape) for _ in range(2))
    whole = w.tostype("row_sparse")
    nd.sparse.adam_update(whole, few, mean, var, lr=0.1, out=whole)
    assert mean.indices.shape == (100,)
    moved = (whole.asnumpy() != w.asnumpy()).any(axis=1)
    assert onp.flatnonzero(moved).tolist() == touched[:100].tolist()
    twice = x * 2 + x
    onp.testing.assert_allclose(nd.sparse.sum(twice, axis=0).asnumpy(), 3 * columns, rtol=1e-4)
    assert nd.sparse.sum(x[:1000], axis=1).shape == (1000,)
    assert twice.stype == x.stype == "csr" and len(twice.data) == len(places)
    host = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    device = sum(v.nbytes for v in jax.live_arrays()) - before
    assert host < 400e6 and device < 200e6, (host, device)
