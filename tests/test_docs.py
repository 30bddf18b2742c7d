"""What the documents say about the code: links lead somewhere, the examples do what the text around them says."""
from __future__ import annotations

import re
from pathlib import Path

import numpy as onp
import pytest

import mxshim as mx
from mxshim import engine, np
from mxshim.array.convert import class_of
from mxshim.engine.call import call
from mxshim.engine.op import _PLACES, NAMES
from mxshim.ops.nn import activation

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "mxshim/engine/README.md", *sorted((ROOT / "docs").glob("*.md"))]


def code(path):
    """The Python blocks of a document."""
    return re.findall(r"```python\n(.*?)```", (ROOT / path).read_text(encoding="utf-8"), re.S)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name if p.parent.name != "engine" else "engine/README.md")
def test_links(path):
    for link in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / link).exists(), link


def test_paths_named_in_the_documents_exist():
    for path in DOCUMENTS:
        for name in re.findall(r"`((?:mxshim|tests|docs)/[\w/.]+)`", path.read_text(encoding="utf-8")):
            assert (ROOT / name).exists(), f"{path.name} names {name}"


def test_engine_readme(capsys):
    (step,) = code("mxshim/engine/README.md")
    names = {"np": np}
    exec("from mxshim import autograd\n" + step, names)
    assert capsys.readouterr().out == "[0.39999998 0.79999995]\n"
    head, *operations = engine.explain().splitlines()
    assert head.startswith("program of 6 operations, 3 results")
    table = re.findall(r"^\| \d \| (?:recorded )?([\w. ]+?) \|", (ROOT / "mxshim/engine/README.md").read_text(), re.M)
    assert len(table) == len(operations) and all(o.split("/")[0].strip().startswith(name) for name, o in zip(table, operations))


def test_add_an_op():
    row, declaration, test = code("docs/add-an-op.md")
    assert row in (ROOT / "mxshim/ops/elementwise.py").read_text(encoding="utf-8")
    before = set(NAMES)
    try:
        exec("from mxshim.engine.op import Scalar\n" + declaration, {**vars(activation)})
        declared = NAMES["npx.softshrink"]
        assert NAMES.keys() - before == {"npx.softshrink", "nd.softshrink", "nd.NDArray.softshrink"}

        class npx:
            @staticmethod
            def softshrink(x, **kwargs):
                return call(declared, class_of("np"), (x,), kwargs)

        names = {"np": np, "npx": npx, "pytest": pytest, "mx": mx}
        exec(test + "\ntest_softshrink()", names)
        (data,), numbers = declared.samples["args"][0]
        want = onp.sign(data) * onp.maximum(abs(data) - numbers["lambd"], 0)
        onp.testing.assert_allclose(npx.softshrink(np.array(data), **numbers).asnumpy(), want, atol=1e-6)
    finally:
        for name in NAMES.keys() - before:
            del NAMES[name], _PLACES[name]
