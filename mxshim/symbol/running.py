"""Running a graph on arrays: each operator is the public function that computes it, so the whole is one lazy program."""
from __future__ import annotations

from ..base import MXNetError
from . import loops, operators
from .functions import function

# Operators of one input that MXNet names, in what a Monitor sees; that of the others is input0.
_NAMED = frozenset(("Dropout", "InstanceNorm", "L2Normalization", "LRN", "LeakyReLU", "Pooling", "SliceChannel", "log_softmax", "softmax"))


class Program:
    """A graph ready to run. inputs: the variables, in the order of `Symbol.list_inputs`."""

    def __init__(self, symbol, shapes=None):
        """shapes: id of a vertex without inputs -> its shape, where the graph leaves sizes open."""
        order = symbol._vertices()
        place = {id(v): i for i, v in enumerate(order)}
        self.inputs = [v for v in order if v.op is None]
        self.names = [v.name for v in order]
        self._order = order
        self.steps = []
        for v in order:
            if v.op is None:
                continue
            if v.subgraphs:
                call = loops.runner(v, lambda graph: Program(graph, shapes))
                self.steps.append((place[id(v)], call, {}, [(place[id(w)], k) for w, k in v.inputs]))
                continue
            given = v.values()
            if shapes and id(v) in shapes:
                given["shape"] = shapes[id(v)]
            self.steps.append((place[id(v)], function(v.op), given, [(place[id(w)], k) for w, k in v.inputs]))
        self.variables = [i for i, v in enumerate(order) if v.op is None]
        self.outputs = [(place[id(v)], k) for v, k in symbol._entries]

    def __call__(self, arrays, seen=None):
        """The outputs, for one array per input.

        seen: called with (name, output number, array) of all that is computed, and before with (name, None, array) of what goes in: once
        by a variable's own name, and once by that of the operator's input, fc1_data.
        """
        results: list = [None] * len(self.names)
        for i, a in zip(self.variables, arrays, strict=True):
            results[i] = (a,)
        for i, call, given, sources in self.steps:
            if seen is not None:
                for (j, k), name in zip(sources, self._input_names(i), strict=True):
                    if self._order[j].op is None:
                        seen(self.names[j], None, results[j][k])
                    seen(name, None, results[j][k])
            try:
                found = call([results[j][k] for j, k in sources], given)
            except Exception as error:
                if not getattr(error, "__notes__", None):
                    error.add_note(f"in the operator {self.names[i]!r} of a graph")
                raise
            results[i] = tuple(found) if isinstance(found, list | tuple) else (found,)
            if seen is not None:
                for k, a in enumerate(results[i]):
                    seen(self.names[i], k, a)
        return [self._output(results, i, k) for i, k in self.outputs]

    def _input_names(self, i) -> list[str]:
        """The names of what goes into an operator, as a Monitor sees them."""
        vertex, count = self._order[i], len(self._order[i].inputs)
        names = operators.inputs_of(vertex.record, vertex.values(), count) if vertex.record is not None else []
        if len(names) != count or count == 1 and vertex.op not in _NAMED and not vertex.record.variadic:
            names = [f"input{n}" for n in range(count)]
        return [f"{vertex.name}_{n}" for n in names]

    def _output(self, results, i, k):
        if k >= len(results[i]):
            raise MXNetError(f"output {k} of the operator {self.names[i]!r} is one that mxshim does not compute")
        return results[i][k]
