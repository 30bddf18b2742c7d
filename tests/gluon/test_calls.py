"""What blocks can be called with, hybridized or not."""
from __future__ import annotations

import pytest

import mxshim as mx
from mxshim import gluon, nd, np
from mxshim.gluon import nn


class Sum(gluon.HybridBlock):
    """The sum of what is there among a and b, arrays or lists of arrays."""

    def total(self, *given):
        parts = [sum(v) if isinstance(v, list | tuple) else v for v in given if v is not None]
        if not parts:
            raise NotImplementedError
        return sum(parts[1:], parts[0])


class Old(Sum):
    def hybrid_forward(self, F, a, b=None):
        return self.total(a, b)


class New(Sum):
    def forward(self, a, b=None):
        return self.total(a, b)


def block(F, hybridize=True):
    net = New() if F is np else Old()
    if hybridize:
        net.hybridize()
    return net


WRONG = {
    "number": lambda x: (x, 1), "flag": lambda x: (x, True), "word": lambda x: (x, "a"), "number in a list": lambda x: ([x, x], [x, 1.5]),
    "dict": lambda x: (x, {"a": x}), "numpy": lambda x: (x, x.asnumpy()), "nothing": lambda x: (None, None), "empty": lambda x: ([], []),
    "two devices": lambda x: (x.as_in_context(mx.cpu(1)), x.as_in_context(mx.cpu(2))),
}


@pytest.mark.parametrize("args", WRONG.values(), ids=WRONG)
def test_refused_where_hybridized(F, args):
    x = F.ones((3,))
    for _ in range(2):
        with pytest.raises(ValueError, match="is hybridized: (one of )?its inputs must"):
            block(F)(*args(x))


def test_taken_where_not_hybridized(F):
    x = F.ones((3,))
    for args in ((x, 1), (x, True), ([x, x], 2), (x.as_in_context(mx.cpu(1)), x.as_in_context(mx.cpu(2)))):
        assert block(F, False)(*args).shape == (3,)
    with pytest.raises(ValueError, match="one of the inputs must be"):
        block(F, False)(None, None)


def test_pinned_memory_is_the_cpus(F):
    assert block(F)(F.ones((3,), ctx=mx.cpu_pinned()), F.ones((3,), ctx=mx.cpu())).asnumpy().tolist() == [2, 2, 2]


def test_the_first_call_says_how_inputs_are_nested(F):
    x = F.ones((3,))
    for first, others, wrong in (
            ((x, x), [(x, x)], [(x, None), (x,), ([x], x)]),
            ((x,), [(x, None), (x,)], [(x, x)]),
            ((x, None), [(x,)], [(x, x)]),
            ((None, x), [(None, x)], [(x, x), (x, None)]),
            (([x, x], [x]), [((x, x), (x,))], [([x], [x, x]), (x, x)])):
        net = block(F)
        net(*first)
        for args in others:
            net(*args)
        for args in wrong:
            with pytest.raises(ValueError, match="nested as those of the first call"):
                net(*args)
        net.hybridize()
        net(*wrong[0])
        net.cast("float32")
        net(*first)
        net.register_child(nn.Dense(2))
        net(*wrong[0])


def test_inside_a_hybridized_block_anything_goes(F):
    class Outer(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.inner = block(F)

        def forward(self, x, reads=None):
            y = self.inner(x, 2) + self.inner(x, x) + self.inner(x)
            if reads is not None:
                float(y.sum().asnumpy().item())
            return y

    net, x = Outer(), F.ones((3,))
    net.hybridize()
    for _ in range(3):
        assert net(x).asnumpy().tolist() == [6, 6, 6]
    assert net.inner(x).asnumpy().tolist() == [1, 1, 1]
    with pytest.raises(ValueError, match="is hybridized"):
        net.inner(x, 2)
    net.hybridize()
    with pytest.warns(UserWarning, match="reads values"):
        assert net(x, x + 1).asnumpy().tolist() == [6, 6, 6]


def test_arrays_and_symbols_do_not_mix(F):
    x, a = F.ones((3,)), mx.sym.var("a").as_np_ndarray() if F is np else mx.sym.var("a")
    for hybridize in (True, False):
        for args in ((x, a), (a, x), (x, [a]), ([a], x)):
            with pytest.raises(ValueError if F is nd else TypeError, match="arrays or Symbols"):
                block(F, hybridize)(*args)
    assert block(F)(a, a).list_arguments() == ["a"]
    assert block(F)(None, a).list_arguments() == ["a"]


def nesting(out):
    return type(out)(nesting(o) for o in out) if isinstance(out, list | tuple) else 0


class Pairs(Sum):
    def total(self, *given):
        return given[0] * 2, (given[0] + 1, [given[0]], ())


class OldPairs(Pairs, Old):
    pass


class NewPairs(Pairs, New):
    pass


class Around(gluon.HybridBlock):
    """Adds a tuple to what a hybridized block inside a hybridized block returns; the seen attribute keeps it from being one operator."""

    def __init__(self, inner, watched):
        super().__init__()
        self.inner, self.watched = inner, watched

    def forward(self, x):
        if self.watched:
            self.seen = x.shape
        return self.inner(x) + (x,)


def test_results_of_hybridized_blocks_are_lists(F):
    tuples, lists = (0, (0, [0], ())), [0, [0, [0], []]]
    net = (NewPairs if F is np else OldPairs)()
    assert nesting(net(F.ones((3,)))) == tuples
    net.hybridize()
    for _ in range(4):  # captured, and replayed
        out = net(F.ones((3,)))
        assert nesting(out) == lists and out[1][0].asnumpy().tolist() == [2, 2, 2]
        with mx.autograd.record():
            assert nesting(net(F.ones((3,)))) == lists
    net.hybridize(False)
    assert nesting(net(F.ones((3,)))) == tuples


@pytest.mark.parametrize("watched", [False, True])
def test_blocks_inside_a_hybridized_block_return_what_they_return(watched):
    mx.npx.set_np()
    net = Around(NewPairs(), watched)
    net.hybridize()
    assert [nesting(net(np.ones((3,)))) for _ in range(3)] == 3 * [[0, [0, [0], []], 0]]


def test_an_imperative_forward_of_an_nd_program_keeps_its_tuples():
    net = NewPairs()  # MXNet 1 does not hybridize it
    net.hybridize()
    assert nesting(net(nd.ones((3,)))) == (0, (0, [0], ()))


def test_results_of_hybridized_recurrent_layers_are_lists(F):
    for layer, shape, lists in (mx.gluon.rnn.LSTM(2), (3, 1, 2), True), (mx.gluon.rnn.GRUCell(2), (1, 2), F is nd):
        for hybrid in False, True:
            layer.initialize(force_reinit=True)
            layer.hybridize(hybrid)
            out = layer(F.ones(shape), layer.begin_state(1))
            assert type(out) is (list if hybrid and lists else tuple) and type(out[1]) is list


def test_inputs_that_are_not_used_are_told_once(F):
    class Third(Sum):
        def total(self, *given):
            return given[1][1] * 2

    class OldThird(Third, Old):
        pass

    class NewThird(Third, New):
        pass

    net = (NewThird if F is np else OldThird)()
    args = F.ones((2,)), [F.ones((2,)), F.ones((2,))]
    net(*args)
    for _ in range(2):
        net.hybridize()
        with pytest.warns(UserWarning, match="does not use the inputs numbered 0, 1 ") as told:
            net(*args), net(*args), net(F.ones((3,)), [F.ones((3,)), F.ones((3,))])
        assert len(told) == 1
    assert all(plan is not None for plan in net._hybrid.plans.values())
