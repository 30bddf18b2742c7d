"""Loops whose turns are never the same: what costs nothing where every operator runs by itself, and a compilation where it does not.

Each is (mx) -> an endless generator of turns, in plain MXNet code of the nd dialect, that reads a value at every turn.
"""
from __future__ import annotations

import itertools
import random

import numpy as onp


def _trained(mx, *blocks, optimizer="adam"):
    params = blocks[0].collect_params()
    for block in blocks:
        block.initialize()
        params.update(block.collect_params())
    return mx.gluon.Trainer(params, optimizer)


def batches(mx):
    """Skip-gram with negative sampling: as many columns as the batch's longest context."""
    nd, nn, rng = mx.nd, mx.gluon.nn, onp.random.RandomState(0)
    centers, contexts = nn.Embedding(200, 16), nn.Embedding(200, 16)
    trainer, loss = _trained(mx, centers, contexts), mx.gluon.loss.SigmoidBinaryCrossEntropyLoss()
    for width in map(int, itertools.chain.from_iterable(rng.permutation(range(20, 80)) for _ in itertools.count())):
        center, context = nd.array(rng.randint(0, 200, (32, 1))), nd.array(rng.randint(0, 200, (32, width)))
        mask, label = (nd.array(rng.randint(0, 2, (32, width))) for _ in range(2))
        with mx.autograd.record():
            scores = nd.batch_dot(centers(center), contexts(context).swapaxes(1, 2))
            out = loss(scores.reshape(label.shape), label, mask) * mask.shape[1] / mask.sum(axis=1)
        out.backward()
        trainer.step(32)
        yield out.sum().asscalar()


def sentences(mx):
    """Classification of sentences of any length by an LSTM."""
    nd, nn, rng = mx.nd, mx.gluon.nn, onp.random.RandomState(0)
    words, lstm, classes = nn.Embedding(100, 16), mx.gluon.rnn.LSTM(32), nn.Dense(2)
    trainer, loss = _trained(mx, words, lstm, classes), mx.gluon.loss.SoftmaxCrossEntropyLoss()
    while True:
        x, y = nd.array(rng.randint(0, 100, (rng.randint(5, 60), 8))), nd.array(rng.randint(0, 2, 8))
        with mx.autograd.record():
            out = loss(classes(lstm(words(x))[-1]), y)
        out.backward()
        trainer.step(8)
        yield out.mean().asscalar()


def trees(mx):
    """A network that follows random binary trees."""
    nd, nn, rng = mx.nd, mx.gluon.nn, random.Random(0)
    leaves, join, classes = nn.Embedding(50, 32), nn.Dense(32, activation="tanh"), nn.Dense(2)
    trainer, loss = _trained(mx, leaves, join, classes), mx.gluon.loss.SoftmaxCrossEntropyLoss()

    def state(n):
        if n == 1:
            return leaves(nd.array([rng.randrange(50)]))
        k = rng.randrange(1, n)
        return join(nd.concat(state(k), state(n - k), dim=1))

    while True:
        with mx.autograd.record():
            out = loss(classes(state(rng.randrange(5, 20))), nd.array([rng.randrange(2)]))
        out.backward()
        trainer.step(1)
        yield out.asscalar()


def decoding(mx):
    """Greedy decoding with attention to all that was said before, a token a turn."""
    nd, nn = mx.nd, mx.gluon.nn
    words, query, key, value, out = (nn.Embedding(100, 64), *[nn.Dense(64, flatten=False) for _ in range(3)], nn.Dense(100, flatten=False))
    _trained(mx, words, query, key, value, out)
    while True:
        token, keys, values = nd.array([[1]]), None, None
        for _ in range(40):
            x = words(token)
            keys = key(x) if keys is None else nd.concat(keys, key(x), dim=1)
            values = value(x) if values is None else nd.concat(values, value(x), dim=1)
            weights = nd.softmax(nd.batch_dot(query(x), keys, transpose_b=True) / 8)
            token = out(nd.batch_dot(weights, values)).argmax(axis=2)
            yield token.asscalar()


def images(mx):
    """Prediction for images of any size by a hybridized network."""
    nd, nn, rng = mx.nd, mx.gluon.nn, random.Random(0)
    net = nn.HybridSequential()
    net.add(nn.Conv2D(8, 3, activation="relu"), nn.Conv2D(8, 3, activation="relu"), nn.GlobalAvgPool2D(), nn.Dense(5))
    net.initialize()
    net.hybridize()
    while True:
        yield net(nd.random.normal(shape=(1, 3, rng.randrange(20, 90), rng.randrange(20, 90)))).sum().asscalar()


def photographs(mx):
    """Training on images of any size."""
    nd, nn, rng = mx.nd, mx.gluon.nn, random.Random(0)
    net = nn.HybridSequential()
    net.add(nn.Conv2D(8, 3), nn.BatchNorm(), nn.Activation("relu"), nn.MaxPool2D(2), nn.Conv2D(16, 3, strides=2, padding=1),
            nn.LeakyReLU(0.1), nn.AvgPool2D(3, 2), nn.Conv2DTranspose(4, 4, 2, 1), nn.GlobalAvgPool2D(), nn.Dense(5))
    net.hybridize()
    trainer, loss = _trained(mx, net), mx.gluon.loss.SoftmaxCrossEntropyLoss()
    while True:
        x, y = nd.random.normal(shape=(2, 3, rng.randrange(20, 90), rng.randrange(20, 90))), nd.array([1, 2])
        with mx.autograd.record():
            out = loss(net(x), y)
        out.backward()
        trainer.step(2)
        yield out.mean().asscalar()


LOOPS = {f.__name__: f for f in (batches, sentences, trees, decoding, images, photographs)}
