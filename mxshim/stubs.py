"""Writes the .pyi files that editors and type checkers read instead of the tables the functions are made from.

    python -m mxshim.stubs            writes them beside the modules
    python -m mxshim.stubs --check    says which are out of date; exit status 1 if any is

They are generated from what `import mxshim` puts into the namespaces and onto the two array classes: signature, result and
the first sentence of the docstring. What a result is was found out by calling the operator on its samples.
"""
from __future__ import annotations

import builtins
import inspect
import re
import sys
from pathlib import Path

import numpy as onp

import mxshim as mx

from .array.convert import adopt_numpy, class_of
from .array.core import Array
from .array.fill import signature_of
from .engine.call import call
from .engine.op import NAMES, Op
from .engine.trace import flush_all, state

FOLDER = Path(__file__).parent
# file -> (prefix in the registry, module)
MODULES = {
    "numpy/__init__.pyi": ("np", mx.np), "numpy/random.pyi": ("np.random", mx.np.random), "numpy/linalg.pyi": ("np.linalg", mx.np.linalg),
    "numpy_extension/__init__.pyi": ("npx", mx.npx), "numpy_extension/random.pyi": ("npx.random", mx.npx.random),
    "ndarray/__init__.pyi": ("nd", mx.nd), "ndarray/random.pyi": ("nd.random", mx.nd.random),
    "ndarray/linalg.pyi": ("nd.linalg", mx.nd.linalg), "ndarray/contrib.pyi": ("nd.contrib", mx.nd.contrib),
    "ndarray/image.pyi": ("nd.image", mx.nd.image), "ndarray/sparse.pyi": ("nd.sparse", mx.nd.sparse), "ndarray/op.pyi": ("nd", mx.nd.op),
}
CLASS_NAMES = {mx.np.ndarray: "ndarray", mx.nd.NDArray: "NDArray"}

# Plain functions and methods: what they give where it is not the array class of their dialect.
ANY = "Any"
RETURNS = {name: ret for ret, names in {
    "None": "waitall save savez seed set_policy fill_diagonal attach_grad backward drop_grad fill wait_to_read wait_to_write __setitem__ "
            "np.random.shuffle missing_argument unknown_argument",
    "bool": "array_equal array_equiv allclose may_share_memory shares_memory can_cast __bool__ __contains__",
    "int": "ndim size __len__ __int__ __index__ __hash__", "float": "__float__", "complex": "__complex__", "str": "__repr__ __str__ __format__",
    "tuple[int, ...]": "shape", "onp.dtype": "result_type promote_types min_scalar_type dtype",
    "onp.ndarray": "asnumpy to_numpy __array__", "list": "tolist", "ndarray | Any": "grad", "Iterator": "__iter__",
    ANY: "load load_frombuffer to_dlpack_for_read to_dlpack_for_write item asscalar copyto tostype count_nonzero constraint_check "
         "nonzero unique unique_all unique_inverse ix_ histogram2d histogramdd intersect1d polydiv polyfit union1d genfromtxt multinomial "
         "categorical sample_multinomial Dropout dropout bincount __array_function__ __array_ufunc__ __dlpack__ __dlpack_device__ __jax_array__ "
         "__reduce__",
}.items() for name in names.split()}
KINDS = {onp.ndarray: "onp.ndarray", tuple: "tuple", list: "list", type(None): "None", int: "int", float: "float", bool: "bool"}


def texts() -> dict[Path, str]:
    """File -> its text."""
    found = {FOLDER / file: _module(prefix, module) for file, (prefix, module) in MODULES.items()}
    state.checks.clear()
    flush_all("stubs")  # nothing of what was called is alive: this only forgets it
    return found


def _module(prefix: str, module) -> str:
    registered = {name[len(prefix) + 1:]: name for name in NAMES if name.startswith(prefix + ".") and "." not in name[len(prefix) + 1:]}
    names = [n for n in dir(module) if not n.startswith("_")]
    package = module.__name__ if hasattr(module, "__path__") else module.__name__.rpartition(".")[0]
    cls = class_of(prefix.split(".")[0])
    imports, body = [], []
    for name in names:
        value = getattr(module, name)
        if module is mx.nd.op:
            imports.append(f"from . import {name} as {name}")
        elif value is cls:
            body.insert(0, _class(cls, _scope(names)))
        elif name in registered and inspect.isfunction(value):
            body.append(_function(name, value, registered[name], cls, _scope(names)))
        else:
            imports.append(_import(name, value, package))
    home = package if cls in vars(sys.modules[package]).values() else "mxshim.numpy"
    text = "\n".join(body)
    used = [line for word, line in (
        ("Any", "from typing import Any"), ("Iterator", "from collections.abc import Iterator"), ("builtins.", "import builtins"),
        ("onp.", "import numpy as onp"), ("Device", "from ..device import Device"),
    ) if re.search(rf"(?<![\w.]){re.escape(word)}", text) and not any(f" as {word}" in i for i in imports)]
    if CLASS_NAMES[cls] not in names and module is not mx.nd.op:
        used.append(f"from {'.' if home == package else '..numpy'} import {CLASS_NAMES[cls]}")
    head = _literal((module.__doc__ or "").strip().split("\n")[0] + " Written by `python -m mxshim.stubs`.")
    return "\n".join([head, *sorted(used), *imports, "", text]).rstrip() + "\n"


def _scope(names):
    """What a name of Python's must be called where a module has its own of that name."""
    taken = [n for n in names if hasattr(builtins, n)]
    return (lambda ann: re.sub(rf"\b({'|'.join(taken)})\b(?!\.)", r"builtins.\1", ann)) if taken else (lambda ann: ann)


def _import(name, value, package) -> str:
    """A line that says where something that is no operator comes from."""
    if inspect.ismodule(value):
        return f"from . import {name} as {name}"
    for home in (f"{package}.constants", getattr(value, "__module__", None)):
        if getattr(sys.modules.get(home or ""), name, sys) is value:
            return f"from {home.replace('mxshim.', '..', 1) if not home.startswith(package) else home[len(package):]} import {name} as {name}"
    return f"{name}: {type(value).__name__}"


def _class(cls, scope) -> str:
    prefix = f"{cls.dialect}.{CLASS_NAMES[cls]}"
    members = [_member(cls, name, inspect.getattr_static(cls, name), prefix, scope) for name in sorted(_attributes(cls))]
    return f"class {CLASS_NAMES[cls]}:\n    {_literal(_sentence(cls.__doc__))}\n" + "".join(
        "".join(f"    {line}\n" for line in m.splitlines()) for m in members)


def _attributes(cls):
    hidden = {"__slots__", "__weakref__", "__module__", "__doc__", "__dict__", "__init__", "__getattr__", "__reduce__"}
    return {n for c in cls.__mro__[:-1] for n in vars(c) if n not in hidden and (not n.startswith("_") or n.endswith("__"))}


def _member(cls, name, value, prefix, scope) -> str:
    if isinstance(value, property):
        value = value.fget
        return f"@property\ndef {name}(self) -> {scope(_declared(value) or _plain(name, name, cls))}: {_doc(value.__doc__)}"
    if isinstance(value, classmethod):
        return "@classmethod\n" + _function(name, value.__func__, "", cls, scope)
    if inspect.isfunction(value):
        return _function(name, value, f"{prefix}.{name}", cls, scope)
    return f"{name}: {type(value).__name__}"


def _function(name, value, registered, cls, scope) -> str:
    record = NAMES.get(registered)
    op = record if isinstance(record, Op) else getattr(record, "op", None)
    if isinstance(record, Op):
        signature = signature_of(record, hasattr(cls, name) and registered.startswith((f"np.{cls.__name__}.", f"nd.{cls.__name__}.")))
    else:
        signature = inspect.signature(value)
    if op is None:
        ret = _declared(value) or _plain(name, registered, cls)
    else:
        ret = _result(record, op, cls)
    ignored = "  # type: ignore[override]" if name in ("__eq__", "__ne__") else ""
    extra = _door(op, cls) if isinstance(record, Op) and not name.endswith("__") else ()
    return f"def {name}{_signature(signature, extra)} -> {scope(ret)}:{ignored or ' '}{_doc(value.__doc__, ignored)}"


def _door(op: Op, cls):
    """The arguments that the door adds to an operator's own."""
    own = ("out",) if op.arrays or op.variadic else ("out", "ctx", "device")
    return (*own, "name") if cls.dialect == "nd" else own


def _signature(signature: inspect.Signature, extra) -> str:
    shown = [p.replace(annotation=p.empty, default=p.default if _shows(p.default) else ...) for p in signature.parameters.values()]
    names = {p.name for p in shown}
    shown += [inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY, default=None) for n in extra if n not in names]
    shown.sort(key=lambda p: p.kind)
    return str(inspect.Signature(shown)).replace("Ellipsis", "...")


def _shows(value) -> bool:
    if isinstance(value, tuple):
        return all(map(_shows, value))
    return value is inspect.Parameter.empty or value is None or (
        isinstance(value, int | float | str) and not isinstance(value, onp.generic) and value == value and abs(_size(value)) != float("inf"))


def _size(value):
    return 0 if isinstance(value, str) else value


def _declared(value) -> str | None:
    found = getattr(value, "__annotations__", {}).get("return")
    return found if isinstance(found, str) else None


def _plain(name, registered, cls) -> str:
    """The result of a function that is no operator."""
    found = RETURNS.get(registered) or RETURNS.get(name) or CLASS_NAMES[cls]
    return found.replace("ndarray |", f"{CLASS_NAMES[cls]} |")


_RESULTS: dict = {}


def _result(record, op: Op, cls) -> str:
    """What calls on the samples give: one type, or Any."""
    key = (record if record is not op else op, cls)
    if key not in _RESULTS:
        kinds = {_kind(record, op, cls, *sample) for sample in _samples(op)}
        _RESULTS[key] = kinds.pop() if len(kinds) == 1 else ANY
    return _RESULTS[key]


def _samples(op: Op):
    facts = op.samples or {}
    if "domain" in facts:
        return [((onp.full((2,), sum(facts["domain"]) / 2, "float32"),), {})]
    return facts.get("args", ())


def _kind(record, op, cls, args, kwargs) -> str:
    args, kwargs = _arrays(args, cls), _arrays(kwargs, cls)
    try:
        found = call(op, cls, args, dict(kwargs)) if record is op else record(*args, **kwargs)
    except Exception:  # a sample of the other dialect
        return ANY
    inside = {CLASS_NAMES.get(type(x), ANY) for x in found} if isinstance(found, tuple | list) else set()
    if type(found) in (tuple, list) and len(inside) == 1:
        return f"tuple[{inside.pop()}, ...]" if type(found) is tuple else f"list[{inside.pop()}]"
    return CLASS_NAMES[type(found)] if isinstance(found, Array) else KINDS.get(type(found), ANY)


def _arrays(value, cls):
    if isinstance(value, onp.ndarray):
        return adopt_numpy(onp.array(value), cls)
    if isinstance(value, dict):
        return {k: _arrays(v, cls) for k, v in value.items()}
    return type(value)(_arrays(v, cls) for v in value) if type(value) in (tuple, list) else value


def _doc(doc, lead="") -> str:
    sentence = _sentence(doc)
    if not sentence:
        return "\n    ..." if lead else "..."
    return f"\n    {_literal(sentence)}"


def _sentence(doc) -> str:
    """The first sentence of a docstring, on one line."""
    paragraph = " ".join((inspect.cleandoc(doc or "")).split("\n\n")[0].split())
    return re.split(r"(?<=[.!?]) (?=[A-Z`(])", paragraph)[0]


def _literal(text: str) -> str:
    return ('r' if "\\" in text else "") + f'"""{text}"""'


def main(arguments) -> int:
    check = "--check" in arguments
    stale = 0
    for path, text in texts().items():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        print(f"{path.relative_to(FOLDER.parent)} {'is out of date' if check else 'written'}")
        if not check:
            path.write_text(text, encoding="utf-8")
    return int(check and stale > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
