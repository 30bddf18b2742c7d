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
import warnings
from pathlib import Path

import numpy as onp

import mxshim as mx

from .array.convert import adopt_numpy, class_of
from .array.core import Array
from .engine.call import call
from .engine.op import NAMES, Op
from .engine.trace import flush_all, state

FOLDER = Path(__file__).parent
# file -> (prefix in the registry, module)
MODULES = {
    "numpy/__init__.pyi": ("np", mx.np),
    "numpy/random.pyi": ("np.random", mx.np.random),
    "numpy/linalg.pyi": ("np.linalg", mx.np.linalg),
    "numpy_extension/__init__.pyi": ("npx", mx.npx),
    "numpy_extension/random.pyi": ("npx.random", mx.npx.random),
    "numpy_extension/image.pyi": ("npx.image", mx.npx.image),
    "ndarray/__init__.pyi": ("nd", mx.nd),
    "ndarray/random.pyi": ("nd.random", mx.nd.random),
    "ndarray/linalg.pyi": ("nd.linalg", mx.nd.linalg),
    "ndarray/contrib.pyi": ("nd.contrib", mx.nd.contrib),
    "ndarray/image.pyi": ("nd.image", mx.nd.image),
    "ndarray/sparse.pyi": ("nd.sparse", mx.nd.sparse),
    "ndarray/op.pyi": ("nd", mx.nd.op),
}
CLASSES = (mx.np.ndarray, mx.nd.NDArray)
KINDS = {onp.ndarray: "onp.ndarray", tuple: "tuple", list: "list", int: "int", float: "float", bool: "bool", type(None): "None"}
# Words in annotations -> the import they need.
NEEDED = {
    "builtins.": "import builtins",
    "Iterator": "from collections.abc import Iterator",
    "Any": "from typing import Any",
    "onp.": "import numpy as onp",
    "Device": "from mxshim.device import Device",
    "NDArray": "from mxshim.ndarray import NDArray",
    "ndarray": "from mxshim.numpy import ndarray",
}
# Plain functions and methods (full name or last part): what they give where it is not SELF, the array class of their dialect.
_RETURNS = {
    "None": """waitall save savez seed set_policy fill_diagonal np.random.shuffle attach_grad backward drop_grad fill
        wait_to_read wait_to_write __setitem__ _unknown_argument""",
    "bool": "array_equal array_equiv allclose may_share_memory shares_memory can_cast __bool__ __contains__",
    "int": "ndim size __len__ __int__ __index__ __hash__",
    "float": "__float__",
    "complex": "__complex__",
    "str": "__repr__ __str__ __format__",
    "list": "tolist",
    "tuple[int, ...]": "shape",
    "onp.dtype": "result_type promote_types min_scalar_type dtype",
    "Device": "ctx context device",
    "onp.ndarray": "asnumpy to_numpy __array__",
    "SELF | Any": "grad",
    "Iterator[SELF]": "__iter__",
    "ndarray": "as_np_ndarray",
    "NDArray": "as_nd_ndarray",
    "Exception": "_missing_argument",
    "Any": """load load_frombuffer to_dlpack_for_read to_dlpack_for_write item asscalar copyto tostype count_nonzero
        constraint_check nonzero unique unique_all unique_inverse ix_ histogram2d histogramdd intersect1d polydiv polyfit
        union1d genfromtxt bincount
        nd.random.multinomial nd.random.categorical nd.sample_multinomial npx.random.categorical Dropout dropout
        __array_function__ __array_ufunc__ __dlpack__ __dlpack_device__ __jax_array__""",
}
HIDDEN = {"__slots__", "__weakref__", "__module__", "__doc__", "__dict__", "__init__", "__new__",
          "__getattr__", "__reduce__", "__firstlineno__", "__static_attributes__"}
RETURNS = {name: kind for kind, names in _RETURNS.items() for name in names.split()}


def texts() -> dict[Path, str]:
    """File -> its text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {FOLDER / file: _module(prefix, module) for file, (prefix, module) in MODULES.items()}
        state.checks.clear()
        flush_all("stubs")  # nothing of what was called is alive: this only forgets it
    return found


def _module(prefix: str, module) -> str:
    registered = {name.rpartition(".")[2]: name for name in NAMES if name.rpartition(".")[0] == prefix}
    # MXNet's module nd.ndarray is left out: there, that word is the array class.
    names = [n for n in dir(module) if not n.startswith("_") and (n != "ndarray" or inspect.isclass(getattr(module, n)))]
    package = module.__name__ if hasattr(module, "__path__") else module.__name__.rpartition(".")[0]
    cls = class_of(prefix.split(".")[0])
    imports, classes, body = [], [], []
    for name in names:
        value = getattr(module, name)
        if module is mx.nd.op:
            imports.append(f"from . import {name} as {name}")
        elif inspect.isclass(value) and issubclass(value, Array):
            classes.append(value)
        elif name in registered and inspect.isfunction(value):
            body.append(_function(name, value, registered[name], cls, _scope(names)))
        else:
            imports.append(_import(name, value, package))
    classes.sort(key=lambda c: (len(c.__mro__), c.__name__))
    text = "\n".join([_class(c, [*classes, cls], _scope(names)) for c in classes] + body)
    used = [line for word, line in NEEDED.items() if re.search(rf"(-> |\[|\| ){re.escape(word)}", text) and word not in names]
    head = ["# Written by `python -m mxshim.stubs`.", _literal(_sentence(module.__doc__)), *used]
    return "\n\n".join(filter(None, ["\n".join(head), "\n".join(imports), text])).rstrip() + "\n"


def _scope(names):
    """What a name of Python's must be called where a module has its own of that name."""
    taken = [n for n in names if hasattr(builtins, n)]
    return (lambda ann: re.sub(rf"\b({'|'.join(taken)})\b(?!\.)", r"builtins.\1", ann)) if taken else (lambda ann: ann)


def _import(name, value, package) -> str:
    """A line that says where something that is no operator comes from."""
    if inspect.ismodule(value):
        parent, _, own = value.__name__.rpartition(".")
        place = "." if parent == package else parent
        return f"from {place} import {own} as {name}" if own == name else f"from {place} import {own} as _{name}\n{name} = _{name}"
    for home in (f"{package}.constants", getattr(value, "__module__", None)):
        if getattr(sys.modules.get(home or ""), name, sys) is value:
            relative = home[len(package):] if home.startswith(package) else home.replace("mxshim.", "..", 1)
            return f"from {relative} import {name} as {name}"
    return f"{name}: {type(value).__name__}"


def _class(cls, known, scope) -> str:
    """An array class; one that inherits from a known one names only what is its own."""
    base = next((c for c in cls.__mro__[1:] if c in known), object)
    head = f"class {cls.__name__}{'' if base is object else f'({base.__name__})'}:\n    {_literal(_sentence(cls.__doc__))}\n"
    inherited = base.__mro__
    own = {n for c in cls.__mro__ if c not in inherited for n in vars(c) if not n.startswith("_") or n.endswith("__")}
    members = [_member(cls, n, inspect.getattr_static(cls, n), scope) for n in sorted(own - HIDDEN)]
    return head + "".join(f"    {line}\n" for member in members for line in member.splitlines())


def _member(cls, name, value, scope) -> str:
    if isinstance(value, property):
        value = value.fget
        return f"@property\ndef {name}(self) -> {scope(_declared(value) or _plain(name, name, cls))}:{_doc(value.__doc__)}"
    if isinstance(value, classmethod):
        return "@classmethod\n" + _function(name, value.__func__, "", cls, scope)
    if inspect.isfunction(value):
        return _function(name, value, f"{cls._dialect}.{cls.__name__}.{name}", cls, scope)
    return f"{name}: {scope(type(value).__name__)}"


def _function(name, value, registered, cls, scope) -> str:
    record = NAMES.get(registered)
    op = record if isinstance(record, Op) else getattr(record, "op", None)
    signature = inspect.signature(value)
    if op is None:
        ret = _declared(value) or _plain(name, registered, cls)
    else:
        ret = _result(record, op, cls)
    overrides = name in ("__eq__", "__ne__") or any(name in vars(c) for c in CLASSES if c is not cls and issubclass(cls, c))
    ignored = "  # type: ignore[override]" if overrides and registered.count(".") == 2 else ""
    open_ended = op is not None and value.__code__.co_flags & inspect.CO_VARKEYWORDS
    extra = _door(op, cls) if open_ended and not name.endswith("__") else ()
    return f"def {name}{_signature(signature, extra)} -> {scope(ret)}:{ignored}{_doc(value.__doc__, ignored)}"


def _door(op: Op, cls):
    """The arguments that the door adds to an operator's own."""
    own = ("out",) if op.arrays or op.variadic else ("out", "ctx", "device")
    return (*own, "name") if cls._dialect == "nd" else own


def _signature(signature: inspect.Signature, extra) -> str:
    shown = [p.replace(annotation=p.empty, default=_default(p.default)) for p in signature.parameters.values()]
    names, kinds = {p.name for p in shown}, {p.kind for p in shown}
    last = inspect.Parameter.KEYWORD_ONLY if inspect.Parameter.VAR_POSITIONAL in kinds else inspect.Parameter.POSITIONAL_OR_KEYWORD
    shown += [inspect.Parameter(n, last if n == "out" else inspect.Parameter.KEYWORD_ONLY, default=None)
              for n in extra if n not in names]
    shown.sort(key=lambda p: p.kind)
    return str(inspect.Signature(shown)).replace("Ellipsis", "...")


def _default(value):
    """A default that can be written down, else `...`."""
    if isinstance(value, tuple):
        return value if all(_default(v) is not ... for v in value) else ...
    plain = value is inspect.Parameter.empty or type(value) in (int, bool, str, type(None))
    return value if plain or (type(value) is float and onp.isfinite(value)) else ...


def _declared(value) -> str | None:
    """The result's type as the source says it, if users can name it too."""
    found = getattr(value, "__annotations__", {}).get("return")
    words = set(re.findall(r"\w+", found)) if isinstance(found, str) else {""}
    known = {"None", "int", "float", "bool", "str", "tuple", "list", "onp", "ndarray", "dtype", "Device"}
    return found if words <= known else None


def _plain(name, registered, cls) -> str:
    """The result of a function that is no operator."""
    found = RETURNS.get(registered) or RETURNS.get(name) or ("SELF" if cls in CLASSES else "Any")
    return found.replace("SELF", cls.__name__)


_RESULTS: dict = {}


def _result(record, op: Op, cls) -> str:
    """What calls on the samples give: one type, or Any."""
    key = (record if record is not op else op, cls)
    if key not in _RESULTS:
        kinds = {_kind(record, op, cls, *sample) for sample in _samples(op)}
        _RESULTS[key] = kinds.pop() if len(kinds) == 1 else "Any"
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
        return "Any"
    if type(found) in (tuple, list) and {type(x) for x in found} == {cls}:
        return f"tuple[{cls.__name__}, ...]" if type(found) is tuple else f"list[{cls.__name__}]"
    return type(found).__name__ if type(found) in CLASSES else KINDS.get(type(found), "Any")


def _arrays(value, cls):
    if isinstance(value, onp.ndarray):
        return adopt_numpy(onp.array(value), cls)
    if isinstance(value, dict):
        return {k: _arrays(v, cls) for k, v in value.items()}
    return type(value)(_arrays(v, cls) for v in value) if type(value) in (tuple, list) else value


def _doc(doc, lead="") -> str:
    sentence = _sentence(doc)
    if not sentence:
        return "\n    ..." if lead else " ..."
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
