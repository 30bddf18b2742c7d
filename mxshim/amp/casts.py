"""The rule by which operators cast their inputs under amp: asked once for every new call, before it is traced."""
from __future__ import annotations

import difflib
import re

import numpy as onp

from ..base import BFLOAT16, FLOAT32, HALVES, MXNetError
from ..engine.op import NAMES, Op

# Where an operator of MXNet's is found: the prefix of MXNet's name, and those of the public names it may have.
_PLACES = (("_npx__image_", ("npx.image.",)), ("_npi_random_", ("np.random.",)), ("_npx_", ("npx.",)), ("_np_", ("np.",)),
           ("_npi_", ("np.", "np.linalg.", "npx.", "np.random.", "mx.")), ("_contrib_", ("nd.contrib.",)), ("_linalg_", ("nd.linalg.",)),
           ("_image_", ("nd.image.",)), ("_random_", ("nd.random.",)), ("_sparse_", ("nd.sparse.",)), ("_", ("nd.",)),
           ("", ("nd.", "npx.", "mx.")))
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


def operators(name: str) -> list[Op]:
    """The operators that MXNet's name of one stands for: "FullyConnected", also npx's, "_npi_matmul"; none if it is no operator here."""
    found = []
    for start, spaces in _PLACES:
        if name.startswith(start):
            short = name[len(start):]
            for space in spaces:
                public = space + (_WORDS.sub("_", short).lower() if space in ("npx.", "mx.") else short)
                record = NAMES.get(public)
                record = getattr(record, "op", record)  # of a function around an operator
                if isinstance(record, Op):
                    found.append(record)
    return list(dict.fromkeys(found))


def known(names) -> list[str]:
    """Names that a user gave. Raises: MXNetError for one that is no operator."""
    names = list(names)
    for name in names:
        if not operators(name):
            near = difflib.get_close_matches(name, [n.rpartition(".")[2] for n in NAMES], 3)
            raise MXNetError(f"amp: {name!r} is no operator; names are MXNet's, such as 'FullyConnected' or '_npi_matmul'"
                             + (f". Did you mean {', '.join(near)}?" if near else ""))
    return names


class Casts:
    """rule(op, pattern, avals) gives the dtype that each array input is cast to, or None for as they are.

    low, high, widest: names of operators that compute in `target`, in float32, in the widest type of their inputs.
    conditional: (name, argument, values): in float32 where the argument has one of the values.
    """

    def __init__(self, target: onp.dtype, low, high, widest, conditional):
        self.target = target
        self.roles: dict[Op, str] = {}
        for role, names in (("widest", widest), ("high", high), ("low", low)):  # the last one wins
            self.roles.update({op: role for name in names for op in operators(name)})
        self.conditions = {op: (argument, tuple(values)) for name, argument, values in conditional for op in operators(name)}

    def __call__(self, op: Op, pattern, avals):
        condition = self.conditions.get(op)
        if condition is not None and condition[0] in op.params:
            value = pattern[op.params.index(condition[0]) + op.variadic]
            role = "high" if value in condition[1] else None
        else:
            role = self.roles.get(op)
        if role is None:
            return None
        dtypes = [a.dtype for a in avals]
        if role == "low":
            to = {FLOAT32: self.target}
        elif role == "high" or FLOAT32 in dtypes:
            to = {self.target: FLOAT32}
        else:
            return None
        return tuple([to.get(d) for d in dtypes]) if any(d in to for d in dtypes) else None


def dtype_of(target) -> onp.dtype:
    """float16 or bfloat16. Raises: AssertionError for anything else."""
    found = BFLOAT16 if target == "bfloat16" else onp.dtype(target) if target is not None else None
    if found not in HALVES:
        raise AssertionError(f"amp: target_dtype must be 'float16' or 'bfloat16', got {target!r}")
    return found


__all__ = ["Casts", "dtype_of", "known", "operators"]
