"""Operators that need a word before or after the door: how several results come back, checks of index arrays, run-time slices.

Each `wrap` puts a plain function in the registry in place of the operator, which the function calls.
"""
from __future__ import annotations

import inspect

import numpy as onp

from ..base import FLOAT32, ArgumentTypeError, ArgumentValueError, MXNetError
from ..engine import call as door
from ..engine.call import call, from_text, watch, write_out
from ..engine.cell import Handle
from ..engine.emit import emit
from ..engine.faults import under_name
from ..engine.op import NAMES
from ..engine.spec import arr
from ..engine.trace import state
from ..ops.axes import axis_in
from ..ops.gather import axis_bounds
from .convert import _cast, adopt_numpy, check_context, class_of
from .core import _X, Array
from .dynamic import bincount
from .fill import named, signature_of
from .indexing import _slice, _static


def wrap(make, *names):
    """Replace operators by functions: make(call of the operator with (args, kwargs), record) gives the function."""
    for name in names:
        record, dialect = NAMES[name], name.split(".")[0]

        def run(args, kwargs, record=record, dialect=dialect, name=name):
            return call(record, class_of(dialect), *named(record, args, kwargs), name)

        function = _named(make(run, record), name, record, class_of(dialect))
        function.__name__ = function.__qualname__ = name.rsplit(".", 1)[1]
        function.__doc__, function.__wrapped__, function.op = record.doc, record.fn, record
        if not hasattr(function, "__signature__"):
            function.__signature__ = signature_of(record, "ndarray." in name or "NDArray." in name)
        NAMES[name] = function


def _named(inner, name, record, cls):
    """`inner`, whose errors say `name`; nd's take name= and ignore it."""
    first = inspect.signature(inner).parameters
    inner.__qualname__ = name.rpartition(".")[2]  # what Python calls it where the arguments do not fit

    def function(*args, **kwargs):
        if cls._dialect == "nd" and "name" not in first:
            kwargs.pop("name", None)
        try:
            return inner(*args, **kwargs)
        except Exception as error:
            found = under_name(error, record.name, name)
            if type(found) is MXNetError and not str(found).startswith(name):
                found = MXNetError(f"{name}: {found}")
            if type(found) is TypeError and ("keyword argument" in str(found) or " missing " in str(found)):
                found = cls._missing_argument(str(found))
            if found is error:
                raise
            raise found from error.__cause__

    if hasattr(inner, "__signature__"):
        function.__signature__ = inner.__signature__
    return function


# np's functions of decompositions and of places give tuples; those that split give lists, of one array too.

def _collected(kind, **only):
    """kind: list or tuple.  only: the one value that a parameter can have."""
    def make(run, record):
        def function(*args, **kwargs):
            if record.variadic and not args:
                return kind()  # of none
            given = {**dict(zip(record.params, args, strict=False)), **kwargs} if only else {}
            for name, value in only.items():
                if given.get(name, value) != value:
                    raise NotImplementedError(f"{record.name}: {name}={given[name]!r} is not offered, only {name}={value!r}")
            found = run(args, kwargs)
            return kind(found) if isinstance(found, list) else kind((found,))
        return function
    return make


wrap(_collected(tuple), "np.linalg.slogdet", "np.linalg.svd", "np.linalg.eigh", "np.linalg.eig",
     "np.linalg.lstsq", "np.tril_indices", "np.triu_indices", "np.tril_indices_from",
     "np.triu_indices_from", "np.diag_indices_from", "np.histogram", "np.modf", "np.frexp", "np.divmod")
wrap(_collected(tuple, mode="reduced"), "np.linalg.qr")
wrap(_collected(tuple, order="C"), "np.unravel_index")
wrap(_collected(list), "np.split", "np.array_split", "np.hsplit", "np.vsplit", "np.dsplit", "np.meshgrid",
     "np.broadcast_arrays")


def _copying_at_will(run, record):
    def concatenate(arrays, axis=0, always_copy=True):
        if not always_copy and len(arrays) == 1:
            return arrays[0]
        return run((arrays,), {"axis": axis})
    return concatenate


wrap(_copying_at_will, "nd.concatenate")


def _drawing(run, record):
    def leaky_relu(*args, **kwargs):
        if "rrelu" in (kwargs.get("act_type"), *args[2:3]) and state.training and isinstance(x := kwargs.get("data", *args[:1]), Array):
            drawn = NAMES["np.random.uniform"](size=x.shape, ctx=x.ctx)
            kwargs.setdefault("uniforms", drawn if x._dialect == "np" else drawn.as_nd_ndarray())
        return run(args, kwargs)
    return leaky_relu


wrap(_drawing, "nd.LeakyReLU", "npx.leaky_relu")


# What is made like another array may be made on another device.

def _placed(run, record):
    def function(*args, **kwargs):
        args, kwargs = named(record, args, kwargs)
        where = check_context(kwargs.pop("ctx", None) or kwargs.pop("device", None), record.name)
        order = {**dict(zip(record.params, args, strict=False)), **kwargs}.get("order")
        if order not in (None, "C"):
            raise NotImplementedError(f"{record.name}: order={order!r} is not offered, elements are stored row by row (order='C')")
        made = run(args, kwargs)
        return made if where is None or where == made.ctx else made.as_in_context(where)
    return function


wrap(_placed, "np.zeros_like", "np.ones_like", "np.empty_like", "np.full_like")


# Leading static arguments.

def _einsum(run, record):
    def einsum(subscripts, *operands, out=None, optimize=False):
        if not isinstance(subscripts, str):
            raise MXNetError("np.einsum: the first argument must be the subscripts, such as 'ij,jk->ik'; "
                             f"got {type(subscripts).__name__}")
        kwargs = {"subscripts": subscripts, "optimize": bool(optimize)}
        return run(operands, kwargs if out is None else {**kwargs, "out": out})
    einsum.__signature__ = signature_of(record)
    return einsum


wrap(_einsum, "np.einsum")
wrap(lambda run, record: bincount, "np.bincount")


# Index arrays whose elements are there are checked at the call; those of np.take that are still to be computed, at the next read.

def _numbers(x):
    """What a number, a list or a NumPy array holds; None if that is no numbers, which the door will say."""
    try:
        found = onp.asarray(x) if isinstance(x, int | float | list | tuple | onp.ndarray | onp.generic) else onp.array(None)
    except ValueError:  # lists of unequal length
        return None
    return found if found.dtype.kind in "biuf" else None


def _there(x):
    """The elements of an array, a list or a number, or None if they would have to be waited for."""
    if not isinstance(x, Handle):
        return _numbers(x)
    value = x._value_now()
    if state.capture is not None or value.data is None:  # a captured block is called with other elements, too
        return None
    if not (isinstance(value.data, onp.ndarray) or value.ctx.device_type.startswith("cpu")):
        return None
    return onp.asarray(value.data)


def _known(x):
    """The elements of an index array as integers, or None if they would have to be waited for."""
    found = _there(x)
    return found if found is None or found.dtype.kind in "iu" else _cast(found, "int64")


_UNSIGNED = {onp.dtype(f"int{bits}"): onp.dtype(f"uint{bits}") for bits in (32, 64)}


def _check(index, size, what, error, low=0):
    if index is None or not index.size:
        return
    if not low and index.dtype in _UNSIGNED and onp.maximum.reduce(index.view(_UNSIGNED[index.dtype]), None) < min(size, 1 << 31):
        return  # as unsigned numbers the negative ones are the largest
    least, most = onp.minimum.reduce(index, None), onp.maximum.reduce(index, None)
    if least < low or most >= size:
        bad = least if least < low else most
        raise error(f"{what}: index {bad} is out of bounds: {'it' if size == 1 else 'they'} must be in [{low}, {size})")


def _arrays_first(run, record):
    """What is no array becomes one by np.array's rule, a list one array."""
    def made(a):
        try:
            return NAMES["np.array"](a)
        except (MXNetError, TypeError, ValueError):
            raise ArgumentTypeError(f"{record.name}: an argument must be an array, or lists of equal length, got {a!r}") from None

    def function(*arys):
        return run([made(a) if isinstance(a, int | float | list | tuple | onp.ndarray | onp.generic) else a for a in arys], {})
    return function


wrap(_arrays_first, "np.atleast_1d", "np.atleast_2d", "np.atleast_3d")


def _in_place(run, record):
    def nag_mom_update(*args, **kwargs):
        weight = args[0] if args else kwargs.get("weight")
        if weight is None or kwargs.get("out") is not weight:
            return run(args, kwargs)
        return call(NAMES["mx.nag_mom_in_place_update"], type(weight), args, kwargs, record.name)
    return nag_mom_update


wrap(_in_place, "nd.nag_mom_update")


def _numpys(run, record):
    def histogram(a, bins=10, range=None, out=None):
        in_graph = state.capture is not None or getattr(a, "_symbol", None) is not None  # of symbols, which has operators
        if range is not None or not isinstance(bins, int) or not isinstance(a, Array) or in_graph:
            return run((a, bins, range), {} if out is None else {"out": out})
        if bins < 1:
            raise ValueError(f"{record.name}: `bins` must be positive, got {bins}")
        return [adopt_numpy(found.astype(FLOAT32), type(a), a.ctx) for found in onp.histogram(a.asnumpy(), bins)]
    return histogram


wrap(_numpys, "nd.histogram")


def _checked_take(default_axis, default_mode):
    def make(run, record):
        def take(a, indices, axis=default_axis, mode=default_mode, out=None):
            axis = from_text(axis) if type(axis) is str else axis
            rest = (a, indices, axis, mode), {} if out is None else {"out": out}
            if mode != "raise" or not isinstance(a, Array):
                return run(*rest)
            size, known = a.size if axis is None else a.shape[axis_in(axis, a.ndim)], _known(indices)
            if not size:
                return run(*rest)  # which says so
            _check(known, size, record.name, MXNetError)
            result = run(*rest)
            if known is None and isinstance(indices, Handle):  # only now: a call that failed is not to be found wrong once more
                watch(NAMES["mx.place"], (_X, size), [indices], (),
                      f"{record.name} from an array of shape {a.shape}: an index is out of bounds: they must be in [0, {size})")
            return result
        return take
    return make


wrap(_checked_take(None, "raise"), "np.take", "np.ndarray.take")
wrap(_checked_take(0, "clip"), "nd.take", "nd.NDArray.take")


def _checked_places(run, record):
    index_name = "indices" if "indices" in record.params else "ind"

    def function(*args, **kwargs):
        data = args[0] if args else kwargs.get(record.params[0])
        places = args[1] if len(args) > 1 else kwargs.get(index_name)
        known = _known(places) if isinstance(data, Array) and isinstance(places, Array) else None
        if known is not None and known.ndim:
            for axis, (row, n) in enumerate(zip(onp.atleast_2d(known), data.shape, strict=False)):
                _check(row, n, f"{record.name}, axis {axis}", IndexError, -n)
        return run(args, kwargs)
    return function


wrap(_checked_places, "nd.gather_nd", "npx.gather_nd", "npx.index_update", "npx.index_add")


def _checked_along(run, record):
    def take_along_axis(arr, indices, axis):
        if not isinstance(arr, Array):
            return run((arr, indices, axis), {})
        size, known = arr.size if axis is None else arr.shape[axis_in(axis, arr.ndim)], _known(indices)
        _check(known, size, record.name, IndexError, -size)
        result = run((arr, indices, axis), {})
        if known is None and isinstance(indices, Handle):
            watch(NAMES["mx.index"], (_X, size), [indices], (), f"{record.name} from an array of shape {arr.shape}: an index is out of "
                  f"bounds for axis {axis} with size {size}")
        return result
    return take_along_axis


wrap(_checked_along, "np.take_along_axis")


def _checked_choice(run, record):
    def choose(a, choices, out=None, mode="raise"):
        if mode == "raise":
            _check(_known(a), len(choices), record.name, ArgumentValueError)
        return run((a, choices), {"mode": mode} if out is None else {"mode": mode, "out": out})
    return choose


wrap(_checked_choice, "np.choose")


def _of_share(whole):
    def make(run, record):
        def function(*args, **kwargs):
            q = args[1] if len(args) > 1 else kwargs.get("q")
            found = _there(q)
            if found is not None and not ((found >= 0) & (found <= whole)).all():
                raise ValueError(f"{record.name}: `q` must lie in [0, {whole}], got {q!r}")
            return run(args, kwargs)
        return function
    return make


wrap(_of_share(1), "np.quantile", "np.nanquantile")
wrap(_of_share(100), "np.percentile", "np.nanpercentile")


def _of_monotonic(run, record):
    def function(*args, **kwargs):
        bins = args[1] if len(args) > 1 else kwargs.get("bins")
        found = bins.asnumpy() if isinstance(bins, Array) else _numbers(bins)
        steps = onp.diff([] if found is None or not found.ndim else found)
        if not ((steps >= 0).all() or (steps <= 0).all()):
            raise ValueError(f"{record.name}: `bins` must increase or decrease, got {bins!r}")
        return run(args, kwargs)
    return function


wrap(_of_monotonic, "np.digitize")


# Factorizations of matrices that have none: outside graphs the result is waited for and checked, as MXNet does when it is read.
# Inside a graph it holds inf or nan.

def _finite(run, record):
    def function(*args, **kwargs):
        matrix = args[0] if args else kwargs.get(record.params[0])
        out = run(args, kwargs)
        if state.recording or hasattr(out, "_symbol"):  # the latter is an export, of numbers that mean nothing
            return out
        text = f"{record.name}: the matrix of shape {matrix.shape} is singular, or not positive definite where it must be"
        if state.capture is not None:
            watch(NAMES["mx.factored"], (_X, arr(1)), [matrix, out], (), text)
        elif not onp.isfinite(out._host()).all() and onp.isfinite(matrix._host()).all():
            raise MXNetError(text)
        return out
    return function


wrap(_finite, "np.linalg.inv", "nd.linalg.inverse", "nd.linalg_inverse", "np.linalg.cholesky", "nd.linalg.potrf",
     "nd.linalg_potrf", "np.linalg.solve")


# Slices whose starts are run-time numbers: a loop over them is one program.

def _block(x, bounds, out):
    axes, starts, shape = [], [], []
    for n, (start, size, step) in zip(x.shape, bounds, strict=True):
        whole = size == n and step == 1
        axes.append(None if whole else (size, step))
        if not whole:
            starts.append(start)
        shape.append(size)
    values, node = emit(NAMES["mx.getitem"], (_X, *_static(tuple(axes), tuple(shape))), [x], tuple(starts))
    result = type(x)(values[0], node)
    if out is None:
        return result
    return write_out(NAMES["mx.getitem"], out, result)


def _is_bound(v):
    return v is None or (isinstance(v, int) and not isinstance(v, bool))


def _plain(data):
    return isinstance(data, Array) and type(data) not in door.symbol_classes and type(data) not in door.special_classes


def _slice_axis(run, record):
    def slice_axis(data, axis, begin, end, out=None, name=None):
        if not _plain(data) or not (_is_bound(begin) and _is_bound(end)):
            return run((data, axis, begin, end), {} if out is None else {"out": out})
        axis = axis_in(axis, data.ndim)
        start, stop = axis_bounds(data.shape[axis], axis, begin, end)
        return _block(data, [(start, stop - start, 1) if a == axis else (0, n, 1) for a, n in enumerate(data.shape)], out)
    return slice_axis


def _slices(run, record):
    def slice(data, begin, end, step=None, out=None, name=None):
        begin, end, step = (from_text(b) if isinstance(b, str) else b for b in (begin, end, step))
        begin, end, steps = (b if isinstance(b, tuple | list) else (b,) for b in (begin, end, step or ()))
        plain = _plain(data) and len(begin) == len(end) <= data.ndim and len(steps) <= len(begin)
        if not plain or not all(map(_is_bound, (*begin, *end, *steps))) or 0 in steps:
            return run((data, begin, end, tuple(steps)), {} if out is None else {"out": out})
        steps = (*steps, *(None,) * (len(begin) - len(steps)))
        bounds = [_python_slice(b, e, s, n) for b, e, s, n in zip(begin, end, steps, data.shape, strict=False)]
        return _block(data, bounds + [(0, n, 1) for n in data.shape[len(bounds):]], out)
    return slice


def _python_slice(begin, end, step, n):
    start, stop, step = slice(begin, end, step).indices(n)
    return (0, 0, 1) if not len(range(start, stop, step)) else _slice(slice(begin, end, step), n)


wrap(_slice_axis, "nd.slice_axis", "nd.NDArray.slice_axis")
wrap(_slices, "nd.slice", "nd.crop", "npx.slice", "nd.NDArray.slice")


def _into_itself(run, record):
    def nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None, **kwargs):
        if isinstance(x, int | float | onp.generic):
            return onp.nan_to_num(x, True, nan, posinf, neginf)  # NumPy's number, as in MXNet
        out = run((x,), {"nan": nan, "posinf": posinf, "neginf": neginf, **kwargs})
        if copy:
            return out
        x[()] = out
        return x
    return nan_to_num


wrap(_into_itself, "np.nan_to_num")


def _or_nonzero(run, record):
    def where(condition, x=None, y=None, out=None):
        if x is None and y is None:
            return NAMES["np.nonzero"](condition)
        if x is None or y is None:
            raise ValueError("np.where: give both x and y, or neither")
        return run((condition, x, y), {} if out is None else {"out": out})
    where.__signature__ = inspect.signature(where)  # x and y may be left out
    return where


wrap(_or_nonzero, "np.where")


def _base_and_exponent(run, record):
    def power(*args, **kwargs):
        named = {"base": "lhs", "exp": "rhs"}
        return run(args, {named.get(k, k): v for k, v in kwargs.items()})
    power.__signature__ = inspect.signature(lambda base, exp: None)
    return power


wrap(_base_and_exponent, "nd.power")


def _written_into(run, record):
    def onehot_encode(indices, out):
        return run((indices, out), {"out": out})
    onehot_encode.__signature__ = inspect.signature(onehot_encode)
    return onehot_encode


wrap(_written_into, "nd.onehot_encode")


def _assigning(run, record):
    def function(self, *args, **kwargs):
        if "out" in kwargs:
            raise ArgumentTypeError(f"{record.name} has no argument 'out': it writes into the array itself")
        return run((self, *args), {**kwargs, "out": self})
    return function


wrap(_assigning, *(f"{cls}.{name}" for cls in ("nd.NDArray", "np.ndarray") for name in ("slice_assign", "slice_assign_scalar")))
