"""What values know of themselves."""
import numpy as onp
import pytest

import mxshim as mx
from mxshim import nd, np
from mxshim.engine.cell import aval_of


def test_shapes_are_of_plain_integers_whoever_asks_first():
    shape = (onp.int64(11), onp.int32(7919))
    assert aval_of(shape, onp.dtype("float32")) is aval_of((11, 7919), onp.dtype("float32"))
    assert [type(n) for n in np.zeros((11, 7919)).shape] == [int, int]
    assert np.ones(shape).shape == (11, 7919) and nd.ones(shape).reshape((-1,)).shape == (11 * 7919,)


@pytest.mark.parametrize("device, where", [(mx.cpu(0), ""), (mx.cpu(1), ""), (mx.cpu_pinned(0), "cpu_pinned(0)")])
def test_devices_are_printed(device, where):
    x = np.array([1, 2.5], ctx=device)
    also, there = (f", device={where}", f" @{where}") if where else ("", "")
    assert repr(x) == f"array([1. , 2.5]{also})" and str(x) == f"{x}" == f"[1.  2.5]{there}"
    assert repr(x.sum()) == f"array(3.5{also})" and str(x.sum()) == "3.5"
    assert repr(np.zeros(2, "int32", ctx=device)) == f"array([0, 0], dtype=int32{also})"
    assert repr(nd.array([1], ctx=device)) == f"\n[1.]\n<NDArray 1 @{device}>"
