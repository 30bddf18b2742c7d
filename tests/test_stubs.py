"""The .pyi files: as their generator writes them, valid, and complete."""
from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

from mxshim import stubs


@pytest.fixture(scope="module")
def fresh():
    return {str(path.relative_to(stubs.FOLDER)): text for path, text in stubs.texts().items()}


@pytest.mark.parametrize("file", stubs.MODULES)
def test_committed_as_generated(fresh, file):
    path = Path(stubs.FOLDER, file)
    assert path.exists() and path.read_text(encoding="utf-8") == fresh[file], "run `python -m mxshim.stubs`"


def names_in(body):
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.AnnAssign):
            yield node.target.id
        elif isinstance(node, ast.Assign):
            yield node.targets[0].id
        elif isinstance(node, ast.ImportFrom):
            yield from (a.asname for a in node.names if a.asname == a.name)


@pytest.mark.parametrize("file", stubs.MODULES)
def test_parses_and_has_every_name(fresh, file):
    tree = ast.parse(fresh[file])
    names = list(names_in(tree.body))
    assert len(names) == len(set(names))
    module = stubs.MODULES[file][1]
    left_out = {"ndarray"} if file == "ndarray/__init__.pyi" else set()  # the module nd.ndarray
    assert set(names) == {n for n in dir(module) if not n.startswith("_")} - left_out
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            cls = getattr(module, node.name)
            members = set(names_in(node.body))
            assert {n for n in (vars(cls) if node.bases else dir(cls)) if not n.startswith("_")} <= members
            operators = {n for n, v in vars(cls).items() if n.startswith("__") and inspect.isfunction(v)}
            assert operators - members <= {"__getattr__", "__init__", "__new__", "__reduce__"}


def test_says_what_users_ask(fresh):
    np, nd = fresh["numpy/__init__.pyi"], fresh["ndarray/__init__.pyi"]
    for line in ("def exp(x, out=None) -> ndarray:", "    def shape(self) -> tuple[int, ...]", "def array(",
                 "    def __add__(self, other) -> ndarray:", "    def grad(self) -> ndarray | Any:"):
        assert line in np
    for line in ("def exp(data, out=None, *, name=None) -> NDArray:", "    def asnumpy(self) -> onp.ndarray:"):
        assert line in nd
    assert "def svd(a, out=None) -> tuple[ndarray, ...]:" in fresh["numpy/linalg.pyi"]


def test_check_finds_what_is_out_of_date(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(stubs, "FOLDER", tmp_path)
    monkeypatch.setattr(stubs, "texts", lambda: {tmp_path / "a.pyi": "x: int\n"})
    assert stubs.main(["--check"]) == 1 and not (tmp_path / "a.pyi").exists()
    assert stubs.main([]) == 0 and (tmp_path / "a.pyi").read_text() == "x: int\n"
    assert stubs.main(["--check"]) == 0
    assert "out of date" in capsys.readouterr().out
