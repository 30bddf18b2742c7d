"""Fixtures of the tests of gluon."""
from __future__ import annotations

import pytest

import mxshim as mx
from mxshim import nd, np, npx
from mxshim.gluon import naming


@pytest.fixture(autouse=True)
def fresh():
    """nd programs, counts and random streams as in a new process; np semantics are put back."""
    npx.reset_np()
    naming.restart()
    mx.random.seed(0)
    yield
    npx.reset_np()


@pytest.fixture(params=["nd", "np"])
def F(request):
    """Once as an nd program, once as an np program: its module of functions."""
    if request.param == "np":
        npx.set_np()
    return np if request.param == "np" else nd
