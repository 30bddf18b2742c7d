"""Made digits-symbol.json and digits-0010.params, the old model of 5-from-mxnet.ipynb, with the real MXNet 1.9.1:

    python make.py          # in an environment with mxnet==1.9.1 and numpy==1.23.5
"""
import json
import os

import mxnet as mx
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def draw(count, rng):
    """Digits, drawn by the notebook's own cell."""
    with open(os.path.join(HERE, "..", "5-from-mxnet.ipynb")) as f:
        cells = json.load(f)["cells"]
    source = next("".join(c["source"]) for c in cells if "def draw" in "".join(c["source"]))
    scope = {"onp": np}
    exec(source.split("\nrng =")[0], scope)
    return scope["draw"]("0123456789", count, rng)


def network():
    x = mx.sym.Variable("data")
    for k, channels in enumerate((6, 12), 1):
        x = mx.sym.Convolution(x, kernel=(5, 5), num_filter=channels, name=f"conv{k}")
        x = mx.sym.Activation(x, act_type="relu", name=f"relu{k}")
        x = mx.sym.Pooling(x, pool_type="max", kernel=(2, 2), stride=(2, 2), name=f"pool{k}")
    x = mx.sym.FullyConnected(mx.sym.Flatten(x, name="flat"), num_hidden=32, name="fc1")
    x = mx.sym.Activation(x, act_type="relu", name="relu3")
    return mx.sym.SoftmaxOutput(mx.sym.FullyConnected(x, num_hidden=10, name="fc2"), name="softmax")


if __name__ == "__main__":
    mx.random.seed(0)
    np.random.seed(0)
    data = draw(4096, np.random.default_rng(0))
    module = mx.mod.Module(network())
    module.fit(mx.io.NDArrayIter(*data, batch_size=64, shuffle=True), num_epoch=10, optimizer="adam",
               optimizer_params={"learning_rate": 0.003}, initializer=mx.init.Xavier())
    print(module.score(mx.io.NDArrayIter(*draw(1024, np.random.default_rng(1)), batch_size=64), "acc"))
    module.save_checkpoint(os.path.join(HERE, "digits"), 10)
