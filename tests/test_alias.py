"""`import mxnet` finds mxshim: the same modules under a second name."""
from __future__ import annotations

import importlib
import sys
import types
import warnings

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
