"""Records what MXNet answers for the expressions of extension_expressions.py; tests/ops/test_extension.py compares with it.

    MX1/bin/python measure_extension.py nd [FAMILY ...] && MX2/bin/python measure_extension.py np [FAMILY ...]

MX1 has MXNet 1.9.1, MX2 has 2.0.0b1. Writes extension_nd.json and extension_np.json beside this file; given families, only
those are measured anew.
"""
import json
import os
import sys
import warnings

from extension_expressions import EXPRESSIONS, SETUP
from measure_ops import answer

HERE = os.path.dirname(os.path.abspath(__file__))


def short(found):
    """Floats in nine digits, which is all that float32 has."""
    if isinstance(found, dict):
        return {k: short(v) for k, v in found.items()}
    if isinstance(found, list):
        return [short(v) for v in found]
    return float(f"{found:.9g}") if isinstance(found, float) else found


def measured(code, scope):
    out, into = os.pipe()
    if not os.fork():  # some expressions kill the process
        os.close(out)
        exec(SETUP, scope)
        os.write(into, json.dumps(short(answer(code, scope))).replace("NaN", '"nan"').encode())
        os._exit(0)
    os.close(into)
    found = os.fdopen(out, "rb").read()
    os.wait()
    return json.loads(found) if found else {"crashes": True}


def main(dialect, *families):
    warnings.simplefilter("ignore")
    import mxnet as mx
    scope = {"nd": mx.nd, "F": mx.nd, "autograd": mx.autograd, "seed": mx.random.seed}
    if dialect == "np":
        mx.npx.set_np()
        scope = {"np": mx.np, "npx": mx.npx, "F": mx.np, "autograd": mx.autograd, "seed": mx.random.seed}
    path = os.path.join(HERE, f"extension_{dialect}.json")
    known = {}
    if families:
        with open(path) as f:
            known = {(family, code): found for family, code, found in json.load(f) if family not in families}
    lines = []
    for (family, of), text in EXPRESSIONS.items():
        for code in text.strip().split("\n") if of == dialect else ():
            found = known[family, code] if (family, code) in known else measured(code, scope)
            lines.append(json.dumps([family, code, found]))
    with open(path, "w") as f:
        f.write("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
