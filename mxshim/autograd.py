"""Automatic differentiation (MXNet: mxnet.autograd).

    x.attach_grad()
    with autograd.record():
        y = f(x)
    y.backward()        # fills x.grad

Beyond MXNet: every operator can be differentiated any number of times (`create_graph=True`), and writes while recording are
differentiated too (`set_inplace_policy`).
"""
from __future__ import annotations

import os

from .absent import missing as _missing
from .array.convert import class_of as _class_of
from .array.core import Array as _Array
from .base import MXNetError
from .engine import grad as _grad
from .engine.cell import Handle as _Handle
from .engine.emit import inplace as _inplace
from .engine.function import Function as Function
from .engine.trace import state as _state

__all__ = ["Function", "backward", "get_symbol", "grad", "is_recording", "is_training", "mark_variables", "pause", "predict_mode",
           "record", "set_inplace_policy", "set_recording", "set_training", "train_mode"]


def record(train_mode=True):
    """A scope in which calls are recorded for backward; train_mode sets what is_training() says inside."""
    return _grad.Scope(True, train_mode)


def pause(train_mode=False):
    """A scope in which nothing is recorded."""
    return _grad.Scope(False, train_mode)


def train_mode():
    """A scope in which Dropout, BatchNorm and the like behave as in training; recording stays as it is."""
    return _grad.Scope(None, True)


def predict_mode():
    """A scope in which Dropout, BatchNorm and the like behave as in prediction; recording stays as it is."""
    return _grad.Scope(None, False)


def is_recording() -> bool:
    """Whether calls of this thread are being recorded."""
    return _state.recording


def is_training() -> bool:
    """Whether this thread is in training mode."""
    return _state.training


def set_recording(is_recording) -> bool:
    """Switch recording on or off for this thread; returns what it was."""
    previous, _state.recording = _state.recording, bool(is_recording)
    return previous


def set_training(train_mode) -> bool:
    """Switch training mode on or off for this thread; returns what it was."""
    previous, _state.training = _state.training, bool(train_mode)
    return previous


def mark_variables(variables, gradients, grad_reqs="write"):
    """Mark arrays with gradient buffers of the caller's own.

    Args:
        variables, gradients: an array each, or lists of the same length; each buffer has its variable's shape and dtype.
        grad_reqs: "write", "add" or "null", one for all or one each.
    """
    if isinstance(variables, _Handle):
        variables, gradients = [variables], [gradients]
    if not isinstance(variables, list | tuple) or not isinstance(gradients, list | tuple):
        raise TypeError("mark_variables: variables and gradients must be arrays, or lists of as many arrays")
    if isinstance(grad_reqs, str):
        grad_reqs = [grad_reqs] * len(variables)
    if not len(variables) == len(gradients) == len(grad_reqs):
        raise ValueError(f"mark_variables: {len(variables)} variables, {len(gradients)} gradients and {len(grad_reqs)} grad_reqs; "
                         "there must be as many of each")
    for x, g, req in zip(variables, gradients, grad_reqs, strict=True):
        if not isinstance(x, _Array) or not isinstance(g, _Array):
            raise TypeError("mark_variables: variables and gradients must be arrays")
        if req not in ("write", "add", "null"):
            raise KeyError(f"mark_variables: grad_req must be 'write', 'add' or 'null', got {req!r}")
        if g._view is not None:
            raise MXNetError("mark_variables: a gradient buffer must have memory of its own, this one is a view; pass a copy")
        if g.shape != x.shape:
            raise MXNetError(f"mark_variables: the gradient buffer has shape {g.shape}, the variable {x.shape}; they must be equal")
    for x, g, req in zip(variables, gradients, grad_reqs, strict=True):
        x._mark_with(_grad.Leaf(g._value_now().aval, g.ctx, g._cell, req))


def backward(heads, head_grads=None, retain_graph=False, train_mode=True):
    """Gradients of the heads' sum into the buffers of all marked arrays they were computed from.

    Args:
        heads: an array or a list of them; a head given twice counts once, with its last gradient.
        head_grads: the gradients that arrive at the heads, arrays or None (ones), as many as heads.
        retain_graph: keep the graph for another backward.  train_mode: the training flag for Functions on the way.
    Raises: MXNetError if a head is in no graph, nothing marked leads to the heads, or their graph was freed.
    """
    _grad.backward(heads, head_grads, retain_graph, train_mode)


def grad(heads, variables, head_grads=None, retain_graph=None, create_graph=False, train_mode=True):
    """Gradients of the heads' sum with respect to marked arrays, as a list; no buffer is touched.

    Args:
        variables: a marked array or a list of them, all of which the heads depend on.
        create_graph: record the computation of the gradients, so that they can be differentiated again.
        retain_graph: keep the graph; default: as create_graph.  The others: as for `backward`.
    Returns: a list of nd.NDArrays of the variables' shapes and dtypes, as MXNet does also for np arrays and for a single
        variable; np functions and operators take them, and as_np_ndarray() changes the class.
    Raises: MXNetError if a variable is not marked or not reached, or the graph was freed.
    """
    results = _grad.grad(heads, variables, head_grads, retain_graph, create_graph, train_mode)
    return [_class_of("nd")(value, *(place or ())) for value, place in results]


def set_inplace_policy(policy: str) -> str:
    """What writing to an array of the graph does while recording; returns the previous policy.

    policy: "allow" differentiates through the write, "error" raises MXNetError as MXNet does. The environment variable
    MXSHIM_INPLACE sets it at the start.
    """
    if policy not in ("allow", "error"):
        raise ValueError(f"set_inplace_policy: the policy must be 'allow' or 'error', got {policy!r}")
    previous = _inplace.policy
    _inplace.set(policy)
    return previous


def get_symbol(x):
    """The recorded history of an array as a Symbol: its arguments and outputs by name.

    Raises: MXNetError if the array is in no graph.
    """
    from .symbol.history import history
    return history(x)


__getattr__ = _missing("autograd", __name__, __all__)
set_inplace_policy(os.environ.get("MXSHIM_INPLACE") or "allow")
