"""Lowerings for one platform."""
from __future__ import annotations

import jax
import jax.numpy as jnp


def only_cpus() -> bool:
    """Whether JAX has no other devices."""
    return jax.default_backend() == "cpu"


def on_cpu(ours, native, *arrays):
    """ours(*arrays) where it will run on a CPU, native(*arrays) elsewhere.

    Where JAX has nothing but CPUs the other one is not even traced, which would take as long again.
    """
    if only_cpus():
        return ours(*arrays)
    return jax.lax.platform_dependent(*arrays, cpu=ours, default=native)


def apart(function):
    """`function` of arrays, computed once: XLA does not compute its elements anew in every loop that reads them.

    (It fuses across its own barriers on CPUs. What happens under a condition is a computation of its own, and XLA does not know
    that this one always holds.)
    """
    def run(*args):
        holds = (args[0].reshape(-1)[0].astype("int32") | 1) != 0
        out = jax.eval_shape(function, *args)
        return jax.lax.cond(holds, function, lambda *_: jnp.zeros(out.shape, out.dtype), *args)

    return run
