"""Writes signatures_np.json: the public functions of mxnet.np, np.linalg and np.random with their parameters, as introspection of
MXNet 2.0.0b1 shows them, and the names that only 1.9.1 has.

    MX1/bin/python make_signatures.py MX1.json && MX2/bin/python make_signatures.py signatures_np.json MX1.json

Every entry: the signature; "numpy" and NumPy's signature where MXNet exposes NumPy's own function; null where none can be had;
"constant" or "module".
"""
import inspect
import json
import os
import sys

import mxnet as mx

MODULES = {"np": mx.np, "np.linalg": mx.np.linalg, "np.random": mx.np.random}


def entry(value):
    if inspect.ismodule(value):
        return "module"
    if not callable(value):
        return "constant"
    try:
        text = str(inspect.signature(value))
    except (TypeError, ValueError):
        text = None
    return ["numpy", text] if (getattr(value, "__module__", "") or "").startswith("numpy") else text


def main(target, older=None):
    found = {f"{prefix}.{name}": entry(getattr(module, name)) for prefix, module in MODULES.items()
             for name in sorted(dir(module)) if not name.startswith("_")}
    if older:
        with open(older) as f:
            found = {**json.load(f), **found}
    with open(target, "w") as f:
        f.write("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(found.items())) + "\n}\n")


main(*sys.argv[1:])
sys.stdout.flush()
os._exit(0)  # 2.0.0b1 may hang in its threads' end
