"""Records what MXNet answers to every operator's special arguments (tests/support/special.py).

    python -m tests.data.make_special calls calls.json          with mxshim, in the repository's root
    MX1/bin/python tests/data/make_special.py nd calls.json     with MXNet 1.9.1
    MX2/bin/python tests/data/make_special.py np calls.json     with MXNet 2.0.0b1

Each call runs in a process of its own: many end it. Calls that have an answer are not asked again; delete the file for that. An answer is a list of [dtype, shape, elements], or the error's class, or "crash".
"""
import json
import math
import os
import sys
import warnings


def write_calls(file):
    from tests.support import special
    found = {d: {key: [name, special.written(args), special.written(list(kwargs.items()))]
                 for key, name, args, kwargs in special.calls(d)} for d in ("np", "nd")}
    with open(file, "w") as f:
        json.dump(found, f)


def number(v):
    v = float(v)
    return round(v, 7 - math.frexp(v)[1] // 4) if math.isfinite(v) else str(v)


def read(value, array):
    import numpy as onp
    if isinstance(value, dict) and "dtype" in value:
        data = [v == "True" if value["dtype"] == "bool" else float(v) for v in value["data"]]
        return array(onp.array(data, value["dtype"]).reshape(value["shape"]))
    if isinstance(value, dict):
        kind, items = next(iter(value.items()))
        return (tuple if kind == "tuple" else list)(read(v, array) for v in items)
    return value


def ask(dialect, name, args, kwargs):
    import mxnet as mx
    import numpy as onp
    module = mx.np if dialect == "np" else mx.nd

    def array(x):
        return module.array(x, dtype=x.dtype)

    try:
        function = mx
        for part in name.split("."):
            function = getattr(function, part)
        out = function(*read(args, array), **dict(read(kwargs, array)))
        outs = [o.asnumpy() if hasattr(o, "asnumpy") else onp.asarray(o) for o in (out if isinstance(out, (list, tuple)) else [out])]
        return [[o.dtype.name, list(o.shape), [number(v) for v in o.astype("float64").ravel()[:60]]] for o in outs]
    except Exception as error:
        return type(error).__name__


def main(dialect, file):
    os.environ["MXNET_ENGINE_TYPE"] = "NaiveEngine"
    import mxnet as mx
    if dialect == "np":
        mx.npx.set_np()
    with open(file) as f:
        calls = json.load(f)[dialect]
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "special_" + dialect + ".json")
    found = {}
    if os.path.exists(path):
        with open(path) as f:
            found = {key: value for key, value in json.load(f).items() if key in calls}
    for key, (name, args, kwargs) in calls.items():
        if key in found:
            continue
        read_end, write_end = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            os.write(write_end, json.dumps(ask(dialect, name, args, kwargs)).encode())
            os._exit(0)
        os.close(write_end)
        with os.fdopen(read_end) as f:
            text = f.read()
        os.waitpid(pid, 0)
        found[key] = json.loads(text) if text else "crash"
    with open(path, "w") as f:
        f.write("{\n" + ",\n".join(json.dumps(k) + ": " + json.dumps(v, separators=(",", ":")) for k, v in sorted(found.items())) + "\n}\n")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    write_calls(sys.argv[2]) if sys.argv[1] == "calls" else main(*sys.argv[1:])
