# Written by `python -m mxshim.stubs`.
"""mx.nd.random."""
from typing import Any
from mxshim.ndarray import NDArray

def binomial(n=1, p=0.5, shape=..., dtype=..., ctx=None, out=None) -> NDArray:
    """Successes among n trials of probability p, as floats."""
def categorical(data, shape=..., get_prob=False, out=None, dtype='int32', name=None) -> Any:
    """Indices drawn with the probabilities data[..., :], each row `shape` times: shape s + shape for data of shape s + (k,)."""
def exponential(scale=1, shape=..., dtype=..., ctx=None, out=None) -> NDArray:
    """Exponential numbers of mean scale."""
def exponential_like(data=None, lam=1, out=None) -> NDArray:
    """Exponential numbers of rate lam."""
def gamma(alpha=1, beta=1, shape=..., dtype=..., ctx=None, out=None) -> NDArray:
    """Gamma numbers of shape alpha and scale beta."""
def gamma_like(data=None, alpha=1, beta=1, out=None) -> NDArray:
    """Gamma numbers of shape alpha and scale beta."""
def generalized_negative_binomial(mu=1, alpha=1, shape=..., dtype=..., ctx=None, out=None) -> NDArray:
    """Negative binomial numbers of mean mu and dispersion alpha, as floats."""
def generalized_negative_binomial_like(data=None, mu=1, alpha=1, out=None) -> NDArray:
    """Negative binomial numbers of mean mu and dispersion alpha, as floats."""
def multinomial(data, shape=..., get_prob=False, out=None, dtype='int32', name=None) -> Any:
    """Indices drawn with the probabilities data[..., :], each row `shape` times: shape s + shape for data of shape s + (k,)."""
def negative_binomial(k=1, p=1, shape=..., dtype=..., ctx=None, out=None) -> NDArray:
    """Failures before k successes of probability p, as floats."""
def negative_binomial_like(data=None, k=1, p=1, out=None) -> NDArray:
    """Failures before k successes of probability p, as floats."""
def normal(loc=0, scale=1, shape=..., dtype=..., ctx=None, out=None) -> NDArray:
    """Normal numbers of mean loc and standard deviation scale."""
def normal_like(data=None, loc=0, scale=1, out=None) -> NDArray:
    """Normal numbers of mean loc and standard deviation scale."""
def poisson(lam=1, shape=..., dtype=..., ctx=None, out=None) -> NDArray:
    """Poisson numbers of mean lam, as floats."""
def poisson_like(data=None, lam=1, out=None) -> NDArray:
    """Poisson numbers of mean lam, as floats."""
def randint(low, high, shape=..., dtype=..., ctx=None, out=None) -> NDArray:
    """Integers in low..high-1, int32 unless dtype is int64."""
def randn(*shape, **kwargs) -> NDArray:
    """Normal numbers of the shape given by the arguments; takes loc=, scale=, dtype=, ctx=, out= too."""
def shuffle(data, out=None, name=None) -> NDArray:
    """A copy of data with its rows in random order."""
def uniform(low=0, high=1, shape=..., dtype=..., ctx=None, out=None) -> NDArray:
    """Uniform numbers from low to high."""
def uniform_like(data=None, low=0, high=1, out=None) -> NDArray:
    """Uniform numbers from low to high."""
