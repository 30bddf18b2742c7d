"""Imports point left only: base, device <- engine <- ops <- array <- autograd, the dialects, random, ..."""
from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "mxshim"
# Left to right. A layer may use itself and every layer before it.
LAYERS = [
    ("absent",),
    ("base",),
    ("arguments",),
    ("error", "device", "serialization", "callback", "log", "registry", "name", "attribute", "libinfo", "ndarray_doc", "symbol_doc"),
    ("context",),
    ("engine",),
    ("ops",),
    ("array",),
    ("util",),
    ("autograd", "operator"),
    ("numpy", "numpy_extension", "ndarray"),
    ("random", "initializer", "lr_scheduler"),
    ("optimizer",),
    ("numpy_dispatch_protocol", "numpy_op_signature"),
    ("_numpy_op_doc",),
    ("symbol",),
    ("dlpack", "kvstore", "metric", "profiler", "python_operator", "recordio", "runtime", "visualization"),
    ("io",),
    ("image",),
    ("gluon",),
    ("_deferred_compute", "executor", "executor_manager", "model", "monitor"),
    ("module",),
    ("rnn",),
    ("amp",),
    ("contrib",),
    ("test_utils",),
    ("alias",),
    ("ipython", "runner"),
    ("mxshim",),
    ("coverage",),
    ("check",),
    ("__main__", "names", "stubs"),
]
# Operators know their record, the dtypes, the exceptions and how CPUs turn arrays over: nothing of how calls are run.
OPS_MAY_USE = ("mxshim.base", "mxshim.engine.op", "mxshim.engine.turns", "mxshim.ops")
# Imports inside functions that do not point left, and why they must be there.
LATE = {
    ("gluon.contrib.data.text", "contrib.text.vocab"): "texts number their words with it, and contrib is made of what gluon has",
    ("ndarray._internal", "symbol"): "raw operators are what Symbols are made of, and Symbols need the dialects",
    ("numpy._internal", "symbol.operators"): "raw operators are what Symbols are made of, and Symbols need the dialects",
    ("numpy._internal", "symbol.raw"): "raw operators are what Symbols are made of, and Symbols need the dialects",
    ("operator", "symbol.operators"): "the names of registered operators are those that graphs know",
    ("operator", "python_operator"): "the older classes make Symbols of what this module has",
    ("model", "module"): "FeedForward trains with a Module, and modules save and load with model",
    ("autograd", "symbol.history"): "get_symbol gives a Symbol, and recording Symbols needs autograd",
    ("callback", "model"): "models name the callbacks' BatchEndParam",
    ("rnn.composed", "rnn.fused"): "fused cells unfuse to composed ones",
    ("symbol.binding", "executor"): "executors run as hybridized blocks do, and blocks are made of Symbols, too",
    ("symbol.binding", "gluon.backends"): "blocks and Symbols share the names of back ends",
    ("array.core", "array.convert"): "unpickling makes arrays of the classes that core is the base of",
    ("array.core", "array.sparse"): "what MXNet pickled may be of the sparse classes, which inherit from NDArray",
    ("array.indexing", "array.convert"): "convert needs Array, whose subclasses need indexing",
    ("array.nd_array", "array.sparse"): "the sparse classes inherit from NDArray",
    ("array.creation", "array.sparse"): "the sparse classes inherit from NDArray",
    ("array.api", "array.sparse"): "the sparse classes inherit from NDArray",
    ("array.contrib", "array.fill"): "its functions are in the namespaces that fill makes",
    ("util", "ndarray"): "default_array picks a dialect, and the dialects show util's switches",
    ("util", "numpy"): "default_array picks a dialect, and the dialects show util's switches",
    ("gluon.block", "gluon.nn.containers"): "MXNet prints containers, which are blocks, in a way of their own",
    ("gluon.parameter", "gluon.parameter_dict"): "where MXNet keeps ParameterDict, which is made of what this module has",
    ("gluon.saving", "gluon.parameter"): "parameters and blocks save and load through it",
    ("alias", "mxshim"): "the alias is a second name of the whole package",
    ("runner.cli", "runner.running"): "what runs files is not needed to print a place",
    ("runner.cli", "runner.kernel"): "each command loads what it needs",
    ("runner.cli", "runner.link"): "each command loads what it needs",
    ("runner.cli", "coverage"): "nor is what counts names, and that looks at the whole package",
    ("runner.cli", "check.report"): "nor what looks through programs, which asks it",
    ("runner.cli", "mxshim"): "the command line starts without JAX where it only prints help or a version",
}
LEVEL = {name: i for i, names in enumerate(LAYERS) for name in names}


def name_of(path: Path) -> str:
    """mxshim.engine.op, or mxshim.engine for a package."""
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer(module: str) -> str:
    return module.split(".")[1] if "." in module else module


def is_module(name: str) -> bool:
    path = ROOT.parent.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def imports(path: Path):
    """(imported module of ours, whether inside a function) of every import in a file."""
    here = name_of(path).split(".")
    package = here if path.name == "__init__.py" else here[:-1]

    def found(node, late):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ImportFrom):
                base = package[:len(package) + 1 - child.level] if child.level else []
                base = ".".join([*base, child.module] if child.module else base)
                for alias in child.names:
                    inner = f"{base}.{alias.name}"
                    yield inner if is_module(inner) else base, late
            elif isinstance(child, ast.Import):
                for alias in child.names:
                    yield alias.name, late
            else:
                yield from found(child, late or isinstance(child, ast.FunctionDef | ast.Lambda))

    for name, late in found(ast.parse(path.read_text(encoding="utf-8")), False):
        if name.split(".")[0] == "mxshim" and name != name_of(path):
            yield name, late


FILES = sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_point_left(path):
    module = name_of(path)
    own = LEVEL[layer(module)]  # KeyError: a new part of the package needs a place in LAYERS
    for name, late in imports(path):
        level = LEVEL[layer(name)]
        listed = (module.removeprefix("mxshim."), name.removeprefix("mxshim.")) in LATE
        same = layer(name) == layer(module)
        if late:
            assert level < own or listed, f"{module} imports {name} inside a function: say why in LATE, or import at the top"
        else:
            assert level < own or same, f"{module} imports {name}, which is not left of it"
        if layer(module) == "ops":
            assert name.startswith(OPS_MAY_USE), f"{module} imports {name}: operators use {', '.join(OPS_MAY_USE)} only"


def test_exceptions_are_needed():
    used = {(name_of(p).removeprefix("mxshim."), name.removeprefix("mxshim.")) for p in FILES for name, late in imports(p)}
    assert set(LATE) <= used, "remove these from LATE"


def test_no_cycles():
    """Modules can be read in some order: no module needs, while it is imported, one that is not there yet."""
    needs = {name_of(p): {n for n, late in imports(p) if not late and not name_of(p).startswith(n + ".")} for p in FILES}
    while needs:
        ready = {m for m, n in needs.items() if not n & needs.keys()}
        assert ready, f"imports in a circle among {sorted(needs)}"
        needs = {m: n for m, n in needs.items() if m not in ready}
