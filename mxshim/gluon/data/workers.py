"""Batches made ahead by threads, or by processes that threads wait for.

Threads hold no reference to the iterator that started them, so that one which is dropped half way (break, an exception, Ctrl-C)
can be collected; then they end after the batch they are at.
"""
from __future__ import annotations

import collections
import multiprocessing
import queue
import threading
import weakref

from ...autograd import pause
from ...engine import rng
from ...io.wrapping import surroundings
from .processes import Worker
from .rows import settle


class _Batch:
    """A batch that somebody works at."""

    __slots__ = ("done", "error", "indices", "number", "result")

    def __init__(self, number, indices):
        self.number, self.indices, self.done, self.error, self.result = number, indices, threading.Event(), None, None


def _work(tasks, stopped, make, enter, seed, worker, place):
    enter()
    with pause():
        while (batch := tasks.get()) is not None and not stopped.is_set():
            try:  # what is drawn for a batch does not depend on which thread or process makes it
                if worker is None:
                    rng.seed(seed + batch.number)
                    found = make(batch.indices)
                else:
                    found = worker(batch.indices, seed + batch.number)
                batch.result = settle(place(found))
            except BaseException as error:
                batch.error = error
            batch.done.set()
            del batch


def _stop(tasks, stopped, count, workers):
    stopped.set()
    for _ in range(count):
        tasks.put(None)
    for worker in workers:
        worker.close()


class Prefetch:
    """An iterator over make(indices) for the lists of indices that `batches` gives, made by `count` threads, in order.

    ahead: how many batches are in work beyond the one that is asked for.  timeout: seconds to wait for one.
    place: what is done with a batch at last, in the thread.  processes: whether each thread has a process call make.
    Raises: what make raises, with its traceback; multiprocessing.TimeoutError; RuntimeError if a process ended.
    """

    def __init__(self, batches, make, count, ahead, timeout, length, place, processes):
        self._batches, self._timeout, self._length, self._number, self._made = iter(batches), timeout, length, 0, collections.deque()
        self._tasks: queue.SimpleQueue = queue.SimpleQueue()
        self._stopped = threading.Event()
        own = rng.streams()
        own.counter += 1
        self.workers: list = []
        self._close = weakref.finalize(self, _stop, self._tasks, self._stopped, count, self.workers)
        for _ in range(count if processes else 0):
            self.workers.append(Worker(make))
        arguments = self._tasks, self._stopped, make, surroundings(), own.seed + 1_000_003 * own.counter
        self.threads = [threading.Thread(target=_work, args=(*arguments, self.workers[i] if processes else None, place), daemon=True,
                                         name=f"DataLoader-{i}") for i in range(count)]
        for thread in self.threads:
            thread.start()
        for _ in range(ahead):
            self._ask()

    def _ask(self):
        indices = next(self._batches, None)
        if indices is not None:
            batch = _Batch(self._number, indices)
            self._number += 1
            self._made.append(batch)
            self._tasks.put(batch)

    def __len__(self):
        return self._length

    def __iter__(self):
        return self

    def __next__(self):
        if not self._close.alive:
            raise StopIteration
        try:
            self._ask()
            if not self._made:
                raise StopIteration
            batch = self._made.popleft()
            if not batch.done.wait(self._timeout):
                raise multiprocessing.TimeoutError(f"DataLoader: no batch after {self._timeout} seconds. Give a longer timeout=, or look "
                                                   "with num_workers=0 what the dataset and its transforms wait for.")
            if batch.error is not None:
                raise batch.error
            return batch.result
        except BaseException:
            self.close()
            raise

    next = __next__

    def close(self):
        """Let the threads end; further batches are not made."""
        self._close()
        self._made.clear()
