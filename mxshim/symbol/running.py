"""Running a graph on arrays: each operator is the public function that computes it, so the whole is one lazy program."""
from __future__ import annotations

from ..base import MXNetError
from . import loops
from .functions import function

# Operators of one input that has a name in MXNet; that of all others is called input0.
_ONE_INPUT = frozenset(
    "Dropout GridGenerator InstanceNorm L2Normalization LRN LeakyReLU MakeLoss Pad Pooling SequenceLast SequenceMask SequenceReverse "
    "SliceChannel SwapAxis _split_v2 depth_to_space log_softmax one_hot repeat reverse softmax space_to_depth squeeze tile".split())
_NAMED_INPUTS = "_np", "_image", "_contrib_interleaved", "_contrib_MultiBox", "_contrib_BilinearResize2D"


def names_of_inputs(vertex) -> list[str]:
    """What MXNet tells monitors and hooks that the inputs of an operator are called."""
    names = list(vertex.record.inputs) if vertex.record is not None else []
    if names and names[0].endswith("..."):
        return [f"arg{k}" for k in range(len(vertex.inputs))]
    if len(names) < len(vertex.inputs) or len(names) == 1 and vertex.op not in _ONE_INPUT and (
            vertex.op.endswith("_scalar") or not vertex.op.startswith(_NAMED_INPUTS)):
        return [f"input{k}" for k in range(len(vertex.inputs))]
    return names[:len(vertex.inputs)]


class Program:
    """A graph ready to run. inputs: the variables, in the order of `Symbol.list_inputs`."""

    def __init__(self, symbol, shapes=None):
        """shapes: id of a vertex without inputs -> its shape, where the graph leaves sizes open."""
        self.order = order = symbol._vertices()
        place = {id(v): i for i, v in enumerate(order)}
        self.inputs = [v for v in order if v.op is None]
        self.names = [v.name for v in order]
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

    def __call__(self, arrays, seen=None, taken=None):
        """The outputs, for one array per input.

        seen: called with (vertex, k, array) of what an operator takes, k being ~n for its n-th input, and then of what it gives, k >= 0.
        taken: called with (vertex, n, array) of what an operator takes, gives what it takes in its place.
        """
        results: list = [None] * len(self.names)
        for i, a in zip(self.variables, arrays, strict=True):
            results[i] = (a,)
        for i, call, given, sources in self.steps:
            if seen is not None:
                for n, (j, k) in enumerate(sources):
                    seen(self.order[i], ~n, results[j][k])
            inputs = [results[j][k] for j, k in sources]
            if taken is not None:
                inputs = [taken(self.order[i], n, a) for n, a in enumerate(inputs)]
            try:
                found = call(inputs, given)
            except Exception as error:
                if not getattr(error, "__notes__", None):
                    error.add_note(f"in the operator {self.names[i]!r} of a graph")
                raise
            results[i] = tuple(found) if isinstance(found, list | tuple) else (found,)
            if seen is not None:
                for k, a in enumerate(results[i]):
                    seen(self.order[i], k, a)
        return [self._output(results, i, k) for i, k in self.outputs]

    def _output(self, results, i, k):
        if k >= len(results[i]):
            raise MXNetError(f"output {k} of the operator {self.names[i]!r} is one that mxshim does not compute")
        return results[i][k]
