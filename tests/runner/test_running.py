"""Running scripts and documents: what is printed, what a failure says, the exit status."""
from __future__ import annotations

import json
import sys
import textwrap
import warnings

import pytest

from mxshim import alias
from mxshim.runner.cli import main


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Write `text` to `name` and run it in this process; gives (status, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", list(sys.argv))
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    monkeypatch.setenv("MPLBACKEND", "Agg")

    def run(name, text, *options):
        (tmp_path / name).write_text(textwrap.dedent(text), encoding="utf-8")
        with warnings.catch_warnings():
            status = main([*options, name])
        return status, *capsys.readouterr()

    yield run
    alias.uninstall()


CELLS = """\
    # Title

    ```{.python .input n=2}
    x = x + 1
    print('hello')
    x
    ```

    ```{.python .input n=1}
    x = 1
    ```

    ```{.python .input}
    'text';
    ```

    ```{.python .input n=3}
    [x,
     None]
    ```
"""


def test_document_by_count(run):
    status, out, err = run("a.md", CELLS, "--order", "count")
    assert (status, err) == (0, "")
    assert out == "[1] a.md:10\n[ ] a.md:14\n[2] a.md:4\nhello\n2\n[3] a.md:18\n[2, None]\n"


def test_document_as_it_stands_fails_at_the_first_cell(run):
    status, out, err = run("a.md", CELLS)
    assert (status, out) == (1, "[2] a.md:4\n")
    assert err.startswith("cell [2] failed: a.md:4\nTraceback (most recent call last):\n"
                          '  File "a.md", line 4, in <module>\n    x = x + 1\n')
    assert err.endswith("NameError: name 'x' is not defined\n")


def test_quiet_and_options_after_the_file(run, tmp_path):
    (tmp_path / "a.md").write_text(textwrap.dedent(CELLS))
    status, out, err = run("b.md", CELLS, "--order", "count", "--quiet")
    assert (status, out, err) == (0, "hello\n2\n[2, None]\n", "")
    assert main(["a.md", "--order", "count", "--quiet", "more"]) == 0
    assert sys.argv == ["a.md", "more"]


def test_keep_going(run):
    status, out, err = run("a.md", """\
        ```python
        1 / 0
        ```
        ```python
        def f(: pass
        ```
        ```python
        'end'
        ```
        """, "--keep-going")
    assert (status, out) == (1, "[1] a.md:2\n[2] a.md:5\n[3] a.md:8\n'end'\n")
    assert "ZeroDivisionError: division by zero" in err
    assert 'cell [2] failed: a.md:5\n  File "a.md", line 5\n    def f(: pass\n' in err
    assert err.endswith("2 of 3 cells failed: [1] at a.md:2, [2] at a.md:5\n")


def test_a_failure_in_a_function_of_an_earlier_cell(run):
    status, _, err = run("a.md", """\
        ```python
        def f(x):
            return 1 / x
        ```
        text
        ```python
        f(1)
        f(0)
        ```
        """)
    assert status == 1
    lines = err.splitlines()
    assert lines[0] == "cell [2] failed: a.md:8"
    files = [line.strip() for line in lines if "File" in line]
    assert files == ['File "a.md", line 8, in <module>', 'File "a.md", line 3, in f']


def test_notes_on_skipped_lines(run):
    status, out, err = run("a.md", """\
        ```python
        %matplotlib inline
        x = 1
        ```
        ```python
        %%bash
        ls
        ```
        """)
    assert status == 0
    assert err == "note: a.md:2: skipped %matplotlib inline\nnote: a.md:6: skipped the cell: %%bash\n"


def test_notebook(run):
    cells = [{"cell_type": "code", "execution_count": i, "source": s, "outputs": [], "metadata": {}}
             for i, s in enumerate(["def f():\n    raise KeyError(3)", "display(1, 2)", "f()"], 1)]
    status, out, err = run("a.ipynb", json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    assert status == 1
    assert out == ("[1] a.ipynb, code cell 1, line 1\n[2] a.ipynb, code cell 2, line 1\n1\n2\n"
                   "[3] a.ipynb, code cell 3, line 1\n")
    assert err.startswith("cell [3] failed: a.ipynb, code cell 3, line 1\n")
    assert '  File "a.ipynb[1]", line 2, in f\n    raise KeyError(3)\n' in err


def test_wrong_calls_show_the_users_line_only(run):
    text = """\
        ```python
        from mxnet import np, autograd
        a, b = np.ones((2, 3)), np.ones((4, 5))
        ```
        ```python
        np.dot(a, b)
        ```
        """
    status, _, err = run("a.md", text)
    assert status == 1
    assert "cell [2] failed: a.md:6" in err and "MXNetError" in err
    assert "frames inside mxshim and jax not shown" in err or "frame inside mxshim and jax not shown" in err
    assert [line.strip() for line in err.splitlines() if line.startswith("  File")] == ['File "a.md", line 6, in <module>']
    status, _, err = run("a.md", text, "--traceback")
    assert sum(line.startswith("  File") for line in err.splitlines()) > 1
    assert "/runner/" not in err


def test_sys_exit_in_a_cell(run):
    with pytest.raises(SystemExit, match="5"):
        run("a.md", "```python\nimport sys\nsys.exit(5)\n```\n```python\nprint('no')\n```\n")


def test_sources_of_functions_can_be_read(run):
    status, out, _ = run("a.md", """\
        text
        ```python
        def f():
            return 3
        ```
        ```python
        import inspect
        print(inspect.getsource(f))
        ```
        """, "--quiet")
    assert (status, out) == (0, "def f():\n    return 3\n\n")


def test_script(run):
    status, out, err = run("a.py", """\
        import sys
        import mxnet as mx
        from mxnet import np
        if __name__ == '__main__':
            print(sys.argv, np.ones(2) + 1, mx.__name__)
        5
        """)
    assert (status, out, err) == (0, "['a.py'] [2. 2.] mxshim\n", "")


def test_script_that_fails(run):
    status, out, err = run("a.py", """\
        from mxnet import nd
        def f():
            nd.dot(nd.ones((2, 3)), nd.ones((4, 5)))
        f()
        """)
    assert status == 1
    assert err.startswith('Traceback (most recent call last):\n  File "a.py", line 4, in <module>\n')
    assert [line.strip() for line in err.splitlines() if line.startswith("  File")][1:] == ['File "a.py", line 3, in f']
    assert "MXNetError" in err


def test_chained_exceptions_of_the_user_are_kept(run):
    _, _, err = run("a.py", """\
        try:
            1 / 0
        except ZeroDivisionError as e:
            raise ValueError('outer') from e
        """)
    assert "ZeroDivisionError" in err and "direct cause" in err and err.endswith("ValueError: outer\n")


def test_a_script_keeps_its_options_and_folder(run_mxshim, tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "beside.py").write_text("value = 3\n")
    (tmp_path / "sub" / "a.py").write_text("import sys, beside\nprint(sys.argv[1:], beside.value)\nsys.exit(4)\n")
    ran = run_mxshim("sub/a.py", "--order", "count", "-x")
    assert (ran.returncode, ran.stdout, ran.stderr) == (4, "['--order', 'count', '-x'] 3\n", "")


@pytest.mark.parametrize("argv, message", [
    (["no_such.py"], "cannot open 'no_such.py': no such file"),
    (["."], "cannot open '.': it is a folder"),
    (["a.txt"], "'a.txt' is neither a script"),
    (["a.md"], "a.md: holds no Python cell"),
    (["--order", "count", "a.py"], "--order and --keep-going are for documents"),
])
def test_command_lines_that_make_no_sense(argv, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("a.txt", "a.md", "a.py"):
        (tmp_path / name).write_text("x")
    with pytest.raises(SystemExit) as e:
        main(argv)
    assert e.value.code == 2
    assert message in capsys.readouterr().err


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("mxshim ")


def test_where_without_a_name(capsys):
    assert main(["where"]) == 2
    assert "give a public name" in capsys.readouterr().err


def test_where(capsys):
    import mxshim  # noqa: F401 - declares the names
    assert main(["where", "np.sum"]) == 0
    assert "/ops/" in capsys.readouterr().out.replace("\\", "/")
    assert main(["where", "np.summ"]) == 1
    assert "did you mean" in capsys.readouterr().err


def test_spawned_processes_find_mxnet_too(run_mxshim, tmp_path):
    (tmp_path / "pool.py").write_text(textwrap.dedent("""\
        import multiprocessing
        import mxnet as mx
        def total(i):
            import mxnet.autograd
            return mx.__name__, mxnet.autograd is mx.autograd, float(mx.nd.ones((2,)).sum().asscalar()) * i
        if __name__ == "__main__":
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                print(pool.map(total, [1, 2]))
        """))
    done = run_mxshim("pool.py")
    assert done.stdout == "[('mxshim', True, 2.0), ('mxshim', True, 4.0)]\n", done.stderr
