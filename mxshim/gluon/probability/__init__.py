"""mx.gluon.probability: distributions, their divergences, transformations, blocks with losses of their own (MXNet 2).

Arrays are np.ndarray; parameters may also be numbers. has_grad: gradients flow through samples to the parameters.
"""
from .block import *  # noqa: F403
from .block import __all__ as _block
from .distributions import *  # noqa: F403
from .distributions import __all__ as _distributions
from .transformation import *  # noqa: F403
from .transformation import __all__ as _transformation

__all__ = [*_block, *_distributions, *_transformation]
