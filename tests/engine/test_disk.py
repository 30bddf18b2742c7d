"""Compiled programs on disk: found by the next process, never seen half-written."""
import os
import subprocess
import sys

import jax
import pytest
from jax._src.lru_cache import LRUCache

import mxshim  # noqa: F401 - what is tested is what importing it changes


@pytest.fixture
def cache(tmp_path):
    if not jax.config.jax_compilation_cache_dir:
        pytest.skip("the disk cache is switched off")
    return LRUCache(str(tmp_path), max_size=-1)


def test_an_entry_appears_whole(cache, tmp_path, monkeypatch):
    seen = []
    real = os.replace

    def replace(source, target):
        seen.append((os.path.getsize(source), os.path.exists(target)))
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    cache.put("k", b"x" * 100_000)
    assert seen == [(100_000, False)]
    assert cache.get("k") == b"x" * 100_000
    assert os.listdir(tmp_path) == ["k-cache"]


def test_an_entry_that_cannot_be_written_leaves_nothing(cache, tmp_path, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        cache.put("k", b"x")
    assert os.listdir(tmp_path) == [] and cache.get("k") is None


def test_the_next_process_finds_the_program(tmp_path):
    code = """
import jax
found = []
jax.monitoring.register_event_listener(lambda name, **kw: found.append(name) if name.endswith("/cache_hits") else None)
from mxshim import np
assert np.exp(np.arange(70000.0) * 0).sum().item() == 70000
print(len(found))
"""
    env = {**os.environ, "MXSHIM_CACHE_DIR": str(tmp_path), "JAX_COMPILATION_CACHE_DIR": ""}
    runs = [subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stdout for _ in range(2)]
    first, second = map(int, runs)
    assert first == 0 and second > 0
