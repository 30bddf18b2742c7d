"""The pullbacks of consecutive nodes as one instruction, and that instruction taken apart."""
from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
import numpy as onp

from .cell import keep
from .op import NAMES
from .spec import Recorded, arr, eval_jaxpr, spec_of, tracing


class Stretch:
    """The pullbacks of consecutive nodes as one instruction.

    structure: code, label, a target for every gradient of the node, code, label, ...; a target is (label of a node << 16 | output), or
    ~k for the k-th result.  seeds: (target, None or the aval of ones) per incoming gradient.  out: avals of the results.
    parts: (code, label, targets) per node.
    """

    __slots__ = ("begins", "kinds", "name", "out", "parts", "seeds")

    def __init__(self, structure, seeds, out):
        self.seeds, self.out, self.kinds, self.parts, self.begins = seeds, out, (), [], None
        left = iter(structure)
        for code in left:
            self.parts.append((code, next(left), tuple([next(left) for _ in code.targets])))
        self.name = f"backward of {len(self.parts)}"

    def emit(self, args):
        return self.apart(args, lambda code, given, n: code.emit(given))

    def apart(self, arguments, piece: Callable) -> list:
        """The same, pullback by pullback: what stands for the results.

        arguments: anything that stands for the residuals and gradients that come in; piece: (code, arguments, number of results) ->
        what stands for them.
        """
        arguments = iter(arguments)
        residuals = [[next(arguments) for _ in code.sources] for code, _, _ in self.parts]
        sums: dict = {}
        for target, aval in self.seeds:
            sums[target] = next(arguments) if aval is None else piece(_spec("mx.ones", (aval.shape, aval.dtype)), [], 1)[0]
        for (code, label, targets), kept in zip(self.parts, residuals, strict=True):
            cts = [sums.pop(label << 16 | k, None) for k in range(code.visible)]
            pull = _pull(code, tuple([ct is not None for ct in cts]))
            found = piece(pull, [*kept, *[ct for ct in cts if ct is not None]], len(targets))
            for target, i, ct in zip(targets, code.targets, found, strict=True):
                if target in sums:
                    aval = code.spec.avals[i]
                    ct, = piece(_spec("mx.sum_of_gradients", (arr(0), arr(1)), (aval, aval)), [sums[target], ct], 1)
                sums[target] = ct
        return [sums[~k] for k in range(len(self.out))]


class Pull:
    """The pullback of one recorded call, of its residuals and the gradients of those outputs that `given` says have one."""

    __slots__ = ("code", "given", "name")

    def __init__(self, code: Recorded, given: tuple[bool, ...]):
        self.code, self.given, self.name = code, given, f"backward of {code.name}"

    @property
    def jaxpr(self):
        return self.code.back

    def emit(self, args, evaluate=eval_jaxpr):
        n = len(self.code.sources)
        cts = iter(args[n:])
        zeros: Callable = jnp.zeros if evaluate is eval_jaxpr else onp.zeros
        return evaluate(self.jaxpr, [*args[:n], *[next(cts) if given else zeros(a.shape, a.dtype)
                                                  for given, a in zip(self.given, self.code.out, strict=False)]])


_PULLS: dict[tuple, Pull] = {}


def _pull(code, given) -> Pull:
    found = _PULLS.get((code, given))
    if found is None:
        found = keep(_PULLS, 20_000, (code, given), Pull(code, given))
    return found


def _spec(name, pattern, avals=()):
    with tracing():
        return spec_of(NAMES[name], pattern, avals)
