"""Models in mixed precision, to predict with: blocks, graphs, modules (MXNet: amp.convert_hybrid_block and its kin)."""
from __future__ import annotations

import copy
import itertools

from ..base import CODE_DTYPES
from ..gluon.block import HybridBlock
from ..gluon.symbol_block import SymbolBlock
from ..module import BucketingModule
from ..symbol import Symbol
from .casts import dtype_of
from .graphs import Converter
from .tables import list_conditional_fp32_ops, list_fp32_ops, list_lp16_fp32_ops, list_lp16_ops, list_widest_type_cast, rule_of

__all__ = ["convert_bucketing_module", "convert_hybrid_block", "convert_model", "convert_symbol"]


def convert_hybrid_block(block, target_dtype="float16", target_dtype_ops=None, fp32_ops=None, conditional_fp32_ops=None,
                         excluded_sym_names=None, ctx=None, cast_optional_params=False, device=None):
    """A copy of a HybridBlock that computes in mixed precision by itself, without amp.init(): to predict.

    Args:
        target_dtype: "float16" or "bfloat16".
        target_dtype_ops, fp32_ops, conditional_fp32_ops: instead of MXNet's lists, see list_lp16_ops and its kin.
        excluded_sym_names: names of operators, as the block's graph has them, that stay in float32.
        ctx, device: where to put its parameters, by default where they are.
        cast_optional_params: keep the parameters that are used in target_dtype alone in that dtype.
    With one of excluded_sym_names and cast_optional_params, or of a SymbolBlock, it is a SymbolBlock, whose results are float32; else
    its parameters stay float32, and results that come from 16-bit operators are 16-bit.
    Raises: TypeError for a block that is no HybridBlock; RuntimeError if a graph is wanted of a block that was not called since
        hybridize(); MXNetError at a call, if forward reads values or does something else that one operator cannot stand for.
    """
    if not isinstance(block, HybridBlock):
        raise TypeError(f"amp.convert_hybrid_block needs a HybridBlock, got a {type(block).__name__}")
    if excluded_sym_names or cast_optional_params or isinstance(block, SymbolBlock):
        converted = _converted_graph(block, target_dtype, target_dtype_ops, fp32_ops, conditional_fp32_ops, excluded_sym_names,
                                     cast_optional_params)
    else:
        rule = rule_of(target_dtype, target_dtype_ops, conditional_fp32_ops, fp32_ops)
        converted = copy.deepcopy(block)
        converted.hybridize(False)
        converted._casts = rule
        converted.hybridize()
    if device or ctx:
        converted.reset_ctx(device or ctx)
    return converted


def _converted_graph(block, target_dtype, low, high, conditional, excluded, optional):
    """A block as a SymbolBlock of its graph with casts."""
    if isinstance(block, SymbolBlock):
        symbol, arrays = block._symbol, {name: p.data() for name, p in block._by_name.items()}
    else:
        symbol, found = block.export(None)
        arrays = {name.partition(":")[2]: a for name, a in found.items()}
    inputs = block._cached_graph[0]
    converted = convert_symbol(symbol, target_dtype, low, high, conditional, excluded, [i.name for i in inputs], optional)
    said = converted.attr_dict()
    made = SymbolBlock(converted, inputs)
    at = next(iter(arrays.values())).ctx if arrays else None
    made.load_dict({name: _as_said(a, said.get(name, {})) for name, a in arrays.items()}, at, cast_dtype=True, dtype_source="saved")
    return made


def convert_symbol(sym, target_dtype="float16", target_dtype_ops=None, fp32_ops=None, conditional_fp32_ops=None, excluded_sym_names=None,
                   data_names=None, cast_optional_params=False):
    """A copy of a float32 graph with the casts that make it compute in mixed precision.

    Args:
        target_dtype: "float16" or "bfloat16".
        target_dtype_ops, fp32_ops, conditional_fp32_ops: instead of MXNet's lists, see list_lp16_ops and its kin.
        excluded_sym_names: names of operators that stay in float32.
        data_names: inputs that are no parameters, by default those whose dtype the graph does not say.
        cast_optional_params: parameters that are used in target_dtype alone are of it, and not cast.
    Raises: AssertionError for anything else, and for an operator that is in two lists, or in none of MXNet's.
    """
    _want(isinstance(sym, Symbol), f"amp.convert_symbol needs a Symbol, got a {type(sym).__name__}")
    target = dtype_of(target_dtype)
    excluded = [] if excluded_sym_names is None else excluded_sym_names
    low = list_lp16_ops(target) if target_dtype_ops is None else target_dtype_ops
    high = list_fp32_ops(target) if fp32_ops is None else fp32_ops
    conditional = list_conditional_fp32_ops(target) if conditional_fp32_ops is None else conditional_fp32_ops
    _check(target, low, high, conditional, excluded)
    said = sym.attr_dict()
    inputs = sym.list_inputs()
    data = {n for n in inputs if "__dtype__" not in said.get(n, {})} if data_names is None else set(data_names)
    convert = Converter(target.name, low, high, list_widest_type_cast(target), conditional, excluded)
    return convert(sym, {n for n in inputs if n not in data}, cast_optional_params)


def convert_model(sym, arg_params, aux_params, target_dtype="float16", target_dtype_ops=None, fp32_ops=None, conditional_fp32_ops=None,
                  excluded_sym_names=None, cast_optional_params=False):
    """(graph with casts, arg_params, aux_params) of a float32 model; the arguments are those of convert_symbol.

    arg_params, aux_params: dicts of arrays by name; those whose dtype the converted graph says are cast in them.
    """
    _want(isinstance(sym, Symbol), f"amp.convert_model needs a Symbol, got a {type(sym).__name__}")
    for name, given in (("arg_params", arg_params), ("aux_params", aux_params)):
        _want(isinstance(given, dict), f"amp.convert_model: {name} must be a dict of arrays by name, got a {type(given).__name__}")
    data = [n for n in sym.list_inputs() if n not in arg_params and n not in aux_params]
    converted = convert_symbol(sym, target_dtype, target_dtype_ops, fp32_ops, conditional_fp32_ops, excluded_sym_names, data,
                               cast_optional_params)
    said = converted.attr_dict()
    for given, names in ((arg_params, converted.list_arguments()), (aux_params, converted.list_auxiliary_states())):
        given.update({n: _as_said(given[n], said.get(n, {})) for n in names if n in given})
    return converted, arg_params, aux_params


def convert_bucketing_module(bucketing_mod, target_dtype="float16", target_dtype_ops=None, fp32_ops=None, conditional_fp32_ops=None,
                             excluded_sym_names=None, cast_optional_params=False):
    """A BucketingModule, to be bound, that computes in mixed precision; the arguments are those of convert_model.

    Raises: AssertionError for anything but a BucketingModule whose parameters are initialized.
    """
    _want(isinstance(bucketing_mod, BucketingModule), f"amp.convert_bucketing_module needs a BucketingModule, got a "
          f"{type(bucketing_mod).__name__}")
    _want(bucketing_mod.params_initialized, "amp.convert_bucketing_module: initialize the module's parameters first, with init_params()")
    params = bucketing_mod.get_params()
    how = (target_dtype, target_dtype_ops, fp32_ops, conditional_fp32_ops, excluded_sym_names, cast_optional_params)

    def model(key):
        symbol, data_names, label_names = bucketing_mod._call_sym_gen(key)
        return convert_model(symbol, *map(dict, params), *how), data_names, label_names

    def sym_gen(key):
        (symbol, _, _), data_names, label_names = model(key)
        return symbol, data_names, label_names

    (_, arg_params, aux_params), _, _ = model(bucketing_mod._default_bucket_key)
    return BucketingModule.load_dict(sym_gen=sym_gen, default_bucket_key=bucketing_mod._default_bucket_key, arg_params=arg_params,
                                      aux_params=aux_params, logger=bucketing_mod.logger)


def _check(target, low, high, conditional, excluded):
    """Raise what convert_symbol says of lists that cannot be."""
    named = {"target_dtype_ops": low, "fp32_ops": high, "conditional_fp32_ops": conditional}
    for name, given in (*named.items(), ("excluded_sym_names", excluded)):
        _want(isinstance(given, list), f"amp.convert_symbol: {name} must be a list, got {given!r}")
    for entry in conditional:
        _want(len(entry) == 3 and isinstance(entry[0], str) and isinstance(entry[1], str) and isinstance(entry[2], list),
              f"amp.convert_symbol: conditional_fp32_ops holds (operator, attribute, list of values), got {entry!r}")
    named["conditional_fp32_ops"] = [op for op, _, _ in conditional]
    for one, other in itertools.combinations(named, 2):
        both = sorted(set(named[one]) & set(named[other]))
        _want(not both, f"amp.convert_symbol: an operator cannot be in two lists; {one} and {other} both have {', '.join(both)}")
    usual = {*list_lp16_ops(target), *list_fp32_ops(target), *list_lp16_fp32_ops(target),
             *(op for op, _, _ in list_conditional_fp32_ops(target))}
    strange = sorted({*itertools.chain(*named.values())} - usual)
    _want(not strange, f"amp.convert_symbol: only operators of amp's lists can be chosen, which have no {', '.join(strange)}")


def _want(holds, text):
    if not holds:
        raise AssertionError(text)


def _as_said(array, attributes):
    """A parameter in the dtype that its variable names."""
    code = attributes.get("__dtype__", "-1")
    return array if code == "-1" else array.astype(CODE_DTYPES[int(code)])
