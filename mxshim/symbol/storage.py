"""Which gradients of a graph are row_sparse: those of weights of which a batch needs some rows only."""
from __future__ import annotations

from .compose import STORAGE
from .symbol import Symbol, Vertex


def sparse_gradients(symbol: Symbol) -> set[str]:
    """The variables whose gradients MXNet keeps as row_sparse, so that optimizers leave the other rows alone."""
    heads = {id(v) for v, _ in symbol._entries}
    uses: dict[str, list[bool]] = {}
    for v in symbol._vertices():
        for place, (w, _) in enumerate(v.inputs):
            if w.op is None:
                uses.setdefault(w.name, []).append(_takes_rows(v, place) and id(w) not in heads)
    return {name for name, found in uses.items() if all(found)}


def _takes_rows(v: Vertex, place: int) -> bool:
    if v.op == "Embedding":
        return place == 1 and bool(v.values().get("sparse_grad"))
    if v.op == "dot":
        given = v.values()
        return place == 1 and _is_csr(v.inputs[0][0]) and not given.get("transpose_a") and not given.get("transpose_b")
    return v.op == "_contrib_SparseEmbedding" and place == 1 or v.op == "_square_sum" and place == 0


def _is_csr(v: Vertex) -> bool:
    while v.op is not None and len(v.inputs) == 1:  # square and its kin keep the storage
        v = v.inputs[0][0]
    return v.op is None and v.attrs.get("__storage_type__") == str(STORAGE.index("csr"))
