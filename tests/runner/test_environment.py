"""`kernel`, `link` and `unlink`: what they write, what they refuse, and that nothing is left."""
from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

import mxshim
from mxshim.runner import kernel, link
from mxshim.runner.cli import COMMANDS

ROOT = Path(mxshim.__file__).parent.parent
DEPENDENCIES = os.pathsep.join([str(ROOT), *(p for p in sys.path if p.endswith("-packages"))])


def contents(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_help_lists_every_command(run_mxshim):
    shown = run_mxshim("--help").stdout
    for name, (_, about, _) in COMMANDS.items():
        assert f"  {name} " in shown and about in shown


# Kernels.

def test_kernel(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(kernel, "is_installed", lambda: True)
    run = lambda *args: kernel.main([*args, "--prefix", str(tmp_path)])
    assert run("status") == 1 and run("remove") == 1
    assert run("install") == 0 and run("install") == 0
    folder = tmp_path / "share" / "jupyter" / "kernels" / "mxshim"
    found = json.loads((folder / "kernel.json").read_text())
    assert found["argv"] == [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--ext=mxshim"]
    assert found["display_name"] == "MXNet (mxshim)" and found["language"] == "python" and "env" not in found
    assert contents(folder) == ["kernel.json"] and run("status") == 0
    capsys.readouterr()
    assert run("remove") == 0 and capsys.readouterr().out == f"{folder}: removed\n"
    assert not folder.exists()


def test_kernel_of_a_checkout(monkeypatch):
    monkeypatch.setattr(kernel, "is_installed", lambda: False)
    assert kernel.spec("x")["env"] == {"PYTHONPATH": str(ROOT)}


def test_kernel_leaves_others_alone(tmp_path, capsys):
    other = tmp_path / "share" / "jupyter" / "kernels" / "python3"
    other.mkdir(parents=True)
    (other / "kernel.json").write_text('{"argv": [], "metadata": {}}')
    for action in ("install", "remove"):
        assert kernel.main([action, "--name", "python3", "--prefix", str(tmp_path)]) == 1
        assert "another kernel" in capsys.readouterr().err
    assert contents(other) == ["kernel.json"]
    with pytest.raises(SystemExit):
        kernel.main(["install", "--name", "../x", "--prefix", str(tmp_path)])


@pytest.mark.parametrize("settings, wanted", [({"JUPYTER_DATA_DIR": "/j"}, "/j"), ({"XDG_DATA_HOME": "/x"}, "/x/jupyter"),
                                              ({"HOME": "/h"}, "/h/.local/share/jupyter")])
def test_user_folder(monkeypatch, settings, wanted):
    monkeypatch.setitem(sys.modules, "jupyter_core.paths", None)  # so that it cannot be imported
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("JUPYTER_DATA_DIR", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert kernel.user_folder() == Path(wanted)


def test_the_kernel_runs(tmp_path):
    client = pytest.importorskip("jupyter_client")
    pytest.importorskip("ipykernel")
    assert kernel.main(["install", "--prefix", str(tmp_path)]) == 0
    specs = client.kernelspec.KernelSpecManager(kernel_dirs=[str(tmp_path / "share" / "jupyter" / "kernels")])
    manager = client.KernelManager(kernel_name="mxshim", kernel_spec_manager=specs)
    manager.start_kernel(cwd=str(tmp_path), env={**os.environ, "JAX_PLATFORMS": "cpu", "PYTHONPATH": ""})
    talk = manager.blocking_client()
    talk.start_channels()
    try:
        talk.wait_for_ready(timeout=120)
        said: list = []
        reply = talk.execute_interactive("import mxnet; print(mxnet.__spec__.name)", output_hook=said.append,
                                         timeout=120)
        assert reply["content"]["status"] == "ok"
        assert [m["content"]["text"] for m in said if m["msg_type"] == "stream"] == ["mxshim\n"]
    finally:
        talk.stop_channels()
        manager.shutdown_kernel(now=True)


# Links.

@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """An environment of its own, empty; gives its site-packages and how to run its Python."""
    folder = tmp_path_factory.mktemp("env")
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    packages = next(folder.glob("lib/python3*/site-packages"))

    def run(*args, path=DEPENDENCIES):
        settings = {**os.environ, "JAX_PLATFORMS": "cpu", "PYTHONPATH": path, "PYTHONNOUSERSITE": "1"}
        return subprocess.run([str(python), *args], cwd=folder, env=settings, capture_output=True, text=True, timeout=300)

    return packages, run


@pytest.mark.skipif(sys.platform == "win32", reason="the environment's Python is elsewhere there")
def test_link(environment):
    packages, run = environment
    before = contents(packages)
    done = run("-m", "mxshim", "link")
    assert done.returncode == 0 and f"import mxnet finds mxshim: {packages / 'mxnet'}" in done.stdout, done.stderr
    assert "through PYTHONPATH or the present folder only" in done.stderr
    program = ("import mxnet.gluon.nn as nn, mxnet as mx, mxshim, sys\nfrom mxnet import np\nassert mx is mxshim and np is mxshim.np\n"
               "assert nn is mxshim.gluon.nn\nprint(np.ones(2))")
    done = run("-c", program)
    assert done.stdout == "[1. 1.]\n", done.stderr
    gone = run("-c", "import mxnet", path="")
    assert "mxshim, which stood in for it, is no longer installed; remove " + str(packages / "mxnet") in gone.stderr
    (packages / "mxnet" / "mine.txt").write_text("")
    done = run("-m", "mxshim", "unlink")
    assert done.returncode == 0, done.stderr
    assert contents(packages) == sorted([*before, "mxnet", "mxnet/mine.txt"])
    (packages / "mxnet" / "mine.txt").unlink()
    (packages / "mxnet").rmdir()
    assert "No module named 'mxnet'" in run("-c", "import mxnet").stderr


def test_link_beside_the_real_one(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(link, "_targets", lambda: [str(tmp_path), str(tmp_path / "user")])
    (tmp_path / "mxnet").mkdir()
    (tmp_path / "mxnet" / "__init__.py").write_text("__version__ = '1.9.1'\n")
    assert link.main([]) == 1 and "MXNet is installed here" in capsys.readouterr().err
    assert link.main(["--remove"]) == 1 and "is another MXNet" in capsys.readouterr().err
    assert (tmp_path / "mxnet" / "__init__.py").read_text() == "__version__ = '1.9.1'\n"
    assert link.main(["--status"]) == 1 and "another MXNet" in capsys.readouterr().out


def test_link_for_the_user(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(link, "_targets", lambda: [str(tmp_path / "env"), str(tmp_path / "user")])
    assert link.main(["--status"]) == 1 and capsys.readouterr().out == "no package mxnet in this environment\n"
    assert link.main(["--user"]) == 0 and link.main(["--user"]) == 0
    assert contents(tmp_path) == ["user", "user/mxnet", "user/mxnet/__init__.py"]
    assert link.main(["--remove"]) == 0 and contents(tmp_path) == ["user"]
    assert link.main(["--remove"]) == 1
