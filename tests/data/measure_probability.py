"""Records what gluon.probability of MXNet 2.0.0b1 computes.

    python measure_probability.py > probability_mx2.json        # with MXNet 2.0.0b1
"""
from __future__ import annotations

import json

# name: (how it is made, values to ask about, quantiles or None)
DISTRIBUTIONS = {
    "Normal": ("Normal(a([0.5, -1.0]), a([2.0, 0.5]))", "a([[0.1, 0.2], [3.0, -1.5]])", True),
    "Normal of numbers": ("Normal()", "a([0.1, -2.0])", True),
    "HalfNormal": ("HalfNormal(a([2.0, 0.5]))", "a([[0.1, 0.2], [3.0, 0.7]])", True),
    "Laplace": ("Laplace(a([0.5, -1.0]), a([2.0, 0.5]))", "a([[0.1, 0.2], [3.0, -1.5]])", True),
    "Cauchy": ("Cauchy(a([0.5, -1.0]), a([2.0, 0.5]))", "a([[0.1, 0.2], [3.0, -1.5]])", True),
    "HalfCauchy": ("HalfCauchy(a([2.0, 0.5]))", "a([[0.1, 0.2], [3.0, 0.7]])", True),
    "Gumbel": ("Gumbel(a([0.5, -1.0]), a([2.0, 0.5]))", "a([[0.1, 0.2], [3.0, -1.5]])", True),
    "Uniform": ("Uniform(a([0.5, -1.0]), a([2.0, 0.5]))", "a([[0.6, 0.2], [3.0, -1.5]])", True),
    "StudentT": ("StudentT(a([3.0, 0.5, 1.5]), a([0.5, -1.0, 0.0]), a([2.0, 0.5, 1.0]))", "a([0.1, 0.2, 4.0])", False),
    "Exponential": ("Exponential(a([2.0, 0.5]))", "a([[0.1, 0.2], [3.0, 0.7]])", True),
    "Pareto": ("Pareto(a([3.0, 2.5]), a([2.0, 0.5]))", "a([[2.1, 0.7], [3.0, 4.0]])", True),
    "Weibull": ("Weibull(a([3.0, 0.5]), a([2.0, 0.5]))", "a([[0.1, 0.2], [3.0, 0.7]])", True),
    "Gamma": ("Gamma(a([3.0, 0.5]), a([2.0, 0.5]))", "a([[0.1, 0.2], [3.0, 0.7]])", False),
    "Chi2": ("Chi2(a([3.0, 0.5]))", "a([[0.1, 0.2], [3.0, 0.7]])", False),
    "FisherSnedecor": ("FisherSnedecor(a([3.0, 5.0]), a([2.5, 7.0]))", "a([[0.1, 0.2], [3.0, 0.7]])", False),
    "Beta": ("Beta(a([3.0, 0.5]), a([2.0, 0.5]))", "a([[0.1, 0.2], [0.9, 0.7]])", False),
    "Dirichlet": ("Dirichlet(a([[3.0, 0.5, 1.0], [1.0, 1.0, 2.0]]))", "a([[0.1, 0.2, 0.7], [0.5, 0.25, 0.25]])", False),
    "Poisson": ("Poisson(a([3.0, 0.5]))", "a([[0.0, 2.0], [3.0, 1.0]])", False),
    "Bernoulli": ("Bernoulli(a([0.3, 0.9]))", "a([[0.0, 1.0], [1.0, 0.0]])", False),
    "Binomial": ("Binomial(4, a([0.3, 0.9]))", "a([[0.0, 2.0], [4.0, 1.0]])", False),
    "Geometric": ("Geometric(a([0.3, 0.9]))", "a([[0.0, 2.0], [4.0, 1.0]])", False),
    "NegativeBinomial": ("NegativeBinomial(a([3.0, 5.0]), a([0.3, 0.9]))", "a([[0.0, 2.0], [4.0, 1.0]])", False),
    "Categorical": ("Categorical(3, a([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]]))", "a([[0.0, 2.0], [1.0, 1.0]])", False),
    "OneHotCategorical": ("OneHotCategorical(3, a([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]]))", "a([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])", False),
    "Multinomial": ("Multinomial(3, a([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]]), total_count=4)", "a([[0.0, 1.0, 3.0], [2.0, 1.0, 1.0]])", False),
    "RelaxedBernoulli": ("RelaxedBernoulli(0.5, a([0.3, 0.9]))", "a([[0.2, 0.7], [0.4, 0.1]])", False),
    "RelaxedOneHotCategorical": ("RelaxedOneHotCategorical(0.5, 3, a([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]]))",
                                 "a([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]])", False),
    "MultivariateNormal": ("MultivariateNormal(a([0.5, -1.0]), cov=a([[2.0, 0.5], [0.5, 1.0]]))", "a([[0.1, 0.2], [3.0, -1.5]])", False),
    "of precision": ("MultivariateNormal(a([0.5, -1.0]), precision=a([[2.0, 0.5], [0.5, 1.0]]))", "a([[0.1, 0.2], [3.0, -1.5]])", False),
    "of scale_tril": ("MultivariateNormal(a([0.5, -1.0]), scale_tril=a([[2.0, 0.0], [0.5, 1.0]]))", "a([[0.1, 0.2], [3.0, -1.5]])", False),
    "Independent": ("Independent(Normal(a([[0.5, -1.0]]), a([[2.0, 0.5]])), 1)", "a([[0.1, 0.2], [3.0, -1.5]])", False),
    "TransformedDistribution": ("TransformedDistribution(Normal(a([0.5, -1.0]), 2.0), [ExpTransform(), AffineTransform(1.0, 3.0)])",
                                "a([[1.1, 1.2], [3.0, 1.5]])", True),
}
FACTS = ("mean", "variance", "stddev")
PAIRS = [("Normal", "Normal(1.0, 3.0)"), ("Bernoulli", "Bernoulli(0.4)"), ("Categorical", "Categorical(3, a([0.3, 0.3, 0.4]))"),
         ("Laplace", "Laplace(1.0, 3.0)"), ("Cauchy", "Cauchy(1.0, 3.0)"), ("Poisson", "Poisson(2.0)"),
         ("Geometric", "Geometric(a([0.4, 0.5]))"), ("Exponential", "Exponential(3.0)"), ("Gumbel", "Gumbel(1.0, 3.0)"),
         ("Gamma", "Gamma(a([2.0]), 3.0)"),
         ("Beta", "Beta(a([2.0]), a([3.0]))"), ("Dirichlet", "Dirichlet(a([1.0, 2.0, 3.0]))"), ("HalfNormal", "HalfNormal(3.0)"),
         ("Binomial", "Binomial(4, a([0.4, 0.5]))"), ("Uniform", "Normal(1.0, 3.0)"), ("Uniform", "Gumbel(1.0, 3.0)"),
         ("Exponential", "Gumbel(1.0, 3.0)"), ("Exponential", "Normal(1.0, 3.0)"), ("Exponential", "Gamma(a([2.0]), 3.0)"),
         ("Pareto", "Pareto(a([2.0]), 0.1)"), ("Uniform", "Uniform(-3.0, 4.0)")]


def make(mx, code):
    return eval(code, {**vars(mx.gluon.probability), "a": lambda values: mx.np.array(values, dtype="float32")})


def plain(value):
    """Results as lists and numbers, all the way down; None for what raises when it is read."""
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    try:
        return None if value is None else value.tolist() if hasattr(value, "tolist") else float(value)
    except Exception:
        return None


def tried(call):
    """What a call gives; None if it raises."""
    try:
        return call()
    except Exception:
        return None


def run(mx):
    found = {"values": {}, "samples": {}}
    for name, (code, values, quantiles) in DISTRIBUTIONS.items():
        d, x = make(mx, code), make(mx, values)
        calls = {fact: lambda d=d, fact=fact: getattr(d, fact) for fact in FACTS}
        calls |= {"log_prob": lambda d=d, x=x: d.log_prob(x), "entropy": lambda d=d: d.entropy()}
        if quantiles:
            calls |= {"cdf": lambda d=d, x=x: d.cdf(x), "icdf": lambda d=d: d.icdf(make(mx, "a([[0.1, 0.6], [0.9, 0.5]])"))}
        if name in ("Categorical", "OneHotCategorical"):
            calls["enumerate_support"] = d.enumerate_support
        found["values"][name] = {what: tried(call) for what, call in calls.items()}
        found["samples"][name] = {}
        for what, call in (("sample", lambda d=d: d.sample()), ("sample_n", lambda d=d: d.sample_n(3))):
            mx.random.seed(7)
            found["samples"][name][what] = tried(call)
    found["kl"] = [tried(lambda p=p, q=q: mx.gluon.probability.kl_divergence(make(mx, DISTRIBUTIONS[p][0]), make(mx, q))) for p, q in PAIRS]
    return plain(found)  # read at the end, so that it may all be computed together


if __name__ == "__main__":
    import mxnet
    mxnet.npx.set_np()
    print(json.dumps(run(mxnet)))
