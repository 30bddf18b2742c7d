"""One call of an operator as a step of each framework: computed and waited for, forward alone or with its gradients.

Imported by every interpreter that takes part, real MXNet's and PyTorch's too: the standard library and NumPy only.
"""
from __future__ import annotations

import math
import zlib
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as onp

NAMES = "abcdef"  # of the arguments in an expression


@dataclass(frozen=True)
class Call:
    """A row of `python -m benchmarks ops`.

    ours: an expression in np, npx and nd, for mxshim and MXNet.  theirs: the same in t, F (torch, torch.nn.functional), or "".
    arguments: one word each for a, b, ...: a shape as "32x64", with a letter in front for "p" positive numbers below 2,
    "i" whole numbers ("i32x64<10": below 10), "s" a csr matrix with an element in a hundred places, else normal ones; "n" in front of
    all: without a gradient, as whole numbers and csr matrices are.
    gradients: forward under record and backward from given gradients of the output, to those of the arguments.
    """

    name: str
    ours: str
    theirs: str
    arguments: tuple[str, ...]
    gradients: bool = False

    @property
    def mode(self) -> str:
        return "gradients" if self.gradients else "forward"

    def values(self) -> list:
        """The arguments: NumPy float32 arrays, int32 for whole numbers; and whether each has a gradient."""
        rng = onp.random.default_rng(0)
        made = []
        for word in self.arguments:
            dims, _, limit = word.lstrip("npis").partition("<")
            kind, shape = word.rstrip("0123456789x<"), tuple(int(d) for d in dims.split("x"))
            if kind == "i":
                values = rng.integers(0, int(limit), shape).astype("int32")
            elif "p" in kind:
                values = rng.uniform(0.5, 2, shape).astype("float32")
            else:
                values = rng.normal(size=shape).astype("float32")
            if kind == "s":
                values *= rng.random(shape) < 0.01
            made.append((values, kind in ("", "p")))
        return made


def _heads(outs, name):
    """Gradients of the outputs: numbers without a pattern."""
    rng = onp.random.default_rng(zlib.crc32(name.encode()))
    return [rng.uniform(-1, 1, tuple(o.shape)).astype("float32") for o in outs]


def _function(expression, count, names):
    return eval(f"lambda {', '.join(NAMES[:count])}: {expression}", names)  # noqa: S307 - the rows' own text


def mxnet(call: Call, contestant):
    import mxnet as mx
    from mxnet import autograd
    mx.npx.set_np()
    made = call.values()
    arguments = [mx.nd.array(v).tostype("csr") if word.startswith("s") else mx.np.array(v, dtype=v.dtype)
                 for (v, _), word in zip(made, call.arguments)]
    fn = _function(call.ours, len(arguments), {"np": mx.np, "npx": mx.npx, "nd": mx.nd, "math": math})
    marked = [a for a, (_, float_) in zip(arguments, made) if float_] if call.gradients else []
    for a in marked:
        a.attach_grad()

    def listed(out):
        return list(out) if isinstance(out, (list, tuple)) else [out]

    def forward():
        outs = listed(fn(*arguments))
        for o in outs:
            o.wait_to_read()
        return outs[0]

    if not call.gradients:
        return forward, _same, nullcontext
    heads = [mx.np.array(h) for h in _heads(listed(fn(*arguments)), call.name)]

    def gradients():
        with autograd.record():
            outs = listed(fn(*arguments))
        autograd.backward(outs, heads)
        for a in marked:
            a.grad.wait_to_read()
        for o in outs:
            o.wait_to_read()
        return marked[0].grad

    return gradients, _same, nullcontext


def torch(call: Call, contestant):
    import torch as t
    import torch.nn.functional as F
    made = call.values()
    arguments = [t.tensor(v, dtype=t.int64) if v.dtype == "int32" else t.tensor(v).to_sparse_csr() if word.startswith("s") else
                 t.tensor(v, requires_grad=float_ and call.gradients) for (v, float_), word in zip(made, call.arguments)]
    fn = _function(call.theirs, len(arguments), {"t": t, "F": F, "math": math})
    marked = [a for a in arguments if a.requires_grad]

    def listed(out):
        return list(out) if isinstance(out, (list, tuple)) else [out]

    def forward():
        with t.no_grad():
            return listed(fn(*arguments))[0]

    if not call.gradients:
        return forward, _same, nullcontext
    heads = [t.tensor(h) for h in _heads(listed(fn(*arguments)), call.name)]

    def gradients():
        for a in marked:
            a.grad = None
        t.autograd.backward(listed(fn(*arguments)), heads)
        return marked[0].grad

    return gradients, _same, nullcontext


def _same(result):
    return result


FRAMEWORKS = {"mxshim": mxnet, "mxnet": mxnet, "torch": torch}
