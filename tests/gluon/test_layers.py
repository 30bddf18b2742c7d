"""What the measured cases cannot show of layers: MXNet runs it on GPUs only, or fails."""
from __future__ import annotations

import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, gluon, nd, np
from mxshim.gluon import contrib, nn, rnn
from mxshim.ops.nn import rnn as recurrent


@pytest.mark.parametrize("layer", [nn.DeformableConvolution, nn.ModulatedDeformableConvolution])
def test_deformable_convolutions_start_as_convolutions(F, layer):
    """Offsets that are 0, and weights that are 2 sigmoid(0) = 1, leave what nn.Conv2D computes."""
    bent, flat = layer(3, 2, padding=1, num_deformable_group=2), nn.Conv2D(3, 2, padding=1)
    x = F.array(onp.arange(24).reshape(1, 2, 3, 4) % 7)
    for net in (bent, flat):
        net.initialize()
        net(x)
    flat.weight.set_data(bent.deformable_conv_weight.data())
    onp.testing.assert_allclose(bent(x).asnumpy()[..., 1:-1, 1:-1], flat(x).asnumpy()[..., 1:-1, 1:-1], rtol=1e-5, atol=1e-6)
    with autograd.record():
        y = (bent(x) ** 2).sum()
    y.backward()
    assert bent.offset_weight.grad().asnumpy().any() and bent.deformable_conv_bias.grad().asnumpy().any()
    assert bent.offset_weight.shape[0] == (16 if layer is nn.DeformableConvolution else 24)


def test_cells_take_their_input_size_from_the_first_batch(F):
    for cell in (rnn.RNNCell(2), rnn.LSTMCell(2), rnn.GRUCell(2), rnn.LSTMPCell(2, 2), rnn.ResidualCell(rnn.GRUCell(5))):
        cell.initialize()
        assert cell.unroll(3, F.ones((4, 3, 5)))[0][0].shape[0] == 4
    assert repr(cell) == "ResidualCell(GRUCell(5 -> 15))"


def test_random_cells(F):
    """Masks stay the same for a sequence, and reset() draws new ones; predicting draws none."""
    cell = rnn.VariationalDropoutCell(rnn.RNNCell(40, input_size=40), drop_inputs=0.5, drop_states=0.5, drop_outputs=0.5)
    cell.initialize()
    x, h = F.ones((1, 40)), cell.begin_state(batch_size=1)
    with autograd.train_mode():
        dropped = [(cell(x, h)[0].asnumpy() == 0) for _ in range(2)]
        cell.reset()
        other = cell(x, h)[0].asnumpy() == 0
    assert (dropped[0] == dropped[1]).all() and 5 < dropped[0].sum() < 35 and (other != dropped[0]).any()
    assert (cell.drop_inputs_mask.asnumpy() > 1.5).any()
    cell.reset()
    assert cell(x, h)[0].asnumpy().all()
    zoneout = rnn.ZoneoutCell(rnn.RNNCell(40, input_size=40), zoneout_outputs=0.5, zoneout_states=0.5)
    zoneout.initialize()
    with autograd.train_mode():
        y, (new,) = zoneout(x, [F.ones((1, 40)) * 3])
    assert 5 < (y.asnumpy() == 0).sum() < 35 and 5 < (new.asnumpy() == 3).sum() < 35


def test_recurrent_layers_as_cells(F):
    """A layer and unrolled cells with its parameters agree; hidden states, too."""
    layer, cells = rnn.GRU(3, 2, layout="NTC", input_size=2), rnn.SequentialRNNCell()
    layer.initialize("uniform")
    for size in (2, 3):
        cells.add(rnn.GRUCell(3, input_size=size))
    cells.initialize()
    flat = onp.concatenate([p.data().asnumpy().ravel() for p in layer.collect_params().values()])
    params = list(cells.collect_params().values())
    if len(layer.collect_params()) == 1:  # one vector: weights of all layers, then biases
        params = params[0:2] + params[4:6] + params[2:4] + params[6:8]
    start = 0
    for p in params:
        p.set_data(F.array(flat[start:start + p.data().size].reshape(p.shape)))
        start += p.data().size
    x = F.array(onp.arange(20).reshape(2, 5, 2) / 10)
    y, (h,) = layer(x, layer.begin_state(batch_size=2))
    z, states = cells.unroll(5, x, merge_outputs=True)
    onp.testing.assert_allclose(y.asnumpy(), z.asnumpy(), rtol=1e-5, atol=1e-6)
    onp.testing.assert_allclose(h.asnumpy(), onp.stack([s.asnumpy() for s in states]), rtol=1e-5, atol=1e-6)


def test_hooks_of_a_recurrent_layer_see_what_the_caller_gets(F):
    layer, seen = rnn.LSTM(3, input_size=2), []
    layer.initialize()
    layer.register_forward_hook(lambda block, inputs, out: seen.append((len(inputs), type(out))))
    for hybrid in (False, True):
        layer.hybridize(hybrid)
        layer(F.ones((2, 1, 2)))
        layer(F.ones((2, 1, 2)), layer.begin_state(batch_size=1))
    assert seen == [(2, type(F.ones(1))), (2, tuple), (2, type(F.ones(1))), (2, list)]


def test_order_of_a_projected_layers_parameters():
    names = [name.removeprefix("lstm0_l0_") for name in rnn.LSTM(2, projection_size=1).collect_params()]
    assert names == ["i2h_weight", "h2h_weight", "i2h_bias", "h2h_bias", "h2r_weight"]


def test_recurrent_layers_may_have_children(F):
    class Tagger(rnn.LSTM):
        def __init__(self):
            super().__init__(2, input_size=3)
            self.out = nn.Dense(2, in_units=2)

    net = Tagger()
    assert [name for name in net.collect_params() if "lstm" not in name and "l0" not in name][-2:] == (
        ["out.weight", "out.bias"] if F is np else ["dense0_weight", "dense0_bias"])
    assert {"out.weight", "out.bias"} < set(net._collect_params_with_prefix())


def test_contributed_names():
    assert contrib.cnn.DeformableConvolution is nn.DeformableConvolution and contrib.rnn.LSTMPCell is rnn.LSTMPCell
    assert contrib.nn.PixelShuffle2D is nn.PixelShuffle2D and repr(contrib.nn.SparseEmbedding(3, 4)) == "SparseEmbedding(3 -> 4, float32)"


@pytest.mark.parametrize("hybrid", [False, True])
def test_sparse_embedding(hybrid):
    layer = contrib.nn.SparseEmbedding(5, 2, weight_initializer="ones")
    layer.initialize()
    if hybrid:
        layer.hybridize()
    trainer = gluon.Trainer(layer.collect_params(), "sgd", {"learning_rate": 0.5})
    for _ in range(3):
        with autograd.record():
            y = layer(nd.array([[1, 2], [2, 4]]))
        y.backward()
        trainer.step(1)
    assert y.shape == (2, 2, 2) and layer.weight.grad().stype == "row_sparse"
    rows = layer.weight.row_sparse_data(nd.arange(5))
    assert rows.asnumpy().tolist() == [[1, 1], [-0.5, -0.5], [-2, -2], [1, 1], [-0.5, -0.5]]


@pytest.mark.parametrize("layer", ["LSTM", "GRU", "RNN"])
def test_layers_as_cells_with_the_same_parameters(layer):
    fused = getattr(rnn, layer)(3, 2, prefix="q_", bidirectional=True, dropout=0.2, i2h_bias_initializer=mx.init.One())
    cells = fused._unfuse()
    fused.initialize(mx.init.Xavier())
    x = nd.random.uniform(shape=(4, 2, 5))
    assert [type(c).__name__ for c in cells] == ["BidirectionalCell", "DropoutCell", "BidirectionalCell"]
    assert set(cells.collect_params()) == set(fused.collect_params()) and cells[0]._children["l_cell"].i2h_weight is fused.l0_i2h_weight
    onp.testing.assert_allclose(cells.unroll(4, x, layout="TNC", merge_outputs=True)[0].asnumpy(), fused(x).asnumpy(), 1e-5)
    with pytest.raises(AssertionError, match="not those of cells"):
        rnn.LSTM(3, projection_size=2)._unfuse()


def test_parameters_to_share_may_say_less():
    mine = gluon.ParameterDict("net_")
    mine.get("weight", shape=(5, 2))
    mine.get("bias", shape=5)
    dense = nn.Dense(5, params=mine)
    dense.initialize()
    assert dense(nd.ones((1, 2))).shape == (1, 5) and dense.bias is mine["net_bias"] and dense.bias.init == "zeros"
    sparse = mx.sym.dot(mx.sym.var("x"), mx.sym.var("w", stype="row_sparse"))
    with pytest.raises(AssertionError, match="'w' is sparse"):
        gluon.SymbolBlock(sparse, mx.sym.var("x"))


def test_a_step_of_a_recurrent_layer_is_traced_once_for_all_lengths(monkeypatch):
    traced = []

    def counted(fn):
        return lambda *given: traced.append(fn.__name__) or fn(*given)

    def forget():
        recurrent._turn.cache_clear()
        recurrent._turn_back.cache_clear()

    monkeypatch.setitem(recurrent._CELLS, "gru", tuple(map(counted, recurrent._CELLS["gru"])))
    forget()
    layer, counts = rnn.GRU(3, input_size=2), []
    layer.initialize()
    for length in (4, 7, 9):
        with autograd.record():
            loss = layer(nd.ones((length, 5, 2))).sum()
        loss.backward()
        assert loss.asscalar() != 0 and layer.l0_h2h_weight.grad().asnumpy().any()
        counts.append(len(traced))
    forget()
    assert {"_gru_forward", "_gru_backward"} == set(traced) and counts[1] == counts[0] == counts[2]


def test_data_of_another_width_is_named_where_a_recurrent_layer_meets_it():
    layer = rnn.LSTM(4, input_size=3)
    layer.initialize()
    with pytest.raises(mx.MXNetError, match="for data of 6 features"):
        layer(nd.ones((5, 2, 6)))
