"""Methods and conversions of both array classes that no operator's table covers."""
import pytest

import mxshim as mx
from mxshim import nd, np


@pytest.mark.parametrize("api", [np, nd], ids=["np", "nd"])
def test_astype_none_is_float32(api):
    assert api.array([1.5, 2], dtype="float16").astype(None).asnumpy().dtype == "float32"


@pytest.mark.parametrize("dialect", ["np", "nd"])
def test_drop_grad_takes_the_mark_away(dialect):
    x = getattr(mx, dialect).array([1., 2.])
    x.attach_grad()
    with mx.autograd.record():
        y = (x * x).sum()
    x.drop_grad()
    assert x.grad is None
    with mx.autograd.record():
        z = (x * 3).sum()
    for head in (y, z):  # neither what was recorded before nor what came after has anything left to receive a gradient
        with pytest.raises(mx.MXNetError, match="computational graph"):
            head.backward()


def test_activations_of_both_generations_are_methods():
    x = mx.nd.array([-1., 0, 2])
    assert x.mish().asnumpy().tolist() == mx.nd.mish(x).asnumpy().tolist()
    assert x.log_sigmoid().asnumpy().tolist() == mx.nd.log_sigmoid(x).asnumpy().tolist()
