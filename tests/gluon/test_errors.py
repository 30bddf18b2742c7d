"""What a beginner gets wrong, and what blocks tell about it."""
from __future__ import annotations

import numpy as onp
import pytest

import mxshim as mx
from mxshim import gluon, np
from mxshim.gluon import loss, nn, rnn


def run(net, *args):
    net.initialize()
    return net(*args)


class InList(nn.Block):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Dense(2)]

    def forward(self, x):
        return self.layers[0](x)


class NoInit(nn.Block):
    def __init__(self):
        self.size = self._hidden

    def forward(self, x):
        return x


def two(F):
    net = nn.HybridSequential()
    net.add(nn.Dense(4, in_units=3), nn.Dense(2, in_units=5))
    return run(net, F.ones((1, 3)))


WRONG = {
    "not initialized": (lambda F: nn.Dense(2)(F.ones((1, 3))), RuntimeError, r"has not been initialized; call initialize\(\) on its block"),
    "where": (lambda F: nn.Dense(2, in_units=3)(F.ones((1, 3))), RuntimeError, r"in Dense\(3 -> 2, linear\), called with \(1, 3\)"),
    "read before the first batch": (lambda F: (lambda net: (net.initialize(), net.weight.data()))(nn.Dense(2)),
                                    gluon.DeferredInitializationError, "completed by the first batch"),
    "width": (two, mx.MXNetError, r"`weight` must have shape \(2, 4\).*got \(2, 5\)"),
    "which layer": (two, mx.MXNetError, r"in Dense\(5 -> 2, linear\), called with \(1, 4\)"),
    "a NumPy array": (lambda F: run(nn.Dense(2, in_units=3), onp.ones((1, 3))), TypeError, "Dense takes arrays of mx, got a numpy.ndarray"),
    "another dtype": (lambda F: run(nn.Dense(2, in_units=3), F.ones((1, 3), dtype="float64")), mx.MXNetError, "dtype float64, got float32"),
    "a flat image": (lambda F: run(nn.Conv2D(2, 3), F.ones((1, 3))), mx.MXNetError, "needs data of 4 dimensions, NCHW"),
    "a small image": (lambda F: run(nn.Conv2D(2, 3), F.ones((1, 3, 2, 2))), mx.MXNetError, "exceeds the padded input's 2"),
    "channels": (lambda F: run(nn.Conv2D(2, 3, in_channels=3), F.ones((1, 4, 5, 5))), mx.MXNetError, r"must have shape \(2, 4, 3, 3\)"),
    "kernel": (lambda F: nn.Conv2D(2, (3, 3, 3)), AssertionError, r"Conv2D: kernel_size must be a number or 2 numbers, got \(3, 3, 3\)"),
    "layout": (lambda F: nn.MaxPool2D(layout="CHWN"), AssertionError, "MaxPool2D: layout must be 'NCHW' or 'NHWC', got 'CHWN'"),
    "no such axis": (lambda F: run(nn.BatchNorm(axis=3), F.ones((1, 4))), mx.MXNetError, r"shape \(1, 4\) has no axis 3"),
    "slope": (lambda F: nn.LeakyReLU(-1), AssertionError, "must not be negative, got -1"),
    "shuffle": (lambda F: nn.PixelShuffle2D(2)(F.ones((1, 3, 2, 2))), mx.MXNetError, "second one is a multiple of 4"),
    "padding": (lambda F: nn.ReflectionPad2D((1, 2)), AssertionError, "a number or eight numbers"),
    "one-hot labels": (lambda F: loss.SoftmaxCELoss()(F.ones((2, 3)), F.ones((2, 3))), mx.MXNetError, "pass sparse_label=False"),
    "labels": (lambda F: loss.SoftmaxCELoss()(F.ones((2, 3)), F.ones((3,))), mx.MXNetError, r"must have shape \(2,\).*got \(3,\)"),
    "sizes": (lambda F: loss.L2Loss()(F.ones((2, 3)), F.ones((2,))), mx.MXNetError, r"label of shape \(2,\) has not as many elements"),
    "weight": (lambda F: loss.L1Loss(weight="a")(F.ones((2,)), F.ones((2,))), AssertionError, "weight must be a number, got str"),
    "label format": (lambda F: loss.LogisticLoss(label_format="x"), ValueError, "must be 'signed' or 'binary', got 'x'"),
    "ctc layout": (lambda F: loss.CTCLoss(layout="NCT"), AssertionError, "layout must be 'NTC' or 'TNC'"),
    "sequence": (lambda F: run(rnn.LSTM(2), F.ones((2, 3))), mx.MXNetError, r"inputs of 3 axes, TNC, are needed, got shape \(2, 3\)"),
    "states": (lambda F: run(rnn.GRU(2), F.ones((2, 3, 4)), F.ones((1, 1, 2))), ValueError, r"shapes \[\(1, 3, 2\)\] are needed"),
    "steps": (lambda F: rnn.LSTMCell(2).unroll(3, F.ones((2, 4, 4))), AssertionError, "length is 3, but the inputs have 4 steps"),
    "time": (lambda F: rnn.LSTMCell(2).unroll(3, F.ones((2, 3, 4)), layout="CNT"), AssertionError, "layout must be 'NTC' or 'TNC'"),
    "two modifiers": (lambda F: [rnn.ResidualCell(c) for c in [rnn.GRUCell(2)] * 2], AssertionError, "part of another modifier cell"),
    "a modified cell": (lambda F: (lambda c: (rnn.ResidualCell(c), c.begin_state(2)))(rnn.GRUCell(2)), AssertionError, "a modifier cell"),
    "step of both directions": (lambda F: rnn.BidirectionalCell(rnn.GRUCell(2), rnn.GRUCell(2))(F.ones((1, 2)), []), NotImplementedError,
                                "call unroll on the whole sequence"),
    "even kernel": (lambda F: rnn.Conv1DRNNCell((2, 5), 3, 3, 2), AssertionError, "h2h_kernel must be odd"),
    "activation": (lambda F: run(nn.Dense(2, activation="rellu"), F.ones((2, 3))), mx.MXNetError, "`act_type` must be one of .*rellu"),
    "initializer": (lambda F: nn.Dense(2, in_units=2).initialize("xavierr"), AssertionError, "'xavierr' is not registered"),
    "arguments": (lambda F: run(nn.Flatten()), TypeError, "missing 1 required positional argument"),
    "no super().__init__()": (lambda F: NoInit(), AttributeError, r"must call super\(\).__init__\(\)"),
    "export": (lambda F: nn.Dense(2).export("x"), RuntimeError, "call hybridize() and run forward"),
    "unknown": (lambda F: nn.Dense(2).wieght, AttributeError, "'Dense' object has no attribute 'wieght'"),
    "summary": (lambda F: (lambda net: (net.hybridize(), net.summary(F.ones((1, 2)))))(nn.Dense(2)), AssertionError, "is hybridized"),
}


@pytest.mark.parametrize("wrong, error, text", WRONG.values(), ids=WRONG)
def test_errors(F, wrong, error, text):
    with pytest.raises(error, match=text):
        wrong(F)


def test_blocks_in_a_list(F):
    with pytest.warns(UserWarning, match=r"InList.layers holds blocks that are not registered"), pytest.raises(
            RuntimeError, match="Blocks in a plain list or dict are not found"):
        run(InList(), F.ones((1, 2)))


def test_absent_layers():
    with pytest.raises(AttributeError, match="did you mean Conv"):
        nn.Conv4D  # noqa: B018


def test_summary(F, capsys):
    net = nn.HybridSequential()
    dense = nn.Dense(4, in_units=4)
    net.add(nn.Conv2D(1, 3), nn.BatchNorm(), nn.Flatten(), dense, dense)
    net.initialize()
    net.summary(F.ones((2, 1, 4, 4)))
    assert capsys.readouterr().out.splitlines() == """\
--------------------------------------------------------------------------------
        Layer (type)                                Output Shape         Param #
================================================================================
               Input                                (2, 1, 4, 4)               0
            Conv2D-1                                (2, 1, 2, 2)              10
         BatchNorm-2                                (2, 1, 2, 2)               4
           Flatten-3                                      (2, 4)               0
             Dense-4                                      (2, 4)              20
             Dense-5                                      (2, 4)              20
================================================================================
Parameters in forward computation graph, duplicate included
   Total params: 54
   Trainable params: 52
   Non-trainable params: 2
Shared params in forward computation graph: 20
Unique parameters in model: 34
--------------------------------------------------------------------------------""".splitlines()


def test_op_hooks(F):
    net, seen = nn.HybridSequential(), []
    net.add(nn.Dense(2, activation="relu"), nn.Flatten())
    net.initialize()
    net.hybridize()
    net.register_op_hook(lambda name, layer, a: seen.append((layer, name.split("_")[-1], a.shape)), monitor_all=True)
    for _ in range(3):
        net(F.ones((1, 3)))
    assert seen == [("Activation", "input0", (1, 2)), ("Activation", "output0", (1, 2)), ("Flatten", "input0", (1, 2)),
                    ("Flatten", "output0", (1, 2))] * 3


def test_initializer_of_fused_layers():
    """Every part of the vector is filled by its own initializer, with its own shape."""
    mx.npx.set_np()
    net = rnn.LSTM(3, 2, bidirectional=True, input_size=2, h2h_weight_initializer="zeros", i2h_bias_initializer=mx.init.LSTMBias(2.0))
    net.initialize(mx.init.Xavier())
    vector = net.rnn_param.data().asnumpy()
    start = 0
    for (_, _, name), shape in mx.initializer.fused_parts(4, 2, 3, 2, None, 2):
        part = vector[start:start + int(onp.prod(shape))].reshape(shape)
        start += part.size
        if name == "i2h_weight":
            bound = onp.sqrt(3 / ((shape[0] + shape[1]) / 2))
            assert bound / 2 < abs(part).max() <= bound
        else:
            wanted = onp.repeat([0, 2, 0, 0], 3) if name == "i2h_bias" else 0
            assert (part == wanted).all()
    assert start == vector.size and net(np.ones((2, 1, 2))).shape == (2, 1, 6)
