"""Autograd: scopes, leaves, and backward as instructions.

A recorded call leaves a `Node`; its gradient is `jax.vjp` of the operator, split into a forward half that also returns the
residuals and a pullback (`Recorded`). Backward walks the nodes from the heads and appends the pullbacks of a whole stretch
as one instruction, `Stretch`. Residuals are ordinary values: if nothing was read since they were recorded, forward and
backward become one program and they never leave it; after a read they are the outputs of one program and the inputs of the
next. A user's Function ends a stretch: its backward is ordinary code that runs between two.
"""
from __future__ import annotations

import operator

from ..base import MXNetError
from ..device import name_of
from . import call
from .cell import Cell, Handle, Value, keep
from .emit import Node, append_mixed, emit_spec, look_up, moved, place
from .op import NAMES
from .spec import Spec, arr, tracing
from .stretch import Stretch
from .trace import state, threads

NOGRAPH = ("Cannot differentiate: {what} is not in a computational graph. Compute it inside autograd.record() from an array with "
           "attach_grad(); if its graph was used by an earlier backward, pass retain_graph=True to that one.")
NOLEAF = ("There are no inputs in the computational graph that require gradients: no array with attach_grad() leads to {what}, or "
          "the graph between was freed by an earlier backward (pass retain_graph=True to that one).")
FREED = ("Part of the graph of {what} was freed by an earlier backward that shared it. Pass retain_graph=True to the earlier "
         "backward, or call autograd.backward([head1, head2]) once.")


class Leaf:
    """The mark that attach_grad sets: a gradient buffer and what backward does with it."""

    # What a node of the graph also answers to, so that nobody has to ask which of the two it has before it.

    __slots__ = ("__weakref__", "aval", "cell", "ctx", "dead", "fresh", "inside", "req", "stype")
    is_leaf, zero, code = True, False, "leaf"

    def __init__(self, aval, ctx, cell: Cell, req: str, stype=None):
        self.aval, self.ctx, self.cell, self.req, self.stype = aval, ctx, cell, req, stype
        self.fresh = self.dead = False
        self.inside = False  # marked in place, on an output inside a graph: no leaf to start from once that graph is gone


class Scope:
    """record(), pause(), train_mode(), predict_mode(): sets flags on entry, puts back what it changed on exit."""

    def __init__(self, recording, training):
        self._enter = (recording, training)
        self._previous: list = []

    def __enter__(self):
        recording, training = self._enter
        thread = threads.now
        self._previous.append((thread.recording, thread.training))
        if recording is not None:
            if recording and not thread.recording:
                for trace in list(thread.traces.values()):
                    if trace.step[0]:
                        trace.end_step()
                    elif trace.instructions and thread.capture is None:
                        trace.drop_unheld()
            thread.recording = recording
        if training is not None:
            thread.training = training

    def __exit__(self, *exc):
        recording, training = self._enter
        was_recording, was_training = self._previous.pop()
        thread = threads.now
        # As measured: a flag that somebody else changed meanwhile is set back only where the scope's own value differs.
        if recording is not None and recording != was_recording:
            thread.recording = was_recording
        if training is not None and training != was_training:
            thread.training = was_training


Scope.__name__ = Scope.__qualname__ = "_RecordingStateScope"  # the name users see in MXNet


_STRETCHES: dict[tuple, Stretch] = {}


def _walk(heads):
    """(nodes from the heads down, latest first; leaves reached; whether a freed node was met; whether all are ordinary operators)."""
    stack = list(dict.fromkeys([p[0] for p in heads]))
    seen = set(stack)
    nodes: list[Node] = []
    leaves: dict[Leaf, None] = {}
    freed, plain = False, True
    while stack:
        node = stack.pop()
        if node.is_leaf:
            leaves[node] = None
            continue
        if node.code is None:
            freed = True
            continue
        nodes.append(node)
        if node.rare is not None:
            plain = False
            if node.marks:
                leaves.update(dict.fromkeys(node.marks.values()))
        for p in node.parents:
            if p is not None and p[0] not in seen:
                seen.add(p[0])
                stack.append(p[0])
    nodes.sort(key=_seq, reverse=True)
    return nodes, leaves, freed, plain


def _chain(nodes) -> dict[int, bool]:
    """Where the nodes of one segment end: position -> whether a program ends there, too. Four equal short segments make a program."""
    starts = [0] + [i for i in range(1, len(nodes)) if nodes[i].segment != nodes[i - 1].segment]
    if len(starts) <= 2:
        return {}
    ends = [*starts[1:], len(nodes)]
    looks = [tuple([node.code for node in nodes[a:b]]) for a, b in zip(starts, ends, strict=True)]
    cuts, i = {}, 0
    while i < len(starts):
        together = 4 if len(looks[i]) <= 64 and looks[i:i + 4] == [looks[i]] * 4 else 1
        for k in range(i + 1, i + together):
            cuts[starts[k]] = False
        i += together
        if i < len(starts):
            cuts[starts[i]] = True
    return cuts


_seq = operator.attrgetter("seq")


class _Backward:
    """One backward pass: the gradients known so far by place, and how to get from heads to leaves."""

    def __init__(self, ctx, training):
        self.ctx, self.training, self.several = ctx, training, False  # several: devices
        self.sums: dict[tuple, Value | None] = {}  # (node or leaf, output) -> gradient; None stands for ones
        self.avals: dict[tuple, object] = {}

    def seed(self, where, aval, value):
        self.sums[where] = value
        self.avals[where] = aval

    def run(self, nodes, plain=False):
        """Differentiate through `nodes`, latest first; afterwards `sums` holds the gradients of all leaves reached.

        A graph over several flushes (a loop that reads a value at every turn) becomes a chain of programs: turns that are equal
        share theirs, however many there are. Up to two segments are worth fusing.  plain: there are no marks and no Functions.
        """
        first = nodes[0].segment if nodes else None
        if plain and all(node.segment is first for node in nodes):
            self.stretch(nodes)
            return
        segments = {node.segment for node in nodes}
        self.several = len({segment.device for segment in segments if segment is not None}) > 1
        cuts = _chain(nodes) if len(segments) > 2 else {}
        if plain and not cuts and not self.several:
            self.stretch(nodes)
            return
        stretch: list = []
        for i, node in enumerate(nodes):
            if stretch and node.segment is not None and node.segment.device is not stretch[-1].segment.device:
                self.stretch(stretch)
                stretch = []
            if i in cuts:
                self.stretch(stretch)
                stretch = []
                if cuts[i]:
                    state.trace.flush("segment")
            if node.marks:  # what arrives here must become a value: later nodes are done, so it is complete
                self.stretch(stretch)
                stretch = []
                for k, leaf in node.marks.items():
                    if (node, k) in self.sums:
                        self.add_mark(leaf, self.avals[node, k], self.sums[node, k])
            if node.segment is None:
                self.stretch(stretch)
                stretch = []
                if node.function is not None:
                    self.function(node)
                elif (node, 0) in self.sums:
                    self.move(node)
            elif not node.zero:
                stretch.append(node)
        self.stretch(stretch)

    def move(self, node):
        """The gradient of a copy between devices goes back to where it came from."""
        aval = self.avals[node, 0]
        value = self.sums.pop((node, 0))
        self.add(node.parents[0], aval, _ones(aval, node.moved[0]) if value is None else moved(value, node.moved[0]))

    def stretch(self, nodes):
        """Append the pullbacks of some nodes as one instruction."""
        sums = self.sums
        labels = {node: i for i, node in enumerate(nodes)}
        reached = bytearray(len(nodes))
        seeds, given = [], []
        for where in [w for w in sums if w[0] in labels]:
            value = sums.pop(where)
            label = labels[where[0]]
            reached[label] = True
            seeds.append((label << 16 | where[1], None if value is not None else self.avals[where]))
            if value is not None:
                given.append(value)
        structure: list = []
        arguments: list = []
        results: dict = {}
        avals = []
        for label, node in enumerate(nodes):
            code = node.code
            if node.zero or not reached[label] and not code.spec.loss:  # no gradient reaches it (behind an argmax, say)
                continue
            parents = node.parents
            structure += code, label
            for i in code.targets:
                p = parents[i]
                n = labels.get(p[0])
                if n is not None:
                    reached[n] = True
                    structure.append(n << 16 | p[1])
                else:
                    k = results.get(p)
                    if k is None:
                        k = results[p] = len(avals)
                        avals.append(code.spec.avals[i])
                    structure.append(~k)
            arguments += node.residuals
        if not structure:
            return
        key = (tuple(structure), tuple(seeds))
        found = _STRETCHES.get(key)
        if found is None:
            found = keep(_STRETCHES, 4096, key, Stretch(*key, tuple(avals)))
        ctx = self.ctx
        arguments += given
        if self.several or ctx.jax is not nodes[0].segment.device:
            ctx = name_of(nodes[0].segment.device)
            arguments = [moved(v, ctx) if isinstance(v, Value) and v.ctx.jax is not ctx.jax else v for v in arguments]
        outs = append_mixed(found, arguments, ctx)
        if sums:
            for where, aval, value in zip(results, avals, outs):
                self.add(where, aval, value)
        else:
            self.sums = dict(zip(results, outs))
            self.avals.update(zip(results, avals))

    def add_mark(self, leaf, aval, value):
        self.add((leaf, 0), aval, value if value is not None else _ones(aval, self.ctx))

    def add(self, where, aval, value):
        old = self.sums.get(where, self)
        if old is self:
            self.sums[where] = value
            self.avals[where] = aval
        else:
            self.sums[where] = _sum(_ones(aval, self.ctx) if old is None else old, value)

    def taken(self, where, aval):
        """The gradient that arrived at an output, zeros if none."""
        if where not in self.sums:
            return call.zeros_value(aval, self.ctx)
        value = self.sums.pop(where)
        return _ones(aval, self.ctx) if value is None else value

    def function(self, node):
        """Run a user's backward with what has arrived at its outputs."""
        avals = node.function.avals
        cts = [self.taken((node, k), a) for k, a in enumerate(avals)]
        for p, gradient in zip(node.parents, node.function.pull(cts, self.training), strict=True):
            if p is not None:
                self.add(p, gradient._value_now().aval, gradient._value_now())


def _ones(aval, ctx) -> Value:
    spec = look_up(NAMES["mx.ones"], (aval.shape, aval.dtype), ())
    return emit_spec(spec, [], (), None, ctx)[0][0]


def _sum(a: Value, b: Value, parents=None):
    spec = look_up(NAMES["mx.sum_of_gradients"], (arr(0), arr(1)), (a, b))
    outs, node = emit_spec(spec, [a, b], (), parents)
    return outs[0] if parents is None else (outs[0], node)


def _heads(heads, head_grads):
    """Checked (places, avals, gradient handles or None); the last of equal heads counts."""
    from_list = isinstance(heads, list | tuple)
    heads = list(heads) if from_list else [heads]
    if head_grads is None:
        head_grads = [None] * len(heads)
    elif isinstance(head_grads, list | tuple):
        head_grads = list(head_grads)
    else:
        head_grads = [head_grads]
    if not heads:
        raise MXNetError("backward needs at least one head")
    if len(heads) != len(head_grads):
        raise AssertionError(f"backward: heads and head_grads must be of the same length, got {len(heads)} and {len(head_grads)}")
    found = {}
    for h, g in zip(heads, head_grads, strict=True):
        if not isinstance(h, Handle):
            raise TypeError(f"backward: a head must be an array, got {type(h).__name__}")
        aval = h._value_now().aval
        where = place(h)
        if where is None:
            raise MXNetError(NOGRAPH.format(what=f"a {aval} array"))
        if g is not None:
            if not isinstance(g, Handle):
                raise AttributeError(f"backward: a head gradient must be an array, got {type(g).__name__}: it has no attribute "
                                     "'handle'. Make one with np.array(...) or nd.array(...).")
            got = g._value_now().aval
            if got.size != aval.size and getattr(where[0], "zero", False):
                g = got = None  # MXNet never looks at what arrives where no gradient flows on
            elif got.size != aval.size:
                raise MXNetError(f"backward: the head gradient has shape {got.shape}, the head {aval.shape}; they must be equal")
            elif got.dtype is not aval.dtype and got.dtype != aval.dtype:
                raise MXNetError(f"backward: the head gradient is {got.dtype.name}, the head {aval.dtype.name}; "
                                 f"cast it with astype({aval.dtype.name!r})")
        found[where] = (aval, g, h)
    return found


def _what(found):
    return " and ".join(f"the {aval} head" for aval, _, _ in found.values())


def _first_order(found, nodes, ctx, train_mode, plain) -> _Backward:
    """The pass from checked heads through their nodes: its `sums` are the gradients of the leaves."""
    work = _Backward(ctx, train_mode)
    for where, (aval, g, _) in found.items():
        value = None if g is None else _shaped(g._value_now(), aval)
        work.seed(where, aval, _ones(aval, ctx) if value is None and where[0].is_leaf else value)
    work.run(nodes, plain)
    return work


def backward(heads, head_grads=None, retain_graph=False, train_mode=True):
    """Gradients of the heads into the buffers of all marked arrays they were computed from."""
    found = _heads(heads, head_grads)
    nodes, leaves, freed, plain = _walk(found)
    if not leaves or all(leaf.req == "null" for leaf in leaves):
        raise MXNetError(NOLEAF.format(what=_what(found)))
    if freed:
        raise MXNetError(FREED.format(what=_what(found)))
    ctx = next(iter(found.values()))[2]._value_now().ctx
    thread = threads.now
    recording, training = thread.recording, thread.training
    thread.recording = False
    try:
        sums = _first_order(found, nodes, ctx, train_mode, plain).sums
        for leaf in leaves:
            if leaf.req == "null":
                continue
            value = sums.get((leaf, 0))
            if value is None:
                value = call.zeros_value(leaf.aval, ctx)
            if value.aval is not leaf.aval:
                value = _cast(_shaped(value, leaf.aval), leaf.aval)
            if leaf.req == "add":
                value = _sum(leaf.cell.value, value)
            if value.ctx is not leaf.ctx and value.ctx != leaf.ctx:
                value = _at(value, leaf.ctx)
            leaf.cell.value = value
            leaf.fresh = True
        if not plain:
            for node in nodes:
                for update in node.updates or ():
                    update.write()
    finally:
        thread.recording, thread.training = recording, training
    if thread.trace.instructions:
        thread.trace.mark_step()
    if not retain_graph:
        _free(nodes, leaves)


def _free(nodes, leaves):
    for node in nodes:
        node.free()
    for leaf in leaves:
        if leaf.req == "null":
            leaf.dead = True


def _shaped(value: Value, aval) -> Value:
    """The same elements in the shape of `aval` (MXNet matches head gradients by size alone)."""
    if value.aval.shape == aval.shape:
        return value
    spec = look_up(NAMES["mx.reshape"], (arr(0), aval.shape), (value,))
    return emit_spec(spec, [value], (), None)[0][0]


def _at(value: Value, ctx) -> Value:
    """The same elements on the device of that name."""
    if value.ctx.jax is not ctx.jax:
        return moved(value, ctx)
    copy = emit_spec(look_up(NAMES["mx.copy"], (arr(0),), [value]), [value], (), None)[0][0]
    copy.ctx = ctx
    return copy


def _cast(value: Value, aval) -> Value:
    if value.aval.dtype == aval.dtype:
        return value
    spec = look_up(NAMES["mx.cast"], (arr(0), aval.dtype), (value,))
    return emit_spec(spec, [value], (), None)[0][0]


def grad(heads, variables, head_grads=None, retain_graph=None, create_graph=False, train_mode=True):
    """Gradients of the heads with respect to marked arrays, as (value, node) pairs; buffers are not touched."""
    single = isinstance(variables, Handle)
    if not single and not (isinstance(variables, list | tuple) and all(isinstance(v, Handle) for v in variables)):
        raise TypeError(f"autograd.grad: variables must be an array or a list of arrays, got {variables!r}")
    variables = [variables] if single else list(variables)
    if not variables:
        raise AssertionError("autograd.grad: variables must not be empty")
    found = _heads(heads, head_grads)
    nodes, leaves, freed, plain = _walk(found)
    if retain_graph is None:
        retain_graph = create_graph
    wanted = []
    for i, v in enumerate(variables):
        if not isinstance(v, Handle):
            raise TypeError(f"autograd.grad: variable {i + 1} must be an array, got {type(v).__name__}")
        leaf = v._leaf
        if leaf is None or leaf.dead or leaf.req == "null":
            raise MXNetError(f"Cannot differentiate with respect to the {i + 1}-th variable because it does not require gradient: "
                             "call its attach_grad() before it is used in autograd.record().")
        wanted.append(leaf)
    if freed:
        raise MXNetError(FREED.format(what=_what(found)))
    for i, leaf in enumerate(wanted):
        if leaf not in leaves:
            raise MXNetError(f"autograd.grad: the heads do not depend on the {i + 1}-th variable, so there is no gradient: "
                             "Check that it was marked before it was used, or leave it out.")
    ctx = next(iter(found.values()))[2]._value_now().ctx
    recording, training = state.recording, state.training
    try:
        if create_graph:
            state.recording = True
            results = _differentiable(found, nodes, wanted, train_mode)
        else:
            state.recording = False
            work = _first_order(found, nodes, ctx, train_mode, plain)
            results = [(work.sums.get((leaf, 0)) or call.zeros_value(leaf.aval, ctx), None) for leaf in wanted]
    finally:
        state.recording, state.training = recording, training
    if not retain_graph:
        _free(nodes, leaves)
    return results


def _differentiable(found, nodes, wanted, train_mode):
    """Gradients as recorded instructions: node by node, each pullback an operator of the inputs and the arriving gradient."""
    ctx = next(iter(found.values()))[2]._value_now().ctx
    sums: dict[tuple, tuple] = {}  # place -> (value, (node, index) or None)

    def add(where, value, entry):
        old = sums.get(where)
        if old is None:
            sums[where] = (value, entry)
            return
        parents = (old[1], entry)
        if parents == (None, None):
            sums[where] = (_sum(old[0], value), None)
        else:
            total, node = _sum(old[0], value, parents)
            sums[where] = (total, (node, 0))

    for where, (aval, g, _) in found.items():
        if g is None:
            add(where, _ones(aval, ctx), None)
        else:
            add(where, _shaped(g._value_now(), aval), place(g) if g._value_now().aval is aval else None)
    kept: dict[Node, list] = {}
    for node in nodes:
        if node.marks:
            for k, leaf in node.marks.items():
                if (node, k) in sums:
                    add((leaf, 0), *sums[(node, k)])
        if node.function is not None:
            avals = node.function.avals
            cts = [sums.pop((node, k), None) or (call.zeros_value(a, ctx), None) for k, a in enumerate(avals)]
            gradients = node.function.pull([c[0] for c in cts], train_mode, node, [c[1] for c in cts])
            for p, gradient in zip(node.parents, gradients, strict=True):
                if p is not None:
                    add(p, gradient._value_now(), place(gradient))
            continue
        if node.zero:
            continue
        code = node.code
        if not (code.spec.loss or any((node, k) in sums for k in range(code.visible))):
            continue
        cts = [sums.pop((node, k), None) or (call.zeros_value(a, ctx), None) for k, a in enumerate(code.spec.out)]
        spec = code.spec.pullback(code.mask) if code.mask in code.spec.pullbacks else _pullback(code)
        values = _inputs(node, kept) + [c[0] for c in cts]
        parents = (*node.parents, *[c[1] for c in cts])
        outs, made = emit_spec(spec, values, node.numbers, parents if any(parents) else None)
        for k, i in enumerate(code.targets):
            add(node.parents[i], outs[k], (made, k) if made is not None else None)
    return [sums.get((leaf, 0)) or _no_gradient(leaf, ctx) for leaf in wanted]


def _no_gradient(leaf, ctx):
    """Zeros with a place in the graph behind the leaf: one may go backward from them as from any other gradient."""
    value = call.zeros_value(leaf.aval, ctx)
    outs, node = emit_spec(look_up(NAMES["nd.zeros_like"], (arr(0),), (value,)), [value], (), ((leaf, 0),))
    return outs[0], (node, 0)


def _pullback(code):
    with tracing():
        return code.spec.pullback(code.mask)


def _inputs(node: Node, kept) -> list[Value]:
    """The values a node was computed from; those that nobody held any more are computed again."""
    return [v if v is not None else _output(p, kept) for v, p in zip(node.inputs, node.parents, strict=True)]


def _output(where, kept) -> Value:
    node, k = where
    value = node.out(k)
    if value is not None:
        return value
    pending = [node]
    while pending:  # iterative: chains of a thousand calls are ordinary
        current = pending[-1]
        missing = [p[0] for v, p in zip(current.inputs, current.parents, strict=True)
                   if v is None and p[0].out(p[1]) is None and p[0] not in kept]
        if missing and current not in kept:
            pending.extend(missing)
            continue
        pending.pop()
        if current not in kept:
            values = [v if v is not None else p[0].out(p[1]) or kept[p[0]][p[1]]
                      for v, p in zip(current.inputs, current.parents, strict=True)]
            if current.moved is not None:
                kept[current] = [moved(values[0], current.moved[1])]
                continue
            spec = current.code if isinstance(current.code, Spec) else current.code.spec
            kept[current] = emit_spec(spec, values, current.numbers, None)[0]
    return kept[node][k]
