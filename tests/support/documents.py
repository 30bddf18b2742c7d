"""Reads the outputs that a Markdown tutorial documents, and what `python -m mxshim` printed for each cell."""
from __future__ import annotations

import json
import re

CELL = re.compile(r"```\{\.python \.input\s+n=(\d+)\}")
JSON_OUTPUT = re.compile(r"```\{\.json \.output n=(\d+)\}\n(.*?)\n```", re.DOTALL)
# A fence without a language right below a cell: what the cell prints.
PLAIN_OUTPUT = re.compile(r"```\{\.python \.input\s+n=(\d+)\}\n(?:(?!```).*\n)*```\n\n```\n((?:(?!```).*\n)*)```")


def documented(text: str) -> dict[int, str]:
    """Execution count -> the text its cell prints, for the cells that document it."""
    found = {int(n): body for n, body in PLAIN_OUTPUT.findall(text)}
    for n, body in JSON_OUTPUT.findall(text):
        shown = ""
        for output in json.loads(body):
            shown += output["text"] if output["output_type"] == "stream" else output["data"]["text/plain"] + "\n"
        found[int(n)] = shown
    return found


def printed(stdout: str) -> dict[int, str]:
    """Execution count -> what its cell printed, from the output of a run with headers."""
    parts = re.split(r"^\[(\d+)\] \S+\.md:\d+\n", stdout, flags=re.MULTILINE)
    assert not parts[0], parts[0]
    return {int(n): text for n, text in zip(parts[1::2], parts[2::2], strict=True)}
