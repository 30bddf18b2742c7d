"""Adam and its relatives: Adam, AdamW, AdaBelief, Adamax, Nadam."""
from __future__ import annotations

import math

from ..ops import rules
from .optimizer import Optimizer, register

__all__ = ["AdaBelief", "Adam", "AdamW", "Adamax", "Nadam"]


class _TwoMoments(Optimizer):
    """beta1, beta2: how slowly the averages of the gradient and of its square move."""

    def __init__(self, learning_rate, beta1, beta2, epsilon, use_fused_step, **kwargs):
        super().__init__(learning_rate=learning_rate, use_fused_step=use_fused_step, **kwargs)
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon

    def create_state(self, index, weight):
        return self._like(weight), self._like(weight)

    def _shared(self):
        return {"beta1": self.beta1, "beta2": self.beta2, "epsilon": self.epsilon}

    def _corrected(self, lr, t):
        """The rate with the bias correction of both averages."""
        return lr * math.sqrt(1 - self.beta2 ** t) / (1 - self.beta1 ** t)


@register
class Adam(_TwoMoments):
    """Adam (Kingma and Ba 2014): m and v average g and g**2;  w -= lr_t * m / (sqrt(v) + epsilon), where
    lr_t = lr * sqrt(1 - beta2**t) / (1 - beta1**t) and g has wd * w in it.

    lazy_update: rows that a row_sparse gradient does not have stay as they are, and so do their states; by default in nd programs.
    """

    def __init__(self, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8, lazy_update=None, use_fused_step=True, **kwargs):
        super().__init__(learning_rate, beta1, beta2, epsilon, use_fused_step, **kwargs)
        self.lazy_update = not self.allow_np_array if lazy_update is None else lazy_update

    _rules = rules.adam, rules.adam2

    def _each(self, index, lr, wd, t):
        return self._corrected(lr, t), wd


class _Corrected(_TwoMoments):
    """Adam whose bias correction can be left out."""

    _names = ("eta", "wd")

    def __init__(self, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-6, correct_bias=True, use_fused_step=True, **kwargs):
        super().__init__(learning_rate, beta1, beta2, epsilon, use_fused_step, **kwargs)
        self.correct_bias = correct_bias

    def _each(self, index, lr, wd, t):
        return self._corrected(lr, t) if self.correct_bias else lr, wd

    def _shared(self):
        return {"lr": 1.0, **super()._shared()}


@register
class AdamW(_Corrected):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2017): w -= lr_t * (m / (sqrt(v) + epsilon) + wd * w).

    correct_bias: lr_t as in Adam; False uses lr itself.
    """

    _rules = (rules.adamw,)


@register
class AdaBelief(_Corrected):
    """Adam with the deviation from the average (Zhuang et al. 2020): v averages (g - m)**2, plus epsilon at every step."""

    _rules = (rules.adabelief,)


@register
class Adamax(_TwoMoments):
    """Adam with the largest gradient (Kingma and Ba 2014): u = max(beta2 * u, |g|);  w -= lr / (1 - beta1**t) * m / u.

    epsilon: in np programs (MXNet 2) added to u; in nd programs a weight whose gradients were all 0 becomes nan, as in MXNet 1.
    """

    def __init__(self, learning_rate=0.002, beta1=0.9, beta2=0.999, epsilon=1e-8, use_fused_step=False, **kwargs):
        super().__init__(learning_rate, beta1, beta2, epsilon, use_fused_step, **kwargs)

    _rules = rules.adamax, rules.adamax2

    def _each(self, index, lr, wd, t):
        return lr / (1 - self.beta1 ** t), wd

    def _shared(self):
        shared = super()._shared()
        if not self.allow_np_array:
            del shared["epsilon"]
        return shared


@register
class Nadam(_TwoMoments):
    """Adam with Nesterov momentum (Dozat 2016), the momentum of step t being beta1 * (1 - 0.96**(t * schedule_decay) / 2).

    As in MXNet the product of the momenta, m_schedule, goes on from weight to weight, not only from step to step.
    """

    _alone = True
    _names = ("lr", "wd", "momentum", "next_momentum", "product", "next_product", "correction")

    def __init__(self, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8, schedule_decay=0.004, use_fused_step=False, **kwargs):
        super().__init__(learning_rate, beta1, beta2, epsilon, use_fused_step, **kwargs)
        self.schedule_decay, self.m_schedule = schedule_decay, 1.0

    _rules = rules.nadam, rules.nadam2

    def _momentum(self, t):
        return self.beta1 * (1 - 0.5 * 0.96 ** (t * self.schedule_decay))

    def _each(self, index, lr, wd, t):
        now, then = self._momentum(t), self._momentum(t + 1)
        self.m_schedule *= now
        return lr, wd, now, then, self.m_schedule, self.m_schedule * then, 1 - self.beta2 ** t
