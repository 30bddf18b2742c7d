"""The notebooks run from top to bottom, say what they claim, draw their pictures, and are committed without outputs."""
from __future__ import annotations

import json
import os
import re
import shutil

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = os.path.join(ROOT, "notebooks")
NAMES = sorted(name for name in os.listdir(FOLDER) if name.endswith(".ipynb"))

# notebook -> how many pictures it draws, and texts that its outputs contain
FACTS = {
    "1-arrays.ipynb": (3, [
        "x > 2    in nd: float32  (2, 2)  [[0.0, 0.0], [1.0, 1.0]]",
        "[0.5488135  0.5928446  0.71518934] [2.032888  2.1101775] [1 4 3 9]",  # MXNet 2.0.0b1's digits
        "gpu(99) is not on this machine",
        "np.dot(float32[2, 3], float32[2, 3])",
    ]),
    "2-autograd.ipynb": (3, [
        "[30. 40.]",
        "4 turns: ",
        "[0.03125 0.03125 0.0625  0.125   0.25    0.5    ] 0.8125",
        "25 steps: 25 programs run, 0 of them compiled for it",
        "y = 1.9",
    ]),
    "3-gluon.ipynb": (3, [
        "(4): Dense(400 -> 120, Activation(relu))",
        "epoch 7: accuracy 0.9",
        "lenet.params holds 61706 numbers",
        "call initialize() on its block",
    ]),
    "4-hybridize.ipynb": (1, [
        "calls of forward in ten more calls of the network: 0",
        "programs compiled in 20 steps: 0",
        "[0.25 1.  ] [0.5  0.25] [0.25 1.  ]",
        "It runs as if it were not hybridized",
    ]),
    "5-from-mxnet.ipynb": (2, [
        "Total params: 8474",
        "accuracy on digits it has never seen: 0.9",
        "after:  0.9",
        "letters-symbol.json letters-0000.params",
        "largest difference of an output after loading: 0.0e+00",
        "the file is cut short or damaged",
    ]),
}


def read(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return json.load(file)


def code_cells(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_every_notebook_has_facts():
    assert NAMES == sorted(FACTS)


@pytest.mark.parametrize("name", NAMES)
def test_committed_without_outputs(name):
    notebook = read(name)
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code_cells(notebook))
    first = "".join(code_cells(notebook)[0]["source"])
    assert first.startswith("%load_ext mxshim\n") and "from mxnet import " in first


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Jupyter's own, in this process; the kernel's would stand in the outputs
@pytest.mark.parametrize("name", NAMES)
def test_runs(name, tmp_path, monkeypatch):
    nbclient = pytest.importorskip("nbclient", reason="running notebooks needs the extra mxshim[notebook]")
    for needed in ("ipykernel", "matplotlib"):
        pytest.importorskip(needed, reason="running notebooks needs the extra mxshim[notebook]")
    import nbformat

    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [ROOT, os.environ.get("PYTHONPATH")])))
    monkeypatch.setenv("JAX_PLATFORMS", "cpu")
    notebook = nbformat.read(os.path.join(FOLDER, name), as_version=4)
    shutil.copytree(FOLDER, tmp_path / "notebooks")  # where a notebook's files lie beside it, and what it writes stays
    where = {"metadata": {"path": str(tmp_path / "notebooks")}}
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3", resources=where).execute()

    outputs = [output for cell in code_cells(notebook) for output in cell["outputs"]]
    assert [o for o in outputs if o["output_type"] == "error" or o.get("name") == "stderr"] == []
    text = "".join(o["text"] if o["output_type"] == "stream" else o["data"]["text/plain"] + "\n" for o in outputs)
    pictures, facts = FACTS[name]
    assert sum("image/png" in o.get("data", {}) for o in outputs) == pictures
    assert [fact for fact in facts if fact not in text] == []
    assert not re.search(r"\bnan\b", text)
