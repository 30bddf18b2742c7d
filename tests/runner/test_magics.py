"""What only IPython understands is taken out of cells, and nothing else."""
from __future__ import annotations

import pytest

from mxshim.runner.magics import plain_python


@pytest.mark.parametrize("source, plain, notes", [
    ("%matplotlib inline\nx = 1", "pass\nx = 1", [(1, "skipped %matplotlib inline")]),
    ("x = 1\n!ls \"it's", "x = 1\npass", [(2, "skipped !ls \"it's")]),
    ("if x:\n    !pip install a\ny", "if x:\n    pass\ny", [(2, "skipped !pip install a")]),
    ("!pip install \\\n  a\nx", "pass\n\nx", [(1, "skipped !pip install \\")]),
    ("files = !ls\nx", "pass\nx", [(1, "skipped files = !ls")]),
    ("f?\nnp.dot??", "pass\npass", [(1, "skipped f?"), (2, "skipped np.dot??")]),
    ("%time y = f(x)", "y = f(x)", [(1, "ran without %time")]),
    ("for i in x:\n    %time f(i)", "for i in x:\n    f(i)", [(2, "ran without %time")]),
    ("%%time\ny = f(x)", "\ny = f(x)", [(1, "ran the cell without %%time")]),
    ("\n%%capture out\ny", "\n\ny", [(2, "ran the cell without %%capture out")]),
    ("#@tab mxnet\nx", "\nx", []),
    ("#@tab all\n%%time\nx", "\n\nx", [(2, "ran the cell without %%time")]),
])
def test_taken_out(source, plain, notes):
    assert plain_python(source) == (plain, notes)


@pytest.mark.parametrize("source, note", [
    ("%%bash\nls", "skipped the cell: %%bash"),
    ("%%html\n<b>", "skipped the cell: %%html"),
    ("#@tab pytorch, tensorflow\nimport torch", "skipped a cell for pytorch, tensorflow"),
    ("%%tab pytorch\nimport torch", "skipped a cell for pytorch"),
])
def test_whole_cells(source, note):
    assert plain_python(source) == (None, [(1, note)])


@pytest.mark.parametrize("source", [
    "x = (1\n%2)",
    "s = '''\n%matplotlib inline\n!ls\n'''",
    "x != y",
    "# %time f()",
    "",
    "\n\n",
    "x = = 2",  # a mistake stays for the compiler to report
    "await f()",
])
def test_left_alone(source):
    assert plain_python(source) == (source, [])


def test_string_that_looks_like_a_magic_beside_a_true_one():
    source = "%matplotlib inline\ns = '''\n%d\n'''"
    assert plain_python(source) == ("pass\ns = '''\n%d\n'''", [(1, "skipped %matplotlib inline")])
