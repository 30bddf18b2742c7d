"""Records what MXNet 1.9.1 prints of some symbols: tables of mx.viz.print_summary, DOT text of mx.viz.plot_network.

    python measure_visualization.py > visualization.json        # with MXNet 1.9.1 and its graphviz
"""
from __future__ import annotations

import contextlib
import io
import json

PROGRAMS = {
    "lenet": """
data = mx.sym.var('data')
c = mx.sym.Convolution(data, kernel=(5, 5), num_filter=20, name='conv1')
c = mx.sym.BatchNorm(c, name='bn1')
a = mx.sym.Activation(c, act_type='tanh', name='act1')
p = mx.sym.Pooling(a, pool_type='max', kernel=(2, 2), stride=(2, 2), name='pool1')
f = mx.sym.Flatten(mx.sym.LeakyReLU(p, act_type='leaky', name='lr'), name='flat')
one = mx.sym.FullyConnected(f, num_hidden=10, name='fc1')
two = mx.sym.FullyConnected(f, num_hidden=6, no_bias=True, name='fc2')
net = mx.sym.SoftmaxOutput(mx.sym.concat(one, two, name='cat'), name='softmax')
""",
    "groups": """
data = mx.sym.var('data')
c = mx.sym.Convolution(data, kernel=(3, 3), stride=(2, 2), pad=(1, 1), num_filter=8, num_group=4, no_bias=True, name='c')
net = mx.sym.Pooling(c, global_pool=True, pool_type='avg', kernel=(1, 1), name='p')
""",
    "embedding": """
e = mx.sym.Embedding(mx.sym.var('data'), input_dim=100, output_dim=16, name='emb')
s = mx.sym.SliceChannel(e, num_outputs=2, axis=1, name='sl')
net = mx.sym.elemwise_add(s[0], s[1], name='plus')
""",
}
SHAPES = {"lenet": {"data": (1, 1, 28, 28)}, "groups": {"data": (2, 4, 16, 16)}, "embedding": {"data": (4, 10)}}
# program, keyword arguments of print_summary; and of plot_network
TABLES = [*((name, {"shape": shape}) for name, shape in SHAPES.items()), ("lenet", {}),
          ("lenet", {"shape": SHAPES["lenet"], "line_length": 80, "positions": [30, 50, 60, 80]})]
PLOTS = [*((name, {"shape": shape}) for name, shape in SHAPES.items()), ("groups", {}),
         ("lenet", {"hide_weights": False, "title": "t", "node_attrs": {"shape": "oval", "fixedsize": "false"}}),
         ("lenet", {"shape": SHAPES["lenet"], "dtype": {"data": "float32"}})]


def make(mx, name):
    space = {"mx": mx}
    exec(PROGRAMS[name], space)
    return space["net"]


def printed(mx, name, options):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        mx.viz.print_summary(make(mx, name), **options)
    return out.getvalue()


if __name__ == "__main__":
    import mxnet
    print(json.dumps({"tables": [printed(mxnet, *case) for case in TABLES],
                      "plots": [mxnet.viz.plot_network(make(mxnet, name), **options).source for name, options in PLOTS]}, indent=1))
