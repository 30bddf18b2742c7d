"""What test suites need around their tests: environment variables, other tries, files, devices."""
from __future__ import annotations

import contextlib
import functools
import os
import platform
import sys

from ..device import num_gpus
from ..gluon import utils
from ..io import DataIter
from ..util import getenv, setenv


@contextlib.contextmanager
def environment(*args):
    """A scope with environment variables: environment("NAME", "value") or environment({"NAME": "value", "OTHER": None}).

    None removes a variable; afterwards all are as they were."""
    if len(args) not in (1, 2):
        raise ValueError(f"environment: a name and a value, or a dict of them, are needed, got {len(args)} arguments")
    wanted = dict([args]) if len(args) == 2 else args[0]
    before = {name: getenv(name) for name in wanted}
    try:
        for name, value in wanted.items():
            setenv(name, value)
        yield
    finally:
        for name, value in before.items():
            setenv(name, value)


def EnvManager(key, val):  # a class in MXNet 1
    """A scope with one environment variable: `environment` by its older name."""
    return environment(key, val)


@contextlib.contextmanager
def discard_stderr():
    """A scope in which all that is written to stderr is dropped, also by libraries."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def retry(n):
    """A decorator: call the function up to n times, until it raises no AssertionError; the last one is raised."""
    if n <= 0:
        raise AssertionError(f"retry: n must be positive, got {n}")

    def wrap(test):
        @functools.wraps(test)
        def again(*args, **kwargs):
            for _ in range(n - 1):
                try:
                    return test(*args, **kwargs)
                except AssertionError:
                    continue
            return test(*args, **kwargs)

        return again

    return wrap


def list_gpus():
    """The numbers of the GPUs that JAX sees, a range."""
    return range(num_gpus())


def is_cd_run() -> bool:
    """Whether the environment variable CD_JOB is 1."""
    return os.environ.get("CD_JOB") == "1"


def is_aarch64_run() -> bool:
    """Whether this machine's processor is an aarch64."""
    return platform.machine() == "aarch64"


def is_op_runnable() -> bool:
    """True: no operator needs a certain GPU."""
    return True


def has_tvm_ops() -> bool:
    """False: TVM operators need MXNet's C++ library."""
    return False


def download(url, fname=None, dirname=None, overwrite=False, retries=5) -> str:
    """Fetch a file, if it is not there already, and return its name; see gluon.utils.download."""
    fname = url.split("/")[-1] if fname is None else fname
    if dirname is not None:
        os.makedirs(dirname, exist_ok=True)
        fname = os.path.join(dirname, fname)
    return utils.download(url, fname, overwrite, retries=retries)


class DummyIter(DataIter):
    """An iterator that gives the first batch of another one forever: for measuring what is not reading."""

    def __init__(self, real_iter):
        super().__init__()
        self.real_iter = real_iter
        for name in ("provide_data", "provide_label", "batch_size"):
            setattr(self, name, getattr(real_iter, name, None))
        self.the_batch = next(iter(real_iter))

    def next(self):
        """The batch."""
        return self.the_batch
