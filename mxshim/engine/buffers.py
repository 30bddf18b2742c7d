"""Which results of a program may lie in the memory of inputs that nobody needs any more."""
from __future__ import annotations

from .host.rules import CALLS, scan_counts
from .shapeless import ELEMENTWISE


def places(closed, given) -> dict[int, int]:
    """For the inputs `given`, by number and in order, the results that are to lie there; those that none fits are left out.

    JAX pairs them by shape and dtype alone: the first one that fits a weight is its gradient, and as the weight is needed after that,
    XLA begins by copying it. A copy is spared by a result that follows from everything that reads the input, and itself reads it
    element by element, if at all. Where there is none, the last result that fits has the memory, which a copy of the input takes.
    """
    jaxpr = closed.jaxpr
    readers: dict = {jaxpr.invars[j]: 0 for j in given}  # bits: the equations that read it, or it laid out otherwise
    root = {v: v for v in readers}  # of the inputs, and of what is only another layout of one
    made: dict = {}  # variable -> number of its equation
    behind: list[int] = []  # for each equation bits: itself and what it follows from
    for i, eqn in enumerate(jaxpr.eqns):
        bits = 1 << i
        for v in eqn.invars:
            if not hasattr(v, "val"):
                if v in root and eqn.primitive.name in _LAYOUT:
                    root[eqn.outvars[0]] = root[v]
                elif v in root:
                    readers[root[v]] |= 1 << i
                if v in made:
                    bits |= behind[made[v]]
        behind.append(bits)
        made.update(dict.fromkeys(eqn.outvars, i))
    left = {k: v for k, v in enumerate(jaxpr.outvars) if not hasattr(v, "val") and v in made}
    found: dict[int, int] = {}
    for copied in False, True:
        for j in given:
            v = jaxpr.invars[j]
            may = [k for k, out in left.items() if j not in found and out.aval.shape == v.aval.shape and out.aval.dtype == v.aval.dtype
                   and (copied or not readers[v] & ~behind[made[out]] and _in_place(jaxpr.eqns[made[out]], v, out, root))]
            if may:
                found[j] = (max if copied else min)(may, key=lambda k: made[left[k]])
                del left[found[j]]
    return dict(sorted(found.items()))


_LAYOUT = frozenset("broadcast_in_dim copy reshape rev slice squeeze transpose".split())


def _in_place(eqn, v, out, root) -> bool:
    """Whether an equation may write its result over `v`: if it does not read it, or only what lies where it writes."""
    at = [i for i, w in enumerate(eqn.invars) if not hasattr(w, "val") and root.get(w) is v]
    if any(eqn.invars[i] is not v for i in at):
        return False
    name = eqn.primitive.name
    if not at or name in ELEMENTWISE or name == "optimization_barrier":
        return True
    if name == "dynamic_update_slice" or name.startswith("scatter"):
        return at == [0]
    if name == "scan":  # what it carries
        same, carried = scan_counts(eqn)
        return at == [same + eqn.outvars.index(out)] and eqn.outvars.index(out) < carried
    if name in CALLS:
        inner = eqn.params[CALLS[name]]
        inner = getattr(inner, "jaxpr", inner)
        return all(_in_place(e, inner.invars[i], e.outvars[0], {w: w for w in inner.invars}) for i in at for e in inner.eqns)
    return False
