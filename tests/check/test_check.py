"""`python -m mxshim check`: which names are found, and what is said of those that are not here."""
from __future__ import annotations

import json
import textwrap

import pytest

from mxshim.check.report import check, main


@pytest.fixture
def found(tmp_path):
    """Check one file of this text; gives what was found."""

    def found(text, name="a.py"):
        path = tmp_path / name
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return check([str(path)])

    return found


def names(uses):
    return {use.answer.name for use in uses}


# (program, the names of MXNet in it)
USES = {
    "aliases": ("import mxnet as mx\nfrom mxnet import nd as F, gluon\nfrom mxnet.gluon import nn\nimport mxnet.ndarray as A\n"
                "F.exp(A.zeros(2)); nn.Dense(2); mx.cpu(); gluon.loss.L2Loss()",
                {"nd.exp", "nd.zeros", "mx.gluon.nn.Dense", "mx.cpu", "mx.gluon.loss.L2Loss"}),
    "assigned modules": ("import mxnet as mx\nlib = mx.np\nlib.random.uniform(0, 1)\nmake = lib.ones\nmake(3).asnumpy()",
                         {"np.random.uniform", "np.ones", "np.ndarray.asnumpy"}),
    "arithmetic": ("from mxnet import nd\nx = nd.ones(2)\n((1 + x * 2)[0] > 1).asscalar()\n(-x).T\nx.shape.count(2)",
                   {"nd.ones", "nd.NDArray.asscalar", "nd.NDArray.T", "nd.NDArray.shape"}),
    "functions": ("from mxnet import nd\ndef f(a, k=1):\n    return a.norm() * k\ny = f(nd.ones(2))\ny.backward()",
                  {"nd.ones", "nd.NDArray.norm", "nd.NDArray.backward"}),
    "recursion": ("from mxnet import nd\ndef f(a):\n    return f(a.abs()) if a else a\nf(nd.ones(2)).sum()",
                  {"nd.ones", "nd.NDArray.abs", "nd.NDArray.sum"}),
    "loops": ("from mxnet import np, gluon\nd = gluon.data.DataLoader(gluon.data.ArrayDataset(np.ones((4, 2)), np.ones(4)), 2)\n"
              "for i, (x, y) in enumerate(d):\n    x.mean(); y.item()",
              {"np.ones", "mx.gluon.data.DataLoader", "mx.gluon.data.ArrayDataset", "np.ndarray.mean", "np.ndarray.item"}),
    "layers": ("from mxnet import nd\nfrom mxnet.gluon import nn\nclass Net(nn.HybridBlock):\n    def __init__(self):\n"
               "        super().__init__()\n        self.out = nn.Dense(2)\n    def hybrid_forward(self, F, x):\n"
               "        return F.relu(self.out(x)).sum()\n"
               "net = Net()\nnet.initialize()\nnet.out.weight.set_data(0)\nnet(nd.ones(2)).backward()",
               {"nd.ones", "mx.gluon.nn.Dense", "nd.relu", "nd.NDArray.sum", "mx.gluon.nn.Dense.weight", "mx.gluon.Block.initialize",
                "mx.gluon.Parameter.set_data", "nd.NDArray.backward", "mx.gluon.HybridBlock", "mx.gluon.HybridBlock.hybrid_forward"}),
    "the book's package": ("from d2l import mxnet as d2l\nx = d2l.np.ones(3)\nx.attach_grad()\nd2l.plt.plot(x)",
                           {"np.ones", "np.ndarray.attach_grad"}),
    "untyped": ("import mxnet\ndef f(batch):\n    return batch['x'].asnumpy(), batch['x'].reshape(-1)", {"nd.NDArray.asnumpy"}),
    "F.np": ("class A(mxnet.gluon.HybridBlock):\n    def hybrid_forward(self, F, x):\n        return F.np.exp(F.npx.relu(x))",
             {"np.exp", "npx.relu"}),
    "getattr": ("import mxnet as mx\ngetattr(mx.nd, 'exp')(1)", {"nd.exp"}),
}


@pytest.mark.parametrize("case", USES)
def test_uses(found, case):
    text, wanted = USES[case]
    result = found(text)
    assert names(result.uses) == wanted
    assert not result.missing and not result.faults


# (program, [(line, name, part of what is said)])
MISSING = {
    "imports": ("import mxnet.rtc\nfrom mxnet import tvmop, np\nfrom mxnet.library import load",
                [(1, "mx.rtc", "pallas"), (2, "mx.tvmop", "TVM"), (3, "mx.library.load", "operators in Python")]),
    "modules in modules": ("import mxnet as mx\nmx.rtc.CudaModule('')", [(2, "mx.rtc.CudaModule", "pallas")]),
    "operators": ("from mxnet import npx, nd\nnpx.quantized_pooling(1)\nf = nd.contrib.dgl_subgraph",
                  [(2, "npx.quantized_pooling", "int8"), (3, "nd.contrib.dgl_subgraph", "CSR")]),
    "F is nd": ("from mxnet.gluon import nn\nclass A(nn.HybridBlock):\n    def hybrid_forward(self, F, x):\n"
                "        return F.contrib.dgl_subgraph(x)", [(4, "nd.contrib.dgl_subgraph", "CSR")]),
    "misspelled": ("from mxnet import gluon, np\ngluon.nn.Densee(2)\nnp.zerros(3)\nimport mxnet.gloun",
                   [(2, "mx.gluon.nn.Densee", ("Dense",)), (3, "np.zerros", ("zeros",)), (4, "mx.gloun", ("gluon",))]),
    "of arrays": ("from mxnet import np, nd\nx = np.ones(3)\nx.asscalar()\nnd.ones(2).unsqueeze(0)",
                  [(3, "np.ndarray.asscalar", "x.item()"), (4, "nd.NDArray.unsqueeze", "expand_dims")]),
    "of a trainer": ("from mxnet import gluon\nt = gluon.Trainer({}, 'sgd')\nt.set_learning_rates(1)",
                     [(3, "mx.gluon.Trainer.set_learning_rates", ("set_learning_rate",))]),
    "in many lines": ("from mxnet import np\ny = (np\n     .ones(3)\n     .asscalar())", [(4, "np.ndarray.asscalar", "item")]),
    "in a file of MXNet's": ("from mxnet.kvstore.base import KVStoreHandle",
                           [(1, "mx.kvstore.base.KVStoreHandle", "one of MXNet's internals")]),
    "in a file we have": ("from mxnet.gluon.nn.conv_layers import MaxPool2D", []),
}


@pytest.mark.parametrize("case", MISSING)
def test_missing(found, case):
    text, wanted = MISSING[case]
    result = found(text)
    assert [(use.line, use.answer.name) for use in result.missing] == [(line, name) for line, name, _ in wanted]
    for use, (_, _, says) in zip(result.missing, wanted, strict=True):
        if isinstance(says, tuple):
            assert use.answer.status == "unknown" and set(says) <= set(use.answer.near)
        else:
            assert says in use.answer.reason


QUIET = {
    "NumPy": "import numpy as np\nimport mxnet\nnp.nonsense(np.ones(3).nonsense)",
    "another package's array": "from mxnet import nd\nx = nd.ones(2).asnumpy()\nx.nonsense\nx.shape.nonsense",
    "one of two": "from mxnet import nd\ndef f(c, other):\n    x = nd.ones(2) if c else {}\n    x.setdefault(1)",
    "in another branch": "from mxnet import nd\nx = nd.ones(2)\nif isinstance(x, int):\n    x.bit_length()",
    "guarded import": "try:\n    import mxnet.rtc as rtc\nexcept ImportError:\n    rtc = None",
    "guarded by hasattr": "import mxnet as mx\nif hasattr(mx, 'rtc'):\n    mx.rtc.CudaModule\ngetattr(mx, 'nothing', None)",
    "one's own methods": "from mxnet.gluon import nn\nclass A(nn.Block):\n    def go(self):\n        return self.way\n"
                         "A().go().more\nA().other",
    "own attributes": "from mxnet import nd\nx = nd.ones(2)\nx.mine = 3",
    "rebound": "from mxnet import np\nnp.ones(2)\nimport numpy as np\nnp.nonsense",
    "a parameter F": "def f(x, F):\n    return F.nonsense(x)",
    "another F": "from torch.nn import functional as F\nF.nonsense",
}


@pytest.mark.parametrize("case", QUIET)
def test_no_false_alarm(found, case):
    assert names(found(QUIET[case]).missing) == set()


def test_modules_of_the_program(tmp_path):
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "__init__.py").write_text("from .small import *\n")
    (tmp_path / "nets" / "small.py").write_text("from mxnet.gluon import nn\nfrom .. import train\nclass Net(nn.Block):\n    pass\n")
    (tmp_path / "train.py").write_text("import nets\nfrom nets import small\nn = nets.Net()\nn.hybridize()\nsmall.nn.Nothing\n")
    result = check([str(tmp_path)])
    assert [(use.place.file, use.answer.name) for use in result.missing] == [(str(tmp_path / "train.py"), "mx.gluon.nn.Nothing")]
    assert "mx.gluon.Block.hybridize" in names(result.uses)
    alone = check([str(tmp_path / "train.py")])  # what it imports is read, not reported
    assert {use.place.file for use in alone.uses} == {str(tmp_path / "train.py")} and len(alone.missing) == 1


NOTEBOOK = {"cells": [{"cell_type": "markdown", "source": "# x"},
                      {"cell_type": "code", "source": ["%matplotlib inline\n", "from mxnet import np\n", "!ls\n"]},
                      {"cell_type": "code", "source": "%%bash\nnp.nothing"},
                      {"cell_type": "code", "source": "x = np.ones(3)\ny = (x +"},
                      {"cell_type": "code", "source": "\nnp.onse(x?"},
                      {"cell_type": "code", "source": "x = np.ones(3)\n%time x.asscalar()"}]}


def test_notebook(tmp_path, capsys):
    file = tmp_path / "a.ipynb"
    file.write_text(json.dumps(NOTEBOOK))
    assert main([str(file)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        str(file), "  cell 3, line 2: syntax error: '(' was never closed", "  cell 4, line 2: syntax error: invalid syntax",
        "  cell 5, line 2: np.ndarray.asscalar: not a public name of any version of MXNet; use x.item()",
        "1 file, 1 names of MXNet: 1 not here; 2 parts could not be read"]


def test_json_and_markdown(tmp_path, capsys):
    file = tmp_path / "a.md"
    file.write_text("# Text\n\n```python\nfrom mxnet import np\n```\n\n```python\n\nnp.ones(3)\nnp.zerros(3)\n```\n```js\nnp.x\n```\n")
    assert main(["--json", str(file)]) == 1
    result = json.loads(capsys.readouterr().out)
    assert result["files"] == [str(file)] and result["faults"] == []
    assert [(use["name"], use["status"], use["line"], use["cell"]) for use in result["uses"]] == [
        ("np.ones", "here", 9, None), ("np.zerros", "unknown", 10, None)]
    assert result["missing"][0]["near"][0] == "zeros"


@pytest.mark.parametrize("name", ["no.py", "a.txt"])
def test_paths_that_make_no_sense(tmp_path, name, capsys):
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(SystemExit) as stop:
        main([str(tmp_path / name)])
    assert stop.value.code == 2 and name in capsys.readouterr().err


def test_command(run_mxshim, tmp_path):
    (tmp_path / "good.py").write_text("from mxnet import np\nprint(np.ones(2))\n")
    (tmp_path / "notes.md").write_text("no code\n")
    (tmp_path / "latin.py").write_bytes(b"x = '\xe9'\n")
    done = run_mxshim("check", "good.py")
    assert (done.returncode, done.stdout) == (0, "1 file, 1 names of MXNet: all are here\n"), done.stderr
    done = run_mxshim("check", tmp_path)
    assert done.returncode == 1 and "latin.py" in done.stdout
