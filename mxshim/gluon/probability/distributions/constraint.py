"""What parameters and samples must be: `constraint.check(value)` gives the value back, or raises ValueError."""
from __future__ import annotations

import numpy as onp

from .... import numpy as np
from .utils import constraint_check


class Constraint:
    """Base of all. A subclass says by `holds` where it holds, and by `words` what is wanted."""

    words = ""

    def holds(self, value):
        """True, False, or an array of them."""
        raise NotImplementedError

    def check(self, value, name=None):
        """`value`, if the constraint holds everywhere. name: whose value, for the message. Raises: ValueError."""
        holds = self.holds(value)
        message = f"{name or 'constraint violated: the value'} must be {self.words}"
        if isinstance(value, int | float):
            message += f", got {value}"
        return constraint_check()(holds, message) * value


class _Dependent(Constraint):
    words = "checked by what it depends on"

    def holds(self, value):
        """Raises: ValueError."""
        raise ValueError("a constraint that depends on parameters cannot be checked without them")


class dependent_property(property, _Dependent):
    """A `support` that depends on the distribution's parameters."""


def is_dependent(constraint) -> bool:
    """Whether a constraint depends on parameters."""
    return isinstance(constraint, _Dependent)


class Real(Constraint):
    """Numbers; not nan."""

    words = "real, not nan"

    def holds(self, value):
        """Where value is not nan."""
        return value == value


class Boolean(Constraint):
    """0 or 1."""

    words = "0 or 1"

    def holds(self, value):
        """Where it is 0 or 1."""
        return (value == 0) | (value == 1)


class _Bounded(Constraint):
    """Bounds, each maybe included; maybe integers."""

    integer = False
    lower_included = upper_included = False

    def __init__(self, lower_bound=None, upper_bound=None):
        self._lower_bound, self._upper_bound = lower_bound, upper_bound

    @property
    def words(self):
        """Both bounds."""
        shown = lambda bound: bound if isinstance(bound, int | float) else "its bound"
        parts = ["an integer"] if self.integer else []
        if self._lower_bound is not None:
            parts.append(f"{'>=' if self.lower_included else '>'} {shown(self._lower_bound)}")
        if self._upper_bound is not None:
            parts.append(f"{'<=' if self.upper_included else '<'} {shown(self._upper_bound)}")
        return " and ".join(parts)

    def holds(self, value):
        """Where value is within the bounds."""
        found = value % 1 == 0 if self.integer else value == value
        if self._lower_bound is not None:
            found = found & (value >= self._lower_bound if self.lower_included else value > self._lower_bound)
        if self._upper_bound is not None:
            found = found & (value <= self._upper_bound if self.upper_included else value < self._upper_bound)
        return found


class _Interval(_Bounded):
    def __init__(self, lower_bound, upper_bound):
        super().__init__(lower_bound, upper_bound)


class _Lower(_Bounded):
    def __init__(self, lower_bound):
        super().__init__(lower_bound=lower_bound)


class _Upper(_Bounded):
    def __init__(self, upper_bound):
        super().__init__(upper_bound=upper_bound)


def _kind(name, base, text, **facts):
    return type(name, (base,), {"__doc__": text, "__module__": __name__, **facts})


Interval = _kind("Interval", _Interval, "Both bounds included.", lower_included=True, upper_included=True)
OpenInterval = _kind("OpenInterval", _Interval, "Neither bound included.")
HalfOpenInterval = _kind("HalfOpenInterval", _Interval, "The lower bound included.", lower_included=True)
IntegerInterval = _kind("IntegerInterval", _Interval, "Integers, both bounds included.", integer=True, lower_included=True,
                        upper_included=True)
IntegerOpenInterval = _kind("IntegerOpenInterval", _Interval, "Integers, neither bound included.", integer=True)
IntegerHalfOpenInterval = _kind("IntegerHalfOpenInterval", _Interval, "Integers, the lower bound included.", integer=True,
                                lower_included=True)
GreaterThan = _kind("GreaterThan", _Lower, "Above a bound.")
GreaterThanEq = _kind("GreaterThanEq", _Lower, "At a bound or above.", lower_included=True)
LessThan = _kind("LessThan", _Upper, "Below a bound.")
LessThanEq = _kind("LessThanEq", _Upper, "At a bound or below.", upper_included=True)
IntegerGreaterThan = _kind("IntegerGreaterThan", _Lower, "Integers above a bound.", integer=True)
IntegerGreaterThanEq = _kind("IntegerGreaterThanEq", _Lower, "Integers at a bound or above.", integer=True, lower_included=True)
IntegerLessThan = _kind("IntegerLessThan", _Upper, "Integers below a bound.", integer=True)
IntegerLessThanEq = _kind("IntegerLessThanEq", _Upper, "Integers at a bound or below.", integer=True, upper_included=True)


class UnitInterval(Interval):
    """From 0 to 1."""

    def __init__(self):
        super().__init__(0, 1)


class Positive(GreaterThan):
    """Above 0."""

    def __init__(self):
        super().__init__(0)


class NonNegative(GreaterThanEq):
    """0 or above."""

    def __init__(self):
        super().__init__(0)


class PositiveInteger(IntegerGreaterThan):
    """1, 2, ..."""

    def __init__(self):
        super().__init__(0)


class NonNegativeInteger(IntegerGreaterThanEq):
    """0, 1, 2, ..."""

    def __init__(self):
        super().__init__(0)


class Simplex(Constraint):
    """No negative numbers, with the sum 1 along the last axis."""

    words = ">= 0, with the sum 1 along the last axis"

    def holds(self, value):
        """Where the last axis is such."""
        return (value >= 0).all(axis=-1) & (np.abs(value.sum(-1) - 1) < 1e-6)


class LowerTriangular(Constraint):
    """Matrices with nothing above the diagonal."""

    words = "lower triangular matrices"

    def holds(self, value):
        """Where an element is allowed."""
        return np.tril(value) == value


class LowerCholesky(Constraint):
    """Matrices with nothing above the diagonal, and positive numbers on it."""

    words = "lower triangular matrices with a positive diagonal"

    def holds(self, value):
        """Where a row is such."""
        return (np.tril(value) == value).all(axis=-1) & (np.diagonal(value, axis1=-2, axis2=-1) > 0)


class PositiveDefinite(Constraint):
    """Symmetric matrices with positive eigenvalues."""

    words = "symmetric positive definite matrices"

    def holds(self, value):
        """Where a row is symmetric, and an eigenvalue positive."""
        return (np.abs(value - np.swapaxes(value, -1, -2)) < 1e-5).all(axis=-1) & (np.linalg.eigvalsh(value) > 0)


class Cat(Constraint):
    """Constraints for consecutive pieces of an axis, of the given lengths (1 each by default)."""

    words = "such that every piece is what its constraint wants"

    def __init__(self, constraint_seq, axis=0, lengths=None):
        self._constraint_seq, self._axis = list(constraint_seq), axis
        self._lengths = [1] * len(self._constraint_seq) if lengths is None else list(lengths)
        if len(self._lengths) != len(self._constraint_seq):
            raise ValueError(f"Cat: {len(self._constraint_seq)} constraints need as many lengths, got {len(self._lengths)}")

    def check(self, value, name=None):
        """The pieces, checked, together again."""
        ends = onp.cumsum(self._lengths)
        take = lambda end, length: np.take(value, np.arange(end - length, end), axis=self._axis)
        pieces = [c.check(take(end, n), name) for c, n, end in zip(self._constraint_seq, self._lengths, ends.tolist(), strict=True)]
        return np.concatenate(pieces, axis=self._axis)


class Stack(Constraint):
    """One constraint for each position of an axis."""

    words = "such that every position is what its constraint wants"

    def __init__(self, constraint_seq, axis=0):
        self._constraint_seq, self._axis = list(constraint_seq), axis

    def check(self, value, name=None):
        """The positions, checked, stacked again. Raises: ValueError also if there are more or fewer than constraints."""
        size = value.shape[self._axis]
        if size != len(self._constraint_seq):
            raise ValueError(f"Stack: there are {len(self._constraint_seq)} constraints for {size} positions of axis {self._axis}")
        parts = [c.check(np.take(value, i, axis=self._axis), name) for i, c in enumerate(self._constraint_seq)]
        return np.stack(parts, axis=self._axis)


__all__ = ["Boolean", "Cat", "Constraint", "GreaterThan", "GreaterThanEq", "HalfOpenInterval", "IntegerGreaterThan",
           "IntegerGreaterThanEq", "IntegerHalfOpenInterval", "IntegerInterval", "IntegerLessThan", "IntegerLessThanEq",
           "IntegerOpenInterval", "Interval", "LessThan", "LessThanEq", "LowerCholesky", "LowerTriangular", "NonNegative",
           "NonNegativeInteger", "OpenInterval", "Positive", "PositiveDefinite", "PositiveInteger", "Real", "Simplex", "Stack",
           "UnitInterval", "dependent_property", "is_dependent"]
