"""Worker processes of a DataLoader: forks of this process that run Python and NumPy, and never JAX.

A fork has no threads but its own, so nothing of JAX's works in it. What the host does by itself does: reading files, decoding images,
the vision transforms, making arrays of NumPy's. Anything that needs a program raises MXNetError.

Each process serves one of the threads in workers.py: the thread sends a list of indices, waits, and gets the batch. So a process that
dies is noticed by the thread that waits for it, and one whose parent dies sees its lifeline end and ends, too.
"""
from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import random
import signal
import sys
import threading
import traceback
import warnings

import numpy as onp

from ...base import MXNetError
from ...device import current_device
from ...engine import rng
from ...engine.trace import Trace
from .rows import settle

_open: set = set()  # the parent's ends of all pipes: a fork closes them, so that their other ends see this process end


def available() -> bool:
    """Whether this system can fork a process with threads well enough."""
    return sys.platform.startswith("linux")


class WorkerTraceback(Exception):
    """The traceback of an exception as the worker process saw it; the cause of the one that the DataLoader raises."""

    def __str__(self):
        return "in a worker process:\n\n" + self.args[0]


class Worker:
    """A process that makes batches, one at a time; `make` is what it calls with a list of indices."""

    def __init__(self, make):
        current_device().jax  # noqa: B018  # JAX must have started before the fork
        self._here, there = multiprocessing.Pipe()
        ended, self._lifeline = os.pipe()
        _open.update((self._here.fileno(), self._lifeline))
        context = multiprocessing.get_context("fork")
        self._process = context.Process(target=_serve, args=(there, ended, make), daemon=True, name="DataLoader")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # JAX and Python warn of forks; this one uses neither's threads
            self._process.start()
        there.close()
        os.close(ended)
        self.pid, self._owner = self._process.pid, os.getpid()

    def __call__(self, indices, seed):
        """The batch of these indices. Raises: what making it raised; RuntimeError if the process ended."""
        try:
            self._here.send((indices, seed))
            done, head, sizes = self._here.recv()
            buffers = [bytearray(n) for n in sizes]
            for buffer in buffers:
                if len(buffer):
                    self._here.recv_bytes_into(buffer)
        except (EOFError, OSError):
            raise RuntimeError(f"DataLoader: a worker process ended {self._how()} before its batch was done. With num_workers=0 the same "
                               "happens in this process") from None
        if done:
            return pickle.loads(head, buffers=buffers)
        error, text = _unpickled(head)
        error.__cause__ = WorkerTraceback(text)
        raise error

    def _how(self):
        self._process.join(5)
        code = self._process.exitcode
        if code is not None and code < 0:
            return f"with signal {signal.Signals(-code).name}" + (" (out of memory?)" if code == -signal.SIGKILL else "")
        return f"with exit code {code}"

    def close(self):
        """End the process, whatever it is doing."""
        if self._lifeline is None or self._owner != os.getpid():  # a fork has copies, which are not its own to end
            return
        _open.difference_update((self._here.fileno(), self._lifeline))
        os.close(self._lifeline)
        self._lifeline = None
        with contextlib.suppress(OSError, ValueError):
            self._process.kill()  # it has nothing to put in order; that it is gone is noticed later, so that many end at the same time
            self._process.join(0)
        # the pipe is closed with this object: until then its thread may be reading, and must not meet another file by its number


def _unpickled(content):
    text, pickled, name = content
    try:
        return pickle.loads(pickled), text
    except Exception:  # a class that cannot be made again from its arguments
        return RuntimeError(f"{name} in a worker process of the DataLoader"), text


def _refuse(self, why):
    raise MXNetError("worker processes of a DataLoader compute nothing with JAX: use NumPy in the dataset, its transforms and batchify_fn, "
                     "or threads (thread_pool=True, or without MXSHIM_WORKERS=process)")


def _serve(pipe, ended, make):
    """What a worker process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # not what the program does when somebody asks it to end
    for end in list(_open):
        with contextlib.suppress(OSError):
            os.close(end)
    threading.Thread(target=_watch, args=(ended,), daemon=True).start()
    Trace.flush = _refuse  # type: ignore[method-assign]
    while True:
        try:
            indices, seed = pipe.recv()
        except EOFError:
            os._exit(0)
        try:
            random.seed(seed)
            onp.random.seed(seed % 2 ** 32)
            rng.seed(seed)
            buffers: list = []
            head = _pickled(settle(make(indices)), buffers)
            answer = True, head, [len(b) for b in buffers]
        except BaseException as error:
            buffers, answer = [], (False, _described(error), [])
        try:
            pipe.send(answer)
            for buffer in buffers:
                if len(buffer):
                    pipe.send_bytes(buffer)
        except (BrokenPipeError, ConnectionResetError):
            os._exit(0)


def _watch(ended):
    os.read(ended, 1)  # nothing is ever written: it returns when the parent is gone
    os._exit(0)


def _pickled(batch, buffers):
    """A batch as bytes; the memory of large arrays goes into `buffers`."""
    try:
        return pickle.dumps(batch, protocol=5, buffer_callback=lambda b: buffers.append(b.raw()))
    except Exception as error:
        raise TypeError(f"DataLoader: a batch of {type(batch).__name__} cannot be sent from a worker process ({error}); make it of arrays, "
                        "numbers, lists and dicts, or use threads") from error


def _described(error):
    """(traceback as text, the exception pickled, what it is)"""
    text = "".join(traceback.format_exception(error))
    try:
        pickled = pickle.dumps(error)
    except Exception:
        pickled = b""
    return text, pickled, "".join(traceback.format_exception_only(error)).strip()
