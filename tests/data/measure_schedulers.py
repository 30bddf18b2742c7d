"""Records the learning rates of the real MXNet's schedulers, or the exceptions of wrong arguments: python measure_schedulers.py

Run it with MXNet 1.9.1 (2.0.0b1 answers the same); it writes schedulers.json next to itself.
"""
import json
import os

CASES = [
    ("FactorScheduler", {"step": 3, "factor": 0.5}), ("FactorScheduler", {"step": 1, "factor": 0.9, "base_lr": 0.3, "stop_factor_lr": 0.2}),
    ("FactorScheduler", {"step": 4, "factor": 0.5, "base_lr": 1.0, "warmup_steps": 5, "warmup_begin_lr": 0.1}),
    ("FactorScheduler", {"step": 4}), ("FactorScheduler", {"step": 0}), ("FactorScheduler", {"step": 2, "factor": 1.5}),
    ("MultiFactorScheduler", {"step": [3, 7, 8], "factor": 0.1, "base_lr": 0.5}),
    ("MultiFactorScheduler", {"step": [6, 12], "factor": 0.1, "base_lr": 0.5, "warmup_steps": 4, "warmup_begin_lr": 0.2,
    "warmup_mode": "constant"}),
    ("MultiFactorScheduler", {"step": [3, 3]}), ("MultiFactorScheduler", {"step": [0, 3]}), ("MultiFactorScheduler", {"step": (3, 5)}),
    ("MultiFactorScheduler", {"step": []}), ("MultiFactorScheduler", {"step": [3], "factor": 2}),
    ("PolyScheduler", {"max_update": 10}), ("PolyScheduler", {"max_update": 12, "base_lr": 0.3, "pwr": 3, "final_lr": 0.01}),
    ("PolyScheduler", {"max_update": 12, "base_lr": 0.3, "pwr": 1, "final_lr": 0.01, "warmup_steps": 5}),
    ("PolyScheduler", {"max_update": 0}),
    ("PolyScheduler", {"max_update": 2.5}), ("CosineScheduler", {"max_update": 10}), ("CosineScheduler", {"max_update": 0}),
    ("CosineScheduler", {"max_update": 15, "base_lr": 0.3, "final_lr": 0.01, "warmup_steps": 5, "warmup_begin_lr": 0.1}),
    ("CosineScheduler", {"max_update": 10, "base_lr": 0.1, "warmup_begin_lr": 0.2}),
    ("CosineScheduler", {"max_update": 10, "warmup_steps": -1}),
    ("CosineScheduler", {"max_update": 10, "warmup_steps": 1.5}), ("CosineScheduler", {"max_update": 10, "warmup_mode": "nope"}),
]
UPDATES = [*range(20), 40, 30, 1]


def run(module, name, arguments):
    """The rates after UPDATES updates and the base_lr in the end, or the class of an exception."""
    try:
        scheduler = getattr(module, name)(**arguments)
        return [scheduler(n) for n in UPDATES] + [scheduler.base_lr]
    except Exception as error:
        return type(error).__name__


if __name__ == "__main__":
    import mxnet as mx
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "schedulers.json"), "w") as f:
        f.write("[\n" + ",\n".join(json.dumps([n, a, run(mx.lr_scheduler, n, a)]) for n, a in CASES) + "\n]\n")
