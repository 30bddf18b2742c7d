"""Wrote sparse_mx1.json beside it: what MXNet 1.9.1 answers to calls with sparse arrays.

    MX1/bin/python tests/data/measure_sparse.py

An answer is a list of [storage, dtype, shape, elements] of the result and of the arrays that the call may overwrite, the
class of an error, or "crash".
"""
import json
import os

STARTS = {
    "c": "nd.array(X).tostype('csr')", "r": "nd.array(X).tostype('row_sparse')", "d": "nd.array(X + 2)",
    "w": "nd.array(W)", "full": "nd.array(W + 1).tostype('row_sparse')", "m": "nd.ones((5, 2))", "v": "nd.ones((5, 2)) * 2",
    "none": "nd.sparse.zeros('row_sparse', (5, 2))", "none2": "nd.sparse.zeros('row_sparse', (5, 2))",
    "g": "nd.sparse.row_sparse_array((W[1:3] + 1, [1, 3]), shape=(5, 2))",
}
X = [[0, 2, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, -3, 1], [0, 0, 0, 0, 0]]
CALLS = [f"nd.sparse.{f}({a}{more})" for a in "cr" for f in ("sum", "mean", "norm") for more in (
    "", ", axis=0", ", axis=1", ", axis=-1", ", axis=(0, 1)", ", axis=0, keepdims=True", ", axis=1, keepdims=True")]
CALLS += [f"nd.sparse.norm({a}, ord=1{more})" for a in "cr" for more in ("", ", axis=1")]
CALLS += [f"nd.sparse.sum({a}, axis=1, exclude=True)" for a in "cr"]
CALLS += ["c.sum(axis=0)", "r.mean(axis=1)", "r.norm()", "c * 2", "c / 2", "c + 1", "r + r", "r - r", "c > 0", "c == 0", "-r", "c * d",
          "nd.sparse.elemwise_mul(r, r)", "nd.sparse.elemwise_add(c, c)", "nd.sparse.square(c)", "nd.sparse.exp(c)",
          "nd.sparse.dot(c, d.T)", "nd.sparse.dot(c, d, transpose_a=True)", "nd.sparse.retain(r, nd.array([0, 1]))"]
CALLS += [f"nd.{f}({a})" for a in "cr" for f in ("abs", "square", "sqrt", "relu", "exp", "softsign", "zeros_like", "ones_like", "identity",
                                                 "BlockGrad", "make_loss", "sum", "norm", "max", "negative")]
CALLS += [f"nd.{f}({a}, {b})" for a in "cr" for f in ("add", "subtract", "multiply", "divide", "elemwise_add", "elemwise_sub",
                                                      "elemwise_mul", "maximum", "equal") for b in (a, "d")]
CALLS += [f"nd.{f}({a})" for a in ("c, 0", "c, 2", "2, c", "d, c") for f in ("add", "subtract", "multiply")]
CALLS += ["nd.elemwise_mul(d, c)", "nd.elemwise_mul(d, r)", "nd.broadcast_add(c, c)", "nd.sparse.broadcast_mul(c, c)", "nd.dot(c, d.T)",
          "nd.dot(c, d, transpose_a=True)", "nd.dot(d, c.T)", "nd.dot(d.T, c)", "nd.concat(c, c, dim=0)", "nd.concat(c, c, dim=1)",
          "nd.add_n(r, r)", "nd.add_n(c, c)", "nd.clip(c, -1, 1)", "nd.clip(r, 1, 2)", "nd.slice(c, begin=(1, 2), end=(3, 5))",
          "nd.slice(c, begin=(1,), end=(3,))", "nd.slice_axis(c, axis=0, begin=1, end=3)", "nd.where(c, d, d * 2)",
          "nd.contrib.quadratic(c, a=2, b=3)", "nd.contrib.quadratic(c, a=2, b=3, c=1)", "nd.sparse.dot(c, c, transpose_a=True)"]
CALLS += [f"nd.take(c, nd.array({i}){more})" for i in ("[0, 2]", "[3, -1, 9]") for more in ("", ", mode='wrap'", ", axis=1")]
CALLS += ["nd.take(r, nd.array([2, 0]))", "c.take(nd.array([0]))", "c * nd.array([2])", "c / nd.array([1, 2, 3, 4, 5])",
          "nd.broadcast_mul(c, nd.array([1, 2, 3, 4, 5]))", "c + nd.array([2])", "r * nd.array([2])", "c.astype(None)",
          "nd._internal._square_sum(r, axis=1)", "nd._internal._square_sum(r, axis=1, keepdims=True)", "nd._internal._square_sum(r, axis=0)",
          "nd.cast_storage(c, stype='row_sparse')", "nd.dot(nd.ones((2, 3, 4)), c)",
          "nd.cast_storage(nd.ones((2,)), stype='csr')", "c.__setitem__(slice(0, 2), 1)", "r.__setitem__(slice(0, 2), 1)"]
WEIGHTS = [("w", "g"), ("full", "g"), ("w", "g.tostype('default')")]
for _w, _g in WEIGHTS:
    for _more in ("", ", lazy_update=False", ", clip_gradient=1, rescale_grad=2"):
        CALLS.append(f"nd.sparse.sgd_update({_w}, {_g}, out={_w}, lr=0.1, wd=0.1{_more})")
for _w, _states in (("w", ("m", "v")), ("w", ("none", "none2")), ("full", ("none", "none2"))):
    for _more in ("", ", lazy_update=False"):
        CALLS.append(f"nd.sparse.sgd_mom_update({_w}, g, {_states[0]}, out={_w}, lr=0.1, momentum=0.9, wd=0.1{_more})")
        CALLS.append(f"nd.sparse.adam_update({_w}, g, {_states[0]}, {_states[1]}, out={_w}, lr=0.1, wd=0.1{_more})")
    CALLS.append(f"nd.sparse.ftrl_update({_w}, g, {_states[0]}, {_states[1]}, out={_w}, lr=0.1, wd=0.1)")
    CALLS.append(f"nd.sparse.adagrad_update({_w}, g, {_states[0]}, out={_w}, lr=0.1)")
CALLS += ["nd.sparse.adagrad_update(w, g, m, out=w, lr=0.1, wd=0.1)", "nd.sparse.adagrad_update(w, w, m, out=w, lr=0.1)"]


def described(x):
    host = x.asnumpy()
    return [x.stype, host.dtype.name, list(host.shape), [round(float(v), 5) for v in host.ravel()]]


def answers(mx, numpy, call):
    """The result of a call and the arrays that it names, as `described`, or the class of an error."""
    names = {"nd": mx.nd, "X": numpy.array(X, "float32"), "W": numpy.arange(10, dtype="float32").reshape(5, 2) / 10}
    names.update({n: eval(code, names) for n, code in STARTS.items() if n in call})
    try:
        found = [described(eval(call, names))]
        return found + [described(names[n]) for n in ("w", "full", "m", "v", "none", "none2") if "update" in call and n in names]
    except Exception as error:
        return type(error).__name__


def asked(mx, numpy, call):
    """The answer as JSON, of a process of its own, since some calls end it."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(write_end, json.dumps(answers(mx, numpy, call), separators=(",", ":")).encode())
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as f:
        text = f.read()
    os.waitpid(pid, 0)
    return text or '"crash"'


if __name__ == "__main__":
    import mxnet
    import numpy as onp
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "sparse_mx1.json"), "w") as f:
        f.write("{\n" + ",\n".join(json.dumps(c) + ": " + asked(mxnet, onp, c) for c in CALLS) + "\n}\n")
