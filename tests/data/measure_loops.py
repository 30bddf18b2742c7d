"""Records MXNet 1.9.1's loops and branches in graphs: their JSON, their outputs, and the gradients of their arguments.

    python measure_loops.py > loops_mx1.json        # with MXNet 1.9.1
"""
from __future__ import annotations

import json

# Programs that set `net` and `args`, the arguments' values. Names count from 0 in each.
PROGRAMS = {
    "foreach": """
data, s, w = mx.sym.var('data'), mx.sym.var('s'), mx.sym.var('w')
def body(x, state):
    return mx.sym.FullyConnected(x, w, num_hidden=3, no_bias=True, name='fc') + state[0], [x * state[0]]
out, states = mx.sym.contrib.foreach(body, data, [s])
net = mx.sym.Group([out, *states])
args = {'data': [[[0.5, 1, 2], [1, 0, 1]], [[2, 1, 1], [0.5, 3, 1]]], 's': [[1, 2, 1], [1, 1, 3]], 'w': [[1, 2, 1], [0, 1, 1], [2, 1, 0]]}
""",
    "foreach of several": """
a, b, s, t = (mx.sym.var(n) for n in 'abst')
out, states = mx.sym.contrib.foreach(lambda x, st: ([x[0] * st[1] + x[1], x[0]], [st[0] + x[0], st[1] * 2]), [a, b], [s, t])
net = mx.sym.Group([*out, *states])
args = {'a': [[1, 2], [3, 4], [5, 6]], 'b': [[1, 1], [2, 2], [0, 1]], 's': [0, 1], 't': [1, 3]}
""",
    "foreach in foreach": """
a, s = mx.sym.var('a'), mx.sym.var('s')
out, state = mx.sym.contrib.foreach(lambda x, st: mx.sym.contrib.foreach(lambda y, t: (y * t, t + 1), x, st), a, s)
net = mx.sym.Group([out, state])
args = {'a': [[[1, 2], [3, 4]], [[5, 6], [7, 8]]], 's': [1, 1]}
""",
    "foreach with outside results": """
a, b, s = (mx.sym.var(n) for n in 'abs')
c = b * 2
out, state = mx.sym.contrib.foreach(lambda x, st: (x * c + st, st + x), a, s)
net = mx.sym.Group([out * 3, state, c])
args = {'a': [[1, 2], [3, 4]], 'b': [2, 3], 's': [1, 1]}
""",
    "while_loop": """
i, s, f = (mx.sym.var(n) for n in 'isf')
out, states = mx.sym.contrib.while_loop(lambda i, s: i <= 5, lambda i, s: ([i * f, s], [i + 1, s + i * f]), [i, s], max_iterations=5)
net = mx.sym.Group([*out, *states])
args = {'i': [1], 's': [0], 'f': [2]}
""",
    "cond, then": """
a, b = mx.sym.var('a'), mx.sym.var('b')
net = mx.sym.contrib.cond(a < b, lambda: (a * 2 + b) * b, lambda: (a - b) * 3)
args = {'a': [1], 'b': [3]}
""",
    "cond, else": """
a, b = mx.sym.var('a'), mx.sym.var('b')
net = mx.sym.contrib.cond(a < b, lambda: (a * 2 + b) * b, lambda: (a - b) * 3)
args = {'a': [5], 'b': [3]}
""",
    "cond of several": """
a, b = mx.sym.var('a'), mx.sym.var('b')
net = mx.sym.Group(mx.sym.contrib.cond(a * b < 5, lambda: [a, b * 2], lambda: [b, a]))
args = {'a': [1], 'b': [3]}
""",
}


def graph(mx, name):
    """(net, arguments as arrays) of a program."""
    found: dict = {"mx": mx}
    with mx.name.NameManager():
        exec(PROGRAMS[name], found)
    return found["net"], {k: mx.nd.array(v) for k, v in found["args"].items()}


def measured(mx, net, args):
    grads = {k: mx.nd.zeros(v.shape) for k, v in args.items()}
    ex = net.bind(mx.cpu(), args, args_grad=grads)
    outputs = [x.asnumpy().tolist() for x in ex.forward(is_train=True)]
    ex.backward([mx.nd.ones(x.shape) for x in ex.outputs])
    return {"outputs": outputs, "grads": {k: grads[k].asnumpy().tolist() for k in sorted(grads)}}


if __name__ == "__main__":
    import mxnet
    rows = {}
    for each in PROGRAMS:
        symbol, values = graph(mxnet, each)
        rows[each] = {"graph": json.loads(symbol.tojson()), "names": symbol.list_outputs(), **measured(mxnet, symbol, values)}
    print(json.dumps(rows))
