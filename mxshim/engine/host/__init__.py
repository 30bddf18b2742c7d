"""Computing jaxprs with NumPy, on CPUs: small programs, for which calling XLA would take longer, and what is to run once and would
take far longer to compile.

`Steps` lays a jaxpr out as a list of NumPy's functions and says how long they will take; `rules.RULES` has them by primitive.
Results agree with XLA's up to rounding.
"""
from . import elementwise, functions, matrices, picking, products, shape, windows  # noqa: F401 - they fill the table
from .rules import RULES, CannotRun
from .steps import Steps, failed

__all__ = ["CannotRun", "RULES", "Steps", "failed"]
