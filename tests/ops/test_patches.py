"""Convolutions on CPU: every way of computing one, and their gradients to second order, against the definition."""
from __future__ import annotations

import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as onp
import pytest

from mxshim import autograd, np, npx
from mxshim.engine.op import apart
from mxshim.ops.nn import convolve, patches, windows
from mxshim.ops.nn.window import Window

rng = onp.random.default_rng(3)


def window(*sizes, kernel, stride=1, dilate=1, pad=0, groups=1):
    n = len(sizes)
    return Window(sizes, kernel, *[v if isinstance(v, tuple) else (v,) * n for v in (stride, dilate)],
                  pad if isinstance(pad, tuple) else ((pad, pad),) * n, groups)


# (examples, channels per group, filters per group, window)
CASES = {
    "plain": (3, 4, 5, window(7, 6, kernel=(3, 2))),
    "stride, padding": (4, 2, 3, window(9, 8, kernel=(3, 3), stride=2, pad=1)),
    "stride leaves a rest": (2, 2, 3, window(8, 9, kernel=(2, 3), stride=(3, 2))),
    "dilated": (2, 2, 3, window(9, 7, kernel=(3, 2), dilate=(2, 3), pad=2)),
    "one place": (3, 4, 5, window(4, 5, kernel=(1, 1))),
    "one place, stride": (3, 4, 5, window(5, 4, kernel=(1, 1), stride=2)),
    "one place, more channels": (3, 5, 6, window(2, 2, kernel=(1, 1))),
    "one channel": (6, 1, 4, window(8, 8, kernel=(5, 5), pad=2)),
    "uneven padding": (2, 2, 2, window(5, 6, kernel=(3, 3), pad=((2, 0), (0, 1)))),
    "cropped": (2, 2, 2, window(7, 6, kernel=(3, 2), pad=((-1, 1), (1, -1)))),
    "groups": (4, 2, 3, window(6, 5, kernel=(3, 3), pad=1, groups=2)),
    "groups, stride, dilated": (3, 2, 2, window(9, 9, kernel=(3, 2), stride=2, dilate=2, pad=1, groups=3)),
    "depthwise": (3, 1, 1, window(6, 5, kernel=(3, 3), stride=2, pad=1, groups=4)),
    "depthwise, two filters": (3, 1, 2, window(6, 5, kernel=(3, 3), pad=1, groups=4)),
    "one axis": (4, 3, 5, window(11, kernel=(3,), stride=2, dilate=2, pad=1)),
    "three axes": (2, 2, 3, window(5, 4, 6, kernel=(2, 3, 2), stride=(1, 2, 1), pad=1)),
    "volume": (2, 2, 3, window(5, 4, 6, kernel=(3, 3, 3), pad=1)),
    "kernel of two strides": (2, 3, 4, window(8, 8, kernel=(4, 4), stride=2, pad=1)),
    "kernel of about two strides": (2, 3, 4, window(11, 10, kernel=(7, 5), stride=(4, 3), pad=2)),
    "four channels, stride": (2, 4, 3, window(8, 8, kernel=(4, 4), stride=2, pad=1)),
    "whole input": (3, 4, 5, window(4, 3, kernel=(4, 3))),
    "kernel larger than its input": (3, 4, 2, window(2, 2, kernel=(3, 3), pad=1)),
    "prime batch": (7, 2, 2, window(5, 5, kernel=(2, 2))),
    "several channels in groups": (2, 5, 4, window(6, 5, kernel=(3, 3), pad=1, groups=3)),
    "few channels": (2, 6, 4, window(12, 12, kernel=(3, 3), pad=1)),
    "few channels, more examples": (18, 3, 4, window(7, 6, kernel=(5, 5), pad=2)),
    "few results": (3, 6, 7, window(6, 6, kernel=(3, 3))),
    "kernel larger than its results": (3, 8, 7, window(6, 6, kernel=(5, 5), stride=2, pad=2)),
    "lines": (3, 4, 5, window(8, 16, kernel=(3, 4), stride=(2, 1), pad=((1, 1), (1, 2)))),
    "few results, stride": (3, 6, 7, window(9, 9, kernel=(3, 3), stride=2)),
}


def operands(case, dtype="float32"):
    n, channels, filters, at = CASES[case]
    shapes = ((n, channels * at.groups, *at.sizes), (filters * at.groups, channels, *at.kernel), (n, filters * at.groups, *at.out))
    return [jnp.asarray(rng.normal(size=s), dtype) for s in shapes]


def definition(np, x, w, at):
    """The sum over the kernel's places of products of matrices; `np` is NumPy or jax.numpy."""
    x = np.pad(x, [(0, 0), (0, 0), *[(max(lo, 0), max(hi, 0)) for lo, hi in at.pad]])
    x = x[(..., *[slice(max(-lo, 0), n - max(-hi, 0)) for (lo, hi), n in zip(at.pad, x.shape[2:], strict=True)])]
    x = x.reshape(x.shape[0], at.groups, -1, *x.shape[2:])
    w = w.reshape(at.groups, -1, *w.shape[1:])
    y = 0
    for place in onp.ndindex(*at.kernel):
        starts = [i * d for i, d in zip(place, at.dilate, strict=True)]
        spots = tuple([slice(b, b + (m - 1) * s + 1, s) for b, m, s in zip(starts, at.out, at.stride, strict=True)])
        y = y + np.einsum("ngc...,goc->ngo...", x[(..., *spots)], w[(..., *place)])
    return y.reshape(y.shape[0], -1, *at.out)


def defined(x, w, y, at):
    """The convolution and its two gradients from the definition, in float64; the gradients by the basis of their inputs."""
    x, w, y = (onp.asarray(a, "float64") for a in (x, w, y))
    ones = onp.eye(math.prod(x.shape[1:])).reshape(-1, *x.shape[1:])
    dx = onp.tensordot(y.reshape(len(y), -1), definition(onp, ones, w, at).reshape(len(ones), -1), (1, 1)).reshape(x.shape)
    dw = onp.zeros(w.shape)
    for place in onp.ndindex(*w.shape):
        one = onp.zeros(w.shape)
        one[place] = 1
        dw[place] = (definition(onp, x, one, at) * y).sum()
    return {"forward": definition(onp, x, w, at), "input": dx, "weight": dw}


def ways(at, w):
    """The ways that apply, and what they compute."""
    found = [(patches.plain, "forward"), (patches.plain_input, "input"), (patches.plain_weight, "weight"), (patches.native, "forward"),
             (patches.native_input, "input"), (patches.native_weight, "weight"),
             (patches.product_forward, "forward"), (patches.product_input, "input"), (patches.product_weight, "weight"),
             (patches.sums, "forward"), (patches.sums_input, "input")]
    if at.groups == 1:
        found += [(patches.lines_forward, "forward"), (patches.lines_weight, "weight")]
    if max(at.dilate) == at.groups == 1:
        found += [(partial(patches.blocks, each=each), "forward") for each in onp.ndindex(*(4,) * len(at.kernel)) if min(each)]
    if max(*at.dilate, *at.stride) == at.groups == 1:
        found.append((partial(patches.blocks_input, each=(2,) * len(at.kernel)), "input"))
    if at.groups == 1:
        found += [(patches.sums_by_channel, "forward"), (patches.sums_by_channel_input, "input")]
    if at.groups == 1 and math.prod(at.sizes) % 16 == math.prod(at.out) % 16 == 0:
        found.append((patches.native_weight_by_lines, "weight"))
    if len(at.kernel) == 3 and at.groups == 1:
        found += [(patches.planes, "forward"), (patches.planes_input, "input"), (patches.planes_weight, "weight")]
    if w.shape[:2] == (at.groups, 1):
        found.append((patches.depthwise_weight, "weight"))
    if max(at.dilate) == 1 and max(at.stride) > 1 and at.groups == 1:
        found.append((patches.phases_input, "input"))
    if at.groups == math.prod(at.kernel) == 1:
        found += [(patches.pointwise, "forward"), (patches.pointwise_input, "input"), (patches.pointwise_weight, "weight")]
    if convolve._is_whole(at):
        found += [(patches.whole, "forward"), (patches.whole_input, "input"), (patches.whole_weight, "weight")]
    return found


@pytest.fixture(autouse=True)
def float32():
    """Accelerators multiply in less where nothing is said, and the engine is not asked here."""
    with jax.default_matmul_precision("float32"):
        yield


@pytest.mark.parametrize("case", CASES)
def test_every_way_agrees(case, monkeypatch):
    at, (x, w, y) = CASES[case][-1], operands(case)
    args = {"forward": (x, w), "input": (y, w), "weight": (x, y)}
    want, found = defined(x, w, y, at), ways(at, w)

    def run():
        results = [f(*args[name], at) for f, name in found]
        monkeypatch.setattr(patches, "_BLOCK", 1)  # example by example
        return results, [f(*args[name], at) for f, name in found]

    for results in jax.jit(run)():
        for (f, name), got in zip(found, results, strict=True):
            assert got.dtype == "float32"
            onp.testing.assert_allclose(got, want[name], rtol=1e-4, atol=2e-5, err_msg=str(f))


@pytest.mark.parametrize("case", ["stride, padding", "one place, stride", "few channels, more examples",
                                  "groups, stride, dilated", "depthwise",
                                  "kernel of two strides", "whole input"])
def test_second_order(case):
    at, (x, w, y) = CASES[case][-1], operands(case)

    def both_orders(convolution):
        def first(x, w):
            return jax.grad(lambda x, w: jnp.sum(convolution(x, w) ** 2 * y), (0, 1))(x, w)

        def second(x, w):
            gx, gw = first(x, w)
            return jnp.sum(jnp.sin(gx)) + jnp.sum(jnp.cos(gw))

        return (*first(x, w), *jax.grad(second, (0, 1))(x, w))

    got, want = jax.jit(lambda: (both_orders(lambda x, w: convolve.convolve(x, w, at)),
                                 both_orders(lambda x, w: definition(jnp, x, w, at))))()
    for ours, theirs in zip(got, want, strict=True):
        onp.testing.assert_allclose(ours, theirs, rtol=2e-3, atol=2e-3 * float(jnp.max(jnp.abs(theirs))))


@pytest.mark.parametrize("case", ["groups", "depthwise", "kernel of two strides", "whole input"])
def test_no_examples(case):
    at, (x, w, y) = CASES[case][-1], operands(case)
    empty = jax.jit(lambda x, w, y: (convolve.convolve(x, w, at), convolve.input_gradient(y, w, at),
                                     convolve.weight_gradient(x, y, at)))(x[:0], w, y[:0])
    assert [a.shape for a in empty] == [(0, *y.shape[1:]), (0, *x.shape[1:]), w.shape]
    assert not empty[2].any()


@pytest.mark.parametrize("case, wanted", {
    "one channel": ("sums", "product_input"), "depthwise": ("sums", "sums_input"),
    "depthwise, two filters": ("sums", "sums_input"), "groups, stride, dilated": ("sums", "sums_input"),
    "volume": ("sums_by_channel", "sums_by_channel_input"),
    "kernel of two strides": ("product_forward", "phases_input"), "four channels, stride": ("phases", "phases_input"),
    "one place": ("pointwise", "pointwise_input"),
    "one place, more channels": ("product_forward", "product_input"), "few results": ("native", "product_input"),
    "few results, stride": ("native", "phases_input"), "kernel larger than its results": ("native", "product_input"),
    "several channels in groups": ("sums", "sums_input"),
    "few channels": ("sums", "sums_input"),
    "few channels, more examples": ("blocks", "blocks_input"),
}.items())
def test_the_choice(case, wanted):
    at, (x, w, y) = CASES[case][-1], operands(case)
    found = convolve._forward(x, w, at), convolve._input(y, w, at)
    assert tuple([getattr(f.run, "func", f.run).__name__ for f in found]) == wanted


@pytest.mark.parametrize("kernel, filters, each, each_input", [
    ((5, 5), 8, (2, 2), (2, 2)), ((3, 3), 30, (1, 2), (1, 2)), ((5, 5), 30, (2, 2), (2, 2)), ((5, 5), 90, None, None),
    ((7, 2), 16, (2, 1), (2, 1)), ((9,), 20, (2,), (2,)), ((2, 4), 60, None, None), ((4, 4), 30, None, None)])
def test_few_channels_and_filters_make_blocks_of_results(kernel, filters, each, each_input):
    at = window(*(13 + k for k in kernel), kernel=kernel)
    x, w, y = (jax.ShapeDtypeStruct(shape, onp.dtype("float32")) for shape in (
        (64, 8, *at.sizes), (filters, 8, *at.kernel), (64, filters, *at.out)))
    found = convolve._forward(x, w, at), convolve._input(y, w, at)
    assert [getattr(f.run, "keywords", {}).get("each") for f in found] == [each, each_input]
    double = (jax.ShapeDtypeStruct(a.shape, onp.dtype("float64")) for a in (x, w))  # XLA has no library for these: a zero is a product
    assert convolve._forward(*double, at).run in (patches.native, patches.product_forward)


@pytest.mark.parametrize("at", [window(14, 14, kernel=(5, 5)), window(15, 14, kernel=(3, 3), stride=2, pad=1), window(
    14, 14, kernel=(4, 4), stride=2)], ids=["blocks", "phases", "phases of whole strides"])
@pytest.mark.parametrize("value", [onp.inf, onp.nan])
def test_what_is_not_finite_reaches_the_results_that_it_belongs_to_alone(at, value):
    """Kernels that are filled up with zeros would multiply it by them."""
    x, w, y = (rng.normal(size=s).astype("float32") for s in ((8, 6, *at.sizes), (16, 6, *at.kernel), (8, 16, *at.out)))
    x[1, 2, 5, 5] = y[2, 3, 4, 4] = value
    got = jax.jit(lambda x, w, y: (convolve.convolve(x, w, at), convolve.input_gradient(y, w, at)))(x, w, y)
    for one, way in zip(got, (patches.native(x, w, at), patches.native_input(y, w, at)), strict=True):
        onp.testing.assert_array_equal(onp.isfinite(one), onp.isfinite(way))
    spots = [onp.argwhere(~onp.isfinite(one)[:, 0]) for one in got]
    assert all(0 < len(spot) <= math.prod(at.kernel) for spot in spots)


def test_more_filters_than_results_of_each_keep_the_order_of_their_weights():
    at = window(7, 7, kernel=(3, 3), pad=1)
    x, w, y = (jax.ShapeDtypeStruct(shape, onp.dtype("float32")) for shape in ((2, 8, *at.sizes), (128, 8, *at.kernel), (2, 128, *at.out)))
    assert [convolve._forward(x, w, at).run, convolve._weight(x, y, at).run] == [patches.lines_forward, patches.lines_weight]


@pytest.mark.parametrize("examples, size, wanted, longer", [
    (32, 32, patches.native_weight_by_lines, False), (64, 32, patches.native_weight, True), (32, 28, patches.native_weight, False)])
def test_examples_a_power_of_two_apart_are_exchanged_with_channels_by_lines(examples, size, wanted, longer):
    at = window(size, size, kernel=(3, 3), pad=1)
    x = jax.ShapeDtypeStruct((examples, 16, size, size), onp.dtype("float32"))
    found = convolve._weight(x, x, at)
    assert found.run is wanted and (found.reads > 0) is longer


@pytest.mark.parametrize("size, longer", [(112, True), (28, False)])
def test_depthwise_weight_gradients_of_large_images_go_xla_s_longer_way(size, longer):
    at = window(size, size, kernel=(3, 3), stride=2, pad=1, groups=32)
    x, y = (jax.ShapeDtypeStruct((8, 32, *s), onp.dtype("float32")) for s in (at.sizes, at.out))
    found = convolve._weight(x, y, at)
    assert found.run is patches.depthwise_weight and (found.reads > 0) is longer


def test_volumes_of_many_channels_are_planes():
    at = window(4, 28, 28, kernel=(3, 3, 3), pad=1)
    x, w, y = (jax.ShapeDtypeStruct(shape, onp.dtype("float32")) for shape in ((2, 32, *at.sizes), (64, 32, *at.kernel), (2, 64, *at.out)))
    assert [convolve._forward(x, w, at).run, convolve._input(y, w, at).run, convolve._weight(x, y, at).run] == [
        patches.planes, patches.planes_input, patches.planes_weight]


def test_kernels_larger_than_their_input_are_no_convolutions():
    at, (x, w, y) = CASES["kernel larger than its input"][-1], operands("kernel larger than its input")
    assert math.prod(w.shape[1:]) > 32  # else they would be none anyway
    for f, args in ((convolve.convolve, (x, w)), (convolve.input_gradient, (y, w))):
        assert "stablehlo.convolution" not in jax.jit(f, static_argnums=2).trace(*args, at).lower(lowering_platforms=("cpu",)).as_text()


def test_more_results_than_inputs_are_no_kernels():
    """The results are the kernel of the weight gradient: XLA exchanges a larger one with its input, and takes 40 times as long."""
    at = window(14, 14, kernel=(3, 3), pad=2)
    x, y = (rng.normal(size=(8, 32, *s)).astype("float32") for s in (at.sizes, at.out))
    weight = jax.jit(convolve.weight_gradient, static_argnums=2)
    assert "stablehlo.convolution" not in weight.lower(x, y, at).as_text()
    onp.testing.assert_allclose(weight(x, y, at), patches.plain_weight(x, y, at), rtol=1e-4, atol=1e-2)


def test_convolutions_in_loops_are_in_the_order_of_the_library():
    """XLA looks for those of other orders outside of loops alone, and takes 30 times as long for the others."""
    at = window(14, 14, kernel=(3, 3), pad=1)
    x, w = (rng.normal(size=s).astype("float32") for s in ((8, 32, *at.sizes), (32, 32, *at.kernel)))
    assert (convolve._forward(x, w, at).run, convolve._input(x, w, at).run, convolve._weight(x, x, at).run) == (
        patches.native, patches.native_input, patches.native_weight)

    def loss(w, x):
        return jax.lax.scan(lambda h, _: (jnp.tanh(convolve.convolve(h, w, at)), None), x, None, length=3)[0].sum()

    text = jax.jit(jax.grad(loss)).lower(w, x).compile().as_text()
    labels = [line.split("dim_labels=")[1].split(",")[0].split()[0] for line in text.splitlines() if "dim_labels=" in line]
    assert len(labels) >= 3 and {*labels} == {"b01f_01io->b01f"}


def test_half_precision_is_left_to_xla():
    at, (x, w, _) = CASES["groups"][-1], operands("groups", "float16")
    text = jax.jit(convolve.convolve, static_argnums=2).lower(x, w, at).as_text()
    assert "stablehlo.convolution" in text and "dot_general" not in text


def test_other_devices_keep_their_operation(monkeypatch):
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    jax.clear_caches()
    at, (x, w, y) = CASES["groups"][-1], operands("groups")
    for f, args in ((convolve.convolve, (x, w)), (convolve.input_gradient, (y, w)), (convolve.weight_gradient, (x, y))):
        text = {p: jax.jit(f, static_argnums=2).trace(*args, at).lower(lowering_platforms=(p,)).as_text() for p in ("cpu", "cuda")}
        assert "stablehlo.convolution" in text["cuda"] and "stablehlo.convolution" not in text["cpu"]


@pytest.mark.parametrize("stride, dilate", [(1, 1), (2, 1), (1, 2)])
def test_sizes_at_which_xla_computes(stride, dilate):
    """As a program of the engine, which has options for XLA, and large enough to be no product of patches."""
    at = window(18, 17, kernel=(3, 3), stride=stride, dilate=dilate, pad=1)
    x, w = (rng.normal(size=s).astype("float32") for s in ((64, 16, *at.sizes), (32, 16, *at.kernel)))
    y = rng.normal(size=(64, 32, *at.out)).astype("float32")
    assert convolve._is_bulk(x, y, at)
    a, b = np.array(x), np.array(w)
    a.attach_grad()
    b.attach_grad()
    with autograd.record():
        out = npx.convolution(a, b, kernel=at.kernel, stride=at.stride, dilate=at.dilate, pad=(1, 1), num_filter=32, no_bias=True)
    out.backward(np.array(y))
    exact = [v.astype("float64") for v in (x, w, y)]
    onp.testing.assert_allclose(out.asnumpy(), definition(onp, *exact[:2], at), rtol=1e-4, atol=1e-3)
    dx, dw = jax.vjp(lambda x, w: definition(jnp, x, w, at), x, w)[1](y)
    onp.testing.assert_allclose(a.grad.asnumpy(), dx, rtol=1e-4, atol=1e-3)
    onp.testing.assert_allclose(b.grad.asnumpy(), dw, rtol=1e-4, atol=2e-3)


@pytest.mark.parametrize("first", [1.0, 0.0, -2.5, onp.nan, onp.inf, -onp.inf, 3e38])
def test_what_is_apart_is_computed_whatever_its_numbers(first):
    x = jnp.asarray([[first, 2.0], [3, 4]], "float32")
    onp.testing.assert_array_equal(jax.jit(apart(lambda a, b: a * b))(x, x + 1), x * (x + 1))


def test_sums_are_added_up_once_for_all_that_read_them():
    """Under a condition that XLA cannot decide: else a pooling, say, would have the sums in its own loop, for every place anew."""
    at, (x, w, _) = CASES["one channel"][-1], operands("one channel")
    text = jax.jit(lambda x, w: windows.reduce_windows(convolve.convolve(x, w, at), "max", [2, 3], (2, 2), (1, 1), [(0, 0)] * 2)).lower(
        x, w).compile().as_text()
    assert " conditional(" in text
