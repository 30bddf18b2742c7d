"""Longer programs of the books, with a Trainer: imperative and hybridized runs agree, and each learns what it is given.

Every program returns the numbers that the runs must agree in; it asserts by itself that it has learned. The dialects' functions
go by one name here: `ops(F).batch_dot` is npx.batch_dot or nd.batch_dot.
"""
from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, gluon, init, nd, np, npx
from mxshim.gluon import nn, rnn

pytestmark = pytest.mark.filterwarnings("ignore::mxshim.engine.RecompilationWarning")
ND = SimpleNamespace(
    one_hot=nd.one_hot, batch_dot=nd.batch_dot, softmax=nd.softmax, mask=nd.SequenceMask, tanh=nd.tanh, dot=nd.dot,
    concat=lambda xs, axis: nd.concat(*xs, dim=axis), stack=lambda xs, axis: nd.stack(*xs, axis=axis), expand=nd.expand_dims, clip=nd.clip,
    prior=nd.contrib.MultiBoxPrior, target=nd.contrib.MultiBoxTarget, detection=nd.contrib.MultiBoxDetection,
    swapaxes=nd.swapaxes, normal=lambda scale, shape: nd.random.normal(scale=scale, shape=shape), abs=nd.abs)
NP = SimpleNamespace(
    one_hot=npx.one_hot, batch_dot=npx.batch_dot, softmax=npx.softmax, mask=npx.sequence_mask, tanh=np.tanh, dot=np.dot,
    concat=lambda xs, axis: np.concatenate(xs, axis=axis), stack=lambda xs, axis: np.stack(xs, axis=axis), expand=np.expand_dims,
    clip=np.clip, prior=npx.multibox_prior, target=npx.multibox_target, detection=npx.multibox_detection,
    swapaxes=np.swapaxes, normal=lambda scale, shape: np.random.normal(0, scale, shape), abs=np.abs)


def ops(F):
    return NP if F is np else ND


def dialect_of(x):
    return np if type(x) is np.ndarray else nd


def number(x):
    return float(x.asnumpy().mean())


def try_gpu(i=0):
    """As books define it."""
    return mx.gpu(i) if mx.context.num_gpus() >= i + 1 else mx.cpu()


# -- recurrent networks by hand ----------------------------------------------------------------------------------------


def rnn_by_hand(F, hybridize):
    """D2L's character model: parameters are plain arrays, gradients are clipped together."""
    o, vocabulary, hidden = ops(F), 5, 16
    text = onp.array([0, 1, 2, 3, 4] * 8)
    x, y = F.array(text[:-1].reshape(3, 13), dtype="float32"), F.array(text[1:].reshape(3, 13), dtype="float32")
    params = [o.normal(0.1, s) for s in ((vocabulary, hidden), (hidden, hidden), (hidden, vocabulary))]
    params[2:2] = [F.zeros(hidden)]
    params.append(F.zeros(vocabulary))
    for p in params:
        p.attach_grad()
    loss = gluon.loss.SoftmaxCrossEntropyLoss()

    def forward(inputs, state, w_xh, w_hh, b_h, w_hq, b_q):
        outputs = []
        for t in range(inputs.shape[0]):
            state = o.tanh(o.dot(inputs[t], w_xh) + o.dot(state, w_hh) + b_h)
            outputs.append(o.dot(state, w_hq) + b_q)
        return o.concat(outputs, 0), state

    def clip(theta):
        norm = math.sqrt(sum(float((p.grad ** 2).sum().asnumpy()) for p in params))
        if norm > theta:
            for p in params:
                p.grad[:] *= theta / norm

    found, state = [], F.zeros((3, hidden))
    for _ in range(40):
        state = state.detach()
        with autograd.record():
            out, state = forward(o.one_hot(x.T, vocabulary), state, *params)
            cost = loss(out, y.T.reshape(-1)).mean()
        cost.backward()
        clip(1)
        for p in params:
            p[:] -= 1.0 * p.grad
        found.append(math.exp(number(cost)))
    assert found[0] > 4 and found[-1] < 1.2  # perplexity
    return found


def lstm_with_begin_state(F, hybridize):
    """A language model over a ring of words: rnn.LSTM, begin_state, detach, clip_global_norm."""

    class Model(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.embedding, self.rnn = nn.Embedding(6, 8), rnn.LSTM(16, num_layers=2, dropout=0.0)
            self.dense = nn.Dense(6, flatten=False)

        def forward(self, x, states):
            y, states = self.rnn(self.embedding(x), states)
            return self.dense(y), states

        def begin_state(self, **kwargs):
            return self.rnn.begin_state(**kwargs)

    words = onp.arange(4 * 13).reshape(4, 13).T % 6
    x, y = F.array(words[:-1], dtype="float32"), F.array(words[1:], dtype="float32")
    net = Model()
    net.initialize(init.Xavier(), ctx=try_gpu())
    hybridize(net)
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.02})
    loss, found = gluon.loss.SoftmaxCELoss(), []
    states = net.begin_state(batch_size=4, ctx=try_gpu())
    for _ in range(25):
        states = [s.detach() for s in states]
        with autograd.record():
            out, states = net(x, states)
            cost = loss(out, y)
        cost.backward()
        gluon.utils.clip_global_norm([p.grad() for p in net.collect_params().values()], 5)
        trainer.step(x.shape[0] * x.shape[1])
        found.append(number(cost))
    assert found[-1] < 0.2
    return found


# -- sequence to sequence ----------------------------------------------------------------------------------------------


def masked_softmax(x, valid_len):
    o, shape = ops(dialect_of(x)), x.shape
    lengths = valid_len.repeat(shape[1], axis=0)
    masked = o.mask(x.reshape(-1, shape[-1]), lengths, True, value=-1e6, axis=1)
    return o.softmax(masked).reshape(shape)


class AdditiveAttention(nn.HybridBlock):
    def __init__(self, units):
        super().__init__()
        self.W_k, self.W_q = (nn.Dense(units, use_bias=False, flatten=False) for _ in range(2))
        self.w_v = nn.Dense(1, use_bias=False, flatten=False)

    def forward(self, queries, keys, values, valid_len):
        o = ops(dialect_of(queries))
        features = o.tanh(o.expand(self.W_q(queries), axis=2) + o.expand(self.W_k(keys), axis=1))
        weights = masked_softmax(self.w_v(features).reshape(features.shape[:3]), valid_len)
        return o.batch_dot(weights, values)


class Seq2Seq(nn.HybridBlock):
    """An encoder and a decoder with attention; forward is given the target, moved by one."""

    def __init__(self, vocabulary, hidden):
        super().__init__()
        self.source, self.target = (nn.Embedding(vocabulary, hidden) for _ in range(2))
        self.encoder, self.decoder = rnn.GRU(hidden), rnn.GRU(hidden)
        self.attention, self.dense = AdditiveAttention(hidden), nn.Dense(vocabulary, flatten=False)

    def forward(self, x, valid_len, y):
        o = ops(dialect_of(x))
        state = self.encoder.begin_state(x.shape[0])
        memory, state = self.encoder(o.swapaxes(self.source(x), 0, 1), state)
        memory, embedded, outputs = o.swapaxes(memory, 0, 1), o.swapaxes(self.target(y), 0, 1), []
        for t in range(y.shape[1]):
            query = o.expand(state[0][-1], axis=1)
            context = self.attention(query, memory, memory, valid_len)
            step = o.concat([context, o.expand(embedded[t], axis=1)], 2)
            out, state = self.decoder(o.swapaxes(step, 0, 1), state)
            outputs.append(out[0])
        return self.dense(o.stack(outputs, 1))


class MaskedLoss(gluon.loss.SoftmaxCELoss):
    def forward(self, pred, label, valid_len):
        o = ops(dialect_of(pred))
        weights = o.expand(o.mask(label * 0 + 1, valid_len, True, axis=1), axis=-1)
        return super().forward(pred, label, weights)


def sequence_to_sequence(F, hybridize):
    """Teacher forcing: the net copies words, 3 starts a sentence, padding is 0 and not learned."""
    words = onp.array([[4, 5], [6, 4], [5, 0], [5, 6]])
    x, lengths = F.array(words, dtype="float32"), F.array([2, 2, 1, 2], dtype="float32")
    shifted = F.array(onp.concatenate([[[3]] * 4, words[:, :-1]], axis=1), dtype="float32")
    net, loss = Seq2Seq(7, 16), MaskedLoss()
    net.initialize(init.Xavier())
    hybridize(net)
    hybridize(loss)
    trainer, found = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.02}), []
    for _ in range(30):
        with autograd.record():
            cost = loss(net(x, lengths, shifted), x, lengths)
        cost.backward()
        trainer.step(7)
        found.append(number(cost))
    predicted = net(x, lengths, shifted).asnumpy().argmax(axis=2)
    assert ((predicted == words) | (words == 0)).all()
    return found


# -- two networks, two trainers ----------------------------------------------------------------------------------------


def gan(F, hybridize):
    """Points of a shifted, stretched normal distribution, and a linear generator that learns them."""
    o = ops(F)
    real = F.array(onp.random.RandomState(0).randn(64, 2) @ onp.array([[1, 2], [-0.1, 0.5]]) + [1, 2], dtype="float32")
    make, judge = nn.HybridSequential(), nn.HybridSequential()
    make.add(nn.Dense(2))
    judge.add(nn.Dense(5, activation="tanh"), nn.Dense(3, activation="tanh"), nn.Dense(1))
    loss = gluon.loss.SigmoidBinaryCrossEntropyLoss()
    for net in (make, judge):
        net.initialize(init.Normal(0.02), force_reinit=True)
        hybridize(net)
    of_make = gluon.Trainer(make.collect_params(), "adam", {"learning_rate": 0.005})
    of_judge = gluon.Trainer(judge.collect_params(), "adam", {"learning_rate": 0.05})
    ones, zeros, centers = F.ones((64,)), F.zeros((64,)), []
    for _ in range(1000):
        z = o.normal(1, (64, 2))
        with autograd.record():
            fake = make(z)
            cost = (loss(judge(real), ones) + loss(judge(fake.detach()), zeros)) / 2
        cost.backward()
        of_judge.step(64)
        with autograd.record():
            cost2 = loss(judge(make(z)), ones)
        cost2.backward()
        of_make.step(64)
        centers.append(make[0].bias.data().copy())
    centre = sum(centers[500:]).asnumpy() / 500  # the two networks circle around the solution
    assert abs(centre[0] - 1) < 0.7 and abs(centre[1] - 2) < 0.8
    return [number(cost), number(cost2), *centre]


# -- embeddings --------------------------------------------------------------------------------------------------------


def matrix_factorization(F, hybridize):
    class MF(nn.HybridBlock):
        def __init__(self, factors, users, items):
            super().__init__()
            self.P, self.Q = nn.Embedding(users, factors), nn.Embedding(items, factors)
            self.user_bias, self.item_bias = nn.Embedding(users, 1), nn.Embedding(items, 1)

        def forward(self, user, item):
            out = (self.P(user) * self.Q(item)).sum(axis=1)
            return out + self.user_bias(user).reshape(-1) + self.item_bias(item).reshape(-1)

    random = onp.random.RandomState(1)
    user, item = (a.ravel() for a in onp.meshgrid(onp.arange(6), onp.arange(5)))
    scores = (random.randn(6, 2) @ random.randn(2, 5)).T.ravel()
    user, item, scores = F.array(user), F.array(item), F.array(scores, dtype="float32")
    net, loss = MF(4, 6, 5), gluon.loss.L2Loss()
    net.initialize(init.Normal(0.1))
    hybridize(net)
    trainer, found = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.1, "wd": 1e-5}), []
    for _ in range(40):
        with autograd.record():
            cost = loss(net(user, item), scores)
        cost.backward()
        trainer.step(30)
        found.append(number(cost))
    assert found[-1] < 0.02 * found[0]
    return found


def skip_gram(F, hybridize):
    """word2vec with negative sampling: batch_dot of embeddings, a masked binary loss."""
    o = ops(F)

    class SigmoidBCELoss(gluon.loss.Loss):
        def __init__(self):
            super().__init__(None, 0)
            self.bce = gluon.loss.SigmoidBinaryCrossEntropyLoss()

        def forward(self, inputs, label, mask):
            return self.bce(inputs, label, mask) * mask.shape[1] / mask.sum(axis=1)

    net = nn.HybridSequential()
    net.add(nn.Embedding(input_dim=8, output_dim=4), nn.Embedding(input_dim=8, output_dim=4))
    net.initialize(init.Xavier())
    hybridize(net)
    center = F.array([[0], [1], [2], [3]])
    contexts = F.array([[1, 5, 6, 0], [0, 6, 7, 5], [3, 1, 4, 7], [2, 4, 0, 0]])
    labels = F.array([[1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]], dtype="float32")
    masks = F.array([[1, 1, 1, 0], [1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 0, 0]], dtype="float32")
    loss, trainer, found = SigmoidBCELoss(), gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.1}), []
    for _ in range(30):
        with autograd.record():
            v, u = net[0](center), net[1](contexts)
            pred = o.batch_dot(v, o.swapaxes(u, 1, 2))
            cost = loss(pred.reshape(labels.shape), labels, masks)
        cost.backward()
        trainer.step(4)
        found.append(number(cost))
    assert found[-1] < 0.1 * found[0]
    return found


def text_cnn(F, hybridize):
    class TextCNN(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.embedding, self.constant = nn.Embedding(10, 6), nn.Embedding(10, 6)
            self.pool, self.convs = nn.GlobalMaxPool1D(), nn.HybridSequential()
            for size in (2, 3):
                self.convs.add(nn.Conv1D(8, size, activation="relu"))
            self.dropout, self.decoder = nn.Dropout(0.1), nn.Dense(2)

        def forward(self, inputs):
            o = ops(dialect_of(inputs))
            embedded = o.concat([self.embedding(inputs), self.constant(inputs)], 2).transpose((0, 2, 1))
            encoding = o.concat([self.pool(conv(embedded)).reshape(inputs.shape[0], -1) for conv in self.convs], 1)
            return self.decoder(self.dropout(encoding))

    words = onp.random.RandomState(2).randint(2, 10, (16, 7))
    words[::2, 3] = 1  # the word that tells the classes apart
    x, y = F.array(words), F.array(onp.arange(16) % 2, dtype="float32")
    net, loss = TextCNN(), gluon.loss.SoftmaxCrossEntropyLoss()
    net.initialize(init.Xavier())
    net.constant.collect_params().setattr("grad_req", "null")
    net(x)  # all parameters are drawn before dropout draws, hybridized or not
    hybridize(net)
    trainer, found = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.03}), []
    for _ in range(20):
        with autograd.record():
            cost = loss(net(x), y)
        cost.backward()
        trainer.step(16)
        found.append(number(cost))
    assert (net(x).asnumpy().argmax(axis=1) == y.asnumpy()).all()
    return found


# -- images ------------------------------------------------------------------------------------------------------------


class TinySSD(nn.HybridBlock):
    """One scale of a detector: features, anchors, classes, offsets."""

    def __init__(self, classes):
        super().__init__()
        self.classes = classes
        self.body = nn.HybridSequential()
        for channels in (8, 8):
            self.body.add(nn.Conv2D(channels, 3, padding=1), nn.BatchNorm(), nn.Activation("relu"), nn.MaxPool2D(2))
        self.cls, self.bbox = nn.Conv2D(2 * (classes + 1), 3, padding=1), nn.Conv2D(2 * 4, 3, padding=1)

    def forward(self, x):
        y = self.body(x)
        anchors = ops(dialect_of(x)).prior(y, sizes=[0.4, 0.6], ratios=[1])
        cls = self.cls(y).transpose((0, 2, 3, 1)).reshape(x.shape[0], -1, self.classes + 1)
        return anchors, cls, self.bbox(y).transpose((0, 2, 3, 1)).reshape(x.shape[0], -1)


def ssd(F, hybridize):
    o, random = ops(F), onp.random.RandomState(0)
    images, labels = random.rand(4, 3, 16, 16) * 0.1, []
    for image, (left, top) in zip(images, [(0, 0), (8, 8), (0, 8), (8, 0)], strict=True):
        image[:, top:top + 8, left:left + 8] += 1
        labels.append([[0, left / 16, top / 16, (left + 8) / 16, (top + 8) / 16]])
    x, y = F.array(images, dtype="float32"), F.array(labels, dtype="float32")
    net = TinySSD(1)
    net.initialize(init.Xavier())
    hybridize(net)
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.02})
    of_class, of_box, found = gluon.loss.SoftmaxCrossEntropyLoss(), gluon.loss.L1Loss(), []
    for _ in range(30):
        with autograd.record():
            anchors, cls, box = net(x)
            box_labels, box_masks, cls_labels = o.target(anchors, y, cls.transpose((0, 2, 1)))
            cost = of_class(cls, cls_labels) + of_box(box * box_masks, box_labels * box_masks)
        cost.backward()
        trainer.step(4)
        found.append(number(cost))
    anchors, cls, box = net(x)
    best = o.detection(o.softmax(cls).transpose((0, 2, 1)), box, anchors, nms_threshold=0.5).asnumpy()[:, 0]
    assert found[-1] < 0.3 * found[0] and (best[:, 0] == 0).all()
    onp.testing.assert_allclose(best[:, 2:], y.asnumpy()[:, 0, 1:], atol=0.2)
    return found


class Image(nn.HybridBlock):
    """An image that is learned: the only parameter of a block without inputs."""

    def __init__(self, shape):
        super().__init__()
        self.weight = gluon.Parameter("weight", shape=shape)

    def forward(self):
        return self.weight.data()


def neural_style(F, hybridize):
    """The gradient of content, style (Gram matrices) and total variation with respect to an image."""
    o = ops(F)
    features = nn.HybridSequential()
    features.add(nn.Conv2D(4, 3, padding=1, activation="relu"), nn.Conv2D(4, 3, padding=1, activation="relu"))
    features.initialize(init.Xavier())
    hybridize(features)
    content, style = (F.array(onp.random.RandomState(k).rand(1, 3, 10, 10), dtype="float32") for k in (0, 1))

    def gram(x):
        flat = x.reshape(x.shape[1], -1)
        return o.dot(flat, flat.T) / flat.size

    wanted, look = features(content).detach(), gram(features(style)).detach()
    image = Image(content.shape)
    image.initialize(init.Normal(0.1))
    trainer, found = gluon.Trainer(image.collect_params(), "adam", {"learning_rate": 0.05}), []
    for _ in range(30):
        with autograd.record():
            x = image()
            y = features(x)
            smooth = o.abs(x[:, :, 1:, :] - x[:, :, :-1, :]).mean() + o.abs(x[:, :, :, 1:] - x[:, :, :, :-1]).mean()
            cost = ((y - wanted) ** 2).mean() + 10 * ((gram(y) - look) ** 2).mean() + 0.01 * smooth
        cost.backward()
        trainer.step(1)
        image.weight.set_data(o.clip(image.weight.data(), -1, 2))
        found.append(number(cost))
    assert found[-1] < 0.5 * found[0]
    return found


# -- several devices ---------------------------------------------------------------------------------------------------


def several_devices(F, hybridize):
    """D2L's train_batch_ch13, on however many devices there are."""
    devices = [try_gpu(0)] if mx.context.num_gpus() else [mx.cpu(0)]
    random = onp.random.RandomState(0)
    x = F.array(random.randn(32, 4), dtype="float32")
    y = F.array((x.asnumpy()[:, 0] > 0), dtype="float32")
    net = nn.HybridSequential()
    net.add(nn.Dense(8, activation="relu"), nn.Dense(2))
    net.initialize(init=init.Xavier(), ctx=devices, force_reinit=True)
    hybridize(net)
    loss, trainer = gluon.loss.SoftmaxCrossEntropyLoss(), gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.5})
    found = []
    for _ in range(25):
        xs, ys = gluon.utils.split_and_load(x, devices), gluon.utils.split_and_load(y, devices)
        with autograd.record():
            pred = [net(part) for part in xs]
            costs = [loss(p, part) for p, part in zip(pred, ys, strict=True)]
        for cost in costs:
            cost.backward()
        trainer.step(32, ignore_stale_grad=True)
        found.append(sum(float(cost.sum().asnumpy()) for cost in costs))
    right = sum(int((p.argmax(axis=1).asnumpy() == part.asnumpy()).sum()) for p, part in zip(pred, ys, strict=True))
    assert right >= 31
    return found


PROGRAMS = [rnn_by_hand, lstm_with_begin_state, sequence_to_sequence, gan, matrix_factorization, skip_gram, text_cnn, ssd, neural_style,
            several_devices]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_programs(F, program):
    runs = []
    for hybridize in (lambda block: None, lambda block: block.hybridize()):
        mx.random.seed(1)
        runs.append(program(F, hybridize))
    onp.testing.assert_allclose(runs[1], runs[0], rtol=2e-3, atol=2e-4)
