"""Calls of every operator with special arguments, made from its samples: empty, 0-d, nan and inf, other dtypes.

What MXNet answers to them was recorded by tests/data/make_special.py, in the form that `answer` gives.
"""
from __future__ import annotations

import json
import math
import zlib
from pathlib import Path

import numpy as onp

from tests.support.registry import facts, names_of, operators, samples

DATA = Path(__file__).parent.parent / "data"
VARIANTS = ("plain", "empty", "0-d", "nan", "float16", "float64", "int32")


def varied(x: onp.ndarray, variant: str) -> onp.ndarray:
    if variant == "empty":
        return x[:0] if x.ndim else x
    if variant == "0-d":
        return onp.array(x.ravel()[0]) if x.size else x
    if variant == "nan" and x.dtype.kind == "f" and x.size > 2:
        x = x.copy()
        x.flat[[0, -1, x.size // 2]] = onp.nan, onp.inf, -onp.inf
    elif variant in ("float16", "float64", "int32") and x.dtype == "float32":
        with onp.errstate(all="ignore"):  # nan and numbers beyond the dtype
            return x.astype(variant)
    return x


def calls(dialect: str):
    """(key, public name, arguments, keyword arguments) of every operator that the dialect names; each variant once."""
    for op in operators():
        if not facts(op) or op.name.startswith("mx."):
            continue
        args, kwargs = samples(op)[0]
        names = [n for n in names_of(op, args, kwargs) if n.split(".")[0] in (("nd",) if dialect == "nd" else ("np", "npx"))]
        names = sorted((n for n in names if not n.endswith("__")), key=lambda n: n.count("."))
        if not names or "dtype" in kwargs or any(isinstance(v, onp.ndarray) for v in kwargs.values()):
            continue
        seen = set()
        for variant in VARIANTS:
            new = tuple(varied(a, variant) if isinstance(a, onp.ndarray) else a for a in args)
            shown = repr([(a.dtype.name, a.shape, a.tobytes()) if isinstance(a, onp.ndarray) else a for a in new])
            if shown not in seen:
                seen.add(shown)
                yield f"{names[0]} {variant}", names[0], new, kwargs


def written(value):
    """An argument as JSON."""
    if isinstance(value, onp.ndarray):
        return {"dtype": value.dtype.name, "shape": value.shape, "data": [str(v) for v in value.ravel().tolist()]}
    if isinstance(value, tuple | list):
        return {"tuple" if isinstance(value, tuple) else "list": [written(v) for v in value]}
    return value.item() if isinstance(value, onp.generic) else value


def number(v):
    v = float(v)
    return round(v, 7 - math.frexp(v)[1] // 4) if math.isfinite(v) else str(v)


def answer(arrays) -> list:
    """[dtype, shape, elements, at most 60] of each result."""
    return [[onp.dtype(a.dtype).name, list(a.shape), [number(v) for v in a.astype("float64").ravel()[:60]]] for a in arrays]


def recorded(dialect: str) -> dict:
    return json.loads((DATA / f"special_{dialect}.json").read_text(encoding="utf-8"))


def part(key: str, parts: int) -> int:
    return zlib.crc32(key.split()[0].encode()) % parts


TOLERANCE = {"float16": 4e-3, "float32": 2e-5, "float64": 2e-5}


def differs(got, want) -> str:
    """In what an answer differs from MXNet's; "" if in nothing. got: as `answer` gives it, or the class of an error."""
    if not isinstance(want, list):  # MXNet raises or dies, or was not asked: an answer or an error of ours is as good
        return ""
    if not isinstance(got, list):
        return f"raises {got}, MXNet gives {want}"[:300]
    if len(got) != len(want):
        return f"{len(got)} results, MXNet gives {len(want)}"
    for (dtype, shape, data), (dtype_, shape_, data_) in zip(got, want):
        if dtype != dtype_ or shape != shape_:
            return f"{dtype}{shape}, MXNet gives {dtype_}{shape_}"
        tolerance = TOLERANCE.get(dtype, 0)
        if not onp.allclose(onp.array(data, "float64"), onp.array(data_, "float64"), tolerance, tolerance, equal_nan=True):
            return f"{data}, MXNet gives {data_}"[:400]
    return ""
