"""Writes the operators that MXNet's symbols know, as the library describes them.

    python tests/data/measure_symbol_ops.py describe FILE.json     with MXNet 1.9.1, then with 2.0.0b1 and another file
    python tests/data/measure_symbol_ops.py write ONE.json TWO.json mxshim/symbol/operators.tsv

Columns: name, other names, inputs ("data..." takes any number), auxiliary inputs, outputs with the usual attributes (all/shown), the
attribute that counts the inputs, attributes as name:type, where b is a flag, i an int, f a number, t a tuple, s a text, e{one|two} a choice (behind a / what 2.0.0b1 alone knows), o anything; with ? it may be None, with ! it
must be given.
Operators of 2.0.0b1 alone are marked 2.
"""
import json
import sys


def describe(file):
    import ctypes

    import mxnet as mx
    from mxnet.base import _LIB, check_call, mx_uint, py_str
    text, number, words = ctypes.c_char_p, mx_uint, ctypes.POINTER(ctypes.c_char_p)
    listed, count = words(), ctypes.c_uint()
    check_call(_LIB.MXListAllOpNames(ctypes.byref(count), ctypes.byref(listed)))
    found, other = {}, {}
    for name in sorted(py_str(listed[i]) for i in range(count.value)):
        handle = ctypes.c_void_p()
        check_call(_LIB.NNGetOpHandle(name.encode(), ctypes.byref(handle)))
        real, about, n, names, kinds, docs, key, kind = text(), text(), number(), words(), words(), words(), text(), text()
        check_call(_LIB.MXSymbolGetAtomicSymbolInfo(handle, *map(ctypes.byref, (real, about, n, names, kinds, docs, key, kind))))
        if "backward" in name or "split_v2_backward" in name:
            continue
        main = py_str(real.value)
        if main != name:
            other.setdefault(main, []).append(name)
            continue
        args = [(py_str(names[i]), py_str(kinds[i])) for i in range(n.value)]
        found[main] = {"args": args, "key": py_str(key.value), **({} if name.startswith(UNMADE) else made(mx, handle, args))}
    for name, more in other.items():
        if name in found:
            found[name]["aliases"] = more
    with open(file, "w") as f:
        json.dump(found, f)


# Making these alone ends the process: they carry graphs or code.
UNMADE = ("Custom", "_CachedOp", "_CustomFunction", "_NDArray", "_Native", "_NoGradient", "_cond", "_foreach", "_while_loop", "_npx_cond",
          "_npx_foreach", "_npx_while_loop", "_sg_", "_CachedOpThreadSafe", "reset_arrays", "_contrib_dgl")


def made(mx, handle, args):
    """What a symbol of the operator has: arguments, auxiliary states, outputs; {} if it cannot be made without knowing more."""
    import ctypes

    from mxnet.base import _LIB, SymbolHandle, c_array, check_call
    given = {}
    for name, kind in args:
        if "Symbol" not in kind and "required" in kind:
            given[name] = ("(1, 1)" if kind.startswith("Shape") else kind[1:].split(",")[0].split("}")[0].strip("' ") if kind[0] == "{"
                           else "float32" if "dtype" in name else "1")
    out = SymbolHandle()
    try:
        keys = [k.encode() for k in given]
        values = [v.encode() for v in given.values()]
        check_call(_LIB.MXSymbolCreateAtomicSymbol(handle, len(keys), c_array(ctypes.c_char_p, keys), c_array(ctypes.c_char_p, values),
                                                   ctypes.byref(out)))
        s = mx.sym.Symbol(out)
        check_call(_LIB.MXSymbolCompose(s.handle, b"node", 0, None, None))
        graph = json.loads(s.tojson())
        rows = graph["node_row_ptr"]
        return {"inputs": [graph["nodes"][i[0]]["name"].replace("node_", "", 1) for i in graph["nodes"][-1]["inputs"]],
                "aux": [n.replace("node_", "", 1) for n in s.list_auxiliary_states()], "outputs": [rows[-1] - rows[-2], len(s.list_outputs())]}
    except Exception:
        return {}


def letter(kind, later):
    nothing = "or None" in kind or "{None" in kind or "'None'" in kind.partition("}")[0]
    return _letter(kind) + chosen(choices(kind), choices(later)) + ("?" if nothing else "!" if kind.endswith(", required") else "")


def choices(kind):
    listed = kind[1:].partition("}")[0] if kind.startswith("{") else "None"
    return [word for word in (c.strip("' ") for c in listed.split(",")) if word != "None"]


def chosen(first, later):
    more = [c for c in later if c not in first]
    return "{" + "|".join(first) + ("/" + "|".join(more) if more else "") + "}" if first or more else ""


def _letter(kind):
    if kind.startswith("{"):
        return "e"
    for start, found in (("boolean", "b"), ("int", "i"), ("long", "i"), ("float", "f"), ("double", "f"), ("Shape", "t"), ("tuple", "t")):
        if kind.startswith(start):
            return found
    return "s" if kind.startswith("string") else "o"


# What operators read although their descriptions do not say so.
UNSAID = {"_linalg_potrf": {"lower": "b"}, "_linalg_potri": {"lower": "b"}}


def write(one, two, file):
    with open(one) as f:
        one = json.load(f)
    with open(two) as f:
        two = json.load(f)
    rows = []
    for name in sorted({*one, *two}):
        facts, later = one.get(name, {}), two.get(name, {})
        main = facts or later
        inputs, params = [], dict(UNSAID.get(name, {}))
        for arg, kind in main["args"]:
            if "Symbol" in kind or kind.startswith("ndarray-or-symbol"):
                inputs.append(arg + ("..." if "[]" in kind else ""))
        kinds = dict(later.get("args", ()))
        for arg, kind in [*facts.get("args", ()), *later.get("args", ())]:
            if "ymbol" not in kind:
                params.setdefault(arg, letter(kind, kinds.get(arg, "")))
        more = [arg for arg, kind in later.get("args", ()) if "Symbol" in kind]
        inputs += more[len(inputs):] if more[:len(inputs)] == inputs and "..." not in "".join(inputs) else []
        if not inputs and main.get("inputs"):
            inputs = main["inputs"]
        if not any(i.endswith("...") for i in inputs):  # some operators do not tell of what they write
            inputs += [a for a in main.get("aux", ()) if a not in inputs]
        aliases = sorted({*facts.get("aliases", ()), *later.get("aliases", ())})
        outputs = main.get("outputs") or [1, 1]
        rows.append("\t".join([name, " ".join(aliases), " ".join(inputs), " ".join(main.get("aux", ())), "/".join(map(str, outputs)), main["key"],
                               " ".join(f"{n}:{k}" for n, k in params.items()), "" if facts else "2"]))
    with open(file, "w") as f:
        f.write("# Written by tests/data/measure_symbol_ops.py from MXNet 1.9.1 and 2.0.0b1.\n" + "\n".join(rows) + "\n")
    print(len(rows), "operators")


if __name__ == "__main__":
    describe(sys.argv[2]) if sys.argv[1] == "describe" else write(*sys.argv[2:])
