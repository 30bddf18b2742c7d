"""Compiled programs on disk: JAX's persistent compilation cache, in a folder of the user's own, entries written whole."""
from __future__ import annotations

import os
import tempfile

import jax


def use():
    """Switch JAX's persistent compilation cache on, unless the user has chosen: MXSHIM_CACHE_DIR moves it, empty means none."""
    folder = os.environ.get("MXSHIM_CACHE_DIR")
    if folder == "" or jax.config.jax_compilation_cache_dir:
        return
    if folder is None:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
        folder = os.path.join(base, "mxshim")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        if os.stat(folder).st_uid != os.getuid():  # compiled code from somebody else's folder is not to be run
            return
    except (OSError, AttributeError):
        return
    jax.config.update("jax_compilation_cache_dir", folder)
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)
    _write_whole()


def _write_whole():
    """JAX writes entries in place: who reads meanwhile finds half of one, and a process that is killed leaves half of one for good."""
    try:
        from jax._src.lru_cache import _CACHE_SUFFIX, LRUCache
    except ImportError:  # a JAX that keeps them elsewhere; what it reads in halves it warns of, and compiles
        return
    in_place = LRUCache.put

    def put(self, key, value):
        path = os.path.join(self.path, key + _CACHE_SUFFIX)
        if self.eviction_enabled or not os.path.isdir(self.path):  # under JAX's lock, or not in a file system
            return in_place(self, key, value)
        if os.path.exists(path):
            return None
        handle, temporary = tempfile.mkstemp(dir=self.path)
        try:
            with open(handle, "wb") as file:
                file.write(value)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise

    LRUCache.put = put
