"""Updates of weights: nd.sgd_update and its kin, and the one instruction in which an optimizer updates all its weights.

As in MXNet the states are overwritten by the call, the weight only if `out=` names it: nd.sgd_mom_update(w, g, mom, lr=0.1, out=w).
16-bit weights are computed in float32 and rounded at the end.
"""
from __future__ import annotations

import inspect

import jax.numpy as jnp
import numpy as onp

from ..base import FLOAT32, MXNetError, is_float
from ..engine.op import op
from . import rules
from .dtypes import row, value

_STATIC = ("bias_correction", "lazy_update")


def _numbers(given, dtype):
    """Numbers as 0-d arrays of `dtype`; None where a negative number means that there is none; switches as they are."""
    found = {}
    for name, v in given.items():
        if name in _STATIC or v is None:
            found[name] = v
        elif isinstance(v, float | int) and v < 0 and (name.startswith("clip") or name.endswith("bound")):
            found[name] = None
        else:
            found[name] = value(v, dtype).reshape(())
    return found


def apply(rule, weight, grad, states, numbers):
    """(new weight, new states...) of a rule, in the dtypes of the old ones. Raises: MXNetError if weight and gradient differ."""
    if not is_float(weight.dtype):
        raise MXNetError(f"the weight must be floating, got {weight.dtype.name}")
    if weight.shape != grad.shape:
        raise MXNetError(f"weight and gradient must have one shape, got {weight.shape} and {grad.shape}")
    dtype = FLOAT32 if weight.dtype.itemsize == 2 else weight.dtype
    old = (weight, *states)
    new = rule(weight.astype(dtype), grad.astype(dtype), *[s.astype(dtype) for s in states], **_numbers(numbers, dtype))
    return tuple(n.astype(o.dtype) for n, o in zip(new, old, strict=True))


@op("mx.update", static=("rule", "groups", "names"), scalars=("each", "shared"), either=("touched",), grad=False)
def update(weights, masters, grads, states, each, shared, rule, groups, names, touched=()):
    """All weights of an optimizer at once: for each the new weight, then its float32 master if it has one, then its states.

    masters: per weight an array or None.  states: per weight a tuple.  groups: per weight which of `each`, the numbers that
    differ from weight to weight, is its own; shared: the numbers that do not.  names: of the numbers of `each`, and of `shared`.
    touched: nothing, or per weight which rows are updated: None for all, booleans, or True for those whose gradient is not zero.
    """
    results = []
    for k, (weight, master, grad, mine, group) in enumerate(zip(weights, masters, grads, states, groups, strict=True)):
        numbers = {**dict(zip(names[0], each[group], strict=True)), **dict(zip(names[1], shared, strict=True))}
        held = weight if master is None else master
        new = apply(rule, held, grad, mine, numbers)
        rows = touched[k] if touched else None
        if rows is not None:
            rows = (grad != 0).any(axis=tuple(range(1, grad.ndim))) if rows is True else rows
            rows = rows.reshape(-1, *(1,) * (grad.ndim - 1))
            new = tuple([jnp.where(rows, n, o) for n, o in zip(new, (held, *mine), strict=True)])
        results += new if master is None else (new[0].astype(weight.dtype), *new)
    return tuple(results)


_X = onp.array([[1., -2., 0.5], [0.25, 3., -1.]], "float32")
_G = onp.array([[0.5, 1., -0.25], [-1., 0.125, 2.]], "float32")
_NEEDED = inspect.Parameter.empty
_LR = {"lr": _NEEDED}
_COMMON = {"wd": 0.0, "rescale_grad": 1.0, "clip_gradient": -1.0}
_ADAM = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
_BY_LAYER = {"rescale_grad": _NEEDED, "lr": _NEEDED, "eta": _NEEDED, **_ADAM, "wd": 0.0, "clip_gradient": -1.0}


def declare(name, rule, states, numbers, mp=None, lazy=False):
    """Declare `name`(weight, grad, *states, *numbers) by its rule and, as `mp`, its form for 16-bit weights with a float32 master."""
    numbers = {**numbers, "lazy_update": True} if lazy else numbers

    def public(label, mixed):
        written = [*states, *(["weight32"] if mixed else [])]
        arrays = ["weight", "grad", *written]

        def function(**given):
            weight, grad, *rest = [given.pop(n) for n in arrays]
            given.pop("lazy_update", None)
            if "clip_grad" in given:
                given["clip_gradient"] = given.pop("clip_grad")
            if not mixed:
                return apply(rule, weight, grad, rest, given)
            new, *new_states = apply(rule, rest[-1], grad, rest[:-1], given)
            return (new.astype(weight.dtype), *new_states, new)

        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        function.__signature__ = inspect.Signature([inspect.Parameter(n, kind) for n in arrays] + [
            inspect.Parameter(n, kind, default=d) for n, d in sorted(numbers.items(), key=lambda item: item[1] is not _NEEDED)])
        doc = f"{rule.__doc__}\n\n    {', '.join(written) or 'Nothing'} overwritten; the new weight is returned, or given to `out`."
        held = [_X.astype("float16"), _G.astype("float16")] if mixed else [_X, _G]
        held += [onp.abs(_X) + k for k in range(len(states))] + ([_X] if mixed else [])
        sample = {n: 2 if n == "t" else 0.1 for n, d in numbers.items() if d is _NEEDED}
        op(label, scalars=[n for n in numbers if n not in _STATIC], updates=[(s, k + 1, "forward") for k, s in enumerate(written)],
           visible=1, grad=False, samples={"args": [(tuple(held), sample)]}, doc=doc)(row(function, label))

    public(name, False)
    if mp:
        public(mp, True)


declare("nd.sgd_update", rules.sgd, (), {**_LR, **_COMMON}, mp="nd.mp_sgd_update", lazy=True)
declare("nd.sgd_mom_update", rules.sgd_mom, ("mom",), {**_LR, "momentum": 0.0, **_COMMON}, mp="nd.mp_sgd_mom_update", lazy=True)
declare("nd.nag_mom_update", rules.nag_mom, ("mom",), {**_LR, "momentum": 0.0, **_COMMON})
declare("mx.nag_mom_in_place_update", rules.nag_mom_in_place, ("mom",), {**_LR, "momentum": 0.0, **_COMMON}, mp="nd.mp_nag_mom_update")
declare("nd.signsgd_update", rules.signsgd, (), {**_LR, **_COMMON})
declare("nd.signum_update", rules.signum, ("mom",), {**_LR, "momentum": 0.0, **_COMMON, "wd_lh": 0.0})
declare("nd.adam_update", rules.adam, ("mean", "var"), {**_LR, **_ADAM, **_COMMON}, lazy=True)
declare("nd.rmsprop_update", rules.rmsprop, ("n",), {**_LR, "gamma1": 0.95, "epsilon": 1e-8, **_COMMON, "clip_weights": -1.0})
declare("nd.rmspropalex_update", rules.rmspropalex, ("n", "g", "delta"),
        {**_LR, "gamma1": 0.95, "gamma2": 0.9, "epsilon": 1e-8, **_COMMON, "clip_weights": -1.0})
declare("mx.adagrad_update", rules.adagrad, ("history",), {**_LR, "epsilon": 1e-7, **_COMMON})
declare("nd.ftrl_update", rules.ftrl, ("z", "n"), {**_LR, "lamda1": 0.01, "beta": 1.0, **_COMMON})
declare("nd.ftml_update", rules.ftml, ("d", "v", "z"), {**_LR, "beta1": 0.6, "beta2": 0.999, "epsilon": 1e-8, "t": _NEEDED, "wd": 0.0,
                                                        "rescale_grad": 1.0, "clip_grad": -1.0})
declare("nd.contrib.adamw_update", rules.adamw, ("mean", "var"), _BY_LAYER, mp="nd.contrib.mp_adamw_update")
declare("nd.contrib.adabelief_update", rules.adabelief, ("mean", "var"), _BY_LAYER, mp="nd.contrib.mp_adabelief_update")
_PHASE1 = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-6, "t": _NEEDED, "bias_correction": True, **_COMMON, "wd": _NEEDED}
declare("nd.lamb_update_phase1", rules.lamb_direction, ("mean", "var"), _PHASE1)

_LAYERS = {"lr": _NEEDED, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-6, "t": _NEEDED, **_COMMON, "lower_bound": -1.0, "upper_bound": -1.0}
declare("mx.lamb_update", rules.lamb, ("mean", "var"), {**_LAYERS, "bias_correction": True}, mp="mx.mp_lamb_update")
declare("mx.lans_update", rules.lans, ("mean", "var"), _LAYERS, mp="mx.mp_lans_update")

_LAMB = {"args": [((_X.astype("float16"), _G.astype("float16"), _X * 0, _X * 0 + 1, _X), {"t": 2, "wd": 0.1})]}


@op("nd.mp_lamb_update_phase1", scalars=("beta1", "beta2", "epsilon", "t", "wd", "rescale_grad", "clip_gradient"),
    updates=(("mean", 1, "forward"), ("var", 2, "forward")), visible=1, grad=False, samples=_LAMB)
def mp_lamb_update_phase1(weight, grad, mean, var, weight32, t, wd, beta1=0.9, beta2=0.999, epsilon=1e-6, bias_correction=True,
                          rescale_grad=1.0, clip_gradient=-1.0):
    """nd.lamb_update_phase1 of a 16-bit weight with its float32 master, which decides; a float32 direction is returned."""
    return apply(rules.lamb_direction, weight32, grad, (mean, var), {
        "beta1": beta1, "beta2": beta2, "epsilon": epsilon, "t": t, "bias_correction": bias_correction, "wd": wd,
        "rescale_grad": rescale_grad, "clip_gradient": clip_gradient})


_NORMS = (onp.array([2.], "float32"), onp.array([4.], "float32"))


@op("nd.lamb_update_phase2", scalars=("lr", "lower_bound", "upper_bound"), grad=False,
    samples={"args": [((_X, _G, *_NORMS), {"lr": 0.1}), ((_X, _G, *_NORMS), {"lr": 0.1, "lower_bound": 3.0, "upper_bound": 10.0})]})
def lamb_update_phase2(weight, g, r1, r2, lr, lower_bound=-1.0, upper_bound=-1.0):
    """The weight moved by lr * r1 / r2 against g, r1 held between the bounds; r1 / r2 counts as 1 where one of them is 0.

    r1, r2: the norms of the weight and of g, one element each.
    """
    r1, r2 = r1.reshape(()).astype(weight.dtype), r2.reshape(()).astype(weight.dtype)
    numbers = _numbers({"lr": lr, "lower_bound": lower_bound, "upper_bound": upper_bound}, weight.dtype)
    return rules.lamb_step(weight, g.astype(weight.dtype), r1, r2, **numbers)[0]


@op("nd.mp_lamb_update_phase2", scalars=("lr", "lower_bound", "upper_bound"), updates=(("weight32", 1, "forward"),), visible=1, grad=False,
    samples={"args": [((_X.astype("float16"), _G, *_NORMS, _X), {"lr": 0.1})]})
def mp_lamb_update_phase2(weight, g, r1, r2, weight32, lr, lower_bound=-1.0, upper_bound=-1.0):
    """nd.lamb_update_phase2 of a 16-bit weight with its float32 master, which is overwritten.

    Differs: MXNet leaves the master as it was, so that such a weight never gets far.
    """
    new = lamb_update_phase2(weight32, g, r1, r2, lr, lower_bound, upper_bound)
    return new.astype(weight.dtype), new


@op("nd.contrib.group_adagrad_update", scalars=("lr", "rescale_grad", "clip_gradient", "epsilon"), updates=(("history", 1, "forward"),),
    visible=1, grad=False, samples={"args": [((_X, _G, onp.ones((2, 1), "float32")), {"lr": 0.1})]})
def group_adagrad_update(weight, grad, history, lr, rescale_grad=1.0, clip_gradient=-1.0, epsilon=1e-5):
    """AdaGrad with one rate for each row: h += mean over the row of g**2;  w -= lr * g / (sqrt(h) + epsilon).

    history: (rows, 1), overwritten. Differs: in MXNet the gradient must be row_sparse.
    """
    if weight.ndim != 2:
        raise MXNetError(f"the weight must have two dimensions, got {weight.shape}")
    return apply(rules.group_adagrad, weight, grad, (history,), {
        "lr": lr, "rescale_grad": rescale_grad, "clip_gradient": clip_gradient, "epsilon": epsilon})


_SUMS = tuple(onp.array(v, "float32") for v in ([0.1, 0.2], [4., 0.], [9., 1.], [0.5, 0.5]))


@op("nd.multi_lars", scalars=("eta", "eps", "rescale_grad"), grad=False, samples={"args": [(_SUMS, {"eta": 0.1, "eps": 0.01})]})
def multi_lars(lrs, weights_sum_sq, grads_sum_sq, wds, eta, eps, rescale_grad=1.0):
    """The rates of layers after LARS: lr * eta * |w| / (|g| + wd * |w| + eps), lr where |w| or |g| is 0.

    lrs, weights_sum_sq, grads_sum_sq, wds: one element per layer; the sums of squares are of whole arrays (nd.multi_sum_sq).
    """
    n = _numbers({"eta": eta, "eps": eps, "rescale_grad": rescale_grad}, lrs.dtype)
    weight, grad = jnp.sqrt(weights_sum_sq), jnp.sqrt(grads_sum_sq) * n["rescale_grad"]
    return (lrs * rules.lars_ratio(weight, grad, n["eta"], n["eps"], wds)).astype(lrs.dtype)
