"""Updates of several weights in one call, as nd.multi_sgd_update: the single updates one after the other, compiled together."""
from __future__ import annotations

from ..base import MXNetError
from ..engine.call import call
from ..engine.op import NAMES, api
from .convert import CLASSES
from .draws import parsed


def _one(name, arrays, out, arguments):
    return call(NAMES[name], CLASSES["nd"], tuple(arrays), {**arguments, "out": out})


def _grouped(what, data, number, size):
    """The arrays of each of `number` weights, which come one weight after the other."""
    if len(data) != number * size:
        raise MXNetError(f"nd.{what}: num_weights={number} weights need {size} arrays each, {number * size} in all, got {len(data)}")
    return [data[i * size:(i + 1) * size] for i in range(number)]


def _outs(what, out, number):
    """Where each result goes; None where it is returned."""
    outs = [None] * number if out is None else list(out) if isinstance(out, list | tuple) else [out]
    if len(outs) != number:
        raise MXNetError(f"nd.{what}: out= names {len(outs)} arrays for {number} weights")
    return outs


def _multi(name, single, size):
    """nd.multi_X(weight, grad, ..., next weight, ..., lrs=, wds=, num_weights=) and nd.preloaded_multi_X, whose rates and decays
    are the last two arrays.
    """

    def multi(*data, lrs, wds, num_weights=1, out=None, name=None, **arguments):
        lrs, wds, num_weights = parsed(lrs), parsed(wds), parsed(num_weights)
        if len(lrs) != num_weights or len(wds) != num_weights:
            raise MXNetError(f"nd.{multi.__name__}: {num_weights} weights need as many lrs and wds, got {len(lrs)} and {len(wds)}")
        groups, outs = _grouped(multi.__name__, data, num_weights, size), _outs(multi.__name__, out, num_weights)
        return [_one("nd." + single, g, o, {"lr": lr, "wd": wd, **arguments}) for g, o, lr, wd in zip(groups, outs, lrs, wds, strict=True)]

    def preloaded(*data, num_weights=1, out=None, name=None, **arguments):
        num_weights = parsed(num_weights)
        *data, lrs, wds = data
        groups, outs = _grouped(preloaded.__name__, data, num_weights, size), _outs(preloaded.__name__, out, num_weights)
        return [_one("nd." + single, g, o, {"lr": lrs[k:k + 1], "wd": wds[k:k + 1], **arguments})
                for k, (g, o) in enumerate(zip(groups, outs, strict=True))]

    for function, title, where in ((multi, name, "lrs= and wds=, one number for each weight"),
                                   (preloaded, "preloaded_" + name, "the last two arrays, one element for each weight")):
        function.__name__ = function.__qualname__ = title
        function.__doc__ = (f"nd.{single} for num_weights weights: their {size} arrays each, one weight after the other. Rates and decays: "
                            f"{where}.\n\n    Returns: the new weights, a list, or what `out` names.")
        api("nd." + title)(function)


for _name, _single, _size in (("multi_sgd_update", "sgd_update", 2), ("multi_sgd_mom_update", "sgd_mom_update", 3),
                              ("multi_mp_sgd_update", "mp_sgd_update", 3), ("multi_mp_sgd_mom_update", "mp_sgd_mom_update", 4)):
    _multi(_name, _single, _size)


def _lists(what, weights, grads, mean, var, weights32=None):
    lists = [list(v) for v in (weights, grads, mean, var) + (() if weights32 is None else (weights32,))]
    if any(len(v) != len(lists[0]) for v in lists):
        raise MXNetError(f"nd.contrib.{what}: the lists of arrays must be equally long, got {[len(v) for v in lists]}")
    return list(zip(*lists, strict=True))


def _adam_like(single):
    """nd.contrib.multi_X(weights, grads, mean, var, ...) and its form with float32 masters."""

    def multi(weights, grads, mean, var, rescale_grad, lrs, wds, etas, out=None, name=None, size=0, **arguments):
        groups, outs = _lists(multi.__name__, weights, grads, mean, var), _outs(multi.__name__, out, len(weights))
        return [_one("nd.contrib." + single, g, o, {"rescale_grad": rescale_grad, "lr": lr, "wd": wd, "eta": eta, **arguments})
                for g, o, lr, wd, eta in zip(groups, outs, lrs, wds, etas, strict=True)]

    def mixed(weights, grads, mean, var, weights32, rescale_grad, lrs, wds, etas, out=None, name=None, size=0, **arguments):
        groups, outs = _lists(mixed.__name__, weights, grads, mean, var, weights32), _outs(mixed.__name__, out, len(weights))
        return [_one("nd.contrib.mp_" + single, g, o, {"rescale_grad": rescale_grad, "lr": lr, "wd": wd, "eta": eta, **arguments})
                for g, o, lr, wd, eta in zip(groups, outs, lrs, wds, etas, strict=True)]

    for function, title, one in ((multi, "multi_" + single, single), (mixed, "multi_mp_" + single, "mp_" + single)):
        function.__name__ = function.__qualname__ = title
        function.__doc__ = (f"nd.contrib.{one} for lists of arrays, with one number of lrs, wds and etas for each weight.\n\n"
                            "    Returns: the new weights, a list, or what `out` names.")
        api("nd.contrib." + title)(function)


_adam_like("adamw_update")
_adam_like("adabelief_update")


def _by_layer(single, paper):
    """nd.contrib.multi_X(weights, grads, mean, var, step_count, lrs, wds) and its form with float32 masters."""

    def multi(weights, grads, mean, var, step_count, lrs, wds, out=None, num_tensors=0, **arguments):
        groups, outs = _lists(multi.__name__, weights, grads, mean, var), _outs(multi.__name__, out, len(weights))
        return [_one("mx." + single, g, o, {"t": t, "lr": lr, "wd": wd, **arguments})
                for g, o, t, lr, wd in zip(groups, outs, step_count, lrs, wds, strict=True)]

    def mixed(weights, grads, mean, var, weights32, step_count, lrs, wds, out=None, num_tensors=0, **arguments):
        groups, outs = _lists(mixed.__name__, weights, grads, mean, var, weights32), _outs(mixed.__name__, out, len(weights))
        return [_one("mx.mp_" + single, g, o, {"t": t, "lr": lr, "wd": wd, **arguments})
                for g, o, t, lr, wd in zip(groups, outs, step_count, lrs, wds, strict=True)]

    for function, title, what in ((multi, "multi_" + single, ""), (mixed, "multi_mp_" + single, ", 16-bit weights with float32 masters")):
        function.__name__ = function.__qualname__ = title
        function.__doc__ = (f"{paper} for lists of arrays{what}; step_count, lrs, wds: one number for each weight.\n\n"
                            "    mean and var are overwritten. Returns: the new weights, a list, or what `out` names.")
        api("nd.contrib." + title)(function)


_by_layer("lamb_update", "LAMB (You et al. 2019)")
_by_layer("lans_update", "LANS (Zheng et al. 2020)")
