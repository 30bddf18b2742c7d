"""Records what nd's update operators of MXNet 1.9.1 return and overwrite: python measure_update_ops.py

It writes update_ops.json next to itself: per call the results and all arrays afterwards, or the class of an exception.
"""
import json
import os

W, G = [1.0, -2.0, 0.5], [0.3, -4.0, 0.1]
S = [[0.1, 0.2, 0.3], [0.2, 0.4, 0.6], [0.3, 0.6, 0.9]]
ALL = {"lr": 0.1, "wd": 0.5, "rescale_grad": 0.5, "clip_gradient": 0.6}
# (name, number of states, arguments): weight, gradient and states are float32 vectors
SINGLE = [("sgd_update", 0, ALL), ("sgd_update", 0, {"lr": 0.1}), ("sgd_update", 0, {}), ("sgd_mom_update", 1, dict(momentum=0.9, **ALL)),
          ("nag_mom_update", 1, dict(momentum=0.9, **ALL)), ("adam_update", 2, ALL),
          ("adam_update", 2, {"lr": 0.1, "beta1": 0.5, "beta2": 0.6, "epsilon": 0.1}),
          ("rmsprop_update", 1, ALL), ("rmsprop_update", 1, dict(clip_weights=0.6, gamma1=0.5, epsilon=0.1, **ALL)),
          ("rmspropalex_update", 3, {"lr": 0.1, "gamma1": 0.5, "gamma2": 0.3}), ("ftrl_update", 2, ALL),
          ("ftrl_update", 2, {"lr": 0.1, "lamda1": 3, "beta": 2}),
          ("signsgd_update", 0, ALL), ("signum_update", 1, dict(momentum=0.9, wd_lh=0.1, **ALL)),
          ("ftml_update", 3, {"lr": 0.1, "wd": 0.5, "rescale_grad": 0.5, "clip_grad": 0.6, "t": 3}),
          ("lamb_update_phase1", 2, {"wd": 0.5, "rescale_grad": 0.5, "clip_gradient": 0.6, "t": 3}),
          ("lamb_update_phase1", 2, {"t": 3, "bias_correction": False, "wd": 0.1}),
          ("contrib.adamw_update", 2, {"rescale_grad": 0.5, "lr": 0.1, "eta": 0.5, "wd": 0.1})]
# (name, arrays as (values, dtype), arguments)
OTHER = [("mp_sgd_update", [(W, "float16"), (G, "float16"), (W, "float32")], {"lr": 0.1, "wd": 0.1}),
         ("mp_sgd_mom_update", [(W, "float16"), (G, "float16"), (S[0], "float32"), (W, "float32")], {"lr": 0.1, "momentum": 0.9}),
         ("mp_nag_mom_update", [(W, "float16"), (G, "float16"), (S[0], "float32"), (W, "float32")], {"lr": 0.1, "momentum": 0.9}),
         ("sgd_update", [(W, "float16"), (G, "float16")], {"lr": 0.1}), ("sgd_update", [(W, "float64"), (G, "float64")], {"lr": 0.1}),
         ("sgd_update", [(W, "float32"), (G[:2], "float32")], {"lr": 0.1}),
         ("lamb_update_phase2", [(W, "float32"), (G, "float32"), ([2.0], "float32"),
         ([4.0], "float32")], {"lr": 0.1, "lower_bound": 3.0, "upper_bound": 10.0}),
         ("lamb_update_phase2", [(W, "float32"), (G, "float32"), ([0.0], "float32"), ([4.0], "float32")], {"lr": 0.1}),
         ("mp_lamb_update_phase1", [(W, "float16"), (G, "float16"), (S[0], "float32"), (S[1], "float32"),
         (W, "float32")], {"t": 2, "wd": 0.1}),
         ("mp_lamb_update_phase2", [(W, "float16"), (G, "float32"), ([2.0], "float32"), ([4.0], "float32"), (W, "float32")], {"lr": 0.1}),
         ("multi_lars", [(v, "float32") for v in ([0.1, 0.2], [4.0, 0.0], [9.0, 1.0],
         [0.5, 0.5])], {"eta": 0.1, "eps": 0.01, "rescale_grad": 0.5})]
TWO = {"lrs": [0.1, 0.2], "wds": [0.5, 0.0], "num_weights": 2}
W2, G2, M2 = [3.0, 4.0], [0.1, 0.2], [1.0, 1.0]
# (name, arrays of two weights in MXNet's order, how many arrays belong to a weight, arguments); out= names the weights
MULTI = [("multi_sgd_update", [W, G, W2, G2], 2, TWO), ("multi_sgd_mom_update", [W, G, S[0], W2, G2, M2], 3, dict(momentum=0.9,
         clip_gradient=0.6, **TWO)),
         ("preloaded_multi_sgd_update", [W, G, W2, G2, [0.1, 0.2], [0.5, 0.0]], 2, {"num_weights": 2}),
         ("preloaded_multi_sgd_mom_update", [W, G, S[0], W2, G2, M2, [0.1, 0.2], [0.5, 0.0]], 3, {"num_weights": 2, "momentum": 0.9})]
# weights, gradients, means, variances as lists
LISTS = [("multi_lamb_update", {"step_count": [1, 2], "lrs": [0.1, 0.2], "wds": [0.5, 0.0]}),
         ("multi_lamb_update", {"step_count": [3, 2], "lrs": [0.1, 0.2], "wds": [0.5, 0.1], "lower_bound": 3.0, "upper_bound": 4.0,
         "clip_gradient": 0.2}),
         ("multi_adamw_update", {"lrs": [0.1, 0.2], "wds": [0.5, 0.0], "etas": [0.5, 1.0], "size": 2})]


def plain(value):
    """Arrays as JSON holds them."""
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return [float(f"{v:.7g}") for v in value.asnumpy().astype("float64").ravel()]


def cases(nd):
    """(label, function that makes the call and gives [results, arrays afterwards])."""

    def function(name):
        return getattr(nd.contrib, name[8:]) if name.startswith("contrib.") else getattr(nd, name)

    def single(name, count, arguments):
        arrays = [nd.array(v) for v in (W, G, *S[:count])]
        return plain(function(name)(*arrays, **arguments)), plain(arrays)

    def other(name, given, arguments):
        arrays = [nd.array(v, dtype=d) for v, d in given]
        return plain(function(name)(*arrays, **arguments)), plain(arrays)

    def multi(name, given, each, arguments):
        arrays = [nd.array(v) for v in given]
        function(name)(*arrays, out=[arrays[0], arrays[each]], **arguments)
        return plain(arrays)

    def lists(name, arguments):
        groups = [[nd.array(v), nd.array(w)] for v, w in ((W, W2), (G, G2), (S[0], M2), (S[1], M2))]
        more = (nd.array([1.0]),) if "adamw" in name else ()
        function("contrib." + name)(*groups, *more, out=groups[0], **arguments)
        return plain(groups)

    for kind, rows in ((single, SINGLE), (other, OTHER), (multi, MULTI), (lists, LISTS)):
        for row in rows:
            yield row[0], lambda kind=kind, row=row: kind(*row)


def run(call):
    """What a case gives, or the class of its exception."""
    try:
        return call()
    except Exception as error:
        return type(error).__name__


if __name__ == "__main__":
    import mxnet as mx
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "update_ops.json"), "w") as f:
        f.write("[\n" + ",\n".join(json.dumps([name, run(call)]) for name, call in cases(mx.nd)) + "\n]\n")
