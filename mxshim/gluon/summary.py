"""The table that Block.summary prints: every layer with the shape it puts out and its number of parameters."""
from __future__ import annotations

from .dialect import ARRAYS

_LINE = "{:>20}  {:>42} {:>15}"


def _shapes(values) -> str:
    """(2, 3) for one array, (2, 3), [(4,)] for several."""
    if isinstance(values, ARRAYS):
        return str(values.shape)
    nested = _nested(values)
    return str(nested)[1:-1] if isinstance(nested, list) else str(nested)


def _nested(values):
    if isinstance(values, list | tuple):
        return [_nested(v) for v in values]
    return getattr(values, "shape", None)


def table(block, inputs, containers) -> str:
    """Run the block on inputs and describe what ran, one line for each call of a layer; `containers` are not shown.

    Raises: AssertionError if a block is hybridized, because then its layers are not called.
    """
    lines, seen, counts = [("Input", _shapes(list(inputs)), 0)], set(), {"all": 0, "trained": 0, "shared": 0}
    handles = []

    def note(layer, given, out):
        size = 0
        for p in layer._own().values():
            n = p._there().size
            size += n
            counts["trained"] += n if p.grad_req != "null" else 0
            counts["shared"] += n if id(p) in seen else 0
            seen.add(id(p))
        counts["all"] += size
        lines.append((f"{type(layer).__name__}-{len(lines)}", _shapes(out), size))

    def watch(layer):
        if getattr(layer, "_hybrid", None) is not None:
            raise AssertionError(f"{layer.name!r} is hybridized, so that its layers run as one: call hybridize(False) before summary()")
        if not isinstance(layer, containers) and id(layer) not in watched:
            watched.add(id(layer))
            handles.append(layer.register_forward_hook(note))

    watched: set = set()
    try:
        block.apply(watch)
        block(*inputs)
    finally:
        for handle in handles:
            handle.detach()
    rule = "-" * 80
    return "\n".join([
        rule, _LINE.format("Layer (type)", "Output Shape", "Param #"), "=" * 80, *[_LINE.format(*line) for line in lines], "=" * 80,
        "Parameters in forward computation graph, duplicate included", f"   Total params: {counts['all']}",
        f"   Trainable params: {counts['trained']}", f"   Non-trainable params: {counts['all'] - counts['trained']}",
        f"Shared params in forward computation graph: {counts['shared']}",
        f"Unique parameters in model: {counts['all'] - counts['shared']}", rule])


def structure(block) -> dict:
    """The classes of a block and its children, and the shapes of their parameters."""
    return {"class": type(block).__name__, "params": {n: list(p.shape or ()) for n, p in block._own().items()},
            "children": {n: structure(c) for n, c in block._children.items()}}


def tree(block, children) -> str:
    """A block and its children as MXNet prints them."""
    lines = [f"  ({name}): {repr(child).replace(chr(10), chr(10) + '  ')}" for name, child in children]
    return f"{type(block).__name__}(\n" + "\n".join(lines) + "\n)"


