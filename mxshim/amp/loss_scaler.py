"""Dynamic loss scaling (MXNet: mxnet.amp.loss_scaler)."""
from __future__ import annotations

from .. import ndarray as nd

__all__ = ["LossScaler"]


class LossScaler:
    """A factor for the loss, so that its gradients stay within float16's range.

    It starts with 2 ** 16, halves when a gradient is inf or nan, and doubles after 2000 steps without, up to 2 ** 24. As in MXNet, a new
    factor is used from the step after next on.
    """

    def __init__(self):
        self._loss_scale = self._next_loss_scale = 2.0 ** 16
        self._max_loss_scale = 2.0 ** 24
        self._scale_seq_len = 2000
        self._unskipped = 0

    @property
    def loss_scale(self) -> float:
        """The present factor."""
        return self._loss_scale

    def has_overflow(self, params) -> bool:
        """Whether a gradient of the Parameters is inf or nan; the next factor is chosen by that. Reads one value."""
        self._loss_scale = self._next_loss_scale
        finite: dict = {}
        for p in params:
            if p.grad_req != "null":
                for g in p.list_grad():
                    finite.setdefault(g.ctx, []).append(g.as_nd_ndarray())
        found = [nd.multi_all_finite(*grads, num_arrays=len(grads)) for grads in finite.values()]
        overflow = any(f.asscalar() == 0 for f in found)
        if overflow:
            self._unskipped, self._next_loss_scale = 0, self._loss_scale / 2
        else:
            self._unskipped += 1
        if self._unskipped == self._scale_seq_len:
            self._unskipped, self._next_loss_scale = 0, min(self._max_loss_scale, self._loss_scale * 2)
        return overflow
