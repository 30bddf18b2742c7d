# Written by `python -m mxshim.stubs`.
"""mx.npx.random."""
from typing import Any
from mxshim.numpy import ndarray

def bernoulli(prob=None, logit=None, size=None, dtype=None, ctx=None, out=None, device=None) -> ndarray:
    """1 with probability prob (or sigmoid(logit)), else 0; float32 unless `dtype` is given."""
def categorical(data, shape=..., get_prob=False, dtype='int32', out=None, name=None) -> Any:
    """Indices drawn with the probabilities data[..., :]; see nd.random.multinomial."""
def multinomial(n, p, shape=None, ctx=None, dtype=None, out=None, name=None) -> ndarray:
    """How often each of k results comes in n experiments, for every row of p: shape s + `shape` + (k,), of p's dtype."""
def normal_n(loc=0.0, scale=1.0, batch_shape=None, dtype=None, ctx=None, device=None) -> ndarray:
    """np.random.normal of shape batch_shape + (the parameters' shape)."""
def seed(seed, ctx='all', device=None) -> None:
    """As mx.random.seed."""
def uniform_n(low=0.0, high=1.0, batch_shape=None, dtype=None, ctx=None, device=None) -> ndarray:
    """np.random.uniform of shape batch_shape + (the parameters' shape)."""
