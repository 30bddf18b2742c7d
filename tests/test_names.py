"""What is here of MXNet's names: the count, the reasons for what is absent, docs/names.md."""
from __future__ import annotations

import json

import pytest

from mxshim import absent, coverage, names

TABLE = coverage.read()
SORTED = coverage.sort(TABLE)
COMPLETE = ("np.random", "np.linalg", "np.ndarray", "nd.linalg", "mx.autograd", "mx.base", "mx.context", "mx.device",
            "mx.engine")


def kinds(kind):
    return [key for key, found in SORTED.items() if found.kind == kind]


def test_page_is_as_generated():
    assert names.FILE.read_text(encoding="utf-8") == names.text(), "run `python -m mxshim.names`"


def test_page_has_every_name():
    shown = names.text()
    for key in kinds("present") + kinds("absent") + kinds("missing"):
        assert key.rpartition(".")[2] in shown


def test_nothing_is_missing():
    assert kinds("missing") == [], "build it, or say in absent.py why it is not here"


@pytest.mark.parametrize("space", COMPLETE)
def test_hardly_anything_is_absent_in(space):
    row = coverage.table(SORTED, TABLE)[space]
    assert len(row["absent"]) <= 0.02 * len(row["present"])


@pytest.mark.parametrize("key", ["npx.quantized_pooling", "nd.contrib.dgl_subgraph", "mx.onnx"])
def test_absent_names_say_why(key):
    space, _, short = key.rpartition(".")
    with pytest.raises(AttributeError) as error:
        getattr(coverage.resolve(space), short)
    assert absent.ABSENT[key] in str(error.value) and SORTED[key].kind == "absent"


def test_absent_names_are_mxnets_and_not_here():
    spaces = {name.space for name in TABLE.values()}
    for key in absent.ABSENT:
        owner = key.removesuffix(".*")
        assert owner in TABLE or owner in spaces, f"{key}: MXNet has no such name"
    here = [key for key in absent.ABSENT if SORTED.get(key, ("",))[0] == "present"]
    assert not here, "they are here: take them out of absent.py"


@pytest.mark.parametrize("key, rule", [
    ("mx.autograd.check_call", "an import"), ("mx.recordio.c_str", "an import"), ("mx.random.Context", "an import"),
    ("mx.autograd.Symbol", "an import"), ("mx.gluon.loss.npx", "an import"),
    ("nd.gen_op", "a file"), ("nd.gen_sparse", "a file"),
    ("mx.dlpack.DLTensor", "a ctypes structure"), ("mx.base.build_param_doc", "not exported"),
    ("nd.get_indexing_dispatch_code", "machinery"),
])
def test_internal(key, rule):
    assert SORTED[key] == ("internal", rule)


@pytest.mark.parametrize("key", ["mx.optimizer.AdamW", "nd.contrib.adamw_update", "mx.gluon.nn.Block", "mx.init.Xavier", "mx.image.imread",
                                 "mx.initializer.Xavier", "mx.Context", "mx.context.Context", "npx.set_np", "npx.Device", "nd.sparse.zeros",
                                 "mx.gluon.utils.download", "mx.util.use_np", "np.linalg", "mx.gluon.nn", "nd.NDArray.exp", "np.pi"])
def test_public(key):
    assert SORTED[key].kind in ("present", "missing")


def test_a_missing_class_stands_for_its_members(monkeypatch):
    table = {name.name: name for name in (coverage.Name("mx.gluon.Nonsense", "2", "class", "", ""),
                                          coverage.Name("mx.gluon.Nonsense.run", "2", "method", "", "(self)"),
                                          coverage.Name("np.nonsense", "1", "function", "", "(x)"))}
    assert coverage.sort(table) == {"mx.gluon.Nonsense": ("missing", absent.reason("mx.gluon.Nonsense")[0]), "np.nonsense": ("missing", "")}


def test_command(run_mxshim, tmp_path):
    shown = run_mxshim("coverage", "np.linalg", "mx.contrib")
    assert shown.returncode == 0 and "np.linalg " in shown.stdout and "nd.linalg" not in shown.stdout
    assert "absent in mx.contrib: " in shown.stdout
    found = json.loads(run_mxshim("coverage", "--json").stdout)
    assert found["np.exp"] == ["present", ""] and found["npx.quantized_pooling"][0] == "absent"
    assert found["nd.get_indexing_dispatch_code"] == ["internal", "machinery"]
    bad = run_mxshim("coverage", "--signatures", tmp_path / "none.tsv")
    assert bad.returncode == 2 and "none.tsv" in bad.stderr


def test_reading_what_introspection_writes(tmp_path):
    file = tmp_path / "signatures.json"
    file.write_text(json.dumps({"_about": {}, "mxnet 2.0.0b1": {
        "mxnet.numpy": {"exp": ["function", "(x)"], "pi": ["constant", "3.14"], "io": ["module", None, "mxnet.numpy.io"]},
        "mxnet.gluon": {"A": ["class", "()", ["object"], {"run": ["method", "(self)"], "_own": ["method", "()"]}],
                        "B": ["class", "(n)", ["A"], {"run": ["method", "(self)"], "more": ["method", "(self, k)"]}],
                        "C": ["class", "()", [], {"same_as": "mxnet.gluon.A"}, "not in __all__"]},
    }, "mxnet 1.9.1": {"mxnet.sym (names only)": ["exp"], "mxnet.nd": {"exp": ["function", "(data)"]},
                       "mxnet.gluon": {"B": ["class", "()", ["A"], {}]}}}))
    assert list(coverage.read(file).values()) == [
        ("mx.gluon.A", "2", "class", "", "()"), ("mx.gluon.A.run", "2", "method", "", "(self)"), ("mx.gluon.B", "12", "class", "", "(n)"),
        ("mx.gluon.B.more", "2", "method", "", "(self, k)"), ("mx.gluon.C", "2", "class", "mx.gluon.A", "()"),
        ("mx.sym.exp", "1", "function", "", ""), ("nd.exp", "1", "function", "", "(data)"), ("np.exp", "2", "function", "", "(x)"),
        ("np.io", "2", "module", "np.io", ""), ("np.pi", "2", "constant", "", "")]
    coverage.write(coverage.read(file), tmp_path / "table.tsv")
    assert coverage.read(tmp_path / "table.tsv") == coverage.read(file)
