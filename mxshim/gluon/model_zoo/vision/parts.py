"""What the networks share: their frame, layers in blocks of their own, functions of one architecture."""
from __future__ import annotations

from ....device import cpu
from ....util import is_np_array
from ... import contrib, nn
from ...block import HybridBlock
from ..model_store import get_model_file


class Network(HybridBlock):
    """`features`, then `output`: all networks here. Replace `output`, or use `features` alone, to train for another task."""

    def hybrid_forward(self, F, x):
        return self.output(self.features(x))


def row(*blocks, prefix="") -> nn.HybridSequential:
    """Blocks one after the other."""
    found = nn.HybridSequential(prefix=prefix)
    found.add(*blocks)
    return found


def side_by_side(*blocks, prefix="") -> HybridBlock:
    """Blocks that all get the same input; what they return is joined along the channels."""
    found = (nn.HybridConcatenate if is_np_array() else contrib.nn.HybridConcurrent)(axis=1, prefix=prefix)
    found.add(*blocks)
    return found


def loaded(net, name, pretrained, ctx, root, device=None):
    """The network, with parameters from a file if `pretrained`; see model_store.get_model_file."""
    if pretrained:
        net.load_parameters(get_model_file(name, root), ctx=device or ctx or cpu())
    return net


def fixed(name, make, *arguments, about):
    """The function `name(**kwargs)`, which is make(*arguments, **kwargs)."""

    def model(**kwargs):
        return make(*arguments, **kwargs)

    model.__name__ = model.__qualname__ = name
    model.__module__ = make.__module__
    model.__doc__ = f"{about}; kwargs: see {make.__name__}."
    return model
