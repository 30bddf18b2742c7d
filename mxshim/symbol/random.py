"""mx.sym.random."""
from ..absent import missing as _missing
from .compose import create as _create
from .creation import sampler as _sampler

__all__ = ["exponential", "gamma", "generalized_negative_binomial", "multinomial", "negative_binomial", "normal", "poisson", "randint",
           "randn", "shuffle", "uniform"]
uniform, normal = _sampler("uniform", "low", "high"), _sampler("normal", "loc", "scale")
gamma, exponential = _sampler("gamma", "alpha", "beta"), _sampler("exponential", "scale")
poisson, negative_binomial = _sampler("poisson", "lam"), _sampler("negative_binomial", "k", "p")
generalized_negative_binomial, randint = _sampler("generalized_negative_binomial", "mu", "alpha"), _sampler("randint", "low", "high")


def randn(*shape, loc=0, scale=1, dtype=None, **kwargs):
    """Normal numbers; the sizes come one by one."""
    return normal(loc, scale, shape=shape, dtype=dtype, **kwargs)


def multinomial(data, shape=(), get_prob=True, dtype="int32", **kwargs):
    """Class numbers drawn with the probabilities in `data`'s last axis; with get_prob also their logarithms."""
    return _create("_sample_multinomial", (data,), {"shape": shape, "get_prob": get_prob, "dtype": dtype, **kwargs})


def shuffle(data, **kwargs):
    """The rows of `data` in random order."""
    return _create("_shuffle", (data,), kwargs)


__getattr__ = _missing("mx.sym.random", __name__, __all__)
