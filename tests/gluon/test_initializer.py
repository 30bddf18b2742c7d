"""Initializers: MXNet's own numbers, names, patterns. The numbers were printed by MXNet 1.9.1 (nd) and 2.0.0b1 (np)."""
from __future__ import annotations

import numpy as onp
import pytest

import mxshim as mx
from mxshim import gluon, nd, np, npx
from mxshim import initializer as init
from mxshim.gluon import nn


def is_np(F):
    return F is np


WEIGHTS = {  # the first three elements of a (3, 4) weight after mx.random.seed(5)
    "uniform": init.Uniform(1), "normal": init.Normal(1), "xavier": init.Xavier(), "gauss": init.Xavier("gaussian", "in", 2),
    "out": init.Xavier(factor_type="out"), "msra": init.MSRAPrelu(), "orthogonal": init.Orthogonal(),
}
MEASURED = {
    "nd": {"uniform": [0.72147465, -0.3547595, 0.5324569], "normal": [-0.4122222, 0.73706365, 0.71233016],
           "xavier": [0.66795576, -0.32844347, 0.49295926], "gauss": [-0.2914851, 0.5211827, 0.50369346],
           "out": [0.72147465, -0.3547595, 0.5324569], "msra": [-0.30230677, 0.5405321, 0.5223936],
           "orthogonal": [0.24814671, -0.42127433, 0.49713102]},
    "np": {"uniform": [0.72147465, -0.3547595, 0.5324569], "normal": [-0.4122222, 0.8383365, 0.73706365],
           "xavier": [0.66795576, -0.32844347, 0.49295926], "gauss": [-0.2914851, 0.5927934, 0.5211827],
           "out": [0.72147465, -0.3547595, 0.5324569], "msra": [-0.30230677, 0.61480147, 0.5405321],
           "orthogonal": [0.24814671, -0.42127433, 0.49713102]},
}


@pytest.mark.parametrize("name", WEIGHTS)
def test_initializers_draw_mxnets_numbers(F, name):
    mx.random.seed(5)
    p = gluon.Parameter("weight", shape=(3, 4), init=WEIGHTS[name])
    p.initialize()
    assert type(p.data()) is (np.ndarray if is_np(F) else nd.NDArray)
    got, want = p.data().asnumpy().reshape(-1)[:3], onp.array(MEASURED["np" if is_np(F) else "nd"][name], "float32")
    if name == "orthogonal":  # LAPACKs round differently
        onp.testing.assert_allclose(got, want, rtol=1e-5)
    else:
        assert (got == want).all()


def test_initializers_that_draw_nothing(F):
    def filled(how, shape):
        p = gluon.Parameter("w", shape=shape, init=how)
        p.initialize()
        return p.data().asnumpy().tolist()

    assert filled("zeros", 2) == [0, 0] and filled("ones", (2,)) == [1, 1] and filled(init.Constant(3), (2,)) == [3, 3]
    assert filled(init.Constant([1, 2]), (2,)) == filled(init.Constant(F.array([1, 2])), (2,)) == [1, 2]
    assert filled(init.LSTMBias(2.), (8,)) == [0, 0, 2, 2, 0, 0, 0, 0]
    assert filled(init.Bilinear(), (1, 1, 2, 3)) == [[[[0.0625, 0.1875, 0.1875], [0.1875, 0.5625, 0.5625]]]]


def test_initializer_by_the_end_of_a_name(F):
    for name, value in (("a_bias", 0), ("a_gamma", 1), ("a_beta", 0), ("a_min", 0), ("a_max", 1)):
        x = F.ones((2,)) * 5
        init.Uniform()(init.InitDesc(name), x)
        assert x.asnumpy().tolist() == [value, value]
    with pytest.raises(ValueError, match="'foo' is unknown"):
        init.Uniform()(init.InitDesc("foo"), F.ones((2,)))
    with pytest.warns(DeprecationWarning, match="InitDesc"):
        init.Uniform()("a_bias", F.ones((2,)))


def test_initializers_by_name():
    names = ("zeros", "ones", "zero", "one", "normal", "uniform", "xavier", "msraprelu", "orthogonal", "bilinear", "lstmbias")
    assert [type(init.create(n)).__name__ for n in names] == ["Zero", "One", "Zero", "One", "Normal", "Uniform", "Xavier", "MSRAPrelu",
                                                             "Orthogonal", "Bilinear", "LSTMBias"]
    assert init.create('["normal", {"sigma": 0.5}]').sigma == 0.5 and init.create("constant", 3).value == 3
    assert init.Normal(0.5).dumps() == '["normal", {"sigma": 0.5}]'
    assert init.Constant(onp.ones(2)).dumps() == '["constant", {"value": [1.0, 1.0]}]'
    assert init.MSRAPrelu().dumps() == '["msraprelu", {"factor_type": "avg", "slope": 0.25}]'
    assert init.Xavier() == init.Xavier() and init.Normal(1) != init.Normal(2) and init.Constant([1, 2]) == init.Constant((1, 2))
    with pytest.raises(AssertionError, match="'gaussian' is not registered"):
        init.create("gaussian")
    with pytest.raises(AssertionError, match="got 3"):
        init.create(3)


def test_own_initializer(F):
    seen = []

    @init.register
    @init.alias("mine")
    class Mine(init.Initializer):
        def _init_weight(self, name, arr):
            seen.append(str(name))
            arr[:] = 7

    net = nn.Dense(2, in_units=1, bias_initializer="mine")
    net.initialize(Mine())
    assert net.bias.data().asnumpy().tolist() == [7, 7] and net.weight.data().asnumpy().tolist() == [[7], [7]]
    assert seen == (["weight", "bias"] if is_np(F) else ["dense0_weight", "dense0_bias"])


def test_mixed_and_load(F):
    net = nn.Dense(1, in_units=2, bias_initializer=None)
    net.initialize(init.Mixed([".*bias", ".*"], [init.Constant(4), init.One()]))
    assert net.bias.data().asnumpy().tolist() == [4] and net.weight.data().asnumpy().tolist() == [[1, 1]]
    net.initialize(init.Load({"arg:" + net.bias.name: F.array([9.])}, default_init="ones"), force_reinit=True)
    assert net.bias.data().asnumpy().tolist() == [9] and net.weight.data().asnumpy().tolist() == [[1, 1]]
    with pytest.raises(ValueError, match="no pattern matches"):
        init.Mixed(["x"], [init.Zero()])(init.InitDesc("a_weight"), F.zeros((1,)))
    with pytest.raises(AssertionError, match="not among"):
        init.Load({})(init.InitDesc("a"), F.zeros((1,)))
    with pytest.raises(AssertionError, match=r"\(2,\), the loaded array \(1,\)"):
        init.Load({"a": F.zeros((1,))})(init.InitDesc("a"), F.zeros((2,)))


def test_fused_parameters_fall_back_on_set_initializer():
    fused = init.RNNFused("lstm", 1, 2, h2h_weight_initializer="ones", i2h_bias_initializer=init.Constant(3))
    fused.set_initializer(init.Constant(5))
    p = gluon.Parameter("rnn_param", shape=(8 * 1 + 8 * 2 + 8 + 8,), init=fused)
    p.initialize(default_init=init.Zero())
    assert p.data().asnumpy().tolist() == [5] * 8 + [1] * 16 + [3] * 8 + [0] * 8


@pytest.mark.parametrize("bad, text", [(init.Xavier(), "two axes"), (init.Xavier(factor_type="z"), "factor_type"),
                                       (init.Xavier(rnd_type="z"), "rnd_type")])
def test_xavier_errors(bad, text):
    p = gluon.Parameter("w", shape=(2,) if text == "two axes" else (2, 2), init=bad)
    with pytest.raises(ValueError, match=text):
        p.initialize()
    with pytest.raises(RuntimeError, match="has not been initialized; call"):
        p.data()


@pytest.mark.parametrize("how, dtype, numbers", [
    (init.Uniform(5), "int32", [0, -4, -4, 0, -3, 1]),
    (init.Uniform(5), "uint8", [0, 252, 252, 0, 253, 1]),
    (init.Normal(4), "int64", [-2, 0, 0, -1, 2, -3]),
])
def test_integers_are_cut_off(how, dtype, numbers):
    """What 2.0.0b1 draws after seed(1)."""
    npx.set_np()
    mx.random.seed(1)
    p = gluon.Parameter("weight", shape=(2, 3), dtype=dtype, init=how)
    p.initialize()
    assert p.data().dtype == dtype and p.data().asnumpy().ravel().tolist() == numbers
