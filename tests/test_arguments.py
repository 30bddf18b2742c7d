"""Wrong arguments of constructors are refused where they are given, by class and name."""
from __future__ import annotations

import copy
import pickle

import numpy as onp
import pytest

import mxshim as mx
from mxshim import gluon, nd
from mxshim.base import MXNetError

pytestmark = pytest.mark.usefixtures("on_cpu")
data, T = gluon.data, gluon.data.vision.transforms



def step_with(store):
    weight = gluon.Parameter("weight", shape=(1,))
    weight.initialize()
    gluon.Trainer([weight], "sgd", kvstore=store).step(1)


WRONG = {  # what is called: calls with arguments of the wrong kind
    "Resize": [lambda: T.Resize("x"), lambda: T.Resize(2.5), lambda: T.Resize([4, "y"]), lambda: T.Resize(4, interpolation="x")],
    "CenterCrop": [lambda: T.CenterCrop("x"), lambda: T.CenterCrop((1, 2, 3)), lambda: T.CenterCrop(2.5)],
    "RandomCrop": [lambda: T.RandomCrop(None), lambda: T.RandomCrop(4, pad_value="x")],
    "CropResize": [lambda: T.CropResize(2.5, 0, 4, 4), lambda: T.CropResize(0, 0, "x", 4), lambda: T.CropResize(0, 0, 4, 4, size="x")],
    "RandomResizedCrop": [lambda: T.RandomResizedCrop({}), lambda: T.RandomResizedCrop(4, scale=(1,)), lambda: T.RandomResizedCrop(
        4, ratio=5)],
    "Normalize": [lambda: T.Normalize("x"), lambda: T.Normalize(std=("a", "b", "c"))],
    "RandomBrightness": [lambda: T.RandomBrightness("x"), lambda: T.RandomBrightness((1, 2))],
    "RandomColorJitter": [lambda: T.RandomColorJitter(hue=None)],
    "RandomRotation": [lambda: T.RandomRotation(3), lambda: T.RandomRotation((1, 2), rotate_with_proba="x")],
    "RandomApply": [lambda: T.RandomApply(T.ToTensor(), p="x")],
    "RandomFlipLeftRight": [lambda: T.RandomFlipLeftRight(p="x")],
    "SequentialSampler": [lambda: data.SequentialSampler("x"), lambda: data.SequentialSampler(3, start=None)],
    "RandomSampler": [lambda: data.RandomSampler((1,))],
    "IntervalSampler": [lambda: data.IntervalSampler(4, "x")],
    "BatchSampler": [lambda: data.BatchSampler(5, 2)],
    "FilterSampler": [lambda: data.FilterSampler("x", [1]), lambda: data.ArrayDataset([1]).filter(5)],
    "DataLoader": [lambda: data.DataLoader([1], 1, num_workers="x"), lambda: data.DataLoader([1], 1, timeout=None),
                   lambda: data.DataLoader([1], 1, batchify_fn="x"), lambda: data.DataLoader([1], 1, sampler=5)],
    "transform": [lambda: data.ArrayDataset([1]).transform("x")],
    "transform_first": [lambda: data.ArrayDataset([1]).transform_first(None)],
    "shard": [lambda: data.ArrayDataset([1]).shard("x", 0)],
    "take": [lambda: data.ArrayDataset([1]).take("x")],
    "Pad": [lambda: data.batchify.Pad(round_to="x")],
    "Uniform": [lambda: mx.init.Uniform("x"), lambda: mx.init.Uniform(scale=(1,))],
    "Xavier": [lambda: mx.init.Xavier(magnitude=None)],
    "FactorScheduler": [lambda: mx.lr_scheduler.FactorScheduler("x"), lambda: mx.lr_scheduler.FactorScheduler(3, base_lr=None)],
    "PolyScheduler": [lambda: mx.lr_scheduler.PolyScheduler(10, pwr="x")],
    "SGD": [lambda: mx.optimizer.SGD(learning_rate="x"), lambda: mx.optimizer.SGD(momentum=(1,)), lambda: mx.optimizer.SGD(
        wd="x"), lambda: mx.optimizer.SGD(lr_scheduler="x"), lambda: mx.optimizer.SGD(param_dict=5)],
    "Adam": [lambda: mx.optimizer.Adam(beta1="x"), lambda: mx.optimizer.create("adam", epsilon=[1, 2])],
    "AdaGrad": [lambda: mx.optimizer.AdaGrad(eps="x")],
    "TopKAccuracy": [lambda: mx.metric.TopKAccuracy(top_k="x")],
    "CrossEntropy": [lambda: mx.metric.create("ce", eps=None)],
    "CustomMetric": [lambda: mx.metric.CustomMetric(5)],
    "Trainer": [lambda: step_with(5)],
}


@pytest.mark.parametrize("name", WRONG)
def test_arguments_of_the_wrong_kind(name):
    for call in WRONG[name]:
        with pytest.raises(TypeError, match=f"{name}: `[a-z_0-9]+` must be a.*, got ") as caught:
            call()
        assert name == "Trainer" or isinstance(caught.value, MXNetError)


@pytest.mark.parametrize("call", [lambda: T.Resize(0), lambda: T.CenterCrop(-1), lambda: T.RandomCrop((4, 0)), lambda: T.RandomResizedCrop(
    -1), lambda: T.RandomResizedCrop(4, ratio=(-1, 1))])
def test_sizes_are_positive(call):
    with pytest.raises(MXNetError, match="`(size|ratio)` must be positive"):
        call()


@pytest.mark.parametrize("transform", [T.ToTensor(), T.Resize(4), T.CenterCrop(4), T.RandomResizedCrop(4), T.Cast(),
                                       T.RandomFlipLeftRight()])
def test_transforms_want_arrays(transform):
    for x in ("x", None, onp.zeros((4, 4, 3), "uint8")):
        with pytest.raises(ValueError, match=f"{type(transform).__name__}: an array of mx.nd or mx.np is needed"):
            transform(x)


def test_numbers_may_be_of_any_class():
    one = nd.ones((1,))
    assert T.Resize(onp.int64(4))(nd.zeros((8, 8, 3), dtype="uint8")).shape == (4, 4, 3)
    assert T.Resize((5, 4))(nd.zeros((8, 8, 3), dtype="uint8")).shape == (4, 5, 3)
    mx.optimizer.SGD(learning_rate=one, momentum=onp.float32(0.5), wd="0.1")
    mx.optimizer.Adam(learning_rate=None, lr_scheduler=lambda n: 0.1)
    mx.init.Xavier(magnitude=onp.float64(2))
    T.Normalize([0.5], onp.float32(0.5))


def test_constructors_of_others_mean_what_they_like():
    class Mine(mx.optimizer.SGD):
        def __init__(self, momentum="much", learning_rate=None):
            super().__init__(momentum={"much": 0.9}[momentum])

    class Plain(mx.optimizer.SGD):
        pass

    class Bare(data.Sampler):
        pass

    class Named(mx.metric.EvalMetric):
        def __init__(self, axis="rows", **kwargs):
            super().__init__(axis, **kwargs)

    assert Mine("much", learning_rate="x").momentum == 0.9 and Named(axis="columns").name == "columns"
    with pytest.raises(TypeError, match="Bare.. takes no arguments"):
        Bare(3)
    with pytest.raises(TypeError, match="Plain: `momentum` must be a number"):
        Plain(momentum="much")


def test_copies_are_made_without_arguments():
    for thing in (mx.optimizer.SGD(momentum=0.9), mx.metric.TopKAccuracy(top_k=2), mx.lr_scheduler.FactorScheduler(3), mx.init.Xavier()):
        assert type(copy.deepcopy(thing)) is type(pickle.loads(pickle.dumps(thing))) is type(thing)


def test_labels_and_predictions_are_arrays():
    for labels, preds in ((5, [nd.ones((1, 2))]), ([nd.ones((1,))], None), ("x", [nd.ones((1, 2))])):
        with pytest.raises(TypeError, match="(labels|preds) must be a list of arrays"):
            mx.metric.Accuracy().update(labels, preds)
