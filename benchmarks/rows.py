"""What a benchmark row is: a model written once, how it is run, and the goals it should reach.

Imported by every interpreter that takes part, real MXNet's and PyTorch's too: the standard library only.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Goal:
    """A limit on mxshim's figure: as a ratio to `against` ("ratio"), beyond it ("more"), or by itself (`against` is None).

    `against` names contestants by their first word: "mxnet" means every MXNet, and the worst of them counts.
    """

    against: str | None
    limit: float
    kind: str = "ratio"


SMALL = (Goal("torch", 1.0), Goal("mxnet", 1 / 8))  # small steps


@dataclass(frozen=True)
class Row:
    """One workload.

    model: (np, params, *data) -> value, in plain MXNet code; `np` is `mxnet.np`, `mxnet.nd`, `jax.numpy` or PyTorch's
    counterparts under the same names.  arrays: makes (params, data), NumPy float32 arrays.
    mode: "train" is one step of SGD and reads the loss; "gradient" is forward and backward and reads the first gradient;
    "value" is forward and reads the result; "recorded" and "plain" time the Python side of one call, reading nothing.
    spans: endless (start, stop) of the rows of the data that a step takes; None for all of it.
    instead: other models by contestant: "hand" is what an expert writes in JAX (as it is: under one `jax.jit` with its
    gradient), "hand NAME" another such.
    every: read the result every so many steps.  timed: whether it is in the table of rounds.
    net: (mx) -> a gluon network; MXNet trains it by the cross entropy with a Trainer, the others do what `model` says.  hybrid: hybridized.
    cold, warm: goals of the first step in a fresh process, without and with a disk cache; None: not measured.
    """

    name: str
    model: Callable
    arrays: Callable[[], tuple[list, list]]
    mode: str = "train"
    dialect: str = "np"
    spans: Callable[[], Iterator[tuple[int, int]]] | None = None
    instead: dict[str, Callable] = field(default_factory=dict)
    goals: tuple[Goal, ...] = ()
    every: tuple[int, ...] = (1,)
    timed: bool = True
    cold: tuple[Goal, ...] | None = None
    warm: tuple[Goal, ...] | None = None
    net: Callable | None = None
    hybrid: bool = False

    def model_of(self, contestant: str) -> Callable:
        return self.instead.get(contestant, self.model)
