"""Worker processes: the same batches, exceptions with their tracebacks, and nothing left behind however it ends."""
from __future__ import annotations

import gc
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
import traceback
import warnings
from pathlib import Path

import numpy as onp
import pytest

import mxshim as mx
from mxshim import nd, np
from mxshim.gluon import data as D
from mxshim.gluon.data import processes
from mxshim.gluon.data.vision import transforms as T

pytestmark = pytest.mark.usefixtures("on_cpu")

pytestmark = pytest.mark.skipif(not processes.available(), reason="needs forks (Linux)")
RECORDS = str(Path(__file__).parents[2] / "data" / "records" / "images.rec")
ROOT = Path(__file__).parents[3]
X = onp.arange(40, dtype="float32").reshape(20, 2)


@pytest.fixture(autouse=True)
def on_request(monkeypatch):
    monkeypatch.setenv("MXSHIM_WORKERS", "process")
    yield
    gc.collect()
    assert ended(multiprocessing.active_children())


def ended(children, seconds=10):
    end = time.monotonic() + seconds
    while any(c.is_alive() for c in children) and time.monotonic() < end:
        time.sleep(0.01)
    return not any(c.is_alive() for c in children)


class Samples(D.Dataset):
    """fn of 0, 1, ..., n - 1."""

    def __init__(self, fn, n=20):
        self.fn, self.n = fn, n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        return self.fn(i)


def loader(fn, **arguments):
    return D.DataLoader(Samples(fn, arguments.pop("n", 20)), 4, **{"num_workers": 2, "timeout": 30, **arguments})


@pytest.mark.parametrize("np_mode", [False, True])
def test_batches(np_mode):
    with mx.util.np_shape(np_mode), mx.util.np_array(np_mode):
        module = np if np_mode else nd
        found = list(loader(lambda i: (module.array(X[i]), i, os.getpid())))
        assert [type(a) for a in found[0]] == [np.ndarray if np_mode else nd.NDArray] * 3
        assert onp.concatenate([x.asnumpy() for x, _, _ in found]).tolist() == X.tolist()
        assert sum((y.asnumpy().tolist() for _, y, _ in found), []) == list(range(20))
        pids = {int(p) for _, _, batch in found for p in batch.asnumpy()}
        assert os.getpid() not in pids and 1 <= len(pids) <= 2


def test_what_is_random_differs_between_batches_and_repeats():
    def drawn():
        mx.random.seed(1)
        return [b.asnumpy().tolist() for b in loader(lambda i: [random.random(), onp.random.rand()], batchify_fn=lambda s: nd.array(s))]

    one, two = drawn(), drawn()
    assert one == two and len({v for batch in one for row in batch for v in row}) == 40


def test_images_and_transforms():
    images = D.vision.ImageRecordDataset(RECORDS).transform_first(T.Compose([T.Resize(9), T.RandomCrop(8), T.RandomFlipLeftRight(),
                                                                              T.RandomBrightness(0.1), T.ToTensor()]))
    found = list(D.DataLoader(images, 2, num_workers=2, pin_memory=True))
    assert [x.shape for x, _ in found] == [(2, 3, 8, 8)] * 2 + [(1, 3, 8, 8)] and found[0][0].ctx == mx.cpu_pinned(0)


def test_large_batches_and_odd_ones():
    big = list(loader(lambda i: onp.full((300, 300), i, "float32"), prefetch=6))
    assert [b.asnumpy()[:, 0, 0].tolist() for b in big] == [list(range(i, i + 4)) for i in range(0, 20, 4)]
    odd = next(iter(loader(lambda i: {"text": str(i), "set": {i}}, batchify_fn=D.batchify.AsList())))
    assert odd[1] == {"text": "1", "set": {1}}
    with pytest.raises(TypeError, match="a batch of list cannot be sent from a worker process.*use threads"):
        next(iter(loader(lambda i: (lambda: i), batchify_fn=D.batchify.AsList())))
    indices = D.DataLoader(Samples(lambda i: i, 200_000), batch_sampler=[list(range(200_000))] * 3, num_workers=1)
    assert [b.shape for b in indices] == [(200_000,)] * 3


class Unusual(Exception):
    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")


def of_the_user(kind):
    if kind == "unusual":
        raise Unusual(1, 2)
    if kind == "exit":
        sys.exit(3)
    return [][kind]


@pytest.mark.parametrize("kind, error, text", [
    (1, IndexError, "list index out of range"), ("unusual", RuntimeError, "Unusual: 1 and 2 in a worker process"),
    ("exit", SystemExit, "3")])
@pytest.mark.parametrize("where", ["dataset", "batchify_fn"])
def test_exceptions_of_the_user(kind, error, text, where):
    def fail(i):
        return of_the_user(kind)

    it = iter(loader(fail) if where == "dataset" else loader(lambda i: i, batchify_fn=fail))
    with pytest.raises(error, match=text) as caught:
        next(it)
    whole = "".join(traceback.format_exception(caught.value))
    assert "in a worker process" in whole and "in of_the_user" in whole and "test_processes.py" in whole
    assert ended([w._process for w in it.workers])
    with pytest.raises(StopIteration):
        next(it)


def test_jax_is_refused():
    with pytest.raises(mx.MXNetError, match="compute nothing with JAX: use NumPy"):
        next(iter(loader(lambda i: nd.ones((300, 300)) * 2)))


def test_what_numpy_computes_at_once_works():
    batch = next(iter(loader(lambda i: nd.array(X[i]) * 2)))
    onp.testing.assert_array_equal(batch.asnumpy(), [2 * X[i] for i in range(len(batch))])


def product(n):
    x = nd.ones((n, n))
    return nd.dot(x, x).asnumpy()[0, 0]


def test_a_fork_of_the_users_own_does_not_wait_for_ever():
    """What NumPy does works, and what was compiled before; what XLA would have to compile raises."""
    nd.waitall()  # what other tests began is a part of no program here
    assert product(2) == 2 and product(300) == 300
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # JAX warns of forks
        pool = multiprocessing.get_context("fork").Pool(1)
    with pool:
        for n in (3, 300):
            assert pool.apply_async(product, (n,)).get(30) == n
        with pytest.raises(mx.MXNetError, match="forked after JAX had started"):
            pool.apply_async(product, (301,)).get(30)


@pytest.mark.parametrize("end, text", [
    (lambda: os.kill(os.getpid(), signal.SIGKILL), r"with signal SIGKILL \(out of memory\?\)"), (lambda: os._exit(7), "with exit code 7")])
def test_a_process_that_ends(end, text):
    it = iter(loader(lambda i: end() if i == 9 else i))
    with pytest.raises(RuntimeError, match=f"a worker process ended {text}"):
        list(it)
    assert ended([w._process for w in it.workers])


def test_a_process_that_hangs():
    start = time.monotonic()
    with pytest.raises(multiprocessing.TimeoutError, match="no batch after 0.5 seconds"):
        next(iter(loader(lambda i: time.sleep(100), timeout=0.5)))
    assert time.monotonic() - start < 10


def test_leaving_early():
    for _ in loader(lambda i: i, n=1000):
        break
    it = iter(loader(lambda i: time.sleep(0.01) or i, n=1000))
    next(it)
    children = [w._process for w in it.workers]
    del it
    gc.collect()
    assert ended(children)


def test_several_at_once():
    one, two = iter(loader(lambda i: i)), iter(loader(lambda i: -i))
    assert next(one).asnumpy().tolist() == [0, 1, 2, 3] and next(two).asnumpy().tolist() == [0, -1, -2, -3]
    children = [w._process for w in one.workers]
    one.close()
    assert ended(children) and len(list(two)) == 4


def test_threads_on_request(monkeypatch):
    assert {int(p) for b in loader(lambda i: os.getpid(), thread_pool=True) for p in b.asnumpy()} == {os.getpid()}
    monkeypatch.setenv("MXSHIM_WORKERS", "thread")
    assert {int(p) for b in loader(lambda i: os.getpid()) for p in b.asnumpy()} == {os.getpid()}
    monkeypatch.setenv("MXSHIM_WORKERS", "fork")
    with pytest.raises(ValueError, match="must be thread or process, got 'fork'"):
        iter(loader(lambda i: i))


PROGRAM = """
    import os, signal, sys, time
    import mxshim as mx
    from mxshim.gluon import data as D

    signal.signal(signal.SIGINT, signal.default_int_handler)  # tests in the background of a shell have it ignored

    class Samples(D.Dataset):
        def __len__(self):
            return 1000

        def __getitem__(self, i):
            if i == 40:
                print("busy", os.getpid(), flush=True)
                time.sleep(100)
            return i

    if __name__ == "__main__":
        print("parent", os.getpid(), flush=True)
        for batch in D.DataLoader(Samples(), 10, num_workers=2):
            pass
"""


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_when_the_program_ends(end, tmp_path):
    path = tmp_path / "program.py"
    path.write_text(textwrap.dedent(PROGRAM))
    program = subprocess.Popen([sys.executable, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               start_new_session=True, env=os.environ | {"PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu"})
    lines = {}
    while "busy" not in lines:
        word, pid = program.stdout.readline().split()
        lines[word] = int(pid)
    if end == signal.SIGINT:
        os.killpg(program.pid, end)  # as a terminal does
    else:
        program.send_signal(end)
    _, errors = program.communicate(timeout=30)  # waits for everyone who holds its output, workers too
    assert ("KeyboardInterrupt" in errors) is (end == signal.SIGINT)
    with pytest.raises(ProcessLookupError):
        for _ in range(500):
            os.kill(lines["busy"], 0)
            time.sleep(0.01)
