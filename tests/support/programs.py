"""Random programs of operators, views and writes, for mxshim arrays and for NumPy at once.

A program is a list of steps drawn from a seed; running it twice does the same things. `where` an array is a view of another
and where it is a copy follows MXNet's rule, so the NumPy side copies what MXNet copies.
"""
from __future__ import annotations

import numpy as onp

STEPS = ("unary", "binary", "scalar", "row", "rows", "column", "strided", "reshape", "transpose", "write_row", "write_part", "write_all",
         "iadd", "imul", "take", "put", "mask", "detach", "read")


def draw(seed: int, length: int, writes: bool = True) -> list[tuple]:
    """(step, four random numbers) pairs."""
    rng = onp.random.RandomState(seed)
    names = STEPS if writes else [s for s in STEPS if not s.startswith(("write", "i", "put", "mask"))]
    return [(names[rng.randint(len(names))], rng.randint(0, 2 ** 31, 4)) for _ in range(length)]


class NumPy:
    """The same steps in NumPy."""

    def array(self, x):
        return onp.array(x)

    tanh, sin, exp_small = staticmethod(onp.tanh), staticmethod(onp.sin), staticmethod(lambda x: onp.exp(onp.sin(x)))
    read = detach = staticmethod(lambda x: x)
    copy = staticmethod(lambda x: x.copy(order="C"))
    block = staticmethod(lambda x: x if x.flags.c_contiguous else x.copy())  # MXNet's rule for basic indices


class Ours:
    """The steps with mx.np."""

    def __init__(self, np):
        self.np = np
        self.tanh, self.sin = np.tanh, np.sin

    def array(self, x):
        return self.np.array(x, dtype="float64")

    def exp_small(self, x):
        return self.np.exp(self.np.sin(x))

    @staticmethod
    def read(x):
        x.asnumpy()
        return x

    @staticmethod
    def detach(x):
        return x.detach()

    @staticmethod
    def copy(x):
        return x

    block = copy


def run(program, lib, pool: list):
    """Run a program on a pool of (4, 3) and (3,) arrays; returns the pool. Every array in it is float64."""
    for step, (a, b, c, d) in program:
        x = pool[a % len(pool)]
        same = [y for y in pool if y.shape == x.shape]
        y = same[b % len(same)]
        number = 0.25 + (c % 8) / 8
        rows = x.shape[0]
        if step == "unary":
            pool.append((lib.tanh, lib.sin, lib.exp_small)[c % 3](x))
        elif step == "binary":
            pool.append((x + y, x - y, x * y, x / (2 + y * y))[c % 4])
        elif step == "scalar":
            pool.append((x + number, number - x, x * number, x ** 2)[d % 4])
        elif step == "row":
            pool.append(x[b % rows:b % rows + 1])
        elif step == "rows":
            start = b % rows
            pool.append(x[start:start + 1 + c % (rows - start)])
        elif step == "column" and x.ndim == 2:
            pool.append(lib.block(x[:, b % x.shape[1]]))
        elif step == "strided":
            pool.append(lib.copy(x[::-1] if c % 2 else x[::2]))  # MXNet copies here even where one element is left
        elif step == "reshape":
            pool.append(lib.copy(x.reshape(-1)))
        elif step == "transpose" and x.ndim == 2:
            pool.append(lib.copy(x.T))
        elif step == "write_row":
            x[b % rows] = number
        elif step == "write_part":
            x[b % rows:] = lib.tanh(y[b % rows:])
        elif step == "write_all":
            x[:] = y * number
        elif step == "iadd":
            x += lib.sin(y)
        elif step == "imul":
            x *= number
        elif step == "take":
            pool.append(x[[b % rows, c % rows, b % rows]])
        elif step == "put":
            x[[b % rows]] = number
        elif step == "mask":
            mask = onp.arange(rows) % 2 == b % 2
            x[mask] = number
        elif step == "detach":
            pool.append(lib.detach(x))
        elif step == "read":
            lib.read(x)
    return pool


def leaves(seed: int) -> list[onp.ndarray]:
    rng = onp.random.RandomState(seed + 1)
    return [rng.uniform(-1, 1, (4, 3)), rng.uniform(-1, 1, (4, 3)), rng.uniform(-1, 1, 3)]
