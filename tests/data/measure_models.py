"""Exports small networks from real MXNet, with what they answer: tests/data/models/.

    python tests/data/measure_models.py        once with MXNet 1.9.1, once with 2.0.0b1

Each network gives NAME_1 or NAME_2: -symbol.json, -0000.params, and an entry in answers_1.json or answers_2.json: input and output.
"""
import json
import os

import mxnet as mx
import numpy as onp
from mxnet import gluon
from mxnet.gluon import nn

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "models")
TWO = mx.__version__.startswith("2")
if TWO:
    mx.npx.set_np()
    F = mx.np
else:
    F = mx.nd
STATE = onp.random.RandomState(5)


class Sum(nn.HybridBlock):
    """x + body(x)"""

    def __init__(self, *layers):
        super().__init__()
        self.body = nn.HybridSequential()
        self.body.add(*layers)

    if TWO:
        def forward(self, x):
            return mx.npx.relu(x + self.body(x))
    else:
        def hybrid_forward(self, F, x):
            return F.relu(x + self.body(x))


class Recurrent(nn.HybridBlock):
    """An LSTM over time, and a Dense layer on its last output."""

    def __init__(self):
        super().__init__()
        self.rnn, self.out = gluon.rnn.LSTM(5, num_layers=2, layout="NTC"), nn.Dense(3, flatten=True)

    if TWO:
        def forward(self, x):
            return self.out(self.rnn(x)[:, -1] * 2)
    else:
        def hybrid_forward(self, F, x):
            return self.out(F.slice_axis(self.rnn(x), axis=1, begin=-1, end=None) * 2)


def sequence(*layers):
    net = nn.HybridSequential()
    net.add(*layers)
    return net


NETS = {
    "mlp": lambda: (sequence(nn.Dense(8, activation="relu"), nn.Dropout(0.5), nn.Dense(4, activation="tanh"), nn.LeakyReLU(0.1), nn.Dense(3)), (2, 6)),
    "lenet": lambda: (sequence(nn.Conv2D(3, 3, activation="tanh"), nn.MaxPool2D(2, 2), nn.Conv2D(4, 3, padding=1, use_bias=False), nn.AvgPool2D(2, 2),
                               nn.Flatten(), nn.Dense(6, activation="sigmoid"), nn.Dense(3)), (2, 1, 10, 10)),
    "resnet": lambda: (sequence(nn.Conv2D(4, 3, padding=1, use_bias=False), nn.BatchNorm(), nn.Activation("relu"),
                                Sum(nn.Conv2D(4, 3, padding=1), nn.BatchNorm(epsilon=1e-3), nn.Activation("relu"), nn.Conv2D(4, 3, padding=1),
                                    nn.BatchNorm(scale=False)), nn.GlobalAvgPool2D(), nn.Dense(3)), (2, 2, 6, 6)),
    "mobilenet": lambda: (sequence(nn.Conv2D(4, 3, strides=2, padding=1, groups=1), nn.BatchNorm(), nn.Conv2D(4, 3, padding=1, groups=4), nn.BatchNorm(),
                                   nn.Conv2D(6, 1), nn.PReLU(), nn.GlobalMaxPool2D(), nn.Flatten(), nn.Dense(2)), (2, 3, 8, 8)),
    "lstm": lambda: (Recurrent(), (2, 4, 3)),
    "embedding": lambda: (sequence(nn.Embedding(7, 4), nn.LayerNorm(), nn.Dense(3, flatten=False), nn.GELU()), None),
}


def short(a):
    """Nested lists whose numbers read back as the same float32."""
    return [short(e) for e in a] if a.ndim else float(f"{a:.9g}")


def main():
    answers = {}
    for name, make in NETS.items():
        mx.random.seed(3)
        net, shape = make()
        net.initialize(mx.init.Uniform(0.5))
        x = STATE.randint(0, 7, (2, 3)).astype("float32") if shape is None else STATE.uniform(-1, 1, shape).round(2).astype("float32")
        net(F.array(x))
        for key, p in net.collect_params().items():  # statistics and biases that are not 0 and 1
            if key.endswith(("running_mean", "running_var", "bias", "beta", "gamma")):
                p.set_data(F.array(STATE.uniform(0.5, 1.5, p.shape).astype("float32")))
        net.hybridize()
        y = net(F.array(x)).asnumpy()
        net.export(os.path.join(FOLDER, f"{name}_{2 if TWO else 1}"))
        answers[name] = {"input": short(x), "output": short(y)}
    if not TWO:
        answers.update(module())
    with open(os.path.join(FOLDER, f"answers_{2 if TWO else 1}.json"), "w") as f:
        json.dump(answers, f)


def module():
    """A graph of mx.sym trained by Module.fit for two epochs, its checkpoint, and what it learned from."""
    mx.random.seed(11)
    x, y = (STATE.randint(0, 9, (40, 1, 8, 8)) / 8).astype("float32"), STATE.randint(0, 3, 40).astype("float32")
    data = mx.sym.Variable("data")
    c = mx.sym.Convolution(data, kernel=(3, 3), num_filter=3, name="conv1")
    b = mx.sym.Activation(mx.sym.BatchNorm(c, name="bn1", fix_gamma=False, momentum=0.8), act_type="relu")
    p = mx.sym.Pooling(b, pool_type="max", kernel=(2, 2), stride=(2, 2))
    f = mx.sym.FullyConnected(mx.sym.Flatten(p), num_hidden=6, name="fc1", lr_mult=0.5)
    out = mx.sym.SoftmaxOutput(mx.sym.FullyConnected(mx.sym.Activation(f, act_type="tanh"), num_hidden=3, name="fc2"), name="softmax")
    mod = mx.mod.Module(out, context=mx.cpu())
    losses = []
    mod.fit(mx.io.NDArrayIter(x, y, batch_size=10), eval_metric="ce", optimizer="sgd", num_epoch=2, initializer=mx.init.Xavier(magnitude=2.24),
            optimizer_params={"learning_rate": 0.2, "momentum": 0.9, "wd": 1e-3},
            batch_end_callback=lambda param: losses.append(param.eval_metric.get()[1]))
    mod.save_checkpoint(os.path.join(FOLDER, "module_1"), 0)
    predicted = mod.predict(mx.io.NDArrayIter(x[:6], y[:6], batch_size=6)).asnumpy()
    return {"module": {"input": short(x), "label": short(y), "losses": losses, "output": short(predicted)}}


if __name__ == "__main__":
    main()
