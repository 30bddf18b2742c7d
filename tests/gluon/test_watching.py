"""Block.register_op_hook."""
from __future__ import annotations

import copy

import numpy as onp
import pytest

from mxshim import autograd, gluon, nd, np
from mxshim.gluon import nn, rnn
from mxshim.symbol.symbol import Vertex


def chain(*layers, prefix="net_"):
    net = nn.HybridSequential(prefix=prefix)
    with net.name_scope():
        net.add(*[make() for make in layers])
    return net


def seen(net, x, monitor_all=False, hybridize=True):
    """(name, operator, shape) of all that the hook is told in a call, and the outputs."""
    found = []
    net.initialize()
    if hybridize:
        net.hybridize()
    net.register_op_hook(lambda name, op, a: found.append((text(name), text(op), a.shape)), monitor_all)
    return found, net(x)


def text(word):
    return word if isinstance(word, str) else word.decode()


def names(found):
    return [name for name, _, _ in found]


CASES = {
    "dense": (lambda: chain(lambda: nn.Dense(2)), False, ["net_dense0_fwd_output"]),
    "inputs": (lambda: chain(lambda: nn.Dense(2, activation="relu")), True, [
        "net_dense0_fwd_data", "net_dense0_fwd_weight", "net_dense0_fwd_bias", "net_dense0_fwd_output", "net_dense0_relu_fwd_input0",
        "net_dense0_relu_fwd_output"]),
    "layers": (lambda: chain(nn.BatchNorm, nn.MaxPool1D, nn.Flatten, nn.LayerNorm), False, [
        "net_batchnorm0_fwd_output", "net_pool0_fwd_output", "net_flatten0_flatten0_0", "net_layernorm0_layernorm0_output"]),
    "states": (lambda: chain(nn.BatchNorm), True, [f"net_batchnorm0_fwd_{n}" for n in (
        "data", "gamma", "beta", "moving_mean", "moving_var", "output")]),
    "nested": (lambda: chain(lambda: chain(lambda: nn.Dense(2)), lambda: nn.Dense(3)), False, [
        "net_net_dense0_fwd_output", "net_dense0_fwd_output"]),
    "zeros": (lambda: chain(lambda: rnn.GRU(3)), False, [
        "net_gru0_reshape0_0", "net_gru0_reshape1_0", "net_gru0_reshape2_0", "net_gru0_reshape3_0", "net_gru0_concat0_output",
        "net_net_gru0_h0_0_0", "net_gru0_rnn0_output"]),
}


@pytest.mark.parametrize(("make", "monitor_all", "wanted"), CASES.values(), ids=CASES)
def test_names(make, monitor_all, wanted):
    net = make()
    found, _ = seen(net, nd.ones((2, 3, 4)), monitor_all)
    assert names(found) == wanted
    net(nd.ones((2, 3, 4)))
    assert names(found) == wanted * 2


class Arithmetic(gluon.HybridBlock):
    def hybrid_forward(self, F, x):
        return F.sum(x * 2 + x), [x - 1, None]


def test_operators_and_structure():
    found, out = seen(Arithmetic(prefix="a_"), nd.ones((2, 3)), True)
    assert found == [("a__mulscalar0_input0", "_mul_scalar", (2, 3)), ("a__mulscalar0_0", "_mul_scalar", (2, 3)),
                     ("a__plus0_lhs", "elemwise_add", (2, 3)), ("a__plus0_rhs", "elemwise_add", (2, 3)),
                     ("a__plus0_output", "elemwise_add", (2, 3)), ("a_sum0_input0", "sum", (2, 3)), ("a_sum0_0", "sum", (1,)),
                     ("a__minusscalar0_input0", "_minus_scalar", (2, 3)), ("a__minusscalar0_0", "_minus_scalar", (2, 3))]
    assert out[0].asnumpy() == 18 and out[1][0].shape == (2, 3) and out[1][1] is None


def test_np_programs_get_texts():
    from mxshim import npx
    npx.set_np()
    words = []
    net = nn.Dense(2, activation="relu")
    net.initialize()
    net.hybridize()
    net.register_op_hook(lambda *told: words.append(told))
    net(np.ones((2, 3)))
    assert [w[:2] for w in words] == [("node_0_output", "FullyConnected"), ("node_1_output", "Activation")]
    assert type(words[0][2]) is np.ndarray
    npx.reset_np()
    net = nn.Dense(2)
    net.initialize()
    net.hybridize()
    words.clear()
    net.register_op_hook(lambda *told: words.append(told))
    net(nd.ones((2, 3)))
    assert type(words[0][0]) is type(words[0][1]) is bytes and type(words[0][2]) is nd.NDArray


def test_results_and_gradients_stay(F):
    x, grads = F.array(onp.arange(12.0).reshape(4, 3)), []
    net = chain(lambda: nn.Dense(5, activation="tanh"), nn.BatchNorm, lambda: nn.Dense(2))
    net.initialize()
    net.hybridize()
    net(x)
    other = copy.deepcopy(net)
    other.register_op_hook(lambda *told: None, True)
    for block in (net, other):
        x.attach_grad()
        with autograd.record():
            y = (block(x) ** 2).sum()
        y.backward()
        grads.append([x.grad, y, *[p.grad() if p.grad_req != "null" else p.data() for p in block.collect_params().values()]])
    for a, b in zip(*grads, strict=True):
        onp.testing.assert_allclose(a.asnumpy(), b.asnumpy(), rtol=1e-5, atol=1e-6)
    assert copy.deepcopy(other)(x).shape == (4, 2)


def test_only_hybridized_blocks_and_the_outermost(F):
    found, _ = seen(chain(lambda: nn.Dense(2)), F.ones((2, 3)), hybridize=False)
    assert not found

    class Plain(gluon.Block):
        def __init__(self):
            super().__init__()
            self.inner, self.other = chain(lambda: nn.Dense(2)), nn.Dense(2)
            self.inner.hybridize()

        def forward(self, x):
            return self.other(self.inner(x))

    found, _ = seen(Plain(), F.ones((2, 3)), hybridize=False)
    assert len(found) == 1 and found[0][1:] == ("FullyConnected", (2, 2))


def test_unknown_operators_are_numbered():
    from mxshim.gluon.watching import _output_names
    from mxshim.symbol.running import names_of_inputs
    vertex = Vertex("a", "strange", [(Vertex("b"), 0)], 2)
    assert names_of_inputs(vertex) == ["input0"] and _output_names(vertex) == ["0", "1"]
