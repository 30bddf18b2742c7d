"""Distributions and their divergences."""
from ....absent import parts as _parts
from . import constraint as constraint
from .categorical import Categorical as Categorical
from .categorical import Multinomial as Multinomial
from .categorical import OneHotCategorical as OneHotCategorical
from .categorical import RelaxedBernoulli as RelaxedBernoulli
from .categorical import RelaxedOneHotCategorical as RelaxedOneHotCategorical
from .composite import Independent as Independent
from .composite import TransformedDistribution as TransformedDistribution
from .counts import Bernoulli as Bernoulli
from .counts import Binomial as Binomial
from .counts import Geometric as Geometric
from .counts import NegativeBinomial as NegativeBinomial
from .counts import Poisson as Poisson
from .distribution import Distribution as Distribution
from .distribution import ExponentialFamily as ExponentialFamily
from .divergence import empirical_kl as empirical_kl
from .divergence import kl_divergence as kl_divergence
from .divergence import register_kl as register_kl
from .location_scale import Cauchy as Cauchy
from .location_scale import Gumbel as Gumbel
from .location_scale import Laplace as Laplace
from .location_scale import MultivariateNormal as MultivariateNormal
from .location_scale import Normal as Normal
from .location_scale import StudentT as StudentT
from .location_scale import Uniform as Uniform
from .positive import Beta as Beta
from .positive import Chi2 as Chi2
from .positive import Dirichlet as Dirichlet
from .positive import Exponential as Exponential
from .positive import FisherSnedecor as FisherSnedecor
from .positive import Gamma as Gamma
from .positive import HalfCauchy as HalfCauchy
from .positive import HalfNormal as HalfNormal
from .positive import Pareto as Pareto
from .positive import Weibull as Weibull
from .utils import cached_property as cached_property
from .utils import constraint_check as constraint_check
from .utils import digamma as digamma
from .utils import erf as erf
from .utils import erfinv as erfinv
from .utils import gammaln as gammaln
from .utils import logit2prob as logit2prob
from .utils import prob2logit as prob2logit
from .utils import sample_n_shape_converter as sample_n_shape_converter

__all__ = ["Bernoulli", "Beta", "Binomial", "Categorical", "Cauchy", "Chi2", "Dirichlet", "Distribution", "Exponential",
           "ExponentialFamily", "FisherSnedecor", "Gamma", "Geometric", "Gumbel", "HalfCauchy", "HalfNormal", "Independent", "Laplace",
           "Multinomial", "MultivariateNormal", "NegativeBinomial", "Normal", "OneHotCategorical", "Pareto", "Poisson",
           "RelaxedBernoulli", "RelaxedOneHotCategorical", "StudentT", "TransformedDistribution", "Uniform", "Weibull",
           "cached_property", "constraint_check", "digamma", "empirical_kl", "erf", "erfinv", "gammaln", "kl_divergence", "logit2prob",
           "prob2logit", "register_kl", "sample_n_shape_converter"]
_parts(__name__, """bernoulli beta binomial categorical cauchy chi2 dirichlet exp_family exponential fishersnedecor gamma geometric
       gumbel half_cauchy half_normal independent laplace multinomial multivariate_normal negative_binomial normal
       one_hot_categorical pareto poisson relaxed_bernoulli relaxed_one_hot_categorical studentT transformed_distribution
       uniform weibull""")
