"""Training steps of gluon networks with a Trainer, imperative and hybridized, beside the same networks written in JAX and PyTorch.

arrays: the trained parameters in the order and layout in which gluon has them, then the data.
"""
from __future__ import annotations

import numpy as onp

from ..rows import Goal, Row

VOCABULARY, EMBEDDED, HIDDEN, STEPS = 1000, 128, 256, 35
STAGES = [(16, 1), (32, 2), (64, 2)]  # channels and stride of the residual blocks


def _params(shapes):
    """Random weights of these shapes, zeros where there is one axis; arrays are taken as they are."""
    rng = onp.random.default_rng(0)
    return [s if isinstance(s, onp.ndarray) else onp.zeros(s, "float32") if len(s) == 1 else
            rng.normal(size=s, scale=onp.prod(s[1:]) ** -0.5).astype("float32") for s in shapes]


def _norm(channels):
    """gamma and beta of BatchNorm."""
    return [onp.ones(channels, "float32"), (channels,)]


def _images(batch, channels, size, classes=10):
    rng = onp.random.default_rng(1)
    return [rng.normal(size=(batch, channels, size, size)).astype("float32"), rng.integers(0, classes, batch).astype("float32")]


def cross_entropy(np, o, y):
    import jax
    return -jax.nn.log_softmax(o)[np.arange(len(y)), y.astype("int32")].mean()


def torch_entropy(o, y):
    from torch.nn.functional import cross_entropy as entropy
    return entropy(o, y.long())


# -- MLP ---------------------------------------------------------------------------------------------------------------

def mlp_arrays():
    rng = onp.random.default_rng(1)
    data = [rng.normal(size=(256, 784)).astype("float32"), rng.integers(0, 10, 256).astype("float32")]
    return _params([(256, 784), (256,), (128, 256), (128,), (10, 128), (10,)]), data


def mlp_net(mx):
    nn = mx.gluon.nn
    net = nn.HybridSequential()
    for units in (256, 128):
        net.add(nn.Dense(units, activation="relu"))
    net.add(nn.Dense(10))
    return net


def mlp(np, params, x, y):
    for w, b in zip(params[:-2:2], params[1:-2:2], strict=True):
        x = np.maximum(x @ w.T + b, 0)
    return cross_entropy(np, x @ params[-2].T + params[-1], y)


def mlp_torch(np, params, x, y):
    for w, b in zip(params[:-2:2], params[1:-2:2], strict=True):
        x = (x @ w.T + b).relu()
    return torch_entropy(x @ params[-2].T + params[-1], y)


# -- convolutions ------------------------------------------------------------------------------------------------------

def lenet_arrays():
    return _params([(20, 1, 5, 5), (20,), (50, 20, 5, 5), (50,), (128, 800), (128,), (10, 128), (10,)]), _images(64, 1, 28)


def lenet_net(mx):
    nn = mx.gluon.nn
    net = nn.HybridSequential()
    for channels in (20, 50):
        net.add(nn.Conv2D(channels, kernel_size=5, activation="relu"))
        net.add(nn.MaxPool2D(pool_size=2, strides=2))
    net.add(nn.Dense(128, activation="relu"))
    net.add(nn.Dense(10))
    return net


def _conv(x, w, stride=1, pad=0):
    from jax import lax
    return lax.conv_general_dilated(x, w, (stride, stride), [(pad, pad)] * 2, dimension_numbers=("NCHW", "OIHW", "NCHW"))


def lenet(np, params, x, y):
    from jax import lax
    for w, b in (params[:2], params[2:4]):
        x = np.maximum(_conv(x, w) + b[:, None, None], 0)
        x = lax.reduce_window(x, -np.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
    x = np.maximum(x.reshape(len(x), -1) @ params[4].T + params[5], 0)
    return cross_entropy(np, x @ params[6].T + params[7], y)


def lenet_torch(np, params, x, y):
    import torch.nn.functional as f
    for w, b in (params[:2], params[2:4]):
        x = f.max_pool2d(f.conv2d(x, w, b).relu(), 2)
    return torch_entropy(f.linear(f.linear(x.flatten(1), params[4], params[5]).relu(), params[6], params[7]), y)


def resnet_arrays():
    shapes, before = [(16, 3, 3, 3), *_norm(16)], 16
    for channels, _ in STAGES:
        shapes += [(channels, before, 3, 3), *_norm(channels), (channels, channels, 3, 3), *_norm(channels)]
        shapes += [(channels, before, 1, 1), *_norm(channels)] if channels != before else []
        before = channels
    return _params([*shapes, (10, before), (10,)]), _images(32, 3, 32)


def resnet_net(mx):
    nn = mx.gluon.nn
    zoo = mx.gluon.model_zoo.vision
    net, before = nn.HybridSequential(), 16
    net.add(nn.Conv2D(16, kernel_size=3, padding=1, use_bias=False))
    net.add(nn.BatchNorm())
    net.add(nn.Activation("relu"))
    for channels, stride in STAGES:
        net.add(zoo.BasicBlockV1(channels, stride, channels != before, before))
        before = channels
    net.add(nn.GlobalAvgPool2D())
    net.add(nn.Dense(10))
    return net


def _normalized(np, x, gamma, beta):
    mean, var = x.mean((0, 2, 3), keepdims=True), x.var((0, 2, 3), keepdims=True)
    return (x - mean) / np.sqrt(var + 1e-5) * gamma[:, None, None] + beta[:, None, None]


def resnet(np, params, x, y):
    left = iter(params)

    def conv(x, stride=1, pad=1):
        return _normalized(np, _conv(x, next(left), stride, pad), next(left), next(left))

    x, before = np.maximum(conv(x), 0), 16
    for channels, stride in STAGES:
        inner = conv(np.maximum(conv(x, stride), 0))
        x = np.maximum(inner + (x if channels == before else conv(x, stride, 0)), 0)
        before = channels
    return cross_entropy(np, x.mean((2, 3)) @ next(left).T + next(left), y)


def resnet_torch(np, params, x, y):
    import torch.nn.functional as f
    left = iter(params)

    def conv(x, stride=1, pad=1):
        return f.batch_norm(f.conv2d(x, next(left), None, stride, pad), None, None, next(left), next(left), True)

    x, before = conv(x).relu(), 16
    for channels, stride in STAGES:
        inner = conv(conv(x, stride).relu())
        x = (inner + (x if channels == before else conv(x, stride, 0))).relu()
        before = channels
    return torch_entropy(f.linear(x.mean((2, 3)), next(left), next(left)), y)


# -- LSTM --------------------------------------------------------------------------------------------------------------

def lstm_arrays():
    rng = onp.random.default_rng(1)
    words = rng.integers(0, VOCABULARY, (STEPS + 1, 32)).astype("float32")
    shapes = [(VOCABULARY, EMBEDDED), (4 * HIDDEN, EMBEDDED), (4 * HIDDEN, HIDDEN), (4 * HIDDEN,), (4 * HIDDEN,), (VOCABULARY, HIDDEN),
              (VOCABULARY,)]
    return _params(shapes), [words[:-1], words[1:].reshape(-1)]


def lstm_net(mx):
    nn = mx.gluon.nn
    net = nn.HybridSequential()
    net.add(nn.Embedding(VOCABULARY, EMBEDDED))
    net.add(mx.gluon.rnn.LSTM(HIDDEN))
    net.add(nn.Dense(VOCABULARY, flatten=False))
    return net


def lstm(np, params, x, y):
    import jax
    table, w, r, bw, br, out, b = params
    size = (x.shape[1], HIDDEN)

    def turn(state, x):
        h, c = state
        i, f, g, o = np.split(x + h @ r.T, 4, axis=1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * np.tanh(g)
        h = jax.nn.sigmoid(o) * np.tanh(c)
        return (h, c), h

    _, hs = jax.lax.scan(turn, (np.zeros(size), np.zeros(size)), table[x.astype("int32")] @ w.T + bw + br)
    return cross_entropy(np, (hs @ out.T + b).reshape(-1, VOCABULARY), y)


def lstm_torch(np, params, x, y):
    import torch
    table, w, r, bw, br, out, b = params
    zeros = torch.zeros(1, x.shape[1], HIDDEN)
    hs, _, _ = torch._VF.lstm(table[x.long()], (zeros, zeros), [w, r, bw, br], True, 1, 0.0, True, False, False)
    return torch_entropy((hs @ out.T + b).reshape(-1, VOCABULARY), y)


NETWORKS = [("MLP 784-256-128-10, batch 256", mlp_net, mlp, mlp_torch, mlp_arrays, 1.15),
            ("LeNet, batch 64", lenet_net, lenet, lenet_torch, lenet_arrays, 1.0),
            ("small ResNet, 32x32, batch 32", resnet_net, resnet, resnet_torch, resnet_arrays, 1.0),
            ("LSTM language model, 35 steps, batch 32, hidden 256", lstm_net, lstm, lstm_torch, lstm_arrays, 1.2)]
ROWS = [Row(f"gluon: {name}, {'hybridized' if hybrid else 'imperative'}", hand, arrays, dialect="nd", instead={"torch": torch},
            net=net, hybrid=hybrid, goals=(Goal("hand", limit), Goal("mxnet", 1.0)))
        for name, net, hand, torch, arrays, limit in NETWORKS for hybrid in (True, False)]
