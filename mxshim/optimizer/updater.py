"""Updaters: an optimizer together with the states of its weights (MXNet: mxnet.optimizer.Updater, get_updater)."""
from __future__ import annotations

from ..array.core import Array
from ..engine.trace import threads
from .optimizer import Optimizer
from .states import dumps, loads

__all__ = ["Updater", "get_updater"]


class Updater:
    """updater(index, grad, weight) updates one weight, or lists of them, in place; states are made when an index first comes."""

    def __init__(self, optimizer):
        if not hasattr(optimizer, "aggregate_num"):
            raise TypeError(f"Updater: an mx.optimizer.Optimizer is needed, got {optimizer!r}")
        self.optimizer = optimizer
        self.states, self.states_synced = {}, {}
        self.aggregate_updates = optimizer.aggregate_num > 1

    def __call__(self, index, grad, weight):
        if not isinstance(index, list | tuple):
            index, grad, weight = [index.decode() if isinstance(index, bytes) else index], [grad], [weight]
        if not index:
            return
        optimizer, states, synced = self.optimizer, self.states, self.states_synced
        optimizer._set_current_context(weight[0].ctx.device_id)
        for i, w in zip(index, weight, strict=True):
            if i not in states:
                states[i] = optimizer.create_state_multi_precision(i, w.as_nd_ndarray())
                synced[i] = True
            elif not synced[i]:
                states[i] = self.sync_state_context(states[i], w.ctx)
                synced[i] = True
        state = [states[i] for i in index]
        if type(optimizer).update_multi_precision is Optimizer.update_multi_precision:
            optimizer.update_multi_precision(index, weight, grad, state)
        else:
            for i, w, g, s in zip(index, weight, grad, state, strict=True):  # a subclass defines it: MXNet 1 calls it for one weight
                one = i, w.as_nd_ndarray(), g.as_nd_ndarray(), s
                optimizer.update_multi_precision(*([[v] for v in one] if optimizer.allow_np_array else one))
        trace = threads.now.trace
        if trace.instructions:  # if backward was read before this, the step that follows is the program that the first was
            trace.mark_step()

    def sync_state_context(self, state, context):
        """A state on another device."""
        if isinstance(state, Array):
            return state.as_in_context(context)
        if isinstance(state, tuple | list):
            return type(state)([self.sync_state_context(s, context) for s in state])
        return state

    def get_states(self, dump_optimizer=False) -> bytes:
        """All states as bytes, with the optimizer if `dump_optimizer`; MXNet reads them as well."""
        return dumps(self.states, self.optimizer, dump_optimizer)

    def set_states(self, states: bytes):
        """Take the states, and the optimizer if it is there, from what `get_states` gave, here or in MXNet.

        Raises: ValueError if the bytes are something else; MXNetError if they name what is no optimizer.
        """
        self.states, self.optimizer = loads(states, self.optimizer)
        self.states_synced = dict.fromkeys(self.states, False)


def get_updater(optimizer) -> Updater:
    """An Updater for an optimizer."""
    return Updater(optimizer)
