"""What asnumpy() gives for arrays of one element that are not 0-d.

MXNet's programs write float(x.asnumpy()), because nd reductions have shape (1,). NumPy has given that meaning up for its own
arrays; this class keeps it, also for sums and quotients of theirs (total += loss.asnumpy()). Results with more elements are
ordinary NumPy arrays.
"""
from __future__ import annotations

import numpy as onp


class OneElement(onp.ndarray):
    """A NumPy array of one element that converts to a Python number."""

    def __float__(self):
        return float(self.item())

    def __int__(self):
        return int(self.item())

    def __complex__(self):
        return complex(self.item())

    def __array_wrap__(self, array, context=None, return_scalar=False):
        return array[()] if return_scalar else convertible(array.view(onp.ndarray))

    def __repr__(self):
        return repr(self.view(onp.ndarray))

    def __reduce__(self):
        return self.view(onp.ndarray).__reduce__()


OneElement.__name__ = OneElement.__qualname__ = "ndarray"


def convertible(array: onp.ndarray) -> onp.ndarray:
    """The array, float() of which works if it has one element."""
    return array.view(OneElement) if array.size == 1 and array.ndim else array
