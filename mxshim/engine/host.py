"""Computing a jaxpr with NumPy: on CPUs, for what is to run once and would take far longer to compile.

`cost` says how long it would take, and whether it can be done at all: only with dtypes that NumPy computes in itself, and only
with the primitives listed here. Results agree with XLA's up to rounding.
"""
from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import numpy as onp
from jax import lax

_STEP, _BYTE, _PRODUCT, _PICK = 4e-6, 1e-9, 2e-10, 2e-8  # seconds: per operation, byte that comes out, multiplication, picked element
_DTYPES = {onp.dtype(t) for t in ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64")}

Table = dict[str, Callable]
_RULES: Table = {}  # primitive -> function of (inputs, its parameters, avals of the results) -> result or list of them


def _rule(*names):
    def put(fn):
        _RULES.update(dict.fromkeys(names, fn))
        return fn
    return put


def cost(jaxpr) -> float | None:
    """Seconds that `run` would take, roughly; None if it cannot."""
    jaxpr = getattr(jaxpr, "jaxpr", jaxpr)
    total = 0.0
    for eqn in jaxpr.eqns:
        name, params = eqn.primitive.name, eqn.params
        if name not in _RULES and name not in _CALLS and name not in ("cond", "scan"):
            return None
        if not all(hasattr(v.aval, "dtype") and v.aval.dtype in _DTYPES for v in (*eqn.invars, *eqn.outvars)):
            return None
        own = _STEP + _BYTE * sum(v.aval.size * v.aval.dtype.itemsize for v in eqn.outvars)
        for inner, times in _inside(name, params):
            inside = cost(inner)
            if inside is None:
                return None
            own += times * inside
        if name == "dot_general":
            (axes, _), _ = params["dimension_numbers"]
            own += _PRODUCT * eqn.outvars[0].aval.size * math.prod(eqn.invars[0].aval.shape[i] for i in axes)
        elif name == "conv_general_dilated":
            kernel = eqn.invars[1].aval
            own += 5 * _PRODUCT * eqn.outvars[0].aval.size * kernel.size / max(1, kernel.shape[params["dimension_numbers"].rhs_spec[0]])
        elif name in _PICKING:
            own += 10 * _STEP + _PICK * max(v.aval.size for v in (*eqn.invars[-1:], *eqn.outvars))
        elif name in _WINDOWED:
            own += _BYTE * 4 * eqn.outvars[0].aval.size * math.prod(params["window_dimensions"])
        total += own
    return total


_CALLS = {"jit": "jaxpr", "pjit": "jaxpr", "closed_call": "call_jaxpr", "core_call": "call_jaxpr", "custom_jvp_call": "call_jaxpr",
          "custom_vjp_call": "call_jaxpr", "remat": "jaxpr", "remat2": "jaxpr",
          "checkpoint": "jaxpr"}


def _inside(name, params):
    """(jaxpr, how often it runs) for what a primitive calls."""
    if name in _CALLS:
        return [(params[_CALLS[name]], 1)]
    if name == "scan":
        return [(params["jaxpr"], params["length"])]
    if name == "cond":
        return [(branch, 1 / len(params["branches"])) for branch in params["branches"]]
    return []


def run(closed, args) -> list:
    """The results of a closed jaxpr for NumPy arrays. They may share memory with the arguments."""
    with onp.errstate(all="ignore"):
        return _run(closed.jaxpr, closed.consts, args)


def _run(jaxpr, consts, args) -> list:
    env: dict = dict(zip(jaxpr.constvars, map(onp.asarray, consts), strict=True))
    env.update(zip(jaxpr.invars, args, strict=True))

    def read(v):
        return env[v] if not hasattr(v, "val") else onp.asarray(v.val, v.aval.dtype)

    for eqn in jaxpr.eqns:
        inputs = [env[v] if not hasattr(v, "val") else onp.asarray(v.val, v.aval.dtype) for v in eqn.invars]
        name, params = eqn.primitive.name, eqn.params
        if name in _CALLS:
            inner = params[_CALLS[name]]
            outs = _run(getattr(inner, "jaxpr", inner), getattr(inner, "consts", ()), inputs)
        elif name == "cond":
            branch = params["branches"][min(max(int(inputs[0]), 0), len(params["branches"]) - 1)]
            outs = _run(branch.jaxpr, branch.consts, inputs[1:])
        elif name == "scan":
            outs = _scan(params, inputs, eqn.outvars)
        else:
            outs = _RULES[name](inputs, params, [v.aval for v in eqn.outvars])
            if type(outs) is not list:
                outs = [outs]
        env.update(zip(eqn.outvars, outs, strict=True))
    return [read(v) for v in jaxpr.outvars]


def _scan(params, inputs, outvars):
    inner, n, k = params["jaxpr"], params["num_consts"], params["num_carry"]
    consts, carry, xs = inputs[:n], inputs[n:n + k], inputs[n + k:]
    stacks = [onp.empty(v.aval.shape, v.aval.dtype) for v in outvars[k:]]
    turns = range(params["length"])
    for i in reversed(turns) if params["reverse"] else turns:
        outs = _run(inner.jaxpr, inner.consts, [*consts, *carry, *[x[i] for x in xs]])
        carry = outs[:k]
        for stack, row in zip(stacks, outs[k:], strict=True):
            stack[i] = row
    return [*carry, *stacks]


_ELEMENTWISE: Table = {
        "add": onp.add, "sub": onp.subtract, "mul": onp.multiply, "max": onp.maximum, "min": onp.minimum, "atan2": onp.arctan2,
        "eq": onp.equal, "ne": onp.not_equal, "lt": onp.less, "le": onp.less_equal, "gt": onp.greater, "ge": onp.greater_equal,
        "and": onp.bitwise_and, "or": onp.bitwise_or, "xor": onp.bitwise_xor, "not": onp.invert, "neg": onp.negative, "abs": onp.abs,
        "floor": onp.floor, "ceil": onp.ceil, "exp": onp.exp, "exp2": onp.exp2, "log": onp.log, "log1p": onp.log1p,
        "expm1": onp.expm1, "sin": onp.sin, "cos": onp.cos, "tan": onp.tan, "tanh": onp.tanh, "sinh": onp.sinh, "cosh": onp.cosh,
        "asin": onp.arcsin, "acos": onp.arccos, "atan": onp.arctan, "asinh": onp.arcsinh, "acosh": onp.arccosh, "atanh": onp.arctanh,
        "sqrt": onp.sqrt, "cbrt": onp.cbrt, "square": onp.square, "is_finite": onp.isfinite, "add_any": onp.add}
for _name, _fn in _ELEMENTWISE.items():
    _RULES[_name] = lambda inputs, params, avals, fn=_fn: fn(*inputs)
_LOGICAL: Table = {"reduce_and": onp.all, "reduce_or": onp.any}
for _name, _fn in _LOGICAL.items():
    _RULES[_name] = lambda inputs, params, avals, fn=_fn: fn(inputs[0], axis=params["axes"])
_SUMS: Table = {"reduce_sum": onp.sum, "reduce_prod": onp.prod}
for _name, _fn in _SUMS.items():
    _RULES[_name] = lambda inputs, params, avals, fn=_fn: fn(inputs[0], axis=params["axes"], dtype=avals[0].dtype)
def _end(dtype, largest: bool):
    """The largest or smallest value of a dtype."""
    if dtype.kind == "f":
        return onp.inf if largest else -onp.inf
    return largest if dtype == bool else onp.iinfo(dtype).max if largest else onp.iinfo(dtype).min


def _extreme(fn, largest):
    def rule(inputs, params, avals):
        x = inputs[0]
        return fn(x, axis=params["axes"]) if x.size else fn(x, axis=params["axes"], initial=_end(x.dtype, largest))
    return rule


_RULES["reduce_max"], _RULES["reduce_min"] = _extreme(onp.max, False), _extreme(onp.min, True)
_CUMULATIVE: Table = {"cumsum": onp.cumsum, "cumprod": onp.cumprod}
for _name, _fn in _CUMULATIVE.items():
    def _cumulative(inputs, params, avals, fn=_fn):
        x, axis = inputs[0], params["axis"]
        if params["reverse"]:
            return onp.flip(fn(onp.flip(x, axis), axis=axis, dtype=x.dtype), axis)
        return fn(x, axis=axis, dtype=x.dtype)
    _RULES[_name] = _cumulative


@_rule("copy", "stop_gradient", "optimization_barrier")
def _same(inputs, params, avals):
    return list(inputs)


@_rule("sign")
def _sign(inputs, params, avals):
    x = inputs[0]
    return onp.copysign(onp.sign(x), x) if x.dtype.kind == "f" else onp.sign(x)


@_rule("logistic")
def _logistic(inputs, params, avals):
    return 1 / (1 + onp.exp(-inputs[0]))


@_rule("rsqrt")
def _rsqrt(inputs, params, avals):
    return 1 / onp.sqrt(inputs[0])


_ERROR_FUNCTIONS: dict[str, Any] = {"erf": onp.frompyfunc(math.erf, 1, 1), "erfc": onp.frompyfunc(math.erfc, 1, 1)}
for _name, _fn in _ERROR_FUNCTIONS.items():
    _RULES[_name] = lambda inputs, params, avals, fn=_fn: onp.asarray(fn(inputs[0]), avals[0].dtype)


@_rule("tile")
def _tile(inputs, params, avals):
    return onp.tile(inputs[0], params["reps"])


@_rule("round")
def _round(inputs, params, avals):
    x = inputs[0]
    return onp.rint(x) if params["rounding_method"] == lax.RoundingMethod.TO_NEAREST_EVEN else onp.copysign(onp.floor(onp.abs(x) + 0.5), x)


@_rule("pow")
def _pow(inputs, params, avals):
    return onp.power(*inputs, dtype=avals[0].dtype) if inputs[1].dtype == inputs[0].dtype else onp.power(
        inputs[0], inputs[1].astype(inputs[0].dtype))


@_rule("integer_pow")
def _integer_pow(inputs, params, avals):
    x, n = inputs[0], params["y"]
    result, factor, m = None, x, abs(n)
    while m:
        if m & 1:
            result = factor if result is None else result * factor
        m >>= 1
        factor = factor * factor if m else factor
    result = onp.ones_like(x) if result is None else result
    return 1 / result if n < 0 else result


def _whole_rem(a, b):
    """The remainder of integers as C has it; by zero, a."""
    return onp.where(b == 0, a, onp.fmod(a, onp.where(b == 0, onp.ones_like(b), b)))


@_rule("rem")
def _rem(inputs, params, avals):
    a, b = inputs
    return onp.fmod(a, b) if a.dtype.kind == "f" else _whole_rem(a, b)


@_rule("div")
def _div(inputs, params, avals):
    a, b = inputs
    if a.dtype.kind == "f":
        return a / b
    quotient = (a - _whole_rem(a, b)) // onp.where(b == 0, onp.ones_like(b), b)
    return onp.where(b == 0, onp.invert(onp.zeros_like(a)), quotient)


@_rule("shift_left")
def _shift_left(inputs, params, avals):
    return onp.left_shift(*inputs)


@_rule("shift_right_logical")
def _shift_right(inputs, params, avals):
    a, b = inputs
    plain = onp.dtype(f"uint{8 * a.dtype.itemsize}")
    return onp.right_shift(a.astype(plain), b.astype(plain)).astype(a.dtype)


@_rule("shift_right_arithmetic")
def _shift_right_arithmetic(inputs, params, avals):
    return onp.right_shift(*inputs)


@_rule("bitcast_convert_type")
def _bitcast(inputs, params, avals):
    return onp.ascontiguousarray(inputs[0]).view(avals[0].dtype).reshape(avals[0].shape)


@_rule("convert_element_type")
def _convert(inputs, params, avals):
    x, to = inputs[0], avals[0].dtype
    if x.dtype.kind != "f" or to.kind not in "iu":
        return x.astype(to, copy=False)
    least, most = onp.iinfo(to).min, onp.iinfo(to).max  # XLA stops at the ends, and makes nan 0
    inside = onp.where((x > least) & (x < most), x, 0).astype(to)
    return onp.where(x >= most, onp.asarray(most, to), onp.where(x <= least, onp.asarray(least, to), inside))


@_rule("select_n")
def _select(inputs, params, avals):
    which, *cases = inputs
    if which.dtype == bool:
        return onp.where(which, cases[1], cases[0])
    return onp.choose(onp.broadcast_to(which, cases[0].shape), cases)


@_rule("clamp")
def _clamp(inputs, params, avals):
    least, x, most = inputs
    return onp.minimum(onp.maximum(x, least), most)


@_rule("broadcast_in_dim")
def _broadcast(inputs, params, avals):
    shape = [1] * len(params["shape"])
    for d, n in zip(params["broadcast_dimensions"], inputs[0].shape, strict=True):
        shape[d] = n
    return onp.broadcast_to(inputs[0].reshape(shape), params["shape"])


@_rule("reshape", "squeeze")
def _reshape(inputs, params, avals):
    order = params["dimensions"] if "new_sizes" in params else None
    return (inputs[0] if order is None else inputs[0].transpose(order)).reshape(avals[0].shape)


@_rule("transpose")
def _transpose(inputs, params, avals):
    return onp.transpose(inputs[0], params["permutation"])


@_rule("rev")
def _rev(inputs, params, avals):
    return onp.flip(inputs[0], params["dimensions"])


@_rule("concatenate")
def _concatenate(inputs, params, avals):
    return onp.concatenate(inputs, params["dimension"])


@_rule("stack")
def _stack(inputs, params, avals):
    return onp.stack(inputs, params["axis"])


@_rule("unstack")
def _unstack(inputs, params, avals):
    return list(onp.moveaxis(inputs[0], params["axis"], 0))


@_rule("split")
def _split(inputs, params, avals):
    return list(onp.split(inputs[0], onp.cumsum(params["sizes"])[:-1], params["axis"]))


@_rule("iota")
def _iota(inputs, params, avals):
    shape, d = params["shape"], params["dimension"]
    line = onp.arange(shape[d], dtype=avals[0].dtype)
    return onp.broadcast_to(line.reshape([-1 if i == d else 1 for i in range(len(shape))]), shape)


@_rule("slice")
def _slice(inputs, params, avals):
    strides = params["strides"] or [1] * inputs[0].ndim
    return inputs[0][tuple(map(slice, params["start_indices"], params["limit_indices"], strides))]


def _window(x, starts, sizes):
    """The slices of a window that is moved inside where it hangs out."""
    starts = [min(max(int(s), 0), n - m) for s, n, m in zip(starts, x.shape, sizes, strict=True)]
    return tuple([slice(s, s + m) for s, m in zip(starts, sizes, strict=True)])


@_rule("dynamic_slice")
def _dynamic_slice(inputs, params, avals):
    return inputs[0][_window(inputs[0], inputs[1:], params["slice_sizes"])]


@_rule("dynamic_update_slice")
def _dynamic_update_slice(inputs, params, avals):
    x, update, *starts = inputs
    x = onp.array(x)
    x[_window(x, starts, update.shape)] = update
    return x


@_rule("pad")
def _pad(inputs, params, avals):
    x, value = inputs
    config = params["padding_config"]
    out = onp.full(avals[0].shape, value, x.dtype)
    into, of = [], []
    for (low, _, inner), n, m in zip(config, x.shape, avals[0].shape, strict=True):
        step = inner + 1
        first = max(0, -(low // step)) if low < 0 else 0
        kept = [i for i in (first, n - 1) if 0 <= low + i * step < m]
        last = min(n - 1, (m - 1 - low) // step) if m and n else -1
        if not kept and last < first:
            return out
        into.append(slice(low + first * step, low + last * step + 1, step))
        of.append(slice(first, last + 1))
    out[tuple(into)] = x[tuple(of)]
    return out


_ARGS: Table = {"argmax": onp.argmax, "argmin": onp.argmin}
for _name, _fn in _ARGS.items():
    _RULES[_name] = lambda inputs, params, avals, fn=_fn: fn(inputs[0], axis=params["axes"][0]).astype(avals[0].dtype)


@_rule("sort")
def _sort(inputs, params, avals):
    d, keys = params["dimension"], inputs[:params["num_keys"]]
    if len(inputs) == 1:
        return onp.sort(inputs[0], axis=d, kind="stable")
    order = onp.argsort(keys[0], axis=d, kind="stable") if len(keys) == 1 else onp.lexsort(keys[::-1], axis=d)
    return [onp.take_along_axis(x, order, d) for x in inputs]


@_rule("top_k")
def _top_k(inputs, params, avals):
    x, k, d = inputs[0], params["k"], params.get("axis", -1)
    keys = onp.where(onp.isnan(x), -onp.inf, -x) if x.dtype.kind == "f" else onp.invert(x)
    order = onp.take(onp.argsort(keys, axis=d, kind="stable"), range(k), axis=d)
    return [onp.take_along_axis(x, order, d), order.astype(avals[1].dtype)]


@_rule("dot_general")
def _dot_general(inputs, params, avals):
    a, b = inputs
    (ka, kb), (ba, bb) = params["dimension_numbers"]
    fa = [i for i in range(a.ndim) if i not in ka and i not in ba]
    fb = [i for i in range(b.ndim) if i not in kb and i not in bb]
    batch, k = [a.shape[i] for i in ba], math.prod(a.shape[i] for i in ka)
    rows, columns = math.prod(a.shape[i] for i in fa), math.prod(b.shape[i] for i in fb)
    a = a.transpose([*ba, *fa, *ka]).reshape([*batch, rows, k])
    b = b.transpose([*bb, *kb, *fb]).reshape([*batch, k, columns])
    return onp.matmul(a, b, dtype=avals[0].dtype).reshape(avals[0].shape)


_PICKING = {"gather", "scatter", "scatter-add", "scatter-mul", "scatter-min", "scatter-max", "sort", "top_k",
            "erf", "erfc"}


def _places(shape, starts, in_map, batched, taken, window_dims, sizes, clip):
    """(index arrays into an operand of `shape`, by window: whether it lies inside).

    starts: [..., k] first places of the windows along the axes `in_map`; batched: (operand axis, axis of starts) pairs; taken: the
    operand's axes that windows do not have; sizes: of the windows along every axis.
    """
    lead = starts.shape[:-1]
    windows = [d for d in range(len(shape)) if d not in taken]
    inside = onp.ones(lead, bool)
    places = []
    for d, n in enumerate(shape):
        at = onp.zeros((1,) * len(lead), onp.int64)
        if d in in_map:
            at = starts[..., in_map.index(d)].astype(onp.int64)
            inside = inside & (at >= 0) & (at <= n - sizes[d])
            at = onp.clip(at, 0, max(n - sizes[d], 0))
        for operand_axis, axis in batched:
            if operand_axis == d:
                at = onp.arange(lead[axis]).reshape([-1 if i == axis else 1 for i in range(len(lead))])
        at = at.reshape(at.shape + (1,) * len(windows))
        if d in windows:
            at = at + onp.arange(sizes[d]).reshape([-1 if w == d else 1 for w in windows])
        places.append(at)
    return tuple(places), None if clip else inside


@_rule("gather")
def _gather(inputs, params, avals):
    x, starts = inputs
    numbers, sizes, mode = params["dimension_numbers"], params["slice_sizes"], params["mode"]
    taken = (*numbers.collapsed_slice_dims, *numbers.operand_batching_dims)
    batched = list(zip(numbers.operand_batching_dims, numbers.start_indices_batching_dims, strict=True))
    fill = mode == lax.GatherScatterMode.FILL_OR_DROP
    places, inside = _places(x.shape, starts, numbers.start_index_map, batched, taken, None, sizes, not fill)
    lead = starts.ndim - 1
    if not x.size:
        found = onp.zeros(lead * (1,), x.dtype)
        inside = onp.zeros(starts.shape[:-1], bool)
    else:
        found = x[places]
    shape = starts.shape[:-1] + tuple(sizes[d] for d in range(x.ndim) if d not in taken)
    found = onp.broadcast_to(found, shape)
    if fill and not inside.all():
        value = params["fill_value"]
        if value is None:
            value = onp.nan if x.dtype.kind == "f" else onp.iinfo(x.dtype).min if x.dtype.kind == "i" else (
                True if x.dtype == bool else onp.iinfo(x.dtype).max)
        found = onp.where(inside.reshape(inside.shape + (1,) * (found.ndim - lead)), found, onp.asarray(value, x.dtype))
    return onp.moveaxis(found, range(lead, found.ndim), numbers.offset_dims)


def _scatter(combine):
    def rule(inputs, params, avals):
        x, starts, updates = inputs
        numbers, mode = params["dimension_numbers"], params["mode"]
        taken = (*numbers.inserted_window_dims, *numbers.operand_batching_dims)
        batched = list(zip(numbers.operand_batching_dims, numbers.scatter_indices_batching_dims, strict=True))
        window = [updates.shape[d] for d in numbers.update_window_dims]
        rest = iter(window)
        sizes = [1 if d in taken else next(rest) for d in range(x.ndim)]
        places, inside = _places(x.shape, starts, numbers.scatter_dims_to_operand_dims, batched, taken, None, sizes,
                                 mode == lax.GatherScatterMode.CLIP)
        lead = starts.ndim - 1
        updates = onp.moveaxis(updates, numbers.update_window_dims, range(lead, updates.ndim))
        out = onp.array(x)
        if not updates.size or not x.size:
            return out
        places = [onp.broadcast_to(p, updates.shape) for p in places]
        if inside is not None and not inside.all():
            places, updates = [p[inside] for p in places], updates[inside]
        combine(out, tuple(places), updates)
        return out
    return rule


def _assign(out, places, updates):
    out[places] = updates


_RULES["scatter"] = _scatter(_assign)
_COMBINED: dict[str, Any] = {"scatter-add": onp.add, "scatter-mul": onp.multiply, "scatter-min": onp.minimum, "scatter-max": onp.maximum}
for _name, _fn in _COMBINED.items():
    _RULES[_name] = _scatter(_fn.at)


@_rule("platform_index")
def _platform_index(inputs, params, avals):
    return onp.asarray(next(i for i, names in enumerate(params["platforms"]) if names is None or "cpu" in names), avals[0].dtype)


def _windows(x, sizes, strides, dilation):
    """A view of x with the windows' places first, then places within a window."""
    ends = [d * (k - 1) + 1 for k, d in zip(sizes, dilation, strict=True)]
    view = onp.lib.stride_tricks.sliding_window_view(x, ends)
    return view[tuple([slice(None, None, s) for s in strides] + [slice(None, None, d) for d in dilation])]


def _padded(x, padding, inner, value):
    config = [(low, high, d - 1) for (low, high), d in zip(padding, inner, strict=True)]
    shape = [n + low + high + max(n - 1, 0) * gap for n, (low, high, gap) in zip(x.shape, config, strict=True)]
    return _pad([x, value], {"padding_config": config}, [jax.ShapeDtypeStruct(tuple(shape), x.dtype)])


def _reduce_window(fn):
    def rule(inputs, params, avals):
        x, n = inputs[0], inputs[0].ndim
        if not avals[0].size:
            return onp.zeros(avals[0].shape, x.dtype)
        start = onp.asarray(0 if fn is onp.sum else _end(x.dtype, fn is onp.min), x.dtype)
        x = _padded(x, params["padding"], params["base_dilation"], start)
        windows = _windows(x, params["window_dimensions"], params["window_strides"], params["window_dilation"])
        return fn(windows, axis=tuple(range(n, 2 * n))).astype(x.dtype, copy=False)
    return rule


_WINDOWED: Table = {"reduce_window_max": onp.max, "reduce_window_min": onp.min, "reduce_window_sum": onp.sum}
for _name, _fn in _WINDOWED.items():
    _RULES[_name] = _reduce_window(_fn)


@_rule("conv_general_dilated")
def _conv(inputs, params, avals):
    x, w = inputs
    if not avals[0].size:
        return onp.zeros(avals[0].shape, avals[0].dtype)
    numbers = params["dimension_numbers"]
    x, w = x.transpose(numbers.lhs_spec), w.transpose(numbers.rhs_spec)  # [batch, in, ...], [out, in of a group, ...]
    groups, batches, n = params["feature_group_count"], params["batch_group_count"], x.ndim - 2
    x = _padded(x, [(0, 0), (0, 0), *params["padding"]], [1, 1, *params["lhs_dilation"]], onp.asarray(0, x.dtype))
    windows = _windows(x, [1, 1, *w.shape[2:]], [1, 1, *params["window_strides"]], [1, 1, *params["rhs_dilation"]])
    windows = windows.reshape(windows.shape[:2 + n] + w.shape[2:])  # [batch, in, places, within a window]
    inner = tuple(range(2, 2 + n))
    parts = []
    for g in range(max(groups, batches)):
        rows = slice(None) if batches == 1 else slice(g * x.shape[0] // batches, (g + 1) * x.shape[0] // batches)
        channels = slice(None) if groups == 1 else slice(g * w.shape[1], (g + 1) * w.shape[1])
        kernels = w[g * w.shape[0] // max(groups, batches):(g + 1) * w.shape[0] // max(groups, batches)]
        parts.append(onp.tensordot(kernels, windows[rows, channels], ((1, *inner), (1, *[2 + n + i for i in range(n)]))))
    out = onp.moveaxis(onp.concatenate(parts), 0, 1)
    back = onp.argsort(numbers.out_spec)
    return out.transpose(back).astype(avals[0].dtype, copy=False)


@_rule("cholesky")
def _cholesky(inputs, params, avals):
    x = onp.tril(inputs[0])
    x = x + onp.swapaxes(onp.tril(inputs[0], -1), -1, -2)
    try:
        return onp.linalg.cholesky(x)
    except onp.linalg.LinAlgError:
        return onp.full_like(x, onp.nan)


@_rule("triangular_solve")
def _triangular_solve(inputs, params, avals):
    a, b = inputs
    a = onp.tril(a) if params["lower"] else onp.triu(a)
    if params["unit_diagonal"]:
        a = a - a * onp.eye(a.shape[-1], dtype=a.dtype) + onp.eye(a.shape[-1], dtype=a.dtype)
    if params["transpose_a"]:
        a = onp.swapaxes(a, -1, -2)
    if params["left_side"]:
        return onp.linalg.solve(a, b)
    return onp.swapaxes(onp.linalg.solve(onp.swapaxes(a, -1, -2), onp.swapaxes(b, -1, -2)), -1, -2)
