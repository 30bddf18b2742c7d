"""DataLoader: batches, order, what they cost, and threads that leave nothing behind."""
from __future__ import annotations

import gc
import multiprocessing
import threading
import time
import traceback

import numpy as onp
import pytest

import mxshim as mx
from mxshim import engine, gluon, nd, np
from mxshim.gluon import data as D

X = onp.arange(20, dtype="float32").reshape(10, 2)
Y = onp.arange(10)


def loader_threads():
    return [t for t in threading.enumerate() if t.name.startswith("DataLoader")]


def gone(threads, seconds=10):
    end = time.monotonic() + seconds
    while any(t.is_alive() for t in threads) and time.monotonic() < end:
        gc.collect()
        time.sleep(0.01)
    return not any(t.is_alive() for t in threads)


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("np_mode", [False, True])
def test_batches(workers, np_mode):
    cls, module = (np.ndarray, np) if np_mode else (nd.NDArray, nd)
    with mx.util.np_shape(np_mode), mx.util.np_array(np_mode):
        for ds in (D.ArrayDataset(module.array(X), Y), D.ArrayDataset(module.array(X), Y).transform(lambda x, y: (x, y))):
            got = list(D.DataLoader(ds, 4, num_workers=workers))
            assert all(type(batch) is list and type(a) is cls for batch in got for a in batch)
            assert [(x.shape, y.shape) for x, y in got] == [((4, 2), (4,)), ((4, 2), (4,)), ((2, 2), (2,))]
            assert onp.concatenate([x.asnumpy() for x, _ in got]).tolist() == X.tolist()
            assert sum((y.asnumpy().tolist() for _, y in got), []) == Y.tolist()
            assert onp.dtype(got[0][0].dtype) == "float32" and onp.dtype(got[0][1].dtype) == "int64"


@pytest.mark.parametrize("dataset, shape, dtype", [
    (nd.array(X), (4, 2), "float32"), (X.astype("uint8"), (4, 2), "uint8"), ([1, 2, 3, 4], (4,), "int64"), ([[1, 2]] * 4, (4, 2), "int64"),
    (D.ArrayDataset(nd.array(X)).take(4), (4, 2), "float32"), (D.ArrayDataset(nd.array(X)).shard(2, 1), (4, 2), "float32"),
])
def test_batches_of_one_part(dataset, shape, dtype):
    batch = next(iter(D.DataLoader(dataset, 4)))
    assert (batch.shape, onp.dtype(batch.dtype)) == (shape, dtype)
    assert batch.asnumpy().tolist() == onp.stack([onp.asarray(dataset[i].asnumpy() if hasattr(dataset[i], "asnumpy") else dataset[i])
                                                  for i in range(4)]).tolist()


def shapes(batch):
    return [shapes(part) for part in batch] if isinstance(batch, list) else batch.shape


@pytest.mark.parametrize("sample, nd_shapes, np_shapes", [  # as 1.9.1 and 2.0.0b1 answer, but for the rows of numbers in np mode
    (([0.5], 1), [(2, 1), (2,)], [(2, 1), (2,)]),
    ((([1, 2, 3], 1), [onp.float32(2)]), [[(2, 3), (2,)], (2, 1)], [[(2, 3), (2,)], (2, 1)]),
    (([onp.ones(3), onp.ones(3)], 1), [(2, 2, 3), (2,)], [[(2, 3), (2, 3)], (2,)]),
    ([1, 2, 3], (2, 3), [(2,), (2,), (2,)]),
])
def test_lists_in_samples(sample, nd_shapes, np_shapes):
    assert shapes(next(iter(D.DataLoader([sample] * 2, 2)))) == nd_shapes
    with mx.util.np_shape(True), mx.util.np_array(True):
        assert shapes(next(iter(D.DataLoader([sample] * 2, 2)))) == np_shapes


def test_np_arrays_give_np_batches_without_np_mode():
    x, y = next(iter(D.DataLoader(D.ArrayDataset(np.array(X), np.array(Y)), 4)))
    assert type(x) is type(y) is np.ndarray


def test_shuffled_as_mxnet_shuffles():
    onp.random.seed(3)
    got = [b.asnumpy().tolist() for b in D.DataLoader(D.ArrayDataset(Y), 4, shuffle=True)]
    assert got == [[5, 4, 1, 2], [9, 6, 7, 0], [3, 8]]  # MXNet 1.9.1


def test_samplers_of_the_user():
    ds = D.ArrayDataset(Y)
    assert [b.asnumpy().tolist() for b in D.DataLoader(ds, 2, sampler=[5, 1, 2])] == [[5, 1], [2]]
    own = D.DataLoader(ds, batch_sampler=[[1, 2, 3], [7]])
    assert [b.asnumpy().tolist() for b in own] == [[1, 2, 3], [7]] and len(own) == 2
    assert [len(D.DataLoader(ds, 3, last_batch=how)) for how in ("keep", "discard", "rollover")] == [4, 3, 3]
    assert D.DataLoader(ds, 3, batchify_fn=D.batchify.AsList(), num_workers=1).__iter__().next() == [0, 1, 2]
    assert next(iter(D.DataLoader(ds, 3, pin_memory=True))).ctx == mx.cpu_pinned(0)


@pytest.mark.parametrize("arguments, error, text", [
    ({}, ValueError, "give a batch_size"),
    ({"batch_size": 4, "shuffle": True, "sampler": [1]}, ValueError, "leave shuffle out"),
    ({"batch_size": 4, "batch_sampler": [[1]]}, ValueError, "a batch_sampler decides"),
    ({"batch_size": 4, "timeout": 0}, AssertionError, "timeout must be positive, given 0"),
    ({"batch_size": 4, "last_batch": "x"}, ValueError, "got 'x'"),
])
def test_errors(arguments, error, text):
    with pytest.raises(error, match=text):
        D.DataLoader(D.ArrayDataset(Y), **arguments)


def test_arrays_cost_no_device_operation_per_sample():
    data, others = D.ArrayDataset(nd.array(X), nd.array(Y)), set(loader_threads())  # those of other tests may still be ending
    before = engine.stats().programs, engine.stats().hits
    for _, _ in D.DataLoader(data, 3, shuffle=True, num_workers=2):
        assert set(loader_threads()) <= others
    assert (engine.stats().programs, engine.stats().hits) == before


def test_transforms_compile_once_not_per_batch():
    ds = D.ArrayDataset(nd.array(X), Y).transform_first(lambda x: x * 2 + 1)
    for turn in range(2):
        got = [x.asnumpy() for x, _ in D.DataLoader(ds, 4, shuffle=False)]
        assert onp.concatenate(got).tolist() == (X * 2 + 1).tolist()
        if turn == 0:
            programs = engine.stats().programs
    assert engine.stats().programs == programs


def test_training_on_batches():
    net = gluon.nn.Dense(1)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    features = onp.random.RandomState(0).randn(200, 2).astype("float32")
    train = D.DataLoader(D.ArrayDataset(nd.array(features), nd.array(features @ [2, -3.4] + 4.2)), 10, shuffle=True)
    for _ in range(6):
        for x, y in train:
            with mx.autograd.record():
                loss = gluon.loss.L2Loss()(net(x), y)
            loss.backward()
            trainer.step(10)
    assert onp.allclose(net.weight.data().asnumpy(), [[2, -3.4]], atol=0.01)


class Waiting(D.Dataset):
    """Samples that wait for a permit."""

    def __init__(self):
        self.permits, self.taken = threading.Semaphore(0), 0

    def __len__(self):
        return 100

    def __getitem__(self, i):
        self.permits.acquire()
        self.taken += 1
        return i


def test_threads_work_ahead_as_far_as_asked():
    ds = Waiting()
    batches = iter(D.DataLoader(ds, 1, num_workers=1, prefetch=3))
    ds.permits.release(100)
    assert next(batches).asnumpy() == 0
    time.sleep(0.2)
    assert ds.taken <= 4
    assert [int(b.asnumpy()[0]) for b in batches] == list(range(1, 100))
    assert gone(loader_threads())


def test_exceptions_reach_the_loop_with_the_users_lines():
    def fail(x):
        if x == 5:
            raise KeyError("mine")
        return x

    batches = iter(D.DataLoader(D.ArrayDataset(Y).transform(fail), 2, num_workers=2))
    assert next(batches).asnumpy().tolist() == [0, 1] and next(batches).asnumpy().tolist() == [2, 3]
    with pytest.raises(KeyError, match="mine") as caught:
        next(batches)
    assert "fail" in [frame.name for frame in traceback.extract_tb(caught.tb)]
    assert gone(batches.threads) and list(batches) == []


def test_dropped_iterators_leave_no_thread():
    loader = D.DataLoader(D.ArrayDataset(Y).transform(lambda x: x), 1, num_workers=2)
    for _batch in loader:
        break
    assert gone(loader_threads())
    with pytest.raises(KeyboardInterrupt):
        for _batch in loader:
            raise KeyboardInterrupt
    assert gone(loader_threads())
    assert len(list(loader)) == 10


def test_timeout():
    ds = Waiting()
    batches = iter(D.DataLoader(ds, 1, num_workers=1, timeout=0.05))
    with pytest.raises(multiprocessing.TimeoutError, match="num_workers=0"):
        next(batches)
    ds.permits.release(100)
    assert gone(batches.threads)


def test_two_iterations_at_once_and_draws_that_do_not_depend_on_threads():
    loader = D.DataLoader(D.ArrayDataset(Y).transform(lambda x: nd.random.uniform(shape=(1,))), 2, num_workers=2)

    def draws():
        mx.random.seed(7)
        return [[b.asnumpy().tolist() for b in loader] for _ in range(2)]

    first = draws()
    assert first == draws() and first[0] != first[1]
    assert len(list(zip(loader, loader))) == 5


def test_workers_see_the_loops_modes():
    with mx.util.np_shape(True), mx.util.np_array(True), mx.cpu(1):
        loader = D.DataLoader(D.SimpleDataset([1, 2]).transform(lambda x: (x, int(mx.is_np_array()), mx.current_context().device_id)), 2,
                              num_workers=1)
        x, mode, number = next(iter(loader))
    assert type(x) is np.ndarray and mode.asnumpy().tolist() == [1, 1] and number.asnumpy().tolist() == [1, 1] and x.ctx == mx.cpu(1)


def test_an_epoch_that_begins_early():
    seen = []
    loader = D.DataLoader(D.SimpleDataset(list(range(8))).transform(lambda i: seen.append(i) or i), 2, num_workers=1, auto_reload=True)
    end = time.monotonic() + 10
    while len(seen) < 4 and time.monotonic() < end:
        time.sleep(0.01)
    assert seen == [0, 1, 2, 3]  # two batches ahead, before anybody asked
    for _ in range(2):
        assert [b.asnumpy().tolist() for b in loader] == [[0, 1], [2, 3], [4, 5], [6, 7]]
    loader.refresh()
    threads = loader._ready.threads
    loader.clean()
    assert gone(threads) and len(list(loader)) == 4


@pytest.mark.parametrize("worker", ["pickled", "as it is"])
def test_the_iterator_that_other_loaders_derive_from(worker):
    """_MultiWorkerIter, as GluonCV's loader has it: in order, whatever the pool makes first; what a worker raises comes out here."""
    from multiprocessing.pool import ThreadPool

    from mxshim.gluon.data import dataloader
    more = {} if worker == "pickled" else {"worker_fn": lambda indices, batchify, data: batchify([data[i] for i in indices])}
    batches = [[0, 1], [2, 3], [4]]
    with ThreadPool(2) as pool:
        epoch = dataloader._MultiWorkerIter(pool, dataloader.default_batchify_fn, batches, prefetch=2, dataset=list(X), **more)
        assert len(epoch) == 3 and [b.asnumpy().tolist() for b in epoch] == [X[b].tolist() for b in batches]
        with pytest.raises(StopIteration):
            epoch.next()
        with pytest.raises(IndexError):
            next(dataloader._MultiWorkerIter(pool, dataloader.default_batchify_fn, [[99]], dataset=list(X), **more))


def test_loaders_derived_from_it_find_mxnets_attributes():
    """GluonCV's loaders define __iter__ by these."""
    class Loader(D.DataLoader):
        def __iter__(self):
            assert self._worker_pool is None and self._prefetch == 4
            return ((self._batchify_fn([self._dataset[i] for i in batch]), self._pin_memory, self._pin_device_id, self._thread_pool)
                    for batch in self._batch_sampler)

    batch, *rest = next(iter(Loader(D.ArrayDataset(Y), 2, num_workers=2, pin_memory=True, pin_device_id=1)))
    assert batch.asnumpy().tolist() == [0, 1] and rest == [True, 1, False]


def test_a_batch_sampler_needs_no_length():
    class Squares:
        def __getitem__(self, i):
            return float(i * i)

    assert [b.asnumpy().tolist() for b in gluon.data.DataLoader(Squares(), batch_sampler=[[0, 2], [3]])] == [[0, 4], [9]]
