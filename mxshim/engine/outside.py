"""What a loop computes that need not be computed turn by turn: products with one matrix, and sums of products over the turns.

A recurrent network multiplies its input, its states and their gradients by a matrix at every turn, and adds up the gradient of that
matrix. Of those products only the one from a state to the next state waits for the turn before. The others are one product for all
turns, which reads the matrix, or writes its gradient, once:

    y_t = x_t W for every t     Y = X W, the turns being more rows
    sum of a_t^T b_t            A^T B, over turns and rows

Rows of all turns take memory: at most `_MOST` times as much for a turn as the matrix takes.
"""
from __future__ import annotations

import math
from collections import Counter
from collections.abc import Container, Iterable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from .host.rules import scan_counts
from .spec import eval_jaxpr

_MOST = 2
# What JAX does for all turns at once without a loop.
_SIMPLE = frozenset("""abs add add_any and broadcast_in_dim concatenate convert_element_type copy cos div dot_general dynamic_slice eq exp
    ge gt integer_pow le log log1p logistic lt max min mul ne neg not or pow reduce_max reduce_min reduce_sum reshape rsqrt select_n
    sign sin slice split sqrt square squeeze stop_gradient sub tanh transpose""".split())
# What may as well be done to a sum as to its terms.
_LINEAR = frozenset("broadcast_in_dim copy neg reduce_sum reshape squeeze transpose".split())


def subset(closed, eqns, invars, outvars):
    """Some equations of a closed jaxpr as one of their own."""
    jaxpr = closed.jaxpr.replace(constvars=[], invars=list(invars), outvars=list(outvars), eqns=list(eqns))
    return closed.replace(jaxpr=jaxpr, consts=[])


class Part(NamedTuple):
    """Equations of a loop's body. closed: them, from the variables `inputs` to the variables `outputs`."""

    closed: Any
    inputs: list
    outputs: list

    def of_all(self, same: dict, rows: dict) -> dict:
        """The outputs of all turns by variable. same: values by variable; rows: stacks of values."""
        if not self.outputs:
            return {}
        axes = [0 if v in rows else None for v in self.inputs]
        found = jax.vmap(lambda *values: eval_jaxpr(self.closed, values), axes)(*[rows[v] if v in rows else same[v] for v in self.inputs])
        return dict(zip(self.outputs, found, strict=True))


class Term(NamedTuple):
    """Of a sum over the turns: the product of a turn (an equation) or a value (a variable); then equations, the first one first."""

    root: Any
    then: list


class Parts:
    """The body of a loop in three parts.

    Inputs of the body are the same at every turn, or one of many, or carried on from the turn before. Results are carried on or
    stacked.
    early: what is computed for all turns before the loop.  core: the loop. Its outputs are the carried results but for sums, `ends`
    of them, then what is stacked.  late: what is computed for all turns after the loop.
    sums: the terms of carried results that are sums, by place.  read_after: the variables whose rows these and `late` read.
    """

    def __init__(self, body, same: Container, many: Container, carried: list):
        """body: a closed jaxpr. same, many: inputs of these kinds. carried: for every carried result the input it becomes, or None."""
        jaxpr, n = body.jaxpr, len(carried)
        self.carried, self.results = carried, jaxpr.outvars
        self._body, self._made = body, {v: eqn for eqn in jaxpr.eqns for v in eqn.outvars}
        self._uses = Counter(_variables([*jaxpr.outvars, *[v for eqn in jaxpr.eqns for v in eqn.invars]]))
        self._many = many
        self._rank = {v: 0 if v in same else 1 if v in many else 2 for v in jaxpr.invars}  # 1: another one per turn, 2: of the turn before
        for eqn in jaxpr.eqns:
            self._rank.update(dict.fromkeys(eqn.outvars, max([self._rank[v] for v in _variables(eqn.invars)], default=0)))
        stacked = dict.fromkeys(jaxpr.outvars[n:])
        rows, self.sums = self._sums(jaxpr.outvars, carried, stacked)
        ends = [v for k, v in enumerate(jaxpr.outvars[:n]) if k not in self.sums]
        inside = {i for i, eqn in self._needed([*ends, *rows]).items() if self._rank[eqn.outvars[0]]}
        after: dict[int, Any] = {}
        late = []
        for v in stacked:
            eqns = self._needed([v], inside)
            border = [w for w in self._read(eqns.values()) if self._rank[w] and w not in many]
            if self._rank[v] and self._may_wait(eqns.values()) and _bytes([w for w in border if w not in rows]) <= _MOST * _bytes([v]):
                late.append(v)
                after |= eqns
                rows |= dict.fromkeys(border)
            else:
                rows[v] = None
        core = self._needed([*ends, *rows])
        first = {i: eqn for i, eqn in core.items() if self._rank[eqn.outvars[0]] == 1 and self._may_wait([eqn])
                 and self._may_wait(self._needed(eqn.outvars).values())
                 and _bytes(eqn.outvars) <= _MOST * _bytes([min(eqn.invars, key=self._rank.__getitem__)])}
        early = [eqn.outvars[0] for eqn in first.values()]
        self.early = self._part(self._needed(early), early)
        self.core = self._part(self._needed([*ends, *rows], first), [*ends, *[v for v in rows if v not in many and v not in early]])
        self.late = self._part(after, late)
        self.ends = len(ends)
        self.read_after = [*self.late.inputs, *[v for terms in self.sums.values() for root, _ in terms for v in _roots(root)]]

    def __bool__(self):
        return bool(self.early.outputs or self.late.outputs or self.sums)

    def run(self, same: dict, stacks: dict[Any, tuple[Any, int, int]], begin: list, turns: int, unroll=1,
            back=False) -> tuple[list, dict]:
        """(the last values of what is carried, the stacks of all turns by variable).

        same: values by variable.  stacks: (stack, first row, step from row to row).  begin: for everything carried its values before
        the loop: the next turn reads the first one and adds another one.  back: from the last rows to the first ones.
        """
        early = self.early.of_all(same, {v: rows_of(*stacks[v], turns) for v in self.early.inputs if v in stacks})
        looped = [k for k in range(len(begin)) if k not in self.sums]
        reads = [v for v in self.core.inputs if v in stacks]

        def turn(carried, given):
            i, ready = given
            here = same | dict(zip(early, ready, strict=True))
            here |= {self.carried[k]: values[0] for k, values in zip(looped, carried, strict=True)}
            for v in reads:
                stack, first, step = stacks[v]
                at = i if (first, step) == (0, 1) else first + step * i
                here[v] = lax.squeeze(lax.dynamic_slice_in_dim(stack, at, 1, 0, allow_negative_indices=False), (0,))
            outs = eval_jaxpr(self.core.closed, [here[v] for v in self.core.inputs])
            return [[*values[1:], strong(out)] for values, out in zip(carried, outs)], outs[self.ends:]

        carried, stacked = lax.scan(turn, [begin[k] for k in looped], (jnp.arange(turns, dtype="int32"), [*early.values()]),
                                    unroll=unroll, reverse=back)
        rows = early | dict(zip(self.core.outputs[self.ends:], stacked, strict=True))
        rows |= {v: rows_of(*stacks[v], turns) for v in dict.fromkeys([*self.read_after, *self.results]) if v in stacks}
        rows |= self.late.of_all(same, rows)
        last = {k: values[-1] for k, values in zip(looped, carried, strict=True)}
        last |= {k: _total(terms, begin[k][0], rows) for k, terms in self.sums.items()}
        return [last[k] for k in range(len(begin))], rows

    def _sums(self, results, carried, stacked) -> tuple[dict, dict]:
        """(the variables whose rows they need, as an ordered set; the sums that pay, their terms by place), largest sums first."""
        found = {k: terms for k, before in enumerate(carried) if (terms := self._terms(results[k], before))}
        rows: dict = {}
        sums = {}
        for k in sorted(found, key=lambda k: -_bytes([results[k]])):
            needed = [v for root, _ in found[k] for v in _roots(root) if v not in self._many]
            if _bytes({v for v in needed if v not in rows and v not in stacked}) <= _MOST * _bytes([results[k]]):
                sums[k] = found[k]
                rows |= dict.fromkeys(needed)
        return rows, sums

    def _terms(self, result, before) -> list[Term]:
        """What is added, turn by turn, to a carried value that nothing else reads; nothing if that is no sum of products or of rows."""
        path, onto = {before}, []
        for eqn in self._body.jaxpr.eqns:
            if not path.isdisjoint(_variables(eqn.invars)):
                path.update(eqn.outvars)
                onto.append(eqn)
        if before is None or not onto or onto[-1].outvars != [result] or any(self._uses[v] != 1 for v in path):
            return []
        terms = []
        for eqn in onto:
            if eqn.primitive.name not in ("add", "add_any"):
                return []
            root = next(v for v in eqn.invars if hasattr(v, "val") or v not in path)
            then: list = []
            while (maker := self._maker(root)) is not None and maker.primitive.name in _LINEAR:
                then.insert(0, maker)
                root = maker.invars[0]
            if maker is not None and maker.primitive.name == "dot_general" and all(self._rank[v] for v in maker.invars):
                terms.append(Term(maker, then))
            elif not hasattr(root, "val") and self._rank[root] and any(e.primitive.name == "reduce_sum" for e in then):
                terms.append(Term(root, then))
            else:
                return []
        return terms

    def _maker(self, v):
        return None if hasattr(v, "val") else self._made.get(v)

    def _needed(self, variables: Iterable, stop: Container = ()) -> dict[int, Any]:
        """The equations that variables depend on, by identity, in order; those in `stop` and what these depend on are left out."""
        found: set = set()
        todo = list(variables)
        while todo:
            eqn = self._maker(todo.pop())
            if eqn is not None and id(eqn) not in found and id(eqn) not in stop:
                found.add(id(eqn))
                todo += eqn.invars
        return {id(eqn): eqn for eqn in self._body.jaxpr.eqns if id(eqn) in found}

    def _may_wait(self, eqns) -> bool:
        """Whether equations are simple and products with a matrix that is the same at every turn are among them, and no other products."""
        products = [eqn for eqn in eqns if eqn.primitive.name == "dot_general"]
        return bool(products) and all(eqn.primitive.name in _SIMPLE for eqn in eqns) and all(
            min(self._rank[v] for v in eqn.invars) == 0 for eqn in products)

    def _read(self, eqns) -> list:
        """The variables that equations read and do not make."""
        made = {v for eqn in eqns for v in eqn.outvars}
        return [*dict.fromkeys(v for eqn in eqns for v in _variables(eqn.invars) if v not in made)]

    def _part(self, eqns: dict, outputs: list) -> Part:
        inputs = self._read(eqns.values())
        inputs += [v for v in dict.fromkeys(outputs) if v not in inputs and id(self._maker(v)) not in eqns]
        return Part(subset(self._body, eqns.values(), inputs, outputs), inputs, outputs)


def _variables(invars) -> list:
    return [v for v in invars if not hasattr(v, "val")]


def _roots(root) -> list:
    """What a term's root reads."""
    return root.invars if hasattr(root, "invars") else [root]


def _bytes(variables) -> int:
    return sum([math.prod(v.aval.shape) * v.aval.dtype.itemsize for v in variables])


def of_scan(eqn) -> Parts | None:
    """The parts of a `lax.scan`, if anything in it need not be computed turn by turn."""
    body = eqn.params["jaxpr"]
    same, carried = scan_counts(eqn)
    if not eqn.params["length"] or eqn.effects or body.consts or any(hasattr(v, "val") for v in body.jaxpr.outvars):
        return None
    given = body.jaxpr.invars
    parts = Parts(body, {*given[:same]}, {*given[same + carried:]}, given[same:same + carried])
    return parts if parts else None


def run_scan(parts: Parts, eqn, values) -> list:
    """The results of a scan from its inputs' values."""
    given, params = eqn.params["jaxpr"].jaxpr.invars, eqn.params
    n, k = scan_counts(eqn)
    stacks = {v: (value, 0, 1) for v, value in zip(given[n + k:], values[n + k:], strict=True)}
    last, rows = parts.run(dict(zip(given[:n], values[:n], strict=True)), stacks, [[v] for v in values[n:n + k]], params["length"],
                           params["unroll"], params["reverse"])
    return [*last, *[rows[v] for v in parts.results[k:]]]


def rows_of(stack, first, step, turns):
    """The rows first, first + step, ... of a stack, step being positive or negative."""
    if (first, step, turns) == (0, 1, stack.shape[0]):
        return stack
    last = first + step * (turns - 1)
    found = lax.slice_in_dim(stack, min(first, last), max(first, last) + 1, abs(step))
    return found if step > 0 else lax.rev(found, (0,))


def strong(value):
    """Without JAX's weak types, which a carried value may not change."""
    return lax.convert_element_type(value, value.dtype)


def _total(terms: list[Term], start, rows: dict):
    """A sum over the turns, from `start` on; rows: stacks by variable."""
    for root, then in terms:
        value = _product_of_all(root, *[rows[v] for v in root.invars]) if hasattr(root, "invars") else rows[root].sum(0)
        for eqn in then:
            value = eqn.primitive.bind(value, **eqn.params)
        start = lax.add(start, value)
    return start


def _product_of_all(eqn, a, b):
    """The sum of the products that an equation gives for the rows of two stacks."""
    over, batch = [tuple([tuple([d + 1 for d in axes]) for axes in pair]) for pair in eqn.params["dimension_numbers"]]
    over = (0, *over[0]), (0, *over[1])

    def product(a, b, over):
        # A barrier, because XLA would turn a product round if what follows transposes it.
        return lax.optimization_barrier(eqn.primitive.bind(a, b, **{**eqn.params, "dimension_numbers": (over, batch)}))

    m, n = [math.prod([size for d, size in enumerate(x.shape) if d not in axes]) for x, axes in zip((a, b), over)]
    if any(batch) or m <= n:
        return product(a, b, over)
    found = product(b, a, over[::-1])  # XLA writes few long rows in less than half the time of many short ones
    return lax.transpose(found, [*range(b.ndim - len(over[1]), found.ndim), *range(b.ndim - len(over[1]))])
