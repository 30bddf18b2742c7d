"""What `hybridize()` does: a block's forward is captured as one operator, and later calls with the same signature append that.

A signature is the classes, shapes and dtypes of the inputs, which of them are in a graph, and the thread's flags. The Python code
runs in the first two calls of a signature; if both times it made the same calls, the third and all others do without it. A block
runs as if it were not hybridized where one operator cannot stand for it: if it reads values, sets attributes, keeps what it
computed, uses arrays that are neither inputs nor parameters nor attributes, runs backward, or has children with hooks.
"""
from __future__ import annotations

import copy
import threading
import warnings
from collections import OrderedDict

from .. import autograd
from ..base import MXNetError
from ..engine import capture as engine
from ..engine import program as engine_program
from ..engine import spec as engine_spec
from ..engine import trace as engine_trace
from ..engine.cell import Handle
from ..engine.emit import inplace, place
from ..engine.rng import aside
from ..engine.trace import threads, trace_on
from ..util import is_np_array
from .dialect import DENSE, _flatten, arrays_in, first_array, trimmed
from .parameter import wait_again_after

_STATIC = (int, float, bool, str, type(None))
_TRIES = 8  # captures in a row of which no two were alike: it does something else every time
_MOST = 32  # signatures of a block that are captured; more mean that its inputs never settle
_OPEN = 8, 4  # signatures of a hybridized block, and of one that nobody hybridized, that were met once; more mean the same


class _Inside(threading.local):
    plainly = 0  # hybridized blocks of this thread whose forward runs as if they were not


_inside = _Inside()


def outermost() -> bool:
    """Whether a call comes from the program, not from a hybridized block."""
    return threads.now.capture is None and inplace.readers is None and not _inside.plainly


class Changes:
    """Counts the attributes set on any block, so that an unchanged count means unchanged blocks."""

    count = 0


class Settings(dict):
    """A layer's dict, such as the arguments for its operator: users change them in place, which counts as setting an attribute."""


class Children(OrderedDict):
    """A block's children by name: users take some out of it and put others in, which counts as well."""


def _counted(kind, name):
    change = getattr(kind, name)

    def method(self, *args, **kwargs):
        Changes.count += 1
        return change(self, *args, **kwargs)

    method.__name__ = name
    return method


for _kind in (Settings, Children):
    for _name in ("__delitem__", "__ior__", "__setitem__", "clear", "pop", "popitem", "setdefault", "update"):
        setattr(_kind, _name, _counted(_kind, _name))
Children.move_to_end = _counted(Children, "move_to_end")  # type: ignore[method-assign]


class _Plan:
    """A captured signature: the operator and where its inputs come from.

    sources: per input ("arg", k), ("param", Parameter), ("attr", block, name) or ("draw", function).
    own, attributes: the block's attributes, and per block below it that and its attributes, as `_attributes` tells them.
    facts: per input (aval, whether it is in a graph).  results: class, number and place of the outputs, nested as they were returned.
    updates: (input, output) of what backward writes.  writes: (source, output) of what the call writes.  tries, trusted: how often it was
    captured, and whether twice alike.
    """

    __slots__ = ("attributes", "changes", "ctx", "facts", "numbers", "own", "results", "sources", "spec", "tries", "trusted", "updates",
                 "writes")


OWN: dict[type, tuple] = {}  # the blocks of this package, and what runs when they are called, as `code_of` tells it


def code_of(kind) -> tuple:
    """The functions that make a call of a class of blocks; programs that trace calls put others there."""
    return kind.__call__, kind.forward, getattr(kind, "hybrid_forward", None)


def copied(block):
    """copy.copy(block): it shares what the block has, but for the plans, which know the attributes of one."""
    other = object.__new__(type(block))
    fields = other.__dict__
    fields.update(block.__dict__)
    for name in ("_hybrid", "_quiet"):
        if fields.get(name) is not None:
            fields[name] = copy.copy(fields[name])
    return other


class Hybrid:
    """The plans of one hybridized block by signature; None where it runs as if not hybridized.

    casts: of a block that amp converted, the rule by which its operators cast; it cannot run as if not hybridized.
    unasked: of a block of `OWN` that nobody hybridized; for use while recording. It runs as if it were not hybridized where it holds
    blocks of other classes, whose code the user would miss, and draws its parameters in the order of the calls.
    strict: whether calls that do not come from a hybridized block must be such as MXNet's are, see `_refuse`.
    lists: whether such calls give lists where forward gives tuples, as MXNet's do.
    nesting: how the inputs of the first call were nested, and its outputs, as `dialect._flatten` says it.
    called: how the inputs of the first strict call were nested.  limit: see `capture.fused`.
    """

    def __init__(self, casts=None, strict=False, limit=0, unasked=False, lists=False):
        self.casts, self.strict, self.limit, self.unasked, self.called = casts, strict, limit, unasked, None
        self.nesting, self.lists = (None, None), lists
        self.plans: dict[tuple, _Plan | None] = {}
        self.told, self.complained = unasked, False
        self.seen: tuple | None = None  # the last call's arguments
        self.unused: set[int] = set()

    def __reduce__(self):  # a copy of a block is captured anew
        return Hybrid, (self.casts, self.strict, self.limit, self.unasked, self.lists)

    def run(self, block, args):
        """block.forward(*args)."""
        thread = threads.now
        if self.casts is not None and thread.capture is not None:
            thread.capture.move()  # what is converted is an operator of its own
        if thread.capture is not None or inplace.readers is not None:
            return self._plainly(block, args)
        handles: list[Handle] = []
        key = _signature(args, handles)
        if key is None or not handles:
            return self._checked(self._plainly, block, args)
        self.seen = key
        if engine_trace.naive or self.unasked and engine_program.watched:  # the profiler shows the operators that the user sees
            return self._checked(self._plainly, block, args)
        ctx = handles[0].ctx
        key = (key, ctx.device_type, ctx.device_id, thread.recording, thread.training, thread.np_shape, thread.np_array, thread.np_dtype,
               engine_spec._precision, engine_spec.casts)
        plan = self.plans.get(key, self)
        if plan is None:
            return self._plainly(block, args)
        if plan is not self and plan.trusted and (plan.changes == Changes.count or self._unchanged(block, plan)):
            found = _replayed(plan, handles)
            if found is not None:
                return found
        if plan is not self:
            return self._capture(block, args, handles, key, plan)
        if len(self.plans) >= _MOST or self._changing():
            return self._checked(self._plainly, block, args)
        return self._checked(self._capture, block, args, handles, key, None)

    def _checked(self, run, block, args, *how):
        """run(block, args, *how), if args are such as MXNet takes."""
        if not self.strict or _inside.plainly or getattr(first_array(args), "_symbol", None) is not None:  # or while a graph is recorded
            return run(block, args, *how)
        nesting = _refuse(block, args, self.called)
        out = run(block, args, *how)
        self.called = self.called or nesting
        return out

    def _changing(self) -> bool:
        """Whether inputs of ever new shapes arrive: each would be captured for itself."""
        return sum(plan is not None and not plan.trusted for plan in self.plans.values()) >= _OPEN[self.unasked]

    def _plainly(self, block, args):
        """As if not hybridized."""
        if self.casts is not None:
            raise MXNetError(f"{type(block).__name__}, converted by amp, cannot run as one operator with these arguments: it "
                             "must take arrays, read no values and set no attributes, and have no hooks on children. Call amp.init() "
                             "and the block itself instead")
        if self.unasked:
            return block.forward(*args)
        _inside.plainly += 1
        try:
            out = block.forward(*args)
        finally:
            _inside.plainly -= 1
        return self._nested(args, out)

    def _nested(self, args, out):
        """out; keeps how both are nested, where they are of arrays, None and lists alone."""
        if self.nesting[0] is None:
            try:
                self.nesting = _flatten(args, "inputs")[1], _flatten(out, "outputs")[1]
            except ValueError:  # a number, a dict
                self.nesting = (), ()
        return out

    def _unchanged(self, block, plan) -> bool:
        below = plan.attributes
        if _changed(block, plan.own) or any(_changed(b, before) for b, before in below) or _hooked(b for b, _ in below):
            return False
        if self.unasked and not all(_is_own(b) for b in (block, *[b for b, _ in below])):
            return False
        plan.changes = Changes.count
        return True

    def _capture(self, block, args, handles, key, before):
        ctx = handles[0].ctx
        blocks = _tree(block)
        if self.unasked and not all(_is_own(b) for b in blocks):
            self.plans[key] = None
            return block.forward(*args)
        if _hooked(blocks[1:]):
            return self._plainly(block, args)
        parameters = {id(p): p for b in blocks for p in (*b._reg_params.values(), *b._params.values())}.values()
        waiting = [p for p in parameters if p._data is None and id(p) not in self.unused]
        if waiting and not self.unasked:
            _complete(block, blocks, args, ctx)
            self.unused.update(id(p) for p in waiting if p._data is None)
            waiting = []
        attributes = [(b, _attributes(b)) for b in blocks]
        known = _Known(ctx)
        known.add_all(handles, parameters, attributes)
        if known.doubtful:
            return self._plainly(block, args)
        recording, checks = threads.now.recording, len(threads.now.checks)
        taken = engine.Capture(trace_on(ctx.jax))
        try:
            with taken:
                out = block.forward(*args)
        except BaseException:
            taken.move()
            raise
        self._nested(args, out)
        if waiting:  # the layers have drawn them, in the order of the calls
            known.add_parameters(waiting)
            self.unused.update(id(p) for p in waiting if p._data is None)
            attributes = [(b, _attributes(b)) for b in blocks]
        try:
            _refuse_effects(taken, known, attributes, checks)
            plan = _plan(taken, known, out, recording, type(block).__name__, self.casts, self.limit)
        except engine.Unfit as why:
            taken.move()
            self._give_up(block, key, str(why))
            return out
        if self.strict and not self.complained and not _inside.plainly:
            self._complain(block, plan, len(handles))
        (_, plan.own), *plan.attributes = attributes
        plan.changes = Changes.count
        used = [known.handles.get(id(v)) for v in taken.inputs]
        parents = [None if h is None or not recording or h._node is None else place(h) for h in used]
        found = _emitted(plan, list(taken.inputs), used, parents, handles)
        del out
        taken.updates.clear()
        if not taken.dropped():  # forward keeps what it computed
            self.plans[key] = None
            return found
        plan.tries = 1 if before is None else before.tries + 1
        plan.trusted = before is not None and before.spec is plan.spec and before.numbers == plan.numbers and (
            _alike(before, plan))
        self.plans[key] = plan if plan.trusted or plan.tries < _TRIES else None
        return found

    def _complain(self, block, plan, count):
        """Tell, once, which of the inputs forward leaves alone, as MXNet does."""
        unused = set(range(count)).difference(source[1] for source in plan.sources if source[0] == "arg")
        if unused:
            self.complained = True
            warnings.warn(f"{type(block).__name__} is hybridized, and its forward does not use the inputs numbered "
                          f"{', '.join(map(str, sorted(unused)))} (from 0)", stacklevel=6)

    def _give_up(self, block, key, why):
        """The block runs as if it were not hybridized from now on, which is said once. Raises: MXNetError if amp converted it."""
        if self.casts is not None:
            raise MXNetError(f"{type(block).__name__}, converted by amp, cannot run, because it cannot be one operator: {why}. Call "
                             "amp.init() and the block itself instead") from None
        self.plans[key] = None
        if not self.told and why.startswith("it reads"):
            self.told = True
            warnings.warn(f"{type(block).__name__} is hybridized, but its forward cannot be one operator: {why}. It runs as if it "
                          "were not hybridized", stacklevel=5)


def _refuse(block, args, before):
    """How args are nested. Raises: ValueError if there is other than arrays, None and lists, arrays of several devices or none, or
    if they are not nested as `before`, but for None at the end."""
    name = type(block).__name__
    nesting = _flatten(args, f"{name} is hybridized: its inputs")[1]
    devices = {(a.ctx.device_type.partition("_")[0], a.ctx.device_id): a.ctx for a in arrays_in(args)}  # cpu_pinned is cpu
    if args and not devices:
        raise ValueError(f"{name} is hybridized: one of its inputs must be an array")
    if len(devices) > 1:
        raise ValueError(f"{name} is hybridized: its inputs must be on one device, got {', '.join(map(str, devices.values()))}. Move them "
                         "with as_in_ctx(), or call hybridize(False)")
    if before is not None and trimmed(nesting) != trimmed(before):
        raise ValueError(f"{name} is hybridized: its inputs must be nested as those of the first call, {before}; got {nesting}, where 0 "
                         "is an array, -1 None, and a list a list. Call hybridize() again before, or hybridize(False)")
    return nesting


def _is_own(block) -> bool:
    """Whether a block's forward is this package's, and not one that was set on its class or on the block itself."""
    kind = type(block)
    return kind in OWN and OWN[kind] == code_of(kind) and not block._runs_users_code() and not (
        {"forward", "hybrid_forward"} & block.__dict__.keys())


def _complete(block, blocks, args, ctx):
    """Let forward tell the parameters' shapes; nothing is drawn but the parameters, and what it computes is dropped."""
    before = [(b, dict(b.__dict__)) for b in blocks]
    taken = engine.Capture(trace_on(ctx.jax))
    try:
        parameters = block.collect_params().values()
        with wait_again_after(Exception, parameters):
            for p in _by_graph(block, args):
                p._finish_deferred_init()
            if any(p._deferred_init is not None for p in parameters):
                with taken, autograd.pause(train_mode=False), aside():
                    block.forward(*args)
    finally:
        for b, fields in before:
            b.__dict__.update(fields)
        if not taken.moved and not taken.dropped():
            taken.move()


def _by_graph(block, args):
    """The parameters in the order in which MXNet 1 draws them, which is the graph's, and not that of the calls where branches meet.

    None where forward takes no Symbols, or its graph leaves sizes open: MXNet 2 draws in the order of the calls.
    """
    if is_np_array():
        return []
    try:
        with autograd.pause(), aside():
            found = block._infer_by_graph(args)
    except Exception:  # whatever a forward does that was written for arrays
        return []
    return found if all(p._shape_known() for p in found) else []


def _fields(block) -> dict:
    """A block's attributes but its plans: those know the attributes, and no block may wait for the garbage collector."""
    return {name: value for name, value in block.__dict__.items() if name not in ("_hybrid", "_quiet")}


def _attributes(block):
    """(attributes, children, what the Settings among the attributes hold) of a block."""
    fields = _fields(block)
    return fields, tuple(block._children.values()), [(v, dict(v)) for v in fields.values() if type(v) is Settings]


def _changed(block, before) -> bool:
    fields, children, settings = before
    now = _fields(block)
    return now.keys() != fields.keys() or any(now[n] is not v for n, v in fields.items()) or children != tuple(
        block._children.values()) or any(v != held for v, held in settings)


def _hooked(blocks) -> bool:
    """Whether one of a block's children has hooks, which only run where children are called."""
    return any(b._forward_hooks or b._forward_pre_hooks for b in blocks)


class _Known:
    """The arrays that a captured block may use, by the id of the value they hold now."""

    def __init__(self, ctx):
        self.ctx, self.handles, self.sources, self.doubtful = ctx, {}, {}, False
        self._values: list = []  # kept alive, so that an id stays one value's

    def add(self, handle, source):
        """doubtful: a value comes from two places, so that it does not say which one was meant."""
        value = handle._value_now()
        other = self.handles.get(id(value))
        if other is not None:
            self.doubtful = True
        else:
            self.handles[id(value)], self.sources[id(value)] = handle, source
            self._values.append((handle, value, handle._node))

    def add_all(self, handles, parameters, attributes):
        """The inputs, the parameters, and the arrays among the attributes of blocks, as `_attributes` tells these."""
        for k, h in enumerate(handles):
            self.add(h, ("arg", k))
        self.add_parameters(parameters)
        for block, (fields, *_) in attributes:
            for name, v in fields.items():
                if type(v) in DENSE:
                    self.add(v, ("attr", block, name))

    def add_parameters(self, parameters):
        for p in parameters:
            if p._data is not None:  # forward uses it
                self.add(p._there(self.ctx) if self.ctx in p.list_ctx() else p._data[0], ("param", p))

    def held(self):
        """(array, the value it held before, its place in the graph then) of all."""
        return self._values


def _tree(block) -> list:
    found, stack = {}, [block]
    while stack:
        b = stack.pop()
        if id(b) not in found:
            found[id(b)] = b
            stack.extend(b._children.values())
    return list(found.values())


def _signature(args, handles):
    """The classes, avals and structure of the arguments, None if something else is among them; their arrays go to `handles`."""
    key = []
    for a in args:
        kind = type(a)
        if kind in DENSE:
            handles.append(a)
            value = a._cell.value if a._view is None else a._read()
            key.append((kind, value.aval, a._node is not None and place(a) is not None))
        elif isinstance(a, list | tuple):
            inner = _signature(a, handles)
            if inner is None:
                return None
            key.append((kind, inner))
        elif isinstance(a, _STATIC):
            key.append((kind, a))
        else:
            return None
    return tuple(key)


def _outputs(out, values, memory):
    """The structure of what forward returned, arrays as (class, number, whether in a graph); their values go to `values`. Raises: Unfit."""
    if type(out) in DENSE:
        seen = memory.get(id(out._cell))
        if type(seen) is tuple and seen[0] is out:  # returned in several places
            return type(out), seen[1], place(out) is not None
        if seen is not None or out._leaf is not None:
            raise engine.Unfit("it returns an input, a parameter, or a view of one")
        memory[id(out._cell)] = out, len(values)
        values.append(out._value_now())
        return type(out), len(values) - 1, place(out) is not None
    if type(out) in (list, tuple):
        return [type(out), [_outputs(o, values, memory) for o in out]]
    if isinstance(out, _STATIC):
        return [None, out]
    raise engine.Unfit(f"it returns a {type(out).__name__}")


def _insides(shape):
    """Whether each result is in a graph, in order."""
    found, stack = {}, [shape]
    while stack:
        s = stack.pop()
        if type(s) is tuple:
            found[s[1]] = s[2]
        elif s[0] is not None:
            stack.extend(s[1])
    return [found[k] for k in sorted(found)]


def _refuse_effects(taken, known, attributes, checks):
    """Raises: Unfit if what was captured did more than compute. attributes, checks: what blocks had before, how many checks there were."""
    if known.doubtful:
        raise engine.Unfit("two of its parameters are one array")
    if taken.moved:
        raise engine.Unfit("it reads values, waits for them, marks arrays or runs backward")
    if any(_changed(b, before) for b, before in attributes):
        raise engine.Unfit("it sets attributes")
    if len(threads.now.checks) != checks:
        raise engine.Unfit("it uses an operator that checks its inputs' values")


def _plan(taken, known, out, recording, name, casts, limit):
    plan = _Plan()
    values: list = []
    plan.results = _outputs(out, values, {id(h._cell): h for h in known.handles.values()})
    plan.sources, plan.facts = [], []
    for v in taken.inputs:
        handle = known.handles.get(id(v))
        if handle is not None:
            plan.sources.append(known.sources[id(v)])
            plan.facts.append((v.aval, recording and place(handle) is not None))
        elif id(v) in taken.draws:
            plan.sources.append(("draw", taken.draws[id(v)][1]))
            plan.facts.append((v.aval, False))
        else:
            raise engine.Unfit("it uses an array that is no input, parameter or attribute of a block")
    if any(v.trace is not taken for v in values):
        raise engine.Unfit("it returns an array that it did not compute")
    for inside, v in zip(_insides(plan.results), values, strict=True):
        if inside and not engine.derives(taken, v):
            raise engine.Unfit("it returns what a Function computed")
    plan.writes = []
    for handle, v, node in known.held():
        now = handle._value_now()
        if now is not v:
            if handle._view is not None or handle._node is not node or now.trace is not taken:
                raise engine.Unfit("it writes to an array in a way that is recorded")
            plan.writes.append((known.sources[id(v)], len(values)))
            values.append(now)
    inputs = {id(v): j for j, v in enumerate(taken.inputs)}
    plan.updates = []
    for handle, value, read in taken.updates:
        if id(read) not in inputs or known.handles[id(read)]._cell is not handle._cell:
            raise engine.Unfit("backward writes to an array that it computed")
        plan.updates.insert(0, (inputs[id(read)], len(values)))  # what was computed last is written first
        values.append(value)
    plan.spec, plan.numbers = engine.fused(taken, values, name, recording, casts, limit)
    plan.ctx, plan.trusted = known.ctx, False
    return plan


def _alike(a, b) -> bool:
    return a.facts == b.facts and a.results == b.results and (a.updates, a.writes) == (b.updates, b.writes) and len(
        a.sources) == len(b.sources) and all(x == y or x[0] == y[0] == "draw" for x, y in zip(a.sources, b.sources, strict=True))


def _replayed(plan, handles):
    """The results of a call without its Python code; None if an input is not what it was when that was captured."""
    values, sources, parents, seen, draws = [], [], [], set(), False
    recording, ctx = threads.now.recording, plan.ctx
    for source, (aval, inside) in zip(plan.sources, plan.facts):
        if source[0] == "draw":
            draws = True
            values.append(None)
            sources.append(None)
            parents.append(None)
            continue
        h = _found(source, handles, ctx)
        if h is None:
            return None
        v = h._cell.value if h._view is None else h._read()
        if v.aval is not aval or v.ctx is not ctx and v.ctx != ctx or v in seen:
            return None
        seen.add(v)
        p = None
        if recording:
            if (node := h._node) is not None:
                p = (node, h._index) if node.code is not None else place(h)
            if (p is not None) is not inside:
                return None
        values.append(v)
        sources.append(h)
        parents.append(p)
    if draws:
        for j, v in enumerate(values):
            if v is None:
                values[j] = engine.drawn(plan.sources[j][1], ctx)
    return _emitted(plan, values, sources, parents, handles)


def _found(source, handles, ctx):
    """The array that an input is taken from, None if there is none now."""
    kind = source[0]
    if kind == "param":
        data = source[1]._data
        return data and (data[0] if len(data) == 1 else source[1]._there(ctx))
    return handles[source[1]] if kind == "arg" else source[1].__dict__[source[2]]


def _emitted(plan, values, handles, parents, args):
    """The results of the operator, appended; parents: per value its place in the graph."""
    updates = [(handles[j], j, k) for j, k in plan.updates]
    outs, node = engine.emit_fused(plan.spec, values, plan.numbers, tuple(parents) if any(parents) else None, updates, plan.ctx)
    for source, k in plan.writes:
        _found(source, args, plan.ctx)._cell.value = outs[k]
    return _built(plan.results, outs, node, {})


def _built(shape, outs, node, made):
    """The results of the same structure as forward's."""
    if type(shape) is tuple:
        kind, k, inside = shape
        if k not in made:
            made[k] = kind(outs[k], node, k) if inside else kind(outs[k])
        return made[k]
    kind, inner = shape
    return inner if kind is None else kind([_built(s, outs, node, made) for s in inner])
