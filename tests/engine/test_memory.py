"""Memory that large arrays leave behind on the CPU: kept for the next ones, given back when asked."""
import ctypes
import os
import resource
import sys

import jax
import jax.numpy as jnp
import pytest

import mxshim as mx
from mxshim import np
from mxshim.engine import program
from mxshim.ops.reduce import running_sum

pool = pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallopt") or os.environ.get("MXNET_CPU_MEM_POOL_TYPE") == "Unpooled",
    reason="needs the GNU C library, and the pool switched on")


def _filled():
    x = np.arange(8 << 20) + 1.0  # 32 MB, which the C library would otherwise map and unmap each time
    x.wait_to_read()


def _resident():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pool
def test_large_results_lie_in_pages_that_are_there_already():
    for _ in range(3):
        _filled()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(32):  # XLA frees on a thread of its own: by luck, several may lie side by side before one is used again
        _filled()
    touched = (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) * os.sysconf("SC_PAGE_SIZE")
    assert touched < 512 << 20  # fresh pages would be at least 32 x 32 MB


@pool
def test_empty_cache_gives_it_back():
    with mx.cpu():
        arrays = [np.arange(4 << 20) + float(i) for i in range(8)]  # 128 MB
        mx.nd.waitall()
    del arrays
    held = _resident()
    mx.cpu().empty_cache()
    assert _resident() < held - (64 << 20)


def test_empty_cache_of_any_device_is_harmless():
    mx.Device("gpu", 7).empty_cache()
    mx.cpu(3).empty_cache()


@pytest.mark.parametrize("options", [{"xla_no_such_option": "X"}, {"xla_cpu_experimental_ynn_fusion_type": "NONSENSE"},
                                     {"xla_cpu_enable_fast_math": False, "xla_no_such_option": "X"}])
def test_an_xla_without_our_options_compiles_all_the_same(options, monkeypatch, xla_alone):
    program.clear()  # so that what follows is compiled
    known = {k: v for k, v in options.items() if v is False}
    monkeypatch.setattr(program, "_OPTIONS", {"cpu": dict(options)})
    x = np.array([1., 2, len(str(options))], ctx=mx.cpu())
    assert (x * x + len(options)).shape == (3,) and float((x[:2] * 7.25 - x[1:]).sum()) == 3 * 7.25 - 2 - len(str(options))
    assert program._OPTIONS == {"cpu": known}  # what it knows is still told to it


def test_loops_are_found_in_branches_and_derivatives():
    def fn(x):
        return jax.lax.cond(x[0] > 0, lambda x: x, lambda x: jax.grad(lambda x: running_sum(x, 0, x.dtype).sum())(x), x)

    x = jnp.ones(3)
    assert program._goes_longer_way(jax.make_jaxpr(fn)(x).jaxpr) and not program._goes_longer_way(jax.make_jaxpr(jax.jit(jnp.sin))(x).jaxpr)


@pytest.mark.parametrize("size, longer", [(3, False), (1 << 25, True)])
def test_large_programs_go_the_longer_way_for_large_loops_only(size, longer):
    def fn(x):
        for _ in range(1000):
            x = x + 1
        return running_sum(x, 0, x.dtype)

    assert program._goes_longer_way(jax.make_jaxpr(fn)(jax.ShapeDtypeStruct((size,), "float32")).jaxpr) == longer


@pytest.mark.parametrize("fn, size, longer", [
    (jnp.tanh, 400, False), (jnp.tanh, 4000, True), (lambda x: x * 2 + 1, 1 << 20, False), (lambda x: x / 3, 1 << 20, False),
    (lambda x: jax.lax.scan(lambda c, _: (jnp.exp(c), None), x, None, 20)[0], 400, True)])
def test_small_programs_of_functions_that_take_long_go_the_longer_way(fn, size, longer):
    """There results may lie where operands lay and loops are vectors all the same."""
    def many(x):
        for _ in range(300):
            x = fn(x) + 1
        return x

    x = jax.ShapeDtypeStruct((size,), "float32")
    assert program._goes_longer_way(jax.make_jaxpr(fn)(x).jaxpr) == longer
    assert not program._goes_longer_way(jax.make_jaxpr(many)(x).jaxpr)


@pytest.mark.parametrize("fn, shape, longer", [
    (jnp.transpose, (200, 300), True), (jnp.transpose, (100, 300), False), (lambda x: x.transpose(1, 0, 2), (40, 40, 40), False),
    (lambda x: x.transpose(0, 2, 1), (40, 40, 40), True), (lambda x: x.T @ x, (200, 300), False), (lambda x: x.T + 1, (200, 300), False)])
def test_large_results_that_are_turned_over_go_the_longer_way(fn, shape, longer):
    assert program._goes_longer_way(jax.make_jaxpr(fn)(jax.ShapeDtypeStruct(shape, "float32")).jaxpr) == longer


@pytest.mark.parametrize("count, longer", [(40, False), (80, True)])
def test_what_puts_many_elements_into_places_goes_the_longer_way(count, longer):
    def fn(x, places):
        return jax.grad(lambda x: (x[places] ** 2).sum())(x)

    x, places = jax.ShapeDtypeStruct((1000, 64), "float32"), jax.ShapeDtypeStruct((count,), "int32")
    assert program._goes_longer_way(jax.make_jaxpr(fn)(x, places).jaxpr) == longer


def test_what_a_first_run_needed_is_given_back_once(monkeypatch, xla_alone):
    given = []
    monkeypatch.setattr(program, "give_back", lambda: given.append(1))
    program.clear()

    def needs(n):
        x = np.arange(n * n, dtype="float32").reshape(n, n)
        x.wait_to_read()
        return np.dot(np.dot(x, x) + 1, x).wait_to_read()

    needs(64)
    assert given == []  # little
    monkeypatch.setattr(program, "_LARGE", 64 * 64 * 4)
    needs(64)
    assert given == []  # nothing was compiled
    for _ in range(3):
        needs(65)
    assert given == [1]
