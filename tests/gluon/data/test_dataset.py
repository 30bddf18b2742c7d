"""Datasets, samplers and batchify functions: what real MXNet answers to the same calls."""
from __future__ import annotations

import numpy as onp
import pytest

import mxshim as mx
from mxshim import nd, np
from mxshim.gluon import data as D
from mxshim.gluon.data import batchify as B

X = onp.arange(20, dtype="float32").reshape(10, 2)


@pytest.fixture(params=["nd", "np"])
def dialect(request):
    with mx.util.np_shape(request.param == "np"), mx.util.np_array(request.param == "np"):
        yield np if request.param == "np" else nd


def test_samples_of_arrays(dialect):
    ds = D.ArrayDataset(dialect.array(X), dialect.array(X[:, 0]), list("abcdefghij"))
    x, y, text = ds[3]
    assert type(x) is (np.ndarray if dialect is np else nd.NDArray)
    assert x.asnumpy().tolist() == [6, 7] and (type(y), y, text) == (onp.float32, 6, "d")
    assert ds[3:5][0].shape == (2, 2) and ds[-1][2] == "j"
    with pytest.raises(IndexError):
        ds[10]
    assert D.ArrayDataset(X)[1].tolist() == [2, 3]


def test_written_arrays_are_read_again():
    x = nd.array(X)
    ds = D.ArrayDataset(x)
    assert ds[0].asnumpy().tolist() == [0, 1]
    x[0] = 5
    assert ds[0].asnumpy().tolist() == [5, 5] and ds._batch([0]).asnumpy().tolist() == [[5, 5]]


def numbers(dataset):
    return [dataset[i] for i in range(len(dataset))]


def test_parts_of_a_dataset():
    ds = D.SimpleDataset(list(range(10)))
    assert [numbers(ds.shard(3, i)) for i in range(3)] == [[0, 1, 2, 3], [4, 5, 6], [7, 8, 9]]
    with pytest.raises(AssertionError, match="positive integer, got -1"):
        ds.take(-1)
    assert numbers(ds.take(3)) == [0, 1, 2] and len(ds.take(None)) == len(ds.take(30)) == 10
    assert numbers(ds.filter(lambda v: v % 4 == 1)) == [1, 5, 9]
    assert numbers(ds.sample(D.SequentialSampler(3, 2))) == [2, 3, 4]
    assert len(D.ArrayDataset(X, X).filter(lambda sample: len(sample) == 2)) == 10


def test_transforms():
    calls = []
    ds = D.ArrayDataset([1, 2], [3, 4])
    lazily = ds.transform(lambda a, b: calls.append(a) or a + b)
    assert not calls and numbers(lazily) == [4, 6] and len(calls) == 2
    once = ds.transform(lambda a, b: calls.append(a) or a * b, lazy=False)
    assert len(calls) == 4 and type(once) is D.SimpleDataset and numbers(once) == [3, 8] and len(calls) == 4
    assert numbers(ds.transform_first(lambda a: -a)) == [(-1, 3), (-2, 4)]
    assert D.ArrayDataset([1, 2]).transform_first(lambda a: -a)[0] == -1
    assert D.SimpleDataset([[1, 2]]).transform(lambda pair: pair)[0] == [1, 2]  # only tuples are spread


@pytest.mark.parametrize("call, error, text", [
    (lambda: D.ArrayDataset(), AssertionError, "at least 1"),
    (lambda: D.ArrayDataset([1], [1, 2]), AssertionError, r"array\[0\] has length 1 while array\[1\] has 2"),
    (lambda: D.SimpleDataset([1]).shard(3, 3), AssertionError, "3 out of 3"),
    (lambda: D.SimpleDataset([1]).shard(0, 0), AssertionError, "greater than 0"),
    (lambda: D.SimpleDataset([1]).sample([0]), TypeError, "Sampler is needed, got list"),
    (lambda: D.Dataset()[0], NotImplementedError, "__getitem__"),
    (lambda: len(D.Dataset()), NotImplementedError, "__len__"),
    (lambda: iter(D.Sampler()), NotImplementedError, "__iter__"),
    (lambda: D.BatchSampler(D.SequentialSampler(3), 2, "drop"), ValueError, "'keep', 'discard' or 'rollover', got 'drop'"),
    (lambda: D.BatchSampler(D.SequentialSampler(3), 0), ValueError, "at least 1"),
    (lambda: D.IntervalSampler(5, 6), AssertionError, "longer than the length, 5"),
    (lambda: D.RecordFileDataset("x.rec"), mx.MXNetError, 'cannot open "x.rec"'),
    (lambda: B.Pad()([(1, 2)]), NotImplementedError, "Group"),
    (lambda: B.Group(1), AssertionError, "callable"),
    (lambda: B.Group([B.Pad()], B.Stack()), AssertionError, "not understood"),
    (lambda: B.Group(B.Pad())([(1, 2)]), AssertionError, "2 parts"),
    (lambda: B.Stack()(["a", "b"]), KeyError, "numbers or arrays"),
    (lambda: B.Stack()([onp.ones(2), onp.ones(3)]), KeyError, "equal shapes"),
    (lambda: B.Stack()([nd.ones(2), nd.ones(3)]), ValueError, "equal shapes"),
])
def test_errors(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_samplers():
    onp.random.seed(3)
    assert list(D.RandomSampler(5)) == [3, 4, 1, 0, 2]  # MXNet 1.9.1
    assert list(D.IntervalSampler(5, 2)) == [0, 2, 4, 1, 3] and list(D.IntervalSampler(5, 2, rollover=False)) == [0, 2, 4]
    assert list(D.FilterSampler(lambda v: v > 2, [1, 3, 2, 4])) == [1, 3]
    keep, discard, over = (D.BatchSampler(D.SequentialSampler(7), 3, how) for how in ("keep", "discard", "rollover"))
    assert list(keep) == [[0, 1, 2], [3, 4, 5], [6]] and len(keep) == 3
    assert list(discard) == [[0, 1, 2], [3, 4, 5]] and len(discard) == 2
    seen = [(len(over), list(over)) for _ in range(3)]
    assert [n for n, _ in seen] == [2, 2, 3]
    assert seen[1][1] == [[6, 0, 1], [2, 3, 4]] and seen[2][1] == [[5, 6, 0], [1, 2, 3], [4, 5, 6]]


def found(batch):
    if isinstance(batch, list | tuple):
        return type(batch)(found(b) for b in batch)
    return (batch.dtype if isinstance(batch.dtype, str) else onp.dtype(batch.dtype).name, batch.asnumpy().tolist())


@pytest.mark.parametrize("call, answer", [
    (lambda: B.Stack()([1, 2]), ("int64", [1, 2])),
    (lambda: B.Stack()([1.0, 2]), ("float64", [1, 2])),
    (lambda: B.Stack()([True, False]), ("bool", [True, False])),
    (lambda: B.Stack()([onp.ones(2, "uint8")] * 2), ("uint8", [[1, 1]] * 2)),
    (lambda: B.Stack()([[1, 2], [3, 4]]), [("int64", [1, 3]), ("int64", [2, 4])]),
    (lambda: B.Stack()([(1, (2, 3)), (4, (5, 6))]), [("int64", [1, 4]), [("int64", [2, 5]), ("int64", [3, 6])]]),
    (lambda: B.Pad(val=-1)([[1, 2], [3]]), ("int64", [[1, 2], [3, -1]])),
    (lambda: B.Pad()([[1, 2], []]), ("int64", [[1, 2], [0, 0]])),
    (lambda: B.Pad(dtype="float32", round_to=4)([[1, 2], [3]]), ("float32", [[1, 2, 0, 0], [3, 0, 0, 0]])),
    (lambda: B.Pad()([onp.ones((1, 2)), onp.ones((2, 1))]), ("float64", [[[1, 1], [0, 0]], [[1, 0], [1, 0]]])),
    (lambda: B.Pad()([np.array(1.5), np.array(2)]), ("float32", [1.5, 2])),
    (lambda: B.Append()([[1, 2], [3]]), [("float32", [[1, 2]]), ("float32", [[3]])]),
    (lambda: B.Append(expand=False)([[1, 2], [3]]), [("float32", [1, 2]), ("float32", [3])]),
    (lambda: B.Group(B.Pad(), B.Stack())([([1, 2], 0), ([1], 1)]), (("int64", [[1, 2], [1, 0]]), ("int64", [0, 1]))),
])
def test_batchify(call, answer, dialect):
    assert found(call()) == answer
    assert B.Group([B.AsList()])([("a",), ("b",)]) == (["a", "b"],)


def test_batchify_keeps_the_class_of_arrays():
    for module in (nd, np):
        ones = module.ones(2)
        for batch in (B.Stack()([ones, ones]), B.Pad()([ones, ones]), *B.Append()([ones])):
            assert type(batch) is type(ones) and batch.dtype == ones.dtype


def test_handles_of_the_loader_in_mxnets_library(dialect):
    rows = [onp.array([1, 2]), onp.array([3, 4])]
    for batchify in (B.Stack(), B.Pad(val=-1)):
        assert batchify.__mx_handle__()(rows).asnumpy().tolist() == [[1, 2], [3, 4]]
    assert [x.shape for x in B.Group(B.Stack(), B.Pad()).__mx_handle__()([(r, r) for r in rows])] == [(2, 2), (2, 2)]
    handle = D.ArrayDataset(dialect.array(X), dialect.arange(10)).__mx_handle__()
    assert len(handle) == 10 and handle[3][0].asnumpy().tolist() == [6, 7]
