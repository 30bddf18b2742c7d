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
ONES, IMAGE = nd.ones((4, 3)), nd.ones((4, 4, 3), dtype="uint8")


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
    "RandomApply": [lambda: T.RandomApply(T.ToTensor(), p="x"), lambda: T.RandomApply(5)],
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
    "Trainer": [lambda: step_with(5), lambda: gluon.Trainer([], "sgd", 5)],
    "split_data": [lambda: gluon.utils.split_data(5, 2), lambda: gluon.utils.split_data(ONES, "x"), lambda: gluon.utils.split_data(
        ONES, 2, batch_axis="x")],
    "clip_global_norm": [lambda: gluon.utils.clip_global_norm(5, 1), lambda: gluon.utils.clip_global_norm([5], 1),
                         lambda: gluon.utils.clip_global_norm([ONES], "x")],
    "check_sha1": [lambda: gluon.utils.check_sha1(5, "x")],
    "SimpleDataset": [lambda: data.SimpleDataset(5)],
    "RecordFileDataset": [lambda: data.RecordFileDataset(5)],
    "ImageFolderDataset": [lambda: data.vision.ImageFolderDataset(None)],
    "MNIST": [lambda: data.vision.MNIST(5)],
    "Stack": [lambda: data.batchify.Stack()(5)],
    "Rotate": [lambda: T.Rotate(5)("x")],
    "NDArrayIter": [lambda: mx.io.NDArrayIter(ONES, batch_size="x"), lambda: mx.io.NDArrayIter(ONES, data_name=[])],
    "CSVIter": [lambda: mx.io.CSVIter(5, (1,), batch_size=1), lambda: mx.io.CSVIter("x", 5, batch_size=1)],
    "ImageRecordIter": [lambda: mx.io.ImageRecordIter(path_imgrec=5, data_shape=(3, 4, 4), batch_size=1),
                        lambda: mx.io.ImageRecordIter(path_imgrec="x", data_shape=(3, 4, 4), batch_size=1, resize="x")],
    "ResizeIter": [lambda: mx.io.ResizeIter(mx.io.NDArrayIter(ONES), "x")],
    "MXRecordIO": [lambda: mx.recordio.MXRecordIO(5, "r")],
    "pack": [lambda: mx.recordio.pack(5, b""), lambda: mx.recordio.pack((0, 0, 0, 0), "x")],
    "unpack": [lambda: mx.recordio.unpack(5)],
    "RNNFused": [lambda: mx.init.RNNFused("lstm", "x", 2)],
    "ProgressBar": [lambda: mx.callback.ProgressBar("x")],
    "Speedometer": [lambda: mx.callback.Speedometer(4, None)],
    "log_train_metric": [lambda: mx.callback.log_train_metric(None)],
    "Monitor": [lambda: mx.mon.Monitor(1, pattern=5)],
    "print_summary": [lambda: mx.viz.print_summary(mx.sym.var("x"), 5)],
    "setenv": [lambda: mx.util.setenv("x", 5), lambda: mx.util.setenv(5, "x")],
    "nd.save": [lambda: nd.save(5, ONES)],
    "imread": [lambda: mx.image.imread(5)],
    "resize_short": [lambda: mx.image.resize_short(5, 2)],
    "random_crop": [lambda: mx.image.random_crop(IMAGE, 5)],
    "fixed_crop": [lambda: mx.image.fixed_crop(IMAGE, 0.5, 0, 1, 1)],
    "CreateAugmenter": [lambda: mx.image.CreateAugmenter(5)],
    "CreateDetAugmenter": [lambda: mx.image.CreateDetAugmenter((3, 4, 4), rand_crop="x")],
    "ForceResizeAug": [lambda: mx.image.ForceResizeAug(5), lambda: mx.image.ForceResizeAug((2, 2))(5)],
    "BrightnessJitterAug": [lambda: mx.image.BrightnessJitterAug("x"), lambda: mx.image.BrightnessJitterAug(0.1)(5)],
    "SequentialAug": [lambda: mx.image.SequentialAug([5])],
    "DetRandomCropAug": [lambda: mx.image.DetRandomCropAug(max_attempts="x"), lambda: mx.image.DetRandomCropAug(aspect_ratio_range="x")],
    "ImageIter": [lambda: mx.image.ImageIter("x", (3, 4, 4)), lambda: mx.image.ImageIter(2, 5, path_imgrec="x")],
    "L2Loss": [lambda: gluon.loss.L2Loss()(ONES, 5), lambda: gluon.loss.L2Loss()(5, ONES), lambda: gluon.loss.L2Loss("x")],
    "SoftmaxCrossEntropyLoss": [lambda: gluon.loss.SoftmaxCELoss()(ONES, 5)],
    "CosineEmbeddingLoss": [lambda: gluon.loss.CosineEmbeddingLoss()(ONES, ONES, 5)],
    "SDMLLoss": [lambda: gluon.loss.SDMLLoss()(ONES, 5)],
    "Parameter.set_data": [lambda: gluon.Parameter("w", shape=(1,)).set_data(5)],
    "Trainer.set_learning_rate": [lambda: gluon.Trainer([], "sgd").set_learning_rate("x")],
    "Trainer.save_states": [lambda: gluon.Trainer([], "sgd").save_states(5)],
    "saving parameters": [lambda: gluon.nn.Dense(1).save_parameters(5)],
    "loading parameters": [lambda: gluon.nn.Dense(1).load_parameters(None)],
    "load_dict": [lambda: gluon.nn.Dense(1).load_dict(5)],
    "apply": [lambda: gluon.nn.Dense(1).apply(5)],
    "collect_params": [lambda: gluon.nn.Dense(1).collect_params(5)],
    "ParameterDict.get": [lambda: gluon.ParameterDict("p_").get(5)],
    "EvalMetric.update_dict": [lambda: mx.metric.Accuracy().update_dict(5, {})],
    "CompositeEvalMetric": [lambda: mx.metric.CompositeEvalMetric(5)],
    "Counter.set_value": [lambda: mx.profiler.Counter(mx.profiler.Domain("d"), "c", "x")],
}
VALUES = {  # the same, of the right kind, with values that cannot be
    "split_data": [lambda: gluon.utils.split_data(ONES, 0), lambda: gluon.utils.split_data(ONES, 2, batch_axis=2)],
    "RandomCrop": [lambda: T.RandomCrop(4, pad=-1)],
    "Xavier": [lambda: mx.init.Xavier(magnitude=-1)],
    "SequentialSampler": [lambda: data.SequentialSampler(-1)],
    "Pad": [lambda: data.batchify.Pad(round_to=0), lambda: data.batchify.Pad()([])],
    "NDArrayIter": [lambda: mx.io.NDArrayIter(ONES, batch_size=0)],
    "ImageRecordIter": [lambda: mx.io.ImageRecordIter(path_imgrec="x", data_shape=(3, 4, 4), batch_size=0)],
    "ResizeIter": [lambda: mx.io.ResizeIter(mx.io.NDArrayIter(ONES), -1)],
    "CreateAugmenter": [lambda: mx.image.CreateAugmenter((4, 4))],
    "LightingAug": [lambda: mx.image.LightingAug(-1, onp.ones(3), onp.ones((3, 3))), lambda: mx.image.LightingAug(1, 5, 5)],
    "color_normalize": [lambda: mx.image.color_normalize(IMAGE.astype("float32"), nd.ones((2,)))],
    "pack": [lambda: mx.recordio.pack((1, 2), b"")],
    "ProgressBar": [lambda: mx.callback.ProgressBar(0)],
}


@pytest.mark.parametrize("name", VALUES)
def test_values_that_cannot_be(name):
    for call in VALUES[name]:
        with pytest.raises(ValueError, match=f"^{name}: .*`[a-z_0-9]+` .*got|has no axis 2") as caught:
            call()
        assert isinstance(caught.value, MXNetError)


@pytest.mark.parametrize("name", WRONG)
def test_arguments_of_the_wrong_kind(name):
    for call in WRONG[name]:
        with pytest.raises(TypeError, match=f"{name}: `[a-z_0-9]+` must be (a|whole |bytes).*, got ") as caught:
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


def test_what_cannot_be_looked_up_is_named(tmp_path):
    files = str(tmp_path / "x.idx"), str(tmp_path / "x.rec")
    record = mx.recordio.MXIndexedRecordIO(*files, "w")
    with pytest.raises(ValueError, match="write_idx: `idx` must be a key, which int can make, got 'x'"):
        record.write_idx("x", b"")
    record.write_idx(1, b"one")
    record.close()
    with pytest.raises(KeyError, match="has no record of the key 2"):
        mx.recordio.MXIndexedRecordIO(*files, "r").read_idx(2)
    with pytest.raises(KeyError, match="`mode` must be one of rnn_relu, .*, got 'x'"):
        mx.init.RNNFused("x", 1, 2)
    with pytest.raises(KeyError, match="`types` says nothing of 'b'"):
        mx.io.DataDesc.get_list([("b", (1,))], [("a", "float32")])
    with pytest.raises(AssertionError, match="a metric is needed"):
        mx.metric.create({})


def test_none_and_numbers_of_other_classes_are_taken_where_mxnet_takes_them():
    batches = list(zip(range(3), mx.io.ResizeIter(mx.io.NDArrayIter(ONES, label_name=None), None)))
    assert len(batches) == 3 and len(list(mx.io.ResizeIter(mx.io.NDArrayIter(ONES), 2.5))) == 3
    assert mx.io.DataDesc.get_batch_axis(None) == 0
    assert gluon.loss.SDMLLoss(weight=None)(ONES, ONES).shape == (4,)
    assert gluon.loss.L1Loss(batch_axis=None)._batch_axis is None
    assert data.SimpleDataset({0: "a"})[0] == "a"
    assert len(mx.image.CreateAugmenter((3, 4, 4), brightness=None)) == 2
    assert gluon.utils.clip_global_norm((ONES.copy(),), onp.float32(1)) > 3
    mx.util.setenv("MXSHIM_NO_SUCH", None)


def test_pcc_counts_instances_of_any_shape():
    flat, column = (mx.metric.PCC() for _ in range(2))
    scores = nd.array([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7]])
    flat.update([nd.array([1, 0, 0])], [scores])
    column.update([nd.array([[1], [0], [0]])], [scores])
    assert flat.get() == column.get() and flat.get()[1] == pytest.approx(0.5)
    with pytest.raises(MXNetError, match="PCC.update: predictions are classes"):
        flat.update([nd.ones((3,))], [nd.ones((2, 2))])
    with pytest.raises(MXNetError, match="PCC.update: predictions are classes"):
        flat.update([nd.ones((3, 2))], [nd.ones((3,))])


def test_functions_that_give_nothing():
    class Nothing(mx.autograd.Function):
        def forward(self, x):
            return []

    x = nd.ones((1,))
    x.attach_grad()
    with pytest.raises(MXNetError, match="Nothing.forward returned no arrays"), mx.autograd.record():
        Nothing()(x)
