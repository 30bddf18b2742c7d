"""Iterators made of other iterators (MXNet: mxnet.io.ResizeIter, mxnet.io.PrefetchingIter)."""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from ..base import ArgumentTypeError
from ..device import current_device
from ..engine.trace import state
from .base import DataBatch, DataDesc, DataIter

__all__ = ["PrefetchingIter", "ResizeIter"]
_SWITCHES = ("np_shape", "np_array", "np_dtype")


def surroundings():
    """A function that gives another thread what threads do not inherit: this thread's switches and its current device."""
    device, switches = current_device(), {name: getattr(state, name) for name in _SWITCHES}

    def enter():
        for name, on in switches.items():
            setattr(state, name, on)
        device.__enter__()

    return enter


class _Current(DataIter):
    """Speaks of `current_batch`."""

    current_batch: DataBatch

    def getdata(self):
        return self.current_batch.data

    def getlabel(self):
        return self.current_batch.label

    def getindex(self):
        return self.current_batch.index

    def getpad(self):
        return self.current_batch.pad


class ResizeIter(_Current):
    """`size` batches of another iterator, which starts again where it ends; with reset_internal also at every reset. None: without end."""

    _wants = {"size": "a number that is not negative"}
    _or_none = ("size",)

    def __init__(self, data_iter, size, reset_internal=True):
        _need("ResizeIter", data_iter)
        super().__init__(data_iter.batch_size)
        self.data_iter, self.size, self.reset_internal, self.cur = data_iter, size, reset_internal, 0
        self.provide_data, self.provide_label = data_iter.provide_data, data_iter.provide_label
        if hasattr(data_iter, "default_bucket_key"):
            self.default_bucket_key = data_iter.default_bucket_key

    def reset(self):
        self.cur = 0
        if self.reset_internal:
            self.data_iter.reset()

    def iter_next(self):
        if self.size is not None and self.cur >= self.size:
            return False
        try:
            self.current_batch = self.data_iter.next()
        except StopIteration:
            self.data_iter.reset()
            self.current_batch = self.data_iter.next()
        self.cur += 1
        return True


def _need(what, iterator):
    if not hasattr(iterator, "provide_data"):
        raise ArgumentTypeError(f"{what}: an iterator such as NDArrayIter is needed, with its provide_data, got {iterator!r}")


def _next(iterator):
    try:
        return iterator.next()
    except StopIteration:
        return None


class PrefetchingIter(_Current):
    """The batches of one or several iterators side by side, each made ahead by a thread.

    rename_data, rename_label: for each iterator a dict from its names to those of the batch.
    Raises: AssertionError if the iterators do not have equally many batches; what an iterator raises, with its traceback.
    """

    def __init__(self, iters, rename_data=None, rename_label=None):
        iters = iters if isinstance(iters, list) else [iters]
        if not iters:
            raise AssertionError("PrefetchingIter: at least one iterator is needed")
        for iterator in iters:
            _need("PrefetchingIter", iterator)
        for name, names in (("rename_data", rename_data), ("rename_label", rename_label)):
            if names is not None and not (isinstance(names, list | tuple) and len(names) == len(iters)):
                raise ArgumentTypeError(f"PrefetchingIter: `{name}` must be a list of {len(iters)} dicts, one an iterator, got {names!r}")
        self.iters, self.n_iter, self.rename_data, self.rename_label = iters, len(iters), rename_data, rename_label
        super().__init__(self.provide_data[0][1][0])
        self._threads = [ThreadPoolExecutor(1, "PrefetchingIter", surroundings()) for _ in iters]
        self._ask()

    def _ask(self):
        self._coming = [thread.submit(_next, i) for thread, i in zip(self._threads, self.iters, strict=True)]

    def _described(self, kind, names):
        found = []
        for k, iterator in enumerate(self.iters):
            for d in getattr(iterator, kind):
                d = d if isinstance(d, DataDesc) else DataDesc(*d)
                found.append(DataDesc(names[k][d.name], d.shape, d.dtype, d.layout) if names is not None else d)
        return found

    @property
    def provide_data(self):
        """Names, shapes and dtypes of a batch's data, of all iterators."""
        return self._described("provide_data", self.rename_data)

    @property
    def provide_label(self):
        """Names, shapes and dtypes of a batch's labels, of all iterators."""
        return self._described("provide_label", self.rename_label)

    def reset(self):
        for coming in self._coming:
            coming.exception()  # waits
        for iterator in self.iters:
            iterator.reset()
        self._ask()

    def iter_next(self):
        batches = [coming.result() for coming in self._coming]
        ended = [b is None for b in batches]
        if all(ended):
            return False
        if any(ended) or len({b.pad for b in batches}) > 1:
            raise AssertionError("Number of entry mismatches between iterators: their last batches are not the same ones")
        self.current_batch = DataBatch([a for b in batches for a in b.data], [a for b in batches for a in b.label or []], batches[0].pad,
                                       batches[0].index, provide_data=self.provide_data, provide_label=self.provide_label)
        self._ask()
        return True

    def next(self):
        if not self.iter_next():
            raise StopIteration
        return self.current_batch

    def __del__(self):
        for thread in getattr(self, "_threads", ()):
            thread.shutdown(wait=False, cancel_futures=True)
