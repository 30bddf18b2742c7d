"""HybridBlock.export: what forward calls as MXNet's graph, and the parameters beside it."""
from __future__ import annotations

import contextlib
import warnings

from .. import ndarray as nd
from .. import numpy as np
from .. import serialization
from ..name import NameManager, Numbered
from ..symbol.compose import group, var
from ..symbol.files import to_json, write
from ..symbol.recording import LayerNames, Recording
from ..util import is_np_array, is_np_shape
from .dialect import DENSE, as_class
from .hybrid import Changes


def export(block, path, epoch, remove_amp_cast):
    """See HybridBlock.export."""
    signature = _signature(block)
    symbol, constants, names, _ = recorded(block, signature)
    arguments, states = set(symbol.list_arguments()), set(symbol.list_auxiliary_states())
    found = {}
    for name, p in names.items():
        if name in arguments or name in states:
            found[f"{'arg' if name in arguments else 'aux'}:{name}"] = p._reduce().asnumpy()
        elif p._data is not None:
            warnings.warn(f'Parameter "{name}" is not found in the graph: forward does not use it', stacklevel=4)
    found.update({f"arg:{name}": a.asnumpy() for name, a in constants.items() if name in arguments})
    if path is None:
        make = np.array if is_np_array() else nd.array
        return symbol, {name: make(a, dtype=a.dtype) for name, a in found.items()}
    files = f"{path}-symbol.json", serialization.numbered(path, epoch)
    write(files[0], to_json(symbol, remove_amp_cast))
    if is_np_array():
        serialization.save_npz(files[1], list(found.values()), list(found))
    else:
        serialization.save_params(files[1], list(found.values()), list(found), np_shape=is_np_shape())
    return files


def save_graph(block, file):
    """Write a block's graph alone. Raises: what HybridBlock.export does; AttributeError for a Block that is none."""
    write(file, to_json(recorded(block, _signature(block))[0], True))


def cached_graph(block):
    """(inputs, graph) as Symbols, () if the block was not called since hybridize(). Raises: what HybridBlock.export does."""
    seen = getattr(block._hybrid, "seen", None)
    if seen is None:
        return ()
    return [var(name) for name in input_names(sum(1 for _ in _arrays(seen)))], recorded(block, seen)[0]


def _signature(block):
    plans = getattr(block._hybrid, "plans", None)
    seen = getattr(block._hybrid, "seen", None)
    if not plans and seen is None:
        raise RuntimeError("export: what this block computes is not known yet: call hybridize(), then the block on an input, and export it")
    return seen


def input_names(total):
    """What the inputs of a graph are called, of which there are `total`."""
    return ["data"] if total == 1 else [f"data{k}" for k in range(total)]


def recorded(block, signature):
    """(graph, constants by name, parameters by name, what forward returned) of a block called with inputs of a signature."""
    parameters = dict(block.collect_params())
    names = iter(input_names(sum(1 for _ in _arrays(signature))))
    places = []
    with Recording() as r, NameManager() if not is_np_array() else Numbered():
        def made(facts):
            if isinstance(facts[0], type) and facts[0] in DENSE:
                make = np.zeros if facts[0] is np.ndarray else nd.zeros
                return r.array(make(facts[1].shape, dtype=facts[1].dtype), var(next(names)))
            if _nested(facts):
                return facts[0](map(made, facts[1]))
            return facts[1]

        args = [made(f) for f in signature]
        blocks = []
        block.apply(blocks.append)
        hooks = []
        try:
            for name, p in parameters.items():
                if p._data is not None:
                    places.append((p, p._data))
                    p._data = [r.array(p._data[0], p._var_named(name))]
            if not is_np_array():
                hooks = [_name_scope(b) for b in {id(b): b for b in blocks}.values()]
            with contextlib.nullcontext() if is_np_array() else LayerNames(block):
                out = block._told(args, block.forward(*args))
        finally:
            for undo in hooks:
                undo()
            for p, data in places:
                p._data = data
            Changes.count += 1
    outputs = list(_flat(out))
    symbols = [a._symbol if hasattr(a, "_symbol") else r.constant(as_class(a, type(a))) for a in outputs]
    found = symbols[0] if len(symbols) == 1 else group(symbols)
    return found, r.constants, parameters, out


def _name_scope(block):
    """Give what a block computes names that begin with its prefix, until the function that is returned is called."""
    scopes = []

    def enter(b, args):
        scopes.append(LayerNames(b))
        scopes[-1].__enter__()

    def leave(b, args, out):
        scopes.pop().__exit__()

    handles = block.register_forward_pre_hook(enter), block.register_forward_hook(leave)
    return lambda: [h.detach() for h in handles]


def _arrays(signature):
    for facts in signature:
        if isinstance(facts[0], type) and facts[0] in DENSE:
            yield facts
        elif _nested(facts):
            yield from _arrays(facts[1])


def _nested(facts):
    return isinstance(facts[0], type) and issubclass(facts[0], list | tuple)


def _flat(out):
    if isinstance(out, list | tuple):
        for o in out:
            yield from _flat(o)
    elif out is not None:
        yield out
