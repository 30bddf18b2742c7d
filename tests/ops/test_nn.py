"""Layers over images and batches, nd and npx: values against references written out here or printed by MXNet, and gradients.

`MX` in a comment marks numbers measured on MXNet 1.9.1 or 2.0.0b1.
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
from tests.support.layers import close, counting, gradients, some

# The helpers start many different programs from one line, which is what the storm detector looks for.
pytestmark = pytest.mark.filterwarnings("ignore:.*different programs were compiled")

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
    """(function of a sample's float arrays, those arrays); the function gives the outputs that users see."""
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
        for i in constant:
            if i < len(full) and full[i].dtype == "float32":
                full[i] = full[i].astype(floats[0].dtype)
        for i, x in zip(spots, floats):
            full[i] = x
        out = r.fn(*full, **named)
        return out[:shown] if isinstance(out, tuple) else (out,)

    return fn, [args[i] for i in spots]


@pytest.mark.parametrize(("r", "k"), cases())
def test_keeps_half_and_double(r, k):
    with jax.enable_x64(True):
        fn, floats = prepared(r, k)
        asked = r.samples["args"][k][1].get("dtype") or r.samples.get("dtype")
        for dtype in ("float16", "float64", "bfloat16"):
            inputs = [jax.ShapeDtypeStruct(x.shape, dtype) for x in floats]
            for out in jax.eval_shape(fn, *inputs)[:1]:
                assert out.dtype == jnp.dtype(asked or dtype)
                assert not out.weak_type


@pytest.mark.slow
@pytest.mark.parametrize(("r", "k"), [p for p in cases() if p.values[0].train])
def test_gradients_in_training(r, k):
    """First and second order; test_registry.py has every layer outside of training."""
    with jax.enable_x64(True):
        fn, floats = prepared(r, k)
        xs = [jnp.asarray(x, "float64") for x in floats]
        state = onp.random.RandomState(3)
        one, two = ([jnp.asarray(state.randn(*x.shape)) for x in xs] for _ in range(2))

        def value(*xs):
            y = fn(*xs)[0].astype("float64")
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
    kwargs = {"kernel": w.shape[2:], "num_filter": w.shape[0], "stride": stride, "pad": pad, "dilate": dilate,
              "num_group": groups}
    want = convolve(x, w, stride, pad, dilate, groups) + b.reshape(-1, *[1] * len(stride))
    close(nd.Convolution(nd.array(x), nd.array(w), nd.array(b), **kwargs), want, atol=1e-4)
    close(npx.convolution(np.array(x), np.array(w), np.array(b), **kwargs), want, atol=1e-4)
    last = {3: "NWC", 4: "NHWC", 5: "NDHWC"}[x.ndim]
    y = nd.Convolution(nd.array(onp.moveaxis(x, 1, -1)), nd.array(onp.moveaxis(w, 1, -1)), nd.array(b), layout=last, **kwargs)
    close(onp.moveaxis(y.asnumpy(), -1, 1), want, atol=1e-4)


@pytest.mark.parametrize(("y", "w", "stride", "pad", "dilate", "groups"), CONVOLUTIONS)
def test_deconvolution_is_the_gradient_of_convolution(y, w, stride, pad, dilate, groups):
    x, w = some(*y), some(*w)
    kwargs = {"kernel": w.shape[2:], "stride": stride, "pad": pad, "dilate": dilate, "num_group": groups}

    def forward(x):
        return nd.Convolution(x, nd.array(w), num_filter=w.shape[0], no_bias=True, **kwargs)

    above = some(*convolve(x, w, stride, pad, dilate, groups).shape)
    _, (want,) = gradients(forward, x, above=above)
    got = nd.Deconvolution(nd.array(above), nd.array(w), num_filter=x.shape[1], target_shape=None, **kwargs, adj=[
        (s + 2 * p - d * (k - 1) - 1) % t for s, p, d, k, t in zip(x.shape[2:], pad, dilate, w.shape[2:], stride)])
    close(got, want, atol=1e-4)


def test_deconvolution_target_shape():
    def deconv(**kwargs):
        return nd.Deconvolution(counting(1, 1, 2, 2), counting(1, 1, 3, 3), kernel=(3, 3), num_filter=1, stride=(2, 2),
                                **kwargs)

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
        if kind == "max":
            value = part.max(-1)
        elif kind == "lp":
            value = (part ** p).sum(-1) ** (1 / p)
        else:
            value = part.sum(-1) / (1 if kind == "sum" else count if count_pads else part.shape[-1])
        y[(slice(None), slice(None), *at)] = value
    return y


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("kind", ["max", "avg", "sum", "lp"])
def test_pooling(kind, full):
    for shape, kernel, stride, pad in [((2, 3, 7, 6), (3, 2), (2, 2), (1, 1)), ((1, 2, 8), (3,), (2,), (0,)),
                                       ((1, 1, 4, 5, 5), (2, 3, 2), (1, 2, 2), (0, 1, 0))]:
        x = some(*shape)
        want = pool(x, kernel, stride, pad, kind, full)
        kwargs = {"kernel": kernel, "stride": stride, "pad": pad, "pool_type": kind, "p_value": 2,
                  "pooling_convention": "full" if full else "valid"}
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
    y, (g,) = gradients(lambda x: nd.Pooling(x, kernel=(3,), stride=(2,), pool_type="lp", p_value=2), nd.zeros((1, 1, 5)))
    close(y, onp.zeros((1, 1, 2)))
    close(g, onp.zeros((1, 1, 5)))  # MX
    y, (g,) = gradients(lambda x: nd.Pooling(x, kernel=(3,), stride=(2,), pad=(1,), pool_type="lp", p_value=3),
                        counting(1, 1, 5) - 3)
    close(y, [[[-2.08008, 0., 2.08008]]])  # MX
    close(g, [[[0.23112, 0.05778, 0., 0.17334, 0.69336]]])  # MX


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


@pytest.mark.parametrize("rows, columns", [(700, 100), (30, 3000), (40, 20)])
def test_layer_norm_of_many_elements(rows, columns):
    x, head, gamma, beta = some(rows, columns), some(rows, columns), some(columns), some(columns)
    given = [np.array(v) for v in (x, gamma, beta)]
    for v in given:
        v.attach_grad()
    with autograd.record():
        y = npx.layer_norm(*given)
    y.backward(np.array(head))
    hat, std = normalized(x.astype("float64"), 1, 1e-5), onp.sqrt(x.astype("float64").var(1, keepdims=True) + 1e-5)
    close(y, hat * gamma + beta)
    through = head * gamma - (head * gamma).mean(1, keepdims=True) - hat * (head * gamma * hat).mean(1, keepdims=True)
    for v, right in zip(given, (through / std, (head * hat).sum(0), head.sum(0)), strict=True):
        onp.testing.assert_allclose(v.grad.asnumpy(), right, rtol=1e-4, atol=1e-4)


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
