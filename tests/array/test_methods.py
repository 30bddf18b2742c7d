"""Methods and conversions of both array classes that no operator's table covers."""
import pytest

from mxshim import nd, np


@pytest.mark.parametrize("api", [np, nd], ids=["np", "nd"])
def test_astype_none_is_float32(api):
    assert api.array([1.5, 2], dtype="float16").astype(None).asnumpy().dtype == "float32"
