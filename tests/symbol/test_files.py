"""Model files: those of real MXNet (tests/data/models, made by tests/data/measure_models.py), old ones, damaged ones, hostile ones."""
from __future__ import annotations

import json
import os
import tracemalloc
from pathlib import Path

import numpy as onp
import pytest

import mxshim as mx
from mxshim import gluon, np
from mxshim.base import MXNetError
from mxshim.symbol.files import _text

pytestmark = pytest.mark.usefixtures("on_cpu")

MODELS = Path(__file__).parent.parent / "data" / "models"
ANSWERS = {g: json.loads((MODELS / f"answers_{g}.json").read_text()) for g in "12"}
CASES = [(g, name) for g in "12" for name in ANSWERS[g] if name != "module"]


def files(name):
    return str(MODELS / f"{name}-symbol.json"), str(MODELS / f"{name}-0000.params")


@pytest.mark.parametrize("generation, name", CASES)
def test_models_of_mxnet(generation, name, tmp_path):
    answer = ANSWERS[generation][name]
    with mx.util.np_shape(generation == "2"), mx.util.np_array(generation == "2"):
        x = (mx.np.array if generation == "2" else mx.nd.array)(onp.array(answer["input"], "float32"))
        graph, parameters = files(f"{name}_{generation}")
        net = gluon.SymbolBlock.imports(graph, ["data"], parameters)
        first = net(x)
        assert type(first) is type(x)
        onp.testing.assert_allclose(first.asnumpy(), onp.array(answer["output"]), rtol=1e-5, atol=1e-5)
        net.hybridize()
        written = net.export(str(tmp_path / "again"), 3)
        assert written == (str(tmp_path / "again-symbol.json"), str(tmp_path / "again-0003.params"))
        again = gluon.SymbolBlock.imports(written[0], ["data"], written[1])
        assert (again(x).asnumpy() == first.asnumpy()).all()


def test_graphs_come_back_as_they_were():
    for file in MODELS.glob("*-symbol.json"):
        s = mx.sym.load(str(file))
        theirs, ours = json.loads(file.read_text()), json.loads(s.tojson())
        for mine, node in zip(ours["nodes"], theirs["nodes"], strict=True):
            assert (mine["op"], mine["name"], mine.get("attrs", {})) == (node["op"], node["name"], node.get("attrs", {}))
            assert [i[:2] for i in mine["inputs"]] == [i[:2] for i in node["inputs"]]
        assert ours["arg_nodes"] == theirs["arg_nodes"]


MXNET2 = {  # what 2.0.0b1 writes for calls of np, and their results
    "sort": ("sort", {"is_ascend_s": "0", "axis": "-1"}, lambda x: np.sort(x)[:, ::-1]),
    "argsort": ("argsort", {"is_ascend_s": "0", "axis": "-1", "dtype": "int64"}, lambda x: np.argsort(-x)),
    "round": ("_npi_around", {"decimal": "1"}, lambda x: np.round(x, 1)),
    "norm": ("_npi_norm", {"axis": "[1]", "flag": "1", "keepdims": "0", "ord": "2"}, lambda x: np.linalg.norm(x, axis=1)),
    "norm of all": ("_npi_norm", {"axis": "None", "flag": "-2", "keepdims": "0", "ord": "2"}, np.linalg.norm),
    "norm of columns": ("_npi_norm", {"axis": "None", "flag": "-1", "keepdims": "0", "ord": "1"}, lambda x: np.linalg.norm(x, 1)),
    "greatest": ("_npi_norm", {"axis": "[1]", "flag": "-1", "keepdims": "1", "ord": "inf"},
                 lambda x: np.linalg.norm(x, float("inf"), axis=1, keepdims=True)),
    "spectral": ("_npi_norm", {"axis": "[0,1]", "flag": "0", "keepdims": "0", "ord": "2"}, lambda x: np.linalg.norm(x, 2, axis=(0, 1))),
    "nuclear": ("_npi_norm", {"axis": "None", "flag": "2", "keepdims": "0", "ord": "2"}, lambda x: np.linalg.norm(x, "nuc")),
    "average": ("_npi_average", {"axis": "[0,1]", "returned": "0", "weighted": "0"}, np.mean),
    "concatenate": ("Concat", {"dim": "None", "num_args": "1"}, lambda x: x.reshape(-1)),
    "array_split": ("_split_v2", {"axis": "1", "indices": "[]", "sections": "2", "squeeze_axis": "0"}, lambda x: x[:, :2]),
    "tensorsolve": ("_npi_tensorsolve", {"a_axes": "[]"}, lambda x, y: np.linalg.solve(x, y)),
    "lstsq": ("_npi_lstsq", {"finfoEps32": "1.2e-07", "finfoEps64": "2.2e-16", "new_default": "0", "rcond": "-1"},
              lambda x, y: np.linalg.solve(x, y)),
    "ediff1d": ("_npi_ediff1d", {"to_begin_arr_given": "0", "to_begin_scalar": "3", "to_end_arr_given": "1", "to_end_scalar": "None"},
                lambda x, y: np.ediff1d(x, to_begin=3, to_end=y)),
    "bincount": ("_npi_bincount", {"has_weights": "0", "minlength": "9"}, lambda x: np.bincount(x, minlength=9))}


@pytest.mark.parametrize("case", MXNET2)
def test_operators_as_MXNet_2_writes_them(case):
    op, attrs, wanted = MXNET2[case]
    count = wanted.__code__.co_argcount if hasattr(wanted, "__code__") and wanted.__name__ == "<lambda>" else 1
    inputs = [np.array([[2., 1.25, 0.5], [0.33, 3., 1.], [1., 4., 2.]]), np.array([1., 2., 3.])][:count]
    if case == "bincount":
        inputs = [np.array([3, 0, 3], dtype="int32")]
    nodes = [{"op": "null", "name": f"x{i}", "inputs": []} for i in range(count)]
    nodes.append({"op": op, "name": "y", "attrs": attrs, "inputs": [[i, 0, 0] for i in range(count)]})
    s = mx.sym.load_json(json.dumps({"nodes": nodes, "arg_nodes": list(range(count)), "heads": [[count, 0, 0]],
                                     "attrs": {"is_np_shape": ["int", 1]}}))
    got = s.eval(**{f"x{i}": x for i, x in enumerate(inputs)})[0]
    onp.testing.assert_allclose(got.asnumpy(), wanted(*inputs).asnumpy(), rtol=1e-5)


def test_graphs_are_laid_out_as_MXNet_prints_them():
    for file in MODELS.glob("*-symbol.json"):
        text = file.read_text().rstrip("\n")
        assert _text(json.loads(text)) == text, file.name
    c = mx.sym.FullyConnected(mx.sym.var("x"), num_hidden=3, name="fc").tojson()
    assert c.startswith('{\n  "nodes": [\n    {\n      "op": "null", \n      "name": "x", \n      "inputs": []\n    }, \n')
    assert '"attrs": {"num_hidden": "3"}, \n      "inputs": [[0, 0, 0], [1, 0, 0], [2, 0, 0]]\n    }\n  ], \n' in c


def test_module_checkpoint():
    answer = ANSWERS["1"]["module"]
    mod = mx.mod.Module.load(str(MODELS / "module_1"), 0)
    x = onp.array(answer["input"], "float32")[:6]
    mod.bind([("data", x.shape)], for_training=False)
    onp.testing.assert_allclose(mod.predict(x).asnumpy(), onp.array(answer["output"]), rtol=1e-4, atol=1e-5)


# Before MXNet 1.0: attributes under "param" and "attr", lr_mult of inputs at the operator, auxiliary states left out.
OLD = {
    "nodes": [
        {"op": "null", "param": {}, "name": "data", "inputs": [], "backward_source_id": -1},
        {"op": "null", "param": {}, "name": "fc_weight", "inputs": [], "backward_source_id": -1, "attr": {"lr_mult": "3"}},
        {"op": "null", "param": {}, "name": "fc_bias", "inputs": [], "backward_source_id": -1},
        {"op": "FullyConnected", "param": {"no_bias": "False", "num_hidden": "2"}, "name": "fc", "inputs": [[0, 0], [1, 0], [2, 0]],
         "backward_source_id": -1, "attr": {"ctx_group": "dev1", "weight_wd_mult": "0.5"}},
        {"op": "null", "param": {}, "name": "bn_gamma", "inputs": [], "backward_source_id": -1},
        {"op": "null", "param": {}, "name": "bn_beta", "inputs": [], "backward_source_id": -1},
        {"op": "BatchNorm", "param": {"eps": "0.001", "momentum": "0.9"}, "name": "bn", "inputs": [[3, 0], [4, 0], [5, 0]],
         "backward_source_id": -1}],
    "arg_nodes": [0, 1, 2, 4, 5], "heads": [[6, 0]]}


def test_old_files():
    s = mx.sym.load_json(json.dumps(OLD))
    assert s.list_arguments() == ["data", "fc_weight", "fc_bias", "bn_gamma", "bn_beta"]
    assert s.list_auxiliary_states() == ["bn_moving_mean", "bn_moving_var"]
    assert s.attr_dict()["fc_weight"] == {"__lr_mult__": "3", "lr_mult": "3", "__wd_mult__": "0.5", "wd_mult": "0.5"}
    assert s.get_internals()["fc_output"].attr("ctx_group") == "dev1"
    assert s.infer_shape(data=(4, 3))[1] == [(4, 2)]


def changed(**edits):
    """The text of a small graph with some of its parts replaced: node0=..., heads=..."""
    graph = json.loads((MODELS / "mlp_1-symbol.json").read_text())
    for key, value in edits.items():
        if key.startswith("node"):
            graph["nodes"][int(key[4:])] = {**graph["nodes"][int(key[4:])], **value} if isinstance(value, dict) else value
        else:
            graph[key] = value
    return json.dumps(graph)


HOSTILE = {
    "nothing": ("", "no JSON, or was cut off"),
    "another JSON": ("{}", 'no list "nodes"'),
    "a list": ("[1, 2]", 'no list "nodes"'),
    "no heads": (changed(heads=[]), 'no list "heads"'),
    "nodes of numbers": (changed(node0=7), r"nodes\[0\] is no object"),
    "op of the wrong type": (changed(node3={"op": 3}), r'nodes\[3\] needs texts "op" and "name"'),
    "name of the wrong type": (changed(node3={"name": None}), r'nodes\[3\] needs texts'),
    "inputs of the wrong type": (changed(node3={"inputs": "0"}), r'nodes\[3\] needs texts'),
    "an input of texts": (changed(node3={"inputs": [["0", 0, 0]]}), r"an input is \[node, output, version\]"),
    "attributes of numbers": (changed(node3={"attrs": {"num_hidden": 8}}), '"attrs" must be an object of texts'),
    "a reference forwards": (changed(node3={"inputs": [[5, 0, 0]]}), "takes node 5, but only the 3 nodes before"),
    "a cycle": (changed(node3={"inputs": [[3, 0, 0]]}), "takes node 3, but only the 3 nodes before"),
    "a negative reference": (changed(node3={"inputs": [[-1, 0, 0]]}), "takes node -1"),
    "an absurd reference": (changed(heads=[[10**18, 0, 0]]), "takes node 1000000000000000000"),
    "an output that is not there": (changed(heads=[[3, 7, 0]]), "takes output 7"),
    "an unknown operator": (changed(node3={"op": "MyOwnOp"}), "MyOwnOp.*'MyOwnOp' of this graph is not one of MXNet's.*get_internals"),
    "an operator that is lacking": (changed(node3={"op": "_sg_mkldnn_conv"}), "is one that mxshim lacks"),
    "a Custom operator": (changed(node3={"op": "Custom", "attrs": {"op_type": "os.system"}}), "not registered"),
    "graphs inside": (changed(node3={"subgraphs": [{}]}), "holds graphs of its own"),
    "an absurd attribute": (changed(node3={"attrs": {"num_hidden": "__import__('os').getpid()"}}), "'num_hidden' must be an int"),
    "too many inputs": (changed(node3={"inputs": [[0, 0, 0]] * 9}), "takes 3 inputs"),
    "too few inputs": (changed(node3={"inputs": [[0, 0, 0]]}), "needs the inputs data, weight, bias, and has 1"),
    "a variable with inputs": (changed(node1={"inputs": [[0, 0, 0]]}), "a variable has no inputs"),
    "a billion outputs": (changed(node3={"op": "SliceChannel", "attrs": {"num_outputs": "1000000000"}, "inputs": [[0, 0, 0]]}),
                          "1000000000 outputs cannot be"),
    "deep nesting": ("[" * 100_000, "no JSON, or was cut off"),
    "deep attribute": (changed(node3={"attrs": {"num_hidden": "(" * 3000 + "1"}}), "must be an int"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile(case, tmp_path):
    text, why = HOSTILE[case]
    file = tmp_path / "x-symbol.json"
    file.write_text(text)
    tracemalloc.start()
    with pytest.raises(MXNetError, match=f"(?s)cannot be read as a graph of MXNet.*{why}"):
        mx.sym.load(str(file))
    assert tracemalloc.get_traced_memory()[1] < 40 << 20
    tracemalloc.stop()


def test_absurd_shapes_allocate_nothing():
    s = mx.sym.load_json(changed(node1={"attrs": {"__shape__": "(1000000000, 1000000000)"}}))
    with pytest.raises(MXNetError, match="Error in operator .*expected"):
        s.infer_shape(data=(2, 6))
    big = mx.sym.load_json(mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=10**15).tojson())
    tracemalloc.start()
    assert big.infer_shape(data=(2, 6))[0][1] == (10**15, 6)
    assert tracemalloc.get_traced_memory()[1] < 40 << 20
    tracemalloc.stop()


@pytest.mark.parametrize("name", ["mlp_1", "resnet_2", "lstm_1"])
def test_truncated_and_flipped(name, tmp_path):
    """Whatever is cut off or flipped in a file, reading gives a graph or an MXNetError, at once."""
    text = (MODELS / f"{name}-symbol.json").read_bytes()
    state = onp.random.RandomState(1)
    for k in range(120):
        damaged = bytearray(text)
        if k % 2:
            damaged = damaged[:state.randint(len(text))]
        else:
            for _ in range(4):
                damaged[state.randint(len(text))] ^= 1 << state.randint(8)
        file = tmp_path / "damaged.json"
        file.write_bytes(bytes(damaged))
        try:
            s = mx.sym.load(str(file))
            s.list_arguments(), s.tojson()
        except MXNetError:
            pass


def test_files_are_whole_or_untouched(tmp_path, monkeypatch):
    file = tmp_path / "m-symbol.json"
    s = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=3, name="f")
    s.save(str(file))
    before = file.read_text()

    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(MXNetError, match="No space left"):
        (s * 2).save(str(file))
    assert file.read_text() == before and sorted(p.name for p in tmp_path.iterdir()) == ["m-symbol.json"]
    monkeypatch.undo()
    for call, error in ((lambda: mx.sym.load(str(tmp_path / "none.json")), MXNetError), (lambda: mx.sym.load(3), TypeError),
                        (lambda: mx.sym.load_json(3), TypeError), (lambda: s.save(3), TypeError)):
        with pytest.raises(error):
            call()


def test_path_parts_in_names(tmp_path):
    """Names are names, never places."""
    s = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=3, name="../../etc/f")
    ex = s.simple_bind(mx.cpu(), data=(1, 2))
    mx.model.save_checkpoint(str(tmp_path / "m"), 1, s, {k: v for k, v in ex.arg_dict.items() if k != "data"}, {})
    assert sorted(p.name for p in tmp_path.iterdir()) == ["m-0001.params", "m-symbol.json"]
    assert mx.model.load_checkpoint(str(tmp_path / "m"), 1)[1].keys() == {"../../etc/f_weight", "../../etc/f_bias"}


def test_parameters_that_do_not_fit(tmp_path):
    graph, parameters = files("mlp_1")
    with pytest.raises(AssertionError, match="is missing in"):
        gluon.SymbolBlock.imports(graph, ["data"], files("lenet_1")[1])
    cut = tmp_path / "cut.params"
    cut.write_bytes(Path(parameters).read_bytes()[:200])
    with pytest.raises(MXNetError):
        gluon.SymbolBlock.imports(graph, ["data"], str(cut))
    with pytest.raises(ValueError, match="no variable 'dat'"):
        gluon.SymbolBlock.imports(graph, ["dat"])
    net = gluon.SymbolBlock.imports(graph, ["data"])
    with pytest.raises(RuntimeError, match="has not been initialized"):
        net(mx.nd.ones((2, 6)))


def test_amp_casts_are_left_out():
    x = mx.sym.var("x")
    s = mx.sym.relu(mx.sym.amp_cast(x, dtype="float16"))
    assert [n["op"] for n in json.loads(s.tojson())["nodes"]] == ["null", "relu"]
    assert [n["op"] for n in json.loads(s.tojson(remove_amp_cast=False))["nodes"]] == ["null", "amp_cast", "relu"]
