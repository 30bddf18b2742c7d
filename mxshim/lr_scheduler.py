"""Learning rates that change with the count of updates (MXNet: mxnet.lr_scheduler)."""
from __future__ import annotations

import logging
import math
from math import pi as pi

from .arguments import Checked

__all__ = ["CosineScheduler", "FactorScheduler", "LRScheduler", "MultiFactorScheduler", "PolyScheduler"]


class LRScheduler(Checked):
    """Base of all schedulers: scheduler(num_update) is the rate after so many updates; subclasses define it.

    Args:
        base_lr: the rate to start from, after the warm-up.
        warmup_steps: updates before that, with rates that rise from warmup_begin_lr to base_lr ("linear") or stay at
            warmup_begin_lr ("constant"), as warmup_mode says.
    Raises: ValueError if the warm-up starts above base_lr, has less than 0 steps, or another mode.
    """

    _wants = {"max_update": "a number"}
    _in_states = True  # states of optimizers that name the class can be loaded

    def __init__(self, base_lr=0.01, warmup_steps=0, warmup_begin_lr=0, warmup_mode="linear"):
        if not isinstance(warmup_steps, int):
            raise AssertionError(f"warmup_steps must be an int, got {warmup_steps!r}")
        if warmup_begin_lr > base_lr:
            raise ValueError(f"base_lr has to be higher than warmup_begin_lr, got {base_lr} and {warmup_begin_lr}")
        if warmup_steps < 0:
            raise ValueError(f"warmup_steps has to be positive or 0, got {warmup_steps}")
        if warmup_mode not in ("linear", "constant"):
            raise ValueError(f"warmup_mode must be 'linear' or 'constant', got {warmup_mode!r}")
        self.base_lr, self.warmup_final_lr = base_lr, base_lr
        self.warmup_steps, self.warmup_begin_lr, self.warmup_mode = warmup_steps, warmup_begin_lr, warmup_mode

    def get_warmup_lr(self, num_update):
        """The rate during the warm-up. Raises: AssertionError if that is over."""
        if num_update >= self.warmup_steps:
            raise AssertionError(f"update {num_update} is after the warm-up of {self.warmup_steps} steps")
        if self.warmup_mode == "constant":
            return self.warmup_begin_lr
        return self.warmup_begin_lr + (self.warmup_final_lr - self.warmup_begin_lr) * float(num_update) / float(self.warmup_steps)

    def __call__(self, num_update):
        if num_update < self.warmup_steps:
            return self.get_warmup_lr(num_update)
        return self._after_warmup(num_update)

    def _after_warmup(self, num_update):
        raise NotImplementedError(f"{type(self).__name__} must define __call__(self, num_update)")


def _check_factor(factor):
    if factor > 1.0:
        raise ValueError(f"factor must be no more than 1, so that the rate falls, got {factor}")


class FactorScheduler(LRScheduler):
    """The rate times `factor` after every `step` updates, never below stop_factor_lr."""

    _wants = {"step": "a number"}

    def __init__(self, step, factor=1, stop_factor_lr=1e-8, base_lr=0.01, warmup_steps=0, warmup_begin_lr=0, warmup_mode="linear"):
        super().__init__(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
        if step < 1:
            raise ValueError(f"step must be at least 1, got {step}")
        _check_factor(factor)
        self.step, self.factor, self.stop_factor_lr, self.count = step, factor, stop_factor_lr, 0

    def _after_warmup(self, num_update):
        while num_update > self.count + self.step:
            self.count += self.step
            self.base_lr *= self.factor
            if self.base_lr < self.stop_factor_lr:
                self.base_lr = self.stop_factor_lr
                logging.info("Update[%d]: now learning rate arrived at %0.5e, will not change in the future", num_update, self.base_lr)
            else:
                logging.info("Update[%d]: Change learning rate to %0.5e", num_update, self.base_lr)
        return self.base_lr


class MultiFactorScheduler(LRScheduler):
    """The rate times `factor` after each of the counts of updates in the increasing list `step`."""

    def __init__(self, step, factor=1, base_lr=0.01, warmup_steps=0, warmup_begin_lr=0, warmup_mode="linear"):
        super().__init__(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
        if not isinstance(step, list) or not step:
            raise AssertionError(f"step must be a list of counts of updates, got {step!r}")
        if any(a >= b for a, b in zip(step, step[1:])):
            raise ValueError(f"step must be an increasing list, got {step}")
        if step[0] < 1:
            raise ValueError(f"every step must be at least 1, got {step}")
        _check_factor(factor)
        self.step, self.factor, self.cur_step_ind, self.count = step, factor, 0, 0

    def _after_warmup(self, num_update):
        while self.cur_step_ind < len(self.step) and num_update > self.step[self.cur_step_ind]:
            self.count = self.step[self.cur_step_ind]
            self.cur_step_ind += 1
            self.base_lr *= self.factor
            logging.info("Update[%d]: Change learning rate to %0.5e", num_update, self.base_lr)
        return self.base_lr


class _Decay(LRScheduler):
    """From base_lr to final_lr over max_update updates, those of the warm-up included; then final_lr."""

    def __init__(self, max_update, base_lr, final_lr, warmup_steps, warmup_begin_lr, warmup_mode):
        super().__init__(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
        if not isinstance(max_update, int):
            raise AssertionError(f"max_update must be an int, got {max_update!r}")
        if max_update < 1:
            raise ValueError(f"max_update must be at least 1, got {max_update}")
        self.base_lr_orig, self.final_lr = base_lr, final_lr
        self.max_update, self.max_steps = max_update, max_update - warmup_steps

    def _after_warmup(self, num_update):
        if num_update <= self.max_update:
            self.base_lr = self.final_lr + (self.base_lr_orig - self.final_lr) * self._left(num_update - self.warmup_steps)
        return self.base_lr


class PolyScheduler(_Decay):
    """final_lr + (base_lr - final_lr) * (1 - n / N)**pwr after n of N updates."""

    def __init__(self, max_update, base_lr=0.01, pwr=2, final_lr=0, warmup_steps=0, warmup_begin_lr=0, warmup_mode="linear"):
        super().__init__(max_update, base_lr, final_lr, warmup_steps, warmup_begin_lr, warmup_mode)
        self.power = pwr

    def _left(self, n):
        return pow(1 - float(n) / float(self.max_steps), self.power)


class CosineScheduler(_Decay):
    """final_lr + (base_lr - final_lr) * (1 + cos(pi * n / N)) / 2 after n of N updates."""

    def __init__(self, max_update, base_lr=0.01, final_lr=0, warmup_steps=0, warmup_begin_lr=0, warmup_mode="linear"):
        super().__init__(max_update, base_lr, final_lr, warmup_steps, warmup_begin_lr, warmup_mode)

    def _left(self, n):
        return (1 + math.cos(math.pi * n / self.max_steps)) / 2
