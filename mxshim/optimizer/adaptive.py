"""Rates that adapt to each element: AdaGrad, AdaDelta, RMSProp, Ftrl, FTML."""
from __future__ import annotations

from ..ops import rules
from ..util import is_np_array
from .optimizer import Optimizer, register, zeros

__all__ = ["AdaDelta", "AdaGrad", "FTML", "Ftrl", "RMSProp"]


@register
class AdaGrad(Optimizer):
    """AdaGrad (Duchi et al. 2011): h += g**2;  w -= lr * (g / sqrt(h + eps) + wd * w), in np programs (MXNet 2), where g has
    wd * w in it, w -= lr * g / (sqrt(h) + epsilon).

    eps, epsilon: two names of one number, by default 1e-7, in np programs 1e-6.
    Rows that a row_sparse gradient does not have stay as they are, unless there is weight decay; there MXNet raises.
    """

    def __init__(self, learning_rate=None, epsilon=None, use_fused_step=True, eps=None, **kwargs):
        super().__init__(learning_rate=learning_rate, use_fused_step=use_fused_step, **kwargs)
        given = epsilon if eps is None else eps
        self.epsilon = self.float_stable_eps = given if given is not None else 1e-6 if self.allow_np_array else 1e-7

    lazy_update = True

    def _touched(self, index, grad):
        return super()._touched(index, grad) if self._get_wd(index) == 0 else None

    def create_state(self, index, weight):
        return self._like(weight, "float32")

    _rules = rules.adagrad, rules.adagrad2

    def _shared(self):
        return {"epsilon": self.epsilon}


@register
class AdaDelta(Optimizer):
    """AdaDelta (Zeiler 2012): a averages g**2, s averages d**2;  d = sqrt(s + epsilon) / sqrt(a + epsilon) * g;
    w -= d + wd * w, in np programs (MXNet 2), where g has wd * w in it, w -= lr * d.

    learning_rate: 1 by default; without effect in nd programs (MXNet 1).  epsilon: by default 1e-5, in np programs 1e-6.
    """

    def __init__(self, learning_rate=None, rho=0.9, epsilon=None, use_fused_step=False, **kwargs):
        rate = 1.0 if learning_rate is None and is_np_array() and kwargs.get("lr_scheduler") is None else learning_rate
        super().__init__(learning_rate=rate, use_fused_step=use_fused_step, **kwargs)
        self.rho = rho
        self.epsilon = epsilon if epsilon is not None else 1e-6 if self.allow_np_array else 1e-5

    def create_state(self, index, weight):
        return zeros(weight, "float32"), zeros(weight, "float32")

    _rules = rules.adadelta, rules.adadelta2

    @property
    def _names(self):
        return ("lr", "wd") if self.allow_np_array else ("wd",)

    def _each(self, index, lr, wd, t):
        return (lr, wd) if self.allow_np_array else (wd,)

    def _shared(self):
        return {"rho": self.rho, "epsilon": self.epsilon}


@register
class RMSProp(Optimizer):
    """RMSProp. Plain (Tieleman and Hinton 2012): n averages g**2;  w -= lr * g / sqrt(n + epsilon), in np programs (MXNet 2)
    w -= lr * g / (sqrt(n) + epsilon). Centered (Graves 2013): a averages g;  d = momentum * d - lr * g / sqrt(n - a**2 + epsilon);
    w += d. g has wd * w in it.

    rho, gamma1: two names of how slowly the averages move, 0.9.  momentum, gamma2: two names, 0.9.
    clip_weights: bound of the weights' elements.
    """

    def __init__(self, learning_rate=0.001, rho=None, momentum=None, epsilon=1e-8, centered=False, clip_weights=None,
                 use_fused_step=True, gamma1=None, gamma2=None, **kwargs):
        super().__init__(learning_rate=learning_rate, use_fused_step=use_fused_step, **kwargs)
        self.rho = next((v for v in (rho, gamma1) if v is not None), 0.9)
        self.momentum = next((v for v in (momentum, gamma2) if v is not None), 0.9)
        self.epsilon, self.centered, self.clip_weights = epsilon, centered, clip_weights

    gamma1 = property(lambda self: self.rho, lambda self, value: setattr(self, "rho", value))
    gamma2 = property(lambda self: self.momentum, lambda self, value: setattr(self, "momentum", value))

    def create_state(self, index, weight):
        return tuple([zeros(weight, "float32") for _ in range(3 if self.centered else 1)])

    def _rule(self):
        if self.centered:
            return rules.rmspropalex2 if self.allow_np_array else rules.rmspropalex
        return rules.rmsprop2 if self.allow_np_array else rules.rmsprop

    def _shared(self):
        shared = {"gamma1": self.rho, "epsilon": self.epsilon, "clip_weights": self.clip_weights or None}
        return {**shared, "gamma2": self.momentum} if self.centered else shared


@register
class Ftrl(Optimizer):
    """Follow the regularized leader (McMahan et al. 2013): sparse weights by an L1 penalty of lamda1.

    z += g - (sqrt(n + g**2) - sqrt(n)) / lr * w;  n += g**2;
    w = (sign(z) * lamda1 - z) / ((beta + sqrt(n)) / lr + wd) where |z| > lamda1, else 0.
    """

    def __init__(self, learning_rate=0.1, lamda1=0.01, beta=1.0, use_fused_step=True, **kwargs):
        rate = learning_rate if kwargs.get("lr_scheduler") is None else None
        super().__init__(learning_rate=rate, use_fused_step=use_fused_step, **kwargs)
        self.lamda1, self.beta = lamda1, beta

    def _lazy(self, weight):
        return weight.stype == "row_sparse"

    def create_state(self, index, weight):
        return self._like(weight, "float32"), self._like(weight, "float32")

    _rules = (rules.ftrl,)

    def _shared(self):
        return {"lamda1": self.lamda1, "beta": self.beta}


@register
class FTML(Optimizer):
    """Follow the moving leader (Zheng and Kwok 2017), see the rule in ops/rules.py.

    learning_rate: by default 0.01, in np programs 0.0025.
    """

    _names = ("lr", "wd", "t")

    def __init__(self, learning_rate=None, beta1=0.6, beta2=0.999, epsilon=1e-8, use_fused_step=True, **kwargs):
        rate = 0.0025 if learning_rate is None and is_np_array() and kwargs.get("lr_scheduler") is None else learning_rate
        super().__init__(learning_rate=rate, use_fused_step=use_fused_step, **kwargs)
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon

    def create_state(self, index, weight):
        return zeros(weight), zeros(weight), zeros(weight)

    _rules = rules.ftml, rules.ftml2

    def _each(self, index, lr, wd, t):
        return lr, wd, t

    def _shared(self):
        return {"beta1": self.beta1, "beta2": self.beta2, "epsilon": self.epsilon}
