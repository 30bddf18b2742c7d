"""mx.rnn: cells of graphs. Names and shapes are MXNet 1.9.1's."""
from __future__ import annotations

import json

import numpy as onp
import pytest

import mxshim as mx
from mxshim import nd

pytestmark = pytest.mark.usefixtures("on_cpu")


@pytest.fixture(autouse=True)
def _fresh_names():
    with mx.name.NameManager():
        yield


def graph(cell, merge, steps=2):
    outputs, states = cell.unroll(steps, mx.sym.Variable("data"), layout="NTC", merge_outputs=merge)
    outputs = mx.sym.Group(outputs) if isinstance(outputs, list) else outputs
    return outputs, states


def operators(s):
    return [n["name"] for n in json.loads(s.tojson())["nodes"] if n["op"] != "null"]


STEP = {"rnn_": ["i2h", "h2h", "out"], "lstm_": ["i2h", "h2h", "slice", "i", "f", "c", "o", "state", "out"],
        "gru_": ["_i2h", "_h2h", "_i2h_slice", "_h2h_slice", "_r_act", "_z_act", "_h_act", "out"]}


@pytest.mark.parametrize("prefix, cell", [("rnn_", mx.rnn.RNNCell), ("lstm_", mx.rnn.LSTMCell), ("gru_", mx.rnn.GRUCell)])
def test_cells(prefix, cell):
    s, states = graph(cell(4), False)
    names = operators(s)
    for t in range(2):
        assert sorted(f"{prefix}t{t}_{n}" for n in STEP[prefix]) == sorted(n for n in names if n.startswith(f"{prefix}t{t}_"))
    assert f"{prefix}begin_state_0" in names and len(states) == (2 if prefix == "lstm_" else 1)
    gates = {"rnn_": 1, "lstm_": 4, "gru_": 3}[prefix]
    arguments, outputs, _ = s.infer_shape(data=(3, 2, 5))
    shapes = dict(zip(s.list_arguments(), arguments, strict=True))
    assert shapes == {"data": (3, 2, 5), f"{prefix}i2h_weight": (4 * gates, 5), f"{prefix}i2h_bias": (4 * gates,),
                      f"{prefix}h2h_weight": (4 * gates, 4), f"{prefix}h2h_bias": (4 * gates,)}
    assert outputs == [(3, 4), (3, 4)] and graph(cell(4), True)[0].infer_shape(data=(3, 2, 5))[1] == [(3, 2, 4)]


@pytest.mark.parametrize("mode", ["rnn_tanh", "lstm", "gru"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_fused_and_ordinary_cells_agree(mode, bidirectional):
    fused = mx.rnn.FusedRNNCell(4, num_layers=2, mode=mode, bidirectional=bidirectional, prefix="f_")
    s, _ = graph(fused, True)
    x = onp.random.RandomState(0).uniform(size=(3, 2, 5)).astype("float32")
    ex = s.simple_bind(mx.cpu(), data=x.shape)
    ex.arg_dict["f_parameters"][:] = nd.array(onp.random.RandomState(1).uniform(-0.5, 0.5, ex.arg_dict["f_parameters"].shape))
    want = ex.forward(data=nd.array(x))[0].asnumpy()
    parameters = fused.unpack_weights({"f_parameters": ex.arg_dict["f_parameters"]})
    assert fused._num_gates == {"lstm": 4, "gru": 3}.get(mode, 1)  # with which programs count parameters
    cells = fused.unfuse()
    t, _ = graph(cells, True)
    got = t.eval(data=nd.array(x), **cells.pack_weights(parameters))[0].asnumpy()
    onp.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-6)
    assert (fused.pack_weights(parameters)["f_parameters"].asnumpy() == ex.arg_dict["f_parameters"].asnumpy()).all()


def test_composed_cells():
    stack = mx.rnn.SequentialRNNCell()
    stack.add(mx.rnn.LSTMCell(4, prefix="a_"))
    stack.add(mx.rnn.DropoutCell(0.3))
    stack.add(mx.rnn.ResidualCell(mx.rnn.GRUCell(4, prefix="b_")))
    stack.add(mx.rnn.ZoneoutCell(mx.rnn.RNNCell(4, prefix="c_"), 0.1, 0.2))
    s, states = graph(stack, True)
    assert len(states) == 4 and s.infer_shape(data=(3, 2, 4))[1] == [(3, 2, 4)]
    assert {"b_t0_out_plus_residual", "where0", "dropout0"} <= set(operators(s))
    ex = s.simple_bind(mx.cpu(), data=(3, 2, 4))
    assert ex.forward(is_train=True)[0].shape == (3, 2, 4)
    both = mx.rnn.BidirectionalCell(mx.rnn.LSTMCell(4, prefix="l_"), mx.rnn.LSTMCell(4, prefix="r_"))
    s, states = graph(both, False)
    assert [[s.name for s in one] for one in states] == [["l_t1_out", "l_t1_state"], ["r_t1_out", "r_t1_state"]]
    assert s.list_outputs() == ["bi_t0_output", "bi_t1_output"] and s.infer_shape(data=(3, 2, 5))[1] == [(3, 8)] * 2
    for call, error in ((lambda: both(None, None), NotImplementedError), (lambda: mx.rnn.ZoneoutCell(both), AssertionError),
                        (lambda: mx.rnn.FusedRNNCell(3)(None, None), NotImplementedError)):
        with pytest.raises(error):
            call()


@pytest.mark.parametrize("cell, gates, states", [(mx.rnn.ConvRNNCell, 1, 1), (mx.rnn.ConvLSTMCell, 4, 2), (mx.rnn.ConvGRUCell, 3, 1)])
def test_convolutional_cells(cell, gates, states):
    """As the ordinary cells where a picture is one pixel."""
    x = onp.random.RandomState(0).uniform(-1, 1, (2, 3, 4)).astype("float32")
    ordinary = {1: mx.rnn.RNNCell, 3: mx.rnn.GRUCell, 4: mx.rnn.LSTMCell}[gates](5, prefix="q_")
    c = cell((1, 4, 1, 1), 5, prefix="q_", activation="tanh")
    assert len(c.state_info) == states and c.state_info[0] == {"shape": (0, 5, 1, 1), "__layout__": "NCHW"}
    steps = [mx.sym.var(f"x{t}") for t in range(3)]
    outputs, _ = c.unroll(3, steps)
    s = mx.sym.Group(outputs)
    assert s.list_outputs() == [f"q_t{t}_out_output" for t in range(3)]
    shapes = {f"x{t}": (2, 4, 1, 1) for t in range(3)}
    found = dict(zip(s.list_arguments(), s.infer_shape(**shapes)[0], strict=True))
    assert found["q_i2h_weight"] == (5 * gates, 4, 3, 3) and found["q_h2h_weight"] == (5 * gates, 5, 3, 3)
    state = onp.random.RandomState(1)
    args = {n: state.uniform(-0.5, 0.5, shape).astype("float32") for n, shape in found.items() if n[0] == "q"}
    pictures = {f"x{t}": nd.array(x[:, t, :, None, None]) for t in range(3)}
    got = s.eval(**pictures, **{n: nd.array(v) for n, v in args.items()})
    plain, _ = ordinary.unroll(3, steps)
    want = mx.sym.Group(plain).eval(**{f"x{t}": nd.array(x[:, t]) for t in range(3)},
                                    **{n: nd.array(v[:, :, 1, 1] if v.ndim == 4 else v) for n, v in args.items()})
    for g, w in zip(got, want, strict=True):
        onp.testing.assert_allclose(g.asnumpy()[:, :, 0, 0], w.asnumpy(), rtol=1e-4, atol=1e-6)
    with pytest.raises(AssertionError, match="must be odd"):
        cell((1, 4, 2, 2), 5, h2h_kernel=(2, 2))


def test_initial_weights():
    """The forget gates' biases start from forget_bias, in fused and in ordinary cells."""
    for cell in (mx.rnn.FusedRNNCell(4, mode="lstm", prefix="f_", forget_bias=2.0), mx.rnn.LSTMCell(4, prefix="f_", forget_bias=2.0)):
        mod = mx.mod.Module(graph(cell, True)[0], label_names=None)
        mod.bind([("data", (2, 2, 5))], for_training=False)
        mod.init_params(mx.init.Xavier())
        found = cell.unpack_weights(mod.get_params()[0])
        biases = {n: a.asnumpy() for n, a in found.items() if n.endswith("bias")}
        assert {n for n, a in biases.items() if (a == 2).all()} >= {next(n for n in biases if "i2h_f" in n)}
        assert all((a == 0).all() for n, a in biases.items() if "_f_" not in n)


@pytest.mark.parametrize("states", [False, True])
def test_only_fused_cells_that_give_states_tell_their_layout(states):
    s, given = graph(mx.rnn.FusedRNNCell(4, mode="gru", get_next_state=states, prefix="f_"), True)
    assert s.attr_dict()["f_rnn"].get("__layout__") == ("LNC" if states else None) and len(given) == states


def test_checkpoints(tmp_path):
    fused = mx.rnn.FusedRNNCell(4, mode="lstm", prefix="f_")
    s, _ = graph(fused, True)
    ex = s.simple_bind(mx.cpu(), data=(2, 2, 5))
    arguments = {"f_parameters": ex.arg_dict["f_parameters"] + 0.5}
    mx.rnn.do_rnn_checkpoint(fused, str(tmp_path / "m"))(0, s, arguments, {})
    assert nd.load(str(tmp_path / "m-0001.params"))["arg:f_l0_i2h_i_weight"].shape == (4, 5)
    symbol, loaded, _ = mx.rnn.load_rnn_checkpoint(fused, str(tmp_path / "m"), 1)
    assert symbol.tojson() == s.tojson() and (loaded["f_parameters"].asnumpy() == arguments["f_parameters"].asnumpy()).all()
    _, ordinary, _ = mx.rnn.load_rnn_checkpoint(fused.unfuse(), str(tmp_path / "m"), 1)
    assert ordinary["f_l0_i2h_weight"].shape == (16, 5)


def test_sentences():
    coded, vocabulary = mx.rnn.encode_sentences([["a", "b"], ["b", "c", "a"]], start_label=1, invalid_label=0)
    assert coded == [[1, 2], [2, 3, 1]] and vocabulary == {"\n": 0, "a": 1, "b": 2, "c": 3}
    with pytest.raises(AssertionError, match="Unknown token d"):
        mx.rnn.encode_sentences([["d"]], vocab=vocabulary)
    onp.random.seed(0)
    batches = mx.rnn.BucketSentenceIter(coded * 6 + [[1] * 9], 3, buckets=[2, 4], invalid_label=0)
    found = list(batches)
    assert [b.bucket_key for b in found].count(2) == 2 and len(found) == 4 and batches.default_bucket_key == 4
    for b in found:
        data, label = b.data[0].asnumpy(), b.label[0].asnumpy()
        assert (label[:, :-1] == data[:, 1:]).all() and (label[:, -1] == 0).all()
        assert b.provide_data[0].shape == data.shape == (3, b.bucket_key)
    batches.reset()
    assert len(list(batches)) == 4


def test_buckets_without_sentences_are_dropped():
    batches = mx.rnn.BucketSentenceIter([[1, 2], [3, 4], [1, 2, 3]], 1, buckets=[2, 3, 7])
    assert batches.buckets == [2, 3] and batches.default_bucket_key == 3 and len(list(batches)) == 3
    with pytest.raises(ValueError, match=r"none of the 1 sentences fits a bucket of \[2\]"):
        mx.rnn.BucketSentenceIter([[1, 2, 3]], 1, buckets=[2])
