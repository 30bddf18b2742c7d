"""Lowerings for one platform."""
from __future__ import annotations

import jax


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
