"""Tutorials run from the first cell to the last and print, digit for digit, what they document."""
from __future__ import annotations

import os

import pytest

from tests.support.documents import documented, printed

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SEEDS = os.path.join(os.path.dirname(ROOT), "shared", "seeds")

seed = [pytest.mark.seeds, pytest.mark.skipif(not os.path.isdir(SEEDS), reason="no folder ../shared/seeds")]


def check(run_mxshim, path, *options):
    """Run the document; the number of cells whose documented output was compared."""
    ran = run_mxshim(path, *options)
    assert ran.returncode == 0, ran.stderr
    with open(path, encoding="utf-8") as file:
        wanted = documented(file.read())
    got = printed(ran.stdout)
    assert {n: got.get(n) for n in wanted} == wanted
    return len(wanted)


def test_our_tutorial(run_mxshim):
    assert check(run_mxshim, os.path.join(ROOT, "docs", "tutorial.md")) == 9


@pytest.mark.parametrize("name", [
    pytest.param("000-autograd-np.md", marks=seed),
])
def test_seed_prints_what_it_documents(run_mxshim, name):
    assert check(run_mxshim, os.path.join(SEEDS, name), "--order", "count") == 16


# 001 and 002 print no JSON; their digits are those of MXNet 1.9.1, in today's NumPy layout.
PRINTS = {
    "001-autograd-nd.md": """
[[ 4.  8.]
 [12. 16.]]
<NDArray 2x2 @cpu(0)>

[[40.    8.  ]
 [ 1.2   0.16]]
<NDArray 2x2 @cpu(0)>

[  2048. 204800.  20480.]
<NDArray 3 @cpu(0)>
""",
    "002-autograd-slides-cells.md": """
[[0.]
 [1.]
 [2.]
 [3.]]
<NDArray 4x1 @cpu(0)>

[[28.]]
<NDArray 1x1 @cpu(0)>
True

[[ 0.]
 [ 4.]
 [ 8.]
 [12.]]
<NDArray 4x1 @cpu(0)>

[[ 0.]
 [ 4.]
 [ 8.]
 [12.]]
<NDArray 4x1 @cpu(0)>
False
True

[1.]
<NDArray 1 @cpu(0)>

[[1.]
 [1.]
 [1.]
 [1.]]
<NDArray 4x1 @cpu(0)>
""",
    "003-autograd-np-older.md": """array([[1., 2.],
       [3., 4.]])
array([[ 4.,  8.],
       [12., 16.]])
array([ True, False])
""",
}


@pytest.mark.parametrize("name", [pytest.param(name, marks=seed) for name in PRINTS])
def test_seed_prints(run_mxshim, name):
    ran = run_mxshim("--quiet", os.path.join(SEEDS, name))
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == PRINTS[name]
