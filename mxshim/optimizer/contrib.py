"""Optimizers for special models (MXNet: mxnet.optimizer.contrib)."""
from __future__ import annotations

from .. import ndarray as nd
from ..ops import rules
from .optimizer import Optimizer, register

__all__ = ["GroupAdaGrad"]


@register
class GroupAdaGrad(Optimizer):
    """AdaGrad with one rate for each row: h += mean over the row of g**2;  w -= lr * g / (sqrt(h) + eps).

    For embeddings, weights of shape (rows, size), without weight decay.  eps, epsilon: two names, by default 1e-5, in np programs 1e-6.
    """

    _names = ("lr",)

    def __init__(self, learning_rate=None, epsilon=None, use_fused_step=True, eps=None, **kwargs):
        super().__init__(learning_rate=learning_rate, use_fused_step=use_fused_step, **kwargs)
        given = epsilon if eps is None else eps
        self.epsilon = self.float_stable_eps = given if given is not None else 1e-6 if self.allow_np_array else 1e-5

    def create_state(self, index, weight):
        if len(weight.shape) != 2:
            raise AssertionError(f"GroupAdaGrad: weights must have two dimensions, got {weight.shape}")
        return nd.zeros((weight.shape[0], 1), ctx=weight.ctx)

    _rules = (rules.group_adagrad,)

    def _each(self, index, lr, wd, t):
        if wd:
            raise AssertionError(f"GroupAdaGrad has no weight decay, got wd={wd}")
        return (lr,)

    def _shared(self):
        return {"epsilon": self.epsilon}
