"""Transformations, and which of them leads to where a constraint holds."""
from .domain_map import biject_to as biject_to
from .domain_map import domain_map as domain_map
from .domain_map import transform_to as transform_to
from .transformation import AbsTransform as AbsTransform
from .transformation import AffineTransform as AffineTransform
from .transformation import ComposeTransform as ComposeTransform
from .transformation import ExpTransform as ExpTransform
from .transformation import HybridBlock as HybridBlock
from .transformation import PowerTransform as PowerTransform
from .transformation import SigmoidTransform as SigmoidTransform
from .transformation import SoftmaxTransform as SoftmaxTransform
from .transformation import Transformation as Transformation
from .transformation import TransformBlock as TransformBlock
from .transformation import cached_property as cached_property
from .transformation import sum_right_most as sum_right_most

__all__ = ["AbsTransform", "AffineTransform", "ComposeTransform", "ExpTransform", "PowerTransform", "SigmoidTransform", "SoftmaxTransform",
           "TransformBlock", "Transformation", "biject_to", "domain_map", "transform_to"]
