"""Initializers: what fills the parameters of a network with their first values (MXNet: mxnet.initializer, mx.init).

They draw through the public samplers of the array's dialect, one call for each array, so that `mx.random.seed` decides
and MXNet's own values come out: nd arrays take the parallel stream of nd.random, np arrays the serial one of np.random.
"""
from __future__ import annotations

import json
import logging
import math
import re
import warnings

import numpy as onp

from . import ndarray as nd
from . import numpy as np
from .arguments import Checked
from .ops.nn.rnn import GATES

__all__ = ["Bilinear", "Constant", "FusedRNN", "InitDesc", "Initializer", "LSTMBias", "Load", "MSRAPrelu", "Mixed", "Normal", "One",
           "Orthogonal", "RNNFused", "Uniform", "Xavier", "Zero", "alias", "create", "register"]
_REGISTRY: dict[str, type] = {}


def register(klass):
    """A class decorator: makes an Initializer known to `create` by its name in lower case."""
    if not (isinstance(klass, type) and issubclass(klass, Initializer)):
        raise TypeError(f"register: wanted a subclass of mx.init.Initializer, got {klass!r}")
    _REGISTRY[klass.__name__.lower()] = klass
    return klass


def alias(*names):
    """A class decorator: further names of an Initializer for `create`."""

    def wrap(klass):
        for name in names:
            _REGISTRY[name.lower()] = klass
        return klass

    return wrap


def create(initializer, *args, **kwargs):
    """An initializer from its name ("xavier") and arguments, or from what `Initializer.dumps` gave; an initializer as it is.

    Raises: AssertionError if it is neither, or nothing is registered under that name.
    """
    found, own = known(initializer)
    return initializer if found is None else found(*args, **(kwargs if own is None else own))


def known(initializer) -> tuple:
    """(the class that `create` makes it from, None for an initializer as it is; its own arguments). Raises as `create`."""
    if callable(initializer) and not isinstance(initializer, type):
        return None, None
    if not isinstance(initializer, str):
        hint = "; call it, to have one" if isinstance(initializer, type) else ""
        raise AssertionError(f"an initializer must be an mx.init.Initializer or a name such as 'xavier', got {initializer!r}{hint}")
    name, own = json.loads(initializer) if initializer.startswith("[") else (initializer, None)
    found = _REGISTRY.get(name.lower())
    if found is None:
        raise AssertionError(f"{name!r} is not registered as an initializer; there are {', '.join(sorted(_REGISTRY))}. "
                             "Make your own known with @mx.init.register")
    return found, own


class InitDesc(str):
    """The name of a parameter, with `attrs` ("__init__": its own initializer) and the `global_init` to fall back on."""

    def __new__(cls, name, attrs=None, global_init=None):
        desc = super().__new__(cls, name)
        desc.attrs, desc.global_init = attrs or {}, global_init
        return desc


class Initializer(Checked):
    """Base of all initializers: fills an array by the end of its name, weights by `_init_weight`, which subclasses define.

    Called with (InitDesc, array). Gluon names an initializer for every parameter, and then its `_init_weight` decides
    whatever the name. Raises: ValueError for a name with an unknown end.
    """

    def __init__(self, **kwargs):
        self._kwargs, self._verbose, self._print_func = kwargs, False, None

    def set_verbosity(self, verbose=False, print_func=None):
        """Log what is initialized, with print_func(array) as a summary: by default its norm / sqrt(size)."""
        self._verbose, self._print_func = verbose, print_func or _root_mean_square
        return self

    def dumps(self) -> str:
        """A JSON text, '["normal", {"sigma": 0.5}]', that `create` reads."""
        return json.dumps([type(self).__name__.lower(), self._kwargs])

    def __call__(self, desc, arr):
        if not isinstance(desc, InitDesc):
            warnings.warn("calling an initializer with a plain name is deprecated; call init(mx.init.InitDesc(name), array)",
                          DeprecationWarning, stacklevel=2)
            self._legacy_init(desc, arr)
            return
        if desc.global_init is None:
            desc.global_init = self
        own = desc.attrs.get("__init__")
        if own:
            _fill(create(own), desc, arr)
            self._report(desc, own, arr)
            return
        for end, method in _BY_END:
            if desc.endswith(end):
                getattr(self, method)(desc, arr)
                self._report(desc, end, arr)
                return
        self._init_default(desc, arr)

    def _report(self, desc, what, arr):
        if self._verbose and self._print_func:
            logging.info("Initialized %s as %s: %s", desc, what, self._print_func(arr))

    def _legacy_init(self, name, arr):
        if not isinstance(name, str):
            raise TypeError(f"an initializer needs the name of what it fills, a str, got {type(name).__name__}")
        if name.startswith("upsampling"):
            return self._init_bilinear(name, arr)
        if name.startswith("stn_loc") and name.endswith("weight"):
            return self._init_zero(name, arr)
        if name.startswith("stn_loc") and name.endswith("bias"):
            return self._init_loc_bias(name, arr)
        for end, method in (*_BY_END, *_LEGACY_ENDS):
            if name.endswith(end):
                return getattr(self, method)(name, arr)
        return self._init_default(name, arr)

    def _init_weight(self, name, arr):
        raise NotImplementedError(f"{type(self).__name__} must define _init_weight(self, name, arr)")

    def _init_zero(self, name, arr):
        arr[()] = 0

    def _init_one(self, name, arr):
        arr[()] = 1

    def _init_bias(self, name, arr):
        arr[()] = 0

    def _init_gamma(self, name, arr):
        arr[()] = 1

    def _init_beta(self, name, arr):
        arr[()] = 0

    def _init_bilinear(self, name, arr):
        arr[()] = _tents(arr.shape)

    def _init_loc_bias(self, name, arr):
        arr[()] = onp.array([1, 0, 0, 0, 1, 0], "float32")  # the identity of a spatial transformer

    def _init_default(self, name, arr):
        raise ValueError(f"how to initialize {name!r} is unknown: names end in weight, bias, gamma, beta, min or max; "
                         "give this parameter its own init=")

    def __eq__(self, other):
        return type(self) is type(other) and self._kwargs == other._kwargs if isinstance(other, Initializer) else NotImplemented

    __hash__ = object.__hash__


_BY_END = (("weight", "_init_weight"), ("bias", "_init_bias"), ("gamma", "_init_gamma"), ("beta", "_init_beta"),
           ("min", "_init_zero"), ("max", "_init_one"))
_LEGACY_ENDS = (("moving_mean", "_init_zero"), ("moving_var", "_init_one"), ("moving_inv_var", "_init_zero"),
                ("moving_avg", "_init_zero"))


def _fill(init, desc, arr):
    """Let a parameter's own initializer fill it."""
    if hasattr(init, "_init_weight"):
        init._init_weight(desc, arr)
    else:  # Mixed, Load, or any callable
        init(desc, arr)


def _root_mean_square(arr) -> str:
    return str(float(onp.linalg.norm(arr.asnumpy())) / math.sqrt(arr.size))


def _samplers(arr):
    """np.random or nd.random, as the array's class says."""
    return np.random if isinstance(arr, np.ndarray) else nd.random


def _uniform(arr, bound):
    _draw("uniform", arr, -bound, bound)


def _normal(arr, sigma):
    _draw("normal", arr, 0, sigma)


def _draw(sampler, arr, *numbers):
    sampler = getattr(_samplers(arr), sampler)
    if type(arr) is np.ndarray and onp.issubdtype(arr.dtype, onp.integer):  # MXNet 2 cuts its numbers off
        arr[()] = sampler(*numbers, arr.shape, ctx=arr.ctx).astype("int32").astype(arr.dtype)
    else:
        sampler(*numbers, arr.shape, dtype=arr.dtype, out=arr)


class Load:
    """Takes arrays by name from a file or a dict, the rest from `default_init`. "arg:" and "aux:" before names are dropped.

    Raises: AssertionError if a shape differs, or a name is missing and there is no default.
    """

    def __init__(self, param, default_init=None, verbose=False):
        param = nd.load(param) if isinstance(param, str) else param
        if not isinstance(param, dict):
            raise AssertionError(f"mx.init.Load needs a dict of arrays, or a file with names, got {type(param).__name__}")
        self.param = {re.sub("^(arg|aux):", "", name): arr for name, arr in param.items()}
        self.default_init, self.verbose = default_init, verbose

    def __call__(self, name, arr):
        found = self.param.get(name)
        if found is None:
            if self.default_init is None:
                raise AssertionError(f"mx.init.Load: {name!r} is not among the loaded arrays {list(self.param)}; give a "
                                     "default_init")
            _named(self.default_init, self, name, arr)
        else:
            if arr.shape != found.shape:
                raise AssertionError(f"mx.init.Load: {name!r} has shape {arr.shape}, the loaded array {found.shape}")
            arr[()] = found
        if self.verbose:
            logging.info("Initialized %s by %s", name, "default" if found is None else "loading")


class Mixed:
    """The first initializer whose pattern (a regular expression) matches a parameter's name from its start fills it.

    Raises: ValueError if none matches; end with the pattern ".*".
    """

    def __init__(self, patterns, initializers):
        if not isinstance(patterns, list | tuple) or not isinstance(initializers, list | tuple):
            raise TypeError(f"mx.init.Mixed: lists of patterns and of initializers are needed, got {patterns!r}, {initializers!r}")
        if len(patterns) != len(initializers):
            raise AssertionError(f"mx.init.Mixed: {len(patterns)} patterns and {len(initializers)} initializers; give as many")
        self.map = [(re.compile(p), init) for p, init in zip(patterns, initializers, strict=True)]

    def __call__(self, name, arr):
        for pattern, init in self.map:
            if pattern.match(name):
                _named(init, self, name, arr)
                return
        raise ValueError(f"mx.init.Mixed: no pattern matches {name!r}; add '.*' with a default initializer at the end")


def _named(init, outer, name, arr):
    """Call what `outer` chose; where Gluon named `outer` as the parameter's initializer, that one takes its place."""
    attrs = getattr(name, "attrs", {})
    create(init)(InitDesc(name, {**attrs, "__init__": init}) if attrs.get("__init__") is outer else name, arr)


@register
@alias("zeros")
class Zero(Initializer):
    """Zeros."""

    def _init_weight(self, name, arr):
        arr[()] = 0


@register
@alias("ones")
class One(Initializer):
    """Ones."""

    def _init_weight(self, name, arr):
        arr[()] = 1


@register
class Constant(Initializer):
    """One number everywhere, or the elements of an array of the parameter's shape."""

    def __init__(self, value):
        super().__init__(value=value)
        self.value = value

    def _init_weight(self, name, arr):
        arr[()] = self._host()

    def _host(self):
        if hasattr(self.value, "asnumpy"):
            return self.value.asnumpy()
        return onp.asarray(self.value) if isinstance(self.value, list | tuple) else self.value

    def dumps(self):
        value = self._host()
        return json.dumps([type(self).__name__.lower(), {"value": value.tolist() if isinstance(value, onp.ndarray) else value}])

    def __eq__(self, other):
        return type(self) is type(other) and onp.array_equal(self._host(), other._host())

    __hash__ = object.__hash__


@register
class Uniform(Initializer):
    """Uniform numbers in [-scale, scale). What a network gets that names nothing else."""

    def __init__(self, scale=0.07):
        super().__init__(scale=scale)
        self.scale = scale

    def _init_weight(self, name, arr):
        _uniform(arr, self.scale)


@register
class Normal(Initializer):
    """Normal numbers of mean 0 and standard deviation sigma."""

    def __init__(self, sigma=0.01):
        super().__init__(sigma=sigma)
        self.sigma = sigma

    def _init_weight(self, name, arr):
        _normal(arr, self.sigma)


@register
class Orthogonal(Initializer):
    """scale times a matrix with orthogonal rows or columns, from the SVD of a random one (Saxe et al., 2014).

    The first axis counts rows, all others columns.  rand_type: "uniform" in [-1, 1) or "normal".
    Draws by nd.random for np arrays too, as MXNet.
    """

    def __init__(self, scale=1.414, rand_type="uniform"):
        super().__init__(scale=scale, rand_type=rand_type)
        if rand_type not in ("uniform", "normal"):
            raise ValueError(f"mx.init.Orthogonal: rand_type must be 'uniform' or 'normal', got {rand_type!r}")
        self.scale, self.rand_type = scale, rand_type

    def _init_weight(self, name, arr):
        shape = arr.shape[0], math.prod(arr.shape[1:])
        drawn = nd.random.uniform(-1, 1, shape) if self.rand_type == "uniform" else nd.random.normal(0, 1, shape)
        u, _, v = onp.linalg.svd(drawn.asnumpy(), full_matrices=False)
        arr[()] = (self.scale * (u if u.shape == shape else v)).astype("float32").reshape(arr.shape)


@register
class Xavier(Initializer):
    """Random numbers of scale c = sqrt(magnitude / n): gradients stay of similar size in all layers (Glorot and Bengio, 2010).

    Args:
        rnd_type: "uniform" in [-c, c), or "gaussian" with standard deviation c.
        factor_type: n is the number of inputs of an output ("in"), of outputs of an input ("out"), or their mean ("avg").
    The weight has shape (out, in, ...), and whatever follows counts in both.
    Raises: ValueError for a weight with fewer than two axes, or an unknown word.
    """

    _wants = {"magnitude": "a number that is not negative"}

    def __init__(self, rnd_type="uniform", factor_type="avg", magnitude=3):
        super().__init__(rnd_type=rnd_type, factor_type=factor_type, magnitude=magnitude)
        self.rnd_type, self.factor_type, self.magnitude = rnd_type, factor_type, float(magnitude)

    def _init_weight(self, name, arr):
        shape = arr.shape
        if len(shape) < 2:
            raise ValueError(f"mx.init.{type(self).__name__} needs a weight of at least two axes, (out, in, ...); {name!r} has "
                             f"shape {shape}. Give it another init, such as init='zeros'")
        space = math.prod(shape[2:])
        inputs, outputs = shape[1] * space, shape[0] * space
        counts = {"avg": (inputs + outputs) / 2, "in": inputs, "out": outputs}
        if self.factor_type not in list(counts):
            raise ValueError(f"mx.init.Xavier: factor_type must be 'avg', 'in' or 'out', got {self.factor_type!r}")
        draws = {"uniform": _uniform, "gaussian": _normal}
        if self.rnd_type not in list(draws):
            raise ValueError(f"mx.init.Xavier: rnd_type must be 'uniform' or 'gaussian', got {self.rnd_type!r}")
        draws[self.rnd_type](arr, math.sqrt(self.magnitude / counts[self.factor_type]))


@register
class MSRAPrelu(Xavier):
    """Normal numbers of standard deviation sqrt(2 / (1 + slope^2) / n), for layers before a (P)ReLU (He et al., 2015).

    factor_type: n as in Xavier.  slope: the ReLU's for negative numbers at the start.
    """

    def __init__(self, factor_type="avg", slope=0.25):
        super().__init__("gaussian", factor_type, 2 / (1 + slope ** 2))
        self._kwargs = {"factor_type": factor_type, "slope": slope}


def _tents(shape):
    """Kernels (..., h, w) that interpolate bilinearly, in float32. Raises: IndexError for fewer than four axes."""
    if len(shape) < 4:
        raise IndexError(f"mx.init.Bilinear needs kernels of four axes, (in, out, h, w), got shape {shape}: name another init")
    height, width = shape[-2:]
    half = math.ceil(width / 2)
    center = (2 * half - 1 - half % 2) / (2 * half)
    rows, columns = (1 - abs(onp.arange(n) / half - center) for n in (height, width))
    return onp.broadcast_to(onp.outer(rows, columns).astype("float32"), shape)


@register
class Bilinear(Initializer):
    """Kernels of a transposed convolution that enlarges images bilinearly; shape (..., h, w), of four axes or more.

    Raises: IndexError for fewer axes.
    """

    def _init_weight(self, name, arr):
        arr[()] = _tents(arr.shape)


@register
class LSTMBias(Initializer):
    """Zeros, but forget_bias for the forget gate, the second quarter of an LSTM cell's biases (Jozefowicz et al., 2015)."""

    def __init__(self, forget_bias=1.0):
        super().__init__(forget_bias=forget_bias)
        self.forget_bias = forget_bias

    def _init_weight(self, name, arr):
        quarter = arr.shape[0] // 4
        arr[()] = 0
        arr[quarter:2 * quarter] = self.forget_bias


def fused_parts(gates, num_layers, hidden_size, directions, projection_size, input_size):
    """What the parameter vector of a fused recurrent network holds, in order: ((layer, direction, name), shape) of each part."""
    width, rows = projection_size or hidden_size, gates * hidden_size
    connections = ("i2h", "h2h", "h2r") if projection_size else ("i2h", "h2h")
    for what in ("weight", "bias"):
        for layer in range(num_layers):
            columns = {"i2h": input_size if layer == 0 else width * directions, "h2h": width}
            for direction in range(directions):
                for name in connections:
                    if name != "h2r":
                        yield (layer, direction, f"{name}_{what}"), (rows, columns[name]) if what == "weight" else (rows,)
                    elif what == "weight":
                        yield (layer, direction, "h2r_weight"), (projection_size, hidden_size)


@register
class RNNFused(Initializer):
    """Fills the parameter vector of a fused recurrent network (npx.rnn) part by part.

    mode: "rnn_relu", "rnn_tanh", "lstm" or "gru".  ..._initializer: of each kind of part; by default the network's for
    weights, zeros for biases. Parts have their own shapes, so that initializers which count inputs and outputs work.
    """

    _wants = {"num_layers": "a whole number that is positive", "state_size": "a whole number that is positive",
              "projection_size": "a whole number"}

    def __init__(self, mode, num_layers, state_size, bidirectional=False, projection_size=None, i2h_weight_initializer=None,
                 h2h_weight_initializer=None, i2h_bias_initializer=None, h2h_bias_initializer=None, h2r_weight_initializer=None):
        own = {"i2h_weight": i2h_weight_initializer, "h2h_weight": h2h_weight_initializer, "i2h_bias": i2h_bias_initializer,
               "h2h_bias": h2h_bias_initializer, "h2r_weight": h2r_weight_initializer}
        super().__init__(mode=mode, num_layers=num_layers, state_size=state_size, bidirectional=bidirectional,
                         projection_size=projection_size, **{f"{name}_initializer": init for name, init in own.items()})
        if not isinstance(mode, str) or mode not in GATES:
            raise KeyError(f"RNNFused: `mode` must be one of {', '.join(GATES)}, got {mode!r}")
        self._own = own
        self._sizes = (GATES[mode], num_layers, state_size, 2 if bidirectional else 1,
                       projection_size)

    def set_initializer(self, init):
        """Fill the weights that have no initializer of their own by `init`, whatever the network's is.

        Differs: MXNet fills the weights that do have one by "uniform".
        """
        self._own = {part: init if own is None and part.endswith("weight") else own for part, own in self._own.items()}

    def _init_weight(self, name, arr):
        default = getattr(name, "global_init", None) or Uniform()
        gates, _, hidden_size, directions, _ = self._sizes
        fixed = sum(math.prod(shape) for _, shape in fused_parts(*self._sizes, 0))
        inputs, parts = (arr.shape[0] - fixed) // (gates * hidden_size * directions), []
        for (_, _, part), shape in fused_parts(*self._sizes, inputs):
            own = self._own[part] if self._own[part] is not None else "zeros" if part.endswith("bias") else default
            filled = (np if isinstance(arr, np.ndarray) else nd).zeros(shape, dtype=arr.dtype, ctx=arr.ctx)
            _fill(create(own), InitDesc(part, {}, default), filled)
            parts.append(filled.asnumpy().ravel())
        arr[()] = onp.concatenate(parts)


@register
class FusedRNN(Initializer):
    """Fills the parameter vector of mx.rnn.FusedRNNCell gate by gate, in MXNet 1's order.

    init: an initializer for every part, None for the network's.  forget_bias: what an LSTM's forget gates start from.
    """

    def __init__(self, init, num_hidden, num_layers, mode, bidirectional=False, forget_bias=1.0):
        init = create(init) if isinstance(init, str) else init
        super().__init__(init=None if init is None else init.dumps(), num_hidden=num_hidden, num_layers=num_layers, mode=mode,
                         bidirectional=bidirectional, forget_bias=forget_bias)
        self._init, self._mode, self._forget_bias = init, mode, forget_bias
        self._gates = {"rnn_relu": ("",), "rnn_tanh": ("",), "lstm": ("_i", "_f", "_c", "_o"), "gru": ("_r", "_z", "_o")}[mode]
        self._sizes = len(self._gates), num_layers, num_hidden, 2 if bidirectional else 1, None

    def _init_weight(self, name, arr):
        default = self._init if self._init is not None else getattr(name, "global_init", None) or Uniform()
        gates, _, hidden_size, directions, _ = self._sizes
        fixed = sum(math.prod(shape) for _, shape in fused_parts(*self._sizes, 0))
        inputs, begin = (arr.shape[0] - fixed) // (gates * hidden_size * directions), 0
        for (layer, direction, part), shape in fused_parts(*self._sizes, inputs):
            group, what = part.split("_")
            for gate in self._gates:
                filled = nd.zeros((hidden_size, *shape[1:]), dtype=arr.dtype, ctx=arr.ctx)
                if self._mode == "lstm" and gate == "_f" and what == "bias":
                    filled[:] = self._forget_bias
                else:
                    default(InitDesc(f"{'lr'[direction]}{layer}_{group}{gate}_{what}", None, getattr(name, "global_init", None)), filled)
                arr[begin:begin + filled.size] = filled.reshape((-1,))
                begin += filled.size
