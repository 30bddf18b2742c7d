"""Blocks with losses of their own."""
from .stochastic_block import StochasticBlock as StochasticBlock
from .stochastic_block import StochasticSequential as StochasticSequential

__all__ = ["StochasticBlock", "StochasticSequential"]
