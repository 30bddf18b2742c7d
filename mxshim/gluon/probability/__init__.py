"""mx.gluon.probability: distributions, their divergences, transformations, blocks with losses of their own (MXNet 2).

Arrays are np.ndarray; parameters may also be numbers. has_grad: gradients flow through samples to the parameters.
"""
from .block import StochasticBlock as StochasticBlock
from .block import StochasticSequential as StochasticSequential
from .distributions import Bernoulli as Bernoulli
from .distributions import Beta as Beta
from .distributions import Binomial as Binomial
from .distributions import Categorical as Categorical
from .distributions import Cauchy as Cauchy
from .distributions import Chi2 as Chi2
from .distributions import Dirichlet as Dirichlet
from .distributions import Distribution as Distribution
from .distributions import Exponential as Exponential
from .distributions import ExponentialFamily as ExponentialFamily
from .distributions import FisherSnedecor as FisherSnedecor
from .distributions import Gamma as Gamma
from .distributions import Geometric as Geometric
from .distributions import Gumbel as Gumbel
from .distributions import HalfCauchy as HalfCauchy
from .distributions import HalfNormal as HalfNormal
from .distributions import Independent as Independent
from .distributions import Laplace as Laplace
from .distributions import Multinomial as Multinomial
from .distributions import MultivariateNormal as MultivariateNormal
from .distributions import NegativeBinomial as NegativeBinomial
from .distributions import Normal as Normal
from .distributions import OneHotCategorical as OneHotCategorical
from .distributions import Pareto as Pareto
from .distributions import Poisson as Poisson
from .distributions import RelaxedBernoulli as RelaxedBernoulli
from .distributions import RelaxedOneHotCategorical as RelaxedOneHotCategorical
from .distributions import StudentT as StudentT
from .distributions import TransformedDistribution as TransformedDistribution
from .distributions import Uniform as Uniform
from .distributions import Weibull as Weibull
from .distributions import cached_property as cached_property
from .distributions import constraint as constraint
from .distributions import constraint_check as constraint_check
from .distributions import digamma as digamma
from .distributions import distribution as distribution
from .distributions import divergence as divergence
from .distributions import empirical_kl as empirical_kl
from .distributions import erf as erf
from .distributions import erfinv as erfinv
from .distributions import gammaln as gammaln
from .distributions import kl_divergence as kl_divergence
from .distributions import logit2prob as logit2prob
from .distributions import prob2logit as prob2logit
from .distributions import register_kl as register_kl
from .distributions import sample_n_shape_converter as sample_n_shape_converter
from .distributions import utils as utils
from .transformation import AbsTransform as AbsTransform
from .transformation import AffineTransform as AffineTransform
from .transformation import ComposeTransform as ComposeTransform
from .transformation import ExpTransform as ExpTransform
from .transformation import PowerTransform as PowerTransform
from .transformation import SigmoidTransform as SigmoidTransform
from .transformation import SoftmaxTransform as SoftmaxTransform
from .transformation import Transformation as Transformation
from .transformation import TransformBlock as TransformBlock
from .transformation import biject_to as biject_to
from .transformation import domain_map as domain_map
from .transformation import transform_to as transform_to

__all__ = ["AbsTransform", "AffineTransform", "Bernoulli", "Beta", "Binomial", "Categorical", "Cauchy", "Chi2", "ComposeTransform",
           "Dirichlet", "Distribution", "ExpTransform", "Exponential", "ExponentialFamily", "FisherSnedecor", "Gamma", "Geometric",
           "Gumbel", "HalfCauchy", "HalfNormal", "Independent", "Laplace", "Multinomial", "MultivariateNormal", "NegativeBinomial",
           "Normal", "OneHotCategorical", "Pareto", "Poisson", "PowerTransform", "RelaxedBernoulli", "RelaxedOneHotCategorical",
           "SigmoidTransform", "SoftmaxTransform", "StochasticBlock", "StochasticSequential", "StudentT", "TransformBlock",
           "Transformation", "TransformedDistribution", "Uniform", "Weibull", "biject_to", "cached_property", "constraint_check",
           "digamma", "domain_map", "empirical_kl", "erf", "erfinv", "gammaln", "kl_divergence", "logit2prob", "prob2logit",
           "register_kl", "sample_n_shape_converter", "transform_to"]
