"""SymbolBlock: a graph as a block (MXNet: mxnet.gluon.SymbolBlock)."""
from __future__ import annotations

import os
import re

from .. import serialization
from ..base import MXNetError, as_dtype
from ..symbol import load
from ..symbol.compose import group, var, variable
from ..symbol.infer import Inference
from ..symbol.running import Program
from ..symbol.shape_rules import known
from ..symbol.symbol import Symbol
from ..util import is_np_array
from .block import HybridBlock
from .dialect import ARRAYS, _flatten, _regroup, as_class, trimmed
from .hybrid import Changes
from .naming import names_for
from .parameter import Parameter
from .parameter_dict import ParameterDict

__all__ = ["SymbolBlock"]
_MOST_SHAPES = 64  # programs kept of a graph that leaves sizes of its own zeros open


class SymbolBlock(HybridBlock):
    """A graph as a block: its variables are parameters, but for those among `inputs`.

    Args:
        outputs, inputs: a Symbol, or a list, which may have lists in it; inputs are variables.
        params: Parameters by name to use for the graph's.
    Inputs: arrays, or Symbols, in the order of `inputs` and nested as these.  Outputs: nested as `outputs`, a list if there are several.
    Raises: AssertionError if an input is no variable.
    """

    _in_format = _out_format = None  # may be set, where a file has lost them

    def __init__(self, outputs, inputs, params=None, prefix=None):
        super().__init__(prefix="" if prefix is None else prefix)
        self._name = (prefix or names_for(None, None, "symbolblock")[0]).removesuffix("_")
        try:
            inputs, self._in_format = _flatten(list(inputs), "inputs")
            alone = isinstance(outputs, list | tuple) and len(outputs) == 1
            outputs, self._out_format = _flatten(outputs[0] if alone else outputs, "outputs")
        except ValueError as e:
            raise TypeError(f"SymbolBlock: {e}") from None
        for s in (*outputs, *inputs):
            if not isinstance(s, Symbol):
                raise TypeError(f"SymbolBlock: outputs and inputs are Symbols, got {type(s).__name__}")
        symbol = outputs[0] if len(outputs) == 1 else group(outputs)
        for s in inputs:
            if s._single("SymbolBlock, inputs")[0].op is not None:
                raise AssertionError(f"Input symbols must be variable, but {s!r} is an output of operators")
        self._symbol, self._input_names = symbol, [s.name for s in inputs]
        self._programs: dict = {}
        aux = dict.fromkeys(symbol.list_auxiliary_states())
        names = [n for n in dict.fromkeys([*symbol.list_arguments(), *aux]) if n not in self._input_names]
        given = dict(params or {})
        types = _dtypes(symbol)
        common = _common_prefix(names) if not is_np_array() else ""
        attributes = symbol.attr_dict()
        for name in names:
            p = given.get(name)
            if p is None:
                facts = attributes.get(name, {})
                if facts.get("__storage_type__", "0") not in ("0", "default"):
                    raise AssertionError(f"SymbolBlock: the variable '{name}' is sparse; parameters of a graph are dense")
                # As in MXNet the variable's init, lr_mult and wd_mult do not count: those are for Module.
                p = Parameter(name, grad_req="null" if name in aux else "write", shape=_shape(facts), allow_deferred_init=True,
                              dtype=as_dtype(types.get(name, "float32")).type)
                p._full_name = name
            elif name in aux:
                p.grad_req = "null"
            self._reg_params[name.removeprefix(common) or name] = p
        self._by_name = {name: self._reg_params[name.removeprefix(common) or name] for name in names}
        self._order = [v.name for v in symbol._vertices() if v.op is None]
        self._open = any(v.op is not None and not v.inputs for v in symbol._vertices())

    @property
    def name(self) -> str:
        """A name no other block has; parameters are named by the graph."""
        return self._name

    @property
    def params(self) -> ParameterDict:
        """All parameters of the graph."""
        return ParameterDict.collected("", self._own(), home=self._params)

    @staticmethod
    def imports(symbol_file, input_names, param_file=None, ctx=None, allow_missing=False, ignore_extra=False, device=None):
        """The block of a model in files, path-symbol.json and path-0000.params, of HybridBlock.export, Module, or MXNet 1 or 2.

        Args:
            input_names: the names of the inputs, a string or a list; all other variables are parameters.
            param_file: None leaves the parameters uninitialized.  ctx, device: where to put them, one device or a list.
            allow_missing: parameters that the file lacks stay uninitialized.  ignore_extra: what else is in the file is skipped.
        Raises: MXNetError if a file is damaged, or the graph has an operator that mxshim lacks; AssertionError, ValueError if the
            parameters do not fit the graph.
        """
        symbol = load(symbol_file)
        if is_np_array():
            symbol = symbol.as_np_ndarray()
        names = [input_names] if isinstance(input_names, str) else list(input_names)
        known_names = set(symbol.list_inputs())
        for name in names:
            if name not in known_names and param_file is None:
                raise ValueError(f"SymbolBlock.imports: there is no variable {name!r} in {symbol_file!r}; there are "
                                 f"{', '.join(sorted(known_names))}")
        block = SymbolBlock(symbol, [variable(type(symbol), n) for n in names])
        if param_file is not None:
            block.load_parameters(param_file, ctx or device, allow_missing, ignore_extra, cast_dtype=True, dtype_source="saved")
        return block

    def _complete(self, args):
        """Shapes of parameters from the inputs', then the values of those that wait for them, in the order the graph reads them."""
        waiting = [p for p in map(self._by_name.get, self._order) if p is not None and p._deferred_init is not None]
        if not all(p._shape_known() for p in self._reg_params.values()):
            self.infer_shape(*args)
        for p in waiting:
            p._finish_deferred_init()

    def infer_shape(self, *args):
        found = Inference(self._symbol, self._shapes(args), {})
        for v in found.order:
            if v.op is None and v.name in self._by_name:
                shape = found.shapes.get((id(v), 0))
                if known(shape) and not self._by_name[v.name]._shape_known():
                    self._by_name[v.name].shape = shape

    def _shapes(self, args):
        own = {n: p._shape for n, p in self._by_name.items() if p._shape_known()}
        return {**own, **{n: a.shape for n, a in zip(self._input_names, _flatten(args, "inputs")[0], strict=False)}}

    def _program(self, args) -> Program:
        key = tuple([a.shape for a in args]) if self._open else None
        found = self._programs.get(key)
        if found is None:
            if len(self._programs) >= _MOST_SHAPES:
                self._programs.clear()
            found = self._programs[key] = Program(self._symbol, Inference(self._symbol, self._shapes(args), {}).open_shapes()
                                                  if self._open else None)
        return found

    def forward(self, x, *args):
        """The outputs for arrays; for Symbols the graph with these in place of the inputs."""
        args = self._inputs_of((x, *args))
        x = args[0]
        if isinstance(x, Symbol):
            found = list(type(x)(self._symbol(**dict(zip(self._input_names, args, strict=True)))._entries))
            return _regroup(found, self._out_format)
        if not isinstance(x, ARRAYS):
            raise TypeError(f"SymbolBlock takes arrays or Symbols, got {type(x).__name__}")
        arrays = dict(zip(self._input_names, args, strict=True))
        for name, p in self._by_name.items():
            arrays[name] = p.data(x.ctx) if len(p.list_ctx()) > 1 else p.data()
        return _regroup([as_class(a, type(x)) for a in self._program(args)([arrays[n] for n in self._order])], self._out_format)

    def _inputs_of(self, args):
        """The arrays or Symbols of a call, nested as the inputs are, in a list; None at the end may be left out or added."""
        flat, nesting = _flatten(args, "SymbolBlock's inputs")
        if nesting != self._in_format and trimmed(nesting) != trimmed(self._in_format):
            raise ValueError(f"SymbolBlock takes {len(self._input_names)} inputs ({', '.join(self._input_names)}), nested as "
                             f"{self._in_format}; got {nesting}, where 0 is an array, -1 None, and a list a list")
        return flat[:len(self._input_names)]

    def cast(self, dtype):
        """Convert the parameters; those of BatchNorm stay float32 in float16 networks."""
        Changes.count += 1
        kept = set()
        if as_dtype(dtype).name == "float16":
            kept = {w.name for v in self._symbol._vertices() if v.op == "BatchNorm" for w, _ in v.inputs[1:] if w.op is None}
        for name, p in self._by_name.items():
            if name not in kept:
                p.cast(dtype)

    def reset_ctx(self, ctx=None, device=None):
        for p in self._by_name.values():
            p.reset_ctx(ctx, device)

    @property
    def _cached_graph(self):
        """(inputs, graph), as any hybridized block's."""
        return [var(name) for name in self._input_names], self._symbol

    def export(self, path, epoch=0, remove_amp_cast=True):
        """Write the graph and the parameters again; see HybridBlock.export."""
        self._symbol.save(f"{path}-symbol.json", remove_amp_cast)
        aux = set(self._symbol.list_auxiliary_states())
        arrays = {f"{'aux' if n in aux else 'arg'}:{n}": p._reduce().asnumpy() for n, p in self._by_name.items()}
        name = serialization.numbered(path, epoch)
        if is_np_array():
            serialization.save_npz(name, list(arrays.values()), list(arrays))
        else:
            serialization.save_params(name, list(arrays.values()), list(arrays), np_shape=False)
        return f"{path}-symbol.json", name

    def __repr__(self):
        return f"{type(self).__name__}(\n{self._symbol!r} : {len(self._input_names)} -> {len(self._symbol)}\n)"


def _dtypes(symbol) -> dict:
    try:
        found = Inference(symbol, {}, {})
    except MXNetError:
        return {}
    return {v.name: found.types[id(v), 0] for v in found.order if v.op is None and found.types.get((id(v), 0)) is not None}


def _shape(facts):
    text = facts.get("__shape__")
    numbers = None if text is None else [int(n) for n in re.findall(r"-?\d+", text)]
    return tuple(numbers) if numbers else None


def _common_prefix(names) -> str:
    """What all names begin with, up to an underscore, as MXNet 1.x names parameters in files."""
    found = os.path.commonprefix(names)
    return found[:found.rfind("_") + 1]
