"""Names are also where MXNet's own files have them, public ones and those private ones that other people's code imports."""
from __future__ import annotations

import importlib
import threading

import pytest

import mxshim as mx
from mxshim import gluon, nd

pytestmark = pytest.mark.usefixtures("on_cpu")

# module: (names, where they are public)
PLACES = {
    "base": ("py_str _as_list register_error", None),
    "contrib.amp.amp": ("init init_trainer scale_loss", "contrib.amp"),
    "contrib.amp.loss_scaler": ("LossScaler", "amp.loss_scaler"),
    "contrib.amp.lists.symbol_fp16": ("FP16_FUNCS", "amp.lists.symbol_fp16"),
    "contrib.ndarray": ("MultiBoxPrior foreach", "nd.contrib"),
    "contrib.symbol": ("MultiBoxPrior foreach", "sym.contrib"),
    "contrib.svrg_optimization.svrg_module": ("SVRGModule", "contrib.svrg_optimization"),
    "gluon.block": ("Block HybridBlock SymbolBlock", "gluon"),
    "gluon.contrib.estimator.utils": ("_check_metrics _suggest_metric_for_loss _check_handler_metric_ref", None),
    "gluon.contrib.estimator.event_handler": ("CheckpointHandler StoppingHandler", "gluon.contrib.estimator"),
    "gluon.nn.basic_layers": ("Dense Sequential HybridSequential BatchNorm LayerNorm", "gluon.nn"),
    "gluon.nn.conv_layers": ("Conv2D MaxPool2D GlobalAvgPool2D ReflectionPad2D", "gluon.nn"),
    "gluon.data.dataset": ("_DownloadedDataset", None),
    "gluon.utils": ("_indent", None),
    "gluon.loss": ("_apply_weighting _reshape_like", None),
    "gluon.rnn.rnn_cell": ("_format_sequence _get_begin_state _mask_sequence_variable_length _reverse_sequences _cells_state_info "
                           "_cells_begin_state", None),
    "executor_manager": ("_split_input_slice _check_arguments _load_general _load_data _load_label", None),
    "image.detection": ("ImageDetIter DetAugmenter", "image"),
    "io.io": ("DataDesc NDArrayIter _init_data _has_instance", "io"),
    "io.utils": ("_init_data _has_instance", "io"),
    "kvstore.base": ("KVStoreBase create", "kvstore"),
    "model": ("_create_kvstore _create_sparse_kvstore _initialize_kvstore _multiple_callbacks _update_params _update_params_on_kvstore",
              None),
    "module.base_module": ("_as_list _check_input_names _check_names_match _parse_data_desc", None),
    "module.executor_group": ("_load_general _load_data _load_label _merge_multi_context _split_input_slice", None),
    "module.module": ("_as_list _check_input_names _parse_data_desc _create_kvstore _initialize_kvstore", None),
    "operator": ("PythonOp NumpyOp NDArrayOp", "python_operator"),
    "optimizer.adagrad": ("AdaGrad", "optimizer"),
    "optimizer.lamb": ("LAMB", "optimizer"),
    "optimizer.optimizer": ("Optimizer SGD Adam Updater get_updater", "optimizer"),
    "symbol.symbol": ("Symbol var Variable Group load_json maximum", "symbol"),
}


@pytest.mark.parametrize("module", PLACES)
def test_places(module):
    names, public = PLACES[module]
    found = importlib.import_module(f"mxshim.{module}")
    for name in names.split():
        value = getattr(found, name)
        if public:
            owner = mx
            for part in public.split("."):
                owner = getattr(owner, part)
            assert value is getattr(owner, name)


def test_a_loss_of_another_library():
    class Squares(gluon.loss.Loss):
        def hybrid_forward(self, F, pred, label, sample_weight=None):
            label = gluon.loss._reshape_like(F, label, pred)
            loss = gluon.loss._apply_weighting(F, F.square(pred - label), self._weight, sample_weight)
            return F.mean(loss, axis=self._batch_axis, exclude=True)

    loss = Squares(weight=2, batch_axis=0)
    pred, label, weight = nd.array([[1, 2], [3, 4]]), nd.array([0, 0, 1, 1]), nd.array([[1], [0.5]])
    assert loss(pred, label, weight).asnumpy().tolist() == [5, 6.5]
    graph = loss(mx.sym.var("p"), mx.sym.var("l"), mx.sym.var("w"))
    assert graph.eval(p=pred, l=label, w=weight)[0].asnumpy().tolist() == [5, 6.5]
    with pytest.raises(AssertionError, match="sample_weight"):
        Squares(weight=nd.ones((1,)), batch_axis=0)(pred, label)


def test_weights_of_losses_are_applied_as_in_both_generations():
    loss, weight = nd.array([[1, 2]]), nd.array([[3], [1]])
    for arguments in ((nd, loss), (loss,)):
        assert gluon.loss._apply_weighting(*arguments).asnumpy().tolist() == [[1, 2]]
        assert gluon.loss._apply_weighting(*arguments, 2, weight).asnumpy().tolist() == [[6, 12], [2, 4]]
        assert gluon.loss._apply_weighting(*arguments, sample_weight=weight).asnumpy().tolist() == [[3, 6], [1, 2]]


def test_a_cell_of_another_library():
    from mxshim.gluon.rnn import rnn_cell

    class Reversed(gluon.rnn.HybridRecurrentCell):
        def __init__(self, cell):
            super().__init__()
            self.cell = cell

        def state_info(self, batch_size=0):
            return rnn_cell._cells_state_info([self.cell], batch_size)

        def unroll(self, length, inputs, begin_state=None, layout="NTC", merge_outputs=None, valid_length=None):
            steps, axis, F, batch_size = rnn_cell._format_sequence(length, inputs, layout, False)
            state = rnn_cell._get_begin_state(self.cell, F, begin_state, steps, batch_size)
            steps = rnn_cell._reverse_sequences(steps, length, valid_length)
            outputs, state = self.cell.unroll(length, steps, state, layout, merge_outputs=False, valid_length=valid_length)
            outputs = rnn_cell._mask_sequence_variable_length(F, outputs, length, valid_length, axis, False)
            outputs = rnn_cell._reverse_sequences(outputs, length, valid_length)
            return rnn_cell._format_sequence(length, outputs, layout, merge_outputs)[0], state

    cell = gluon.rnn.RNNCell(3, input_size=2)
    cell.initialize(mx.init.One())
    x, lengths = nd.arange(12).reshape((2, 3, 2)) / 10, nd.array([3, 2])
    outputs, (state,) = Reversed(cell).unroll(3, x, merge_outputs=True, valid_length=lengths)
    for i, n in enumerate([3, 2]):
        want, (last,) = cell.unroll(n, x[i:i + 1, :n].flip(axis=1), merge_outputs=True)
        assert mx.test_utils.almost_equal(outputs[i, :n].asnumpy(), want[0].flip(axis=0).asnumpy())
        assert mx.test_utils.almost_equal(state[i].asnumpy(), last[0].asnumpy())
    merged, axis, F, size = rnn_cell._format_sequence(3, x, "NTC", True, in_layout="TNC")
    assert (merged.shape, axis, F, size) == ((3, 2, 2), 1, nd, 2)
    steps, _, F, _ = rnn_cell._format_sequence(3, mx.sym.var("x"), "NTC", False)
    assert len(steps) == 3 and F is mx.sym
    with pytest.raises(AssertionError, match="3 steps"):
        rnn_cell._format_sequence(4, x, "NTC", False)


def test_scopes_of_threads():
    from mxshim.util import _NumpyArrayScope
    seen = []
    _NumpyArrayScope._current.value = _NumpyArrayScope(False)

    def run():
        _NumpyArrayScope._current.value = _NumpyArrayScope(True)
        seen.append(_NumpyArrayScope._current.value._is_np_array)
        with mx.util.np_array(False):
            seen.append(_NumpyArrayScope._current.value._is_np_array)
        mx.Context.default_ctx = mx.cpu(7)
        seen.append(nd.zeros((1,)).ctx)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == [True, False, mx.cpu(7)]
    assert _NumpyArrayScope._current.value._is_np_array is False and not mx.is_np_array() and mx.Context.default_ctx == mx.cpu(0)


def test_scope_of_a_block():
    from mxshim.gluon.block import _block_scope
    dense, dropout = gluon.nn.Dense(2), gluon.nn.Dropout(0.5)
    with _block_scope(dense):  # as in 2.0.0b1 only those inside another one are counted
        assert mx.sym.exp(mx.sym.var("x")).name == "dense_exp0"
        for k in range(2):
            with _block_scope(dropout):
                assert mx.sym.exp(mx.sym.var("x")).name == f"dense_dropout{k}_exp0"
    with _block_scope(dense):
        assert mx.sym.exp(mx.sym.var("x")).name == "dense_exp0"


def test_a_data_set_of_another_library(tmp_path):
    class Numbers(gluon.data.dataset._DownloadedDataset):
        def _get_data(self):
            self._data, self._label = nd.arange(6).reshape((3, 2)), [7, 8, 9]

    numbers = Numbers(str(tmp_path / "new"), lambda data, label: (data * 2, label))
    assert len(numbers) == 3 and numbers[1][0].asnumpy().tolist() == [4, 6] and numbers[1][1] == 8
    assert (tmp_path / "new").is_dir()
    batches = [label.asnumpy().tolist() for _, label in gluon.data.DataLoader(numbers, batch_size=2)]
    assert batches == [[7, 8], [9]]
    with pytest.raises(NotImplementedError, match="_get_data"):
        gluon.data.dataset._DownloadedDataset(str(tmp_path), None)


def test_indent():
    assert gluon.utils._indent("a\n b\nc", 4) == "a\n     b\n    c"


def test_scopes_of_blocks_of_mxnet_1():
    from mxshim.gluon.block import _BlockScope
    with mx.name.NameManager(), _BlockScope(mx.gluon.nn.Dense(1, prefix="main_")):
        assert mx.name.NameManager._current.value.get(None, "hello") == "main_hello0"


@pytest.mark.parametrize("module, names", [
    ("gluon", "tensor_types Block"), ("gluon.parameter", "tensor_types ParameterDict Parameter"),
    ("gluon.block", "SymbolBlock HybridBlock"),
    ("gluon.contrib.estimator.event_handler", "CheckpointHandler TrainBegin LoggingHandler"),
    ("optimizer.optimizer", "SGD NAG Adam Updater get_updater Optimizer register"),
])
def test_star_imports_bring_what_mxnet_s_do(module, names):
    there = {}
    exec(f"from mxshim.{module} import *", there)
    assert set(names.split()) <= set(there)
    assert "tensor_types" not in there or isinstance(mx.np.ones(2), there["tensor_types"])


def test_stores_of_another_library_s_module():
    from mxshim.model import _create_kvstore, _create_sparse_kvstore, _initialize_kvstore, _update_params, _update_params_on_kvstore
    values = {"a": nd.ones((3, 2)), "b": nd.zeros((4,))}
    for kind, devices in ((None, 2), ("local", 1), ("device", 1)):
        assert _create_kvstore(kind, devices, values) == (None, False)
    assert [(s.type, on) for s, on in (_create_kvstore("local", 2, values), _create_kvstore(mx.kv.create("device"), 1, values))] == [
        ("local", True), ("device", True)]
    assert [_create_kvstore(kind, 2, {"w": nd.zeros((4097, 4096))})[1] for kind in ("local", "device")] == [False, True]
    with pytest.raises(TypeError, match="int"):
        _create_kvstore(5, 1, values)
    store, on_store = _create_sparse_kvstore("local")
    assert on_store and _create_sparse_kvstore(store) == (store, True)
    with pytest.raises(TypeError, match="row_sparse"):
        _create_sparse_kvstore(None)
    weights = [[nd.zeros((3, 2)), nd.zeros((3, 2))], [nd.full((4,), 7)]]
    _initialize_kvstore(store, weights, values, ["a", "b"], False)
    assert weights[1][0].asnumpy().tolist() == [7] * 4
    _initialize_kvstore(mx.kv.create("local"), weights, values, ["a", "b"], True)
    assert weights[0][1].asnumpy().tolist() == [[1, 1]] * 3 and weights[1][0].asnumpy().tolist() == [0] * 4
    grads = [[nd.ones((3, 2)), nd.full((3, 2), 2)], [None]]
    called = []
    _update_params(weights, grads, lambda index, g, w: called.append((index, g[0][0, 0].asscalar(), w[0] is weights[0][index[0]])), 2)
    _update_params(weights, grads, lambda index, g, w: called.append((index, g[0][0, 0].asscalar())), 2, store, ["a", "b"])
    assert called == [((0,), 1, True), ((1,), 2, True), ((0,), 3), ((1,), 3)]
    _update_params(weights, grads, mx.optimizer.get_updater(mx.optimizer.SGD(learning_rate=1)), 2)
    assert weights[0][1].asnumpy().tolist() == [[-2, -2]] * 3
    store.set_optimizer(mx.optimizer.SGD(learning_rate=1))
    _update_params_on_kvstore(weights, [[nd.ones((3, 2))] * 2, [None]], store, ["a", "b"])
    assert weights[0][0].asnumpy().tolist() == [[1, 1]] * 3  # the sum of both gradients off what the store held: the sums from above


def test_batches_of_another_library_s_module():
    from mxshim.executor_manager import _check_arguments, _load_data, _split_input_slice
    from mxshim.module import base_module, executor_group
    for size, loads, ends in ((10, [1, 1, 1], [3, 6, 10]), (7, [1, 2], [2, 7]), (10, [1.5, 2.5], [4, 10])):
        assert [part.stop for part in _split_input_slice(size, loads)] == ends
    for size, loads, text in ((1, [1, 1], "Too many slices"), (10, [0, 0], "positive")):
        with pytest.raises(ValueError, match=text):
            _split_input_slice(size, loads)
    _check_arguments(mx.sym.var("x") + mx.sym.var("y"))
    with pytest.raises(ValueError, match='duplicated argument name "x"'):
        _check_arguments(mx.sym.var("x") + mx.sym.var("x"))
    batch = mx.io.DataBatch([nd.arange(4).reshape((4, 1))], [nd.arange(4)])
    for load in (_load_data, lambda b, t: executor_group._load_data(b, t, [0])):
        halves = [nd.zeros((2, 1)), nd.zeros((2, 1))]
        load(batch, [list(zip(_split_input_slice(4, [1, 1]), halves, strict=True))])
        assert [h.asnumpy().tolist() for h in halves] == [[[0], [1]], [[2], [3]]]
    whole = nd.zeros((4,))
    executor_group._load_label(batch, [[(slice(0, 4), whole)]], [-1])
    assert whole.asnumpy().tolist() == [0, 1, 2, 3]
    joined = [executor_group._merge_multi_context([halves], [axis])[0].shape for axis in (0, 1, -1)]
    assert joined == [(4, 1), (2, 2), (2, 1)]
    data, labels = base_module._parse_data_desc(["a"], ["l"], [("a", (1, 2))], [("l", (1,))])
    assert data == [mx.io.DataDesc("a", (1, 2))] and labels[0].name == "l"
    with pytest.warns(UserWarning, match="label_names"):
        assert base_module._parse_data_desc(["a"], ["l"], [("a", (1, 2))], None)[1] is None
    with pytest.raises(ValueError, match="data_names"):
        base_module._parse_data_desc(["a"], [], [("b", (1, 2))], None)


def test_base_classes_of_texts_about_operators():
    class FlattenDoc(mx.symbol_doc.SymbolDoc):
        """x"""

    net = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=3, name="fc")
    assert FlattenDoc.get_output_shape(net, data=(2, 4)) == {"fc_output": (2, 3)} and mx.ndarray_doc.NDArrayDoc() is not None


def test_helpers_of_classes():
    class Named(type):
        def __new__(meta, name, bases, body):
            return super().__new__(meta, name, bases, {**body, "made": name})

    class Child(mx.base.with_metaclass(Named, dict)):
        @mx.base.classproperty
        def title(cls):
            return cls.__name__.lower()

    assert Child.__mro__ == (Child, dict, object) and type(Child) is Named
    assert (Child.made, Child.title, Child().title) == ("Child", "child", "child")


@pytest.mark.parametrize("line, why", [
    ("from mxshim.base import check_call", "C\\+\\+ library"), ("from mxshim.gluon.nn import Dens", "did you mean Dense"),
    ("from mxshim.executor_manager import DataParallelExecutorManager", "mx.mod.Module"), ("from mxshim import Contxt", "Context"),
    ("from mxshim.gluon.block import Bloc", "Block"),
])
def test_importing_what_is_absent_says_why(line, why):
    with pytest.raises(ImportError, match=f"cannot import name.*{why}"):
        exec(line, {})


def test_asking_for_what_is_absent_is_no_import():
    assert not hasattr(mx.base, "check_call") and not hasattr(gluon.nn, "Dens") and not hasattr(mx, "Contxt")
    with pytest.raises(AttributeError, match="did you mean Dense"):
        gluon.nn.Dens  # noqa: B018
