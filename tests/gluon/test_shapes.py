"""Where parameters of unknown sizes get them: from the first batch, by the graph of a block or by its infer_shape."""
from __future__ import annotations

import numpy as onp
import pytest

from mxshim import MXNetError, gluon, nd, np, util
from mxshim.gluon import nn


def test_shapes_of_a_network_from_its_inputs():
    net = nn.HybridSequential()
    net.add(nn.Conv2D(4, 3), nn.BatchNorm(), nn.Dense(3))
    net.infer_shape(nd.ones((2, 5, 6, 6)))
    assert (net[0].weight.shape, net[1].running_var.shape, net[2].weight.shape) == ((4, 5, 3, 3), (4,), (3, 64))


def test_infer_shape_of_many_with_one_name():
    with util.np_shape(), util.np_array():
        net = nn.HybridSequential()
        net.add(nn.Dense(2), nn.BatchNorm(), nn.Dense(3))
        net.initialize()
        net.infer_shape(np.ones((1, 4)))
        assert {k: p.shape for k, p in net.collect_params().items() if k.endswith(("weight", "gamma"))} == {
            "0.weight": (2, 4), "1.gamma": (2,), "2.weight": (3, 2)}
        assert net[0].weight.var().name == "weight"


def test_infer_shape_of_own_blocks(F):
    class Grown(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.w = gluon.Parameter("w", shape=(2, 0), allow_deferred_init=True)

        def forward(self, x):
            return F.dot(x, self.w.data().T)

    net = Grown()
    net.initialize()
    with pytest.raises(RuntimeError, match="define infer_shape"):
        net(F.ones((1, 3)))
    Grown.infer_shape = lambda self, x: setattr(self.w, "shape", (2, x.shape[1]))
    assert net(F.ones((1, 3))).shape == (1, 2)


class Scaled(gluon.HybridBlock):
    """As MXNet 1 has it: sizes that the graph of hybrid_forward tells."""

    def __init__(self, shape, forward):
        super().__init__()
        self.w = self.params.get("w", shape=shape, allow_deferred_init=True, init="ones")
        self.below = nn.Dense(4, flatten=False)
        self.how = forward

    def hybrid_forward(self, F, x, *more, w):
        return self.how(self, F, x, *more, w)


@pytest.mark.filterwarnings("ignore:.*does not use the inputs")
@pytest.mark.parametrize("hybrid", [False, True])
@pytest.mark.parametrize("shape, forward, inputs, expected", [
    ((3, 0), lambda self, F, x, w: F.FullyConnected(x, w, num_hidden=3, no_bias=True), [(2, 5)], (3, 5)),
    ((0, 0), lambda self, F, x, w: F.FullyConnected(self.below(x), w, num_hidden=3, no_bias=True), [(2, 5)], (3, 4)),
    ((3, 0), lambda self, F, x, y, w: F.FullyConnected(x[0] + y, w, num_hidden=3, no_bias=True), [[(2, 6), (1,)], (2, 6)], (3, 6)),
])
def test_infer_shape_by_the_graph_of_hybrid_forward(shape, forward, inputs, expected, hybrid):
    net = nn.HybridSequential()
    net.add(Scaled(shape, forward))
    net = net[0] if len(inputs) > 1 else net
    net.initialize()
    if hybrid:
        net.hybridize()

    def arrays(shapes):
        return [arrays(s) if isinstance(s, list) else nd.ones(s) for s in shapes]

    out = net(*arrays(inputs))
    block = net if len(inputs) > 1 else net[0]
    assert block.w.shape == expected and out.shape == (2, 3)
    assert block.w.data().asnumpy().tolist() == onp.ones(expected).tolist()


@pytest.mark.parametrize("shape, forward, said", [
    ((1, 0), lambda self, F, x, w: F.broadcast_mul(x, w), "does not tell the shapes of w"),
    ((1, 0), lambda self, F, x, w: x * x.shape[0], "cannot be inferred from the first batch: w"),
])
def test_infer_shape_that_the_graph_does_not_tell(shape, forward, said):
    net = Scaled(shape, forward)
    net.initialize()
    with pytest.raises(ValueError, match=said):
        net(nd.ones((2, 3)))


def test_a_kernel_of_numpys_numbers():
    net = nn.Conv2D(2, onp.array([3, 2]), in_channels=1)
    assert net.weight.shape == (2, 1, 3, 2) and "kernel_size=(3, 2)" in repr(net)


@pytest.mark.parametrize("hybridize", [False, True])
def test_a_first_batch_that_does_not_fit_settles_no_sizes(F, hybridize):
    net = nn.HybridSequential()
    net.add(nn.Conv2D(3, 3), nn.Dense(2))
    net.initialize()
    if hybridize:
        net.hybridize()
    for wrong in (F.ones((2, 3)), F.ones((2, 3, 2, 2))):
        with pytest.raises(MXNetError, match="Convolution|convolution"):
            net(wrong)
    assert net[0].weight._data is None and net[0].weight.shape[0] == 3 and not net[0].weight._shape_known()
    assert net(F.ones((2, 5, 8, 8))).shape == (2, 2) and net[0].weight.shape == (3, 5, 3, 3)


@pytest.mark.parametrize("error", [None, ValueError("mine")])
def test_a_hybridized_forward_that_fails_settles_nothing(error):
    class Net(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.first, self.error = nn.Dense(4), error

        def hybrid_forward(self, F, x, y):
            x = self.first(x)
            if self.error is not None:
                raise self.error
            return x + y

    net = Net()
    net.initialize()
    net.hybridize()
    with pytest.raises(type(error) if error else MXNetError):
        net(nd.ones((2, 3)), nd.ones((5, 7)))
    assert net.first.weight._data is None
    net.error = None
    assert net(nd.ones((2, 9)), nd.ones((2, 4))).shape == (2, 4) and net.first.weight.shape == (4, 9)
