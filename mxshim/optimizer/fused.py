"""The one instruction that updates all weights of an optimizer: rates and counts are run-time numbers, so it compiles once."""
from __future__ import annotations

from ..engine.emit import emit_spec, look_up
from ..engine.op import NAMES
from ..engine.spec import NUM, arr, lit

_UPDATE = NAMES["mx.update"]
_PATTERNS: dict[tuple, tuple] = {}
_F = NUM["f"]


def flat(state) -> tuple:
    """The arrays of a state: None, an array, or a tuple of them."""
    if state is None:
        return ()
    return tuple([s for s in state if s is not None]) if isinstance(state, tuple | list) else (state,)


def update_all(rule, weights, masters, grads, states, groups, each, shared, touched=()):
    """Overwrite weights, masters and states with what `rule` (see ops/rules.py) makes of them.

    masters: per weight its float32 copy, or None.  states: per weight None, an array or a tuple.
    groups: per weight the number of its dict in `each`: the rule's numbers that differ from weight to weight.
    shared: the rule's other numbers; None and switches are part of the program, floats are not.
    touched: nothing, or per weight which rows are updated: None, True for those whose gradient is not zero, or a value of booleans.
    """
    states = [flat(s) for s in states]
    targets: list = []
    for w, m, s in zip(weights, masters, states, strict=True):
        targets.append(w)
        if m is not None:
            targets.append(m)
        targets += s
    fixed = tuple([v if v is None or type(v) is bool else _F for v in shared.values()])
    key = (rule, groups, tuple(each[0]), tuple(shared), fixed, tuple([m is not None for m in masters]), tuple([len(s) for s in states]),
           tuple([t if t is None or t is True else False for t in touched]))
    pattern = _PATTERNS.get(key) or _PATTERNS.setdefault(key, _pattern(*key, len(each)))
    values = [t._value_now() for t in targets]
    values += [g._value_now() for g in grads]
    values += [t for t in touched if t is not None and t is not True]
    numbers = [float(v) for numbers in each for v in numbers.values()]
    numbers += [float(v) for v, f in zip(shared.values(), fixed, strict=True) if f is _F]
    results, _ = emit_spec(look_up(_UPDATE, pattern, values), values, tuple(numbers), None)
    for target, value in zip(targets, results, strict=True):
        target._put(value)


def _pattern(rule, groups, names, more, fixed, masters, counts, touched, kinds):
    """Where in a call of mx.update the arrays and numbers of `update_all` stand."""
    held, weights, copies, states = 0, [], [], []
    for master, count in zip(masters, counts, strict=True):
        weights.append(arr(held))
        copies.append(arr(held + 1) if master else None)
        held += 1 + master
        states.append(tuple([arr(held + k) for k in range(count)]))
        held += count
    grads = tuple([arr(held + k) for k in range(len(masters))])
    held += len(masters)
    rows = []
    for t in touched:
        rows.append(lit(True) if t is True else None if t is None else arr(held))
        held += t is False
    each = ((_F,) * len(names),) * kinds
    shared = tuple([lit(v) if type(v) is bool else v for v in fixed])
    return tuple(weights), tuple(copies), grads, tuple(states), each, shared, rule, groups, (names, more), tuple(rows)
