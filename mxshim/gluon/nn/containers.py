"""Blocks that run their children one after the other."""
from __future__ import annotations

import warnings

from ...util import is_np_array
from .. import functions as f
from ..block import Block, HybridBlock
from ..summary import tree


class _Chain:
    """What both containers share: a list of blocks, len(net), net[i], net[i:j], iteration."""

    def add(self, *blocks):
        """Append blocks. Raises: TypeError if one is no Block, for a HybridSequential ValueError if one is no HybridBlock."""
        for block in blocks:
            self.register_child(block)

    def __len__(self):
        return len(self._children)

    def __getitem__(self, key):
        """A block by its position; for a slice a container of the same class that shares its blocks."""
        found = list(self._children.values())[key]
        if not isinstance(key, slice):
            return found
        part = type(self)(prefix=self._prefix) if type(self) in (Sequential, HybridSequential) else type(self)()
        part.add(*found)
        return part

    def __repr__(self):
        return tree(self, self._children.items())

    def _run(self, x, args):
        """In np programs a list of outputs becomes the inputs of the next block (MXNet 2), in nd programs it is one input."""
        spread = is_np_array()
        for block in self._children.values():
            x = block(x, *args)
            args = ()
            if spread and isinstance(x, list | tuple):
                x, *args = x
        return (x, *args) if args else x


class Sequential(_Chain, Block):
    """Runs its children one after the other. Inputs: those of the first. Outputs: those of the last."""

    def hybridize(self, active=True, **kwargs):
        """As Block.hybridize; a warning where HybridSequential would do."""
        if active and self._children and all(isinstance(c, HybridBlock) for c in self._children.values()):
            warnings.warn(f"all blocks of this {type(self).__name__} are HybridBlocks: as a HybridSequential they are one instruction "
                          "together", stacklevel=2)
        super().hybridize(active, **kwargs)

    def forward(self, x, *args):
        return self._run(x, args)


class HybridSequential(_Chain, HybridBlock):
    """Runs its children, HybridBlocks, one after the other. Inputs: those of the first. Outputs: those of the last."""

    def forward(self, x, *args):
        return self._run(x, args)


class _Joined:
    """What both containers of blocks side by side share."""

    def __init__(self, axis=-1, prefix=None, params=None):
        super().__init__(prefix=prefix, params=params)
        self.axis = axis

    def forward(self, x):
        return f.joined([block(x) for block in self._children.values()], self.axis)


class Concatenate(_Joined, Sequential):
    """Gives its input to every child and joins what they return along `axis`. Inputs: those of the children."""


class HybridConcatenate(_Joined, HybridSequential):
    """Gives its input to every child, HybridBlocks, and joins what they return along `axis`. Inputs: those of the children."""
