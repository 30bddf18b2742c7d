"""What a beginner gets wrong, and what blocks tell about it."""
from __future__ import annotations

import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, gluon, np
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
    "a NumPy array": (lambda F: run(nn.Dense(2, in_units=3), onp.ones((1, 3))), ValueError,
                      "Dense takes arrays of mx, got a numpy.ndarray"),
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
    "time": (lambda F: rnn.LSTMCell(2).unroll(3, F.ones((2, 3, 4)), layout="NC"), AssertionError,
             "layout must name T and N, as .*got 'NC'"),
    "no block": (lambda F: nn.Sequential().add(3), TypeError, "a child must be a Block, got int; wrap functions in nn.Lambda"),
    "no hybrid block": (lambda F: nn.HybridSequential().add([nn.Dense(2)]), ValueError, "got list; give its blocks one by one"),
    "dtype source": (lambda F: gluon.ParameterDict().load_dict({}, dtype_source="x"), AssertionError, "'current' or 'saved', got 'x'"),
    "bilinear": (lambda F: nn.Dense(2, in_units=2, weight_initializer="bilinear").initialize(), IndexError,
                 r"four axes.*got shape \(2, 2\)"),
    "two modifiers": (lambda F: [rnn.ResidualCell(c) for c in [rnn.GRUCell(2)] * 2], AssertionError, "part of another modifier cell"),
    "a modified cell": (lambda F: (lambda c: (rnn.ResidualCell(c), c.begin_state(2)))(rnn.GRUCell(2)), AssertionError, "a modifier cell"),
    "step of both directions": (lambda F: rnn.BidirectionalCell(rnn.GRUCell(2), rnn.GRUCell(2))(F.ones((1, 2)), []), NotImplementedError,
                                "call unroll on the whole sequence"),
    "even kernel": (lambda F: rnn.Conv1DRNNCell((2, 5), 3, 3, 2), AssertionError, "h2h_kernel must be odd"),
    "no activation": (lambda F: nn.Activation(3), mx.MXNetError, "activation must be one of .*3"),
    "activation": (lambda F: run(nn.Dense(2, activation="rellu"), F.ones((2, 3))), mx.MXNetError, "activation must be one of .*rellu"),
    "initializer": (lambda F: nn.Dense(2, in_units=2).initialize("xavierr"), AssertionError, "'xavierr' is not registered"),
    "an initializer's class": (lambda F: nn.Dense(2, weight_initializer=mx.init.Xavier), AssertionError, "Xavier'>; call it, to have one"),
    "a layer's initializer": (lambda F: nn.Dense(2, weight_initializer="xavierr"), AssertionError, "'xavierr' is not registered"),
    "units": (lambda F: nn.Dense("2"), TypeError, r"shape must be made of whole numbers, got \('2', 0\)"),
    "a rate": (lambda F: nn.Dropout(1.5), ValueError, "must be a number from 0 to 1, got 1.5"),
    "strides": (lambda F: nn.Conv2D(2, 3, strides=None), AssertionError, "strides must be a number or 2 numbers, got None"),
    "layers as arguments": (lambda F: nn.Sequential(nn.Dense(1), nn.Dense(1)), TypeError, r"got Dense; .*net.add\(a, b, ...\)"),
    "params": (lambda F: nn.Dense(2, params=3), TypeError, r"another block's params or collect_params\(\), got int"),
    "a list of inputs": (lambda F: run(nn.Dense(2), [F.ones((1, 3))]), ValueError, "Dense: inputs of list do not tell the sizes"),
    "a dataset": (lambda F: gluon.data.DataLoader(5, batch_size=2), TypeError, r"anything with len\(\) and \[index\], is needed, got int"),
    "a batch size": (lambda F: gluon.data.DataLoader([1, 2], batch_size="2"), TypeError, "must be a whole number, got '2'"),
    "data": (lambda F: gluon.data.ArrayDataset(5), TypeError, "arrays, lists or datasets are needed, got 5"),
    "a device for a list": (lambda F: gluon.utils.split_and_load(F.ones((2, 2)), mx.cpu()), TypeError, r"such as \[mx.cpu\(\)\]"),
    "numbers for an iterator": (lambda F: mx.io.NDArrayIter([1, 2]), ValueError, r"of shape \(\) has no axis 0 of examples"),
    "a picture's size": (lambda F: gluon.data.vision.transforms.CenterCrop("x"), TypeError, r"number or \(width, height\), got 'x'"),
    "transforms": (lambda F: gluon.data.vision.transforms.Compose(3), TypeError, "Compose: a list of transforms is needed, got 3"),
    "mixed initializers": (lambda F: mx.init.Mixed(".*", "zeros"), TypeError, "lists of patterns and of initializers are needed"),
    "a cell to modify": (lambda F: rnn.ResidualCell(nn.Dense(2)), TypeError, "base_cell must be a recurrent cell, got Dense"),
    "variables": (lambda F: autograd.grad(F.ones((2,)), 3), TypeError, "an array or a list of arrays, got 3"),
    "arrays to mark": (lambda F: autograd.mark_variables(3, 4), TypeError, "must be arrays, or lists of as many arrays"),
    "an updater": (lambda F: mx.optimizer.get_updater("sgd"), TypeError, "an mx.optimizer.Optimizer is needed, got 'sgd'"),
    "two inputs": (lambda F: run(nn.Flatten(), F.ones((1, 3)), F.ones((1, 3))), TypeError, "Flatten takes x; 2 inputs were given"),
    "arguments": (lambda F: run(nn.Flatten()), TypeError, "missing 1 required positional argument"),
    "no super().__init__()": (lambda F: NoInit(), AttributeError, r"must call super\(\).__init__\(\)"),
    "export": (lambda F: nn.Dense(2).export("x"), RuntimeError, "call hybridize"),
    "export of a Block": (lambda F: nn.Sequential().export("x"), AttributeError, "nn.HybridSequential for nn.Sequential"),
    "unknown": (lambda F: nn.Dense(2).wieght, AttributeError, "'Dense' object has no attribute 'wieght'"),
    "summary": (lambda F: (lambda net: (net.hybridize(), net.summary(F.ones((1, 2)))))(nn.Dense(2)), AssertionError, "is hybridized"),
}


def dense(units=2):
    net = nn.Dense(units, in_units=3)
    net.initialize()
    return net


def trained(F, step=lambda trainer: trainer.step(4), net=None, optimizer="sgd", arguments=None, backward=True):
    """One step of a loop, `step` in place of the right call."""
    net = dense() if net is None else net
    trainer = gluon.Trainer(net.collect_params(), optimizer, arguments)
    if backward:
        with autograd.record():
            out = loss.SoftmaxCELoss()(net(F.ones((4, 3))), F.array([0, 1, 0, 1]))
        out.backward()
    step(trainer)


def first_of_two(F):
    net = nn.Sequential()
    net.add(dense(), dense())
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    with autograd.record():
        out = net[0](F.ones((4, 3))).sum()
    out.backward()
    trainer.step(4)


def file_of(tmp_path, net, name="x.params"):
    file = str(tmp_path / name)
    net.save_parameters(file)
    return file


def metric_of(F, name):
    return getattr(mx.metric if F is not np else gluon.metric, name)()


def junk(tmp_path):
    (tmp_path / "x.params").write_text("hello")
    return str(tmp_path / "x.params")


LOOP = {
    "no backward": (lambda F, _: trained(F, backward=False), UserWarning, "no backward has reached .* or backward\\(\\) was not called"),
    "a stale gradient": (lambda F, _: trained(F, lambda t: [t.step(4), t.step(4)]), UserWarning, "pass ignore_stale_grad=True to skip"),
    "a layer that is not used": (lambda F, _: first_of_two(F), UserWarning, "the loss does not depend on it"),
    "batch_size 0": (lambda F, _: trained(F, lambda t: t.step(0)), ZeroDivisionError, "batch_size must be a number .* got 0"),
    "batch_size of a string": (lambda F, _: trained(F, lambda t: t.step("4")), TypeError, "batch_size must be a number .* got '4'"),
    "no record": (lambda F, _: loss.L2Loss()(dense()(F.ones((2, 3))), F.ones((2, 2))).backward(), mx.MXNetError,
                  r"Compute it inside autograd.record\(\)"),
    "head gradients": (lambda F, _: recorded(F).backward(F.ones((3,))), mx.MXNetError, r"shape \(3,\), the head \(4, 2\)"),
    "a step before the first batch": (lambda F, _: trained(F, net=initialized(nn.Dense(2)), backward=False),
                                      gluon.DeferredInitializationError, "Pass one through the network first"),
    "a trainer before initialize": (lambda F, _: gluon.Trainer(nn.Dense(2).collect_params(), "sgd"), RuntimeError, r"call initialize\(\)"),
    "the network for its parameters": (lambda F, _: gluon.Trainer(dense(), "sgd"), ValueError, r"net.collect_params\(\); got Dense"),
    "no such optimizer": (lambda F, _: trained(F, optimizer="sdg"), ValueError, "Cannot find optimizer sdg; there are .*sgd"),
    "lr": (lambda F, _: trained(F, arguments={"lr": 0.1}), TypeError, "SGD has no argument 'lr', did you mean learning_rate"),
    "momentun": (lambda F, _: mx.optimizer.NAG(momentun=0.9), TypeError, "NAG has no argument 'momentun', did you mean momentum"),
    "two rates": (lambda F, _: trained(F, lambda t: t.set_learning_rate(1), arguments={"lr_scheduler": mx.lr_scheduler.FactorScheduler(1)}),
                  UserWarning, "comes from the LRScheduler"),
    "no gradient": (lambda F, _: (lambda n: (n.setattr("grad_req", "null"), n.weight.grad()))(dense()), RuntimeError,
                    "has no gradient, because its grad_req is 'null'"),
    "another file": (lambda F, t: dense(3).load_parameters(file_of(t, dense(2))), AssertionError,
                     r"shape \(3, 3\), but shape \(2, 3\) in"),
    "a file of more layers": (lambda F, t: dense().load_parameters(file_of(t, chain(dense()))), AssertionError,
                              "'weight' is missing in .*, which has '0.weight', '0.bias'. Pass allow_missing=True"),
    "no file": (lambda F, t: dense().load_parameters(str(t / "none.params")), mx.MXNetError, "cannot open .*none.params"),
    "no file, in MXNet 2": (lambda F, t: dense().load_parameters(str(t / "none.params")), ValueError, "cannot open .*none.params"),
    "no file of parameters": (lambda F, t: dense().load_parameters(junk(t)), mx.MXNetError, "expected an MXNet array file"),
    "a metric's lengths": (lambda F, _: metric_of(F, "Accuracy").update(F.ones((3,)), F.ones((4, 2))), ValueError, "match: 3 and 4"),
    "a metric's lists": (lambda F, _: metric_of(F, "Accuracy").update([F.ones(4)] * 2, [F.ones((4, 2))]), ValueError, "match: 2 and 1"),
    "a metric's shapes": (lambda F, _: metric_of(F, "MSE").update([F.ones((3, 1))], [F.ones((4, 1))]), (ValueError, mx.MXNetError),
                          r"\(3, 1\).*\(4, 1\)"),
    "devices": (lambda F, _: gluon.utils.split_and_load(F.ones((3, 2)), [mx.cpu(0), mx.cpu(1)]), ValueError,
                "Choose a batch size that 2 divides"),
    "a list of layers": (lambda F, _: chain([dense()]), TypeError, r"got list; give its blocks one by one, add\(\*blocks\)"),
    "a function as a layer": (lambda F, _: chain(lambda x: x), TypeError, "got function; wrap functions in nn.Lambda"),
    "a plain block in a HybridBlock": (lambda F, _: hybrid_around(nn.Sequential()), ValueError, "nn.Sequential for nn.HybridSequential"),
    "a number for a parameter": (lambda F, _: setattr(dense(), "weight", 5), TypeError, "Dense.weight is a Parameter"),
    "a list for an array": (lambda F, _: dense()([[1, 2, 3]]), ValueError, "must be an NDArray or a Symbol.* got list"),
    "an initializer's class": (lambda F, _: nn.Dense(2, in_units=3).initialize(mx.init.Xavier), AssertionError,
                               "such as 'xavier', got <class"),
    "no forward": (lambda F, _: type("Mine", (nn.Block,), {})()(F.ones(2)), NotImplementedError, r"Mine must define forward\(self, x"),
    "no batch size": (lambda F, _: gluon.data.DataLoader(gluon.data.ArrayDataset(F.ones((4, 2)))), ValueError, "give a batch_size"),
    "lengths": (lambda F, _: gluon.data.ArrayDataset(F.ones((4, 2)), F.ones((3,))), AssertionError, "must have the same length"),
    "nd and np of other shapes": (lambda F, _: mx.nd.ones((2,)) + np.ones((3,)), mx.MXNetError, r"\(2,\) and \(3,\) do not broadcast"),
}


def initialized(net):
    net.initialize()
    return net


def recorded(F):
    with autograd.record():
        return dense()(F.ones((4, 3)))


def chain(*blocks):
    net = nn.Sequential()
    net.add(*blocks)
    return net


def hybrid_around(block):
    net = nn.HybridSequential()
    net.add(block)


@pytest.mark.parametrize("wrong, error, text", LOOP.values(), ids=LOOP)
def test_errors_of_loops(F, tmp_path, wrong, error, text):
    with pytest.raises(error, match=text):
        wrong(F, tmp_path)


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
