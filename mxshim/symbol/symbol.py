"""Symbol: outputs of a graph of operators (MXNet: mxnet.symbol.symbol.Symbol)."""
from __future__ import annotations

import copy
from typing import Any

from ..base import MXNetError, NotImplementedForSymbol
from . import operators
from .files import to_json, write

# Operators whose outputs' shapes depend on values, as MXNet counts them.
DYNAMIC = frozenset(("_contrib_boolean_mask", "_contrib_dynamic_reshape", "_npx_nonzero", "_npi_unique", "_npi_delete", "_npi_bincount",
                     "_npi_lstsq", "_npi_advanced_indexing"))
HIDDEN = ("ctx_group", "lr_mult", "wd_mult", "force_mirroring", "mirror_stage", "profiler_scope")  # kept as __lr_mult__


class Vertex:
    """An operator, or a variable where op is None, in a graph.

    inputs: (vertex, output) pairs.  attrs: texts by name.  outputs: how many there are.  aux: the positions of inputs that the operator
    writes.  record: what is known of the operator; None for variables, and for the recorded calls of `autograd.get_symbol`.
    subgraphs: the Symbols of a loop or a branch, see loops.py.
    """

    __slots__ = ("attrs", "aux", "inputs", "name", "op", "outputs", "record", "shown", "subgraphs")

    def __init__(self, name, op=None, inputs=(), outputs=1, aux=(), attrs=None, record=None, shown=None, subgraphs=()):
        self.name, self.op, self.inputs, self.outputs, self.aux = name, op, list(inputs), outputs, aux
        self.attrs: dict[str, str] = attrs if attrs is not None else {}
        self.record, self.shown, self.subgraphs = record, shown, subgraphs

    def values(self) -> dict[str, Any]:
        """The operator's own attributes, read. Raises: MXNetError for a text that is no such value."""
        return {} if self.record is None else operators.values(self.record, self.attrs, self.name)

    def output_names(self) -> list[str]:
        """The names of the outputs that a Symbol shows."""
        if self.op is None:
            return [self.name]
        if self.record is None:
            return [f"{self.name}_output{k if self.outputs > 1 else ''}" for k in range(self.outputs)]
        return [f"{self.name}_{n}" for n in operators.output_names(self.record, self.values())]

    def count(self) -> int:
        """How many outputs a Symbol shows."""
        return self.outputs if self.shown is None else self.shown


class Symbol:
    """Outputs of a graph; mx.sym.Variable and the functions of mx.sym make them. Iterating, x[i] and x["name"] give single outputs."""

    _dialect = "nd"
    __array_ufunc__ = None  # a NumPy scalar on the left asks for the reflected operator

    def __init__(self, entries):
        self._entries = list(entries)

    # -- names -----------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str | None:
        """The name of the operator or variable; None for a group of several."""
        return self._entries[0][0].name if len({id(v) for v, _ in self._entries}) == 1 else None

    def list_arguments(self) -> list[str]:
        """The names of the inputs without auxiliary states, in the order in which they are needed."""
        hidden = self._aux()
        return [v.name for v in self._vertices() if v.op is None and id(v) not in hidden]

    def list_auxiliary_states(self) -> list[str]:
        """The names of the inputs that operators write, such as BatchNorm's running mean."""
        hidden = self._aux()
        return [v.name for v in self._vertices() if id(v) in hidden]

    def _aux(self) -> set[int]:
        return {id(v.inputs[i][0]) for v in self._vertices() for i in v.aux if i < len(v.inputs) and v.inputs[i][0].op is None}

    def list_inputs(self) -> list[str]:
        """The names of all inputs, auxiliary states among them."""
        return [v.name for v in self._vertices() if v.op is None]

    def list_outputs(self) -> list[str]:
        """The names of the outputs: that of the operator and `_output`, with a number if it has several."""
        return [_output_name(*e) for e in self._entries]

    @property
    def num_outputs(self) -> int:
        """How many outputs there are."""
        return len(self._entries)

    def get_internals(self) -> Symbol:
        """All outputs of all operators, and the inputs, in an order in which they can be computed."""
        return type(self)([(v, k) for v in self._vertices() for k in range(v.count())])

    def get_children(self) -> Symbol | None:
        """What the outputs' operators take; None if these are inputs."""
        found = [e for v in {id(v): v for v, _ in self._entries}.values() for e in v.inputs]
        return type(self)(found) if found else None

    def get_inputs(self) -> Symbol:
        """All inputs, as one Symbol."""
        return type(self)([(v, 0) for v in self._vertices() if v.op is None])

    # -- attributes ------------------------------------------------------------------------------------------------

    def attr(self, key) -> str | None:
        """An attribute of the operator as text, or its "name"; None if it is not set, and of a group of several."""
        vertex = self._entries[0][0]
        if any(v is not vertex for v, _ in self._entries):
            return None
        return vertex.name if key == "name" else vertex.attrs.get(f"__{key}__" if key in HIDDEN else key)

    def list_attr(self, recursive=False) -> dict[str, str]:
        """All attributes of the (first) operator; "__lr_mult__" also as "lr_mult". Raises: DeprecationWarning with recursive."""
        if recursive:
            raise DeprecationWarning("list_attr(recursive=True) ended with MXNet 0.9: attr_dict() gives the attributes of all operators")
        return _shown(self._entries[0][0].attrs)

    def attr_dict(self) -> dict[str, dict[str, str]]:
        """The attributes of all operators and inputs that have any, by name."""
        return {v.name: _shown(v.attrs) for v in self._vertices() if v.attrs}

    def _set_attr(self, **kwargs):
        vertex = self._only("_set_attr")
        for key, value in kwargs.items():
            if not isinstance(value, str):
                raise ValueError("Set Attr only accepts string values")
            vertex.attrs[f"__{key}__" if key in HIDDEN else key] = value

    def _only(self, what):
        if len({id(v) for v, _ in self._entries}) != 1:
            raise MXNetError(f"Symbol.{what}: this is a group of several; take one of them with group[i]")
        return self._entries[0][0]

    # -- files -----------------------------------------------------------------------------------------------------

    def tojson(self, remove_amp_cast=True) -> str:
        """The graph as text, in the layout of MXNet's model files.

        Differs: what `autograd.get_symbol` gives has mxshim's names of operators, and is for reading only.
        """
        return to_json(self, remove_amp_cast)

    def save(self, fname, remove_amp_cast=True):
        """Write the graph to a file that `mx.sym.load` and real MXNet read, whole or not at all."""
        if not isinstance(fname, str) and not hasattr(fname, "__fspath__"):
            raise TypeError(f"Symbol.save: fname must be a path, got {type(fname).__name__}")
        write(fname, self.tojson(remove_amp_cast))

    def debug_str(self) -> str:
        """The graph as text for people: operators in order, with their inputs and attributes."""
        lines = ["Symbol Outputs:", *[f"\toutput[{i}]={v.name}({k})" for i, (v, k) in enumerate(self._entries)]]
        for v in self._vertices():
            if v.op is None:
                lines.append(f"Variable:{v.name}")
                continue
            lines += ["--------------------", f"Op:{v.op}, Name={v.name}", "Inputs:"]
            lines += [f"\targ[{i}]={w.name}({k})" + (" version=0" if w.op is None else "") for i, (w, k) in enumerate(v.inputs)]
            if v.attrs:
                lines += ["Attrs:", *[f"\t{k}={v.attrs[k]}" for k in sorted(v.attrs)]]
        return "\n".join(lines) + "\n"

    # -- the graph -------------------------------------------------------------------------------------------------

    def _vertices(self) -> list[Vertex]:
        """Everything the outputs are computed from, inputs before what takes them."""
        seen, order = set(), []
        for head, _ in self._entries:
            stack = [(head, False)]
            while stack:
                v, done = stack.pop()
                if done:
                    order.append(v)
                elif id(v) not in seen:
                    seen.add(id(v))
                    stack.append((v, True))
                    stack.extend((w, False) for w, _ in reversed(v.inputs))
        return order

    def has_dynamic_shape_op(self) -> bool:
        """Whether an operator is among the graph whose output's shape depends on values: boolean_mask, nonzero, unique, ..."""
        return any(v.op in DYNAMIC for v in self._vertices())

    def __copy__(self):
        return self.__deepcopy__(None)

    def __deepcopy__(self, memo):
        made = {}
        for v in self._vertices():
            made[id(v)] = Vertex(v.name, v.op, [(made[id(w)], k) for w, k in v.inputs], v.outputs, v.aux, dict(v.attrs), v.record, v.shown,
                                 v.subgraphs)
        return type(self)([(made[id(v)], k) for v, k in self._entries])

    def __call__(self, *args, **kwargs):
        """This graph with other Symbols in place of its inputs: by position, or by name; name= is the result's.

        Raises: TypeError for both at once; MXNetError for a name that is no input.
        """
        found = copy.copy(self)
        found._compose(*args, **kwargs)
        return found

    def _compose(self, *args, name=None, **kwargs):
        if args and kwargs:
            raise TypeError("compose: give the input Symbols all by position or all by name")
        for s in (*args, *kwargs.values()):
            if not isinstance(s, Symbol):
                raise TypeError("Compose expect `Symbol` as arguments")
        inputs = {}
        for v in self._vertices():
            if v.op is None:
                inputs.setdefault(v.name, v)
        if args:
            if len(args) > len(inputs):
                raise MXNetError(f"compose: {len(args)} Symbols are given, there are {len(inputs)} inputs: {', '.join(inputs)}")
            kwargs = dict(zip(inputs, args, strict=False))
        unknown = next((k for k in kwargs if k not in inputs), None)
        if unknown is not None:
            raise MXNetError(f"Symbol.ComposeKeyword argument name {unknown} not found; the inputs are {', '.join(inputs)}")
        if name:
            self._only("compose").name = name
        new = {id(inputs[k]): s._single(k) for k, s in kwargs.items()}
        for v in self._vertices():
            v.inputs = [new.get(id(w), (w, k)) for w, k in v.inputs]
        self._entries = [new.get(id(v), (v, k)) for v, k in self._entries]

    def _single(self, what) -> tuple[Vertex, int]:
        """The only output, as an input of an operator. Raises: MXNetError if there are several."""
        if len(self._entries) != 1:
            raise MXNetError(f"{what}: a Symbol with one output is wanted, this has {len(self._entries)}: "
                             f"{', '.join(self.list_outputs())}; take one with [i]")
        return self._entries[0]

    def __len__(self):
        return len(self._entries)

    def __iter__(self):
        return (self[i] for i in range(len(self._entries)))

    def __getitem__(self, index):
        if isinstance(index, str):
            found = [e for e in self._entries if _output_name(*e) == index]
            if not found:
                raise ValueError(f'Cannot find output that matches name "{index}"; the outputs are {", ".join(self.list_outputs())}')
            if len(found) > 1:
                raise ValueError(f'There are multiple outputs with name "{index}"')
            return type(self)(found)
        if isinstance(index, slice):
            if (index.stop or 0) > len(self._entries):
                raise IndexError(f"there are {len(self._entries)} outputs, not {index.stop}")
            if not (found := self._entries[index]):
                raise TypeError(f"no outputs are left: there are {len(self._entries)}")
            return type(self)(found)
        if not isinstance(index, int):
            raise TypeError(f"a Symbol's outputs are taken by number or by name, got {index!r}")
        return type(self)([self._entries[index]])

    def __bool__(self):
        raise NotImplementedForSymbol("a Symbol has no values that could be true or false")

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self):
        name = self.name
        if name is None:
            return f"<{type(self).__name__} group [{', '.join(v.name for v, _ in self._entries)}]>"
        return f"<{type(self).__name__} {name}>"


def _shown(attrs) -> dict[str, str]:
    return {**attrs, **{k[2:-2]: v for k, v in attrs.items() if k[2:-2] in HIDDEN and k.startswith("__")}}


def _output_name(vertex: Vertex, index: int) -> str:
    names = vertex.output_names()
    return names[index] if index < len(names) else f"{vertex.name}_output{index}"
