"""Blocks that have losses of their own beside their output, such as the divergence of a variational layer."""
from __future__ import annotations

import functools

from ...block import HybridBlock
from ...summary import tree


class StochasticBlock(HybridBlock):
    """A block whose forward calls `self.add_loss(...)`; after a call, `losses` has what was added.

    forward must be decorated with StochasticBlock.collectLoss. Raises: ValueError at the call if it is not.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._losses, self._losscache = [], []

    def add_loss(self, loss):
        """Add to the losses of the call that is under way."""
        self._losscache.append(loss)

    @staticmethod
    def collectLoss(func):
        """Have `func`, a forward, also give the losses that it adds."""
        @functools.wraps(func)
        def forward(self, *args, **kwargs):
            self._losscache = []
            result = func(self, *args, **kwargs)
            collected, self._losscache = self._losscache, []
            return result, collected

        forward._collects = True
        return forward

    def __call__(self, *args, **kwargs):
        if not getattr(type(self).forward, "_collects", False):
            raise ValueError(f"{type(self).__name__}.forward must be decorated with StochasticBlock.collectLoss")
        result, self._losses = super().__call__(*args, **kwargs)
        return result

    @property
    def losses(self):
        """What the last call added."""
        return self._losses


class StochasticSequential(StochasticBlock):
    """Blocks one after the other; `losses` has a list for each that has losses. A tuple is spread over the next block's arguments."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._layers = []

    def add(self, *blocks):
        """Append blocks."""
        for block in blocks:
            self._layers.append(block)
            self.register_child(block)

    @StochasticBlock.collectLoss
    def forward(self, x, *args):
        for block in self._layers:
            x = block(x, *args)
            args = ()
            if isinstance(x, tuple | list):
                x, args = x[0], tuple(x[1:])
        for block in self._layers:
            if isinstance(block, StochasticBlock):
                self.add_loss(block.losses)
        return (x, *args) if args else x

    def __getitem__(self, key):
        found = self._layers[key]
        if not isinstance(found, list):
            return found
        part = type(self)()
        part.add(*found)
        return part

    def __len__(self):
        return len(self._layers)

    def __repr__(self):
        return tree(self, self._children.items())
