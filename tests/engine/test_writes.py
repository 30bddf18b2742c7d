"""Writes while recording that are no part of the graph: marks outlive them."""
import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, nd, np

NEW = onp.array([5.0, 6.0])


@pytest.mark.parametrize("policy", ["allow", "error"])
@pytest.mark.parametrize(("lib", "value"), [(nd, NEW), (np, NEW), (nd, NEW.astype("float32")), (np, NEW.astype("int64"))])
def test_numpys_numbers_are_copied_past_the_graph(policy, lib, value):
    """As in MXNet, which copies them into the memory without an operator: the array stays the leaf, or the result, that it was."""
    before = autograd.set_inplace_policy(policy)
    try:
        x = lib.array([1.0, 2.0])
        x.attach_grad()
        with autograd.record():
            x[:] = value
            y = x * x
            y[:] = value * 3
        y.backward()
    finally:
        autograd.set_inplace_policy(before)
    assert x.asnumpy().tolist() == [5, 6]
    assert y.asnumpy().tolist() == [15, 18]
    assert x.grad.asnumpy().tolist() == [10, 12]


@pytest.mark.parametrize("write", [lambda x: x.__setitem__(slice(None), 5), lambda x: nd.array([5.0, 5.0]).copyto(x),
                                   lambda x: nd.full((2,), 5, out=x)])
@pytest.mark.parametrize("read", [lambda: None, mx.nd.waitall])
def test_a_marked_array_that_was_overwritten_with_constants_is_marked_still(write, read):
    x = nd.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        write(x)
        read()
        y = x * x
    y.backward()
    assert x.grad.asnumpy().tolist() == [10, 10]
    with autograd.record():
        y = x * 3
    y.backward()
    assert x.grad.asnumpy().tolist() == [3, 3]
