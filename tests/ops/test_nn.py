"""Layers of nd and npx: values against references written out here or printed by MXNet 1.9.1 / 2.0.0b1, gradients, errors.

`MX` in a comment marks numbers measured on the real MXNet.
"""
from __future__ import annotations

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, nd, np, npx
from mxshim.engine.op import NAMES, Op, Scalar

# The helpers below start many different programs from one line, which is what the storm detector looks for.
pytestmark = pytest.mark.filterwarnings("ignore:.*different programs were compiled")

RANDOM = onp.random.RandomState(11)


def some(*shape):
    return RANDOM.randn(*shape).astype("float32")


def counting(*shape):
    """1, 2, 3, ... as the MXNet measurements use them."""
    return nd.arange(1, 1 + math.prod(shape)).reshape(shape)


def gradients(fn, *arrays, above=None, train_mode=True):
    """(value, gradients of the arrays), the first output given `above` or 0.25, 0.5, 0.75, ... from above."""
    arrays = [a if hasattr(a, "attach_grad") else nd.array(a, dtype=a.dtype) for a in arrays]
    for a in arrays:
        a.attach_grad()
    with autograd.record(train_mode=train_mode):
        y = fn(*arrays)
        y = y[0] if isinstance(y, list | tuple) else y
    if above is None:
        above = onp.arange(1, y.size + 1).reshape(y.shape) / 4
    y.backward(nd.array(above, dtype=y.dtype))
    return y.asnumpy(), [a.grad.asnumpy() for a in arrays]


def close(got, want, rtol=2e-5, atol=2e-5):
    got = got.asnumpy() if hasattr(got, "asnumpy") else got
    onp.testing.assert_allclose(got, want, rtol=rtol, atol=atol)


# Tables over everything that is declared here.

def layers():
    found = {id(r): r for r in NAMES.values() if isinstance(r, Op) and ("ops/nn/" in r.at or "ops/sequence" in r.at)}
    return list(found.values())


def cases():
    return [pytest.param(r, k, id=f"{r.name}-{k}") for r in layers() for k in range(len(r.samples["args"]))]


def test_every_layer_has_samples_and_a_docstring():
    assert len(layers()) > 40
    for r in layers():
        assert r.samples["args"] and len(r.doc) > 20, r.name


def prepared(r, k):
    """(function of the float arrays in a sample's positions, those arrays, outputs users see)."""
    args, kwargs = r.samples["args"][k]

    def given(name, v):
        if name in r.scalars and isinstance(v, int | float):
            return Scalar(jnp.asarray(v, "float64" if isinstance(v, float) else "int64"), "f" if isinstance(v, float) else "i")
        return onp.dtype(v) if name == "dtype" else v

    arguments = list(args) if r.variadic else [given(n, v) for n, v in zip(r.params, args)]
    named = {n: given(n, v) for n, v in kwargs.items()}
    if r.train:
        named["training"] = kwargs.get("act_type") != "rrelu"
    constant = r.samples.get("constant", ())
    spots = [i for i, a in enumerate(args) if isinstance(a, onp.ndarray) and a.dtype.kind == "f" and i not in constant]
    shown = r.visible(kwargs) if callable(r.visible) else r.visible

    def fn(*floats):
        full = [jnp.asarray(a) if isinstance(a, onp.ndarray) else a for a in arguments]
        for i, x in zip(spots, floats):
            full[i] = x
        out = r.fn(*full, **named)
        return out[:shown] if isinstance(out, tuple) else (out,)

    return fn, [args[i] for i in spots]


@pytest.mark.parametrize(("r", "k"), cases())
def test_keeps_half_and_double(r, k):
    with jax.enable_x64(True):
        fn, floats = prepared(r, k)
        asked = r.samples["args"][k][1].get("dtype")
        for dtype in ("float16", "float64", "bfloat16"):
            inputs = [jax.ShapeDtypeStruct(x.shape, dtype) for x in floats]
            if "batch_norm" in r.name or "BatchNorm" in r.name:  # statistics of half floats are float32
                inputs[1:] = [jax.ShapeDtypeStruct(x.shape, "float64" if dtype == "float64" else "float32") for x in floats[1:]]
                if dtype != "float32":
                    continue
            for out in jax.eval_shape(fn, *inputs)[:1]:
                assert out.dtype == jnp.dtype(asked or dtype)
                assert not out.weak_type


@pytest.mark.slow
@pytest.mark.parametrize(("r", "k"), cases())
def test_gradients_of_first_and_second_order(r, k):
    if r.samples.get("own_gradient"):
        pytest.skip("its gradient is not the derivative of its value")
    with jax.enable_x64(True):
        fn, floats = prepared(r, k)
        xs = [jnp.asarray(x, "float64") for x in floats]
        state = onp.random.RandomState(3)
        one, two = ([jnp.asarray(state.randn(*x.shape)) for x in xs] for _ in range(2))

        def value(*xs):
            y = fn(*xs)[0].astype("float64")
            y = jnp.where(jnp.isfinite(y), y, 0)  # log of a softmax of nothing
            return jnp.sum(jnp.sin(y) * (1 + jnp.arange(y.size).reshape(y.shape) / y.size))

        def along(gs, vs):
            return sum(jnp.sum(g * v) for g, v in zip(gs, vs))

        spots = tuple(range(len(xs)))

        @jax.jit
        def first(*xs):
            return value(*xs), along(jax.grad(value, spots)(*xs), one)

        @jax.jit
        def second(*xs):
            return along(jax.grad(lambda *xs: along(jax.grad(value, spots)(*xs), one), spots)(*xs), two)

        def moved(h, vs):
            return [x + h * v for x, v in zip(xs, vs)]

        h = 1e-5
        slope = (first(*moved(h, one))[0] - first(*moved(-h, one))[0]) / (2 * h)
        bend = (first(*moved(h, two))[1] - first(*moved(-h, two))[1]) / (2 * h)
        close(first(*xs)[1], slope, 1e-5, 1e-5)
        close(second(*xs), bend, 1e-4, 1e-4)


# Dense.

def test_fully_connected():
    x, w, b = some(3, 2, 4), some(5, 8), some(5)
    close(nd.FullyConnected(nd.array(x), nd.array(w), nd.array(b), num_hidden=5), x.reshape(3, 8) @ w.T + b)
    w = some(5, 4)
    close(nd.FullyConnected(nd.array(x), nd.array(w), num_hidden=5, flatten=False, no_bias=True), x @ w.T)
    close(npx.fully_connected(np.array(x), np.array(w), num_hidden=5, flatten=False), x @ w.T)
    close(npx.fully_connected(np.ones((0, 4)), np.array(w), num_hidden=5), onp.zeros((0, 5)))


def test_fully_connected_bias_of_2_0_needs_no_bias_false():
    args = np.ones((1, 2)), np.ones((3, 2)), np.array([10., 20., 30.])
    close(npx.fully_connected(*args, num_hidden=3), [[2., 2., 2.]])  # MX
    close(npx.fully_connected(*args, num_hidden=3, no_bias=False), [[12., 22., 32.]])  # MX


# Convolution.

def convolve(x, w, stride, pad, dilate, groups):
    """One output at a time."""
    n, filters = len(stride), w.shape[0]
    x = onp.pad(x, [(0, 0), (0, 0), *((p, p) for p in pad)])
    sizes = [(s - d * (k - 1) - 1) // t + 1 for s, k, t, d in zip(x.shape[2:], w.shape[2:], stride, dilate)]
    y = onp.zeros((x.shape[0], filters, *sizes), "float32")
    for f in range(filters):
        c = f // (filters // groups) * w.shape[1]
        for at in itertools.product(*map(range, sizes)):
            window = tuple(slice(i * t, i * t + d * (k - 1) + 1, d) for i, t, k, d in zip(at, stride, w.shape[2:], dilate))
            part = x[(slice(None), slice(c, c + w.shape[1]), *window)]
            y[(slice(None), f, *at)] = (part * w[f]).sum(tuple(range(1, n + 2)))
    return y


CONVOLUTIONS = [  # data, weight, stride, pad, dilate, groups
    ((2, 4, 6, 5), (6, 2, 3, 2), (2, 1), (1, 2), (1, 2), 2),
    ((1, 3, 9), (4, 3, 3), (2,), (1,), (1,), 1),
    ((1, 2, 3, 4, 3), (3, 2, 2, 3, 2), (1, 2, 1), (0, 1, 1), (1, 1, 1), 1),
    ((1, 4, 4, 4), (4, 1, 3, 3), (1, 1), (1, 1), (1, 1), 4),
]


@pytest.mark.parametrize(("x", "w", "stride", "pad", "dilate", "groups"), CONVOLUTIONS)
def test_convolution(x, w, stride, pad, dilate, groups):
    x, w, b = some(*x), some(*w), some(w[0])
    kwargs = dict(kernel=w.shape[2:], num_filter=w.shape[0], stride=stride, pad=pad, dilate=dilate, num_group=groups)
    want = convolve(x, w, stride, pad, dilate, groups) + b.reshape(-1, *[1] * len(stride))
    close(nd.Convolution(nd.array(x), nd.array(w), nd.array(b), **kwargs), want, atol=1e-4)
    close(npx.convolution(np.array(x), np.array(w), np.array(b), **kwargs), want, atol=1e-4)
    last = {3: "NWC", 4: "NHWC", 5: "NDHWC"}[x.ndim]
    y = nd.Convolution(nd.array(onp.moveaxis(x, 1, -1)), nd.array(onp.moveaxis(w, 1, -1)), nd.array(b), layout=last, **kwargs)
    close(onp.moveaxis(y.asnumpy(), -1, 1), want, atol=1e-4)


@pytest.mark.parametrize(("y", "w", "stride", "pad", "dilate", "groups"), CONVOLUTIONS)
def test_deconvolution_is_the_gradient_of_convolution(y, w, stride, pad, dilate, groups):
    x, w = some(*y), some(*w)
    kwargs = dict(kernel=w.shape[2:], stride=stride, pad=pad, dilate=dilate, num_group=groups)

    def forward(x):
        return nd.Convolution(x, nd.array(w), num_filter=w.shape[0], no_bias=True, **kwargs)

    above = some(*convolve(x, w, stride, pad, dilate, groups).shape)
    _, (want,) = gradients(forward, x, above=above)
    got = nd.Deconvolution(nd.array(above), nd.array(w), num_filter=x.shape[1], target_shape=None, **kwargs, adj=[
        (s + 2 * p - d * (k - 1) - 1) % t for s, p, d, k, t in zip(x.shape[2:], pad, dilate, w.shape[2:], stride)])
    close(got, want, atol=1e-4)


def test_deconvolution_target_shape():
    def deconv(**kwargs):
        return nd.Deconvolution(counting(1, 1, 2, 2), counting(1, 1, 3, 3), kernel=(3, 3), num_filter=1, stride=(2, 2), **kwargs)

    close(deconv(target_shape=(4, 4)), deconv(pad=(1, 1), adj=(1, 1)).asnumpy())
    rows = [[2, 5, 4, 6], [5, 14, 10, 12], [14, 36, 24, 30], [15, 34, 20, 24], [24, 55, 32, 36]]
    close(deconv(target_shape=(5, 4)), [[rows]])  # MX, with MXNET_MKLDNN_ENABLED=0
    with pytest.raises(mx.MXNetError, match=r"target_shape \(6, 6\) is too large: at most \(5, 5\)"):
        deconv(target_shape=(6, 6))
    with pytest.raises(mx.MXNetError, match="adj .* must be smaller than stride"):
        deconv(pad=(1, 1), adj=(2, 2))


def test_up_sampling():
    x = counting(1, 1, 2, 2)
    wide = nd.UpSampling(x, counting(1, 2, 1, 1), scale=2, sample_type="nearest")
    square = onp.repeat(onp.repeat(x.asnumpy(), 2, 2), 2, 3)
    close(wide, onp.concatenate([square, onp.full((1, 1, 4, 4), 1), onp.full((1, 1, 4, 4), 2)], 1))
    added = nd.UpSampling(x, counting(1, 1, 1, 1), scale=2, sample_type="nearest", multi_input_mode="sum", num_args=2)
    close(added, square + 1)
    bilinear = nd.UpSampling(counting(1, 2, 2, 2), counting(2, 1, 4, 4), scale=2, sample_type="bilinear", num_filter=2)
    close(bilinear[0, 0], [[6, 17, 20, 14], [16, 42, 52, 34], [32, 82, 92, 58], [30, 69, 76, 44]])  # MX


# Pooling.

def pool(x, kernel, stride, pad, kind, full, count_pads=True, p=2):
    """One window at a time; data (N, C, ...)."""
    up = [(s + 2 * q - k) / t for s, q, k, t in zip(x.shape[2:], pad, kernel, stride)]
    sizes = [1 + (math.ceil(u) if full else math.floor(u)) for u in up]
    y = onp.zeros((*x.shape[:2], *sizes), "float32")
    for at in itertools.product(*map(range, sizes)):
        start = [i * t - q for i, t, q in zip(at, stride, pad)]
        inside = [slice(max(a, 0), min(a + k, s)) for a, k, s in zip(start, kernel, x.shape[2:])]
        count = math.prod(min(a + k, s + q) - a for a, k, s, q in zip(start, kernel, x.shape[2:], pad))
        part = x[(slice(None), slice(None), *inside)].reshape(*x.shape[:2], -1)
        value = {"max": lambda: part.max(-1), "sum": lambda: part.sum(-1), "lp": lambda: (part ** p).sum(-1) ** (1 / p),
                 "avg": lambda: part.sum(-1) / (count if count_pads else part.shape[-1])}[kind]()
        y[(slice(None), slice(None), *at)] = value
    return y


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("kind", ["max", "avg", "sum", "lp"])
def test_pooling(kind, full):
    for shape, kernel, stride, pad in [((2, 3, 7, 6), (3, 2), (2, 2), (1, 1)), ((1, 2, 8), (3,), (2,), (0,)),
                                       ((1, 1, 4, 5, 5), (2, 3, 2), (1, 2, 2), (0, 1, 0))]:
        x = some(*shape)
        want = pool(x, kernel, stride, pad, kind, full)
        kwargs = dict(kernel=kernel, stride=stride, pad=pad, pool_type=kind, p_value=2,
                      pooling_convention="full" if full else "valid")
        close(nd.Pooling(nd.array(x), **kwargs), want)
        close(npx.pooling(np.array(x), **kwargs), want)
        last = {3: "NWC", 4: "NHWC", 5: "NDHWC"}[x.ndim]
        y = nd.Pooling(nd.array(onp.moveaxis(x, 1, -1)), layout=last, **kwargs)
        close(onp.moveaxis(y.asnumpy(), -1, 1), want)


def test_pooling_counts():
    x = some(1, 2, 5, 5)
    for pads in (True, False):
        y = nd.Pooling(nd.array(x), kernel=(3, 3), stride=(2, 2), pad=(1, 1), pool_type="avg", pooling_convention="full",
                       count_include_pad=pads)
        close(y, pool(x, (3, 3), (2, 2), (1, 1), "avg", True, pads))
    outside = nd.Pooling(counting(1, 1, 4), kernel=(2,), stride=(3,), pad=(1,), pool_type="avg", pooling_convention="full")
    close(outside, [[[0.5, 3.5, 0.]]])  # MX: the last window holds nothing


def test_pooling_globally_and_same():
    x = some(2, 3, 4, 5)
    for kind, want in (("max", x.max((2, 3))), ("avg", x.mean((2, 3))), ("sum", x.sum((2, 3)))):
        y = nd.Pooling(nd.array(x), global_pool=True, pool_type=kind, kernel=(9, 9), stride=(7, 7), pad=(1, 1))
        close(y, want[:, :, None, None])
    close(nd.Pooling(counting(1, 1, 6), kernel=(3,), stride=(2,), pooling_convention="same"), [[[3., 5., 6.]]])
    with pytest.raises(mx.MXNetError, match="leave pad"):
        nd.Pooling(counting(1, 1, 6), kernel=(3,), stride=(2,), pad=(1,), pooling_convention="same")


def test_max_pooling_gives_ties_to_the_first():
    _, (g,) = gradients(lambda x: nd.Pooling(x, kernel=(3,)), nd.array([[[1, 3, 3, 3, 2]]]))
    close(g, [[[0., 0.75, 0.75, 0., 0.]]])  # MX
    _, (g,) = gradients(lambda x: nd.Pooling(x, kernel=(2, 2)), nd.ones((1, 1, 3, 3)))
    close(g, [[[[0.25, 0.5, 0.], [0.75, 1., 0.], [0., 0., 0.]]]])  # MX
    _, (g,) = gradients(lambda x: nd.Pooling(x, global_pool=True), nd.ones((1, 1, 2, 2)))
    close(g, [[[[0.25, 0.], [0., 0.]]]])  # MX


def test_norm_pooling_of_nothing_has_gradient_zero():
    for p in (1, 2, 3):
        y, (g,) = gradients(lambda x: nd.Pooling(x, kernel=(3,), stride=(2,), pool_type="lp", p_value=p), nd.zeros((1, 1, 5)))
        close(y, onp.zeros((1, 1, 2)))
        close(g, [[[0.25, 0.25, 0.75, 0.5, 0.5]]] if p == 1 else onp.zeros((1, 1, 5)))


def test_adaptive_pooling():
    x = counting(1, 1, 5, 5)
    close(nd.contrib.AdaptiveAvgPooling2D(x, output_size=(3, 2)), [[[[4.5, 6.5], [12., 14.], [19.5, 21.5]]]])  # MX
    close(nd.contrib.AdaptiveAvgPooling2D(x), [[[[13.]]]])  # MX


# Normalization.

def normalized(x, axes, eps):
    mean = x.mean(axes, keepdims=True)
    return (x - mean) / onp.sqrt(((x - mean) ** 2).mean(axes, keepdims=True) + eps)


def test_batch_norm():
    x, gamma, beta = some(4, 3, 2, 2), some(3), some(3)
    mean, var = some(3), onp.abs(some(3))
    arrays = [nd.array(a) for a in (x, gamma, beta, mean, var)]
    down = (slice(None), slice(None), None, None)
    y = nd.BatchNorm(*arrays, fix_gamma=False)
    close(y, (x - mean[None][down]) / onp.sqrt(var[None][down] + 1e-3) * gamma[None][down] + beta[None][down])
    arrays[0].attach_grad()
    with autograd.record():
        y, m, s = nd.BatchNorm(*arrays, fix_gamma=False, output_mean_var=True, momentum=0.5)
    close(y, normalized(x, (0, 2, 3), 1e-3) * gamma[None][down] + beta[None][down])
    close(m, x.mean((0, 2, 3)))
    close(s, 1 / onp.sqrt(x.var((0, 2, 3)) + 1e-3))
    close(arrays[3], mean)  # as MXNet: backward moves them, not forward
    y.backward()
    close(arrays[3], (mean + x.mean((0, 2, 3))) / 2)
    close(arrays[4], (var + x.var((0, 2, 3))) / 2)
    close(arrays[1], gamma)


def test_batch_norm_fixes_gamma_at_once():
    x = nd.array([[1., 10.], [3., 30.]])
    gamma, beta, mean, var = nd.array([2., 2.]), nd.ones((2,)), nd.zeros((2,)), nd.ones((2,))
    y = nd.BatchNorm(x, gamma, beta, mean, var)
    close(y, [[1.9995, 10.995], [3.998501, 30.98501]])  # MX
    close(gamma, [1., 1.])
    gamma = nd.array([2., 2.])
    _, (gx, ggamma, gbeta) = gradients(lambda x, g, b: nd.BatchNorm(x, g, b, mean, var), x, gamma, beta, above=[[0, 1], [2, 3]])
    close(gx, onp.array([[-1, -1], [1, 1]]) * [9.99e-04, 1.0e-06], atol=2e-6)
    close(ggamma, [0., 0.])
    close(gbeta, [2., 4.])
    close(mean, [0.2, 2.])
    close(var, [1., 10.9])


def test_batch_norm_axis_and_halves():
    x = some(2, 3, 4)
    vectors = [some(4), some(4), onp.zeros(4, "float32"), onp.ones(4, "float32")]
    with autograd.train_mode():
        y = npx.batch_norm(np.array(x), *map(np.array, vectors), axis=-1, fix_gamma=False)
    close(y, normalized(x, (0, 1), 1e-3) * vectors[0] + vectors[1])
    half = nd.BatchNorm(nd.array(x, dtype="float16"), *map(nd.array, vectors), axis=2, output_mean_var=True)
    assert [onp.dtype(a.dtype).name for a in half] == ["float16", "float32", "float32"]
    y = nd.contrib.BatchNormWithReLU(nd.array(x), *map(nd.array, vectors), axis=2, fix_gamma=False)
    close(y, onp.maximum(x / onp.sqrt(1.001) * vectors[0] + vectors[1], 0))
    with pytest.raises(mx.MXNetError, match="ndev=2"):
        nd.contrib.SyncBatchNorm(nd.ones((2, 4)), *map(nd.array, vectors), ndev=2, key="a")


def test_layer_group_instance_norm():
    x = some(2, 6, 3)
    gamma, beta = some(6), some(6)
    y, mean, std = nd.LayerNorm(nd.array(x), nd.array(gamma), nd.array(beta), axis=1, eps=0.1, output_mean_var=True)
    close(y, normalized(x, 1, 0.1) * gamma[:, None] + beta[:, None])
    close(mean, x.mean(1, keepdims=True))
    close(std, onp.sqrt(x.var(1, keepdims=True) + 0.1))
    groups = normalized(x.reshape(2, 3, 6), 2, 1e-3)
    y = npx.group_norm(np.array(x), np.array(gamma), np.array(beta), num_groups=3)
    close(y, groups.reshape(x.shape) * gamma[:, None] + beta[:, None])
    y = nd.GroupNorm(nd.array(x), nd.array(gamma[:3]), nd.array(beta[:3]), num_groups=3, eps=1e-3)  # one gamma a group: 1.9.1
    close(y, (groups * gamma[:3, None] + beta[:3, None]).reshape(x.shape))
    y = nd.InstanceNorm(nd.array(x), nd.array(gamma), nd.array(beta))
    close(y, normalized(x, 2, 1e-3) * gamma[:, None] + beta[:, None])


def test_no_gradient_flows_through_shown_statistics():
    x = some(2, 6)
    _, (g,) = gradients(lambda x: nd.LayerNorm(x, nd.ones((6,)), nd.ones((6,)), output_mean_var=True)[1], x)
    close(g, onp.zeros((2, 6)))  # MX


def test_l2_and_local_response():
    x = some(2, 3, 2, 2)
    for mode, axes in (("instance", (1, 2, 3)), ("channel", 1), ("spatial", (2, 3))):
        close(nd.L2Normalization(nd.array(x), mode=mode), x / onp.sqrt((x * x).sum(axes, keepdims=True) + 1e-10))
    y = nd.LRN(counting(1, 4, 1, 2), nsize=3, alpha=1, beta=0.5, knorm=1)
    close(y[0, :, 0], [[0.48038, 0.72232], [0.84293, 0.90198], [0.93386, 0.95266], [1.3817, 1.36531]])  # MX


# Activations.

X = onp.array([-2, 0, 0.5, 3, 100, -100], "float64")


@pytest.mark.parametrize(("name", "value", "slope"), [
    ("relu", [0, 0, 0.5, 3, 100, 0], [0, 0, 1, 1, 1, 0]),
    ("sigmoid", 1 / (1 + onp.exp(-X)), onp.exp(-X) / (1 + onp.exp(-X)) ** 2),
    ("softrelu", onp.logaddexp(0, X), 1 / (1 + onp.exp(-X))),
    ("softsign", X / (1 + abs(X)), 1 / (1 + abs(X)) ** 2),
    ("tanh", onp.tanh(X), 1 - onp.tanh(X) ** 2),
    ("log_sigmoid", -onp.logaddexp(0, -X), 1 / (1 + onp.exp(X))),
    ("mish", X * onp.tanh(onp.logaddexp(0, X)), None),
])
def test_activation(name, value, slope):
    slope = [-0.10837, 0.6, 0.88642, 1.02111, 1, 0] if slope is None else slope  # mish: MX
    y, (g,) = gradients(lambda x: nd.Activation(x, act_type=name), X.astype("float32"), above=onp.ones(6))
    close(y, value)
    close(g, slope)


@pytest.mark.parametrize(("name", "negative", "at_zero"), [
    ("leaky", lambda x: 0.3 * x, 0.3), ("elu", lambda x: 0.3 * onp.expm1(x), 0.3),
    ("selu", lambda x: 1.7580993 * onp.expm1(x), 1.7580993), ("prelu", lambda x: 0.1 * x, 0.1), ("rrelu", lambda x: 0.2295 * x, 0.2295),
])
def test_leaky_relu(name, negative, at_zero):
    gamma = (nd.array([0.1]),) if name == "prelu" else ()
    y, (g,) = gradients(lambda x: nd.LeakyReLU(x, *gamma, act_type=name, slope=0.3), X.astype("float32"), above=onp.ones(6),
                        train_mode=False)
    up = 1.050701 if name == "selu" else 1
    close(y, onp.where(X > 0, up * X, negative(onp.minimum(X, 0))))
    close(g[1:5], [at_zero, up, up, up])


def test_gelu():
    erf = onp.vectorize(math.erf)
    close(nd.LeakyReLU(nd.array(X), act_type="gelu"), X * (1 + erf(X / 2 ** 0.5)) / 2)
    close(npx.leaky_relu(np.array(X), act_type="gelu_tanh"),
          X * (1 + onp.tanh((2 / onp.pi) ** 0.5 * (X + 0.044715 * X ** 3))) / 2)


def test_prelu_gamma_lies_along_channels_or_the_batch():
    x = -onp.ones((2, 4), "float32")
    for shape in ((4,), (1,), (1, 4), (2, 4), (2,), (1, 1)):  # MX takes all of these
        gamma = some(*shape)
        want = -gamma[:, None] if shape == (2,) else -gamma
        y = nd.LeakyReLU(nd.array(x), nd.array(gamma), act_type="prelu")
        close(y, onp.broadcast_to(want, (2, 4)))
    with pytest.raises(mx.MXNetError, match="fits neither"):
        nd.LeakyReLU(nd.array(x), nd.ones((3,)), act_type="prelu")
    with pytest.raises(mx.MXNetError, match="needs `gamma`"):
        nd.LeakyReLU(nd.array(x), act_type="prelu")
    with pytest.raises(mx.MXNetError, match="takes no `gamma`"):
        nd.LeakyReLU(nd.array(x), nd.ones((4,)), act_type="leaky")


def test_rrelu():
    x, u = some(3, 4), RANDOM.rand(3, 4).astype("float32")
    with autograd.train_mode():
        y, slopes = nd.LeakyReLU(nd.array(x), act_type="rrelu", lower_bound=0.1, upper_bound=0.3, uniforms=nd.array(u))
    close(slopes, 0.1 + 0.2 * u)
    close(y, onp.where(x > 0, x, x * (0.1 + 0.2 * u)))
    y, slopes = npx.leaky_relu(np.array([-1., 1.]), act_type="rrelu", lower_bound=0.1, upper_bound=0.3)
    close(y, [-0.2, 1.])  # MX
    close(slopes, [0., 0.])  # MX


def soft(x, axis=-1):
    e = onp.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def test_softmax_family():
    x = some(3, 5, 2)
    for axis in (-1, 0, 1):
        want = soft(x / 0.7, axis)
        close(nd.softmax(nd.array(x), axis=axis, temperature=0.7), want)
        close(npx.softmax(np.array(x), axis=axis, temperature=0.7), want)
        close(nd.array(x).softmax(axis=axis), soft(x, axis))
        close(nd.log_softmax(nd.array(x), axis=axis, temperature=0.7), onp.log(want))
        close(npx.log_softmax(np.array(x), axis=axis, temperature=0.7), onp.log(want))
        close(nd.softmin(nd.array(x), axis=axis), soft(-x, axis))
    close(nd.SoftmaxActivation(nd.array(x)), soft(x))
    close(nd.SoftmaxActivation(nd.array(x), mode="channel"), soft(x, 1))
    assert npx.softmax(np.array(x), dtype="float16").dtype == onp.float16
    assert npx.softmax(np.array(3.)).item() == 1


def test_softmax_length():
    x = counting(2, 3)
    want = [[1., 0., 0.], [0.0900306, 0.2447285, 0.6652409]]
    length = nd.array([1, 3], dtype="int32")
    close(nd.softmax(x, length, use_length=True), want)  # MX
    close(nd.softmax(x, nd.array([0, 9], dtype="int64"), use_length=True), [[0., 0., 0.], want[1]])
    close(npx.log_softmax(np.array(x.asnumpy()), length=np.array([1, 3], dtype="int32"), use_length=True).asnumpy()[1], onp.log(want[1]))
    _, (g,) = gradients(lambda x: nd.softmax(x, nd.array([1, 2], dtype="int32"), use_length=True, temperature=2), x)
    close(g, [[0., 0., 0.], [-0.02938, 0.02938, 0.]])  # MX
    with pytest.raises(mx.MXNetError, match="without use_length=True"):
        nd.softmax(x, length)
    with pytest.raises(mx.MXNetError, match=r"needs `length`, an integer array of shape \(2,\)"):
        nd.softmax(x, use_length=True)
    with pytest.raises(mx.MXNetError, match="`length` must be of an integer dtype"):
        nd.softmax(x, nd.array([1., 3.]), use_length=True)


def test_masked_softmax():
    x = np.array([[1., 2., 3.], [4., 5., 6.]])
    mask = np.array([[1, 1, 0], [0, 0, 0]]).astype(bool)
    close(npx.masked_softmax(x, mask, temperature=2), [[0.37754, 0.62246, 0.], [0., 0., 0.]])  # MX
    close(npx.masked_log_softmax(x, mask), [[-1.31326, -0.31326, -onp.inf], [-onp.inf] * 3])  # MX
    close(npx.masked_softmax(x, mask[0:1]), [[0.26894, 0.73106, 0.]] * 2)  # MX
    x.attach_grad()
    with autograd.record():
        y = npx.masked_log_softmax(x, mask, temperature=2)
    y.backward(np.array([[0.25, 0.5, 0.75], [1., 1.25, 1.5]]))
    close(x.grad, [[-0.01658, 0.01658, 0.], [0., 0., 0.]])  # MX


# Dropout, embedding.

def test_dropout_of_given_numbers():
    drop = NAMES["mx.dropout"].fn
    with jax.enable_x64(True):
        x, u = jnp.asarray(some(3, 4)), jnp.asarray(RANDOM.rand(3, 4).astype("float32"))
        for p in (0.0, 0.4, 0.75):
            want = onp.where(u < 1 - onp.float32(p), x * onp.float32(1 / (1 - p)), 0)
            close(onp.asarray(drop(x, u, Scalar(jnp.asarray(p), "f"))), want)
        shared = drop(x, u[:, :1], 0.5) != 0
        assert (onp.asarray(shared) == onp.asarray(shared)[:, :1]).all()
        everything, pull = jax.vjp(lambda x: drop(x, u, Scalar(jnp.asarray(1.0), "f")), x)
        close(onp.asarray(everything), onp.zeros((3, 4)))
        close(onp.asarray(pull(jnp.ones_like(x))[0]), onp.zeros((3, 4)))


def test_embedding():
    w = counting(3, 2)
    close(nd.Embedding(nd.array([[0.9, 2.2], [9., -0.5]]), w, input_dim=3, output_dim=2), [[[1, 2], [5, 6]], [[5, 6], [1, 2]]])
    close(npx.embedding(np.array(1), np.array(w.asnumpy()), 3, 2), [3., 4.])
    rows = nd.array([1, 1, 0], dtype="uint8")
    _, (g,) = gradients(lambda w: nd.Embedding(rows, w, input_dim=3, output_dim=2), w, above=[[1, 2], [3, 4], [5, 6]])
    close(g, [[5., 6.], [4., 6.], [0., 0.]])  # MX
    index = nd.array([0, 2])
    index.attach_grad()
    with pytest.raises(mx.MXNetError, match="no gradient for its index"), autograd.record():
        nd.Embedding(index, w, input_dim=3, output_dim=2).backward()


# Losses.

def output_gradient(name, x, label, above=None, **kwargs):
    return gradients(lambda x: getattr(nd, name)(x, nd.array(label), **kwargs), x, above=above)


P = [[0.09003, 0.24473, 0.66524]] * 2  # softmax of 1, 2, 3


@pytest.mark.parametrize(("label", "kwargs", "want"), [  # MX
    ([0, 2], {}, [[-0.90997, 0.24473, 0.66524], [0.09003, 0.24473, -0.33476]]),
    ([0, 2], {"normalization": "batch"}, [[-0.45498, 0.12236, 0.33262], [0.04502, 0.12236, -0.16738]]),
    ([0, -1], {"normalization": "valid"}, [[-0.90997, 0.24473, 0.66524], [0.09003, 0.24473, 0.66524]]),
    ([0, -1], {"normalization": "valid", "use_ignore": True}, [[-0.90997, 0.24473, 0.66524], [0., 0., 0.]]),
    ([0, -1], {"normalization": "batch", "use_ignore": True}, [[-0.45498, 0.12236, 0.33262], [0., 0., 0.]]),
    ([0, 1], {"use_ignore": True, "ignore_label": 1}, [[-0.90997, 0.24473, 0.66524], [0., 0., 0.]]),
    ([0, 2], {"smooth_alpha": 0.1}, [[-0.80997, 0.19473, 0.61524], [0.04003, 0.19473, -0.23476]]),
    ([0, 2], {"out_grad": True}, [[-0.08193, 0.05989, 0.44255], [0.00811, 0.05989, -0.2227]]),
    ([0, 2], {"grad_scale": 3}, [[-2.72991, 0.73419, 1.99572], [0.27009, 0.73419, -1.00428]]),
    ([0.7, 1.2], {}, [[-0.90997, 0.24473, 0.66524], [0.09003, -0.75527, 0.66524]]),
    ([0, 5], {}, [[-0.90997, 0.24473, 0.66524], [0.09003, 0.24473, 0.66524]]),
    ([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]], {"normalization": "batch", "grad_scale": 2},
     [[-0.01994, 0.08946, 0.73048], [-0.61994, -0.51054, 0.13048]]),
])
def test_softmax_output(label, kwargs, want):
    for above in (None, onp.zeros((2, 3))):  # what comes from above does not matter
        y, (g,) = output_gradient("SoftmaxOutput", counting(2, 3), label, above, **kwargs)
        close(y, P)
        close(g, want)


def test_softmax_output_of_places():
    label = onp.array([[0, 1], [2, -1]])
    p = soft(counting(2, 3, 2).asnumpy(), 1)
    hit = (onp.arange(3)[None, :, None] == label[:, None]).astype("float32")
    for kwargs, scale in (({}, 2), ({"normalization": "valid"}, 3), ({"normalization": "batch"}, 4)):
        y, (g,) = output_gradient("SoftmaxOutput", counting(2, 3, 2), label, multi_output=True, use_ignore=True, **kwargs)
        close(y, p)
        close(g, (p - hit) * (label != -1)[:, None] / scale)
    label = onp.array([[0, 1, 0], [0, 1, 1]])
    y, (g,) = output_gradient("SoftmaxOutput", counting(2, 3, 2), label, preserve_shape=True, normalization="batch")
    close(g, (soft(counting(2, 3, 2).asnumpy()) - onp.eye(2)[label]) / 6)
    with pytest.raises(mx.MXNetError, match="preserve_shape=True takes more"):
        nd.SoftmaxOutput(counting(2, 3, 2), nd.array(label))


@pytest.mark.parametrize(("name", "value", "slope"), [
    ("Linear", lambda x: x, lambda x, t: x - t), ("Logistic", lambda x: 1 / (1 + onp.exp(-x)), lambda x, t: 1 / (1 + onp.exp(-x)) - t),
    ("MAE", lambda x: x, lambda x, t: onp.where(x > t, 1, -1)),
])
def test_regression_outputs(name, value, slope):
    x = some(2, 3)
    t = some(2, 3)
    t[0, 0] = x[0, 0]
    y, (g,) = output_gradient(f"{name}RegressionOutput", x, t, above=onp.zeros((2, 3)), grad_scale=4)
    close(y, value(x))
    close(g, slope(x, t) * 4 / 3)
    _, (g,) = output_gradient(f"{name}RegressionOutput", x[:, :1], t[:, 0])
    close(g, slope(x[:, :1], t[:, :1]))
    with pytest.raises(mx.MXNetError, match=r"`label` must have shape \(2, 3\)"):
        nd.LinearRegressionOutput(nd.array(x), nd.array([1., 2.]))


@pytest.mark.parametrize(("kwargs", "want"), [  # MX
    ({}, [[0., 3., 2.4], [0., 6., -1.4]]), ({"margin": 0.5}, [[0., 2., 1.4], [0., 5., -0.4]]),
    ({"regularization_coefficient": 3}, [[0., 9., 7.2], [0., 18., -4.2]]), ({"use_linear": True}, [[0., 1., 1.], [0., 1., -1.]]),
    ({"use_linear": True, "margin": 0.2, "regularization_coefficient": 2}, [[0., 2., 2.], [0., 2., 0.]]),
])
def test_svm_output(kwargs, want):
    x = nd.array([[1., 0.5, 0.2], [-1, 2, 0.3]])
    y, (g,) = output_gradient("SVMOutput", x, [0, 2], **kwargs)
    close(y, x.asnumpy())
    close(g, want)


def test_loss_outputs_have_second_derivatives():
    x = nd.array([[1., 2., 0.5]])
    x.attach_grad()
    with autograd.record():
        y = nd.SoftmaxOutput(x, nd.array([1]))
        g = autograd.grad(y, [x], create_graph=True, retain_graph=True)[0]
    g.backward(nd.array([[1., 2., 3.]]))
    p = soft(x.asnumpy())
    close(x.grad, p * ([[1., 2., 3.]] - (p * [[1., 2., 3.]]).sum()))


def test_softmax_cross_entropy():
    x, label = some(4, 3), [0, 2, 1, 1]
    y, (g,) = output_gradient("softmax_cross_entropy", x, label, above=[2])
    close(y, [-onp.log(soft(x)[range(4), label]).sum()])
    close(g, 2 * (soft(x) - onp.eye(3)[label]))


def test_sparseness_penalty():
    x, moving = nd.array([[0.2, 0.5], [0.4, 0.75]]), nd.array([0.5, 0.5])
    y, (g,) = gradients(lambda x: nd.IdentityAttachKLSparseReg(x, 0.2, 0.5, 0.8, moving), x, above=onp.ones((2, 2)))
    mean = 0.8 * 0.5 + 0.2 * onp.array([0.3, 0.625])
    close(y, x.asnumpy())
    close(g, onp.ones((2, 1)) + 0.5 * (0.8 / (1 - mean) - 0.2 / mean))
    close(moving, mean)


def ctc(x, label, blank):
    """Every alignment, one by one; x (steps, classes)."""
    logs = onp.log(soft(x))
    total = 0.0
    for path in itertools.product(range(x.shape[1]), repeat=x.shape[0]):
        merged = [c for c, _ in itertools.groupby(path)]
        if [c for c in merged if c != blank] == list(label):
            total += math.exp(sum(logs[t, c] for t, c in enumerate(path)))
    return -math.log(total) if total else 0.0


def test_ctc_loss():
    x = some(5, 4, 3)
    y = nd.CTCLoss(nd.array(x), nd.array([[1, 2], [2, 0], [1, 1], [0, 0]]))
    close(y, [ctc(x[:, 0], [1, 2], 0), ctc(x[:, 1], [2], 0), ctc(x[:, 2], [1, 1], 0), ctc(x[:, 3], [], 0)])
    y = nd.CTCLoss(nd.array(x), nd.array([[0, 1], [1, -1], [0, 0], [1, 0]]), blank_label="last")
    close(y, [ctc(x[:, 0], [0, 1], 2), ctc(x[:, 1], [1], 2), ctc(x[:, 2], [0, 0], 2), ctc(x[:, 3], [1, 0], 2)])
    y = npx.ctc_loss(np.array(x), np.array([[1, 2]] * 4), np.array([5, 4, 2, 1]), np.array([2, 1, 2, 2]), use_data_lengths=True,
                     use_label_lengths=True)
    close(y, [ctc(x[:, 0], [1, 2], 0), ctc(x[:4, 1], [1], 0), ctc(x[:2, 2], [1, 2], 0), 0.])
    only = nd.CTCLoss(nd.array(x), nd.array([[1, 2]] * 4), nd.array([1, 1, 1, 1]), use_label_lengths=True)  # MX takes it here too
    close(only[0], [ctc(x[:, 0], [1], 0)])


def test_ctc_loss_gradient():
    x = nd.array([[[0.1, 0.2, 0.7]], [[0.3, 0.3, 0.4]]])
    y, (g,) = gradients(lambda x: nd.CTCLoss(x, nd.array([[1]])), x, above=[1])
    close(y, [1.3346409])  # MX
    close(g, [[[-0.05686477, -0.40709856, 0.46396342]], [[-0.022209853, -0.33370325, 0.35591307]]])  # MX


# Sequences.

def test_sequences():
    x = nd.array(onp.arange(12).reshape(3, 2, 2) + 1)
    lengths = nd.array([1.6, 2])
    for data, axis in ((x, 0), (x.transpose((1, 0, 2)), 1)):
        kwargs = dict(use_sequence_length=True, axis=axis)
        masked = nd.SequenceMask(data, lengths, value=-1, **kwargs).asnumpy()
        masked = masked if axis == 0 else masked.transpose(1, 0, 2)
        close(masked, [[[1, 2], [3, 4]], [[-1, -1], [7, 8]], [[-1, -1], [-1, -1]]])
        close(nd.SequenceLast(data, lengths, **kwargs), [[1, 2], [7, 8]])
        close(nd.SequenceLast(data, axis=axis), [[9, 10], [11, 12]])
        close(nd.SequenceMask(data, axis=axis), data.asnumpy())
    close(nd.SequenceReverse(x, nd.array([2, 3]), use_sequence_length=True)[:, :, 0], [[5, 11], [1, 7], [9, 3]])
    close(nd.SequenceReverse(x)[:, 0, 0], [9, 5, 1])
    close(npx.sequence_reverse(np.array(x.asnumpy()), np.array([0, 9]), use_sequence_length=True)[:, :, 0], [[1, 11], [5, 7], [9, 3]])
    assert nd.SequenceMask(nd.ones((2, 2), dtype="int32"), lengths, use_sequence_length=True, value=7).asnumpy().tolist() == [[1, 1], [7, 1]]


# Wrong calls: each line names what was wanted.

ONE = nd.ones((1, 2, 3, 3))


@pytest.mark.parametrize(("call", "text"), [
    (lambda: nd.Activation(ONE), "parameter `act_type` is required"),
    (lambda: nd.Activation(ONE, act_type="none"), "`act_type` must be one of 'log_sigmoid', 'mish', 'relu'"),
    (lambda: nd.Activation(nd.ones((2,), dtype="int32"), act_type="relu"), "must be of a floating dtype, got int32"),
    (lambda: nd.FullyConnected(nd.ones((2, 3)), nd.ones((4, 4)), nd.ones((4,)), num_hidden=4), r"shape \(4, 3\), .*; got \(4, 4\)"),
    (lambda: nd.FullyConnected(nd.ones((2, 3)), nd.ones((4, 3)), num_hidden=4), "`bias` is missing: pass it, or no_bias=True"),
    (lambda: nd.FullyConnected(nd.ones((2, 3)), nd.ones((4, 3)), nd.ones((4,)), num_hidden=4, no_bias=True), "leave one of them out"),
    (lambda: nd.FullyConnected(nd.ones((2, 3)), nd.ones((4, 3)), no_bias=True), "`num_hidden` is required"),
    (lambda: nd.FullyConnected(nd.ones((2, 3)), nd.ones((4, 3), dtype="float64"), no_bias=True, num_hidden=4), "must have `data`'s dtype"),
    (lambda: nd.Convolution(ONE, nd.ones((1, 2, 2)), kernel=2, num_filter=1, no_bias=True), "needs data of 3 dimensions, NCW"),
    (lambda: nd.Convolution(ONE, nd.ones((1, 2, 2, 2)), kernel=(2, 2), num_filter=1, no_bias=True, stride=2), r"write stride=\(2, 2\)"),
    (lambda: nd.Convolution(ONE, nd.ones((1, 2, 5, 5)), kernel=(5, 5), num_filter=1, no_bias=True), "exceeds the padded input's 3"),
    (lambda: nd.Convolution(ONE, nd.ones((2, 1, 2, 2)), kernel=(2, 2), num_filter=2, num_group=3, no_bias=True), "num_group=3 must divide"),
    (lambda: nd.Convolution(ONE, nd.ones((1, 2, 2, 2)), kernel=(2, 2), num_filter=1, no_bias=True, layout="NCW"), "use NCHW or NHWC"),
    (lambda: nd.Convolution(ONE, nd.ones((1, 2, 2, 2)), no_bias=True, num_filter=1), "`kernel` is required"),
    (lambda: nd.Pooling(ONE, kernel=(5, 5)), "a kernel of 5 exceeds the input's 3 padded to 3"),
    (lambda: nd.Pooling(ONE), "`kernel` is missing: pass it, or global_pool=True"),
    (lambda: nd.Pooling(ONE, kernel=(2, 2), pool_type="lp"), "p_value=1, 2 or 3, got None"),
    (lambda: nd.Embedding(nd.array([0]), nd.ones((3, 2))), "`input_dim` is required"),
    (lambda: nd.Embedding(nd.array([0]), nd.ones((3, 2)), input_dim=4, output_dim=2), r"shape \(4, 2\), .*; got \(3, 2\)"),
    (lambda: nd.softmax(ONE, axis=5), "axis 5 is out of range"),
    (lambda: nd.log_softmax(nd.ones((2,), dtype="int32")), "floating dtype, got int32"),
    (lambda: nd.LayerNorm(nd.ones((2, 3)), nd.ones((2,)), nd.ones((2,))), r"`gamma` must have shape \(3,\)"),
    (lambda: nd.BatchNorm(nd.ones((2, 3)), *[nd.ones((2,))] * 4), r"`gamma` must have shape \(3,\), one number for each channel"),
    (lambda: nd.GroupNorm(ONE, nd.ones((2,)), nd.ones((2,)), num_groups=3), "num_groups=3 does not divide the 2 channels"),
    (lambda: nd.InstanceNorm(nd.ones((2, 2)), nd.ones((2,)), nd.ones((2,))), "at least 3 dimensions"),
    (lambda: nd.UpSampling(ONE, scale=2), "`sample_type` is required"),
    (lambda: nd.SequenceMask(nd.ones((2, 2)), nd.array([1, 2])), "without use_sequence_length=True"),
    (lambda: nd.SequenceMask(nd.ones((2, 3)), nd.array([1, 2]), use_sequence_length=True), r"shape \(3,\), got \(2,\)"),
    (lambda: nd.SequenceReverse(ONE, axis=1), "`axis` must be 0, got 1"),
    (lambda: nd.CTCLoss(nd.ones((2, 1, 3)), nd.ones((1, 3))), "no more places than it has steps"),
    (lambda: nd.CTCLoss(nd.ones((2, 1, 3)), nd.ones((1, 2)), nd.ones((1,))), "belong together"),
    (lambda: npx.masked_softmax(np.ones((2, 3)), np.ones((2, 3))), "`mask` must be boolean, got float32"),
])
def test_errors_say_what_to_do(call, text):
    with pytest.raises(mx.MXNetError, match=text):
        call()
