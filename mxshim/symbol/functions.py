"""The function that computes an operator of MXNet's graphs: `function(name)` takes (arrays, attributes) and gives an array or a list.

Most operators are public functions of nd, np or npx under their own name; `_RENAMED` and `_OWN` hold what is left.
"""
from __future__ import annotations

import functools
import inspect
from typing import Any

from .. import ndarray as nd
from .. import numpy as np
from .. import numpy_extension as npx
from ..array.convert import class_of
from ..array.fill import public_function
from ..array.samplers import unique_zipfian
from ..base import MXNetError
from ..engine import rng
from ..engine.op import NAMES, Op
from .operators import by_names, find, inputs_of

# Attributes that are hints for MXNet's own kernels, or that the function takes another way.
_HINTS = frozenset({"cudnn_tune", "cudnn_off", "workspace", "min_calib_range", "max_calib_range", "num_args", "is_int", "layout_flag",
                    "infer_range", "cudnn_algo_verbose", "cudnn_algo_fwd", "out_grad", "quantized", "key", "weighted", "has_weights"})
_PREFIXES = {"_contrib_": "nd.contrib.", "_linalg_": "nd.linalg.", "_image_": "nd.image.", "_random_": "nd.random.",
             "_sparse_": "nd.sparse.",
             "_npx__image_": "npx.image."}
_NP = ("np.", "npx.", "np.linalg.", "np.random.", "npx.random.")
_RENAMED = {"_npi_powerd": "np.power", "_npi_repeats": "np.repeat", "_npi_gamma": "np.random.gamma",
            "_npi_share_memory": "np.shares_memory", "_npi_multinomial": "np.random.multinomial", "_grad_add": "nd.add",
            "_hypot": "nd.broadcast_hypot", "_mod": "nd.broadcast_mod", "_npx_reshape": "npx.reshape",
            "_random_exponential": "nd.random_exponential",
            "_npi_matrix_rank_none_tol": "np.linalg.matrix_rank"}


@functools.cache
def public_name(name: str) -> str | None:
    """The public name of the function of an operator, None if there is none."""
    if name in _RENAMED:
        return _RENAMED[name]
    record = find(name)
    names = record.names if record is not None and record.name == name else (name,)
    for each in names:
        if each.startswith(("_npi_", "_npx_", "_np_")) and not each.startswith("_npx__image_"):
            places = [space + each.split("_", 2)[2] for space in _NP]
        else:
            space = next((p for p in _PREFIXES if each.startswith(p)), None)
            places = [_PREFIXES[space] + each.removeprefix(space)] if space else ["nd." + each, "nd." + each.lstrip("_")]
        for place in places:
            if place in NAMES:
                return place
    return None


@functools.cache
def function(name: str):
    """What computes an operator: (arrays, attributes) -> an array or a list of them. Raises: MXNetError if there is none."""
    if name in _OWN:
        return _OWN[name]
    scalar = _with_scalar(name)
    if scalar is not None:
        return scalar
    public = public_name(name)
    if public is None:
        known = find(name)
        what = ("is one that mxshim lacks" if known
                else "is not one of MXNet's, nor of mxshim's: the file needs a library of its own, or is "
                "damaged")
        raise MXNetError(f"the operator {name!r} of this graph {what}. Cut the graph before it with get_internals(), or compute it with "
                         "np or nd")
    other = _nd_name(name) if public.startswith("np") else None
    if other is None:
        return _caller(name, public)
    of_np, of_nd = _caller(name, public), _caller(name, other)
    return lambda arrays, given: (of_nd if arrays and arrays[0]._dialect == "nd" else of_np)(arrays, given)


def _nd_name(name):
    """nd's function of an operator that is np's, too."""
    record = find(name)
    return next((f"nd.{n}" for n in record.names if f"nd.{n}" in NAMES), None) if record is not None else None


def _caller(name, public):
    """The public function as (arrays, attributes) -> an array or a list of them."""
    record = NAMES[public]
    call = public_function(public, record, class_of(public.split(".")[0]))
    takes, places = _parameters(record)
    listed = find(name)
    as_list = listed is not None and listed.variadic and places is not None

    def run(arrays, given):
        kwargs = {k: v for k, v in given.items() if takes is None or k in takes}
        for k in given.keys() - kwargs.keys():
            if given[k] is not None and k not in _HINTS and k != "ctx":
                raise MXNetError(f"the operator {name!r}: its attribute {k}={given[k]!r} is not one that {public} takes")
        if as_list:
            return call(list(arrays), **kwargs)
        if listed is not None and takes is not None and 1 < len(arrays) < len(listed.inputs):  # inputs in the middle may be left out
            names = inputs_of(listed, given, len(arrays))
            if len(names) == len(arrays) and takes.issuperset(names):
                return call(arrays[0], **dict(zip(names[1:], arrays[1:], strict=True)), **kwargs)
        if places is None or len(arrays) < 2 or len(arrays) > len(places):
            return call(*arrays, **kwargs)
        return call(arrays[0], **dict(zip(places[1:], arrays[1:], strict=False)), **kwargs)

    return run


def _parameters(record):
    """(names of all parameters, None if any are taken; those that are arrays, None if any number is taken)."""
    inner = getattr(record, "op", record)
    if isinstance(inner, Op):
        places = None if inner.variadic else [p for p in inner.params if p in inner.arrays or p in inner.scalars
                                              and p not in inner.defaults]
        if inner is record or places:
            return frozenset(inner.params), places
    kinds = inspect.signature(record).parameters.values()
    return None if any(p.kind is p.VAR_KEYWORD for p in kinds) else frozenset(p.name for p in kinds), None


# With a number: _plus_scalar, _rminus_scalar; _npi_add_scalar, _npi_rsubtract_scalar.

_ND_SCALAR: dict[str, Any] = {
    "plus": nd.add, "minus": nd.subtract, "mul": nd.multiply, "div": nd.divide, "mod": nd.modulo, "power": nd.power,
    "maximum": nd.maximum, "minimum": nd.minimum, "equal": nd.equal, "not_equal": nd.not_equal, "greater": nd.greater,
    "greater_equal": nd.greater_equal, "lesser": nd.lesser, "lesser_equal": nd.lesser_equal, "logical_and": nd.logical_and,
    "logical_or": nd.logical_or, "logical_xor": nd.logical_xor,
    "hypot": lambda x, number: nd.broadcast_hypot(x, nd.full((1,), number, ctx=x.ctx, dtype=x.dtype))}


def _number(given, name="scalar", default=1.0):
    """A number as the user wrote it: MXNet 2 says whether it was an int; 1.x computes with floats."""
    value = given.get(name, default)
    return int(value) if given.get("is_int") and float(value).is_integer() else value


def _stored(x, call):
    """`call` of the elements that an array stores, at their places; of a dense one, of all of them."""
    if x.stype == "csr":
        return nd.sparse.csr_matrix((call(x.data), x.indices, x.indptr), shape=x.shape)
    return nd.sparse.row_sparse_array((call(x.data), x.indices), shape=x.shape) if x.stype == "row_sparse" else call(x)


def _with_scalar(name):
    short = name.removesuffix("_scalar")
    if short == name:
        return None
    if short.startswith("_scatter_"):
        dense = _with_scalar("_" + name[9:])
        return dense and (lambda arrays, given: _stored(arrays[0], lambda x: dense([x], given)))
    if not short.startswith("_npi_"):
        base, swapped = short[1:], short[1:2] == "r" and short[2:] in _ND_SCALAR
        call = _ND_SCALAR.get(base[1:] if swapped else base)
    else:
        base, swapped = short[5:], False
        call = getattr(np, base, None) if f"np.{base}" in NAMES else None
        if call is None and base[:1] == "r" and f"np.{base[1:]}" in NAMES:
            swapped, call = True, getattr(np, base[1:])
    if call is None:
        return None
    if swapped:
        return lambda arrays, given: call(_number(given), arrays[0])
    return lambda arrays, given: call(arrays[0], _number(given))


_OWN: dict[str, Any] = {}
_own = by_names(_OWN)


@_own("_scatter_elemwise_div")
def _scatter_divide(arrays, given):
    left, right = arrays
    if left.stype != "row_sparse":
        return nd.elemwise_div(left, right)
    return _stored(left, lambda rows: nd.elemwise_div(rows, nd.take(right, left.indices)))


@_own("_sparse_retain")
def _retain(arrays, given):
    data, indices = arrays
    if data.stype == "row_sparse":
        return nd.sparse.retain(data, indices)
    return nd.where(nd.one_hot(indices, data.shape[0], dtype=data.dtype).max(axis=0), data, nd.zeros_like(data))  # dense, as simple_bind's


def _shaped(given, *names):
    return {k: given[k] for k in names if given.get(k) is not None}


for _name, _nd, _np in (("zeros", nd.zeros, np.zeros), ("ones", nd.ones, np.ones)):
    _OWN[f"_{_name}"] = lambda arrays, given, call=_nd: call(given.get("shape", ()), **_shaped(given, "dtype"))
    _OWN[f"_npi_{_name}"] = lambda arrays, given, call=_np: call(given.get("shape", ()), **_shaped(given, "dtype"))
_OWN["_zeros_without_dtype"] = _OWN["_zeros"]
_own("_full")(lambda arrays, given: nd.full(given.get("shape", ()), given.get("value", 0), **_shaped(given, "dtype")))


@_own("_arange")
def _arange(arrays, given):
    start, stop, step, repeat = given.get("start", 0), given.get("stop"), given.get("step", 1.0), given.get("repeat", 1)
    if "shape" in given:  # found by inference
        length, = given["shape"]
        return nd.arange(start, start + step * -(-length // repeat), step, repeat, **_shaped(given, "dtype"))[:length]
    return nd.arange(start, stop, step, repeat, **_shaped(given, "dtype"))


_own("_npi_arange")(lambda arrays, given: np.arange(given.get("start", 0), given.get("stop"), given.get("step", 1.0),
                                                    **_shaped(given, "dtype")))
_own("_linspace")(lambda arrays, given: nd.linspace(given.get("start", 0), given["stop"], given.get("num", 50),
                                                    **_shaped(given, "endpoint", "dtype")))
_own("_eye")(lambda arrays, given: nd.eye(given["N"], given.get("M", 0), given.get("k", 0), **_shaped(given, "dtype")))
_own("_npi_identity")(lambda arrays, given: np.identity(given["shape"][0], **_shaped(given, "dtype")))
_own("_npi_copy", "_np_copy")(lambda arrays, given: np.copy(arrays[0]))
_own("_npi_diag_indices_from")(lambda arrays, given: np.stack(np.diag_indices_from(arrays[0])))
_own("_copyto", "_CrossDeviceCopy", "_identity_with_attr_like_rhs")(lambda arrays, given: nd.identity(arrays[0]))


def _typed(given, name):
    return next((given[f"{name}_{kind}"] for kind in ("double", "int", "uint")
                 if given.get(f"{name}_{kind}") is not None), given.get(name, 0))


@_own("_npi_full")
def _full(arrays, given):
    kind = given.get("value_type")
    value = given.get({0: "double_value", 1: "int_value", 2: "uint_value"}.get(kind, "double_value"),
                      given.get("fill_value", given.get("value")))
    return np.full(given.get("shape", ()), value, **_shaped(given, "dtype"))


@_own("_npi_linspace")
def _linspace(arrays, given):
    return np.linspace(_typed(given, "start"), _typed(given, "stop"), given.get("num", 50), **_shaped(given, "endpoint", "dtype"))


@_own("_npi_tensordot_int_axes")
def _tensordot_count(arrays, given):
    return np.tensordot(*arrays, axes=given["axes"])


@_own("_npi_tensordot")
def _tensordot(arrays, given):
    return np.tensordot(*arrays, axes=(given["a_axes_summed"], given["b_axes_summed"]))


@_own("BatchNorm_v1")
def _batch_norm_1(arrays, given):
    y, mean, scale = nd.BatchNorm(*arrays, **{**given, "output_mean_var": True})
    if not given.get("output_mean_var", False):
        return y
    return [y, mean, 1 / nd.square(scale) - given.get("eps", 1e-3)]  # later operators give 1 / sqrt(variance + eps)


@_own("_split_v2")
def _split(arrays, given):
    x, how, axis, squeeze = arrays[0], given.get("sections") or _cuts(given), given.get("axis", 0), given.get("squeeze_axis", False)
    if squeeze:
        return nd.split_v2(x, how, axis, squeeze)
    parts = np.array_split(x.as_np_ndarray(), how, axis)  # which writes this operator, too
    return parts if x._dialect == "np" else [p.as_nd_ndarray() for p in parts]


def _cuts(given):
    indices = given.get("indices") or ()
    return tuple(indices[1:] if indices and indices[0] == 0 else indices)


def _splits(call):
    return lambda arrays, given: call(arrays[0], given.get("sections") or _cuts(given))


_own("_npi_hsplit")(_splits(np.hsplit))
_own("_npi_dsplit")(_splits(np.dsplit))
_own("_histogram")(lambda arrays, given: list(nd.histogram(arrays[0], arrays[1] if len(arrays) > 1 else given.get("bin_cnt", 10),
                                                           given.get("range"))))
_OWN["_npi_where_lscalar"] = lambda arrays, given: np.where(arrays[0], _number(given), arrays[1])
_OWN["_npi_where_rscalar"] = lambda arrays, given: np.where(arrays[0], arrays[1], _number(given))
_OWN["_npi_where_scalar2"] = lambda arrays, given: np.where(arrays[0], given.get("x", 0.0), given.get("y", 0.0))
_own("_npi_pinv_scalar_rcond")(lambda arrays, given: np.linalg.pinv(arrays[0], given.get("rcond", 1e-15), given.get("hermitian", False)))
_own("_npi_pad")(lambda arrays, given: np.pad(arrays[0], given["pad_width"], given.get("mode", "constant"), **(
    {"constant_values": given["constant_values"]} if "constant_values" in given else {})))


@_own("log_softmax")
def _log_softmax(arrays, given):
    if len(arrays) == 1:
        return nd.log_softmax(arrays[0], **{k: v for k, v in given.items() if k in ("axis", "temperature", "dtype")})
    return npx.log_softmax(arrays[0], length=arrays[1], **given)


@_own("_rnn_param_concat")
def _rnn_parameters(arrays, given):
    axis = given.get("dim", 0)
    return np.concatenate(arrays, axis=axis) if type(arrays[0]) is np.ndarray else nd.concat(*arrays, dim=axis)


# Reductions: MXNet 2 writes `initial`, which is None; its axis may be a tuple of one.
def _reduction(call):
    def run(arrays, given):
        if given.get("initial") is not None:
            raise MXNetError(f"np.{call.__name__} with initial={given['initial']} is not offered in a graph")
        return call(arrays[0], **{k: v for k, v in given.items() if k in ("axis", "keepdims") or k == "dtype" and call.__name__ in _TYPED})
    return run


_TYPED = ("sum", "mean", "prod", "std", "var")
for _name in ("sum", "mean", "prod", "max", "min"):
    _OWN[f"_npi_{_name}"] = _OWN[f"_np_{_name}"] = _reduction(getattr(np, _name))


@_own("_npi_advanced_indexing")
def _advanced(arrays, given):
    return arrays[0][arrays[1]]


@_own("_npi_advanced_indexing_multiple")
def _advanced_several(arrays, given):
    return arrays[0][tuple(arrays[1])]  # the indices, stacked


@_own("_npi_slice_assign_scalar", "_slice_assign_scalar")
def _assign_scalar(arrays, given):
    return _assigned(arrays[0], given, given.get("scalar", 0.0))


@_own("_npi_slice_assign", "_slice_assign")
def _assign(arrays, given):
    return _assigned(arrays[0], given, arrays[1])


def _assigned(x, given, value):
    steps = given.get("step") or (None,) * len(given["begin"])
    out = x.copy()
    out[tuple([slice(b, e, s) for b, e, s in zip(given["begin"], given["end"], steps, strict=True)])] = value
    return out


@_own("_npi_einsum")
def _einsum(arrays, given):
    return np.einsum(given["subscripts"], *arrays, optimize=bool(given.get("optimize", 0)))


@_own("_npi_interp")
def _interp(arrays, given):
    xp, fp = arrays[:2]
    x = given.get("x_scalar", 0.0) if given.get("x_is_scalar") else arrays[2]
    return np.interp(x, xp, fp, **{k: given[k] for k in ("left", "right", "period") if given.get(k) is not None})


@_own("_npi_percentile")
def _percentile(arrays, given):
    q = arrays[1] if len(arrays) > 1 else given["q_scalar"]
    return np.percentile(arrays[0], q, **{k: v for k, v in given.items() if k in ("axis", "interpolation", "keepdims")})


@_own("_npi_cholesky")
def _cholesky(arrays, given):
    return np.linalg.cholesky(arrays[0], upper=not given.get("lower", True))


@_own("_npi_matrix_rank_none_tol")
def _matrix_rank(arrays, given):
    return np.linalg.matrix_rank(arrays[0], hermitian=given.get("hermitian", False))


@_own("_npi_ediff1d")
def _ediff1d(arrays, given):
    x, *rest = arrays
    begin, end = (rest.pop(0) if given.get(f"{name}_arr_given") else given.get(f"{name}_scalar") for name in ("to_begin", "to_end"))
    return np.ediff1d(x, to_end=end, to_begin=begin)


@_own("_npi_norm")
def _norm(arrays, given):
    kind = given.get("flag", -1)  # 2: the nuclear norm; 0 and -1: by ord; others: the root of the sum of squares
    return np.linalg.norm(arrays[0], "nuc" if kind == 2 else given.get("ord", 2) if kind in (0, -1) else None, given.get("axis"),
                          given.get("keepdims", False))


@_own("_npi_lstsq")
def _lstsq(arrays, given):
    cut = given.get("rcond", -1)
    return np.linalg.lstsq(*arrays, rcond=None if given.get("new_default") or cut < 0 else cut)


@_own("_npi_tensorsolve")
def _tensorsolve(arrays, given):
    return np.linalg.tensorsolve(*arrays, axes=given.get("a_axes") or None)


@_own("Concat")
def _concat(arrays, given):
    axis = given.get("dim", 1)
    if arrays[0]._dialect == "nd" and axis is not None:
        return nd.concat(*arrays, dim=axis)
    return np.concatenate([a.as_np_ndarray() for a in arrays], axis)


@_own("_npi_boolean_mask_assign_scalar", "_npi_boolean_mask_assign_tensor")
def _mask_assign(arrays, given):
    out, mask = arrays[0].copy(), arrays[1].astype("bool")
    out[(slice(None),) * int(given.get("start_axis", 0)) + (mask,)] = arrays[2] if len(arrays) > 2 else given.get("value", 0.0)
    return out


@_own("_square_sum")
def _square_sum(arrays, given):
    total = nd.sum(nd.square(arrays[0]), **{k: v for k, v in given.items() if k in ("axis", "keepdims", "exclude")})
    return total.tostype(arrays[0].stype) if arrays[0].stype == "row_sparse" and total.ndim == 2 and total.shape[0] > 1 else total


@_own("_sample_unique_zipfian")
def _sample_unique_zipfian(arrays, given):
    limit, shape = given["range_max"], given.get("shape", ())
    if len(shape) != 2 or shape[1] > limit:
        raise MXNetError(f"nd._internal._sample_unique_zipfian: shape must be (rows, n) with n <= range_max={limit}, got {shape}")
    return [nd.array(x, dtype="int64") for x in unique_zipfian(rng.streams().parallel, limit, *shape)]


@_own("Custom")
def _custom(arrays, given):
    return nd.Custom(*arrays, **given)


@_own("_npx_constraint_check")
def _constraint(arrays, given):
    return npx.constraint_check(arrays[0], given.get("msg", ""))


def _sampler(call, *names):
    """A sampler whose parameters are inputs or attributes."""
    def run(arrays, given):
        kwargs = {k: v for k, v in given.items() if k in (*names, "size", "dtype") and v is not None}
        free = [n for n in names if n not in kwargs]
        return call(**kwargs, **dict(zip(free, arrays, strict=False)))
    return run


for _name, _names in {"normal": ("loc", "scale"), "uniform": ("low", "high"), "exponential": ("scale",), "gumbel": ("loc", "scale"),
                      "laplace": ("loc", "scale"), "logistic": ("loc", "scale"), "pareto": ("a",), "rayleigh": ("scale",),
                      "weibull": ("a",), "gamma": ("shape", "scale")}.items():
    _OWN[f"_npi_{_name}"] = _sampler(getattr(np.random, _name), *_names)
