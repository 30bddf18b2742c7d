"""Shapes and dtypes of everything in a graph, from what is known of some of it."""
from __future__ import annotations

import contextlib
import warnings
from typing import Any

import numpy as onp

from .. import ndarray as nd
from ..base import MXNetError, as_dtype
from ..device import current_device
from ..engine import capture
from ..engine.trace import threads, trace_on
from ..operator import prop_of
from . import operators
from .functions import function
from .shape_rules import Mismatch, join, known, put, rule_of, shown

_TURNS = 16  # passes over the graph; two are enough but for sizes that go back and forth


class Inference:
    """What is known of a graph: shapes and dtypes by (id of vertex, output)."""

    def __init__(self, symbol, shapes, types):
        """shapes, types: by name of a variable."""
        self.symbol, self.order = symbol, symbol._vertices()
        self.shapes: dict[tuple[int, int], Any] = {}
        self.types = _types(self.order, types)
        self.given = {id(v): v.values() if v.op != "Custom" else {k: t for k, t in v.attrs.items() if not k.startswith("__")}
                      for v in self.order if v.op is not None}
        self.computed: set[int] = set()
        for v in self.order:
            if v.op is None:
                own = _own_shape(v)
                try:
                    self.shapes[id(v), 0] = join(own, shapes.get(v.name))
                except Mismatch:
                    self.shapes[id(v), 0] = shapes[v.name]
        self.run()

    def run(self):
        ops = [v for v in self.order if v.op is not None]
        for turn in range(_TURNS):
            before = dict(self.shapes)
            for v in ops if turn % 2 == 0 else reversed(ops):
                self.step(v)
            if turn and before == self.shapes:
                return

    def step(self, v):
        ins = [self.shapes.get((id(w), k)) for w, k in v.inputs]
        outs = [self.shapes.get((id(v), k)) for k in range(v.count())]
        try:
            rule = rule_of(v.op)
            if rule is not None and (v.op not in ("softmax", "log_softmax") or len(ins) == 1):
                rule(self.given[id(v)], ins, outs)
            if id(v) not in self.computed and all(map(known, ins)) and not (not ins and all(map(known, outs))):
                if ins or rule is None:
                    self.compute(v, ins, outs)
        except Mismatch as error:
            names = ", ".join(f"{w.name} {shown(self.shapes.get((id(w), k)))}" for w, k in v.inputs)
            raise MXNetError(f"Error in operator {v.name}: {v.op} of {names}: {error}") from None
        for (w, k), s in zip(v.inputs, ins, strict=True):
            self.shapes[id(w), k] = s
        for k, s in enumerate(outs):
            self.shapes[id(v), k] = s

    def compute(self, v, ins, outs):
        """The outputs' shapes and dtypes, as a call of the operator on arrays of these shapes would have them."""
        dtypes = [self.types.get((id(w), k)) or onp.dtype("float32") for w, k in v.inputs]
        try:
            found = abstract(v.op, self.given[id(v)], ins, dtypes)
        except MXNetError as error:
            raise MXNetError(f"Error in operator {v.name}: {error}") from None
        self.computed.add(id(v))
        for k, (shape, dtype) in enumerate(found):
            put(outs, k, shape)
            self.types[id(v), k] = dtype

    def of(self, entries):
        return [self.shapes.get((id(v), k)) for v, k in entries]

    def open_shapes(self):
        """The shapes of vertices without inputs whose own attributes leave sizes open."""
        return {id(v): self.shapes[id(v), 0] for v in self.order if v.op is not None and not v.inputs
                and "shape" in self.given[id(v)] and known(self.shapes.get((id(v), 0)))
                and tuple(self.given[id(v)]["shape"] or ()) != self.shapes[id(v), 0]}


def abstract(op, given, shapes, dtypes):
    """[(shape, dtype)] of an operator's outputs; nothing is computed. Raises: MXNetError as the call would."""
    call, thread = function(op), threads.now
    checks, flags = len(thread.checks), (thread.recording, thread.training)
    trace = capture.Capture(trace_on(current_device().jax)) if thread.capture is None else None
    try:
        with trace or contextlib.nullcontext():
            # Some functions look at results outside of record(); nothing is marked, so nothing is recorded.
            thread.recording, thread.training = True, False
            found = call([nd.zeros(s, dtype=d) for s, d in zip(shapes, dtypes, strict=True)], given)
        results = found if isinstance(found, list | tuple) else [found]
        return [(a.shape, onp.dtype(a.dtype)) for a in results]
    except (TypeError, ValueError, IndexError, AssertionError, KeyError) as error:
        raise MXNetError(str(error)) from None
    finally:
        thread.recording, thread.training = flags
        del thread.checks[checks:]


def _own_shape(v):
    text = v.attrs.get("__shape__")
    if text is None:
        return None
    found = operators.read("t", text, f"variable {v.name!r}: __shape__")
    return shape_in(found) if found else None


def shape_in(shape):
    """A shape as users give it: 0 and -1 are unknown sizes."""
    return None if shape is None else tuple([None if n in (0, -1) else int(n) for n in shape])


def shape_out(shape):
    return () if shape is None else tuple([0 if n is None else n for n in shape])


def _types(order, given) -> dict:
    """Dtypes by (id of vertex, output), as far as they follow from the variables'."""
    types: dict[tuple[int, int], Any] = {}
    for v in order:
        if v.op is None:
            code = v.attrs.get("__dtype__")
            found = given.get(v.name)
            if found is None and code is not None and code.lstrip("-").isdigit():
                found = operators.DTYPE_OF_CODE.get(int(code))
            types[id(v), 0] = None if found is None else as_dtype(found)
    for _ in range(3):
        before = dict(types)
        for v in order:
            if v.op is not None:
                _type_step(v, types)
        for v in reversed(order):
            if v.op is not None:
                _type_step(v, types)
        if before == types:
            break
    return types


_FREE_INPUTS = {"Embedding": (0,), "take": (1,), "pick": (1,), "one_hot": (0,), "gather_nd": (1,), "batch_take": (1,), "where": (0,),
                "_npi_where": (0,), "SequenceMask": (1,), "SequenceLast": (1,), "SequenceReverse": (1,), "Cast": (0,), "amp_cast": (0,),
                "softmax": (1,), "CTCLoss": (1, 2, 3), "RNN": (4,), "_npi_advanced_indexing": (1,), "ROIPooling": ()}
_OWN_TYPE = {"argsort": "float32", "one_hot": "float32", "shape_array": "int64", "size_array": "int64",
             "_npi_argmax": "int64", "_npi_argmin": "int64"}
_BOOLEAN = ("_npi_equal", "_npi_not_equal", "_npi_greater", "_npi_less", "_npi_logical", "_npi_is", "_npi_all", "_npi_any", "_np_all",
            "_np_any")


def _topk_numbers(v):
    """Which output of topk holds numbers of elements, None if none does."""
    return {"both": 1, "value": None, "mask": None}.get(v.attrs.get("ret_typ", "indices"), 0)


def _custom_types(v, types) -> bool:
    """The dtypes of an operator that the program registered, by its infer_type; False if its inputs' are not known."""
    given = {k: t for k, t in v.attrs.items() if not k.startswith("__")}
    entries, prop = [(id(w), k) for w, k in v.inputs], prop_of(given, "mx.sym.Custom")
    count = len(prop.list_arguments())
    if any(types.get(e) is None for e in entries[:count]):
        return False
    found = prop.infer_type([types[e].type for e in entries[:count]])
    if len(found) == 2:
        found = (*found, [])
    for e, t in zip([*entries, *((id(v), k) for k in range(v.count()))], [*found[0], *found[2], *found[1]], strict=False):
        if types.get(e) is None and t is not None:
            types[e] = as_dtype(t)
    return True


def _type_step(v, types):
    if v.op == "Custom" and _custom_types(v, types):
        return
    free = _FREE_INPUTS.get(v.op, ())
    bound = [(id(w), k) for i, (w, k) in enumerate(v.inputs) if i not in free]
    first = next((types[e] for e in bound if types.get(e) is not None), None)
    out = types.get((id(v), 0))
    if v.op == "Embedding" and first is None:  # of its table's type, whatever the indices'
        first = onp.dtype("float32")
    named = v.attrs.get("dtype")
    if named and named != "None" and "dtype" in (v.record.kinds if v.record else {}) and v.op != "topk":
        found = as_dtype(named if not named.isdigit() else operators.DTYPE_OF_CODE.get(int(named), "float32"))
    elif v.op in _OWN_TYPE or v.op.startswith(_BOOLEAN):
        found = as_dtype(_OWN_TYPE.get(v.op, "bool"))
    elif not v.inputs:
        found = onp.dtype("float32")
    else:
        found = first
        if first is None and out is not None:
            first = out
    for k in range(v.count()):
        if types.get((id(v), k)) is None:
            types[id(v), k] = as_dtype(named or "float32") if v.op == "topk" and k == _topk_numbers(v) else found
    if first is not None:
        for n, e in enumerate(bound):
            if types.get(e) is None:
                half = v.op.startswith("BatchNorm") and first == onp.dtype("float16") and n
                types[e] = onp.dtype("float32") if half else first


def positional(symbol, args, kwargs, what):
    """{name: value} of a call by position (all arguments in order) or by name. Raises: ValueError, MXNetError."""
    if args and kwargs:
        raise ValueError(f"Can only specify known argument {what}s either by positional or kwargs way.")
    if args:
        return {n: v for n, v in zip(symbol.list_arguments(), args, strict=False) if v is not None}
    names = symbol.list_inputs()
    for key, value in kwargs.items():
        if key not in names:
            raise MXNetError(f"infer_{what}: argument name {key} not found; the arguments are {', '.join(names)}")
        if what == "shape" and not isinstance(value, list | tuple):
            raise TypeError(f"infer_shape: a shape is a tuple, but {key} is a {type(value).__name__}")
    return {k: v for k, v in kwargs.items() if v is not None}


def infer_shape(symbol, args, kwargs, partial):
    given = {k: shape_in(v) for k, v in positional(symbol, args, kwargs, "shape").items()}
    try:
        found = Inference(symbol, given, {})
    except MXNetError:
        print("infer_shape error. Arguments:")
        for i, a in enumerate(args):
            print(f"  #{i}: {a}")
        for k, v in kwargs.items():
            print(f"  {k}: {v}")
        raise
    hidden = symbol._aux()
    variables = [v for v in found.order if v.op is None]
    arguments = [(v, 0) for v in variables if id(v) not in hidden]
    states = [(v, 0) for v in variables if id(v) in hidden]
    parts = [found.of(e) for e in (arguments, symbol._entries, states)]
    if not partial and not all(known(s) for p in parts for s in p):
        open_ = [f"{v.name}: {shape_out(s)}" for (v, _), s in zip(arguments, parts[0], strict=True) if not known(s)]
        if open_:
            warnings.warn("infer_shape: these shapes do not follow from the given ones (0: an unknown size); give them, "
                          "too:\n\t" + "\n\t".join(open_), stacklevel=3)
        return None, None, None
    return tuple([[s if known(s) else shape_out(s) for s in p] for p in parts])


def infer_type(symbol, args, kwargs, partial=False):
    given = positional(symbol, args, kwargs, "type")
    order = symbol._vertices()
    types = _types(order, given)
    hidden = symbol._aux()
    variables = [v for v in order if v.op is None]
    parts = [[types.get((id(v), 0)) for v in variables if id(v) not in hidden], [types.get((id(v), k)) for v, k in symbol._entries],
             [types.get((id(v), 0)) for v in variables if id(v) in hidden]]
    if not partial and any(t is None for p in parts for t in p):
        names = [v.name for v in variables if types.get((id(v), 0)) is None]
        warnings.warn("infer_type: these dtypes do not follow from the given ones; give them, too:\n\t" + "\n\t".join(
            f"{n}: None" for n in names), stacklevel=3)
        return None, None, None
    return tuple([[None if t is None else t.type for t in p] for p in parts])
