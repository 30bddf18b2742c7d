"""What importing mxshim changes in a process: what XLA is told before it starts, and the garbage collector."""
import os
import subprocess
import sys

import pytest

from mxshim import engine

LOOPS = "--xla_backend_extra_options=-unroll-full-max-count=0"
PLAIN = {k: v for k, v in os.environ.items() if k != "XLA_FLAGS"}
OWN = "--xla_backend_extra_options=-verify-dom-info=false"


@pytest.mark.parametrize("platforms, flags, plugin, want", [
    ("cpu", None, None, LOOPS), ("", None, None, LOOPS), ("cpu", "--xla_cpu_enable_fast_math=false", None,
     f"--xla_cpu_enable_fast_math=false {LOOPS}"),
    ("cpu", OWN, None, OWN), ("", "", "libtpu", ""), ("", "", "jax_plugins", ""), ("cpu", "", "libtpu", LOOPS)])
def test_loops_stay_loops_where_there_are_only_cpus(platforms, flags, plugin, want, tmp_path):
    env = {**PLAIN, "JAX_PLATFORMS": platforms, **({} if flags is None else {"XLA_FLAGS": flags})}
    if plugin:
        (tmp_path / plugin).mkdir()
    code = f"import os, sys; sys.path.append({str(tmp_path)!r}); import mxshim; print(os.environ['XLA_FLAGS'])"
    run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == want


def test_loops_of_few_turns_are_vectors(tmp_path):
    """In what XLA writes down of the code it makes."""
    code = """
import numpy, mxshim
from mxshim import np
x = np.array(numpy.ones((32, 12, 28, 28)))
(x * x + 1).wait_to_read()
"""
    env = {**PLAIN, "JAX_PLATFORMS": "cpu", "MXSHIM_CACHE_DIR": "", "XLA_FLAGS": f"--xla_dump_to={tmp_path}"}
    subprocess.run([sys.executable, "-c", code], env=env, check=True)
    written = [f.read_text() for f in tmp_path.rglob("*ir-with-opt*.ll")]
    if not written:
        pytest.skip("newer releases of XLA write no code of LLVM down")
    assert any("fmul <" in text for text in written)


@pytest.mark.parametrize("before", ["", "gc.disable()", "gc.freeze()"])
def test_the_garbage_collector_does_not_go_through_what_importing_made(before):
    """It would three times, once for each generation, which took longer than making it; afterwards it is as it was."""
    code = f"""
import gc
{before}
enabled, frozen, seen = gc.isenabled(), gc.get_freeze_count(), []
gc.callbacks.append(lambda phase, info: phase == "start" and seen.append(
    sum(len(gc.get_objects(generation)) for generation in range(info["generation"] + 1))))
import mxshim
print(gc.isenabled() == enabled, frozen < 1000 or gc.get_freeze_count() > frozen / 2, sum(seen), len(gc.get_objects()))
"""
    run = subprocess.run([sys.executable, "-c", code], env={**PLAIN, "JAX_PLATFORMS": "cpu"}, capture_output=True, text=True, check=True)
    same, kept, seen, made = run.stdout.split()
    assert same == kept == "True"
    if before != "gc.freeze()":
        assert int(seen) < int(made)


def test_the_bulk_size_is_kept_and_starts_at_nothing():
    assert engine.set_bulk_size(10) == 0 and engine.set_bulk_size(7) == 10
    with engine.bulk(3):
        assert engine.set_bulk_size(4) == 3
    assert engine.set_bulk_size(0) == 7
