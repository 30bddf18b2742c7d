"""What the shapes of an operator's inputs and outputs say of each other, where not all inputs are known.

A rule gets (attributes, shapes of the inputs, shapes of the outputs) and changes the two lists. A shape is a tuple, with None for
an unknown size, or None if nothing is known.
"""
from __future__ import annotations

import functools
import math

from ..base import MXNetError
from ..engine.op import NAMES, Op
from ..initializer import fused_parts
from ..operator import prop_of
from ..util import is_np_shape
from . import operators
from .functions import public_name


class Mismatch(MXNetError):
    """Two things that are known of a shape do not agree."""


def join(a, b):
    """All that two shapes say of the same array. Raises: Mismatch."""
    if a is None or b is None:
        return b if a is None else a
    if len(a) != len(b) or any(x != y for x, y in zip(a, b, strict=True) if x is not None and y is not None):
        raise Mismatch(f"expected {shown(a)}, got {shown(b)}")
    return tuple([y if x is None else x for x, y in zip(a, b, strict=True)])


def shown(shape) -> str:
    if shape is None:
        return "an unknown shape"
    return f"({', '.join('?' if n is None else str(n) for n in shape)}{',' if len(shape) == 1 else ''})"


def known(shape) -> bool:
    return shape is not None and None not in shape


def put(shapes, i, shape):
    if i < len(shapes):
        shapes[i] = join(shapes[i], shape)


def as_the_first(ins, outs):
    """The shape of the first input, which the first output has, too."""
    ins[0] = outs[0] = join(ins[0], outs[0])
    return ins[0]


_RULES: dict = {}
rule = operators.by_names(_RULES)


def rule_of(name: str):
    """The rule of an operator, None if its outputs can only be computed from complete inputs."""
    if name in _RULES:
        return _RULES[name]
    return same if name in _elementwise() or name.endswith("_scalar") and name.startswith("_") else None


_SAME = """
elemwise_add elemwise_sub elemwise_mul elemwise_div add_n _grad_add _mod _power _maximum _minimum _hypot _equal _not_equal _greater
_greater_equal _lesser _lesser_equal Activation Dropout Cast BlockGrad make_loss MakeLoss _copy identity zeros_like ones_like softmax
log_softmax softmin clip smooth_l1 LRN L2Normalization SoftmaxActivation amp_cast _npx_relu _npx_sigmoid _npi_copy _np_copy _shuffle
""".split()


@functools.cache
def _elementwise() -> frozenset[str]:
    """Operators of one array, element by element."""
    found = set(_SAME)
    for name in operators.table():
        public = public_name(name)
        record = NAMES.get(public) if public else None
        if isinstance(record, Op) and record.at.startswith("ops/elementwise.py") and len(record.params) == 1:
            found.add(name)
    return frozenset(found)


def same(given, ins, outs):
    """All inputs and outputs have one shape."""
    shape = None
    for s in (*ins, *outs[:1]):
        shape = join(shape, s)
    ins[:] = [shape] * len(ins)
    outs[:] = [shape] * len(outs)


@rule("Reshape")
def reshape(given, ins, outs):
    """What the codes of a target say while sizes are unknown; and one size of the data, where all others and the result are known."""
    x, codes, back = ins[0], list(given.get("shape") or ()), given.get("reverse")
    if not x or known(x):
        return
    found = _targeted(codes[::-1], list(x)[::-1]) if back else _targeted(codes, list(x))
    if found is not None:
        put(outs, 0, tuple(found[::-1] if back else found))
    rest = math.prod(n for n in x if n is not None)
    if x.count(None) == 1 and known(outs[0]) and rest and math.prod(outs[0]) % rest == 0:
        ins[0] = tuple([math.prod(outs[0]) // rest if n is None else n for n in x])


def _targeted(codes, sizes) -> list | None:
    """The sizes that the codes of a target make of some that may be unknown; -1 then is unknown, too. None if they do not say."""
    found: list = []
    if not codes:
        return None
    while codes:
        code = codes.pop(0)
        if code == -2:
            found += sizes
            sizes = []
        elif code == -4 and sizes and len(codes) > 1:
            whole, parts = sizes.pop(0), [None if n == -1 else n for n in (codes.pop(0), codes.pop(0))]
            one = next((n for n in parts if n is not None), None)
            found += [whole // one if n is None and whole is not None and one else n for n in parts]
        elif code == -3 and len(sizes) > 1:
            first, second = sizes.pop(0), sizes.pop(0)
            found.append(None if first is None or second is None else first * second)
        elif code >= -1:
            size = sizes.pop(0) if sizes else None
            found.append(size if code == 0 else None if code == -1 else code)
        else:
            return None
    return found


@rule("FullyConnected")
def dense(given, ins, outs):
    units, flat, x = given["num_hidden"], given.get("flatten", True), ins[0]
    inner = None
    if x is not None:
        rest = x[1:] if flat else x[-1:]
        inner = math.prod(rest) if known(rest) else None
        put(outs, 0, (x[0], units) if flat else (*x[:-1], units))
        if outs[0] is not None and x[0] is None:
            put(ins, 0, (outs[0][0], *x[1:]))
    put(ins, 1, (units, inner))
    put(ins, 2, (units,))


def _convolution(transposed, weight_at):
    def find(given, ins, outs):
        x = ins[0]
        if x is None:
            return
        kernel, groups, filters = tuple(given["kernel"]), given.get("num_group", 1), given["num_filter"]
        if len(x) != len(kernel) + 2:
            raise Mismatch(f"a kernel of {len(kernel)} sizes needs data with {len(kernel) + 2} axes, got {shown(x)}")
        if weight_at == 1 and outs[0] is not None and len(outs[0]) == len(x) == len(kernel) + 2:
            x = ins[0] = join(x, _before(given, kernel, x, outs[0], transposed))
        layout = given.get("layout") or "NCDHW" if len(x) == 5 else given.get("layout") or ("NCHW" if len(x) == 4 else "NCW")
        channels = x[layout.index("C")] if len(layout) == len(x) else x[1]
        if channels is not None:
            outer, inner = (channels, filters // groups) if transposed else (filters, channels // groups)
            sizes = iter(kernel)
            put(ins, weight_at, tuple([outer if a == "N" else inner if a == "C" else next(sizes) for a in layout]))
        put(ins, weight_at + 1, (filters,))
    return find


def _before(given, kernel, x, out, transposed):
    """What the outputs' shape says of a convolution's input; sizes only where each output size has one input size."""
    if (given.get("layout") or "NC")[:2] != "NC":
        return None
    stride, dilate, pad = (tuple(given.get(n) or (d,) * len(kernel)) for n, d in (("stride", 1), ("dilate", 1), ("pad", 0)))
    sizes = [None if n is None or s != 1 or transposed else n + d * (k - 1) - 2 * p
             for n, k, s, d, p in zip(out[2:], kernel, stride, dilate, pad, strict=True)]
    return (out[0], None, *sizes)


_RULES.update(dict.fromkeys(("Convolution", "Convolution_v1"), _convolution(False, 1)))
_RULES["Deconvolution"] = _convolution(True, 1)
_RULES.update(dict.fromkeys(("_contrib_DeformableConvolution", "_npx_deformable_convolution"), _convolution(False, 2)))
_RULES.update(dict.fromkeys(("_contrib_ModulatedDeformableConvolution", "_npx_modulated_deformable_convolution"), _convolution(False, 3)))


@rule("BatchNorm", "BatchNorm_v1", "_contrib_SyncBatchNorm", "_contrib_BatchNormWithReLU", "InstanceNorm", "IdentityAttachKLSparseReg")
def norm(given, ins, outs):
    x = join(ins[0], outs[0] if outs else None)
    ins[0] = x
    if x is None:
        return
    put(outs, 0, x)
    axis = given.get("axis", 1)
    size = (x[axis],) if -len(x) <= axis < len(x) else None
    for i in range(1, len(ins)):
        put(ins, i, size)


def _layer_norm(given, ins, outs):
    norm({"axis": -1, **given}, ins, outs)


def _group_norm(given, ins, outs):
    as_the_first(ins, outs)
    groups = given.get("num_groups", 1)
    for i in (1, 2):  # by group in MXNet 1, by channel in MXNet 2
        if ins[i] is None:
            put(ins, i, (groups,))


_RULES["LayerNorm"], _RULES["GroupNorm"] = _layer_norm, _group_norm


@rule("where")
def where(given, ins, outs):
    shape = join(join(ins[1], ins[2]), outs[0])
    ins[1] = ins[2] = outs[0] = shape


@rule("Embedding", "_contrib_SparseEmbedding")
def embedding(given, ins, outs):
    put(ins, 1, (given["input_dim"], given["output_dim"]))
    if ins[0] is not None:
        put(outs, 0, (*ins[0], given["output_dim"]))


@rule("LeakyReLU")
def leaky(given, ins, outs):
    x = as_the_first(ins, outs)
    if len(ins) > 1 and ins[1] is None and x is not None and len(x) > 1:
        put(ins, 1, (x[1],))


@rule("RNN")
def rnn(given, ins, outs):
    x, layers, size = ins[0], given["num_layers"], given["state_size"]
    directions = 2 if given.get("bidirectional") else 1
    width = given.get("projection_size") or size
    if x is not None:
        batch = x[1]
        state = (layers * directions, batch, width)
        put(ins, 2, state)
        if given["mode"] == "lstm":
            put(ins, 3, (layers * directions, batch, size))
        if given.get("use_sequence_length"):
            put(ins, len(ins) - 1, (batch,))
        if x[2] is not None:
            gates = {"rnn_relu": 1, "rnn_tanh": 1, "lstm": 4, "gru": 3}[given["mode"]]
            parts = fused_parts(gates, layers, size, directions, given.get("projection_size"), x[2])
            put(ins, 1, (sum(math.prod(s) for _, s in parts),))
        put(outs, 0, (x[0], batch, width * directions))
        put(outs, 1, state)
        put(outs, 2, (layers * directions, batch, size))


@rule("SoftmaxOutput")
def softmax_output(given, ins, outs):
    x = as_the_first(ins, outs)
    if x is None or ins[1] is not None:
        return
    if given.get("multi_output"):
        put(ins, 1, (x[0], math.prod(x[2:]) if known(x[2:]) else None))
    else:
        put(ins, 1, x[:-1] if given.get("preserve_shape") else x[:1])


@rule("SVMOutput")
def svm_output(given, ins, outs):
    x = as_the_first(ins, outs)
    if x:
        put(ins, 1, x[:-1])


@rule("LinearRegressionOutput", "LogisticRegressionOutput", "MAERegressionOutput")
def regression(given, ins, outs):
    x = as_the_first(ins, outs)
    if ins[1] is None and x is not None:
        put(ins, 1, x[:1] if len(x) == 2 and x[1] == 1 else x)


@rule("softmax_cross_entropy")
def cross_entropy(given, ins, outs):
    if ins[0] is not None:
        put(ins, 1, ins[0][:1])
    put(outs, 0, (1,))


@rule("_zeros", "_ones", "_full", "_zeros_without_dtype")
def filled(given, ins, outs):
    shape = given.get("shape", ())
    if shape:
        put(outs, 0, tuple([n or None for n in shape]))


@rule("_npi_zeros", "_npi_ones")
def filled_np(given, ins, outs):
    put(outs, 0, tuple([None if n == -1 else n for n in given.get("shape", ())]))


@rule("_arange")
def numbers(given, ins, outs):
    start, stop, step = given.get("start", 0), given.get("stop"), given.get("step", 1.0)
    if stop is None and given.get("infer_range"):
        put(outs, 0, (None,))
        return
    if stop is None:
        start, stop = 0, start
    count = max(0, math.ceil((stop - start) / step)) if step else 0
    if count == 0 and not is_np_shape():
        raise Mismatch(f"the range from {start} to {stop} by {step} is empty")
    put(outs, 0, (count * given.get("repeat", 1),))


@rule("_random_uniform", "_random_normal", "_random_gamma", "_random_exponential", "_random_poisson", "_random_negative_binomial",
      "_random_generalized_negative_binomial", "_random_randint")
def drawn(given, ins, outs):
    put(outs, 0, tuple([n or None for n in given.get("shape") or (1,)]))


@rule("_sample_uniform", "_sample_normal", "_sample_gamma", "_sample_exponential", "_sample_poisson")
def drawn_each(given, ins, outs):
    shape = None
    for s in ins:
        shape = join(shape, s)
    ins[:] = [shape] * len(ins)
    if shape is not None:
        more = given.get("shape") or ()
        put(outs, 0, (*shape, *((more,) if isinstance(more, int) else more)))


@rule("UpSampling")
def upsampling(given, ins, outs):
    if given.get("sample_type") == "bilinear" and len(ins) == 2:
        kernel = 2 * given["scale"] - given["scale"] % 2
        put(ins, 1, (given.get("num_filter") or 1, 1, kernel, kernel))


@rule("SequenceMask", "SequenceLast", "SequenceReverse")
def sequence(given, ins, outs):
    if len(ins) > 1 and ins[0] is not None and len(ins[0]) > 1:
        put(ins, 1, (ins[0][1 - given.get("axis", 0)],))


@rule("Concat")
def concat(given, ins, outs):
    axis = given.get("dim", 1)
    ndim = next((len(s) for s in (*ins, *outs) if s is not None), None)
    if ndim is None or axis is None:  # np.concatenate(axis=None)
        return
    axis %= ndim
    shape = None
    for s in (*ins, *outs[:1]):
        if s is not None and len(s) != ndim:
            raise Mismatch(f"arrays of {ndim} and of {len(s)} axes cannot be concatenated")
        shape = join(shape, None if s is None else (*s[:axis], None, *s[axis + 1:]))
    assert shape is not None
    for i, s in enumerate(ins):
        ins[i] = (*shape[:axis], None if s is None else s[axis], *shape[axis + 1:])
    sizes = [s[axis] for s in ins]
    put(outs, 0, (*shape[:axis], None if None in sizes else sum(sizes), *shape[axis + 1:]))


@rule("SliceChannel")
def slice_channel(given, ins, outs):
    x, n, axis = ins[0], given["num_outputs"], given.get("axis", 1)
    if x is None:
        return
    axis %= len(x)
    squeezed = bool(given.get("squeeze_axis"))
    for part in outs:
        if part is not None and len(part) + squeezed == len(x):
            inner = 1 if squeezed else part[axis]
            x = ins[0] = join(x, (*part[:axis], None if inner is None else inner * n, *part[axis + (not squeezed):]))
    size = None if x[axis] is None else x[axis] // n
    if x[axis] is not None and x[axis] % n:
        raise Mismatch(f"axis {axis} of {shown(x)} does not fall into {n} equal parts")
    part = (*x[:axis], *((size,) if not squeezed else ()), *x[axis + 1:])
    for k in range(len(outs)):
        put(outs, k, part)


@rule("transpose", "_npi_transpose")
def transpose(given, ins, outs):
    ndim = next((len(s) for s in (ins[0], outs[0]) if s is not None), None)
    if ndim is None:
        return
    axes = [a % ndim for a in given.get("axes") or range(ndim)[::-1]]
    if sorted(axes) != list(range(ndim)):
        return  # the call says what is wrong
    if outs[0] is not None and len(outs[0]) == ndim:
        put(ins, 0, tuple([outs[0][axes.index(i)] for i in range(ndim)]))
    put(outs, 0, tuple([ins[0][a] for a in axes]) if ins[0] is not None else None)


@rule("pick")
def pick(given, ins, outs):
    x, axis = ins[0], given.get("axis", -1)
    if x is None or axis is None or not -len(x) <= axis < len(x):
        return
    axis %= len(x)
    if ins[1] is None:  # with the axis as one of size 1 it would fit, too
        ins[1] = (*x[:axis], *x[axis + 1:]) or (1,)
    put(outs, 0, (*x[:axis], *((1,) if given.get("keepdims") else ()), *x[axis + 1:]) or (1,))


@rule("dot")
def dot(given, ins, outs):
    a, b = ins
    if a is None or b is None or not a or not b or len(a) == len(b) == 1:
        return
    a = (*a[1:], a[0]) if given.get("transpose_a") else a
    b = (b[-1], *b[:-1]) if given.get("transpose_b") else b
    put(outs, 0, (*a[:-1], *b[1:]))


@rule("Custom")
def custom(given, ins, outs):
    prop = prop_of(given, "mx.sym.Custom")
    count = len(prop.list_arguments())
    if ins and (ins[0] is None or not known(ins[0])):
        return
    found = [*prop.infer_shape([list(s) if known(s) else [] for s in ins[:count]]), []][:3]
    for i, s in enumerate([*found[0], *found[2]]):
        if s:
            put(ins, i, tuple(int(n) for n in s))
    for k, s in enumerate(found[1]):
        put(outs, k, tuple(int(n) for n in s))
