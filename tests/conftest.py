"""Fixtures for all tests. Warnings are errors (pyproject.toml)."""
from __future__ import annotations

import logging
import os
import subprocess
import sys

import pytest

# MXSHIM_TEST_DEVICE="gpu(0)" (JAX_NUM_CPU_DEVICES=2 MXSHIM_TEST_DEVICE="cpu(1)" without a GPU): where arrays lie that say nothing.
DEVICE = os.environ.get("MXSHIM_TEST_DEVICE")
if DEVICE:
    from mxshim import device

    device._CPU0 = device.named(DEVICE)  # of threads that are yet to come
    device.set_default_device(device._CPU0)

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@pytest.fixture
def run_mxshim(tmp_path):
    """Call `python -m mxshim ARGS` in an empty folder; gives the finished process with stdout and stderr as text."""

    def run(*args, **env):
        path = os.pathsep.join(filter(None, [ROOT, os.environ.get("PYTHONPATH")]))
        settings = {**os.environ, "PYTHONPATH": path, "JAX_PLATFORMS": "cpu", **env}
        return subprocess.run([sys.executable, "-m", "mxshim", *map(str, args)], cwd=tmp_path, env=settings,
                              capture_output=True, text=True, timeout=300)

    return run


@pytest.fixture
def on_cpu():
    """For tests that name the CPU, or say what it alone does, wherever the others run."""
    import mxshim
    with mxshim.cpu():
        yield


@pytest.fixture
def all_later(monkeypatch):
    """For tests of traces: no call is so small that it is computed at once."""
    from mxshim.engine import emit
    monkeypatch.setattr(emit, "_at_once", lambda spec, thread, data, numbers: None)


@pytest.fixture
def xla_alone(monkeypatch, all_later):
    """For tests of what is compiled: no program is so small that NumPy runs it."""
    from mxshim.engine import pieces
    monkeypatch.setattr(pieces, "SMALL", 0)


@pytest.fixture(autouse=True)
def no_history(monkeypatch):
    """What earlier tests made a helper's line compile decides nothing for the next test, nor does how long it takes here."""
    pieces = sys.modules.get("mxshim.engine.pieces")
    if pieces is not None:
        pieces.clear()
        monkeypatch.setattr(pieces, "WAITED", float("inf"))


@pytest.fixture(autouse=True)
def traced_here(monkeypatch):
    """Tests put other parts in place of ours: what those traced must neither be kept on disk nor be passed over for what lies there."""
    disk = sys.modules.get("mxshim.engine.disk")
    if disk is not None:
        monkeypatch.setattr(disk, "structure", lambda *facts: None)


class _Loud(logging.Handler):
    def emit(self, record):
        raise AssertionError(record.getMessage()) from record.exc_info[1]


@pytest.fixture(autouse=True, scope="session")
def numpy_can_what_it_promised():
    """Where NumPy fails, XLA computes a program, and users notice nothing; tests do."""
    log = logging.getLogger("mxshim.engine.host.steps")
    log.setLevel(logging.DEBUG)
    log.addHandler(_Loud())


@pytest.fixture(autouse=True)
def flags_as_before():
    """No test may leave recording or training switched on: the next ones would fail for it."""
    yield
    autograd = sys.modules.get("mxshim.autograd")
    if autograd is not None:
        left = autograd.set_recording(False), autograd.set_training(False)
        assert left == (False, False), "recording or training was left on"
