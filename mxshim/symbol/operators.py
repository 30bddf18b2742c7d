"""What MXNet's symbols know of an operator: its inputs, attributes and outputs, read from operators.tsv.

Attributes are texts, as they stand in model files; `values` reads them.
"""
from __future__ import annotations

import ast
import functools
import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as onp

from ..base import DTYPE_CODES, MXNetError, as_dtype
from ..operator import prop_of

FILE = Path(__file__).with_name("operators.tsv")
_MOST_OUTPUTS = 1 << 16
_LONGEST = 4096  # no attribute that MXNet writes for a single value is near that


class Operator(NamedTuple):
    """An operator of symbols.

    inputs: names in order; one that ends in "..." takes any number.  aux: those that the operator writes.
    all_outputs, outputs: how many there are, and how many a Symbol shows, with the usual attributes.
    key: the attribute that counts the inputs, or "".  kinds: attribute -> b flag, i int, f number, t tuple, s text, e{one|two/three}
        choice (those behind the / are MXNet 2's alone), o anything; with ? it may be None, with ! it must be given.
    names: its own name first.  later: whether only MXNet 2 has it.
    """

    inputs: tuple[str, ...]
    aux: tuple[str, ...]
    all_outputs: int
    outputs: int
    key: str
    kinds: dict[str, str]
    names: tuple[str, ...]
    later: bool

    @property
    def name(self) -> str:
        return self.names[0]

    @property
    def ignores(self) -> bool:
        """Whether it has no attributes of its own, and so takes any."""
        return not self.kinds and not self.key

    @property
    def variadic(self) -> bool:
        return bool(self.inputs) and self.inputs[0].endswith("...")


# Attributes that MXNet's own descriptions leave out, and those that MXNet 2 writes under a name that it does not read.
_UNTOLD = {"_linspace": "num:i endpoint:b", "_npi_norm": "ord:f axis:t? keepdims:b flag:i"}
_MISNAMED = {("sort", "is_ascend_s"): "is_ascend", ("argsort", "is_ascend_s"): "is_ascend", ("_npi_around", "decimal"): "decimals"}


@functools.cache
def table() -> dict[str, Operator]:
    """All operators, by every name."""
    found: dict[str, Operator] = {}
    others: dict[str, Operator] = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        name, more, inputs, aux, outputs, key, kinds, later = line.split("\t")
        everything, shown = outputs.split("/")
        record = Operator(tuple(inputs.split()), tuple(aux.split()), int(everything), int(shown), key,
                          dict(k.split(":") for k in f"{kinds} {_UNTOLD.get(name, '')}".split()), (name, *more.split()), bool(later))
        found[name] = record
        others.update({n: record for n in more.split() if not record.later or n not in others})  # 1.x does not read MXNet 2's own
    return {**others, **found}


def find(name: str) -> Operator | None:
    return table().get(name)


def by_names(found: dict[str, Any]):
    """A decorator `by(*names)` that puts a function into a table under names of operators or functions."""
    def by(*names):
        def declare(function):
            found.update(dict.fromkeys(names, function))
            return function
        return declare
    return by


def written(value) -> str:
    """An attribute's value as text, as MXNet's front end writes it."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return f"({', '.join(written(v) for v in value)}{',' if len(value) == 1 else ''})"
    if isinstance(value, type) or type(value).__name__.startswith("dtype"):
        return onp.dtype(value).name
    if hasattr(value, "item") and not hasattr(value, "asnumpy"):
        value = value.item()
    return str(value)


_WORDS = {"True": True, "true": True, "False": False, "false": False, "None": None}
_FLAGS = {**_WORDS, "1": True, "0": False}


def read(kind: str, text: str, where: str) -> Any:
    """An attribute's value from its text. Raises: MXNetError for a text that is no such value."""
    kind = kind[0]
    if kind == "s":
        return text
    if kind == "e":
        return None if text == "None" else text
    if kind == "b" and text in _FLAGS:
        return _FLAGS[text]
    if text in _WORDS:
        return _WORDS[text]
    try:
        if len(text) > _LONGEST and kind != "t":
            raise ValueError
        value = ast.literal_eval(text.strip().rstrip("Ll").replace("L,", ",").replace("inf", "1e999") if text else "()")
        if kind == "t":
            value = tuple(value) if isinstance(value, list | tuple) else (value,)
            value = _nested(value)
        elif kind in "if":
            value = _number(kind, value)
        elif kind == "b":
            raise ValueError
        elif isinstance(value, list | tuple):
            value = _nested(tuple(value))
        elif type(value) not in (int, float):
            raise ValueError
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError, OverflowError):
        if kind == "o":
            return text
        wanted = {"b": "True or False", "i": "an int", "f": "a number", "t": "a tuple of ints"}[kind]
        raise MXNetError(f"{where} must be {wanted}, got {text[:80]!r}") from None
    return value


def _nested(value):
    if not all(isinstance(v, int | float | None) or isinstance(v, tuple | list) for v in value):
        raise ValueError
    return tuple([_nested(v) if isinstance(v, tuple | list) else int(v) if isinstance(v, float) and v.is_integer() else v for v in value])


def _number(kind, value):
    if isinstance(value, tuple | list):  # MXNet 2 writes optional tuples for some ints: "[-1]"
        return _nested(tuple(value))
    if type(value) not in (int, float, bool):
        raise ValueError
    if kind == "i" and isinstance(value, float):
        if not value.is_integer():
            raise ValueError
        return int(value)
    return float(value) if kind == "f" and type(value) is bool else value


def values(op: Operator, attrs: dict[str, str], node: str) -> dict[str, Any]:
    """The operator's own attributes, read; others ("__lr_mult__", "ctx_group") are left out. Those of Custom are the program's, as text.

    Raises: MXNetError.
    """
    if op.name == "Custom":
        return {k: text for k, text in attrs.items() if not k.startswith("__")}
    found = {}
    for name, text in attrs.items():
        name = _MISNAMED.get((op.name, name), name)
        kind = op.kinds.get(name)
        if kind is not None:
            where = f"{op.name} {node!r}: attribute {name!r}"
            found[name] = read(kind, text, where)
            known = kind[0] != "e" or name.endswith("dtype") or text in choices(kind) or text in _OURS.get((op.name, name), ())
            if not known and text != "None":  # more dtypes work here
                raise MXNetError(f"{where} must be one of {', '.join(choices(kind))}, got {text[:80]!r}")
    return found


_OURS = {("LeakyReLU", "act_type"): ("gelu_tanh", "gelu_erf")}  # choices that our functions have beside MXNet's


def choices(kind: str) -> list[str]:
    """What an attribute of a kind may be, if that is a choice."""
    return re.findall(r"[^|/{}]+", kind[1:].rstrip("?!"))


def described(op: Operator) -> tuple[list[str], list[str]]:
    """The names of an operator's inputs and attributes, and what each may be, in MXNet's words; defaults are left out."""
    names = [n.removesuffix("...") for n in op.inputs] + list(op.kinds)
    types = ["NDArray-or-Symbol[]" if n.endswith("...") else "NDArray-or-Symbol" for n in op.inputs]
    for kind in op.kinds.values():
        listed = kind[1:].strip("?!{}").partition("/")
        several = [f"'{c}'" for c in sorted((listed[0] or listed[2]).split("|"))]
        word = f"{{{', '.join(['None'] * kind.endswith('?') + several)}}}" if kind[0] == "e" else _DESCRIBED[kind[0]]
        nothing = " or None" if kind.endswith("?") and kind[0] != "e" else ""
        types.append(f"{word}{nothing}, {'required' if kind.endswith('!') else 'optional'}")
    return names, types


_DESCRIBED = {"b": "boolean", "i": "int", "f": "float", "t": "Shape(tuple)", "s": "string", "o": "string"}


# Inputs that an attribute switches on or off: operator, input -> (attributes read) -> whether it is there.
def _without_bias(default):
    return lambda v: not v.get("no_bias", default)


def _flag(name):
    return lambda v: bool(v.get(name))


_OPTIONAL = {
    ("FullyConnected", "bias"): _without_bias(False), ("Convolution", "bias"): _without_bias(False),
    ("Convolution_v1", "bias"): _without_bias(False),
    ("Deconvolution", "bias"): _without_bias(True), ("_contrib_DeformableConvolution", "bias"): _without_bias(False),
    ("_npx_deformable_convolution", "bias"): _without_bias(False),
    ("_contrib_ModulatedDeformableConvolution", "bias"): _without_bias(False),
    ("_npx_modulated_deformable_convolution", "bias"): _without_bias(False),
    **{(op, name): _without_bias(False) for op in ("_contrib_quantized_fully_connected", "_contrib_quantized_conv")
       for name in ("bias", "min_bias", "max_bias")},
    ("_contrib_BilinearResize2D", "like"): lambda v: v.get("mode") == "like",
    ("LeakyReLU", "gamma"): lambda v: v.get("act_type") == "prelu",
    ("RNN", "state_cell"): lambda v: v.get("mode") == "lstm", ("RNN", "sequence_length"): _flag("use_sequence_length"),
    ("SequenceMask", "sequence_length"): _flag("use_sequence_length"), ("SequenceLast", "sequence_length"): _flag("use_sequence_length"),
    ("SequenceReverse", "sequence_length"): _flag("use_sequence_length"),
    ("softmax", "length"): _flag("use_length"), ("_histogram", "bins"): lambda v: v.get("bin_cnt") is None,
    ("CTCLoss", "data_lengths"): _flag("use_data_lengths"), ("CTCLoss", "label_lengths"): _flag("use_label_lengths"),
    ("_contrib_DeformablePSROIPooling", "trans"): lambda v: not v.get("no_trans"),
}


def inputs_of(op: Operator, given: dict[str, Any], count: int | None = None) -> list[str]:
    """The names of the inputs with these attributes. count: how many were given, for operators that take any number."""
    if op.name == "Custom":
        return custom(given)[0]
    if op.name in LOOPS:  # its graphs are not among them
        return [f"data{i}" for i in range(count or 0)]
    if op.name == "log_softmax":  # of MXNet 2, which describes it without
        return ["data", "length"] if given.get("use_length") else ["data"]
    if op.name == "UpSampling":
        n = given.get("num_args", count or 1)
        if given.get("sample_type") == "bilinear":
            return ["data", "weight"]
        return ["data"] if n == 1 else [f"arg{i}" for i in range(n)]
    if op.variadic:
        n = given.get(op.key) if op.key else None
        n = count if n is None or count is not None and count > n else n
        short = op.inputs[0].removesuffix("...")
        return [f"{'arg' if short in ('data', 'args') else short}{i}" for i in range(n or 0)]
    if op.name.startswith(_SAMPLERS) and op.inputs:  # parameters are inputs or attributes
        return list(op.inputs[:count or 0])
    if op.name in _BY_COUNT and count is not None:
        return list(op.inputs[:count])
    return [n for n in op.inputs if (op.name, n) not in _OPTIONAL or _OPTIONAL[op.name, n](given)]


LOOPS = ("_foreach", "_npx_foreach", "_while_loop", "_npx_while_loop", "_cond", "_npx_cond")
_SAMPLERS = ("_npi_normal", "_npi_uniform", "_npi_bernoulli", "_npi_gamma", "_npi_exponential", "_npi_gumbel", "_npi_laplace",
             "_npi_logistic", "_npi_pareto", "_npi_rayleigh", "_npi_weibull", "_npi_choice", "_npi_multinomial")
_BY_COUNT = ("_npi_average", "_npi_bincount", "_npi_ediff1d", "_npi_interp", "_npi_delete", "_npi_percentile", "_npi_lstsq",
             "_npi_insert_slice", "_npi_insert_scalar", "_npi_insert_tensor", "_contrib_intgemm_fully_connected",
             "_contrib_intgemm_prepare_weight", "_npi_matrix_rank", "_npi_pinv")


def aux_of(op: Operator, given: dict[str, Any]) -> tuple[str, ...]:
    """The names of the inputs that the operator writes."""
    return tuple(custom(given)[1]) if op.name == "Custom" else op.aux


def outputs_of(op: Operator, given: dict[str, Any]) -> tuple[int, int]:
    """(how many outputs there are, how many a Symbol shows) with these attributes. Raises: MXNetError for an absurd number."""
    rule = _OUTPUTS.get(op.name)
    n = rule(given) if rule is not None else (op.all_outputs, op.outputs)
    both = n if isinstance(n, tuple) else (n, n)
    if not 0 < both[0] <= _MOST_OUTPUTS:
        raise MXNetError(f"{op.name}: an operator with {both[0]} outputs cannot be")
    return both


def _pieces(v):
    indices = v.get("indices") or ()
    return v.get("sections") or len(indices) + (0 if indices and indices[0] == 0 else 1)


def _rnn(v):
    return (3 if v.get("mode") == "lstm" else 2) if v.get("state_outputs") else 1


def _with_statistics(v):
    return 3, 3 if v.get("output_mean_var") else 1


_OUTPUTS = {
    "SliceChannel": lambda v: v.get("num_outputs", 1), "_split_v2": _pieces, "_npi_hsplit": _pieces, "_npi_dsplit": _pieces,
    "_npi_vsplit": _pieces, "RNN": _rnn,
    **dict.fromkeys(("BatchNorm", "BatchNorm_v1", "LayerNorm", "GroupNorm", "_contrib_SyncBatchNorm"), _with_statistics),
    "_contrib_BatchNormWithReLU": lambda v: (4, 3 if v.get("output_mean_var") else 1),
    "topk": lambda v: (2, 1) if v.get("ret_typ") == "value" else 2 if v.get("ret_typ") == "both" else 1,
    "LeakyReLU": lambda v: (2, 1) if v.get("act_type") == "rrelu" else 1,
    "_contrib_Proposal": lambda v: (2, 2 if v.get("output_score") else 1),
    "_contrib_MultiProposal": lambda v: (2, 2 if v.get("output_score") else 1),
    "_sample_multinomial": lambda v: 2 if v.get("get_prob") else 1,
    "_npi_average": lambda v: (2, 2 if v.get("returned") else 1),
    "_npi_unique": lambda v: 1 + sum(bool(v.get(k)) for k in ("return_index", "return_inverse", "return_counts")),
    "Custom": lambda v: len(custom(v)[2]), **dict.fromkeys(LOOPS, lambda v: v.get("num_outputs", 1)),
    "multi_sum_sq": lambda v: 1, "amp_multicast": lambda v: v.get("num_outputs", 1),
    **{f"{space}atleast_{n}d": lambda v: v.get("num_args", 1) for space in ("_np_", "_npi_") for n in (1, 2, 3)},
    "_npi_meshgrid": lambda v: v.get("num_args", 1), "_npi_broadcast_arrays": lambda v: v.get("num_args", 1),
}


def custom(given) -> tuple[list[str], list[str], list[str]]:
    """(inputs with auxiliary states, auxiliary states, outputs) of an operator that the program registered."""
    prop = prop_of(given, "mx.sym.Custom")
    states = list(prop.list_auxiliary_states())
    return [*prop.list_arguments(), *states], states, list(prop.list_outputs())


def output_names(op: Operator, given: dict[str, Any]) -> list[str]:
    """What the outputs are called after the operator's name."""
    everything, shown = outputs_of(op, given)
    if op.name == "Custom":
        names = custom(given)[2]
        return [n if n or len(names) > 1 else "output" for n in names]
    if op.name in _OUTPUT_NAMES:
        return _OUTPUT_NAMES[op.name][:shown]
    return ["output"] if everything == 1 and op.name != "SliceChannel" else [f"output{k}" for k in range(shown)]


# Outputs of other operators are numbered, if there is more than one, those that do not show included.
_OUTPUT_NAMES = {
    "RNN": ["output", "state_output", "statecell_output"], "_npi_std": ["std"], "_npi_var": ["var"], "make_loss": ["loss"],
    "BatchNorm": ["output", "mean", "var"], "BatchNorm_v1": ["output", "mean", "var"], "_contrib_SyncBatchNorm": ["output", "mean", "var"],
    "_contrib_BatchNormWithReLU": ["output", "mean", "var"], "LayerNorm": ["output", "mean", "std"], "GroupNorm": ["output", "mean", "std"],
    **dict.fromkeys(("BilinearSampler", "Correlation", "Dropout", "GridGenerator", "InstanceNorm", "L2Normalization", "LRN", "ROIPooling",
                     "SpatialTransformer", "_contrib_DeformablePSROIPooling"), ["output"]),
    "_contrib_MultiBoxTarget": ["loc_target", "loc_mask", "cls_target"], "_contrib_hawkesll": ["output", "out_state"],
    "_contrib_MultiProposal": ["output", "score"], "_contrib_Proposal": ["output", "score"],
    "_contrib_calibrate_entropy": ["threshold", "divergence"], "_contrib_quantize_asym": ["output", "scale", "shift"],
    **dict.fromkeys([f"_contrib_quantized_{name}" for name in (
        "act batch_norm concat conv elemwise_add elemwise_mul embedding flatten fully_connected reshape transpose").split()] +
        ["_npx_quantized_reshape", "_npx_quantized_transpose"], ["output", "min_output", "max_output"]),
    **dict.fromkeys(("_npi_concatenate", "_npi_dstack", "_npi_hstack", "_npi_matmul"), ["out"]),
    "_contrib_sldwin_atten_context": ["context_vec"], "_contrib_sldwin_atten_mask_like": ["mask"], "_contrib_sldwin_atten_score": ["score"]}


def dtype_code(dtype) -> str:
    """A dtype as the attribute __dtype__ holds it."""
    return str(DTYPE_CODES[as_dtype(dtype).name])
