"""Record what optimizers' states look like in real MXNet's files: run with MXNet 1.9.1 and with 2.0.0b1, from anywhere.

    MX1/bin/python tests/data/measure_states.py
    MX2/bin/python tests/data/measure_states.py

Writes tests/data/states_{mx1 or mx2}.json: {case: [what the updater saved, the weight then, the weight one step later]}, the bytes in
base64. With --check FOLDER real MXNet reads the files that `python -m tests.optimizer.test_states mx1 FOLDER` (or mx2) wrote, takes the
next step, and compares.
"""
import base64
import json
import os
import sys

import mxnet as mx
import numpy as onp

NEW = mx.__version__.startswith("2")
CASES = {
    "sgd": ("sgd", {}), "momentum": ("sgd", {"momentum": 0.9, "wd": 0.1}), "halves": ("sgd", {"momentum": 0.9, "multi_precision": True}),
    "nag": ("nag", {"momentum": 0.9}), "adam": ("adam", {}), "adam halves": ("adam", {"multi_precision": True}),
    "adagrad": ("adagrad", {"learning_rate": 0.1}), "rmsprop": ("rmsprop", {}), "centered": ("rmsprop", {"centered": True}),
    "dcasgd": ("dcasgd", {"learning_rate": 0.1}), "ftrl": ("ftrl", {}), "nadam": ("nadam", {}), "lamb": ("lamb", {}),
    "signum": ("signum", {}), "adadelta": ("adadelta", {}), "lars": ("lars", {"momentum": 0.9}),
}


def arguments(values):
    scheduler = mx.lr_scheduler.MultiFactorScheduler([2], 0.5, base_lr=values.get("learning_rate", 0.05))
    return {**values, "lr_scheduler": scheduler}


def steps(updater, weight, ones, count):
    for k in range(count):
        updater(3, ones * (1 + k), weight)


def measured(name, values):
    make = mx.np.ones if NEW else mx.nd.ones
    dtype = "float16" if values.get("multi_precision") else "float32"
    weight, ones = make((2, 3), dtype=dtype), make((2, 3), dtype=dtype)
    updater = mx.optimizer.get_updater(mx.optimizer.create(name, **arguments(values)))
    steps(updater, weight, ones, 2)
    states, before = updater.get_states(dump_optimizer=True), weight.asnumpy().tolist()
    steps(updater, weight, ones, 1)
    return states, before, weight.asnumpy().tolist()


def check(folder):
    for case, (name, values) in CASES.items():
        with open(os.path.join(folder, case), "rb") as f:
            states = f.read()
        expected = measured(name, values)
        make = mx.np.array if NEW else mx.nd.array
        dtype = "float16" if values.get("multi_precision") else "float32"
        updater = mx.optimizer.get_updater(mx.optimizer.create(name, **arguments(values)))
        updater.set_states(states)
        weight, ones = make(expected[1], dtype=dtype), make(onp.ones((2, 3)), dtype=dtype)
        steps(updater, weight, ones, 1)
        onp.testing.assert_allclose(weight.asnumpy(), expected[2], rtol=1e-5, err_msg=case)
        print(case, "goes on")


if __name__ == "__main__":
    if NEW:
        mx.npx.set_np()
    if sys.argv[1:2] == ["--check"]:
        check(sys.argv[2])
    else:
        place = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"states_mx{mx.__version__[0]}.json")
        found = {case: measured(*what) for case, what in CASES.items()}
        with open(place, "w") as f:
            json.dump({case: [base64.b64encode(s).decode(), *weights] for case, (s, *weights) in found.items()}, f, indent=0)
