"""Records what the optimizers of the real MXNet do to two weights over 50 steps: python measure_optimizers.py

Run it with MXNet 1.9.1 and with 2.0.0b1; it writes optimizers_mx1.json and optimizers_mx2.json next to itself. The tests make
the same calls (`gradients` and `weights` below are all there is to it) and compare.
"""
import json
import os

import numpy as onp

SHAPES = [(4, 3), (2, 1, 2)]
STEPS = 50
KEPT = (1, 3, 50)


def weights(dtype):
    """The first values of the two weights."""
    rng = onp.random.RandomState(1)
    return [rng.uniform(-1, 1, shape).astype(dtype) for shape in SHAPES]


def gradients(step, values):
    """The gradients of a step: pull the weights towards 0, with noise that is the same everywhere."""
    rng = onp.random.RandomState(100 + step)
    return [(0.3 * v.astype("float64") + rng.uniform(-1, 1, v.shape)).astype(v.dtype) for v in values]


COMMON = [{}, {"wd": 0.1, "rescale_grad": 0.5, "clip_gradient": 0.4}, {"multi_precision": True, "learning_rate": 0.05}]
SCHEDULED = ("sgd", "adam", "lamb", "lars", "lbsgd", "adamw")
BOTH = {
    "sgd": [{"momentum": 0.9}, {"momentum": 0.5, "wd": 0.1, "clip_gradient": 0.2}, {"momentum": 0.9, "multi_precision": True},
            {"begin_num_update": 7, "momentum": 0.9}],
    "nag": [{"momentum": 0.0}, {"momentum": 0.9, "wd": 0.1, "clip_gradient": 0.4, "rescale_grad": 2.0},
            {"momentum": 0.9, "multi_precision": True}],
    "adam": [{"beta1": 0.8, "beta2": 0.9, "epsilon": 1e-3}, {"begin_num_update": 5}],
    "adagrad": [{"learning_rate": 0.3}],
    "rmsprop": [{"centered": True}, {"centered": True, "clip_gradient": 0.4, "wd": 0.1, "rescale_grad": 0.3, "clip_weights": 0.6},
                {"clip_weights": 0.5, "epsilon": 1e-2}],
    "adadelta": [{"rho": 0.8, "epsilon": 1e-3, "wd": 0.1}],
    "adamax": [{"beta1": 0.8, "beta2": 0.9}],
    "nadam": [{"schedule_decay": 0.1, "beta1": 0.8}],
    "ftrl": [{"lamda1": 0.1, "beta": 0.5, "wd": 0.2}],
    "ftml": [{"beta1": 0.5, "beta2": 0.99, "epsilon": 1e-4}],
    "signum": [{"momentum": 0.0, "wd": 0.1}, {"wd_lh": 0.1, "wd": 0.05, "momentum": 0.8},
               {"wd_lh": 0.1, "momentum": 0.0, "clip_gradient": 0.1, "rescale_grad": 0.1}],
    "dcasgd": [{"momentum": 0.9}, {"lamda": 0.3, "wd": 0.1}],
    "lamb": [{"bias_correction": False, "wd": 0.1}, {"lower_bound": 0.5, "upper_bound": 1.0}],
    "lars": [{"momentum": 0.9, "eta": 0.1, "wd": 0.1}, {"eta": 0.1, "names": ["a_weight", "a_bias"]}],
    "test": [],
}
ONE = {
    "lbsgd": [{"momentum": 0.9, "batch_scale": 2, "warmup_epochs": 1}, {"warmup_strategy": "lars"},
              {"warmup_strategy": "sqrt", "batch_scale": 4, "warmup_epochs": 1, "multi_precision": True, "momentum": 0.9},
              {"warmup_strategy": "power2", "batch_scale": 3, "updates_per_epoch": 8}],
    "ccsgd": [{"momentum": 0.9}],
    "adagrad": [{"eps": 1e-2}],
    "rmsprop": [{"gamma1": 0.8}, {"gamma1": 0.8, "gamma2": 0.7, "centered": True}],
    "lars": [{"momentum_correction": False, "momentum": 0.9, "eps": 1e-3}],
}
TWO = {
    "adamw": [{"correct_bias": False, "wd": 0.1}], "lans": [{"lower_bound": 0.5, "upper_bound": 1.0, "wd": 0.1}],
    "adabelief": [{"correct_bias": False, "wd": 0.1}],
    "rmsprop": [{"rho": 0.8}, {"rho": 0.8, "momentum": 0.7, "centered": True}],
    "adagrad": [{"epsilon": 1e-2}], "lars": [{"epsilon": 1e-2, "momentum": 0.9}], "adamax": [{"epsilon": 1e-2}],
}
UNFUSED = ("sgd", "adam", "lamb", "signum")


def cases(generation):
    """(name, arguments) of every case; arguments beyond MXNet's: names (param_idx2name), schedule (a FactorScheduler's)."""
    extra = ONE if generation == 1 else TWO
    found = []
    for name in sorted({*BOTH, *extra}):
        own = BOTH.get(name, []) + extra.get(name, [])
        rows = COMMON[:2] if name == "test" else COMMON + own
        if name in SCHEDULED:
            rows = [*rows, {"schedule": {"step": 10, "factor": 0.5}, "learning_rate": 0.2}]
        found += [(name, row) for row in rows]
        if generation == 2 and name in UNFUSED:
            found += [(name, dict(row, use_fused_step=False)) for row in [*COMMON, *own]]
    return found


def build(mx, name, arguments):
    """The optimizer of a case."""
    given = dict(arguments)
    if "schedule" in given:
        given["lr_scheduler"] = mx.lr_scheduler.FactorScheduler(base_lr=given["learning_rate"], **given.pop("schedule"))
    if "names" in given:
        given["param_idx2name"] = dict(enumerate(given.pop("names")))
    return mx.optimizer.create(name, **given)


def run(mx, name, arguments, array):
    """The weights at the steps of KEPT; array(values, dtype) makes an array."""
    dtype = "float16" if arguments.get("multi_precision") else "float32"
    updater = mx.optimizer.get_updater(build(mx, name, arguments))
    held = [array(v, dtype) for v in weights(dtype)]
    kept = []
    for step in range(1, STEPS + 1):
        grads = [array(g, dtype) for g in gradients(step, [w.asnumpy() for w in held])]
        updater(list(range(len(held))), grads, held)
        if step in KEPT:
            kept.append([w.asnumpy().astype("float64") for w in held])
    return kept


def main():
    import warnings

    import mxnet as mx
    generation = int(mx.__version__.split(".")[0])
    if generation == 2:
        mx.npx.set_np()
    module = mx.np if generation == 2 else mx.nd
    rows = []
    for name, arguments in cases(generation):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                kept = run(mx, name, arguments, lambda v, dtype: module.array(v, dtype=dtype))
            row = [name, arguments, [[[float(f"{x:.7g}") for x in a.ravel()] for a in step] for step in kept]]
        except Exception as error:
            row = [name, arguments, f"{type(error).__name__}: {str(error).splitlines()[0]}"]
            print(row)
        rows.append(row)
    target = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"optimizers_mx{generation}.json")
    with open(target, "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(r) for r in rows) + "\n]\n")


if __name__ == "__main__":
    main()
