"""Shapes and dtypes of everything in a graph, from what is known of some of it."""
from __future__ import annotations

import contextlib
import warnings
from typing import Any

import numpy as onp

from .. import ndarray as nd
from ..base import CODE_DTYPES, MXNetError, as_dtype
from ..device import current_device
from ..engine import capture
from ..engine.rng import aside
from ..engine.trace import threads, trace_on
from ..operator import prop_of
from ..util import is_np_shape
from . import loops, operators
from .functions import function
from .shape_rules import Mismatch, join, known, put, rule_of, shown

# Dtypes of an operator's first input, and of the others, to ask for shapes with where they are not known: the shapes are the same.
_LIKELY = (("float32", "float32"), ("int32", "int32"), ("float32", "int32"), ("float32", "bool"))
_STAND_INS = 240, 360  # in the place of sizes that are not known: most sizes divide them, and kernels fit into them
_TURNS = 16  # passes over the graph; two are enough but for sizes that go back and forth


class Inference:
    """What is known of a graph: shapes and dtypes by (id of vertex, output)."""

    def __init__(self, symbol, shapes, types):
        """shapes, types: by name of a variable."""
        self.symbol, self.order = symbol, symbol._vertices()
        self.shapes: dict[tuple[int, int], Any] = {}
        self.types = _types(self.order, types)
        self.nested: dict[int, list[Inference]] = {}  # of the graphs in loops and branches
        self.given = {id(v): v.values() for v in self.order if v.op is not None}
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
            if v.subgraphs:
                self.inner(v, ins, outs)
            elif rule is not None and (v.op not in ("softmax", "log_softmax") or len(ins) == 1):
                rule(self.given[id(v)], ins, outs)
            # What a program's own operator says of shapes is all there is: its code runs with values alone.
            told = v.subgraphs or v.op == "Custom" or id(v) in self.computed
            if not told and all(map(known, ins)) and (ins or rule is None and not all(map(known, outs))):
                self.compute(v, ins, outs)
        except Mismatch as error:
            names = ", ".join(f"{w.name} {shown(self.shapes.get((id(w), k)))}" for w, k in v.inputs)
            raise MXNetError(f"Error in operator {v.name}: {v.op} of {names}: {error}") from None
        for (w, k), s in zip(v.inputs, ins, strict=True):
            self.shapes[id(w), k] = s
        for k, s in enumerate(outs):
            self.shapes[id(v), k] = s

    def inner(self, v, ins, outs):
        """What the graphs of a loop or a branch say of its inputs and outputs."""
        self.nested[id(v)] = []
        length = v.values().get("max_iterations")
        n, rows = loops.sliced(v), loops.stacked(v)
        for s in (*ins[:n], *(outs[:rows] if n else ())):
            length = length if s is None or s[0] is None else s[0]
        for k, i in enumerate(loops.state_inputs(v), rows):
            ins[i] = outs[k] = join(ins[i], outs[k])
        for turn, (graph, wires) in enumerate(zip(v.subgraphs, loops.wiring(v), strict=True)):
            names = graph.list_inputs()
            shapes = {a: ins[i][1:] if i < n and ins[i] is not None else ins[i] for a, i in zip(names, wires, strict=True)}
            types = {a: self.types.get((id(v.inputs[i][0]), v.inputs[i][1])) for a, i in zip(names, wires, strict=True)}
            found = Inference(graph, shapes, types)
            self.nested[id(v)].append(found)
            for w, i in zip([w for w in found.order if w.op is None], wires, strict=True):
                s = found.shapes.get((id(w), 0))
                put(ins, i, (length, *s) if s is not None and i < n else s)
            if turn or len(v.subgraphs) == 1:  # the first of several is a condition
                for k, (s, (w, j)) in enumerate(zip(found.of(graph._entries), graph._entries, strict=True)):
                    put(outs, k, (length, *s) if s is not None and k < rows else s)
                    self.types[id(v), k] = found.types.get((id(w), j))

    def compute(self, v, ins, outs):
        """The outputs' shapes and dtypes, as a call of the operator on arrays of these shapes would have them."""
        found = self.called(v, ins)
        self.computed.add(id(v))
        for k, (shape, dtype) in enumerate(found):
            put(outs, k, shape)
            self.types[id(v), k] = dtype

    def called(self, v, ins):
        dtypes = [self.types.get((id(w), k)) for w, k in v.inputs]
        failed = None
        for first, rest in _LIKELY if any(t is None for t in dtypes) else _LIKELY[:1]:
            try:
                return abstract(v.op, self.given[id(v)], ins, [t or onp.dtype(rest if i else first) for i, t in enumerate(dtypes)])
            except MXNetError as error:
                failed = failed or error
        raise MXNetError(f"Error in operator {v.name}: {failed}") from None

    def widen(self):
        """Find the sizes that do not hang on those that are not known, such as all but the batch's."""
        for _ in range(_TURNS):
            before = dict(self.shapes)
            for v in self.order:
                if v.op is not None and not v.subgraphs and v.op != "Custom":
                    self.step(v)
                    self.alike(v)
            if before == self.shapes:
                return
            self.run()

    def alike(self, v):
        """Of outputs of which nothing is known, what is the same whatever stands for the sizes that the inputs leave open."""
        ins, outs = [self.shapes.get((id(w), k)) for w, k in v.inputs], [self.shapes.get((id(v), k)) for k in range(v.count())]
        if not ins or None in ins or outs != [None] * len(outs):
            return
        try:
            found = [self.called(v, [tuple([size if n is None else n for n in s]) for s in ins]) for size in _STAND_INS]
            for k, ((a, _), (b, _)) in enumerate(zip(*found, strict=True)):
                if len(a) == len(b):
                    put(outs, k, tuple([m if m == n else None for m, n in zip(a, b, strict=True)]))
        except MXNetError:  # it does not take these sizes, which says nothing of others
            return
        self.shapes.update({(id(v), k): s for k, s in enumerate(outs)})

    def of(self, entries):
        return [self.shapes.get((id(v), k)) for v, k in entries]

    def open_shapes(self):
        """The shapes of vertices without inputs whose own attributes leave sizes open."""
        found = {id(v): self.shapes[id(v), 0] for v in self.order if v.op is not None and not v.inputs
                 and ("shape" in self.given[id(v)] or self.given[id(v)].get("infer_range") and self.given[id(v)].get("stop") is None)
                 and known(self.shapes.get((id(v), 0))) and tuple(self.given[id(v)].get("shape") or ()) != self.shapes[id(v), 0]}
        for parts in self.nested.values():
            for part in parts:
                found.update(part.open_shapes())
        return found


def abstract(op, given, shapes, dtypes):
    """[(shape, dtype)] of an operator's outputs; nothing is computed. Raises: MXNetError as the call would."""
    call, thread = function(op), threads.now
    checks, flags = len(thread.checks), (thread.recording, thread.training)
    trace = capture.Capture(trace_on(current_device().jax)) if thread.capture is None else None
    try:
        with trace or contextlib.nullcontext(), aside():
            # Some functions look at results outside of record(); nothing is marked, so nothing is recorded.
            thread.recording, thread.training = True, False
            found = call([nd.full(s, 0, dtype=d) for s, d in zip(shapes, dtypes, strict=True)], given)
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
    unknown = (-1,) if is_np_shape() else (0, -1)
    return None if shape is None else tuple([None if n in unknown else int(n) for n in shape])


def shape_out(shape):
    """A shape as users get it. Unknown is () with sizes of 0; with np shapes, where those are sizes, None with sizes of -1."""
    if is_np_shape():
        return None if shape is None else tuple([-1 if n is None else n for n in shape])
    return () if shape is None else tuple([0 if n is None else n for n in shape])


def _types(order, given) -> dict:
    """Dtypes by (id of vertex, output), as far as they follow from the variables'."""
    types: dict[tuple[int, int], Any] = {}
    for v in order:
        if v.op is None:
            code = v.attrs.get("__dtype__")
            found = given.get(v.name)
            if found is None and code is not None and code.lstrip("-").isdigit():
                found = CODE_DTYPES.get(int(code))
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


_FREE_INPUTS = {"Embedding": (0,), "pick": (1,), "one_hot": (0,), "gather_nd": (1,), "batch_take": (1,), "where": (0,),
                "_npi_where": (0,), "SequenceMask": (1,), "SequenceLast": (1,), "SequenceReverse": (1,), "Cast": (0,), "amp_cast": (0,),
                "softmax": (1,), "CTCLoss": (1, 2, 3), "RNN": (4,), "_npi_advanced_indexing": (1,), "ROIPooling": ()}
_OWN_TYPE = {"argsort": "float32", "one_hot": "float32", "shape_array": "int64", "size_array": "int64", "_contrib_index_array": "int64",
             "_sample_unique_zipfian": "int64", "_random_randint": "int32",
             "_npi_argmax": "int64", "_npi_argmin": "int64", "_contrib_allclose": "uint8", "_contrib_dequantize": "float32",
             "_image_to_tensor": "float32",
             **dict.fromkeys(("_npi_tril_indices", "_npi_diag_indices_from", "_npi_matrix_rank", "_npi_matrix_rank_none_tol"), "int64"),
             **dict.fromkeys(("_contrib_intgemm_prepare_data", "_contrib_intgemm_prepare_weight", "_contrib_intgemm_take_weight"), "int8")}


def _quantized(attrs) -> str:
    kind, low = attrs.get("out_type", "int8"), attrs.get("min_calib_range", "None")
    return kind if kind != "auto" else "int8" if low == "None" or float(low) < 0 else "uint8"


# Outputs whose dtype is not that of the first: operator -> (attributes, their number) -> dtype.
_OTHER_OUTPUTS = {"topk": lambda v, k: v.attrs.get("dtype", "float32") if k or v.attrs.get("ret_typ", "indices") == "indices" else None,
                  "_contrib_quantize_v2": lambda v, k: "float32" if k else _quantized(v.attrs),
                  "_contrib_quantize": lambda v, k: "float32" if k else v.attrs.get("out_type", "uint8"),
                  "_contrib_requantize": lambda v, k: "float32" if k else "int8", "_histogram": lambda v, k: None if k else "int64",
                  "_npi_lstsq": lambda v, k: "int64" if k == 2 else None,
                  **{f"_contrib_quantized_{name}": lambda v, k, kind=kind: "float32" if k else kind for name, kind in (
                      ("act", None), ("concat", None), ("flatten", None), ("batch_norm", "int8"), ("embedding", "int8"), ("conv", "int32"),
                      ("fully_connected", "int32"), ("elemwise_add", "int32"), ("elemwise_mul", "int32"))},
                  "norm": lambda v, k: v.attrs.get("out_dtype")}
# What inputs of quantized operators are if nothing else is known of them, by their names; those not named are float32.
_QUANTIZED = dict.fromkeys(("data", "weight", "bias", "lhs", "rhs"), "int8")
_ONE_TYPE = {"dot", "batch_dot", "FullyConnected", "Convolution", "Deconvolution", "Concat", "stack", "_mod", "_power", "_maximum",
             "_minimum", "_hypot", "_equal", "_not_equal", "_greater", "_greater_equal", "_lesser", "_lesser_equal", "add_n"}
_BOOLEAN = ("_npi_equal", "_npi_not_equal", "_npi_greater", "_npi_less", "_npi_logical", "_npi_is", "_npi_all", "_npi_any", "_np_all",
            "_np_any")


def _loop_types(v, types):
    for turn, (graph, wires) in enumerate(zip(v.subgraphs, loops.wiring(v), strict=True)):
        order = graph._vertices()
        inputs = [w for w in order if w.op is None]
        sources = [(id(v.inputs[i][0]), v.inputs[i][1]) for i in wires]
        found = _types(order, {w.name: types.get(e) for w, e in zip(inputs, sources, strict=True)})
        for w, e in zip(inputs, sources, strict=True):
            if types.get(e) is None:
                types[e] = found[id(w), 0]
        if turn or len(v.subgraphs) == 1:
            types.update({(id(v), k): found.get((id(w), j)) for k, (w, j) in enumerate(graph._entries)})


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


def _multicast_types(v, types):
    """All in the widest type among the inputs, if these are known."""
    found = [types.get((id(w), k)) for w, k in v.inputs]
    if all(t is not None for t in found):
        pick = min if v.attrs.get("cast_narrow") in ("True", "1") else max
        types.update({(id(v), k): pick(found, key=lambda t: t.itemsize) for k in range(v.count())})


def _quantized_types(v, types):
    """What the inputs of an operator on quantized numbers are, where nothing is known of them."""
    found = {"data": "float32"} if "_quantize" in v.op[8:] and "_quantized" not in v.op else _QUANTIZED
    found = {"data": "int32"} if v.op == "_contrib_requantize" else found
    for name, (w, k) in zip(operators.inputs_of(v.record, v.values(), len(v.inputs)), v.inputs, strict=False):
        kind = "float32" if v.op.endswith("embedding") and name == "data" else found.get(name, "float32")
        if types.get((id(w), k)) is None:
            types[id(w), k] = as_dtype(kind)


def _type_step(v, types):
    if v.subgraphs:
        _loop_types(v, types)
        return
    if v.op == "Custom" and _custom_types(v, types):
        return
    if v.op.startswith(("_contrib_quantize", "_contrib_dequantize", "_contrib_requantize")):
        _quantized_types(v, types)
    if v.op == "amp_multicast":
        _multicast_types(v, types)
        return
    free = _FREE_INPUTS.get(v.op, ())
    bound = [(id(w), k) for i, (w, k) in enumerate(v.inputs) if i not in free]
    first = next((types[e] for e in bound if types.get(e) is not None), None)
    out = types.get((id(v), 0))
    if v.op == "Embedding" and first is None:  # of its table's type, whatever the indices'
        first = as_dtype(v.attrs.get("dtype", "float32"))
    if v.op in _ONE_TYPE or v.op.startswith(("elemwise_", "broadcast_")) and v.op != "broadcast_like":
        other = next((t for e in bound if (t := types.get(e)) is not None and t != first), None)
        if other is not None:
            raise MXNetError(f"Error in operator {v.name}: {v.op} of {first} and {other}: its inputs must have one dtype. Cast one of them")
    named = v.attrs.get("dtype") if v.op != "topk" else None
    if named and named != "None" and "dtype" in (v.record.kinds if v.record else {}):
        found = as_dtype(named if not named.isdigit() else CODE_DTYPES.get(int(named), "float32"))
    elif v.op in _OWN_TYPE or v.op.startswith(_BOOLEAN):
        found = as_dtype(_OWN_TYPE.get(v.op, "bool"))
    elif not v.inputs:
        found = onp.dtype("float32")
    else:
        found = first
        if first is None and out is not None:
            first = out
    own = _OTHER_OUTPUTS.get(v.op)
    for k in range(v.count()):
        if types.get((id(v), k)) is None:
            other = own(v, k) if own is not None else None
            types[id(v), k] = found if other is None or str(other) == "None" else as_dtype(other)
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
        if partial:
            found.widen()
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
    try:
        types = _types(order, given)
    except MXNetError:
        print("infer_type error. Arguments:")
        for k, t in given.items():
            print(f"  {k}: {t}")
        raise
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
