"""Activations, softmax, dropout, embedding, losses and sequences of nd and npx; what wrong calls of layers say.

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
from mxshim.engine import spec as specs
from mxshim.engine.op import NAMES, Scalar
from mxshim.ops.primitives import softmax
from tests.support.layers import RANDOM, close, counting, gradients, soft, some

# The helpers start many different programs from one line, which is what the storm detector looks for.
pytestmark = pytest.mark.filterwarnings("ignore:.*different programs were compiled")

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
    ("selu", lambda x: 1.7580993 * onp.expm1(x), 1.7580993), ("prelu", lambda x: 0.1 * x, 0.1),
    ("rrelu", lambda x: 0.2295 * x, 0.2295),
])
def test_leaky_relu(name, negative, at_zero):
    gamma = (nd.array([0.1]),) if name == "prelu" else ()
    y, (g,) = gradients(lambda x: nd.LeakyReLU(x, *gamma, act_type=name, slope=0.3), X.astype("float32"), above=onp.ones(6),
                        train_mode=False)
    up = 1.050701 if name == "selu" else 1
    close(y, onp.where(X > 0, up * X, negative(onp.minimum(X, 0))))
    close(g[1:5], [at_zero, up, up, up])


@pytest.mark.parametrize("act_type, want", [  # MX
    ("selu", [-0.08851765, 0.00283098, 0.590423, 1.5823115, 1.7580993, 1.050701]),
    ("elu", [8.3865656e-05, 0.01244677, 0.09196987, 0.22620934, 0.25, 1])])
def test_gradients_below_zero(act_type, want):
    """selu's is scale (y + alpha), MXNet's own, and not its derivative."""
    x = onp.array([-8, -3, -1, -0.1, 0, 2], "float32")
    _, (g,) = gradients(lambda x: nd.LeakyReLU(x, act_type=act_type), x, above=onp.ones(6))
    close(g, want)


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
    logs = npx.log_softmax(np.array(x.asnumpy()), length=np.array([1, 3], dtype="int32"), use_length=True)
    close(logs, [[0., -onp.inf, -onp.inf], onp.log(want[1])])
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


def test_gradients_of_outputs_begin_with_what_was_seen():
    for name, seen in (("SoftmaxOutput", [0., 1., 0., 0.]), ("LogisticRegressionOutput", [1.])):
        x = nd.array([[1., 6., 4., 2.]])
        x.attach_grad()
        with autograd.record():
            y = getattr(nd, name)(x, nd.array([1.] if name == "SoftmaxOutput" else [[4., 4., 4., 4.]]))
        probabilities = y.asnumpy()  # by another program than the gradient's
        y.backward()
        wanted = probabilities - onp.array(seen, "float32") if name == "SoftmaxOutput" else (probabilities - 4) / 4
        assert (x.grad.asnumpy() == wanted).all()


def test_softmax_output_of_places():
    label = onp.array([[0, 1], [2, -1]])
    p = soft(counting(2, 3, 2).asnumpy(), 1)
    hit = (onp.arange(3)[None, :, None] == label[:, None]).astype("float32")
    for kwargs, scale in (({}, 2), ({"normalization": "valid"}, 3), ({"normalization": "batch"}, 4)):
        for given in (label, label[:, None]):  # beside the data's shape, MXNet takes one with a single class
            y, (g,) = output_gradient("SoftmaxOutput", counting(2, 3, 2), given, multi_output=True, use_ignore=True, **kwargs)
            close(y, p)
            close(g, (p - hit) * (label != -1)[:, None] / scale)
    label = onp.array([[0, 1, 0], [0, 1, 1]])
    y, (g,) = output_gradient("SoftmaxOutput", counting(2, 3, 2), label, preserve_shape=True, normalization="batch")
    close(g, (soft(counting(2, 3, 2).asnumpy()) - onp.eye(2)[label]) / 6)
    with pytest.raises(mx.MXNetError, match="preserve_shape=True takes more"):
        nd.SoftmaxOutput(counting(2, 3, 2), nd.array(label))


@pytest.mark.parametrize(("name", "value", "slope"), [
    ("Linear", lambda x: x, lambda x, t: x - t),
    ("Logistic", lambda x: 1 / (1 + onp.exp(-x)), lambda x, t: 1 / (1 + onp.exp(-x)) - t),
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
    ({"regularization_coefficient": 3}, [[0., 9., 7.2], [0., 18., -4.2]]),
    ({"use_linear": True}, [[0., 1., 1.], [0., 1., -1.]]),
    ({"use_linear": True, "margin": 0.2, "regularization_coefficient": 2}, [[0., 2., 2.], [0., 2., 0.]]),
])
def test_svm_output(kwargs, want):
    x = nd.array([[1., 0.5, 0.2], [-1, 2, 0.3]])
    y, (g,) = output_gradient("SVMOutput", x, [0, 2], **kwargs)
    close(y, x.asnumpy())
    close(g, want)
    y, (g,) = output_gradient("SVMOutput", x.expand_dims(0), [[0, 2]], **kwargs)  # rows are along the last axis
    close(g, [want])
    y, (g,) = output_gradient("SVMOutput", x[0], nd.array(0), **kwargs)
    close(g, want[0])


BEHIND = {  # where no gradient arrives, or one of zeros
    "block": nd.BlockGrad, "argmax": lambda y: nd.argmax(y, axis=1), "comparison": lambda y: y == 1, "zeros": nd.zeros_like,
    "a chain": lambda y: nd.log(nd.pick(nd.BlockGrad(nd.log(y)), nd.array([0, 1])) + 9).sum() * 2, "times 0": lambda y: y * 0,
}


@pytest.mark.parametrize("hybridized", [False, True])
@pytest.mark.parametrize("behind", BEHIND)
def test_loss_outputs_give_their_gradient_whatever_arrives(behind, hybridized):
    """MXNet passes zeros on where we pass nothing, and a loss output does not look at what it gets."""
    class Net(mx.gluon.HybridBlock):
        def hybrid_forward(self, F, x, label):
            return BEHIND[behind](F.SoftmaxOutput(x * 2, label)), x * x

    x, label, net = nd.array([[1., 2.], [3., 4.]]), nd.array([0, 1]), Net()
    net.hybridize(hybridized)
    x.attach_grad()
    p = 2 * (soft(2 * x.asnumpy()) - onp.eye(2))
    for _ in range(3):
        for both in (False, True):
            with autograd.record():
                y, square = net(x, label)
            autograd.backward([y, square] if both else [y])
            close(x.grad, p + 2 * x.asnumpy() if both else p)
    with autograd.record():
        y, _ = net(x, label)
        close(autograd.grad(y, [x], create_graph=True)[0], p)


@pytest.mark.parametrize(("name", "want"), [("LinearRegressionOutput", [[0.5, 1], [1.5, 2]]), ("MAERegressionOutput", 0.5),
                                            ("MakeLoss", 1), ("make_loss", 1), ("SVMOutput", [[0, 6], [8, 0]])])  # MX
def test_losses_behind_a_block(name, want):
    x = counting(2, 2)
    x.attach_grad()
    rest = [] if "ake" in name else [nd.array([0, 1])] if name == "SVMOutput" else [nd.zeros((2, 2))]
    with autograd.record():
        y = nd.BlockGrad(getattr(nd, name)(x, *rest)).sum()
    y.backward()
    close(x.grad, onp.broadcast_to(want, (2, 2)))


def test_functions_behind_a_block_are_asked_with_zeros():
    class Seven(autograd.Function):
        def forward(self, x):
            return x * 1

        def backward(self, dy):
            return dy + 7

    x = nd.array([[1., 2.]])
    x.attach_grad()
    for create in (False, True):
        with autograd.record():
            y = nd.argmax(Seven()(nd.SoftmaxOutput(Seven()(x), nd.array([0]))), axis=1)
            g = autograd.grad(y, [x], create_graph=create)[0]
        close(g, soft(x.asnumpy()) - [[1, 0]] + 7)


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
    only = nd.CTCLoss(nd.array(x), nd.array([[1, 2]] * 4), nd.ones((4,)), use_label_lengths=True)  # MX takes it here too
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
        kwargs = {"use_sequence_length": True, "axis": axis}
        masked = nd.SequenceMask(data, lengths, value=-1, **kwargs).asnumpy()
        masked = masked if axis == 0 else masked.transpose(1, 0, 2)
        close(masked, [[[1, 2], [3, 4]], [[-1, -1], [7, 8]], [[-1, -1], [-1, -1]]])
        close(nd.SequenceLast(data, lengths, **kwargs), [[1, 2], [7, 8]])
        close(nd.SequenceLast(data, axis=axis), [[9, 10], [11, 12]])
        close(nd.SequenceMask(data, axis=axis), data.asnumpy())
    close(nd.SequenceReverse(x, nd.array([2, 3]), use_sequence_length=True)[:, :, 0], [[5, 11], [1, 7], [9, 3]])
    close(nd.SequenceReverse(x)[:, 0, 0], [9, 5, 1])
    y = npx.sequence_reverse(np.array(x.asnumpy()), np.array([0, 9]), use_sequence_length=True)
    close(y[:, :, 0], [[1, 11], [5, 7], [9, 3]])
    y = nd.SequenceMask(nd.ones((2, 2), dtype="int32"), lengths, use_sequence_length=True, value=7)
    assert y.asnumpy().tolist() == [[1, 1], [7, 1]]
    assert y.dtype == onp.int32


# Wrong calls: each line names what was wanted.

def one(*shape, **kwargs):
    return nd.ones(shape, **kwargs)


IMAGE = (1, 2, 3, 3)


@pytest.mark.parametrize(("call", "text"), [
    (lambda: nd.Activation(one(2)), "parameter `act_type` is required"),
    (lambda: nd.Activation(one(2), act_type="none"), "`act_type` must be one of 'log_sigmoid', 'mish', 'relu'"),
    (lambda: nd.Activation(one(2, dtype="int32"), act_type="relu"), "must be of a floating dtype, got int32"),
    (lambda: nd.FullyConnected(one(2, 3), one(4, 4), one(4), num_hidden=4), r"shape \(4, 3\), .*; got \(4, 4\)"),
    (lambda: nd.FullyConnected(one(2, 3), one(4, 3), num_hidden=4), "`bias` is missing: pass it, or no_bias=True"),
    (lambda: nd.FullyConnected(one(2, 3), one(4, 3), one(4), num_hidden=4, no_bias=True), "leave one of them out"),
    (lambda: nd.FullyConnected(one(2, 3), one(4, 3), no_bias=True), "`num_hidden` is required"),
    (lambda: nd.FullyConnected(one(2, 3), one(4, 3, dtype="float64"), no_bias=True, num_hidden=4), "must have `data`'s dtype"),
    (lambda: nd.Convolution(one(*IMAGE), one(1, 2, 2), one(1), kernel=2, num_filter=1), "needs data of 3 dimensions, NCW"),
    (lambda: nd.Convolution(one(*IMAGE), one(1, 2, 2, 2), one(1), kernel=(2, 2), num_filter=1, stride=2), r"stride=\(2, 2\)"),
    (lambda: nd.Convolution(one(*IMAGE), one(1, 2, 5, 5), one(1), kernel=(5, 5), num_filter=1), "exceeds the padded input's 3"),
    (lambda: nd.Convolution(one(*IMAGE), one(2, 1, 2, 2), one(2), kernel=(2, 2), num_filter=2, num_group=3), "must divide"),
    (lambda: nd.Convolution(one(*IMAGE), one(1, 2, 2, 2), one(1), kernel=(2, 2), num_filter=1, layout="NCW"), "NCHW or NHWC"),
    (lambda: nd.Convolution(one(*IMAGE), one(1, 2, 2, 2), one(1), num_filter=1), "`kernel` is required"),
    (lambda: nd.Pooling(one(*IMAGE), kernel=(5, 5)), "a kernel of 5 exceeds the input's 3 padded to 3"),
    (lambda: nd.Pooling(one(*IMAGE), kernel="(2,"), r"nd.Pooling: `kernel` must be a tuple of numbers, such as '\(2, 2\)', got '\(2,'"),
    (lambda: nd.Pooling(one(*IMAGE), kernel=(2.0, 2)), r"`kernel` must be made of ints, got \(2.0, 2\)"),
    (lambda: nd.Convolution(one(*IMAGE), one(1, 2, 2, 2), one(1), kernel=(2, 2), num_filter="1x"), "must be an int, got '1x'"),
    (lambda: npx.fully_connected(one(2, 3), one(4, 3), num_hidden=4.0), "`num_hidden` must be an int, got 4.0"),
    (lambda: nd.Pooling(one(*IMAGE)), "`kernel` is missing: pass it, or global_pool=True"),
    (lambda: nd.Pooling(one(*IMAGE), kernel=(2, 2), pool_type="lp"), "p_value=1, 2 or 3, got None"),
    (lambda: nd.Embedding(one(1), one(3, 2)), "`input_dim` is required"),
    (lambda: nd.Embedding(one(1), one(3, 2), input_dim=4, output_dim=2), r"shape \(4, 2\), .*; got \(3, 2\)"),
    (lambda: nd.softmax(one(2, 3), axis=5), "axis 5 is out of range"),
    (lambda: nd.log_softmax(one(2, dtype="int32")), "floating dtype, got int32"),
    (lambda: nd.LayerNorm(one(2, 3), one(2), one(2)), r"`gamma` must have shape \(3,\)"),
    (lambda: nd.BatchNorm(one(2, 3), *[one(2)] * 4), r"`gamma` must have shape \(3,\), one number for each channel"),
    (lambda: nd.GroupNorm(one(*IMAGE), one(2), one(2), num_groups=3), "num_groups=3 does not divide the 2 channels"),
    (lambda: nd.InstanceNorm(one(2, 2), one(2), one(2)), "at least 3 dimensions"),
    (lambda: nd.UpSampling(one(*IMAGE), scale=2), "`sample_type` is required"),
    (lambda: nd.SequenceMask(one(2, 2), one(2)), "without use_sequence_length=True"),
    (lambda: nd.SequenceMask(one(2, 3), one(2), use_sequence_length=True), r"shape \(3,\), got \(2,\)"),
    (lambda: nd.SequenceReverse(one(2, 2), axis=1), "`axis` must be 0, got 1"),
    (lambda: nd.CTCLoss(one(2, 1, 3), one(1, 3)), "no more places than it has steps"),
    (lambda: nd.CTCLoss(one(2, 1, 3), one(1, 2), one(1)), "belong together"),
    (lambda: npx.masked_softmax(np.ones((2, 3)), np.ones((2, 3))), "`mask` must be boolean, got float32"),
])
def test_errors_say_what_to_do(call, text):
    with pytest.raises(mx.MXNetError, match=text):
        call()


def test_rrelu_draws_slopes_in_training():
    x = nd.array([[-1., 2.], [-4., 0.5]])
    x.attach_grad()
    with autograd.record():
        y, slopes = nd.LeakyReLU(x, act_type="rrelu", lower_bound=0.1, upper_bound=0.3)
        y.backward()
    s = slopes.asnumpy()
    assert (s >= 0.1).all() and (s < 0.3).all() and len(set(s.ravel().tolist())) == 4
    onp.testing.assert_allclose(y.asnumpy(), onp.where(x.asnumpy() > 0, 1, s) * x.asnumpy(), rtol=1e-6)
    onp.testing.assert_allclose(x.grad.asnumpy(), onp.where(x.asnumpy() > 0, 1, s), rtol=1e-6)
    mean = nd.LeakyReLU(x, act_type="rrelu", lower_bound=0.1, upper_bound=0.3)[0]
    onp.testing.assert_allclose(mean.asnumpy()[:, 0], [-0.2, -0.8], rtol=1e-6)


def test_nothing_is_jitted_by_itself():
    """What training calls with ever new shapes is made of primitives: every function of jnp is traced as a program of its own."""
    x, v = np.ones((6, 7)), np.ones((7,))
    calls = {
        "npx.batch_norm": lambda: npx.batch_norm(x, v, v, v, v), "npx.layer_norm": lambda: npx.layer_norm(x, v, v),
        "npx.softmax": lambda: npx.softmax(x), "npx.log_softmax": lambda: npx.log_softmax(x), "npx.pick": lambda: npx.pick(x, x[:, 0]),
        "npx.embedding": lambda: npx.embedding(v, x), "npx.sequence_mask": lambda: npx.sequence_mask(x, v, use_sequence_length=True),
        "np.take": lambda: np.take(x, v, axis=0, mode="clip"), "np.mean": lambda: x.mean(axis=1), "np.std": lambda: x.std(axis=0),
        "np.max": lambda: x.max(axis=0), "np.sort": lambda: np.sort(x), "np.argmax": lambda: x.argmax(axis=0)}
    for name, call in calls.items():
        specs.forget_specs()
        x.attach_grad()
        with autograd.record():
            call()
        found = [spec for spec in specs._SPECS.values() if spec.name == name]
        assert found, name
        for spec in found:
            jaxprs = [spec.jaxpr, *[j for r in spec.recorded.values() if r is not spec for j in (r.jaxpr, r.back)]]
            assert not [e.primitive.name for j in jaxprs for e in specs.equations(j.jaxpr) if e.primitive.name in ("jit", "pjit")], name


@pytest.mark.parametrize("shape, axis, divisions", [((3, 40), -1, 1), ((3, 400), -1, 2), ((40, 3), 0, 2)])
def test_the_gradient_of_a_softmax_along_short_rows_needs_only_its_result(shape, axis, divisions):
    x, t = (onp.random.default_rng(i).normal(size=shape).astype("float32") for i in (1, 2))
    axis %= 2

    def gradient(x):
        return jax.vjp(lambda x: softmax(x, axis), x)[1](t)[0]

    y = jax.nn.softmax(x, axis)
    close(gradient(x), y * (t - (y * t).sum(axis, keepdims=True)))
    assert [eqn.primitive.name for eqn in specs.equations(jax.make_jaxpr(gradient)(x))].count("div") == divisions
