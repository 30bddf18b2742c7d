"""Reading documents into cells."""
from __future__ import annotations

import json

import pytest

from mxshim.runner.documents import DocumentError, read_document


@pytest.fixture
def cells(tmp_path):
    """(count, line, source) of each cell of a Markdown text."""

    def read(text):
        path = tmp_path / "a.md"
        path.write_bytes(text.encode())
        return [(c.count, c.line, c.source) for c in read_document(str(path)).cells]

    return read


@pytest.mark.parametrize("fence", ["```python", "```py", "``` python", "```Python", "```{.python .input}", "```{.python}",
                                   "```{.python .input  #id}", "```python {.input}", "````python", "~~~python"])
def test_fences_that_are_cells(cells, fence):
    end = fence[0] * (len(fence) - len(fence.lstrip(fence[0])))
    assert cells(f"text\n\n{fence}\nx = 1\n{end}\n") == [(None, 4, "x = 1")]


@pytest.mark.parametrize("fence", ["```", "```{.json .output n=2}", "```{.python .output}", "```bash", "```pycon", "```json",
                                   "```{.bash .input}"])
def test_fences_that_are_not(cells, fence):
    text = f"{fence}\nx = 1\n```\n"
    assert cells(text + "```python\ny\n```") == [(None, 5, "y")]
    with pytest.raises(DocumentError, match=r"a\.md: holds no Python cell"):
        cells(text)


def test_count(cells):
    assert cells("```{.python .input  n=12}\nx\n```\n```{.python .input n=3}\ny\n```") == [(12, 2, "x"), (3, 5, "y")]


def test_windows_line_ends_and_a_byte_order_mark(cells):
    assert cells("\ufeff```python\r\nx\r\ny\r\n```\r\n") == [(None, 2, "x\ny")]


def test_inline_code_and_longer_fences(cells):
    assert cells("```x = 1``` is code\n\n````python\n'''\n```\n'''\n````\n") == [(None, 4, "'''\n```\n'''")]


def test_lists_and_quotations(cells):
    assert cells("- a\n  ```python\n  if x:\n      y\n  ```\n") == [(None, 3, "if x:\n    y")]
    assert cells("> ```python\n> if x:\n>     y\n> ```\n") == [(None, 2, "if x:\n    y")]


def test_comments_hide_cells(cells):
    assert cells("<!-- one line -->\n<!--\n```python\nx\n```\n-->\n```python\ny\n```") == [(None, 8, "y")]


def test_prompts(cells):
    assert cells("```python\n>>> for i in x:\n...     i\n1\n>>> y\n```") == [(None, 2, "for i in x:\n    i\n\ny")]


def test_unclosed_fence_reaches_the_end(cells):
    assert cells("```python\nx\ny") == [(None, 2, "x\ny")]


def test_order_by_count(tmp_path):
    path = tmp_path / "a.md"
    counts = [None, 5, None, 2, 2, None]
    path.write_text("\n".join(f"```{{.python .input{f' n={n}' if n else ''}}}\ncell {i}\n```" for i, n in enumerate(counts)))
    document = read_document(str(path))
    assert [c.source for c in document.by_count()] == [f"cell {i}" for i in (0, 3, 4, 5, 1, 2)]
    assert [document.label(c) for c in document.cells] == ["[ ]", "[5]", "[ ]", "[2]", "[2]", "[ ]"]


def notebook(tmp_path, content):
    path = tmp_path / "a.ipynb"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return read_document(str(path))


def test_notebook(tmp_path):
    document = notebook(tmp_path, {"nbformat": 4, "metadata": {"kernelspec": {"language": "python"}}, "cells": [
        {"cell_type": "markdown", "source": ["# T"]},
        {"cell_type": "code", "execution_count": 2, "source": ["x = 1\n", "x"], "outputs": []},
        {"cell_type": "code", "execution_count": None, "source": "y", "outputs": []}]})
    assert [(c.count, c.source, c.position) for c in document.cells] == [(2, "x = 1\nx", 1), (None, "y", 2)]
    assert document.place(document.cells[1], 4) == "a.ipynb, code cell 2, line 4"


def test_old_notebook(tmp_path):
    document = notebook(tmp_path, {"nbformat": 3, "metadata": {}, "worksheets": [{"cells": [
        {"cell_type": "code", "prompt_number": 7, "input": ["x"], "language": "python"}]}]})
    assert [(c.count, c.source) for c in document.cells] == [(7, "x")]


@pytest.mark.parametrize("content, message", [
    ("{\n  nothing", r"a\.ipynb, line 2: expected a notebook, which is JSON"),
    ({"nbformat": 4}, "expected a notebook with a list of cells"),
    ([], "expected a notebook with a list of cells"),
    ({"cells": [3]}, "expected a notebook with a list of cells"),
    ({"cells": [], "metadata": {"kernelspec": {"language": "R"}}}, "expected a Python notebook, found one in R"),
    ({"cells": []}, "holds no Python cell"),
])
def test_damaged_notebooks(tmp_path, content, message):
    with pytest.raises(DocumentError, match=message):
        notebook(tmp_path, content)


def test_not_text(tmp_path):
    path = tmp_path / "a.md"
    path.write_bytes(b"```python\n\xff\n```")
    with pytest.raises(DocumentError, match="expected UTF-8"):
        read_document(str(path))
