"""Making vertices: variables, and operators on symbols with the variables they need."""
from __future__ import annotations

import json
from typing import Any

from .. import attribute
from .. import name as naming
from ..base import MXNetError, as_dtype
from . import operators
from .symbol import HIDDEN, Symbol, Vertex

STORAGE = ("default", "row_sparse", "csr")  # by the number that __storage_type__ holds


def _kept(attr) -> dict[str, str]:
    return {f"__{k}__" if k in HIDDEN else k: v for k, v in attr.items()}


def var(name, attr=None, shape=None, lr_mult=None, wd_mult=None, dtype=None, init=None, stype=None, profiler_scope=None, **kwargs):
    """A Symbol that stands for an input: data, a label, a weight.

    Args:
        shape: 0 or -1 stands for an unknown size.  dtype: such as "float32".  stype: storage, "default", "row_sparse" or "csr".
        lr_mult, wd_mult: factors for the optimizer.  init: an initializer, or its name, that Module fills the array with.
        attr: a dict of texts.  kwargs: further attributes, named __like_this__, texts.
    Raises: TypeError for a name that is no string; ValueError for another kwarg, or a value in attr that is no text.
    """
    return variable(Symbol, name, attr, shape, lr_mult, wd_mult, dtype, init, stype, **kwargs)


def variable(cls, name, attr=None, shape=None, lr_mult=None, wd_mult=None, dtype=None, init=None, stype=None, **kwargs):
    if not isinstance(name, str):
        raise TypeError("Expect a string for variable `name`")
    wrong = next((k for k, v in (attr or {}).items() if not isinstance(v, str)), None)
    if wrong is not None:
        raise ValueError(f"mx.sym.var: attr[{wrong!r}] must be a text, got {attr[wrong]!r}")
    attrs = _kept(attribute.current().get(attr))
    if shape is not None:
        attrs["__shape__"] = operators.written(tuple(shape) if isinstance(shape, list | tuple) else (shape,))
    for key, value in (("lr_mult", lr_mult), ("wd_mult", wd_mult)):
        if value is not None:
            attrs[f"__{key}__"] = str(value)
    if dtype is not None:
        attrs["__dtype__"] = operators.dtype_code(dtype)
    if init is not None:
        attrs["__init__"] = init if isinstance(init, str) else init.dumps()
    if stype is not None:
        if stype not in STORAGE:
            raise ValueError(f"mx.sym.var: stype must be 'default', 'row_sparse' or 'csr', got {stype!r}")
        attrs["__storage_type__"] = str(STORAGE.index(stype))
    for key, value in kwargs.items():
        if not (key.startswith("__") and key.endswith("__")):
            raise ValueError(f"mx.sym.var: unknown argument {key!r}. Attributes of your own are written __{key.strip('_')}__")
        attrs[key] = str(value)
    return cls([(Vertex(name, attrs=attrs), 0)])


def create(op: str, args=(), kwargs=None, hint: str | None = None, cls=Symbol):
    """A Symbol of an operator by its name in MXNet's graphs.

    args, kwargs: Symbols for its inputs, by position or by name, and its attributes; name= and attr= as well. Inputs that are not
    given become variables named name_input. hint: what a name is made of if there is none.
    """
    record = operators.find(op)
    if record is None:
        raise MXNetError(f"mx.sym: there is no operator {op!r}")
    kwargs = dict(kwargs or {})
    given_name, attr = kwargs.pop("name", None), kwargs.pop("attr", None)
    kwargs.pop("out", None)
    kwargs.pop("profiler_scope", None)
    if cls is Symbol and "dtype" in kwargs and kwargs["dtype"] is None:
        kwargs["dtype"] = "float64"  # what NumPy takes None for, and with it MXNet 1's operators
    symbols, named, params = _sorted(record, args, kwargs, hint or op)
    scope = attribute.current().get(attr)
    name = naming.current().get(given_name, (hint or op).lower())
    attrs = _kept(scope)
    attrs.update(_kept({k: operators.written(v) for k, v in params.items()}))
    for key in attrs:
        if not (key in record.kinds or key == record.key or key.startswith("__") or record.ignores or record.name == "Custom"):
            raise MXNetError(f"mx.sym.{hint or op}: there is no attribute {key!r}; there are {', '.join(record.kinds) or record.key}, and "
                             "__yours__ in double underscores")
    if record.variadic and record.key and record.key not in attrs and record.name != "Custom":
        attrs[record.key] = str(len(symbols) + len(named))
    missing = [k for k, kind in record.kinds.items() if kind.endswith("!") and k not in attrs]
    if missing and not op.startswith("_np"):  # what np functions do without is their own business
        raise MXNetError(f"mx.sym.{hint or op} needs {', '.join(missing)}")
    given = operators.values(record, attrs, name)
    names = operators.inputs_of(record, given, len(symbols) + len(named) or None)
    inputs = _inputs(record, names, symbols, named, name, attrs, hint or op)
    outputs, shown = operators.outputs_of(record, given)
    aux = operators.aux_of(record, given)
    vertex = Vertex(name, record.name, inputs, outputs, tuple([i for i, n in enumerate(names) if n in aux]), attrs, record, shown)
    return cls([(vertex, k) for k in range(shown)])


def _sorted(record, args, kwargs, called):
    """(Symbols by position, Symbols by name, attributes) of a call."""
    symbols: list = []
    named: dict[str, Any] = {}
    params: dict[str, Any] = {}
    if record.variadic and len(args) == 1 and isinstance(args[0], list | tuple):
        args = args[0]
    order = (() if record.variadic else record.inputs) + tuple(record.kinds)
    for i, a in enumerate(args):
        if isinstance(a, Symbol):
            if not record.variadic and i < len(record.inputs) and len(symbols) != i:
                named[record.inputs[i]] = a
            else:
                symbols.append(a)
        elif record.variadic or i >= len(order) or i < len(record.inputs) and a is not None:
            which = order[i] if i < len(order) else i
            raise AssertionError(f"mx.sym.{called}: argument {which} must be a Symbol, got {type(a).__name__}: {str(a)[:40]!r}")
        elif a is not None or record.kinds.get(order[i], "").endswith("?"):
            params[order[i]] = a
    for key, value in kwargs.items():
        if isinstance(value, Symbol):
            named[key] = value
        elif value is None and not record.kinds.get(key, "").endswith("?"):
            continue
        elif key in record.inputs and key not in record.kinds:
            raise AssertionError(f"Argument {key} must be Symbol instances, but got {str(value)[:40]}")
        elif key == "dtype" and value is not None and "dtype" in record.kinds:
            params[key] = as_dtype(value).name
        else:
            params[key] = value
    return symbols, named, params


def _inputs(record, names, symbols, named, name, attrs, called):
    if record.variadic and named and record.name != "Custom":
        raise MXNetError(f"mx.sym.{called} takes any number of Symbols, by position only; {next(iter(named))!r} was given by name")
    if record.variadic and record.name not in ("Custom", "UpSampling"):
        return [s._single(f"mx.sym.{called}") for s in symbols] if len(symbols) > 1 or not symbols else list(symbols[0]._entries)
    if len(symbols) == 1 and len(symbols[0]._entries) > 1:  # all outputs of one Symbol
        symbols = list(symbols[0])
    if len(symbols) > len(names):
        raise MXNetError(f"mx.sym.{called} takes {len(names)} inputs ({', '.join(names)}), got {len(symbols)} Symbols")
    by_name = dict(zip(names, symbols, strict=False))
    for key, s in named.items():
        if key not in names:
            raise MXNetError(f"mx.sym.{called}: there is no input {key!r} here; with these attributes there are {', '.join(names)}")
        if key in by_name:
            raise MXNetError(f"mx.sym.{called}: the input {key!r} is given twice")
        by_name[key] = s
    found = []
    starts = _STARTS.get(record.name, {})
    for key in names:
        if key in by_name:
            found.append(by_name[key]._single(f"mx.sym.{called}, input {key!r}"))
        else:
            found.append((Vertex(f"{name}_{key}", attrs=dict(attrs)), 0))
        vertex = found[-1][0]
        if key in starts and vertex.op is None:  # a variable of one's own, too, unless it says what it starts from
            vertex.attrs.setdefault("__init__", json.dumps(starts[key]))
    return found


# What variables start from: running statistics, slopes of PReLU.
_STARTS = {**dict.fromkeys(("BatchNorm", "BatchNorm_v1", "_contrib_SyncBatchNorm", "_contrib_BatchNormWithReLU"),
                           {"moving_mean": ["zero", {}], "moving_var": ["one", {}]}),
           "IdentityAttachKLSparseReg": {"moving_avg": ["zero", {}]},
           "LeakyReLU": {"gamma": ["Constant", {"value": 0.25}]}}


def group(symbols):
    """One Symbol with all outputs of several. Raises: TypeError unless it is a list of Symbols with something in it."""
    symbols = list(symbols) if isinstance(symbols, list | tuple) else []
    if not symbols or any(not isinstance(s, Symbol) for s in symbols):
        raise TypeError("mx.sym.Group: a list of Symbols is needed")
    return type(symbols[0])([e for s in symbols for e in s._entries])
