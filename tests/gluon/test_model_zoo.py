"""The model zoo against what MXNet 1.9.1 (nd) and 2.0.0b1 (np) have and answer; files of parameters; fine-tuning.

What is compared, and the program that recorded it, is tests/data/measure_zoo.py.
"""
from __future__ import annotations

import gzip
import importlib.util
import json
import re
from functools import cache
from pathlib import Path

import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, gluon, init, nd, np
from mxshim.gluon import nn
from mxshim.gluon.model_zoo import model_store, vision

DATA = Path(__file__).parent.parent / "data"
_spec = importlib.util.spec_from_file_location("measure_zoo", DATA / "measure_zoo.py")
measure = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(measure)
CASES = measure.NETWORKS + measure.VARIANTS


@cache
def measured(dialect):
    file = DATA / f"zoo_{'1.9.1' if dialect == 'nd' else '2.0.0b1'}.json.gz"
    return json.loads(gzip.decompress(file.read_bytes()))


def dialect(F):
    return "np" if F is np else "nd"


@pytest.mark.parametrize("case", CASES)
def test_layers_and_parameters(F, case):
    told, ours = measured(dialect(F))["networks"][case], measure.facts(vision, case)
    if F is np:  # 2.0.0b1 prints -1 for the channels that a layer was given, until the first batch
        told["text"], ours["text"] = (re.sub(r"Conv2D\(-?\d+ ->", "Conv2D(", t["text"]) for t in (told, ours))
        told["parameters"] = [(*row[:2], size(row[2]), *row[3:]) for row in told["parameters"]]
        ours["parameters"] = [(*row[:2], size(row[2], known), *row[3:])
                              for row, (_, _, known, *_) in zip(ours["parameters"], told["parameters"], strict=True)]
    assert ours["text"] == told["text"]
    for a, b in zip(ours["parameters"], told["parameters"], strict=True):
        assert list(a) == list(b)


@pytest.mark.parametrize("kind, summands", [("BasicBlockV1", ("downsample", "body")), ("BottleneckV1", ("body", "downsample"))])
def test_the_order_of_sums_in_graphs(kind, summands):
    block = getattr(vision, kind)(4, 1, True, 2, prefix="b_")
    total = block(mx.sym.var("x")).get_children()
    assert total.list_outputs() == ["b__plus0_output"]
    assert total.get_children().list_outputs() == [f"{getattr(block, k)[-1].name}_fwd_output" for k in summands]
    assert vision.mobilenet.RELU6(prefix="r_")(mx.sym.var("x")).name == "r_relu6"


def size(shape, like=None):
    """A shape, without the sizes that `like` leaves open."""
    return tuple(shape) if like is None else tuple([-1 if b == -1 else a for a, b in zip(shape, like, strict=True)])


@pytest.mark.parametrize("case", measure.SMALL)
def test_answers(F, case):
    for k, (a, b) in enumerate(zip(measure.answers(F, mx, case, measure.SMALL[case]), measured(dialect(F))["answers"][case], strict=True)):
        onp.testing.assert_allclose(a, b, rtol=1e-4, atol=2e-5 * max(1, onp.abs(b).max()), err_msg=f"{case}: {k}")


# -- files of parameters ---------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An MXNET_HOME of the test's own, with an empty folder of models."""
    monkeypatch.setenv("MXNET_HOME", str(tmp_path))
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


def test_pretrained_reads_the_folder(F, home):
    shapes = {name: p.shape for name, p in measure.structural(vision.mobilenet0_25(classes=10)).items()}
    assert shapes["features.0.weight"] in ((8, 0, 3, 3), (8, -1, 3, 3))
    values = {name: measure.some([3 if n < 1 else n for n in shape], k) for k, (name, shape) in enumerate(shapes.items())}
    nd.save(str(home / "mobilenet0.25.params"), {name: nd.array(v) for name, v in values.items()})
    net = vision.mobilenet0_25(pretrained=True, classes=10)
    for name, p in measure.structural(net).items():
        assert type(p.data()) is (np.ndarray if F is np else nd.NDArray)
        onp.testing.assert_array_equal(p.data().asnumpy(), values[name])


def test_the_name_with_the_hash_goes_first(home):
    assert model_store.short_hash("resnet18_v2") == "a81db45f"
    (home / "resnet18_v2.params").write_bytes(b"mine")
    assert model_store.get_model_file("resnet18_v2") == str(home / "resnet18_v2.params")
    (home / "resnet18_v2-a81db45f.params").write_bytes(b"damaged")
    with pytest.raises(mx.MXNetError, match=r"resnet18_v2-a81db45f.params is not the file that MXNet has under this name, or damaged"):
        model_store.get_model_file("resnet18_v2")
    model_store.purge()
    assert not list(home.iterdir())


def test_another_folder(tmp_path):
    (tmp_path / "vgg11.params").write_bytes(b"")
    assert model_store.get_model_file("vgg11", root=str(tmp_path)) == str(tmp_path / "vgg11.params")
    with pytest.raises(mx.MXNetError, match="vgg11.params"):
        vision.vgg11(pretrained=True, root=tmp_path)


@pytest.mark.parametrize("call, error, text", [
    (lambda: vision.resnet18_v2(pretrained=True), mx.MXNetError,
     r"put MXNet's file resnet18_v2-a81db45f.params, or a resnet18_v2.params that save_parameters\(\) wrote, into .*models"),
    (lambda: model_store.short_hash("resnet20_v1"), ValueError, "no trained parameters of a model 'resnet20_v1'"),
    (lambda: vision.get_model("resnet18"), ValueError, r"there is no model 'resnet18'; did you mean \['resnet18_v2', 'resnet18_v1'"),
    (lambda: vision.get_resnet(3, 18), AssertionError, "version must be 1 or 2, got 3"),
    (lambda: vision.get_resnet(1, 19), AssertionError, "18, 34, 50, 101, 152 layers, not with 19"),
    (lambda: vision.get_vgg(12), KeyError, "11, 13, 16, 19 layers, not with 12"),
    (lambda: vision.SqueezeNet("1.2"), AssertionError, "version must be '1.0' or '1.1', got '1.2'"),
    (lambda: vision.ResNetV1(vision.BasicBlockV1, [1], [4]), AssertionError, "channels has one number more than layers"),
    (lambda: vision.VGG([1], [4, 4]), AssertionError, "one number for each stage"),
    (lambda: vision.resnet18, AttributeError, "did you mean"),
])
def test_errors(home, call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_names_and_signatures_of_both_generations():
    assert vision.get_model("ResNet18_v1", ctx=mx.cpu(), classes=3).output._units == 3  # names in any case, as in MXNet
    assert vision.get_resnet(2, 18, device=mx.cpu(), classes=3).output._units == 3
    assert vision.mobilenet_v2_0_5.__name__ == "mobilenet_v2_0_5" and "MobileNetV2" in vision.mobilenet_v2_0_5.__doc__
    assert vision.vgg11_bn(prefix="mine_").prefix == "mine_"
    assert set(measure.NETWORKS) == set(vision._MODELS)


# -- fine-tuning -----------------------------------------------------------------------------------------------------


def tiny(**arguments):
    return vision.ResNetV2(vision.BasicBlockV2, [1, 1], [4, 4, 8], thumbnail=True, **arguments)


def test_fine_tuning(F):
    """D2L's recipe: the features of a trained network, a new output that learns ten times as fast."""
    pretrained = tiny(classes=10)
    pretrained.initialize(init.Xavier())
    x, y = F.array(onp.random.RandomState(0).rand(8, 3, 8, 8)), F.array(onp.arange(8) % 2)
    x[:4] += 1
    y[:4], y[4:] = 0, 1
    pretrained(x)
    net = tiny(classes=2)
    net.features = pretrained.features
    net.output.initialize(init.Xavier())
    net.output.collect_params().setattr("lr_mult", 10)
    net.hybridize()
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.01, "wd": 1e-3})
    feature, output = net.features[1].weight, net.output.weight
    first, started = None, [p.data().asnumpy() for p in (feature, output)]
    for _ in range(25):
        with autograd.record():
            found = loss(net(x), y).mean()
        found.backward()
        trainer.step(1)
        if first is None:
            first = float(found.asnumpy())
            rate = 0.01 * onp.array([1, 10])
            for p, before, r in zip((feature, output), started, rate, strict=True):
                step = r * (p.grad().asnumpy() + 1e-3 * before)
                onp.testing.assert_allclose(p.data().asnumpy(), before - step, rtol=1e-4, atol=1e-6)
    assert float(found.asnumpy()) < 0.5 * first
    assert net.features is pretrained.features and pretrained.features[1].weight.data() is feature.data()


def test_features_as_part_of_another_network(F):
    """The crash course's way: features, then layers of one's own."""
    base = tiny(classes=3)
    net = nn.HybridSequential()
    net.add(base.features, nn.Dense(2))
    net.initialize()
    probabilities = mx.npx.softmax(net(F.ones((2, 3, 8, 8)))) if F is np else F.softmax(net(F.ones((2, 3, 8, 8))))
    assert probabilities.shape == (2, 2)
    onp.testing.assert_allclose(probabilities.asnumpy().sum(axis=1), 1, rtol=1e-6)
