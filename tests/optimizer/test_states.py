"""States of optimizers that real MXNet wrote (tests/data/measure_states.py), and files of ours in the same form.

    python -m tests.optimizer.test_states mx1 FOLDER      writes ours for `measure_states.py --check FOLDER`; mx2 likewise
"""
import base64
import json
import pickle
import pickletools
import sys
import types
from pathlib import Path

import numpy as onp
import pytest

import mxshim as mx
from mxshim.base import MXNetError

MEASURED = {v: json.loads((Path(__file__).parents[1] / "data" / f"states_{v}.json").read_text()) for v in ("mx1", "mx2")}
CASES = [(v, case) for v, cases in MEASURED.items() for case in cases]


# every case is a program of its own at the same line
pytestmark = pytest.mark.filterwarnings("ignore::mxshim.engine.program.RecompilationWarning")


@pytest.fixture(autouse=True)
def semantics(request):
    version = request.node.callspec.params.get("version") if hasattr(request.node, "callspec") else None
    if version == "mx2":
        mx.npx.set_np()
    yield
    mx.npx.reset_np()


def continued(version, case):
    """An updater with the states that MXNet wrote, the weight then, the dtype, and MXNet's weight one step later."""
    states, weight, after = MEASURED[version][case]
    updater = mx.optimizer.get_updater(mx.optimizer.SGD())
    updater.set_states(base64.b64decode(states))
    dtype = "float16" if updater.optimizer.multi_precision else "float32"
    return updater, (mx.np if version == "mx2" else mx.nd).array(weight, dtype=dtype), after


def stepped(updater, weight):
    updater(3, weight * 0 + 1, weight)
    return weight.asnumpy().astype("float64")


@pytest.mark.parametrize("version, case", CASES)
def test_goes_on_where_mxnet_stopped(version, case):
    updater, weight, after = continued(version, case)
    assert updater.optimizer.num_update == 2 and updater.optimizer._index_update_count == {3: 2}
    assert type(updater.optimizer.lr_scheduler) is mx.lr_scheduler.MultiFactorScheduler
    onp.testing.assert_allclose(stepped(updater, weight), after, rtol=2e-3 if weight.dtype == onp.float16 else 1e-6)


@pytest.mark.parametrize("version, case", CASES)
def test_own_files_have_mxnets_form(version, case):
    """What is written again after reading names the same classes as MXNet's file, and is read to the same states."""
    updater, weight, after = continued(version, case)
    written = updater.get_states(dump_optimizer=True)
    assert named(written) == named(base64.b64decode(MEASURED[version][case][0]))
    again = mx.optimizer.get_updater(mx.optimizer.SGD())
    again.set_states(written)
    onp.testing.assert_array_equal(stepped(again, weight.copy()), stepped(updater, weight))


def named(content) -> set:
    """The classes of MXNet in a pickle, as (module, name)."""
    texts = [argument for op, argument, _ in pickletools.genops(content) if "UNICODE" in op.name]
    return {(a, b) for a, b in zip(texts, texts[1:], strict=False) if a.startswith("mxnet.")}


class Doubled(mx.optimizer.SGD):
    """Of a user: written by reference."""


def test_classes_of_users_and_strings_as_keys():
    updater = mx.optimizer.get_updater(Doubled(momentum=0.5))
    weight = mx.nd.ones((2,))
    updater("w", mx.nd.ones((2,)), weight)
    updater("w", mx.nd.ones((2,)), weight)
    again = mx.optimizer.get_updater(mx.optimizer.SGD())
    again.set_states(updater.get_states(dump_optimizer=True))
    assert type(again.optimizer) is Doubled and list(again.states) == ["w"]
    onp.testing.assert_array_equal(again.states["w"].asnumpy(), updater.states["w"].asnumpy())
    again.set_states(updater.get_states())
    assert type(again.optimizer) is Doubled


class Evil:
    def __reduce__(self):
        return print, ("run",)


@pytest.mark.parametrize("content, error", [
    (pickle.dumps({0: Evil()}), MXNetError),
    (b"\x80\x04c" + b"mxnet.optimizer.optimizer\nOptimizer.register\n.", MXNetError),
    (b"\x80\x04cmxnet.base\n_load_lib\n.", MXNetError),
    (b"\x80\x04}K\x00cmxnet.ndarray.ndarray\nNDArray\nN\x85R}\x8c\x06handleC\x04\xc9\xfa\x93\xf9sbs.", MXNetError),
    (b"\x80\x04cbuiltins\nbytearray\n\x8a\x06\xff\xff\xff\xff\xff\x7f\x85R.", ValueError),
], ids=["calls", "a method", "another module", "cut off", "a size"])
def test_files_of_strangers(content, error, capsys):
    updater = mx.optimizer.get_updater(mx.optimizer.SGD())
    with pytest.raises(error):
        updater.set_states(content)
    assert updater.states == {} and not capsys.readouterr().out


if __name__ == "__main__":
    if sys.argv[1] == "mx2":
        mx.npx.set_np()
    for name in MEASURED[sys.argv[1]]:
        Path(sys.argv[2], name).write_bytes(continued(sys.argv[1], name)[0].get_states(dump_optimizer=True))


@pytest.mark.parametrize("name", ["sgd", "nag", "lars", "adam"])
def test_order_of_states_of_16_bit_weights(name):
    """MXNet 1's SGD, NAG and LARS have the float32 copy last; subclasses and compare_optimizer look at it."""
    arguments = {} if name == "adam" else {"momentum": 0.9}
    optimizer = mx.optimizer.create(name, multi_precision=True, learning_rate=0.5, **arguments)
    weight = mx.nd.array([1, 2], dtype="float16")
    state = optimizer.create_state_multi_precision(0, weight)
    copy = state[0 if name == "adam" else 1]
    assert copy.dtype == onp.float32 and copy.asnumpy().tolist() == [1, 2]
    optimizer.update_multi_precision(0, weight, mx.nd.array([1, 1], dtype="float16"), state)
    assert copy.asnumpy().tolist() != [1, 2] and onp.allclose(copy.asnumpy(), weight.asnumpy(), rtol=1e-3)


def test_order_of_states_of_mxnet_2():
    mx.npx.set_np()
    copy, momentum = mx.optimizer.SGD(momentum=0.9, multi_precision=True).create_state_multi_precision(0, mx.np.ones(2, dtype="float16"))
    assert copy.asnumpy().tolist() == [1, 1] and momentum.asnumpy().tolist() == [0, 0]


def test_pickles_of_mxnet_s_arrays(monkeypatch):
    """Such are the states: MXNet's classes, which are called with None and then get a record as in its files."""
    for module, names in (("mxnet", {}), ("mxnet.ndarray", {}), ("mxnet.ndarray.ndarray", {"NDArray": mx.nd.NDArray}),
                          ("mxnet.ndarray.sparse", {"RowSparseNDArray": mx.nd.sparse.RowSparseNDArray})):
        monkeypatch.setitem(sys.modules, module, types.SimpleNamespace(**names))
    updater = mx.optimizer.get_updater(mx.optimizer.SGD())
    updater.states[0] = mx.nd.array([1, 2, 3]), mx.nd.sparse.row_sparse_array(([[1.0, 2.0]], [1]), shape=(3, 2))
    dense, rows = pickle.loads(updater.get_states())[0]
    assert (dense * 2).asnumpy().tolist() == [2, 4, 6]
    dense[:] = 7
    assert dense.asnumpy().tolist() == [7] * 3
    assert rows.stype == "row_sparse" and rows.indices.asnumpy().tolist() == [1] and rows.asnumpy().tolist() == [[0, 0], [1, 2], [0, 0]]
