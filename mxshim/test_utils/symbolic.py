"""Checks of symbols: outputs and gradients against what is expected, and between devices and dtypes."""
from __future__ import annotations

import time

import numpy as onp

from .. import autograd
from .. import ndarray as nd
from ..device import current_context
from ..executor import allocated
from ..symbol.infer import Inference
from ..symbol.running import Program
from ..symbol.symbol import Symbol
from .comparing import assert_almost_equal


def _array(value, dtype, ctx):
    """A copy of an array. mxshim's keep their dtype, NumPy's get `dtype`; with "asnumpy" they keep theirs as well."""
    own = isinstance(value, nd.NDArray)
    value = value.asnumpy() if own else onp.asarray(value)
    return nd.array(value, dtype=value.dtype if own or isinstance(dtype, str) and dtype == "asnumpy" else dtype, ctx=ctx)


def _named(names, values, what, dtype, ctx) -> dict:
    """Arrays by name, from a list in order or a dict. Raises: ValueError for names or numbers that do not fit."""
    if isinstance(values, dict):
        unknown = sorted(set(values) - set(names))
        if unknown:
            raise ValueError(f"{what}: {', '.join(unknown)} are none of {', '.join(names)}")
        return {n: _array(v, dtype, ctx) for n, v in values.items()}
    values = list(values if values is not None else ())
    if len(values) > len(names):
        raise ValueError(f"{what}: {len(values)} arrays are given for {', '.join(names)}")
    return {n: _array(v, dtype, ctx) for n, v in zip(names, values, strict=False)}


def _bound(sym, location, aux_states, ctx, dtype, grad_req="null", grads=None):
    ctx = ctx or current_context()
    arguments = _named(sym.list_arguments(), location, "location", dtype, ctx)
    states = _named(sym.list_auxiliary_states(), aux_states, "aux_states", dtype, ctx)
    return sym.bind(ctx, arguments, grads, grad_req, states)


def simple_forward(sym, ctx=None, is_train=False, **inputs):
    """The outputs of a symbol for arrays by name, as NumPy arrays; a list if there are several."""
    ex = _bound(sym, inputs, None, ctx, onp.float32)
    found = [o.asnumpy() for o in ex.forward(is_train=is_train)]
    return found[0] if len(found) == 1 else found


def check_symbolic_forward(sym, location, expected, rtol=None, atol=None, aux_states=None, ctx=None, equal_nan=False, dtype=onp.float32):
    """Compare the outputs of a symbol with what is expected.

    Args:
        location, aux_states: arrays, a list in order or a dict by name.  expected: a list of arrays, or a dict by the outputs' names.
        rtol, atol, equal_nan: as assert_almost_equal has them.
    Returns: the outputs. Raises: AssertionError if they differ.
    """
    ex = _bound(sym, location, aux_states, ctx, dtype)
    outputs = ex.forward(is_train=False)
    names = sym.list_outputs()
    wanted = [expected[n] for n in names] if isinstance(expected, dict) else list(expected)
    for name, want, out in zip(names, wanted, outputs, strict=False):
        assert_almost_equal(want, out, rtol, atol, (f"EXPECTED_{name}", f"FORWARD_{name}"), equal_nan=equal_nan)
    return ex.outputs


def check_symbolic_backward(sym, location, out_grads, expected, rtol=None, atol=None, aux_states=None, grad_req="write", ctx=None,
                            grad_stypes=None, equal_nan=False, dtype=onp.float32):
    """Compare the gradients of a symbol's arguments with what is expected.

    Args:
        out_grads: the gradients that arrive at the outputs, a list in order or a dict by name; None for ones.
        expected: a list in the order of the arguments, or a dict by name; others are not looked at.
        grad_req: "write", "add" or "null", for all, as a list or by name. The others: as in check_symbolic_forward.
    Returns: the gradients of what is expected, by name. Raises: AssertionError if they differ.
    """
    ctx = ctx or current_context()
    names = sym.list_arguments()
    wanted = _named(names, expected, "expected", dtype, ctx)
    reqs = dict.fromkeys(names, grad_req) if isinstance(grad_req, str) else dict(zip(names, grad_req, strict=True)) if isinstance(
        grad_req, list | tuple) else dict(grad_req)
    places = _named(names, location, "location", dtype, ctx)
    before = {n: onp.random.normal(size=a.shape) for n, a in places.items() if n in wanted}
    grads = {n: nd.array(b, ctx=ctx, dtype=places[n].dtype) for n, b in before.items()}
    ex = _bound(sym, places, aux_states, ctx, dtype, {n: reqs.get(n, "write") if n in grads else "null" for n in names}, grads)
    ex.forward(is_train=True)
    if isinstance(out_grads, dict):
        out_grads = [out_grads[n] for n in sym.list_outputs()]
    ex.backward(None if out_grads is None else [_array(g, dtype, ctx) for g in (
        out_grads if isinstance(out_grads, list | tuple) else [out_grads])])
    for name, want in wanted.items():
        labels = (f"EXPECTED_{name}", f"BACKWARD_{name}")
        start = {"write": 0, "add": before[name], "null": before[name]}[reqs.get(name, "write")]
        got = grads[name].asnumpy() - (start if reqs.get(name) == "add" else 0)
        assert_almost_equal(before[name] if reqs.get(name) == "null" else want, got, rtol, atol, labels, equal_nan=equal_nan)
    return grads


def same_symbol_structure(sym1, sym2) -> bool:
    """Whether two graphs have the same operators, connected alike; names do not count."""
    first, second = sym1._vertices(), sym2._vertices()
    if len(first) != len(second) or len(sym1) != len(sym2):
        return False
    places = [{id(v): i for i, v in enumerate(order)} for order in (first, second)]
    return all(a.op == b.op and [(places[0][id(w)], k) for w, k in a.inputs] == [(places[1][id(w)], k) for w, k in b.inputs]
               for a, b in zip(first, second, strict=True))


_TOLERANCES = {"float16": 1e-1, "float32": 1e-3, "float64": 1e-5, "uint8": 0, "int8": 0, "int32": 0, "int64": 0, "bool": 0}


def check_consistency(sym, ctx_list, scale=1.0, grad_req="write", arg_params=None, aux_params=None, rtol=None, atol=None, raise_on_err=True,
                      ground_truth=None, equal_nan=False, use_uniform=False, rand_type=onp.float64):
    """Compare a symbol, or several of the same arguments, between devices and dtypes: outputs, and gradients in training.

    Args:
        ctx_list: for each run a dict of shapes by name, "ctx", and "type_dict", dtypes by name.
        scale, use_uniform: of the random arguments, normal numbers, or uniform ones in [-scale, scale).
        arg_params, aux_params: arguments and states to use instead.  rtol, atol: one number, or by dtype.
        ground_truth: outputs and gradients by name to compare with, by default those of the run of the widest dtype.
        raise_on_err: False prints differences instead.
    Returns: outputs and gradients by name that were compared with. Raises: AssertionError if they differ.
    """
    symbols = list(sym) if isinstance(sym, list | tuple) else [sym] * len(ctx_list)
    executors = []
    for s, run in zip(symbols, ctx_list, strict=True):
        run = dict(run)
        executors.append(allocated(s, run.pop("ctx", None), grad_req, run.pop("type_dict", None), run))
    values = dict(arg_params or {})
    for name, array in executors[0].arg_dict.items():
        if name not in values:
            drawn = onp.random.uniform(-scale, scale, array.shape) if use_uniform else onp.random.normal(size=array.shape, scale=scale)
            values[name] = drawn.astype(rand_type)
    states = {n: (aux_params or {}).get(n, 0) for n in executors[0].aux_dict}
    results = [_found(ex, symbols[0].list_outputs(), values, states, grad_req != "null") for ex in executors]
    widest = max(range(len(executors)), key=lambda k: max(onp.dtype(o.dtype).itemsize for o in executors[k].outputs))
    truth = ground_truth or results[widest]
    for k, found in enumerate(results):
        if k == widest and ground_truth is None:
            continue
        tol = max(_TOLERANCES.get(onp.dtype(o.dtype).name, 1e-3) for o in executors[k].outputs)
        for name, got in found.items():
            try:
                limits = [tol if given is None else _of(given, got) for given in (rtol, atol)]
                names = (f"run {k}, {name}", "the widest run")
                assert_almost_equal(got, truth[name].astype(got.dtype), *limits, names, equal_nan=equal_nan)
            except AssertionError as error:
                if raise_on_err:
                    raise
                print(f"check_consistency: run {k} ({ctx_list[k]}): {error}")
    return truth


def _found(executor, names, values, states, training) -> dict:
    """Outputs, and in training gradients, of a run by name. values, states: of the arguments and auxiliary states, by name."""
    for name, array in executor.arg_dict.items():
        value = values[name]
        array[:] = onp.asarray(value.asnumpy() if hasattr(value, "asnumpy") else value).astype(array.dtype)
    for name, array in executor.aux_dict.items():
        array[:] = states[name]
    executor.forward(is_train=training)
    if training:
        executor.backward(list(executor.outputs))
    found = dict(zip(names, executor.outputs, strict=False))
    found.update({f"grad of {n}": g for n, g in executor.grad_dict.items() if training and g is not None})
    return {n: a.asnumpy() for n, a in found.items()}


def _of(tolerance, array):
    return tolerance.get(onp.dtype(array.dtype), 1e-3) if isinstance(tolerance, dict) else tolerance


def check_speed(sym, location=None, ctx=None, N=20, grad_req=None, typ="whole", **kwargs):
    """Seconds that one turn of a symbol takes, the mean of N: forward and backward ("whole"), or "forward" alone.

    location: arrays by name; without it random ones of the shapes in kwargs. Raises: ValueError for another `typ`.
    """
    if typ not in ("whole", "forward"):
        raise ValueError("typ can only be 'whole' or 'forward'.")
    req = grad_req or ("write" if typ == "whole" else "null")
    shapes = kwargs or {n: v.shape for n, v in location.items()}
    ex = allocated(sym, ctx or current_context(), req, None, shapes)
    for name, array in ex.arg_dict.items():
        array[:] = location[name] if location else onp.random.normal(size=array.shape)

    def turn():
        ex.forward(is_train=typ == "whole")
        if typ == "whole":
            ex.backward()

    turn()
    nd.waitall()
    start = time.time()
    for _ in range(N):
        turn()
    nd.waitall()
    return (time.time() - start) / N


def as_function(sym, location, aux_states, dtype, ctx):
    """A symbol as a function of its arguments by name, and `location` as a dict, for the checks of functions."""
    if not isinstance(sym, Symbol):
        return sym, location
    names = sym.list_arguments()
    places = dict(location) if isinstance(location, dict) else dict(zip(names, location, strict=False))
    if isinstance(location, dict) and set(places) != set(names):
        raise ValueError(f"location: wanted the symbol's arguments {', '.join(names)}, got {', '.join(map(str, places))}")
    states = _named(sym.list_auxiliary_states(), aux_states, "aux_states", dtype, ctx)
    places = {n: _array(v, dtype, ctx) for n, v in places.items()}
    shapes = {n: v.shape for n, v in places.items()}
    program = Program(sym, Inference(sym, {**shapes, **{n: a.shape for n, a in states.items()}}, {}).open_shapes())
    hidden = sym._aux()

    def function(**arrays):
        with autograd.pause(train_mode=autograd.is_training()):
            kept = {n: a.copy() for n, a in states.items()}  # running statistics start anew at each call
        found = program([kept[v.name] if id(v) in hidden else arrays[v.name] for v in program.inputs])
        return found[0] if len(found) == 1 else nd.add_n(*[o.sum() for o in found])

    return function, places
