"""Public functions of nd, np and npx on Symbols: each call becomes the operator that MXNet's graphs have for it."""
from __future__ import annotations

import functools
import inspect
import math
import numbers
from typing import Any

from ..base import MXNetError
from ..engine.call import _ND_NUMBERS
from ..engine.op import NAMES, Op
from . import operators
from .compose import create
from .functions import public_name
from .symbol import Symbol

_SPACES = {"nd.contrib": ("_contrib_",), "nd.linalg": ("_linalg_", "linalg_"), "nd.image": ("_image_",), "nd.sparse": ("_sparse_", ""),
           "nd.random": ("_random_", "_sample_", "_"), "nd": ("", "_"), "np": ("_npi_", "_np_"), "np.linalg": ("_npi_",),
           "npx": ("_npx_", "_npi_", "_np_", "_contrib_"), "npx.image": ("_npx__image_", "_image_"), "np.random": ("_npi_",),
           "npx.random": ("_npi_", "_npx_"), "nd.NDArray": ("", "_"), "np.ndarray": ("_npi_", "_np_")}
# Where MXNet's graphs call an operator otherwise than its function.
_RENAMED = {"np.abs": "_npi_absolute", "np.concat": "_npi_concatenate", "np.divide": "_npi_true_divide", "np.remainder": "_npi_mod",
            "np.repeat": "_np_repeat", "np.amax": "_npi_max", "np.amin": "_npi_min", "np.round": "_npi_around", "np.round_": "_npi_around",
            "np.fabs": "_npi_absolute", "np.permute_dims": "_npi_transpose", "np.invert": "_npi_bitwise_not",
            "np.array_split": "_npi_split",
            "np.split": "_npi_split", "np.linalg.norm": "_npi_norm", "np.var": "_npi_var", "np.zeros_like": "zeros_like",
            "np.ones_like": "ones_like", "np.mean": "_npi_mean", "npx.sigmoid": "_npx_sigmoid", "npx.relu": "_npx_relu",
            "npx.slice_channel": "SliceChannel", "npx.pad": "Pad", "npx.group_norm": "GroupNorm", "npx.instance_norm": "InstanceNorm",
            "npx.batch_flatten": "Flatten", "npx.sequence_last": "SequenceLast", "npx.sequence_reverse": "SequenceReverse",
            "npx.slice_axis": "slice_axis", "npx.slice_like": "slice_like", "npx.broadcast_like": "broadcast_like",
            "npx.l2_normalization": "L2Normalization", "npx.ctc_loss": "CTCLoss", "npx.sync_batch_norm": "_contrib_SyncBatchNorm",
            "npx.batch_norm_with_relu": "_contrib_BatchNormWithReLU", "np.expand_dims": "expand_dims", "np.argsort": "argsort",
            "np.sort": "sort", "np.tile": "tile", "np.clip": "clip", "npx.gelu": "LeakyReLU", "np.histogram": "_histogram",
            "np.transpose": "_npi_transpose", "np.squeeze": "_npi_squeeze", "np.copy": "_npi_copy", "nd.concatenate": "Concat",
            "np.positive": "_npi_copy",
            "npx.arange_like": "_contrib_arange_like", "npx.stop_gradient": "BlockGrad", "npx.smooth_l1": "smooth_l1"}


@functools.cache
def operator_of(public: str) -> str | None:
    """The operator of a public function in MXNet's graphs, None if there is none."""
    if public in _RENAMED:
        return _RENAMED[public]
    if public.rpartition(".")[2] in ("fill_element_0index", "onehot_encode"):  # functions of arrays alone
        return None
    space, _, short = public.rpartition(".")
    found = _plain(public)
    if found is None and space.startswith("np") and operators.find(short) is not None:
        found = short
    if found is not None:
        return found
    record = NAMES.get(public)
    others = getattr(getattr(record, "op", record), "names", ())  # further names of the same operator
    return next((found for other in others if other != public and other.split(".")[0] == public.split(".")[0] and other.count(".") < 2
                 for found in [_plain(other)] if found), None)


def _plain(public):
    space, _, short = public.rpartition(".")
    return next((p + short for p in _SPACES.get(space, ()) if operators.find(p + short) is not None), None)


@functools.cache
def _parameters(public: str) -> tuple[str, ...] | None:
    """The names of a function's parameters; None if it takes any number of arrays."""
    record = NAMES[public]
    if isinstance(record, Op):
        return None if record.variadic else record.params
    kinds = list(inspect.signature(record).parameters.values())
    if kinds and kinds[0].kind is inspect.Parameter.VAR_POSITIONAL:
        inner = getattr(record, "op", None)
        return inner.params if isinstance(inner, Op) and not inner.variadic else None
    return tuple(k.name for k in kinds if k.kind not in (k.VAR_POSITIONAL, k.VAR_KEYWORD))


def symbolic(public: str, args, kwargs, cls=Symbol):
    """What a public function gives for Symbols. Raises: MXNetError if MXNet's graphs have no operator for it."""
    rule = _RULES.get(public)
    kwargs = {k: v for k, v in kwargs.items() if k not in ("out", "ctx", "device") or v is not None and k != "out"}
    if rule is not None:
        return rule(cls, *args, **kwargs)
    op = operator_of(public)
    if op is None:
        raise MXNetError(f"{public} cannot be called with Symbols: MXNet's graphs have no operator for it. "
                         f"Compute it with operators that {public.split('.')[0]} and mx.sym share")
    record = operators.find(op)
    assert record is not None
    short = public.rpartition(".")[2]
    hint = short if public.startswith("nd.") else op
    if public.startswith("nd."):
        return create(op, args, kwargs, hint, cls)
    params = _parameters(public)
    if params is None:
        return create(op, args, kwargs, op, cls)
    bound: dict[str, Any] = dict(zip(params, args, strict=False))
    bound.update(kwargs)
    symbols: list = []
    attrs: dict[str, Any] = {}
    defaults = getattr(getattr(NAMES[public], "op", NAMES[public]), "defaults", {})
    for key, value in bound.items():
        if isinstance(value, list | tuple) and value and all(isinstance(s, Symbol) for s in value):
            symbols += value
        elif isinstance(value, Symbol):
            symbols.append((key, value))
        elif (value is not None or defaults.get(key) is not None and record.kinds.get(key, "").endswith("?")) and not (
                value is False and key not in record.kinds):
            attrs[key] = value
    if len(record.inputs) == 2 and len(symbols) == 1 and f"{op}_scalar" in operators.table():
        return _with_number(op, params, bound, cls)
    switched = "no_bias" in record.kinds and "bias" in record.inputs and record.name not in operators._BY_COUNT
    if switched and "no_bias" not in kwargs and not isinstance(bound.get("bias"), Symbol):
        attrs["no_bias"] = True
    for key, value in _other_defaults(public, op).items():
        attrs.setdefault(key, value)
    unknown = [k for k in attrs if k not in record.kinds and k not in ("name", "attr")]
    if unknown and not record.ignores:
        raise MXNetError(f"{public} cannot be called with Symbols and {unknown[0]}={attrs[unknown[0]]!r}: the operator {op} of MXNet's "
                         f"graphs has {', '.join(record.kinds)}")
    inputs = [s for s in symbols if isinstance(s, Symbol)] + [s[1] for s in symbols if not isinstance(s, Symbol)]
    if symbols and all(isinstance(s, tuple) and s[0] in record.inputs for s in symbols):
        return create(op, (), {**dict(symbols), **attrs}, op, cls)
    return create(op, inputs, attrs, op, cls)


@functools.cache
def _other_defaults(public, op) -> dict[str, Any]:
    """The attributes whose default is another one in the function than in the operator."""
    mine, record = NAMES[public], operators.find(op)
    theirs = NAMES.get(public_name(op) or "")
    mine, theirs = getattr(mine, "op", mine), getattr(theirs, "op", theirs)
    if not isinstance(mine, Op) or not isinstance(theirs, Op) or mine is theirs or record is None:
        return {}
    return {k: v for k, v in mine.defaults.items() if k in record.kinds and v is not None and k != "no_bias" and k in theirs.defaults
            and theirs.defaults[k] != v}


def _with_number(op, params, bound, cls):
    first, second = bound[params[0]], bound[params[1]]
    swapped = not isinstance(first, Symbol)
    number, x = (first, second) if swapped else (second, first)
    if not isinstance(number, numbers.Number):
        raise MXNetError(f"{op}: a Symbol or a number is wanted, got {type(number).__name__}")
    turned = f"_npi_{_FLIPPED[op[5:]]}_scalar" if op[5:] in _FLIPPED else f"{op[:5]}r{op[5:]}_scalar"
    name = turned if swapped and operators.find(turned) is not None else f"{op}_scalar"
    return create(name, (x,), {"scalar": number, "is_int": isinstance(number, int)}, name, cls)


_FLIPPED = {"greater": "less", "less": "greater", "greater_equal": "less_equal", "less_equal": "greater_equal"}


# What needs a word of its own: other names of attributes, other defaults.

_RULES: dict[str, Any] = {}
_rule = operators.by_names(_RULES)


@_rule("np.concatenate", "np.concat")
def _concatenate(cls, seq, axis=0, name=None):
    if axis is None:
        seq, axis = [_flat(cls, s) for s in seq], 0
    return create("Concat", tuple(seq), {"dim": axis, "name": name}, "_npi_concatenate", cls)


@_rule("np.stack")
def _stack(cls, arrays, axis=0):
    return create("_npi_stack", tuple(arrays), {"axis": axis}, cls=cls)


PARTS = ("np.split", "np.array_split", "np.hsplit", "np.vsplit", "np.dsplit")  # a list even of one


@_rule("np.split", "np.array_split", "np.vsplit")
def _np_split(cls, ary, indices_or_sections, axis=0):
    return split_v2(ary, indices_or_sections, axis, cls=cls)


@_rule("nd.split_v2")
def _nd_split(cls, ary, indices_or_sections, axis=0, squeeze_axis=False):
    return split_v2(ary, indices_or_sections, axis, squeeze_axis, cls)


def split_v2(ary, indices_or_sections, axis=0, squeeze_axis=False, cls=None):
    """mx.sym.split_v2: the parts of `ary` along an axis, a number of equal ones, or cut before each of several indices."""
    if isinstance(indices_or_sections, int):
        how: dict[str, Any] = {"indices": [], "sections": indices_or_sections}
    else:
        how = {"indices": (0, *indices_or_sections)}
    return create("_split_v2", (ary,), {**how, "axis": axis, "squeeze_axis": squeeze_axis}, cls=cls or type(ary))


@_rule("np.swapaxes", "np.ndarray.swapaxes")
def _swapaxes(cls, a, axis1, axis2):
    return create("SwapAxis", (a,), {"dim1": axis1, "dim2": axis2}, cls=cls)


@_rule("np.take", "np.ndarray.take")
def _take(cls, a, indices, axis=None, mode="clip"):
    if axis is None:
        a, axis = _flat(cls, a), 0
    return create("take", (a, indices), {"axis": axis, "mode": "clip" if mode == "raise" else mode}, cls=cls)


@_rule("np.where")
def _where(cls, condition, x=None, y=None):
    given = [isinstance(v, Symbol) for v in (x, y)]
    if all(given):
        return create("_npi_where", (condition, x, y), cls=cls)
    if not any(given):
        return create("_npi_where_scalar2", (condition,), {"x": float(x), "y": float(y)}, cls=cls)
    name, array, number = ("rscalar", x, y) if given[0] else ("lscalar", y, x)
    return create(f"_npi_where_{name}", (condition, array), {"scalar": float(number)}, cls=cls)


@_rule("np.tensordot", "np.linalg.tensordot")
def _tensordot(cls, a, b, axes=2):
    if isinstance(axes, int):
        return create("_npi_tensordot_int_axes", (a, b), {"axes": axes}, cls=cls)
    first, second = ((n,) if isinstance(n, int) else tuple(n) for n in axes)
    return create("_npi_tensordot", (a, b), {"a_axes_summed": first, "b_axes_summed": second}, cls=cls)


@_rule("np.einsum")
def _einsum(cls, *operands, subscripts=None, optimize=False):
    if subscripts is None:
        subscripts, *operands = operands
    return create("_npi_einsum", operands, {"subscripts": subscripts, "optimize": int(bool(optimize))}, cls=cls)


@_rule("np.reshape", "npx.reshape", "np.ndarray.reshape")
def _reshape(cls, a, *newshape, order="C", reverse=False, **kwargs):
    shape = kwargs.pop("newshape", kwargs.pop("shape", newshape))
    shape = shape[0] if len(shape) == 1 and isinstance(shape[0], list | tuple) else shape
    return create("_npx_reshape", (a,), {"newshape": tuple(shape), "order": order, **({"reverse": True} if reverse else {})}, cls=cls)


@_rule("np.transpose", "np.ndarray.transpose")
def _transpose(cls, a, *axes, **kwargs):
    axes = kwargs.pop("axes", axes[0] if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], list | tuple)) else axes)
    return create("_npi_transpose", (a,), {"axes": tuple(axes)} if axes else {}, cls=cls)


@_rule("nd.histogram", "np.histogram")
def _histogram(cls, a, bins=10, range=None, density=None, weights=None):
    if density or weights is not None:
        raise MXNetError("histogram of a Symbol: MXNet's graphs have neither density= nor weights=")
    if isinstance(bins, Symbol):
        return create("_histogram", (a, bins), cls=cls)
    if range is None:
        raise ValueError("histogram of a Symbol: give range=, as the graph does not know the elements")
    return create("_histogram", (a,), {"bin_cnt": bins, "range": tuple(range)}, cls=cls)


@_rule("np.argsort")
def _argsort(cls, a, axis=-1, descending=False, **kwargs):
    a, axis = _flattened(cls, a, axis)
    return create("argsort", (a,), {"axis": axis, "is_ascend": not descending, "dtype": "int64"}, cls=cls)


@_rule("np.sort")
def _sort(cls, a, axis=-1, descending=False, **kwargs):
    a, axis = _flattened(cls, a, axis)
    return create("sort", (a,), {"axis": axis, "is_ascend": not descending}, cls=cls)


def _flattened(cls, a, axis):
    return (_flat(cls, a), 0) if axis is None else (a, axis)


@_rule("np.ravel", "np.ndarray.ravel")
def _flat(cls, a, order="C"):
    return create("_npx_reshape", (a,), {"newshape": (-1,), **({} if order == "C" else {"order": order})}, cls=cls)


@_rule("np.append")
def _append(cls, arr, values, axis=None):
    return _concatenate(cls, (arr, values), axis)


@_rule("np.inner")
def _inner(cls, a, b):
    return _tensordot(cls, a, b, (-1, -1))


@_rule("np.linalg.matrix_transpose")
def _matrix_transpose(cls, a):
    return _swapaxes(cls, a, -1, -2)


@_rule("np.bincount")
def _bincount(cls, x, weights=None, minlength=0, length=None):
    given = (x,) if weights is None else (x, weights)
    return create("_npi_bincount", given, {"minlength": minlength, "has_weights": len(given) == 2}, cls=cls)


@_rule("np.outer", "np.linalg.outer")
def _outer(cls, a, b):
    return _tensordot(cls, _flat(cls, a), _flat(cls, b), 0)


@_rule("np.vdot")
def _vdot(cls, a, b):
    return _tensordot(cls, _flat(cls, a), _flat(cls, b), 1)


@_rule("np.flatnonzero")
def _flatnonzero(cls, a):
    return _flat(cls, create("_npx_nonzero", (_flat(cls, a),), cls=cls))


@_rule("np.percentile")
def _percentile(cls, a, q, axis=None, out=None, overwrite_input=None, interpolation="linear", keepdims=False):
    how = {"interpolation": interpolation, "keepdims": bool(keepdims), **({} if axis is None else {"axis": axis})}
    if isinstance(q, Symbol):
        return create("_npi_percentile", (a, q), how, cls=cls)
    if not isinstance(q, numbers.Number):
        raise MXNetError(f"np.percentile and np.quantile with Symbols: q must be a number or a Symbol, got {type(q).__name__}")
    return create("_npi_percentile", (a,), {**how, "q_scalar": float(q)}, cls=cls)


@_rule("np.quantile")
def _quantile(cls, a, q, axis=None, out=None, overwrite_input=None, interpolation="linear", keepdims=False):
    if isinstance(q, Symbol):
        q = create("_npi_multiply_scalar", (q,), {"scalar": 100.0}, cls=cls)
    return _percentile(cls, a, 100 * q if isinstance(q, numbers.Number) else q, axis, interpolation=interpolation, keepdims=keepdims)


@_rule("np.median")
def _median(cls, a, axis=None, out=None, overwrite_input=None, keepdims=False):
    return _percentile(cls, a, 50, axis, keepdims=keepdims)


@_rule("np.interp")
def _interp(cls, x, xp, fp, left=None, right=None, period=None):
    how = {"left": left, "right": right, "period": period}
    if isinstance(x, Symbol):
        return create("_npi_interp", (xp, fp, x), how, cls=cls)
    return create("_npi_interp", (xp, fp), {**how, "x_scalar": float(x), "x_is_scalar": True}, cls=cls)


@_rule("np.linalg.cholesky")
def _cholesky(cls, a, upper=False):
    return create("_npi_cholesky", (a,), {"lower": not upper}, cls=cls)


@_rule("np.linalg.matrix_rank")
def _matrix_rank(cls, M, tol=None, hermitian=False, **kwargs):
    if isinstance(tol, Symbol):
        return create("_npi_matrix_rank", (M, tol), {"hermitian": hermitian}, cls=cls)
    if tol is not None or kwargs:
        raise MXNetError("np.linalg.matrix_rank with Symbols: tol= must be a Symbol, or left out")
    return create("_npi_matrix_rank_none_tol", (M,), {"hermitian": hermitian}, cls=cls)


@_rule("np.linalg.pinv")
def _pinv(cls, a, rcond=1e-15, hermitian=False, **kwargs):
    if isinstance(rcond, Symbol):
        return create("_npi_pinv", (a, rcond), {"hermitian": hermitian}, cls=cls)
    return create("_npi_pinv_scalar_rcond", (a,), {"rcond": rcond, "hermitian": hermitian}, cls=cls)


@_rule("np.ediff1d")
def _ediff1d(cls, ary, to_end=None, to_begin=None):
    arrays, how = [ary], {}
    for name, value in (("to_begin", to_begin), ("to_end", to_end)):
        given = isinstance(value, Symbol)
        arrays += [value] * given
        how.update({f"{name}_arr_given": given, f"{name}_scalar": None if given else value})
    return create("_npi_ediff1d", arrays, how, cls=cls)


@_rule("nd.contrib.rand_zipfian")
def _rand_zipfian(cls, true_classes, num_sampled, range_max):
    reach = math.log(range_max + 1)
    drawn = create("_random_uniform", (), {"low": 0, "high": reach, "shape": (num_sampled,), "dtype": "float64"}, cls=cls)
    classes = (create("exp", (drawn,), cls=cls) - 1).astype("int64") % range_max

    def expected(c):
        c = c.astype("float64")
        return create("log", ((c + 2) / (c + 1),), cls=cls) / reach * num_sampled

    return [classes, expected(true_classes), expected(classes)]


@_rule("np.full_like")
def _full_like(cls, a, fill_value, dtype=None, order="C"):
    return create("_npi_full_like", (a,), {"fill_value": fill_value, "dtype": dtype}, cls=cls)


@_rule("np.ndarray.astype", "nd.NDArray.astype")
def _astype(cls, a, dtype, *args, **kwargs):
    return create("Cast", (a,), {"dtype": dtype}, "cast", cls)


@_rule("npx.gelu")
def _gelu(cls, data):
    return create("LeakyReLU", (data,), {"act_type": "gelu"}, cls=cls)


@_rule("np.flip")
def _flip(cls, m, axis=None):
    return create("_npi_flip", (m,), {"axis": "None" if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)}, cls=cls)


@_rule("np.rot90")
def _rot90(cls, m, k=1, axes=(0, 1)):
    return create("_npi_rot90", (m,), {"k": k, "axes": tuple(axes)}, cls=cls)


@_rule("np.average")
def _average(cls, a, axis=None, weights=None, returned=False):
    given = (a,) if weights is None else (a, weights)
    return create("_npi_average", given, {"axis": axis, "returned": bool(returned), "weighted": len(given) == 2}, cls=cls)


@_rule("np.clip")
def _clip(cls, a, a_min, a_max):
    low, high = -math.inf if a_min is None else a_min, math.inf if a_max is None else a_max
    return create("clip", (a,), {"a_min": low, "a_max": high}, cls=cls)


@_rule("np.ndarray.clip")
def _clip_method(cls, a, min=None, max=None):
    return _clip(cls, a, min, max)


@_rule("np.flipud")
def _flipud(cls, m):
    return _flip(cls, m, 0)


@_rule("np.fliplr")
def _fliplr(cls, m):
    return _flip(cls, m, 1)


@_rule("np.pad")
def _pad(cls, x, pad_width, mode="constant", constant_values=0, **kwargs):
    return create("_npi_pad", (x,), {"pad_width": pad_width, "mode": mode, "constant_values": constant_values}, cls=cls)


@_rule("np.linalg.norm")
def _norm(cls, x, ord=None, axis=None, keepdims=False):
    axes = axis if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
    if ord in (None, "fro") or ord == 2 and axes is not None and len(axes) == 1:
        square = create("_npi_square", (x,), cls=cls)
        how = {} if axes is None else {"axis": axes}
        return create("_npi_sqrt", (create("_npi_sum", (square,), {**how, "keepdims": bool(keepdims)}, cls=cls),), cls=cls)
    kind = 2 if ord == "nuc" else 0 if abs(ord) == 2 and axes is not None else -1
    return create("_npi_norm", (x,), {"ord": 2 if kind == 2 else ord, "axis": axes, "keepdims": bool(keepdims), "flag": kind}, cls=cls)


@_rule("np.linalg.matrix_norm")
def _matrix_norm(cls, x, ord="fro", keepdims=False):
    return _norm(cls, x, ord, (-2, -1), keepdims)


@_rule("np.linalg.vector_norm")
def _vector_norm(cls, x, axis=None, keepdims=False, ord=2):
    if axis is None and not keepdims:
        x, axis = _flat(cls, x), 0
    if ord != 2 and not isinstance(axis, int):
        raise MXNetError(f"np.linalg.vector_norm with Symbols: ord=2, one axis, or everything without keepdims, got axis={axis!r}")
    return _norm(cls, x, None if ord == 2 else ord, axis, keepdims)


_BINARY = {"maximum": ("_maximum", "_Maximum", "_maximum_scalar", "_MaximumScalar", None),
           "minimum": ("_minimum", "_Minimum", "_minimum_scalar", "_MinimumScalar", None),
           "hypot": ("_hypot", "_Hypot", "_hypot_scalar", "_HypotScalar", None),
           "power": ("_power", "_Power", "_power_scalar", "_PowerScalar", "_rpower_scalar"),
           "add": ("broadcast_add", "broadcast_add", "_plus_scalar", "_PlusScalar", None),
           "subtract": ("broadcast_sub", "broadcast_sub", "_minus_scalar", "_MinusScalar", "_rminus_scalar"),
           "multiply": ("broadcast_mul", "broadcast_mul", "_mul_scalar", "_MulScalar", None),
           "divide": ("broadcast_div", "broadcast_div", "_div_scalar", "_DivScalar", "_rdiv_scalar"),
           "modulo": ("broadcast_mod", "broadcast_mod", "_mod_scalar", "_ModScalar", "_rmod_scalar")}
_BINARY["true_divide"] = _BINARY["divide"]
_TURNED = {"greater": "lesser", "lesser": "greater", "greater_equal": "lesser_equal", "lesser_equal": "greater_equal"}
for _short in ("equal", "not_equal", "greater", "greater_equal", "lesser", "lesser_equal", "logical_and", "logical_or", "logical_xor"):
    _BINARY[_short] = (f"broadcast_{_short}", f"broadcast_{_short}", f"_{_short}_scalar", f"_{_short}_scalar",
                       f"_{_TURNED[_short]}_scalar" if _short in _TURNED else None)


_HINTS = {"_rpower_scalar": "_RPowerScalar"}  # 2 ** x is called after the operator itself


def two_operands(short):
    """The function mx.sym.maximum and its like: of two Symbols, or of one and a number."""
    both, hint, scalar, hint_scalar, turned = _BINARY[short]

    def function(left, right, name=None):
        found = [isinstance(v, Symbol) for v in (left, right)]
        if all(found):
            return create(both, (left, right), {"name": name}, hint, type(left))
        x, number = (left, right) if found[0] else (right, left)
        if any(found) and isinstance(number, numbers.Number):
            op = scalar if found[0] or turned is None else turned
            return create(op, (x,), {"scalar": number, "name": name}, hint_scalar if op == scalar else _HINTS.get(op, op), type(x))
        if isinstance(left, numbers.Number) and isinstance(right, numbers.Number):
            return _plain_numbers(short, left, right)
        raise TypeError(f"types ({type(left)}, {type(right)}) not supported")

    function.__name__ = function.__qualname__ = short
    function.__doc__ = f"{short} of two Symbols, or of a Symbol and a number."
    return function


def _plain_numbers(short, left, right):
    return _ND_NUMBERS[short](left, right) if short in _ND_NUMBERS else (left ** 2 + right ** 2) ** 0.5


def _like(op):
    def function(cls, a, dtype=None, order="C"):
        found = create(op, (a,), cls=cls)
        return found if dtype is None else create("Cast", (found,), {"dtype": dtype}, cls=cls)
    return function


def _cut(op):
    def function(cls, ary, indices_or_sections):
        if isinstance(indices_or_sections, int):
            return create(op, (ary,), {"indices": (), "sections": indices_or_sections}, cls=cls)
        return create(op, (ary,), {"indices": (0, *indices_or_sections)}, cls=cls)
    return function


_RULES.update({"np.zeros_like": _like("zeros_like"), "np.ones_like": _like("ones_like"), "np.hsplit": _cut("_npi_hsplit"),
               "np.dsplit": _cut("_npi_dsplit"), "nd.concatenate": lambda cls, arrays, axis=0, always_copy=True: create(
                   "Concat", tuple(arrays), {"dim": axis}, "concat", cls)})


def _eigen(op):
    def function(cls, a, upper=False, UPLO=None):
        return create(op, (a,), {"UPLO": UPLO or ("U" if upper else "L")}, cls=cls)
    return function


_RULES.update({f"np.linalg.{_short}": _eigen(f"_npi_{_short}") for _short in ("eigh", "eigvalsh")})
for _short in _BINARY.keys() - {"hypot"}:
    _RULES[f"nd.{_short}"] = functools.partial(lambda call, cls, left, right, name=None: call(left, right, name), two_operands(_short))
