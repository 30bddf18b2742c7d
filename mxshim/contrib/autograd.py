"""mx.contrib.autograd: automatic differentiation as MXNet 0.9 had it (MXNet: mxnet.contrib.autograd). Newer code uses mx.autograd."""
from __future__ import annotations

import functools

from .. import autograd as _autograd
from ..array.core import Array
from ..ndarray import zeros_like

__all__ = ["TrainingStateScope", "backward", "compute_gradient", "grad", "grad_and_loss", "mark_variables", "set_is_training",
           "test_section", "train_section"]


def set_is_training(is_train) -> bool:
    """Record, in training mode, from now on, or neither. Returns whether it was training before."""
    before = _autograd.set_training(bool(is_train))
    _autograd.set_recording(bool(is_train))
    return before


class TrainingStateScope:
    """`with TrainingStateScope(True):` records in training mode; with False it does neither."""

    def __init__(self, enter_state):
        self._state = bool(enter_state)

    def __enter__(self):
        self._before = _autograd.set_training(self._state), _autograd.set_recording(self._state)

    def __exit__(self, *exc):
        _autograd.set_training(self._before[0])
        _autograd.set_recording(self._before[1])


def train_section():
    """A scope that records in training mode, autograd.record() today."""
    return TrainingStateScope(True)


def test_section():
    """A scope that neither records nor trains, autograd.pause() today."""
    return TrainingStateScope(False)


mark_variables = _autograd.mark_variables


def backward(outputs, out_grads=None, retain_graph=False):
    """Compute the gradients of all marked arrays that `outputs`, a list, depends on."""
    if not isinstance(outputs, list | tuple):
        raise TypeError(f"outputs must be a list or tuple of arrays, got {type(outputs).__name__}")
    _autograd.backward(list(outputs), out_grads, retain_graph=retain_graph)


def compute_gradient(outputs):
    """backward(outputs), under an older name."""
    backward(outputs)


def grad_and_loss(func, argnum=None):
    """A function that returns (the gradients of func's arguments, what func returned).

    argnum: the position, or positions, of the arguments to differentiate; None for all.
    """

    @functools.wraps(func)
    def wrapped(*args):
        chosen = list(args)
        if argnum is not None:
            chosen = [args[i] for i in ([argnum] if isinstance(argnum, int) else argnum)]
        for x in chosen:
            if not isinstance(x, Array):
                raise TypeError(f"arguments to differentiate must be arrays, got {type(x).__name__}")
        grads = [zeros_like(x) for x in chosen]
        mark_variables(chosen, grads)
        with train_section():
            outputs = func(*args)
        backward([outputs] if isinstance(outputs, Array) else outputs)
        return grads, outputs

    return wrapped


def grad(func, argnum=None):
    """A function that returns the gradients of func's arguments, see grad_and_loss."""
    both = grad_and_loss(func, argnum)
    return functools.wraps(func)(lambda *args: both(*args)[0])
