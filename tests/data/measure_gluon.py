"""Records what MXNet's layers, losses and cells answer: texts, parameters, outputs, gradients; the tests of gluon compare with it.

    MX1/bin/python measure_gluon.py nd && MX2/bin/python measure_gluon.py np

MX1 has MXNet 1.9.1, MX2 has 2.0.0b1. Writes gluon_nd.json and gluon_np.json beside this file, one case per line.
A line below is "block | inputs", or "block | inputs | what is computed from net and x". All numbers follow a fixed pattern.
"""
import json
import os
import sys
import warnings

import numpy as onp

CASES = {
    "dense": """
nn.Dense(3) | a(2, 4)
nn.Dense(3, activation="relu", in_units=4) | a(2, 4)
nn.Dense(3, activation="tanh", use_bias=False) | a(2, 2, 3)
nn.Dense(2, flatten=False) | a(2, 3, 4)
nn.Embedding(5, 3) | i([[0, 4], [2, 2]])
nn.Flatten() | a(2, 3, 2)
""",
    "conv": """
nn.Conv1D(3, 2) | a(2, 2, 5)
nn.Conv1D(4, kernel_size=3, strides=2, padding=1, dilation=2, groups=2, activation="relu", in_channels=2) | a(1, 2, 8)
nn.Conv2D(3, 2) | a(1, 2, 3, 4)
nn.Conv2D(3, kernel_size=(2, 1), strides=(1, 2), padding=(1, 0), use_bias=False) | a(1, 2, 3, 4)
nn.Conv2D(4, 3, padding=1, groups=2, activation="sigmoid") | a(1, 2, 3, 3)
nn.Conv3D(2, 2) | a(1, 1, 2, 3, 2)
nn.Conv3D(2, (1, 2, 2), (1, 1, 2), (0, 1, 0), (1, 2, 1)) | a(1, 1, 2, 3, 3)
nn.Conv1DTranspose(2, 3, strides=2, output_padding=1) | a(1, 2, 3)
nn.Conv2DTranspose(2, 3) | a(1, 2, 2, 2)
nn.Conv2DTranspose(4, kernel_size=4, padding=1, strides=2, groups=2, activation="tanh", in_channels=2) | a(1, 2, 2, 2)
nn.Conv2DTranspose(2, (3, 2), (2, 1), (1, 0), (1, 0), use_bias=False, in_channels=3) | a(1, 3, 2, 2)
nn.Conv3DTranspose(1, 2, strides=2) | a(1, 2, 1, 2, 2)
""",
    "pool": """
nn.MaxPool1D() | a(1, 2, 5)
nn.MaxPool1D(3, 2, 1, ceil_mode=True) | a(1, 2, 6)
nn.MaxPool2D() | a(1, 2, 4, 5)
nn.MaxPool2D(pool_size=3, strides=2, padding=1) | a(1, 1, 5, 5)
nn.MaxPool2D((2, 3), (1, 2), (0, 1), ceil_mode=True) | a(1, 1, 4, 4)
nn.MaxPool3D() | a(1, 1, 2, 4, 3)
nn.AvgPool1D(3, 1, 1) | a(1, 2, 4)
nn.AvgPool2D(2, 2) | a(1, 2, 4, 4)
nn.AvgPool2D(3, 2, 1, count_include_pad=False) | a(1, 1, 5, 5)
nn.AvgPool2D(pool_size=2, strides=3, ceil_mode=True) | a(1, 1, 4, 5)
nn.AvgPool3D(2, ceil_mode=True) | a(1, 1, 2, 3, 2)
nn.GlobalMaxPool1D() | a(1, 2, 4)
nn.GlobalMaxPool2D() | a(2, 2, 2, 3)
nn.GlobalMaxPool3D() | a(1, 2, 2, 2, 2)
nn.GlobalAvgPool1D() | a(1, 2, 4)
nn.GlobalAvgPool2D() | a(2, 2, 2, 3)
nn.GlobalAvgPool3D() | a(1, 2, 2, 2, 2)
nn.ReflectionPad2D(1) | a(1, 2, 3, 3)
nn.ReflectionPad2D((0, 0, 0, 0, 1, 0, 2, 1)) | a(1, 1, 2, 3)
""",
    "norm": """
nn.BatchNorm() | a(3, 2)
nn.BatchNorm() | a(2, 2, 2, 2)
nn.BatchNorm(axis=-1, momentum=0.5, epsilon=0.01) | a(2, 2, 3)
nn.BatchNorm(scale=False, center=False) | a(3, 2)
nn.BatchNorm(use_global_stats=True, in_channels=2) | a(3, 2)
nn.LayerNorm() | a(2, 4)
nn.LayerNorm(axis=1, epsilon=0.01, scale=False, in_channels=3) | a(2, 3, 2)
nn.GroupNorm(2) | a(2, 4, 3)
nn.GroupNorm(num_groups=1, center=False) | a(2, 2, 2)
nn.InstanceNorm() | a(2, 2, 3)
nn.InstanceNorm(scale=True, epsilon=0.1, in_channels=2) | a(1, 2, 2, 2)
""",
    "activation": """
nn.Activation("relu") | a(2, 3)
nn.Activation("softsign") | a(2, 3)
nn.Activation("softrelu") | a(2, 3)
nn.LeakyReLU(0.1) | a(2, 3)
nn.PReLU() | a(2, 3)
nn.PReLU(in_channels=3) | a(2, 3)
nn.ELU() | a(2, 3)
nn.ELU(0.5) | a(2, 3)
nn.SELU() | a(2, 3)
nn.GELU() | a(2, 3)
nn.Swish() | a(2, 3)
nn.Swish(2.0) | a(2, 3)
""",
    "container": """
seq(nn.Dense(3, activation="relu"), nn.BatchNorm(), nn.Dense(1)) | a(4, 2)
seq(nn.Conv2D(2, 3), nn.MaxPool2D(2), nn.Flatten(), nn.Dense(2)) | a(2, 1, 6, 6)
Residual(2) | a(2, 2, 3, 3)
""",
    "loss": """
loss.L2Loss() | a(2, 3), a(2, 3)
loss.L2Loss() | a(4), a(4)
loss.L2Loss(weight=3.0) | a(2, 3), a(6)
loss.L2Loss() | a(2, 3), a(2, 3), p(2, 1)
loss.L1Loss() | a(2, 3), a(2, 3)
loss.L1Loss(weight=0.5) | a(2, 3), a(2, 3), p(2, 3)
loss.SigmoidBCELoss() | a(2, 3), b(2, 3)
loss.SigmoidBCELoss(from_sigmoid=True, weight=2.0) | p(2, 3), b(2, 3)
loss.SigmoidBinaryCrossEntropyLoss() | a(2, 3), b(2, 3), p(2, 1), p(1, 3)
loss.SigmoidBinaryCrossEntropyLoss(from_sigmoid=True) | p(2, 3), b(2, 3), p(2, 3), p(1, 3)
loss.SoftmaxCELoss() | a(2, 3), i([2, 0])
loss.SoftmaxCrossEntropyLoss() | a(2, 2, 3), i([[2, 0], [1, 1]])
loss.SoftmaxCrossEntropyLoss(axis=1) | a(2, 3, 2), i([[2, 0], [1, 1]]), p(2, 1, 2)
loss.SoftmaxCELoss(sparse_label=False, weight=2.0) | a(2, 3), p(2, 3), p(2, 1)
loss.SoftmaxCELoss(from_logits=True) | a(2, 3), i([2, 0])
loss.KLDivLoss() | a(2, 3), p(2, 3)
loss.KLDivLoss(from_logits=False, weight=2.0) | a(2, 3), p(2, 3), p(2, 1)
loss.HuberLoss() | a(2, 3), a(2, 3)
loss.HuberLoss(rho=0.5) | a(2, 3), a(2, 3), p(2, 1)
loss.HingeLoss() | a(2, 3), s(2, 3)
loss.HingeLoss(margin=0.3) | a(2, 3), s(2, 3), p(2, 1)
loss.SquaredHingeLoss() | a(2, 3), s(2, 3)
loss.SquaredHingeLoss(margin=0.3, weight=2.0) | a(2, 3), s(2, 3)
loss.LogisticLoss() | a(2, 3), s(2, 3)
loss.LogisticLoss(label_format="binary") | a(2, 3), b(2, 3), p(2, 1)
loss.TripletLoss() | a(2, 3), a(2, 3), a(2, 3)
loss.TripletLoss(margin=3.0, weight=0.5) | a(2, 3), a(2, 3), a(2, 3)
loss.PoissonNLLLoss() | a(2, 3), p(2, 3)
loss.PoissonNLLLoss(from_logits=False) | p(2, 3), p(2, 3)
loss.CosineEmbeddingLoss() | a(2, 3), a(2, 3), f([1, -1])
loss.CosineEmbeddingLoss(margin=0.2) | a(3, 3), a(3, 3), f([1, -1, -1])
loss.SDMLLoss() | a(3, 2), a(3, 2)
loss.SDMLLoss(smoothing_parameter=0.1) | a(3, 2), a(3, 2)
loss.CTCLoss() | a(2, 5, 4), f([[1, 0], [2, -1]])
loss.CTCLoss(layout="TNC", label_layout="TN", weight=2.0) | a(5, 2, 4), f([[1, 2], [0, 2]])
loss.CTCLoss() | a(2, 5, 4), f([[1, 0], [2, 1]]), f([5, 4]), f([2, 1])
""",
    "rnn_layer": """
rnn.RNN(3) | a(4, 2, 2)
rnn.RNN(2, 2, activation="tanh") | a(3, 2, 2)
rnn.LSTM(3) | a(4, 2, 2)
rnn.LSTM(2, num_layers=2, bidirectional=True) | a(3, 2, 2)
rnn.LSTM(2, layout="NTC", input_size=3) | a(2, 4, 3)
rnn.GRU(3) | a(4, 2, 2)
rnn.GRU(2, 2, layout="NTC", bidirectional=True) | a(2, 3, 2)
rnn.LSTM(2, 2) | a(3, 2, 2), a(2, 2, 2), a(2, 2, 2) | net(x[0], [x[1], x[2]])
rnn.GRU(2) | a(3, 2, 2), a(1, 2, 2) | net(x[0], x[1])
rnn.RNN(2) | a(3, 2, 2), a(1, 2, 2) | net(x[0], x[1])
""",
    "rnn_cell": """
rnn.RNNCell(3, input_size=2) | a(2, 2), a(2, 3) | net(x[0], [x[1]])
rnn.RNNCell(3, activation="relu", input_size=2) | a(2, 2), a(2, 3) | net(x[0], [x[1]])
rnn.LSTMCell(3, input_size=2) | a(2, 2), a(2, 3), a(2, 3) | net(x[0], [x[1], x[2]])
rnn.GRUCell(3, input_size=2) | a(2, 2), a(2, 3) | net(x[0], [x[1]])
rnn.LSTMCell(2, input_size=2) | a(2, 2, 2) | net.unroll(2, x[0], layout="NTC", merge_outputs=True)
rnn.LSTMCell(2, input_size=2) | a(2, 1, 2) | net.unroll(2, x[0], layout="TNC", merge_outputs=False)
rnn.GRUCell(2, input_size=2) | a(2, 2), a(2, 2), a(2, 2) | net.unroll(2, [x[0], x[1]], begin_state=[x[2]])
rnn.RNNCell(2, input_size=2) | a(2, 3, 2), f([2, 3]) | net.unroll(3, x[0], merge_outputs=True, valid_length=x[1])
cells(rnn.LSTMCell(3, input_size=2), rnn.GRUCell(2, input_size=3)) | a(2, 2, 2) | net.unroll(2, x[0], merge_outputs=True)
cells(rnn.GRUCell(2, input_size=2)) | a(2, 2), a(2, 2) | net(x[0], [x[1]])
hybrid_cells(rnn.RNNCell(3, input_size=2), rnn.ResidualCell(rnn.RNNCell(3, input_size=3))) | a(2, 2, 2) | \
    net.unroll(2, x[0], merge_outputs=True)
rnn.ResidualCell(rnn.GRUCell(2, input_size=2)) | a(2, 2), a(2, 2) | net(x[0], [x[1]])
rnn.BidirectionalCell(rnn.RNNCell(2, input_size=2), rnn.RNNCell(2, input_size=2)) | a(2, 2, 2) | \
    net.unroll(2, x[0], merge_outputs=True)
rnn.BidirectionalCell(rnn.RNNCell(2, input_size=2), rnn.RNNCell(2, input_size=2)) | a(3, 2, 2), f([3, 1]) | \
    net.unroll(3, x[0], layout="TNC", merge_outputs=True, valid_length=x[1])
rnn.ZoneoutCell(rnn.RNNCell(2, input_size=2)) | a(2, 2), a(2, 2) | net(x[0], [x[1]])
rnn.DropoutCell(0.0) | a(2, 2) | net(x[0], [])
crnn.LSTMPCell(3, 2, input_size=2) | a(2, 2), a(2, 2), a(2, 3) | net(x[0], [x[1], x[2]])
crnn.VariationalDropoutCell(rnn.RNNCell(2, input_size=2)) | a(2, 2, 2) | net.unroll(2, x[0], merge_outputs=True)
crnn.Conv1DRNNCell((2, 5), 3, 3, 3, 1) | a(1, 2, 5), a(1, 3, 5) | net(x[0], [x[1]])
crnn.Conv1DGRUCell((2, 5), 1, 3, 3, 1) | a(2, 2, 2, 5) | net.unroll(2, x[0], layout="NTCW", merge_outputs=True)
crnn.Conv2DLSTMCell((1, 3, 3), 2, 3, 3, (1, 1)) | a(1, 1, 3, 3), a(1, 2, 3, 3), a(1, 2, 3, 3) | net(x[0], [x[1], x[2]])
crnn.Conv2DGRUCell((1, 3, 4), 2, 2, 3, activation="relu") | a(1, 1, 3, 4), a(1, 2, 2, 3) | net(x[0], [x[1]])
crnn.Conv3DRNNCell((1, 2, 2, 2), 1, (1, 1, 1), (1, 1, 1)) | a(1, 1, 2, 2, 2), a(1, 1, 2, 2, 2) | net(x[0], [x[1]])
""",
    "more nd": """
dcn.DeformableConvolution(2, (2, 2), offset_weight_initializer=None, activation="relu") | a(1, 2, 3, 3)
cnn.PixelShuffle1D(2) | a(1, 4, 3)
cnn.PixelShuffle2D((1, 2)) | a(1, 4, 2, 3)
cnn.PixelShuffle3D(2) | a(1, 8, 1, 2, 2)
cnn.Identity() | a(2, 2)
add(cnn.HybridConcurrent(axis=1), nn.Dense(2), cnn.Identity()) | a(2, 2)
cnn.SyncBatchNorm(in_channels=2) | a(3, 2)
""",
    "more np": """
nn.DeformableConvolution(2, 2, use_bias=False) | a(1, 2, 3, 3)
loss.PoissonNLLLoss(compute_full=True) | a(2, 3), 4 * p(2, 3), p(2, 1)
nn.Activation("log_sigmoid") | a(2, 3)
nn.Activation("mish") | a(2, 3)
nn.SiLU() | a(2, 3)
nn.BatchNormReLU() | a(3, 2)
nn.PixelShuffle1D(2) | a(1, 4, 3)
nn.PixelShuffle2D((1, 2)) | a(1, 4, 2, 3)
nn.PixelShuffle3D(2) | a(1, 8, 1, 2, 2)
nn.Identity() | a(2, 2)
add(nn.HybridConcatenate(axis=1), nn.Dense(2), nn.Identity()) | a(2, 2)
loss.TripletLoss() | a(2, 3), a(2, 3), a(2, 3), p(2)
rnn.GRUCell(3, input_size=2, activation="relu", recurrent_activation="tanh") | a(2, 2), a(2, 3) | net(x[0], [x[1]])
""",
}


def some(shape, seed):
    """Numbers between -1.26 and 1.25 without a visible pattern, none of them near 0."""
    n = int(onp.prod(shape))
    return (((onp.arange(n) * 37 + seed * 11 + 7) % 101 - 50.3) / 40).astype("float32").reshape(shape)


def scope_of(F, mx):
    """What the cases may say; every array that is made counts up a seed, so that all differ."""
    count = iter(range(1, 1000))
    gluon = mx.gluon

    marked = []

    def mark(values):
        marked.append(F.array(values))
        return marked[-1]

    def a(*shape):
        return mark(some(shape, next(count)))

    def p(*shape):
        return mark(abs(some(shape, next(count))) / 1.5)

    def signs(zero):
        return lambda *shape: mark(onp.where(some(shape, next(count)) > 0, 1, zero).astype("float32"))

    def add(net, *children):
        for child in children:
            net.add(child)
        return net

    def seq(*children):
        return add(gluon.nn.HybridSequential(), *children)

    def cells(*children, kind="SequentialRNNCell"):
        return add(getattr(gluon.rnn, kind)(), *children)

    class Residual(gluon.nn.Block):
        def __init__(self, channels):
            super().__init__()
            self.conv = gluon.nn.Conv2D(channels, 3, padding=1)
            self.norm = gluon.nn.BatchNorm()
            self.act = gluon.nn.Activation("relu")

        def forward(self, x):
            return self.act(self.norm(self.conv(x)) + x)

    old = hasattr(gluon.contrib, "rnn")
    return {"dcn": gluon.contrib.cnn if old else gluon.nn, "nn": gluon.nn, "rnn": gluon.rnn, "loss": gluon.loss, "crnn": gluon.contrib.rnn if old else gluon.rnn,
            "cnn": gluon.contrib.nn if old else gluon.nn, "marked": marked, "a": a, "p": p, "b": signs(0), "s": signs(-1),
            "add": add, "seq": seq,
            "i": lambda v: F.array(v, dtype="int32"),
            "f": lambda v: F.array(onp.array(v, "float32")), "cells": cells, "Residual": Residual,
            "hybrid_cells": lambda *c: cells(*c, kind="HybridSequentialRNNCell")}


def arrays(nested):
    """All arrays of nested lists."""
    if isinstance(nested, (list, tuple)):
        return [a for part in nested for a in arrays(part)]
    return [nested]


def rounded(a):
    return [float(f"{v:.7g}") for v in a.asnumpy().astype("float64").ravel()]


class Case:
    """A case step by step: made, its parameters filled, run, read."""

    def __init__(self, F, mx, case, change=lambda net: None):
        self.F, self.scope = F, scope_of(F, mx)
        make, inputs, *call = [part.strip() for part in case.split(" | ")]
        net = eval(make, self.scope)
        self.told = {"case": case, "text": repr(net)}
        x = eval(f"[{inputs}]", self.scope)
        self.call = call[0] if call else "net(*x)"
        net.initialize()
        self.scope.update(net=net, x=x)
        self.forward()
        self.params = net.collect_params()
        self.told["params"] = [[name, list(p.shape)] for name, p in self.params.items()]
        self.told["text after"] = repr(net)
        for k, (name, p) in enumerate(self.params.items()):
            value = some(p.shape, 50 + k)
            p.set_data(F.array(abs(value) if name.endswith("var") else value))
        self.floats = self.scope["marked"]
        for v in self.floats:
            v.attach_grad()
        change(net)

    def forward(self):
        self.y = arrays(eval(self.call, self.scope))
        return self.y

    def heads(self):
        return [self.F.array(some(out.shape, 80 + k)) for k, out in enumerate(self.y)]

    def predict(self):
        self.predicted = arrays(eval(self.call, self.scope))

    def answers(self):
        params = self.params.items()
        return {**self.told, "outputs": [[list(out.shape), rounded(out)] for out in self.y],
                "input gradients": [rounded(v.grad) for v in self.floats],
                "gradients": [rounded(p.grad()) for _, p in params if p.grad_req != "null"],
                "after": [rounded(p.data()) for name, p in params if "running" in name],
                "predicted": [rounded(out) for out in self.predicted]}


def run(F, mx, cases, before=lambda: None, **options):
    """The answers to several cases, computed side by side."""
    made = []
    for case in cases:
        before()
        made.append(Case(F, mx, case, **options))
    with mx.autograd.record():
        heads = [y for case in made for y in case.forward()]
    mx.autograd.backward(heads, [g for case in made for g in case.heads()])
    for case in made:
        case.predict()
    return [case.answers() for case in made]


def main(dialect):
    warnings.simplefilter("ignore")
    import mxnet as mx
    if dialect == "np":
        mx.npx.set_np()
    lines = []
    for family, text in CASES.items():
        if family.startswith("more") and not family.endswith(dialect):
            continue
        for case in text.replace("\\\n    ", "").strip().split("\n"):
            try:
                if dialect == "nd":
                    with mx.name.NameManager():
                        told = run(mx.nd, mx, [case])[0]
                else:
                    told = run(mx.np, mx, [case])[0]
            except Exception as e:
                print(dialect, case, type(e).__name__, str(e)[-300:])
                continue
            lines.append(json.dumps([family, told]))
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), f"gluon_{dialect}.json"), "w") as f:
        f.write("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main(sys.argv[1])
