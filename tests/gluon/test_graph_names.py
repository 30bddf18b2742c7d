"""Names of operators in the graphs of blocks called with Symbols, as MXNet 1.9.1 gives them."""
import numpy as onp
import pytest

import mxshim as mx
from mxshim import sym
from mxshim.gluon import model_zoo, nn, rnn


def unrolled(cell, steps=2):
    outputs, _ = cell.unroll(steps, [mx.sym.var(f"x{t}") for t in range(steps)], merge_outputs=False)
    return mx.sym.Group(outputs)


LSTM = ["t{}_i2h", "t{}_h2h", "t{}_plus0", "t{}_slice", "t{}_o", "t{}_f", "t{}_mul0", "t{}_i", "t{}_c", "t{}_mul1", "t{}_state",
        "t{}_activation0", "t{}_out"]
CELLS = [
    (lambda: rnn.RNNCell(4, prefix="a_"), ["a_t0_out_output", "a_t1_out_output"]),
    (lambda: rnn.LSTMCell(4, prefix="a_"), ["a_t0_out_output", "a_t1_out_output"]),
    (lambda: rnn.GRUCell(4, prefix="a_"), ["a_t0_out_output", "a_t1_out_output"]),
    (lambda: rnn.BidirectionalCell(rnn.RNNCell(4), rnn.RNNCell(4)), ["bi_t0_output", "bi_t1_output"]),
    (lambda: rnn.BidirectionalCell(rnn.RNNCell(4), rnn.RNNCell(4), output_prefix="q_"), ["q_t0_output", "q_t1_output"]),
    (lambda: stacked(rnn.LSTMCell(4, prefix="s0_"), rnn.LSTMCell(4, prefix="s1_")), ["s1_t0_out_output", "s1_t1_out_output"]),
]


CELLS += [(lambda make=make: make((2, 5), 3, 3, 3, prefix="a_"), ["a_t0_out_output", "a_t1_out_output"])
          for make in (rnn.Conv1DRNNCell, rnn.Conv1DLSTMCell, rnn.Conv1DGRUCell)]


def stacked(*cells):
    stack = rnn.SequentialRNNCell()
    for cell in cells:
        stack.add(cell)
    return stack


@pytest.mark.parametrize("make, outputs", CELLS)
def test_outputs_of_cells(make, outputs):
    cell = make()
    assert unrolled(cell).list_outputs() == outputs
    assert unrolled(cell).list_outputs() == outputs  # counted anew in every unroll


def test_operators_of_an_lstm():
    names = unrolled(rnn.LSTMCell(4, prefix="a_")).get_internals().list_outputs()
    operators = {n.removesuffix("_output").rstrip("0123").removesuffix("_output") if "slice" in n else n.removesuffix("_output")
                 for n in names if not n.startswith("x")}
    steps = {"a_" + n.format(t) for t in range(2) for n in LSTM}
    weights = {f"a_{p}_{w}" for p in ("i2h", "h2h") for w in ("weight", "bias")}
    assert operators == steps | weights | {"a_begin_state_0", "a_begin_state_1"}


@pytest.mark.parametrize("make, wanted", [
    (rnn.Conv2DRNNCell, "i2h h2h out"), (rnn.Conv1DLSTMCell, "i2h h2h slice o f i c state out"),
    (rnn.Conv3DGRUCell, "i2h i2h_slice h2h h2h_slice z_act r_act h_act out")])
def test_operators_of_cells_with_convolutions(make, wanted):
    space = {"1": (5,), "2": (5, 5), "3": (5, 5, 5)}[make.__name__[4]]
    names = unrolled(make((2, *space), 3, 3, 3, prefix="a_"), 1).get_internals().list_outputs()
    found = [n.removeprefix("a_t0_").rstrip("0123").removesuffix("_output") for n in names if n.startswith("a_t0_")]
    assert sorted(set(found)) == sorted(wanted.split())


def test_blocks_without_a_prefix_count_on_outside():
    net = model_zoo.vision.resnet18_v1(prefix="n_")
    names = net(mx.sym.var("data")).get_internals().list_outputs()
    assert [n for n in names if "activation" in n] == [f"n_stage{s}_activation{k}_output" for s in range(1, 5) for k in range(2)]
    assert len(set(names)) == len(names)


def test_containers_give_their_prefix():
    class Twice(mx.gluon.HybridBlock):
        def hybrid_forward(self, F, x):
            return F.tanh(x) + F.tanh(x)

    net = nn.HybridSequential(prefix="net_")
    with net.name_scope():
        net.add(Twice(prefix=""), nn.Dense(2))
    names = net(mx.sym.var("data")).get_internals().list_outputs()
    assert names == ["data", "net_tanh0_output", "net_tanh1_output", "net__plus0_output", "net_dense0_weight", "net_dense0_bias",
                     "net_dense0_fwd_output"]


def test_symbols_in_a_name_scope_have_its_prefix():
    """Measured on 1.9.1."""
    net = nn.HybridSequential(prefix="net_")
    with net.name_scope():
        assert sym.Activation(sym.var("x"), act_type="relu", name="r").name == "net_r"
        assert [sym.relu(sym.var("x")).name for _ in range(2)] == ["net_relu0", "net_relu1"]
        assert sym.var("v").name == "v"
    assert sym.relu(sym.var("x")).name == "relu0"


def test_blocks_are_counted_with_symbols():
    """Measured on 1.9.1."""
    assert nn.Dense(3).prefix == "dense0_"
    with mx.name.Prefix("a_"):
        assert nn.Dense(3).prefix == "a_dense0_"
    with mx.name.NameManager():
        assert nn.Dense(3).prefix == "dense0_"
    assert nn.Dense(3).prefix == "dense1_"


def test_parameters_of_a_graph_are_drawn_in_the_order_of_its_inputs():
    """Arguments come first in collect_params, auxiliary states last; init, lr_mult and wd_mult of variables are for Module. From 1.9.1."""
    mx.random.seed(3)
    x = sym.var("data")
    y = sym.BatchNorm(sym.Convolution(x, sym.var("w", init=mx.init.One(), lr_mult=3), num_filter=3, kernel=(1, 1), no_bias=True), name="b0")
    y = sym.Convolution(y, num_filter=5, kernel=(3, 3), no_bias=True, name="c1")
    net = mx.gluon.SymbolBlock(y, [x])
    net.initialize(mx.init.Uniform(0.1))
    net(mx.nd.ones((1, 2, 3, 3)))
    found = net.collect_params()
    assert list(found) == ["w", "b0_gamma", "b0_beta", "c1_weight", "b0_moving_mean", "b0_moving_var"] and found["w"].lr_mult == 1
    for name, first in {"w": [0.01706044, -0.0156685], "c1_weight": [0.03636798, 0.02446719], "b0_moving_mean": [0.03719918, 0.07636399],
                        "b0_moving_var": [0.00140184, 0.01589966]}.items():
        onp.testing.assert_allclose(found[name].data().asnumpy().ravel()[:2], first, rtol=1e-5)


def test_a_projected_lstm():
    names = unrolled(rnn.LSTMPCell(4, 2, prefix="a_")).get_internals().list_outputs()
    operators = ("i2h", "h2h", "o", "f", "i", "c", "state", "hidden", "out")
    assert {f"a_t{t}_{n}_output" for t in range(2) for n in operators} | {"a__plus0_output", "a_activation0_output"} <= set(names)
