"""Gradient descent and its variants: SGD, NAG, Signum, SGLD, DCASGD."""
from __future__ import annotations

import math

from .. import ndarray as nd
from ..ops import rules
from ..util import is_np_array
from .optimizer import Optimizer, register, zeros

__all__ = ["DCASGD", "NAG", "SGD", "SGLD", "Signum", "ccSGD"]


class _Momentum(Optimizer):
    """With a momentum of 0 there is no state."""

    momentum: float

    def create_state(self, index, weight):
        return self._like(weight) if self.momentum else None

    def _shared(self):
        return {"momentum": self.momentum} if self.momentum else {}


@register
class SGD(_Momentum):
    """Gradient descent: m = momentum * m - lr * (g + wd * w);  w += m. Without momentum w -= lr * (g + wd * w).

    learning_rate: by default 0.01, in np programs 0.1.
    lazy_update: rows that a row_sparse gradient does not have stay as they are, and so do their states; by default in nd programs.
    """

    _copy_last = True

    def __init__(self, learning_rate=None, momentum=0.0, lazy_update=None, multi_precision=False, use_fused_step=True,
                 aggregate_num=1, **kwargs):
        super().__init__(learning_rate=_rate(learning_rate, kwargs), multi_precision=multi_precision, use_fused_step=use_fused_step,
                         aggregate_num=aggregate_num, **kwargs)
        self.momentum, self.lazy_update = momentum, not self.allow_np_array if lazy_update is None else lazy_update

    def _rule(self):
        return rules.sgd_mom if self.momentum else rules.sgd


@register
class ccSGD(SGD):
    """SGD under its old name."""


def _rate(given, kwargs, np_rate=0.1):
    """The default rate of MXNet 2 in np programs, where none is given and no scheduler either."""
    if given is None and kwargs.get("lr_scheduler") is None and is_np_array():
        return np_rate
    return given


@register
class NAG(_Momentum):
    """Nesterov's accelerated gradient: m = momentum * m - lr * (g + wd * w);  w += momentum * m - lr * (g + wd * w).

    learning_rate: by default 0.01, in np programs 0.1.  momentum: by default 0, in np programs 0.9.
    """

    _copy_last = True

    def __init__(self, learning_rate=None, momentum=None, multi_precision=False, use_fused_step=True, **kwargs):
        super().__init__(learning_rate=_rate(learning_rate, kwargs), multi_precision=multi_precision, use_fused_step=use_fused_step,
                         **kwargs)
        self.momentum = momentum if momentum is not None else 0.9 if self.allow_np_array else 0.0

    def _rule(self):
        if not self.momentum:
            return rules.sgd
        return rules.nag_mom if self.allow_np_array else rules.nag_mom_in_place


@register
class Signum(_Momentum):
    """Steps of the sign (Bernstein et al. 2018): m = momentum * m - (1 - momentum) * (g + wd * w);
    w = (1 - lr * wd_lh) * w + lr * sign(m). Without momentum w = (1 - lr * (wd + wd_lh)) * w - lr * sign(g).
    """

    def __init__(self, learning_rate=0.01, momentum=0.9, wd_lh=0.0, use_fused_step=True, **kwargs):
        super().__init__(learning_rate=learning_rate, use_fused_step=use_fused_step, **kwargs)
        self.momentum, self.wd_lh = momentum, wd_lh

    def _rule(self):
        return rules.signum if self.momentum else rules.signsgd

    def _each(self, index, lr, wd, t):
        return lr, wd if self.momentum else wd + self.wd_lh

    def _shared(self):
        return {"momentum": self.momentum, "wd_lh": self.wd_lh} if self.momentum else {}


@register
class SGLD(Optimizer):
    """Stochastic gradient Langevin dynamics (Welling and Teh 2011): w -= lr / 2 * (g + wd * w), plus normal noise of variance lr.

    learning_rate: by default 0.01, in np programs 0.1.
    """

    def __init__(self, learning_rate=None, use_fused_step=False, **kwargs):
        super().__init__(learning_rate=_rate(learning_rate, kwargs), use_fused_step=use_fused_step, **kwargs)

    _rules = (rules.sgd,)

    def _each(self, index, lr, wd, t):
        return lr / 2, wd

    def _step(self, indices, weights, masters, grads, states):
        super()._step(indices, weights, masters, grads, states)
        for w, master, lr in zip(weights, masters, self._get_lrs(indices), strict=True):
            target = (w if master is None else master).as_nd_ndarray()
            target += nd.random.normal(0, math.sqrt(lr), shape=w.shape, dtype=target.dtype, ctx=w.ctx)
            if master is not None:
                w[()] = master.astype(w.dtype)


@register
class DCASGD(Optimizer):
    """Gradient descent with delay compensation (Zheng et al. 2016), for weights that changed since the gradient was computed:

    d = g + wd * w + lamda * g**2 * (w - previous w);  m = momentum * m - lr * d;  w += m. MXNet 2 has wd * w in every g.
    learning_rate: by default 0.01, in np programs 0.1.
    """

    def __init__(self, learning_rate=None, momentum=0.0, lamda=0.04, use_fused_step=False, **kwargs):
        super().__init__(learning_rate=_rate(learning_rate, kwargs), use_fused_step=use_fused_step, **kwargs)
        self.momentum, self.lamda = momentum, lamda

    def create_state(self, index, weight):
        return zeros(weight), weight.as_nd_ndarray().copy()

    _rules = rules.dcasgd, rules.dcasgd2

    def _shared(self):
        return {"momentum": self.momentum, "lamda": self.lamda}
