"""Lowerings for one platform."""
from __future__ import annotations

import jax


def on_cpu(ours, native, *arrays):
    """ours(*arrays) where it will run on a CPU, native(*arrays) elsewhere.

    Where JAX has nothing but CPUs the other one is not even traced, which would take as long again.
    """
    if jax.default_backend() == "cpu":
        return ours(*arrays)
    return jax.lax.platform_dependent(*arrays, cpu=ours, default=native)
