"""From all real numbers to where a constraint holds."""
from __future__ import annotations

from numbers import Number

from ..distributions.constraint import Constraint, GreaterThan, GreaterThanEq, HalfOpenInterval, Interval, LessThan, Positive, UnitInterval
from .transformation import AffineTransform, ComposeTransform, ExpTransform, SigmoidTransform


class domain_map:
    """Constraint to transformation: call it with a constraint; `register` makes more of them known."""

    def __init__(self):
        self._storage = {}

    def register(self, constraint, factory=None):
        """Have `factory(constraint)` make the transformation for a class of constraints, or that of an instance. Also a decorator."""
        if factory is None:
            return lambda factory: self.register(constraint, factory)
        kind = constraint if isinstance(constraint, type) else type(constraint)
        if not issubclass(kind, Constraint):
            raise TypeError(f"domain_map.register: expected a Constraint or a subclass of it, got {constraint!r}")
        self._storage[kind] = factory
        return factory

    def __call__(self, constraint):
        """The transformation. Raises: NotImplementedError if none is registered."""
        if type(constraint) not in self._storage:
            raise NotImplementedError(f"no transformation is known to where {type(constraint).__name__} holds; register one")
        return self._storage[type(constraint)](constraint)


biject_to = domain_map()
transform_to = domain_map()


def _above(constraint):
    return ComposeTransform([ExpTransform(), AffineTransform(constraint._lower_bound, 1)])


def _below(constraint):
    return ComposeTransform([ExpTransform(), AffineTransform(constraint._upper_bound, -1)])


def _between(constraint):
    low, high = constraint._lower_bound, constraint._upper_bound
    if isinstance(low, Number) and isinstance(high, Number) and (low, high) == (0, 1):
        return SigmoidTransform()
    return ComposeTransform([SigmoidTransform(), AffineTransform(low, high - low)])


for _map in (biject_to, transform_to):
    _map.register(Positive, lambda constraint: ExpTransform())
    for _kinds, _factory in (((GreaterThan, GreaterThanEq), _above), ((LessThan,), _below),
                             ((Interval, HalfOpenInterval, UnitInterval), _between)):
        for _kind in _kinds:
            _map.register(_kind, _factory)
