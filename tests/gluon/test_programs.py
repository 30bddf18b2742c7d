"""Networks as books write them, trained by hand for a few steps: imperative and hybridized runs agree, and the loss falls."""
from __future__ import annotations

import math

import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, gluon, nd, np, npx
from mxshim.gluon import loss, nn, rnn

pytestmark = pytest.mark.filterwarnings("ignore::mxshim.engine.RecompilationWarning")
STATE = onp.random.RandomState(3)
POINTS = STATE.randn(16, 2).astype("float32")
IMAGES = STATE.rand(6, 1, 12, 12).astype("float32")
CLASSES = onp.array([0, 1, 2, 0, 1, 2], "float32")
TEXT = STATE.randint(0, 5, (6, 4)).astype("float32")


def sgd(net, lr, batch):
    for p in net.collect_params().values():
        if p.grad_req != "null":
            p.data()[:] -= lr / batch * p.grad()


def train(net, criterion, inputs, labels, lr, turns=4):
    """The losses of a few steps over all examples."""
    losses = []
    for _ in range(turns):
        with autograd.record():
            out = criterion(net(*inputs), labels)
        out.backward()
        sgd(net, lr, labels.shape[0])
        losses.append(float(out.mean().asnumpy().item()))
    return losses


def linear_regression(F, hybridize):
    x = F.array(POINTS)
    y = F.array(POINTS @ onp.array([[2.], [-3.4]], "float32") + 4.2)
    net = nn.HybridSequential()
    net.add(nn.Dense(1))
    net.initialize(mx.init.Normal(sigma=0.01))
    hybridize(net)
    return train(net, loss.L2Loss(), [x], y, 0.3)


def softmax_regression(F, hybridize):
    net = nn.HybridSequential()
    net.add(nn.Flatten(), nn.Dense(3))
    net.initialize(mx.init.Normal(sigma=0.01))
    hybridize(net)
    return train(net, loss.SoftmaxCrossEntropyLoss(), [F.array(IMAGES)], F.array(CLASSES), 0.1)


def perceptron_with_dropout(F, hybridize):
    net = nn.HybridSequential()
    net.add(nn.Dense(16, activation="relu", in_units=144), nn.Dropout(0.2), nn.Dense(3, in_units=16))
    net.initialize(mx.init.Normal(sigma=0.1))
    hybridize(net)
    return train(net, loss.SoftmaxCrossEntropyLoss(), [F.array(IMAGES)], F.array(CLASSES), 0.5)


def lenet(F, hybridize):
    net = nn.HybridSequential()
    net.add(nn.Conv2D(3, kernel_size=5, padding=2, activation="sigmoid"), nn.AvgPool2D(pool_size=2, strides=2),
            nn.Conv2D(4, kernel_size=3, activation="sigmoid"), nn.AvgPool2D(pool_size=2, strides=2), nn.Dense(8, activation="sigmoid"),
            nn.Dense(3))
    net.initialize(mx.init.Xavier())
    hybridize(net)
    return train(net, loss.SoftmaxCrossEntropyLoss(), [F.array(IMAGES)], F.array(CLASSES), 0.9)


class Residual(gluon.HybridBlock):
    def __init__(self, channels, use_1x1conv=False, strides=1):
        super().__init__()
        self.conv1 = nn.Conv2D(channels, kernel_size=3, padding=1, strides=strides)
        self.conv2 = nn.Conv2D(channels, kernel_size=3, padding=1)
        self.conv3 = nn.Conv2D(channels, kernel_size=1, strides=strides) if use_1x1conv else None
        self.bn1, self.bn2 = nn.BatchNorm(), nn.BatchNorm()

    def forward(self, x):
        relu = npx.relu if type(x) is np.ndarray else nd.relu
        y = self.bn2(self.conv2(relu(self.bn1(self.conv1(x)))))
        return relu(y + (self.conv3(x) if self.conv3 else x))


def resnet(F, hybridize):
    net = nn.HybridSequential()
    net.add(nn.Conv2D(4, kernel_size=3), nn.BatchNorm(), nn.Activation("relu"), Residual(4), Residual(6, True, 2),
            nn.GlobalAvgPool2D(), nn.Dense(3))
    net.initialize(mx.init.Xavier())
    hybridize(net)
    losses = train(net, loss.SoftmaxCrossEntropyLoss(), [F.array(IMAGES)], F.array(CLASSES), 0.3)
    return [*losses, *net(F.array(IMAGES)).asnumpy().ravel(), *net[1].running_var.data().asnumpy()]


class Language(gluon.HybridBlock):
    def __init__(self, vocabulary, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, 4)
        self.lstm = rnn.LSTM(hidden)
        self.dense = nn.Dense(vocabulary, flatten=False)

    def forward(self, tokens, h, c):
        y, states = self.lstm(self.embedding(tokens), [h, c])
        return self.dense(y), states


def language_model(F, hybridize):
    net = Language(5, 6)
    net.initialize(mx.init.Xavier())
    hybridize(net)
    tokens, labels = F.array(TEXT[:-1]), F.array(TEXT[1:])
    states = [F.zeros((1, 4, 6)) for _ in range(2)]
    losses, criterion = [], loss.SoftmaxCELoss(batch_axis=1)
    for _ in range(4):
        states = [s.detach() for s in states]  # truncated backpropagation
        with autograd.record():
            y, states = net(tokens, *states)
            out = criterion(y, labels).mean()
        out.backward()
        sgd(net, 2, 1)
        losses.append(float(out.asnumpy().item()))
    return losses


class Attention(gluon.HybridBlock):
    def __init__(self, units):
        super().__init__()
        self.query, self.key, self.value = (nn.Dense(units, flatten=False, use_bias=False) for _ in range(3))
        self.norm, self.out = nn.LayerNorm(), nn.Dense(3)
        self.units = units

    def forward(self, x):
        q, k, v = self.query(x), self.key(x), self.value(x)
        batch_dot, softmax = (npx.batch_dot, npx.softmax) if type(x) is np.ndarray else (nd.batch_dot, nd.softmax)
        weights = softmax(batch_dot(q, k, transpose_b=True) / math.sqrt(self.units))
        return self.out(self.norm(batch_dot(weights, v)))


def attention(F, hybridize):
    net = Attention(4)
    net.initialize(mx.init.Xavier())
    hybridize(net)
    return train(net, loss.SoftmaxCrossEntropyLoss(), [F.array(IMAGES.reshape(6, 12, 12))], F.array(CLASSES), 0.05)


def masked_loss(F, hybridize):
    """A loss derived as in books, with a forward of its own."""

    class MaskedSoftmaxCELoss(loss.SoftmaxCELoss):
        def forward(self, pred, label, valid_len):
            weights = F.ones_like(label).expand_dims(-1) if F is nd else np.expand_dims(np.ones_like(label), axis=-1)
            mask = nd.SequenceMask if F is nd else npx.sequence_mask
            return super().forward(pred, label, mask(weights, valid_len, True, axis=1))

    criterion = MaskedSoftmaxCELoss()
    hybridize(criterion)
    return [v for _ in range(3) for v in criterion(F.ones((3, 4, 10)), F.ones((3, 4)), F.array([4., 2., 0.])).asnumpy()]


PROGRAMS = [linear_regression, softmax_regression, perceptron_with_dropout, lenet, resnet, language_model, attention]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_programs(F, program):
    mx.random.seed(1)
    plain = program(F, lambda net: None)
    mx.random.seed(1)
    hybrid = program(F, lambda net: net.hybridize())
    onp.testing.assert_allclose(hybrid, plain, rtol=1e-5, atol=1e-6)
    assert plain[3] < plain[0]


def test_a_loss_of_ones_own(F):
    """The figures are those that Dive into Deep Learning prints for this loss."""
    for hybridize in (lambda net: None, lambda net: net.hybridize()):
        onp.testing.assert_allclose(masked_loss(F, hybridize), [2.3025851, 1.1512926, 0] * 3, rtol=1e-6)


class Waves(mx.init.Initializer):
    def _init_weight(self, name, arr):
        arr[:] = abs(arr + 0.5)
        arr *= 0.01


def layers_with_numbers_of_ones_own():
    net = nn.Sequential()
    net.add(nn.Dense(128), nn.Dense(3))
    net.initialize(Waves())
    return net


def recurrent():
    net = nn.Sequential()
    net.add(rnn.GRU(96, 2, layout="NTC"), nn.Dense(3))
    net.initialize()
    return net


def looked_at():
    net = nn.Sequential()
    net.add(nn.Conv2D(4, 3), nn.BatchNorm(), nn.Dense(3))
    net.initialize()
    for _ in range(2):
        assert net(np.ones((4, 2, 8, 8))).shape == (4, 3)
    return net


NETS = [("np", recurrent), ("np", layers_with_numbers_of_ones_own), ("nd", layers_with_numbers_of_ones_own), ("np", looked_at)]
SHAPES = {recurrent: (6, 4, 32), layers_with_numbers_of_ones_own: (6, 128), looked_at: (6, 2, 8, 8)}


@pytest.mark.parametrize(("F", "make"), NETS, indirect=["F"], ids=lambda x: getattr(x, "__name__", x))
def test_the_first_step_is_the_program_of_all_later_ones(F, make):
    """Whatever initializers compute is no part of it, nor are calls before it whose results are gone."""
    net, criterion = make(), loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    x, y = F.array(STATE.rand(6, 128).astype("float32").reshape(SHAPES[make])), F.array(CLASSES)
    programs = []
    for _ in range(3):
        with autograd.record():
            out = criterion(net(x), y)
        out.backward()
        trainer.step(6)
        out.wait_to_read()
        programs.append(mx.engine.stats().programs)
    assert programs[1:] == programs[:1] * 2
