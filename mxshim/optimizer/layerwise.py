"""Rates that adapt to each layer, for large batches: LARS, LAMB, LANS, LBSGD."""
from __future__ import annotations

import math

from .. import ndarray as nd
from ..ops import rules
from ..util import is_np_array
from .adam import _TwoMoments
from .optimizer import Optimizer, register, zeros

__all__ = ["LAMB", "LANS", "LARS", "LBSGD"]


class _Trust(_TwoMoments):
    """lower_bound, upper_bound: what the norm of a weight is held between."""

    _names = ("lr", "wd", "t")

    def __init__(self, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-6, lower_bound=None, upper_bound=None,
                 use_fused_step=True, **kwargs):
        super().__init__(learning_rate, beta1, beta2, epsilon, use_fused_step, **kwargs)
        self.lower_bound, self.upper_bound = lower_bound, upper_bound

    def create_state(self, index, weight):
        return zeros(weight, "float32"), zeros(weight, "float32")

    def _each(self, index, lr, wd, t):
        return lr, wd, t

    def _shared(self):
        return {**super()._shared(), "lower_bound": self.lower_bound or None, "upper_bound": self.upper_bound or None}


@register
class LAMB(_Trust):
    """Adam with a rate for each layer (You et al. 2019): d = m / (sqrt(v) + epsilon) + wd * w, with bias correction or without;
    w -= lr * |w| / |d| * d.
    """

    def __init__(self, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-6, lower_bound=None, upper_bound=None,
                 bias_correction=True, **kwargs):
        super().__init__(learning_rate, beta1, beta2, epsilon, lower_bound, upper_bound, **kwargs)
        self.bias_correction = bias_correction

    _rules = (rules.lamb,)

    def _shared(self):
        return {**super()._shared(), "bias_correction": bool(self.bias_correction)}


@register
class LANS(_Trust):
    """LAMB on gradients of length 1, with Nesterov momentum (Zheng et al. 2020)."""

    _rules = (rules.lans,)


@register
class LARS(Optimizer):
    """SGD with a rate for each layer (You et al. 2017): lr * eta * |w| / (|g| + wd * |w| + eps).

    Weights whose name (param_idx2name) ends in gamma, beta or bias keep lr.  eps, epsilon: two names of one number, by default 0,
    in np programs 1e-8.  momentum_correction: in nd programs (MXNet 1), scale the momentum where the rate changes.
    lazy_update: accepted, as in MXNet without effect: all rows are updated.
    """

    _alone = True
    _copy_last = True
    _names = ("lr", "wd", "adapt")
    _with_decay = ("_weight",)

    def __init__(self, learning_rate=None, momentum=0.0, eta=0.001, epsilon=None, lazy_update=False, use_fused_step=True,
                 aggregate_num=1, eps=None, momentum_correction=True, **kwargs):
        if learning_rate is None and kwargs.get("lr_scheduler") is None and is_np_array():
            learning_rate = 0.1
        super().__init__(learning_rate=learning_rate, use_fused_step=use_fused_step, aggregate_num=aggregate_num, **kwargs)
        given = epsilon if eps is None else eps
        self.eps = self.epsilon = given if given is not None else 1e-8 if self.allow_np_array else 0
        self.momentum, self.eta, self.momentum_correction = momentum, eta, momentum_correction
        self.last_lr = self.cur_lr = None

    def create_state(self, index, weight):
        return zeros(weight) if self.momentum else None

    def _rule(self):
        return rules.lars_mom if self.momentum else rules.lars

    def _each(self, index, lr, wd, t):
        return lr, wd, 0 if self._kept(index) else 1

    def _kept(self, index):
        return str(self.idx2name.get(index, index)).endswith(("gamma", "beta", "bias"))

    def _shared(self):
        rate = self.learning_rate
        self.last_lr, self.cur_lr = rate if self.cur_lr is None else self.cur_lr, rate
        shared = {"eta": self.eta, "epsilon": self.eps}
        if self.momentum:
            corrected = self.momentum_correction and not self.allow_np_array and self.last_lr
            shared["momentum"] = self.momentum * (self.cur_lr / self.last_lr) if corrected else self.momentum
        return shared


@register
class LBSGD(Optimizer):
    """SGD that emulates large batches (MXNet 1): gradients are added up over batch_scale updates, and then used at a rate that
    warms up.

    Args:
        warmup_strategy: "linear", "power2" or "sqrt" from lr to batch_scale * lr over warmup_epochs; "lars" takes
            sqrt(|w|**2 / (|g|**2 + wd * |w|**2)), held to [0.01, 100], instead; anything else is lr until the warm-up is over.
        updates_per_epoch, begin_epoch: where the count of updates stands.  num_epochs: accepted.
    """

    def __init__(self, momentum=0.0, multi_precision=False, warmup_strategy="linear", warmup_epochs=5, batch_scale=1,
                 updates_per_epoch=32, begin_epoch=0, num_epochs=60, **kwargs):
        super().__init__(multi_precision=multi_precision, **kwargs)
        self.momentum, self.warmup_strategy, self.warmup_epochs = momentum, warmup_strategy, warmup_epochs
        self.batch_scale, self.updates_per_epoch, self.num_epochs = batch_scale, updates_per_epoch, num_epochs
        self.init_updates = begin_epoch * updates_per_epoch
        self.cumgrads = {}  # index -> [sum of gradients, or None after its use; their count]

    def create_state(self, index, weight):
        return zeros(weight) if self.momentum else None

    def _warmup(self, count):
        """The factor of the rate after `count` gradients."""
        steps = self.warmup_epochs * self.updates_per_epoch
        if count >= steps:
            return float(self.batch_scale)
        if steps <= 1:
            return 1.0
        part = {"linear": count / steps, "power2": (count / steps) ** 2, "sqrt": math.sqrt(count / steps)}
        return 1.0 + (self.batch_scale - 1) * part.get(self.warmup_strategy, 0.0)

    def _step(self, indices, weights, masters, grads, states):
        for index, w, master, grad, state in zip(indices, weights, masters, grads, states, strict=True):
            lr, wd = self._get_lr(index), self._get_wd(index)
            self._update_count(index)
            grad = grad.as_nd_ndarray()
            held, count = self.cumgrads.get(index, (None, self.init_updates))
            held, count = grad.copy() if held is None else held + grad, count + 1
            if count % self.batch_scale:
                self.cumgrads[index] = held, count
                continue
            self.cumgrads[index] = None, count
            self._use(w.as_nd_ndarray(), master, held / self.batch_scale, state, lr, wd, count)

    def _use(self, w, master, grad, state, lr, wd, count):
        if self.warmup_strategy == "lars":
            weight_sum, grad_sum = (nd.sum(nd.square(x.astype("float32"))) for x in (w, grad))
            lr = lr * nd.clip(nd.sqrt(weight_sum / (grad_sum + wd * weight_sum + 1e-18)), 0.01, 100)
        else:
            lr *= self._warmup(count)
        more = {"rescale_grad": self.rescale_grad, "clip_gradient": self.clip_gradient or -1.0}
        arrays = [w, grad, *([state] if self.momentum else []), *([] if master is None else [master])]
        name = ("" if master is None else "mp_") + ("sgd_mom_update" if self.momentum else "sgd_update")
        if self.momentum:
            more["momentum"] = self.momentum
        getattr(nd, name)(*arrays, lr=lr, wd=wd, out=w, **more)
