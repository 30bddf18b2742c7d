"""Records the networks of MXNet's model zoo: layers as they print, parameters, and what a few of them answer.

    MX1/bin/python measure_zoo.py && MX2/bin/python measure_zoo.py

MX1 has MXNet 1.9.1, MX2 has 2.0.0b1. Writes zoo_1.9.1.json.gz and zoo_2.0.0b1.json.gz beside this file: {"networks": {case:
facts}, "answers": {case: [...]}}. The tests import `facts` and `answers` and compare.
"""
import gzip
import json
import os
import warnings

import numpy as onp

NETWORKS = """alexnet densenet121 densenet161 densenet169 densenet201 inceptionv3 mobilenet0.25 mobilenet0.5 mobilenet0.75 mobilenet1.0
mobilenetv2_0.25 mobilenetv2_0.5 mobilenetv2_0.75 mobilenetv2_1.0 resnet101_v1 resnet101_v2 resnet152_v1 resnet152_v2 resnet18_v1
resnet18_v2 resnet34_v1 resnet34_v2 resnet50_v1 resnet50_v2 squeezenet1.0 squeezenet1.1 vgg11 vgg11_bn vgg13 vgg13_bn vgg16 vgg16_bn vgg19
vgg19_bn""".split()
# Other ways to make them.
VARIANTS = ["resnet18_v1 thumbnail=True classes=10", "resnet50_v2 thumbnail=True classes=10", "densenet121 dropout=0.5 bn_size=2",
            "mobilenetv2_0.5 classes=7"]
# Small networks of the same blocks, and the shape of their input.
SMALL = {
    "ResNetV1(BasicBlockV1, [1, 1], [4, 4, 8], classes=10, thumbnail=True)": (2, 3, 6, 6),
    "ResNetV1(BottleneckV1, [1, 1], [4, 8, 16], classes=10)": (2, 3, 24, 24),
    "ResNetV2(BasicBlockV2, [1, 1], [4, 4, 8], classes=10)": (2, 3, 24, 24),
    "ResNetV2(BottleneckV2, [1, 1], [4, 8, 16], classes=10, thumbnail=True)": (2, 3, 6, 6),
    "DenseNet(4, 2, [2, 1], bn_size=2, dropout=0.5, classes=3)": (1, 3, 56, 56),
    "mobilenet.LinearBottleneck(3, 3, 2, 1)": (2, 3, 6, 6),
}


def made(vision, case):
    if "(" in case:
        return eval(case, vars(vision))
    name, *arguments = case.split()
    return vision.get_model(name, **{k: eval(v) for k, v in (a.split("=") for a in arguments)})


def structural(net):
    """{name: Parameter} as in files."""
    return net._collect_params_with_prefix() if hasattr(net, "_collect_params_with_prefix") else net.collect_params()


def facts(vision, case):
    """How a network prints; per parameter the name in files, the name, shape, grad_req and initializer."""
    net = made(vision, case)
    rows = [[name, p.name, list(p.shape), p.grad_req, p.init.dumps() if hasattr(p.init, "dumps") else p.init]
            for name, p in structural(net).items()]
    return {"text": repr(net), "parameters": rows}


def some(shape, seed):
    """Numbers between -1.26 and 1.25 without a visible pattern."""
    n = int(onp.prod(shape))
    return (((onp.arange(n) * 37 + seed * 11 + 7) % 101 - 50.3) / 40).astype("float32").reshape(shape)


def answers(F, mx, case, shape):
    """What a small network answers, training and predicting: outputs, gradient sums of a few parameters, running statistics."""
    net, x = made(mx.gluon.model_zoo.vision, case), F.array(some(shape, 3))
    net.initialize()
    net(x)
    parameters = structural(net)
    for k, (name, p) in enumerate(parameters.items()):
        value = some(p.shape, k)
        if p.shape and len(p.shape) > 1:
            value *= 1.5 / onp.sqrt(onp.prod(p.shape[1:]))
        elif name.endswith(("gamma", "var")):
            value = 1 + 0.2 * value
        p.set_data(F.array(value))
    predicted = net(x)
    mx.random.seed(1)
    with mx.autograd.record():
        y = net(x)
    y.backward(F.array(some(y.shape, 5)))
    chosen = list(parameters.items())
    chosen = [(n, p) for n, p in chosen[:9] + chosen[-9:]]
    return [[float(f"{v:.6g}") for v in a.asnumpy().astype("float64").ravel()[:40]]
            for a in (predicted, y, *[p.grad() if p.grad_req != "null" else p.data() for _, p in chosen])]


def main():
    import mxnet as mx
    warnings.simplefilter("ignore")
    old = mx.__version__.startswith("1")
    if not old:
        mx.npx.set_np()
    vision, F = mx.gluon.model_zoo.vision, mx.nd if old else mx.np
    networks = {}
    for case in NETWORKS + VARIANTS:
        if old:
            mx.name.NameManager._current.value = mx.name.NameManager()
        networks[case] = facts(vision, case)
    told = {"networks": networks, "answers": {case: answers(F, mx, case, shape) for case, shape in SMALL.items()}}
    file = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"zoo_{'1.9.1' if old else '2.0.0b1'}.json.gz")
    with open(file, "wb") as f:
        f.write(gzip.compress(json.dumps(told, separators=(",", ":")).encode(), 9, mtime=0))
    print(file, os.path.getsize(file))


if __name__ == "__main__":
    main()
