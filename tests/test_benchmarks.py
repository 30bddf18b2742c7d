"""python -m benchmarks: one small row for two rounds, beside hand-written JAX."""
from __future__ import annotations

import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def test_a_row(tmp_path):
    out = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks", "--only", "mlp: 20-16-10, batch 32, nd", "--quick", "--rounds", "2"]
    done = subprocess.run([*command, "--json", str(out)], cwd=ROOT, env={**os.environ, "JAX_PLATFORMS": "cpu"},
                          capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "mlp: 20-16-10" in done.stdout and "/ hand" in done.stdout
    result, = json.loads(out.read_text())["results"]
    assert result["notes"] == []  # nobody failed, and both computed the same loss
    assert {c: len(rounds) for c, rounds in result["figures"].items()} == {"mxshim": 2, "hand": 2}
    assert result["ratios"]["hand"] > 0
    assert result["programs"]["after"] == 0 and result["programs"]["flushes"] == 1


def test_single_operators(tmp_path):
    out = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks", "ops", "--only", "dot, small", "--quick", "--rounds", "2", "--clock", "cpu"]
    done = subprocess.run([*command, "--json", str(out)], cwd=ROOT, env={**os.environ, "JAX_PLATFORMS": "cpu"},
                          capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    results = json.loads(out.read_text())["results"]
    names = [f"{kind}, small{what}" for kind in ("dot", "batch_dot", "sparse dot") for what in ("", ", gradients")]
    assert [r["name"] for r in results] == names
    assert all(r["notes"] == [] and len(r["figures"]["mxshim"]) == 2 and r["medians"]["mxshim"] > 0 for r in results)


def test_loading(tmp_path):
    out = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks", "--only", "loading: ToTensor, 0", "--quick", "--json", str(out)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "JAX_PLATFORMS": "cpu"}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    result, = json.loads(out.read_text())["results"]
    assert result["name"] == "loading: ToTensor, 0 workers, 2,560 images" and len(result["figures"]["mxshim"]) == 2 and not result["notes"]


def test_loops_whose_turns_change():
    command = [sys.executable, "-m", "benchmarks", "changing", "--only", "images", "--rounds", "1", "--turns", "6"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "JAX_PLATFORMS": "cpu"}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "changing: images, a turn of the second half" in done.stdout
