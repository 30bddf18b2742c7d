"""Records what MXNet 1.9.1's optimizers do to a weight whose gradients are row_sparse, and training with a sparse embedding.

    MX1/bin/python measure_lazy.py

Writes lazy_mx1.json beside this file: {case: the weight after every step}. The tests run `steps` and `embedding` and compare.
"""
import json
import os

import numpy as onp

CASES = [
    "sgd learning_rate=0.1 wd=0.1", "sgd learning_rate=0.1 wd=0.1 momentum=0.9", "sgd learning_rate=0.1 wd=0.1 momentum=0.9 lazy_update=False",
    "sgd learning_rate=0.1 wd=0.1 lazy_update=False", "sgd learning_rate=0.1 momentum=0.9 rescale_grad=0.5 clip_gradient=0.3",
    "adam learning_rate=0.1 wd=0.1", "adam learning_rate=0.1 wd=0.1 lazy_update=False", "adam learning_rate=0.1 clip_gradient=0.3",
    "ftrl learning_rate=0.1 wd=0.1", "adagrad learning_rate=0.1", "rmsprop learning_rate=0.1 wd=0.1",
]
ROWS = [[0, 3], [3, 4], [1], [0, 1, 4]]  # of the gradients of each step; row 2 is never touched, one of row 4 is zero


def steps(mx, case):
    """The weight after each of a few updates."""
    name, *arguments = case.split()
    optimizer = mx.optimizer.create(name, **{k: eval(v) for k, v in (a.split("=") for a in arguments)})
    updater = mx.optimizer.get_updater(optimizer)
    weight = mx.nd.array(onp.linspace(-1, 1, 10).reshape(5, 2))
    found = []
    for k, rows in enumerate(ROWS):
        values = onp.sin(onp.arange(2 * len(rows)) + k).astype("float32").reshape(-1, 2)
        if k == 1:
            values[1] = 0
        updater(0, mx.nd.sparse.row_sparse_array((values, rows), shape=(5, 2)), weight)
        found.append([float(f"{v:.7g}") for v in weight.asnumpy().ravel()])
    return found


EMBEDDINGS = ["sgd learning_rate=0.5 wd=0.1", "sgd learning_rate=0.5 momentum=0.9", "adam learning_rate=0.1", "ftrl learning_rate=0.3",
              "adagrad learning_rate=0.3"]


def embedding(mx, case):
    """The table of an Embedding(sparse_grad=True) after each step of a gluon.Trainer."""
    name, *arguments = case.split()
    net = mx.gluon.nn.Embedding(6, 2, sparse_grad=True)
    net.initialize()
    net.weight.set_data(mx.nd.array(onp.linspace(-1, 1, 12).reshape(6, 2)))
    trainer = mx.gluon.Trainer(net.collect_params(), name, {k: eval(v) for k, v in (a.split("=") for a in arguments)})
    found = []
    for words in ([0, 2, 2], [2, 5, 0], [1, 1, 1]):
        with mx.autograd.record():
            loss = (net(mx.nd.array(words)) ** 2 * mx.nd.array([[1, 2], [3, 4], [5, 6]])).sum()
        loss.backward()
        trainer.step(3)
        found.append([float(f"{v:.7g}") for v in net.weight.data().asnumpy().ravel()])
    return found


def main():
    import mxnet as mx
    told = {"steps": {case: steps(mx, case) for case in CASES}, "embedding": {case: embedding(mx, case) for case in EMBEDDINGS}}
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "lazy_mx1.json"), "w") as f:
        json.dump(told, f, indent=0)


if __name__ == "__main__":
    main()
