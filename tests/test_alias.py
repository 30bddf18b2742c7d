"""`import mxnet` finds mxshim: the same modules under a second name."""
from __future__ import annotations

import importlib
import inspect
import os
import pydoc
import sys
import types
import warnings

import numpy as onp
import pytest

import mxshim
from mxshim import alias


@pytest.fixture(autouse=True)
def restored():
    yield
    alias.uninstall()
    sys.modules.pop("mxnet", None)


def test_same_modules():
    alias.install()
    import mxnet
    import mxnet.autograd
    import mxnet.nd  # MXNet has no such module, only the name
    import mxnet.ndarray
    import mxnet.numpy.random
    from mxnet import np, npx

    assert mxnet is mxshim
    assert mxnet.autograd is mxshim.autograd is sys.modules["mxnet.autograd"]
    assert sys.modules["mxnet.ndarray"] is sys.modules["mxnet.nd"] is mxshim.nd
    assert np is mxshim.np is mxnet.numpy and npx is mxshim.npx
    assert mxnet.numpy.random is mxshim.numpy.random


def test_loaded_modules_are_known():
    """einops asks `"mxnet.ndarray" in sys.modules` before it looks at an array."""
    alias.install()
    assert sys.modules["mxnet.ndarray"] is mxshim.ndarray and sys.modules["mxnet.symbol"] is mxshim.symbol
    alias.uninstall()
    assert "mxnet.ndarray" not in sys.modules and "mxshim.ndarray" in sys.modules


def test_modules_keep_their_own_names():
    alias.install()
    importlib.import_module("mxnet.autograd")
    assert mxshim.__spec__.name == "mxshim"
    assert mxshim.autograd.__spec__.name == mxshim.autograd.__name__ == "mxshim.autograd"
    importlib.reload(importlib.import_module("mxnet.alias"))


def test_twice_is_once():
    alias.install()
    alias.install()
    assert sum(type(finder) is type(alias._finder) for finder in sys.meta_path) == 1


def test_absent_modules():
    alias.install()
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'mxnet\.nothing': mxshim has no 'mxshim\.nothing'"):
        importlib.import_module("mxnet.nothing")
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("mxnet_other")
    # what a second name has is looked for in the module itself, also by those who go on with its attributes
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'mxnet\.nd\.array'") as raised:
        importlib.import_module("mxnet.nd.array")
    assert raised.value.name == "mxnet.nd.array"
    assert importlib.import_module("mxnet.nd.random") is mxshim.nd.random
    assert pydoc.locate("mxnet.nd.array") is mxshim.nd.array and pydoc.locate("mxnet.sym.linalg.gemm") is mxshim.sym.linalg.gemm


def test_refuses_beside_the_real_one(monkeypatch):
    real = types.ModuleType("mxnet")
    real.__version__, real.__file__ = "1.9.1", "/somewhere/mxnet/__init__.py"
    monkeypatch.setitem(sys.modules, "mxnet", real)
    with pytest.raises(ImportError, match=r"the real MXNet 1\.9\.1 is already imported, from /somewhere.*Start a new process"):
        alias.install()
    assert sys.modules["mxnet"] is real and alias._finder not in sys.meta_path
    alias.uninstall()
    assert sys.modules["mxnet"] is real


def test_uninstall():
    alias.install()
    importlib.import_module("mxnet.autograd")
    alias.uninstall()
    assert not [name for name in sys.modules if name.split(".")[0] == "mxnet"]
    alias.uninstall()
    alias.install()
    assert importlib.import_module("mxnet") is mxshim


def test_notebook_extension(capsys):
    pytest.importorskip("IPython")
    from IPython.core.interactiveshell import InteractiveShell
    with warnings.catch_warnings():  # the extension sets a filter
        shell = InteractiveShell(history_manager=None, colors="nocolor")
        shell.run_line_magic("load_ext", "mxshim")
        assert importlib.import_module("mxnet") is mxshim
        cell = "from mxnet import np\ndef f(v):\n    return np.dot(v, v)\nf(np.ones((2, 3)))"
        assert isinstance(shell.run_cell(cell).error_in_exec, mxshim.MXNetError)
        shown = capsys.readouterr().out
        assert "return np.dot(v, v)" in shown
        assert "MXNetError: np.dot(float32[2, 3], float32[2, 3])" in shown
        assert "call.py" not in shown
        shell.run_line_magic("xmode", "Verbose")
        shell.run_cell(cell)
        assert "call.py" in capsys.readouterr().out
        shell.run_line_magic("unload_ext", "mxshim")
        assert "mxnet" not in sys.modules
        shell.run_line_magic("xmode", "Context")
        shell.run_cell("import mxshim\nmxshim.np.dot(mxshim.np.ones((2, 3)), mxshim.np.ones((2, 3)))")
        assert "call.py" in capsys.readouterr().out


def test_addresses_within_mxnet():
    """Test suites import from MXNet's inner modules."""
    alias.install()
    from mxnet import np
    from mxnet.base import mx_real_t
    from mxnet.ndarray.ndarray import NDArray, py_slice
    from mxnet.ndarray.numpy import _internal as _npi
    from mxnet.numpy.multiarray import ndarray
    from mxnet.numpy_dispatch_protocol import _NUMPY_ARRAY_FUNCTION_LIST, _NUMPY_ARRAY_UFUNC_LIST, with_array_function_protocol
    from mxnet.numpy_op_signature import _get_builtin_op
    from mxnet.operator import get_all_registered_operators, get_all_registered_operators_grouped

    assert NDArray is mxshim.nd.NDArray and py_slice is slice and ndarray is np.ndarray and mx_real_t is onp.float32
    x, mask = np.array([[1., 2, 3], [4, 5, 6]]), np.array([True, False, True])
    assert _npi.boolean_mask_assign_scalar(x, mask, -1, start_axis=1, out=x) is x
    assert x.tolist() == [[-1, 2, -1], [-1, 5, -1]]
    assert _npi.boolean_mask_assign_tensor(x, np.array([False, True]), np.array([[7., 8, 9]])).tolist() == [[-1, 2, -1], [7, 8, 9]]
    assert _get_builtin_op("_npi_cross")(np.array([1., 0, 0]), np.array([0., 1, 0])).tolist() == [0, 0, 1]
    assert _get_builtin_op("_npx_relu") is mxshim.npx.relu and _get_builtin_op("add") is None
    with pytest.raises(mxshim.MXNetError, match=r"takes the arrays data, mask and then value, start_axis, got nonsense"):
        _npi.boolean_mask_assign_scalar(x, mask, nonsense=1)
    with pytest.raises(AttributeError, match="MXNet has no operator '_npi_nonsense'"):
        _npi.nonsense  # noqa: B018
    assert "_npi_boolean_mask_assign_tensor" in get_all_registered_operators() and "boolean_mask_assign_tensor" in dir(_npi)
    assert "_npx_activation" in get_all_registered_operators_grouped()["Activation"]

    def calls():
        return [name for name in _NUMPY_ARRAY_UFUNC_LIST if not callable(getattr(np, name))], len(_NUMPY_ARRAY_FUNCTION_LIST)

    assert with_array_function_protocol(calls)() == ([], 114)


def test_what_suites_ask_of_numpys_operators():
    """Which functions MXNet hands to NumPy, and the signatures of raw operators."""
    alias.install()
    from mxnet import _numpy_op_doc, np
    from mxnet.numpy.fallback_linalg import multi_dot
    from mxnet.numpy.utils import float32
    from mxnet.numpy_op_signature import _get_builtin_op
    from mxnet.operator import get_all_registered_operators

    assert multi_dot is np.linalg.multi_dot and float32 is np.float32
    assert {name for name in np.fallback.__all__ if not callable(getattr(np.fallback, name))} == set()
    assert "polydiv" in np.fallback.__all__ and "matrix_rank" in np.fallback_linalg.__all__
    raw = [name for name in get_all_registered_operators() if name.startswith("_np_")]
    assert "_np_reshape" in raw
    for name in raw:
        assert _get_builtin_op(name).__signature__ == inspect.signature(getattr(_numpy_op_doc, name))


@pytest.mark.parametrize("address", """gluon.nn.conv_layers.GlobalAvgPool2D gluon.nn.basic_layers.BatchNorm gluon.nn.activations.PReLU
    optimizer.optimizer.Updater optimizer.optimizer.SGD optimizer.adamW.AdamW optimizer.sgd.SGD image.detection.ImageDetIter
    image.image.imresize io.io.NDArrayIter gluon.contrib.nn.basic_layers.Identity gluon.contrib.cnn.conv_layers.DeformableConvolution
    gluon.contrib.estimator.event_handler.CheckpointHandler gluon.probability.distributions.normal.Normal
    gluon.probability.distributions.studentT.StudentT gluon.data.vision.transforms.image.Resize symbol.symbol.Variable
    gluon.block.SymbolBlock amp.amp.init contrib.amp.amp.init rnn.rnn_cell.LSTMCell contrib.nd.box_nms contrib.symbol.MultiBoxPrior
    gluon.loss._apply_weighting gluon.loss._reshape_like gluon.block._flatten gluon.block._regroup image._get_interp_method
    gluon.data.dataloader._MultiWorkerIter gluon.data.dataloader._as_in_context base.py_str metric.ndarray""".split())
def test_where_libraries_find_names(address):
    """As GluonCV, GluonNLP, GluonTS and Sockeye address them: by MXNet's files, and some of its internals."""
    alias.install()
    module, name = f"mxnet.{address}".rsplit(".", 1)
    found = getattr(importlib.import_module(module), name)
    owner = importlib.import_module("mxnet")
    for part in address.split("."):
        owner = getattr(owner, part)
    assert owner is found


def test_no_file_of_ours_is_hidden():
    """A module that is only another address of a package has no file of that name in it."""
    for name, module in list(sys.modules.items()):
        if name.startswith("mxshim.") and module.__name__ != name:
            package, _, short = name.rpartition(".")
            folder = getattr(sys.modules[package], "__file__", "").removesuffix("__init__.py")
            assert not os.path.exists(os.path.join(folder, f"{short}.py")) or os.path.join(folder, f"{short}.py") == module.__file__, name
